//! When a schedule ticks: the five fields of crontab, by the clocks of a zone.
//!
//! Written here and not taken from a crate, because what matters are the two nights of the year: a fixed hour ticks once on
//! each day, also on the day that lacks it (then as late as clocks jump) and on the day that has it twice (then the first
//! time). Where the hour is `*`, real time counts: what ticks every ten minutes does so all night long.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Both day fields are limits: then either suffices, as crontab has it.
    either_day: bool,
    every_hour: bool,
}

const NAMES_OF_MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const NAMES_OF_DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// Days that are looked through for the next tick: 29 February comes at least every eight years.
const HORIZON_DAYS: i32 = 9 * 366;

impl Cron {
    /// Reads five fields: minute, hour, day of the month, month, day of the week. `None`: it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = match text.trim() {
            "@hourly" => "0 * * * *",
            "@daily" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            other => other,
        };
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else { return None };
        let weekdays = field(weekday, 0, 7, &NAMES_OF_DAYS, 0)?;
        let cron = Self {
            minutes: field(minute, 0, 59, &[], 0)?,
            hours: field(hour, 0, 23, &[], 0)?,
            days: field(day, 1, 31, &[], 0)?,
            months: field(month, 1, 12, &NAMES_OF_MONTHS, 1)?,
            // Seven is Sunday as well.
            weekdays: (weekdays | weekdays >> 7) & 0x7f,
            either_day: !day.starts_with('*') && !weekday.starts_with('*'),
            every_hour: hour.starts_with('*'),
        };
        // A day that no month has never comes.
        cron.next(0, &TimeZone::UTC).map(|_| cron)
    }

    /// The first tick after `after` (Unix ms).
    #[must_use]
    pub fn next(&self, after: i64, zone: &TimeZone) -> Option<i64> {
        let begin = Timestamp::from_millisecond(after).ok()?.to_zoned(zone.clone());
        let mut date = begin.date();
        for _ in 0..HORIZON_DAYS {
            if self.is_on(date)
                && let Some(at) = self.on_day(date, after, zone)
            {
                return Some(at);
            }
            date = date.checked_add(1.day()).ok()?;
        }
        None
    }

    fn is_on(&self, date: Date) -> bool {
        let has = |set: u64, n: i8| set >> n & 1 == 1;
        let day = has(self.days, date.day());
        let weekday = has(self.weekdays, date.weekday().to_sunday_zero_offset());
        has(self.months, date.month()) && if self.either_day { day || weekday } else { day && weekday }
    }

    /// The first tick of a day that comes after `after`.
    fn on_day(&self, date: Date, after: i64, zone: &TimeZone) -> Option<i64> {
        let mut first: Option<i64> = None;
        for hour in (0..24).filter(|hour| self.hours >> hour & 1 == 1) {
            for minute in (0..60).filter(|minute| self.minutes >> minute & 1 == 1) {
                let time = date.to_datetime(Time::new(hour, minute, 0, 0).ok()?);
                let ambiguous = zone.to_ambiguous_timestamp(time);
                let mut instants = Vec::with_capacity(2);
                if self.every_hour && ambiguous.is_ambiguous() {
                    // A time that does not exist is no tick; one that comes twice is two.
                    let gap = matches!(ambiguous.offset(), jiff::tz::AmbiguousOffset::Gap { .. });
                    if !gap {
                        instants.extend(zone.to_ambiguous_timestamp(time).earlier().ok());
                        instants.extend(ambiguous.later().ok());
                    }
                } else {
                    instants.extend(ambiguous.compatible().ok());
                }
                let later = instants.into_iter().map(Timestamp::as_millisecond).filter(|at| *at > after);
                first = first.into_iter().chain(later).min();
            }
        }
        first
    }
}

/// The numbers of one field as bits.
fn field(text: &str, least: u32, most: u32, names: &[&str], first_name: u32) -> Option<u64> {
    let number = |text: &str| -> Option<u32> {
        let named = names.iter().position(|name| text.eq_ignore_ascii_case(name));
        let number = named.map_or_else(|| text.parse().ok(), |place| Some(place as u32 + first_name))?;
        (least..=most).contains(&number).then_some(number)
    };
    let mut bits = 0;
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<u32>().ok().filter(|step| *step > 0)?)),
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (number(from)?, number(to)?),
            // `5/10` begins at five and goes on.
            None => (number(range)?, if step.is_some() { most } else { number(range)? }),
        };
        if from > to {
            return None;
        }
        for n in (from..=to).step_by(step.unwrap_or(1) as usize) {
            bits |= 1 << n;
        }
    }
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    /// The next ticks after a local time, as local times.
    fn ticks(cron: &str, after: &str, zone_name: &str, count: usize) -> Vec<String> {
        let (cron, zone) = (Cron::parse(cron).unwrap(), zone(zone_name));
        let after: Timestamp = after.parse().unwrap();
        let mut at = after.as_millisecond();
        (0..count)
            .map(|_| {
                at = cron.next(at, &zone).unwrap();
                Timestamp::from_millisecond(at)
                    .unwrap()
                    .to_zoned(zone.clone())
                    .strftime("%a %m-%d %H:%M%:z")
                    .to_string()
            })
            .collect()
    }

    #[test]
    fn fields_mean_what_crontab_says() {
        let utc = |cron, count| ticks(cron, "2026-03-01T08:00:00Z", "UTC", count);
        assert_eq!(utc("0 9 * * 1-5", 2), ["Mon 03-02 09:00+00:00", "Tue 03-03 09:00+00:00"]);
        assert_eq!(
            utc("*/20 * * * *", 3),
            ["Sun 03-01 08:20+00:00", "Sun 03-01 08:40+00:00", "Sun 03-01 09:00+00:00"]
        );
        assert_eq!(utc("0 0 1,15 * *", 2), ["Sun 03-15 00:00+00:00", "Wed 04-01 00:00+00:00"]);
        assert_eq!(utc("30 8 13 * fri", 2), ["Fri 03-06 08:30+00:00", "Fri 03-13 08:30+00:00"], "either day");
        assert_eq!(utc("0 12 29 feb *", 1), ["Tue 02-29 12:00+00:00"]);
        assert_eq!(utc("0 0 * * 7", 1), ["Sun 03-08 00:00+00:00"]);
    }

    #[test]
    fn the_two_nights_of_the_year_have_each_tick_once() {
        let berlin = |cron, after, count| ticks(cron, after, "Europe/Berlin", count);
        // Clocks go from 02:00 to 03:00: half past two comes as late as they jump.
        assert_eq!(
            berlin("30 2 * * *", "2026-03-28T12:00:00Z", 2),
            ["Sun 03-29 03:30+02:00", "Mon 03-30 02:30+02:00"]
        );
        // Clocks go from 03:00 to 02:00: half past two comes once.
        assert_eq!(
            berlin("30 2 * * *", "2026-10-24T12:00:00Z", 2),
            ["Sun 10-25 02:30+02:00", "Mon 10-26 02:30+01:00"]
        );
        assert_eq!(
            berlin("0 * * * *", "2026-10-24T23:30:00Z", 3),
            ["Sun 10-25 02:00+02:00", "Sun 10-25 02:00+01:00", "Sun 10-25 03:00+01:00"]
        );
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for bad in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "*/0 * * * *",
            "5-1 * * * *",
            "a * * * *",
            "0 0 31 2 *",
        ] {
            assert_eq!(Cron::parse(bad), None, "{bad}");
        }
    }
}
