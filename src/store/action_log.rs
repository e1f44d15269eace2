//! The action log: every run of a rule and every action, and why what did not happen did not.

use super::tx::Row;
use super::{Param, Tx, inbox};
use crate::domain::error::{Error, Result};
use crate::domain::id::Account;
use crate::domain::kind::names;
use crate::domain::rule::{RuleRef, RuleType};

names! {
    /// Whether it worked.
    Status {
        Information = "information",
        Error = "error",
    }
}

/// The record that an entry is about, by the name that it had then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AboutRecord {
    pub record_type: String,
    pub id: String,
    pub number: i64,
    pub title: String,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: String,
    pub at: i64,
    pub status: Status,
    pub rule: RuleRef,
    /// The sort of action; none for the run as a whole.
    pub action: Option<String>,
    /// The key of a sentence, and its values, as JSON.
    pub message: String,
    pub record: Option<AboutRecord>,
    /// What came of it, as JSON.
    pub links: String,
    pub duration_us: i64,
}

pub fn insert_many(tx: &mut Tx, account: Account, entries: &[Entry]) -> Result<()> {
    let names: Vec<_> = entries.iter().map(|e| (e.status.name(), e.rule.rule_type.name())).collect();
    let records: Vec<_> = entries
        .iter()
        .map(|entry| {
            let record = entry.record.as_ref();
            let title = record.map(|record| record.title.as_str()).unwrap_or_default();
            let number = record.map(|record| record.number);
            let shown = number.map(|number| number.to_string()).unwrap_or_default();
            let search = crate::domain::code::fold(&format!("{} {title} {shown}", entry.rule.name));
            (
                record.map(|r| &*r.record_type),
                record.map(|r| &*r.id),
                number,
                record.map(|r| &*r.title),
                search,
            )
        })
        .collect();
    let rows = entries.iter().zip(names.iter().zip(&records)).map(|(entry, (names, record))| {
        vec![
            &account.0 as &dyn Param,
            &entry.id,
            &entry.at,
            &names.0,
            &names.1,
            &entry.rule.id,
            &entry.rule.name,
            &entry.action,
            &entry.message,
            &record.0,
            &record.1,
            &record.2,
            &record.3,
            &entry.links,
            &entry.duration_us,
            &record.4,
        ]
    });
    tx.insert_many(
        "action_log (account, id, at, status, rule_type, rule_id, rule_name, action, message, record_type, record_id,
             record_number, record_title, links, duration_us, search)",
        "",
        &rows.collect::<Vec<_>>(),
    )?;
    Ok(())
}

/// A page, as asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub status: Option<Status>,
    /// The id of a rule.
    pub rule: Option<String>,
    pub record: Option<String>,
    /// Folded text in the rule's name, or the record's title or number.
    pub search: Option<String>,
    pub from: Option<i64>,
    pub to: Option<i64>,
    /// Older than the entry with this id.
    pub before: Option<String>,
    pub most: i64,
}

/// Entries, newest first.
pub fn list(tx: &mut Tx, account: Account, wanted: &Wanted) -> Result<Vec<Entry>> {
    let status = wanted.status.map(Status::name);
    let pattern = wanted.search.as_deref().map(inbox::contains);
    let mut sql = "select l.id, l.at, l.status, l.rule_type, l.rule_id, l.rule_name, l.action, l.message, l.record_type,
             l.record_id, l.record_number, l.record_title, l.links, l.duration_us
         from action_log l where l.account = $1"
        .to_owned();
    let mut params: Vec<&dyn Param> = vec![&account.0];
    let mut and = |condition: &str, param| {
        params.push(param);
        sql.push_str(&condition.replace("{}", &format!("${}", params.len())));
    };
    if let Some(status) = &status {
        and(" and l.status = {}", status);
    }
    if let Some(rule) = &wanted.rule {
        and(" and l.rule_id = {}", rule);
    }
    if let Some(record) = &wanted.record {
        and(" and l.record_id = {}", record);
    }
    if let Some(pattern) = &pattern {
        and(" and l.search like {} escape '~'", pattern);
    }
    if let Some(from) = &wanted.from {
        and(" and l.at >= {}", from);
    }
    if let Some(to) = &wanted.to {
        and(" and l.at < {}", to);
    }
    if let Some(before) = &wanted.before {
        and(" and l.id < {}", before);
    }
    and(" order by l.id desc limit {}", &wanted.most);
    tx.query(&sql, &params, read)
}

fn read(row: &Row) -> Result<Entry> {
    let (status, sort): (String, String) = (row.get(2)?, row.get(3)?);
    let unknown = |name: &str| Error::internal(format!("an entry of the action log: {name:?}"));
    let record_type: Option<String> = row.get(8)?;
    let record = match (record_type, row.get::<Option<String>>(9)?) {
        (Some(record_type), Some(id)) => Some(AboutRecord {
            record_type,
            id,
            number: row.get::<Option<i64>>(10)?.unwrap_or_default(),
            title: row.get::<Option<String>>(11)?.unwrap_or_default(),
        }),
        _ => None,
    };
    Ok(Entry {
        id: row.get(0)?,
        at: row.get(1)?,
        status: Status::parse(&status).ok_or_else(|| unknown(&status))?,
        rule: RuleRef {
            rule_type: RuleType::parse(&sort).ok_or_else(|| unknown(&sort))?,
            id: row.get(4)?,
            name: row.get(5)?,
        },
        action: row.get(6)?,
        message: row.get(7)?,
        record,
        links: row.get(12)?,
        duration_us: row.get(13)?,
    })
}

/// Forgets what is older.
pub fn delete_before(tx: &mut Tx, before: i64, most: i64) -> Result<u64> {
    tx.execute(
        "delete from action_log where (account, id) in (
             select account, id from action_log where at < $1 limit $2)",
        &[&before, &most],
    )
}
