//! The stream of an inbox: server-sent events that resume without a gap.
//!
//! The connection joins the hub first and reads the store then, so that nothing falls between; what the hub queued
//! meanwhile and the store has told already is dropped by its number. Who reconnects with a recent cursor and has
//! missed nothing is served without a query.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body as HttpBody;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body::Frame as BodyFrame;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::access::SignedIn;
use crate::domain::cursor::Cursor;
use crate::domain::error::{Error, Fault};
use crate::flows::listen::{self, Replay};
use crate::http::State;
use crate::http::extract::Query;
use crate::http::guard;
use crate::http::problem::{Problem, Result};
use crate::http::reply::Answers;
use crate::http::route::{Answer, Operation};
use crate::hub::frame::{self, Frame};
use crate::hub::outlet::Frames;
use crate::hub::{Joined, Place};

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
pub struct EventStream(Body);

impl Answers for EventStream {
    fn describe(operation: &mut Operation) {
        operation.answers.push(Answer { status: 200, media: "text/event-stream", schema: None });
    }
}

impl IntoResponse for EventStream {
    fn into_response(self) -> Response {
        let mut response = HttpBody::new(self.0).into_response();
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
    let mut first = VecDeque::from([frame::hello(retry)]);
    first.extend(replay.frames.into_iter().flat_map(pieces));
    Ok(EventStream(Body { first, up_to: replay.up_to, frames: joined.frames, _place: joined.place }))
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

fn pieces(frame: Frame) -> impl Iterator<Item = Bytes> {
    [Some(frame.own), frame.shared].into_iter().flatten()
}

/// The body of the answer: what is replayed, then what the hub sends.
struct Body {
    first: VecDeque<Bytes>,
    /// Frames up to this number were replayed.
    up_to: i64,
    frames: Frames,
    /// Leaves the hub when the connection ends.
    _place: Place,
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context,
    ) -> Poll<Option<Result<BodyFrame<Bytes>, Self::Error>>> {
        loop {
            if let Some(bytes) = self.first.pop_front() {
                if self.first.is_empty() {
                    self.first.shrink_to_fit();
                }
                return Poll::Ready(Some(Ok(BodyFrame::data(bytes))));
            }
            match self.frames.poll(context) {
                Poll::Ready(Some(frame)) if frame.seq != 0 && frame.seq <= self.up_to => {}
                Poll::Ready(Some(frame)) => self.first.extend(pieces(frame)),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}
