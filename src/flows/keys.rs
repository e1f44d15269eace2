//! API keys: made, listed, revoked. A key is shown once; the store holds its digest.

use serde_json::json;

use super::Ctx;
use super::change::By;
use super::credentials::{KEY_PREFIX, stored};
use super::once::{Answer, Once};
use crate::domain::actor::Actor;
use crate::domain::code;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::faults::both;
use crate::domain::id::{Account, KeyId};
use crate::domain::scope::Scopes;
use crate::store::keys::{ApiKey, NewKey};
use crate::store::{accounts, keys};

const LONGEST_NAME: usize = 100;
/// Characters of the secret that are shown in lists: enough to tell keys apart, too few to guess the rest.
const SHOWN: usize = 8;
/// Keys of an account that are good at a time. More is a mistake of a script.
const MOST_KEYS: usize = 1000;

/// The keys of an account that are not revoked.
///
/// # Errors
/// What the store says.
pub async fn list(ctx: &Ctx, account: Account) -> Result<Vec<ApiKey>> {
    ctx.store.read(move |tx| keys::list(tx, account)).await
}

/// Makes a key. The second part is the key itself; a repeated call (Idempotency-Key) does not get it again.
///
/// # Errors
/// Faults of the fields.
pub async fn add(
    ctx: &Ctx,
    by: &By,
    name: &str,
    scopes: &[String],
    expires_at: Option<i64>,
    once: Option<Once>,
) -> Result<(Answer<ApiKey>, Option<String>)> {
    let future = match expires_at {
        Some(at) if at <= ctx.now() => Err(Error::field("expires_at", Fault::InThePast)),
        at => Ok(at),
    };
    let scopes = Scopes::parse("scopes", scopes.iter().map(String::as_str));
    let ((name, scopes), expires_at) = both(both(code::name("name", name, LONGEST_NAME), scopes), future)?;
    let secret = ctx.ids.token();
    let key = format!("{KEY_PREFIX}{secret}");
    let new = NewKey {
        id: KeyId::new(ctx.id()),
        name,
        hash: stored(&key),
        prefix: secret.chars().take(SHOWN).collect(),
        scopes,
        expires_at,
        created_by: match &by.actor {
            Actor::User(id) => Some(id.to_string()),
            Actor::Key(_) | Actor::Rule(_) | Actor::System => None,
        },
    };
    let answer = ctx
        .change(by, once, move |tx, change| {
            accounts::lock(tx, change.account)?;
            if keys::list(tx, change.account)?.len() >= MOST_KEYS {
                return Err(Error::field("name", Fault::TooMany(MOST_KEYS)));
            }
            keys::insert(tx, change.account, &new, change.now)?;
            let detail = json!({ "name": new.name, "scopes": new.scopes.as_slice() });
            change.record(tx, "api_key.added", new.id.as_str(), &detail)?;
            keys::get(tx, change.account, new.id.as_str())
        })
        .await?;
    let shown = (!answer.replayed).then_some(key);
    Ok((answer, shown))
}

/// Revokes a key for good.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn revoke(ctx: &Ctx, by: &By, id: String, once: Option<Once>) -> Result<Answer<()>> {
    ctx.change(by, once, move |tx, change| {
        keys::update_revoked(tx, change.account, &id, change.now)?;
        tx.wake_access();
        change.record(tx, "api_key.revoked", &id, &json!({}))
    })
    .await
}
