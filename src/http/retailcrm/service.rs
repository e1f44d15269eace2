//! What clients ask before anything else: versions, what the key may, where the server is, settings.

use serde_json::{Value as Json, json};

use super::answer::{Answer, Result};
use super::history::local;
use super::{Call, ROOT, table};
use crate::flows::retailcrm::lists;

/// What a key of this API may, in the words of the source.
const SCOPES: [&str; 11] = [
    "order_read",
    "order_write",
    "customer_read",
    "customer_write",
    "payments_write",
    "custom_fields_read",
    "custom_fields_write",
    "reference_read",
    "reference_write",
    "user_read",
    "notification_write",
];

pub async fn list_versions(_: Call) -> Result<Answer> {
    Ok(Answer::success().with("versions", json!(["5.0"])))
}

pub async fn get_credentials(call: Call) -> Result<Answer> {
    let lists = lists::list(&call.state.ctx, call.account()).await?;
    let sites: Json = lists.sites.into_iter().map(|site| Json::from(site.code)).collect();
    let calls: Json =
        table::table().iter().map(|route| Json::from(format!("{ROOT}{}", route.path))).collect();
    Ok(Answer::success()
        .with("credentials", calls)
        .with("scopes", json!(SCOPES))
        .with("siteAccess", "access_full")
        .with("sitesAvailable", sites))
}

pub async fn get_system_info(call: Call) -> Result<Answer> {
    let lists = lists::list(&call.state.ctx, call.account()).await?;
    let public = lists.account.public_url.unwrap_or_else(|| call.state.base_url.clone());
    Ok(Answer::success()
        .with("systemVersion", env!("CARGO_PKG_VERSION"))
        .with("publicUrl", public)
        .with("technicalUrl", call.state.base_url.clone()))
}

pub async fn get_settings(call: Call) -> Result<Answer> {
    let account = lists::list(&call.state.ctx, call.account()).await?.account;
    let zone = jiff::tz::TimeZone::get(&account.zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let since = local(account.created_at, &zone);
    let setting = |value: &str| json!({"value": value, "updated_at": since});
    let none: [Json; 0] = [];
    let settings = json!({
        "default_currency": setting("USD"),
        "system_language": setting(&account.language),
        "timezone": setting(&account.zone),
        "work_times": none,
        "non_working_days": none,
        "mg": {},
    });
    Ok(Answer::success().with("settings", settings))
}

/// The source counts its statistics anew; there are none here that would have to be.
pub async fn update_statistic(_: Call) -> Result<Answer> {
    Ok(Answer::success())
}
