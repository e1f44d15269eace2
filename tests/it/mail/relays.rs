//! Relays as they are found: encrypted, with a wrong or old certificate, behind a password, several of them, resting.

use std::time::Duration;

use bellwire::channels::email::MOST_CONNECTIONS;
use bellwire::config::Settings;
use bellwire::domain::delivery::DeliveryState::{Queued, Sent};
use bellwire::domain::mail::relay::{self, Auth, Secret, Security};
use bellwire::store::Engine;
use serde_json::json;

use super::{
    Act, At, delivered, delivery, move_to, next_try, posted, relay_of, run_set, send_to, use_relays,
};
use crate::support::TestApp;
use crate::support::relay::{Manner, Relay};

/// Sends one letter to Bob over such a relay; answers whether it went, and the relay's words if not.
fn letter_over(
    manner: Manner,
    change: impl Fn(relay::Relay) -> relay::Relay,
) -> (bool, Option<String>, Relay) {
    let relay = Relay::with(manner);
    let settings = |settings: &mut Settings| use_relays(settings, vec![change(relay.address())]);
    let mut answer = (false, None);
    run_set(Engine::Sqlite, settings, async |app: &TestApp| {
        let ann = app.cookie("ann").await;
        let id = send_to(app, &ann, "bob", "Secret").await;
        delivered(app).await;
        let end = delivery(app, &id).await;
        answer = (end.state == Sent, end.detail);
    });
    (answer.0, answer.1, relay)
}

fn starttls(relay: relay::Relay) -> relay::Relay {
    relay::Relay { security: Security::Starttls, host: "localhost".into(), ..relay }
}

#[test]
fn encryption_is_kept_up_whatever_the_relay_does() {
    let good = Manner { certificate: Some("good"), pipelining: true, ..Manner::default() };
    let (sent, words, relay) = letter_over(good, starttls);
    assert!(sent, "{words:?}");
    assert_eq!(relay.commands().iter().filter(|c| c.starts_with("EHLO")).count(), 2, "said anew under TLS");
    let implicit = |relay| relay::Relay { security: Security::Tls, ..relay };
    let (sent, words, _) = letter_over(Manner { implicit: true, ..good }, implicit);
    assert!(sent, "{words:?}");
    for (certificate, reason) in [("wrong-host", "not valid for name"), ("expired", "expired")] {
        let bad = Manner { certificate: Some(certificate), ..good };
        let (sent, words, relay) = letter_over(bad, starttls);
        let words = words.unwrap().to_lowercase();
        assert!(!sent && words.starts_with("tls: ") && words.contains(reason), "{certificate}: {words}");
        assert_eq!(relay.count(), 0);
    }
    // Somebody in between who takes the offer of TLS out gets nothing.
    let (sent, words, relay) = letter_over(Manner::default(), starttls);
    assert!(!sent && words.unwrap().contains("starttls is not offered"));
    assert!(relay.commands().iter().all(|c| c.starts_with("EHLO")), "{:?}", relay.commands());
}

#[test]
fn passwords_go_only_under_tls_and_are_shown_nowhere() {
    let secret = "s3cret%";
    for (mechanism, auth) in [("PLAIN", Auth::Plain), ("LOGIN", Auth::Login), ("XOAUTH2", Auth::Xoauth2)] {
        let manner = Manner {
            certificate: Some("good"),
            auth: Some((mechanism, "bell@example.com", secret)),
            ..Manner::default()
        };
        let with = |secret: &'static str| {
            move |relay| relay::Relay {
                auth,
                user: "bell@example.com".into(),
                secret: Secret(secret.into()),
                ..starttls(relay)
            }
        };
        let (sent, words, _) = letter_over(manner, with(secret));
        assert!(sent, "{mechanism}: {words:?}");
        let (sent, words, relay) = letter_over(manner, with("wrong"));
        assert!(!sent && words.unwrap().starts_with("auth: 535"), "{mechanism}");
        assert_eq!(relay.count(), 0);
    }
}

#[test]
fn what_is_not_ascii_needs_a_relay_that_says_so() {
    for utf8 in [false, true] {
        let relay = Relay::with(Manner { utf8, ..Manner::default() });
        let settings = |settings: &mut Settings| use_relays(settings, vec![relay.address()]);
        run_set(Engine::Sqlite, settings, async |app: &TestApp| {
            let root = app.cookie("root").await;
            for (who, address) in [("bob", "боб@пример.рф"), ("cyd", "cyd@пример.рф")] {
                let change = serde_json::json!({"name": "Имя; Фамилия"});
                root.patch(&format!("/v1/users/{}", app.id(who)), change).await.ok(200);
                move_to(app, who, address).await;
            }
            let ann = app.cookie("ann").await;
            let domain = send_to(app, &ann, "cyd", "Привет").await;
            let local = send_to(app, &ann, "bob", "Привет").await;
            delivered(app).await;
            assert_eq!(delivery(app, &domain).await.state, Sent);
            let taken = relay.taken();
            assert_eq!(taken[0].to, ["cyd@xn--e1afmkfd.xn--p1ai"]);
            assert_eq!(taken[0].header("Subject"), "Привет");
            assert!(taken[0].header("To").contains("Имя; Фамилия"), "{}", taken[0].header("To"));
            let end = delivery(app, &local).await;
            if utf8 {
                assert_eq!((end.state, taken[1].to[0].as_str()), (Sent, "боб@xn--e1afmkfd.xn--p1ai"));
                assert!(relay.commands().iter().any(|c| c.ends_with(" SMTPUTF8")));
            } else {
                assert_eq!(end.reason.as_deref(), Some("unfit"));
            }
        });
    }
}

