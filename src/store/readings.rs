//! What the server reads of itself to see whether something is wrong.

use super::Tx;
use crate::domain::error::Result;
use crate::domain::id::Account;

/// How many of something an account has.
type Counted = Vec<(Account, i64)>;

/// Letters that wait because no relay is set.
pub fn count_without_relay(tx: &mut Tx) -> Result<Counted> {
    tx.query(
        "select account, count(*) from delivery where ended_at is null and reason = 'no_relay'
         group by account order by account",
        &[],
        |row| Ok((Account(row.get(0)?), row.get(1)?)),
    )
}

/// Letters that were given up at or after `since`.
pub fn count_dead(tx: &mut Tx, since: i64) -> Result<Counted> {
    tx.query(
        "select account, count(*) from delivery where state = 'dead' and ended_at >= $1
         group by account order by account",
        &[&since],
        |row| Ok((Account(row.get(0)?), row.get(1)?)),
    )
}

/// Addresses that get no letters at `now`.
pub fn count_suspended(tx: &mut Tx, now: i64) -> Result<Counted> {
    tx.query(
        "select account, count(*) from mail_address where suspended_until > $1
         group by account order by account",
        &[&now],
        |row| Ok((Account(row.get(0)?), row.get(1)?)),
    )
}

/// Accounts that have relays of their own.
pub fn list_with_relays(tx: &mut Tx) -> Result<Vec<Account>> {
    tx.query("select distinct account from mail_relay order by account", &[], |row| row.get(0).map(Account))
}
