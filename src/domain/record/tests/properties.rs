//! Laws of the change engine, over states that nobody thought of. A content is made once and written in both spellings.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value as Json, json};

use super::samples::{custom, read, zone};
use crate::domain::record::RecordType::{self, Order};
use crate::domain::record::catalogue::{self, Field, Kind};
use crate::domain::record::diff::{apply, compare, diff, patched};
use crate::domain::record::parts::List;
use crate::domain::record::patch::Patch;
use crate::domain::record::state::State;
use crate::domain::record::value::{Spelling, Value};
use crate::domain::record::wire::{Ids, native, retailcrm};

/// One value in both spellings.
type Both = (Json, Json);
/// By path in the one and in the other spelling.
type Content = Vec<(String, String, Both)>;

fn same(json: impl Strategy<Value = Json> + 'static) -> BoxedStrategy<Both> {
    json.prop_map(|json| (json.clone(), json)).boxed()
}

/// Values of a kind, spelled in several ways, and nothings.
fn values(kind: Kind) -> BoxedStrategy<Both> {
    let some = match kind {
        Kind::Text(max) if max > 3 => same("[a-zа-я\\n 5]{0,6}".prop_map(Json::from)),
        Kind::Text(_) | Kind::Reference(_) | Kind::Dictionary => same("[a-c]{1,2}".prop_map(Json::from)),
        Kind::Integer => {
            same((-9..9_i32).prop_map(|n| if n % 2 == 0 { json!(n) } else { json!(n.to_string()) }))
        }
        Kind::Number | Kind::Money => same((-999..9_999_i32, 0..3_u8).prop_map(|(cents, way)| match way {
            0 => json!(f64::from(cents) / 100.0),
            1 => json!(format!("{}.{:02}", cents.abs() / 100, cents.abs() % 100)),
            _ => json!(cents),
        })),
        Kind::Bool => same(select(vec![json!(true), json!(false), json!("1"), json!(0), json!("false")])),
        Kind::Date => same((1..29_u8).prop_map(|day| json!(format!("2026-02-{day:02}")))),
        Kind::DateTime => (0..2_000_000_000_i64)
            .prop_map(|at| {
                let at = jiff::Timestamp::from_second(at).unwrap();
                // With its offset: an hour that the clocks show twice has no other unambiguous name.
                (
                    json!(at.to_string()),
                    json!(at.to_zoned(zone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()),
                )
            })
            .boxed(),
        Kind::Email => same("[a-z]{1,3}@[a-z]{1,3}".prop_map(Json::from)),
        Kind::User => (1..9_i64).prop_map(|n| (json!(format!("u-{n}")), json!(n))).boxed(),
        Kind::Customer => {
            (1..9_i64).prop_map(|n| (json!({"id": format!("c-{n}")}), json!({"id": n}))).boxed()
        }
        Kind::Tags => listed("name"),
        Kind::Phones => listed("number"),
        Kind::Hours => same((0..24_u8).prop_map(|hour| json!({"from": format!("{hour:02}:30")}))),
        Kind::Pairs => vec("[a-c]{1,2}", 1..3)
            .prop_map(|names| {
                let map: Map<_, _> = names.iter().map(|name| (name.clone(), json!("x"))).collect();
                let list: Vec<_> =
                    names.iter().map(|name| json!({"code": "c", "name": name, "value": "x"})).collect();
                (map.into(), list.into())
            })
            .boxed(),
    };
    prop_oneof![4 => some, 1 => select(vec![Json::Null, json!(""), json!("  ")]).prop_map(|no| (no.clone(), no))].boxed()
}

fn listed(key: &'static str) -> BoxedStrategy<Both> {
    let spelled = move |texts: Vec<String>| {
        let objects: Vec<_> = texts.iter().map(|text| json!({key: text})).collect();
        (json!(texts), json!(objects))
    };
    vec("[a-c]{1,2}", 1..4).prop_map(spelled).boxed()
}

/// Some of a table's fields.
fn contents(table: &'static [Field]) -> BoxedStrategy<Content> {
    let fields = table.iter().filter(|field| !field.computed);
    let one = fields.map(|field| {
        let (native, retailcrm) = (field.native.to_owned(), field.retailcrm.to_owned());
        values(field.kind).prop_map(move |both| (native.clone(), retailcrm.clone(), both)).boxed()
    });
    proptest::sample::subsequence(one.collect::<Vec<_>>(), 0..8.min(table.len()))
        .prop_flat_map(|some| some)
        .boxed()
}

fn customs(of: RecordType) -> BoxedStrategy<Content> {
    let one = custom().into_iter().filter(move |field| field.record_type == of).map(|field| {
        let paths = [format!("custom_fields.{}", field.code), format!("customFields.{}", field.code)];
        values(field.value_kind()).prop_map(move |both| (paths[0].clone(), paths[1].clone(), both)).boxed()
    });
    proptest::sample::subsequence(one.collect::<Vec<_>>(), 0..4).prop_flat_map(|some| some).boxed()
}

fn put(out: &mut Map<String, Json>, path: &str, json: &Json) {
    match path.split_once('.') {
        None => drop(out.insert(path.to_owned(), json.clone())),
        Some((first, rest)) => {
            let inner = out.entry(first).or_insert_with(|| json!({}));
            put(inner.as_object_mut().unwrap(), rest, json);
        }
    }
}

fn spelled(content: &Content) -> Both {
    let (mut native, mut retailcrm) = (Map::new(), Map::new());
    for (native_path, retailcrm_path, both) in content {
        put(&mut native, native_path, &both.0);
        put(&mut retailcrm, retailcrm_path, &both.1);
    }
    (native.into(), retailcrm.into())
}

/// Some parts, with external ids that stand once and a name that makes each more than nothing.
fn parts(list: List) -> BoxedStrategy<Vec<Both>> {
    let naming = match list {
        List::Items => ["product_name", "productName"],
        List::Payments => ["type", "type"],
    };
    let named = move |mut part: Both, at: usize| {
        for (json, naming) in [&mut part.0, &mut part.1].into_iter().zip(naming) {
            let map = json.as_object_mut().unwrap();
            if map.get("external_id").or(map.get("externalId")).is_some_and(|id| !id.is_null()) {
                map.remove("external_id");
                map.remove("externalId");
            }
            // Few names, so that several parts are called alike.
            map.insert(naming.to_owned(), json!(if at < 3 { "a" } else { "b" }));
        }
        if at.is_multiple_of(2) {
            part.0["external_id"] = json!(format!("e{at}"));
            part.1["externalId"] = json!(format!("e{at}"));
        }
        part
    };
    // A shuffled list with gaps, so that parts come, go and move.
    let part = (0..6_usize, contents(list.fields()));
    vec(part, 0..5)
        .prop_map(move |parts| {
            let once: BTreeMap<usize, Both> =
                parts.iter().map(|(at, content)| (*at, spelled(content))).collect();
            let order: Vec<usize> = parts.iter().map(|(at, _)| *at).collect();
            let mut parts: Vec<_> = once.into_iter().map(|(at, part)| (at, named(part, at))).collect();
            parts.sort_by_key(|(at, _)| order.iter().position(|other| other == at));
            parts.into_iter().map(|(_, part)| part).collect()
        })
        .boxed()
}

/// A state in both spellings.
fn states(of: RecordType) -> BoxedStrategy<Both> {
    let lists = (weighted(0.5, parts(List::Items)), weighted(0.5, parts(List::Payments)));
    (contents(catalogue::fields(of)), customs(of), lists)
        .prop_map(move |(mut content, custom, (items, payments))| {
            content.extend(custom);
            if of == Order && items.is_some() {
                // The two doors differ in this alone, and a table has it.
                content.retain(|(path, _, _)| path != "total_sum");
            }
            let mut both = spelled(&content);
            for (key, list) in [("items", items), ("payments", payments)].into_iter().filter(|_| of == Order)
            {
                let Some(list) = list else { continue };
                let (native, retailcrm): (Vec<_>, Vec<_>) = list.into_iter().unzip();
                both.0[key] = native.into();
                both.1[key] = retailcrm.into();
            }
            both
        })
        .boxed()
}

fn record_types() -> impl Strategy<Value = RecordType> {
    select(RecordType::ALL)
}

fn read_both(of: RecordType, both: &Both) -> (Patch, Patch) {
    let (native, retailcrm) = (&both.0, &both.1);
    (read(of, Spelling::Native, native).unwrap(), read(of, Spelling::RetailCrm, retailcrm).unwrap())
}

/// A record that some states have made.
fn records(of: RecordType) -> BoxedStrategy<Option<State>> {
    vec(states(of), 0..3)
        .prop_map(move |all| {
            all.iter().fold(None, |state: Option<State>, both| {
                Some(patched(state.as_ref(), &read_both(of, both).0))
            })
        })
        .boxed()
}

fn cases() -> impl Strategy<Value = (RecordType, Option<State>, Both)> {
    record_types().prop_flat_map(|of| (Just(of), records(of), states(of)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_spellings_of_a_content_are_one_patch((of, _, both) in cases()) {
        let (native, retailcrm) = read_both(of, &both);
        prop_assert_eq!(native, retailcrm);
    }

    #[test]
    fn a_change_set_loses_nothing((of, before, both) in cases()) {
        let patch = read_both(of, &both).0;
        let after = patched(before.as_ref(), &patch);
        let set = diff(before.as_ref(), &patch);
        prop_assert_eq!(apply(before.as_ref(), &set), after.clone());
        prop_assert!(diff(Some(&after), &patch).is_empty(), "{:?}", diff(Some(&after), &patch));
        prop_assert!(compare(Some(&after), &after).is_empty());
        for change in &set.changes {
            prop_assert_ne!(&change.old, &change.new);
        }
    }

    #[test]
    fn what_is_stored_is_read_back((of, before, both) in cases()) {
        let set = diff(before.as_ref(), &read_both(of, &both).0);
        let stored = serde_json::to_string(&set).unwrap();
        prop_assert_eq!(serde_json::from_str::<crate::domain::record::change::ChangeSet>(&stored).unwrap(), set);
        let state = before.unwrap_or_else(|| State::new(of));
        prop_assert_eq!(State::from_json(&state.to_json()).unwrap(), state);
    }

    #[test]
    fn what_is_written_is_read_back((of, state, _) in cases()) {
        let state = state.unwrap_or_else(|| State::new(of));
        let patch = read(of, Spelling::Native, &native(&state)).unwrap();
        prop_assert!(diff(Some(&state), &patch).is_empty());
        let written = retailcrm(&state, &Ids { number: 5, ..Ids::default() }, &zone());
        prop_assert!(read(of, Spelling::RetailCrm, &written).is_ok());
    }

    /// Two shops that write to different fields of one record may do so in either order. Items, delivery cost and total are
    /// one matter, because the total is counted from the others.
    #[test]
    fn the_order_of_disjoint_patches_does_not_matter((of, before, both) in cases(), split in any::<u64>()) {
        let whole = read_both(of, &both).0;
        let (mut a, mut b) = (Patch::new(of), Patch::new(of));
        for (at, (name, value)) in whole.fields.into_iter().enumerate() {
            let first = split >> (at % 64) & 1 == 0 || ["total_sum", "delivery_cost"].contains(&name.as_ref());
            (if first { &mut a } else { &mut b }).fields.insert(name, value);
        }
        (a.items, b.payments) = (whole.items, whole.payments);
        let then = |first: &Patch, second: &Patch| patched(Some(&patched(before.as_ref(), first)), second);
        prop_assert_eq!(then(&a, &b), then(&b, &a));
    }

    /// What happens within a minute is told at once, by its net effect.
    #[test]
    fn two_change_sets_are_one((of, before, both) in cases(), seed in any::<u64>()) {
        let first = read_both(of, &both).0;
        let mut second = first.clone();
        // Some of it is taken back, some of it goes on.
        let odd = |at: usize| seed >> (at % 64) & 1 == 1;
        for (at, value) in second.fields.values_mut().enumerate().filter(|(at, _)| odd(*at)) {
            *value = if at % 3 == 0 { None } else { Some(Value::Text(format!("{at}"))) };
        }
        for drafts in [&mut second.items, &mut second.payments].into_iter().flatten() {
            let mut at = 0;
            drafts.retain(|_| {
                at += 1;
                odd(at)
            });
            for (at, draft) in drafts.iter_mut().enumerate().filter(|(at, _)| odd(at + 7)) {
                draft.fields.insert("comment".into(), Some(Value::Text(format!("{at}"))));
            }
        }
        let middle = patched(before.as_ref(), &first);
        let after = patched(Some(&middle), &second);
        let both = diff(before.as_ref(), &first).then(diff(Some(&middle), &second));
        let expected = compare(before.as_ref(), &after);
        prop_assert_eq!(both.fields(), expected.fields());
        prop_assert_eq!(both.changes.len(), expected.changes.len());
        let mut applied = apply(before.as_ref(), &both);
        // A line that came and went is not known to have been given.
        (applied.items.last, applied.payments.last) = (after.items.last, after.payments.last);
        prop_assert_eq!(applied, after);
    }

    /// Whatever is sent, there is an answer.
    #[test]
    fn any_json_is_read_or_refused(of in record_types(), json in anything()) {
        for spelling in [Spelling::Native, Spelling::RetailCrm] {
            if let Ok(patch) = read(of, spelling, &json) {
                let state = patched(None, &patch);
                prop_assert!(diff(Some(&state), &patch).is_empty());
            }
        }
    }
}

fn anything() -> BoxedStrategy<Json> {
    const KEYS: [&str; 21] = [
        "items",
        "payments",
        "delivery",
        "address",
        "customFields",
        "custom_fields",
        "customer",
        "phones",
        "tags",
        "email",
        "managerId",
        "manager",
        "external_id",
        "externalId",
        "quantity",
        "city",
        "time",
        "properties",
        "offer",
        "id",
        "x",
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        select(vec!["", "0", "1", "2026-01-01", "2026-01-01 10:00:00", "é2345678901", "u-1"])
            .prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        let object =
            proptest::collection::hash_map(select(&KEYS[..]).prop_map(str::to_owned), inner.clone(), 0..8);
        prop_oneof![
            vec(inner, 0..5).prop_map(Json::from),
            object.prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
    .boxed()
}
