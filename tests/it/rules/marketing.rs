//! Marketing rules: customers are found in batches, each occasion is acted upon once, and what was not done says why.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::{template, text, told};
use crate::support::{Client, TestApp, both};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// A marketing rule with these fields over the usual ones; answers its id.
async fn rule(root: &Client, name: &str, fields: Value) -> String {
    let mut draft = json!({"name": name, "mechanic": {"type": "since_last_order", "days": 30},
        "frequency": {"type": "each_time"}});
    draft.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    text(&root.post("/v1/marketing-rules", draft).await.ok(201), "id")
}

/// Tells a customer of the shop; answers his id.
async fn customer(shop: &Client, id: &str, fields: Value) -> String {
    text(&shop.put(&format!("/v1/customers/{id}"), fields).await.ok(200), "id")
}

/// An instant so many days from now, as the shop writes it.
fn day(app: &TestApp, days: i64) -> String {
    jiff::Timestamp::from_millisecond(app.now() + days * 86_400_000).unwrap().to_string()
}

/// Lets hours pass, sweep by sweep.
async fn pass(app: &TestApp, hours: u32) {
    for _ in 0..hours {
        app.advance(HOUR).await;
        app.settle().await;
    }
}

/// What came of a rule: done, and why not, with how many wait.
async fn results(root: &Client, rule: &str) -> (i64, BTreeMap<String, i64>, i64) {
    let shown = root.get(&format!("/v1/marketing-rules/{rule}")).await.ok(200);
    let results = &shown["results"];
    let skipped: BTreeMap<String, i64> = serde_json::from_value(results["skipped"].clone()).unwrap();
    let (matched, done) = (results["matched"].as_i64().unwrap(), results["done"].as_i64().unwrap());
    let waiting = matched - done - skipped.values().sum::<i64>();
    (done, skipped, waiting)
}

fn why(reasons: &[(&str, i64)]) -> BTreeMap<String, i64> {
    reasons.iter().map(|(why, count)| ((*why).to_owned(), *count)).collect()
}

async fn notify(root: &Client, title: &str) -> Value {
    json!([{"type": "notify", "template": template(root, "customer", title).await}])
}

both!(a_birthday_in_three_days_is_told_once_a_year);
async fn a_birthday_in_three_days_is_told_once_a_year(app: &TestApp) {
    let (root, shop) = (app.key(&["all"]).await, app.key(&["ingest"]).await);
    let date = |days: i64| {
        let date = jiff::Timestamp::from_millisecond(app.now() + days * 86_400_000).unwrap();
        format!("1990-{}", date.strftime("%m-%d"))
    };
    for (name, days) in [("Kim", 3), ("Lee", 4), ("Max", 2), ("Old", -1)] {
        let fields = json!({"first_name": name, "birthday": date(days), "manager": app.id("ann")});
        customer(&shop, name, fields).await;
    }
    customer(&shop, "None", json!({"first_name": "None", "manager": app.id("ann")})).await;
    let actions = notify(&root, "Birthday: {{ customer.first_name }}").await;
    let rule = rule(
        &root,
        "Birthday",
        json!({"mechanic": {"type": "personal_date", "field": "birthday", "days_before": 3},
        "frequency": {"type": "times", "times": 1, "per": "year"}, "retry_h": 72, "actions": actions}),
    )
    .await;
    app.settle().await;
    let mut titles = told(app, &app.cookie("ann").await).await;
    titles.sort_unstable();
    assert_eq!(
        titles,
        ["Birthday: Kim", "Birthday: Max"],
        "three days before it, and later where that is past"
    );
    pass(app, 48).await;
    let titles = told(app, &app.cookie("ann").await).await;
    assert_eq!((titles.len(), titles[0].as_str()), (3, "Birthday: Lee"), "and each of them once");
    assert_eq!(results(&root, &rule).await.0, 3);
    let page = root.get(&format!("/v1/marketing-rules/{rule}/results?limit=2")).await.ok(200);
    assert_eq!(page["items"][0]["customer"]["title"], "Lee");
    assert_eq!((&page["items"][0]["result"], &page["items"][0]["why"]), (&json!("done"), &Value::Null));
    let rest = format!("/v1/marketing-rules/{rule}/results?cursor={}", page["next"].as_str().unwrap());
    assert_eq!(root.get(&rest).await.ok(200)["items"].as_array().unwrap().len(), 1);
}

