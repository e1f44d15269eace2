//! kill -9 while triggers run: each order has its notification, its task, its change and its line in the log, once; and its HTTP
//! request at least once, under one id.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use bellwire::app::Base;
use bellwire::clock::Clock;
use bellwire::domain::record::RecordType;
use bellwire::domain::record::value::Spelling;
use bellwire::domain::rule::template::Template;
use bellwire::domain::rule::trigger::Trigger;
use bellwire::flows::change::By;
use bellwire::flows::records::{Put, Source, Which};
use bellwire::flows::{accounts, lists, rule_changes};
use bellwire::ids::Ids;
use serde_json::json;

use crate::call::Caller;
use crate::facts::Database;
use crate::nemesis::Nemesis;
use crate::seed::{self, Rng};
use crate::town::Town;

const ORDERS: usize = 400;
const MOST_KILLS: usize = 200;
/// Kills that must fall into the running, or nothing was shown.
const FEWEST_KILLS: usize = 3;

#[test]
fn every_rule_acts_once_on_sqlite() {
    story(&Database::directory("rules-sqlite"));
}

#[test]
fn every_rule_acts_once_on_postgres() {
    let Some(server) = seed::env("BELLWIRE_TEST_DATABASE_URL") else {
        assert!(seed::env("CI").is_none(), "BELLWIRE_TEST_DATABASE_URL is not set: PostgreSQL is not tested");
        return;
    };
    story(&Database::postgres("rules-postgres", &server));
}

/// The ids under which each order was told.
type Book = Arc<Mutex<BTreeMap<String, Vec<String>>>>;

fn story(database: &Database) {
    let seed = seed::seed();
    eprintln!("{}: BELLWIRE_CRASH_SEED={seed}", database.name());
    let (book, port) = receiver();
    let town = Town::settle(database);
    prepare(database, &town, port);
    let mut nemesis = Nemesis::new(database, Rng::new(seed, 7));
    let mut kills = 0;
    for _ in 0..MOST_KILLS {
        let mut open = database.open();
        let work = open.count("select count(*) from work");
        if work == 0 && open.count("select count(*) from rule_delivery where ended_at is null") == 0 {
            break;
        }
        nemesis.rage(1);
        kills += 1;
    }
    wait_sent(&nemesis, &town, database);
    let lives = nemesis.stop();
    let mut open = database.open();
    let orders = ORDERS as i64;
    for (what, sql) in [
        ("runs", "select count(*) from trigger_run"),
        ("notifications", "select count(*) from inbox_item where kind = 'custom'"),
        ("tasks", "select count(*) from task"),
        ("changes", "select count(*) from history where source = 'rule' and record_type = 'order'"),
        ("lines of the log", "select count(*) from action_log where action is null"),
        ("requests", "select count(*) from rule_delivery where state = 'sent'"),
    ] {
        assert_eq!(open.count(sql), orders, "{what}, seed {seed}");
    }
    let book = book.lock().unwrap();
    let copies: usize = book.values().map(|ids| ids.len() - 1).sum();
    eprintln!("{orders} orders, {kills} kills while rules ran, {copies} second copies of requests; {lives}");
    assert!(kills >= FEWEST_KILLS, "only {kills} kills fell into it");
    assert_eq!(book.len(), ORDERS, "seed {seed}: requests are lost");
    for (order, ids) in book.iter() {
        let apart: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(apart.len(), 1, "seed {seed}: {order} was told under several ids");
    }
    assert_eq!(open.engine_faults(), [""; 0]);
    database.remove();
}

/// Waits until nothing is left to do, inside and outside.
fn wait_sent(nemesis: &Nemesis, town: &Town, database: &Database) {
    let mut caller = Caller::new(nemesis.seat());
    let mut open = database.open();
    for look in 0..200_000 {
        // Long after the last kill, so that nobody living loses his.
        if look == 5_000 {
            open.end_leases();
        }
        let ready = caller.get("/readyz", &town.key).unwrap().body;
        let rest = "select count(*) from rule_delivery where ended_at is null";
        if ready["work_due"] == json!(0) && open.count(rest) == 0 {
            return;
        }
    }
    panic!("the rules do not come to rest");
}

/// A trigger that does all sorts of things, and orders that set it off, not routed yet.
fn prepare(database: &Database, town: &Town, port: u16) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let manager = town.ids[0].clone();
    runtime.block_on(async {
        let base = Base::open(&database.settings(), Clock::System, Ids::system()).await.unwrap();
        let ctx = &base.ctx;
        let account = accounts::get_by_code(ctx, "main".into()).await.unwrap();
        let by = By::system(account);
        let field = bellwire::domain::record::catalogue::CustomField {
            record_type: RecordType::Order,
            code: "seen".into(),
            name: "Seen".into(),
            kind: bellwire::domain::record::catalogue::CustomKind::String,
            dictionary: None,
        };
        lists::put_custom_field(ctx, &by, field, None).await.unwrap();
        let said = json!({"name": "Said", "event": "order", "title": "Order {{ order.number }}", "body": "b",
            "recipients": [{"type": "manager"}]});
        let said: Template = serde_json::from_value(said).unwrap();
        let said = rule_changes::add(ctx, &by, said, None).await.unwrap().value;
        let rule = json!({"name": "All", "event": {"type": "order_changed"}, "condition": "change_set.is_create",
            "actions": [{"type": "notify", "template": said},
                {"type": "create_task", "text": "Look at {{ order.number }}"},
                {"type": "change_field", "record": "order", "field": "custom_seen", "value": "yes"},
                {"type": "http", "method": "POST", "url": format!("http://127.0.0.1:{port}/{{{{ order.number }}}}")}]});
        let rule: Trigger = serde_json::from_value(rule).unwrap();
        rule_changes::add(ctx, &by, rule, None).await.unwrap();
        for n in 0..ORDERS {
            let put = Put {
                record_type: RecordType::Order,
                which: Which::ExternalId(format!("o{n}")),
                site: None,
                state: json!({"order_number": format!("n{n}"), "manager": manager}),
                spelling: Spelling::Native,
                source: Source::Api,
                silent: false,
                may_create: true,
            };
            ctx.put_record(by.clone(), None, put, None).await.unwrap();
        }
        base.close().await;
    });
}

/// Notes which request came under which id, and takes it.
fn receiver() -> (Book, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, book) = (listener.local_addr().unwrap().port(), Book::default());
    let keep = Arc::clone(&book);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let keep = Arc::clone(&keep);
            // A connection of a server that was killed just ends.
            std::thread::spawn(move || drop(take(stream, &keep)));
        }
    });
    (book, port)
}

fn take(mut stream: TcpStream, book: &Book) -> std::io::Result<()> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        bytes.extend_from_slice(&buffer[..read]);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
    let id = text.lines().find_map(|line| line.strip_prefix("webhook-id: ")).unwrap_or_default().to_owned();
    book.lock().unwrap().entry(path).or_default().push(id);
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
}
