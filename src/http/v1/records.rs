//! What orders and customers have in common on the wire: rows, cards, history, filters, and what was written. The calls
//! themselves are in `record_calls`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::domain::access::Caller;
use crate::domain::code::fold;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::record::RecordType;
use crate::domain::record::catalogue::{self, Field, Kind};
use crate::domain::record::decimal::Decimal;
use crate::domain::record::value::Value;
use crate::domain::record::wire::native;
use crate::flows::record_pages::{Card, Page, Row, parse_cursor};
use crate::flows::records::{Written, person};
use crate::http::State;
use crate::http::v1::history::Reader;
use crate::http::v1::page::limit;
use crate::render::instant::{parse_rfc3339, to_rfc3339};
use crate::render::item::ItemOut;
use crate::store::records::{Order, Wanted};

/// A whole or partial state of a record, whose type says of which.
pub trait RecordState: DeserializeOwned + JsonSchema + Send + 'static {
    const TYPE: RecordType;

    fn into_json(self) -> Json;
}

impl RecordState for OrderState {
    const TYPE: RecordType = RecordType::Order;

    fn into_json(self) -> Json {
        self.0
    }
}

impl RecordState for CustomerState {
    const TYPE: RecordType = RecordType::Customer;

    fn into_json(self) -> Json {
        self.0
    }
}

/// A whole or partial state of an order. What is absent stays as it is; null and "" clear; `items` and `payments`, where
/// they stand, are the whole list.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderState(pub Json);

/// A whole or partial state of a customer. What is absent stays as it is; null and "" clear.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomerState(pub Json);

impl JsonSchema for OrderState {
    fn schema_name() -> Cow<'static, str> {
        "OrderState".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut properties = properties_of(catalogue::fields(RecordType::Order));
        for (list, fields) in [("items", catalogue::item_fields()), ("payments", catalogue::payment_fields())]
        {
            let part = json!({"type": "object", "properties": properties_of(fields)});
            properties.insert(list.to_owned(), json!({"type": ["array", "null"], "items": part}));
        }
        state_schema(properties)
    }
}

impl JsonSchema for CustomerState {
    fn schema_name() -> Cow<'static, str> {
        "CustomerState".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        state_schema(properties_of(catalogue::fields(RecordType::Customer)))
    }
}

fn state_schema(mut properties: Map<String, Json>) -> Schema {
    let custom = json!({"type": ["object", "null"], "additionalProperties": true,
        "description": "Values of custom fields by code."});
    properties.insert("custom_fields".to_owned(), custom);
    json_schema!({"type": "object", "properties": properties})
}

/// The native paths of a table of fields as nested objects.
fn properties_of(fields: &[Field]) -> Map<String, Json> {
    let mut properties = Map::new();
    for field in fields.iter().filter(|field| !field.computed) {
        let mut into = &mut properties;
        let mut path = field.native.split('.').peekable();
        while let Some(key) = path.next() {
            if path.peek().is_none() {
                into.insert(key.to_owned(), schema_of_kind(field.kind));
                break;
            }
            let inner =
                into.entry(key).or_insert_with(|| json!({"type": ["object", "null"], "properties": {}}));
            let Some(inner) = inner.get_mut("properties").and_then(Json::as_object_mut) else { break };
            into = inner;
        }
    }
    properties
}

fn schema_of_kind(kind: Kind) -> Json {
    match kind {
        Kind::Text(max) => json!({"type": ["string", "number", "null"], "maxLength": max}),
        Kind::Integer => json!({"type": ["integer", "string", "null"]}),
        Kind::Number | Kind::Money => json!({"type": ["number", "string", "null"]}),
        Kind::Bool => json!({"type": ["boolean", "null"]}),
        Kind::Date => json!({"type": ["string", "null"], "format": "date"}),
        Kind::DateTime => json!({"type": ["string", "null"], "format": "date-time"}),
        Kind::Email => json!({"type": ["string", "null"], "format": "email"}),
        Kind::Reference(list) => {
            json!({"type": ["string", "null"], "description": format!("A code of the list `{list}`.")})
        }
        Kind::Dictionary => json!({"type": ["string", "null"]}),
        Kind::User => json!({"type": ["string", "integer", "object", "null"],
            "description": "A user by id, e-mail address or number."}),
        Kind::Customer => json!({"type": ["object", "null"],
            "description": "A customer by id, number, or external_id (and site).",
            "properties": {"id": {"type": "string"}, "number": {"type": "integer"},
                "external_id": {"type": "string"}, "site": {"type": "string"}}}),
        Kind::Tags | Kind::Phones => json!({"type": ["array", "null"], "items": {"type": "string"}}),
        Kind::Hours => json!({"type": ["object", "null"], "properties": {"from": {"type": "string"},
            "to": {"type": "string"}, "custom": {"type": "string"}}}),
        Kind::Pairs => json!({"type": ["object", "array", "null"]}),
    }
}

