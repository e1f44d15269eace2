//! Reading back: lists with their filters and pages, cards, history, and the lists that codes are of.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Client, TestApp, assert_answer, both};

async fn titles(who: &Client, query: &str) -> Vec<String> {
    let page = who.get(&format!("/v1/orders?{query}")).await.ok(200);
    page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

/// Six orders, a second apart: 1–6, of 100–600, of two statuses; 3 and 4 are Ann's.
async fn six_orders(app: &TestApp, shop: &Client, root: &Client) {
    let field = json!({"name": "Colour", "type": "string"});
    assert_eq!(root.put("/v1/custom-fields/order/colour", field).await.status, 204);
    for n in 1..=6 {
        let manager = [3, 4].contains(&n).then(|| app.id("ann"));
        let state = json!({"order_number": n.to_string(), "status": if n % 2 == 0 { "paid" } else { "new" },
            "total_sum": n * 100, "manager": manager, "first_name": format!("Kim{n}"), "email": format!("k{n}@example.com"),
            "custom_fields": {"colour": if n < 3 { "Red" } else { "blue" }}});
        shop.put(&format!("/v1/orders/s{n}"), state).await.ok(200);
        app.advance(Duration::from_secs(1)).await;
    }
    app.settle().await;
}

both!(orders_are_filtered_and_sorted);
async fn orders_are_filtered_and_sorted(app: &TestApp) {
    let (shop, root, ann) =
        (app.key(&["ingest", "read"]).await, app.cookie("root").await, app.cookie("ann").await);
    six_orders(app, &shop, &root).await;
    // An order that is linked to no customer says itself who bought.
    let newest = &root.get("/v1/orders?limit=1").await.ok(200)["items"][0];
    assert_eq!((&newest["buyer"], &newest["customer"]), (&json!("Kim6"), &Value::Null));
    for (query, expected) in [
        ("", vec!["6", "5", "4", "3", "2", "1"]),
        ("order=number&limit=2", vec!["6", "5"]),
        ("order=sum&status=new", vec!["5", "3", "1"]),
        ("status=new,paid&sum_from=250&sum_to=400", vec!["4", "3"]),
        ("manager=none&order=number", vec!["6", "5", "2", "1"]),
        ("q=KIM4", vec!["4"]),
        ("q=k5@", vec!["5"]),
        ("q=s6", vec!["6"]),
        ("q=%25", vec![]),
        ("custom[colour]=red", vec!["2", "1"]),
        ("custom[colour]=blue&status=paid", vec!["6", "4"]),
        ("created_from=2026-03-01T08:00:02Z&created_to=2026-03-01T08:00:04Z", vec!["4", "3"]),
        ("changed_from=2026-03-01T08:00:05Z", vec!["6"]),
        ("customer=none", vec![]),
    ] {
        assert_eq!(titles(&ann, query).await, expected, "{query}");
    }
    let mine = format!("manager={}", app.id("ann"));
    assert_eq!(titles(&root, &mine).await, ["4", "3"]);
    assert_eq!(titles(&ann, "manager=me,none&limit=100").await.len(), 6);
}

both!(pages_hold_every_order_once);
async fn pages_hold_every_order_once(app: &TestApp) {
    let (shop, root) = (app.key(&["ingest", "read"]).await, app.cookie("root").await);
    six_orders(app, &shop, &root).await;
    for order in ["changed", "number", "sum"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = shop.get(&format!("/v1/orders?order={order}&limit=2{cursor}")).await.ok(200);
            assert_eq!(page["total"], 6);
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["title"].clone()));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={}", next.replace('~', "%7E"));
        }
        assert_eq!(seen, ["6", "5", "4", "3", "2", "1"].map(Value::from), "{order}");
    }
}

