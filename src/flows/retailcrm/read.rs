//! Finds customers and orders by what callers of the RetailCRM-compatible API know of them, and their history.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::domain::code::fold;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::id::{Account, UserId};
use crate::domain::record::catalogue::{CustomKind, STATUSES};
use crate::domain::record::value::{RecordRef, Value};
use crate::domain::record::wire::{Ids, Linked};
use crate::domain::record::{RecordId, RecordType};
use crate::flows::Ctx;
use crate::flows::records::{Setting, external_key};
use crate::store::history::{self, Entry};
use crate::store::records::{Key, Order, Range, Record, Wanted};
use crate::store::{Tx, accounts, audience, groups, records, references, retailcrm};

/// A record with what callers know it and its relations by.
#[derive(Debug, Clone)]
pub struct Shown {
    pub record: Record,
    pub ids: Ids,
}

/// A page of a list, and how many there are on all pages.
#[derive(Debug, Clone)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub total: i64,
    /// The account's, in which times are told.
    pub zone: TimeZone,
}

/// One record, by its number or by the shop's id.
#[derive(Debug, Clone)]
pub enum Named {
    Number(i64),
    External { id: String, site: Option<String> },
}

/// A custom field that is to have this value, or one between these.
#[derive(Debug, Clone)]
pub enum Custom {
    Is(String),
    Between(Option<String>, Option<String>),
}

/// Which records are wanted. Names that nobody bears find nothing.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// What needs no looking up.
    pub wanted: Wanted,
    pub external_ids: Option<Vec<String>>,
    /// Numbers of users.
    pub managers: Option<Vec<i64>>,
    /// Numbers of groups.
    pub manager_groups: Option<Vec<i64>>,
    pub customer: Option<RecordRef>,
    pub custom: Vec<(String, Custom)>,
    /// From the first to before the second, by the account's clocks.
    pub created: (Option<DateTime>, Option<DateTime>),
}

/// An id that nothing has: a filter that found nobody must not find everybody.
const NOTHING: &str = "-";

/// A page of records.
///
/// # Errors
/// Custom fields that there are not, by their name in the filter.
pub async fn list(
    ctx: &Ctx,
    account: Account,
    record_type: RecordType,
    search: Search,
) -> Result<Page<Shown>> {
    ctx.store
        .read(move |tx| {
            let setting = Setting::load(tx, account)?;
            let wanted = wanted(tx, &setting, record_type, &search)?;
            let total = records::count(tx, account, record_type, &wanted, None)?;
            let found = records::list(tx, account, record_type, &wanted)?;
            Ok(Page { items: show(tx, account, found)?, total, zone: setting.zone })
        })
        .await
}

/// One record.
///
/// # Errors
/// [`Error::NotFound`]; `site` is needed where several sites have the id.
pub async fn get(
    ctx: &Ctx,
    account: Account,
    record_type: RecordType,
    named: Named,
) -> Result<(Shown, TimeZone)> {
    ctx.store
        .read(move |tx| {
            let setting = Setting::load(tx, account)?;
            let record = find(tx, &setting, record_type, &named)?;
            let shown = show(tx, account, vec![record])?.pop().ok_or(Error::NotFound)?;
            Ok((shown, setting.zone))
        })
        .await
}

/// The account's zone.
///
/// # Errors
/// What the store says.
pub async fn zone(ctx: &Ctx, account: Account) -> Result<TimeZone> {
    let details = ctx.store.read(move |tx| accounts::get(tx, account)).await?;
    Ok(TimeZone::get(&details.zone).unwrap_or(TimeZone::UTC))
}

pub(super) fn find(tx: &mut Tx, setting: &Setting, record_type: RecordType, named: &Named) -> Result<Record> {
    let (id, site) = match named {
        Named::Number(number) => {
            let key = Key::Number(*number);
            return records::find(tx, setting.account, record_type, &key)?.ok_or(Error::NotFound);
        }
        Named::External { id, site } => (id, site.as_deref()),
    };
    if site.is_some() || setting.sites.len() < 2 {
        let key = Key::External(external_key(&setting.site(site)?, id));
        return records::find(tx, setting.account, record_type, &key)?.ok_or(Error::NotFound);
    }
    let keys = external_keys(setting, &[], std::slice::from_ref(id));
    let wanted = Wanted { external_keys: keys, most: 2, ..Wanted::default() };
    let mut found = records::list(tx, setting.account, record_type, &wanted)?;
    match (found.pop(), found.is_empty()) {
        (None, _) => Err(Error::NotFound),
        (Some(only), true) => Ok(only),
        (Some(_), false) => Err(Error::field("site", Fault::Required)),
    }
}

/// Under which keys these ids may be, of these sites or of all.
fn external_keys(setting: &Setting, sites: &[String], ids: &[String]) -> Vec<String> {
    let all = setting.sites.iter().map(|site| site.code.as_str()).chain([""]);
    let sites: Vec<&str> = all.filter(|site| sites.is_empty() || sites.iter().any(|s| s == site)).collect();
    ids.iter().flat_map(|id| sites.iter().map(move |site| external_key(site, id))).collect()
}

