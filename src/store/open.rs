//! Opens the database and refuses what would break the promise: an older SQLite, unsafe PostgreSQL settings, a
//! damaged file, a second server on the same directory, a database from a newer version.
//!
//! Nothing here repairs or deletes anything: what cannot be opened safely is left as it was.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::tx::{Connection, from_postgres, from_sqlite};
use crate::domain::error::{Error, Result};

/// Why the store does not open. Each message says what to do; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the data directory {0} cannot be used: {1}")]
    Directory(PathBuf, std::io::Error),
    #[error(
        "another Bellwire (process {pid}) is running on {dir}; stop it first, or use another --data directory",
        dir = dir.display()
    )]
    InUse { dir: PathBuf, pid: String },
    #[error(
        "the database comes from a newer Bellwire (its schema is {found}, this version knows {known}); \
         use that version or a later one. Nothing was changed"
    )]
    Newer { found: i64, known: i64 },
    #[error("migration {number} in the database is not the one in this version; nothing was changed")]
    ChangedMigration { number: i64 },
    #[error(
        "the database file {0} is damaged or is not a database ({1}); it was left as it is, restore a backup"
    )]
    Damaged(PathBuf, String),
    #[error("the SQLite in this build is {0}; 3.51.3 or later is needed")]
    OldSqlite(String),
    #[error("PostgreSQL {0} is too old; 15 or later is needed")]
    OldPostgres(String),
    #[error(
        "PostgreSQL's {setting} is {value:?}, which would lose acknowledged writes in a power cut; set it to {wanted}"
    )]
    Unsafe { setting: &'static str, value: String, wanted: &'static str },
    #[error("the database URL is not understood: {0}")]
    Url(String),
    #[error("the database does not answer: {0}")]
    Unreachable(String),
    #[error("the disk is full; nothing was changed")]
    DiskFull,
    #[error("the database failed: {0}")]
    Failed(String),
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        match error {
            Error::StorageFull => Self::DiskFull,
            Error::Lost(text) | Error::Unavailable(text) => Self::Unreachable(text),
            other => Self::Failed(other.to_string()),
        }
    }
}

/// Where the data is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A directory with `bellwire.db` in it.
    Directory(PathBuf),
    /// A PostgreSQL URL.
    Postgres(String),
}

/// The directory's lock file, held as long as this value lives; it holds the process number of its owner.
#[derive(Debug)]
pub struct DirectoryLock(#[expect(dead_code, reason = "the lock lives as long as the file is open")] File);

impl DirectoryLock {
    /// Makes the directory if it is missing and takes its lock.
    ///
    /// # Errors
    /// [`OpenError::InUse`] when another process holds it.
    pub fn take(dir: &Path) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Directory(dir.to_owned(), error);
        std::fs::create_dir_all(dir).map_err(failed)?;
        let path = dir.join("bellwire.lock");
        let mut options = File::options();
        let mut file =
            options.create(true).truncate(false).read(true).write(true).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let _ = file.read_to_string(&mut pid);
                let pid = if pid.trim().is_empty() { "unknown".into() } else { pid.trim().into() };
                return Err(OpenError::InUse { dir: dir.to_owned(), pid });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let note = |file: &mut File| {
            file.set_len(0)?;
            file.rewind()?;
            writeln!(file, "{}", std::process::id())
        };
        // The number is only for the message above; a full disk must not keep the server from starting.
        let _ = note(&mut file);
        Ok(Self(file))
    }
}

/// The database file in a data directory.
#[must_use]
pub fn database_file(dir: &Path) -> PathBuf {
    dir.join("bellwire.db")
}

pub(super) const OLDEST_SQLITE: i32 = 3_051_003;

/// A connection to the file. Writers sync each commit; readers cannot write.
pub(super) fn sqlite(path: &Path, writes: bool) -> Result<Connection, OpenError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(OpenError::OldSqlite(rusqlite::version().to_owned()));
    }
    let open = || -> rusqlite::Result<rusqlite::Connection> {
        let conn = rusqlite::Connection::open(path)?;
        conn.set_prepared_statement_cache_capacity(256);
        conn.busy_timeout(Duration::from_secs(5))?;
        conn.execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
             pragma cache_size = -65536; pragma temp_store = memory; pragma wal_autocheckpoint = 4000;",
        )?;
        // Reads the header and the schema, so that a damaged file shows itself here.
        conn.query_row("select count(*) from sqlite_master", [], |_| Ok(()))?;
        // What is deleted is overwritten: an erased person's words must not stay behind in free pages.
        conn.execute_batch(if writes { "pragma secure_delete = on" } else { "pragma query_only = 1" })?;
        Ok(conn)
    };
    open().map(|conn| Connection::Sqlite { conn, numbers: std::collections::HashMap::default() }).map_err(
        |error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
                OpenError::Damaged(path.to_owned(), error.to_string())
            }
            _ => from_sqlite(&error).into(),
        },
    )
}

/// A connection to PostgreSQL, checked for version and durability.
pub(super) fn postgres(url: &str) -> Result<Connection, OpenError> {
    let mut config: postgres::Config =
        url.parse().map_err(|e: postgres::Error| OpenError::Url(e.to_string()))?;
    config.application_name("bellwire").connect_timeout(Duration::from_secs(5));
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| OpenError::Failed(e.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tls = tokio_postgres_rustls::MakeRustlsConnect::new(tls);
    let mut client = config.connect(tls).map_err(|e| match from_postgres(&e) {
        Error::Internal(text) => OpenError::Unreachable(text),
        error => error.into(),
    })?;
    check_durability(&mut client)?;
    Ok(Connection::Postgres { client, statements: std::collections::HashMap::default() })
}

fn check_durability(client: &mut postgres::Client) -> Result<(), OpenError> {
    let mut show = |setting: &str| -> Result<String, OpenError> {
        let row = client.query_one(&format!("show {setting}"), &[]).map_err(|e| from_postgres(&e))?;
        Ok(row.get(0))
    };
    let version = show("server_version_num")?;
    if version.parse::<i64>().unwrap_or(0) < 150_000 {
        return Err(OpenError::OldPostgres(show("server_version")?));
    }
    for (setting, good, wanted) in [
        ("fsync", &["on"][..], "on"),
        ("full_page_writes", &["on"][..], "on"),
        ("synchronous_commit", &["on", "remote_write", "remote_apply"][..], "on"),
    ] {
        let value = show(setting)?;
        if !good.contains(&value.as_str()) {
            return Err(OpenError::Unsafe { setting, value, wanted });
        }
    }
    Ok(())
}
