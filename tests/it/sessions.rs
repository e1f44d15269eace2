//! Signing in and out, links, the first set-up, passwords, and the people that administrators manage.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::call::within;
use crate::support::people::{PASSWORD, email};
use crate::support::stream::Stream;
use crate::support::{Answer, Client, TestApp, assert_answer, both};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// What the sign-in form sends.
fn form(name: &str, password: &str) -> Value {
    json!({"email": email(name), "password": password})
}

/// The secret in the cookie that an answer sets.
fn secret(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").unwrap_or_else(|| panic!("no cookie: {answer}"));
    cookie.split_once('=').unwrap().1.split(';').next().unwrap().to_owned()
}

/// The secret in the fragment of a link.
fn token(url: &str) -> String {
    url.split_once('#').unwrap_or_else(|| panic!("no fragment in {url}")).1.to_owned()
}

both!(the_right_password_signs_in);
async fn the_right_password_signs_in(app: &TestApp) {
    let answer = app.anonymous().post("/v1/session", form("bob", PASSWORD)).await;
    assert_answer!(answer, 200, {
        "user": {
            "id": app.id("bob"), "number": 5, "name": "Bob", "email": "bob@example.com", "role": "manager",
            "language": "ru", "zone": "UTC",
        },
        "account": {"code": "main", "name": "Bellwire", "zone": "UTC", "language": "en"},
        "rights": {"may_send_notifications": true, "may_edit_rules": false, "sees": "all"},
        "popups": {"seconds": 10, "quiet": null},
        "demo": false, "version": env!("CARGO_PKG_VERSION"),
    });
    let cookie = answer.header("set-cookie").unwrap();
    let (value, attributes) = cookie.split_once(';').unwrap();
    assert_eq!(attributes, " Max-Age=1209600; Path=/; HttpOnly; SameSite=Lax; Secure");
    let secret = value.strip_prefix("__Host-bellwire=").unwrap();
    assert!(secret.len() == 43, "{secret}");
    let bob = app.anonymous().cookie(secret);
    assert_eq!(bob.get("/v1/session").await.ok(200), answer.json());
    // The address counts without regard to case, and the secret is nowhere in the database.
    let again = json!({"email": " BOB@Example.com ", "password": PASSWORD});
    assert_eq!(app.anonymous().post("/v1/session", again).await.status, 200);
    assert!(!format!("{:?}", app.facts().await).contains(secret));
    assert_answer!(bob.delete("/v1/session").await, 204);
    assert_eq!(bob.get("/v1/session").await.status, 401);
}

both!(what_is_not_right_looks_alike);
async fn what_is_not_right_looks_alike(app: &TestApp) {
    let root = app.cookie("root").await;
    root.act(&format!("/v1/users/{}/lock", app.id("cyd"))).await.ok(200);
    assert_eq!(root.delete(&format!("/v1/users/{}", app.id("dan"))).await.status, 204);
    root.post("/v1/users", json!({"email": "new@example.com", "name": "New"})).await.ok(201);
    let anonymous = app.anonymous();
    let wrong = anonymous.post("/v1/session", form("ann", "wrong password")).await;
    assert!(matches!(wrong.status, 401 | 422), "{wrong}");
    assert_eq!(wrong.header("set-cookie"), None);
    for form in [
        form("nobody", PASSWORD),
        form("cyd", PASSWORD),
        form("dan", PASSWORD),
        form("new", ""),
        form("new", PASSWORD),
        json!({"email": "", "password": ""}),
        json!({"email": "ann@example.com", "password": PASSWORD, "account": "no-such"}),
        json!({"email": "x'; drop table app_user; --", "password": "x"}),
    ] {
        let answer = anonymous.post("/v1/session", form.clone()).await;
        assert_eq!((answer.status, &answer.body), (wrong.status, &wrong.body), "{form}");
    }
    assert_eq!(anonymous.post("/v1/session", json!({})).await.fields(), ["email"]);
}

