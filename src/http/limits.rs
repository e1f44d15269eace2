//! How often one may try: sign-ins by address of mail and of network, wrong credentials by address of network; and,
//! where the operator says so, how often an API key may call.
//!
//! Buckets that refill (GCRA), on our clock and in memory: a restart forgives, several nodes count apart. A stranger
//! can slow down the sign-in of an address, never lock it. Limits of size and time are [`super::extract`]'s.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use super::problem::{Problem, Result};
use crate::clock::Clock;
use crate::domain::id::{Account, KeyId};
use crate::domain::limits::Bucket;
use crate::flows::Ctx;
use crate::flows::accounts::terms;

/// Sign-ins per minute with one e-mail address, from anywhere.
const SIGN_INS_OF_EMAIL: u32 = 5;
/// Sign-ins, and uses of one-time links, per minute from one network address.
const SIGN_INS_OF_ADDRESS: u32 = 20;
/// Wrong keys and tokens per minute from one network address.
const WRONG_BEARERS: u32 = 60;
/// Calls between two sweeps of the buckets that are full again.
const SWEEP_EVERY: u32 = 4_096;

/// All limits of one server.
pub struct Limits {
    emails: Buckets<String>,
    addresses: Buckets<IpAddr>,
    bearers: Buckets<IpAddr>,
    /// Only with a limit in the settings.
    keys: Option<Buckets<KeyId>>,
    /// Where the operator limits an account.
    pub accounts: Shares,
}

impl Limits {
    #[must_use]
    pub fn new(clock: &Clock, key_rate: Option<NonZeroU32>) -> Self {
        let per_minute =
            |most| NonZeroU32::new(most).map_or(Quota::per_minute(NonZeroU32::MIN), Quota::per_minute);
        Self {
            emails: Buckets::new(per_minute(SIGN_INS_OF_EMAIL), clock),
            addresses: Buckets::new(per_minute(SIGN_INS_OF_ADDRESS), clock),
            bearers: Buckets::new(per_minute(WRONG_BEARERS), clock),
            accounts: Shares::new(clock),
            keys: key_rate.map(|calls| Buckets::new(Quota::per_second(calls), clock)),
        }
    }

    /// One attempt to sign in.
    ///
    /// # Errors
    /// [`Problem::TooMany`] says when to come back; the password is not looked at then.
    pub fn sign_in(&self, email: &str, address: IpAddr) -> Result<()> {
        self.addresses.take(&network(address))?;
        self.emails.take(&email.trim().to_lowercase())
    }

    /// One attempt with a secret that names nobody: a set-up, invitation or reset link.
    ///
    /// # Errors
    /// As [`Limits::sign_in`].
    pub fn link(&self, address: IpAddr) -> Result<()> {
        self.addresses.take(&network(address))
    }

    /// One key or token that nobody knows.
    ///
    /// # Errors
    /// As [`Limits::sign_in`].
    pub fn wrong_bearer(&self, address: IpAddr) -> Result<()> {
        self.bearers.take(&network(address))
    }

    /// One call with this key.
    ///
    /// # Errors
    /// As [`Limits::sign_in`].
    pub fn call(&self, key: &KeyId) -> Result<()> {
        self.keys.as_ref().map_or(Ok(()), |keys| keys.take(key))
    }
}

/// What accounts have used of what the operator allows them.
pub struct Shares {
    clock: Clock,
    start: Instant,
    known: terms::Known,
    calls: Mutex<HashMap<Account, Bucket>>,
    events: Mutex<HashMap<Account, Bucket>>,
}

impl Shares {
    fn new(clock: &Clock) -> Self {
        let start = clock.monotonic();
        let known = terms::Known::default();
        Self { clock: clock.clone(), start, known, calls: Mutex::default(), events: Mutex::default() }
    }

