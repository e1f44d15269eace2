//! A dry run says what would happen and why, and does nothing.

use serde_json::json;

use super::{order, template, text, told, trigger};
use crate::support::{TestApp, both};

both!(a_dry_run_explains_and_does_nothing);
async fn a_dry_run_explains_and_does_nothing(app: &TestApp) {
    let (root, shop, ann) = (app.cookie("root").await, app.key(&["ingest"]).await, app.cookie("ann").await);
    let id = order(app, &shop, "1", json!({"order_number": "1", "manager": app.id("ann"), "total_sum": 500}))
        .await;
    order(app, &shop, "1", json!({"total_sum": 1_500})).await;
    let said = template(&root, "order", "Sum {{ order.total_sum }}").await;
    let fires = trigger(&root, "Fires", json!({"ordering": 1, "condition": "change_set.has_changed(\"total_sum\") and order.total_sum > 1000",
        "actions": [{"type": "notify", "template": said}, {"type": "http", "url": "https://x.example/{{ order.number }}", "delay_s": 60}]})).await;
    trigger(&root, "Idle", json!({"ordering": 2, "condition": "order.total_sum > 9000"})).await;
    trigger(&root, "Filtered", json!({"ordering": 3, "filter": "order.status.code == \"x\""})).await;
    trigger(&root, "Other", json!({"ordering": 4, "event": {"type": "call_missed"}})).await;
    let events = root.get(&format!("/v1/triggers/events?record_type=order&record_id={id}")).await.ok(200);
    assert_eq!(events["items"].as_array().unwrap().len(), 2);
    let before = app.facts().await;
    let seen = root.post("/v1/triggers/dry-run", json!({"event_id": events["items"][0]["id"]})).await.ok(200);
    let items = seen["items"].as_array().unwrap();
    let verdicts: Vec<(bool, &str)> =
        items.iter().map(|i| (i["fires"].as_bool().unwrap(), i["why"].as_str().unwrap())).collect();
    assert_eq!(
        verdicts,
        [
            (true, "It would fire."),
            (false, "Its condition does not hold."),
            (false, "Its filter lets this record not through."),
            (false, "It listens to another event.")
        ]
    );
    assert_eq!(items[0]["trigger"]["id"], json!(fires));
    assert_eq!(items[0]["actions"][0]["summary"], "Sum 1500");
    assert_eq!(items[0]["actions"][0]["preview"]["recipients"], json!(["Ann"]));
    assert_eq!(
        (&items[0]["actions"][1]["summary"], &items[0]["actions"][1]["delay_s"]),
        (&json!("POST https://x.example/1"), &json!(60))
    );
    let condition = &items[1]["condition"];
    assert_eq!(condition["text"], "order.total_sum > 9000");
    assert_eq!((&condition["decided"], &condition["value"]), (&json!(true), &json!("false")), "{condition}");
    let of_record = root.post("/v1/triggers/dry-run", json!({"record": {"type": "order", "id": id},
        "trigger": {"name": "Draft", "event": {"type": "order_changed"}, "condition": "order.total_sum == 1500"}})).await.ok(200);
    assert_eq!(of_record["items"][0]["fires"], true);
    TestApp::assert_unchanged(&before, &app.facts().await, "a dry run");
    assert_eq!(told(app, &ann).await, Vec::<String>::new());
    assert_eq!(root.post("/v1/triggers/dry-run", json!({})).await.fields(), ["record"]);
    assert_eq!(root.post("/v1/triggers/dry-run", json!({"event_id": "none"})).await.fields(), ["event_id"]);
}

both!(a_dry_run_of_a_task_shows_that_task);
async fn a_dry_run_of_a_task_shows_that_task(app: &TestApp) {
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    let draft = json!({"name": "Due", "event": "task", "title": "Do {{ task.text }}", "body": "b", "severity": "warning",
        "sticky": true, "recipients": [{"type": "performer"}]});
    let said = text(&root.post("/v1/templates", draft.clone()).await.ok(201), "id");
    let task =
        root.post("/v1/tasks", json!({"text": "Call Kim", "performer": {"user": app.id("ann")}})).await;
    let id = text(&task.ok(201), "id");
    let record = json!({"type": "task", "id": id});
    let preview =
        root.post("/v1/templates/preview", json!({"template": draft, "record": record})).await.ok(200);
    assert_eq!(preview["title"], "Do Call Kim");
    assert_eq!(preview["recipients"][0]["user"]["id"], app.id("ann"));
    let rule = |event: &str| {
        json!({"record": record, "trigger": {"name": "D", "event": {"type": event},
            "condition": "task.text == 'Call Kim'", "actions": [{"type": "notify", "template": said}]}})
    };
    let seen = root.post("/v1/triggers/dry-run", rule("task_due")).await.ok(200);
    assert_eq!(seen["items"][0]["fires"], true, "{seen}");
    let shown = &seen["items"][0]["actions"][0]["preview"];
    assert_eq!(
        (&shown["title"], &shown["severity"], &shown["sticky"]),
        (&json!("Do Call Kim"), &json!("warning"), &json!(true))
    );
    let other = root.post("/v1/triggers/dry-run", rule("order_changed")).await;
    assert_eq!(other.ok(200)["items"][0]["fires"], false, "it listens to orders");
    let gone = json!({"template": draft, "record": {"type": "task", "id": "nowhere"}});
    assert_eq!(root.post("/v1/templates/preview", gone).await.fields(), ["record.id"]);
    assert_eq!(ann.post("/v1/triggers/dry-run", rule("task_due")).await.status, 403);
}