both!(guesses_are_counted_and_forgiven);
async fn guesses_are_counted_and_forgiven(app: &TestApp) {
    let anonymous = app.anonymous();
    for _ in 0..5 {
        assert!(matches!(anonymous.post("/v1/session", form("ann", "guess")).await.status, 401 | 422));
    }
    // Also the right password is not looked at now, in whatever case the address is written.
    let refused = anonymous.post("/v1/session", form("ANN", PASSWORD)).await;
    assert_answer!(refused, 429, {"type": "/problems/too-many", "title": "[text]", "status": 429, "detail": "[text]"});
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    // Nobody else is kept out, and those who are signed in stay so.
    assert_eq!(anonymous.post("/v1/session", form("bob", PASSWORD)).await.status, 200);
    assert_eq!(app.cookie("ann").await.get("/v1/session").await.status, 200);
    app.advance(Duration::from_secs(wait)).await;
    assert_eq!(anonymous.post("/v1/session", form("ann", PASSWORD)).await.status, 200);
    // One network address has a budget for all addresses of mail.
    app.advance(Duration::from_mins(2)).await;
    let mut statuses = Vec::new();
    for number in 0..25 {
        statuses.push(
            anonymous
                .post("/v1/session", json!({"email": format!("{number}@x.y"), "password": "x"}))
                .await
                .status,
        );
    }
    assert!(statuses[..20].iter().all(|status| *status != 429) && statuses[20..] == [429; 5], "{statuses:?}");
}

both!(one_who_is_in_several_accounts_chooses);
async fn one_who_is_in_several_accounts_chooses(app: &TestApp) {
    let (other, people) = app.other_account().await;
    let eve = app.cookie_of(other, people["eve"].clone()).await;
    let invited = eve.post("/v1/users", json!({"email": "ANN@example.com", "name": "Ann elsewhere"})).await;
    let link = token(&invited.text("/invitation_url"));
    let anonymous = app.anonymous();
    anonymous.post("/v1/links/use", json!({"token": link, "password": PASSWORD})).await.ok(200);
    let answer = anonymous.post("/v1/session", form("ann", PASSWORD)).await;
    assert_answer!(answer, 200, {
        "choose": [{"code": "main", "name": "Bellwire"}, {"code": "other", "name": "Other"}],
    });
    assert_eq!(answer.header("set-cookie"), None);
    for (code, name) in [("main", "Ann"), ("other", "Ann elsewhere")] {
        let chosen = json!({"email": email("ann"), "password": PASSWORD, "account": code});
        let session = anonymous.post("/v1/session", chosen).await.ok(200);
        assert_eq!((&session["account"]["code"], &session["user"]["name"]), (&json!(code), &json!(name)));
    }
}

both!(a_session_is_new_at_each_sign_in);
async fn a_session_is_new_at_each_sign_in(app: &TestApp) {
    // A cookie that somebody planted, or of another user, is worth nothing afterwards.
    let planted = app.anonymous().cookie(&"A".repeat(43));
    let first = secret(&planted.post("/v1/session", form("ann", PASSWORD)).await);
    assert_ne!(first, "A".repeat(43));
    assert_eq!(planted.get("/v1/session").await.status, 401);
    let before = app.anonymous().cookie(&first);
    assert_eq!(before.get("/v1/session").await.status, 200);
    let second = secret(&before.post("/v1/session", form("bob", PASSWORD)).await);
    assert_ne!(first, second);
    assert_eq!(before.get("/v1/session").await.status, 401);
    let after = app.anonymous().cookie(&second);
    assert_eq!(after.get("/v1/session").await.text("/user/name"), "Bob");
    // A password change makes a new one, too.
    let change = json!({"current": PASSWORD, "new": "another horse battery"});
    let changed = after.post("/v1/profile/password", change).await;
    assert_eq!(changed.status, 204, "{changed}");
    let third = secret(&changed);
    assert_ne!(third, second);
    assert_eq!(after.get("/v1/session").await.status, 401);
    assert_eq!(app.anonymous().cookie(&third).get("/v1/session").await.status, 200);
}

both!(a_session_ends_by_itself);
async fn a_session_ends_by_itself(app: &TestApp) {
    let (idle, busy) = (app.cookie("ann").await, app.cookie("ann").await);
    let (mut unused, mut used) = (Stream::open(&idle, None).await, Stream::open(&busy, None).await);
    // Whoever calls does not wait until his call is noted.
    let noted = async || {
        let sql = format!("select count(*) from session where seen_at = {}", app.now());
        within("a note", async { while app.count(&sql).await == 0 {} }).await;
    };
    app.advance(HOUR * 11).await;
    assert_eq!(busy.get("/v1/session").await.status, 200);
    noted().await;
    app.advance(HOUR).await;
    assert_eq!(idle.get("/v1/session").await.status, 401);
    // A stream outlives the call that opened it, but not for long the right to it.
    assert_eq!(app.while_time_passes(unused.bye()).await, "expired");
    for hours in (12..14 * 24).step_by(11) {
        assert_eq!(busy.get("/v1/session").await.status, 200, "after {hours} hours");
        noted().await;
        app.advance(HOUR * 11).await;
    }
    assert_eq!(busy.get("/v1/session").await.status, 401, "after fourteen days");
    assert_eq!(app.while_time_passes(used.bye()).await, "expired");
}