#[test]
fn another_relay_takes_what_the_first_cannot() {
    let (first, second) = (Relay::start(), Relay::start());
    let nobody = Relay::nobody();
    let settings = |settings: &mut Settings| {
        let relay = |n: i64, port| relay::Relay { id: format!("server-{n}"), priority: n, ..relay_of(port) };
        use_relays(settings, vec![relay(1, nobody), relay(2, first.port), relay(3, second.port)]);
    };
    run_set(Engine::Sqlite, settings, async |app: &TestApp| {
        let ann = app.cookie("ann").await;
        for (act, there) in [(Act::Take, 1), (Act::Drop(At::Mail), 1), (Act::Say(At::Greeting, "554 no"), 1)]
        {
            app.ctx().mail.post.sweep(true).await;
            first.plan(&[act]);
            let before = (first.count(), second.count());
            let id = send_to(app, &ann, "bob", "Somewhere").await;
            delivered(app).await;
            let end = delivery(app, &id).await;
            assert_eq!((end.state, end.tries), (Sent, 1), "{act:?}");
            assert_eq!(first.count() + second.count(), before.0 + before.1 + there);
        }
        // What one may have taken is not given to the next at once.
        app.ctx().mail.post.sweep(true).await;
        first.plan(&[Act::TakeAndDrop]);
        let (before, id) = (second.count(), send_to(app, &ann, "bob", "Once").await);
        delivered(app).await;
        assert_eq!((delivery(app, &id).await.state, second.count()), (Queued, before));
        next_try(app, &id).await;
        assert_eq!(delivery(app, &id).await.state, Sent);
    });
}

posted!(a_relay_that_is_down_is_left_in_peace_and_then_tried_out);
async fn a_relay_that_is_down_is_left_in_peace_and_then_tried_out(app: &TestApp, relay: &Relay) {
    let ann = app.cookie("ann").await;
    relay.usually(Act::Say(At::Greeting, "554 out of order"));
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(send_to(app, &ann, "bob", &format!("Letter {n}")).await);
        delivered(app).await;
    }
    let calls = relay.connections();
    assert_eq!(calls, 5);
    // It rests: the next letters wait without a try.
    for n in 5..12 {
        ids.push(send_to(app, &ann, "bob", &format!("Letter {n}")).await);
    }
    app.breathe().await;
    assert_eq!(relay.connections(), calls);
    assert_eq!(delivery(app, &ids[11]).await.tries, 0);
    let root = app.cookie("root").await;
    assert!(root.get("/v1/email").await.ok(200)["server_relays"][0].as_str().unwrap().contains("127.0.0.1"));
    // After the pause one letter tries it out; it fails, and the pause is longer.
    app.advance(Duration::from_secs(31)).await;
    super::until(app, "it is tried out", async || relay.connections() == calls + 1).await;
    for _ in 0..20 {
        app.breathe().await;
    }
    assert_eq!(relay.connections(), calls + 1, "by one letter alone");
    relay.usually(Act::Take);
    super::until(app, "all went", async || {
        app.advance(Duration::from_secs(10)).await;
        super::calm(app).await;
        relay.count() == 12
    })
    .await;
    delivered(app).await;
    for id in ids {
        assert_eq!(delivery(app, &id).await.state, Sent);
    }
}

posted!(a_slow_relay_holds_up_those_alone_who_use_it);
async fn a_slow_relay_holds_up_those_alone_who_use_it(app: &TestApp, relay: &Relay) {
    let (ann, quick) = (app.cookie("ann").await, Relay::start());
    let (other, people) = app.other_account().await;
    let eve = app.cookie_of(other, people["eve"].clone()).await;
    let own = json!([{"host": "127.0.0.1", "port": quick.port, "security": "plain", "allow_plain": true, "auth": "none"}]);
    eve.put("/v1/email", super::reach::email(&own)).await.ok(200);
    // More letters than it has places, and it answers none of them.
    relay.usually(Act::Silent(At::Dot));
    let letters = 3 * MOST_CONNECTIONS;
    for n in 0..letters {
        send_to(app, &ann, "bob", &format!("Slow {n}")).await;
    }
    let asked = || relay.commands().iter().filter(|line| line.starts_with("DATA")).count();
    super::until(app, "every place is taken", async || asked() == MOST_CONNECTIONS).await;
    app.send(&eve, "Quick", &["sales"]).await;
    super::until(app, "the other account's letters are there", async || quick.count() > 0).await;
    assert_eq!((relay.count(), asked()), (0, MOST_CONNECTIONS), "no more of them are under way than may be");
    // It comes to itself, and nothing is lost.
    relay.usually(Act::Take);
    // The relay's threads are not on our clock, so time goes on, not too fast, until all are there.
    let all_sent = async || {
        let sql = "select count(*) from delivery where state = 'sent' and account = 1";
        app.count(sql).await == letters as i64
    };
    let sent_in_time = async || {
        tokio::time::timeout(Duration::from_millis(150), super::until(app, "all go", all_sent)).await.is_ok()
    };
    let mut minutes = 0;
    while !sent_in_time().await {
        app.advance(Duration::from_secs(61)).await;
        minutes += 1;
        assert!(minutes < 24 * 60, "a day, and not all went");
    }
}
