//! After a restore: what triggers, delays and marketing rules may have sent before waits until the operator lets it go; what
//! they do inside the house is done, because that was lost with the rest.

use bellwire::flows::restored;
use bellwire::store::deliveries::Held;
use bellwire::store::{Engine, restore};
use serde_json::{Value, json};

use super::{text, told, trigger};
use crate::support::app::in_time;
use crate::support::{Client, Database, TestApp};

const HOUR_MS: i64 = 3_600_000;

async fn states(app: &TestApp, sql: &str) -> i64 {
    app.count(&format!("select count(*) from rule_delivery where {sql}")).await
}

async fn template(root: &Client, title: &str) -> String {
    let draft = json!({"name": title, "event": "any", "title": title, "body": "b",
        "recipients": [{"type": "manager"}]});
    text(&root.post("/v1/templates", draft).await.ok(201), "id")
}

#[test]
fn what_rules_may_have_sent_before_a_restore_is_held() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = Database::create(engine) else { continue };
        in_time(async {
            let app = TestApp::start(database, engine).await;
            let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
            let said = template(&root, "Said").await;
            let letter = |delay: i64| -> Value {
                json!([{"type": "email", "template": said, "to": "customer", "delay_s": delay},
                    {"type": "notify", "template": said, "delay_s": delay}])
            };
            let new = "change_set.is_create";
            trigger(&root, "Soon", json!({"condition": new, "actions": letter(3_600)})).await;
            trigger(&root, "Late", json!({"condition": new, "actions": letter(5 * 3_600)})).await;
            let mechanic = json!({"type": "repeat_purchase", "orders": 1});
            for (name, timing) in [("Early", 1), ("Then", 5)] {
                let rule = json!({"name": name, "mechanic": mechanic, "frequency": {"type": "once"},
                    "timing": {"when": "after", "amount": timing, "unit": "hours"}, "actions": letter(0)});
                root.post("/v1/marketing-rules", rule).await.ok(201);
            }
            let state = json!({"first_name": "Kim", "email": "kim@shop.example", "manager": app.id("ann")});
            shop.put("/v1/customers/1", state.clone()).await.ok(200);
            let mut order = state;
            order["customer"] = json!({"external_id": "1"});
            order["order_number"] = json!("1");
            shop.put("/v1/orders/1", order).await.ok(200);
            app.settle().await;
            assert_eq!(states(&app, "true").await, 0, "all of it comes later");

            // The backup is of now; three hours later the house burns down, and it is taken back.
            let (people, now) = (app.people(), app.now());
            let burnt = now + 3 * HOUR_MS;
            app.write(move |tx| restore::hold(tx, burnt).map(drop)).await;
            let database = app.stop().await;
            let app = TestApp::start_at(database, engine, burnt + 1_000).await.with_people(people);
            app.settle().await;
            assert_eq!(states(&app, "state = 'held' and reason = 'restored'").await, 2, "due in between");
            assert_eq!(states(&app, "true").await, 2);
            assert_eq!(told(&app, &app.cookie("ann").await).await.len(), 2, "the bell has what was lost");
            let letters = "select count(*) from delivery where state = 'held' and reason = 'restored' and kind = 'custom'";
            assert_eq!(app.count(letters).await, 2, "and its letters wait");

            app.advance(std::time::Duration::from_hours(3)).await;
            app.settle().await;
            assert_eq!(states(&app, "true").await, 4);
            assert_eq!(states(&app, "state <> 'held'").await, 2, "what is due later is sent as ever");
            restored::settle(app.ctx(), None, Held::Release).await.unwrap();
            assert_eq!(states(&app, "state = 'held'").await, 0);
            app.finish().await;
        });
    }
}
