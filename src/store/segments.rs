//! Segments: saved filters over customers, with how many were in them when they were last counted.

use super::tx::Row;
use super::{Param, Tx, inbox};
use crate::domain::code::fold;
use crate::domain::error::Result;
use crate::domain::id::Account;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub id: String,
    pub code: String,
    pub name: String,
    /// An expression over a customer.
    pub condition: String,
    /// How many were in it; none before it was first counted.
    pub count: Option<i64>,
    pub counted_at: Option<i64>,
    pub updated_at: i64,
}

const COLUMNS: &str = "id, code, name, condition, count, counted_at, updated_at";

fn read(row: &Row) -> Result<Segment> {
    Ok(Segment {
        id: row.get(0)?,
        code: row.get(1)?,
        name: row.get(2)?,
        condition: row.get(3)?,
        count: row.get(4)?,
        counted_at: row.get(5)?,
        updated_at: row.get(6)?,
    })
}

fn search(segment: &Segment) -> String {
    fold(&format!("{} {}", segment.name, segment.code))
}

/// # Errors
/// [`crate::domain::error::Error::Duplicate`] when another one has the code.
pub fn insert(tx: &mut Tx, account: Account, segment: &Segment) -> Result<()> {
    tx.execute(
        "insert into segment (account, id, code, name, search, condition, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            &account.0,
            &segment.id,
            &segment.code,
            &segment.name,
            &search(segment),
            &segment.condition,
            &segment.updated_at,
        ],
    )
    .map(drop)
}

/// Writes a segment as it is now; it is as yet uncounted.
///
/// # Errors
/// As [`insert`].
pub fn update(tx: &mut Tx, account: Account, segment: &Segment) -> Result<()> {
    tx.execute(
        "update segment set code = $3, name = $4, search = $5, condition = $6, updated_at = $7, count = null,
             counted_at = null, counting = 0
         where account = $1 and id = $2",
        &[
            &account.0,
            &segment.id,
            &segment.code,
            &segment.name,
            &search(segment),
            &segment.condition,
            &segment.updated_at,
        ],
    )
    .map(drop)
}

pub fn find(tx: &mut Tx, account: Account, id: &str) -> Result<Option<Segment>> {
    let sql = format!("select {COLUMNS} from segment where account = $1 and id = $2");
    tx.query_row(&sql, &[&account.0, &id], read)
}

/// The id of the segment of this code.
pub fn find_by_code(tx: &mut Tx, account: Account, code: &str) -> Result<Option<String>> {
    tx.query_row("select id from segment where account = $1 and code = $2", &[&account.0, &code], |row| {
        row.get(0)
    })
}

pub fn count(tx: &mut Tx, account: Account) -> Result<i64> {
    let count =
        tx.query_row("select count(*) from segment where account = $1", &[&account.0], |row| row.get(0));
    Ok(count?.unwrap_or_default())
}

/// Segments in order of their codes, behind one of them, with a folded text in name or code.
pub fn list(
    tx: &mut Tx,
    account: Account,
    wanted: Option<&str>,
    after: &str,
    most: i64,
) -> Result<Vec<Segment>> {
    let pattern = inbox::contains(wanted.unwrap_or_default());
    let sql = format!(
        "select {COLUMNS} from segment
         where account = $1 and code > $2 and search like $3 escape '~' order by code limit $4"
    );
    let params: [&dyn Param; 4] = [&account.0, &after, &pattern, &most];
    tx.query(&sql, &params, read)
}

pub fn delete(tx: &mut Tx, account: Account, id: &str) -> Result<()> {
    tx.execute("delete from segment where account = $1 and id = $2", &[&account.0, &id]).map(drop)
}

/// The count under way begins, or has found so many more.
pub fn update_counting(tx: &mut Tx, account: Account, id: &str, begins: bool, found: i64) -> Result<()> {
    let kept = i64::from(!begins);
    tx.execute(
        "update segment set counting = counting * $3 + $4 where account = $1 and id = $2",
        &[&account.0, &id, &kept, &found],
    )
    .map(drop)
}

/// The count under way is over.
pub fn update_counted(tx: &mut Tx, account: Account, id: &str, now: i64) -> Result<()> {
    tx.execute(
        "update segment set count = counting, counted_at = $3 where account = $1 and id = $2",
        &[&account.0, &id, &now],
    )
    .map(drop)
}
