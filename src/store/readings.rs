//! What the server reads of itself to see whether something is wrong.

use super::Tx;
use super::tx::Row;
use crate::domain::condition::Term;
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::rule::failing::Came;

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

/// A key that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndingKey {
    pub account: Account,
    pub id: String,
    pub name: String,
    pub term: Term,
}

/// Keys that are good at `now` and end until `until`.
pub fn list_ending_keys(tx: &mut Tx, now: i64, until: i64) -> Result<Vec<EndingKey>> {
    tx.query(
        "select account, id, name, created_at, expires_at from api_key
         where revoked_at is null and expires_at > $1 and expires_at <= $2 order by account, id",
        &[&now, &until],
        |row| {
            let term = Term { from: row.get(3)?, until: row.get(4)? };
            Ok(EndingKey { account: Account(row.get(0)?), id: row.get(1)?, name: row.get(2)?, term })
        },
    )
}

/// Rules that something went wrong with at or after `since`: ids of accounts and rules. `first` is the smallest id of an entry
/// of that time.
pub fn list_stumbling(tx: &mut Tx, since: i64, first: &str) -> Result<Vec<(Account, String)>> {
    let read = |row: &Row| Ok((Account(row.get(0)?), row.get(1)?));
    // Account by account through the index of errors: there may be many entries that are none.
    let mut found = tx.query(
        "select distinct a.number, l.rule_id from account a
         join action_log l on l.account = a.number and l.status = 'error' and l.id >= $1",
        &[&first],
        read,
    )?;
    found.extend(tx.query(
        "select distinct d.account, d.rule_id from rule_delivery_attempt t
         join rule_delivery d on d.account = t.account and d.id = t.delivery_id
         where t.at >= $1 and t.outcome <> 'sent'",
        &[&since],
        read,
    )?);
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The latest that came of a rule, latest first: what the log says of its actions, and what became of what it sent.
pub fn list_came(tx: &mut Tx, account: Account, rule: &str) -> Result<Vec<Came>> {
    /// Entries of a rule, and what an account sent out of the house, that are looked at.
    const ENTRIES: i64 = 100;
    const SENT: i64 = 1_000;
    let mut came = tx.query(
        "select coalesce(action, ''), at, coalesce(record_id, ''), status from action_log
         where account = $1 and rule_id = $2 order by id desc limit $3",
        &[&account.0, &rule, &ENTRIES],
        |row| {
            let (at, record): (i64, String) = (row.get(1)?, row.get(2)?);
            let (run, failed) = (format!("{at} {record}"), row.get::<String>(3)? == "error");
            Ok(Came { of: row.get(0)?, run, at, failed })
        },
    )?;
    // What was not tried yet has not come to anything.
    came.extend(tx.query(
        "select channel, created_at, coalesce(record_id, ''), state from (
             select id, rule_id, channel, created_at, record_id, state, tries from rule_delivery
             where account = $1 order by id desc limit $3) d
         where rule_id = $2 and (state in ('sent', 'dead') or tries > 0) order by id desc",
        &[&account.0, &rule, &SENT],
        |row| {
            let (at, record): (i64, String) = (row.get(1)?, row.get(2)?);
            let (run, failed) = (format!("{at} {record}"), row.get::<String>(3)? != "sent");
            Ok(Came { of: format!("sent {}", row.get::<String>(0)?), run, at, failed })
        },
    )?);
    Ok(came)
}
