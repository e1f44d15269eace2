//! Tasks: made, listed, changed, done, snoozed, remarked upon.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::history::{self, RecordHistory, RecordHistoryQuery};
use super::task_wire::{PerformerIn, SnoozeIn, TaskIn, TaskOut, TaskPatch, TasksQuery};
use crate::domain::access::{Caller, SignedIn};
use crate::domain::error::{Error, Fault};
use crate::domain::kind::names;
use crate::flows::once::{Answer, Once};
use crate::flows::snooze;
use crate::flows::tasks::{self, Bulk, BulkDone, Do, TaskWrite};
use crate::http::State;
use crate::http::extract::{Body, OnceKey, Path, Query};
use crate::http::problem::Result;
use crate::http::reply::{Created, NoContent, Reply, Success};
use crate::render::instant::to_rfc3339;
use crate::store::tasks::Key;

/// Open tasks that wait for the caller.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskCounts {
    mine: i64,
    /// Those of my groups.
    groups: i64,
    /// Of both, those whose time has passed.
    overdue: i64,
}

/// A page of tasks.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TasksPage {
    items: Vec<TaskOut>,
    /// Asks for the next page; null on the last.
    next: Option<String>,
    /// How many there are; 10,001 means more than 10,000.
    total: i64,
    counts: TaskCounts,
}

pub async fn list_tasks(
    state: State,
    caller: Caller,
    Query(query): Query<TasksQuery>,
) -> Result<Success<TasksPage>> {
    let page = tasks::list(&state.ctx, &caller, query.read()?).await?;
    let now = state.ctx.now();
    Ok(Success::new(TasksPage {
        items: page.rows.into_iter().map(|shown| TaskOut::new(shown, now)).collect(),
        next: page.next,
        total: page.total,
        counts: TaskCounts {
            mine: page.counts.mine,
            groups: page.counts.groups,
            overdue: page.counts.overdue,
        },
    }))
}

pub async fn get_task(state: State, caller: Caller, Path(id): Path<String>) -> Result<Success<TaskOut>> {
    let shown = tasks::get(&state.ctx, &caller, Key::Id(id)).await?;
    Ok(Success::new(TaskOut::new(shown, state.ctx.now())))
}

/// The task that was made, or one for each of the records.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum TaskMade {
    One(Box<TaskOut>),
    ForEach { items: Vec<TaskOut> },
}

pub async fn create_task(state: State, caller: Caller, body: Body<TaskIn>) -> Result<Created<TaskMade>> {
    let (draft, records) = body.value.read()?;
    let is_one = records.is_none();
    let write = match records {
        None => TaskWrite::Create(draft),
        Some(records) => TaskWrite::CreateForEach(draft, records),
    };
    let answer = tasks::write(&state.ctx, &caller, write, body.once).await?;
    let now = state.ctx.now();
    let Answer { value, replayed } = answer;
    let mut items: Vec<TaskOut> = value.into_iter().map(|shown| TaskOut::new(shown, now)).collect();
    let one = if is_one { items.pop() } else { None };
    let value = one.map_or_else(|| TaskMade::ForEach { items }, |task| TaskMade::One(Box::new(task)));
    Ok(Created::once(Answer { value, replayed }))
}

/// Does a write of one task, and answers it.
async fn write<const STATUS: u16>(
    state: &State,
    caller: &Caller,
    write: TaskWrite,
    once: Option<Once>,
) -> Result<Reply<STATUS, TaskOut>> {
    let Answer { mut value, replayed } = tasks::write(&state.ctx, caller, write, once).await?;
    let shown = value.pop().ok_or(Error::NotFound)?;
    Ok(Reply::once(Answer { value: TaskOut::new(shown, state.ctx.now()), replayed }))
}

pub async fn update_task(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<TaskPatch>,
) -> Result<Success<TaskOut>> {
    let change = TaskWrite::Change(Key::Id(id), body.value.read()?);
    write(&state, &caller, change, body.once).await
}

