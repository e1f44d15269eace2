//! What readers chose, at the moment of writing and of sending: off, held, gathered, at night.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Act, At, delivered, deliveries, delivery, posted, send_to};
use crate::support::relay::Relay;
use crate::support::{Client, TestApp};
use bellwire::domain::delivery::DeliveryState::{Digest, Held, Sent, Suppressed};

async fn choose(who: &Client, change: impl Fn(&mut Value)) {
    let mut chosen = who.get("/v1/preferences").await.ok(200);
    change(&mut chosen);
    chosen.as_object_mut().unwrap().retain(|name, _| name != "locked" && name != "rules");
    who.put("/v1/preferences", chosen).await.ok(200);
}

posted!(who_switched_letters_off_gets_none_and_it_is_said_why);
async fn who_switched_letters_off_gets_none_and_it_is_said_why(app: &TestApp, relay: &Relay) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    choose(&bob, |chosen| chosen["email"] = json!(false)).await;
    let off = send_to(app, &ann, "bob", "Off").await;
    choose(&bob, |chosen| {
        chosen["email"] = json!(true);
        chosen["matrix"]["one_time"]["email"] = json!(false);
    })
    .await;
    let kind_off = send_to(app, &ann, "bob", "Kind off").await;
    delivered(app).await;
    for (id, reason) in [(off, "switched_off"), (kind_off, "kind_off")] {
        let end = delivery(app, &id).await;
        assert_eq!((end.state, end.reason.as_deref()), (Suppressed, Some(reason)));
    }
    assert_eq!(relay.count(), 0);
}

posted!(a_held_letter_goes_only_if_it_was_not_read);
async fn a_held_letter_goes_only_if_it_was_not_read(app: &TestApp, relay: &Relay) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    choose(&bob, |chosen| chosen["hold_seconds"] = json!(120)).await;
    let read = send_to(app, &ann, "bob", "Read").await;
    let item = app.newest(&bob).await;
    bob.act(&format!("/v1/inbox/{}/read", item["id"].as_str().unwrap())).await.ok(200);
    let unread = send_to(app, &ann, "bob", "Unread").await;
    assert_eq!(delivery(app, &unread).await.state, Held);
    app.advance(Duration::from_secs(121)).await;
    delivered(app).await;
    assert_eq!(delivery(app, &read).await.reason.as_deref(), Some("read"));
    assert_eq!(delivery(app, &unread).await.state, Sent);
    assert_eq!(relay.count(), 1);
}

posted!(a_digest_is_one_letter_also_when_it_is_tried_again);
async fn a_digest_is_one_letter_also_when_it_is_tried_again(app: &TestApp, relay: &Relay) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    choose(&bob, |chosen| chosen["digest"] = json!("hourly")).await;
    for n in 1..=3 {
        let id = send_to(app, &ann, "bob", &format!("Part {n}")).await;
        assert_eq!(delivery(app, &id).await.state, Digest);
        app.advance(Duration::from_mins(10)).await;
    }
    assert_eq!(relay.count(), 0);
    relay.plan(&[Act::TakeAndDrop]);
    app.advance(Duration::from_mins(31)).await;
    delivered(app).await;
    assert_eq!(relay.count(), 1);
    // What comes meanwhile goes into the next, and not into the second copy of this one.
    send_to(app, &ann, "bob", "Part 4").await;
    relay.plan(&[Act::Say(At::Greeting, "554 no")]);
    app.advance(Duration::from_mins(2)).await;
    delivered(app).await;
    app.advance(Duration::from_mins(10)).await;
    delivered(app).await;
    let taken = relay.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].header("Message-ID"), taken[1].header("Message-ID"));
    let (first, second) = (taken[0].read().text, taken[1].read().text);
    assert_eq!(first, second);
    assert!((1..=3).all(|n| first.contains(&format!("Part {n}"))) && !first.contains("Part 4"), "{first}");
    app.advance(Duration::from_hours(1)).await;
    delivered(app).await;
    let taken = relay.taken();
    assert_eq!(taken.len(), 3);
    assert!(taken[2].read().text.contains("Part 4"));
    assert!(deliveries(app).await.iter().all(|one| one.state == Sent && one.is_digest));
}

posted!(at_night_letters_wait_for_the_morning);
async fn at_night_letters_wait_for_the_morning(app: &TestApp, relay: &Relay) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    choose(&bob, |chosen| chosen["quiet"] = json!({"from": "07:00", "to": "10:00", "zone": "UTC"})).await;
    let id = send_to(app, &ann, "bob", "Early").await;
    assert_eq!(delivery(app, &id).await.state, Held);
    app.advance(Duration::from_mins(119)).await;
    delivered(app).await;
    assert_eq!(relay.count(), 0);
    app.advance(Duration::from_mins(2)).await;
    delivered(app).await;
    assert_eq!((relay.count(), delivery(app, &id).await.state), (1, Sent));
}
