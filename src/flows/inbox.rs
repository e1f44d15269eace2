//! The owner's own state of his items: seen, read, closed, archived, and back.
//!
//! Each change takes a new number of the account's cursor, which is how every tab and device hears of it. Somebody
//! else's item does not exist here.

use super::once::{Answer, Once};
use super::{Ctx, retire, sight};
use crate::domain::access::{Caller, SignedIn};
use crate::domain::announcement::Announcing;
use crate::domain::cursor::Cursor;
use crate::domain::error::{Conflict, Error, Fault, Result};
use crate::domain::id::{Account, UserId};
use crate::domain::inbox::{Act, Item, ReadMark};
use crate::domain::notification::Notification;
use crate::store::inbox::{self as rows, Wanted};
use crate::store::{Tx, notifications};

/// Items that one call may change.
pub const MOST_IDS: usize = 500;

/// An item with what it says.
pub type Full = (Item, Notification);

/// A page of an inbox, with the unread count and the cursor of the same snapshot: a stream from there misses nothing.
#[derive(Debug, Clone)]
pub struct Page {
    pub items: Vec<Full>,
    pub unread: i64,
    pub cursor: Cursor,
    pub next: Option<String>,
}

/// # Errors
/// What the store says.
pub async fn page(ctx: &Ctx, who: &SignedIn, wanted: Wanted) -> Result<Page> {
    let (account, user, epoch) = (who.account, who.user.clone(), ctx.epoch);
    let caller = Caller::User(who.clone());
    ctx.store
        .read(move |tx| {
            let seq = rows::head(tx, account)?;
            let most = usize::try_from(wanted.most).unwrap_or_default();
            let mut items =
                rows::list(tx, account, &user, &Wanted { most: wanted.most + 1, ..wanted.clone() })?;
            let more = items.len() > most;
            items.truncate(most);
            let next = items.last().filter(|_| more).map(|(item, _)| item.id.to_string());
            let visible = sight::of_caller(tx, &caller)?;
            sight::retain_seen(tx, account, &visible, &mut items)?;
            let unread = rows::count_unread(tx, account, &user)?;
            Ok(Page { items, unread, cursor: Cursor { epoch, seq }, next })
        })
        .await
}

/// # Errors
/// [`Error::NotFound`] also for another user's item.
pub async fn get(ctx: &Ctx, who: &SignedIn, id: String) -> Result<Full> {
    let (account, user, caller) = (who.account, who.user.clone(), Caller::User(who.clone()));
    let read = move |tx: &mut Tx| {
        let item = rows::find(tx, account, &user, &id)?;
        let item = full(tx, account, item)?;
        seen(tx, &caller, item)
    };
    ctx.store.read(read).await
}

/// Does `act` to one item and answers it as it is then. Doing what is done already changes nothing.
///
/// # Errors
/// [`Error::NotFound`] also for another user's item.
pub async fn act(ctx: &Ctx, who: &SignedIn, id: String, act: Act) -> Result<Full> {
    let (account, user, now) = (who.account, who.user.clone(), ctx.now());
    let caller = Caller::User(who.clone());
    ctx.store
        .write(move |tx| {
            let item = rows::hold(tx, account, &user, &id)?;
            let item = full(tx, account, item)?;
            let (mut item, notification) = seen(tx, &caller, item)?;
            if act.takes_away() && notification.content.announcing.as_ref().is_some_and(Announcing::is_pinned)
            {
                return Err(Error::Conflict(Conflict::WrongState));
            }
            if let Some(state) = item.state.after(act, now) {
                item.state = state;
                item.seq = rows::take_seqs(tx, account, 1)?;
                rows::update_state(tx, account, &item)?;
                look_again(tx, account, &user, act, now)?;
            }
            Ok((item, notification))
        })
        .await
}

