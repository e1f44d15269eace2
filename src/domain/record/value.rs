//! The canonical value of a field, and how a JSON value becomes one.
//!
//! Two spellings of one thing give equal values, and nothing is a value: `null`, `""`, `[]` and `{}` read as none.
//! Not here: which field has which kind (`catalogue`), and how a value is written (`wire`).

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::RecordId;
use super::catalogue::Kind;
use super::decimal::Decimal;
use crate::domain::email::Email;
use crate::domain::error::Fault;
use crate::domain::id::UserId;

/// What a field holds. Stored with a letter for its sort, because the definition of a custom field may be gone by the time
/// that its value is read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    #[serde(rename = "s")]
    Text(String),
    #[serde(rename = "n")]
    Number(Decimal),
    #[serde(rename = "b")]
    Bool(bool),
    #[serde(rename = "d")]
    Date(Date),
    /// An instant (Unix ms) in whole seconds: the RetailCRM spelling has no more, and reading a record and sending it back
    /// must not change it.
    #[serde(rename = "t")]
    Instant(i64),
    /// The code of an entry of a reference list.
    #[serde(rename = "c")]
    Code(String),
    #[serde(rename = "u")]
    User(UserId),
    #[serde(rename = "r")]
    Record(RecordId),
    #[serde(rename = "l")]
    List(Vec<String>),
    #[serde(rename = "h")]
    Hours(Hours),
    /// Properties of an item: what, and which.
    #[serde(rename = "p")]
    Pairs(BTreeMap<String, String>),
}

/// The hours of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Time>,
    /// In words: "after six".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom: Option<String>,
}

impl Value {
    #[must_use]
    pub fn number(&self) -> Option<Decimal> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Code(text) => Some(text),
            _ => None,
        }
    }
}

/// How a caller names a user.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum UserRef {
    Id(String),
    Email(String),
    Number(i64),
}

/// How a caller names a record, by the strongest of what he gives: id, number, external id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RecordRef {
    Id(String),
    Number(i64),
    ExternalId { external_id: String, site: Option<String> },
}

/// What a spelling means by the same JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// Snake case, RFC 3339, ids as text. An unknown key is a fault.
    Native,
    /// Camel case, local times, numbers as ids. Unknown keys are passed over: shop modules send many.
    RetailCrm,
}

/// What the account knows, for reading a state.
pub struct Known<'a> {
    /// The account's zone, in which RetailCRM times are meant.
    pub zone: &'a TimeZone,
    pub custom: &'a [super::catalogue::CustomField],
    pub user: &'a dyn Fn(&UserRef) -> Option<UserId>,
    pub customer: &'a dyn Fn(&RecordRef) -> Option<RecordId>,
    /// Whether a reference list has the code.
    pub code: &'a dyn Fn(&str, &str) -> bool,
}

/// Most entries of a list of tags, phones or properties.
const MOST_ENTRIES: usize = 100;
/// Longest text of such an entry, and of a code.
const LONGEST_ENTRY: usize = 255;

/// The value that `json` spells, if any. `list` is the reference list that a code must be of.
///
/// # Errors
/// What is wrong with it.
pub fn read(
    kind: Kind,
    list: &str,
    json: &Json,
    spelling: Spelling,
    known: &Known,
) -> Result<Option<Value>, Fault> {
    if is_nothing(json) {
        return Ok(None);
    }
    match kind {
        Kind::Text(max) => Ok(text(json, max)?.map(Value::Text)),
        Kind::Integer => {
            let number = number(json)?;
            number.to_integer().map(|_| Some(Value::Number(number))).ok_or(Fault::NotANumber)
        }
        Kind::Number | Kind::Money => Ok(Some(Value::Number(number(json)?))),
        Kind::Bool => boolean(json).map(|yes| Some(Value::Bool(yes))),
        Kind::Date => date(json, spelling).map(|date| Some(Value::Date(date))),
        Kind::DateTime => instant(json, spelling, known.zone).map(|at| Some(Value::Instant(at))),
        Kind::Email => {
            let text = json.as_str().ok_or(Fault::WrongType("string"))?;
            let email = Email::parse("email", text).map_err(|_| Fault::NotAnEmail)?;
            Ok(Some(Value::Text(email.as_str().to_owned())))
        }
        Kind::Reference(_) | Kind::Dictionary => code(json, list, known),
        Kind::User => user(json, spelling, known),
        Kind::Customer => customer(json, spelling, known),
        Kind::Tags => strings(json, "name").map(|mut tags| {
            tags.sort_unstable();
            Some(Value::List(tags)).filter(|list| *list != Value::List(Vec::new()))
        }),
        Kind::Phones => strings(json, "number")
            .map(|phones| Some(Value::List(phones)).filter(|list| *list != Value::List(Vec::new()))),
        Kind::Hours => hours(json),
        Kind::Pairs => pairs(json),
    }
}

/// Whether it clears a field.
pub(super) fn is_nothing(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Array(list) => list.is_empty(),
        Json::Object(map) => map.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}

