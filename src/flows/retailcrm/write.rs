//! Writes customers and orders as the RetailCRM-compatible API sends them: one, changed, or many at once.

use serde_json::{Value as Json, json};

use super::read::{Named, Shown, find, show};
use crate::domain::error::{Error, Fault, FieldError, Result};
use crate::domain::record::RecordType;
use crate::domain::record::value::Spelling;
use crate::flows::Ctx;
use crate::flows::change::By;
use crate::flows::records::{Put, Setting, Source, Which, Who, Written, external_key, put_in};
use crate::store::records::Key;
use crate::store::{Tx, records};

/// The machine that writes.
#[derive(Debug, Clone)]
pub struct Machine {
    pub by: By,
    pub name: String,
}

/// A state for a record, as this API spells it.
pub(super) fn put(record_type: RecordType, which: Which, site: Option<String>, state: Json) -> Put {
    let may_create = matches!(which, Which::New | Which::ExternalId(_));
    Put {
        record_type,
        which,
        site,
        state,
        spelling: Spelling::RetailCrm,
        source: Source::Api,
        silent: false,
        may_create,
    }
}

impl Ctx {
    /// Runs `run` in one transaction on behalf of a machine.
    pub(super) async fn write_as<T, F>(&self, machine: Machine, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx, &Setting, &Who) -> Result<T> + Send + 'static,
    {
        let (ids, now) = (self.ids.clone(), self.now());
        self.store
            .write(move |tx| {
                let setting = Setting::load(tx, machine.by.account)?;
                let who = Who { by: &machine.by, name: Some(&machine.name), ids: &ids, now, cause: None };
                run(tx, &setting, &who)
            })
            .await
    }
}

/// Makes a record.
///
/// # Errors
/// The faults of its fields.
pub async fn create(
    ctx: &Ctx,
    machine: Machine,
    record_type: RecordType,
    site: Option<String>,
    state: Json,
) -> Result<Shown> {
    let put = put(record_type, Which::New, site, state);
    ctx.write_as(machine, move |tx, setting, who| {
        let written = put_in(tx, setting, who, &put)?;
        written_record(tx, setting, record_type, &written)
    })
    .await
}

/// Changes a record.
///
/// # Errors
/// [`Error::NotFound`]; the faults of its fields.
pub async fn edit(
    ctx: &Ctx,
    machine: Machine,
    record_type: RecordType,
    named: Named,
    state: Json,
) -> Result<Shown> {
    ctx.write_as(machine, move |tx, setting, who| {
        let record = find(tx, setting, record_type, &named)?;
        let put = put(record_type, Which::Number(record.number), None, state.clone());
        let written = put_in(tx, setting, who, &put)?;
        written_record(tx, setting, record_type, &written)
    })
    .await
}

pub(super) fn written_record(
    tx: &mut Tx,
    setting: &Setting,
    record_type: RecordType,
    written: &Written,
) -> Result<Shown> {
    let record = records::find(tx, setting.account, record_type, &Key::Number(written.number))?;
    let record = record.ok_or(Error::NotFound)?;
    show(tx, setting.account, vec![record])?.pop().ok_or(Error::NotFound)
}

/// Writes many records at once, new and known ones, and tells nobody. What is wrong with one keeps no other out.
///
/// # Errors
/// What the store says; the faults of each record are among the answers.
pub async fn upload(
    ctx: &Ctx,
    machine: Machine,
    record_type: RecordType,
    site: Option<String>,
    states: Vec<Json>,
) -> Result<Vec<Result<Written>>> {
    let puts: Vec<Put> = states
        .into_iter()
        .map(|state| {
            let external = state.get("externalId").and_then(text);
            let which = external.map_or(Which::New, Which::ExternalId);
            let named = site.clone().or_else(|| state.get("site").and_then(text));
            Put { silent: true, ..put(record_type, which, named, state) }
        })
        .collect();
    ctx.write_as(machine, move |tx, setting, who| {
        let mut answers = Vec::with_capacity(puts.len());
        hold(tx, setting, record_type, &puts)?;
        for put in &puts {
            match put_in(tx, setting, who, put) {
                Err(refused @ (Error::Invalid(_) | Error::NotFound | Error::Conflict(_))) => {
                    answers.push(Err(refused));
                }
                Err(error) => return Err(error),
                Ok(written) => answers.push(Ok(written)),
            }
        }
        Ok(answers)
    })
    .await
}

/// Two uploads of the same records in another order follow each other, and never wait for each other.
fn hold(tx: &mut Tx, setting: &Setting, record_type: RecordType, puts: &[Put]) -> Result<()> {
    let key = |put: &Put| match (&put.which, setting.site(put.site.as_deref())) {
        (Which::ExternalId(id), Ok(site)) => Some(external_key(&site, id)),
        _ => None,
    };
    let mut keys: Vec<String> = puts.iter().filter_map(key).collect();
    keys.sort_unstable();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    records::hold(tx, setting.account, record_type, &keys)
}

/// Texts and numbers alike are ids of shops.
fn text(json: &Json) -> Option<String> {
    let text = match json {
        // As states are read: without control characters.
        Json::String(text) => text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned(),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Gives records, named by number, the ids that the shop has for them: all or none.
///
/// # Errors
/// Each record that there is not, or whose id is taken, by its place.
pub async fn fix_external_ids(
    ctx: &Ctx,
    machine: Machine,
    record_type: RecordType,
    ids: Vec<(i64, String)>,
) -> Result<()> {
    ctx.write_as(machine, move |tx, setting, who| {
        let mut faults = Vec::new();
        for (place, (number, external_id)) in ids.iter().enumerate() {
            let state = json!({"externalId": external_id});
            let put = Put { silent: true, ..put(record_type, Which::Number(*number), None, state) };
            let (field, fault) = match put_in(tx, setting, who, &put) {
                Ok(_) => continue,
                Err(Error::NotFound) => ("id", Fault::UnknownRecord(number.to_string())),
                Err(Error::Invalid(mut found)) => {
                    ("externalId", found.pop().map_or(Fault::Required, |found| found.fault))
                }
                Err(error) => return Err(error),
            };
            faults.push(FieldError { field: format!("[{place}].{field}").into(), fault });
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
    })
    .await
}
