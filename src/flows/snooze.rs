//! Takes an item off the screen until a mark, and lets it stand again then. And what can be done from a reminder's popup.
//!
//! Every item can be snoozed. When it stands again is a row of work, written with the state; an item that was closed or
//! snoozed anew meanwhile is left alone by it.

use std::sync::Arc;

use super::change::{By, Change};
use super::inbox::{Full, full, seen};
use super::{Ctx, announcements, tasks};
use crate::domain::access::{Caller, SignedIn};
use crate::domain::announcement::{Announcing, Reply};
use crate::domain::error::{Conflict, Error, Fault, Result};
use crate::domain::id::{Account, UserId};
use crate::domain::inbox::{Act, ClosedBy, Item};
use crate::domain::kind::names;
use crate::domain::task::firing::Reminding;
use crate::domain::task::snooze::Snooze;
use crate::domain::work::{LEASE_MS, WorkKind};
use crate::store::{Tx, inbox, reminders, work};

names! {
    /// What a button of a popup does.
    ItemDeed {
        /// Finish the task.
        Done = "done",
        /// Say yes to what an announcement asks of the account.
        Accept = "accept",
        /// Say no.
        Decline = "decline",
    }
}

/// Items that one step wakes.
const PART: i64 = 500;

/// Snoozes one item of the caller's.
///
/// # Errors
/// [`Error::NotFound`] also for another user's item; a fault of the time.
pub async fn snooze(ctx: &Ctx, who: &SignedIn, id: String, until: Snooze) -> Result<Full> {
    let (who, now) = (who.clone(), ctx.now());
    let until = until.until(now, &who.zone)?;
    ctx.store
        .write(move |tx| {
            let item = inbox::hold(tx, who.account, &who.user, &id)?;
            let item = full(tx, who.account, item)?;
            let (item, notification) = seen(tx, &Caller::User(who.clone()), item)?;
            if notification.content.announcing.as_ref().is_some_and(Announcing::is_pinned) {
                return Err(Error::Conflict(Conflict::WrongState));
            }
            let item = snooze_in(tx, who.account, item, until, now)?;
            Ok((item, notification))
        })
        .await
}

/// Snoozes the caller's reminder of a task.
///
/// # Errors
/// [`Error::NotFound`] where he was not reminded of it.
pub async fn snooze_task(ctx: &Ctx, who: &SignedIn, task: String, until: Snooze) -> Result<()> {
    let (who, now) = (who.clone(), ctx.now());
    let until = until.until(now, &who.zone)?;
    ctx.store
        .write(move |tx| {
            let item = reminders::find(tx, who.account, &who.user, &task)?.ok_or(Error::NotFound)?;
            snooze_in(tx, who.account, item, until, now).map(drop)
        })
        .await
}

fn snooze_in(tx: &mut Tx, account: Account, mut item: Item, until: i64, now: i64) -> Result<Item> {
    if let Some(state) = item.state.after(Act::Snooze(until), now) {
        item.state = state;
        let subject = format!("{}/{}", item.user, item.id);
        work::insert_anew(tx, account, WorkKind::Wake, &[subject], until)?;
        item.seq = inbox::take_seqs(tx, account, 1)?;
        inbox::update_state(tx, account, &item)?;
    }
    Ok(item)
}

/// Lets stand again what has slept long enough. Answers how many, and whether there may be more.
///
/// # Errors
/// What the store says.
pub(super) fn wake(tx: &mut Tx, now: i64) -> Result<(usize, bool)> {
    let claimed = work::claim(tx, WorkKind::Wake, now, now + LEASE_MS, PART)?;
    let mut woken = 0;
    for work in &claimed {
        if let Some((user, id)) = work.subject.split_once('/') {
            let item = inbox::hold(tx, work.account, &UserId::new(user.to_owned()), id)?;
            let due = item.filter(|item| item.state.snoozed_until.is_some_and(|until| until <= now));
            if let Some((mut item, state)) =
                due.and_then(|item| item.state.after(Act::Wake, now).map(|s| (item, s)))
            {
                item.state = state;
                item.seq = inbox::take_seqs(tx, work.account, 1)?;
                inbox::update_state(tx, work.account, &item)?;
                woken += 1;
            }
        }
        work::finish(tx, work)?;
    }
    Ok((woken, claimed.len() as i64 == PART))
}

/// Does what a button of the caller's popup says.
///
/// # Errors
/// [`Error::NotFound`] also for another user's item; `action` is named when the item has no such button.
pub async fn act(ctx: &Ctx, who: &SignedIn, id: String, action: ItemDeed) -> Result<Full> {
    let (who, ids, now) = (who.clone(), ctx.ids.clone(), ctx.now());
    let (texts, caller) = (Arc::clone(&ctx.texts), Caller::User(who.clone()));
    let change = Change::new(&By::from(&caller), now, ctx.id());
    ctx.store
        .write(move |tx| {
            let found = inbox::find(tx, who.account, &who.user, &id)?;
            let (_, notification) = full(tx, who.account, found)?;
            let answer = match action {
                ItemDeed::Done => None,
                ItemDeed::Accept => Some(Reply::Accepted),
                ItemDeed::Decline => Some(Reply::Declined),
            };
            if let Some(answer) = answer {
                return announcements::reply(tx, &texts, &who, &change, (&id, &notification), answer);
            }
            let reminder = notification.content.reminding.as_ref().and_then(Reminding::reminder);
            let (ItemDeed::Done, Some(reminder)) = (action, reminder) else {
                return Err(Error::field("action", Fault::NotAChoice("snooze")));
            };
            // The task before the item, as everywhere.
            tasks::complete_by(tx, &caller, &ids, now, reminder.task.as_str())?;
            let mut item = inbox::hold(tx, who.account, &who.user, &id)?.ok_or(Error::NotFound)?;
            let read = item.state.after(Act::Read, now).unwrap_or(item.state);
            let state = read.after(Act::Close(ClosedBy::User), now).unwrap_or(read);
            if state != item.state {
                item.state = state;
                item.seq = inbox::take_seqs(tx, who.account, 1)?;
                inbox::update_state(tx, who.account, &item)?;
            }
            Ok((item, notification))
        })
        .await
}
