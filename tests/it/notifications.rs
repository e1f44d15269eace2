//! One-time notifications: who gets one, what is refused, what happens to it in time, and what its sender sees.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::people::email;
use crate::support::stream::Stream;
use crate::support::{TestApp, assert_answer, both};

const MINUTE: Duration = Duration::from_mins(1);

both!(everybody_gets_it_once);
async fn everybody_gets_it_once(app: &TestApp) {
    let ann = app.cookie("ann").await;
    // Bob is in both groups and named as well; Ann, who sends it, is a member; Dan is only named.
    let answer = ann
        .post(
            "/v1/notifications",
            json!({
                "body": "Hello", "groups": ["sales", "support", "sales"],
                "users": [email("BOB"), app.id("bob"), app.id("dan"), " dan@example.com "],
            }),
        )
        .await;
    assert_answer!(answer, 202, {"id": "[id]", "recipients": 4});
    app.settle().await;
    for (name, count) in [("ann", 1), ("bob", 1), ("cyd", 1), ("dan", 1), ("root", 0)] {
        let page = app.cookie(name).await.get("/v1/inbox").await.ok(200);
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{name}");
        assert_eq!(page["unread"], count, "{name}");
    }
}

both!(who_is_unknown_is_named_by_his_place);
async fn who_is_unknown_is_named_by_his_place(app: &TestApp) {
    let (_, others) = app.other_account().await;
    let (ann, before) = (app.cookie("ann").await, app.facts().await);
    let draft = json!({
        "body": "Hello", "groups": ["sales", "no-such", "SALES"],
        "users": [email("bob"), "nobody@example.com", others["mal"].as_str(), email("mal")],
    });
    for path in ["/v1/notifications", "/v1/notifications/preview"] {
        let answer = ann.post(path, draft.clone()).await;
        assert_answer!(answer, 422, {
            "type": "/problems/validation", "title": "[text]", "status": 422, "detail": "[text]",
            "errors": [
                {"field": "groups[1]", "message": "There is no group with the code “no-such”."},
                {"field": "groups[2]", "message": "There is no group with the code “SALES”."},
                {"field": "users[1]", "message": "There is no user “nobody@example.com”."},
                {"field": "users[2]", "message": "[text]"},
                {"field": "users[3]", "message": "There is no user “mal@example.com”."},
            ],
        });
    }
    TestApp::assert_unchanged(&before, &app.facts().await, "a refused notification");
}

both!(no_recipients_is_an_error);
async fn no_recipients_is_an_error(app: &TestApp) {
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    root.post("/v1/groups", json!({"code": "empty", "name": "Empty"})).await.ok(201);
    for draft in [
        json!({"body": "Hello"}),
        json!({"body": "Hello", "groups": [], "users": []}),
        json!({"body": "Hello", "groups": ["empty"]}),
    ] {
        let answer = ann.post("/v1/notifications", draft).await;
        assert_eq!(answer.fields(), ["groups"], "{answer}");
    }
}

both!(each_size_has_its_limit);
async fn each_size_has_its_limit(app: &TestApp) {
    let (ann, before) = (app.cookie("ann").await, app.facts().await);
    let long = |count: usize| "ж".repeat(count);
    let many = |count: usize| vec!["sales"; count];
    for (draft, fields) in [
        (json!({"body": long(10_001), "groups": ["sales"]}), vec!["body"]),
        (json!({"body": "x", "title": long(201), "groups": ["sales"]}), vec!["title"]),
        (json!({"body": "x", "groups": many(1_001)}), vec!["groups"]),
        (json!({"body": "x", "users": many(1_001)}), vec!["users"]),
        (
            json!({"body": long(10_001), "title": long(201), "groups": many(1_001)}),
            vec!["body", "title", "groups"],
        ),
        (json!({"body": "", "groups": ["sales"]}), vec!["body"]),
        (json!({"body": " <p><br></p> ", "groups": ["sales"]}), vec!["body"]),
        (json!({"body": "<script>alert(1)</script>", "groups": ["sales"]}), vec!["body"]),
        (json!({"groups": ["sales"]}), vec!["body"]),
        (json!({"body": 5, "groups": ["sales"]}), vec!["body"]),
        (json!({"body": "x", "groups": "sales"}), vec!["groups"]),
        (json!({"body": "x", "groups": ["sales"], "severity": "loud"}), vec!["severity"]),
        (json!({"body": "x", "groups": ["sales"], "colour": "red"}), vec!["colour"]),
        (json!({"body": "x", "groups": ["sales"], "sticky": "yes"}), vec!["sticky"]),
    ] {
        let answer = ann.post("/v1/notifications", draft).await;
        assert_eq!(answer.fields(), fields, "{answer}");
    }
    TestApp::assert_unchanged(&before, &app.facts().await, "what is too large");
    let draft = json!({"body": long(10_000), "title": long(200), "groups": many(1_000)});
    assert_answer!(ann.post("/v1/notifications", draft).await, 202, {"id": "[id]", "recipients": 2});
}

