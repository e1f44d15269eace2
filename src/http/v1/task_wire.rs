//! Tasks on the wire: what is sent, what is shown, what is asked for. The calls themselves are in `tasks`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::code::fold;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::kind::names;
use crate::domain::patch::Field;
use crate::domain::record::RecordType;
use crate::domain::task::repeat::Every;
use crate::domain::task::snooze::Snooze;
use crate::flows::record_pages::parse_cursor;
use crate::flows::tasks::{
    self, Draft, PerformerNamed, Person, RecordNamed, RecordShown, RepeatDraft, Shown,
};
use crate::http::v1::page::limit;
use crate::render::instant::{parse_rfc3339, to_rfc3339};
use crate::store::task_lists::{Order, State, Wanted};

/// Somebody by name.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskPerson {
    id: String,
    name: String,
}

impl From<Person> for TaskPerson {
    fn from(Person { id, name }: Person) -> Self {
        Self { id, name }
    }
}

names! {
    /// What sort of performer it is.
    PerformerKind {
        User = "user",
        Group = "group",
    }
}

/// Who is to do it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskPerformer {
    r#type: PerformerKind,
    id: String,
    name: String,
}

/// The order or customer that a task is about.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskRecord {
    id: String,
    number: i64,
    title: String,
    /// Where it is shown.
    url: String,
}

impl From<RecordShown> for TaskRecord {
    fn from(RecordShown { id, number, title, url, .. }: RecordShown) -> Self {
        Self { id, number, title, url }
    }
}

/// A rule of repetition.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RepeatOut {
    every: Every,
    /// The last day on which it may be due.
    until: Option<String>,
    /// How many there are still to be, this one included.
    count: Option<i64>,
}

/// When it is reminded of again while it is not done.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EscalationOut {
    /// Minutes.
    after: i64,
}

/// A task.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Task")]
pub struct TaskOut {
    id: String,
    number: i64,
    text: String,
    comment: Option<String>,
    due_at: Option<String>,
    /// What the clocks of `zone` show then: `2026-11-22T10:02`.
    due_local: Option<String>,
    zone: String,
    performer: Option<TaskPerformer>,
    customer: Option<TaskRecord>,
    order: Option<TaskRecord>,
    phone: Option<String>,
    /// Minutes.
    remind_before: i64,
    repeat: Option<RepeatOut>,
    escalation: Option<EscalationOut>,
    done: bool,
    done_at: Option<String>,
    done_by: Option<TaskPerson>,
    creator: Option<TaskPerson>,
    created_at: String,
    changed_at: String,
    /// Since how many minutes it should be done.
    overdue_minutes: Option<i64>,
    next_reminder_at: Option<String>,
}

impl TaskOut {
    /// A task as it is at `now`.
    #[must_use]
    pub fn new(shown: Shown, now: i64) -> Self {
        let Shown { task, performer, customer, order, done_by, creator, .. } = shown;
        let is_group = task.performer.as_ref().is_some_and(|performer| performer.kind() == "group");
        let kind = if is_group { PerformerKind::Group } else { PerformerKind::User };
        let late = task.due.as_ref().filter(|due| task.done_at.is_none() && due.at < now);
        Self {
            id: task.id.to_string(),
            number: task.number,
            overdue_minutes: late.map(|due| (now - due.at) / 60_000),
            due_at: task.due.as_ref().map(|due| to_rfc3339(due.at)),
            due_local: task.due.as_ref().map(crate::domain::task::due::Due::text),
            zone: task.zone,
            performer: performer.map(|Person { id, name }| TaskPerformer { r#type: kind, id, name }),
            customer: customer.map(TaskRecord::from),
            order: order.map(TaskRecord::from),
            remind_before: task.remind_before.minutes(),
            repeat: task.repeat.map(|repeat| RepeatOut {
                every: repeat.every,
                until: repeat.until.map(|until| until.to_string()),
                count: repeat.count,
            }),
            escalation: task.escalation.map(|escalation| EscalationOut { after: escalation.after }),
            done: task.done_at.is_some(),
            done_at: task.done_at.map(to_rfc3339),
            done_by: done_by.map(TaskPerson::from),
            creator: creator.map(TaskPerson::from),
            created_at: to_rfc3339(task.created_at),
            changed_at: to_rfc3339(task.changed_at),
            next_reminder_at: task.next_reminder_at.map(to_rfc3339),
            text: task.text,
            comment: task.comment,
            phone: task.phone,
        }
    }
}

/// A performer: a user by id or e-mail address, or a group by code.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct PerformerIn {
    user: Option<String>,
    group: Option<String>,
}

impl PerformerIn {
    /// # Errors
    /// `performer` is named when it is neither, or both.
    pub fn read(self) -> Result<PerformerNamed> {
        match (self.user, self.group) {
            (Some(user), None) => Ok(PerformerNamed::User(user)),
            (None, Some(code)) => Ok(PerformerNamed::Group(code)),
            _ => Err(Error::field("performer", Fault::NotAChoice("user, group"))),
        }
    }
}

/// An order or customer: by its id here, by number, or by the shop's id.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct RecordRefIn {
    id: Option<String>,
    number: Option<i64>,
    external_id: Option<String>,
    /// The code of the site of an external id.
    site: Option<String>,
}

