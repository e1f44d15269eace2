//! The vendor's feed: news of releases and of security, as one signed document that is fetched again and again.
//!
//! Pure. A document has a number that only grows, and a date after which it is not to be believed: so neither an old
//! document, nor one that somebody holds on to, passes for the latest. Whether its signature is good was found out
//! before; fetching is `channels::feed`'s, and telling `flows::feed`'s.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::announcement::{Accounts, Announcement, Form, People, Wording};
use super::kind::{Severity, names};

/// What is fetched: a document as text, and the signature of exactly this text (Ed25519, base64).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    pub document: String,
    pub signature: String,
}

/// What is signed. Times are Unix ms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Grows by at least one with each document.
    pub sequence: i64,
    pub issued_at: i64,
    /// A newer document is due by then, also where nothing is new.
    pub expires_at: i64,
    pub items: Vec<Item>,
}

names! {
    /// What an item is about.
    Topic {
        Release = "release",
        Security = "security",
    }
}

/// One piece of news.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Never used for another.
    pub id: String,
    pub topic: Topic,
    /// It concerns installations of an older version than this.
    pub version: String,
    /// By language.
    pub texts: BTreeMap<String, Wording>,
    #[serde(default)]
    pub link: Option<String>,
    #[serde(default)]
    pub expires_at: Option<i64>,
}

names! {
    /// Why a fetched document is not believed.
    Refusal {
        /// The server did not answer, or with no document.
        Unreachable = "unreachable",
        Malformed = "malformed",
        /// The signature is not of this text by the vendor's key.
        Forged = "forged",
        /// A newer one was believed before, or another of the same number.
        Replayed = "replayed",
        /// Its time is over.
        Stale = "stale",
    }
}

/// The document that was believed last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Believed {
    pub sequence: i64,
    /// The SHA-256 of its text.
    pub digest: String,
}

/// What becomes of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Refused(Refusal),
    /// It is the one that was believed last.
    Known,
    New,
}

/// Whether a document whose signature is good is believed.
#[must_use]
pub fn judge(document: &Document, digest: &str, last: Option<&Believed>, now: i64) -> Verdict {
    match last {
        Some(last) if document.sequence < last.sequence => Verdict::Refused(Refusal::Replayed),
        Some(last) if document.sequence == last.sequence && last.digest != digest => {
            Verdict::Refused(Refusal::Replayed)
        }
        _ if document.expires_at <= now => Verdict::Refused(Refusal::Stale),
        Some(last) if document.sequence == last.sequence => Verdict::Known,
        _ => Verdict::New,
    }
}

/// Whether `version` is older than `than`, by their numbers: `0.9.1` is older than `0.10`.
#[must_use]
pub fn is_older(version: &str, than: &str) -> bool {
    let numbers = |text: &str| -> Vec<u64> {
        let plain = text.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
        let mut numbers: Vec<u64> = plain.split('.').map(|part| part.parse().unwrap_or_default()).collect();
        numbers.resize(numbers.len().max(4), 0);
        numbers
    };
    numbers(version) < numbers(than)
}

/// What this installation is told of an item; nothing where it does not concern it.
#[must_use]
pub fn announcement(item: &Item, version: &str, now: i64) -> Option<Announcement> {
    if !is_older(version, &item.version) || item.expires_at.is_some_and(|at| at <= now) {
        return None;
    }
    let is_security = item.topic == Topic::Security;
    Some(Announcement {
        texts: item.texts.clone(),
        severity: if is_security { Severity::Error } else { Severity::Info },
        form: Form::Popup,
        accounts: Accounts::All {},
        people: People::Administrators,
        mandatory: is_security,
        link: item.link.clone(),
        window: None,
        question: None,
        starts_at: None,
        expires_at: item.expires_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(sequence: i64, expires_at: i64) -> Document {
        Document { sequence, issued_at: 0, expires_at, items: Vec::new() }
    }

    #[test]
    fn only_what_is_newer_and_not_over_is_believed() {
        let last = Believed { sequence: 5, digest: "a".into() };
        for (sequence, expires_at, digest, verdict) in [
            (6, 100, "b", Verdict::New),
            (5, 100, "a", Verdict::Known),
            (5, 100, "b", Verdict::Refused(Refusal::Replayed)),
            (4, 100, "c", Verdict::Refused(Refusal::Replayed)),
            (6, 50, "b", Verdict::Refused(Refusal::Stale)),
            (5, 50, "a", Verdict::Refused(Refusal::Stale)),
        ] {
            assert_eq!(
                judge(&document(sequence, expires_at), digest, Some(&last), 50),
                verdict,
                "{sequence}"
            );
        }
        assert_eq!(judge(&document(1, 100), "a", None, 50), Verdict::New);
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (version, than, older) in [
            ("0.9.1", "0.10", true),
            ("0.10.0", "0.10", false),
            ("1.0.0", "v1.0.1", true),
            ("1.2", "1.1.9", false),
            ("1.0.0-beta", "1.0.0", false),
        ] {
            assert_eq!(is_older(version, than), older, "{version} {than}");
        }
    }
}