/// How a state is taken in.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct PutQuery {
    /// The code of the site; needed once the account has more than one.
    pub site: Option<String>,
    /// Write history and tell nobody: an import.
    #[serde(default)]
    pub silent: bool,
}

/// What a write did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WrittenOut {
    id: String,
    number: i64,
    /// Names of the changed fields; empty when everything was as it is.
    changed: Vec<String>,
    created: bool,
}

impl From<Written> for WrittenOut {
    fn from(written: Written) -> Self {
        let Written { id, number, changed, created, .. } = written;
        Self { id, number, changed, created }
    }
}

/// Which records are wanted, and in which order. A custom field is asked for as `custom[CODE]=value`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RecordsQuery {
    /// Text in number, name, address, phone or external id, without regard to case.
    q: Option<String>,
    /// Codes of statuses, separated by commas.
    status: Option<String>,
    /// `me`, `none` or ids of users, separated by commas.
    manager: Option<String>,
    /// Codes of sites, separated by commas.
    site: Option<String>,
    /// The id of a customer.
    customer: Option<String>,
    created_from: Option<String>,
    created_to: Option<String>,
    changed_from: Option<String>,
    changed_to: Option<String>,
    sum_from: Option<String>,
    sum_to: Option<String>,
    #[serde(default)]
    order: OrderIn,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// Records of a page, 1–100; 30 if absent.
    limit: Option<i64>,
    /// For each custom field that is asked for, its code in place of CODE.
    #[serde(rename = "custom[CODE]")]
    #[expect(dead_code, reason = "only for the document: the codes are the account's own")]
    custom: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderIn {
    /// Last changed first.
    #[default]
    Changed,
    /// Highest number first.
    Number,
    /// Greatest sum first.
    Sum,
}

impl RecordsQuery {
    /// # Errors
    /// The first parameter that does not fit.
    pub fn wanted(self, caller: &Caller, custom: Vec<(String, String)>) -> Result<Wanted> {
        let list = |text: Option<String>| -> Vec<String> {
            let parts = text.unwrap_or_default();
            parts.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        let instant = |field, text: Option<String>| text.map(|t| parse_rfc3339(field, &t)).transpose();
        let managers = list(self.manager).into_iter().map(|manager| match (manager.as_str(), caller) {
            ("me", Caller::User(user)) => Ok(user.user.to_string()),
            ("me", Caller::Key(_)) => Err(Error::field("manager", Fault::UnknownUser("me".into()))),
            ("none", _) => Ok(String::new()),
            _ => Ok(manager),
        });
        Ok(Wanted {
            statuses: list(self.status),
            managers: managers.collect::<Result<_>>()?,
            sites: list(self.site),
            customer: self.customer,
            search: self.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(fold),
            custom: custom.into_iter().map(|(code, value)| (code, fold(&value))).collect(),
            created_from: instant("created_from", self.created_from)?,
            created_to: instant("created_to", self.created_to)?,
            changed_from: instant("changed_from", self.changed_from)?,
            changed_to: instant("changed_to", self.changed_to)?,
            sum_from: sum("sum_from", self.sum_from)?,
            sum_to: sum("sum_to", self.sum_to)?,
            order: match self.order {
                OrderIn::Changed => Order::Changed,
                OrderIn::Number => Order::Number,
                OrderIn::Sum => Order::Sum,
            },
            after: self.cursor.as_deref().map(parse_cursor).transpose()?,
            most: limit(self.limit)?,
            ..Wanted::default()
        })
    }
}

fn sum(field: &'static str, text: Option<String>) -> Result<Option<i64>> {
    let parse = |text: String| {
        let sum = Decimal::parse(&text).and_then(|sum| sum.times(Decimal::from_integer(100)).to_integer());
        sum.ok_or_else(|| Error::field(field, Fault::NotANumber))
    };
    text.map(parse).transpose()
}

/// How a record is named in a path.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct CardQuery {
    #[serde(default)]
    pub by: ByIn,
    /// The code of the site of an external id.
    pub site: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ByIn {
    #[default]
    Id,
    ExternalId,
    Number,
}

/// A code and what people call it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Coded {
    code: String,
    name: String,
}

