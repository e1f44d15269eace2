//! After a restore: letters, and what left on behalf of rules, that may have been sent before wait until the operator lets
//! them go.

use super::Ctx;
use crate::domain::error::{Error, Result};
use crate::domain::event::{Event, Fact};
use crate::domain::id::Account;
use crate::store::deliveries::Held;
use crate::store::restore::RestoreMark;
use crate::store::{Tx, accounts, deliveries, rule_deliveries};

/// Letters that one transaction settles.
const BATCH: i64 = 500;

/// Whether an event's letters may have been sent by the server whose backup this was: it was there and due by then, or it
/// is a reminder whose time was before the restore.
pub(super) fn is_older(event: &Event, mark: &RestoreMark) -> bool {
    if let Fact::Reminders(due) = &event.fact {
        return due.tasks.iter().any(|fired| fired.reminder.mark <= mark.at);
    }
    let was_due = event.send_at.is_none_or(|at| at <= mark.at);
    was_due && event.id.as_str() <= mark.newest_event.as_str()
}

/// Holds what was just written about old events.
pub(super) fn hold(tx: &mut Tx, account: Account, events: &[String]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    deliveries::hold_of_events(tx, account, &events)
}

/// Lets the letters go that a restore holds, or ends them; of one account (its code) or of all. Answers how many.
///
/// # Errors
/// [`Error::NotFound`]: there is no such account.
pub async fn settle(ctx: &Ctx, code: Option<String>, held: Held) -> Result<u64> {
    let account = match code {
        Some(code) => {
            let found = ctx.store.read(move |tx| accounts::find_by_code(tx, &code)).await?;
            Some(found.ok_or(Error::NotFound)?)
        }
        None => None,
    };
    let mut settled = 0;
    loop {
        let now = ctx.now();
        let (letters, errands) = ctx
            .store
            .write(move |tx| {
                let letters = deliveries::settle_held(tx, account, held, now, BATCH)?;
                Ok((letters, rule_deliveries::settle_held(tx, account, held, now, BATCH)?))
            })
            .await?;
        settled += letters + errands;
        if letters.max(errands) < BATCH as u64 {
            return Ok(settled);
        }
    }
}
