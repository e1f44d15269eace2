//! What fields a record has: the static tables together with the account's custom fields.
//!
//! One row serves reading, comparing, labels, history, rules and writing. Not here: the rows themselves (`tables`), values.

use std::borrow::Cow;

use super::RecordType;
use super::rules::Group;
use super::tables;
use crate::domain::kind::names;

/// A field's name as change sets, rules and history spell it: with underscores, nested by dot, `custom_` before the code
/// of a custom field, `order_product.` and `payments.` before a field of an item or payment.
pub type Name = Cow<'static, str>;

/// What sort of value a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// At most this many characters.
    Text(usize),
    Integer,
    Number,
    Money,
    Bool,
    Date,
    DateTime,
    Email,
    /// A code of this reference list; sites are one.
    Reference(&'static str),
    /// A code of the dictionary that the custom field names.
    Dictionary,
    User,
    Customer,
    Tags,
    Phones,
    /// From when to when.
    Hours,
    /// Names and values.
    Pairs,
}

/// One field.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    /// Where it stands in the native JSON, nested by dot.
    pub native: &'static str,
    /// Where it stands in the RetailCRM JSON.
    pub retailcrm: &'static str,
    pub kind: Kind,
    /// The group by which rules are switched.
    pub group: Group,
    /// Computed from other fields when the record is written out; never stored, and passed over when it is sent.
    pub computed: bool,
}

names! {
    /// What a custom field holds.
    CustomKind {
        String = "string",
        Text = "text",
        Integer = "integer",
        Numeric = "numeric",
        Boolean = "boolean",
        Date = "date",
        DateTime = "datetime",
        Dictionary = "dictionary",
        Email = "email",
    }
}

/// The definition of a custom field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomField {
    pub record_type: RecordType,
    pub code: String,
    pub name: String,
    pub kind: CustomKind,
    /// The code of its dictionary.
    pub dictionary: Option<String>,
}

pub const CUSTOM: &str = "custom_";
/// Before the fields of an item; alone, the item itself.
pub const ITEM: &str = "order_product";
/// Before the fields of a payment; alone, the payment itself.
pub const PAYMENT: &str = "payments";

/// The reference lists that fields point to.
pub const STATUSES: &str = "statuses";
pub const ORDER_TYPES: &str = "order-types";
pub const ORDER_METHODS: &str = "order-methods";
pub const DELIVERY_TYPES: &str = "delivery-types";
pub const PAYMENT_TYPES: &str = "payment-types";
pub const PAYMENT_STATUSES: &str = "payment-statuses";
pub const ITEM_STATUSES: &str = "product-statuses";
pub const STORES: &str = "stores";
pub const SITES: &str = "sites";

impl CustomField {
    #[must_use]
    pub fn field_name(&self) -> Name {
        Cow::Owned(format!("{CUSTOM}{}", self.code))
    }

    #[must_use]
    pub fn value_kind(&self) -> Kind {
        match self.kind {
            CustomKind::String => Kind::Text(255),
            CustomKind::Text => Kind::Text(10_000),
            CustomKind::Integer => Kind::Integer,
            CustomKind::Numeric => Kind::Number,
            CustomKind::Boolean => Kind::Bool,
            CustomKind::Date => Kind::Date,
            CustomKind::DateTime => Kind::DateTime,
            CustomKind::Dictionary => Kind::Dictionary,
            CustomKind::Email => Kind::Email,
        }
    }

    /// The reference list that its codes are of; its own code where no dictionary is named.
    #[must_use]
    pub fn list(&self) -> String {
        dictionary(self.dictionary.as_deref().unwrap_or(&self.code))
    }
}

/// The name of the reference list of a dictionary.
#[must_use]
pub fn dictionary(code: &str) -> String {
    format!("dictionary:{code}")
}

/// The fields of the record itself, in the order in which changes are told.
#[must_use]
pub fn fields(record_type: RecordType) -> &'static [Field] {
    match record_type {
        RecordType::Customer => tables::CUSTOMER,
        RecordType::Order => tables::ORDER,
    }
}

/// The fields of an order's item.
#[must_use]
pub fn item_fields() -> &'static [Field] {
    tables::ITEM_FIELDS
}

/// The fields of an order's payment.
#[must_use]
pub fn payment_fields() -> &'static [Field] {
    tables::PAYMENT_FIELDS
}

/// A static field by its name in change sets, also of an item or payment.
#[must_use]
pub fn find(record_type: RecordType, name: &str) -> Option<&'static Field> {
    let (table, name) = match name.split_once('.') {
        Some((ITEM, rest)) => (item_fields(), rest),
        Some((PAYMENT, rest)) => (payment_fields(), rest),
        _ => (fields(record_type), name),
    };
    table.iter().find(|field| field.name == name)
}

