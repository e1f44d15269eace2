//! The only publisher: reads what was committed, in the order of the account's cursor, and hands it to the hub.
//!
//! Because numbers are given out under the account's lock, no row can appear below one that was read; reading on from
//! the last number misses nothing.

use std::collections::HashMap;

use super::Worker;
use crate::domain::error::Result;
use crate::domain::id::{Account, UserId};
use crate::domain::inbox::Change;
use crate::flows::listen;
use crate::shutdown::Token;

/// Changes of one user that are told at a time: fewer than may wait for a connection, so that a client who keeps up is
/// not taken for slow.
const AT_ONCE: usize = 32;

/// Relays until the server stops.
pub(super) async fn run(worker: Worker, mut stop: Token) {
    let mut looked_at = worker.ctx.now();
    while !stop.is_triggered() {
        let moved = tokio::select! {
            moved = worker.wakeups.wait_moved() => moved,
            () = worker.hub.wait_begun() => worker.hub.accounts(),
            () = worker.look(looked_at) => {
                looked_at = worker.ctx.now();
                worker.hub.accounts()
            }
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
        let mut parts = parts(read.changes).into_iter().peekable();
        while let Some(part) = parts.next() {
            let last = part.last().map(Change::seq);
            match last.filter(|_| parts.peek().is_some()) {
                Some(up_to) => {
                    tell(worker, account, part, up_to).await?;
                    // The connections take what they were given before there is more.
                    tokio::task::yield_now().await;
                }
                None => tell(worker, account, part, read.up_to).await?,
            }
        }
        if !read.more {
            break;
        }
    }
    Ok(())
}

async fn tell(worker: &Worker, account: Account, changes: Vec<Change>, up_to: i64) -> Result<()> {
    let changed: Vec<_> = changes.iter().map(|c| (c.seq(), c.user().clone())).collect();
    let listeners = worker.hub.announce(account, &changed);
    let frames = if listeners.is_empty() {
        Vec::new()
    } else {
        listen::frames(&worker.ctx, account, changes, listeners).await?
    };
    let (sent, slow) = worker.hub.publish(account, &frames, up_to);
    worker.metrics.frames_sent.inc_by(sent);
    worker.metrics.slow_consumers.inc_by(slow);
    Ok(())
}

/// Cuts changes, in their order, where one user would be told more than [`AT_ONCE`]; at least one part, which may be
/// empty.
fn parts(changes: Vec<Change>) -> Vec<Vec<Change>> {
    let mut parts = vec![Vec::new()];
    let mut counts: HashMap<UserId, usize> = HashMap::new();
    for change in changes {
        let count = counts.entry(change.user().clone()).or_default();
        *count += 1;
        if *count > AT_ONCE {
            counts = HashMap::from([(change.user().clone(), 1)]);
            parts.push(Vec::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(change);
        }
    }
    parts
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
        // A jump of the wall clock is noticed when it happens, and forgotten once the new time has stood.
        let _ = worker.ctx.doubt();
        worker.metrics.stream_connections.set(i64::try_from(worker.hub.open()).unwrap_or_default());
        worker.metrics.store_queue.set(i64::try_from(worker.ctx.store.depth()).unwrap_or_default());
    }
}
