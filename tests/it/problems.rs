//! What goes wrong at the door: the shape and language of every error, limits, foreign sites, headers.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::call::{Body, within};
use crate::support::people::{PASSWORD, email};
use crate::support::{Answer, Client, TestApp, assert_answer, both};

/// A problem as RFC 9457 has it, with words in the language that was asked for.
#[track_caller]
fn assert_problem(answer: &Answer, status: u16, code: &str, language: &str) -> Value {
    assert_eq!(answer.status, status, "{answer}");
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer}");
    assert_eq!(answer.header("content-language"), Some(language), "{answer}");
    let problem = answer.json();
    assert_eq!(problem["type"], format!("/problems/{code}"), "{answer}");
    assert_eq!(problem["status"], status, "{answer}");
    for words in ["title", "detail"] {
        let text = problem[words].as_str().unwrap_or_default();
        assert!(!text.is_empty() && !text.contains(['{', '}']), "{words} in {answer}");
        let is_cyrillic = text.chars().any(|c| ('а'..='я').contains(&c.to_ascii_lowercase()));
        assert_eq!(is_cyrillic, language == "ru", "{words} in {answer}");
    }
    problem
}

both!(every_error_is_a_problem_in_three_languages);
async fn every_error_is_a_problem_in_three_languages(app: &TestApp) {
    let (ann, cyd) = (app.cookie("ann").await, app.cookie("cyd").await);
    let key = app.key(&["all"]).await;
    let long = "x".repeat(300 * 1024);
    for (tag, language) in [("en-GB,en", "en"), ("ru", "ru"), ("de, es;q=0.5", "es"), ("tlh", "en")] {
        let machine = key.with("accept-language", tag);
        let nobody = app.anonymous().with("accept-language", tag);
        let draft = || machine.call("POST", "/v1/notifications");
        assert_problem(
            &draft().header("content-type", "application/json").body("{\"body\":").send().await,
            400,
            "malformed",
            language,
        );
        assert_problem(&nobody.get("/v1/inbox").await, 401, "signed-out", language);
        assert_problem(&machine.get("/v1/inbox").await, 403, "forbidden", language);
        assert_problem(&machine.get("/v1/users/no-such").await, 404, "not-found", language);
        assert_problem(&machine.get("/v1/no-such").await, 404, "no-route", language);
        assert_problem(&machine.call("PUT", "/v1/inbox").send().await, 405, "method-not-allowed", language);
        assert_problem(&draft().json(&json!({"body": long})).send().await, 413, "too-large", language);
        let path = format!("/v1/users?q={}", "x".repeat(9_000));
        assert_problem(&machine.get(&path).await, 414, "uri-too-long", language);
        assert_problem(
            &draft().header("content-type", "text/plain").body("{}").send().await,
            415,
            "not-json",
            language,
        );
        let last = machine.act(&format!("/v1/users/{}/lock", app.id("root"))).await;
        assert_problem(&last, 409, "last-administrator", language);
        let invalid = draft().json(&json!({"body": "", "groups": ["no-such"]})).send().await;
        let problem = assert_problem(&invalid, 422, "validation", language);
        assert_eq!(problem["errors"][0]["field"], "body");
    }
    // The signed-in user's language goes before the browser's.
    let bob = app.cookie("bob").await;
    assert_problem(&bob.with("accept-language", "en").get("/v1/users/no-such").await, 404, "not-found", "ru");
    assert_problem(&cyd.with("accept-language", "ru").get("/v1/users").await, 403, "forbidden", "es");
    let refused =
        ann.call("POST", "/v1/notifications").header("sec-fetch-site", "cross-site").json(&json!({}));
    assert_problem(&refused.send().await, 403, "cross-site", "en");
}

both!(too_many_tries_are_told_when_to_come_back);
async fn too_many_tries_are_told_when_to_come_back(app: &TestApp) {
    let guess = app.anonymous().bearer("bwk_guess").with("accept-language", "es");
    let good = app.key(&["read"]).await;
    for _ in 0..60 {
        assert_eq!(guess.get("/v1/users").await.status, 401);
    }
    let refused = guess.get("/v1/users").await;
    assert_problem(&refused, 429, "too-many", "es");
    assert!(refused.header("retry-after").is_some_and(|s| s.parse::<u64>().is_ok()), "{refused:?}");
    assert_eq!(good.get("/v1/users").await.status, 200, "a good key is served all the same");
    app.advance(Duration::from_mins(1)).await;
    assert_eq!(guess.get("/v1/users").await.status, 401);
}

