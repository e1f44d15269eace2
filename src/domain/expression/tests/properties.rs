//! Whatever is typed, nothing panics; whatever parses, evaluates or is stopped.

use proptest::prelude::*;
use proptest::sample::select;

use super::{custom, scene};
use crate::domain::expression::builder::{Names, build, recognise};
use crate::domain::expression::{Expression, Limits};
use crate::domain::facts::shape::{Topic, shape};
use crate::domain::record::RecordType;

static WORDS: &[&str] = &[
    "order",
    "customer",
    "change_set",
    "changeSet",
    "event",
    "nobody",
    ".",
    ".status",
    ".code",
    ".items",
    ".getTotalSumm()",
    ".newValue('status')",
    ".has_changed(\"x\")",
    ".x",
    "(",
    ")",
    "[",
    "]",
    ",",
    "==",
    "!=",
    "<",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "~",
    "and",
    "or",
    "not",
    "in",
    "not in",
    "matches",
    "'/a+/i'",
    "?",
    ":",
    "??",
    "?:",
    "|",
    "| first",
    "| count",
    "| contains(x => x",
    "| map(i => i.sum)",
    "| sort((a, b) => a < b)",
    "| reduce((a, b) => a + b, 0)",
    "| flatten",
    "| sum",
    "1",
    "0",
    "2.5",
    "99999999999999",
    "\"new\"",
    "'paid'",
    "true",
    "null",
    "date(\"today\")",
    "date('-2 days')",
    "now()",
    "last_run()",
    "x",
    "#",
    "\n",
    "=>",
    "\"",
    "é",
    "§",
];

fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::vec(select(WORDS), 0..40).prop_map(|words| words.join(" ")),
        "\\PC{0,60}",
        "[a-z0-9 .()|=<>'\"\\[\\]?:,+-]{0,80}",
    ]
}

/// Expressions that parse, most of them.
fn grown() -> impl Strategy<Value = String> {
    let leaf = select(vec![
        "1",
        "-0.5",
        "'new'",
        "true",
        "null",
        "order.status",
        "order.items",
        "customer.tags",
        "order.total_sum",
        "order.created_at",
        "customer.birthday",
        "event.data",
        "today()",
        "now()",
        "changeSet",
        "[1, 'a', null]",
        "changeSet.newValue('status')",
        "order",
        "nobody.x",
        "99999999999999",
        "date('+1 month')",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        let infix = select(vec![
            "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in", "+", "-", "*", "/", "%", "~",
            "??", "?:",
        ]);
        let pipe = select(vec![
            "first",
            "last",
            "count",
            "sum",
            "flatten",
            "sort",
            "sort((a, b) => a < b)",
            "sort(x => x)",
            "map(x => x)",
            "filter(x => x)",
            "every(x => x)",
            "contains('a')",
            "reduce((a, x) => [a, x], 1)",
            "reduce((a, x) => a ~ x, '')",
            "map(x => x.status)",
        ]);
        prop_oneof![
            (two, infix).prop_map(|((a, b), infix)| format!("({a}) {infix} ({b})")),
            (inner.clone(), pipe).prop_map(|(a, pipe)| format!("(({a}) | {pipe})")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            inner.clone().prop_map(|a| format!("({a}).name")),
            inner.clone().prop_map(|a| format!("({a})[0]")),
            inner.clone().prop_map(|a| format!("({a}) matches '/a|n/'")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("({a}) ? ({b}) : ({c})")),
        ]
    })
}

fn walked(source: &str) {
    let Ok(expression) = Expression::parse(source) else { return };
    let scene = scene();
    let limits = Limits { steps: 5_000 };
    let value = expression.evaluate(&scene, limits);
    assert_eq!(
        value.map(|value| value.to_text(1_000)),
        expression.evaluate(&scene, limits).map(|v| v.to_text(1_000))
    );
    let explained = expression.explain(&scene, limits);
    assert!(explained.from <= explained.to);
    drop(expression.check(&shape(Topic::Order, &custom())));
    let set = super::changes();
    let holds = expression.holds(&scene, limits);
    assert!(holds != Ok(true) || expression.needs().met_by(&set), "the index would lose {source}");
    let custom = custom();
    let names = Names { changing: Some(RecordType::Order), custom: &custom };
    if let Some(form) = recognise(&expression, names) {
        let rebuilt = build(&form, names).unwrap();
        let rebuilt = Expression::parse(&rebuilt).unwrap();
        assert_eq!(recognise(&rebuilt, names), Some(form), "{source}");
        assert_eq!(
            rebuilt.holds(&scene, Limits::default()),
            expression.holds(&scene, Limits::default()),
            "{source}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_typed_panics(source in typed()) {
        walked(&source);
    }

    #[test]
    fn nothing_that_parses_panics(source in grown()) {
        walked(&source);
    }
}
