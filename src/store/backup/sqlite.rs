//! A copy of the SQLite file, made by SQLite itself while others write.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{BackupError, Copied, Counts, Result};
use crate::store::migrate;
use crate::store::open::{OpenError, database_file};
use crate::store::tx::from_sqlite;

/// Opens a file that is there, and makes none.
pub(in crate::store) fn open(file: &Path, flags: OpenFlags) -> Result<Connection> {
    let open = || -> rusqlite::Result<Connection> {
        let conn = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        conn.busy_timeout(Duration::from_secs(5))?;
        conn.query_row("select count(*) from sqlite_master", [], |_| Ok(()))?;
        Ok(conn)
    };
    open().map_err(|error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
            OpenError::Damaged(file.to_owned(), error.to_string()).into()
        }
        _ => failed(&error),
    })
}

pub(in crate::store) fn failed(error: &rusqlite::Error) -> BackupError {
    from_sqlite(error).into()
}

/// Copies what is committed at this moment. The copy has no free pages, so nothing that was deleted is in it.
pub(super) fn copy(dir: &Path, to: &Path) -> Result<Copied> {
    let file = database_file(dir);
    if !file.exists() {
        return Err(BackupError::Nothing(dir.to_owned()));
    }
    let source = open(&file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let text = to.to_str().ok_or_else(|| {
        let error = std::io::Error::other("its name is not UTF-8");
        BackupError::File(to.to_owned(), error)
    })?;
    let before = heads(&source)?;
    source.execute("vacuum into $1", [text]).map_err(|error| failed(&error))?;
    let after = heads(&source)?;
    let copied = read_back(to)?;
    let head = heads(&open(to, OpenFlags::SQLITE_OPEN_READ_ONLY)?)?;
    if head < before || head > after {
        let why = format!("its cursors stand at {head}, those of the database went from {before} to {after}");
        return Err(BackupError::NotWhole(why));
    }
    Ok(copied)
}

/// The cursors of all accounts, added up: they only grow, so a copy's lies between two readings of the original.
fn heads(conn: &Connection) -> Result<i64> {
    let has_accounts = "select count(*) from sqlite_master where type = 'table' and name = 'account'";
    let one = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(|error| failed(&error));
    if one(has_accounts)? == 0 {
        return Ok(0);
    }
    one("select coalesce(sum(seq + history_seq + last_number), 0) from account")
}

/// Looks at every page and every reference, at the migrations, and counts the rows.
pub(super) fn read_back(file: &Path) -> Result<Copied> {
    let conn = open(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    for (pragma, fine) in [("pragma integrity_check(5)", Some("ok")), ("pragma foreign_key_check", None)] {
        let said = column(&conn, pragma)?;
        let wrong: Vec<_> = said.into_iter().filter(|line| Some(line.as_str()) != fine).take(5).collect();
        if !wrong.is_empty() {
            return Err(BackupError::NotWhole(wrong.join("; ")));
        }
    }
    let schema = schema(&conn, file)?;
    Ok(Copied { engine: "sqlite", schema, rows: count(&conn)? })
}

fn schema(conn: &Connection, file: &Path) -> Result<i64> {
    let applied = (|| {
        let mut statement = conn.prepare("select number, checksum from migration order by number")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<Vec<(i64, String)>>>()
    })();
    let applied = applied.map_err(|error| BackupError::NotABackup(file.to_owned(), error.to_string()))?;
    migrate::check(&applied)?;
    Ok(applied.len() as i64)
}

/// The tables in the order in which they were made: whatever refers to another comes after it.
pub(in crate::store) fn tables(conn: &Connection) -> Result<Vec<String>> {
    column(
        conn,
        "select name from sqlite_master where type = 'table' and name not like 'sqlite!_%' escape '!' order by rowid",
    )
}

pub(in crate::store) fn count(conn: &Connection) -> Result<Counts> {
    let count = |table: String| {
        let rows = conn.query_row(&format!("select count(*) from {table}"), [], |row| row.get::<_, i64>(0));
        rows.map(|rows| (table, rows)).map_err(|error| failed(&error))
    };
    tables(conn)?.into_iter().map(count).collect()
}

fn column(conn: &Connection, sql: &str) -> Result<Vec<String>> {
    let read = || -> rusqlite::Result<Vec<String>> {
        let mut statement = conn.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.collect()
    };
    read().map_err(|error| failed(&error))
}
