//! What callers do with tasks, one transaction each; many at once share one.

use serde::{Deserialize, Serialize};

use super::super::change::By;
use super::super::once::{Answer, Once};
use super::super::record_doors::{name_of, source_of};
use super::super::records::{Setting, Source, Who};
use super::super::{Ctx, sight};
use super::names::{Shown, show};
use super::write::{Hand, complete_in};
use super::{Draft, PerformerNamed, RecordNamed, sees, sight_of, zone_of};
use crate::domain::access::Caller;
use crate::domain::code;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::id::Account;
use crate::domain::patch::Field;
use crate::domain::record::RecordType;
use crate::domain::task::{LONGEST_COMMENT, MOST_AT_ONCE};
use crate::ids::Ids;
use crate::store::Tx;
use crate::store::tasks::{self, Comment, Key, Task};

/// One write of tasks.
#[derive(Debug, Clone)]
pub enum TaskWrite {
    Create(Draft),
    /// One for each of these records.
    CreateForEach(Draft, Vec<(RecordType, String)>),
    Change(Key, Draft),
    Complete(Key, Option<String>),
    Reopen(Key),
    Delete(Key),
}

/// Ids of the tasks that were written: what is kept for a repeated call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TasksWritten(pub Vec<String>);

/// What is done to many tasks.
#[derive(Debug, Clone)]
pub enum Do {
    Complete,
    Delete,
    Reassign(PerformerNamed),
}

/// Many tasks, and what is done to them.
#[derive(Debug, Clone)]
pub struct Bulk {
    pub ids: Vec<String>,
    pub what: Do,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkDone {
    pub changed: usize,
    /// Those that were not, and why: a key of the API's words.
    pub refused: Vec<(String, String)>,
}

/// Runs `run` with all that a change of tasks needs.
fn with_hand<T>(
    tx: &mut Tx,
    caller: &Caller,
    (ids, now): (&Ids, i64),
    run: impl FnOnce(&mut Tx, &Hand) -> Result<T>,
) -> Result<T> {
    let mut setting = Setting::load(tx, caller.account())?;
    setting.visible = sight::of_caller(tx, caller)?;
    let by = By::from(caller);
    let who = Who { by: &by, name: Some(name_of(caller)), ids, now, cause: None };
    let zone = zone_of(tx, caller)?;
    run(tx, &Hand { setting: &setting, who: &who, zone, source: source_of(caller) })
}

/// The task, held, if the caller sees it.
fn hold(tx: &mut Tx, caller: &Caller, key: &Key) -> Result<Task> {
    let task = tasks::find_for_update(tx, caller.account(), key)?.ok_or(Error::NotFound)?;
    let sight = sight_of(tx, caller)?;
    if sees(tx, caller.account(), &sight, &task)? { Ok(task) } else { Err(Error::NotFound) }
}

/// Does one write in a transaction that may hold many; answers the ids of the tasks. Faults are found before anything is
/// written.
///
/// # Errors
/// The faults of its fields; [`Error::NotFound`] also for what the caller does not see.
pub(in crate::flows) fn run(
    tx: &mut Tx,
    caller: &Caller,
    ids: &Ids,
    now: i64,
    write: &TaskWrite,
) -> Result<TasksWritten> {
    with_hand(tx, caller, (ids, now), |tx, hand| {
        let written = match write {
            TaskWrite::Create(draft) => {
                let task = hand.make(tx, draft)?;
                vec![finish(tx, hand, task, draft)?]
            }
            TaskWrite::CreateForEach(draft, records) => {
                let mut made = Vec::with_capacity(records.len());
                for (index, (record_type, id)) in records.iter().enumerate() {
                    let of = Field::Set(RecordNamed::Id(id.clone()));
                    let draft = match record_type {
                        RecordType::Customer => Draft { customer: of, ..draft.clone() },
                        _ => Draft { order: of, ..draft.clone() },
                    };
                    made.push(hand.make(tx, &draft).map_err(|error| in_list(error, *record_type, index))?);
                }
                let mut ids = Vec::with_capacity(made.len());
                for task in made {
                    ids.push(hand.insert(tx, task)?.id.to_string());
                }
                ids
            }
            TaskWrite::Change(key, draft) => {
                let before = hold(tx, caller, key)?;
                let after = hand.patched(tx, &before, draft)?;
                let task = hand.update(tx, &before, after)?;
                match draft.done {
                    Some(true) => complete_in(tx, hand, &task)?,
                    Some(false) => reopen(tx, hand, &task)?,
                    None => task,
                };
                vec![before.id.to_string()]
            }
            TaskWrite::Complete(key, comment) => {
                let before = hold(tx, caller, key)?;
                if let Some(text) = comment.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
                    let text = remark("comment", text)?;
                    add_comment(tx, hand, &before, text)?;
                }
                vec![complete_in(tx, hand, &before)?.id.to_string()]
            }
            TaskWrite::Reopen(key) => {
                let before = hold(tx, caller, key)?;
                vec![reopen(tx, hand, &before)?.id.to_string()]
            }
            TaskWrite::Delete(key) => {
                let before = hold(tx, caller, key)?;
                hand.delete(tx, &before)?;
                vec![before.id.to_string()]
            }
        };
        Ok(TasksWritten(written))
    })
}