fn wanted(tx: &mut Tx, setting: &Setting, record_type: RecordType, search: &Search) -> Result<Wanted> {
    let account = setting.account;
    let mut wanted = Wanted { order: Order::Number, ..search.wanted.clone() };
    if let Some(ids) = &search.external_ids {
        wanted.external_keys = external_keys(setting, &wanted.sites, ids);
        wanted.external_keys.push(NOTHING.to_owned());
    }
    if search.managers.is_some() || search.manager_groups.is_some() {
        wanted.managers = managers(tx, account, search)?;
        wanted.managers.push(NOTHING.to_owned());
    }
    if let Some(customer) = &search.customer {
        let named = match customer.clone() {
            RecordRef::Number(number) => Named::Number(number),
            RecordRef::ExternalId { external_id, site } => Named::External { id: external_id, site },
            RecordRef::Id(_) => return Err(Error::NotFound),
        };
        wanted.customer = Some(match find(tx, setting, RecordType::Customer, &named) {
            Ok(customer) => customer.id.to_string(),
            Err(Error::NotFound) => NOTHING.to_owned(),
            Err(error) => return Err(error),
        });
    }
    for (code, value) in &search.custom {
        let field = setting.custom(record_type).iter().find(|field| field.code == *code);
        let Some(field) = field else {
            return Err(Error::field(format!("filter[customFields][{code}]"), Fault::UnknownField));
        };
        match value {
            Custom::Is(value) => wanted.custom.push((code.clone(), fold(&canonical(field.kind, value)))),
            Custom::Between(min, max) => {
                let numeric = matches!(field.kind, CustomKind::Integer | CustomKind::Numeric);
                let (min, max) = (min.clone(), max.clone());
                wanted.ranges.push(Range { code: code.clone(), min, max, numeric });
            }
        }
    }
    let at = |local: Option<DateTime>| local.and_then(|l| setting.zone.to_timestamp(l).ok());
    wanted.created_from = at(search.created.0).map(Timestamp::as_millisecond);
    wanted.created_to = at(search.created.1).map(Timestamp::as_millisecond);
    Ok(wanted)
}

/// Switches are sent as 1 and 0, and kept as true and false.
fn canonical(kind: CustomKind, value: &str) -> String {
    match (kind, value) {
        (CustomKind::Boolean, "1") => "true".to_owned(),
        (CustomKind::Boolean, "0") => "false".to_owned(),
        _ => value.to_owned(),
    }
}

fn managers(tx: &mut Tx, account: Account, search: &Search) -> Result<Vec<String>> {
    let mut users = Vec::new();
    for number in search.managers.iter().flatten() {
        users.extend(audience::find_user_by_number(tx, account, *number)?.map(|user| user.id));
    }
    let groups = groups::list(tx, account)?;
    for number in search.manager_groups.iter().flatten() {
        for group in groups.iter().filter(|group| group.number == *number) {
            let members = audience::list_members(tx, account, group.id.as_str())?;
            users.extend(members.iter().map(ToString::to_string));
        }
    }
    Ok(users)
}

/// Looks up what records are related to.
pub(super) fn show(tx: &mut Tx, account: Account, found: Vec<Record>) -> Result<Vec<Shown>> {
    let of = |record: &Record, field: &str| match record.state.get(field) {
        Some(Value::Record(id)) => Some(id.clone()),
        _ => None,
    };
    let managers: HashSet<&str> =
        found.iter().filter_map(|r| r.state.manager()).map(UserId::as_str).collect();
    let numbers = user_numbers(tx, account, managers)?;
    let related = found.iter().flat_map(|record| [of(record, "customer"), of(record, "contact")]);
    let related: HashSet<RecordId> = related.flatten().collect();
    let related: Vec<&str> = related.iter().map(RecordId::as_str).collect();
    let mut linked = HashMap::new();
    for record in records::list_by_ids(tx, account, &related)? {
        let external_id = record.state.external_id().map(str::to_owned);
        let site = (!record.site.is_empty()).then_some(record.site);
        linked.insert(record.id, Linked { number: record.number, external_id, site });
    }
    let ids: Vec<&str> = found.iter().map(|record| record.id.as_str()).collect();
    let times: HashMap<RecordId, i64> =
        retailcrm::list_status_times(tx, account, &ids)?.into_iter().collect();
    let shown = found.into_iter().map(|record| {
        let ids = Ids {
            number: record.number,
            manager: record.state.manager().and_then(|manager| numbers.get(manager).copied()),
            customer: of(&record, "customer").and_then(|id| linked.get(&id).cloned()),
            contact: of(&record, "contact").and_then(|id| linked.get(&id).cloned()),
            created_at: record.created_at,
            status_updated_at: times.get(&record.id).copied(),
        };
        Shown { record, ids }
    });
    Ok(shown.collect())
}

