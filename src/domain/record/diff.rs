//! What a patch does to a record, and the changes between two states of it.
//!
//! `apply(before, &diff(before, patch))` is `patched(before, patch)`: a change set loses nothing.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::RecordType;
use super::change::{Change, ChangeKind, ChangeSet, PartRef};
use super::parts::{List, Part};
use super::patch::{Patch, set_all};
use super::state::{Fields, State};
use super::value::Value;

/// What the patch changes in the record, which is new if there is none before.
#[must_use]
pub fn diff(before: Option<&State>, patch: &Patch) -> ChangeSet {
    compare(before, &patched(before, patch))
}

/// The record after the patch.
#[must_use]
pub fn patched(before: Option<&State>, patch: &Patch) -> State {
    let blank = State::new(patch.record_type);
    let before = before.unwrap_or(&blank);
    let mut after = before.clone();
    set_all(&mut after.fields, &patch.fields);
    for list in List::ALL {
        if let Some(drafts) = patch.parts(list) {
            *after.parts_mut(list) = before.parts(list).replaced(list, drafts);
        }
    }
    let total_given = patch.fields.get("total_sum").is_some_and(Option::is_some);
    if after.record_type == RecordType::Order && !total_given {
        count_total(before, &mut after, patch.fields.contains_key("total_sum"));
    }
    after
}

/// A total that is given stands, because a shop knows of taxes, fees and rounding that its items do not show; sent with every
/// state, it must not flicker. Without one the total follows what items and delivery cost, when that changes or when the total
/// is cleared. A record without items has nothing to count from, and keeps the total that it was given.
fn count_total(before: &State, after: &mut State, cleared: bool) {
    if !after.items.list.is_empty() {
        let moved = before.counted_total() != after.counted_total() || before.items.list.is_empty();
        if moved || cleared {
            let total = after.counted_total();
            after.fields.insert(Cow::Borrowed("total_sum"), Value::Number(total));
        }
    } else if !before.items.list.is_empty() {
        after.fields.remove("total_sum");
    }
}

/// The changes that lead from one state to the other.
#[must_use]
pub fn compare(before: Option<&State>, after: &State) -> ChangeSet {
    let blank = State::new(after.record_type);
    let kind = if before.is_some() { ChangeKind::Update } else { ChangeKind::Create };
    let before = before.unwrap_or(&blank);
    let mut set = ChangeSet { record_type: after.record_type, kind, changes: Vec::new() };
    set.changes.extend(compare_fields(&before.fields, &after.fields, None));
    for list in List::ALL {
        compare_parts(list, before, after, &mut set.changes);
    }
    set.sort();
    set
}

fn compare_fields(before: &Fields, after: &Fields, part: Option<&PartRef>) -> Vec<Change> {
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let change = |name: &Cow<'static, str>| {
        let field = part.map_or_else(|| name.clone(), |part| format!("{}.{name}", part.list.name()).into());
        Change::new(field, part.cloned(), before.get(name).cloned(), after.get(name).cloned())
    };
    changed.map(change).collect()
}

fn compare_parts(list: List, before: &State, after: &State, changes: &mut Vec<Change>) {
    let (old, new) = (before.parts(list), after.parts(list));
    let nothing = Fields::new();
    for part in &old.list {
        let named = part_ref(list, part);
        if let Some(now) = new.find(part.line) {
            let renamed = part_ref(list, now);
            changes.extend(compare_fields(&part.fields, &now.fields, Some(&renamed)));
        } else {
            let gone = named.itself();
            changes.push(Change::new(Cow::Borrowed(list.name()), Some(named), Some(gone), None));
        }
    }
    for part in new.list.iter().filter(|part| old.find(part.line).is_none()) {
        let named = part_ref(list, part);
        let come = named.itself();
        changes.push(Change::new(Cow::Borrowed(list.name()), Some(named.clone()), None, Some(come)));
        changes.extend(compare_fields(&nothing, &part.fields, Some(&named)));
    }
}

fn part_ref(list: List, part: &Part) -> PartRef {
    PartRef {
        list,
        line: part.line,
        external_id: part.external_id().map(str::to_owned),
        name: part.name().map(str::to_owned),
    }
}

/// The record after the changes. A deletion leaves it as it was: that it is gone is not one of its fields.
#[must_use]
pub fn apply(before: Option<&State>, set: &ChangeSet) -> State {
    let mut after = before.cloned().unwrap_or_else(|| State::new(set.record_type));
    for change in &set.changes {
        let Some(part) = &change.part else {
            put(&mut after.fields, change.field.clone(), change.new.as_ref());
            continue;
        };
        let parts = after.parts_mut(part.list);
        match change.part_came() {
            Some(true) => {
                parts.last = parts.last.max(part.line);
                parts.list.push(Part { line: part.line, fields: Fields::new() });
            }
            Some(false) => parts.list.retain(|other| other.line != part.line),
            None => {
                let bare = change.field.split_once('.').map_or("", |(_, bare)| bare).to_owned();
                if let Some(part) = parts.list.iter_mut().find(|other| other.line == part.line) {
                    put(&mut part.fields, Cow::Owned(bare), change.new.as_ref());
                }
            }
        }
    }
    for list in List::ALL {
        after.parts_mut(list).list.sort_by_key(|part| part.line);
    }
    after
}

fn put(fields: &mut Fields, name: Cow<'static, str>, value: Option<&Value>) {
    match value {
        Some(value) => fields.insert(name, value.clone()),
        None => fields.remove(&name),
    };
}
