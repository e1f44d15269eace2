//! Between an event and its letter: who is locked, removed, loses sight, or whose notification is recalled gets nothing.

use std::time::Duration;

use serde_json::json;

use super::{Act, At, delivered, deliveries, delivery, move_to, next_try, posted, send_to};
use crate::support::TestApp;
use crate::support::relay::Relay;
use bellwire::domain::delivery::DeliveryState::{Dead, Queued, Sent, Suppressed};

/// Sends a letter that the relay puts off once, so that something can happen in between.
async fn put_off(app: &TestApp, relay: &Relay, who: &str) -> String {
    relay.plan(&[Act::Say(At::Rcpt, "451 later")]);
    let ann = app.cookie("ann").await;
    let id = send_to(app, &ann, who, "Soon").await;
    delivered(app).await;
    assert_eq!(delivery(app, &id).await.state, Queued);
    id
}

posted!(what_happens_in_between_counts);
async fn what_happens_in_between_counts(app: &TestApp, relay: &Relay) {
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    let locked = put_off(app, relay, "cyd").await;
    root.act(&format!("/v1/users/{}/lock", app.id("cyd"))).await.ok(200);
    next_try(app, &locked).await;
    let recalled = put_off(app, relay, "dan").await;
    ann.act(&format!("/v1/notifications/{recalled}/recall")).await.ok(200);
    app.settle().await;
    next_try(app, &recalled).await;
    let removed = put_off(app, relay, "dan").await;
    root.delete(&format!("/v1/users/{}", app.id("dan"))).await;
    next_try(app, &removed).await;
    for (id, reason) in [(&locked, "user_gone"), (&recalled, "withdrawn"), (&removed, "user_gone")] {
        let end = delivery(app, id).await;
        assert_eq!((end.state, end.reason.as_deref()), (Suppressed, Some(reason)));
    }
    assert_eq!(relay.count(), 0);
    // A reader's letter goes to the address that he has now.
    let moved = put_off(app, relay, "bob").await;
    move_to(app, "bob", "bob@new.example").await;
    next_try(app, &moved).await;
    assert_eq!(relay.taken()[0].to, ["bob@new.example"]);
    assert_eq!(delivery(app, &moved).await.address, "bob@new.example");
}

posted!(who_no_longer_sees_the_record_is_not_told_of_it);
async fn who_no_longer_sees_the_record_is_not_told_of_it(app: &TestApp, relay: &Relay) {
    let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
    let groups = root.get("/v1/groups").await.ok(200);
    for group in groups["items"].as_array().unwrap() {
        let id = group["id"].as_str().unwrap();
        root.patch(&format!("/v1/groups/{id}"), json!({"sees": "own"})).await.ok(200);
    }
    app.settle().await;
    let order = |manager: &str| json!({"order_number": "9", "status": "new", "manager": app.id(manager)});
    shop.put("/v1/orders/b9", order("ann")).await.ok(200);
    app.settle().await;
    // Before its minute is over the order is somebody else's.
    shop.put("/v1/orders/b9", order("bob")).await.ok(200);
    app.settle().await;
    app.advance(Duration::from_secs(61)).await;
    delivered(app).await;
    for letter in relay.taken() {
        let text = letter.read().text;
        let is_farewell = text.contains("no longer");
        assert!(letter.to == ["bob@example.com"] || is_farewell, "{:?}: {text}", letter.to);
    }
    let ends = deliveries(app).await;
    assert!(
        ends.iter()
            .any(|one| one.reason.as_deref() == Some("no_access")
                || one.reason.as_deref() == Some("withdrawn")),
        "{ends:?}"
    );
    assert!(ends.iter().any(|one| one.state == Sent));
}

posted!(an_address_that_bounces_three_times_is_left_in_peace);
async fn an_address_that_bounces_three_times_is_left_in_peace(app: &TestApp, relay: &Relay) {
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    let gone = Act::Say(At::Rcpt, "550 5.1.1 no such user");
    for _ in 0..3 {
        relay.plan(&[gone]);
        let id = send_to(app, &ann, "bob", "Hello").await;
        delivered(app).await;
        let end = delivery(app, &id).await;
        assert_eq!((end.state, end.reason.as_deref()), (Dead, Some("bounced")));
    }
    let (commands, id) = (relay.commands().len(), send_to(app, &ann, "bob", "Hello").await);
    delivered(app).await;
    assert_eq!(delivery(app, &id).await.reason.as_deref(), Some("address_suspended"));
    assert_eq!(relay.commands().len(), commands, "nothing was said to the relay");
    let listed = root.get("/v1/addresses/suspended").await.ok(200);
    let first = &listed["items"][0];
    assert_eq!((first["address"].as_str(), first["bounces"].as_i64()), (Some("bob@example.com"), Some(3)));
    assert!(first["reason"].as_str().unwrap().contains("no such user"));
    root.act("/v1/addresses/bob@example.com/release").await.ok(204);
    root.act("/v1/addresses/bob@example.com/release").await.ok(404);
    let id = send_to(app, &ann, "bob", "Hello").await;
    delivered(app).await;
    assert_eq!(delivery(app, &id).await.state, Sent);
    // By itself it ends after thirty days.
    for _ in 0..3 {
        relay.plan(&[gone]);
        send_to(app, &ann, "bob", "Hello").await;
        delivered(app).await;
    }
    app.advance(Duration::from_hours(24 * 30 + 1)).await;
    let ann = app.cookie("ann").await;
    let id = send_to(app, &ann, "bob", "Hello").await;
    delivered(app).await;
    assert_eq!(delivery(app, &id).await.state, Sent);
}
