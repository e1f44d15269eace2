//! Custom fields of orders and customers, and their dictionaries.

use serde_json::{Value as Json, json};

use super::Call;
use super::answer::{Answer, Refusal, Result};
use super::filter::Filter;
use super::page::Paging;
use super::params;
use super::references::read_edit;
use crate::domain::error::Error;
use crate::domain::record::RecordType;
use crate::domain::record::catalogue::{CustomField, CustomKind, dictionary};
use crate::flows::retailcrm::lists::{self, EditField};
use crate::store::references::Entry;

/// Entries that one call gives a dictionary.
const MOST_ENTRIES: usize = 1_000;

fn record_type(entity: &str) -> Result<RecordType> {
    RecordType::parse(entity).filter(|of| of.is_of_shops()).ok_or_else(|| Error::NotFound.into())
}

fn field_json(field: &CustomField) -> Json {
    let mut out = json!({
        "name": field.name,
        "code": field.code,
        "type": field.kind.name(),
        "entity": field.record_type.name(),
        "required": false,
        "inFilter": true,
        "ordering": 50,
    });
    if let Some(dictionary) = &field.dictionary {
        out["dictionary"] = json!(dictionary);
    }
    out
}

pub async fn list(call: Call) -> Result<Answer> {
    let paging = Paging::read(&call.params)?;
    let mut filter = Filter::of(&call.params);
    let (entity, code) = (filter.text("entity"), filter.text("code"));
    let (name, kind) = (filter.text("name"), filter.text("type"));
    filter.finish()?;
    let (mut fields, _) = lists::list_custom_fields(&call.state.ctx, call.account()).await?;
    fields.retain(|field| {
        entity.as_deref().is_none_or(|entity| entity == field.record_type.name())
            && code.as_deref().is_none_or(|code| code == field.code)
            && name.as_deref().is_none_or(|name| name == field.name)
            && kind.as_deref().is_none_or(|kind| kind == field.kind.name())
    });
    let (page, pagination) = paging.of(fields);
    let fields: Json = page.iter().map(field_json).collect();
    Ok(Answer::success().with("pagination", pagination).with("customFields", fields))
}

pub async fn get(call: Call) -> Result<Answer> {
    let (entity, code) = (record_type(&call.path(0))?, call.path(1));
    let (fields, _) = lists::list_custom_fields(&call.state.ctx, call.account()).await?;
    let field = fields.iter().find(|field| field.record_type == entity && field.code == code);
    Ok(Answer::success().with("customField", field_json(field.ok_or(Error::NotFound)?)))
}

pub async fn create(call: Call) -> Result<Answer> {
    let entity = record_type(&call.path(0))?;
    let given = call.params.object("customField")?;
    let code = given.get("code").and_then(params::text);
    let code = code.ok_or_else(|| Refusal::validation("code", "This is missing"))?;
    put(call, entity, code, &given, true).await
}

pub async fn edit(call: Call) -> Result<Answer> {
    let (entity, code) = (record_type(&call.path(0))?, call.path(1));
    let given = call.params.object("customField")?;
    put(call, entity, code, &given, false).await
}

async fn put(call: Call, entity: RecordType, code: String, given: &Json, is_new: bool) -> Result<Answer> {
    let text = |key: &str| given.get(key).and_then(params::text);
    let kind = text("type").map(|kind| {
        let why =
            "This must be one of string, text, integer, numeric, boolean, date, datetime, dictionary, email";
        CustomKind::parse(&kind).ok_or_else(|| Refusal::validation("type", why))
    });
    let field = EditField {
        record_type: entity,
        code: code.clone(),
        name: text("name"),
        kind: kind.transpose()?,
        dictionary: text("dictionary"),
    };
    lists::put_custom_field(&call.state.ctx, &call.by(), field, is_new).await?;
    let answer = if is_new { Answer::created() } else { Answer::success() };
    Ok(answer.with("code", code))
}

fn dictionary_json(code: &str, entries: &[Entry]) -> Json {
    let list = dictionary(code);
    let elements = entries.iter().filter(|entry| entry.list == list);
    let elements: Json = elements
        .map(|entry| json!({"name": entry.name, "code": entry.code, "ordering": entry.ordering}))
        .collect();
    json!({"name": code, "code": code, "elements": elements})
}

/// The codes of all dictionaries, each once.
fn codes(fields: &[CustomField], entries: &[Entry]) -> Vec<String> {
    let prefix = dictionary("");
    let of_entries = entries.iter().filter_map(|entry| entry.list.strip_prefix(&prefix)).map(str::to_owned);
    let of_fields = fields.iter().filter_map(|field| field.dictionary.clone());
    let mut codes: Vec<String> = of_entries.chain(of_fields).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

pub async fn list_dictionaries(call: Call) -> Result<Answer> {
    let paging = Paging::read(&call.params)?;
    let mut filter = Filter::of(&call.params);
    let (name, code) = (filter.text("name"), filter.text("code"));
    filter.finish()?;
    let (fields, entries) = lists::list_custom_fields(&call.state.ctx, call.account()).await?;
    let mut codes = codes(&fields, &entries);
    codes.retain(|known| [&name, &code].into_iter().flatten().all(|wanted| wanted == known));
    let (page, pagination) = paging.of(codes);
    let found: Json = page.iter().map(|code| dictionary_json(code, &entries)).collect();
    Ok(Answer::success().with("pagination", pagination).with("customDictionaries", found))
}

pub async fn get_dictionary(call: Call) -> Result<Answer> {
    let code = call.path(0);
    let (fields, entries) = lists::list_custom_fields(&call.state.ctx, call.account()).await?;
    if !codes(&fields, &entries).contains(&code) {
        return Err(Error::NotFound.into());
    }
    Ok(Answer::success().with("customDictionary", dictionary_json(&code, &entries)))
}

pub async fn create_dictionary(call: Call) -> Result<Answer> {
    let given = call.params.object("customDictionary")?;
    let code = given.get("code").and_then(params::text);
    let code = code.ok_or_else(|| Refusal::validation("code", "This is missing"))?;
    put_dictionary(call, code, &given).await.map(|()| Answer::created())
}

pub async fn edit_dictionary(call: Call) -> Result<Answer> {
    let given = call.params.object("customDictionary")?;
    let code = call.path(0);
    put_dictionary(call, code, &given).await.map(|()| Answer::success())
}

async fn put_dictionary(call: Call, code: String, given: &Json) -> Result<()> {
    let elements = match given.get("elements") {
        Some(Json::Array(list)) if list.len() <= MOST_ENTRIES => list.clone(),
        None => Vec::new(),
        Some(_) => {
            let why = format!("This must be a list of at most {MOST_ENTRIES} elements");
            return Err(Refusal::validation("elements", why));
        }
    };
    let mut entries = Vec::with_capacity(elements.len());
    for (place, element) in elements.iter().enumerate() {
        let code = element.get("code").and_then(params::text);
        let code =
            code.ok_or_else(|| Refusal::validation(format!("elements[{place}].code"), "This is missing"))?;
        entries.push(read_edit(element, code)?);
    }
    Ok(lists::put_dictionary(&call.state.ctx, &call.by(), code, entries).await?)
}
