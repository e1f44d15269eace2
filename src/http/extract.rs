//! What handlers take: the caller, parts of the URL, JSON bodies. Each is checked when the handler begins.
//!
//! Whether the caller may call at all was settled before, by [`super::guard`].

use std::fmt::Write as _;
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::body::Body as AxumBody;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use ring::digest::{SHA256, digest};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::State;
use super::fields;
use super::problem::{Problem, Result};
use super::reply::schema_of;
use super::route::Operation;
use crate::config::Settings;
use crate::domain::access::{Caller, KeyCaller, SignedIn};
use crate::domain::error::{Error, Fault};
use crate::domain::operator::SignedInOperator;
use crate::flows::once::Once;

/// No body that Bellwire reads is longer.
pub const BODY_LIMIT: usize = 256 * 1024;
/// How long a body may take to come.
pub const BODY_TIME: Duration = Duration::from_secs(10);

/// An argument of a handler that the OpenAPI document can describe.
pub trait Part {
    fn describe(_operation: &mut Operation) {}
}

/// A JSON body, and the Idempotency-Key that came with it. An empty body counts as `{}`.
#[derive(Debug)]
pub struct Body<T> {
    pub value: T,
    pub once: Option<Once>,
}

impl<T: JsonSchema> Part for Body<T> {
    fn describe(operation: &mut Operation) {
        operation.body = Some(schema_of::<T>);
        operation.once = true;
    }
}

impl<T: DeserializeOwned> FromRequest<State> for Body<T> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, state: &State) -> Result<Self> {
        let once = request.extensions_mut().remove::<Once>();
        let declared = is_json(request.headers());
        let bytes = read(request.body_mut(), state, BODY_LIMIT).await?;
        if !declared && !bytes.is_empty() {
            return Err(Problem::NotJson);
        }
        let value = if bytes.is_empty() {
            Value::Object(serde_json::Map::new())
        } else {
            serde_json::from_slice(&bytes)
                .map_err(|e| Problem::Malformed { line: e.line(), column: e.column() })?
        };
        let once = once.map(|once| Once { body_hash: sha256(&bytes), ..once });
        Ok(Self { value: fields::from_json(value)?, once })
    }
}

/// A body that is not one JSON document of one type, up to so many bytes; `T` is what the document says of it.
#[derive(Debug)]
pub struct Raw<T, const LIMIT: usize> {
    pub bytes: Bytes,
    /// The media type without parameters, in small letters.
    pub media: String,
    pub once: Option<Once>,
    is: PhantomData<T>,
}

impl<T: JsonSchema, const LIMIT: usize> Part for Raw<T, LIMIT> {
    fn describe(operation: &mut Operation) {
        operation.body = Some(schema_of::<T>);
        operation.once = true;
    }
}

impl<T, const LIMIT: usize> FromRequest<State> for Raw<T, LIMIT> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, state: &State) -> Result<Self> {
        let once = request.extensions_mut().remove::<Once>();
        let media = essence(request.headers());
        let bytes = read(request.body_mut(), state, LIMIT).await?;
        let once = once.map(|once| Once { body_hash: sha256(&bytes), ..once });
        Ok(Self { bytes, media, once, is: PhantomData })
    }
}

fn essence(headers: &HeaderMap) -> String {
    let declared =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// `application/json` or a type that ends in `+json`, with or without parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let essence = essence(headers);
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// The whole of a body that is no longer than `limit` and comes in time.
pub(super) async fn read(body: &mut AxumBody, state: &State, limit: usize) -> Result<Bytes> {
    let body = Limited::new(body, limit).collect();
    let read = tokio::select! {
        biased;
        read = body => read,
        () = state.ctx.clock.sleep(BODY_TIME) => return Err(Problem::TooSlow),
    };
    match read {
        Ok(body) => Ok(body.to_bytes()),
        Err(e) if e.is::<LengthLimitError>() => Err(Problem::BodyTooLarge),
        // The connection broke, or the framing is wrong: nobody is left to read a better answer.
        Err(_) => Err(Problem::Malformed { line: 1, column: 1 }),
    }
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The Idempotency-Key of a write that has no body.
#[derive(Debug)]
pub struct OnceKey(pub Option<Once>);

impl Part for OnceKey {
    fn describe(operation: &mut Operation) {
        operation.once = true;
    }
}

impl FromRequestParts<State> for OnceKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self> {
        Ok(Self(parts.extensions.remove::<Once>()))
    }
}

/// The parameters of the URL.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: JsonSchema> Part for Query<T> {
    fn describe(operation: &mut Operation) {
        operation.query = Some(schema_of::<T>);
    }
}

