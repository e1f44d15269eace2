//! Rows of work: written in the transaction of their cause, claimed with a lease and a fencing attempt number.

use super::{Param, Tx};
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::work::WorkKind;

/// A claimed piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    pub account: Account,
    pub kind: WorkKind,
    pub subject: String,
    /// Which claim this is; a worker that lost its lease finds another number here and changes nothing.
    pub attempt: i64,
    pub progress: i64,
}

/// After the commit: whoever does this kind of work.
fn wake(tx: &mut Tx, kind: WorkKind) {
    match kind {
        WorkKind::Remind | WorkKind::Wake => tx.wake_marks(),
        _ => tx.wake_work(),
    }
}

/// Writes a row of work; a second one of the same kind and subject changes nothing.
pub fn insert(tx: &mut Tx, account: Account, kind: WorkKind, subject: &str, due_at: i64) -> Result<()> {
    tx.execute(
        "insert into work (account, kind, subject, due_at) values ($1, $2, $3, $4) on conflict do nothing",
        &[&account.0, &kind.name(), &subject, &due_at],
    )?;
    wake(tx, kind);
    Ok(())
}

/// Writes rows of work that are to be done from the beginning, also where the same is under way.
pub fn insert_anew(
    tx: &mut Tx,
    account: Account,
    kind: WorkKind,
    subjects: &[String],
    due_at: i64,
) -> Result<()> {
    let name = kind.name();
    let rows = subjects.iter().map(|subject| vec![&account.0 as &dyn Param, &name, subject, &due_at]);
    tx.insert_many(
        "work (account, kind, subject, due_at)",
        " on conflict (account, kind, subject) do update set due_at = excluded.due_at, progress = 0,
             lease_until = 0, dead_at = null",
        &rows.collect::<Vec<_>>(),
    )?;
    wake(tx, kind);
    Ok(())
}

/// Claims what is due, oldest first, until `lease_until`.
pub fn claim(tx: &mut Tx, kind: WorkKind, now: i64, lease_until: i64, most: i64) -> Result<Vec<Work>> {
    let sql = format!(
        "select w.account, w.subject, w.attempt, w.progress from work w
         where w.kind = $1 and w.due_at <= $2 and w.lease_until <= $2 and w.dead_at is null
         order by w.due_at limit $3{}",
        tx.engine().claim()
    );
    let claimed = tx.query(&sql, &[&kind.name(), &now, &most], |row| {
        Ok(Work {
            account: Account(row.get(0)?),
            kind,
            subject: row.get(1)?,
            attempt: row.get::<i64>(2)? + 1,
            progress: row.get(3)?,
        })
    })?;
    for work in &claimed {
        tx.execute(
            "update work set lease_until = $4, attempt = $5 where account = $1 and kind = $2 and subject = $3",
            &[&work.account.0, &kind.name(), &work.subject, &lease_until, &work.attempt],
        )?;
    }
    Ok(claimed)
}

/// The work is done. False: this worker had lost its lease, and another one has it.
pub fn finish(tx: &mut Tx, work: &Work) -> Result<bool> {
    let deleted = tx.execute(
        "delete from work where account = $1 and kind = $2 and subject = $3 and attempt = $4",
        &[&work.account.0, &work.kind.name(), &work.subject, &work.attempt],
    )?;
    Ok(deleted == 1)
}

/// A part is done; the rest is due at once and counts as a fresh attempt. False: the lease was lost.
pub fn advance(tx: &mut Tx, work: &Work, progress: i64) -> Result<bool> {
    wake(tx, work.kind);
    let updated = tx.execute(
        "update work set progress = $5, lease_until = 0, attempt = 0
         where account = $1 and kind = $2 and subject = $3 and attempt = $4",
        &[&work.account.0, &work.kind.name(), &work.subject, &work.attempt, &progress],
    )?;
    Ok(updated == 1)
}

/// The attempt failed: due again at `due_at`, or dead when that is `None`.
pub fn fail(tx: &mut Tx, work: &Work, due_at: Option<i64>, now: i64, reason: &str) -> Result<()> {
    let dead_at = due_at.is_none().then_some(now);
    tx.execute(
        "update work set due_at = coalesce(cast($5 as bigint), due_at), dead_at = cast($6 as bigint),
             lease_until = 0, attempt = $4, reason = $7
         where account = $1 and kind = $2 and subject = $3",
        &[&work.account.0, &work.kind.name(), &work.subject, &work.attempt, &due_at, &dead_at, &reason],
    )?;
    Ok(())
}

pub fn delete(tx: &mut Tx, account: Account, kind: WorkKind, subject: &str) -> Result<()> {
    tx.execute(
        "delete from work where account = $1 and kind = $2 and subject = $3",
        &[&account.0, &kind.name(), &subject],
    )?;
    Ok(())
}

