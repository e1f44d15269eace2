//! Reference lists, sites and custom fields as the RetailCRM-compatible API reads and edits them, and the statuses that a
//! new account begins with.

use serde_json::json;

use crate::domain::code;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::id::Account;
use crate::domain::record::RecordType;
use crate::domain::record::catalogue::{CustomField, CustomKind, PAYMENT_STATUSES, STATUSES, dictionary};
use crate::flows::Ctx;
use crate::flows::change::By;
use crate::store::Tx;
use crate::store::accounts::{self, AccountDetails};
use crate::store::references::{self, Entry, Site};

/// The list of the groups that statuses are in.
pub const STATUS_GROUPS: &str = "status-groups";
const LONGEST_CODE: usize = 64;
const LONGEST_NAME: usize = 255;
/// The place of an entry that says none.
const SOMEWHERE: i64 = 990;

/// A code, and its name.
type Named = (&'static str, &'static str);

/// Groups, and the statuses in each.
const BEGINNING: [(Named, &[Named]); 6] = [
    (("new", "New"), &[("new", "New")]),
    (
        ("approval", "Approval"),
        &[
            ("availability-confirmed", "Availability confirmed"),
            ("offer-analog", "Offer a substitute"),
            ("client-confirmed", "Confirmed by the customer"),
            ("prepayed", "Prepaid"),
        ],
    ),
    (
        ("assembling", "Assembling"),
        &[
            ("send-to-assembling", "Sent to assembling"),
            ("assembling", "Assembling"),
            ("assembling-complete", "Assembled"),
        ],
    ),
    (
        ("delivery", "Delivery"),
        &[
            ("send-to-delivery", "Sent to delivery"),
            ("delivering", "Delivering"),
            ("redirect", "Delivery moved"),
        ],
    ),
    (("complete", "Completed"), &[("complete", "Completed")]),
    (
        ("cancel", "Cancelled"),
        &[
            ("no-call", "Could not reach the customer"),
            ("no-product", "Out of stock"),
            ("already-buyed", "Bought elsewhere"),
            ("delyvery-did-not-suit", "Delivery did not suit"),
            ("prices-did-not-suit", "Price did not suit"),
            ("cancel-other", "Cancelled"),
        ],
    ),
];
const PAID: [Named; 2] = [("not-paid", "Not paid"), ("paid", "Paid")];

/// Gives an account the usual statuses, spelled as shop modules expect them, unless it has groups of statuses already.
///
/// # Errors
/// What the store says.
pub fn seed(tx: &mut Tx, account: Account) -> Result<()> {
    if !references::list_entries(tx, account, Some(STATUS_GROUPS))?.is_empty() {
        return Ok(());
    }
    let entry = |list: &str, (code, name): Named, parent: Option<&str>, place: usize| Entry {
        list: list.to_owned(),
        code: code.to_owned(),
        name: name.to_owned(),
        parent: parent.map(str::to_owned),
        ordering: place as i64 * 10 + 10,
        active: true,
    };
    let mut place = 0;
    for (at, (group, statuses)) in BEGINNING.iter().enumerate() {
        references::put_entry(tx, account, &entry(STATUS_GROUPS, *group, None, at))?;
        for status in *statuses {
            references::put_entry(tx, account, &entry(STATUSES, *status, Some(group.0), place))?;
            place += 1;
        }
    }
    for (at, status) in PAID.iter().enumerate() {
        references::put_entry(tx, account, &entry(PAYMENT_STATUSES, *status, None, at))?;
    }
    Ok(())
}

/// The lists of these names, the sites, and the account.
#[derive(Debug, Clone)]
pub struct Lists {
    pub entries: Vec<Entry>,
    pub sites: Vec<Site>,
    pub account: AccountDetails,
}

/// # Errors
/// What the store says.
pub async fn list(ctx: &Ctx, account: Account) -> Result<Lists> {
    ctx.store
        .read(move |tx| {
            Ok(Lists {
                entries: references::list_entries(tx, account, None)?,
                sites: references::list_sites(tx, account)?,
                account: accounts::get(tx, account)?,
            })
        })
        .await
}

/// An entry as somebody sends it; what is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    pub code: String,
    pub name: Option<String>,
    pub parent: Option<String>,
    pub ordering: Option<i64>,
    pub active: Option<bool>,
}

fn check_code(text: &str) -> Result<()> {
    let fault = match text {
        "" => Fault::Required,
        code if code.chars().count() > LONGEST_CODE => Fault::TooLong(LONGEST_CODE),
        code if code.chars().any(|c| c.is_control() || c.is_whitespace()) => Fault::BadCode,
        _ => return Ok(()),
    };
    Err(Error::field("code", fault))
}

