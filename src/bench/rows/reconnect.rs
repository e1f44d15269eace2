//! Everybody is cut off and comes back at once, each after the last that he heard; meanwhile something was written,
//! which must reach each of them exactly once.

use std::collections::HashMap;
use std::time::Duration;

use super::{to_everybody, to_user};
use crate::bench::child::Server;
use crate::bench::crowd::{Callers, Crowd, PATIENCE};
use crate::bench::net::{Inbox, Net};
use crate::bench::report::{Figure, Measured, median, ms};
use crate::bench::{Bench, ROUNDS};

/// Users who get something of their own while everybody is away.
const MISSED: usize = 100;

/// What one round found.
struct Round {
    back: Duration,
    /// Until also what was missed has come.
    whole: Duration,
    cpu_us: f64,
    lost: usize,
    twice: usize,
}

pub fn run(bench: &Bench) -> Result<Measured, String> {
    let before = overflows();
    let rounds = ours(bench)?;
    let overflows = overflows() - before;
    let bare = bare(bench)?;
    let mid = |of: fn(&Round) -> f64| median(rounds.iter().map(of));
    let sum = |of: fn(&Round) -> usize| rounds.iter().map(of).sum::<usize>() as f64;
    Ok(Measured {
        row: "reconnect",
        is: format!(
            "{} streams cut and resumed, {MISSED} users told something meanwhile",
            bench.stage.members.len()
        ),
        figures: vec![
            Figure::new("until all are back", mid(|r| ms(r.back)), "ms")
                .beside("ms: raw epoll", ms(bare))
                .goal("<= 1500 ms"),
            Figure::new("until all have what they missed", mid(|r| ms(r.whole)), "ms"),
            Figure::new("server CPU per connection", mid(|r| r.cpu_us), "us"),
            Figure::new("lost", sum(|r| r.lost), "").goal("0"),
            Figure::new("twice", sum(|r| r.twice), "").goal("0"),
            Figure::new("overflows of the listen queue", overflows as f64, "").goal("0"),
        ],
    })
}

fn ours(bench: &Bench) -> Result<Vec<Round>, String> {
    let server = Server::serve(&bench.stage.settings)?;
    let mut herd = Herd::gather(bench, &server)?;
    (0..ROUNDS).map(|number| herd.round(number)).collect()
}

struct Herd<'a> {
    bench: &'a Bench,
    server: &'a Server,
    net: Net,
    crowd: Crowd,
    callers: Callers,
    /// How often each user has heard each number.
    heard: HashMap<(usize, usize), usize>,
}

impl<'a> Herd<'a> {
    /// Connects everybody and tells each something, so that each has a cursor.
    fn gather(bench: &'a Bench, server: &'a Server) -> Result<Self, String> {
        let mut net = Net::new(server.address, bench.clock.clone())?;
        let crowd = Crowd::open(&mut net, &bench.stage.members)?;
        let (callers, heard) = Default::default();
        let mut herd = Self { bench, server, net, crowd, callers, heard };
        herd.call(&to_everybody(&bench.stage.key, 0))?;
        herd.wait(herd.crowd.len());
        if herd.heard.len() < herd.crowd.len() {
            return Err("not everybody heard the first notification".into());
        }
        Ok(herd)
    }

    fn round(&mut self, number: usize) -> Result<Round, String> {
        let (key, members) = (&self.bench.stage.key, &self.bench.stage.members);
        self.heard.clear();
        self.crowd.cut(&mut self.net);
        let cpu = self.server.cpu_ns("");
        let alone = members.len().min(MISSED);
        for (place, member) in members.iter().take(alone).enumerate() {
            self.call(&to_user(key, 1_000 * (number + 1) + place, &member.id))?;
        }
        let begin = self.net.now();
        let heard = &mut self.heard;
        let back = self.crowd.connect(&mut self.net, |user, said, _| note(heard, user, said.number()))?;
        self.wait(alone);
        let whole = self.net.now() - begin;
        let cpu_us = (self.server.cpu_ns("") - cpu) as f64 / 1e3 / members.len() as f64;
        self.call(&to_everybody(key, number + 1))?;
        self.wait(alone + members.len());
        let twice = self.heard.values().filter(|times| **times > 1).count();
        let lost = (alone + members.len()).saturating_sub(self.heard.len());
        Ok(Round { back, whole, cpu_us, lost, twice })
    }

    /// Calls and waits for the answer.
    fn call(&mut self, request: &[u8]) -> Result<(), String> {
        let caller = self.callers.idle(self.net.now());
        self.callers.call(&mut self.net, caller, request)?;
        let (end, mut refused) = (self.net.now() + PATIENCE, None);
        while self.callers.under_way() > 0 && self.net.now() < end {
            self.turn(Duration::from_secs(1), &mut refused);
        }
        refused.map_or(Ok(()), |status| Err(format!("a notification was refused with {status}")))
    }

    /// Waits until so many have come.
    fn wait(&mut self, wanted: usize) {
        let end = self.net.now() + PATIENCE;
        while self.heard.len() < wanted && self.net.now() < end {
            self.turn(Duration::from_secs(1), &mut None);
        }
    }

    fn turn(&mut self, most: Duration, refused: &mut Option<u16>) {
        let mut inbox = Inbox::default();
        let until = self.net.now() + most;
        self.net.turn(until, &mut inbox);
        for index in 0..inbox.len() {
            let (got, bytes) = inbox.get(index);
            let heard = &mut self.heard;
            self.crowd.take(got, bytes, |user, said, _| note(heard, user, said.number()));
            self.callers.take(got, bytes, |_, status, _, _| {
                *refused = Some(status).filter(|status| *status >= 300).or(*refused);
            });
        }
    }
}

fn note(heard: &mut HashMap<(usize, usize), usize>, user: usize, number: Option<usize>) {
    if let Some(number) = number {
        *heard.entry((user, number)).or_default() += 1;
    }
}

/// How long the raw server takes to have everybody back.
fn bare(bench: &Bench) -> Result<Duration, String> {
    let server = Server::raw(bench.stage.data())?;
    let mut net = Net::new(server.address, bench.clock.clone())?;
    let mut crowd = Crowd::open(&mut net, &bench.stage.members)?;
    let mut took = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        crowd.cut(&mut net);
        took.push(crowd.connect(&mut net, |_, _, _| {})?.as_secs_f64());
    }
    Ok(Duration::from_secs_f64(median(took)))
}

/// Connections that found the listen queue full, on the whole machine; each tries again after a second.
fn overflows() -> u64 {
    let text = std::fs::read_to_string("/proc/net/netstat").unwrap_or_default();
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("TcpExt: "));
    let (names, values) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let place = names.split(' ').position(|name| name == "ListenOverflows");
    place.and_then(|place| values.split(' ').nth(place)?.parse().ok()).unwrap_or_default()
}
