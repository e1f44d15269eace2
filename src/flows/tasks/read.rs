//! Reads tasks for those who may see them: lists, one task, its remarks and its history.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::super::Ctx;
use super::super::record_pages::{HistoryPage, Surroundings, with_names};
use super::names::{Shown, show};
use super::{sees, sight_of};
use crate::domain::access::Caller;
use crate::domain::actor::Actor;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::id::Account;
use crate::domain::record::{RecordId, RecordType};
use crate::domain::task::due::zone_of;
use crate::store::history;
use crate::store::records::Place;
use crate::store::tasks::{self, Counts, Key, Sight, Task, Wanted};
use crate::store::{Tx, accounts, audience, groups, keys, records, task_lists};

/// A total is counted up to this; more is "many".
const MOST_COUNTED: i64 = 10_001;

/// Whose tasks are wanted, as a caller says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Whose {
    #[default]
    Everybody,
    Mine,
    /// Those of the caller's groups.
    MyGroups,
    /// By id.
    User(String),
    /// By code.
    Group(String),
}

/// Which tasks are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// What needs no looking up.
    pub wanted: Wanted,
    pub whose: Whose,
    /// Numbers of users and groups, by the account's clocks, and records, as the RetailCRM-compatible API has them.
    pub performers: Vec<i64>,
    pub creators: Vec<i64>,
    pub due: (Option<DateTime>, Option<DateTime>),
    pub created: (Option<DateTime>, Option<DateTime>),
    pub done: (Option<DateTime>, Option<DateTime>),
    pub order_title: Option<String>,
    /// Folded text in the customer's names and addresses.
    pub customer_words: Option<String>,
}

/// A page of tasks.
#[derive(Debug, Clone)]
pub struct Page {
    pub rows: Vec<Shown>,
    pub next: Option<String>,
    /// Counted up to [`MOST_COUNTED`].
    pub total: i64,
    pub counts: Counts,
}

/// An id that nothing has: a filter that found nobody must not find everybody.
const NOTHING: &str = "-";

/// A page of the tasks that the caller sees.
///
/// # Errors
/// A fault of `performer`.
pub async fn list(ctx: &Ctx, caller: &Caller, filter: Filter) -> Result<Page> {
    let (caller, now) = (caller.clone(), ctx.now());
    ctx.store
        .read(move |tx| {
            let account = caller.account();
            let most = usize::try_from(filter.wanted.most).unwrap_or_default();
            let wanted = Wanted {
                sight: sight_of(tx, &caller)?,
                whose: whose(tx, &caller, &filter.whose)?,
                most: filter.wanted.most + 1,
                now,
                ..filter.wanted.clone()
            };
            let mut found = tasks::list(tx, account, &wanted)?;
            let more = found.len() > most;
            found.truncate(most);
            let last = found.last().filter(|_| more);
            let next = last.map(|last| format!("{}~{}", task_lists::place(last, wanted.sort), last.id));
            let total = tasks::count(tx, account, &wanted, MOST_COUNTED)?;
            let counts = match &caller {
                Caller::User(user) => {
                    let groups = audience::list_groups_of(tx, account, &user.user)?;
                    tasks::counts(tx, account, &user.user, &groups, now)?
                }
                Caller::Key(_) => Counts::default(),
            };
            Ok(Page { rows: show(tx, account, &wanted.sight, found)?, next, total, counts })
        })
        .await
}

fn whose(tx: &mut Tx, caller: &Caller, whose: &Whose) -> Result<task_lists::Whose> {
    let unknown = |fault| Error::field("performer", fault);
    let these = match (whose, caller) {
        (Whose::Everybody, _) => return Ok(task_lists::Whose::Everybody),
        (Whose::Mine, Caller::User(user)) => vec![user.user.to_string()],
        (Whose::MyGroups, Caller::User(user)) => audience::list_groups_of(tx, user.account, &user.user)?,
        (Whose::Mine | Whose::MyGroups, Caller::Key(_)) => {
            return Err(unknown(Fault::UnknownUser("me".to_owned())));
        }
        (Whose::User(id), _) => vec![id.clone()],
        (Whose::Group(code), _) => {
            let group = audience::find_group(tx, caller.account(), code)?;
            vec![group.ok_or_else(|| unknown(Fault::UnknownGroup(code.clone())))?.id]
        }
    };
    Ok(task_lists::Whose::These(these))
}

