//! Deletes what has served its time, in bounded batches: kept answers, ended sessions, used links, what relays said; and,
//! where the operator says how long what is kept, items, notifications, events, letters, history and the audit log.
//!
//! No item vanishes while a browser may show it: it is withdrawn first, and its row goes days later.

use super::Ctx;
use super::inbox::renumber;
use crate::domain::error::Result;
use crate::domain::event::EventType;
use crate::domain::id::Account;
use crate::domain::kind::Kind;
use crate::domain::retention::{Kept, Retention};
use crate::store::{
    Tx, accounts, action_log, delivery_log, idempotency, links, marketing, operators, retirement,
    rule_deliveries, rule_runs, sessions,
};

/// How long an answer is kept for its Idempotency-Key (product, §13): 72 hours.
const ANSWERS_KEPT_MS: i64 = 72 * 3_600_000;
/// How long ended sessions and links are kept, so that other nodes hear of their end: one day.
const ENDED_KEPT_MS: i64 = 24 * 3_600_000;
/// How long it is kept what relays said: thirty days. What became of each delivery stays.
const DIALOGUES_KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// How long the action log is kept: ninety days.
const LOG_KEPT_MS: i64 = 90 * 24 * 3_600_000;
/// How long single runs of triggers are kept; the longest period that is counted is thirty days.
const RUNS_KEPT_MS: i64 = 32 * 24 * 3_600_000;
/// How long it is kept why a marketing rule left a customer out: thirteen months, so that the same day of another year is not
/// this one. What it did stays, so that nothing is done twice.
const LEFT_OUT_KEPT_MS: i64 = 400 * 24 * 3_600_000;
/// How long the row of an item stays after it was withdrawn.
const WITHDRAWN_KEPT_MS: i64 = 3 * 24 * 3_600_000;
/// Rows that one transaction deletes of each table.
pub const BATCH: i64 = 500;

/// Deletes one batch of each; true when there may be more.
///
/// # Errors
/// What the store says.
pub async fn step(ctx: &Ctx) -> Result<bool> {
    let now = ctx.now();
    ctx.store
        .write(move |tx| {
            let answers = idempotency::delete_before(tx, now - ANSWERS_KEPT_MS, BATCH)?;
            let ended = sessions::delete_over(tx, now - ENDED_KEPT_MS, BATCH)?;
            let operators = operators::delete_over(tx, now - ENDED_KEPT_MS, BATCH)?;
            let used = links::delete_before(tx, now - ENDED_KEPT_MS, BATCH)?;
            let said = delivery_log::delete_attempts_before(tx, now - DIALOGUES_KEPT_MS, BATCH)?;
            let tried = rule_deliveries::delete_attempts_before(tx, now - DIALOGUES_KEPT_MS, BATCH)?;
            let logged = action_log::delete_before(tx, now - LOG_KEPT_MS, BATCH)?;
            let ran = rule_runs::delete_before(tx, now - RUNS_KEPT_MS, BATCH)?;
            let left_out = marketing::delete_skipped_before(tx, now - LEFT_OUT_KEPT_MS, BATCH)?;
            Ok([answers, ended, operators, used, said, tried, logged, ran, left_out]
                .into_iter()
                .any(|deleted| deleted as i64 >= BATCH))
        })
        .await
}

/// Takes what the operator keeps no longer, one batch of one sort in each transaction; answers how many rows it were.
///
/// # Errors
/// What the store says.
pub async fn retire(ctx: &Ctx, keep: &Retention) -> Result<u64> {
    let mut retired = 0;
    for (account, _) in ctx.store.read(accounts::list).await? {
        for kept in Kept::ALL {
            if let Some(before) = keep.before(*kept, ctx.now()) {
                retired += retire_all(ctx, account, *kept, before).await?;
            }
        }
    }
    Ok(retired)
}

async fn retire_all(ctx: &Ctx, account: Account, kept: Kept, before: i64) -> Result<u64> {
    let mut retired = 0;
    for part in PARTS {
        loop {
            let now = ctx.now();
            let done = ctx.store.write(move |tx| part(tx, account, kept, before, now)).await?;
            retired += done;
            // Others write between two batches.
            if done < BATCH as u64 {
                break;
            }
        }
    }
    Ok(retired)
}

/// What one transaction does: of an account, a sort, what is from before the first instant; the second is now.
type Part = fn(&mut Tx, Account, Kept, i64, i64) -> Result<u64>;

const PARTS: [Part; 5] = [withdraw, delete_items, delete_notifications, delete_events, delete_others];

fn withdraw(tx: &mut Tx, account: Account, kept: Kept, before: i64, now: i64) -> Result<u64> {
    let Some(kind) = kept.kind() else { return Ok(0) };
    let mut old = retirement::list_old_items(tx, account, kind, before, BATCH)?;
    for item in &mut old {
        item.state.withdrawn_at = Some(now);
        item.state.snoozed_until = None;
    }
    if !old.is_empty() {
        renumber(tx, account, &mut old)?;
        tx.wake_account(account.0);
    }
    Ok(old.len() as u64)
}

fn delete_items(tx: &mut Tx, account: Account, kept: Kept, before: i64, now: i64) -> Result<u64> {
    let Some(kind) = kept.kind() else { return Ok(0) };
    retirement::delete_items(tx, account, kind, (before, now - WITHDRAWN_KEPT_MS), BATCH)
}

fn delete_notifications(tx: &mut Tx, account: Account, kept: Kept, before: i64, _: i64) -> Result<u64> {
    let Some(kind) = kept.kind() else { return Ok(0) };
    retirement::delete_notifications(tx, account, kind, before, BATCH)
}

fn delete_events(tx: &mut Tx, account: Account, kept: Kept, before: i64, _: i64) -> Result<u64> {
    match event_type(kept.kind()) {
        Some(of) => retirement::delete_events(tx, account, of, before, BATCH),
        None => Ok(0),
    }
}

fn delete_others(tx: &mut Tx, account: Account, kept: Kept, before: i64, _: i64) -> Result<u64> {
    match kept {
        Kept::Deliveries => retirement::delete_deliveries(tx, before, BATCH),
        Kept::History => retirement::delete_history(tx, account, before, BATCH),
        Kept::Audit => retirement::delete_audit(tx, account, before, BATCH),
        _ => Ok(0),
    }
}

fn event_type(kind: Option<Kind>) -> Option<EventType> {
    EventType::ALL.iter().copied().find(|of| Some(retirement::kind_of(*of)) == kind)
}
