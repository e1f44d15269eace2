//! A notification template: what a rule's notification says, how it looks, and whom it goes to.
//!
//! The texts are kept as they were written; parsing and rendering them is `render::template`'s.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LONGEST_BODY, LONGEST_LINE, LONGEST_NAME};
use crate::domain::code::{self, Code};
use crate::domain::error::{Error, Fault, FieldError, Result};
use crate::domain::kind::{Severity, names};

names! {
    /// Which events a template is for: they decide what its texts may name.
    TemplateEvent {
        Order = "order",
        Customer = "customer",
        Task = "task",
        Call = "call",
        Custom = "custom",
        Schedule = "schedule",
        /// Only what every event has.
        Any = "any",
    }
}

names! {
    /// How a template's notification reaches people; in the bell it is always.
    TemplateChannel {
        Popup = "popup",
        Email = "email",
    }
}

/// Whom it goes to, resolved when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[schemars(rename = "TemplateRecipient")]
pub enum Recipient {
    /// The manager of the record.
    Manager {},
    /// Who is to do the task.
    Performer {},
    /// The manager of the order's customer.
    CustomerManager {},
    /// The heads of the groups that this person is in.
    Head { of: HeadOf },
    /// The members of a group, by its code.
    Group { code: String },
    /// A user, by id or e-mail address.
    User { id: String },
    /// A field that holds the e-mail address of a user, such as `order.custom_email`.
    Field { path: String },
}

names! {
    /// Whose head is meant.
    HeadOf {
        Manager = "manager",
        Performer = "performer",
        CustomerManager = "customer_manager",
    }
}

/// A button of the notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TemplateButton")]
pub struct Button {
    pub label: String,
    /// Where it leads; a template.
    pub url: String,
}

/// The letter's own words, where they differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TemplateLetter")]
pub struct LetterText {
    pub subject: String,
    pub body: String,
}

/// What somebody says a template is to be. Stored as it is, so a field is only ever added with a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TemplateDraft")]
pub struct Template {
    /// Made from the name if absent.
    #[serde(default)]
    pub code: Option<String>,
    pub name: String,
    #[serde(default = "yes")]
    pub active: bool,
    #[serde(default = "any")]
    pub event: TemplateEvent,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub body: String,
    #[serde(default = "info")]
    pub severity: Severity,
    #[serde(default)]
    pub sticky: bool,
    /// How long its popup stands; the reader's choice if absent.
    #[serde(default)]
    pub seconds: Option<i64>,
    #[serde(default)]
    pub sound: bool,
    #[serde(default)]
    pub link: Option<String>,
    #[serde(default)]
    pub actions: Vec<Button>,
    #[serde(default = "everywhere")]
    pub channels: Vec<TemplateChannel>,
    #[serde(default)]
    pub recipients: Vec<Recipient>,
    #[serde(default)]
    pub email: Option<LetterText>,
}

fn yes() -> bool {
    true
}

fn any() -> TemplateEvent {
    TemplateEvent::Any
}

fn info() -> Severity {
    Severity::Info
}

fn everywhere() -> Vec<TemplateChannel> {
    TemplateChannel::ALL.to_vec()
}

/// Buttons of a notification.
const MOST_BUTTONS: usize = 3;
const MOST_RECIPIENTS: usize = 50;
const LONGEST_LABEL: usize = 60;
/// Seconds that a popup may be told to stand.
const SECONDS: (i64, i64) = (3, 600);

impl Template {
    /// The texts that are templates, by field.
    pub fn texts(&self) -> impl Iterator<Item = (String, &str, TextKind)> {
        let fixed = [
            ("title", Some(self.title.as_str()), TextKind::Title),
            ("body", Some(self.body.as_str()), TextKind::Html),
            ("link", self.link.as_deref(), TextKind::Line),
            ("email.subject", self.email.as_ref().map(|email| email.subject.as_str()), TextKind::Line),
            ("email.body", self.email.as_ref().map(|email| email.body.as_str()), TextKind::Html),
        ];
        let fixed = fixed.into_iter().filter_map(|(field, text, kind)| Some((field.to_owned(), text?, kind)));
        let buttons = self.actions.iter().enumerate();
        let buttons = buttons.map(|(n, button)| (format!("actions[{n}].url"), &*button.url, TextKind::Line));
        fixed.chain(buttons)
    }

    #[must_use]
    pub fn uses(&self, channel: TemplateChannel) -> bool {
        self.channels.contains(&channel)
    }

