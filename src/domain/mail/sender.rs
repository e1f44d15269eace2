//! Who letters come from, and how they look: the account's choice of name, address, colour, logo and footer.

use serde::{Deserialize, Serialize};

use crate::domain::email::Email;
use crate::domain::error::{Error, Fault, Result};

/// Longest name of a sender, in characters.
pub const LONGEST_NAME: usize = 100;
/// Longest footer, in characters.
pub const LONGEST_FOOTER: usize = 1_000;
/// Longest logo, as a data URL, in bytes: it goes with every letter.
pub const LONGEST_LOGO: usize = 48 * 1024;

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

/// How an account's letters look.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Branding {
    /// `#rrggbb`.
    pub colour: Option<String>,
    /// A small picture inside the letter: a data URL of a PNG, JPEG or GIF.
    pub logo: Option<String>,
    /// Plain text beneath every letter.
    pub footer: Option<String>,
}

impl Branding {
    /// Checked, with empty texts as none.
    ///
    /// # Errors
    /// The fault of the first field that does not fit.
    pub fn parse(self) -> Result<Self> {
        let given = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        let (colour, logo, footer) = (given(self.colour), given(self.logo), given(self.footer));
        let is_colour = |text: &str| {
            text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|b| b.is_ascii_hexdigit())
        };
        if colour.as_deref().is_some_and(|text| !text.is_ascii() || !is_colour(text)) {
            return Err(Error::field("branding.colour", Fault::NotAChoice("#rrggbb")));
        }
        let kinds = ["data:image/png;base64,", "data:image/jpeg;base64,", "data:image/gif;base64,"];
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"+/=".contains(&b);
        let is_picture = |text: &str| {
            kinds.iter().any(|kind| text.strip_prefix(kind).is_some_and(|data| data.bytes().all(plain)))
        };
        match &logo {
            Some(text) if text.len() > LONGEST_LOGO => {
                return Err(Error::field("branding.logo", Fault::TooLong(LONGEST_LOGO)));
            }
            Some(text) if !is_picture(text) => {
                return Err(Error::field("branding.logo", Fault::NotAChoice("data:image/png;base64,…")));
            }
            _ => {}
        }
        if footer.as_deref().is_some_and(|text| text.chars().count() > LONGEST_FOOTER) {
            return Err(Error::field("branding.footer", Fault::TooLong(LONGEST_FOOTER)));
        }
        Ok(Self { colour, logo, footer })
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

    #[test]
    fn a_look_is_a_colour_a_small_picture_and_a_text() {
        let look = |colour: &str, logo: &str, footer: &str| {
            let given = |text: &str| Some(text.to_owned());
            Branding { colour: given(colour), logo: given(logo), footer: given(footer) }.parse()
        };
        assert_eq!(look(" ", "", ""), Ok(Branding::default()));
        assert!(look("#12abEF", "data:image/png;base64,AAA=", "Lamps & Co").is_ok());
        for colour in ["red", "#123", "#12345g", "#1234567", "#12345é"] {
            assert!(look(colour, "", "").is_err(), "{colour}");
        }
        for logo in ["https://x/y.png", "data:image/svg+xml;base64,AA", "data:image/png;base64,A\"><b>"] {
            assert!(look("", logo, "").is_err(), "{logo}");
        }
        assert!(look("", &format!("data:image/png;base64,{}", "A".repeat(LONGEST_LOGO)), "").is_err());
        assert!(look("", "", &"x".repeat(LONGEST_FOOTER + 1)).is_err());
    }
}
