//! Users: the people of an account. What decides whether one is let in is [`super::standing`]'s.
//!
//! A removed user keeps his row, so that what he did keeps a name; his address is free again (`email_key` null).

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::Tx;
use super::tx::Row;
use crate::domain::code::fold;
use crate::domain::email::Email;
use crate::domain::error::{Error, Result};
use crate::domain::id::{Account, UserId};
use crate::domain::language::Language;
use crate::domain::rights::Role;
use crate::domain::user::UserState;
use crate::domain::zone::Zone;

/// A user as administrators see him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub number: i64,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// The code of his [`Language`]; `None`: the account's.
    pub language: Option<String>,
    /// `None`: the account's.
    pub zone: Option<String>,
    pub has_password: bool,
    pub created_at: i64,
    pub last_seen_at: Option<i64>,
    pub locked_at: Option<i64>,
    pub removed_at: Option<i64>,
    /// The codes of his groups, in order.
    pub groups: Vec<String>,
}

impl User {
    #[must_use]
    pub fn state(&self) -> UserState {
        match (self.locked_at, self.has_password) {
            (Some(_), _) => UserState::Locked,
            (None, false) => UserState::Invited,
            (None, true) => UserState::Active,
        }
    }
}

/// A user to be written.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub id: UserId,
    pub email: Email,
    pub name: String,
    pub role: Role,
    pub language: Option<Language>,
    pub zone: Option<Zone>,
    pub password_hash: Option<String>,
}

/// What a search for a name or an address looks at.
fn search(name: &str, email: &str) -> String {
    fold(&format!("{name} {email}"))
}

/// # Errors
/// [`Error::Duplicate`] when another user of the account has the address.
pub fn insert(tx: &mut Tx, account: Account, new: &NewUser, number: i64, now: i64) -> Result<()> {
    tx.execute(
        "insert into app_user (account, id, number, email, email_key, name, search, role, language, zone,
             password_hash, access_changed_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
        &[
            &account.0,
            &new.id.as_str(),
            &number,
            &new.email.as_str(),
            &new.email.key(),
            &new.name,
            &search(&new.name, new.email.as_str()),
            &new.role.name(),
            &new.language.map(Language::code),
            &new.zone.as_ref().map(Zone::as_str),
            &new.password_hash,
            &now,
        ],
    )?;
    Ok(())
}

const COLUMNS: &str = "u.id, u.number, u.name, u.email, u.role, u.language, u.zone,
    cast(case when u.password_hash is null then 0 else 1 end as bigint), u.created_at, u.last_seen_at, u.locked_at, u.removed_at,
    (select string_agg(g.code, ' ') from group_member m
     join user_group g on g.account = m.account and g.id = m.group_id
     where m.account = u.account and m.user_id = u.id)";

pub(super) fn role(name: &str) -> Result<Role> {
    Role::parse(name).ok_or_else(|| Error::internal(format!("unknown role {name:?}")))
}

fn read(row: &Row) -> Result<User> {
    let codes: Option<String> = row.get(12)?;
    let mut groups: Vec<String> =
        codes.unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect();
    groups.sort_unstable();
    Ok(User {
        id: UserId::new(row.get(0)?),
        number: row.get(1)?,
        name: row.get(2)?,
        email: row.get(3)?,
        role: role(&row.get::<String>(4)?)?,
        language: row.get(5)?,
        zone: row.get(6)?,
        has_password: row.get::<i64>(7)? == 1,
        created_at: row.get(8)?,
        last_seen_at: row.get(9)?,
        locked_at: row.get(10)?,
        removed_at: row.get(11)?,
        groups,
    })
}

/// The user of this id, also a removed one.
pub fn find(tx: &mut Tx, account: Account, id: &str) -> Result<Option<User>> {
    let sql = format!("select {COLUMNS} from app_user u where u.account = $1 and u.id = $2");
    tx.query_row(&sql, &[&account.0, &id], read)
}

/// The user of this id, unless he was removed.
pub fn get(tx: &mut Tx, account: Account, id: &str) -> Result<User> {
    find(tx, account, id)?.filter(|user| user.removed_at.is_none()).ok_or(Error::NotFound)
}

/// Those of these ids that are users who were not removed.
pub fn list_existing(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<HashSet<String>> {
    let found = tx.query_in(
        "select id from app_user where account = $1 and removed_at is null and id in ({in})",
        &[&account.0],
        ids,
        |row| row.get(0),
    )?;
    Ok(found.into_iter().collect())
}

/// The user with this id or address, unless he was removed.
pub fn find_by_email_or_id(tx: &mut Tx, account: Account, wanted: &str) -> Result<Option<User>> {
    let sql = format!(
        "select {COLUMNS} from app_user u
         where u.account = $1 and u.removed_at is null and (u.id = $2 or u.email_key = $3)"
    );
    tx.query_row(&sql, &[&account.0, &wanted, &wanted.trim().to_lowercase()], read)
}

/// Which users are listed.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of a name or address; empty: all.
    pub q: String,
    /// The code of a group; empty: all.
    pub group: String,
    pub state: Option<UserState>,
    /// The number of the last user of the page before; 0: from the first.
    pub after: i64,
    pub limit: i64,
}

