//! Announcements as their operators handle them: written, previewed, published, changed, recalled, watched.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::announcement::{
    Accounts, Announcement, Form, Origin, People, Question, Reply, Stage, Window, Wording,
};
use crate::domain::faults::both;
use crate::domain::kind::Severity;
use crate::domain::operator::SignedInOperator;
use crate::flows::announcements::{self, Draft, Summary};
use crate::http::State;
use crate::http::extract::{Body, OnceKey, Path, Query};
use crate::http::problem::Result;
use crate::http::reply::{Created, NoContent, Success};
use crate::http::v1::page::limit;
use crate::render::instant::{parse_rfc3339, to_rfc3339};
use crate::store::announcements::{Fare, Totals};

/// From when to when something is not as usual (RFC 3339).
#[derive(Debug, Deserialize, JsonSchema)]
pub struct WindowIn {
    from: String,
    to: String,
}

/// Title and body in one language.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct WordingIn {
    /// At most 200 characters.
    #[serde(default)]
    title: String,
    /// At most 10,000 characters.
    body: String,
}

/// An announcement to be written.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Announcement")]
pub struct AnnouncementIn {
    /// By language (en, ru, es), at least one; readers of another language get the first of these. HTML of the allow-list.
    texts: BTreeMap<String, WordingIn>,
    /// `info` if absent.
    severity: Option<Severity>,
    /// `popup` if absent.
    form: Option<Form>,
    /// All accounts if absent.
    accounts: Option<Accounts>,
    /// `everybody` if absent. Mail goes to administrators alone.
    people: Option<People>,
    /// Overrides what readers chose about popups and quiet hours; a banner cannot be closed.
    #[serde(default)]
    mandatory: bool,
    /// https, http, mailto, or a path of the page's own origin.
    link: Option<String>,
    /// A banner counts down to it, and is over with it.
    window: Option<WindowIn>,
    /// What an administrator of each account is to accept or decline.
    question: Option<Question>,
    /// At once if absent (RFC 3339).
    starts_at: Option<String>,
    /// RFC 3339.
    expires_at: Option<String>,
}

impl AnnouncementIn {
    fn draft(self) -> Result<Draft> {
        let instant = |field, text: Option<String>| text.map(|t| parse_rfc3339(field, &t)).transpose();
        let window = self.window.map(|window| {
            let parts =
                both(parse_rfc3339("window.from", &window.from), parse_rfc3339("window.to", &window.to));
            parts.map(|(from, to)| Window { from, to })
        });
        let ((starts_at, expires_at), window) = both(
            both(instant("starts_at", self.starts_at), instant("expires_at", self.expires_at)),
            window.transpose(),
        )?;
        let texts = self.texts.into_iter();
        let texts = texts.map(|(language, text)| (language, Wording { title: text.title, body: text.body }));
        Ok(Draft {
            texts: texts.collect(),
            severity: self.severity.unwrap_or(Severity::Info),
            form: self.form.unwrap_or(Form::Popup),
            accounts: self.accounts.unwrap_or(Accounts::All {}),
            people: self.people.unwrap_or(People::Everybody),
            mandatory: self.mandatory,
            link: self.link,
            window,
            question: self.question,
            starts_at,
            expires_at,
        })
    }
}

/// From when to when something is not as usual.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WindowOut {
    from: String,
    to: String,
}

/// What an announcement says, and to whom.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WrittenOut {
    /// Sanitised, by language.
    texts: BTreeMap<String, Wording>,
    severity: Severity,
    form: Form,
    accounts: Accounts,
    people: People,
    mandatory: bool,
    link: Option<String>,
    window: Option<WindowOut>,
    question: Option<Question>,
    starts_at: Option<String>,
    expires_at: Option<String>,
}

impl From<Announcement> for WrittenOut {
    fn from(said: Announcement) -> Self {
        let window = said.window;
        Self {
            texts: said.texts,
            severity: said.severity,
            form: said.form,
            accounts: said.accounts,
            people: said.people,
            mandatory: said.mandatory,
            link: said.link,
            window: window.map(|w| WindowOut { from: to_rfc3339(w.from), to: to_rfc3339(w.to) }),
            question: said.question,
            starts_at: said.starts_at.map(to_rfc3339),
            expires_at: said.expires_at.map(to_rfc3339),
        }
    }
}

/// How an announcement fares in all.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TotalsOut {
    accounts: i64,
    /// People who have it.
    delivered: i64,
    seen: i64,
    closed: i64,
    /// Accounts whose administrators accepted.
    accepted: i64,
    declined: i64,
}

impl From<Totals> for TotalsOut {
    fn from(totals: Totals) -> Self {
        let Totals { accounts, delivered, seen, closed, accepted, declined } = totals;
        Self { accounts, delivered, seen, closed, accepted, declined }
    }
}

/// An announcement with how far it has come.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AnnouncementState")]
pub struct AnnouncementOut {
    id: String,
    state: Stage,
    origin: Origin,
    /// The name of the operator who wrote it.
    by: Option<String>,
    version: i64,
    #[serde(flatten)]
    written: WrittenOut,
    created_at: String,
    updated_at: String,
    published_at: Option<String>,
    recalled_at: Option<String>,
    counts: TotalsOut,
}

