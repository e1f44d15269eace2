//! Announcements from the operator's page to the screens of people, and back.

use std::time::Duration;

use bellwire::domain::id::Account;
use bellwire::domain::rights::Role;
use bellwire::flows::change::By;
use bellwire::flows::users;
use serde_json::{Value, json};

use crate::support::stream::Browser;
use crate::support::{Client, TestApp, both};

const HOUR: Duration = Duration::from_hours(1);

/// Five accounts: `main` and four others; the administrator and the manager of each.
async fn five(app: &TestApp) -> Vec<(String, Client, Client)> {
    let mut all = vec![("main".to_owned(), app.cookie("root").await, app.cookie("ann").await)];
    for code in ["b", "c", "d", "e"] {
        let (account, people) = app.account(code).await;
        let eve = app.cookie_of(account, people["eve"].clone()).await;
        let mal = app.cookie_of(account, people["mal"].clone()).await;
        all.push((code.to_owned(), eve, mal));
    }
    all
}

#[expect(clippy::needless_pass_by_value, reason = "stories write it in place")]
fn draft(title: &str, more: Value) -> Value {
    let mut draft = json!({"texts": {
        "en": {"title": title, "body": format!("{title} <script>x</script><b>now</b>.")},
        "ru": {"title": format!("{title} по-русски"), "body": "Сейчас."},
    }});
    draft.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    draft
}

/// Writes and publishes; answers the id.
async fn announce(app: &TestApp, olga: &Client, draft: Value) -> String {
    let id = olga.post("/v1/operator/announcements", draft).await.text("/id");
    olga.act(&format!("/v1/operator/announcements/{id}/publish")).await.ok(200);
    app.settle().await;
    id
}

both!(it_reaches_exactly_whom_it_is_for_and_vanishes);
#[expect(clippy::too_many_lines, reason = "one way, from the draft to the recall")]
async fn it_reaches_exactly_whom_it_is_for_and_vanishes(app: &TestApp) {
    let (all, olga) = (five(app).await, app.operator().await);
    let bob = app.cookie("bob").await;
    let mut screen = Browser::open(&all[2].2).await;
    let wanted = draft(
        "Update",
        json!({"accounts": {"type": "chosen", "codes": ["main", "c", "e"]},
        "severity": "warning", "link": "https://example.com/news"}),
    );
    let preview = olga.post("/v1/operator/announcements/preview", wanted.clone()).await.ok(200);
    assert_eq!(preview["reach"], json!({"accounts": 3, "people": 9}));
    assert_eq!(preview["texts"]["en"]["body"], "Update <b>now</b>.");
    let id = olga.post("/v1/operator/announcements", wanted).await.text("/id");
    app.settle().await;
    assert!(app.titles(&all[0].1, "").await.is_empty(), "a draft is told to nobody");
    let sent = olga.act(&format!("/v1/operator/announcements/{id}/publish")).await.ok(200);
    assert_eq!((&sent["state"], &sent["counts"]["accounts"]), (&json!("standing"), &json!(3)));
    app.settle().await;
    screen.until_title("Update").await;
    for (code, administrator, manager) in &all {
        let expected: Vec<&str> =
            if ["main", "c", "e"].contains(&code.as_str()) { vec!["Update"] } else { vec![] };
        for who in [administrator, manager] {
            assert_eq!(app.titles(who, "").await, expected, "{code}");
            let standing = who.get("/v1/announcements").await.ok(200);
            assert_eq!(standing["items"].as_array().unwrap().len(), expected.len(), "{code}");
        }
    }
    assert_eq!(app.titles(&bob, "").await, ["Update по-русски"]);
    let item = app.newest(&all[0].2).await;
    assert_eq!(
        (&item["kind"], &item["sticky"], &item["severity"]),
        (&json!("announcement"), &json!(true), &json!("warning"))
    );
    assert_eq!(item["announcement"]["form"], "popup");
    // By mail to administrators, and to nobody else.
    let letters = all[0].1.get("/v1/deliveries").await.ok(200);
    let to: Vec<_> =
        letters["items"].as_array().unwrap().iter().map(|one| one["user"]["name"].clone()).collect();
    assert_eq!(to, ["Root"]);
    // Seen, closed: the operator sees how many of which account, and nobody's name.
    let path = format!("/v1/inbox/{}", item["id"].as_str().unwrap());
    all[0].2.act(&format!("{path}/seen")).await.ok(200);
    all[0].2.act(&format!("{path}/close")).await.ok(200);
    let fares = olga.get(&format!("/v1/operator/announcements/{id}/accounts")).await;
    let main = &fares.ok(200)["items"][0];
    assert_eq!(
        (&main["code"], &main["delivered"], &main["seen"], &main["closed"]),
        (&json!("main"), &json!(5), &json!(1), &json!(1))
    );
    assert!(!fares.body.contains("Ann") && !fares.body.contains("example.com"), "{fares}");
    let page = olga.get(&format!("/v1/operator/announcements/{id}/accounts?limit=2")).await.ok(200);
    let next = olga
        .get(&format!("/v1/operator/announcements/{id}/accounts?limit=2&cursor={}", page["next"]))
        .await
        .ok(200);
    assert_eq!((&next["items"][0]["code"], &next["next"]), (&json!("e"), &Value::Null));
    // Recalled, it is gone from every screen and inbox.
    let recalled = olga.act(&format!("/v1/operator/announcements/{id}/recall")).await.ok(200);
    assert_eq!(recalled["state"], "recalled");
    app.settle().await;
    while screen.folded.items.values().any(|item| item["withdrawn_at"].is_null()) {
        screen.hear().await;
    }
    for (code, administrator, manager) in &all {
        for who in [administrator, manager] {
            assert!(app.titles(who, "").await.is_empty(), "{code}");
        }
    }
    assert_eq!(olga.act(&format!("/v1/operator/announcements/{id}/recall")).await.status, 409);
    let log = olga.get("/v1/operator/log").await.ok(200);
    assert_eq!(log["items"][0]["action"], "announcement.recalled");
    assert_eq!(log["items"][0]["by"], "Olga");
}

