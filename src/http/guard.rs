//! Before any handler: who calls, from where, and whether he may.
//!
//! Runs after routing and before the body is read, so that a call that is refused has had no effect and cost little.
//! The rule itself is `domain::access`; who a credential belongs to is `flows::credentials`.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::State;
use super::cookie::{self, Whose};
use super::extract::client_address;
use super::problem::{Problem, Result};
use super::site::{self, Site};
use crate::domain::access::{Access, Caller};
use crate::domain::error::{Conflict, Error, Fault};
use crate::domain::id::Account;
use crate::domain::operator::SignedInOperator;
use crate::flows::credentials::{self, Given};
use crate::flows::once::Once;
use crate::flows::operators;

/// A route's rule, with what is needed to enforce it.
#[derive(Clone)]
pub struct Guard {
    pub state: State,
    pub access: Access,
}

pub async fn enforce(
    axum::extract::State(guard): axum::extract::State<Guard>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let passed = pass(&guard, &mut parts).await;
    let language = parts.extensions.get::<Caller>().and_then(|caller| match caller {
        Caller::User(user) => Some(user.language),
        Caller::Key(_) => None,
    });
    let language = language.or_else(|| parts.extensions.get::<SignedInOperator>()?.language);
    // Held until the handler has answered: a second call with the same key is refused that long.
    let mut response = match passed {
        Ok(_running) => next.run(Request::from_parts(parts, body)).await,
        Err(problem) => problem.into_response(),
    };
    if let Some(language) = language {
        response.extensions_mut().insert(language);
    }
    response
}

/// Puts the caller and his Idempotency-Key into the request's extensions.
async fn pass(guard: &Guard, parts: &mut Parts) -> Result<Option<Running>> {
    if guard.access == Access::Operator
        && let Some(secret) = cookie::find(Whose::Operator, &parts.headers, &guard.state.settings)
    {
        let secret = secret.to_owned();
        return pass_operator(guard, parts, &secret).await;
    }
    let given = given(&parts.headers, &guard.state);
    let site = site::of(&guard.state, &parts.headers);
    if is_unsafe(&parts.method) && !matches!(given, Some(Given::Bearer(_))) {
        same_site_only(site, given.is_some())?;
    }
    if guard.access == Access::Public {
        return Ok(None);
    }
    let Some(given) = given else { return Err(Error::Unauthenticated.into()) };
    let by_bearer = matches!(given, Given::Bearer(_));
    let caller = match credentials::resolve(&guard.state.ctx, given).await {
        Err(Error::Unauthenticated) if by_bearer => return Err(wrong_bearer(guard, parts)),
        resolved => resolved?,
    };
    if let Some(origin) = site::foreign_origin(&guard.state, &parts.headers)
        && !guard.state.origins.allowed(&guard.state.ctx, Some(caller.account()), origin).await?
    {
        return Err(Problem::CrossSite);
    }
    if let Caller::Key(key) = &caller {
        guard.state.limits.call(&key.key)?;
    }
    let (shares, account) = (&guard.state.limits.accounts, caller.account());
    shares.call(&guard.state.ctx, account).await?;
    let allowed = guard.access.check(&caller);
    if allowed.is_ok() && is_unsafe(&parts.method) && is_told_by(guard.access) {
        shares.write(&guard.state.ctx, account, 1).await?;
    }
    let once = allowed.map_err(Problem::from).and_then(|()| once(parts, &caller));
    parts.extensions.insert(caller);
    let Some(once) = once? else { return Ok(None) };
    let running = Running::begin(&guard.state.running, &once)?;
    parts.extensions.insert(once);
    Ok(Some(running))
}

/// Whether such a route takes in what happened: what the operator may limit by the minute.
fn is_told_by(access: Access) -> bool {
    [Access::FEEDER, Access::SENDER].contains(&access)
}

