//! The only place with SQL, and the only truth: a synchronous store that owns its threads.
//!
//! `store.write(|tx| …).await` and `store.read(|tx| …).await` run a closure in one transaction on a thread of the
//! store; what a 2xx promises is on disk when `write` answers. `queue` holds the threads and the group commit, `tx`
//! the statements over both engines, `dialect` every difference between them. The other files hold the statements of
//! one family of tables each. No decisions about the product here: those are `domain`'s.

pub mod account_list;
pub mod account_terms;
pub mod accounts;
pub mod action_log;
pub mod announcements;
pub mod audience;
pub mod audit;
pub mod backup;
pub mod backup_runs;
pub mod conditions;
pub mod copying;
pub mod deliveries;
pub mod delivery_log;
pub mod dialect;
pub mod erasure;
pub mod events;
pub mod feed;
pub mod groups;
pub mod history;
pub mod idempotency;
pub mod inbox;
pub mod inspect;
pub mod keys;
pub mod links;
pub mod marketing;
pub mod meta;
mod migrate;
pub mod node_notes;
pub mod notifications;
mod open;
pub mod operators;
pub mod preferences;
mod queue;
pub mod readings;
pub mod recipients;
pub mod record_lists;
pub mod records;
pub mod references;
pub mod relays;
pub mod reminders;
pub mod restore;
pub mod retailcrm;
pub mod retirement;
pub mod rule_deliveries;
pub mod rule_runs;
pub mod rules;
pub mod segments;
pub mod sessions;
pub mod standing;
pub mod task_lists;
pub mod tasks;
mod tx;
pub mod users;
pub mod work;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

pub use dialect::Engine;
pub use migrate::known as known_schema;
pub use open::{DirectoryLock, Location, OpenError, database_file};
pub use queue::Observer;
pub use tx::{Column, Param, Row, Tx, Wakes};

use crate::domain::error::{Error, Result};
use queue::{Call, Open, Queue, Thread};

/// Threads that read.
const READERS: usize = 3;
/// Threads that write on PostgreSQL; a transaction spends its time waiting for the server's sync.
const POSTGRES_WRITERS: usize = 6;

/// The store. Cheap to clone; the threads end when [`Store::stop`] is called.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    location: Arc<Location>,
    writes: Arc<Queue>,
    reads: Arc<Queue>,
    threads: Arc<std::sync::Mutex<Vec<JoinHandle<()>>>>,
}

impl Store {
    /// Opens the database, brings its schema up to date and starts the threads. A directory must be locked by the
    /// caller ([`DirectoryLock`]), who holds the lock longer than the store.
    ///
    /// # Errors
    /// See [`OpenError`]; nothing was changed then.
    #[expect(clippy::needless_pass_by_value, reason = "the store keeps the observer, once per thread")]
    pub fn open(location: &Location, observer: Arc<dyn Observer>, now_ms: i64) -> Result<Self, OpenError> {
        let (engine, writers, connect) = match location {
            Location::Directory(dir) => (Engine::Sqlite, 1, connect_sqlite(database_file(dir))),
            Location::Postgres(url) => (Engine::Postgres, POSTGRES_WRITERS, connect_postgres(url.clone())),
        };
        migrate::migrate(&mut connect(true)?, now_ms)?;
        let store = Self {
            engine,
            location: Arc::new(location.clone()),
            writes: Arc::default(),
            reads: Arc::default(),
            threads: Arc::default(),
        };
        let connect = Arc::new(connect);
        for (queue, count, writes) in [(&store.writes, writers, true), (&store.reads, READERS, false)] {
            let connect = Arc::clone(&connect);
            let open: Open = Arc::new(move || connect(writes).map_err(|e| Error::unavailable(e.to_string())));
            for _ in 0..count {
                let thread = Thread {
                    queue: Arc::clone(queue),
                    open: Arc::clone(&open),
                    observer: Arc::clone(&observer),
                    writes,
                };
                store.spawn(thread).map_err(|e| OpenError::Failed(e.to_string()))?;
            }
        }
        Ok(store)
    }

    fn spawn(&self, thread: Thread) -> std::io::Result<()> {
        let name = if thread.writes { "store-write" } else { "store-read" };
        let handle = std::thread::Builder::new().name(name.into()).spawn(move || thread.serve())?;
        if let Ok(mut threads) = self.threads.lock() {
            threads.push(handle);
        }
        Ok(())
    }

    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Where the data is.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Runs `run` in one transaction that writes. When this answers `Ok`, the commit is on disk. The closure may run
    /// more than once (a lost group is run again), so it must have no effect outside the store.
    ///
    /// # Errors
    /// What the closure says; [`Error::Overloaded`] when too much waits; [`Error::Unavailable`] when the database
    /// does not serve, in which case the commit may or may not have happened.
    pub async fn write<T, F>(&self, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx) -> Result<T> + Send + 'static,
    {
        call(&self.writes, run, false).await
    }

    /// As [`Store::write`], ahead of all that waits and never refused: for the router, which must not fall behind
    /// what is accepted.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write_first<T, F>(&self, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx) -> Result<T> + Send + 'static,
    {
        call(&self.writes, run, true).await
    }

    /// As [`Store::write`], for what nobody waits for: a note that a caller must not be held up by. Refused like any
    /// other write when too much waits, and then dropped.
    ///
    /// # Errors
    /// [`Error::Overloaded`] or [`Error::Unavailable`]; what the closure says is not heard.
    pub fn write_unheard<F>(&self, run: F) -> Result<()>
    where
        F: Fn(&mut Tx) -> Result<()> + Send + 'static,
    {
        let (call, _) = Call::new(run);
        self.writes.push(Box::new(call), false)
    }

    /// Runs `run` on one snapshot.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn read<T, F>(&self, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx) -> Result<T> + Send + 'static,
    {
        call(&self.reads, run, false).await
    }

    /// Renews what the planner knows of the tables, where the engine needs to be told.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn analyze(&self) -> Result<()> {
        match self.engine.analyze() {
            Some(sql) => self.write(move |tx| tx.execute(sql, &[]).map(drop)).await,
            None => Ok(()),
        }
    }

    /// Closures that wait to write.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.writes.depth()
    }

    /// Finishes what is queued and ends the threads.
    pub fn stop(&self) {
        self.writes.stop();
        self.reads.stop();
        let threads = self.threads.lock().map(|mut t| std::mem::take(&mut *t)).unwrap_or_default();
        for thread in threads {
            // A thread that panicked has nothing left to finish.
            let _ = thread.join();
        }
    }
}

async fn call<T, F>(queue: &Queue, run: F, first: bool) -> Result<T>
where
    T: Send + 'static,
    F: Fn(&mut Tx) -> Result<T> + Send + 'static,
{
    let (call, answer) = Call::new(run);
    queue.push(Box::new(call), first)?;
    answer.await.unwrap_or_else(|_| Err(Error::unavailable("the store has stopped")))
}

type Connect = Box<dyn Fn(bool) -> Result<tx::Connection, OpenError> + Send + Sync>;

fn connect_sqlite(path: PathBuf) -> Connect {
    Box::new(move |writes| open::sqlite(&path, writes))
}

fn connect_postgres(url: String) -> Connect {
    Box::new(move |_| open::postgres(&url))
}