both!(it_waits_for_its_time_and_expires);
async fn it_waits_for_its_time_and_expires(app: &TestApp) {
    let (all, olga) = (five(app).await, app.operator().await);
    let times = json!({"starts_at": "2026-03-01T09:00:00Z", "expires_at": "2026-03-01T11:00:00Z"});
    let id = announce(app, &olga, draft("Soon", times)).await;
    let path = format!("/v1/operator/announcements/{id}");
    assert_eq!(olga.get(&path).await.ok(200)["state"], "scheduled");
    // Until it begins, everything about it can be another: also whom it is for.
    let later = json!({"accounts": {"type": "chosen", "codes": ["b"]}, "starts_at": "2026-03-01T10:00:00Z",
        "expires_at": "2026-03-01T11:00:00Z"});
    olga.put(&path, draft("Later", later)).await.ok(200);
    app.advance(HOUR).await;
    app.settle().await;
    assert!(app.titles(&all[1].1, "").await.is_empty());
    app.advance(HOUR).await;
    app.settle().await;
    assert_eq!(app.titles(&all[1].1, "").await, ["Later"]);
    assert!(app.titles(&all[0].1, "").await.is_empty());
    app.advance(HOUR).await;
    app.settle().await;
    assert!(app.titles(&all[1].1, "").await.is_empty());
    assert_eq!(olga.get(&path).await.ok(200)["state"], "expired");
    let over = olga.put(&path, draft("Too late", json!({}))).await;
    assert_eq!(over.status, 409, "{over}");
}

both!(a_change_is_seen_where_it_stands);
async fn a_change_is_seen_where_it_stands(app: &TestApp) {
    let (olga, ann, bob) = (app.operator().await, app.cookie("ann").await, app.cookie("bob").await);
    app.add_crowd("crowd", 600).await;
    let id = announce(app, &olga, draft("Frist", json!({}))).await;
    let path = format!("/v1/operator/announcements/{id}");
    let mut screen = Browser::open(&bob).await;
    let fixed = olga.put(&path, draft("First", json!({"people": "administrators", "form": "banner"}))).await;
    assert_eq!(fixed.fields(), ["people", "form"]);
    let expires = json!({"severity": "error", "expires_at": "2026-03-01T09:00:00Z"});
    olga.put(&path, draft("First", expires)).await.ok(200);
    app.settle().await;
    screen.until_title("First по-русски").await;
    assert_eq!(app.titles(&ann, "").await, ["First"]);
    assert_eq!(app.newest(&ann).await["severity"], "error");
    let last = app.cookie("crowd 599").await;
    assert_eq!(app.titles(&last, "q=first").await, ["First"], "found by its new words");
    let detail = olga.get(&path).await.ok(200);
    assert_eq!(detail["version"], 2);
    assert_eq!(detail["earlier"][0]["texts"]["en"]["title"], "Frist");
    assert_eq!(detail["earlier"][0]["by"], "Olga");
    app.advance(HOUR).await;
    app.settle().await;
    assert!(app.titles(&ann, "").await.is_empty(), "the new end counts");
}

