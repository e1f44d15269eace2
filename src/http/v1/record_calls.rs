//! The calls of orders and of customers, which are the same: list, card, history, and writing whole or partial states. Each
//! is generic over the state that it takes, whose type says which records are meant; what the calls carry is in `records`.

use crate::domain::access::Caller;
use crate::domain::error::Error;
use crate::domain::record::value::Spelling;
use crate::flows::record_doors::{self, Done, Line, Write, source_of};
use crate::flows::record_pages;
use crate::flows::records::{Put, Which};
use crate::http::State;
use crate::http::extract::{Body, FilteredQuery, OnceKey, Path, Query};
use crate::http::problem::{Problem, Result};
use crate::http::reply::{Created, NoContent, Reply, Success};
use crate::http::v1::history::{self, RecordHistory, RecordHistoryQuery};
use crate::http::v1::records::{
    ByIn, CardQuery, PutQuery, RecordCard, RecordState, RecordsPage, RecordsQuery, WrittenOut,
};
use crate::store::records::Key;

pub async fn list<S: RecordState>(
    state: State,
    caller: Caller,
    FilteredQuery(query, custom): FilteredQuery<RecordsQuery>,
) -> Result<Success<RecordsPage>> {
    let wanted = query.wanted(&caller, custom)?;
    let page = record_pages::list(&state.ctx, &caller, S::TYPE, wanted).await?;
    Ok(Success::new(page.into()))
}

async fn key_of(state: &State, caller: &Caller, id: String, query: CardQuery) -> Result<Key> {
    Ok(match query.by {
        ByIn::Id => Key::Id(id),
        ByIn::Number => Key::Number(id.parse().map_err(|_| Error::NotFound)?),
        ByIn::ExternalId => record_pages::key_of(&state.ctx, caller, id, query.site).await?,
    })
}

pub async fn get<S: RecordState>(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<CardQuery>,
) -> Result<Success<RecordCard>> {
    let key = key_of(&state, &caller, id, query).await?;
    let card = record_pages::card(&state.ctx, &caller, S::TYPE, key).await?;
    Ok(Success::new(RecordCard::new(&state, &caller, card)))
}

async fn write<S: RecordState, const STATUS: u16>(
    state: &State,
    caller: &Caller,
    which: Which,
    query: PutQuery,
    body: Body<S>,
) -> Result<Reply<STATUS, WrittenOut>> {
    let may_create = !matches!(which, Which::Id(_));
    let put = Put {
        record_type: S::TYPE,
        which,
        site: query.site,
        state: body.value.into_json(),
        spelling: Spelling::Native,
        source: source_of(caller),
        silent: query.silent,
        may_create,
    };
    let line = Line { write: Write::Put(Box::new(put)), once: body.once };
    let answer = record_doors::write(&state.ctx, caller, line).await?;
    let replayed = answer.replayed;
    match answer.value {
        Done::Written(written) => {
            Ok(Reply::once(crate::flows::once::Answer { value: written.into(), replayed }))
        }
        other => Err(Problem::internal(format!("a state was put, and {other:?} came of it"))),
    }
}

pub async fn put<S: RecordState>(
    state: State,
    caller: Caller,
    Path(external_id): Path<String>,
    Query(query): Query<PutQuery>,
    body: Body<S>,
) -> Result<Success<WrittenOut>> {
    write(&state, &caller, Which::ExternalId(external_id), query, body).await
}

pub async fn create<S: RecordState>(
    state: State,
    caller: Caller,
    Query(query): Query<PutQuery>,
    body: Body<S>,
) -> Result<Created<WrittenOut>> {
    write(&state, &caller, Which::New, query, body).await
}

pub async fn update<S: RecordState>(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<PutQuery>,
    body: Body<S>,
) -> Result<Success<WrittenOut>> {
    write(&state, &caller, Which::Id(id), query, body).await
}

pub async fn delete<S: RecordState>(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<CardQuery>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    let key = key_of(&state, &caller, id, query).await?;
    let line = Line { write: Write::Delete { record_type: S::TYPE, key }, once };
    record_doors::write(&state.ctx, &caller, line).await?;
    Ok(NoContent)
}

pub async fn get_history_of<S: RecordState>(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<RecordHistoryQuery>,
) -> Result<Success<RecordHistory>> {
    history::of_record(&state, &caller, S::TYPE, id, query).await
}