impl RecordRefIn {
    fn read(self, field: &'static str) -> Result<RecordNamed> {
        match (self.id, self.number, self.external_id) {
            (Some(id), None, None) => Ok(RecordNamed::Id(id)),
            (None, Some(number), None) => Ok(RecordNamed::Number(number)),
            (None, None, Some(id)) => Ok(RecordNamed::External { id, site: self.site }),
            _ => Err(Error::field(field, Fault::NotAChoice("id, number, external_id"))),
        }
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct RepeatIn {
    every: Every,
    /// The last day on which it may be due: `2026-12-31`.
    until: Option<String>,
    /// How many there are to be, this one included; 1–1000.
    count: Option<i64>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct EscalationIn {
    /// Minutes, 5–10080: three times more, and with the last time the head of the group.
    after: i64,
}

/// One of the records that each get a task.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ForRecordIn {
    r#type: RecordType,
    id: String,
}

/// Records that each get a task.
pub type ForRecords = Vec<(RecordType, String)>;

/// A task to be made; one for each of `records` where those are given.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct TaskIn {
    text: String,
    comment: Option<String>,
    /// A date (with the time of day that it is now), a local time, or an instant: `2026-11-22`, `2026-11-22T10:02`,
    /// `2026-11-22T10:02:00Z`. Local times are those of the user's zone, for a key those of the account's.
    due: Option<String>,
    /// The user who makes it, if absent.
    #[serde(default)]
    performer: Field<PerformerIn>,
    customer: Option<RecordRefIn>,
    order: Option<RecordRefIn>,
    records: Option<Vec<ForRecordIn>>,
    phone: Option<String>,
    /// Minutes: 0, 5, 10, 15, 30, 60, 120 or 1440.
    remind_before: Option<i64>,
    repeat: Option<RepeatIn>,
    escalation: Option<EscalationIn>,
}

/// What is to change of a task; null clears.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct TaskPatch {
    text: Option<String>,
    #[serde(default)]
    comment: Field<String>,
    /// As when it is made.
    #[serde(default)]
    due: Field<String>,
    #[serde(default)]
    performer: Field<PerformerIn>,
    #[serde(default)]
    customer: Field<RecordRefIn>,
    #[serde(default)]
    order: Field<RecordRefIn>,
    #[serde(default)]
    phone: Field<String>,
    remind_before: Option<i64>,
    #[serde(default)]
    repeat: Field<RepeatIn>,
    #[serde(default)]
    escalation: Field<EscalationIn>,
}

fn set<T>(value: Option<T>) -> Field<T> {
    value.map_or(Field::Leave, Field::Set)
}

impl From<RepeatIn> for RepeatDraft {
    fn from(RepeatIn { every, until, count }: RepeatIn) -> Self {
        Self { every, until, count }
    }
}

