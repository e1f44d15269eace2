//! The end of the program: who is to stop, who still runs, and the signals that ask for it.
//!
//! Only this module spawns tasks, so that each has a name, is counted and is waited for. In which
//! order the parts stop is deliberately not here: that is the composition root's to say.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What a shell shows for a program that was ended by the second Ctrl-C.
const EXIT_CODE_INTERRUPTED: i32 = 130;

/// The switch that stops the program, and the list of what still runs. Clones are the same switch.
#[derive(Clone, Debug)]
pub struct Shutdown {
    triggered: watch::Sender<bool>,
    running: Arc<Running>,
}

#[derive(Debug)]
struct Running {
    count: watch::Sender<usize>,
    tasks: Mutex<Tasks>,
}

#[derive(Debug, Default)]
struct Tasks {
    next: u64,
    names: BTreeMap<u64, &'static str>,
}

/// A view of the switch for the one who must stop.
#[derive(Clone, Debug)]
pub struct Token(watch::Receiver<bool>);

/// Tasks that had not ended when the time for them was over.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("still running: {}", names.join(", "))]
pub struct StillRunning {
    /// The names given to [`Shutdown::spawn`], oldest first.
    pub names: Vec<&'static str>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

impl Shutdown {
    /// A switch that nobody has thrown, over no tasks.
    pub fn new() -> Self {
        let running = Running { count: watch::Sender::new(0), tasks: Mutex::default() };
        Self { triggered: watch::Sender::new(false), running: Arc::new(running) }
    }

    /// A view of the switch to hand to whoever must stop.
    pub fn token(&self) -> Token {
        Token(self.triggered.subscribe())
    }

    /// Runs `future` as a task that [`Shutdown::wait_idle`] waits for. The task itself watches a
    /// [`Token`]; nobody aborts it. If it panics, the log says which task it was.
    #[expect(clippy::disallowed_methods, reason = "this is the module that may spawn")]
    pub fn spawn<F>(&self, name: &'static str, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let entry = self.running.enter(name);
        tokio::spawn(async move {
            let _entry = entry;
            future.await
        })
    }

    /// Runs blocking work (a file, a password hash) on a thread made for such, tracked like a task.
    #[expect(clippy::disallowed_methods, reason = "this is the module that may spawn")]
    pub fn spawn_blocking<F, R>(&self, name: &'static str, work: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        let entry = self.running.enter(name);
        tokio::task::spawn_blocking(move || {
            let _entry = entry;
            work()
        })
    }

    /// Asks everyone to stop. Asking twice is asking once.
    pub fn trigger(&self) {
        self.triggered.send_replace(true);
    }

    /// Waits until no task runs any more.
    ///
    /// # Errors
    /// After `timeout` it gives up and names the tasks that are left.
    pub async fn wait_idle(&self, timeout: Duration) -> Result<(), StillRunning> {
        let mut count = self.running.count.subscribe();
        let idle = count.wait_for(|count| *count == 0);
        match tokio::time::timeout(timeout, idle).await {
            Ok(_) => Ok(()),
            Err(_) => Err(StillRunning { names: self.running.names() }),
        }
    }

    /// Throws the switch at the first SIGTERM or SIGINT; the second ends the process on the spot,
    /// for the operator who will not wait.
    ///
    /// # Errors
    /// When the operating system refuses the signal handlers.
    #[expect(clippy::disallowed_methods, reason = "it waits for ever, so it must not be waited for")]
    pub fn listen_for_signals(&self) -> std::io::Result<()> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let shutdown = self.clone();
        tokio::spawn(async move {
            for asked_before in [false, true] {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                if asked_before {
                    std::process::exit(EXIT_CODE_INTERRUPTED);
                }
                tracing::info!("stopping; a second signal ends the process at once");
                shutdown.trigger();
            }
        });
        Ok(())
    }
}

impl Token {
    /// Whether the switch has been thrown.
    pub fn is_triggered(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the switch is thrown, or until the last [`Shutdown`] is gone, which is an end too.
    pub async fn triggered(&mut self) {
        drop(self.0.wait_for(|triggered| *triggered).await);
    }
}

impl Running {
    fn enter(self: &Arc<Self>, name: &'static str) -> Entry {
        let mut tasks = self.locked();
        let number = tasks.next;
        tasks.next += 1;
        tasks.names.insert(number, name);
        self.count.send_replace(tasks.names.len());
        Entry { running: Arc::clone(self), number, name }
    }

    fn names(&self) -> Vec<&'static str> {
        self.locked().names.values().copied().collect()
    }

    fn locked(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task's line in the list; dropping it, also by a panic, strikes it out.
struct Entry {
    running: Arc<Running>,
    number: u64,
    name: &'static str,
}

impl Drop for Entry {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(task.name = self.name, "task panicked");
        }
        let mut tasks = self.running.locked();
        tasks.names.remove(&self.number);
        self.running.count.send_replace(tasks.names.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everyone_hears_of_the_end_and_is_waited_for() {
        let shutdown = Shutdown::new();
        for _ in 0..3 {
            let mut token = shutdown.token();
            shutdown.spawn("worker", async move { token.triggered().await });
        }
        assert!(!shutdown.token().is_triggered());
        shutdown.trigger();
        shutdown.trigger();
        assert!(shutdown.token().is_triggered());
        assert_eq!(shutdown.wait_idle(Duration::from_secs(5)).await, Ok(()));
    }

    #[tokio::test]
    async fn who_does_not_stop_is_named() {
        let shutdown = Shutdown::new();
        shutdown.spawn("deaf", std::future::pending::<()>());
        shutdown.spawn_blocking("quick", || 1).await.unwrap();
        shutdown.trigger();
        let left = shutdown.wait_idle(Duration::ZERO).await.unwrap_err();
        assert_eq!(left.to_string(), "still running: deaf");
    }

    #[tokio::test]
    async fn a_task_that_panics_or_is_aborted_is_not_waited_for() {
        let shutdown = Shutdown::new();
        let task = shutdown.spawn("clumsy", async { panic!("expected by the test") });
        let aborted = shutdown.spawn("aborted", std::future::pending::<()>());
        aborted.abort();
        assert!(task.await.is_err());
        assert_eq!(shutdown.wait_idle(Duration::from_secs(5)).await, Ok(()));
    }

    #[tokio::test]
    async fn a_token_outlives_its_switch() {
        let mut token = Shutdown::new().token();
        token.triggered().await;
    }
}
