//! Marks fire: at the right time, to the right people, once; what stands stays until it is closed, snoozed or done.

use serde_json::{Value, json};

use super::{id, newest, reminders, standing, task, until};
use crate::support::stream::Stream;
use crate::support::{TestApp, both};

both!(a_reminder_comes_at_the_mark_and_stays);
async fn a_reminder_comes_at_the_mark_and_stays(app: &TestApp) {
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    let mut stream = Stream::open(&ann, None).await;
    let order = root.put("/v1/orders/7", json!({"order_number": "7", "status": "new"})).await.ok(200);
    let more = json!({"performer": {"user": app.id("ann")}, "order": {"number": order["number"]},
        "comment": "<b>soon</b>"});
    let made = task(&root, "Call <Kim>", "10:02", more).await;
    assert_eq!(made["next_reminder_at"], "2026-03-01T10:00:00.000Z");
    assert_eq!(made["due_local"], "2026-03-01T10:02");
    until(app, "09:59").await;
    assert_eq!(reminders(app, &ann).await, [""; 0]);
    until(app, "10:00").await;
    let item = newest(app, &ann).await;
    assert_eq!(
        (item["title"].as_str(), item["body"].as_str()),
        (Some("Call &lt;Kim&gt;"), Some("Due 10:02<br>&lt;b&gt;soon&lt;/b&gt;"))
    );
    assert_eq!((&item["kind"], &item["sticky"]), (&json!("task"), &json!(true)));
    assert_eq!(item["due_at"], "2026-03-01T10:02:00.000Z");
    assert_eq!(item["link"], format!("/tasks/{}", id(&made)));
    let record = json!({"type": "order", "id": order["id"], "number": order["number"], "external_id": "7",
        "url": format!("/orders/{}", id(&order))});
    assert_eq!(item["record"], record);
    let actions = json!([{"code": "done", "label": "Done"}, {"code": "snooze", "label": "Snooze"}]);
    assert_eq!(item["actions"], actions);
    assert_eq!(stream.item().await.data["title"], "Call &lt;Kim&gt;");
    // Its hour on screen changes nothing, and the next marks fire nothing.
    until(app, "11:07").await;
    assert_eq!(standing(app, &ann).await.len(), 1);
    let shown = ann.get(&format!("/v1/tasks/{}", id(&made))).await.ok(200);
    assert_eq!((&shown["overdue_minutes"], &shown["next_reminder_at"]), (&json!(65), &Value::Null));
    // Closed by hand it is in the bell, and the task is as open as before.
    ann.act(&format!("/v1/inbox/{}/close", id(&item))).await.ok(200);
    assert_eq!(standing(app, &ann).await, [""; 0]);
    assert_eq!(reminders(app, &ann).await.len(), 1);
    assert_eq!(ann.get(&format!("/v1/tasks/{}", id(&made))).await.ok(200)["done"], false);
}

both!(a_task_saved_too_late_is_told_at_the_next_mark);
async fn a_task_saved_too_late_is_told_at_the_next_mark(app: &TestApp) {
    let ann = app.cookie("ann").await;
    until(app, "10:01").await;
    task(&ann, "Late", "10:02", json!({})).await;
    task(&ann, "Long ago", "08:00", json!({})).await;
    task(&ann, "An hour before", "11:30", json!({"remind_before": 60})).await;
    until(app, "10:04").await;
    assert_eq!(reminders(app, &ann).await, [""; 0]);
    until(app, "10:05").await;
    let mut told = reminders(app, &ann).await;
    told.sort();
    assert_eq!(told, ["Late", "Long ago"]);
    until(app, "10:30").await;
    assert_eq!(reminders(app, &ann).await.len(), 3);
}

