//! Who may edit rules but does not see a record learns neither its name nor what came of it: in the log, in what left the
//! house, in results, in samples, in what can be tried.

use serde_json::json;

use super::{order, template, text, trigger};
use crate::support::{Client, TestApp, both};

/// Bob keeps rules, and sees only records of his own.
async fn narrow(app: &TestApp, root: &Client) -> Client {
    let groups = root.get("/v1/groups").await.ok(200);
    for group in groups["items"].as_array().unwrap() {
        let path = format!("/v1/groups/{}", group["id"].as_str().unwrap());
        root.patch(&path, json!({"sees": "own", "may_edit_rules": true})).await.ok(200);
    }
    app.cookie("bob").await
}

both!(who_does_not_see_a_record_gets_no_name_of_it);
async fn who_does_not_see_a_record_gets_no_name_of_it(app: &TestApp) {
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
    let bob = narrow(app, &root).await;
    let said = template(&root, "order", "Order {{ order.number }}").await;
    trigger(
        &root,
        "Seen",
        json!({"condition": "change_set.is_create", "actions": [{"type": "notify", "template": said},
            {"type": "create_task", "text": "Call {{ order.first_name }}"},
            {"type": "email", "template": said, "to": "customer"}]}),
    )
    .await;
    let state = |number: &str, manager: &str| {
        json!({"order_number": number, "first_name": format!("Zed {number}"), "manager": app.id(manager),
            "email": format!("{number}@shop.example")})
    };
    let ours = order(app, &shop, "1", state("1001", "bob")).await;
    let theirs = order(app, &shop, "2", state("2002", "ann")).await;

    let whole = root.get("/v1/action-log").await.ok(200);
    assert_eq!(whole["items"].as_array().unwrap().len(), 8);
    assert!(whole["items"].as_array().unwrap().iter().all(|entry| entry["hidden"] == false), "{whole}");
    let page = bob.get("/v1/action-log").await.ok(200);
    let (words, entries) = (page.to_string(), page["items"].as_array().unwrap());
    assert_eq!(entries.len(), 8, "that something was done is told");
    assert_eq!(entries.iter().filter(|entry| entry["hidden"] == true).count(), 4);
    for secret in ["2002", "Zed 2002", "2002@shop.example", &theirs] {
        assert!(!words.contains(secret), "{secret} is told in {words}");
    }
    for known in ["1001", "Call Zed 1001", "1001@shop.example", &ours] {
        assert!(words.contains(known), "{known} is not told in {words}");
    }
    for hidden in entries.iter().filter(|entry| entry["hidden"] == true) {
        assert_eq!((&hidden["record"], &hidden["links"]), (&json!(null), &json!([])));
    }
    for query in ["q=2002".to_owned(), format!("record={theirs}")] {
        let found = bob.get(&format!("/v1/action-log?{query}")).await.ok(200);
        assert_eq!(found["items"], json!([]), "{query} says that it is there");
    }

    let left = bob.get("/v1/http-deliveries").await.ok(200);
    let addresses: Vec<&str> =
        left["items"].as_array().unwrap().iter().map(|one| one["address"].as_str().unwrap()).collect();
    assert_eq!(addresses, ["…", "1001@shop.example"]);
    assert_eq!(bob.get("/v1/http-deliveries?q=2002").await.ok(200)["items"], json!([]));
    let id = text(&left["items"][0], "id");
    assert_eq!(bob.get(&format!("/v1/http-deliveries/{id}")).await.status, 404);
    assert_eq!(bob.act(&format!("/v1/http-deliveries/{id}/resend")).await.status, 404);
    root.get(&format!("/v1/http-deliveries/{id}")).await.ok(200);

    let (all, some) = (root.get("/v1/triggers/events").await, bob.get("/v1/triggers/events").await);
    let (all, some) = (all.ok(200), some.ok(200));
    assert!(all.to_string().contains("2002") && !some.to_string().contains("2002"), "{some}");
}

both!(results_and_samples_name_only_whom_the_reader_sees);
async fn results_and_samples_name_only_whom_the_reader_sees(app: &TestApp) {
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
    let bob = narrow(app, &root).await;
    for (name, manager) in [("Mine", "bob"), ("Theirs", "ann")] {
        let state = json!({"first_name": name, "vip": true, "manager": app.id(manager)});
        shop.put(&format!("/v1/customers/{name}"), state).await.ok(200);
        let order = json!({"customer": {"external_id": name}, "manager": app.id(manager)});
        shop.put(&format!("/v1/orders/{name}"), order).await.ok(200);
    }
    let rule = json!({"name": "Thanks", "mechanic": {"type": "repeat_purchase", "orders": 1},
        "frequency": {"type": "once"}, "actions": [{"type": "create_task", "text": "Thank"}]});
    let rule = text(&root.post("/v1/marketing-rules", rule).await.ok(201), "id");
    app.settle().await;
    for (reader, expected) in [(&root, ["Mine", "Theirs"].as_slice()), (&bob, &["", "Mine"])] {
        let page = reader.get(&format!("/v1/marketing-rules/{rule}/results")).await.ok(200);
        let mut names: Vec<String> =
            page["items"].as_array().unwrap().iter().map(|one| text(&one["customer"], "title")).collect();
        names.sort_unstable();
        assert_eq!(names, expected);
        let counted = reader.post("/v1/segments/count", json!({"condition": "customer.vip"})).await.ok(200);
        assert_eq!(counted["count"], 2);
        let sample = counted["sample"].as_array().unwrap();
        assert_eq!(sample.len(), expected.iter().filter(|name| !name.is_empty()).count(), "{counted}");
    }
}