fn user_numbers(tx: &mut Tx, account: Account, users: HashSet<&str>) -> Result<HashMap<UserId, i64>> {
    let users: Vec<&str> = users.into_iter().collect();
    Ok(retailcrm::list_user_numbers(tx, account, &users)?.into_iter().collect())
}

/// Orders by number or external id, with the groups of their statuses.
///
/// # Errors
/// What the store says.
pub async fn list_statuses(
    ctx: &Ctx,
    account: Account,
    numbers: Vec<i64>,
    external_ids: Vec<String>,
    sites: Vec<String>,
) -> Result<Vec<(Record, Option<String>)>> {
    ctx.store
        .read(move |tx| {
            let setting = Setting::load(tx, account)?;
            let entries = references::list_entries(tx, account, Some(STATUSES))?;
            let groups: HashMap<String, Option<String>> =
                entries.into_iter().map(|entry| (entry.code, entry.parent)).collect();
            let external_keys = external_keys(&setting, &sites, &external_ids);
            let mut found: Vec<Record> = Vec::new();
            let most = i64::MAX;
            for wanted in [
                Wanted { numbers: numbers.clone(), sites: sites.clone(), most, ..Wanted::default() },
                Wanted { external_keys, sites: sites.clone(), most, ..Wanted::default() },
            ] {
                if wanted.numbers.is_empty() && wanted.external_keys.is_empty() {
                    continue;
                }
                for record in records::list(tx, account, RecordType::Order, &wanted)? {
                    if !found.iter().any(|other| other.id == record.id) {
                        found.push(record);
                    }
                }
            }
            let group = |record: &Record| {
                let status = record.state.get("status").and_then(Value::text)?;
                groups.get(status).cloned().flatten()
            };
            Ok(found.into_iter().map(|record| (group(&record), record)).map(|(g, r)| (r, g)).collect())
        })
        .await
}

/// Which part of the history is wanted.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// After this number.
    pub since: i64,
    pub record: Option<Named>,
    pub times: (Option<DateTime>, Option<DateTime>),
    pub offset: i64,
    pub most: i64,
}

/// A page of history, with the records, and the numbers of all who are named in it.
#[derive(Debug, Clone)]
pub struct Told {
    pub page: Page<Entry>,
    pub records: HashMap<RecordId, Shown>,
    pub users: HashMap<UserId, i64>,
    /// Of records that values point to.
    pub linked: HashMap<RecordId, i64>,
}

/// A page of history, oldest first: whoever goes on after the last number that he saw misses nothing.
///
/// # Errors
/// As [`get`], of the record that is asked for.
pub async fn list_history(ctx: &Ctx, account: Account, record_type: RecordType, past: Past) -> Result<Told> {
    ctx.store
        .read(move |tx| {
            let setting = Setting::load(tx, account)?;
            let at = |local: Option<DateTime>| local.and_then(|l| setting.zone.to_timestamp(l).ok());
            let record = match &past.record {
                None => None,
                Some(named) => match find(tx, &setting, record_type, named) {
                    Ok(record) => Some(record.id.to_string()),
                    Err(Error::NotFound) => Some(NOTHING.to_owned()),
                    Err(error) => return Err(error),
                },
            };
            let wanted = history::Wanted {
                after: past.since,
                record,
                from: at(past.times.0).map(Timestamp::as_millisecond),
                to: at(past.times.1).map(Timestamp::as_millisecond),
                offset: past.offset,
                most: past.most,
            };
            let total = history::count(tx, account, record_type, &wanted)?;
            let items = history::list(tx, account, record_type, &wanted)?;
            tell(tx, account, Page { items, total, zone: setting.zone })
        })
        .await
}

fn tell(tx: &mut Tx, account: Account, page: Page<Entry>) -> Result<Told> {
    let ids: HashSet<&str> = page.items.iter().map(|entry| entry.record.as_str()).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let found = records::list_by_ids(tx, account, &ids)?;
    let shown = show(tx, account, found)?;
    let (mut users, mut linked) = (HashSet::new(), HashSet::new());
    for entry in &page.items {
        if entry.actor.kind() == "user" {
            users.extend(entry.actor.id());
        }
        for value in [&entry.change.old, &entry.change.new].into_iter().flatten() {
            match value {
                Value::User(user) => _ = users.insert(user.as_str()),
                Value::Record(record) => _ = linked.insert(record.as_str()),
                _ => {}
            }
        }
    }
    let users = user_numbers(tx, account, users)?;
    let linked: Vec<&str> = linked.into_iter().collect();
    let linked = records::list_by_ids(tx, account, &linked)?.into_iter().map(|r| (r.id, r.number)).collect();
    let records = shown.into_iter().map(|shown| (shown.record.id.clone(), shown)).collect();
    Ok(Told { page, records, users, linked })
}
