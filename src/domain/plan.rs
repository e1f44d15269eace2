//! The heart of the product: one event and what is known around it in, notifications and their recipients out.
//!
//! Pure: the same snapshot and time give the same plan, so that running the router again after a crash plans the same
//! rows, and unique keys make the second copy impossible. Loading the snapshot and writing the rows is `flows::route`.

use std::collections::BTreeMap;

use super::event::{Event, Fact, OneTime, RecordChanged};
use super::id::{ItemId, NotificationId, UserId};
use super::kind::{Kind, Severity};
use super::record::rules::{self, Recipient, Rule};
use super::record::state::State;
use super::record::value::Value;
use super::rule::said::RuleSaid;
use super::task::firing::Reminding;
use super::told::{Named, Told};

/// What `plan` decides upon.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot<'a> {
    pub event: &'a Event,
    /// The people who may be concerned, as they are now: of a one-time notification the part of its audience that is
    /// looked at, in order; of a change whoever is or was responsible, and the members of the groups for unassigned
    /// records.
    pub people: &'a [Person],
    /// For a change of a record: what the account has switched, and what stands of the record already.
    pub around: Option<&'a Around>,
}

/// A member of the audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    /// Neither locked nor removed.
    pub active: bool,
}

/// What is known around a change of a record.
#[derive(Debug, Clone, Default)]
pub struct Around {
    pub settings: rules::Settings,
    /// Members of the groups that hear of unassigned records.
    pub unassigned: Vec<UserId>,
    /// Who of the people may not see the record.
    pub blind: Vec<UserId>,
    /// Items of this record that a later change may still be added to.
    pub open: Vec<Open>,
}

/// An item that is neither read nor closed, of the last minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub user: UserId,
    pub item: ItemId,
    pub notification: NotificationId,
    pub told: Told,
}

/// A notification to be written, and who gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    pub notification: Content,
    /// Tells this notification from every other of the account; one copy per recipient and key.
    pub dedup_key: String,
    /// Items that carry this key take later changes of the same record, for a minute.
    pub merge_key: Option<String>,
    pub recipients: Vec<UserId>,
    /// Items that say this from now on, in place of what they said.
    pub continues: Vec<(UserId, ItemId)>,
}

/// What a notification says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub kind: Kind,
    pub severity: Severity,
    pub sticky: bool,
    pub link: Option<String>,
    pub sender: Option<String>,
    /// Names of the groups that it was sent to.
    pub audience: Vec<String>,
    /// One text per language; empty where they are yet to be rendered from `told`.
    pub texts: Vec<Text>,
    pub expires_at: Option<i64>,
    pub told: Option<Told>,
    /// Of a task's reminder: what it tells.
    pub reminding: Option<Reminding>,
    /// Of a rule's notification: what its template says beside the texts.
    pub rule: Option<Box<RuleSaid>>,
}

/// Title and body, sanitised HTML, in one language; an empty language means "as its writer wrote it".
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Text {
    pub language: String,
    pub title: String,
    pub body: String,
}

/// How long after the first change later ones of the same record are told in the same item, in ms (product, §8).
pub const GATHERED_MS: i64 = 60_000;

/// Decides what an event leads to, for the people in the snapshot.
#[must_use]
pub fn plan(snapshot: Snapshot, now: i64) -> Vec<Planned> {
    let event = snapshot.event;
    if event.recalled_at.is_some() {
        return Vec::new();
    }
    match &event.fact {
        Fact::OneTime(message) => one_time(snapshot, message, now).into_iter().collect(),
        Fact::RecordChanged(changed) => record_changed(snapshot, changed),
        // Nothing listens to the first yet; the others are planned one by one (`task::firing::plan`).
        Fact::Custom(_) | Fact::Reminders(_) | Fact::Task(_) | Fact::Tick(_) => Vec::new(),
    }
}

/// The key of the items that take later changes of this record.
#[must_use]
pub fn merge_key(changed: &RecordChanged) -> String {
    format!("record:{}", changed.record)
}

/// The record before the change, as far as the rules ask: who was responsible.
fn before(changed: &RecordChanged) -> Option<State> {
    if changed.change_set.is_create() {
        return None;
    }
    let mut before = changed.after.clone();
    if changed.change_set.has_changed("manager") {
        match changed.change_set.old("manager") {
            Some(manager) => before.fields.insert("manager".into(), manager.clone()),
            None => before.fields.remove("manager"),
        };
    }
    Some(before)
}

fn record_changed(snapshot: Snapshot, changed: &RecordChanged) -> Vec<Planned> {
    let Some(around) = snapshot.around else { return Vec::new() };
    let (set, after) = (&changed.change_set, &changed.after);
    let hits = rules::concerns(set, before(changed).as_ref(), after, &around.settings, &snapshot.event.actor);
    let mut planned = Vec::new();
    for hit in hits {
        let recipients: Vec<UserId> = match &hit.recipient {
            Recipient::Manager(user) | Recipient::FormerManager(user) => vec![user.clone()],
            Recipient::Unassigned { except, .. } => {
                around.unassigned.iter().filter(|user| Some(*user) != except.as_ref()).cloned().collect()
            }
        };
        let former = matches!(hit.recipient, Recipient::FormerManager(_));
        let may = |user: &UserId| {
            let active = snapshot.people.iter().any(|person| person.id == *user && person.active);
            // Who has just lost the record is told that, and nothing else of it.
            active && (former || !around.blind.contains(user))
        };
        let named = Named {
            record: changed.record.clone(),
            number: changed.number,
            title: changed.title.clone(),
            by: changed.by.clone(),
        };
        let told = Told::new(hit.rule, &hit.fields, named, set, after);
        let recipients = recipients.into_iter().filter(may).collect();
        planned.extend(tell(snapshot.event, changed, around, hit.rule, told, recipients));
    }
    planned
}