both!(everything_ends_when_one_signs_out_everywhere);
async fn everything_ends_when_one_signs_out_everywhere(app: &TestApp) {
    let (here, there) = (app.cookie("ann").await, app.cookie("ann").await);
    let (token, bob) = (app.token("ann", 900).await, app.cookie("bob").await);
    let answer = here.act("/v1/session/sign-out-everywhere").await;
    assert_answer!(answer, 204);
    assert!(answer.header("set-cookie").unwrap().starts_with("__Host-bellwire=; Max-Age=0"), "{answer:?}");
    for who in [&here, &there, &token] {
        assert_eq!(who.get("/v1/inbox").await.status, 401);
    }
    assert_eq!(bob.get("/v1/inbox").await.status, 200);
}

both!(the_first_visitor_with_the_link_becomes_administrator, run_empty);
async fn the_first_visitor_with_the_link_becomes_administrator(app: &TestApp) {
    let anonymous = app.anonymous();
    assert_answer!(anonymous.get("/v1/status").await, 200, {
        "version": env!("CARGO_PKG_VERSION"), "setup_required": true, "demo": false, "languages": ["en", "ru", "es"],
    });
    let [link] = &app.app.setup_links[..] else { panic!("one link for the account `main`") };
    assert_eq!(link.account, "main");
    let form = |token: &str| {
        json!({
            "token": token, "account_name": "ООО Ромашка", "name": "Анна", "email": "anna@example.com",
            "password": "лошадь батарея скрепка", "language": "ru", "zone": "Europe/Moscow",
        })
    };
    let secret_of_link = token(&link.path);
    assert!(link.path.starts_with("/setup#"), "{}", link.path);
    for bad in ["", "no-such", &"A".repeat(43)] {
        assert_eq!(anonymous.post("/v1/setup", form(bad)).await.status, 404, "{bad}");
    }
    // Every fault is named at once, and the link stays good.
    let answer = anonymous
        .post(
            "/v1/setup",
            json!({"token": secret_of_link, "account_name": " ", "name": "", "email": "anna", "password": "short",
                "language": "de", "zone": "Moscow"}),
        )
        .await;
    assert_eq!(answer.fields(), ["account_name", "name", "email", "password", "language", "zone"]);
    let answer = anonymous.post("/v1/setup", form(&secret_of_link)).await;
    let session = answer.ok(200);
    assert_eq!(session["user"]["role"], "administrator");
    assert_eq!(
        session["account"],
        json!({"code": "main", "name": "ООО Ромашка", "zone": "Europe/Moscow", "language": "ru"})
    );
    assert_eq!(app.anonymous().cookie(&secret(&answer)).get("/v1/users").await.status, 200);
    assert_eq!(anonymous.get("/v1/status").await.ok(200)["setup_required"], false);
    let again = anonymous.post("/v1/setup", form(&secret_of_link)).await;
    assert_eq!((again.status, again.text("/type")), (409, "/problems/link-used".into()));
    let sign_in = json!({"email": "anna@example.com", "password": "лошадь батарея скрепка"});
    assert_eq!(anonymous.post("/v1/session", sign_in).await.status, 200);
}

both!(the_set_up_link_ages, run_empty);
async fn the_set_up_link_ages(app: &TestApp) {
    let link = token(&app.app.setup_links[0].path);
    app.advance(DAY).await;
    let form = json!({"token": link, "account_name": "A", "name": "N", "email": "a@b.c", "password": PASSWORD,
        "language": "en", "zone": "UTC"});
    assert_eq!(app.anonymous().post("/v1/setup", form).await.status, 404);
    assert_eq!(app.anonymous().get("/v1/status").await.ok(200)["setup_required"], true);
}

