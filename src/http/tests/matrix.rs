//! Every route of the real table against every sort of caller: who is not named by a route's rule is refused before
//! anything happens. What those may do who are let in, the stories of each resource tell.

use super::*;
use crate::domain::scope::Scope;
use crate::flows::credentials::{Given, resolve};
use crate::flows::operators;

#[tokio::test]
async fn who_is_not_named_by_a_rule_is_refused() {
    let app = App::start().await;
    let mut callers =
        vec![app.user("ana", Role::Manager).await.1, app.user("root", Role::Administrator).await.1];
    for scope in Scope::ALL {
        callers.push(app.key(scope.name()).await);
    }
    let real = app.real();
    let mut refused = 0;
    for route in table() {
        let (line, access) = (format!("{} {}", route.info.method, route.info.path), route.info.access);
        let line = line.replace(['{', '}'], "");
        if access == Access::Public {
            continue;
        }
        assert_eq!(real.call(&line, &[], "{}").await.problem(), (401, "signed-out".to_owned()), "{line}");
        for bearer in &callers {
            let caller = resolve(&app.state.ctx, Given::Bearer(bearer.clone())).await.unwrap();
            if access.check(&caller).is_ok() {
                continue;
            }
            refused += 1;
            let answer = real.call(&line, &[&format!("authorization: Bearer {bearer}")], "{}").await;
            assert_eq!(answer.problem(), (403, "forbidden".to_owned()), "{line} {caller:?}");
        }
    }
    assert!(refused > 100, "{refused}");
}

/// An operator is nobody in an account: not an inbox, not a record, not a setting is his.
#[tokio::test]
async fn an_operator_reaches_nothing_of_an_account() {
    let app = App::start().await;
    let link =
        operators::add(&app.state.ctx, "op@example.com", None, "https://bell.example.com").await.unwrap();
    let secret = link.split_once('#').unwrap().1;
    let started = operators::use_link(&app.state.ctx, secret, "correct horse battery".into()).await.unwrap();
    let cookie = format!("cookie: __Host-bellwire-operator={}", started.secret);
    let as_user = format!("cookie: __Host-bellwire={}", started.secret);
    let bearer = format!("authorization: Bearer {}", started.secret);
    let (real, own) = (app.real(), "sec-fetch-site: same-origin");
    let mut refused = 0;
    for route in table() {
        let line = format!("{} {}", route.info.method, route.info.path).replace(['{', '}'], "");
        // Wrong bearers may be tried once a second.
        app.clock.advance(Duration::from_secs(1));
        match route.info.access {
            Access::Public => {}
            Access::Operator => {
                for header in [&as_user, &bearer] {
                    assert_eq!(real.call(&line, &[header, own], "{}").await.status, 401, "{line} {header}");
                }
            }
            Access::Caller { .. } => {
                refused += 1;
                for header in [&cookie, &as_user, &bearer] {
                    assert_eq!(real.call(&line, &[header, own], "{}").await.status, 401, "{line} {header}");
                }
            }
        }
    }
    assert!(refused > 80, "{refused}");
    assert_eq!(real.get("/v1/operator/session", &[&cookie, own]).await.status, 200);
}

/// What is open to everybody is so few that it is written down twice.
#[test]
fn few_routes_are_public() {
    let table = table();
    let public = table.iter().filter(|route| route.info.access == Access::Public);
    let public: Vec<String> =
        public.map(|route| format!("{} {}", route.info.method, route.info.path)).collect();
    let expected = [
        "GET /healthz",
        "GET /readyz",
        "GET /metrics", // Its handler lets in this machine and administrators.
        "GET /openapi.json",
        "GET /v1/status",
        "GET /v1/zones",
        "POST /v1/setup",
        "POST /v1/links/look",
        "POST /v1/links/use",
        "POST /v1/session",
        "GET /unsubscribe/{token}", // The token is its own proof.
        "POST /unsubscribe/{token}",
        "POST /v1/operator/links/look",
        "POST /v1/operator/links/use",
        "POST /v1/operator/session",
    ];
    assert_eq!(public, expected);
}
