//! How a relay does, as all nodes that hand letters to it know together.
//!
//! Each node has a breaker of its own, and what one cannot reach another may. What each saw goes into one note; how the
//! relay does is read off that note alone, so that nodes agree, and a restart forgets nothing.

use serde::{Deserialize, Serialize};

use super::breaker::Position;
use crate::domain::condition::{Level, Term};

/// What a node looks at once a minute is lately for two looks and a half.
const LATELY_MS: i64 = 150_000;
/// A time is news when it is later by about a look.
const NEWS_MS: i64 = 50_000;

/// A certificate, and when it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub term: Term,
    pub at: i64,
}

/// What is known of a relay; 0: never.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// When a node last left it in peace.
    pub resting_at: i64,
    /// When it failed last, so that a node left it in peace.
    #[serde(default)]
    pub failed_at: i64,
    /// When it last did its work.
    pub ok_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Shown>,
}

impl Health {
    /// What one node knows now. That its pause is over and it has had no letter to try the relay out with since says nothing.
    #[must_use]
    pub fn seen(
        position: Position,
        failed_at: Option<i64>,
        ok_at: Option<i64>,
        certificate: Option<Shown>,
        now: i64,
    ) -> Self {
        let resting_at = if position == Position::Open { now } else { 0 };
        Self {
            resting_at,
            failed_at: failed_at.unwrap_or_default(),
            ok_at: ok_at.unwrap_or_default(),
            certificate,
        }
    }

    /// What both know.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        let certificates = self.certificate.into_iter().chain(other.certificate);
        Self {
            resting_at: self.resting_at.max(other.resting_at),
            failed_at: self.failed_at.max(other.failed_at),
            ok_at: self.ok_at.max(other.ok_at),
            certificate: certificates.max_by_key(|shown| shown.at),
        }
    }

    /// Whether it says so much more than `known` that it is worth a note.
    #[must_use]
    pub fn is_news_to(&self, known: &Self) -> bool {
        let all = self.with(*known);
        all.resting_at > known.resting_at + NEWS_MS
            || all.ok_at > known.ok_at + NEWS_MS
            || all.is_well() != known.is_well()
            // The same one, shown again, is no news.
            || all.certificate.map(|shown| shown.term) != known.certificate.map(|shown| shown.term)
    }

    /// Whether it did its work after it last failed. Another node may still let it rest, and have nothing to try it out with.
    fn is_well(&self) -> bool {
        self.ok_at > 0 && self.ok_at >= self.failed_at
    }

    /// Whether it fails. While one node cannot use it and another can, that is neither, and neither begins nor ends
    /// anything; nor does silence end what began.
    #[must_use]
    pub fn level(&self, now: i64) -> Level {
        let is_lately = |at: i64| at > 0 && now - at <= LATELY_MS;
        match (is_lately(self.resting_at), is_lately(self.ok_at)) {
            (true, false) => Level::Bad,
            (false, _) if self.is_well() => Level::Good,
            _ => Level::Between,
        }
    }

    /// Whether any node heard of it lately.
    #[must_use]
    pub fn is_fresh(&self, now: i64) -> bool {
        now - self.resting_at.max(self.ok_at) <= LATELY_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn health(resting_at: i64, ok_at: i64) -> Health {
        Health {
            resting_at: resting_at * MINUTE,
            failed_at: resting_at * MINUTE,
            ok_at: ok_at * MINUTE,
            certificate: None,
        }
    }

    #[test]
    fn it_fails_where_nobody_can_use_it_and_is_well_where_nobody_lets_it_rest() {
        for (resting_at, ok_at, expected) in [
            (0, 0, Level::Between),
            (0, 100, Level::Good),
            (0, 3, Level::Good),
            (100, 0, Level::Bad),
            (100, 97, Level::Bad),
            // One node can, another cannot.
            (100, 99, Level::Between),
            (99, 100, Level::Between),
            // It did its work, and nobody has let it rest for a while.
            (97, 98, Level::Good),
            (97, 97, Level::Good),
            // Nobody has tried it for a while.
            (97, 90, Level::Between),
        ] {
            assert_eq!(health(resting_at, ok_at).level(100 * MINUTE), expected, "{resting_at} {ok_at}");
        }
    }

    #[test]
    fn a_node_without_letters_does_not_hide_that_another_has_brought_some() {
        // It failed here at 80 and was let rest until 97; there it did its work at 90.
        let here = Health { failed_at: 80 * MINUTE, ..health(97, 0) };
        assert_eq!(here.with(health(0, 90)).level(100 * MINUTE), Level::Good);
        assert_eq!(here.with(health(0, 79)).level(100 * MINUTE), Level::Between);
    }

    #[test]
    fn nodes_know_together_what_is_latest() {
        let shown = |until, at| Some(Shown { term: Term { from: 0, until }, at });
        let one = Health { certificate: shown(7, 10), ..health(100, 90) };
        let other = Health { certificate: shown(8, 11), ..health(0, 95) };
        let both = Health { certificate: shown(8, 11), ..health(100, 95) };
        assert_eq!((one.with(other), other.with(one)), (both, both));
        assert!(one.is_news_to(&other) && other.is_news_to(&one));
        assert!(!one.is_news_to(&both), "an older certificate is no news");
        assert!(!Health { certificate: shown(8, 99), ..both }.is_news_to(&both), "nor is the same one again");
        assert!(!Health { ok_at: both.ok_at + 1_000, ..both }.is_news_to(&both));
        let before = health(100, 100).with(Health {
            resting_at: 100 * MINUTE + 1,
            failed_at: 100 * MINUTE + 1,
            ..health(0, 0)
        });
        assert!(health(100, 100).with(Health { ok_at: 100 * MINUTE + 2, ..before }).is_news_to(&before));
        assert_eq!(both.with(Health::default()), both);
    }
}