    /// One call of an account.
    ///
    /// # Errors
    /// As [`Limits::sign_in`], or what the store says.
    pub async fn call(&self, ctx: &Ctx, account: Account) -> Result<()> {
        let most = self.known.get(ctx, account).await?.calls_per_minute;
        self.take(&self.calls, account, most, 1)
    }

    /// So many events, records or messages that an account writes.
    ///
    /// # Errors
    /// As [`Shares::call`].
    pub async fn write(&self, ctx: &Ctx, account: Account, count: i64) -> Result<()> {
        let most = self.known.get(ctx, account).await?.events_per_minute;
        self.take(&self.events, account, most, count)
    }

    fn take(
        &self,
        buckets: &Mutex<HashMap<Account, Bucket>>,
        account: Account,
        most: Option<i64>,
        count: i64,
    ) -> Result<()> {
        let Some(most) = most else { return Ok(()) };
        let now = self.clock.monotonic().saturating_duration_since(self.start).as_nanos();
        let now = i128::try_from(now).unwrap_or(i128::MAX);
        let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = buckets.entry(account).or_default().take(most, count, now);
        taken.map_err(|retry_after_s| Problem::TooMany { retry_after_s })
    }
}

/// Who has one IPv6 address has the 2^64 beside it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Our clock, as the buckets read it.
#[derive(Debug, Clone)]
struct Ticks(Clock);

impl governor::clock::Clock for Ticks {
    type Instant = Instant;

    fn now(&self) -> Instant {
        self.0.monotonic()
    }
}

struct Buckets<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, HashMapStateStore<K>, Ticks, NoOpMiddleware<Instant>>,
    clock: Ticks,
    taken: AtomicU32,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    fn new(quota: Quota, clock: &Clock) -> Self {
        let clock = Ticks(clock.clone());
        let limiter = RateLimiter::new(quota, HashMapStateStore::default(), clock.clone());
        Self { limiter, clock, taken: AtomicU32::new(0) }
    }

    fn take(&self, key: &K) -> Result<()> {
        if self.taken.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(key).map_err(|refused| {
            let wait = refused.wait_time_from(governor::clock::Clock::now(&self.clock));
            Problem::TooMany { retry_after_s: wait.as_secs_f64().ceil().max(1.0) as u64 }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn tries_are_counted_by_mail_address_and_by_network_and_come_back_with_time() {
        let manual = ManualClock::new(0);
        let limits = Limits::new(&Clock::Manual(manual.clone()), None);
        let address = |last: u8| IpAddr::from([192, 0, 2, last]);
        for _ in 0..5 {
            assert_eq!(limits.sign_in("a@example.com", address(1)), Ok(()));
        }
        let refused = limits.sign_in(" A@example.com", address(2));
        assert_eq!(refused, Err(Problem::TooMany { retry_after_s: 12 }));
        manual.advance(Duration::from_secs(12));
        assert_eq!(limits.sign_in("a@example.com", address(2)), Ok(()));
        let allowed = (0..100).filter(|n| limits.sign_in(&format!("{n}@example.com"), address(3)).is_ok());
        assert_eq!(allowed.count(), 20);
    }

    #[test]
    fn a_key_calls_as_often_as_the_operator_allows() {
        let manual = ManualClock::new(0);
        let limits = Limits::new(&Clock::Manual(manual.clone()), NonZeroU32::new(3));
        let (one, other) = (KeyId::new("1".into()), KeyId::new("2".into()));
        assert_eq!((0..10).filter(|_| limits.call(&one).is_ok()).count(), 3);
        assert_eq!(limits.call(&other), Ok(()));
        manual.advance(Duration::from_secs(1));
        assert_eq!((0..10).filter(|_| limits.call(&one).is_ok()).count(), 3);
        let unlimited = Limits::new(&Clock::Manual(manual), None);
        assert!((0..10_000).all(|_| unlimited.call(&one).is_ok()));
    }

    #[test]
    fn neighbours_in_an_ipv6_network_count_together() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
