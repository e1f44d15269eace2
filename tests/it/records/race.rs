//! Many writers of one record at once: every change stands, and history is in order without a gap.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Client, TestApp, both};

const WRITERS: usize = 32;

/// Lets all of them write the state that `state` makes for each, at once.
async fn write_all(shop: &Client, state: impl Fn(usize) -> Value) {
    let mut calls = JoinSet::new();
    for n in 0..WRITERS {
        let (shop, state) = (shop.clone(), state(n));
        calls.spawn(async move { shop.put("/v1/orders/1", state).await.ok(200) });
    }
    calls.join_all().await;
}

async fn history(shop: &Client) -> Vec<Value> {
    let (mut rows, mut since) = (Vec::new(), 0);
    loop {
        let page = shop.get(&format!("/v1/history?record_type=order&since={since}&limit=7")).await.ok(200);
        let items = page["items"].as_array().unwrap().clone();
        if items.is_empty() {
            return rows;
        }
        since = page["last"].as_i64().unwrap();
        rows.extend(items);
    }
}

fn assert_numbers_have_no_gap(rows: &[Value]) {
    let seqs: Vec<i64> = rows.iter().map(|row| row["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, (1..=rows.len() as i64).collect::<Vec<_>>());
}

both!(writers_of_other_fields_all_win);
async fn writers_of_other_fields_all_win(app: &TestApp) {
    let (shop, root) = (app.key(&["ingest", "read"]).await, app.cookie("root").await);
    for n in 0..WRITERS {
        let field = json!({"name": format!("Field {n}"), "type": "integer"});
        assert_eq!(root.put(&format!("/v1/custom-fields/order/f{n}"), field).await.status, 204);
    }
    // The first of them makes the record; nobody's field is lost to that either.
    write_all(&shop, |n| json!({"custom_fields": {format!("f{n}"): n}})).await;
    app.settle().await;
    let card = shop.get("/v1/orders/1?by=external_id").await.ok(200);
    let values: BTreeMap<String, Value> =
        serde_json::from_value(card["state"]["custom_fields"].clone()).unwrap();
    assert_eq!(values.len(), WRITERS);
    assert!((0..WRITERS).all(|n| values[&format!("f{n}")] == n));
    let rows = history(&shop).await;
    assert_numbers_have_no_gap(&rows);
    assert_eq!(rows.len(), WRITERS, "one makes it, each other one changes a field");
    assert_eq!(shop.get("/v1/orders").await.ok(200)["total"], 1);
}

both!(writers_of_one_field_follow_each_other);
async fn writers_of_one_field_follow_each_other(app: &TestApp) {
    let shop = app.key(&["ingest", "read"]).await;
    shop.put("/v1/orders/1", json!({"status": "begin"})).await.ok(200);
    write_all(&shop, |n| json!({"status": format!("s{n}")})).await;
    app.settle().await;
    let rows = history(&shop).await;
    assert_numbers_have_no_gap(&rows);
    assert_eq!(rows.len(), WRITERS + 1);
    // Each begins where the one before it ended.
    let mut now = json!("begin");
    for row in &rows[1..] {
        assert_eq!(row["old"], now, "{row}");
        now = row["new"].clone();
    }
    let seen: BTreeSet<String> = rows[1..].iter().map(|row| row["new"].to_string()).collect();
    assert_eq!(seen.len(), WRITERS);
    assert_eq!(shop.get("/v1/orders/1?by=external_id").await.ok(200)["state"]["status"], now);
}
