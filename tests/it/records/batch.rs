//! Many writes in one call: each with its own outcome, once per key, silent where it is an import, and flat in memory.

use serde_json::{Value, json};

use super::told;
use crate::support::{Client, TestApp, both};

fn statuses(answers: &Value) -> Vec<i64> {
    answers.as_array().unwrap().iter().map(|answer| answer["status"].as_i64().unwrap()).collect()
}

both!(each_line_has_its_own_outcome);
async fn each_line_has_its_own_outcome(app: &TestApp) {
    let (shop, ann) = (app.key(&["ingest", "read"]).await, app.cookie("ann").await);
    let lines = json!([
        {"method": "PUT", "path": "/v1/customers/c%201", "body": {"first_name": "Kim", "email": "kim@example.com"}},
        {"method": "PUT", "path": "/v1/orders/1", "body": {"order_number": "1", "manager": app.id("ann"), "customer": {"external_id": "c 1"}}},
        {"method": "PUT", "path": "/v1/orders/2", "body": {"total_sum": "many"}},
        {"method": "PUT", "path": "/v1/orders/3?silent=true", "body": {"order_number": "3", "manager": app.id("ann")}},
        {"method": "POST", "path": "/v1/orders", "body": {"external_id": "1"}},
        {"method": "POST", "path": "/v1/events", "body": {"type": "cart.left", "data": {"n": 1}}},
        {"method": "POST", "path": "/v1/notifications", "body": {}},
        {"method": "GET", "path": "/v1/orders"},
        {"method": "PATCH", "path": "/v1/orders/no-such", "body": {"call": true}},
        {"method": "PUT"},
        7,
        {"method": "POST", "path": "/v1/customers", "body": {"first_name": "Lee"}}
    ]);
    let answers = shop.post("/v1/batch", lines.clone()).await.ok(200);
    assert_eq!(
        statuses(&answers),
        [200, 200, 422, 200, 422, 202, 404, 405, 404, 422, 422, 201],
        "{answers:#}"
    );
    assert_eq!(answers[2]["body"]["errors"][0]["field"], "total_sum");
    assert_eq!(answers[4]["body"]["errors"][0]["field"], "external_id");
    app.settle().await;
    assert_eq!(told(&ann).await.len(), 1, "a silent one is told to nobody");
    let card = shop.get("/v1/orders/1?by=external_id").await.ok(200);
    assert_eq!(card["customer"]["title"], "Kim");
    // The same as lines.
    let lines: Vec<String> = lines.as_array().unwrap().iter().map(Value::to_string).collect();
    let lines = lines.join("\n") + "\n\n{\"method\":\n";
    let call = shop.call("POST", "/v1/batch").header("content-type", "application/x-ndjson").body(lines);
    let answer = call.send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    let answers: Vec<Value> = answer.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answers = json!(answers);
    assert_eq!(statuses(&answers), [200, 200, 422, 200, 422, 202, 404, 405, 404, 422, 422, 201, 400]);
    assert_eq!(answers[1]["body"]["changed"], json!([]));
}

both!(a_line_with_a_key_happens_once);
async fn a_line_with_a_key_happens_once(app: &TestApp) {
    let shop = app.key(&["ingest", "read"]).await;
    let line = |name: &str| json!({"method": "POST", "path": "/v1/customers", "idempotency_key": "k1", "body": {"first_name": name}});
    let first = shop.post("/v1/batch", json!([line("Kim"), line("Kim"), line("Lee")])).await.ok(200);
    assert_eq!(statuses(&first), [201, 201, 422]);
    assert_eq!(first[0]["body"], first[1]["body"]);
    let again = shop.post("/v1/batch", json!([line("Kim")])).await.ok(200);
    assert_eq!(again[0], first[0]);
    assert_eq!(shop.get("/v1/customers").await.ok(200)["total"], 1);
    let call = |body: Value| shop.with("idempotency-key", "k2").call("PUT", "/v1/orders/1").json(&body);
    let made = call(json!({"status": "new"})).send().await;
    let replayed = call(json!({"status": "new"})).send().await;
    assert_eq!((made.ok(200), replayed.header("idempotency-replayed")), (replayed.ok(200), Some("true")));
    assert_eq!(call(json!({"status": "paid"})).send().await.status, 422);
}

