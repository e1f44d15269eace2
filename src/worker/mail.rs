//! The post: claims letters that are due, has them carried side by side, and writes down what became of them in batches.
//!
//! Each lane (an account with relays of its own; all others, who share the server's) has so many letters under way at most,
//! so that a slow relay holds up nobody but those who use it; within a lane its accounts take turns.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Worker;
use crate::domain::delivery::RENEW_MS;
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::mail::relay::Relay;
use crate::flows::deliver::{self, Done, Errand, Held, Room};
use crate::shutdown::{Shutdown, Token};
use crate::store::deliveries;

/// The longest time between two looks: a lease that ran out rings no bell.
const LATEST_LOOK_MS: i64 = 60_000;
/// Accounts that one look serves.
const ACCOUNTS: i64 = 500;
/// Outcomes that one transaction writes.
const BATCH: usize = 64;
/// How often connections that nobody needs are looked for.
const SWEEP: Duration = Duration::from_secs(5);

/// Letters under way, by lane: 0 is the server's, others are accounts' numbers.
#[derive(Clone, Default)]
struct Lanes(Arc<Mutex<UnderWay>>);

#[derive(Default)]
struct UnderWay {
    counts: HashMap<i64, usize>,
    /// By a number that each is given when it enters.
    held: HashMap<u64, Held>,
    last: u64,
}

impl Lanes {
    fn of(account: Account, relays: &[Relay]) -> i64 {
        let is_own = relays.first().is_none_or(|relay| !relay.is_servers());
        if is_own { account.0 } else { 0 }
    }

    fn under_way(&self, lane: i64) -> usize {
        self.lock().counts.get(&lane).copied().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, UnderWay> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, lane: i64, errand: &Errand) -> Place {
        let mut busy = self.lock();
        *busy.counts.entry(lane).or_default() += 1;
        busy.last += 1;
        let number = busy.last;
        busy.held.insert(number, Held::new(errand));
        drop(busy);
        Place { lanes: self.clone(), lane, number }
    }

    /// When the first lease is to be renewed.
    fn renew_at(&self) -> Option<i64> {
        let busy = self.lock();
        busy.held.values().filter_map(|held| held.lease.ends_at()).min().map(|ends_at| ends_at - RENEW_MS)
    }

    /// The letters whose leases are to be renewed.
    fn ending(&self, now: i64) -> Vec<Held> {
        let ends = |held: &&Held| held.lease.ends_at().is_some_and(|at| at - RENEW_MS <= now);
        self.lock().held.values().filter(ends).cloned().collect()
    }
}

/// A letter's place in its lane; free again when this is dropped, also by a panic.
struct Place {
    lanes: Lanes,
    lane: i64,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut busy = self.lanes.lock();
        busy.held.remove(&self.number);
        if let Some(count) = busy.counts.get_mut(&self.lane) {
            *count -= 1;
            if *count == 0 {
                busy.counts.remove(&self.lane);
            }
        }
    }
}

type Outcomes = UnboundedSender<(Done, Place)>;

/// Delivers until the server stops.
pub(super) async fn run(worker: Worker, shutdown: Shutdown) {
    let (outcomes, written) = unbounded_channel();
    shutdown.spawn("mail-log", conclude(worker.clone(), shutdown.token(), written));
    let (lanes, mut stop) = (Lanes::default(), shutdown.token());
    let mut turn = 0;
    while !stop.is_triggered() {
        let looked_at = worker.ctx.now();
        turn += 1;
        match step(&worker, &shutdown, &lanes, &outcomes, turn).await {
            Ok(Looked { claimed: true, .. }) => {}
            Ok(Looked { rests_until, .. }) => {
                tokio::select! {
                    () = worker.wakeups.wait_mail() => {}
                    () = sleep_until_due(&worker, looked_at, rests_until) => {}
                    () = sleep_until_renewal(&worker, &lanes) => {}
                    () = worker.look(looked_at) => {}
                    () = stop.triggered() => {}
                }
            }
            Err(error) => {
                tracing::error!(%error, "letters could not be claimed");
                worker.rest().await;
            }
        }
    }
}

/// What one look found.
struct Looked {
    claimed: bool,
    /// The first relay that rests may be used again then.
    rests_until: Option<i64>,
}

