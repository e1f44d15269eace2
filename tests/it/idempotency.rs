//! The Idempotency-Key: one effect, however often and however many at once a call comes.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Answer, Client, TestApp, assert_answer, both};

async fn keyed(who: &Client, method: &str, path: &str, key: &str, body: &Value) -> Answer {
    who.call(method, path).header("idempotency-key", key).json(body).send().await
}

fn draft(title: &str) -> Value {
    json!({"title": title, "body": "x", "groups": ["sales"]})
}

both!(the_same_call_gets_the_same_answer);
async fn the_same_call_gets_the_same_answer(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let first = keyed(&ann, "POST", "/v1/notifications", "k1", &draft("Once")).await;
    assert_answer!(first, 202, {"id": "[id]", "recipients": 2});
    assert_eq!(first.header("idempotency-replayed"), None);
    app.settle().await;
    let before = app.facts().await;
    app.advance(Duration::from_hours(1)).await;
    let again = keyed(&ann, "POST", "/v1/notifications", "k1", &draft("Once")).await;
    assert_eq!((again.status, &again.body), (202, &first.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    app.settle().await;
    TestApp::assert_unchanged(&before, &app.facts().await, "a repeated call");
    // Another body is another wish, and is not granted under this key.
    let other = keyed(&ann, "POST", "/v1/notifications", "k1", &draft("Twice")).await;
    assert_answer!(other, 422, {
        "type": "/problems/idempotency-mismatch", "title": "[text]", "status": 422, "detail": "[text]",
    });
    let new = keyed(&ann, "POST", "/v1/notifications", "k2", &draft("Twice")).await;
    assert_eq!(new.status, 202);
    app.settle().await;
    assert_eq!(app.titles(&ann, "").await, ["Twice", "Once"]);
}

both!(sixty_four_at_once_have_one_effect);
async fn sixty_four_at_once_have_one_effect(app: &TestApp) {
    let (ann, key) = (app.cookie("ann").await, app.key(&["notify"]).await);
    for (round, who) in [ann.clone(), key].into_iter().enumerate() {
        let mut calls = JoinSet::new();
        for _ in 0..64 {
            let who = who.clone();
            calls
                .spawn(async move { keyed(&who, "POST", "/v1/notifications", "same", &draft("Same")).await });
        }
        let (mut ids, mut fresh) = (Vec::new(), 0);
        while let Some(answer) = calls.join_next().await {
            let answer = answer.unwrap();
            match answer.status {
                202 => {
                    fresh += usize::from(answer.header("idempotency-replayed").is_none());
                    ids.push(answer.text("/id"));
                }
                409 => assert_eq!(answer.text("/type"), "/problems/idempotency-running"),
                _ => panic!("{answer}"),
            }
        }
        ids.dedup();
        assert_eq!((ids.len(), fresh), (1, 1));
        app.settle().await;
        assert_eq!(app.titles(&ann, "").await.len(), round + 1);
    }
}

both!(a_refused_call_may_be_tried_again);
async fn a_refused_call_may_be_tried_again(app: &TestApp) {
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    let late = json!({"title": "Late", "body": "x", "groups": ["night"]});
    assert_eq!(keyed(&ann, "POST", "/v1/notifications", "k", &late).await.fields(), ["groups[0]"]);
    let empty = keyed(&root, "POST", "/v1/groups", "g", &json!({"code": "night", "name": ""})).await;
    assert_eq!(empty.fields(), ["name"]);
    let group = keyed(&root, "POST", "/v1/groups", "g", &json!({"code": "night", "name": "Night"})).await;
    let group = group.ok(201)["id"].as_str().unwrap().to_owned();
    let members = json!({"users": [app.id("ann")]});
    root.put(&format!("/v1/groups/{group}/members"), members).await.ok(200);
    assert_eq!(keyed(&ann, "POST", "/v1/notifications", "k", &late).await.status, 202);
    app.settle().await;
    assert_eq!(app.titles(&ann, "").await, ["Late"]);
}

both!(a_key_counts_for_one_caller_and_one_route);
async fn a_key_counts_for_one_caller_and_one_route(app: &TestApp) {
    let (other, people) = app.other_account().await;
    let callers = [
        app.cookie("ann").await,
        app.cookie("bob").await,
        app.key(&["notify"]).await,
        app.key(&["notify"]).await,
        app.cookie_of(other, people["mal"].clone()).await,
    ];
    let mut ids = Vec::new();
    for who in &callers {
        let answer = keyed(who, "POST", "/v1/notifications", "same", &draft("Same")).await;
        assert_eq!((answer.status, answer.header("idempotency-replayed")), (202, None));
        ids.push(answer.text("/id"));
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), callers.len());
    app.settle().await;
    // Ann by a token is Ann.
    let token = app.token("ann", 900).await;
    let again = keyed(&token, "POST", "/v1/notifications", "same", &draft("Same")).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"), "{again}");
    // The path is part of it: one key may serve for two users.
    let root = app.cookie("root").await;
    for name in ["bob", "cyd"] {
        let path = format!("/v1/users/{}/lock", app.id(name));
        for expected in [None, Some("true")] {
            let answer = root.call("POST", &path).header("idempotency-key", "lock").send().await;
            assert_eq!(answer.ok(200)["state"], "locked");
            assert_eq!(answer.header("idempotency-replayed"), expected, "{path}");
        }
    }
}

both!(secrets_are_not_replayed);
async fn secrets_are_not_replayed(app: &TestApp) {
    let root = app.cookie("root").await;
    for (path, body, secret) in [
        ("/v1/api-keys", json!({"name": "Shop", "scopes": ["notify"]}), "/key"),
        ("/v1/users", json!({"email": "new@example.com", "name": "New"}), "/invitation_url"),
    ] {
        let first = keyed(&root, "POST", path, "k", &body).await;
        let shown = first.ok(201).pointer(secret).unwrap().as_str().unwrap().to_owned();
        let again = keyed(&root, "POST", path, "k", &body).await;
        assert_eq!(again.ok(201).pointer(secret), Some(&Value::Null), "{again}");
        // The secret itself may hold an underscore.
        let part = shown.rsplit('#').next().unwrap().trim_start_matches("bwk_");
        assert!(!format!("{:?}", app.facts().await).contains(part), "{path}");
    }
    assert_eq!(root.get("/v1/api-keys").await.ok(200)["items"].as_array().unwrap().len(), 1);
}

both!(every_write_heeds_it);
async fn every_write_heeds_it(app: &TestApp) {
    let root = app.cookie("root").await;
    let group = root.get("/v1/groups").await.text("/items/1/id");
    let bob = app.id("bob");
    for (method, path, body, status) in [
        ("POST", "/v1/groups".to_owned(), json!({"code": "night", "name": "Night"}), 201),
        ("PATCH", format!("/v1/groups/{group}"), json!({"name": "Help"}), 200),
        ("PUT", format!("/v1/groups/{group}/members"), json!({"users": [bob]}), 200),
        ("DELETE", format!("/v1/groups/{group}"), Value::Null, 204),
        ("POST", "/v1/allowed-origins".to_owned(), json!({"origin": "https://crm.example.com"}), 201),
        ("DELETE", "/v1/allowed-origins?origin=https://crm.example.com".to_owned(), Value::Null, 204),
        ("PATCH", "/v1/account".to_owned(), json!({"name": "Renamed"}), 200),
        ("PATCH", format!("/v1/users/{bob}"), json!({"name": "Robert"}), 200),
        ("DELETE", format!("/v1/users/{bob}"), Value::Null, 204),
        ("POST", format!("/v1/users/{bob}/restore"), Value::Null, 200),
        ("POST", format!("/v1/users/{bob}/unlock"), Value::Null, 200),
        ("PATCH", "/v1/profile".to_owned(), json!({"name": "Rooty"}), 200),
        ("POST", "/v1/inbox/read-all".to_owned(), json!({"up_to": 5}), 200),
        ("POST", "/v1/inbox/close".to_owned(), json!({"ids": []}), 200),
    ] {
        let call = || {
            let call = root.call(method, &path).header("idempotency-key", "w");
            if body.is_null() { call } else { call.json(&body) }
        };
        let first = call().send().await;
        assert_eq!(first.status, status, "{method} {path}: {first}");
        app.settle().await;
        let before = app.facts().await;
        let again = call().send().await;
        assert_eq!((again.status, &again.body), (status, &first.body), "{method} {path}");
        TestApp::assert_unchanged(&before, &app.facts().await, &format!("{method} {path}, repeated,"));
    }
}

both!(a_key_is_a_short_word);
async fn a_key_is_a_short_word(app: &TestApp) {
    let ann = app.cookie("ann").await;
    for bad in ["x".repeat(256).as_str(), "two words", "\"quoted\" é"] {
        let answer = keyed(&ann, "POST", "/v1/notifications", bad, &draft("x")).await;
        assert_eq!(answer.fields(), ["Idempotency-Key"], "{bad}");
    }
    let longest = "x".repeat(255);
    assert_eq!(keyed(&ann, "POST", "/v1/notifications", &longest, &draft("x")).await.status, 202);
}

both!(answers_are_kept_for_three_days);
async fn answers_are_kept_for_three_days(app: &TestApp) {
    let key = app.key(&["notify"]).await;
    keyed(&key, "POST", "/v1/notifications", "k", &draft("Monday")).await.ok(202);
    app.settle().await;
    app.advance(Duration::from_hours(71)).await;
    app.settle().await;
    let again = keyed(&key, "POST", "/v1/notifications", "k", &draft("Monday")).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    // The chore runs each hour.
    crate::support::call::within("the answer is forgotten", async {
        while app.count("select count(*) from idempotency").await > 0 {
            app.advance(Duration::from_mins(30)).await;
            app.settle().await;
        }
    })
    .await;
    assert!(app.now() > crate::support::app::BEGINNING + 72 * 3_600_000);
    let late = keyed(&key, "POST", "/v1/notifications", "k", &draft("Monday")).await;
    assert_eq!((late.status, late.header("idempotency-replayed")), (202, None));
}
