//! A page of an inbox and the unread count, with many items: what each user waits for when he opens the bell.
//!
//! Beside it the same client asks for nothing at all (`/healthz`).

use super::to_everybody;
use crate::bench::Bench;
use crate::bench::child::Server;
use crate::bench::crowd::{Callers, Crowd, PATIENCE};
use crate::bench::net::{Inbox, Net};
use crate::bench::report::{Figure, Measured, ms, percentile};
use crate::bench::wire;

/// Items that each user gets first.
const ITEMS: usize = 40;
/// Steps through the users, so that neighbours in time are none in the database.
const STRIDE: usize = 7_919;

pub fn run(bench: &Bench) -> Result<Measured, String> {
    let server = Server::serve(&bench.stage.settings)?;
    let mut net = Net::new(server.address, bench.clock.clone())?;
    let members = &bench.stage.members;
    fill(bench, &mut net)?;
    let ask = |path: &'static str| {
        move |n: usize| wire::get(path, Some(&members[n * STRIDE % members.len()].token))
    };
    let health = times(bench, &mut net, |_| wire::get("/healthz", None))?;
    let page = times(bench, &mut net, ask("/v1/inbox?limit=30"))?;
    let unread = times(bench, &mut net, ask("/v1/inbox?filter=unread&limit=1"))?;
    Ok(Measured {
        row: "inbox",
        is: format!("{} users with at least {ITEMS} items each, one call at a time", members.len()),
        figures: vec![
            Figure::new("page of 30, p50", page[0], "ms").beside("ms: GET /healthz", health[0]),
            Figure::new("page of 30, p99", page[1], "ms")
                .beside("ms: GET /healthz", health[1])
                .goal("<= 5 ms"),
            Figure::new("unread count, p50", unread[0], "ms").beside("ms: GET /healthz", health[0]),
            Figure::new("unread count, p99", unread[1], "ms")
                .beside("ms: GET /healthz", health[1])
                .goal("<= 5 ms"),
        ],
    })
}

/// Sends everybody so many notifications, and waits until the last is there: it is told last.
fn fill(bench: &Bench, net: &mut Net) -> Result<(), String> {
    let mut crowd = Crowd::open(net, bench.members(1))?;
    let (mut callers, mut inbox) = (Callers::default(), Inbox::default());
    let (end, mut told, mut sent) = (net.now() + PATIENCE, 0, 0);
    while told < ITEMS && net.now() < end {
        if callers.under_way() == 0 && sent < ITEMS {
            let caller = callers.idle(net.now());
            callers.call(net, caller, &to_everybody(&bench.stage.key, sent))?;
            sent += 1;
        }
        net.turn(end, &mut inbox);
        for index in 0..inbox.len() {
            let (got, bytes) = inbox.get(index);
            crowd.take(got, bytes, |_, said, _| told += usize::from(said.event == "item"));
            callers.take(got, bytes, |_, _, _, _| {});
        }
    }
    crowd.cut(net);
    if told < ITEMS { Err(format!("only {told} of {ITEMS} items came")) } else { Ok(()) }
}

/// p50 and p99 of one call after the other, in ms.
fn times(bench: &Bench, net: &mut Net, request: impl Fn(usize) -> Vec<u8>) -> Result<[f64; 2], String> {
    let (mut callers, mut inbox, mut took) = (Callers::default(), Inbox::default(), Vec::new());
    let end = net.now() + bench.round / 2;
    let mut bad = 0;
    while net.now() < end || took.is_empty() {
        let begin = net.now();
        let caller = callers.idle(begin);
        callers.call(net, caller, &request(took.len() + bad))?;
        while callers.under_way() > 0 && callers.lost == 0 {
            net.turn(begin + PATIENCE, &mut inbox);
            for index in 0..inbox.len() {
                let (got, bytes) = inbox.get(index);
                callers.take(got, bytes, |_, status, _, at| {
                    if status == 200 {
                        took.push(ms(at - begin));
                    } else {
                        bad += 1;
                    }
                });
            }
        }
        if bad > 0 || callers.lost > 0 {
            return Err("a call was refused".into());
        }
    }
    Ok([percentile(&mut took, 0.5), percentile(&mut took, 0.99)])
}
