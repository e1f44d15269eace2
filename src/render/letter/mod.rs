//! A notification as a letter: subject, HTML and text, in the reader's language and zone, with the account's face.
//!
//! One layout for all kinds: who, what changed, when, a button to the record, why one gets this. The HTML stands alone: its
//! styles are inlined, its dark colours are a media query, and nothing is fetched from outside (the logo goes with the
//! letter, see [`Letter::logo`]). Not here: headers, addresses and how a letter is sent (the e-mail channel), and
//! whether it is (`domain::preferences`).

mod body;
mod page;
pub mod sample;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::html::plain_text;
use super::texts::Texts;
use crate::domain::branding::{Branding, Logo};
use crate::domain::kind::{Kind, Severity};
use crate::domain::language::Language;
use crate::domain::rule::said::Why as Reason;
use page::Page;

/// Notifications that a digest shows; the rest is counted.
pub const MOST_IN_DIGEST: usize = 50;
/// Characters of a subject; mail programs show fewer.
const LONGEST_SUBJECT: usize = 150;
/// Characters of the line that mail programs show beside the subject.
const LONGEST_PREHEADER: usize = 140;

/// A letter that can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line of text, without control characters.
    pub subject: String,
    pub html: String,
    pub text: String,
    /// The picture that the HTML shows as `cid:` and [`LOGO_ID`], to be attached beside it.
    pub logo: Option<Logo>,
}

/// The Content-ID of the logo.
pub const LOGO_ID: &str = "logo@bellwire";

/// Who reads it.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    pub name: &'a str,
    pub address: &'a str,
    pub language: Language,
    /// IANA name.
    pub zone: &'a str,
}

/// Whose server sends it, and what letters need of it.
#[derive(Debug, Clone, Copy)]
pub struct Office<'a> {
    /// The account's name.
    pub name: &'a str,
    pub branding: &'a Branding,
    /// The start of every absolute link, without a slash at its end.
    pub public_url: &'a str,
}

/// A notification, as far as a letter tells of it. Title and body are HTML of the allow-list.
#[derive(Debug, Clone)]
pub struct LetterItem<'a> {
    pub kind: Kind,
    pub severity: Severity,
    pub title: &'a str,
    pub body: &'a str,
    /// What people call the record that it is about.
    pub record: Option<&'a str>,
    /// The record's page, or where else the notification leads; absolute, or a path of the server.
    pub link: Option<&'a str>,
    /// Who sent it, or made the change.
    pub by: Option<&'a str>,
    pub created_at: i64,
    pub why: Why,
}

/// Why somebody gets a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// He is the record's manager.
    Responsible,
    /// He was it until now.
    NoLonger,
    /// His group hears of records without a manager.
    Unassigned,
    /// Groups that he is in, by name, were written to.
    Groups(Vec<String>),
    Personally,
    /// A task of his, or of his group.
    Performer,
    /// A trigger or a marketing rule names him.
    Rule,
    /// A rule of this name, for this reason.
    RuleFor(String, Reason),
    /// An announcement to all.
    Everybody,
    /// An announcement to administrators.
    Administrator,
}

/// What a letter is made of.
#[derive(Debug, Clone)]
pub struct LetterInput<'a> {
    pub reader: Reader<'a>,
    pub office: Office<'a>,
    pub item: LetterItem<'a>,
    /// None where the reader cannot end letters of this kind.
    pub unsubscribe_url: Option<&'a str>,
}

/// What a digest is made of: the items in the order in which they are to be shown.
#[derive(Debug, Clone)]
pub struct DigestInput<'a> {
    pub reader: Reader<'a>,
    pub office: Office<'a>,
    pub items: &'a [LetterItem<'a>],
    pub unsubscribe_url: Option<&'a str>,
}

/// One notification as a letter.
#[must_use]
pub fn letter(texts: &Texts, input: &LetterInput) -> Letter {
    let LetterInput { reader, office, item, unsubscribe_url } = input;
    let desk = Desk { texts, reader: *reader, office: *office };
    let heading = desk.heading(item);
    let mut page = Page::new(&desk, desk.subject(item), &plain_text(item.body));
    page.title(&heading);
    page.meta(&desk.meta(item));
    page.body(item.body);
    if let Some(link) = item.link {
        page.button(&desk.open(item), &desk.absolute(link));
    }
    page.finish(&desk.why(&item.why), *unsubscribe_url)
}

