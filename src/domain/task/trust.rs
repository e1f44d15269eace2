//! Whether the clocks can be trusted to fire reminders by.
//!
//! The wall clock says when, the steady clock how long. Where the two part by more than ten minutes between two looks,
//! somebody has set the wall clock, wrongly perhaps: a bad step of a week must not send a week of reminders. So firing waits
//! until the new time has stood for a minute. A wall clock that is set right again is believed at once.

/// Both clocks at one moment, in ms. The steady one begins anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub wall: i64,
    pub steady: i64,
}

/// Clocks that part by more are doubted.
pub const JUMP_MS: i64 = 10 * 60_000;
/// How long a new time must stand to be believed.
pub const CONFIRMED_MS: i64 = 60_000;

/// What is believed of the clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trust {
    /// Wall clock less steady clock, as believed.
    believed: i64,
    doubt: Option<Doubt>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Doubt {
    /// Wall clock less steady clock, as it is now.
    offset: i64,
    /// On the steady clock.
    since: i64,
}

impl Trust {
    #[must_use]
    pub fn new(first: Reading) -> Self {
        Self { believed: first.wall - first.steady, doubt: None }
    }

    /// What is believed after another look.
    #[must_use]
    pub fn look(self, now: Reading) -> Self {
        let offset = now.wall - now.steady;
        let agrees = |with: i64| (offset - with).abs() <= JUMP_MS;
        match self.doubt {
            // Clocks drift, and are slewed: followed.
            _ if agrees(self.believed) => Self { believed: offset, doubt: None },
            Some(doubt) if agrees(doubt.offset) && now.steady - doubt.since >= CONFIRMED_MS => {
                Self { believed: offset, doubt: None }
            }
            Some(doubt) if agrees(doubt.offset) => Self { doubt: Some(Doubt { offset, ..doubt }), ..self },
            _ => Self { doubt: Some(Doubt { offset, since: now.steady }), ..self },
        }
    }

    /// By how much the wall clock jumped, while that is doubted, in ms.
    #[must_use]
    pub fn doubted_jump(self) -> Option<i64> {
        self.doubt.map(|doubt| doubt.offset - self.believed)
    }

    /// How long until it may be believed, in ms of the steady clock.
    #[must_use]
    pub fn wait(self, steady: i64) -> Option<i64> {
        self.doubt.map(|doubt| (doubt.since + CONFIRMED_MS - steady).max(1))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;

    fn at(wall: i64, steady: i64) -> Reading {
        Reading { wall, steady }
    }

    #[test]
    fn a_jump_is_doubted_for_a_minute() {
        for jump in [3 * HOUR, -3 * HOUR, 10 * MINUTE + 1] {
            let trust = Trust::new(at(0, 0)).look(at(HOUR, HOUR));
            assert_eq!(trust.doubted_jump(), None);
            let trust = trust.look(at(HOUR + jump, HOUR));
            assert_eq!((trust.doubted_jump(), trust.wait(HOUR)), (Some(jump), Some(MINUTE)), "{jump}");
            let trust = trust.look(at(HOUR + jump + 59_000, HOUR + 59_000));
            assert_eq!((trust.doubted_jump(), trust.wait(HOUR + 59_000)), (Some(jump), Some(1_000)));
            let trust = trust.look(at(HOUR + jump + MINUTE, HOUR + MINUTE));
            assert_eq!(trust.doubted_jump(), None);
        }
    }

    #[test]
    fn set_right_again_is_believed_at_once_and_another_jump_is_another_doubt() {
        let doubted = Trust::new(at(0, 0)).look(at(7 * 24 * HOUR, 0));
        assert_eq!(doubted.look(at(30_000, 30_000)).doubted_jump(), None);
        let again = doubted.look(at(2 * HOUR + 50_000, 50_000));
        assert_eq!(again.wait(50_000), Some(MINUTE));
        // Ten minutes are no jump, nor is an hour in many small steps.
        let mut trust = Trust::new(at(0, 0)).look(at(10 * MINUTE, 0));
        for step in 0..60 {
            trust = trust.look(at(10 * MINUTE + step * MINUTE, 0));
            assert_eq!(trust.doubted_jump(), None);
        }
    }

    proptest! {
        #[test]
        fn time_that_merely_passes_is_never_doubted(steps in prop::collection::vec(0_i64..1_000_000_000, 1..50)) {
            let (mut trust, mut now) = (Trust::new(at(5, 0)), 0);
            for step in steps {
                now += step;
                trust = trust.look(at(now + 5, now));
                prop_assert_eq!(trust.doubted_jump(), None);
            }
        }
    }
}
