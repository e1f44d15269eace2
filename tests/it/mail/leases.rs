//! Whose a letter is: his who is at it, for as long as he lives, and soon after that another's.

use std::time::Duration;

use super::{Act, At, Relay, TestApp, delivered, delivery, posted, send_to, until};
use bellwire::domain::delivery::DeliveryState::{Queued, Sending, Sent};

posted!(a_letter_stays_with_whom_a_slow_relay_keeps_waiting);
async fn a_letter_stays_with_whom_a_slow_relay_keeps_waiting(app: &TestApp, relay: &Relay) {
    relay.plan(&[Act::Silent(At::Dot)]);
    let ann = app.cookie("ann").await;
    let id = send_to(app, &ann, "bob", "Slow").await;
    until(app, "the relay has it", async || relay.commands().iter().any(|c| c == "DATA")).await;
    let lease = async || app.count("select lease_until from delivery").await - app.now();
    assert_eq!(lease().await, 30_000);
    app.advance(Duration::from_secs(9)).await;
    assert_eq!(lease().await, 21_000, "there is enough of it");
    // Three quarters of a minute at a time: more than the lease, as after a sleep of the machine.
    for seconds in [2, 10, 15, 45, 45] {
        app.advance(Duration::from_secs(seconds)).await;
        until(app, "the lease is renewed", async || lease().await == 30_000).await;
    }
    let claims = app.count("select attempt * 10 + crashes from delivery").await;
    assert_eq!((claims, relay.connections(), delivery(app, &id).await.state), (10, 1, Sending));
    // It is given up after three minutes, and goes again in its time, under its name.
    app.advance(Duration::from_mins(3)).await;
    delivered(app).await;
    let given_up = delivery(app, &id).await;
    assert_eq!((given_up.state, given_up.tries), (Queued, 1));
    super::next_try(app, &id).await;
    assert_eq!(delivery(app, &id).await.state, Sent);
    assert_eq!(app.count("select lease_until from delivery").await, 0);
}

posted!(the_post_goes_on_after_a_failure_though_the_clock_stands_still);
async fn the_post_goes_on_after_a_failure_though_the_clock_stands_still(app: &TestApp, relay: &Relay) {
    let rename = async |from: &'static str, to: &'static str| {
        app.write(move |tx| tx.execute(&format!("alter table {from} rename to {to}"), &[])).await;
    };
    rename("delivery", "delivery_away").await;
    // It looks once a minute, whatever rang.
    app.advance(Duration::from_secs(61)).await;
    for _ in 0..200 {
        app.breathe().await;
        app.read(|_| Ok(())).await;
    }
    rename("delivery_away", "delivery").await;
    let ann = app.cookie("ann").await;
    let id = send_to(app, &ann, "bob", "After it").await;
    delivered(app).await;
    assert_eq!((delivery(app, &id).await.state, relay.count()), (Sent, 1));
}
