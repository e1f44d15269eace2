//! Routes accepted events: loads what is known, has `domain::plan` decide, and writes notifications and inbox rows.
//!
//! The only place that creates inbox rows. One step is one transaction, so a crash at any moment leaves an event
//! either routed up to a known place or not; running it again plans the same rows, and the unique key lets no second
//! copy in.

use std::collections::{BTreeMap, HashMap};

use super::Ctx;
use super::accept::members;
use crate::domain::code::fold;
use crate::domain::error::Result;
use crate::domain::event::Fact;
use crate::domain::id::{Account, EventId, ItemId, NotificationId, UserId};
use crate::domain::notification::Notification;
use crate::domain::plan::{Person, Planned, Snapshot, plan};
use crate::domain::work::{MOST_ATTEMPTS, WorkKind, retry_after_ms};
use crate::ids::Ids;
use crate::render::html;
use crate::store::events::{self, Addressed, Unrouted};
use crate::store::inbox::{self, NewItem};
use crate::store::work::{self, Work};
use crate::store::{Tx, audience, notifications};

/// Events that one step takes at most.
const EVENTS: i64 = 256;
/// Recipients that one step writes at most: a broadcast goes out in parts of this size, so that no transaction keeps
/// the writer from others for longer than some 20 ms.
const RECIPIENTS: usize = 2_000;

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Routed {
    /// Events that were routed to their last recipient.
    pub events: usize,
    /// Inbox rows written.
    pub items: u64,
    /// Whether there may be more that is due now.
    pub more: bool,
}

/// Routes what is due, up to the size of one step. When the step fails as a whole, its events are tried one by one,
/// so that one bad event holds up no other; a failing one is tried again later, and put aside at last.
///
/// # Errors
/// What the store says, when not even that was possible.
pub async fn step(ctx: &Ctx) -> Result<Routed> {
    let (ids, now) = (ctx.ids.clone(), ctx.now());
    let all = ctx.store.write_first(move |tx| route(tx, &ids, now, EVENTS)).await;
    match all {
        Ok(routed) => Ok(routed),
        Err(error) => {
            tracing::warn!(%error, "a step of the router failed; its events are tried one by one");
            one_by_one(ctx).await
        }
    }
}

async fn one_by_one(ctx: &Ctx) -> Result<Routed> {
    let (ids, now) = (ctx.ids.clone(), ctx.now());
    let first = ctx.store.write_first(move |tx| route(tx, &ids, now, 1)).await;
    match first {
        Ok(routed) => Ok(routed),
        Err(error) => {
            let reason = error.to_string();
            ctx.store.write_first(move |tx| put_back(tx, now, &reason)).await?;
            Ok(Routed { more: true, ..Routed::default() })
        }
    }
}

/// The oldest event that is due failed: later, or never again.
fn put_back(tx: &mut Tx, now: i64, reason: &str) -> Result<()> {
    let Some(unrouted) = events::claim_unrouted(tx, now, 1)?.pop() else {
        return Ok(());
    };
    let event = &unrouted.addressed.event;
    let attempt = unrouted.attempt + 1;
    let failed = Work {
        account: event.account,
        kind: WorkKind::Route,
        subject: event.id.to_string(),
        attempt,
        progress: unrouted.progress,
    };
    let again = (attempt < MOST_ATTEMPTS).then(|| now + retry_after_ms(attempt));
    work::fail(tx, &failed, again, now, reason)
}

fn route(tx: &mut Tx, ids: &Ids, now: i64, most: i64) -> Result<Routed> {
    let claimed = events::claim_unrouted(tx, now, most)?;
    let mut routed = Routed { more: claimed.len() as i64 == most, ..Routed::default() };
    let mut by_account: BTreeMap<Account, Vec<Unrouted>> = BTreeMap::new();
    let mut room = RECIPIENTS;
    for mut unrouted in claimed {
        if room == 0 {
            routed.more = true;
            break;
        }
        fix_audience(tx, &mut unrouted.addressed)?;
        let audience = unrouted.addressed.audience.as_ref().map_or(0, Vec::len);
        let rest = audience.saturating_sub(usize::try_from(unrouted.progress).unwrap_or_default());
        room = room.saturating_sub(rest.max(1));
        by_account.entry(unrouted.addressed.event.account).or_default().push(unrouted);
    }
    let mut done = Vec::new();
    for (account, events) in by_account {
        routed.items += route_account(tx, ids, now, account, &events, &mut done)?;
        routed.more |= done.len() < events.len();
    }
    routed.events = done.len();
    Ok(routed)
}

/// A scheduled event is due: whom its groups hold now is whom it goes to.
fn fix_audience(tx: &mut Tx, addressed: &mut Addressed) -> Result<()> {
    if addressed.audience.is_some() {
        return Ok(());
    }
    let event = &addressed.event;
    let Fact::OneTime(message) = &event.fact;
    let people = members(tx, event.account, &message.groups, &message.users)?;
    events::update_audience(tx, event.account, &event.id, &people)?;
    addressed.audience = Some(people);
    Ok(())
}

/// The part of one event that this step serves.
struct Part<'a> {
    unrouted: &'a Unrouted,
    people: Vec<Person>,
    /// Where the next step goes on; `None` when this was the last part.
    next: Option<i64>,
}

fn route_account(
    tx: &mut Tx,
    ids: &Ids,
    now: i64,
    account: Account,
    events: &[Unrouted],
    done: &mut Vec<EventId>,
) -> Result<u64> {
    let parts = parts(tx, account, events)?;
    let (mut notifications, mut items) = (Vec::new(), Vec::new());
    for part in &parts {
        let event = &part.unrouted.addressed.event;
        for planned in plan(Snapshot { event, people: &part.people }, now) {
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
    let first_seq = inbox::take_seqs(tx, account, i64::try_from(items.len()).unwrap_or_default())?;
    inbox::insert_many(tx, account, &items, first_seq)
}

fn parts<'a>(tx: &mut Tx, account: Account, events: &'a [Unrouted]) -> Result<Vec<Part<'a>>> {
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
            kind,
            created_at: now,
        });
    }
    let notification =
        Notification { id, event, content: planned.notification, created_at: now, withdrawn_at: None };
    notifications.push((notification, search));
}

fn finish_or_advance(tx: &mut Tx, account: Account, parts: &[Part], done: &mut Vec<EventId>) -> Result<()> {
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