both!(hostile_links_are_refused);
async fn hostile_links_are_refused(app: &TestApp) {
    let (ann, before) = (app.cookie("ann").await, app.facts().await);
    let links: Vec<String> = serde_json::from_str(include_str!("../data/hostile-links.json")).unwrap();
    assert!(links.len() > 100);
    // Spaces around a link are taken off before it is looked at.
    for link in links.iter().filter(|link| !link.is_empty() && link.trim() == *link) {
        let draft = json!({"body": "x", "groups": ["sales"], "link": link});
        let answer = ann.post("/v1/notifications/preview", draft).await;
        assert!(answer.status == 422, "{link:?} is taken: {answer}");
        assert_eq!(answer.fields(), ["link"], "{link:?}");
    }
    let refused = ann
        .post("/v1/notifications", json!({"body": "x", "groups": ["sales"], "link": "javascript:alert(1)"}));
    assert_eq!(refused.await.fields(), ["link"]);
    TestApp::assert_unchanged(&before, &app.facts().await, "a refused link");
    for link in ["https://example.com/a?b=c#d", "mailto:ann@example.com", "/orders/5"] {
        app.send_draft(&ann, json!({"body": "x", "groups": ["sales"], "link": link})).await;
        assert_eq!(app.newest(&ann).await["link"], link);
    }
}

both!(times_must_make_sense);
async fn times_must_make_sense(app: &TestApp) {
    let ann = app.cookie("ann").await;
    for (times, fields) in [
        (json!({"send_at": "2026-03-01T07:58:00Z"}), vec!["send_at"]),
        (json!({"expires_at": "2026-03-01T08:00:00Z"}), vec!["expires_at"]),
        (
            json!({"send_at": "2026-03-01T10:00:00Z", "expires_at": "2026-03-01T10:00:00Z"}),
            vec!["expires_at"],
        ),
        (
            json!({"send_at": "2026-03-01T10:00:00Z", "expires_at": "2026-03-01T09:00:00Z"}),
            vec!["expires_at"],
        ),
        (json!({"send_at": "2026-03-01T12:00:00"}), vec!["send_at"]),
        (json!({"send_at": "tomorrow"}), vec!["send_at"]),
        (json!({"send_at": 1_772_355_600_000_i64}), vec!["send_at"]),
        (json!({"expires_at": "2026-02-30T00:00:00Z"}), vec!["expires_at"]),
        (json!({"send_at": "", "expires_at": "soon"}), vec!["expires_at", "send_at"]),
    ] {
        let mut draft = json!({"body": "x", "groups": ["sales"]});
        draft.as_object_mut().unwrap().extend(times.as_object().unwrap().clone());
        let answer = ann.post("/v1/notifications", draft).await;
        assert_eq!(answer.fields(), fields, "{times}: {answer}");
    }
    // A time with an offset is an instant, too.
    let draft = json!({"body": "x", "groups": ["sales"], "send_at": "2026-03-01T13:00:00+03:00"});
    let id = app.send_draft(&ann, draft).await;
    let sent = ann.get(&format!("/v1/notifications/{id}")).await.ok(200);
    assert_eq!((&sent["state"], &sent["send_at"]), (&json!("scheduled"), &json!("2026-03-01T10:00:00.000Z")));
}

