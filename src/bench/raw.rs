//! The limits that the rows are read against, measured in the same run: what the disk syncs, what the engine commits,
//! and a server that only sends.
//!
//! The sending server has one thread and one epoll. It knows no HTTP beyond "begins with GET" and writes the bytes
//! that it is handed to every socket: whatever Bellwire does beyond that is what it costs.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SocketFlags, SocketType, accept_with, bind, getsockname, listen, socket_with, sockopt,
};

use super::Bench;
use super::stage::settings;
use crate::app::Base;
use crate::clock::Clock;
use crate::domain::error::Error;
use crate::flows::accounts;
use crate::ids::Ids;
use crate::store::idempotency::{self, Kept};

/// What is appended between two syncs.
const APPEND: usize = 512;

/// How long each of many small appends takes to be on disk.
pub fn syncs(dir: &Path, clock: &Clock, lasting: Duration) -> Result<Vec<Duration>, String> {
    let failed = |error: std::io::Error| format!("the disk was not measured: {error}");
    let path = dir.join("sync-probe");
    let mut file = File::create(&path).map_err(failed)?;
    let (begin, mut took) = (clock.monotonic(), Vec::new());
    while took.len() < 20 || clock.monotonic() - begin < lasting {
        let before = clock.monotonic();
        file.write_all(&[7; APPEND]).and_then(|()| file.sync_data()).map_err(failed)?;
        took.push(clock.monotonic() - before);
    }
    std::fs::remove_file(path).map_err(failed)?;
    Ok(took)
}

/// Rows a second that the store commits, durably, when one caller writes `batch` rows of some 300 bytes at a time.
pub async fn commits(bench: &Bench, batch: usize) -> Result<f64, String> {
    let settings = settings(&bench.stage.data().join("raw"), bench.stage.settings.database_url.clone())?;
    let base = Base::open(&settings, bench.clock.clone(), Ids::system()).await.map_err(|e| e.to_string())?;
    let rate = write_rows(bench, &base, batch).await;
    base.close().await;
    rate.map_err(|e| format!("the engine was not measured: {e}"))
}

async fn write_rows(bench: &Bench, base: &Base, batch: usize) -> Result<f64, Error> {
    let ctx = &base.ctx;
    let account = accounts::add(ctx, &format!("raw-{}", &ctx.id()[..23]), "Raw").await?;
    let kept = Kept { body_hash: "0".repeat(64), answer: "x".repeat(150) };
    let (begin, mut rows) = (bench.clock.monotonic(), 0_usize);
    while bench.clock.monotonic() - begin < bench.round / 2 {
        let (kept, now) = (kept.clone(), ctx.now());
        let keys: Vec<String> = (0..batch).map(|_| ctx.id()).collect();
        ctx.store
            .write(move |tx| {
                for key in &keys {
                    idempotency::insert(tx, account, "raw", "raw", key, &kept, now)?;
                }
                Ok(())
            })
            .await?;
        rows += batch;
    }
    Ok(rows as f64 / (bench.clock.monotonic() - begin).as_secs_f64())
}

const HELLO: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n\
    10\r\nretry: 1000\n\n:\n\n\r\n";
const DONE: &[u8] = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
/// The number of the listener among the sockets.
const LISTENER: u64 = u64::MAX;

/// A piece of a stream of `length` bytes that tells one item, as Bellwire sends it.
#[must_use]
pub fn piece(length: usize, number: usize) -> Vec<u8> {
    let data = |filler: usize| {
        format!("event: item\nid: 1.{number}\ndata: {{\"title\":\"n{number}\",{}}}\n\n", "x".repeat(filler))
    };
    // The chunk's own length and line ends are part of it.
    let bare = data(0).len() + 8;
    let data = data(length.saturating_sub(bare));
    format!("{:x}\r\n{data}\r\n", data.len()).into_bytes()
}

struct Sender {
    epoll: OwnedFd,
    listener: OwnedFd,
    sockets: HashMap<u64, OwnedFd>,
    streams: Vec<u64>,
    next: u64,
    /// A call whose body has not come whole.
    call: Vec<u8>,
}

/// Serves until it is killed.
pub fn serve() -> Result<(), String> {
    let failed = |error: Errno| format!("the raw server: {error}");
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let listener = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None).map_err(failed)?;
    bind(&listener, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
    listen(&listener, 4096).map_err(failed)?;
    let address = getsockname(&listener).map_err(failed)?;
    let address = SocketAddr::try_from(address).map_err(failed)?;
    let epoll = epoll::create(CreateFlags::CLOEXEC).map_err(failed)?;
    epoll::add(&epoll, &listener, EventData::new_u64(LISTENER), EventFlags::IN).map_err(failed)?;
    let mut out = std::io::stdout();
    writeln!(out, "listening on http://{address}").and_then(|()| out.flush()).map_err(|e| e.to_string())?;
    let (sockets, streams, call) = (HashMap::new(), Vec::new(), Vec::new());
    let mut sender = Sender { epoll, listener, sockets, streams, next: 0, call };
    let (mut events, mut buffer) = (Vec::with_capacity(1024), vec![0; 64 * 1024]);
    loop {
        events.clear();
        match epoll::wait(&sender.epoll, spare_capacity(&mut events), None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(failed(error)),
        }
        for event in &events {
            match { event.data }.u64() {
                LISTENER => sender.accept(),
                number => sender.serve(number, &mut buffer),
            }
        }
    }
}

impl Sender {
    fn accept(&mut self) {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        while let Ok(socket) = accept_with(&self.listener, flags) {
            let _ = sockopt::set_tcp_nodelay(&socket, true);
            let _ = epoll::add(&self.epoll, &socket, EventData::new_u64(self.next), EventFlags::IN);
            self.sockets.insert(self.next, socket);
            self.next += 1;
        }
    }

    fn serve(&mut self, number: u64, buffer: &mut [u8]) {
        let Some(socket) = self.sockets.get(&number) else { return };
        let read = match rustix::io::read(socket, &mut *buffer) {
            Err(Errno::AGAIN | Errno::INTR) => return,
            read => read.unwrap_or(0),
        };
        if read == 0 {
            self.sockets.remove(&number);
            self.streams.retain(|stream| *stream != number);
        } else if self.call.is_empty() && buffer.starts_with(b"GET") {
            let _ = rustix::io::write(socket, HELLO);
            self.streams.push(number);
        } else {
            self.call.extend_from_slice(&buffer[..read]);
            let mut done = false;
            super::wire::Answers::default().feed(&self.call, |_, body| {
                for stream in &self.streams {
                    // What a socket does not take at once is missing at the client, and counted there.
                    let _ = self.sockets.get(stream).map(|socket| rustix::io::write(socket, body));
                }
                done = true;
            });
            if done {
                self.call.clear();
                let _ = self.sockets.get(&number).map(|socket| rustix::io::write(socket, DONE));
            }
        }
    }
}
