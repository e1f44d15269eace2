//! Rules that set off rules: what they cause is bounded, and said.

use serde_json::json;

use super::{fired, log, order, trigger};
use crate::support::{Client, TestApp, both};

/// Numeric fields for rules to count in.
async fn fields(root: &Client, count: usize) {
    for n in 0..count {
        root.put(&format!("/v1/custom-fields/order/f{n}"), json!({"name": "F", "type": "string"})).await;
    }
}

/// Fires when the field before it changed, and changes the next.
async fn link(root: &Client, name: &str, from: &str, to: &str) -> String {
    trigger(root, name, json!({"condition": format!("change_set.has_changed(\"{from}\")"), "actions": [
        {"type": "change_field", "record": "order", "field": to, "value": "{{ now() }} {{ order.custom_f0 }}x"}]})).await
}

both!(two_rules_do_not_play_ping_pong);
async fn two_rules_do_not_play_ping_pong(app: &TestApp) {
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
    fields(&root, 2).await;
    let ping = link(&root, "Ping", "custom_f0", "custom_f1").await;
    let pong = link(&root, "Pong", "custom_f1", "custom_f0").await;
    order(app, &shop, "1", json!({"order_number": "1"})).await;
    order(app, &shop, "1", json!({"custom_fields": {"f0": "a"}})).await;
    assert_eq!((fired(&root, &ping).await, fired(&root, &pong).await), (1, 1));
    let bitten = log(&root, &format!("rule={ping}&status=error")).await;
    assert_eq!(bitten.len(), 1);
    assert!(bitten[0].2.contains("in this chain"), "{bitten:?}");
}

both!(a_rule_that_changes_what_it_listens_to_fires_once);
async fn a_rule_that_changes_what_it_listens_to_fires_once(app: &TestApp) {
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
    fields(&root, 1).await;
    let rule = link(&root, "Self", "custom_f0", "custom_f0").await;
    order(app, &shop, "1", json!({"order_number": "1"})).await;
    order(app, &shop, "1", json!({"custom_fields": {"f0": "a"}})).await;
    assert_eq!(fired(&root, &rule).await, 1);
    order(app, &shop, "1", json!({"custom_fields": {"f0": "b"}})).await;
    assert_eq!(fired(&root, &rule).await, 2, "another cause is another chain");
}

both!(a_chain_is_eight_rules_long_and_no_longer);
async fn a_chain_is_eight_rules_long_and_no_longer(app: &TestApp) {
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
    fields(&root, 11).await;
    let mut rules = Vec::new();
    for n in 0..9 {
        rules.push(
            link(&root, &format!("R{n}"), &format!("custom_f{n}"), &format!("custom_f{}", n + 1)).await,
        );
    }
    order(app, &shop, "1", json!({"order_number": "1"})).await;
    order(app, &shop, "1", json!({"custom_fields": {"f0": "a"}})).await;
    let mut counts = Vec::new();
    for rule in &rules {
        counts.push(fired(&root, rule).await);
    }
    assert_eq!(counts, [1, 1, 1, 1, 1, 1, 1, 1, 0], "the eighth is the last");
    let bitten = log(&root, &format!("rule={}&status=error", rules[8])).await;
    assert!(bitten[0].2.contains("chain of rules is 8 long"), "{bitten:?}");
}

both!(many_orders_with_triggers_on_are_each_looked_at_once);
#[expect(clippy::disallowed_methods, reason = "how many is the choice of who runs it")]
async fn many_orders_with_triggers_on_are_each_looked_at_once(app: &TestApp) {
    // The whole of it is `BELLWIRE_TEST_IMPORT=50000`.
    let count: usize =
        std::env::var("BELLWIRE_TEST_IMPORT").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000);
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
    let each = json!({"condition": "change_set.is_create",
        "actions": [{"type": "create_task", "text": "Look at {{ order.number }}"}]});
    let rule = trigger(&root, "Each", each).await;
    let lines: Vec<_> = (0..count)
        .map(|n| json!({"method": "PUT", "path": format!("/v1/orders/{n}"), "body": {"order_number": n.to_string()}}))
        .collect();
    for some in lines.chunks(500) {
        shop.post("/v1/batch", json!(some)).await.ok(200);
    }
    app.settle().await;
    let runs = app.count("select count(*) from trigger_run").await;
    assert_eq!(runs, count as i64);
    let apart = "select count(*) from (select distinct order_id from task where order_id is not null) x";
    let tasks = [app.count("select count(*) from task").await, app.count(apart).await];
    assert_eq!(tasks, [count as i64; 2], "each has its task, once");
    assert_eq!(root.get(&format!("/v1/triggers/{rule}")).await.ok(200)["runs_today"], json!(count));
}