both!(so_many_days_after_the_last_order_an_action_is_done);
async fn so_many_days_after_the_last_order_an_action_is_done(app: &TestApp) {
    let (root, shop) = (app.key(&["all"]).await, app.key(&["ingest"]).await);
    for (name, days) in [("due", -30), ("late", -32), ("fresh", -29), ("ancient", -90)] {
        customer(&shop, name, json!({"first_name": name, "manager": app.id("ann")})).await;
        // An order that came by import: what counts is when the shop took it.
        let order = json!({"created_at": day(app, days), "customer": {"external_id": name}});
        shop.put(&format!("/v1/orders/{name}"), order).await.ok(200);
    }
    let rule = rule(
        &root,
        "A month",
        json!({"actions": [{"type": "create_task", "text": "Call {{ customer.first_name }}"}]}),
    )
    .await;
    app.settle().await;
    let tasks = async || {
        let found = root.get("/v1/tasks").await.ok(200);
        let mut texts: Vec<String> =
            found["items"].as_array().unwrap().iter().map(|task| text(task, "text")).collect();
        texts.sort_unstable();
        texts
    };
    assert_eq!(tasks().await, ["Call due"]);
    let too_late = why(&[("expired", 1)]);
    assert_eq!(results(&root, &rule).await, (1, too_late.clone(), 0), "two days late, and tried for one");
    // He orders again before his month is over.
    let order = json!({"created_at": day(app, 0), "customer": {"external_id": "fresh"}});
    shop.put("/v1/orders/again", order).await.ok(200);
    pass(app, 36).await;
    assert_eq!(tasks().await, ["Call due"]);
    assert_eq!(results(&root, &rule).await, (1, too_late, 0));
    let log = root.get(&format!("/v1/action-log?rule={rule}")).await.ok(200);
    assert_eq!(log["items"].as_array().unwrap().len(), 2, "a run and an action: {log}");
    assert_eq!(log["items"][0]["rule"]["type"], "marketing_rule");
}

both!(a_cap_over_all_rules_and_the_hours_of_a_rule_hold_it_up);
async fn a_cap_over_all_rules_and_the_hours_of_a_rule_hold_it_up(app: &TestApp) {
    let (root, shop) = (app.key(&["all"]).await, app.key(&["ingest"]).await);
    customer(&shop, "1", json!({"first_name": "Kim", "manager": app.id("ann")})).await;
    shop.put("/v1/orders/1", json!({"created_at": day(app, 0), "customer": {"external_id": "1"}}))
        .await
        .ok(200);
    let buys = json!({"type": "repeat_purchase", "orders": 1});
    let first =
        rule(&root, "First", json!({"mechanic": buys, "actions": notify(&root, "First").await})).await;
    app.settle().await;
    assert_eq!(results(&root, &first).await, (1, why(&[]), 0));
    let waits = rule(
        &root,
        "Waits",
        json!({"mechanic": buys, "cap": {"times": 1, "days": 1}, "retry_h": 48,
        "actions": notify(&root, "Waited").await}),
    )
    .await;
    let gives_up = rule(
        &root,
        "Gives up",
        json!({"mechanic": buys, "cap": {"times": 1, "days": 30}, "actions": notify(&root, "Never").await}),
    )
    .await;
    let hour = |hours: i64| {
        let at = jiff::Timestamp::from_millisecond(app.now() + hours * 3_600_000).unwrap();
        at.strftime("%H:%M").to_string()
    };
    let hours = rule(
        &root,
        "Hours",
        json!({"mechanic": buys, "window": {"from": hour(5), "to": hour(6)}, "actions": notify(&root, "In time").await}),
    )
    .await;
    app.settle().await;
    assert_eq!(results(&root, &waits).await, (0, why(&[]), 1));
    let page = root.get(&format!("/v1/marketing-rules/{waits}/results")).await.ok(200);
    assert_eq!(
        (&page["items"][0]["result"], &page["items"][0]["why"]),
        (&json!("waiting"), &json!("capped"))
    );
    assert_eq!(results(&root, &gives_up).await, (0, why(&[("expired", 1)]), 0));
    assert_eq!(results(&root, &hours).await, (0, why(&[]), 1));
    pass(app, 4).await;
    assert_eq!(results(&root, &hours).await.0, 0);
    pass(app, 1).await;
    assert_eq!(results(&root, &hours).await.0, 1);
    // Free again only a day after the rule of the hours.
    pass(app, 23).await;
    assert_eq!(results(&root, &waits).await, (0, why(&[]), 1));
    pass(app, 1).await;
    assert_eq!(results(&root, &waits).await, (1, why(&[]), 0));
    assert_eq!(told(app, &app.cookie("ann").await).await, ["Waited", "In time", "First"]);
}

