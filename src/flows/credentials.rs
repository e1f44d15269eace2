//! Who calls: turns a cookie's secret, an API key or a user's token into a caller, or refuses.
//!
//! The store is asked at most once a second per credential; between, a hash and a look into a map suffice. A change
//! of access empties the map on this node before it is answered ([`Cache::forget_all`]); on every other node it
//! counts within that second.
//! Where the credential stood in the request is `http`'s business, and so are the guesses per minute.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};

use super::{Ctx, tokens};
use crate::domain::access::{Caller, Credential, KeyCaller, SignedIn};
use crate::domain::error::{Error, Result};
use crate::domain::id::SessionId;
use crate::store::standing::Standing;
use crate::store::{Tx, keys, sessions, standing, users};

/// What every API key begins with, so that scanners know one when they see it.
pub const KEY_PREFIX: &str = "bwk_";
/// Characters of a secret: 32 bytes in base64url.
pub(super) const SECRET_LENGTH: usize = 43;
/// A session that is not used ends after 12 hours, one that is after 14 days.
pub(super) const IDLE_MS: i64 = 12 * 3_600_000;
pub(super) const SESSION_MS: i64 = 14 * 24 * 3_600_000;
/// How often the use of a session or key is written down.
pub(super) const NOTE_USE_MS: i64 = 60_000;
/// How long the store's word counts.
const FRESH: Duration = Duration::from_secs(1);
/// Callers that are remembered; some 400 bytes each.
const MOST_REMEMBERED: usize = 20_000;

/// A credential as it came with a request.
#[derive(Clone, PartialEq, Eq)]
pub enum Given {
    /// The secret of the console's cookie.
    Session(String),
    /// An API key or a user's token.
    Bearer(String),
}

impl std::fmt::Debug for Given {
    /// Says which, never what.
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Self::Session(_) => "Given::Session",
            Self::Bearer(_) => "Given::Bearer",
        })
    }
}

/// A credential's digest, and whether it was a session's.
type Fingerprint = (bool, [u8; SHA256_OUTPUT_LEN]);

/// The callers that were resolved within the last second.
#[derive(Default)]
pub struct Cache {
    entries: Mutex<HashMap<Fingerprint, (Caller, Instant)>>,
    /// How often everything was forgotten: what was loaded before such a moment is not kept after it.
    flushes: AtomicU64,
}

impl Cache {
    /// Asks the store again about everybody: somebody's access changed.
    pub fn forget_all(&self) {
        self.flushes.fetch_add(1, Ordering::SeqCst);
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Fingerprint, (Caller, Instant)>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, fingerprint: &Fingerprint, now: Instant) -> Option<Caller> {
        let entries = self.lock();
        let (caller, loaded_at) = entries.get(fingerprint)?;
        (now.saturating_duration_since(*loaded_at) < FRESH).then(|| caller.clone())
    }

    fn keep(&self, fingerprint: Fingerprint, caller: Caller, now: Instant, flushes: u64) {
        let mut entries = self.lock();
        if self.flushes.load(Ordering::SeqCst) != flushes {
            return;
        }
        if entries.len() >= MOST_REMEMBERED {
            entries.retain(|_, (_, loaded_at)| now.saturating_duration_since(*loaded_at) < FRESH);
            if entries.len() >= MOST_REMEMBERED {
                entries.clear();
            }
        }
        entries.insert(fingerprint, (caller, now));
    }
}

/// The caller behind a credential.
///
/// # Errors
/// [`Error::Unauthenticated`], without saying why; or what the store says.
pub async fn resolve(ctx: &Ctx, given: Given) -> Result<Caller> {
    let (is_session, secret) = match &given {
        Given::Session(secret) => (true, secret),
        Given::Bearer(secret) => (false, secret),
    };
    let digest = sha256(secret);
    let (now, fingerprint) = (ctx.clock.monotonic(), (is_session, digest));
    if let Some(caller) = ctx.credentials.find(&fingerprint, now) {
        return if is_over(&caller, ctx.now()) { Err(Error::Unauthenticated) } else { Ok(caller) };
    }
    let flushes = ctx.credentials.flushes.load(Ordering::SeqCst);
    let caller = match &given {
        Given::Session(secret) if secret.len() == SECRET_LENGTH => load_session(ctx, hex(&digest)).await?,
        Given::Bearer(key) if key.starts_with(KEY_PREFIX) => load_key(ctx, key, hex(&digest)).await?,
        Given::Bearer(token) if token.starts_with(tokens::PREFIX) => load_token(ctx, token).await?,
        _ => return Err(Error::Unauthenticated),
    };
    ctx.credentials.keep(fingerprint, caller.clone(), now, flushes);
    Ok(caller)
}

