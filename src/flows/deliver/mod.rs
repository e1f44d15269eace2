//! Delivers: claims what is due, looks once more whether it may be sent, hands it to a relay, and writes down what became
//! of it.
//!
//! Three steps, because the second takes as long as a relay does: [`claim`] is one transaction, [`carry`] holds none, and
//! [`conclude`] is one for many; meanwhile [`renew`] keeps the lease. A process that ends between them leaves a lease that
//! runs out; the letter goes again, under the same Message-ID. When to look is the worker's business.

mod carry;
mod claim;
mod compose;
mod conclude;
mod renew;

pub use carry::carry;
pub use claim::{Room, claim, list_due, preview, room};
pub use compose::{Said, Stationery, compose, render};
pub use conclude::conclude;
pub use renew::{Held, Lease, renew};

use std::sync::Arc;

use crate::domain::id::Account;
use crate::domain::mail::relay::Relay;
use crate::store::deliveries::{Attempt, Claimed, Outcome};

/// One letter to be handed in.
#[derive(Clone)]
pub struct Errand {
    pub account: Account,
    /// One delivery, or all those of a digest.
    pub said: Vec<Said>,
    /// The letter's name, the same at every try.
    pub letter: String,
    pub stationery: Arc<Stationery>,
    /// Where it may be handed in, the first to be tried first.
    pub relays: Arc<Vec<Relay>>,
    /// When it is over no relay is begun with: somebody else may be at the letter.
    pub lease: Lease,
}

/// What became of it.
#[derive(Debug, Clone)]
pub struct Done {
    pub account: Account,
    pub claimed: Vec<Claimed>,
    pub outcome: Outcome,
    pub attempt: Option<Attempt>,
    /// A relay says that the address is no more, in these words.
    pub bounce: Option<String>,
}
