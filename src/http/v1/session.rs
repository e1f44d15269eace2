//! Signing in and out, and who is signed in.

use axum::http::HeaderMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::SignedIn;
use crate::domain::preferences::Hours;
use crate::domain::rights::{Rights, Role};
use crate::flows::preferences;
use crate::flows::sessions::{self, Attempt, Outcome, Started};
use crate::http::State;
use crate::http::cookie::{self, Whose};
use crate::http::extract::{Address, Body};
use crate::http::problem::Result;
use crate::http::reply::{NoContent, Success};

/// How long a browser keeps the cookie; the session ends by then at the latest.
const COOKIE_S: i64 = sessions::LONGEST_S;

/// Who is signed in, where, and what he may.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Session")]
pub struct SessionOut {
    user: SessionUser,
    account: SessionAccount,
    rights: Rights,
    popups: SessionPopups,
    /// Whether this server is a demo.
    demo: bool,
    version: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct SessionUser {
    id: String,
    number: i64,
    name: String,
    email: String,
    role: Role,
    /// His own, else the account's.
    language: &'static str,
    /// His own, else the account's.
    zone: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct SessionAccount {
    code: String,
    name: String,
    zone: String,
    language: String,
}

/// What the user chose about popups.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SessionPopups {
    /// How long one stays that does not say so itself.
    seconds: i64,
    /// The hours in which nothing sounds.
    quiet: Option<Hours>,
}

impl SessionOut {
    /// # Errors
    /// When the store does not answer.
    pub async fn load(state: &State, signed_in: SignedIn) -> Result<Self> {
        let (user, account) = sessions::get_session(&state.ctx, &signed_in).await?;
        let choices = preferences::get(&state.ctx, &signed_in).await?.choices;
        Ok(Self {
            user: SessionUser {
                id: user.id.to_string(),
                number: user.number,
                name: signed_in.name,
                email: signed_in.email,
                role: signed_in.role,
                language: signed_in.language.code(),
                zone: signed_in.zone,
            },
            account: SessionAccount {
                code: account.code,
                name: account.name,
                zone: account.zone,
                language: account.language,
            },
            rights: signed_in.rights,
            popups: SessionPopups { seconds: choices.popup_seconds, quiet: choices.quiet.map(Hours::from) },
            demo: state.demo.is_some(),
            version: env!("CARGO_PKG_VERSION"),
        })
    }
}

/// A session that has begun: the cookie, and what `GET /v1/session` would say.
///
/// # Errors
/// When the store does not answer.
pub async fn begin(state: &State, started: Started) -> Result<(HeaderMap, Success<SessionOut>)> {
    let headers = cookie::set(Whose::User, &started.secret, COOKIE_S, &state.settings);
    Ok((headers, Success::new(SessionOut::load(state, started.user).await?)))
}

pub async fn get_session(state: State, user: SignedIn) -> Result<Success<SessionOut>> {
    Ok(Success::new(SessionOut::load(&state, user).await?))
}

/// What the sign-in form holds.
#[derive(Deserialize, JsonSchema)]
pub struct SignIn {
    email: String,
    password: String,
    /// The code of the account, once it was chosen from `choose`.
    account: Option<String>,
}

/// An account that one can sign in to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Choice {
    code: String,
    name: String,
}

/// Signed in, or the accounts to choose from.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum SignInOut {
    Session(Box<SessionOut>),
    Choose { choose: Vec<Choice> },
}

pub async fn sign_in(
    state: State,
    Address(address): Address,
    headers: HeaderMap,
    body: Body<SignIn>,
) -> Result<(HeaderMap, Success<SignInOut>)> {
    let SignIn { email, password, account } = body.value;
    state.limits.sign_in(&email, address)?;
    let previous = cookie::find(Whose::User, &headers, &state.settings).map(ToOwned::to_owned);
    let attempt = Attempt { email, password, account, previous };
    match sessions::sign_in(&state.ctx, attempt).await? {
        Outcome::Started(started) => {
            let (headers, session) = begin(&state, *started).await?;
            Ok((headers, session.map(|session| SignInOut::Session(Box::new(session)))))
        }
        Outcome::Choose(accounts) => {
            let choose = accounts.into_iter().map(|(code, name)| Choice { code, name }).collect();
            Ok((HeaderMap::new(), Success::new(SignInOut::Choose { choose })))
        }
    }
}

pub async fn sign_out(state: State, user: SignedIn) -> Result<(HeaderMap, NoContent)> {
    sessions::sign_out(&state.ctx, &user).await?;
    Ok((cookie::clear(Whose::User, &state.settings), NoContent))
}

pub async fn sign_out_everywhere(state: State, user: SignedIn) -> Result<(HeaderMap, NoContent)> {
    sessions::sign_out_everywhere(&state.ctx, &user).await?;
    Ok((cookie::clear(Whose::User, &state.settings), NoContent))
}
