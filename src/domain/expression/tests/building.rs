//! The visual builder: what it writes, it finds again.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use super::custom;
use crate::domain::expression::Expression;
use crate::domain::expression::builder::{Builder, Names, Operator, Row, Wrong, build, recognise, tidy};
use crate::domain::facts::shape::{Topic, shape};
use crate::domain::facts::variables::{VariableType, variables};
use crate::domain::record::RecordType;

fn names(custom: &[crate::domain::record::catalogue::CustomField]) -> Names<'_> {
    Names { changing: Some(RecordType::Order), custom }
}

fn form(json: Json) -> Builder {
    serde_json::from_value(json).unwrap()
}

#[test]
fn rows_are_written_as_an_integrator_would() {
    let custom = custom();
    for (row, text) in [
        (json!({"field":"order.status.code","operator":"is","value":"new"}), "order.status.code == \"new\""),
        (json!({"field":"order.total_sum","operator":"more","value":1000.5}), "order.total_sum > 1000.5"),
        (
            json!({"field":"order.status.code","operator":"in","value":["a","b"]}),
            "order.status.code in [\"a\", \"b\"]",
        ),
        (json!({"field":"order.manager.email","operator":"is_empty"}), "order.manager.email == null"),
        (
            json!({"field":"order.delivery.date","operator":"is","value":"today +2 days"}),
            "order.delivery.date == date(\"today +2 days\")",
        ),
        (json!({"field":"order.status.code","operator":"changed"}), "change_set.has_changed(\"status\")"),
        (
            json!({"field":"order.status.code","operator":"changed_to","value":"paid"}),
            "change_set.new(\"status\").code == \"paid\"",
        ),
        (
            json!({"field":"order.delivery.address.city","operator":"changed_from","value":["A","B"]}),
            "change_set.old(\"delivery_address.city\") in [\"A\", \"B\"]",
        ),
        (
            json!({"field":"order.custom_size-1","operator":"at_least","value":-3}),
            "order[\"custom_size-1\"] >= -3",
        ),
        (
            json!({"field":"order.customer_comment","operator":"contains","value":"a \"b\" \\d"}),
            "order.customer_comment | contains(\"a \\\"b\\\" \\\\d\")",
        ),
        (
            json!({"field":"order.email","operator":"matches","value":"/@x\\.example$/i"}),
            "order.email matches \"/@x\\\\.example$/i\"",
        ),
        (json!({"field":"change_set.is_create","operator":"is","value":true}), "change_set.is_create()"),
        (json!({"field":"change_set.is_delete","operator":"is","value":false}), "not change_set.is_delete()"),
    ] {
        let form = form(row);
        let written = build(&form, names(&custom)).unwrap();
        assert_eq!(written, text);
        let parsed = Expression::condition(&written).unwrap();
        assert_eq!(parsed.check(&shape(Topic::Order, &custom)), [], "{written}");
        assert_eq!(recognise(&parsed, names(&custom)), Some(tidy(form)), "{written}");
    }
}

#[test]
fn what_others_wrote_is_found_as_well() {
    let custom = custom();
    for (source, expected) in [
        (
            r#"changeSet.hasChangedField("status") and changeSet.newValue("status").code in ["complete","cancel"]"#,
            Some(json!({"all":[
                {"field":"order.status.code","operator":"changed","value":null},
                {"field":"order.status.code","operator":"changed_to","value":["complete","cancel"]},
            ]})),
        ),
        (
            "order.getTotalSumm() > 5 and (order.manager.email == null or order.status.code != 'x')",
            Some(json!({"all":[
                {"field":"order.total_sum","operator":"more","value":5},
                {"any":[
                    {"field":"order.manager.email","operator":"is_empty","value":null},
                    {"field":"order.status.code","operator":"is_not","value":"x"},
                ]},
            ]})),
        ),
        ("true", Some(json!({"all":[]}))),
        ("order.items | contains(i => i.sum > 5)", None),
        ("not (order.total_sum > 5)", None),
        ("order.total_sum > order.sum", None),
        ("order.total_sum + 1 > 5", None),
        ("last_run() == null", None),
        ("changeSet.newValue('status').group.code == 'x'", None),
    ] {
        let found = recognise(&Expression::parse(source).unwrap(), names(&custom));
        assert_eq!(found, expected.map(form), "{source}");
    }
}

