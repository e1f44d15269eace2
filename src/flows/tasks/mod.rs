//! Tasks: made, changed, done, listed. Each change is one transaction that holds the task, its history, and the row of work
//! by which it is reminded of; what stands on screen and has lost its reason follows as work (`retire`).
//!
//! Nobody is reminded here: that is `remind`'s, when the mark has come, and `route`'s.

mod doors;
pub(crate) mod names;
mod read;
mod write;

pub use doors::shown;
pub use doors::{Bulk, BulkDone, Do, TaskWrite, TasksWritten, bulk, comment, write};
pub(super) use doors::{complete_by, run};
pub use names::{Person, RecordShown, Shown};
pub(super) use read::find_seen as find_seen_task;
pub use read::{
    Filter, Page, Remark, Whose, find_number, get, history, history_since, list, list_comments,
    list_of_retailcrm,
};
pub(super) use write::{Hand, delete_of_record};

use super::sight;
use crate::domain::access::Caller;
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::patch::Field;
use crate::domain::record::RecordId;
use crate::domain::rights::Role;
use crate::domain::task::Performer;
use crate::domain::task::repeat::Every;
use crate::store::task_lists::Viewer;
use crate::store::tasks::{Sight, Task};
use crate::store::{Tx, accounts, audience, records};

/// A task as somebody describes it; in a change what is left open stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub text: Option<String>,
    pub comment: Field<String>,
    /// A date, a local time, or an instant.
    pub due: Field<String>,
    pub performer: Field<PerformerNamed>,
    pub customer: Field<RecordNamed>,
    pub order: Field<RecordNamed>,
    pub phone: Field<String>,
    /// Minutes.
    pub remind_before: Option<i64>,
    pub repeat: Field<RepeatDraft>,
    /// Minutes.
    pub escalation: Field<i64>,
    pub done: Option<bool>,
}

/// A performer as a caller names him.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PerformerNamed {
    /// By id or e-mail address.
    User(String),
    /// By number, as the RetailCRM-compatible API has it.
    UserNumber(i64),
    /// By code.
    Group(String),
    GroupNumber(i64),
}

/// An order or customer as a caller names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordNamed {
    Id(String),
    Number(i64),
    External { id: String, site: Option<String> },
}

/// A rule of repetition as somebody describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatDraft {
    pub every: Every,
    /// A date.
    pub until: Option<String>,
    pub count: Option<i64>,
}

/// The tasks that a caller sees.
///
/// # Errors
/// What the store says.
pub(super) fn sight_of(tx: &mut Tx, caller: &Caller) -> Result<Sight> {
    let Caller::User(user) = caller else { return Ok(Sight::default()) };
    if user.role == Role::Administrator {
        return Ok(Sight::default());
    }
    let groups = audience::list_groups_of(tx, user.account, &user.user)?;
    let records = sight::of_caller(tx, caller)?;
    Ok(Sight { of: Some(Viewer { user: user.user.clone(), groups, records }) })
}

/// Whether a task is among them.
///
/// # Errors
/// What the store says.
pub(super) fn sees(tx: &mut Tx, account: Account, sight: &Sight, task: &Task) -> Result<bool> {
    let Some(viewer) = &sight.of else { return Ok(true) };
    let performs = match &task.performer {
        Some(Performer::User(user)) => *user == viewer.user,
        Some(Performer::Group(group)) => viewer.groups.iter().any(|mine| mine == group.as_str()),
        None => false,
    };
    let made = task.creator.kind() == "user" && task.creator.id() == Some(viewer.user.as_str());
    if performs || made {
        return Ok(true);
    }
    let ids: Vec<&str> = [&task.order, &task.customer].into_iter().flatten().map(RecordId::as_str).collect();
    let places = records::list_places(tx, account, &ids)?;
    Ok(places.iter().any(|place| viewer.records.shows(&place.site, place.manager.as_ref())))
}

/// In which zone a caller means local times: a user's own, else the account's.
pub(super) fn zone_of(tx: &mut Tx, caller: &Caller) -> Result<String> {
    match caller {
        Caller::User(user) => Ok(user.zone.clone()),
        Caller::Key(key) => Ok(accounts::get(tx, key.account)?.zone),
    }
}
