//! Ends streams whose right is gone: after sign-out, lock, removal, or a change of password or role.

use super::Worker;
use crate::domain::error::Result;
use crate::hub::frame::Bye;
use crate::shutdown::Token;
use crate::store::{account_terms, sessions, users};

/// Changes are looked for this far back, in ms: a transaction's time is older than its commit.
const OVERLAP_MS: i64 = 10_000;

/// Watches until the server stops.
pub(super) async fn run(worker: Worker, mut stop: Token) {
    let mut since = worker.ctx.now();
    while !stop.is_triggered() {
        tokio::select! {
            () = worker.wakeups.wait_access() => {}
            () = worker.look(since) => {}
            () = stop.triggered() => return,
        }
        let now = worker.ctx.now();
        match sweep(&worker, since - OVERLAP_MS).await {
            Ok(()) => since = now,
            Err(error) => {
                tracing::error!(%error, "looking for changed access failed");
                worker.rest().await;
            }
        }
    }
}

async fn sweep(worker: &Worker, since: i64) -> Result<()> {
    worker.ctx.credentials.forget_all();
    let (changed, ended, suspended) = worker
        .ctx
        .store
        .read(move |tx| {
            let changed = users::access_changed_since(tx, since)?;
            Ok((changed, sessions::ended_since(tx, since)?, account_terms::suspended_since(tx, since)?))
        })
        .await?;
    for (account, user, generation, _) in changed {
        worker.hub.close_older(account, &user, generation);
    }
    for account in suspended {
        worker.hub.close_account(account, Bye::SignedOut);
    }
    if !ended.is_empty() {
        worker.hub.close_sessions(&ended, Bye::SignedOut);
    }
    Ok(())
}
