//! "Move to beta": asked of an account's administrators, answered by one of them, seen by the operator.

use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(one_administrator_answers_for_the_account);
async fn one_administrator_answers_for_the_account(app: &TestApp) {
    let (olga, root, ann) = (app.operator().await, app.cookie("root").await, app.cookie("ann").await);
    let (other, people) = app.other_account().await;
    let eve = app.cookie_of(other, people["eve"].clone()).await;
    let dan = format!("/v1/users/{}", app.id("dan"));
    root.patch(&dan, json!({"role": "administrator"})).await.ok(200);
    let dan = app.cookie("dan").await;
    let draft = json!({"texts": {"en": {"title": "Beta", "body": "Move to it?"}}, "people": "administrators",
        "question": "beta"});
    let id = olga.post("/v1/operator/announcements", draft).await.text("/id");
    olga.act(&format!("/v1/operator/announcements/{id}/publish")).await.ok(200);
    app.settle().await;
    assert!(app.titles(&ann, "").await.is_empty(), "managers are not asked");
    let item = app.newest(&root).await;
    let codes: Vec<_> =
        item["actions"].as_array().unwrap().iter().map(|action| action["code"].clone()).collect();
    assert_eq!(codes, ["accept", "decline"]);
    let act = format!("/v1/inbox/{}/act", item["id"].as_str().unwrap());
    assert_eq!(root.post(&act, json!({"action": "done"})).await.fields(), ["action"]);
    // A token is no administrator's session.
    let token = app.token("root", 600).await;
    assert_eq!(token.post(&act, json!({"action": "accept"})).await.status, 403);
    let accepted = root.post(&act, json!({"action": "accept"})).await.ok(200);
    assert_eq!((&accepted["actions"], accepted["closed_by"].as_str()), (&json!([]), Some("user")));
    assert_eq!(accepted["announcement"]["answer"], "accepted");
    app.settle().await;
    let told = app.newest(&dan).await;
    assert_eq!(
        (&told["actions"], &told["closed_by"], &told["read_at"]),
        (&json!([]), &json!("answered"), &Value::Null)
    );
    assert!(told["body"].as_str().unwrap().contains("Root accepted this for the account."), "{told}");
    let late = format!("/v1/inbox/{}/act", told["id"].as_str().unwrap());
    assert_eq!(dan.post(&late, json!({"action": "decline"})).await.status, 409);
    // The other account is asked on.
    let theirs = app.newest(&eve).await;
    assert_eq!(theirs["actions"].as_array().unwrap().len(), 2);
    let act = format!("/v1/inbox/{}/act", theirs["id"].as_str().unwrap());
    eve.post(&act, json!({"action": "decline"})).await.ok(200);
    app.settle().await;
    let fares = olga.get(&format!("/v1/operator/announcements/{id}/accounts")).await.ok(200);
    assert_eq!(fares["items"][0]["answer"], "accepted");
    assert_eq!(fares["items"][0]["answered_by"], "Root");
    assert_eq!(fares["items"][1]["answer"], "declined");
    let counts = olga.get(&format!("/v1/operator/announcements/{id}")).await.ok(200)["counts"].clone();
    assert_eq!((&counts["accepted"], &counts["declined"]), (&json!(1), &json!(1)));
    // A change keeps the answers.
    let changed = json!({"texts": {"en": {"title": "Beta 2", "body": "Move?"}}, "people": "administrators",
        "question": "beta"});
    olga.put(&format!("/v1/operator/announcements/{id}"), changed).await.ok(200);
    app.settle().await;
    let told = app.newest(&dan).await;
    assert!(
        told["body"].as_str().unwrap().starts_with("Move?")
            && told["body"].as_str().unwrap().contains("Root")
    );
}