both!(a_card_says_everything_in_the_readers_language);
async fn a_card_says_everything_in_the_readers_language(app: &TestApp) {
    let (shop, bob, root) =
        (app.key(&["ingest", "read"]).await, app.cookie("bob").await, app.cookie("root").await);
    assert_eq!(root.put("/v1/reference-lists/statuses/new", json!({"name": "Новый"})).await.status, 204);
    shop.put("/v1/customers/c1", json!({"first_name": "Kim", "phones": ["+34600"]})).await.ok(200);
    let state = json!({"order_number": "7", "status": "new", "manager": app.id("bob"), "total_sum": 1150.5, "currency": "EUR",
        "customer": {"external_id": "c1"}, "call": true, "items": [{"product_name": "Lamp", "quantity": 2, "initial_price": 500}]});
    let made = shop.put("/v1/orders/7", state).await.ok(200);
    app.settle().await;
    let path = format!("/v1/orders/{}", made["id"].as_str().unwrap());
    let card = bob.get(&path).await.ok(200);
    assert_eq!(card["status"], json!({"code": "new", "name": "Новый"}));
    assert_eq!(card["manager"]["name"], "Bob");
    assert_eq!(card["customer"]["title"], "Kim");
    assert_eq!(card["state"]["items"][0]["product_name"], "Lamp");
    let field = |name: &str| {
        let fields = card["fields"].as_array().unwrap();
        fields.iter().find(|field| field["name"] == name).unwrap_or_else(|| panic!("{card:#}")).clone()
    };
    assert_eq!(
        field("total_sum"),
        json!({"name": "total_sum", "label": "Сумма", "value": 1150.5, "display": "1\u{a0}150,50 EUR"})
    );
    assert_eq!(field("call")["display"], "да");
    assert_eq!(field("status")["display"], "Новый");
    assert_eq!(card["notifications"][0]["title"], "Новый заказ 7");
    // What was read can be sent back, and changes nothing.
    let again = shop.put("/v1/orders/7", card["state"].clone()).await.ok(200);
    assert_eq!(again["changed"], json!([]));
    bob.patch(&path, json!({"status": "paid", "items": [{"id": 1, "quantity": 3}]})).await.ok(200);
    app.settle().await;
    let history = bob.get(&format!("{path}/history")).await.ok(200);
    let rows = history["items"].as_array().unwrap();
    let status = rows.iter().find(|row| row["field"] == "status" && row["kind"] == "update").unwrap();
    assert_answer!(crate::support::Answer { status: 200, headers: vec![], body: status.to_string() }, 200, {
        "seq": status["seq"], "created_at": "[time]", "kind": "update", "source": "user", "by": "Bob", "field": "status",
        "label": "Статус", "part": null, "old": "new", "new": "paid", "old_display": "Новый", "new_display": "paid",
        "record": {"type": "order", "id": made["id"], "number": made["number"], "title": "7"}
    });
    let quantity = rows.iter().find(|row| row["field"] == "order_product.quantity").unwrap();
    assert_eq!(
        (quantity["part"].as_str(), &quantity["old"], &quantity["new"]),
        (Some("Lamp"), &json!(2), &json!(3))
    );
    assert_eq!(rows.last().unwrap()["kind"], "create");
    assert_eq!(shop.get(&format!("{path}/history?limit=1")).await.ok(200)["items"][0]["seq"], rows[0]["seq"]);
}

both!(what_records_refer_to_is_kept);
async fn what_records_refer_to_is_kept(app: &TestApp) {
    let (shop, root) = (app.key(&["ingest", "read"]).await, app.cookie("root").await);
    shop.put("/v1/orders/1", json!({"status": "odd", "delivery": {"type": "courier"}})).await.ok(200);
    let entry = json!({"name": "Paid", "parent": "done", "ordering": 10, "active": false});
    assert_eq!(root.put("/v1/reference-lists/statuses/paid", entry).await.status, 204);
    let lists = shop.get("/v1/reference-lists").await.ok(200);
    let entry = |list: &str, code: &str| {
        let lists = lists["items"].as_array().unwrap();
        let list = lists.iter().find(|one| one["list"] == list).unwrap();
        list["entries"].as_array().unwrap().iter().find(|entry| entry["code"] == code).unwrap().clone()
    };
    let grown =
        |code: &str| json!({"code": code, "name": code, "parent": null, "ordering": 990, "active": true});
    assert_eq!(entry("delivery-types", "courier"), grown("courier"));
    assert_eq!(entry("statuses", "odd"), grown("odd"));
    let paid = json!({"code": "paid", "name": "Paid", "parent": "done", "ordering": 10, "active": false});
    assert_eq!(entry("statuses", "paid"), paid);
    assert_eq!(root.delete("/v1/reference-lists/statuses/paid").await.status, 204);
    assert_eq!(root.delete("/v1/reference-lists/statuses/paid").await.status, 404);
    let site = json!({"name": "Shop", "order_url": null, "customer_url": "https://crm.example/c/{number}"});
    assert_eq!(root.put("/v1/sites/shop", site).await.status, 204);
    assert_answer!(shop.get("/v1/sites").await, 200, {"items": [
        {"code": "shop", "name": "Shop", "order_url": null, "customer_url": "https://crm.example/c/{number}"}]});
    let field = json!({"name": "Size", "type": "dictionary", "dictionary": "sizes"});
    assert_eq!(root.put("/v1/custom-fields/order/size", field).await.status, 204);
    assert_answer!(shop.get("/v1/custom-fields?record_type=order").await, 200, {"items": [
        {"record_type": "order", "code": "size", "name": "Size", "type": "dictionary", "dictionary": "sizes"}]});
    assert_answer!(shop.get("/v1/custom-fields?record_type=customer").await, 200, {"items": []});
}
