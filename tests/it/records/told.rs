//! What people are told of records: text, gathering within a minute, and nobody of his own change.

use std::time::Duration;

use serde_json::json;

use super::{hear_unassigned, put_order, told};
use crate::support::stream::Stream;
use crate::support::{TestApp, both};

both!(a_shops_order_reaches_its_manager);
async fn a_shops_order_reaches_its_manager(app: &TestApp) {
    let (shop, root) = (app.key(&["ingest", "read"]).await, app.cookie("root").await);
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let mut stream = Stream::open(&ann, None).await;
    let site = json!({"name": "Shop", "order_url": "https://crm.example/o/{external_id}"});
    assert_eq!(root.put("/v1/sites/shop", site).await.status, 204);
    assert_eq!(root.put("/v1/reference-lists/statuses/new", json!({"name": "New"})).await.status, 204);
    assert_eq!(root.put("/v1/reference-lists/statuses/paid", json!({"name": "Paid"})).await.status, 204);
    let state = json!({"order_number": "10482", "status": "new", "manager": app.id("ann"), "first_name": "Kim",
        "last_name": "Lee", "total_sum": 900, "currency": "EUR"});
    let answer = put_order(app, &shop, "A%2F1", state).await;
    assert_eq!(answer["created"], true);
    assert!(answer["changed"].as_array().unwrap().contains(&json!("status")));
    let item = app.newest(&ann).await;
    assert_eq!(
        (item["title"].as_str(), item["body"].as_str()),
        (Some("New order 10482"), Some("Kim Lee · 900.00 EUR"))
    );
    assert_eq!(item["kind"], "system");
    assert_eq!(item["link"], "https://crm.example/o/A%2F1");
    let record = json!({"type": "order", "id": answer["id"], "number": answer["number"], "external_id": "A/1",
        "url": "https://crm.example/o/A%2F1"});
    assert_eq!(item["record"], record);
    let frame = stream.item().await.data;
    assert_eq!(frame["record"], record);
    // A minute later a change is an item of its own, in the words of who is told.
    app.advance(Duration::from_secs(61)).await;
    put_order(
        app,
        &shop,
        "A%2F1",
        json!({"status": "paid", "total_sum": "1150.5", "manager": app.id("bob")}),
    )
    .await;
    let (title, body, _) = told(&bob).await.remove(0);
    assert_eq!(title, "Заказ 10482 теперь ваш");
    assert_eq!(
        body,
        "Статус: New → <b>Paid</b><br>Менеджер: Ann → <b>Bob</b><br>Сумма: 900,00 EUR → <b>1\u{a0}150,50 EUR</b>"
    );
    let (title, body, _) = told(&ann).await.remove(0);
    assert_eq!(
        (title.as_str(), body.as_str()),
        ("Order 10482 is no longer yours", "Manager: Ann → <b>Bob</b>")
    );
    assert_eq!(put_order(app, &shop, "A%2F1", json!({"status": "paid"})).await["changed"], json!([]));
}

both!(changes_within_a_minute_are_one_item);
async fn changes_within_a_minute_are_one_item(app: &TestApp) {
    let (shop, ann) = (app.key(&["ingest"]).await, app.cookie("ann").await);
    put_order(app, &shop, "1", json!({"order_number": "7", "status": "new", "manager": app.id("ann")})).await;
    let first = app.newest(&ann).await;
    ann.act(&format!("/v1/inbox/{}/read", first["id"].as_str().unwrap())).await.ok(200);
    let minute = |app: &TestApp| app.now();
    let begun = minute(app);
    put_order(app, &shop, "1", json!({"status": "paid"})).await;
    app.advance(Duration::from_secs(30)).await;
    put_order(app, &shop, "1", json!({"call": true, "status": "packed"})).await;
    app.advance(Duration::from_secs(29)).await;
    put_order(app, &shop, "1", json!({"call": false})).await;
    let items = told(&ann).await;
    assert_eq!(items.len(), 2, "{items:?}");
    assert_eq!(items[0].0, "Order 7 changed");
    assert!(items[0].1.starts_with("Status: New → <b>packed</b>"), "{items:?}");
    assert_eq!(items[0].2, 3);
    assert!(app.now() - begun < 60_000);
    // The minute is over.
    app.advance(Duration::from_secs(2)).await;
    put_order(app, &shop, "1", json!({"status": "sent"})).await;
    assert_eq!(told(&ann).await.len(), 3);
    // What is closed is not opened again: a new one begins.
    let newest = app.newest(&ann).await;
    ann.act(&format!("/v1/inbox/{}/close", newest["id"].as_str().unwrap())).await.ok(200);
    put_order(app, &shop, "1", json!({"status": "done"})).await;
    let items = told(&ann).await;
    assert_eq!(items.len(), 4, "{items:?}");
    assert_eq!(items[0].1, "Status: sent → <b>done</b>");
    // An assignment never becomes part of another item, nor another change part of it.
    put_order(app, &shop, "1", json!({"manager": null})).await;
    put_order(app, &shop, "1", json!({"manager": app.id("ann")})).await;
    let items = told(&ann).await;
    let titles: Vec<&str> = items.iter().take(2).map(|(title, ..)| title.as_str()).collect();
    assert_eq!(titles, ["Order 7 is yours now", "Order 7 is no longer yours"]);
}

