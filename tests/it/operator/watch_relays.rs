//! Relays whose certificates end; and several nodes, none of which ends what another began.

use std::path::Path;
use std::time::Duration;

use bellwire::config::Settings;
use bellwire::domain::condition::Limits;
use bellwire::domain::mail::relay::Security;
use bellwire::flows::watch::Watch;
use bellwire::store::Engine;

use super::watch::{MINUTE, SmallDisk, calm, look_at_rest, minutes, standing, watch, with_relay};
use crate::support::app::{BEGINNING, in_time};
use crate::support::call::within;
use crate::support::relay::{Act, At, Manner, Relay};
use crate::support::{Database, TestApp, run_on};

const DAY_MS: i64 = 24 * 3_600_000;
/// When the certificate `ending` of `tests/data/tls` ends: 8 August 2092.
const END: i64 = 3_869_014_459_000;

fn with_tls(settings: &mut Settings, relay: &Relay) {
    with_relay(settings, relay);
    for relay in &mut settings.relays {
        relay.security = Security::Starttls;
        relay.host = "localhost".into();
    }
    let ca = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls/ending-ca.pem");
    settings.relay_ca = Some(ca);
}

/// Sends a letter to two people, and waits until both are with the relay.
async fn letter(app: &TestApp, relay: &Relay, name: &str) {
    let (ann, before) = (app.cookie("ann").await, relay.count());
    app.send(&ann, name, &["sales"]).await;
    within("the letters arrive", async {
        while relay.count() < before + 2 {
            app.breathe().await;
        }
    })
    .await;
    calm(app).await;
}

#[test]
fn a_certificate_that_ends_in_five_days() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let relay =
            Relay::with(Manner { certificate: Some("ending"), pipelining: true, ..Manner::default() });
        let change = |settings: &mut Settings| with_tls(settings, &relay);
        run_on(engine, END - 5 * DAY_MS, change, async |app: &TestApp| {
            let (olga, mut watch) = (app.operator().await, watch(app));
            assert_eq!(look_at_rest(app, &mut watch).await, 0, "nobody has met it yet");
            letter(app, &relay, "One").await;
            assert_eq!(look_at_rest(app, &mut watch).await, 1);
            assert_eq!(minutes(app, &mut watch, 3).await, 0, "told once");
            assert_eq!(standing(&olga).await, ["relay_certificate"]);
            let health = olga.get("/v1/operator/health").await.ok(200);
            let text = health["standing"][0]["text"].as_str().unwrap();
            assert!(text.contains("localhost is good until 2092-08-08"), "{text}");
            relay.show("renewed");
            // The connection of before is closed by now, so this letter sees the new one.
            letter(app, &relay, "Two").await;
            assert_eq!(look_at_rest(app, &mut watch).await, 1);
            assert_eq!(minutes(app, &mut watch, 3).await, 0);
            assert!(standing(&olga).await.is_empty());
        });
    }
}

/// Two servers with the same settings on one PostgreSQL.
fn two_nodes(change: impl Fn(&mut Settings), story: impl AsyncFnOnce(&TestApp, &TestApp)) {
    let Some(database) = Database::create(Engine::Postgres) else { return };
    in_time(async {
        let twin = database.twin();
        let here = TestApp::start_set(database, Engine::Postgres, &change).await;
        let there = TestApp::start_with(twin, Engine::Postgres, BEGINNING, &change).await;
        let there = there.with_people(here.people());
        story(&here, &there).await;
        there.stop().await;
        here.finish().await;
    });
}

#[test]
fn a_relay_that_is_down_for_two_nodes_is_told_once() {
    let relay = Relay::start();
    two_nodes(
        |settings| with_relay(settings, &relay),
        async |here, there| {
            let (olga, ann) = (here.operator().await, here.cookie("ann").await);
            let (mut own, mut others) = (watch(here), watch(there));
            // A minute at both; each has a breaker of its own, and sends what it gets hold of.
            let mut minute = async || {
                for app in [here, there] {
                    app.advance(MINUTE).await;
                    calm(app).await;
                }
                let told = look_at_rest(here, &mut own).await;
                told + look_at_rest(there, &mut others).await
            };
            relay.usually(Act::Drop(At::Greeting));
            for number in 0..6 {
                here.send(&ann, &format!("Letter {number}"), &["sales"]).await;
            }
            let mut told = 0;
            // Counted in minutes of the story: how long each takes is the machine's business.
            for _ in 0..60 {
                if standing(&olga).await.is_empty() {
                    told += minute().await;
                }
            }
            for _ in 0..12 {
                told += minute().await;
            }
            assert_eq!((told, standing(&olga).await), (1, vec!["relay_failing".to_owned()]));
            relay.usually(Act::Take);
            for _ in 0..120 {
                if !standing(&olga).await.is_empty() {
                    told += minute().await;
                }
            }
            for _ in 0..12 {
                told += minute().await;
            }
            let held = here.read(|tx| bellwire::store::conditions::list(tx, 9)).await;
            assert_eq!((told, held.len()), (2, 1), "{held:?}");
        },
    );
}

#[test]
fn a_full_disk_of_one_node_is_not_the_others() {
    two_nodes(
        |_| (),
        async |here, there| {
            let Some(disk) = SmallDisk::mount(&here.app.settings.data.join("small-disk"), 1) else {
                eprintln!("skipped: no disk can be mounted here");
                return;
            };
            let olga = here.operator().await;
            let mut own = Watch::new(Limits::default(), disk.0.clone());
            let mut others = watch(there);
            std::fs::write(disk.0.join("full"), vec![1; 1_000_000]).unwrap();
            let mut told = 0;
            for _ in 0..20 {
                here.advance(MINUTE).await;
                there.advance(MINUTE).await;
                told += look_at_rest(here, &mut own).await;
                told += look_at_rest(there, &mut others).await;
            }
            assert_eq!((told, standing(&olga).await), (1, vec!["disk_full".to_owned()]));
            let health = olga.get("/v1/operator/health").await.ok(200);
            let title = health["standing"][0]["title"].as_str().unwrap();
            assert!(title.contains("small-disk"), "it says which node: {title}");
            // The node is taken away, and after an hour nobody waits for it.
            there.advance(Duration::from_hours(2)).await;
            let told = minutes(there, &mut others, 10).await;
            assert_eq!((told, standing(&olga).await.len()), (1, 0));
        },
    );
}
