//! Routes reminders that a mark fired: whom they are for was found out then; whether the task is still what it was is
//! looked up now, under its lock, so that whoever changes it next finds these rows.
//!
//! An event holds hundreds of tasks, and a task may be a group's: it is served in parts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::letters::{self, Mailroom};
use super::{Desk, RECIPIENTS};
use crate::domain::code::fold;
use crate::domain::error::Result;
use crate::domain::event::Fact;
use crate::domain::id::{Account, EventId, ItemId, NotificationId, UserId};
use crate::domain::inbox::Item;
use crate::domain::kind::Kind;
use crate::domain::language::Language;
use crate::domain::notification::Notification;
use crate::domain::plan::Content;
use crate::domain::task::firing::{self, Missed, Part, RemindersDue, Reminding};
use crate::domain::work::WorkKind;
use crate::flows::inbox::renumber;
use crate::render::{html, reminder};
use crate::store::accounts::AccountDetails;
use crate::store::events::{self, Unrouted};
use crate::store::inbox::{self, NewItem};
use crate::store::work::{self, Work};
use crate::store::{Tx, accounts, audience, notifications, reminders, tasks};

/// Items of missed reminders that later ones may still be added to are no older, in ms.
const GATHERING_MS: i64 = 24 * 3_600_000;

/// How many reminders of persons an event still has to serve.
pub(super) fn rest(unrouted: &Unrouted) -> usize {
    match &unrouted.addressed.event.fact {
        Fact::Reminders(due) => {
            due.size().saturating_sub(usize::try_from(unrouted.progress).unwrap_or_default())
        }
        _ => 0,
    }
}

pub(super) fn route(
    tx: &mut Tx,
    desk: &Desk,
    account: Account,
    fired: &[Unrouted],
    done: &mut Vec<EventId>,
) -> Result<u64> {
    if fired.is_empty() {
        return Ok(0);
    }
    let details = accounts::get(tx, account)?;
    let room = Mailroom::load(tx, desk, account)?;
    let (mut items, mut finished) = (0, Vec::new());
    for unrouted in fired {
        let event = &unrouted.addressed.event;
        let Fact::Reminders(due) = &event.fact else { continue };
        let from = usize::try_from(unrouted.progress).unwrap_or_default();
        let parts = due.part(from, RECIPIENTS);
        let served: usize = parts.iter().map(|(_, people)| people.len()).sum();
        let turn = Turn::load(tx, desk, &room, &details, due, parts)?;
        items += if due.gathered {
            turn.tell_missed(tx, event.id.as_str(), from)?
        } else {
            turn.tell(tx, &event.id)?
        };
        if from + served < due.size() {
            let work = Work {
                account,
                kind: WorkKind::Route,
                subject: event.id.to_string(),
                attempt: unrouted.attempt,
                progress: unrouted.progress,
            };
            work::advance(tx, &work, (from + served) as i64)?;
        } else {
            finished.push(event.id.clone());
        }
    }
    let ids: Vec<&str> = finished.iter().map(EventId::as_str).collect();
    events::finish_routing(tx, account, &ids)?;
    done.extend(finished);
    Ok(items)
}

/// One part of one event, with what is known of its tasks and people.
struct Turn<'a> {
    desk: &'a Desk,
    account: Account,
    room: &'a Mailroom,
    details: &'a AccountDetails,
    due: &'a RemindersDue,
    parts: Vec<Part<'a>>,
    /// The language of each who is active.
    readers: HashMap<UserId, Language>,
}

impl<'a> Turn<'a> {
    fn load(
        tx: &mut Tx,
        desk: &'a Desk,
        room: &'a Mailroom,
        details: &'a AccountDetails,
        due: &'a RemindersDue,
        mut parts: Vec<Part<'a>>,
    ) -> Result<Self> {
        let account = room.account;
        let mut ids: Vec<&str> = parts.iter().map(|(fired, _)| fired.reminder.task.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        let current: HashSet<(String, i64)> = tasks::hold_generations(tx, account, &ids)?
            .into_iter()
            .filter(|(_, _, is_open)| *is_open)
            .map(|(id, generation, _)| (id.to_string(), generation))
            .collect();
        parts.retain(|(fired, _)| {
            current.contains(&(fired.reminder.task.to_string(), fired.reminder.generation))
        });
        let people: BTreeSet<&str> =
            parts.iter().flat_map(|(fired, _)| due.audience(fired)).map(UserId::as_str).collect();
        let people: Vec<&str> = people.into_iter().collect();
        let usual = details.language();
        let readers = audience::list_readers(tx, account, &people)?
            .into_iter()
            .filter(|reader| reader.person.active)
            .map(|reader| {
                let language = reader.language.as_deref().and_then(Language::parse).unwrap_or(usual);
                (reader.person.id, language)
            })
            .collect();
        Ok(Self { desk, account, room, details, due, parts, readers })
    }

    fn link(&self, path: &str) -> String {
        format!("{}{path}", self.details.public_url.as_deref().unwrap_or_default())
    }

    /// A notification, in the languages of these.
    fn notification<'u>(
        &self,
        id: NotificationId,
        event: EventId,
        mut content: Content,
        people: impl Iterator<Item = &'u UserId>,
    ) -> (Notification, String) {
        let languages: BTreeSet<Language> =
            people.filter_map(|user| self.readers.get(user).copied()).collect();
        if let Some(reminding) = &content.reminding {
            let texts = languages.into_iter().map(|l| reminder::render(&self.desk.texts, reminding, l));
            content.texts = texts.collect();
        }
        let words = content.texts.iter().flat_map(|text| [&text.title, &text.body]);
        let search = words.map(|text| fold(&html::plain_text(text))).collect::<Vec<_>>().join(" ");
        (Notification { id, event, content, created_at: self.desk.now, withdrawn_at: None }, search)
    }

