//! Days and times as an expression writes them: `date("01.01.2000")`, `date("2026-11-23 10:00")`, `date("today +3 days")`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::value::Value;

/// Whether [`read`] takes it.
#[must_use]
pub fn is_date(text: &str) -> bool {
    !read(text, 0, &TimeZone::UTC).is_null()
}

/// Whether it means another day tomorrow.
#[must_use]
pub fn is_relative(text: &str) -> bool {
    written(text, &TimeZone::UTC).is_none()
}

/// A day, a day with a time, or one that is counted from now; null if it is none of these.
#[must_use]
pub fn read(text: &str, now: i64, zone: &TimeZone) -> Value {
    match written(text, zone) {
        Some(value) => value,
        None => Value::or_null(relative(text, now, zone)),
    }
}

/// A day or time that is written out.
pub fn written(text: &str, zone: &TimeZone) -> Option<Value> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Value::Time(at.as_millisecond()));
    }
    let (day, time) = match text.split_once(['T', ' ']) {
        Some((day, time)) => (day, Some(time.trim())),
        None => (text, None),
    };
    let day = self::day(day)?;
    let Some(time) = time else { return Some(Value::Date(day)) };
    let time: jiff::civil::Time = time.parse().ok()?;
    let at = zone.to_timestamp(DateTime::from_parts(day, time)).ok()?;
    Some(Value::Time(at.as_millisecond()))
}

/// `2000-01-31` or `31.01.2000`.
fn day(text: &str) -> Option<Date> {
    if let [day, month, year] = text.split('.').collect::<Vec<_>>()[..] {
        let short = |text: &str| text.parse::<i8>().ok();
        return (year.len() == 4).then(|| Date::new(year.parse().ok()?, short(month)?, short(day)?).ok())?;
    }
    (text.len() == 10).then(|| text.parse().ok())?
}

/// `today`, `-2 days`, `tomorrow +3 hours`.
fn relative(text: &str, now: i64, zone: &TimeZone) -> Option<Value> {
    let mut words = text.trim();
    let local = zone.to_datetime(Timestamp::from_millisecond(now).ok()?);
    let mut at = local;
    let mut is_day = false;
    let word = words.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let days = match word {
        "now" | "" => None,
        "today" | "midnight" => Some(0),
        "tomorrow" => Some(1),
        "yesterday" => Some(-1),
        _ => return None,
    };
    if let Some(days) = days {
        let day = local.date().checked_add(jiff::Span::new().days(days)).ok()?;
        (at, is_day) = (day.to_datetime(jiff::civil::Time::midnight()), true);
    } else if words.is_empty() {
        return None;
    }
    words = words[word.len()..].trim_start();
    while !words.is_empty() {
        let (span, of_day, rest) = step(words)?;
        at = at.checked_add(span).ok()?;
        is_day &= of_day;
        words = rest.trim_start();
    }
    if is_day {
        return Some(Value::Date(at.date()));
    }
    Some(Value::Time(zone.to_timestamp(at).ok()?.as_millisecond()))
}

/// One `+3 days`, whether it keeps the time of day, and what follows.
fn step(words: &str) -> Option<(jiff::Span, bool, &str)> {
    let (sign, rest) = match words.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, words.strip_prefix('+').unwrap_or(words)),
    };
    let rest = rest.trim_start();
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let number = sign * rest[..digits].parse::<i64>().ok()?;
    let rest = rest[digits..].trim_start();
    let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let span = jiff::Span::new();
    let (span, of_day) = match rest[..letters].trim_end_matches('s') {
        "min" | "minute" => (span.try_minutes(number), false),
        "hour" => (span.try_hours(number), false),
        "day" => (span.try_days(number), true),
        "week" => (span.try_weeks(number), true),
        "month" => (span.try_months(number), true),
        "year" => (span.try_years(number), true),
        _ => return None,
    };
    Some((span.ok()?, of_day, &rest[letters..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday, 23 November 2026, 01:30 in Berlin.
    const NOW: i64 = 1_795_393_800_000;

    #[test]
    fn days_and_times_are_read_as_they_are_written() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        for (text, expected) in [
            ("01.01.2000", "2000-01-01"),
            ("1.2.2000", "2000-02-01"),
            ("2026-11-23", "2026-11-23"),
            ("2026-11-23 10:00", "2026-11-23T09:00:00Z"),
            ("23.11.2026 10:00", "2026-11-23T09:00:00Z"),
            ("2026-11-23T10:00:00+03:00", "2026-11-23T07:00:00Z"),
            ("now", "2026-11-23T00:30:00Z"),
            ("today", "2026-11-23"),
            ("yesterday", "2026-11-22"),
            ("tomorrow", "2026-11-24"),
            ("-2 days", "2026-11-21T00:30:00Z"),
            ("+1 month", "2026-12-23T00:30:00Z"),
            ("today +3 days", "2026-11-26"),
            ("today -1 week + 2days", "2026-11-18"),
            ("today +10 hours", "2026-11-23T09:00:00Z"),
            ("32.01.2000", ""),
            ("2000", ""),
            ("", ""),
            ("soon", ""),
            ("+3", ""),
            ("+99999999999999999999 days", ""),
            ("+9999999999 days", ""),
            ("today tomorrow", ""),
        ] {
            assert_eq!(read(text, NOW, &zone).to_text(100), expected, "{text}");
        }
    }
}
