//! Stories of shops: records arrive, change, are told to the right people, read back and searched.

mod bad_input;
mod batch;
mod calls;
mod race;
mod sight;
mod told;

use serde_json::{Value, json};

use crate::support::{Client, TestApp};

/// Tells an order's state and waits until everybody who is to hear of it has.
async fn put_order(app: &TestApp, shop: &Client, id: &str, state: Value) -> Value {
    let answer = shop.put(&format!("/v1/orders/{id}"), state).await.ok(200);
    app.settle().await;
    answer
}

/// Titles, bodies and counts in somebody's inbox, newest first.
async fn told(who: &Client) -> Vec<(String, String, i64)> {
    let page = who.get("/v1/inbox").await.ok(200);
    let items = page["items"].as_array().unwrap().iter();
    let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
    items.map(|item| (text(item, "title"), text(item, "body"), item["count"].as_i64().unwrap())).collect()
}

/// Makes a group and its members.
async fn group(
    app: &TestApp,
    root: &Client,
    code: &str,
    sees: &str,
    sites: &[&str],
    members: &[&str],
) -> String {
    let group = json!({"code": code, "name": code, "sees": sees, "sites": sites});
    let id = root.post("/v1/groups", group).await.ok(201)["id"].as_str().unwrap().to_owned();
    let users: Vec<String> = members.iter().map(|name| app.id(name)).collect();
    root.put(&format!("/v1/groups/{id}/members"), json!({"users": users})).await.ok(200);
    id
}

/// Has these groups hear of records that are nobody's.
async fn hear_unassigned(root: &Client, groups: &[&str]) {
    let mut chosen = root.get("/v1/system-notifications").await.ok(200);
    chosen["unassigned"] = json!(groups);
    for answered in ["rules", "field_groups"] {
        chosen.as_object_mut().unwrap().remove(answered);
    }
    root.put("/v1/system-notifications", chosen).await.ok(200);
}
