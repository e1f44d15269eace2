//! A backup made under load and taken back: every promise still holds there, and nobody is written to twice.

use bellwire::store::{backup, restore};
use serde_json::json;

use crate::support::stream::{Folded, Stream};
use crate::support::{Database, TestApp, both};

both!(a_backup_under_load_keeps_every_promise_where_it_is_taken_back);
async fn a_backup_under_load_keeps_every_promise_where_it_is_taken_back(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let mut before = Vec::new();
    for number in 0..10 {
        before.push(app.send(&ann, &format!("Before {number}"), &["sales", "support"]).await);
    }
    let file = app.database.dir.join("under-load");
    let copying = std::thread::spawn({
        let (location, file, now) = (app.database.location(), file.clone(), app.now());
        move || backup::make(&location, &file, now)
    });
    // Accepted while the copy is made; some are routed, some are not.
    let mut meanwhile = 0;
    while !copying.is_finished() || meanwhile < 20 {
        let draft = json!({"title": format!("Meanwhile {meanwhile}"), "body": "x", "groups": ["sales"]});
        ann.post("/v1/notifications", draft).await.ok(202);
        meanwhile += 1;
    }
    let made = copying.join().unwrap().unwrap();
    assert!(made.rows["event"] >= 10 && made.row_count() > 100, "{made:?}");
    app.settle().await;
    let cursor = Folded::load(&bob).await.cursor;

    let Some(place) = Database::create(app.engine) else { return };
    if place.url.is_some() {
        place.run("drop schema public cascade; create schema public");
    }
    let restored = std::thread::spawn({
        let (location, now) = (place.location(), app.now());
        move || restore::restore(&file, &location, now)
    });
    let restored = restored.join().unwrap().unwrap();
    assert_eq!(restored.rows, made.row_count());
    assert!(restored.settled.held >= 20, "the letters of before wait: {restored:?}");
    let there = TestApp::start_at(place, app.engine, app.now() + 1_000).await.with_people(app.people());
    there.settle().await;
    there.assert_in_order().await;
    let (ann, bob) = (ann.at(&there.anonymous()), bob.at(&there.anonymous()));
    for id in &before {
        assert_eq!(ann.get(&format!("/v1/notifications/{id}")).await.status, 200);
    }
    // What was accepted and not routed is routed now, and its letters wait like the others.
    let loose = "select count(*) from delivery where ended_at is null and reason is distinct from 'restored'";
    assert_eq!(there.count(loose).await, 0);
    assert_eq!(Stream::open(&bob, Some(&cursor)).await.frame().await.event, "resync");
    // What happens from now on is mailed as ever.
    there.send(&ann, "After", &["sales"]).await;
    assert!(there.count(loose).await > 0);
    there.finish().await;
}
