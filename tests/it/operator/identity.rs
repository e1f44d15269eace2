//! The operator is nobody's user: his link, his session, his log.

use std::time::Duration;

use bellwire::flows::operators;
use serde_json::json;

use crate::support::people::{PASSWORD, email};
use crate::support::{Answer, Client, TestApp, assert_answer, both};

const OLGA: &str = "olga@example.com";

/// The browser after an answer that signed it in.
fn browser(app: &TestApp, answer: &Answer) -> Client {
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Secure"));
    let pair = cookie.split(';').next().unwrap();
    assert!(pair.starts_with("__Host-bellwire-operator="), "{pair}");
    app.anonymous().with("cookie", pair).with("sec-fetch-site", "same-origin")
}

both!(an_operator_comes_in_by_a_link_and_goes);
async fn an_operator_comes_in_by_a_link_and_goes(app: &TestApp) {
    let link = operators::add(app.ctx(), OLGA, Some("Olga"), "https://bell.example.com").await.unwrap();
    let token = link.strip_prefix("https://bell.example.com/operator/invitation#").unwrap();
    let page = app.anonymous().with("sec-fetch-site", "same-origin");
    let looked = page.post("/v1/operator/links/look", json!({"token": token})).await;
    assert_answer!(looked, 200, {"name": "Olga", "email": OLGA});
    let short = page.post("/v1/operator/links/use", json!({"token": token, "password": "short"})).await;
    assert_eq!(short.fields(), ["password"]);
    let used = page.post("/v1/operator/links/use", json!({"token": token, "password": PASSWORD})).await;
    used.ok(200);
    let olga = browser(app, &used);
    assert_eq!(olga.get("/v1/operator/session").await.ok(200)["name"], "Olga");
    let again = page.post("/v1/operator/links/use", json!({"token": token, "password": PASSWORD})).await;
    assert_eq!(again.status, 409, "{again}");
    assert_eq!(olga.delete("/v1/operator/session").await.status, 204);
    assert_eq!(olga.get("/v1/operator/session").await.status, 401);
    let wrong = json!({"email": OLGA, "password": "another horse battery"});
    assert_eq!(page.post("/v1/operator/session", wrong).await.fields(), ["password"]);
    // A user's password is none of an operator's, though the address were the same.
    let user = json!({"email": email("root"), "password": PASSWORD});
    assert_eq!(page.post("/v1/operator/session", user).await.fields(), ["password"]);
    let back =
        page.post("/v1/operator/session", json!({"email": "Olga@Example.com", "password": PASSWORD})).await;
    back.ok(200);
    let olga = browser(app, &back);
    olga.patch("/v1/operator/session", json!({"language": "ru"})).await.ok(200);
    let missing = olga.get("/v1/operator/announcements/none").await;
    assert_eq!(missing.header("content-language"), Some("ru"), "{missing}");
    let log = olga.get("/v1/operator/log").await.ok(200);
    let said: Vec<_> = log["items"].as_array().unwrap().iter().map(|line| line["action"].clone()).collect();
    assert_eq!(said, ["operator.password_set", "operator.added"]);
}

both!(a_session_ends_with_its_time_its_password_and_its_operator);
async fn a_session_ends_with_its_time_its_password_and_its_operator(app: &TestApp) {
    let idle = app.operator().await;
    app.advance(Duration::from_hours(13)).await;
    assert_eq!(idle.get("/v1/operator/session").await.status, 401);
    let old = app.operator().await;
    let link = operators::reset(app.ctx(), OLGA, "https://bell.example.com").await.unwrap();
    let secret = link.split_once('#').unwrap().1;
    app.advance(Duration::from_hours(25)).await;
    assert!(operators::look(app.ctx(), secret).await.is_err(), "a link is good for a day");
    let link = operators::reset(app.ctx(), OLGA, "https://bell.example.com").await.unwrap();
    let old = {
        let _ = old;
        app.operator().await
    };
    operators::use_link(app.ctx(), link.split_once('#').unwrap().1, PASSWORD.into()).await.unwrap();
    assert_eq!(
        old.get("/v1/operator/session").await.status,
        401,
        "another password ends what the old one began"
    );
    let last = app.operator().await;
    assert_eq!(operators::list(app.ctx()).await.unwrap().len(), 1);
    operators::remove(app.ctx(), OLGA).await.unwrap();
    assert_eq!(last.get("/v1/operator/session").await.status, 401);
    assert!(operators::list(app.ctx()).await.unwrap().is_empty());
    // What was over long ago is deleted.
    app.advance(Duration::from_hours(24 * 16)).await;
    app.while_time_passes(bellwire::flows::retention::step(app.ctx())).await.unwrap();
    assert_eq!(app.count("select count(*) from operator_session").await, 0);
    assert_eq!(app.count("select count(*) from operator_link").await, 0);
}

both!(other_sites_cannot_make_an_operator_do_anything);
async fn other_sites_cannot_make_an_operator_do_anything(app: &TestApp) {
    let olga = app.operator().await;
    let draft = json!({"texts": {"en": {"body": "Hello"}}});
    for site in ["cross-site", "same-site", "none"] {
        let forged =
            olga.with("sec-fetch-site", site).post("/v1/operator/announcements", draft.clone()).await;
        assert_eq!(forged.status, 403, "{site}: {forged}");
    }
    assert_eq!(app.count("select count(*) from announcement").await, 0);
    // Once per key, as everybody's writes.
    let first = olga.with("idempotency-key", "one");
    let made = first.post("/v1/operator/announcements", draft.clone()).await.text("/id");
    assert_eq!(first.post("/v1/operator/announcements", draft).await.text("/id"), made);
    assert_eq!(app.count("select count(*) from announcement").await, 1);
    let other = json!({"texts": {"en": {"body": "Other"}}});
    assert_eq!(first.post("/v1/operator/announcements", other).await.status, 422);
}
