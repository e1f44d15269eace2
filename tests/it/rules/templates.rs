//! Templates: kept in versions, refused with line and column, previewed, tried out, taken along.

use serde_json::json;

use super::{order, template, text, trigger};
use crate::support::{TestApp, both};

both!(a_template_is_kept_in_versions);
async fn a_template_is_kept_in_versions(app: &TestApp) {
    let root = app.cookie("root").await;
    let draft = json!({"name": "New order", "event": "order", "title": "Order {{ order.number }}", "body": "one",
        "severity": "warning", "sticky": true, "recipients": [{"type": "manager"}, {"type": "group", "code": "sales"}],
        "actions": [{"label": "Open", "url": "/orders/{{ order.id }}"}], "email": {"subject": "S", "body": "B"}});
    let made = root.post("/v1/templates", draft.clone()).await.ok(201);
    let path = format!("/v1/templates/{}", text(&made, "id"));
    for (field, value) in draft.as_object().unwrap() {
        assert_eq!(made[field], *value, "{field}");
    }
    assert_eq!((made["version"].as_i64(), made["code"].as_str()), (Some(1), Some("new-order")));
    assert_eq!((&made["updated_by"], &made["use_count"]), (&json!("Root"), &json!(0)));
    let mut second = draft.clone();
    second["body"] = json!("two");
    assert_eq!(root.put(&path, second).await.ok(200)["version"], 2);
    let versions = root.get(&format!("{path}/versions")).await.ok(200);
    let bodies: Vec<&str> = versions["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["template"]["body"].as_str().unwrap())
        .collect();
    assert_eq!(bodies, ["two", "one"]);
    let back = root.post(&format!("{path}/roll-back"), json!({"version": 1})).await.ok(200);
    assert_eq!((back["version"].as_i64(), back["body"].as_str()), (Some(3), Some("one")));
    // Deleted, its code is free; restored, it has another.
    assert_eq!(root.delete(&path).await.status, 204);
    assert_eq!(root.get(&path).await.status, 404);
    root.post("/v1/templates", draft.clone()).await.ok(201);
    assert_eq!(root.act(&format!("{path}/restore")).await.ok(200)["code"], "new-order-2");
    let mut taken = draft;
    taken["code"] = json!("new-order");
    assert_eq!(root.post("/v1/templates", taken).await.fields(), ["code"]);
    assert_eq!(root.get("/v1/templates?q=NEW&limit=1").await.ok(200)["items"].as_array().unwrap().len(), 1);
}

both!(a_template_that_does_not_read_is_refused_with_its_place);
async fn a_template_that_does_not_read_is_refused_with_its_place(app: &TestApp) {
    let root = app.cookie("root").await;
    let draft = json!({"name": "Bad", "event": "order", "title": "ok", "body": "one\ntwo {{ order.number",
        "recipients": [{"type": "group", "code": "nowhere"}, {"type": "user", "id": "nobody"}]});
    let refused = root.post("/v1/templates", draft).await;
    assert_eq!(refused.status, 422);
    let mut fields = refused.fields();
    fields.sort_unstable();
    assert_eq!(fields, ["body", "recipients[0].code", "recipients[1].id"]);
    let errors = refused.json();
    let body = errors["errors"].as_array().unwrap().iter().find(|e| e["field"] == "body").unwrap().clone();
    assert_eq!(body["line"], 2, "{body}");
    assert!(body["column"].as_i64().unwrap() > 0 && !body["message"].as_str().unwrap().is_empty(), "{body}");
}

both!(a_draft_is_previewed_with_a_record_and_without);
async fn a_draft_is_previewed_with_a_record_and_without(app: &TestApp) {
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
    let id = order(
        app,
        &shop,
        "1",
        json!({"order_number": "77", "manager": app.id("ann"), "first_name": "<b>Kim</b>",
        "custom_fields": {}}),
    )
    .await;
    let draft = json!({"name": "P", "event": "order", "title": "Order {{ order.number }} of {{ order.firstName }}",
        "body": "<script>x</script><b>{{ order.getStatus().getCode() }}</b>",
        "recipients": [{"type": "manager"}, {"type": "group", "code": "support"}, {"type": "head", "of": "manager"}],
        "email": {"subject": "No {{ order.number }}", "body": "<i>x</i>"}});
    let seen = root
        .post("/v1/templates/preview", json!({"template": draft, "record": {"type": "order", "id": id}}))
        .await
        .ok(200);
    assert_eq!(seen["title"], "Order 77 of &lt;b&gt;Kim&lt;/b&gt;", "what a record says is no markup");
    assert!(!seen["body"].as_str().unwrap().contains("script"));
    assert_eq!(seen["email"]["subject"], "No 77");
    let names: Vec<(&str, &str)> = seen["recipients"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["user"]["name"].as_str().unwrap(), r["why"].as_str().unwrap()))
        .collect();
    assert!(names.contains(&("Ann", "you are the responsible manager.")), "{names:?}");
    assert!(names.contains(&("Cyd", "you are in a group that it is sent to.")), "{names:?}");
    assert_eq!(seen["problems"], json!([]));
    let made_up = root.post("/v1/templates/preview", json!({"template": draft})).await.ok(200);
    assert_eq!(made_up["title"], "Order 1001 of Ada");
    let broken = json!({"name": "P", "event": "order", "title": "{{ nope("});
    let seen = root.post("/v1/templates/preview", json!({"template": broken})).await.ok(200);
    assert_eq!(
        (&seen["problems"][0]["field"], &seen["problems"][0]["line"]),
        (&json!("title"), &json!(1)),
        "{seen}"
    );
    let gone = json!({"template": draft, "record": {"type": "order", "id": "nowhere"}});
    assert_eq!(root.post("/v1/templates/preview", gone).await.fields(), ["record.id"]);
}