both!(a_body_that_does_not_come_is_not_waited_for);
async fn a_body_that_does_not_come_is_not_waited_for(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let call = ann.call("POST", "/v1/notifications").header("content-type", "application/json");
    let call = call.header("content-length", "100");
    let mut stream = call.connect().await;
    stream.write_all(&call.bytes()).await.unwrap();
    stream.write_all(b"{").await.unwrap();
    let answer = within("408", async {
        let reading = Body::read_head(stream);
        let mut reading = std::pin::pin!(reading);
        loop {
            tokio::select! {
                biased;
                (answer, _) = &mut reading => return answer,
                () = app.breathe() => app.clock.advance(Duration::from_secs(1)),
            }
        }
    })
    .await;
    assert_eq!((answer.status, answer.header("content-type")), (408, Some("application/problem+json")));
}

both!(a_head_that_does_not_come_is_not_waited_for);
async fn a_head_that_does_not_come_is_not_waited_for(app: &TestApp) {
    let mut stream = app.anonymous().call("GET", "/").connect().await;
    stream.write_all(b"GET /v1/status HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    let mut rest = Vec::new();
    within("the connection closes", async {
        let reading = stream.read_to_end(&mut rest);
        let mut reading = std::pin::pin!(reading);
        loop {
            tokio::select! {
                biased;
                _ = &mut reading => return,
                () = app.breathe() => app.clock.advance(Duration::from_secs(1)),
            }
        }
    })
    .await;
    assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
}

both!(heads_have_a_limit);
async fn heads_have_a_limit(app: &TestApp) {
    let huge = app.anonymous().with("x-padding", &"x".repeat(20 * 1024));
    assert_eq!(huge.get("/v1/status").await.status, 431);
    assert_eq!(app.anonymous().get("/v1/status").await.status, 200);
}

both!(an_overloaded_server_says_when_to_come_back);
async fn an_overloaded_server_says_when_to_come_back(app: &TestApp) {
    let (ann, ru) = (app.cookie("ann").await, app.key(&["notify"]).await.with("accept-language", "ru"));
    app.app.accepts.unrouted().store(1_000_000, std::sync::atomic::Ordering::Relaxed);
    let draft = json!({"body": "x", "groups": ["sales"]});
    let es = ru.with("accept-language", "es");
    for (who, language) in [(&ann, "en"), (&ru, "ru"), (&es, "es")] {
        let refused = who.post("/v1/notifications", draft.clone()).await;
        assert_problem(&refused, 503, "overloaded", language);
        assert_eq!(refused.header("retry-after"), Some("1"));
    }
    assert_eq!(ann.get("/v1/inbox").await.status, 200);
    app.app.accepts.unrouted().store(0, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(ann.post("/v1/notifications", draft).await.status, 202);
}

both!(a_mistyped_body_names_its_field);
async fn a_mistyped_body_names_its_field(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let send = async |body: &str| {
        ann.call("POST", "/v1/notifications")
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
    };
    for body in [
        "",
        "nonsense",
        "{\"body\": \"x\"",
        "{\"body\": \"x\",}",
        "\u{feff}{}",
        "{'body': 1}",
        "nul",
        "\"\\ud800\"",
    ] {
        if !body.is_empty() {
            assert_problem(&send(body).await, 400, "malformed", "en");
        }
    }
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    assert_problem(&send(&deep).await, 400, "malformed", "en");
    for body in ["[]", "5", "null", "\"x\"", "[{}]"] {
        assert_problem(&send(body).await, 422, "validation", "en");
    }
    for (body, field) in [
        ("{\"body\": null, \"groups\": []}", "body"),
        ("{\"body\": \"x\", \"groups\": [1]}", "groups[0]"),
        ("{\"body\": \"x\", \"groups\": [\"a\", null]}", "groups[1]"),
        ("{\"body\": \"x\", \"users\": {\"a\": 1}}", "users"),
        ("{\"body\": \"x\", \"groups\": [], \"__proto__\": {}}", "__proto__"),
    ] {
        let problem = assert_problem(&send(body).await, 422, "validation", "en");
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
    let latin = ann.call("POST", "/v1/notifications").header("content-type", "application/json");
    assert_eq!(latin.body(b"{\"body\": \"\xe9\"}".to_vec()).send().await.status, 400);
}

/// The origin of a server of a story, as its browser would write it.
fn own_origin(app: &TestApp) -> String {
    app.app.base_url()
}

both!(other_sites_cannot_act_with_the_cookie);
async fn other_sites_cannot_act_with_the_cookie(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let own = own_origin(app);
    let page = app.send(&ann, "Target", &["sales"]).await;
    let item = app.newest(&ann).await["id"].as_str().unwrap().to_owned();
    let before = app.facts().await;
    let cases: &[(&str, &str, bool)] = &[
        ("", "", false),
        ("same-origin", "", true),
        ("same-origin", &own, true),
        ("same-site", "", false),
        ("cross-site", "", false),
        ("cross-site", "https://evil.example", false),
        ("none", "", false),
        ("SAME-ORIGIN", "", false),
        ("", &own, true),
        ("", "https://evil.example", false),
        ("", "null", false),
        ("", "http://127.0.0.1", false),
        ("", "http://127.0.0.1.evil.example", false),
    ];
    for (fetch_site, origin, allowed) in cases {
        let bare = ann.call("GET", "/").bytes();
        let cookie = String::from_utf8(bare).unwrap();
        let cookie = cookie.lines().find_map(|line| line.strip_prefix("cookie: ")).unwrap().to_owned();
        let mut browser = app.anonymous().with("cookie", &cookie);
        if !fetch_site.is_empty() {
            browser = browser.with("sec-fetch-site", fetch_site);
        }
        if !origin.is_empty() {
            browser = browser.with("origin", origin);
        }
        for (method, path) in [
            ("POST", format!("/v1/inbox/{item}/unread")),
            ("POST", "/v1/inbox/read-all".to_owned()),
            ("PATCH", "/v1/profile".to_owned()),
            ("DELETE", "/v1/session".to_owned()),
            ("POST", format!("/v1/notifications/{page}/recall")),
            ("POST", "/v1/session".to_owned()),
        ] {
            if *allowed {
                continue;
            }
            let answer = browser.call(method, &path).json(&json!({"up_to": 1_000})).send().await;
            assert_problem(&answer, 403, "cross-site", "en");
        }
        if *allowed {
            let answer = browser.act(&format!("/v1/inbox/{item}/unread")).await;
            assert_eq!(answer.status, 200, "{fetch_site} {origin}: {answer}");
        }
        // What a form of another site can send is no JSON.
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
        {
            let call = browser.call("POST", "/v1/inbox/read-all");
            let call = if kind.is_empty() { call } else { call.header("content-type", kind) };
            let answer = call.body("{\"up_to\": 1000}").send().await;
            assert!(matches!(answer.status, 403 | 415), "{kind}: {answer}");
        }
    }
    TestApp::assert_unchanged(&before, &app.facts().await, "another site");
}

both!(signing_in_from_another_site_is_refused);
async fn signing_in_from_another_site_is_refused(app: &TestApp) {
    let form = json!({"email": email("ann"), "password": PASSWORD});
    let foreign = app.anonymous().with("sec-fetch-site", "cross-site").with("origin", "https://evil.example");
    assert_problem(&foreign.post("/v1/session", form.clone()).await, 403, "cross-site", "en");
    let host = app.anonymous().with("origin", "https://evil.example");
    assert_problem(&host.post("/v1/session", form.clone()).await, 403, "cross-site", "en");
    let own = app.anonymous().with("sec-fetch-site", "same-origin").with("origin", &own_origin(app));
    assert_eq!(own.post("/v1/session", form).await.status, 200);
}

both!(allowed_origins_may_call_with_tokens);
async fn allowed_origins_may_call_with_tokens(app: &TestApp) {
    const HOST: &str = "https://crm.example.com";
    let (root, token) = (app.cookie("root").await, app.token("ann", 3_600).await);
    let page = |who: &Client| who.with("origin", HOST).with("sec-fetch-site", "cross-site");
    let preflight = |origin: &str| {
        let call = app.anonymous().call("OPTIONS", "/v1/inbox").header("origin", origin);
        call.header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization")
    };
    assert_eq!(page(&token).get("/v1/inbox").await.status, 403);
    assert_eq!(preflight(HOST).send().await.status, 403);
    let answer = root.post("/v1/allowed-origins", json!({"origin": "https://CRM.example.com:443/"})).await;
    assert_answer!(answer, 201, {"origin": HOST, "created_at": "2026-03-01T08:00:00.000Z"});
    app.advance(Duration::from_secs(2)).await;
    let answer = preflight(HOST).send().await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, Some(HOST)));
    assert!(answer.header("access-control-allow-headers").unwrap().contains("Last-Event-ID"));
    let answer = page(&token).get("/v1/inbox").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some(HOST)));
    assert!(answer.header("vary").is_some_and(|vary| vary.contains("Origin")), "{answer:?}");
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    // The browser may read why not, and when to come back.
    let refused = page(&token).get("/v1/api-keys").await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (403, Some(HOST)));
    assert!(refused.header("access-control-expose-headers").unwrap().contains("Retry-After"));
    // The cookie stays at home: an allowed origin is no reason to heed it.
    let cookie = root.with("origin", HOST).with("sec-fetch-site", "cross-site");
    assert_eq!(cookie.post("/v1/inbox/read-all", json!({"up_to": 1})).await.status, 403);
    for origin in [
        "null",
        "https://crm.example.com.evil.example",
        "http://crm.example.com",
        "https://crm.example.com:8443",
    ] {
        let stranger = token.with("origin", origin).with("sec-fetch-site", "cross-site");
        let answer = stranger.get("/v1/inbox").await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (403, None), "{origin}");
        assert_eq!(preflight(origin).send().await.status, 403, "{origin}");
    }
    // Allowed by one account is not allowed by another.
    let (other, _) = app.other_account().await;
    let theirs = app.key_of(other, &["read"]).await;
    assert_eq!(page(&theirs).get("/v1/users").await.status, 403);
    assert_eq!(root.delete("/v1/allowed-origins?origin=https://crm.example.com").await.status, 204);
    app.advance(Duration::from_secs(2)).await;
    assert_eq!(page(&token).get("/v1/inbox").await.status, 403);
    for origin in
        ["crm.example.com", "https://crm.example.com/path", "ftp://x.y", "*", "https://a@b.c", "null", ""]
    {
        let answer = root.post("/v1/allowed-origins", json!({"origin": origin})).await;
        assert_eq!(answer.fields(), ["origin"], "{origin}");
    }
}

