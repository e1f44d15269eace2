//! What leaves the house on behalf of a rule: HTTP requests, and letters to people who are no users. Written in the
//! transaction of the run, claimed with a lease, tried until it is done or its time is over: at least once, under one id.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use url::Url;

use super::Engine;
use super::texts::Texts;
use crate::channels::email::letter::{Draft, Letter};
use crate::channels::email::{Posted, describe};
use crate::channels::web::{Fault, Request as WebRequest, sign};
use crate::domain::access::Caller;
use crate::domain::delivery::{DeliveryState, LEASE_MS, MOST_CRASHES};
use crate::domain::error::{Conflict, Error, Result};
use crate::domain::id::Account;
use crate::domain::kind::Kind;
use crate::domain::mail::pace;
use crate::domain::mail::reply::Verdict;
use crate::domain::rule::RuleRef;
use crate::domain::rule::action::{BodyForm, Method};
use crate::flows::change::By;
use crate::flows::once::{Answer, Once};
use crate::flows::{Ctx, mail, sight};
use crate::render::html;
use crate::store::rule_deliveries::{self, Attempt, Delivery, New, Outcome, Outlet, Wanted};
use crate::store::{Tx, accounts, references};

/// How long a request is tried.
const WORTH_MS: i64 = 24 * 3_600_000;
/// Errands that are under way at most.
pub const MOST_UNDER_WAY: usize = 32;
/// The account's choice that holds its secret.
const SECRET: &str = "http_secret";
/// The secret before it was changed, which signs as well for a day.
const OLD_SECRET: &str = "http_secret_before";
const OLD_SECRET_MS: i64 = 24 * 3_600_000;

/// A letter to somebody outside, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsideLetter {
    pub to_name: String,
    pub to_address: String,
    pub subject: String,
    pub html: String,
    pub text: String,
}

impl OutsideLetter {
    /// The letter's own words, or else those of the popup.
    #[must_use]
    pub fn new(to_name: String, to_address: String, texts: &Texts) -> Self {
        let (subject, body) = match &texts.letter {
            Some(letter) => (letter.subject.clone(), letter.body.clone()),
            None => (html::plain_text(&texts.title), texts.body.clone()),
        };
        let subject = if subject.is_empty() { html::plain_text(&texts.title) } else { subject };
        let text = html::plain_text(&body);
        Self {
            to_name,
            to_address,
            subject,
            html: format!("<!doctype html><html><body>{body}</body></html>"),
            text,
        }
    }
}

/// An HTTP request, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub method: Method,
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(default)]
    pub body: String,
}

impl Request {
    /// `None`: the URL cannot be requested.
    #[must_use]
    pub fn new(method: Method, url: &str, params: Vec<(String, String)>, form: BodyForm) -> Option<Self> {
        let mut url = Url::parse(url.trim()).ok()?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !url.username().is_empty() {
            return None;
        }
        url.set_fragment(None);
        let (mut content_type, mut body) = (None, String::new());
        match (method, form) {
            (Method::Get, _) => {
                if !params.is_empty() {
                    url.query_pairs_mut().extend_pairs(params);
                }
            }
            (Method::Post, BodyForm::Form) => {
                content_type = Some("application/x-www-form-urlencoded".to_owned());
                body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
            }
            (Method::Post, BodyForm::Json) => {
                content_type = Some("application/json".to_owned());
                let map = params.into_iter().map(|(name, value)| (name, Json::String(value))).collect();
                body = Json::Object(map).to_string();
            }
        }
        Some(Self { method, url: url.into(), content_type, body })
    }
}

/// Writes down what is to leave; answers the id that its receiver hears. What is `held` may have left before a restore, and
/// waits for the operator.
///
/// # Errors
/// What the store says.
pub(super) fn write(
    tx: &mut Tx,
    engine: &Engine,
    account: Account,
    (outlet, rule, record): (Outlet, RuleRef, Option<String>),
    (target, request, held): (&str, &Json, bool),
) -> Result<String> {
    let now = engine.desk.now;
    let new = New {
        id: engine.desk.ids.next(now),
        outlet,
        rule,
        record,
        target: target.to_owned(),
        request: request.to_string(),
        created_at: now,
        expires_at: now + WORTH_MS,
        held,
    };
    rule_deliveries::insert(tx, account, &new)?;
    Ok(new.id)
}