both!(a_sweep_over_many_customers_that_is_run_again_does_nothing_twice);
async fn a_sweep_over_many_customers_that_is_run_again_does_nothing_twice(app: &TestApp) {
    const MANY: usize = 1_203;
    let (root, shop) = (app.key(&["all"]).await, app.key(&["ingest"]).await);
    let mut lines = Vec::new();
    for n in 0..MANY {
        lines.push(
            json!({"method": "PUT", "path": format!("/v1/customers/{n}"), "body": {"first_name": "Kim"}}),
        );
        lines.push(json!({"method": "PUT", "path": format!("/v1/orders/{n}"),
            "body": {"created_at": day(app, -30), "customer": {"external_id": n.to_string()}}}));
    }
    for lines in lines.chunks(100) {
        shop.post("/v1/batch", json!(lines)).await.ok(200);
    }
    app.settle().await;
    let rule = rule(&root, "A month", json!({"actions": [{"type": "create_task", "text": "Call"}]})).await;
    app.settle().await;
    assert_eq!(results(&root, &rule).await, (MANY as i64, why(&[]), 0));
    let tasks = app.count("select count(*) from task").await;
    assert_eq!(tasks, MANY as i64);
    // All of it again: from the first customer on, and each occasion once more, as after a crash.
    app.write(|tx| {
        tx.wake_work();
        tx.execute("update work set due_at = 0, progress = 0 where kind = 'marketing'", &[])?;
        tx.execute(
            "insert into work (account, kind, subject, due_at) select account, 'occasion', id, 0 from marketing_run",
            &[],
        )
    })
    .await;
    app.settle().await;
    pass(app, 2).await;
    assert_eq!(app.count("select count(*) from task").await, tasks);
    assert_eq!(app.count("select count(*) from marketing_run").await, tasks);
    assert_eq!(app.count("select count(*) from work where kind = 'occasion'").await, 0);
}

