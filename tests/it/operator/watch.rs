//! The server watches itself: each condition is provoked for real, told once, and its end is told once.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bellwire::config::Settings;
use bellwire::domain::condition::Limits;
use bellwire::domain::mail::sender::Sender;
use bellwire::flows::watch::{Watch, look};
use bellwire::store::Engine;
use serde_json::{Value, json};

use crate::support::call::within;
use crate::support::relay::{Act, At, Relay};
use crate::support::{Client, TestApp, both, run_set};

pub(super) const MINUTE: Duration = Duration::from_mins(1);

pub(super) fn watch(app: &TestApp) -> Watch {
    Watch::new(Limits { disk_percent: 0, ..Limits::default() }, app.app.settings.data.clone())
}

/// What the Health page says holds.
pub(super) async fn standing(olga: &Client) -> Vec<String> {
    let health = olga.get("/v1/operator/health").await.ok(200);
    let codes =
        health["standing"].as_array().unwrap().iter().map(|held| held["code"].as_str().unwrap().to_owned());
    codes.collect()
}

/// Looks once a minute for so many minutes; answers how often something was told.
pub(super) async fn minutes(app: &TestApp, watch: &mut Watch, count: usize) -> usize {
    let mut told = 0;
    for _ in 0..count {
        app.advance(MINUTE).await;
        told += look_at_rest(app, watch).await;
    }
    app.settle().await;
    told
}

/// Looks when all that is due is done: how fast this machine is has nothing to do with it.
pub(super) async fn look_at_rest(app: &TestApp, watch: &mut Watch) -> usize {
    app.settle().await;
    look(app.ctx(), watch).await.unwrap()
}

both!(nothing_is_said_while_nothing_is_wrong);
async fn nothing_is_said_while_nothing_is_wrong(app: &TestApp) {
    let (olga, mut watch) = (app.operator().await, watch(app));
    assert_eq!(minutes(app, &mut watch, 20).await, 0);
    let health = olga.get("/v1/operator/health").await.ok(200);
    assert_eq!((&health["standing"], &health["history"]), (&json!([]), &json!([])));
    let names: Vec<&Value> =
        health["numbers"].as_array().unwrap().iter().map(|number| &number["name"]).collect();
    assert_eq!(names, ["work_due", "work_dead", "letters_waiting", "letters_dead", "database", "disk_free"]);
}

both!(a_clock_that_jumps);
async fn a_clock_that_jumps(app: &TestApp) {
    let (olga, mut watch) = (app.operator().await, watch(app));
    assert_eq!(look(app.ctx(), &mut watch).await.unwrap(), 0);
    app.clock.set(app.now() + 3 * 3_600_000);
    assert_eq!(look(app.ctx(), &mut watch).await.unwrap(), 1);
    assert_eq!(look(app.ctx(), &mut watch).await.unwrap(), 0, "told once");
    assert_eq!(standing(&olga).await, ["clock_off"]);
    let health = olga.get("/v1/operator/health").await.ok(200);
    assert_eq!(health["standing"][0]["text"], "By 10800 s. Reminders wait until it can be believed.");
    assert_eq!(minutes(app, &mut watch, 3).await, 1, "and its end once");
    assert!(standing(&olga).await.is_empty());
    let health = olga.get("/v1/operator/health").await.ok(200);
    assert!(health["history"][0]["cleared_at"].is_string(), "{health}");
}

both!(work_that_is_not_done);
async fn work_that_is_not_done(app: &TestApp) {
    let (olga, mut watch) = (app.operator().await, watch(app));
    // An event that is not there: nobody can route it.
    let now = app.now();
    app.write(move |tx| {
        let sql = "insert into work (account, kind, subject, due_at) values (1, 'route', 'none', $1)";
        tx.execute(sql, &[&now])
    })
    .await;
    for _ in 0..5 {
        app.advance(MINUTE).await;
        look(app.ctx(), &mut watch).await.unwrap();
    }
    assert_eq!(standing(&olga).await, ["work_overdue"]);
    app.write(|tx| tx.execute("update work set dead_at = 1 where subject = 'none'", &[])).await;
    assert_eq!(look(app.ctx(), &mut watch).await.unwrap(), 1);
    assert_eq!(standing(&olga).await, ["work_overdue", "work_dead"]);
    app.write(|tx| tx.execute("delete from work where subject = 'none'", &[])).await;
    assert_eq!(minutes(app, &mut watch, 5).await, 2);
    assert!(standing(&olga).await.is_empty());
}

