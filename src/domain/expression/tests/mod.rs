//! What the language promises, over an order that stands for all of them.

mod building;
mod checking;
mod explaining;
mod hostile;
mod properties;
mod published;
mod tables;

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{Expression, Limits, Value};
use crate::domain::facts::{self, Book, Entry, Known, Person, Scene};
use crate::domain::id::UserId;
use crate::domain::record::catalogue::{CustomField, CustomKind, Name};
use crate::domain::record::change::{Change, ChangeSet};
use crate::domain::record::diff::{diff, patched};
use crate::domain::record::tests::samples::native;
use crate::domain::record::value::Value as Stored;
use crate::domain::record::{RecordId, RecordType};

/// 23 November 2026, 00:30 UTC; half past one in the account's zone.
pub(super) const NOW: i64 = 1_795_393_800_000;

const BEFORE: &str = r#"{"status":"new","delivery":{"cost":50},"items":[{"external_id":"a","product_name":"Pen","status":"new","initial_price":40,"quantity":3}]}"#;
const AFTER: &str = r#"{
    "order_number": "A-1042", "external_id": "1042", "status": "paid", "manager": "u-1", "total_sum": 1150,
    "customer": {"id": "c-1"}, "first_name": "Ann", "phone": "0034600", "email": "ann@mail.example",
    "customer_comment": "A Gift, please", "expired": true, "created_at": "2026-11-20T09:00:00Z",
    "delivery": {"type": "russian-post", "cost": 100, "date": "2026-11-25", "address": {"city": "Madrid"}},
    "source": {"source": "yandex-market"},
    "items": [
        {"external_id": "a", "product_name": "Pen", "status": "in-reserve", "initial_price": 40, "quantity": 3},
        {"external_id": "b", "product_name": "Desk", "status": "new", "initial_price": 1100, "discount": 50, "quantity": 1}
    ],
    "payments": [{"external_id": "p", "type": "cash", "amount": 50, "paid_at": "2026-11-21T10:00:00Z"}],
    "custom_fields": {"colour": "red"}
}"#;
const CUSTOMER: &str = r#"{"first_name": "Ann", "last_name": "Lee", "vip": true, "birthday": "1990-11-26", "tags": ["vip", "press"],
    "phones": ["+34600"], "orders_count": 3, "total_sum": 90, "email": "ann@mail.example"}"#;

pub(crate) fn custom() -> Vec<CustomField> {
    let field = |code: &str, kind| CustomField {
        record_type: RecordType::Order,
        code: code.to_owned(),
        name: format!("Field {code}"),
        kind,
        dictionary: None,
    };
    vec![
        field("transaction_id", CustomKind::String),
        field("colour", CustomKind::Dictionary),
        field("ready_on", CustomKind::Date),
        field("size-1", CustomKind::Numeric),
    ]
}

fn transaction() -> (Name, Stored) {
    ("custom_transaction_id".into(), Stored::Text("77".into()))
}

pub(super) fn changes() -> ChangeSet {
    let before = patched(None, &native(RecordType::Order, BEFORE));
    let mut set = diff(Some(&before), &native(RecordType::Order, AFTER));
    let (name, value) = transaction();
    set.changes.push(Change::new(name, None, None, Some(value)));
    set
}

fn book() -> Book {
    let mut book = Book { custom: custom(), ..Book::default() };
    let group = Entry { code: "complete".into(), name: Some("Complete".into()), group: None };
    for (list, code, name) in [("statuses", "paid", "Paid"), ("statuses", "new", "New")] {
        let group = (code == "paid").then(|| Box::new(group.clone()));
        let entry = Entry { code: code.into(), name: Some(name.into()), group };
        book.codes.insert((list.into(), code.into()), entry);
    }
    let person = Person {
        id: UserId::new("u-1".into()),
        number: Some(4),
        name: "Max Orlov".into(),
        email: "max@shop.example".into(),
    };
    book.users.insert(person.id.clone(), person);
    let customer = Known {
        id: RecordId::new("c-1".into()),
        record_type: RecordType::Customer,
        number: 7,
        title: "Ann Lee".into(),
        state: patched(None, &native(RecordType::Customer, CUSTOMER)),
        url: None,
    };
    book.records.insert(customer.id.clone(), Arc::new(customer));
    book
}

/// An order that was paid a moment ago.
pub(crate) fn scene() -> Scene {
    let before = patched(None, &native(RecordType::Order, BEFORE));
    let mut state = patched(Some(&before), &native(RecordType::Order, AFTER));
    state.fields.extend([transaction()]);
    let known = Known {
        id: RecordId::new("o-1".into()),
        record_type: RecordType::Order,
        number: 42,
        title: "A-1042".into(),
        state,
        url: Some("https://shop.example/orders/1042".into()),
    };
    let book = Arc::new(book());
    let customer = book.records[&RecordId::new("c-1".into())].clone();
    let data = serde_json::json!({"cartTotal": 1200, "lines": [{"sku": "x", "count": 2}], "note": null,
        "deep": {"er": "yes"}});
    let call = serde_json::json!({"result": "no answer", "phone": "+34"});
    Scene::new(NOW, TimeZone::get("Europe/Berlin").unwrap())
        .with("order", facts::record(Arc::new(known), book.clone()))
        .with("customer", facts::record(customer, book.clone()))
        .with("change_set", facts::change_set(Arc::new(changes()), book))
        .with("event", facts::event("cart.left", NOW, Some("Shop"), Some(&data)))
        .with("call", facts::call(Some(&call), [("customer", None), ("order", None), ("manager", None)]))
}

pub(super) fn value(source: &str) -> Value {
    let expression = Expression::parse(source).unwrap_or_else(|problem| panic!("{source}: {problem:?}"));
    expression.evaluate(&scene(), Limits::default()).unwrap_or_else(|stopped| panic!("{source}: {stopped}"))
}

fn holds(source: &str) -> bool {
    let expression = Expression::condition(source).unwrap_or_else(|problem| panic!("{source}: {problem:?}"));
    expression.holds(&scene(), Limits::default()).unwrap_or_else(|stopped| panic!("{source}: {stopped}"))
}
