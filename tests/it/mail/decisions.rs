//! A relay that refuses, hangs up, keeps silent, drips, lies and loses its answer, at every step: what becomes of the letter.

use std::time::Duration;

use super::{Act, At, delivered, delivery, next_try, posted, send_to, until};
use crate::support::TestApp;
use crate::support::call::within;
use crate::support::relay::Relay;
use bellwire::domain::delivery::DeliveryState::{Dead, Queued, Sent};

posted!(each_misbehaviour_has_its_consequence);
async fn each_misbehaviour_has_its_consequence(app: &TestApp, relay: &Relay) {
    let ann = app.cookie("ann").await;
    for (act, state, reason) in [
        (Act::Take, Sent, None),
        (Act::Say(At::Greeting, "554 no"), Queued, Some("relay_down")),
        (Act::Say(At::Greeting, "421 busy"), Queued, Some("relay_down")),
        (Act::Say(At::Greeting, "HTTP/1.1 400 Bad Request"), Queued, Some("relay_down")),
        (Act::Say(At::Hello, "550 go away"), Queued, Some("relay_down")),
        (Act::Say(At::Mail, "421 closing"), Queued, Some("relay_down")),
        (Act::Say(At::Mail, "451 4.3.0 later"), Queued, Some("relay_down")),
        (Act::Say(At::Mail, "553 5.7.1 not you"), Queued, Some("relay_down")),
        (Act::Say(At::Mail, "552 5.3.4 too big"), Dead, Some("refused")),
        (Act::Say(At::Rcpt, "450 4.2.0 greylisted"), Queued, Some("deferred")),
        (Act::Say(At::Rcpt, "421 closing"), Queued, Some("relay_down")),
        (Act::Say(At::Rcpt, "552 mailbox full"), Queued, Some("deferred")),
        (Act::Say(At::Rcpt, "554 5.7.1 relay access denied"), Dead, Some("refused")),
        (Act::Say(At::Data, "451 later"), Queued, Some("deferred")),
        (Act::Say(At::Data, "250 a lie"), Queued, Some("relay_down")),
        (Act::Say(At::Data, "554 no"), Dead, Some("refused")),
        (Act::Say(At::Dot, "451 4.3.0 later"), Queued, Some("deferred")),
        (Act::Say(At::Dot, "554 5.6.0 spam"), Dead, Some("refused")),
        (Act::Say(At::Dot, "what?"), Queued, Some("relay_down")),
        (Act::Drop(At::Greeting), Queued, Some("relay_down")),
        (Act::Drop(At::Hello), Queued, Some("relay_down")),
        (Act::Drop(At::Rcpt), Queued, Some("relay_down")),
        (Act::Drop(At::Data), Queued, Some("relay_down")),
        (Act::Drop(At::Dot), Queued, Some("relay_down")),
        (Act::Endless(At::Greeting), Queued, Some("relay_down")),
        (Act::Endless(At::Rcpt), Queued, Some("relay_down")),
    ] {
        forget_connections(app).await;
        relay.plan(&[act]);
        let before = relay.count();
        let id = send_to(app, &ann, "bob", "Hear").await;
        delivered(app).await;
        let after = delivery(app, &id).await;
        assert_eq!((after.state, after.reason.as_deref()), (state, reason), "{act:?}: {:?}", after.detail);
        if state == Queued {
            assert!(after.next_at - app.now() >= 45_000 && after.detail.is_some(), "{act:?}: {after:?}");
            next_try(app, &id).await;
            assert_eq!(delivery(app, &id).await.state, Sent, "{act:?}");
        }
        let expected = if state == Dead { before } else { before + 1 };
        assert_eq!(relay.count(), expected, "{act:?}");
    }
}

/// What is kept open from before would take the letter in place of a fresh connection.
async fn forget_connections(app: &TestApp) {
    app.ctx().mail.post.sweep(true).await;
}

