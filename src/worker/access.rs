//! Ends streams whose right is gone: after sign-out, lock, removal, or a change of password or role. Where only what a
//! user chose changed, his pages are told to ask for it.

use std::collections::HashMap;

use super::Worker;
use crate::domain::error::Result;
use crate::domain::id::{Account, UserId};
use crate::hub::frame::Bye;
use crate::shutdown::Token;
use crate::store::{account_terms, sessions, users};

/// Changes are looked for this far back, in ms: a transaction's time is older than its commit.
const OVERLAP_MS: i64 = 10_000;

/// Watches until the server stops.
pub(super) async fn run(worker: Worker, mut stop: Token) {
    let mut since = worker.ctx.now();
    let mut told = HashMap::new();
    while !stop.is_triggered() {
        tokio::select! {
            () = worker.wakeups.wait_access() => {}
            () = worker.look(since) => {}
            () = stop.triggered() => return,
        }
        let now = worker.ctx.now();
        match sweep(&worker, since - OVERLAP_MS, &mut told).await {
            Ok(()) => since = now,
            Err(error) => {
                tracing::error!(%error, "looking for changed access failed");
                worker.rest().await;
            }
        }
    }
}

/// `told` has the last change of each user that his pages know of, because looking back finds it again.
async fn sweep(worker: &Worker, since: i64, told: &mut HashMap<(Account, UserId), i64>) -> Result<()> {
    worker.ctx.credentials.forget_all();
    let (changed, ended, suspended) = worker
        .ctx
        .store
        .read(move |tx| {
            let changed = users::access_changed_since(tx, since)?;
            Ok((changed, sessions::ended_since(tx, since)?, account_terms::suspended_since(tx, since)?))
        })
        .await?;
    told.retain(|_, at| *at >= since);
    for (account, user, generation, at) in changed {
        worker.hub.close_older(account, &user, generation);
        let key = (account, user);
        if told.get(&key) != Some(&at) {
            worker.hub.tell_session(account, &key.1);
            told.insert(key, at);
        }
    }
    for account in suspended {
        worker.hub.close_account(account, Bye::SignedOut);
    }
    if !ended.is_empty() {
        worker.hub.close_sessions(&ended, Bye::SignedOut);
    }
    Ok(())
}
