//! A relay: where letters are handed in, and how.
//!
//! As a URL, for the operator: `smtp://user:password@mail.example:587` (STARTTLS), `smtps://…` (TLS from the first byte),
//! `smtp+plain://…` (neither; beyond this machine the choice is explicit that way). `?auth=login` or `xoauth2` in place of
//! the usual `plain`.

use std::fmt;

use super::super::error::{Error, Fault, Result};
use super::super::kind::names;

/// Relays that one account, or the server, may have.
pub const MOST: usize = 5;
/// How the ids of the server's own begin; no id that is made does.
const SERVERS: &str = "server-";
/// Longest host, user name and password, in characters.
const LONGEST: usize = 255;
const LONGEST_SECRET: usize = 4096;

names! {
    /// How the connection is kept from others.
    Security {
        /// In the open at first, then TLS; without it nothing is sent.
        Starttls = "starttls",
        /// TLS from the first byte.
        Tls = "tls",
        /// In the open: to this machine, or by explicit choice.
        Plain = "plain",
    }
}

names! {
    /// How we say who we are.
    Auth {
        None = "none",
        Plain = "plain",
        Login = "login",
        /// The secret is an access token.
        Xoauth2 = "xoauth2",
    }
}

/// A password or token; nothing shows it.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "none" } else { "***" })
    }
}

/// Where letters are handed in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Relay {
    /// Unique over all accounts; the server's own are called `server-1` and so on.
    pub id: String,
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// Whether `plain` is meant also for another machine.
    pub allow_plain: bool,
    pub auth: Auth,
    pub user: String,
    pub secret: Secret,
    /// The lowest is tried first.
    pub priority: i64,
}

impl Relay {
    /// Checks what a person entered; `at` is the relay's path in the request, such as `relays[0]`.
    ///
    /// # Errors
    /// The faults of all fields.
    pub fn check(self, at: &str) -> Result<Self> {
        let mut faults = Vec::new();
        let mut fault = |field: &str, fault| {
            let field = if at.is_empty() { field.to_owned() } else { format!("{at}.{field}") };
            faults.push(super::super::error::FieldError { field: field.into(), fault });
        };
        if self.host.is_empty() {
            fault("host", Fault::Required);
        } else if self.host.len() > LONGEST || !is_host(&self.host) {
            fault("host", Fault::NotAHost);
        }
        if self.port == 0 {
            fault("port", Fault::NotANumber);
        }
        if self.security == Security::Plain && !self.allow_plain && !is_loopback(&self.host) {
            fault("security", Fault::PlainRefused);
        }
        let given = |text: &str| !text.is_empty();
        if self.auth != Auth::None && !given(&self.user) {
            fault("user", Fault::Required);
        }
        if self.auth != Auth::None && !given(&self.secret.0) {
            fault("secret", Fault::Required);
        }
        if self.user.chars().count() > LONGEST || self.user.chars().any(char::is_control) {
            fault("user", Fault::TooLong(LONGEST));
        }
        if self.secret.0.len() > LONGEST_SECRET || self.secret.0.chars().any(char::is_control) {
            fault("secret", Fault::TooLong(LONGEST_SECRET));
        }
        if faults.is_empty() { Ok(self) } else { Err(Error::Invalid(faults)) }
    }

    /// Whether it is one of the server's own, set by its operator; all others are set by administrators of accounts.
    #[must_use]
    pub fn is_servers(&self) -> bool {
        self.id.starts_with(SERVERS)
    }

    /// `host:port`, for people.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// A name of letters, digits, hyphens and dots, or an address. Whether it exists only a connection can tell.
fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        let fits = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        !label.is_empty() && !label.starts_with('-') && label.chars().all(fits)
    };
    match bare(host) {
        address if address.contains(':') => {
            address.chars().all(|c| c.is_ascii_hexdigit() || c == ':' || c == '.')
        }
        name => name.split('.').all(label),
    }
}

/// Whether a host is this machine, by its name.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let host = bare(host);
    let octets: Vec<Option<u8>> = host.split('.').map(|octet| octet.parse().ok()).collect();
    let is_v4 = matches!(octets.as_slice(), [Some(127), Some(_), Some(_), Some(_)]);
    host.eq_ignore_ascii_case("localhost") || host == "::1" || is_v4
}

/// Without the brackets of a URL.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay() -> Relay {
        Relay {
            id: "r".into(),
            host: "mail.example".into(),
            port: 587,
            security: Security::Starttls,
            allow_plain: false,
            auth: Auth::Plain,
            user: "bell".into(),
            secret: Secret("s3cret".into()),
            priority: 1,
        }
    }

    fn faults(relay: Relay) -> Vec<String> {
        match relay.check("relays[1]") {
            Ok(_) => Vec::new(),
            Err(Error::Invalid(faults)) => faults.into_iter().map(|f| f.field.into_owned()).collect(),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_relay_names_each_field_that_does_not_fit() {
        assert_eq!(faults(relay()), [""; 0]);
        let bad =
            Relay { host: "a b".into(), port: 0, user: String::new(), secret: Secret::default(), ..relay() };
        assert_eq!(faults(bad), ["relays[1].host", "relays[1].port", "relays[1].user", "relays[1].secret"]);
        for host in ["", "x\r\ny", "mail..example", "http://mail", "-x", "a/b"] {
            assert_eq!(faults(Relay { host: host.into(), ..relay() }), ["relays[1].host"], "{host:?}");
        }
        for host in ["127.0.0.1", "[::1]", "::1", "почта.рф", "mail_1.intra"] {
            assert_eq!(faults(Relay { host: host.into(), ..relay() }), [""; 0], "{host:?}");
        }
    }

    #[test]
    fn plain_is_for_this_machine_or_by_choice() {
        let plain = |host: &str, allow_plain| {
            let plain = Relay { security: Security::Plain, host: host.into(), allow_plain, ..relay() };
            faults(plain).is_empty()
        };
        assert!(plain("127.0.0.1", false) && plain("[::1]", false) && plain("LocalHost", false));
        assert!(
            !plain("mail.example", false)
                && !plain("10.0.0.5", false)
                && !plain("localhost.evil.example", false)
        );
        assert!(!plain("127.evil.example", false) && !plain("127.0.0.1.evil", false) && !plain("::2", false));
        assert!(plain("mail.example", true));
    }

    #[test]
    fn no_secret_is_shown() {
        assert!(!format!("{:?}", relay()).contains("s3cret"));
    }
}
