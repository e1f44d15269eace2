//! What people choose about what reaches them, what administrators choose for them, and the way out of letters.

use serde_json::{Value, json};

use bellwire::domain::kind::Kind;
use bellwire::domain::preferences::{Channels, Email, Suppressed, channels};
use bellwire::flows::preferences::unsubscribe_url;
use bellwire::store::preferences;

use crate::support::people::email;
use crate::support::{Answer, Client, TestApp, both};

const KINDS: [&str; 5] = ["task", "one_time", "system", "custom", "announcement"];

/// Everything that can be chosen, as it is at first.
fn first() -> Value {
    let on = json!({"popup": true, "email": true});
    let matrix: serde_json::Map<String, Value> =
        KINDS.iter().map(|kind| ((*kind).to_owned(), on.clone())).collect();
    json!({"email": true, "matrix": matrix, "quiet": null, "popup_seconds": 10, "digest": "off", "hold_seconds": 0})
}

/// Without the rules of system notifications, which have a story of their own.
fn channels_in(mut answer: Value) -> Value {
    for name in ["rules", "rules_off"] {
        assert!(answer.as_object_mut().unwrap().remove(name).is_some_and(|rules| rules.is_array()));
    }
    answer
}

fn with(mut wanted: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    wanted.pointer_mut(parent).unwrap()[name] = value;
    wanted
}

/// What the router would do with a notification for somebody now.
async fn channels_of(app: &TestApp, name: &str, kind: Kind) -> Channels {
    let ((account, user), now) = (app.person(name), app.now());
    app.read(move |tx| {
        let defaults = preferences::find_defaults(tx, account)?;
        let chosen = preferences::list(tx, account, &[user.as_str(), "nobody"])?;
        assert!(chosen.len() <= 1);
        let own = preferences::find(tx, account, &user)?;
        assert_eq!(chosen.get(&user).cloned().unwrap_or_default(), own);
        Ok(channels(kind, false, &own, &defaults, now))
    })
    .await
}

both!(everybody_chooses_what_reaches_him);
async fn everybody_chooses_what_reaches_him(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    assert_eq!(channels_in(ann.get("/v1/preferences").await.ok(200)), with(first(), "/locked", json!({})));
    let mut wanted = with(first(), "/matrix/system", json!({"popup": false, "email": true}));
    wanted = with(wanted, "/quiet", json!({"from": "22:00", "to": "08:00", "zone": "europe/madrid"}));
    wanted["digest"] = json!("weekdays");
    wanted["popup_seconds"] = json!(30);
    let kept = channels_in(ann.put("/v1/preferences", wanted.clone()).await.ok(200));
    let expected = with(wanted, "/quiet/zone", json!("Europe/Madrid"));
    assert_eq!(kept, with(expected.clone(), "/locked", json!({})));
    assert_eq!(channels_in(ann.get("/v1/preferences").await.ok(200)), kept);
    assert_eq!(
        channels_in(bob.get("/v1/preferences").await.ok(200)),
        with(first(), "/locked", json!({})),
        "another's are his"
    );
    assert_eq!(app.count("select count(*) from preference").await, 1);
    let session = ann.get("/v1/session").await.ok(200);
    assert_eq!(session["popups"], json!({"seconds": 30, "quiet": kept["quiet"]}));
    // 08:00 UTC on 1 March: 9:00 in Madrid.
    let found = channels_of(app, "ann", Kind::System).await;
    assert_eq!((found.popup, found.email), (false, Email::Digest));
    let actions = "select count(*) from audit where action = 'preferences.changed'";
    assert_eq!(app.count(actions).await, 1);
    // Back to the account's: nothing is left of the choice.
    ann.put("/v1/preferences", first()).await.ok(200);
    assert_eq!(app.count("select count(*) from preference where value = '{}'").await, 1);
}

