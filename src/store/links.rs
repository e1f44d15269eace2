//! One-time links: first set-up, invitation, password reset. The row is found by the SHA-256 of the secret.

use super::Tx;
use crate::domain::error::{Error, Result};
use crate::domain::id::{Account, UserId};
use crate::domain::link::LinkKind;

/// A link as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The SHA-256 of the secret, in hexadecimal.
    pub id: String,
    pub account: Account,
    pub kind: LinkKind,
    /// Whose password it sets; `None` for the first set-up.
    pub user: Option<UserId>,
    pub created_at: i64,
    pub expires_at: i64,
    pub used_at: Option<i64>,
}

pub fn insert(tx: &mut Tx, link: &Link) -> Result<()> {
    tx.execute(
        "insert into one_time_link (id, account, kind, user_id, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        &[
            &link.id,
            &link.account.0,
            &link.kind.name(),
            &link.user.as_ref().map(UserId::as_str),
            &link.created_at,
            &link.expires_at,
        ],
    )?;
    Ok(())
}

pub fn find(tx: &mut Tx, id: &str) -> Result<Option<Link>> {
    tx.query_row(
        "select account, kind, user_id, created_at, expires_at, used_at from one_time_link where id = $1",
        &[&id],
        |row| {
            let kind: String = row.get(1)?;
            Ok(Link {
                id: id.to_owned(),
                account: Account(row.get(0)?),
                kind: LinkKind::parse(&kind)
                    .ok_or_else(|| Error::internal(format!("unknown kind of link {kind:?}")))?,
                user: row.get::<Option<String>>(2)?.map(UserId::new),
                created_at: row.get(3)?,
                expires_at: row.get(4)?,
                used_at: row.get(5)?,
            })
        },
    )
}

/// False: it was used already. Of two calls at once, one sees true.
pub fn update_used(tx: &mut Tx, id: &str, now: i64) -> Result<bool> {
    let used =
        tx.execute("update one_time_link set used_at = $2 where id = $1 and used_at is null", &[&id, &now])?;
    Ok(used == 1)
}

/// Makes the unused links of a user worthless, because a newer one takes their place or his password was set.
pub fn delete_unused_of_user(tx: &mut Tx, account: Account, user: &UserId) -> Result<()> {
    tx.execute(
        "delete from one_time_link where account = $1 and user_id = $2 and used_at is null",
        &[&account.0, &user.as_str()],
    )?;
    Ok(())
}

/// Makes the unused links of a kind worthless in an account.
pub fn delete_unused_of_kind(tx: &mut Tx, account: Account, kind: LinkKind) -> Result<()> {
    tx.execute(
        "delete from one_time_link where account = $1 and kind = $2 and used_at is null",
        &[&account.0, &kind.name()],
    )?;
    Ok(())
}

/// Deletes at most `most` links that expired before `before`.
pub fn delete_before(tx: &mut Tx, before: i64, most: i64) -> Result<u64> {
    tx.execute(
        "delete from one_time_link where id in
         (select id from one_time_link where expires_at < $1 limit $2)",
        &[&before, &most],
    )
}
