//! Writing, publishing, changing and recalling announcements. Each is one transaction, with its line in the log.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::domain::announcement::{
    Accounts, Announced, Announcement, Form, LONGEST_LABEL, Origin, People, Question, Stage, Window, Wording,
};
use crate::domain::code;
use crate::domain::error::{Conflict, Error, Fault, FieldError, Result};
use crate::domain::faults::both;
use crate::domain::id::{Account, AnnouncementId, OperatorId};
use crate::domain::kind::Severity;
use crate::domain::work::WorkKind;
use crate::flows::Ctx;
use crate::flows::once::{Answer, Once};
use crate::render::html;
use crate::render::link::Link;
use crate::store::announcements::{self, From, Kept, Label};
use crate::store::{Tx, accounts, work};

/// An announcement as somebody typed it.
#[derive(Debug, Clone)]
pub struct Draft {
    pub texts: BTreeMap<String, Wording>,
    pub severity: Severity,
    pub form: Form,
    pub accounts: Accounts,
    pub people: People,
    pub mandatory: bool,
    pub link: Option<String>,
    pub window: Option<Window>,
    pub question: Option<Question>,
    pub starts_at: Option<i64>,
    pub expires_at: Option<i64>,
}

/// Cleans the texts and checks everything that can be known without the store.
///
/// # Errors
/// All faults of all fields at once.
pub(super) fn check(draft: Draft, now: i64) -> Result<Announcement> {
    let mut faults = Vec::new();
    let link = draft.link.as_deref().map(str::trim).filter(|link| !link.is_empty()).map(Link::parse);
    let link = match link {
        None => None,
        Some(Ok(link)) => Some(link.as_str().to_owned()),
        Some(Err(_)) => {
            faults.push(FieldError { field: "link".into(), fault: Fault::LinkRefused });
            None
        }
    };
    let announcement = Announcement {
        // A language without a word was not written in.
        texts: draft
            .texts
            .into_iter()
            .filter(|(_, text)| !(text.title.trim().is_empty() && text.body.trim().is_empty()))
            .collect(),
        severity: draft.severity,
        form: draft.form,
        accounts: draft.accounts,
        people: draft.people,
        mandatory: draft.mandatory,
        link,
        window: draft.window,
        question: draft.question,
        starts_at: draft.starts_at,
        expires_at: draft.expires_at,
    };
    let mut announcement = match announcement.check(now) {
        Ok(announcement) => announcement,
        Err(Error::Invalid(more)) => {
            faults.extend(more);
            return Err(Error::Invalid(faults));
        }
        Err(error) => return Err(error),
    };
    // Cleaning costs time in proportion to the length, so it comes after the length is known to be bounded.
    for (language, wording) in &mut announcement.texts {
        wording.title = html::sanitise_title(&wording.title);
        wording.body = html::sanitise_body(&wording.body);
        if html::plain_text(&wording.body).trim().is_empty() {
            faults
                .push(FieldError { field: format!("texts.{language}.body").into(), fault: Fault::EmptyBody });
        }
    }
    if faults.is_empty() { Ok(announcement) } else { Err(Error::Invalid(faults)) }
}

/// The accounts that are meant now.
///
/// # Errors
/// Each unknown code by its place; [`Fault::NoRecipients`] where nobody is meant.
pub(super) fn meant(tx: &mut Tx, announcement: &Announcement) -> Result<Vec<Account>> {
    let found = announcements::list_meant(tx, &announcement.accounts)?;
    if let Accounts::Chosen { codes } = &announcement.accounts {
        let unknown = |(index, code): (usize, &String)| {
            let known = found.iter().any(|(_, found)| found == code);
            (!known).then(|| FieldError {
                field: format!("accounts.codes[{index}]").into(),
                fault: Fault::UnknownCode(code.clone()),
            })
        };
        let faults: Vec<_> = codes.iter().enumerate().filter_map(unknown).collect();
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
    }
    if found.is_empty() {
        return Err(Error::field("accounts", Fault::NoRecipients));
    }
    Ok(found.into_iter().map(|(account, _)| account).collect())
}

/// Writes a draft of an operator's; nobody: the command line.
///
/// # Errors
/// Faults of the fields.
pub async fn create(
    ctx: &Ctx,
    by: Option<OperatorId>,
    draft: Draft,
    once: Option<Once>,
) -> Result<Answer<String>> {
    let (announcement, id) = (check(draft, ctx.now())?, AnnouncementId::new(ctx.id()));
    ctx.change_server(by, once, move |tx, change| {
        let from = From { origin: Origin::Operator, key: None, operator: change.by.as_ref() };
        announcements::insert(tx, &id, &from, &announcement, change.now)?;
        change.record(tx, "announcement.written", id.as_str(), &said(&announcement))?;
        Ok(id.to_string())
    })
    .await
}