/// Claims what is due.
///
/// # Errors
/// What the store says.
pub async fn claim(ctx: &Ctx, most: usize) -> Result<Vec<Delivery>> {
    let (now, most) = (ctx.now(), most as i64);
    ctx.store.write(move |tx| rule_deliveries::claim(tx, now, now + LEASE_MS, most)).await
}

/// What a try came to.
struct Tried {
    state: DeliveryState,
    reason: Option<&'static str>,
    detail: Option<String>,
    /// Whether the other side was asked at all.
    counts: bool,
}

impl Tried {
    fn sent(detail: String) -> Self {
        Self { state: DeliveryState::Sent, reason: None, detail: Some(detail), counts: true }
    }

    fn dead(reason: &'static str, detail: impl Into<String>) -> Self {
        Self { state: DeliveryState::Dead, reason: Some(reason), detail: Some(detail.into()), counts: true }
    }

    fn again(reason: &'static str, detail: impl Into<String>) -> Self {
        Self { state: DeliveryState::Queued, reason: Some(reason), detail: Some(detail.into()), counts: true }
    }
}

/// Carries one errand, and writes down what became of it.
///
/// # Errors
/// What the store says; its lease runs out then, and it is tried again.
pub async fn carry(ctx: &Ctx, claimed: Delivery) -> Result<()> {
    let started = ctx.clock.monotonic();
    let tried = if claimed.crashes >= MOST_CRASHES {
        Tried::dead("crashed", "")
    } else if ctx.now() > claimed.expires_at {
        Tried::dead("expired", claimed.detail.clone().unwrap_or_default())
    } else {
        match claimed.outlet {
            Outlet::Http => request(ctx, &claimed).await?,
            Outlet::Email => letter(ctx, &claimed).await?,
        }
    };
    let now = ctx.now();
    let tries = claimed.tries + i64::from(tried.counts);
    let roll = ctx.ids.secret(1).first().map_or(0.0, |byte| f64::from(*byte) / 255.0);
    let (state, reason, next_at) = if tried.state == DeliveryState::Queued {
        match pace::next_at(now, tries, roll, claimed.expires_at) {
            Some(at) => (DeliveryState::Queued, tried.reason, at),
            None => (DeliveryState::Dead, Some("expired"), now),
        }
    } else {
        (tried.state, tried.reason, now)
    };
    let outcome = Outcome {
        state,
        reason: reason.map(str::to_owned),
        detail: tried.detail.clone().filter(|detail| !detail.is_empty()),
        tries,
        next_at,
    };
    let took = ctx.clock.monotonic().saturating_duration_since(started).as_millis();
    let attempt = Attempt {
        number: claimed.attempt,
        at: now,
        outcome: state.name().to_owned(),
        reason: tried.detail.filter(|detail| !detail.is_empty()),
        duration_ms: i64::try_from(took).unwrap_or(i64::MAX),
    };
    ctx.store
        .write(move |tx| {
            if rule_deliveries::conclude(tx, &claimed, &outcome, now)? {
                rule_deliveries::insert_attempt(tx, claimed.account, &claimed.id, &attempt)?;
            }
            Ok(())
        })
        .await
}

async fn request(ctx: &Ctx, claimed: &Delivery) -> Result<Tried> {
    let Ok(request) = serde_json::from_str::<Request>(&claimed.request) else {
        return Ok(Tried::dead("unfit", "what was kept does not read"));
    };
    let timestamp = ctx.now() / 1_000;
    let signature = signature(ctx, claimed, timestamp, &request.body).await?;
    let mut headers = vec![
        ("user-agent", concat!("Bellwire/", env!("CARGO_PKG_VERSION")).to_owned()),
        ("accept", "*/*".to_owned()),
        ("webhook-id", claimed.id.clone()),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", signature),
    ];
    headers.extend(request.content_type.clone().map(|content_type| ("content-type", content_type)));
    let message =
        WebRequest { method: request.method.name(), url: request.url.clone(), headers, body: request.body };
    Ok(match ctx.web.send(&message).await {
        Ok(answer) => {
            let said = format!("{} {}", answer.status, answer.words);
            match answer.status {
                200..=299 => Tried::sent(answer.status.to_string()),
                300..=399 => Tried::dead("redirected", said),
                410 => Tried::dead("gone", said),
                _ => Tried::again("refused", said),
            }
        }
        Err(fault @ Fault::Internal(_)) => Tried::dead("internal_address", fault.to_string()),
        Err(fault @ Fault::Url) => Tried::dead("unfit", fault.to_string()),
        Err(fault) => Tried::again("unreachable", fault.to_string()),
    })
}

