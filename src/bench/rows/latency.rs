//! From an accepted write to its frame, at a rate that does not wait for answers.
//!
//! Writes are due at fixed times, whatever the server does, and are counted from then on: a server that stalls cannot
//! hide it by being asked less (coordinated omission).

use std::time::{Duration, Instant};

use super::to_user;
use crate::bench::child::Server;
use crate::bench::crowd::{Callers, Crowd, PATIENCE};
use crate::bench::net::{Inbox, Net};
use crate::bench::report::{Figure, Measured, median, ms, percentile};
use crate::bench::{Bench, ROUNDS, raw};

/// Writes a second.
const RATE: u32 = 1_000;
/// Users who are connected.
const USERS: usize = 1_000;
/// Connections that write at most; what is due beyond waits, and is counted.
const MOST_CALLERS: usize = 1_024;
/// The part of a round that only warms up.
const WARM: f64 = 0.2;

/// What one round found, in ms.
struct Round {
    accepted_to_frame: [f64; 2],
    due_to_accepted: [f64; 2],
    due_to_frame: [f64; 2],
    missing: usize,
}

pub fn run(bench: &Bench) -> Result<Measured, String> {
    let server = Server::serve(&bench.stage.settings)?;
    let mut net = Net::new(server.address, bench.clock.clone())?;
    let mut crowd = Crowd::open(&mut net, bench.members(USERS))?;
    let mut callers = Callers::default();
    let probe = || raw::syncs(bench.stage.data(), &bench.clock, bench.round / 5);
    let mut disk = probe()?;
    let mut rounds = Vec::with_capacity(ROUNDS);
    for number in 0..ROUNDS {
        rounds.push(round(bench, &mut net, &mut crowd, &mut callers, number * 1_000_000)?);
        disk.extend(probe()?);
    }
    let mut disk: Vec<f64> = disk.into_iter().map(ms).collect();
    let (sync_p50, sync_p99) = (percentile(&mut disk, 0.5), percentile(&mut disk, 0.99));
    let p50 = |of: fn(&Round) -> [f64; 2]| median(rounds.iter().map(|round| of(round)[0]));
    let p99 = |of: fn(&Round) -> [f64; 2]| median(rounds.iter().map(|round| of(round)[1]));
    let goal = format!("<= {:.1} ms (2 x sync p99 + 5 ms)", 2.0 * sync_p99 + 5.0);
    Ok(Measured {
        row: "latency",
        is: format!("{RATE} writes/s, each durable, to {} connected users", crowd.len()),
        figures: vec![
            Figure::new("2xx to frame, p50", p50(|r| r.accepted_to_frame), "ms").goal("<= 2 ms"),
            Figure::new("2xx to frame, p99", p99(|r| r.accepted_to_frame), "ms").goal(goal),
            Figure::new("due to 2xx, p50", p50(|r| r.due_to_accepted), "ms")
                .beside("ms: sync of 512 B, p50", sync_p50),
            Figure::new("due to 2xx, p99", p99(|r| r.due_to_accepted), "ms")
                .beside("ms: sync of 512 B, p99", sync_p99),
            Figure::new("due to frame, p50", p50(|r| r.due_to_frame), "ms"),
            Figure::new("due to frame, p99", p99(|r| r.due_to_frame), "ms"),
            Figure::new("frames missing", rounds.iter().map(|r| r.missing).sum::<usize>() as f64, "")
                .goal("0"),
        ],
    })
}

/// When each write was due, accepted, and told.
struct Times {
    due: Vec<Instant>,
    accepted: Vec<Option<Instant>>,
    told: Vec<Option<Instant>>,
}

fn round(
    bench: &Bench,
    net: &mut Net,
    crowd: &mut Crowd,
    callers: &mut Callers,
    base: usize,
) -> Result<Round, String> {
    let total = bench.round.as_secs() as usize * RATE as usize;
    let begin = net.now() + Duration::from_millis(20);
    let mut times = Times {
        due: (0..total as u32).map(|n| begin + Duration::from_secs(1) * n / RATE).collect(),
        accepted: vec![None; total],
        told: vec![None; total],
    };
    let (members, key) = (bench.members(USERS), &bench.stage.key);
    let mut doing: Vec<usize> = vec![0; callers.len()];
    let (mut next, mut refused, mut left) = (0, 0, total);
    let (end, mut inbox) = (begin + bench.round + PATIENCE, Inbox::default());
    while left > refused && net.now() < end {
        while next < total && times.due[next] <= net.now() {
            let caller = callers.idle(net.now());
            if caller.is_none() && callers.len() >= MOST_CALLERS {
                break;
            }
            let request = to_user(key, base + next, &members[next % members.len()].id);
            let caller = callers.call(net, caller, &request)?;
            doing.resize(callers.len(), 0);
            doing[caller] = next;
            next += 1;
        }
        let due = times.due.get(next).copied().filter(|due| *due > net.now());
        net.turn(due.unwrap_or(net.now() + Duration::from_millis(50)).min(end), &mut inbox);
        for index in 0..inbox.len() {
            let (got, bytes) = inbox.get(index);
            crowd.take(got, bytes, |_, said, at| {
                let number = said.number().filter(|_| said.event == "item");
                let place = number.and_then(|number| number.checked_sub(base));
                if let Some(told @ None) = place.and_then(|place| times.told.get_mut(place)) {
                    *told = Some(at);
                    left -= 1;
                }
            });
            callers.take(got, bytes, |caller, status, _, at| {
                times.accepted[doing[caller]] = (status == 202).then_some(at);
                refused += usize::from(status != 202);
            });
        }
    }
    Ok(evaluate(&times, left))
}

fn evaluate(times: &Times, missing: usize) -> Round {
    let skip = (times.due.len() as f64 * WARM) as usize;
    let (mut to_frame, mut to_accepted, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for ((due, accepted), told) in times.due.iter().zip(&times.accepted).zip(&times.told).skip(skip) {
        if let (Some(accepted), Some(told)) = (accepted, told) {
            // The frame may be read before the answer; then nobody waited.
            to_frame.push(ms(told.saturating_duration_since(*accepted)));
            to_accepted.push(ms(accepted.saturating_duration_since(*due)));
            whole.push(ms(told.saturating_duration_since(*due)));
        }
    }
    let both = |values: &mut Vec<f64>| [percentile(values, 0.5), percentile(values, 0.99)];
    Round {
        accepted_to_frame: both(&mut to_frame),
        due_to_accepted: both(&mut to_accepted),
        due_to_frame: both(&mut whole),
        missing,
    }
}
