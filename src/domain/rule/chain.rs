//! The chain of causes: a rule changes a record, which is an event, which sets off a rule. What keeps it from going on for
//! ever.
//!
//! Three guards: a chain is at most [`DEEPEST`] rules long; in one chain a rule fires once for a record; and an account's
//! rules that were set off by rules fire at most [`MOST_PER_MINUTE`] times a minute.

use serde::{Deserialize, Serialize};

/// Rules that may stand one behind the other.
pub const DEEPEST: usize = 8;
/// Runs of an account's rules within a minute that were caused by rules.
pub const MOST_PER_MINUTE: i64 = 1_000;

/// The rules that led to an event, first to last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The event that began it, which no rule caused.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub root: String,
    /// Each rule with the record for which it fired.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<(String, String)>,
}

/// What a guard says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The chain is as long as it may be.
    Depth,
    /// This rule fired for this record in this chain already.
    Again,
    /// Too many within a minute.
    Rate,
}

impl Guard {
    /// The key of the sentence that says so.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Depth => "rule.guard_depth",
            Self::Again => "rule.guard_again",
            Self::Rate => "rule.guard_rate",
        }
    }
}

impl Chain {
    #[must_use]
    pub fn depth(&self) -> usize {
        self.links.len()
    }

    /// Whether a rule may fire for a record at the end of this chain. `lately` is how many runs that were caused by rules
    /// the account had within the last minute.
    #[must_use]
    pub fn guard(&self, rule: &str, record: &str, lately: i64) -> Option<Guard> {
        if self.links.iter().any(|(ran, of)| ran == rule && of == record) {
            Some(Guard::Again)
        } else if self.depth() >= DEEPEST {
            Some(Guard::Depth)
        } else {
            (self.depth() > 0 && lately >= MOST_PER_MINUTE).then_some(Guard::Rate)
        }
    }

    /// The chain of what this rule causes. `event` began it, if no rule did.
    #[must_use]
    pub fn with(&self, event: &str, rule: &str, record: &str) -> Self {
        let mut chain = self.clone();
        if chain.links.is_empty() {
            event.clone_into(&mut chain.root);
        }
        chain.links.push((rule.to_owned(), record.to_owned()));
        chain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_ends_after_eight_rules() {
        let mut chain = Chain::default();
        for n in 0..8 {
            assert_eq!(chain.guard(&format!("r{n}"), "a", 0), None, "rule {n} of the chain");
            chain = chain.with("e", &format!("r{n}"), "a");
        }
        assert_eq!((chain.depth(), chain.root.as_str()), (8, "e"));
        assert_eq!(chain.guard("r8", "a", 0), Some(Guard::Depth));
    }

    #[test]
    fn a_rule_fires_once_for_a_record_in_a_chain() {
        let chain = Chain::default().with("e", "ping", "a").with("e2", "pong", "a");
        assert_eq!(chain.root, "e");
        assert_eq!(chain.guard("ping", "a", 0), Some(Guard::Again));
        assert_eq!(chain.guard("ping", "b", 0), None);
    }

    #[test]
    fn only_what_rules_cause_is_held_to_the_rate() {
        assert_eq!(Chain::default().guard("r", "a", MOST_PER_MINUTE), None);
        let chain = Chain::default().with("e", "x", "a");
        assert_eq!(chain.guard("r", "a", MOST_PER_MINUTE), Some(Guard::Rate));
        assert_eq!(chain.guard("r", "a", MOST_PER_MINUTE - 1), None);
    }
}
