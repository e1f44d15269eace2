//! Reference lists, read as maps by code or as lists, whichever the source has for each; and the edits of their entries.

use serde_json::{Map, Value as Json, json};

use super::Call;
use super::answer::{Answer, Refusal, Result};
use super::params;
use crate::domain::record::catalogue::{
    DELIVERY_TYPES, ITEM_STATUSES, ORDER_METHODS, ORDER_TYPES, PAYMENT_STATUSES, PAYMENT_TYPES, SITES,
    STATUSES, STORES,
};
use crate::flows::retailcrm::lists::{self, Edit, Lists, STATUS_GROUPS};
use crate::store::references::Entry;

/// A list: its path and the list behind it, the key of the answer, the parameter of an edit, and whether it is a map.
struct Row {
    list: &'static str,
    key: &'static str,
    param: &'static str,
    is_map: bool,
}

const fn map(list: &'static str, key: &'static str, param: &'static str) -> Row {
    Row { list, key, param, is_map: true }
}

const fn list(list: &'static str, key: &'static str, param: &'static str) -> Row {
    Row { list, key, param, is_map: false }
}

const LISTS: [Row; 22] = [
    map(STATUSES, "statuses", "status"),
    map(STATUS_GROUPS, "statusGroups", ""),
    map(SITES, "sites", "site"),
    map(ORDER_TYPES, "orderTypes", "orderType"),
    map(ORDER_METHODS, "orderMethods", "orderMethod"),
    map(PAYMENT_TYPES, "paymentTypes", "paymentType"),
    map(PAYMENT_STATUSES, "paymentStatuses", "paymentStatus"),
    map(DELIVERY_TYPES, "deliveryTypes", "deliveryType"),
    map("delivery-services", "deliveryServices", "deliveryService"),
    map(ITEM_STATUSES, "productStatuses", "productStatus"),
    list(STORES, "stores", "store"),
    list("countries", "countriesIso", ""),
    list("currencies", "currencies", ""),
    // One client says `priceTypes` where others say `priceType`.
    list("price-types", "priceTypes", "priceType"),
    list("legal-entities", "legalEntities", "legalEntity"),
    list("units", "units", "unit"),
    list("cost-groups", "costGroups", "costGroup"),
    list("cost-items", "costItems", "costItem"),
    list("couriers", "couriers", ""),
    list("subscriptions", "subscriptions", ""),
    list("mg-channels", "mgChannels", ""),
    map("product-properties", "productProperties", ""),
];

fn row(path: &str) -> Result<&'static Row> {
    static ROWS: &[Row] = &LISTS;
    ROWS.iter().find(|row| row.list == path).ok_or_else(Refusal::no_call)
}

pub async fn get(call: Call) -> Result<Answer> {
    let row = row(&call.path(0))?;
    let lists = lists::list(&call.state.ctx, call.account()).await?;
    let entries: Vec<(String, Json)> = if row.list == SITES {
        lists
            .sites
            .iter()
            .map(|site| (site.code.clone(), json!({"code": site.code, "name": site.name})))
            .collect()
    } else {
        let of_list = lists.entries.iter().filter(|entry| entry.list == row.list);
        of_list.map(|entry| (entry.code.clone(), entry_json(entry, &lists))).collect()
    };
    let answer: Json = match row {
        Row { is_map: true, .. } => Json::Object(Map::from_iter(entries)),
        Row { key: "countriesIso", .. } => entries.into_iter().map(|(code, _)| Json::from(code)).collect(),
        _ => entries.into_iter().map(|(_, entry)| entry).collect(),
    };
    Ok(Answer::success().with(row.key, answer))
}

fn entry_json(entry: &Entry, lists: &Lists) -> Json {
    let mut out = json!({
        "name": entry.name,
        "code": entry.code,
        "active": entry.active,
        "ordering": entry.ordering,
    });
    match entry.list.as_str() {
        STATUSES => out["group"] = json!(entry.parent),
        STATUS_GROUPS => {
            let inside = lists.entries.iter().filter(|status| status.list == STATUSES);
            let inside = inside.filter(|status| status.parent.as_deref() == Some(&entry.code));
            out["statuses"] = inside.map(|status| Json::from(status.code.clone())).collect();
            out["process"] = false.into();
        }
        _ => {}
    }
    out
}

pub async fn edit(call: Call) -> Result<Answer> {
    let (row, code) = (row(&call.path(0))?, call.path(1));
    if row.param.is_empty() {
        return Err(Refusal::no_call());
    }
    // One client writes the plural for some.
    let given =
        call.params.object(row.param).or_else(|refusal| call.params.object(row.key).map_err(|_| refusal))?;
    let edit = read_edit(&given, code)?;
    let is_new = if row.list == SITES {
        lists::put_site(&call.state.ctx, &call.by(), edit.code, edit.name).await?
    } else {
        lists::put_entry(&call.state.ctx, &call.by(), row.list.to_owned(), edit).await?
    };
    Ok(if is_new { Answer::created() } else { Answer::success() })
}

/// What is said of an entry.
pub(super) fn read_edit(given: &Json, code: String) -> Result<Edit> {
    let text = |key: &str| given.get(key).and_then(params::text);
    let ordering = text("ordering").map(|text| text.parse::<i64>());
    let ordering =
        ordering.transpose().map_err(|_| Refusal::validation("ordering", "This must be a whole number"))?;
    let active = match text("active").as_deref() {
        None => None,
        Some("1" | "true") => Some(true),
        Some("0" | "false") => Some(false),
        Some(_) => return Err(Refusal::validation("active", "This must be true or false")),
    };
    if text("code").is_some_and(|given| given != code) {
        return Err(Refusal::validation("code", "The code in the path is another one"));
    }
    Ok(Edit { code, name: text("name"), parent: text("group"), ordering, active })
}
