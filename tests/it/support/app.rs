//! A server in this process, on a database of its own, with a clock that the story moves.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bellwire::app::App;
use bellwire::clock::{Clock, ManualClock};
use bellwire::config::{FileSettings, ServeArgs, Settings};
use bellwire::domain::id::{Account, UserId};
use bellwire::flows::{Ctx, change::By, keys, operators, sessions, tokens};
use bellwire::ids::Ids;
use bellwire::store::{Engine, Tx, accounts, inbox, work};
use serde_json::{Value, json};

use super::call::{Client, within};
use super::database::Database;
use super::facts::{self, Facts};
use super::people::{self, Person};

/// When every story begins: Sunday, 1 March 2026, 08:00 UTC.
pub const BEGINNING: i64 = 1_772_352_000_000;
/// The address of the one operator.
const OPERATOR: &str = "olga@example.com";
/// A story that is not told by then hangs.
const LONGEST_STORY: Duration = Duration::from_mins(5);

/// A running server with the cast of [`people`].
pub struct TestApp {
    pub app: App,
    pub clock: Arc<ManualClock>,
    pub database: Database,
    pub engine: Engine,
    people: RefCell<HashMap<String, (Account, UserId)>>,
}

/// Makes a test per engine of a story: `both!(name);` beside `async fn name(app: &TestApp)`.
/// `both!(name, run_empty)` begins with nobody there.
macro_rules! both {
    ($name:ident) => {
        $crate::support::both!($name, run);
    };
    ($name:ident, $run:ident) => {
        mod $name {
            #[test]
            fn sqlite() {
                $crate::support::$run(bellwire::store::Engine::Sqlite, super::$name);
            }

            #[test]
            fn postgres() {
                $crate::support::$run(bellwire::store::Engine::Postgres, super::$name);
            }
        }
    };
}
pub(crate) use both;

/// Tells a story on an engine, and looks at the end whether everything is in order.
pub fn run(engine: Engine, story: impl AsyncFnOnce(&TestApp)) {
    let Some(database) = Database::create(engine) else { return };
    in_time(async {
        let app = TestApp::start(database, engine).await;
        story(&app).await;
        app.finish().await;
    });
}

/// As [`run`], with other settings, on one engine after the other.
pub fn run_with(change: impl Fn(&mut Settings), story: &impl AsyncFn(&TestApp)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = Database::create(engine) else { continue };
        in_time(async {
            let app = TestApp::start_with(database, engine, BEGINNING, &change).await;
            let app = app.with_cast(Account(1), people::MAIN).await;
            story(&app).await;
            app.finish().await;
        });
    }
}

/// As [`run`], with other settings.
pub fn run_set(engine: Engine, change: impl Fn(&mut Settings), story: impl AsyncFnOnce(&TestApp)) {
    let Some(database) = Database::create(engine) else { return };
    in_time(async {
        let app = TestApp::start_set(database, engine, change).await;
        story(&app).await;
        app.finish().await;
    });
}

/// As [`run_set`], on a day of the story's own.
pub fn run_on(engine: Engine, day: i64, change: impl Fn(&mut Settings), story: impl AsyncFnOnce(&TestApp)) {
    let Some(database) = Database::create(engine) else { return };
    in_time(async {
        let app = TestApp::start_with(database, engine, day, change).await;
        let app = app.with_cast(Account(1), people::MAIN).await;
        story(&app).await;
        app.finish().await;
    });
}

/// As [`run`], on a server at its first start: the account `main`, and nobody in it.
pub fn run_empty(engine: Engine, story: impl AsyncFnOnce(&TestApp)) {
    let Some(database) = Database::create(engine) else { return };
    in_time(async {
        let app = TestApp::start_at(database, engine, BEGINNING).await;
        story(&app).await;
        app.finish().await;
    });
}

/// Runs to the end, on one thread: what a task does after a wake is done before anybody else goes on.
pub fn in_time(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let told = runtime.block_on(async { tokio::time::timeout(LONGEST_STORY, story).await });
    assert!(told.is_ok(), "the story does not come to its end");
}

