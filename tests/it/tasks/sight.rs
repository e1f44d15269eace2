//! Who sees a task: its performer, his group, who made it, who sees its record; and administrators.

use serde_json::json;

use super::{id, task, until};
use crate::support::{TestApp, both};

both!(a_task_is_seen_by_those_whom_it_concerns);
async fn a_task_is_seen_by_those_whom_it_concerns(app: &TestApp) {
    let root = app.cookie("root").await;
    let (ann, bob, cyd, dan) =
        (app.cookie("ann").await, app.cookie("bob").await, app.cookie("cyd").await, app.cookie("dan").await);
    // Everybody's groups see all records but Dan's: he has none, and sees his own.
    let order = root.post("/v1/orders", json!({"status": "new"})).await.ok(201);
    let mine = root.post("/v1/orders", json!({"status": "new", "manager": app.id("dan")})).await.ok(201);
    let private = task(&ann, "private", "10:00", json!({})).await;
    let of_group = task(&ann, "of a group", "10:00", json!({"performer": {"group": "support"}})).await;
    let of_order = task(&ann, "of an order", "10:00", json!({"order": {"id": order["id"]}})).await;
    let of_his = task(&root, "of his order", "10:00", json!({"order": {"id": mine["id"]}})).await;
    let given = task(
        &root,
        "given",
        "10:00",
        json!({"performer": {"user": app.id("dan")},
        "order": {"id": order["id"]}}),
    )
    .await;
    let all = [&private, &of_group, &of_order, &of_his, &given];
    for (who, seen) in [
        (&root, [true, true, true, true, true]),
        (&ann, [true, true, true, true, true]),
        (&bob, [false, true, true, true, true]),
        (&cyd, [false, true, true, true, true]),
        (&dan, [false, false, false, true, true]),
    ] {
        let total = who.get("/v1/tasks").await.ok(200)["total"].as_u64().unwrap();
        assert_eq!(total, seen.iter().filter(|seen| **seen).count() as u64);
        for (task, seen) in all.iter().zip(seen) {
            let path = format!("/v1/tasks/{}", id(task));
            let status = if seen { 200 } else { 404 };
            for path in [&path, &format!("{path}/history"), &format!("{path}/comments")] {
                assert_eq!(who.get(path).await.status, status, "{path}");
            }
            assert_eq!(who.patch(&path, json!({})).await.status, status);
        }
    }
    // The order that Dan does not see has no name for him, and he cannot put a task on it.
    assert!(dan.get(&format!("/v1/tasks/{}", id(&given))).await.ok(200)["order"].is_null());
    assert!(ann.get(&format!("/v1/tasks/{}", id(&given))).await.ok(200)["order"].is_object());
    let wrong = json!({"text": "x", "order": {"id": order["id"]}});
    assert_eq!(dan.post("/v1/tasks", wrong).await.fields(), ["order"]);
    let bulk = json!({"ids": [private["id"], of_his["id"]], "do": "complete"});
    let done = dan.post("/v1/tasks/bulk", bulk).await.ok(200);
    assert_eq!((&done["changed"], &done["refused"][0]["reason"]), (&json!(1), &json!("not_found")));
    until(app, "10:00").await;
    assert_eq!(app.titles(&dan, "kind=task").await, ["given"]);
    // Nor does the reminder name what he does not see.
    let told = &dan.get("/v1/inbox?kind=task").await.ok(200)["items"][0];
    assert!(told["record"].is_null() && told["title"] == "given", "{told}");
    let order_of_his = json!({"performer": {"user": app.id("dan")}, "order": {"id": mine["id"]}});
    task(&root, "his", "10:10", order_of_his).await;
    until(app, "10:10").await;
    let told = &dan.get("/v1/inbox?kind=task").await.ok(200)["items"][0];
    assert_eq!((&told["title"], &told["record"]["id"]), (&json!("his"), &mine["id"]));
}
