//! Bellwire's things as the objects of expressions and templates: records, change sets, tasks, events, calls; and which of
//! them an event has, with the fields that they have ([`shape`], [`variables`]).
//!
//! One mapping for conditions, templates, the builder and the lists of variables on the pages. Not here: loading any of it,
//! and the language itself (`domain::expression`).

pub mod book;
mod changes;
mod json;
pub mod paths;
mod record;
pub mod shape;
pub mod task;
pub mod variables;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

pub use book::{Book, Entry, Known, Person};
pub use json::{Map, json};
pub use task::{TaskState, task};

use super::expression::{Objects, Value};
use super::record::change::ChangeSet;

/// A customer or order.
#[must_use]
pub fn record(known: Arc<Known>, book: Arc<Book>) -> Value {
    Value::object(record::RecordObject::new(known, book))
}

#[must_use]
pub fn change_set(set: Arc<ChangeSet>, book: Arc<Book>) -> Value {
    Value::object(changes::ChangeSetObject::new(set, book))
}

/// What a custom event tells, under the names of its parts.
#[must_use]
pub fn event(event_type: &str, at: i64, by: Option<&str>, data: Option<&serde_json::Value>) -> Value {
    let mut map = BTreeMap::new();
    map.insert("type".to_owned(), event_type.into());
    map.insert("at".to_owned(), Value::Time(at));
    map.insert("by".to_owned(), by.map(str::to_owned).into());
    map.insert("data".to_owned(), data.map_or(Value::Null, json));
    Value::object(Map(map))
}

/// A call: what was told of it, and whom it concerns as far as that is known here.
#[must_use]
pub fn call(data: Option<&serde_json::Value>, known: [(&str, Option<Value>); 3]) -> Value {
    let mut map = BTreeMap::new();
    if let Some(serde_json::Value::Object(told)) = data {
        for (name, value) in told {
            map.insert(super::expression::names::canonical(name).into_owned(), json(value));
        }
    }
    for (name, value) in known {
        map.insert(name.to_owned(), Value::or_null(value));
    }
    Value::object(Map(map))
}

/// The objects of one event, at a time.
#[derive(Debug, Clone)]
pub struct Scene {
    objects: Vec<(&'static str, Value)>,
    pub last_run: Option<i64>,
    pub now: i64,
    pub zone: TimeZone,
}

impl Scene {
    #[must_use]
    pub fn new(now: i64, zone: TimeZone) -> Self {
        Self { objects: Vec::new(), last_run: None, now, zone }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: Value) -> Self {
        self.put(name, value);
        self
    }

    pub fn put(&mut self, name: &'static str, value: Value) {
        self.objects.retain(|(known, _)| *known != name);
        self.objects.push((name, value));
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.objects.iter().map(|(name, _)| *name)
    }
}

impl Objects for Scene {
    fn object(&self, name: &str) -> Option<Value> {
        self.objects.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    fn last_run(&self) -> Value {
        self.last_run.map_or(Value::Null, |at| Value::object(super::expression::LastRun(at)))
    }

    fn now(&self) -> i64 {
        self.now
    }

    fn zone(&self) -> &TimeZone {
        &self.zone
    }
}
