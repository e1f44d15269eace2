//! What a rule does later: delayed actions, and triggers that follow another one. Each is a row with a row of work; when its
//! time comes, everything is looked at anew: whether the rule is still on, the record still there, and the condition still met.

use serde::{Deserialize, Serialize};

use super::act::{self, Occasion};
use super::cache::Rules;
use super::log::Note;
use super::run::Setting;
use super::stage::{Stage, Stagehand};
use super::{Engine, Outcome, Ran, pieces};
use crate::domain::error::{Error, Result};
use crate::domain::expression::{Expression, Limits};
use crate::domain::id::{Account, EventId};
use crate::domain::rule::action::{Action, Deed};
use crate::domain::rule::chain::Chain;
use crate::domain::rule::trigger::On;
use crate::domain::rule::{RuleRef, RuleType};
use crate::domain::work::WorkKind;
use crate::flows::{Ctx, marketing};
use crate::store::rule_runs::{self, Later};
use crate::store::work::{self, Work};
use crate::store::{Tx, events, rules};

/// Pieces that one step does.
const MOST: i64 = 64;

/// What is done later, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct PutOff {
    what: What,
    rule: RuleRef,
    run: String,
    event: String,
    record: Option<String>,
    chain: Chain,
    #[serde(default)]
    recheck: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Action {
        n: usize,
        deed: Box<Deed>,
    },
    /// A trigger that follows `rule`.
    Trigger(String),
}

fn write(tx: &mut Tx, engine: &Engine, account: Account, put_off: &PutOff, delay_s: i64) -> Result<()> {
    let now = engine.desk.now;
    let data = serde_json::to_string(put_off).map_err(|e| Error::internal(e.to_string()))?;
    let owner = match &put_off.what {
        What::Action { .. } => (put_off.rule.rule_type, put_off.rule.id.clone()),
        What::Trigger(id) => (RuleType::Trigger, id.clone()),
    };
    let later = Later {
        id: engine.desk.ids.next(now),
        rule_type: owner.0,
        rule: owner.1,
        data,
        due_at: now + delay_s * 1_000,
    };
    rule_runs::insert_later(tx, account, &later, now)?;
    work::insert(tx, account, WorkKind::Later, &later.id, later.due_at)
}

fn record_of(stage: &Stage) -> Option<String> {
    stage.record.as_ref().map(|shown| shown.known.id.to_string())
}

/// Puts an action off.
///
/// # Errors
/// What the store says.
pub(super) fn put_off(
    tx: &mut Tx,
    engine: &Engine,
    occasion: &Occasion,
    stage: &Stage,
    n: usize,
    action: &Action,
) -> Result<()> {
    let put_off = PutOff {
        what: What::Action { n, deed: Box::new(action.deed.clone()) },
        rule: occasion.rule.clone(),
        run: occasion.run.clone(),
        event: occasion.event.to_string(),
        record: record_of(stage),
        chain: occasion.chain.clone(),
        recheck: if action.recheck { occasion.recheck.clone() } else { Vec::new() },
    };
    write(tx, engine, stage.account, &put_off, action.delay_s)
}

/// Has the triggers that follow a trigger looked at when their time comes.
///
/// # Errors
/// What the store says.
pub(super) fn follow(
    tx: &mut Tx,
    engine: &Engine,
    loaded: &Rules,
    occasion: &Occasion,
    stage: &Stage,
) -> Result<()> {
    for ready in loaded.candidates(&format!("after:{}", occasion.rule.id), None) {
        let On::AfterTrigger { delay_s, .. } = &ready.trigger.event else { continue };
        let put_off = PutOff {
            what: What::Trigger(ready.named.id.clone()),
            rule: occasion.rule.clone(),
            run: occasion.run.clone(),
            event: occasion.event.to_string(),
            record: record_of(stage),
            chain: occasion.chain.clone(),
            recheck: Vec::new(),
        };
        write(tx, engine, stage.account, &put_off, *delay_s)?;
    }
    Ok(())
}

/// Does what is due.
///
/// # Errors
/// What the store says; a piece that fails is tried again later by itself.
pub(super) async fn step(ctx: &Ctx) -> Result<Ran> {
    let claimed = pieces::claim(ctx, WorkKind::Later, MOST).await?;
    let mut ran = Ran { more: claimed.len() as i64 == MOST, ..Ran::default() };
    for piece in claimed {
        let (engine, of) = (Engine::new(ctx), piece.clone());
        let result = ctx.store.write(move |tx| do_one(tx, &engine, &of)).await;
        ran.items += pieces::tried(ctx, piece, "what a rule put off", result).await?;
    }
    Ok(ran)
}

