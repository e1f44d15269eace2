//! Where a field stands in an expression, and what change sets call it: `order.delivery.address.city`,
//! `order.deliveryAddress.city` and `delivery_address.city` are one field.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::domain::expression::names::snake;
use crate::domain::record::RecordType;
use crate::domain::record::catalogue::{self, CUSTOM, Field, ITEM, PAYMENT};

/// The fields of a table by every path that leads to them, in snake case.
type Index = BTreeMap<String, &'static Field>;

static ORDER: LazyLock<Index> = LazyLock::new(|| index(catalogue::fields(RecordType::Order)));
static CUSTOMER: LazyLock<Index> = LazyLock::new(|| index(catalogue::fields(RecordType::Customer)));
static TASK: LazyLock<Index> = LazyLock::new(|| index(catalogue::fields(RecordType::Task)));
static ITEMS: LazyLock<Index> = LazyLock::new(|| index(catalogue::item_fields()));
static PAYMENTS: LazyLock<Index> = LazyLock::new(|| index(catalogue::payment_fields()));

/// Our own names win where the source means something else by a name.
fn index(table: &'static [Field]) -> Index {
    let mut index = Index::new();
    let columns: [fn(&Field) -> &'static str; 3] = [|f| f.name, |f| f.native, |f| f.retailcrm];
    for column in columns {
        for field in table {
            let path = column(field).split('.').map(one).collect::<Vec<_>>().join(".");
            index.entry(path).or_insert(field);
        }
    }
    index
}

/// A part of a path as an expression's parser leaves it.
fn one(part: &str) -> String {
    let snake = snake(part);
    match snake.strip_suffix("_summ") {
        Some(rest) => format!("{rest}_sum"),
        None if snake == "summ" => "sum".to_owned(),
        None => snake.into_owned(),
    }
}

/// Which table a path begins in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Record(RecordType),
    Items,
    Payments,
}

impl Table {
    fn index(self) -> &'static Index {
        match self {
            Self::Record(RecordType::Order) => &ORDER,
            Self::Record(RecordType::Customer) => &CUSTOMER,
            Self::Record(RecordType::Task) => &TASK,
            Self::Items => &ITEMS,
            Self::Payments => &PAYMENTS,
        }
    }

    /// The field at exactly this path.
    #[must_use]
    pub fn field(self, path: &str) -> Option<&'static Field> {
        self.index().get(path).copied()
    }

    /// Whether fields stand beneath this path.
    #[must_use]
    pub fn is_branch(self, path: &str) -> bool {
        let from = format!("{path}.");
        self.index().range(from.clone()..).next().is_some_and(|(found, _)| found.starts_with(&from))
    }

    /// The names that stand directly beneath a path, of our own spelling.
    #[must_use]
    pub fn children(self, path: &str) -> Vec<String> {
        let from = if path.is_empty() { String::new() } else { format!("{path}.") };
        let mut names: Vec<String> = Vec::new();
        for (found, _) in self.index().range(from.clone()..).take_while(|(found, _)| found.starts_with(&from))
        {
            let name = found[from.len()..].split('.').next().unwrap_or_default();
            if names.last().is_none_or(|last| last != name) {
                names.push(name.to_owned());
            }
        }
        names
    }
}

/// What change sets call the field that somebody names: by their own name, the source's, or its path.
#[must_use]
pub fn change_name(written: &str) -> String {
    let written = written.trim();
    if written.starts_with(CUSTOM) {
        return written.to_owned();
    }
    let path = written.split('.').map(one).collect::<Vec<_>>().join(".");
    let (head, rest) = path.split_once('.').map_or((path.as_str(), None), |(head, rest)| (head, Some(rest)));
    let part = match head {
        "items" | "order_products" | ITEM => Some((ITEM, Table::Items)),
        PAYMENT => Some((PAYMENT, Table::Payments)),
        _ => None,
    };
    if let Some((name, table)) = part {
        return match rest {
            Some(rest) => format!("{name}.{}", table.field(rest).map_or(rest, |field| field.name)),
            None => name.to_owned(),
        };
    }
    let field = [RecordType::Order, RecordType::Customer, RecordType::Task]
        .into_iter()
        .find_map(|record_type| Table::Record(record_type).field(&path));
    field.map_or(path, |field| field.name.to_owned())
}

