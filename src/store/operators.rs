//! Operators, their sessions and links, and the log of what they did. None of it belongs to an account.

use super::Tx;
use super::audit::Wanted;
use super::tx::Row;
use crate::domain::email::Email;
use crate::domain::error::Result;
use crate::domain::id::{OperatorId, SessionId};
use crate::domain::language::Language;

/// An operator as he stands. A removed one keeps his row, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    pub id: OperatorId,
    pub email: String,
    pub name: String,
    pub language: Option<Language>,
    pub password_hash: Option<String>,
    pub generation: i64,
    pub created_at: i64,
    pub last_seen_at: Option<i64>,
}

const COLUMNS: &str = "id, email, name, language, password_hash, generation, created_at, last_seen_at";

fn read(row: &Row) -> Result<Operator> {
    Ok(Operator {
        id: OperatorId::new(row.get(0)?),
        email: row.get(1)?,
        name: row.get(2)?,
        language: row.get::<Option<String>>(3)?.as_deref().and_then(Language::parse),
        password_hash: row.get(4)?,
        generation: row.get(5)?,
        created_at: row.get(6)?,
        last_seen_at: row.get(7)?,
    })
}

/// # Errors
/// [`crate::domain::error::Error::Duplicate`] when another operator has the address.
pub fn insert(tx: &mut Tx, id: &OperatorId, email: &Email, name: &str, now: i64) -> Result<()> {
    tx.execute(
        "insert into operator (id, email, email_key, name, created_at) values ($1, $2, $3, $4, $5)",
        &[&id.as_str(), &email.as_str(), &email.key(), &name, &now],
    )?;
    Ok(())
}

pub fn find(tx: &mut Tx, id: &OperatorId) -> Result<Option<Operator>> {
    let sql = format!("select {COLUMNS} from operator where id = $1 and removed_at is null");
    tx.query_row(&sql, &[&id.as_str()], read)
}

/// By the folded address.
pub fn find_by_email(tx: &mut Tx, key: &str) -> Result<Option<Operator>> {
    let sql = format!("select {COLUMNS} from operator where email_key = $1 and removed_at is null");
    tx.query_row(&sql, &[&key], read)
}

pub fn list(tx: &mut Tx) -> Result<Vec<Operator>> {
    let sql = format!("select {COLUMNS} from operator where removed_at is null order by id");
    tx.query(&sql, &[], read)
}

/// Sets the password, and ends all that was signed in by the old one.
pub fn update_password(tx: &mut Tx, id: &OperatorId, hash: &str, now: i64) -> Result<()> {
    tx.execute(
        "update operator set password_hash = $2, generation = generation + 1 where id = $1",
        &[&id.as_str(), &hash],
    )?;
    end_sessions(tx, id, now)
}

pub fn update_language(tx: &mut Tx, id: &OperatorId, language: Language) -> Result<()> {
    tx.execute("update operator set language = $2 where id = $1", &[&id.as_str(), &language.code()])?;
    Ok(())
}

/// Notes that he was here.
pub fn update_seen(tx: &mut Tx, id: &OperatorId, session: &SessionId, now: i64) -> Result<()> {
    tx.execute("update operator set last_seen_at = $2 where id = $1", &[&id.as_str(), &now])?;
    tx.execute("update operator_session set seen_at = $2 where id = $1", &[&session.as_str(), &now])?;
    Ok(())
}

/// Takes all away from him; his address is free again.
pub fn update_removed(tx: &mut Tx, id: &OperatorId, now: i64) -> Result<()> {
    tx.execute(
        "update operator set removed_at = $2, email_key = null, password_hash = null,
             generation = generation + 1 where id = $1",
        &[&id.as_str(), &now],
    )?;
    delete_links(tx, id)?;
    end_sessions(tx, id, now)
}

fn end_sessions(tx: &mut Tx, id: &OperatorId, now: i64) -> Result<()> {
    tx.execute(
        "update operator_session set ended_at = $2 where operator_id = $1 and ended_at is null",
        &[&id.as_str(), &now],
    )?;
    Ok(())
}

/// A session of an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorSession {
    pub id: SessionId,
    pub operator: OperatorId,
    pub generation: i64,
    pub seen_at: i64,
    pub expires_at: i64,
    pub ended_at: Option<i64>,
}

pub fn insert_session(tx: &mut Tx, session: &OperatorSession, now: i64) -> Result<()> {
    tx.execute(
        "insert into operator_session (id, operator_id, generation, created_at, seen_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        &[
            &session.id.as_str(),
            &session.operator.as_str(),
            &session.generation,
            &now,
            &session.seen_at,
            &session.expires_at,
        ],
    )?;
    Ok(())
}

