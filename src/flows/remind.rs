//! Fires marks: takes the reminders whose time has come, finds out whom each is for now, and writes them as events, which
//! the router serves as it serves every other.
//!
//! One step is one transaction: its rows of work go with the events that they become, so a crash fires nothing twice and
//! loses nothing. While the clocks cannot be trusted nothing fires. Steps do not run ahead of the router by more than an
//! event or two, so that whatever else happens meanwhile is told in time.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::tasks::names::{RecordShown, list_records};
use super::{Ctx, sight, snooze};
use crate::domain::actor::Actor;
use crate::domain::error::{Error, Result};
use crate::domain::event::{Event, EventType, Fact};
use crate::domain::id::{Account, EventId, NotificationId, UserId};
use crate::domain::record::RecordId;
use crate::domain::task::due::local_text;
use crate::domain::task::firing::{
    About, Fired, LAST_STEP, Reminder, RemindersDue, Timeliness, again, timeliness,
};
use crate::domain::task::{MOST_AT_ONCE, Performer};
use crate::domain::work::{LEASE_MS, MOST_ATTEMPTS, WorkKind, retry_after_ms};
use crate::ids::Ids;
use crate::store::events::{self, Addressed};
use crate::store::tasks::{self, DueReminder};
use crate::store::{Tx, audience, groups, records, work};

/// Events of reminders that may wait for the router before the next ones fire.
const MOST_WAITING: i64 = 2;

/// What a step did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Step {
    /// Reminders that fired.
    pub fired: usize,
    /// Items that stand again.
    pub woken: usize,
    /// Of those that fired, how many were late.
    pub late: usize,
    /// Whether there may be more that is due now.
    pub more: bool,
    /// The router is to catch up first.
    pub crowded: bool,
    /// The clocks cannot be trusted for this long at least.
    pub held: Option<Duration>,
}

/// Fires what is due, up to the size of one step. When the step fails as a whole, a single reminder is tried; one that
/// fails alone is tried again later, and put aside at last.
///
/// # Errors
/// What the store says, when not even that was possible.
pub async fn step(ctx: &Ctx) -> Result<Step> {
    if let Some(doubt) = ctx.doubt() {
        return Ok(Step { held: Some(doubt.wait), ..Step::default() });
    }
    match fire(ctx, MOST_AT_ONCE as i64).await {
        Ok(step) => Ok(step),
        Err(error) => {
            tracing::warn!(%error, "a step of firing failed; one reminder is tried alone");
            match fire(ctx, 1).await {
                Ok(step) => Ok(Step { more: true, ..step }),
                Err(error) => {
                    let (now, reason) = (ctx.now(), error.to_string());
                    ctx.store.write(move |tx| put_back(tx, now, &reason)).await?;
                    Ok(Step { more: true, ..Step::default() })
                }
            }
        }
    }
}

/// The oldest reminder that is due failed: later, or never again.
fn put_back(tx: &mut Tx, now: i64, reason: &str) -> Result<()> {
    let Some(failed) = work::claim(tx, WorkKind::Remind, now, now + LEASE_MS, 1)?.pop() else {
        return Ok(());
    };
    let next = (failed.attempt < MOST_ATTEMPTS).then(|| now + retry_after_ms(failed.attempt));
    work::fail(tx, &failed, next, now, reason)
}

async fn fire(ctx: &Ctx, most: i64) -> Result<Step> {
    let (ids, now) = (ctx.ids.clone(), ctx.now());
    ctx.store
        .write(move |tx| {
            let (woken, mut more) = snooze::wake(tx, now)?;
            if events::count_unrouted(tx, EventType::Reminders, now, MOST_WAITING)? >= MOST_WAITING {
                return Ok(Step { woken, more: true, crowded: true, ..Step::default() });
            }
            let due = tasks::claim_due(tx, now, most)?;
            more |= due.len() as i64 == most;
            let mut step = Step { fired: due.len(), woken, more, ..Step::default() };
            let is_late = |due: &&DueReminder| timeliness(due.mark, now) != Timeliness::OnTime;
            step.late = due.iter().filter(is_late).count();
            let mut by_account: BTreeMap<Account, Vec<DueReminder>> = BTreeMap::new();
            for reminder in due {
                by_account.entry(reminder.account).or_default().push(reminder);
            }
            for (account, due) in by_account {
                fire_account(tx, &ids, now, account, &due)?;
            }
            Ok(step)
        })
        .await
}

fn fire_account(tx: &mut Tx, ids: &Ids, now: i64, account: Account, due: &[DueReminder]) -> Result<()> {
    let mut people = People::load(tx, account, due)?;
    let records = about(tx, account, due)?;
    let (mut told, mut gathered) =
        (RemindersDue::default(), RemindersDue { gathered: true, ..Default::default() });
    let mut over: Vec<&str> = Vec::new();
    for reminder in due {
        let task = &reminder.task;
        let id = task.id.as_str();
        match again(task.escalation, reminder.step, reminder.mark, now).filter(|_| task.is_open()) {
            Some((step, at)) => work::update_due(tx, account, WorkKind::Remind, id, at, step)?,
            None => over.push(id),
        }
        let Some(mut content) = content(reminder, &people, &records, now).filter(|_| task.is_open()) else {
            continue;
        };
        let document =
            if timeliness(reminder.mark, now) == Timeliness::Gathered { &mut gathered } else { &mut told };
        let audience = people.audience(tx, account, reminder)?;
        if audience.is_empty() {
            continue;
        }
        if let Some(about) = &content.about
            && !is_seen_by_all(tx, account, &about.id, &audience)?
        {
            content.about = None;
        }
        let place = document.audiences.iter().position(|known| *known == audience);
        let place = place.unwrap_or_else(|| {
            document.audiences.push(audience);
            document.audiences.len() - 1
        });
        let notification = NotificationId::new(ids.next(now));
        document.tasks.push(Fired { notification, reminder: content, audience: place });
    }
    work::delete_many(tx, account, WorkKind::Remind, &over)?;
    let events = [told, gathered].into_iter().filter(|document| !document.tasks.is_empty());
    let events = events.map(|document| {
        let event = Event {
            account,
            id: EventId::new(ids.next(now)),
            actor: Actor::System,
            fact: Fact::Reminders(Box::new(document)),
            created_at: now,
            send_at: None,
            recalled_at: None,
        };
        Addressed { event, audience: None }
    });
    events::insert_many(tx, &events.collect::<Vec<_>>())
}

