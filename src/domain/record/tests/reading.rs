//! What a state may look like in either spelling, what it is read as, and how its faults are told.

use serde_json::{Value as Json, json};

use super::samples::{faults, native, read, retailcrm, with_known, zone};
use crate::domain::error::Error;
use crate::domain::record::RecordType::{Customer, Order};
use crate::domain::record::catalogue::Kind;
use crate::domain::record::diff::{diff, patched};
use crate::domain::record::patch::{Patch, named};
use crate::domain::record::value::{RecordRef, Spelling, UserRef, Value, read as read_value};
use crate::domain::record::wire::native_value;

/// What a value is read as, in native JSON; null for none, the key of the fault for a bad one.
fn seen(kind: Kind, json: &Json, spelling: Spelling) -> Json {
    with_known(|known| match read_value(kind, "statuses", json, spelling, known) {
        Ok(value) => value.as_ref().map_or(Json::Null, native_value),
        Err(fault) => fault.key().into(),
    })
}

const TEXT: Kind = Kind::Text(5);

fn plain_values() -> Vec<(Kind, Json, Json)> {
    vec![
        (TEXT, json!(" a\u{7}b "), json!("ab")),
        (TEXT, json!("a\r\nb"), json!("a\nb")),
        (TEXT, json!(" \t "), Json::Null),
        (TEXT, json!("\u{0}"), Json::Null),
        (TEXT, json!(12345), json!("12345")),
        (TEXT, json!("пятый"), json!("пятый")),
        (TEXT, json!("sixsix"), json!("error.too_long")),
        (TEXT, json!(true), json!("error.wrong_type")),
        (TEXT, json!(["a"]), json!("error.wrong_type")),
        (Kind::Integer, json!("5.00"), json!(5)),
        (Kind::Integer, json!(5.0), json!(5)),
        (Kind::Integer, json!(5.5), json!("error.not_a_number")),
        (Kind::Money, json!("5"), json!(5)),
        (Kind::Money, json!(5.0), json!(5)),
        (Kind::Money, json!(0.1 + 0.2), json!(0.3)),
        (Kind::Money, json!("-12.50"), json!(-12.5)),
        (Kind::Money, json!("five"), json!("error.not_a_number")),
        (Kind::Money, json!(false), json!("error.not_a_number")),
        (Kind::Bool, json!(1), json!(true)),
        (Kind::Bool, json!("1"), json!(true)),
        (Kind::Bool, json!("true"), json!(true)),
        (Kind::Bool, json!("0"), json!(false)),
        (Kind::Bool, json!(false), json!(false)),
        (Kind::Bool, json!(2), json!("error.wrong_type")),
        (Kind::Bool, json!("yes"), json!("error.wrong_type")),
        (Kind::Date, json!("2026-02-28"), json!("2026-02-28")),
        (Kind::Date, json!("2026-02-30"), json!("error.not_a_date")),
        (Kind::Date, json!("0000-00-00"), json!("error.not_a_date")),
        (Kind::Date, json!("28.02.2026"), json!("error.not_a_date")),
        (Kind::DateTime, json!("2026-07-01T12:00:00.999+02:00"), json!("2026-07-01T10:00:00Z")),
        (Kind::DateTime, json!("yesterday"), json!("error.not_an_instant")),
        (Kind::DateTime, json!(1_700_000_000), json!("error.not_an_instant")),
        (Kind::Email, json!(" Ann@example.com "), json!("Ann@example.com")),
        (Kind::Email, json!("ann"), json!("error.not_an_email")),
    ]
}

