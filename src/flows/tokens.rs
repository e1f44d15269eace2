//! Users' tokens: a server with a key makes one for a browser, which then is that user for some minutes.
//!
//! A token is `bwt_`, its claims, a dot, and an HMAC-SHA256 over the claims as they are written. There is one
//! algorithm and one key, so nothing in a token chooses how it is checked. It names the user's generation; sign-out
//! everywhere, lock, removal, and a password or role change raise that.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde::{Deserialize, Serialize};

use super::Ctx;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::id::Account;
use crate::store::{standing, users};

/// What every token begins with, so that scanners know one when they see it.
pub const PREFIX: &str = "bwt_";
/// Longer than any token of ours; nothing longer is decoded.
const LONGEST: usize = 512;
const DEFAULT_TTL_S: i64 = 900;
const SHORTEST_TTL_S: i64 = 60;
const LONGEST_TTL_S: i64 = 3600;

/// What a token says; the names are short because the token travels with each request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    #[serde(rename = "a")]
    pub account: i64,
    #[serde(rename = "u")]
    pub user: String,
    #[serde(rename = "g")]
    pub generation: i64,
    /// Unix ms.
    #[serde(rename = "e")]
    pub expires_at: i64,
}

/// A token and the end of its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    pub token: String,
    pub expires_at: i64,
}

/// Makes a token for a user, named by id or e-mail address.
///
/// # Errors
/// A fault of `user` or `ttl_s`. A locked user is as unknown as one who never was.
pub async fn issue(ctx: &Ctx, account: Account, user: String, ttl_s: Option<i64>) -> Result<Issued> {
    let ttl_s = ttl_s.unwrap_or(DEFAULT_TTL_S);
    if !(SHORTEST_TTL_S..=LONGEST_TTL_S).contains(&ttl_s) {
        return Err(Error::field("ttl_s", Fault::NotAChoice("60–3600")));
    }
    let now = ctx.now();
    let standing = ctx
        .store
        .read(move |tx| {
            let unknown = || Error::field("user", Fault::UnknownUser(user.clone()));
            let found = users::find_by_email_or_id(tx, account, &user)?.ok_or_else(unknown)?;
            let standing = standing::find(tx, account, found.id.as_str())?;
            standing.filter(|standing| !standing.is_shut_out).ok_or_else(unknown)
        })
        .await?;
    let expires_at = now + ttl_s * 1000;
    let claims = Claims {
        account: account.0,
        user: standing.user.to_string(),
        generation: standing.generation,
        expires_at,
    };
    Ok(Issued { token: seal(&ctx.token_key, &claims)?, expires_at })
}

fn seal(key: &hmac::Key, claims: &Claims) -> Result<String> {
    let json = serde_json::to_vec(claims).map_err(|e| Error::internal(e.to_string()))?;
    let claims = URL_SAFE_NO_PAD.encode(json);
    let tag = URL_SAFE_NO_PAD.encode(hmac::sign(key, claims.as_bytes()));
    Ok(format!("{PREFIX}{claims}.{tag}"))
}

/// The claims of a token that we made and whose time is not over. The tag is checked before anything is read.
pub(super) fn open(key: &hmac::Key, token: &str, now: i64) -> Option<Claims> {
    let (claims, tag) = token.strip_prefix(PREFIX).filter(|t| t.len() <= LONGEST)?.split_once('.')?;
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    hmac::verify(key, claims.as_bytes(), &tag).ok()?;
    let json = URL_SAFE_NO_PAD.decode(claims).ok()?;
    serde_json::from_slice::<Claims>(&json).ok().filter(|claims| claims.expires_at > now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_token_of_ours_in_its_time_opens() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"ours");
        let other = hmac::Key::new(hmac::HMAC_SHA256, b"theirs");
        let claims = Claims { account: 1, user: "u".into(), generation: 3, expires_at: 1000 };
        let token = seal(&key, &claims).unwrap();
        assert_eq!(open(&key, &token, 999), Some(claims.clone()));
        assert_eq!(open(&key, &token, 1000), None, "its time is over");
        assert_eq!(open(&other, &token, 0), None, "another key");
        for place in PREFIX.len()..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(open(&key, &changed, 0), None, "changed at {place}");
            assert_eq!(open(&key, &token[..place], 0), None, "cut at {place}");
        }
    }

    #[test]
    fn claims_are_read_strictly() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"ours");
        for json in [
            r#"{"a":1,"u":"u","g":3,"e":"9999"}"#,
            r#"{"a":1,"u":"u","g":3}"#,
            r#"{"a":1,"u":"u","g":3,"e":9999,"x":1}"#,
            r#"{"a":1.5,"u":"u","g":3,"e":9999}"#,
            "[]",
        ] {
            let claims = URL_SAFE_NO_PAD.encode(json);
            let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&key, claims.as_bytes()));
            assert_eq!(open(&key, &format!("{PREFIX}{claims}.{tag}"), 0), None, "{json}");
        }
    }
}
