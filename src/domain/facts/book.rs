//! What objects stand around a record: the names of codes, the users, the records that it names. Loaded before anything is
//! evaluated, so that an evaluation asks nobody.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::expression::{Object, Value};
use crate::domain::id::{GroupId, UserId};
use crate::domain::record::catalogue::CustomField;
use crate::domain::record::state::State;
use crate::domain::record::{RecordId, RecordType};

/// All that an evaluation may come upon. What is missing here is known by its code or id alone.
#[derive(Debug, Clone, Default)]
pub struct Book {
    /// By reference list and code.
    pub codes: HashMap<(String, String), Entry>,
    pub users: HashMap<UserId, Person>,
    pub groups: HashMap<GroupId, Entry>,
    pub records: HashMap<RecordId, Arc<Known>>,
    pub custom: Vec<CustomField>,
}

/// A code, what people call it, and the group that it is in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    pub code: String,
    pub name: Option<String>,
    pub group: Option<Box<Entry>>,
}

/// A user, as far as texts and conditions may know him.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub number: Option<i64>,
    pub name: String,
    pub email: String,
}

/// A record and its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub id: RecordId,
    pub record_type: RecordType,
    pub number: i64,
    pub title: String,
    pub state: State,
    /// Where people see it.
    pub url: Option<String>,
}

impl Book {
    pub(super) fn entry(&self, list: Option<&str>, code: &str) -> Value {
        let found = list.and_then(|list| self.codes.get(&(list.to_owned(), code.to_owned())));
        let unknown = || Entry { code: code.to_owned(), name: None, group: None };
        Value::object(found.cloned().unwrap_or_else(unknown))
    }

    pub(super) fn user(&self, id: &UserId) -> Value {
        match self.users.get(id) {
            Some(person) => Value::object(person.clone()),
            None => Value::object(Bare(id.as_str().to_owned())),
        }
    }

    pub(super) fn record(self: &Arc<Self>, id: &RecordId) -> Value {
        match self.records.get(id) {
            Some(known) => super::record(known.clone(), self.clone()),
            None => Value::object(Bare(id.as_str().to_owned())),
        }
    }
}

impl Object for Entry {
    fn get(&self, name: &str) -> Value {
        match name {
            "code" => self.code.as_str().into(),
            "name" => self.name.as_deref().unwrap_or(&self.code).into(),
            "group" => self.group.as_ref().map_or(Value::Null, |group| Value::object(group.as_ref().clone())),
            "group_code" => self.group.as_ref().map(|group| group.code.clone()).into(),
            _ => Value::Null,
        }
    }

    fn plain(&self) -> Value {
        self.code.as_str().into()
    }

    fn shown(&self) -> Option<String> {
        Some(self.name.as_ref().unwrap_or(&self.code).clone())
    }

    fn keys(&self) -> Vec<String> {
        ["code", "name", "group"].map(str::to_owned).into()
    }
}

impl Object for Person {
    fn get(&self, name: &str) -> Value {
        match name {
            "id" => self.id.as_str().into(),
            "number" => self.number.map_or(Value::Null, Value::integer),
            "name" | "nick_name" | "full_name" => self.name.as_str().into(),
            "first_name" => self.name.split_whitespace().next().map(str::to_owned).into(),
            "email" => self.email.as_str().into(),
            _ => Value::Null,
        }
    }

    fn plain(&self) -> Value {
        self.id.as_str().into()
    }

    fn shown(&self) -> Option<String> {
        Some(self.name.clone())
    }

    fn keys(&self) -> Vec<String> {
        ["id", "name", "email"].map(str::to_owned).into()
    }
}

/// Something of which only the id is known.
struct Bare(String);

impl Object for Bare {
    fn get(&self, name: &str) -> Value {
        if name == "id" { self.0.as_str().into() } else { Value::Null }
    }

    fn plain(&self) -> Value {
        self.0.as_str().into()
    }

    fn shown(&self) -> Option<String> {
        Some(self.0.clone())
    }
}
