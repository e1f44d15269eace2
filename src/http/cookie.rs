//! The console's cookie: written, found, taken away. What it stands for is `flows::credentials`' to know.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::config::Settings;

/// The prefix makes browsers insist on `Secure`, `Path=/` and no `Domain`, so that no neighbour can plant one.
const NAME: &str = "__Host-bellwire";
/// Over plain HTTP browsers refuse the prefix (everywhere but on loopback addresses).
const INSECURE_NAME: &str = "bellwire";

/// The secret in the cookie of a call.
pub fn find<'a>(headers: &'a HeaderMap, settings: &Settings) -> Option<&'a str> {
    let name = name(settings);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(given, _)| *given == name).map(|(_, secret)| secret)
}

/// Headers that sign a browser in for `lifetime_s` seconds.
#[must_use]
pub fn set(secret: &str, lifetime_s: i64, settings: &Settings) -> HeaderMap {
    headers(&format!("{}={secret}; Max-Age={lifetime_s}", name(settings)), settings)
}

/// Headers that sign a browser out.
#[must_use]
pub fn clear(settings: &Settings) -> HeaderMap {
    headers(&format!("{}=; Max-Age=0", name(settings)), settings)
}

fn name(settings: &Settings) -> &'static str {
    if settings.insecure_cookies { INSECURE_NAME } else { NAME }
}

fn headers(cookie: &str, settings: &Settings) -> HeaderMap {
    let secure = if settings.insecure_cookies { "" } else { "; Secure" };
    let cookie = format!("{cookie}; Path=/; HttpOnly; SameSite=Lax{secure}");
    // Secrets are base64url, so the value is always fit for a header.
    let cookie = HeaderValue::try_from(cookie).ok();
    cookie.into_iter().map(|cookie| (header::SET_COOKIE, cookie)).collect()
}
