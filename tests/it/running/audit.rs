//! The log of administrative acts, through its door.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{TestApp, both};

fn actions(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|line| line["action"].as_str().unwrap()).collect()
}

both!(administrators_read_who_did_what_and_nobody_else_does);
async fn administrators_read_who_did_what_and_nobody_else_does(app: &TestApp) {
    let (root, key) = (app.cookie("root").await, app.key(&["all"]).await);
    let bob = app.id("bob");
    assert_eq!(root.act(&format!("/v1/users/{bob}/lock")).await.status, 200);
    app.advance(Duration::from_hours(1)).await;
    assert_eq!(key.act(&format!("/v1/users/{bob}/unlock")).await.status, 200);
    assert_eq!(root.put("/v1/sites/shop", json!({"name": "Shop"})).await.status, 204);
    let page = root.get("/v1/audit-log").await.ok(200);
    let about_bob = root.get(&format!("/v1/audit-log?subject={bob}")).await.ok(200);
    assert_eq!(actions(&about_bob), ["user.unlocked", "user.locked"]);
    let line = &about_bob["items"][1];
    assert_eq!((&line["who"]["type"], &line["who"]["name"]), (&json!("user"), &json!("Root")));
    assert_eq!(line["at"], "2026-03-01T08:00:00.000Z");
    assert_eq!(about_bob["items"][0]["who"]["name"], "machine", "the name of the key");
    let by_root = root.get(&format!("/v1/audit-log?who={}&what=user.", app.id("root"))).await.ok(200);
    assert_eq!(actions(&by_root), ["user.locked"]);
    assert!(actions(&root.get("/v1/audit-log?who=system").await.ok(200)).contains(&"api_key.added"));
    assert_eq!(
        actions(&root.get("/v1/audit-log?to=2026-03-01T08:30:00Z&what=user.").await.ok(200)),
        ["user.locked"]
    );
    assert_eq!(
        actions(&root.get("/v1/audit-log?from=2026-03-01T08:30:00Z&what=user.").await.ok(200)),
        ["user.unlocked"]
    );
    assert_eq!(root.get("/v1/audit-log?from=soon").await.fields(), ["from"]);
    // What looks like a pattern is taken as it stands.
    assert_eq!(actions(&root.get("/v1/audit-log?what=%25").await.ok(200)), [""; 0]);
    // Page by page it is the same list.
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let part = root.get(&format!("/v1/audit-log?limit=2&cursor={cursor}")).await.ok(200);
        walked.extend(part["items"].as_array().unwrap().clone());
        match part["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!(&walked, page["items"].as_array().unwrap());
    for who in [app.cookie("ann").await, app.key(&["read"]).await] {
        assert_eq!(who.get("/v1/audit-log").await.status, 403);
    }
    let (other, people) = app.other_account().await;
    let eve = app.cookie_of(other, people["eve"].clone()).await;
    assert_eq!(actions(&eve.get("/v1/audit-log?what=user.").await.ok(200)), [""; 0], "another account's");
}