posted!(who_keeps_silent_or_drips_is_waited_for_and_no_longer);
async fn who_keeps_silent_or_drips_is_waited_for_and_no_longer(app: &TestApp, relay: &Relay) {
    let ann = app.cookie("ann").await;
    for (act, command) in [
        (Act::Silent(At::Greeting), None),
        (Act::Silent(At::Hello), Some("EHLO")),
        (Act::Silent(At::Rcpt), Some("RCPT")),
        (Act::Silent(At::Dot), Some("DATA")),
        (Act::Drip(At::Greeting), None),
        (Act::Drip(At::Dot), Some("DATA")),
    ] {
        forget_connections(app).await;
        relay.plan(&[act]);
        let said = |word: &str| relay.commands().iter().filter(|line| line.starts_with(word)).count();
        let (connections, letters) = (relay.connections(), relay.count());
        let before = command.map_or(0, said);
        let id = send_to(app, &ann, "bob", "Wait").await;
        until(app, "the relay is at that step", async || {
            relay.connections() > connections && command.is_none_or(|word| said(word) > before)
        })
        .await;
        assert_eq!(delivery(app, &id).await.tries, 0, "{act:?}");
        // The limit of the next step may begin only now, so time goes on, not too fast, until it is over.
        within("it is given up and goes", async {
            let sent = async || delivery(app, &id).await.state == Sent;
            while tokio::time::timeout(Duration::from_millis(150), until(app, "it goes", sent)).await.is_err()
            {
                app.advance(Duration::from_secs(61)).await;
            }
        })
        .await;
        let story = delivery(app, &id).await;
        assert!(story.tries >= 2 && relay.count() > letters, "{act:?}: {story:?}");
    }
}

posted!(a_lost_answer_makes_a_second_copy_under_the_same_name);
async fn a_lost_answer_makes_a_second_copy_under_the_same_name(app: &TestApp, relay: &Relay) {
    let ann = app.cookie("ann").await;
    for act in [Act::TakeAndDrop, Act::TakeAndSay("9 bottles"), Act::TakeAndSay("354 more")] {
        forget_connections(app).await;
        let before = relay.count();
        relay.plan(&[act]);
        let id = send_to(app, &ann, "bob", "Lost").await;
        delivered(app).await;
        assert_eq!(delivery(app, &id).await.state, Queued, "{act:?}");
        next_try(app, &id).await;
        assert_eq!(delivery(app, &id).await.state, Sent);
        let copies = relay.taken().split_off(before);
        assert_eq!(copies.len(), 2, "{act:?}");
        assert_eq!(copies[0].header("Message-ID"), copies[1].header("Message-ID"));
        assert_eq!(copies[0].read().text, copies[1].read().text);
    }
    // And one that answers once gets one.
    let before = relay.count();
    send_to(app, &ann, "bob", "Known").await;
    delivered(app).await;
    assert_eq!(relay.count(), before + 1);
}

posted!(tries_go_on_until_the_letter_is_worth_nothing);
async fn tries_go_on_until_the_letter_is_worth_nothing(app: &TestApp, relay: &Relay) {
    let ann = app.cookie("ann").await;
    relay.usually(Act::Say(At::Rcpt, "451 4.7.1 come back later"));
    let id = send_to(app, &ann, "bob", "Never").await;
    delivered(app).await;
    let mut waits = Vec::new();
    while delivery(app, &id).await.state == Queued {
        let before = app.now();
        next_try(app, &id).await;
        waits.push((app.now() - before) / 60_000);
        assert!(waits.len() < 20);
    }
    let end = delivery(app, &id).await;
    assert_eq!((end.state, end.reason.as_deref()), (Dead, Some("expired")));
    assert!(end.detail.as_deref().unwrap().contains("come back later"));
    assert!(waits.windows(2).take(5).all(|two| two[0] <= two[1]), "{waits:?}");
    assert_eq!(end.tries, waits.len() as i64 + 1);
    assert_eq!(app.now() - end.created_at, 24 * 3_600_000);
    assert_eq!(relay.count(), 0);
}

posted!(an_idle_connection_that_died_costs_no_try);
async fn an_idle_connection_that_died_costs_no_try(app: &TestApp, relay: &Relay) {
    let ann = app.cookie("ann").await;
    relay.plan(&[
        Act::Take,
        Act::Drop(At::Mail),
        Act::Take,
        Act::Say(At::Mail, "421 idle too long"),
        Act::Take,
    ]);
    for n in 1..=3 {
        let id = send_to(app, &ann, "bob", "Reuse").await;
        delivered(app).await;
        let sent = delivery(app, &id).await;
        assert_eq!((sent.state, sent.tries, relay.count()), (Sent, 1, n));
    }
    assert_eq!(relay.connections(), 3);
    send_to(app, &ann, "bob", "Same").await;
    delivered(app).await;
    assert_eq!((relay.count(), relay.connections()), (4, 3), "a good connection is used again");
    app.tick(40).await;
    until(app, "idle ones are closed", async || relay.commands().iter().any(|c| c == "QUIT")).await;
}
