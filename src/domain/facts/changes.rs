//! A change set as an object: asked whether a field changed, for its old and its new value; and a collection of changes.

use std::sync::Arc;

use super::book::{Book, Entry};
use super::paths;
use super::record::stored;
use crate::domain::expression::{Object, Value};
use crate::domain::record::catalogue;
use crate::domain::record::change::{Change, ChangeSet};
use crate::domain::record::value::Value as Stored;

pub struct ChangeSetObject {
    set: Arc<ChangeSet>,
    book: Arc<Book>,
}

impl ChangeSetObject {
    #[must_use]
    pub fn new(set: Arc<ChangeSet>, book: Arc<Book>) -> Self {
        Self { set, book }
    }

    fn find(&self, field: &str) -> Option<&Change> {
        self.set.changes.iter().find(|change| change.field == field)
    }
}

impl Object for ChangeSetObject {
    fn get(&self, name: &str) -> Value {
        match name {
            "is_create" => self.set.is_create().into(),
            "is_update" => self.set.is_update().into(),
            "is_delete" => self.set.is_delete().into(),
            "kind" => self.set.kind.name().into(),
            "count" => Value::integer(self.set.changes.len() as i64),
            "fields" => Value::list(self.set.fields().into_iter().map(Into::into).collect()),
            "changes" => Value::list(self.items().unwrap_or_default()),
            _ => Value::Null,
        }
    }

    fn call(&self, name: &str, args: &[Value]) -> Value {
        let Some(Value::Text(field)) = args.first() else { return Value::Null };
        let field = paths::change_name(field);
        match name {
            "has_changed" => {
                self.set.changes.iter().any(|change| paths::covers(&field, &change.field)).into()
            }
            "old" => {
                self.find(&field).map_or(Value::Null, |change| side(&self.set, &self.book, change, true))
            }
            "new" => {
                self.find(&field).map_or(Value::Null, |change| side(&self.set, &self.book, change, false))
            }
            _ => Value::Null,
        }
    }

    fn items(&self) -> Option<Vec<Value>> {
        let object =
            |n: usize| Value::object(ChangeObject { set: self.set.clone(), n, book: self.book.clone() });
        Some((0..self.set.changes.len()).map(object).collect())
    }

    fn is_collection(&self) -> bool {
        true
    }

    fn keys(&self) -> Vec<String> {
        ["is_create", "is_update", "is_delete", "fields", "changes"].map(str::to_owned).into()
    }
}

/// One change of the set.
struct ChangeObject {
    set: Arc<ChangeSet>,
    n: usize,
    book: Arc<Book>,
}

impl Object for ChangeObject {
    fn get(&self, name: &str) -> Value {
        let change = &self.set.changes[self.n];
        match name {
            "field_name" | "name" => change.field.as_ref().into(),
            "old" => side(&self.set, &self.book, change, true),
            "new" => side(&self.set, &self.book, change, false),
            "part" | "items" => change.part.as_ref().and_then(|part| part.name.clone()).into(),
            _ => Value::Null,
        }
    }

    fn shown(&self) -> Option<String> {
        Some(self.set.changes[self.n].field.to_string())
    }

    fn keys(&self) -> Vec<String> {
        ["field_name", "old", "new"].map(str::to_owned).into()
    }
}

/// The old or new value; a code by the name that it had when it was written, should the book not know it.
fn side(set: &ChangeSet, book: &Arc<Book>, change: &Change, old: bool) -> Value {
    let (value, label) =
        if old { (&change.old, &change.old_label) } else { (&change.new, &change.new_label) };
    let Some(value) = value else { return Value::Null };
    let list = catalogue::list(set.record_type, &book.custom, &change.field);
    match (value, label) {
        (Stored::Code(code), Some(label)) => {
            let known = list.as_deref().and_then(|list| book.codes.get(&(list.to_owned(), code.clone())));
            let unknown = || Entry { code: code.clone(), name: Some(label.clone()), group: None };
            Value::object(known.cloned().unwrap_or_else(unknown))
        }
        _ => stored(book, list.as_deref(), value),
    }
}
