//! Relays of an account, and addresses that letters came back from.

use super::Tx;
use super::tx::Row;
use crate::domain::error::{Error, Result};
use crate::domain::id::Account;
use crate::domain::mail::bounce::Standing;
use crate::domain::mail::relay::{Auth, Relay, Secret, Security};

const COLUMNS: &str = "id, host, port, security, allow_plain, auth, username, secret, priority";

fn read(row: &Row) -> Result<Relay> {
    let (security, auth): (String, String) = (row.get(3)?, row.get(5)?);
    let unknown = |name: &str| Error::internal(format!("unknown security or auth {name:?}"));
    Ok(Relay {
        id: row.get(0)?,
        host: row.get(1)?,
        port: u16::try_from(row.get::<i64>(2)?).map_err(|e| Error::internal(e.to_string()))?,
        security: Security::parse(&security).ok_or_else(|| unknown(&security))?,
        allow_plain: row.get::<i64>(4)? != 0,
        auth: Auth::parse(&auth).ok_or_else(|| unknown(&auth))?,
        user: row.get(6)?,
        secret: Secret(row.get(7)?),
        priority: row.get(8)?,
    })
}

/// An account's relays, the first to be tried first.
pub fn list(tx: &mut Tx, account: Account) -> Result<Vec<Relay>> {
    let sql = format!("select {COLUMNS} from mail_relay where account = $1 order by priority, id");
    tx.query(&sql, &[&account.0], read)
}

/// Whether an account has a relay of its own.
pub fn exist(tx: &mut Tx, account: Account) -> Result<bool> {
    let found =
        tx.query_row("select id from mail_relay where account = $1 limit 1", &[&account.0], |row| {
            row.get::<String>(0)
        })?;
    Ok(found.is_some())
}

/// How many relays all accounts have together.
pub fn count(tx: &mut Tx) -> Result<i64> {
    let count = tx.query_row("select count(*) from mail_relay", &[], |row| row.get(0))?;
    Ok(count.unwrap_or_default())
}

/// Exactly these are the account's relays from now on.
pub fn put_all(tx: &mut Tx, account: Account, relays: &[Relay], now: i64) -> Result<()> {
    tx.execute("delete from mail_relay where account = $1", &[&account.0])?;
    for relay in relays {
        tx.execute(
            "insert into mail_relay (account, id, host, port, security, allow_plain, auth, username, secret,
                 priority, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            &[
                &account.0,
                &relay.id,
                &relay.host,
                &i64::from(relay.port),
                &relay.security.name(),
                &i64::from(relay.allow_plain),
                &relay.auth.name(),
                &relay.user,
                &relay.secret.0,
                &relay.priority,
                &now,
            ],
        )?;
    }
    Ok(())
}

/// An address that letters came back from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub key: String,
    pub address: String,
    pub standing: Standing,
    /// A relay's words.
    pub reason: String,
}

const ADDRESS: &str = "address_key, address, bounces, first_bounce_at, last_bounce_at, reason, suspended_at,
    suspended_until";

fn read_address(row: &Row) -> Result<Address> {
    Ok(Address {
        key: row.get(0)?,
        address: row.get(1)?,
        standing: Standing {
            bounces: row.get(2)?,
            first_bounce_at: row.get(3)?,
            last_bounce_at: row.get(4)?,
            suspended_at: row.get(6)?,
            suspended_until: row.get(7)?,
        },
        reason: row.get(5)?,
    })
}

/// What is known of these addresses; of most, nothing.
pub fn list_addresses(tx: &mut Tx, account: Account, keys: &[&str]) -> Result<Vec<Address>> {
    let sql = format!("select {ADDRESS} from mail_address where account = $1 and address_key in ({{in}})");
    tx.query_in(&sql, &[&account.0], keys, read_address)
}

/// The addresses that are suspended, the newest first.
pub fn list_suspended(tx: &mut Tx, account: Account, now: i64, most: i64) -> Result<Vec<Address>> {
    let sql = format!(
        "select {ADDRESS} from mail_address where account = $1 and suspended_until > $2
         order by suspended_at desc, address_key limit $3"
    );
    tx.query(&sql, &[&account.0, &now, &most], read_address)
}

pub fn put_address(tx: &mut Tx, account: Account, address: &Address) -> Result<()> {
    let standing = address.standing;
    tx.execute(
        "insert into mail_address (account, address_key, address, bounces, first_bounce_at, last_bounce_at, reason,
             suspended_at, suspended_until)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (account, address_key) do update set address = excluded.address, bounces = excluded.bounces,
             first_bounce_at = excluded.first_bounce_at, last_bounce_at = excluded.last_bounce_at,
             reason = excluded.reason, suspended_at = excluded.suspended_at,
             suspended_until = excluded.suspended_until",
        &[
            &account.0,
            &address.key,
            &address.address,
            &standing.bounces,
            &standing.first_bounce_at,
            &standing.last_bounce_at,
            &address.reason,
            &standing.suspended_at,
            &standing.suspended_until,
        ],
    )?;
    Ok(())
}

/// Forgets what came back from an address. False: nothing was known.
pub fn delete_address(tx: &mut Tx, account: Account, key: &str) -> Result<bool> {
    let deleted =
        tx.execute("delete from mail_address where account = $1 and address_key = $2", &[&account.0, &key])?;
    Ok(deleted == 1)
}
