//! The filters of orders and customers.

use serde_json::Value as Json;

use super::answer::{Refusal, Result};
use super::filter::Filter;
use super::page::Paging;
use super::params::{self, Params};
use crate::domain::code::fold;
use crate::domain::record::value::RecordRef;
use crate::flows::retailcrm::read::{Custom, Search};

/// Fields of the search that are one folded text each.
const ORDER_WORDS: [&str; 4] = ["customer", "email", "phone", "name"];
const CUSTOMER_WORDS: [&str; 3] = ["name", "email", "phone"];

pub fn orders(params: &Params, paging: Paging) -> Result<Search> {
    let mut filter = Filter::of(params);
    let mut search = begun(&mut filter, params, paging, &ORDER_WORDS);
    search.wanted.titles = filter.texts("numbers").unwrap_or_default();
    search.wanted.statuses = filter.texts("extendedStatus").unwrap_or_default();
    search.wanted.sum_from = filter.hundredths("minPrice");
    search.wanted.sum_to = filter.hundredths("maxPrice");
    search.created = (filter.from("createdAtFrom"), filter.to("createdAtTo"));
    let number = filter.number("customerId").map(RecordRef::Number);
    let external = filter.text("customerExternalId");
    let site = params.text("site");
    search.customer = number.or(external.map(|external_id| RecordRef::ExternalId { external_id, site }));
    search.custom = customs(&mut filter)?;
    filter.finish()?;
    Ok(search)
}

pub fn customers(params: &Params, paging: Paging) -> Result<Search> {
    let mut filter = Filter::of(params);
    let mut search = begun(&mut filter, params, paging, &CUSTOMER_WORDS);
    search.wanted.sum_from = filter.hundredths("minTotalSumm");
    search.wanted.sum_to = filter.hundredths("maxTotalSumm");
    let (from, to) = (filter.from("createdAtFrom"), filter.to("createdAtTo"));
    search.created = (filter.from("dateFrom").or(from), filter.to("dateTo").or(to));
    search.custom = customs(&mut filter)?;
    filter.finish()?;
    Ok(search)
}

/// What both sorts of records are found by.
fn begun(filter: &mut Filter, params: &Params, paging: Paging, words: &[&str]) -> Search {
    let mut search = Search::default();
    search.wanted.most = paging.limit;
    search.wanted.offset = paging.offset();
    search.wanted.numbers = filter.numbers("ids").unwrap_or_default();
    search.external_ids = filter.texts("externalIds");
    search.managers = filter.numbers("managers");
    search.manager_groups = filter.numbers("managerGroups");
    search.wanted.sites = filter.texts("sites").unwrap_or_else(|| params.text("site").into_iter().collect());
    search.wanted.words = words.iter().filter_map(|name| filter.text(name)).map(|text| fold(&text)).collect();
    search
}

/// `customFields[code]=value` or `customFields[code][min|max]=value`.
fn customs(filter: &mut Filter) -> Result<Vec<(String, Custom)>> {
    let given = match filter.take("customFields") {
        None => return Ok(Vec::new()),
        Some(Json::Object(map)) => map,
        Some(Json::Array(list)) if list.is_empty() => return Ok(Vec::new()),
        Some(_) => return Err(Refusal::input("filter[customFields]", "This must name fields")),
    };
    let mut customs = Vec::new();
    for (code, value) in given {
        let custom = match &value {
            Json::Object(bounds) if bounds.keys().all(|key| key == "min" || key == "max") => {
                let bound = |key: &str| bounds.get(key).and_then(params::text);
                Custom::Between(bound("min"), bound("max"))
            }
            Json::Object(_) | Json::Array(_) => {
                let why = "This must be one value, or min and max";
                return Err(Refusal::input(format!("filter[customFields][{code}]"), why));
            }
            one => match params::text(one) {
                Some(text) => Custom::Is(text),
                None => continue,
            },
        };
        customs.push((code, custom));
    }
    Ok(customs)
}
