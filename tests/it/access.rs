//! Who may call what: the whole route table against every sort of caller, and every route against another account.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::time::Duration;

use bellwire::domain::access::{Access, UserNeeds};
use bellwire::domain::id::Account;
use bellwire::domain::scope::Scope;
use bellwire::http::route::RouteInfo;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, both};

/// Whom each route is for, written down a second time: whoever opens a door wider must say so here.
const DOORS: &str = "
    anyone  GET /healthz | GET /readyz | GET /metrics | GET /openapi.json | GET /v1/status | GET /v1/zones
    anyone  POST /v1/setup | POST /v1/links/look | POST /v1/links/use | POST /v1/session
    own     GET /v1/session | DELETE /v1/session | POST /v1/session/sign-out-everywhere
    own     GET /v1/profile | PATCH /v1/profile | POST /v1/profile/password
    own     GET /v1/inbox | GET /v1/inbox/{id} | POST /v1/inbox/close | POST /v1/inbox/reopen
    own     POST /v1/inbox/read-all | POST /v1/inbox/{id}/seen | POST /v1/inbox/{id}/read
    own     POST /v1/inbox/{id}/unread | POST /v1/inbox/{id}/close | POST /v1/inbox/{id}/reopen
    own     POST /v1/inbox/{id}/archive | POST /v1/inbox/{id}/unarchive | GET /v1/stream
    own     POST /v1/inbox/{id}/snooze | POST /v1/inbox/{id}/act | POST /v1/tasks/{id}/snooze
    sender  POST /v1/notifications | POST /v1/notifications/preview | GET /v1/notifications
    sender  GET /v1/notifications/{id} | POST /v1/notifications/{id}/recall
    sender  GET /v1/notifications/{id}/recipients
    reader  GET /v1/users | GET /v1/users/{id} | GET /v1/groups | GET /v1/groups/{id}
    viewer  GET /v1/orders | GET /v1/orders/{id} | GET /v1/orders/{id}/history | GET /v1/history
    viewer  GET /v1/customers | GET /v1/customers/{id} | GET /v1/customers/{id}/history
    viewer  GET /v1/reference-lists | GET /v1/sites | GET /v1/custom-fields
    feeder  POST /v1/orders | PUT /v1/orders/{id} | PATCH /v1/orders/{id} | DELETE /v1/orders/{id}
    feeder  POST /v1/customers | PUT /v1/customers/{id} | PATCH /v1/customers/{id} | DELETE /v1/customers/{id}
    feeder  POST /v1/batch | POST /v1/events
    viewer  GET /v1/tasks | GET /v1/tasks/{id} | GET /v1/tasks/{id}/comments | GET /v1/tasks/{id}/history
    feeder  POST /v1/tasks | POST /v1/tasks/bulk | PATCH /v1/tasks/{id} | DELETE /v1/tasks/{id}
    feeder  POST /v1/tasks/{id}/complete | POST /v1/tasks/{id}/reopen | POST /v1/tasks/{id}/comments
    admin   PUT /v1/reference-lists/{list}/{code} | DELETE /v1/reference-lists/{list}/{code}
    admin   PUT /v1/sites/{code} | DELETE /v1/sites/{code} | PUT /v1/custom-fields/{record_type}/{code}
    admin   GET /v1/system-notifications | PUT /v1/system-notifications
    tokens  POST /v1/tokens
    admin   POST /v1/users | PATCH /v1/users/{id} | DELETE /v1/users/{id} | POST /v1/users/{id}/restore
    admin   POST /v1/users/{id}/lock | POST /v1/users/{id}/unlock | POST /v1/users/{id}/sign-out
    admin   GET /v1/users/{id}/preferences | PUT /v1/users/{id}/preferences
    admin   POST /v1/users/{id}/reset-password | POST /v1/groups | PATCH /v1/groups/{id}
    admin   DELETE /v1/groups/{id} | PUT /v1/groups/{id}/members | GET /v1/account | PATCH /v1/account
    admin   GET /v1/allowed-origins | POST /v1/allowed-origins | DELETE /v1/allowed-origins
    admin   GET /v1/api-keys | POST /v1/api-keys | DELETE /v1/api-keys/{id}
    anyone  GET /unsubscribe/{token} | POST /unsubscribe/{token}
    own     GET /v1/preferences | PUT /v1/preferences | POST /letters/frame
    admin   GET /v1/account/preferences | PUT /v1/account/preferences | POST /v1/letters/preview
    admin   GET /v1/email | PUT /v1/email | POST /v1/email/test | GET /v1/deliveries | GET /v1/deliveries/{id}
    admin   POST /v1/deliveries/{id}/resend | POST /v1/deliveries/{id}/release | POST /v1/deliveries/bulk
    rules   GET /v1/templates | POST /v1/templates | POST /v1/templates/preview | GET /v1/templates/variables
    rules   GET /v1/templates/export | POST /v1/templates/import | GET /v1/templates/{id} | PUT /v1/templates/{id}
    rules   DELETE /v1/templates/{id} | POST /v1/templates/{id}/restore | GET /v1/templates/{id}/versions
    rules   POST /v1/templates/{id}/roll-back | GET /v1/action-log | GET /v1/http-deliveries
    rules   GET /v1/http-deliveries/{id} | POST /v1/http-deliveries/{id}/resend
    maker   POST /v1/templates/{id}/test
    rules   GET /v1/triggers | POST /v1/triggers | POST /v1/triggers/check | POST /v1/triggers/build
    rules   POST /v1/triggers/dry-run | GET /v1/triggers/events | GET /v1/triggers/{id} | PUT /v1/triggers/{id}
    rules   DELETE /v1/triggers/{id} | POST /v1/triggers/{id}/restore | POST /v1/triggers/{id}/activate
    rules   POST /v1/triggers/{id}/deactivate | GET /v1/triggers/{id}/versions | POST /v1/triggers/{id}/roll-back
    rules   GET /v1/segments | POST /v1/segments | POST /v1/segments/count | GET /v1/segments/{id}
    rules   PUT /v1/segments/{id} | DELETE /v1/segments/{id} | GET /v1/marketing-rules | POST /v1/marketing-rules
    rules   GET /v1/marketing-rules/{id} | PUT /v1/marketing-rules/{id} | DELETE /v1/marketing-rules/{id}
    rules   POST /v1/marketing-rules/{id}/restore | POST /v1/marketing-rules/{id}/activate
    rules   POST /v1/marketing-rules/{id}/deactivate | GET /v1/marketing-rules/{id}/results
    rules   GET /v1/marketing-rules/{id}/versions | POST /v1/marketing-rules/{id}/roll-back
    admin   GET /v1/http-secret | POST /v1/http-secret
    admin   GET /v1/audit-log | POST /v1/users/{id}/export | POST /v1/users/{id}/erase
    admin   POST /v1/customers/{id}/export | POST /v1/customers/{id}/erase
    admin   GET /v1/addresses/suspended | POST /v1/addresses/{address}/release
    own     GET /v1/announcements
    anyone  POST /v1/operator/links/look | POST /v1/operator/links/use | POST /v1/operator/session
    operator  GET /v1/operator/session | PATCH /v1/operator/session | DELETE /v1/operator/session
    operator  GET /v1/operator/log | GET /v1/operator/accounts | PUT /v1/operator/accounts/{code}/label
    operator  POST /v1/operator/accounts | GET /v1/operator/accounts/{code} | DELETE /v1/operator/accounts/{code}
    operator  POST /v1/operator/accounts/{code}/restore | POST /v1/operator/accounts/{code}/suspend
    operator  POST /v1/operator/accounts/{code}/resume | PUT /v1/operator/accounts/{code}/limits
    operator  GET /v1/operator/announcements | POST /v1/operator/announcements
    operator  POST /v1/operator/announcements/preview | GET /v1/operator/announcements/{id}
    operator  PUT /v1/operator/announcements/{id} | DELETE /v1/operator/announcements/{id}
    operator  POST /v1/operator/announcements/{id}/publish | POST /v1/operator/announcements/{id}/recall
    operator  GET /v1/operator/announcements/{id}/accounts | GET /v1/operator/health
