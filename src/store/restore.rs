//! The way back from a backup: into an empty place, whole or not at all.
//!
//! A restored database believes that letters which were sent after the backup still have to be: those that wait are held
//! until the operator lets them go ([`hold`]). The epoch of the cursors is raised, so that browsers load anew.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use rusqlite::OpenFlags;

use super::Tx;
use super::backup::{self, BackupError, Contents, Kind, Result, postgres as pg, remove, sqlite, sync_folder};
use super::dialect::Engine;
use super::migrate;
use super::open::{self, Location, database_file};
use super::tx::Connection;
use crate::domain::delivery::LATE_MS;
use crate::domain::error;
use crate::store::meta;

/// What was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    pub rows: i64,
    /// What the file beside the backup says of it.
    pub noted: Option<Contents>,
    pub settled: Settled,
}

/// What was changed in what was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    pub epoch: i64,
    /// Letters that wait for the operator.
    pub held: i64,
}

/// Takes a backup back. The caller holds the lock of the directory.
///
/// # Errors
/// See [`BackupError`]; the place is then as empty as before, or (PostgreSQL) refused by every server.
pub fn restore(file: &Path, location: &Location, now_ms: i64) -> Result<Restored> {
    let kind = backup::kind(file)?;
    refuse_unless_empty(location)?;
    let (rows, noted) = backup::verify(file)?;
    let settled = match (location, kind) {
        (Location::Directory(dir), Kind::Sqlite) => into_directory(file, dir, now_ms)?,
        (Location::Postgres(url), Kind::Postgres) => into_postgres(file, url, now_ms)?,
        (Location::Directory(_), Kind::Postgres) => {
            let why = "this backup is PostgreSQL's: name an empty database with --database-url";
            return Err(BackupError::WrongEngine(why.to_owned()));
        }
        (Location::Postgres(_), Kind::Sqlite) => {
            let why = "this backup is SQLite's: restore it without --database-url, then bellwire copy --to";
            return Err(BackupError::WrongEngine(why.to_owned()));
        }
    };
    Ok(Restored { rows: rows.values().sum(), noted, settled })
}

fn refuse_unless_empty(location: &Location) -> Result<()> {
    match location {
        Location::Directory(dir) => {
            let file = database_file(dir);
            // A log that was left behind by another database would be played into this one.
            let left = ["", "-wal", "-shm", "-journal"].map(|ending| {
                let mut name = file.as_os_str().to_owned();
                name.push(ending);
                std::path::PathBuf::from(name)
            });
            let is_full = left.iter().any(|file| file.exists());
            if is_full { Err(BackupError::NotEmpty(dir.display().to_string())) } else { Ok(()) }
        }
        Location::Postgres(url) => refuse_unless_empty_postgres(&mut pg::connect(url)?),
    }
}

/// No table at all may be there.
pub(super) fn refuse_unless_empty_postgres(client: &mut impl postgres::GenericClient) -> Result<()> {
    let tables = "select count(*) from pg_tables where schemaname = current_schema()";
    let found: i64 = client.query_one(tables, &[]).map_err(|error| pg::failed(&error))?.get(0);
    if found > 0 { Err(BackupError::NotEmpty("the PostgreSQL database".to_owned())) } else { Ok(()) }
}