/// What the log says of an announcement: whom it is for, and not what it tells.
fn said(announcement: &Announcement) -> Value {
    json!({
        "accounts": announcement.accounts, "people": announcement.people, "form": announcement.form,
        "mandatory": announcement.mandatory, "severity": announcement.severity,
    })
}

/// Publishes a draft: at once, or when it begins.
///
/// # Errors
/// [`Error::NotFound`]; [`Conflict::WrongState`] where it was published; as [`meant`].
pub async fn publish(
    ctx: &Ctx,
    by: Option<OperatorId>,
    id: String,
    once: Option<Once>,
) -> Result<Answer<()>> {
    ctx.change_server(by, once, move |tx, change| {
        let kept = announcements::hold(tx, &id)?.ok_or(Error::NotFound)?;
        if kept.times.stage(change.now) != Stage::Draft {
            return Err(Error::Conflict(Conflict::WrongState));
        }
        // What was good when it was written may be over by now.
        kept.announcement.clone().check(change.now)?;
        let accounts = publish_in(tx, &kept.id, &kept.announcement, change.now)?;
        change.record(tx, "announcement.published", &id, &json!({ "accounts": accounts }))
    })
    .await
}

/// Gives it to the accounts that are meant; answers how many.
pub(super) fn publish_in(
    tx: &mut Tx,
    id: &AnnouncementId,
    announcement: &Announcement,
    now: i64,
) -> Result<usize> {
    let accounts = meant(tx, announcement)?;
    announcements::update_published(tx, id, Some(now))?;
    spread(tx, id, announcement, &accounts, now)?;
    Ok(accounts.len())
}

fn spread(
    tx: &mut Tx,
    id: &AnnouncementId,
    announcement: &Announcement,
    accounts: &[Account],
    now: i64,
) -> Result<()> {
    let document = serde_json::to_string(&Announced { announcement: id.clone() });
    let document = document.map_err(|e| Error::internal(e.to_string()))?;
    let due_at = announcement.starts_at.unwrap_or(now).max(now);
    announcements::spread(tx, id, accounts, &document, now, due_at)
}

/// Writes and publishes at once.
///
/// # Errors
/// As [`create`] and [`publish`].
pub async fn tell(ctx: &Ctx, by: Option<OperatorId>, draft: Draft) -> Result<String> {
    let (announcement, id) = (check(draft, ctx.now())?, AnnouncementId::new(ctx.id()));
    let told = ctx.change_server(by, None, move |tx, change| {
        let from = From { origin: Origin::Operator, key: None, operator: change.by.as_ref() };
        announcements::insert(tx, &id, &from, &announcement, change.now)?;
        let accounts = publish_in(tx, &id, &announcement, change.now)?;
        let mut detail = said(&announcement);
        detail["told"] = json!(accounts);
        change.record(tx, "announcement.published", id.as_str(), &detail)?;
        Ok(id.to_string())
    });
    told.await.map(|answer| answer.value)
}

/// Tells an item of the vendor's feed, once.
///
/// # Errors
/// Faults of what it says.
pub async fn tell_of_feed(ctx: &Ctx, key: &str, draft: Draft) -> Result<()> {
    let (announcement, id) = (check(draft, ctx.now())?, AnnouncementId::new(ctx.id()));
    let key = key.to_owned();
    let told = ctx.change_server(None, None, move |tx, change| {
        let from = From { origin: Origin::Feed, key: Some(&key), operator: None };
        if !announcements::insert(tx, &id, &from, &announcement, change.now)? {
            return Ok(());
        }
        publish_in(tx, &id, &announcement, change.now)?;
        change.record(tx, "announcement.published", id.as_str(), &json!({ "feed": key }))
    });
    told.await.map(drop)
}

/// Changes an announcement. What stands of it says so; whom it is for is fixed once it stands.
///
/// # Errors
/// Faults of the fields; [`Conflict::AlreadyOver`].
pub async fn edit(
    ctx: &Ctx,
    by: OperatorId,
    id: String,
    draft: Draft,
    once: Option<Once>,
) -> Result<Answer<()>> {
    let announcement = check(draft, ctx.now())?;
    ctx.change_server(Some(by), once, move |tx, change| {
        let kept = announcements::hold(tx, &id)?.ok_or(Error::NotFound)?;
        let mut announcement = announcement.clone();
        match kept.times.stage(change.now) {
            Stage::Draft => announcements::update(tx, &kept, &announcement, change.by.as_ref(), change.now)?,
            Stage::Scheduled => {
                announcements::update(tx, &kept, &announcement, change.by.as_ref(), change.now)?;
                announcements::unspread(tx, &kept.id)?;
                publish_in(tx, &kept.id, &announcement, change.now)?;
            }
            Stage::Standing => {
                refuse_other_readers(&kept.announcement, &announcement)?;
                announcement.starts_at = kept.announcement.starts_at;
                announcements::update(tx, &kept, &announcement, change.by.as_ref(), change.now)?;
                announcements::renew(tx, &kept.id, change.now)?;
            }
            Stage::Expired | Stage::Recalled => return Err(Error::Conflict(Conflict::AlreadyOver)),
        }
        let mut detail = said(&announcement);
        detail["version"] = json!(kept.version + 1);
        change.record(tx, "announcement.changed", &id, &detail)
    })
    .await
}

