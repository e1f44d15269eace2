//! Triggers: refused with line and column, fired by the events that they listen to, once each.

use std::time::Duration;

use serde_json::{Value, json};

use super::{fired, log, order, template, text, told, trigger};
use crate::support::{TestApp, both};

both!(a_trigger_fires_when_its_condition_holds);
async fn a_trigger_fires_when_its_condition_holds(app: &TestApp) {
    let (root, shop, ann) = (app.cookie("root").await, app.key(&["ingest"]).await, app.cookie("ann").await);
    let said = template(&root, "order", "Big order {{ order.number }}").await;
    let rule = trigger(
        &root,
        "New order over a sum",
        json!({"condition": "change_set.is_create",
        "filter": "order.total_sum > 1000", "actions": [{"type": "notify", "template": said}]}),
    )
    .await;
    let ann_id = app.id("ann");
    let state = |number: &str, sum: i64| json!({"order_number": number, "manager": ann_id, "total_sum": sum});
    order(app, &shop, "1", state("1", 900)).await;
    assert_eq!(told(app, &ann).await, Vec::<String>::new());
    order(app, &shop, "2", state("2", 1_250)).await;
    assert_eq!(told(app, &ann).await, ["Big order 2"]);
    order(app, &shop, "2", json!({"total_sum": 2_000})).await;
    order(app, &shop, "2", json!({"total_sum": 2_000})).await;
    assert_eq!(told(app, &ann).await.len(), 1, "it asks for a new order");
    let item = app.newest(&ann).await;
    let page = ann.get("/v1/inbox?kind=custom").await.ok(200);
    let item = if item["kind"] == "custom" { item } else { page["items"][0].clone() };
    assert_eq!(
        (item["record"]["type"].as_str(), item["rule"].as_str()),
        (Some("order"), Some("New order over a sum"))
    );
    let entries = log(&root, &format!("rule={rule}")).await;
    let actions: Vec<_> =
        entries.iter().map(|(status, action, _)| (status.as_str(), action.as_deref())).collect();
    assert_eq!(actions, [("information", Some("notify")), ("information", None)], "{entries:?}");
    let shown = root.get(&format!("/v1/triggers/{rule}")).await.ok(200);
    assert_eq!(shown["runs_today"], 1);
    assert!(shown["last_run_at"].is_string());
    // Switched off it does not fire; switched on it does.
    root.act(&format!("/v1/triggers/{rule}/deactivate")).await.ok(200);
    order(app, &shop, "3", state("3", 5_000)).await;
    root.act(&format!("/v1/triggers/{rule}/activate")).await.ok(200);
    order(app, &shop, "4", state("4", 5_000)).await;
    assert_eq!(told(app, &ann).await, ["Big order 4", "Big order 2"]);
}

both!(an_expression_that_does_not_read_is_refused_with_its_place);
async fn an_expression_that_does_not_read_is_refused_with_its_place(app: &TestApp) {
    let root = app.cookie("root").await;
    let bad = json!({"name": "Bad", "event": {"type": "order_changed"}, "filter": "order.total_sum >\n",
        "condition": "order.colour_of_the_sky == 1 and change_set.is_create",
        "actions": [{"type": "notify", "template": "none"}, {"type": "change_field", "record": "order", "field": "custom_none"},
            {"type": "http", "url": "https://x.example/{{ order."}]});
    let refused = root.post("/v1/triggers", bad).await;
    assert_eq!(refused.status, 422);
    let errors = refused.json()["errors"].as_array().unwrap().clone();
    let of = |field: &str| {
        errors.iter().find(|e| e["field"] == field).unwrap_or_else(|| panic!("{field}: {errors:?}")).clone()
    };
    assert!(of("filter")["line"].as_i64().is_some() && of("condition")["column"].as_i64().is_some());
    for field in ["actions[0].template", "actions[1].field", "actions[2].url"] {
        of(field);
    }
    for (event, field) in [
        (json!({"type": "schedule", "cron": "never"}), "event.cron"),
        (json!({"type": "after_trigger", "trigger": "none"}), "event.trigger"),
        (json!({"type": "custom", "name": ""}), "event.name"),
    ] {
        assert_eq!(root.post("/v1/triggers", json!({"name": "x", "event": event})).await.fields(), [field]);
    }
    let unknown = json!({"name": "x", "event": {"type": "order_changed"}, "actions": [{"type": "notify", "template": "t", "loud": 1}]});
    assert_eq!(root.post("/v1/triggers", unknown).await.fields(), ["actions[0].loud"]);
}

