//! Withdraws reminders whose reason is gone: of a task that was moved, done, given to somebody else or deleted; of a user
//! who was locked out or left the group whose task it is.
//!
//! What was closed by hand stays under the bell; only what stands or sleeps goes.

use super::inbox::renumber;
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::inbox::Item;
use crate::domain::notification::Notification;
use crate::domain::task::Performer;
use crate::domain::task::firing::Reminding;
use crate::domain::work::WorkKind;
use crate::store::work::{self, Work};
use crate::store::{Tx, audience, reminders, tasks};

/// Inbox rows that one step looks at.
const PART: i64 = 500;

/// Has the reminders of these users looked through.
///
/// # Errors
/// What the store says.
pub(super) fn look_again_for(tx: &mut Tx, account: Account, users: &[&str], now: i64) -> Result<()> {
    let mut subjects: Vec<String> = users.iter().map(|user| format!("user:{user}")).collect();
    subjects.sort_unstable();
    subjects.dedup();
    work::insert_anew(tx, account, WorkKind::Retire, &subjects, now)
}

/// Does a part of one row of work: answers how many items were withdrawn, and where the next part goes on.
///
/// # Errors
/// What the store says.
pub(super) fn retire_part(tx: &mut Tx, work: &Work, now: i64) -> Result<(usize, Option<i64>)> {
    let (mut gone, next) = match work.subject.split_once(':') {
        Some(("task", id)) => of_task(tx, work, id)?,
        Some((_, id)) => of_user(tx, work, id)?,
        None => return Ok((0, None)),
    };
    for item in &mut gone {
        item.state.withdrawn_at = Some(now);
        item.state.snoozed_until = None;
    }
    if !gone.is_empty() {
        renumber(tx, work.account, &mut gone)?;
    }
    Ok((gone.len(), next))
}

fn of_task(tx: &mut Tx, work: &Work, id: &str) -> Result<(Vec<Item>, Option<i64>)> {
    let Some(task) = tasks::list_by_ids(tx, work.account, &[id])?.pop() else {
        return Ok((Vec::new(), None));
    };
    // One that is done or deleted is in a generation that nobody was reminded of.
    let gone = reminders::list_of_task(tx, work.account, id, task.generation, PART)?;
    let next = (gone.len() as i64 == PART).then_some(work.progress + PART);
    Ok((gone, next))
}

fn of_user(tx: &mut Tx, work: &Work, id: &str) -> Result<(Vec<Item>, Option<i64>)> {
    let account = work.account;
    let items = reminders::list_of_user(tx, account, id, work.progress, PART)?;
    let next = items.last().filter(|_| items.len() as i64 == PART).map(|(item, _)| item.seq);
    let readers = audience::list_readers(tx, account, &[id])?;
    let Some(reader) = readers.first().filter(|reader| reader.person.active) else {
        return Ok((items.into_iter().map(|(item, _)| item).collect(), next));
    };
    let groups = audience::list_groups_of(tx, account, &reader.person.id)?;
    let mut gone = Vec::new();
    for (item, said) in items {
        if !is_still_for(tx, account, id, &groups, &said)? {
            gone.push(item);
        }
    }
    Ok((gone, next))
}

/// Whether the task is still to be done as it was told, and still this user's or that of one of his groups. Who heard of
/// it as a group's head keeps it.
fn is_still_for(
    tx: &mut Tx,
    account: Account,
    user: &str,
    groups: &[String],
    said: &Notification,
) -> Result<bool> {
    let Some(reminder) = said.content.reminding.as_ref().and_then(Reminding::reminder) else {
        return Ok(true);
    };
    let Some(task) = tasks::list_by_ids(tx, account, &[reminder.task.as_str()])?.pop() else {
        return Ok(false);
    };
    if !task.is_open() || task.generation != reminder.generation {
        return Ok(false);
    }
    let head = match &task.performer {
        Some(Performer::Group(group)) => audience::find_head(tx, account, group.as_str())?,
        _ => None,
    };
    Ok(match &task.performer {
        Some(Performer::User(performer)) => performer.as_str() == user || reminder.step > 0,
        Some(Performer::Group(group)) => {
            groups.iter().any(|mine| mine == group.as_str()) || head.is_some_and(|head| head.as_str() == user)
        }
        None => false,
    })
}
