//! The frame through its own door: routes made for the test behind the real layers, guard and store.

mod calls;
mod connections;
mod matrix;
mod pages;
mod sites;

use std::path::PathBuf;
use std::time::Duration;

use axum::body::Body as HttpBody;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::extract::{Body, OnceKey, Path, Query};
use super::reply::{Created, NoContent, Success};
use super::route::{get, post};
use super::*;
use crate::channels::email;
use crate::channels::web::Web;
use crate::clock::{Clock, ManualClock};
use crate::config::{FileSettings, ServeArgs};
use crate::domain::access::{Access, Caller, KeyCaller, SignedIn};
use crate::domain::id::Account;
use crate::domain::rights::Role;
use crate::flows::change::By;
use crate::flows::mail::Mail;
use crate::flows::{credentials, keys, sessions, tokens, users};
use crate::ids::Ids;
use crate::shutdown::Shutdown;
use crate::store::{Location, Observer, Store, Wakes};

/// Instant of every test: 2026-01-01.
const NOW: i64 = 1_767_225_600_000;
const MAIN: Account = Account(1);

#[derive(Debug, Deserialize, JsonSchema)]
struct Letter {
    to: String,
    #[serde(default)]
    copies: u8,
}

#[derive(Debug, Serialize, JsonSchema)]
struct LetterOut {
    to: String,
    copies: u8,
}

async fn send_letter(body: Body<Letter>) -> problem::Result<Created<LetterOut>> {
    let Letter { to, copies } = body.value;
    Ok(Created::new(LetterOut { to, copies }))
}

async fn read_letter(Path(id): Path<String>, Query(query): Query<Letter>) -> Success<Value> {
    Success::new(json!({"id": id, "to": query.to, "copies": query.copies}))
}

async fn panic_now(_: HeaderMap) -> NoContent {
    panic!("a secret of ours");
}

async fn touch(who: SignedIn, OnceKey(once): OnceKey) -> Success<Value> {
    Success::new(json!({"name": who.name, "once": once.map(|once| once.key)}))
}

async fn send_as(caller: Caller) -> Success<Value> {
    Success::new(json!(caller.actor().kind()))
}

async fn issue(key: KeyCaller) -> Success<Value> {
    Success::new(json!(key.name))
}

fn routes() -> Vec<Route> {
    vec![
        post("/v1/letters", Access::Public, send_letter, "Send"),
        get("/v1/letters/{id}", Access::Public, read_letter, "Read"),
        get("/v1/panic", Access::Public, panic_now, "Panic"),
        get("/v1/own", Access::OWN, touch, "Look"),
        post("/v1/own", Access::OWN, touch, "Touch"),
        post("/v1/send", Access::SENDER, send_as, "Send as"),
        post("/v1/issue", Access::TOKENS, issue, "Issue"),
        get("/v1/admin", Access::ADMINISTRATOR, send_as, "Administer"),
    ]
}

struct Deaf;

impl Observer for Deaf {
    fn committed(&self, _: Wakes) {}
    fn group(&self, _: usize, _: Duration) {}
}

/// A server with the routes of the test, one user, and keys on demand.
struct App {
    router: Router,
    state: State,
    clock: Arc<ManualClock>,
    directory: PathBuf,
}

impl App {
    async fn start() -> Self {
        let ids = Ids::system();
        let directory = std::env::temp_dir().join(format!("bellwire-http-{}", ids.token()));
        std::fs::create_dir_all(&directory).unwrap();
        let store = Store::open(&Location::Directory(directory.clone()), Arc::new(Deaf), NOW).unwrap();
        let (clock, shutdown) = (ManualClock::new(NOW), Shutdown::new());
        let cache = Arc::new(credentials::Cache::default());
        let mail = Mail {
            post: email::Post::new(Clock::Manual(clock.clone()), email::tls::client_config(None).unwrap()),
            relays: Vec::new(),
            sender: None,
            base_url: "http://localhost".to_owned(),
        };
        let clock_of = Clock::Manual(clock.clone());
        let web = Web::new(clock_of.clone(), email::tls::client_config(None).unwrap(), Vec::new());
        let ctx = Ctx::new(store, clock_of, ids, shutdown.clone(), cache, mail, web).await.unwrap();
        let accepts = Accepts::start(&ctx, &shutdown);
        let settings = Settings::merge(ServeArgs::default(), FileSettings::default()).unwrap();
        let texts = Texts::load().unwrap();
        let base_url = "https://bell.example.com";
        let metrics = Arc::new(Metrics::new());
        let state = State::new(Parts {
            ctx,
            hub: Hub::default(),
            accepts,
            settings: Arc::new(settings),
            metrics,
            texts,
            base_url: base_url.to_owned(),
            demo: None,
        });
        Self { router: assemble(routes(), state.clone()), state, clock, directory }
    }

    /// The same server with the routes of the product.
    fn real(&self) -> Self {
        let (state, clock) = (self.state.clone(), self.clock.clone());
        Self { router: router(state.clone()), state, clock, directory: PathBuf::new() }
    }

    /// An API key with this scope.
    async fn key(&self, scope: &str) -> String {
        let by = By::system(MAIN);
        let added = keys::add(&self.state.ctx, &by, scope, &[scope.to_owned()], None, None).await.unwrap();
        added.1.unwrap()
    }

    /// A new user's cookie and token.
    async fn user(&self, name: &str, role: Role) -> (String, String) {
        let input = users::Input {
            email: format!("{name}@example.com"),
            name: name.to_owned(),
            role,
            groups: vec![],
            language: Some("es".into()),
            zone: None,
            password: Some("correct horse battery".into()),
        };
        let by = By::system(MAIN);
        let (added, _) =
            users::add(&self.state.ctx, &by, input, "https://bell.example.com", None).await.unwrap();
        let id = added.value.id;
        let session = sessions::start(&self.state.ctx, MAIN, id.clone()).await.unwrap();
        let token = tokens::issue(&self.state.ctx, MAIN, id.to_string(), None).await.unwrap();
        (format!("__Host-bellwire={}", session.secret), token.token)
    }

    /// Sends a request written as `METHOD /path`, with headers written as `name: value`.
    async fn call(&self, line: &str, headers: &[&str], body: impl Into<HttpBody>) -> Answer {
        let (method, path) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path).header("host", "bell.example.com");
        for header in headers {
            let (name, value) = header.split_once(": ").unwrap();
            request = request.header(name, value);
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    async fn get(&self, path: &str, headers: &[&str]) -> Answer {
        self.call(&format!("GET {path}"), headers, "").await
    }

    async fn post(&self, path: &str, headers: &[&str], body: &str) -> Answer {
        let headers: Vec<&str> = headers.iter().copied().chain(["content-type: application/json"]).collect();
        self.call(&format!("POST {path}"), &headers, body.to_owned()).await
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if self.directory.as_os_str().is_empty() {
            return;
        }
        self.state.ctx.store.stop();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// The status and the end of the problem's type; empty when it is none.
    fn problem(&self) -> (u16, String) {
        let is_problem = self.header("content-type") == "application/problem+json";
        let code = if is_problem { self.json()["type"].as_str().unwrap().to_owned() } else { String::new() };
        (self.status, code.trim_start_matches("/problems/").to_owned())
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
