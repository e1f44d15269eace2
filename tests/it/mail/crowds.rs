//! One message to very many: a letter each, over few connections.

use std::collections::HashSet;

use super::{deliveries, posted};
use crate::support::TestApp;
use crate::support::database::env;
use crate::support::relay::Relay;
use bellwire::domain::delivery::DeliveryState::Sent;
use bellwire::store::Engine;

posted!(a_broadcast_reaches_every_mailbox_once);
async fn a_broadcast_reaches_every_mailbox_once(app: &TestApp, relay: &Relay) {
    // Ten thousand; on PostgreSQL, which takes several times as long, on demand.
    let usual = if app.engine == Engine::Sqlite { 10_000 } else { 600 };
    let size = env("BELLWIRE_TEST_CROWD").and_then(|size| size.parse().ok()).unwrap_or(usual);
    app.add_crowd("crowd", size).await;
    let root = app.cookie("root").await;
    app.send(&root, "To all", &["crowd"]).await;
    let mut last = 0;
    while last < size {
        // Each fifty have a deadline of their own: many are slow on a busy machine, and not stuck.
        super::until(app, "letters go on", async || relay.count() >= (last + 50).min(size)).await;
        last = relay.count();
    }
    super::until(app, "all is written down", async || {
        app.count("select count(*) from delivery where ended_at is null").await == 0
    })
    .await;
    let taken = relay.taken();
    let to: HashSet<&str> = taken.iter().map(|letter| letter.to[0].as_str()).collect();
    let ids: HashSet<String> = taken.iter().map(|letter| letter.header("Message-ID")).collect();
    assert_eq!((taken.len(), to.len(), ids.len()), (size, size, size));
    assert!(taken.iter().all(|letter| letter.to.len() == 1));
    assert!(deliveries(app).await.iter().all(|one| one.state == Sent && one.tries == 1));
    // Connections are used again, a hundred letters each, and eight at a time.
    assert!(relay.connections() <= size / 100 + 16, "{}", relay.connections());
}
