//! Takes notifications off every screen and out of every inbox: recalled by the sender, expired, or about
//! a record that its reader no longer sees (`sight`).
//!
//! The recall itself is one small transaction; the inbox rows follow as work, in parts, each row under a new number,
//! so that every browser hears of it. No row is deleted: it is marked withdrawn.

use std::sync::Arc;

use super::inbox::renumber;
use super::once::{Answer, Once};
use super::{Ctx, announcements, retire, sight};
use crate::domain::access::Caller;
use crate::domain::error::{Conflict, Error, Result};
use crate::domain::event::Fact;
use crate::domain::id::Account;
use crate::domain::work::{LEASE_MS, WorkKind};
use crate::store::{Tx, events, inbox, notifications, work};

/// Inbox rows that one step withdraws.
const PART: i64 = 500;
/// Pieces of work that one step claims.
const CLAIMED: i64 = 16;

/// Recalls a one-time notification: what is not sent never will be, what stands vanishes. Its sender may, and an
/// administrator.
///
/// # Errors
/// [`Error::NotFound`] for what the caller did not send; [`Conflict::AlreadyOver`] when it is recalled or expired.
pub async fn recall(ctx: &Ctx, caller: &Caller, id: String, once: Option<Once>) -> Result<Answer<()>> {
    let (account, actor, administers) = (caller.account(), caller.actor(), caller.administers());
    let now = ctx.now();
    ctx.write_once(once, move |tx| {
        let sent = events::find(tx, account, &id)?.ok_or(Error::NotFound)?;
        if sent.event.actor != actor && !administers {
            return Err(Error::NotFound);
        }
        let Fact::OneTime(message) = &sent.event.fact else { return Err(Error::NotFound) };
        if sent.event.recalled_at.is_some() || message.expires_at.is_some_and(|at| at <= now) {
            return Err(Error::Conflict(Conflict::AlreadyOver));
        }
        work::delete(tx, account, WorkKind::Route, &id)?;
        events::update_recalled(tx, account, &id, now)?;
        notifications::update_withdrawn(tx, account, &id, now)?;
        work::insert(tx, account, WorkKind::Withdraw, &id, now)
    })
    .await
}

/// Withdraws inbox rows that are due: of recalled and of expired notifications. Those of changed announcements are
/// written anew. Answers how many, and whether there
/// may be more.
///
/// # Errors
/// What the store says.
pub async fn step(ctx: &Ctx) -> Result<(usize, bool)> {
    let (now, texts) = (ctx.now(), Arc::clone(&ctx.texts));
    ctx.store
        .write(move |tx| {
            let (mut withdrawn, mut more) = (0, false);
            for kind in [WorkKind::Withdraw, WorkKind::Expire] {
                for claimed in work::claim(tx, kind, now, now + LEASE_MS, CLAIMED)? {
                    let part = withdraw_part(tx, claimed.account, &claimed.subject, now)?;
                    withdrawn += part;
                    if part == PART as usize {
                        work::advance(tx, &claimed, claimed.progress + part as i64)?;
                        more = true;
                    } else {
                        work::finish(tx, &claimed)?;
                    }
                }
            }
            let mut looked = work::claim(tx, WorkKind::Sight, now, now + LEASE_MS, CLAIMED)?;
            looked.extend(work::claim(tx, WorkKind::Retire, now, now + LEASE_MS, CLAIMED)?);
            looked.extend(work::claim(tx, WorkKind::Renew, now, now + LEASE_MS, CLAIMED)?);
            for claimed in looked {
                let (part, next) = match claimed.kind {
                    WorkKind::Retire => retire::retire_part(tx, &claimed, now)?,
                    WorkKind::Renew => announcements::renew_part(tx, &texts, &claimed, now)?,
                    _ => sight::withdraw_part(tx, &claimed, now)?,
                };
                withdrawn += part;
                match next {
                    Some(progress) => {
                        work::advance(tx, &claimed, progress)?;
                        more = true;
                    }
                    None => drop(work::finish(tx, &claimed)?),
                }
            }
            Ok((withdrawn, more))
        })
        .await
}

fn withdraw_part(tx: &mut Tx, account: Account, notification: &str, now: i64) -> Result<usize> {
    // What is not routed yet never will be. On PostgreSQL this waits for the router's transaction, so that the rows
    // that it is just writing are among those below.
    work::delete(tx, account, WorkKind::Route, notification)?;
    notifications::update_withdrawn(tx, account, notification, now)?;
    let mut items = inbox::list_not_withdrawn(tx, account, notification, PART)?;
    for item in &mut items {
        item.state.withdrawn_at = Some(now);
    }
    if !items.is_empty() {
        renumber(tx, account, &mut items)?;
    }
    Ok(items.len())
}
