//! What decides whether a user is let in, and as what: one row for every sign-in and every call.

use super::Tx;
use super::tx::Row;
use super::users::role;
use crate::domain::error::Result;
use crate::domain::id::{Account, UserId};
use crate::domain::language::Language;
use crate::domain::rights::{Rights, Role, Sees};

/// What decides whether a user is let in, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub account: Account,
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// His own, else the account's.
    pub language: Language,
    /// His own, else the account's.
    pub zone: String,
    pub generation: i64,
    pub password_hash: Option<String>,
    pub last_seen_at: Option<i64>,
    /// Locked, removed, or of a suspended account.
    pub is_shut_out: bool,
    /// Why his account is suspended, if that is all that keeps him out.
    pub suspended: Option<String>,
    pub account_code: String,
    pub account_name: String,
}

const STANDING: &str = "select u.account, u.id, u.name, u.email, u.role, coalesce(u.language, a.language),
    coalesce(u.zone, a.zone), u.generation, u.password_hash, u.last_seen_at,
    cast(case when u.locked_at is null and u.removed_at is null and a.suspended_at is null then 0 else 1 end
        as bigint),
    a.code, a.name,
    case when a.suspended_at is not null and u.locked_at is null and u.removed_at is null
        then coalesce(a.suspended_reason, '') end
    from app_user u join account a on a.number = u.account";

fn read(row: &Row) -> Result<Standing> {
    Ok(Standing {
        account: Account(row.get(0)?),
        user: UserId::new(row.get(1)?),
        name: row.get(2)?,
        email: row.get(3)?,
        role: role(&row.get::<String>(4)?)?,
        language: Language::parse(&row.get::<String>(5)?).unwrap_or_default(),
        zone: row.get(6)?,
        generation: row.get(7)?,
        password_hash: row.get(8)?,
        last_seen_at: row.get(9)?,
        is_shut_out: row.get::<i64>(10)? == 1,
        account_code: row.get(11)?,
        account_name: row.get(12)?,
        suspended: row.get(13)?,
    })
}

pub fn find(tx: &mut Tx, account: Account, id: &str) -> Result<Option<Standing>> {
    let sql = format!("{STANDING} where u.account = $1 and u.id = $2");
    tx.query_row(&sql, &[&account.0, &id], read)
}

/// Everybody with this address, in all accounts or (`code` not empty) in one.
pub fn list_by_email(tx: &mut Tx, email: &str, code: &str) -> Result<Vec<Standing>> {
    let sql = format!(
        "{STANDING} where u.email_key = $1 and (cast($2 as text) = '' or a.code = $2)
         order by u.account limit 20"
    );
    tx.query(&sql, &[&email.to_lowercase(), &code], read)
}

/// What the user's groups allow, added up.
pub fn get_rights(tx: &mut Tx, account: Account, id: &UserId, role: Role) -> Result<Rights> {
    let groups = tx.query(
        "select g.may_send_notifications, g.may_edit_rules, g.sees from group_member m
         join user_group g on g.account = m.account and g.id = m.group_id
         where m.account = $1 and m.user_id = $2",
        &[&account.0, &id.as_str()],
        |row| {
            Ok(Rights {
                may_send_notifications: row.get::<i64>(0)? == 1,
                may_edit_rules: row.get::<i64>(1)? == 1,
                sees: Sees::parse(&row.get::<String>(2)?).unwrap_or(Sees::Own),
            })
        },
    )?;
    Ok(Rights::of(role, groups))
}
