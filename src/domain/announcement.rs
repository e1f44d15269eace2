//! An announcement: what the operator, Bellwire itself or its vendor tells to accounts. What it may be, whom it is for,
//! how far it has come, and what it says to one account.
//!
//! Pure. Not here: who wrote it and what became of it (`flows::announcements`), and cleaning of its texts (`render`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::{Error, Fault, FieldError, Result};
use super::event::{LONGEST_BODY, LONGEST_TITLE};
use super::id::AnnouncementId;
use super::kind::{Kind, Severity, names};
use super::language::Language;
use super::plan::{Content, Text};

names! {
    /// How it is shown.
    Form {
        Popup = "popup",
        /// Across the top of the page, for what has a beginning and an end.
        Banner = "banner",
    }
}

names! {
    /// Who of an account.
    People {
        Everybody = "everybody",
        Administrators = "administrators",
    }
}

names! {
    /// What an administrator is asked, for his account.
    Question {
        /// Whether it moves to the next version before others do.
        Beta = "beta",
    }
}

names! {
    /// What an administrator answered.
    Reply {
        Accepted = "accepted",
        Declined = "declined",
    }
}

names! {
    /// Who tells it.
    Origin {
        Operator = "operator",
        /// Bellwire, of itself.
        Bot = "bot",
        /// The vendor, by the feed.
        Feed = "feed",
    }
}

names! {
    /// How far it has come.
    Stage {
        Draft = "draft",
        /// Published, for later.
        Scheduled = "scheduled",
        Standing = "standing",
        Expired = "expired",
        Recalled = "recalled",
    }
}

/// Which accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Accounts {
    All {},
    /// Those with these codes.
    Chosen {
        codes: Vec<String>,
    },
    /// Those that the operator put on this plan.
    Plan {
        plan: String,
    },
    /// Those that the operator put on this version.
    Version {
        version: String,
    },
}

/// Title and body in one language, as HTML of the allow-list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Wording {
    pub title: String,
    pub body: String,
}

/// From when to when something is not as usual; Unix ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub from: i64,
    pub to: i64,
}

/// What is told, as it was written. Times are Unix ms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// By the code of the language; at least one.
    pub texts: BTreeMap<String, Wording>,
    pub severity: Severity,
    pub form: Form,
    pub accounts: Accounts,
    pub people: People,
    /// Overrides what its readers chose about popups and quiet hours; a banner cannot be closed.
    pub mandatory: bool,
    pub link: Option<String>,
    pub window: Option<Window>,
    pub question: Option<Question>,
    pub starts_at: Option<i64>,
    pub expires_at: Option<i64>,
}

/// Accounts that one announcement may name.
const MOST_CODES: usize = 1_000;
/// Longest label of a plan or version, in characters.
pub const LONGEST_LABEL: usize = 64;

