//! The post: for each relay a few connections that are opened when needed, used again, and closed when idle; and a
//! breaker that leaves a failing relay in peace.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustls::ClientConfig;
use tokio::sync::Semaphore;

use super::conversation::{self, Offers};
use super::letter::Letter;
use super::wire::{Reach, Wire};
use crate::clock::Clock;
use crate::domain::mail::breaker::{Breaker, Position};
use crate::domain::mail::dialogue::{Dialogue, Side};
use crate::domain::mail::health::Shown;
use crate::domain::mail::relay::Relay;
use crate::domain::mail::reply::{Fault, Judgement, Step, Trouble, judge};

/// Connections to one relay at a time.
pub const MOST_CONNECTIONS: usize = 8;
/// Letters over one connection; relays have limits of their own, and a fresh one is cheap.
const MOST_LETTERS: u32 = 100;
/// How long an unused connection is kept.
const IDLE_MS: i64 = 30_000;
/// From the first packet to the relay's readiness.
const READY: Duration = Duration::from_mins(1);
/// From the sender to the relay's "go ahead".
const ENVELOPE: Duration = Duration::from_mins(1);
/// For the letter and the answer to its last dot: a relay that has it all may take its time, and giving up too soon makes
/// a second copy.
const LETTER: Duration = Duration::from_mins(3);
/// For a goodbye, or a reset.
const SHORT: Duration = Duration::from_secs(5);

/// What became of handing in a letter.
#[derive(Debug)]
pub struct Attempt {
    pub outcome: Result<(), Trouble>,
    pub judgement: Judgement,
    pub dialogue: Dialogue,
}

/// What became of a letter at the counter of one relay.
#[derive(Debug)]
pub enum Posted {
    Tried(Attempt),
    /// The relay is left in peace until this instant (Unix ms).
    Resting(i64),
    /// Its turn came too late; nothing was said.
    TooLate,
}

/// How a relay does, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayState {
    pub breaker: Position,
    pub last_error: Option<String>,
    /// When it failed last, of those that are let rest or tried out.
    pub failed_at: Option<i64>,
    pub last_ok_at: Option<i64>,
    /// The certificate that it showed last.
    pub certificate: Option<Shown>,
}

/// Every relay that this process hands letters to.
#[derive(Clone)]
pub struct Post {
    clock: Clock,
    tls: Arc<ClientConfig>,
    /// How far the relays of accounts may be; the server's own may be anywhere.
    reach: Reach,
    counters: Arc<Mutex<HashMap<String, Arc<Counter>>>>,
}

/// One relay's counter at the post.
struct Counter {
    relay: Relay,
    places: Semaphore,
    idle: Mutex<Vec<Kept>>,
    health: Mutex<Health>,
}

#[derive(Default)]
struct Health {
    breaker: Breaker,
    last_error: Option<String>,
    last_ok_at: Option<i64>,
    certificate: Option<Shown>,
}