both!(a_condition_goes_to_the_builder_and_back);
async fn a_condition_goes_to_the_builder_and_back(app: &TestApp) {
    let root = app.cookie("root").await;
    let form = json!({"all": [{"field": "order.status.code", "operator": "is", "value": "new"},
        {"any": [{"field": "order.total_sum", "operator": "more", "value": 1000},
            {"field": "order.manager.email", "operator": "is_empty", "value": null}]}]});
    let built = root.post("/v1/triggers/build", json!({"builder": form})).await.ok(200);
    let event = json!({"type": "order_changed"});
    let checked = root
        .post("/v1/triggers/check", json!({"event": event, "condition": built["condition"]}))
        .await
        .ok(200);
    assert_eq!(checked["builder"], form);
    assert_eq!(checked["problems"], json!([]));
    assert!(checked["reads"].as_array().unwrap().contains(&json!("order.total_sum")), "{checked}");
    let free = "order.items | contains(i => i.quantity > 1)";
    let checked = root.post("/v1/triggers/check", json!({"event": event, "condition": free})).await.ok(200);
    assert_eq!(checked["builder"], Value::Null, "it stays text");
    let wrong = root
        .post("/v1/triggers/check", json!({"event": event, "condition": "order.number ==", "filter": "1 +"}))
        .await
        .ok(200);
    let fields: Vec<&str> =
        wrong["problems"].as_array().unwrap().iter().map(|p| p["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["filter", "condition"]);
}

both!(calls_custom_events_and_tasks_set_triggers_off);
async fn calls_custom_events_and_tasks_set_triggers_off(app: &TestApp) {
    let (root, shop, ann) = (app.cookie("root").await, app.key(&["ingest"]).await, app.cookie("ann").await);
    order(app, &shop, "1", json!({"order_number": "1", "manager": app.id("ann")})).await;
    let call = template(&root, "call", "Missed {{ call.phone }}").await;
    let missed = trigger(&root, "Missed call", json!({"event": {"type": "call_missed"},
        "condition": "call.getResult() == \"unknown\" or call.getResult() == \"no answer\"",
        "actions": [{"type": "notify", "template": call},
            {"type": "create_task", "text": "Call back {{ call.phone }}", "due_in_s": 3600, "performer": {"type": "manager"}}]})).await;
    let cart = template(&root, "custom", "Cart {{ event.data.sum }}").await;
    trigger(
        &root,
        "Cart",
        json!({"event": {"type": "custom", "name": "cart.left"}, "condition": "event.data.sum > 10",
        "actions": [{"type": "notify", "template": cart}]}),
    )
    .await;
    let made = template(&root, "task", "Task {{ task.text }}").await;
    for (name, event) in
        [("Made", "task_created"), ("Due", "task_due"), ("Overdue", "task_overdue"), ("Done", "task_done")]
    {
        let said = template(&root, "task", &format!("{name} {{{{ task.text }}}}")).await;
        trigger(
            &root,
            name,
            json!({"event": {"type": event}, "actions": [{"type": "notify", "template": said}]}),
        )
        .await;
    }
    drop(made);
    let record = json!({"type": "order", "external_id": "1"});
    let event = |kind: &str, data: Value| json!({"type": kind, "record": record, "data": data});
    shop.post("/v1/events", event("call.missed", json!({"phone": "+1", "result": "busy"}))).await.ok(202);
    shop.post("/v1/events", event("call.missed", json!({"phone": "+1", "result": "no answer"})))
        .await
        .ok(202);
    shop.post("/v1/events", event("cart.left", json!({"sum": 5}))).await.ok(202);
    shop.post("/v1/events", event("cart.left", json!({"sum": 50}))).await.ok(202);
    app.settle().await;
    let mut titles = told(app, &ann).await;
    titles.sort_unstable();
    assert_eq!(titles, ["Cart 50", "Made Call back +1", "Missed +1"]);
    assert_eq!(fired(&root, &missed).await, 1);
    let tasks = ann.get("/v1/tasks?performer=me").await.ok(200);
    assert_eq!(
        (tasks["total"].as_i64(), tasks["items"][0]["text"].as_str()),
        (Some(1), Some("Call back +1"))
    );
    let path = format!("/v1/tasks/{}", text(&tasks["items"][0], "id"));
    for _ in 0..13 {
        app.advance(Duration::from_mins(5)).await;
        app.settle().await;
    }
    let titles = told(app, &ann).await;
    assert_eq!(&titles[..2], ["Overdue Call back +1", "Due Call back +1"], "{titles:?}");
    root.act(&format!("{path}/complete")).await.ok(200);
    app.settle().await;
    assert_eq!(told(app, &ann).await[0], "Done Call back +1");
    assert_eq!(told(app, &ann).await.len(), 6, "each once");
}

both!(a_trigger_fires_as_often_as_it_may);
async fn a_trigger_fires_as_often_as_it_may(app: &TestApp) {
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
    let once = trigger(&root, "Once", json!({"repeat": {"once_per_record": true}})).await;
    let twice = trigger(&root, "Twice", json!({"repeat": {"at_most": {"times": 2, "per": "day"}}})).await;
    let never_again = trigger(&root, "Never again", json!({"condition": "not last_run()"})).await;
    for n in 0..4 {
        order(app, &shop, "1", json!({"order_number": "1", "total_sum": n})).await;
    }
    order(app, &shop, "2", json!({"order_number": "2"})).await;
    assert_eq!(fired(&root, &once).await, 2, "once for each of two orders");
    assert_eq!(fired(&root, &twice).await, 3);
    assert_eq!(fired(&root, &never_again).await, 2);
    app.advance(Duration::from_hours(25)).await;
    let root = app.cookie("root").await;
    order(app, &shop, "1", json!({"total_sum": 99})).await;
    assert_eq!((fired(&root, &once).await, fired(&root, &twice).await), (2, 4));
}

both!(a_silent_import_runs_no_rules);
async fn a_silent_import_runs_no_rules(app: &TestApp) {
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
    let rule = trigger(&root, "Every change", json!({})).await;
    shop.put("/v1/orders/1?silent=true", json!({"order_number": "1"})).await.ok(200);
    app.settle().await;
    assert_eq!(fired(&root, &rule).await, 0);
    order(app, &shop, "1", json!({"total_sum": 1})).await;
    assert_eq!(fired(&root, &rule).await, 1);
}

both!(a_schedule_ticks_once_in_the_accounts_zone);
async fn a_schedule_ticks_once_in_the_accounts_zone(app: &TestApp) {
    let (root, shop, ann) = (app.cookie("root").await, app.key(&["ingest"]).await, app.cookie("ann").await);
    root.patch("/v1/account", json!({"zone": "Europe/Berlin"})).await.ok(200);
    for n in 0..5 {
        let status = if n % 2 == 0 { "new" } else { "done" };
        order(
            app,
            &shop,
            &n.to_string(),
            json!({"order_number": n.to_string(), "status": status, "manager": app.id("ann")}),
        )
        .await;
    }
    let said = template(&root, "order", "Stuck {{ order.number }}").await;
    let rule = trigger(
        &root,
        "Stuck",
        json!({"event": {"type": "schedule", "cron": "30 10 * * *", "over": "order"},
        "filter": "order.status.code == \"new\"", "actions": [{"type": "notify", "template": said}]}),
    )
    .await;
    let tick = trigger(&root, "Tick", json!({"event": {"type": "schedule", "cron": "*/30 * * * *"}})).await;
    // It is 9:00 in Berlin.
    app.advance(Duration::from_mins(89)).await;
    app.settle().await;
    assert_eq!(fired(&root, &rule).await, 0);
    app.advance(Duration::from_mins(1)).await;
    app.settle().await;
    let mut titles = told(app, &ann).await;
    titles.sort_unstable();
    assert_eq!(titles, ["Stuck 0", "Stuck 2", "Stuck 4"]);
    assert_eq!(fired(&root, &tick).await, 2, "at 9:30, missed for an hour and told once, and 10:30");
    app.advance(Duration::from_hours(24)).await;
    app.settle().await;
    let root = app.cookie("root").await;
    assert_eq!(fired(&root, &rule).await, 6);
}
