//! Addresses that letters come back from. Three permanent refusals within a week suspend one, for all kinds of letters
//! and until a date, so that nobody is written off for ever without noticing.

const DAY_MS: i64 = 24 * 3_600_000;
/// Refusals that are counted together.
pub const WINDOW_MS: i64 = 7 * DAY_MS;
/// As many suspend.
pub const MOST: i64 = 3;
/// How long an address is left in peace.
pub const SUSPENDED_MS: i64 = 30 * DAY_MS;

/// What is known of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    pub bounces: i64,
    pub first_bounce_at: i64,
    pub last_bounce_at: i64,
    pub suspended_at: Option<i64>,
    pub suspended_until: Option<i64>,
}

impl Standing {
    #[must_use]
    pub fn is_suspended(&self, now: i64) -> bool {
        self.suspended_until.is_some_and(|until| until > now)
    }

    /// After one more letter came back.
    #[must_use]
    pub fn bounced(self, now: i64) -> Self {
        let anew = self.bounces == 0
            || now - self.first_bounce_at > WINDOW_MS
            || self.suspended_until.is_some_and(|until| until <= now);
        let counted = if anew {
            Self { bounces: 1, first_bounce_at: now, last_bounce_at: now, ..Self::default() }
        } else {
            Self { bounces: self.bounces + 1, last_bounce_at: now, ..self }
        };
        if counted.bounces < MOST || counted.suspended_until.is_some() {
            return counted;
        }
        Self { suspended_at: Some(now), suspended_until: Some(now + SUSPENDED_MS), ..counted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(days: &[i64]) -> Standing {
        days.iter().fold(Standing::default(), |standing, day| standing.bounced(day * DAY_MS))
    }

    #[test]
    fn three_within_a_week_suspend_until_a_date() {
        for (days, suspended) in [
            (vec![1], false),
            (vec![1, 2], false),
            (vec![1, 2, 3], true),
            (vec![1, 5, 8], true),
            (vec![1, 5, 9], false),
            (vec![1, 2, 9, 10], false),
            (vec![1, 2, 9, 10, 11], true),
        ] {
            let last = days.last().unwrap() * DAY_MS;
            assert_eq!(after(&days).is_suspended(last), suspended, "{days:?}");
        }
    }

    #[test]
    fn a_suspension_ends_by_itself_and_the_count_begins_anew() {
        let suspended = after(&[1, 1, 1]);
        let end = suspended.suspended_until.unwrap();
        assert!(suspended.is_suspended(end - 1) && !suspended.is_suspended(end));
        let again = suspended.bounced(end);
        assert_eq!((again.bounces, again.suspended_until), (1, None));
    }
}
