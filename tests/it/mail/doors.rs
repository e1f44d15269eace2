//! The administrator's doors: relays, a letter to try them, deliveries and their stories, sending again.

use serde_json::{Value, json};

use super::{Act, At, delivered, delivery, posted, send_to};
use crate::support::relay::{Manner, Relay};
use crate::support::{TestApp, both};
use bellwire::domain::delivery::DeliveryState::{Queued, Sent};

fn settings(relays: &Value) -> Value {
    json!({
        "relays": relays,
        "sender": {"name": "Lamps", "address": "shop@example.com"},
        "branding": {"colour": "#123456", "logo": null, "footer": ""},
    })
}

both!(relays_are_set_tried_and_their_secrets_shown_to_nobody);
async fn relays_are_set_tried_and_their_secrets_shown_to_nobody(app: &TestApp) {
    let root = app.cookie("root").await;
    let nothing = root.post("/v1/email/test", json!({"to": "a@example.com"})).await.ok(200);
    assert_eq!((nothing["sent"].as_bool(), nothing["dialogue"].as_array().unwrap().len()), (Some(false), 0));
    let relay = Relay::with(Manner { auth: Some(("PLAIN", "u", "s3cret")), ..Manner::default() });
    let entry = json!({"host": "127.0.0.1", "port": relay.port, "security": "plain", "auth": "plain", "user": "u",
        "secret": "s3cret"});
    let set = root.put("/v1/email", settings(&json!([entry]))).await.ok(200);
    assert!(!set.to_string().contains("s3cret"));
    let shown = &set["relays"][0];
    assert_eq!((&shown["has_secret"], &shown["state"]["breaker"]), (&json!(true), &json!("closed")));
    let tried = root.post("/v1/email/test", json!({"to": "a@example.com"})).await.ok(200);
    assert_eq!(tried["sent"], true, "{tried}");
    let said = tried["dialogue"].to_string();
    assert!(said.contains("AUTH PLAIN ***") && said.contains("RCPT TO:<a@example.com>"), "{said}");
    assert!(!said.contains("s3cret") && !said.contains("AHUAczNjcmV0"), "{said}");
    // Saved again without the secret it is kept, but not for another host.
    let id = shown["id"].as_str().unwrap();
    let same = json!({"id": id, "host": "127.0.0.1", "port": relay.port, "security": "plain", "auth": "plain",
        "user": "u"});
    root.put("/v1/email", settings(&json!([same]))).await.ok(200);
    assert_eq!(root.post("/v1/email/test", json!({"to": "a@example.com"})).await.ok(200)["sent"], true);
    let elsewhere = json!({"id": id, "host": "localhost", "port": relay.port, "security": "plain", "auth": "plain",
        "user": "u"});
    let refused = root.put("/v1/email", settings(&json!([elsewhere]))).await.ok(422);
    assert_eq!(refused["errors"][0]["field"], "relays[0].secret");
    let open = json!({"host": "mail.example", "port": 25, "security": "plain", "auth": "none"});
    let refused = root.put("/v1/email", settings(&json!([open]))).await.ok(422);
    assert_eq!(refused["errors"][0]["field"], "relays[0].security");
    root.post("/v1/email/test", json!({"to": "nobody"})).await.ok(422);
    let audit = app.count("select count(*) from audit where detail like '%s3cret%'").await;
    assert_eq!(audit, 0);
    for (who, path) in [("ann", "/v1/email"), ("ann", "/v1/deliveries"), ("ann", "/v1/addresses/suspended")] {
        app.cookie(who).await.get(path).await.ok(403);
    }
}

posted!(a_delivery_tells_its_story_and_can_be_sent_again);
async fn a_delivery_tells_its_story_and_can_be_sent_again(app: &TestApp, relay: &Relay) {
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    relay.plan(&[Act::Say(At::Rcpt, "450 4.2.0 greylisted, come back")]);
    let id = send_to(app, &ann, "bob", "Story").await;
    delivered(app).await;
    let one = delivery(app, &id).await;
    assert_eq!(one.state, Queued);
    let path = format!("/v1/deliveries/{}", one.id);
    let story = root.get(&path).await.ok(200);
    assert_eq!(
        (&story["state"], &story["reason"], &story["title"]),
        (&json!("queued"), &json!("deferred"), &json!("Story"))
    );
    let attempt = &story["attempt_log"][0];
    assert_eq!((&attempt["n"], &attempt["outcome"]), (&json!(1), &json!("retry")));
    let lines: Vec<&str> =
        attempt["dialogue"].as_array().unwrap().iter().map(|line| line["line"].as_str().unwrap()).collect();
    assert!(lines.contains(&"450 4.2.0 greylisted, come back") && lines.contains(&"DATA"), "{lines:?}");
    assert!(story["letter"]["html"].as_str().unwrap().contains("Story"));
    assert!(!story["letter"]["html"].as_str().unwrap().contains("/unsubscribe/"), "the link is its reader's");
    root.act(&format!("{path}/resend")).await.ok(409);
    root.act(&format!("{path}/release")).await.ok(204);
    delivered(app).await;
    assert_eq!((delivery(app, &id).await.state, relay.count()), (Sent, 1));
    root.act(&format!("{path}/release")).await.ok(409);
    let answer =
        root.post("/v1/deliveries/bulk", json!({"ids": [one.id, "unknown"], "do": "resend"})).await.ok(200);
    assert_eq!(answer["changed"], 1);
    delivered(app).await;
    let taken = relay.taken();
    assert_eq!(taken.len(), 2);
    assert_ne!(
        taken[0].header("Message-ID"),
        taken[1].header("Message-ID"),
        "sent again on purpose, it is another"
    );
    let page = root.get("/v1/deliveries?state=sent&q=BOB@&limit=1").await.ok(200);
    assert_eq!((page["items"][0]["id"].as_str(), &page["next"]), (Some(one.id.as_str()), &json!(null)));
    assert_eq!(root.get("/v1/deliveries?state=dead").await.ok(200)["items"].as_array().unwrap().len(), 0);
    send_to(app, &ann, "ann", "Second").await;
    let first = root.get("/v1/deliveries?limit=1").await.ok(200);
    let next =
        root.get(&format!("/v1/deliveries?limit=1&cursor={}", first["next"].as_str().unwrap())).await.ok(200);
    assert_eq!(
        (first["items"][0]["title"].as_str(), next["items"][0]["title"].as_str()),
        (Some("Second"), Some("Story"))
    );
    delivered(app).await;
    // Another account's administrator sees none of it.
    let other = app.other_account().await;
    let eve = app.cookie_of(other.0, other.1["eve"].clone()).await;
    eve.get(&path).await.ok(404);
    eve.act(&format!("{path}/resend")).await.ok(404);
    assert_eq!(eve.get("/v1/deliveries").await.ok(200)["items"].as_array().unwrap().len(), 0);
}
