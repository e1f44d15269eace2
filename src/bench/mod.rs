//! `bellwire bench`: how fast, and at what cost, next to the raw limits of the machine measured in the same run.
//!
//! The server runs in a child process, so that its CPU time and memory can be told from the client's; both share the
//! machine. Each row starts a server of its own on one stage. Nothing here judges: goals stand beside the figures.
//! How to read them is in docs/performance.md.

mod child;
mod crowd;
mod net;
mod raw;
mod report;
mod rows;
mod stage;
mod wire;

use std::io::{Write as _, stderr, stdout};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::app;
use crate::clock::Clock;
use report::{Machine, Measured, Report, ms, percentile};
use stage::Stage;

/// Rounds of what is cheap enough to be repeated; the figure is their median.
const ROUNDS: usize = 3;

/// What `bellwire bench` is asked to do.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// What to measure; everything if none is named
    #[arg(value_enum)]
    rows: Vec<Row>,
    /// How long one round lasts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=300))]
    seconds: u32,
    /// Open streams of the rows about many of them, each of a user of its own
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=15_000))]
    connections: u32,
    /// Tasks of the row about reminders, and customers of the one about marketing rules
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    tasks: u32,
    /// Measure on this PostgreSQL, a throwaway one: an account stays behind in it
    #[arg(long, env = "BELLWIRE_BENCH_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Where to make the throwaway data directory: it decides which disk is measured
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Print JSON in place of tables
    #[arg(long)]
    json: bool,
    /// Be the server that only sends, for the bench itself
    #[arg(long, hide = true)]
    raw_server: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Row {
    /// From an accepted write to its frame on the stream, at 1,000 writes a second
    Latency,
    /// Writes a second with 256 calls under way
    Ingest,
    /// One notification to everybody who is connected
    Broadcast,
    /// Memory of a stream on which nothing happens
    Idle,
    /// Everybody comes back at once
    Reconnect,
    /// A page of an inbox, and the unread count
    Inbox,
    /// States of orders a second, one and a hundred a call, and a page of a long history
    Records,
    /// Letters a second to a relay, over one connection and over eight
    Mail,
    /// Many tasks due at one mark, and what a notification takes meanwhile
    Reminders,
    /// Events a second with many triggers that listen, of which none, one or all fire
    Triggers,
    /// A marketing rule over as many customers as there are tasks
    Marketing,
}

/// What every row works with.
struct Bench {
    stage: Stage,
    clock: Clock,
    round: Duration,
    /// Tasks of the row about reminders, customers of the one about marketing rules.
    tasks: usize,
}

impl Bench {
    /// At most so many of the users.
    fn members(&self, most: usize) -> &[stage::Member] {
        &self.stage.members[..most.min(self.stage.members.len())]
    }
}

/// Measures and prints.
///
/// # Errors
/// What kept a row from being measured, in one line.
pub async fn run(args: BenchArgs) -> Result<(), String> {
    app::raise_open_files();
    if args.raw_server {
        return raw::serve();
    }
    let clock = Clock::System;
    let parent = args.dir.clone().unwrap_or_else(std::env::temp_dir);
    let load = machine_load();
    let mut disk: Vec<f64> =
        raw::syncs(&parent, &clock, Duration::from_millis(500))?.into_iter().map(ms).collect();
    let machine = machine(load, &mut disk);
    let engine = if args.database_url.is_some() { "PostgreSQL" } else { "SQLite" };
    remark(&format!("making {} users", args.connections));
    let stage = Stage::make(&parent, args.database_url, args.connections as usize).await?;
    let bench =
        Bench { stage, clock, round: Duration::from_secs(args.seconds.into()), tasks: args.tasks as usize };
    let wanted = if args.rows.is_empty() { Row::value_variants().to_vec() } else { args.rows };
    let (mut rows, mut failed) = (Vec::with_capacity(wanted.len()), Vec::new());
    for row in wanted {
        let name = row.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        remark(&format!("measuring {name}"));
        match measure(&bench, row).await {
            Ok(measured) => rows.push(measured),
            // What was measured before, and what comes, is worth as much.
            Err(error) => failed.push(format!("{name}: {error}")),
        }
    }
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        build: if cfg!(debug_assertions) { "debug" } else { "release" },
        engine,
        // Without the program's path, and without the URL, which holds a password.
        command: command_line(),
        machine,
        rows,
    };
    let text = if args.json { report.json() } else { report.table() };
    writeln!(stdout(), "{text}").map_err(|e| e.to_string())?;
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
}

async fn measure(bench: &Bench, row: Row) -> Result<Measured, String> {
    match row {
        Row::Latency => rows::latency::run(bench),
        Row::Ingest => rows::ingest::run(bench).await,
        Row::Broadcast => rows::broadcast::run(bench),
        Row::Idle => rows::idle::run(bench),
        Row::Reconnect => rows::reconnect::run(bench),
        Row::Inbox => rows::inbox::run(bench),
        Row::Records => rows::records::run(bench).await,
        Row::Reminders => rows::reminders::run(bench).await,
        Row::Mail => rows::mail::run(bench).await,
        Row::Triggers => rows::triggers::run(bench).await,
        Row::Marketing => rows::marketing::run(bench).await,
    }
}

fn command_line() -> String {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let shown = args.iter().map(|arg| if arg.contains("://") { "URL" } else { arg.as_str() });
    format!("bellwire {}", shown.collect::<Vec<_>>().join(" "))
}

fn machine_load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().and_then(|load| load.parse().ok()).unwrap_or_default()
}

fn machine(load: f64, disk: &mut [f64]) -> Machine {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    Machine {
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        kernel: rustix::system::uname().release().to_string_lossy().into_owned(),
        cpu: model.map(|(_, name)| name.to_owned()).unwrap_or_default(),
        load,
        sync_p50_ms: percentile(disk, 0.5),
        sync_p99_ms: percentile(disk, 0.99),
    }
}

/// A line for whoever waits.
fn remark(line: &str) {
    let _ = writeln!(stderr(), "bench: {line}");
}
