//! One-time notifications: sending, previewing, the sender's view, recall.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::Caller;
use crate::domain::faults::both;
use crate::domain::inbox::ClosedBy;
use crate::domain::kind::Severity;
use crate::flows::accept::Draft;
use crate::flows::sent::{self, Progress, Sent};
use crate::flows::withdraw;
use crate::http::State;
use crate::http::extract::{Body, OnceKey, Path, Query};
use crate::http::problem::Result;
use crate::http::reply::{Accepted, Success};
use crate::http::v1::page::limit;
use crate::render::instant::{parse_rfc3339, to_rfc3339};
use crate::store::recipients::{Reached, Recipient};

/// A one-time notification to be sent.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Notification")]
pub struct NotificationIn {
    /// HTML of the allow-list (b i strong em br span div p, a with href), at most 10,000 characters; whatever else is
    /// in it is removed.
    body: String,
    /// At most 200 characters.
    title: Option<String>,
    /// Codes of groups.
    #[serde(default)]
    groups: Vec<String>,
    /// Ids or e-mail addresses of users.
    #[serde(default)]
    users: Vec<String>,
    /// `info` if absent.
    severity: Option<Severity>,
    /// Whether the popup stays until it is closed.
    #[serde(default)]
    sticky: bool,
    /// Where a click goes: https, http, mailto, or a path of the page's own origin.
    link: Option<String>,
    /// When it vanishes from every screen and inbox (RFC 3339).
    expires_at: Option<String>,
    /// When it is sent; at once if absent (RFC 3339).
    send_at: Option<String>,
}

impl NotificationIn {
    fn draft(self) -> Result<Draft> {
        let instant = |field, text: Option<String>| text.map(|t| parse_rfc3339(field, &t)).transpose();
        let (expires_at, send_at) =
            both(instant("expires_at", self.expires_at), instant("send_at", self.send_at))?;
        Ok(Draft {
            title: self.title,
            body: self.body,
            groups: self.groups,
            users: self.users,
            severity: self.severity,
            sticky: self.sticky,
            link: self.link,
            expires_at,
            send_at,
        })
    }
}

/// What was accepted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AcceptedOut {
    id: String,
    /// How many people it goes to.
    recipients: usize,
}

pub async fn create_notification(
    state: State,
    caller: Caller,
    body: Body<NotificationIn>,
) -> Result<Accepted<AcceptedOut>> {
    let draft = body.value.draft()?;
    let answer = state.accepts.one_time(&state.ctx, &caller, draft, body.once).await?;
    if !answer.replayed {
        state.metrics.events_accepted.inc();
    }
    Ok(Accepted::once(answer).map(|a| AcceptedOut { id: a.id, recipients: a.recipients }))
}

/// What a draft would be.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PreviewOut {
    /// Sanitised.
    title: String,
    /// Sanitised.
    body: String,
    recipients: usize,
}

pub async fn preview_notification(
    state: State,
    caller: Caller,
    body: Body<NotificationIn>,
) -> Result<Success<PreviewOut>> {
    let preview = sent::preview(&state.ctx, &caller, body.value.draft()?).await?;
    let (title, body, recipients) = (preview.title, preview.body, preview.recipients);
    Ok(Success::new(PreviewOut { title, body, recipients }))
}

/// A group that a notification was sent to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ToGroup {
    code: String,
    name: String,
}

/// A user that a notification was sent to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ToUser {
    id: String,
    name: String,
}

/// A one-time notification as its sender sees it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Sent")]
pub struct SentOut {
    id: String,
    title: String,
    body: String,
    severity: Severity,
    sticky: bool,
    link: Option<String>,
    sender: Option<String>,
    groups: Vec<ToGroup>,
    users: Vec<ToUser>,
    created_at: String,
    send_at: Option<String>,
    expires_at: Option<String>,
    recalled_at: Option<String>,
    state: Progress,
    recipients: i64,
    seen: i64,
    read: i64,
    closed: i64,
}