both!(what_is_stored_is_within_the_allow_list);
async fn what_is_stored_is_within_the_allow_list(app: &TestApp) {
    let (key, bob) = (app.key(&["notify"]).await, app.cookie("bob").await);
    let vectors: Vec<String> = serde_json::from_str(include_str!("../data/hostile-html.json")).unwrap();
    assert!(vectors.len() >= 149);
    let mut sent = 0;
    for vector in &vectors {
        // U+0000 is refused at the door; what it hides is not.
        let vector = vector.replace('\0', "");
        let title: String = vector.chars().take(200).collect();
        let body: String = vector.chars().take(9_900).collect();
        let draft = json!({"title": title, "body": format!("kept {body}"), "users": [email("bob")]});
        let answer = key.post("/v1/notifications", draft).await;
        assert_eq!(answer.status, 202, "{vector:?}: {answer}");
        sent += 1;
    }
    app.settle().await;
    let mut next = String::new();
    loop {
        let page = bob.get(&format!("/v1/inbox?limit=100{next}")).await.ok(200);
        for item in page["items"].as_array().unwrap() {
            let (title, body) = (item["title"].as_str().unwrap(), item["body"].as_str().unwrap());
            assert_harmless(body, &["b", "i", "strong", "em", "br", "span", "div", "p", "a"]);
            assert_harmless(title, &["b", "i", "strong", "em", "span"]);
            assert!(body.contains("kept"), "{body}");
            sent -= 1;
        }
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&cursor={cursor}");
    }
    assert_eq!(sent, 0);
}

/// An independent look: only these elements, and no attribute but a harmless `href`.
fn assert_harmless(html: &str, allowed: &[&str]) {
    for tag in html.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap_or_else(|| panic!("an open tag in {html:?}"));
        let (name, rest) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(allowed.contains(&name.trim_start_matches('/')), "<{tag}> in {html:?}");
        let href = rest.strip_prefix("href=\"").and_then(|rest| rest.strip_suffix('"'));
        assert!(rest.is_empty() || href.is_some() && name == "a", "<{tag}> in {html:?}");
        let good = |href: &str| {
            let scheme = href.split_once(':').map(|(scheme, _)| scheme);
            let path = href.starts_with('/') && !href.starts_with("//") && !href.starts_with("/\\");
            (path || matches!(scheme, Some("https" | "http" | "mailto"))) && !href.contains(['"', '<', '>'])
        };
        assert!(href.is_none_or(good), "<{tag}> in {html:?}");
    }
    let mut judge = ammonia::Builder::empty();
    judge.tags(allowed.iter().copied().collect()).link_rel(None);
    judge.tag_attributes([("a", ["href"].into_iter().collect())].into_iter().collect());
    judge.url_relative(ammonia::UrlRelative::PassThrough);
    assert_eq!(judge.clean(html).to_string().replace("&nbsp;", "\u{a0}"), html);
}

both!(a_scheduled_one_waits_for_its_time);
async fn a_scheduled_one_waits_for_its_time(app: &TestApp) {
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    let draft =
        json!({"title": "Meeting", "body": "x", "groups": ["sales"], "send_at": "2026-03-01T09:00:00Z"});
    let id = app.send_draft(&ann, draft).await;
    let path = format!("/v1/notifications/{id}");
    assert_eq!(ann.get(&path).await.ok(200)["state"], "scheduled");
    // Whom the group holds when it is due is whom it goes to: Bob has left by then, Dan has joined.
    root.patch(&format!("/v1/users/{}", app.id("bob")), json!({"groups": []})).await.ok(200);
    root.patch(&format!("/v1/users/{}", app.id("dan")), json!({"groups": ["sales"]})).await.ok(200);
    app.advance(59 * MINUTE).await;
    app.settle().await;
    let dan = app.cookie("dan").await;
    assert_eq!(app.titles(&dan, "").await, [""; 0]);
    let mut stream = Stream::open(&dan, None).await;
    app.advance(MINUTE).await;
    assert_eq!(stream.item().await.data["title"], "Meeting");
    app.settle().await;
    // Who joins after that does not get it.
    root.patch(&format!("/v1/users/{}", app.id("cyd")), json!({"groups": ["sales"]})).await.ok(200);
    app.settle().await;
    for (name, has) in [("ann", true), ("bob", false), ("cyd", false), ("dan", true)] {
        let titles = app.titles(&app.cookie(name).await, "").await;
        assert_eq!(titles == ["Meeting"], has, "{name}: {titles:?}");
    }
    let sent = ann.get(&path).await.ok(200);
    assert_eq!((&sent["state"], &sent["recipients"]), (&json!("sent"), &json!(2)));
}

