//! What was said between us and a relay, kept for the people who must find out why a letter did not arrive. No secrets,
//! no letters, and bounded, whatever the other side says.

use serde::{Deserialize, Serialize};

use crate::domain::kind::names;

names! {
    /// Who said it.
    Side {
        /// We, the client.
        Client = "c",
        /// The relay.
        Server = "s",
    }
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Line {
    /// `c`: we; `s`: the relay.
    pub dir: Side,
    pub line: String,
}

/// Lines that are kept of one conversation.
const MOST_LINES: usize = 60;
/// Characters that are kept of a line.
const MOST_CHARACTERS: usize = 300;

/// The lines of one conversation, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dialogue(Vec<Line>);

impl Dialogue {
    pub fn push(&mut self, dir: Side, text: &str) {
        if self.0.len() < MOST_LINES {
            let shown = |c: char| if c.is_control() { '\u{fffd}' } else { c };
            let line = text.chars().take(MOST_CHARACTERS).map(shown).collect();
            self.0.push(Line { dir, line });
        }
    }

    pub fn append(&mut self, mut other: Self) {
        other.0.truncate(MOST_LINES.saturating_sub(self.0.len()));
        self.0.append(&mut other.0);
    }

    /// Forgets what was said so far.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.0
    }

    #[must_use]
    pub fn into_lines(self) -> Vec<Line> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_and_shows_no_control_characters() {
        let mut dialogue = Dialogue::default();
        for _ in 0..100 {
            dialogue.push(Side::Server, &"\u{1b}x".repeat(1000));
        }
        assert_eq!(dialogue.lines().len(), MOST_LINES);
        assert_eq!(dialogue.lines()[0].line.chars().count(), MOST_CHARACTERS);
        assert!(dialogue.lines()[0].line.starts_with("\u{fffd}x"));
        let mut other = Dialogue::default();
        other.push(Side::Client, "EHLO");
        dialogue.append(other);
        assert_eq!(dialogue.lines().len(), MOST_LINES);
    }
}
