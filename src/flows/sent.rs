//! The sender's view: what was sent, and who has seen, read and closed it. Also the preview of what would be.

use super::Ctx;
use super::accept::{Draft, check, resolve};
use crate::domain::access::Caller;
use crate::domain::error::{Error, Result};
use crate::domain::event::{Event, Fact, OneTime};
use crate::domain::work::WorkKind;
use crate::store::events::{self, Addressed};
use crate::store::recipients::{self, Counts, Reached, Recipient};
use crate::store::{Tx, work};

/// How far a one-time notification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    Scheduled,
    /// Its inbox rows are being written.
    Sending,
    Sent,
    Recalled,
    Expired,
}

/// A one-time notification as its sender sees it.
#[derive(Debug, Clone)]
pub struct Sent {
    pub event: Event,
    pub message: OneTime,
    pub progress: Progress,
    pub counts: Counts,
}

/// Sent notifications, newest first; `next` asks for those that follow.
#[derive(Debug, Clone)]
pub struct Page {
    pub items: Vec<Sent>,
    pub next: Option<String>,
}

/// What the caller sent, or what all have sent (administrators only).
///
/// # Errors
/// [`Error::Forbidden`] when somebody else asks for all.
pub async fn list(ctx: &Ctx, caller: &Caller, all: bool, before: Option<String>, most: i64) -> Result<Page> {
    if all && !caller.administers() {
        return Err(Error::Forbidden);
    }
    let (account, actor, now) = (caller.account(), caller.actor(), ctx.now());
    ctx.store
        .read(move |tx| {
            let whose = if all { None } else { actor.id() };
            let mut sent = events::list_one_time(tx, account, whose, before.as_deref(), most + 1)?;
            let more = sent.len() as i64 > most;
            sent.truncate(usize::try_from(most).unwrap_or_default());
            let next = sent.last().filter(|_| more).map(|sent| sent.event.id.to_string());
            let items = sent.into_iter().map(|sent| describe(tx, sent, now)).collect::<Result<_>>()?;
            Ok(Page { items, next })
        })
        .await
}

/// # Errors
/// [`Error::NotFound`] for what the caller did not send, unless he is an administrator.
pub async fn get(ctx: &Ctx, caller: &Caller, id: String) -> Result<Sent> {
    let (caller, now) = (caller.clone(), ctx.now());
    ctx.store
        .read(move |tx| {
            let sent = own(tx, &caller, &id)?;
            describe(tx, sent, now)
        })
        .await
}

/// Who has the notification and how far it got with each, by user id from after `after` on.
///
/// # Errors
/// As [`get`].
pub async fn recipients(
    ctx: &Ctx,
    caller: &Caller,
    id: String,
    reached: Reached,
    after: Option<String>,
    most: i64,
) -> Result<(Vec<Recipient>, Option<String>)> {
    let caller = caller.clone();
    ctx.store
        .read(move |tx| {
            own(tx, &caller, &id)?;
            let account = caller.account();
            let mut found = recipients::list(tx, account, &id, reached, after.as_deref(), most + 1)?;
            let more = found.len() as i64 > most;
            found.truncate(usize::try_from(most).unwrap_or_default());
            let next = found.last().filter(|_| more).map(|recipient| recipient.user.to_string());
            Ok((found, next))
        })
        .await
}

/// What a draft would be.
#[derive(Debug, Clone)]
pub struct Preview {
    pub title: String,
    pub body: String,
    pub recipients: usize,
}

/// Sanitises a draft and counts its recipients, without sending anything.
///
/// # Errors
/// The faults that sending it would have.
pub async fn preview(ctx: &Ctx, caller: &Caller, draft: Draft) -> Result<Preview> {
    let checked = check(caller, draft, ctx.now())?;
    ctx.store
        .read(move |tx| {
            let recipients = resolve(tx, &checked)?.audience.len();
            let (title, body) = (checked.message.title.clone(), checked.message.body.clone());
            Ok(Preview { title, body, recipients })
        })
        .await
}

fn own(tx: &mut Tx, caller: &Caller, id: &str) -> Result<Addressed> {
    let sent = events::find(tx, caller.account(), id)?.ok_or(Error::NotFound)?;
    let mine = sent.event.actor == caller.actor() || caller.administers();
    if mine { Ok(sent) } else { Err(Error::NotFound) }
}

fn describe(tx: &mut Tx, sent: Addressed, now: i64) -> Result<Sent> {
    let Fact::OneTime(message) = sent.event.fact.clone() else { return Err(Error::NotFound) };
    let id = sent.event.id.as_str();
    let routing = work::exists(tx, sent.event.account, WorkKind::Route, id)?;
    let mut counts = recipients::counts(tx, sent.event.account, id)?;
    let progress = if sent.event.recalled_at.is_some() {
        Progress::Recalled
    } else if message.expires_at.is_some_and(|at| at <= now) {
        Progress::Expired
    } else if routing && sent.event.send_at.is_some_and(|at| at > now) {
        Progress::Scheduled
    } else if routing {
        Progress::Sending
    } else {
        Progress::Sent
    };
    // Until its rows are written, the recipients are those that were fixed.
    if routing {
        counts.recipients = sent.audience.as_ref().map_or(0, Vec::len) as i64;
    }
    Ok(Sent { event: sent.event, message, progress, counts })
}
