//! One made-up notification of each kind, for the preview of letters. The words are the catalogue's; nobody is written to.

use super::super::texts::Texts;
use super::{LetterItem, Why};
use crate::domain::kind::{Kind, Severity};
use crate::domain::language::Language;

/// What a made-up notification says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    pub kind: Kind,
    pub severity: Severity,
    /// HTML of the allow-list, as is `body`.
    pub title: String,
    pub body: String,
    pub record: Option<String>,
    pub link: Option<String>,
    pub by: Option<String>,
}

impl Sample {
    #[must_use]
    pub fn new(texts: &Texts, kind: Kind, language: Language) -> Self {
        let say = |what: &str| texts.say(language, &format!("sample.{}.{what}", kind.name()), &[]);
        let (severity, record, link) = match kind {
            Kind::Task => (Severity::Info, Some(say("record")), Some("/tasks")),
            Kind::System => (Severity::Info, Some(say("record")), Some("/orders")),
            Kind::Custom => (Severity::Warning, Some(say("record")), Some("/orders")),
            Kind::OneTime => (Severity::Info, None, None),
            Kind::Announcement => (Severity::Info, None, Some("/notifications")),
        };
        let optional = |what: &str| texts.has(&format!("sample.{}.{what}", kind.name())).then(|| say(what));
        let (title, body, by) = (optional("title").unwrap_or_default(), say("body"), optional("by"));
        Self { kind, severity, title, body, record, link: link.map(str::to_owned), by }
    }

    /// The sample as a notification of this time.
    #[must_use]
    pub fn item(&self, created_at: i64) -> LetterItem<'_> {
        LetterItem {
            kind: self.kind,
            severity: self.severity,
            title: &self.title,
            body: &self.body,
            record: self.record.as_deref(),
            link: self.link.as_deref(),
            by: self.by.as_deref(),
            created_at,
            why: match self.kind {
                Kind::Task => Why::Performer,
                Kind::OneTime => Why::Personally,
                Kind::System => Why::Responsible,
                Kind::Custom => Why::Rule,
                Kind::Announcement => Why::Everybody,
            },
        }
    }
}