/// Users that are not removed, in order of number.
pub fn list(tx: &mut Tx, account: Account, filter: &Filter) -> Result<Vec<User>> {
    let sql = format!(
        "select {COLUMNS} from app_user u
         where u.account = $1 and u.removed_at is null and u.number > $2
           and (cast($3 as text) = '' or u.search like $3 escape '!')
           and (cast($4 as text) = '' or exists (
               select 1 from group_member f join user_group h on h.account = f.account and h.id = f.group_id
               where f.account = u.account and f.user_id = u.id and h.code = $4))
           and (cast($5 as text) = ''
               or ($5 = 'locked' and u.locked_at is not null)
               or ($5 = 'invited' and u.locked_at is null and u.password_hash is null)
               or ($5 = 'active' and u.locked_at is null and u.password_hash is not null))
         order by u.number limit $6"
    );
    let pattern = if filter.q.is_empty() { String::new() } else { contains(&filter.q) };
    let state = filter.state.map_or("", UserState::name);
    tx.query(&sql, &[&account.0, &filter.after, &pattern, &filter.group, &state, &filter.limit], read)
}

/// A `like` pattern (escaped by `!`) for texts that hold `part` somewhere, without regard to case.
fn contains(part: &str) -> String {
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push('%');
    for c in fold(part).chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Writes name, role, language and zone.
pub fn update(tx: &mut Tx, account: Account, user: &User) -> Result<()> {
    tx.execute(
        "update app_user set name = $3, search = $4, role = $5, language = $6, zone = $7
         where account = $1 and id = $2",
        &[
            &account.0,
            &user.id.as_str(),
            &user.name,
            &search(&user.name, &user.email),
            &user.role.name(),
            &user.language,
            &user.zone,
        ],
    )?;
    Ok(())
}

pub fn update_password(tx: &mut Tx, account: Account, id: &UserId, hash: &str) -> Result<()> {
    tx.execute(
        "update app_user set password_hash = $3 where account = $1 and id = $2",
        &[&account.0, &id.as_str(), &hash],
    )?;
    Ok(())
}

/// Locks (`Some`) or unlocks.
pub fn update_locked(tx: &mut Tx, account: Account, id: &UserId, at: Option<i64>) -> Result<()> {
    tx.execute(
        "update app_user set locked_at = $3 where account = $1 and id = $2",
        &[&account.0, &id.as_str(), &at],
    )?;
    Ok(())
}

/// Removes (`Some`), which frees the address, or restores.
///
/// # Errors
/// [`Error::Duplicate`] when somebody else has got the address of the one to be restored.
pub fn update_removed(tx: &mut Tx, account: Account, user: &User, at: Option<i64>) -> Result<()> {
    let email_key = at.is_none().then(|| user.email.to_lowercase());
    tx.execute(
        "update app_user set removed_at = $3, email_key = $4 where account = $1 and id = $2",
        &[&account.0, &user.id.as_str(), &at, &email_key],
    )?;
    Ok(())
}

/// Notes that the user was here, at most once a minute.
pub fn update_last_seen(tx: &mut Tx, account: Account, id: &UserId, now: i64) -> Result<()> {
    tx.execute(
        "update app_user set last_seen_at = $3
         where account = $1 and id = $2 and (last_seen_at is null or last_seen_at <= cast($3 as bigint) - 60000)",
        &[&account.0, &id.as_str(), &now],
    )?;
    Ok(())
}

/// Makes sessions and tokens that name an earlier generation worthless; answers the new one.
pub fn raise_generation(tx: &mut Tx, account: Account, id: &UserId, now: i64) -> Result<i64> {
    tx.query_row(
        "update app_user set generation = generation + 1, access_changed_at = $3
         where account = $1 and id = $2 returning generation",
        &[&account.0, &id.as_str(), &now],
        |row| row.get(0),
    )?
    .ok_or(Error::NotFound)
}

/// Administrators of the account that can sign in, other than `except`.
pub fn count_administrators(tx: &mut Tx, account: Account, except: &str) -> Result<i64> {
    let count = tx.query_row(
        "select count(*) from app_user where account = $1 and role = 'administrator' and id <> $2
           and removed_at is null and locked_at is null and password_hash is not null",
        &[&account.0, &except],
        |row| row.get(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Accounts in which nobody is administrator, with their codes.
pub fn list_accounts_without_administrator(tx: &mut Tx) -> Result<Vec<(Account, String)>> {
    tx.query(
        "select a.number, a.code from account a where a.suspended_at is null and not exists (
             select 1 from app_user u
             where u.account = a.number and u.role = 'administrator' and u.removed_at is null)
         order by a.number",
        &[],
        |row| Ok((Account(row.get(0)?), row.get(1)?)),
    )
}

/// Whether anybody is administrator in the account.
pub fn has_administrator(tx: &mut Tx, account: Account) -> Result<bool> {
    let found = tx.query_row(
        "select number from app_user where account = $1 and role = 'administrator' and removed_at is null limit 1",
        &[&account.0],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}

/// Whether anybody is administrator in any account.
pub fn any_administrator(tx: &mut Tx) -> Result<bool> {
    let found = tx.query_row(
        "select number from app_user where role = 'administrator' and removed_at is null limit 1",
        &[],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}

/// Notes that who the user is reads differently now, as his open pages know it: what he chose, his language or zone.
pub fn touch_access(tx: &mut Tx, account: Account, id: &UserId, now: i64) -> Result<()> {
    tx.execute(
        "update app_user set access_changed_at = $3 where account = $1 and id = $2",
        &[&account.0, &id.as_str(), &now],
    )?;
    Ok(())
}

/// Whose access or choices changed at or after `since`: the user, his generation now, and when.
pub fn access_changed_since(tx: &mut Tx, since: i64) -> Result<Vec<(Account, UserId, i64, i64)>> {
    tx.query(
        "select account, id, generation, access_changed_at from app_user where access_changed_at >= $1",
        &[&since],
        |row| Ok((Account(row.get(0)?), UserId::new(row.get(1)?), row.get(2)?, row.get(3)?)),
    )
}
