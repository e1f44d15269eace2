//! The account's settings, and the origins of pages that may embed it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::Caller;
use crate::domain::patch::Field;
use crate::flows::accounts::{self, Patch};
use crate::flows::change::By;
use crate::http::State;
use crate::http::extract::{Body, OnceKey, Query};
use crate::http::problem::Result;
use crate::http::reply::{Created, NoContent, Success};
use crate::render::instant::to_rfc3339;
use crate::store::accounts::{AccountDetails, AllowedOrigin};

/// The account.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Account")]
pub struct AccountOut {
    code: String,
    name: String,
    zone: String,
    language: String,
    /// Links begin with it; null: the server's own address.
    public_url: Option<String>,
}

impl From<AccountDetails> for AccountOut {
    fn from(account: AccountDetails) -> Self {
        let AccountDetails { code, name, zone, language, public_url, .. } = account;
        Self { code, name, zone, language, public_url }
    }
}

pub async fn get_account(state: State, caller: Caller) -> Result<Success<AccountOut>> {
    Ok(Success::new(accounts::get(&state.ctx, caller.account()).await?.into()))
}

/// What is to change.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AccountPatch {
    name: Option<String>,
    zone: Option<String>,
    language: Option<String>,
    #[serde(default)]
    public_url: Field<String>,
}

pub async fn update_account(
    state: State,
    caller: Caller,
    body: Body<AccountPatch>,
) -> Result<Success<AccountOut>> {
    let AccountPatch { name, zone, language, public_url } = body.value;
    let patch = Patch { name, zone, language, public_url };
    let answer = accounts::patch(&state.ctx, &By::from(&caller), patch, body.once).await?;
    Ok(Success::once(answer).map(AccountOut::from))
}

/// An origin whose pages may embed the account.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AllowedOrigin")]
pub struct OriginOut {
    origin: String,
    created_at: String,
}

impl From<AllowedOrigin> for OriginOut {
    fn from(allowed: AllowedOrigin) -> Self {
        Self { origin: allowed.origin, created_at: to_rfc3339(allowed.created_at) }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Origins {
    items: Vec<OriginOut>,
}

pub async fn list_allowed_origins(state: State, caller: Caller) -> Result<Success<Origins>> {
    let found = accounts::list_origins(&state.ctx, caller.account()).await?;
    Ok(Success::new(Origins { items: found.into_iter().map(OriginOut::from).collect() }))
}

/// Scheme, host and, where it is not the usual one, port.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct OriginIn {
    origin: String,
}

pub async fn allow_origin(state: State, caller: Caller, body: Body<OriginIn>) -> Result<Created<OriginOut>> {
    let by = By::from(&caller);
    let answer = accounts::add_origin(&state.ctx, &by, &body.value.origin, body.once).await?;
    Ok(Created::once(answer).map(OriginOut::from))
}

pub async fn refuse_origin(
    state: State,
    caller: Caller,
    Query(query): Query<OriginIn>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    accounts::remove_origin(&state.ctx, &By::from(&caller), query.origin, once).await?;
    Ok(NoContent)
}