#[test]
fn rows_that_say_nothing_are_refused() {
    let custom = custom();
    let row = |field: &str, operator, value| Builder::Row(Row { field: field.to_owned(), operator, value });
    for (row, wrong) in [
        (row("order.status.code", Operator::Is, Json::Null), Wrong::Value("order.status.code".into())),
        (row("order.status.code", Operator::In, json!("a")), Wrong::Value("order.status.code".into())),
        (row("order.status.code", Operator::Is, json!({})), Wrong::Value("order.status.code".into())),
        (row("order.email", Operator::Matches, json!("/(/")), Wrong::Value("order.email".into())),
        (row("order.email", Operator::Contains, json!("")), Wrong::Value("order.email".into())),
        (row("order", Operator::IsSet, Json::Null), Wrong::Field("order".into())),
        (row("order.a b", Operator::IsSet, Json::Null), Wrong::Field("order.a b".into())),
        (
            row("order.x == 1 or order.y", Operator::IsSet, Json::Null),
            Wrong::Field("order.x == 1 or order.y".into()),
        ),
        (row("order.nope", Operator::Changed, Json::Null), Wrong::Field("order.nope".into())),
        (row("customer.email", Operator::Changed, Json::Null), Wrong::Field("customer.email".into())),
        (row("change_set.x", Operator::Is, json!(true)), Wrong::Field("change_set.x".into())),
    ] {
        assert_eq!(build(&row, names(&custom)), Err(wrong));
    }
    let mut deep = row("order.email", Operator::IsSet, Json::Null);
    for n in 0..12 {
        let other = row("order.phone", Operator::IsSet, Json::Null);
        let parts = vec![deep, other];
        deep = if n % 2 == 0 { Builder::All { all: parts } } else { Builder::Any { any: parts } };
    }
    assert_eq!(build(&deep, names(&custom)), Err(Wrong::TooDeep));
}

/// Values that a field of this type may be compared with.
fn literal(sort: VariableType) -> BoxedStrategy<Json> {
    match sort {
        VariableType::Number | VariableType::Money => (-9_999..9_999_i64).prop_map(Json::from).boxed(),
        VariableType::Bool => any::<bool>().prop_map(Json::from).boxed(),
        VariableType::Date | VariableType::DateTime => {
            select(vec![json!("2026-11-25"), json!("today +3 days"), json!("-2 hours")]).boxed()
        }
        _ => "[a-z\"'\\\\ ä#\n|]{1,8}".prop_map(Json::from).boxed(),
    }
}

fn row() -> BoxedStrategy<Builder> {
    let all: Vec<_> =
        variables(Topic::Order, &custom()).into_iter().filter(|v| v.path.starts_with("order.")).collect();
    let pick = (select(all), select(Operator::ALL.to_vec()));
    let row = pick.prop_flat_map(|(variable, operator)| {
        // Only fields that change can have changed, and only by the name that stands for them.
        let operator = match operator {
            Operator::Changed if variable.change.is_none() => Operator::IsSet,
            Operator::ChangedTo | Operator::ChangedFrom if variable.change.is_none() => Operator::Is,
            other => other,
        };
        let one = literal(variable.sort);
        let value = match operator {
            Operator::IsEmpty | Operator::IsSet | Operator::Changed => Just(Json::Null).boxed(),
            Operator::In | Operator::NotIn => {
                proptest::collection::vec(one, 0..4).prop_map(Json::Array).boxed()
            }
            Operator::Contains => "[a-z\"\\\\]{1,5}".prop_map(Json::from).boxed(),
            Operator::Matches => select(vec![json!("/^a\\d+$/i"), json!("/x|y/")]).boxed(),
            _ => one,
        };
        value.prop_map(move |value| Builder::Row(Row { field: variable.path.clone(), operator, value }))
    });
    row.boxed()
}

fn forms() -> BoxedStrategy<Builder> {
    row()
        .prop_recursive(3, 12, 4, |inner| {
            let parts = proptest::collection::vec(inner, 0..4);
            (any::<bool>(), parts).prop_map(|(is_all, parts)| {
                if is_all { Builder::All { all: parts } } else { Builder::Any { any: parts } }
            })
        })
        .boxed()
}

proptest! {
    #[test]
    fn what_is_built_is_recognised(form in forms()) {
        let custom = custom();
        let source = build(&form, names(&custom)).unwrap();
        prop_assume!(source.len() <= crate::domain::expression::LONGEST);
        let parsed = Expression::condition(&source);
        prop_assert!(parsed.is_ok(), "{source}: {parsed:?}");
        let parsed = parsed.unwrap();
        prop_assert_eq!(parsed.check(&shape(Topic::Order, &custom)), vec![], "{}", &source);
        prop_assert_eq!(recognise(&parsed, names(&custom)), Some(tidy(form)), "{}", source);
    }
}
