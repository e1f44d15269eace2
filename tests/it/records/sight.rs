//! Who sees which records: lists, cards, history, writes, and what stays in an inbox when a right, a membership, a site or
//! a manager changes.

use serde_json::{Value, json};

use super::{group, hear_unassigned, put_order, told};
use crate::support::{Client, TestApp, both};

async fn numbers(who: &Client) -> Vec<String> {
    let page = who.get("/v1/orders?order=number").await.ok(200);
    let items = page["items"].as_array().unwrap().iter();
    let mut titles: Vec<String> = items.map(|item| item["title"].as_str().unwrap().to_owned()).collect();
    assert_eq!(page["total"], titles.len());
    titles.sort();
    titles
}

/// Two sites; Ann sees `a`, Dan only his own; both are in no other group.
async fn two_sites(app: &TestApp, root: &Client) -> (String, String) {
    for site in ["a", "b"] {
        assert_eq!(root.put(&format!("/v1/sites/{site}"), json!({"name": site})).await.status, 204);
    }
    for group in root.get("/v1/groups").await.ok(200)["items"].as_array().unwrap() {
        let path = format!("/v1/groups/{}/members", group["id"].as_str().unwrap());
        root.put(&path, json!({"users": []})).await.ok(200);
    }
    let of_a = group(app, root, "of-a", "sites", &["a"], &["ann"]).await;
    let own = group(app, root, "own", "own", &[], &["dan"]).await;
    (of_a, own)
}

