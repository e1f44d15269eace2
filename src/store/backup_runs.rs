//! What became of each backup, for the schedule and for whoever watches over it.

use serde::Serialize;

use super::backup::BackupError;
use super::open::{self, Location};
use super::tx::Row;
use super::{Tx, migrate, restore};
use crate::domain::error::Result;

/// A backup, or an attempt at one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackupRun {
    pub id: String,
    /// When it was begun.
    pub at: i64,
    /// Absent while it is under way.
    pub duration_ms: Option<i64>,
    pub file: Option<String>,
    pub bytes: Option<i64>,
    pub row_count: Option<i64>,
    /// The copy was read back and is whole.
    pub verified: bool,
    pub error: Option<String>,
}

/// How the ids of runs by the clock begin.
const BY_THE_CLOCK: &str = "schedule:";

impl BackupRun {
    /// The id of the run at a place in the schedule.
    #[must_use]
    pub fn id_of(place: i64) -> String {
        format!("{BY_THE_CLOCK}{place}")
    }

    /// Whether it was made by the clock.
    #[must_use]
    pub fn is_scheduled(&self) -> bool {
        self.id.starts_with(BY_THE_CLOCK)
    }
}

const COLUMNS: &str = "id, at, duration_ms, file, bytes, row_count, verified, error";

fn read(row: &Row) -> Result<BackupRun> {
    Ok(BackupRun {
        id: row.get(0)?,
        at: row.get(1)?,
        duration_ms: row.get(2)?,
        file: row.get(3)?,
        bytes: row.get(4)?,
        row_count: row.get(5)?,
        verified: row.get::<i64>(6)? == 1,
        error: row.get(7)?,
    })
}

/// Takes a place in the schedule. False: somebody else has it.
pub fn begin(tx: &mut Tx, id: &str, at: i64) -> Result<bool> {
    let sql = "insert into backup_run (id, at) values ($1, $2) on conflict do nothing";
    Ok(tx.execute(sql, &[&id, &at])? == 1)
}

/// Writes a run as it is now.
pub fn put(tx: &mut Tx, run: &BackupRun) -> Result<()> {
    tx.execute(
        "insert into backup_run (id, at, duration_ms, file, bytes, row_count, verified, error)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (id) do update set at = excluded.at, duration_ms = excluded.duration_ms,
             file = excluded.file, bytes = excluded.bytes, row_count = excluded.row_count,
             verified = excluded.verified, error = excluded.error",
        &[
            &run.id,
            &run.at,
            &run.duration_ms,
            &run.file,
            &run.bytes,
            &run.row_count,
            &i64::from(run.verified),
            &run.error,
        ],
    )?;
    Ok(())
}

/// The latest runs, newest first.
pub fn list(tx: &mut Tx, limit: i64) -> Result<Vec<BackupRun>> {
    let sql = format!("select {COLUMNS} from backup_run order by at desc, id desc limit $1");
    tx.query(&sql, &[&limit], read)
}

/// The last attempt that came to an end, one way or the other.
pub fn find_last_ended(tx: &mut Tx) -> Result<Option<BackupRun>> {
    let sql = format!(
        "select {COLUMNS} from backup_run where duration_ms is not null order by at desc, id desc limit 1"
    );
    tx.query_row(&sql, &[], read)
}

/// The last backup that is whole.
pub fn find_last_good(tx: &mut Tx) -> Result<Option<BackupRun>> {
    let sql =
        format!("select {COLUMNS} from backup_run where verified = 1 order by at desc, id desc limit 1");
    tx.query_row(&sql, &[], read)
}

/// Forgets runs that began before an instant, at most so many; answers how many.
pub fn delete_before(tx: &mut Tx, before: i64, most: i64) -> Result<u64> {
    tx.execute(
        "delete from backup_run where id in (select id from backup_run where at < $1 order by at limit $2)",
        &[&before, &most],
    )
}

/// Writes a run that the command line made, on a connection of its own. Where the tables are not those that this version
/// knows, there is nowhere to write it.
///
/// # Errors
/// What keeps it from being written.
pub fn note(location: &Location, run: &BackupRun) -> Result<(), BackupError> {
    if restore::schema_of(location)? != migrate::known() {
        return Ok(());
    }
    let mut connection = match location {
        Location::Directory(dir) => open::sqlite(&open::database_file(dir), true)?,
        Location::Postgres(url) => open::postgres(url)?,
    };
    connection.batch(connection.engine().begin_write())?;
    let written = put(&mut Tx::new(&mut connection), run);
    match written {
        Ok(()) => connection.batch("commit").map_err(Into::into),
        Err(error) => {
            let _ = connection.batch("rollback");
            Err(error.into())
        }
    }
}
