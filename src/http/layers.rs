//! What surrounds every call: request id, access log, metrics, security headers, sharing with other origins, panics.
//!
//! Nothing of a call but its route, status and duration is logged: no query, body, credential or address.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::State;
use super::problem::Problem;
use super::site;

type FromState = axum::extract::State<State>;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The route in log and metrics of what no route matched.
const NO_ROUTE: &str = "none";
/// Longer than any address that Bellwire makes.
const LONGEST_URI: usize = 8 * 1024;

/// Counts and logs the call, and puts on every answer the headers that keep a browser careful.
pub async fn tell(axum::extract::State(state): FromState, request: Request, next: Next) -> Response {
    let started = state.ctx.clock.monotonic();
    let id = state.ctx.id();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let is_api = request.uri().path().starts_with("/v1/");
    let too_long = request.uri().path_and_query().is_some_and(|uri| uri.as_str().len() > LONGEST_URI);

    let mut response = if too_long { Problem::UriTooLong.into_response() } else { next.run(request).await };

    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let seconds = (state.ctx.clock.monotonic() - started).as_secs_f64();
    let status = response.status().as_u16();
    state.metrics.count_request(method.as_str(), route, status, seconds);
    let refused = response.status() == StatusCode::SERVICE_UNAVAILABLE;
    if response.status().is_server_error() && !refused {
        tracing::warn!(request.id = id, %method, route, status, seconds, "answered");
    } else {
        tracing::debug!(request.id = id, %method, route, status, seconds, "answered");
    }
    careful(response.headers_mut(), &state, is_api);
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn careful(headers: &mut HeaderMap, state: &State, is_api: bool) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if state.base_url.starts_with("https://") {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    if is_api {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // Should a browser ever show an answer of the API as a page, that page can do nothing.
        let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        headers.insert(header::CONTENT_SECURITY_POLICY, nothing);
    }
}

/// Cross-origin resource sharing for host pages that embed Bellwire: the exact origin, never credentials.
pub async fn share(axum::extract::State(state): FromState, request: Request, next: Next) -> Response {
    let origin = site::foreign_origin(&state, request.headers()).map(ToOwned::to_owned);
    let Some(origin) = origin.filter(|_| request.uri().path().starts_with("/v1/")) else {
        return next.run(request).await;
    };
    // A preflight has no credentials, so it cannot say whose account is meant; the call itself is held to its own.
    let allowed = state.origins.allowed(&state.ctx, None, &origin).await.unwrap_or(false);
    let preflight = *request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match (preflight, allowed) {
        (true, true) => preflight_answer(),
        (true, false) => Problem::CrossSite.into_response(),
        (false, _) => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if allowed && let Ok(origin) = HeaderValue::try_from(origin) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let exposed = HeaderValue::from_static("Retry-After, Idempotency-Replayed, X-Request-Id");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    response
}

fn preflight_answer() -> Response {
    const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
    const HEADERS: &str = "Authorization, Content-Type, Accept-Language, Idempotency-Key, Last-Event-ID";
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// A panic in a handler is a mistake of ours: the caller gets a 500, the log the place.
pub async fn catch_panics(request: Request, next: Next) -> Response {
    let mut call = pin!(next.run(request));
    let answer = std::future::poll_fn(|context| {
        match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context))) {
            Ok(polled) => polled.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    });
    match answer.await {
        Ok(response) => response,
        Err(panic) => {
            let what = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let what = what.or_else(|| panic.downcast_ref::<String>().cloned());
            Problem::internal(format!("panic: {}", what.unwrap_or_default())).into_response()
        }
    }
}