impl Announcement {
    /// Everything that can be known of its fields alone. A banner with a window is over when the window is.
    ///
    /// # Errors
    /// All faults of all fields at once.
    pub fn check(mut self, now: i64) -> Result<Self> {
        let mut faults = Vec::new();
        let mut fault = |field: String, fault| faults.push(FieldError { field: field.into(), fault });
        if self.texts.is_empty() {
            fault("texts".into(), Fault::Required);
        }
        for (language, wording) in &self.texts {
            if Language::parse(language).is_none() {
                fault(format!("texts.{language}"), Fault::UnknownLanguage);
            }
            if wording.title.chars().count() > LONGEST_TITLE {
                fault(format!("texts.{language}.title"), Fault::TooLong(LONGEST_TITLE));
            }
            if wording.body.chars().count() > LONGEST_BODY {
                fault(format!("texts.{language}.body"), Fault::TooLong(LONGEST_BODY));
            }
        }
        match &self.accounts {
            Accounts::Chosen { codes } if codes.is_empty() => {
                fault("accounts.codes".into(), Fault::NoRecipients);
            }
            Accounts::Chosen { codes } if codes.len() > MOST_CODES => {
                fault("accounts.codes".into(), Fault::TooMany(MOST_CODES));
            }
            Accounts::Plan { plan } if plan.trim().is_empty() => {
                fault("accounts.plan".into(), Fault::Required);
            }
            Accounts::Version { version } if version.trim().is_empty() => {
                fault("accounts.version".into(), Fault::Required);
            }
            _ => {}
        }
        if self.question.is_some() {
            // Who cannot answer is not to be asked.
            if self.people != People::Administrators {
                fault("people".into(), Fault::NotAChoice("administrators"));
            }
            if self.form != Form::Popup {
                fault("form".into(), Fault::NotAChoice("popup"));
            }
        }
        if let Some(window) = self.window {
            if window.to <= window.from {
                fault("window.to".into(), Fault::AfterSend);
            } else if window.to <= now {
                fault("window.to".into(), Fault::InThePast);
            }
            if self.form == Form::Banner {
                self.expires_at = self.expires_at.or(Some(window.to));
            }
        }
        let begins = self.starts_at.unwrap_or(now).max(now);
        match self.expires_at {
            Some(at) if at <= now => fault("expires_at".into(), Fault::InThePast),
            Some(at) if at <= begins => fault("expires_at".into(), Fault::AfterSend),
            _ => {}
        }
        if faults.is_empty() { Ok(self) } else { Err(Error::Invalid(faults)) }
    }

    /// What it says to the people of an account, which may have answered.
    #[must_use]
    pub fn content(&self, id: &AnnouncementId, replied: Option<Replied>) -> Content {
        // A reader of another language gets the first.
        let texts = Language::ALL.into_iter().filter_map(|language| {
            let wording = self.texts.get(language.code())?;
            let language = language.code().to_owned();
            Some(Text { language, title: wording.title.clone(), body: wording.body.clone() })
        });
        Content {
            kind: Kind::Announcement,
            severity: self.severity,
            sticky: true,
            link: self.link.clone(),
            sender: None,
            audience: Vec::new(),
            texts: texts.collect(),
            expires_at: self.expires_at,
            told: None,
            reminding: None,
            announcing: Some(Announcing {
                announcement: id.clone(),
                form: self.form,
                people: self.people,
                mandatory: self.mandatory,
                window: self.window,
                question: self.question,
                replied,
            }),
            rule: None,
        }
    }

    /// Whether a banner stays whatever its reader does.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.form == Form::Banner && self.mandatory
    }
}

/// What a notification carries of the announcement that it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcing {
    pub announcement: AnnouncementId,
    pub form: Form,
    pub people: People,
    pub mandatory: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replied: Option<Replied>,
}

impl Announcing {
    /// Whether its reader is asked something that nobody has answered.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.question.is_some() && self.replied.is_none()
    }

    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.form == Form::Banner && self.mandatory
    }
}

/// What an administrator answered for his account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replied {
    pub reply: Reply,
    /// His name, as it was then.
    pub by: String,
    pub at: i64,
}

/// What an event says of an announcement: which. Its words are looked up when it is routed, so that a thousand accounts
/// do not keep a thousand copies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    pub announcement: AnnouncementId,
}

/// When an announcement was published, begins and ends; Unix ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    pub published_at: Option<i64>,
    pub starts_at: Option<i64>,
    pub expires_at: Option<i64>,
    pub recalled_at: Option<i64>,
}

