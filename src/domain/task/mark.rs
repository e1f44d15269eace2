//! Marks: the wall-clock multiples of five minutes at which reminders fire.
//!
//! Every zone in use is a multiple of a quarter of an hour from UTC, so a multiple of five minutes of Unix time is one on
//! every wall clock, also in Kathmandu.

use super::RemindBefore;

/// From one mark to the next, in ms.
pub const MARK_MS: i64 = 5 * 60_000;

/// The last mark not after this instant.
#[must_use]
pub fn floor(at: i64) -> i64 {
    at.div_euclid(MARK_MS) * MARK_MS
}

/// The first mark not before this instant.
#[must_use]
pub fn ceil(at: i64) -> i64 {
    floor(at.saturating_add(MARK_MS - 1))
}

/// The mark at which a task is reminded of: the last one not after (due − remind before), so that nobody is told late; if
/// that has passed when the task is saved, the next one.
#[must_use]
pub fn reminder(due_at: i64, before: RemindBefore, saved_at: i64) -> i64 {
    let wanted = floor(due_at.saturating_sub(before.minutes() * 60_000));
    if wanted >= saved_at { wanted } else { ceil(saved_at) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn at(local: &str, zone: &str) -> i64 {
        let local: DateTime = local.parse().unwrap();
        TimeZone::get(zone).unwrap().to_zoned(local).unwrap().timestamp().as_millisecond()
    }

    #[test]
    fn a_reminder_belongs_to_the_last_mark_that_is_not_late() {
        for (zone, due, before, saved, mark) in [
            ("UTC", "2026-03-01T10:02", 0, "2026-03-01T08:00", "2026-03-01T10:00"),
            ("UTC", "2026-03-01T10:00", 0, "2026-03-01T08:00", "2026-03-01T10:00"),
            ("UTC", "2026-03-01T10:04", 5, "2026-03-01T08:00", "2026-03-01T09:55"),
            ("UTC", "2026-03-01T10:00", 1440, "2026-02-01T08:00", "2026-02-28T10:00"),
            // Leap day.
            ("UTC", "2028-03-01T00:00", 1440, "2028-01-01T00:00", "2028-02-29T00:00"),
            // Saved when its mark had passed: the next one takes it.
            ("UTC", "2026-03-01T10:02", 0, "2026-03-01T10:01", "2026-03-01T10:05"),
            ("UTC", "2026-03-01T10:02", 0, "2026-03-01T10:00", "2026-03-01T10:00"),
            ("UTC", "2026-03-01T10:02", 15, "2026-03-01T10:00", "2026-03-01T10:00"),
            ("UTC", "2025-03-01T10:02", 0, "2026-03-01T10:03", "2026-03-01T10:05"),
            // A quarter of an hour off the hour.
            ("Asia/Kathmandu", "2026-03-01T10:02", 0, "2026-03-01T08:00", "2026-03-01T10:00"),
            ("Asia/Kathmandu", "2026-03-01T10:02", 30, "2026-03-01T08:00", "2026-03-01T09:30"),
            // The hour that is left out, and the one that comes twice: minutes of time, not of the clock's face.
            ("Europe/Berlin", "2026-03-29T03:10", 30, "2026-03-28T08:00", "2026-03-29T01:40"),
            ("Europe/Berlin", "2026-10-25T03:10", 60, "2026-10-24T08:00", "2026-10-25T02:10"),
        ] {
            let before = RemindBefore::parse(before).unwrap();
            let found = reminder(at(due, zone), before, at(saved, zone));
            let expected = at(mark, zone);
            // Of the hour that comes twice the second is meant here: an hour before 03:10.
            let again = expected + 3_600_000;
            let fits = found == expected || (due == "2026-10-25T03:10" && found == again);
            assert!(fits, "{zone} {due} -{before:?} saved {saved}: {found} is not {expected}");
        }
    }

    #[test]
    fn marks_are_multiples_of_five_minutes_on_every_wall_clock() {
        for name in crate::domain::zone::names() {
            let zone = TimeZone::get(&name).unwrap();
            for day in 0..24 {
                let mark = ceil(1_767_225_600_000 + day * 15 * 86_400_000 + 7);
                let local = zone.to_datetime(jiff::Timestamp::from_millisecond(mark).unwrap());
                assert_eq!((local.minute() % 5, local.second()), (0, 0), "{name} {local}");
            }
        }
    }

    proptest! {
        #[test]
        fn never_late_unless_saved_too_late(due in 0_i64..4_000_000_000_000, saved in 0_i64..4_000_000_000_000,
            choice in 0_usize..8) {
            let before = RemindBefore::parse(RemindBefore::CHOICES[choice]).unwrap();
            let mark = reminder(due, before, saved);
            let wanted = due - before.minutes() * 60_000;
            prop_assert_eq!(mark % MARK_MS, 0);
            prop_assert!(mark >= saved);
            prop_assert!(mark <= wanted || mark - saved < MARK_MS, "late without need");
            prop_assert!(mark > wanted - MARK_MS, "earlier than need be");
        }

        #[test]
        fn the_mark_before_and_after_are_the_nearest(at in -4_000_000_000_000_i64..4_000_000_000_000) {
            prop_assert!(floor(at) <= at && at - floor(at) < MARK_MS);
            prop_assert!(ceil(at) >= at && ceil(at) - at < MARK_MS);
            prop_assert_eq!(ceil(floor(at)), floor(at));
        }
    }
}
