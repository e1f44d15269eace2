//! Customers and orders: the state as a whole, and beside it what lists are filtered and sorted by.

pub use super::record_lists::{Order, Range, Wanted, count, list, place};
use super::tx::Row;
use super::{Param, Tx};
use crate::domain::error::{Error, Result};
use crate::domain::id::{Account, UserId};
use crate::domain::record::state::State;
use crate::domain::record::{RecordId, RecordType};
pub use crate::domain::sight::Visible;

/// A stored record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub id: RecordId,
    pub record_type: RecordType,
    pub number: i64,
    /// The code of its site; empty where none was named.
    pub site: String,
    /// What people call it: an order's number, a customer's name.
    pub title: String,
    pub state: State,
    pub created_at: i64,
    pub changed_at: i64,
    pub deleted_at: Option<i64>,
}

/// What is kept beside the state, so that lists need not look into it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Promoted {
    pub external_key: Option<String>,
    pub status: Option<String>,
    pub manager: Option<UserId>,
    pub customer: Option<RecordId>,
    /// In hundredths of the currency.
    pub total_sum: Option<i64>,
    /// When the shop took the order.
    pub ordered_at: Option<i64>,
    /// Folded text in which it is searched.
    pub search: String,
    /// Custom fields: code and folded value.
    pub custom: Vec<(String, String)>,
}

pub(super) const COLUMNS: &str =
    "r.id, r.type, r.number, r.site, r.title, r.state, r.created_at, r.changed_at, r.deleted_at";

pub(super) fn read(row: &Row) -> Result<Record> {
    let name: String = row.get(1)?;
    let state: String = row.get(5)?;
    let broken = |what: String| Error::internal(format!("a stored record: {what}"));
    Ok(Record {
        id: RecordId::new(row.get(0)?),
        record_type: RecordType::parse(&name).ok_or_else(|| broken(name))?,
        number: row.get(2)?,
        site: row.get(3)?,
        title: row.get(4)?,
        state: State::from_json(&state).map_err(|e| broken(e.to_string()))?,
        created_at: row.get(6)?,
        changed_at: row.get(7)?,
        deleted_at: row.get(8)?,
    })
}

/// How a record is named by those who do not know its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    Id(String),
    Number(i64),
    /// As [`Promoted::external_key`].
    External(String),
}

/// The record of a key that is not deleted.
pub fn find(tx: &mut Tx, account: Account, record_type: RecordType, key: &Key) -> Result<Option<Record>> {
    find_with(tx, account, record_type, key, "")
}

/// As [`find`], and keeps others from changing it until the transaction ends: two writers of one record follow each
/// other, and neither's change is lost.
pub fn find_for_update(
    tx: &mut Tx,
    account: Account,
    record_type: RecordType,
    key: &Key,
) -> Result<Option<Record>> {
    let lock = tx.engine().hold();
    find_with(tx, account, record_type, key, lock)
}

fn find_with(
    tx: &mut Tx,
    account: Account,
    record_type: RecordType,
    key: &Key,
    lock: &str,
) -> Result<Option<Record>> {
    let (column, value): (&str, &dyn Param) = match key {
        Key::Id(id) => ("id", id),
        Key::Number(number) => ("number", number),
        Key::External(key) => ("external_key", key),
    };
    let sql = format!(
        "select {COLUMNS} from record r
         where r.account = $1 and r.type = $2 and r.{column} = $3 and r.deleted_at is null{lock}"
    );
    tx.query_row(&sql, &[&account.0, &record_type.name(), value], read)
}

/// A record by its id, deleted or not, of either type.
pub fn find_any(tx: &mut Tx, account: Account, id: &str) -> Result<Option<Record>> {
    let sql = format!("select {COLUMNS} from record r where r.account = $1 and r.id = $2");
    tx.query_row(&sql, &[&account.0, &id], read)
}

