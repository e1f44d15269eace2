//! Due times: an instant, and the local time and zone in which it was meant.
//!
//! Typed local time is kept, so that a repeated task comes at the same time of day on both sides of a daylight-saving
//! change. A local time that a change leaves out means what it would have meant without the change (02:30 is 03:30), one
//! that comes twice means the first (RFC 5545, 3.3.5).

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::domain::error::{Error, Fault, Result};

/// When something is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Unix ms.
    pub at: i64,
    /// What the clocks of `zone` show then, as it was typed; whole minutes.
    pub local: DateTime,
    /// The IANA name of the zone.
    pub zone: String,
}

/// Due times lie in these years.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=9000;

impl Due {
    /// What a local time means in a zone.
    #[must_use]
    pub fn local(local: DateTime, zone: &str) -> Option<Self> {
        let local = whole_minutes(local)?;
        let at = zone_of(zone).to_ambiguous_zoned(local).compatible().ok()?.timestamp().as_millisecond();
        Some(Self { at, local, zone: zone.to_owned() })
    }

    /// An instant, as the clocks of a zone show it.
    #[must_use]
    pub fn instant(at: i64, zone: &str) -> Option<Self> {
        let at = at.div_euclid(60_000) * 60_000;
        let local = zone_of(zone).to_datetime(Timestamp::from_millisecond(at).ok()?);
        Some(Self { at, local, zone: zone.to_owned() })
    }

    /// Reads what somebody typed: a date (with the time of day that it is now), a local time, or an instant with `Z` or an
    /// offset.
    ///
    /// # Errors
    /// `due` is named when it is none of these.
    pub fn read(text: &str, zone: &str, now: i64) -> Result<Self> {
        let text = text.trim();
        let is_bare_date = text.len() <= 10;
        let due = match (text.parse::<Timestamp>(), text.parse::<Date>(), text.parse::<DateTime>()) {
            (Ok(instant), ..) => Self::instant(instant.as_millisecond(), zone),
            (_, Ok(date), _) if is_bare_date => {
                let now = Self::instant(now, zone).map(|now| now.local.time());
                now.and_then(|time| Self::local(date.to_datetime(time), zone))
            }
            (_, _, Ok(local)) if !is_bare_date => Self::local(local, zone),
            _ => None,
        };
        let due = due.filter(|due| YEARS.contains(&due.local.year()) && due.at >= 0);
        due.ok_or_else(|| Error::field("due", Fault::NotAnInstant))
    }

    /// `2026-11-22T10:02`
    #[must_use]
    pub fn text(&self) -> String {
        local_text(self.local)
    }
}

/// `2026-11-22T10:02`
#[must_use]
pub fn local_text(local: DateTime) -> String {
    local.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// The inverse of [`local_text`].
#[must_use]
pub fn parse_local(text: &str) -> Option<DateTime> {
    text.parse().ok()
}

/// The zone of this name; UTC where the name is none that we know.
#[must_use]
pub fn zone_of(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

fn whole_minutes(local: DateTime) -> Option<DateTime> {
    local.with().second(0).subsec_nanosecond(0).build().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: &str = "2026-03-01T08:07:31Z";

    fn now() -> i64 {
        NOW.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn what_is_typed_means_an_instant() {
        for (text, zone, instant, local) in [
            ("2026-11-22T10:02", "UTC", "2026-11-22T10:02:00Z", "2026-11-22T10:02"),
            ("2026-11-22 10:02", "Europe/Berlin", "2026-11-22T09:02:00Z", "2026-11-22T10:02"),
            ("2026-11-22T10:02:59", "Asia/Kathmandu", "2026-11-22T04:17:00Z", "2026-11-22T10:02"),
            ("2026-11-22T10:02:00Z", "Asia/Kathmandu", "2026-11-22T10:02:00Z", "2026-11-22T15:47"),
            ("2026-11-22T10:02+02:00", "UTC", "2026-11-22T08:02:00Z", "2026-11-22T08:02"),
            // A date without a time takes the current time, as it is where it was typed.
            ("2026-11-22", "UTC", "2026-11-22T08:07:00Z", "2026-11-22T08:07"),
            ("2026-11-22", "Asia/Kathmandu", "2026-11-22T08:07:00Z", "2026-11-22T13:52"),
            // The hour that is left out, and the one that comes twice.
            ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00Z", "2026-03-29T02:30"),
            ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T02:30"),
            ("2028-02-29T23:59", "UTC", "2028-02-29T23:59:00Z", "2028-02-29T23:59"),
        ] {
            let due = Due::read(text, zone, now()).unwrap();
            let expected: Timestamp = instant.parse().unwrap();
            assert_eq!((due.at, due.text().as_str()), (expected.as_millisecond(), local), "{text} {zone}");
        }
    }

    #[test]
    fn what_names_no_time_is_refused() {
        for text in
            ["", "tomorrow", "2026-02-29", "2026-13-01T10:00", "10:02", "2026-11-22T25:00", "1969-01-01"]
        {
            assert_eq!(
                Due::read(text, "UTC", now()),
                Err(Error::field("due", Fault::NotAnInstant)),
                "{text:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_local_time_is_what_the_clock_shows_unless_it_is_left_out(
            minute in 0_i64..30_000_000, zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "Asia/Kathmandu",
                "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"])) {
            let shown = Due::instant(1_600_000_000_000_i64 + minute * 60_000, zone).unwrap();
            let typed = Due::local(shown.local, zone).unwrap();
            // The first of a time that comes twice; else the same.
            prop_assert!(typed.at <= shown.at && shown.at - typed.at <= 3_600_000 * 24);
            prop_assert_eq!(Due::instant(typed.at, zone).unwrap().local, shown.local);
            prop_assert_eq!(parse_local(&typed.text()), Some(typed.local));
        }
    }
}
