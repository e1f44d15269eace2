//! What an account must see to itself: triggers that keep failing, keys that end.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bellwire::config::{FileSettings, ServeArgs, Settings};
use bellwire::domain::condition::Limits;
use bellwire::flows::watch::Watch;
use bellwire::store::Engine;
use serde_json::{Value, json};

use super::watch::{look_at_rest, mailed, minutes, on_both, watch, with_relay};
use crate::support::call::within;
use crate::support::{Client, TestApp, run_set};

/// Somebody who gets requests and can do nothing with them, until he can.
fn receiver() -> (u16, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, is_well) = (listener.local_addr().unwrap().port(), Arc::new(AtomicBool::new(false)));
    let well = Arc::clone(&is_well);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = [0; 4096];
            // What is asked is small and comes at once.
            let _ = stream.read(&mut head);
            let status = if well.load(Ordering::SeqCst) { "200 OK" } else { "500 No" };
            let _ = stream.write_all(
                format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes(),
            );
        }
    });
    (port, is_well)
}

/// Tells the shop's event so many times, each at a time of its own, and waits until as many requests were tried.
async fn events(app: &TestApp, shop: &Client, count: usize) {
    for _ in 0..count {
        app.advance(Duration::from_secs(1)).await;
        shop.post("/v1/events", json!({"type": "shop.closed"})).await.ok(202);
        app.settle().await;
        let untried = "select count(*) from rule_delivery where tries = 0 and ended_at is null";
        within("each request is tried", async {
            while app.count(untried).await > 0 {
                app.breathe().await;
            }
        })
        .await;
    }
}

async fn on_event(root: &Client, actions: Value) -> String {
    let trigger = json!({"name": "Tell <the> shop", "event": {"type": "custom", "name": "shop.closed"}, "actions": actions});
    root.post("/v1/triggers", trigger).await.text("/id")
}

#[test]
fn a_trigger_whose_requests_are_refused() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let change = |settings: &mut Settings| {
            let args = ServeArgs { hook_networks: Some("127.0.0.1".into()), ..ServeArgs::default() };
            settings.hook_networks = Settings::merge(args, FileSettings::default()).unwrap().hook_networks;
        };
        run_set(engine, change, async |app: &TestApp| {
            let (port, is_well) = receiver();
            let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
            let (shop, mut watch) = (app.key(&["ingest"]).await, watch(app));
            let actions =
                json!([{"type": "http", "method": "POST", "url": format!("http://127.0.0.1:{port}/")}]);
            let trigger = on_event(&root, actions).await;
            events(app, &shop, 4).await;
            assert_eq!(look_at_rest(app, &mut watch).await, 0, "four are not yet many");
            events(app, &shop, 1).await;
            assert_eq!(look_at_rest(app, &mut watch).await, 1);
            events(app, &shop, 2).await;
            assert_eq!(look_at_rest(app, &mut watch).await, 0, "told once");
            app.settle().await;
            let told = app.newest(&root).await;
            assert_eq!(told["title"], "A rule keeps failing");
            assert_eq!(told["link"], format!("/action-log?status=error&rule={trigger}"));
            let body = told["body"].as_str().unwrap();
            assert!(body.contains("Tell &lt;the&gt; shop") && body.contains("5 times"), "{body}");
            assert!(app.titles(&ann, "").await.is_empty(), "for administrators");
            // The other side is well again.
            is_well.store(true, Ordering::SeqCst);
            events(app, &shop, 1).await;
            assert_eq!(look_at_rest(app, &mut watch).await, 1);
            assert_eq!(look_at_rest(app, &mut watch).await, 0);
            app.settle().await;
            assert_eq!(app.newest(&root).await["severity"], "success");
            assert_eq!(app.titles(&root, "").await.len(), 1, "what was told of it is gone");
        });
    }
}

/// What was told of it is mailed, before more time goes by.
#[test]
fn a_trigger_whose_template_is_off() {
    on_both(with_relay, async |app, _| template_off(app).await);
}

