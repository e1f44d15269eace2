//! Accounts, their numbers, and the origins that may embed them.

use serde::{Deserialize, Serialize};

use super::Tx;
use super::tx::Row;
use crate::domain::code::Code;
use crate::domain::error::{Error, Result};
use crate::domain::id::Account;
use crate::domain::language::Language;
use crate::domain::origin::Origin;
use crate::domain::zone::Zone;

/// An account as people know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountDetails {
    pub code: String,
    pub name: String,
    pub zone: String,
    /// The code of its [`Language`].
    pub language: String,
    pub public_url: Option<String>,
    pub created_at: i64,
    pub suspended_at: Option<i64>,
}

impl AccountDetails {
    #[must_use]
    pub fn language(&self) -> Language {
        Language::parse(&self.language).unwrap_or_default()
    }
}

/// An account to be written.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub id: String,
    pub code: Code,
    pub name: String,
    pub zone: Zone,
    pub language: Language,
}

/// Writes an account under the next number. `None`: the code is taken, or another node was faster.
pub fn insert(tx: &mut Tx, new: &NewAccount, now: i64) -> Result<Option<Account>> {
    tx.query_row(
        "insert into account (number, id, code, name, zone, language, created_at)
         select coalesce(max(number), 0) + 1, cast($1 as text), cast($2 as text), cast($3 as text),
             cast($4 as text), cast($5 as text), cast($6 as bigint)
         from account where true on conflict do nothing returning number",
        &[&new.id, &new.code.as_str(), &new.name, &new.zone.as_str(), &new.language.code(), &now],
        |row| row.get(0).map(Account),
    )
}

fn read(row: &Row) -> Result<AccountDetails> {
    Ok(AccountDetails {
        code: row.get(0)?,
        name: row.get(1)?,
        zone: row.get(2)?,
        language: row.get(3)?,
        public_url: row.get(4)?,
        created_at: row.get(5)?,
        suspended_at: row.get(6)?,
    })
}

pub fn get(tx: &mut Tx, account: Account) -> Result<AccountDetails> {
    tx.query_row(
        "select code, name, zone, language, public_url, created_at, suspended_at from account
         where number = $1",
        &[&account.0],
        read,
    )?
    .ok_or(Error::NotFound)
}

pub fn find_by_code(tx: &mut Tx, code: &str) -> Result<Option<Account>> {
    tx.query_row("select number from account where code = $1", &[&code], |row| row.get(0).map(Account))
}

/// Every account with its code, in order of number.
pub fn list(tx: &mut Tx) -> Result<Vec<(Account, String)>> {
    tx.query("select number, code from account order by number", &[], |row| {
        Ok((Account(row.get(0)?), row.get(1)?))
    })
}

/// Writes name, zone, language and public address.
pub fn update(tx: &mut Tx, account: Account, details: &AccountDetails) -> Result<()> {
    tx.execute(
        "update account set name = $2, zone = $3, language = $4, public_url = $5 where number = $1",
        &[&account.0, &details.name, &details.zone, &details.language, &details.public_url],
    )?;
    Ok(())
}

/// The next number of a user, group or record, under the lock of the account's row.
pub fn next_number(tx: &mut Tx, account: Account) -> Result<i64> {
    tx.query_row(
        "update account set last_number = last_number + 1 where number = $1 returning last_number",
        &[&account.0],
        |row| row.get(0),
    )?
    .ok_or(Error::NotFound)
}

/// Takes the lock of the account's row until the transaction ends, for decisions that look at several rows, such as
/// "is this the last administrator". To be called before any other row is locked.
pub fn lock(tx: &mut Tx, account: Account) -> Result<()> {
    tx.execute("update account set last_number = last_number where number = $1", &[&account.0])?;
    Ok(())
}

/// An origin that may embed the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowedOrigin {
    pub origin: String,
    pub created_at: i64,
}

pub fn list_origins(tx: &mut Tx, account: Account) -> Result<Vec<AllowedOrigin>> {
    tx.query(
        "select origin, created_at from allowed_origin where account = $1 order by created_at, origin",
        &[&account.0],
        |row| Ok(AllowedOrigin { origin: row.get(0)?, created_at: row.get(1)? }),
    )
}

/// # Errors
/// [`Error::Duplicate`] when it is allowed already.
pub fn insert_origin(tx: &mut Tx, account: Account, origin: &Origin, now: i64) -> Result<()> {
    tx.execute(
        "insert into allowed_origin (account, origin, created_at) values ($1, $2, $3)",
        &[&account.0, &origin.as_str(), &now],
    )?;
    Ok(())
}

/// # Errors
/// [`Error::NotFound`] when it is not allowed.
pub fn delete_origin(tx: &mut Tx, account: Account, origin: &str) -> Result<()> {
    let deleted =
        tx.execute("delete from allowed_origin where account = $1 and origin = $2", &[&account.0, &origin])?;
    if deleted == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Whether a page of `origin` may call: for this account, or, before anybody is known, for any.
pub fn origin_allowed(tx: &mut Tx, account: Option<Account>, origin: &str) -> Result<bool> {
    let account = account.map_or(0, |account| account.0);
    let found = tx.query_row(
        "select account from allowed_origin where origin = $2 and (cast($1 as bigint) = 0 or account = $1) limit 1",
        &[&account, &origin],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}
