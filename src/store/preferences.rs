//! What users chose about what reaches them, and what their account has as default.

use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Tx, references};
use crate::domain::branding::Branding;
use crate::domain::error::{Error, Result};
use crate::domain::id::{Account, UserId};
use crate::domain::preferences::{AccountDefaults, Preferences};

/// The names of the account's choices.
const DEFAULTS: &str = "preferences";
const BRANDING: &str = "branding";

fn parse<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|e| Error::internal(e.to_string()))
}

fn write(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::internal(e.to_string()))
}

/// What a user chose.
pub fn find(tx: &mut Tx, account: Account, user: &UserId) -> Result<Preferences> {
    Ok(list(tx, account, &[user.as_str()])?.remove(user).unwrap_or_default())
}

/// What those of these users chose who did.
pub fn list(tx: &mut Tx, account: Account, users: &[&str]) -> Result<HashMap<UserId, Preferences>> {
    let found = tx.query_in(
        "select user_id, value from preference where account = $1 and user_id in ({in})",
        &[&account.0],
        users,
        |row| Ok((UserId::new(row.get(0)?), row.get::<String>(1)?)),
    )?;
    found.into_iter().map(|(user, json)| Ok((user, parse(&json)?))).collect()
}

pub fn put(tx: &mut Tx, account: Account, user: &UserId, preferences: &Preferences, now: i64) -> Result<()> {
    tx.execute(
        "insert into preference (account, user_id, value, changed_at) values ($1, $2, $3, $4)
         on conflict (account, user_id) do update set value = excluded.value, changed_at = excluded.changed_at",
        &[&account.0, &user.as_str(), &write(preferences)?, &now],
    )?;
    Ok(())
}

/// What holds for those who have not chosen.
pub fn find_defaults(tx: &mut Tx, account: Account) -> Result<AccountDefaults> {
    let json = references::find_choice(tx, account, DEFAULTS)?;
    json.map_or_else(|| Ok(AccountDefaults::default()), |json| parse(&json))
}

pub fn put_defaults(tx: &mut Tx, account: Account, defaults: &AccountDefaults) -> Result<()> {
    references::put_choice(tx, account, DEFAULTS, &write(defaults)?)
}

/// What the account's letters look like.
pub fn find_branding(tx: &mut Tx, account: Account) -> Result<Branding> {
    let json = references::find_choice(tx, account, BRANDING)?;
    json.map_or_else(|| Ok(Branding::default()), |json| parse(&json))
}

pub fn put_branding(tx: &mut Tx, account: Account, branding: &Branding) -> Result<()> {
    references::put_choice(tx, account, BRANDING, &write(branding)?)
}
