//! Inbox items that are reminders of tasks: what stands or sleeps, of one task or of one user.

use super::inbox::{COLUMNS, read, read_full};
use super::{Tx, notifications};
use crate::domain::error::Result;
use crate::domain::id::{Account, UserId};
use crate::domain::inbox::Item;
use crate::domain::notification::Notification;

/// Reminders of a task, of earlier generations than this one, whose popups stand or sleep; at most `most`.
pub fn list_of_task(tx: &mut Tx, account: Account, task: &str, before: i64, most: i64) -> Result<Vec<Item>> {
    let sql = format!(
        "select {COLUMNS} from inbox_item i
         join notification n on n.account = i.account and n.id = i.notification_id
         where n.account = $1 and n.task_id = $2 and n.task_generation < $3
             and i.closed_at is null and i.withdrawn_at is null
         order by i.user_id, i.id limit $4{}",
        tx.engine().hold_items()
    );
    tx.query(&sql, &[&account.0, &task, &before, &most], read)
}

/// Reminders of a user whose popups stand or sleep, numbered after `after`, in order of number; each with its notification.
pub fn list_of_user(
    tx: &mut Tx,
    account: Account,
    user: &str,
    after: i64,
    most: i64,
) -> Result<Vec<(Item, Notification)>> {
    let sql = format!(
        "select {COLUMNS}, {} from inbox_item i
         join notification n on n.account = i.account and n.id = i.notification_id
         where i.account = $1 and i.user_id = $2 and i.kind = 'task' and i.seq > $3
             and i.closed_at is null and i.withdrawn_at is null
         order by i.seq limit $4",
        notifications::COLUMNS
    );
    tx.query(&sql, &[&account.0, &user, &after, &most], read_full)
}

/// A user's newest reminder of a task that is not withdrawn, to be changed.
pub fn find(tx: &mut Tx, account: Account, user: &UserId, task: &str) -> Result<Option<Item>> {
    let sql = format!(
        "select {COLUMNS} from inbox_item i
         join notification n on n.account = i.account and n.id = i.notification_id
         where n.account = $1 and n.task_id = $2 and i.user_id = $3 and i.withdrawn_at is null
         order by i.id desc limit 1{}",
        tx.engine().hold_items()
    );
    tx.query_row(&sql, &[&account.0, &task, &user.as_str()], read)
}