/// Whether `field` is the changed one, or has it within itself.
#[must_use]
pub fn covers(field: &str, changed: &str) -> bool {
    changed.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Fields that are computed from others.
static COMPUTED: &[(&str, &[&str])] = &[
    (ITEM, &["items", "sum", "purchase_sum"]),
    (PAYMENT, &["payments", "prepay_sum"]),
    ("phones", &["phone"]),
    ("first_name", &["name", "title"]),
    ("last_name", &["name", "title"]),
    ("patronymic", &["name", "title"]),
    ("number", &["title"]),
    ("company", &["name", "title"]),
];

/// Whether an expression that reads `path` reads the changed field of a record that stands under `root`.
#[must_use]
pub fn reads(path: &str, root: &str, record_type: RecordType, changed: &str) -> bool {
    let (object, rest) = path.split_once('.').unwrap_or((path, ""));
    if object != root {
        // An order's event has the order's customer as well; another customer is another object.
        return record_type == RecordType::Order && object == "customer" && changed == "customer";
    }
    let meets = |place: &str| rest.is_empty() || covers(place, rest) || covers(rest, place);
    if meets(changed) {
        return true;
    }
    if changed.starts_with(CUSTOM) {
        return covers("custom_fields", rest);
    }
    let bare = changed.split('.').next().unwrap_or(changed);
    let computed = COMPUTED.iter().find(|(from, _)| *from == bare || *from == changed);
    if computed.is_some_and(|(_, places)| places.iter().any(|place| meets(place))) {
        return true;
    }
    let table = Table::Record(record_type);
    catalogue::find(record_type, changed).is_some_and(|field| {
        table.index().iter().any(|(place, found)| found.name == field.name && meets(place))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_one_name_in_change_sets() {
        for (written, name) in [
            ("status", "status"),
            ("totalSumm", "total_sum"),
            ("delivery_address.city", "delivery_address.city"),
            ("delivery.address.city", "delivery_address.city"),
            ("deliveryAddress.city", "delivery_address.city"),
            ("delivery.cost", "delivery_cost"),
            ("order_product.status", "order_product.status"),
            ("items.initialPrice", "order_product.initial_price"),
            ("order_product", "order_product"),
            ("payments.status", "payments.status"),
            ("custom_Weird.one", "custom_Weird.one"),
            ("first_name", "first_name"),
            ("birthday", "birthday"),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(change_name(written), name, "{written}");
        }
    }

    #[test]
    fn a_path_reads_what_stands_on_it_beneath_it_and_above_it() {
        for (path, changed, expected) in [
            ("order.status.code", "status", true),
            ("order.status.code", "status_comment", false),
            ("order.delivery", "delivery_cost", true),
            ("order.delivery.address.city", "delivery_address.city", true),
            ("order.delivery_address", "delivery_address.city", true),
            ("order.delivery_address.city", "delivery_address.street", false),
            ("order.items", "order_product.status", true),
            ("order.sum", "order_product.quantity", true),
            ("order.sum", "payments.amount", false),
            ("order.custom_x", "custom_x", true),
            ("order.custom_x", "custom_xy", false),
            ("order", "anything", true),
            ("order.customer.first_name", "customer", true),
            ("customer.first_name", "customer", true),
            ("customer.first_name", "first_name", false),
            ("task.text", "status", false),
        ] {
            assert_eq!(reads(path, "order", RecordType::Order, changed), expected, "{path} {changed}");
        }
    }
}
