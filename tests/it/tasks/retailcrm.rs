//! The tasks of the RetailCRM-compatible API.

use serde_json::{Value, json};

use super::until;
use crate::support::{Client, TestApp, both};

/// A call as clients make it: JSON in one field of a form.
async fn post(shop: &Client, path: &str, task: Value) -> (u16, Value) {
    let form: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("task", &task.to_string())
        .append_pair("site", "")
        .finish();
    let call = shop.call("POST", &format!("/api/v5/tasks/{path}")).body(form);
    let answer = call.header("content-type", "application/x-www-form-urlencoded").send().await;
    (answer.status, answer.json())
}

both!(tasks_of_a_shop_module);
async fn tasks_of_a_shop_module(app: &TestApp) {
    let root = app.cookie("root").await;
    root.patch("/v1/account", json!({"zone": "Europe/Berlin"})).await.ok(200);
    let made = root.post("/v1/api-keys", json!({"name": "module", "scopes": ["retailcrm"]})).await;
    let shop = app.anonymous().with("x-api-key", &made.text("/key"));
    let order = root.put("/v1/orders/o1", json!({"order_number": "A-1"})).await.ok(200);
    let customer =
        root.put("/v1/customers/c1", json!({"first_name": "Kim", "last_name": "Lee"})).await.ok(200);
    let users = shop.get("/api/v5/users").await.ok(200);
    let ann =
        users["users"].as_array().unwrap().iter().find(|user| user["email"] == "ann@example.com").unwrap();
    let groups = shop.get("/api/v5/user-groups").await.ok(200);
    let (ann, sales) = (ann["id"].as_i64().unwrap(), groups["groups"][0]["id"].as_i64().unwrap());
    let task = json!({"text": "Call", "commentary": "soon", "datetime": "2026-03-01 11:02", "performerId": ann,
        "phone": "555", "order": {"externalId": "o1"}, "customer": {"id": customer["number"]}});
    let (status, answer) = post(&shop, "create", task).await;
    assert_eq!((status, &answer["success"]), (201, &json!(true)), "{answer}");
    let number = answer["id"].as_i64().unwrap();
    let shown = shop.get(&format!("/api/v5/tasks/{number}")).await.ok(200)["task"].clone();
    let expected = json!({"id": number, "text": "Call", "commentary": "soon", "datetime": "2026-03-01 11:02",
        "createdAt": "2026-03-01 09:00:00", "complete": false, "performer": ann, "performerType": "user",
        "phone": "555", "order": {"id": order["number"], "externalId": "o1", "site": null, "number": "A-1"},
        "customer": {"id": customer["number"], "externalId": "c1", "site": null}});
    assert_eq!(shown, expected);
    until(app, "10:00").await;
    assert_eq!(app.titles(&app.cookie("ann").await, "kind=task").await, ["Call"]);
    let (status, _) =
        post(&shop, &format!("{number}/edit"), json!({"performerId": sales, "complete": true})).await;
    assert_eq!(status, 200);
    let shown = shop.get(&format!("/api/v5/tasks/{number}")).await.ok(200)["task"].clone();
    assert_eq!((&shown["performerType"], &shown["complete"]), (&json!("group"), &json!(true)));
    assert_eq!(shown["completedAt"], "2026-03-01 11:00:00");
    let history = shop.get("/api/v5/tasks/history?limit=100").await.ok(200);
    let rows = history["history"].as_array().unwrap();
    let fields: Vec<&str> = rows.iter().map(|row| row["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["id", "performer", "complete"]);
    assert_eq!((&rows[0]["created"], &rows[0]["newValue"]), (&json!(true), &json!(number)));
    assert_eq!((&rows[1]["oldValue"], &rows[1]["newValue"]), (&json!({"id": ann}), &json!({"id": sales})));
    assert_eq!(rows[1]["apiKey"], json!({"current": true}));
    let since = rows[1]["id"].as_i64().unwrap();
    let later = shop.get(&format!("/api/v5/tasks/history?filter[sinceId]={since}")).await.ok(200);
    assert_eq!(later["pagination"]["totalCount"], 1);
    let tasks = root.get("/v1/tasks?state=done").await.ok(200);
    let path = format!("/v1/tasks/{}/comments", tasks["items"][0]["id"].as_str().unwrap());
    root.post(&path, json!({"text": "Nobody there"})).await.ok(201);
    let comments = shop.get(&format!("/api/v5/tasks/{number}/comments")).await.ok(200);
    assert_eq!(comments["comments"][0]["text"], "Nobody there");
}

both!(tasks_are_found_by_the_filters_of_clients);
async fn tasks_are_found_by_the_filters_of_clients(app: &TestApp) {
    let root = app.cookie("root").await;
    let made = root.post("/v1/api-keys", json!({"name": "module", "scopes": ["retailcrm"]})).await;
    let shop = app.anonymous().with("x-api-key", &made.text("/key"));
    root.put("/v1/orders/o1", json!({"order_number": "A-1"})).await.ok(200);
    root.put("/v1/customers/c1", json!({"first_name": "Kim", "last_name": "Lee"})).await.ok(200);
    let groups = shop.get("/api/v5/user-groups").await.ok(200);
    let sales = groups["groups"][0]["id"].as_i64().unwrap();
    let ann = shop.get("/api/v5/users").await.ok(200)["users"][1]["id"].as_i64().unwrap();
    let task = json!({"text": "Call", "datetime": "2026-03-01 11:02", "performerId": sales, "complete": true,
        "order": {"externalId": "o1"}, "customer": {"externalId": "c1"}});
    let (_, answer) = post(&shop, "create", task).await;
    let number = answer["id"].as_i64().unwrap();
    post(&shop, "create", json!({"text": "Other"})).await;
    for (filter, found) in [
        ("", 2),
        ("filter=None", 2),
        ("filter[status]=completed", 1),
        ("filter[status]=performing", 1),
        ("filter[text]=CALL", 1),
        ("filter[orderNumber]=A-1", 1),
        ("filter[orderNumber]=A-2", 0),
        ("filter[customer]=lee", 1),
        ("filter[customer]=park", 0),
        (&format!("filter[ids][]={number}"), 1),
        (&format!("filter[performers][0]={sales}"), 1),
        (&format!("filter[performers][0]={ann}"), 0),
        (&format!("filter[creators][0]={ann}"), 0),
        ("filter[dateFrom]=2026-03-01&filter[dateTo]=2026-03-01", 1),
        ("filter[dateFrom]=2026-03-02", 0),
    ] {
        let page = shop.get(&format!("/api/v5/tasks?{filter}")).await.ok(200);
        assert_eq!(page["pagination"]["totalCount"], found, "{filter}");
    }
    assert_eq!(shop.get("/api/v5/tasks?filter[colour]=1").await.status, 400);
    // What cannot be is named as this API names it.
    for (wrong, field) in [
        (json!({}), "text"),
        (json!({"text": "x", "datetime": "soon"}), "datetime"),
        (json!({"text": "x", "performerId": 999_999}), "performerId"),
        (json!({"text": "x", "performerId": "Ann"}), "performerId"),
        (json!({"text": "x", "order": {"externalId": "none"}}), "order"),
    ] {
        let (status, answer) = post(&shop, "create", wrong).await;
        assert_eq!(status, 400);
        assert!(answer["errors"][field].is_string(), "{answer}");
    }
    assert_eq!(post(&shop, "999999/edit", json!({"text": "x"})).await.0, 404);
    assert_eq!(shop.get("/api/v5/tasks/x").await.status, 404);
}
