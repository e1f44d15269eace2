//! A record as JSON, in both spellings.
//!
//! An absent field has no key, so that sending back what was read changes nothing. Not here: the envelope that both APIs put around it,
//! changes (`history`), and reading (`reader`).

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};

use super::RecordType;
use super::catalogue::{self, CUSTOM, Field, Kind};
use super::parts::{LINES, List, Part};
use super::state::State;
use super::value::{Hours, Spelling, Value};

/// What a record is known by on the outside, where that is not in its state.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    /// The record's number, which is its id in the RetailCRM API.
    pub number: i64,
    pub manager: Option<i64>,
    pub customer: Option<Linked>,
    pub contact: Option<Linked>,
    /// Unix ms; a state that says when it was made itself goes first.
    pub created_at: i64,
    pub status_updated_at: Option<i64>,
}

/// A record that another one points to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Linked {
    pub number: i64,
    pub external_id: Option<String>,
    pub site: Option<String>,
}

type Object = Map<String, Json>;

/// The native JSON of a record's fields, items and payments.
#[must_use]
pub fn native(state: &State) -> Json {
    let mut out = Object::new();
    fill(&mut out, catalogue::fields(state.record_type), Spelling::Native, |field| {
        Some(native_value(state.get(field.name)?))
    });
    let custom = customs(state, native_value);
    if !custom.is_empty() {
        out.insert("custom_fields".to_owned(), Json::Object(custom));
    }
    if state.record_type == RecordType::Order {
        put(&mut out, "sum", state.sum().to_json());
        put(&mut out, "prepay_sum", state.prepay_sum().to_json());
        put(&mut out, "purchase_sum", state.purchase_sum().to_json());
        for list in List::ALL {
            let parts = state.parts(list).list.iter().map(|part| native_part(list, part)).collect();
            out.insert(list.key().to_owned(), Json::Array(parts));
        }
    }
    Json::Object(out)
}

fn native_part(list: List, part: &Part) -> Json {
    let mut out = Object::new();
    out.insert("id".to_owned(), part.line.into());
    fill(&mut out, list.fields(), Spelling::Native, |field| Some(native_value(part.fields.get(field.name)?)));
    Json::Object(out)
}

/// The RetailCRM JSON of an order or customer, with times in the account's zone.
#[must_use]
pub fn retailcrm(state: &State, ids: &Ids, zone: &TimeZone) -> Json {
    let mut out = Object::new();
    out.insert("id".to_owned(), ids.number.into());
    put(&mut out, "createdAt", local(ids.created_at, zone).into());
    fill(&mut out, catalogue::fields(state.record_type), Spelling::RetailCrm, |field| {
        let value = state.get(field.name)?;
        Some(match (field.kind, field.name) {
            (Kind::User, _) => ids.manager?.into(),
            (Kind::Customer, "contact") => linked(ids.contact.as_ref()?),
            (Kind::Customer, _) => linked(ids.customer.as_ref()?),
            (Kind::Phones, _) => objects("number", value),
            (Kind::Tags, _) => objects("name", value),
            _ => retailcrm_value(value, zone),
        })
    });
    let custom = customs(state, |value| retailcrm_value(value, zone));
    // PHP writes an empty object as list, and so the clients expect it.
    let custom = if custom.is_empty() { json!([]) } else { Json::Object(custom) };
    out.insert("customFields".to_owned(), custom);
    match state.record_type {
        RecordType::Order => order(&mut out, state, ids, zone),
        RecordType::Customer => customer(&mut out),
        RecordType::Task => {}
    }
    Json::Object(out)
}

fn order(out: &mut Object, state: &State, ids: &Ids, zone: &TimeZone) {
    put(out, "slug", ids.number.into());
    out.entry("number").or_insert_with(|| ids.number.to_string().into());
    out.entry("totalSumm").or_insert_with(|| 0.into());
    if let Some(at) = ids.status_updated_at {
        put(out, "statusUpdatedAt", local(at, zone).into());
    }
    put(out, "summ", state.sum().to_json());
    put(out, "prepaySum", state.prepay_sum().to_json());
    put(out, "purchaseSumm", state.purchase_sum().to_json());
    let items = state.items.list.iter().map(|item| retailcrm_item(item, ids.number, zone)).collect();
    out.insert("items".to_owned(), Json::Array(items));
    let payments = state.payments.list.iter().map(|payment| {
        let id = part_id(ids.number, payment.line);
        let mut out = Object::new();
        out.insert("id".to_owned(), id.into());
        fill(&mut out, List::Payments.fields(), Spelling::RetailCrm, |field| {
            Some(retailcrm_value(payment.fields.get(field.name)?, zone))
        });
        (id.to_string(), Json::Object(out))
    });
    out.insert("payments".to_owned(), Json::Object(payments.collect()));
}

