//! The pattern of `matches`: a regular expression whose time grows only with the text, bounded in size, so that no pattern
//! and no text holds up those that come after.

use regex::{Regex, RegexBuilder};

/// A compiled pattern and what a look with it costs.
#[derive(Debug)]
pub struct Pattern {
    written: String,
    regex: Regex,
    /// Its size in units of [`UNIT`], rounded up to a power of four.
    weight: u32,
}

/// The sizes that are tried, one after the other. The last one is the most that a pattern may need.
const UNIT: usize = 4 << 10;
const WEIGHTS: [u32; 4] = [1, 4, 16, 48];

impl Pattern {
    /// Reads `/…/flags`, or a bare pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(written: &str) -> Result<Self, String> {
        let (body, flags) = split(written);
        let mut reason = String::new();
        for weight in WEIGHTS {
            let mut builder = RegexBuilder::new(body);
            builder.size_limit(weight as usize * UNIT).nest_limit(50).dfa_size_limit(1 << 20);
            for flag in flags.chars() {
                match flag {
                    'i' => builder.case_insensitive(true),
                    'm' => builder.multi_line(true),
                    's' => builder.dot_matches_new_line(true),
                    'x' => builder.ignore_whitespace(true),
                    // Text is Unicode in any case.
                    'u' => &mut builder,
                    other => return Err(other.to_string()),
                };
            }
            match builder.build() {
                Ok(regex) => return Ok(Self { written: written.to_owned(), regex, weight }),
                Err(regex::Error::CompiledTooBig(_)) => "too large".clone_into(&mut reason),
                Err(error) => return Err(last_line(&error.to_string())),
            }
        }
        Err(reason)
    }

    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// What a look at so much text costs, in steps, were it the slowest of its size.
    #[must_use]
    pub fn steps(&self, text: &str) -> u32 {
        (text.len() as u32).saturating_mul(self.weight) / 8 + 1
    }
}

/// The pattern between its slashes and the flags behind; without slashes all is pattern.
fn split(written: &str) -> (&str, &str) {
    let inner = written.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    match inner {
        Some((body, flags)) if flags.chars().all(|c| c.is_ascii_alphabetic()) => (body, flags),
        _ => (written, ""),
    }
}

/// The library draws a picture of several lines; the last one says what is wrong.
fn last_line(text: &str) -> String {
    let line = text.lines().last().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}
