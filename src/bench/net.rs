//! Many sockets on one thread: connects, sends, and gathers what came in, with the time at which it was read.
//!
//! The bench shares its cores with the server that it measures, so this is as little as can be: one epoll, no task
//! and no buffer per connection. What the bytes mean is `wire`'s.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::OwnedFd;
use std::time::Instant;

use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, connect, socket_with, sockopt};

use crate::clock::Clock;

/// Sockets that one turn serves at most.
const EVENTS: usize = 1024;
/// Bytes that are read from one socket in one turn at most.
const READ: usize = 64 * 1024;
/// Connections from one source address: below the number of its ports, with room for those that are still closing.
const PER_SOURCE: usize = 5_000;
/// Source addresses that are used in turn, 127.0.0.2 and on.
const SOURCES: usize = 200;

/// What one turn brought.
#[derive(Default)]
pub struct Inbox {
    bytes: Vec<u8>,
    got: Vec<Got>,
}

/// Something came from a peer.
#[derive(Debug, Clone, Copy)]
pub struct Got {
    pub peer: usize,
    /// When it was read.
    pub at: Instant,
    from: usize,
    to: usize,
}

impl Inbox {
    #[must_use]
    pub fn len(&self) -> usize {
        self.got.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.got.is_empty()
    }

    /// The n-th thing that came; no bytes: the peer has closed.
    #[must_use]
    pub fn get(&self, index: usize) -> (Got, &[u8]) {
        let got = self.got[index];
        (got, &self.bytes[got.from..got.to])
    }
}

struct Peer {
    socket: OwnedFd,
    /// What the socket has not taken yet.
    unsent: Vec<u8>,
}

/// The sockets. A peer's number is never given out twice.
pub struct Net {
    epoll: OwnedFd,
    server: SocketAddrV4,
    clock: Clock,
    peers: Vec<Option<Peer>>,
    events: Vec<epoll::Event>,
    scratch: Vec<u8>,
}

impl Net {
    pub fn new(server: SocketAddrV4, clock: Clock) -> Result<Self, String> {
        let epoll = epoll::create(CreateFlags::CLOEXEC).map_err(|e| format!("epoll: {e}"))?;
        let (events, scratch) = (Vec::with_capacity(EVENTS), vec![0; READ]);
        Ok(Self { epoll, server, clock, peers: Vec::new(), events, scratch })
    }

    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.monotonic()
    }

    /// Connects, and sends `first` as soon as that is possible.
    pub fn open(&mut self, first: &[u8]) -> Result<usize, String> {
        let number = self.peers.len();
        let last = u8::try_from(2 + number / PER_SOURCE % SOURCES).unwrap_or(2);
        let source = SocketAddrV4::new(Ipv4Addr::new(127, 0, 0, last), 0);
        let socket = self.connect(source).map_err(|e| format!("a connection was not opened: {e}"))?;
        self.peers.push(Some(Peer { socket, unsent: first.to_vec() }));
        let flags = self.flush(number);
        let peer = self.peers[number].as_ref().ok_or("a connection broke at once")?;
        epoll::add(&self.epoll, &peer.socket, EventData::new_u64(number as u64), flags)
            .map_err(|e| format!("epoll: {e}"))?;
        Ok(number)
    }

    fn connect(&self, source: SocketAddrV4) -> Result<OwnedFd, Errno> {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let socket = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
        sockopt::set_tcp_nodelay(&socket, true)?;
        bind(&socket, &source)?;
        match connect(&socket, &self.server) {
            Ok(()) | Err(Errno::INPROGRESS) => Ok(socket),
            Err(error) => Err(error),
        }
    }

    /// Sends to a peer; what the socket does not take goes when it does. Nothing happens if the peer is gone.
    pub fn send(&mut self, number: usize, bytes: &[u8]) {
        let Some(peer) = self.peers.get_mut(number).and_then(Option::as_mut) else { return };
        let was_empty = peer.unsent.is_empty();
        let sent = if was_empty { rustix::io::write(&peer.socket, bytes).unwrap_or(0) } else { 0 };
        if sent < bytes.len() {
            peer.unsent.extend_from_slice(&bytes[sent..]);
            if was_empty {
                self.watch(number, EventFlags::IN | EventFlags::OUT);
            }
        }
    }

    /// Closes our end.
    pub fn close(&mut self, number: usize) {
        if let Some(peer) = self.peers.get_mut(number) {
            // Dropping the socket takes it out of the epoll.
            *peer = None;
        }
    }

    /// Waits until something comes, or until that time, and reads it.
    pub fn turn(&mut self, until: Instant, inbox: &mut Inbox) {
        inbox.got.clear();
        inbox.bytes.clear();
        let wait = until.saturating_duration_since(self.now());
        let timeout = Timespec::try_from(wait).unwrap_or(Timespec { tv_sec: 1, tv_nsec: 0 });
        self.events.clear();
        // An interrupted wait is a turn that brought nothing.
        let _ = epoll::wait(&self.epoll, spare_capacity(&mut self.events), Some(&timeout));
        let events = std::mem::take(&mut self.events);
        for event in &events {
            let number = usize::try_from({ event.data }.u64()).unwrap_or(usize::MAX);
            let flags = { event.flags };
            if flags.contains(EventFlags::OUT) {
                let flags = self.flush(number);
                self.watch(number, flags);
            }
            if flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR) {
                self.read(number, inbox);
            }
        }
        self.events = events;
    }

    fn read(&mut self, number: usize, inbox: &mut Inbox) {
        let Some(peer) = self.peers.get(number).and_then(Option::as_ref) else { return };
        let read = match rustix::io::read(&peer.socket, self.scratch.as_mut_slice()) {
            Ok(read) => read,
            Err(Errno::AGAIN | Errno::INTR) => return,
            Err(_) => 0,
        };
        let from = inbox.bytes.len();
        inbox.bytes.extend_from_slice(&self.scratch[..read]);
        inbox.got.push(Got { peer: number, at: self.clock.monotonic(), from, to: from + read });
        if read == 0 {
            self.close(number);
        }
    }

    /// Sends what waits; answers what to watch for.
    fn flush(&mut self, number: usize) -> EventFlags {
        let Some(peer) = self.peers.get_mut(number).and_then(Option::as_mut) else { return EventFlags::IN };
        let sent = rustix::io::write(&peer.socket, &peer.unsent).unwrap_or(0);
        peer.unsent.drain(..sent);
        if peer.unsent.is_empty() { EventFlags::IN } else { EventFlags::IN | EventFlags::OUT }
    }

    fn watch(&self, number: usize, flags: EventFlags) {
        if let Some(peer) = self.peers.get(number).and_then(Option::as_ref) {
            let _ = epoll::modify(&self.epoll, &peer.socket, EventData::new_u64(number as u64), flags);
        }
    }
}
