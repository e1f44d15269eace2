//! Stories of letters: written with the inbox item, handed to a relay that behaves as relays do, ended with a reason.

mod access;
mod crowds;
mod decisions;
mod doors;
mod exim;
mod injection;
mod leases;
mod mta;
mod postfix;
mod preferences;
mod reach;
mod relays;
mod sending;

use std::time::Duration;

use bellwire::config::Settings;
use bellwire::domain::delivery::DeliveryState;
use bellwire::domain::id::Account;
use bellwire::domain::mail::sender::Sender;
use bellwire::store::Engine;
use bellwire::store::delivery_log::{self, Delivery, Wanted};
use serde_json::json;

use crate::support::call::within;
use crate::support::relay::{self, Act, At, Relay};
use crate::support::{Client, TestApp, run_set};

/// Makes a test per engine of a story with a relay: `posted!(name);` beside
/// `async fn name(app: &TestApp, relay: &Relay)`.
macro_rules! posted {
    ($name:ident) => {
        mod $name {
            #[test]
            fn sqlite() {
                $crate::mail::run(bellwire::store::Engine::Sqlite, super::$name);
            }

            #[test]
            fn postgres() {
                $crate::mail::run(bellwire::store::Engine::Postgres, super::$name);
            }
        }
    };
}
pub(crate) use posted;

/// Tells a story on a server whose relay does what the story says.
fn run(engine: Engine, story: impl AsyncFnOnce(&TestApp, &Relay)) {
    let relay = Relay::start();
    run_set(
        engine,
        |settings| use_relays(settings, vec![relay.address()]),
        async |app: &TestApp| story(app, &relay).await,
    );
}

fn use_relays(settings: &mut Settings, relays: Vec<bellwire::domain::mail::relay::Relay>) {
    settings.relays = relays;
    settings.sender = Some(Sender { name: "Bell".into(), address: "bell@example.com".into() });
    let ca = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls/ca.pem");
    settings.relay_ca = Some(ca);
}

/// Waits until `reached` is so.
async fn until(app: &TestApp, what: &str, reached: impl AsyncFn() -> bool) {
    within(what, async {
        while !reached().await {
            app.breathe().await;
            // The relay has threads of its own.
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Every delivery of the account `main`, oldest first.
async fn deliveries(app: &TestApp) -> Vec<Delivery> {
    let wanted = Wanted { most: 100_000, ..Wanted::default() };
    let mut found = app.read(move |tx| delivery_log::list(tx, Account(1), &wanted)).await;
    found.reverse();
    found
}

/// The one delivery of a notification.
async fn delivery(app: &TestApp, notification: &str) -> Delivery {
    let notification = Some(notification.to_owned());
    let wanted = Wanted { most: 2, notification, ..Wanted::default() };
    let mut found = app.read(move |tx| delivery_log::list(tx, Account(1), &wanted)).await;
    assert_eq!(found.len(), 1);
    found.remove(0)
}

/// Waits until nobody is at a delivery and nothing is due.
async fn delivered(app: &TestApp) {
    until(app, "the post is quiet", async || {
        let now = app.now();
        deliveries(app)
            .await
            .iter()
            .all(|one| one.state.is_end() || one.state != DeliveryState::Sending && one.next_at > now)
    })
    .await;
}

/// Sends to one of the cast, and waits for the first attempt's end; answers the notification.
async fn send_to(app: &TestApp, sender: &Client, who: &str, title: &str) -> String {
    let draft = json!({"title": title, "body": format!("{title}."), "users": [app.id(who)]});
    app.send_draft(sender, draft).await
}

/// Gives one of the cast another address.
async fn move_to(app: &TestApp, who: &str, address: &'static str) {
    let user = app.id(who);
    app.write(move |tx| {
        let sql = "update app_user set email = $2, email_key = $2 where id = $1";
        tx.execute(sql, &[&user, &address])
    })
    .await;
}

/// Waits until nobody is at a delivery: what is due may rest.
async fn calm(app: &TestApp) {
    until(app, "nobody is at a letter", async || {
        app.count("select count(*) from delivery where state = 'sending'").await == 0
    })
    .await;
}

/// Lets time pass until the delivery's next try is due, and waits for it.
async fn next_try(app: &TestApp, notification: &str) {
    let wait = delivery(app, notification).await.next_at - app.now();
    app.advance(Duration::from_millis(u64::try_from(wait.max(0)).unwrap())).await;
    delivered(app).await;
}

fn relay_of(port: u16) -> bellwire::domain::mail::relay::Relay {
    relay::address(port)
}
