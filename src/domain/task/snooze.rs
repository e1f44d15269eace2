//! Until when an item sleeps: always until a mark, so that it stands again together with what fires then.

use jiff::Span;
use jiff::civil::time;

use super::due::{Due, zone_of};
use super::mark;
use crate::domain::error::{Error, Fault, Result};

/// How long somebody wants to be left alone by an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Snooze {
    Minutes(i64),
    /// Nine o'clock of the next day, where he is.
    Tomorrow,
    /// Unix ms.
    Until(i64),
}

/// What `for` may be.
const CHOICES: &str = "5m, 15m, 30m, 1h, tomorrow";
/// Nothing sleeps longer, in ms.
const LONGEST: i64 = 366 * 24 * 3_600_000;

impl Snooze {
    /// # Errors
    /// `for` is named when it is none of the choices.
    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "5m" => Ok(Self::Minutes(5)),
            "15m" => Ok(Self::Minutes(15)),
            "30m" => Ok(Self::Minutes(30)),
            "1h" => Ok(Self::Minutes(60)),
            "tomorrow" => Ok(Self::Tomorrow),
            _ => Err(Error::field("for", Fault::NotAChoice(CHOICES))),
        }
    }

    /// The mark at which the item stands again.
    ///
    /// # Errors
    /// `until` is named when it has passed, or is more than a year away.
    pub fn until(self, now: i64, zone: &str) -> Result<i64> {
        let wanted = match self {
            Self::Minutes(minutes) => now + minutes * 60_000,
            Self::Tomorrow => nine_tomorrow(now, zone).unwrap_or(now + 24 * 3_600_000),
            Self::Until(at) if at <= now => return Err(Error::field("until", Fault::InThePast)),
            Self::Until(at) if at - now > LONGEST => {
                return Err(Error::field("until", Fault::NotAnInstant));
            }
            Self::Until(at) => at,
        };
        Ok(mark::ceil(wanted))
    }
}

fn nine_tomorrow(now: i64, zone: &str) -> Option<i64> {
    let today = zone_of(zone).to_datetime(jiff::Timestamp::from_millisecond(now).ok()?).date();
    let tomorrow = today.checked_add(Span::new().days(1)).ok()?;
    Some(Due::local(tomorrow.to_datetime(time(9, 0, 0, 0)), zone)?.at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn an_item_sleeps_until_a_mark() {
        for (text, zone, now, until) in [
            ("5m", "UTC", "2026-03-01T10:00:00Z", "2026-03-01T10:05:00Z"),
            ("5m", "UTC", "2026-03-01T10:01:10Z", "2026-03-01T10:10:00Z"),
            ("1h", "UTC", "2026-03-01T23:59:59Z", "2026-03-02T01:00:00Z"),
            ("tomorrow", "UTC", "2026-03-01T00:00:00Z", "2026-03-02T09:00:00Z"),
            ("tomorrow", "Asia/Kathmandu", "2026-03-01T18:20:00Z", "2026-03-03T03:15:00Z"),
            // A day of 23 hours, and one of 25.
            ("tomorrow", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T07:00:00Z"),
            ("tomorrow", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T08:00:00Z"),
        ] {
            let found = Snooze::parse(text).unwrap().until(ms(now), zone);
            assert_eq!(found, Ok(ms(until)), "{text} {zone} {now}");
        }
        assert!(Snooze::parse("2h").is_err());
        assert!(Snooze::Until(10).until(10, "UTC").is_err());
        assert!(Snooze::Until(10 + LONGEST + 1).until(10, "UTC").is_err());
    }

    proptest! {
        #[test]
        fn never_shorter_than_asked_for(now in 0_i64..4_000_000_000_000, minutes in 1_i64..10_000) {
            let until = Snooze::Minutes(minutes).until(now, "UTC").unwrap();
            prop_assert_eq!(until % mark::MARK_MS, 0);
            prop_assert!((0..mark::MARK_MS).contains(&(until - now - minutes * 60_000)));
        }
    }
}