/// What each notification said so far, and whose items say it.
type Gathered<'a> = BTreeMap<&'a NotificationId, (&'a Told, Vec<(UserId, ItemId)>)>;

/// New items for those who have none open of this record; the others' items go on, each with what it said already.
fn tell(
    event: &Event,
    changed: &RecordChanged,
    around: &Around,
    rule: Rule,
    told: Told,
    recipients: Vec<UserId>,
) -> Vec<Planned> {
    let key = rule.merges().then(|| merge_key(changed));
    let mut fresh = Vec::new();
    let mut gathered: Gathered = BTreeMap::new();
    for user in recipients {
        let open = around.open.iter().find(|open| open.user == user).filter(|_| key.is_some());
        match open {
            None => fresh.push(user),
            Some(open) => {
                let entry = gathered.entry(&open.notification).or_insert_with(|| (&open.told, Vec::new()));
                entry.1.push((user, open.item.clone()));
            }
        }
    }
    let planned = |told: Told, recipients, continues| Planned {
        dedup_key: format!("{}:{}", event.id, rule.name()),
        merge_key: key.clone(),
        notification: system(rule, told),
        recipients,
        continues,
    };
    let mut all: Vec<Planned> = gathered
        .into_values()
        .map(|(earlier, items)| planned(earlier.with(&told), Vec::new(), items))
        .collect();
    if !fresh.is_empty() {
        all.push(planned(told, fresh, Vec::new()));
    }
    all
}

fn system(rule: Rule, told: Told) -> Content {
    let late = told.whole.as_ref().is_some_and(|state| state.get("expired") == Some(&Value::Bool(true)));
    Content {
        kind: Kind::System,
        severity: if rule == Rule::OrderOverdue || late { Severity::Warning } else { Severity::Info },
        sticky: false,
        link: None,
        sender: told.by.clone(),
        audience: Vec::new(),
        texts: Vec::new(),
        expires_at: None,
        told: Some(told),
        reminding: None,
        rule: None,
    }
}

fn one_time(snapshot: Snapshot, message: &OneTime, now: i64) -> Option<Planned> {
    if message.expires_at.is_some_and(|at| at <= now) {
        return None;
    }
    let recipients = snapshot.people.iter().filter(|person| person.active).map(|person| person.id.clone());
    Some(Planned {
        notification: Content {
            kind: Kind::OneTime,
            severity: message.severity,
            sticky: message.sticky,
            link: message.link.clone(),
            sender: message.sender.clone(),
            audience: message.groups.iter().map(|group| group.name.clone()).collect(),
            texts: vec![Text {
                language: String::new(),
                title: message.title.clone(),
                body: message.body.clone(),
            }],
            expires_at: message.expires_at,
            told: None,
            reminding: None,
            rule: None,
        },
        dedup_key: snapshot.event.id.to_string(),
        merge_key: None,
        recipients: recipients.collect(),
        continues: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::Actor;
    use crate::domain::event::Addressed;
    use crate::domain::id::{Account, EventId};

    fn person(id: &str, active: bool) -> Person {
        Person { id: UserId::new(id.into()), active }
    }

    fn event(expires_at: Option<i64>, recalled_at: Option<i64>) -> Event {
        let group = Addressed { id: "g".into(), code: "sales".into(), name: "Sales".into() };
        Event {
            account: Account(1),
            id: EventId::new("e1".into()),
            actor: Actor::System,
            fact: Fact::OneTime(OneTime {
                title: "Stock".into(),
                body: "<b>now</b>".into(),
                severity: Severity::Warning,
                sticky: true,
                link: Some("/stock".into()),
                expires_at,
                sender: Some("Root".into()),
                groups: vec![group],
                users: vec![],
            }),
            created_at: 0,
            send_at: None,
            recalled_at,
        }
    }

    #[test]
    fn a_one_time_notification_goes_to_the_active_part_of_its_audience() {
        let people = [person("a", true), person("b", false), person("c", true)];
        for (expires_at, recalled_at, expected) in [
            (None, None, Some(vec!["a", "c"])),
            (Some(101), None, Some(vec!["a", "c"])),
            (Some(100), None, None),
            (None, Some(50), None),
        ] {
            let event = event(expires_at, recalled_at);
            let planned = plan(Snapshot { event: &event, people: &people, around: None }, 100);
            let got = planned.first().map(|p| p.recipients.iter().map(UserId::as_str).collect::<Vec<_>>());
            assert_eq!(got, expected, "expires {expires_at:?}, recalled {recalled_at:?}");
        }
    }

    #[test]
    fn the_plan_says_what_the_sender_meant() {
        let event = event(None, None);
        let planned =
            plan(Snapshot { event: &event, people: &[person("a", true)], around: None }, 100).remove(0);
        assert_eq!(planned.dedup_key, "e1");
        assert_eq!(planned.notification.audience, ["Sales"]);
        assert_eq!(planned.notification.severity, Severity::Warning);
        assert!(planned.notification.sticky);
        assert_eq!(planned.notification.texts[0].title, "Stock");
    }
}