pub async fn delete_task(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    tasks::write(&state.ctx, &caller, TaskWrite::Delete(Key::Id(id)), once).await?;
    Ok(NoContent)
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct CompleteIn {
    /// A remark to be left beneath it.
    comment: Option<String>,
}

impl CompleteIn {
    /// The remark, if there is one.
    #[must_use]
    pub fn into_comment(self) -> Option<String> {
        self.comment
    }
}

pub async fn complete_task(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<CompleteIn>,
) -> Result<Success<TaskOut>> {
    let complete = TaskWrite::Complete(Key::Id(id), body.value.comment);
    write(&state, &caller, complete, body.once).await
}

/// Nothing, or an empty object.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ReopenIn {}

pub async fn reopen_task(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<ReopenIn>,
) -> Result<Success<TaskOut>> {
    write(&state, &caller, TaskWrite::Reopen(Key::Id(id)), body.once).await
}

pub async fn snooze_task(
    state: State,
    who: SignedIn,
    Path(id): Path<String>,
    body: Body<SnoozeIn>,
) -> Result<Success<TaskOut>> {
    let caller = Caller::User(who.clone());
    let until = body.value.read()?;
    tasks::get(&state.ctx, &caller, Key::Id(id.clone())).await?;
    snooze::snooze_task(&state.ctx, &who, id.clone(), until).await?;
    let shown = tasks::get(&state.ctx, &caller, Key::Id(id)).await?;
    Ok(Success::new(TaskOut::new(shown, state.ctx.now())))
}

/// A remark beneath a task.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskComment {
    id: String,
    text: String,
    /// Who made it.
    by: Option<String>,
    created_at: String,
}

/// Remarks, oldest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskComments {
    items: Vec<TaskComment>,
}

async fn comments(state: &State, caller: &Caller, id: String) -> Result<TaskComments> {
    let remarks = tasks::list_comments(&state.ctx, caller, Key::Id(id)).await?;
    let items = remarks.into_iter().map(|remark| TaskComment {
        id: remark.comment.id,
        text: remark.comment.text,
        by: remark.by,
        created_at: to_rfc3339(remark.comment.created_at),
    });
    Ok(TaskComments { items: items.collect() })
}

pub async fn list_task_comments(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Success<TaskComments>> {
    Ok(Success::new(comments(&state, &caller, id).await?))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct TaskCommentIn {
    /// Plain text.
    text: String,
}

pub async fn create_task_comment(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<TaskCommentIn>,
) -> Result<Created<TaskComments>> {
    let answer = tasks::comment(&state.ctx, &caller, Key::Id(id.clone()), body.value.text, body.once).await?;
    let value = comments(&state, &caller, id).await?;
    Ok(Created::once(Answer { value, replayed: answer.replayed }))
}

pub async fn get_task_history(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<RecordHistoryQuery>,
) -> Result<Success<RecordHistory>> {
    history::of_task(&state, &caller, id, query).await
}

names! {
    /// What is done to many tasks.
    BulkAction {
        Complete = "complete",
        Delete = "delete",
        /// To `performer`.
        Reassign = "reassign",
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct TasksBulkIn {
    /// At most 500.
    ids: Vec<String>,
    r#do: BulkAction,
    performer: Option<PerformerIn>,
}

/// A task that was not changed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskRefused {
    id: String,
    /// `not_found`, or `unchanged`: it was so already.
    reason: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct TasksBulkOut {
    changed: usize,
    refused: Vec<TaskRefused>,
}

pub async fn change_tasks(
    state: State,
    caller: Caller,
    body: Body<TasksBulkIn>,
) -> Result<Success<TasksBulkOut>> {
    let TasksBulkIn { ids, r#do, performer } = body.value;
    let what = match (r#do, performer) {
        (BulkAction::Complete, _) => Do::Complete,
        (BulkAction::Delete, _) => Do::Delete,
        (BulkAction::Reassign, Some(performer)) => Do::Reassign(performer.read()?),
        (BulkAction::Reassign, None) => return Err(Error::field("performer", Fault::Required).into()),
    };
    let answer = tasks::bulk(&state.ctx, &caller, Bulk { ids, what }, body.once).await?;
    Ok(Success::once(answer).map(|BulkDone { changed, refused }| TasksBulkOut {
        changed,
        refused: refused.into_iter().map(|(id, reason)| TaskRefused { id, reason }).collect(),
    }))
}
