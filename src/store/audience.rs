//! Resolves groups and users to recipients.

use super::Tx;
use crate::domain::error::Result;
use crate::domain::event::Addressed;
use crate::domain::id::{Account, UserId};
use crate::domain::plan::Person;

/// A group by its code, with the name that it has now.
pub fn find_group(tx: &mut Tx, account: Account, code: &str) -> Result<Option<Addressed>> {
    tx.query_row(
        "select id, code, name from user_group where account = $1 and code = $2",
        &[&account.0, &code],
        |row| Ok(Addressed { id: row.get(0)?, code: row.get(1)?, name: row.get(2)? }),
    )
}

/// An active user by id or e-mail address (`key` is the folded address).
pub fn find_user(tx: &mut Tx, account: Account, id: &str, key: &str) -> Result<Option<Addressed>> {
    let mut by = |column: &str, value: &str| {
        let sql = format!(
            "select id, name from app_user
             where account = $1 and {column} = $2 and locked_at is null and removed_at is null"
        );
        tx.query_row(&sql, &[&account.0, &value], |row| {
            Ok(Addressed { id: row.get(0)?, code: String::new(), name: row.get(1)? })
        })
    };
    if key.contains('@') { by("email_key", key) } else { by("id", id) }
}

/// The active members of a group, in the order of their ids.
pub fn list_members(tx: &mut Tx, account: Account, group: &str) -> Result<Vec<UserId>> {
    tx.query(
        "select u.id from group_member m
         join app_user u on u.account = m.account and u.id = m.user_id
         where m.account = $1 and m.group_id = $2 and u.locked_at is null and u.removed_at is null
         order by u.id",
        &[&account.0, &group],
        |row| Ok(UserId::new(row.get(0)?)),
    )
}

/// These users as they are now, in no order.
pub fn list_people(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<Vec<Person>> {
    tx.query_in(
        "select id, locked_at, removed_at from app_user where account = $1 and id in ({in})",
        &[&account.0],
        ids,
        |row| {
            let (locked, removed) = (row.get::<Option<i64>>(1)?, row.get::<Option<i64>>(2)?);
            Ok(Person { id: UserId::new(row.get(0)?), active: locked.is_none() && removed.is_none() })
        },
    )
}