";

fn routes() -> Vec<RouteInfo> {
    bellwire::http::table().into_iter().map(|route| route.info).collect()
}

fn doors() -> BTreeMap<String, &'static str> {
    let lines = DOORS.lines().filter_map(|line| line.trim().split_once("  "));
    lines
        .flat_map(|(who, routes)| routes.split('|').map(move |route| (route.trim().to_owned(), who)))
        .collect()
}

#[test]
fn each_route_is_for_whom_it_is_meant() {
    let word = |access: Access| match access {
        Access::Public => "anyone",
        Access::Operator => "operator",
        Access::Caller { user: Some(UserNeeds::SignIn), key: None } => "own",
        Access::Caller { user: Some(UserNeeds::MaySendNotifications), key: Some(Scope::Notify) } => "sender",
        Access::Caller { user: Some(UserNeeds::MaySendNotifications), key: Some(Scope::Read) } => "reader",
        Access::Caller { user: Some(UserNeeds::Administrator), key: Some(Scope::All) } => "admin",
        Access::Caller { user: Some(UserNeeds::SignIn), key: Some(Scope::Read) } => "viewer",
        Access::Caller { user: Some(UserNeeds::SignIn), key: Some(Scope::Ingest) } => "feeder",
        Access::Caller { user: Some(UserNeeds::MayEditRules), key: Some(Scope::All) } => "rules",
        Access::Caller { user: Some(UserNeeds::MayEditRules), key: None } => "maker",
        Access::Caller { user: None, key: Some(Scope::Tokens) } => "tokens",
        other @ Access::Caller { .. } => panic!("who is {other:?}?"),
    };
    let table: BTreeMap<String, &str> = routes()
        .iter()
        .map(|route| (format!("{} {}", route.method, route.path), word(route.access)))
        .collect();
    assert_eq!(table, doors());
}