both!(who_is_locked_meanwhile_is_left_out);
async fn who_is_locked_meanwhile_is_left_out(app: &TestApp) {
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    let bobs = app.cookie("bob").await;
    let draft =
        json!({"body": "x", "users": [email("bob"), email("dan")], "send_at": "2026-03-01T09:00:00Z"});
    let id = app.send_draft(&ann, draft).await;
    root.act(&format!("/v1/users/{}/lock", app.id("bob"))).await.ok(200);
    assert_eq!(bobs.get("/v1/inbox").await.status, 401);
    app.advance(60 * MINUTE).await;
    app.settle().await;
    assert_eq!(ann.get(&format!("/v1/notifications/{id}")).await.ok(200)["recipients"], 1);
    root.act(&format!("/v1/users/{}/unlock", app.id("bob"))).await.ok(200);
    assert_eq!(app.titles(&app.cookie("bob").await, "").await.len(), 0);
    // A locked user cannot be named, and does not count as a member.
    root.act(&format!("/v1/users/{}/lock", app.id("bob"))).await.ok(200);
    let named = ann.post("/v1/notifications", json!({"body": "x", "users": [email("bob")]})).await;
    assert_eq!(named.fields(), ["users[0]"]);
    let group = ann.post("/v1/notifications", json!({"body": "x", "groups": ["sales"]})).await;
    assert_answer!(group, 202, {"id": "[id]", "recipients": 1});
}

both!(it_expires);
async fn it_expires(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let draft =
        json!({"title": "Lunch", "body": "x", "groups": ["sales"], "expires_at": "2026-03-01T08:30:00Z"});
    let id = app.send_draft(&ann, draft).await;
    assert_eq!(app.titles(&bob, "").await, ["Lunch"]);
    let item = app.newest(&bob).await;
    let mut stream = Stream::open(&bob, None).await;
    app.advance(30 * MINUTE).await;
    let told = stream.item().await.data;
    assert_eq!((&told["id"], &told["title"], &told["body"]), (&item["id"], &json!(""), &json!("")));
    assert_eq!(told["withdrawn_at"], "2026-03-01T08:30:00.000Z");
    app.settle().await;
    let page = bob.get("/v1/inbox").await.ok(200);
    assert_eq!((page["items"].as_array().unwrap().len(), &page["unread"]), (0, &json!(0)));
    assert_eq!(ann.get(&format!("/v1/notifications/{id}")).await.ok(200)["state"], "expired");
    assert_eq!(ann.act(&format!("/v1/notifications/{id}/recall")).await.status, 409);
    // One whose time is over before it was sent is never sent.
    let draft = json!({"body": "x", "groups": ["sales"],
        "send_at": "2026-03-01T09:00:00Z", "expires_at": "2026-03-01T09:30:00Z"});
    app.send_draft(&ann, draft).await;
    app.clock.advance(120 * MINUTE);
    app.settle().await;
    assert_eq!(app.titles(&bob, "").await.len(), 0);
}

both!(it_is_recalled_after_it_was_sent);
async fn it_is_recalled_after_it_was_sent(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let id = app.send(&ann, "Oops", &["sales"]).await;
    let item = app.newest(&bob).await["id"].as_str().unwrap().to_owned();
    let mut stream = Stream::open(&bob, None).await;
    let recalled = ann.act(&format!("/v1/notifications/{id}/recall")).await;
    assert_answer!(recalled, 200, {
        "id": id, "title": "Oops", "body": "Oops.", "severity": "info", "sticky": false, "link": null,
        "sender": "Ann", "groups": [{"code": "sales", "name": "Sales"}], "users": [],
        "created_at": "2026-03-01T08:00:00.000Z", "send_at": null, "expires_at": null,
        "recalled_at": "2026-03-01T08:00:00.000Z", "state": "recalled", "recipients": 2, "seen": 0, "read": 0,
        "closed": 0,
    });
    let frame = stream.item().await;
    assert_eq!((&frame.data["id"], &frame.data["body"]), (&json!(item), &json!("")));
    app.settle().await;
    assert_eq!(app.titles(&bob, "").await.len(), 0);
    let gone = bob.get(&format!("/v1/inbox/{item}")).await.ok(200);
    assert_eq!((&gone["title"], &gone["body"], &gone["link"]), (&json!(""), &json!(""), &json!(null)));
    let again = ann.act(&format!("/v1/notifications/{id}/recall")).await;
    assert_answer!(again, 409, {
        "type": "/problems/already-over", "title": "[text]", "status": 409, "detail": "[text]",
    });
    // What is withdrawn changes no more.
    let acted = bob.act(&format!("/v1/inbox/{item}/close")).await.ok(200);
    assert_eq!((&acted["closed_at"], &acted["seq"]), (&json!(null), &gone["seq"]));
}

