//! Accounts at the operator's doors: founded, found again, limited, closed, deleted, had back. Each act is written down.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::people::PASSWORD;
use crate::support::{Client, TestApp, both};

const ACCOUNTS: &str = "/v1/operator/accounts";

fn wish(code: &str, name: &str) -> Value {
    json!({"code": code, "name": name, "plan": "pro", "language": "ru", "zone": "Europe/Moscow",
        "administrator": {"email": format!("head@{code}.example"), "name": "Vera"}})
}

async fn log(olga: &Client, query: &str) -> Vec<(String, String)> {
    let page = olga.get(&format!("/v1/operator/log{query}")).await.ok(200);
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    page["items"].as_array().unwrap().iter().map(|line| (text(&line["action"]), text(&line["by"]))).collect()
}

both!(a_founded_account_is_entered_by_the_link);
async fn a_founded_account_is_entered_by_the_link(app: &TestApp) {
    let olga = app.operator().await;
    let once = olga.with("idempotency-key", "found-1");
    let made = once.post(ACCOUNTS, wish("avrora", "Аврора Свет")).await.ok(201);
    let account = &made["account"];
    assert_eq!(
        (&account["code"], &account["state"], &account["plan"]),
        (&json!("avrora"), &json!("open"), &json!("pro"))
    );
    assert_eq!((&account["people"], &account["administrators"]), (&json!(1), &json!(1)));
    let link = made["invitation_url"].as_str().unwrap();
    let token = link.split_once('#').unwrap().1;
    assert!(link.contains("/invitation#"), "{link}");
    // Called again it is the same account, and the link stays a secret.
    let again = once.post(ACCOUNTS, wish("avrora", "Аврора Свет")).await.ok(201);
    assert_eq!((&again["account"]["code"], &again["invitation_url"]), (&json!("avrora"), &Value::Null));
    assert_eq!(once.post(ACCOUNTS, wish("other", "Other")).await.status, 422);
    let page = app.anonymous().with("sec-fetch-site", "same-origin");
    let looked = page.post("/v1/links/look", json!({"token": token})).await.ok(200);
    assert_eq!((&looked["name"], &looked["account_name"]), (&json!("Vera"), &json!("Аврора Свет")));
    let used = page.post("/v1/links/use", json!({"token": token, "password": PASSWORD})).await;
    used.ok(200);
    let cookie = used.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let vera = page.with("cookie", &cookie);
    let own = vera.get("/v1/account").await.ok(200);
    assert_eq!(
        (&own["name"], &own["language"], &own["zone"]),
        (&json!("Аврора Свет"), &json!("ru"), &json!("Europe/Moscow"))
    );
    assert_eq!(vera.get("/v1/reference-lists").await.status, 200, "its lists are there");
    assert_eq!(vera.post("/v1/users", json!({"email": "a@b.example", "name": "A"})).await.status, 201);
    let acts = vera.get("/v1/audit-log").await.ok(200);
    let acts: Vec<_> = acts["items"].as_array().unwrap().iter().map(|line| line["action"].clone()).collect();
    assert!(acts.contains(&json!("account.added")), "{acts:?}");
    assert_eq!(log(&olga, "?what=account.").await, [("account.added".into(), "Olga".into())]);
    // What is wrong is named, and nothing is half-written.
    let before = app.facts().await;
    for (body, fields) in [
        (wish("avrora", "Again"), &["code"][..]),
        (wish("Big Code", ""), &["code", "name", "administrator.email"]),
        (json!({"code": "c", "name": "C", "administrator": {"email": "nobody"}}), &["administrator.email"]),
        (
            json!({"code": "c", "name": "C", "language": "xx", "zone": "Nowhere", "administrator": {"email": "a@b.example"}}),
            &["language", "zone"],
        ),
        (
            json!({"code": "c", "name": "C", "plan": "x".repeat(99), "administrator": {"email": "a@b.example", "name": "y".repeat(200)}}),
            &["administrator.name", "plan"],
        ),
        (json!({"code": "c", "name": "C"}), &["administrator"]),
    ] {
        assert_eq!(olga.post(ACCOUNTS, body.clone()).await.fields(), fields, "{body}");
    }
    TestApp::assert_unchanged(&before, &app.facts().await, "a refused account");
}

