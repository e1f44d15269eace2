//! Every route of the real table against every sort of caller: who is not named by a route's rule is refused before
//! anything happens. What those may do who are let in, the stories of each resource tell.

use super::*;
use crate::domain::scope::Scope;
use crate::flows::credentials::{Given, resolve};

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
    ];
    assert_eq!(public, expected);
}
