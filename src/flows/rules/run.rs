//! Decides which triggers an event sets off, and lets each do what it says.

use super::act::{self, Occasion};
use super::cache::{Ready, Rules};
use super::stage::{Stage, Stagehand};
use super::{Engine, Outcome, later, log};
use crate::domain::actor::Actor;
use crate::domain::error::Result;
use crate::domain::event::{Event, Fact};
use crate::domain::expression::{Expression, Limits, Stopped};
use crate::domain::rule::chain::{Chain, MOST_PER_MINUTE};
use crate::domain::rule::repeat::Earlier;
use crate::domain::rule::trigger::key_of;
use crate::store::action_log::Status;
use crate::store::rule_runs::{self, Run};
use crate::store::{Tx, action_log, events, rules};

const MINUTE_MS: i64 = 60_000;

/// Why a trigger does not fire, before any guard is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Fires,
    /// The filter lets it not through.
    Filtered,
    /// The condition does not hold.
    Idle,
    Stopped(Stopped),
}

/// Asks filter and condition.
#[must_use]
pub fn ask(ready: &Ready, stage: &Stage) -> Verdict {
    let holds = |expression: &Option<Expression>| {
        expression.as_ref().map_or(Ok(true), |e| e.holds(&stage.scene, Limits::default()))
    };
    match holds(&ready.filter) {
        Err(stopped) => return Verdict::Stopped(stopped),
        Ok(false) => return Verdict::Filtered,
        Ok(true) => {}
    }
    match holds(&ready.condition) {
        Err(stopped) => Verdict::Stopped(stopped),
        Ok(true) => Verdict::Fires,
        Ok(false) => Verdict::Idle,
    }
}

/// The ids of the triggers that an event can set off.
///
/// # Errors
/// What the store says.
pub fn candidates(tx: &mut Tx, engine: &Engine, event: &Event) -> Result<Vec<String>> {
    let loaded = engine.cache.of(tx, event.account)?;
    let found = of_event(&loaded, event);
    Ok(found.iter().map(|ready| ready.named.id.clone()).collect())
}

/// The triggers that an event can set off, in order.
#[must_use]
pub fn of_event(loaded: &Rules, event: &Event) -> Vec<std::sync::Arc<Ready>> {
    let set = match &event.fact {
        Fact::RecordChanged(changed) => Some(&changed.change_set),
        _ => None,
    };
    key_of(event).map_or_else(Vec::new, |key| loaded.candidates(&key, set))
}

/// Runs the triggers that an event sets off, or one of them.
///
/// # Errors
/// What the store says; nothing has happened then.
pub fn run_event(
    tx: &mut Tx,
    engine: &Engine,
    event: &Event,
    only: Option<&str>,
    outcome: &mut Outcome,
) -> Result<()> {
    let account = event.account;
    let loaded = engine.cache.of(tx, account)?;
    let mut candidates = of_event(&loaded, event);
    candidates.retain(|ready| only.is_none_or(|id| ready.named.id == id));
    if candidates.is_empty() {
        return Ok(());
    }
    let chain = match &event.actor {
        Actor::Rule(_) => events::find_chain(tx, account, event.id.as_str())?,
        _ => Chain::default(),
    };
    let mut stage = Stagehand::load(tx, account, engine.desk.now)?.of_event(tx, event)?;
    let (run, due_at) = (event.id.to_string(), due_at(event));
    let mut occasion = Setting { engine, loaded: &loaded, event, run, chain: &chain, due_at };
    for ready in candidates {
        occasion.fire(tx, &ready, &mut stage, outcome)?;
    }
    Ok(())
}

/// Within what triggers are asked: one event, one chain.
pub struct Setting<'a> {
    pub engine: &'a Engine,
    pub loaded: &'a Rules,
    pub event: &'a Event,
    /// What makes a run one: the event, or what of it a later look is.
    pub run: String,
    pub chain: &'a Chain,
    pub due_at: i64,
}

/// When what an event sets off was due.
#[must_use]
pub fn due_at(event: &Event) -> i64 {
    match &event.fact {
        Fact::Tick(tick) => tick.at,
        _ => event.created_at,
    }
}