/// A sort of caller, and the doors that are open to it.
struct Caller {
    name: String,
    client: Client,
    open: &'static [&'static str],
    /// What a closed door answers.
    refused: u16,
}

fn caller(name: &str, client: Client, open: &'static [&'static str], refused: u16) -> Caller {
    Caller { name: name.into(), client, open, refused }
}

/// Callers who never change, and are refused everywhere but at the open doors.
async fn bad_credentials(app: &TestApp) -> Vec<Caller> {
    let expired = app.token("root", 60).await;
    app.advance(Duration::from_mins(1)).await;
    let revoked = app.key(&["all"]).await;
    let root = app.cookie("root").await;
    let keys = root.get("/v1/api-keys").await.ok(200);
    let id = keys["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(root.delete(&format!("/v1/api-keys/{id}")).await.status, 204);
    let signed_out = app.cookie("root").await;
    assert_eq!(signed_out.delete("/v1/session").await.status, 204);
    let none: &'static [&'static str] = &["anyone"];
    vec![
        caller("nobody", app.anonymous(), none, 401),
        caller("an unknown cookie", app.anonymous().cookie(&"A".repeat(43)), none, 401),
        caller("a cookie that was signed out", signed_out, none, 401),
        caller("an unknown key", app.anonymous().bearer(&format!("bwk_{}", "A".repeat(43))), none, 401),
        caller("a revoked key", revoked, none, 401),
        caller("a forged token", app.anonymous().bearer("bwt_eyJhIjoxfQ.AAAA"), none, 401),
        caller("an expired token", expired, none, 401),
        caller("no scheme", app.anonymous().with("authorization", "Basic cm9vdDpyb290"), none, 401),
    ]
}

/// Callers with good credentials, made anew for each route, because some routes end them.
async fn good_credentials(app: &TestApp) -> Vec<Caller> {
    let mut callers = vec![
        caller(
            "a manager without the right",
            app.cookie("cyd").await,
            &["anyone", "own", "viewer", "feeder"],
            403,
        ),
        caller("his token", app.token("cyd", 3600).await, &["anyone", "own", "viewer", "feeder"], 403),
        caller(
            "a manager with the right",
            app.cookie("ann").await,
            &["anyone", "own", "sender", "reader", "viewer", "feeder"],
            403,
        ),
        caller(
            "an administrator",
            app.cookie("root").await,
            &["anyone", "own", "sender", "reader", "viewer", "feeder", "admin", "rules", "maker"],
            403,
        ),
        // A token is made by any key with the scope `tokens`: it must not make that key an administrator.
        caller(
            "his token",
            app.token("root", 3600).await,
            &["anyone", "own", "sender", "reader", "viewer", "feeder", "rules", "maker"],
            403,
        ),
    ];
    callers.push(caller("an operator", app.operator().await, &["anyone", "operator"], 401));
    callers
}

/// A key of each scope; an account may have a thousand, so they are made once.
async fn keys(app: &TestApp) -> Vec<Caller> {
    let mut callers = Vec::new();
    for (scope, open) in [
        ("all", &["anyone", "sender", "reader", "viewer", "feeder", "admin", "rules", "tokens"][..]),
        ("ingest", &["anyone", "feeder"]),
        ("notify", &["anyone", "sender"]),
        ("tokens", &["anyone", "tokens"]),
        ("read", &["anyone", "reader", "viewer"]),
        ("retailcrm", &["anyone"]),
    ] {
        callers.push(caller(&format!("a key for {scope}"), app.key(&[scope]).await, open, 403));
    }
    callers
}

