//! The calls: what a task may be made of, how it is listed, changed, remarked upon, and what is wrong with bad input.

use serde_json::{Value, json};

use super::{id, task, until};
use crate::support::{TestApp, both};

both!(a_task_is_what_was_said_of_it);
async fn a_task_is_what_was_said_of_it(app: &TestApp) {
    let (root, key) = (app.cookie("root").await, app.key(&["ingest", "read"]).await);
    root.patch("/v1/account", json!({"zone": "Asia/Kathmandu"})).await.ok(200);
    root.patch("/v1/profile", json!({"zone": "Europe/Berlin"})).await.ok(200);
    let customer = root.put("/v1/customers/c1", json!({"first_name": "Kim"})).await.ok(200);
    let full = json!({"text": " Call ", "comment": "Ask\nfor size", "due": "2026-03-29T02:30",
        "performer": {"user": "bob@example.com"}, "customer": {"external_id": "c1"}, "phone": "+49 30",
        "remind_before": 15, "repeat": {"every": "month", "until": "2026-12-31", "count": 5},
        "escalation": {"after": 30}});
    let made = root.post("/v1/tasks", full).await.ok(201);
    for (field, value) in [
        ("text", json!("Call")),
        ("comment", json!("Ask\nfor size")),
        ("due_at", json!("2026-03-29T01:30:00.000Z")),
        ("due_local", json!("2026-03-29T02:30")),
        ("zone", json!("Europe/Berlin")),
        ("performer", json!({"type": "user", "id": app.id("bob"), "name": "Bob"})),
        ("phone", json!("+49 30")),
        ("remind_before", json!(15)),
        ("repeat", json!({"every": "month", "until": "2026-12-31", "count": 5})),
        ("escalation", json!({"after": 30})),
        ("done", json!(false)),
        ("creator", json!({"id": app.id("root"), "name": "Root"})),
        ("next_reminder_at", json!("2026-03-29T01:15:00.000Z")),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    assert_eq!(made["customer"]["url"], format!("/customers/{}", id(&customer)));
    // A machine means the account's clocks; a date without a time takes the current time.
    let of_key = key.post("/v1/tasks", json!({"text": "x", "due": "2026-11-22 10:02"})).await.ok(201);
    assert_eq!(
        (of_key["due_at"].as_str(), &of_key["performer"]),
        (Some("2026-11-22T04:17:00.000Z"), &Value::Null)
    );
    let date = key.post("/v1/tasks", json!({"text": "x", "due": "2026-11-22"})).await.ok(201);
    assert_eq!(date["due_local"], "2026-11-22T13:45");
    // What is absent stays, null clears.
    let path = format!("/v1/tasks/{}", id(&made));
    let change = json!({"comment": null, "customer": null, "repeat": null, "escalation": null, "phone": ""});
    let changed = root.patch(&path, change).await.ok(200);
    for field in ["comment", "customer", "repeat", "escalation", "phone"] {
        assert_eq!(changed[field], Value::Null, "{field}");
    }
    assert_eq!((&changed["text"], &changed["due_at"]), (&json!("Call"), &made["due_at"]));
    assert_eq!(root.patch(&path, json!({})).await.ok(200)["changed_at"], changed["changed_at"]);
}

both!(bad_input_is_named_and_writes_nothing);
async fn bad_input_is_named_and_writes_nothing(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let made = task(&ann, "Call", "10:00", json!({})).await;
    let before = app.facts().await;
    for (wrong, field) in [
        (json!({}), "text"),
        (json!({"text": " "}), "text"),
        (json!({"text": "x".repeat(1_001)}), "text"),
        (json!({"text": "x", "comment": "x".repeat(5_001)}), "comment"),
        (json!({"text": "x", "due": "tomorrow"}), "due"),
        (json!({"text": "x", "due": 5}), "due"),
        (json!({"text": "x", "performer": {"user": "nobody"}}), "performer.user"),
        (json!({"text": "x", "performer": {"group": "nobody"}}), "performer.group"),
        (json!({"text": "x", "performer": {}}), "performer"),
        (json!({"text": "x", "order": {"id": "nothing"}}), "order"),
        (json!({"text": "x", "customer": {"number": 5}}), "customer"),
        (json!({"text": "x", "remind_before": 7}), "remind_before"),
        (json!({"text": "x", "repeat": {"every": "day"}}), "due"),
        (json!({"text": "x", "due": "2026-03-02", "repeat": {"every": "never"}}), "repeat.every"),
        (json!({"text": "x", "due": "2026-03-02", "repeat": {"every": "day", "count": 0}}), "repeat.count"),
        (json!({"text": "x", "due": "2026-03-02", "repeat": {"every": "day", "until": "x"}}), "repeat.until"),
        (json!({"text": "x", "escalation": {"after": 1}}), "escalation.after"),
        (json!({"text": "x", "records": []}), "records"),
        (json!({"text": "x", "records": [{"type": "task", "id": "1"}]}), "records[0].type"),
        (json!({"text": "x", "records": [{"type": "order", "id": "1"}]}), "records[0]"),
        (json!({"text": "x", "colour": 1}), "colour"),
    ] {
        assert_eq!(ann.post("/v1/tasks", wrong.clone()).await.fields(), [field], "{wrong}");
    }
    let path = format!("/v1/tasks/{}", id(&made));
    assert_eq!(ann.patch(&path, json!({"text": ""})).await.fields(), ["text"]);
    assert_eq!(ann.post(&format!("{path}/comments"), json!({"text": "\n"})).await.fields(), ["text"]);
    assert_eq!(
        ann.post("/v1/tasks/bulk", json!({"ids": [], "do": "reassign"})).await.fields(),
        ["performer"]
    );
    assert_eq!(ann.get("/v1/tasks?performer=group:none").await.fields(), ["performer"]);
    assert_eq!(ann.get("/v1/tasks?cursor=x").await.fields(), ["cursor"]);
    TestApp::assert_unchanged(&before, &app.facts().await, "bad input");
}

both!(several_records_get_a_task_each);
async fn several_records_get_a_task_each(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let mut records = Vec::new();
    for n in 0..3 {
        let order = ann.post("/v1/orders", json!({"order_number": n.to_string()})).await.ok(201);
        records.push(json!({"type": "order", "id": order["id"]}));
    }
    let customer = ann.post("/v1/customers", json!({"first_name": "Kim"})).await.ok(201);
    records.push(json!({"type": "customer", "id": customer["id"]}));
    let body = json!({"text": "Ask", "due": "2026-03-01T10:00:00Z", "records": records});
    let call = || ann.call("POST", "/v1/tasks").header("idempotency-key", "k").json(&body);
    let made = call().send().await.ok(201);
    let items = made["items"].as_array().unwrap();
    let titles: Vec<&str> = items.iter().filter_map(|task| task["order"]["title"].as_str()).collect();
    assert_eq!((items.len(), titles), (4, vec!["0", "1", "2"]));
    assert_eq!(items[3]["customer"]["title"], "Kim");
    // The same call again is the same tasks.
    let again = call().send().await;
    assert_eq!((again.ok(201), again.header("idempotency-replayed")), (made.clone(), Some("true")));
    assert_eq!(ann.get("/v1/tasks").await.ok(200)["total"], 4);
    let of_order = ann.get(&format!("/v1/tasks?order={}", records[0]["id"].as_str().unwrap())).await.ok(200);
    assert_eq!(of_order["total"], 1);
    // Many are changed in one call, and what cannot be is named.
    let ids: Vec<&Value> = items.iter().map(|task| &task["id"]).collect();
    let bulk = json!({"ids": [ids[0], ids[1], "gone"], "do": "complete"});
    let done = ann.post("/v1/tasks/bulk", bulk.clone()).await.ok(200);
    assert_eq!(done, json!({"changed": 2, "refused": [{"id": "gone", "reason": "not_found"}]}));
    assert_eq!(ann.post("/v1/tasks/bulk", bulk).await.ok(200)["changed"], 0);
    let bulk = json!({"ids": [ids[2], ids[3]], "do": "reassign", "performer": {"group": "support"}});
    assert_eq!(ann.post("/v1/tasks/bulk", bulk).await.ok(200)["changed"], 2);
    let bulk = json!({"ids": [ids[2]], "do": "delete"});
    assert_eq!(ann.post("/v1/tasks/bulk", bulk).await.ok(200)["changed"], 1);
    assert_eq!(ann.get("/v1/tasks?performer=group:support&state=all").await.ok(200)["total"], 1);
}

both!(tasks_are_listed_by_whose_when_and_what);
async fn tasks_are_listed_by_whose_when_and_what(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    task(&ann, "Call Kim", "09:00", json!({})).await;
    task(&ann, "Count", "11:00", json!({"performer": {"group": "sales"}, "phone": "555"})).await;
    task(&ann, "For Bob", "12:00", json!({"performer": {"user": app.id("bob")}})).await;
    let none = ann.post("/v1/tasks", json!({"text": "Some day"})).await.ok(201);
    until(app, "10:00").await;
    let found = async |query: &str| {
        let page = ann.get(&format!("/v1/tasks?{query}")).await.ok(200);
        let items = page["items"].as_array().unwrap().iter();
        items.map(|task| task["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("").await, ["Call Kim", "Count", "For Bob", "Some day"]);
    assert_eq!(found("performer=me").await, ["Call Kim", "Some day"]);
    assert_eq!(found("performer=groups").await, ["Count"]);
    assert_eq!(found("performer=group:sales").await, ["Count"]);
    assert_eq!(found(&format!("performer={}", app.id("bob"))).await, ["For Bob"]);
    assert_eq!(found("state=overdue").await, ["Call Kim"]);
    assert_eq!(found("state=due").await, ["Count", "For Bob"]);
    assert_eq!(found("due_from=2026-03-01T10:00:00Z&due_to=2026-03-01T12:00:00Z").await, ["Count"]);
    assert_eq!(found("q=KIM").await, ["Call Kim"]);
    assert_eq!(found("q=555").await, ["Count"]);
    ann.act(&format!("/v1/tasks/{}/complete", id(&none))).await.ok(200);
    assert_eq!(found("state=done").await, ["Some day"]);
    assert_eq!(found("state=all&sort=changed&limit=1").await, ["Some day"]);
    let page = ann.get("/v1/tasks?limit=2").await.ok(200);
    assert_eq!(page["counts"], json!({"mine": 1, "groups": 1, "overdue": 1}));
    let next = page["next"].as_str().unwrap();
    assert_eq!(found(&format!("limit=2&cursor={next}")).await, ["For Bob"]);
    assert_eq!(bob.get("/v1/tasks").await.ok(200)["counts"], json!({"mine": 1, "groups": 1, "overdue": 0}));
}

both!(remarks_and_history_tell_what_happened);
async fn remarks_and_history_tell_what_happened(app: &TestApp) {
    let (ann, key) = (app.cookie("ann").await, app.key(&["ingest", "read"]).await);
    let made = task(&ann, "Call", "10:00", json!({})).await;
    let path = format!("/v1/tasks/{}", id(&made));
    let change =
        json!({"due": "2026-03-01T11:00:00Z", "performer": {"group": "support"}, "text": "Call Kim"});
    key.patch(&path, change).await.ok(200);
    let remarks = ann.post(&format!("{path}/comments"), json!({"text": "Nobody there"})).await.ok(201);
    assert_eq!(
        (&remarks["items"][0]["text"], &remarks["items"][0]["by"]),
        (&json!("Nobody there"), &json!("Ann"))
    );
    ann.post(&format!("{path}/complete"), json!({"comment": "At last"})).await.ok(200);
    assert_eq!(ann.get(&format!("{path}/comments")).await.ok(200)["items"][1]["text"], "At last");
    let history = key.get(&format!("{path}/history")).await.ok(200);
    let rows: Vec<(&str, &str, &Value)> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["kind"].as_str().unwrap(), row["field"].as_str().unwrap(), &row["new_display"]))
        .collect();
    let expected = [
        ("update", "done", &json!("yes")),
        ("update", "performer", &json!("Support")),
        ("update", "due_at", &json!("1 Mar 2026 11:00")),
        ("update", "text", &json!("Call Kim")),
        ("create", "id", &Value::Null),
    ];
    assert_eq!(rows, expected);
    assert_eq!(history["items"][1]["old_display"], "Ann");
    assert_eq!(history["items"][1]["by"], "machine");
    assert_eq!(history["items"][0]["record"]["type"], "task");
    // Nothing happened, nothing is told.
    ann.patch(&path, json!({"text": "Call Kim"})).await.ok(200);
    ann.act(&format!("{path}/complete")).await.ok(200);
    assert_eq!(key.get(&format!("{path}/history")).await.ok(200), history);
    ann.delete(&path).await;
    assert_eq!(ann.get(&path).await.status, 404);
    assert_eq!(ann.get(&format!("{path}/history")).await.ok(200)["items"][0]["kind"], "delete");
}

both!(a_batch_takes_tasks);
async fn a_batch_takes_tasks(app: &TestApp) {
    let key = app.key(&["ingest", "read"]).await;
    let made = key.post("/v1/tasks", json!({"text": "Call"})).await.ok(201);
    let path = format!("/v1/tasks/{}", id(&made));
    let batch = json!([
        {"method": "POST", "path": "/v1/tasks", "body": {"text": "Write"}, "idempotency_key": "a"},
        {"method": "POST", "path": "/v1/tasks", "body": {"text": ""}},
        {"method": "PATCH", "path": path, "body": {"comment": "soon"}},
        {"method": "POST", "path": format!("{path}/complete"), "body": {}},
        {"method": "DELETE", "path": path},
        {"method": "PATCH", "path": path, "body": {}},
        {"method": "PUT", "path": path, "body": {}},
        {"method": "POST", "path": "/v1/tasks/bulk/x/y"},
    ]);
    let answers = key.post("/v1/batch", batch.clone()).await.ok(200);
    let statuses: Vec<i64> =
        answers.as_array().unwrap().iter().map(|answer| answer["status"].as_i64().unwrap()).collect();
    assert_eq!(statuses, [201, 422, 204, 204, 204, 404, 405, 404]);
    assert_eq!(answers[0]["body"]["text"], "Write");
    // By its key the first line is what it was.
    assert_eq!(
        key.post("/v1/batch", json!([batch[0]])).await.ok(200)[0]["body"]["id"],
        answers[0]["body"]["id"]
    );
    assert_eq!(key.get("/v1/tasks").await.ok(200)["total"], 1);
}
