//! A user's own name, language, zone and password.

use serde_json::json;

use super::Ctx;
use super::change::{By, Change};
use super::credentials::stored;
use super::links::LONGEST_NAME;
use super::once::{Answer, Once};
use super::sessions::{Started, end_access, insert};
use super::users::language;
use crate::domain::access::{Credential, SignedIn};
use crate::domain::actor::Actor;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::faults::both;
use crate::domain::id::SessionId;
use crate::domain::patch::Field;
use crate::domain::zone::Zone;
use crate::domain::{code, password};
use crate::store::users::User;
use crate::store::{links, standing, users};

/// What is to change; `None` leaves it, cleared goes back to the account's.
#[derive(Debug, Clone, Default)]
pub struct Patch {
    pub name: Option<String>,
    pub language: Field<String>,
    pub zone: Field<String>,
}

fn by(user: &SignedIn) -> By {
    By { account: user.account, actor: Actor::User(user.user.clone()) }
}

/// # Errors
/// What the store says.
pub async fn get(ctx: &Ctx, user: &SignedIn) -> Result<User> {
    super::users::get(ctx, user.account, user.user.to_string()).await
}

/// Changes name, language or zone.
///
/// # Errors
/// Faults of the fields.
pub async fn patch(ctx: &Ctx, user: &SignedIn, patch: Patch, once: Option<Once>) -> Result<Answer<User>> {
    let ((name, language), zone) = both(
        both(
            patch.name.as_deref().map(|name| code::name("name", name, LONGEST_NAME)).transpose(),
            patch.language.parse(|text| language(&text).map(|l| l.code().to_owned())),
        ),
        patch.zone.parse(|text| Zone::parse("zone", &text).map(|z| z.as_str().to_owned())),
    )?;
    let id = user.user.clone();
    ctx.change(&by(user), once, move |tx, change| {
        let mut user = users::get(tx, change.account, id.as_str())?;
        user.name = name.clone().unwrap_or(user.name);
        language.apply(&mut user.language);
        zone.apply(&mut user.zone);
        users::update(tx, change.account, &user)?;
        users::touch_access(tx, change.account, &id, change.now)?;
        tx.wake_access();
        let detail = json!({ "name": user.name, "language": user.language, "zone": user.zone });
        change.record(tx, "profile.changed", id.as_str(), &detail)?;
        Ok(user)
    })
    .await
}

/// Changes the password. Everything that was signed in ends; whoever came by a session goes on with a new one.
///
/// # Errors
/// A fault of `current` or `new`.
pub async fn change_password(
    ctx: &Ctx,
    user: &SignedIn,
    current: String,
    new: String,
) -> Result<Option<Started>> {
    password::check("new", &new, &user.email)?;
    let (account, id, generation) = (user.account, user.user.clone(), user.generation);
    let found = {
        let id = id.clone();
        ctx.store.read(move |tx| standing::find(tx, account, id.as_str())).await?
    };
    let hash = found.and_then(|standing| standing.password_hash);
    if !ctx.hasher.verify(current, hash).await? {
        return Err(Error::field("current", Fault::WrongPassword));
    }
    let hash = ctx.hasher.hash(new, ctx.ids.secret(16)).await?;
    let secret = ctx.ids.token();
    let by_session = matches!(user.by, Credential::Session(_));
    let (session, now, audit_id, by) = (SessionId::new(stored(&secret)), ctx.now(), ctx.id(), by(user));
    let started = ctx
        .store
        .write(move |tx| {
            // Locked or changed by somebody else while the password was hashed: this caller is signed out.
            let standing = standing::find(tx, account, id.as_str())?;
            standing.filter(|s| s.generation == generation).ok_or(Error::Unauthenticated)?;
            users::update_password(tx, account, &id, &hash)?;
            links::delete_unused_of_user(tx, account, &id)?;
            end_access(tx, account, &id, now)?;
            let change = Change::new(&by, now, audit_id.clone());
            change.record(tx, "user.password_set", id.as_str(), &json!({ "by": "current password" }))?;
            if by_session { insert(tx, account, &id, &session, now) } else { Ok(None) }
        })
        .await?;
    ctx.credentials.forget_all();
    Ok(started.map(|user| Started { secret, user }))
}
