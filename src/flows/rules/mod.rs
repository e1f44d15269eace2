//! Runs triggers: finds those that an event concerns, asks their conditions, and does what they say.
//!
//! The router leaves a row of work for each event that any trigger of the account listens to ([`follow`]); here it becomes,
//! in one transaction, everything that must follow: runs, notifications, tasks, changes of records, requests to be sent, log.
//! A crash leaves all of it or nothing, and the unique key of a run lets it happen once. When a transaction fails as a whole,
//! its events are tried one by one, and then trigger by trigger, so that one that fails holds up no other.
//!
//! [`stage`] loads what an event is about, [`run`] decides which triggers fire, [`act`] does what they do, [`people`] finds whom
//! a template means, [`later`] and [`schedule`] wait, [`errands`] leaves the house. Conditions are `domain::expression`'s.

pub mod act;
pub mod cache;
pub mod dry_run;
pub mod errands;
mod later;
pub mod log;
mod people;
pub(in crate::flows) mod pieces;
mod run;
pub mod sample;
mod schedule;
pub mod stage;
mod task_clock;
mod texts;

pub use act::Occasion;
pub(super) use act::{native_path, try_out};
pub(super) use later::forget_after;
pub(super) use people::resolve;
pub(super) use schedule::{arrange, change_zone};
pub(super) use task_clock::{arrange as arrange_task_clock, note_task, told as told_of_task};
pub(super) use texts::{Prepared as PreparedTemplate, check as check_texts, check_line};

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Ctx;
use super::marketing;
use super::route::Desk;
use crate::clock::Clock;
use crate::domain::error::{Error, Result};
use crate::domain::id::Account;
use crate::domain::rule::trigger::key_of;
use crate::domain::work::{MOST_ATTEMPTS, WorkKind, retry_after_ms};
use crate::store::action_log::Entry;
use crate::store::events::{self, Unrouted};
use crate::store::work::{self, Work};
use crate::store::{Tx, action_log, rules};

/// Events that one step takes at most.
const EVENTS: i64 = 64;

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ran {
    /// Inbox rows written.
    pub items: u64,
    /// Whether there may be more that is due now.
    pub more: bool,
}

/// What a transaction of the rules writes with.
pub struct Engine {
    pub(in crate::flows) desk: Desk,
    pub(in crate::flows) cache: Arc<cache::Cache>,
    pub(in crate::flows) clock: Clock,
}

impl Engine {
    #[must_use]
    pub fn new(ctx: &Ctx) -> Self {
        Self { desk: Desk::new(ctx), cache: Arc::clone(&ctx.rules), clock: ctx.clock.clone() }
    }
}

/// What came of the rules of one account within a transaction, written down at its end.
#[derive(Default)]
pub struct Outcome {
    pub items: u64,
    pub log: Vec<Entry>,
    /// The triggers that fired.
    pub fired: BTreeSet<String>,
}

impl Outcome {
    /// # Errors
    /// What the store says.
    pub fn write(self, tx: &mut Tx, account: Account, now: i64) -> Result<u64> {
        action_log::insert_many(tx, account, &self.log)?;
        for id in &self.fired {
            rules::update_last_run(tx, account, id, now)?;
        }
        Ok(self.items)
    }
}

/// Has the rules look at events that were routed, where any of them listens.
///
/// # Errors
/// What the store says.
pub(super) fn follow(tx: &mut Tx, account: Account, routed: &[Unrouted], now: i64) -> Result<()> {
    let keyed = || {
        let events = routed.iter().map(|unrouted| &unrouted.addressed.event);
        events.filter_map(|event| Some((key_of(event)?, event)))
    };
    let keys: BTreeSet<String> = keyed().map(|(key, _)| key).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let heard = rules::list_listened(tx, account, &keys)?;
    let subjects: Vec<String> =
        keyed().filter(|(key, _)| heard.contains(key)).map(|(_, event)| event.id.to_string()).collect();
    if subjects.is_empty() {
        return Ok(());
    }
    work::insert_anew(tx, account, WorkKind::Rules, &subjects, now)
}

/// Does what is due: events, what was put off, schedules, tasks whose time has come, marketing rules.
///
/// # Errors
/// What the store says, when not even one by one was possible.
pub async fn step(ctx: &Ctx) -> Result<Ran> {
    let mut ran = events_step(ctx).await?;
    if ctx.doubt().is_none() {
        let parts = [
            later::step(ctx).await?,
            schedule::step(ctx).await?,
            task_clock::step(ctx).await?,
            marketing::step(ctx).await?,
        ];
        for part in parts {
            ran.items += part.items;
            ran.more |= part.more;
        }
    }
    Ok(ran)
}

