//! The heart of the product: one event and what is known around it in, notifications and their recipients out.
//!
//! Pure: the same snapshot and time give the same plan, so that running the router again after a crash plans the same
//! rows, and unique keys make the second copy impossible. Loading the snapshot and writing the rows is `flows::route`.

use super::event::{Event, Fact, OneTime};
use super::id::UserId;
use super::kind::{Kind, Severity};

/// What `plan` decides upon.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot<'a> {
    pub event: &'a Event,
    /// The part of the event's audience that is looked at, in order, as the people are now.
    pub people: &'a [Person],
}

/// A member of the audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    /// Neither locked nor removed.
    pub active: bool,
}

/// A notification to be written, and who gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    pub notification: Content,
    /// Tells this notification from every other of the account; one copy per recipient and key.
    pub dedup_key: String,
    pub recipients: Vec<UserId>,
}

/// What a notification says, in one text per language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub kind: Kind,
    pub severity: Severity,
    pub sticky: bool,
    pub link: Option<String>,
    pub sender: Option<String>,
    /// Names of the groups that it was sent to.
    pub audience: Vec<String>,
    pub texts: Vec<Text>,
    pub expires_at: Option<i64>,
}

/// Title and body, sanitised HTML, in one language; an empty language means "as its writer wrote it".
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Text {
    pub language: String,
    pub title: String,
    pub body: String,
}

/// Decides what an event leads to, for the people in the snapshot.
#[must_use]
pub fn plan(snapshot: Snapshot, now: i64) -> Vec<Planned> {
    let event = snapshot.event;
    if event.recalled_at.is_some() {
        return Vec::new();
    }
    match &event.fact {
        Fact::OneTime(message) => one_time(snapshot, message, now).into_iter().collect(),
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
        },
        dedup_key: snapshot.event.id.to_string(),
        recipients: recipients.collect(),
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
            let planned = plan(Snapshot { event: &event, people: &people }, 100);
            let got = planned.first().map(|p| p.recipients.iter().map(UserId::as_str).collect::<Vec<_>>());
            assert_eq!(got, expected, "expires {expires_at:?}, recalled {recalled_at:?}");
        }
    }

    #[test]
    fn the_plan_says_what_the_sender_meant() {
        let event = event(None, None);
        let planned = plan(Snapshot { event: &event, people: &[person("a", true)] }, 100).remove(0);
        assert_eq!(planned.dedup_key, "e1");
        assert_eq!(planned.notification.audience, ["Sales"]);
        assert_eq!(planned.notification.severity, Severity::Warning);
        assert!(planned.notification.sticky);
        assert_eq!(planned.notification.texts[0].title, "Stock");
    }
}
