//! What Bellwire found out about itself: which condition held from when to when, and whom it told.

use super::Tx;
use super::tx::Row;
use crate::domain::error::Result;
use crate::domain::id::{Account, AnnouncementId};

/// A time that a condition held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub id: String,
    pub code: String,
    /// None: the whole server.
    pub account: Option<Account>,
    /// Tells several of one code apart.
    pub subject: String,
    /// What was measured, as JSON.
    pub readings: String,
    pub raised_at: i64,
    pub cleared_at: Option<i64>,
    /// What its account was told.
    pub announcement: Option<AnnouncementId>,
}

const COLUMNS: &str = "id, code, account, subject, readings, raised_at, cleared_at, announcement_id";

fn read(row: &Row) -> Result<Held> {
    Ok(Held {
        id: row.get(0)?,
        code: row.get(1)?,
        account: row.get::<Option<i64>>(2)?.map(Account),
        subject: row.get(3)?,
        readings: row.get(4)?,
        raised_at: row.get(5)?,
        cleared_at: row.get(6)?,
        announcement: row.get::<Option<String>>(7)?.map(AnnouncementId::new),
    })
}

/// False: it holds already.
pub fn insert(tx: &mut Tx, held: &Held) -> Result<bool> {
    let inserted = tx.execute(
        "insert into server_condition (id, code, account, subject, readings, raised_at, announcement_id)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        &[
            &held.id,
            &held.code,
            &held.account.map(|account| account.0),
            &held.subject,
            &held.readings,
            &held.raised_at,
            &held.announcement.as_ref().map(AnnouncementId::as_str),
        ],
    )?;
    Ok(inserted == 1)
}

/// Those that hold now, the longest first.
pub fn list_standing(tx: &mut Tx) -> Result<Vec<Held>> {
    let sql =
        format!("select {COLUMNS} from server_condition where cleared_at is null order by raised_at, id");
    tx.query(&sql, &[], read)
}

/// All that held, latest first.
pub fn list(tx: &mut Tx, most: i64) -> Result<Vec<Held>> {
    let sql = format!("select {COLUMNS} from server_condition order by raised_at desc, id desc limit $1");
    tx.query(&sql, &[&most], read)
}

/// False: it was over already.
pub fn update_cleared(tx: &mut Tx, id: &str, now: i64) -> Result<bool> {
    let updated = tx.execute(
        "update server_condition set cleared_at = $2 where id = $1 and cleared_at is null",
        &[&id, &now],
    )?;
    Ok(updated == 1)
}
