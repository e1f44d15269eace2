//! The one source of time: wall clock, monotonic clock and waiting, so that tests move time instead
//! of sleeping through it.
//!
//! Time zones and calendars are deliberately not here: an instant is a number of Unix milliseconds,
//! and what a user calls "tomorrow at nine" is a decision of the domain.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// An instant: milliseconds since 1970-01-01T00:00:00Z, UTC, leap seconds ignored.
pub type Millis = i64;

/// The longest single wait on the real clock. A longer wait is made of several, because the wall
/// clock can be set, and a laptop can sleep, while the timer beneath counts on regardless.
const LONGEST_NAP: Duration = Duration::from_secs(5);

/// Where the program gets the time from. Cheap to clone; all clones of a manual clock move together.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The clocks of the operating system.
    System,
    /// A clock that stands still until a test moves it.
    Manual(Arc<ManualClock>),
    /// The clocks of the operating system, and what a demo has let pass beyond them.
    Ahead(Arc<AheadClock>),
}

impl Clock {
    /// The clocks of the operating system, which [`Clock::skip`] moves on.
    #[must_use]
    pub fn ahead() -> Self {
        Self::Ahead(Arc::new(AheadClock { by: watch::Sender::new(Duration::ZERO) }))
    }

    /// Lets time pass at once, for a demo. False: this clock cannot.
    #[must_use]
    pub fn skip(&self, by: Duration) -> bool {
        let Self::Ahead(ahead) = self else { return false };
        ahead.by.send_modify(|before| *before = before.saturating_add(by));
        true
    }

    /// The current instant, in Unix milliseconds. It can go backwards when the wall clock is set.
    pub fn now_ms(&self) -> Millis {
        match self {
            Self::System => system_now_ms(),
            Self::Manual(manual) => manual.face.borrow().wall_ms,
            Self::Ahead(ahead) => system_now_ms().saturating_add(ahead.by().as_millis() as Millis),
        }
    }

    /// A reading for measuring durations; it never goes backwards and says nothing about the date.
    #[expect(clippy::disallowed_methods, reason = "this is the module that may ask")]
    pub fn monotonic(&self) -> Instant {
        match self {
            Self::System => Instant::now(),
            Self::Manual(manual) => manual.start + manual.face.borrow().elapsed,
            Self::Ahead(ahead) => Instant::now() + ahead.by(),
        }
    }

    /// Waits until the wall clock shows `at_ms` (Unix milliseconds) or later; at once if it does
    /// already. On the real clock a step of the wall clock is noticed within five seconds.
    pub async fn sleep_until(&self, at_ms: Millis) {
        match self {
            Self::System => loop {
                let left_ms = at_ms.saturating_sub(system_now_ms());
                let Ok(left_ms @ 1..) = u64::try_from(left_ms) else {
                    return;
                };
                nap(Duration::from_millis(left_ms).min(LONGEST_NAP)).await;
            },
            Self::Manual(manual) => manual.wait(|face| face.wall_ms >= at_ms).await,
            Self::Ahead(ahead) => loop {
                let Ok(left_ms @ 1..) = u64::try_from(at_ms.saturating_sub(self.now_ms())) else {
                    return;
                };
                ahead.nap(Duration::from_millis(left_ms).min(LONGEST_NAP)).await;
            },
        }
    }

    /// Waits a moment for something outside, a database or another's transaction: in its time and not in ours, so that it
    /// passes also where our clock stands still.
    pub async fn pause(&self, duration: Duration) {
        nap(duration).await;
    }

    /// Waits for `duration` of monotonic time: unlike [`Clock::sleep_until`] it does not care what
    /// date it is, so it suits pauses, intervals and time limits.
    pub async fn sleep(&self, duration: Duration) {
        match self {
            Self::System => nap(duration).await,
            Self::Manual(manual) => {
                let until = manual.face.borrow().elapsed.saturating_add(duration);
                manual.wait(|face| face.elapsed >= until).await;
            }
            Self::Ahead(ahead) => {
                let until = self.monotonic() + duration;
                loop {
                    let left = until.saturating_duration_since(self.monotonic());
                    if left.is_zero() {
                        return;
                    }
                    ahead.nap(left.min(LONGEST_NAP)).await;
                }
            }
        }
    }
}

/// The clocks of the operating system, moved on by hand. Waiters wake when it is.
#[derive(Debug)]
pub struct AheadClock {
    by: watch::Sender<Duration>,
}

impl AheadClock {
    fn by(&self) -> Duration {
        *self.by.borrow()
    }

    /// Sleeps so long, or until the clock is moved.
    async fn nap(&self, duration: Duration) {
        let mut moved = self.by.subscribe();
        tokio::select! {
            () = nap(duration) => {}
            _ = moved.changed() => {}
        }
    }
}

