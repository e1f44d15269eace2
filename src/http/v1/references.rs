//! What records refer to: reference lists, sites, custom fields.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::Caller;
use crate::domain::error::Error;
use crate::domain::record::RecordType;
use crate::domain::record::catalogue::{CustomField, CustomKind};
use crate::flows::change::By;
use crate::flows::lists;
use crate::http::State;
use crate::http::extract::{Body, OnceKey, Path, Query};
use crate::http::problem::Result;
use crate::http::reply::{NoContent, Success};
use crate::store::references::{Entry, Site};

/// An entry of a reference list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReferenceEntry {
    code: String,
    name: String,
    /// A status's group.
    parent: Option<String>,
    ordering: i64,
    active: bool,
}

impl From<Entry> for ReferenceEntry {
    fn from(entry: Entry) -> Self {
        let Entry { code, name, parent, ordering, active, .. } = entry;
        Self { code, name, parent, ordering, active }
    }
}

/// A reference list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReferenceList {
    list: String,
    entries: Vec<ReferenceEntry>,
}

/// Every reference list of the account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReferenceLists {
    items: Vec<ReferenceList>,
}

pub async fn list_reference_lists(state: State, caller: Caller) -> Result<Success<ReferenceLists>> {
    let mut lists: BTreeMap<String, Vec<ReferenceEntry>> = BTreeMap::new();
    for entry in lists::list_entries(&state.ctx, caller.account()).await? {
        lists.entry(entry.list.clone()).or_default().push(entry.into());
    }
    let items = lists.into_iter().map(|(list, entries)| ReferenceList { list, entries }).collect();
    Ok(Success::new(ReferenceLists { items }))
}

/// What an entry is to be.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ReferenceEntryIn {
    name: String,
    /// A status's group.
    parent: Option<String>,
    /// 990 if absent.
    ordering: Option<i64>,
    /// True if absent.
    active: Option<bool>,
}

pub async fn put_reference_entry(
    state: State,
    caller: Caller,
    Path((list, code)): Path<(String, String)>,
    body: Body<ReferenceEntryIn>,
) -> Result<NoContent> {
    let ReferenceEntryIn { name, parent, ordering, active } = body.value;
    let (ordering, active) = (ordering.unwrap_or(990), active.unwrap_or(true));
    let entry = Entry { list, code, name, parent, ordering, active };
    lists::put_entry(&state.ctx, &By::from(&caller), entry, body.once).await?;
    Ok(NoContent)
}

pub async fn delete_reference_entry(
    state: State,
    caller: Caller,
    Path((list, code)): Path<(String, String)>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    lists::delete_entry(&state.ctx, &By::from(&caller), list, code, once).await?;
    Ok(NoContent)
}

/// A shop.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Site")]
pub struct SiteOut {
    code: String,
    name: String,
    /// Where its own page of an order is; `{external_id}` and `{number}` stand for the order's.
    order_url: Option<String>,
    /// The same of a customer.
    customer_url: Option<String>,
}

/// The shops of the account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Sites {
    items: Vec<SiteOut>,
}

pub async fn list_sites(state: State, caller: Caller) -> Result<Success<Sites>> {
    let sites = lists::list_sites(&state.ctx, caller.account()).await?;
    let out = |Site { code, name, order_url, customer_url }| SiteOut { code, name, order_url, customer_url };
    Ok(Success::new(Sites { items: sites.into_iter().map(out).collect() }))
}

/// What a shop is to be.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SiteIn {
    name: String,
    /// Such as `https://crm.example/orders/{external_id}`.
    order_url: Option<String>,
    customer_url: Option<String>,
}

pub async fn put_site(
    state: State,
    caller: Caller,
    Path(code): Path<String>,
    body: Body<SiteIn>,
) -> Result<NoContent> {
    let SiteIn { name, order_url, customer_url } = body.value;
    let site = Site { code, name, order_url, customer_url };
    lists::put_site(&state.ctx, &By::from(&caller), site, body.once).await?;
    Ok(NoContent)
}

pub async fn delete_site(
    state: State,
    caller: Caller,
    Path(code): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    lists::delete_site(&state.ctx, &By::from(&caller), code, once).await?;
    Ok(NoContent)
}

/// A field that the account added to its records.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CustomField")]
pub struct CustomFieldOut {
    record_type: RecordType,
    code: String,
    name: String,
    r#type: CustomKind,
    /// The code of its dictionary: the list `dictionary:CODE`.
    dictionary: Option<String>,
}

/// The fields that the account added.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CustomFields {
    items: Vec<CustomFieldOut>,
}

/// Of which records.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CustomFieldsQuery {
    /// All if absent.
    record_type: Option<RecordType>,
}

pub async fn list_custom_fields(
    state: State,
    caller: Caller,
    Query(query): Query<CustomFieldsQuery>,
) -> Result<Success<CustomFields>> {
    let of = query.record_type.map_or_else(|| RecordType::OF_SHOPS.to_vec(), |one| vec![one]);
    let fields = lists::list_custom_fields(&state.ctx, caller.account(), of).await?;
    let out = |CustomField { record_type, code, name, kind, dictionary }| CustomFieldOut {
        record_type,
        code,
        name,
        r#type: kind,
        dictionary,
    };
    Ok(Success::new(CustomFields { items: fields.into_iter().map(out).collect() }))
}

/// What a custom field is to be.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CustomFieldIn {
    name: String,
    /// Stays what it was at first.
    r#type: CustomKind,
    dictionary: Option<String>,
}

pub async fn put_custom_field(
    state: State,
    caller: Caller,
    Path((record_type, code)): Path<(RecordType, String)>,
    body: Body<CustomFieldIn>,
) -> Result<NoContent> {
    if !record_type.is_of_shops() {
        return Err(Error::NotFound.into());
    }
    let CustomFieldIn { name, r#type, dictionary } = body.value;
    let field = CustomField { record_type, code, name, kind: r#type, dictionary };
    lists::put_custom_field(&state.ctx, &By::from(&caller), field, body.once).await?;
    Ok(NoContent)
}