/// The file gets its name only when it is complete.
fn into_directory(file: &Path, dir: &Path, now_ms: i64) -> Result<Settled> {
    let target = database_file(dir);
    let part = dir.join("bellwire.db.part");
    remove(&part)?;
    let failed = |error| BackupError::File(part.clone(), error);
    std::fs::copy(file, &part).map_err(failed)?;
    let settled = (|| {
        let conn = sqlite::open(&part, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        conn.execute_batch("pragma journal_mode = delete; pragma synchronous = full;")
            .map_err(|error| sqlite::failed(&error))?;
        settle(&mut Connection::Sqlite { conn, numbers: std::collections::HashMap::default() }, now_ms)
    })();
    let settled = settled.inspect_err(|_| {
        let _ = remove(&part);
    })?;
    std::fs::File::open(&part).and_then(|file| file.sync_all()).map_err(failed)?;
    std::fs::rename(&part, &target).map_err(failed)?;
    sync_folder(&target).map_err(failed)?;
    Ok(settled)
}

/// The table of migrations is filled last: until then no server takes the database for one of ours.
fn into_postgres(file: &Path, url: &str, now_ms: i64) -> Result<Settled> {
    let all = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", "--no-password"];
    let dbname = pg::environment(url)?.into_iter().find(|(name, _)| *name == "PGDATABASE");
    let dbname = format!("--dbname={}", dbname.map(|(_, name)| name).unwrap_or_default());
    let mut list = pg::program(pg::RESTORE, url)?;
    let listed = list.arg("--list").arg(file).stdout(Stdio::piped()).output();
    let listed =
        listed.map_err(|error| BackupError::Program { program: pg::RESTORE, said: error.to_string() })?;
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    let is_last = |line: &&str| line.contains(" TABLE DATA ") && line.contains(" migration ");
    let (last, most): (Vec<&str>, Vec<&str>) = text.lines().partition(is_last);
    if last.is_empty() {
        return Err(BackupError::NotABackup(file.to_owned(), "it has no migrations in it".to_owned()));
    }
    let take = |lines: &[&str]| -> Result<()> {
        let chosen = chosen(lines)?;
        let mut command = pg::program(pg::RESTORE, url)?;
        command.args(all).arg(&dbname).arg(format!("--use-list={}", chosen.0.display())).arg(file);
        pg::run(pg::RESTORE, &mut command)
    };
    take(&most)?;
    let settled = settle(&mut open::postgres(url)?, now_ms)?;
    take(&last)?;
    pg::connect(url)?.batch_execute("analyze").map_err(|error| pg::failed(&error))?;
    Ok(settled)
}

/// A list of what is to be restored, as a file; gone when this is dropped.
struct Chosen(std::path::PathBuf);

impl Drop for Chosen {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn chosen(lines: &[&str]) -> Result<Chosen> {
    let path = std::env::temp_dir().join(format!("bellwire-restore-{}.list", std::process::id()));
    let failed = |error| BackupError::File(path.clone(), error);
    remove(&path)?;
    let mut file = std::fs::File::create_new(&path).map_err(failed)?;
    let chosen = Chosen(path.clone());
    file.write_all(lines.join("\n").as_bytes()).map_err(failed)?;
    Ok(chosen)
}

fn settle(connection: &mut Connection, now_ms: i64) -> Result<Settled> {
    connection.batch(connection.engine().begin_write())?;
    let mut tx = Tx::new(connection);
    let settled = hold(&mut tx, now_ms);
    let finished = tx.finish();
    match settled.and_then(|settled| finished.map(|_| settled)) {
        Ok(settled) => connection.batch("commit").map(|()| settled).map_err(Into::into),
        Err(error) => {
            let _ = connection.batch("rollback");
            Err(error.into())
        }
    }
}

/// Makes what was taken back harmless: letters wait, browsers load anew, nobody is at any work. What rules do later that was
/// due before is held as it is written (`flows::rules::act`).
///
/// # Errors
/// What the engine says.
pub fn hold(tx: &mut Tx, now_ms: i64) -> error::Result<Settled> {
    let old: i64 = meta::find(tx, meta::EPOCH)?.and_then(|epoch| epoch.parse().ok()).unwrap_or_default();
    let epoch = (old + 1).max(now_ms / 1000);
    meta::put(tx, meta::EPOCH, &epoch.to_string())?;
    let newest = tx.query_row("select max(id) from event", &[], |row| row.get::<Option<String>>(0))?;
    let mark = RestoreMark { at: now_ms, newest_event: newest.flatten().unwrap_or_default() };
    meta::put(tx, meta::RESTORED, &serde_json::to_string(&mark).unwrap_or_default())?;
    tx.execute("update work set lease_until = 0 where lease_until > 0", &[])?;
    let held = if has_table(tx, "delivery")? {
        // What its reader would get too late ends by itself, as expired.
        tx.execute(
            "update delivery set state = 'held', reason = 'restored', lease_until = 0, next_at = expires_at + $1
             where ended_at is null",
            &[&(LATE_MS + 1)],
        )?
    } else {
        0
    };
    if has_table(tx, "rule_delivery")? {
        tx.execute(
            "update rule_delivery set state = 'held', reason = 'restored', lease_until = 0, next_at = expires_at + $1
             where ended_at is null",
            &[&(LATE_MS + 1)],
        )?;
    }
    // Who came into a segment since the backup was told so, for all that is known: whoever is in it now was there.
    if has_table(tx, "marketing_begun")? {
        tx.execute("delete from marketing_begun", &[])?;
    }
    Ok(Settled { epoch, held: held as i64 })
}

/// What is older than a restore: letters about it may have been sent before.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RestoreMark {
    pub at: i64,
    /// The ids of events are in the order of time.
    pub newest_event: String,
}

/// When this database was last taken back, if it was.
///
/// # Errors
/// What the engine says.
pub fn find_mark(tx: &mut Tx) -> error::Result<Option<RestoreMark>> {
    Ok(meta::find(tx, meta::RESTORED)?.and_then(|text| serde_json::from_str(&text).ok()))
}

fn has_table(tx: &mut Tx, table: &str) -> error::Result<bool> {
    let sql = match tx.engine() {
        Engine::Sqlite => "select count(*) from sqlite_master where type = 'table' and name = $1",
        Engine::Postgres => {
            "select count(*) from pg_tables where tablename = cast($1 as text) and schemaname = current_schema()"
        }
    };
    Ok(tx.query_row(sql, &[&table], |row| row.get::<i64>(0))?.unwrap_or_default() > 0)
}

/// The schema of a database that is there: how many migrations it has; 0: none, or there is no database.
///
/// # Errors
/// What keeps it from being looked at.
pub fn schema_of(location: &Location) -> Result<i64> {
    let mut connection = match location {
        Location::Directory(dir) if !database_file(dir).exists() => return Ok(0),
        Location::Directory(dir) => open::sqlite(&database_file(dir), false)?,
        Location::Postgres(url) => open::postgres(url)?,
    };
    let mut tx = Tx::new(&mut connection);
    if !has_table(&mut tx, "migration")? {
        return Ok(0);
    }
    let applied = migrate::applied(&mut tx)?;
    migrate::check(&applied)?;
    Ok(applied.len() as i64)
}
