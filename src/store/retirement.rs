//! Rows whose time is over, by kind, a bounded number at a time.
//!
//! An item goes in two steps: it is withdrawn, which browsers hear of; days later its row goes, and cursors from before
//! its last change are too old from then on (`account.kept_seq`).

use super::Tx;
use super::inbox::{COLUMNS, read};
use crate::domain::error::Result;
use crate::domain::event::EventType;
use crate::domain::id::Account;
use crate::domain::inbox::Item;
use crate::domain::kind::Kind;

/// Items of a kind that were written before an instant and are not withdrawn.
pub fn list_old_items(
    tx: &mut Tx,
    account: Account,
    kind: Kind,
    before: i64,
    most: i64,
) -> Result<Vec<Item>> {
    let sql = format!(
        "select {COLUMNS} from inbox_item i
         where i.account = $1 and i.kind = $2 and i.created_at < $3 and i.withdrawn_at is null
         order by i.created_at limit $4"
    );
    tx.query(&sql, &[&account.0, &kind.name(), &before, &most], read)
}

/// Deletes items of a kind that are that old and were withdrawn before `withdrawn`, with their letters; answers how many.
pub fn delete_items(
    tx: &mut Tx,
    account: Account,
    kind: Kind,
    (before, withdrawn): (i64, i64),
    most: i64,
) -> Result<u64> {
    let gone = tx.query(
        "delete from inbox_item where account = $1 and (user_id, id) in (
             select i.user_id, i.id from inbox_item i
             where i.account = $1 and i.kind = $2 and i.created_at < $3 and i.withdrawn_at < $4
             order by i.created_at limit $5)
         returning id, seq",
        &[&account.0, &kind.name(), &before, &withdrawn, &most],
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
    )?;
    let Some(last) = gone.iter().map(|(_, seq)| *seq).max() else { return Ok(0) };
    tx.execute("update account set kept_seq = $2 where number = $1 and kept_seq < $2", &[&account.0, &last])?;
    let items: Vec<&str> = gone.iter().map(|(id, _)| id.as_str()).collect();
    let sql = "delete from delivery where account = $1 and item_id in ({in}) returning id";
    tx.query_in(sql, &[&account.0], &items, |_| Ok(()))?;
    Ok(gone.len() as u64)
}

/// Deletes notifications of a kind that are that old and in nobody's inbox; answers how many.
pub fn delete_notifications(
    tx: &mut Tx,
    account: Account,
    kind: Kind,
    before: i64,
    most: i64,
) -> Result<u64> {
    tx.execute(
        "delete from notification where account = $1 and id in (
             select n.id from notification n
             where n.account = $1 and n.kind = $2 and n.created_at < $3
                 and not exists (select 1 from inbox_item i where i.account = $1 and i.notification_id = n.id)
                 and not exists (select 1 from work w where w.account = $1 and w.subject in (n.id, n.event_id))
             order by n.created_at limit $4)",
        &[&account.0, &kind.name(), &before, &most],
    )
}

/// Deletes events of a type that are that old, done with, and told by no notification; answers how many.
pub fn delete_events(tx: &mut Tx, account: Account, of: EventType, before: i64, most: i64) -> Result<u64> {
    tx.execute(
        "delete from event where account = $1 and id in (
             select e.id from event e
             where e.account = $1 and e.type = $2 and e.created_at < $3
                 and not exists (select 1 from notification n where n.account = $1 and n.event_id = e.id
                     and n.kind = $5)
                 and not exists (select 1 from work w where w.account = $1 and w.subject = e.id)
             order by e.created_at limit $4)",
        &[&account.0, &of.name(), &before, &most, &kind_of(of).name()],
    )
}

/// The kind of notification that events of a type lead to.
#[must_use]
pub fn kind_of(of: EventType) -> Kind {
    match of {
        EventType::OneTime => Kind::OneTime,
        EventType::RecordChanged => Kind::System,
        EventType::Custom | EventType::Task | EventType::Tick => Kind::Custom,
        EventType::Reminders => Kind::Task,
        EventType::Announcement => Kind::Announcement,
    }
}

/// Deletes deliveries that ended before an instant; answers how many.
pub fn delete_deliveries(tx: &mut Tx, before: i64, most: i64) -> Result<u64> {
    let row = tx.engine().row_name();
    let sql = format!(
        "delete from delivery where {row} in (
             select {row} from delivery where ended_at < $1 order by ended_at limit $2)"
    );
    tx.execute(&sql, &[&before, &most])
}

/// Deletes the oldest history of an account up to an instant; its order is that of time. Answers how many.
pub fn delete_history(tx: &mut Tx, account: Account, before: i64, most: i64) -> Result<u64> {
    let oldest = tx.query(
        "select seq, created_at from history where account = $1 order by seq limit $2",
        &[&account.0, &most],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)),
    )?;
    let Some((last, _)) = oldest.into_iter().take_while(|(_, at)| *at < before).last() else { return Ok(0) };
    tx.execute("delete from history where account = $1 and seq <= $2", &[&account.0, &last])
}

/// Deletes lines of the audit log from before an instant; answers how many.
pub fn delete_audit(tx: &mut Tx, account: Account, before: i64, most: i64) -> Result<u64> {
    tx.execute(
        "delete from audit where account = $1 and id in (
             select id from audit where account = $1 and created_at < $2 order by created_at limit $3)",
        &[&account.0, &before, &most],
    )
}

/// Rows of inboxes up to this number may be gone.
pub fn kept_after(tx: &mut Tx, account: Account) -> Result<i64> {
    let sql = "select kept_seq from account where number = $1";
    Ok(tx.query_row(sql, &[&account.0], |row| row.get(0))?.unwrap_or_default())
}
