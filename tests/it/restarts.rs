//! What outlives a server: work that was accepted, sessions, cursors. And several servers on one database.

use std::time::Duration;

use bellwire::store::Engine;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::app::{BEGINNING, in_time};
use crate::support::call::within;
use crate::support::stream::{Browser, Folded, Stream};
use crate::support::{Database, TestApp};

const HOUR: i64 = 3_600_000;

/// Tells a story whose server stops in between: the first part, then the second on what it left.
macro_rules! restarted {
    ($name:ident) => {
        mod $name {
            #[test]
            fn sqlite() {
                super::restart(bellwire::store::Engine::Sqlite, super::$name);
            }

            #[test]
            fn postgres() {
                super::restart(bellwire::store::Engine::Postgres, super::$name);
            }
        }
    };
}

fn restart(engine: Engine, story: impl AsyncFnOnce(TestApp) -> TestApp) {
    let Some(database) = Database::create(engine) else { return };
    in_time(async {
        let app = story(TestApp::start(database, engine).await).await;
        app.finish().await;
    });
}

/// Stops the server and starts another on its data, `later` ms later.
async fn again(app: TestApp, later: i64) -> TestApp {
    let (engine, now, people) = (app.engine, app.now(), app.people());
    let database = app.stop().await;
    TestApp::start_at(database, engine, now + later).await.with_people(people)
}

restarted!(what_was_accepted_happens_after_a_restart);
async fn what_was_accepted_happens_after_a_restart(app: TestApp) -> TestApp {
    let ann = app.cookie("ann").await;
    let draft =
        json!({"title": "Later", "body": "x", "groups": ["sales"], "send_at": "2026-03-01T09:00:00Z"});
    app.send_draft(&ann, draft).await;
    let draft =
        json!({"title": "Brief", "body": "x", "groups": ["sales"], "expires_at": "2026-03-01T09:30:00Z"});
    app.send_draft(&ann, draft).await;
    // Accepted and not routed: as a crash leaves it.
    app.write(|tx| {
        tx.execute(
            "insert into work (account, kind, subject, due_at) select account, 'route', id, 0 from event
             where send_at is null",
            &[],
        )?;
        tx.execute("delete from delivery", &[])?;
        tx.execute("delete from inbox_item", &[])
    })
    .await;
    let app = again(app, HOUR).await;
    app.settle().await;
    let bob = app.cookie("bob").await;
    let mut titles = app.titles(&bob, "").await;
    titles.sort();
    assert_eq!(titles, ["Brief", "Later"]);
    let app = again(app, HOUR).await;
    app.settle().await;
    assert_eq!(app.titles(&bob.at(&app.anonymous()), "").await, ["Later"]);
    app
}

restarted!(sessions_and_cursors_outlive_a_restart);
async fn sessions_and_cursors_outlive_a_restart(app: TestApp) -> TestApp {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let (token, gone) = (app.token("bob", 3_600).await, app.cookie("bob").await);
    app.send(&ann, "Before", &["sales"]).await;
    let mut folded = Folded::load(&bob).await;
    app.send(&ann, "Between", &["sales"]).await;
    assert_eq!(gone.delete("/v1/session").await.status, 204);
    let app = again(app, 1_000).await;
    let here = app.anonymous();
    let (ann, bob) = (ann.at(&here), bob.at(&here));
    assert_eq!(gone.at(&here).get("/v1/inbox").await.status, 401);
    assert_eq!(token.at(&here).get("/v1/inbox").await.status, 200);
    // The cursor of the time before is served, and what is new comes behind it.
    let mut stream = Stream::open(&bob, Some(&folded.cursor)).await;
    app.send(&ann, "After", &["sales"]).await;
    for frame in stream.until_title("After").await {
        assert!(folded.apply(&frame));
    }
    assert_eq!(folded.shown(), Folded::load(&bob).await.shown());
    // After a restore the epoch is another: everybody loads anew.
    app.write(|tx| tx.execute("update meta set value = '7' where key = 'epoch'", &[])).await;
    let app = again(app, 1_000).await;
    let bob = bob.at(&app.anonymous());
    assert_eq!(Stream::open(&bob, Some(&folded.cursor)).await.frame().await.event, "resync");
    assert!(bob.get("/v1/inbox").await.text("/cursor").starts_with("7."));
    app
}