both!(accounts_are_found_in_any_alphabet_and_by_their_state);
async fn accounts_are_found_in_any_alphabet_and_by_their_state(app: &TestApp) {
    let olga = app.operator().await;
    for (code, name) in
        [("avrora", "АВРОРА Свет"), ("faro", "Faro Iluminación"), ("percent", "100% Light_House")]
    {
        olga.post(ACCOUNTS, wish(code, name)).await.ok(201);
    }
    let found = |query: &'static str| {
        let olga = olga.clone();
        async move {
            let page = olga.get(&format!("{ACCOUNTS}?{query}")).await.ok(200);
            let items = page["items"].as_array().unwrap().clone();
            items.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        }
    };
    assert_eq!(found("q=%D0%B0%D0%B2%D1%80%D0%BE%D1%80%D0%B0%20%D1%81").await, ["avrora"], "аврора с");
    assert_eq!(found("q=ILUMINACI%C3%93N").await, ["faro"]);
    assert_eq!(found("q=FAR").await, ["faro"], "by its code");
    assert_eq!(found("q=%25").await, ["percent"], "a sign, not a pattern");
    assert_eq!(found("q=t_h").await, ["percent"]);
    assert!(found("q=nothing").await.is_empty());
    assert_eq!(found("").await, ["main", "avrora", "faro", "percent"]);
    // Page by page it is the same list.
    let first = olga.get(&format!("{ACCOUNTS}?limit=3")).await.ok(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 3);
    let rest = olga.get(&format!("{ACCOUNTS}?limit=3&cursor={}", first["next"])).await.ok(200);
    assert_eq!((&rest["items"][0]["code"], &rest["next"]), (&json!("percent"), &Value::Null));
    olga.post(&format!("{ACCOUNTS}/faro/suspend"), json!({"reason": "unpaid"})).await.ok(200);
    olga.delete(&format!("{ACCOUNTS}/percent")).await.ok(200);
    assert_eq!(found("state=suspended").await, ["faro"]);
    assert_eq!(found("state=deleted").await, ["percent"]);
    assert_eq!(found("state=open").await, ["main", "avrora"]);
    assert_eq!(olga.get(&format!("{ACCOUNTS}?state=closed")).await.fields(), ["state"]);
    assert_eq!(olga.get(&format!("{ACCOUNTS}?q={}", "x".repeat(201))).await.fields(), ["q"]);
}

both!(an_account_is_closed_deleted_and_had_back_and_each_act_is_written_down);
async fn an_account_is_closed_deleted_and_had_back_and_each_act_is_written_down(app: &TestApp) {
    let olga = app.operator().await;
    let (other, people) = app.other_account().await;
    let mal = app.cookie_of(other, people["mal"].clone()).await;
    let path = format!("{ACCOUNTS}/other");
    let act = |verb: &'static str, body: Value| {
        let (olga, path) = (olga.clone(), path.clone());
        async move { olga.post(&format!("{path}/{verb}"), body).await }
    };
    assert_eq!(act("suspend", json!({"reason": " "})).await.fields(), ["reason"]);
    assert_eq!(act("suspend", json!({"reason": "x".repeat(501)})).await.fields(), ["reason"]);
    let closed = act("suspend", json!({"reason": "the bill of May"})).await.ok(200);
    assert_eq!(
        (&closed["state"], &closed["suspended_reason"]),
        (&json!("suspended"), &json!("the bill of May"))
    );
    let refused = mal.get("/v1/inbox").await;
    assert_eq!((refused.status, refused.text("/type")), (403, "/problems/account-suspended".into()));
    assert!(refused.text("/detail").contains("the bill of May"));
    let open = act("resume", json!({})).await.ok(200);
    assert_eq!(
        (&open["state"], &open["suspended_at"], &open["suspended_reason"]),
        (&json!("open"), &Value::Null, &Value::Null)
    );
    assert_eq!(mal.get("/v1/inbox").await.status, 200);
    assert_eq!(act("restore", json!({})).await.status, 409, "it was not deleted");

    let once = olga.with("idempotency-key", "gone");
    let deleted = once.delete(&path).await.ok(200);
    let at = deleted["delete_at"].as_str().unwrap().to_owned();
    assert_eq!(
        (&deleted["state"], at.as_str()),
        (&json!("deleted"), "2026-03-31T08:00:00.000Z"),
        "a grace of 30 days"
    );
    once.delete(&path).await.ok(200);
    assert_eq!(olga.delete(&path).await.status, 409, "its grace does not begin anew");
    assert_eq!(act("suspend", json!({"reason": "again"})).await.status, 409);
    assert_eq!(act("resume", json!({})).await.status, 409);
    assert_eq!(mal.get("/v1/inbox").await.status, 403);
    assert_eq!(olga.delete(&format!("{ACCOUNTS}/main")).await.text("/type"), "/problems/last-account");
    assert_eq!(olga.get(&path).await.ok(200)["delete_at"], json!(at));
    assert_eq!(act("restore", json!({})).await.ok(200)["state"], "open");
    assert_eq!(mal.get("/v1/inbox").await.status, 200);

    let told = ["account.restored", "account.deleted", "account.resumed", "account.suspended"];
    let by_olga = told.map(|action| (action.to_owned(), "Olga".to_owned()));
    assert_eq!(log(&olga, "?what=account.&subject=other").await, by_olga);
    // Its own administrators read that it was done, and not by whom.
    let eve = app.cookie_of(other, people["eve"].clone()).await;
    let own = eve.get("/v1/audit-log?what=account.").await.ok(200);
    let own: Vec<_> =
        own["items"].as_array().unwrap().iter().map(|line| (&line["action"], &line["who"]["type"])).collect();
    assert_eq!(own.len(), told.len());
    assert!(own.iter().zip(told).all(|((action, who), told)| *action == told && *who == "system"), "{own:?}");
    for verb in ["suspend", "resume", "restore"] {
        let nowhere = olga.post(&format!("{ACCOUNTS}/nowhere/{verb}"), json!({"reason": "x"})).await;
        assert_eq!(nowhere.status, 404, "{verb}");
    }
}

