//! Schedules: each tick is an event of its own, once, whoever of the nodes takes it; over records it goes in batches.
//!
//! The row of work of a schedule is due at its next tick. Ticks that were missed (the server was off) are one.

use jiff::tz::TimeZone;

use super::cache::Ready;
use super::run::{Setting, due_at};
use super::stage::Stagehand;
use super::{Engine, Outcome, Ran, pieces};
use crate::domain::actor::Actor;
use crate::domain::error::Result;
use crate::domain::event::{Event, Fact, Tick};
use crate::domain::id::{Account, EventId};
use crate::domain::rule::RuleType;
use crate::domain::rule::chain::Chain;
use crate::domain::rule::cron::Cron;
use crate::domain::rule::trigger::{On, Over, Trigger};
use crate::domain::work::WorkKind;
use crate::flows::Ctx;
use crate::store::events::Addressed;
use crate::store::rule_runs::{self, Ticking};
use crate::store::work::{self, Work};
use crate::store::{Tx, accounts, events, rules};

/// Schedules that one step looks at.
const MOST: i64 = 16;
/// Records that one transaction asks.
const BATCH: i64 = 200;

/// Has a trigger tick from now on, or no longer: as it says.
///
/// # Errors
/// What the store says.
pub(in crate::flows) fn arrange(
    tx: &mut Tx,
    account: Account,
    id: &str,
    trigger: Option<&Trigger>,
    now: i64,
) -> Result<()> {
    let cron = trigger.filter(|trigger| trigger.active).and_then(|trigger| match &trigger.event {
        On::Schedule { cron, .. } => Some(cron),
        _ => None,
    });
    let known = rule_runs::find_ticking(tx, account, id)?;
    let Some(text) = cron else {
        rule_runs::delete_ticking(tx, account, id)?;
        return work::delete(tx, account, WorkKind::Tick, id);
    };
    if known.is_some_and(|known| known.cron == *text) && work::exists(tx, account, WorkKind::Tick, id)? {
        return Ok(());
    }
    let zone = zone_of(tx, account)?;
    let Some(next_at) = Cron::parse(text).and_then(|cron| cron.next(now, &zone)) else { return Ok(()) };
    let ticking = Ticking {
        trigger: id.to_owned(),
        cron: text.clone(),
        next_at,
        sweep_at: None,
        sweep_event: None,
        sweep_number: 0,
    };
    rule_runs::put_ticking(tx, account, &ticking)?;
    work::insert_anew(tx, account, WorkKind::Tick, &[id.to_owned()], next_at)
}

fn zone_of(tx: &mut Tx, account: Account) -> Result<TimeZone> {
    Ok(TimeZone::get(&accounts::get(tx, account)?.zone).unwrap_or(TimeZone::UTC))
}

/// The account's clocks are others: its schedules tick by them from now on, and what waits for an hour is looked at anew.
/// A sweep that is under way goes on.
///
/// # Errors
/// What the store says.
pub(in crate::flows) fn change_zone(tx: &mut Tx, account: Account, now: i64) -> Result<()> {
    let zone = zone_of(tx, account)?;
    for rule in rules::list_active(tx, account, RuleType::Trigger)? {
        let Some(mut ticking) = rule_runs::find_ticking(tx, account, &rule.id)? else { continue };
        let next = Cron::parse(&ticking.cron).and_then(|cron| cron.next(now, &zone));
        // What is overdue ticks as it would have, once.
        if let Some(next) = next.filter(|_| ticking.sweep_at.is_none() && ticking.next_at > now) {
            ticking.next_at = next;
            rule_runs::put_ticking(tx, account, &ticking)?;
            work::insert_anew(tx, account, WorkKind::Tick, &[rule.id], next)?;
        }
    }
    for kind in [WorkKind::Occasion, WorkKind::Marketing, WorkKind::Segment] {
        work::hasten(tx, account, kind, now)?;
    }
    Ok(())
}

/// Takes the ticks that are due.
///
/// # Errors
/// What the store says; a schedule that fails is tried again later by itself.
pub(super) async fn step(ctx: &Ctx) -> Result<Ran> {
    let claimed = pieces::claim(ctx, WorkKind::Tick, MOST).await?;
    let mut ran = Ran { more: !claimed.is_empty(), ..Ran::default() };
    for piece in claimed {
        let (engine, of) = (Engine::new(ctx), piece.clone());
        let result = ctx.store.write(move |tx| tick(tx, &engine, &of)).await;
        ran.items += pieces::tried(ctx, piece, "a schedule", result).await?;
    }
    Ok(ran)
}

