//! How often, at what hours and how long after: what holds an occasion up.

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::kind::names;

names! {
    /// A period of the calendar.
    Per {
        Day = "day",
        Week = "week",
        Month = "month",
        Year = "year",
    }
}

/// How often a rule acts for one customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Frequency {
    Once {},
    EachTime {},
    /// Within a period of the calendar.
    Times {
        times: i64,
        per: Per,
    },
}

/// At most so many contacts with a customer in so many days, whatever rule they come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    pub times: i64,
    pub days: i64,
}

/// The hours at which a rule acts, by the account's clocks. One that ends before it begins goes over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    #[serde(serialize_with = "short")]
    #[schemars(with = "String")]
    pub from: Time,
    #[serde(serialize_with = "short")]
    #[schemars(with = "String")]
    pub to: Time,
}

/// Hours and minutes, as people write them.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn short<S: serde::Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{:02}:{:02}", time.hour(), time.minute()))
}

names! {
    When {
        AtOnce = "at_once",
        Before = "before",
        After = "after",
    }
}

names! {
    Unit {
        Minutes = "minutes",
        Hours = "hours",
        Days = "days",
    }
}

/// How long before or after its occasion a rule acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    pub when: When,
    #[serde(default)]
    pub amount: i64,
    #[serde(default = "minutes")]
    pub unit: Unit,
}

fn minutes() -> Unit {
    Unit::Minutes
}

/// What was done for a customer before, as instants in no order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Earlier {
    /// By this rule.
    pub runs: Vec<i64>,
    /// By all rules.
    pub contacts: Vec<i64>,
}

const DAY_MS: i64 = 86_400_000;

impl Default for Timing {
    fn default() -> Self {
        Self { when: When::AtOnce, amount: 0, unit: Unit::Minutes }
    }
}

impl Timing {
    fn ms(self) -> i64 {
        let unit = match self.unit {
            Unit::Minutes => 60_000,
            Unit::Hours => 3_600_000,
            Unit::Days => DAY_MS,
        };
        self.amount.saturating_mul(unit)
    }

    /// When an occasion is to be acted upon.
    #[must_use]
    pub fn due(self, at: i64) -> i64 {
        match self.when {
            When::AtOnce => at,
            When::Before => at.saturating_sub(self.ms()),
            When::After => at.saturating_add(self.ms()),
        }
    }

    /// How many days before its occasion, rounded up.
    #[must_use]
    pub fn lead_days(self) -> i64 {
        if self.when == When::Before { self.ms().saturating_add(DAY_MS - 1) / DAY_MS } else { 0 }
    }
}

impl Frequency {
    /// Whether it has acted as often as it may.
    #[must_use]
    pub fn refuses(self, runs: &[i64], now: i64, zone: &TimeZone) -> bool {
        match self {
            Self::Once {} => !runs.is_empty(),
            Self::EachTime {} => false,
            Self::Times { times, per } => {
                let since = begin(per, now, zone);
                runs.iter().filter(|at| **at >= since).count() as i64 >= times
            }
        }
    }
}

/// When the period of the calendar began that `now` is in. Weeks begin on Mondays.
fn begin(per: Per, now: i64, zone: &TimeZone) -> i64 {
    let Some(today) = local(now, zone).map(DateTime::date) else { return now };
    let first = match per {
        Per::Day => Ok(today),
        Per::Week => today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()),
        Per::Month => Ok(today.first_of_month()),
        Per::Year => Ok(today.first_of_year()),
    };
    first.ok().and_then(|date| instant(date.to_datetime(Time::midnight()), zone)).unwrap_or(now)
}

fn local(at: i64, zone: &TimeZone) -> Option<DateTime> {
    Some(zone.to_datetime(Timestamp::from_millisecond(at).ok()?))
}

fn instant(at: DateTime, zone: &TimeZone) -> Option<i64> {
    Some(zone.to_timestamp(at).ok()?.as_millisecond())
}

impl Cap {
    /// When he may hear from a rule again; none if he may now.
    #[must_use]
    pub fn free_at(self, contacts: &[i64], now: i64) -> Option<i64> {
        let span = self.days.saturating_mul(DAY_MS);
        let mut recent: Vec<i64> = contacts.iter().copied().filter(|at| *at > now - span).collect();
        recent.sort_unstable();
        let over = recent.len() as i64 - self.times;
        // So many of the oldest must grow older than the period that one more fits in.
        let last = usize::try_from(over).ok().and_then(|over| recent.get(over).copied());
        last.map(|at| at + span)
    }
}

impl Hours {
    fn is_open(self, time: Time) -> bool {
        if self.from <= self.to {
            self.from <= time && time < self.to
        } else {
            time >= self.from || time < self.to
        }
    }

