//! A whole or partial state as somebody sent it, in either spelling: what is absent stays as it is, what is nothing is
//! cleared, and a list of items or payments stands for the whole list.
//!
//! [`Patch::read`] hears all faults at once, by the path that the caller wrote. Not here: walking the JSON (`reader`), and
//! what the patch does to a record (`diff`).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::RecordType;
use super::catalogue::{self, CustomField, Name};
use super::parts::List;
use super::reader::Reader;
use super::state::Fields;
use super::value::{self, Known, RecordRef, Spelling, UserRef, Value};
use crate::domain::error::{Error, Fault, FieldError, Result};

/// Fields to set, or to clear where there is no value.
pub type Changes = BTreeMap<Name, Option<Value>>;

/// What somebody sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    pub record_type: RecordType,
    pub fields: Changes,
    /// The whole list, if it was sent.
    pub items: Option<Vec<Draft>>,
    pub payments: Option<Vec<Draft>>,
}

/// An item or payment as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// The line by which the caller names it.
    pub line: Option<u32>,
    pub fields: Changes,
}

impl Draft {
    /// The text or code that it gives to a field.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_ref()?.text()
    }
}

impl Patch {
    /// A patch that changes nothing.
    #[must_use]
    pub fn new(record_type: RecordType) -> Self {
        Self { record_type, fields: Changes::new(), items: None, payments: None }
    }

    /// Reads a state. Values that only Bellwire computes are passed over, so that a record can be read, changed and sent back.
    ///
    /// # Errors
    /// All faults, by their paths as the caller wrote them.
    pub fn read(record_type: RecordType, spelling: Spelling, json: &Json, known: &Known) -> Result<Self> {
        let Json::Object(map) = json else {
            return Err(Error::field(record_type.name(), Fault::WrongType("object")));
        };
        let mut reader = Reader::new(record_type, spelling, known);
        let mut patch = reader.record(map);
        // In RetailCRM the total is always counted. It is taken only where there is nothing to count it from.
        if spelling == Spelling::RetailCrm && patch.items.is_some() {
            patch.fields.remove("total_sum");
        }
        let faults = reader.into_faults();
        if faults.is_empty() { Ok(patch) } else { Err(Error::Invalid(faults)) }
    }

    /// Sets a field, or clears it: the external id of a path, the site of a query, the form of a page.
    pub fn set(&mut self, name: &'static str, value: Option<Value>) {
        self.fields.insert(Cow::Borrowed(name), value);
    }

    #[must_use]
    pub fn parts(&self, list: List) -> Option<&[Draft]> {
        match list {
            List::Items => self.items.as_deref(),
            List::Payments => self.payments.as_deref(),
        }
    }

    /// The codes that it gives, each with its reference list: for an account that lets lists grow by use.
    #[must_use]
    pub fn codes(&self, custom: &[CustomField]) -> Vec<(Cow<'static, str>, &str)> {
        let listed = |name: &str, value: Option<&Value>| match value {
            Some(Value::Code(_)) => catalogue::list(self.record_type, custom, name),
            _ => None,
        };
        let mut codes = Vec::new();
        for (name, value) in &self.fields {
            let list = listed(name, value.as_ref());
            codes.extend(list.zip(value.as_ref().and_then(Value::text)));
        }
        for list in List::ALL {
            for (name, value) in self.parts(list).unwrap_or_default().iter().flat_map(|draft| &draft.fields) {
                let codes_of = listed(&format!("{}.{name}", list.name()), value.as_ref());
                codes.extend(codes_of.zip(value.as_ref().and_then(Value::text)));
            }
        }
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}

/// The user and the records that a state names, so that they can be looked up before it is read.
#[must_use]
pub fn named(spelling: Spelling, json: &Json) -> (Option<UserRef>, Vec<RecordRef>) {
    let manager = match spelling {
        Spelling::Native => "manager",
        Spelling::RetailCrm => "managerId",
    };
    let given = |key: &str| json.get(key).filter(|json| !value::is_nothing(json));
    let user = given(manager).and_then(|json| value::user_ref(json, spelling).ok().flatten());
    let linked = ["customer", "contact"].into_iter().filter_map(given);
    (user, linked.filter_map(|json| value::record_ref(json, spelling).ok().flatten()).collect())
}

/// The names that must stand once among the drafts of a list.
pub(super) fn duplicates(drafts: &[(String, Draft)], key: &str) -> Vec<FieldError> {
    let mut ids = std::collections::HashSet::new();
    let mut lines = std::collections::HashSet::new();
    let mut faults = Vec::new();
    for (path, draft) in drafts {
        if draft.text("external_id").is_some_and(|id| !ids.insert(id)) {
            faults.push(FieldError { field: format!("{path}.{key}").into(), fault: Fault::Twice });
        }
        if draft.line.is_some_and(|line| !lines.insert(line)) {
            faults.push(FieldError { field: format!("{path}.id").into(), fault: Fault::Twice });
        }
    }
    faults
}

pub(super) fn set_all(fields: &mut Fields, changes: &Changes) {
    for (name, value) in changes {
        match value {
            Some(value) => fields.insert(name.clone(), value.clone()),
            None => fields.remove(name),
        };
    }
}
