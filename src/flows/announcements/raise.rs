//! What Bellwire tells of itself: a condition that began, once, and that it is over, once. The administrators of the
//! account that it concerns get an announcement; what concerns the whole server, its operators see. Where there is no
//! operator and one account, the server is that account's, and its administrators get it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::write::publish_in;
use crate::domain::announcement::{Accounts, Announcement, Form, Origin, People, Wording};
use crate::domain::error::Result;
use crate::domain::id::{Account, AnnouncementId};
use crate::domain::kind::Severity;
use crate::domain::language::Language;
use crate::flows::Ctx;
use crate::render::texts::Texts;
use crate::render::told::escape;
use crate::store::announcements::{self, From};
use crate::store::conditions::{self, Held};
use crate::store::{Tx, accounts, operators};

/// How long it is told that something is over.
const OVER_MS: i64 = 24 * 3_600_000;

/// What is told: the sentences `KEY.title`, `KEY.body` and, at its end, `KEY.over`, with these values.
#[derive(Debug, Clone)]
pub struct Said {
    pub key: String,
    pub values: Vec<(&'static str, String)>,
    /// Where something can be done about it.
    pub link: Option<String>,
}

/// Something that holds.
#[derive(Debug, Clone)]
pub struct Condition {
    pub code: String,
    /// Tells several of one code apart.
    pub subject: String,
    /// None: the whole server.
    pub account: Option<Account>,
    pub severity: Severity,
    pub said: Said,
}

/// A condition holds: tells it, unless it was told. True: this call told it.
///
/// # Errors
/// What the store says.
pub async fn raise(ctx: &Ctx, condition: &Condition) -> Result<bool> {
    let (condition, texts, now) = (condition.clone(), ctx.texts.clone(), ctx.now());
    let (id, announcement) = (ctx.id(), AnnouncementId::new(ctx.id()));
    ctx.store
        .write(move |tx| {
            let meant = match condition.account {
                Some(account) => Some(account),
                None => owner(tx)?,
            };
            let held = Held {
                id: id.clone(),
                code: condition.code.clone(),
                account: condition.account,
                subject: condition.subject.clone(),
                readings: readings(&condition.said).to_string(),
                raised_at: now,
                cleared_at: None,
                announcement: meant.map(|_| announcement.clone()),
            };
            if !conditions::insert(tx, &held)? {
                return Ok(false);
            }
            if let Some(account) = meant {
                let Said { key, values, link } = &condition.said;
                let texts = wording(&texts, &format!("{key}.title"), &format!("{key}.body"), values);
                let said = Announcement { link: link.clone(), ..announced(texts, condition.severity) };
                tell(tx, &announcement, &id, account, said, now)?;
            }
            Ok(true)
        })
        .await
}

/// A condition is over: what was told of it goes, and its end is told.
///
/// # Errors
/// What the store says.
pub async fn clear(ctx: &Ctx, held: &Held, said: &Said) -> Result<bool> {
    let (held, said, texts, now) = (held.clone(), said.clone(), ctx.texts.clone(), ctx.now());
    let over = AnnouncementId::new(ctx.id());
    ctx.store
        .write(move |tx| {
            if !conditions::update_cleared(tx, &held.id, now)? {
                return Ok(false);
            }
            let Some(announcement) = &held.announcement else { return Ok(true) };
            let account = match held.account {
                Some(account) => Some(account),
                None => told_to(tx, announcement)?,
            };
            let Some(account) = account else { return Ok(true) };
            announcements::update_recalled(tx, announcement, now)?;
            let title = format!("{}.title", said.key);
            let texts = wording(&texts, &title, &format!("{}.over", said.key), &said.values);
            let told =
                Announcement { expires_at: Some(now + OVER_MS), ..announced(texts, Severity::Success) };
            tell(tx, &over, &format!("{}:over", held.id), account, told, now)?;
            Ok(true)
        })
        .await
}

/// The account whose the whole server is: the only one, where nobody else runs it.
fn owner(tx: &mut Tx) -> Result<Option<Account>> {
    if !operators::list(tx)?.is_empty() {
        return Ok(None);
    }
    let all = accounts::list(tx)?;
    Ok(all.first().filter(|_| all.len() == 1).map(|(account, _)| *account))
}

/// The account that was told something of the whole server.
fn told_to(tx: &mut Tx, announcement: &AnnouncementId) -> Result<Option<Account>> {
    let Some(kept) = announcements::find(tx, announcement.as_str())? else { return Ok(None) };
    match kept.announcement.accounts {
        Accounts::Chosen { codes } => match codes.first() {
            Some(code) => accounts::find_by_code(tx, code),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

fn readings(said: &Said) -> Value {
    let values = said.values.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
    Value::Object(values.collect())
}

fn wording(
    texts: &Texts,
    title: &str,
    body: &str,
    values: &[(&'static str, String)],
) -> BTreeMap<String, Wording> {
    let say = |language, key: &str| escape(&texts.say(language, key, values));
    Language::ALL
        .into_iter()
        .map(|language| {
            let wording = Wording { title: say(language, title), body: say(language, body) };
            (language.code().to_owned(), wording)
        })
        .collect()
}

/// To the administrators, until it is over.
fn announced(texts: BTreeMap<String, Wording>, severity: Severity) -> Announcement {
    Announcement {
        texts,
        severity,
        form: Form::Popup,
        accounts: Accounts::All {},
        people: People::Administrators,
        mandatory: false,
        link: None,
        window: None,
        question: None,
        starts_at: None,
        expires_at: None,
    }
}

fn tell(
    tx: &mut Tx,
    id: &AnnouncementId,
    key: &str,
    account: Account,
    said: Announcement,
    now: i64,
) -> Result<()> {
    let code = accounts::get(tx, account)?.code;
    let said = Announcement { accounts: Accounts::Chosen { codes: vec![code] }, ..said };
    let from = From { origin: Origin::Bot, key: Some(key), operator: None };
    announcements::insert(tx, id, &from, &said, now)?;
    // An account that nobody can sign in to is told nothing.
    if announcements::list_meant(tx, &said.accounts)?.is_empty() {
        return Ok(());
    }
    publish_in(tx, id, &said, now).map(drop)
}
