//! What is measured of the whole server: its machine, its database, its work, its backups.

use super::{Reading, Watch, numbers};
use crate::domain::condition::{ConditionCode, Level};
use crate::domain::error::Result;
use crate::flows::Ctx;
use crate::store::backup_runs;

/// What a backup's failure is told with, in characters.
const LONGEST_REASON: usize = 300;
const HOUR_MS: i64 = 3_600_000;

/// `node` is what this one is called.
pub(super) async fn read(ctx: &Ctx, watch: &Watch, node: &str) -> Result<Vec<Reading>> {
    let (now, limits) = (ctx.now(), &watch.limits);
    let numbers = numbers(ctx, &watch.folder).await?;
    let late_s = numbers.backlog.oldest_due_at.map_or(0, |at| (now - at).max(0) / 1_000);
    let doubt = ctx.doubt();
    let mut all = vec![
        Reading::of_server(
            ConditionCode::ClockOff,
            Level::when(doubt.is_some()),
            vec![("seconds", doubt.map_or(0, |doubt| doubt.jump_ms / 1_000).to_string())],
        ),
        Reading::of_server(
            ConditionCode::DatabaseSlow,
            Level::database(numbers.database_ms, limits),
            vec![("ms", numbers.database_ms.to_string())],
        ),
        Reading::of_server(
            ConditionCode::WorkOverdue,
            Level::work(late_s, limits),
            vec![("count", numbers.backlog.due.to_string()), ("seconds", late_s.to_string())],
        ),
        Reading::of_server(
            ConditionCode::WorkDead,
            Level::when(numbers.backlog.dead > 0),
            vec![("count", numbers.backlog.dead.to_string())],
        ),
    ];
    if let Some(percent) = numbers.disk_percent {
        let values = vec![("percent", percent.to_string())];
        all.push(Reading::of_server(ConditionCode::DiskFull, Level::disk(percent, limits), values));
    }
    for reading in all.iter_mut().filter(|reading| reading.code.is_of_node()) {
        node.clone_into(&mut reading.subject);
    }
    Ok(all)
}

/// Backups, where they are made by the clock, or one was ever made. Where none has succeeded yet, the last good one is as
/// old as the watch.
pub(super) async fn backups(ctx: &Ctx, watch: &Watch, since: i64) -> Result<Vec<Reading>> {
    let (last, good) = ctx
        .store
        .read(|tx| Ok((backup_runs::find_last_ended(tx)?, backup_runs::find_last_good(tx)?)))
        .await?;
    let mut all = Vec::new();
    if let Some(last) = &last {
        let reason = last.error.as_deref().unwrap_or_default().chars().take(LONGEST_REASON).collect();
        let level = Level::when(!last.verified);
        all.push(Reading::of_server(ConditionCode::BackupFailed, level, vec![("reason", reason)]));
    }
    if watch.backup_every.is_some() || good.is_some() {
        let age = (ctx.now() - good.as_ref().map_or(since, |run| run.at)).max(0);
        let every = watch.backup_every.map(|every| i64::try_from(every.as_millis()).unwrap_or(i64::MAX));
        let is_scheduled = good.is_some_and(|run| run.is_scheduled());
        let level = Level::backup(age, every, is_scheduled, &watch.limits);
        let values = vec![("hours", (age / HOUR_MS).to_string())];
        all.push(Reading::of_server(ConditionCode::BackupLate, level, values));
    }
    Ok(all)
}
