//! What shops send wrongly: a clear error that names the field, and nothing half-written.

use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(every_fault_is_named_and_nothing_is_written);
async fn every_fault_is_named_and_nothing_is_written(app: &TestApp) {
    let (shop, root) = (app.key(&["ingest"]).await, app.cookie("root").await);
    for site in ["a", "b"] {
        assert_eq!(root.put(&format!("/v1/sites/{site}"), json!({"name": site})).await.status, 204);
    }
    let path = "/v1/orders/1?site=a";
    let made = shop
        .put(path, json!({"status": "new", "items": [{"external_id": "i1", "quantity": 1}]}))
        .await
        .ok(200);
    shop.put("/v1/orders/2?site=a", json!({})).await.ok(200);
    app.settle().await;
    let before = app.facts().await;
    let twice = json!([{"external_id": "x"}, {"external_id": "x"}]);
    for (state, fields) in [
        (json!({"total_sum": "many"}), vec!["total_sum"]),
        (json!({"total_sum": {}, "call": "perhaps"}), vec!["call"]),
        (json!({"status": ["x"]}), vec!["status"]),
        (json!({"colour": "red"}), vec!["colour"]),
        (json!({"site": "c"}), vec!["site"]),
        (json!({"manager": "nobody@example.com"}), vec!["manager"]),
        (json!({"manager": 99_999}), vec!["manager"]),
        (json!({"customer": {"external_id": "none"}}), vec!["customer"]),
        (json!({"email": "at", "delivery": {"date": "tomorrow"}}), vec!["delivery.date", "email"]),
        (json!({"created_at": "yesterday"}), vec!["created_at"]),
        (json!({"items": twice}), vec!["items[1].external_id"]),
        (json!({"items": {"0": {}}}), vec!["items"]),
        (json!({"custom_fields": {"unheard": 1}}), vec!["custom_fields.unheard"]),
        (json!({"first_name": "x".repeat(256)}), vec!["first_name"]),
        (json!({"external_id": "2"}), vec!["external_id"]),
    ] {
        let answer = shop.patch(&format!("/v1/orders/{}", made["id"].as_str().unwrap()), state.clone()).await;
        let mut named = answer.fields();
        named.sort();
        assert_eq!(named, fields, "{state}: {answer}");
    }
    for state in [json!([]), json!("x"), json!(1), Value::Null] {
        assert_eq!(shop.put(path, state.clone()).await.status, 422, "{state}");
    }
    assert_eq!(shop.put("/v1/orders/1?site=c", json!({})).await.fields(), ["site"]);
    assert_eq!(shop.put("/v1/orders/1", json!({})).await.fields(), ["site"]);
    assert_eq!(shop.post("/v1/orders?site=a", json!({"external_id": "1"})).await.fields(), ["external_id"]);
    let deep = format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
    let raw = |body: Vec<u8>| shop.call("PUT", path).header("content-type", "application/json").body(body);
    assert_eq!(raw(deep.into_bytes()).send().await.status, 400);
    assert_eq!(raw(b"{\"status\":".to_vec()).send().await.status, 400);
    assert_eq!(raw(vec![b' '; 10 * 1024 * 1024]).send().await.status, 413);
    let batch = shop.call("POST", "/v1/batch").header("content-type", "application/json");
    assert_eq!(batch.clone().body(vec![b' '; 10 * 1024 * 1024]).send().await.status, 413);
    assert_eq!(batch.clone().body("{}").send().await.status, 422);
    assert_eq!(batch.clone().body(format!("[{}1]", "1,".repeat(1_000))).send().await.fields(), ["lines"]);
    let text = shop.call("POST", "/v1/batch").header("content-type", "text/csv").body("a,b");
    assert_eq!(text.send().await.status, 415);
    TestApp::assert_unchanged(&before, &app.facts().await, "bad input");
}

both!(lists_say_what_is_wrong_with_their_filters);
async fn lists_say_what_is_wrong_with_their_filters(app: &TestApp) {
    let (shop, root) = (app.key(&["read"]).await, app.cookie("root").await);
    for (query, field) in [
        ("created_from=today", "created_from"),
        ("sum_to=x", "sum_to"),
        ("order=colour", "order"),
        ("cursor=x", "cursor"),
        ("limit=0", "limit"),
        ("manager=me", "manager"),
        ("colour=red", "colour"),
    ] {
        assert_eq!(shop.get(&format!("/v1/orders?{query}")).await.fields(), [field]);
    }
    assert_eq!(shop.get("/v1/history").await.fields(), ["record_type"]);
    assert_eq!(shop.get("/v1/orders/x?by=number").await.status, 404);
    assert_eq!(
        root.put("/v1/sites/a", json!({"name": "A", "order_url": "javascript:1"})).await.fields(),
        ["order_url"]
    );
    assert_eq!(root.put("/v1/sites/a", json!({"name": ""})).await.fields(), ["name"]);
    assert_eq!(
        root.put("/v1/custom-fields/order/x", json!({"name": "X", "type": "colour"})).await.fields(),
        ["type"]
    );
    assert_eq!(root.put("/v1/custom-fields/task/x", json!({"name": "X", "type": "text"})).await.status, 404);
    assert_eq!(root.put("/v1/custom-fields/order/x", json!({"name": "X", "type": "text"})).await.status, 204);
    assert_eq!(
        root.put("/v1/custom-fields/order/x", json!({"name": "X", "type": "integer"})).await.fields(),
        ["type"]
    );
}
