//! The server's lives: started, killed at a seeded moment, started again; and the seat that tells everybody where it
//! is now.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use crate::facts::Database;
use crate::seed::Rng;

/// A life, from the moment at which the server listens, in ms.
const SHORTEST_MS: usize = 20;
const LONGEST_MS: usize = 250;
/// One server in so many is killed before it listens.
const STILLBORN: usize = 8;

#[derive(Clone, Copy, Default)]
struct Now {
    address: Option<SocketAddr>,
    life: u64,
    /// No more load.
    quiet: bool,
    /// No more server.
    over: bool,
}

/// Where the server is.
#[derive(Default)]
pub struct Seat {
    now: Mutex<Now>,
    moved: Condvar,
}

impl Seat {
    fn change(&self, change: impl FnOnce(&mut Now)) {
        change(&mut self.now.lock().unwrap());
        self.moved.notify_all();
    }

    /// Waits for a server whose life is `life` or later; its address and life. `None`: there will be none.
    pub fn wait(&self, life: u64) -> Option<(SocketAddr, u64)> {
        let mut now = self.now.lock().unwrap();
        loop {
            if now.over {
                return None;
            }
            match now.address {
                Some(address) if now.life >= life => return Some((address, now.life)),
                _ => now = self.moved.wait(now).unwrap(),
            }
        }
    }

    /// Waits until that life, or the end of the load.
    pub fn wait_or_quiet(&self, life: u64) {
        let now = self.now.lock().unwrap();
        drop(self.moved.wait_while(now, |now| now.life < life && !now.quiet && !now.over).unwrap());
    }

    pub fn is_quiet(&self) -> bool {
        self.now.lock().unwrap().quiet
    }

    /// No more load from now on.
    pub fn call_it_a_day(&self) {
        self.change(|now| now.quiet = true);
    }
}

struct Life {
    child: Child,
    /// Held open, so that it can print.
    _stdout: BufReader<ChildStdout>,
}

/// Starts and kills.
pub struct Nemesis<'a> {
    database: &'a Database,
    rng: Rng,
    /// The port of the relay that letters go to.
    relay: Option<u16>,
    seat: Arc<Seat>,
    life: Option<Life>,
    /// The timer of a life: nobody ever sends.
    timer: (Sender<()>, std::sync::mpsc::Receiver<()>),
}

impl<'a> Nemesis<'a> {
    /// With a server that listens.
    pub fn new(database: &'a Database, rng: Rng) -> Self {
        Self::start_with(database, rng, None)
    }

    /// With a server that hands its letters to this port.
    pub fn with_relay(database: &'a Database, rng: Rng, port: u16) -> Self {
        Self::start_with(database, rng, Some(port))
    }

    fn start_with(database: &'a Database, rng: Rng, relay: Option<u16>) -> Self {
        let mut nemesis = Self { database, rng, relay, seat: Arc::default(), life: None, timer: channel() };
        nemesis.start();
        nemesis
    }

    pub fn seat(&self) -> &Arc<Seat> {
        &self.seat
    }

    /// Kills and starts so many times; the last one started lives on.
    pub fn rage(&mut self, rounds: u64) {
        for _ in 0..rounds {
            let moment = SHORTEST_MS + self.rng.below(LONGEST_MS - SHORTEST_MS + 1);
            let _ = self.timer.1.recv_timeout(Duration::from_millis(moment as u64));
            let mut life = self.life.take().unwrap();
            // `kill` is SIGKILL.
            life.child.kill().unwrap();
            life.child.wait().unwrap();
            self.seat.change(|now| now.address = None);
            if self.rng.once_in(STILLBORN) {
                let mut child = self.spawn();
                let moment = self.rng.below(SHORTEST_MS * 3);
                let _ = self.timer.1.recv_timeout(Duration::from_millis(moment as u64));
                child.kill().unwrap();
                child.wait().unwrap();
            }
            self.start();
        }
    }

    fn spawn(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellwire"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BELLWIRE_")) {
            command.env_remove(name);
        }
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "error", "--data"])
            .arg(&self.database.dir);
        // The receiver of rules' requests is this test.
        command.env("BELLWIRE_HOOK_NETWORKS", "127.0.0.1");
        command.envs(self.database.url.as_ref().map(|url| ("BELLWIRE_DATABASE_URL", url)));
        if let Some(port) = self.relay {
            command.env("BELLWIRE_RELAY", format!("smtp+plain://127.0.0.1:{port}"));
            command.env("BELLWIRE_SENDER", "Town <bell@town.example>");
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap()
    }

    fn start(&mut self) {
        let mut child = self.spawn();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("the server did not start again: {line:?}"));
        let address = address.parse().unwrap();
        self.life = Some(Life { child, _stdout: stdout });
        self.seat.change(|now| {
            now.address = Some(address);
            now.life += 1;
        });
    }

    /// Asks the last server to stop, as a service manager does.
    pub fn stop(mut self) -> String {
        self.seat.change(|now| {
            now.over = true;
            now.address = None;
        });
        let mut life = self.life.take().unwrap();
        let pid = life.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = life.child.wait().unwrap();
        assert!(status.success(), "the server did not stop in an orderly way: {status}");
        format!("{} lives", self.seat.now.lock().unwrap().life)
    }
}

impl Drop for Nemesis<'_> {
    fn drop(&mut self) {
        self.seat.change(|now| now.over = true);
        if let Some(life) = &mut self.life {
            let _ = life.child.kill();
            let _ = life.child.wait();
        }
    }
}
