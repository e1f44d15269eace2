//! A call from the outside in: what is refused and how, who may, once and not twice.

use super::*;

#[tokio::test]
async fn what_goes_wrong_is_a_problem_that_says_what() {
    let app = App::start().await;
    let json = "content-type: application/json";
    let long = format!("{{\"to\":\"{}\"}}", "x".repeat(300_000));
    for (line, headers, body, status, code) in [
        ("GET /v1/nothing", &[][..], "", 404, "no-route"),
        ("GET /v1", &[], "", 404, "no-route"),
        ("DELETE /v1/letters", &[], "", 405, "method-not-allowed"),
        ("POST /v1/letters", &["content-type: text/plain"], "{}", 415, "not-json"),
        ("POST /v1/letters", &[], r#"{"to":"a"}"#, 415, "not-json"),
        ("POST /v1/letters", &[json], "{\n  \"to\"", 400, "malformed"),
        ("POST /v1/letters", &[json], "\u{1}", 400, "malformed"),
        ("POST /v1/letters", &[json], &long, 413, "too-large"),
        ("POST /v1/letters", &[json], "", 422, "validation"),
        ("POST /v1/letters", &[json], r#"{"to":"a","copies":300}"#, 422, "validation"),
        ("GET /v1/letters/7", &[], "", 422, "validation"),
        ("GET /v1/letters/7?to=a&to=b", &[], "", 422, "validation"),
        ("GET /v1/letters/%ff?to=a", &[], "", 404, "not-found"),
        ("GET /v1/panic", &[], "", 500, "internal"),
        ("GET /v1/own", &[], "", 401, "signed-out"),
        ("POST /v1/own", &[], "", 401, "signed-out"),
        ("GET /v1/own", &["authorization: Basic YTpi"], "", 401, "signed-out"),
        ("GET /v1/own", &["authorization: Bearer bwk_guess"], "", 401, "signed-out"),
        ("GET /v1/own", &["cookie: __Host-bellwire=guess"], "", 401, "signed-out"),
    ] {
        let answer = app.call(line, headers, body.to_owned()).await;
        assert_eq!(answer.problem(), (status, code.to_owned()), "{line} {headers:?}");
        assert_eq!(answer.json()["status"], status, "{line}");
        assert!(!answer.text.contains("problem."), "a text is missing: {}", answer.text);
        assert!(!answer.text.contains("secret"), "{}", answer.text);
        assert_eq!(answer.header("cache-control"), if line == "GET /v1" { "" } else { "no-store" });
    }
    let long = format!("/v1/letters/7?to={}", "x".repeat(9_000));
    assert_eq!(app.get(&long, &[]).await.problem(), (414, "uri-too-long".to_owned()));
}

#[tokio::test]
async fn a_field_that_does_not_fit_is_named_in_the_callers_language() {
    let app = App::start().await;
    let refused = app.post("/v1/letters", &["accept-language: ru, en;q=0.5"], r#"{"to":"a","cc":1}"#).await;
    assert_eq!(
        refused.json(),
        json!({
            "type": "/problems/validation",
            "title": app.state.texts.say(crate::domain::language::Language::Ru, "problem.validation.title", &[]),
            "status": 422,
            "detail": app.state.texts.say(crate::domain::language::Language::Ru, "problem.validation.detail", &[]),
            "errors": [{
                "field": "cc",
                "message": app.state.texts.say(crate::domain::language::Language::Ru, "error.unknown_field", &[]),
            }],
        })
    );
    assert_eq!(refused.header("content-language"), "ru");
    // The user's own language goes before the browser's.
    let (_, token) = app.user("ana", Role::Manager).await;
    let bearer = format!("authorization: Bearer {token}");
    let refused = app.get("/v1/admin", &[&bearer, "accept-language: ru"]).await;
    assert_eq!((refused.status, refused.header("content-language")), (403, "es"));
}

#[tokio::test]
async fn what_fits_reaches_the_handler() {
    let app = App::start().await;
    let sent = app.post("/v1/letters", &[], r#"{"to":"a"}"#).await;
    assert_eq!((sent.status, sent.json()), (201, json!({"to": "a", "copies": 0})));
    let merge = ["content-type: application/merge-patch+json; charset=utf-8"];
    assert_eq!(app.call("POST /v1/letters", &merge, r#"{"to":"a"}"#).await.status, 201);
    let read = app.get("/v1/letters/7?to=b%20c&copies=2", &[]).await;
    assert_eq!((read.status, read.json()), (200, json!({"id": "7", "to": "b c", "copies": 2})));
    assert_eq!(app.call("HEAD /v1/letters/7?to=b", &[], "").await.status, 200);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let app = App::start().await;
    let clock = app.clock.clone();
    let never = HttpBody::from_stream(Never);
    let call = app.call("POST /v1/letters", &["content-type: application/json"], never);
    let later = async {
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(10));
    };
    let (answer, ()) = tokio::join!(call, later);
    assert_eq!(answer.problem(), (408, "too-slow".to_owned()));
}

/// A body of which nothing ever comes.
struct Never;

impl futures_core::Stream for Never {
    type Item = Result<bytes::Bytes, std::io::Error>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Pending
    }
}

#[tokio::test]
async fn a_route_is_for_those_whom_its_rule_names() {
    let app = App::start().await;
    let (_, manager) = app.user("ana", Role::Manager).await;
    let (session, administrator) = app.user("root", Role::Administrator).await;
    let (notify, read) = (app.key("notify").await, app.key("read").await);
    let (issuer, all) = (app.key("tokens").await, app.key("all").await);
    let bearers = [manager, administrator, notify, read, issuer, all];
    let callers = bearers.iter().map(|bearer| format!("authorization: Bearer {bearer}"));
    let callers: Vec<_> = callers.chain([format!("cookie: {session}")]).collect();
    for (line, expected) in [
        // tokens of a manager and of an administrator, keys: notify, read, tokens, all; an administrator's session
        ("GET /v1/own", [200, 200, 403, 403, 403, 403, 200]),
        ("POST /v1/send", [403, 200, 200, 403, 403, 200, 200]),
        ("POST /v1/issue", [403, 403, 403, 403, 200, 200, 403]),
        // A token is made by a key, so it makes nobody an administrator.
        ("GET /v1/admin", [403, 403, 403, 403, 403, 200, 200]),
    ] {
        for (caller, status) in callers.iter().zip(expected) {
            let headers = [caller.as_str(), "sec-fetch-site: same-origin"];
            let answer = app.call(line, &headers, "not even read").await;
            assert_eq!(answer.status, status, "{line} {caller}");
        }
    }
}

#[tokio::test]
async fn a_key_of_a_call_is_heeded_checked_and_let_go() {
    let app = App::start().await;
    let (_, token) = app.user("ana", Role::Manager).await;
    let bearer = format!("authorization: Bearer {token}");
    let once = |key: &str| format!("idempotency-key: {key}");
    for _ in 0..2 {
        let touched = app.post("/v1/own", &[&bearer, &once("k1")], "").await;
        assert_eq!((touched.status, &touched.json()["once"]), (200, &json!("k1")));
    }
    let longest = "x".repeat(255);
    assert_eq!(app.post("/v1/own", &[&bearer, &once(&longest)], "").await.status, 200);
    for bad in [&"x".repeat(256), "a b", "ключ", " "] {
        let refused = app.post("/v1/own", &[&bearer, &once(bad)], "").await;
        assert_eq!(refused.problem().1, "validation", "{bad}");
        assert_eq!(refused.json()["errors"][0]["field"], "Idempotency-Key");
    }
    // Reading is repeatable as it is.
    assert_eq!(app.get("/v1/own", &[&bearer, &once("k1")]).await.json()["once"], Value::Null);
}

#[tokio::test]
async fn guessing_keys_is_slowed_down_and_good_ones_are_still_served() {
    let app = App::start().await;
    let good = format!("authorization: Bearer {}", app.key("notify").await);
    let mut refused = Vec::new();
    for n in 0..70 {
        let guess = format!("authorization: Bearer bwk_{n}");
        refused.push(app.get("/v1/own", &[&guess]).await);
    }
    let slowed: Vec<_> = refused.iter().filter(|answer| answer.status == 429).collect();
    assert_eq!(slowed.len(), 10);
    assert!(slowed[0].header("retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(app.post("/v1/send", &[&good], "").await.status, 200);
}

#[tokio::test]
async fn calls_are_counted_by_route_and_carry_careful_headers() {
    let app = App::start().await;
    let answer = app.get("/v1/letters/7?to=secret", &[]).await;
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    assert_eq!(answer.header("x-request-id").len(), 36);
    let metrics = app.state.metrics.encode();
    let line = r#"bellwire_http_requests_total{method="GET",route="/v1/letters/{id}",status="200"} 1"#;
    assert!(metrics.contains(line), "{metrics}");
    assert!(!metrics.contains("secret"));
}
