//! Several servers on one PostgreSQL, with a real NATS between them, as `scripts/ensure nats` unpacks it: what one commits
//! the others hear at once, and nothing depends on it. Their clocks stand still unless a story moves them, so nobody looks
//! by himself. Where there is no NATS the stories are skipped, and say so; never in CI.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bellwire::store::Engine;

use crate::support::app::in_time;
use crate::support::call::within;
use crate::support::database::env;
use crate::support::stream::Stream;
use crate::support::{Database, TestApp};

/// A NATS server of our own.
struct Nats {
    program: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl Nats {
    /// Its address, free, and nobody there yet; `None` where the program is not.
    fn find() -> Option<Self> {
        let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/nats");
        let root = env("BELLWIRE_TEST_NATS").map_or_else(usual, PathBuf::from);
        let program = root.join("usr/sbin/nats-server");
        if !program.exists() {
            assert!(env("CI").is_none(), "no nats-server: scripts/ensure nats fetches it");
            eprintln!("skipped: no nats-server here (scripts/ensure nats fetches it)");
            return None;
        }
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        Some(Self { program, port, child: None })
    }

    fn start(&mut self) {
        let mut command = Command::new(&self.program);
        command.args(["--addr", "127.0.0.1", "--port", &self.port.to_string()]);
        self.child = Some(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Another connection to it, by hand.
    fn wire(&self) -> Wire {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut wire = Wire(BufReader::new(stream));
        assert!(wire.line().starts_with("INFO "));
        wire.say(b"CONNECT {\"verbose\":false}\r\n");
        wire
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A connection to NATS, with its protocol in plain sight (docs.nats.io/reference/reference-protocols/nats-protocol).
struct Wire(BufReader<TcpStream>);

impl Wire {
    fn say(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Answers once everything before was understood.
    fn sync(&mut self) {
        self.say(b"PING\r\n");
        while self.line() != "PONG" {}
    }

    fn publish(&mut self, subject: &str, body: &[u8]) {
        self.say(format!("PUB {subject} {}\r\n", body.len()).as_bytes());
        self.say(body);
        self.say(b"\r\n");
        self.sync();
    }

    /// The next that anybody says: under what, and what.
    fn message(&mut self) -> (String, String) {
        loop {
            let line = self.line();
            let words: Vec<&str> = line.split(' ').collect();
            if let ["MSG", subject, _, size] = words[..] {
                let mut body = vec![0; size.parse::<usize>().unwrap() + 2];
                self.0.read_exact(&mut body).unwrap();
                return (subject.to_owned(), String::from_utf8(body).unwrap().trim_end().to_owned());
            }
        }
    }
}

/// Two servers on one database that know of the same NATS, which need not be there yet.
fn two_nodes(port: u16, story: impl AsyncFnOnce(&TestApp, &TestApp)) {
    let Some(database) = Database::create(Engine::Postgres) else { return };
    let url = format!("nats://127.0.0.1:{port}");
    in_time(async {
        let twin = database.twin();
        let here = TestApp::start_line(database, &url).await;
        let there = TestApp::start_line(twin, &url).await.with_people(here.people());
        story(&here, &there).await;
        drop(there.stop().await);
        here.finish().await;
    });
}

/// Sends until `there` hears of it with its clock standing still: the line needs a moment to stand.
async fn until_heard(here: &TestApp, there: &TestApp) {
    let ann = here.cookie("ann").await;
    let heard = || there.app.base.metrics.node_hints_heard.get();
    let before = heard();
    within("a hint comes over the line", async {
        while heard() == before {
            here.send(&ann, "Are you there?", &["support"]).await;
            here.breathe().await;
        }
    })
    .await;
}

#[test]
fn what_one_commits_the_others_hear_at_once() {
    let Some(mut nats) = Nats::find() else { return };
    nats.start();
    two_nodes(nats.port, async |here: &TestApp, there: &TestApp| {
        until_heard(here, there).await;
        let mut wire = nats.wire();
        wire.say(b"SUB > 1\r\n");
        wire.sync();
        let (ann, bob) = (here.cookie("ann").await, there.cookie("bob").await);
        let mut stream = Stream::open(&bob, None).await;
        here.send(&ann, "From afar", &["sales"]).await;
        let frames = stream.until_title("From afar").await;
        assert!(!frames.is_empty());
        // Who listens in learns that something happened, and to which account; not what, and to whom.
        let (subject, said) = wire.message();
        assert!(subject.starts_with("bellwire."), "{subject}");
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        let words: Vec<&String> = said.as_object().unwrap().keys().collect();
        assert_eq!(words, ["access", "accounts", "mail", "marks", "work"]);
        // So does the end of a sign-in.
        let root = here.cookie("root").await;
        root.act(&format!("/v1/users/{}/lock", here.id("bob"))).await.ok(200);
        assert_eq!(stream.bye().await, "signed_out");
    });
}

#[test]
fn without_it_nodes_look_and_it_may_come_and_go() {
    let Some(mut nats) = Nats::find() else { return };
    // The nodes start first.
    two_nodes(nats.port, async |here: &TestApp, there: &TestApp| {
        let (ann, bob) = (here.cookie("ann").await, there.cookie("bob").await);
        let mut stream = Stream::open(&bob, None).await;
        here.send(&ann, "By looking", &["sales"]).await;
        there.while_time_passes(stream.until_title("By looking")).await;
        nats.start();
        until_heard(here, there).await;
        here.send(&ann, "By the line", &["sales"]).await;
        stream.until_title("By the line").await;
        nats.kill();
        here.send(&ann, "By looking again", &["sales"]).await;
        there.while_time_passes(stream.until_title("By looking again")).await;
        nats.start();
        until_heard(here, there).await;
        here.send(&ann, "By the line again", &["sales"]).await;
        stream.until_title("By the line again").await;
    });
}

#[test]
fn what_others_say_on_the_line_does_no_harm() {
    let Some(mut nats) = Nats::find() else { return };
    nats.start();
    two_nodes(nats.port, async |here: &TestApp, there: &TestApp| {
        until_heard(here, there).await;
        let subject = format!("bellwire.{}", here.ctx().shared_name("nodes"));
        let mut wire = nats.wire();
        let long = format!("{{\"accounts\":[{}1]}}", "1,".repeat(300_000));
        let deep = "[".repeat(100_000);
        let strangers = r#"{"accounts":[0,-1,9223372036854775807,404],"work":true,"access":true,"marks":true,"mail":true}"#;
        for hint in ["", "null", "[]", "{\"accounts\":\"x\"}", "\u{0}", &long, &deep, strangers] {
            wire.publish(&subject, hint.as_bytes());
        }
        let (ann, bob) = (here.cookie("ann").await, there.cookie("bob").await);
        let mut stream = Stream::open(&bob, None).await;
        here.send(&ann, "Still here", &["sales"]).await;
        stream.until_title("Still here").await;
    });
}
