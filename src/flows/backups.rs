//! Backups by the clock: when one is due, what came of it, which of the older ones go.
//!
//! How a copy is made and read back is `store::backup`'s. A run has its place in the schedule as its id, so that several
//! nodes on one database make one backup and not several.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Ctx;
use crate::domain::error::{Error, Result};
use crate::render::instant::to_rfc3339;
use crate::shutdown::Shutdown;
use crate::store::backup::{self, BackupError, Contents};
use crate::store::backup_runs::{self, BackupRun};
use crate::store::{Engine, Location};

/// After a failure the next attempt comes sooner, but not at once.
const AGAIN_MS: i64 = 10 * 60_000;
/// How long it is kept what became of backups: a year.
const RUNS_KEPT_MS: i64 = 365 * 24 * 3_600_000;

/// When backups are made, and where.
#[derive(Debug, Clone)]
pub struct Plan {
    pub dir: PathBuf,
    pub every: Duration,
    pub keep: NonZeroU32,
}

impl Plan {
    fn every_ms(&self) -> i64 {
        i64::try_from(self.every.as_millis()).unwrap_or(i64::MAX / 4)
    }
}

/// When the next backup is due, by what became of the earlier ones.
///
/// # Errors
/// What the store says.
pub async fn due_at(ctx: &Ctx, plan: &Plan) -> Result<i64> {
    let (every, now) = (plan.every_ms(), ctx.now());
    let (last, good) =
        ctx.store.read(|tx| Ok((backup_runs::list(tx, 1)?.pop(), backup_runs::find_last_good(tx)?))).await?;
    let after_good = good.map_or(now, |run| run.at + every);
    let after_last = last.filter(|run| !run.verified).map_or(0, |run| run.at + AGAIN_MS.min(every));
    Ok(after_good.max(after_last))
}

/// Makes the backup that is due, unless another node is at it; answers what came of it.
///
/// # Errors
/// What the store says; a backup that failed is an answer.
pub async fn run(ctx: &Ctx, shutdown: &Shutdown, plan: &Plan) -> Result<Option<BackupRun>> {
    let now = ctx.now();
    let id = BackupRun::id_of(now / AGAIN_MS.min(plan.every_ms()).max(1));
    let place = id.clone();
    if !ctx.store.write(move |tx| backup_runs::begin(tx, &place, now)).await? {
        return Ok(None);
    }
    let file = plan.dir.join(file_name(ctx.store.engine(), now));
    let (location, begun) = (ctx.store.location().clone(), ctx.clock.monotonic());
    let (dir, target) = (plan.dir.clone(), file.clone());
    let making = shutdown.spawn_blocking("backup", move || make(&location, &dir, &target, now));
    let made = making.await.map_err(|error| Error::internal(error.to_string()))?;
    let took = i64::try_from((ctx.clock.monotonic() - begun).as_millis()).unwrap_or_default();
    let run = outcome(id, now, took, &file, &made);
    let written = run.clone();
    ctx.store
        .write(move |tx| {
            backup_runs::put(tx, &written)?;
            backup_runs::delete_before(tx, now - RUNS_KEPT_MS, 500).map(drop)
        })
        .await?;
    if made.is_ok() {
        let (dir, keep) = (plan.dir.clone(), plan.keep);
        let removing = shutdown.spawn_blocking("backup", move || remove_old(&dir, keep));
        let removed = removing.await.map_err(|error| Error::internal(error.to_string()))?;
        if let Err(error) = removed {
            tracing::warn!(%error, "old backups stay");
        }
    }
    Ok(Some(run))
}

fn make(location: &Location, dir: &Path, file: &Path, now: i64) -> Result<Contents, BackupError> {
    std::fs::create_dir_all(dir).map_err(|error| BackupError::File(dir.to_owned(), error))?;
    backup::make(location, file, now)
}

/// What is written down of a backup.
#[must_use]
pub fn outcome(
    id: String,
    at: i64,
    took_ms: i64,
    file: &Path,
    made: &Result<Contents, BackupError>,
) -> BackupRun {
    let contents = made.as_ref().ok();
    BackupRun {
        id,
        at,
        duration_ms: Some(took_ms),
        file: Some(file.display().to_string()),
        bytes: contents.map(|contents| contents.bytes),
        row_count: contents.map(Contents::row_count),
        verified: contents.is_some(),
        error: made.as_ref().err().map(ToString::to_string),
    }
}

const PREFIX: &str = "bellwire-";

/// The name of a backup: the order of names is the order of time.
#[must_use]
pub fn file_name(engine: Engine, at: i64) -> String {
    let time: String = to_rfc3339(at).chars().filter(char::is_ascii_alphanumeric).collect();
    let ending = match engine {
        Engine::Sqlite => "db",
        Engine::Postgres => "dump",
    };
    format!("{PREFIX}{time}.{ending}")
}

/// Removes all but the newest; what is not named as the schedule names it is left alone.
fn remove_old(dir: &Path, keep: NonZeroU32) -> std::io::Result<()> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_backup = [".db", ".dump"].iter().any(|ending| name.ends_with(ending));
        if is_backup && name.starts_with(PREFIX) {
            found.push(path);
        }
    }
    found.sort_unstable();
    let gone = found.len().saturating_sub(usize::try_from(keep.get()).unwrap_or(usize::MAX));
    for path in found.into_iter().take(gone) {
        std::fs::remove_file(&path)?;
        match std::fs::remove_file(backup::note(&path)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