both!(what_cannot_be_chosen_is_refused_by_name);
async fn what_cannot_be_chosen_is_refused_by_name(app: &TestApp) {
    let cyd = app.cookie("cyd").await;
    let before = app.facts().await;
    for (wanted, fields) in [
        (with(first(), "/popup_seconds", json!(4)), vec!["popup_seconds"]),
        (
            with(with(first(), "/hold_seconds", json!(86_401)), "/popup_seconds", json!(61)),
            vec!["popup_seconds", "hold_seconds"],
        ),
        (with(first(), "/digest", json!("monthly")), vec!["digest"]),
        (
            with(first(), "/quiet", json!({"from": "9", "to": "09:00", "zone": "Mars"})),
            vec!["quiet.from", "quiet.zone"],
        ),
        (with(first(), "/quiet", json!({"from": "09:00", "to": "09:00", "zone": "UTC"})), vec!["quiet.to"]),
        (with(first(), "/matrix/loud", json!({"popup": true, "email": true})), vec!["matrix"]),
        (with(first(), "/matrix/task/bell", json!(false)), vec!["matrix.task.bell"]),
        (with(first(), "/sound", json!(true)), vec!["sound"]),
        (with(first(), "/rules_off", json!(["order_sung"])), vec!["rules_off[0]"]),
        (json!({}), vec!["email"]),
    ] {
        let answer = cyd.put("/v1/preferences", wanted.clone()).await;
        assert_eq!(answer.status, 422, "{wanted}");
        assert_eq!(answer.fields(), fields, "{wanted}");
    }
    let spanish = cyd.put("/v1/preferences", with(first(), "/popup_seconds", json!(4))).await;
    assert_eq!(spanish.text("/errors/0/message"), "Escribe un número del intervalo 5–60.");
    TestApp::assert_unchanged(&before, &app.facts().await, "refused");
    // One's own things are no machine's, and defaults are no manager's.
    assert_eq!(app.key(&["all"]).await.get("/v1/preferences").await.status, 403);
    assert_eq!(cyd.get("/v1/account/preferences").await.status, 403);
    assert_eq!(cyd.put("/v1/account/preferences", first()).await.status, 403);
    assert_eq!(app.anonymous().get("/v1/preferences").await.status, 401);
}

both!(administrators_set_defaults_and_locks);
async fn administrators_set_defaults_and_locks(app: &TestApp) {
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    ann.put("/v1/preferences", with(first(), "/digest", json!("hourly"))).await.ok(200);
    let mut defaults = with(first(), "/matrix/system", json!({"popup": true, "email": false}));
    defaults["locked"] = json!({"system": ["email"], "task": []});
    defaults["digest"] = json!("daily");
    defaults["hold_seconds"] = json!(60);
    let kept = root.put("/v1/account/preferences", defaults.clone()).await.ok(200);
    assert_eq!(kept, with(defaults, "/locked", json!({"system": ["email"]})));
    assert_eq!(root.get("/v1/account/preferences").await.ok(200), kept);
    // Who chose keeps that, and follows in the rest.
    let hers = channels_in(ann.get("/v1/preferences").await.ok(200));
    assert_eq!((&hers["digest"], &hers["hold_seconds"]), (&json!("hourly"), &json!(60)));
    assert_eq!(hers["locked"], json!({"system": ["email"]}));
    assert_eq!(hers["matrix"]["system"], json!({"popup": true, "email": false}));
    let bobs = app.cookie("bob").await.get("/v1/preferences").await.ok(200);
    assert_eq!(bobs["digest"], "daily");
    // A locked cell is nobody's to change; its neighbour is.
    let whole = |pointer: &str, value: Value| {
        let mut wanted = with(hers.clone(), pointer, value);
        wanted.as_object_mut().unwrap().remove("locked");
        wanted
    };
    let refused = ann.put("/v1/preferences", whole("/matrix/system/email", json!(true))).await;
    assert_eq!((refused.status, refused.fields()), (422, vec!["matrix.system.email".to_owned()]));
    ann.put("/v1/preferences", whole("/matrix/system/popup", json!(false))).await.ok(200);
    let found = channels_of(app, "ann", Kind::System).await;
    assert_eq!((found.popup, found.email), (false, Email::Suppressed(Suppressed::KindOff)));
    // Another account has its own.
    let (other, _) = app.other_account().await;
    assert_eq!(app.read(move |tx| preferences::find_defaults(tx, other)).await.choices.hold_seconds, 0);
}

