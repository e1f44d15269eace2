//! Customers and orders: the state as a whole, and beside it what lists are filtered and sorted by.

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
    /// Folded text in which it is searched.
    pub search: String,
    /// Custom fields: code and folded value.
    pub custom: Vec<(String, String)>,
}

const COLUMNS: &str = "r.id, r.type, r.number, r.site, r.title, r.state, r.created_at, r.changed_at, r.deleted_at";

fn read(row: &Row) -> Result<Record> {
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
             total_sum, state, search, created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
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
             total_sum = $9, state = $10, search = $11, changed_at = $12
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
    tx.insert_many(
        "custom_value (account, record_id, code, value)",
        "",
        &rows.collect::<Vec<_>>(),
    )?;
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

/// In which order a list stands; each is stable, because the id breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Last changed first.
    #[default]
    Changed,
    /// Highest number first.
    Number,
    /// Lowest number first.
    NumberUp,
    /// Greatest sum first; without one last.
    Sum,
}

/// A custom field between two values, each of which counts.
#[derive(Debug, Clone, Default)]
pub struct Range {
    pub code: String,
    pub min: Option<String>,
    pub max: Option<String>,
    /// Compared as numbers; else as text, in which dates are in order.
    pub numeric: bool,
}

/// A page of records, as asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub visible: Visible,
    pub statuses: Vec<String>,
    /// Ids of managers; an empty id stands for "nobody".
    pub managers: Vec<String>,
    pub sites: Vec<String>,
    pub customer: Option<String>,
    pub numbers: Vec<i64>,
    pub external_keys: Vec<String>,
    pub ids: Vec<String>,
    /// Folded text to be found.
    pub search: Option<String>,
    /// More folded texts, each of which must be found.
    pub words: Vec<String>,
    /// What people call the records: one of these.
    pub titles: Vec<String>,
    /// Custom fields: code and folded value.
    pub custom: Vec<(String, String)>,
    pub ranges: Vec<Range>,
    pub created_from: Option<i64>,
    pub created_to: Option<i64>,
    pub changed_from: Option<i64>,
    pub changed_to: Option<i64>,
    pub sum_from: Option<i64>,
    pub sum_to: Option<i64>,
    pub order: Order,
    /// Goes on after this row: the value that the order sorts by, and the id.
    pub after: Option<(i64, String)>,
    pub offset: i64,
    pub most: i64,
}

/// A statement under construction: the text, and what stands for its `$n`.
struct Select<'a> {
    sql: String,
    params: Vec<&'a dyn Param>,
}

impl<'a> Select<'a> {
    fn param(&mut self, value: &'a dyn Param) -> String {
        self.params.push(value);
        format!("${}", self.params.len())
    }

    /// `and {condition}`, with `{}` standing for the value.
    fn and(&mut self, condition: &str, value: &'a dyn Param) {
        let n = self.param(value);
        self.sql.push_str(" and ");
        self.sql.push_str(&condition.replace("{}", &n));
    }

    fn and_in<T: Param>(&mut self, column: &str, values: &'a [T]) {
        if !values.is_empty() {
            let list: Vec<String> = values.iter().map(|value| self.param(value)).collect();
            self.sql.push_str(&format!(" and {column} in ({})", list.join(", ")));
        }
    }
}

/// The value that an order sorts a record by, and whether it descends.
fn sort(order: Order) -> (&'static str, bool) {
    match order {
        Order::Changed => ("r.changed_at", true),
        Order::Number => ("r.number", true),
        Order::NumberUp => ("r.number", false),
        Order::Sum => ("coalesce(r.total_sum, -1)", true),
    }
}

