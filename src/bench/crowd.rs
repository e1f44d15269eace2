//! Users with open streams, and the keep-alive connections that write: who is who among the sockets of `net`.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::net::{Got, Inbox, Net};
use super::stage::Member;
use super::wire::{self, Answers, Said, Stream};

/// Connections that are being opened at a time, as a herd of browsers does after a restart.
const OPENING: usize = 1_000;
/// How long a caller rests that was told that it is too much for now. Less than the server asks for, so that there is
/// always one at the door.
const REST: Duration = Duration::from_millis(50);
/// How long one waits for what must come.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Numbers by peer; peers come in ascending order and are never reused.
#[derive(Default)]
struct Places(Vec<u32>);

impl Places {
    fn put(&mut self, peer: usize, place: usize) {
        if self.0.len() <= peer {
            self.0.resize(peer + 1, u32::MAX);
        }
        self.0[peer] = u32::try_from(place).unwrap_or(u32::MAX);
    }

    fn get(&self, peer: usize) -> Option<usize> {
        self.0.get(peer).filter(|place| **place != u32::MAX).map(|place| *place as usize)
    }
}

/// Users, each with one stream.
#[derive(Default)]
pub struct Crowd {
    requests: Vec<(String, String)>,
    streams: Vec<Stream>,
    peers: Vec<usize>,
    places: Places,
    /// Streams that ended, or were refused.
    pub lost: usize,
    /// Bytes that came.
    pub bytes: u64,
}

impl Crowd {
    /// Opens a stream for each of these, and answers when all have their first bytes.
    pub fn open(net: &mut Net, members: &[Member]) -> Result<Self, String> {
        let requests = members.iter().map(|m| (m.token.clone(), String::new())).collect();
        let mut crowd = Self { requests, ..Self::default() };
        crowd.connect(net, |_, _, _| {})?;
        Ok(crowd)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.requests.len()
    }

    /// Closes every connection; what was sent last is remembered.
    pub fn cut(&mut self, net: &mut Net) {
        for (peer, (stream, request)) in self.peers.drain(..).zip(self.streams.iter().zip(&mut self.requests))
        {
            net.close(peer);
            request.1.clone_from(&stream.cursor);
        }
    }

    /// Opens all streams, each after what it heard last; answers how long it took until all had their first bytes.
    pub fn connect(
        &mut self,
        net: &mut Net,
        mut each: impl FnMut(usize, &Said, Instant),
    ) -> Result<Duration, String> {
        let (begin, mut inbox) = (net.now(), Inbox::default());
        let resumed = self.requests.iter().map(|(_, cursor)| Stream::after(cursor.clone()));
        self.streams = resumed.collect();
        self.peers.clear();
        let (mut begun, mut lost) = (0, 0);
        while begun < self.requests.len() {
            while self.peers.len() < self.requests.len() && self.peers.len() - begun < OPENING {
                let (token, cursor) = &self.requests[self.peers.len()];
                let peer = net.open(&wire::stream(token, cursor))?;
                self.places.put(peer, self.peers.len());
                self.peers.push(peer);
            }
            net.turn(begin + PATIENCE, &mut inbox);
            for index in 0..inbox.len() {
                let (got, bytes) = inbox.get(index);
                let Some(user) = self.places.get(got.peer) else { continue };
                let had_begun = self.streams[user].has_begun;
                self.take(got, bytes, &mut each);
                begun += usize::from(!had_begun && self.streams[user].has_begun);
                lost = self.lost;
            }
            if lost > 0 || net.now() > begin + PATIENCE {
                return Err(format!("{begun} of {} streams began, {lost} were refused", self.requests.len()));
            }
        }
        Ok(net.now() - begin)
    }

    /// Takes what came, if it is for one of these; hands on each event with its user and time.
    pub fn take(&mut self, got: Got, bytes: &[u8], mut each: impl FnMut(usize, &Said, Instant)) -> bool {
        let Some(user) = self.places.get(got.peer) else { return false };
        self.bytes += bytes.len() as u64;
        let stream = &mut self.streams[user];
        stream.feed(bytes, |said| each(user, &said, got.at));
        self.lost += usize::from(bytes.is_empty() || stream.status > 200);
        true
    }
}

/// Keep-alive connections, each with one request under way at most.
#[derive(Default)]
pub struct Callers {
    peers: Vec<usize>,
    answers: Vec<Answers>,
    places: Places,
    idle: Vec<usize>,
    /// Who was told that it is too much for now, and until when he rests.
    resting: VecDeque<(Instant, usize)>,
    /// Connections that the server closed.
    pub lost: usize,
}

impl Callers {
    #[must_use]
    pub fn len(&self) -> usize {
        self.peers.len()
    }

    /// Requests that have not been answered.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.peers.len() - self.idle.len() - self.resting.len()
    }

    /// One that has nothing under way; whoever takes it calls.
    pub fn idle(&mut self, now: Instant) -> Option<usize> {
        while let Some((_, caller)) = self.resting.pop_front_if(|(until, _)| *until <= now) {
            self.idle.push(caller);
        }
        self.idle.pop()
    }

    /// Sends a request over `caller`, or, without one, over a new connection; answers which it was.
    pub fn call(&mut self, net: &mut Net, caller: Option<usize>, request: &[u8]) -> Result<usize, String> {
        if let Some(caller) = caller {
            net.send(self.peers[caller], request);
            return Ok(caller);
        }
        let (caller, peer) = (self.peers.len(), net.open(request)?);
        self.places.put(peer, caller);
        self.peers.push(peer);
        self.answers.push(Answers::default());
        Ok(caller)
    }

    /// Takes what came, if it is for one of these; hands on each answer with its caller, status, body and time.
    pub fn take(&mut self, got: Got, bytes: &[u8], mut each: impl FnMut(usize, u16, &[u8], Instant)) -> bool {
        let Some(caller) = self.places.get(got.peer) else { return false };
        self.lost += usize::from(bytes.is_empty());
        let (idle, resting) = (&mut self.idle, &mut self.resting);
        self.answers[caller].feed(bytes, |status, body| {
            match status {
                503 => resting.push_back((got.at + REST, caller)),
                _ => idle.push(caller),
            }
            each(caller, status, body, got.at);
        });
        true
    }
}