/// Whether an error is of the moment, and says nothing of what was tried.
pub(in crate::flows) fn is_passing(error: &Error) -> bool {
    let raced = matches!(error, Error::Raced | Error::Overloaded | Error::StorageFull);
    raced || matches!(error, Error::Lost(_) | Error::Unavailable(_))
}

async fn events_step(ctx: &Ctx) -> Result<Ran> {
    let engine = Engine::new(ctx);
    match ctx.store.write(move |tx| run_claimed(tx, &engine, EVENTS)).await {
        Ok(ran) => Ok(ran),
        Err(error) if is_passing(&error) => Err(error),
        Err(error) => {
            tracing::warn!(%error, "a step of the rules failed; its events are tried one by one");
            let engine = Engine::new(ctx);
            match ctx.store.write(move |tx| run_claimed(tx, &engine, 1)).await {
                Ok(ran) => Ok(ran),
                Err(error) if is_passing(&error) => Err(error),
                Err(error) => trigger_by_trigger(ctx, error.to_string()).await,
            }
        }
    }
}

fn run_claimed(tx: &mut Tx, engine: &Engine, most: i64) -> Result<Ran> {
    let claimed = events::claim_for_rules(tx, engine.desk.now, most)?;
    let mut ran = Ran { more: claimed.len() as i64 == most, ..Ran::default() };
    for unrouted in &claimed {
        let event = &unrouted.addressed.event;
        let mut outcome = Outcome::default();
        run::run_event(tx, engine, event, None, &mut outcome)?;
        marketing::runs::note(tx, engine, event)?;
        ran.items += outcome.write(tx, event.account, engine.desk.now)?;
        work::delete(tx, event.account, WorkKind::Rules, event.id.as_str())?;
    }
    Ok(ran)
}

/// The oldest event that is due failed as a whole: each of its triggers on its own, and a failing one is logged.
async fn trigger_by_trigger(ctx: &Ctx, reason: String) -> Result<Ran> {
    let engine = Engine::new(ctx);
    // Claimed, and let go again: what is read here is only what to begin with.
    let first = ctx
        .store
        .write(move |tx| {
            let Some(unrouted) = events::claim_for_rules(tx, engine.desk.now, 1)?.pop() else {
                return Ok(None);
            };
            let candidates = run::candidates(tx, &engine, &unrouted.addressed.event)?;
            Ok(Some((unrouted, candidates)))
        })
        .await;
    let Ok(Some((unrouted, candidates))) = first else {
        let now = ctx.now();
        ctx.store.write(move |tx| put_back(tx, now, &reason)).await?;
        return Ok(Ran { more: true, ..Ran::default() });
    };
    let event = unrouted.addressed.event;
    let mut ran = Ran { more: true, ..Ran::default() };
    for id in candidates {
        let (engine, of, only) = (Engine::new(ctx), event.clone(), id.clone());
        let done = ctx
            .store
            .write(move |tx| {
                let mut outcome = Outcome::default();
                run::run_event(tx, &engine, &of, Some(&only), &mut outcome)?;
                outcome.write(tx, of.account, engine.desk.now)
            })
            .await;
        match done {
            Ok(items) => ran.items += items,
            Err(error) if is_passing(&error) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "a trigger failed");
                let (engine, of, words) = (Engine::new(ctx), event.clone(), error.to_string());
                ctx.store.write(move |tx| run::give_up(tx, &engine, &of, &id, &words)).await?;
            }
        }
    }
    let engine = Engine::new(ctx);
    let end = move |tx: &mut Tx| {
        marketing::runs::note(tx, &engine, &event)?;
        work::delete(tx, event.account, WorkKind::Rules, event.id.as_str())
    };
    ctx.store.write(end).await?;
    Ok(ran)
}

/// Not even its triggers could be found: later, or never again.
fn put_back(tx: &mut Tx, now: i64, reason: &str) -> Result<()> {
    let Some(unrouted) = events::claim_for_rules(tx, now, 1)?.pop() else { return Ok(()) };
    let event = &unrouted.addressed.event;
    let attempt = unrouted.attempt + 1;
    let failed = Work {
        account: event.account,
        kind: WorkKind::Rules,
        subject: event.id.to_string(),
        attempt,
        progress: unrouted.progress,
    };
    let again = (attempt < MOST_ATTEMPTS).then(|| now + retry_after_ms(attempt));
    work::fail(tx, &failed, again, now, reason)
}
