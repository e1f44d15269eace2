//! The sender's view: how a notification fares with those who got it. Their own view is [`super::inbox`]'s.

use super::{Tx, inbox};
use crate::domain::error::Result;
use crate::domain::id::{Account, UserId};
use crate::domain::inbox::State;

/// How a notification fares with its recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub recipients: i64,
    pub seen: i64,
    pub read: i64,
    pub closed: i64,
}

pub fn counts(tx: &mut Tx, account: Account, notification: &str) -> Result<Counts> {
    let counts = tx.query_row(
        "select count(*), count(seen_at), count(read_at),
             count(case when closed_by = 'preferences' then null else closed_at end) from inbox_item
         where account = $1 and notification_id = $2",
        &[&account.0, &notification],
        |row| {
            Ok(Counts { recipients: row.get(0)?, seen: row.get(1)?, read: row.get(2)?, closed: row.get(3)? })
        },
    )?;
    Ok(counts.unwrap_or_default())
}

/// Recipients in one of these states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reached {
    #[default]
    All,
    Unseen,
    Seen,
    Read,
    Closed,
}

/// A recipient and how far the notification got with him.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub state: State,
}

/// Recipients of a notification by user id, from after `after` on.
pub fn list(
    tx: &mut Tx,
    account: Account,
    notification: &str,
    reached: Reached,
    after: Option<&str>,
    most: i64,
) -> Result<Vec<Recipient>> {
    let only = match reached {
        Reached::All => "",
        Reached::Unseen => " and i.seen_at is null",
        Reached::Seen => " and i.seen_at is not null",
        Reached::Read => " and i.read_at is not null",
        Reached::Closed => " and i.closed_at is not null and i.closed_by <> 'preferences'",
    };
    let sql = format!(
        "select {}, u.name, u.email from inbox_item i
         join app_user u on u.account = i.account and u.id = i.user_id
         where i.account = $1 and i.notification_id = $2{only} and i.user_id > $3
         order by i.user_id limit $4",
        inbox::COLUMNS
    );
    tx.query(&sql, &[&account.0, &notification, &after.unwrap_or_default(), &most], |row| {
        let item = inbox::read(row)?;
        Ok(Recipient {
            user: item.user,
            name: row.get(inbox::WIDTH)?,
            email: row.get(inbox::WIDTH + 1)?,
            state: item.state,
        })
    })
}
