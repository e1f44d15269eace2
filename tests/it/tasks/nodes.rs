//! Two servers on one PostgreSQL fire every reminder once.

use std::time::Duration;

use bellwire::store::Engine;
use serde_json::json;

use crate::support::app::{BEGINNING, in_time};
use crate::support::{Database, TestApp};

#[test]
fn two_nodes_fire_everything_once() {
    let Some(database) = Database::create(Engine::Postgres) else { return };
    in_time(async {
        let twin = database.twin();
        let here = TestApp::start(database, Engine::Postgres).await;
        let there = TestApp::start_at(twin, Engine::Postgres, BEGINNING).await.with_people(here.people());
        let key = here.key(&["ingest"]).await;
        let line = |n: usize| {
            let due = format!("2026-03-01T08:{:02}:00Z", 5 * (1 + n % 3));
            let body = json!({"text": n.to_string(), "due": due, "performer": {"group": "sales"}});
            json!({"method": "POST", "path": "/v1/tasks", "body": body})
        };
        key.post("/v1/batch", (0..900).map(line).collect()).await.ok(200);
        let ann = here.cookie("ann").await;
        let listed = ann.get("/v1/tasks?limit=100&sort=changed").await.ok(200);
        // Some are moved or done while both are at it.
        let edits = async {
            for task in listed["items"].as_array().unwrap() {
                let path = format!("/v1/tasks/{}", task["id"].as_str().unwrap());
                if task["number"].as_i64().unwrap() % 2 == 0 {
                    ann.act(&format!("{path}/complete")).await.ok(200);
                } else {
                    ann.patch(&path, json!({"due": "2026-03-01T08:20:00Z"})).await.ok(200);
                }
            }
        };
        let fire = async {
            for _ in 0..30 {
                here.advance(Duration::from_mins(1)).await;
                there.advance(Duration::from_mins(1)).await;
            }
        };
        tokio::join!(edits, fire);
        // Bounded by the length of a story: on a busy machine this is the longest part of it.
        while here.count("select count(*) from work").await > 0 {
            here.advance(Duration::from_secs(30)).await;
            there.advance(Duration::from_secs(30)).await;
        }
        // Everybody has each reminder once, and none stands of what is done.
        let twice = "select count(*) from (select 1 from inbox_item i
            join notification n on n.account = i.account and n.id = i.notification_id
            where i.withdrawn_at is null group by i.user_id, n.task_id having count(*) > 1) x";
        assert_eq!(here.count(twice).await, 0);
        let of_done = "select count(*) from inbox_item i
            join notification n on n.account = i.account and n.id = i.notification_id
            join task t on t.account = n.account and t.id = n.task_id
            where i.withdrawn_at is null and i.closed_at is null and t.done_at is not null";
        assert_eq!(here.count(of_done).await, 0);
        let untold =
            "select count(*) from task t where t.done_at is null and (select count(*) from inbox_item i
            join notification n on n.account = i.account and n.id = i.notification_id
            where n.account = t.account and n.task_id = t.id and i.withdrawn_at is null) <> 2";
        assert_eq!(here.count(untold).await, 0);
        drop(there.stop().await);
        here.finish().await;
    });
}
