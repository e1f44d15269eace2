//! What runs without being asked: routing, withdrawing, reminding, relaying, watching access, and the schedule.
//!
//! Each loop takes a step, and sleeps until a commit rings or the next work is due. Nothing polls while one process
//! has the database to itself; on PostgreSQL, where others write too, each loop looks once a second, and sooner
//! where the others say so (`nodes`). What a step does
//! is a flow's; no decisions here.

mod access;
mod backups;
mod due;
mod errands;
mod mail;
mod nodes;
mod relay;
mod schedule;
mod wakeups;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

pub use wakeups::Wakeups;

use url::Url;

use crate::channels::feed::Source;
use crate::domain::condition::Limits;
use crate::domain::retention::Retention;
use crate::flows::Ctx;
use crate::flows::backups::Plan;
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
    /// Backups by the clock, if any are to be made.
    pub backups: Option<Plan>,
    /// How long what is kept.
    pub keep: Arc<Retention>,
    /// What is watched of the server itself; nobody looks where there is none.
    pub watch: Option<(Limits, PathBuf)>,
    /// NATS servers by which nodes tell each other what was committed, if there are any.
    pub nats: Vec<Url>,
    /// The vendor's feed, where it is asked for.
    pub feed: Option<Source>,
}

impl Worker {
    /// Starts every loop; they end with `shutdown`.
    pub fn start(&self, shutdown: &Shutdown) {
        shutdown.spawn("router", due::route(self.clone(), shutdown.token()));
        shutdown.spawn("withdrawer", due::withdraw(self.clone(), shutdown.token()));
        shutdown.spawn("rules", due::rules(self.clone(), shutdown.token()));
        shutdown.spawn("errands", errands::run(self.clone(), shutdown.clone()));
        shutdown.spawn("reminder", due::remind(self.clone(), shutdown.token()));
        shutdown.spawn("relay", relay::run(self.clone(), shutdown.token()));
        shutdown.spawn("access", access::run(self.clone(), shutdown.token()));
        shutdown.spawn("heartbeat", relay::beat(self.clone(), shutdown.token()));
        shutdown.spawn("mail", mail::run(self.clone(), shutdown.clone()));
        shutdown.spawn("postman", mail::sweep(self.clone(), shutdown.token()));
        if let Some(plan) = &self.backups {
            shutdown.spawn("backups", backups::run(self.clone(), shutdown.clone(), plan.clone()));
        }
        if !self.nats.is_empty() {
            shutdown.spawn("nodes", nodes::run(self.clone(), self.nats.clone(), shutdown.token()));
        }
        shutdown.spawn("schedule", schedule::run(self.clone(), shutdown.token()));
    }

    /// Where other processes may write, sleeps until [`LOOK`] after the last look; else for ever. What has passed since counts
    /// whatever the step took; if the clock was set back, the pause alone does.
    async fn look(&self, looked_at: i64) {
        if self.ctx.store.engine() == Engine::Sqlite {
            return std::future::pending().await;
        }
        let clock = &self.ctx.clock;
        tokio::select! {
            () = clock.sleep_until(looked_at + i64::try_from(LOOK.as_millis()).unwrap_or_default()) => {}
            () = clock.sleep(LOOK) => {}
        }
    }

    /// After a failure: a moment, so that a database that is down is not asked in a busy loop. Not by the clock: that a
    /// database comes back has nothing to do with what time we take it to be.
    async fn rest(&self) {
        self.ctx.clock.pause(LOOK).await;
    }
}