/// Whether the record may be named: a task is told to its performers alike, and some may not see what it is about.
fn is_seen_by_all(tx: &mut Tx, account: Account, record: &RecordId, people: &[UserId]) -> Result<bool> {
    let ids: Vec<&str> = people.iter().map(UserId::as_str).collect();
    let readers: Vec<_> = audience::list_readers(tx, account, &ids)?
        .into_iter()
        .map(|reader| (reader.person.id, reader.role))
        .collect();
    let Some(place) = records::list_places(tx, account, &[record.as_str()])?.pop() else { return Ok(false) };
    let visible = sight::of_users(tx, account, &readers)?;
    Ok(visible.values().all(|visible| visible.shows(&place.site, place.manager.as_ref())))
}

/// What is told; nothing of a task that is due at no time.
fn content(
    reminder: &DueReminder,
    people: &People,
    records: &HashMap<RecordId, About>,
    now: i64,
) -> Option<Reminder> {
    let task = &reminder.task;
    let due = task.due.as_ref()?;
    let about = task.order.as_ref().and_then(|id| records.get(id));
    let about = about.or_else(|| task.customer.as_ref().and_then(|id| records.get(id)));
    Some(Reminder {
        task: task.id.clone(),
        generation: task.generation,
        text: task.text.clone(),
        comment: task.comment.clone(),
        phone: task.phone.clone(),
        due_at: due.at,
        due_local: local_text(due.local),
        zone: due.zone.clone(),
        mark: reminder.mark,
        late: timeliness(reminder.mark, now) != Timeliness::OnTime,
        step: reminder.step,
        group: match &task.performer {
            Some(Performer::Group(group)) => people.groups.get(group.as_str()).map(|(name, _)| name.clone()),
            _ => None,
        },
        about: about.cloned(),
    })
}

/// The orders and customers that the tasks are about.
fn about(tx: &mut Tx, account: Account, due: &[DueReminder]) -> Result<HashMap<RecordId, About>> {
    let of_tasks = due.iter().flat_map(|due| [&due.task.order, &due.task.customer]);
    let ids: Vec<&str> = of_tasks.flatten().map(RecordId::as_str).collect();
    let found = list_records(tx, account, &ids)?.into_iter();
    let about = found.map(|(record, RecordShown { number, title, external_id, site, url, .. })| {
        let id = record.id.clone();
        let record_type = record.record_type;
        (record.id, About { record_type, id, number, title, external_id, site, url: Some(url) })
    });
    Ok(about.collect())
}

/// Whom the tasks of a step are for, as it is now.
struct People {
    active: Vec<String>,
    /// Of each group that performs: its name and its active members.
    groups: HashMap<String, (String, Vec<UserId>)>,
}

impl People {
    fn load(tx: &mut Tx, account: Account, due: &[DueReminder]) -> Result<Self> {
        let performers = || due.iter().filter_map(|due| due.task.performer.as_ref());
        let ids = |kind: &str| {
            let mut ids: Vec<&str> = performers().filter(|p| p.kind() == kind).map(Performer::id).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let users = audience::list_people(tx, account, &ids("user"))?.into_iter();
        let mut active: Vec<String> =
            users.filter(|person| person.active).map(|person| person.id.to_string()).collect();
        active.sort_unstable();
        let mut found = HashMap::new();
        for id in ids("group") {
            match groups::get(tx, account, id) {
                Ok(group) => {
                    let members = audience::list_members(tx, account, id)?;
                    found.insert(id.to_owned(), (group.name, members));
                }
                Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self { active, groups: found })
    }

    /// The performers; with the last repetition the head of the group as well.
    fn audience(&mut self, tx: &mut Tx, account: Account, reminder: &DueReminder) -> Result<Vec<UserId>> {
        let mut audience = match &reminder.task.performer {
            Some(Performer::User(user)) => {
                let active = self.active.binary_search_by(|id| id.as_str().cmp(user.as_str())).is_ok();
                if active { vec![user.clone()] } else { Vec::new() }
            }
            Some(Performer::Group(group)) => {
                self.groups.get(group.as_str()).map(|(_, members)| members.clone()).unwrap_or_default()
            }
            None => Vec::new(),
        };
        if reminder.step >= LAST_STEP {
            let heads: Vec<UserId> = match &reminder.task.performer {
                Some(Performer::User(user)) => {
                    let heads = audience::list_heads(tx, account, &[user.as_str()])?;
                    heads.into_iter().map(|(_, head)| head).collect()
                }
                Some(Performer::Group(group)) => {
                    audience::find_head(tx, account, group.as_str())?.into_iter().collect()
                }
                None => Vec::new(),
            };
            for head in heads {
                if !audience.contains(&head) {
                    audience.push(head);
                }
            }
        }
        Ok(audience)
    }
}
