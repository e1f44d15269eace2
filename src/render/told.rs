//! The words of system notifications: what happened to which record, who did it, and the changes, with money, dates and
//! names as the reader's language writes them.
//!
//! What is told is decided in `domain::plan`. Every value that came from outside is escaped here: text is never markup.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::texts::Texts;
use crate::domain::language::Language;
use crate::domain::plan::Text;
use crate::domain::record::RecordType;
use crate::domain::record::catalogue::{self, Kind};
use crate::domain::record::change::Change;
use crate::domain::record::decimal::Decimal;
use crate::domain::record::state::State;
use crate::domain::record::value::Value;
use crate::domain::told::Told;

/// Changes that one text lists; the rest is counted.
const MOST_LISTED: usize = 8;
/// Characters of a value; longer ones are cut.
const LONGEST_VALUE: usize = 80;

/// What texts are made with.
pub struct Words<'a> {
    pub texts: &'a Texts,
    /// The account's zone.
    pub zone: &'a str,
    /// Names of custom fields.
    pub custom: &'a HashMap<String, String>,
}

impl Words<'_> {
    /// Title and body, as HTML of the allow-list.
    #[must_use]
    pub fn render(&self, told: &Told, language: Language) -> Text {
        let title =
            self.texts.say(language, &format!("told.{}", told.rule.name()), &[("title", told.title.clone())]);
        let mut lines: Vec<String> = told.whole.iter().filter_map(|state| whole(state, language)).collect();
        let currency = told.currency.as_deref();
        let listed = told.changes.iter().take(MOST_LISTED);
        lines.extend(listed.map(|change| self.change(told.record_type, change, currency, language)));
        let more = told.changes.len().saturating_sub(MOST_LISTED);
        if more > 0 {
            lines.push(escape(&self.texts.say(language, "told.more", &[("count", more.to_string())])));
        }
        Text { language: language.code().to_owned(), title: escape(&title), body: lines.join("<br>") }
    }

    fn change(
        &self,
        record_type: RecordType,
        change: &Change,
        currency: Option<&str>,
        language: Language,
    ) -> String {
        let field = self.field(record_type, change, language);
        let value = |value: Option<&Value>, label: Option<&String>| {
            let shown = label
                .cloned()
                .or_else(|| value.map(|v| self.value(record_type, change, v, currency, language)));
            escape(&shorten(&shown.unwrap_or_else(|| self.texts.say(language, "told.nothing", &[]))))
        };
        let (old, new) = (
            value(change.old.as_ref(), change.old_label.as_ref()),
            value(change.new.as_ref(), change.new_label.as_ref()),
        );
        match change.part_came() {
            Some(true) => escape(&self.texts.say(language, "told.part_came", &[("field", field)])),
            Some(false) => escape(&self.texts.say(language, "told.part_went", &[("field", field)])),
            // What was not set before has become nothing but itself.
            None if change.old.is_none() => format!("{}: <b>{new}</b>", escape(&field)),
            None => format!("{}: {old} → <b>{new}</b>", escape(&field)),
        }
    }

    /// One side of a change as its reader reads it: what people call the value, or the value in his language.
    #[must_use]
    pub fn side(
        &self,
        record_type: RecordType,
        change: &Change,
        new: bool,
        currency: Option<&str>,
        language: Language,
    ) -> Option<String> {
        let (value, label) =
            if new { (&change.new, &change.new_label) } else { (&change.old, &change.old_label) };
        let value = value.as_ref()?;
        Some(label.clone().unwrap_or_else(|| self.value(record_type, change, value, currency, language)))
    }

    /// What people call the field, with the item or payment that it is of.
    #[must_use]
    pub fn field(&self, record_type: RecordType, change: &Change, language: Language) -> String {
        let name = match catalogue::label_key(record_type, &change.field) {
            Some(key) if self.texts.has(&key) => self.texts.say(language, &key, &[]),
            Some(_) => change.field.replace(['_', '.'], " "),
            None => {
                self.custom.get(change.field.as_ref()).cloned().unwrap_or_else(|| change.field.to_string())
            }
        };
        let part =
            change.part.as_ref().and_then(|part| part.name.clone().or_else(|| part.external_id.clone()));
        part.map_or(name.clone(), |part| format!("{name} ({part})"))
    }

    fn value(
        &self,
        record_type: RecordType,
        change: &Change,
        value: &Value,
        currency: Option<&str>,
        language: Language,
    ) -> String {
        let is_money =
            catalogue::find(record_type, &change.field).is_some_and(|field| field.kind == Kind::Money);
        match value {
            Value::Number(number) if is_money => money(*number, currency, language),
            Value::Number(number) => separate(&number.to_string(), language),
            Value::Bool(yes) => self.texts.say(language, if *yes { "told.yes" } else { "told.no" }, &[]),
            Value::Date(date) => day(*date, language),
            Value::Instant(at) => self.instant(*at, language),
            Value::Text(text) | Value::Code(text) => text.clone(),
            Value::List(list) => list.join(", "),
            Value::Pairs(pairs) => {
                pairs.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join(", ")
            }
            Value::Hours(hours) => {
                let times = [hours.from, hours.to].into_iter().flatten();
                times.map(|time| time.strftime("%H:%M").to_string()).collect::<Vec<_>>().join(" – ")
            }
            // A name should have stood beside it; an id says nothing to a reader.
            Value::User(_) | Value::Record(_) => "…".to_owned(),
        }
    }

    fn instant(&self, at: i64, language: Language) -> String {
        let zone = TimeZone::get(self.zone).unwrap_or(TimeZone::UTC);
        let Ok(at) = Timestamp::from_millisecond(at) else { return String::new() };
        let at = at.to_zoned(zone);
        format!("{} {}", day(at.date(), language), at.strftime("%H:%M"))
    }
}

