//! Keeps claimed deliveries for as long as somebody is at them: a relay may take minutes, and a process that ended must not
//! keep its letters from others for so long.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::Errand;
use crate::domain::delivery::LEASE_MS;
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::flows::Ctx;
use crate::store::deliveries;

/// Until when a letter is left to us (Unix ms). It moves on while the letter is under way, and is over for good once it was
/// lost.
#[derive(Debug, Clone)]
pub struct Lease(Arc<AtomicI64>);

impl Lease {
    #[must_use]
    pub fn until(at: i64) -> Self {
        Self(Arc::new(AtomicI64::new(at)))
    }

    /// None: it was lost.
    #[must_use]
    pub fn ends_at(&self) -> Option<i64> {
        Some(self.0.load(Ordering::SeqCst)).filter(|at| *at > 0)
    }

    #[must_use]
    pub fn is_ours(&self, now: i64) -> bool {
        self.ends_at().is_some_and(|at| now < at)
    }

    fn move_to(&self, at: i64) {
        self.0.store(at, Ordering::SeqCst);
    }
}

/// The deliveries of one letter under way.
#[derive(Debug, Clone)]
pub struct Held {
    account: Account,
    /// Their ids, and by which claim they are ours.
    claims: Vec<(String, i64)>,
    pub lease: Lease,
}

impl Held {
    #[must_use]
    pub fn new(errand: &Errand) -> Self {
        let claim = |said: &super::Said| (said.claimed.id.clone(), said.claimed.attempt);
        let claims = errand.said.iter().map(claim).collect();
        Self { account: errand.account, claims, lease: errand.lease.clone() }
    }
}

/// Renews leases, also those that have run out meanwhile, unless somebody else has the delivery by now.
///
/// # Errors
/// What the store says; the leases are as they were then.
pub async fn renew(ctx: &Ctx, held: Vec<Held>) -> Result<()> {
    let until = ctx.now() + LEASE_MS;
    let mut alike: BTreeMap<(Account, i64), Vec<String>> = BTreeMap::new();
    for one in &held {
        for (id, attempt) in &one.claims {
            alike.entry((one.account, *attempt)).or_default().push(id.clone());
        }
    }
    let kept: BTreeSet<(Account, String)> = ctx
        .store
        .write(move |tx| {
            let mut kept = BTreeSet::new();
            for ((account, attempt), ids) in &alike {
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                let ours = deliveries::renew(tx, *account, *attempt, &ids, until)?;
                kept.extend(ours.into_iter().map(|id| (*account, id)));
            }
            Ok(kept)
        })
        .await?;
    for one in held {
        let is_kept = one.claims.iter().all(|(id, _)| kept.contains(&(one.account, id.clone())));
        one.lease.move_to(if is_kept { until } else { 0 });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_ends_and_a_lost_one_stays_lost() {
        let lease = Lease::until(100);
        assert!(lease.is_ours(99) && !lease.is_ours(100));
        let other = lease.clone();
        other.move_to(200);
        assert!(lease.is_ours(199), "whoever holds it sees it move");
        other.move_to(0);
        assert!(!lease.is_ours(-1) && lease.ends_at().is_none());
    }
}
