//! The plain way: an item, a letter, and what is in it; without a relay; after a restart.

use std::time::Duration;

use serde_json::json;

use super::{delivered, deliveries, delivery, posted, run_set, send_to, until, use_relays};
use crate::support::relay::{Act, At, Relay};
use crate::support::{TestApp, both};
use bellwire::domain::delivery::DeliveryState;
use bellwire::store::Engine;

posted!(every_recipient_gets_one_letter);
async fn every_recipient_gets_one_letter(app: &TestApp, relay: &Relay) {
    let ann = app.cookie("ann").await;
    let draft =
        json!({"title": "Stock & more", "body": "<b>Count</b> it", "groups": ["sales"], "link": "/orders/1"});
    app.send_draft(&ann, draft).await;
    delivered(app).await;
    let taken = relay.taken();
    let mut to: Vec<String> = taken.iter().flat_map(|letter| letter.to.clone()).collect();
    to.sort();
    assert_eq!(to, ["ann@example.com", "bob@example.com"]);
    let letter = taken.iter().find(|letter| letter.to == ["ann@example.com"]).unwrap();
    assert_eq!(letter.from, "bell@example.com");
    let read = letter.read();
    for (name, value) in [
        ("From", "Bell <bell@example.com>"),
        ("To", "Ann <ann@example.com>"),
        ("Subject", "Stock & more"),
        ("Date", "Sun, 01 Mar 2026 08:00:00 +0000"),
        ("Auto-Submitted", "auto-generated"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ] {
        assert_eq!(read.header(name), Some(value), "{name}");
    }
    assert!(read.html.contains("<b>Count</b> it") && read.text.contains("Count it"), "{read:?}");
    let base = app.app.base_url();
    assert!(read.html.contains(&format!("href=\"{base}/orders/1\"")) && read.text.contains("/orders/1"));
    // The link in the header ends letters, by a POST and by nothing else.
    let url = read.header("List-Unsubscribe").unwrap().trim_matches(['<', '>']).to_owned();
    let path = url.strip_prefix(&base).unwrap().to_owned();
    app.anonymous().get(&path).await;
    send_to(app, &ann, "ann", "Again").await;
    delivered(app).await;
    assert_eq!(relay.count(), 3, "looking at the page ended nothing");
}

posted!(letters_about_one_record_stand_together_and_say_all);
async fn letters_about_one_record_stand_together_and_say_all(app: &TestApp, relay: &Relay) {
    let shop = app.key(&["ingest"]).await;
    let order = |status: &str| json!({"order_number": "7", "status": status, "manager": app.id("ann")});
    shop.put("/v1/orders/a7", order("new")).await.ok(200);
    app.settle().await;
    // Changes within a minute are one item, and one letter at its end.
    shop.put("/v1/orders/a7", order("paid")).await.ok(200);
    shop.put("/v1/orders/a7", order("sent")).await.ok(200);
    app.settle().await;
    app.breathe().await;
    let before = relay.count();
    app.advance(Duration::from_secs(61)).await;
    delivered(app).await;
    shop.put("/v1/orders/a7", order("done")).await.ok(200);
    app.settle().await;
    app.advance(Duration::from_secs(61)).await;
    delivered(app).await;
    let taken = relay.taken();
    assert!(before <= 1 && taken.len() >= 2, "{before} {}", taken.len());
    let last = taken.last().unwrap();
    let threads: Vec<String> = taken.iter().map(|letter| letter.header("References")).collect();
    assert!(
        threads.iter().filter(|id| !id.is_empty() && **id == threads[threads.len() - 1]).count() >= 2,
        "{threads:?}"
    );
    assert_eq!(last.header("In-Reply-To"), last.header("References"));
    let mut ids: Vec<String> = taken.iter().map(|letter| letter.header("Message-ID")).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), taken.len());
    let gathered = taken.iter().map(|letter| letter.read().text).find(|text| text.contains("sent"));
    assert!(gathered.is_some(), "the changes of the minute are told");
}

