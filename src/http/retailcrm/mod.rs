//! The API of RetailCRM, version 5, as shop modules and their clients speak it: `/api/…`, beside `/v1`.
//!
//! `table.rs` is all of it on one screen. The door is here: who calls (a key with the scope `retailcrm`), parameters from
//! query and body alike, and an answer that is always JSON. What a call does is a flow's, as everywhere; what there is not,
//! is answered as a call that is not found. `docs/retailcrm.md` says what is supported.

pub(super) mod answer;
mod custom_fields;
mod filter;
mod history;
mod notifications;
mod page;
mod params;
mod payments;
mod people;
mod records;
mod references;
mod search;
mod service;
mod table;
mod tasks;

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::IntoResponse as _;
use axum::routing::{MethodFilter, any, on};
use http_body_util::{BodyExt as _, Limited};

use super::State;
use super::extract::{self, client_address};
use super::problem::Problem;
use crate::domain::access::{Access, Caller, KeyCaller};
use crate::domain::error::Error;
use crate::domain::id::Account;
use crate::domain::scope::Scope;
use crate::flows::change::By;
use crate::flows::credentials::{self, Given};
use answer::{Answer, Refusal, Result};
use params::Params;

/// Where all of it is.
const ROOT: &str = "/api";
/// Lists of ids stand in the query, so addresses may be as long as the head of a request.
pub(super) const LONGEST_URI: usize = 14 * 1024;
/// No body that is read is longer: fifty orders with their items.
const BODY_LIMIT: usize = 4 * 1024 * 1024;
/// What is read and thrown away of a longer one, so that the caller sees the answer and no broken connection.
const DRAIN_LIMIT: usize = 32 * 1024 * 1024;
/// Keys with this scope may call all of it, and so may keys with the scope `all`.
const ACCESS: Access = Access::Caller { user: None, key: Some(Scope::Retailcrm) };
const KEY_HEADER: &str = "x-api-key";
const KEY_PARAM: &str = "apiKey";

/// Whether an address is of this API.
pub(super) fn is_at(path: &str) -> bool {
    path.strip_prefix(ROOT).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A call that came through the door.
pub(super) struct Call {
    state: State,
    key: KeyCaller,
    params: Params,
    /// The parts of the path in braces, in their order.
    path: Vec<String>,
}

impl Call {
    fn account(&self) -> Account {
        self.key.account
    }

    fn by(&self) -> By {
        By::from(&Caller::Key(self.key.clone()))
    }

    fn path(&self, at: usize) -> String {
        self.path.get(at).cloned().unwrap_or_default()
    }
}

type Answering = Pin<Box<dyn Future<Output = Result<Answer>> + Send>>;

/// A line of the table.
pub(super) struct Route {
    method: MethodFilter,
    path: &'static str,
    run: Arc<dyn Fn(Call) -> Answering + Send + Sync>,
}

fn route<F, A>(method: MethodFilter, path: &'static str, run: F) -> Route
where
    F: Fn(Call) -> A + Send + Sync + 'static,
    A: Future<Output = Result<Answer>> + Send + 'static,
{
    Route { method, path, run: Arc::new(move |call| Box::pin(run(call))) }
}

/// Puts the calls beneath their root.
pub(super) fn mount(router: Router<State>, state: &State) -> Router<State> {
    let none = state.clone();
    // The root with a slash is neither the root nor beneath it, and would be a page.
    let bare = any(move || async move { Refusal::no_call().answer(&none.texts) });
    router.nest(ROOT, calls(state)).route("/api/", bare)
}

/// The calls behind their door.
fn calls(state: &State) -> Router<State> {
    let routes = table::table().into_iter().fold(Router::new(), |router, route| {
        let run = route.run;
        let handler = move |state: State, path: RawPathParams, request: Request| async move {
            let texts = state.clone();
            let path = path.iter().map(|(_, part)| params::clean(part)).collect();
            match enter(state, path, request, run).await {
                Ok(answer) => answer.into_response(),
                Err(refusal) => refusal.answer(&texts.texts),
            }
        };
        router.route(route.path, on(route.method, handler))
    });
    let (none, no_method) = (state.clone(), state.clone());
    let routes = table::ABSENT.iter().fold(routes, |router, path| {
        let state = state.clone();
        router.route(path, any(move || async move { Refusal::no_call().answer(&state.texts) }))
    });
    routes
        .fallback(move || async move { Refusal::no_call().answer(&none.texts) })
        .method_not_allowed_fallback(move || async move { Refusal::no_method().answer(&no_method.texts) })
}

async fn enter(
    state: State,
    path: Vec<String>,
    request: Request,
    run: Arc<dyn Fn(Call) -> Answering + Send + Sync>,
) -> Result<Answer> {
    let (parts, body) = request.into_parts();
    let mut params = Params::default();
    params.add_form(parts.uri.query().unwrap_or_default().as_bytes())?;
    // Who shows his key before the body is known before it is read.
    let shown = parts.headers.get(KEY_HEADER).and_then(|key| key.to_str().ok()).map(str::trim);
    let shown = shown.filter(|key| !key.is_empty()).map(str::to_owned).or_else(|| params.text(KEY_PARAM));
    let known = match shown {
        Some(key) => Some(admit(&state, &parts, key).await?),
        None => None,
    };
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        add_body(&state, &parts.headers, body, &mut params).await?;
    }
    let key = if let Some(key) = known {
        key
    } else {
        let key = params.text(KEY_PARAM).ok_or_else(Refusal::no_key)?;
        admit(&state, &parts, key).await?
    };
    run(Call { state, key, params, path }).await
}

/// The machine behind a key, if it may call, and not too often.
async fn admit(state: &State, parts: &Parts, key: String) -> Result<KeyCaller> {
    let caller = match credentials::resolve(&state.ctx, Given::Bearer(key)).await {
        Err(Error::Unauthenticated) => {
            let address: IpAddr = client_address(parts, &state.settings);
            state.limits.wrong_bearer(address)?;
            return Err(Error::Unauthenticated.into());
        }
        resolved => resolved?,
    };
    ACCESS.check(&caller)?;
    let Caller::Key(key) = caller else { return Err(Error::Forbidden.into()) };
    state.limits.call(&key.key)?;
    state.limits.accounts.call(&state.ctx, key.account).await?;
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        state.limits.accounts.write(&state.ctx, key.account, 1).await?;
    }
    Ok(key)
}

/// Reads the parameters in a body: JSON where it says so or begins so, else a form.
async fn add_body(state: &State, headers: &HeaderMap, mut body: Body, params: &mut Params) -> Result<()> {
    let mut bytes = extract::read(&mut body, state, BODY_LIMIT).await;
    if bytes == Err(Problem::BodyTooLarge) {
        let rest = Limited::new(body, DRAIN_LIMIT).collect();
        tokio::select! {
            _ = rest => {}
            () = state.ctx.clock.sleep(extract::BODY_TIME) => {}
        }
        bytes = Err(Problem::BodyTooLarge);
    }
    let bytes = bytes?;
    let declared = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let declared = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if declared == "multipart/form-data" {
        return Err(Refusal::bad("Send parameters as application/x-www-form-urlencoded or application/json"));
    }
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None => Ok(()),
        Some(b'{' | b'[') => params.add_json(&bytes),
        Some(_) if declared.ends_with("json") => params.add_json(&bytes),
        Some(_) => params.add_form(&bytes),
    }
}
