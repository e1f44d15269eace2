//! The names that people know codes and ids by, put beside the values of a change, so that history and notifications still
//! tell them when a status has been renamed or a user is gone. Not here: names of fields, and how numbers and dates look.

use std::collections::HashMap;

use super::RecordId;
use super::catalogue::{self, CustomField};
use super::change::ChangeSet;
use super::value::Value;
use crate::domain::id::UserId;

/// What the account calls things. What is missing here keeps its code.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    /// By reference list and code.
    pub codes: HashMap<(String, String), String>,
    pub users: HashMap<UserId, String>,
    pub records: HashMap<RecordId, String>,
}

impl Labels {
    fn of(&self, list: Option<&str>, value: &Value) -> Option<String> {
        match value {
            Value::Code(code) => self.codes.get(&(list?.to_owned(), code.clone())).cloned(),
            Value::User(id) => self.users.get(id).cloned(),
            Value::Record(id) => self.records.get(id).cloned(),
            _ => None,
        }
    }
}

/// Gives every change the labels of its values.
pub fn label(set: &mut ChangeSet, custom: &[CustomField], labels: &Labels) {
    let record_type = set.record_type;
    for change in &mut set.changes {
        let list = catalogue::list(record_type, custom, &change.field);
        let named = |value: &Option<Value>| labels.of(list.as_deref(), value.as_ref()?);
        (change.old_label, change.new_label) = (named(&change.old), named(&change.new));
    }
}

/// The reference lists, users and records whose names [`label`] will look for.
#[must_use]
pub fn wanted(set: &ChangeSet, custom: &[CustomField]) -> Wanted {
    let mut wanted = Wanted::default();
    for change in &set.changes {
        for value in [&change.old, &change.new].into_iter().flatten() {
            match value {
                Value::Code(code) => {
                    let list = catalogue::list(set.record_type, custom, &change.field);
                    wanted.codes.extend(list.map(|list| (list.into_owned(), code.clone())));
                }
                Value::User(id) => wanted.users.push(id.clone()),
                Value::Record(id) => wanted.records.push(id.clone()),
                _ => {}
            }
        }
    }
    wanted.codes.sort_unstable();
    wanted.codes.dedup();
    wanted.users.sort_unstable();
    wanted.users.dedup();
    wanted.records.sort_unstable();
    wanted.records.dedup();
    wanted
}

/// What is to be looked up, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    pub codes: Vec<(String, String)>,
    pub users: Vec<UserId>,
    pub records: Vec<RecordId>,
}

#[cfg(test)]
mod tests {
    use super::super::RecordType;
    use super::super::catalogue::CustomKind;
    use super::super::diff::{diff, patched};
    use super::super::tests::samples::{custom, native};
    use super::*;

    #[test]
    fn a_change_carries_what_people_call_its_values() {
        let before = patched(
            None,
            &native(RecordType::Order, r#"{"status":"new","manager":"u-1","payments":[{"type":"cash"}]}"#),
        );
        let patch = native(
            RecordType::Order,
            r#"{"status":"paid","manager":"u-2","payments":[{"type":"card"}],"custom_fields":{"colour":"red"}}"#,
        );
        let mut set = diff(Some(&before), &patch);
        let mut labels = Labels::default();
        for (list, code, name) in [
            ("statuses", "new", "New"),
            ("statuses", "paid", "Paid"),
            ("payment-types", "card", "By card"),
            ("dictionary:colours", "red", "Red"),
            // Another list's entry of the same code names nothing here.
            ("stores", "cash", "Cash desk"),
        ] {
            labels.codes.insert((list.into(), code.into()), name.into());
        }
        labels.users.insert(UserId::new("u-2".into()), "Ann".into());
        let fields = custom();
        assert!(fields.iter().any(|f| f.kind == CustomKind::Dictionary));
        let wanted = wanted(&set, &fields);
        assert!(wanted.codes.contains(&("dictionary:colours".into(), "red".into())));
        assert_eq!(wanted.users.len(), 2);
        label(&mut set, &fields, &labels);
        let told: Vec<_> = set
            .changes
            .iter()
            .map(|c| (c.field.as_ref(), c.old_label.as_deref(), c.new_label.as_deref()))
            .filter(|(_, old, new)| old.is_some() || new.is_some())
            .collect();
        let expected = [
            ("status", Some("New"), Some("Paid")),
            ("manager", None, Some("Ann")),
            ("payments.type", None, Some("By card")),
            ("custom_colour", None, Some("Red")),
        ];
        assert_eq!(told, expected);
    }
}
