//! When a repeated task comes again: at the same local time, on the days of its rule.
//!
//! The next one is made when the one before is done, and never lies in the past: who was away for a week finds one task
//! and not seven.

use jiff::Span;
use jiff::civil::{Date, DateTime, Weekday};
use serde::{Deserialize, Serialize};

use super::due::Due;
use crate::domain::kind::names;

names! {
    /// How often.
    Every {
        Day = "day",
        /// Monday to Friday.
        Weekday = "weekday",
        Week = "week",
        Month = "month",
    }
}

/// A rule of repetition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    pub every: Every,
    /// The last day on which it may be due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// How many there are still to be, this one included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// The day of the month that is meant, also in months that are shorter.
    pub day: i8,
}

/// Steps from a due time to now: ten years of days.
const MOST_STEPS: usize = 4_000;

impl Repeat {
    /// The next due time after this one and after `now`, with the rule that goes on from there.
    #[must_use]
    pub fn next(&self, due: &Due, now: i64) -> Option<(Due, Self)> {
        if self.count.is_some_and(|count| count <= 1) {
            return None;
        }
        let mut local = due.local;
        for _ in 0..MOST_STEPS {
            local = self.step(local)?;
            if self.until.is_some_and(|until| local.date() > until) {
                return None;
            }
            let next = Due::local(local, &due.zone)?;
            if next.at > now && next.at > due.at {
                return Some((next, Self { count: self.count.map(|count| count - 1), ..self.clone() }));
            }
        }
        None
    }

    fn step(&self, local: DateTime) -> Option<DateTime> {
        let days = |days: i64| local.checked_add(Span::new().days(days)).ok();
        match self.every {
            Every::Day => days(1),
            Every::Week => days(7),
            Every::Weekday => days(match local.weekday() {
                Weekday::Friday => 3,
                Weekday::Saturday => 2,
                _ => 1,
            }),
            Every::Month => {
                let next = local.date().first_of_month().checked_add(Span::new().months(1)).ok()?;
                let day = self.day.clamp(1, next.days_in_month());
                Some(next.with().day(day).build().ok()?.to_datetime(local.time()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule(every: Every, day: i8) -> Repeat {
        Repeat { every, until: None, count: None, day }
    }

    fn due(local: &str, zone: &str) -> Due {
        Due::local(local.parse().unwrap(), zone).unwrap()
    }

    /// The next so many, each done in time.
    fn series(repeat: Repeat, first: &str, zone: &str, most: usize) -> Vec<String> {
        let (mut due, mut repeat, mut found) = (due(first, zone), repeat, Vec::new());
        while let Some((next, rest)) = repeat.next(&due, due.at).filter(|_| found.len() < most) {
            found.push(next.text());
            (due, repeat) = (next, rest);
        }
        found
    }

    #[test]
    fn the_days_of_each_rule() {
        for (every, day, first, expected) in [
            (
                Every::Day,
                27,
                "2028-02-27T10:00",
                ["2028-02-28T10:00", "2028-02-29T10:00", "2028-03-01T10:00"],
            ),
            // 2026-02-27 is a Friday.
            (
                Every::Weekday,
                26,
                "2026-02-26T10:00",
                ["2026-02-27T10:00", "2026-03-02T10:00", "2026-03-03T10:00"],
            ),
            (
                Every::Weekday,
                28,
                "2026-02-28T10:00",
                ["2026-03-02T10:00", "2026-03-03T10:00", "2026-03-04T10:00"],
            ),
            (
                Every::Week,
                22,
                "2026-12-22T10:00",
                ["2026-12-29T10:00", "2027-01-05T10:00", "2027-01-12T10:00"],
            ),
            // The end of the month, and back to the day that was meant.
            (
                Every::Month,
                31,
                "2026-12-31T10:00",
                ["2027-01-31T10:00", "2027-02-28T10:00", "2027-03-31T10:00"],
            ),
            (
                Every::Month,
                30,
                "2027-12-30T10:00",
                ["2028-01-30T10:00", "2028-02-29T10:00", "2028-03-30T10:00"],
            ),
        ] {
            assert_eq!(series(rule(every, day), first, "Europe/Berlin", 3), expected, "{every:?} {first}");
        }
    }

    #[test]
    fn the_time_of_day_survives_both_changes_of_the_clocks() {
        for (first, expected) in [
            ("2026-03-27T10:00", ["2026-03-28T09:00:00Z", "2026-03-29T08:00:00Z", "2026-03-30T08:00:00Z"]),
            ("2026-10-23T10:00", ["2026-10-24T08:00:00Z", "2026-10-25T09:00:00Z", "2026-10-26T09:00:00Z"]),
            // 02:30 is left out on the 29th, and is 02:30 again on the 30th.
            ("2026-03-27T02:30", ["2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]),
        ] {
            let (mut due, mut found) = (due(first, "Europe/Berlin"), Vec::new());
            for _ in 0..3 {
                due = rule(Every::Day, 1).next(&due, due.at).unwrap().0;
                found.push(jiff::Timestamp::from_millisecond(due.at).unwrap().to_string());
            }
            assert_eq!(found, expected, "{first}");
        }
    }

    #[test]
    fn it_ends_by_day_or_number_and_skips_what_has_passed() {
        let until = Repeat { until: Some("2026-03-03".parse().unwrap()), ..rule(Every::Day, 1) };
        assert_eq!(series(until, "2026-03-01T10:00", "UTC", 9), ["2026-03-02T10:00", "2026-03-03T10:00"]);
        let three = Repeat { count: Some(3), ..rule(Every::Day, 1) };
        assert_eq!(series(three, "2026-03-01T10:00", "UTC", 9), ["2026-03-02T10:00", "2026-03-03T10:00"]);
        let (first, week_later) = (due("2026-03-01T10:00", "UTC"), due("2026-03-08T11:00", "UTC"));
        let (next, rest) =
            Repeat { count: Some(3), ..rule(Every::Day, 1) }.next(&first, week_later.at).unwrap();
        assert_eq!((next.text().as_str(), rest.count), ("2026-03-09T10:00", Some(2)));
    }

    proptest! {
        #[test]
        fn the_next_one_lies_ahead_at_the_same_time_of_day(
            minute in 0_i64..20_000_000, late in 0_i64..500_000, every in 0_usize..4,
            zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York"])) {
            let due = Due::instant(1_600_000_000_000_i64 + minute * 60_000, zone).unwrap();
            let repeat = rule(Every::ALL[every], due.local.day());
            let now = due.at + late * 60_000;
            let (next, _) = repeat.next(&due, now).unwrap();
            prop_assert!(next.at > now && next.at > due.at);
            prop_assert_eq!(next.local.time(), due.local.time());
            prop_assert!(next.at - now <= 32 * 86_400_000);
            if repeat.every == Every::Weekday {
                prop_assert!(!matches!(next.local.weekday(), Weekday::Saturday | Weekday::Sunday));
            }
        }
    }
}