/// The titles of somebody's system notifications, newest first.
async fn told(app: &TestApp, who: &Client) -> Vec<String> {
    app.titles(who, "kind=system").await
}

both!(everybody_chooses_which_changes_reach_him);
async fn everybody_chooses_which_changes_reach_him(app: &TestApp) {
    let (root, ann, bob) = (app.cookie("root").await, app.cookie("ann").await, app.cookie("bob").await);
    let off = |rules: &[&str]| with(first(), "/rules_off", json!(rules));
    let hers = ann.put("/v1/preferences", off(&["order_changed"])).await.ok(200);
    assert_eq!(hers["rules_off"], json!(["order_changed"]));
    let rules = hers["rules"].as_array().unwrap();
    assert!(
        rules.len() == 8 && rules.iter().all(|rule| rule["active"] == true && rule["name"] != ""),
        "{hers}"
    );
    let feed = app.key(&["ingest"]).await;
    let order = async |sum: i64, manager: &str| {
        // A minute apart, so that each change is an item of its own.
        app.advance(std::time::Duration::from_secs(61)).await;
        let order = json!({"order_number": "A-1", "manager": email(manager), "total_sum": sum});
        feed.put("/v1/orders/A-1", order).await.ok(200);
        app.settle().await;
    };
    order(900, "ann").await;
    order(1_150, "ann").await;
    assert_eq!(told(app, &ann).await.len(), 1, "the change does not reach her, not even in the bell");
    let mails = "select count(*) from delivery where kind = 'system'";
    assert_eq!(app.count(mails).await, 1);
    order(1_150, "bob").await;
    order(1_200, "bob").await;
    assert_eq!(
        (told(app, &ann).await.len(), told(app, &bob).await.len()),
        (2, 2),
        "others are told as before"
    );

    // An administrator sees and makes the choices of others; nobody else does.
    let (anns, bobs) = (
        format!("/v1/users/{}/preferences", app.id("ann")),
        format!("/v1/users/{}/preferences", app.id("bob")),
    );
    assert_eq!(root.get(&anns).await.ok(200), ann.get("/v1/preferences").await.ok(200));
    let his = root.put(&bobs, off(&["order_changed", "order_taken"])).await.ok(200);
    assert_eq!(his["rules_off"], json!(["order_changed", "order_taken"]));
    assert_eq!(bob.get("/v1/preferences").await.ok(200)["rules_off"], his["rules_off"]);
    order(1_300, "bob").await;
    order(1_300, "ann").await;
    assert_eq!((told(app, &ann).await.len(), told(app, &bob).await.len()), (3, 2));
    assert_eq!((ann.get(&bobs).await.status, ann.put(&bobs, off(&[])).await.status), (403, 403));
    let (other, people) = app.other_account().await;
    let eve = app.cookie_of(other, people["eve"].clone()).await;
    let before = app.facts().await;
    assert_eq!((eve.get(&anns).await.status, eve.put(&anns, off(&[])).await.status), (404, 404));
    assert_eq!(root.put("/v1/users/nobody/preferences", off(&[])).await.status, 404);
    assert_eq!(root.put(&anns, off(&["order_sung"])).await.fields(), ["rules_off[0]"]);
    TestApp::assert_unchanged(&before, &app.facts().await, "refused");
    // What the account has switched off is nobody's to switch on.
    let mut settings = root.get("/v1/system-notifications").await.ok(200);
    settings.as_object_mut().unwrap().retain(|name, _| name != "rules" && name != "field_groups");
    settings["active"] = json!(["order_created"]);
    root.put("/v1/system-notifications", settings).await.ok(200);
    let rules = ann.get("/v1/preferences").await.ok(200)["rules"].clone();
    let active = rules.as_array().unwrap().iter().filter(|rule| rule["active"] == true);
    assert_eq!(active.map(|rule| rule["rule"].clone()).collect::<Vec<_>>(), ["order_created"]);
}

