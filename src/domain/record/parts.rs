//! Items and payments of an order.
//!
//! A list is kept in the order in which its parts came to be: a shop that sends the same items in another order has changed
//! nothing. Each part has a number of its own within the record, which is never given twice. Not here: which of a new list is which of the old
//! (`matching`).

use serde::{Deserialize, Serialize};

use super::catalogue::{self, Field, ITEM, PAYMENT};
use super::decimal::Decimal;
use super::matching::matched;
use super::patch::Draft;
use super::state::Fields;
use super::value::Value;

/// The two lists of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum List {
    Items,
    Payments,
}

impl List {
    pub const ALL: [Self; 2] = [Self::Items, Self::Payments];

    /// Before the fields of its parts in change sets; alone, the part itself.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Items => ITEM,
            Self::Payments => PAYMENT,
        }
    }

    #[must_use]
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Items => catalogue::item_fields(),
            Self::Payments => catalogue::payment_fields(),
        }
    }

    /// The key of the list in both spellings.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Payments => "payments",
        }
    }

    /// The most parts that one record may have.
    #[must_use]
    pub fn most(self) -> usize {
        match self {
            Self::Items => 500,
            Self::Payments => 100,
        }
    }

    /// The fields that say what a part is, by which one without id and external id is known again.
    pub(super) fn naming(self) -> &'static [&'static str] {
        match self {
            Self::Items => &["offer", "product_name"],
            Self::Payments => &["type"],
        }
    }
}

/// An item or payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its number within the record, from 1.
    #[serde(rename = "n")]
    pub line: u32,
    #[serde(rename = "f")]
    pub fields: Fields,
}

impl Part {
    #[must_use]
    pub fn number(&self, name: &str) -> Decimal {
        self.fields.get(name).and_then(Value::number).unwrap_or_default()
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        ["product_name", "offer", "type", "external_id"]
            .iter()
            .find_map(|name| self.fields.get(*name)?.text())
    }

    #[must_use]
    pub fn external_id(&self) -> Option<&str> {
        self.fields.get("external_id")?.text()
    }
}

/// A list of parts, by line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parts {
    /// The highest line ever given, also to a part that is gone.
    #[serde(rename = "last")]
    pub last: u32,
    pub list: Vec<Part>,
}

/// Lines of all records are one range of ids on the RetailCRM side: record number × this + line.
pub const LINES: i64 = 100_000;

impl Parts {
    pub(super) fn is_untouched(&self) -> bool {
        self.last == 0 && self.list.is_empty()
    }

    #[must_use]
    pub fn find(&self, line: u32) -> Option<&Part> {
        self.list.iter().find(|part| part.line == line)
    }

    pub(super) fn sum(&self, price: impl Fn(&Part) -> Decimal) -> Decimal {
        self.list.iter().fold(Decimal::ZERO, |sum, item| sum.plus(price(item).times(item.number("quantity"))))
    }

    /// The parts that `drafts` make of these.
    #[must_use]
    pub(super) fn replaced(&self, list: List, drafts: &[Draft]) -> Self {
        let mut parts = Self { last: self.last, list: Vec::with_capacity(drafts.len()) };
        for (draft, old) in drafts.iter().zip(matched(&self.list, list, drafts)) {
            let mut part = if let Some(old) = old {
                old.clone()
            } else {
                parts.last += 1;
                let mut fields = Fields::new();
                if list == List::Items {
                    fields.insert("quantity".into(), Value::Number(Decimal::ONE));
                }
                Part { line: parts.last, fields }
            };
            super::patch::set_all(&mut part.fields, &draft.fields);
            parts.list.push(part);
        }
        parts.list.sort_by_key(|part| part.line);
        parts
    }
}