/// A page of tasks by number, and how many there are, for the RetailCRM-compatible API; and the account's zone.
///
/// # Errors
/// What the store says.
pub async fn list_of_retailcrm(
    ctx: &Ctx,
    account: Account,
    filter: Filter,
) -> Result<(Vec<Shown>, i64, jiff::tz::TimeZone)> {
    let now = ctx.now();
    ctx.store
        .read(move |tx| {
            let zone = zone_of(&accounts::get(tx, account)?.zone);
            let at = |local: Option<DateTime>| {
                local.and_then(|local| zone.to_timestamp(local).ok()).map(Timestamp::as_millisecond)
            };
            let mut wanted = Wanted {
                now,
                due_from: at(filter.due.0),
                due_to: at(filter.due.1),
                created_from: at(filter.created.0),
                created_to: at(filter.created.1),
                done_from: at(filter.done.0),
                done_to: at(filter.done.1),
                ..filter.wanted.clone()
            };
            if !filter.performers.is_empty() {
                wanted.whose = task_lists::Whose::These(numbered(tx, account, &filter.performers, true)?);
            }
            if !filter.creators.is_empty() {
                wanted.creators = numbered(tx, account, &filter.creators, false)?;
            }
            if let Some(title) = &filter.order_title {
                let titles = vec![title.clone()];
                let of = records::Wanted { titles, most: 1, ..records::Wanted::default() };
                let order = records::list(tx, account, RecordType::Order, &of)?.pop();
                wanted.order = Some(order.map_or(NOTHING.to_owned(), |order| order.id.to_string()));
            }
            if let Some(words) = &filter.customer_words {
                let of =
                    records::Wanted { words: vec![words.clone()], most: 500, ..records::Wanted::default() };
                let found = records::list(tx, account, RecordType::Customer, &of)?;
                wanted.customers = found.into_iter().map(|customer| customer.id.to_string()).collect();
                wanted.customers.push(NOTHING.to_owned());
            }
            let total = tasks::count(tx, account, &wanted, i64::MAX)?;
            let found = tasks::list(tx, account, &wanted)?;
            Ok((show(tx, account, &Sight::default(), found)?, total, zone.clone()))
        })
        .await
}

/// The ids of users with these numbers, and of groups where they may be meant.
fn numbered(tx: &mut Tx, account: Account, numbers: &[i64], with_groups: bool) -> Result<Vec<String>> {
    let mut ids = vec![NOTHING.to_owned()];
    for number in numbers {
        ids.extend(audience::find_user_by_number(tx, account, *number)?.map(|user| user.id));
    }
    if with_groups {
        let groups = groups::list(tx, account)?;
        let meant = groups.into_iter().filter(|group| numbers.contains(&group.number));
        ids.extend(meant.map(|group| group.id.to_string()));
    }
    Ok(ids)
}

/// The task, if the caller sees it.
pub(in crate::flows) fn find_seen(tx: &mut Tx, caller: &Caller, key: &Key) -> Result<(Task, Sight)> {
    let task = tasks::find(tx, caller.account(), key)?.ok_or(Error::NotFound)?;
    let sight = sight_of(tx, caller)?;
    if sees(tx, caller.account(), &sight, &task)? { Ok((task, sight)) } else { Err(Error::NotFound) }
}

/// # Errors
/// [`Error::NotFound`] also for what the caller does not see.
pub async fn get(ctx: &Ctx, caller: &Caller, key: Key) -> Result<Shown> {
    let caller = caller.clone();
    ctx.store
        .read(move |tx| {
            let (task, sight) = find_seen(tx, &caller, &key)?;
            show(tx, caller.account(), &sight, vec![task])?.pop().ok_or(Error::NotFound)
        })
        .await
}

/// The id of the task with this number.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find_number(ctx: &Ctx, account: Account, number: i64) -> Result<String> {
    let find = move |tx: &mut Tx| tasks::find(tx, account, &Key::Number(number));
    ctx.store.read(find).await?.map(|task| task.id.to_string()).ok_or(Error::NotFound)
}

/// A remark, and who made it.
#[derive(Debug, Clone)]
pub struct Remark {
    pub comment: tasks::Comment,
    pub by: Option<String>,
    pub by_number: Option<i64>,
}

