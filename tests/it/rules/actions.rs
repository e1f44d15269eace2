//! What rules do: who is notified and why, tasks, changes of records, letters.

use serde_json::{Value, json};

use super::{log, order, text, told, trigger};
use crate::support::relay::Relay as FakeRelay;
use crate::support::{TestApp, both};

both!(recipients_are_resolved_when_it_is_sent);
async fn recipients_are_resolved_when_it_is_sent(app: &TestApp) {
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
    root.put("/v1/custom-fields/order/who", json!({"name": "Who", "type": "email"})).await;
    let groups = root.get("/v1/groups").await.ok(200);
    let sales = groups["items"].as_array().unwrap().iter().find(|g| g["code"] == "sales").unwrap().clone();
    root.patch(&format!("/v1/groups/{}", text(&sales, "id")), json!({"head": app.id("bob")})).await.ok(200);
    let address = root.get(&format!("/v1/users/{}", app.id("root"))).await.ok(200)["email"].clone();
    let draft = json!({"name": "Who", "event": "order", "title": "T", "body": "b", "severity": "error", "sticky": true,
        "seconds": 30, "sound": true, "link": "/orders/{{ order.id }}?x=1", "actions": [{"label": "Shop", "url": "https://shop.example/{{ order.number }}"}],
        "recipients": [{"type": "manager"}, {"type": "head", "of": "manager"}, {"type": "customer_manager"},
            {"type": "field", "path": "order.custom_who"}, {"type": "user", "id": app.id("ann")}]});
    let id = text(&root.post("/v1/templates", draft).await.ok(201), "id");
    let rule = trigger(
        &root,
        "R",
        json!({"condition": "change_set.is_create", "actions": [{"type": "notify", "template": id}]}),
    )
    .await;
    shop.put("/v1/customers/c", json!({"first_name": "Kim", "manager": app.id("cyd")})).await.ok(200);
    let state = json!({"order_number": "5", "manager": app.id("ann"), "customer": {"external_id": "c"},
        "custom_fields": {"who": address}});
    let order_id = order(app, &shop, "1", state.clone()).await;
    for (name, heard) in [("ann", 1), ("bob", 1), ("cyd", 1), ("dan", 0), ("root", 1)] {
        assert_eq!(told(app, &app.cookie(name).await).await.len(), heard, "{name}");
    }
    let item = app.cookie("ann").await.get("/v1/inbox?kind=custom").await.ok(200)["items"][0].clone();
    assert_eq!(
        (&item["severity"], &item["sticky"], &item["seconds"], &item["sound"]),
        (&json!("error"), &json!(true), &json!(30), &json!(true))
    );
    assert_eq!(item["actions"], json!([{"code": "link", "label": "Shop", "url": "https://shop.example/5"}]));
    assert!(item["link"].as_str().unwrap().ends_with(&format!("/orders/{order_id}?x=1")), "{item}");
    // Locked, without access: left out. Nobody left: said in the log.
    root.act(&format!("/v1/users/{}/lock", app.id("ann"))).await.ok(200);
    root.act(&format!("/v1/users/{}/lock", app.id("bob"))).await.ok(200);
    order(app, &shop, "2", json!({"order_number": "6"})).await;
    let entries = log(&root, &format!("rule={rule}&status=error")).await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert!(entries[0].2.starts_with("Nobody gets it"), "{entries:?}");
}

both!(a_rule_changes_records_and_makes_tasks);
async fn a_rule_changes_records_and_makes_tasks(app: &TestApp) {
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest", "read"]).await);
    root.put("/v1/custom-fields/order/flag", json!({"name": "Flag", "type": "string"})).await;
    trigger(&root, "Sorts", json!({"condition": "change_set.is_create", "actions": [
        {"type": "change_field", "record": "order", "field": "custom_flag", "value": "{{ order.number }}!"},
        {"type": "change_field", "record": "order", "field": "total_sum", "value": "no number"},
        {"type": "change_manager", "user": app.id("bob")},
        {"type": "create_task", "text": "Look at {{ order.number }}", "comment": "now", "due_in_s": 600, "performer": {"type": "group", "code": "support"}}]})).await;
    let id = order(app, &shop, "1", json!({"order_number": "9"})).await;
    let card = root.get(&format!("/v1/orders/{id}")).await.ok(200);
    assert_eq!(card["state"]["custom_fields"]["flag"], "9!");
    assert_eq!(card["manager"]["id"], json!(app.id("bob")));
    let history = root.get(&format!("/v1/orders/{id}/history")).await.ok(200);
    let by_rule: Vec<_> =
        history["items"].as_array().unwrap().iter().filter(|row| row["source"] == "rule").collect();
    assert_eq!(by_rule.len(), 2, "{history}");
    assert!(by_rule.iter().all(|row| row["by"] == "Sorts"), "{by_rule:?}");
    let tasks = root.get("/v1/tasks?performer=all").await.ok(200);
    assert_eq!((tasks["total"].as_i64(), tasks["items"][0]["text"].as_str()), (Some(1), Some("Look at 9")));
    assert_eq!(
        (&tasks["items"][0]["order"]["id"], &tasks["items"][0]["performer"]["type"]),
        (&json!(id), &json!("group"))
    );
    let errors = log(&root, "status=error").await;
    assert_eq!(errors.len(), 1, "the one that fails holds up no other: {errors:?}");
    assert_eq!(errors[0].1.as_deref(), Some("change_field"));
}

