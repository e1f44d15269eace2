//! Orders and customers: listed, read, made, changed, uploaded.

use serde_json::{Map, Value as Json, json};

use super::answer::{Answer, Refusal, Result};
use super::page::Paging;
use super::params;
use super::{Call, search};
use crate::domain::error::Error;
use crate::domain::record::value::Value;
use crate::domain::record::{RecordType, wire};
use crate::flows::retailcrm::read::{self, Named, Shown};
use crate::flows::retailcrm::write::{self, Machine};

/// What a sort of records is called.
pub struct Words {
    pub record_type: RecordType,
    one: &'static str,
    many: &'static str,
    uploaded: &'static str,
    failed: &'static str,
    title: &'static str,
}

pub const ORDERS: Words = Words {
    record_type: RecordType::Order,
    one: "order",
    many: "orders",
    uploaded: "uploadedOrders",
    failed: "failedOrders",
    title: "Orders",
};

pub const CUSTOMERS: Words = Words {
    record_type: RecordType::Customer,
    one: "customer",
    many: "customers",
    uploaded: "uploadedCustomers",
    failed: "failedCustomers",
    title: "Customers",
};

/// Records in one upload.
const MOST_UPLOADED: usize = 50;
/// Ids in one call.
const MOST_IDS: usize = 500;

impl Call {
    pub(super) fn machine(&self) -> Machine {
        Machine { by: self.by(), name: self.key.name.clone() }
    }

    /// The record that the path names: by the shop's id unless `by=id`.
    fn named(&self) -> Result<Named> {
        let id = self.path(0);
        if self.by_id()? {
            return Ok(Named::Number(id.trim().parse().map_err(|_| Error::NotFound)?));
        }
        Ok(Named::External { id, site: self.params.text("site") })
    }

    pub(super) fn by_id(&self) -> Result<bool> {
        match self.params.text("by").as_deref() {
            None | Some("externalId") => Ok(false),
            Some("id") => Ok(true),
            Some(_) => Err(Refusal::input("by", "This must be id or externalId")),
        }
    }
}

fn shown_json(shown: &Shown, zone: &jiff::tz::TimeZone) -> Json {
    wire::retailcrm(&shown.record.state, &shown.ids, zone)
}

pub async fn list(call: Call, words: &'static Words) -> Result<Answer> {
    let paging = Paging::read(&call.params)?;
    let search = match words.record_type {
        RecordType::Order => search::orders(&call.params, paging)?,
        RecordType::Customer => search::customers(&call.params, paging)?,
        RecordType::Task => return Err(Refusal::no_call()),
    };
    let page = read::list(&call.state.ctx, call.account(), words.record_type, search).await?;
    let items: Json = page.items.iter().map(|shown| shown_json(shown, &page.zone)).collect();
    Ok(Answer::success().with("pagination", paging.answer(page.total)).with(words.many, items))
}

pub async fn get(call: Call, words: &'static Words) -> Result<Answer> {
    let (shown, zone) = read::get(&call.state.ctx, call.account(), words.record_type, call.named()?).await?;
    Ok(Answer::success().with(words.one, shown_json(&shown, &zone)))
}

pub async fn create(call: Call, words: &'static Words) -> Result<Answer> {
    let state = call.params.object(words.one)?;
    let site = call.params.text("site").or_else(|| state.get("site").and_then(params::text));
    let shown = write::create(&call.state.ctx, call.machine(), words.record_type, site, state).await?;
    answer(call, words, &shown, Answer::created()).await
}

pub async fn edit(call: Call, words: &'static Words) -> Result<Answer> {
    let (named, state) = (call.named()?, call.params.object(words.one)?);
    let shown = write::edit(&call.state.ctx, call.machine(), words.record_type, named, state).await?;
    answer(call, words, &shown, Answer::success()).await
}

/// What was written: its id, and of an order all of it.
async fn answer(call: Call, words: &'static Words, shown: &Shown, answer: Answer) -> Result<Answer> {
    let number = shown.record.number;
    let answer = answer.with("id", number);
    if words.record_type == RecordType::Customer {
        return Ok(answer);
    }
    let zone = read::zone(&call.state.ctx, call.account()).await?;
    Ok(answer.with(words.one, shown_json(shown, &zone)))
}

pub async fn upload(call: Call, words: &'static Words) -> Result<Answer> {
    let states = call.params.list(words.many, MOST_UPLOADED)?;
    let external: Vec<Json> =
        states.iter().map(|s| s.get("externalId").cloned().unwrap_or(Json::Null)).collect();
    let site = call.params.text("site");
    let written = write::upload(&call.state.ctx, call.machine(), words.record_type, site, states).await?;
    let (mut uploaded, mut failed, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for (place, (written, external)) in written.into_iter().zip(external).enumerate() {
        match written {
            Ok(written) => uploaded.push(json!({"id": written.number, "externalId": written.external_id})),
            Err(error) => {
                failed.push(json!({"externalId": external}));
                faults.push((place, error));
            }
        }
    }
    let uploaded = Json::Array(uploaded);
    if faults.is_empty() {
        return Ok(Answer::created().with(words.uploaded, uploaded).with(words.failed, json!([])));
    }
    let more = [(words.uploaded.to_owned(), uploaded), (words.failed.to_owned(), Json::Array(failed))];
    Err(Refusal::partly(words.title, faults, Map::from_iter(more)))
}

pub async fn fix_external_ids(call: Call, words: &'static Words) -> Result<Answer> {
    let list = call.params.list(words.many, MOST_IDS)?;
    let mut ids = Vec::with_capacity(list.len());
    let mut faults = Vec::new();
    for (place, pair) in list.iter().enumerate() {
        let text = |key: &str| pair.get(key).and_then(params::text);
        match (text("id").and_then(|id| id.parse::<i64>().ok()), text("externalId")) {
            (Some(id), Some(external_id)) => ids.push((id, external_id)),
            (None, _) => faults.push((place, "id", "This must be a whole number")),
            (_, None) => faults.push((place, "externalId", "This is missing")),
        }
    }
    if !faults.is_empty() {
        let named = |(place, key, why)| (format!("{}[{place}].{key}", words.many), String::from(why));
        return Err(Refusal::input_all(faults.into_iter().map(named).collect()));
    }
    let fixed = write::fix_external_ids(&call.state.ctx, call.machine(), words.record_type, ids).await;
    fixed.map_err(|error| Refusal::from(error).renamed(&[("[", &format!("{}[", words.many))]))?;
    Ok(Answer::success())
}

/// The statuses of orders, by ids of either sort.
pub async fn list_statuses(call: Call) -> Result<Answer> {
    let (ids, external_ids) = (call.params.texts("ids"), call.params.texts("externalIds"));
    if ids.is_empty() && external_ids.is_empty() {
        return Err(Refusal::missing("ids"));
    }
    if ids.len() + external_ids.len() > MOST_IDS {
        return Err(Refusal::input("ids", format!("At most {MOST_IDS} ids at a time")));
    }
    // What is no number is the id of no order.
    let numbers = ids.iter().filter_map(|id| id.parse().ok()).collect();
    let sites = call.params.text("site").into_iter().collect();
    let found = read::list_statuses(&call.state.ctx, call.account(), numbers, external_ids, sites).await?;
    let orders: Json = found
        .iter()
        .map(|(record, group)| {
            let status = record.state.get("status").and_then(Value::text);
            json!({
                "id": record.number,
                "externalId": record.state.external_id(),
                "status": status,
                "group": group,
            })
        })
        .collect();
    Ok(Answer::success().with("orders", orders))
}
