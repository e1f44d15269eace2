//! Tasks, what people remark beneath them, and the reminders that are due. Lists are [`super::task_lists`]'.

use serde::{Deserialize, Serialize};

pub use super::task_lists::{Counts, Order, Sight, State, Wanted, Whose, count, counts, list};
use super::tx::Row;
use super::{Param, Tx};
use crate::domain::actor::Actor;
use crate::domain::code::fold;
use crate::domain::error::{Error, Result};
use crate::domain::id::{Account, TaskId};
use crate::domain::record::RecordId;
use crate::domain::task::due::{Due, local_text, parse_local};
use crate::domain::task::repeat::Repeat;
use crate::domain::task::{Escalation, Performer, RemindBefore};
use crate::domain::work::WorkKind;

/// A stored task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub id: TaskId,
    pub number: i64,
    pub text: String,
    pub comment: Option<String>,
    pub due: Option<Due>,
    /// In which local times are meant, also without a due time.
    pub zone: String,
    pub generation: i64,
    pub performer: Option<Performer>,
    pub customer: Option<RecordId>,
    pub order: Option<RecordId>,
    pub phone: Option<String>,
    pub remind_before: RemindBefore,
    pub repeat: Option<Repeat>,
    pub escalation: Option<Escalation>,
    /// The task that came after it when it was done.
    pub successor: Option<TaskId>,
    pub done_at: Option<i64>,
    pub done_by: Option<Actor>,
    pub creator: Actor,
    pub created_at: i64,
    pub changed_at: i64,
    pub deleted_at: Option<i64>,
    /// The mark at which the next reminder is due.
    pub next_reminder_at: Option<i64>,
}

impl Task {
    /// Whether somebody still has to do it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.done_at.is_none() && self.deleted_at.is_none()
    }

    fn search(&self) -> String {
        let comment = self.comment.as_deref().unwrap_or_default();
        fold(&format!("{} {comment} {}", self.text, self.phone.as_deref().unwrap_or_default()))
    }
}

pub(super) const COLUMNS: &str = "t.id, t.number, t.text, t.comment, t.due_at, t.due_local, t.zone, t.generation,
    t.performer_kind, t.performer_id, t.customer_id, t.order_id, t.phone, t.remind_before, t.repeat, t.escalate_after,
    t.successor, t.done_at, t.done_by_kind, t.done_by, t.creator_kind, t.creator_id, t.created_at, t.changed_at,
    t.deleted_at,
    (select w.due_at from work w where w.account = t.account and w.kind = 'remind' and w.subject = t.id
         and w.dead_at is null)";
const WIDTH: usize = 26;

pub(super) fn read(row: &Row) -> Result<Task> {
    let broken = |what: &str| Error::internal(format!("a stored task: {what}"));
    let zone: String = row.get(6)?;
    let due = match (row.get::<Option<i64>>(4)?, row.get::<Option<String>>(5)?) {
        (Some(at), Some(local)) => {
            let local = parse_local(&local).ok_or_else(|| broken(&local))?;
            Some(Due { at, local, zone: zone.clone() })
        }
        _ => None,
    };
    let performer = match (row.get::<Option<String>>(8)?, row.get::<Option<String>>(9)?) {
        (Some(kind), Some(id)) => Some(Performer::read(&kind, id)),
        _ => None,
    };
    let repeat: Option<String> = row.get(14)?;
    let repeat = repeat.map(|json| serde_json::from_str(&json).map_err(|e| broken(&e.to_string())));
    let escalation = row.get::<Option<i64>>(15)?.map(Escalation::parse).transpose();
    let (done_by_kind, done_by) = (row.get::<Option<String>>(18)?, row.get(19)?);
    Ok(Task {
        id: TaskId::new(row.get(0)?),
        number: row.get(1)?,
        text: row.get(2)?,
        comment: row.get(3)?,
        due,
        zone,
        generation: row.get(7)?,
        performer,
        customer: row.get::<Option<String>>(10)?.map(RecordId::new),
        order: row.get::<Option<String>>(11)?.map(RecordId::new),
        phone: row.get(12)?,
        remind_before: RemindBefore::parse(row.get(13)?).map_err(|_| broken("remind_before"))?,
        repeat: repeat.transpose()?,
        escalation: escalation.map_err(|_| broken("escalate_after"))?,
        successor: row.get::<Option<String>>(16)?.map(TaskId::new),
        done_at: row.get(17)?,
        done_by: done_by_kind.map(|kind| Actor::read(&kind, done_by)),
        creator: Actor::read(&row.get::<String>(20)?, row.get(21)?),
        created_at: row.get(22)?,
        changed_at: row.get(23)?,
        deleted_at: row.get(24)?,
        next_reminder_at: row.get(25)?,
    })
}

