//! Routes one-time notifications: the audience was fixed, so it is only a matter of writing rows, in parts where there are
//! many.

use std::collections::HashMap;

use super::{Desk, RECIPIENTS, letters};
use crate::domain::code::fold;
use crate::domain::error::Result;
use crate::domain::event::Fact;
use crate::domain::id::{Account, EventId, ItemId, NotificationId, UserId};
use crate::domain::notification::Notification;
use crate::domain::plan::{Person, Planned, Snapshot, plan};
use crate::domain::work::WorkKind;
use crate::flows::accept::members;
use crate::ids::Ids;
use crate::render::html;
use crate::store::events::{self, Addressed, Unrouted};
use crate::store::inbox::{self, NewItem};
use crate::store::work::{self, Work};
use crate::store::{Tx, audience, notifications};

/// A scheduled event is due: whom its groups hold now is whom it goes to.
pub(super) fn fix_audience(tx: &mut Tx, addressed: &mut Addressed) -> Result<()> {
    if addressed.audience.is_some() {
        return Ok(());
    }
    let event = &addressed.event;
    let Fact::OneTime(message) = &event.fact else { return Ok(()) };
    let people = members(tx, event.account, &message.groups, &message.users)?;
    events::update_audience(tx, event.account, &event.id, &people)?;
    addressed.audience = Some(people);
    Ok(())
}

/// The part of one event that this step serves.
pub(super) struct Part<'a> {
    pub(super) unrouted: &'a Unrouted,
    pub(super) people: Vec<Person>,
    /// Where the next step goes on; `None` when this was the last part.
    next: Option<i64>,
}

pub(super) fn route(
    tx: &mut Tx,
    desk: &Desk,
    account: Account,
    events: &[Unrouted],
    done: &mut Vec<EventId>,
) -> Result<u64> {
    let (ids, now) = (&desk.ids, desk.now);
    let parts = parts(tx, account, events)?;
    let (mut notifications, mut items) = (Vec::new(), Vec::new());
    for part in &parts {
        let event = &part.unrouted.addressed.event;
        for planned in plan(Snapshot { event, people: &part.people, around: None }, now) {
            write_down(ids, now, event.id.clone(), planned, &mut notifications, &mut items);
        }
    }
    notifications::insert_many(tx, account, &notifications)?;
    for (notification, _) in &notifications {
        if let Some(at) = notification.content.expires_at {
            work::insert(tx, account, WorkKind::Expire, notification.id.as_str(), at)?;
        }
    }
    finish_or_advance(tx, account, &parts, done)?;
    if items.is_empty() {
        return Ok(0);
    }
    let over: HashMap<&str, i64> = notifications
        .iter()
        .filter_map(|(notification, _)| Some((notification.id.as_str(), notification.content.expires_at?)))
        .collect();
    let room = letters::Mailroom::load(tx, desk, account)?;
    letters::write(tx, desk, &room, &mut items, |item| over.get(item.notification.as_str()).copied())?;
    let first_seq = inbox::take_seqs(tx, account, i64::try_from(items.len()).unwrap_or_default())?;
    inbox::insert_many(tx, account, &items, first_seq)
}

pub(super) fn parts<'a>(tx: &mut Tx, account: Account, events: &'a [Unrouted]) -> Result<Vec<Part<'a>>> {
    let slice = |unrouted: &'a Unrouted| {
        let audience = unrouted.addressed.audience.as_deref().unwrap_or_default();
        let from = usize::try_from(unrouted.progress).unwrap_or_default().min(audience.len());
        let to = (from + RECIPIENTS).min(audience.len());
        (&audience[from..to], (to < audience.len()).then_some(to as i64))
    };
    let mut wanted: Vec<&str> =
        events.iter().flat_map(|unrouted| slice(unrouted).0.iter().map(UserId::as_str)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let people = audience::list_people(tx, account, &wanted)?;
    let people: HashMap<&str, &Person> = people.iter().map(|p| (p.id.as_str(), p)).collect();
    let part = |unrouted| {
        let (audience, next) = slice(unrouted);
        let people = audience.iter().filter_map(|id| people.get(id.as_str()).copied().cloned());
        Part { unrouted, people: people.collect(), next }
    };
    Ok(events.iter().map(part).collect())
}

fn write_down(
    ids: &Ids,
    now: i64,
    event: EventId,
    planned: Planned,
    notifications: &mut Vec<(Notification, String)>,
    items: &mut Vec<NewItem>,
) {
    // A one-time notification has the id of its event, so that its sender can name it before it is routed, and every
    // part of a large audience finds the same one.
    let id = NotificationId::new(event.to_string());
    let words = planned.notification.texts.iter().flat_map(|text| [&text.title, &text.body]);
    let search = words.map(|html| fold(&html::plain_text(html))).collect::<Vec<_>>().join(" ");
    let kind = planned.notification.kind;
    for user in planned.recipients {
        items.push(NewItem {
            user,
            id: ItemId::new(ids.next(now)),
            notification: id.clone(),
            dedup_key: planned.dedup_key.clone(),
            merge_key: None,
            kind,
            popup: true,
            created_at: now,
        });
    }
    let notification =
        Notification { id, event, content: planned.notification, created_at: now, withdrawn_at: None };
    notifications.push((notification, search));
}

pub(super) fn finish_or_advance(
    tx: &mut Tx,
    account: Account,
    parts: &[Part],
    done: &mut Vec<EventId>,
) -> Result<()> {
    let before = done.len();
    for part in parts {
        let event = &part.unrouted.addressed.event;
        match part.next {
            None => done.push(event.id.clone()),
            Some(progress) => {
                let work = Work {
                    account,
                    kind: WorkKind::Route,
                    subject: event.id.to_string(),
                    attempt: part.unrouted.attempt,
                    progress: part.unrouted.progress,
                };
                work::advance(tx, &work, progress)?;
            }
        }
    }
    let finished: Vec<&str> = done[before..].iter().map(EventId::as_str).collect();
    events::finish_routing(tx, account, &finished)
}
