//! The records that Bellwire watches, and the engine that finds out what changed in them.
//!
//! A shop sends whole or partial states in one of two spellings; [`patch`] reads both into the same [`patch::Patch`],
//! [`diff`] compares it with the stored [`state::State`], and the [`change::ChangeSet`] that comes out feeds history, system
//! notifications ([`rules`]) and triggers alike. [`catalogue`] is the one table of fields behind all of them. Not here:
//! storing, numbering, looking up who or what a reference names (that comes in as functions), and tasks.

pub mod catalogue;
pub mod change;
pub mod decimal;
pub mod diff;
pub mod history;
pub mod labels;
mod matching;
pub mod parts;
pub mod patch;
mod reader;
pub mod rules;
pub mod state;
mod tables;
pub mod value;
pub mod wire;

#[cfg(test)]
pub(in crate::domain) mod tests;

use super::kind::names;

names! {
    /// What sort of record it is.
    RecordType {
        /// A buyer.
        Customer = "customer",
        /// An order of a shop.
        Order = "order",
        /// Something to be done; kept apart (`domain::task`), with a history like the others'.
        Task = "task",
    }
}

impl RecordType {
    /// Those that a shop tells the state of.
    pub const OF_SHOPS: [Self; 2] = [Self::Customer, Self::Order];

    #[must_use]
    pub fn is_of_shops(self) -> bool {
        Self::OF_SHOPS.contains(&self)
    }
}

/// A record, unique within the account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct RecordId(String);

impl RecordId {
    #[must_use]
    pub fn new(id: String) -> Self {
        Self(id)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for RecordId {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
