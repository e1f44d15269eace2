//! Accepts a one-time notification: checks it, fixes its audience, and commits event and work before it answers.
//!
//! What is accepted will be routed, whatever crashes. Calls that arrive together share a transaction
//! ([`Accepts`]): one statement a hundred rows is what makes PostgreSQL fast, one closure a hundred calls SQLite.
//! Who gets what is decided later, by `route`.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::Ctx;
use super::once::{Answer, Once, earlier, keep};
use crate::domain::access::Caller;
use crate::domain::actor::Actor;
use crate::domain::error::{Error, Fault, FieldError, Result};
use crate::domain::event::{
    Addressed, Event, Fact, LONGEST_BODY, LONGEST_TITLE, MOST_ADDRESSED, OneTime, check_times,
};
use crate::domain::id::{Account, EventId, UserId};
use crate::domain::kind::Severity;
use crate::render::html;
use crate::render::link::Link;
use crate::shutdown::Shutdown;
use crate::store::{Tx, audience, events};

/// A one-time notification as its sender wrote it.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub title: Option<String>,
    pub body: String,
    /// Codes of groups.
    pub groups: Vec<String>,
    /// Ids or e-mail addresses of users.
    pub users: Vec<String>,
    pub severity: Option<Severity>,
    pub sticky: bool,
    pub link: Option<String>,
    /// Unix ms.
    pub expires_at: Option<i64>,
    /// Unix ms; absent means at once.
    pub send_at: Option<i64>,
}

/// The answer to an accepted notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    pub id: String,
    /// How many people it goes to, as far as is known now.
    pub recipients: usize,
}

/// A draft whose own fields are good; only its recipients are still names.
#[derive(Debug, Clone)]
pub struct Checked {
    pub account: Account,
    actor: Actor,
    pub message: OneTime,
    groups: Vec<String>,
    users: Vec<String>,
    send_at: Option<i64>,
}

/// Checks everything that can be known without the store.
///
/// # Errors
/// All faults of all fields at once.
pub fn check(caller: &Caller, draft: Draft, now: i64) -> Result<Checked> {
    let mut faults = Vec::new();
    let mut fault = |field: &'static str, fault| faults.push(FieldError { field: field.into(), fault });
    if draft.body.chars().count() > LONGEST_BODY {
        fault("body", Fault::TooLong(LONGEST_BODY));
    }
    let title = draft.title.unwrap_or_default();
    if title.chars().count() > LONGEST_TITLE {
        fault("title", Fault::TooLong(LONGEST_TITLE));
    }
    if draft.groups.len() > MOST_ADDRESSED {
        fault("groups", Fault::TooMany(MOST_ADDRESSED));
    }
    if draft.users.len() > MOST_ADDRESSED {
        fault("users", Fault::TooMany(MOST_ADDRESSED));
    }
    if draft.groups.is_empty() && draft.users.is_empty() {
        fault("groups", Fault::NoRecipients);
    }
    let link = match draft.link.as_deref().map(str::trim).filter(|link| !link.is_empty()).map(Link::parse) {
        None => None,
        Some(Ok(link)) => Some(link.as_str().to_owned()),
        Some(Err(_)) => {
            fault("link", Fault::LinkRefused);
            None
        }
    };
    if faults.is_empty() {
        // Sanitising costs time in proportion to the length, so it comes after the length is known to be bounded.
        let body = html::sanitise_body(&draft.body);
        if html::plain_text(&body).trim().is_empty() {
            faults.push(FieldError { field: "body".into(), fault: Fault::EmptyBody });
        }
        if let Err(Error::Invalid(more)) = check_times(draft.send_at, draft.expires_at, now) {
            faults.extend(more);
        }
        if faults.is_empty() {
            let sender = match caller {
                Caller::User(user) => user.name.clone(),
                Caller::Key(key) => key.name.clone(),
            };
            return Ok(Checked {
                account: caller.account(),
                actor: caller.actor(),
                message: OneTime {
                    title: html::sanitise_title(&title),
                    body,
                    severity: draft.severity.unwrap_or(Severity::Info),
                    sticky: draft.sticky,
                    link,
                    expires_at: draft.expires_at,
                    sender: Some(sender),
                    groups: Vec::new(),
                    users: Vec::new(),
                },
                groups: draft.groups,
                users: draft.users,
                send_at: draft.send_at.filter(|at| *at > now),
            });
        }
    }
    Err(Error::Invalid(faults))
}

