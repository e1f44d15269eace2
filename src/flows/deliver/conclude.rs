//! Writes down what became of letters, many in one transaction: deliveries, attempts, and addresses that letters came back
//! from.

use serde_json::json;

use super::Done;
use crate::domain::actor::Actor;
use crate::domain::delivery::DeliveryState;
use crate::domain::error::Result;
use crate::domain::mail::bounce::Standing;
use crate::flows::Ctx;
use crate::store::deliveries::{self, Attempt};
use crate::store::{Tx, audit, relays};

/// Writes down what became of letters. A delivery whose lease was lost is left to who has it now.
///
/// # Errors
/// What the store says; nothing is written then.
pub async fn conclude(ctx: &Ctx, done: Vec<Done>) -> Result<()> {
    let (now, ids) = (ctx.now(), ctx.ids.clone());
    ctx.store
        .write(move |tx| {
            for one in &done {
                conclude_one(tx, one, now, &ids.next(now))?;
            }
            Ok(())
        })
        .await
}

fn conclude_one(tx: &mut Tx, done: &Done, now: i64, audit_id: &str) -> Result<()> {
    let mut attempts = Vec::new();
    let mut is_ours = false;
    for claimed in &done.claimed {
        let mut outcome = done.outcome.clone();
        // Of a digest each delivery has its own end.
        outcome.tries =
            claimed.tries + (done.outcome.tries - done.claimed.first().map_or(0, |one| one.tries));
        if deliveries::conclude(tx, claimed, &outcome, now)? {
            is_ours = true;
            let attempt = done.attempt.clone();
            attempts.extend(attempt.map(|a| (claimed.id.as_str(), Attempt { number: claimed.attempt, ..a })));
        }
    }
    deliveries::insert_attempts(tx, done.account, &attempts)?;
    let Some(address) = done.claimed.first().map(|one| one.address.clone()).filter(|_| is_ours) else {
        return Ok(());
    };
    let key = address.to_lowercase();
    if done.outcome.state == DeliveryState::Sent {
        // Letters arrive there, whatever came back before.
        if relays::list_addresses(tx, done.account, &[&key])?.is_empty() {
            return Ok(());
        }
        return relays::delete_address(tx, done.account, &key).map(drop);
    }
    let Some(words) = &done.bounce else { return Ok(()) };
    let known = relays::list_addresses(tx, done.account, &[&key])?.pop();
    let before = known.map(|known| known.standing).unwrap_or_default();
    let standing: Standing = before.bounced(now);
    let bounced = relays::Address { key, address, standing, reason: words.clone() };
    relays::put_address(tx, done.account, &bounced)?;
    if standing.is_suspended(now) && !before.is_suspended(now) {
        let detail = json!({ "until": standing.suspended_until }).to_string();
        let (account, actor) = (done.account, Actor::System);
        audit::insert(tx, account, &actor, "address.suspended", &bounced.key, &detail, audit_id, now)?;
    }
    Ok(())
}
