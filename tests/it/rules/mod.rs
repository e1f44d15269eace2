//! Stories of rules: templates are kept and tried, triggers fire once and not for ever, actions are done at once or later,
//! requests leave the house signed, and the log says why.

mod actions;
mod dry_run;
mod guards;
mod later;
mod marketing;
mod outside;
mod restored;
mod sight;
mod templates;
mod triggers;

use serde_json::{Value, json};

use crate::support::{Client, TestApp};

/// A template that says this to the record's manager; answers its id.
async fn template(root: &Client, event: &str, title: &str) -> String {
    let draft = json!({"name": title, "event": event, "title": title, "body": "b",
        "recipients": [{"type": "manager"}], "channels": ["popup"]});
    text(&root.post("/v1/templates", draft).await.ok(201), "id")
}

/// A trigger with these fields over the usual ones; answers its id.
async fn trigger(root: &Client, name: &str, fields: Value) -> String {
    let mut draft = json!({"name": name, "event": {"type": "order_changed"}});
    draft.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    text(&root.post("/v1/triggers", draft).await.ok(201), "id")
}

fn text(json: &Value, field: &str) -> String {
    json[field].as_str().unwrap_or_else(|| panic!("no {field} in {json}")).to_owned()
}

/// Tells an order's state and waits until all rules have run; answers its id.
async fn order(app: &TestApp, shop: &Client, id: &str, state: Value) -> String {
    let answer = shop.put(&format!("/v1/orders/{id}"), state).await.ok(200);
    app.settle().await;
    text(&answer, "id")
}

/// The titles of somebody's notifications of rules, newest first.
async fn told(app: &TestApp, who: &Client) -> Vec<String> {
    app.titles(who, "kind=custom").await
}

/// The log, newest first: status, action, message.
async fn log(root: &Client, query: &str) -> Vec<(String, Option<String>, String)> {
    let page = root.get(&format!("/v1/action-log?{query}")).await.ok(200);
    let entries = page["items"].as_array().unwrap().iter();
    let entry = |entry: &Value| {
        (text(entry, "status"), entry["action"].as_str().map(str::to_owned), text(entry, "message"))
    };
    entries.map(entry).collect()
}

/// How often it stands in the log that a rule fired.
async fn fired(root: &Client, rule: &str) -> usize {
    let entries = log(root, &format!("limit=100&rule={rule}")).await;
    entries.iter().filter(|(_, action, message)| action.is_none() && message == "It fired.").count()
}
