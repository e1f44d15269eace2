//! What can be done before anybody is signed in: the server's state, the first set-up, one-time links, the zones.

use axum::http::HeaderMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::language::Language;
use crate::domain::link::LinkKind;
use crate::domain::zone;
use crate::flows::links;
use crate::flows::setup::{self, Setup};
use crate::http::State;
use crate::http::extract::{Address, Body};
use crate::http::problem::Result;
use crate::http::reply::Success;
use crate::http::v1::session::{SessionOut, begin};

/// What a browser must know before anybody signs in.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Status {
    version: &'static str,
    /// Nobody is administrator yet: the printed link is to be opened first.
    setup_required: bool,
    demo: bool,
    languages: Vec<&'static str>,
}

pub async fn get_status(state: State) -> Result<Success<Status>> {
    Ok(Success::new(Status {
        version: env!("CARGO_PKG_VERSION"),
        setup_required: setup::is_required(&state.ctx).await?,
        demo: state.demo.is_some(),
        languages: Language::ALL.into_iter().map(Language::code).collect(),
    }))
}

/// Names of the IANA time zones.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Zones {
    zones: Vec<String>,
}

pub async fn list_zones() -> Success<Zones> {
    Success::new(Zones { zones: zone::names() })
}

/// The first administrator and his account.
#[derive(Deserialize, JsonSchema)]
pub struct SetupIn {
    /// From the fragment of the printed link.
    token: String,
    account_name: String,
    name: String,
    email: String,
    password: String,
    language: String,
    zone: String,
}

pub async fn complete_setup(
    state: State,
    Address(address): Address,
    body: Body<SetupIn>,
) -> Result<(HeaderMap, Success<SessionOut>)> {
    state.limits.link(address)?;
    let SetupIn { token, account_name, name, email, password, language, zone } = body.value;
    let setup = Setup { token, account_name, name, email, password, language, zone };
    begin(&state, setup::complete(&state.ctx, setup).await?).await
}

/// A link that was followed.
#[derive(Deserialize, JsonSchema)]
pub struct LinkIn {
    /// From the fragment of the link.
    token: String,
}

/// What a link is for, and whom it concerns.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LinkOut {
    kind: LinkKind,
    name: String,
    email: String,
    account_name: String,
}

pub async fn look_at_link(
    state: State,
    Address(address): Address,
    body: Body<LinkIn>,
) -> Result<Success<LinkOut>> {
    state.limits.link(address)?;
    let looked = links::look(&state.ctx, &body.value.token).await?;
    Ok(Success::new(LinkOut {
        kind: looked.kind,
        name: looked.name,
        email: looked.email,
        account_name: looked.account_name,
    }))
}

/// A password by a link.
#[derive(Deserialize, JsonSchema)]
pub struct LinkUse {
    /// From the fragment of the link.
    token: String,
    password: String,
    /// As invited, if absent.
    name: Option<String>,
}

pub async fn use_link(
    state: State,
    Address(address): Address,
    body: Body<LinkUse>,
) -> Result<(HeaderMap, Success<SessionOut>)> {
    state.limits.link(address)?;
    let LinkUse { token, password, name } = body.value;
    begin(&state, links::use_link(&state.ctx, &token, password, name).await?).await
}
