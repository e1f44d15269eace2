//! Which item of a new list is which of the old.

use super::samples::{native, retailcrm};
use crate::domain::record::RecordType::Order;
use crate::domain::record::change::ChangeSet;
use crate::domain::record::diff::{apply, diff, patched};

/// The changes as `line field: old -> new`, without the total.
fn told(set: &ChangeSet) -> Vec<String> {
    let text = |value: &Option<_>| {
        value.as_ref().map_or_else(
            || "-".to_owned(),
            |v| crate::domain::record::wire::native_value(v).to_string().trim_matches('"').to_owned(),
        )
    };
    let parts = set.changes.iter().filter_map(|change| Some((change.part.as_ref()?.line, change)));
    parts
        .map(|(line, change)| {
            let field = change.field.rsplit('.').next().unwrap_or_default();
            format!("{line} {field}: {} -> {}", text(&change.old), text(&change.new))
        })
        .collect()
}

const KEYED: &str =
    r#"[{"external_id":"a","product_name":"Cup","quantity":2},{"external_id":"b","product_name":"Tea"}]"#;
const NAMELESS: &str =
    r#"[{"product_name":"Cup","quantity":2,"discount":5},{"product_name":"Tea"},{"comment":"?"}]"#;

/// The case, the items before, the items sent, the changes.
const TABLE: [(&str, &str, &str, &[&str]); 15] = [
    (
        "reordered",
        KEYED,
        r#"[{"external_id":"b","product_name":"Tea"},{"external_id":"a","product_name":"Cup"}]"#,
        &[],
    ),
    (
        "renamed",
        KEYED,
        r#"[{"external_id":"a","product_name":"Mug"},{"external_id":"b"}]"#,
        &["1 product_name: Cup -> Mug"],
    ),
    ("removed", KEYED, r#"[{"external_id":"b"}]"#, &["1 order_product: Cup -> -"]),
    ("all removed", KEYED, "[]", &["1 order_product: Cup -> -", "2 order_product: Tea -> -"]),
    (
        "another external id is another item",
        KEYED,
        r#"[{"external_id":"a"},{"external_id":"c","product_name":"Tea"}]"#,
        &[
            "2 order_product: Tea -> -",
            "3 order_product: - -> Tea",
            "3 external_id: - -> c",
            "3 product_name: - -> Tea",
            "3 quantity: - -> 1",
        ],
    ),
    ("by id", KEYED, r#"[{"id":2,"comment":"hot"},{"id":1}]"#, &["2 comment: - -> hot"]),
    (
        "by id, with another external id",
        KEYED,
        r#"[{"id":1,"external_id":"z"},{"id":2}]"#,
        &["1 external_id: a -> z"],
    ),
    (
        "by name, though all have external ids",
        KEYED,
        r#"[{"product_name":"Tea","quantity":4},{"product_name":"Cup"}]"#,
        &["2 quantity: 1 -> 4"],
    ),
    ("nameless, the same", NAMELESS, NAMELESS, &[]),
    (
        "nameless, reordered",
        NAMELESS,
        r#"[{"comment":"?"},{"product_name":"Tea"},{"product_name":"Cup","quantity":2}]"#,
        &[],
    ),
    (
        "by position, where nothing else is said",
        NAMELESS,
        r#"[{"quantity":3},{"quantity":"1.0"},{"comment":"!"}]"#,
        &["1 quantity: 2 -> 3", "3 comment: ? -> !"],
    ),
    (
        "another product does not take over a discount",
        NAMELESS,
        r#"[{"product_name":"Mug"},{"product_name":"Tea"},{"comment":"?"}]"#,
        &[
            "1 order_product: Cup -> -",
            "4 order_product: - -> Mug",
            "4 product_name: - -> Mug",
            "4 quantity: - -> 1",
        ],
    ),
    (
        "an external id comes later",
        NAMELESS,
        r#"[{"product_name":"Cup","external_id":"a"},{"product_name":"Tea"},{"comment":"?"}]"#,
        &["1 external_id: - -> a"],
    ),
    (
        "the same content goes before the same name",
        r#"[{"product_name":"Cup","quantity":1},{"product_name":"Cup","quantity":2}]"#,
        r#"[{"product_name":"Cup","quantity":2},{"product_name":"Cup","quantity":3}]"#,
        &["1 quantity: 1 -> 3"],
    ),
    (
        "an absent field is unchanged, null clears",
        NAMELESS,
        r#"[{"product_name":"Cup","discount":null},{"product_name":"Tea"},{"comment":"?"}]"#,
        &["1 discount: 5 -> -"],
    ),
];

#[test]
fn parts_are_known_again_by_the_surest_sign() {
    for (case, before, after, expected) in TABLE {
        let before = patched(None, &native(Order, &format!(r#"{{"items":{before}}}"#)));
        let patch = native(Order, &format!(r#"{{"items":{after}}}"#));
        let set = diff(Some(&before), &patch);
        assert_eq!(told(&set), expected, "{case}");
        assert_eq!(apply(Some(&before), &set), patched(Some(&before), &patch), "{case}");
    }
}

#[test]
fn a_line_is_never_given_twice() {
    let mut state = patched(None, &native(Order, r#"{"items":[{"product_name":"a"},{"product_name":"b"}]}"#));
    for text in
        [r#"{"items":[{"product_name":"a"}]}"#, r#"{"items":[{"product_name":"a"},{"product_name":"b"}]}"#]
    {
        state = apply(Some(&state), &diff(Some(&state), &native(Order, text)));
    }
    assert_eq!(state.items.list.iter().map(|item| item.line).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn payments_are_known_again_by_the_way_of_paying() {
    let before = patched(
        None,
        &native(Order, r#"{"payments":[{"type":"cash","amount":5,"status":"due"},{"type":"card"}]}"#),
    );
    let patch = native(Order, r#"{"payments":[{"type":"card"},{"type":"cash","status":"paid"}]}"#);
    let set = diff(Some(&before), &patch);
    assert_eq!(told(&set), ["1 status: due -> paid"]);
    assert_eq!(set.changes[0].field, "payments.status");
    assert_eq!(set.changes[0].part.as_ref().and_then(|part| part.name.as_deref()), Some("cash"));
}

#[test]
fn an_id_of_somebody_else_means_nothing() {
    let before = patched(None, &native(Order, r#"{"items":[{"product_name":"Cup"}]}"#));
    for text in
        [r#"{"items":[{"id":7,"product_name":"Cup"}]}"#, r#"{"items":[{"id":900001,"product_name":"Cup"}]}"#]
    {
        assert!(diff(Some(&before), &native(Order, text)).is_empty(), "{text}");
    }
    for id in [7, 1, 1_200_001] {
        let patch = retailcrm(Order, &format!(r#"{{"items":[{{"id":{id},"productName":"Cup"}}]}}"#));
        assert!(diff(Some(&before), &patch).is_empty(), "{id}");
    }
    let patch = retailcrm(Order, r#"{"payments":{"1200001":{"type":"cash"},"17":{"type":"card"}}}"#);
    let lines = patch.payments.unwrap().iter().map(|draft| draft.line).collect::<Vec<_>>();
    assert_eq!(lines, [Some(1), None]);
}