/// Text without control characters; line ends stay, because comments have them.
fn text(json: &Json, max: usize) -> Result<Option<String>, Fault> {
    let text = match json {
        Json::String(text) => text.replace("\r\n", "\n"),
        // Shops send phone numbers and external ids as numbers.
        Json::Number(number) => number.to_string(),
        _ => return Err(Fault::WrongType("string")),
    };
    let clean: String = text.chars().filter(|c| !c.is_control() || *c == '\n' || *c == '\t').collect();
    let clean = clean.trim();
    if clean.chars().count() > max {
        return Err(Fault::TooLong(max));
    }
    Ok((!clean.is_empty()).then(|| clean.to_owned()))
}

fn number(json: &Json) -> Result<Decimal, Fault> {
    match json {
        Json::Number(number) => Decimal::parse(&number.to_string()),
        Json::String(text) => Decimal::parse(text),
        _ => None,
    }
    .ok_or(Fault::NotANumber)
}

fn boolean(json: &Json) -> Result<bool, Fault> {
    match json {
        Json::Bool(yes) => Some(*yes),
        Json::Number(number) => {
            [(0, false), (1, true)].iter().find(|(n, _)| number.as_i64() == Some(*n)).map(|b| b.1)
        }
        Json::String(text) => match text.trim() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
    .ok_or(Fault::WrongType("boolean"))
}

fn date(json: &Json, spelling: Spelling) -> Result<Date, Fault> {
    const EXPECTED: Fault = Fault::NotADate;
    let text = json.as_str().ok_or(EXPECTED)?.trim();
    // The source's clients write midnight where only the day is meant.
    let day = match text.get(..10) {
        Some(day) if spelling == Spelling::RetailCrm && text[10..].starts_with([' ', 'T']) => day,
        _ => text,
    };
    if day.len() == 10 { day.parse().map_err(|_| EXPECTED) } else { Err(EXPECTED) }
}

fn instant(json: &Json, spelling: Spelling, zone: &TimeZone) -> Result<i64, Fault> {
    let text = json.as_str().ok_or(Fault::NotAnInstant)?.trim();
    let at = match text.parse::<jiff::Timestamp>() {
        Ok(at) => at,
        Err(_) if spelling == Spelling::RetailCrm => {
            let local: DateTime = text.parse().map_err(|_| Fault::NotAnInstant)?;
            zone.to_timestamp(local).map_err(|_| Fault::NotAnInstant)?
        }
        Err(_) => return Err(Fault::NotAnInstant),
    };
    Ok(at.as_second() * 1_000)
}

fn code(json: &Json, list: &str, known: &Known) -> Result<Option<Value>, Fault> {
    let json = json.get("code").unwrap_or(json);
    let Some(code) = text(json, LONGEST_ENTRY)? else { return Ok(None) };
    if (known.code)(list, &code) { Ok(Some(Value::Code(code))) } else { Err(Fault::UnknownCode(code)) }
}

/// How `json` names a user, or none.
pub(super) fn user_ref(json: &Json, spelling: Spelling) -> Result<Option<UserRef>, Fault> {
    const EXPECTED: Fault = Fault::WrongType("user: id, e-mail or number");
    let Some(json) = ["id", "email", "number"].iter().find_map(|key| json.get(key)).or(Some(json)) else {
        return Ok(None);
    };
    Ok(match json {
        Json::Number(number) => match number.as_i64() {
            // Modules say 0 where nobody is meant.
            Some(0) if spelling == Spelling::RetailCrm => None,
            Some(number) => Some(UserRef::Number(number)),
            None => return Err(EXPECTED),
        },
        Json::String(text) => match text.trim() {
            "" => None,
            "0" if spelling == Spelling::RetailCrm => None,
            text => Some(match text.parse() {
                Ok(number) => UserRef::Number(number),
                Err(_) if text.contains('@') => UserRef::Email(text.to_owned()),
                Err(_) => UserRef::Id(text.to_owned()),
            }),
        },
        Json::Null => None,
        _ => return Err(EXPECTED),
    })
}

fn user(json: &Json, spelling: Spelling, known: &Known) -> Result<Option<Value>, Fault> {
    let Some(named) = user_ref(json, spelling)? else { return Ok(None) };
    let found = (known.user)(&named).map(Value::User);
    found.map(Some).ok_or_else(|| {
        Fault::UnknownUser(match named {
            UserRef::Id(text) | UserRef::Email(text) => text,
            UserRef::Number(number) => number.to_string(),
        })
    })
}

/// How `json` names a customer, or none.
pub(super) fn record_ref(json: &Json, spelling: Spelling) -> Result<Option<RecordRef>, Fault> {
    const EXPECTED: Fault = Fault::WrongType("object that names a record");
    let Json::Object(map) = json else { return Err(EXPECTED) };
    let given = |key: &str| map.get(key).filter(|json| !is_nothing(json));
    let (number, external) = match spelling {
        Spelling::Native => ("number", "external_id"),
        Spelling::RetailCrm => ("id", "externalId"),
    };
    if let Some(id) = given("id").filter(|_| spelling == Spelling::Native) {
        return Ok(text(id, LONGEST_ENTRY)?.map(RecordRef::Id));
    }
    if let Some(json) = given(number) {
        let number = self::number(json)?.to_integer().ok_or(Fault::NotANumber)?;
        return Ok(Some(RecordRef::Number(number)));
    }
    let Some(external) = given(external) else {
        // An object of other keys, such as the visitor's browser id, names none.
        return if spelling == Spelling::Native { Err(EXPECTED) } else { Ok(None) };
    };
    let site = given("site").map(|site| text(site, LONGEST_ENTRY)).transpose()?.flatten();
    Ok(text(external, LONGEST_ENTRY)?.map(|external_id| RecordRef::ExternalId { external_id, site }))
}

fn customer(json: &Json, spelling: Spelling, known: &Known) -> Result<Option<Value>, Fault> {
    let Some(named) = record_ref(json, spelling)? else { return Ok(None) };
    let found = (known.customer)(&named).map(|id| Some(Value::Record(id)));
    found.ok_or_else(|| {
        Fault::UnknownCustomer(match named {
            RecordRef::Id(text) | RecordRef::ExternalId { external_id: text, .. } => text,
            RecordRef::Number(number) => number.to_string(),
        })
    })
}

/// Texts, each once; an element is a text or an object that has it under `key`.
fn strings(json: &Json, key: &str) -> Result<Vec<String>, Fault> {
    const EXPECTED: Fault = Fault::WrongType("list of strings");
    let one = std::slice::from_ref(json);
    let list = match json {
        Json::Array(list) => list.as_slice(),
        Json::String(_) => one,
        _ => return Err(EXPECTED),
    };
    if list.len() > MOST_ENTRIES {
        return Err(Fault::TooMany(MOST_ENTRIES));
    }
    let mut texts = Vec::with_capacity(list.len());
    for json in list {
        let json = if json.is_object() { json.get(key).ok_or(EXPECTED)? } else { json };
        if let Some(text) = if is_nothing(json) { None } else { text(json, LONGEST_ENTRY)? }
            && !texts.contains(&text)
        {
            texts.push(text);
        }
    }
    Ok(texts)
}

fn hours(json: &Json) -> Result<Option<Value>, Fault> {
    const EXPECTED: Fault = Fault::WrongType("hours: {from, to}, HH:MM");
    if let Json::String(_) = json {
        let custom = text(json, LONGEST_ENTRY)?;
        return Ok(custom.map(|custom| Value::Hours(Hours { from: None, to: None, custom: Some(custom) })));
    }
    let Json::Object(map) = json else { return Err(EXPECTED) };
    let time = |key| match map.get(key) {
        Some(json) if !is_nothing(json) => {
            json.as_str().and_then(|text| text.trim().parse::<Time>().ok()).map(Some).ok_or(EXPECTED)
        }
        _ => Ok(None),
    };
    let custom = map.get("custom").filter(|json| !is_nothing(json));
    let custom = custom.map(|json| text(json, LONGEST_ENTRY)).transpose()?.flatten();
    let hours = Hours { from: time("from")?, to: time("to")?, custom };
    let nothing = Hours { from: None, to: None, custom: None };
    Ok((hours != nothing).then_some(Value::Hours(hours)))
}

/// A map of texts, or a list of `{code, name, value}`, as the source has both.
fn pairs(json: &Json) -> Result<Option<Value>, Fault> {
    const EXPECTED: Fault = Fault::WrongType("properties");
    let entry = |map: &Map<String, Json>| {
        let name = ["name", "code"].iter().find_map(|key| map.get(*key)?.as_str()).ok_or(EXPECTED)?;
        Ok::<_, Fault>((name.to_owned(), map.get("value").cloned().unwrap_or(Json::Null)))
    };
    let entries: Vec<(String, Json)> = match json {
        Json::Array(list) => list
            .iter()
            .map(|json| json.as_object().ok_or(EXPECTED).and_then(entry))
            .collect::<Result<_, _>>()?,
        Json::Object(map) => map
            .iter()
            .map(|(key, json)| json.as_object().map_or_else(|| Ok((key.clone(), json.clone())), entry))
            .collect::<Result<_, _>>()?,
        _ => return Err(EXPECTED),
    };
    if entries.len() > MOST_ENTRIES {
        return Err(Fault::TooMany(MOST_ENTRIES));
    }
    let mut pairs = BTreeMap::new();
    for (name, json) in entries {
        let name = text(&Json::String(name), LONGEST_ENTRY)?;
        let value = if is_nothing(&json) { None } else { text(&json, LONGEST_ENTRY)? };
        if let (Some(name), Some(value)) = (name, value) {
            pairs.insert(name, value);
        }
    }
    Ok((!pairs.is_empty()).then_some(Value::Pairs(pairs)))
}
