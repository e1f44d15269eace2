//! A circuit breaker: a relay that fails again and again is left in peace, and then tried with one letter.

use std::collections::VecDeque;

/// Failures in a row that open it.
const IN_A_ROW: u32 = 5;
/// Of so many outcomes, more than half failed, open it as well.
const LOOKED_AT: usize = 20;
/// How long it stays open at first; each failed probe doubles it.
const FIRST_PAUSE_MS: i64 = 30_000;
const LONGEST_PAUSE_MS: i64 = 10 * 60_000;

/// Whether a relay may be used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Breaker {
    last: VecDeque<bool>,
    in_a_row: u32,
    open: Option<Open>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Open {
    until: i64,
    pause: i64,
    /// One letter is under way to see whether the relay is well again; given up for lost at this instant.
    probing_until: Option<i64>,
}

/// A probe that nobody reported on is given up after this time.
const PROBE_MS: i64 = 5 * 60_000;

/// What a breaker says, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    Closed,
    Open,
    HalfOpen,
}

impl Breaker {
    /// Whether a letter may go: `Err` says when to ask again. The first after a pause is the probe.
    ///
    /// # Errors
    /// The instant until which the relay is left in peace.
    pub fn ask(&mut self, now: i64) -> Result<(), i64> {
        let Some(open) = &mut self.open else { return Ok(()) };
        if open.until > now {
            return Err(open.until);
        }
        match open.probing_until {
            Some(until) if until > now => Err(until.min(now + 1_000)),
            _ => {
                open.probing_until = Some(now + PROBE_MS);
                Ok(())
            }
        }
    }

    /// As [`Breaker::ask`], without taking the probe.
    #[must_use]
    pub fn free_at(&self, now: i64) -> i64 {
        match self.open {
            None => now,
            Some(Open { probing_until: Some(until), .. }) if until > now => until.min(now + 1_000),
            Some(open) => open.until.max(now),
        }
    }

    /// The relay did its work, whatever it said about the letter.
    pub fn succeeded(&mut self) {
        self.in_a_row = 0;
        self.open = None;
        self.note(true);
    }

    /// The relay did not do its work.
    pub fn failed(&mut self, now: i64) {
        self.note(false);
        self.in_a_row += 1;
        if let Some(open) = self.open {
            if open.probing_until.is_some() {
                let pause = (open.pause * 2).min(LONGEST_PAUSE_MS);
                self.open = Some(Open { until: now + pause, pause, probing_until: None });
            }
            return;
        }
        let failed = self.last.iter().filter(|good| !**good).count();
        if self.in_a_row >= IN_A_ROW || self.last.len() == LOOKED_AT && failed * 2 > LOOKED_AT {
            self.last.clear();
            let pause = FIRST_PAUSE_MS;
            self.open = Some(Open { until: now + pause, pause, probing_until: None });
        }
    }

    #[must_use]
    pub fn position(&self, now: i64) -> Position {
        match self.open {
            None => Position::Closed,
            Some(open) if open.until > now => Position::Open,
            Some(_) => Position::HalfOpen,
        }
    }

    /// When the relay failed last, if it has been let rest because of it and has not done its work since.
    #[must_use]
    pub fn failed_at(&self) -> Option<i64> {
        self.open.map(|open| open.until - open.pause)
    }

    fn note(&mut self, good: bool) {
        if self.last.len() == LOOKED_AT {
            self.last.pop_front();
        }
        self.last.push_back(good);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken() -> Breaker {
        let mut breaker = Breaker::default();
        (0..IN_A_ROW).for_each(|_| breaker.failed(0));
        breaker
    }

    #[test]
    fn failures_in_a_row_open_it_and_one_success_between_does_not() {
        let mut breaker = Breaker::default();
        for _ in 0..IN_A_ROW - 1 {
            breaker.failed(0);
        }
        breaker.succeeded();
        breaker.failed(0);
        assert_eq!(breaker.position(0), Position::Closed);
        assert_eq!(broken().position(0), Position::Open);
    }

    #[test]
    fn more_than_half_of_twenty_open_it() {
        let mut breaker = Breaker::default();
        for round in 0..LOOKED_AT {
            if round % 5 < 3 { breaker.failed(0) } else { breaker.succeeded() }
        }
        breaker.failed(0);
        assert_eq!(breaker.position(0), Position::Open);
    }

    #[test]
    fn after_the_pause_one_probe_goes_and_decides() {
        let mut breaker = broken();
        assert_eq!(breaker.ask(FIRST_PAUSE_MS - 1), Err(FIRST_PAUSE_MS));
        assert_eq!(breaker.ask(FIRST_PAUSE_MS), Ok(()));
        assert!(breaker.ask(FIRST_PAUSE_MS).is_err(), "a second probe");
        breaker.failed(FIRST_PAUSE_MS);
        assert_eq!(breaker.ask(FIRST_PAUSE_MS), Err(3 * FIRST_PAUSE_MS));
        assert_eq!(breaker.ask(3 * FIRST_PAUSE_MS), Ok(()));
        breaker.succeeded();
        assert_eq!(breaker.position(3 * FIRST_PAUSE_MS), Position::Closed);
    }

    #[test]
    fn pauses_double_up_to_ten_minutes_and_a_lost_probe_is_given_up() {
        let (mut breaker, mut now, mut pauses) = (broken(), 0, Vec::new());
        for _ in 0..7 {
            let until = breaker.free_at(now);
            pauses.push((until - now) / 1000);
            now = until;
            assert_eq!(breaker.ask(now), Ok(()));
            breaker.failed(now);
        }
        assert_eq!(pauses, [30, 60, 120, 240, 480, 600, 600]);
        let until = breaker.free_at(now);
        assert_eq!(breaker.ask(until), Ok(()));
        assert_eq!(breaker.ask(until + PROBE_MS), Ok(()));
    }
}