/// A draft whose recipients are known.
#[derive(Debug, Clone)]
pub struct Resolved {
    pub groups: Vec<Addressed>,
    pub users: Vec<Addressed>,
    /// Each recipient once, in the order in which he was named.
    pub audience: Vec<UserId>,
}

/// Finds groups and users, and the people behind them. A user in two groups is one recipient; a sender who is a
/// member is a recipient too.
///
/// # Errors
/// Each unknown group or user by its place, or [`Fault::NoRecipients`].
pub fn resolve(tx: &mut Tx, checked: &Checked) -> Result<Resolved> {
    let account = checked.account;
    let (mut groups, mut users, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for (index, code) in checked.groups.iter().enumerate() {
        match audience::find_group(tx, account, code)? {
            Some(group) => groups.push(group),
            None => faults.push(FieldError {
                field: format!("groups[{index}]").into(),
                fault: Fault::UnknownGroup(code.clone()),
            }),
        }
    }
    for (index, user) in checked.users.iter().enumerate() {
        match audience::find_user(tx, account, user, &user.trim().to_lowercase())? {
            Some(user) => users.push(user),
            None => faults.push(FieldError {
                field: format!("users[{index}]").into(),
                fault: Fault::UnknownUser(user.clone()),
            }),
        }
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let audience = members(tx, account, &groups, &users)?;
    if audience.is_empty() {
        return Err(Error::field("groups", Fault::NoRecipients));
    }
    Ok(Resolved { groups, users, audience })
}

/// The active people in these groups, and these users, each once.
///
/// # Errors
/// What the store says.
pub fn members(
    tx: &mut Tx,
    account: Account,
    groups: &[Addressed],
    users: &[Addressed],
) -> Result<Vec<UserId>> {
    let mut audience: Vec<UserId> = users.iter().map(|user| UserId::new(user.id.clone())).collect();
    for group in groups {
        audience.extend(audience::list_members(tx, account, &group.id)?);
    }
    if audience.len() > 1 {
        let mut met = HashSet::with_capacity(audience.len());
        audience.retain(|user| met.insert(user.clone()));
    }
    Ok(audience)
}

/// A call that waits for its commit.
struct Pending {
    checked: Checked,
    id: EventId,
    once: Option<Once>,
    reply: oneshot::Sender<Result<Answer<Accepted>>>,
}

/// Calls in one transaction at most: what one commit can carry without making the first wait.
const BATCH: usize = 128;
/// Calls that may wait for a transaction.
const WAITING: usize = 2048;
/// Transactions that are filled and committed side by side; while one syncs, the next fills.
const LANES: usize = 2;
/// Accepted events that may wait to be routed: about a second's routing. Beyond it calls are refused as overloaded.
const MOST_UNROUTED: i64 = 10_000;

/// The entrance: turns calls that arrive together into one transaction.
#[derive(Clone)]
pub struct Accepts {
    calls: mpsc::Sender<Pending>,
    unrouted: Arc<AtomicI64>,
}

impl Accepts {
    /// Starts the lanes.
    #[must_use]
    pub fn start(ctx: &Ctx, shutdown: &Shutdown) -> Self {
        let (calls, receiver) = mpsc::channel(WAITING);
        let receiver = Arc::new(Mutex::new(receiver));
        let unrouted = Arc::new(AtomicI64::new(0));
        for _ in 0..LANES {
            let lane = lane(ctx.clone(), Arc::clone(&receiver), Arc::clone(&unrouted));
            shutdown.spawn("accept", lane);
        }
        Self { calls, unrouted }
    }

    /// Events that were accepted and not yet routed, for the router to count down.
    #[must_use]
    pub fn unrouted(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.unrouted)
    }

    /// Accepts one notification. When this answers `Ok`, it is on disk and will be routed.
    ///
    /// # Errors
    /// The faults of its fields; [`Error::Overloaded`] when more waits than can be done within a second.
    pub async fn one_time(
        &self,
        ctx: &Ctx,
        caller: &Caller,
        draft: Draft,
        once: Option<Once>,
    ) -> Result<Answer<Accepted>> {
        let checked = check(caller, draft, ctx.now())?;
        if self.unrouted.load(Ordering::Relaxed) > MOST_UNROUTED {
            return Err(Error::Overloaded);
        }
        let (reply, answer) = oneshot::channel();
        let pending = Pending { checked, id: EventId::new(ctx.id()), once, reply };
        self.calls.try_send(pending).map_err(|_| Error::Overloaded)?;
        answer.await.unwrap_or_else(|_| Err(Error::unavailable("the server is stopping")))
    }
}

async fn lane(ctx: Ctx, calls: Arc<Mutex<mpsc::Receiver<Pending>>>, unrouted: Arc<AtomicI64>) {
    loop {
        let mut batch = Vec::with_capacity(BATCH);
        if calls.lock().await.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        let now = ctx.now();
        let (work, replies): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|p| ((p.checked, p.id, p.once), p.reply)).unzip();
        let work = Arc::new(work);
        let answers = ctx.store.write(move |tx| accept_many(tx, &work, now)).await;
        match answers {
            Ok(answers) => {
                let new = answers.iter().filter(|a| a.as_ref().is_ok_and(|a| !a.replayed)).count();
                unrouted.fetch_add(i64::try_from(new).unwrap_or_default(), Ordering::Relaxed);
                for (reply, answer) in replies.into_iter().zip(answers) {
                    // The caller may have gone away; what was accepted stays accepted.
                    let _ = reply.send(answer);
                }
            }
            Err(error) => {
                for reply in replies {
                    let _ = reply.send(Err(error.clone()));
                }
            }
        }
    }
}