/// Writes a new task, which may be done already.
fn finish(tx: &mut Tx, hand: &Hand, task: Task, draft: &Draft) -> Result<String> {
    let task = hand.insert(tx, task)?;
    let task = if draft.done == Some(true) { complete_in(tx, hand, &task)? } else { task };
    Ok(task.id.to_string())
}

fn reopen(tx: &mut Tx, hand: &Hand, before: &Task) -> Result<Task> {
    hand.update(tx, before, Task { done_at: None, done_by: None, ..before.clone() })
}

/// The fault of a record that was named by its place.
fn in_list(error: Error, record_type: RecordType, index: usize) -> Error {
    let Error::Invalid(mut faults) = error else { return error };
    for fault in &mut faults {
        if fault.field == record_type.name() {
            fault.field = format!("records[{index}]").into();
        }
    }
    Error::Invalid(faults)
}

/// Does one write, and answers the tasks as they are then.
///
/// # Errors
/// As [`run`]; [`Fault::TooMany`] for more than [`MOST_AT_ONCE`] records.
pub async fn write(
    ctx: &Ctx,
    caller: &Caller,
    write: TaskWrite,
    once: Option<Once>,
) -> Result<Answer<Vec<Shown>>> {
    if let TaskWrite::CreateForEach(_, records) = &write {
        if records.len() > MOST_AT_ONCE {
            return Err(Error::field("records", Fault::TooMany(MOST_AT_ONCE)));
        }
        if records.is_empty() {
            return Err(Error::field("records", Fault::Required));
        }
    }
    let (of, ids, now) = (caller.clone(), ctx.ids.clone(), ctx.now());
    let answer = ctx.write_once(once, move |tx| run(tx, &of, &ids, now, &write)).await?;
    let value = shown(ctx, caller, answer.value).await?;
    Ok(Answer { value, replayed: answer.replayed })
}

/// Tasks that were written, in their order, also those that were deleted since.
///
/// # Errors
/// What the store says.
pub async fn shown(ctx: &Ctx, caller: &Caller, written: TasksWritten) -> Result<Vec<Shown>> {
    let caller = caller.clone();
    ctx.store
        .read(move |tx| {
            let account = caller.account();
            let ids: Vec<&str> = written.0.iter().map(String::as_str).collect();
            let mut found = tasks::list_by_ids(tx, account, &ids)?;
            found.sort_by_key(|task| ids.iter().position(|id| *id == task.id.as_str()));
            let sight = sight_of(tx, &caller)?;
            show(tx, account, &sight, found)
        })
        .await
}

