//! The doors that only `bellwire demo` has: who is there, sign-in as anybody, and the flow of messages.
//!
//! They are not in the route table of the product: a server that was not made with a [`Demo`] has no such routes.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::demo_mailbox::{self, Mailbox};
use super::operator::session::{self as operator_session, OperatorSessionOut};
use super::session::{self, SessionOut};
use crate::domain::access::Access;
use crate::domain::error::{Error, Fault};
use crate::domain::id::{Account, UserId};
use crate::domain::rights::Role;
use crate::flows::{accounts, groups, operators, sessions, users};
use crate::http::State;
use crate::http::extract::Body;
use crate::http::problem::Result;
use crate::http::reply::Success;
use crate::http::route::{Route, get, post};
use crate::render::instant::to_rfc3339;
use crate::store::users::Filter;

/// More people than a demo has.
const MOST_PEOPLE: i64 = 100;

/// What makes a server a demo: its account, and the switch of its flow of messages.
#[derive(Debug)]
pub struct Demo {
    account: Account,
    paused: watch::Sender<bool>,
    mailbox: Arc<Mailbox>,
}

impl Demo {
    #[must_use]
    pub fn new(account: Account, mailbox: Arc<Mailbox>) -> Self {
        Self { account, paused: watch::Sender::new(false), mailbox }
    }

    #[must_use]
    pub(super) fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    #[must_use]
    pub fn account(&self) -> Account {
        self.account
    }

    #[must_use]
    pub fn is_paused(&self) -> bool {
        *self.paused.borrow()
    }
}

/// The routes of the demo.
pub(in crate::http) fn table() -> Vec<Route> {
    vec![
        get("/v1/demo", Access::Public, get_demo, "Who is there, and whether messages flow"),
        post("/v1/demo/sign-in", Access::Public, sign_in_as, "Sign in as one of them"),
        post("/v1/demo/operator", Access::Public, sign_in_as_operator, "Sign in as the operator"),
        get("/v1/demo/mailbox", Access::Public, demo_mailbox::list_letters, "The letters of the demo"),
        get("/v1/demo/mailbox/{id}", Access::Public, demo_mailbox::get_letter, "One letter of the demo"),
        post("/v1/demo/flow", Access::Public, switch_flow, "Pause the messages, or let them flow"),
        post("/v1/demo/clock", Access::Public, advance_clock, "Let some minutes pass at once"),
    ]
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct DemoOut {
    people: Vec<DemoPerson>,
    /// Null: a visitor removed him.
    operator: Option<DemoOperator>,
    paused: bool,
    /// The demo's own time, which visitors may move on.
    now: String,
}

/// Somebody whom a visitor may be.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DemoPerson {
    id: String,
    name: String,
    email: String,
    role: Role,
    language: String,
    /// Names of groups.
    groups: Vec<String>,
}

/// Who runs the demo's server.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DemoOperator {
    name: String,
    email: String,
}

pub(super) fn of(state: &State) -> Result<&Demo> {
    Ok(state.demo.as_deref().ok_or(Error::NotFound)?)
}

pub async fn get_demo(state: State) -> Result<Success<DemoOut>> {
    let demo = of(&state)?;
    let account = accounts::get(&state.ctx, demo.account).await?;
    let groups = groups::list(&state.ctx, demo.account).await?;
    let filter = Filter { limit: MOST_PEOPLE, ..Filter::default() };
    let people = users::list(&state.ctx, demo.account, filter).await?;
    let named =
        |code: String| groups.iter().find(|group| group.code == code).map_or(code, |g| g.name.clone());
    let person = |user: crate::store::users::User| DemoPerson {
        id: user.id.to_string(),
        name: user.name,
        email: user.email,
        role: user.role,
        language: user.language.unwrap_or_else(|| account.language.clone()),
        groups: user.groups.into_iter().map(named).collect(),
    };
    let people = people.into_iter().filter(|user| user.locked_at.is_none()).map(person).collect();
    let operator = operators::list(&state.ctx).await?.into_iter().next();
    let operator = operator.map(|who| DemoOperator { name: who.name, email: who.email });
    let (paused, now) = (demo.is_paused(), to_rfc3339(state.ctx.now()));
    Ok(Success::new(DemoOut { people, operator, paused, now }))
}

/// Whom to be.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SignInAs {
    /// The id of one of the people.
    user: String,
}

pub async fn sign_in_as(state: State, body: Body<SignInAs>) -> Result<(HeaderMap, Success<SessionOut>)> {
    let demo = of(&state)?;
    let started = sessions::start(&state.ctx, demo.account, UserId::new(body.value.user)).await?;
    session::begin(&state, started).await
}

pub async fn sign_in_as_operator(state: State) -> Result<(HeaderMap, Success<OperatorSessionOut>)> {
    of(&state)?;
    let operator = operators::list(&state.ctx).await?.into_iter().next().ok_or(Error::NotFound)?;
    let started = operators::start(&state.ctx, &operator.email).await?;
    Ok(operator_session::begin(&state, started))
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Flow {
    paused: bool,
}

pub async fn switch_flow(state: State, body: Body<Flow>) -> Result<Success<Flow>> {
    of(&state)?.paused.send_replace(body.value.paused);
    Ok(Success::new(body.value))
}

/// How far the demo's clock is moved on.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Advance {
    /// 1–1440.
    advance_minutes: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct DemoClock {
    now: String,
}

pub async fn advance_clock(state: State, body: Body<Advance>) -> Result<Success<DemoClock>> {
    of(&state)?;
    let minutes = body.value.advance_minutes;
    if !(1..=1440).contains(&minutes) {
        return Err(Error::field("advance_minutes", Fault::NotAChoice("1 – 1440")).into());
    }
    if !state.ctx.clock.skip(Duration::from_mins(minutes)) {
        return Err(Error::NotFound.into());
    }
    Ok(Success::new(DemoClock { now: to_rfc3339(state.ctx.now()) }))
}