impl From<Summary> for AnnouncementOut {
    fn from(summary: Summary) -> Self {
        let kept = summary.kept;
        Self {
            id: kept.id.to_string(),
            state: summary.stage,
            origin: kept.origin,
            by: kept.by,
            version: kept.version,
            written: kept.announcement.into(),
            created_at: to_rfc3339(kept.created_at),
            updated_at: to_rfc3339(kept.updated_at),
            published_at: kept.times.published_at.map(to_rfc3339),
            recalled_at: kept.times.recalled_at.map(to_rfc3339),
            counts: summary.totals.into(),
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct AnnouncementsQuery {
    /// Who told them; all if absent.
    origin: Option<Origin>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

/// A page of the announcements, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnnouncementsPage {
    items: Vec<AnnouncementOut>,
    next: Option<String>,
}

pub async fn list_operator_announcements(
    state: State,
    Query(query): Query<AnnouncementsQuery>,
) -> Result<Success<AnnouncementsPage>> {
    let page = announcements::list(&state.ctx, query.origin, query.cursor, limit(query.limit)?).await?;
    let items = page.items.into_iter().map(AnnouncementOut::from).collect();
    Ok(Success::new(AnnouncementsPage { items, next: page.next }))
}

async fn shown(state: &State, id: String) -> Result<AnnouncementOut> {
    Ok(announcements::detail(&state.ctx, id).await?.summary.into())
}

pub async fn create_announcement(
    state: State,
    operator: SignedInOperator,
    body: Body<AnnouncementIn>,
) -> Result<Created<AnnouncementOut>> {
    let draft = body.value.draft()?;
    let answer = announcements::create(&state.ctx, Some(operator.id), draft, body.once).await?;
    let shown = shown(&state, answer.value.clone()).await?;
    Ok(Created::once(answer).map(|_| shown))
}

/// What an announcement was before an edit.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EarlierOut {
    version: i64,
    /// Who changed it, and when.
    by: Option<String>,
    at: String,
    #[serde(flatten)]
    written: WrittenOut,
}

/// An announcement with what it was.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnnouncementDetail {
    #[serde(flatten)]
    announcement: AnnouncementOut,
    /// Latest first.
    earlier: Vec<EarlierOut>,
}

pub async fn get_announcement(state: State, Path(id): Path<String>) -> Result<Success<AnnouncementDetail>> {
    let detail = announcements::detail(&state.ctx, id).await?;
    let earlier = detail.versions.into_iter().map(|(version, said, by, at)| EarlierOut {
        version,
        by,
        at: to_rfc3339(at),
        written: said.into(),
    });
    let earlier = earlier.collect();
    Ok(Success::new(AnnouncementDetail { announcement: detail.summary.into(), earlier }))
}

pub async fn update_announcement(
    state: State,
    operator: SignedInOperator,
    Path(id): Path<String>,
    body: Body<AnnouncementIn>,
) -> Result<Success<AnnouncementOut>> {
    let draft = body.value.draft()?;
    let answer = announcements::edit(&state.ctx, operator.id, id.clone(), draft, body.once).await?;
    let shown = shown(&state, id).await?;
    Ok(Success::once(answer).map(|()| shown))
}

pub async fn delete_announcement(
    state: State,
    operator: SignedInOperator,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    announcements::delete(&state.ctx, operator.id, id, once).await?;
    Ok(NoContent)
}

pub async fn publish_announcement(
    state: State,
    operator: SignedInOperator,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<Success<AnnouncementOut>> {
    let answer = announcements::publish(&state.ctx, Some(operator.id), id.clone(), once).await?;
    let shown = shown(&state, id).await?;
    Ok(Success::once(answer).map(|()| shown))
}

pub async fn recall_announcement(
    state: State,
    operator: SignedInOperator,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<Success<AnnouncementOut>> {
    let answer = announcements::recall(&state.ctx, Some(operator.id), id.clone(), once).await?;
    let shown = shown(&state, id).await?;
    Ok(Success::once(answer).map(|()| shown))
}

/// What a draft would be, and whom it would reach now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReachOut {
    #[serde(flatten)]
    written: WrittenOut,
    reach: ReachCounts,
}

/// How many would get it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReachCounts {
    accounts: usize,
    people: i64,
}

pub async fn preview_announcement(state: State, body: Body<AnnouncementIn>) -> Result<Success<ReachOut>> {
    let reach = announcements::reach(&state.ctx, body.value.draft()?).await?;
    let counts = ReachCounts { accounts: reach.accounts, people: reach.people };
    Ok(Success::new(ReachOut { written: reach.announcement.into(), reach: counts }))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct FaresQuery {
    /// The `next` of the page before.
    cursor: Option<i64>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

/// How an announcement fares in an account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FareOut {
    code: String,
    name: String,
    delivered: i64,
    seen: i64,
    closed: i64,
    answer: Option<Reply>,
    answered_by: Option<String>,
    answered_at: Option<String>,
}

impl From<Fare> for FareOut {
    fn from(fare: Fare) -> Self {
        let (answer, by, at) = match fare.replied {
            Some(replied) => (Some(replied.reply), Some(replied.by), Some(to_rfc3339(replied.at))),
            None => (None, None, None),
        };
        Self {
            code: fare.code,
            name: fare.name,
            delivered: fare.delivered,
            seen: fare.seen,
            closed: fare.closed,
            answer,
            answered_by: by,
            answered_at: at,
        }
    }
}

/// A page of the accounts that an announcement went to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FaresPage {
    items: Vec<FareOut>,
    next: Option<i64>,
}

pub async fn list_announcement_accounts(
    state: State,
    Path(id): Path<String>,
    Query(query): Query<FaresQuery>,
) -> Result<Success<FaresPage>> {
    let most = limit(query.limit)?;
    let (fares, next) = announcements::page_of_fares(&state.ctx, id, query.cursor, most).await?;
    Ok(Success::new(FaresPage { items: fares.into_iter().map(FareOut::from).collect(), next }))
}
