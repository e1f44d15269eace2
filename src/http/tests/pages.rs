//! What is served besides the API: pages, the client, the OpenAPI document, health.

use std::collections::HashSet;

use super::*;
use crate::domain::origin::Origin;
use crate::store::accounts;

#[tokio::test]
async fn the_reader_of_the_document_needs_nothing_else() {
    let app = App::start().await;
    for (path, media) in [
        ("/docs", "text/html; charset=utf-8"),
        ("/docs/reader.js", "text/javascript; charset=utf-8"),
        ("/docs/reader.css", "text/css; charset=utf-8"),
    ] {
        let page = app.get(path, &[]).await;
        assert_eq!((page.status, page.header("content-type")), (200, media), "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
        assert!(!page.text.contains("https://") && !page.text.contains("innerHTML"), "{path}");
    }
    assert_eq!(app.get("/docs/other.js", &[]).await.problem(), (404, "no-route".to_owned()));
}

#[tokio::test]
async fn a_page_can_load_nothing_from_elsewhere_and_be_framed_by_nobody() {
    let app = App::start().await;
    for path in ["/", "/settings/users", "/invitation"] {
        let page = app.get(path, &[]).await;
        if page.status == 404 {
            assert!(page.text.contains("make pages"), "{}", page.text);
            continue;
        }
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
        assert!(policy.ends_with("frame-ancestors 'self'"), "{policy}");
        assert_eq!(
            (page.header("cache-control"), page.header("x-frame-options")),
            ("no-store", "SAMEORIGIN")
        );
    }
    for path in ["/assets/missing.js", "/missing.js", "/client/missing.js", "/favicon.ico", "/assets/"] {
        assert_eq!(app.get(path, &[]).await.problem(), (404, "no-route".to_owned()), "{path}");
    }
    assert_eq!(app.call("POST /", &[], "").await.problem(), (405, "method-not-allowed".to_owned()));
}

#[tokio::test]
async fn a_page_may_be_framed_by_the_page_that_asks_if_an_account_allows_it() {
    let app = App::start().await;
    let allow = app.state.ctx.store.write(|tx| {
        let origin = Origin::parse("origin", "https://crm.example.com")?;
        accounts::insert_origin(tx, MAIN, &origin, NOW)
    });
    allow.await.unwrap();
    for (referer, ancestors) in [
        ("https://crm.example.com/orders/7?x=1", "frame-ancestors 'self' https://crm.example.com"),
        ("https://evil.example.net/", "frame-ancestors 'self'"),
        ("https://crm.example.com.evil.example.net/", "frame-ancestors 'self'"),
        ("https://crm.example.com:444/", "frame-ancestors 'self'"),
        ("no address", "frame-ancestors 'self'"),
    ] {
        let page = app.get("/", &[&format!("referer: {referer}")]).await;
        if page.status == 404 {
            return; // The pages have not been built.
        }
        let policy = page.header("content-security-policy");
        assert!(policy.ends_with(ancestors), "{referer}: {policy}");
        assert_eq!(page.header("x-frame-options").is_empty(), ancestors.contains("crm"), "{referer}");
    }
}

#[tokio::test]
async fn the_client_is_for_every_origin_and_is_sent_as_the_browser_takes_it() {
    let app = App::start().await;
    let plain = app.get("/client/bellwire.js", &[]).await;
    if plain.status == 404 {
        return; // The client has not been built.
    }
    assert_eq!(plain.header("access-control-allow-origin"), "*");
    assert_eq!(plain.header("cache-control"), "public, max-age=300");
    assert_eq!(plain.header("content-type"), "text/javascript; charset=utf-8");
    let tag = format!("if-none-match: {}", plain.header("etag"));
    assert_eq!(app.get("/client/bellwire.js", &[&tag]).await.status, 304);
    let packed = app.get("/client/bellwire.js", &["accept-encoding: gzip, br"]).await;
    assert_eq!(packed.header("content-encoding"), "br");
    assert_ne!(packed.header("etag"), plain.header("etag"));
    let version = concat!("/client/", env!("CARGO_PKG_VERSION"), "/bellwire.js");
    assert!(app.get(version, &[]).await.header("cache-control").contains("immutable"));
    assert_eq!(app.get("/client/bellwire.js.br", &[]).await.status, 404);
    // What it loads later has its content in its name.
    let (_, rest) = plain.text.split_once("bellwire-later-").unwrap();
    let later = format!("/client/bellwire-later-{}.js", rest.split('.').next().unwrap());
    assert!(app.get(&later, &[]).await.header("cache-control").contains("immutable"), "{later}");
}

#[tokio::test]
async fn the_watchers_of_the_server_get_their_answers() {
    let app = App::start().await;
    let real = app.real();
    assert_eq!(real.get("/healthz", &[]).await.text, "ok\n");
    assert_eq!(real.get("/readyz", &[]).await.json()["work_due"], 0);
    // No address is known here, so it is not this machine's.
    assert_eq!(real.get("/metrics", &[]).await.problem(), (403, "forbidden".to_owned()));
    let all = format!("authorization: Bearer {}", app.key("all").await);
    assert!(real.get("/metrics", &[&all]).await.text.contains("bellwire_http_requests_total"));
    let read = format!("authorization: Bearer {}", app.key("read").await);
    assert_eq!(real.get("/metrics", &[&read]).await.status, 403);
    assert_eq!(real.get("/openapi.json", &[]).await.json()["openapi"], "3.1.1");
}

#[test]
fn every_route_is_in_the_document_and_has_a_name_of_its_own() {
    let document = openapi::document();
    let mut ids = HashSet::new();
    for route in table() {
        let info = route.info;
        let operation = &document["paths"][info.path][info.method.to_ascii_lowercase()];
        assert_eq!(operation["operationId"], info.operation.id, "{} {}", info.method, info.path);
        assert!(ids.insert(info.operation.id.clone()), "two handlers are called {}", info.operation.id);
        assert!(!info.operation.about.is_empty() && !info.operation.answers.is_empty(), "{}", info.path);
        assert_eq!(operation["security"] == json!([]), info.access == Access::Public, "{}", info.path);
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let document = openapi::document();
    let mut waiting = vec![&document];
    let mut found = 0;
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    found += 1;
                    assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{target}");
                }
                waiting.extend(members.values());
            }
            Value::Array(elements) => waiting.extend(elements),
            _ => {}
        }
    }
    assert!(found > 0);
}

#[test]
fn the_document_says_what_handlers_take() {
    let table: Vec<_> = routes().into_iter().map(|route| route.info).collect();
    let document = openapi::describe(&table);
    let send = &document["paths"]["/v1/letters"]["post"];
    assert_eq!(send["requestBody"]["required"], true);
    assert_eq!(
        send["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/Letter"
    );
    assert_eq!(send["parameters"][0]["$ref"], "#/components/parameters/IdempotencyKey");
    assert!(send["responses"]["201"].is_object() && send["responses"]["default"].is_object());
    let read = &document["paths"]["/v1/letters/{id}"]["get"]["parameters"];
    let names: Vec<_> =
        read.as_array().unwrap().iter().map(|p| (&p["name"], &p["in"], &p["required"])).collect();
    let expected = [("id", "path", true), ("copies", "query", false), ("to", "query", true)];
    assert_eq!(json!(names), json!(expected));
    assert_eq!(document["components"]["schemas"]["Letter"]["properties"]["to"]["type"], "string");
    assert_eq!(
        document["paths"]["/v1/admin"]["get"]["description"],
        "For administrators, and keys with the scope `all`."
    );
}
