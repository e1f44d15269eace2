//! Segments: saved conditions over customers, and how many are in them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::Caller;
use crate::flows::change::By;
use crate::flows::marketing::segments::{self, Draft};
use crate::http::State;
use crate::http::extract::{Body, OnceKey, Path, Query};
use crate::http::problem::Result;
use crate::http::reply::{Created, NoContent, Success};
use crate::http::v1::page::limit;
use crate::render::instant::to_rfc3339;
use crate::store::segments::Segment;

/// A segment.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Segment")]
pub struct SegmentOut {
    id: String,
    code: String,
    name: String,
    /// An expression over a customer.
    condition: String,
    /// How many were in it; null as long as a long count is under way; counted every hour.
    count: Option<i64>,
    counted_at: Option<String>,
}

impl From<Segment> for SegmentOut {
    fn from(segment: Segment) -> Self {
        Self {
            id: segment.id,
            code: segment.code,
            name: segment.name,
            condition: segment.condition,
            count: segment.count,
            counted_at: segment.counted_at.map(to_rfc3339),
        }
    }
}

/// Which segments are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SegmentsQuery {
    /// Text in name or code.
    q: Option<String>,
    cursor: Option<String>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

/// A page of segments, in order of their codes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SegmentsPage {
    items: Vec<SegmentOut>,
    next: Option<String>,
}

pub async fn list_segments(
    state: State,
    caller: Caller,
    Query(query): Query<SegmentsQuery>,
) -> Result<Success<SegmentsPage>> {
    let most = limit(query.limit)?;
    let page = segments::list(&state.ctx, caller.account(), query.q, query.cursor, most).await?;
    let items = page.items.into_iter().map(SegmentOut::from).collect();
    Ok(Success::new(SegmentsPage { items, next: page.next }))
}

pub async fn get_segment(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Success<SegmentOut>> {
    Ok(Success::new(segments::get(&state.ctx, caller.account(), id).await?.into()))
}

pub async fn create_segment(state: State, caller: Caller, body: Body<Draft>) -> Result<Created<SegmentOut>> {
    let by = By::from(&caller);
    let answer = segments::add(&state.ctx, &by, body.value, body.once).await?;
    let segment = segments::get(&state.ctx, by.account, answer.value.clone()).await?;
    Ok(Created::once(answer).map(|_| segment.into()))
}

pub async fn put_segment(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<Draft>,
) -> Result<Success<SegmentOut>> {
    segments::put(&state.ctx, &By::from(&caller), id.clone(), body.value, body.once).await?;
    get_segment(state, caller, Path(id)).await
}

pub async fn delete_segment(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    segments::delete(&state.ctx, &By::from(&caller), id, once).await?;
    Ok(NoContent)
}

/// A condition, to be counted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SegmentCountIn {
    condition: String,
}

/// A customer of a sample.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SegmentSample {
    id: String,
    title: String,
}

/// How many customers a condition finds, and some of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SegmentCount {
    count: i64,
    sample: Vec<SegmentSample>,
}

pub async fn count_segment(
    state: State,
    caller: Caller,
    body: Body<SegmentCountIn>,
) -> Result<Success<SegmentCount>> {
    let (count, sample) = segments::count(&state.ctx, &caller, body.value.condition).await?;
    let sample = sample.into_iter().map(|(id, title)| SegmentSample { id, title }).collect();
    Ok(Success::new(SegmentCount { count, sample }))
}
