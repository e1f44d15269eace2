//! History of records on the wire, in the caller's language and time zone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::domain::access::Caller;
use crate::domain::error::{Error, Fault};
use crate::domain::language::Language;
use crate::domain::record::RecordType;
use crate::domain::record::change::{Change, ChangeKind};
use crate::domain::record::wire::native_value;
use crate::flows::record_pages::{self, HistoryPage, HistoryRow, Surroundings};
use crate::flows::tasks;
use crate::http::State;
use crate::http::extract::Query;
use crate::http::problem::Result;
use crate::http::reply::Success;
use crate::http::v1::page::limit;
use crate::render::instant::to_rfc3339;
use crate::render::told::Words;

/// How a caller reads: his language and zone, or the account's.
pub struct Reader<'a> {
    pub language: Language,
    words: Words<'a>,
}

impl<'a> Reader<'a> {
    pub fn new(state: &'a State, caller: &'a Caller, around: &'a Surroundings) -> Self {
        let (language, zone) = match caller {
            Caller::User(user) => (user.language, user.zone.as_str()),
            Caller::Key(_) => (around.account.language(), around.account.zone.as_str()),
        };
        Self { language, words: Words { texts: &state.texts, zone, custom: &around.custom } }
    }

    /// What the field of a change is called.
    #[must_use]
    pub fn label(&self, record_type: RecordType, change: &Change) -> String {
        self.words.field(record_type, change, self.language)
    }

    /// The old or the new value as it is read.
    #[must_use]
    pub fn side(
        &self,
        record_type: RecordType,
        change: &Change,
        new: bool,
        currency: Option<&str>,
    ) -> Option<String> {
        self.words.side(record_type, change, new, currency, self.language)
    }
}

/// A record that changed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RecordOut {
    r#type: RecordType,
    id: String,
    number: i64,
    title: String,
}

/// One changed field.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "HistoryRow")]
pub struct HistoryRowOut {
    /// Its number in the account's history; they have no gaps that fill up later.
    seq: i64,
    created_at: String,
    kind: ChangeKind,
    /// Through which door it came: `api`, `user`, `code`.
    source: String,
    /// Who did it.
    by: Option<String>,
    field: String,
    /// What the caller's language calls the field.
    label: String,
    /// Which item or payment, where it is a field of one.
    part: Option<String>,
    old: Json,
    new: Json,
    old_display: Option<String>,
    new_display: Option<String>,
    record: RecordOut,
}

impl HistoryRowOut {
    fn new(reader: &Reader, row: HistoryRow) -> Self {
        let HistoryRow { entry, by, place } = row;
        let change = &entry.change;
        let side = |new| reader.side(entry.record_type, change, new, None);
        let value = |value: &Option<_>| value.as_ref().map_or(Json::Null, native_value);
        let part = change.part.as_ref();
        let part = part.map(|part| {
            let named = part.name.clone().or_else(|| part.external_id.clone());
            named.unwrap_or_else(|| part.line.to_string())
        });
        Self {
            seq: entry.seq,
            created_at: to_rfc3339(entry.created_at),
            kind: entry.kind,
            source: entry.source.clone(),
            by,
            field: change.field.to_string(),
            label: reader.label(entry.record_type, change),
            part,
            old: value(&change.old),
            new: value(&change.new),
            old_display: side(false),
            new_display: side(true),
            record: RecordOut {
                r#type: place.record_type,
                id: place.id.to_string(),
                number: place.number,
                title: place.title,
            },
        }
    }
}

fn rows(state: &State, caller: &Caller, page: HistoryPage) -> (Vec<HistoryRowOut>, Option<i64>, i64) {
    let reader = Reader::new(state, caller, &page.surroundings);
    let rows = page.rows.into_iter().map(|row| HistoryRowOut::new(&reader, row)).collect();
    (rows, page.next, page.last)
}

/// Which page of a record's history.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RecordHistoryQuery {
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// Rows of a page, 1–100; 30 if absent.
    pub limit: Option<i64>,
}

/// A page of a record's history, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RecordHistory {
    items: Vec<HistoryRowOut>,
    /// Asks for the next page; null on the last.
    next: Option<String>,
}

/// The history of one record.
pub(super) async fn of_record(
    state: &State,
    caller: &Caller,
    record_type: RecordType,
    id: String,
    query: RecordHistoryQuery,
) -> Result<Success<RecordHistory>> {
    let bad = |_| Error::field("cursor", Fault::BadCursor);
    let before = query.cursor.map(|cursor| cursor.parse().map_err(bad)).transpose()?;
    let most = limit(query.limit)?;
    let page = record_pages::history_of(&state.ctx, caller, record_type, id, before, most).await?;
    let (items, next, _) = rows(state, caller, page);
    Ok(Success::new(RecordHistory { items, next: next.map(|seq| seq.to_string()) }))
}

/// The history of one task.
pub(super) async fn of_task(
    state: &State,
    caller: &Caller,
    id: String,
    query: RecordHistoryQuery,
) -> Result<Success<RecordHistory>> {
    let bad = |_| Error::field("cursor", Fault::BadCursor);
    let before = query.cursor.map(|cursor| cursor.parse().map_err(bad)).transpose()?;
    let page = tasks::history(&state.ctx, caller, id, before, limit(query.limit)?).await?;
    let (items, next, _) = rows(state, caller, page);
    Ok(Success::new(RecordHistory { items, next: next.map(|seq| seq.to_string()) }))
}

/// Which part of the account's history.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct HistoryQuery {
    record_type: RecordType,
    /// The `last` of the page before; 0 if absent.
    since: Option<i64>,
    /// Rows of a page, 1–100; 30 if absent.
    limit: Option<i64>,
}

/// A part of the account's history, oldest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct History {
    items: Vec<HistoryRowOut>,
    /// The number up to which this page tells everything: `since` of the next one.
    last: i64,
}

pub async fn list_history(
    state: State,
    caller: Caller,
    Query(query): Query<HistoryQuery>,
) -> Result<Success<History>> {
    let (since, most) = (query.since.unwrap_or_default(), limit(query.limit)?);
    let page = match query.record_type {
        RecordType::Task => tasks::history_since(&state.ctx, &caller, since, most).await?,
        of => record_pages::history_since(&state.ctx, &caller, of, since, most).await?,
    };
    let (items, _, last) = rows(&state, &caller, page);
    Ok(Success::new(History { items, last }))
}
