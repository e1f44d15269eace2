//! Occasions: each is looked at when its row of work is due, decided upon, and acted upon in the transaction that says so. A
//! crash leaves all of it or nothing; when a transaction of many fails, each is tried by itself.

use std::collections::HashMap;

use super::ready::Ready;
use crate::domain::actor::Actor;
use crate::domain::error::Result;
use crate::domain::event::{Event, Fact, Tick};
use crate::domain::id::{Account, EventId};
use crate::domain::marketing::draft::MarketingRule;
use crate::domain::marketing::mechanic::Occasion;
use crate::domain::marketing::pace::Earlier;
use crate::domain::marketing::{Decision, Why};
use crate::domain::record::RecordType;
use crate::domain::rule::RuleType;
use crate::domain::rule::chain::Chain;
use crate::domain::rule::trigger::key_of;
use crate::domain::work::WorkKind;
use crate::flows::Ctx;
use crate::flows::rules::log::Note;
use crate::flows::rules::stage::Stagehand;
use crate::flows::rules::{self as engine, Engine, Ran, act, cache, is_passing, pieces};
use crate::ids::Ids;
use crate::store::events::Addressed;
use crate::store::marketing::{self, Outcome, Run};
use crate::store::records::{self, Key, Record};
use crate::store::work::{self, Work};
use crate::store::{Tx, events, rules};

/// Occasions that one transaction decides.
const MOST: i64 = 100;

/// An occasion that a customer has.
#[derive(Debug, Clone)]
pub struct Found {
    pub customer: String,
    pub occasion: Occasion,
}

/// Writes down an occasion, to be looked at when it is due. One that is known stays as it is.
///
/// # Errors
/// What the store says.
pub fn open(
    tx: &mut Tx,
    ids: &Ids,
    account: Account,
    rule: &str,
    found: &Found,
    due_at: i64,
    now: i64,
) -> Result<()> {
    let run = Run {
        id: ids.next(now),
        rule: rule.to_owned(),
        customer: found.customer.clone(),
        period: found.occasion.period.clone(),
        occasion_at: found.occasion.at,
        outcome: Outcome::Waiting,
        why: (due_at > now).then_some(Why::NotYet),
        at: now,
    };
    if marketing::insert(tx, account, &run)? {
        work::insert(tx, account, WorkKind::Occasion, &run.id, due_at)?;
    }
    Ok(())
}

/// Has the rules that wait for carts hear of an event. Of a customer's carts the last one counts.
///
/// # Errors
/// What the store says.
pub(in crate::flows) fn note(tx: &mut Tx, engine: &Engine, event: &Event) -> Result<()> {
    let (account, now) = (event.account, engine.desk.now);
    let Some(key) = key_of(event).filter(|_| matches!(event.fact, Fact::Custom(_))) else { return Ok(()) };
    let wanted =
        rules::Wanted { event: Some(key), active: Some(true), most: i64::MAX, ..rules::Wanted::default() };
    let waiting = rules::list(tx, account, RuleType::MarketingRule, &wanted)?;
    if waiting.is_empty() {
        return Ok(());
    }
    let stage = Stagehand::load(tx, account, now)?.of_event(tx, event)?;
    let Some(customer) = stage.customer.map(|shown| shown.known.id.to_string()) else { return Ok(()) };
    for rule in waiting {
        let draft: MarketingRule = cache::read(&rule)?;
        for run in marketing::list_waiting(tx, account, &rule.id, &customer)? {
            marketing::update(tx, account, &run.id, Outcome::Skipped, Some(Why::NoLonger), now)?;
            work::delete(tx, account, WorkKind::Occasion, &run.id)?;
        }
        let at = event.created_at;
        let occasion = Occasion { period: format!("cart:{at}"), at };
        let found = Found { customer: customer.clone(), occasion };
        open(tx, &engine.desk.ids, account, &rule.id, &found, draft.timing.due(at).max(now), now)?;
    }
    Ok(())
}

