//! E-mail addresses of users.

use super::error::{Error, Fault, Result};

/// An e-mail address: one `@`, no spaces or control characters, at most 254 octets (RFC 5321, 4.5.3.1.3). Whether it
/// exists only a letter can tell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// # Errors
    /// `field` is named with the fault.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Error::field(field, Fault::Required));
        }
        let good = text.len() <= 254
            && text.split_once('@').is_some_and(|(local, domain)| {
                !local.is_empty()
                    && local.len() <= 64
                    && !domain.is_empty()
                    && !domain.contains('@')
                    && !domain.starts_with('.')
                    && !domain.ends_with('.')
                    && !domain.contains("..")
            })
            && !text.chars().any(|c| c.is_control() || c.is_whitespace() || "<>()[],;:\\\"".contains(c));
        if good { Ok(Self(text.to_owned())) } else { Err(Error::field(field, Fault::NotAnEmail)) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What must be unique within an account, and what is looked up: the address without regard to case.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["a@b.c", "Ann.Lee+x@example.com", "иван@пример.рф", "o'neil@localhost"] {
            assert!(Email::parse("email", good).is_ok(), "{good}");
        }
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c.d", "a@b..c", "a@.b", "a@b\r\nBcc: x@y", "<a@b.c>"] {
            assert!(Email::parse("email", bad).is_err(), "{bad}");
        }
    }
}
