//! API keys of the account, and users' tokens that a server makes with one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::{Caller, KeyCaller};
use crate::domain::scope::Scope;
use crate::flows::change::By;
use crate::flows::{keys, tokens};
use crate::http::State;
use crate::http::extract::{Body, OnceKey, Path};
use crate::http::problem::Result;
use crate::http::reply::{Created, NoContent, Success};
use crate::render::instant::{parse_rfc3339, to_rfc3339};
use crate::store::keys::ApiKey;

/// An API key, without the key.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ApiKey")]
pub struct ApiKeyOut {
    id: String,
    name: String,
    /// The beginning of the secret, to tell keys apart.
    prefix: String,
    scopes: Vec<Scope>,
    created_at: String,
    /// The name of the user who made it.
    created_by: Option<String>,
    last_used_at: Option<String>,
    expires_at: Option<String>,
}

impl From<ApiKey> for ApiKeyOut {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name,
            prefix: key.prefix,
            scopes: key.scopes,
            created_at: to_rfc3339(key.created_at),
            created_by: key.created_by,
            last_used_at: key.last_used_at.map(to_rfc3339),
            expires_at: key.expires_at.map(to_rfc3339),
        }
    }
}

/// The keys that are not revoked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApiKeys {
    items: Vec<ApiKeyOut>,
}

pub async fn list_api_keys(state: State, caller: Caller) -> Result<Success<ApiKeys>> {
    let found = keys::list(&state.ctx, caller.account()).await?;
    Ok(Success::new(ApiKeys { items: found.into_iter().map(ApiKeyOut::from).collect() }))
}

/// A key to be made.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ApiKeyIn {
    name: String,
    /// all, ingest, notify, tokens, read, retailcrm.
    scopes: Vec<String>,
    /// RFC 3339; never if absent.
    expires_at: Option<String>,
}

/// The key that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewApiKey {
    api_key: ApiKeyOut,
    /// Shown once: null when the call is repeated with its Idempotency-Key.
    key: Option<String>,
}

pub async fn create_api_key(
    state: State,
    caller: Caller,
    body: Body<ApiKeyIn>,
) -> Result<Created<NewApiKey>> {
    let ApiKeyIn { name, scopes, expires_at } = body.value;
    let expires_at = expires_at.map(|text| parse_rfc3339("expires_at", &text)).transpose()?;
    let by = By::from(&caller);
    let (answer, key) = keys::add(&state.ctx, &by, &name, &scopes, expires_at, body.once).await?;
    Ok(Created::once(answer).map(|api_key| NewApiKey { api_key: api_key.into(), key }))
}

pub async fn revoke_api_key(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    keys::revoke(&state.ctx, &By::from(&caller), id, once).await?;
    Ok(NoContent)
}

/// Whose token is wanted, and for how long.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct TokenIn {
    /// An id or e-mail address.
    user: String,
    /// 60–3600 seconds; 900 if absent.
    ttl_s: Option<i64>,
}

/// A user's token for a browser.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TokenOut {
    token: String,
    expires_at: String,
}

/// Nothing is written, so an Idempotency-Key changes nothing: each call makes another token.
pub async fn create_token(state: State, key: KeyCaller, body: Body<TokenIn>) -> Result<Created<TokenOut>> {
    let TokenIn { user, ttl_s } = body.value;
    let issued = tokens::issue(&state.ctx, key.account, user, ttl_s).await?;
    let expires_at = to_rfc3339(issued.expires_at);
    Ok(Created::new(TokenOut { token: issued.token, expires_at }))
}
