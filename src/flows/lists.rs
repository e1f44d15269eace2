//! What records refer to, as administrators keep it: reference lists, sites, custom fields, and which changes are told to
//! whom.

use serde_json::json;

use super::change::By;
use super::once::{Answer, Once};
use super::route::SYSTEM_NOTIFICATIONS;
use super::{Ctx, sight};
use crate::domain::code::{self, Code};
use crate::domain::error::{Error, Fault, FieldError, Result};
use crate::domain::faults::both;
use crate::domain::id::Account;
use crate::domain::record::RecordType;
use crate::domain::record::catalogue::{CustomField, CustomKind};
use crate::domain::record::rules::Settings;
use crate::render::link::Link;
use crate::store::references::{Entry, Site};
use crate::store::{Tx, groups, references};

const LONGEST_NAME: usize = 255;
const LONGEST_URL: usize = 2_000;
/// The code of a site, list, entry or field: a shop's own, so more than our own codes may hold.
const LONGEST_CODE: usize = 100;
/// Groups that may hear of unassigned records.
const MOST_GROUPS: usize = 100;

/// A code that a shop made.
fn check_code(field: &'static str, text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::field(field, Fault::Required));
    }
    if text.chars().count() > LONGEST_CODE {
        return Err(Error::field(field, Fault::TooLong(LONGEST_CODE)));
    }
    if text.chars().any(char::is_control) {
        Err(Error::field(field, Fault::WrongType("text without control characters")))
    } else {
        Ok(text.to_owned())
    }
}

/// The entries of every list.
///
/// # Errors
/// What the store says.
pub async fn list_entries(ctx: &Ctx, account: Account) -> Result<Vec<Entry>> {
    ctx.store.read(move |tx| references::list_entries(tx, account, None)).await
}

/// Makes an entry so.
///
/// # Errors
/// Faults of its fields.
pub async fn put_entry(ctx: &Ctx, by: &By, entry: Entry, once: Option<Once>) -> Result<Answer<()>> {
    let codes = both(check_code("list", &entry.list), check_code("code", &entry.code));
    let ((list, code), name) = both(codes, code::name("name", &entry.name, LONGEST_NAME))?;
    let parent = entry.parent.filter(|parent| !parent.is_empty());
    let parent = parent.map(|parent| check_code("parent", &parent)).transpose()?;
    let entry = Entry { list, code, name, parent, ..entry };
    ctx.change(by, once, move |tx, change| {
        references::put_entry(tx, change.account, &entry)?;
        let detail = json!({ "list": entry.list, "name": entry.name });
        change.record(tx, "reference.changed", &entry.code, &detail)
    })
    .await
}

/// # Errors
/// [`Error::NotFound`].
pub async fn delete_entry(
    ctx: &Ctx,
    by: &By,
    list: String,
    code: String,
    once: Option<Once>,
) -> Result<Answer<()>> {
    ctx.change(by, once, move |tx, change| {
        if !references::delete_entry(tx, change.account, &list, &code)? {
            return Err(Error::NotFound);
        }
        change.record(tx, "reference.deleted", &code, &json!({ "list": list }))
    })
    .await
}

/// # Errors
/// What the store says.
pub async fn list_sites(ctx: &Ctx, account: Account) -> Result<Vec<Site>> {
    ctx.store.read(move |tx| references::list_sites(tx, account)).await
}

/// Makes a site so.
///
/// # Errors
/// Faults of its fields.
pub async fn put_site(ctx: &Ctx, by: &By, site: Site, once: Option<Once>) -> Result<Answer<()>> {
    let named = both(check_code("code", &site.code), code::name("name", &site.name, LONGEST_NAME));
    let urls = both(template("order_url", site.order_url), template("customer_url", site.customer_url));
    let ((code, name), (order_url, customer_url)) = both(named, urls)?;
    let site = Site { code, name, order_url, customer_url };
    ctx.change(by, once, move |tx, change| {
        references::put_site(tx, change.account, &site, change.now)?;
        change.record(tx, "site.changed", &site.code, &json!({ "name": site.name }))
    })
    .await
}

/// Where a site has its pages of records; `{external_id}` and `{number}` stand for the record's.
fn template(field: &'static str, url: Option<String>) -> Result<Option<String>> {
    let Some(url) = url.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty()) else {
        return Ok(None);
    };
    if url.chars().count() > LONGEST_URL {
        return Err(Error::field(field, Fault::TooLong(LONGEST_URL)));
    }
    let example = url.replace("{external_id}", "1").replace("{number}", "1");
    let is_web = example.starts_with("https://") || example.starts_with("http://");
    if is_web && Link::parse(&example).is_ok() {
        Ok(Some(url))
    } else {
        Err(Error::field(field, Fault::NotAUrl))
    }
}

