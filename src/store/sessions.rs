//! Console sessions. The cookie holds the secret; the row is found by its SHA-256.

use super::Tx;
use crate::domain::error::Result;
use crate::domain::id::{Account, SessionId, UserId};

/// A session as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub account: Account,
    pub user: UserId,
    /// The user's generation when he signed in.
    pub generation: i64,
    pub created_at: i64,
    pub seen_at: i64,
    pub expires_at: i64,
    pub ended_at: Option<i64>,
}

pub fn insert(tx: &mut Tx, session: &Session) -> Result<()> {
    tx.execute(
        "insert into session (id, account, user_id, generation, created_at, seen_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            &session.id.as_str(),
            &session.account.0,
            &session.user.as_str(),
            &session.generation,
            &session.created_at,
            &session.seen_at,
            &session.expires_at,
        ],
    )?;
    Ok(())
}

pub fn find(tx: &mut Tx, id: &SessionId) -> Result<Option<Session>> {
    tx.query_row(
        "select account, user_id, generation, created_at, seen_at, expires_at, ended_at from session
         where id = $1",
        &[&id.as_str()],
        |row| {
            Ok(Session {
                id: id.clone(),
                account: Account(row.get(0)?),
                user: UserId::new(row.get(1)?),
                generation: row.get(2)?,
                created_at: row.get(3)?,
                seen_at: row.get(4)?,
                expires_at: row.get(5)?,
                ended_at: row.get(6)?,
            })
        },
    )
}

/// Notes that the session was used, at most once a minute.
pub fn update_seen(tx: &mut Tx, id: &SessionId, now: i64) -> Result<()> {
    tx.execute(
        "update session set seen_at = $2 where id = $1 and seen_at <= cast($2 as bigint) - 60000",
        &[&id.as_str(), &now],
    )?;
    Ok(())
}

/// Ends one session. False: there is none that goes on.
pub fn end(tx: &mut Tx, id: &SessionId, now: i64) -> Result<bool> {
    let ended = tx.execute(
        "update session set ended_at = $2 where id = $1 and ended_at is null",
        &[&id.as_str(), &now],
    )?;
    Ok(ended == 1)
}

/// Ends every session of a user.
pub fn end_all(tx: &mut Tx, account: Account, user: &UserId, now: i64) -> Result<()> {
    tx.execute(
        "update session set ended_at = $3 where account = $1 and user_id = $2 and ended_at is null",
        &[&account.0, &user.as_str(), &now],
    )?;
    Ok(())
}

/// Sessions that ended at or after `since`.
pub fn ended_since(tx: &mut Tx, since: i64) -> Result<Vec<SessionId>> {
    tx.query("select id from session where ended_at >= $1", &[&since], |row| row.get(0).map(SessionId::new))
}

/// Sessions whose time ran out after `since` and until `now`: their own, or that of `idle` ms without use.
pub fn run_out(tx: &mut Tx, since: i64, now: i64, idle: i64) -> Result<Vec<SessionId>> {
    tx.query(
        "select id from session where ended_at is null
         and (expires_at > $1 and expires_at <= $2 or seen_at > $3 and seen_at <= $4)",
        &[&since, &now, &(since - idle), &(now - idle)],
        |row| row.get(0).map(SessionId::new),
    )
}

/// Deletes at most `most` sessions that were over before `before`.
pub fn delete_over(tx: &mut Tx, before: i64, most: i64) -> Result<u64> {
    tx.execute(
        "delete from session where id in
         (select id from session where expires_at < $1 or ended_at < $1 limit $2)",
        &[&before, &most],
    )
}