both!(nobody_is_told_of_his_own_change);
async fn nobody_is_told_of_his_own_change(app: &TestApp) {
    let (root, ann, bob) = (app.cookie("root").await, app.cookie("ann").await, app.cookie("bob").await);
    let groups = root.get("/v1/groups").await.ok(200);
    hear_unassigned(&root, &[groups["items"][0]["id"].as_str().unwrap()]).await;
    // Unassigned: both of the group would hear of it, but one of them did it.
    let made = ann.post("/v1/orders", json!({"order_number": "1", "status": "new"})).await.ok(201);
    app.settle().await;
    assert_eq!(told(&ann).await, []);
    assert_eq!(told(&bob).await.len(), 1);
    let path = format!("/v1/orders/{}", made["id"].as_str().unwrap());
    ann.patch(&path, json!({"manager": app.id("ann")})).await.ok(200);
    ann.patch(&path, json!({"status": "paid"})).await.ok(200);
    app.settle().await;
    assert_eq!(told(&ann).await, []);
    bob.patch(&path, json!({"status": "sent"})).await.ok(200);
    app.settle().await;
    let items = told(&ann).await;
    assert_eq!(items.len(), 1);
    assert_eq!(app.newest(&ann).await["sender"], "Bob");
}

both!(a_switched_off_rule_tells_nobody);
async fn a_switched_off_rule_tells_nobody(app: &TestApp) {
    let (shop, root, ann) = (app.key(&["ingest"]).await, app.cookie("root").await, app.cookie("ann").await);
    let chosen = root.with("accept-language", "en").get("/v1/system-notifications").await.ok(200);
    assert_eq!(chosen["rules"][0], json!({"rule": "order_created", "name": "A new order"}));
    let off = json!({"active": ["order_changed"], "order_groups": ["status"], "customer_groups": [], "unassigned": []});
    assert_eq!(root.put("/v1/system-notifications", off).await.ok(200)["active"], json!(["order_changed"]));
    put_order(app, &shop, "1", json!({"order_number": "1", "status": "new", "manager": app.id("ann")})).await;
    put_order(app, &shop, "1", json!({"total_sum": 5})).await;
    assert_eq!(told(&ann).await, []);
    put_order(app, &shop, "1", json!({"status": "paid", "total_sum": 6})).await;
    assert_eq!(told(&ann).await, [("Order 1 changed".into(), "Status: New → <b>paid</b>".into(), 1)]);
    let wrong = json!({"active": ["nothing"], "order_groups": [], "customer_groups": [], "unassigned": []});
    assert_eq!(root.put("/v1/system-notifications", wrong).await.fields(), ["active[0]"]);
    let wrong = json!({"active": [], "order_groups": [], "customer_groups": [], "unassigned": ["x"]});
    assert_eq!(root.put("/v1/system-notifications", wrong).await.fields(), ["unassigned[0]"]);
}

both!(a_deleted_order_leaves_every_screen);
async fn a_deleted_order_leaves_every_screen(app: &TestApp) {
    let (shop, ann) = (app.key(&["ingest", "read"]).await, app.cookie("ann").await);
    let made = put_order(app, &shop, "1", json!({"order_number": "1", "manager": app.id("ann")})).await;
    let path = format!("/v1/orders/{}", made["id"].as_str().unwrap());
    assert_eq!(ann.get(&path).await.ok(200)["notifications"].as_array().unwrap().len(), 1);
    let mut stream = Stream::open(&ann, None).await;
    assert_eq!(shop.delete(&path).await.status, 204);
    app.settle().await;
    assert_eq!(told(&ann).await, []);
    let frame = stream.item().await.data;
    assert!(
        frame["withdrawn_at"].is_string() && frame["record"].is_null() && frame["title"] == "",
        "{frame}"
    );
    assert_eq!(ann.get(&path).await.status, 404);
    assert_eq!(shop.delete(&path).await.status, 404);
    // Its history stays, and its id is free again.
    let history = shop.get(&format!("{path}/history")).await.ok(200);
    assert_eq!(history["items"][0]["kind"], "delete");
    assert_eq!(put_order(app, &shop, "1", json!({"status": "new"})).await["created"], true);
}
