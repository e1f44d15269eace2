//! Delays: looked at anew when their time comes, over restarts and jumps of the clock, each once.

use std::time::Duration;

use serde_json::json;

use super::{fired, log, order, template, told, trigger};
use crate::support::{TestApp, both};

const HOUR: Duration = Duration::from_hours(1);

both!(a_delayed_action_is_done_if_the_condition_still_holds);
async fn a_delayed_action_is_done_if_the_condition_still_holds(app: &TestApp) {
    let (root, shop, ann) = (app.cookie("root").await, app.key(&["ingest"]).await, app.cookie("ann").await);
    let said = template(&root, "order", "Still new {{ order.number }} {{ order.total_sum }}").await;
    let rule = trigger(
        &root,
        "Wait",
        json!({"filter": "order.status.code == \"new\"", "condition": "change_set.has_changed(\"status\")",
        "actions": [{"type": "notify", "template": said, "delay_s": 7200}]}),
    )
    .await;
    let state = |n: &str| json!({"order_number": n, "status": "draft", "manager": app.id("ann")});
    for n in ["1", "2", "3"] {
        order(app, &shop, n, state(n)).await;
        order(app, &shop, n, json!({"status": "new"})).await;
    }
    assert_eq!(told(app, &ann).await, Vec::<String>::new());
    order(app, &shop, "2", json!({"status": "paid"})).await;
    order(app, &shop, "1", json!({"total_sum": 7})).await;
    shop.call("DELETE", "/v1/orders/3").send().await;
    app.advance(HOUR).await;
    app.settle().await;
    assert_eq!(told(app, &ann).await, Vec::<String>::new());
    app.advance(HOUR).await;
    app.settle().await;
    assert!(told(app, &ann).await.contains(&"Still new 1 7".to_owned()), "{:?}", told(app, &ann).await);
    assert!(!told(app, &ann).await.iter().any(|title| title.starts_with("Still new 2")));
    let messages: Vec<String> =
        log(&root, &format!("rule={rule}")).await.into_iter().map(|(_, _, message)| message).collect();
    assert!(
        messages.iter().any(|message| message.starts_with("The condition no longer holds")),
        "{messages:?}"
    );
}

both!(what_was_put_off_goes_with_its_trigger);
async fn what_was_put_off_goes_with_its_trigger(app: &TestApp) {
    let (root, shop, ann) = (app.cookie("root").await, app.key(&["ingest"]).await, app.cookie("ann").await);
    let said = template(&root, "order", "Later").await;
    let off =
        trigger(&root, "Off", json!({"actions": [{"type": "notify", "template": said, "delay_s": 60}]}))
            .await;
    let gone =
        trigger(&root, "Gone", json!({"actions": [{"type": "notify", "template": said, "delay_s": 60}]}))
            .await;
    order(app, &shop, "1", json!({"order_number": "1", "manager": app.id("ann")})).await;
    root.act(&format!("/v1/triggers/{off}/deactivate")).await.ok(200);
    root.delete(&format!("/v1/triggers/{gone}")).await;
    app.advance(HOUR).await;
    app.settle().await;
    assert_eq!(told(app, &ann).await, Vec::<String>::new());
    assert_eq!(app.count("select count(*) from rule_later").await, 0);
}

both!(a_trigger_follows_another_after_a_while);
async fn a_trigger_follows_another_after_a_while(app: &TestApp) {
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
    let said = template(&root, "order", "Two days at the pick-up point: {{ order.number }}").await;
    let base =
        trigger(&root, "Arrived", json!({"condition": "change_set.new(\"status\").code == \"arrived\""}))
            .await;
    let after = trigger(
        &root,
        "Reminder",
        json!({"event": {"type": "after_trigger", "trigger": base, "delay_s": 172_800},
        "condition": "order.status.code == \"arrived\"", "actions": [{"type": "notify", "template": said}]}),
    )
    .await;
    for n in ["1", "2"] {
        order(app, &shop, n, json!({"order_number": n, "status": "new", "manager": app.id("ann")})).await;
        order(app, &shop, n, json!({"status": "arrived"})).await;
    }
    order(app, &shop, "2", json!({"status": "fetched"})).await;
    app.advance(47 * HOUR).await;
    app.settle().await;
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    assert_eq!(fired(&root, &after).await, 0);
    app.advance(HOUR).await;
    app.settle().await;
    assert_eq!(told(app, &ann).await, ["Two days at the pick-up point: 1"]);
    assert_eq!((fired(&root, &base).await, fired(&root, &after).await), (2, 1));
}

#[test]
fn delays_stand_over_a_restart_and_a_jump_of_the_clock() {
    use crate::support::Database;
    use crate::support::app::in_time;
    use bellwire::store::Engine;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = Database::create(engine) else { continue };
        in_time(async {
            let app = TestApp::start(database, engine).await;
            let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
            let said = template(&root, "order", "Later {{ order.number }}").await;
            trigger(&root, "Wait", json!({"condition": "change_set.is_create", "actions": [{"type": "notify", "template": said, "delay_s": 3600}]})).await;
            let ticks =
                trigger(&root, "Tick", json!({"event": {"type": "schedule", "cron": "0 * * * *"}})).await;
            order(&app, &shop, "1", json!({"order_number": "1", "manager": app.id("ann")})).await;
            let (people, now) = (app.people(), app.now());
            let database = app.stop().await;
            // Off for three hours.
            let app = TestApp::start_at(database, engine, now + 3 * 3_600_000).await.with_people(people);
            let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
            app.settle().await;
            assert_eq!(told(&app, &ann).await, ["Later 1"]);
            assert_eq!(fired(&root, &ticks).await, 1, "what was missed is one tick");
            // An hour back and forth again: nothing comes twice.
            app.clock.set(app.now() - 3_600_000);
            app.breathe().await;
            app.clock.set(app.now() + 3_600_000);
            app.settle().await;
            assert_eq!((told(&app, &ann).await.len(), fired(&root, &ticks).await), (1, 1));
            app.finish().await;
        });
    }
}
