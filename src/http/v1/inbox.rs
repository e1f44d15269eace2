//! The caller's inbox: pages, one item, and what its owner does with items.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::SignedIn;
use crate::domain::code::fold;
use crate::domain::error::{Error, Fault};
use crate::domain::inbox::{Act, ClosedBy};
use crate::domain::kind::{Kind, names};
use crate::flows::inbox::{self, Full};
use crate::flows::once::Once;
use crate::flows::snooze::{self, ItemDeed};
use crate::http::State;
use crate::http::extract::{Body, Path, Query};
use crate::http::problem::Result;
use crate::http::reply::Success;
use crate::http::v1::page::limit;
use crate::http::v1::task_wire::SnoozeIn;
use crate::render::instant::parse_rfc3339;
use crate::render::item::ItemOut;
use crate::store::inbox::{Filter, Wanted};

/// Which items are wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FilterIn {
    /// Neither archived nor withdrawn.
    #[default]
    All,
    Unread,
    Archived,
    /// Those whose popups stand.
    Standing,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct InboxQuery {
    #[serde(default)]
    filter: FilterIn,
    kind: Option<Kind>,
    /// Text to be found in title or body, without regard to case.
    q: Option<String>,
    /// Created at or after this instant (RFC 3339).
    from: Option<String>,
    /// Created before this instant (RFC 3339).
    to: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// Items of a page, 1–100; 30 if absent.
    limit: Option<i64>,
}

/// A page of the inbox.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InboxPage {
    items: Vec<ItemOut>,
    /// Unread items in the whole inbox.
    unread: i64,
    /// The place in the stream at which this page was read: a stream from here misses nothing.
    cursor: String,
    /// Asks for the next page; null on the last.
    next: Option<String>,
}

pub async fn list_inbox(
    state: State,
    who: SignedIn,
    Query(query): Query<InboxQuery>,
) -> Result<Success<InboxPage>> {
    let instant = |field, text: Option<String>| text.map(|t| parse_rfc3339(field, &t)).transpose();
    let wanted = Wanted {
        filter: match query.filter {
            FilterIn::All => Filter::All,
            FilterIn::Unread => Filter::Unread,
            FilterIn::Archived => Filter::Archived,
            FilterIn::Standing => Filter::Standing,
        },
        kind: query.kind,
        search: query.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(fold),
        from: instant("from", query.from)?,
        to: instant("to", query.to)?,
        before: query.cursor,
        most: limit(query.limit)?,
    };
    let page = inbox::page(&state.ctx, &who, wanted).await?;
    Ok(Success::new(InboxPage {
        items: page.items.iter().map(|(item, said)| ItemOut::new(item, said, who.language)).collect(),
        unread: page.unread,
        cursor: page.cursor.to_string(),
        next: page.next,
    }))
}

fn shown((item, said): &Full, who: &SignedIn) -> Success<ItemOut> {
    Success::new(ItemOut::new(item, said, who.language))
}

pub async fn get_item(state: State, who: SignedIn, Path(id): Path<String>) -> Result<Success<ItemOut>> {
    Ok(shown(&inbox::get(&state.ctx, &who, id).await?, &who))
}

/// Nothing, or an empty object.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Empty {}

/// What each of these calls does is idempotent by nature, so an Idempotency-Key changes nothing.
async fn act(state: State, who: SignedIn, id: String, act: Act) -> Result<Success<ItemOut>> {
    Ok(shown(&inbox::act(&state.ctx, &who, id, act).await?, &who))
}

pub async fn mark_seen(
    state: State,
    who: SignedIn,
    Path(id): Path<String>,
    _: Body<Empty>,
) -> Result<Success<ItemOut>> {
    act(state, who, id, Act::Seen).await
}

pub async fn mark_read(
    state: State,
    who: SignedIn,
    Path(id): Path<String>,
    _: Body<Empty>,
) -> Result<Success<ItemOut>> {
    act(state, who, id, Act::Read).await
}

pub async fn mark_unread(
    state: State,
    who: SignedIn,
    Path(id): Path<String>,
    _: Body<Empty>,
) -> Result<Success<ItemOut>> {
    act(state, who, id, Act::Unread).await
}

