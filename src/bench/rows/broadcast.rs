//! One notification to everybody who is connected: when the last one has it, and what a delivery costs the server.
//!
//! Beside it the raw server sends pieces of the same length to as many sockets of the same client.

use std::time::Duration;

use super::to_everybody;
use crate::bench::child::Server;
use crate::bench::crowd::{Callers, Crowd, PATIENCE};
use crate::bench::net::{Inbox, Net};
use crate::bench::report::{Figure, Measured, median, ms, percentile};
use crate::bench::{Bench, raw, wire};

const ROUNDS: usize = 7;
/// Nothing for this long: what belongs to a round is over.
const QUIET: Duration = Duration::from_millis(150);

/// What one round found.
struct Round {
    p50: f64,
    p99: f64,
    last: f64,
    missing: usize,
}

/// What all rounds of one server found.
struct Rounds {
    each: Vec<Round>,
    cpu_us: f64,
    /// The part of it in the threads of the store.
    store_us: f64,
    bytes: usize,
    memory: u64,
}

impl Rounds {
    fn median(&self, of: fn(&Round) -> f64) -> f64 {
        median(self.each.iter().map(of))
    }
}

pub fn run(bench: &Bench) -> Result<Measured, String> {
    let key = &bench.stage.key;
    let ours = measure(bench, &Server::serve(&bench.stage.settings)?, |n| to_everybody(key, n))?;
    let bare = measure(bench, &Server::raw(bench.stage.data())?, |n| {
        let piece = raw::piece(ours.bytes, n);
        wire::post("/", "", &String::from_utf8_lossy(&piece))
    })?;
    let goal = format!("<= {:.2} us (1.15 x raw)", 1.15 * bare.cpu_us);
    let (sending, users) = (ours.cpu_us - ours.store_us, bench.stage.members.len());
    Ok(Measured {
        row: "broadcast",
        is: format!("one notification to {users} connected users, {} bytes each", ours.bytes),
        figures: vec![
            Figure::new("server CPU per delivery", ours.cpu_us, "us")
                .beside("us: raw send", bare.cpu_us)
                .goal(goal),
            Figure::new("of it outside the store's threads", sending, "us")
                .beside("us: raw send", bare.cpu_us),
            Figure::new("until the last has it", ours.median(|r| r.last), "ms")
                .beside("ms: raw send", bare.median(|r| r.last)),
            Figure::new("until a user has it, p50", ours.median(|r| r.p50), "ms")
                .beside("ms: raw send", bare.median(|r| r.p50)),
            Figure::new("until a user has it, p99", ours.median(|r| r.p99), "ms")
                .beside("ms: raw send", bare.median(|r| r.p99)),
            Figure::new("memory per connection afterwards", ours.memory as f64 / users as f64, "KiB"),
            Figure::new("frames missing", ours.each.iter().map(|r| r.missing).sum::<usize>() as f64, "")
                .goal("0"),
        ],
    })
}

fn measure(bench: &Bench, server: &Server, request: impl Fn(usize) -> Vec<u8>) -> Result<Rounds, String> {
    let before = server.memory().rss;
    let mut net = Net::new(server.address, bench.clock.clone())?;
    let mut crowd = Crowd::open(&mut net, &bench.stage.members)?;
    let mut callers = Callers::default();
    // The first one finds cold caches, and is not counted.
    round(&mut net, &mut crowd, &mut callers, &request(0), 0)?;
    let (cpu, store, bytes) = (server.cpu_ns(""), server.cpu_ns("store-"), crowd.bytes);
    let rounds = (1..=ROUNDS)
        .map(|number| round(&mut net, &mut crowd, &mut callers, &request(number), number))
        .collect::<Result<Vec<_>, _>>()?;
    let deliveries = (ROUNDS * crowd.len() - rounds.iter().map(|r| r.missing).sum::<usize>()).max(1) as f64;
    Ok(Rounds {
        each: rounds,
        cpu_us: (server.cpu_ns("") - cpu) as f64 / 1e3 / deliveries,
        store_us: (server.cpu_ns("store-") - store) as f64 / 1e3 / deliveries,
        bytes: ((crowd.bytes - bytes) as f64 / deliveries).round() as usize,
        memory: server.memory().rss.saturating_sub(before),
    })
}

fn round(
    net: &mut Net,
    crowd: &mut Crowd,
    callers: &mut Callers,
    request: &[u8],
    number: usize,
) -> Result<Round, String> {
    let (begin, mut inbox) = (net.now(), Inbox::default());
    let (mut took, mut refused) = (Vec::with_capacity(crowd.len()), 0);
    let caller = callers.idle(net.now());
    callers.call(net, caller, request)?;
    let mut quiet = begin + PATIENCE;
    while net.now() < quiet {
        net.turn(quiet, &mut inbox);
        for index in 0..inbox.len() {
            let (got, bytes) = inbox.get(index);
            crowd.take(got, bytes, |_, said, at| {
                if said.event == "item" && said.number() == Some(number) {
                    took.push(ms(at - begin));
                }
            });
            callers.take(got, bytes, |_, status, _, _| refused = if status < 300 { 0 } else { status });
        }
        if took.len() >= crowd.len() && !inbox.is_empty() {
            quiet = net.now() + QUIET;
        }
        if refused != 0 {
            return Err(format!("a broadcast was refused with {refused}"));
        }
    }
    let missing = crowd.len() - took.len().min(crowd.len());
    let [p50, p99, last] = [0.5, 0.99, 1.0].map(|part| percentile(&mut took, part));
    Ok(Round { p50, p99, last, missing })
}
