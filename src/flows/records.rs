//! Writes what a shop says of its customers and orders: compares it with what is known, and writes record, history and
//! event in one transaction.
//!
//! Every door goes through [`put_in`] and [`delete_in`]: the native API, the RetailCRM-compatible one, batches and forms.
//! Two writers of one record follow each other under its lock, so both changes stand and history is in order. Nobody is
//! told anything here; that is `route`'s.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::change::By;
use super::once::{Answer, Once};
use super::record_reading::{check_external_id, find, read_patch, site_of};
use super::{Ctx, record_labels, sight};
use crate::domain::code::fold;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::event::{Event, Fact, RecordChanged};
use crate::domain::id::{Account, EventId};
use crate::domain::kind::names;
use crate::domain::record::catalogue::{self, CustomField};
use crate::domain::record::change::{Change, ChangeSet};
use crate::domain::record::decimal::Decimal;
use crate::domain::record::diff::{compare, patched};
use crate::domain::record::labels::label;
use crate::domain::record::patch::Patch;
use crate::domain::record::state::State;
use crate::domain::record::value::{Spelling, Value};
use crate::domain::record::{RecordId, RecordType};
use crate::domain::rule::chain::Chain;
use crate::domain::sight::Visible;
use crate::domain::work::WorkKind;
use crate::ids::Ids;
use crate::store::history::Entry;
use crate::store::records::{Key, Promoted, Record};
use crate::store::{Tx, accounts, events, history, records, references, work};

names! {
    /// Through which door a change came, in the words of the RetailCRM history.
    Source {
        Api = "api",
        /// A person, by hand.
        User = "user",
        /// Bellwire itself.
        Code = "code",
        /// A trigger or marketing rule.
        Rule = "rule",
    }
}

/// Which record is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// By the shop's id; made if there is none.
    ExternalId(String),
    Id(String),
    Number(i64),
    /// A new one; its external id, if any, stands in the state.
    New,
}

/// A state that somebody sends.
#[derive(Debug, Clone)]
pub struct Put {
    pub record_type: RecordType,
    pub which: Which,
    /// The code of the site, from the query; needed once an account has more than one.
    pub site: Option<String>,
    pub state: Json,
    pub spelling: Spelling,
    pub source: Source,
    /// History is written, nobody is told (an import).
    pub silent: bool,
    /// Whether a record that is not there is made (else it is not found).
    pub may_create: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub id: String,
    pub number: i64,
    pub external_id: Option<String>,
    pub created: bool,
    /// Names of the changed fields; empty when everything was as it is.
    pub changed: Vec<String>,
}

/// What an account's states are read with; loaded once per transaction.
pub struct Setting {
    pub(super) account: Account,
    pub(super) zone: TimeZone,
    pub(super) sites: Vec<references::Site>,
    custom: HashMap<RecordType, Vec<CustomField>>,
    /// The records that the caller sees; others do not exist for him.
    pub visible: Visible,
}

impl Setting {
    /// # Errors
    /// What the store says.
    pub fn load(tx: &mut Tx, account: Account) -> Result<Self> {
        let details = accounts::get(tx, account)?;
        let mut custom = HashMap::new();
        for record_type in RecordType::OF_SHOPS {
            custom.insert(record_type, references::list_custom_fields(tx, account, record_type)?);
        }
        Ok(Self {
            account,
            zone: TimeZone::get(&details.zone).unwrap_or(TimeZone::UTC),
            sites: references::list_sites(tx, account)?,
            custom,
            visible: Visible::All,
        })
    }

    pub(super) fn custom(&self, record_type: RecordType) -> &[CustomField] {
        self.custom.get(&record_type).map_or(&[], Vec::as_slice)
    }

    /// The site that is meant: the one that is named, or the only one there is.
    ///
    /// # Errors
    /// `site` is named when it is unknown, or needed and missing.
    pub fn site(&self, named: Option<&str>) -> Result<String> {
        match (named.filter(|code| !code.is_empty()), self.sites.as_slice()) {
            (None, []) => Ok(String::new()),
            (None, [only]) => Ok(only.code.clone()),
            (None, _) => Err(Error::field("site", Fault::Required)),
            (Some(code), sites) if sites.iter().any(|site| site.code == code) => Ok(code.to_owned()),
            (Some(code), _) => Err(Error::field("site", Fault::UnknownSite(code.to_owned()))),
        }
    }
}

