//! What is done by the clock, in one table.

use std::time::Duration;

use super::Worker;
use crate::domain::error::Result;
use crate::flows;
use crate::flows::watch::Watch;
use crate::hub::frame::Bye;
use crate::shutdown::Token;
use crate::store::{Tx, backup_runs, deliveries, work};

/// A thing to be done now and then.
#[derive(Debug, Clone, Copy)]
enum Chore {
    /// Deletes what has served its time, and the rows of accounts whose grace is over.
    Retention,
    /// Ends the streams of sessions whose time ran out.
    Sessions,
    /// Reads the backlog for the metrics.
    Backlog,
    /// Looks whether something is wrong with the server itself, and tells it.
    Watch,
    /// Asks the vendor's feed.
    Feed,
    /// Renews the planner's knowledge of tables that grew.
    Analyze,
}

const SCHEDULE: &[(Chore, Duration)] = &[
    (Chore::Backlog, Duration::from_secs(15)),
    (Chore::Sessions, Duration::from_mins(1)),
    (Chore::Analyze, Duration::from_mins(1)),
    (Chore::Watch, Duration::from_mins(1)),
    (Chore::Retention, Duration::from_hours(1)),
    (Chore::Feed, Duration::from_hours(1)),
];

/// What chores know of their last time.
struct Last {
    /// How many items there were when the planner's knowledge was renewed.
    analyzed: u64,
    /// Until when sessions were looked at, Unix ms.
    sessions: i64,
    watch: Option<Watch>,
}

/// Does each chore when its time has come, until the server stops.
pub(super) async fn run(worker: Worker, mut stop: Token) {
    let due = |now: i64, every: Duration| now + i64::try_from(every.as_millis()).unwrap_or(i64::MAX / 2);
    let now = worker.ctx.now();
    let every = worker.backups.as_ref().map(|plan| plan.every);
    let watch = worker.watch.clone().map(|(limits, folder)| Watch::new(limits, folder).backed_up(every));
    let mut last = Last { analyzed: 0, sessions: now, watch };
    let mut next: Vec<i64> = SCHEDULE.iter().map(|(_, every)| due(now, *every)).collect();
    while !stop.is_triggered() {
        let Some((index, at)) = next.iter().copied().enumerate().min_by_key(|(_, at)| *at) else { return };
        tokio::select! {
            () = worker.ctx.clock.sleep_until(at) => {}
            () = stop.triggered() => return,
        }
        let (chore, every) = SCHEDULE[index];
        if let Err(error) = run_chore(&worker, chore, &mut last).await {
            tracing::warn!(%error, ?chore, "a chore failed; it is done again at its next time");
        }
        next[index] = due(worker.ctx.now(), every);
    }
}

async fn run_chore(worker: &Worker, chore: Chore, last: &mut Last) -> Result<()> {
    match chore {
        Chore::Retention => {
            while flows::retention::step(&worker.ctx).await? {}
            let retired = flows::retention::retire(&worker.ctx, &worker.keep).await?;
            worker.metrics.rows_retired.inc_by(retired);
            while flows::accounts::terms::purge_step(&worker.ctx).await? {}
            Ok(())
        }
        Chore::Sessions => {
            let now = worker.ctx.now();
            let over = flows::credentials::run_out(&worker.ctx, last.sessions).await?;
            last.sessions = now;
            if !over.is_empty() {
                worker.hub.close_sessions(&over, Bye::Expired);
            }
            Ok(())
        }
        Chore::Watch => match &mut last.watch {
            Some(watch) => flows::watch::look(&worker.ctx, watch).await.map(drop),
            None => Ok(()),
        },
        Chore::Feed => match &worker.feed {
            Some(source) => flows::feed::step(&worker.ctx, source).await.map(drop),
            None => Ok(()),
        },
        Chore::Analyze => {
            // Ten times as many items as when it was last done: early growth, when plans go stale most.
            let written = worker.metrics.inbox_items.get();
            if written > 10 * last.analyzed.max(100) {
                worker.ctx.store.analyze().await?;
                last.analyzed = written;
            }
            Ok(())
        }
        Chore::Backlog => {
            let now = worker.ctx.now();
            let look = move |tx: &mut Tx| {
                Ok((work::backlog(tx, now)?, deliveries::count(tx, now)?, backup_runs::find_last_good(tx)?))
            };
            let (backlog, letters, backup) = worker.ctx.store.read(look).await?;
            worker.metrics.work_backlog.set(backlog.due);
            worker.metrics.work_dead.set(backlog.dead);
            worker.metrics.letters_waiting.set(letters.waiting);
            worker.metrics.letters_dead.set(letters.dead);
            worker.metrics.last_backup.set(backup.map_or(0, |run| run.at / 1000));
            let lag = backlog.oldest_due_at.map_or(0, |at| (now - at).max(0));
            worker.metrics.work_lag.set(lag as f64 / 1000.0);
            Ok(())
        }
    }
}