async fn signature(ctx: &Ctx, claimed: &Delivery, timestamp: i64, body: &str) -> Result<String> {
    let (account, now) = (claimed.account, ctx.now());
    let secrets = secrets(ctx, account, now).await?;
    let signed: Vec<String> =
        secrets.iter().map(|secret| sign::signature(secret, &claimed.id, timestamp, body)).collect();
    Ok(signed.join(" "))
}

/// The account's secret, and for a day the one before.
async fn secrets(ctx: &Ctx, account: Account, now: i64) -> Result<Vec<String>> {
    let known = ctx
        .store
        .read(move |tx| {
            let current = references::find_choice(tx, account, SECRET)?;
            let before = references::find_choice(tx, account, OLD_SECRET)?;
            Ok((current, before))
        })
        .await?;
    let before = known.1.and_then(|text| {
        let (until, secret) = text.split_once(' ')?;
        (until.parse::<i64>().ok()? > now).then(|| secret.to_owned())
    });
    let current = match known.0 {
        Some(secret) => secret,
        None => make_secret(ctx, account).await?,
    };
    Ok(std::iter::once(current).chain(before).collect())
}

async fn make_secret(ctx: &Ctx, account: Account) -> Result<String> {
    let fresh = sign::secret(&ctx.ids.secret(sign::LENGTH));
    ctx.store
        .write(move |tx| {
            accounts::lock(tx, account)?;
            if let Some(known) = references::find_choice(tx, account, SECRET)? {
                return Ok(known);
            }
            references::put_choice(tx, account, SECRET, &fresh)?;
            Ok(fresh.clone())
        })
        .await
}

/// The secret that the account's requests are signed with; made when it is first asked for.
///
/// # Errors
/// What the store says.
pub async fn secret(ctx: &Ctx, account: Account) -> Result<String> {
    let known = ctx.store.read(move |tx| references::find_choice(tx, account, SECRET)).await?;
    match known {
        Some(secret) => Ok(secret),
        None => make_secret(ctx, account).await,
    }
}

/// Another secret; the one before signs as well for a day, so that receivers can change over. The answer that is kept for
/// repeated calls does not hold it.
///
/// # Errors
/// What the store says.
pub async fn rotate_secret(ctx: &Ctx, by: &By, once: Option<Once>) -> Result<String> {
    let fresh = sign::secret(&ctx.ids.secret(sign::LENGTH));
    let until = ctx.now() + OLD_SECRET_MS;
    ctx.change(by, once, move |tx, change| {
        if let Some(before) = references::find_choice(tx, change.account, SECRET)? {
            references::put_choice(tx, change.account, OLD_SECRET, &format!("{until} {before}"))?;
        }
        references::put_choice(tx, change.account, SECRET, &fresh)?;
        change.record(tx, "http_secret.changed", SECRET, &serde_json::json!({}))
    })
    .await?;
    secret(ctx, by.account).await
}