/// Whether there is such work, alive or dead.
pub fn exists(tx: &mut Tx, account: Account, kind: WorkKind, subject: &str) -> Result<bool> {
    let found = tx.query_row(
        "select progress from work where account = $1 and kind = $2 and subject = $3",
        &[&account.0, &kind.name(), &subject],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}

/// How far such work has come, if there is any.
pub fn find_progress(tx: &mut Tx, account: Account, kind: WorkKind, subject: &str) -> Result<Option<i64>> {
    tx.query_row(
        "select progress from work where account = $1 and kind = $2 and subject = $3",
        &[&account.0, &kind.name(), &subject],
        |row| row.get(0),
    )
}

/// Such work is due later, and has come so far.
pub fn update_due(
    tx: &mut Tx,
    account: Account,
    kind: WorkKind,
    subject: &str,
    due_at: i64,
    progress: i64,
) -> Result<()> {
    tx.execute(
        "update work set due_at = $4, progress = $5, lease_until = 0, attempt = 0
         where account = $1 and kind = $2 and subject = $3",
        &[&account.0, &kind.name(), &subject, &due_at, &progress],
    )?;
    wake(tx, kind);
    Ok(())
}

/// All such work of an account that waits is due now; what is under way or has begun stays as it is.
pub fn hasten(tx: &mut Tx, account: Account, kind: WorkKind, now: i64) -> Result<()> {
    tx.execute(
        "update work set due_at = $3
         where account = $1 and kind = $2 and due_at > $3 and lease_until = 0 and dead_at is null",
        &[&account.0, &kind.name(), &now],
    )?;
    wake(tx, kind);
    Ok(())
}

/// Says how far such work has come.
pub fn update_progress(
    tx: &mut Tx,
    account: Account,
    kind: WorkKind,
    subject: &str,
    progress: i64,
) -> Result<()> {
    tx.execute(
        "update work set progress = $4 where account = $1 and kind = $2 and subject = $3",
        &[&account.0, &kind.name(), &subject, &progress],
    )?;
    Ok(())
}

/// The work of these subjects is done.
pub fn delete_many(tx: &mut Tx, account: Account, kind: WorkKind, subjects: &[&str]) -> Result<()> {
    tx.query_in(
        "delete from work where account = $1 and kind = $2 and subject in ({in}) returning subject",
        &[&account.0, &kind.name()],
        subjects,
        |_| Ok(()),
    )?;
    Ok(())
}

/// How much of a kind is due, counted up to `most`.
pub fn count_due(tx: &mut Tx, kind: WorkKind, now: i64, most: i64) -> Result<i64> {
    let count = tx.query_row(
        "select count(*) from (select 1 from work where kind = $1 and due_at <= $2 and dead_at is null limit $3) due",
        &[&kind.name(), &now, &most],
        |row| row.get(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// When the next work of these kinds is due: the end of a lease counts, because its holder may be gone. Kind by kind, so
/// that the first of a million rows is found without reading the others.
pub fn next_due(tx: &mut Tx, kinds: &[WorkKind], now: i64) -> Result<Option<i64>> {
    let leased = tx.query_row(
        "select min(lease_until) from work where dead_at is null and lease_until > 0 and lease_until > $1",
        &[&now],
        |row| row.get::<Option<i64>>(0),
    )?;
    let mut next = leased.flatten();
    for kind in kinds {
        let free = tx.query_row(
            "select due_at from work where kind = $1 and dead_at is null and lease_until <= $2
             order by due_at limit 1",
            &[&kind.name(), &now],
            |row| row.get::<i64>(0),
        )?;
        next = [next, free].into_iter().flatten().min();
    }
    Ok(next)
}

/// How much is due and not dead, and how much is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    pub due: i64,
    /// Since when the oldest is due (Unix ms).
    pub oldest_due_at: Option<i64>,
    pub dead: i64,
}

pub fn backlog(tx: &mut Tx, now: i64) -> Result<Backlog> {
    let (mut due, mut oldest_due_at) = (0, None);
    for kind in WorkKind::ALL {
        let (count, oldest) = tx
            .query_row(
                "select count(*), min(due_at) from work where kind = $1 and dead_at is null and due_at <= $2",
                &[&kind.name(), &now],
                |row| Ok((row.get::<i64>(0)?, row.get::<Option<i64>>(1)?)),
            )?
            .unwrap_or_default();
        due += count;
        oldest_due_at = [oldest_due_at, oldest].into_iter().flatten().min();
    }
    let dead = tx.query_row("select count(*) from work where dead_at is not null", &[], |row| row.get(0))?;
    Ok(Backlog { due, oldest_due_at, dead: dead.unwrap_or_default() })
}

/// All leases of an earlier process are void; only a store with one process may ask for this.
pub fn void_leases(tx: &mut Tx) -> Result<u64> {
    tx.execute("update work set lease_until = 0 where lease_until > 0", &[])
}
