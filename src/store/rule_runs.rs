//! What triggers did, how often for which record, what they still have to do, and when their schedules tick.

use super::Tx;
use crate::domain::error::{Error, Result};
use crate::domain::event::EventType;
use crate::domain::id::Account;
use crate::domain::rule::RuleType;

/// A run of a trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub trigger: String,
    pub event: String,
    /// Empty where the event is about none.
    pub record: String,
    /// Rules before it in its chain.
    pub depth: i64,
    pub at: i64,
}

/// Notes a run, and that it is the last one for the record. False: it was noted before, and nothing is to be done again.
pub fn insert(tx: &mut Tx, account: Account, run: &Run) -> Result<bool> {
    let inserted = tx.execute(
        "insert into trigger_run (account, trigger_id, event_id, record_id, depth, at) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
        &[&account.0, &run.trigger, &run.event, &run.record, &run.depth, &run.at],
    )?;
    if inserted == 1 {
        tx.execute(
            "insert into trigger_last (account, trigger_id, record_id, event_id, runs, at) values ($1, $2, $3, $4, 1, $5)
             on conflict (account, trigger_id, record_id)
             do update set event_id = excluded.event_id, runs = trigger_last.runs + 1, at = excluded.at",
            &[&account.0, &run.trigger, &run.record, &run.event, &run.at],
        )?;
    }
    Ok(inserted == 1)
}

