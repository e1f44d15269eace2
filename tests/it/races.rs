//! Things that happen at the same moment: each is done as if it had come first or last, and none is lost.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::people::{PASSWORD, email};
use crate::support::stream::{Browser, Folded};
use crate::support::{Answer, Client, TestApp, both};

/// Makes all calls at once; answers what came, in the order of the calls.
async fn at_once(calls: Vec<(Client, &'static str, String, Value)>) -> Vec<Answer> {
    let mut set = JoinSet::new();
    let count = calls.len();
    for (index, (who, method, path, body)) in calls.into_iter().enumerate() {
        set.spawn(async move { (index, who.call(method, &path).json(&body).send().await) });
    }
    let mut answers: Vec<Option<Answer>> = vec![None; count];
    while let Some(done) = set.join_next().await {
        let (index, answer) = done.unwrap();
        answers[index] = Some(answer);
    }
    answers.into_iter().flatten().collect()
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

both!(no_act_on_an_item_is_lost);
async fn no_act_on_an_item_is_lost(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let mut browser = Browser::open(&bob).await;
    for round in 0..10 {
        app.send(&ann, &format!("Round {round}"), &["sales"]).await;
        let id = app.newest(&bob).await["id"].as_str().unwrap().to_owned();
        let act = |act: &str| (bob.clone(), "POST", format!("/v1/inbox/{id}/{act}"), json!({}));
        let many = (bob.clone(), "POST", "/v1/inbox/close".to_owned(), json!({"ids": [id]}));
        let answers = at_once(vec![act("seen"), act("read"), many, act("archive"), act("close")]).await;
        assert_eq!(statuses(&answers), [200; 5]);
        let item = bob.get(&format!("/v1/inbox/{id}")).await.ok(200);
        for field in ["seen_at", "read_at", "closed_at", "closed_by", "archived_at"] {
            assert!(!item[field].is_null(), "round {round}: {field} in {item:#}");
        }
    }
    app.settle().await;
    app.send(&ann, "End", &["sales"]).await;
    browser.until_title("End").await;
    assert_eq!(browser.folded.shown(), Folded::load(&bob).await.shown());
}

both!(reading_all_marks_nothing_that_comes_meanwhile);
async fn reading_all_marks_nothing_that_comes_meanwhile(app: &TestApp) {
    let (key, bob) = (app.key(&["notify"]).await, app.cookie("bob").await);
    let mut browser = Browser::open(&bob).await;
    for round in 0..12 {
        let mut calls = Vec::new();
        for number in 0..8 {
            let draft = json!({"title": format!("{round}/{number}"), "body": "x", "groups": ["sales"]});
            calls.push((key.clone(), "POST", "/v1/notifications".to_owned(), draft));
            // A number from far ahead, as a careless program may send.
            let far = json!({"up_to": 1_000_000});
            calls.push((bob.clone(), "POST", "/v1/inbox/read-all".to_owned(), far));
        }
        let answers = at_once(calls).await;
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 202)), "{:?}", statuses(&answers));
        app.settle().await;
    }
    app.send_draft(&key, json!({"title": "End", "body": "x", "groups": ["sales"]})).await;
    browser.until_title("End").await;
    assert_eq!(browser.folded.shown(), Folded::load(&bob).await.shown());
}

both!(one_of_two_administrators_stays);
async fn one_of_two_administrators_stays(app: &TestApp) {
    for round in 0..6 {
        let root = app.cookie("root").await;
        let ann = format!("/v1/users/{}", app.id("ann"));
        let me = format!("/v1/users/{}", app.id("root"));
        root.patch(&ann, json!({"role": "administrator"})).await.ok(200);
        let (root, second) = (app.cookie("root").await, app.cookie("ann").await);
        let calls = match round % 3 {
            0 => vec![
                (root, "PATCH", ann.clone(), json!({"role": "manager"})),
                (second, "PATCH", me.clone(), json!({"role": "manager"})),
            ],
            1 => vec![
                (root, "POST", format!("{ann}/lock"), json!({})),
                (second, "POST", format!("{me}/lock"), json!({})),
            ],
            _ => vec![(root, "DELETE", ann.clone(), json!({})), (second, "DELETE", me.clone(), json!({}))],
        };
        let answers = at_once(calls).await;
        // The slower one is refused, because he is the last or because he is nobody any more.
        let good = answers.iter().filter(|answer| answer.status < 300).count();
        assert!(good <= 1 && statuses(&answers)[1] >= 400, "{:?}", statuses(&answers));
        let administrators =
            "select count(*) from app_user where role = 'administrator' and locked_at is null
             and removed_at is null and account = 1";
        assert!(app.count(administrators).await >= 1);
        app.write(|tx| {
            tx.execute(
                "update app_user set locked_at = null, removed_at = null, email_key = lower(email)",
                &[],
            )?;
            tx.execute("update app_user set role = 'manager' where name = 'Ann'", &[])?;
            tx.execute("update app_user set role = 'administrator' where name = 'Root'", &[])
        })
        .await;
        app.ctx().credentials.forget_all();
    }
}