/// Deletes a site. Records keep its code; who saw it by a group sees them no longer.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete_site(ctx: &Ctx, by: &By, code: String, once: Option<Once>) -> Result<Answer<()>> {
    ctx.change(by, once, move |tx, change| {
        let members = groups::list_members_of_site(tx, change.account, &code)?;
        if !references::delete_site(tx, change.account, &code)? {
            return Err(Error::NotFound);
        }
        sight::look_again_for(tx, change.account, &members, change.now)?;
        change.record(tx, "site.deleted", &code, &json!({}))
    })
    .await
}

/// # Errors
/// What the store says.
pub async fn list_custom_fields(
    ctx: &Ctx,
    account: Account,
    of: Vec<RecordType>,
) -> Result<Vec<CustomField>> {
    let read = move |tx: &mut Tx| {
        let mut fields = Vec::new();
        for record_type in &of {
            fields.extend(references::list_custom_fields(tx, account, *record_type)?);
        }
        Ok(fields)
    };
    ctx.store.read(read).await
}

/// Makes a custom field so. Its type stays, because values of it are stored.
///
/// # Errors
/// Faults of its fields.
pub async fn put_custom_field(
    ctx: &Ctx,
    by: &By,
    field: CustomField,
    once: Option<Once>,
) -> Result<Answer<()>> {
    let (code, name) = both(Code::parse("code", &field.code), code::name("name", &field.name, LONGEST_NAME))?;
    let dictionary = field.dictionary.filter(|_| field.kind == CustomKind::Dictionary);
    let dictionary = dictionary.map(|code| check_code("dictionary", &code)).transpose()?;
    let field = CustomField { code: code.as_str().to_owned(), name, dictionary, ..field };
    ctx.change(by, once, move |tx, change| {
        let fields = references::list_custom_fields(tx, change.account, field.record_type)?;
        let other = fields.iter().find(|f| f.code == field.code && f.kind != field.kind);
        if let Some(other) = other {
            return Err(Error::field("type", Fault::NotAChoice(other.kind.name())));
        }
        references::put_custom_field(tx, change.account, &field, change.now)?;
        let detail = json!({ "record_type": field.record_type, "name": field.name, "type": field.kind });
        change.record(tx, "custom_field.changed", &field.code, &detail)
    })
    .await
}

/// Which changes are told to whom.
///
/// # Errors
/// What the store says.
pub async fn system_notifications(ctx: &Ctx, account: Account) -> Result<Settings> {
    ctx.store.read(move |tx| settings(tx, account)).await
}

fn settings(tx: &mut Tx, account: Account) -> Result<Settings> {
    let chosen = references::find_choice(tx, account, SYSTEM_NOTIFICATIONS)?;
    let chosen = chosen.map(|json| serde_json::from_str(&json)).transpose();
    Ok(chosen.map_err(|e| Error::internal(e.to_string()))?.unwrap_or_default())
}

/// Chooses which changes are told to whom.
///
/// # Errors
/// A fault for each unknown group.
pub async fn put_system_notifications(
    ctx: &Ctx,
    by: &By,
    chosen: Settings,
    once: Option<Once>,
) -> Result<Answer<()>> {
    if chosen.unassigned.len() > MOST_GROUPS {
        return Err(Error::field("unassigned", Fault::TooMany(MOST_GROUPS)));
    }
    ctx.change(by, once, move |tx, change| {
        let known = groups::list(tx, change.account)?;
        let unknown =
            chosen.unassigned.iter().enumerate().filter(|(_, id)| !known.iter().any(|g| g.id == **id));
        let fault = |(index, id): (usize, &crate::domain::id::GroupId)| FieldError {
            field: format!("unassigned[{index}]").into(),
            fault: Fault::UnknownGroup(id.to_string()),
        };
        let faults: Vec<FieldError> = unknown.map(fault).collect();
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        let json = serde_json::to_string(&chosen).map_err(|e| Error::internal(e.to_string()))?;
        references::put_choice(tx, change.account, SYSTEM_NOTIFICATIONS, &json)?;
        change.record(tx, "system_notifications.changed", SYSTEM_NOTIFICATIONS, &json!(chosen))
    })
    .await
}
