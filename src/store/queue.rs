//! The commit path: a bounded queue of closures, the threads that run them, and the group commit.
//!
//! SQLite has one writing thread. It takes what is queued (at most [`GROUP`] closures or [`BUDGET`]), runs each under
//! a savepoint in one `begin immediate`, commits once, and only then answers. A closure that fails or panics undoes
//! only itself; when the engine ends the transaction or the commit fails, the group is run again one by one, which is
//! why a write is `Fn`. PostgreSQL has several writing threads, each with a connection made and dropped on it, and a
//! transaction per closure. Readers have threads of their own. No SQL of the product here.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::dialect::Engine;
use super::tx::{Connection, Tx, Wakes};
use crate::domain::error::{Error, Result};

/// Closures in one commit at most. More would let the first wait longer than the sync costs.
const GROUP: usize = 256;
/// Time that a group may take before it is committed.
const BUDGET: Duration = Duration::from_millis(20);
/// Closures that may wait; beyond it a write is refused as overloaded.
const WAITING: usize = 4096;
/// How often a closure is run again after a lost connection or a lost race.
const TRIES: usize = 4;

/// A closure in the queue, with the place where its answer goes.
pub(super) trait Job: Send {
    /// Runs it in `tx`; its result waits inside for [`Job::answer`].
    fn run(&mut self, tx: &mut Tx) -> Result<()>;
    /// Gives the answer, once it is certain. `Err` replaces what the closure said.
    fn answer(self: Box<Self>, committed: Result<()>);
}

pub(super) struct Call<F, T> {
    run: F,
    out: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<F, T> Call<F, T> {
    pub(super) fn new(run: F) -> (Self, oneshot::Receiver<Result<T>>) {
        let (reply, answer) = oneshot::channel();
        (Self { run, out: None, reply }, answer)
    }
}

impl<F, T> Job for Call<F, T>
where
    F: Fn(&mut Tx) -> Result<T> + Send,
    T: Send,
{
    fn run(&mut self, tx: &mut Tx) -> Result<()> {
        let out = catch_unwind(AssertUnwindSafe(|| (self.run)(tx)));
        let out = out.unwrap_or_else(|panic| Err(Error::Internal(panic_text(panic.as_ref()))));
        let verdict = out.as_ref().map(|_| ()).map_err(Clone::clone);
        self.out = Some(out);
        verdict
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        let out = match (committed, self.out) {
            (Err(error), _) | (Ok(()), Some(Err(error))) => Err(error),
            (Ok(()), Some(Ok(value))) => Ok(value),
            (Ok(()), None) => Err(Error::internal("a closure was never run")),
        };
        // The caller may have gone away; the commit stands all the same.
        let _ = self.reply.send(out);
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panic in a transaction: {}", text.unwrap_or_default())
}

#[derive(Default)]
struct Waiting {
    first: VecDeque<Box<dyn Job>>,
    others: VecDeque<Box<dyn Job>>,
    stopped: bool,
}

impl Waiting {
    fn len(&self) -> usize {
        self.first.len() + self.others.len()
    }
}

/// The closures that wait, in two lanes: the router goes first, so that it never falls behind what is accepted.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    more: Condvar,
}

impl Queue {
    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, job: Box<dyn Job>, first: bool) -> Result<()> {
        let mut waiting = self.lock();
        if waiting.stopped {
            return Err(Error::unavailable("the store has stopped"));
        }
        if first {
            waiting.first.push_back(job);
        } else if waiting.others.len() < WAITING {
            waiting.others.push_back(job);
        } else {
            return Err(Error::Overloaded);
        }
        drop(waiting);
        self.more.notify_one();
        Ok(())
    }

    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.more.notify_all();
    }

    pub(super) fn depth(&self) -> usize {
        self.lock().len()
    }

    fn take(&self, most: usize) -> VecDeque<Box<dyn Job>> {
        let mut waiting = self.lock();
        let mut taken = VecDeque::with_capacity(most.min(waiting.len()));
        while taken.len() < most {
            let Some(job) = waiting.first.pop_front().or_else(|| waiting.others.pop_front()) else {
                break;
            };
            taken.push_back(job);
        }
        taken
    }

    /// Sleeps until there is something to do. False: stopped and empty.
    fn wait(&self) -> bool {
        let mut waiting = self.lock();
        while waiting.len() == 0 && !waiting.stopped {
            waiting = self.more.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        waiting.len() > 0
    }
}

/// What the threads report: the wakes of committed work, and how long commits take.
pub trait Observer: Send + Sync {
    fn committed(&self, wakes: Wakes);
    fn group(&self, closures: usize, took: Duration);
}

pub(super) type Open = Arc<dyn Fn() -> Result<Connection> + Send + Sync>;

/// What one thread of the store needs.
#[derive(Clone)]
pub(super) struct Thread {
    pub(super) queue: Arc<Queue>,
    pub(super) open: Open,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) writes: bool,
}

