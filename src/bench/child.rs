//! A server in a process of its own: started, asked for its CPU time and memory, killed.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddrV4;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::config::Settings;

/// What a server prints, before its address, when it is ready.
const READY: &str = "listening on http://";
/// A tick of /proc/PID/stat, which is 10 ms on every Linux that matters.
const TICK_NS: u64 = 10_000_000;

/// A running server, which is killed when this is dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddrV4,
    /// Held open: a server that cannot print has other things to say.
    _stdout: BufReader<ChildStdout>,
}

/// Memory of a process in KiB.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory {
    pub rss: u64,
    /// Shared pages counted by share.
    pub pss: u64,
}

impl Server {
    /// Starts `serve` of this program.
    pub fn serve(settings: &Settings) -> Result<Self, String> {
        let mut command = this_program()?;
        command.arg("serve").arg("--data").arg(&settings.data);
        command.args(["--listen", "127.0.0.1:0", "--log", &settings.log]);
        if let Some(url) = &settings.database_url {
            // Not as a flag, which every user of the machine can read.
            command.env("BELLWIRE_DATABASE_URL", url);
        }
        if let Some(relay) = settings.relays.first() {
            command.env("BELLWIRE_RELAY", format!("smtp+plain://{}:{}", relay.host, relay.port));
            command.env("BELLWIRE_SENDER", "Bench <bell@example.com>");
        }
        Self::start(command.current_dir(&settings.data))
    }

    /// Starts the server that does nothing but send ([`super::raw`]).
    pub fn raw(dir: &Path) -> Result<Self, String> {
        Self::start(this_program()?.args(["bench", "--raw-server"]).current_dir(dir))
    }

    /// Starts a command that says where it listens.
    pub fn start(command: &mut Command) -> Result<Self, String> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|e| format!("the server does not start: {e}"))?;
        let mut stdout = BufReader::new(child.stdout.take().ok_or("no output of the server")?);
        let mut line = String::new();
        while stdout.read_line(&mut line).is_ok_and(|read| read > 0) {
            if let Some(address) = line.trim().strip_prefix(READY) {
                let address = address.trim_end_matches('/').parse().map_err(|e| format!("{address}: {e}"))?;
                return Ok(Self { child, address, _stdout: stdout });
            }
            line.clear();
        }
        let _ = child.kill();
        let _ = child.wait();
        Err("the server ended before it listened".into())
    }

    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// CPU time so far, in nanoseconds, of the process and of those of its threads whose names begin like this.
    #[must_use]
    pub fn cpu_ns(&self, threads: &str) -> u64 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid())).into_iter().flatten().flatten();
        let ours = |dir: &Path| {
            threads.is_empty()
                || fs::read_to_string(dir.join("comm")).is_ok_and(|name| name.starts_with(threads))
        };
        let time = |dir: &Path| fs::read_to_string(dir.join("schedstat")).ok().and_then(|text| first(&text));
        let exact: Option<Vec<u64>> =
            tasks.map(|task| task.path()).filter(|dir| ours(dir)).map(|dir| time(&dir)).collect();
        exact.map_or_else(|| self.ticks() * TICK_NS, |times| times.iter().sum())
    }

    /// User and system time in ticks, where the kernel keeps no account by thread.
    fn ticks(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
    }

    #[must_use]
    pub fn memory(&self) -> Memory {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.pid())).unwrap_or_default();
        let field = |name: &str| {
            let line = rollup.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(first).unwrap_or_default()
        };
        Memory { rss: field("Rss:"), pss: field("Pss:") }
    }

    /// Kills it at once and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn first(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}

fn this_program() -> Result<Command, String> {
    let program = std::env::current_exe().map_err(|e| format!("this program is not found: {e}"))?;
    let mut command = Command::new(program);
    // Settings of whoever runs the bench are not the server's that is measured.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BELLWIRE_")) {
        command.env_remove(name);
    }
    Ok(command)
}

/// Own CPU time so far, in nanoseconds: of the thread that is the client.
#[must_use]
pub fn client_cpu_ns() -> u64 {
    fs::read_to_string("/proc/thread-self/schedstat").ok().and_then(|text| first(&text)).unwrap_or_default()
}
