//! Tells triggers of tasks: that one was made or done, and, at each multiple of five minutes, whose time has come or passed.
//!
//! An event is written only where a trigger listens. One row of work per account goes from mark to mark; its progress is the
//! last mark that was told, so that a server that was off tells what it missed, a day back at most.

use super::{Engine, Ran};
use crate::domain::actor::Actor;
use crate::domain::error::Result;
use crate::domain::event::{Event, Fact, TaskTold};
use crate::domain::id::{Account, EventId, UserId};
use crate::domain::rule::trigger::TaskMoment;
use crate::domain::task::mark::{self, MARK_MS};
use crate::domain::work::{LEASE_MS, WorkKind};
use crate::flows::Ctx;
use crate::flows::records::Who;
use crate::ids::Ids;
use crate::store::events::Addressed;
use crate::store::tasks::Task;
use crate::store::work::{self, Work};
use crate::store::{Tx, events, rules, tasks};

const DUE: &str = "task_due";
const OVERDUE: &str = "task_overdue";
/// How long behind its time a task is overdue: at the mark after the one at which it was due.
const GRACE_MS: i64 = MARK_MS;
/// How far back is told of what was missed.
const MOST_MISSED_MS: i64 = 24 * 3_600_000;
/// Accounts that one step serves.
const MOST: i64 = 16;

/// What is told of a task.
#[must_use]
pub(in crate::flows) fn told(task: &Task, moment: TaskMoment) -> TaskTold {
    TaskTold {
        moment,
        task: task.id.clone(),
        number: task.number,
        text: task.text.clone(),
        comment: task.comment.clone(),
        due_at: task.due.as_ref().map(|due| due.at),
        performer: task.performer.clone(),
        customer: task.customer.clone(),
        order: task.order.clone(),
        phone: task.phone.clone(),
        done_at: task.done_at,
        creator: match &task.creator {
            Actor::User(user) => Some(UserId::new(user.to_string())),
            Actor::Key(_) | Actor::Rule(_) | Actor::System => None,
        },
        created_at: task.created_at,
    }
}

fn event(ids: &Ids, now: i64, account: Account, actor: Actor, told: TaskTold) -> Addressed {
    let event = Event {
        account,
        id: EventId::new(ids.next(now)),
        actor,
        fact: Fact::Task(Box::new(told)),
        created_at: now,
        send_at: None,
        recalled_at: None,
    };
    Addressed { event, audience: None }
}

/// Tells triggers that a task was made or done, where any listens.
///
/// # Errors
/// What the store says.
pub(in crate::flows) fn note_task(tx: &mut Tx, who: &Who, task: &Task, moment: TaskMoment) -> Result<()> {
    let account = who.by.account;
    let key = format!("task_{}", moment.name());
    if rules::list_listened(tx, account, &[&key])?.is_empty() {
        return Ok(());
    }
    let event = event(who.ids, who.now, account, who.by.actor.clone(), told(task, moment));
    let id = event.event.id.clone();
    events::insert_for_rules(tx, &[event])?;
    match who.cause {
        Some(chain) => events::put_chain(tx, account, &id, chain),
        None => Ok(()),
    }
}

/// Has the clock of the account's tasks go as long as a trigger listens to it.
///
/// # Errors
/// What the store says.
pub(in crate::flows) fn arrange(tx: &mut Tx, account: Account, now: i64) -> Result<()> {
    let listens = !rules::list_listened(tx, account, &[DUE, OVERDUE])?.is_empty();
    let goes = work::exists(tx, account, WorkKind::TaskMark, "")?;
    if listens && !goes {
        let last = now - now.rem_euclid(MARK_MS);
        work::insert(tx, account, WorkKind::TaskMark, "", last + MARK_MS)?;
        return work::update_due(tx, account, WorkKind::TaskMark, "", last + MARK_MS, last);
    }
    if goes && !listens {
        return work::delete(tx, account, WorkKind::TaskMark, "");
    }
    Ok(())
}

/// Tells the marks that have come.
///
/// # Errors
/// What the store says.
pub(super) async fn step(ctx: &Ctx) -> Result<Ran> {
    let (now, engine) = (ctx.now(), Engine::new(ctx));
    let done = ctx.store.write(move |tx| {
        let claimed = work::claim(tx, WorkKind::TaskMark, now, now + LEASE_MS, MOST)?;
        for piece in &claimed {
            tell(tx, &engine, piece)?;
        }
        Ok(claimed.len())
    });
    Ok(Ran { more: done.await? > 0, ..Ran::default() })
}

/// One mark of one account: the first that was not told yet.
fn tell(tx: &mut Tx, engine: &Engine, piece: &Work) -> Result<()> {
    let (account, now) = (piece.account, engine.desk.now);
    let heard = rules::list_listened(tx, account, &[DUE, OVERDUE])?;
    if heard.is_empty() {
        return work::delete(tx, account, WorkKind::TaskMark, &piece.subject);
    }
    let oldest = now - MOST_MISSED_MS;
    let from = piece.progress.max(oldest - oldest.rem_euclid(MARK_MS));
    let to = (from + MARK_MS).min(mark::ceil(now));
    if to > now {
        return work::update_due(tx, account, WorkKind::TaskMark, &piece.subject, to, from);
    }
    let mut found = Vec::new();
    let system = || Actor::System;
    for (key, moment, back) in [(DUE, TaskMoment::Due, 0), (OVERDUE, TaskMoment::Overdue, GRACE_MS)] {
        if heard.iter().any(|heard| heard == key) {
            for task in tasks::list_due_between(tx, account, from - back, to - back)? {
                found.push(event(&engine.desk.ids, now, account, system(), told(&task, moment)));
            }
        }
    }
    events::insert_for_rules(tx, &found)?;
    work::update_due(tx, account, WorkKind::TaskMark, &piece.subject, to + MARK_MS, to)
}