/// How a task is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Key {
    Id(String),
    Number(i64),
}

/// A task that is not deleted.
pub fn find(tx: &mut Tx, account: Account, key: &Key) -> Result<Option<Task>> {
    find_with(tx, account, key, "")
}

/// As [`find`], and keeps others from changing it until the transaction ends.
pub fn find_for_update(tx: &mut Tx, account: Account, key: &Key) -> Result<Option<Task>> {
    // The reminder's row is looked at anew once the task is held.
    let lock = tx.engine().hold();
    if !lock.is_empty() && find_with(tx, account, key, lock)?.is_none() {
        return Ok(None);
    }
    find(tx, account, key)
}

fn find_with(tx: &mut Tx, account: Account, key: &Key, lock: &str) -> Result<Option<Task>> {
    let (column, value): (&str, &dyn Param) = match key {
        Key::Id(id) => ("id", id),
        Key::Number(number) => ("number", number),
    };
    let sql = format!(
        "select {COLUMNS} from task t where t.account = $1 and t.{column} = $2 and t.deleted_at is null{lock}"
    );
    tx.query_row(&sql, &[&account.0, value], read)
}

/// Tasks by their ids, deleted or not.
pub fn list_by_ids(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<Vec<Task>> {
    let sql = format!("select {COLUMNS} from task t where t.account = $1 and t.id in ({{in}})");
    tx.query_in(&sql, &[&account.0], ids, read)
}

/// Open tasks that are due after `from`, up to `to`.
pub fn list_due_between(tx: &mut Tx, account: Account, from: i64, to: i64) -> Result<Vec<Task>> {
    let sql = format!(
        "select {COLUMNS} from task t
         where t.account = $1 and t.due_at > $2 and t.due_at <= $3 and t.deleted_at is null and t.done_at is null
         order by t.due_at, t.id"
    );
    tx.query(&sql, &[&account.0, &from, &to], read)
}

/// The ids of the tasks about a record that are not deleted.
pub fn list_ids_of_record(tx: &mut Tx, account: Account, record: &RecordId) -> Result<Vec<String>> {
    tx.query(
        "select id from task where account = $1 and customer_id = $2 and deleted_at is null
         union
         select id from task where account = $1 and order_id = $2 and deleted_at is null
         order by id",
        &[&account.0, &record.as_str()],
        |row| row.get(0),
    )
}

pub fn insert(tx: &mut Tx, account: Account, task: &Task) -> Result<()> {
    put(
        tx,
        account,
        task,
        "insert into task (account, id, text, comment, due_at, due_local, zone, generation, performer_kind,
             performer_id, customer_id, order_id, phone, remind_before, repeat, escalate_after, successor, done_at,
             done_by_kind, done_by, search, changed_at, deleted_at, number, creator_kind, creator_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
             $23, $24, $25, $26, $27)",
        true,
    )
}

pub fn update(tx: &mut Tx, account: Account, task: &Task) -> Result<()> {
    put(
        tx,
        account,
        task,
        "update task set text = $3, comment = $4, due_at = $5, due_local = $6, zone = $7, generation = $8,
             performer_kind = $9, performer_id = $10, customer_id = $11, order_id = $12, phone = $13,
             remind_before = $14, repeat = $15, escalate_after = $16, successor = $17, done_at = $18,
             done_by_kind = $19, done_by = $20, search = $21, changed_at = $22, deleted_at = $23
         where account = $1 and id = $2",
        false,
    )
}

