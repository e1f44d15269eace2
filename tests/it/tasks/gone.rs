//! Reasons that go: a task is moved, done, given away or deleted, before it is told and after; its record is deleted; its
//! performer is locked out; its group is emptied.

use std::time::Duration;

use serde_json::{Value, json};

use super::{id, newest, reminders, standing, task, until};
use crate::support::{Client, TestApp, both};

async fn patch(who: &Client, task: &Value, change: Value) -> Value {
    who.patch(&format!("/v1/tasks/{}", id(task)), change).await.ok(200)
}

both!(a_task_that_moves_before_its_mark_is_told_at_the_new_one);
async fn a_task_that_moves_before_its_mark_is_told_at_the_new_one(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let made = task(&ann, "Call", "10:00", json!({})).await;
    until(app, "09:58").await;
    patch(&ann, &made, json!({"due": "2026-03-01T10:32:00Z"})).await;
    patch(&ann, &made, json!({"text": "Call Kim"})).await;
    until(app, "10:25").await;
    assert_eq!(reminders(app, &ann).await, [""; 0]);
    patch(&ann, &made, json!({"remind_before": 5})).await;
    until(app, "10:30").await;
    // 10:27 belonged to 10:25, which had passed by a moment when it was said.
    assert_eq!(reminders(app, &ann).await, ["Call Kim"]);
    until(app, "11:00").await;
    assert_eq!(reminders(app, &ann).await, ["Call Kim"]);
}

both!(a_task_that_moves_after_its_mark_is_told_anew);
async fn a_task_that_moves_after_its_mark_is_told_anew(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let made = task(&ann, "Call", "10:00", json!({})).await;
    until(app, "10:00").await;
    let first = newest(app, &ann).await;
    patch(&ann, &made, json!({"due": "2026-03-01T10:30:00Z"})).await;
    assert_eq!(standing(app, &ann).await, [""; 0]);
    let gone = ann.get(&format!("/v1/inbox/{}", id(&first))).await.ok(200);
    assert!(gone["withdrawn_at"].is_string() && gone["title"] == "", "{gone}");
    until(app, "10:30").await;
    assert_eq!(standing(app, &ann).await, ["Call"]);
    // Back to the first time, which has passed: the next mark tells it once more.
    patch(&ann, &made, json!({"due": "2026-03-01T10:00:00Z"})).await;
    until(app, "10:35").await;
    assert_eq!(standing(app, &ann).await, ["Call"]);
    // Without a time nothing stands.
    patch(&ann, &made, json!({"due": null})).await;
    until(app, "11:00").await;
    assert_eq!(standing(app, &ann).await, [""; 0]);
}

both!(what_is_done_given_away_or_deleted_before_its_mark_is_not_told);
async fn what_is_done_given_away_or_deleted_before_its_mark_is_not_told(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let mut made = Vec::new();
    for text in ["done", "given", "deleted", "undone"] {
        made.push(task(&ann, text, "10:00", json!({})).await);
    }
    ann.act(&format!("/v1/tasks/{}/complete", id(&made[0]))).await.ok(200);
    patch(&ann, &made[1], json!({"performer": {"user": app.id("bob")}})).await;
    assert_eq!(ann.delete(&format!("/v1/tasks/{}", id(&made[2]))).await.status, 204);
    ann.act(&format!("/v1/tasks/{}/complete", id(&made[3]))).await.ok(200);
    ann.act(&format!("/v1/tasks/{}/reopen", id(&made[3]))).await.ok(200);
    until(app, "10:30").await;
    assert_eq!(reminders(app, &ann).await, ["undone"]);
    assert_eq!(reminders(app, &bob).await, ["given"]);
}

both!(what_is_done_given_away_or_deleted_after_its_mark_leaves_the_screen);
async fn what_is_done_given_away_or_deleted_after_its_mark_leaves_the_screen(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let mut made = Vec::new();
    for text in ["done", "given", "deleted", "closed", "asleep"] {
        made.push(task(&ann, text, "10:00", json!({})).await);
    }
    until(app, "10:00").await;
    let page = ann.get("/v1/inbox?kind=task").await.ok(200);
    let item = |text: &str| {
        let items = page["items"].as_array().unwrap();
        id(items.iter().find(|item| item["title"] == text).unwrap())
    };
    ann.act(&format!("/v1/inbox/{}/close", item("closed"))).await.ok(200);
    ann.post(&format!("/v1/inbox/{}/snooze", item("asleep")), json!({"for": "1h"})).await.ok(200);
    ann.act(&format!("/v1/tasks/{}/complete", id(&made[0]))).await.ok(200);
    patch(&ann, &made[1], json!({"performer": {"user": app.id("bob")}})).await;
    assert_eq!(ann.delete(&format!("/v1/tasks/{}", id(&made[2]))).await.status, 204);
    for task in [&made[3], &made[4]] {
        ann.act(&format!("/v1/tasks/{}/complete", id(task))).await.ok(200);
    }
    // What was closed by hand stays under the bell.
    assert_eq!(reminders(app, &ann).await, ["closed"]);
    assert_eq!(standing(app, &ann).await, [""; 0]);
    until(app, "12:00").await;
    assert_eq!(standing(app, &ann).await, [""; 0], "what slept does not wake");
    assert_eq!(standing(app, &bob).await, ["given"], "told at the mark after it was given");
    // Opened again it does not stand, because the task is done.
    ann.act(&format!("/v1/inbox/{}/reopen", item("closed"))).await.ok(200);
    assert_eq!(reminders(app, &ann).await, [""; 0]);
}

