//! The people of the demo and what happened to them in the last days, written by the product's flows with a clock that
//! is moved through the past.

use super::Message;
use super::past::Past;
use crate::domain::access::{Caller, Credential, SignedIn};
use crate::domain::error::{Error, Result};
use crate::domain::id::{Account, SessionId};
use crate::domain::inbox::{Act, ClosedBy};
use crate::domain::language::Language;
use crate::domain::rights::{Rights, Role};
use crate::flows::accept::{Accepts, Draft};
use crate::flows::change::By;
use crate::flows::{Ctx, accounts, groups, inbox, users};
use crate::shutdown::Shutdown;
use crate::store::inbox::{Filter, Wanted};
use crate::store::users::{Filter as Among, User};

const GROUPS: [(&str, &str); 4] =
    [("sales", "Sales"), ("support", "Support"), ("warehouse", "Warehouse"), ("vip", "VIP")];

/// Before the `@`, name, language, zone, groups. The first is the administrator.
const PEOPLE: [(&str, &str, &str, &str, &[&str]); 10] = [
    ("anna", "Anna Weber", "en", "Europe/Berlin", &["sales", "vip"]),
    ("mia", "Mia Chen", "en", "Europe/London", &["sales"]),
    ("oleg", "Олег Соколов", "ru", "Europe/Moscow", &["sales", "vip"]),
    ("lucia", "Lucía Ferrer", "es", "Europe/Madrid", &["sales", "vip"]),
    ("tom", "Tom Baker", "en", "Europe/London", &["support"]),
    ("irina", "Ирина Ковалёва", "ru", "Europe/Moscow", &["support"]),
    ("diego", "Diego Ramos", "es", "Europe/Madrid", &["support"]),
    ("sergey", "Сергей Титов", "ru", "Europe/Moscow", &["warehouse"]),
    ("carmen", "Carmen Ortiz", "es", "Europe/Madrid", &["warehouse"]),
    ("jack", "Jack Murphy", "en", "Europe/Dublin", &["warehouse"]),
];

const HOST: &str = "lumen.example";
/// Everybody's password, for who wants to see the sign-in form at work.
const PASSWORD: &str = "bellwire-demo";
/// How many of the messages were sent in the past, at most.
pub(super) const PAST: usize = 26;
const DAY_MS: i64 = 24 * 3_600_000;
/// The history goes back this many days; the people are a little older.
const DAYS: i64 = 6;
/// When a message was sent, in minutes of a day (UTC): a shop writes while it is open.
const MINUTES: [i64; 5] = [7 * 60 + 12, 9 * 60 + 4, 11 * 60 + 31, 13 * 60 + 47, 15 * 60 + 26];
/// Nothing of the history is more recent.
const LAST_MS: i64 = 20 * 60_000;

/// Makes people and history, unless the account has people already. Answers the demo's account.
pub(super) async fn settle(past: &Past, shutdown: &Shutdown, messages: &[Message]) -> Result<Account> {
    let ctx = &past.ctx;
    let account = accounts::get_by_code(ctx, "main".to_owned()).await?;
    if !everybody(ctx, account).await?.is_empty() {
        return Ok(account);
    }
    let now = ctx.now();
    past.set(now - (DAYS + 1) * DAY_MS);
    invite(ctx, account).await?;
    let team = everybody(ctx, account).await?;
    let accepts = Accepts::start(ctx, shutdown);
    for (message, at) in messages.iter().zip(instants(now)) {
        past.set(at);
        let caller = Caller::User(signed_in(account, sender(&team, message)?));
        accepts.one_time(ctx, &caller, draft(message), None).await?;
        past.bring().await?;
    }
    past.set(now - LAST_MS + 60_000);
    for user in &team {
        look_back(ctx, account, user).await?;
    }
    Ok(account)
}