/// Two servers on one PostgreSQL database, with one cast.
fn two_nodes(story: impl AsyncFnOnce(&TestApp, &TestApp)) {
    let Some(database) = Database::create(Engine::Postgres) else { return };
    in_time(async {
        let twin = database.twin();
        let here = TestApp::start(database, Engine::Postgres).await;
        let there = TestApp::start_at(twin, Engine::Postgres, BEGINNING).await.with_people(here.people());
        story(&here, &there).await;
        drop(there.stop().await);
        here.finish().await;
    });
}

/// Waits for `future` while time passes at this node, which looks once a second at what the other wrote. Not faster than
/// twenty times as fast as outside: the nodes rely on clocks that agree about what has just been committed.
async fn looking<T>(node: &TestApp, future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    loop {
        match tokio::time::timeout(Duration::from_millis(50), future.as_mut()).await {
            Ok(value) => return value,
            Err(_) => node.clock.advance(Duration::from_secs(1)),
        }
    }
}

#[test]
fn two_nodes_hear_each_other() {
    two_nodes(async |here: &TestApp, there: &TestApp| {
        let (ann, bob) = (here.cookie("ann").await, there.cookie("bob").await);
        let mut stream = Stream::open(&bob, None).await;
        here.send(&ann, "From afar", &["sales"]).await;
        assert_eq!(looking(there, stream.item()).await.data["title"], "From afar");
        // A session is everybody's, and so is its end.
        assert_eq!(bob.at(&here.anonymous()).get("/v1/inbox").await.status, 200);
        let root = here.cookie("root").await;
        root.act(&format!("/v1/users/{}/lock", here.id("bob"))).await.ok(200);
        assert_eq!(looking(there, stream.bye()).await, "signed_out");
        assert_eq!(bob.get("/v1/inbox").await.status, 401);
    });
}

#[test]
fn two_nodes_do_everything_once() {
    two_nodes(async |here: &TestApp, there: &TestApp| {
        let key = here.key(&["notify"]).await;
        let nodes = [key.clone(), key.at(&there.anonymous())];
        let mut browsers = Vec::new();
        for app in [here, there] {
            browsers.push(Browser::open(&app.cookie("bob").await).await);
        }
        let mut calls = JoinSet::new();
        for number in 0..40_usize {
            let node = nodes[number % 2].clone();
            calls.spawn(async move {
                // Every call is made on both nodes, with one Idempotency-Key.
                let title = format!("{}", number / 2);
                let draft = json!({"title": title, "body": "x", "groups": ["sales", "support"]});
                let call =
                    node.call("POST", "/v1/notifications").header("idempotency-key", &title).json(&draft);
                // Transactions that meet at a key run again, a few times; then the caller is asked to.
                loop {
                    let answer = call.clone().send().await;
                    if answer.status != 503 {
                        return (title, answer);
                    }
                    assert_eq!(answer.header("retry-after"), Some("1"));
                }
            });
        }
        let mut ids = std::collections::BTreeMap::new();
        while let Some(call) = calls.join_next().await {
            let (title, answer) = call.unwrap();
            let id = answer.ok(202)["id"].clone();
            assert_eq!(*ids.entry(title).or_insert_with(|| id.clone()), id);
        }
        // Each node may have taken work that the other wrote: both look until nothing is left.
        within("the work is done", async {
            while here.count("select count(*) from work").await > 0 {
                here.advance(Duration::from_secs(1)).await;
                there.advance(Duration::from_secs(1)).await;
            }
        })
        .await;
        assert_eq!(here.count("select count(*) from event").await, 20);
        assert_eq!(here.count("select count(*) from inbox_item").await, 60);
        here.send(&key, "End", &["sales"]).await;
        for browser in &mut browsers {
            looking(there, browser.until_title("End")).await;
            assert_eq!(browser.folded.items.len(), 21);
        }
        assert_eq!(browsers[0].folded.shown(), browsers[1].folded.shown());
    });
}
