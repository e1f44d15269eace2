//! What an expression computes with: plain values, lists, and objects that answer for their fields when asked.
//!
//! Nothing is ever an error here. What is not there is [`Value::Null`], and what that means to a comparison is decided in
//! one place (`compare`).

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::record::decimal::Decimal;

/// A value. Cheap to clone.
#[derive(Clone)]
pub enum Value {
    Null,
    Bool(bool),
    Number(Decimal),
    Text(Arc<str>),
    /// A day without a time.
    Date(Date),
    /// An instant, Unix ms.
    Time(i64),
    List(Arc<List>),
    Object(Arc<dyn Object>),
}

/// A list knows how deep it is nested, because what is nested without end cannot be dropped or compared.
pub struct List {
    items: Box<[Value]>,
    depth: u8,
}

/// Something with fields. It is asked by canonical names (`names::canonical`): `total_sum`, whatever was written.
pub trait Object: Send + Sync {
    /// The field, or null.
    fn get(&self, name: &str) -> Value;

    /// What a method gives that takes arguments.
    fn call(&self, _name: &str, _args: &[Value]) -> Value {
        Value::Null
    }

    /// Its parts, where it is a collection as well.
    fn items(&self) -> Option<Vec<Value>> {
        None
    }

    /// Whether [`Object::items`] gives anything.
    fn is_collection(&self) -> bool {
        false
    }

    /// What it is compared by: a status by its code.
    fn plain(&self) -> Value {
        Value::Null
    }

    /// What it is called: a status by its name.
    fn shown(&self) -> Option<String> {
        None
    }

    /// The names of its fields, for a look at it from outside.
    fn keys(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Lists that are nested deeper are refused.
pub const DEEPEST_LIST: u8 = 150;

impl List {
    #[must_use]
    pub fn items(&self) -> &[Value] {
        &self.items
    }
}

impl Value {
    #[must_use]
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    #[must_use]
    pub fn integer(number: i64) -> Self {
        Self::Number(Decimal::from_integer(number))
    }

    /// A list, or null where it would be nested too deep.
    #[must_use]
    pub fn list(items: Vec<Self>) -> Self {
        let deepest = items.iter().map(Self::depth).max().unwrap_or(0);
        if deepest >= DEEPEST_LIST {
            return Self::Null;
        }
        Self::List(Arc::new(List { items: items.into(), depth: deepest + 1 }))
    }

    #[must_use]
    pub fn object(object: impl Object + 'static) -> Self {
        Self::Object(Arc::new(object))
    }

    /// The value, or null.
    #[must_use]
    pub fn or_null(value: Option<Self>) -> Self {
        value.unwrap_or(Self::Null)
    }

    fn depth(&self) -> u8 {
        if let Self::List(list) = self { list.depth } else { 0 }
    }

    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether nothing is there: an empty text or list is as if it had never been set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(list) => list.items.is_empty(),
            _ => false,
        }
    }

    /// Whether it counts as yes where a yes or no is asked for: an object that is there does, an empty text does not.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(yes) => *yes,
            Self::Number(number) => *number != Decimal::ZERO,
            Self::Text(text) => !text.is_empty(),
            Self::List(list) => !list.items.is_empty(),
            Self::Date(_) | Self::Time(_) | Self::Object(_) => true,
        }
    }

    /// Itself, or what an object is compared by.
    #[must_use]
    pub fn plain(&self) -> Self {
        match self {
            Self::Object(object) => object.plain(),
            other => other.clone(),
        }
    }

    /// A part of a day or time: `year`, `month`, `day`, `hour`, `minute`, `weekday` (Monday is 1); null of anything else.
    #[must_use]
    pub fn part(&self, name: &str, zone: &TimeZone) -> Self {
        let at = match self {
            Self::Date(date) => date.to_datetime(jiff::civil::Time::midnight()),
            Self::Time(at) => match jiff::Timestamp::from_millisecond(*at) {
                Ok(at) => zone.to_datetime(at),
                Err(_) => return Self::Null,
            },
            _ => return Self::Null,
        };
        Self::integer(match name {
            "year" => at.year().into(),
            "month" => at.month().into(),
            "day" => at.day().into(),
            "hour" => at.hour().into(),
            "minute" => at.minute().into(),
            "weekday" => at.weekday().to_monday_one_offset().into(),
            _ => return Self::Null,
        })
    }

    /// As a number: also a text that spells one.
    #[must_use]
    pub fn number(&self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => Decimal::parse(text),
            Self::Object(object) => match object.plain() {
                Self::Object(_) => None,
                plain => plain.number(),
            },
            _ => None,
        }
    }

    /// As one text, as `~` joins it and templates print it; lists separated by commas. At most `longest` bytes or so.
    #[must_use]
    pub fn to_text(&self, longest: usize) -> String {
        let mut text = String::new();
        self.write_text(&mut text, longest);
        text
    }

    fn write_text(&self, text: &mut String, longest: usize) {
        match self {
            Self::Null => {}
            Self::Bool(yes) => text.push_str(if *yes { "true" } else { "false" }),
            Self::Number(number) => text.push_str(&number.to_string()),
            Self::Text(own) => text.push_str(own),
            Self::Date(date) => text.push_str(&date.to_string()),
            Self::Time(at) => text.push_str(&instant(*at)),
            Self::List(list) => {
                for (n, item) in list.items.iter().enumerate() {
                    if text.len() > longest {
                        return;
                    }
                    text.push_str(if n == 0 { "" } else { ", " });
                    item.write_text(text, longest);
                }
            }
            Self::Object(object) => match object.shown() {
                Some(shown) => text.push_str(&shown),
                None => match object.plain() {
                    Self::Object(_) | Self::List(_) => {}
                    plain => plain.write_text(text, longest),
                },
            },
        }
    }
}

/// RFC 3339 in UTC.
pub(super) fn instant(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| String::new(), |at| at.to_string())
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(list) => f.debug_list().entries(list.items.iter()).finish(),
            Self::Object(object) => match object.shown() {
                Some(shown) => write!(f, "<{shown}>"),
                None => f.write_str("<object>"),
            },
            plain => f.write_str(&plain.to_text(1_000)),
        }
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Decimal> for Value {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
