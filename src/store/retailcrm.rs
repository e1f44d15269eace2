//! What the RetailCRM-compatible API shows beside records: people by their numbers, who is there, when a status changed.

use super::Tx;
use crate::domain::error::{Error, Result};
use crate::domain::id::{Account, GroupId, UserId};
use crate::domain::record::RecordId;

/// The numbers of users, also of those who are gone.
pub fn list_user_numbers(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<Vec<(UserId, i64)>> {
    tx.query_in(
        "select id, number from app_user where account = $1 and id in ({in})",
        &[&account.0],
        ids,
        |row| Ok((UserId::new(row.get(0)?), row.get(1)?)),
    )
}

/// When the status of these records changed last.
pub fn list_status_times(tx: &mut Tx, account: Account, records: &[&str]) -> Result<Vec<(RecordId, i64)>> {
    tx.query_in(
        "select record_id, max(created_at) from history
         where account = $1 and field = 'status' and record_id in ({in}) group by record_id",
        &[&account.0],
        records,
        |row| Ok((RecordId::new(row.get(0)?), row.get(1)?)),
    )
}

/// What the users of an account say they are.
pub fn list_availabilities(tx: &mut Tx, account: Account) -> Result<Vec<(UserId, String)>> {
    tx.query("select id, availability from app_user where account = $1", &[&account.0], |row| {
        Ok((UserId::new(row.get(0)?), row.get(1)?))
    })
}

/// # Errors
/// [`Error::NotFound`] when no user has the number.
pub fn update_availability(tx: &mut Tx, account: Account, number: i64, availability: &str) -> Result<()> {
    let updated = tx.execute(
        "update app_user set availability = $3 where account = $1 and number = $2 and removed_at is null",
        &[&account.0, &number, &availability],
    )?;
    if updated == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Users who are signed in at a browser, with a session that was used after `since`.
pub fn list_online(tx: &mut Tx, account: Account, since: i64, now: i64) -> Result<Vec<UserId>> {
    tx.query(
        "select distinct s.user_id from session s
         join app_user u on u.account = s.account and u.id = s.user_id and u.generation = s.generation
         where s.account = $1 and s.ended_at is null and s.expires_at > $2 and s.seen_at > $3",
        &[&account.0, &now, &since],
        |row| Ok(UserId::new(row.get(0)?)),
    )
}

/// The sites of the groups of an account.
pub fn list_group_sites(tx: &mut Tx, account: Account) -> Result<Vec<(GroupId, String)>> {
    tx.query(
        "select group_id, site from group_site where account = $1 order by group_id, site",
        &[&account.0],
        |row| Ok((GroupId::new(row.get(0)?), row.get(1)?)),
    )
}