both!(a_group_is_who_is_in_it_when_it_fires);
async fn a_group_is_who_is_in_it_when_it_fires(app: &TestApp) {
    let root = app.cookie("root").await;
    let (ann, bob, cyd, dan) =
        (app.cookie("ann").await, app.cookie("bob").await, app.cookie("cyd").await, app.cookie("dan").await);
    task(&root, "Count the stock", "10:00", json!({"performer": {"group": "sales"}})).await;
    let sales = root.get("/v1/groups").await.text("/items/0/id");
    let members = json!({"users": [app.id("bob"), app.id("dan")]});
    root.put(&format!("/v1/groups/{sales}/members"), members).await.ok(200);
    until(app, "10:00").await;
    for (who, expected) in [(&ann, 0), (&bob, 1), (&cyd, 0), (&dan, 1)] {
        assert_eq!(reminders(app, who).await.len(), expected);
    }
    let item = newest(app, &bob).await;
    assert_eq!(
        (item["body"].as_str(), &item["audience"]),
        (Some("Срок 10:00<br>Для группы Sales"), &json!(["Sales"]))
    );
    assert_eq!(item["actions"][0]["label"], "Выполнено");
    // Done by one of them it is gone from the other's screen.
    let done = bob.post(&format!("/v1/inbox/{}/act", id(&item)), json!({"action": "done"})).await.ok(200);
    assert_eq!(done["closed_by"], "user");
    assert_eq!(standing(app, &dan).await, [""; 0]);
    assert_eq!(reminders(app, &dan).await, [""; 0]);
    assert_eq!(reminders(app, &bob).await.len(), 1);
    let tasks = root.get("/v1/tasks?state=done").await.ok(200);
    assert_eq!(tasks["items"][0]["done_by"]["name"], "Bob");
}

both!(a_snoozed_reminder_stands_again_at_its_mark);
async fn a_snoozed_reminder_stands_again_at_its_mark(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let made = task(&ann, "Call", "10:00", json!({})).await;
    until(app, "10:00").await;
    let item = newest(app, &ann).await;
    let path = format!("/v1/inbox/{}/snooze", id(&item));
    until(app, "10:01").await;
    let mut stream = Stream::open(&ann, None).await;
    let asleep = ann.post(&path, json!({"for": "5m"})).await.ok(200);
    assert_eq!(asleep["snoozed_until"], "2026-03-01T10:10:00.000Z");
    assert_eq!(stream.item().await.data["snoozed_until"], "2026-03-01T10:10:00.000Z");
    assert_eq!(standing(app, &ann).await, [""; 0]);
    until(app, "10:09").await;
    assert_eq!(standing(app, &ann).await, [""; 0]);
    until(app, "10:10").await;
    let awake = newest(app, &ann).await;
    assert_eq!(
        (&awake["id"], &awake["snoozed_until"], &awake["closed_at"]),
        (&item["id"], &Value::Null, &Value::Null)
    );
    assert!(awake["seq"].as_i64() > asleep["seq"].as_i64());
    assert_eq!(stream.item().await.data["seq"], awake["seq"]);
    // From the list of tasks, until an instant, from the bell; and closed meanwhile it does not come back.
    let until_noon = json!({"until": "2026-03-01T11:58:00Z"});
    ann.post(&format!("/v1/tasks/{}/snooze", id(&made)), until_noon).await.ok(200);
    assert_eq!(newest(app, &ann).await["snoozed_until"], "2026-03-01T12:00:00.000Z");
    ann.act(&format!("/v1/inbox/{}/close", id(&item))).await.ok(200);
    until(app, "12:05").await;
    assert_eq!(standing(app, &ann).await, [""; 0]);
    let tomorrow = ann.post(&path, json!({"for": "tomorrow"})).await.ok(200);
    assert_eq!(tomorrow["snoozed_until"], "2026-03-02T09:00:00.000Z");
    for (wrong, field) in [
        (json!({}), "until"),
        (json!({"for": "2h"}), "for"),
        (json!({"until": "2026-03-01T12:00:00Z"}), "until"),
        (json!({"for": "5m", "until": "2026-03-01T13:00:00Z"}), "until"),
    ] {
        assert_eq!(ann.post(&path, wrong).await.fields(), [field]);
    }
}

both!(every_item_can_be_snoozed);
async fn every_item_can_be_snoozed(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    app.send(&ann, "Lunch", &["sales"]).await;
    let item = newest(app, &bob).await;
    bob.post(&format!("/v1/inbox/{}/snooze", id(&item)), json!({"for": "15m"})).await.ok(200);
    until(app, "08:14").await;
    assert_eq!(app.titles(&bob, "filter=standing").await, [""; 0]);
    until(app, "08:15").await;
    assert_eq!(app.titles(&bob, "filter=standing").await, ["Lunch"]);
    let act = format!("/v1/inbox/{}/act", id(&item));
    assert_eq!(bob.post(&act, json!({"action": "done"})).await.fields(), ["action"]);
    assert_eq!(bob.post(&act, json!({"action": "dance"})).await.fields(), ["action"]);
}

