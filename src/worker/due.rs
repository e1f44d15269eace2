//! The loops over rows of work: events to be routed, notifications to be withdrawn, reminders to be fired.

use std::sync::atomic::Ordering;

use super::Worker;
use crate::domain::error::Result;
use crate::domain::work::WorkKind;
use crate::flows;
use crate::shutdown::Token;
use crate::store::work;

/// What the withdrawer does.
const WITHDRAWING: [WorkKind; 5] =
    [WorkKind::Withdraw, WorkKind::Expire, WorkKind::Sight, WorkKind::Retire, WorkKind::Renew];
/// What the router does.
const ROUTING: [WorkKind; 2] = [WorkKind::Route, WorkKind::Welcome];
/// What the rules' loop does.
const RULES: [WorkKind; 7] = [
    WorkKind::Rules,
    WorkKind::Later,
    WorkKind::Tick,
    WorkKind::TaskMark,
    WorkKind::Marketing,
    WorkKind::Occasion,
    WorkKind::Segment,
];
/// What the clock's own loop does.
const REMINDING: [WorkKind; 2] = [WorkKind::Remind, WorkKind::Wake];

/// Routes events until the server stops.
pub(super) async fn route(worker: Worker, mut stop: Token) {
    while !stop.is_triggered() {
        let looked_at = worker.ctx.now();
        match flows::route::step(&worker.ctx).await {
            Ok(routed) => {
                worker.metrics.inbox_items.inc_by(routed.items);
                if routed.events > 0 {
                    worker.wakeups.routed();
                }
                if routed.more {
                    count_down(&worker, routed.events);
                    continue;
                }
                // Nothing that is due is left: whatever this process accepted was routed, here or on another node.
                worker.unrouted.store(0, Ordering::Relaxed);
                tokio::select! {
                    () = worker.wakeups.wait_route() => {}
                    () = sleep_until_due(&worker, &ROUTING, looked_at) => {}
                    () = worker.look(looked_at) => {}
                    () = stop.triggered() => {}
                }
            }
            Err(error) => {
                tracing::error!(%error, "routing failed");
                worker.rest().await;
            }
        }
    }
}

/// The count of an event comes after its commit, so the router may be faster: it never falls below zero.
fn count_down(worker: &Worker, routed: usize) {
    let routed = i64::try_from(routed).unwrap_or_default();
    let left = |count: i64| Some((count - routed).max(0));
    let _ = worker.unrouted.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left);
}

/// Withdraws what was recalled or has expired, until the server stops.
pub(super) async fn withdraw(worker: Worker, mut stop: Token) {
    while !stop.is_triggered() {
        let looked_at = worker.ctx.now();
        match flows::withdraw::step(&worker.ctx).await {
            Ok((_, true)) => {}
            Ok((_, false)) => {
                tokio::select! {
                    () = worker.wakeups.wait_withdraw() => {}
                    () = sleep_until_due(&worker, &WITHDRAWING, looked_at) => {}
                    () = worker.look(looked_at) => {}
                    () = stop.triggered() => {}
                }
            }
            Err(error) => {
                tracing::error!(%error, "withdrawing failed");
                worker.rest().await;
            }
        }
    }
}

/// Runs rules until the server stops: those that an event sets off, what they put off, and schedules.
pub(super) async fn rules(worker: Worker, mut stop: Token) {
    while !stop.is_triggered() {
        let looked_at = worker.ctx.now();
        match flows::rules::step(&worker.ctx).await {
            Ok(ran) => {
                worker.metrics.inbox_items.inc_by(ran.items);
                if ran.more {
                    continue;
                }
                tokio::select! {
                    () = worker.wakeups.wait_rules() => {}
                    () = sleep_until_due(&worker, &RULES, looked_at) => {}
                    () = worker.look(looked_at) => {}
                    () = stop.triggered() => {}
                }
            }
            Err(error) => {
                tracing::error!(%error, "running rules failed");
                worker.rest().await;
            }
        }
    }
}

/// Fires reminders when their marks come, and wakes what was snoozed, until the server stops.
pub(super) async fn remind(worker: Worker, mut stop: Token) {
    while !stop.is_triggered() {
        let looked_at = worker.ctx.now();
        worker.wakeups.set_crowded(true);
        match flows::remind::step(&worker.ctx).await {
            Ok(step) => {
                worker.wakeups.set_crowded(step.crowded);
                worker.metrics.reminders_fired.inc_by(step.fired as u64);
                worker.metrics.reminders_late.inc_by(step.late as u64);
                if let Some(wait) = step.held {
                    tracing::warn!(
                        "the wall clock jumped by more than ten minutes; reminders wait for it to settle"
                    );
                    tokio::select! {
                        () = worker.ctx.clock.sleep(wait) => {}
                        () = stop.triggered() => {}
                    }
                } else if step.crowded {
                    // The router rings when it has done some.
                    tokio::select! {
                        () = worker.wakeups.wait_remind() => {}
                        () = worker.look(looked_at) => {}
                        () = stop.triggered() => {}
                    }
                } else if !step.more {
                    tokio::select! {
                        () = worker.wakeups.wait_remind() => {}
                        () = sleep_until_due(&worker, &REMINDING, looked_at) => {}
                        () = worker.look(looked_at) => {}
                        () = stop.triggered() => {}
                    }
                }
            }
            Err(error) => {
                tracing::error!(%error, "firing reminders failed");
                worker.rest().await;
            }
        }
    }
}

/// Sleeps until the next work is due that was not yet at the last look; for ever when there is none, because writing
/// some rings.
async fn sleep_until_due(worker: &Worker, kinds: &'static [WorkKind], looked_at: i64) {
    let now = worker.ctx.now();
    let next: Result<Option<i64>> = worker.ctx.store.read(move |tx| work::next_due(tx, kinds, now)).await;
    match next {
        Ok(Some(at)) if at > looked_at => worker.ctx.clock.sleep_until(at).await,
        // What was due then was found not to be ready (leased elsewhere, say): no busy loop.
        Ok(Some(_)) => worker.ctx.clock.pause(std::time::Duration::from_millis(20)).await,
        Ok(None) => std::future::pending().await,
        Err(_) => worker.rest().await,
    }
}
