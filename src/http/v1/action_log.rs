//! The action log, and what left the house on behalf of rules.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule_wire::language_of;
use super::templates::RuleOut;
use crate::domain::access::Caller;
use crate::domain::code::fold;
use crate::domain::delivery::DeliveryState;
use crate::flows::change::By;
use crate::flows::rules::errands;
use crate::flows::rules::log::{self, Link};
use crate::http::State;
use crate::http::extract::{Body, OnceKey, Path, Query};
use crate::http::problem::Result;
use crate::http::reply::{NoContent, Success};
use crate::http::v1::inbox::Empty;
use crate::http::v1::page::limit;
use crate::render::instant::{parse_rfc3339, to_rfc3339};
use crate::store::action_log::{Status, Wanted};
use crate::store::rule_deliveries::{self, Attempt, Delivery, Outlet};

/// Which entries are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LogQuery {
    status: Option<Status>,
    /// The id of a trigger.
    trigger: Option<String>,
    /// The id of a trigger or marketing rule.
    rule: Option<String>,
    /// The id of a record.
    record: Option<String>,
    /// Text in the rule's name, or the record's title or number.
    q: Option<String>,
    from: Option<String>,
    to: Option<String>,
    cursor: Option<String>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

/// The record that an entry is about.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LoggedRecord {
    r#type: String,
    id: String,
    number: i64,
    title: String,
}

/// An entry of the action log.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogEntry {
    id: String,
    at: String,
    status: Status,
    rule: RuleOut,
    /// The sort of action; null for the run as a whole.
    action: Option<String>,
    message: String,
    record: Option<LoggedRecord>,
    /// It is about a record that the caller does not see: neither that nor what came of it is named.
    hidden: bool,
    links: Vec<Link>,
    duration_us: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct LogPage {
    items: Vec<LogEntry>,
    next: Option<String>,
}

pub async fn list_action_log(
    state: State,
    caller: Caller,
    Query(query): Query<LogQuery>,
) -> Result<Success<LogPage>> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let instant = |field, text: Option<String>| text.map(|t| parse_rfc3339(field, &t)).transpose();
    let wanted = Wanted {
        status: query.status,
        rule: given(query.rule).or(given(query.trigger)),
        record: given(query.record),
        search: given(query.q).map(|text| fold(text.trim())),
        from: instant("from", query.from)?,
        to: instant("to", query.to)?,
        before: given(query.cursor),
        most: limit(query.limit)?,
    };
    let page = log::list(&state.ctx, &caller, wanted).await?;
    let language = language_of(&caller);
    let items = page.items.into_iter().map(|(entry, is_seen)| LogEntry {
        message: log::sentence(&state.texts, language, &entry.message, is_seen),
        // What we wrote ourselves can be read.
        links: if is_seen { serde_json::from_str(&entry.links).unwrap_or_default() } else { Vec::new() },
        hidden: !is_seen,
        record: entry.record.filter(|_| is_seen).map(|record| LoggedRecord {
            r#type: record.record_type,
            id: record.id,
            number: record.number,
            title: record.title,
        }),
        id: entry.id,
        at: to_rfc3339(entry.at),
        status: entry.status,
        rule: entry.rule.into(),
        action: entry.action,
        duration_us: entry.duration_us,
    });
    Ok(Success::new(LogPage { items: items.collect(), next: page.next }))
}

/// Which are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ErrandsQuery {
    /// `http`, or `email` for letters to people who are no users.
    channel: Option<Outlet>,
    state: Option<DeliveryState>,
    /// Text in the URL or address.
    q: Option<String>,
    cursor: Option<String>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

/// Something that leaves the house on behalf of a rule.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "HttpDelivery")]
pub struct ErrandOut {
    /// Of a request: the `webhook-id` that the receiver hears at every try.
    id: String,
    channel: Outlet,
    rule: RuleOut,
    /// The URL or address.
    address: String,
    state: DeliveryState,
    /// Why it waits or has ended: `refused`, `unreachable`, `redirected`, `internal_address`, `gone`, `expired`, `crashed`,
    /// `unfit`, `no_relay`, `relay_down`, `deferred`, `bounced`.
    reason: Option<String>,
    detail: Option<String>,
    attempts: i64,
    next_at: Option<String>,
    expires_at: String,
    created_at: String,
    ended_at: Option<String>,
}

impl From<Delivery> for ErrandOut {
    fn from(one: Delivery) -> Self {
        Self {
            id: one.id,
            channel: one.outlet,
            rule: one.rule.into(),
            address: one.target,
            state: one.state,
            reason: one.reason,
            detail: one.detail,
            attempts: one.tries,
            next_at: one.ended_at.is_none().then(|| to_rfc3339(one.next_at)),
            expires_at: to_rfc3339(one.expires_at),
            created_at: to_rfc3339(one.created_at),
            ended_at: one.ended_at.map(to_rfc3339),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrandsPage {
    items: Vec<ErrandOut>,
    next: Option<String>,
}

pub async fn list_http_deliveries(
    state: State,
    caller: Caller,
    Query(query): Query<ErrandsQuery>,
) -> Result<Success<ErrandsPage>> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let wanted = rule_deliveries::Wanted {
        outlet: query.channel,
        state: query.state,
        search: given(query.q).map(|text| fold(text.trim())),
        before: given(query.cursor),
        most: limit(query.limit)?,
    };
    let page = errands::list(&state.ctx, &caller, wanted).await?;
    let items = page.items.into_iter().map(ErrandOut::from).collect();
    Ok(Success::new(ErrandsPage { items, next: page.next }))
}

/// One try.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "HttpAttempt")]
pub struct AttemptOut {
    n: i64,
    at: String,
    outcome: String,
    reason: Option<String>,
    duration_ms: i64,
}

impl From<Attempt> for AttemptOut {
    fn from(one: Attempt) -> Self {
        Self {
            n: one.number,
            at: to_rfc3339(one.at),
            outcome: one.outcome,
            reason: one.reason,
            duration_ms: one.duration_ms,
        }
    }
}

/// One, try by try.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "HttpDeliveryStory")]
pub struct ErrandStory {
    #[serde(flatten)]
    delivery: ErrandOut,
    /// What is sent.
    request: serde_json::Value,
    attempt_log: Vec<AttemptOut>,
}

pub async fn get_http_delivery(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Success<ErrandStory>> {
    let (delivery, attempts) = errands::get(&state.ctx, &caller, id).await?;
    Ok(Success::new(ErrandStory {
        request: serde_json::from_str(&delivery.request).unwrap_or_default(),
        delivery: delivery.into(),
        attempt_log: attempts.into_iter().map(AttemptOut::from).collect(),
    }))
}

pub async fn resend_http_delivery(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    errands::resend(&state.ctx, &caller, id, once).await?;
    Ok(NoContent)
}

/// What the account's requests are signed with.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HttpSecret {
    /// As the Standard Webhooks have it: `whsec_…`.
    secret: String,
}

pub async fn get_http_secret(state: State, caller: Caller) -> Result<Success<HttpSecret>> {
    Ok(Success::new(HttpSecret { secret: errands::secret(&state.ctx, caller.account()).await? }))
}

pub async fn rotate_http_secret(
    state: State,
    caller: Caller,
    body: Body<Empty>,
) -> Result<Success<HttpSecret>> {
    let secret = errands::rotate_secret(&state.ctx, &By::from(&caller), body.once).await?;
    Ok(Success::new(HttpSecret { secret }))
}