fn retailcrm_item(item: &Part, record: i64, zone: &TimeZone) -> Json {
    let mut out = Object::new();
    out.insert("id".to_owned(), part_id(record, item.line).into());
    fill(&mut out, List::Items.fields(), Spelling::RetailCrm, |field| {
        let value = item.fields.get(field.name)?;
        let Value::Pairs(pairs) = value else { return Some(retailcrm_value(value, zone)) };
        let entry = |(name, value): (&String, &String)| {
            (name.clone(), json!({"code": name, "name": name, "value": value}))
        };
        Some(Json::Object(pairs.iter().map(entry).collect()))
    });
    let discount = item.number("discount").to_json();
    out.insert("discountTotal".to_owned(), discount);
    if let Some(name) = item.fields.get("product_name").and_then(Value::text) {
        put(&mut out, "offer.displayName", name.into());
    }
    Json::Object(out)
}

fn customer(out: &mut Object) {
    out.insert("type".to_owned(), "customer".into());
    for key in ["segments", "tags", "phones"] {
        out.entry(key).or_insert_with(|| json!([]));
    }
}

/// The id of an item or payment in the RetailCRM API.
#[must_use]
pub fn part_id(record: i64, line: u32) -> i64 {
    record * LINES + i64::from(line)
}

/// The number of the record and the line of its part that such an id means.
#[must_use]
pub fn part_of(id: i64) -> (i64, i64) {
    (id / LINES, id % LINES)
}

fn linked(to: &Linked) -> Json {
    let mut out = Object::new();
    out.insert("type".to_owned(), "customer".into());
    out.insert("id".to_owned(), to.number.into());
    out.extend(to.external_id.clone().map(|id| ("externalId".to_owned(), id.into())));
    out.extend(to.site.clone().map(|site| ("site".to_owned(), site.into())));
    Json::Object(out)
}

fn objects(key: &str, value: &Value) -> Json {
    let Value::List(list) = value else { return json!([]) };
    list.iter().map(|text| json!({key: text})).collect()
}

fn customs(state: &State, write: impl Fn(&Value) -> Json) -> Object {
    let custom = state.fields.iter().filter_map(|(name, value)| Some((name.strip_prefix(CUSTOM)?, value)));
    custom.map(|(code, value)| (code.to_owned(), write(value))).collect()
}

/// A value in the native JSON; also how a change's old and new value are written there.
#[must_use]
pub fn native_value(value: &Value) -> Json {
    match value {
        Value::Instant(at) => Timestamp::from_millisecond(*at).map_or(Json::Null, |at| at.to_string().into()),
        Value::User(id) => id.as_str().into(),
        Value::Record(id) => json!({"id": id.as_str()}),
        value => plain(value),
    }
}

/// A value as RetailCRM writes it, times by the clocks of `zone`.
pub fn retailcrm_value(value: &Value, zone: &TimeZone) -> Json {
    match value {
        Value::Instant(at) => local(*at, zone).into(),
        value => plain(value),
    }
}

fn plain(value: &Value) -> Json {
    match value {
        Value::Text(text) | Value::Code(text) => text.as_str().into(),
        Value::Number(number) => number.to_json(),
        Value::Bool(yes) => (*yes).into(),
        Value::Date(date) => date.to_string().into(),
        Value::List(list) => list.clone().into(),
        Value::Hours(hours) => hours_json(hours),
        Value::Pairs(pairs) => pairs.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        Value::Instant(_) | Value::User(_) | Value::Record(_) => Json::Null,
    }
}

fn hours_json(hours: &Hours) -> Json {
    let time = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
    let parts =
        [("from", hours.from.map(time)), ("to", hours.to.map(time)), ("custom", hours.custom.clone())];
    parts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), Json::from(text?)))).collect()
}

/// `2026-03-01 09:05:00` as the clocks of the zone show it.
fn local(at: i64, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or_default();
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn fill(
    out: &mut Object,
    table: &'static [Field],
    spelling: Spelling,
    value: impl Fn(&'static Field) -> Option<Json>,
) {
    for field in table.iter().filter(|field| !field.computed) {
        let path = match spelling {
            Spelling::Native => field.native,
            Spelling::RetailCrm => field.retailcrm,
        };
        if let Some(value) = value(field) {
            put(out, path, value);
        }
    }
}

/// Puts a value at a dotted path, making the objects on the way.
fn put(out: &mut Object, path: &str, value: Json) {
    match path.split_once('.') {
        None => {
            out.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = out.entry(first).or_insert_with(|| Json::Object(Object::new()));
            if let Json::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}