fn do_one(tx: &mut Tx, engine: &Engine, piece: &Work) -> Result<u64> {
    // Another worker may have it by now.
    if !work::finish(tx, piece)? {
        return Ok(0);
    }
    let (account, now) = (piece.account, engine.desk.now);
    let Some(later) = rule_runs::find_later(tx, account, &piece.subject)? else { return Ok(0) };
    rule_runs::delete_later(tx, account, &later.id)?;
    let put_off: PutOff = serde_json::from_str(&later.data)
        .map_err(|e| Error::internal(format!("what a rule put off: {e}")))?;
    let Some(event) = events::find(tx, account, &put_off.event)? else { return Ok(0) };
    let loaded = engine.cache.of(tx, account)?;
    let hand = Stagehand::load(tx, account, now)?;
    let mut outcome = Outcome::default();
    let stage = hand.again(tx, &event.event, put_off.record.as_deref())?;
    match (&put_off.what, stage) {
        (What::Action { deed, .. }, None) => {
            let nothing = hand.of_record(tx, None)?;
            outcome.log.push(note(engine, &put_off, &nothing, deed).told("rule.record_gone", &[]));
        }
        (What::Trigger(_), None) => {}
        (What::Action { n, deed }, Some(stage)) => {
            if let Some(key) = still(tx, &hand, &put_off, &stage)? {
                outcome.log.push(note(engine, &put_off, &stage, deed).told(key, &[]));
            } else {
                let occasion = Occasion {
                    rule: put_off.rule.clone(),
                    run: put_off.run.clone(),
                    due_at: later.due_at,
                    event: EventId::new(put_off.event.clone()),
                    chain: put_off.chain.clone(),
                    recheck: put_off.recheck.clone(),
                };
                act::one(tx, engine, &loaded, &occasion, &stage, (*n, deed), &mut outcome)?;
            }
        }
        (What::Trigger(id), Some(mut stage)) => {
            if let Some(ready) = loaded.trigger(id).cloned() {
                let run = format!("{}:after:{}", put_off.event, put_off.rule.id);
                let mut setting = Setting {
                    engine,
                    loaded: &loaded,
                    event: &event.event,
                    run,
                    chain: &put_off.chain,
                    due_at: later.due_at,
                };
                setting.fire(tx, &ready, &mut stage, &mut outcome)?;
            }
        }
    }
    outcome.write(tx, account, now)
}

fn note(engine: &Engine, put_off: &PutOff, stage: &Stage, deed: &Deed) -> Note {
    Note::new(engine, put_off.rule.clone(), stage, engine.clock.monotonic()).of(deed.name())
}

/// Why a delayed action is not done after all: the key of a sentence.
fn still(tx: &mut Tx, hand: &Stagehand, put_off: &PutOff, stage: &Stage) -> Result<Option<&'static str>> {
    let rule = rules::find(tx, hand.account(), put_off.rule.rule_type, &put_off.rule.id)?;
    if rule.is_none_or(|rule| !rule.active || rule.deleted_at.is_some()) {
        return Ok(Some("rule.switched_off"));
    }
    // Of a marketing rule, more must hold than expressions say.
    if put_off.rule.rule_type == RuleType::MarketingRule
        && !put_off.recheck.is_empty()
        && !marketing::runs::may_go_on(tx, hand, &put_off.rule.id, &put_off.run)?
    {
        return Ok(Some("rule.no_longer"));
    }
    let holds = |source: &String| {
        let expression = Expression::condition(source).ok();
        expression.is_some_and(|e| e.holds(&stage.scene, Limits::default()).unwrap_or(false))
    };
    Ok((!put_off.recheck.iter().all(holds)).then_some("rule.no_longer"))
}

/// What a trigger was to do later goes with it.
///
/// # Errors
/// What the store says.
pub(in crate::flows) fn forget_after(tx: &mut Tx, account: Account, trigger: &str) -> Result<()> {
    for id in rule_runs::list_later(tx, account, trigger)? {
        rule_runs::delete_later(tx, account, &id)?;
        work::delete(tx, account, WorkKind::Later, &id)?;
    }
    Ok(())
}
