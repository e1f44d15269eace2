//! The move of a stopped SQLite store to PostgreSQL: everything in one transaction there, so that an interrupted move
//! leaves nothing behind. The SQLite file stays as it is.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use postgres::Transaction;
use rusqlite::OpenFlags;
use rusqlite::types::ValueRef;

use super::backup::{BackupError, Counts, Result, differ, postgres as pg, sqlite};
use super::dialect::Engine;
use super::migrate;
use super::open::{OpenError, database_file};
use super::restore::refuse_unless_empty_postgres;

/// Rows between two words about how far it has got.
const BATCH: i64 = 20_000;

/// Copies all tables of the store in `dir` to an empty PostgreSQL database; `tell` hears table, rows so far and all rows.
/// The caller holds the lock of the directory.
///
/// # Errors
/// See [`BackupError`]; nothing is left in PostgreSQL then.
pub fn copy(dir: &Path, url: &str, tell: &mut dyn FnMut(&str, i64, i64)) -> Result<Counts> {
    let file = database_file(dir);
    if !file.exists() {
        return Err(BackupError::Nothing(dir.to_owned()));
    }
    let source = sqlite::open(&file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let (schema, known) = (schema(&source)?, migrate::known());
    if schema != known {
        let why = format!(
            "its schema is {schema} of {known}: start this version of the server on it once, stop it, copy then"
        );
        return Err(BackupError::NotABackup(file, why));
    }
    let expected = sqlite::count(&source)?;
    let mut client = pg::connect(url)?;
    let mut target = client.transaction().map_err(|error| pg::failed(&error))?;
    refuse_unless_empty_postgres(&mut target)?;
    target.batch_execute(migrate::TABLE).map_err(|error| pg::failed(&error))?;
    for (_, _, _, text) in migrate::all(Engine::Postgres) {
        target.batch_execute(&text).map_err(|error| pg::failed(&error))?;
    }
    for table in sqlite::tables(&source)? {
        let all = expected.get(&table).copied().unwrap_or_default();
        copy_table(&source, &mut target, &table, &mut |done| tell(&table, done, all))?;
    }
    // Nobody is at any work any more; the leases were of the process that wrote the file.
    let void = "update work set lease_until = 0 where lease_until > 0;
        update delivery set lease_until = 0 where lease_until > 0";
    target.batch_execute(void).map_err(|error| pg::failed(&error))?;
    let found = pg::count(&mut target)?;
    differ(&expected, &found)?;
    target.commit().map_err(|error| pg::failed(&error))?;
    client.batch_execute("analyze").map_err(|error| pg::failed(&error))?;
    Ok(found)
}

fn schema(source: &rusqlite::Connection) -> Result<i64> {
    let sql = "select count(*) from migration";
    source.query_row(sql, [], |row| row.get(0)).map_err(|error| sqlite::failed(&error))
}

fn copy_table(
    source: &rusqlite::Connection,
    target: &mut Transaction,
    table: &str,
    tell: &mut dyn FnMut(i64),
) -> Result<()> {
    let failed = |error: rusqlite::Error| sqlite::failed(&error);
    let mut rows = source.prepare(&format!("select * from {table}")).map_err(failed)?;
    let columns: Vec<String> = rows.column_names().map(|name| format!("\"{name}\"")).collect();
    let sql = format!("copy \"{table}\" ({}) from stdin", columns.join(", "));
    let mut into = target.copy_in(&sql).map_err(|error| pg::failed(&error))?;
    let (mut found, mut done, mut line) = (rows.query([]).map_err(failed)?, 0, String::new());
    let lost = |error: std::io::Error| BackupError::Open(OpenError::Unreachable(error.to_string()));
    while let Some(row) = found.next().map_err(failed)? {
        line.clear();
        for column in 0..columns.len() {
            line.push_str(if column == 0 { "" } else { "\t" });
            push_value(&mut line, row.get_ref(column).map_err(failed)?);
        }
        line.push('\n');
        into.write_all(line.as_bytes()).map_err(lost)?;
        done += 1;
        if done % BATCH == 0 {
            tell(done);
        }
    }
    into.finish().map_err(|error| pg::failed(&error))?;
    tell(done);
    Ok(())
}

/// A value as `copy` reads it. Tables are strict, so there is nothing but whole numbers, texts and null.
fn push_value(line: &mut String, value: ValueRef) {
    match value {
        ValueRef::Integer(number) => {
            // Writing to a string cannot fail.
            let _ = write!(line, "{number}");
        }
        ValueRef::Text(text) => {
            for c in String::from_utf8_lossy(text).chars() {
                match c {
                    '\\' => line.push_str("\\\\"),
                    '\n' => line.push_str("\\n"),
                    '\r' => line.push_str("\\r"),
                    '\t' => line.push_str("\\t"),
                    c => line.push(c),
                }
            }
        }
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => line.push_str("\\N"),
    }
}