both!(an_account_is_limited_and_the_log_says_so);
async fn an_account_is_limited_and_the_log_says_so(app: &TestApp) {
    let olga = app.operator().await;
    let (other, people) = app.other_account().await;
    let path = format!("{ACCOUNTS}/other");
    let limits = json!({"users": 2, "events_per_minute": null, "calls_per_minute": 600});
    let limited = olga.put(&format!("{path}/limits"), limits.clone()).await.ok(200);
    assert_eq!(limited["limits"], limits);
    assert_eq!(olga.put(&format!("{path}/limits"), json!({"users": 0})).await.fields(), ["users"]);
    assert_eq!(olga.put(&format!("{path}/limits"), json!({"users": "many"})).await.fields(), ["users"]);
    let eve = app.cookie_of(other, people["eve"].clone()).await;
    let third = eve.post("/v1/users", json!({"email": "third@x.example", "name": "Third"})).await;
    assert_eq!(third.text("/type"), "/problems/user-limit");
    assert_eq!(log(&olga, "?subject=other").await, [("account.limited".into(), "Olga".into())]);
}

both!(nobody_of_an_account_reaches_the_operators_doors);
async fn nobody_of_an_account_reaches_the_operators_doors(app: &TestApp) {
    let (other, people) = app.other_account().await;
    let (root, key) = (app.cookie("root").await, app.key(&["all"]).await);
    let eve = app.cookie_of(other, people["eve"].clone()).await;
    let before = app.facts().await;
    for who in [&root, &eve, &key] {
        assert_eq!(who.get(ACCOUNTS).await.status, 403);
        assert_eq!(who.get(&format!("{ACCOUNTS}/main")).await.status, 403);
        assert_eq!(who.post(ACCOUNTS, wish("mine", "Mine")).await.status, 403);
        assert_eq!(who.delete(&format!("{ACCOUNTS}/other")).await.status, 403);
        assert_eq!(who.put(&format!("{ACCOUNTS}/main/limits"), json!({})).await.status, 403);
        for verb in ["suspend", "resume", "restore"] {
            let path = format!("{ACCOUNTS}/main/{verb}");
            assert_eq!(who.post(&path, json!({"reason": "mine"})).await.status, 403, "{verb}");
        }
        assert_eq!(who.get("/v1/operator/log").await.status, 403);
    }
    TestApp::assert_unchanged(&before, &app.facts().await, "somebody of an account");
}

both!(the_log_is_read_by_person_act_subject_and_time);
async fn the_log_is_read_by_person_act_subject_and_time(app: &TestApp) {
    let olga = app.operator().await;
    app.other_account().await;
    let of = |code: &str| format!("{ACCOUNTS}/{code}/label");
    olga.put(&of("main"), json!({"plan": "pro"})).await;
    app.advance(Duration::from_hours(1)).await;
    olga.put(&of("other"), json!({"plan": "trial"})).await;
    let actions =
        |lines: Vec<(String, String)>| lines.into_iter().map(|(action, _)| action).collect::<Vec<_>>();
    let page = olga.get("/v1/operator/log").await.ok(200);
    let id = page["items"][0]["operator"].as_str().unwrap();
    assert_eq!(actions(log(&olga, &format!("?who={id}")).await), ["account.labelled", "account.labelled"]);
    assert_eq!(log(&olga, "?who=system").await, [("operator.added".into(), "-".into())]);
    assert_eq!(actions(log(&olga, "?what=operator.").await), ["operator.added"]);
    assert_eq!(log(&olga, "?subject=other").await.len(), 1);
    assert_eq!(log(&olga, "?from=2026-03-01T08:30:00Z").await.len(), 1);
    assert_eq!(log(&olga, "?to=2026-03-01T08:30:00Z&what=account.").await.len(), 1);
    assert!(log(&olga, "?what=%25").await.is_empty(), "a sign, not a pattern");
    assert_eq!(olga.get("/v1/operator/log?from=soon").await.fields(), ["from"]);
    assert_eq!(olga.get(&format!("/v1/operator/log?cursor={}", "x".repeat(65))).await.fields(), ["cursor"]);
    let first = olga.get("/v1/operator/log?limit=2").await.ok(200);
    let rest = olga
        .get(&format!("/v1/operator/log?limit=2&cursor={}", first["next"].as_str().unwrap()))
        .await
        .ok(200);
    let walked: Vec<_> = [&first, &rest].iter().flat_map(|part| part["items"].as_array().unwrap()).collect();
    assert_eq!(walked, page["items"].as_array().unwrap().iter().collect::<Vec<_>>());
    assert_eq!(rest["next"], Value::Null);
}