/// One transaction for many calls. A call that is refused takes nothing with it.
fn accept_many(
    tx: &mut Tx,
    calls: &[(Checked, EventId, Option<Once>)],
    now: i64,
) -> Result<Vec<Result<Answer<Accepted>>>> {
    let mut accepted = Vec::with_capacity(calls.len());
    let mut answers = Vec::with_capacity(calls.len());
    for (checked, id, once) in calls {
        match accept(tx, checked, id, once.as_ref(), now) {
            Ok((answer, event)) => {
                accepted.extend(event);
                answers.push(Ok(answer));
            }
            Err(refused @ (Error::Invalid(_) | Error::Conflict(_))) => answers.push(Err(refused)),
            Err(error) => return Err(error),
        }
    }
    events::insert_many(tx, &accepted)?;
    Ok(answers)
}

fn accept(
    tx: &mut Tx,
    checked: &Checked,
    id: &EventId,
    once: Option<&Once>,
    now: i64,
) -> Result<(Answer<Accepted>, Option<events::Addressed>)> {
    if let Some(once) = once
        && let Some(value) = earlier(tx, once)?
    {
        return Ok((Answer { value, replayed: true }, None));
    }
    let resolved = resolve(tx, checked)?;
    let value = Accepted { id: id.to_string(), recipients: resolved.audience.len() };
    if let Some(once) = once {
        keep(tx, once, &value, now)?;
    }
    let message = OneTime { groups: resolved.groups, users: resolved.users, ..checked.message.clone() };
    let event = Event {
        account: checked.account,
        id: id.clone(),
        actor: checked.actor.clone(),
        fact: Fact::OneTime(message),
        created_at: now,
        send_at: checked.send_at,
        recalled_at: None,
    };
    // The audience of a scheduled notification is fixed when it is due (product, §7).
    let audience = checked.send_at.is_none().then_some(resolved.audience);
    Ok((Answer { value, replayed: false }, Some(events::Addressed { event, audience })))
}
