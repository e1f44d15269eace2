//! Input that nobody sends who means well: whatever stands in a path, a query or a body, the server says what is wrong
//! with it, and nothing breaks. What there is to send is read off the OpenAPI document.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::support::{Answer, TestApp, both};

/// Parts of a path or query, percent-encoded.
const WORDS: &[&str] = &[
    "%00",
    "a%00b",
    "%ff%fe",
    "%",
    "%zz",
    "%F0%9F%94%A5",
    "..",
    "%2e%2e%2f",
    "-1",
    "0",
    "9223372036854775807",
    "9223372036854775808",
    "99999999999999999999999",
    "1e9",
    "NaN",
    "%27%3B%20drop%20table%20account%3B%20--",
    "null",
    "2026-13-45T99:99:99Z",
    "+275760-09-13T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "-009999-01-01T00:00:00Z",
];

/// Values of a field with this schema: some of another type, and the odd ones of its own.
fn values(schema: &Value) -> Vec<Value> {
    let words =
        ["", " ", "\0", "a\0b", "\u{202e}\u{feff}", "-009999-01-01T00:00:00Z", "'; drop table account; --"];
    let mut values =
        vec![json!(null), json!(true), json!(1.5), json!(u64::MAX), json!({"a": "b"}), json!([[]])];
    let kind = schema["type"].to_string();
    if kind.contains("array") {
        values.extend(words.iter().map(|word| json!([word])));
        values.extend([json!([]), json!([null]), json!("x"), json!(vec!["x"; 3_000])]);
    } else if kind.contains("integer") {
        values.extend([json!(0), json!(-1), json!(i64::MAX), json!(i64::MIN), json!("1")]);
    } else {
        values.extend(words.iter().map(|word| json!(word)));
        values.extend([json!("x".repeat(20_000)), json!("\u{1f525}".repeat(300))]);
    }
    values
}

#[track_caller]
fn assert_served(answer: &Answer, what: &str) {
    assert!(answer.status < 500, "{what}: {answer}");
    if answer.status >= 400 {
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}: {answer}");
    }
}

/// The fields of a route's body, by the document.
fn fields(document: &Value, operation: &Value) -> Map<String, Value> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let name = schema["$ref"].as_str().and_then(|path| path.strip_prefix('#'));
    let schema = name.map_or(schema, |path| document.pointer(path).unwrap());
    schema["properties"].as_object().cloned().unwrap_or_default()
}

/// A body that would do, as far as its types go.
fn plain(name: &str) -> Value {
    match name {
        "groups" => json!(["sales"]),
        "users" | "ids" => json!([]),
        "scopes" => json!(["read"]),
        "up_to" => json!(1),
        "sticky" | "may_send_notifications" | "may_edit_rules" => json!(false),
        "severity" => json!("info"),
        "role" => json!("manager"),
        "sees" | "by" | "ttl_s" | "expires_at" | "send_at" | "link" | "public_url" | "account" => json!(null),
        "email" => json!("someone@example.com"),
        "code" => json!("some-code"),
        "origin" => json!("https://crm.example.com"),
        "zone" => json!("UTC"),
        "language" => json!("en"),
        _ => json!("Something"),
    }
}

both!(no_body_breaks_the_server);
async fn no_body_breaks_the_server(app: &TestApp) {
    let document = bellwire::http::openapi::document();
    let mut sent = 0;
    for route in bellwire::http::table() {
        let route = route.info;
        let operation = &document["paths"][route.path][route.method.to_ascii_lowercase()];
        let fields = fields(&document, operation);
        let path = route.path.replace("{id}", &app.id("dan"));
        for (name, schema) in &fields {
            let root = app.cookie("root").await;
            let key = app.key(&["tokens"]).await;
            for value in values(schema) {
                let mut body: Map<String, Value> =
                    fields.keys().map(|name| (name.clone(), plain(name))).collect();
                body.insert(name.clone(), value.clone());
                // Tries to sign in are counted.
                app.clock.advance(Duration::from_secs(15));
                let who = if route.path == "/v1/tokens" { &key } else { &root };
                let answer = who.call(route.method, &path).json(&Value::Object(body)).send().await;
                let shown: String = value.to_string().chars().take(60).collect();
                assert_served(&answer, &format!("{} {path} with {name} = {shown}", route.method));
                assert_ne!(answer.status, 429, "{path}");
                sent += 1;
            }
        }
    }
    assert!(sent > 700, "{sent}");
    app.settle().await;
    assert_eq!(app.cookie("ann").await.get("/v1/inbox").await.status, 200);
}