/// The path of the link in a user's letters.
fn link(app: &TestApp, name: &str) -> String {
    let (account, user) = app.person(name);
    let url = unsubscribe_url(app.ctx(), account, &user, "https://bell.example.com/");
    url.strip_prefix("https://bell.example.com").unwrap().to_owned()
}

/// As a mail program does it by itself (RFC 8058): no cookie, no page, a form.
async fn one_click(app: &TestApp, path: &str) -> Answer {
    let call = app.anonymous().call("POST", path).header("content-type", "application/x-www-form-urlencoded");
    call.body("List-Unsubscribe=One-Click").send().await
}

async fn is_on(client: &Client) -> Value {
    client.get("/v1/preferences").await.ok(200)["email"].clone()
}

both!(only_posting_to_the_link_in_a_letter_ends_letters);
async fn only_posting_to_the_link_in_a_letter_ends_letters(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let path = link(app, "ann");
    let before = app.facts().await;
    for method in ["HEAD", "GET", "OPTIONS"] {
        // The head is enough: an answer to HEAD has no body, whatever length it names.
        app.anonymous().call(method, &path).open().await;
    }
    let page = app.anonymous().get(&path).await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(
        page.body.contains("<form method=\"post\">") && page.body.contains(&email("ann")),
        "{}",
        page.body
    );
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"),
        "{policy}"
    );
    TestApp::assert_unchanged(&before, &app.facts().await, "looked at");
    assert_eq!(is_on(&ann).await, true);

    let done = one_click(app, &path).await;
    assert_eq!(done.status, 200);
    assert!(!done.body.contains("<form") && done.body.contains("No more notifications of"), "{}", done.body);
    assert_eq!((is_on(&ann).await, is_on(&bob).await), (json!(false), json!(true)));
    let found = channels_of(app, "ann", Kind::System).await;
    assert_eq!(found.email, Email::Suppressed(Suppressed::SwitchedOff));
    assert!(found.popup, "the rest stays");
    // What an administrator has locked is mailed all the same, and the page does not claim otherwise.
    assert!(!done.body.contains("mandatory"), "{}", done.body);
    let mut locks = first();
    locks["locked"] = json!({"announcement": ["email"]});
    app.cookie("root").await.put("/v1/account/preferences", locks).await.ok(200);
    assert!(one_click(app, &path).await.body.contains("mandatory is mailed all the same"));
    let found = channels_of(app, "ann", Kind::Announcement).await;
    assert_eq!((found.email, found.may_unsubscribe), (Email::Now, false));
    // Again changes nothing, and the way back is the profile.
    let once = app.facts().await;
    assert_eq!(one_click(app, &path).await.status, 200);
    TestApp::assert_unchanged(&once, &app.facts().await, "a second click");
    ann.put("/v1/preferences", first()).await.ok(200);
    assert_eq!(is_on(&ann).await, true);
    // His own language, whoever opens it.
    let russian = app.anonymous().with("accept-language", "es").get(&link(app, "bob")).await;
    assert!(russian.body.contains("<html lang=\"ru\">"), "{}", russian.body);
    // The button of the page, by somebody who is signed in here, and not by another site.
    let own = bob.with("sec-fetch-site", "same-origin");
    assert_eq!(own.call("POST", &link(app, "bob")).send().await.status, 200);
    assert_eq!(is_on(&bob).await, false);
    let foreign = app.anonymous().with("sec-fetch-site", "cross-site");
    assert_eq!(foreign.call("POST", &path).send().await.status, 403);
    assert_eq!(is_on(&ann).await, true);
}

