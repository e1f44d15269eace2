//! Carries open streams outside the HTTP stack: once the head of the answer is made, what is left of a connection is its
//! socket, its place in the hub and an empty queue. Ten thousand people who wait cost little more than the kernel's share.
//!
//! Which answers are streams, and what they tell, is `v1::stream`'s; how a socket gets here is `serve`'s. A caller that does not
//! speak HTTP/1.1 is served by the stack itself, from the same source.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use http_body::Frame as BodyFrame;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::net::TcpStream;

use crate::hub::Place;
use crate::hub::frame::Frame;
use crate::hub::outlet::Frames;

/// Bytes that are gathered into one write.
const MOST_AT_ONCE: usize = 16 * 1024;
/// Bytes that somebody may send who has nothing more to say.
const MOST_UNASKED: usize = 16 * 1024;
/// The last chunk of a body (RFC 9112, 7.1).
const END: &[u8] = b"0\r\n\r\n";

/// What a stream tells: what was missed, then what the hub sends, until it ends.
pub struct Source {
    first: VecDeque<Frame>,
    /// Frames up to this number were told as missed.
    up_to: i64,
    frames: Frames,
    /// Leaves the hub when the connection ends.
    _place: Place,
}

impl Source {
    pub fn new(first: impl Iterator<Item = Frame>, up_to: i64, frames: Frames, place: Place) -> Self {
        Self { first: first.collect(), up_to, frames, _place: place }
    }

    fn poll(&mut self, context: &mut Context) -> Poll<Option<Frame>> {
        if let Some(frame) = self.first.pop_front() {
            if self.first.is_empty() {
                self.first.shrink_to_fit();
            }
            return Poll::Ready(Some(frame));
        }
        loop {
            match ready!(self.frames.poll(context)) {
                Some(frame) if frame.seq != 0 && frame.seq <= self.up_to => {}
                frame => return Poll::Ready(frame),
            }
        }
    }
}

/// The source of an answer, until somebody takes it.
#[derive(Clone)]
struct Shared(Arc<Mutex<Option<Source>>>);

/// An answer that the connection may take over; otherwise the HTTP stack asks it for the body like any other.
pub fn answer(source: Source) -> Response {
    let shared = Shared(Arc::new(Mutex::new(Some(source))));
    let mut response = Response::new(Body::new(Polled { shared: shared.clone(), rest: None }));
    response.extensions_mut().insert(shared);
    response
}

/// The source of this answer, if it is an open stream.
pub fn take(response: &mut Response) -> Option<Source> {
    let shared = response.extensions_mut().remove::<Shared>()?;
    shared.0.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// The body of an answer that stays in the HTTP stack.
struct Polled {
    shared: Shared,
    /// The second half of a frame whose first is told.
    rest: Option<Bytes>,
}

impl http_body::Body for Polled {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context,
    ) -> Poll<Option<Result<BodyFrame<Bytes>, Self::Error>>> {
        if let Some(rest) = self.rest.take() {
            return Poll::Ready(Some(Ok(BodyFrame::data(rest))));
        }
        let polled = {
            let mut source = self.shared.0.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(source) = source.as_mut() else { return Poll::Ready(None) };
            ready!(source.poll(context))
        };
        Poll::Ready(polled.map(|frame| {
            self.rest = frame.shared;
            Ok(BodyFrame::data(frame.own))
        }))
    }
}

/// The head of an answer with a body in chunks, as it goes over the wire; `now` in Unix ms.
#[must_use]
pub fn head(response: &Response, now: i64) -> Vec<u8> {
    let reason = StatusCode::canonical_reason(&response.status()).unwrap_or_default();
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", response.status().as_u16()).into_bytes();
    let mut line = |name: &[u8], value: &[u8]| {
        for part in [name, b": ", value, b"\r\n"] {
            head.extend_from_slice(part);
        }
    };
    let headers = response.headers().iter().filter(|(name, _)| *name != header::CONTENT_LENGTH);
    for (name, value) in headers {
        line(name.as_str().as_bytes(), value.as_bytes());
    }
    line(b"transfer-encoding", b"chunked");
    let date = Timestamp::from_millisecond(now).ok();
    if let Some(date) = date.and_then(|at| DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()) {
        line(b"date", date.as_bytes());
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// A socket and what it is to be told. As a future it ends with the stream, or when the peer goes.
pub struct Carrier {
    socket: TcpStream,
    source: Source,
    /// What is still to be written; without a byte on the heap while nothing happens.
    waiting: Vec<u8>,
    written: usize,
    unasked: usize,
    over: bool,
}

impl Carrier {
    /// Begins with `head`.
    #[must_use]
    pub fn new(socket: TcpStream, head: Vec<u8>, source: Source) -> Self {
        Self { socket, source, waiting: head, written: 0, unasked: 0, over: false }
    }

    /// Whether the peer has gone. What he sends is read and thrown away.
    fn is_gone(&mut self, context: &mut Context) -> bool {
        let mut bytes = [0; 512];
        while let Poll::Ready(ready) = self.socket.poll_read_ready(context) {
            match ready.and_then(|()| self.socket.try_read(&mut bytes)) {
                Ok(0) => return true,
                Ok(count) => self.unasked += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return true,
            }
            if self.unasked > MOST_UNASKED {
                return true;
            }
        }
        false
    }

    /// Gathers what there is to tell, up to the size of one write.
    fn gather(&mut self, context: &mut Context) {
        while !self.over && self.waiting.len() < MOST_AT_ONCE {
            match self.source.poll(context) {
                Poll::Ready(Some(frame)) => chunk(&mut self.waiting, &frame),
                Poll::Ready(None) => {
                    self.waiting.extend_from_slice(END);
                    self.over = true;
                }
                Poll::Pending => return,
            }
        }
    }

    fn write(&mut self, context: &mut Context) -> Poll<io::Result<()>> {
        while self.written < self.waiting.len() {
            match self.socket.try_write(&self.waiting[self.written..]) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.socket.poll_write_ready(context))?;
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        (self.waiting, self.written) = (Vec::new(), 0);
        Poll::Ready(Ok(()))
    }
}

impl Future for Carrier {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<()> {
        if self.is_gone(context) {
            return Poll::Ready(());
        }
        loop {
            // A client that does not take what it was sent is sent no more: its queue in the hub fills, and ends it.
            if self.written == 0 {
                self.gather(context);
            }
            if self.waiting.is_empty() {
                return if self.over { Poll::Ready(()) } else { Poll::Pending };
            }
            if ready!(self.write(context)).is_err() {
                return Poll::Ready(());
            }
        }
    }
}

/// A frame as one chunk of a body (RFC 9112, 7.1).
fn chunk(bytes: &mut Vec<u8>, frame: &Frame) {
    let shared = frame.shared.as_deref().unwrap_or_default();
    let size = frame.own.len() + shared.len();
    if size == 0 {
        return;
    }
    bytes.reserve(size + 12);
    // Writing to memory cannot fail.
    let _ = write!(bytes, "{size:x}\r\n");
    for part in [&frame.own[..], shared, b"\r\n"] {
        bytes.extend_from_slice(part);
    }
}