/// The key under which a shop's id is unique: sites may use the same ids.
#[must_use]
pub fn external_key(site: &str, external_id: &str) -> String {
    format!("{site}\u{1f}{external_id}")
}

/// The code among the promoted values under which the order of a payment is found. A custom field's has no such sign.
#[must_use]
pub fn payment_key(external_id: &str) -> String {
    format!("payment\u{1f}{external_id}")
}

impl Ctx {
    /// Writes one state.
    ///
    /// # Errors
    /// The faults of its fields; [`Error::NotFound`] when it may not be made and is not there.
    pub async fn put_record(
        &self,
        by: By,
        by_name: Option<String>,
        put: Put,
        once: Option<Once>,
    ) -> Result<Answer<Written>> {
        let (ids, now) = (self.ids.clone(), self.now());
        self.write_once(once, move |tx| {
            let setting = Setting::load(tx, by.account)?;
            let who = Who { by: &by, name: by_name.as_deref(), ids: &ids, now, cause: None };
            put_in(tx, &setting, &who, &put)
        })
        .await
    }
}

/// On whose behalf, and with what.
pub struct Who<'a> {
    pub by: &'a By,
    /// The name of the user or key, for those who are told.
    pub name: Option<&'a str>,
    pub ids: &'a Ids,
    pub now: i64,
    /// The rules that led to it.
    pub cause: Option<&'a Chain>,
}

/// Writes one state in a transaction that may hold many.
///
/// # Errors
/// As [`Ctx::put_record`]; the transaction stays usable after a fault.
pub fn put_in(tx: &mut Tx, setting: &Setting, who: &Who, put: &Put) -> Result<Written> {
    if let Which::ExternalId(id) = &put.which {
        check_external_id(id)?;
    }
    let patch = read_patch(tx, setting, put)?;
    let site = site_of(setting, put, &patch)?;
    let before = find(tx, setting.account, put, &patch, &site)?;
    let hidden = |record: &Record| !setting.visible.shows(&record.site, record.state.manager());
    if before.as_ref().map_or(!put.may_create, hidden) {
        return Err(Error::NotFound);
    }
    let mut patch = patch;
    if let Which::ExternalId(id) = &put.which {
        patch.set("external_id", Some(Value::Text(id.clone())));
    }
    if before.is_none() && !site.is_empty() {
        patch.set("site", Some(Value::Code(site.clone())));
    }
    let number = match &before {
        Some(record) => {
            refuse_taken(tx, setting.account, record, &patch)?;
            record.number
        }
        None => begin(tx, setting, who, &mut patch)?,
    };
    let state = patched(before.as_ref().map(|record| &record.state), &patch);
    let mut set = compare(before.as_ref().map(|record| &record.state), &state);
    if let Some(record) = before.as_ref().filter(|_| set.is_empty()) {
        return Ok(written(record, &set));
    }
    let codes = patch.codes(setting.custom(put.record_type));
    for (list, code) in codes.into_iter().filter(|(list, _)| list != catalogue::SITES) {
        // Lists grow by use: a shop that knows a status need not be told to declare it first.
        references::insert_entry(tx, setting.account, &list, code, code)?;
    }
    let labels = record_labels::load(tx, setting.account, &set, setting.custom(put.record_type))?;
    label(&mut set, setting.custom(put.record_type), &labels);
    let record = keep(tx, setting, who, (before, number), state, site)?;
    if set.is_update() && (set.has_changed("manager") || set.has_changed("site")) {
        sight::look_again_at(tx, setting.account, record.id.as_str(), who.now)?;
    }
    note(tx, who, &record, &set, put.source, put.silent)?;
    Ok(written(&record, &set))
}