impl Thread {
    /// Serves the queue until it is stopped and empty.
    pub(super) fn serve(self) {
        let mut connection: Option<Connection> = None;
        while self.queue.wait() {
            if connection.as_ref().is_none_or(Connection::is_lost) {
                match (self.open)() {
                    Ok(opened) => connection = Some(opened),
                    Err(error) => {
                        refuse(self.queue.take(1), &Error::unavailable(error.to_string()));
                        continue;
                    }
                }
            }
            let Some(open) = connection.as_mut() else { continue };
            if self.writes && open.engine() == Engine::Sqlite {
                self.group(open);
            } else if let Some(job) = self.queue.take(1).pop_front() {
                self.single(open, job);
            }
        }
    }

    /// One commit for all that is queued.
    #[expect(clippy::disallowed_methods, reason = "the store measures its own commits")]
    fn group(&self, connection: &mut Connection) {
        let started = Instant::now();
        let mut done: Vec<Box<dyn Job>> = Vec::new();
        let mut wakes = Wakes::default();
        let mut result = connection.batch(Engine::Sqlite.begin_write());
        let mut queued = VecDeque::new();
        while result.is_ok() {
            let Some(mut job) = queued.pop_front() else {
                if done.len() >= GROUP || started.elapsed() > BUDGET {
                    break;
                }
                queued = self.queue.take(GROUP - done.len());
                if queued.is_empty() {
                    break;
                }
                continue;
            };
            result = run_under_savepoint(connection, job.as_mut()).map(|w| wakes.merge(w));
            done.push(job);
        }
        let result = result.and_then(|()| connection.batch("commit"));
        done.extend(queued);
        if result.is_err() {
            if connection.in_transaction() {
                let _ = connection.batch("rollback");
            }
            for job in done {
                self.single(connection, job);
            }
            return;
        }
        self.observer.group(done.len(), started.elapsed());
        if !wakes.is_empty() {
            self.observer.committed(wakes);
        }
        for job in done {
            job.answer(Ok(()));
        }
    }

    /// One closure, one transaction; run again where that can change the outcome.
    #[expect(clippy::disallowed_methods, reason = "the store measures its own commits")]
    fn single(&self, connection: &mut Connection, mut job: Box<dyn Job>) {
        let started = Instant::now();
        let mut tries = 0;
        let result = loop {
            tries += 1;
            let result = self.attempt(connection, job.as_mut());
            let again = match &result {
                Err(Failed::Before(Error::Raced)) => true,
                Err(Failed::Before(Error::Lost(_))) => {
                    (self.open)().map(|opened| *connection = opened).is_ok()
                }
                _ => false,
            };
            if !again || tries == TRIES {
                break result;
            }
        };
        if self.writes {
            self.observer.group(1, started.elapsed());
        }
        let answer = result.map_err(|(Failed::Before(error) | Failed::Unknown(error))| match error {
            Error::Raced => Error::Overloaded,
            Error::Lost(text) => Error::Unavailable(text),
            error => error,
        });
        match answer {
            Ok(wakes) => {
                if !wakes.is_empty() {
                    self.observer.committed(wakes);
                }
                job.answer(Ok(()));
            }
            Err(error) => job.answer(Err(error)),
        }
    }

    fn attempt(&self, connection: &mut Connection, job: &mut dyn Job) -> Result<Wakes, Failed> {
        let engine = connection.engine();
        let begin = if self.writes { engine.begin_write() } else { engine.begin_read() };
        connection.batch(begin).map_err(Failed::Before)?;
        let mut tx = Tx::new(connection);
        let ran = job.run(&mut tx);
        let finished = tx.finish();
        let verdict = match (ran, finished) {
            (Ok(()), Ok(wakes)) => Ok(wakes),
            // What can be run again goes before what the closure made of it.
            (_, Err(error @ (Error::Raced | Error::Lost(_)))) | (Err(error), _) | (Ok(()), Err(error)) => {
                Err(error)
            }
        };
        match verdict {
            Ok(wakes) => connection.batch("commit").map(|()| wakes).map_err(|error| {
                let _ = connection.in_transaction().then(|| connection.batch("rollback"));
                Failed::Unknown(error)
            }),
            Err(error) => {
                let _ = connection.in_transaction().then(|| connection.batch("rollback"));
                Err(Failed::Before(error))
            }
        }
    }
}

/// When a transaction failed: before its commit was sent, so that nothing happened, or in the commit itself.
enum Failed {
    Before(Error),
    Unknown(Error),
}

/// Runs one closure of a group. `Err` means that the whole group is lost, not that the closure failed.
fn run_under_savepoint(connection: &mut Connection, job: &mut dyn Job) -> Result<Wakes> {
    connection.batch("savepoint closure")?;
    let mut tx = Tx::new(connection);
    let ran = job.run(&mut tx);
    let finished = tx.finish();
    if !connection.in_transaction() {
        return Err(Error::unavailable("the engine ended the transaction"));
    }
    match (ran, finished) {
        (Ok(()), Ok(wakes)) => connection.batch("release closure").map(|()| wakes),
        (Ok(()), Err(_)) => Err(Error::internal("a closure hid the failure of its statement")),
        (Err(_), _) => {
            connection.batch("rollback to closure")?;
            connection.batch("release closure").map(|()| Wakes::default())
        }
    }
}

fn refuse(jobs: VecDeque<Box<dyn Job>>, error: &Error) {
    for job in jobs {
        job.answer(Err(error.clone()));
    }
}