impl TaskIn {
    /// The draft, and the records that each get a task of it.
    ///
    /// # Errors
    /// The first field that does not fit.
    pub fn read(self) -> Result<(Draft, Option<ForRecords>)> {
        let records = self.records.map(|records| {
            let read = |(index, record): (usize, ForRecordIn)| {
                if record.r#type.is_of_shops() {
                    return Ok((record.r#type, record.id));
                }
                Err(Error::field(format!("records[{index}].type"), Fault::NotAChoice("customer, order")))
            };
            records.into_iter().enumerate().map(read).collect::<Result<Vec<_>>>()
        });
        let patch = TaskPatch {
            text: Some(self.text),
            comment: set(self.comment),
            due: set(self.due),
            performer: self.performer,
            customer: set(self.customer),
            order: set(self.order),
            phone: set(self.phone),
            remind_before: self.remind_before,
            repeat: set(self.repeat),
            escalation: set(self.escalation),
        };
        Ok((patch.read()?, records.transpose()?))
    }
}

impl TaskPatch {
    /// # Errors
    /// The first field that does not fit.
    pub fn read(self) -> Result<Draft> {
        Ok(Draft {
            text: self.text,
            comment: self.comment,
            due: self.due,
            performer: self.performer.parse(PerformerIn::read)?,
            customer: self.customer.parse(|named| named.read("customer"))?,
            order: self.order.parse(|named| named.read("order"))?,
            phone: self.phone,
            remind_before: self.remind_before,
            repeat: self.repeat.parse(|repeat| Ok(repeat.into()))?,
            escalation: self.escalation.parse(|escalation| Ok(escalation.after))?,
            done: None,
        })
    }
}

/// In which state.
#[derive(Debug, Default, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskStateIn {
    /// Not done.
    #[default]
    Open,
    /// Not done, and its time is still to come.
    Due,
    /// Not done, and its time has passed.
    Overdue,
    Done,
    All,
}

#[derive(Debug, Default, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskSortIn {
    /// What is due first.
    #[default]
    Due,
    /// Last changed first.
    Changed,
}

/// Which tasks are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct TasksQuery {
    /// `me`, `groups` (those of my groups), `all`, the id of a user, or `group:CODE`; `all` if absent.
    performer: Option<String>,
    #[serde(default)]
    state: TaskStateIn,
    /// Due at or after this instant (RFC 3339).
    due_from: Option<String>,
    /// Due before this instant (RFC 3339).
    due_to: Option<String>,
    /// Text to be found in text, comment or phone, without regard to case.
    q: Option<String>,
    /// The id of an order.
    order: Option<String>,
    /// The id of a customer.
    customer: Option<String>,
    #[serde(default)]
    sort: TaskSortIn,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// Tasks of a page, 1–100; 30 if absent.
    limit: Option<i64>,
}

impl TasksQuery {
    /// # Errors
    /// The first parameter that does not fit.
    pub fn read(self) -> Result<tasks::Filter> {
        let instant = |field, text: Option<String>| text.map(|t| parse_rfc3339(field, &t)).transpose();
        let whose = match self.performer.as_deref() {
            None | Some("all") => tasks::Whose::Everybody,
            Some("me") => tasks::Whose::Mine,
            Some("groups") => tasks::Whose::MyGroups,
            Some(other) => match other.strip_prefix("group:") {
                Some(code) => tasks::Whose::Group(code.to_owned()),
                None => tasks::Whose::User(other.to_owned()),
            },
        };
        let wanted = Wanted {
            state: match self.state {
                TaskStateIn::Open => State::Open,
                TaskStateIn::Due => State::Due,
                TaskStateIn::Overdue => State::Overdue,
                TaskStateIn::Done => State::Done,
                TaskStateIn::All => State::All,
            },
            due_from: instant("due_from", self.due_from)?,
            due_to: instant("due_to", self.due_to)?,
            search: self.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(fold),
            order: self.order,
            customer: self.customer,
            sort: match self.sort {
                TaskSortIn::Due => Order::Due,
                TaskSortIn::Changed => Order::Changed,
            },
            after: self.cursor.as_deref().map(parse_cursor).transpose()?,
            most: limit(self.limit)?,
            ..Wanted::default()
        };
        Ok(tasks::Filter { wanted, whose, ..tasks::Filter::default() })
    }
}

/// Until when to sleep: one of both.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SnoozeIn {
    /// An instant (RFC 3339); rounded up to five minutes.
    until: Option<String>,
    /// `5m`, `15m`, `30m`, `1h` or `tomorrow` (nine o'clock in the user's zone).
    r#for: Option<String>,
}

impl SnoozeIn {
    /// # Errors
    /// A fault of either.
    pub fn read(self) -> Result<Snooze> {
        match (self.until, self.r#for) {
            (Some(until), None) => Ok(Snooze::Until(parse_rfc3339("until", &until)?)),
            (None, Some(time)) => Snooze::parse(&time),
            _ => Err(Error::field("until", Fault::Required)),
        }
    }
}
