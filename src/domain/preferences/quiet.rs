//! Quiet hours: from one local time to another, each day, in a zone.
//!
//! Decided by instants and not by the hands of the clock, so that the hour which daylight saving repeats is quiet once
//! and as a whole, and the hour that it skips ends what would have ended in it.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::{Deserialize, Serialize};

use crate::domain::error::{Error, Fault, Result};
use crate::domain::faults::both;
use crate::domain::zone::Zone;

/// Quiet hours as they are written: `22:00` and `08:00`, and an IANA zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "QuietHours")]
pub struct Hours {
    pub from: String,
    pub to: String,
    pub zone: String,
}

/// Quiet hours. Those that end before they begin last over midnight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Hours", into = "Hours")]
pub struct Quiet {
    from: Time,
    to: Time,
    zone: Zone,
}

impl Quiet {
    /// # Errors
    /// `quiet.from`, `quiet.to` or `quiet.zone` is named.
    pub fn parse(hours: &Hours) -> Result<Self> {
        let times = both(time("quiet.from", &hours.from), time("quiet.to", &hours.to));
        let ((from, to), zone) = both(times, Zone::parse("quiet.zone", &hours.zone))?;
        if from == to {
            return Err(Error::field("quiet.to", Fault::SameTime));
        }
        Ok(Self { from, to, zone })
    }

    /// The end of the quiet hours that `now` lies in.
    #[must_use]
    pub fn until(&self, now: i64) -> Option<i64> {
        let zone = TimeZone::get(self.zone.as_str()).ok()?;
        let today = Timestamp::from_millisecond(now).ok()?.to_zoned(zone.clone()).date();
        let over_midnight = self.from > self.to;
        [today.yesterday().ok(), Some(today)].into_iter().flatten().find_map(|day| {
            let last = if over_midnight { day.tomorrow().ok()? } else { day };
            let from = instant(&zone, day.to_datetime(self.from), Fold::First)?;
            let to = instant(&zone, last.to_datetime(self.to), Fold::Second)?;
            (from <= now && now < to).then_some(to)
        })
    }
}

/// Which of the two instants of a local time that daylight saving repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fold {
    First,
    Second,
}

/// The instant of a local time; of one that is skipped, the moment of skipping.
fn instant(zone: &TimeZone, at: DateTime, fold: Fold) -> Option<i64> {
    let offset = match zone.to_ambiguous_timestamp(at).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Fold { before, .. } if fold == Fold::First => before,
        AmbiguousOffset::Fold { after, .. } => after,
        AmbiguousOffset::Gap { before, .. } => {
            let after_it =
                before.to_timestamp(at).ok()?.checked_add(jiff::SignedDuration::from_secs(1)).ok()?;
            return Some(zone.preceding(after_it).next()?.timestamp().as_millisecond());
        }
    };
    offset.to_timestamp(at).ok().map(Timestamp::as_millisecond)
}

/// A time of day as `09:30`; nothing shorter and nothing longer.
fn time(field: &'static str, text: &str) -> Result<Time> {
    let fault = || Error::field(field, Fault::NotATime);
    let (hours, minutes) = text.trim().split_once(':').ok_or_else(fault)?;
    let number = |digits: &str| {
        let good = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        good.then(|| digits.parse::<i8>().ok()).flatten()
    };
    let (hours, minutes) = number(hours).zip(number(minutes)).ok_or_else(fault)?;
    Time::new(hours, minutes, 0, 0).map_err(|_| fault())
}

impl TryFrom<Hours> for Quiet {
    type Error = Error;

    fn try_from(hours: Hours) -> Result<Self> {
        Self::parse(&hours)
    }
}

impl From<Quiet> for Hours {
    fn from(quiet: Quiet) -> Self {
        let written = |time: Time| time.strftime("%H:%M").to_string();
        Self { from: written(quiet.from), to: written(quiet.to), zone: quiet.zone.as_str().to_owned() }
    }
}