/// A clock that a test holds in its hand. Waiters wake when it has been moved far enough.
#[derive(Debug)]
pub struct ManualClock {
    start: Instant,
    face: watch::Sender<Face>,
}

/// Both hands move together under one lock, so that a waiter never sees half a move.
#[derive(Clone, Copy, Debug)]
struct Face {
    wall_ms: Millis,
    elapsed: Duration,
}

impl ManualClock {
    /// A clock that shows `now_ms` (Unix milliseconds). Wrap it in [`Clock::Manual`], keep a clone.
    #[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from a number")]
    pub fn new(now_ms: Millis) -> Arc<Self> {
        let face = Face { wall_ms: now_ms, elapsed: Duration::ZERO };
        Arc::new(Self { start: Instant::now(), face: watch::Sender::new(face) })
    }

    /// Lets time pass: wall clock and monotonic clock both move on by `by`, rounded down to whole
    /// milliseconds for the wall clock.
    pub fn advance(&self, by: Duration) {
        let by_ms = Millis::try_from(by.as_millis()).unwrap_or(Millis::MAX);
        self.face.send_modify(|face| {
            face.wall_ms = face.wall_ms.saturating_add(by_ms);
            face.elapsed = face.elapsed.saturating_add(by);
        });
    }

    /// Sets the wall clock, forwards or back, as an administrator or NTP would; no time passes.
    pub fn set(&self, now_ms: Millis) {
        self.face.send_modify(|face| face.wall_ms = now_ms);
    }

    async fn wait(&self, mut reached: impl FnMut(&Face) -> bool) {
        // The sender lives as long as `self` does, so the wait cannot fail; and if it could, waking
        // early is what every caller has to stand anyway.
        drop(self.face.subscribe().wait_for(|face| reached(face)).await);
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the module that may ask")]
fn system_now_ms() -> Millis {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_millis() as Millis,
        Err(before) => -(before.duration().as_millis() as Millis),
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the module that may wait")]
async fn nap(duration: Duration) {
    tokio::time::sleep(duration).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_waiter_wakes_when_the_clock_is_moved_far_enough_and_not_before() {
        let manual = ManualClock::new(1_000);
        let clock = Clock::Manual(manual.clone());
        let mut wait = std::pin::pin!(clock.sleep_until(2_000));
        manual.advance(Duration::from_millis(999));
        assert!(poll_once(&mut wait).await.is_pending());
        manual.advance(Duration::from_millis(1));
        assert!(poll_once(&mut wait).await.is_ready());
        clock.sleep_until(1_500).await;
    }

    #[tokio::test]
    async fn setting_the_wall_clock_lets_no_time_pass() {
        let manual = ManualClock::new(10_000);
        let clock = Clock::Manual(manual.clone());
        let before = clock.monotonic();
        let mut pause = std::pin::pin!(clock.sleep(Duration::from_secs(1)));
        assert!(poll_once(&mut pause).await.is_pending());
        manual.set(5_000);
        assert_eq!((clock.now_ms(), clock.monotonic()), (5_000, before));
        assert!(poll_once(&mut pause).await.is_pending());
        manual.advance(Duration::from_secs(1));
        assert!(poll_once(&mut pause).await.is_ready());
        assert_eq!(clock.monotonic() - before, Duration::from_secs(1));
        assert_eq!(clock.now_ms(), 6_000);
    }

    #[tokio::test]
    async fn the_system_clock_shows_this_century_and_waits() {
        let clock = Clock::System;
        let (wall, start) = (clock.now_ms(), clock.monotonic());
        assert!(wall > 1_700_000_000_000, "{wall}");
        clock.sleep_until(wall + 5).await;
        assert!(clock.now_ms() >= wall + 5);
        clock.sleep_until(wall).await;
        clock.sleep(Duration::from_millis(1)).await;
        assert!(clock.monotonic() > start);
    }

    #[tokio::test]
    async fn a_demo_skips_time_and_who_waits_wakes() {
        let clock = Clock::ahead();
        let (wall, start) = (clock.now_ms(), clock.monotonic());
        let mut wait = std::pin::pin!(clock.sleep_until(wall + 600_000));
        let mut pause = std::pin::pin!(clock.sleep(Duration::from_mins(9)));
        assert!(poll_once(&mut wait).await.is_pending() && poll_once(&mut pause).await.is_pending());
        assert!(clock.skip(Duration::from_mins(10)));
        wait.await;
        pause.await;
        assert!(clock.now_ms() >= wall + 600_000 && clock.monotonic() - start >= Duration::from_mins(10));
        assert!(!Clock::System.skip(Duration::from_mins(1)));
    }

    async fn poll_once<F: Future<Output = ()> + Unpin>(future: &mut F) -> std::task::Poll<()> {
        std::future::poll_fn(|context| std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context)))
            .await
    }
}
