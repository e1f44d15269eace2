//! Records a second: states of orders, one a call and a hundred a call, each compared with what is known, written with its
//! history and event, and routed by the rules to its manager. And a page of the history of a record that has changed
//! 10,000 times.

use std::time::{Duration, Instant};

use super::inbox::times;
use crate::bench::child::Server;
use crate::bench::crowd::{Callers, PATIENCE};
use crate::bench::net::{Inbox, Net};
use crate::bench::report::{Figure, Measured, median};
use crate::bench::{Bench, ROUNDS, raw, wire};

/// Orders that change again and again; the first time each is made.
const ORDERS: usize = 5_000;
const MANAGERS: usize = 100;
/// Calls under way, as in the row `ingest`.
const UNDER_WAY: usize = 256;
const BATCHES_UNDER_WAY: usize = 8;
const LINES: usize = 100;
/// Changes of the record whose history is read.
const CHANGES: usize = 10_000;

pub async fn run(bench: &Bench) -> Result<Measured, String> {
    let (single, hundred) = (raw::commits(bench, 1).await?, raw::commits(bench, LINES).await?);
    let server = Server::serve(&bench.stage.settings)?;
    let mut net = Net::new(server.address, bench.clock.clone())?;
    let (mut ones, mut many) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut driver = Driver::new(&mut net);
        ones.push(driver.rate(bench.round, UNDER_WAY, |n| one_put(bench, n))?);
        let mut driver = Driver::new(&mut net);
        many.push(driver.rate(bench.round, BATCHES_UNDER_WAY, |n| batch(bench, n))? * LINES as f64);
    }
    let id = changed_often(bench, &mut net)?;
    let path = format!("/v1/orders/{id}/history?limit=30");
    let page = times(bench, &mut net, |_| wire::get(&path, Some(&bench.stage.key)))?;
    let health = times(bench, &mut net, |_| wire::get("/healthz", None))?;
    Ok(Measured {
        row: "records",
        is: format!("{ORDERS} orders that change, with history, events and rules; {MANAGERS} managers"),
        figures: vec![
            Figure::new("upserts per second, one a call", median(ones), "/s")
                .beside("rows/s, 1 a commit", single),
            Figure::new("upserts per second, 100 a call", median(many), "/s")
                .beside("rows/s, 100 a commit", hundred),
            Figure::new("history page after 10,000 changes, p50", page[0], "ms")
                .beside("ms: GET /healthz", health[0]),
            Figure::new("history page after 10,000 changes, p99", page[1], "ms")
                .beside("ms: GET /healthz", health[1])
                .goal("<= 5 ms"),
        ],
    })
}

/// The state of an order on its n-th turn: two fields change, and its manager hears of it.
fn state(bench: &Bench, n: usize) -> String {
    let members = bench.members(MANAGERS);
    let manager = &members[n % ORDERS % members.len()].id;
    let turn = n / ORDERS;
    format!(
        r#"{{"order_number":"{}","status":"s{}","total_sum":{n},"manager":"{manager}","first_name":"Kim","email":"kim@example.com"}}"#,
        n % ORDERS,
        turn % 7
    )
}

fn one_put(bench: &Bench, n: usize) -> Vec<u8> {
    wire::put(&format!("/v1/orders/{}", n % ORDERS), &bench.stage.key, &state(bench, n))
}

fn batch(bench: &Bench, n: usize) -> Vec<u8> {
    let lines = (n * LINES..(n + 1) * LINES).map(|n| {
        format!(r#"{{"method":"PUT","path":"/v1/orders/{}","body":{}}}"#, n % ORDERS, state(bench, n))
    });
    let lines = lines.collect::<Vec<_>>().join(",");
    wire::post("/v1/batch", &bench.stage.key, &format!("[{lines}]"))
}

/// Changes one order so often, and answers its id.
fn changed_often(bench: &Bench, net: &mut Net) -> Result<String, String> {
    let line = |n: usize| {
        format!(r#"{{"method":"PUT","path":"/v1/orders/often?silent=true","body":{{"total_sum":{n}}}}}"#)
    };
    let calls = CHANGES / LINES;
    let mut driver = Driver::new(net);
    let request = |n: usize| {
        let lines = (n * LINES..(n + 1) * LINES).map(line).collect::<Vec<_>>().join(",");
        wire::post("/v1/batch", &bench.stage.key, &format!("[{lines}]"))
    };
    for n in 0..calls {
        driver.one(&request(n))?;
    }
    let found = driver.one(&wire::get("/v1/orders/often?by=external_id", Some(&bench.stage.key)))?;
    let card: serde_json::Value = serde_json::from_slice(&found).map_err(|e| e.to_string())?;
    card["id"].as_str().map(str::to_owned).ok_or_else(|| "an order without an id".to_owned())
}

/// Calls from one side, and their answers.
pub(super) struct Driver<'a> {
    net: &'a mut Net,
    callers: Callers,
    inbox: Inbox,
    good: usize,
    refused: usize,
    last: Vec<u8>,
}

impl<'a> Driver<'a> {
    pub(super) fn new(net: &'a mut Net) -> Self {
        let (callers, inbox) = Default::default();
        Self { net, callers, inbox, good: 0, refused: 0, last: Vec::new() }
    }

    /// Keeps so many calls under way, and answers how many were answered well in a second.
    fn rate(
        &mut self,
        lasting: Duration,
        under_way: usize,
        request: impl Fn(usize) -> Vec<u8>,
    ) -> Result<f64, String> {
        let begin = self.net.now();
        let (until, mut sent) = (begin + lasting, 0);
        while self.net.now() < until {
            while self.callers.under_way() < under_way {
                let caller = self.callers.idle(self.net.now());
                self.callers.call(self.net, caller, &request(sent))?;
                sent += 1;
            }
            self.turn(until);
        }
        let rate = self.good as f64 / (self.net.now() - begin).as_secs_f64();
        let patience = self.net.now() + PATIENCE;
        while self.callers.under_way() > 0 && self.net.now() < patience {
            self.turn(patience);
        }
        match (self.callers.lost, self.refused) {
            (0, 0) => Ok(rate),
            (lost, refused) => Err(format!("{refused} calls were refused, {lost} connections closed")),
        }
    }

    /// One call, and its answer.
    pub(super) fn one(&mut self, request: &[u8]) -> Result<Vec<u8>, String> {
        let begin = self.net.now();
        let caller = self.callers.idle(begin);
        self.callers.call(self.net, caller, request)?;
        while self.callers.under_way() > 0 && self.net.now() < begin + PATIENCE {
            self.turn(begin + PATIENCE);
        }
        if self.refused == 0 { Ok(std::mem::take(&mut self.last)) } else { Err("a call was refused".into()) }
    }

    fn turn(&mut self, until: Instant) {
        self.net.turn(until, &mut self.inbox);
        for index in 0..self.inbox.len() {
            let (got, bytes) = self.inbox.get(index);
            let (good, refused, last) = (&mut self.good, &mut self.refused, &mut self.last);
            self.callers.take(got, bytes, |_, status, body, _| {
                *good += usize::from(status < 300);
                *refused += usize::from(status >= 300);
                body.clone_into(last);
            });
        }
    }
}
