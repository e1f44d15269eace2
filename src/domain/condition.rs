//! What Bellwire watches of itself: the conditions that it knows, and when one begins and is over.
//!
//! Pure. When a relay fails, `mail::health` says, and when a rule keeps failing, `rule::failing`. A reading is bad, good, or neither; bad for long enough a condition begins, good for long enough it is over, so
//! that something that trembles at its limit is told once. Taking readings and telling people is `flows::watch`.

use super::kind::names;

names! {
    /// What can be wrong.
    ConditionCode {
        /// A relay refuses letters, or cannot be reached.
        RelayFailing = "relay_failing",
        /// The certificate of a relay ends soon.
        RelayCertificate = "relay_certificate",
        /// Letters wait because no relay is set.
        RelayMissing = "relay_missing",
        /// Letters were given up within the last day.
        LettersDead = "letters_dead",
        /// Addresses that letters came back from get none.
        AddressesSuspended = "addresses_suspended",
        DiskFull = "disk_full",
        /// The clocks of the machine do not agree.
        ClockOff = "clock_off",
        /// The database answers late.
        DatabaseSlow = "database_slow",
        /// Work that was due is not done.
        WorkOverdue = "work_overdue",
        /// Work was given up.
        WorkDead = "work_dead",
        /// The last backup was not made.
        BackupFailed = "backup_failed",
        /// The last good backup is too old.
        BackupLate = "backup_late",
        /// A trigger or a marketing rule does not get done what it is to do.
        RuleFailing = "rule_failing",
        /// An API key ends soon.
        KeyEnding = "key_ending",
        /// The vendor's feed was not believed.
        FeedRefused = "feed_refused",
    }
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// How old the last backup may be where nobody makes them by the clock: one a week, and a day to spare.
const BY_HAND_MS: i64 = 8 * DAY;

impl ConditionCode {
    /// Whether each node has it for itself: its machine's clock and disk, and how fast the database answers there.
    #[must_use]
    pub fn is_of_node(self) -> bool {
        matches!(self, Self::DiskFull | Self::ClockOff | Self::DatabaseSlow)
    }

    /// For how long it must be bad to begin, and good to be over, in ms.
    #[must_use]
    pub fn patience(self) -> (i64, i64) {
        match self {
            Self::RelayFailing => (3 * MINUTE, 3 * MINUTE),
            Self::RelayMissing => (10 * MINUTE, 0),
            Self::DiskFull => (0, 5 * MINUTE),
            Self::DatabaseSlow => (3 * MINUTE, 10 * MINUTE),
            Self::WorkOverdue => (MINUTE, 3 * MINUTE),
            Self::ClockOff
            | Self::LettersDead
            | Self::AddressesSuspended
            | Self::WorkDead
            | Self::RelayCertificate
            | Self::BackupFailed
            | Self::BackupLate
            | Self::RuleFailing
            | Self::KeyEnding
            | Self::FeedRefused => (0, 0),
        }
    }
}

/// What is bad, as the operator set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Free room on the disk, in percent.
    pub disk_percent: i64,
    /// How long the database may take for an answer, in ms.
    pub database_ms: i64,
    /// How late work may be, in seconds.
    pub work_s: i64,
    /// Letters of an account that may be given up within a day.
    pub letters: i64,
    /// How old the last good backup may be, in hours; 0: as [`Level::backup`] says.
    pub backup_h: i64,
    /// Failures of a rule in a row.
    pub rules: i64,
    /// Days before the end of a certificate or key.
    pub ending_days: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            disk_percent: 10,
            database_ms: 500,
            work_s: 120,
            letters: 0,
            backup_h: 0,
            rules: 5,
            ending_days: 14,
        }
    }
}

/// From when to when a certificate or a key is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Term {
    pub from: i64,
    pub until: i64,
}

/// How a reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Bad,
    /// Neither: what holds goes on, what does not does not begin.
    Between,
    Good,
}

impl Level {
    fn of(is_bad: bool, is_good: bool) -> Self {
        match (is_bad, is_good) {
            (true, _) => Self::Bad,
            (false, true) => Self::Good,
            (false, false) => Self::Between,
        }
    }

    /// Something that is there or not.
    #[must_use]
    pub fn when(is_bad: bool) -> Self {
        Self::of(is_bad, true)
    }

    #[must_use]
    pub fn disk(free_percent: i64, limits: &Limits) -> Self {
        Self::of(free_percent < limits.disk_percent, free_percent >= limits.disk_percent + 5)
    }

    #[must_use]
    pub fn database(took_ms: i64, limits: &Limits) -> Self {
        Self::of(took_ms > limits.database_ms, took_ms <= limits.database_ms / 2)
    }

    #[must_use]
    pub fn work(late_s: i64, limits: &Limits) -> Self {
        Self::of(late_s > limits.work_s, late_s <= limits.work_s / 2)
    }

    /// The age of the last good backup. `every` is how often this node makes one; `is_scheduled` says that the last one was
    /// made by the clock, on this node or another.
    #[must_use]
    pub fn backup(age_ms: i64, every_ms: Option<i64>, is_scheduled: bool, limits: &Limits) -> Self {
        match (limits.backup_h, every_ms) {
            (0, Some(every_ms)) => Self::when(age_ms > every_ms.saturating_mul(2)),
            // Only who makes them knows when one is late.
            (0, None) if is_scheduled => Self::Between,
            (0, None) => Self::when(age_ms > BY_HAND_MS),
            (hours, _) => Self::when(age_ms > hours.saturating_mul(HOUR)),
        }
    }