/// Calls a route; of a stream only the head is read.
async fn status_of(client: &Client, route: &RouteInfo, body: &Value) -> u16 {
    let path = route.path.replace("{id}", "01900000-0000-7000-8000-000000000000");
    let path = path.replace("{record_type}", "order").replace("{list}", "statuses").replace("{code}", "new");
    let path = path.replace("{token}", "x.y").replace("{address}", "nobody@example.com");
    let call = client.call(route.method, &path);
    let call = if matches!(route.method, "GET" | "DELETE") { call } else { call.json(body) };
    call.open().await.0.status
}

both!(every_route_lets_in_whom_it_should);
async fn every_route_lets_in_whom_it_should(app: &TestApp) {
    let doors = doors();
    let mut lasting = bad_credentials(app).await;
    lasting.extend(keys(app).await);
    for route in routes() {
        let name = format!("{} {}", route.method, route.path);
        let door = doors[&name];
        // Guesses of keys and tokens are counted by address.
        app.advance(Duration::from_secs(10)).await;
        let good = good_credentials(app).await;
        let shut_out = || lasting.iter().chain(&good).filter(|caller| !caller.open.contains(&door));
        app.assert_changes_nothing(&format!("a refused {name}"), async || {
            for caller in shut_out() {
                let status = status_of(&caller.client, &route, &json!({})).await;
                assert_eq!(status, caller.refused, "{} at {name}", caller.name);
            }
        })
        .await;
        for caller in lasting.iter().chain(&good).filter(|caller| caller.open.contains(&door)) {
            // One route may end what another caller of it has: sessions of the same user.
            if name.contains("everywhere") && caller.name == "his token" {
                continue;
            }
            let status = status_of(&caller.client, &route, &json!({})).await;
            assert!(!matches!(status, 401 | 403 | 405 | 500..), "{} at {name}: {status}", caller.name);
        }
    }
}

both!(a_refused_body_is_not_even_read);
async fn a_refused_body_is_not_even_read(app: &TestApp) {
    let cyd = app.cookie("cyd").await;
    // A body that is announced and never comes: the answer does not wait for it.
    let call = cyd.call("POST", "/v1/notifications").header("content-length", "1000");
    assert_eq!(call.header("content-type", "application/json").send().await.status, 403);
}

/// One thing of each sort that has an id, by its place in paths.
async fn one_of_each(app: &TestApp, root: &Client, ann: &Client) -> HashMap<&'static str, String> {
    let sent = app.send(ann, "Ours", &["sales"]).await;
    let item = app.newest(ann).await["id"].as_str().unwrap().to_owned();
    app.key(&["all"]).await;
    root.post("/v1/allowed-origins", json!({"origin": "https://crm.example.com"})).await.ok(201);
    let removed = format!("/v1/users/{}", app.id("dan"));
    assert_eq!(root.delete(&removed).await.status, 204);
    let template = root.post("/v1/templates", json!({"name": "T", "body": "b"})).await.text("/id");
    let hook = json!({"name": "T", "event": {"type": "order_changed"},
        "actions": [{"type": "http", "url": "http://127.0.0.1:9/"}]});
    let trigger = root.post("/v1/triggers", hook).await.text("/id");
    let segment =
        root.post("/v1/segments", json!({"name": "S", "condition": "customer.vip"})).await.text("/id");
    let marketing = json!({"name": "M", "mechanic": {"type": "since_last_order", "days": 30},
        "frequency": {"type": "once"}});
    let marketing = root.post("/v1/marketing-rules", marketing).await.text("/id");
    let order = root.post("/v1/orders", json!({"status": "new"})).await.text("/id");
    let customer = root.post("/v1/customers", json!({"first_name": "Kim"})).await.text("/id");
    let task = root.post("/v1/tasks", json!({"text": "Call"})).await.text("/id");
    app.settle().await;
    // The receiver is inside the house, so that this ends at once.
    while root.get("/v1/http-deliveries").await.ok(200)["items"][0]["state"] != "dead" {
        app.breathe().await;
    }
    HashMap::from([
        ("templates", template),
        ("triggers", trigger),
        ("segments", segment),
        ("marketing-rules", marketing),
        ("http-deliveries", root.get("/v1/http-deliveries").await.text("/items/0/id")),
        ("inbox", item),
        ("notifications", sent),
        ("groups", root.get("/v1/groups").await.text("/items/0/id")),
        ("api-keys", root.get("/v1/api-keys").await.text("/items/0/id")),
        ("users", app.id("bob")),
        ("orders", order),
        ("customers", customer),
        ("tasks", task),
        ("deliveries", root.get("/v1/deliveries").await.text("/items/0/id")),
    ])
}