impl<T: DeserializeOwned> FromRequestParts<State> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self> {
        Ok(Self(fields::from_query(parts.uri.query().unwrap_or_default())?))
    }
}

/// The parameters of the URL, and apart from them the filters by custom fields, `custom[CODE]=value`, whose names are the
/// account's own.
#[derive(Debug)]
pub struct FilteredQuery<T>(pub T, pub Vec<(String, String)>);

impl<T: JsonSchema> Part for FilteredQuery<T> {
    fn describe(operation: &mut Operation) {
        operation.query = Some(schema_of::<T>);
    }
}

impl<T: DeserializeOwned> FromRequestParts<State> for FilteredQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self> {
        let mut custom = Vec::new();
        let mut others = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            match name.strip_prefix("custom[").and_then(|rest| rest.strip_suffix(']')) {
                Some(code) if code.contains('\0') || value.contains('\0') => {
                    let fault = Fault::WrongType("string without U+0000");
                    return Err(Error::field("custom[CODE]", fault).into());
                }
                Some(code) if !value.is_empty() => custom.push((code.to_owned(), value.into_owned())),
                Some(_) => {}
                None => drop(others.append_pair(&name, &value)),
            }
        }
        Ok(Self(fields::from_query(&others.finish())?, custom))
    }
}

/// The parts of the path in braces; what cannot be one is not found.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T> Part for Path<T> {}

impl<T: DeserializeOwned + Send> FromRequestParts<State> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self> {
        // No id holds U+0000, and PostgreSQL takes it in no text.
        if parts.uri.path().contains("%00") {
            return Err(Error::NotFound.into());
        }
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|path| Self(path.0)).map_err(|_| Error::NotFound.into())
    }
}

impl Part for Caller {}

impl FromRequestParts<State> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Error::Unauthenticated.into())
    }
}

impl Part for SignedIn {}

impl FromRequestParts<State> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self> {
        match Caller::from_request_parts(parts, state).await? {
            Caller::User(user) => Ok(user),
            Caller::Key(_) => Err(Error::Forbidden.into()),
        }
    }
}

impl Part for KeyCaller {}

impl FromRequestParts<State> for KeyCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self> {
        match Caller::from_request_parts(parts, state).await? {
            Caller::Key(key) => Ok(key),
            Caller::User(_) => Err(Error::Forbidden.into()),
        }
    }
}

impl Part for SignedInOperator {}

impl FromRequestParts<State> for SignedInOperator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Error::Unauthenticated.into())
    }
}

impl Part for State {}

impl FromRequestParts<Self> for State {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, state: &Self) -> Result<Self> {
        Ok(state.clone())
    }
}

impl Part for HeaderMap {}

/// The address that the call comes from, for limits only: it is neither logged nor stored.
#[derive(Debug, Clone, Copy)]
pub struct Address(pub IpAddr);

impl Part for Address {}

impl FromRequestParts<State> for Address {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self> {
        Ok(Self(client_address(parts, &state.settings)))
    }
}

/// The peer's address, or the last one that a trusted proxy appended to `X-Forwarded-For`.
pub(super) fn client_address(parts: &Parts, settings: &Settings) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
    if !settings.trust_forwarded {
        return peer;
    }
    let forwarded = parts.headers.get_all("x-forwarded-for").iter().next_back();
    let last = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    last.unwrap_or(peer)
}
