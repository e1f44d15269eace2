//! Relays that accounts name lie on the public internet, unless the operator says otherwise: who may set one must not try the
//! doors of the house with it.

use serde_json::{Value, json};

use super::{Relay, TestApp, delivered, delivery, run_set, send_to, use_relays};
use bellwire::config::Settings;
use bellwire::domain::delivery::DeliveryState::{Queued, Sent};
use bellwire::store::Engine;

pub(super) fn email(relays: &Value) -> Value {
    json!({
        "relays": relays,
        "sender": {"name": "", "address": "shop@example.com"},
        "branding": {"colour": "#a8650a", "logo": null, "footer": ""},
    })
}

#[test]
fn an_account_reaches_no_private_relay_by_whatever_name() {
    let (own, inner) = (Relay::start(), Relay::start());
    let change = |settings: &mut Settings| {
        use_relays(settings, vec![own.address()]);
        settings.allow_private_relays = false;
    };
    run_set(Engine::Sqlite, change, async |app: &TestApp| {
        let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
        let relay = |host: &str| json!([{"host": host, "port": inner.port, "security": "plain", "allow_plain": true, "auth": "none"}]);
        for host in [
            "127.0.0.1",
            "localhost",
            "[::1]",
            "0.0.0.0",
            "127.1",
            "2130706433",
            "0x7f000001",
            "[::ffff:127.0.0.1]",
            "10.1.2.3",
            "192.168.1.1",
            "169.254.169.254",
            "[fd00:ec2::254]",
            "[fe80::1]",
        ] {
            root.put("/v1/email", email(&relay(host))).await.ok(200);
            let tried = root.post("/v1/email/test", json!({"to": "root@example.com"})).await.ok(200);
            let reason = tried["reason"].as_str().unwrap();
            let is_named =
                reason.contains("is in a private network") && reason.contains("allow_private_relays");
            assert!(tried["sent"] == false && is_named, "{host}: {reason}");
        }
        let id = send_to(app, &ann, "bob", "Kept").await;
        delivered(app).await;
        let kept = delivery(app, &id).await;
        assert_eq!((kept.state, kept.reason.as_deref()), (Queued, Some("relay_down")));
        assert!(kept.detail.unwrap().contains("allow_private_relays"));
        assert_eq!((inner.connections(), own.connections()), (0, 0));
        // The server's own may be anywhere, and serves who names none.
        root.put("/v1/email", email(&json!([]))).await.ok(200);
        let id = send_to(app, &ann, "bob", "Goes").await;
        delivered(app).await;
        assert_eq!((delivery(app, &id).await.state, own.count()), (Sent, 1));
    });
}
