//! What is measured of accounts: letters that wait or were given up, addresses without letters, keys that end.

use super::Reading;
use crate::domain::condition::{ConditionCode, Level, Limits};
use crate::domain::error::Result;
use crate::flows::Ctx;
use crate::render::instant::to_rfc3339;
use crate::store::{Tx, readings};

const DAY_MS: i64 = 24 * 3_600_000;
/// How long a letter that was given up counts: a day.
const RECENT_MS: i64 = DAY_MS;

pub(super) async fn read(ctx: &Ctx, limits: &Limits) -> Result<Vec<Reading>> {
    let (now, soon) = (ctx.now(), limits.ending_days.saturating_mul(DAY_MS));
    let read = move |tx: &mut Tx| {
        let counted = (
            readings::count_without_relay(tx)?,
            readings::count_dead(tx, now - RECENT_MS)?,
            readings::count_suspended(tx, now)?,
        );
        Ok((counted, readings::list_ending_keys(tx, now, now + soon)?))
    };
    let ((without, dead, suspended), keys) = ctx.store.read(read).await?;
    let mut all = Vec::new();
    for (code, counted, least) in [
        (ConditionCode::RelayMissing, without, 0),
        (ConditionCode::LettersDead, dead, limits.letters),
        (ConditionCode::AddressesSuspended, suspended, 0),
    ] {
        for (account, count) in counted {
            let reading = Reading::of_account(code, account, "", Level::when(count > least));
            all.push(reading.with(vec![("count", count.to_string())]));
        }
    }
    // One that has ended, or was revoked, is not read any more, and so its condition is over.
    all.extend(keys.into_iter().map(|key| {
        let level = Level::ending(key.term, now, limits);
        let values = vec![("key", key.name), ("date", date(key.term.until))];
        Reading::of_account(ConditionCode::KeyEnding, key.account, &key.id, level).with(values)
    }));
    Ok(all)
}

/// The day of an instant, in UTC, as every language writes it among programs.
pub(super) fn date(at: i64) -> String {
    to_rfc3339(at).chars().take(10).collect()
}
