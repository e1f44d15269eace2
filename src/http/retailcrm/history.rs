//! What changed in orders and customers, one entry a field, in the order of numbers that never skip.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};

use super::Call;
use super::answer::{Answer, Result};
use super::filter::Filter;
use super::page::Paging;
use super::records::Words;
use crate::domain::actor::Actor;
use crate::domain::record::RecordType;
use crate::domain::record::change::ChangeKind;
use crate::domain::record::history::{Numbers, history_value};
use crate::domain::record::parts::List;
use crate::domain::record::value::Value;
use crate::domain::record::wire::{part_id, retailcrm};
use crate::flows::retailcrm::read::{self, Named, Past, Shown, Told};
use crate::store::history::Entry;

pub async fn list(call: Call, words: &'static Words) -> Result<Answer> {
    let paging = Paging::read(&call.params)?;
    let mut filter = Filter::of(&call.params);
    let (by_number, by_external_id) = match words.record_type {
        RecordType::Order => ("orderId", "orderExternalId"),
        RecordType::Customer => ("customerId", "customerExternalId"),
        RecordType::Task => ("taskId", "taskExternalId"),
    };
    let number = filter.number(by_number).map(Named::Number);
    let site = call.params.text("site");
    let external = filter.text(by_external_id).map(|id| Named::External { id, site });
    let past = Past {
        since: filter.number("sinceId").unwrap_or_default(),
        record: number.or(external),
        times: (filter.from("startDate"), filter.to("endDate")),
        offset: paging.offset(),
        most: paging.limit,
    };
    filter.finish()?;
    let told = read::list_history(&call.state.ctx, call.account(), words.record_type, past).await?;
    let history: Json = told.page.items.iter().map(|entry| entry_json(entry, &told, &call, words)).collect();
    Ok(Answer::success()
        .with("generatedAt", local(call.state.ctx.now(), &told.page.zone))
        .with("history", history)
        .with("pagination", paging.answer(told.page.total)))
}

/// `2026-03-01 09:05:00` as the clocks of the zone show it.
pub fn local(at: i64, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or_default();
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn entry_json(entry: &Entry, told: &Told, call: &Call, words: &Words) -> Json {
    let zone = &told.page.zone;
    let value = |value: Option<&Value>| {
        let numbers = Numbers {
            record: 0,
            user: &|user| told.users.get(user).copied(),
            linked: &|record| told.linked.get(record).copied(),
            zone,
        };
        history_value(value, &numbers)
    };
    let mut out = Map::new();
    let mut put = |key: &str, value: Json| _ = out.insert(key.to_owned(), value);
    put("id", entry.seq.into());
    put("createdAt", local(entry.created_at, zone).into());
    match entry.kind {
        ChangeKind::Create => put("created", true.into()),
        ChangeKind::Delete => put("deleted", true.into()),
        ChangeKind::Update => {}
    }
    put("source", entry.source.as_str().into());
    match &entry.actor {
        Actor::User(user) => put("user", json!({"id": told.users.get(user)})),
        Actor::Key(key) => put("apiKey", json!({"current": *key == call.key.key})),
        Actor::Rule(_) | Actor::System => {}
    }
    put("field", entry.change.field.as_ref().into());
    put("oldValue", value(entry.change.old.as_ref()));
    put("newValue", value(entry.change.new.as_ref()));
    let shown = told.records.get(&entry.record);
    if entry.kind == ChangeKind::Create && entry.change.field == "id" {
        put("newValue", shown.map_or(Json::Null, |shown| shown.record.number.into()));
    }
    if let Some(part) = &entry.change.part {
        let id = shown.map(|shown| part_id(shown.record.number, part.line));
        let mut inner = Map::from_iter([("id".to_owned(), json!(id))]);
        inner.extend(part.external_id.clone().map(|id| ("externalId".to_owned(), id.into())));
        match part.list {
            List::Items => {
                inner.insert("offer".to_owned(), json!({"displayName": part.name}));
                put("item", Json::Object(inner));
            }
            List::Payments => put("payment", Json::Object(inner)),
        }
    }
    let key = match words.record_type {
        RecordType::Order => "order",
        RecordType::Customer => "customer",
        RecordType::Task => "task",
    };
    put(key, shown.map_or(Json::Null, |shown| record_json(entry, shown, zone)));
    Json::Object(out)
}

/// A new record is told whole, others as far as one needs to find them.
fn record_json(entry: &Entry, shown: &Shown, zone: &TimeZone) -> Json {
    let (state, number) = (&shown.record.state, shown.record.number);
    match entry.kind {
        ChangeKind::Create => retailcrm(state, &shown.ids, zone),
        ChangeKind::Delete => json!({"id": number, "externalId": state.external_id()}),
        ChangeKind::Update => {
            let mut out = Map::from_iter([("id".to_owned(), number.into())]);
            let mut put = |key: &str, value: Option<Json>| {
                out.extend(value.map(|value| (key.to_owned(), value)));
            };
            put("externalId", state.external_id().map(Into::into));
            put("site", state.site().map(Into::into));
            put("status", state.get("status").and_then(Value::text).map(Into::into));
            put("managerId", shown.ids.manager.map(Into::into));
            Json::Object(out)
        }
    }
}