both!(a_link_that_was_touched_ends_nobodys_letters);
async fn a_link_that_was_touched_ends_nobodys_letters(app: &TestApp) {
    let path = link(app, "ann");
    let token = path.strip_prefix("/unsubscribe/").unwrap();
    let (whose, tag) = token.split_once('.').unwrap();
    let bobs = link(app, "bob");
    let (other, _) = bobs.strip_prefix("/unsubscribe/").unwrap().split_once('.').unwrap();
    let user_token = app.token("ann", 900).await;
    let user_token = user_token.call("GET", "/").bytes();
    let user_token = String::from_utf8(user_token).unwrap();
    let user_token = user_token.split("bwt_").nth(1).unwrap().split_whitespace().next().unwrap();
    let before = app.facts().await;
    for wrong in [
        format!("{other}.{tag}"),
        format!("{whose}."),
        whose.to_owned(),
        format!("{whose}.{}", &tag[1..]),
        format!("A{token}"),
        user_token.to_owned(),
        "a.b".to_owned(),
        "%00".to_owned(),
        "x".repeat(4_000),
    ] {
        for answer in [
            app.anonymous().get(&format!("/unsubscribe/{wrong}")).await,
            one_click(app, &format!("/unsubscribe/{wrong}")).await,
        ] {
            assert_eq!(answer.status, 404, "{wrong}");
        }
    }
    TestApp::assert_unchanged(&before, &app.facts().await, "forged");
    // Who was removed has no letters to end.
    app.cookie("root").await.delete(&format!("/v1/users/{}", app.id("ann"))).await.ok(204);
    assert_eq!(one_click(app, &path).await.status, 404);
}

both!(letters_can_be_looked_at_before_they_are_sent);
async fn letters_can_be_looked_at_before_they_are_sent(app: &TestApp) {
    let root = app.cookie("root").await;
    let gif = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
    for kind in KINDS.into_iter().chain(["digest"]) {
        for language in ["en", "ru", "es"] {
            let branding = json!({"colour": "#1B4DB3", "logo": gif, "footer": "Lamps Ltd"});
            let ask = json!({"kind": kind, "language": language, "branding": branding});
            let letter = root.post("/v1/letters/preview", ask).await.ok(200);
            let (html, text) = (letter["html"].as_str().unwrap(), letter["text"].as_str().unwrap());
            assert!(html.contains("#1b4db3") && html.contains(&format!("src=\"{gif}\"")), "{html}");
            assert!(html.contains(&format!("lang=\"{language}\"")) && html.contains("Lamps Ltd"), "{html}");
            assert!(text.contains("Lamps Ltd") && !letter["subject"].as_str().unwrap().is_empty());
        }
    }
    let refused = root.post("/v1/letters/preview", json!({"kind": "task", "language": "de", "branding": {"colour": "red", "logo": "x", "footer": ""}})).await;
    assert_eq!(refused.fields(), ["language", "branding.colour", "branding.logo"]);
    assert_eq!(
        app.cookie("ann").await.post("/v1/letters/preview", json!({"kind": "task"})).await.status,
        403
    );
    // Without a face of its own, the account's is shown.
    let (account, _) = app.person("root");
    let face: bellwire::domain::branding::Branding =
        serde_json::from_value(json!({"colour": "#00aa00", "logo": null, "footer": "Kept"})).unwrap();
    let kept = face.clone();
    app.write(move |tx| preferences::put_branding(tx, account, &kept)).await;
    assert_eq!(app.read(move |tx| preferences::find_branding(tx, account)).await, face);
    let letter = root.post("/v1/letters/preview", json!({"kind": "system"})).await;
    assert!(letter.text("/html").contains("#00aa00") && letter.text("/text").contains("Kept"));
}

both!(a_letter_is_shown_where_it_can_do_nothing);
async fn a_letter_is_shown_where_it_can_do_nothing(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let html = "<!doctype html><html><head></head><body><script>alert(1)</script>&amp; 5 + 5</body></html>";
    let form = url::form_urlencoded::Serializer::new(String::new()).append_pair("html", html).finish();
    let post = |client: &Client, form: &str| {
        let call = client.call("POST", "/letters/frame");
        call.header("content-type", "application/x-www-form-urlencoded").body(form).send()
    };
    let shown = post(&ann, &form).await;
    assert_eq!(shown.status, 200);
    assert_eq!(shown.body, html.replacen("<head>", "<head><base target=\"_blank\">", 1));
    let policy = shown.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("; sandbox allow-popups"), "{policy}");
    assert!(!policy.contains("script") && !policy.contains("same-origin"), "{policy}");
    assert_eq!(post(&ann, "other=1").await.fields(), ["other"]);
    assert_eq!(post(&app.anonymous(), &form).await.status, 401);
    assert_eq!(post(&ann.with("sec-fetch-site", "cross-site"), &form).await.status, 403);
}