both!(a_segment_is_counted_and_whoever_comes_into_it_is_an_occasion);
async fn a_segment_is_counted_and_whoever_comes_into_it_is_an_occasion(app: &TestApp) {
    let (root, shop) = (app.key(&["all"]).await, app.key(&["ingest"]).await);
    for n in 0..7 {
        customer(&shop, &n.to_string(), json!({"first_name": format!("K{n}"), "vip": n < 3})).await;
    }
    let draft = |condition: &str| json!({"name": "Regulars", "condition": condition});
    let bad = root.post("/v1/segments", draft("customer.nonsense and")).await;
    assert_eq!((bad.status, bad.fields()), (422, vec!["condition".to_owned()]));
    assert_eq!(root.post("/v1/segments", draft("customer.nonsense == 1")).await.status, 422);
    let made = root.post("/v1/segments", draft("customer.vip")).await.ok(201);
    assert_eq!(made["count"], 3, "counted at once");
    let segment = text(&made, "id");
    let put = json!({"name": "Regulars", "condition": "not customer.vip"});
    assert_eq!(root.put(&format!("/v1/segments/{segment}"), put).await.ok(200)["count"], 4);
    root.put(&format!("/v1/segments/{segment}"), draft("customer.vip")).await.ok(200);
    app.settle().await;
    let path = format!("/v1/segments/{segment}");
    let shown = root.get(&path).await.ok(200);
    assert_eq!((&shown["code"], &shown["count"]), (&json!("regulars"), &json!(3)));
    let counted = root.post("/v1/segments/count", json!({"condition": "not customer.vip"})).await.ok(200);
    assert_eq!((&counted["count"], &counted["sample"][0]["title"]), (&json!(4), &json!("K3")));
    let all = root.post("/v1/segments/count", json!({"condition": "true"})).await.ok(200);
    assert_eq!((&all["count"], all["sample"].as_array().unwrap().len()), (&json!(7), 5));
    let fields = json!({"mechanic": {"type": "segment_entered"}, "segments": [segment],
        "frequency": {"type": "once"}, "actions": [{"type": "create_task", "text": "Welcome {{ customer.first_name }}"}]});
    let rule = rule(&root, "Welcome", fields).await;
    app.settle().await;
    assert_eq!(results(&root, &rule).await, (0, why(&[]), 0), "who was there did not come");
    customer(&shop, "5", json!({"vip": true})).await;
    pass(app, 1).await;
    assert_eq!(results(&root, &rule).await.0, 1);
    // He leaves and comes again: an occasion, but once is enough.
    customer(&shop, "5", json!({"vip": false})).await;
    pass(app, 1).await;
    customer(&shop, "5", json!({"vip": true})).await;
    pass(app, 1).await;
    assert_eq!(results(&root, &rule).await, (1, why(&[("too_often", 1)]), 0));
    assert_eq!(root.get(&path).await.ok(200)["count"], 4, "counted every hour");
    let used = root.delete(&path).await;
    assert_eq!(used.status, 422, "{used}");
    root.delete(&format!("/v1/marketing-rules/{rule}")).await;
    assert_eq!(root.delete(&path).await.status, 204);
    assert_eq!(root.get(&path).await.status, 404);
    let restored = root.act(&format!("/v1/marketing-rules/{rule}/restore")).await;
    assert_eq!(restored.ok(200)["name"], "Welcome");
}

both!(a_left_cart_is_told_after_a_while_unless_he_buys);
async fn a_left_cart_is_told_after_a_while_unless_he_buys(app: &TestApp) {
    let (root, shop) = (app.key(&["all"]).await, app.key(&["ingest"]).await);
    for name in ["stays", "buys"] {
        customer(&shop, name, json!({"first_name": name, "manager": app.id("ann")})).await;
    }
    let rule = rule(
        &root,
        "Cart",
        json!({"mechanic": {"type": "abandoned_cart", "event": "cart.left"},
        "timing": {"when": "after", "amount": 30, "unit": "minutes"},
        "actions": notify(&root, "Cart of {{ customer.first_name }}").await}),
    )
    .await;
    let left = async |name: &str| {
        let record = json!({"type": "customer", "external_id": name});
        shop.post("/v1/events", json!({"type": "cart.left", "record": record})).await.ok(202);
        app.settle().await;
    };
    left("stays").await;
    left("buys").await;
    app.advance(Duration::from_mins(20)).await;
    shop.put("/v1/orders/1", json!({"created_at": day(app, 0), "customer": {"external_id": "buys"}}))
        .await
        .ok(200);
    // A second look at the shop: from the last cart on.
    left("stays").await;
    app.advance(Duration::from_mins(20)).await;
    app.settle().await;
    assert_eq!(results(&root, &rule).await, (0, why(&[("no_longer", 2)]), 1));
    app.advance(Duration::from_mins(10)).await;
    app.settle().await;
    assert_eq!(results(&root, &rule).await, (1, why(&[("no_longer", 2)]), 0));
    assert_eq!(told(app, &app.cookie("ann").await).await, ["Cart of stays"]);
}

