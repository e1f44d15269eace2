//! What handlers answer with: the status is part of the type, so that the OpenAPI document reads it there.
//!
//! Errors are not here: they are [`super::problem`]'s.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::problem::{self, Problem};
use super::route::{Answer, Operation};
use crate::flows::once;

/// Says that this answer is the one of an earlier call with the same Idempotency-Key.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// JSON with this status.
#[derive(Debug, Clone)]
pub struct Reply<const STATUS: u16, T> {
    value: T,
    replayed: bool,
}

/// 200 with JSON.
pub type Success<T> = Reply<200, T>;
/// 201 with JSON.
pub type Created<T> = Reply<201, T>;
/// 202 with JSON: committed; what follows from it is under way.
pub type Accepted<T> = Reply<202, T>;

/// 204.
#[derive(Debug, Clone, Copy)]
pub struct NoContent;

/// A page with a policy of its own, for what is neither the console nor the API.
#[derive(Debug, Clone)]
pub struct Html {
    pub html: String,
    /// The content security policy.
    pub policy: HeaderValue,
}

impl<const STATUS: u16, T> Reply<STATUS, T> {
    pub fn new(value: T) -> Self {
        Self { value, replayed: false }
    }

    /// The answer of a write with an Idempotency-Key.
    pub fn once(answer: once::Answer<T>) -> Self {
        Self { value: answer.value, replayed: answer.replayed }
    }

    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Reply<STATUS, U> {
        Reply { value: convert(self.value), replayed: self.replayed }
    }
}

impl<const STATUS: u16, T: Serialize> IntoResponse for Reply<STATUS, T> {
    fn into_response(self) -> Response {
        let body = match serde_json::to_vec(&self.value) {
            Ok(body) => body,
            Err(e) => return Problem::internal(e.to_string()).into_response(),
        };
        let status = StatusCode::from_u16(STATUS).unwrap_or(StatusCode::OK);
        let json = HeaderValue::from_static("application/json");
        let mut response = (status, [(header::CONTENT_TYPE, json)], body).into_response();
        if self.replayed {
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl IntoResponse for Html {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::CONTENT_SECURITY_POLICY, self.policy),
        ];
        (headers, self.html).into_response()
    }
}

/// An answer of a handler that the OpenAPI document can describe.
pub trait Answers {
    fn describe(operation: &mut Operation);
}

impl<const STATUS: u16, T: JsonSchema> Answers for Reply<STATUS, T> {
    fn describe(operation: &mut Operation) {
        let schema = Some(schema_of::<T> as super::route::SchemaOf);
        operation.answers.push(Answer { status: STATUS, media: "application/json", schema });
    }
}

impl Answers for NoContent {
    fn describe(operation: &mut Operation) {
        operation.answers.push(Answer { status: 204, media: "", schema: None });
    }
}

impl Answers for Html {
    fn describe(operation: &mut Operation) {
        operation.answers.push(Answer { status: 200, media: "text/html", schema: None });
    }
}

/// Text, such as the metrics.
impl Answers for String {
    fn describe(operation: &mut Operation) {
        operation.answers.push(Answer { status: 200, media: "text/plain", schema: None });
    }
}

/// An answer with headers of its own, such as a cookie.
impl<A: Answers> Answers for (HeaderMap, A) {
    fn describe(operation: &mut Operation) {
        A::describe(operation);
    }
}

impl<A: Answers> Answers for problem::Result<A> {
    fn describe(operation: &mut Operation) {
        A::describe(operation);
    }
}

pub(super) fn schema_of<T: JsonSchema>(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    generator.subschema_for::<T>()
}
