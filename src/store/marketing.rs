//! What marketing rules know of customers: their orders, what rules did for them, and who is in a segment.

use super::tx::Row;
use super::{Param, Tx};
use crate::domain::error::{Error, Result};
use crate::domain::id::Account;
use crate::domain::kind::names;
use crate::domain::marketing::Why;

names! {
    /// What came of an occasion.
    Outcome {
        Done = "done",
        Waiting = "waiting",
        Skipped = "skipped",
    }
}

/// An occasion of a customer: once per rule, customer and period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub id: String,
    pub rule: String,
    pub customer: String,
    pub period: String,
    pub occasion_at: i64,
    pub outcome: Outcome,
    pub why: Option<Why>,
    /// When it came to that.
    pub at: i64,
}

const COLUMNS: &str = "id, rule_id, customer_id, period, occasion_at, result, why, at";

fn read(row: &Row) -> Result<Run> {
    let (result, why): (String, Option<String>) = (row.get(5)?, row.get(6)?);
    Ok(Run {
        id: row.get(0)?,
        rule: row.get(1)?,
        customer: row.get(2)?,
        period: row.get(3)?,
        occasion_at: row.get(4)?,
        outcome: outcome(&result)?,
        why: why.as_deref().and_then(Why::parse),
        at: row.get(7)?,
    })
}

fn outcome(name: &str) -> Result<Outcome> {
    Outcome::parse(name).ok_or_else(|| Error::internal(format!("unknown result {name:?}")))
}

/// Writes down an occasion. False: it is known already, and nothing is to be done.
pub fn insert(tx: &mut Tx, account: Account, run: &Run) -> Result<bool> {
    let inserted = tx.execute(
        "insert into marketing_run (account, id, rule_id, customer_id, period, occasion_at, result, why, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (account, rule_id, customer_id, period) do nothing",
        &[
            &account.0,
            &run.id,
            &run.rule,
            &run.customer,
            &run.period,
            &run.occasion_at,
            &run.outcome.name(),
            &run.why.map(Why::name),
            &run.at,
        ],
    )?;
    Ok(inserted == 1)
}

/// What came of an occasion that waited. False: it waits no longer.
pub fn update(
    tx: &mut Tx,
    account: Account,
    id: &str,
    outcome: Outcome,
    why: Option<Why>,
    at: i64,
) -> Result<bool> {
    let updated = tx.execute(
        "update marketing_run set result = $3, why = $4, at = $5
         where account = $1 and id = $2 and result = 'waiting'",
        &[&account.0, &id, &outcome.name(), &why.map(Why::name), &at],
    )?;
    Ok(updated == 1)
}

pub fn find(tx: &mut Tx, account: Account, id: &str) -> Result<Option<Run>> {
    let sql = format!("select {COLUMNS} from marketing_run where account = $1 and id = $2");
    tx.query_row(&sql, &[&account.0, &id], read)
}

/// The occasions of a customer that wait.
pub fn list_waiting(tx: &mut Tx, account: Account, rule: &str, customer: &str) -> Result<Vec<Run>> {
    let sql = format!(
        "select {COLUMNS} from marketing_run
         where account = $1 and rule_id = $2 and customer_id = $3 and result = 'waiting'"
    );
    tx.query(&sql, &[&account.0, &rule, &customer], read)
}

