//! An event: a fact that concerns somebody, immutable once it is accepted.
//!
//! All five kinds of notification begin as one. The documents here are stored as JSON; changing one means walking
//! through old and new readers and writers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::error::{Error, Fault, FieldError, Result};
use super::id::{Account, EventId, TaskId, UserId};
use super::kind::{Severity, names};
use super::record::change::ChangeSet;
use super::record::state::State;
use super::record::{RecordId, RecordType};
use super::rule::trigger::TaskMoment;
use super::task::Performer;
use super::task::firing::RemindersDue;

names! {
    /// What happened. Each type has its own document in [`Fact`].
    EventType {
        /// Somebody wrote a one-time notification.
        OneTime = "one_time",
        /// A customer or order was created, changed or deleted.
        RecordChanged = "record_changed",
        /// A shop told something under a name of its own.
        Custom = "custom",
        /// A mark fired reminders of tasks.
        Reminders = "reminders",
        /// A task was made or done, or its time has come; told only where a trigger listens.
        Task = "task",
        /// A schedule ticked.
        Tick = "tick",
    }
}

/// The document of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    OneTime(OneTime),
    RecordChanged(Box<RecordChanged>),
    Custom(Custom),
    Reminders(Box<RemindersDue>),
    Task(Box<TaskTold>),
    Tick(Tick),
}

impl Fact {
    #[must_use]
    pub fn event_type(&self) -> EventType {
        match self {
            Self::OneTime(_) => EventType::OneTime,
            Self::RecordChanged(_) => EventType::RecordChanged,
            Self::Custom(_) => EventType::Custom,
            Self::Reminders(_) => EventType::Reminders,
            Self::Task(_) => EventType::Task,
            Self::Tick(_) => EventType::Tick,
        }
    }
}

/// An accepted event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub account: Account,
    pub id: EventId,
    pub actor: Actor,
    pub fact: Fact,
    pub created_at: i64,
    /// When it is to be routed, if later than at once.
    pub send_at: Option<i64>,
    pub recalled_at: Option<i64>,
}

/// A one-time notification as its sender meant it. The texts are sanitised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneTime {
    pub title: String,
    pub body: String,
    pub severity: Severity,
    pub sticky: bool,
    pub link: Option<String>,
    pub expires_at: Option<i64>,
    /// The name of the user or API key that sent it, as it was then.
    pub sender: Option<String>,
    pub groups: Vec<Addressed>,
    pub users: Vec<Addressed>,
}

/// A change of a record, with the whole record after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordChanged {
    pub record: RecordId,
    pub number: i64,
    /// What people call it: an order's number, a customer's name.
    pub title: String,
    pub change_set: ChangeSet,
    /// The name of who changed it, as it was then.
    pub by: Option<String>,
    pub after: State,
}

/// What happened to a task, with the task as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskTold {
    pub moment: TaskMoment,
    pub task: TaskId,
    pub number: i64,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    pub due_at: Option<i64>,
    pub performer: Option<Performer>,
    pub customer: Option<RecordId>,
    pub order: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    pub done_at: Option<i64>,
    pub creator: Option<UserId>,
    pub created_at: i64,
}

impl TaskTold {
    /// The order or customer that it is about.
    #[must_use]
    pub fn about(&self) -> Option<&RecordId> {
        self.order.as_ref().or(self.customer.as_ref())
    }
}

/// A schedule ticked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    pub trigger: String,
    /// When it was due (Unix ms).
    pub at: i64,
}

/// Something that a shop tells, under a name of its own; the attributes are those of CloudEvents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Custom {
    #[serde(rename = "type")]
    pub event_type: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Its id at the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Named>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
}

/// A record by the shop's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    #[serde(rename = "type")]
    pub record_type: RecordType,
    pub external_id: String,
}

/// A group or user that a notification is addressed to, by the name that it had then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressed {
    pub id: String,
    /// The group's code; empty for a user.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    pub name: String,
}

/// Longest body of a one-time notification, in characters of HTML.
pub const LONGEST_BODY: usize = 10_000;
/// Longest title, in characters.
pub const LONGEST_TITLE: usize = 200;
/// Groups, and users, that one notification may name.
pub const MOST_ADDRESSED: usize = 1_000;

/// Checks the times of a one-time notification: sending lies ahead, and it expires after it is sent.
///
/// # Errors
/// One fault per field.
pub fn check_times(send_at: Option<i64>, expires_at: Option<i64>, now: i64) -> Result<()> {
    /// A form that was filled in slowly may name the minute that has just gone by.
    const LATE: i64 = 60_000;
    let mut errors = Vec::new();
    if send_at.is_some_and(|at| at < now - LATE) {
        errors.push(FieldError { field: "send_at".into(), fault: Fault::InThePast });
    }
    match (send_at, expires_at) {
        (_, Some(expires)) if expires <= now => {
            errors.push(FieldError { field: "expires_at".into(), fault: Fault::InThePast });
        }
        (Some(send), Some(expires)) if expires <= send => {
            errors.push(FieldError { field: "expires_at".into(), fault: Fault::AfterSend });
        }
        _ => {}
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// Recipients as one text: ids separated by spaces, in order, each once.
#[must_use]
pub fn join_audience(users: &[UserId]) -> String {
    users.iter().map(UserId::as_str).collect::<Vec<_>>().join(" ")
}

/// The inverse of [`join_audience`].
#[must_use]
pub fn split_audience(text: &str) -> Vec<UserId> {
    text.split_ascii_whitespace().map(|id| UserId::new(id.to_owned())).collect()
}