/// Decides what is due.
///
/// # Errors
/// What the store says; an occasion that fails is tried again later by itself.
pub(super) async fn step(ctx: &Ctx) -> Result<Ran> {
    let claimed = pieces::claim(ctx, WorkKind::Occasion, MOST).await?;
    let mut ran = Ran { more: claimed.len() as i64 == MOST, ..Ran::default() };
    if claimed.is_empty() {
        return Ok(ran);
    }
    let (engine, all) = (Engine::new(ctx), claimed.clone());
    match ctx.store.write(move |tx| decide_all(tx, &engine, &all)).await {
        Ok(items) => ran.items += items,
        // The leases run out.
        Err(error) if is_passing(&error) => return Err(error),
        Err(error) => {
            tracing::warn!(%error, "occasions of marketing rules failed together; each is tried by itself");
            for piece in claimed {
                ran.items += by_itself(ctx, piece).await?;
            }
        }
    }
    Ok(ran)
}

async fn by_itself(ctx: &Ctx, piece: Work) -> Result<u64> {
    let (engine, of) = (Engine::new(ctx), piece.clone());
    let result = ctx.store.write(move |tx| decide_all(tx, &engine, std::slice::from_ref(&of))).await;
    pieces::tried(ctx, piece, "an occasion of a marketing rule", result).await
}

fn decide_all(tx: &mut Tx, engine: &Engine, pieces: &[Work]) -> Result<u64> {
    let mut items = 0;
    let mut accounts: Vec<Account> = pieces.iter().map(|piece| piece.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    for account in accounts {
        let mut desk = Desk {
            engine,
            account,
            hand: Stagehand::load(tx, account, engine.desk.now)?,
            ready: HashMap::new(),
            events: HashMap::new(),
            outcome: engine::Outcome::default(),
        };
        for piece in pieces.iter().filter(|piece| piece.account == account) {
            // Another worker may have it by now.
            if work::finish(tx, piece)? {
                desk.decide(tx, &piece.subject)?;
            }
        }
        items += desk.outcome.write(tx, account, engine.desk.now)?;
    }
    Ok(items)
}

/// Within what occasions of an account are decided.
struct Desk<'a> {
    engine: &'a Engine,
    account: Account,
    hand: Stagehand,
    ready: HashMap<String, Option<std::rc::Rc<Ready>>>,
    /// The event that says that a rule acted: by rule, and whether it may have acted before a restore.
    events: HashMap<(String, bool), EventId>,
    outcome: engine::Outcome,
}