/// What a new record is given where the shop gives nothing: its number, and when it was made.
fn begin(tx: &mut Tx, setting: &Setting, who: &Who, patch: &mut Patch) -> Result<i64> {
    let number = accounts::next_number(tx, setting.account)?;
    let given = |patch: &Patch, name: &str| patch.fields.get(name).is_some_and(Option::is_some);
    if patch.record_type == RecordType::Order && !given(patch, "number") {
        patch.set("number", Some(Value::Text(number.to_string())));
    }
    if !given(patch, "created_at") {
        // Whole seconds, like every instant of a state.
        patch.set("created_at", Some(Value::Instant(who.now / 1000 * 1000)));
    }
    Ok(number)
}

/// Another record of the site may have the external id that this one is to get.
fn refuse_taken(tx: &mut Tx, account: Account, record: &Record, patch: &Patch) -> Result<()> {
    let external = patch.fields.get("external_id").and_then(|id| id.as_ref()).and_then(Value::text);
    let Some(external) = external.filter(|id| record.state.external_id() != Some(*id)) else { return Ok(()) };
    let key = Key::External(external_key(&record.site, external));
    match records::find(tx, account, record.record_type, &key)? {
        Some(_) => Err(Error::field("external_id", Fault::Taken)),
        None => Ok(()),
    }
}

fn written(record: &Record, set: &ChangeSet) -> Written {
    Written {
        id: record.id.to_string(),
        number: record.number,
        external_id: record.state.external_id().map(str::to_owned),
        created: set.is_create(),
        changed: set.fields().into_iter().map(str::to_owned).collect(),
    }
}

/// Writes the record itself.
fn keep(
    tx: &mut Tx,
    setting: &Setting,
    who: &Who,
    (before, number): (Option<Record>, i64),
    state: State,
    site: String,
) -> Result<Record> {
    let (account, record_type) = (setting.account, state.record_type);
    let is_new = before.is_none();
    let (id, created_at, site) = match before {
        Some(record) => (record.id, record.created_at, state.site().unwrap_or_default().to_owned()),
        None => (RecordId::new(who.ids.next(who.now)), who.now, site),
    };
    let promoted = promote(&state, &site, number);
    let record = Record {
        id,
        record_type,
        number,
        title: title(&state, number),
        site,
        state,
        created_at,
        changed_at: who.now,
        deleted_at: None,
    };
    let kept = if is_new {
        records::insert(tx, account, &record, &promoted)
    } else {
        records::update(tx, account, &record, &promoted)
    };
    // Somebody else made a record with this external id at the same moment: looked up again, it is there.
    kept.map_err(|error| if error == Error::Duplicate { Error::Raced } else { error })?;
    Ok(record)
}

/// What people call a record: an order by its number, a customer by name, address or phone.
#[must_use]
pub fn title(state: &State, number: i64) -> String {
    let text = |name: &str| state.get(name).and_then(Value::text).unwrap_or_default();
    let name = match state.record_type {
        RecordType::Order => text("number").to_owned(),
        RecordType::Customer => person(state).unwrap_or_default(),
        RecordType::Task => text("text").to_owned(),
    };
    if name.is_empty() { number.to_string() } else { name }
}

/// The name of the person in the record: of the customer, or of who bought, as the order says; the address where there is no
/// name.
#[must_use]
pub fn person(state: &State) -> Option<String> {
    let text = |name: &str| state.get(name).and_then(Value::text).unwrap_or_default();
    let full = [text("first_name"), text("last_name")].join(" ");
    let shown = if full.trim().is_empty() { text("email") } else { full.trim() };
    (!shown.is_empty()).then(|| shown.to_owned())
}

/// The total in hundredths of the currency, by which lists are sorted.
#[must_use]
pub fn hundredths(state: &State) -> Option<i64> {
    state.get("total_sum").and_then(Value::number)?.times(Decimal::from_integer(100)).to_integer()
}