/// The group of a field, by which rules are switched.
#[must_use]
pub fn group(record_type: RecordType, name: &str) -> Group {
    match name {
        ITEM => Group::Items,
        PAYMENT => Group::Payment,
        _ if name.starts_with(CUSTOM) => Group::Custom,
        _ => find(record_type, name).map_or(Group::Other, |field| field.group),
    }
}

/// The groups that fields of such a record are in. Every record may have custom fields; items and payments are an order's.
#[must_use]
pub fn groups(record_type: RecordType) -> Vec<Group> {
    let is_there = |wanted: &Group| match wanted {
        Group::Custom => true,
        Group::Items | Group::Payment if record_type == RecordType::Order => true,
        _ => fields(record_type).iter().any(|field| field.group == *wanted),
    };
    Group::ALL.iter().copied().filter(is_there).collect()
}

/// The key of a field's label in the catalogue of texts; a custom field has the name that its definition gives.
#[must_use]
pub fn label_key(record_type: RecordType, name: &str) -> Option<String> {
    (!name.starts_with(CUSTOM)).then(|| format!("field.{}.{name}", record_type.name()))
}

/// The reference list whose code the field holds, if it holds one.
#[must_use]
pub fn list(record_type: RecordType, custom: &[CustomField], name: &str) -> Option<Cow<'static, str>> {
    if let Some(code) = name.strip_prefix(CUSTOM) {
        let definition = custom.iter().find(|c| c.record_type == record_type && c.code == code)?;
        return (definition.kind == CustomKind::Dictionary).then(|| definition.list().into());
    }
    match find(record_type, name)?.kind {
        Kind::Reference(list) => Some(list.into()),
        _ => None,
    }
}

/// Where the field stands in its table; what is in none, such as a custom field, comes last.
#[must_use]
pub fn place(table: &[Field], name: &str) -> usize {
    table.iter().position(|field| field.name == name).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_path_and_name_stands_once_and_none_is_inside_another() {
        for table in [tables::ORDER, tables::CUSTOMER, item_fields(), payment_fields()] {
            let columns: [fn(&Field) -> &'static str; 3] = [|f| f.name, |f| f.native, |f| f.retailcrm];
            for column in columns {
                let all: HashSet<_> = table.iter().map(column).collect();
                assert_eq!(all.len(), table.len());
            }
            for column in columns {
                for path in table.iter().map(column) {
                    let inside =
                        |other: &&str| other.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
                    assert_eq!(table.iter().map(column).find(inside), None, "{path}");
                }
            }
            for field in table {
                let snake = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
                assert!(field.name.chars().all(snake) && field.native.chars().all(snake), "{}", field.name);
            }
        }
    }

    #[test]
    fn fields_are_found_by_the_names_of_the_source() {
        for (name, kind, in_group) in [
            ("status", Kind::Reference(STATUSES), Group::Status),
            ("delivery_cost", Kind::Money, Group::Delivery),
            ("delivery_type", Kind::Reference(DELIVERY_TYPES), Group::Delivery),
            ("delivery_address.city", Kind::Text(255), Group::Address),
            ("delivery_date", Kind::Date, Group::Delivery),
            ("expired", Kind::Bool, Group::Other),
            ("call", Kind::Bool, Group::Other),
            ("first_name", Kind::Text(255), Group::Other),
            ("manager", Kind::User, Group::Manager),
            ("total_sum", Kind::Money, Group::Sum),
            ("order_product.status", Kind::Reference(ITEM_STATUSES), Group::Items),
            ("payments.status", Kind::Reference(PAYMENT_STATUSES), Group::Payment),
        ] {
            assert_eq!(find(RecordType::Order, name).map(|f| f.kind), Some(kind), "{name}");
            assert_eq!(group(RecordType::Order, name), in_group, "{name}");
        }
        assert_eq!(find(RecordType::Customer, "address.city").map(|f| f.kind), Some(Kind::Text(255)));
        assert_eq!(group(RecordType::Order, "custom_transaction_id"), Group::Custom);
        assert_eq!(groups(RecordType::Order), Group::ALL);
        let of_customers = groups(RecordType::Customer);
        assert!(of_customers.contains(&Group::Address) && of_customers.contains(&Group::Custom));
        assert!(!of_customers.contains(&Group::Items) && !of_customers.contains(&Group::Delivery));
        assert_eq!(label_key(RecordType::Order, "status").as_deref(), Some("field.order.status"));
        assert_eq!(label_key(RecordType::Order, "custom_x"), None);
    }
}
