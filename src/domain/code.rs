//! Symbolic codes of accounts and groups.

use super::error::{Error, Fault, Result};

/// A symbolic code: 1–64 lower-case letters, digits, `-` and `_`, beginning with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Code(String);

impl Code {
    const LONGEST: usize = 64;

    /// # Errors
    /// `field` is named with the fault.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        let fault = match text.trim() {
            "" => Fault::Required,
            code if code.len() > Self::LONGEST => Fault::TooLong(Self::LONGEST),
            code if code.starts_with(['-', '_']) || !code.chars().all(good) => Fault::BadCode,
            code => return Ok(Self(code.to_owned())),
        };
        Err(Error::field(field, fault))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name that people read: trimmed, 1–`max` characters, no control characters.
///
/// # Errors
/// `field` is named with the fault.
pub fn name(field: &'static str, text: &str, max: usize) -> Result<String> {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::field(field, Fault::Required));
    }
    if text.chars().count() > max {
        return Err(Error::field(field, Fault::TooLong(max)));
    }
    Ok(text.to_owned())
}

/// The form of a text in which it is searched: lower case by Unicode, because SQLite's `lower` knows only ASCII.
#[must_use]
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}
