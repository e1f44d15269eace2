//! Takes in facts that shops tell under a name of their own. They are kept as events; what they set off is up to whoever
//! listens to events of that name.
//!
//! An event is one by its source and id: told again, it is the same one, and answered with the same id for as long as
//! other repeated calls are.

use serde_json::Value;

use super::change::By;
use super::once::{Once, earlier, keep};
use super::records::Who;
use crate::domain::error::{Error, Fault, FieldError, Result};
use crate::domain::event::{Custom, Event, Fact, Named};
use crate::domain::id::EventId;
use crate::domain::record::RecordType;
use crate::store::{Tx, events};

/// Longest type, source, id, and other attribute, in characters.
const LONGEST: usize = 255;

/// An event as its teller wrote it.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub event_type: String,
    /// What told it; empty where the caller gives none.
    pub source: String,
    /// Its id at the source.
    pub id: Option<String>,
    /// The type and external id of the record that it is about.
    pub record: Option<(String, String)>,
    pub data: Option<Value>,
    /// Other attributes of a CloudEvent, by name.
    pub attributes: Vec<(String, String)>,
}

/// Keeps an event; answers its id here.
///
/// # Errors
/// The faults of its fields, before anything is written.
pub(super) fn accept_in(tx: &mut Tx, who: &Who, draft: &Draft) -> Result<String> {
    let fact = check(draft)?;
    let once = draft.id.as_ref().map(|id| same(who.by, &draft.source, id));
    if let Some(once) = &once
        && let Some(id) = earlier::<String>(tx, once)?
    {
        return Ok(id);
    }
    let id = EventId::new(who.ids.next(who.now));
    let event = Event {
        account: who.by.account,
        id: id.clone(),
        actor: who.by.actor.clone(),
        fact: Fact::Custom(fact),
        created_at: who.now,
        send_at: None,
        recalled_at: None,
    };
    events::insert_many(tx, &[events::Addressed { event, audience: None }])?;
    if let Some(once) = &once {
        keep(tx, once, &id.to_string(), who.now)?;
    }
    Ok(id.to_string())
}

/// The event of this source and id, whoever of the account tells it.
fn same(by: &By, source: &str, id: &str) -> Once {
    Once {
        account: by.account,
        caller: "events".to_owned(),
        operation: format!("event of {source}"),
        key: id.to_owned(),
        body_hash: String::new(),
    }
}

fn check(draft: &Draft) -> Result<Custom> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, fault| faults.push(FieldError { field: field.to_owned().into(), fault });
    let named =
        [("type", Some(&draft.event_type)), ("id", draft.id.as_ref()), ("source", Some(&draft.source))];
    for (field, text) in named {
        let Some(text) = text else { continue };
        if text.chars().count() > LONGEST {
            fault(field, Fault::TooLong(LONGEST));
        }
        if text.chars().any(char::is_control) || (text.trim().is_empty() && field != "source") {
            fault(field, Fault::Required);
        }
    }
    for (name, value) in &draft.attributes {
        if name.len() > LONGEST || value.chars().count() > LONGEST * 10 {
            fault(name, Fault::TooLong(LONGEST));
        }
    }
    let record = draft.record.as_ref().and_then(|(name, external_id)| {
        let record_type = RecordType::parse(name).filter(|of| of.is_of_shops());
        if record_type.is_none() {
            fault("record.type", Fault::NotAChoice("customer, order"));
        }
        if external_id.trim().is_empty() || external_id.chars().count() > LONGEST {
            fault("record.external_id", Fault::Required);
        }
        record_type.map(|record_type| Named { record_type, external_id: external_id.clone() })
    });
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    Ok(Custom {
        event_type: draft.event_type.clone(),
        source: draft.source.clone(),
        id: draft.id.clone(),
        record,
        data: draft.data.clone(),
        attributes: draft.attributes.iter().cloned().collect(),
    })
}