impl Desk<'_> {
    fn ready(&mut self, tx: &mut Tx, id: &str) -> Result<Option<std::rc::Rc<Ready>>> {
        if let Some(known) = self.ready.get(id) {
            return Ok(known.clone());
        }
        let loaded = Ready::load(tx, self.account, id)?.map(std::rc::Rc::new);
        self.ready.insert(id.to_owned(), loaded.clone());
        Ok(loaded)
    }

    fn decide(&mut self, tx: &mut Tx, id: &str) -> Result<()> {
        let (account, now) = (self.account, self.engine.desk.now);
        let Some(run) = marketing::find(tx, account, id)?.filter(|run| run.outcome == Outcome::Waiting)
        else {
            return Ok(());
        };
        let end = |tx: &mut Tx, outcome, why| marketing::update(tx, account, id, outcome, why, now);
        let Some(ready) = self.ready(tx, &run.rule)? else {
            return end(tx, Outcome::Skipped, Some(Why::NoLonger)).map(drop);
        };
        // Who else decides about him waits, so that no cap is passed by two at once.
        let key = Key::Id(run.customer.clone());
        let Some(record) = records::find_for_update(tx, account, RecordType::Customer, &key)? else {
            return end(tx, Outcome::Skipped, Some(Why::NoLonger)).map(drop);
        };
        let Some(is_inside) = still(tx, &ready, &self.hand, &record, &run)? else {
            return end(tx, Outcome::Skipped, Some(Why::NoLonger)).map(drop);
        };
        let earlier = earlier(tx, account, &run)?;
        let occasion = Occasion { period: run.period.clone(), at: run.occasion_at };
        match ready.scenario.decide(&occasion, is_inside, &earlier, now, self.hand.zone()) {
            Decision::Skip(why) => end(tx, Outcome::Skipped, Some(why)).map(drop),
            Decision::Wait { until, why } => {
                end(tx, Outcome::Waiting, Some(why))?;
                work::insert(tx, account, WorkKind::Occasion, id, until)
            }
            Decision::Act => {
                if end(tx, Outcome::Done, None)? {
                    self.act(tx, &ready, &run, record)?;
                }
                Ok(())
            }
        }
    }

    fn act(&mut self, tx: &mut Tx, ready: &Ready, run: &Run, record: Record) -> Result<()> {
        let engine = self.engine;
        let started = engine.clock.monotonic();
        let loaded = engine.cache.of(tx, self.account)?;
        let occasion = Occasion { period: run.period.clone(), at: run.occasion_at };
        let due_at = ready.scenario.timing.due(ready.scenario.mechanic.since(&occasion));
        let is_old = engine.desk.restored.as_ref().is_some_and(|mark| due_at <= mark.at);
        let event = self.event(tx, &run.rule, is_old)?;
        let shown = self.hand.shown(record);
        let stage = self.hand.of_record(tx, Some(shown))?;
        let occasion = act::Occasion {
            rule: ready.named.clone(),
            run: run.id.clone(),
            due_at,
            event: event.clone(),
            chain: Chain::default().with(event.as_str(), &run.rule, &run.customer),
            // Asked again by the run ([`may_go_on`]).
            recheck: vec!["true".to_owned()],
        };
        let mut note = Note::new(engine, ready.named.clone(), &stage, started);
        note.event = Some(event.to_string());
        self.outcome.log.push(note.told("rule.fired", &[]));
        act::perform(tx, engine, &loaded, &occasion, &stage, &ready.draft.actions, &mut self.outcome)
    }

    /// The event that notifications and tasks of this transaction follow from.
    fn event(&mut self, tx: &mut Tx, rule: &str, is_old: bool) -> Result<EventId> {
        let key = (rule.to_owned(), is_old);
        if let Some(known) = self.events.get(&key) {
            return Ok(known.clone());
        }
        let now = self.engine.desk.now;
        let event = Event {
            account: self.account,
            id: EventId::new(self.engine.desk.ids.next(now)),
            actor: Actor::System,
            fact: Fact::Tick(Tick { trigger: rule.to_owned(), at: now }),
            created_at: now,
            send_at: None,
            recalled_at: None,
        };
        let id = event.id.clone();
        events::insert_bare(tx, Addressed { event, audience: None })?;
        self.events.insert(key, id.clone());
        Ok(id)
    }
}

/// What rules did for a customer before.
fn earlier(tx: &mut Tx, account: Account, run: &Run) -> Result<Earlier> {
    let mut earlier = Earlier::default();
    for (rule, at) in marketing::list_done(tx, account, &run.customer)? {
        if rule == run.rule {
            earlier.runs.push(at);
        }
        earlier.contacts.push(at);
    }
    Ok(earlier)
}

/// Whether an occasion is still one by what is known of the customer now, and whether he is in a segment.
fn still(tx: &mut Tx, ready: &Ready, hand: &Stagehand, record: &Record, run: &Run) -> Result<Option<bool>> {
    let (occasion, is_inside) = ready.look(tx, hand, record, run.occasion_at, run.occasion_at)?;
    Ok(occasion.filter(|occasion| occasion.period == run.period).map(|_| is_inside))
}

/// Whether an action that was put off may still be done: its customer has the occasion, and is in a segment.
///
/// # Errors
/// What the store says.
pub(in crate::flows) fn may_go_on(tx: &mut Tx, hand: &Stagehand, rule: &str, run: &str) -> Result<bool> {
    let account = hand.account();
    let (Some(ready), Some(run)) = (Ready::load(tx, account, rule)?, marketing::find(tx, account, run)?)
    else {
        return Ok(false);
    };
    let key = Key::Id(run.customer.clone());
    let Some(record) = records::find(tx, account, RecordType::Customer, &key)? else { return Ok(false) };
    Ok(still(tx, &ready, hand, &record, &run)?.unwrap_or(false))
}