fn refuse_other_readers(before: &Announcement, after: &Announcement) -> Result<()> {
    let fixed = [
        ("accounts", before.accounts != after.accounts),
        ("people", before.people != after.people),
        ("form", before.form != after.form),
        ("question", before.question != after.question),
    ];
    let faults: Vec<_> = fixed
        .into_iter()
        .filter(|(_, changed)| *changed)
        .map(|(field, _)| FieldError { field: field.into(), fault: Fault::Fixed })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// Takes an announcement back: what is not told never will be, what stands vanishes.
///
/// # Errors
/// [`Error::NotFound`]; [`Conflict::AlreadyOver`]; [`Conflict::WrongState`] for a draft.
pub async fn recall(ctx: &Ctx, by: Option<OperatorId>, id: String, once: Option<Once>) -> Result<Answer<()>> {
    ctx.change_server(by, once, move |tx, change| {
        let kept = announcements::hold(tx, &id)?.ok_or(Error::NotFound)?;
        match kept.times.stage(change.now) {
            Stage::Draft => return Err(Error::Conflict(Conflict::WrongState)),
            Stage::Expired | Stage::Recalled => return Err(Error::Conflict(Conflict::AlreadyOver)),
            Stage::Scheduled | Stage::Standing => {}
        }
        announcements::update_recalled(tx, &kept.id, change.now)?;
        change.record(tx, "announcement.recalled", &id, &json!({}))
    })
    .await
}

/// Throws a draft away.
///
/// # Errors
/// [`Error::NotFound`]; [`Conflict::WrongState`] where it was published.
pub async fn delete(ctx: &Ctx, by: OperatorId, id: String, once: Option<Once>) -> Result<Answer<()>> {
    ctx.change_server(Some(by), once, move |tx, change| {
        let kept = announcements::hold(tx, &id)?.ok_or(Error::NotFound)?;
        if kept.times.stage(change.now) != Stage::Draft {
            return Err(Error::Conflict(Conflict::WrongState));
        }
        announcements::delete_draft(tx, &kept.id)?;
        change.record(tx, "announcement.deleted", &id, &json!({}))
    })
    .await
}

/// Puts an account on a plan and a version; empty is none. Who is meant by an announcement that stands is meant at once.
///
/// # Errors
/// [`Error::NotFound`]; faults of labels that are too long.
pub async fn put_label(
    ctx: &Ctx,
    by: OperatorId,
    account: String,
    wanted: Label,
    once: Option<Once>,
) -> Result<Answer<()>> {
    let (plan, version) =
        both(label("plan", wanted.plan.as_deref()), label("version", wanted.version.as_deref()))?;
    let wanted = Label { plan, version };
    ctx.change_server(Some(by), once, move |tx, change| {
        let number = accounts::find_by_code(tx, &account)?.ok_or(Error::NotFound)?;
        announcements::put_label(tx, number, &wanted)?;
        for kept in announcements::list_standing(tx, change.now)? {
            cover(tx, &kept, number, change.now)?;
        }
        let detail = json!({ "plan": wanted.plan, "version": wanted.version });
        change.record(tx, "account.labelled", &account, &detail)
    })
    .await
}

/// An announcement that stands, for an account that came later: it gets it too if it is meant.
///
/// # Errors
/// What the store says.
pub(crate) fn cover(tx: &mut Tx, kept: &Kept, account: Account, now: i64) -> Result<bool> {
    if announcements::find_reply(tx, &kept.id, account)?.is_some() {
        return Ok(false);
    }
    let meant = announcements::list_meant(tx, &kept.announcement.accounts)?;
    if !meant.iter().any(|(meant, _)| *meant == account) {
        return Ok(false);
    }
    spread(tx, &kept.id, &kept.announcement, &[account], now)?;
    Ok(true)
}

/// Somebody joined, or may see more: what stands is for him as well, once the router comes to it.
///
/// # Errors
/// What the store says.
pub(crate) fn welcome_later(tx: &mut Tx, account: Account, user: &str, now: i64) -> Result<()> {
    if announcements::list_standing(tx, now)?.is_empty() {
        return Ok(());
    }
    work::insert_anew(tx, account, WorkKind::Welcome, &[user.to_owned()], now)
}

/// Longest label, and no control characters.
pub(in crate::flows) fn label(field: &'static str, text: Option<&str>) -> Result<Option<String>> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| code::name(field, text, LONGEST_LABEL))
        .transpose()
}
