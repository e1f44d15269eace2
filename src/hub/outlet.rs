//! One connection's queue: bounded, empty most of its life, and then without a byte of its own on the heap.
//!
//! This is the interface between the hub and whatever carries the bytes: `http::carrier`.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::frame::{Bye, Frame, bye};

/// Frames that may wait for a slow consumer; beyond it the connection is closed and resumes by its cursor.
const MOST_WAITING: usize = 64;

#[derive(Default)]
struct State {
    frames: VecDeque<Frame>,
    closed: bool,
    waker: Option<Waker>,
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handed {
    Queued,
    /// The connection was closed before, and only waits to be taken away.
    Closed,
    /// The queue was full; the connection is closed now.
    TooSlow,
}

/// The hub's end.
#[derive(Clone, Default)]
pub struct Outlet(Arc<Mutex<State>>);

/// The carrier's end: yields frames until the connection is closed.
pub struct Frames(Arc<Mutex<State>>);

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Outlet {
    #[must_use]
    pub fn frames(&self) -> Frames {
        Frames(Arc::clone(&self.0))
    }

    /// Queues a frame, or closes a connection whose queue is full.
    pub fn send(&self, frame: Frame) -> Handed {
        let mut state = lock(&self.0);
        if state.closed {
            return Handed::Closed;
        }
        let fits = state.frames.len() < MOST_WAITING;
        if fits {
            state.frames.push_back(frame);
        } else {
            // What waits is of no use to a client that will resume from the last frame that it took.
            state.frames.clear();
            state.frames.push_back(bye(Bye::TooSlow));
            state.closed = true;
        }
        let waker = state.waker.take();
        drop(state);
        waker.into_iter().for_each(Waker::wake);
        if fits { Handed::Queued } else { Handed::TooSlow }
    }

    /// Sends what is queued, then the reason, then ends.
    pub fn close(&self, reason: Bye) {
        let mut state = lock(&self.0);
        if !state.closed {
            state.frames.push_back(bye(reason));
            state.closed = true;
        }
        let waker = state.waker.take();
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }
}

impl Frames {
    /// The next frame; `None` once the connection is closed and empty.
    pub fn poll(&mut self, context: &mut Context) -> Poll<Option<Frame>> {
        let mut state = lock(&self.0);
        if let Some(frame) = state.frames.pop_front() {
            if state.frames.is_empty() {
                state.frames.shrink_to_fit();
            }
            return Poll::Ready(Some(frame));
        }
        if state.closed {
            return Poll::Ready(None);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::super::frame::unread;
    use super::*;

    fn next(frames: &mut Frames) -> Poll<Option<String>> {
        let poll = frames.poll(&mut Context::from_waker(Waker::noop()));
        poll.map(|frame| frame.map(|f| String::from_utf8(f.own.to_vec()).unwrap()))
    }

    #[test]
    fn frames_come_in_order_and_the_reason_last() {
        let outlet = Outlet::default();
        let mut frames = outlet.frames();
        assert!(next(&mut frames).is_pending());
        assert_eq!([outlet.send(unread(1)), outlet.send(unread(2))], [Handed::Queued; 2]);
        outlet.close(Bye::Shutdown);
        let mut got = Vec::new();
        while let Poll::Ready(Some(text)) = next(&mut frames) {
            got.push(text);
        }
        assert_eq!(got.len(), 3);
        assert!(got[0].contains('1') && got[1].contains('2') && got[2].contains("shutdown"), "{got:?}");
        assert_eq!(next(&mut frames), Poll::Ready(None));
        assert_eq!(outlet.send(unread(3)), Handed::Closed);
    }

    #[test]
    fn a_slow_consumer_is_closed_with_nothing_held_back_for_it() {
        let outlet = Outlet::default();
        let mut frames = outlet.frames();
        let more = 0..=2 * MOST_WAITING as i64;
        let taken = more.take_while(|n| outlet.send(unread(*n)) == Handed::Queued).count();
        assert_eq!(taken, MOST_WAITING);
        assert_eq!(outlet.send(unread(0)), Handed::Closed);
        assert!(matches!(next(&mut frames), Poll::Ready(Some(text)) if text.contains("too_slow")));
        assert_eq!(next(&mut frames), Poll::Ready(None));
    }
}
