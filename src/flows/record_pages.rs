//! Reads records for those who may see them: lists, cards, history. Not here: how a record is written (`records`), and
//! how values are shown (`render::told`).

use std::collections::HashMap;

use super::records::hundredths;
use super::{Ctx, inbox::Full, record_labels, sight};
use crate::domain::access::Caller;
use crate::domain::actor::Actor;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::id::{Account, UserId};
use crate::domain::record::catalogue::{CustomField, STATUSES};
use crate::domain::record::change::Change;
use crate::domain::record::diff::compare;
use crate::domain::record::labels::label;
use crate::domain::record::value::Value;
use crate::domain::record::{RecordId, RecordType};
use crate::store::accounts::AccountDetails;
use crate::store::history::{self, Entry};
use crate::store::records::{Key, Place, Record, Wanted};
use crate::store::references::Site;
use crate::store::{Tx, accounts, audience, inbox, keys, records, references, rules};

/// A total is counted up to this; more is "many".
pub const MOST_COUNTED: i64 = 10_001;
/// Notifications on a card.
const MOST_ON_CARD: i64 = 20;

/// A record with the names of what it refers to.
#[derive(Debug, Clone)]
pub struct Row {
    pub record: Record,
    pub status: Option<(String, String)>,
    pub manager: Option<(UserId, String)>,
    pub customer: Option<(RecordId, String)>,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    pub rows: Vec<Row>,
    pub next: Option<String>,
    /// Counted up to [`MOST_COUNTED`].
    pub total: i64,
}

/// Where a list goes on: the value that it is sorted by, and the id.
///
/// # Errors
/// `cursor` is named when it is none of ours.
pub fn parse_cursor(cursor: &str) -> Result<(i64, String)> {
    let parsed = cursor.split_once('~').and_then(|(value, id)| Some((value.parse().ok()?, id.to_owned())));
    parsed.ok_or_else(|| Error::field("cursor", Fault::BadCursor))
}

/// A page of the records that the caller sees.
///
/// # Errors
/// What the store says.
pub async fn list(ctx: &Ctx, caller: &Caller, record_type: RecordType, wanted: Wanted) -> Result<Page> {
    let caller = caller.clone();
    ctx.store
        .read(move |tx| {
            let account = caller.account();
            let most = usize::try_from(wanted.most).unwrap_or_default();
            let wanted =
                Wanted { visible: sight::of_caller(tx, &caller)?, most: wanted.most + 1, ..wanted.clone() };
            let mut found = records::list(tx, account, record_type, &wanted)?;
            let more = found.len() > most;
            found.truncate(most);
            let place = |record: &Record| records::place(record, hundredths(&record.state), wanted.order);
            let next = found.last().filter(|_| more).map(|last| format!("{}~{}", place(last), last.id));
            let total = records::count(tx, account, record_type, &wanted, Some(MOST_COUNTED))?;
            Ok(Page { rows: rows(tx, account, found)?, next, total })
        })
        .await
}

/// Puts names beside what the records refer to.
fn rows(tx: &mut Tx, account: Account, found: Vec<Record>) -> Result<Vec<Row>> {
    let statuses = references::list_entries(tx, account, Some(STATUSES))?;
    let managers: Vec<&str> = found.iter().filter_map(|r| r.state.manager()).map(UserId::as_str).collect();
    let managers: HashMap<UserId, String> =
        audience::list_names(tx, account, &managers)?.into_iter().collect();
    let customers: Vec<&str> = found.iter().filter_map(customer).map(RecordId::as_str).collect();
    let customers: HashMap<RecordId, String> = records::list_places(tx, account, &customers)?
        .into_iter()
        .map(|place| (place.id, place.title))
        .collect();
    let row = |record: Record| {
        let code = record.state.get("status").and_then(Value::text);
        let status = code.map(|code| {
            let entry = statuses.iter().find(|entry| entry.code == code);
            (code.to_owned(), entry.map_or(code, |entry| &entry.name).to_owned())
        });
        let manager = record.state.manager();
        let manager = manager.and_then(|id| Some((id.clone(), managers.get(id)?.clone())));
        let customer = customer(&record).and_then(|id| Some((id.clone(), customers.get(id)?.clone())));
        Row { record, status, manager, customer }
    };
    Ok(found.into_iter().map(row).collect())
}