both!(a_deleted_task_takes_along_what_was_closed);
async fn a_deleted_task_takes_along_what_was_closed(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let made = task(&ann, "Call", "10:00", json!({})).await;
    until(app, "10:00").await;
    ann.act(&format!("/v1/inbox/{}/close", id(&newest(app, &ann).await))).await.ok(200);
    assert_eq!(reminders(app, &ann).await, ["Call"]);
    assert_eq!(ann.delete(&format!("/v1/tasks/{}", id(&made))).await.status, 204);
    assert_eq!(reminders(app, &ann).await, [""; 0]);
}

both!(tasks_go_with_their_order_or_customer);
async fn tasks_go_with_their_order_or_customer(app: &TestApp) {
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    let customer = root.post("/v1/customers", json!({"first_name": "Kim"})).await.ok(201);
    let order = root.post("/v1/orders", json!({"status": "new"})).await.ok(201);
    for (text, due) in [("before", "10:00"), ("after", "11:00")] {
        for (field, record) in [("order", &order), ("customer", &customer)] {
            let more = json!({"performer": {"user": app.id("ann")}, field: {"id": record["id"]}});
            task(&root, text, due, more).await;
        }
    }
    until(app, "10:00").await;
    assert_eq!(standing(app, &ann).await.len(), 2);
    assert_eq!(root.delete(&format!("/v1/orders/{}", id(&order))).await.status, 204);
    assert_eq!(standing(app, &ann).await.len(), 1);
    assert_eq!(root.delete(&format!("/v1/customers/{}", id(&customer))).await.status, 204);
    until(app, "12:00").await;
    assert_eq!(reminders(app, &ann).await, [""; 0]);
    assert_eq!(root.get("/v1/tasks?state=all").await.ok(200)["total"], 0);
    let history = root.get("/v1/history?record_type=task").await.ok(200);
    let kinds = history["items"].as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap());
    assert_eq!(kinds.collect::<Vec<_>>(), [["create"; 4], ["delete"; 4]].concat());
}

both!(who_is_locked_out_or_leaves_the_group_is_told_nothing);
async fn who_is_locked_out_or_leaves_the_group_is_told_nothing(app: &TestApp) {
    let (root, bob) = (app.cookie("root").await, app.cookie("bob").await);
    let standing_items = "select count(*) from inbox_item where kind = 'task' and withdrawn_at is null";
    task(&root, "Ann's", "10:00", json!({"performer": {"user": app.id("ann")}})).await;
    task(&root, "Ann's later", "11:00", json!({"performer": {"user": app.id("ann")}})).await;
    task(&root, "Sales", "10:00", json!({"performer": {"group": "sales"}})).await;
    task(&root, "Sales later", "11:00", json!({"performer": {"group": "sales"}})).await;
    until(app, "10:00").await;
    assert_eq!(app.count(standing_items).await, 3);
    root.act(&format!("/v1/users/{}/lock", app.id("ann"))).await.ok(200);
    app.settle().await;
    assert_eq!(app.count(standing_items).await, 1);
    let sales = root.get("/v1/groups").await.text("/items/0/id");
    root.put(&format!("/v1/groups/{sales}/members"), json!({"users": []})).await.ok(200);
    assert_eq!(standing(app, &bob).await, [""; 0]);
    until(app, "11:30").await;
    assert_eq!(app.count(standing_items).await, 0);
    // Nothing is left that would fire, and nothing comes back with them.
    root.act(&format!("/v1/users/{}/unlock", app.id("ann"))).await.ok(200);
    app.advance(Duration::from_hours(1)).await;
    app.settle().await;
    assert_eq!(app.count(standing_items).await, 0);
    assert_eq!(app.count("select count(*) from work").await, 0);
}
