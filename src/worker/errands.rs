//! Carries what leaves the house on behalf of rules, side by side; a slow receiver holds up nobody but itself.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::Worker;
use crate::flows::rules::errands::{self, MOST_UNDER_WAY};
use crate::shutdown::{Shutdown, Token};
use crate::store::rule_deliveries;

/// The longest time between two looks: a lease that ran out rings no bell.
const LATEST_LOOK_MS: i64 = 60_000;

/// Carries errands until the server stops.
pub(super) async fn run(worker: Worker, shutdown: Shutdown) {
    let places = Arc::new(Semaphore::new(MOST_UNDER_WAY));
    let mut stop: Token = shutdown.token();
    while !stop.is_triggered() {
        let looked_at = worker.ctx.now();
        let room = places.available_permits();
        let claimed = if room == 0 { Ok(Vec::new()) } else { errands::claim(&worker.ctx, room).await };
        match claimed {
            Ok(claimed) if claimed.is_empty() => {
                tokio::select! {
                    () = worker.wakeups.wait_errands() => {}
                    () = sleep_until_due(&worker, looked_at) => {}
                    () = worker.look() => {}
                    () = stop.triggered() => {}
                }
            }
            Ok(claimed) => {
                for errand in claimed {
                    // There were as many places as were claimed.
                    let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
                    let worker = worker.clone();
                    shutdown.spawn("errand", async move {
                        if let Err(error) = errands::carry(&worker.ctx, errand).await {
                            tracing::error!(%error, "what became of an errand could not be written down");
                        }
                        drop(place);
                        worker.wakeups.errands();
                    });
                }
            }
            Err(error) => {
                tracing::error!(%error, "errands could not be claimed");
                worker.rest().await;
            }
        }
    }
}

async fn sleep_until_due(worker: &Worker, looked_at: i64) {
    let latest = looked_at + LATEST_LOOK_MS;
    let at = match worker.ctx.store.read(rule_deliveries::next_due).await {
        Err(_) => return worker.rest().await,
        Ok(Some(at)) if at > looked_at => at.min(latest),
        // What was due then waits for a place, which rings.
        Ok(_) => latest,
    };
    worker.ctx.clock.sleep_until(at).await;
}
