//! The cookies of the console and of the operator's pages: written, found, taken away. What they stand for is
//! `flows::credentials`' and `flows::operators`' to know.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::config::Settings;

/// Whose cookie. A browser may have both: neither is good for the other's doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    User,
    Operator,
}

impl Whose {
    /// The prefix makes browsers insist on `Secure`, `Path=/` and no `Domain`, so that no neighbour can plant one. Over
    /// plain HTTP browsers refuse it (everywhere but on loopback addresses).
    fn name(self, settings: &Settings) -> &'static str {
        match (self, settings.insecure_cookies) {
            (Self::User, false) => "__Host-bellwire",
            (Self::User, true) => "bellwire",
            (Self::Operator, false) => "__Host-bellwire-operator",
            (Self::Operator, true) => "bellwire-operator",
        }
    }

    /// Links in letters lead a user into the console; nothing leads an operator in from elsewhere.
    fn same_site(self) -> &'static str {
        match self {
            Self::User => "Lax",
            Self::Operator => "Strict",
        }
    }
}

/// The secret in the cookie of a call.
pub fn find<'a>(whose: Whose, headers: &'a HeaderMap, settings: &Settings) -> Option<&'a str> {
    let name = whose.name(settings);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(given, _)| *given == name).map(|(_, secret)| secret)
}

/// Headers that sign a browser in for `lifetime_s` seconds.
#[must_use]
pub fn set(whose: Whose, secret: &str, lifetime_s: i64, settings: &Settings) -> HeaderMap {
    headers(whose, &format!("{secret}; Max-Age={lifetime_s}"), settings)
}

/// Headers that sign a browser out.
#[must_use]
pub fn clear(whose: Whose, settings: &Settings) -> HeaderMap {
    headers(whose, "; Max-Age=0", settings)
}

fn headers(whose: Whose, value: &str, settings: &Settings) -> HeaderMap {
    let secure = if settings.insecure_cookies { "" } else { "; Secure" };
    let (name, same_site) = (whose.name(settings), whose.same_site());
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}{secure}");
    // Secrets are base64url, so the value is always fit for a header.
    let cookie = HeaderValue::try_from(cookie).ok();
    cookie.into_iter().map(|cookie| (header::SET_COOKIE, cookie)).collect()
}