both!(it_is_recalled_before_it_was_sent);
async fn it_is_recalled_before_it_was_sent(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let draft = json!({"body": "x", "groups": ["sales"], "send_at": "2026-03-01T09:00:00Z"});
    let id = app.send_draft(&ann, draft).await;
    assert_eq!(ann.act(&format!("/v1/notifications/{id}/recall")).await.ok(200)["state"], "recalled");
    app.advance(120 * MINUTE).await;
    app.settle().await;
    assert_eq!(app.titles(&bob, "").await.len(), 0);
}

both!(only_its_sender_and_administrators_may_look_and_recall);
async fn only_its_sender_and_administrators_may_look_and_recall(app: &TestApp) {
    let (ann, bob, root) = (app.cookie("ann").await, app.cookie("bob").await, app.cookie("root").await);
    let (mine, other) = (app.key(&["notify"]).await, app.key(&["notify"]).await);
    let anns = app.send(&ann, "Ann's", &["sales"]).await;
    let machines = app.send(&mine, "Machine's", &["sales"]).await;
    let before = app.facts().await;
    for (who, id) in [(&bob, &anns), (&mine, &anns), (&ann, &machines), (&other, &machines)] {
        assert_eq!(who.get(&format!("/v1/notifications/{id}")).await.status, 404);
        assert_eq!(who.get(&format!("/v1/notifications/{id}/recipients")).await.status, 404);
        assert_eq!(who.act(&format!("/v1/notifications/{id}/recall")).await.status, 404);
    }
    TestApp::assert_unchanged(&before, &app.facts().await, "a stranger's recall");
    assert_eq!(ann.get("/v1/notifications?by=all").await.status, 403);
    let all = root.get("/v1/notifications?by=all").await.ok(200);
    let titles: Vec<&Value> = all["items"].as_array().unwrap().iter().map(|sent| &sent["title"]).collect();
    assert_eq!(titles, ["Machine's", "Ann's"]);
    assert_eq!(root.get("/v1/notifications").await.ok(200)["items"], json!([]));
    assert_eq!(root.act(&format!("/v1/notifications/{machines}/recall")).await.ok(200)["sender"], "machine");
    app.settle().await;
}