    /// When the hours next begin; none if it is within them.
    #[must_use]
    pub fn opens_at(self, now: i64, zone: &TimeZone) -> Option<i64> {
        let here = local(now, zone)?;
        if self.is_open(here.time()) {
            return None;
        }
        let day = if here.time() < self.from { here.date() } else { here.date().tomorrow().ok()? };
        instant(day.to_datetime(self.from), zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::marketing::mechanic::{Mechanic, Occasion};
    use crate::domain::marketing::{Decision, Scenario, Why};

    fn zone() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    fn at(text: &str) -> i64 {
        instant(text.parse().unwrap(), &zone()).unwrap()
    }

    #[test]
    fn periods_are_the_calendars() {
        let times = |times, per| Frequency::Times { times, per };
        for (frequency, runs, now, refused) in [
            (Frequency::Once {}, vec![], "2026-11-23T10:00", false),
            (Frequency::Once {}, vec!["2020-01-01T10:00"], "2026-11-23T10:00", true),
            (Frequency::EachTime {}, vec!["2026-11-23T09:59"], "2026-11-23T10:00", false),
            (times(1, Per::Year), vec!["2026-01-01T00:00"], "2026-12-31T23:59", true),
            (times(1, Per::Year), vec!["2026-12-31T23:59"], "2027-01-01T00:00", false),
            (times(2, Per::Month), vec!["2026-11-01T00:00"], "2026-11-23T10:00", false),
            (times(2, Per::Month), vec!["2026-11-01T00:00", "2026-11-02T00:00"], "2026-11-23T10:00", true),
            (times(1, Per::Week), vec!["2026-11-22T23:00"], "2026-11-23T00:00", false),
            (times(1, Per::Week), vec!["2026-11-23T00:00"], "2026-11-29T23:00", true),
            (times(1, Per::Day), vec!["2026-11-22T23:59"], "2026-11-23T00:00", false),
            // The day on which the clocks go back is twenty-five hours long.
            (times(1, Per::Day), vec!["2026-10-25T00:00"], "2026-10-25T23:59", true),
        ] {
            let runs: Vec<i64> = runs.into_iter().map(at).collect();
            assert_eq!(frequency.refuses(&runs, at(now), &zone()), refused, "{frequency:?} {now}");
        }
    }

    #[test]
    fn a_cap_frees_when_enough_is_old_enough() {
        let cap = Cap { times: 2, days: 7 };
        for (contacts, expected) in [
            (vec![], None),
            (vec!["2026-11-22T10:00"], None),
            (vec!["2026-11-22T10:00", "2026-11-20T10:00"], Some("2026-11-27T10:00")),
            (vec!["2026-11-22T10:00", "2026-11-16T10:00"], None),
            (vec!["2026-11-18T10:00", "2026-11-22T10:00", "2026-11-20T10:00"], Some("2026-11-27T10:00")),
        ] {
            let contacts: Vec<i64> = contacts.into_iter().map(at).collect();
            assert_eq!(cap.free_at(&contacts, at("2026-11-23T10:00")), expected.map(at), "{contacts:?}");
        }
    }

    #[test]
    fn hours_open_by_the_clocks_of_the_account() {
        let hours = |from: &str, to: &str| Hours { from: from.parse().unwrap(), to: to.parse().unwrap() };
        for (hours, now, expected) in [
            (hours("09:00", "20:00"), "2026-11-23T09:00", None),
            (hours("09:00", "20:00"), "2026-11-23T19:59", None),
            (hours("09:00", "20:00"), "2026-11-23T08:59", Some("2026-11-23T09:00")),
            (hours("09:00", "20:00"), "2026-11-23T20:00", Some("2026-11-24T09:00")),
            (hours("22:00", "02:00"), "2026-11-23T01:59", None),
            (hours("22:00", "02:00"), "2026-11-23T12:00", Some("2026-11-23T22:00")),
            // 02:30 does not exist on that night; the hours begin when the clocks have gone forward.
            (hours("02:30", "05:00"), "2026-03-29T01:00", Some("2026-03-29T03:30")),
        ] {
            assert_eq!(hours.opens_at(at(now), &zone()), expected.map(at), "{now}");
        }
    }

    fn scenario(json: serde_json::Value) -> Scenario {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_decision_says_when_or_why_not() {
        let rule = scenario(serde_json::json!({
            "mechanic": {"type": "segment_entered"}, "frequency": {"type": "times", "times": 1, "per": "year"},
            "cap": {"times": 1, "days": 1}, "window": {"from": "09:00", "to": "20:00"},
            "timing": {"when": "after", "amount": 2, "unit": "hours"}, "retry_h": 24,
        }));
        assert_eq!(rule.mechanic, Mechanic::SegmentEntered {});
        let wait = |until: &str, why| Decision::Wait { until: at(until), why };
        for (name, occasion, runs, contacts, now, expected) in [
            ("now", "2026-11-23T10:00", "", "", "2026-11-23T12:00", Decision::Act),
            ("early", "2026-11-23T10:00", "", "", "2026-11-23T11:00", wait("2026-11-23T12:00", Why::NotYet)),
            (
                "night",
                "2026-11-23T19:00",
                "",
                "",
                "2026-11-23T21:00",
                wait("2026-11-24T09:00", Why::OutsideHours),
            ),
            (
                "twice",
                "2026-11-23T10:00",
                "2026-02-01T10:00",
                "",
                "2026-11-23T12:00",
                Decision::Skip(Why::TooOften),
            ),
            (
                "capped",
                "2026-11-23T10:00",
                "",
                "2026-11-23T09:00",
                "2026-11-23T12:00",
                wait("2026-11-24T09:00", Why::Capped),
            ),
            (
                "too late",
                "2026-11-23T07:00",
                "",
                "2026-11-24T08:00",
                "2026-11-24T08:30",
                Decision::Skip(Why::Expired),
            ),
            ("over", "2026-11-21T10:00", "", "", "2026-11-23T12:00", Decision::Skip(Why::Expired)),
        ] {
            let list = |text: &str| if text.is_empty() { Vec::new() } else { vec![at(text)] };
            let earlier = Earlier { runs: list(runs), contacts: list(contacts) };
            let occasion = Occasion { period: String::new(), at: at(occasion) };
            let decided = rule.decide(&occasion, true, &earlier, at(now), &zone());
            assert_eq!(decided, expected, "{name}");
            let elsewhere = rule.decide(&occasion, false, &earlier, at(now), &zone());
            assert_eq!(elsewhere, Decision::Skip(Why::NotInSegment), "{name}");
        }
    }
}