async fn letter(ctx: &Ctx, claimed: &Delivery) -> Result<Tried> {
    let Ok(kept) = serde_json::from_str::<OutsideLetter>(&claimed.request) else {
        return Ok(Tried::dead("unfit", "what was kept does not read"));
    };
    let (account, post) = (claimed.account, Arc::clone(&ctx.mail));
    let (relays, from) = ctx
        .store
        .read(move |tx| {
            let details = accounts::get(tx, account)?;
            let from = post.sender_of(mail::chosen_sender(tx, account)?, &details.name);
            Ok((post.relays_of(tx, account)?, from))
        })
        .await?;
    let (false, Some(from)) = (relays.is_empty(), from) else {
        return Ok(Tried { counts: false, ..Tried::again("no_relay", "") });
    };
    let draft = Draft {
        from,
        to_name: kept.to_name,
        to_address: kept.to_address,
        subject: kept.subject,
        html: kept.html,
        text: kept.text,
        id: claimed.id.clone(),
        thread: claimed.record.clone(),
        at: claimed.created_at,
        unsubscribe: None,
        picture: None,
    };
    let letter = match Letter::write(&draft) {
        Ok(letter) => letter,
        Err(error) => return Ok(Tried::dead("unfit", error.to_string())),
    };
    let not_after = ctx.now() + LEASE_MS / 2;
    for relay in &relays {
        let Posted::Tried(attempt) = ctx.mail.post.send(relay, &letter, |now| now < not_after).await else {
            continue;
        };
        let words = attempt.outcome.as_ref().err().map(describe).unwrap_or_default();
        let judgement = attempt.judgement;
        match judgement.verdict {
            Verdict::Sent => return Ok(Tried::sent(relay.name())),
            Verdict::Gone => return Ok(Tried::dead("bounced", words)),
            Verdict::Reject => return Ok(Tried::dead("refused", words)),
            Verdict::Retry if judgement.is_relay_ill && !judgement.is_uncertain => {}
            Verdict::Retry => return Ok(Tried::again("deferred", words)),
        }
    }
    Ok(Tried { counts: false, ..Tried::again("relay_down", "") })
}

/// A page of errands.
pub struct Page {
    pub items: Vec<Delivery>,
    pub next: Option<String>,
}

/// What is about a record that the caller does not see says neither whom it went to nor what came back.
///
/// # Errors
/// What the store says.
pub async fn list(ctx: &Ctx, caller: &Caller, mut wanted: Wanted) -> Result<Page> {
    let most = usize::try_from(wanted.most).unwrap_or_default();
    wanted.most += 1;
    let caller = caller.clone();
    ctx.store
        .read(move |tx| {
            let mut items = rule_deliveries::list(tx, caller.account(), &wanted)?;
            let has_more = items.len() > most;
            items.truncate(most);
            let next = items.last().filter(|_| has_more).map(|last| last.id.clone());
            let ids: Vec<&str> = items.iter().filter_map(|one| one.record.as_deref()).collect();
            let seen = sight::of_records(tx, &caller, &ids)?;
            let is_seen = |one: &Delivery| one.record.as_ref().is_none_or(|id| seen.contains(id));
            if wanted.search.is_some() {
                items.retain(is_seen);
            }
            for one in items.iter_mut().filter(|one| !is_seen(one)) {
                (one.target, one.detail) = ("…".to_owned(), None);
            }
            Ok(Page { items, next })
        })
        .await
}

fn find_seen(tx: &mut Tx, caller: &Caller, id: &str) -> Result<Delivery> {
    let found = rule_deliveries::find(tx, caller.account(), id)?.ok_or(Error::NotFound)?;
    match &found.record {
        Some(record) if !sight::of_records(tx, caller, &[record])?.contains(record) => Err(Error::NotFound),
        _ => Ok(found),
    }
}

/// One errand with its attempts.
///
/// # Errors
/// [`Error::NotFound`], or what the store says.
pub async fn get(ctx: &Ctx, caller: &Caller, id: String) -> Result<(Delivery, Vec<Attempt>)> {
    let caller = caller.clone();
    ctx.store
        .read(move |tx| {
            let found = find_seen(tx, &caller, &id)?;
            Ok((found, rule_deliveries::list_attempts(tx, caller.account(), &id)?))
        })
        .await
}

/// Sends again what has ended or waits, under the same id.
///
/// # Errors
/// [`Error::NotFound`]; [`Conflict::WrongState`] while it is under way.
pub async fn resend(ctx: &Ctx, caller: &Caller, id: String, once: Option<Once>) -> Result<Answer<()>> {
    let caller = caller.clone();
    ctx.change(&By::from(&caller.clone()), once, move |tx, change| {
        find_seen(tx, &caller, &id)?;
        let until = change.now + pace::worth_ms(Kind::Custom);
        if !rule_deliveries::restart(tx, change.account, &id, change.now, until)? {
            return Err(Error::Conflict(Conflict::WrongState));
        }
        change.record(tx, "http_delivery.resent", &id, &serde_json::json!({}))
    })
    .await
}