both!(a_failing_template_is_logged_and_the_rest_goes_on);
async fn a_failing_template_is_logged_and_the_rest_goes_on(app: &TestApp) {
    let (root, shop, ann) = (app.cookie("root").await, app.key(&["ingest"]).await, app.cookie("ann").await);
    let (begin, end) = ("{% for i in [1,2,3,4,5,6,7,8,9,10] %}".repeat(8), "{% endfor %}".repeat(8));
    let endless = json!({"name": "Endless", "event": "order", "title": "T",
        "body": format!("{begin}x{end}"), "recipients": [{"type": "manager"}]});
    let endless = text(&root.post("/v1/templates", endless).await.ok(201), "id");
    let fine = super::template(&root, "order", "Fine").await;
    trigger(&root, "A", json!({"ordering": 1, "actions": [{"type": "notify", "template": endless}, {"type": "notify", "template": fine}]})).await;
    trigger(&root, "B", json!({"ordering": 2, "actions": [{"type": "notify", "template": fine}]})).await;
    order(app, &shop, "1", json!({"order_number": "1", "manager": app.id("ann")})).await;
    assert_eq!(told(app, &ann).await, ["Fine", "Fine"]);
    let errors = log(&root, "status=error").await;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].2.contains("body"), "{errors:?}");
    root.delete(&format!("/v1/templates/{fine}")).await;
    order(app, &shop, "1", json!({"total_sum": 5})).await;
    assert!(log(&root, "status=error&limit=1").await[0].2.contains("not there any more"));
}

#[test]
fn letters_go_to_customers_and_readers_in_the_templates_words() {
    let relay = FakeRelay::start();
    let address = relay.address();
    let change = move |settings: &mut bellwire::config::Settings| {
        settings.relays = vec![address.clone()];
        settings.sender = Some(bellwire::domain::mail::sender::Sender {
            name: "Shop".into(),
            address: "shop@example.com".into(),
        });
    };
    crate::support::run_set(bellwire::store::Engine::Sqlite, change, async |app: &TestApp| {
        let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
        let draft = json!({"name": "Mail", "event": "order", "title": "Popup title", "body": "b", "recipients": [{"type": "manager"}],
            "email": {"subject": "Your order {{ order.number }} <b>", "body": "<b>Thanks</b>, {{ order.firstName }}"}});
        let id = text(&root.post("/v1/templates", draft).await.ok(201), "id");
        trigger(&root, "M", json!({"condition": "change_set.is_create", "actions": [{"type": "email", "template": id, "to": "customer"},
            {"type": "notify", "template": id}]})).await;
        order(app, &shop, "1", json!({"order_number": "8", "manager": app.id("ann"), "first_name": "Kim", "email": "kim@example.net"})).await;
        while relay.count() < 2 {
            app.breathe().await;
        }
        let subjects: Vec<String> = relay.taken().iter().map(|taken| taken.header("Subject")).collect();
        assert_eq!(
            subjects.iter().filter(|subject| subject.starts_with("Your order 8 <b>")).count(),
            2,
            "{subjects:?}"
        );
        let to: Vec<String> = relay.taken().iter().map(|taken| taken.header("To")).collect();
        let place = to.iter().position(|to| to.contains("kim@example.net")).unwrap();
        assert_eq!(
            relay.taken()[place].header("List-Unsubscribe"),
            "",
            "it is no letter of ours to unsubscribe from"
        );
        assert_eq!(relay.taken()[place].header("Auto-Submitted"), "auto-generated");
    });
}

both!(what_is_for_the_mailbox_alone_is_not_in_the_bell);
async fn what_is_for_the_mailbox_alone_is_not_in_the_bell(app: &TestApp) {
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    // Bob wants no letters.
    let mut wanted = bob.get("/v1/preferences").await.ok(200);
    let told_of = ["email", "matrix", "quiet", "popup_seconds", "digest", "hold_seconds"];
    wanted.as_object_mut().unwrap().retain(|name, _| told_of.contains(&name.as_str()));
    wanted["email"] = json!(false);
    bob.put("/v1/preferences", wanted).await.ok(200);
    let of = async |title: &str, channels: Value| {
        let people = json!([{"type": "user", "id": app.id("ann")}, {"type": "user", "id": app.id("bob")}]);
        let draft = json!({"name": title, "event": "order", "title": title, "body": "b", "recipients": people,
            "channels": channels});
        text(&root.post("/v1/templates", draft).await.ok(201), "id")
    };
    let (letter, both) = (of("Letter", json!(["email"])).await, of("Both", json!(["popup", "email"])).await);
    trigger(
        &root,
        "Mailed",
        json!({"condition": "change_set.is_create", "actions": [{"type": "notify", "template": letter},
            {"type": "notify", "template": both}, {"type": "email", "template": both, "to": "recipients"}]}),
    )
    .await;
    order(app, &shop, "1", json!({"order_number": "1"})).await;
    assert_eq!(told(app, &ann).await, ["Both"], "and not the two that are letters");
    let unread = ann.get("/v1/inbox?kind=custom").await.ok(200)["unread"].clone();
    assert_eq!(app.titles(&ann, "filter=archived&kind=custom").await, ["Both", "Letter"], "nothing is lost");
    assert_eq!(app.titles(&ann, "filter=unread&kind=custom").await, ["Both"], "{unread}");
    let mut theirs = told(app, &bob).await;
    theirs.sort_unstable();
    assert_eq!(theirs, ["Both", "Both", "Letter"], "who is sent no letter has it in the bell");
    let mailed = "select count(*) from delivery where kind = 'custom' and state <> 'suppressed'";
    assert_eq!(app.count(mailed).await, 3);
}