both!(what_is_not_done_is_told_again_and_then_to_the_head);
async fn what_is_not_done_is_told_again_and_then_to_the_head(app: &TestApp) {
    let (root, ann, dan) = (app.cookie("root").await, app.cookie("ann").await, app.cookie("dan").await);
    let sales = root.get("/v1/groups").await.text("/items/0/id");
    let head = root.patch(&format!("/v1/groups/{sales}"), json!({"head": app.id("dan")})).await.ok(200);
    assert_eq!(head["head"], app.id("dan"));
    let more = json!({"performer": {"user": app.id("ann")}, "escalation": {"after": 10}});
    let made = task(&root, "Call", "10:00", more).await;
    until(app, "10:00").await;
    let first = newest(app, &ann).await;
    until(app, "10:10").await;
    let second = newest(app, &ann).await;
    assert_ne!(first["id"], second["id"]);
    assert_eq!(second["body"], "Due 10:00<br>Reminder 2 of this task");
    // It takes the place of the first, and never stands twice.
    assert_eq!(standing(app, &ann).await, ["Call"]);
    until(app, "10:20").await;
    assert_eq!(reminders(app, &dan).await, [""; 0]);
    until(app, "10:30").await;
    assert_eq!((standing(app, &ann).await.len(), standing(app, &dan).await.len()), (1, 1));
    until(app, "12:00").await;
    assert_eq!(app.count("select count(*) from inbox_item where kind = 'task'").await, 5);
    ann.act(&format!("/v1/tasks/{}/complete", id(&made))).await.ok(200);
    assert_eq!(standing(app, &dan).await, [""; 0]);
    // Done before the next mark, it is told no more.
    let other = task(&ann, "Write", "12:05", json!({"escalation": {"after": 10}})).await;
    until(app, "12:05").await;
    ann.act(&format!("/v1/tasks/{}/complete", id(&other))).await.ok(200);
    until(app, "13:00").await;
    assert_eq!(standing(app, &ann).await, [""; 0]);
}

both!(a_repeated_task_comes_again_when_it_is_done);
async fn a_repeated_task_comes_again_when_it_is_done(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let more = json!({"repeat": {"every": "day", "count": 2}, "comment": "every day"});
    let first = task(&ann, "Count", "10:00", more).await;
    until(app, "10:00").await;
    for _ in 0..2 {
        ann.act(&format!("/v1/tasks/{}/complete", id(&first))).await.ok(200);
        ann.act(&format!("/v1/tasks/{}/reopen", id(&first))).await.ok(200);
    }
    ann.act(&format!("/v1/tasks/{}/complete", id(&first))).await.ok(200);
    let open = ann.get("/v1/tasks").await.ok(200);
    assert_eq!(open["total"], 1, "it comes once, however often it is done");
    let second = &open["items"][0];
    assert_eq!(second["due_at"], "2026-03-02T10:00:00.000Z");
    assert_eq!(second["repeat"], json!({"every": "day", "until": null, "count": 1}));
    assert_eq!(second["comment"], "every day");
    ann.act(&format!("/v1/tasks/{}/complete", id(second))).await.ok(200);
    assert_eq!(ann.get("/v1/tasks").await.ok(200)["total"], 0);
}

both!(a_mark_fires_in_events_of_five_hundred);
async fn a_mark_fires_in_events_of_five_hundred(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let key = app.key(&["ingest"]).await;
    for part in 0..3 {
        let line = |n: usize| {
            let text = format!("{part}-{n}");
            let body = json!({"text": text, "due": "2026-03-01T10:00:00Z", "performer": {"group": "sales"}});
            json!({"method": "POST", "path": "/v1/tasks", "body": body})
        };
        let answers = key.post("/v1/batch", (0..400).map(line).collect()).await.ok(200);
        assert!(answers.as_array().unwrap().iter().all(|answer| answer["status"] == 201));
    }
    until(app, "10:00").await;
    assert_eq!(app.count("select count(*) from event where type = 'reminders'").await, 3);
    assert_eq!(app.count("select count(*) from inbox_item where kind = 'task'").await, 2_400);
    for who in [&ann, &bob] {
        assert_eq!(who.get("/v1/inbox?limit=1").await.ok(200)["unread"], 1_200);
    }
    assert_eq!(app.count("select count(*) from work").await, 0);
}