fn named_and_listed_values() -> Vec<(Kind, Json, Json)> {
    vec![
        (Kind::Reference("statuses"), json!("new"), json!("new")),
        (Kind::Reference("statuses"), json!({"code": "new"}), json!("new")),
        (Kind::Reference("statuses"), json!("unknown"), json!("error.unknown_code")),
        (Kind::User, json!("u-3"), json!("u-3")),
        (Kind::User, json!(3), json!("u-3")),
        (Kind::User, json!("3"), json!("u-3")),
        (Kind::User, json!("3@example.com"), json!("u-3")),
        (Kind::User, json!({"id": "u-3"}), json!("u-3")),
        (Kind::User, json!("nobody"), json!("error.unknown_user")),
        (Kind::User, json!(77), json!("error.unknown_user")),
        (Kind::User, json!([1]), json!("error.wrong_type")),
        (Kind::Tags, json!(["b", "a", "b", ""]), json!(["a", "b"])),
        (Kind::Tags, json!([{"name": "a", "color": "red"}]), json!(["a"])),
        (Kind::Tags, json!([[]]), Json::Null),
        (Kind::Phones, json!([{"number": 700}, "+1", "+1"]), json!(["700", "+1"])),
        (Kind::Phones, json!([{"phone": "1"}]), json!("error.wrong_type")),
        (Kind::Phones, json!((0..101).collect::<Vec<_>>()), json!("error.too_many")),
        (Kind::Hours, json!({"from": "9:00"}), json!("error.wrong_type")),
        (Kind::Hours, json!({"from": "09:00", "to": ""}), json!({"from": "09:00"})),
        (Kind::Hours, json!("after six"), json!({"custom": "after six"})),
        (Kind::Pairs, json!({"size": "L", "none": ""}), json!({"size": "L"})),
        (Kind::Pairs, json!([{"code": "s", "name": "size", "value": "L"}]), json!({"size": "L"})),
        (Kind::Pairs, json!({"s": {"name": "size", "value": 5}}), json!({"size": "5"})),
        (Kind::Pairs, json!(["L"]), json!("error.wrong_type")),
    ]
}

#[test]
fn spellings_of_one_value_are_read_alike() {
    for (kind, json, expected) in plain_values().into_iter().chain(named_and_listed_values()) {
        assert_eq!(seen(kind, &json, Spelling::Native), expected, "{kind:?} {json}");
        assert_eq!(seen(kind, &json, Spelling::RetailCrm), expected, "{kind:?} {json}");
        for nothing in [json!(null), json!(""), json!("  "), json!([]), json!({})] {
            assert_eq!(seen(kind, &nothing, Spelling::Native), Json::Null, "{kind:?} {nothing}");
        }
    }
}

#[test]
fn some_values_mean_something_in_one_spelling_only() {
    for (kind, json, in_native, in_retailcrm) in [
        // Summer time in the account's zone.
        (Kind::DateTime, json!("2026-07-01 12:00:00"), "error.not_an_instant", json!("2026-07-01T10:00:00Z")),
        (Kind::DateTime, json!("2026-07-01 12:00"), "error.not_an_instant", json!("2026-07-01T10:00:00Z")),
        (Kind::Date, json!("2026-07-01 00:00:00"), "error.not_a_date", json!("2026-07-01")),
        (Kind::User, json!(0), "error.unknown_user", Json::Null),
        (Kind::Customer, json!({"browserId": "x"}), "error.wrong_type", Json::Null),
    ] {
        assert_eq!(seen(kind, &json, Spelling::Native), in_native, "{json}");
        assert_eq!(seen(kind, &json, Spelling::RetailCrm), in_retailcrm, "{json}");
    }
    let customer = json!({"id": "c-2"});
    assert_eq!(seen(Kind::Customer, &json!({"external_id": "shop-2"}), Spelling::Native), customer);
    assert_eq!(seen(Kind::Customer, &json!({"number": 2}), Spelling::Native), customer);
    assert_eq!(seen(Kind::Customer, &json!({"id": 2}), Spelling::RetailCrm), customer);
    assert_eq!(
        seen(Kind::Customer, &json!({"externalId": "shop-2", "site": "s"}), Spelling::RetailCrm),
        customer
    );
    assert_eq!(seen(Kind::Customer, &json!({"id": 55}), Spelling::RetailCrm), "error.unknown_customer");
    assert!(zone().to_offset_info(jiff::Timestamp::UNIX_EPOCH).offset().seconds() > 0);
}

