//! kill -9 while marketing rules run: before, between and after the steps that find an occasion, decide about it, act, and do
//! later what was put off. Each customer has each period's notification, task, letter and line in the log, once.

use bellwire::app::Base;
use bellwire::clock::Clock;
use bellwire::domain::marketing::draft::MarketingRule;
use bellwire::domain::record::RecordType;
use bellwire::domain::record::value::Spelling;
use bellwire::domain::rule::template::Template;
use bellwire::flows::change::By;
use bellwire::flows::marketing::segments;
use bellwire::flows::records::{Put, Source, Which};
use bellwire::flows::{Ctx, accounts, rule_changes};
use bellwire::ids::Ids;
use serde_json::{Value, json};

use crate::call::Caller;
use crate::facts::{Database, Open};
use crate::nemesis::Nemesis;
use crate::seed::{self, Rng};
use crate::town::Town;

/// Customers: more than one batch of a sweep has, and many of deciding.
const CUSTOMERS: usize = 700;
/// Those who are in the rule's segment.
const CHOSEN: usize = CUSTOMERS - CUSTOMERS / 7;
const MOST_KILLS: usize = 200;
/// Lives that may come to nothing before one is let live until something was done.
const PATIENCE: usize = 5;
/// Kills that must fall into the running, or nothing was shown.
const FEWEST_KILLS: usize = 3;

#[test]
fn every_occasion_is_acted_upon_once_on_sqlite() {
    story(&Database::directory("marketing-sqlite"));
}

#[test]
fn every_occasion_is_acted_upon_once_on_postgres() {
    let Some(server) = seed::env("BELLWIRE_TEST_DATABASE_URL") else {
        assert!(seed::env("CI").is_none(), "BELLWIRE_TEST_DATABASE_URL is not set: PostgreSQL is not tested");
        return;
    };
    story(&Database::postgres("marketing-postgres", &server));
}

fn story(database: &Database) {
    let seed = seed::seed();
    eprintln!("{}: BELLWIRE_CRASH_SEED={seed}", database.name());
    let town = Town::settle(database);
    prepare(database, &town);
    let mut nemesis = Nemesis::new(database, Rng::new(seed, 7));
    let (mut kills, mut fruitless, mut before) = (0, 0, 0);
    for _ in 0..MOST_KILLS {
        let mut open = database.open();
        if is_over(&mut open) {
            break;
        }
        // Lives follow each other faster than leases run out.
        open.end_leases();
        // On a machine that is busy with other things, short lives may come to nothing.
        let lines = written(&mut open);
        fruitless = if lines == before { fruitless + 1 } else { 0 };
        if fruitless >= PATIENCE {
            wait_written(&nemesis, &town, &mut open, lines);
            fruitless = 0;
        }
        before = lines;
        nemesis.rage(1);
        kills += 1;
    }
    town.wait_quiet(nemesis.seat());
    let mut open = database.open();
    // What the last of the dead had in his hands is taken up by the one who lives.
    open.end_leases();
    for look in 0.. {
        if is_over(&mut open) {
            break;
        }
        assert!(look < 200_000, "seed {seed}: the rules do not come to rest");
        town.wait_quiet(nemesis.seat());
    }
    let lives = nemesis.stop();
    let chosen = CHOSEN as i64;
    for (what, count, sql) in [
        ("occasions", chosen, "select count(*) from marketing_run"),
        ("done", chosen, "select count(*) from marketing_run where result = 'done'"),
        (
            "notifications, at once and later",
            2 * chosen,
            "select count(*) from notification where kind = 'custom'",
        ),
        ("items", 2 * chosen, "select count(*) from inbox_item where kind = 'custom'"),
        ("tasks", chosen, "select count(*) from task"),
        ("customers with a task", chosen, "select count(*) from (select distinct customer_id from task) x"),
        ("letters", chosen, "select count(*) from rule_delivery where channel = 'email'"),
        ("addresses", chosen, "select count(*) from (select distinct target from rule_delivery) x"),
        ("lines of runs", chosen, "select count(*) from action_log where action is null"),
        ("lines of actions", 4 * chosen, "select count(*) from action_log where action is not null"),
        ("faults", 0, "select count(*) from action_log where status = 'error'"),
    ] {
        assert_eq!(open.count(sql), count, "{what}, seed {seed}");
    }
    eprintln!("{CUSTOMERS} customers, {kills} kills while a marketing rule ran; {lives}");
    assert!(kills >= FEWEST_KILLS, "only {kills} kills fell into it");
    assert_eq!(open.engine_faults(), [""; 0]);
    database.remove();
}

/// How much was done so far.
fn written(open: &mut Open) -> i64 {
    open.count("select count(*) from action_log")
}

fn wait_written(nemesis: &Nemesis, town: &Town, open: &mut Open, before: i64) {
    let mut caller = Caller::new(nemesis.seat());
    for _ in 0..100_000 {
        if written(open) != before || is_over(open) {
            return;
        }
        caller.get("/readyz", &town.key).unwrap();
    }
    panic!("the rules do nothing");
}

/// Whether everything was decided, and nothing is put off any more.
fn is_over(open: &mut Open) -> bool {
    let occasions = open.count("select count(*) from marketing_run where result <> 'waiting'");
    occasions == CHOSEN as i64 && open.count("select count(*) from rule_later") == 0
}

fn read<T: serde::de::DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

/// Customers with an order each, and a rule that does all that it can for most of them. Nobody has looked at them yet.
fn prepare(database: &Database, town: &Town) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let manager = town.ids[0].clone();
    runtime.block_on(async {
        let base = Base::open(&database.settings(), Clock::System, Ids::system()).await.unwrap();
        let ctx = &base.ctx;
        let account = accounts::get_by_code(ctx, "main".into()).await.unwrap();
        let by = By::system(account);
        for n in 0..CUSTOMERS {
            let state = json!({"first_name": format!("n{n}"), "email": format!("n{n}@shop.example"), "vip": n % 7 != 0,
                "manager": manager});
            put(ctx, &by, RecordType::Customer, n, state).await;
            put(ctx, &by, RecordType::Order, n, json!({"customer": {"external_id": format!("r{n}")}})).await;
        }
        let said = json!({"name": "Said", "event": "customer", "title": "{{ customer.first_name }} ordered", "body": "b",
            "recipients": [{"type": "manager"}]});
        let said = rule_changes::add(ctx, &by, read::<Template>(said), None).await.unwrap().value;
        let chosen = json!({"name": "Chosen", "condition": "customer.vip"});
        let chosen = segments::add(ctx, &by, read(chosen), None).await.unwrap().value;
        let rule = json!({"name": "All", "mechanic": {"type": "repeat_purchase", "orders": 1}, "segments": [chosen],
            "frequency": {"type": "once"},
            "actions": [{"type": "notify", "template": said},
                {"type": "create_task", "text": "Thank {{ customer.first_name }}"},
                {"type": "email", "template": said, "to": "customer"},
                {"type": "notify", "template": said, "delay_s": 1, "recheck": true}]});
        rule_changes::add(ctx, &by, read::<MarketingRule>(rule), None).await.unwrap();
        base.close().await;
    });
}

async fn put(ctx: &Ctx, by: &By, record_type: RecordType, n: usize, state: Value) {
    let put = Put {
        record_type,
        which: Which::ExternalId(format!("r{n}")),
        site: None,
        state,
        spelling: Spelling::Native,
        source: Source::Api,
        silent: true,
        may_create: true,
    };
    ctx.put_record(by.clone(), None, put, None).await.unwrap();
}
