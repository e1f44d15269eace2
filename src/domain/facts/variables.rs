//! The list of variables that a page offers: every field that an event's objects have, with its type and an example.

use super::shape::Topic;
use crate::domain::kind::names;
use crate::domain::record::RecordType;
use crate::domain::record::catalogue::{self, CustomField, Field, Kind};

names! {
    /// What a variable holds.
    VariableType {
        Text = "text",
        Number = "number",
        Money = "money",
        Bool = "bool",
        Date = "date",
        DateTime = "datetime",
        List = "list",
        Object = "object",
    }
}

/// One variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// As it is written: `order.status.code`.
    pub path: String,
    pub sort: VariableType,
    pub label: Label,
    pub sample: String,
    /// What change sets call the field, on the one variable of it that the builder names it by.
    pub change: Option<String>,
}

/// What people call it; the words are `render::texts`'.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// A key of the catalogue of texts, or none where `text` says it.
    pub key: Option<String>,
    /// The name of a custom field.
    pub text: Option<String>,
    /// The key of what is meant of it: its code, its name.
    pub part: Option<&'static str>,
}

/// All variables of a topic.
#[must_use]
pub fn variables(topic: Topic, custom: &[CustomField]) -> Vec<Variable> {
    let mut list = Vec::new();
    for object in topic.objects() {
        match *object {
            "order" => record(&mut list, RecordType::Order, custom),
            "customer" => record(&mut list, RecordType::Customer, custom),
            "task" => task(&mut list),
            "call" => call(&mut list),
            "event" => event(&mut list),
            _ => changes(&mut list),
        }
    }
    list
}

/// The variable by which the builder names a field of change sets.
#[must_use]
pub fn of_change(record_type: RecordType, custom: &[CustomField], change: &str) -> Option<String> {
    let mut list = Vec::new();
    record(&mut list, record_type, custom);
    list.into_iter().find(|variable| variable.change.as_deref() == Some(change)).map(|variable| variable.path)
}

fn keyed(key: &str, part: Option<&'static str>) -> Label {
    Label { key: Some(key.to_owned()), text: None, part }
}

fn plain(list: &mut Vec<Variable>, path: &str, sort: VariableType, sample: &str) {
    let label = keyed(&format!("variable.{path}"), None);
    list.push(Variable { path: path.to_owned(), sort, label, sample: sample.to_owned(), change: None });
}

fn record(list: &mut Vec<Variable>, record_type: RecordType, custom: &[CustomField]) {
    let root = record_type.name();
    for own in ["title", "url", "id"] {
        let sample = match own {
            "title" => "A-1042",
            "url" => "https://crm.example/orders/1042",
            _ => "0199c0de",
        };
        let label = keyed(&format!("variable.record.{own}"), None);
        let path = format!("{root}.{own}");
        list.push(Variable {
            path,
            sort: VariableType::Text,
            label,
            sample: sample.to_owned(),
            change: None,
        });
    }
    for field in catalogue::fields(record_type) {
        let key = catalogue::label_key(record_type, field.name).unwrap_or_default();
        // Natively an order's `order_number` is what people call its number.
        let path = if field.name == "number" { field.name } else { field.native };
        let change = (!field.computed).then(|| field.name.to_owned());
        of_kind(list, &format!("{root}.{path}"), field.kind, keyed(&key, None), sample(field), change);
    }
    if record_type == RecordType::Order {
        for (path, name, sample) in [("items", catalogue::ITEM, "2"), ("payments", catalogue::PAYMENT, "1")] {
            list.push(Variable {
                path: format!("{root}.{path}"),
                sort: VariableType::List,
                label: keyed(&format!("variable.order.{path}"), None),
                sample: sample.to_owned(),
                change: Some(name.to_owned()),
            });
        }
    }
    for field in custom.iter().filter(|field| field.record_type == record_type) {
        let label = Label { key: None, text: Some(field.name.clone()), part: None };
        let name = field.field_name().into_owned();
        let kind = super::record::custom_kind(field.kind);
        of_kind(list, &format!("{root}.{name}"), kind, label, "", Some(name));
    }
}

