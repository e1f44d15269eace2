//! What changed in records: one row per field, in the order in which it was committed.

use super::tx::Row;
use super::{Param, Tx};
use crate::domain::actor::Actor;
use crate::domain::error::{Error, Result};
use crate::domain::id::Account;
use crate::domain::record::change::{Change, ChangeKind};
use crate::domain::record::{RecordId, RecordType};

/// One changed field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub seq: i64,
    pub record_type: RecordType,
    pub record: RecordId,
    pub kind: ChangeKind,
    /// Through which door it came: `api`, `user`, `code`, `rule`.
    pub source: String,
    pub actor: Actor,
    pub change: Change,
    pub created_at: i64,
}

/// Takes `count` numbers of the account's history and answers the first. The row's lock lasts until the commit.
pub fn take_seqs(tx: &mut Tx, account: Account, count: i64) -> Result<i64> {
    let last = tx.query_row(
        "update account set history_seq = history_seq + $2 where number = $1 returning history_seq",
        &[&account.0, &count],
        |row| row.get::<i64>(0),
    )?;
    last.map(|last| last - count + 1).ok_or(Error::NotFound)
}

/// Writes entries that are numbered already.
pub fn insert_many(tx: &mut Tx, account: Account, entries: &[Entry]) -> Result<()> {
    let texts = entries.iter().map(|entry| {
        let change = serde_json::to_string(&entry.change).map_err(|e| Error::internal(e.to_string()))?;
        Ok((entry.record_type.name(), entry.record.as_str(), entry.kind.name(), change, entry.actor.kind()))
    });
    let texts = texts.collect::<Result<Vec<_>>>()?;
    let actors: Vec<Option<&str>> = entries.iter().map(|entry| entry.actor.id()).collect();
    let fields: Vec<&str> = entries.iter().map(|entry| entry.change.field.as_ref()).collect();
    let rows =
        entries.iter().zip(&texts).zip(actors.iter().zip(&fields)).map(|((entry, t), (actor, field))| {
            vec![
                &account.0 as &dyn Param,
                &entry.seq,
                &t.0,
                &t.1,
                &t.2,
                &entry.source,
                &t.4,
                actor,
                field,
                &t.3,
                &entry.created_at,
            ]
        });
    tx.insert_many(
        "history (account, seq, record_type, record_id, kind, source, actor_kind, actor_id, field, change,
             created_at)",
        "",
        &rows.collect::<Vec<_>>(),
    )?;
    Ok(())
}

const COLUMNS: &str =
    "h.seq, h.record_type, h.record_id, h.kind, h.source, h.actor_kind, h.actor_id, h.change,
    h.created_at";

fn read(row: &Row) -> Result<Entry> {
    let (record_type, kind): (String, String) = (row.get(1)?, row.get(3)?);
    let broken = |what: &str| Error::internal(format!("a row of history: {what}"));
    let change: String = row.get(7)?;
    Ok(Entry {
        seq: row.get(0)?,
        record_type: RecordType::parse(&record_type).ok_or_else(|| broken(&record_type))?,
        record: RecordId::new(row.get(2)?),
        kind: ChangeKind::parse(&kind).ok_or_else(|| broken(&kind))?,
        source: row.get(4)?,
        actor: Actor::read(&row.get::<String>(5)?, row.get(6)?),
        change: serde_json::from_str(&change).map_err(|e| broken(&e.to_string()))?,
        created_at: row.get(8)?,
    })
}

/// A record's history, newest first, before the number `before`.
pub fn list_of_record(
    tx: &mut Tx,
    account: Account,
    record: &RecordId,
    before: Option<i64>,
    most: i64,
) -> Result<Vec<Entry>> {
    let sql = format!(
        "select {COLUMNS} from history h where h.account = $1 and h.record_id = $2 and h.seq < $3
         order by h.seq desc limit $4"
    );
    tx.query(&sql, &[&account.0, &record.as_str(), &before.unwrap_or(i64::MAX), &most], read)
}

/// Which part of a type's history is wanted; oldest first.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// After this number.
    pub after: i64,
    pub record: Option<String>,
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub offset: i64,
    pub most: i64,
}

pub fn list(tx: &mut Tx, account: Account, record_type: RecordType, wanted: &Wanted) -> Result<Vec<Entry>> {
    let (condition, mut params) = condition(&account.0, wanted);
    let kind = record_type.name();
    params[1] = &kind;
    let (most, offset) = (params.len() + 1, params.len() + 2);
    params.extend([&wanted.most as &dyn Param, &wanted.offset]);
    let sql = format!(
        "select {COLUMNS} from history h where {condition} order by h.seq limit ${most} offset ${offset}"
    );
    tx.query(&sql, &params, read)
}

/// How many rows [`list`] finds on all its pages.
pub fn count(tx: &mut Tx, account: Account, record_type: RecordType, wanted: &Wanted) -> Result<i64> {
    let (condition, mut params) = condition(&account.0, wanted);
    let kind = record_type.name();
    params[1] = &kind;
    let sql = format!("select count(*) from history h where {condition}");
    Ok(tx.query_row(&sql, &params, |row| row.get(0))?.unwrap_or_default())
}

/// The conditions, and their values; the second value is put in by the caller.
fn condition<'a>(account: &'a i64, wanted: &'a Wanted) -> (String, Vec<&'a dyn Param>) {
    let mut sql = String::from("h.account = $1 and h.record_type = $2 and h.seq > $3");
    let mut params: Vec<&dyn Param> = vec![account, account, &wanted.after];
    let mut and = |text: &str, value: &'a dyn Param| {
        params.push(value);
        sql.push_str(&text.replace("{}", &format!("${}", params.len())));
    };
    if wanted.record.is_some() {
        and(" and h.record_id = {}", &wanted.record);
    }
    if wanted.from.is_some() {
        and(" and h.created_at >= {}", &wanted.from);
    }
    if wanted.to.is_some() {
        and(" and h.created_at < {}", &wanted.to);
    }
    (sql, params)
}