pub fn find_session(tx: &mut Tx, id: &SessionId) -> Result<Option<OperatorSession>> {
    tx.query_row(
        "select operator_id, generation, seen_at, expires_at, ended_at from operator_session where id = $1",
        &[&id.as_str()],
        |row| {
            Ok(OperatorSession {
                id: id.clone(),
                operator: OperatorId::new(row.get(0)?),
                generation: row.get(1)?,
                seen_at: row.get(2)?,
                expires_at: row.get(3)?,
                ended_at: row.get(4)?,
            })
        },
    )
}

pub fn end_session(tx: &mut Tx, id: &SessionId, now: i64) -> Result<()> {
    tx.execute(
        "update operator_session set ended_at = $2 where id = $1 and ended_at is null",
        &[&id.as_str(), &now],
    )?;
    Ok(())
}

/// Writes a link by which the operator chooses a password; the ones he had are worthless now.
pub fn insert_link(tx: &mut Tx, id: &str, operator: &OperatorId, now: i64, expires_at: i64) -> Result<()> {
    delete_links(tx, operator)?;
    tx.execute(
        "insert into operator_link (id, operator_id, created_at, expires_at) values ($1, $2, $3, $4)",
        &[&id, &operator.as_str(), &now, &expires_at],
    )?;
    Ok(())
}

fn delete_links(tx: &mut Tx, operator: &OperatorId) -> Result<()> {
    tx.execute(
        "delete from operator_link where operator_id = $1 and used_at is null",
        &[&operator.as_str()],
    )?;
    Ok(())
}

/// A link: whose it is, until when it is good, and when it was used.
pub fn find_link(tx: &mut Tx, id: &str) -> Result<Option<(OperatorId, i64, Option<i64>)>> {
    tx.query_row("select operator_id, expires_at, used_at from operator_link where id = $1", &[&id], |row| {
        Ok((OperatorId::new(row.get(0)?), row.get(1)?, row.get(2)?))
    })
}

/// False: it was used already. Of two calls at once, one sees true.
pub fn update_link_used(tx: &mut Tx, id: &str, now: i64) -> Result<bool> {
    let used =
        tx.execute("update operator_link set used_at = $2 where id = $1 and used_at is null", &[&id, &now])?;
    Ok(used == 1)
}

/// Deletes at most `most` sessions and links that were over before `before`.
pub fn delete_over(tx: &mut Tx, before: i64, most: i64) -> Result<u64> {
    let sessions = tx.execute(
        "delete from operator_session where id in
         (select id from operator_session where expires_at < $1 or ended_at < $1 limit $2)",
        &[&before, &most],
    )?;
    let links = tx.execute(
        "delete from operator_link where id in
         (select id from operator_link where expires_at < $1 limit $2)",
        &[&before, &most],
    )?;
    Ok(sessions.max(links))
}

/// What an operator, the command line or Bellwire itself did to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    pub id: String,
    pub operator: Option<String>,
    /// The name of who did it.
    pub by: Option<String>,
    pub action: String,
    pub subject: String,
    pub detail: String,
    pub at: i64,
}

/// Writes a line of the log. `action` is `noun.verb`, `detail` JSON without secrets.
pub fn insert_audit(
    tx: &mut Tx,
    id: &str,
    operator: Option<&OperatorId>,
    what: (&str, &str),
    detail: &str,
    now: i64,
) -> Result<()> {
    let (action, subject) = what;
    tx.execute(
        "insert into operator_audit (id, operator_id, action, subject, detail, created_at)
         values ($1, $2, $3, $4, $5, $6)",
        &[&id, &operator.map(OperatorId::as_str), &action, &subject, &detail, &now],
    )?;
    Ok(())
}

/// The lines of the log that are wanted, newest first. `who` is the id of an operator, or `system` for the rest.
pub fn list_audit(tx: &mut Tx, wanted: &Wanted) -> Result<Vec<Deed>> {
    tx.query(
        "select a.id, a.operator_id, o.name, a.action, a.subject, a.detail, a.created_at from operator_audit a
         left join operator o on o.id = a.operator_id
         where (cast($1 as text) = '' or a.id < $1)
             and (cast($2 as text) = '' or a.operator_id = $2 or (a.operator_id is null and $2 = 'system'))
             and a.action like $3 escape '!' and (cast($4 as text) = '' or a.subject = $4)
             and (cast($5 as bigint) is null or a.created_at >= $5)
             and (cast($6 as bigint) is null or a.created_at <= $6)
         order by a.id desc limit $7",
        &[
            &wanted.before,
            &wanted.who,
            &wanted.beginning(),
            &wanted.subject,
            &wanted.from,
            &wanted.to,
            &wanted.most,
        ],
        |row| {
            Ok(Deed {
                id: row.get(0)?,
                operator: row.get(1)?,
                by: row.get(2)?,
                action: row.get(3)?,
                subject: row.get(4)?,
                detail: row.get(5)?,
                at: row.get(6)?,
            })
        },
    )
}