both!(the_sender_sees_how_far_it_came);
async fn the_sender_sees_how_far_it_came(app: &TestApp) {
    let (ann, bob, cyd) = (app.cookie("ann").await, app.cookie("bob").await, app.cookie("cyd").await);
    let id = app.send(&ann, "Read me", &["sales", "support"]).await;
    let path = format!("/v1/notifications/{id}");
    let counts =
        |sent: &Value| ["recipients", "seen", "read", "closed"].map(|name| sent[name].as_i64().unwrap());
    assert_eq!(counts(&ann.get(&path).await.ok(200)), [3, 0, 0, 0]);
    let bobs = app.newest(&bob).await["id"].as_str().unwrap().to_owned();
    let cyds = app.newest(&cyd).await["id"].as_str().unwrap().to_owned();
    app.advance(MINUTE).await;
    bob.act(&format!("/v1/inbox/{bobs}/read")).await.ok(200);
    cyd.post(&format!("/v1/inbox/{cyds}/close"), json!({"by": "timeout"})).await.ok(200);
    assert_eq!(counts(&ann.get(&path).await.ok(200)), [3, 2, 1, 1]);
    let page = ann.get(&format!("{path}/recipients?state=closed")).await;
    assert_answer!(page, 200, {
        "items": [{
            "user": {"id": app.id("cyd"), "name": "Cyd", "email": null}, "seen_at": "2026-03-01T08:01:00.000Z",
            "read_at": null, "closed_at": "2026-03-01T08:01:00.000Z", "closed_by": "timeout",
        }],
        "next": null,
    });
    for (state, names) in [
        ("all", vec!["Ann", "Bob", "Cyd"]),
        ("unseen", vec!["Ann"]),
        ("seen", vec!["Bob", "Cyd"]),
        ("read", vec!["Bob"]),
        ("closed", vec!["Cyd"]),
    ] {
        let mut got = Vec::new();
        let mut next = String::new();
        loop {
            let page = ann.get(&format!("{path}/recipients?state={state}&limit=1{next}")).await.ok(200);
            got.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|r| r["user"]["name"].as_str().unwrap().to_owned()),
            );
            let Some(cursor) = page["next"].as_str() else { break };
            next = format!("&cursor={cursor}");
        }
        got.sort();
        assert_eq!(got, names, "{state}");
    }
    // Addresses are for administrators.
    let root = app.cookie("root").await;
    let page = root.get(&format!("{path}/recipients?state=read")).await.ok(200);
    assert_eq!(page["items"][0]["user"]["email"], email("bob"));
    assert_eq!(ann.get(&format!("{path}/recipients?state=angry")).await.fields(), ["state"]);
}

both!(what_i_sent_comes_in_pages);
async fn what_i_sent_comes_in_pages(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let titles: Vec<String> = (1..=7).map(|n| format!("No. {n}")).collect();
    for title in &titles {
        app.send(&ann, title, &["sales"]).await;
    }
    let (mut got, mut next) = (Vec::new(), String::new());
    loop {
        let page = ann.get(&format!("/v1/notifications?limit=3{next}")).await.ok(200);
        let items = page["items"].as_array().unwrap();
        got.extend(items.iter().map(|sent| sent["title"].as_str().unwrap().to_owned()));
        // What is sent meanwhile does not move the pages.
        app.send(&ann, "Later", &["sales"]).await;
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&cursor={cursor}");
    }
    got.reverse();
    assert_eq!(got, titles);
}

both!(a_preview_is_what_would_be_sent);
async fn a_preview_is_what_would_be_sent(app: &TestApp) {
    let (ann, before) = (app.cookie("ann").await, app.facts().await);
    let draft = json!({
        "title": "<b>Stock</b><script>x</script>", "body": "<p onclick=x>Count <u>it</u></p>",
        "groups": ["sales", "support"],
    });
    let preview = ann.post("/v1/notifications/preview", draft.clone()).await;
    assert_answer!(preview, 200, {"title": "<b>Stock</b>", "body": "<p>Count it</p>", "recipients": 3});
    TestApp::assert_unchanged(&before, &app.facts().await, "a preview");
    app.send_draft(&ann, draft).await;
    let item = app.newest(&ann).await;
    assert_eq!((&item["title"], &item["body"]), (&json!("<b>Stock</b>"), &json!("<p>Count it</p>")));
}

both!(five_thousand_get_it);
async fn five_thousand_get_it(app: &TestApp) {
    app.add_crowd("crowd", 5_000).await;
    let root = app.cookie("root").await;
    let mut stream = Stream::open(&app.cookie("crowd 4999").await, None).await;
    let answer =
        root.post("/v1/notifications", json!({"title": "All", "body": "x", "groups": ["crowd"]})).await;
    assert_answer!(answer, 202, {"id": "[id]", "recipients": 5_000});
    assert_eq!(stream.item().await.data["title"], "All");
    app.settle().await;
    assert_eq!(app.count("select count(*) from inbox_item").await, 5_000);
    assert_eq!(app.count("select count(distinct seq) from inbox_item").await, 5_000);
    let path = format!("/v1/notifications/{}", answer.text("/id"));
    assert_eq!(root.get(&path).await.ok(200)["recipients"], 5_000);
    assert_eq!(root.act(&format!("{path}/recall")).await.ok(200)["state"], "recalled");
    app.settle().await;
    assert_eq!(app.count("select count(*) from inbox_item where withdrawn_at is null").await, 0);
    assert_eq!(stream.item().await.data["title"], "");
}