async fn step(
    worker: &Worker,
    shutdown: &Shutdown,
    lanes: &Lanes,
    outcomes: &Outcomes,
    turn: usize,
) -> Result<Looked> {
    // Before anything is claimed, and by the same time: after a sleep of the machine our own letters would look like those of
    // a dead process.
    let now = worker.ctx.now();
    let ending = lanes.ending(now);
    if !ending.is_empty() {
        deliver::renew(&worker.ctx, ending).await?;
    }
    let mut due = deliver::list_due(&worker.ctx, now, ACCOUNTS).await?;
    let mut looked = Looked { claimed: false, rests_until: None };
    let mut sharers: HashMap<i64, usize> = HashMap::new();
    for (account, relays) in &due {
        *sharers.entry(Lanes::of(*account, relays)).or_default() += 1;
    }
    let first = turn % due.len().max(1);
    due.rotate_left(first);
    for (account, relays) in due {
        let lane = Lanes::of(account, &relays);
        let room = match deliver::room(&worker.ctx, &relays, lanes.under_way(lane)) {
            Room::Letters(room) => room,
            Room::RestsUntil(at) => {
                looked.rests_until = Some(looked.rests_until.map_or(at, |until| until.min(at)));
                continue;
            }
        };
        if room == 0 {
            continue;
        }
        let share = room.div_ceil(sharers.get(&lane).copied().unwrap_or(1)).max(1);
        let (claimed, errands) = deliver::claim(&worker.ctx, account, now, share).await?;
        // Also when all of them ended at once: there may be more behind them.
        looked.claimed |= claimed > 0;
        for errand in errands {
            let (place, outcomes) = (lanes.enter(lane, &errand), outcomes.clone());
            shutdown.spawn("letter", carry(worker.clone(), errand, place, outcomes));
        }
    }
    Ok(looked)
}

async fn carry(worker: Worker, errand: Errand, place: Place, outcomes: Outcomes) {
    let done = deliver::carry(&worker.ctx, errand).await;
    // The other end lives as long as there is a sender.
    let _ = outcomes.send((done, place));
}

/// Writes down outcomes as they come, all that wait in one transaction. That a letter was sent is never let go of: what
/// is not written down is sent again.
async fn conclude(worker: Worker, mut stop: Token, mut outcomes: UnboundedReceiver<(Done, Place)>) {
    let mut batch = Vec::with_capacity(BATCH);
    while outcomes.recv_many(&mut batch, BATCH).await > 0 {
        let done: Vec<Done> = batch.iter().map(|(done, _)| done.clone()).collect();
        for one in &done {
            worker.metrics.count_letter(one.outcome.state.name());
        }
        while let Err(error) = deliver::conclude(&worker.ctx, done.clone()).await {
            tracing::error!(%error, "what became of letters could not be written down");
            tokio::select! {
                () = worker.rest() => {}
                // The last chance; the leases run out.
                () = stop.triggered() => {
                    let _ = deliver::conclude(&worker.ctx, done).await;
                    break;
                }
            }
        }
        batch.clear();
        worker.wakeups.mail();
    }
}

/// Sleeps until the first lease of a letter under way is to be renewed.
async fn sleep_until_renewal(worker: &Worker, lanes: &Lanes) {
    match lanes.renew_at() {
        Some(at) => worker.ctx.clock.sleep_until(at).await,
        // Whoever claims more takes another step.
        None => std::future::pending().await,
    }
}

/// Sleeps until the next letter is due that was not yet at the last look, or until a relay has rested.
async fn sleep_until_due(worker: &Worker, looked_at: i64, rests_until: Option<i64>) {
    let clock = &worker.ctx.clock;
    let next: Result<Option<i64>> = worker.ctx.store.read(deliveries::next_due).await;
    let latest = looked_at + LATEST_LOOK_MS;
    let at = match next {
        Err(_) => return worker.rest().await,
        Ok(Some(at)) if at > looked_at => at.min(latest),
        // What was due then waits for a relay that rests, or for a place in its lane, which rings.
        Ok(_) => latest,
    };
    clock.sleep_until(rests_until.map_or(at, |until| until.min(at))).await;
}

/// Closes connections that nobody needs, until the server stops.
pub(super) async fn sweep(worker: Worker, mut stop: Token) {
    while !stop.is_triggered() {
        tokio::select! {
            () = worker.ctx.clock.sleep(SWEEP) => {}
            () = stop.triggered() => {}
        }
        worker.ctx.mail.post.sweep(stop.is_triggered()).await;
    }
}
