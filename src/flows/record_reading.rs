//! Reads a state that somebody sent: looks up the people and records that it names, the site that is meant, and the record
//! that it is of. What comes of it is `records`'.

use super::records::{Put, Setting, Which, external_key};
use crate::domain::error::{Error, Fault, Result};
use crate::domain::id::{Account, UserId};
use crate::domain::record::patch::{Patch, named};
use crate::domain::record::value::{Known, RecordRef, UserRef, Value};
use crate::domain::record::{RecordId, RecordType};
use crate::store::records::{Key, Record};
use crate::store::{Tx, audience, records};
use serde_json::Value as Json;

/// An external id that comes beside the state, in a path, is held to what one within it is.
pub(super) fn check_external_id(id: &str) -> Result<()> {
    const LONGEST: usize = 255;
    let fault = |fault| Err(Error::field("external_id", fault));
    if id.trim().is_empty() {
        return fault(Fault::Required);
    }
    if id.chars().count() > LONGEST {
        return fault(Fault::TooLong(LONGEST));
    }
    if id.trim() != id || id.chars().any(char::is_control) {
        fault(Fault::WrongType("text without spaces around it"))
    } else {
        Ok(())
    }
}

/// Reads what was sent, with the people and records that it names looked up first.
pub(super) fn read_patch(tx: &mut Tx, setting: &Setting, put: &Put) -> Result<Patch> {
    let account = setting.account;
    let (user, linked) = named(put.spelling, &put.state);
    let user = user.map(|user| find_user(tx, account, &user)).transpose()?.flatten();
    let mut found: Vec<(RecordRef, Option<RecordId>)> = Vec::new();
    for reference in linked {
        let id = find_linked(tx, setting, put, &reference)?;
        found.push((reference, id));
    }
    let known = Known {
        zone: &setting.zone,
        custom: setting.custom(put.record_type),
        user: &|_| user.clone(),
        customer: &|wanted| {
            found.iter().find(|(reference, _)| reference == wanted).and_then(|(_, id)| id.clone())
        },
        code: &|_, _| true,
    };
    Patch::read(put.record_type, put.spelling, &put.state, &known)
}

fn find_user(tx: &mut Tx, account: Account, user: &UserRef) -> Result<Option<UserId>> {
    let found = match user {
        UserRef::Number(number) => audience::find_user_by_number(tx, account, *number)?,
        UserRef::Id(user) | UserRef::Email(user) => {
            audience::find_user(tx, account, user, &user.trim().to_lowercase())?
        }
    };
    Ok(found.map(|user| UserId::new(user.id)))
}

fn find_linked(tx: &mut Tx, setting: &Setting, put: &Put, reference: &RecordRef) -> Result<Option<RecordId>> {
    let key = match reference {
        RecordRef::Id(id) => Key::Id(id.clone()),
        RecordRef::Number(number) => Key::Number(*number),
        RecordRef::ExternalId { external_id, site } => {
            // A customer of the same shop, unless another one is named.
            let own = if site.is_none() { own_site(tx, setting.account, put)? } else { None };
            let Ok(site) = setting.site(site.as_deref().or(own.as_deref())) else { return Ok(None) };
            Key::External(external_key(&site, external_id))
        }
    };
    let found = records::find(tx, setting.account, RecordType::Customer, &key)?;
    Ok(found.map(|record| record.id))
}

/// The site of the record that is put, as far as it can be told before the state is read.
fn own_site(tx: &mut Tx, account: Account, put: &Put) -> Result<Option<String>> {
    let named = put.site.as_deref().or_else(|| put.state.get("site").and_then(Json::as_str));
    let key = match &put.which {
        Which::Id(id) => Key::Id(id.clone()),
        Which::Number(number) => Key::Number(*number),
        Which::ExternalId(_) | Which::New => return Ok(named.map(str::to_owned)),
    };
    match named {
        Some(site) => Ok(Some(site.to_owned())),
        None => Ok(records::find(tx, account, put.record_type, &key)?.map(|record| record.site)),
    }
}

/// The site of the query, or of the state, or the only one. A record that is named by id needs none.
pub(super) fn site_of(setting: &Setting, put: &Put, patch: &Patch) -> Result<String> {
    let in_state = patch.fields.get("site").and_then(|site| site.as_ref()).and_then(Value::text);
    if in_state.is_some() {
        setting.site(in_state)?;
    }
    let named = put.site.as_deref().or(in_state);
    match (&put.which, named) {
        (Which::Id(_) | Which::Number(_), None) => Ok(String::new()),
        (_, named) => setting.site(named),
    }
}

pub(super) fn find(
    tx: &mut Tx,
    account: Account,
    put: &Put,
    patch: &Patch,
    site: &str,
) -> Result<Option<Record>> {
    let key = match &put.which {
        Which::ExternalId(id) => Key::External(external_key(site, id)),
        Which::Id(id) => Key::Id(id.clone()),
        Which::Number(number) => Key::Number(*number),
        Which::New => {
            let external = patch.fields.get("external_id").and_then(|id| id.as_ref()).and_then(Value::text);
            let Some(external) = external else { return Ok(None) };
            let taken = Key::External(external_key(site, external));
            return match records::find(tx, account, put.record_type, &taken)? {
                None => Ok(None),
                Some(_) => Err(Error::field("external_id", Fault::Taken)),
            };
        }
    };
    records::find_for_update(tx, account, put.record_type, &key)
}
