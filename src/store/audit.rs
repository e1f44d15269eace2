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

/// Which changes are wanted; what is empty or absent is no condition.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The id of a user or key, or `system`.
    pub who: String,
    /// The beginning of an action: `user.` or `user.removed`.
    pub what: String,
    /// The id of what was changed.
    pub subject: String,
    pub from: Option<i64>,
    pub to: Option<i64>,
    /// The last line of the page before; empty: from the newest.
    pub before: String,
    pub most: i64,
}

impl Wanted {
    /// The pattern of actions that begin so, escaped by `!`.
    pub(super) fn beginning(&self) -> String {
        self.what.replace('!', "!!").replace('%', "!%").replace('_', "!_") + "%"
    }
}

/// The changes of an account that are wanted, newest first.
pub fn search(tx: &mut Tx, account: Account, wanted: &Wanted) -> Result<Vec<Entry>> {
    tx.query(
        "select id, actor_kind, actor_id, action, subject, detail, created_at from audit
         where account = $1 and (cast($2 as text) = '' or id < $2)
             and (cast($3 as text) = '' or actor_id = $3 or (actor_id is null and actor_kind = $3))
             and action like $4 escape '!' and (cast($5 as text) = '' or subject = $5)
             and (cast($6 as bigint) is null or created_at >= $6)
             and (cast($7 as bigint) is null or created_at <= $7)
         order by id desc limit $8",
        &[
            &account.0,
            &wanted.before,
            &wanted.who,
            &wanted.beginning(),
            &wanted.subject,
            &wanted.from,
            &wanted.to,
            &wanted.most,
        ],
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