both!(an_invitation_is_used_once);
async fn an_invitation_is_used_once(app: &TestApp) {
    let root = app.cookie("root").await;
    let invitation = json!({"email": "new@example.com", "name": "New", "groups": ["sales"], "language": "es", "zone": "Europe/Madrid"});
    let answer = root.post("/v1/users", invitation).await;
    assert_answer!(answer, 201, {
        "user": {
            "id": "[id]", "number": 8, "name": "New", "email": "new@example.com", "role": "manager",
            "state": "invited", "groups": ["sales"], "language": "es", "zone": "Europe/Madrid",
            "created_at": "2026-03-01T08:00:00.000Z", "last_seen_at": null,
        },
        "invitation_url": "[text]",
    });
    let url = answer.text("/invitation_url");
    assert!(url.starts_with(&format!("{}/invitation#", app.app.base_url())), "{url}");
    let (anonymous, link) = (app.anonymous(), token(&url));
    for _ in 0..2 {
        assert_answer!(anonymous.post("/v1/links/look", json!({"token": link})).await, 200, {
            "kind": "invitation", "name": "New", "email": "new@example.com", "account_name": "Bellwire",
        });
    }
    let used = async |body: Value| anonymous.post("/v1/links/use", body).await;
    assert_eq!(used(json!({"token": link, "password": "short"})).await.fields(), ["password"]);
    assert_eq!(used(json!({"token": link, "password": "new@example.com"})).await.fields(), ["password"]);
    let answer = used(json!({"token": link, "password": "nuevo caballo", "name": "Nueva"})).await;
    assert_eq!(answer.ok(200)["user"]["name"], "Nueva");
    let new = app.anonymous().cookie(&secret(&answer));
    assert_eq!(new.get("/v1/session").await.ok(200)["rights"]["may_send_notifications"], true);
    let bodies = [json!({"token": link}), json!({"token": link, "password": "nuevo caballo"})];
    for (path, body) in ["/v1/links/look", "/v1/links/use"].into_iter().zip(bodies) {
        let again = anonymous.post(path, body).await;
        assert_eq!((again.status, again.text("/type")), (409, "/problems/link-used".into()), "{path}");
    }
    assert_eq!(anonymous.post("/v1/links/look", json!({"token": "no-such"})).await.status, 404);
}

both!(links_age_and_give_way_to_newer_ones);
async fn links_age_and_give_way_to_newer_ones(app: &TestApp) {
    let (root, anonymous) = (app.cookie("root").await, app.anonymous());
    let look = async |url: &str| anonymous.post("/v1/links/look", json!({"token": token(url)})).await.status;
    let bob = format!("/v1/users/{}", app.id("bob"));
    let invited = root.post("/v1/users", json!({"email": "new@example.com", "name": "New"})).await;
    let (invitation, new) = (invited.text("/invitation_url"), invited.text("/user/id"));
    let first = root.act(&format!("{bob}/reset-password")).await.text("/url");
    assert!(first.contains("/password#"), "{first}");
    let second = root.act(&format!("{bob}/reset-password")).await.text("/url");
    assert_eq!((look(&first).await, look(&second).await), (404, 200));
    // A link of one who is locked or removed is worth nothing.
    root.act(&format!("{bob}/lock")).await.ok(200);
    assert_eq!(look(&second).await, 404);
    root.act(&format!("{bob}/unlock")).await.ok(200);
    app.advance(Duration::from_secs(24 * 3600 - 1)).await;
    assert_eq!(look(&second).await, 200);
    app.advance(Duration::from_secs(1)).await;
    let root = app.cookie("root").await;
    assert_eq!((look(&second).await, look(&invitation).await), (404, 200));
    // Who has no password yet gets a new invitation.
    let renewed = root.act(&format!("/v1/users/{new}/reset-password")).await.text("/url");
    assert!(renewed.contains("/invitation#"), "{renewed}");
    assert_eq!((look(&invitation).await, look(&renewed).await), (404, 200));
    app.advance(DAY * 7).await;
    assert_eq!(look(&renewed).await, 404);
}

