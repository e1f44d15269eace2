//! How often a trigger may fire for the same record.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::error::{Fault, FieldError};
use crate::domain::kind::names;

names! {
    /// A length of time that runs are counted in, back from now.
    Period {
        Hour = "hour",
        Day = "day",
        Week = "week",
        /// Thirty days.
        Month = "month",
    }
}

impl Period {
    #[must_use]
    pub fn ms(self) -> i64 {
        const HOUR: i64 = 3_600_000;
        match self {
            Self::Hour => HOUR,
            Self::Day => 24 * HOUR,
            Self::Week => 7 * 24 * HOUR,
            Self::Month => 30 * 24 * HOUR,
        }
    }
}

/// At most so many times within any such period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AtMost {
    pub times: i64,
    pub per: Period,
}

/// What keeps a trigger from firing again for the same record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TriggerRepeat")]
pub struct Repeat {
    #[serde(default)]
    pub once_per_record: bool,
    #[serde(default)]
    pub at_most: Option<AtMost>,
}

/// What is known of earlier runs for the record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Earlier {
    pub ever: i64,
    /// Within the period of [`Repeat::at_most`].
    pub within: i64,
}

impl Repeat {
    const MOST: i64 = 10_000;

    #[must_use]
    pub fn check(&self) -> Option<FieldError> {
        let times = self.at_most?.times;
        let fault = Fault::NotBetween(1, Self::MOST);
        (!(1..=Self::MOST).contains(&times))
            .then(|| FieldError { field: "repeat.at_most.times".into(), fault })
    }

    /// Why it does not fire again: the key of a sentence.
    #[must_use]
    pub fn refuses(&self, earlier: Earlier) -> Option<&'static str> {
        if self.once_per_record && earlier.ever > 0 {
            return Some("rule.once");
        }
        self.at_most.filter(|most| earlier.within >= most.times).map(|_| "rule.at_most")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_fires_as_often_as_it_may() {
        let at_most =
            |times| Repeat { once_per_record: false, at_most: Some(AtMost { times, per: Period::Day }) };
        let once = Repeat { once_per_record: true, at_most: None };
        for (repeat, ever, within, refused) in [
            (Repeat::default(), 99, 99, None),
            (once, 0, 0, None),
            (once, 1, 0, Some("rule.once")),
            (at_most(2), 9, 1, None),
            (at_most(2), 9, 2, Some("rule.at_most")),
        ] {
            assert_eq!(repeat.refuses(Earlier { ever, within }), refused, "{repeat:?} {ever} {within}");
        }
        assert!(at_most(0).check().is_some() && at_most(1).check().is_none());
    }
}
