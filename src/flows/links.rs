//! One-time links: made, looked at, used.
//!
//! The secret stands in the fragment of the address, which no browser sends and no log sees; the page posts it. Of a
//! used link only its digest is kept, so that a second click is told what happened.

use serde_json::json;

use super::Ctx;
use super::change::{By, Change};
use super::credentials::stored;
use super::sessions::{Started, end_access, insert};
use crate::domain::actor::Actor;
use crate::domain::error::{Conflict, Error, Result};
use crate::domain::faults::both;
use crate::domain::id::{Account, SessionId, UserId};
use crate::domain::link::LinkKind;
use crate::domain::{code, password};
use crate::store::accounts::AccountDetails;
use crate::store::links::Link;
use crate::store::users::User;
use crate::store::{Tx, accounts, links, users};

/// Longest name of a person, in characters.
pub(super) const LONGEST_NAME: usize = 100;

/// Makes a link for a user; the ones he had are worthless now. `secret` is 43 random characters.
pub(super) fn issue(
    tx: &mut Tx,
    account: Account,
    kind: LinkKind,
    user: &UserId,
    secret: &str,
    now: i64,
) -> Result<()> {
    links::delete_unused_of_user(tx, account, user)?;
    let user = Some(user.clone());
    let expires_at = now + kind.lifetime_ms();
    links::insert(
        tx,
        &Link { id: stored(secret), account, kind, user, created_at: now, expires_at, used_at: None },
    )
}

/// The address to hand out: the account's own, else `base`.
pub(super) fn address(details: &AccountDetails, base: &str, kind: LinkKind, secret: &str) -> String {
    address_at(details.public_url.as_deref().unwrap_or(base), kind, secret)
}

/// The address to hand out, at this beginning.
pub(super) fn address_at(base: &str, kind: LinkKind, secret: &str) -> String {
    format!("{}{}#{secret}", base.trim_end_matches('/'), kind.page())
}

/// What a link is for and whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    pub kind: LinkKind,
    pub name: String,
    pub email: String,
    pub account_name: String,
}

/// Looks at an invitation or password link without using it.
///
/// # Errors
/// [`Error::NotFound`] when it is unknown or its time is over; [`Conflict::LinkUsed`].
pub async fn look(ctx: &Ctx, secret: &str) -> Result<Looked> {
    let (id, now) = (stored(secret), ctx.now());
    ctx.store
        .read(move |tx| {
            let (link, user) = find_good(tx, &id, now)?;
            let account_name = accounts::get(tx, link.account)?.name;
            Ok(Looked { kind: link.kind, name: user.name, email: user.email, account_name })
        })
        .await
}

/// A link that sets a password, and the user whose it is.
fn find_good(tx: &mut Tx, id: &str, now: i64) -> Result<(Link, User)> {
    let link = links::find(tx, id)?.ok_or(Error::NotFound)?;
    if link.used_at.is_some() {
        return Err(Error::Conflict(Conflict::LinkUsed));
    }
    let suspended = accounts::get(tx, link.account)?.suspended_at.is_some();
    let user = link.user.as_ref().filter(|_| link.expires_at > now && !suspended).ok_or(Error::NotFound)?;
    let user = users::get(tx, link.account, user.as_str())?;
    if user.locked_at.is_some() {
        return Err(Error::NotFound);
    }
    Ok((link, user))
}

/// Uses a link: sets the password, and the name if one is given, ends all that was signed in, and signs in.
///
/// # Errors
/// As [`look`]; faults of `password` and `name`.
pub async fn use_link(ctx: &Ctx, link: &str, password: String, name: Option<String>) -> Result<Started> {
    let link_id = stored(link);
    let looked = look(ctx, link).await?;
    let name = name.as_deref().map(|name| code::name("name", name, LONGEST_NAME)).transpose();
    let (name, ()) = both(name, password::check("password", &password, &looked.email))?;
    let hash = ctx.hasher.hash(password, ctx.ids.secret(16)).await?;
    let secret = ctx.ids.token();
    let (session, now, audit_id) = (SessionId::new(stored(&secret)), ctx.now(), ctx.id());
    let user = ctx
        .store
        .write(move |tx| {
            let (link, mut user) = find_good(tx, &link_id, now)?;
            if !links::update_used(tx, &link_id, now)? {
                return Err(Error::Conflict(Conflict::LinkUsed));
            }
            if let Some(name) = &name {
                user.name.clone_from(name);
                users::update(tx, link.account, &user)?;
            }
            users::update_password(tx, link.account, &user.id, &hash)?;
            links::delete_unused_of_user(tx, link.account, &user.id)?;
            end_access(tx, link.account, &user.id, now)?;
            let by = By { account: link.account, actor: Actor::User(user.id.clone()) };
            let change = Change::new(&by, now, audit_id.clone());
            change.record(tx, "user.password_set", user.id.as_str(), &json!({ "by": link.kind.name() }))?;
            insert(tx, link.account, &user.id, &session, now)?.ok_or(Error::NotFound)
        })
        .await?;
    ctx.credentials.forget_all();
    Ok(Started { secret, user })
}
