//! The operator's side of an account: limits, suspension, deletion, and how its rows go in the end.

use serde::{Deserialize, Serialize};

use super::Tx;
use super::tx::Row;
use crate::domain::account_state::AccountState;
use crate::domain::error::{Error, Result};
use crate::domain::id::Account;
use crate::domain::limits::AccountLimits;

/// An account as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub number: i64,
    pub code: String,
    pub name: String,
    pub created_at: i64,
    pub limits: AccountLimits,
    pub suspended_at: Option<i64>,
    /// What is said to whoever knocks.
    pub suspended_reason: Option<String>,
    /// When its rows go for good, if it was deleted.
    pub delete_at: Option<i64>,
    /// Users that are not removed.
    pub users: i64,
}

impl Terms {
    #[must_use]
    pub fn state(&self) -> AccountState {
        match (self.delete_at, self.suspended_at) {
            (Some(_), _) => AccountState::Deleted,
            (None, Some(_)) => AccountState::Suspended,
            (None, None) => AccountState::Open,
        }
    }
}

const COLUMNS: &str =
    "a.number, a.code, a.name, a.created_at, a.most_users, a.events_per_minute, a.calls_per_minute,
    a.suspended_at, a.suspended_reason, a.delete_at,
    (select count(*) from app_user u where u.account = a.number and u.removed_at is null)";

fn read(row: &Row) -> Result<Terms> {
    Ok(Terms {
        number: row.get(0)?,
        code: row.get(1)?,
        name: row.get(2)?,
        created_at: row.get(3)?,
        limits: AccountLimits {
            users: row.get(4)?,
            events_per_minute: row.get(5)?,
            calls_per_minute: row.get(6)?,
        },
        suspended_at: row.get(7)?,
        suspended_reason: row.get(8)?,
        delete_at: row.get(9)?,
        users: row.get(10)?,
    })
}

pub fn get(tx: &mut Tx, account: Account) -> Result<Terms> {
    let sql = format!("select {COLUMNS} from account a where a.number = $1");
    tx.query_row(&sql, &[&account.0], read)?.ok_or(Error::NotFound)
}

/// Every account, in order of number.
pub fn list(tx: &mut Tx) -> Result<Vec<Terms>> {
    tx.query(&format!("select {COLUMNS} from account a order by a.number"), &[], read)
}

/// Only what calls are measured by.
pub fn find_limits(tx: &mut Tx, account: Account) -> Result<AccountLimits> {
    let found = tx.query_row(
        "select most_users, events_per_minute, calls_per_minute from account where number = $1",
        &[&account.0],
        |row| {
            let (users, events_per_minute, calls_per_minute) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(AccountLimits { users, events_per_minute, calls_per_minute })
        },
    )?;
    Ok(found.unwrap_or_default())
}

pub fn update_limits(tx: &mut Tx, account: Account, limits: AccountLimits) -> Result<()> {
    tx.execute(
        "update account set most_users = $2, events_per_minute = $3, calls_per_minute = $4 where number = $1",
        &[&account.0, &limits.users, &limits.events_per_minute, &limits.calls_per_minute],
    )
    .map(drop)
}

/// Suspends (`Some`) or lets in again.
pub fn update_suspended(tx: &mut Tx, account: Account, suspended: Option<(i64, &str)>) -> Result<()> {
    let (at, reason) = suspended.unzip();
    tx.execute(
        "update account set suspended_at = $2, suspended_reason = $3 where number = $1",
        &[&account.0, &at, &reason],
    )
    .map(drop)
}

pub fn update_delete_at(tx: &mut Tx, account: Account, at: Option<i64>) -> Result<()> {
    tx.execute("update account set delete_at = $2 where number = $1", &[&account.0, &at]).map(drop)
}

/// Accounts that were suspended at or after an instant.
pub fn suspended_since(tx: &mut Tx, since: i64) -> Result<Vec<Account>> {
    tx.query("select number from account where suspended_at >= $1", &[&since], |row| row.get(0).map(Account))
}

/// The first account whose grace is over.
pub fn find_to_purge(tx: &mut Tx, now: i64) -> Result<Option<(Account, String)>> {
    tx.query_row(
        "select number, code from account where delete_at <= $1 order by number limit 1",
        &[&now],
        |row| Ok((Account(row.get(0)?), row.get(1)?)),
    )
}

/// Every table with rows of accounts, in an order in which they can be emptied: what refers to another goes before it.
pub const TABLES: &[&str] = &[
    // First of all, so that nothing is done any more about what goes.
    "work",
    "marketing_run",
    "marketing_member",
    "marketing_begun",
    "segment",
    "rule_later",
    "rule_delivery_attempt",
    "rule_delivery",
    "template_use",
    "trigger_run",
    "trigger_last",
    "trigger_tick",
    "action_log",
    "rule_version",
    "rule",
    "announcement_account",
    "server_condition",
    "account_label",
    "delivery_attempt",
    "delivery",
    "mail_relay",
    "mail_address",
    "preference",
    "task_comment",
    "task",
    "custom_value",
    "record",
    "history",
    "account_choice",
    "custom_field",
    "reference_entry",
    "group_site",
    "site",
    "audit",
    "idempotency",
    "read_mark",
    "inbox_item",
    "notification",
    "event",
    "api_key",
    "one_time_link",
    "session",
    "group_member",
    "user_group",
    "app_user",
    "allowed_origin",
];

/// Deletes at most `most` rows of an account, from the first table that has any; answers how many. None are left: its own
/// row goes, and the answer is `None`.
pub fn delete_rows(tx: &mut Tx, account: Account, most: i64) -> Result<Option<u64>> {
    let row = tx.engine().row_name();
    for table in TABLES {
        let sql = format!(
            "delete from {table} where {row} in (select {row} from {table} where account = $1 limit $2)"
        );
        let deleted = tx.execute(&sql, &[&account.0, &most])?;
        if deleted > 0 {
            return Ok(Some(deleted));
        }
    }
    tx.execute("delete from account where number = $1", &[&account.0])?;
    Ok(None)
}
