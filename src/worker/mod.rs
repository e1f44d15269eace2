//! What runs without being asked: routing, withdrawing, reminding, relaying, watching access, and the schedule.
//!
//! Each loop takes a step, and sleeps until a commit rings or the next work is due. Nothing polls while one process
//! has the database to itself; on PostgreSQL, where others write too, each loop looks once a second. What a step does
//! is a flow's; no decisions here.

mod access;
mod due;
mod mail;
mod relay;
mod schedule;
mod wakeups;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

pub use wakeups::Wakeups;

use crate::channels::feed::Source;
use crate::domain::condition::Limits;
use crate::flows::Ctx;
use crate::hub::Hub;
use crate::shutdown::Shutdown;
use crate::store::Engine;
use crate::telemetry::Metrics;

/// How often a process looks at what others may have written, where there may be others.
const LOOK: Duration = Duration::from_secs(1);

/// What the loops work with.
#[derive(Clone)]
pub struct Worker {
    pub ctx: Ctx,
    pub hub: Hub,
    pub wakeups: Arc<Wakeups>,
    pub metrics: Arc<Metrics>,
    /// Events accepted and not yet routed; accepting is refused when it grows too large.
    pub unrouted: Arc<AtomicI64>,
    /// What is watched of the server itself; nobody looks where there is none.
    pub watch: Option<(Limits, PathBuf)>,
    /// The vendor's feed, where it is asked for.
    pub feed: Option<Source>,
}

impl Worker {
    /// Starts every loop; they end with `shutdown`.
    pub fn start(&self, shutdown: &Shutdown) {
        shutdown.spawn("router", due::route(self.clone(), shutdown.token()));
        shutdown.spawn("withdrawer", due::withdraw(self.clone(), shutdown.token()));
        shutdown.spawn("reminder", due::remind(self.clone(), shutdown.token()));
        shutdown.spawn("relay", relay::run(self.clone(), shutdown.token()));
        shutdown.spawn("access", access::run(self.clone(), shutdown.token()));
        shutdown.spawn("heartbeat", relay::beat(self.clone(), shutdown.token()));
        shutdown.spawn("mail", mail::run(self.clone(), shutdown.clone()));
        shutdown.spawn("postman", mail::sweep(self.clone(), shutdown.token()));
        shutdown.spawn("schedule", schedule::run(self.clone(), shutdown.token()));
    }

    /// Sleeps for [`LOOK`] where other processes may write, else for ever.
    async fn look(&self) {
        match self.ctx.store.engine() {
            Engine::Sqlite => std::future::pending().await,
            Engine::Postgres => self.ctx.clock.sleep(LOOK).await,
        }
    }

    /// After a failure: a moment, so that a database that is down is not asked in a busy loop.
    async fn rest(&self) {
        self.ctx.clock.sleep(LOOK).await;
    }
}
