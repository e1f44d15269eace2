//! How often a rule failed in a row, by what it left behind: entries of the action log, and what it sent out of the house.

use std::collections::HashMap;

/// One thing that came of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// Which of the things that it does.
    pub of: String,
    /// Tells its runs apart; several things of one run, such as two requests, count as one.
    pub run: String,
    pub at: i64,
    pub failed: bool,
}

/// How often it failed in a row until now, latest first: of the things that it does, the one that does worst. What was
/// before `since`, when it was last changed, was another rule's failure.
#[must_use]
pub fn in_a_row(came: &[Came], since: i64) -> i64 {
    /// A thing that the rule does: its runs that failed, the last one of them, and whether it goes on.
    struct Row<'a> {
        failures: i64,
        run: &'a str,
        is_over: bool,
    }
    // A run that failed in one part failed, in whatever order its parts were written down.
    let failed: std::collections::HashSet<(&str, &str)> =
        came.iter().filter(|one| one.failed).map(|one| (one.of.as_str(), one.run.as_str())).collect();
    let mut rows: HashMap<&str, Row> = HashMap::new();
    for one in came.iter().filter(|one| one.at >= since) {
        let row = rows.entry(&one.of).or_insert(Row { failures: 0, run: "", is_over: false });
        if row.is_over || (row.failures > 0 && row.run == one.run) {
            continue;
        }
        if failed.contains(&(one.of.as_str(), one.run.as_str())) {
            row.failures += 1;
            row.run = &one.run;
        } else {
            row.is_over = true;
        }
    }
    rows.values().map(|row| row.failures).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `http!3` is the third run's request, which failed; the latest comes last here. A run's time is its number.
    fn count(came: &str, since: i64) -> i64 {
        let read = |word: &str| {
            let (of, run) = word.split_once(['!', '.']).unwrap();
            Came { of: of.into(), run: run.into(), at: run.parse().unwrap(), failed: word.contains('!') }
        };
        in_a_row(&came.split_whitespace().rev().map(read).collect::<Vec<_>>(), since)
    }

    #[test]
    fn failures_count_in_a_row_by_what_was_to_be_done() {
        for (came, since, expected) in [
            ("", 0, 0),
            ("http.1", 0, 0),
            ("http!1 http!2 http!3", 0, 3),
            ("http!1 http.2 http!3", 0, 1),
            ("http!1 http!2 http.3", 0, 0),
            // Another action works each time.
            ("task.1 http!1 task.2 http!2", 0, 2),
            // One of two requests fails each time.
            ("http.1 http!1 http!2 http.2", 0, 2),
            ("http!1 http!1 http!2 http!2", 0, 2),
            // It was changed since.
            ("http!1 http!2 http!3", 3, 1),
            ("http!1 http!2 http!3", 4, 0),
        ] {
            assert_eq!(count(came, since), expected, "{came} since {since}");
        }
    }
}