impl From<Sent> for SentOut {
    fn from(sent: Sent) -> Self {
        let (event, message, counts) = (sent.event, sent.message, sent.counts);
        let groups = message.groups.into_iter().map(|g| ToGroup { code: g.code, name: g.name });
        let users = message.users.into_iter().map(|u| ToUser { id: u.id, name: u.name });
        Self {
            id: event.id.to_string(),
            title: message.title,
            body: message.body,
            severity: message.severity,
            sticky: message.sticky,
            link: message.link,
            sender: message.sender,
            groups: groups.collect(),
            users: users.collect(),
            created_at: to_rfc3339(event.created_at),
            send_at: event.send_at.map(to_rfc3339),
            expires_at: message.expires_at.map(to_rfc3339),
            recalled_at: event.recalled_at.map(to_rfc3339),
            state: sent.progress,
            recipients: counts.recipients,
            seen: counts.seen,
            read: counts.read,
            closed: counts.closed,
        }
    }
}

/// Whose notifications are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    Me,
    /// Everybody's; administrators only.
    All,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct SentQuery {
    by: Option<By>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct SentPage {
    items: Vec<SentOut>,
    next: Option<String>,
}

pub async fn list_notifications(
    state: State,
    caller: Caller,
    Query(query): Query<SentQuery>,
) -> Result<Success<SentPage>> {
    let all = query.by == Some(By::All);
    let page = sent::list(&state.ctx, &caller, all, query.cursor, limit(query.limit)?).await?;
    let items = page.items.into_iter().map(SentOut::from).collect();
    Ok(Success::new(SentPage { items, next: page.next }))
}

pub async fn get_notification(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Success<SentOut>> {
    Ok(Success::new(sent::get(&state.ctx, &caller, id).await?.into()))
}

pub async fn recall_notification(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<Success<SentOut>> {
    let answer = withdraw::recall(&state.ctx, &caller, id.clone(), once).await?;
    let sent = sent::get(&state.ctx, &caller, id).await?;
    Ok(Success::once(answer).map(|()| sent.into()))
}

/// How far the notification got with a recipient.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReachedIn {
    #[default]
    All,
    Unseen,
    Seen,
    Read,
    Closed,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct RecipientsQuery {
    #[serde(default)]
    state: ReachedIn,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

/// A recipient; the address is for administrators.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RecipientUser {
    id: String,
    name: String,
    email: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct RecipientOut {
    user: RecipientUser,
    seen_at: Option<String>,
    read_at: Option<String>,
    closed_at: Option<String>,
    closed_by: Option<ClosedBy>,
}

impl RecipientOut {
    fn new(recipient: Recipient, with_email: bool) -> Self {
        let state = recipient.state;
        Self {
            user: RecipientUser {
                id: recipient.user.to_string(),
                name: recipient.name,
                email: with_email.then_some(recipient.email),
            },
            seen_at: state.seen_at.map(to_rfc3339),
            read_at: state.read_at.map(to_rfc3339),
            closed_at: state.closed_at.map(to_rfc3339),
            closed_by: state.closed_by,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct RecipientsPage {
    items: Vec<RecipientOut>,
    next: Option<String>,
}

pub async fn list_recipients(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<RecipientsQuery>,
) -> Result<Success<RecipientsPage>> {
    let reached = match query.state {
        ReachedIn::All => Reached::All,
        ReachedIn::Unseen => Reached::Unseen,
        ReachedIn::Seen => Reached::Seen,
        ReachedIn::Read => Reached::Read,
        ReachedIn::Closed => Reached::Closed,
    };
    let most = limit(query.limit)?;
    let (found, next) = sent::recipients(&state.ctx, &caller, id, reached, query.cursor, most).await?;
    let with_email = caller.administers();
    let items = found.into_iter().map(|r| RecipientOut::new(r, with_email)).collect();
    Ok(Success::new(RecipientsPage { items, next }))
}
