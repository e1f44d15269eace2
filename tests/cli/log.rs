//! The log: what is in it, and what must never be, whatever its level.

use serde_json::{Value, json};

use crate::program::{Folder, Server, bellwire, bellwire_with, command};

/// Everything that a log must not have, each found nowhere else.
const CANARIES: [&str; 6] = [
    "canary-body-91",
    "canary-title-92",
    "canary93@address.example",
    "canary password 94",
    "canary-customer-95",
    "canary96name",
];

#[test]
fn no_level_of_the_log_has_texts_tokens_passwords_or_addresses() {
    let folder = Folder::new();
    let log = folder.home().join("log");
    let data = folder.path().to_str().unwrap();
    let mut serve = command(&[
        "serve",
        "--data",
        data,
        "--listen",
        "127.0.0.1:0",
        "--log",
        "trace",
        "--log-format",
        "json",
        "--relay",
        "smtp+plain://canary96name:canary-body-91@127.0.0.1:1",
        "--sender",
        "bell@example.com",
    ]);
    serve.stderr(std::fs::File::create(&log).unwrap());
    let server = Server::spawn_quiet(serve);
    assert_eq!(bellwire(&folder, &["group", "add", "g", "--name", "G"]).code, 0);
    let ann = ["user", "add", CANARIES[2], "--name", "Canary", "--admin", "--group", "g", "--password-stdin"];
    assert_eq!(bellwire_with(&folder, &ann, "canary password 94\n").code, 0);
    let key = bellwire(&folder, &["key", "add", "k", "--scope", "all"]).out.trim().to_owned();
    let sign_in = json!({ "email": CANARIES[2], "password": CANARIES[3] });
    let signed_in = server.post("/v1/session", "", &sign_in);
    assert_eq!(signed_in.status, 200);
    let line = signed_in.head.lines().find(|line| line.to_lowercase().starts_with("set-cookie:")).unwrap();
    let cookie = line.split('=').nth(1).unwrap().split(';').next().unwrap().to_owned();
    let wrong = json!({ "email": CANARIES[2], "password": "canary password 94 x" });
    assert_eq!(server.post("/v1/session", "", &wrong).status, 422);
    let made = server.post("/v1/tokens", &key, &json!({ "user": CANARIES[2] }));
    let token = made.body["token"].as_str().unwrap().to_owned();
    let message = json!({ "title": CANARIES[1], "body": CANARIES[0], "groups": ["g"] });
    assert_eq!(server.post("/v1/notifications", &key, &message).status, 202);
    let broken = json!({ "title": [CANARIES[1]], "body": 7, "groups": [CANARIES[0]] });
    assert_eq!(server.post("/v1/notifications", &key, &broken).status, 422);
    let customer = json!({ "type": "cart.left", "data": { "name": CANARIES[4] } });
    assert_eq!(server.post("/v1/events", &key, &customer).status, 202);
    assert_eq!(server.get(&format!("/v1/inbox?q={}", CANARIES[0]), &token).status, 200);
    assert_eq!(server.get(&format!("/api/v5/users?apiKey={key}"), "").status, 200);
    assert_eq!(server.get("/v1/inbox", "bwk_wrong").status, 401);
    // A letter that finds no relay is part of it.
    while server.get("/v1/deliveries", &key).body["items"][0]["reason"] != json!("relay_down") {}
    let page = server.get("/v1/users", &key);
    let id = page.body["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(server.post(&format!("/v1/users/{id}/export"), &key, &json!({})).status, 200);
    assert!(server.stop().success());

    let text = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(
        lines.len() > 10
            && lines.iter().all(|line| line["level"].is_string() && line["timestamp"].is_string())
    );
    for secret in CANARIES.iter().copied().chain([key.as_str(), token.as_str(), cookie.as_str()]) {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}