async fn template_off(app: &TestApp) {
    let (olga, root) = (app.operator().await, app.cookie("root").await);
    let (shop, mut watch) = (app.key(&["ingest"]).await, watch(app));
    let draft = json!({"name": "T", "event": "any", "title": "Closed", "body": "Closed.", "recipients": [{"type": "group", "code": "sales"}]});
    let template = root.post("/v1/templates", draft.clone()).await.text("/id");
    // One action works each time, the other does not.
    let actions = json!([{"type": "create_task", "text": "Open", "due_in_s": 2_592_000, "performer": {"type": "group", "code": "sales"}},
        {"type": "notify", "template": template}]);
    let trigger = on_event(&root, actions).await;
    let mut off = draft;
    off["active"] = json!(false);
    root.put(&format!("/v1/templates/{template}"), off).await.ok(200);
    events(app, &shop, 6).await;
    assert_eq!(look_at_rest(app, &mut watch).await, 1);
    let health = olga.get("/v1/operator/health").await.ok(200);
    assert_eq!(
        (&health["standing"][0]["code"], &health["standing"][0]["account"]),
        (&json!("rule_failing"), &json!("main"))
    );
    mailed(app).await;
    // It stands while nothing happens, also after a restart, which remembers nothing.
    assert_eq!(minutes(app, &mut watch, 90).await, 0);
    let mut fresh =
        Watch::new(Limits { disk_percent: 0, ..Limits::default() }, app.app.settings.data.clone());
    assert_eq!(look_at_rest(app, &mut fresh).await, 0);
    root.act(&format!("/v1/triggers/{trigger}/deactivate")).await.ok(200);
    assert_eq!(look_at_rest(app, &mut watch).await, 1);
    mailed(app).await;
    assert_eq!(minutes(app, &mut watch, 3).await, 0);
    // Switched on again it begins anew.
    root.act(&format!("/v1/triggers/{trigger}/activate")).await.ok(200);
    events(app, &shop, 4).await;
    assert_eq!(look_at_rest(app, &mut watch).await, 0);
    events(app, &shop, 1).await;
    assert_eq!(look_at_rest(app, &mut watch).await, 1);
    mailed(app).await;
    let health = olga.get("/v1/operator/health").await.ok(200);
    assert_eq!(health["history"].as_array().unwrap().len(), 2, "{health}");
}

#[test]
fn keys_that_end() {
    on_both(with_relay, async |app, _| ending_keys(app).await);
}

async fn ending_keys(app: &TestApp) {
    const DAY: Duration = Duration::from_hours(24);
    let (root, mut watch) = (app.cookie("root").await, watch(app));
    let mut ids = Vec::new();
    for (name, until) in [
        ("till", "2026-05-30T08:00:00Z"),
        ("scales", "2026-05-31T08:00:00Z"),
        ("visit", "2026-03-05T08:00:00Z"),
    ] {
        let key = json!({"name": name, "scopes": ["ingest"], "expires_at": until});
        ids.push(root.post("/v1/api-keys", key).await.text("/api_key/id"));
    }
    assert_eq!(look_at_rest(app, &mut watch).await, 0, "one for a visit is not told at once");
    let pass = async |days: u32| {
        mailed(app).await;
        app.advance(days * DAY).await;
    };
    pass(3).await;
    assert_eq!(look_at_rest(app, &mut watch).await, 1, "its last day");
    pass(2).await;
    assert_eq!(look_at_rest(app, &mut watch).await, 1, "and its end");
    pass(69).await;
    let told = look_at_rest(app, &mut watch).await;
    let all = app.read(|tx| bellwire::store::conditions::list(tx, 9)).await;
    assert_eq!((told, all.len()), (0, 1), "{all:?}");
    pass(3).await;
    assert_eq!(look_at_rest(app, &mut watch).await, 2);
    assert_eq!(look_at_rest(app, &mut watch).await, 0, "told once");
    app.settle().await;
    let root = app.cookie("root").await;
    let page = root.get("/v1/inbox?limit=2").await.ok(200);
    let item =
        page["items"].as_array().unwrap().iter().find(|item| item["body"].as_str().unwrap().contains("till"));
    let item = item.unwrap_or_else(|| panic!("{page}"));
    assert_eq!(
        (&item["title"], &item["link"]),
        (&json!("An API key ends soon"), &json!("/settings/api-keys"))
    );
    assert!(item["body"].as_str().unwrap().contains("2026-05-30"), "{item}");
    // One is revoked, the other comes to its end.
    assert_eq!(root.delete(&format!("/v1/api-keys/{}", ids[0])).await.status, 204);
    assert_eq!(look_at_rest(app, &mut watch).await, 1);
    pass(16).await;
    assert_eq!(look_at_rest(app, &mut watch).await, 1);
    assert_eq!(look_at_rest(app, &mut watch).await, 0);
    mailed(app).await;
}
