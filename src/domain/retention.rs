//! How long what is kept, by kind. What is not named is kept for ever.

use std::collections::BTreeMap;

use super::kind::{Kind, names};

names! {
    /// What time may take away.
    Kept {
        OneTime = "one_time",
        System = "system",
        Task = "task",
        Custom = "custom",
        Announcement = "announcement",
        /// What became of letters.
        Deliveries = "deliveries",
        /// What changed in records.
        History = "history",
        /// The log of administrative acts.
        Audit = "audit",
    }
}

impl Kept {
    /// The kind of notification, where it is one.
    #[must_use]
    pub fn kind(self) -> Option<Kind> {
        Kind::parse(self.name())
    }
}

/// The shortest time that anything is kept: longer than a browser may be away and go on by its cursor without noticing.
const LEAST_DAYS: i64 = 7;
const MOST_DAYS: i64 = 36_500;
const DAY_MS: i64 = 24 * 3_600_000;

/// Days, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retention(BTreeMap<&'static str, i64>);

impl Retention {
    /// Reads `one_time=365 system=90 …`.
    ///
    /// # Errors
    /// What is not understood, in words for the operator.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut days = BTreeMap::new();
        for pair in text.split_whitespace() {
            let (name, number) =
                pair.split_once('=').ok_or_else(|| format!("{pair:?} is not a kind and its days"))?;
            let known = || Kept::ALL.iter().map(|kept| kept.name()).collect::<Vec<_>>().join(", ");
            let kept = Kept::parse(name).ok_or_else(|| format!("{name:?} is none of {}", known()))?;
            let number: i64 = number.parse().map_err(|_| format!("{number:?} is not a number of days"))?;
            if !(LEAST_DAYS..=MOST_DAYS).contains(&number) {
                return Err(format!("{name} is kept for {LEAST_DAYS} to {MOST_DAYS} days"));
            }
            if days.insert(kept.name(), number).is_some() {
                return Err(format!("{name} is named twice"));
            }
        }
        Ok(Self(days))
    }

    /// What was written before this instant has served its time. `None`: it is kept for ever.
    #[must_use]
    pub fn before(&self, kept: Kept, now_ms: i64) -> Option<i64> {
        self.0.get(kept.name()).map(|days| now_ms - days * DAY_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_by_kind_and_mistakes_are_named() {
        let kept = Retention::parse("system=90  audit=3650").unwrap();
        assert_eq!(kept.before(Kept::System, 100 * DAY_MS), Some(10 * DAY_MS));
        assert_eq!(kept.before(Kept::OneTime, 100 * DAY_MS), None);
        assert_eq!(Retention::parse(""), Ok(Retention::default()));
        for (text, said) in [
            ("system", "not a kind"),
            ("letters=90", "none of one_time"),
            ("system=soon", "not a number"),
            ("system=6", "7 to 36500"),
            ("system=90 system=91", "twice"),
        ] {
            let refused = Retention::parse(text).unwrap_err();
            assert!(refused.contains(said), "{text}: {refused}");
        }
    }

    #[test]
    fn every_kind_of_notification_can_be_named() {
        let kinds = Kept::ALL.iter().filter_map(|kept| kept.kind()).count();
        assert_eq!(kinds, Kind::ALL.len());
    }
}
