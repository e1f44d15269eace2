//! The history of tasks as the RetailCRM-compatible API tells it: everything by its number.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::record::RecordType;
use crate::domain::record::value::Value;
use crate::domain::task::due::zone_of;
use crate::flows::Ctx;
use crate::flows::tasks::{Shown, names};
use crate::store::history::{self, Entry};
use crate::store::tasks::{self, Key, Sight};
use crate::store::{Tx, accounts, groups, records, retailcrm};

/// An id that nothing has: a filter that found nothing must not find everything.
const NOTHING: &str = "-";

/// Which part of the history is wanted.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// After this number.
    pub since: i64,
    /// The number of one task.
    pub task: Option<i64>,
    pub times: (Option<DateTime>, Option<DateTime>),
    pub offset: i64,
    pub most: i64,
}

/// A page of history, with its tasks, and the numbers of all that is named in it by id.
#[derive(Debug, Clone)]
pub struct Told {
    pub entries: Vec<Entry>,
    pub total: i64,
    pub zone: TimeZone,
    pub tasks: HashMap<String, Shown>,
    pub numbers: HashMap<String, i64>,
}

/// A page of the history of tasks, oldest first.
///
/// # Errors
/// What the store says.
pub async fn list_history(ctx: &Ctx, account: Account, past: Past) -> Result<Told> {
    ctx.store
        .read(move |tx| {
            let zone = zone_of(&accounts::get(tx, account)?.zone);
            let at = |local: Option<DateTime>| local.and_then(|l| zone.to_timestamp(l).ok());
            let record = match past.task {
                None => None,
                Some(number) => {
                    let task = tasks::find(tx, account, &Key::Number(number))?;
                    Some(task.map_or_else(|| NOTHING.to_owned(), |task| task.id.to_string()))
                }
            };
            let wanted = history::Wanted {
                after: past.since,
                record,
                from: at(past.times.0).map(Timestamp::as_millisecond),
                to: at(past.times.1).map(Timestamp::as_millisecond),
                offset: past.offset,
                most: past.most,
            };
            let total = history::count(tx, account, RecordType::Task, &wanted)?;
            let entries = history::list(tx, account, RecordType::Task, &wanted)?;
            let numbers = numbers(tx, account, &entries)?;
            let ids: Vec<&str> = entries.iter().map(|entry| entry.record.as_str()).collect();
            let found = tasks::list_by_ids(tx, account, &ids)?;
            let shown = names::show(tx, account, &Sight::default(), found)?;
            let tasks = shown.into_iter().map(|shown| (shown.task.id.to_string(), shown)).collect();
            Ok(Told { entries, total, zone, tasks, numbers })
        })
        .await
}

fn numbers(tx: &mut Tx, account: Account, entries: &[Entry]) -> Result<HashMap<String, i64>> {
    let (mut users, mut named) = (Vec::new(), Vec::new());
    for entry in entries {
        if entry.actor.kind() == "user" {
            users.extend(entry.actor.id());
        }
        for value in [&entry.change.old, &entry.change.new].into_iter().flatten() {
            match value {
                Value::User(user) => users.push(user.as_str()),
                Value::Record(record) => named.push(record.as_str()),
                _ => {}
            }
        }
    }
    let users = retailcrm::list_user_numbers(tx, account, &users)?.into_iter();
    let mut numbers: HashMap<String, i64> = users.map(|(id, number)| (id.to_string(), number)).collect();
    for place in records::list_places(tx, account, &named)? {
        numbers.insert(place.id.to_string(), place.number);
    }
    for group in groups::list(tx, account)? {
        numbers.insert(group.id.to_string(), group.number);
    }
    Ok(numbers)
}

/// Whether a number is a group's.
///
/// # Errors
/// What the store says.
pub async fn is_group(ctx: &Ctx, account: Account, number: i64) -> Result<bool> {
    let groups = ctx.store.read(move |tx| groups::list(tx, account)).await?;
    Ok(groups.iter().any(|group| group.number == number))
}