    fn item(&self, user: UserId, notification: NotificationId, dedup_key: String) -> NewItem {
        NewItem {
            user,
            id: ItemId::new(self.desk.ids.next(self.desk.now)),
            notification,
            dedup_key,
            merge_key: None,
            kind: Kind::Task,
            popup: true,
            created_at: self.desk.now,
        }
    }

    /// One item per reminder and person.
    fn tell(&self, tx: &mut Tx, event: &EventId) -> Result<u64> {
        let (mut said, mut items, mut before) = (Vec::new(), Vec::new(), Vec::new());
        for (fired, people) in &self.parts {
            let recipients: Vec<UserId> =
                people.iter().filter(|user| self.readers.contains_key(user)).cloned().collect();
            if recipients.is_empty() {
                continue;
            }
            let link = self.link(&format!("/tasks/{}", fired.reminder.task));
            let planned = firing::plan(fired.reminder.clone(), link, recipients);
            if fired.reminder.step > 0 {
                before.extend(earlier(tx, self.account, fired.reminder.task.as_str(), &planned.recipients)?);
            }
            let id = &fired.notification;
            let everybody = self.due.audience(fired).iter();
            said.push(self.notification(id.clone(), event.clone(), planned.notification, everybody));
            for user in planned.recipients {
                items.push(self.item(user, id.clone(), planned.dedup_key.clone()));
            }
        }
        for item in &mut before {
            item.state.withdrawn_at = Some(self.desk.now);
            item.state.snoozed_until = None;
        }
        if !before.is_empty() {
            renumber(tx, self.account, &mut before)?;
        }
        self.write(tx, &said, &mut items)
    }

    fn write(&self, tx: &mut Tx, said: &[(Notification, String)], items: &mut [NewItem]) -> Result<u64> {
        if items.is_empty() {
            return Ok(0);
        }
        notifications::insert_many(tx, self.account, said)?;
        letters::write(tx, self.desk, self.room, items, |_| None)?;
        let first = inbox::take_seqs(tx, self.account, items.len() as i64)?;
        inbox::insert_many(tx, self.account, items, first)
    }

    /// One item per person, to which later parts are added while it stands.
    fn tell_missed(&self, tx: &mut Tx, event: &str, from: usize) -> Result<u64> {
        let mut by_person: BTreeMap<&UserId, Missed> = BTreeMap::new();
        for (fired, people) in &self.parts {
            for user in people.iter().filter(|user| self.readers.contains_key(user)) {
                by_person.entry(user).or_default().add(&fired.reminder);
            }
        }
        let mut written = 0;
        for (user, missed) in by_person {
            let key = format!("missed:{user}");
            let open =
                inbox::list_open(tx, self.account, &key, self.desk.now - GATHERING_MS)?.into_iter().next();
            let earlier = open.as_ref().and_then(|(_, said)| match &said.content.reminding {
                Some(Reminding::Missed(missed)) => Some(missed.clone()),
                _ => None,
            });
            let missed = earlier.map_or(missed.clone(), |earlier| together(earlier, &missed));
            let content = firing::plan_missed(missed, self.link("/tasks?state=overdue"));
            let id = NotificationId::new(self.desk.ids.next(self.desk.now));
            let (event_id, reader) = (EventId::new(event.to_owned()), std::iter::once(user));
            let said = self.notification(id.clone(), event_id, content, reader);
            if let Some((item, _)) = open {
                notifications::insert_many(tx, self.account, &[said])?;
                let seq = inbox::take_seqs(tx, self.account, 1)?;
                inbox::update_notification(tx, self.account, user, &item.id, &id, seq)?;
            } else {
                let mut item = self.item(user.clone(), id, format!("missed:{event}:{from}"));
                item.merge_key = Some(key);
                written += self.write(tx, &[said], &mut [item])?;
            }
        }
        Ok(written)
    }
}

/// What stands or sleeps of a task with these people: the repetition takes its place.
fn earlier(tx: &mut Tx, account: Account, task: &str, people: &[UserId]) -> Result<Vec<Item>> {
    let most = i64::MAX;
    let mut found = reminders::list_of_task(tx, account, task, i64::MAX, most)?;
    found.retain(|item| people.contains(&item.user));
    Ok(found)
}

fn together(mut earlier: Missed, later: &Missed) -> Missed {
    earlier.count += later.count;
    let room = Missed::MOST_LISTED.saturating_sub(earlier.listed.len());
    earlier.listed.extend(later.listed.iter().take(room).cloned());
    earlier
}
