//! The kinds of work: everything that is still to be done after a commit. One mechanism, one table of kinds.

use super::kind::names;

names! {
    /// What a row of work asks for; `subject` is the id that it is about.
    WorkKind {
        /// Find out whom an event concerns and write their inbox rows (`flows::route`).
        Route = "route",
        /// Take a notification off every screen, because it was recalled (`flows::withdraw`).
        Withdraw = "withdraw",
        /// The same, because its time is over.
        Expire = "expire",
        /// Withdraw items about records that their readers no longer see (`flows::sight`); the subject is `user:ID` or
        /// `record:ID`.
        Sight = "sight",
        /// Remind of a task at a mark (`flows::remind`); the progress is how often that was done.
        Remind = "remind",
        /// An item's snooze is over (`flows::snooze`); the subject is `USER/ITEM`.
        Wake = "wake",
        /// Withdraw reminders whose reason is gone (`flows::retire`); the subject is `task:ID` or `user:ID`.
        Retire = "retire",
        /// An announcement was changed: what stands of it says so (`flows::announcements`).
        Renew = "renew",
        /// Somebody joined while announcements stand (`flows::announcements`); the subject is his id.
        Welcome = "welcome",
        /// Run the triggers that listen to an event (`flows::rules`).
        Rules = "rules",
        /// Do what a rule put off (`flows::rules::later`).
        Later = "later",
        /// A schedule ticks (`flows::rules::schedule`); the subject is the trigger.
        Tick = "tick",
        /// Tell triggers which tasks are due (`flows::rules::task_clock`); the subject is empty, the progress the last mark.
        TaskMark = "task_mark",
        /// A marketing rule looks at the next customers (`flows::marketing::sweep`); the progress is the number of the last one.
        Marketing = "marketing",
        /// Look again at an occasion that waits (`flows::marketing::runs`); the subject is its run.
        Occasion = "occasion",
        /// Count who is in a segment (`flows::marketing::counting`); the progress is the number of the last customer.
        Segment = "segment",
    }
}

/// How long a claimed piece of work is left to its worker, in ms.
pub const LEASE_MS: i64 = 60_000;
/// Failures after which a piece of work is put aside as dead, with its reason.
pub const MOST_ATTEMPTS: i64 = 8;

/// How long to wait after the n-th failure (from 1), in ms: 1 s, doubling to 2 minutes.
#[must_use]
pub fn retry_after_ms(attempt: i64) -> i64 {
    (1000 << attempt.clamp(1, 8).saturating_sub(1)).min(120_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_two_minutes() {
        let waits: Vec<i64> = (0..=9).map(retry_after_ms).collect();
        assert_eq!(waits, [1000, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 120_000, 120_000]);
    }
}
