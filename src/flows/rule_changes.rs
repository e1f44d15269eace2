//! The changes that people make to templates, triggers and marketing rules, one transaction each: added, changed, switched,
//! deleted and brought back, rolled back. What differs between the sorts is their [`Kept::check`] and [`Kept::settle`].

use super::Ctx;
use super::change::{By, Change};
use super::once::{Answer, Once};
use super::rule_keeping::{self as keeping, Kept, Stored, Was};
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::store::Tx;

/// Adds a rule; answers its id.
///
/// # Errors
/// All faults of all fields, with line and column where an expression or text does not read.
pub async fn add<T: Kept>(ctx: &Ctx, by: &By, draft: T, once: Option<Once>) -> Result<Answer<String>> {
    let (id, stamp) = (ctx.id(), ctx.id());
    ctx.change(by, once, move |tx, change| {
        let has_code = draft.has_code();
        let draft = T::check(tx, change.account, draft.clone(), None)?;
        let rule = keeping::add(tx, change, &id, draft.clone(), has_code, &stamp)?;
        T::settle(tx, change, &rule.id, None, Some(&draft))?;
        Ok(rule.id)
    })
    .await
}

fn put_in<T: Kept>(
    tx: &mut Tx,
    change: &Change,
    id: &str,
    draft: T,
    has_code: bool,
    stamp: &str,
) -> Result<()> {
    let before = keeping::get::<T>(tx, change.account, id)?.what;
    let draft = T::check(tx, change.account, draft, Some(id))?;
    keeping::put(tx, change, id, draft.clone(), has_code, stamp)?;
    T::settle(tx, change, id, Some(&before), Some(&draft))
}

/// Makes a rule so, as its next version.
///
/// # Errors
/// As [`add`]; [`crate::domain::error::Error::NotFound`].
pub async fn put<T: Kept>(
    ctx: &Ctx,
    by: &By,
    id: String,
    draft: T,
    once: Option<Once>,
) -> Result<Answer<()>> {
    let stamp = ctx.id();
    ctx.change(by, once, move |tx, change| put_in(tx, change, &id, draft.clone(), draft.has_code(), &stamp))
        .await
}

/// Switches a rule on or off.
///
/// # Errors
/// [`crate::domain::error::Error::NotFound`]; switched on, as [`add`].
pub async fn switch<T: Kept>(
    ctx: &Ctx,
    by: &By,
    id: String,
    active: bool,
    once: Option<Once>,
) -> Result<Answer<()>> {
    let stamp = ctx.id();
    ctx.change(by, once, move |tx, change| {
        let Stored { rule, what: before } = keeping::get::<T>(tx, change.account, &id)?;
        if rule.active == active {
            return Ok(());
        }
        let mut what = before.clone();
        what.put_active(active);
        if active {
            return put_in(tx, change, &id, what, true, &stamp);
        }
        // Also what would be refused by now can be switched off.
        keeping::put(tx, change, &id, what.clone(), true, &stamp)?;
        T::settle(tx, change, &id, Some(&before), Some(&what))
    })
    .await
}

/// Deletes a rule, with what it put off.
///
/// # Errors
/// [`crate::domain::error::Error::NotFound`].
pub async fn delete<T: Kept>(ctx: &Ctx, by: &By, id: String, once: Option<Once>) -> Result<Answer<()>> {
    let stamp = ctx.id();
    ctx.change(by, once, move |tx, change| {
        keeping::delete::<T>(tx, change, &id, &stamp)?;
        super::rules::forget_after(tx, change.account, &id)?;
        T::settle(tx, change, &id, None, None)
    })
    .await
}

/// Undoes a deletion.
///
/// # Errors
/// [`crate::domain::error::Error::NotFound`].
pub async fn restore<T: Kept>(ctx: &Ctx, by: &By, id: String, once: Option<Once>) -> Result<Answer<()>> {
    let stamp = ctx.id();
    ctx.change(by, once, move |tx, change| {
        let stored = keeping::restore::<T>(tx, change, &id, &stamp)?;
        T::settle(tx, change, &id, None, Some(&stored.what))
    })
    .await
}

/// What a rule was, newest version first.
///
/// # Errors
/// [`crate::domain::error::Error::NotFound`].
pub async fn versions<T: Kept>(ctx: &Ctx, account: Account, id: String) -> Result<Vec<Was<T>>> {
    ctx.store.read(move |tx| keeping::versions(tx, account, &id)).await
}

/// Makes a rule what it was, as its next version.
///
/// # Errors
/// As [`put`]; a fault of `version`.
pub async fn roll_back<T: Kept>(
    ctx: &Ctx,
    by: &By,
    id: String,
    version: i64,
    once: Option<Once>,
) -> Result<Answer<()>> {
    let stamp = ctx.id();
    ctx.change(by, once, move |tx, change| {
        let was = keeping::version::<T>(tx, change.account, &id, version)?;
        put_in(tx, change, &id, was, true, &stamp)
    })
    .await
}
