//! The first run: whoever holds the printed link becomes the first administrator.
//!
//! A link is made at each start for each account without an administrator; it lasts a day, and the earlier ones are
//! void. There is no other way to become one without an administrator or the command line.

use serde_json::json;

use super::Ctx;
use super::change::{By, Change};
use super::credentials::stored;
use super::links::LONGEST_NAME;
use super::sessions::{Started, insert};
use crate::domain::actor::Actor;
use crate::domain::email::Email;
use crate::domain::error::{Conflict, Error, Fault, Result};
use crate::domain::faults::both;
use crate::domain::id::{SessionId, UserId};
use crate::domain::language::Language;
use crate::domain::link::LinkKind;
use crate::domain::rights::Role;
use crate::domain::zone::Zone;
use crate::domain::{code, password};
use crate::store::links::Link;
use crate::store::users::NewUser;
use crate::store::{Tx, accounts, links, users};

/// Longest name of an account, in characters.
pub(super) const LONGEST_ACCOUNT_NAME: usize = 100;

/// A set-up link that was made: whose it is, and its address without the beginning, such as `/setup#…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupLink {
    pub account: String,
    pub path: String,
}

/// Makes a set-up link for each account without an administrator.
///
/// # Errors
/// What the store says.
pub async fn issue_links(ctx: &Ctx) -> Result<Vec<SetupLink>> {
    let missing = ctx.store.read(users::list_accounts_without_administrator).await?;
    let mut made = Vec::with_capacity(missing.len());
    for (account, code) in missing {
        let (secret, now, kind) = (ctx.ids.token(), ctx.now(), LinkKind::Setup);
        let link = Link {
            id: stored(&secret),
            account,
            kind,
            user: None,
            created_at: now,
            expires_at: now + kind.lifetime_ms(),
            used_at: None,
        };
        ctx.store
            .write(move |tx| {
                links::delete_unused_of_kind(tx, account, kind)?;
                links::insert(tx, &link)
            })
            .await?;
        made.push(SetupLink { account: code, path: format!("{}#{secret}", kind.page()) });
    }
    Ok(made)
}

/// Whether nobody on this server is administrator yet.
///
/// # Errors
/// What the store says.
pub async fn is_required(ctx: &Ctx) -> Result<bool> {
    ctx.store.read(|tx| users::any_administrator(tx).map(|any| !any)).await
}

/// What the set-up page asks for.
#[derive(Clone)]
pub struct Setup {
    /// The secret of the link.
    pub token: String,
    pub account_name: String,
    pub name: String,
    pub email: String,
    pub password: String,
    pub language: String,
    pub zone: String,
}

/// What was asked for, found good.
struct Checked {
    account_name: String,
    language: Language,
    zone: Zone,
    user: NewUser,
}

/// Makes the first administrator, names the account, and signs in.
///
/// # Errors
/// Faults of the fields; [`Error::NotFound`] for a link that is not good; [`Conflict::AlreadySetUp`].
pub async fn complete(ctx: &Ctx, setup: Setup) -> Result<Started> {
    let (link_id, now) = (stored(&setup.token), ctx.now());
    // A stranger without a link learns nothing about the fields, and costs no hash.
    ctx.store
        .read({
            let link_id = link_id.clone();
            move |tx| find_good(tx, &link_id, now).map(drop)
        })
        .await?;
    let mut checked = check(&setup, UserId::new(ctx.id()))?;
    checked.user.password_hash = Some(ctx.hasher.hash(setup.password, ctx.ids.secret(16)).await?);
    let secret = ctx.ids.token();
    let (session, audit_id) = (SessionId::new(stored(&secret)), ctx.id());
    let user = ctx
        .store
        .write(move |tx| {
            let link = find_good(tx, &link_id, now)?;
            let by = By { account: link.account, actor: Actor::User(checked.user.id.clone()) };
            links::update_used(tx, &link.id, now)?;
            write(tx, &checked, &Change::new(&by, now, audit_id.clone()))?;
            insert(tx, link.account, &checked.user.id, &session, now)?.ok_or(Error::NotFound)
        })
        .await?;
    Ok(Started { secret, user })
}

fn find_good(tx: &mut Tx, id: &str, now: i64) -> Result<Link> {
    let link = links::find(tx, id)?.filter(|link| link.kind == LinkKind::Setup).ok_or(Error::NotFound)?;
    if link.used_at.is_some() {
        return Err(Error::Conflict(Conflict::LinkUsed));
    }
    if link.expires_at > now { Ok(link) } else { Err(Error::NotFound) }
}

fn check(setup: &Setup, id: UserId) -> Result<Checked> {
    let unknown = || Error::field("language", Fault::UnknownLanguage);
    let names = both(
        code::name("account_name", &setup.account_name, LONGEST_ACCOUNT_NAME),
        code::name("name", &setup.name, LONGEST_NAME),
    );
    let person = both(
        Email::parse("email", &setup.email),
        password::check("password", &setup.password, setup.email.trim()),
    );
    let place = both(Language::parse(&setup.language).ok_or_else(unknown), Zone::parse("zone", &setup.zone));
    let (((account_name, name), (email, ())), (language, zone)) = both(both(names, person), place)?;
    let role = Role::Administrator;
    let user = NewUser { id, email, name, role, language: None, zone: None, password_hash: None };
    Ok(Checked { account_name, language, zone, user })
}

fn write(tx: &mut Tx, checked: &Checked, change: &Change) -> Result<()> {
    let account = change.account;
    accounts::lock(tx, account)?;
    if users::has_administrator(tx, account)? {
        return Err(Error::Conflict(Conflict::AlreadySetUp));
    }
    let mut details = accounts::get(tx, account)?;
    details.name.clone_from(&checked.account_name);
    checked.zone.as_str().clone_into(&mut details.zone);
    checked.language.code().clone_into(&mut details.language);
    accounts::update(tx, account, &details)?;
    let number = accounts::next_number(tx, account)?;
    super::users::insert(tx, account, &checked.user, number, change.now)?;
    change.record(tx, "account.set_up", checked.user.id.as_str(), &json!({ "name": details.name }))
}
