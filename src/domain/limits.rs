//! What the operator allows an account, and how calls are counted against it.

use serde::{Deserialize, Serialize};

use super::error::{Error, Fault, Result};

/// No value: no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AccountLimits {
    /// Users that are not removed.
    pub users: Option<i64>,
    /// Writes of records, events, tasks and notifications; each line of a batch is one.
    pub events_per_minute: Option<i64>,
    /// Calls of any sort, by keys, tokens and at the console.
    pub calls_per_minute: Option<i64>,
}

/// The highest number that anybody can mean.
const MOST: i64 = 1_000_000_000;

impl AccountLimits {
    /// # Errors
    /// Names the limit that is not between 1 and a thousand million.
    pub fn check(self) -> Result<Self> {
        for (field, value) in [
            ("users", self.users),
            ("events_per_minute", self.events_per_minute),
            ("calls_per_minute", self.calls_per_minute),
        ] {
            if value.is_some_and(|value| !(1..=MOST).contains(&value)) {
                return Err(Error::field(field, Fault::NotBetween(1, MOST)));
            }
        }
        Ok(self)
    }
}

const MINUTE_NS: i128 = 60_000_000_000;

/// A bucket that refills evenly: so many in a minute, and so many at once when it is full. It remembers one instant, the
/// time at which it will be full again, in nanoseconds of the caller's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bucket(i128);

impl Bucket {
    /// Takes `count` out. `Err`: the seconds until there is room; nothing was taken then.
    ///
    /// # Errors
    /// There is too little in it. More than a minute's worth at once is let in when it is full, so that a large batch is not
    /// refused for ever.
    pub fn take(&mut self, per_minute: i64, count: i64, now_ns: i128) -> Result<(), u64> {
        let cost = MINUTE_NS / i128::from(per_minute.max(1)) * i128::from(count);
        let full_at = self.0.max(now_ns);
        let over = full_at + cost.min(MINUTE_NS) - now_ns - MINUTE_NS;
        if over > 0 {
            let seconds = (over + 999_999_999) / 1_000_000_000;
            return Err(u64::try_from(seconds).unwrap_or(60));
        }
        self.0 = full_at + cost;
        Ok(())
    }

    /// Whether it is full, and so not worth remembering.
    #[must_use]
    pub fn is_full(&self, now_ns: i128) -> bool {
        self.0 <= now_ns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i128 = 1_000_000_000;

    #[test]
    fn a_bucket_gives_a_minutes_worth_at_once_and_refills_evenly() {
        let mut bucket = Bucket::default();
        assert_eq!((0..100).filter(|_| bucket.take(60, 1, 0).is_ok()).count(), 60);
        assert_eq!(bucket.take(60, 1, 0), Err(1));
        assert_eq!(bucket.take(60, 10, 0), Err(10));
        assert_eq!((0..100).filter(|_| bucket.take(60, 1, 5 * SECOND).is_ok()).count(), 5);
        assert!(!bucket.is_full(5 * SECOND) && bucket.is_full(65 * SECOND));
    }

    #[test]
    fn a_batch_that_is_larger_than_the_bucket_goes_when_it_is_full_and_is_paid_for() {
        let mut bucket = Bucket::default();
        assert_eq!(bucket.take(10, 500, 0), Ok(()));
        assert_eq!(bucket.take(10, 1, 60 * SECOND), Err(2_886));
        assert_eq!(bucket.take(10, 1, 3_000 * SECOND), Ok(()));
    }

    #[test]
    fn limits_are_at_least_one() {
        let limits = AccountLimits { users: Some(0), ..AccountLimits::default() };
        assert!(matches!(limits.check(), Err(Error::Invalid(_))));
        assert!(AccountLimits { users: Some(1), ..AccountLimits::default() }.check().is_ok());
    }
}
