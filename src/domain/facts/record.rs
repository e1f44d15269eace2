//! A customer or order, its items and payments, as objects.

use std::sync::Arc;

use super::book::{Book, Known};
use super::paths::Table;
use crate::domain::expression::{Object, Value};
use crate::domain::record::RecordType;
use crate::domain::record::catalogue::{self, CUSTOM, CustomKind, Field, Kind};
use crate::domain::record::parts::{List, Part};
use crate::domain::record::value::{Hours, Value as Stored};

/// A record, or what stands beneath a path of it: `order.delivery.address`.
pub struct RecordObject {
    known: Arc<Known>,
    book: Arc<Book>,
    /// Empty, or a path with a dot at its end.
    prefix: String,
}

impl RecordObject {
    #[must_use]
    pub fn new(known: Arc<Known>, book: Arc<Book>) -> Self {
        Self { known, book, prefix: String::new() }
    }

    fn table(&self) -> Table {
        Table::Record(self.known.record_type)
    }

    fn field(&self, field: &Field) -> Value {
        let state = &self.known.state;
        if field.computed {
            return Value::Number(match field.name {
                "sum" => state.sum(),
                "prepay_sum" => state.prepay_sum(),
                _ => state.purchase_sum(),
            });
        }
        // A list that is not there is an empty one.
        let empty = || {
            if matches!(field.kind, Kind::Tags | Kind::Phones) {
                Value::list(Vec::new())
            } else {
                Value::Null
            }
        };
        state.get(field.name).map_or_else(empty, |value| stored(&self.book, list_of(field), value))
    }

    fn custom(&self, code: &str) -> Value {
        let name = format!("{CUSTOM}{code}");
        let list = catalogue::list(self.known.record_type, &self.book.custom, &name);
        let value = self.known.state.get(&name);
        value.map_or(Value::Null, |value| stored(&self.book, list.as_deref(), value))
    }

    fn own(&self, name: &str) -> Option<Value> {
        let known = &self.known;
        let text = |name: &str| known.state.get(name).and_then(Stored::text);
        Some(match name {
            "id" => known.id.as_str().into(),
            "title" => known.title.as_str().into(),
            "url" | "link" => known.url.clone().into(),
            "number" => match text("number") {
                Some(number) => number.into(),
                None => Value::integer(known.number),
            },
            "name" | "full_name" => {
                let names: Vec<_> =
                    ["first_name", "last_name"].iter().filter_map(|name| text(name)).collect();
                if names.is_empty() { known.title.as_str().into() } else { names.join(" ").into() }
            }
            "phone" if known.record_type == RecordType::Customer => match known.state.get("phones") {
                Some(Stored::List(phones)) => phones.first().cloned().into(),
                _ => Value::Null,
            },
            "items" if known.record_type == RecordType::Order => self.parts(List::Items),
            "payments" if known.record_type == RecordType::Order => self.parts(List::Payments),
            "custom_fields" => Value::object(CustomFields(Self {
                known: self.known.clone(),
                book: self.book.clone(),
                prefix: String::new(),
            })),
            _ => return None,
        })
    }

    fn parts(&self, list: List) -> Value {
        let object =
            |part: &Part| Value::object(PartObject { part: part.clone(), list, book: self.book.clone() });
        Value::list(self.known.state.parts(list).list.iter().map(object).collect())
    }

    /// What stands at the path itself, where that is a branch: the text of an address, the name of a company.
    fn leaf(&self) -> Option<Value> {
        let path = self.prefix.trim_end_matches('.');
        let last = path.rsplit('.').next().unwrap_or_default();
        let places =
            [path.to_owned(), format!("{path}.name"), format!("{path}.text"), format!("{path}.{last}")];
        let field = places.iter().find_map(|path| self.table().field(path))?;
        Some(self.field(field))
    }
}

impl Object for RecordObject {
    fn get(&self, name: &str) -> Value {
        if self.prefix.is_empty() {
            if let Some(value) = self.own(name) {
                return value;
            }
            if let Some(code) = name.strip_prefix(CUSTOM) {
                return self.custom(code);
            }
        }
        let path = format!("{}{name}", self.prefix);
        if self.table().is_branch(&path) {
            let (known, book) = (self.known.clone(), self.book.clone());
            return Value::object(Self { known, book, prefix: format!("{path}.") });
        }
        match self.table().field(&path) {
            Some(field) => self.field(field),
            None if name == "name" => Value::or_null(self.leaf()),
            None => Value::Null,
        }
    }

