//! Looks up what people call the codes, users and records of a change set.

use crate::domain::error::Result;
use crate::domain::id::{Account, UserId};
use crate::domain::record::RecordId;
use crate::domain::record::catalogue::CustomField;
use crate::domain::record::change::ChangeSet;
use crate::domain::record::labels::{Labels, wanted};
use crate::store::{Tx, audience, records, references};

/// # Errors
/// What the store says.
pub(super) fn load(tx: &mut Tx, account: Account, set: &ChangeSet, custom: &[CustomField]) -> Result<Labels> {
    let wanted = wanted(set, custom);
    let mut labels = Labels::default();
    for (list, code) in wanted.codes {
        if let Some(entry) = references::find_entry(tx, account, &list, &code)? {
            labels.codes.insert((list, code), entry.name);
        }
    }
    let users: Vec<&str> = wanted.users.iter().map(UserId::as_str).collect();
    labels.users.extend(audience::list_names(tx, account, &users)?);
    let ids: Vec<&str> = wanted.records.iter().map(RecordId::as_str).collect();
    for record in records::list_by_ids(tx, account, &ids)? {
        labels.records.insert(record.id, record.title);
    }
    Ok(labels)
}