fn conditions<'a>(
    select: &mut Select<'a>,
    wanted: &'a Wanted,
    patterns: &'a [String],
    me: &'a Option<&'a str>,
) {
    match &wanted.visible {
        Visible::All => {}
        Visible::Own(_) => select.and("r.manager_id = {}", me),
        Visible::Sites { sites, .. } => {
            let mut list: Vec<String> = sites.iter().map(|site| select.param(site)).collect();
            list.push("''".into());
            let mine = select.param(me);
            select.sql.push_str(&format!(" and (r.site in ({}) or r.manager_id = {mine})", list.join(", ")));
        }
    }
    select.and_in("r.status", &wanted.statuses);
    select.and_in("coalesce(r.manager_id, '')", &wanted.managers);
    select.and_in("r.site", &wanted.sites);
    select.and_in("r.number", &wanted.numbers);
    select.and_in("r.external_key", &wanted.external_keys);
    select.and_in("r.id", &wanted.ids);
    if wanted.customer.is_some() {
        select.and("r.customer_id = {}", &wanted.customer);
    }
    for (condition, value) in [
        ("r.created_at >= {}", &wanted.created_from),
        ("r.created_at < {}", &wanted.created_to),
        ("r.changed_at >= {}", &wanted.changed_from),
        ("r.changed_at < {}", &wanted.changed_to),
        ("r.total_sum >= {}", &wanted.sum_from),
        ("r.total_sum <= {}", &wanted.sum_to),
    ] {
        if value.is_some() {
            select.and(condition, value);
        }
    }
    select.and_in("r.title", &wanted.titles);
    for pattern in patterns {
        select.and("r.search like {} escape '~'", pattern);
    }
    for (code, value) in &wanted.custom {
        let (code, value) = (select.param(code), select.param(value));
        select.sql.push_str(&format!(
            " and exists (select 1 from custom_value v where v.account = r.account and v.record_id = r.id
                 and v.code = {code} and v.value = {value})"
        ));
    }
    for range in &wanted.ranges {
        for (than, bound) in [(">=", &range.min), ("<=", &range.max)] {
            if bound.is_some() {
                conditions_of_range(select, range, than, bound);
            }
        }
    }
}

/// The other fields' values may be no numbers, and the engine may look at them first: `case` keeps it from them.
fn conditions_of_range<'a>(
    select: &mut Select<'a>,
    range: &'a Range,
    than: &str,
    bound: &'a Option<String>,
) {
    let (code, bound) = (select.param(&range.code), select.param(bound));
    let compare = if range.numeric {
        format!("cast(v.value as numeric) {than} cast(cast({bound} as text) as numeric)")
    } else {
        format!("v.value {than} {bound}")
    };
    select.sql.push_str(&format!(
        " and exists (select 1 from custom_value v where v.account = r.account and v.record_id = r.id
             and v.code = {code} and case when v.code = {code} then {compare} else 1 = 0 end)"
    ));
}

/// What is searched for, as patterns.
fn patterns(wanted: &Wanted) -> Vec<String> {
    wanted.search.iter().chain(&wanted.words).map(|text| super::inbox::contains(text)).collect()
}

fn viewer(visible: &Visible) -> Option<&str> {
    match visible {
        Visible::All => None,
        Visible::Sites { user, .. } | Visible::Own(user) => Some(user.as_str()),
    }
}

/// A page of records that are not deleted.
pub fn list(tx: &mut Tx, account: Account, record_type: RecordType, wanted: &Wanted) -> Result<Vec<Record>> {
    let patterns = patterns(wanted);
    let (me, kind) = (viewer(&wanted.visible), record_type.name());
    let mut select = Select {
        sql: format!(
            "select {COLUMNS} from record r where r.account = $1 and r.type = $2 and r.deleted_at is null"
        ),
        params: vec![&account.0, &kind],
    };
    conditions(&mut select, wanted, &patterns, &me);
    let (value, descends) = sort(wanted.order);
    let (than, direction) = if descends { ("<", "desc") } else { (">", "asc") };
    if let Some((after, id)) = &wanted.after {
        let (after, id) = (select.param(after), select.param(id));
        select.sql.push_str(&format!(" and ({value}, r.id) {than} ({after}, {id})"));
    }
    let (most, offset) = (select.param(&wanted.most), select.param(&wanted.offset));
    select
        .sql
        .push_str(&format!(" order by {value} {direction}, r.id {direction} limit {most} offset {offset}"));
    let Select { sql, params } = select;
    tx.query(&sql, &params, read)
}

/// How many records a filter finds, counted up to `most`.
pub fn count(
    tx: &mut Tx,
    account: Account,
    record_type: RecordType,
    wanted: &Wanted,
    most: Option<i64>,
) -> Result<i64> {
    let patterns = patterns(wanted);
    let (me, kind, most) = (viewer(&wanted.visible), record_type.name(), most.unwrap_or(i64::MAX));
    let mut select = Select {
        sql: "select count(*) from (
             select 1 from record r where r.account = $1 and r.type = $2 and r.deleted_at is null"
            .into(),
        params: vec![&account.0, &kind],
    };
    conditions(&mut select, wanted, &patterns, &me);
    let most = select.param(&most);
    select.sql.push_str(&format!(" limit {most}) found"));
    let Select { sql, params } = select;
    Ok(tx.query_row(&sql, &params, |row| row.get(0))?.unwrap_or_default())
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

/// The value by which a record stands in an order: the first half of [`Wanted::after`].
#[must_use]
pub fn place(record: &Record, promoted_sum: Option<i64>, order: Order) -> i64 {
    match order {
        Order::Changed => record.changed_at,
        Order::Number | Order::NumberUp => record.number,
        Order::Sum => promoted_sum.unwrap_or(-1),
    }
}