/// A small disk; none where this process may not make one.
pub(super) struct SmallDisk(pub(super) std::path::PathBuf);

impl SmallDisk {
    pub(super) fn mount(at: &Path, megabytes: usize) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(at).output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

both!(a_disk_that_fills);
async fn a_disk_that_fills(app: &TestApp) {
    let Some(disk) = SmallDisk::mount(&app.app.settings.data.join("small-disk"), 1) else {
        eprintln!("skipped: no disk can be mounted here");
        return;
    };
    let olga = app.operator().await;
    let mut watch = Watch::new(Limits::default(), disk.0.clone());
    assert_eq!(look(app.ctx(), &mut watch).await.unwrap(), 0);
    std::fs::write(disk.0.join("full"), vec![1; 1_000_000]).unwrap();
    assert_eq!(minutes(app, &mut watch, 5).await, 1);
    assert_eq!(standing(&olga).await, ["disk_full"]);
    std::fs::remove_file(disk.0.join("full")).unwrap();
    assert_eq!(minutes(app, &mut watch, 4).await, 0, "it waits whether there stays room");
    assert_eq!(minutes(app, &mut watch, 3).await, 1);
    assert!(standing(&olga).await.is_empty());
}

/// Lets minutes go by until every letter has ended. What is due or under way has the time that it takes: a minute in the middle
/// of a conversation would break it off.
pub(super) async fn mailed(app: &TestApp) {
    // What was said a moment ago has its letters first.
    app.settle().await;
    within("every letter to end", async {
        while app.count("select count(*) from delivery where ended_at is null").await > 0 {
            let (now, mail) = (app.now(), &app.ctx().mail);
            let at_work = format!(
                "select count(*) from delivery where ended_at is null and (state = 'sending' or next_at <= {now})"
            );
            let rests = mail.post.free_at(&mail.relays).is_some_and(|at| at > now);
            if rests || app.count(&at_work).await == 0 {
                calm(app).await;
                app.advance(MINUTE).await;
            }
            app.breathe().await;
        }
    })
    .await;
}

/// Waits until no letter is under way.
pub(super) async fn calm(app: &TestApp) {
    within("nobody is at a letter", async {
        while app.count("select count(*) from delivery where state = 'sending'").await > 0 {
            app.breathe().await;
            app.breathe().await;
        }
    })
    .await;
}

/// Looks once a minute until `reached`; answers how often something was told. Between two minutes the post has the time
/// for a conversation, which must not run out of the time that a story makes pass.
pub(super) async fn look_until(app: &TestApp, watch: &mut Watch, reached: impl AsyncFn() -> bool) -> usize {
    let mut told = 0;
    within("the condition turns", async {
        while !reached().await {
            app.advance(MINUTE).await;
            app.settle().await;
            calm(app).await;
            told += look(app.ctx(), watch).await.unwrap();
        }
    })
    .await;
    told
}

pub(super) fn with_relay(settings: &mut Settings, relay: &Relay) {
    settings.relays = vec![relay.address()];
    settings.sender = Some(Sender { name: "Bell".into(), address: "bell@example.com".into() });
}

#[expect(clippy::needless_pass_by_value, reason = "stories write it in place")]
pub(super) fn on_both(change: impl Fn(&mut Settings, &Relay), story: impl AsyncFn(&TestApp, &Relay)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let relay = Relay::start();
        run_set(engine, |settings| change(settings, &relay), async |app: &TestApp| story(app, &relay).await);
    }
}

