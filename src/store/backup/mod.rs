//! Backups: a whole copy of the database as one file, made beside a running server and read back before it counts.
//!
//! SQLite writes the copy itself (`vacuum into`), on a connection of its own, so that the writer is not held up; PostgreSQL's
//! own programs make and read theirs. A file beside the copy (`FILE.json`, [`Contents`]) says what is in it. When backups
//! are made, and how many are kept, is `flows::backups`'; the way back is [`super::restore`].

pub(super) mod postgres;
pub(super) mod sqlite;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::open::{Location, OpenError};
use crate::domain::error::Error;

/// Why there is no backup, or why one is not taken back. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{path} exists already; name another file", path = .0.display())]
    Exists(PathBuf),
    #[error("{path} cannot be used: {error}", path = .0.display(), error = .1)]
    File(PathBuf, std::io::Error),
    #[error(
        "{0} was not found on PATH; install PostgreSQL's client programs, of the server's version or later"
    )]
    NoProgram(&'static str),
    #[error("{program} failed: {said}")]
    Program { program: &'static str, said: String },
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("there is no database in {path}", path = .0.display())]
    Nothing(PathBuf),
    #[error("the copy is not whole: {0}")]
    NotWhole(String),
    #[error("{path} is no backup of Bellwire's: {why}", path = .0.display(), why = .1)]
    NotABackup(PathBuf, String),
    #[error("{0} has data already; a backup is only taken back into an empty place")]
    NotEmpty(String),
    #[error("{0}")]
    WrongEngine(String),
}

impl From<Error> for BackupError {
    fn from(error: Error) -> Self {
        Self::Open(error.into())
    }
}

pub(super) type Result<T, E = BackupError> = std::result::Result<T, E>;

/// Rows by table.
pub type Counts = BTreeMap<String, i64>;

/// What is in a backup: the text of the file beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// When it was begun, Unix ms.
    pub at: i64,
    /// Of the Bellwire that made it.
    pub version: String,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// The number of the last migration.
    pub schema: i64,
    pub bytes: i64,
    pub sha256: String,
    pub rows: Counts,
}

impl Contents {
    #[must_use]
    pub fn row_count(&self) -> i64 {
        self.rows.values().sum()
    }
}

/// What the copy of either engine holds, as it was read back.
pub(super) struct Copied {
    pub(super) engine: &'static str,
    pub(super) schema: i64,
    pub(super) rows: Counts,
}

/// Copies the database into `to`, reads the copy back, and only then gives it its name.
///
/// # Errors
/// See [`BackupError`]; nothing is left behind then.
pub fn make(location: &Location, to: &Path, now_ms: i64) -> Result<Contents> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let part = beside(to, "part");
    remove(&part)?;
    let made = write(location, &part, to, now_ms);
    if made.is_err() {
        // The reason why there is no backup is worth more than why its remains could not be removed.
        let _ = remove(&part);
    }
    made
}

fn write(location: &Location, part: &Path, to: &Path, now_ms: i64) -> Result<Contents> {
    let failed = |error| BackupError::File(to.to_owned(), error);
    let copied = match location {
        Location::Directory(dir) => sqlite::copy(dir, part)?,
        Location::Postgres(url) => postgres::copy(url, part)?,
    };
    let (sha256, bytes) = digest(part).map_err(failed)?;
    let contents = Contents {
        at: now_ms,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        engine: copied.engine.to_owned(),
        schema: copied.schema,
        bytes,
        sha256,
        rows: copied.rows,
    };
    let text = serde_json::to_string_pretty(&contents).map_err(|e| failed(e.into()))?;
    let (note, note_part) = (note(to), beside(to, "json.part"));
    let mut file = File::create(&note_part).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    File::open(part).and_then(|file| file.sync_all()).map_err(failed)?;
    std::fs::rename(&note_part, &note).and_then(|()| std::fs::rename(part, to)).map_err(failed)?;
    sync_folder(to).map_err(failed)?;
    Ok(contents)
}

/// Reads a backup through to its end and compares it with what the file beside it says; without one there is only what
/// the engine says itself.
///
/// # Errors
/// See [`BackupError`].
pub fn verify(file: &Path) -> Result<(Counts, Option<Contents>)> {
    let noted = read_note(file)?;
    let copied = match kind(file)? {
        Kind::Sqlite => sqlite::read_back(file)?,
        Kind::Postgres => postgres::read_back(file)?,
    };
    if let Some(noted) = &noted {
        let (sha256, _) = digest(file).map_err(|error| BackupError::File(file.to_owned(), error))?;
        if sha256 != noted.sha256 {
            return Err(BackupError::NotWhole("its SHA-256 is not the one in the file beside it".to_owned()));
        }
        differ(&noted.rows, &copied.rows)?;
    }
    Ok((copied.rows, noted))
}

/// Which program made a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sqlite,
    Postgres,
}

pub(super) fn kind(file: &Path) -> Result<Kind> {
    let failed = |error| BackupError::File(file.to_owned(), error);
    let mut head = Vec::new();
    File::open(file).map_err(failed)?.take(16).read_to_end(&mut head).map_err(failed)?;
    match head.as_slice() {
        b"SQLite format 3\0" => Ok(Kind::Sqlite),
        head if head.starts_with(b"PGDMP") => Ok(Kind::Postgres),
        _ => {
            let why = "it begins neither as a SQLite file nor as one of pg_dump's";
            Err(BackupError::NotABackup(file.to_owned(), why.to_owned()))
        }
    }
}

/// Tables whose numbers of rows are not those expected.
pub(super) fn differ(expected: &Counts, found: &Counts) -> Result<()> {
    let wrong = expected.iter().find(|(table, rows)| found.get(*table) != Some(rows));
    match wrong {
        None => Ok(()),
        Some((table, rows)) => {
            let found = found.get(table).copied().unwrap_or_default();
            Err(BackupError::NotWhole(format!("the table {table} has {found} rows in place of {rows}")))
        }
    }
}

fn read_note(file: &Path) -> Result<Option<Contents>> {
    let path = note(file);
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text)
            .map(Some)
            .map_err(|error| BackupError::NotABackup(path, error.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(BackupError::File(path, error)),
    }
}

/// The file that says what is in a backup.
#[must_use]
pub fn note(file: &Path) -> PathBuf {
    beside(file, "json")
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

pub(super) fn remove(file: &Path) -> Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(BackupError::File(file.to_owned(), error))
        }
        _ => Ok(()),
    }
}

/// The name of a new file is on the disk only with its folder.
pub(super) fn sync_folder(file: &Path) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn digest(file: &Path) -> std::io::Result<(String, i64)> {
    use std::fmt::Write as _;
    let (mut file, mut context, mut bytes) = (File::open(file)?, Context::new(&SHA256), 0);
    let mut piece = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        context.update(&piece[..read]);
        bytes += read as i64;
    }
    let hex = context.finish().as_ref().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    Ok((hex, bytes))
}