both!(every_answer_keeps_a_browser_careful);
async fn every_answer_keeps_a_browser_careful(app: &TestApp) {
    let (ann, nobody) = (app.cookie("ann").await, app.anonymous());
    let mut ids = Vec::new();
    for (who, path, is_api) in [
        (&ann, "/v1/inbox", true),
        (&nobody, "/v1/status", true),
        (&nobody, "/v1/inbox", true),
        (&nobody, "/v1/no-such", true),
        (&nobody, "/healthz", false),
        (&nobody, "/readyz", false),
        (&nobody, "/openapi.json", false),
        (&nobody, "/metrics", false),
        (&nobody, "/assets/no-such.js", false),
        (&nobody, "/client/no-such.js", false),
        (&nobody, "/settings/users", false),
        (&nobody, "/../../etc/passwd", false),
        (&nobody, "/assets/..%2f..%2fCargo.toml", false),
    ] {
        let answer = who.get(path).await;
        assert!(answer.status < 500, "{path}: {answer}");
        assert!(!answer.body.contains("root:") && !answer.body.contains("[package]"), "{path}: {answer}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{path}");
        assert!(answer.header("server").is_none() && answer.header("x-powered-by").is_none(), "{path}");
        assert!(!answer.body.contains("panicked") && !answer.body.contains("src/"), "{path}: {answer}");
        if is_api {
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
            let policy = answer.header("content-security-policy");
            assert_eq!(policy, Some("default-src 'none'; frame-ancestors 'none'"), "{path}");
        }
        ids.push(answer.header("x-request-id").unwrap_or_else(|| panic!("no id: {path}")).to_owned());
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

both!(the_server_is_watched);
async fn the_server_is_watched(app: &TestApp) {
    let (ann, nobody) = (app.cookie("ann").await, app.anonymous());
    app.send(&ann, "Counted", &["sales"]).await;
    assert_eq!(nobody.get("/healthz").await.body, "ok\n");
    // The rules' loop looks once more behind the router's.
    within("an empty queue", async { while nobody.get("/readyz").await.ok(200)["store_queue"] != 0 {} })
        .await;
    assert_answer!(nobody.get("/readyz").await, 200, {
        "work_due": 0, "work_dead": 0, "work_lag_ms": 0, "store_queue": 0, "letters_waiting": 2,
        "letters_without_relay": 2, "letters_dead": 0, "clock_jumped_ms": null, "letters_held": 0,
        "last_backup_at": null, "reasons": ["no_relay"],
    });
    // The router counts once it has committed.
    let metrics = within("the count", async {
        loop {
            let metrics = nobody.get("/metrics").await;
            assert_eq!(metrics.status, 200);
            if metrics.body.contains("inbox_items_written_total 2") {
                return metrics;
            }
        }
    })
    .await;
    assert!(metrics.body.contains("events_accepted_total 1"), "{}", metrics.body);
    assert!(metrics.body.trim_end().ends_with("# EOF"), "{}", metrics.body);
    // Through a proxy it is an administrator's business.
    let proxied = nobody.with("x-forwarded-for", "192.0.2.1");
    assert_eq!(proxied.get("/metrics").await.status, 403);
    assert_eq!(ann.with("x-forwarded-for", "192.0.2.1").get("/metrics").await.status, 403);
    let root = app.cookie("root").await;
    assert_eq!(root.with("x-forwarded-for", "192.0.2.1").get("/metrics").await.status, 200);
    let body = &metrics.body;
    assert!(!body.contains("Counted") && !body.contains("@example.com"), "{body}");
}
