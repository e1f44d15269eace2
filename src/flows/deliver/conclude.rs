//! Writes down what became of letters, many in one transaction: deliveries, attempts, and addresses that letters came back
//! from.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::json;

use super::Done;
use crate::domain::actor::Actor;
use crate::domain::delivery::DeliveryState;
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::mail::bounce::Standing;
use crate::flows::Ctx;
use crate::store::deliveries::{self, Attempt, Claimed, Outcome};
use crate::store::{Tx, audit, relays};

/// Writes down what became of letters. A delivery whose lease was lost is left to who has it now.
///
/// # Errors
/// What the store says; nothing is written then.
pub async fn conclude(ctx: &Ctx, done: Vec<Done>) -> Result<()> {
    let (now, ids) = (ctx.now(), ctx.ids.clone());
    ctx.store
        .write(move |tx| {
            conclude_sent(tx, &done, now)?;
            for one in done.iter().filter(|one| one.outcome.state != DeliveryState::Sent) {
                conclude_one(tx, one, now, &ids.next(now))?;
            }
            Ok(())
        })
        .await
}

/// How often a delivery was tried, with this attempt: of a digest each has a count of its own.
fn tries(done: &Done, claimed: &Claimed) -> i64 {
    claimed.tries + done.outcome.tries - done.claimed.first().map_or(0, |first| first.tries)
}

/// Most letters arrive, and alike: they are written down together.
fn conclude_sent(tx: &mut Tx, done: &[Done], now: i64) -> Result<()> {
    let mut alike: BTreeMap<(Account, i64, i64, &str), Vec<&str>> = BTreeMap::new();
    let mut attempts: BTreeMap<Account, HashMap<&str, Attempt>> = BTreeMap::new();
    let mut addresses: BTreeMap<Account, BTreeSet<String>> = BTreeMap::new();
    for one in done.iter().filter(|one| one.outcome.state == DeliveryState::Sent) {
        let relay = one.outcome.relay.as_deref().unwrap_or_default();
        for claimed in &one.claimed {
            let key = (one.account, claimed.attempt, tries(one, claimed), relay);
            alike.entry(key).or_default().push(&claimed.id);
            if let Some(attempt) = &one.attempt {
                let attempt = Attempt { number: claimed.attempt, ..attempt.clone() };
                attempts.entry(one.account).or_default().insert(&claimed.id, attempt);
            }
            addresses.entry(one.account).or_default().insert(claimed.address.to_lowercase());
        }
    }
    for ((account, attempt, tries, relay), ids) in alike {
        let ours = deliveries::conclude_sent(tx, account, &ids, (attempt, tries, relay), now)?;
        let logged: Vec<(&str, Attempt)> = ours
            .iter()
            .filter_map(|id| Some((id.as_str(), attempts.get(&account)?.get(id.as_str())?.clone())))
            .collect();
        deliveries::insert_attempts(tx, account, &logged)?;
    }
    for (account, keys) in addresses {
        // Letters arrive there, whatever came back before.
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        for known in relays::list_addresses(tx, account, &keys)? {
            relays::delete_address(tx, account, &known.key)?;
        }
    }
    Ok(())
}

fn conclude_one(tx: &mut Tx, done: &Done, now: i64, audit_id: &str) -> Result<()> {
    let mut attempts = Vec::new();
    let mut is_ours = false;
    for claimed in &done.claimed {
        let outcome = Outcome { tries: tries(done, claimed), ..done.outcome.clone() };
        if deliveries::conclude(tx, claimed, &outcome, now)? {
            is_ours = true;
            let attempt = done.attempt.clone();
            attempts.extend(attempt.map(|a| (claimed.id.as_str(), Attempt { number: claimed.attempt, ..a })));
        }
    }
    deliveries::insert_attempts(tx, done.account, &attempts)?;
    let address = done.claimed.first().map(|one| one.address.clone()).filter(|_| is_ours);
    let (Some(address), Some(words)) = (address, &done.bounce) else { return Ok(()) };
    let key = address.to_lowercase();
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
