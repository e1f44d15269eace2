//! Memory of a stream on which nothing happens: the server's before and after many were opened, each on a fresh
//! connection, plain HTTP/1.1. What the kernel keeps for a socket is not in it.

use std::time::Duration;

use crate::bench::Bench;
use crate::bench::child::{Memory, Server};
use crate::bench::crowd::Crowd;
use crate::bench::net::{Inbox, Net};
use crate::bench::report::{Figure, Measured};
use crate::bench::wire;

/// Until the server has put away what opening took.
const SETTLE: Duration = Duration::from_secs(1);

pub fn run(bench: &Bench) -> Result<Measured, String> {
    let (before, after) = measure(bench, &Server::serve(&bench.stage.settings)?)?;
    let (bare_before, bare_after) = measure(bench, &Server::raw(bench.stage.data())?)?;
    let users = bench.stage.members.len();
    let each = |before: u64, after: u64| after.saturating_sub(before) as f64 / users as f64;
    Ok(Measured {
        row: "idle",
        is: format!("{users} open streams"),
        figures: vec![
            Figure::new("RSS per connection", each(before.rss, after.rss), "KiB")
                .beside("KiB: raw epoll", each(bare_before.rss, bare_after.rss))
                .goal("<= 2.5 KiB"),
            Figure::new("PSS per connection", each(before.pss, after.pss), "KiB")
                .beside("KiB: raw epoll", each(bare_before.pss, bare_after.pss)),
            Figure::new("RSS without connections", before.rss as f64 / 1024.0, "MiB").goal("<= 30 MB, empty"),
            Figure::new("RSS with them", after.rss as f64 / 1024.0, "MiB"),
        ],
    })
}

fn measure(bench: &Bench, server: &Server) -> Result<(Memory, Memory), String> {
    let mut net = Net::new(server.address, bench.clock.clone())?;
    // The first call makes what is made once.
    net.open(&wire::get("/healthz", None))?;
    settle(&mut net);
    let before = server.memory();
    Crowd::open(&mut net, &bench.stage.members)?;
    settle(&mut net);
    Ok((before, server.memory()))
}

fn settle(net: &mut Net) {
    let (end, mut inbox) = (net.now() + SETTLE, Inbox::default());
    while net.now() < end {
        net.turn(end, &mut inbox);
    }
}