/// Does `act` to many items; unknown ids and items that it does not change are passed over. Answers how many changed.
///
/// # Errors
/// [`Fault::TooMany`] beyond [`MOST_IDS`].
pub async fn act_on_many(
    ctx: &Ctx,
    who: &SignedIn,
    ids: Vec<String>,
    act: Act,
    once: Option<Once>,
) -> Result<Answer<usize>> {
    if ids.len() > MOST_IDS {
        return Err(Error::field("ids", Fault::TooMany(MOST_IDS)));
    }
    let (account, user, now) = (who.account, who.user.clone(), ctx.now());
    ctx.write_once(once, move |tx| {
        let mut distinct: Vec<&str> = ids.iter().map(String::as_str).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let items = rows::list_by_ids(tx, account, &user, &distinct)?;
        let said: Vec<&str> = items.iter().map(|item| item.notification.as_str()).collect();
        let pinned =
            if act.takes_away() { notifications::list_pinned(tx, account, &said)? } else { Vec::new() };
        let mut changed: Vec<Item> = items
            .into_iter()
            .filter(|item| !pinned.iter().any(|id| id == item.notification.as_str()))
            .filter_map(|item| item.state.after(act, now).map(|state| Item { state, ..item }))
            .collect();
        if changed.is_empty() {
            return Ok(0);
        }
        // Newest last, so that a browser hears of them in the order in which they came.
        changed.sort_by(|a, b| a.id.cmp(&b.id));
        renumber(tx, account, &mut changed)?;
        look_again(tx, account, &user, act, now)?;
        Ok(changed.len())
    })
    .await
}

/// A reminder that was closed stays under the bell when its task is done; opened again it must not stand.
fn look_again(tx: &mut Tx, account: Account, user: &UserId, act: Act, now: i64) -> Result<()> {
    match act {
        Act::Reopen => retire::look_again_for(tx, account, &[user.as_str()], now),
        _ => Ok(()),
    }
}

/// Writes changed items under new numbers, in their order.
///
/// # Errors
/// What the store says.
pub(super) fn renumber(tx: &mut Tx, account: Account, items: &mut [Item]) -> Result<()> {
    let count = i64::try_from(items.len()).unwrap_or_default();
    let first = rows::take_seqs(tx, account, count)?;
    for (item, seq) in items.iter_mut().zip(first..) {
        item.seq = seq;
        rows::update_state(tx, account, item)?;
    }
    Ok(())
}

/// What "read all" did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ReadAll {
    pub changed: u64,
    pub unread: i64,
}

/// Marks as read everything that the user has heard of: all items up to the number `up_to`. One mark in the cursor
/// says so to his browsers, however many items it were.
///
/// # Errors
/// What the store says.
pub async fn read_all(ctx: &Ctx, who: &SignedIn, up_to: i64, once: Option<Once>) -> Result<Answer<ReadAll>> {
    let (account, user, now) = (who.account, who.user.clone(), ctx.now());
    ctx.write_once(once, move |tx| {
        // Beyond the head there may be rows that are written but not committed: the mark must not tell of them.
        let up_to = up_to.min(rows::head(tx, account)?);
        let changed = rows::update_read_up_to(tx, account, &user, up_to, now)?;
        if changed > 0 {
            let seq = rows::take_seqs(tx, account, 1)?;
            let mark = ReadMark { user: user.clone(), seq, up_to };
            rows::insert_read_mark(tx, account, &mark, now)?;
        }
        Ok(ReadAll { changed, unread: rows::count_unread(tx, account, &user)? })
    })
    .await
}

pub(super) fn full(tx: &mut Tx, account: Account, item: Option<Item>) -> Result<Full> {
    let item = item.ok_or(Error::NotFound)?;
    let ids = [item.notification.as_str()];
    let notification = notifications::list_by_ids(tx, account, &ids)?.pop();
    notification.map(|notification| (item, notification)).ok_or(Error::NotFound)
}

/// The item, unless it is about a record that its reader may no longer see. What is withdrawn says nothing anyway.
pub(super) fn seen(tx: &mut Tx, caller: &Caller, item: Full) -> Result<Full> {
    if item.0.state.withdrawn_at.is_some() {
        return Ok(item);
    }
    let visible = sight::of_caller(tx, caller)?;
    let mut items = vec![item];
    sight::retain_seen(tx, caller.account(), &visible, &mut items)?;
    items.pop().ok_or(Error::NotFound)
}
