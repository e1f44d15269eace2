//! What was due while no server ran: each once, marked late; what is older than a day in one.

use bellwire::store::Engine;
use serde_json::json;

use super::{at, task};
use crate::support::app::in_time;
use crate::support::{Database, TestApp};

const HOUR: i64 = 3_600_000;

fn after_an_outage(of: i64, engine: Engine, story: impl AsyncFnOnce(&TestApp)) {
    let Some(database) = Database::create(engine) else { return };
    in_time(async {
        let app = TestApp::start(database, engine).await;
        let ann = app.cookie("ann").await;
        task(&ann, "First", "10:00", json!({})).await;
        task(&ann, "Second", "10:05", json!({"escalation": {"after": 10}})).await;
        task(&ann, "Third <i>", "10:05", json!({"performer": {"group": "sales"}})).await;
        let (people, database) = (app.people(), app.stop().await);
        let app = TestApp::start_at(database, engine, at("08:00") + of).await.with_people(people);
        app.settle().await;
        story(&app).await;
        app.finish().await;
    });
}

#[test]
fn three_hours_are_told_one_by_one() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        after_an_outage(3 * HOUR, engine, async |app: &TestApp| {
            let ann = app.cookie("ann").await;
            let page = ann.get("/v1/inbox").await.ok(200);
            let mut told: Vec<(&str, &str)> = page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| (item["title"].as_str().unwrap(), item["body"].as_str().unwrap()))
                .collect();
            told.sort_unstable();
            let late = "Due 10:05, told late";
            let expected = [
                ("First", "Due 10:00, told late"),
                ("Second", late),
                ("Third &lt;i&gt;", "Due 10:05, told late<br>For Sales"),
            ];
            assert_eq!(told, expected);
            // Nothing is told twice, and the repetition waits from now on.
            super::until(app, "11:09").await;
            assert_eq!(app.titles(&ann, "").await.len(), 3);
            super::until(app, "11:10").await;
            assert_eq!(app.titles(&ann, "filter=standing").await.len(), 3);
        });
    }
}

#[test]
fn three_days_are_told_in_one() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        after_an_outage(72 * HOUR, engine, async |app: &TestApp| {
            let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
            let item = app.newest(&ann).await;
            assert_eq!(item["title"], "3 reminders while nobody could be told");
            let body = item["body"].as_str().unwrap();
            assert!(body.contains("First · 2026-03-01 10:00") && body.contains("Third &lt;i&gt;"), "{body}");
            assert_eq!((&item["kind"], &item["link"]), (&json!("task"), &json!("/tasks?state=overdue")));
            assert_eq!(app.titles(&ann, "").await.len(), 1);
            assert_eq!(app.titles(&bob, "").await, ["1 напоминание за время, когда сообщить было нельзя"]);
            assert_eq!(app.count("select count(*) from inbox_item").await, 2);
        });
    }
}