#[test]
fn a_relay_that_is_down() {
    on_both(with_relay, async |app, relay| {
        let (olga, ann, mut watch) = (app.operator().await, app.cookie("ann").await, watch(app));
        relay.usually(Act::Drop(At::Greeting));
        for number in 0..6 {
            app.send(&ann, &format!("Letter {number}"), &["sales"]).await;
        }
        calm(app).await;
        let told = look_until(app, &mut watch, async || !standing(&olga).await.is_empty()).await;
        assert_eq!((told, standing(&olga).await), (1, vec!["relay_failing".to_owned()]));
        relay.usually(Act::Take);
        let told = look_until(app, &mut watch, async || standing(&olga).await.is_empty()).await;
        let held = app.read(|tx| bellwire::store::conditions::list(tx, 9)).await;
        assert_eq!((told, held.len()), (1, 1), "{held:?}");
        mailed(app).await;
        assert!(relay.count() >= 6, "{}", relay.count());
    });
}

#[test]
fn letters_that_come_back() {
    on_both(with_relay, async |app, relay| {
        let (root, ann, mut watch) = (app.cookie("root").await, app.cookie("ann").await, watch(app));
        relay.usually(Act::Say(At::Rcpt, "550 5.1.1 no such user"));
        for number in 0..3 {
            let draft = json!({"title": format!("Letter {number}"), "body": "x", "users": [app.id("bob")]});
            app.send_draft(&ann, draft).await;
            calm(app).await;
            app.advance(MINUTE).await;
        }
        within("the letters are given up", async {
            while app.count("select count(*) from delivery where state = 'dead'").await < 3 {
                app.advance(Duration::from_secs(1)).await;
                calm(app).await;
            }
        })
        .await;
        relay.usually(Act::Take);
        assert_eq!(look(app.ctx(), &mut watch).await.unwrap(), 2);
        assert_eq!(look(app.ctx(), &mut watch).await.unwrap(), 0);
        app.settle().await;
        let mut titles = app.titles(&root, "").await;
        titles.sort_unstable();
        assert_eq!(titles, ["Letters come back from addresses", "Letters were given up"]);
        assert!(
            !app.titles(&ann, "").await.iter().any(|title| title.starts_with("Letters")),
            "for administrators"
        );
        root.act("/v1/addresses/bob@example.com/release").await.ok(204);
        assert_eq!(look(app.ctx(), &mut watch).await.unwrap(), 1);
        // What waits for a try would be worth nothing a day later, and be given up as well.
        mailed(app).await;
        app.advance(Duration::from_hours(25)).await;
        assert_eq!(look(app.ctx(), &mut watch).await.unwrap(), 1);
        assert_eq!(look(app.ctx(), &mut watch).await.unwrap(), 0);
        app.settle().await;
        calm(app).await;
        let root = app.cookie("root").await;
        let over = app.newest(&root).await;
        assert_eq!(
            (over["severity"].as_str(), over["title"].as_str()),
            (Some("success"), Some("Letters were given up"))
        );
    });
}

/// By the schedule itself, as the server does it.
#[test]
fn no_relay_at_all() {
    // Its looks are not this story's, which lets time go by in the middle of one: how long things take says nothing.
    let limits = Limits { disk_percent: 0, database_ms: i64::MAX, work_s: i64::MAX, ..Limits::default() };
    let change = |settings: &mut Settings, _: &Relay| settings.watch = Some(limits);
    on_both(change, async |app, _| {
        let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
        app.send(&ann, "Letter", &["sales"]).await;
        for _ in 0..20 {
            app.advance(MINUTE).await;
            app.settle().await;
        }
        within("it is told", async {
            while app.titles(&root, "").await.is_empty() {
                app.advance(MINUTE).await;
                app.settle().await;
            }
        })
        .await;
        for _ in 0..5 {
            app.advance(MINUTE).await;
            app.settle().await;
        }
        assert_eq!(app.titles(&root, "").await, ["No mail relay is set"]);
        let held = app.read(|tx| bellwire::store::conditions::list(tx, 9)).await;
        let of_accounts: Vec<&str> =
            held.iter().filter(|held| held.account.is_some()).map(|held| held.code.as_str()).collect();
        assert_eq!(of_accounts, ["relay_missing"], "{held:?}");
    });
}
