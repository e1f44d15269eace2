//! Deliveries: which letters went where, what became of them, sending again; and addresses that letters came back from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::Caller;
use crate::domain::code::fold;
use crate::domain::delivery::{Act, Channel, DeliveryState};
use crate::domain::language::Language;
use crate::domain::mail::dialogue::Line;
use crate::flows::change::By;
use crate::flows::deliveries::{self, Story, Titled};
use crate::flows::relays;
use crate::http::State;
use crate::http::extract::{Body, OnceKey, Path, Query};
use crate::http::problem::Result;
use crate::http::reply::{NoContent, Success};
use crate::http::v1::page::limit;
use crate::render::instant::to_rfc3339;
use crate::store::deliveries::Attempt;
use crate::store::delivery_log::Wanted;

/// Whom a letter is for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Addressee {
    id: String,
    name: String,
}

/// A notification on its way to one user over one channel.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Delivery")]
pub struct DeliveryOut {
    id: String,
    user: Option<Addressee>,
    channel: String,
    kind: String,
    address: String,
    /// The title of the notification, as plain text.
    title: String,
    state: DeliveryState,
    /// Why it waits or has ended: `no_relay`, `relay_down`, `deferred`, `expired`, `bounced`, `refused`, `unfit`,
    /// `crashed`, `user_gone`, `no_access`, `withdrawn`, `address_suspended`, `switched_off`, `kind_off`, `read`.
    reason: Option<String>,
    /// A relay's words.
    detail: Option<String>,
    /// How often a relay was tried.
    attempts: i64,
    next_at: Option<String>,
    expires_at: String,
    relay: Option<String>,
    created_at: String,
    ended_at: Option<String>,
}

impl From<Titled> for DeliveryOut {
    fn from(Titled { delivery, title }: Titled) -> Self {
        Self {
            id: delivery.id,
            user: Some(Addressee { id: delivery.user.to_string(), name: delivery.user_name }),
            channel: delivery.channel,
            kind: delivery.kind,
            address: delivery.address,
            title,
            state: delivery.state,
            reason: delivery.reason,
            detail: delivery.detail,
            attempts: delivery.tries,
            next_at: (!delivery.state.is_end()).then(|| to_rfc3339(delivery.next_at)),
            expires_at: to_rfc3339(delivery.expires_at),
            relay: delivery.relay,
            created_at: to_rfc3339(delivery.created_at),
            ended_at: delivery.ended_at.map(to_rfc3339),
        }
    }
}

/// Which deliveries are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DeliveriesQuery {
    state: Option<DeliveryState>,
    channel: Option<Channel>,
    /// Text in the address or the user's name.
    q: Option<String>,
    /// The id of a user.
    user: Option<String>,
    /// The id of a notification.
    notification: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct DeliveriesPage {
    items: Vec<DeliveryOut>,
    next: Option<String>,
}

fn language_of(caller: &Caller) -> Option<Language> {
    match caller {
        Caller::User(user) => Some(user.language),
        Caller::Key(_) => None,
    }
}

pub async fn list_deliveries(
    state: State,
    caller: Caller,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Success<DeliveriesPage>> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let wanted = Wanted {
        state: query.state,
        channel: query.channel,
        user: given(query.user),
        notification: given(query.notification),
        search: given(query.q).map(|text| fold(text.trim())),
        before: given(query.cursor),
        most: limit(query.limit)?,
    };
    let page = deliveries::list(&state.ctx, caller.account(), wanted, language_of(&caller)).await?;
    let items = page.items.into_iter().map(DeliveryOut::from).collect();
    Ok(Success::new(DeliveriesPage { items, next: page.next }))
}

/// One attempt to hand a letter to a relay.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AttemptOut {
    n: i64,
    at: String,
    relay: Option<String>,
    /// `sent`, `retry`, `unknown` (the answer was lost), `gone`, `reject`.
    outcome: String,
    reason: Option<String>,
    dialogue: Vec<Line>,
}

impl From<Attempt> for AttemptOut {
    fn from(attempt: Attempt) -> Self {
        Self {
            n: attempt.number,
            at: to_rfc3339(attempt.at),
            relay: attempt.relay,
            outcome: attempt.outcome,
            reason: attempt.reason,
            // What we wrote ourselves can be read.
            dialogue: serde_json::from_str(&attempt.dialogue).unwrap_or_default(),
        }
    }
}

/// What a letter says.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LetterText {
    subject: String,
    html: String,
    text: String,
}

/// One delivery's story.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeliveryStory {
    #[serde(flatten)]
    delivery: DeliveryOut,
    attempt_log: Vec<AttemptOut>,
    /// As it would be written now; null where the notification is gone.
    letter: Option<LetterText>,
}

impl From<Story> for DeliveryStory {
    fn from(story: Story) -> Self {
        let letter = story.letter.map(|l| LetterText { subject: l.subject, html: l.html, text: l.text });
        let attempts = story.attempts.into_iter().map(AttemptOut::from);
        Self { delivery: story.titled.into(), attempt_log: attempts.collect(), letter }
    }
}

pub async fn get_delivery(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Success<DeliveryStory>> {
    let story = deliveries::get(&state.ctx, caller.account(), id, language_of(&caller)).await?;
    Ok(Success::new(story.into()))
}

async fn act(state: &State, caller: &Caller, id: String, act: Act, once: OnceKey) -> Result<NoContent> {
    deliveries::act(&state.ctx, &By::from(caller), id, act, once.0).await?;
    Ok(NoContent)
}

pub async fn resend_delivery(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    once: OnceKey,
) -> Result<NoContent> {
    act(&state, &caller, id, Act::Resend, once).await
}

pub async fn release_delivery(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    once: OnceKey,
) -> Result<NoContent> {
    act(&state, &caller, id, Act::Release, once).await
}

/// What to do with many deliveries.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct BulkIn {
    /// At most 500.
    ids: Vec<String>,
    r#do: Act,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct BulkOut {
    /// What was in no state for it, or is unknown, is not counted.
    changed: usize,
}

pub async fn work_on_deliveries(
    state: State,
    caller: Caller,
    body: Body<BulkIn>,
) -> Result<Success<BulkOut>> {
    let BulkIn { ids, r#do: act } = body.value;
    let answer = deliveries::act_on_many(&state.ctx, &By::from(&caller), ids, act, body.once).await?;
    Ok(Success::once(answer).map(|changed| BulkOut { changed }))
}

/// An address that letters are not sent to for now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SuspendedAddress {
    address: String,
    bounces: i64,
    /// A relay's words.
    reason: String,
    suspended_at: String,
    until: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct SuspendedAddresses {
    items: Vec<SuspendedAddress>,
}

pub async fn list_suspended_addresses(state: State, caller: Caller) -> Result<Success<SuspendedAddresses>> {
    let found = relays::list_suspended(&state.ctx, caller.account()).await?;
    let shown = found.into_iter().filter_map(|address| {
        Some(SuspendedAddress {
            suspended_at: to_rfc3339(address.standing.suspended_at?),
            until: to_rfc3339(address.standing.suspended_until?),
            bounces: address.standing.bounces,
            address: address.address,
            reason: address.reason,
        })
    });
    Ok(Success::new(SuspendedAddresses { items: shown.collect() }))
}

pub async fn release_address(
    state: State,
    caller: Caller,
    Path(address): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    relays::release(&state.ctx, &By::from(&caller), address, once).await?;
    Ok(NoContent)
}
