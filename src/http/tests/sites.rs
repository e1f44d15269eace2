//! Which page may make a browser call what: every combination, and nothing accepted that should not be.

use super::*;
use crate::domain::origin::Origin;
use crate::store::accounts;

const OWN: &str = "https://bell.example.com";
const HOST_PAGE: &str = "https://crm.example.com";
const STRANGER: &str = "https://evil.example.net";

async fn with_allowed_origin() -> App {
    let app = App::start().await;
    let allowed = app
        .state
        .ctx
        .store
        .write(|tx| accounts::insert_origin(tx, MAIN, &Origin::parse("origin", HOST_PAGE)?, NOW));
    allowed.await.unwrap();
    app
}

#[tokio::test]
async fn a_cookie_works_for_our_own_pages_only() {
    let app = with_allowed_origin().await;
    let (cookie, _) = app.user("ana", Role::Manager).await;
    let cookie = format!("cookie: {cookie}");
    let origin = |origin: &str| format!("origin: {origin}");
    let (own, host, stranger) = (origin(OWN), origin(HOST_PAGE), origin(STRANGER));
    let (null, plain) = (origin("null"), origin("http://bell.example.com:81"));
    for (headers, get, post) in [
        (vec!["sec-fetch-site: same-origin"], 200, 200),
        (vec!["sec-fetch-site: same-origin", &own], 200, 200),
        (vec!["sec-fetch-site: same-site", &host], 200, 403),
        (vec!["sec-fetch-site: same-site", &stranger], 403, 403),
        (vec!["sec-fetch-site: cross-site", &host], 200, 403),
        (vec!["sec-fetch-site: cross-site", &stranger], 403, 403),
        (vec!["sec-fetch-site: cross-site", &own], 403, 403),
        (vec!["sec-fetch-site: cross-site"], 200, 403),
        (vec!["sec-fetch-site: none"], 200, 403),
        (vec![&own], 200, 200),
        (vec![&stranger], 403, 403),
        (vec![&plain], 403, 403),
        (vec![&null], 403, 403),
        (vec![], 200, 403),
    ] {
        let headers: Vec<&str> = headers.into_iter().chain([cookie.as_str()]).collect();
        assert_eq!(app.get("/v1/own", &headers).await.status, get, "GET {headers:?}");
        let posted = app.post("/v1/own", &headers, "").await;
        assert_eq!(posted.status, post, "POST {headers:?}");
        if post == 403 {
            assert_eq!(posted.problem().1, "cross-site");
        }
    }
}

#[tokio::test]
async fn nobody_is_signed_in_by_another_site() {
    let app = App::start().await;
    let (own, stranger) = (format!("origin: {OWN}"), format!("origin: {STRANGER}"));
    for (headers, status) in [
        (vec![], 201),
        (vec![own.as_str()], 201),
        (vec![stranger.as_str()], 403),
        (vec!["sec-fetch-site: cross-site"], 403),
    ] {
        assert_eq!(app.post("/v1/letters", &headers, r#"{"to":"a"}"#).await.status, status, "{headers:?}");
    }
}

#[tokio::test]
async fn host_pages_that_an_account_allows_may_read_answers_and_others_may_not() {
    let app = with_allowed_origin().await;
    let (_, token) = app.user("ana", Role::Manager).await;
    let bearer = format!("authorization: Bearer {token}");
    for (origin, site, status, shared) in [
        (HOST_PAGE, "cross-site", 200, HOST_PAGE),
        (HOST_PAGE, "same-site", 200, HOST_PAGE),
        (STRANGER, "cross-site", 403, ""),
        ("null", "cross-site", 403, ""),
        (OWN, "same-origin", 200, ""),
    ] {
        let headers = [format!("origin: {origin}"), format!("sec-fetch-site: {site}"), bearer.clone()];
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        for answer in [app.get("/v1/own", &headers).await, app.post("/v1/own", &headers, "").await] {
            assert_eq!(
                (answer.status, answer.header("access-control-allow-origin")),
                (status, shared),
                "{origin}"
            );
            assert_eq!(answer.header("access-control-allow-credentials"), "");
            assert_eq!(answer.header("vary"), if site == "same-origin" { "" } else { "Origin" }, "{origin}");
        }
        // A token that has ended must be readable as such.
        let ended = app.get("/v1/own", &[headers[0], headers[1], "authorization: Bearer bwt_ended"]).await;
        assert_eq!((ended.status, ended.header("access-control-allow-origin")), (401, shared), "{origin}");
    }
}

#[tokio::test]
async fn preflights_are_answered_for_allowed_origins() {
    let app = with_allowed_origin().await;
    for (origin, status, shared) in [(HOST_PAGE, 204, HOST_PAGE), (STRANGER, 403, ""), ("null", 403, "")] {
        let origin = format!("origin: {origin}");
        let headers = [origin.as_str(), "access-control-request-method: POST"];
        let answer = app.call("OPTIONS /v1/own", &headers, "").await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, shared));
        assert_eq!(answer.header("access-control-allow-headers").contains("Authorization"), status == 204);
        assert_eq!(answer.header("vary"), "Origin");
    }
}

#[tokio::test]
async fn an_origin_of_another_account_is_a_strangers() {
    let app = App::start().await;
    let insert = app.state.ctx.store.write(|tx| {
        let new = accounts::NewAccount {
            id: "other".into(),
            code: crate::domain::code::Code::parse("code", "other")?,
            name: "Other".into(),
            zone: crate::domain::zone::Zone::parse("zone", "UTC")?,
            language: crate::domain::language::Language::En,
        };
        let other = accounts::insert(tx, &new, NOW)?.unwrap();
        accounts::insert_origin(tx, other, &Origin::parse("origin", HOST_PAGE)?, NOW)
    });
    insert.await.unwrap();
    let bearer = format!("authorization: Bearer {}", app.user("ana", Role::Manager).await.1);
    let answer = app.get("/v1/own", &[&bearer, &format!("origin: {HOST_PAGE}")]).await;
    assert_eq!(answer.problem(), (403, "cross-site".to_owned()));
}