/// Several notifications as one letter.
#[must_use]
pub fn digest(texts: &Texts, input: &DigestInput) -> Letter {
    let DigestInput { reader, office, items, unsubscribe_url } = input;
    let desk = Desk { texts, reader: *reader, office: *office };
    let subject = desk.say("letter.digest.subject", &[("count", items.len().to_string())]);
    let headings: Vec<String> = items.iter().map(|item| desk.heading(item)).collect();
    let preheader = headings.iter().map(|html| plain_text(html)).collect::<Vec<_>>().join(" · ");
    let mut page = Page::new(&desk, subject.clone(), &preheader);
    page.title(&body::escape(&subject));
    for (item, heading) in items.iter().zip(&headings).take(MOST_IN_DIGEST) {
        page.entry(
            heading,
            item.link.map(|link| desk.absolute(link)).as_deref(),
            &desk.meta(item),
            item.body,
        );
    }
    let more = items.len().saturating_sub(MOST_IN_DIGEST);
    if more > 0 {
        page.line(&desk.say("letter.digest.more", &[("count", more.to_string())]));
    }
    page.button(&desk.say("letter.open_all", &[]), &desk.absolute("/notifications"));
    page.finish(&desk.say("letter.why.digest", &[]), *unsubscribe_url)
}

/// What both sorts of letters are written with.
struct Desk<'a> {
    texts: &'a Texts,
    reader: Reader<'a>,
    office: Office<'a>,
}

impl Desk<'_> {
    fn say(&self, key: &str, params: &[(&str, String)]) -> String {
        self.texts.say(self.reader.language, key, params)
    }

    /// The title, as HTML of the allow-list; a message without one is named after its sender.
    fn heading(&self, item: &LetterItem) -> String {
        if !plain_text(item.title).is_empty() {
            return item.title.to_owned();
        }
        body::escape(&match item.by {
            Some(name) => self.say("letter.untitled_from", &[("name", name.to_owned())]),
            None => self.say("letter.untitled", &[]),
        })
    }

    /// The title, or the first line of what was written without one.
    fn subject(&self, item: &LetterItem) -> String {
        let title = one_line(&plain_text(item.title));
        let body = plain_text(item.body);
        let first = body.lines().map(one_line).find(|line| !line.is_empty());
        let text =
            if title.is_empty() { first.unwrap_or_else(|| plain_text(&self.heading(item))) } else { title };
        shorten(&text, LONGEST_SUBJECT)
    }

    /// Kind, severity if it is worth a word, who, and when.
    fn meta(&self, item: &LetterItem) -> Vec<String> {
        let kind = self.say(&format!("letter.kind.{}", item.kind.name()), &[]);
        let severity = (item.severity != Severity::Info)
            .then(|| self.say(&format!("letter.severity.{}", item.severity.name()), &[]));
        let parts = [Some(kind), severity, item.by.map(one_line), Some(self.instant(item.created_at))];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect()
    }

    /// Date and time where the reader is, with the name of his time.
    fn instant(&self, at: i64) -> String {
        let zone = TimeZone::get(self.reader.zone).unwrap_or(TimeZone::UTC);
        let Ok(at) = Timestamp::from_millisecond(at) else { return String::new() };
        let pattern = match self.reader.language {
            Language::En => "%-d %b %Y, %H:%M %Z",
            Language::Ru => "%d.%m.%Y, %H:%M %Z",
            Language::Es => "%d/%m/%Y, %H:%M %Z",
        };
        at.to_zoned(zone).strftime(pattern).to_string()
    }

    fn open(&self, item: &LetterItem) -> String {
        match item.record.map(one_line).filter(|record| !record.is_empty()) {
            Some(record) => self.say("letter.open_record", &[("record", shorten(&record, 60))]),
            None => self.say("letter.open", &[]),
        }
    }

    fn absolute(&self, link: &str) -> String {
        body::absolute(link, self.office.public_url)
    }

    fn why(&self, why: &Why) -> String {
        let key = match why {
            Why::Responsible => "responsible",
            Why::NoLonger => "no_longer",
            Why::Unassigned => "unassigned",
            Why::Groups(_) => "groups",
            Why::Personally => "personally",
            Why::Performer => "performer",
            Why::Rule => "rule",
            Why::RuleFor(rule, reason) => {
                let reason = self.say(&format!("rule.why.{}", reason.name()), &[]);
                return self.say("letter.why.rule_for", &[("rule", rule.clone()), ("reason", reason)]);
            }
            Why::Everybody => "everybody",
            Why::Administrator => "administrator",
        };
        let groups = if let Why::Groups(groups) = why { groups.join(", ") } else { String::new() };
        self.say(&format!("letter.why.{key}"), &[("groups", groups)])
    }
}

/// The text on one line, without control characters and marks that turn its direction.
fn one_line(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let cleaned: String = text.chars().map(|c| if c.is_control() || turns(c) { ' ' } else { c }).collect();
    cleaned.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shorten(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
