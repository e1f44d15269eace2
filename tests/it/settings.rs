//! What the operator's settings change at the door.

use std::num::NonZeroU32;
use std::time::Duration;

use serde_json::json;

use crate::support::people::{PASSWORD, email};
use crate::support::{TestApp, run_with};

#[test]
fn keys_may_have_a_rate() {
    let change = |settings: &mut bellwire::config::Settings| settings.key_rate = NonZeroU32::new(3);
    run_with(change, &async |app: &TestApp| {
        let (one, two, ann) = (app.key(&["read"]).await, app.key(&["read"]).await, app.cookie("ann").await);
        for _ in 0..3 {
            assert_eq!(one.get("/v1/groups").await.status, 200);
        }
        let refused = one.get("/v1/groups").await;
        assert_eq!((refused.status, refused.text("/type")), (429, "/problems/too-many".into()));
        assert_eq!(refused.header("retry-after"), Some("1"));
        // Each key has its own, and people have none.
        assert_eq!(two.get("/v1/groups").await.status, 200);
        for _ in 0..10 {
            assert_eq!(ann.get("/v1/groups").await.status, 200);
        }
        app.advance(Duration::from_secs(1)).await;
        assert_eq!(one.get("/v1/groups").await.status, 200);
    });
}

#[test]
fn an_intranet_without_https_has_a_cookie_of_another_name() {
    let change = |settings: &mut bellwire::config::Settings| settings.insecure_cookies = true;
    run_with(change, &async |app: &TestApp| {
        let form = json!({"email": email("ann"), "password": PASSWORD});
        let answer = app.anonymous().post("/v1/session", form).await;
        let cookie = answer.header("set-cookie").unwrap();
        let (value, attributes) = cookie.split_once(';').unwrap();
        assert_eq!(attributes, " Max-Age=1209600; Path=/; HttpOnly; SameSite=Lax");
        let secret = value.strip_prefix("bellwire=").unwrap();
        let browser = app.anonymous().with("sec-fetch-site", "same-origin");
        assert_eq!(browser.with("cookie", value).get("/v1/session").await.status, 200);
        assert_eq!(
            browser.cookie(secret).get("/v1/session").await.status,
            401,
            "the other name is not looked at"
        );
    });
}

#[test]
fn a_public_address_begins_every_link() {
    let change = |settings: &mut bellwire::config::Settings| {
        settings.public_url = Some("https://bell.example.com".into());
    };
    run_with(change, &async |app: &TestApp| {
        let root = app.cookie("root").await;
        let url = root.act(&format!("/v1/users/{}/reset-password", app.id("bob"))).await.text("/url");
        assert!(url.starts_with("https://bell.example.com/password#"), "{url}");
        // The account's own goes before it.
        root.patch("/v1/account", json!({"public_url": "https://crm.example.com"})).await.ok(200);
        let url = root.act(&format!("/v1/users/{}/reset-password", app.id("bob"))).await.text("/url");
        assert!(url.starts_with("https://crm.example.com/password#"), "{url}");
        let answer = app.anonymous().get("/v1/status").await;
        assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
        // Pages at that address are ours, though the proxy in front talks to us under another name.
        let bare = root.call("GET", "/").bytes();
        let cookie = String::from_utf8(bare).unwrap();
        let cookie = cookie.lines().find_map(|line| line.strip_prefix("cookie: ")).unwrap().to_owned();
        let page = app.anonymous().with("cookie", &cookie).with("origin", "https://bell.example.com");
        assert_eq!(page.post("/v1/inbox/read-all", json!({"up_to": 1})).await.status, 200);
        let other = page.with("origin", "https://crm.example.com");
        assert_eq!(other.post("/v1/inbox/read-all", json!({"up_to": 1})).await.status, 403);
    });
}

#[test]
fn behind_a_proxy_guesses_are_counted_by_its_word() {
    let change = |settings: &mut bellwire::config::Settings| settings.trust_forwarded = true;
    run_with(change, &async |app: &TestApp| {
        let guess = async |forwarded: &str, number: usize| {
            let from = app.anonymous().with("x-forwarded-for", forwarded);
            let form = json!({"email": format!("{number}@example.com"), "password": "guess"});
            from.post("/v1/session", form).await.status
        };
        for number in 0..20 {
            // Only the last entry is the proxy's; what stands before it anybody may have written.
            assert_ne!(guess(&format!("10.0.0.{number}, 192.0.2.1"), number).await, 429);
        }
        assert_eq!(guess("10.0.0.99, 192.0.2.1", 20).await, 429);
        assert_ne!(guess("10.0.0.99, 192.0.2.2", 21).await, 429);
    });
}