fn customer(record: &Record) -> Option<&RecordId> {
    match record.state.get("customer") {
        Some(Value::Record(id)) => Some(id),
        _ => None,
    }
}

/// What values are shown with.
#[derive(Debug, Clone)]
pub struct Surroundings {
    pub account: AccountDetails,
    pub sites: Vec<Site>,
    /// Names of custom fields by their names in change sets.
    pub custom: HashMap<String, String>,
}

impl Surroundings {
    pub(super) fn load(tx: &mut Tx, account: Account) -> Result<Self> {
        let mut custom = HashMap::new();
        for record_type in RecordType::OF_SHOPS {
            let fields = references::list_custom_fields(tx, account, record_type)?;
            custom.extend(fields.into_iter().map(|field| (field.field_name().into_owned(), field.name)));
        }
        let (account, sites) = (accounts::get(tx, account)?, references::list_sites(tx, account)?);
        Ok(Self { account, sites, custom })
    }
}

/// Everything of one record.
#[derive(Debug, Clone)]
pub struct Card {
    pub row: Row,
    /// Each field that has a value, as if it had just been set, with what people call the value.
    pub fields: Vec<Change>,
    pub notifications: Vec<Full>,
    pub surroundings: Surroundings,
}

/// # Errors
/// [`Error::NotFound`] also for what the caller does not see.
pub async fn card(ctx: &Ctx, caller: &Caller, record_type: RecordType, key: Key) -> Result<Card> {
    let caller = caller.clone();
    ctx.store
        .read(move |tx| {
            let account = caller.account();
            let record = find_seen(tx, &caller, record_type, &key)?;
            let mut set = compare(None, &record.state);
            let custom: Vec<CustomField> = references::list_custom_fields(tx, account, record_type)?;
            let labels = record_labels::load(tx, account, &set, &custom)?;
            label(&mut set, &custom, &labels);
            let notifications = match &caller {
                Caller::User(user) => {
                    inbox::list_of_record(tx, account, &user.user, record.id.as_str(), MOST_ON_CARD)?
                }
                Caller::Key(_) => Vec::new(),
            };
            let row = rows(tx, account, vec![record])?.pop().ok_or(Error::NotFound)?;
            let fields = set.changes.into_iter().filter(|change| change.part.is_none()).collect();
            Ok(Card { row, fields, notifications, surroundings: Surroundings::load(tx, account)? })
        })
        .await
}

/// The external key of a shop's id, on the site that is named or the only one.
///
/// # Errors
/// As [`super::records::Setting::site`].
pub async fn key_of(ctx: &Ctx, caller: &Caller, external_id: String, site: Option<String>) -> Result<Key> {
    let account = caller.account();
    let read = move |tx: &mut Tx| {
        let setting = super::records::Setting::load(tx, account)?;
        let site = setting.site(site.as_deref())?;
        Ok(Key::External(super::records::external_key(&site, &external_id)))
    };
    ctx.store.read(read).await
}

/// The record, if the caller sees it.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) fn find_seen(tx: &mut Tx, caller: &Caller, record_type: RecordType, key: &Key) -> Result<Record> {
    let visible = sight::of_caller(tx, caller)?;
    let record = records::find(tx, caller.account(), record_type, key)?;
    record.filter(|r| visible.shows(&r.site, r.state.manager())).ok_or(Error::NotFound)
}

/// A row of history with the names of who did it and of the record.
#[derive(Debug, Clone)]
pub struct HistoryRow {
    pub entry: Entry,
    pub by: Option<String>,
    pub place: Place,
}

/// A page of history.
#[derive(Debug, Clone)]
pub struct HistoryPage {
    pub rows: Vec<HistoryRow>,
    /// Where the next page goes on, if there is one.
    pub next: Option<i64>,
    /// The number up to which this page tells everything.
    pub last: i64,
    pub surroundings: Surroundings,
}