/// Adds or changes an entry of a list. True: it is new.
///
/// # Errors
/// The faults of its fields; a new one needs a name.
pub async fn put_entry(ctx: &Ctx, by: &By, list: String, edit: Edit) -> Result<bool> {
    check_code(&edit.code)?;
    let name = edit.name.as_deref().map(|name| code::name("name", name, LONGEST_NAME)).transpose()?;
    let answer = ctx.change(by, None, move |tx, change| {
        let account = change.account;
        let before = references::find_entry(tx, account, &list, &edit.code)?;
        let is_new = before.is_none();
        if let Some(group) = &edit.parent
            && list == STATUSES
            && references::find_entry(tx, account, STATUS_GROUPS, group)?.is_none()
        {
            return Err(Error::field("group", Fault::UnknownCode(group.clone())));
        }
        let before = match (before, &name) {
            (Some(before), _) => before,
            (None, Some(name)) => Entry {
                list: list.clone(),
                code: edit.code.clone(),
                name: name.clone(),
                parent: None,
                ordering: SOMEWHERE,
                active: true,
            },
            (None, None) => return Err(Error::field("name", Fault::Required)),
        };
        let entry = Entry {
            name: name.clone().unwrap_or(before.name),
            parent: edit.parent.clone().or(before.parent),
            ordering: edit.ordering.unwrap_or(before.ordering),
            active: edit.active.unwrap_or(before.active),
            ..before
        };
        references::put_entry(tx, account, &entry)?;
        change.record(
            tx,
            "reference.changed",
            &format!("{list}/{}", entry.code),
            &json!({"name": entry.name}),
        )?;
        Ok(is_new)
    });
    Ok(answer.await?.value)
}

/// Adds a site or changes its name. True: it is new.
///
/// # Errors
/// The faults of its fields; a new one needs a name.
pub async fn put_site(ctx: &Ctx, by: &By, site: String, name: Option<String>) -> Result<bool> {
    check_code(&site)?;
    let name = name.as_deref().map(|name| code::name("name", name, LONGEST_NAME)).transpose()?;
    let answer = ctx.change(by, None, move |tx, change| {
        let known = references::list_sites(tx, change.account)?.into_iter().find(|known| known.code == site);
        let is_new = known.is_none();
        let kept = match (known, &name) {
            (Some(known), name) => Site { name: name.clone().unwrap_or_else(|| known.name.clone()), ..known },
            (None, Some(name)) => {
                Site { code: site.clone(), name: name.clone(), order_url: None, customer_url: None }
            }
            (None, None) => return Err(Error::field("name", Fault::Required)),
        };
        references::put_site(tx, change.account, &kept, change.now)?;
        change.record(tx, "site.changed", &site, &json!({"name": kept.name}))?;
        Ok(is_new)
    });
    Ok(answer.await?.value)
}

/// The custom fields of both sorts of records, and the entries of their dictionaries.
///
/// # Errors
/// What the store says.
pub async fn list_custom_fields(ctx: &Ctx, account: Account) -> Result<(Vec<CustomField>, Vec<Entry>)> {
    ctx.store
        .read(move |tx| {
            let mut fields = Vec::new();
            for record_type in RecordType::ALL {
                fields.extend(references::list_custom_fields(tx, account, *record_type)?);
            }
            Ok((fields, references::list_entries(tx, account, None)?))
        })
        .await
}

/// A custom field as somebody sends it.
#[derive(Debug, Clone)]
pub struct EditField {
    pub record_type: RecordType,
    pub code: String,
    pub name: Option<String>,
    pub kind: Option<CustomKind>,
    pub dictionary: Option<String>,
}

/// Adds a custom field, or changes its name. What it holds is settled when it is made.
///
/// # Errors
/// The faults of its fields; [`Error::NotFound`] when it is to be changed and is not there.
pub async fn put_custom_field(ctx: &Ctx, by: &By, edit: EditField, is_new: bool) -> Result<()> {
    check_code(&edit.code)?;
    let name = edit.name.as_deref().map(|name| code::name("name", name, LONGEST_NAME)).transpose()?;
    ctx.change(by, None, move |tx, change| {
        let fields = references::list_custom_fields(tx, change.account, edit.record_type)?;
        let known = fields.into_iter().find(|field| field.code == edit.code);
        let field = match (known, is_new) {
            (Some(_), true) => return Err(Error::field("code", Fault::Taken)),
            (None, false) => return Err(Error::NotFound),
            (Some(known), false) => CustomField {
                name: name.clone().unwrap_or_else(|| known.name.clone()),
                dictionary: edit.dictionary.clone().or(known.dictionary),
                ..known
            },
            (None, true) => CustomField {
                record_type: edit.record_type,
                code: edit.code.clone(),
                name: name.clone().ok_or_else(|| Error::field("name", Fault::Required))?,
                kind: edit.kind.ok_or_else(|| Error::field("type", Fault::Required))?,
                dictionary: edit.dictionary.clone(),
            },
        };
        references::put_custom_field(tx, change.account, &field, change.now)?;
        change.record(tx, "custom_field.changed", &field.code, &json!({"name": field.name}))
    })
    .await
    .map(drop)
}

/// Adds a dictionary or changes its entries: those that are named become so, others stay.
///
/// # Errors
/// The faults of its entries, by their place.
pub async fn put_dictionary(ctx: &Ctx, by: &By, name: String, entries: Vec<Edit>) -> Result<()> {
    check_code(&name)?;
    for entry in &entries {
        check_code(&entry.code)?;
    }
    let list = dictionary(&name);
    ctx.change(by, None, move |tx, change| {
        for (place, edit) in entries.iter().enumerate() {
            let entry = Entry {
                list: list.clone(),
                code: edit.code.clone(),
                name: edit.name.clone().unwrap_or_else(|| edit.code.clone()),
                parent: None,
                ordering: edit.ordering.unwrap_or(place as i64 * 10),
                active: edit.active.unwrap_or(true),
            };
            references::put_entry(tx, change.account, &entry)?;
        }
        change.record(tx, "reference.changed", &list, &json!({"entries": entries.len()}))
    })
    .await
    .map(drop)
}
