//! What changed in a record: the one thing that history, system notifications and triggers are made of. Stored as JSON
//! with its event. Not here: how it is found and done (`diff`), and the names of codes and people (`labels`).

use serde::{Deserialize, Serialize};

use super::RecordType;
use super::catalogue::{self, CUSTOM, Name};
use super::parts::List;
use super::value::Value;
use crate::domain::kind::names;

names! {
    /// What happened to the record.
    ChangeKind {
        Create = "create",
        Update = "update",
        Delete = "delete",
    }
}

/// Everything that one call changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSet {
    #[serde(rename = "of")]
    pub record_type: RecordType,
    pub kind: ChangeKind,
    /// In the order of the catalogue; items and payments before custom fields.
    pub changes: Vec<Change>,
}

/// One changed field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub field: Name,
    /// The item or payment that it is a field of; under the bare name of the list that part itself came or went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<PartRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
    /// What people call the old value, where its code or id is not that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_label: Option<String>,
}

/// Which item or payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRef {
    pub list: List,
    pub line: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl PartRef {
    /// The value of the part itself, as it came or went.
    #[must_use]
    pub fn itself(&self) -> Value {
        Value::Text(self.name.clone().unwrap_or_else(|| self.line.to_string()))
    }

    fn is(&self, other: &Self) -> bool {
        (self.list, self.line) == (other.list, other.line)
    }
}

impl Change {
    #[must_use]
    pub fn new(field: Name, part: Option<PartRef>, old: Option<Value>, new: Option<Value>) -> Self {
        Self { field, part, old, new, old_label: None, new_label: None }
    }

    /// Whether an item or payment came (true) or went (false).
    #[must_use]
    pub fn part_came(&self) -> Option<bool> {
        let part = self.part.as_ref()?;
        (self.field == part.list.name()).then(|| self.new.is_some())
    }
}

impl ChangeSet {
    /// The record is gone.
    #[must_use]
    pub fn deletion(record_type: RecordType) -> Self {
        Self { record_type, kind: ChangeKind::Delete, changes: Vec::new() }
    }

    #[must_use]
    pub fn is_create(&self) -> bool {
        self.kind == ChangeKind::Create
    }

    #[must_use]
    pub fn is_update(&self) -> bool {
        self.kind == ChangeKind::Update
    }

    #[must_use]
    pub fn is_delete(&self) -> bool {
        self.kind == ChangeKind::Delete
    }

    /// Whether nothing happened, so that there is no event.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.is_update() && self.changes.is_empty()
    }

    #[must_use]
    pub fn has_changed(&self, field: &str) -> bool {
        self.changes.iter().any(|change| change.field == field)
    }

    /// The value before; of the first such change where several items changed alike.
    #[must_use]
    pub fn old(&self, field: &str) -> Option<&Value> {
        self.changes.iter().find(|change| change.field == field)?.old.as_ref()
    }

    /// The value after; of the first such change where several items changed alike.
    #[must_use]
    pub fn new_value(&self, field: &str) -> Option<&Value> {
        self.changes.iter().find(|change| change.field == field)?.new.as_ref()
    }

    /// The names of the changed fields, each once, in order.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        let mut fields: Vec<&str> = Vec::new();
        for change in &self.changes {
            if !fields.contains(&change.field.as_ref()) {
                fields.push(&change.field);
            }
        }
        fields
    }

    /// Both as one: what the reader finds who looks once after both. What came and went again is no change.
    #[must_use]
    pub fn then(mut self, later: Self) -> Self {
        if later.is_delete() {
            return later;
        }
        for change in later.changes {
            self.absorb(change);
        }
        self.sort();
        self
    }

    fn absorb(&mut self, later: Change) {
        let came_or_went = later.part_came();
        let Some(part) = later.part.clone() else { return self.replace(later) };
        let mut came = false;
        for change in &mut self.changes {
            if let Some(known) = change.part.as_mut().filter(|known| known.is(&part)) {
                *known = part.clone();
                if change.part_came() == Some(true) {
                    came = true;
                    change.new = Some(part.itself());
                }
            }
        }
        if came_or_went == Some(false) {
            self.changes.retain(|change| !change.part.as_ref().is_some_and(|known| known.is(&part)));
            if came {
                return;
            }
        }
        self.replace(later);
    }

    fn replace(&mut self, later: Change) {
        let same = |change: &&mut Change| {
            change.field == later.field
                && match (&change.part, &later.part) {
                    (Some(a), Some(b)) => a.is(b),
                    (a, b) => a.is_none() && b.is_none(),
                }
        };
        if let Some(change) = self.changes.iter_mut().find(same) {
            (change.new, change.new_label) = (later.new, later.new_label);
            self.changes.retain(|change| change.old != change.new);
        } else {
            self.changes.push(later);
        }
    }

    /// The record's own fields as in the table, items, payments, custom fields by code; a part before its fields.
    pub(super) fn sort(&mut self) {
        let own = catalogue::fields(self.record_type);
        self.changes.sort_by_cached_key(|change| match &change.part {
            Some(part) => {
                let bare = change.field.split_once('.').map(|(_, bare)| bare);
                let place = bare.map(|bare| catalogue::place(part.list.fields(), bare));
                (if part.list == List::Items { 1 } else { 2 }, part.line, place, change.field.clone())
            }
            None if change.field.starts_with(CUSTOM) => (3, 0, None, change.field.clone()),
            None => (0, 0, Some(catalogue::place(own, &change.field)), change.field.clone()),
        });
    }
}