fn promote(state: &State, site: &str, number: i64) -> Promoted {
    let text = |name: &str| state.get(name).and_then(Value::text);
    let custom = state.fields.iter().filter_map(|(name, value)| {
        let code = name.strip_prefix(catalogue::CUSTOM)?;
        Some((code.to_owned(), fold(&plain(value))))
    });
    // Payments are named by their external ids alone, so that is how their order is found.
    let payments = state.payments.list.iter().filter_map(|payment| payment.external_id());
    let payments = payments.map(|id| (payment_key(id), String::new()));
    Promoted {
        external_key: state.external_id().map(|id| external_key(site, id)),
        status: text("status").map(str::to_owned),
        manager: state.manager().cloned(),
        customer: match state.get("customer") {
            Some(Value::Record(id)) => Some(id.clone()),
            _ => None,
        },
        total_sum: hundredths(state),
        ordered_at: match state.get("created_at") {
            Some(Value::Instant(at)) if state.record_type == RecordType::Order => Some(*at),
            _ => None,
        },
        search: fold(&format!("{} {number}", state.search_text())),
        custom: custom.chain(payments).collect(),
    }
}

/// A value as one word, for filters.
fn plain(value: &Value) -> String {
    match crate::domain::record::wire::native_value(value) {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

/// Writes history, and the event unless nobody is to be told.
fn note(
    tx: &mut Tx,
    who: &Who,
    record: &Record,
    set: &ChangeSet,
    source: Source,
    silent: bool,
) -> Result<()> {
    let account = who.by.account;
    // A new record is one line: everything else of it is the record itself.
    let first = Change::new(first_field(record.record_type).into(), None, None, None);
    let changes: Vec<Change> = if set.is_update() {
        set.changes.clone()
    } else {
        let telling = set.changes.iter().find(|change| change.field == first.field);
        vec![telling.cloned().unwrap_or(first)]
    };
    if !silent {
        let event = Event {
            account,
            id: EventId::new(who.ids.next(who.now)),
            actor: who.by.actor.clone(),
            fact: Fact::RecordChanged(Box::new(RecordChanged {
                record: record.id.clone(),
                number: record.number,
                title: record.title.clone(),
                change_set: set.clone(),
                by: who.name.map(str::to_owned),
                after: record.state.clone(),
            })),
            created_at: who.now,
            send_at: None,
            recalled_at: None,
        };
        let id = event.id.clone();
        events::insert_many(tx, &[events::Addressed { event, audience: None }])?;
        if let Some(chain) = who.cause {
            events::put_chain(tx, account, &id, chain)?;
        }
    }
    let count = i64::try_from(changes.len()).unwrap_or_default();
    let first = history::take_seqs(tx, account, count)?;
    let entries = changes.into_iter().zip(first..).map(|(change, seq)| Entry {
        seq,
        record_type: record.record_type,
        record: record.id.clone(),
        kind: set.kind,
        source: source.name().to_owned(),
        actor: who.by.actor.clone(),
        change,
        created_at: who.now,
    });
    history::insert_many(tx, account, &entries.collect::<Vec<_>>())
}

/// The field under which the making of a record stands in history (RetailCRM: an order's status, a customer's id).
fn first_field(record_type: RecordType) -> &'static str {
    match record_type {
        RecordType::Order => "status",
        RecordType::Customer | RecordType::Task => "id",
    }
}

/// Deletes a record: its history stays, its external id is free again, and what stands on screen of it is withdrawn.
///
/// # Errors
/// [`Error::NotFound`].
pub fn delete_in(
    tx: &mut Tx,
    who: &Who,
    record_type: RecordType,
    key: &Key,
    source: Source,
) -> Result<Record> {
    let account = who.by.account;
    let record = records::find_for_update(tx, account, record_type, key)?.ok_or(Error::NotFound)?;
    records::delete(tx, account, &record.id, who.now)?;
    for notification in crate::store::notifications::list_ids_of_record(tx, account, record.id.as_str())? {
        work::insert(tx, account, WorkKind::Withdraw, &notification, who.now)?;
    }
    super::tasks::delete_of_record(tx, who, &record.id, source)?;
    note(tx, who, &record, &ChangeSet::deletion(record_type), source, false)?;
    Ok(record)
}