both!(who_joins_gets_what_stands);
async fn who_joins_gets_what_stands(app: &TestApp) {
    let olga = app.operator().await;
    announce(app, &olga, draft("All", json!({}))).await;
    announce(app, &olga, draft("Heads", json!({"people": "administrators"}))).await;
    let gone = announce(app, &olga, draft("Gone", json!({}))).await;
    olga.act(&format!("/v1/operator/announcements/{gone}/recall")).await.ok(200);
    app.settle().await;
    let invite = async |account, address: &str, role| {
        let input = users::Input {
            email: address.into(),
            name: "New".into(),
            role,
            groups: vec![],
            language: Some("ru".into()),
            zone: None,
            password: Some("correct horse battery".into()),
        };
        let (added, _) = users::add(app.ctx(), &By::system(account), input, "", None).await.unwrap();
        app.settle().await;
        added.value.id
    };
    let new = invite(Account(1), "new@example.com", Role::Manager).await;
    let client = app.cookie_of(Account(1), new.clone()).await;
    assert_eq!(app.titles(&client, "").await, ["All по-русски"]);
    let root = app.cookie("root").await;
    root.patch(&format!("/v1/users/{new}"), json!({"role": "administrator"})).await.ok(200);
    app.settle().await;
    let client = app.cookie_of(Account(1), new.clone()).await;
    assert_eq!(app.titles(&client, "").await, ["Heads по-русски", "All по-русски"]);
    // Locked and let in again: nothing twice.
    root.act(&format!("/v1/users/{new}/lock")).await.ok(200);
    root.act(&format!("/v1/users/{new}/unlock")).await.ok(200);
    app.settle().await;
    // An account that came later is one of all.
    let (later, _) = app.other_account().await;
    let first = invite(later, "first@example.com", Role::Administrator).await;
    app.settle().await;
    let client = app.cookie_of(later, first).await;
    let mut titles = app.titles(&client, "").await;
    titles.sort_unstable();
    assert_eq!(titles, ["All по-русски", "Heads по-русски"]);
}

both!(labels_choose_accounts);
async fn labels_choose_accounts(app: &TestApp) {
    let (all, olga) = (five(app).await, app.operator().await);
    for code in ["b", "d"] {
        let label = json!({"plan": "pro", "version": if code == "d" { "beta" } else { "" }});
        assert_eq!(olga.put(&format!("/v1/operator/accounts/{code}/label"), label).await.status, 204);
    }
    assert_eq!(olga.put("/v1/operator/accounts/none/label", json!({})).await.status, 404);
    let found = olga.get("/v1/operator/accounts?limit=2").await.ok(200);
    assert_eq!((&found["items"][0]["code"], &found["next"]), (&json!("main"), &json!(2)));
    let label = &found["items"][1];
    assert_eq!(
        (&label["code"], &label["plan"], &label["version"]),
        (&json!("b"), &json!("pro"), &Value::Null)
    );
    assert_eq!((&label["people"], &label["administrators"]), (&json!(2), &json!(1)));
    let rest = olga.get("/v1/operator/accounts?limit=2&cursor=2").await.ok(200);
    assert_eq!(rest["items"][0]["code"], "c");
    assert_eq!(olga.get("/v1/operator/accounts?q=OTHER").await.ok(200)["items"].as_array().unwrap().len(), 4);
    announce(app, &olga, draft("Pro", json!({"accounts": {"type": "plan", "plan": "pro"}}))).await;
    announce(app, &olga, draft("Beta", json!({"accounts": {"type": "version", "version": "beta"}}))).await;
    let titles = async |index: usize| app.titles(&all[index].1, "").await;
    assert_eq!(titles(1).await, ["Pro"]);
    assert_eq!(titles(3).await, ["Beta", "Pro"]);
    assert!(titles(0).await.is_empty() && titles(2).await.is_empty());
    // Who is put on the plan while it stands, is told too.
    olga.put("/v1/operator/accounts/c/label", json!({"plan": "pro"})).await;
    app.settle().await;
    assert_eq!(titles(2).await, ["Pro"]);
    let nobody = draft("No", json!({"accounts": {"type": "plan", "plan": "free"}}));
    assert_eq!(olga.post("/v1/operator/announcements/preview", nobody).await.fields(), ["accounts"]);
    let unknown = draft("No", json!({"accounts": {"type": "chosen", "codes": ["main", "none"]}}));
    assert_eq!(
        olga.post("/v1/operator/announcements/preview", unknown).await.fields(),
        ["accounts.codes[1]"]
    );
}

