//! How long to wait before the next try, and how long to go on trying at all.

use crate::domain::kind::Kind;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Waits after the first refusals; the last one is repeated.
const WAITS_MS: [i64; 8] = [
    MINUTE_MS,
    5 * MINUTE_MS,
    15 * MINUTE_MS,
    30 * MINUTE_MS,
    HOUR_MS,
    2 * HOUR_MS,
    4 * HOUR_MS,
    8 * HOUR_MS,
];

/// How long to wait after the n-th refusal (from 1), in ms. `roll` (0 up to 1) spreads the tries: from three quarters of
/// the wait to all of it, so that a relay that comes back does not get everything in one moment.
#[must_use]
pub fn back_off_ms(tries: i64, roll: f64) -> i64 {
    let index = usize::try_from(tries.max(1) - 1).unwrap_or(usize::MAX).min(WAITS_MS.len() - 1);
    let wait = WAITS_MS[index];
    wait - ((wait / 4) as f64 * roll.clamp(0.0, 1.0)) as i64
}

/// How long a letter of this kind is worth sending, in ms.
#[must_use]
pub fn worth_ms(kind: Kind) -> i64 {
    match kind {
        Kind::Task => 4 * HOUR_MS,
        Kind::OneTime | Kind::System | Kind::Custom => 24 * HOUR_MS,
        Kind::Announcement => 72 * HOUR_MS,
    }
}

/// When a letter is given up: after the time of its kind, or with its notification, which may expire sooner. `begins_at` is
/// when it may first be sent.
#[must_use]
pub fn expires_at(kind: Kind, begins_at: i64, notification: Option<i64>) -> i64 {
    let by_kind = begins_at + worth_ms(kind);
    notification.map_or(by_kind, |at| at.min(by_kind))
}

/// When to try again, or `None` when the letter would be too late by then. The last try is at the end itself, so that a
/// short-lived letter has more than one chance.
#[must_use]
pub fn next_at(now: i64, tries: i64, roll: f64, expires_at: i64) -> Option<i64> {
    (now < expires_at).then(|| (now + back_off_ms(tries, roll)).min(expires_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_eight_hours_and_are_spread() {
        let minutes: Vec<i64> = (0..=10).map(|n| back_off_ms(n, 0.0) / MINUTE_MS).collect();
        assert_eq!(minutes, [1, 1, 5, 15, 30, 60, 120, 240, 480, 480, 480]);
        for tries in 1..=9 {
            let (most, least) = (back_off_ms(tries, 0.0), back_off_ms(tries, 1.0));
            assert_eq!(least, most - most / 4);
            assert!((least..=most).contains(&back_off_ms(tries, 0.37)));
        }
    }

    #[test]
    fn each_kind_has_its_time_and_a_notification_may_cut_it() {
        let hours = |kind| worth_ms(kind) / HOUR_MS;
        assert_eq!(Kind::ALL.iter().map(|kind| hours(*kind)).collect::<Vec<_>>(), [4, 24, 24, 24, 72]);
        assert_eq!(expires_at(Kind::Task, 10, None), 10 + 4 * HOUR_MS);
        assert_eq!(expires_at(Kind::Task, 10, Some(99)), 99);
        assert_eq!(expires_at(Kind::Task, 10, Some(i64::MAX)), 10 + 4 * HOUR_MS);
    }

    #[test]
    fn tries_end_with_the_letters_time() {
        let end = 4 * HOUR_MS;
        let (mut now, mut tries, mut at) = (0, 0, Vec::new());
        while let Some(next) = next_at(now, tries + 1, 0.0, end) {
            (now, tries) = (next, tries + 1);
            at.push(now / MINUTE_MS);
        }
        assert_eq!(at, [1, 6, 21, 51, 111, 231, 240]);
    }
}