fn put(tx: &mut Tx, account: Account, task: &Task, sql: &str, is_new: bool) -> Result<()> {
    let repeat = task.repeat.as_ref().map(serde_json::to_string).transpose();
    let repeat = repeat.map_err(|e| Error::internal(e.to_string()))?;
    let (creator_kind, creator) = (task.creator.kind(), task.creator.id());
    let mut params: Vec<&dyn Param> = Vec::with_capacity(WIDTH + 1);
    let id = task.id.as_str();
    let (due_at, due_local) =
        (task.due.as_ref().map(|d| d.at), task.due.as_ref().map(|d| local_text(d.local)));
    let performer = task.performer.as_ref().map(Performer::kind);
    let performer_id = task.performer.as_ref().map(Performer::id);
    let customer = task.customer.as_ref().map(RecordId::as_str);
    let order = task.order.as_ref().map(RecordId::as_str);
    let (before, after) = (task.remind_before.minutes(), task.escalation.map(|escalation| escalation.after));
    let successor = task.successor.as_ref().map(TaskId::as_str);
    let done_by_kind = task.done_by.as_ref().map(Actor::kind);
    let done_by = task.done_by.as_ref().and_then(Actor::id);
    let search = task.search();
    params.extend([
        &account.0 as &dyn Param,
        &id,
        &task.text,
        &task.comment,
        &due_at,
        &due_local,
        &task.zone,
        &task.generation,
        &performer,
        &performer_id,
        &customer,
        &order,
        &task.phone,
        &before,
        &repeat,
        &after,
        &successor,
        &task.done_at,
        &done_by_kind,
        &done_by,
        &search,
        &task.changed_at,
        &task.deleted_at,
    ]);
    if is_new {
        params.extend([&task.number as &dyn Param, &creator_kind, &creator, &task.created_at]);
    }
    tx.execute(sql, &params).map(drop)
}

/// A remark beneath a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub id: String,
    pub text: String,
    pub actor: Actor,
    pub created_at: i64,
}

pub fn insert_comment(tx: &mut Tx, account: Account, task: &TaskId, comment: &Comment) -> Result<()> {
    tx.execute(
        "insert into task_comment (account, task_id, id, text, actor_kind, actor_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            &account.0,
            &task.as_str(),
            &comment.id,
            &comment.text,
            &comment.actor.kind(),
            &comment.actor.id(),
            &comment.created_at,
        ],
    )?;
    Ok(())
}

/// Remarks beneath a task, oldest first.
pub fn list_comments(tx: &mut Tx, account: Account, task: &TaskId) -> Result<Vec<Comment>> {
    tx.query(
        "select id, text, actor_kind, actor_id, created_at from task_comment
         where account = $1 and task_id = $2 order by id limit 1000",
        &[&account.0, &task.as_str()],
        |row| {
            Ok(Comment {
                id: row.get(0)?,
                text: row.get(1)?,
                actor: Actor::read(&row.get::<String>(2)?, row.get(3)?),
                created_at: row.get(4)?,
            })
        },
    )
}

/// A reminder whose mark has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueReminder {
    pub account: Account,
    pub task: Task,
    pub mark: i64,
    /// How often the task was reminded of in this generation.
    pub step: i64,
}

/// Claims reminders that are due, oldest first, with their tasks: one that is just being changed is passed over, because
/// its reminder may be another by then. As with events the claim lives as long as the transaction.
pub fn claim_due(tx: &mut Tx, now: i64, most: i64) -> Result<Vec<DueReminder>> {
    let sql = format!(
        "select {COLUMNS}, w.account, w.due_at, w.progress from work w
         join task t on t.account = w.account and t.id = w.subject
         where w.kind = $1 and w.due_at <= $2 and w.lease_until <= $2 and w.dead_at is null
         order by w.due_at limit $3{}",
        tx.engine().claim_with()
    );
    tx.query(&sql, &[&WorkKind::Remind.name(), &now, &most], |row| {
        Ok(DueReminder {
            task: read(row)?,
            account: Account(row.get(WIDTH)?),
            mark: row.get(WIDTH + 1)?,
            step: row.get(WIDTH + 2)?,
        })
    })
}

/// Of these tasks, which generation each is in and whether it is open; they stay so until the transaction ends.
pub fn hold_generations(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<Vec<(TaskId, i64, bool)>> {
    let sql = format!(
        "select id, generation, done_at, deleted_at from task where account = $1 and id in ({{in}}) order by id{}",
        tx.engine().hold()
    );
    tx.query_in(&sql, &[&account.0], ids, |row| {
        let (done, deleted) = (row.get::<Option<i64>>(2)?, row.get::<Option<i64>>(3)?);
        Ok((TaskId::new(row.get(0)?), row.get(1)?, done.is_none() && deleted.is_none()))
    })
}