both!(without_a_relay_letters_are_kept_and_go_when_there_is_one);
async fn without_a_relay_letters_are_kept_and_go_when_there_is_one(app: &TestApp) {
    let (ann, root) = (app.cookie("ann").await, app.cookie("root").await);
    let id = send_to(app, &ann, "bob", "Kept").await;
    let kept = delivery(app, &id).await;
    assert_eq!((kept.state, kept.reason.as_deref()), (DeliveryState::Queued, Some("no_relay")));
    let ready = app.anonymous().get("/readyz").await.ok(200);
    assert_eq!((&ready["letters_waiting"], &ready["letters_without_relay"]), (&json!(1), &json!(1)));
    let story = root.get(&format!("/v1/deliveries/{}", kept.id)).await.ok(200);
    assert_eq!(story["letter"]["subject"], "Kept");
    // Another account's relay is none of ours.
    let relay = Relay::start();
    let settings = json!({
        "relays": [{"host": "127.0.0.1", "port": relay.port, "security": "plain", "auth": "none"}],
        "sender": {"name": "", "address": "shop@example.com"},
        "branding": {"colour": "#a8650a", "logo": null, "footer": "Lamps Ltd"},
    });
    let other = app.other_account().await;
    let eve = app.cookie_of(other.0, other.1["eve"].clone()).await;
    eve.put("/v1/email", settings.clone()).await.ok(200);
    app.breathe().await;
    assert_eq!(relay.count(), 0);
    root.put("/v1/email", settings).await.ok(200);
    delivered(app).await;
    let letter = relay.taken().remove(0);
    assert_eq!((letter.to, letter.from.as_str()), (vec!["bob@example.com".to_owned()], "shop@example.com"));
    assert!(letter.raw.contains("Lamps"), "{}", letter.raw);
    // Without one again, a letter ends with its time, and says why.
    let none = json!({"relays": [], "sender": {"name": "", "address": ""},
        "branding": {"colour": "#a8650a", "logo": null, "footer": ""}});
    root.put("/v1/email", none).await.ok(200);
    let id = send_to(app, &ann, "bob", "Late").await;
    app.advance(Duration::from_hours(25)).await;
    until(app, "it ends", async || delivery(app, &id).await.state == DeliveryState::Dead).await;
    assert_eq!(delivery(app, &id).await.reason.as_deref(), Some("no_relay"));
}

/// A server that stops in the middle of a letter sends it again, under the same name.
#[test]
fn a_letter_under_way_at_a_restart_goes_again_under_its_name() {
    use crate::support::app::in_time;
    use crate::support::{Database, app::settings};
    use bellwire::app::App;
    use bellwire::clock::{Clock, ManualClock};
    use bellwire::ids::Ids;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = Database::create(engine) else { continue };
        in_time(async {
            let relay = Relay::start();
            let with_relay = |database: &Database| {
                let mut settings = settings(database);
                use_relays(&mut settings, vec![relay.address()]);
                settings
            };
            let first = TestApp::start_set(database, engine, |s| use_relays(s, vec![relay.address()])).await;
            relay.plan(&[Act::Silent(At::Dot), Act::Take]);
            let ann = first.cookie("ann").await;
            let id = send_to(&first, &ann, "bob", "Slow").await;
            until(&first, "the letter is there", async || relay.commands().iter().any(|c| c == "DATA")).await;
            assert_eq!(delivery(&first, &id).await.state, DeliveryState::Sending);
            let letter = delivery(&first, &id).await.letter;
            let now = first.now();
            let database = first.stop().await;
            let clock = ManualClock::new(now);
            let app =
                App::start(with_relay(&database), Clock::Manual(clock.clone()), Ids::system()).await.unwrap();
            let second = TestApp::around(app, clock, database, engine);
            // On PostgreSQL another node could still be at it: the lease must run out first.
            if engine == Engine::Postgres {
                second.advance(Duration::from_secs(29)).await;
                second.settle().await;
                assert_eq!((delivery(&second, &id).await.state, relay.count()), (DeliveryState::Sending, 0));
            }
            second.advance(Duration::from_secs(2)).await;
            delivered(&second).await;
            let sent = delivery(&second, &id).await;
            assert_eq!((sent.state, sent.letter.clone()), (DeliveryState::Sent, letter));
            assert_eq!(
                relay.taken()[0].header("Message-ID"),
                format!("<{}@example.com>", sent.letter.unwrap())
            );
            second.finish().await;
        });
    }
}

#[test]
fn a_relay_that_is_slow_holds_up_nobody_else() {
    let (slow, quick) = (Relay::start(), Relay::start());
    slow.usually(Act::Silent(At::Dot));
    let change = |settings: &mut bellwire::config::Settings| use_relays(settings, vec![quick.address()]);
    run_set(Engine::Sqlite, change, async |app: &TestApp| {
        let (account, people) = app.other_account().await;
        let (eve, mal) = (
            app.cookie_of(account, people["eve"].clone()).await,
            app.cookie_of(account, people["mal"].clone()).await,
        );
        let settings = json!({
            "relays": [{"host": "127.0.0.1", "port": slow.port, "security": "plain", "auth": "none"}],
            "sender": {"name": "", "address": "shop@example.com"},
            "branding": {"colour": "#a8650a", "logo": null, "footer": ""},
        });
        eve.put("/v1/email", settings).await.ok(200);
        for n in 0..30 {
            app.send(&mal, &format!("Slow {n}"), &["sales"]).await;
        }
        until(app, "the slow one is busy", async || slow.connections() == 8).await;
        let ann = app.cookie("ann").await;
        app.send(&ann, "Quick", &["sales"]).await;
        until(app, "the others are served", async || quick.count() == 2).await;
        // Its connections end some time, and what it has taken is not known.
        slow.usually(Act::Take);
        app.advance(Duration::from_mins(4)).await;
        until(app, "all of it went", async || {
            app.advance(Duration::from_secs(5)).await;
            super::calm(app).await;
            slow.count() >= 30
        })
        .await;
        assert!(slow.connections() >= 8 && deliveries(app).await.iter().all(|one| one.state.is_end()));
    });
}