/// Does the same to many tasks; one that cannot be changed keeps no other from it.
///
/// # Errors
/// Faults of the ids or the performer.
pub async fn bulk(ctx: &Ctx, caller: &Caller, bulk: Bulk, once: Option<Once>) -> Result<Answer<BulkDone>> {
    if bulk.ids.len() > MOST_AT_ONCE {
        return Err(Error::field("ids", Fault::TooMany(MOST_AT_ONCE)));
    }
    let (caller, ids, now) = (caller.clone(), ctx.ids.clone(), ctx.now());
    ctx.write_once(once, move |tx| {
        with_hand(tx, &caller, (&ids, now), |tx, hand| do_all(tx, &caller, hand, &bulk))
    })
    .await
}

fn do_all(tx: &mut Tx, caller: &Caller, hand: &Hand, bulk: &Bulk) -> Result<BulkDone> {
    let account: Account = caller.account();
    let sight = sight_of(tx, caller)?;
    // Held in one order, so that two such calls never wait for each other.
    let mut ids = bulk.ids.clone();
    ids.sort_unstable();
    ids.dedup();
    let mut done = BulkDone { changed: 0, refused: Vec::new() };
    for id in ids {
        let found = tasks::find_for_update(tx, account, &Key::Id(id.clone()))?;
        let seen = match &found {
            Some(task) => sees(tx, account, &sight, task)?,
            None => false,
        };
        let Some(before) = found.filter(|_| seen) else {
            done.refused.push((id, "not_found".to_owned()));
            continue;
        };
        let changed = match &bulk.what {
            Do::Complete => complete_in(tx, hand, &before)? != before,
            Do::Delete => {
                hand.delete(tx, &before)?;
                true
            }
            Do::Reassign(performer) => {
                let draft = Draft { performer: Field::Set(performer.clone()), ..Draft::default() };
                let after = hand.patched(tx, &before, &draft)?;
                hand.update(tx, &before, after)? != before
            }
        };
        if changed {
            done.changed += 1;
        } else {
            done.refused.push((id, "unchanged".to_owned()));
        }
    }
    Ok(done)
}

/// Adds a remark to a task; answers its id.
///
/// # Errors
/// [`Error::NotFound`]; a fault of the text.
pub async fn comment(
    ctx: &Ctx,
    caller: &Caller,
    key: Key,
    text: String,
    once: Option<Once>,
) -> Result<Answer<String>> {
    let (caller, ids, now) = (caller.clone(), ctx.ids.clone(), ctx.now());
    ctx.write_once(once, move |tx| {
        let text = remark("text", &text)?;
        let task = hold(tx, &caller, &key)?;
        with_hand(tx, &caller, (&ids, now), |tx, hand| add_comment(tx, hand, &task, text))
    })
    .await
}

fn remark(field: &'static str, text: &str) -> Result<String> {
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    // A line of it must say something, as a name does.
    code::name(field, &text, LONGEST_COMMENT)?;
    Ok(text.trim().to_owned())
}

fn add_comment(tx: &mut Tx, hand: &Hand, task: &Task, text: String) -> Result<String> {
    let comment = Comment {
        id: hand.who.ids.next(hand.who.now),
        text,
        actor: hand.who.by.actor.clone(),
        created_at: hand.who.now,
    };
    tasks::insert_comment(tx, hand.who.by.account, &task.id, &comment)?;
    Ok(comment.id)
}

/// Finishes the task of a popup on behalf of the one who sees it, in a transaction that does more.
///
/// # Errors
/// [`Error::NotFound`] when it is gone.
pub(in crate::flows) fn complete_by(
    tx: &mut Tx,
    caller: &Caller,
    ids: &Ids,
    now: i64,
    id: &str,
) -> Result<()> {
    let task =
        tasks::find_for_update(tx, caller.account(), &Key::Id(id.to_owned()))?.ok_or(Error::NotFound)?;
    with_hand(tx, caller, (ids, now), |tx, hand| {
        let hand = Hand { source: Source::User, zone: hand.zone.clone(), ..*hand };
        complete_in(tx, &hand, &task).map(drop)
    })
}