/// Records by their ids, deleted or not.
pub fn list_by_ids(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<Vec<Record>> {
    let sql = format!("select {COLUMNS} from record r where r.account = $1 and r.id in ({{in}})");
    tx.query_in(&sql, &[&account.0], ids, read)
}

/// # Errors
/// [`Error::Duplicate`] when another record of the type has the external key.
pub fn insert(tx: &mut Tx, account: Account, record: &Record, promoted: &Promoted) -> Result<()> {
    let kind = record.record_type.name();
    let manager = promoted.manager.as_ref().map(UserId::as_str);
    let customer = promoted.customer.as_ref().map(RecordId::as_str);
    tx.execute(
        "insert into record (account, id, type, number, site, external_key, title, status, manager_id, customer_id,
             total_sum, state, search, created_at, changed_at, ordered_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        &[
            &account.0,
            &record.id.as_str(),
            &kind,
            &record.number,
            &record.site,
            &promoted.external_key,
            &record.title,
            &promoted.status,
            &manager,
            &customer,
            &promoted.total_sum,
            &record.state.to_json(),
            &promoted.search,
            &record.created_at,
            &record.changed_at,
            &promoted.ordered_at,
        ],
    )?;
    insert_custom(tx, account, &record.id, promoted)
}

/// # Errors
/// As [`insert`].
pub fn update(tx: &mut Tx, account: Account, record: &Record, promoted: &Promoted) -> Result<()> {
    let manager = promoted.manager.as_ref().map(UserId::as_str);
    let customer = promoted.customer.as_ref().map(RecordId::as_str);
    tx.execute(
        "update record set site = $3, external_key = $4, title = $5, status = $6, manager_id = $7, customer_id = $8,
             total_sum = $9, state = $10, search = $11, changed_at = $12, ordered_at = $13
         where account = $1 and id = $2",
        &[
            &account.0,
            &record.id.as_str(),
            &record.site,
            &promoted.external_key,
            &record.title,
            &promoted.status,
            &manager,
            &customer,
            &promoted.total_sum,
            &record.state.to_json(),
            &promoted.search,
            &record.changed_at,
            &promoted.ordered_at,
        ],
    )?;
    tx.execute(
        "delete from custom_value where account = $1 and record_id = $2",
        &[&account.0, &record.id.as_str()],
    )?;
    insert_custom(tx, account, &record.id, promoted)
}

fn insert_custom(tx: &mut Tx, account: Account, id: &RecordId, promoted: &Promoted) -> Result<()> {
    if promoted.custom.is_empty() {
        return Ok(());
    }
    let id = id.as_str();
    let rows = promoted.custom.iter().map(|(code, value)| vec![&account.0 as &dyn Param, &id, code, value]);
    tx.insert_many("custom_value (account, record_id, code, value)", "", &rows.collect::<Vec<_>>())?;
    Ok(())
}

/// Marks a record deleted; its external id is free again.
pub fn delete(tx: &mut Tx, account: Account, id: &RecordId, now: i64) -> Result<()> {
    tx.execute(
        "update record set deleted_at = $3, changed_at = $3, external_key = null where account = $1 and id = $2",
        &[&account.0, &id.as_str(), &now],
    )?;
    Ok(())
}

/// Where a record is and whose it is: what decides who sees it, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub id: RecordId,
    pub record_type: RecordType,
    pub number: i64,
    pub title: String,
    pub site: String,
    pub manager: Option<UserId>,
    pub is_deleted: bool,
}

/// The places of records, deleted or not; without their states, which are long.
pub fn list_places(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<Vec<Place>> {
    tx.query_in(
        "select id, type, number, title, site, manager_id, deleted_at from record
         where account = $1 and id in ({in})",
        &[&account.0],
        ids,
        |row| {
            let name: String = row.get(1)?;
            Ok(Place {
                id: RecordId::new(row.get(0)?),
                record_type: RecordType::parse(&name)
                    .ok_or_else(|| Error::internal(format!("a stored record: {name}")))?,
                number: row.get(2)?,
                title: row.get(3)?,
                site: row.get(4)?,
                manager: row.get::<Option<String>>(5)?.map(UserId::new),
                is_deleted: row.get::<Option<i64>>(6)?.is_some(),
            })
        },
    )
}

/// Keeps others from changing the records of these external keys until the transaction ends, all in one order, so
/// that two batches never wait for each other.
pub fn hold(tx: &mut Tx, account: Account, record_type: RecordType, keys: &[&str]) -> Result<()> {
    let sql = format!(
        "select id from record where account = $1 and type = $2 and external_key in ({{in}})
         order by external_key{}",
        tx.engine().hold()
    );
    tx.query_in(&sql, &[&account.0, &record_type.name()], keys, |_| Ok(())).map(drop)
}