both!(an_action_with_a_delay_looks_again_before_it_is_done);
async fn an_action_with_a_delay_looks_again_before_it_is_done(app: &TestApp) {
    let (root, shop) = (app.key(&["all"]).await, app.key(&["ingest"]).await);
    let segment = root.post("/v1/segments", json!({"name": "S", "condition": "not customer.bad"})).await;
    let segment = text(&segment.ok(201), "id");
    for name in ["stays", "orders", "leaves"] {
        customer(&shop, name, json!({"first_name": name, "bad": false, "manager": app.id("ann")})).await;
        let order = json!({"created_at": day(app, -30), "customer": {"external_id": name}});
        shop.put(&format!("/v1/orders/{name}"), order).await.ok(200);
    }
    let said = template(&root, "customer", "Later {{ customer.first_name }}").await;
    rule(
        &root,
        "Later",
        json!({"segments": [segment], "actions": [{"type": "notify", "template": said, "delay_s": 7200}]}),
    )
    .await;
    app.settle().await;
    shop.put("/v1/orders/new", json!({"created_at": day(app, 0), "customer": {"external_id": "orders"}}))
        .await
        .ok(200);
    customer(&shop, "leaves", json!({"bad": true})).await;
    pass(app, 3).await;
    assert_eq!(told(app, &app.cookie("ann").await).await, ["Later stays"]);
}

both!(rules_are_kept_switched_and_refused_with_reasons);
async fn rules_are_kept_switched_and_refused_with_reasons(app: &TestApp) {
    let root = app.cookie("root").await;
    let post = async |fields: Value| {
        let mut draft = json!({"name": "A", "mechanic": {"type": "reactivation", "days": 90}, "frequency": {"type": "once"}});
        draft.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        root.post("/v1/marketing-rules", draft).await
    };
    for (fields, expected) in [
        (json!({"segments": ["none"]}), "segments[0]"),
        (
            json!({"mechanic": {"type": "personal_date", "field": "first_name", "days_before": 1}}),
            "mechanic.field",
        ),
        (json!({"actions": [{"type": "notify", "template": "none"}]}), "actions[0].template"),
        (json!({"actions": [{"type": "create_task", "text": "{{ nonsense"}]}), "actions[0].text"),
        (json!({"actions": [{"type": "http", "url": "https://a.example/"}]}), "actions[0].type"),
        (json!({"retry_h": -1}), "retry_h"),
    ] {
        let answer = post(fields).await;
        assert_eq!((answer.status, answer.fields()), (422, vec![expected.to_owned()]), "{answer}");
    }
    let of_orders = template(&root, "order", "T").await;
    let made = post(json!({"actions": [{"type": "notify", "template": of_orders}]})).await.ok(201);
    assert_eq!(made["warnings"][0]["field"], "actions[0].template");
    assert_eq!((&made["code"], &made["version"], &made["retry_h"]), (&json!("a"), &json!(1), &json!(24)));
    let path = format!("/v1/marketing-rules/{}", text(&made, "id"));
    let used = root.get(&format!("/v1/templates/{of_orders}")).await.ok(200);
    assert_eq!(used["used_by"][0]["type"], "marketing_rule");
    let mut draft = made.clone();
    for field in ["id", "version", "updated_at", "updated_by", "results", "warnings"] {
        draft.as_object_mut().unwrap().remove(field);
    }
    draft["name"] = json!("B");
    draft["window"] = json!({"from": "09:00", "to": "20:00"});
    let put = root.put(&path, draft).await.ok(200);
    assert_eq!(
        (&put["name"], &put["version"], &put["window"]["from"]),
        (&json!("B"), &json!(2), &json!("09:00"))
    );
    app.settle().await;
    assert_eq!(app.count("select count(*) from work where kind = 'marketing'").await, 1);
    assert_eq!(root.act(&format!("{path}/deactivate")).await.ok(200)["active"], false);
    assert_eq!(app.count("select count(*) from work where kind = 'marketing'").await, 0);
    assert_eq!(root.get("/v1/marketing-rules?active=true").await.ok(200)["items"], json!([]));
    assert_eq!(root.act(&format!("{path}/activate")).await.ok(200)["active"], true);
    assert_eq!(root.get("/v1/marketing-rules?q=b").await.ok(200)["items"][0]["name"], "B");
    assert_eq!(root.delete(&path).await.status, 204);
    assert_eq!(root.get(&path).await.status, 404);
    assert_eq!(app.cookie("cyd").await.get("/v1/marketing-rules").await.status, 403);
    assert_eq!(app.cookie("cyd").await.post("/v1/segments", json!({})).await.status, 403);
}

