//! Groups of users: symbolic codes, rights, members.

use serde::{Deserialize, Serialize};

use super::tx::Row;
use super::{Param, Tx};
use crate::domain::code::Code;
use crate::domain::error::{Error, Result};
use crate::domain::id::{Account, GroupId, UserId};
use crate::domain::rights::{Rights, Sees};

/// A group with the number of its members that are not removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub id: GroupId,
    pub number: i64,
    pub code: String,
    pub name: String,
    pub may_send_notifications: bool,
    pub may_edit_rules: bool,
    pub sees: Sees,
    /// Codes of the sites whose records it sees, where it sees `sites`.
    #[serde(default)]
    pub sites: Vec<String>,
    pub members: i64,
    /// Who hears of it in the end when a task of the group is not done.
    #[serde(default)]
    pub head: Option<UserId>,
    pub created_at: i64,
}

/// A group to be written.
#[derive(Debug, Clone)]
pub struct NewGroup {
    pub id: GroupId,
    pub code: Code,
    pub name: String,
    pub rights: Rights,
}

/// # Errors
/// [`Error::Duplicate`] when another group of the account has the code.
pub fn insert(tx: &mut Tx, account: Account, new: &NewGroup, number: i64, now: i64) -> Result<()> {
    tx.execute(
        "insert into user_group (account, id, number, code, name, may_send_notifications, may_edit_rules, sees,
             created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            &account.0,
            &new.id.as_str(),
            &number,
            &new.code.as_str(),
            &new.name,
            &i64::from(new.rights.may_send_notifications),
            &i64::from(new.rights.may_edit_rules),
            &new.rights.sees.name(),
            &now,
        ],
    )?;
    Ok(())
}

const COLUMNS: &str = "g.id, g.number, g.code, g.name, g.may_send_notifications, g.may_edit_rules, g.sees,
    (select count(*) from group_member m join app_user u on u.account = m.account and u.id = m.user_id
     where m.account = g.account and m.group_id = g.id and u.removed_at is null), g.created_at, g.head_id";

fn read(row: &Row) -> Result<Group> {
    Ok(Group {
        id: GroupId::new(row.get(0)?),
        number: row.get(1)?,
        code: row.get(2)?,
        name: row.get(3)?,
        may_send_notifications: row.get::<i64>(4)? == 1,
        may_edit_rules: row.get::<i64>(5)? == 1,
        sees: Sees::parse(&row.get::<String>(6)?).unwrap_or(Sees::Own),
        sites: Vec::new(),
        members: row.get(7)?,
        created_at: row.get(8)?,
        head: row.get::<Option<String>>(9)?.map(UserId::new),
    })
}

/// Every group of the account, in order of number.
pub fn list(tx: &mut Tx, account: Account) -> Result<Vec<Group>> {
    let sql = format!("select {COLUMNS} from user_group g where g.account = $1 order by g.number");
    let groups = tx.query(&sql, &[&account.0], read)?;
    with_sites(tx, account, groups)
}

fn with_sites(tx: &mut Tx, account: Account, mut groups: Vec<Group>) -> Result<Vec<Group>> {
    let ids: Vec<String> = groups.iter().map(|group| group.id.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let sql = "select group_id, site from group_site where account = $1 and group_id in ({in}) order by site";
    let sites: Vec<(String, String)> =
        tx.query_in(sql, &[&account.0], &ids, |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (group, site) in sites {
        if let Some(group) = groups.iter_mut().find(|g| g.id.as_str() == group) {
            group.sites.push(site);
        }
    }
    Ok(groups)
}

/// Makes exactly these the sites whose records a group sees.
pub fn put_sites(tx: &mut Tx, account: Account, group: &GroupId, sites: &[String]) -> Result<()> {
    let group = group.as_str();
    tx.execute("delete from group_site where account = $1 and group_id = $2", &[&account.0, &group])?;
    let rows: Vec<Vec<&dyn Param>> =
        sites.iter().map(|site| vec![&account.0 as &dyn Param, &group, site]).collect();
    tx.insert_many("group_site (account, group_id, site)", " on conflict do nothing", &rows)?;
    Ok(())
}

/// The members of the groups that see a site by name.
pub fn list_members_of_site(tx: &mut Tx, account: Account, site: &str) -> Result<Vec<UserId>> {
    tx.query(
        "select distinct m.user_id from group_site s
         join group_member m on m.account = s.account and m.group_id = s.group_id
         where s.account = $1 and s.site = $2",
        &[&account.0, &site],
        |row| Ok(UserId::new(row.get(0)?)),
    )
}

pub fn get(tx: &mut Tx, account: Account, id: &str) -> Result<Group> {
    let sql = format!("select {COLUMNS} from user_group g where g.account = $1 and g.id = $2");
    let group = tx.query_row(&sql, &[&account.0, &id], read)?.ok_or(Error::NotFound)?;
    with_sites(tx, account, vec![group])?.pop().ok_or(Error::NotFound)
}

pub fn find_by_code(tx: &mut Tx, account: Account, code: &str) -> Result<Option<Group>> {
    let sql = format!("select {COLUMNS} from user_group g where g.account = $1 and g.code = $2");
    tx.query_row(&sql, &[&account.0, &code], read)
}

/// Writes name, rights and head.
pub fn update(tx: &mut Tx, account: Account, group: &Group) -> Result<()> {
    tx.execute(
        "update user_group set name = $3, may_send_notifications = $4, may_edit_rules = $5, sees = $6,
             head_id = $7
         where account = $1 and id = $2",
        &[
            &account.0,
            &group.id.as_str(),
            &group.name,
            &i64::from(group.may_send_notifications),
            &i64::from(group.may_edit_rules),
            &group.sees.name(),
            &group.head.as_ref().map(UserId::as_str),
        ],
    )?;
    Ok(())
}

/// Deletes a group; its members stay users.
pub fn delete(tx: &mut Tx, account: Account, id: &GroupId) -> Result<()> {
    tx.execute("delete from user_group where account = $1 and id = $2", &[&account.0, &id.as_str()])?;
    Ok(())
}

/// Makes `users` members; who is one already stays one.
pub fn insert_members(tx: &mut Tx, account: Account, group: &GroupId, users: &[UserId]) -> Result<()> {
    let group = group.as_str();
    let ids: Vec<&str> = users.iter().map(UserId::as_str).collect();
    let rows: Vec<Vec<&dyn Param>> =
        ids.iter().map(|id| vec![&account.0 as &dyn Param, &group, id]).collect();
    let into = "group_member (account, group_id, user_id)";
    tx.insert_many(into, " on conflict do nothing", &rows)?;
    Ok(())
}

/// Empties a group.
pub fn delete_members(tx: &mut Tx, account: Account, group: &GroupId) -> Result<()> {
    tx.execute(
        "delete from group_member where account = $1 and group_id = $2",
        &[&account.0, &group.as_str()],
    )?;
    Ok(())
}

/// Takes a user out of all groups.
pub fn delete_memberships(tx: &mut Tx, account: Account, user: &UserId) -> Result<()> {
    tx.execute(
        "delete from group_member where account = $1 and user_id = $2",
        &[&account.0, &user.as_str()],
    )?;
    Ok(())
}