impl Times {
    #[must_use]
    pub fn stage(self, now: i64) -> Stage {
        if self.published_at.is_none() {
            Stage::Draft
        } else if self.recalled_at.is_some() {
            Stage::Recalled
        } else if self.expires_at.is_some_and(|at| at <= now) {
            Stage::Expired
        } else if self.starts_at.is_some_and(|at| at > now) {
            Stage::Scheduled
        } else {
            Stage::Standing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announcement() -> Announcement {
        let wording = Wording { title: "Update".into(), body: "On Monday.".into() };
        Announcement {
            texts: BTreeMap::from([("en".into(), wording)]),
            severity: Severity::Info,
            form: Form::Popup,
            accounts: Accounts::All {},
            people: People::Everybody,
            mandatory: false,
            link: None,
            window: None,
            question: None,
            starts_at: None,
            expires_at: None,
        }
    }

    fn fields(announcement: Announcement) -> Vec<String> {
        match announcement.check(100) {
            Ok(_) => Vec::new(),
            Err(Error::Invalid(faults)) => faults.into_iter().map(|f| f.field.into_owned()).collect(),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let good = announcement;
        let wording = Wording { title: "x".repeat(201), body: "x".repeat(10_001) };
        for (bad, expected) in [
            (good(), vec![]),
            (Announcement { texts: BTreeMap::new(), ..good() }, vec!["texts"]),
            (
                Announcement { texts: BTreeMap::from([("de".into(), wording)]), ..good() },
                vec!["texts.de", "texts.de.title", "texts.de.body"],
            ),
            (Announcement { accounts: Accounts::Chosen { codes: vec![] }, ..good() }, vec!["accounts.codes"]),
            (Announcement { accounts: Accounts::Plan { plan: " ".into() }, ..good() }, vec!["accounts.plan"]),
            (
                Announcement { accounts: Accounts::Version { version: String::new() }, ..good() },
                vec!["accounts.version"],
            ),
            (
                Announcement { question: Some(Question::Beta), form: Form::Banner, ..good() },
                vec!["people", "form"],
            ),
            (Announcement { window: Some(Window { from: 300, to: 200 }), ..good() }, vec!["window.to"]),
            (Announcement { window: Some(Window { from: 50, to: 90 }), ..good() }, vec!["window.to"]),
            (Announcement { expires_at: Some(100), ..good() }, vec!["expires_at"]),
            (Announcement { starts_at: Some(300), expires_at: Some(200), ..good() }, vec!["expires_at"]),
        ] {
            assert_eq!(fields(bad.clone()), expected, "{bad:?}");
        }
    }

    #[test]
    fn a_banner_is_over_when_its_window_is() {
        let window = Some(Window { from: 200, to: 300 });
        let banner = Announcement { form: Form::Banner, window, ..announcement() }.check(100).unwrap();
        assert_eq!(banner.expires_at, Some(300));
        let popup = Announcement { window, ..announcement() }.check(100).unwrap();
        assert_eq!(popup.expires_at, None);
    }

    #[test]
    fn it_goes_from_draft_to_its_end() {
        let published = Times { published_at: Some(1), starts_at: Some(10), ..Times::default() };
        for (times, stage) in [
            (Times::default(), Stage::Draft),
            (published, Stage::Scheduled),
            (Times { starts_at: Some(5), ..published }, Stage::Standing),
            (Times { starts_at: None, expires_at: Some(6), ..published }, Stage::Standing),
            (Times { starts_at: None, expires_at: Some(5), ..published }, Stage::Expired),
            (Times { recalled_at: Some(4), expires_at: Some(4), ..published }, Stage::Recalled),
        ] {
            assert_eq!(times.stage(5), stage, "{times:?}");
        }
    }

    #[test]
    fn the_first_of_its_languages_is_for_everybody_else() {
        let mut announcement = announcement();
        announcement.texts.insert("es".into(), Wording { title: String::new(), body: "El lunes.".into() });
        announcement.texts.remove("en");
        announcement
            .texts
            .insert("ru".into(), Wording { title: String::new(), body: "В понедельник.".into() });
        let content = announcement.content(&AnnouncementId::new("a".into()), None);
        let languages: Vec<&str> = content.texts.iter().map(|text| text.language.as_str()).collect();
        assert_eq!(languages, ["ru", "es"]);
    }
}