/// The remarks beneath a task, oldest first.
///
/// # Errors
/// As [`get`].
pub async fn list_comments(ctx: &Ctx, caller: &Caller, key: Key) -> Result<Vec<Remark>> {
    let caller = caller.clone();
    ctx.store
        .read(move |tx| {
            let account = caller.account();
            let (task, _) = find_seen(tx, &caller, &key)?;
            let comments = tasks::list_comments(tx, account, &task.id)?;
            let ids = |sort: &str| -> Vec<&str> {
                let of = comments.iter().map(|c| &c.actor).filter(|actor| actor.kind() == sort);
                of.filter_map(Actor::id).collect()
            };
            let users = audience::list_numbered(tx, account, &ids("user"))?;
            let users: HashMap<String, (String, i64)> =
                users.into_iter().map(|(id, name, number)| (id.to_string(), (name, number))).collect();
            let keys: HashMap<String, String> = keys::list_names(tx, account, &ids("key"))?
                .into_iter()
                .map(|(id, name)| (id.to_string(), name))
                .collect();
            let remark = |comment: tasks::Comment| {
                let id = comment.actor.id().unwrap_or_default().to_owned();
                let user = users.get(&id);
                let by = user.map(|(name, _)| name.clone()).or_else(|| keys.get(&id).cloned());
                Remark { by, by_number: user.map(|(_, number)| *number), comment }
            };
            Ok(comments.into_iter().map(remark).collect())
        })
        .await
}

fn place(task: &Task) -> Place {
    Place {
        id: RecordId::new(task.id.to_string()),
        record_type: RecordType::Task,
        number: task.number,
        title: task.text.clone(),
        site: String::new(),
        manager: None,
        is_deleted: task.deleted_at.is_some(),
    }
}

/// A task's history, newest first, before the number `before`; of a deleted task too.
///
/// # Errors
/// As [`get`].
pub async fn history(
    ctx: &Ctx,
    caller: &Caller,
    id: String,
    before: Option<i64>,
    most: i64,
) -> Result<HistoryPage> {
    let caller = caller.clone();
    ctx.store
        .read(move |tx| {
            let account = caller.account();
            let task = tasks::list_by_ids(tx, account, &[&id])?.pop().ok_or(Error::NotFound)?;
            let sight = sight_of(tx, &caller)?;
            if !sees(tx, account, &sight, &task)? {
                return Err(Error::NotFound);
            }
            let place = place(&task);
            let mut entries = history::list_of_record(tx, account, &place.id, before, most + 1)?;
            let more = entries.len() as i64 > most;
            entries.truncate(usize::try_from(most).unwrap_or_default());
            let next = entries.last().filter(|_| more).map(|entry| entry.seq);
            let last = entries.first().map_or(0, |entry| entry.seq);
            let rows = with_names(tx, account, entries, &HashMap::from([(place.id.clone(), place)]))?;
            Ok(HistoryPage { rows, next, last, surroundings: Surroundings::load(tx, account)? })
        })
        .await
}

/// The history of all tasks that the caller sees, after the number `since`, oldest first.
///
/// # Errors
/// What the store says.
pub async fn history_since(ctx: &Ctx, caller: &Caller, since: i64, most: i64) -> Result<HistoryPage> {
    let caller = caller.clone();
    ctx.store
        .read(move |tx| {
            let account = caller.account();
            let sight = sight_of(tx, &caller)?;
            let wanted = history::Wanted { after: since, most, ..history::Wanted::default() };
            let mut entries = history::list(tx, account, RecordType::Task, &wanted)?;
            let next = entries.last().filter(|_| entries.len() as i64 == most).map(|entry| entry.seq);
            let last = entries.last().map_or(since, |entry| entry.seq);
            let mut ids: Vec<&str> = entries.iter().map(|entry| entry.record.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            let mut places = HashMap::new();
            for task in tasks::list_by_ids(tx, account, &ids)? {
                if sees(tx, account, &sight, &task)? {
                    places.insert(RecordId::new(task.id.to_string()), place(&task));
                }
            }
            entries.retain(|entry| places.contains_key(&entry.record));
            let rows = with_names(tx, account, entries, &places)?;
            Ok(HistoryPage { rows, next, last, surroundings: Surroundings::load(tx, account)? })
        })
        .await
}
