//! Change sets: partial states, order, the counted total.

use super::samples::{native, retailcrm};
use crate::domain::record::RecordType::{Customer, Order};
use crate::domain::record::change::ChangeSet;
use crate::domain::record::diff::{apply, diff, patched};
use crate::domain::record::state::State;
use crate::domain::record::value::Value;

#[test]
fn a_partial_state_leaves_the_rest() {
    let before = patched(
        None,
        &native(
            Order,
            r#"{"status":"new","delivery":{"cost":"5.00","type":"courier","address":{"city":"Rome","street":"Via"}},
                "items":[{"product_name":"Cup","initial_price":10}],"custom_fields":{"string":"x","integer":4}}"#,
        ),
    );
    for (text, expected) in [
        ("{}", &[][..]),
        (r#"{"status":"new","delivery":{"cost":5,"address":{"city":" Rome ","flat":""}}}"#, &[]),
        (r#"{"custom_fields":{"string":"x","integer":"4","numeric":null}}"#, &[]),
        (r#"{"delivery":{"address":{"city":"Milan"}}}"#, &["delivery_address.city"]),
        (r#"{"delivery":{"address":{"city":null}}}"#, &["delivery_address.city"]),
        (r#"{"delivery":{"cost":6}}"#, &["total_sum", "delivery_cost"]),
        (
            r#"{"custom_fields":{"string":"y"},"items":[{"product_name":"Cup","status":"sold"}],"status":"paid","call":true}"#,
            &["status", "call", "order_product.status", "custom_string"],
        ),
    ] {
        let patch = native(Order, text);
        let set = diff(Some(&before), &patch);
        assert_eq!(set.fields(), expected, "{text}");
        assert!(set.is_update(), "{text}");
        assert_eq!(set.is_empty(), expected.is_empty(), "{text}");
        assert_eq!(apply(Some(&before), &set), patched(Some(&before), &patch), "{text}");
    }
}

#[test]
fn a_change_set_answers_as_conditions_ask() {
    let before = patched(None, &native(Customer, r#"{"first_name":"Ann","vip":true}"#));
    let set = diff(Some(&before), &native(Customer, r#"{"first_name":"Eve","vip":null}"#));
    assert!(set.has_changed("first_name") && !set.has_changed("last_name"));
    assert_eq!(set.old("first_name").and_then(Value::text), Some("Ann"));
    assert_eq!(set.new_value("first_name").and_then(Value::text), Some("Eve"));
    assert_eq!((set.old("vip"), set.new_value("vip")), (Some(&Value::Bool(true)), None));
    let made = diff(None, &native(Customer, "{}"));
    assert!(made.is_create() && !made.is_empty());
    let gone = ChangeSet::deletion(Customer);
    assert!(gone.is_delete() && !gone.is_empty());
    assert_eq!(apply(Some(&before), &gone), before);
    let stored = serde_json::to_string(&set).unwrap();
    assert_eq!(serde_json::from_str::<ChangeSet>(&stored).unwrap(), set);
}

fn total(state: &State) -> Option<String> {
    state.get("total_sum").and_then(Value::number).map(|total| total.to_string())
}

#[test]
fn the_total_is_counted_unless_it_is_given() {
    let item = r#"{"product_name":"Cup","quantity":3,"initial_price":"33.35","discount":0.02}"#;
    for (case, steps, expected) in [
        ("items alone", vec![format!(r#"{{"items":[{item}]}}"#)], Some("99.99")),
        ("with delivery", vec![format!(r#"{{"items":[{item}],"delivery":{{"cost":0.01}}}}"#)], Some("100")),
        ("given", vec![format!(r#"{{"items":[{item}],"total_sum":90}}"#)], Some("90")),
        (
            "given without items",
            vec![r#"{"total_sum":90}"#.into(), r#"{"delivery":{"cost":5}}"#.into()],
            Some("90"),
        ),
        (
            "given, and items sent again",
            vec![
                format!(r#"{{"items":[{item}],"total_sum":90}}"#),
                format!(r#"{{"items":[{item}],"call":true}}"#),
            ],
            Some("90"),
        ),
        (
            "given, and items changed later",
            vec![
                format!(r#"{{"items":[{item}],"total_sum":90}}"#),
                r#"{"items":[{"product_name":"Cup","quantity":1}]}"#.into(),
            ],
            Some("33.33"),
        ),
        (
            "given, then cleared",
            vec![format!(r#"{{"items":[{item}],"total_sum":90}}"#), r#"{"total_sum":null}"#.into()],
            Some("99.99"),
        ),
        (
            "given, and the items' status changed later",
            vec![
                format!(r#"{{"items":[{item}],"total_sum":90}}"#),
                r#"{"items":[{"product_name":"Cup","status":"sold"}]}"#.into(),
            ],
            Some("90"),
        ),
        (
            "no items any more",
            vec![format!(r#"{{"items":[{item}],"delivery":{{"cost":5}}}}"#), r#"{"items":[]}"#.into()],
            None,
        ),
    ] {
        let state = steps
            .iter()
            .fold(None, |state: Option<State>, text| Some(patched(state.as_ref(), &native(Order, text))));
        assert_eq!(total(&state.unwrap()).as_deref(), expected, "{case}");
    }
    let both = retailcrm(Order, r#"{"totalSumm":5,"items":[{"productName":"Cup","initialPrice":7}]}"#);
    assert_eq!(total(&patched(None, &both)).as_deref(), Some("7"));
    let customer = patched(None, &native(Customer, r#"{"total_sum":5}"#));
    assert_eq!(total(&patched(Some(&customer), &native(Customer, r#"{"total_sum":null}"#))), None);
}

#[test]
fn changes_in_a_row_are_told_by_their_net_effect() {
    let cup = r#"{"external_id":"a","product_name":"Cup"}"#;
    for (case, steps, expected) in [
        (
            "on and on",
            vec![r#"{"status":"paid"}"#.to_owned(), r#"{"status":"sent"}"#.into()],
            &["status: new sent"][..],
        ),
        (
            "back again",
            vec![r#"{"status":"paid"}"#.into(), r#"{"status":"new","call":true}"#.into()],
            &["call: - true"],
        ),
        (
            "an item came and went",
            vec![format!(r#"{{"items":[{cup}],"total_sum":5}}"#), r#"{"items":[],"total_sum":5}"#.into()],
            &["total_sum: - 5"],
        ),
        (
            "an item came and was renamed",
            vec![
                format!(r#"{{"items":[{cup}],"total_sum":5}}"#),
                r#"{"items":[{"external_id":"a","product_name":"Mug"}]}"#.into(),
            ],
            &[
                "total_sum: - 5",
                "order_product: - Mug",
                "order_product.external_id: - a",
                "order_product.product_name: - Mug",
                "order_product.quantity: - 1",
            ],
        ),
    ] {
        let mut state = patched(None, &native(Order, r#"{"status":"new"}"#));
        let sets = steps.iter().map(|text| {
            let set = diff(Some(&state), &native(Order, text));
            state = apply(Some(&state), &set);
            set
        });
        let set = sets.reduce(ChangeSet::then).unwrap();
        let text = |value: &Option<Value>| {
            let json = value.as_ref().map(crate::domain::record::wire::native_value);
            json.map_or_else(|| "-".to_owned(), |json| json.to_string().trim_matches('"').to_owned())
        };
        let told: Vec<_> =
            set.changes.iter().map(|c| format!("{}: {} {}", c.field, text(&c.old), text(&c.new))).collect();
        assert_eq!(told, expected, "{case}");
    }
    let made = diff(None, &native(Order, r#"{"status":"new"}"#));
    assert!(made.clone().then(diff(None, &native(Order, "{}"))).is_create());
    assert!(made.then(ChangeSet::deletion(Order)).is_delete());
}

#[test]
fn a_record_is_looked_for_by_names_numbers_and_phones() {
    let text = r#"{"order_number":"A-17","first_name":"Иван","phone":"+7 (900) 123","items":[{"product_name":"Cup"}],"status":"new"}"#;
    let order = patched(None, &native(Order, text));
    assert_eq!(order.search_text(), "a-17 иван +7 (900) 123 7900123 cup");
    let customer =
        patched(None, &native(Customer, r#"{"email":"Ann@example.com","phones":["700","+34 1"]}"#));
    assert_eq!(customer.search_text(), "ann@example.com 700 +34 1 341");
}
