//! Marketing rules: what is done for which customers, and when. Pure: a rule, what is known of a customer and what was done
//! for him before go in, a decision with its reason comes out.
//!
//! [`mechanic`] says whether there is an occasion, and names the period that it belongs to: one row per rule, customer and
//! period is what makes everything happen once. [`pace`] says when it may be acted upon, or why not. [`segment`] narrows
//! down whom to look at, [`draft`] is a rule as its author writes it. Not here: looking customers up, batches, and what actions do (`domain::rule`).

pub mod draft;
pub mod mechanic;
pub mod pace;
pub mod segment;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use mechanic::{Mechanic, Occasion, Standing};
use pace::{Cap, Earlier, Frequency, Hours, Timing};

use super::kind::names;

names! {
    /// Why nothing was done for a customer, or not yet.
    Why {
        /// He is in none of the rule's segments.
        NotInSegment = "not_in_segment",
        /// The rule was run for him as often as it may be.
        TooOften = "too_often",
        /// He heard from rules as often as he may.
        Capped = "capped",
        /// Outside the hours of the rule.
        OutsideHours = "outside_hours",
        /// The time that the rule asks for has not come.
        NotYet = "not_yet",
        /// What held it up lasted longer than it is retried.
        Expired = "expired",
        /// When its time came, the occasion was gone.
        NoLonger = "no_longer",
    }
}

/// When and how often a rule acts, as its author wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub mechanic: Mechanic,
    pub frequency: Frequency,
    #[serde(default)]
    pub cap: Option<Cap>,
    #[serde(default)]
    pub window: Option<Hours>,
    #[serde(default)]
    pub timing: Timing,
    /// For how many hours an occasion that is held up is tried again.
    #[serde(default = "a_day")]
    pub retry_h: i64,
}

fn a_day() -> i64 {
    24
}

/// What is done about an occasion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Now.
    Act,
    /// It is looked at again then.
    Wait { until: i64, why: Why },
    /// Never.
    Skip(Why),
}

impl Scenario {
    /// Whether a customer has an occasion now.
    #[must_use]
    pub fn occasion(&self, standing: &Standing, now: i64, zone: &jiff::tz::TimeZone) -> Option<Occasion> {
        self.mechanic.occasion(standing, self.timing.lead_days(), now, zone)
    }

    /// What is done about it. Asked again when a wait is over, with the customer as he is then.
    #[must_use]
    pub fn decide(
        &self,
        occasion: &Occasion,
        in_segment: bool,
        earlier: &Earlier,
        now: i64,
        zone: &jiff::tz::TimeZone,
    ) -> Decision {
        const HOUR: i64 = 3_600_000;
        if !in_segment {
            return Decision::Skip(Why::NotInSegment);
        }
        if self.frequency.refuses(&earlier.runs, now, zone) {
            return Decision::Skip(Why::TooOften);
        }
        let due = self.timing.due(occasion.at);
        if now < due {
            return Decision::Wait { until: due, why: Why::NotYet };
        }
        let held = self.cap.and_then(|cap| Some((cap.free_at(&earlier.contacts, now)?, Why::Capped)));
        let held = held.or_else(|| Some((self.window?.opens_at(now, zone)?, Why::OutsideHours)));
        match held {
            None if now > due + self.retry_h.saturating_mul(HOUR) => Decision::Skip(Why::Expired),
            None => Decision::Act,
            // What frees it too late never does.
            Some((until, _)) if until > due + self.retry_h.saturating_mul(HOUR) => {
                Decision::Skip(Why::Expired)
            }
            Some((until, why)) => Decision::Wait { until, why },
        }
    }
}
