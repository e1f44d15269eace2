//! Resolves groups and users to recipients.

use super::Tx;
use super::tx::Row;
use crate::domain::error::Result;
use crate::domain::event::Addressed;
use crate::domain::id::{Account, UserId};
use crate::domain::plan::Person;
use crate::domain::rights::{Role, Sees};

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

/// All active people of an account, or its administrators, in the order of their ids.
pub fn list_everybody(tx: &mut Tx, account: Account, role: Option<Role>) -> Result<Vec<UserId>> {
    tx.query(
        "select id from app_user where account = $1 and locked_at is null and removed_at is null
         and (cast($2 as text) is null or role = $2) order by id",
        &[&account.0, &role.map(Role::name)],
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

/// An active user by his number.
pub fn find_user_by_number(tx: &mut Tx, account: Account, number: i64) -> Result<Option<Addressed>> {
    tx.query_row(
        "select id, name from app_user
         where account = $1 and number = $2 and locked_at is null and removed_at is null",
        &[&account.0, &number],
        |row| Ok(Addressed { id: row.get(0)?, code: String::new(), name: row.get(1)? }),
    )
}

/// The names of users, also of those who are gone.
pub fn list_names(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<Vec<(UserId, String)>> {
    tx.query_in(
        "select id, name from app_user where account = $1 and id in ({in})",
        &[&account.0],
        ids,
        |row| Ok((UserId::new(row.get(0)?), row.get(1)?)),
    )
}

/// What decides whether a user may see a record, and in which language he reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    pub person: Person,
    pub role: Role,
    pub language: Option<String>,
}

/// These users as readers, in no order.
pub fn list_readers(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<Vec<Reader>> {
    tx.query_in(
        "select id, locked_at, removed_at, role, language from app_user where account = $1 and id in ({in})",
        &[&account.0],
        ids,
        read_reader,
    )
}

fn read_reader(row: &Row) -> Result<Reader> {
    let (locked, removed) = (row.get::<Option<i64>>(1)?, row.get::<Option<i64>>(2)?);
    let role: String = row.get(3)?;
    Ok(Reader {
        person: Person { id: UserId::new(row.get(0)?), active: locked.is_none() && removed.is_none() },
        role: Role::parse(&role).unwrap_or(Role::Manager),
        language: row.get(4)?,
    })
}

/// Whom a letter goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    pub reader: Reader,
    pub name: String,
    pub email: String,
    pub zone: Option<String>,
}

/// These users as addressees, in no order.
pub fn list_addressees(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<Vec<Addressee>> {
    tx.query_in(
        "select id, locked_at, removed_at, role, language, name, email, zone from app_user
         where account = $1 and id in ({in})",
        &[&account.0],
        ids,
        |row| {
            Ok(Addressee {
                reader: read_reader(row)?,
                name: row.get(5)?,
                email: row.get(6)?,
                zone: row.get(7)?,
            })
        },
    )
}

/// What the groups of these users let them see: user, `sees`, and a site of the group where it has any.
pub fn list_sights(
    tx: &mut Tx,
    account: Account,
    ids: &[&str],
) -> Result<Vec<(UserId, Sees, Option<String>)>> {
    tx.query_in(
        "select m.user_id, g.sees, s.site from group_member m
         join user_group g on g.account = m.account and g.id = m.group_id
         left join group_site s on s.account = g.account and s.group_id = g.id
         where m.account = $1 and m.user_id in ({in})",
        &[&account.0],
        ids,
        |row| {
            let sees: String = row.get(1)?;
            Ok((UserId::new(row.get(0)?), Sees::parse(&sees).unwrap_or(Sees::Own), row.get(2)?))
        },
    )
}

/// The ids of a user's groups.
pub fn list_groups_of(tx: &mut Tx, account: Account, user: &UserId) -> Result<Vec<String>> {
    tx.query(
        "select group_id from group_member where account = $1 and user_id = $2 order by group_id",
        &[&account.0, &user.as_str()],
        |row| row.get(0),
    )
}

/// The names and numbers of users, also of those who are gone.
pub fn list_numbered(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<Vec<(UserId, String, i64)>> {
    tx.query_in(
        "select id, name, number from app_user where account = $1 and id in ({in})",
        &[&account.0],
        ids,
        |row| Ok((UserId::new(row.get(0)?), row.get(1)?, row.get(2)?)),
    )
}

/// The heads of the groups that these users are in: user and head, each pair once; heads who are active.
pub fn list_heads(tx: &mut Tx, account: Account, users: &[&str]) -> Result<Vec<(UserId, UserId)>> {
    tx.query_in(
        "select distinct m.user_id, g.head_id from group_member m
         join user_group g on g.account = m.account and g.id = m.group_id
         join app_user u on u.account = g.account and u.id = g.head_id
             and u.locked_at is null and u.removed_at is null
         where m.account = $1 and m.user_id in ({in})",
        &[&account.0],
        users,
        |row| Ok((UserId::new(row.get(0)?), UserId::new(row.get(1)?))),
    )
}

/// The head of a group, if it has one who is active.
pub fn find_head(tx: &mut Tx, account: Account, group: &str) -> Result<Option<UserId>> {
    tx.query_row(
        "select u.id from user_group g
         join app_user u on u.account = g.account and u.id = g.head_id
             and u.locked_at is null and u.removed_at is null
         where g.account = $1 and g.id = $2",
        &[&account.0, &group],
        |row| Ok(UserId::new(row.get(0)?)),
    )
}
