//! The only publisher: reads what was committed, in the order of the account's cursor, and hands it to the hub.
//!
//! Because numbers are given out under the account's lock, no row can appear below one that was read; reading on from
//! the last number misses nothing.

use super::Worker;
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::flows::listen;
use crate::shutdown::Token;

/// Relays until the server stops.
pub(super) async fn run(worker: Worker, mut stop: Token) {
    while !stop.is_triggered() {
        let moved = tokio::select! {
            moved = worker.wakeups.wait_moved() => moved,
            () = worker.hub.wait_begun() => worker.hub.accounts(),
            () = worker.look() => worker.hub.accounts(),
            () = stop.triggered() => return,
        };
        for account in moved {
            if let Err(error) = relay(&worker, account).await {
                tracing::error!(%error, account = account.0, "relaying failed");
                worker.rest().await;
                worker.wakeups.moved(account);
            }
        }
    }
}

async fn relay(worker: &Worker, account: Account) -> Result<()> {
    // Nobody has ever listened: the first who does reads the store himself and rings.
    while let Some(relayed) = worker.hub.relayed(account) {
        let read = listen::changes(&worker.ctx, account, relayed).await?;
        if read.up_to == relayed {
            break;
        }
        let changed: Vec<_> = read.changes.iter().map(|c| (c.seq(), c.user().clone())).collect();
        let listeners = {
            let mut users: Vec<_> = changed.iter().map(|(_, user)| user).collect();
            users.sort_unstable();
            users.dedup();
            worker.hub.listeners(account, users.into_iter())
        };
        let frames = if listeners.is_empty() {
            Vec::new()
        } else {
            listen::frames(&worker.ctx, account, read.changes, listeners).await?
        };
        let (sent, slow) = worker.hub.publish(account, &frames, changed, read.up_to);
        worker.metrics.frames_sent.inc_by(sent);
        worker.metrics.slow_consumers.inc_by(slow);
        if !read.more {
            break;
        }
    }
    Ok(())
}

/// Heartbeats and expiry of streams, once a second.
pub(super) async fn beat(worker: Worker, mut stop: Token) {
    let mut tick = 0;
    while !stop.is_triggered() {
        tokio::select! {
            () = worker.ctx.clock.sleep(std::time::Duration::from_secs(1)) => {}
            () = stop.triggered() => return,
        }
        tick += 1;
        worker.hub.tick(tick, worker.ctx.now());
        worker.metrics.stream_connections.set(i64::try_from(worker.hub.open()).unwrap_or_default());
        worker.metrics.store_queue.set(i64::try_from(worker.ctx.store.depth()).unwrap_or_default());
    }
}