fn tick(tx: &mut Tx, engine: &Engine, piece: &Work) -> Result<u64> {
    let (account, now, id) = (piece.account, engine.desk.now, piece.subject.as_str());
    // A lease that was lost is somebody else's tick.
    if !work::finish(tx, piece)? {
        return Ok(0);
    }
    let loaded = engine.cache.of(tx, account)?;
    let ticking = rule_runs::find_ticking(tx, account, id)?;
    let ready = loaded.trigger(id).cloned();
    let (Some(mut ticking), Some(ready)) = (ticking, ready) else {
        return rule_runs::delete_ticking(tx, account, id).map(|()| 0);
    };
    let On::Schedule { over, .. } = &ready.trigger.event else {
        return rule_runs::delete_ticking(tx, account, id).map(|()| 0);
    };
    let event = if let (Some(at), Some(event)) = (ticking.sweep_at, ticking.sweep_event.clone()) {
        tick_event(account, EventId::new(event), id, at)
    } else {
        let event = tick_event(account, EventId::new(engine.desk.ids.next(now)), id, ticking.next_at);
        events::insert_bare(tx, Addressed { event: event.clone(), audience: None })?;
        event
    };
    let mut outcome = Outcome::default();
    let mut sweep = Sweep { engine, loaded: &loaded, event: &event, ready: &ready };
    let is_over = match over {
        None => sweep.once(tx, &mut outcome)?,
        Some(over) => sweep.batch(tx, *over, &mut ticking, &mut outcome)?,
    };
    if is_over {
        (ticking.sweep_at, ticking.sweep_event, ticking.sweep_number) = (None, None, 0);
        let zone = zone_of(tx, account)?;
        match Cron::parse(&ticking.cron).and_then(|cron| cron.next(ticking.next_at.max(now), &zone)) {
            Some(next) => ticking.next_at = next,
            None => return outcome.write(tx, account, now),
        }
        work::insert_anew(tx, account, WorkKind::Tick, &[id.to_owned()], ticking.next_at)?;
    } else {
        work::insert_anew(tx, account, WorkKind::Tick, &[id.to_owned()], now)?;
    }
    rule_runs::put_ticking(tx, account, &ticking)?;
    outcome.write(tx, account, now)
}

fn tick_event(account: Account, id: EventId, trigger: &str, at: i64) -> Event {
    Event {
        account,
        id,
        actor: Actor::System,
        fact: Fact::Tick(Tick { trigger: trigger.to_owned(), at }),
        created_at: at,
        send_at: None,
        recalled_at: None,
    }
}

struct Sweep<'a> {
    engine: &'a Engine,
    loaded: &'a super::cache::Rules,
    event: &'a Event,
    ready: &'a Ready,
}

impl Sweep<'_> {
    fn fire(
        &self,
        tx: &mut Tx,
        hand: &Stagehand,
        shown: Option<super::stage::Shown>,
        outcome: &mut Outcome,
    ) -> Result<()> {
        let mut stage = hand.of_record(tx, shown)?;
        let (engine, loaded, event) = (self.engine, self.loaded, self.event);
        let chain = Chain::default();
        let mut setting = Setting {
            engine,
            loaded,
            event,
            run: event.id.to_string(),
            chain: &chain,
            due_at: due_at(event),
        };
        setting.fire(tx, self.ready, &mut stage, outcome).map(drop)
    }

    fn once(&mut self, tx: &mut Tx, outcome: &mut Outcome) -> Result<bool> {
        let hand = Stagehand::load(tx, self.event.account, self.engine.desk.now)?;
        self.fire(tx, &hand, None, outcome)?;
        Ok(true)
    }

    /// Asks the next records; answers whether these were the last.
    fn batch(
        &mut self,
        tx: &mut Tx,
        over: Over,
        ticking: &mut Ticking,
        outcome: &mut Outcome,
    ) -> Result<bool> {
        let account = self.event.account;
        let record_type = over.record_type();
        let found = rule_runs::list_numbered(tx, account, record_type.name(), ticking.sweep_number, BATCH)?;
        let hand = Stagehand::load(tx, account, self.engine.desk.now)?;
        for (_, id) in &found {
            let shown = hand.find(tx, record_type, id)?;
            if shown.is_some() {
                self.fire(tx, &hand, shown, outcome)?;
            }
        }
        if let Some((number, _)) = found.last() {
            ticking.sweep_at = Some(ticking.sweep_at.unwrap_or(ticking.next_at));
            ticking.sweep_event = Some(self.event.id.to_string());
            ticking.sweep_number = *number;
        }
        Ok((found.len() as i64) < BATCH)
    }
}
