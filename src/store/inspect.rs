//! A look at a database from outside, for `bellwire doctor`: beside a running server or without one, and without
//! changing anything. A database that the store would refuse to open is described all the same, as far as that goes.

use std::collections::HashMap;

use super::backup_runs::{self, BackupRun};
use super::deliveries::{self, Counts};
use super::dialect::Engine;
use super::open::{self, Location, OpenError, database_file};
use super::relays;
use super::tx::{Connection, Tx, from_sqlite};
use super::work::{self, Backlog};
use crate::domain::error::{Error, Result};

/// What was found.
#[derive(Debug)]
pub struct Facts {
    pub engine: Engine,
    /// Of the engine.
    pub version: String,
    /// The last migration that was applied, and when (Unix ms). `None`: no migration was.
    pub schema: Option<(i64, i64)>,
    /// What SQLite's `quick_check` objects to; empty when it is content, and on PostgreSQL.
    pub damage: Vec<String>,
    /// `None`: the tables are not those that this version knows.
    pub backlog: Option<Backlog>,
    /// Letters, and how many relays the accounts have; as `backlog`.
    pub mail: Option<(Counts, i64)>,
    /// Letters that a restore holds, and the last backup that is whole; as `backlog`.
    pub kept: Option<(i64, Option<BackupRun>)>,
    pub bytes: i64,
    /// PostgreSQL's own clock, Unix ms.
    pub clock_ms: Option<i64>,
}

/// Looks. `None`: there is no database yet.
///
/// # Errors
/// Why it cannot even be looked at.
pub fn inspect(location: &Location, now_ms: i64) -> Result<Option<Facts>, OpenError> {
    match location {
        Location::Directory(dir) => {
            let path = database_file(dir);
            if !path.exists() {
                return Ok(None);
            }
            let damaged = |error: rusqlite::Error| match error.sqlite_error_code() {
                Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
                    OpenError::Damaged(path.clone(), error.to_string())
                }
                _ => from_sqlite(&error).into(),
            };
            let (conn, damage) = look_at_file(&path).map_err(damaged)?;
            let version = rusqlite::version().to_owned();
            let facts = read(Connection::Sqlite { conn, numbers: HashMap::default() }, version, now_ms)?;
            Ok(Some(Facts { damage, ..facts }))
        }
        Location::Postgres(url) => {
            let mut connection = open::postgres(url)?;
            let version = Tx::new(&mut connection).query_row(
                "select current_setting('server_version')",
                &[],
                |row| row.get::<String>(0),
            )?;
            read(connection, version.unwrap_or_default(), now_ms).map(Some)
        }
    }
}

/// Whether the SQLite in this build is one that the store opens, and which it is.
#[must_use]
pub fn sqlite_version() -> (bool, &'static str) {
    (rusqlite::version_number() >= open::OLDEST_SQLITE, rusqlite::version())
}

fn look_at_file(path: &std::path::Path) -> rusqlite::Result<(rusqlite::Connection, Vec<String>)> {
    use rusqlite::OpenFlags;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = rusqlite::Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    let mut statement = conn.prepare("pragma quick_check(5)")?;
    let said =
        statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    drop(statement);
    let damage = said.into_iter().filter(|line| line != "ok").collect();
    Ok((conn, damage))
}

fn read(mut connection: Connection, version: String, now_ms: i64) -> Result<Facts, OpenError> {
    let engine = connection.engine();
    let mut tx = Tx::new(&mut connection);
    let has_tables = match engine {
        Engine::Sqlite => "select count(*) from sqlite_master where name = 'migration'",
        Engine::Postgres => {
            "select count(*) from pg_tables where tablename = 'migration' and schemaname = current_schema()"
        }
    };
    let has_tables = tx.query_row(has_tables, &[], |row| row.get::<i64>(0))?.unwrap_or_default() > 0;
    let schema = if has_tables { schema(&mut tx)? } else { None };
    let bytes = match engine {
        Engine::Sqlite => "select page_count * page_size from pragma_page_count(), pragma_page_size()",
        Engine::Postgres => "select pg_database_size(current_database())",
    };
    let bytes = tx.query_row(bytes, &[], |row| row.get::<i64>(0))?.unwrap_or_default();
    let clock_ms = match engine {
        Engine::Sqlite => None,
        Engine::Postgres => {
            let now = "select cast(extract(epoch from clock_timestamp()) * 1000 as bigint)";
            tx.query_row(now, &[], |row| row.get::<i64>(0))?
        }
    };
    // A failed statement is the end of this transaction, so what may fail comes last.
    let backlog = if schema.is_some() { work::backlog(&mut tx, now_ms).ok() } else { None };
    let mail = if backlog.is_some() { mail(&mut tx, now_ms).ok() } else { None };
    let kept = if mail.is_some() { kept(&mut tx).ok() } else { None };
    Ok(Facts { engine, version, schema, damage: Vec::new(), backlog, mail, kept, bytes, clock_ms })
}

fn kept(tx: &mut Tx) -> Result<(i64, Option<BackupRun>), Error> {
    Ok((deliveries::count_restored(tx)?, backup_runs::find_last_good(tx)?))
}

/// Letters that are due since more than ten minutes are late.
fn mail(tx: &mut Tx, now_ms: i64) -> Result<(Counts, i64), Error> {
    Ok((deliveries::count(tx, now_ms - 10 * 60_000)?, relays::count(tx)?))
}

fn schema(tx: &mut Tx) -> Result<Option<(i64, i64)>, Error> {
    tx.query_row("select number, applied_at from migration order by number desc limit 1", &[], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}