/// Settings for a server of a story.
pub fn settings(database: &Database) -> Settings {
    Settings {
        data: database.dir.clone(),
        listen: ([127, 0, 0, 1], 0).into(),
        database_url: database.url.clone(),
        // Relays of stories are on this machine.
        allow_private_relays: true,
        // Stories are about what they are about: only those of the watch have it.
        watch: None,
        ..Settings::merge(ServeArgs::default(), FileSettings::default()).unwrap()
    }
}

impl TestApp {
    pub async fn start(database: Database, engine: Engine) -> Self {
        let app = Self::start_at(database, engine, BEGINNING).await;
        app.with_cast(Account(1), people::MAIN).await
    }

    /// A server whose clock shows `now`, on a database that may have been used before.
    pub async fn start_at(database: Database, engine: Engine, now: i64) -> Self {
        Self::start_with(database, engine, now, |_| {}).await
    }

    /// With the cast, and with other settings.
    pub async fn start_set(database: Database, engine: Engine, change: impl Fn(&mut Settings)) -> Self {
        let app = Self::start_with(database, engine, BEGINNING, change).await;
        app.with_cast(Account(1), people::MAIN).await
    }

    /// A server on PostgreSQL that hears of others by the NATS at `url`, with the cast if the database has none yet.
    pub async fn start_line(database: Database, url: &str) -> Self {
        let url = url.parse::<url::Url>().unwrap();
        let set = |settings: &mut Settings| settings.nats_url = vec![url.clone()];
        let app = Self::start_with(database, Engine::Postgres, BEGINNING, set).await;
        let users = app.count("select count(*) from app_user").await;
        if users == 0 { app.with_cast(Account(1), people::MAIN).await } else { app }
    }

    /// A server that a story started itself.
    pub fn around(app: App, clock: Arc<ManualClock>, database: Database, engine: Engine) -> Self {
        Self { app, clock, database, engine, people: RefCell::default() }
    }

    /// With other settings.
    pub async fn start_with(
        database: Database,
        engine: Engine,
        now: i64,
        change: impl Fn(&mut Settings),
    ) -> Self {
        let (clock, mut settings) = (ManualClock::new(now), settings(&database));
        change(&mut settings);
        let started = App::start(settings, Clock::Manual(clock.clone()), Ids::system()).await;
        let app = started.unwrap_or_else(|error| panic!("the server does not start: {error}"));
        Self { app, clock, database, engine, people: RefCell::default() }
    }

    async fn with_cast(self, account: Account, cast: &'static [Person]) -> Self {
        let people = self.write_people(account, cast).await;
        self.people.borrow_mut().extend(people.into_iter().map(|(name, id)| (name, (account, id))));
        self
    }

    /// Adds a group to the account `main`, of this code and with so many members, called by the code and a number.
    pub async fn add_crowd(&self, code: &'static str, size: usize) {
        let (ids, now) = (self.ctx().ids.clone(), self.now());
        let crowd = self.write(move |tx| people::write_crowd(tx, &ids, Account(1), code, size, now)).await;
        self.people.borrow_mut().extend(crowd.into_iter().map(|(name, id)| (name, (Account(1), id))));
    }

    /// The cast, for another server on the same data.
    pub fn people(&self) -> HashMap<String, (Account, UserId)> {
        self.people.borrow().clone()
    }

    /// Knows these people already.
    pub fn with_people(self, people: HashMap<String, (Account, UserId)>) -> Self {
        self.people.replace(people);
        self
    }

    async fn write_people(&self, account: Account, cast: &'static [Person]) -> Vec<(String, UserId)> {
        let (ids, now) = (self.ctx().ids.clone(), self.now());
        self.write(move |tx| people::write(tx, &ids, account, cast, now)).await
    }

    /// Adds the account `other`, with its people; answers their ids by name.
    pub async fn other_account(&self) -> (Account, HashMap<String, UserId>) {
        self.account("other").await
    }

    /// Adds an account with the people of the other one.
    pub async fn account(&self, code: &str) -> (Account, HashMap<String, UserId>) {
        let (new, now) = (people::new_account(&self.ctx().ids, code, self.now()), self.now());
        let account = self.write(move |tx| accounts::insert(tx, &new, now)).await.unwrap();
        (account, self.write_people(account, people::OTHER).await.into_iter().collect())
    }

    pub fn ctx(&self) -> &Ctx {
        &self.app.base.ctx
    }

