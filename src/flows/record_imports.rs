//! An import: states of records by the operator's hand, as many as there are. History is written; nobody is told, and no rule
//! runs. Where the states come from, and who is shown how far it has got, is the caller's to know.

use serde_json::Value as Json;

use super::change::By;
use super::records::{Put, Setting, Source, Which, Who, external_key, put_in};
use super::{Ctx, record_doors};
use crate::domain::error::{Error, Fault, Result};
use crate::domain::id::Account;
use crate::domain::record::RecordType;
use crate::domain::record::value::Spelling;
use crate::store::{Tx, records};

/// Imports states, each with its `external_id`; one outcome for each, in their order. Whoever is refused does not touch
/// his neighbours.
///
/// # Errors
/// What the store says; what was written until then stays written, and writing it again changes nothing.
pub async fn import(
    ctx: &Ctx,
    account: Account,
    record_type: RecordType,
    states: Vec<Json>,
) -> Result<Vec<Result<()>>> {
    let mut outcomes = Vec::with_capacity(states.len());
    for together in states.chunks(record_doors::MOST_TOGETHER) {
        let puts: Vec<Result<Put>> = together.iter().map(|state| put_of(record_type, state)).collect();
        let (ids, now) = (ctx.ids.clone(), ctx.now());
        let written = ctx.store.write(move |tx| {
            let setting = Setting::load(tx, account)?;
            hold(tx, &setting, record_type, &puts)?;
            let by = By::system(account);
            let who = Who { by: &by, name: None, ids: &ids, now, cause: None };
            puts.iter()
                .map(|put| outcome(put.clone().and_then(|put| put_in(tx, &setting, &who, &put))))
                .collect()
        });
        let written: Vec<Result<()>> = written.await?;
        outcomes.extend(written);
    }
    Ok(outcomes)
}

fn put_of(record_type: RecordType, state: &Json) -> Result<Put> {
    let external_id = match &state["external_id"] {
        Json::String(id) if !id.is_empty() => id.clone(),
        Json::Number(id) => id.to_string(),
        _ => return Err(Error::field("external_id", Fault::Required)),
    };
    Ok(Put {
        record_type,
        which: Which::ExternalId(external_id),
        site: None,
        state: state.clone(),
        spelling: Spelling::Native,
        source: Source::Code,
        silent: true,
        may_create: true,
    })
}

/// A refusal, which comes from reading alone, is one state's; anything else ends the transaction.
fn outcome<T>(done: Result<T>) -> Result<Result<()>> {
    match done {
        Ok(_) => Ok(Ok(())),
        Err(error @ (Error::Invalid(_) | Error::NotFound | Error::Conflict(_))) => Ok(Err(error)),
        Err(error) => Err(error),
    }
}

/// Holds the records that are named, in the order of their keys, as every writer of many does.
fn hold(tx: &mut Tx, setting: &Setting, record_type: RecordType, puts: &[Result<Put>]) -> Result<()> {
    let key = |put: &Put| {
        let Which::ExternalId(id) = &put.which else { return None };
        let site = setting.site(put.state.get("site").and_then(Json::as_str)).ok()?;
        Some(external_key(&site, id))
    };
    let mut keys: Vec<String> = puts.iter().flatten().filter_map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    records::hold(tx, setting.account, record_type, &keys)
}
