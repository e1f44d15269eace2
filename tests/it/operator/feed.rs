//! The vendor's feed, over real HTTP: what is signed, newer and not over is told; everything else is refused with its reason.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bellwire::channels::email::tls::client_config;
use bellwire::channels::feed::Source;
use bellwire::domain::feed::{Refusal, Verdict};
use bellwire::flows::feed::step;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

use crate::support::{TestApp, both};

/// A vendor who publishes whatever a story says.
struct Vendor {
    pair: Ed25519KeyPair,
    published: Arc<Mutex<String>>,
    port: u16,
}

impl Vendor {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let published: Arc<Mutex<String>> = Arc::default();
        let shown = Arc::clone(&published);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = [0; 2048];
                let read = stream.read(&mut head).unwrap_or_default();
                let asked = String::from_utf8_lossy(&head[..read]).into_owned();
                let body = shown.lock().unwrap().clone();
                let status = if asked.starts_with("GET /feed.json?channel=stable ") {
                    "200 OK"
                } else {
                    "404 Not Found"
                };
                let _ = write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            }
        });
        Self { pair: Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap(), published, port }
    }

    fn source(&self) -> Source {
        let url = format!("http://127.0.0.1:{}/feed.json?channel=stable", self.port);
        let key = self.pair.public_key().as_ref().try_into().unwrap();
        Source { url: url.parse().unwrap(), key, tls: client_config(None).unwrap() }
    }

    fn publish(&self, document: &Value) {
        self.publish_by(document, &self.pair);
    }

    fn publish_by(&self, document: &Value, pair: &Ed25519KeyPair) {
        let text = document.to_string();
        let signature = STANDARD.encode(pair.sign(text.as_bytes()));
        *self.published.lock().unwrap() = json!({"document": text, "signature": signature}).to_string();
    }
}

fn item(id: &str, topic: &str, version: &str) -> Value {
    json!({"id": id, "topic": topic, "version": version, "link": "https://example.com/notes",
        "texts": {"en": {"title": format!("{topic} {version}"), "body": "See <script>x</script>the <b>notes</b>."}}})
}

#[expect(clippy::needless_pass_by_value, reason = "stories write it in place")]
fn document(app: &TestApp, sequence: i64, items: Vec<Value>) -> Value {
    json!({"sequence": sequence, "issued_at": app.now(), "expires_at": app.now() + 86_400_000, "items": items})
}

both!(what_the_vendor_signed_is_told_once);
async fn what_the_vendor_signed_is_told_once(app: &TestApp) {
    let (vendor, root, ann) = (Vendor::new(), app.cookie("root").await, app.cookie("ann").await);
    let source = vendor.source();
    let items =
        vec![item("1", "release", "999.0"), item("2", "security", "999.0.1"), item("3", "release", "0.0.1")];
    vendor.publish(&document(app, 3, items.clone()));
    assert_eq!(step(app.ctx(), &source).await.unwrap(), Verdict::New);
    assert_eq!(step(app.ctx(), &source).await.unwrap(), Verdict::Known);
    app.settle().await;
    let mut titles = app.titles(&root, "").await;
    titles.sort_unstable();
    assert_eq!(titles, ["release 999.0", "security 999.0.1"], "what is installed already is no news");
    assert!(app.titles(&ann, "").await.is_empty(), "for administrators");
    let page = root.get("/v1/inbox?q=security").await.ok(200);
    let told = &page["items"][0];
    assert_eq!((&told["announcement"]["mandatory"], &told["severity"]), (&json!(true), &json!("error")));
    assert_eq!(told["body"], "See the <b>notes</b>.", "also the vendor's words are cleaned");
    // The next document has them still, and one more.
    let more = [items, vec![item("4", "release", "999.1")]].concat();
    vendor.publish(&document(app, 4, more));
    assert_eq!(step(app.ctx(), &source).await.unwrap(), Verdict::New);
    app.settle().await;
    assert_eq!(app.titles(&root, "").await.len(), 3);
}

both!(what_cannot_be_believed_is_refused);
async fn what_cannot_be_believed_is_refused(app: &TestApp) {
    let (vendor, olga, root) = (Vendor::new(), app.operator().await, app.cookie("root").await);
    let source = vendor.source();
    let refused = async |refusal: Refusal| {
        assert_eq!(step(app.ctx(), &source).await.unwrap(), Verdict::Refused(refusal));
        step(app.ctx(), &source).await.unwrap();
        let health = olga.get("/v1/operator/health").await.ok(200);
        let standing = health["standing"].as_array().unwrap();
        assert_eq!(standing.len(), 1, "{health}");
        assert_eq!(standing[0]["text"], format!("Reason: {}.", refusal.name()));
    };
    vendor.publish(&document(app, 5, vec![]));
    assert_eq!(step(app.ctx(), &source).await.unwrap(), Verdict::New);
    let evil = Ed25519KeyPair::from_seed_unchecked(&[8; 32]).unwrap();
    vendor.publish_by(&document(app, 6, vec![item("evil", "security", "999.0")]), &evil);
    refused(Refusal::Forged).await;
    // The vendor's signature under other words.
    vendor.publish(&document(app, 6, vec![]));
    let changed = vendor.published.lock().unwrap().replace("\\\"sequence\\\":6", "\\\"sequence\\\":7");
    *vendor.published.lock().unwrap() = changed;
    refused(Refusal::Forged).await;
    vendor.publish(&document(app, 4, vec![item("old", "release", "999.0")]));
    refused(Refusal::Replayed).await;
    vendor.publish(&document(app, 5, vec![item("same", "release", "999.0")]));
    refused(Refusal::Replayed).await;
    let mut stale = document(app, 6, vec![item("stale", "release", "999.0")]);
    stale["expires_at"] = json!(app.now());
    vendor.publish(&stale);
    refused(Refusal::Stale).await;
    "no document".clone_into(&mut vendor.published.lock().unwrap());
    refused(Refusal::Malformed).await;
    let mut elsewhere = vendor.source();
    elsewhere.url.set_path("/other.json");
    assert_eq!(step(app.ctx(), &elsewhere).await.unwrap(), Verdict::Refused(Refusal::Unreachable));
    app.settle().await;
    assert!(app.titles(&root, "").await.is_empty(), "nothing of it was told");
    vendor.publish(&document(app, 6, vec![]));
    assert_eq!(step(app.ctx(), &source).await.unwrap(), Verdict::New);
    let health = olga.get("/v1/operator/health").await.ok(200);
    assert_eq!(health["standing"], json!([]));
    assert_eq!(health["history"].as_array().unwrap().len(), 5, "{health}");
}