names! {
    /// How a popup was closed, as far as a browser can say.
    Closing {
        User = "user",
        Timeout = "timeout",
    }
}

impl From<Closing> for ClosedBy {
    fn from(closing: Closing) -> Self {
        match closing {
            Closing::User => Self::User,
            Closing::Timeout => Self::Timeout,
        }
    }
}

/// How a popup was closed; by hand if absent.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CloseIn {
    by: Option<Closing>,
}

pub async fn close_item(
    state: State,
    who: SignedIn,
    Path(id): Path<String>,
    body: Body<CloseIn>,
) -> Result<Success<ItemOut>> {
    act(state, who, id, Act::Close(body.value.by.map_or(ClosedBy::User, ClosedBy::from))).await
}

pub async fn reopen_item(
    state: State,
    who: SignedIn,
    Path(id): Path<String>,
    _: Body<Empty>,
) -> Result<Success<ItemOut>> {
    act(state, who, id, Act::Reopen).await
}

pub async fn archive_item(
    state: State,
    who: SignedIn,
    Path(id): Path<String>,
    _: Body<Empty>,
) -> Result<Success<ItemOut>> {
    act(state, who, id, Act::Archive).await
}

pub async fn unarchive_item(
    state: State,
    who: SignedIn,
    Path(id): Path<String>,
    _: Body<Empty>,
) -> Result<Success<ItemOut>> {
    act(state, who, id, Act::Unarchive).await
}

pub async fn snooze_item(
    state: State,
    who: SignedIn,
    Path(id): Path<String>,
    body: Body<SnoozeIn>,
) -> Result<Success<ItemOut>> {
    Ok(shown(&snooze::snooze(&state.ctx, &who, id, body.value.read()?).await?, &who))
}

/// What a button of the popup does.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ActIn {
    /// The `code` of one of the item's actions, but `snooze`, which is a call of its own.
    action: ItemDeed,
}

pub async fn act_on_item(
    state: State,
    who: SignedIn,
    Path(id): Path<String>,
    body: Body<ActIn>,
) -> Result<Success<ItemOut>> {
    Ok(shown(&snooze::act(&state.ctx, &who, id, body.value.action).await?, &who))
}

/// Items to be closed together.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CloseManyIn {
    /// At most 500; unknown ones are passed over.
    ids: Vec<String>,
    by: Option<Closing>,
}

/// Items to be reopened together.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ReopenManyIn {
    /// At most 500; unknown ones are passed over.
    ids: Vec<String>,
}

/// How many items changed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChangedOut {
    changed: usize,
}

pub async fn close_items(
    state: State,
    who: SignedIn,
    body: Body<CloseManyIn>,
) -> Result<Success<ChangedOut>> {
    let by = body.value.by.map_or(ClosedBy::User, ClosedBy::from);
    act_on_many(state, who, body.value.ids, Act::Close(by), body.once).await
}

pub async fn reopen_items(
    state: State,
    who: SignedIn,
    body: Body<ReopenManyIn>,
) -> Result<Success<ChangedOut>> {
    act_on_many(state, who, body.value.ids, Act::Reopen, body.once).await
}

async fn act_on_many(
    state: State,
    who: SignedIn,
    ids: Vec<String>,
    act: Act,
    once: Option<Once>,
) -> Result<Success<ChangedOut>> {
    let answer = inbox::act_on_many(&state.ctx, &who, ids, act, once).await?;
    Ok(Success::once(answer).map(|changed| ChangedOut { changed }))
}

/// Up to where everything is read.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ReadAllIn {
    /// The highest `seq` that the caller has heard of; what came later stays unread.
    up_to: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ReadAllOut {
    changed: u64,
    /// What is unread now.
    unread: i64,
}

pub async fn read_all(state: State, who: SignedIn, body: Body<ReadAllIn>) -> Result<Success<ReadAllOut>> {
    if body.value.up_to < 0 {
        return Err(Error::field("up_to", Fault::NotANumber).into());
    }
    let answer = inbox::read_all(&state.ctx, &who, body.value.up_to, body.once).await?;
    Ok(Success::once(answer).map(|done| ReadAllOut { changed: done.changed, unread: done.unread }))
}