impl Setting<'_> {
    /// Asks one trigger, and lets it act if it fires, once.
    ///
    /// # Errors
    /// What the store says.
    pub fn fire(
        &mut self,
        tx: &mut Tx,
        ready: &Ready,
        stage: &mut Stage,
        outcome: &mut Outcome,
    ) -> Result<bool> {
        let (account, now) = (stage.account, self.engine.desk.now);
        let started = self.engine.clock.monotonic();
        let record = stage.record.as_ref().map(|shown| shown.known.id.to_string()).unwrap_or_default();
        let trigger = ready.named.id.as_str();
        let last = if ready.asks_last_run || ready.trigger.repeat.once_per_record {
            rule_runs::find_last(tx, account, trigger, &record)?
        } else {
            None
        };
        stage.scene.last_run = last.map(|(_, at)| at);
        let mut note = log::Note::new(self.engine, ready.named.clone(), stage, started);
        match ask(ready, stage) {
            Verdict::Fires => {}
            Verdict::Filtered | Verdict::Idle => return Ok(false),
            Verdict::Stopped(stopped) => {
                outcome.log.push(note.failed("rule.stopped", &[("why", stopped.to_string())]));
                return Ok(false);
            }
        }
        if let Some((is_fault, key)) = self.held_back(tx, ready, &record, last.map_or(0, |(runs, _)| runs))? {
            let depth = [("depth", self.chain.depth().to_string())];
            outcome.log.push(if is_fault { note.failed(key, &depth) } else { note.told(key, &depth) });
            return Ok(false);
        }
        let depth = self.chain.depth() as i64;
        let run = Run {
            trigger: trigger.to_owned(),
            event: self.run.clone(),
            record: record.clone(),
            depth,
            at: now,
        };
        if !rule_runs::insert(tx, account, &run)? {
            return Ok(false);
        }
        outcome.fired.insert(trigger.to_owned());
        let occasion = Occasion {
            rule: ready.named.clone(),
            run: format!("{}:{record}", self.run),
            due_at: self.due_at,
            event: self.event.id.clone(),
            chain: self.chain.with(self.event.id.as_str(), trigger, &record),
            recheck: [&ready.trigger.filter, &ready.trigger.condition]
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
        };
        let at = outcome.log.len();
        act::perform(tx, self.engine, self.loaded, &occasion, stage, &ready.trigger.actions, outcome)?;
        later::follow(tx, self.engine, self.loaded, &occasion, stage)?;
        note.event = Some(self.event.id.to_string());
        outcome.log.insert(at, note.told("rule.fired", &[]));
        Ok(true)
    }

    /// What keeps a trigger from firing though its condition holds: whether that is a fault, and the key of a sentence.
    fn held_back(
        &self,
        tx: &mut Tx,
        ready: &Ready,
        record: &str,
        ever: i64,
    ) -> Result<Option<(bool, &'static str)>> {
        let (account, now) = (self.event.account, self.engine.desk.now);
        let trigger = ready.named.id.as_str();
        let lately = if self.chain.depth() > 0 {
            rule_runs::count_caused(tx, account, now - MINUTE_MS, MOST_PER_MINUTE)?
        } else {
            0
        };
        if let Some(guard) = self.chain.guard(trigger, record, lately) {
            return Ok(Some((true, guard.key())));
        }
        let within = match ready.trigger.repeat.at_most {
            Some(most) => rule_runs::count_since(tx, account, trigger, record, now - most.per.ms())?,
            None => 0,
        };
        Ok(ready.trigger.repeat.refuses(Earlier { ever, within }).map(|key| (false, key)))
    }
}

/// A trigger that failed even by itself is not tried again for this event: it says so in the log.
///
/// # Errors
/// What the store says.
pub fn give_up(tx: &mut Tx, engine: &Engine, event: &Event, trigger: &str, why: &str) -> Result<()> {
    let (account, now) = (event.account, engine.desk.now);
    let loaded = engine.cache.of(tx, account)?;
    let Some(ready) = loaded.trigger(trigger) else { return Ok(()) };
    let stage = Stagehand::load(tx, account, now)?.of_record(tx, None)?;
    let note = log::Note::new(engine, ready.named.clone(), &stage, engine.clock.monotonic());
    let mut entry = note.failed("rule.failed", &[("why", why.to_owned())]);
    entry.status = Status::Error;
    action_log::insert_many(tx, account, &[entry])?;
    rules::update_last_run(tx, account, trigger, now)
}
