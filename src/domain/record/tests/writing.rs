//! Records and history as JSON.

use serde_json::{Value as Json, json};

use super::samples::{native, read, zone};
use crate::domain::id::UserId;
use crate::domain::record::RecordType::{Customer, Order};
use crate::domain::record::change::ChangeSet;
use crate::domain::record::diff::{diff, patched};
use crate::domain::record::history::{Numbers, history_value, native_change, retailcrm_records};
use crate::domain::record::state::State;
use crate::domain::record::value::Spelling;
use crate::domain::record::wire::{Ids, Linked, native as written, part_id, part_of, retailcrm};
use crate::domain::record::{RecordId, catalogue};

const ORDER: &str = r#"{
    "external_id":"A-1","order_number":"17","status":"new","manager":"u-4","customer":{"id":"c-3"},
    "created_at":"2026-07-01T10:00:00Z","phone":"+34","call":false,"contact":{"id":"c-5"},
    "delivery":{"type":"courier","cost":5.5,"date":"2026-07-02","time":{"from":"10:00","to":"12:30"},"address":{"city":"Rome"}},
    "items":[{"external_id":"i","product_name":"Cup","offer":"o","quantity":2,"initial_price":10,"discount":1.5,"properties":{"size":"L"}}],
    "payments":[{"type":"cash","amount":"7.25","status":"paid","paid_at":"2026-01-01T10:00:00Z"}],
    "custom_fields":{"colour":"red","numeric":1.25,"datetime":"2026-07-01T10:00:00Z"}
}"#;

fn ids() -> Ids {
    Ids {
        number: 12,
        manager: Some(4),
        customer: Some(Linked { number: 3, external_id: Some("shop-3".into()), site: Some("es".into()) }),
        contact: Some(Linked { number: 5, ..Linked::default() }),
        created_at: 1_782_864_000_000,
        status_updated_at: Some(1_782_864_000_000),
    }
}

fn order() -> State {
    patched(None, &native(Order, ORDER))
}

#[test]
fn an_order_in_the_native_spelling() {
    let expected = json!({
        "external_id": "A-1", "order_number": "17", "status": "new", "manager": "u-4", "customer": {"id": "c-3"},
        "created_at": "2026-07-01T10:00:00Z", "phone": "+34", "call": false, "contact": {"id": "c-5"},
        "total_sum": 22.5, "sum": 17, "prepay_sum": 7.25, "purchase_sum": 0,
        "delivery": {"type": "courier", "cost": 5.5, "date": "2026-07-02", "time": {"from": "10:00", "to": "12:30"},
            "address": {"city": "Rome"}},
        "items": [{"id": 1, "external_id": "i", "product_name": "Cup", "offer": "o", "quantity": 2, "initial_price": 10,
            "discount": 1.5, "properties": {"size": "L"}}],
        "payments": [{"id": 1, "type": "cash", "amount": 7.25, "status": "paid", "paid_at": "2026-01-01T10:00:00Z"}],
        "custom_fields": {"colour": "red", "numeric": 1.25, "datetime": "2026-07-01T10:00:00Z"},
    });
    assert_eq!(written(&order()), expected);
}

#[test]
fn an_order_in_the_spelling_of_retailcrm() {
    let expected = json!({
        "id": 12, "slug": 12, "externalId": "A-1", "number": "17", "status": "new", "managerId": 4,
        "createdAt": "2026-07-01 12:00:00", "statusUpdatedAt": "2026-07-01 02:00:00", "phone": "+34", "call": false,
        "customer": {"type": "customer", "id": 3, "externalId": "shop-3", "site": "es"},
        "contact": {"type": "customer", "id": 5},
        "totalSumm": 22.5, "summ": 17, "prepaySum": 7.25, "purchaseSumm": 0,
        "delivery": {"code": "courier", "cost": 5.5, "date": "2026-07-02", "time": {"from": "10:00", "to": "12:30"},
            "address": {"city": "Rome"}},
        "items": [{"id": 1_200_001, "externalId": "i", "productName": "Cup", "offer": {"externalId": "o", "displayName": "Cup"},
            "quantity": 2, "initialPrice": 10, "discountManualAmount": 1.5, "discountTotal": 1.5,
            "properties": {"size": {"code": "size", "name": "size", "value": "L"}}}],
        "payments": {"1200001": {"id": 1_200_001, "type": "cash", "amount": 7.25, "status": "paid",
            "paidAt": "2026-01-01 11:00:00"}},
        "customFields": {"colour": "red", "numeric": 1.25, "datetime": "2026-07-01 12:00:00"},
    });
    assert_eq!(retailcrm(&order(), &ids(), &zone()), expected);
}

