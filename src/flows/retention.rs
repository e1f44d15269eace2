//! Deletes what has served its time, in bounded batches: kept answers, ended sessions, used links, what relays said, the action log.
//!
//! Inbox items and events are not touched: nothing vanishes inside the window that a stream may resume from.

use super::Ctx;
use crate::domain::error::Result;
use crate::store::{action_log, delivery_log, idempotency, links, rule_deliveries, rule_runs, sessions};

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
/// Rows that one transaction deletes.
const BATCH: i64 = 500;

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
            let used = links::delete_before(tx, now - ENDED_KEPT_MS, BATCH)?;
            let said = delivery_log::delete_attempts_before(tx, now - DIALOGUES_KEPT_MS, BATCH)?;
            let tried = rule_deliveries::delete_attempts_before(tx, now - DIALOGUES_KEPT_MS, BATCH)?;
            let logged = action_log::delete_before(tx, now - LOG_KEPT_MS, BATCH)?;
            let ran = rule_runs::delete_before(tx, now - RUNS_KEPT_MS, BATCH)?;
            Ok([answers, ended, used, said, tried, logged, ran]
                .into_iter()
                .any(|deleted| deleted as i64 >= BATCH))
        })
        .await
}