fn is_over(caller: &Caller, now: i64) -> bool {
    match caller {
        Caller::User(SignedIn { by: Credential::Token { expires_at }, .. }) => *expires_at <= now,
        _ => false,
    }
}

async fn load_session(ctx: &Ctx, id: String) -> Result<Caller> {
    let (id, now) = (SessionId::new(id), ctx.now());
    let found = ctx.store.read(move |tx| find_session(tx, &id, now)).await?;
    let (user, seen_at) = found.ok_or(Error::Unauthenticated)?;
    if seen_at <= now - NOTE_USE_MS {
        note_session(ctx, &user, now);
    }
    Ok(Caller::User(user))
}

/// The user of a session that goes on, and when it was last used.
fn find_session(tx: &mut Tx, id: &SessionId, now: i64) -> Result<Option<(SignedIn, i64)>> {
    let Some(session) = sessions::find(tx, id)? else { return Ok(None) };
    let over = session.ended_at.is_some() || session.expires_at <= now || session.seen_at <= now - IDLE_MS;
    let standing = standing::find(tx, session.account, session.user.as_str())?;
    let Some(standing) = standing.filter(|s| !over && s.generation == session.generation) else {
        return Ok(None);
    };
    refuse_if_suspended(standing.suspended.as_ref())?;
    if standing.is_shut_out {
        return Ok(None);
    }
    let user = signed_in(tx, standing, Credential::Session(id.clone()))?;
    Ok(Some((user, session.seen_at)))
}

/// Whoever shows a good credential hears why it does not open anything.
pub(super) fn refuse_if_suspended(reason: Option<&String>) -> Result<()> {
    reason.map_or(Ok(()), |reason| Err(Error::Suspended(reason.clone())))
}

/// The user as callers are known, with the rights of his groups.
pub(super) fn signed_in(tx: &mut Tx, standing: Standing, by: Credential) -> Result<SignedIn> {
    let rights = standing::get_rights(tx, standing.account, &standing.user, standing.role)?;
    Ok(SignedIn {
        account: standing.account,
        user: standing.user,
        name: standing.name,
        email: standing.email,
        role: standing.role,
        rights,
        language: standing.language,
        zone: standing.zone,
        generation: standing.generation,
        by,
    })
}

/// Notes that a user was here. His call does not wait for that to be on disk.
fn note_session(ctx: &Ctx, user: &SignedIn, now: i64) {
    let user = user.clone();
    unless_noted(ctx.store.write_unheard(move |tx| {
        if let Credential::Session(id) = &user.by {
            sessions::update_seen(tx, id, now)?;
        }
        users::update_last_seen(tx, user.account, &user.user, now)
    }));
}

/// A note of use is a courtesy: a call does not fail for want of one.
fn unless_noted(noted: Result<()>) {
    if let Err(error) = noted {
        tracing::debug!(%error, "the use of a credential was not noted");
    }
}

async fn load_key(ctx: &Ctx, key: &str, hash: String) -> Result<Caller> {
    if key.len() != KEY_PREFIX.len() + SECRET_LENGTH {
        return Err(Error::Unauthenticated);
    }
    let now = ctx.now();
    let found = ctx.store.read(move |tx| keys::find_by_hash(tx, &hash)).await?;
    let good = found.filter(|key| key.expires_at.is_none_or(|at| at > now));
    let key = good.ok_or(Error::Unauthenticated)?;
    refuse_if_suspended(key.suspended.as_ref())?;
    if key.last_used_at.is_none_or(|at| at <= now - NOTE_USE_MS) {
        let (account, id) = (key.account, key.id.clone());
        let noted = ctx.store.write(move |tx| keys::update_last_used(tx, account, &id, now));
        unless_noted(noted.await);
    }
    Ok(Caller::Key(KeyCaller { account: key.account, key: key.id, name: key.name, scopes: key.scopes }))
}

