//! What Bellwire does, one verb per file: load, let `domain` decide, write, in one transaction each.
//!
//! A transaction is plain synchronous Rust inside `store.write(…)`: it may run twice, so it has no effect outside the
//! store. No HTTP here, and no SQL: statements are `store`'s.

pub mod accept;
pub mod accounts;
pub mod announcements;
pub mod audit_log;
pub mod backups;
pub mod change;
pub mod credentials;
pub mod custom_events;
pub mod deliver;
pub mod deliveries;
pub mod erasure;
pub mod feed;
pub mod first_start;
pub mod groups;
pub mod inbox;
pub mod keys;
pub mod letters;
pub mod links;
pub mod listen;
pub mod lists;
pub mod mail;
pub mod marketing;
pub mod once;
pub mod operators;
pub mod passwords;
pub mod preferences;
pub mod profile;
pub mod record_doors;
pub mod record_imports;
mod record_labels;
pub mod record_pages;
mod record_reading;
pub mod records;
pub mod relays;
pub mod remind;
pub mod restored;
pub mod retailcrm;
pub mod retention;
mod retire;
pub mod route;
pub mod rule_changes;
pub mod rule_keeping;
pub mod rules;
pub mod sent;
pub mod sessions;
pub mod setup;
pub mod sight;
pub mod snooze;
pub mod tasks;
pub mod templates;
pub mod tokens;
pub mod triggers;
pub mod users;
pub mod watch;
pub mod withdraw;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ring::hmac;

use crate::channels::web::Web;
use crate::clock::Clock;
use crate::domain::error::{Error, Result};
use crate::domain::task::trust::{Reading, Trust};
use crate::ids::Ids;
use crate::render::texts::Texts;
use crate::shutdown::Shutdown;
use crate::store::Store;
use crate::store::restore::{self, RestoreMark};

/// The clocks of the machine do not agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// By how much the wall clock jumped, in ms.
    pub jump_ms: i64,
    /// How long until it may be believed.
    pub wait: Duration,
}

/// What is believed of the clocks.
struct Clocks {
    start: Instant,
    trust: Mutex<Trust>,
}

impl Clocks {
    fn new(clock: &Clock) -> Self {
        let first = Reading { wall: clock.now_ms(), steady: 0 };
        Self { start: clock.monotonic(), trust: Mutex::new(Trust::new(first)) }
    }

    fn look(&self, clock: &Clock) -> Option<Doubt> {
        let steady = clock.monotonic().saturating_duration_since(self.start).as_millis();
        let steady = i64::try_from(steady).unwrap_or(i64::MAX);
        let mut trust = self.trust.lock().unwrap_or_else(PoisonError::into_inner);
        *trust = trust.look(Reading { wall: clock.now_ms(), steady });
        let (jump_ms, wait) = trust.doubted_jump().zip(trust.wait(steady))?;
        Some(Doubt { jump_ms, wait: Duration::from_millis(wait.unsigned_abs()) })
    }
}

/// What a flow may use. Cheap to clone.
#[derive(Clone)]
pub struct Ctx {
    pub store: Store,
    pub clock: Clock,
    pub ids: Ids,
    /// Part of every cursor; another one after a restore.
    pub epoch: i64,
    /// Callers that were found good within the last second. Whoever hears of a commit that changed somebody's access
    /// makes it forget.
    pub credentials: Arc<credentials::Cache>,
    pub hasher: passwords::Hasher,
    pub texts: Arc<Texts>,
    clocks: Arc<Clocks>,
    pub mail: Arc<mail::Mail>,
    /// The last time that this database was taken back from a backup.
    restored: Option<Arc<RestoreMark>>,
    /// The rules of accounts, parsed.
    pub rules: Arc<rules::cache::Cache>,
    /// What requests of rules are made with.
    pub web: Arc<Web>,
    token_key: Arc<hmac::Key>,
}

impl Ctx {
    /// Makes an empty database ready ([`first_start`]) and everything that flows need. `credentials` is the cache that
    /// the store's observer empties.
    ///
    /// # Errors
    /// What the store says.
    pub async fn new(
        store: Store,
        clock: Clock,
        ids: Ids,
        shutdown: Shutdown,
        credentials: Arc<credentials::Cache>,
        mail: mail::Mail,
        web: Web,
    ) -> Result<Self> {
        let installation = first_start::first_start(&store, &ids, clock.now_ms()).await?;
        let restored = store.read(restore::find_mark).await?;
        Ok(Self {
            store,
            clocks: Arc::new(Clocks::new(&clock)),
            clock,
            ids,
            epoch: installation.epoch,
            credentials,
            hasher: passwords::Hasher::new(shutdown),
            texts: Arc::new(Texts::load().map_err(|e| Error::internal(e.to_string()))?),
            mail: Arc::new(mail),
            restored: restored.map(Arc::new),
            rules: Arc::default(),
            web: Arc::new(web),
            token_key: Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &installation.token_secret)),
        })
    }

    /// A name that all servers on this database have for `purpose`, and that nobody else can guess.
    #[must_use]
    pub fn shared_name(&self, purpose: &str) -> String {
        let tag = hmac::sign(&self.token_key, format!("name of {purpose}").as_bytes());
        tag.as_ref().iter().take(16).fold(String::new(), |name, byte| format!("{name}{byte:02x}"))
    }

    /// Now, in Unix milliseconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Looks at both clocks; while they cannot be trusted: by how much the wall clock jumped, and how long to wait.
    #[must_use]
    pub fn doubt(&self) -> Option<Doubt> {
        self.clocks.look(&self.clock)
    }

    /// A new id.
    #[must_use]
    pub fn id(&self) -> String {
        self.ids.next(self.now())
    }
}
