//! The whole of a record as Bellwire keeps it: each field's canonical value, items and payments. An absent field has no
//! entry. Serialises to the compact JSON in which it is stored. Not here: how it came to be (`diff`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::RecordType;
use super::catalogue::Name;
use super::decimal::Decimal;
use super::parts::{List, Part, Parts};
use super::value::Value;
use crate::domain::code::fold;
use crate::domain::id::UserId;

/// Fields that have a value.
pub type Fields = BTreeMap<Name, Value>;

/// A record's fields, items and payments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    #[serde(rename = "of")]
    pub record_type: RecordType,
    #[serde(rename = "f", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: Fields,
    #[serde(rename = "i", default, skip_serializing_if = "Parts::is_untouched")]
    pub items: Parts,
    #[serde(rename = "p", default, skip_serializing_if = "Parts::is_untouched")]
    pub payments: Parts,
}

impl State {
    #[must_use]
    pub fn new(record_type: RecordType) -> Self {
        Self { record_type, fields: Fields::new(), items: Parts::default(), payments: Parts::default() }
    }

    /// # Errors
    /// What is wrong with the stored text.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a state has only text for keys")
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    #[must_use]
    pub fn parts(&self, list: List) -> &Parts {
        match list {
            List::Items => &self.items,
            List::Payments => &self.payments,
        }
    }

    pub(super) fn parts_mut(&mut self, list: List) -> &mut Parts {
        match list {
            List::Items => &mut self.items,
            List::Payments => &mut self.payments,
        }
    }

    /// The responsible manager.
    #[must_use]
    pub fn manager(&self) -> Option<&UserId> {
        match self.get("manager") {
            Some(Value::User(id)) => Some(id),
            _ => None,
        }
    }

    #[must_use]
    pub fn external_id(&self) -> Option<&str> {
        self.get("external_id").and_then(Value::text)
    }

    #[must_use]
    pub fn site(&self) -> Option<&str> {
        self.get("site").and_then(Value::text)
    }

    /// All that somebody may look for it by, folded; phone numbers also without what stands between their digits.
    #[must_use]
    pub fn search_text(&self) -> String {
        const FIELDS: [&str; 11] = [
            "number",
            "external_id",
            "last_name",
            "first_name",
            "patronymic",
            "company",
            "contragent.legal_name",
            "email",
            "phone",
            "additional_phone",
            "phones",
        ];
        const LONGEST: usize = 4_000;
        let mut words = Vec::new();
        for name in FIELDS {
            let texts = match self.get(name) {
                Some(Value::Text(text)) => std::slice::from_ref(text),
                Some(Value::List(list)) => list,
                _ => &[],
            };
            for text in texts {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                let phone = (name.contains("phone") && digits != *text).then_some(digits);
                words.extend([Some(fold(text)), phone].into_iter().flatten());
            }
        }
        words.extend(self.items.list.iter().filter_map(Part::name).map(fold));
        words.join(" ").chars().take(LONGEST).collect()
    }

    /// What the items cost: quantity × (price − discount), all of them.
    #[must_use]
    pub fn sum(&self) -> Decimal {
        self.items.sum(|item| item.number("initial_price").minus(item.number("discount")))
    }

    /// What the items cost the shop.
    #[must_use]
    pub fn purchase_sum(&self) -> Decimal {
        self.items.sum(|item| item.number("purchase_price"))
    }

    /// What has been paid: payments that have a day of payment.
    #[must_use]
    pub fn prepay_sum(&self) -> Decimal {
        let paid = self.payments.list.iter().filter(|payment| payment.fields.contains_key("paid_at"));
        paid.fold(Decimal::ZERO, |sum, payment| sum.plus(payment.number("amount")))
    }

    /// Items and delivery together.
    #[must_use]
    pub fn counted_total(&self) -> Decimal {
        let delivery = self.get("delivery_cost").and_then(Value::number).unwrap_or_default();
        self.sum().plus(delivery)
    }
}