both!(what_must_be_seen_is);
async fn what_must_be_seen_is(app: &TestApp) {
    let (olga, ann) = (app.operator().await, app.cookie("ann").await);
    let mut wanted = ann.get("/v1/preferences").await.ok(200);
    for only_told in ["locked", "rules"] {
        wanted.as_object_mut().unwrap().remove(only_told);
    }
    wanted["matrix"]["announcement"] = json!({"popup": false, "email": false});
    ann.put("/v1/preferences", wanted).await.ok(200);
    announce(app, &olga, draft("Quiet", json!({}))).await;
    assert_eq!(app.newest(&ann).await["closed_by"], "preferences");
    announce(app, &olga, draft("Loud", json!({"mandatory": true}))).await;
    assert_eq!(app.newest(&ann).await["closed_at"], Value::Null);
    // A banner is no popup; one that is mandatory stays.
    let window = json!({"from": "2026-03-01T09:00:00Z", "to": "2026-03-01T10:00:00Z"});
    let banner = json!({"form": "banner", "window": window, "mandatory": true});
    announce(app, &olga, draft("Maintenance", banner)).await;
    let item = app.newest(&ann).await;
    assert_eq!(item["closed_at"], Value::Null);
    let shown = &item["announcement"];
    assert_eq!((&shown["from"], &shown["mandatory"]), (&json!("2026-03-01T09:00:00.000Z"), &json!(true)));
    let id = item["id"].as_str().unwrap();
    for act in ["close", "archive"] {
        assert_eq!(ann.act(&format!("/v1/inbox/{id}/{act}")).await.status, 409, "{act}");
    }
    assert_eq!(ann.post(&format!("/v1/inbox/{id}/snooze"), json!({"for": "5m"})).await.status, 409);
    ann.post("/v1/inbox/close", json!({"ids": [id]})).await.ok(200);
    assert_eq!(app.newest(&ann).await["closed_at"], Value::Null);
    ann.act(&format!("/v1/inbox/{id}/read")).await.ok(200);
    app.advance(2 * HOUR).await;
    app.settle().await;
    assert!(!app.titles(&ann, "").await.contains(&"Maintenance".to_owned()), "it is over with its window");
}

both!(a_draft_can_be_thrown_away_and_a_bad_one_is_refused);
async fn a_draft_can_be_thrown_away_and_a_bad_one_is_refused(app: &TestApp) {
    let olga = app.operator().await;
    let id = olga.post("/v1/operator/announcements", draft("No", json!({}))).await.text("/id");
    let path = format!("/v1/operator/announcements/{id}");
    olga.put(&path, draft("Not", json!({}))).await.ok(200);
    assert_eq!(olga.act(&format!("{path}/recall")).await.status, 409);
    assert_eq!(olga.delete(&path).await.status, 204);
    assert_eq!(olga.get(&path).await.status, 404);
    for (bad, fields) in [
        (json!({"texts": {}}), vec!["texts"]),
        (json!({"texts": {"de": {"body": "Hallo"}}}), vec!["texts.de"]),
        (json!({"texts": {"en": {"body": "<script>x</script>"}}}), vec!["texts.en.body"]),
        (json!({"texts": {"en": {"body": "x"}}, "link": "javascript:alert(1)"}), vec!["link"]),
        (json!({"texts": {"en": {"body": "x"}}, "question": "beta"}), vec!["people"]),
        (json!({"texts": {"en": {"body": "x"}}, "expires_at": "2026-02-01T00:00:00Z"}), vec!["expires_at"]),
    ] {
        assert_eq!(olga.post("/v1/operator/announcements", bad.clone()).await.fields(), fields, "{bad}");
    }
    announce(app, &olga, draft("Out", json!({}))).await;
    let list = olga.get("/v1/operator/announcements?origin=operator&limit=1").await.ok(200);
    assert_eq!(list["items"][0]["texts"]["en"]["title"], "Out");
    let out = format!("/v1/operator/announcements/{}", list["items"][0]["id"].as_str().unwrap());
    assert_eq!(olga.delete(&out).await.status, 409);
    assert_eq!(olga.act(&format!("{out}/publish")).await.status, 409);
}
