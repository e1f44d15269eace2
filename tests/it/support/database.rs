//! A database of its own for each story: a fresh directory, or an empty database beside the one that
//! `BELLWIRE_TEST_DATABASE_URL` names. The directory is gone when the value is dropped; a database of a story that ended
//! well serves another, the rest are dropped by the next run.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once};

use bellwire::store::{Engine, Location};

/// Where a story keeps its data.
#[derive(Debug)]
pub struct Database {
    /// The data directory; on PostgreSQL it holds only the lock.
    pub dir: PathBuf,
    /// The fresh PostgreSQL database.
    pub url: Option<String>,
}

/// A variable of the environment that is set and not empty.
#[expect(clippy::disallowed_methods, reason = "the tests' own settings")]
pub fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Databases whose stories came to a good end, empty again. Making and dropping one costs a second on a slow disk.
static FREE: Mutex<Vec<String>> = Mutex::new(Vec::new());

const PREFIX: &str = "bellwire_it_";

/// A name that no other database of this run has.
fn fresh_name() -> String {
    static LAST: AtomicU64 = AtomicU64::new(0);
    format!("{PREFIX}{}_{}", std::process::id(), LAST.fetch_add(1, Ordering::Relaxed))
}

impl Database {
    /// `None` when there is no PostgreSQL to test on. That is said, and in CI it is a failure.
    pub fn create(engine: Engine) -> Option<Self> {
        let url = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => {
                let Some(server) = env("BELLWIRE_TEST_DATABASE_URL") else {
                    assert!(
                        env("CI").is_none(),
                        "BELLWIRE_TEST_DATABASE_URL is not set: PostgreSQL is not tested"
                    );
                    eprintln!(
                        "skipped on PostgreSQL: BELLWIRE_TEST_DATABASE_URL is not set (make test-server sets it)"
                    );
                    return None;
                };
                let free = FREE.lock().unwrap().pop();
                Some(free.unwrap_or_else(|| Self::create_on(&server)))
            }
        };
        let dir = std::env::temp_dir().join(fresh_name());
        std::fs::create_dir_all(&dir).unwrap();
        Some(Self { dir, url })
    }

    fn create_on(server: &str) -> String {
        static SWEPT: Once = Once::new();
        SWEPT.call_once(|| drop_left_over(server));
        let name = fresh_name();
        admin(server, &format!("create database {name}"));
        url_of(server, &name)
    }

    /// Empties the database, which is as its migrations made it, for the next story.
    pub fn give_back(mut self) {
        if let Some(url) = self.url.take() {
            let tables = super::facts::tables();
            let delete = tables.iter().rev().map(|(table, _)| format!("delete from {table};"));
            admin(&url, &delete.collect::<String>());
            FREE.lock().unwrap().push(url);
        }
    }

    /// The same PostgreSQL database for a second server, which has a directory of its own.
    pub fn twin(&self) -> Self {
        let dir = std::env::temp_dir().join(fresh_name());
        std::fs::create_dir_all(&dir).unwrap();
        Self { dir, url: self.url.clone() }
    }

    pub fn location(&self) -> Location {
        match &self.url {
            Some(url) => Location::Postgres(url.clone()),
            None => Location::Directory(self.dir.clone()),
        }
    }

    /// Runs statements on the database beside the server, over a connection of its own.
    pub fn run(&self, sql: &str) {
        if let Some(url) = &self.url {
            admin(url, sql);
        } else {
            let file = bellwire::store::database_file(&self.dir);
            rusqlite::Connection::open(file).unwrap().execute_batch(sql).unwrap();
        }
    }

    /// The database's name on the PostgreSQL server.
    pub fn name(&self) -> &str {
        self.url.as_deref().and_then(|url| url.rsplit('/').next()).unwrap_or_default()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.dir) {
            eprintln!("{}: {error}", self.dir.display());
        }
    }
}

/// Drops the databases of earlier runs: those whose process is gone.
fn drop_left_over(server: &str) {
    for name in query(server, &format!("select datname from pg_database where datname like '{PREFIX}%'")) {
        let process = name.trim_start_matches(PREFIX).split('_').next().unwrap_or_default();
        if !Path::new("/proc").join(process).exists() {
            admin(server, &format!("drop database {name} with (force)"));
        }
    }
}

/// The URL with another database in it.
fn url_of(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).expect("BELLWIRE_TEST_DATABASE_URL is a URL");
    url.set_path(name);
    url.into()
}

/// Runs statements on a PostgreSQL database.
pub fn admin(url: &str, sql: &str) {
    let sql = sql.to_owned();
    apart(url, move |client| client.batch_execute(&sql));
}

/// The first column of a query, as text.
pub fn query(url: &str, sql: &str) -> Vec<String> {
    let sql = sql.to_owned();
    apart(url, move |client| Ok(client.query(&sql, &[])?.iter().map(|row| row.get(0)).collect()))
}

/// The synchronous client has a runtime of its own, so it needs a thread that has none.
fn apart<T: Send + 'static>(
    url: &str,
    run: impl FnOnce(&mut postgres::Client) -> Result<T, postgres::Error> + Send + 'static,
) -> T {
    let url = url.to_owned();
    let thread = std::thread::spawn(move || run(&mut postgres::Client::connect(&url, postgres::NoTls)?));
    thread.join().expect("no panic").unwrap_or_else(|error| panic!("{error:?}"))
}