both!(the_set_up_happens_once, run_empty);
async fn the_set_up_happens_once(app: &TestApp) {
    let token = app.app.setup_links[0].path.split_once('#').unwrap().1.to_owned();
    let form = |name: &str| {
        json!({"token": token, "account_name": name, "name": name, "email": email(name), "password": PASSWORD,
            "language": "en", "zone": "UTC"})
    };
    let call = |name: &str| (app.anonymous(), "POST", "/v1/setup".to_owned(), form(name));
    let answers = at_once(vec![call("One"), call("Two"), call("Three")]).await;
    assert_eq!(statuses(&answers), [200, 409, 409]);
    assert_eq!(app.count("select count(*) from app_user").await, 1);
}

both!(what_is_recalled_while_it_goes_out_reaches_nobody);
async fn what_is_recalled_while_it_goes_out_reaches_nobody(app: &TestApp) {
    app.add_crowd("crowd", 2_300).await;
    let root = app.cookie("root").await;
    let watcher = app.cookie("crowd 0").await;
    let mut browser = Browser::open(&watcher).await;
    for round in 0..2 {
        let draft = json!({"title": "Oops", "body": "x", "groups": ["crowd"]});
        let id = root.post("/v1/notifications", draft).await.text("/id");
        // Not yet, and after the first part.
        while app.count("select count(*) from inbox_item where withdrawn_at is null").await < round * 2_000 {}
        assert_eq!(root.act(&format!("/v1/notifications/{id}/recall")).await.status, 200);
        app.settle().await;
        assert_eq!(app.count("select count(*) from inbox_item where withdrawn_at is null").await, 0);
        assert_eq!(app.count("select count(*) from work").await, 0);
    }
    app.send_draft(&root, json!({"title": "End", "body": "x", "users": [email("crowd 0")]})).await;
    browser.until_title("End").await;
    assert_eq!(browser.folded.shown(), Folded::load(&watcher).await.shown());
    assert_eq!(browser.folded.unread, 1);
}

both!(the_same_name_is_given_once);
async fn the_same_name_is_given_once(app: &TestApp) {
    let root = app.cookie("root").await;
    let user =
        || (root.clone(), "POST", "/v1/users".to_owned(), json!({"email": "new@example.com", "name": "New"}));
    let group = || (root.clone(), "POST", "/v1/groups".to_owned(), json!({"code": "night", "name": "Night"}));
    let origin =
        || (root.clone(), "POST", "/v1/allowed-origins".to_owned(), json!({"origin": "https://a.example"}));
    for calls in
        [vec![user(), user(), user()], vec![group(), group(), group()], vec![origin(), origin(), origin()]]
    {
        assert_eq!(statuses(&at_once(calls).await), [201, 422, 422]);
    }
    // Numbers are given out one by one, and those of the refused are not missed.
    let mut calls = Vec::new();
    for number in 0..16 {
        let new = json!({"email": format!("{number}@example.com"), "name": format!("{number}")});
        calls.push((root.clone(), "POST", "/v1/users".to_owned(), new));
    }
    let answers = at_once(calls).await;
    let mut numbers: Vec<i64> =
        answers.iter().map(|a| a.ok(201)["user"]["number"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 16);
}

both!(a_refused_call_takes_nobody_with_it);
async fn a_refused_call_takes_nobody_with_it(app: &TestApp) {
    let (key, bob) = (app.key(&["notify"]).await, app.cookie("bob").await);
    let mut calls = Vec::new();
    for number in 0..96 {
        let title = format!("{number}");
        let draft = match number % 6 {
            1 => json!({"title": title, "body": "x", "groups": ["no-such"]}),
            3 => json!({"title": title, "body": "x", "users": ["nobody@example.com"], "groups": ["sales"]}),
            5 => json!({"title": title, "body": " ", "groups": ["sales"]}),
            _ => json!({"title": title, "body": "x", "groups": ["sales"]}),
        };
        calls.push((key.clone(), "POST", "/v1/notifications".to_owned(), draft));
    }
    for (number, answer) in at_once(calls).await.into_iter().enumerate() {
        let expected = if number % 2 == 0 { 202 } else { 422 };
        assert_eq!(answer.status, expected, "{number}: {answer}");
    }
    app.settle().await;
    let mut titles: Vec<usize> =
        app.titles(&bob, "limit=100").await.iter().map(|title| title.parse().unwrap()).collect();
    titles.sort_unstable();
    assert_eq!(titles, (0..96).step_by(2).collect::<Vec<_>>());
}
