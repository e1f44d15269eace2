//! One's own name, language, zone and password.

use axum::http::HeaderMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::SignedIn;
use crate::domain::patch::Field;
use crate::flows::{profile, sessions};
use crate::http::State;
use crate::http::cookie::{self, Whose};
use crate::http::extract::{Address, Body};
use crate::http::problem::Result;
use crate::http::reply::{NoContent, Success};
use crate::store::users::User;

/// One's own settings; null is the account's.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Profile")]
pub struct ProfileOut {
    name: String,
    email: String,
    language: Option<String>,
    zone: Option<String>,
}

impl From<User> for ProfileOut {
    fn from(user: User) -> Self {
        Self { name: user.name, email: user.email, language: user.language, zone: user.zone }
    }
}

pub async fn get_profile(state: State, user: SignedIn) -> Result<Success<ProfileOut>> {
    Ok(Success::new(profile::get(&state.ctx, &user).await?.into()))
}

/// What is to change; null goes back to the account's.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ProfilePatch {
    name: Option<String>,
    #[serde(default)]
    language: Field<String>,
    #[serde(default)]
    zone: Field<String>,
}

pub async fn update_profile(
    state: State,
    user: SignedIn,
    body: Body<ProfilePatch>,
) -> Result<Success<ProfileOut>> {
    let ProfilePatch { name, language, zone } = body.value;
    let patch = profile::Patch { name, language, zone };
    let answer = profile::patch(&state.ctx, &user, patch, body.once).await?;
    Ok(Success::once(answer).map(ProfileOut::from))
}

#[derive(Deserialize, JsonSchema)]
pub struct PasswordChange {
    current: String,
    new: String,
}

/// The others are signed out; this browser gets a new cookie.
pub async fn change_password(
    state: State,
    user: SignedIn,
    Address(address): Address,
    body: Body<PasswordChange>,
) -> Result<(HeaderMap, NoContent)> {
    state.limits.sign_in(&user.email, address)?;
    let PasswordChange { current, new } = body.value;
    let started = profile::change_password(&state.ctx, &user, current, new).await?;
    let lifetime_s = sessions::LONGEST_S;
    let headers =
        started.map(|started| cookie::set(Whose::User, &started.secret, lifetime_s, &state.settings));
    Ok((headers.unwrap_or_default(), NoContent))
}