    pub fn now(&self) -> i64 {
        self.ctx().now()
    }

    /// The id of one of the cast.
    pub fn id(&self, name: &str) -> String {
        self.person(name).1.to_string()
    }

    pub fn person(&self, name: &str) -> (Account, UserId) {
        self.people.borrow().get(name).unwrap_or_else(|| panic!("{name} is not in the cast")).clone()
    }

    // Callers.

    /// A caller without credentials.
    pub fn anonymous(&self) -> Client {
        Client::new(self.app.settings.listen)
    }

    /// One of the cast at the console.
    pub async fn cookie(&self, name: &str) -> Client {
        let (account, user) = self.person(name);
        self.cookie_of(account, user).await
    }

    pub async fn cookie_of(&self, account: Account, user: UserId) -> Client {
        let started = sessions::start(self.ctx(), account, user).await.unwrap();
        self.anonymous().cookie(&started.secret)
    }

    /// A machine of the account `main` with these scopes.
    pub async fn key(&self, scopes: &[&str]) -> Client {
        self.key_of(Account(1), scopes).await
    }

    pub async fn key_of(&self, account: Account, scopes: &[&str]) -> Client {
        let (by, scopes) = (By::system(account), scopes.iter().map(ToString::to_string).collect::<Vec<_>>());
        let (_, key) = keys::add(self.ctx(), &by, "machine", &scopes, None, None).await.unwrap();
        self.anonymous().bearer(&key.unwrap())
    }

    /// One of the cast on a host page, for so many seconds.
    pub async fn token(&self, name: &str, ttl_s: i64) -> Client {
        let (account, user) = self.person(name);
        let issued = tokens::issue(self.ctx(), account, user.to_string(), Some(ttl_s)).await.unwrap();
        self.anonymous().bearer(&issued.token)
    }

    /// An operator of the server at his pages.
    pub async fn operator(&self) -> Client {
        let known = operators::start(self.ctx(), OPERATOR).await;
        let started = if let Ok(started) = known {
            started
        } else {
            operators::add(self.ctx(), OPERATOR, Some("Olga"), "").await.unwrap();
            operators::start(self.ctx(), OPERATOR).await.unwrap()
        };
        self.anonymous()
            .with("cookie", &format!("__Host-bellwire-operator={}", started.secret))
            .with("sec-fetch-site", "same-origin")
    }

    // Time.

