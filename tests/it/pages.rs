//! The web pages and the client, as far as the server has a say: policies, caching, types, who may frame them.

use serde_json::json;

use crate::support::{Answer, TestApp, both};

/// The console's document, unless the pages were not built before this binary.
async fn console(app: &TestApp, referer: &str) -> Option<Answer> {
    let answer = app.anonymous().with("referer", referer).get("/").await;
    if answer.status == 404 {
        eprintln!("skipped: the pages are not built (make pages builds them)");
        return None;
    }
    assert_eq!(answer.status, 200, "{answer}");
    Some(answer)
}

fn directive<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let policy = answer.header("content-security-policy").unwrap_or_default();
    policy.split(';').find_map(|one| one.trim().strip_prefix(name)).map(str::trim)
}

both!(every_page_is_one_document_under_a_strict_policy);
async fn every_page_is_one_document_under_a_strict_policy(app: &TestApp) {
    let Some(index) = console(app, "").await else { return };
    for (name, value) in [
        ("default-src", "'none'"),
        ("script-src", "'self'"),
        ("style-src", "'self'"),
        ("base-uri", "'none'"),
        ("form-action", "'self'"),
        ("frame-ancestors", "'self'"),
        ("require-trusted-types-for", "'script'"),
    ] {
        assert_eq!(directive(&index, name), Some(value), "{name}");
    }
    let policy = index.header("content-security-policy").unwrap();
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    assert_eq!(index.header("x-frame-options"), Some("SAMEORIGIN"));
    assert_eq!(index.header("cache-control"), Some("no-store"));
    assert!(
        !index.body.contains("<style") && !index.body.contains("style=") && !index.body.contains(" onload")
    );
    // A path of the console is the same document; a file that is missing is not.
    let nobody = app.anonymous();
    for path in ["/settings/users", "/notifications", "/setup", "/index.html"] {
        assert_eq!(nobody.get(path).await.body, index.body, "{path}");
    }
    for path in ["/assets/no-such.js", "/favicon.php", "/v1", "/v1/", "/client/no-such.js"] {
        let answer = nobody.get(path).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (404, Some("application/problem+json")),
            "{path}"
        );
    }
    assert_eq!(nobody.call("POST", "/settings/users").send().await.status, 405);
    // Each script and sheet that the document names is there, for ever, with its type.
    let names = index.body.split('"').filter(|part| part.starts_with("/assets/") && !part.ends_with(".svg"));
    let mut found = 0;
    for name in names {
        let file = nobody.get(name).await;
        assert_eq!(file.status, 200, "{name}");
        let kind = if name.ends_with(".css") { "text/css" } else { "text/javascript" };
        assert!(file.header("content-type").is_some_and(|media| media.starts_with(kind)), "{name}: {file:?}");
        assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"), "{name}");
        found += 1;
    }
    assert!(found > 0, "{}", index.body);
}

both!(only_an_allowed_origin_may_frame_the_console);
async fn only_an_allowed_origin_may_frame_the_console(app: &TestApp) {
    const HOST: &str = "https://crm.example.com";
    let root = app.cookie("root").await;
    root.post("/v1/allowed-origins", json!({"origin": HOST})).await.ok(201);
    for (referer, allowed) in [
        ("https://crm.example.com/orders?id=5", true),
        ("https://evil.example/", false),
        ("https://crm.example.com.evil.example/", false),
        ("not a url", false),
        ("https://crm.example.com; script-src *", false),
    ] {
        let Some(page) = console(app, referer).await else { return };
        let expected = if allowed { format!("'self' {HOST}") } else { "'self'".into() };
        assert_eq!(directive(&page, "frame-ancestors"), Some(expected.as_str()), "{referer}");
        assert_eq!(page.header("x-frame-options").is_none(), allowed, "{referer}");
        assert_eq!(directive(&page, "script-src"), Some("'self'"), "{referer}");
    }
}

both!(the_client_is_cached_by_its_version);
async fn the_client_is_cached_by_its_version(app: &TestApp) {
    let nobody =
        app.anonymous().with("origin", "https://crm.example.com").with("sec-fetch-site", "cross-site");
    let plain = nobody.get("/client/bellwire.js").await;
    if plain.status == 404 {
        return;
    }
    let version = env!("CARGO_PKG_VERSION");
    let pinned = nobody.get(&format!("/client/{version}/bellwire.js")).await;
    assert_eq!((plain.status, pinned.status), (200, 200));
    assert_eq!(plain.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(pinned.header("cache-control"), Some("public, max-age=31536000, immutable"));
    for answer in [&plain, &pinned] {
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert!(answer.header("content-type").is_some_and(|media| media.starts_with("text/javascript")));
    }
    assert_eq!(nobody.get("/client/9.9.9/bellwire.js").await.status, 404);
}