    fn plain(&self) -> Value {
        if self.prefix.is_empty() { self.known.id.as_str().into() } else { Value::or_null(self.leaf()) }
    }

    fn shown(&self) -> Option<String> {
        if self.prefix.is_empty() {
            Some(self.known.title.clone())
        } else {
            Some(self.leaf()?.to_text(1_000))
        }
    }

    fn keys(&self) -> Vec<String> {
        let mut keys = self.table().children(self.prefix.trim_end_matches('.'));
        if self.prefix.is_empty() {
            keys.extend(
                self.known
                    .state
                    .fields
                    .keys()
                    .filter(|name| name.starts_with(CUSTOM))
                    .map(ToString::to_string),
            );
        }
        keys
    }
}

/// The account's own fields, by their codes.
struct CustomFields(RecordObject);

impl Object for CustomFields {
    fn get(&self, name: &str) -> Value {
        self.0.custom(name)
    }
}

/// An item or payment.
struct PartObject {
    part: Part,
    list: List,
    book: Arc<Book>,
}

impl Object for PartObject {
    fn get(&self, name: &str) -> Value {
        match (name, self.list) {
            ("name", _) => return self.part.name().map(str::to_owned).into(),
            ("line", _) => return Value::integer(self.part.line.into()),
            ("price", List::Items) => return self.part.number("initial_price").into(),
            ("sum", List::Items) => {
                let price = self.part.number("initial_price").minus(self.part.number("discount"));
                return price.times(self.part.number("quantity")).into();
            }
            // The source packs its items; here they are not.
            ("packs", List::Items) => return Value::list(Vec::new()),
            _ => {}
        }
        let table = if self.list == List::Items { Table::Items } else { Table::Payments };
        let field = table.field(name).or_else(|| table.field(&format!("{name}.external_id")));
        let Some(field) = field else { return Value::Null };
        self.part
            .fields
            .get(field.name)
            .map_or(Value::Null, |value| stored(&self.book, list_of(field), value))
    }

    fn plain(&self) -> Value {
        Value::integer(self.part.line.into())
    }

    fn shown(&self) -> Option<String> {
        self.part.name().map(str::to_owned)
    }

    fn keys(&self) -> Vec<String> {
        self.list.fields().iter().map(|field| field.name.to_owned()).collect()
    }
}

/// The reference list of a field's codes.
fn list_of(field: &Field) -> Option<&'static str> {
    if let Kind::Reference(list) = field.kind { Some(list) } else { None }
}

/// A stored value as an expression sees it.
pub(super) fn stored(book: &Arc<Book>, list: Option<&str>, value: &Stored) -> Value {
    match value {
        Stored::Text(text) => text.as_str().into(),
        Stored::Number(number) => Value::Number(*number),
        Stored::Bool(yes) => Value::Bool(*yes),
        Stored::Date(date) => Value::Date(*date),
        Stored::Instant(at) => Value::Time(*at),
        Stored::Code(code) => book.entry(list, code),
        Stored::User(id) => book.user(id),
        Stored::Record(id) => book.record(id),
        Stored::List(texts) => Value::list(texts.iter().map(|text| text.as_str().into()).collect()),
        Stored::Hours(hours) => Value::object(HoursObject(hours.clone())),
        Stored::Pairs(pairs) => {
            let pairs = pairs.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
            Value::object(super::json::Map(pairs.collect()))
        }
    }
}

struct HoursObject(Hours);

impl Object for HoursObject {
    fn get(&self, name: &str) -> Value {
        let hours =
            |time: Option<jiff::civil::Time>| time.map(|time| time.strftime("%H:%M").to_string()).into();
        match name {
            "from" => hours(self.0.from),
            "to" => hours(self.0.to),
            "custom" => self.0.custom.clone().into(),
            _ => Value::Null,
        }
    }

    fn shown(&self) -> Option<String> {
        if let Some(custom) = &self.0.custom {
            return Some(custom.clone());
        }
        Some(format!("{}–{}", self.get("from").to_text(10), self.get("to").to_text(10)))
    }
}

/// The sort of a custom field's value.
pub(super) fn custom_kind(kind: CustomKind) -> Kind {
    match kind {
        CustomKind::Integer | CustomKind::Numeric => Kind::Number,
        CustomKind::Boolean => Kind::Bool,
        CustomKind::Date => Kind::Date,
        CustomKind::DateTime => Kind::DateTime,
        CustomKind::Dictionary => Kind::Dictionary,
        CustomKind::String | CustomKind::Text | CustomKind::Email => Kind::Text(0),
    }
}