#[test]
fn all_faults_are_heard_by_the_paths_that_the_caller_wrote() {
    let json = json!({
        "statuss": "new",
        "email": "x",
        "number": "A-17",
        "delivery.cost": 5,
        "delivery": {"cost": "much", "address": {"city": {"name": "Rome"}, "town": "Rome"}},
        "company": ["x"],
        "custom_fields": {"integer": "1.5", "colour": "unknown", "missing": 1},
        "items": [
            {"product_name": "Cup", "external_id": "a"},
            {"product_name": "Tea", "external_id": "a", "quantity": "two", "price": 5},
            {}, 5,
        ],
        "payments": {"1": {}},
    });
    let expected = [
        "company: error.wrong_type",
        "custom_fields.colour: error.unknown_code",
        "custom_fields.integer: error.not_a_number",
        "custom_fields.missing: error.unknown_field",
        "delivery.address.city: error.wrong_type",
        "delivery.address.town: error.unknown_field",
        "delivery.cost: error.not_a_number",
        "delivery.cost: error.unknown_field",
        "email: error.not_an_email",
        "items[1].external_id: error.twice",
        "items[1].price: error.unknown_field",
        "items[1].quantity: error.not_a_number",
        "items[2]: error.required",
        "items[3]: error.wrong_type",
        "number: error.unknown_field",
        "payments: error.wrong_type",
        "statuss: error.unknown_field",
    ];
    assert_eq!(faults(Order, Spelling::Native, &json), expected);
    let json = json!({
        "unheardOf": {"deep": [[[]]]},
        "managerId": 77,
        "delivery": {"address": {"city": [1]}, "data": {}},
        "items": {"x": {"productName": "Cup", "id": 700_007}, "y": {"productName": "Tea", "id": "700007"}},
        "payments": {"5": {"amount": "x"}, "9": {"externalId": "p"}, "z": {"externalId": "p"}},
        "customFields": {"missing": 1},
    });
    let expected = [
        "customFields.missing: error.unknown_field",
        "delivery.address.city: error.wrong_type",
        "items[y].id: error.twice",
        "managerId: error.unknown_user",
        "payments[5].amount: error.not_a_number",
        "payments[z].externalId: error.twice",
    ];
    assert_eq!(faults(Order, Spelling::RetailCrm, &json), expected);
    assert_eq!(faults(Order, Spelling::Native, &json!([])), ["order: error.wrong_type"]);
    assert_eq!(faults(Customer, Spelling::Native, &json!({"items": []})), ["items: error.unknown_field"]);
}