    /// The template with trimmed names and without what means nothing.
    ///
    /// # Errors
    /// All faults of all fields; those of the texts as templates are not looked for here.
    pub fn check(mut self) -> Result<Self> {
        let mut faults = Vec::new();
        let mut fault =
            |field: &str, fault| faults.push(FieldError { field: field.to_owned().into(), fault });
        match code::name("name", &self.name, LONGEST_NAME) {
            Ok(name) => self.name = name,
            Err(_) if self.name.trim().is_empty() => fault("name", Fault::Required),
            Err(_) => fault("name", Fault::TooLong(LONGEST_NAME)),
        }
        match code_of(self.code.as_deref(), &self.name) {
            Ok(code) => self.code = Some(code),
            Err(problem) => fault("code", problem),
        }
        if self.title.trim().is_empty() && self.body.trim().is_empty() {
            fault("body", Fault::Required);
        }
        for (field, text, _) in self.texts() {
            let longest = if field.ends_with("body") { LONGEST_BODY } else { LONGEST_LINE };
            if text.len() > longest {
                fault(&field, Fault::TooLong(longest));
            }
        }
        self.link = self.link.filter(|link| !link.trim().is_empty());
        if self.seconds.is_some_and(|seconds| !(SECONDS.0..=SECONDS.1).contains(&seconds)) {
            fault("seconds", Fault::NotBetween(SECONDS.0, SECONDS.1));
        }
        if self.actions.len() > MOST_BUTTONS {
            fault("actions", Fault::TooMany(MOST_BUTTONS));
        }
        for (n, button) in self.actions.iter_mut().enumerate() {
            match code::name("label", &button.label, LONGEST_LABEL) {
                Ok(label) => button.label = label,
                Err(Error::Invalid(why)) => {
                    fault(
                        &format!("actions[{n}].label"),
                        why.into_iter().next().map_or(Fault::Required, |f| f.fault),
                    );
                }
                Err(_) => {}
            }
            if button.url.trim().is_empty() {
                fault(&format!("actions[{n}].url"), Fault::Required);
            }
        }
        if self.recipients.len() > MOST_RECIPIENTS {
            fault("recipients", Fault::TooMany(MOST_RECIPIENTS));
        }
        self.channels.sort_unstable();
        self.channels.dedup();
        if faults.is_empty() { Ok(self) } else { Err(Error::Invalid(faults)) }
    }
}

/// How a text of a template is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// Values are escaped, and the whole is cleaned to the allow-list.
    Html,
    /// The same on one line.
    Title,
    /// Text alone, on one line.
    Line,
}

/// The code that is given, or one made of the name.
///
/// # Errors
/// What is wrong with the one that is given.
pub fn code_of(given: Option<&str>, name: &str) -> Result<String, Fault> {
    match given.map(str::trim).filter(|code| !code.is_empty()) {
        Some(code) => match Code::parse("code", code) {
            Ok(code) => Ok(code.as_str().to_owned()),
            Err(Error::Invalid(mut faults)) => Err(faults.pop().map_or(Fault::BadCode, |one| one.fault)),
            Err(_) => Err(Fault::BadCode),
        },
        None => Ok(slug(name)),
    }
}

/// A code that reads like the name; `rule` where nothing of it can be in a code.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 48 {
            break;
        }
    }
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "rule".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(json: serde_json::Value) -> Template {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn what_is_left_open_is_filled_in() {
        let template = draft(serde_json::json!({"name": " New order! ", "body": "b"})).check().unwrap();
        assert_eq!(template.name, "New order!");
        assert_eq!(template.code.as_deref(), Some("new-order"));
        assert_eq!(template.event, TemplateEvent::Any);
        assert!(
            template.active && template.uses(TemplateChannel::Popup) && template.uses(TemplateChannel::Email)
        );
    }

    #[test]
    fn faults_name_their_fields() {
        let url = |n: usize| serde_json::json!({"label": "", "url": format!("/{n}")});
        let bad = draft(serde_json::json!({
            "name": "", "code": "No", "seconds": 1, "actions": [url(0), url(1), url(2), url(3)],
            "link": "x".repeat(5_000),
        }));
        let Err(Error::Invalid(faults)) = bad.check() else { panic!("it is taken") };
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_ref()).collect();
        for field in ["name", "code", "body", "link", "seconds", "actions", "actions[0].label"] {
            assert!(fields.contains(&field), "{field} is not among {fields:?}");
        }
    }

    #[test]
    fn a_name_without_letters_has_a_code_still() {
        assert_eq!(code_of(None, "Новый заказ").unwrap(), "rule");
        assert_eq!(code_of(Some(" a-b "), "x").unwrap(), "a-b");
        assert!(code_of(Some("A"), "x").is_err());
    }
}
