//! Who letters come from.

use serde::{Deserialize, Serialize};

use crate::domain::email::Email;
use crate::domain::error::{Error, Fault, Result};

/// Longest name of a sender, in characters.
pub const LONGEST_NAME: usize = 100;

/// Who a letter comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    pub name: String,
    pub address: String,
}

impl Sender {
    /// # Errors
    /// The faults of both fields.
    pub fn parse(name: &str, address: &str) -> Result<Self> {
        let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if name.chars().count() > LONGEST_NAME {
            return Err(Error::field("sender.name", Fault::TooLong(LONGEST_NAME)));
        }
        let address = Email::parse("sender.address", address)?;
        Ok(Self { name: name.trim().to_owned(), address: address.as_str().to_owned() })
    }

    /// `Name <address>` or the address alone, as people write it.
    ///
    /// # Errors
    /// As [`Sender::parse`].
    pub fn parse_line(line: &str) -> Result<Self> {
        match line.trim().strip_suffix('>').and_then(|line| line.split_once('<')) {
            Some((name, address)) => Self::parse(name.trim().trim_matches('"'), address),
            None => Self::parse("", line),
        }
    }

    /// What follows the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("localhost", |(_, domain)| domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_read_as_people_write_it() {
        for (line, name, address) in [
            ("bell@example.com", "", "bell@example.com"),
            ("Bell <bell@example.com>", "Bell", "bell@example.com"),
            ("\"Bell, Inc.\" <bell@example.com>", "Bell, Inc.", "bell@example.com"),
            ("Звонок <звон@пример.рф>", "Звонок", "звон@пример.рф"),
        ] {
            let expected = Sender { name: name.into(), address: address.into() };
            assert_eq!(Sender::parse_line(line), Ok(expected), "{line}");
        }
        for bad in ["", "Bell", "Bell <>", "<a@b> <c@d>", "a@b\r\nBcc: c@d"] {
            assert!(Sender::parse_line(bad).is_err(), "{bad}");
        }
        let quiet = Sender::parse("Bell\r\nBcc: x@y", "bell@example.com").unwrap();
        assert_eq!(quiet.name, "Bell  Bcc: x@y");
    }
}
