//! HTTP requests of rules: signed, tried until they arrive under one id, and never sent inside the house.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{order, text, trigger};
use crate::support::{Client, TestApp, run_set};

/// Receives requests, and answers with these statuses, the last one for ever.
struct Receiver {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    #[expect(clippy::disallowed_methods, reason = "a receiver of the story's own")]
    async fn start(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, heard) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(Vec::new())));
        let hears = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = Vec::new();
                let mut buffer = [0; 4096];
                loop {
                    let read = stream.read(&mut buffer).await.unwrap_or(0);
                    bytes.extend_from_slice(&buffer[..read]);
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let length = text
                        .lines()
                        .find_map(|line| line.strip_prefix("content-length: ")?.trim().parse::<usize>().ok());
                    let whole = text
                        .split_once("\r\n\r\n")
                        .is_some_and(|(_, body)| body.len() >= length.unwrap_or(0));
                    if whole || read == 0 {
                        break;
                    }
                }
                let count = {
                    let mut hears = hears.lock().unwrap();
                    hears.push(String::from_utf8_lossy(&bytes).into_owned());
                    hears.len()
                };
                let status = statuses[(count - 1).min(statuses.len() - 1)];
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 2\r\n\r\nok"
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { port, heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

fn header(request: &str, name: &str) -> String {
    let found = request.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    found.unwrap_or_else(|| panic!("no {name} in {request}")).to_owned()
}

/// Waits until the newest delivery is in this state.
async fn wait(app: &TestApp, root: &Client, state: &str) -> Value {
    for _ in 0..200_000 {
        let page = root.get("/v1/http-deliveries").await.ok(200);
        if page["items"][0]["state"] == state {
            return page["items"][0].clone();
        }
        app.breathe().await;
        app.breathe().await;
    }
    panic!("it does not become {state}: {}", root.get("/v1/http-deliveries").await.ok(200));
}

fn with_networks(networks: &'static str, story: &impl AsyncFn(&TestApp)) {
    use bellwire::config::{FileSettings, ServeArgs, Settings};
    let read = || {
        let args = ServeArgs { hook_networks: Some(networks.to_owned()), ..ServeArgs::default() };
        Settings::merge(args, FileSettings::default()).unwrap().hook_networks
    };
    for engine in [bellwire::store::Engine::Sqlite, bellwire::store::Engine::Postgres] {
        run_set(engine, |settings| settings.hook_networks = read(), story);
    }
}

#[test]
fn a_request_is_signed_and_tried_under_one_id() {
    with_networks("127.0.0.1", &async |app: &TestApp| {
        let receiver = Receiver::start(&[500, 200]).await;
        let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
        trigger(&root, "Hook", json!({"condition": "change_set.is_create", "actions": [{"type": "http", "method": "POST", "body": "json",
            "url": format!("http://127.0.0.1:{}/hook?x=1", receiver.port), "params": [{"name": "number", "value": "{{ order.number }}"}]}]})).await;
        order(app, &shop, "1", json!({"order_number": "a\"b"})).await;
        let waiting = wait(app, &root, "queued").await;
        while receiver.heard().is_empty() || wait(app, &root, "queued").await["attempts"] == 0 {
            app.breathe().await;
        }
        app.advance(Duration::from_mins(1)).await;
        let sent = wait(app, &root, "sent").await;
        let heard = receiver.heard();
        assert_eq!(heard.len(), 2);
        assert!(heard[0].starts_with("POST /hook?x=1 HTTP/1.1"), "{}", heard[0]);
        let id = text(&sent, "id");
        assert_eq!(text(&waiting, "id"), id);
        let secret = text(&root.get("/v1/http-secret").await.ok(200), "secret");
        for request in &heard {
            assert_eq!(header(request, "webhook-id"), id);
            let body = request.split_once("\r\n\r\n").unwrap().1;
            assert_eq!(serde_json::from_str::<Value>(body).unwrap(), json!({"number": "a\"b"}));
            let timestamp: i64 = header(request, "webhook-timestamp").parse().unwrap();
            let expected = bellwire::channels::web::sign::signature(&secret, &id, timestamp, body);
            assert_eq!(header(request, "webhook-signature"), expected);
        }
        let story = root.get(&format!("/v1/http-deliveries/{id}")).await.ok(200);
        assert_eq!(story["attempt_log"].as_array().unwrap().len(), 2, "{story}");
        // Another secret signs from now on, and the one before for a day beside it.
        let fresh = text(&root.act("/v1/http-secret").await.ok(200), "secret");
        assert_ne!(fresh, secret);
        assert_eq!(root.act(&format!("/v1/http-deliveries/{id}/resend")).await.status, 204);
        while receiver.heard().len() < 3 {
            app.breathe().await;
            app.breathe().await;
        }
        wait(app, &root, "sent").await;
        assert_eq!(header(&receiver.heard()[2], "webhook-signature").split(' ').count(), 2);
    });
}

#[test]
fn redirects_are_not_followed_and_what_is_gone_is_let_go() {
    with_networks("127.0.0.0/8", &async |app: &TestApp| {
        let receiver = Receiver::start(&[302]).await;
        let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
        trigger(&root, "Hook", json!({"actions": [{"type": "http", "method": "GET", "url": format!("http://127.0.0.1:{}/", receiver.port),
            "params": [{"name": "q", "value": "a b&c"}]}]})).await;
        order(app, &shop, "1", json!({"order_number": "1"})).await;
        let dead = wait(app, &root, "dead").await;
        assert_eq!(dead["reason"], "redirected");
        assert!(receiver.heard()[0].starts_with("GET /?q=a+b%26c HTTP/1.1"), "{:?}", receiver.heard());
    });
}

#[test]
fn nothing_inside_the_house_is_reached() {
    with_networks("", &async |app: &TestApp| {
        let receiver = Receiver::start(&[200]).await;
        let (root, shop) = (app.cookie("root").await, app.key(&["ingest"]).await);
        for (n, host) in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"]
            .iter()
            .enumerate()
        {
            let url = format!("http://{host}:{}/", receiver.port);
            let rule =
                trigger(&root, &format!("Hook {n}"), json!({"actions": [{"type": "http", "url": url}]}))
                    .await;
            order(app, &shop, "1", json!({"order_number": "1", "total_sum": n})).await;
            let dead = wait(app, &root, "dead").await;
            assert_eq!(dead["reason"], "internal_address", "{host}: {dead}");
            root.delete(&format!("/v1/triggers/{rule}")).await;
        }
        assert_eq!(receiver.heard(), Vec::<String>::new());
    });
}
