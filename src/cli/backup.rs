//! `bellwire backup`, `restore` and `copy`: the data as a whole, from one place to another.
//!
//! A backup is made by this process, on connections of its own, beside a running server; the other two want the data for
//! themselves.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::path::PathBuf;

use clap::Args;

use super::admin::Place;
use super::{Result, remark, result};
use crate::app::location;
use crate::clock::Clock;
use crate::config::Settings;
use crate::flows::backups::{file_name, outcome};
use crate::shutdown::Shutdown;
use crate::store::backup::{self, BackupError};
use crate::store::{DirectoryLock, Engine, Location, backup_runs, copying, restore};

#[derive(Args)]
pub(super) struct BackupArgs {
    /// The file to make; a second one beside it, FILE.json, says what is in it
    #[arg(required_unless_present = "to", conflicts_with = "to")]
    file: Option<PathBuf>,
    /// Make a file in this folder, named by the time
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// Makes a backup; its name is the result.
pub(super) async fn backup(args: BackupArgs) -> Result<()> {
    let BackupArgs { file, to, place } = args;
    let (settings, clock) = (place.settings()?, Clock::System);
    let (location, now) = (location(&settings), clock.now_ms());
    let engine = engine(&location);
    let file = file.or(to.map(|folder| folder.join(file_name(engine, now)))).unwrap_or_default();
    let begun = clock.monotonic();
    let made = blocking("backup", {
        let (location, file) = (location.clone(), file.clone());
        move || backup::make(&location, &file, now)
    })
    .await?;
    let took = i64::try_from((clock.monotonic() - begun).as_millis()).unwrap_or_default();
    let run = outcome(format!("command:{now}"), now, took, &file, &made);
    let noted = blocking("note", move || backup_runs::note(&location, &run)).await?;
    let contents = made.map_err(|error| error.to_string())?;
    if let Err(error) = noted {
        remark(&format!("the backup is good, but the server's list of backups does not have it: {error}"));
    }
    let rows = contents.row_count();
    remark(&format!("backed up {rows} rows, {} bytes, in {took} ms; read back and whole", contents.bytes));
    result(&file.display().to_string());
    Ok(())
}

#[derive(Args)]
pub(super) struct RestoreArgs {
    /// The backup
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Takes a backup back into an empty place.
pub(super) async fn restore(args: RestoreArgs) -> Result<()> {
    let RestoreArgs { file, place } = args;
    let settings = place.settings()?;
    let lock = lock(&settings)?;
    let (location, now) = (location(&settings), Clock::System.now_ms());
    let restored = blocking("restore", move || restore::restore(&file, &location, now)).await?;
    let restored = restored.map_err(|error| error.to_string())?;
    drop(lock);
    match &restored.noted {
        Some(noted) => {
            let at = crate::render::instant::to_rfc3339(noted.at);
            remark(&format!("restored {} rows, as they were at {at}", restored.rows));
        }
        None => {
            remark(&format!("restored {} rows; the file that says what they were is missing", restored.rows));
        }
    }
    match restored.settled.held {
        0 => {}
        held => remark(&format!(
            "{held} letters wait, because they may have been sent since: bellwire mail release sends them, bellwire mail \
             discard does not"
        )),
    }
    Ok(())
}

#[derive(Args)]
pub(super) struct CopyArgs {
    /// An empty PostgreSQL database
    #[arg(long, value_name = "URL", env = "BELLWIRE_COPY_TO", hide_env_values = true)]
    to: String,
    #[command(flatten)]
    place: Place,
}

/// Moves a stopped SQLite store to PostgreSQL.
pub(super) async fn copy(args: CopyArgs) -> Result<()> {
    let CopyArgs { to, place } = args;
    let settings = place.settings()?;
    if settings.database_url.is_some() {
        return Err(
            "this server's data is in PostgreSQL already; name its folder and no --database-url".to_owned()
        );
    }
    let lock = lock(&settings)?;
    let dir = settings.data.clone();
    let copied = blocking("copy", move || copying::copy(&dir, &to, &mut tell)).await?;
    let copied = copied.map_err(|error| error.to_string())?;
    drop(lock);
    let rows: i64 = copied.values().sum();
    remark(&format!("copied {rows} rows in {} tables, and counted them there", copied.len()));
    remark(&format!(
        "start the server with --database-url from now on; {} is left as it was and out of date with the first write",
        settings.data.display()
    ));
    Ok(())
}

fn tell(table: &str, done: i64, all: i64) {
    if stderr().is_terminal() {
        let end = if done == all { "\n" } else { "" };
        let _ = write!(stderr(), "\r{table}: {done} of {all}{end}");
    } else if done == all && all > 0 {
        remark(&format!("{table}: {all}"));
    }
}

fn engine(location: &Location) -> Engine {
    match location {
        Location::Directory(_) => Engine::Sqlite,
        Location::Postgres(_) => Engine::Postgres,
    }
}

fn lock(settings: &Settings) -> Result<DirectoryLock> {
    DirectoryLock::take(&settings.data).map_err(|error| error.to_string())
}

/// Runs what blocks on a thread made for it.
async fn blocking<T: Send + 'static>(
    name: &'static str,
    run: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<Result<T, BackupError>> {
    let shutdown = Shutdown::new();
    shutdown.spawn_blocking(name, run).await.map_err(|error| error.to_string())
}
