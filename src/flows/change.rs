//! An administrative change: one transaction that holds the effect, its line in the audit log and, when the call came
//! with an Idempotency-Key, the answer to keep.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Ctx;
use super::once::{Answer, Once};
use crate::domain::access::Caller;
use crate::domain::actor::Actor;
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::store::{Tx, accounts, audit};

/// On whose behalf, and in which account, something is changed.
#[derive(Debug, Clone)]
pub struct By {
    pub account: Account,
    pub actor: Actor,
}

impl By {
    /// The command line or Bellwire itself.
    #[must_use]
    pub fn system(account: Account) -> Self {
        Self { account, actor: Actor::System }
    }
}

impl From<&Caller> for By {
    fn from(caller: &Caller) -> Self {
        Self { account: caller.account(), actor: caller.actor() }
    }
}

/// A change under way.
pub struct Change {
    pub account: Account,
    pub actor: Actor,
    pub now: i64,
    audit_id: String,
}

impl Change {
    pub(super) fn new(by: &By, now: i64, audit_id: String) -> Self {
        Self { account: by.account, actor: by.actor.clone(), now, audit_id }
    }

    /// Writes the change's line in the audit log. `action` is `noun.verb`; `detail` holds no secrets.
    ///
    /// # Errors
    /// What the store says.
    pub fn record(&self, tx: &mut Tx, action: &str, subject: &str, detail: &serde_json::Value) -> Result<()> {
        let detail = detail.to_string();
        audit::insert(tx, self.account, &self.actor, action, subject, &detail, &self.audit_id, self.now)
    }
}

impl Ctx {
    /// Runs an administrative change in one transaction, once per Idempotency-Key. Most of them change what somebody
    /// may, so all callers are looked up anew by the time that this answers.
    ///
    /// # Errors
    /// What `run` says, and see [`Ctx::write_once`].
    pub async fn change<T, F>(&self, by: &By, once: Option<Once>, run: F) -> Result<Answer<T>>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: Fn(&mut Tx, &Change) -> Result<T> + Send + 'static,
    {
        let change = Change::new(by, self.now(), self.id());
        let change = move |tx: &mut Tx| {
            // Administrative changes of an account follow each other: each reads what it writes back.
            accounts::lock(tx, change.account)?;
            run(tx, &change)
        };
        let answer = self.write_once(once, change).await?;
        self.credentials.forget_all();
        Ok(answer)
    }
}
