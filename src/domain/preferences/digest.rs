//! When the mails of a digest go out: by the reader's clock on the wall, also where it is moved.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::domain::kind::names;

/// The hour of the day at which daily digests go out, local time.
const HOUR: i8 = 9;
const HOUR_MS: i64 = 3_600_000;

names! {
    /// How often gathered mails go out.
    Digest {
        Off = "off",
        /// At each full hour.
        Hourly = "hourly",
        /// At 9:00.
        Daily = "daily",
        /// At 9:00 from Monday to Friday.
        Weekdays = "weekdays",
    }
}

impl Digest {
    /// The first time after `now` at which a digest goes out; none when there is no digest. A zone that is unknown
    /// counts as UTC.
    #[must_use]
    pub fn next(self, now: i64, zone: &str) -> Option<i64> {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let local = Timestamp::from_millisecond(now).ok()?.to_zoned(zone.clone());
        match self {
            Self::Off => None,
            Self::Hourly => {
                // Where the zone is some minutes off, so are its full hours.
                let into = i64::from(local.minute()) * 60_000
                    + i64::from(local.second()) * 1_000
                    + i64::from(local.millisecond());
                Some(now + HOUR_MS - into)
            }
            Self::Daily | Self::Weekdays => {
                let mut day = local.date();
                // A week and a day hold a time that fits, whatever day this is.
                for _ in 0..8 {
                    let works = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
                    let at = day.at(HOUR, 0, 0, 0).to_zoned(zone.clone()).ok()?.timestamp();
                    if at.as_millisecond() > now && (works || self == Self::Daily) {
                        return Some(at.as_millisecond());
                    }
                    day = day.checked_add(1.day()).ok()?;
                }
                None
            }
        }
    }
}
