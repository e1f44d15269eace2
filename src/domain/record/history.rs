//! Change sets as history, in both spellings: natively one entry a field, in RetailCRM one record a field, with a creation
//! told by a single one. Not here: numbers, times and who did it, which the caller puts around each.

use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};

use super::change::{Change, ChangeSet, PartRef};
use super::parts::List;
use super::value::Value;
use super::wire::{native_value, part_id, retailcrm_value};
use super::{RecordId, RecordType};
use crate::domain::id::UserId;

/// What RetailCRM history calls things by: all of them numbers.
pub struct Numbers<'a> {
    /// The record's own.
    pub record: i64,
    pub user: &'a dyn Fn(&UserId) -> Option<i64>,
    pub linked: &'a dyn Fn(&RecordId) -> Option<i64>,
    /// The account's zone.
    pub zone: &'a TimeZone,
}

/// A change in the native JSON: `{field, old, new, old_label?, new_label?, part?}`.
#[must_use]
pub fn native_change(change: &Change) -> Json {
    let value = |value: &Option<Value>| value.as_ref().map_or(Json::Null, native_value);
    let mut out = Map::new();
    out.insert("field".to_owned(), change.field.as_ref().into());
    out.insert("old".to_owned(), value(&change.old));
    out.insert("new".to_owned(), value(&change.new));
    let labels = [("old_label", &change.old_label), ("new_label", &change.new_label)];
    out.extend(labels.into_iter().filter_map(|(key, label)| Some((key.to_owned(), label.clone()?.into()))));
    if let Some(part) = &change.part {
        let named = json!({"list": part.list.key(), "id": part.line, "external_id": part.external_id, "name": part.name});
        out.insert("part".to_owned(), named);
    }
    Json::Object(out)
}

/// The RetailCRM records of a change set: `field`, `oldValue`, `newValue`, and `created`, `deleted`, `item`, `payment` where
/// they apply.
#[must_use]
pub fn retailcrm_records(set: &ChangeSet, numbers: &Numbers) -> Vec<Json> {
    if set.is_delete() {
        return vec![json!({"field": "id", "oldValue": numbers.record, "newValue": null, "deleted": true})];
    }
    if set.is_create() {
        let (field, value) = match set.record_type {
            RecordType::Order => ("status", history_value(set.new_value("status"), numbers)),
            RecordType::Customer | RecordType::Task => ("id", numbers.record.into()),
        };
        return vec![json!({"field": field, "oldValue": null, "newValue": value, "created": true})];
    }
    set.changes.iter().map(|change| retailcrm_record(change, numbers)).collect()
}

fn retailcrm_record(change: &Change, numbers: &Numbers) -> Json {
    let itself = |part: &PartRef| json!({"id": part_id(numbers.record, part.line)});
    let (old, new) = match (&change.part, change.part_came()) {
        (Some(part), Some(true)) => (Json::Null, itself(part)),
        (Some(part), Some(false)) => (itself(part), Json::Null),
        _ => (history_value(change.old.as_ref(), numbers), history_value(change.new.as_ref(), numbers)),
    };
    let mut record = json!({"field": change.field, "oldValue": old, "newValue": new});
    if let Some(part) = &change.part {
        let mut named = itself(part);
        if let Some(id) = &part.external_id {
            named["externalId"] = id.as_str().into();
        }
        let key = match part.list {
            List::Items => "item",
            List::Payments => "payment",
        };
        record[key] = named;
    }
    record
}

/// A value of RetailCRM history: references as objects, people and customers by id, scalars plain.
#[must_use]
pub fn history_value(value: Option<&Value>, numbers: &Numbers) -> Json {
    let by_id = |id: Option<i64>| id.map_or(Json::Null, |id| json!({"id": id}));
    match value {
        None => Json::Null,
        Some(Value::Code(code)) => json!({"code": code}),
        Some(Value::User(id)) => by_id((numbers.user)(id)),
        Some(Value::Record(id)) => by_id((numbers.linked)(id)),
        Some(value) => retailcrm_value(value, numbers.zone),
    }
}
