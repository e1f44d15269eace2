//! What a system notification tells of a record, before it has words: kept with the notification, so that a later change
//! of the same record can be told in the same item. Not here: the words (`render::told`), and whom it is told (`plan`).

use serde::{Deserialize, Serialize};

use super::id::UserId;
use super::record::change::{Change, ChangeKind, ChangeSet};
use super::record::rules::Rule;
use super::record::state::State;
use super::record::value::Value;
use super::record::{RecordId, RecordType};

/// A record and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub rule: Rule,
    pub record_type: RecordType,
    pub record: RecordId,
    pub number: i64,
    pub title: String,
    pub external_id: Option<String>,
    pub site: Option<String>,
    /// In which the record's sums are.
    #[serde(default)]
    pub currency: Option<String>,
    /// The name of who did it.
    pub by: Option<String>,
    /// The changes that are listed, with their labels.
    pub changes: Vec<Change>,
    /// The record as it is now, where it is told whole.
    pub whole: Option<State>,
}

impl Told {
    /// What a rule tells of a change set: the fields that it names, or the whole record where it names none.
    #[must_use]
    pub fn new(rule: Rule, fields: &[String], named: Named, set: &ChangeSet, after: &State) -> Self {
        let listed = |change: &&Change| fields.iter().any(|field| *field == *change.field);
        Self {
            rule,
            record_type: set.record_type,
            record: named.record,
            number: named.number,
            title: named.title,
            external_id: after.external_id().map(str::to_owned),
            site: after.site().map(str::to_owned),
            currency: after.get("currency").and_then(Value::text).map(str::to_owned),
            by: named.by,
            changes: set.changes.iter().filter(listed).cloned().collect(),
            whole: fields.is_empty().then(|| after.clone()),
        }
    }

    /// Whether it tells this user that the record is no longer his: that much he may know of what he no longer sees.
    #[must_use]
    pub fn is_farewell_to(&self, user: &UserId) -> bool {
        let left = |change: &Change| {
            change.field == "manager"
                && change.old == Some(Value::User(user.clone()))
                && change.old != change.new
        };
        matches!(self.rule, Rule::OrderTaken | Rule::CustomerManager) && self.changes.iter().any(left)
    }

    /// This and a later one of the same record as one: each field from its first old value to its last new one. A field
    /// that is back where it began is not told.
    #[must_use]
    pub fn with(&self, later: &Self) -> Self {
        let set = |told: &Self| ChangeSet {
            record_type: told.record_type,
            kind: ChangeKind::Update,
            changes: told.changes.clone(),
        };
        let changes = set(self).then(set(later)).changes;
        let by = if self.by == later.by { self.by.clone() } else { None };
        let whole =
            self.whole.is_some().then(|| later.whole.clone().or_else(|| self.whole.clone())).flatten();
        // "New order" stays that, whatever changed in its first minute.
        let rule = if self.whole.is_some() { self.rule } else { later.rule };
        Self { rule, by, changes, whole, ..later.clone() }
    }
}

/// What is known of a record beside its state.
#[derive(Debug, Clone)]
pub struct Named {
    pub record: RecordId,
    pub number: i64,
    pub title: String,
    pub by: Option<String>,
}
