//! Which objects an event has, and which fields they have: what expressions are checked against.

use std::sync::Arc;

use super::paths::Table;
use super::record::custom_kind;
use crate::domain::expression::shape::{Fields, Plain, Shape, Sort};
use crate::domain::kind::names;
use crate::domain::record::RecordType;
use crate::domain::record::catalogue::{CUSTOM, CustomField, Kind};

names! {
    /// What a template or rule is about: decides which objects it may name.
    Topic {
        Order = "order",
        Customer = "customer",
        Task = "task",
        Call = "call",
        Custom = "custom",
        Schedule = "schedule",
        Any = "any",
    }
}

impl Topic {
    /// The objects that its events have.
    #[must_use]
    pub fn objects(self) -> &'static [&'static str] {
        match self {
            Self::Order => &["order", "customer", "change_set"],
            Self::Customer => &["customer", "change_set"],
            Self::Task => &["task", "order", "customer"],
            Self::Call => &["call", "order", "customer", "event"],
            Self::Custom => &["event", "order", "customer"],
            Self::Schedule => &["order", "customer"],
            Self::Any => &["order", "customer", "task", "call", "event", "change_set"],
        }
    }

    /// The record whose change sets it has.
    #[must_use]
    pub fn changing(self) -> Option<RecordType> {
        match self {
            Self::Order | Self::Any => Some(RecordType::Order),
            Self::Customer => Some(RecordType::Customer),
            _ => None,
        }
    }
}

/// The objects and fields of a topic.
#[must_use]
pub fn shape(topic: Topic, custom: &[CustomField]) -> Shape {
    let custom: Arc<[CustomField]> = custom.into();
    let objects = topic.objects().iter().map(|name| (*name, object(name, topic, &custom))).collect();
    Shape { objects }
}

/// The fields of customers alone, as segments know them.
#[must_use]
pub fn of_customers(custom: &[CustomField]) -> Shape {
    let custom: Arc<[CustomField]> = custom.into();
    Shape { objects: [("customer", object("customer", Topic::Customer, &custom))].into() }
}

fn object(name: &str, topic: Topic, custom: &Arc<[CustomField]>) -> Sort {
    match name {
        "order" => record(RecordType::Order, custom),
        "customer" => record(RecordType::Customer, custom),
        "task" => Sort::Object(Arc::new(Task { custom: custom.clone() })),
        "change_set" => {
            let record_type = topic.changing().unwrap_or(RecordType::Order);
            Sort::Object(Arc::new(Changes { record_type, any: topic == Topic::Any, custom: custom.clone() }))
        }
        // What a shop tells in its own words has whatever fields it has.
        _ => Sort::Any,
    }
}

fn record(record_type: RecordType, custom: &Arc<[CustomField]>) -> Sort {
    Sort::Object(Arc::new(Record { of: record_type, prefix: String::new(), custom: custom.clone() }))
}

const TEXT: Sort = Sort::Plain(Plain::Text);
const NUMBER: Sort = Sort::Plain(Plain::Number);
const BOOL: Sort = Sort::Plain(Plain::Bool);
const TIME: Sort = Sort::Plain(Plain::Time);

fn list(item: Sort) -> Sort {
    Sort::List(Arc::new(item))
}

/// What a field of this kind holds.
fn of_kind(kind: Kind, custom: &Arc<[CustomField]>) -> Sort {
    match kind {
        Kind::Text(_) | Kind::Email => TEXT,
        Kind::Integer | Kind::Number => NUMBER,
        Kind::Money => Sort::Plain(Plain::Money),
        Kind::Bool => BOOL,
        Kind::Date => Sort::Plain(Plain::Date),
        Kind::DateTime => TIME,
        Kind::Reference(_) | Kind::Dictionary => Sort::Object(Arc::new(Code)),
        Kind::User => Sort::Object(Arc::new(User)),
        Kind::Customer => record(RecordType::Customer, custom),
        Kind::Tags | Kind::Phones => list(TEXT),
        Kind::Hours => Sort::Object(Arc::new(Named("hours", &["from", "to", "custom"]))),
        Kind::Pairs => Sort::Any,
    }
}

#[derive(Debug)]
struct Record {
    of: RecordType,
    prefix: String,
    custom: Arc<[CustomField]>,
}

impl Record {
    fn own(&self, name: &str) -> Option<Sort> {
        let is_order = self.of == RecordType::Order;
        Some(match name {
            "id" | "title" | "url" | "link" | "number" | "name" | "full_name" | "phone" => TEXT,
            "items" if is_order => list(Sort::Object(Arc::new(Part(Table::Items)))),
            "payments" if is_order => list(Sort::Object(Arc::new(Part(Table::Payments)))),
            "custom_fields" => Sort::Any,
            _ => return None,
        })
    }
}

fn custom_field(record_type: RecordType, custom: &Arc<[CustomField]>, code: &str) -> Option<Sort> {
    let field = custom.iter().find(|field| field.record_type == record_type && field.code == code)?;
    Some(of_kind(custom_kind(field.kind), custom))
}

impl Fields for Record {
    fn name(&self) -> String {
        format!("{}.{}", self.of.name(), self.prefix).trim_end_matches('.').to_owned()
    }

