//! Lists of customers and orders: filtered, sorted, a page at a time.

use std::fmt::Write as _;

use super::records::{COLUMNS, Record, Visible, read};
use super::{Param, Tx};
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::record::RecordType;

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
    fn push(&mut self, text: std::fmt::Arguments) {
        // Writing to a string cannot fail.
        let _ = self.sql.write_fmt(text);
    }

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
            self.push(format_args!(" and {column} in ({})", list.join(", ")));
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

#[expect(clippy::ref_option_ref, reason = "a statement's parameters are bound by reference")]
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
            select.push(format_args!(" and (r.site in ({}) or r.manager_id = {mine})", list.join(", ")));
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
        select.push(format_args!(
            " and exists (select 1 from custom_value v where v.account = r.account and v.record_id = r.id
                 and v.code = {code} and v.value = {value})"
        ));
    }
    for range in &wanted.ranges {
        for (than, bound) in [(">=", &range.min), ("<=", &range.max)] {
            if let Some(bound) = bound {
                conditions_of_range(select, range, than, bound);
            }
        }
    }
}

/// The other fields' values may be no numbers, and the engine may look at them first: `case` keeps it from them.
fn conditions_of_range<'a>(select: &mut Select<'a>, range: &'a Range, than: &str, bound: &'a String) {
    let (code, bound) = (select.param(&range.code), select.param(bound));
    let compare = if range.numeric {
        format!("cast(v.value as numeric) {than} cast(cast({bound} as text) as numeric)")
    } else {
        format!("v.value {than} {bound}")
    };
    select.push(format_args!(
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
        select.push(format_args!(" and ({value}, r.id) {than} ({after}, {id})"));
    }
    let (most, offset) = (select.param(&wanted.most), select.param(&wanted.offset));
    select.push(format_args!(" order by {value} {direction}, r.id {direction} limit {most} offset {offset}"));
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
    select.push(format_args!(" limit {most}) found"));
    let Select { sql, params } = select;
    Ok(tx.query_row(&sql, &params, |row| row.get(0))?.unwrap_or_default())
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