/// Customers and periods of a rule that are known already.
pub fn list_periods(
    tx: &mut Tx,
    account: Account,
    rule: &str,
    customers: &[&str],
) -> Result<Vec<(String, String)>> {
    tx.query_in(
        "select customer_id, period from marketing_run
         where account = $1 and rule_id = $2 and customer_id in ({in})",
        &[&account.0, &rule],
        customers,
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// What rules did for a customer: rule and instant.
pub fn list_done(tx: &mut Tx, account: Account, customer: &str) -> Result<Vec<(String, i64)>> {
    tx.query(
        "select rule_id, at from marketing_run where account = $1 and customer_id = $2 and result = 'done'",
        &[&account.0, &customer],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// What came of a rule, newest first, behind a place: instant and id.
pub fn list(
    tx: &mut Tx,
    account: Account,
    rule: &str,
    before: Option<&(i64, String)>,
    most: i64,
) -> Result<Vec<Run>> {
    let (at, id) = before.map_or((i64::MAX, ""), |(at, id)| (*at, id.as_str()));
    let sql = format!(
        "select {COLUMNS} from marketing_run
         where account = $1 and rule_id = $2 and (at, id) < ($3, $4) order by at desc, id desc limit $5"
    );
    tx.query(&sql, &[&account.0, &rule, &at, &id, &most], read)
}

/// How often something came of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    pub rule: String,
    pub outcome: Outcome,
    pub why: Option<Why>,
    pub count: i64,
}

/// How often something came of rules.
pub fn list_tallies(tx: &mut Tx, account: Account, rules: &[&str]) -> Result<Vec<Tally>> {
    tx.query_in(
        "select rule_id, result, why, count(*) from marketing_run
         where account = $1 and rule_id in ({in}) group by rule_id, result, why",
        &[&account.0],
        rules,
        |row| {
            let (result, why): (String, Option<String>) = (row.get(1)?, row.get(2)?);
            let why = why.as_deref().and_then(Why::parse);
            Ok(Tally { rule: row.get(0)?, outcome: outcome(&result)?, why, count: row.get(3)? })
        },
    )
}

/// How often customers ordered, and when last: customer, orders, instant.
pub fn list_orders(tx: &mut Tx, account: Account, customers: &[&str]) -> Result<Vec<(String, i64, i64)>> {
    tx.query_in(
        "select customer_id, count(*), max(ordered_at) from record
         where account = $1 and customer_id in ({in}) and deleted_at is null and ordered_at is not null
         group by customer_id",
        &[&account.0],
        customers,
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// Which of these customers are in a segment of a rule, and since when.
pub fn list_members(
    tx: &mut Tx,
    account: Account,
    rule: &str,
    customers: &[&str],
) -> Result<Vec<(String, Option<i64>)>> {
    tx.query_in(
        "select customer_id, entered_at from marketing_member
         where account = $1 and rule_id = $2 and customer_id in ({in})",
        &[&account.0, &rule],
        customers,
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Customers came into a segment of a rule; those who are in one stay as they are.
pub fn insert_members(
    tx: &mut Tx,
    account: Account,
    rule: &str,
    customers: &[&str],
    entered_at: Option<i64>,
) -> Result<()> {
    let rows = customers.iter().map(|id| vec![&account.0 as &dyn Param, &rule, id, &entered_at]);
    tx.insert_many(
        "marketing_member (account, rule_id, customer_id, entered_at)",
        " on conflict do nothing",
        &rows.collect::<Vec<_>>(),
    )
    .map(drop)
}

/// They are in none any more.
pub fn delete_members(tx: &mut Tx, account: Account, rule: &str, customers: &[&str]) -> Result<()> {
    tx.query_in(
        "delete from marketing_member where account = $1 and rule_id = $2 and customer_id in ({in})
         returning customer_id",
        &[&account.0, &rule],
        customers,
        |_| Ok(()),
    )
    .map(drop)
}

/// When a rule had looked at everybody for the first time.
pub fn find_begun(tx: &mut Tx, account: Account, rule: &str) -> Result<Option<i64>> {
    tx.query_row(
        "select begun_at from marketing_begun where account = $1 and rule_id = $2",
        &[&account.0, &rule],
        |row| row.get(0),
    )
}

pub fn insert_begun(tx: &mut Tx, account: Account, rule: &str, now: i64) -> Result<()> {
    tx.execute(
        "insert into marketing_begun (account, rule_id, begun_at) values ($1, $2, $3) on conflict do nothing",
        &[&account.0, &rule, &now],
    )
    .map(drop)
}

/// It begins anew.
pub fn delete_begun(tx: &mut Tx, account: Account, rule: &str) -> Result<()> {
    tx.execute("delete from marketing_begun where account = $1 and rule_id = $2", &[&account.0, &rule])
        .map(drop)
}

/// Forgets occasions that nothing was done about, of long ago. What was done stays.
pub fn delete_skipped_before(tx: &mut Tx, before: i64, most: i64) -> Result<u64> {
    tx.execute(
        "delete from marketing_run where (account, id) in (
             select account, id from marketing_run where result = 'skipped' and at < $1 limit $2)",
        &[&before, &most],
    )
}