/// A connection that waits for its next letter.
struct Kept {
    wire: Wire,
    offers: Offers,
    letters: u32,
    since: i64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Post {
    #[must_use]
    pub fn new(clock: Clock, tls: Arc<ClientConfig>, reach: Reach) -> Self {
        Self { clock, tls, reach, counters: Arc::default() }
    }

    /// The counter of a relay; one whose settings have changed begins anew.
    fn counter(&self, relay: &Relay) -> Arc<Counter> {
        let mut counters = lock(&self.counters);
        match counters.get(&relay.id) {
            Some(counter) if counter.relay == *relay => Arc::clone(counter),
            _ => {
                let counter = Arc::new(Counter {
                    relay: relay.clone(),
                    places: Semaphore::new(MOST_CONNECTIONS),
                    idle: Mutex::default(),
                    health: Mutex::default(),
                });
                counters.insert(relay.id.clone(), Arc::clone(&counter));
                counter
            }
        }
    }

    /// When one of these relays may be used: now, or later.
    #[must_use]
    pub fn free_at(&self, relays: &[Relay]) -> Option<i64> {
        let now = self.clock.now_ms();
        relays.iter().map(|relay| lock(&self.counter(relay).health).breaker.free_at(now)).min()
    }

    /// Whether none of these relays is known to be well: the next letter tries one out.
    #[must_use]
    pub fn is_probing(&self, relays: &[Relay]) -> bool {
        let now = self.clock.now_ms();
        let position = |relay| lock(&self.counter(relay).health).breaker.position(now);
        relays.iter().all(|relay| position(relay) != Position::Closed)
    }

    #[must_use]
    pub fn state(&self, relay: &Relay) -> RelayState {
        let counter = self.counter(relay);
        let health = lock(&counter.health);
        RelayState {
            breaker: health.breaker.position(self.clock.now_ms()),
            last_error: health.last_error.clone(),
            failed_at: health.breaker.failed_at(),
            last_ok_at: health.last_ok_at,
            certificate: health.certificate,
        }
    }

    /// Hands a letter to a relay, over a connection that is open or a new one, unless its turn comes when it may no longer
    /// begin.
    pub async fn send(&self, relay: &Relay, letter: &Letter, may_begin: impl Fn(i64) -> bool) -> Posted {
        let counter = self.counter(relay);
        // Never closed, so there is always a place in the end.
        let _place = counter.places.acquire().await;
        let now = self.clock.now_ms();
        if !may_begin(now) {
            return Posted::TooLate;
        }
        // The first after a pause is the one that tries the relay out.
        if let Err(until) = lock(&counter.health).breaker.ask(now) {
            return Posted::Resting(until);
        }
        let attempt = self.send_over(&counter, letter).await;
        let mut health = lock(&counter.health);
        if attempt.judgement.is_relay_ill {
            health.last_error = attempt.outcome.as_ref().err().map(describe);
            health.breaker.failed(self.clock.now_ms());
        } else {
            health.breaker.succeeded();
            health.last_ok_at = Some(self.clock.now_ms());
        }
        drop(health);
        Posted::Tried(attempt)
    }

    async fn send_over(&self, counter: &Counter, letter: &Letter) -> Attempt {
        while let Some(mut kept) = self.take_idle(counter) {
            kept.wire.dialogue.clear();
            kept.wire.dialogue.push(Side::Client, "(over the connection of the letter before)");
            let (attempt, left) = self.hand_in(kept, letter).await;
            // A connection may have died in its sleep; nothing was said over it yet, so a fresh one is tried.
            let died_asleep = matches!(
                &attempt.outcome,
                Err(Trouble { step: Step::Sender, fault: Fault::Lost | Fault::Garbled(_) })
            ) || matches!(
                &attempt.outcome,
                Err(Trouble { step: Step::Sender, fault: Fault::Refused(reply) }) if reply.code == 421
            );
            if !died_asleep {
                self.keep(counter, left).await;
                return attempt;
            }
        }
        match self.open(&counter.relay).await {
            Ok(kept) => {
                let shown = kept.wire.term.map(|term| Shown { term, at: self.clock.now_ms() });
                lock(&counter.health).certificate = shown;
                let (attempt, left) = self.hand_in(kept, letter).await;
                self.keep(counter, left).await;
                attempt
            }
            Err(failed) => Attempt::failed(failed),
        }
    }

    async fn open(&self, relay: &Relay) -> Result<Kept, (Trouble, Dialogue)> {
        let mut opened: Option<Wire> = None;
        let reach = if relay.is_servers() { Reach::Everything } else { self.reach };
        let opening = async {
            let wire = opened.insert(Wire::open(&relay.host, relay.port, reach).await?);
            conversation::begin(wire, relay, &self.tls).await
        };
        let ready = self.within(READY, opening).await;
        match (ready, opened) {
            (Ok(offers), Some(wire)) => Ok(Kept { wire, offers, letters: 0, since: 0 }),
            (Err(fault), Some(wire)) => Err((Trouble { step: wire.step, fault }, wire.dialogue)),
            (Err(fault), None) => {
                let mut dialogue = Dialogue::default();
                dialogue.push(Side::Client, &format!("(connecting to {})", relay.name()));
                Err((Trouble { step: Step::Connect, fault }, dialogue))
            }
            (Ok(_), None) => Err((Trouble { step: Step::Connect, fault: Fault::Lost }, Dialogue::default())),
        }
    }

    /// One letter over an open connection; the connection comes back if it is good for another.
    async fn hand_in(&self, mut kept: Kept, letter: &Letter) -> (Attempt, Option<Kept>) {
        let envelope = conversation::envelope(&mut kept.wire, &kept.offers, letter);
        let result = match self.within(ENVELOPE, envelope).await {
            Ok(()) => self.within(LETTER, conversation::content(&mut kept.wire, letter)).await,
            Err(fault) => Err(fault),
        };
        let outcome = result.map(drop).map_err(|fault| Trouble { step: kept.wire.step, fault });
        kept.letters += 1;
        let is_good = match &outcome {
            Ok(()) | Err(Trouble { fault: Fault::Lacks(_), .. }) => true,
            Err(Trouble { fault: Fault::Refused(reply), .. }) if reply.code != 421 => {
                // The refusal stands; whether the reset works only says whether the connection is kept.
                self.within(SHORT, conversation::reset(&mut kept.wire)).await.is_ok()
            }
            Err(_) => false,
        };
        let dialogue = kept.wire.dialogue.clone();
        (Attempt { judgement: judge(&outcome), outcome, dialogue }, is_good.then_some(kept))
    }

    async fn within<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        tokio::select! {
            biased;
            done = work => done,
            () = self.clock.sleep(limit) => Err(Fault::TimedOut),
        }
    }