    /// Lets time pass, and everybody who waited for it act.
    pub async fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.breathe().await;
    }

    /// Lets so many seconds pass one by one, as the server's own tick does.
    pub async fn tick(&self, seconds: u64) {
        for _ in 0..seconds {
            self.advance(Duration::from_secs(1)).await;
        }
    }

    /// Waits for `future` while time passes at this node, which does things by its clock: looks each second at what another
    /// node wrote, and each minute at its chores. Not faster than twenty times as fast as outside: nodes rely on clocks that
    /// agree about what has just been committed.
    pub async fn while_time_passes<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        loop {
            match tokio::time::timeout(Duration::from_millis(50), future.as_mut()).await {
                Ok(value) => return value,
                Err(_) => self.clock.advance(Duration::from_secs(1)),
            }
        }
    }

    /// Lets the other tasks run until each has had several turns.
    pub async fn breathe(&self) {
        for _ in 0..16 {
            tokio::task::yield_now().await;
        }
    }

    /// Waits until nothing is due, and everything that was written has been told to the streams. On a busy machine that may
    /// take long; nothing at all happening does not.
    pub async fn settle(&self) {
        let mut before = Vec::new();
        loop {
            let (is_settled, now) = within("the work is done", async {
                loop {
                    let (is_settled, now) = self.work_left().await;
                    if is_settled || now != before {
                        return (is_settled, now);
                    }
                    self.breathe().await;
                }
            })
            .await;
            if is_settled {
                return;
            }
            before = now;
        }
    }

    /// Whether nothing is left to do, and numbers that change while something is done.
    async fn work_left(&self) -> (bool, Vec<i64>) {
        let now = self.now();
        let (due, progress, heads) = self
            .read(move |tx| {
                let mut heads = Vec::new();
                for (account, _) in accounts::list(tx)? {
                    heads.push((account, inbox::head(tx, account)?));
                }
                let sql = "select cast(coalesce(sum(progress), 0) as bigint) from work";
                let progress = tx.query_row(sql, &[], |row| row.get::<i64>(0))?.unwrap_or_default();
                Ok((work::backlog(tx, now)?.due, progress, heads))
            })
            .await;
        let told: Vec<(i64, i64)> = heads
            .iter()
            .map(|(account, head)| (*head, self.app.hub.relayed(*account).unwrap_or(*head)))
            .collect();
        let is_settled = due == 0 && told.iter().all(|(head, told)| told >= head);
        let numbers = told.iter().flat_map(|(head, told)| [*head, *told]);
        (is_settled, [due, progress].into_iter().chain(numbers).collect())
    }

    // The database.

    pub async fn read<T: Send + 'static>(
        &self,
        run: impl Fn(&mut Tx) -> bellwire::domain::error::Result<T> + Send + 'static,
    ) -> T {
        self.ctx().store.read(run).await.unwrap()
    }

    pub async fn write<T: Send + 'static>(
        &self,
        run: impl Fn(&mut Tx) -> bellwire::domain::error::Result<T> + Send + 'static,
    ) -> T {
        self.ctx().store.write(run).await.unwrap()
    }

    /// One number out of the database.
    pub async fn count(&self, sql: &str) -> i64 {
        let sql = sql.to_owned();
        self.read(move |tx| tx.query_row(&sql, &[], |row| row.get(0))).await.unwrap_or_default()
    }

    /// Every row of every table.
    pub async fn facts(&self) -> Facts {
        self.read(facts::read).await
    }

    /// Fails if `calls` change the database each of the three times that they are made. What the server does by itself,
    /// because the clock went on before, may come in between once; a call that changes something does so every time.
    pub async fn assert_changes_nothing(&self, what: &str, calls: impl AsyncFn()) {
        let mut changes = Vec::new();
        for _ in 0..3 {
            self.settle().await;
            let before = self.facts().await;
            calls().await;
            changes = facts::changes(&before, &self.facts().await);
            if changes.is_empty() {
                return;
            }
        }
        panic!("{what} changed something:\n{}", changes.join("\n"));
    }

    /// Fails unless the database is as it was.
    #[track_caller]
    pub fn assert_unchanged(before: &Facts, after: &Facts, what: &str) {
        let changes = facts::changes(before, after);
        assert!(changes.is_empty(), "{what} changed something:\n{}", changes.join("\n"));
    }

    // Short ways of telling.

    /// Sends a notification, waits until it is with everybody, and answers its id.
    pub async fn send(&self, sender: &Client, title: &str, groups: &[&str]) -> String {
        self.send_draft(sender, json!({"title": title, "body": format!("{title}."), "groups": groups})).await
    }

    pub async fn send_draft(&self, sender: &Client, draft: Value) -> String {
        let answer = sender.post("/v1/notifications", draft).await;
        let id = answer.ok(202)["id"].as_str().unwrap().to_owned();
        self.settle().await;
        id
    }

    /// The newest item in somebody's inbox.
    pub async fn newest(&self, who: &Client) -> Value {
        who.get("/v1/inbox?limit=1").await.ok(200)["items"][0].clone()
    }

    /// The titles in somebody's inbox, newest first.
    pub async fn titles(&self, who: &Client, query: &str) -> Vec<String> {
        let page = who.get(&format!("/v1/inbox?{query}")).await.ok(200);
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    }

    /// Ends the story: everything is done, nothing is dead, and the rules hold.
    pub async fn finish(self) {
        self.settle().await;
        self.assert_in_order().await;
        let database = self.stop().await;
        if database.url.is_none() {
            let damage = facts::damage(&bellwire::store::database_file(&database.dir));
            assert!(damage.is_empty(), "{damage:?}");
        }
        database.give_back();
    }

    /// What the browsers count is what is there, and the rules of [`facts`] hold.
    pub async fn assert_in_order(&self) {
        let broken = self.read(facts::broken).await;
        assert!(broken.is_empty(), "{}", broken.join("\n"));
    }

    /// Stops the server and leaves its data.
    pub async fn stop(self) -> Database {
        within("the server stops", self.app.stop()).await;
        self.database
    }
}