/// Lets an operator pass: from our own pages only, whatever an account allows.
async fn pass_operator(guard: &Guard, parts: &mut Parts, secret: &str) -> Result<Option<Running>> {
    let site = site::of(&guard.state, &parts.headers);
    if is_unsafe(&parts.method) {
        same_site_only(site, true)?;
    } else if site::foreign_origin(&guard.state, &parts.headers).is_some() {
        return Err(Problem::CrossSite);
    }
    let operator = operators::resolve(&guard.state.ctx, secret).await?;
    let once = once_of(parts, Account::SERVER, format!("operator:{}", operator.id));
    parts.extensions.insert(operator);
    let Some(once) = once? else { return Ok(None) };
    let running = Running::begin(&guard.state.running, &once)?;
    parts.extensions.insert(once);
    Ok(Some(running))
}

/// The caller behind the credential of a call, whatever its route.
pub(super) async fn identify(state: &State, headers: &HeaderMap) -> Result<Caller> {
    let given = given(headers, state).ok_or(Error::Unauthenticated)?;
    Ok(credentials::resolve(&state.ctx, given).await?)
}

fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Browsers attach the cookie to what other sites make them send, so a call with it must come from our own pages; a
/// call without any credential (sign-in) must at least not come from another site.
fn same_site_only(site: Site, with_cookie: bool) -> Result<()> {
    match site {
        Site::Own => Ok(()),
        Site::Unknown if !with_cookie => Ok(()),
        Site::Foreign | Site::Unknown => Err(Problem::CrossSite),
    }
}

/// A guess costs its address something; a good credential from the same address is still served.
fn wrong_bearer(guard: &Guard, parts: &Parts) -> Problem {
    let address: IpAddr = client_address(parts, &guard.state.settings);
    guard.state.limits.wrong_bearer(address).err().unwrap_or_else(|| Error::Unauthenticated.into())
}

/// The credential of a call. `Authorization` goes before the cookie, and a malformed one does not fall back to it.
fn given(headers: &HeaderMap, state: &State) -> Option<Given> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let (scheme, secret) = value.to_str().unwrap_or_default().split_once(' ').unwrap_or_default();
        let secret = if scheme.eq_ignore_ascii_case("bearer") { secret.trim() } else { "" };
        return Some(Given::Bearer(secret.to_owned()));
    }
    cookie::find(Whose::User, headers, &state.settings).map(|secret| Given::Session(secret.to_owned()))
}

/// The Idempotency-Key of a write; the hash of the body is filled in where the body is read.
fn once(parts: &Parts, caller: &Caller) -> Result<Option<Once>> {
    let actor = caller.actor();
    let who = format!("{}:{}", actor.kind(), actor.id().unwrap_or_default());
    once_of(parts, caller.account(), who)
}

fn once_of(parts: &Parts, account: Account, caller: String) -> Result<Option<Once>> {
    const LONGEST: usize = 255;
    const HEADER: &str = "Idempotency-Key";
    let Some(key) = parts.headers.get(HEADER).filter(|_| is_unsafe(&parts.method)) else { return Ok(None) };
    let fault = match key.to_str() {
        Ok(key) if key.len() > LONGEST => Fault::TooLong(LONGEST),
        Ok("") => Fault::Required,
        Ok(key) if key.bytes().all(|byte| byte.is_ascii_graphic()) => {
            return Ok(Some(Once {
                account,
                caller,
                operation: format!("{} {}", parts.method, parts.uri.path()),
                key: key.to_owned(),
                body_hash: String::new(),
            }));
        }
        _ => Fault::WrongType("visible ASCII"),
    };
    Err(Error::field(HEADER, fault).into())
}

/// The calls with an Idempotency-Key that this node is busy with.
#[derive(Debug, Default)]
pub struct RunningKeys(Mutex<HashSet<[String; 4]>>);

/// One of them, until it is dropped.
#[derive(Debug)]
struct Running {
    keys: Arc<RunningKeys>,
    own: [String; 4],
}

impl Running {
    fn begin(keys: &Arc<RunningKeys>, once: &Once) -> Result<Self> {
        let own = [once.account.0.to_string(), once.caller.clone(), once.operation.clone(), once.key.clone()];
        let fresh = keys.0.lock().unwrap_or_else(PoisonError::into_inner).insert(own.clone());
        if !fresh {
            return Err(Error::Conflict(Conflict::IdempotencyRunning).into());
        }
        Ok(Self { keys: Arc::clone(keys), own })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.keys.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.own);
    }
}
