//! What the operator does with an account: limits it, suspends it, deletes it and has it back.
//!
//! A suspended account lets nobody in and sends nothing; a deleted one is suspended until its grace is over, and then its
//! rows go, a batch at a time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::domain::error::{Conflict, Error, Fault, Result};
use crate::domain::id::{Account, OperatorId};
use crate::domain::limits::AccountLimits;
use crate::flows::Ctx;
use crate::flows::change::By;
use crate::flows::once::{Answer, Once};
use crate::render::instant::to_rfc3339;
use crate::store::account_terms::{self, Terms};
use crate::store::{Tx, operators};

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

/// Who does something with an account from beside it.
#[derive(Debug, Clone)]
pub struct Hand {
    pub account: Account,
    /// Nobody: the command line.
    pub operator: Option<OperatorId>,
    pub once: Option<Once>,
}

impl Hand {
    /// The command line.
    #[must_use]
    pub fn shell(account: Account) -> Self {
        Self { account, operator: None, once: None }
    }
}

/// Runs an act upon an account, with a line in its own log and in the server's: `run` says what was done.
async fn act<F>(ctx: &Ctx, hand: &Hand, run: F) -> Result<Answer<Terms>>
where
    F: Fn(&mut Tx, Account, i64) -> Result<(&'static str, Value)> + Send + 'static,
{
    let (operator, audit_id) = (hand.operator.clone(), ctx.id());
    ctx.change(&By::system(hand.account), hand.once.clone(), move |tx, change| {
        let (action, detail) = run(tx, change.account, change.now)?;
        let terms = account_terms::get(tx, change.account)?;
        change.record(tx, action, &terms.code, &detail)?;
        let (what, detail) = ((action, terms.code.as_str()), detail.to_string());
        operators::insert_audit(tx, &audit_id, operator.as_ref(), what, &detail, change.now)?;
        Ok(terms)
    })
    .await
}

/// Sets all limits; what has no value has none.
///
/// # Errors
/// A limit that is no number of anything.
pub async fn limit(ctx: &Ctx, hand: &Hand, limits: AccountLimits) -> Result<Answer<Terms>> {
    let limits = limits.check()?;
    act(ctx, hand, move |tx, account, _| {
        account_terms::update_limits(tx, account, limits)?;
        Ok(("account.limited", json!(limits)))
    })
    .await
}

/// Lets nobody in from now on, and says why.
///
/// # Errors
/// A fault of `reason`; [`Conflict::WrongState`]: it is to be deleted.
pub async fn suspend(ctx: &Ctx, hand: &Hand, reason: &str) -> Result<Answer<Terms>> {
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Error::field("reason", Fault::Required));
    }
    if reason.chars().count() > LONGEST_REASON {
        return Err(Error::field("reason", Fault::TooLong(LONGEST_REASON)));
    }
    act(ctx, hand, move |tx, account, now| {
        if account_terms::get(tx, account)?.delete_at.is_some() {
            return Err(Error::Conflict(Conflict::WrongState));
        }
        account_terms::update_suspended(tx, account, Some((now, &reason)))?;
        tx.wake_access();
        Ok(("account.suspended", json!({ "reason": reason })))
    })
    .await
}

/// Lets people in again.
///
/// # Errors
/// [`Conflict::WrongState`]: it is to be deleted; restore it first.
pub async fn resume(ctx: &Ctx, hand: &Hand) -> Result<Answer<Terms>> {
    act(ctx, hand, |tx, account, _| {
        if account_terms::get(tx, account)?.delete_at.is_some() {
            return Err(Error::Conflict(Conflict::WrongState));
        }
        account_terms::update_suspended(tx, account, None)?;
        tx.wake_access();
        tx.wake_mail();
        Ok(("account.resumed", json!({})))
    })
    .await
}

/// Deletes an account: nobody is let in, and after the grace its rows go.
///
/// # Errors
/// [`Conflict::LastAccount`]: a server has at least one; [`Conflict::WrongState`]: it was deleted before.
pub async fn delete(ctx: &Ctx, hand: &Hand, grace: Duration) -> Result<Answer<Terms>> {
    let grace = i64::try_from(grace.as_millis()).unwrap_or(i64::MAX / 4);
    act(ctx, hand, move |tx, account, now| {
        let others = account_terms::list(tx)?;
        if !others.iter().any(|other| other.number != account.0 && other.delete_at.is_none()) {
            return Err(Error::Conflict(Conflict::LastAccount));
        }
        let terms = account_terms::get(tx, account)?;
        if terms.delete_at.is_some() {
            return Err(Error::Conflict(Conflict::WrongState));
        }
        let reason = terms.suspended_reason.unwrap_or_else(|| DELETED.to_owned());
        account_terms::update_suspended(tx, account, Some((now, &reason)))?;
        account_terms::update_delete_at(tx, account, Some(now + grace))?;
        tx.wake_access();
        Ok(("account.deleted", json!({ "delete_at": to_rfc3339(now + grace) })))
    })
    .await
}

/// Has a deleted account back, and lets its people in.
///
/// # Errors
/// [`Error::NotFound`] once its rows began to go; [`Conflict::WrongState`]: it was not deleted.
pub async fn restore(ctx: &Ctx, hand: &Hand) -> Result<Answer<Terms>> {
    act(ctx, hand, |tx, account, now| {
        match account_terms::get(tx, account)?.delete_at {
            None => return Err(Error::Conflict(Conflict::WrongState)),
            Some(at) if at <= now => return Err(Error::NotFound),
            Some(_) => {}
        }
        account_terms::update_delete_at(tx, account, None)?;
        account_terms::update_suspended(tx, account, None)?;
        tx.wake_access();
        tx.wake_mail();
        Ok(("account.restored", json!({})))
    })
    .await
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
pub(in crate::flows) fn refuse_if_full(tx: &mut Tx, account: Account) -> Result<()> {
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