/// The variables of one field; the first is the one that stands for it in the builder.
fn of_kind(
    list: &mut Vec<Variable>,
    path: &str,
    kind: Kind,
    label: Label,
    sample: &str,
    change: Option<String>,
) {
    let parts: &[&'static str] = match kind {
        Kind::Reference(_) | Kind::Dictionary => &["code", "name"],
        Kind::User => &["email", "name", "id"],
        // A customer is an object of his own.
        Kind::Customer => &["id"],
        _ => &[],
    };
    let sort = match kind {
        Kind::Integer | Kind::Number => VariableType::Number,
        Kind::Money => VariableType::Money,
        Kind::Bool => VariableType::Bool,
        Kind::Date => VariableType::Date,
        Kind::DateTime => VariableType::DateTime,
        Kind::Tags | Kind::Phones => VariableType::List,
        Kind::Hours | Kind::Pairs => VariableType::Object,
        _ => VariableType::Text,
    };
    if parts.is_empty() {
        list.push(Variable { path: path.to_owned(), sort, label, sample: sample.to_owned(), change });
        return;
    }
    for (n, part) in parts.iter().enumerate() {
        let sample = match (*part, kind) {
            ("email", _) => "ann@shop.example",
            ("name", Kind::User) => "Ann Lee",
            ("code", _) if sample.is_empty() => "new",
            ("name", _) if sample.is_empty() => "New",
            ("id", _) => "0199c0de",
            _ => sample,
        };
        list.push(Variable {
            path: format!("{path}.{part}"),
            sort,
            label: Label { part: Some(part_key(part)), ..label.clone() },
            sample: sample.to_owned(),
            change: change.clone().filter(|_| n == 0),
        });
    }
    if matches!(kind, Kind::Reference(list) if list == catalogue::STATUSES) {
        list.push(Variable {
            path: format!("{path}.group.code"),
            sort,
            label: Label { part: Some("variable.part.group"), ..label },
            sample: "complete".to_owned(),
            change: None,
        });
    }
}

fn part_key(part: &str) -> &'static str {
    match part {
        "code" => "variable.part.code",
        "name" => "variable.part.name",
        "email" => "variable.part.email",
        _ => "variable.part.id",
    }
}

fn sample(field: &Field) -> &'static str {
    match (field.name, field.kind) {
        ("number", _) => "A-1042",
        ("external_id", _) => "1042",
        ("first_name", _) => "Ann",
        ("last_name", _) => "Lee",
        ("birthday", _) => "1990-05-17",
        ("currency", _) => "EUR",
        ("phone" | "additional_phone" | "phones", _) => "+34 600 000 000",
        ("delivery_address.city" | "address.city", _) => "Madrid",
        (_, Kind::Email) => "ann@mail.example",
        (_, Kind::Money) => "1150",
        (_, Kind::Integer | Kind::Number) => "2",
        (_, Kind::Bool) => "true",
        (_, Kind::Date) => "2026-11-23",
        (_, Kind::DateTime) => "2026-11-23T10:00:00Z",
        (_, Kind::Tags) => "vip",
        _ => "",
    }
}

fn task(list: &mut Vec<Variable>) {
    use VariableType::{Bool, DateTime, Number, Text};
    for (path, sort, sample) in [
        ("task.text", Text, "Call the customer"),
        ("task.comment", Text, "After six"),
        ("task.number", Number, "17"),
        ("task.due_at", DateTime, "2026-11-23T10:00:00Z"),
        ("task.performer.name", Text, "Ann Lee"),
        ("task.phone", Text, "+34 600 000 000"),
        ("task.done", Bool, "false"),
        ("task.done_at", DateTime, "2026-11-23T10:05:00Z"),
        ("task.creator.name", Text, "Ann Lee"),
        ("task.created_at", DateTime, "2026-11-22T09:00:00Z"),
        ("task.url", Text, "https://bellwire.example/tasks/17"),
    ] {
        plain(list, path, sort, sample);
    }
}

fn call(list: &mut Vec<Variable>) {
    use VariableType::{Number, Text};
    for (path, sort, sample) in [
        ("call.phone", Text, "+34 600 000 000"),
        ("call.result", Text, "no answer"),
        ("call.type", Text, "in"),
        ("call.duration", Number, "42"),
        ("call.manager.name", Text, "Ann Lee"),
    ] {
        plain(list, path, sort, sample);
    }
}

fn event(list: &mut Vec<Variable>) {
    use VariableType::{DateTime, Object, Text};
    for (path, sort, sample) in [
        ("event.type", Text, "cart.left"),
        ("event.at", DateTime, "2026-11-23T10:00:00Z"),
        ("event.by", Text, "Shop"),
        ("event.data", Object, "{…}"),
    ] {
        plain(list, path, sort, sample);
    }
}

fn changes(list: &mut Vec<Variable>) {
    use VariableType::{Bool, List};
    for (path, sort, sample) in [
        ("change_set.is_create", Bool, "true"),
        ("change_set.is_update", Bool, "false"),
        ("change_set.is_delete", Bool, "false"),
        ("change_set.fields", List, "status"),
    ] {
        plain(list, path, sort, sample);
    }
}
