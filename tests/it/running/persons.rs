//! What is kept of a person: handed out whole, and erased to the last word.

use bellwire::store::Engine;
use bellwire::store::backup;
use serde_json::{Value, json};

use crate::support::{TestApp, both};

/// Words that stand nowhere but where the story puts them.
const CANARIES: [&str; 3] = ["Quillfeather", "quill.f@canary.example", "pumpernickel-secret"];

async fn invite(app: &TestApp) -> String {
    let root = app.cookie("root").await;
    let user = json!({"email": "quill.f@canary.example", "name": "Zed Quillfeather", "role": "manager",
        "groups": ["sales"]});
    root.post("/v1/users", user).await.ok(201)["user"]["id"]
        .as_str()
        .map_or_else(|| panic!("no id"), str::to_owned)
}

/// Where one of the words is still to be found.
async fn found(app: &TestApp, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (table, rows) in app.facts().await {
        for row in rows {
            found.extend(
                words
                    .iter()
                    .filter(|word| row.contains(**word))
                    .map(|word| format!("{table}: {word} in {row}")),
            );
        }
    }
    found
}

both!(a_user_is_handed_out_and_erased_to_the_last_word);
async fn a_user_is_handed_out_and_erased_to_the_last_word(app: &TestApp) {
    let id = invite(app).await;
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    let zed =
        app.cookie_of(bellwire::domain::id::Account(1), bellwire::domain::id::UserId::new(id.clone())).await;
    let draft = json!({"title": "For one", "body": "pumpernickel-secret", "users": [id]});
    app.send_draft(&ann, draft).await;
    app.send(&zed, "From Zed", &["sales"]).await;
    let shop = app.key(&["ingest"]).await;
    let order = json!({"order_number": "7", "manager": "quill.f@canary.example"});
    assert_eq!(shop.put("/v1/orders/7", order).await.status, 200);
    assert_eq!(shop.put("/v1/orders/7", json!({"manager": app.id("bob")})).await.status, 200);
    let task = json!({"text": "Ask Zed Quillfeather", "performer": {"user": app.id("bob")}});
    assert_eq!(ann.post("/v1/tasks", task).await.status, 201);
    app.settle().await;
    assert!(!found(app, &CANARIES).await.is_empty());

    let path = format!("/v1/users/{id}");
    let export = root.act(&format!("{path}/export")).await.ok(200);
    assert_eq!(export["user"][0]["email"], "quill.f@canary.example");
    let texts = export.to_string();
    assert!(texts.contains("pumpernickel-secret") && texts.contains("From Zed"), "{texts}");
    assert!(!texts.contains("password") && !texts.contains("argon2"), "{texts}");
    assert_eq!(ann.act(&format!("{path}/export")).await.status, 403);
    assert_eq!(ann.act(&format!("{path}/erase")).await.status, 403);

    let erased = root.act(&format!("{path}/erase")).await.ok(200);
    assert!(erased["rows"].as_i64().unwrap() > 3, "{erased}");
    assert_eq!(found(app, &CANARIES).await, Vec::<String>::new());
    assert_eq!(zed.get("/v1/inbox").await.status, 401);
    // What others have stays, under a name that is nobody's.
    let bob = app.cookie("bob").await;
    assert!(app.titles(&bob, "").await.contains(&"From Zed".to_owned()));
    assert_eq!(root.act(&format!("{path}/erase")).await.status, 200, "it can be begun again");
    assert_eq!(root.act("/v1/users/nobody/erase").await.status, 404);
    let last = root.act(&format!("/v1/users/{}/erase", app.id("root"))).await;
    assert_eq!(last.text("/type"), "/problems/last-administrator");
    let acts = root.get(&format!("/v1/audit-log?subject={id}")).await.ok(200);
    let acts: Vec<&Value> = acts["items"].as_array().unwrap().iter().map(|line| &line["action"]).collect();
    assert_eq!(acts, ["user.erased", "user.erased", "user.exported", "user.added"]);
    on_disk(app, &CANARIES);
}

/// Neither the file, nor the log of writes, nor a fresh backup has the words.
fn on_disk(app: &TestApp, words: &[&str]) {
    if app.engine == Engine::Postgres {
        return;
    }
    let copy = app.database.dir.join("fresh.db");
    backup::make(&app.database.location(), &copy, 0).unwrap();
    for entry in std::fs::read_dir(&app.database.dir).unwrap() {
        let path = entry.unwrap().path();
        let Ok(bytes) = std::fs::read(&path) else { continue };
        for word in words {
            let is_there = bytes.windows(word.len()).any(|part| part == word.as_bytes());
            assert!(!is_there, "{} has {word}", path.display());
        }
    }
}

both!(a_customer_is_handed_out_and_erased_from_all_that_was_told);
async fn a_customer_is_handed_out_and_erased_from_all_that_was_told(app: &TestApp) {
    const WORDS: [&str; 4] = ["Brontowski", "bronto@canary.example", "9031234567", "Wisteria Lane"];
    let (root, shop) = (app.cookie("root").await, app.key(&["all"]).await);
    let customer = json!({"first_name": "Ozzy", "last_name": "Brontowski", "email": "bronto@canary.example",
        "phones": ["+7 903 123-45-67"], "manager": app.id("ann")});
    let id = shop.put("/v1/customers/c1", customer).await.ok(200)["id"].as_str().unwrap().to_owned();
    let order = json!({"order_number": "77", "customer": {"external_id": "c1"}, "first_name": "Ozzy", "last_name": "Brontowski",
        "phone": "+7 903 123-45-67", "email": "bronto@canary.example", "customer_comment": "Wisteria Lane 4, ring twice",
        "manager": app.id("ann"), "total_sum": 100});
    assert_eq!(shop.put("/v1/orders/77", order).await.status, 200);
    app.advance(std::time::Duration::from_secs(61)).await;
    assert_eq!(shop.put("/v1/orders/77", json!({"customer_comment": "Wisteria Lane 5"})).await.status, 200);
    let other = json!({"first_name": "Ozzy", "last_name": "Other"});
    assert_eq!(shop.put("/v1/customers/c2", other).await.status, 200);
    app.settle().await;
    assert!(!found(app, &WORDS).await.is_empty());
    let export = root.act(&format!("/v1/customers/{id}/export")).await.ok(200);
    assert!(export["customer"][0]["state"].to_string().contains("Brontowski"), "{export}");
    assert_eq!(export["orders"].as_array().unwrap().len(), 1);

    assert_eq!(root.act(&format!("/v1/customers/{id}/erase")).await.status, 200);
    assert_eq!(found(app, &WORDS).await, Vec::<String>::new());
    assert_eq!(shop.get(&format!("/v1/customers/{id}")).await.status, 404);
    let page = shop.get("/v1/orders").await.ok(200);
    let order = &page["items"][0];
    assert_eq!(page["items"].as_array().unwrap().len(), 1, "the order stays: {page}");
    assert!(order.to_string().contains("77"), "{order}");
    let kept = shop.get("/v1/customers").await.ok(200);
    assert!(kept.to_string().contains("Ozzy"), "the other one keeps his name: {kept}");
    assert_eq!(root.act(&format!("/v1/customers/{}/erase", app.id("bob"))).await.status, 404);
    on_disk(app, &WORDS);
}