both!(an_event_is_kept_once);
async fn an_event_is_kept_once(app: &TestApp) {
    let shop = app.key(&["ingest"]).await;
    let native = json!({"type": "cart.left", "id": "1", "record": {"type": "order", "external_id": "7"}, "data": {"n": 1}});
    let first = shop.post("/v1/events", native.clone()).await.ok(202);
    assert_eq!(shop.post("/v1/events", native).await.ok(202), first);
    let cloud = json!({"specversion": "1.0", "id": "1", "source": "/shop", "type": "cart.left", "traceparent": "00", "data": [1]});
    let structured = |body: &Value| {
        shop.call("POST", "/v1/events")
            .header("content-type", "application/cloudevents+json; charset=utf-8")
            .body(body.to_string())
    };
    let second = structured(&cloud).send().await.ok(202);
    assert_ne!(first, second, "another source");
    let binary = shop
        .call("POST", "/v1/events")
        .header("content-type", "application/json")
        .header("ce-specversion", "1.0");
    let binary = binary.header("ce-id", "1").header("ce-source", "/shop").header("ce-type", "cart.left");
    assert_eq!(binary.clone().body("[1]").send().await.ok(202), second, "the same source and id");
    assert_eq!(app.count("select count(*) from event where type = 'custom'").await, 2);
    let mut nameless = cloud.clone();
    nameless.as_object_mut().unwrap().remove("type");
    assert_eq!(structured(&nameless).send().await.fields(), ["type"]);
    assert_eq!(shop.post("/v1/events", json!({"type": ""})).await.fields(), ["type"]);
    let wrong = json!({"type": "x", "record": {"type": "task", "external_id": "7"}});
    assert_eq!(shop.post("/v1/events", wrong).await.fields(), ["record.type"]);
    app.settle().await;
    assert_eq!(app.count("select count(*) from work").await, 0);
}

/// Kilobytes of this process that are in memory.
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap()
}

/// Lines of one call.
const LINES: usize = 250;

async fn import(shop: &Client, from: usize, to: usize) {
    let mut at = from;
    while at < to {
        let lines = (at..(at + LINES).min(to)).map(|n| {
            json!({"method": "PUT", "path": format!("/v1/orders/{n}?silent=true"), "body": {"order_number": n.to_string(),
                "status": "new", "total_sum": n, "first_name": "Kim", "phone": "+34600000000"}})
            .to_string()
        });
        let lines = lines.collect::<Vec<_>>().join("\n");
        let call = shop.call("POST", "/v1/batch").header("content-type", "application/x-ndjson").body(lines);
        let answer = call.send().await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.body.lines().filter(|line| line.starts_with("{\"status\":200")).count(),
            LINES.min(to - at)
        );
        at += LINES;
    }
}

both!(an_import_tells_nobody_and_keeps_memory_flat);
async fn an_import_tells_nobody_and_keeps_memory_flat(app: &TestApp) {
    let rows: usize =
        crate::support::database::env("BELLWIRE_IMPORT_ROWS").map_or(2_000, |rows| rows.parse().unwrap());
    let (shop, root) = (app.key(&["ingest", "read"]).await, app.cookie("root").await);
    let groups = root.get("/v1/groups").await.ok(200);
    super::hear_unassigned(&root, &[groups["items"][0]["id"].as_str().unwrap()]).await;
    import(&shop, 0, rows / 5).await;
    let before = resident_kb();
    import(&shop, rows / 5, rows).await;
    app.settle().await;
    let grown = resident_kb().saturating_sub(before);
    eprintln!("{rows} rows: {before} kB, and {grown} kB more after the other four fifths");
    assert!(grown < 64 * 1024, "{grown} kB more");
    for table in ["event", "notification", "inbox_item", "work"] {
        assert_eq!(app.count(&format!("select count(*) from {table}")).await, 0, "{table}");
    }
    assert_eq!(app.count("select count(*) from record").await, rows as i64);
    assert_eq!(app.count("select count(*) from history").await, rows as i64);
    let page = shop.get("/v1/orders?sum_from=100&sum_to=199&limit=1").await.ok(200);
    assert_eq!(page["total"], 100);
}
