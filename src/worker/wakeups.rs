//! The bells between a commit and those who act upon it. A ring is a hint: whoever misses it catches up by cursor or
//! by the time that a piece of work is due.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::domain::id::Account;
use crate::store::{Observer, Wakes};
use crate::telemetry::Metrics;

/// The bells of one process.
pub struct Wakeups {
    moved: Mutex<BTreeSet<i64>>,
    relay: Notify,
    /// One bell for each that works: a permit of a `Notify` is for one waiter only.
    route: Notify,
    withdraw: Notify,
    rules: Notify,
    remind: Notify,
    crowded: AtomicBool,
    access: Notify,
    mail: Notify,
    errands: Notify,
    /// What the other nodes were not told yet; `None` where there is no line to them.
    untold: Option<Mutex<Wakes>>,
    tell: Notify,
    metrics: Arc<Metrics>,
}

impl Wakeups {
    #[must_use]
    pub fn new(metrics: Arc<Metrics>, has_line: bool) -> Self {
        Self {
            moved: Mutex::default(),
            relay: Notify::new(),
            route: Notify::new(),
            withdraw: Notify::new(),
            rules: Notify::new(),
            remind: Notify::new(),
            crowded: AtomicBool::new(false),
            access: Notify::new(),
            mail: Notify::new(),
            errands: Notify::new(),
            untold: has_line.then(Mutex::default),
            tell: Notify::new(),
            metrics,
        }
    }

    /// Rings for the relay: something of this account may have to be told.
    pub fn moved(&self, account: Account) {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).insert(account.0);
        self.relay.notify_one();
    }

    /// Sleeps until an account moved; answers all that did since the last call.
    pub async fn wait_moved(&self) -> Vec<Account> {
        loop {
            let moved = std::mem::take(&mut *self.moved.lock().unwrap_or_else(PoisonError::into_inner));
            if !moved.is_empty() {
                return moved.into_iter().map(Account).collect();
            }
            self.relay.notified().await;
        }
    }

    pub async fn wait_route(&self) {
        self.route.notified().await;
    }

    pub async fn wait_withdraw(&self) {
        self.withdraw.notified().await;
    }

    pub async fn wait_rules(&self) {
        self.rules.notified().await;
    }

    pub async fn wait_remind(&self) {
        self.remind.notified().await;
    }

    /// Firing may have to wait for the router, or need not; said before it is looked.
    pub fn set_crowded(&self, crowded: bool) {
        self.crowded.store(crowded, Ordering::SeqCst);
    }

    /// The router has caught up a little: more may fire, if that waits.
    pub fn routed(&self) {
        if self.crowded.load(Ordering::SeqCst) {
            self.remind.notify_one();
        }
    }

    pub async fn wait_mail(&self) {
        self.mail.notified().await;
    }

    /// Rings for the post: a place is free again.
    pub fn mail(&self) {
        self.mail.notify_one();
    }

    pub async fn wait_errands(&self) {
        self.errands.notified().await;
    }

    /// Rings for the errands of rules: a place is free again.
    pub fn errands(&self) {
        self.errands.notify_one();
    }

    pub async fn wait_access(&self) {
        self.access.notified().await;
    }
}

impl Wakeups {
    /// Sleeps until there is something to tell other nodes; answers all of it.
    pub async fn wait_untold(&self) -> Wakes {
        loop {
            if let Some(untold) = &self.untold {
                let wakes = std::mem::take(&mut *untold.lock().unwrap_or_else(PoisonError::into_inner));
                if !wakes.is_empty() {
                    return wakes;
                }
            }
            self.tell.notified().await;
        }
    }

    /// Rings here, whoever committed.
    pub fn ring(&self, wakes: Wakes) {
        for account in wakes.accounts {
            self.moved(Account(account));
        }
        if wakes.work {
            self.route.notify_one();
            self.withdraw.notify_one();
            self.rules.notify_one();
        }
        if wakes.marks {
            self.remind.notify_one();
        }
        if wakes.mail {
            self.mail.notify_one();
            self.errands.notify_one();
        }
        if wakes.access {
            self.access.notify_one();
        }
    }
}

impl Observer for Wakeups {
    fn committed(&self, wakes: Wakes) {
        if let Some(untold) = &self.untold {
            untold.lock().unwrap_or_else(PoisonError::into_inner).merge(wakes.clone());
            self.tell.notify_one();
        }
        self.ring(wakes);
    }

    fn group(&self, closures: usize, took: Duration) {
        self.metrics.commit_duration.observe(took.as_secs_f64());
        self.metrics.group_size.observe(closures as f64);
    }
}
