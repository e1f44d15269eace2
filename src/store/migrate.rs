//! Forward-only migrations: numbered texts, checksums, one starter at a time.
//!
//! A database that holds a migration unknown to this version is newer and is refused, as is one whose migration
//! differs from ours. Nothing goes backwards.

use ring::digest::{SHA256, digest};

use super::dialect::Engine;
use super::open::OpenError;
use super::tx::{Connection, Tx};
use crate::domain::error::Result;

/// Every migration, in order; the number is the position from 1.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_init", include_str!("../../migrations/0001_init.sql")),
    ("0002_records", include_str!("../../migrations/0002_records.sql")),
    ("0003_tasks", include_str!("../../migrations/0003_tasks.sql")),
    ("0004_deliveries", include_str!("../../migrations/0004_deliveries.sql")),
    ("0005_preferences", include_str!("../../migrations/0005_preferences.sql")),
    ("0006_rules", include_str!("../../migrations/0006_rules.sql")),
    ("0007_marketing", include_str!("../../migrations/0007_marketing.sql")),
    ("0008_operator", include_str!("../../migrations/0008_operator.sql")),
    ("0009_running", include_str!("../../migrations/0009_running.sql")),
];

/// The number of the last migration that this version knows.
#[must_use]
pub fn known() -> i64 {
    MIGRATIONS.len() as i64
}

fn checksum(text: &str) -> String {
    use std::fmt::Write as _;
    digest(&SHA256, text.as_bytes()).as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Brings the schema up to date.
///
/// # Errors
/// [`OpenError::Newer`], [`OpenError::ChangedMigration`], or what the engine says; nothing is half-done.
pub(super) fn migrate(connection: &mut Connection, now_ms: i64) -> Result<(), OpenError> {
    // Two nodes may start at once; the second waits here. SQLite's directory lock does the same.
    const STARTER: &str = "select pg_advisory_lock(7204115302)";
    let engine = connection.engine();
    if engine == Engine::Postgres {
        connection.script(STARTER)?;
    }
    connection.script(&engine.schema(TABLE))?;
    let applied = applied(&mut Tx::new(connection))?;
    check(&applied)?;
    for (index, (name, text)) in MIGRATIONS.iter().enumerate().skip(applied.len()) {
        apply(connection, index as i64 + 1, name, text, now_ms).inspect_err(|_| {
            let _ = connection.batch("rollback");
        })?;
    }
    if engine == Engine::Postgres {
        // Plans that are cached while tables are empty stay ten times slower; see also `Store::analyze`.
        connection.script("analyze; select pg_advisory_unlock(7204115302)")?;
    }
    Ok(())
}

/// The migrations that a database has, with their checksums.
pub(super) fn applied(tx: &mut Tx) -> Result<Vec<(i64, String)>> {
    tx.query("select number, checksum from migration order by number", &[], |row| {
        Ok((row.get::<i64>(0)?, row.get::<String>(1)?))
    })
}

/// Whether this version can go on from these migrations.
///
/// # Errors
/// [`OpenError::Newer`], [`OpenError::ChangedMigration`].
pub(super) fn check(applied: &[(i64, String)]) -> Result<(), OpenError> {
    if let Some((found, _)) = applied.last().filter(|(number, _)| *number > known()) {
        return Err(OpenError::Newer { found: *found, known: known() });
    }
    for (number, sum) in applied {
        if checksum(MIGRATIONS[*number as usize - 1].1) != *sum {
            return Err(OpenError::ChangedMigration { number: *number });
        }
    }
    Ok(())
}

/// Every migration as this version has it, for an engine: number, name, checksum, statements.
pub(super) fn all(engine: Engine) -> impl Iterator<Item = (i64, &'static str, String, String)> {
    (1..)
        .zip(MIGRATIONS)
        .map(move |(number, (name, text))| (number, *name, checksum(text), engine.schema(text)))
}

/// The statement that makes the table of migrations.
pub(super) const TABLE: &str = "create table if not exists migration (
    number bigint not null primary key,
    name text not null,
    checksum text not null,
    applied_at bigint not null
);";

fn apply(connection: &mut Connection, number: i64, name: &str, text: &str, now_ms: i64) -> Result<()> {
    let engine = connection.engine();
    connection.batch(engine.begin_write())?;
    connection.script(&engine.schema(text))?;
    Tx::new(connection).execute(
        "insert into migration (number, name, checksum, applied_at) values ($1, $2, $3, $4)",
        &[&number, &name, &checksum(text), &now_ms],
    )?;
    connection.batch("commit")
}
