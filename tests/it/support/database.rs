//! A database of its own for each story: a fresh directory, or a fresh database beside the one that
//! `BELLWIRE_TEST_DATABASE_URL` names. It is gone when the value is dropped.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

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

/// A name that no other database of this run has.
fn fresh_name() -> String {
    static LAST: AtomicU64 = AtomicU64::new(0);
    format!("bellwire_it_{}_{}", std::process::id(), LAST.fetch_add(1, Ordering::Relaxed))
}

impl Database {
    /// `None` when there is no PostgreSQL to test on. That is said, and in CI it is a failure.
    pub fn create(engine: Engine) -> Option<Self> {
        let name = fresh_name();
        let url = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => {
                let Some(server) = env("BELLWIRE_TEST_DATABASE_URL") else {
                    assert!(env("CI").is_none(), "BELLWIRE_TEST_DATABASE_URL is not set: PostgreSQL is not tested");
                    eprintln!("skipped on PostgreSQL: BELLWIRE_TEST_DATABASE_URL is not set (make test-server sets it)");
                    return None;
                };
                admin(&server, &format!("create database {name}"));
                Some(url_of(&server, &name))
            }
        };
        let dir = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&dir).unwrap();
        Some(Self { dir, url })
    }

    pub fn location(&self) -> Location {
        match &self.url {
            Some(url) => Location::Postgres(url.clone()),
            None => Location::Directory(self.dir.clone()),
        }
    }

    /// Runs statements on the database beside the server, over a connection of its own.
    pub fn run(&self, sql: &str) {
        match &self.url {
            Some(url) => admin(url, sql),
            None => {
                let connection = rusqlite::Connection::open(bellwire::store::database_file(&self.dir)).unwrap();
                connection.execute_batch(sql).unwrap();
            }
        }
    }

    /// The database's name on the PostgreSQL server.
    pub fn name(&self) -> &str {
        self.url.as_deref().and_then(|url| url.rsplit('/').next()).unwrap_or_default()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let (Some(server), Some(_)) = (env("BELLWIRE_TEST_DATABASE_URL"), &self.url) {
            // Connections of a story that failed may still be open.
            admin(&server, &format!("drop database if exists {} with (force)", self.name()));
        }
        remove(&self.dir);
    }
}

fn remove(dir: &Path) {
    if let Err(error) = std::fs::remove_dir_all(dir) {
        eprintln!("{}: {error}", dir.display());
    }
}

/// The URL with another database in it.
fn url_of(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).expect("BELLWIRE_TEST_DATABASE_URL is a URL");
    url.set_path(name);
    url.into()
}

/// Runs statements on a PostgreSQL database. The synchronous client has a runtime of its own, so it needs a thread
/// that has none.
pub fn admin(url: &str, sql: &str) {
    let (url, sql) = (url.to_owned(), sql.to_owned());
    let run = move || {
        let mut client = postgres::Client::connect(&url, postgres::NoTls)?;
        client.batch_execute(&sql)
    };
    let done: Result<(), postgres::Error> = std::thread::spawn(run).join().expect("no panic");
    done.unwrap_or_else(|error| panic!("{error:?}"));
}
