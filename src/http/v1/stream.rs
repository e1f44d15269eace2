//! The stream of an inbox: server-sent events that resume without a gap.
//!
//! The connection joins the hub first and reads the store then, so that nothing falls between; what the hub queued
//! meanwhile and the store has told already is dropped by its number. Who reconnects with a recent cursor and has
//! missed nothing is served without a query.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::access::SignedIn;
use crate::domain::cursor::Cursor;
use crate::domain::error::{Error, Fault};
use crate::flows::listen::{self, Replay};
use crate::http::State;
use crate::http::carrier::{self, Source};
use crate::http::extract::Query;
use crate::http::guard;
use crate::http::problem::{Problem, Result};
use crate::http::reply::Answers;
use crate::http::route::{Answer, Operation};
use crate::hub::Joined;
use crate::hub::frame;

/// How long a client waits before it comes back: this, and up to as much again, so that not all come at once.
const RETRY_MS: u64 = 1_000;
/// When a user who holds as many streams as he may can ask again, in seconds.
const TOO_MANY_RETRY_S: u64 = 30;

#[derive(Debug, Deserialize, JsonSchema)]
pub struct StreamQuery {
    /// As `Last-Event-ID`, which goes before it.
    cursor: Option<String>,
}

/// `text/event-stream`.
pub struct EventStream(Source);

impl Answers for EventStream {
    fn describe(operation: &mut Operation) {
        operation.answers.push(Answer { status: 200, media: "text/event-stream", schema: None });
    }
}

impl IntoResponse for EventStream {
    fn into_response(self) -> Response {
        let mut response = carrier::answer(self.0);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // nginx buffers answers unless it is told not to.
        headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
        response
    }
}

pub async fn open_stream(
    state: State,
    who: SignedIn,
    headers: HeaderMap,
    Query(query): Query<StreamQuery>,
) -> Result<EventStream> {
    let given = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let cursor = match given.or(query.cursor).filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(Cursor::parse(&text).ok_or_else(|| Error::field("cursor", Fault::BadCursor))?),
    };
    let after = cursor.filter(|cursor| cursor.epoch == state.ctx.epoch).map(|cursor| cursor.seq);
    let joined =
        state.hub.join(&who, after).map_err(|_| Problem::TooMany { retry_after_s: TOO_MANY_RETRY_S })?;
    // Whose right ended since he was let in was not yet there when his streams were told to end.
    guard::identify(&state, &headers).await?;
    let replay = if let Some(up_to) = nothing_missed(&joined, cursor, after) {
        Replay { frames: Vec::new(), up_to }
    } else {
        let replay = listen::replay(&state.ctx, &who, cursor).await?;
        if joined.relayed.is_some() || state.hub.begin(who.account, replay.up_to) <= replay.up_to {
            replay
        } else {
            // Somebody else was the first, and what came between the two looks is in no frame.
            listen::replay(&state.ctx, &who, cursor).await?
        }
    };
    let retry = RETRY_MS + u64::from(state.ctx.ids.secret(1)[0]) * RETRY_MS / 256;
    let first = std::iter::once(frame::hello(retry)).chain(replay.frames);
    Ok(EventStream(Source::new(first, replay.up_to, joined.frames, joined.place)))
}

/// The number up to which this client has everything, if the hub can tell without the store.
fn nothing_missed(joined: &Joined, cursor: Option<Cursor>, after: Option<i64>) -> Option<i64> {
    let relayed = joined.relayed?;
    match (cursor, after) {
        (None, _) => Some(relayed),
        (Some(_), Some(after)) if after <= relayed && !joined.behind => Some(relayed),
        _ => None,
    }
}
