//! For those who watch the server: whether it lives, whether it can work, and its numbers.
//!
//! A server that listens has opened its store and brought the schema up to date; so `/healthz` needs no look at it.

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::extract::Address;
use super::problem::Result;
use super::reply::{Answers, Success};
use super::route::{Answer, Operation};
use super::{State, guard};
use crate::domain::access::Access;
use crate::domain::error::Error;
use crate::render::instant::to_rfc3339;
use crate::store;

/// `GET /healthz`
pub async fn read_health() -> String {
    "ok\n".to_owned()
}

/// What waits to be done.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Readiness {
    /// Pieces of work that are due.
    pub work_due: i64,
    /// Pieces of work that were given up; each has its reason in the database.
    pub work_dead: i64,
    /// How long the oldest due piece has waited.
    pub work_lag_ms: i64,
    /// Closures that wait for the writer of the database.
    pub store_queue: usize,
    /// By how much the wall clock jumped, while reminders wait for it to settle; null when it can be trusted.
    pub clock_jumped_ms: Option<i64>,
    /// Letters that are on their way, or wait for a relay.
    pub letters_waiting: i64,
    /// Of those, letters of accounts for which no relay is set: they are kept and shown.
    pub letters_without_relay: i64,
    /// Letters that were given up; each has its reason among the deliveries.
    pub letters_dead: i64,
    /// Letters that wait for the operator since the data was restored from a backup.
    pub letters_held: i64,
    /// When the last backup that is whole was begun; null when there is none.
    pub last_backup_at: Option<String>,
    /// What somebody should look at although the server works; empty when all is well.
    pub reasons: Vec<Unease>,
}

/// What is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unease {
    /// Work waits longer than a minute.
    WorkLate,
    /// Work was given up.
    WorkDead,
    /// The clock jumped, and reminders wait.
    ClockJumped,
    /// Letters wait for a relay that nobody has set.
    NoRelay,
    /// Letters wait for the operator since a restore.
    LettersHeld,
    /// The writer of the database does not keep up.
    StoreCrowded,
    /// The backup that is due since twice its time was not made.
    BackupLate,
}

/// Work that waits longer, in ms, is late.
const LATE_MS: i64 = 60_000;
/// So many closures before the writer are a crowd.
const CROWD: usize = 1_000;

impl Readiness {
    fn reasons(&self, backup_overdue: bool) -> Vec<Unease> {
        let found = [
            (self.work_lag_ms > LATE_MS, Unease::WorkLate),
            (self.work_dead > 0, Unease::WorkDead),
            (self.clock_jumped_ms.is_some(), Unease::ClockJumped),
            (self.letters_without_relay > 0, Unease::NoRelay),
            (self.letters_held > 0, Unease::LettersHeld),
            (self.store_queue > CROWD, Unease::StoreCrowded),
            (backup_overdue, Unease::BackupLate),
        ];
        found.into_iter().filter_map(|(is_so, unease)| is_so.then_some(unease)).collect()
    }
}

/// `GET /readyz`: the database answers, or this is a 503.
pub async fn read_readiness(state: State) -> Result<Success<Readiness>> {
    let now = state.ctx.now();
    let look = move |tx: &mut store::Tx| {
        let held = store::deliveries::count_restored(tx)?;
        let backup = store::backup_runs::find_last_good(tx)?;
        Ok((store::work::backlog(tx, now)?, store::deliveries::count(tx, now)?, held, backup))
    };
    let (backlog, letters, held, backup) =
        state.ctx.store.read(look).await.map_err(|error| Error::unavailable(error.to_string()))?;
    let running = &state.settings.running;
    let twice = i64::try_from(running.backup_every.as_millis()).unwrap_or(i64::MAX / 4) * 2;
    let overdue = running.backup_dir.is_some() && backup.as_ref().is_some_and(|run| now - run.at > twice);
    let mut readiness = Readiness {
        work_due: backlog.due,
        work_dead: backlog.dead,
        work_lag_ms: backlog.oldest_due_at.map_or(0, |at| now.saturating_sub(at).max(0)),
        store_queue: state.ctx.store.depth(),
        clock_jumped_ms: state.ctx.doubt().map(|doubt| doubt.jump_ms),
        letters_waiting: letters.waiting,
        letters_without_relay: letters.without_relay,
        letters_dead: letters.dead,
        letters_held: held,
        last_backup_at: backup.map(|run| to_rfc3339(run.at)),
        reasons: Vec::new(),
    };
    readiness.reasons = readiness.reasons(overdue);
    Ok(Success::new(readiness))
}

/// The numbers of the server in the text form of OpenMetrics.
#[derive(Debug)]
pub struct Numbers(String);

impl Numbers {
    const MEDIA: &str = "application/openmetrics-text";
}

impl Answers for Numbers {
    fn describe(operation: &mut Operation) {
        operation.answers.push(Answer { status: 200, media: Self::MEDIA, schema: None });
    }
}

impl IntoResponse for Numbers {
    fn into_response(self) -> Response {
        let media = format!("{}; version=1.0.0; charset=utf-8", Self::MEDIA);
        ([(header::CONTENT_TYPE, media)], self.0).into_response()
    }
}

/// `GET /metrics`: for a scraper on the same machine, and for administrators.
pub async fn read_metrics(state: State, Address(address): Address, headers: HeaderMap) -> Result<Numbers> {
    // Through a proxy on this machine everybody would come from the loopback address.
    let came_by_proxy =
        ["forwarded", "x-forwarded-for", "via"].iter().any(|name| headers.contains_key(*name));
    if came_by_proxy || !address.is_loopback() {
        let caller = guard::identify(&state, &headers).await.map_err(|_| Error::Forbidden)?;
        Access::ADMINISTRATOR.check(&caller)?;
    }
    Ok(Numbers(state.metrics.encode()))
}
