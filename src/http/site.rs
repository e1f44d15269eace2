//! Which page made the browser call: one of ours, one that an account allowed, or another.
//!
//! Tells for the cookie (cross-site request forgery) and for CORS. Not here: who the caller is.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderValue, header};

use super::State;
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::flows::Ctx;
use crate::store;

/// Where a call comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site {
    /// Our own origin.
    Own,
    /// Another one, or a browser that will not say.
    Foreign,
    /// No browser, or one from before these headers.
    Unknown,
}

/// `Sec-Fetch-Site` cannot be forged by a page; the comparison of `Origin` is for browsers that do not send it.
pub fn of(state: &State, headers: &HeaderMap) -> Site {
    let told = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    match (told, headers.get(header::ORIGIN)) {
        (Some(b"same-origin"), _) => Site::Own,
        (None, Some(origin)) if is_own(state, headers, origin.to_str().unwrap_or("null")) => Site::Own,
        (None, None) => Site::Unknown,
        (Some(_), _) | (None, Some(_)) => Site::Foreign,
    }
}

/// The origin of a page of another site that calls by `fetch`, as CORS is about.
pub fn foreign_origin<'a>(state: &State, headers: &'a HeaderMap) -> Option<&'a str> {
    let origin = headers.get(header::ORIGIN)?;
    (of(state, headers) == Site::Foreign).then(|| origin.to_str().unwrap_or("null"))
}

fn is_own(state: &State, headers: &HeaderMap, origin: &str) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let bare = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    // Behind a proxy we do not know the scheme that the browser used; host and port tell sites apart.
    let same_host = bare.is_some() && bare == host;
    same_host || &*state.base_url == origin
}

/// An account, or any; and an origin.
type Asked = (Option<Account>, String);

/// Which origins the accounts allow, remembered for a moment.
#[derive(Debug, Default)]
pub struct Origins {
    known: Mutex<HashMap<Asked, (bool, Instant)>>,
}

impl Origins {
    /// A removed origin is served no longer than this.
    const REMEMBERED: Duration = Duration::from_secs(2);
    /// Strangers choose the keys, so there is an end to them.
    const MOST: usize = 1_000;

    /// Whether `account`, or any account, allows pages of `origin`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn allowed(&self, ctx: &Ctx, account: Option<Account>, origin: &str) -> Result<bool> {
        // Sandboxed frames and local files share this name: it is nobody's.
        if origin == "null" {
            return Ok(false);
        }
        let (key, now) = ((account, origin.to_owned()), ctx.clock.monotonic());
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
        if let Some((allowed, at)) = known
            && now.duration_since(at) < Self::REMEMBERED
        {
            return Ok(allowed);
        }
        let wanted = key.clone();
        let read = move |tx: &mut store::Tx| store::accounts::origin_allowed(tx, wanted.0, &wanted.1);
        let allowed = ctx.store.read(read).await?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::MOST {
            known.clear();
        }
        known.insert(key, (allowed, now));
        Ok(allowed)
    }
}
