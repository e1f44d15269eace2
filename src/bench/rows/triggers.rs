//! Events a second with many active triggers that listen to them, of which none, one or all fire. Each condition is asked for
//! each event: these are custom events, for which no index of changed fields helps.

use crate::bench::child::Server;
use crate::bench::net::Net;
use crate::bench::report::{Figure, Measured};
use crate::bench::rows::records::Driver;
use crate::bench::{Bench, raw, wire};

/// How many triggers listen, and the names of the figures: none fires, one, all.
const SIZES: [(usize, [&str; 3]); 4] = [
    (1, ["1 trigger, none fires", "1 trigger, one fires", "1 trigger, all fire"]),
    (100, ["100 triggers, none fires", "100 triggers, one fires", "100 triggers, all fire"]),
    (1_000, ["1,000 triggers, none fires", "1,000 triggers, one fires", "1,000 triggers, all fire"]),
    (10_000, ["10,000 triggers, none fires", "10,000 triggers, one fires", "10,000 triggers, all fire"]),
];
/// Conditions that one figure asks, and runs that it writes, at most.
const MOST_ASKED: usize = 2_000_000;
const MOST_RUNS: usize = 20_000;
const MOST_EVENTS: usize = 2_000;
const LINES: usize = 100;
/// A bench with fewer tasks than this is a short one: it leaves the larger sizes out.
const SHORT: usize = 10_000;

pub async fn run(bench: &Bench) -> Result<Measured, String> {
    let limit = raw::commits(bench, 1).await?;
    let server = Server::serve(&bench.stage.settings)?;
    let mut net = Net::new(server.address, bench.clock.clone())?;
    let is_short = bench.tasks < SHORT;
    let sizes = if is_short { &SIZES[..2] } else { &SIZES[..] };
    let marker = add(bench, &mut net, "marker", "bench.marker", "true")?;
    let mut figures = Vec::new();
    let mut told = 0;
    for (size, names) in sizes {
        for n in 0..*size {
            let condition = format!("event.data.all or event.data.n == {n}");
            add(bench, &mut net, &format!("{size}-{n}"), &format!("bench.{size}"), &condition)?;
        }
        for (place, name) in names.iter().enumerate() {
            let runs = [0, 1, *size][place];
            let events = MOST_EVENTS.min(MOST_ASKED / size).min(MOST_RUNS / runs.max(1)).max(2);
            let events = if is_short { events.min(LINES) } else { events };
            let data = [r#"{"n":-1}"#, r#"{"n":0}"#, r#"{"all":true}"#][place];
            told += 1;
            let rate = rate(bench, &mut net, &format!("bench.{size}"), data, events, (&marker, told))?;
            figures.push(Figure::new(name, rate, "/s").beside("rows/s, 1 a commit", limit));
        }
    }
    let is = "events accepted, and asked of every trigger that listens; a run and a line of the log for each that fires";
    Ok(Measured { row: "triggers", is: is.to_owned(), figures })
}

/// Adds a trigger, and answers its id.
fn add(bench: &Bench, net: &mut Net, name: &str, event: &str, condition: &str) -> Result<String, String> {
    let json = serde_json::json!({"name": name, "code": format!("t-{name}"),
        "event": {"type": "custom", "name": event}, "condition": condition});
    let answer = Driver::new(net).one(&wire::post("/v1/triggers", &bench.stage.key, &json.to_string()))?;
    let made: serde_json::Value = serde_json::from_slice(&answer).map_err(|e| e.to_string())?;
    made["id"].as_str().map(str::to_owned).ok_or_else(|| "a trigger without an id".to_owned())
}

/// Tells so many events and waits until all triggers have been asked; a last event says so.
fn rate(
    bench: &Bench,
    net: &mut Net,
    event: &str,
    data: &str,
    events: usize,
    (marker, told): (&str, i64),
) -> Result<f64, String> {
    let line = |kind: &str, data: &str| {
        format!(r#"{{"method":"POST","path":"/v1/events","body":{{"type":"{kind}","data":{data}}}}}"#)
    };
    let begin = net.now();
    let mut left = events;
    while left > 0 {
        let some = left.min(LINES);
        let lines = (0..some).map(|_| line(event, data)).collect::<Vec<_>>().join(",");
        Driver::new(net).one(&wire::post("/v1/batch", &bench.stage.key, &format!("[{lines}]")))?;
        left -= some;
    }
    let last = format!("[{}]", line("bench.marker", "{}"));
    Driver::new(net).one(&wire::post("/v1/batch", &bench.stage.key, &last))?;
    let asked = wire::get(&format!("/v1/triggers/{marker}"), Some(&bench.stage.key));
    loop {
        let answer = Driver::new(net).one(&asked)?;
        let shown: serde_json::Value = serde_json::from_slice(&answer).map_err(|e| e.to_string())?;
        if shown["runs_today"].as_i64().unwrap_or_default() >= told {
            return Ok(events as f64 / (net.now() - begin).as_secs_f64());
        }
    }
}