both!(a_link_is_used_by_one_of_two_at_once);
async fn a_link_is_used_by_one_of_two_at_once(app: &TestApp) {
    let root = app.cookie("root").await;
    let url = root.act(&format!("/v1/users/{}/reset-password", app.id("bob"))).await.text("/url");
    let body = json!({"token": token(&url), "password": "two at once here"});
    let anonymous = app.anonymous();
    let (one, two) = tokio::join!(
        anonymous.post("/v1/links/use", body.clone()),
        anonymous.post("/v1/links/use", body.clone())
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

both!(the_last_administrator_stays);
async fn the_last_administrator_stays(app: &TestApp) {
    let root = app.cookie("root").await;
    let me = format!("/v1/users/{}", app.id("root"));
    let refused = async |root: &Client| {
        app.settle().await;
        let before = app.facts().await;
        for answer in [
            root.act(&format!("{me}/lock")).await,
            root.delete(&me).await,
            root.patch(&me, json!({"role": "manager"})).await,
        ] {
            assert_answer!(answer, 409, {
                "type": "/problems/last-administrator", "title": "[text]", "status": 409, "detail": "[text]",
            });
        }
        TestApp::assert_unchanged(&before, &app.facts().await, "a refused removal");
    };
    refused(&root).await;
    // One who is invited, or locked, does not count.
    let second = root
        .post("/v1/users", json!({"email": "second@example.com", "name": "Second", "role": "administrator"}))
        .await;
    refused(&root).await;
    let link = token(&second.text("/invitation_url"));
    app.anonymous().post("/v1/links/use", json!({"token": link, "password": PASSWORD})).await.ok(200);
    let other = format!("/v1/users/{}", second.text("/user/id"));
    root.act(&format!("{other}/lock")).await.ok(200);
    refused(&root).await;
    root.act(&format!("{other}/unlock")).await.ok(200);
    root.patch(&me, json!({"role": "manager"})).await.ok(200);
    assert_eq!(root.get("/v1/session").await.status, 401, "another role is another session");
}

both!(passwords_have_rules);
async fn passwords_have_rules(app: &TestApp) {
    let long = "ж".repeat(129);
    for (current, new, field) in [
        ("wrong password", "a good new one", "current"),
        (PASSWORD, "", "new"),
        (PASSWORD, "123456789", "new"),
        (PASSWORD, "1234567890", "new"),
        (PASSWORD, "Password123", "new"),
        (PASSWORD, "aaaaaaaaaaaaaa", "new"),
        (PASSWORD, "ann@EXAMPLE.com", "new"),
        (PASSWORD, long.as_str(), "new"),
    ] {
        let ann = app.cookie("ann").await;
        let answer = ann.post("/v1/profile/password", json!({"current": current, "new": new})).await;
        assert_eq!(answer.fields(), [field], "{new}");
        assert_eq!(ann.get("/v1/session").await.status, 200);
        app.advance(Duration::from_secs(12)).await;
    }
    let ann = app.cookie("ann").await;
    let new = "жд".repeat(64);
    let change = json!({"current": PASSWORD, "new": new});
    assert_eq!(ann.post("/v1/profile/password", change).await.status, 204);
    assert!(matches!(app.anonymous().post("/v1/session", form("ann", PASSWORD)).await.status, 401 | 422));
    assert_eq!(app.anonymous().post("/v1/session", form("ann", &new)).await.status, 200);
}

both!(guesses_of_the_current_password_are_counted);
async fn guesses_of_the_current_password_are_counted(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let guess = json!({"current": "guess", "new": "a good new one"});
    for _ in 0..5 {
        assert_eq!(ann.post("/v1/profile/password", guess.clone()).await.fields(), ["current"]);
    }
    let refused = ann.post("/v1/profile/password", guess).await;
    assert!(refused.status == 429 && refused.header("retry-after").is_some(), "{refused}");
}

both!(a_profile_is_ones_own);
async fn a_profile_is_ones_own(app: &TestApp) {
    let bob = app.cookie("bob").await;
    assert_answer!(bob.get("/v1/profile").await, 200, {
        "name": "Bob", "email": "bob@example.com", "language": "ru", "zone": null,
    });
    let answer =
        bob.patch("/v1/profile", json!({"name": " Боб ", "language": null, "zone": "europe/moscow"})).await;
    assert_answer!(answer, 200, {"name": "Боб", "email": "bob@example.com", "language": null, "zone": "Europe/Moscow"});
    let session = bob.get("/v1/session").await.ok(200);
    assert_eq!(
        (&session["user"]["language"], &session["user"]["zone"]),
        (&json!("en"), &json!("Europe/Moscow"))
    );
    let answer = bob.patch("/v1/profile", json!({"name": "", "language": "de", "zone": "Mars"})).await;
    assert_eq!(answer.fields(), ["name", "language", "zone"]);
    assert_eq!(bob.patch("/v1/profile", json!({"role": "administrator"})).await.fields(), ["role"]);
    assert_eq!(bob.patch("/v1/profile", json!({"email": "a@b.c"})).await.fields(), ["email"]);
    let zones = app.anonymous().get("/v1/zones").await.ok(200);
    assert!(zones["zones"].as_array().unwrap().contains(&json!("Europe/Madrid")));
}

both!(administrators_manage_people);
async fn administrators_manage_people(app: &TestApp) {
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    let bob = format!("/v1/users/{}", app.id("bob"));
    assert_answer!(root.get(&bob).await, 200, {
        "id": app.id("bob"), "number": 5, "name": "Bob", "email": "bob@example.com", "role": "manager",
        "state": "active", "groups": ["sales", "support"], "language": "ru", "zone": null,
        "created_at": "2026-03-01T08:00:00.000Z", "last_seen_at": null,
    });
    assert_eq!(ann.get(&bob).await.ok(200)["email"], json!(null));
    let changed =
        root.patch(&bob, json!({"name": "Robert", "groups": ["support"], "language": null})).await.ok(200);
    assert_eq!(
        (&changed["name"], &changed["groups"], &changed["language"]),
        (&json!("Robert"), &json!(["support"]), &json!(null))
    );
    assert_eq!(
        root.patch(&bob, json!({"groups": ["support", "nope"], "name": "X"})).await.fields(),
        ["groups[1]"]
    );
    assert_eq!(root.get(&bob).await.ok(200)["name"], "Robert");
    // Removal frees the address; undoing it takes it back, unless somebody else has it.
    assert_answer!(root.delete(&bob).await, 204);
    assert_eq!(root.get(&bob).await.status, 404);
    assert_eq!(root.delete(&bob).await.status, 404);
    assert_eq!(root.act(&format!("{bob}/restore")).await.ok(200)["state"], "active");
    assert_answer!(root.delete(&bob).await, 204);
    let new = root.post("/v1/users", json!({"email": "Bob@example.com", "name": "Bob the second"})).await;
    assert_eq!(root.act(&format!("{bob}/restore")).await.fields(), ["email"]);
    let new = format!("/v1/users/{}", new.text("/user/id"));
    let taken = root.post("/v1/users", json!({"email": "BOB@EXAMPLE.COM", "name": "Bob the third"})).await;
    assert_eq!(taken.fields(), ["email"]);
    assert_answer!(root.delete(&new).await, 204);
    root.act(&format!("{bob}/restore")).await.ok(200);
    let bad = json!({"email": "x", "name": "", "role": "king", "groups": ["sales"]});
    assert_eq!(root.post("/v1/users", bad).await.fields(), ["role"]);
    assert_eq!(root.post("/v1/users", json!({"email": "x", "name": " "})).await.fields(), ["email", "name"]);
}

both!(users_are_found);
async fn users_are_found(app: &TestApp) {
    app.add_crowd("crowd", 40).await;
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    root.act(&format!("/v1/users/{}/lock", app.id("dan"))).await.ok(200);
    root.post("/v1/users", json!({"email": "zoe@example.com", "name": "Зоя 100%"})).await.ok(201);
    let names = async |who: &Client, query: &str| {
        let page = who.get(&format!("/v1/users?limit=100&{query}")).await.ok(200);
        let items = page["items"].as_array().unwrap().clone();
        items.iter().map(|user| user["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (query, expected) in [
        ("group=sales", vec!["Ann", "Bob"]),
        ("group=support&q=B", vec!["Bob"]),
        ("state=locked", vec!["Dan"]),
        ("state=invited", vec!["Зоя 100%"]),
        ("state=active&q=an", vec!["Ann"]),
        ("q=%D0%B7%D0%9E%D0%AF", vec!["Зоя 100%"]),
        ("q=%25", vec!["Зоя 100%"]),
        ("q=_", vec![]),
        ("q=CROWD%201", (0..40).filter(|n| format!("{n}").starts_with('1')).map(|_| "").collect()),
        ("q=zoe@", vec!["Зоя 100%"]),
        ("group=no-such", vec![]),
    ] {
        let got = names(&root, query).await;
        assert_eq!(got.len(), expected.len(), "{query}: {got:?}");
        assert!(expected.iter().zip(&got).all(|(e, g)| e.is_empty() || e == g), "{query}: {got:?}");
    }
    let (mut got, mut next) = (Vec::new(), String::new());
    loop {
        let page = ann.get(&format!("/v1/users?limit=7{next}")).await.ok(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 7 && items.iter().all(|user| user["email"].is_null()));
        got.extend(items.iter().map(|user| user["number"].as_i64().unwrap()));
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&cursor={cursor}");
    }
    assert!(got.is_sorted() && got.len() == 46, "{got:?}");
    assert_eq!(root.get("/v1/users?state=odd").await.fields(), ["state"]);
    assert_eq!(root.get("/v1/users?cursor=x").await.fields(), ["cursor"]);
    assert_eq!(root.get(&format!("/v1/users?q={}", "x".repeat(201))).await.fields(), ["q"]);
}

both!(groups_have_members_and_rights);
async fn groups_have_members_and_rights(app: &TestApp) {
    let (root, cyd) = (app.cookie("root").await, app.cookie("cyd").await);
    assert_eq!(cyd.post("/v1/notifications", json!({"body": "x", "groups": ["sales"]})).await.status, 403);
    let answer = root.post("/v1/groups", json!({"code": "night", "name": "Night shift"})).await;
    assert_answer!(answer, 201, {
        "id": "[id]", "number": 8, "code": "night", "name": "Night shift", "may_send_notifications": true,
        "may_edit_rules": false, "sees": "all", "sites": [], "members": 0, "head": null, "created_at": "2026-03-01T08:00:00.000Z",
    });
    let group = format!("/v1/groups/{}", answer.text("/id"));
    let members = json!({"users": [app.id("cyd"), app.id("dan"), app.id("cyd")]});
    assert_eq!(root.put(&format!("{group}/members"), members).await.ok(200)["members"], 2);
    // A right counts from the next call on, without signing in anew.
    assert_eq!(cyd.post("/v1/notifications", json!({"body": "x", "groups": ["night"]})).await.status, 202);
    app.settle().await;
    root.patch(&group, json!({"may_send_notifications": false, "sees": "own"})).await.ok(200);
    assert_eq!(cyd.post("/v1/notifications", json!({"body": "x", "groups": ["night"]})).await.status, 403);
    let unknown = json!({"users": [app.id("cyd"), "no-such"]});
    assert_eq!(root.put(&format!("{group}/members"), unknown).await.fields(), ["users[1]"]);
    assert_eq!(root.get(&group).await.ok(200)["members"], 2);
    assert_eq!(root.post("/v1/groups", json!({"code": "night", "name": "Again"})).await.fields(), ["code"]);
    assert_eq!(root.post("/v1/groups", json!({"code": "Ночь", "name": ""})).await.fields(), ["code", "name"]);
    assert_eq!(root.patch(&group, json!({"sees": "nothing"})).await.fields(), ["sees"]);
    assert_answer!(root.delete(&group).await, 204);
    assert_eq!(root.get(&group).await.status, 404);
    assert_eq!(app.titles(&cyd, "").await.len(), 1, "what was sent to it stays");
    let groups = root.get("/v1/groups").await.ok(200);
    let codes: Vec<&Value> = groups["items"].as_array().unwrap().iter().map(|group| &group["code"]).collect();
    assert_eq!(codes, ["sales", "support"]);
}

both!(keys_are_shown_once_and_revoked_for_good);
async fn keys_are_shown_once_and_revoked_for_good(app: &TestApp) {
    let root = app.cookie("root").await;
    let answer =
        root.post("/v1/api-keys", json!({"name": "Shop", "scopes": ["notify", "read", "notify"]})).await;
    assert_answer!(answer, 201, {
        "api_key": {
            "id": "[id]", "name": "Shop", "prefix": "[text]", "scopes": ["notify", "read"],
            "created_at": "2026-03-01T08:00:00.000Z", "created_by": "Root", "last_used_at": null, "expires_at": null,
        },
        "key": "[text]",
    });
    let (key, id) = (answer.text("/key"), answer.text("/api_key/id"));
    assert!(key.starts_with("bwk_") && key.len() == 47, "{key}");
    assert!(!format!("{:?}", app.facts().await).contains(&key[12..]), "the key is not in the database");
    let machine = app.anonymous().bearer(&key);
    assert_eq!(machine.get("/v1/groups").await.status, 200);
    let used = "select count(*) from api_key where last_used_at is not null";
    within("a note", async { while app.count(used).await == 0 {} }).await;
    let listed = root.get("/v1/api-keys").await;
    assert!(!listed.body.contains(&key[12..]), "{listed}");
    assert_eq!(listed.ok(200)["items"][0]["last_used_at"], "2026-03-01T08:00:00.000Z");
    assert_answer!(root.delete(&format!("/v1/api-keys/{id}")).await, 204);
    assert_eq!(machine.get("/v1/groups").await.status, 401);
    assert_eq!(root.delete(&format!("/v1/api-keys/{id}")).await.status, 404);
    assert_eq!(root.get("/v1/api-keys").await.ok(200)["items"], json!([]));
    let until = json!({"name": "Short", "scopes": ["read"], "expires_at": "2026-03-01T09:00:00Z"});
    let short = app.anonymous().bearer(&root.post("/v1/api-keys", until).await.text("/key"));
    assert_eq!(short.get("/v1/groups").await.status, 200);
    app.advance(HOUR).await;
    assert_eq!(short.get("/v1/groups").await.status, 401);
    let bad = json!({"name": "", "scopes": ["read", "write"], "expires_at": "2026-03-01T09:00:00Z"});
    assert_eq!(root.post("/v1/api-keys", bad).await.fields(), ["name", "scopes", "expires_at"]);
    assert_eq!(root.post("/v1/api-keys", json!({"name": "None", "scopes": []})).await.fields(), ["scopes"]);
}

both!(tokens_are_one_users_for_a_while);
async fn tokens_are_one_users_for_a_while(app: &TestApp) {
    let (machine, root) = (app.key(&["tokens"]).await, app.cookie("root").await);
    let answer = machine.post("/v1/tokens", json!({"user": "ANN@example.com"})).await;
    assert_answer!(answer, 201, {"token": "[text]", "expires_at": "2026-03-01T08:15:00.000Z"});
    let ann = app.anonymous().bearer(&answer.text("/token"));
    assert_eq!(ann.get("/v1/inbox").await.status, 200);
    app.advance(Duration::from_secs(899)).await;
    assert_eq!(ann.get("/v1/inbox").await.status, 200);
    app.advance(Duration::from_secs(1)).await;
    assert_eq!(ann.get("/v1/inbox").await.status, 401);
    for (body, field) in [
        (json!({"user": "nobody@example.com"}), "user"),
        (json!({"user": app.id("ann"), "ttl_s": 3_601}), "ttl_s"),
        (json!({"user": app.id("ann"), "ttl_s": 0}), "ttl_s"),
        (json!({"user": app.id("ann"), "ttl_s": "900"}), "ttl_s"),
        (json!({}), "user"),
    ] {
        assert_eq!(machine.post("/v1/tokens", body.clone()).await.fields(), [field], "{body}");
    }
    let long =
        machine.post("/v1/tokens", json!({"user": app.id("bob"), "ttl_s": 3_600})).await.text("/token");
    let bob = app.anonymous().bearer(&long);
    assert_eq!(bob.get("/v1/session").await.text("/user/name"), "Bob");
    root.act(&format!("/v1/users/{}/lock", app.id("bob"))).await.ok(200);
    assert_eq!(bob.get("/v1/inbox").await.status, 401);
    let locked = machine.post("/v1/tokens", json!({"user": app.id("bob")})).await;
    assert_eq!(locked.fields(), ["user"]);
    // Nobody of another account can be had.
    let (other, people) = app.other_account().await;
    let theirs = app.key_of(other, &["tokens"]).await;
    assert_eq!(theirs.post("/v1/tokens", json!({"user": app.id("ann")})).await.fields(), ["user"]);
    assert_eq!(machine.post("/v1/tokens", json!({"user": people["mal"].as_str()})).await.fields(), ["user"]);
}

both!(every_change_is_in_the_audit_log);
async fn every_change_is_in_the_audit_log(app: &TestApp) {
    let root = app.cookie("root").await;
    let key = app.key(&["all"]).await;
    let bob = format!("/v1/users/{}", app.id("bob"));
    root.act(&format!("{bob}/lock")).await.ok(200);
    root.act(&format!("{bob}/lock")).await.ok(200);
    key.act(&format!("{bob}/unlock")).await.ok(200);
    key.patch("/v1/account", json!({"name": "Renamed"})).await.ok(200);
    root.post("/v1/allowed-origins", json!({"origin": "https://crm.example.com"})).await.ok(201);
    assert_eq!(root.delete("/v1/allowed-origins?origin=https://crm.example.com").await.status, 204);
    let entries = app
        .read(|tx| {
            tx.query("select actor_kind, action from audit order by id", &[], |row| {
                Ok(format!("{} {}", row.get::<String>(0)?, row.get::<String>(1)?))
            })
        })
        .await;
    assert_eq!(
        entries,
        [
            "system api_key.added",
            "user user.locked",
            "key user.unlocked",
            "key account.changed",
            "user origin.allowed",
            "user origin.refused",
        ]
    );
}