    fn field(&self, name: &str) -> Option<Sort> {
        if self.prefix.is_empty() {
            if let Some(code) = name.strip_prefix(CUSTOM)
                && name != "custom_fields"
            {
                return custom_field(self.of, &self.custom, code);
            }
            if let Some(sort) = self.own(name) {
                return Some(sort);
            }
        }
        let path = format!("{}{name}", self.prefix);
        let table = Table::Record(self.of);
        if table.is_branch(&path) {
            let (of, custom) = (self.of, self.custom.clone());
            return Some(Sort::Object(Arc::new(Self { of, prefix: format!("{path}."), custom })));
        }
        match table.field(&path) {
            Some(field) => Some(of_kind(field.kind, &self.custom)),
            None => (name == "name" && !self.prefix.is_empty()).then_some(TEXT),
        }
    }
}

#[derive(Debug)]
struct Part(Table);

impl Fields for Part {
    fn name(&self) -> String {
        if self.0 == Table::Items { "item" } else { "payment" }.to_owned()
    }

    fn field(&self, name: &str) -> Option<Sort> {
        let is_item = self.0 == Table::Items;
        match name {
            "name" => Some(TEXT),
            "line" => Some(NUMBER),
            "price" | "sum" if is_item => Some(Sort::Plain(Plain::Money)),
            "packs" if is_item => Some(list(Sort::Any)),
            _ => {
                let field = self.0.field(name).or_else(|| self.0.field(&format!("{name}.external_id")))?;
                Some(of_kind(field.kind, &Arc::from([])))
            }
        }
    }
}

/// An entry of a reference list.
#[derive(Debug)]
struct Code;

impl Fields for Code {
    fn name(&self) -> String {
        "code".to_owned()
    }

    fn field(&self, name: &str) -> Option<Sort> {
        match name {
            "code" | "name" | "group_code" => Some(TEXT),
            "group" => Some(Sort::Object(Arc::new(Self))),
            _ => None,
        }
    }
}

#[derive(Debug)]
struct User;

impl Fields for User {
    fn name(&self) -> String {
        "user".to_owned()
    }

    fn field(&self, name: &str) -> Option<Sort> {
        match name {
            "id" | "name" | "nick_name" | "full_name" | "first_name" | "email" => Some(TEXT),
            "number" => Some(NUMBER),
            _ => None,
        }
    }
}

/// An object of a few texts.
#[derive(Debug)]
struct Named(&'static str, &'static [&'static str]);

impl Fields for Named {
    fn name(&self) -> String {
        self.0.to_owned()
    }

    fn field(&self, name: &str) -> Option<Sort> {
        self.1.contains(&name).then_some(TEXT)
    }
}

#[derive(Debug)]
struct Task {
    custom: Arc<[CustomField]>,
}

impl Fields for Task {
    fn name(&self) -> String {
        "task".to_owned()
    }

    fn field(&self, name: &str) -> Option<Sort> {
        Some(match name {
            "id" | "text" | "comment" | "phone" | "url" | "performer_type" => TEXT,
            "number" => NUMBER,
            "due_at" | "due" | "done_at" | "created_at" => TIME,
            "done" => BOOL,
            // A user or a group.
            "performer" => Sort::Any,
            "creator" => Sort::Object(Arc::new(User)),
            "order" => record(RecordType::Order, &self.custom),
            "customer" => record(RecordType::Customer, &self.custom),
            _ => return None,
        })
    }
}

#[derive(Debug)]
struct Changes {
    record_type: RecordType,
    /// The topic may be any, and so may be the record.
    any: bool,
    custom: Arc<[CustomField]>,
}

impl Fields for Changes {
    fn name(&self) -> String {
        "change_set".to_owned()
    }

    fn field(&self, name: &str) -> Option<Sort> {
        match name {
            "is_create" | "is_update" | "is_delete" => Some(BOOL),
            "kind" => Some(TEXT),
            "count" => Some(NUMBER),
            "fields" => Some(list(TEXT)),
            "changes" => Some(list(self.items()?)),
            _ => None,
        }
    }

    fn method(&self, name: &str, first: Option<&str>) -> Option<Sort> {
        let Some(field) = first.filter(|_| !self.any) else { return Some(Sort::Any) };
        let sort = self.changed(&super::paths::change_name(field))?;
        match name {
            "has_changed" => Some(BOOL),
            "old" | "new" => Some(sort),
            _ => None,
        }
    }

    fn items(&self) -> Option<Sort> {
        Some(Sort::Object(Arc::new(Change)))
    }
}

impl Changes {
    /// The sort of the field that change sets call so.
    fn changed(&self, name: &str) -> Option<Sort> {
        use crate::domain::record::catalogue::{self, ITEM, PAYMENT};
        if let Some(code) = name.strip_prefix(CUSTOM) {
            return custom_field(self.record_type, &self.custom, code);
        }
        if (name == ITEM || name == PAYMENT) && self.record_type == RecordType::Order {
            return Some(TEXT);
        }
        match catalogue::find(self.record_type, name) {
            Some(field) => Some(of_kind(field.kind, &self.custom)),
            // `delivery_address`: any field beneath it.
            None => Table::Record(self.record_type).is_branch(name).then_some(Sort::Any),
        }
    }
}

/// One change of a set.
#[derive(Debug)]
struct Change;

impl Fields for Change {
    fn name(&self) -> String {
        "change".to_owned()
    }

    fn field(&self, name: &str) -> Option<Sort> {
        match name {
            "field_name" | "name" | "part" | "items" => Some(TEXT),
            "old" | "new" => Some(Sort::Any),
            _ => None,
        }
    }
}
