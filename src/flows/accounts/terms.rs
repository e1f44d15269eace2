//! What the operator does with an account: limits it, suspends it, deletes it and has it back.
//!
//! A suspended account lets nobody in and sends nothing; a deleted one is suspended until its grace is over, and then its
//! rows go, a batch at a time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::domain::error::{Conflict, Error, Fault, Result};
use crate::domain::id::Account;
use crate::domain::limits::AccountLimits;
use crate::flows::Ctx;
use crate::flows::change::By;
use crate::store::account_terms::{self, Terms};

/// Characters of a reason.
const LONGEST_REASON: usize = 500;
/// Rows that one transaction of a purge deletes.
const BATCH: i64 = 500;
/// What is said where the operator gave no reason.
const DELETED: &str = "deleted";

/// # Errors
/// What the store says.
pub async fn list(ctx: &Ctx) -> Result<Vec<Terms>> {
    ctx.store.read(account_terms::list).await
}

/// # Errors
/// [`Error::NotFound`].
pub async fn get(ctx: &Ctx, account: Account) -> Result<Terms> {
    ctx.store.read(move |tx| account_terms::get(tx, account)).await
}

/// Sets all limits; what has no value has none.
///
/// # Errors
/// A limit that is no number of anything.
pub async fn limit(ctx: &Ctx, by: &By, limits: AccountLimits) -> Result<Terms> {
    let limits = limits.check()?;
    let done = ctx.change(by, None, move |tx, change| {
        account_terms::update_limits(tx, change.account, limits)?;
        let terms = account_terms::get(tx, change.account)?;
        change.record(tx, "account.limited", &terms.code, &json!(limits))?;
        Ok(terms)
    });
    Ok(done.await?.value)
}

/// Lets nobody in from now on, and says why.
///
/// # Errors
/// A fault of `reason`.
pub async fn suspend(ctx: &Ctx, by: &By, reason: &str) -> Result<Terms> {
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Error::field("reason", Fault::Required));
    }
    if reason.chars().count() > LONGEST_REASON {
        return Err(Error::field("reason", Fault::TooLong(LONGEST_REASON)));
    }
    let done = ctx.change(by, None, move |tx, change| {
        account_terms::update_suspended(tx, change.account, Some((change.now, &reason)))?;
        tx.wake_access();
        let terms = account_terms::get(tx, change.account)?;
        change.record(tx, "account.suspended", &terms.code, &json!({ "reason": reason }))?;
        Ok(terms)
    });
    Ok(done.await?.value)
}

/// Lets people in again.
///
/// # Errors
/// [`Conflict::WrongState`]: it is to be deleted; restore it first.
pub async fn resume(ctx: &Ctx, by: &By) -> Result<Terms> {
    let done = ctx.change(by, None, move |tx, change| {
        let terms = account_terms::get(tx, change.account)?;
        if terms.delete_at.is_some() {
            return Err(Error::Conflict(Conflict::WrongState));
        }
        account_terms::update_suspended(tx, change.account, None)?;
        tx.wake_access();
        tx.wake_mail();
        change.record(tx, "account.resumed", &terms.code, &json!({}))?;
        account_terms::get(tx, change.account)
    });
    Ok(done.await?.value)
}

/// Deletes an account: nobody is let in, and after the grace its rows go.
///
/// # Errors
/// [`Conflict::LastAccount`]: a server has at least one.
pub async fn delete(ctx: &Ctx, by: &By, grace: Duration) -> Result<Terms> {
    let grace = i64::try_from(grace.as_millis()).unwrap_or(i64::MAX / 4);
    let done = ctx.change(by, None, move |tx, change| {
        let others = account_terms::list(tx)?;
        if !others.iter().any(|other| other.number != change.account.0 && other.delete_at.is_none()) {
            return Err(Error::Conflict(Conflict::LastAccount));
        }
        let terms = account_terms::get(tx, change.account)?;
        let reason = terms.suspended_reason.unwrap_or_else(|| DELETED.to_owned());
        account_terms::update_suspended(tx, change.account, Some((change.now, &reason)))?;
        account_terms::update_delete_at(tx, change.account, Some(change.now + grace))?;
        tx.wake_access();
        change.record(tx, "account.deleted", &terms.code, &json!({ "delete_at": change.now + grace }))?;
        account_terms::get(tx, change.account)
    });
    Ok(done.await?.value)
}

/// Has a deleted account back, and lets its people in.
///
/// # Errors
/// [`Error::NotFound`] once its rows began to go; [`Conflict::WrongState`]: it was not deleted.
pub async fn restore(ctx: &Ctx, by: &By) -> Result<Terms> {
    let done = ctx.change(by, None, move |tx, change| {
        let terms = account_terms::get(tx, change.account)?;
        match terms.delete_at {
            None => return Err(Error::Conflict(Conflict::WrongState)),
            Some(at) if at <= change.now => return Err(Error::NotFound),
            Some(_) => {}
        }
        account_terms::update_delete_at(tx, change.account, None)?;
        account_terms::update_suspended(tx, change.account, None)?;
        tx.wake_access();
        tx.wake_mail();
        change.record(tx, "account.restored", &terms.code, &json!({}))?;
        account_terms::get(tx, change.account)
    });
    Ok(done.await?.value)
}

/// Deletes a batch of rows of an account whose grace is over; true when there may be more.
///
/// # Errors
/// What the store says.
pub async fn purge_step(ctx: &Ctx) -> Result<bool> {
    let now = ctx.now();
    let purged = ctx.store.write(move |tx| {
        let Some((account, code)) = account_terms::find_to_purge(tx, now)? else { return Ok(None) };
        let left = account_terms::delete_rows(tx, account, BATCH)?;
        Ok(Some((code, left)))
    });
    let Some((code, left)) = purged.await? else { return Ok(false) };
    if left.is_none() {
        tracing::info!(account = %code, "the last rows of a deleted account are gone");
    }
    Ok(true)
}

/// Refuses one more user than the account may have.
pub(in crate::flows) fn refuse_if_full(tx: &mut crate::store::Tx, account: Account) -> Result<()> {
    let limits = account_terms::find_limits(tx, account)?;
    match limits.users {
        Some(most) if account_terms::get(tx, account)?.users >= most => {
            Err(Error::Conflict(Conflict::UserLimit))
        }
        _ => Ok(()),
    }
}

/// The limits of accounts, remembered for a second.
#[derive(Default)]
pub struct Known(Mutex<HashMap<Account, (AccountLimits, Instant)>>);

impl Known {
    const FRESH: Duration = Duration::from_secs(1);

    /// # Errors
    /// What the store says.
    pub async fn get(&self, ctx: &Ctx, account: Account) -> Result<AccountLimits> {
        let now = ctx.clock.monotonic();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&account).copied();
        if let Some((limits, at)) = known
            && now.saturating_duration_since(at) < Self::FRESH
        {
            return Ok(limits);
        }
        let limits = ctx.store.read(move |tx| account_terms::find_limits(tx, account)).await?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(account, (limits, now));
        Ok(limits)
    }
}
