//! Routes announcements: in each account to its active people, or its administrators, as they are when it begins. Who
//! joins while one stands gets it too.

use super::Desk;
use super::letters::{self, Mailroom};
use super::messages::{finish_or_advance, parts};
use crate::domain::announcement::{Announcement, People, Stage};
use crate::domain::error::Result;
use crate::domain::event::Fact;
use crate::domain::id::{Account, EventId, ItemId, NotificationId, UserId};
use crate::domain::kind::Kind;
use crate::domain::notification::Notification;
use crate::domain::rights::Role;
use crate::domain::work::{LEASE_MS, WorkKind};
use crate::flows::announcements::{content, cover, search};
use crate::store::announcements::{self, Kept};
use crate::store::events::{self, Addressed, Unrouted};
use crate::store::inbox::{self, NewItem};
use crate::store::{Tx, audience, notifications, work};

/// People that one step welcomes.
const WELCOMED: i64 = 64;

/// Its time has come: whom the account holds now is whom it goes to.
pub(super) fn fix_audience(tx: &mut Tx, addressed: &mut Addressed) -> Result<()> {
    let Fact::Announcement(announced) = &addressed.event.fact else { return Ok(()) };
    let Some(kept) = announcements::find(tx, announced.announcement.as_str())? else { return Ok(()) };
    let people = audience::list_everybody(tx, addressed.event.account, role(&kept.announcement))?;
    events::update_audience(tx, addressed.event.account, &addressed.event.id, &people)?;
    addressed.audience = Some(people);
    Ok(())
}

/// Whose role it must be.
fn role(announcement: &Announcement) -> Option<Role> {
    (announcement.people == People::Administrators).then_some(Role::Administrator)
}

pub(super) fn route(
    tx: &mut Tx,
    desk: &Desk,
    account: Account,
    events: &[Unrouted],
    done: &mut Vec<EventId>,
) -> Result<u64> {
    let parts = parts(tx, account, events)?;
    let mut written = 0;
    for part in &parts {
        let event = &part.unrouted.addressed.event;
        let Fact::Announcement(announced) = &event.fact else { continue };
        if let Some(kept) = announcements::find(tx, announced.announcement.as_str())? {
            let people: Vec<UserId> =
                part.people.iter().filter(|person| person.active).map(|person| person.id.clone()).collect();
            written += tell(tx, desk, account, &kept, people)?;
        }
    }
    finish_or_advance(tx, account, &parts, done)?;
    Ok(written)
}

/// Writes what stands into the inboxes of these people; who has it keeps it.
fn tell(tx: &mut Tx, desk: &Desk, account: Account, kept: &Kept, people: Vec<UserId>) -> Result<u64> {
    if people.is_empty() || kept.times.stage(desk.now) != Stage::Standing {
        return Ok(0);
    }
    let content = content(tx, &desk.texts, account, kept)?;
    let id = NotificationId::new(kept.id.to_string());
    if let Some(at) = content.expires_at {
        work::insert(tx, account, WorkKind::Expire, id.as_str(), at)?;
    }
    let expires_at = content.expires_at;
    let (event, words) = (EventId::new(kept.id.to_string()), search(&content));
    let notification =
        Notification { id: id.clone(), event, content, created_at: desk.now, withdrawn_at: None };
    notifications::insert_many(tx, account, &[(notification, words)])?;
    let mut items: Vec<NewItem> = people
        .into_iter()
        .map(|user| NewItem {
            user,
            id: ItemId::new(desk.ids.next(desk.now)),
            notification: id.clone(),
            dedup_key: id.to_string(),
            merge_key: None,
            kind: Kind::Announcement,
            popup: true,
            created_at: desk.now,
        })
        .collect();
    let room = Mailroom::load(tx, desk, account)?.announcing(&kept.announcement);
    letters::write(tx, desk, &room, &mut items, |_| expires_at)?;
    let first = inbox::take_seqs(tx, account, items.len() as i64)?;
    inbox::insert_many(tx, account, &items, first)
}

/// Gives to people who joined what stands for them. Answers how many items that were, and whether there may be more.
pub(super) fn welcome(tx: &mut Tx, desk: &Desk) -> Result<(u64, bool)> {
    let claimed = work::claim(tx, WorkKind::Welcome, desk.now, desk.now + LEASE_MS, WELCOMED)?;
    let standing = if claimed.is_empty() { Vec::new() } else { announcements::list_standing(tx, desk.now)? };
    let mut written = 0;
    for joined in &claimed {
        let reader = audience::list_readers(tx, joined.account, &[&joined.subject])?.pop();
        if let Some(reader) = reader.filter(|reader| reader.person.active) {
            for kept in &standing {
                // An account that is newer than the announcement gets it whole.
                let is_covered = cover(tx, kept, joined.account, desk.now)?;
                if is_covered || role(&kept.announcement).is_some_and(|role| role != reader.role) {
                    continue;
                }
                let replied = announcements::find_reply(tx, &kept.id, joined.account)?;
                let is_new = !has(tx, joined.account, kept, &reader.person.id)?;
                if matches!(replied, Some(None)) && is_new {
                    written += tell(tx, desk, joined.account, kept, vec![reader.person.id.clone()])?;
                }
            }
        }
        work::finish(tx, joined)?;
    }
    Ok((written, claimed.len() as i64 == WELCOMED))
}

/// Whether he has it already: a second letter would be written for a second item.
fn has(tx: &mut Tx, account: Account, kept: &Kept, user: &UserId) -> Result<bool> {
    inbox::exists(tx, account, user, kept.id.as_str())
}
