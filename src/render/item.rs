//! An inbox item as the API and the stream show it.
//!
//! It has two halves: the head is one user's (id, number, state), the rest is the same for everyone who reads it in
//! one language. A broadcast encodes the rest once and sends it to thousands behind their small heads.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::inbox::{ClosedBy, Item};
use crate::domain::kind::{Kind, Severity};
use crate::domain::language::Language;
use crate::domain::notification::Notification;
use crate::domain::plan::Text;
use crate::domain::rule::said::RuleSaid;
use crate::domain::rule::template::Button;
use crate::domain::task::firing::{About, Reminding};
use crate::domain::told::Told;
use crate::render::instant::to_rfc3339;
use crate::render::texts::word;

/// An inbox item: a notification in one user's inbox, with that user's state.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Item")]
pub struct ItemOut {
    #[serde(flatten)]
    pub head: Head,
    #[serde(flatten)]
    pub message: Message,
}

/// The half that is one user's. Instants are RFC 3339 in UTC.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Head {
    pub id: String,
    /// The number of the item's last change in the account's cursor.
    pub seq: i64,
    /// How many changes it gathers.
    pub count: i64,
    pub created_at: String,
    pub seen_at: Option<String>,
    pub read_at: Option<String>,
    pub closed_at: Option<String>,
    pub closed_by: Option<ClosedBy>,
    pub archived_at: Option<String>,
    pub snoozed_until: Option<String>,
    /// Recalled, expired, or its reason gone; the texts are empty then.
    pub withdrawn_at: Option<String>,
}

/// The half that all readers of one language share.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Message {
    pub kind: Kind,
    pub severity: Severity,
    /// Sanitised HTML; may be empty.
    pub title: String,
    /// Sanitised HTML of the allow-list.
    pub body: String,
    pub link: Option<String>,
    /// Whether its popup stays until it is closed.
    pub sticky: bool,
    /// The record that it is about.
    pub record: Option<Record>,
    pub actions: Vec<Action>,
    /// Who sent it, where somebody did.
    pub sender: Option<String>,
    /// Names of the groups that it was sent to.
    pub audience: Vec<String>,
    pub expires_at: Option<String>,
    /// Of a task's reminder: when the task is due.
    pub due_at: Option<String>,
    /// How long its popup stands, where its template says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<i64>,
    /// Whether it makes a sound, where its template says so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sound: bool,
    /// The rule that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// A record that a notification is about.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Record {
    pub r#type: String,
    pub id: String,
    pub number: i64,
    pub external_id: Option<String>,
    pub url: Option<String>,
}

impl Record {
    fn new(told: &Told, link: Option<&str>) -> Self {
        // The link of a notification marks the changed fields on the record's own page.
        let page = link.map(|link| link.split_once("?changed=").map_or(link, |(page, _)| page));
        Self {
            r#type: told.record_type.name().to_owned(),
            id: told.record.to_string(),
            number: told.number,
            external_id: told.external_id.clone(),
            url: page.map(str::to_owned),
        }
    }

    fn of_task(about: &About) -> Self {
        Self {
            r#type: about.record_type.name().to_owned(),
            id: about.id.to_string(),
            number: about.number,
            external_id: about.external_id.clone(),
            url: about.url.clone(),
        }
    }
}

/// What can be done from the popup of a reminder.
fn actions(reminding: &Reminding, language: Language) -> Vec<Action> {
    let action = |code: &str| Action {
        code: code.to_owned(),
        label: word(language, &format!("action.{code}")),
        url: None,
    };
    match reminding {
        Reminding::Task(_) => vec![action("done"), action("snooze")],
        Reminding::Missed(_) => vec![action("snooze")],
    }
}

/// The buttons that a template gave.
fn buttons(rule: &RuleSaid) -> Vec<Action> {
    let button = |button: &Button| Action {
        code: "link".to_owned(),
        label: button.label.clone(),
        url: Some(button.url.clone()),
    };
    rule.buttons.iter().map(button).collect()
}

/// A button of a popup.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Action {
    pub code: String,
    pub label: String,
    /// Of `link`: where it leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl ItemOut {
    /// An item for a reader of `language`.
    #[must_use]
    pub fn new(item: &Item, notification: &Notification, language: Language) -> Self {
        let message = if item.state.withdrawn_at.is_some() {
            Message::withdrawn(notification)
        } else {
            Message::new(notification, language)
        };
        Self { head: Head::new(item), message }
    }
}

impl Head {
    #[must_use]
    pub fn new(item: &Item) -> Self {
        let state = item.state;
        let instant = |at: Option<i64>| at.map(to_rfc3339);
        Self {
            id: item.id.to_string(),
            seq: item.seq,
            count: item.changes,
            created_at: to_rfc3339(item.created_at),
            seen_at: instant(state.seen_at),
            read_at: instant(state.read_at),
            closed_at: instant(state.closed_at),
            closed_by: state.closed_by,
            archived_at: instant(state.archived_at),
            snoozed_until: instant(state.snoozed_until),
            withdrawn_at: instant(state.withdrawn_at),
        }
    }
}

impl Message {
    /// The message in `language`, or in the language that it was written in.
    #[must_use]
    pub fn new(notification: &Notification, language: Language) -> Self {
        let texts = &notification.content.texts;
        let text = texts
            .iter()
            .find(|text| text.language == language.code())
            .or_else(|| texts.iter().find(|text| text.language.is_empty()))
            .or_else(|| texts.first());
        Self::saying(notification, text, language)
    }

    /// What is left of a message that was withdrawn: not a word.
    #[must_use]
    pub fn withdrawn(notification: &Notification) -> Self {
        Self { link: None, ..Self::saying(notification, None, Language::default()) }
    }

    fn saying(notification: &Notification, text: Option<&Text>, language: Language) -> Self {
        let content = &notification.content;
        let reminding = content.reminding.as_ref().filter(|_| text.is_some());
        let rule = content.rule.as_deref().filter(|_| text.is_some());
        let reminder = reminding.and_then(Reminding::reminder);
        let told = content.told.as_ref().map(|told| Record::new(told, content.link.as_deref()));
        let about = reminder.and_then(|reminder| reminder.about.as_ref()).map(Record::of_task);
        Self {
            kind: content.kind,
            severity: content.severity,
            title: text.map(|text| text.title.clone()).unwrap_or_default(),
            body: text.map(|text| text.body.clone()).unwrap_or_default(),
            link: content.link.clone(),
            sticky: content.sticky,
            record: text.and(told).or(about).or_else(|| rule?.about.as_ref().map(Record::of_task)),
            actions: reminding
                .map(|reminding| actions(reminding, language))
                .or_else(|| rule.map(buttons))
                .unwrap_or_default(),
            sender: content.sender.clone(),
            audience: content.audience.clone(),
            expires_at: content.expires_at.map(to_rfc3339),
            due_at: reminder.map(|reminder| to_rfc3339(reminder.due_at)),
            seconds: rule.and_then(|rule| rule.seconds),
            sound: rule.is_some_and(|rule| rule.sound),
            rule: rule.map(|rule| rule.rule.name.clone()),
        }
    }
}