#[test]
fn lists_have_an_end_and_depth_costs_nothing() {
    let items = |count: usize| json!({"items": vec![json!({"product_name": "Cup"}); count]});
    assert_eq!(faults(Order, Spelling::Native, &items(501)), ["items: error.too_many"]);
    assert!(read(Order, Spelling::Native, &items(500)).is_ok());
    let payments = json!({"payments": vec![json!({"type": "cash"}); 101]});
    assert_eq!(faults(Order, Spelling::RetailCrm, &payments), ["payments: error.too_many"]);
    // As deep as the parser lets through.
    let deep = format!(r#"{{"delivery":{}{}}}"#, r#"{"address":["#.repeat(60), "]}".repeat(60));
    let deep = serde_json::from_str(&deep).unwrap();
    assert_eq!(faults(Order, Spelling::Native, &deep), ["delivery.address: error.wrong_type"]);
    assert_eq!(faults(Order, Spelling::RetailCrm, &deep), ["delivery.address: error.wrong_type"]);
    let many: serde_json::Map<_, _> =
        (0..1_000).map(|n| (format!("{n}{}", "x".repeat(1_000)), Json::Null)).collect();
    let many = faults(Order, Spelling::Native, &many.into());
    assert_eq!(many.len(), 100);
    assert!(many.iter().all(|fault| fault.len() < 250));
}

#[test]
fn the_source_has_several_spellings_for_an_item() {
    let patch = |item: &str| retailcrm(Order, &format!(r#"{{"items":[{item}]}}"#)).items.unwrap().remove(0);
    for (item, field, expected) in [
        (r#"{"offer":{"externalId":"o1","displayName":"Cup"}}"#, "product_name", json!("Cup")),
        (r#"{"offer":{"xmlId":"x1","id":4}}"#, "offer", json!("x1")),
        (r#"{"offer":{"id":4}}"#, "offer", json!("4")),
        (
            r#"{"externalIds":[{"code":"default","value":"e1"}],"productName":"Cup"}"#,
            "external_id",
            json!("e1"),
        ),
        (r#"{"initialPrice":200,"discountManualPercent":7.5}"#, "discount", json!(15)),
        (r#"{"initialPrice":200,"discountTotal":"3.50"}"#, "discount", json!(3.5)),
        (r#"{"discountManualAmount":2,"discountTotal":3}"#, "discount", json!(2)),
    ] {
        let value = patch(item).fields.get(field).cloned().flatten();
        assert_eq!(value.as_ref().map(native_value), Some(expected), "{item}");
    }
}

#[test]
fn empty_things_of_php_change_nothing_and_null_clears_all_beneath() {
    let before = patched(
        None,
        &native(
            Order,
            r#"{"delivery":{"cost":5,"address":{"city":"Rome","flat":"1"}},"call":true,"customer":{"id":"c-1"}}"#,
        ),
    );
    let empty = retailcrm(
        Order,
        r#"{"customFields":[],"delivery":{"address":[]},"contragent":[],"summ":7,"customer":[]}"#,
    );
    assert!(diff(Some(&before), &empty).is_empty());
    for text in [r#"{"delivery":{"address":null}}"#, r#"{"delivery":{"address":{"city":"","flat":null}}}"#] {
        let set = diff(Some(&before), &native(Order, text));
        assert_eq!(set.fields(), ["delivery_address.city", "delivery_address.flat"], "{text}");
    }
    assert_eq!(diff(Some(&before), &native(Order, r#"{"delivery":""}"#)).fields().len(), 3);
    let envelope = native(Order, r#"{"id":"x","number":17,"sum":5,"prepay_sum":5,"updated_at":"y"}"#);
    assert_eq!(envelope, Patch::new(Order));
}

#[test]
fn the_people_and_codes_of_a_state_can_be_known_beforehand() {
    let json = json!({"manager": "ann@example.com", "customer": {"external_id": "7", "site": "es"}, "contact": null});
    let linked = RecordRef::ExternalId { external_id: "7".into(), site: Some("es".into()) };
    let user = UserRef::Email("ann@example.com".into());
    assert_eq!(named(Spelling::Native, &json), (Some(user), vec![linked]));
    let json = json!({"managerId": "12", "customer": {"id": 5}});
    assert_eq!(named(Spelling::RetailCrm, &json), (Some(UserRef::Number(12)), vec![RecordRef::Number(5)]));
    let patch = native(
        Order,
        r#"{"status":"new","site":"es","items":[{"product_name":"a","status":"new"},{"product_name":"b","status":"new"}],
            "custom_fields":{"colour":"red","string":"x"}}"#,
    );
    let codes = patch.codes(&super::samples::custom());
    let codes: Vec<_> = codes.iter().map(|(list, code)| (list.as_ref(), *code)).collect();
    let expected =
        [("dictionary:colours", "red"), ("product-statuses", "new"), ("sites", "es"), ("statuses", "new")];
    assert_eq!(codes, expected);
}

#[test]
fn the_total_of_retailcrm_counts_only_where_nothing_counts_it() {
    let total = |text: &str| retailcrm(Order, text).fields.get("total_sum").cloned().flatten();
    assert_eq!(
        total(r#"{"totalSumm":9}"#).and_then(|v| v.number()).map(|n| n.to_string()).as_deref(),
        Some("9")
    );
    assert_eq!(total(r#"{"totalSumm":9,"items":[]}"#), None);
    let Err(Error::Invalid(faults)) = read(Order, Spelling::Native, &json!({"total_sum": "x"})) else {
        panic!()
    };
    assert_eq!(faults.len(), 1);
    assert_eq!(native(Order, r#"{"call":false}"#).fields.get("call"), Some(&Some(Value::Bool(false))));
}