/// How often a trigger fired for a record, and when it last did.
pub fn find_last(tx: &mut Tx, account: Account, trigger: &str, record: &str) -> Result<Option<(i64, i64)>> {
    tx.query_row(
        "select runs, at from trigger_last where account = $1 and trigger_id = $2 and record_id = $3",
        &[&account.0, &trigger, &record],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// How often a trigger fired for a record since then.
pub fn count_since(tx: &mut Tx, account: Account, trigger: &str, record: &str, since: i64) -> Result<i64> {
    let count = tx.query_row(
        "select count(*) from trigger_run
         where account = $1 and trigger_id = $2 and record_id = $3 and at > $4",
        &[&account.0, &trigger, &record, &since],
        |row| row.get(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// How often the account's triggers fired since then because of rules, counted up to `most`.
pub fn count_caused(tx: &mut Tx, account: Account, since: i64, most: i64) -> Result<i64> {
    let count = tx.query_row(
        "select count(*) from (
             select 1 from trigger_run where account = $1 and at > $2 and depth > 0 limit $3) caused",
        &[&account.0, &since, &most],
        |row| row.get(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// How often these triggers fired since then.
pub fn list_counts(
    tx: &mut Tx,
    account: Account,
    since: i64,
    triggers: &[&str],
) -> Result<Vec<(String, i64)>> {
    tx.query_in(
        "select trigger_id, count(*) from trigger_run where account = $1 and at >= $2 and trigger_id in ({in})
         group by trigger_id",
        &[&account.0, &since],
        triggers,
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Forgets runs that no period reaches back to. What was last stays.
pub fn delete_before(tx: &mut Tx, before: i64, most: i64) -> Result<u64> {
    tx.execute(
        "delete from trigger_run where (account, trigger_id, event_id, record_id) in (
             select account, trigger_id, event_id, record_id from trigger_run where at < $1 limit $2)",
        &[&before, &most],
    )
}

/// Something that a rule does later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later {
    pub id: String,
    pub rule_type: RuleType,
    pub rule: String,
    /// What, as JSON.
    pub data: String,
    pub due_at: i64,
}

/// Writes down what a rule does later; its row of work is the caller's.
pub fn insert_later(tx: &mut Tx, account: Account, later: &Later, now: i64) -> Result<()> {
    tx.execute(
        "insert into rule_later (account, id, rule_type, rule_id, data, due_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        &[&account.0, &later.id, &later.rule_type.name(), &later.rule, &later.data, &later.due_at, &now],
    )?;
    Ok(())
}

pub fn find_later(tx: &mut Tx, account: Account, id: &str) -> Result<Option<Later>> {
    tx.query_row(
        "select id, rule_type, rule_id, data, due_at from rule_later where account = $1 and id = $2",
        &[&account.0, &id],
        |row| {
            let sort: String = row.get(1)?;
            Ok(Later {
                id: row.get(0)?,
                rule_type: RuleType::parse(&sort)
                    .ok_or_else(|| Error::internal(format!("unknown rule {sort:?}")))?,
                rule: row.get(2)?,
                data: row.get(3)?,
                due_at: row.get(4)?,
            })
        },
    )
}

pub fn delete_later(tx: &mut Tx, account: Account, id: &str) -> Result<()> {
    tx.execute("delete from rule_later where account = $1 and id = $2", &[&account.0, &id])?;
    Ok(())
}

/// A schedule, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticking {
    pub trigger: String,
    pub cron: String,
    pub next_at: i64,
    /// The tick whose sweep over records is under way.
    pub sweep_at: Option<i64>,
    /// The event of that tick.
    pub sweep_event: Option<String>,
    /// The number of the last record that it saw.
    pub sweep_number: i64,
}

/// Writes how far a schedule has come.
pub fn put_ticking(tx: &mut Tx, account: Account, ticking: &Ticking) -> Result<()> {
    tx.execute(
        "insert into trigger_tick (account, trigger_id, cron, next_at, sweep_at, sweep_number, sweep_event)
         values ($1, $2, $3, $4, cast($5 as bigint), $6, cast($7 as text))
         on conflict (account, trigger_id) do update set cron = excluded.cron, next_at = excluded.next_at,
             sweep_at = excluded.sweep_at, sweep_number = excluded.sweep_number, sweep_event = excluded.sweep_event",
        &[
            &account.0,
            &ticking.trigger,
            &ticking.cron,
            &ticking.next_at,
            &ticking.sweep_at,
            &ticking.sweep_number,
            &ticking.sweep_event,
        ],
    )?;
    Ok(())
}

pub fn find_ticking(tx: &mut Tx, account: Account, trigger: &str) -> Result<Option<Ticking>> {
    tx.query_row(
        "select trigger_id, cron, next_at, sweep_at, sweep_number, sweep_event from trigger_tick
         where account = $1 and trigger_id = $2",
        &[&account.0, &trigger],
        |row| {
            Ok(Ticking {
                trigger: row.get(0)?,
                cron: row.get(1)?,
                next_at: row.get(2)?,
                sweep_at: row.get(3)?,
                sweep_number: row.get(4)?,
                sweep_event: row.get(5)?,
            })
        },
    )
}

pub fn delete_ticking(tx: &mut Tx, account: Account, trigger: &str) -> Result<()> {
    tx.execute("delete from trigger_tick where account = $1 and trigger_id = $2", &[&account.0, &trigger])?;
    Ok(())
}

/// The ids of records of a type behind a number, in the order of their numbers.
pub fn list_numbered(
    tx: &mut Tx,
    account: Account,
    record_type: &str,
    after: i64,
    most: i64,
) -> Result<Vec<(i64, String)>> {
    tx.query(
        "select number, id from record
         where account = $1 and type = $2 and number > $3 and deleted_at is null order by number limit $4",
        &[&account.0, &record_type, &after, &most],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// An event that a dry run can be made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub id: String,
    pub event_type: EventType,
    /// The record that it is about, where it is about one.
    pub record: Option<String>,
    pub data: String,
    pub at: i64,
}

/// The newest events that a trigger could listen to, of one record or of all.
pub fn list_past(tx: &mut Tx, account: Account, record: Option<&str>, most: i64) -> Result<Vec<Past>> {
    let whose = if record.is_some() { "record_id = $2" } else { "cast($2 as text) is null" };
    let sql = format!(
        "select id, type, data, created_at, record_id from event
         where account = $1 and {whose} and type in ('record_changed', 'custom', 'task')
         order by id desc limit $3"
    );
    tx.query(&sql, &[&account.0, &record, &most], |row| {
        let name: String = row.get(1)?;
        Ok(Past {
            id: row.get(0)?,
            event_type: EventType::parse(&name)
                .ok_or_else(|| Error::internal(format!("unknown type of event {name:?}")))?,
            data: row.get(2)?,
            at: row.get(3)?,
            record: row.get(4)?,
        })
    })
}

/// What a rule still has to do, by id.
pub fn list_later(tx: &mut Tx, account: Account, rule: &str) -> Result<Vec<String>> {
    tx.query("select id from rule_later where account = $1 and rule_id = $2", &[&account.0, &rule], |row| {
        row.get(0)
    })
}
