//! The audit log: every administrative change, written in its transaction and never changed after.

use super::Tx;
use crate::domain::actor::Actor;
use crate::domain::error::Result;
use crate::domain::id::Account;

/// Writes one change. `action` is `noun.verb`, `subject` the id of what was changed, `detail` JSON without secrets.
#[expect(clippy::too_many_arguments, reason = "the columns of one row, each given once")]
pub fn insert(
    tx: &mut Tx,
    account: Account,
    actor: &Actor,
    action: &str,
    subject: &str,
    detail: &str,
    id: &str,
    now: i64,
) -> Result<()> {
    tx.execute(
        "insert into audit (account, id, actor_kind, actor_id, action, subject, detail, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[&account.0, &id, &actor.kind(), &actor.id(), &action, &subject, &detail, &now],
    )?;
    Ok(())
}

/// A change as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: String,
    pub actor_kind: String,
    pub actor_id: Option<String>,
    pub action: String,
    pub subject: String,
    pub detail: String,
    pub created_at: i64,
}

/// The changes of an account, newest first, before the one named (empty: from the newest).
pub fn list(tx: &mut Tx, account: Account, before: &str, limit: i64) -> Result<Vec<Entry>> {
    tx.query(
        "select id, actor_kind, actor_id, action, subject, detail, created_at from audit
         where account = $1 and (cast($2 as text) = '' or id < $2) order by id desc limit $3",
        &[&account.0, &before, &limit],
        |row| {
            Ok(Entry {
                id: row.get(0)?,
                actor_kind: row.get(1)?,
                actor_id: row.get(2)?,
                action: row.get(3)?,
                subject: row.get(4)?,
                detail: row.get(5)?,
                created_at: row.get(6)?,
            })
        },
    )
}