both!(no_address_breaks_the_server);
async fn no_address_breaks_the_server(app: &TestApp) {
    let document = bellwire::http::openapi::document();
    let root = app.cookie("root").await;
    for route in bellwire::http::table() {
        let route = route.info;
        if route.path.contains("session") || route.path == "/v1/stream" && route.method == "GET" {
            continue;
        }
        for word in WORDS {
            if route.path.contains("{id}") {
                let path = route.path.replace("{id}", word);
                let call = root.call(route.method, &path);
                let call =
                    if matches!(route.method, "GET" | "DELETE") { call } else { call.json(&json!({})) };
                assert_served(&call.send().await, &format!("{} {path}", route.method));
            }
            let operation = &document["paths"][route.path][route.method.to_ascii_lowercase()];
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            for parameter in parameters.iter().filter(|parameter| parameter["in"] == "query") {
                let name = parameter["name"].as_str().unwrap();
                let path = format!("{}?{name}={word}", route.path.replace("{id}", &app.id("dan")));
                let answer = root.call(route.method, &path).send().await;
                assert_served(&answer, &format!("{} {path}", route.method));
            }
        }
    }
    for path in ["/v1/inbox?", "/v1/inbox?&&", "/v1/inbox?=", "/v1/inbox?limit=1&limit=2", "/v1/inbox?limit"]
    {
        assert_served(&root.get(path).await, path);
    }
    for cursor in ["1.9223372036854775807", "9223372036854775807.0", "0.0", "1772352000.9223372036854775807"]
    {
        let (head, _) = root.call("GET", "/v1/stream").header("last-event-id", cursor).open().await;
        assert_eq!(head.status, 200, "{cursor}");
    }
}

both!(no_header_breaks_the_server);
async fn no_header_breaks_the_server(app: &TestApp) {
    let draft = json!({"body": "x", "groups": ["sales"]});
    for (name, value) in [
        ("authorization", "Bearer"),
        ("authorization", "Bearer "),
        ("authorization", "bearer bwk_\u{e9}"),
        ("authorization", "Bearer bwt_.."),
        ("authorization", "Bearer bwt_\u{1f525}"),
        ("authorization", ""),
        ("cookie", "__Host-bellwire="),
        ("cookie", "__Host-bellwire"),
        ("cookie", "=; ;; __Host-bellwire=a; __Host-bellwire=b"),
        ("origin", "\u{e9}"),
        ("sec-fetch-site", ""),
        ("accept-language", ";;q=,,,q=9;*"),
        ("accept-language", "ru;q=NaN, es;q=inf"),
        ("last-event-id", "\u{e9}"),
        ("idempotency-key", ""),
        ("idempotency-key", "\u{e9}"),
        ("content-type", "application/json; charset=\u{e9}"),
        ("content-type", ";"),
        ("x-forwarded-for", "not, an, address"),
        ("content-length", "2"),
        ("expect", "100-continue"),
    ] {
        let ann = app.cookie("ann").await;
        let call = ann.call("POST", "/v1/notifications").json(&draft).header(name, value);
        let answer = call.send().await;
        assert!(answer.status < 500, "{name}: {value}: {answer}");
        let answer = app.anonymous().call("GET", "/v1/stream").header(name, value).send().await;
        assert!(answer.status < 500, "{name}: {value}: {answer}");
    }
    app.settle().await;
}