both!(a_rule_that_is_off_leaves_what_waits);
async fn a_rule_that_is_off_leaves_what_waits(app: &TestApp) {
    let (root, shop) = (app.key(&["all"]).await, app.key(&["ingest"]).await);
    customer(&shop, "1", json!({"first_name": "Kim", "manager": app.id("ann")})).await;
    shop.put("/v1/orders/1", json!({"created_at": day(app, -30), "customer": {"external_id": "1"}}))
        .await
        .ok(200);
    let rule = rule(
        &root,
        "Off",
        json!({"timing": {"when": "after", "amount": 1, "unit": "days"}, "actions": notify(&root, "Never").await}),
    )
    .await;
    app.settle().await;
    assert_eq!(results(&root, &rule).await, (0, why(&[]), 1));
    root.act(&format!("/v1/marketing-rules/{rule}/deactivate")).await.ok(200);
    app.advance(DAY).await;
    app.settle().await;
    assert_eq!(results(&root, &rule).await, (0, why(&[("no_longer", 1)]), 0));
    assert_eq!(told(app, &app.cookie("ann").await).await, Vec::<String>::new());
}

both!(a_marketing_rule_is_what_it_was_again);
async fn a_marketing_rule_is_what_it_was_again(app: &TestApp) {
    let root = app.cookie("root").await;
    let id = rule(&root, "First", json!({"window": {"from": "09:00", "to": "10:00"}})).await;
    let path = format!("/v1/marketing-rules/{id}");
    let changed = json!({"name": "Second", "mechanic": {"type": "repeat_purchase", "orders": 2},
        "frequency": {"type": "once"}, "retry_h": 5});
    root.put(&path, changed).await.ok(200);
    let versions = root.get(&format!("{path}/versions")).await.ok(200);
    let shown: Vec<(i64, &str)> = versions["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|was| (was["version"].as_i64().unwrap(), was["rule"]["name"].as_str().unwrap()))
        .collect();
    assert_eq!(shown, [(2, "Second"), (1, "First")]);
    let back = root.post(&format!("{path}/roll-back"), json!({"version": 1})).await.ok(200);
    assert_eq!((&back["name"], &back["version"]), (&json!("First"), &json!(3)));
    assert_eq!(
        (&back["window"]["from"], &back["mechanic"]["type"]),
        (&json!("09:00"), &json!("since_last_order"))
    );
    assert_eq!(root.post(&format!("{path}/roll-back"), json!({"version": 9})).await.fields(), ["version"]);
    assert_eq!(app.cookie("cyd").await.get(&format!("{path}/versions")).await.status, 403);
    // What it did rolled back counts like any other change: the same customers are not asked twice.
    assert_eq!(app.count("select count(*) from work where kind = 'marketing'").await, 1);
}

both!(another_zone_of_the_account_counts_at_once);
async fn another_zone_of_the_account_counts_at_once(app: &TestApp) {
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
    let zone = async |zone: &str| root.patch("/v1/account", json!({"zone": zone})).await.ok(200);
    zone("UTC").await;
    let hour = |hours: i64| {
        let at = jiff::Timestamp::from_millisecond(app.now() + hours * 3_600_000).unwrap();
        (at.strftime("%H:%M").to_string(), at.strftime("%-M %-H * * *").to_string())
    };
    // Six hours from now by the clocks of Greenwich is in an hour by those of five hours to the east.
    let (six, cron) = hour(6);
    let ticks = super::trigger(&root, "Tick", json!({"event": {"type": "schedule", "cron": cron}})).await;
    customer(&shop, "1", json!({"first_name": "Kim", "manager": app.id("ann")})).await;
    shop.put("/v1/orders/1", json!({"created_at": day(app, 0), "customer": {"external_id": "1"}}))
        .await
        .ok(200);
    let rule = rule(
        &root,
        "Hours",
        json!({"mechanic": {"type": "repeat_purchase", "orders": 1}, "actions": notify(&root, "In time").await,
        "window": {"from": six, "to": hour(7).0}}),
    )
    .await;
    app.settle().await;
    assert_eq!(results(&root, &rule).await, (0, why(&[]), 1));
    zone("Asia/Karachi").await;
    pass(app, 1).await;
    app.advance(Duration::from_mins(1)).await;
    app.settle().await;
    assert_eq!(super::fired(&root, &ticks).await, 1, "the schedule ticks by the new clocks");
    assert_eq!(results(&root, &rule).await, (1, why(&[]), 0), "and the window is open by them");
    // And back: no second time on the same day of Greenwich but the one that its own clocks ask for.
    zone("UTC").await;
    pass(app, 4).await;
    assert_eq!(super::fired(&root, &ticks).await, 1);
    pass(app, 2).await;
    assert_eq!(super::fired(&root, &ticks).await, 2);
    assert_eq!(results(&root, &rule).await, (1, why(&[]), 0));
}

both!(hostile_segments_and_texts_end_in_an_error_and_others_go_on);
async fn hostile_segments_and_texts_end_in_an_error_and_others_go_on(app: &TestApp) {
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
    customer(&shop, "1", json!({"first_name": "Kim", "manager": app.id("ann")})).await;
    shop.put("/v1/orders/1", json!({"created_at": day(app, -30), "customer": {"external_id": "1"}}))
        .await
        .ok(200);
    let list = format!("[{}]", vec!["1"; 200].join(","));
    let loops = format!(
        "{list} | contains(a => {list} | contains(b => {list} | contains(c => {list} | contains(d => a + b + c + d > 9))))"
    );
    for (condition, column) in [
        (loops.as_str(), 1),
        (&"(".repeat(2_000), 64),
        (&format!("customer.first_name == '{}'", "x".repeat(5_000)), 0),
        ("customer.first_name", 1),
        ("1 + 2", 1),
        ("customer.tags", 1),
    ] {
        let short: String = condition.chars().take(40).collect();
        for (path, body) in [
            ("/v1/segments/count", json!({"condition": condition})),
            ("/v1/segments", json!({"name": "Hostile", "condition": condition})),
        ] {
            let refused = root.post(path, body).await;
            assert_eq!(
                (refused.status, refused.fields()),
                (422, vec!["condition".to_owned()]),
                "{path} {short}"
            );
            let error = &refused.json()["errors"][0];
            // What is too long is so as a whole.
            let place = (error["line"].as_i64(), error["column"].as_i64());
            assert!(column == 0 || place >= (Some(1), Some(column)), "{short}: {error}");
        }
    }
    assert_eq!(root.get("/v1/segments").await.ok(200)["items"], json!([]));
    // An endless text is refused when it runs, and nobody else's is.
    let (begin, end) = (format!("{{% for a in {list} %}}"), "{% endfor %}");
    let endless = format!("{}x{}", begin.repeat(5), end.repeat(5));
    let bad = rule(&root, "Bad", json!({"actions": [{"type": "create_task", "text": endless}]})).await;
    let good = rule(&root, "Good", json!({"actions": [{"type": "create_task", "text": "Call"}]})).await;
    app.settle().await;
    assert_eq!(results(&root, &good).await, (1, why(&[]), 0));
    assert_eq!(app.count("select count(*) from task").await, 1);
    let errors = super::log(&root, &format!("rule={bad}&status=error")).await;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].1.as_deref(), Some("create_task"));
}