#[test]
fn a_customer_in_both_spellings_and_a_bare_one() {
    let text = r#"{"first_name":"Ann","phones":["+1","+2"],"tags":["vip"],"vip":true,"birthday":"1990-02-01","address":{"city":"Rome"}}"#;
    let state = patched(None, &native(Customer, text));
    assert_eq!(written(&state), serde_json::from_str::<Json>(text).unwrap());
    let ids = Ids { number: 3, created_at: 1_782_864_000_000, ..Ids::default() };
    let expected = json!({
        "type": "customer", "id": 3, "createdAt": "2026-07-01 02:00:00", "firstName": "Ann", "vip": true,
        "phones": [{"number": "+1"}, {"number": "+2"}], "tags": [{"name": "vip"}], "segments": [],
        "birthday": "1990-02-01", "address": {"city": "Rome"}, "customFields": [],
    });
    assert_eq!(retailcrm(&state, &ids, &zone()), expected);
    let bare = retailcrm(&State::new(Order), &Ids { number: 1, ..Ids::default() }, &zone());
    assert_eq!(
        (&bare["customFields"], &bare["payments"], &bare["items"]),
        (&json!([]), &json!({}), &json!([]))
    );
}

#[test]
fn what_was_written_is_read_back_without_a_change() {
    let state = order();
    let spelled =
        [(Spelling::Native, written(&state)), (Spelling::RetailCrm, retailcrm(&state, &ids(), &zone()))];
    for (spelling, json) in spelled {
        let patch = read(Order, spelling, &json).unwrap();
        let set = diff(Some(&state), &patch);
        assert_eq!(set.fields(), [""; 0], "{spelling:?}");
    }
}

fn with_numbers<T>(then: impl FnOnce(&Numbers) -> T) -> T {
    let user = |id: &UserId| (id.as_str() == "u-4").then_some(23);
    let linked = |id: &RecordId| (id.as_str() == "c-3").then_some(7);
    then(&Numbers { record: 12, user: &user, linked: &linked, zone: &zone() })
}

#[test]
fn history_values_have_the_forms_of_the_source() {
    let state = order();
    for (field, expected) in [
        ("status", json!({"code": "new"})),
        ("manager", json!({"id": 23})),
        ("customer", json!({"id": 7})),
        ("contact", Json::Null),
        ("delivery_cost", json!(5.5)),
        ("delivery_date", json!("2026-07-02")),
        ("delivery_time", json!({"from": "10:00", "to": "12:30"})),
        ("created_at", json!("2026-07-01 12:00:00")),
        ("call", json!(false)),
        ("custom_colour", json!({"code": "red"})),
        ("last_name", Json::Null),
    ] {
        with_numbers(|numbers| assert_eq!(history_value(state.get(field), numbers), expected, "{field}"));
    }
    assert_eq!(part_of(part_id(12, 7)), (12, 7));
    assert!(catalogue::fields(Order).iter().any(|field| field.computed));
}

#[test]
fn history_has_a_record_for_each_changed_field_and_one_for_a_creation() {
    let before = order();
    let records = |set: &ChangeSet| with_numbers(|numbers| retailcrm_records(set, numbers));
    let made = diff(None, &native(Order, ORDER));
    let expected =
        json!([{"field": "status", "oldValue": null, "newValue": {"code": "new"}, "created": true}]);
    assert_eq!(Json::from(records(&made)), expected);
    let made = diff(None, &native(Customer, "{}"));
    let expected = json!([{"field": "id", "oldValue": null, "newValue": 12, "created": true}]);
    assert_eq!(Json::from(records(&made)), expected);
    let expected = json!([{"field": "id", "oldValue": 12, "newValue": null, "deleted": true}]);
    assert_eq!(Json::from(records(&ChangeSet::deletion(Order))), expected);
    let patch = r#"{"status":"paid","items":[{"external_id":"i","status":"sold"}],"payments":[]}"#;
    let set = diff(Some(&before), &native(Order, patch));
    let expected = json!([
        {"field": "status", "oldValue": {"code": "new"}, "newValue": {"code": "paid"}},
        {"field": "order_product.status", "oldValue": null, "newValue": {"code": "sold"},
            "item": {"id": 1_200_001, "externalId": "i"}},
        {"field": "payments", "oldValue": {"id": 1_200_001}, "newValue": null, "payment": {"id": 1_200_001}},
    ]);
    assert_eq!(Json::from(records(&set)), expected);
    let expected = json!({"field": "order_product.status", "old": null, "new": "sold",
        "part": {"list": "items", "id": 1, "external_id": "i", "name": "Cup"}});
    assert_eq!(native_change(&set.changes[1]), expected);
}
