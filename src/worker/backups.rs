//! Makes backups by the clock, where the operator named a folder for them.

use super::Worker;
use crate::flows::backups::{self, Plan};
use crate::shutdown::Shutdown;

/// A node looks at least this often, in ms: another one may have made the backup that this one waits for.
const LATEST_LOOK_MS: i64 = 60 * 60_000;

/// Backs up until the server stops.
pub(super) async fn run(worker: Worker, shutdown: Shutdown, plan: Plan) {
    let mut stop = shutdown.token();
    while !stop.is_triggered() {
        let now = worker.ctx.now();
        let due = backups::due_at(&worker.ctx, &plan).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "when the next backup is due is not known; it is looked at again");
            now + 60_000
        });
        if due > now {
            tokio::select! {
                () = worker.ctx.clock.sleep_until(due.min(now + LATEST_LOOK_MS)) => continue,
                () = stop.triggered() => return,
            }
        }
        match backups::run(&worker.ctx, &shutdown, &plan).await {
            Ok(Some(run)) => {
                worker.metrics.count_backup(run.verified, run.at, run.duration_ms.unwrap_or_default());
                match &run.error {
                    None => tracing::info!(bytes = run.bytes, took_ms = run.duration_ms, "backup made"),
                    Some(error) => tracing::error!(%error, "no backup was made"),
                }
            }
            // Another node is at it.
            Ok(None) => tokio::select! {
                () = worker.ctx.clock.sleep(std::time::Duration::from_secs(30)) => {}
                () = stop.triggered() => return,
            },
            Err(error) => {
                tracing::error!(%error, "no backup was made");
                worker.rest().await;
            }
        }
    }
}