    /// Something that is good for a time: bad in its last days, or, of what is good for a short while only, in the last
    /// quarter of it. Whoever renews by the clock does so earlier.
    #[must_use]
    pub fn ending(term: Term, now: i64, limits: &Limits) -> Self {
        let days = limits.ending_days.saturating_mul(DAY);
        let last = days.min((term.until - term.from) / 4);
        Self::when(term.until - now <= last)
    }

    #[must_use]
    pub fn rule(failures: i64, limits: &Limits) -> Self {
        Self::of(failures >= limits.rules, failures == 0)
    }

    #[must_use]
    pub fn letters(dead: i64, limits: &Limits) -> Self {
        Self::when(dead > limits.letters)
    }
}

/// Since when readings are as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub level: Level,
    pub since: i64,
}

impl Seen {
    /// After another reading.
    #[must_use]
    pub fn next(earlier: Option<Self>, level: Level, now: i64) -> Self {
        earlier.filter(|earlier| earlier.level == level).unwrap_or(Self { level, since: now })
    }
}

/// What happens to a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Begins,
    Ends,
}

/// Whether a condition, which holds or not, begins or ends.
#[must_use]
pub fn turn(code: ConditionCode, holds: bool, seen: Seen, now: i64) -> Option<Turn> {
    let (to_begin, to_end) = code.patience();
    let lasted = now - seen.since;
    match seen.level {
        Level::Bad if !holds && lasted >= to_begin => Some(Turn::Begins),
        Level::Good if holds && lasted >= to_end => Some(Turn::Ends),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays readings, one a minute, and writes down in which minute something begins (+) or ends (-).
    fn play(code: ConditionCode, readings: &[Level]) -> Vec<String> {
        let (mut seen, mut holds, mut told) = (None, false, Vec::new());
        for (minute, level) in readings.iter().enumerate() {
            let now = minute as i64 * MINUTE;
            let next = Seen::next(seen, *level, now);
            if let Some(turn) = turn(code, holds, next, now) {
                holds = turn == Turn::Begins;
                told.push(format!("{}{minute}", if holds { '+' } else { '-' }));
            }
            seen = Some(next);
        }
        told
    }

    #[test]
    fn what_trembles_is_told_once() {
        use Level::{Bad, Between, Good};
        for (code, readings, expected) in [
            (ConditionCode::DiskFull, vec![Good, Bad, Between, Bad, Between, Bad], vec!["+1"]),
            (
                ConditionCode::DiskFull,
                vec![Bad, Good, Good, Bad, Good, Good, Good, Good, Good, Good],
                vec!["+0", "-9"],
            ),
            (ConditionCode::RelayFailing, vec![Bad, Bad, Good, Bad, Bad, Bad, Bad, Bad], vec!["+6"]),
            (ConditionCode::RelayMissing, vec![Bad; 11], vec!["+10"]),
            (ConditionCode::LettersDead, vec![Bad, Bad, Good, Good, Bad], vec!["+0", "-2", "+4"]),
            (ConditionCode::ClockOff, vec![Good, Good], vec![]),
        ] {
            assert_eq!(play(code, &readings), expected, "{code:?} {readings:?}");
        }
    }

    #[test]
    fn limits_have_room_between_bad_and_good() {
        let limits = Limits::default();
        let disk = [9, 10, 14, 15].map(|percent| Level::disk(percent, &limits));
        assert_eq!(disk, [Level::Bad, Level::Between, Level::Between, Level::Good]);
        let database = [501, 500, 251, 250].map(|ms| Level::database(ms, &limits));
        assert_eq!(database, [Level::Bad, Level::Between, Level::Between, Level::Good]);
        let work = [121, 120, 61, 60].map(|s| Level::work(s, &limits));
        assert_eq!(work, [Level::Bad, Level::Between, Level::Between, Level::Good]);
        assert_eq!([0, 1].map(|dead| Level::letters(dead, &limits)), [Level::Good, Level::Bad]);
        let rule = [5, 4, 1, 0].map(|failures| Level::rule(failures, &limits));
        assert_eq!(rule, [Level::Bad, Level::Between, Level::Between, Level::Good]);
    }

    #[test]
    fn a_backup_is_late_by_its_schedule_by_hand_or_as_the_operator_says() {
        let own = Limits { backup_h: 30, ..Limits::default() };
        for (hours, every, is_scheduled, limits, expected) in [
            (48, Some(24), true, Limits::default(), Level::Good),
            (49, Some(24), true, Limits::default(), Level::Bad),
            (49, Some(24), false, Limits::default(), Level::Bad),
            (1_000, None, true, Limits::default(), Level::Between),
            (8 * 24, None, false, Limits::default(), Level::Good),
            (8 * 24 + 1, None, false, Limits::default(), Level::Bad),
            (30, Some(24), true, own, Level::Good),
            (31, None, true, own, Level::Bad),
        ] {
            let level = Level::backup(hours * HOUR, every.map(|every| every * HOUR), is_scheduled, &limits);
            assert_eq!(level, expected, "{hours} h, every {every:?} h, scheduled: {is_scheduled}");
        }
    }

    #[test]
    fn what_ends_is_told_in_its_last_days() {
        for (lifetime, left, expected) in [
            (365, 15, Level::Good),
            (365, 14, Level::Bad),
            (365, -1, Level::Bad),
            // Renewed with half of its time left.
            (6, 3, Level::Good),
            (6, 1, Level::Bad),
            (20, 6, Level::Good),
            (20, 5, Level::Bad),
        ] {
            let term = Term { from: 0, until: lifetime * DAY };
            let level = Level::ending(term, (lifetime - left) * DAY, &Limits::default());
            assert_eq!(level, expected, "{left} of {lifetime} days left");
        }
    }
}