both!(a_template_is_sent_to_oneself_and_taken_along);
async fn a_template_is_sent_to_oneself_and_taken_along(app: &TestApp) {
    let root = app.cookie("root").await;
    let id = template(&root, "order", "Order {{ order.number }}").await;
    assert_eq!(root.act(&format!("/v1/templates/{id}/test")).await.status, 202);
    app.settle().await;
    let item = app.newest(&root).await;
    assert_eq!((item["kind"].as_str(), item["title"].as_str()), (Some("custom"), Some("Order 1001")));
    let exported = root.get("/v1/templates/export").await.ok(200);
    let (_, people) = app.other_account().await;
    let eve = app.cookie_of(bellwire::domain::id::Account(2), people["eve"].clone()).await;
    assert_eq!(eve.get(&format!("/v1/templates/{id}")).await.status, 404, "nothing crosses accounts");
    let taken = json!({"templates": exported["templates"], "replace": true});
    assert_eq!(
        eve.post("/v1/templates/import", taken.clone()).await.ok(200),
        json!({"created": 1, "updated": 0})
    );
    assert_eq!(eve.post("/v1/templates/import", taken).await.ok(200), json!({"created": 0, "updated": 1}));
    let bad = json!({"templates": [{"name": "x", "body": "{{"}]});
    assert_eq!(eve.post("/v1/templates/import", bad).await.fields(), ["templates[0].body"]);
    let variables = root.get("/v1/templates/variables?event=order").await.ok(200);
    let paths: Vec<&str> =
        variables["items"].as_array().unwrap().iter().map(|v| v["path"].as_str().unwrap()).collect();
    assert!(paths.contains(&"order.status.code") && paths.contains(&"order.number"), "{paths:?}");
}

both!(a_template_says_who_uses_it);
async fn a_template_says_who_uses_it(app: &TestApp) {
    let root = app.cookie("root").await;
    let id = template(&root, "call", "Missed").await;
    let rule = trigger(&root, "On order", json!({"actions": [{"type": "notify", "template": id}]})).await;
    let shown = root.get(&format!("/v1/templates/{id}")).await.ok(200);
    assert_eq!(shown["used_by"], json!([{"type": "trigger", "id": rule, "name": "On order"}]));
    let warned = root.get(&format!("/v1/triggers/{rule}")).await.ok(200);
    assert_eq!(
        warned["warnings"][0]["field"], "actions[0].template",
        "a call's template does not fit an order"
    );
    root.delete(&format!("/v1/triggers/{rule}")).await;
    assert_eq!(root.get(&format!("/v1/templates/{id}")).await.ok(200)["use_count"], 0);
}

both!(who_may_not_edit_rules_cannot);
async fn who_may_not_edit_rules_cannot(app: &TestApp) {
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    let id = template(&root, "order", "T").await;
    let draft = json!({"name": "x", "body": "b"});
    let trigger = json!({"name": "x", "event": {"type": "order_changed"}});
    for key in [app.key(&["ingest", "read", "notify"]).await, ann.clone()] {
        let before = app.facts().await;
        for (method, path, body) in [
            ("GET", "/v1/templates".to_owned(), json!({})),
            ("POST", "/v1/templates".to_owned(), draft.clone()),
            ("PUT", format!("/v1/templates/{id}"), draft.clone()),
            ("DELETE", format!("/v1/templates/{id}"), json!({})),
            ("POST", "/v1/templates/preview".to_owned(), json!({"template": draft})),
            ("POST", "/v1/templates/import".to_owned(), json!({"templates": []})),
            ("GET", "/v1/triggers".to_owned(), json!({})),
            ("POST", "/v1/triggers".to_owned(), trigger.clone()),
            ("POST", "/v1/triggers/dry-run".to_owned(), json!({})),
            ("GET", "/v1/action-log".to_owned(), json!({})),
            ("GET", "/v1/http-secret".to_owned(), json!({})),
        ] {
            let call = key.call(method, &path);
            let call = if method == "GET" { call } else { call.json(&body) };
            assert_eq!(call.send().await.status, 403, "{method} {path}");
        }
        TestApp::assert_unchanged(&before, &app.facts().await, "a call without the right");
    }
    // With the right of a group he may; the secret is the administrator's all the same.
    let groups = root.get("/v1/groups").await.ok(200);
    let sales = groups["items"].as_array().unwrap().iter().find(|g| g["code"] == "sales").unwrap().clone();
    root.patch(&format!("/v1/groups/{}", text(&sales, "id")), json!({"may_edit_rules": true})).await.ok(200);
    ann.post("/v1/templates", draft).await.ok(201);
    ann.post("/v1/triggers", trigger).await.ok(201);
    assert_eq!(ann.get("/v1/http-secret").await.status, 403);
    app.key(&["all"]).await.get("/v1/triggers").await.ok(200);
}
