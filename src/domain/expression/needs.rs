//! What must have happened for a condition to be true at all: an index over thousands of triggers asks for no more than
//! this. It never says no to a change for which the condition would hold.

use std::collections::BTreeSet;

use super::reads::{first_text, is_change_set};
use super::tree::{Form, Node};
use crate::domain::facts::paths;
use crate::domain::record::change::{ChangeKind, ChangeSet};

/// What must have happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    pub kinds: BTreeSet<ChangeKind>,
    /// One of these fields changed; none: it does not matter which.
    pub fields: Option<BTreeSet<String>>,
}

impl Needs {
    fn nothing() -> Self {
        Self { kinds: ChangeKind::ALL.iter().copied().collect(), fields: None }
    }

    fn kind(kind: ChangeKind) -> Self {
        Self { kinds: [kind].into(), fields: None }
    }

    fn field(name: &str) -> Self {
        Self { fields: Some([paths::change_name(name)].into()), ..Self::nothing() }
    }

    pub(super) fn of(node: &Node) -> Self {
        match &node.form {
            Form::All(nodes) => nodes.iter().map(Self::of).fold(Self::nothing(), Self::and),
            Form::Any(nodes) => nodes.iter().map(Self::of).reduce(Self::or).unwrap_or_else(Self::nothing),
            Form::Member { of, name, .. } if is_change_set(of) => match name.as_ref() {
                "is_create" => Self::kind(ChangeKind::Create),
                "is_update" => Self::kind(ChangeKind::Update),
                "is_delete" => Self::kind(ChangeKind::Delete),
                _ => Self::nothing(),
            },
            Form::Method { .. } => asked(node).map_or_else(Self::nothing, Self::field),
            Form::Compare { left, right, .. } => Self::of_value(left).and(Self::of_value(right)),
            Form::In { item: of, .. } | Form::Matches { of, .. } | Form::IsNull { of, negated: true } => {
                Self::of_value(of)
            }
            _ => Self::nothing(),
        }
    }

    /// For a value to be there at all.
    fn of_value(node: &Node) -> Self {
        match &node.form {
            Form::Member { of, .. } if !is_change_set(of) => Self::of_value(of),
            Form::Method { of, name, .. } if is_change_set(of) && name.as_ref() != "has_changed" => {
                asked(node).map_or_else(Self::nothing, Self::field)
            }
            _ => Self::nothing(),
        }
    }

    fn and(mut self, other: Self) -> Self {
        self.kinds.retain(|kind| other.kinds.contains(kind));
        // Either set must be met; the smaller one says more.
        self.fields = match (self.fields, other.fields) {
            (Some(a), Some(b)) => Some(if b.len() < a.len() { b } else { a }),
            (a, b) => a.or(b),
        };
        self
    }

    fn or(mut self, other: Self) -> Self {
        self.kinds.extend(other.kinds);
        self.fields = match (self.fields, other.fields) {
            (Some(mut a), Some(b)) => {
                a.extend(b);
                Some(a)
            }
            _ => None,
        };
        self
    }

    /// Whether it happened.
    #[must_use]
    pub fn met_by(&self, set: &ChangeSet) -> bool {
        let changed = |fields: &BTreeSet<String>| {
            set.changes.iter().any(|change| fields.iter().any(|field| paths::covers(field, &change.field)))
        };
        self.kinds.contains(&set.kind) && self.fields.as_ref().is_none_or(changed)
    }
}

/// The field that a method of the change set is asked of.
fn asked(node: &Node) -> Option<&str> {
    match &node.form {
        Form::Method { of, name, args, .. } if is_change_set(of) => match name.as_ref() {
            "has_changed" | "old" | "new" => first_text(args),
            _ => None,
        },
        _ => None,
    }
}
