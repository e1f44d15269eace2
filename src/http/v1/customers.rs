//! Customers: list, card, history, and writing whole or partial states.

use crate::domain::access::Caller;
use crate::domain::error::Error;
use crate::domain::record::RecordType;
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
    ByIn, CardQuery, CustomerState, PutQuery, RecordCard, RecordsPage, RecordsQuery, WrittenOut,
};
use crate::store::records::Key;

const TYPE: RecordType = RecordType::Customer;

pub async fn list_customers(
    state: State,
    caller: Caller,
    FilteredQuery(query, custom): FilteredQuery<RecordsQuery>,
) -> Result<Success<RecordsPage>> {
    let wanted = query.wanted(&caller, custom)?;
    let page = record_pages::list(&state.ctx, &caller, TYPE, wanted).await?;
    Ok(Success::new(page.into()))
}

async fn key(state: &State, caller: &Caller, id: String, query: CardQuery) -> Result<Key> {
    Ok(match query.by {
        ByIn::Id => Key::Id(id),
        ByIn::Number => Key::Number(id.parse().map_err(|_| Error::NotFound)?),
        ByIn::ExternalId => record_pages::key_of(&state.ctx, caller, id, query.site).await?,
    })
}

pub async fn get_customer(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<CardQuery>,
) -> Result<Success<RecordCard>> {
    let key = key(&state, &caller, id, query).await?;
    let card = record_pages::card(&state.ctx, &caller, TYPE, key).await?;
    Ok(Success::new(RecordCard::new(&state, &caller, card)))
}

async fn put<const STATUS: u16>(
    state: &State,
    caller: &Caller,
    which: Which,
    query: PutQuery,
    body: Body<CustomerState>,
) -> Result<Reply<STATUS, WrittenOut>> {
    let may_create = !matches!(which, Which::Id(_));
    let put = Put {
        record_type: TYPE,
        which,
        site: query.site,
        state: body.value.0,
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

pub async fn put_customer(
    state: State,
    caller: Caller,
    Path(external_id): Path<String>,
    Query(query): Query<PutQuery>,
    body: Body<CustomerState>,
) -> Result<Success<WrittenOut>> {
    put(&state, &caller, Which::ExternalId(external_id), query, body).await
}

pub async fn create_customer(
    state: State,
    caller: Caller,
    Query(query): Query<PutQuery>,
    body: Body<CustomerState>,
) -> Result<Created<WrittenOut>> {
    put(&state, &caller, Which::New, query, body).await
}

pub async fn update_customer(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<PutQuery>,
    body: Body<CustomerState>,
) -> Result<Success<WrittenOut>> {
    put(&state, &caller, Which::Id(id), query, body).await
}

pub async fn delete_customer(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<CardQuery>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    let key = key(&state, &caller, id, query).await?;
    let line = Line { write: Write::Delete { record_type: TYPE, key }, once };
    record_doors::write(&state.ctx, &caller, line).await?;
    Ok(NoContent)
}

pub async fn get_customer_history(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<RecordHistoryQuery>,
) -> Result<Success<RecordHistory>> {
    history::of_record(&state, &caller, TYPE, id, query).await
}
