//! Facts that shops tell under names of their own: Bellwire's form, or CloudEvents 1.0, structured or binary.

use axum::http::HeaderMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::domain::access::Caller;
use crate::domain::error::{Error, Fault};
use crate::flows::custom_events::Draft;
use crate::flows::record_doors::{self, Done, Line, Write};
use crate::http::State;
use crate::http::extract::{BODY_LIMIT, Raw};
use crate::http::fields::from_json;
use crate::http::problem::{Problem, Result};
use crate::http::reply::Accepted;

/// Something that happened. CloudEvents 1.0 are taken as well: structured as `application/cloudevents+json`, or binary
/// with `ce-` headers.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct EventIn {
    /// A name of the teller's own, such as `cart.abandoned`.
    r#type: String,
    /// Its id at the teller: told again, it is the same event.
    id: Option<String>,
    record: Option<EventRecord>,
    data: Option<Json>,
}

/// The record that an event is about.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct EventRecord {
    /// `order` or `customer`.
    r#type: String,
    external_id: String,
}

/// An event that was kept.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventOut {
    id: String,
}

pub(super) fn draft_of(event: EventIn) -> Draft {
    Draft {
        event_type: event.r#type,
        id: event.id,
        record: event.record.map(|record| (record.r#type, record.external_id)),
        data: event.data,
        ..Draft::default()
    }
}

pub async fn create_event(
    state: State,
    caller: Caller,
    headers: HeaderMap,
    body: Raw<EventIn, BODY_LIMIT>,
) -> Result<Accepted<EventOut>> {
    let draft = if headers.contains_key("ce-specversion") {
        binary(&headers, &body)?
    } else {
        let json = match body.media.as_str() {
            "application/json" | "application/cloudevents+json" => json(&body.bytes)?,
            _ => return Err(Problem::NotJson),
        };
        if body.media == "application/cloudevents+json" {
            structured(json)?
        } else {
            draft_of(from_json(json)?)
        }
    };
    let line = Line { write: Write::Event(Box::new(draft)), once: body.once };
    let answer = record_doors::write(&state.ctx, &caller, line).await?;
    match answer.value {
        Done::Accepted(id) => {
            let value = EventOut { id };
            Ok(Accepted::once(crate::flows::once::Answer { value, replayed: answer.replayed }))
        }
        other => Err(Problem::internal(format!("an event was told, and {other:?} came of it"))),
    }
}

fn json(bytes: &[u8]) -> Result<Json> {
    serde_json::from_slice(bytes).map_err(|e| Problem::Malformed { line: e.line(), column: e.column() })
}

/// The attributes that every CloudEvent must have.
const REQUIRED: [&str; 4] = ["specversion", "id", "source", "type"];

fn structured(json: Json) -> Result<Draft> {
    let Json::Object(mut map) = json else { return Err(Error::field("", Fault::WrongType("object")).into()) };
    let data = match (map.remove("data"), map.remove("data_base64")) {
        (None, Some(base64)) => Some(Json::Object(Map::from_iter([("base64".to_owned(), base64)]))),
        (data, _) => data.filter(|data| !data.is_null()),
    };
    let mut attributes = Vec::new();
    for (name, value) in map {
        let text = match value {
            Json::String(text) => text,
            Json::Number(_) | Json::Bool(_) => value.to_string(),
            Json::Null => continue,
            Json::Array(_) | Json::Object(_) => {
                return Err(Error::field(name, Fault::WrongType("string")).into());
            }
        };
        attributes.push((name, text));
    }
    cloud_event(attributes, data)
}

fn binary(headers: &HeaderMap, body: &Raw<EventIn, BODY_LIMIT>) -> Result<Draft> {
    let mut attributes = Vec::new();
    for (name, value) in headers {
        let Some(name) = name.as_str().strip_prefix("ce-") else { continue };
        let text = value.to_str().map_err(|_| Error::field(name.to_owned(), Fault::WrongType("ASCII")))?;
        let whole = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
        let decoded = url::form_urlencoded::parse(whole.as_bytes()).next().map(|(_, text)| text.into_owned());
        attributes.push((name.to_owned(), decoded.unwrap_or_default()));
    }
    let is_json = body.media == "application/json" || body.media.ends_with("+json");
    let data = if body.bytes.is_empty() {
        None
    } else if is_json {
        Some(json(&body.bytes)?)
    } else {
        return Err(Problem::NotJson);
    };
    cloud_event(attributes, data)
}

fn cloud_event(mut attributes: Vec<(String, String)>, data: Option<Json>) -> Result<Draft> {
    let mut take = |name: &'static str| {
        let place = attributes.iter().position(|(n, _)| n == name);
        place.map(|place| attributes.swap_remove(place).1).filter(|text| !text.is_empty())
    };
    let [version, id, source, event_type] =
        REQUIRED.map(|name| take(name).ok_or_else(|| Error::field(name, Fault::Required)));
    if version?.split('.').next() != Some("1") {
        return Err(Error::field("specversion", Fault::NotAChoice("1.0")).into());
    }
    Ok(Draft { event_type: event_type?, source: source?, id: Some(id?), record: None, data, attributes })
}
