//! The store by itself: each statement, the transactions beneath, and what it refuses to open.

mod deliveries;
mod marketing;
mod messages;
mod opening;
mod operator;
mod people;
mod preferences;
mod records;
mod rules;
mod running;
mod tasks;
mod transactions;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bellwire::domain::code::Code;
use bellwire::domain::id::Account;
use bellwire::domain::language::Language;
use bellwire::domain::zone::Zone;
use bellwire::store::{Engine, Location, Observer, OpenError, Store, Tx, Wakes, accounts};

use crate::support::app::in_time;
use crate::support::database::Database;

/// Now, in these stories.
const NOW: i64 = 1_000_000;

/// What the store's threads report.
#[derive(Default)]
pub struct Bells {
    pub rung: Mutex<Vec<Wakes>>,
    pub groups: Mutex<Vec<usize>>,
    /// Looks at the database from outside, at the moment of a ring.
    pub at_ring: Mutex<Option<Box<dyn Fn() + Send>>>,
}

impl Observer for Bells {
    fn committed(&self, wakes: Wakes) {
        if let Some(look) = &*self.at_ring.lock().unwrap() {
            look();
        }
        self.rung.lock().unwrap().push(wakes);
    }

    fn group(&self, closures: usize, _: Duration) {
        self.groups.lock().unwrap().push(closures);
    }
}

/// Does what blocks on a thread of its own: the driver of PostgreSQL brings a runtime, and there must be no other.
pub fn apart<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(run).join().unwrap())
}

/// Opens a store that nobody listens to.
fn open(location: &Location) -> Result<Store, OpenError> {
    apart(|| Store::open(location, Arc::<Bells>::default(), NOW))
}

/// A store on a database of its own.
pub struct TestStore {
    pub store: Store,
    pub bells: Arc<Bells>,
    pub database: Database,
}

impl TestStore {
    pub fn open(database: Database) -> Self {
        let bells = Arc::new(Bells::default());
        let store = apart(|| Store::open(&database.location(), bells.clone(), NOW));
        let store = store.unwrap_or_else(|error| panic!("{error}"));
        Self { store, bells, database }
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &'static str) -> i64 {
        let count = self.store.read(move |tx| count(tx, table));
        count.await.unwrap()
    }

    pub fn close(self) -> Database {
        apart(|| self.store.stop());
        self.database
    }
}

pub fn count(tx: &mut Tx, table: &str) -> bellwire::domain::error::Result<i64> {
    let count = tx.query_row(&format!("select count(*) from {table}"), &[], |row| row.get(0))?;
    Ok(count.unwrap_or_default())
}

/// As `support::run`, with nothing but the store.
pub fn run_store(engine: Engine, story: impl AsyncFnOnce(&TestStore)) {
    let Some(database) = Database::create(engine) else { return };
    in_time(async {
        let store = TestStore::open(database);
        story(&store).await;
        store.close().give_back();
    });
}

/// `both!(name, run_store)` for these stories.
macro_rules! stores {
    ($name:ident) => {
        mod $name {
            #[test]
            fn sqlite() {
                crate::store::run_store(bellwire::store::Engine::Sqlite, super::$name);
            }

            #[test]
            fn postgres() {
                crate::store::run_store(bellwire::store::Engine::Postgres, super::$name);
            }
        }
    };
}
use stores;

/// Writes an account.
fn add_account(tx: &mut Tx, code: &str) -> Account {
    let new = accounts::NewAccount {
        id: format!("id of {code}"),
        code: Code::parse("code", code).unwrap(),
        name: code.to_uppercase(),
        zone: Zone::parse("zone", "UTC").unwrap(),
        language: Language::En,
    };
    accounts::insert(tx, &new, NOW).unwrap().unwrap()
}

/// A new public function in `store/` needs a story here that calls it.
#[test]
fn every_statement_is_called_by_a_story() {
    let stories = [
        include_str!("people.rs"),
        include_str!("messages.rs"),
        include_str!("records.rs"),
        include_str!("tasks.rs"),
        include_str!("preferences.rs"),
        include_str!("deliveries.rs"),
        include_str!("rules.rs"),
        include_str!("marketing.rs"),
        include_str!("operator.rs"),
        include_str!("running.rs"),
    ]
    .concat();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let (mut missing, mut found) = (Vec::new(), 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        // These are told of in `opening`, by `support` itself, and (whole files) by the stories of the command line.
        let others = ["mod", "tx", "queue", "dialect", "open", "migrate", "inspect", "copying", "backup"];
        if others.contains(&module.as_str()) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for name in text.lines().filter_map(|line| line.strip_prefix("pub fn ")) {
            let name = name.split(['(', '<']).next().unwrap();
            found += 1;
            if (module.as_str(), name) == ("restore", "restore") {
                continue;
            }
            if !stories.contains(&format!("{module}::{name}(")) {
                missing.push(format!("{module}::{name}"));
            }
        }
    }
    assert!(found > 80, "{found}");
    assert!(missing.is_empty(), "no story calls {}", missing.join(", "));
}