both!(what_one_may_not_see_does_not_exist);
async fn what_one_may_not_see_does_not_exist(app: &TestApp) {
    let (shop, root) = (app.key(&["ingest", "read"]).await, app.cookie("root").await);
    let (ann, dan) = (app.cookie("ann").await, app.cookie("dan").await);
    two_sites(app, &root).await;
    let mut ids = Vec::new();
    for (number, site, manager) in
        [("1", "a", None), ("2", "b", None), ("3", "b", Some("ann")), ("4", "a", Some("dan"))]
    {
        let state = json!({"order_number": number, "manager": manager.map(|name| app.id(name))});
        let made = put_order(app, &shop, &format!("{number}?site={site}"), state).await;
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(shop.put("/v1/orders/5", json!({})).await.fields(), ["site"]);
    assert_eq!(numbers(&shop).await, ["1", "2", "3", "4"]);
    assert_eq!(numbers(&root).await, ["1", "2", "3", "4"]);
    assert_eq!(numbers(&ann).await, ["1", "3", "4"]);
    assert_eq!(numbers(&dan).await, ["4"]);
    let hidden = format!("/v1/orders/{}", ids[1]);
    let before = app.facts().await;
    for who in [&ann, &dan] {
        assert_eq!(who.get(&hidden).await.status, 404);
        assert_eq!(who.get(&format!("{hidden}/history")).await.status, 404);
        assert_eq!(who.get("/v1/orders/2?by=external_id&site=b").await.status, 404);
        assert_eq!(who.patch(&hidden, json!({"status": "x"})).await.status, 404);
        assert_eq!(who.put("/v1/orders/2?site=b", json!({"status": "x"})).await.status, 404);
        assert_eq!(who.delete(&hidden).await.status, 404);
        let batch = json!([{"method": "DELETE", "path": hidden}, {"method": "PATCH", "path": hidden, "body": {"call": true}}]);
        let answers = who.post("/v1/batch", batch).await.ok(200);
        assert_eq!((&answers[0]["status"], &answers[1]["status"]), (&json!(404), &json!(404)));
    }
    TestApp::assert_unchanged(&before, &app.facts().await, "somebody who does not see it");
    let seen = |page: Value| {
        page["items"].as_array().unwrap().iter().map(|row| row["record"]["title"].clone()).collect::<Vec<_>>()
    };
    let all = dan.get("/v1/history?record_type=order").await.ok(200);
    assert_eq!(seen(all.clone()), [json!("4")]);
    assert!(all["last"].as_i64().unwrap() >= 4);
    assert_eq!(seen(shop.get("/v1/history?record_type=order").await.ok(200)).len(), 4);
    dan.patch(&format!("/v1/orders/{}", ids[3]), json!({"status": "x"})).await.ok(200);
    assert_eq!(ann.get(&format!("/v1/orders/{}", ids[3])).await.ok(200)["state"]["status"], "x");
}

both!(who_no_longer_sees_a_record_loses_its_items);
async fn who_no_longer_sees_a_record_loses_its_items(app: &TestApp) {
    let (shop, root, ann) = (app.key(&["ingest"]).await, app.cookie("root").await, app.cookie("ann").await);
    let (of_a, _) = two_sites(app, &root).await;
    hear_unassigned(&root, &[&of_a]).await;
    for number in ["1", "2", "3"] {
        put_order(app, &shop, &format!("{number}?site=a"), json!({"order_number": number})).await;
    }
    put_order(app, &shop, "4?site=b", json!({"order_number": "4"})).await;
    assert_eq!(told(&ann).await.len(), 3, "order 4 is of a site that Ann does not see");
    let newest = app.newest(&ann).await;
    // The record goes to another site.
    put_order(app, &shop, "3?site=a", json!({"site": "b"})).await;
    assert_eq!(told(&ann).await.len(), 2);
    let gone = ann.get(&format!("/v1/inbox/{}", newest["id"].as_str().unwrap())).await.ok(200);
    assert!(gone["withdrawn_at"].is_string() && gone["title"] == "" && gone["record"].is_null(), "{gone}");
    assert_eq!(ann.get("/v1/inbox").await.ok(200)["unread"], 2);
    // The group sees other sites; the right is checked when it is shown, before the rows are withdrawn.
    root.patch(&format!("/v1/groups/{of_a}"), json!({"sites": ["b"]})).await.ok(200);
    assert_eq!(ann.get("/v1/inbox").await.ok(200)["items"], json!([]));
    app.settle().await;
    assert_eq!(ann.get("/v1/inbox").await.ok(200)["unread"], 0);
    // And one's own is always seen.
    put_order(app, &shop, "5?site=a", json!({"order_number": "5", "manager": app.id("ann")})).await;
    assert_eq!(told(&ann).await.len(), 1);
    root.put(&format!("/v1/groups/{of_a}/members"), json!({"users": []})).await.ok(200);
    app.settle().await;
    assert_eq!(told(&ann).await.len(), 1);
    // Who loses a record keeps the word that he has lost it, and nothing else of it.
    put_order(app, &shop, "5?site=a", json!({"manager": null, "status": "x"})).await;
    let items = told(&ann).await;
    assert_eq!(items, [("Order 5 is no longer yours".into(), "Manager: Ann → <b>nothing</b>".into(), 1)]);
}

both!(a_user_in_other_groups_sees_other_records);
async fn a_user_in_other_groups_sees_other_records(app: &TestApp) {
    let (shop, root, ann) = (app.key(&["ingest"]).await, app.cookie("root").await, app.cookie("ann").await);
    let (of_a, own) = two_sites(app, &root).await;
    hear_unassigned(&root, &[&of_a]).await;
    put_order(app, &shop, "1?site=a", json!({"order_number": "1"})).await;
    assert_eq!(told(&ann).await.len(), 1);
    let ann_path = format!("/v1/users/{}", app.id("ann"));
    root.patch(&ann_path, json!({"groups": ["own"]})).await.ok(200);
    app.settle().await;
    assert_eq!(told(&ann).await, []);
    assert_eq!(numbers(&ann).await, Vec::<String>::new());
    assert_eq!(root.delete(&format!("/v1/groups/{own}")).await.status, 204);
    assert_eq!(root.delete("/v1/sites/a").await.status, 204);
    assert_eq!(root.delete("/v1/sites/a").await.status, 404);
    assert_eq!(
        root.get("/v1/groups").await.ok(200)["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|g| g["id"] == of_a)
            .unwrap()["sites"],
        json!([])
    );
    assert_eq!(
        root.patch(&format!("/v1/groups/{of_a}"), json!({"sites": ["nope"]})).await.fields(),
        ["sites[0]"]
    );
    assert_eq!(numbers(&root).await, ["1"]);
}

both!(what_has_moved_on_before_it_is_told_is_not_told);
async fn what_has_moved_on_before_it_is_told_is_not_told(app: &TestApp) {
    let (shop, root, ann) = (app.key(&["ingest"]).await, app.cookie("root").await, app.cookie("ann").await);
    let (of_a, _) = two_sites(app, &root).await;
    hear_unassigned(&root, &[&of_a]).await;
    // One transaction: when the first is routed, the order is of another site, or gone.
    let put = |n: &str, body: Value| json!({"method": "PUT", "path": format!("/v1/orders/{n}?site=a"), "body": body});
    let lines =
        json!([put("1", json!({})), put("1", json!({"site": "b"})), put("2", json!({"order_number": "2"}))]);
    shop.post("/v1/batch", lines).await.ok(200);
    app.settle().await;
    let titles: Vec<String> = told(&ann).await.into_iter().map(|(title, ..)| title).collect();
    assert_eq!(titles, ["New order 2"]);
}