async fn load_token(ctx: &Ctx, token: &str) -> Result<Caller> {
    let now = ctx.now();
    let claims = tokens::open(&ctx.token_key, token, now).ok_or(Error::Unauthenticated)?;
    let found = ctx.store.read(move |tx| {
        let account = crate::domain::id::Account(claims.account);
        let standing = standing::find(tx, account, &claims.user)?;
        let Some(standing) = standing.filter(|s| s.generation == claims.generation) else { return Ok(None) };
        refuse_if_suspended(standing.suspended.as_ref())?;
        if standing.is_shut_out {
            return Ok(None);
        }
        let last_seen_at = standing.last_seen_at;
        let by = Credential::Token { expires_at: claims.expires_at };
        signed_in(tx, standing, by).map(|user| Some((user, last_seen_at)))
    });
    let (user, last_seen_at) = found.await?.ok_or(Error::Unauthenticated)?;
    if last_seen_at.is_none_or(|at| at <= now - NOTE_USE_MS) {
        note_session(ctx, &user, now);
    }
    Ok(Caller::User(user))
}

/// The sessions whose time ran out after `since`: nobody asks for them any more, but streams that they opened may go on.
///
/// # Errors
/// What the store says.
pub async fn run_out(ctx: &Ctx, since: i64) -> Result<Vec<SessionId>> {
    let now = ctx.now();
    ctx.store.read(move |tx| sessions::run_out(tx, since, now, IDLE_MS)).await
}

fn sha256(secret: &str) -> [u8; SHA256_OUTPUT_LEN] {
    let mut out = [0; SHA256_OUTPUT_LEN];
    out.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
    out
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The form in which a secret is stored: its SHA-256 in hexadecimal. A secret of 256 random bits needs no salt.
pub(super) fn stored(secret: &str) -> String {
    hex(&sha256(secret))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, ManualClock};
    use crate::domain::id::{Account, KeyId};
    use crate::domain::scope::Scopes;

    fn caller() -> Caller {
        let scopes = Scopes::parse("scopes", ["all"]).unwrap();
        let key = KeyId::new("k".into());
        Caller::Key(KeyCaller { account: Account(1), key, name: "shop".into(), scopes })
    }

    #[test]
    fn a_caller_is_remembered_for_a_second_under_his_own_sort_of_credential() {
        let manual = ManualClock::new(0);
        let clock = Clock::Manual(manual.clone());
        let (cache, digest) = (Cache::default(), sha256("secret"));
        cache.keep((false, digest), caller(), clock.monotonic(), 0);
        assert!(cache.find(&(false, digest), clock.monotonic()).is_some());
        assert!(cache.find(&(true, digest), clock.monotonic()).is_none(), "a key is no session");
        manual.advance(Duration::from_millis(999));
        assert!(cache.find(&(false, digest), clock.monotonic()).is_some());
        manual.advance(Duration::from_millis(1));
        assert!(cache.find(&(false, digest), clock.monotonic()).is_none());
    }

    #[test]
    fn what_was_loaded_before_a_change_of_access_is_not_kept_after_it() {
        let now = Clock::Manual(ManualClock::new(0)).monotonic();
        let (cache, fingerprint) = (Cache::default(), (false, sha256("secret")));
        let flushes = cache.flushes.load(Ordering::SeqCst);
        cache.keep(fingerprint, caller(), now, flushes);
        cache.forget_all();
        assert!(cache.find(&fingerprint, now).is_none());
        cache.keep(fingerprint, caller(), now, flushes);
        assert!(cache.find(&fingerprint, now).is_none(), "it was loaded before");
        cache.keep(fingerprint, caller(), now, flushes + 1);
        assert!(cache.find(&fingerprint, now).is_some());
    }

    #[test]
    fn the_memory_has_an_end() {
        let now = Clock::Manual(ManualClock::new(0)).monotonic();
        let cache = Cache::default();
        for number in 0..=MOST_REMEMBERED {
            cache.keep((false, sha256(&number.to_string())), caller(), now, 0);
        }
        assert!(cache.lock().len() <= MOST_REMEMBERED);
    }

    #[test]
    fn a_secret_is_stored_as_its_digest() {
        assert_eq!(stored("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(format!("{:?}", Given::Bearer("bwk_x".into())), "Given::Bearer");
    }
}