/// Somebody by name.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NamedUser {
    id: String,
    name: String,
}

/// A record by title.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Titled {
    id: String,
    title: String,
}

/// A record as lists show it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RecordRow {
    id: String,
    number: i64,
    external_id: Option<String>,
    site: Option<String>,
    title: String,
    status: Option<Coded>,
    manager: Option<NamedUser>,
    customer: Option<Titled>,
    /// Who bought, by the name or address that the order itself has; null for customers.
    buyer: Option<String>,
    /// A number; as text where a number of JSON cannot hold it.
    total_sum: Option<Json>,
    currency: Option<String>,
    created_at: String,
    changed_at: String,
}

impl From<Row> for RecordRow {
    fn from(row: Row) -> Self {
        let Row { record, status, manager, customer } = row;
        let text = |name: &str| record.state.get(name).and_then(Value::text).map(str::to_owned);
        let made_at = match record.state.get("created_at") {
            Some(Value::Instant(at)) => *at,
            _ => record.created_at,
        };
        Self {
            id: record.id.to_string(),
            number: record.number,
            external_id: text("external_id"),
            site: Some(record.site.clone()).filter(|site| !site.is_empty()),
            status: status.map(|(code, name)| Coded { code, name }),
            manager: manager.map(|(id, name)| NamedUser { id: id.to_string(), name }),
            customer: customer.map(|(id, title)| Titled { id: id.to_string(), title }),
            buyer: person(&record.state).filter(|_| record.state.record_type == RecordType::Order),
            total_sum: record.state.get("total_sum").and_then(Value::number).map(Decimal::to_json),
            currency: text("currency"),
            created_at: to_rfc3339(made_at),
            changed_at: to_rfc3339(record.changed_at),
            title: record.title,
        }
    }
}

/// A page of a list of records.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RecordsPage {
    items: Vec<RecordRow>,
    /// Asks for the next page; null on the last.
    next: Option<String>,
    /// How many there are; 10,001 means more than 10,000.
    total: i64,
}

impl From<Page> for RecordsPage {
    fn from(page: Page) -> Self {
        let items = page.rows.into_iter().map(RecordRow::from).collect();
        Self { items, next: page.next, total: page.total }
    }
}

/// A field of a record as people read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FieldValue {
    name: String,
    /// What the caller's language calls the field.
    label: String,
    value: Json,
    /// The value as the caller's language writes it.
    display: Option<String>,
}

/// Everything of one record; `state` is as it would be sent.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RecordCard {
    #[serde(flatten)]
    row: RecordRow,
    state: Json,
    /// The fields that have a value, in the order in which changes are told.
    fields: Vec<FieldValue>,
    /// The site's own page of it.
    url: Option<String>,
    /// The caller's own notifications about it, newest first.
    notifications: Vec<ItemOut>,
}

impl RecordCard {
    pub(super) fn new(state: &State, caller: &Caller, card: Card) -> Self {
        let Card { row, fields, notifications, surroundings } = card;
        let reader = Reader::new(state, caller, &surroundings);
        let record_type = row.record.record_type;
        let currency = row.record.state.get("currency").and_then(Value::text);
        let site = surroundings.sites.iter().find(|site| site.code == row.record.site);
        let template = site.and_then(|site| match record_type {
            RecordType::Order => site.order_url.as_deref(),
            RecordType::Customer => site.customer_url.as_deref(),
        });
        let external_id = row.record.state.external_id();
        let url = template.zip(external_id).map(|(template, id)| {
            let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
            template.replace("{external_id}", &id).replace("{number}", &row.record.number.to_string())
        });
        let fields = fields.iter().map(|change| FieldValue {
            name: change.field.to_string(),
            label: reader.label(record_type, change),
            value: change.new.as_ref().map_or(Json::Null, crate::domain::record::wire::native_value),
            display: reader.side(record_type, change, true, currency),
        });
        Self {
            fields: fields.collect(),
            state: native(&row.record.state),
            url,
            notifications: notifications
                .iter()
                .map(|(item, said)| ItemOut::new(item, said, reader.language))
                .collect(),
            row: row.into(),
        }
    }
}
