//! Writes a second: single calls, 256 of them under way, each to one user, each with its inbox row and its frame.
//!
//! The router must keep up: what was accepted and not told when the time is over is the backlog.

use std::time::{Duration, Instant};

use super::to_user;
use crate::bench::child::{Server, client_cpu_ns};
use crate::bench::crowd::{Callers, Crowd, PATIENCE};
use crate::bench::net::{Inbox, Net};
use crate::bench::report::{Figure, Measured, median};
use crate::bench::{Bench, ROUNDS, raw, wire};

const USERS: usize = 1_000;
/// Calls under way, each on a connection of its own: what an ordinary pool of clients does.
const UNDER_WAY: usize = 256;
/// The part of a round that only warms up.
const WARM: f64 = 0.2;

/// What has happened so far.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    good: usize,
    refused: usize,
    told: usize,
}

/// What one round found.
struct Round {
    accepted: f64,
    told: f64,
    refused: usize,
    backlog: usize,
    drained_ms: f64,
    missing: usize,
    server_us: f64,
    client_us: f64,
}

pub async fn run(bench: &Bench) -> Result<Measured, String> {
    let (single, hundred) = (raw::commits(bench, 1).await?, raw::commits(bench, 100).await?);
    let server = Server::serve(&bench.stage.settings)?;
    let mut net = Net::new(server.address, bench.clock.clone())?;
    let health = wire::get("/healthz", None);
    let (crowd, callers, inbox, count) = Default::default();
    let mut driver = Driver { net: &mut net, crowd, callers, inbox, count };
    let http = driver.rate(bench.round / 2, |_| health.clone())?;
    driver.crowd = Crowd::open(driver.net, bench.members(USERS))?;
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        rounds.push(driver.round(bench, &server)?);
    }
    let mid = |of: fn(&Round) -> f64| median(rounds.iter().map(of));
    let sum = |of: fn(&Round) -> usize| rounds.iter().map(of).sum::<usize>() as f64;
    Ok(Measured {
        row: "ingest",
        is: format!("single POSTs, {UNDER_WAY} under way, to {} connected users", driver.crowd.len()),
        figures: vec![
            Figure::new("accepted per second", mid(|r| r.accepted), "/s")
                .beside("/s GET /healthz", http)
                .goal(if bench.stage.settings.database_url.is_some() {
                    ">= 12,000/s"
                } else {
                    ">= 15,000/s"
                }),
            Figure::new("told per second", mid(|r| r.told), "/s").goal("as many as are accepted"),
            Figure::new("row by row", mid(|r| r.accepted), "/s").beside("rows/s, 1 a commit", single),
            Figure::new("in groups", mid(|r| r.accepted), "/s").beside("rows/s, 100 a commit", hundred),
            Figure::new("refused (503)", sum(|r| r.refused), ""),
            Figure::new("backlog at the end", mid(|r| r.backlog as f64), ""),
            Figure::new("until it was told", mid(|r| r.drained_ms), "ms"),
            Figure::new("frames missing", sum(|r| r.missing), "").goal("0"),
            Figure::new("server CPU per event", mid(|r| r.server_us), "us"),
            Figure::new("client CPU per event", mid(|r| r.client_us), "us"),
        ],
    })
}

struct Driver<'a> {
    net: &'a mut Net,
    crowd: Crowd,
    callers: Callers,
    inbox: Inbox,
    count: Count,
}

impl Driver<'_> {
    /// Calls all the time, and answers how many good answers came in a second.
    fn rate(&mut self, lasting: Duration, request: impl Fn(usize) -> Vec<u8>) -> Result<f64, String> {
        let begin = self.net.now();
        self.drive(begin + lasting, request)?;
        let rate = self.count.good as f64 / (self.net.now() - begin).as_secs_f64();
        self.finish(false);
        Ok(rate)
    }

    fn round(&mut self, bench: &Bench, server: &Server) -> Result<Round, String> {
        let members = bench.members(USERS);
        let request = |n: usize| to_user(&bench.stage.key, n, &members[n % members.len()].id);
        self.count = Count::default();
        let begin = self.net.now();
        self.drive(begin + bench.round.mul_f64(WARM), request)?;
        let (warm, from) = (self.count, self.net.now());
        let (server_before, client_before) = (server.cpu_ns(""), client_cpu_ns());
        self.drive(begin + bench.round, request)?;
        let (end, until) = (self.count, self.net.now());
        self.finish(true);
        let events = (self.count.good - warm.good).max(1) as f64;
        let seconds = (until - from).as_secs_f64();
        Ok(Round {
            accepted: (end.good - warm.good) as f64 / seconds,
            told: (end.told - warm.told) as f64 / seconds,
            refused: self.count.refused,
            backlog: end.good.saturating_sub(end.told),
            drained_ms: (self.net.now() - until).as_secs_f64() * 1e3,
            missing: self.count.good.saturating_sub(self.count.told),
            server_us: (server.cpu_ns("") - server_before) as f64 / 1e3 / events,
            client_us: (client_cpu_ns() - client_before) as f64 / 1e3 / events,
        })
    }

    /// Keeps [`UNDER_WAY`] calls under way until then.
    fn drive(&mut self, until: Instant, request: impl Fn(usize) -> Vec<u8>) -> Result<(), String> {
        let mut sent = self.count.good;
        while self.net.now() < until {
            while self.callers.under_way() < UNDER_WAY {
                let caller = self.callers.idle(self.net.now());
                if caller.is_none() && self.callers.len() >= UNDER_WAY {
                    break;
                }
                self.callers.call(self.net, caller, &request(sent))?;
                sent += 1;
            }
            // Those who rest are asked again soon.
            self.turn(until.min(self.net.now() + Duration::from_millis(10)));
        }
        if self.callers.lost == 0 { Ok(()) } else { Err("the server closed a connection".into()) }
    }

    /// Waits for the calls that are under way and, if asked to, until everything that was accepted was told.
    fn finish(&mut self, told: bool) {
        let patience = self.net.now() + PATIENCE;
        while (self.callers.under_way() > 0 || told && self.count.told < self.count.good)
            && self.net.now() < patience
        {
            self.turn(patience);
        }
    }

    fn turn(&mut self, until: Instant) {
        let count = &mut self.count;
        self.net.turn(until, &mut self.inbox);
        for index in 0..self.inbox.len() {
            let (got, bytes) = self.inbox.get(index);
            self.callers.take(got, bytes, |_, status, _, _| {
                count.good += usize::from(status < 300);
                count.refused += usize::from(status >= 300);
            });
            self.crowd.take(got, bytes, |_, said, _| count.told += usize::from(said.event == "item"));
        }
    }
}
