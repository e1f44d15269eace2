//! The inbox: pages, filters, search, and what its owner does with items.

use serde_json::{Value, json};
use std::time::Duration;

use crate::support::{Client, TestApp, assert_answer, both};

/// Sends notifications of these titles one after the other.
async fn send_all(app: &TestApp, titles: &[&str]) {
    let ann = app.cookie("ann").await;
    for title in titles {
        app.send(&ann, title, &["sales"]).await;
    }
}

/// The ids of somebody's items, newest first.
async fn ids(who: &Client, query: &str) -> Vec<String> {
    let page = who.get(&format!("/v1/inbox?{query}")).await.ok(200);
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

both!(pages_do_not_move_when_something_comes_in);
async fn pages_do_not_move_when_something_comes_in(app: &TestApp) {
    let titles: Vec<String> = (1..=8).map(|n| format!("No. {n}")).collect();
    send_all(app, &titles.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let (mut got, mut next) = (Vec::new(), String::new());
    loop {
        let page = bob.get(&format!("/v1/inbox?limit=3{next}")).await.ok(200);
        got.extend(page["items"].as_array().unwrap().iter().map(|i| i["title"].as_str().unwrap().to_owned()));
        app.send(&ann, "Later", &["sales"]).await;
        let first = page["items"][0]["id"].as_str().unwrap();
        // Acting on an item does not move it either.
        bob.act(&format!("/v1/inbox/{first}/read")).await.ok(200);
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&cursor={cursor}");
    }
    got.reverse();
    assert_eq!(got, titles);
    for (query, field) in
        [("limit=0", "limit"), ("limit=x", "limit"), ("from=noon", "from"), ("kind=loud", "kind")]
    {
        assert_eq!(bob.get(&format!("/v1/inbox?{query}")).await.fields(), [field], "{query}");
    }
    assert_eq!(bob.get("/v1/inbox?filter=odd").await.fields(), ["filter"]);
    assert_eq!(bob.get("/v1/inbox?no-such=1").await.fields(), ["no-such"]);
    assert_eq!(ids(&bob, "limit=100").await.len(), 11);
}

both!(filters_show_what_they_say);
async fn filters_show_what_they_say(app: &TestApp) {
    send_all(app, &["one", "two", "three", "four", "five"]).await;
    let bob = app.cookie("bob").await;
    let all = ids(&bob, "").await;
    for (id, acts) in
        [(&all[4], &["read"][..]), (&all[3], &["archive"]), (&all[2], &["close"]), (&all[1], &["seen"])]
    {
        for act in acts {
            bob.act(&format!("/v1/inbox/{id}/{act}")).await.ok(200);
        }
    }
    for (query, expected) in [
        ("", vec!["five", "four", "three", "one"]),
        ("filter=all", vec!["five", "four", "three", "one"]),
        ("filter=unread", vec!["five", "four", "three"]),
        ("filter=archived", vec!["two"]),
        ("filter=standing", vec!["five", "four", "one"]),
        ("kind=one_time", vec!["five", "four", "three", "one"]),
        ("kind=task", vec![]),
        ("filter=unread&kind=one_time&q=F", vec!["five", "four"]),
    ] {
        assert_eq!(app.titles(&bob, query).await, expected, "{query}");
    }
    let page = bob.get("/v1/inbox?filter=archived").await.ok(200);
    assert_eq!(page["unread"], 3, "the count is of the whole inbox");
}

both!(search_folds_case_and_takes_signs_for_what_they_are);
async fn search_folds_case_and_takes_signs_for_what_they_are(app: &TestApp) {
    let ann = app.cookie("ann").await;
    for (title, body) in [
        ("Заказ", "<b>Срочно</b> позвонить"),
        ("ÑANDÚ", "cien por ciento"),
        ("100% cotton", "a_b~c"),
        ("100 cotton", "aXbYc"),
        ("<i>Fish</i> &amp; chips", "&lt;b&gt; is a tag"),
    ] {
        app.send_draft(&ann, json!({"title": title, "body": body, "groups": ["sales"]})).await;
    }
    for (q, expected) in [
        ("заказ", vec!["Заказ"]),
        ("СРОЧНО", vec!["Заказ"]),
        ("ñandú", vec!["ÑANDÚ"]),
        ("%25", vec!["100% cotton"]),
        ("a_b", vec!["100% cotton"]),
        ("~", vec!["100% cotton"]),
        ("a%25c", vec![]),
        ("COTTON", vec!["100 cotton", "100% cotton"]),
        ("fish %26 CHIPS", vec!["<i>Fish</i> &amp; chips"]),
        ("%3Cb%3E", vec!["<i>Fish</i> &amp; chips"]),
        ("strong", vec![]),
        ("%27%20or%20%271%27=%271", vec![]),
        ("", vec!["<i>Fish</i> &amp; chips", "100 cotton", "100% cotton", "ÑANDÚ", "Заказ"]),
    ] {
        let q = q.replace(' ', "%20");
        assert_eq!(app.titles(&ann, &format!("q={}", percent(&q))).await, expected, "{q}");
    }
}

/// Letters beyond ASCII as they go over the wire.
fn percent(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii() { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

both!(dates_bound_a_search);
async fn dates_bound_a_search(app: &TestApp) {
    for title in ["eight", "nine", "ten"] {
        send_all(app, &[title]).await;
        app.advance(Duration::from_hours(1)).await;
    }
    let bob = app.cookie("bob").await;
    for (query, expected) in [
        ("from=2026-03-01T09:00:00Z", vec!["ten", "nine"]),
        ("to=2026-03-01T09:00:00Z", vec!["eight"]),
        ("from=2026-03-01T09:00:00Z&to=2026-03-01T10:00:00Z", vec!["nine"]),
        ("from=2026-03-01T12:30:00%2B03:30&to=2026-03-01T10:00:00Z", vec!["nine"]),
        ("from=2027-01-01T00:00:00Z", vec![]),
    ] {
        assert_eq!(app.titles(&bob, query).await, expected, "{query}");
    }
}

both!(each_act_has_its_inverse);
async fn each_act_has_its_inverse(app: &TestApp) {
    send_all(app, &["Act on me"]).await;
    let bob = app.cookie("bob").await;
    let id = ids(&bob, "").await.remove(0);
    let fields = ["seen_at", "read_at", "closed_at", "closed_by", "archived_at"];
    let marks = |item: &Value| fields.map(|field| !item[field].is_null());
    let unread = async |expected: i64| {
        assert_eq!(bob.get("/v1/inbox").await.ok(200)["unread"], expected);
    };
    let mut seq = 0;
    for (act, changes, marked, count) in [
        ("unread", false, [false, false, false, false, false], 1),
        ("reopen", false, [false, false, false, false, false], 1),
        ("unarchive", false, [false, false, false, false, false], 1),
        ("seen", true, [true, false, false, false, false], 1),
        ("seen", false, [true, false, false, false, false], 1),
        ("read", true, [true, true, false, false, false], 0),
        ("read", false, [true, true, false, false, false], 0),
        ("close", true, [true, true, true, true, false], 0),
        ("close", false, [true, true, true, true, false], 0),
        ("archive", true, [true, true, true, true, true], 0),
        ("archive", false, [true, true, true, true, true], 0),
        ("unread", true, [true, false, true, true, true], 0),
        ("unarchive", true, [true, false, true, true, false], 1),
        ("reopen", true, [true, false, false, false, false], 1),
    ] {
        let item = bob.act(&format!("/v1/inbox/{id}/{act}")).await.ok(200);
        assert_eq!(marks(&item), marked, "{act}: {item:#}");
        let now = item["seq"].as_i64().unwrap();
        assert_eq!(now > seq, changes || seq == 0, "{act} from {seq} to {now}");
        seq = now;
        assert_eq!(bob.get(&format!("/v1/inbox/{id}")).await.ok(200), item);
        unread(count).await;
    }
    let timed = bob.post(&format!("/v1/inbox/{id}/close"), json!({"by": "timeout"})).await.ok(200);
    assert_eq!((&timed["closed_by"], &timed["read_at"]), (&json!("timeout"), &json!(null)));
    unread(1).await;
    // Who closed it first has closed it.
    let again = bob.post(&format!("/v1/inbox/{id}/close"), json!({"by": "user"})).await.ok(200);
    assert_eq!(again["closed_by"], "timeout");
    assert_eq!(bob.post(&format!("/v1/inbox/{id}/close"), json!({"by": "magic"})).await.fields(), ["by"]);
}

both!(another_users_item_does_not_exist);
async fn another_users_item_does_not_exist(app: &TestApp) {
    send_all(app, &["Private"]).await;
    let (ann, cyd, root) = (app.cookie("ann").await, app.cookie("cyd").await, app.cookie("root").await);
    let id = ids(&ann, "").await.remove(0);
    let before = app.facts().await;
    for who in [&cyd, &root] {
        assert_eq!(who.get(&format!("/v1/inbox/{id}")).await.status, 404);
        for act in ["seen", "read", "unread", "close", "reopen", "archive", "unarchive"] {
            assert_answer!(who.act(&format!("/v1/inbox/{id}/{act}")).await, 404, {
                "type": "/problems/not-found", "title": "[text]", "status": 404, "detail": "[text]",
            });
        }
        let answer = who.post("/v1/inbox/close", json!({"ids": [id]})).await;
        assert_answer!(answer, 200, {"changed": 0});
    }
    assert_eq!(ann.act("/v1/inbox/no-such/read").await.status, 404);
    TestApp::assert_unchanged(&before, &app.facts().await, "a stranger's act");
}

both!(many_are_closed_and_reopened_at_once);
async fn many_are_closed_and_reopened_at_once(app: &TestApp) {
    send_all(app, &["one", "two", "three"]).await;
    let bob = app.cookie("bob").await;
    let all = ids(&bob, "").await;
    let wanted = json!({"ids": [all[0], all[2], all[0], "no-such"], "by": "timeout"});
    assert_answer!(bob.post("/v1/inbox/close", wanted.clone()).await, 200, {"changed": 2});
    assert_answer!(bob.post("/v1/inbox/close", wanted).await, 200, {"changed": 0});
    assert_eq!(app.titles(&bob, "filter=standing").await, ["two"]);
    let page = bob.get("/v1/inbox").await.ok(200);
    let by: Vec<&Value> = page["items"].as_array().unwrap().iter().map(|item| &item["closed_by"]).collect();
    assert_eq!(by, [&json!("timeout"), &json!(null), &json!("timeout")]);
    assert_answer!(bob.post("/v1/inbox/reopen", json!({"ids": all})).await, 200, {"changed": 2});
    assert_eq!(app.titles(&bob, "filter=standing").await, ["three", "two", "one"]);
    let ids: Vec<String> = (0..501).map(|n| format!("{n}")).collect();
    assert_eq!(bob.post("/v1/inbox/close", json!({"ids": ids})).await.fields(), ["ids"]);
    assert_answer!(bob.post("/v1/inbox/close", json!({"ids": ids[..500]})).await, 200, {"changed": 0});
    assert_answer!(bob.post("/v1/inbox/close", json!({"ids": []})).await, 200, {"changed": 0});
    assert_eq!(bob.post("/v1/inbox/close", json!({})).await.fields(), ["ids"]);
}

both!(read_all_leaves_what_came_later);
async fn read_all_leaves_what_came_later(app: &TestApp) {
    send_all(app, &["one", "two", "three"]).await;
    let bob = app.cookie("bob").await;
    let page = bob.get("/v1/inbox").await.ok(200);
    let seq = |index: usize| page["items"][index]["seq"].as_i64().unwrap();
    assert_answer!(bob.post("/v1/inbox/read-all", json!({"up_to": seq(1)})).await, 200, {"changed": 2, "unread": 1});
    assert_eq!(app.titles(&bob, "filter=unread").await, ["three"]);
    assert_answer!(bob.post("/v1/inbox/read-all", json!({"up_to": seq(1)})).await, 200, {"changed": 0, "unread": 1});
    // An item that changed since is above the mark, though it was created below it.
    let two = page["items"][1]["id"].as_str().unwrap();
    bob.act(&format!("/v1/inbox/{two}/unread")).await.ok(200);
    assert_answer!(bob.post("/v1/inbox/read-all", json!({"up_to": seq(1)})).await, 200, {"changed": 0, "unread": 2});
    assert_answer!(bob.post("/v1/inbox/read-all", json!({"up_to": 1_000_000})).await, 200, {"changed": 2, "unread": 0});
    // A number from the future marks nothing that comes.
    send_all(app, &["four"]).await;
    assert_eq!(app.titles(&bob, "filter=unread").await, ["four"]);
    assert_eq!(bob.post("/v1/inbox/read-all", json!({"up_to": -1})).await.fields(), ["up_to"]);
    assert_eq!(bob.post("/v1/inbox/read-all", json!({})).await.fields(), ["up_to"]);
    // The others' inboxes are as they were.
    assert_eq!(app.cookie("ann").await.get("/v1/inbox").await.ok(200)["unread"], 4);
}

both!(the_unread_count_is_the_count_of_what_is_unread);
async fn the_unread_count_is_the_count_of_what_is_unread(app: &TestApp) {
    send_all(app, &["one", "two", "three", "four", "five", "six"]).await;
    let bob = app.cookie("bob").await;
    let all = ids(&bob, "").await;
    for (index, act) in [
        (0, "read"),
        (1, "archive"),
        (2, "close"),
        (0, "unread"),
        (3, "read"),
        (1, "unarchive"),
        (4, "archive"),
        (4, "read"),
        (4, "unarchive"),
        (5, "seen"),
    ] {
        bob.act(&format!("/v1/inbox/{}/{act}", all[index])).await.ok(200);
        let page = bob.get("/v1/inbox?filter=unread&limit=100").await.ok(200);
        assert_eq!(
            page["items"].as_array().unwrap().len(),
            usize::try_from(page["unread"].as_i64().unwrap()).unwrap()
        );
    }
}
