//! API keys: found by their SHA-256, shown by the beginning of their secret.

use serde::{Deserialize, Serialize};

use super::Tx;
use super::tx::Row;
use crate::domain::error::{Error, Result};
use crate::domain::id::{Account, KeyId};
use crate::domain::scope::{Scope, Scopes};

/// An API key as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    pub id: KeyId,
    pub name: String,
    /// The beginning of the secret, to tell keys apart.
    pub prefix: String,
    pub scopes: Vec<Scope>,
    pub created_at: i64,
    /// The name of the user who made it; `None`: the command line or another key.
    pub created_by: Option<String>,
    pub last_used_at: Option<i64>,
    pub expires_at: Option<i64>,
}

/// A key to be written.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub id: KeyId,
    pub name: String,
    /// The SHA-256 of the key, in hexadecimal.
    pub hash: String,
    pub prefix: String,
    pub scopes: Scopes,
    pub expires_at: Option<i64>,
    /// The id of the user who makes it.
    pub created_by: Option<String>,
}

pub fn insert(tx: &mut Tx, account: Account, new: &NewKey, now: i64) -> Result<()> {
    tx.execute(
        "insert into api_key (account, id, name, hash, prefix, scopes, created_at, created_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            &account.0,
            &new.id.as_str(),
            &new.name,
            &new.hash,
            &new.prefix,
            &new.scopes.joined(),
            &now,
            &new.created_by,
            &new.expires_at,
        ],
    )?;
    Ok(())
}

const KEY: &str =
    "select k.id, k.name, k.prefix, k.scopes, k.created_at, u.name, k.last_used_at, k.expires_at
    from api_key k left join app_user u on u.account = k.account and u.id = k.created_by";

fn scopes(stored: &str) -> Result<Scopes> {
    Scopes::parse("scopes", stored.split_ascii_whitespace())
        .map_err(|_| Error::internal(format!("unknown scopes {stored:?}")))
}

fn read(row: &Row) -> Result<ApiKey> {
    Ok(ApiKey {
        id: KeyId::new(row.get(0)?),
        name: row.get(1)?,
        prefix: row.get(2)?,
        scopes: scopes(&row.get::<String>(3)?)?.as_slice().to_vec(),
        created_at: row.get(4)?,
        created_by: row.get(5)?,
        last_used_at: row.get(6)?,
        expires_at: row.get(7)?,
    })
}

/// The keys of an account that are not revoked, in the order in which they were made.
pub fn list(tx: &mut Tx, account: Account) -> Result<Vec<ApiKey>> {
    let sql = format!("{KEY} where k.account = $1 and k.revoked_at is null order by k.id");
    tx.query(&sql, &[&account.0], read)
}

/// The names of keys, also of those that are revoked.
pub fn list_names(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<Vec<(KeyId, String)>> {
    tx.query_in(
        "select id, name from api_key where account = $1 and id in ({in})",
        &[&account.0],
        ids,
        |row| Ok((KeyId::new(row.get(0)?), row.get(1)?)),
    )
}

pub fn get(tx: &mut Tx, account: Account, id: &str) -> Result<ApiKey> {
    let sql = format!("{KEY} where k.account = $1 and k.id = $2 and k.revoked_at is null");
    tx.query_row(&sql, &[&account.0, &id], read)?.ok_or(Error::NotFound)
}

/// Revokes a key for good.
///
/// # Errors
/// [`Error::NotFound`] when there is none that is good.
pub fn update_revoked(tx: &mut Tx, account: Account, id: &str, now: i64) -> Result<()> {
    let revoked = tx.execute(
        "update api_key set revoked_at = $3 where account = $1 and id = $2 and revoked_at is null",
        &[&account.0, &id, &now],
    )?;
    if revoked == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Notes that the key was used, at most once a minute.
pub fn update_last_used(tx: &mut Tx, account: Account, id: &KeyId, now: i64) -> Result<()> {
    tx.execute(
        "update api_key set last_used_at = $3
         where account = $1 and id = $2 and (last_used_at is null or last_used_at <= cast($3 as bigint) - 60000)",
        &[&account.0, &id.as_str(), &now],
    )?;
    Ok(())
}

/// A key that was presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    pub account: Account,
    pub id: KeyId,
    pub name: String,
    pub scopes: Scopes,
    pub last_used_at: Option<i64>,
    pub expires_at: Option<i64>,
    /// Why its account is suspended, if it is.
    pub suspended: Option<String>,
}

/// The key with this hash, unless it was revoked.
pub fn find_by_hash(tx: &mut Tx, hash: &str) -> Result<Option<Presented>> {
    tx.query_row(
        "select k.account, k.id, k.name, k.scopes, k.last_used_at, k.expires_at,
             case when a.suspended_at is not null then coalesce(a.suspended_reason, '') end
         from api_key k join account a on a.number = k.account
         where k.hash = $1 and k.revoked_at is null",
        &[&hash],
        |row| {
            Ok(Presented {
                account: Account(row.get(0)?),
                id: KeyId::new(row.get(1)?),
                name: row.get(2)?,
                scopes: scopes(&row.get::<String>(3)?)?,
                last_used_at: row.get(4)?,
                expires_at: row.get(5)?,
                suspended: row.get(6)?,
            })
        },
    )
}