/// Titles and how each popup was closed, newest first.
async fn closed_by(who: &Client) -> Vec<(String, Value)> {
    let inbox = who.get("/v1/inbox").await.ok(200);
    let items = inbox["items"].as_array().unwrap().iter();
    items.map(|item| (item["title"].as_str().unwrap().to_owned(), item["closed_by"].clone())).collect()
}

both!(who_wants_no_popups_has_the_bell);
async fn who_wants_no_popups_has_the_bell(app: &TestApp) {
    let (root, ann, bob) = (app.cookie("root").await, app.cookie("ann").await, app.cookie("bob").await);
    let off = json!({"popup": false, "email": true});
    ann.put("/v1/preferences", with(first(), "/matrix/one_time", off.clone())).await.ok(200);
    let sent = app.send(&root, "Stock count", &["sales"]).await;
    app.settle().await;
    assert_eq!(closed_by(&ann).await, [("Stock count".to_owned(), json!("preferences"))]);
    assert_eq!(closed_by(&bob).await, [("Stock count".to_owned(), Value::Null)]);
    let inbox = ann.get("/v1/inbox?filter=unread").await.ok(200);
    assert_eq!(inbox["unread"], 1, "it is there to be read");
    assert_eq!(ann.get("/v1/inbox?filter=standing").await.ok(200)["items"], json!([]));
    // The sender does not take that for closed.
    assert_eq!(root.get(&format!("/v1/notifications/{sent}")).await.ok(200)["closed"], 0);
    let closed = root.get(&format!("/v1/notifications/{sent}/recipients?state=closed")).await.ok(200);
    assert_eq!(closed["items"], json!([]));
    // No browser may say so by itself, and the reader may bring it back.
    let item = inbox["items"][0]["id"].as_str().unwrap();
    let said = ann.post(&format!("/v1/inbox/{item}/close"), json!({"by": "preferences"})).await;
    assert_eq!((said.status, said.fields()), (422, vec!["by".to_owned()]));
    ann.act(&format!("/v1/inbox/{item}/reopen")).await.ok(200);
    assert_eq!(ann.get("/v1/inbox?filter=standing").await.ok(200)["items"].as_array().unwrap().len(), 1);

    // Changes of a record are gathered all the same.
    let mut wanted = with(first(), "/matrix/system", off);
    wanted["quiet"] = json!({"from": "09:00", "to": "10:00", "zone": "Europe/Madrid"});
    bob.put("/v1/preferences", wanted).await.ok(200);
    let feed = app.key(&["ingest"]).await;
    for sum in [900, 1_150] {
        let order = json!({"order_number": "A-1", "manager": email("bob"), "total_sum": sum});
        feed.put("/v1/orders/A-1", order).await.ok(200);
        app.settle().await;
    }
    let items = bob.get("/v1/inbox?kind=system").await.ok(200)["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 1, "{items}");
    assert_eq!((&items[0]["count"], &items[0]["closed_by"]), (&json!(2), &json!("preferences")));
    // It is 9:00 in Madrid: what else comes is quiet too, until ten.
    app.send(&root, "In quiet hours", &["sales"]).await;
    app.settle().await;
    assert_eq!(closed_by(&bob).await[0], ("In quiet hours".to_owned(), json!("preferences")));
    app.advance(std::time::Duration::from_hours(1)).await;
    app.send(&root, "After them", &["sales"]).await;
    app.settle().await;
    assert_eq!(closed_by(&bob).await[0], ("After them".to_owned(), Value::Null));
}