/// A record's history, newest first, before the number `before`; of a deleted record too.
///
/// # Errors
/// [`Error::NotFound`] also for what the caller does not see.
pub async fn history_of(
    ctx: &Ctx,
    caller: &Caller,
    record_type: RecordType,
    id: String,
    before: Option<i64>,
    most: i64,
) -> Result<HistoryPage> {
    let caller = caller.clone();
    ctx.store
        .read(move |tx| {
            let account = caller.account();
            let visible = sight::of_caller(tx, &caller)?;
            let place = records::list_places(tx, account, &[&id])?.pop();
            let seen = |p: &Place| p.record_type == record_type && visible.shows(&p.site, p.manager.as_ref());
            let place = place.filter(seen).ok_or(Error::NotFound)?;
            let mut entries = history::list_of_record(tx, account, &place.id, before, most + 1)?;
            let more = entries.len() as i64 > most;
            entries.truncate(usize::try_from(most).unwrap_or_default());
            let next = entries.last().filter(|_| more).map(|entry| entry.seq);
            let last = entries.first().map_or(0, |entry| entry.seq);
            let rows = with_names(tx, account, entries, &HashMap::from([(place.id.clone(), place)]))?;
            Ok(HistoryPage { rows, next, last, surroundings: Surroundings::load(tx, account)? })
        })
        .await
}

/// The history of all records of a type that the caller sees, after the number `since`, oldest first.
///
/// # Errors
/// What the store says.
pub async fn history_since(
    ctx: &Ctx,
    caller: &Caller,
    record_type: RecordType,
    since: i64,
    most: i64,
) -> Result<HistoryPage> {
    let caller = caller.clone();
    ctx.store
        .read(move |tx| {
            let account = caller.account();
            let visible = sight::of_caller(tx, &caller)?;
            let wanted = history::Wanted { after: since, most, ..history::Wanted::default() };
            let mut entries = history::list(tx, account, record_type, &wanted)?;
            let next = entries.last().filter(|_| entries.len() as i64 == most).map(|entry| entry.seq);
            let last = entries.last().map_or(since, |entry| entry.seq);
            let mut ids: Vec<&str> = entries.iter().map(|entry| entry.record.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            let places = records::list_places(tx, account, &ids)?;
            let seen = places.into_iter().filter(|p| visible.shows(&p.site, p.manager.as_ref()));
            let seen: HashMap<RecordId, Place> = seen.map(|place| (place.id.clone(), place)).collect();
            entries.retain(|entry| seen.contains_key(&entry.record));
            let rows = with_names(tx, account, entries, &seen)?;
            Ok(HistoryPage { rows, next, last, surroundings: Surroundings::load(tx, account)? })
        })
        .await
}

pub(super) fn with_names(
    tx: &mut Tx,
    account: Account,
    entries: Vec<Entry>,
    places: &HashMap<RecordId, Place>,
) -> Result<Vec<HistoryRow>> {
    let ids = |wanted: fn(&Actor) -> bool| {
        let mut ids: Vec<&str> =
            entries.iter().filter(|entry| wanted(&entry.actor)).filter_map(|e| e.actor.id()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let users = audience::list_names(tx, account, &ids(|actor| matches!(actor, Actor::User(_))))?;
    let keys = keys::list_names(tx, account, &ids(|actor| matches!(actor, Actor::Key(_))))?;
    let mut names: HashMap<String, String> =
        users.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    names.extend(keys.into_iter().map(|(id, name)| (id.to_string(), name)));
    names.extend(rules::list_names(tx, account, &ids(|actor| matches!(actor, Actor::Rule(_))))?);
    let row = |entry: Entry| {
        let by = entry.actor.id().and_then(|id| names.get(id).cloned());
        let place = places.get(&entry.record)?.clone();
        Some(HistoryRow { entry, by, place })
    };
    Ok(entries.into_iter().filter_map(row).collect())
}