    fn take_idle(&self, counter: &Counter) -> Option<Kept> {
        let freshest = lock(&counter.idle).pop()?;
        (self.clock.now_ms() - freshest.since < IDLE_MS).then_some(freshest)
    }

    async fn keep(&self, counter: &Counter, left: Option<Kept>) {
        let Some(mut kept) = left else { return };
        if kept.letters < MOST_LETTERS {
            kept.since = self.clock.now_ms();
            lock(&counter.idle).push(kept);
        } else {
            self.close(kept.wire).await;
        }
    }

    /// Says goodbye; one that does not listen is dropped all the same.
    async fn close(&self, wire: Wire) {
        let close = async {
            wire.close().await;
            Ok(())
        };
        let _: Result<(), Fault> = self.within(SHORT, close).await;
    }

    /// Says goodbye over connections that nobody needed for a while; with `all`, over every one.
    pub async fn sweep(&self, all: bool) {
        let now = self.clock.now_ms();
        let counters: Vec<_> = lock(&self.counters).values().map(Arc::clone).collect();
        for counter in counters {
            let over: Vec<Kept> =
                lock(&counter.idle).extract_if(.., |kept| all || now - kept.since >= IDLE_MS).collect();
            for kept in over {
                self.close(kept.wire).await;
            }
        }
    }

    /// Asks a relay, with a letter of its own, over a connection of its own: its whole answer is wanted.
    pub async fn try_out(&self, relay: &Relay, letter: &Letter) -> Attempt {
        match self.open(relay).await {
            Ok(kept) => {
                let (attempt, left) = self.hand_in(kept, letter).await;
                if let Some(kept) = left {
                    self.close(kept.wire).await;
                }
                attempt
            }
            Err(failed) => Attempt::failed(failed),
        }
    }
}

impl Attempt {
    fn failed((trouble, dialogue): (Trouble, Dialogue)) -> Self {
        let outcome = Err(trouble);
        Self { judgement: judge(&outcome), outcome, dialogue }
    }
}

/// What went wrong, in a line for administrators.
#[must_use]
pub fn describe(trouble: &Trouble) -> String {
    let step = trouble.step.name();
    match &trouble.fault {
        Fault::Refused(reply) => format!("{step}: {} {}", reply.code, reply.text.replace('\n', " ")),
        Fault::Unreachable(reason) | Fault::Tls(reason) => format!("{step}: {reason}"),
        Fault::Lost => format!("{step}: the connection was lost"),
        Fault::TimedOut => format!("{step}: no answer in time"),
        Fault::Garbled(said) => format!("{step}: not SMTP: {said:?}"),
        Fault::Lacks(lack) => format!("{step}: {} is not offered", lack.name()),
    }
}