both!(nothing_of_another_account_can_be_had);
async fn nothing_of_another_account_can_be_had(app: &TestApp) {
    let (other, people) = app.other_account().await;
    let ann = app.cookie("ann").await;
    let root = app.cookie("root").await;
    let ours = one_of_each(app, &root, &ann).await;
    let eve = app.cookie_of(other, people["eve"].clone()).await;
    let machine = app.key_of(other, &["all"]).await;
    let own = |path: &str| match path.split('/').nth(2) {
        Some("users") if path.ends_with("restore") => app.id("dan"),
        Some(sort) => ours[sort].clone(),
        None => panic!("what is {path}?"),
    };
    let before = app.facts().await;
    let mut called = 0;
    // By a shop's id of theirs, theirs is told.
    let by_shop = |route: &&RouteInfo| route.method == "PUT" && !route.path.ends_with("members");
    // The operator's doors are none of theirs: 403 before anything is looked up (see above).
    let routes: Vec<RouteInfo> =
        routes().into_iter().filter(|route| route.access != Access::Operator).collect();
    for route in routes.iter().filter(|route| route.path.contains("{id}")).filter(|route| !by_shop(route)) {
        let path = route.path.replace("{id}", &own(route.path));
        let body = good_body(route.path);
        for who in [&eve, &machine] {
            let is_own = route.path.contains("/inbox/")
                || route.path.ends_with("/snooze")
                || route.path.ends_with("/test");
            if is_own && who.call("GET", "/").bytes().windows(4).any(|w| w == b"bwk_") {
                continue;
            }
            let call = who.call(route.method, &path);
            let call = if matches!(route.method, "GET" | "DELETE") { call } else { call.json(&body) };
            let answer = call.send().await;
            assert_eq!(answer.status, 404, "{} {path}: {answer}", route.method);
            called += 1;
        }
    }
    assert!(called >= 40, "{called}");
    TestApp::assert_unchanged(&before, &app.facts().await, "somebody of another account");
    assert_lists_are_apart(&root, &eve).await;
    assert_eq!(eve.get("/v1/notifications?by=all").await.ok(200)["items"], json!([]));
    assert_eq!(eve.get("/v1/inbox").await.ok(200)["items"], json!([]));
    assert_eq!(eve.delete("/v1/allowed-origins?origin=https://crm.example.com").await.status, 404);
    assert_eq!(eve.get("/v1/account").await.ok(200)["code"], "other");
    // The same address is another user there, and a group's code another group.
    app.send(&eve, "Theirs", &["sales"]).await;
    assert_eq!(app.titles(&ann, "").await, ["Ours"]);
    assert_ne!(other, Account(1));
}

/// A body that the route would take.
fn good_body(path: &str) -> Value {
    match path.rsplit('/').next() {
        Some("members") => json!({"users": []}),
        Some("snooze") => json!({"for": "5m"}),
        Some("act") => json!({"action": "done"}),
        Some("comments") => json!({"text": "x"}),
        Some("roll-back") => json!({"version": 1}),
        _ => json!({}),
    }
}

/// Lists hold only one's own.
async fn assert_lists_are_apart(root: &Client, eve: &Client) {
    for (path, field) in [
        ("/v1/users", "email"),
        ("/v1/groups", "id"),
        ("/v1/api-keys", "id"),
        ("/v1/allowed-origins", "origin"),
    ] {
        let (ours, theirs) = (root.get(path).await.ok(200), eve.get(path).await.ok(200));
        let of = |page: &Value| {
            let items = page["items"].as_array().unwrap().clone();
            items.iter().map(|item| item[field].to_string()).collect::<Vec<_>>()
        };
        let (ours, theirs) = (of(&ours), of(&theirs));
        assert!(!ours.iter().any(|one| theirs.contains(one)), "{path}: {ours:?} and {theirs:?}");
    }
}

both!(a_suspended_account_is_closed);
async fn a_suspended_account_is_closed(app: &TestApp) {
    let (ann, key) = (app.cookie("ann").await, app.key(&["all"]).await);
    app.write(|tx| tx.execute("update account set suspended_at = 1", &[])).await;
    app.advance(Duration::from_secs(1)).await;
    assert_eq!(ann.get("/v1/inbox").await.text("/type"), "/problems/account-suspended");
    assert_eq!(key.get("/v1/users").await.text("/type"), "/problems/account-suspended");
}