/// A record in one line: the customer's name and the sum, or a customer's address.
fn whole(state: &State, language: Language) -> Option<String> {
    let text = |name: &str| state.get(name).and_then(Value::text).unwrap_or_default();
    let name = [text("first_name"), text("last_name")].join(" ");
    let sum = state.get("total_sum").and_then(Value::number);
    let sum = sum.map(|sum| money(sum, Some(text("currency")).filter(|c| !c.is_empty()), language));
    let parts = match state.record_type {
        RecordType::Order => vec![name.trim().to_owned(), sum.unwrap_or_default()],
        RecordType::Task => Vec::new(),
        RecordType::Customer => {
            let phone = match state.get("phones") {
                Some(Value::List(phones)) => phones.first().cloned(),
                _ => None,
            };
            vec![text("email").to_owned(), phone.unwrap_or_default()]
        }
    };
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).map(|p| escape(&p)).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// A day as the language writes it in digits; the year in full, because orders live long.
pub(super) fn day(date: jiff::civil::Date, language: Language) -> String {
    let pattern = match language {
        Language::En => "%-d %b %Y",
        Language::Ru => "%d.%m.%Y",
        Language::Es => "%d/%m/%Y",
    };
    date.strftime(pattern).to_string()
}

/// An amount with two decimals, and the currency's code where one is known.
fn money(amount: Decimal, currency: Option<&str>, language: Language) -> String {
    let plain = amount.to_string();
    let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
    let amount = separate(&format!("{whole}.{decimals:0<2}"), language);
    currency.map_or(amount.clone(), |currency| format!("{amount} {currency}"))
}

/// Thousands and decimals as the language separates them.
fn separate(plain: &str, language: Language) -> String {
    let (thousands, decimal) = match language {
        Language::En => (",", "."),
        // Unicode CLDR: a no-break space.
        Language::Ru => ("\u{a0}", ","),
        Language::Es => (".", ","),
    };
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
    let (whole, decimals) = digits.split_once('.').map_or((digits, None), |(w, d)| (w, Some(d)));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push_str(thousands);
        }
        grouped.push(digit);
    }
    decimals.map_or(format!("{sign}{grouped}"), |decimals| format!("{sign}{grouped}{decimal}{decimals}"))
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Text as HTML that shows it.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Where a site has its own pages of records; `{external_id}` and `{number}` stand for the record's.
#[derive(Debug, Clone, Copy, Default)]
pub struct SiteUrls<'a> {
    pub order: Option<&'a str>,
    pub customer: Option<&'a str>,
}

/// Where the record is shown: the site's own page, or Bellwire's, with the changed fields marked.
#[must_use]
pub fn link(told: &Told, sites: &BTreeMap<&str, SiteUrls>, public_url: Option<&str>) -> String {
    let page = Page {
        record_type: told.record_type,
        id: told.record.as_str(),
        number: told.number,
        external_id: told.external_id.as_deref(),
        site: told.site.as_deref(),
    };
    if let Some(own) = page.of_site(sites) {
        return own;
    }
    let fields: Vec<&str> = told.changes.iter().map(|change| change.field.as_ref()).collect();
    let marked: String = url::form_urlencoded::byte_serialize(fields.join(",").as_bytes()).collect();
    let query = if marked.is_empty() { String::new() } else { format!("?changed={marked}") };
    format!("{}{query}", page.here(public_url))
}

/// What is needed to know of a record to say where it is shown.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    pub record_type: RecordType,
    pub id: &'a str,
    pub number: i64,
    pub external_id: Option<&'a str>,
    pub site: Option<&'a str>,
}

impl Page<'_> {
    /// The site's own page, where it has one.
    fn of_site(&self, sites: &BTreeMap<&str, SiteUrls>) -> Option<String> {
        let urls = self.site.and_then(|site| sites.get(site)).copied().unwrap_or_default();
        let template = match self.record_type {
            RecordType::Order => urls.order,
            RecordType::Customer => urls.customer,
            RecordType::Task => None,
        };
        let id: String = url::form_urlencoded::byte_serialize(self.external_id?.as_bytes()).collect();
        Some(template?.replace("{external_id}", &id).replace("{number}", &self.number.to_string()))
    }

    /// Bellwire's page.
    fn here(&self, public_url: Option<&str>) -> String {
        let folder = match self.record_type {
            RecordType::Order => "orders",
            RecordType::Customer => "customers",
            RecordType::Task => "tasks",
        };
        format!("{}/{folder}/{}", public_url.unwrap_or_default(), self.id)
    }

    /// Where the record is shown: the site's own page, or Bellwire's.
    #[must_use]
    pub fn url(&self, sites: &BTreeMap<&str, SiteUrls>, public_url: Option<&str>) -> String {
        self.of_site(sites).unwrap_or_else(|| self.here(public_url))
    }
}