/// When the messages of the past were sent, in order.
fn instants(now: i64) -> Vec<i64> {
    let today = now - now % DAY_MS;
    let days = (0..=DAYS).rev().map(|ago| today - ago * DAY_MS);
    let mut all: Vec<i64> = days.flat_map(|day| MINUTES.map(|minute| day + minute * 60_000)).collect();
    all.retain(|at| *at <= now - LAST_MS);
    all.split_off(all.len().saturating_sub(PAST))
}

pub(super) async fn everybody(ctx: &Ctx, account: Account) -> Result<Vec<User>> {
    users::list(ctx, account, Among { limit: 100, ..Among::default() }).await
}

async fn invite(ctx: &Ctx, account: Account) -> Result<()> {
    let by = By::system(account);
    let patch = accounts::Patch {
        name: Some("Lumen Lamps".to_owned()),
        zone: Some("Europe/Madrid".to_owned()),
        ..accounts::Patch::default()
    };
    accounts::patch(ctx, &by, patch, None).await?;
    for (code, name) in GROUPS {
        let patch = groups::Patch { name: Some(name.to_owned()), ..groups::Patch::default() };
        groups::add(ctx, &by, code, patch, None).await?;
    }
    for (index, (local, name, language, zone, groups)) in PEOPLE.into_iter().enumerate() {
        let input = users::Input {
            email: format!("{local}@{HOST}"),
            name: name.to_owned(),
            role: if index == 0 { Role::Administrator } else { Role::Manager },
            groups: groups.iter().map(ToString::to_string).collect(),
            language: Some(language.to_owned()),
            zone: Some(zone.to_owned()),
            password: Some(PASSWORD.to_owned()),
        };
        users::add(ctx, &by, input, "", None).await?;
    }
    Ok(())
}

/// Who wrote a message; he may have been removed by a visitor.
pub(super) fn sender<'a>(team: &'a [User], message: &Message) -> Result<&'a User> {
    let address = format!("{}@{HOST}", message.from);
    team.iter().find(|user| user.email == address).ok_or(Error::NotFound)
}

/// Somebody, as if he had signed in: a person of the demo acts without a browser.
pub(super) fn signed_in(account: Account, user: &User) -> SignedIn {
    SignedIn {
        account,
        user: user.id.clone(),
        name: user.name.clone(),
        email: user.email.clone(),
        role: user.role,
        rights: Rights::NEW_GROUP,
        language: user.language.as_deref().and_then(Language::parse).unwrap_or_default(),
        zone: user.zone.clone().unwrap_or_else(|| "UTC".to_owned()),
        generation: 0,
        by: Credential::Session(SessionId::new(String::new())),
    }
}

pub(super) fn draft(message: &Message) -> Draft {
    Draft {
        title: message.title.clone(),
        body: message.body.clone(),
        groups: message.to.clone(),
        severity: message.severity,
        sticky: message.sticky,
        ..Draft::default()
    }
}

/// What somebody did with his items: the old ones are read, a few were archived, the latest went by unseen or unread.
async fn look_back(ctx: &Ctx, account: Account, user: &User) -> Result<()> {
    let who = signed_in(account, user);
    let wanted = Wanted {
        filter: Filter::All,
        kind: None,
        search: None,
        from: None,
        to: None,
        before: None,
        most: 100,
    };
    let page = inbox::page(ctx, &who, wanted).await?;
    for (age, (item, notification)) in page.items.into_iter().enumerate() {
        let id = item.id.to_string();
        let acts: &[Act] = match age {
            _ if notification.content.sticky => &[Act::Close(ClosedBy::User), Act::Read],
            0..=2 | 4 => &[Act::Close(ClosedBy::Timeout)],
            3 | 6 | 9 => &[Act::Close(ClosedBy::User), Act::Read],
            8 => &[Act::Close(ClosedBy::User), Act::Read, Act::Archive],
            _ => &[Act::Close(ClosedBy::Timeout), Act::Read],
        };
        for act in acts {
            inbox::act(ctx, &who, id.clone(), *act).await?;
        }
    }
    Ok(())
}
