//! Users: invited, changed, locked, removed, restored.
//!
//! Lock, removal, password or role change and sign-out everywhere end all that a user is signed in by
//! ([`super::sessions`]). The last administrator who can sign in cannot be locked, removed or demoted.

use serde_json::json;

use super::accounts::terms::refuse_if_full;
use super::change::By;
use super::links::{self, LONGEST_NAME};
use super::once::{Answer, Once};
use super::sessions::end_access;
use super::{Ctx, announcements, retire, sight};
use crate::domain::code;
use crate::domain::email::Email;
use crate::domain::error::{Conflict, Error, Fault, FieldError, Result};
use crate::domain::faults::both;
use crate::domain::id::{Account, GroupId, UserId};
use crate::domain::language::Language;
use crate::domain::link::LinkKind;
use crate::domain::password;
use crate::domain::patch::Field;
use crate::domain::rights::Role;
use crate::domain::zone::Zone;
use crate::store::users::{Filter, NewUser, User};
use crate::store::{Tx, accounts, groups, users};

/// A user as an administrator describes him.
#[derive(Clone)]
pub struct Input {
    pub email: String,
    pub name: String,
    pub role: Role,
    /// Codes of groups.
    pub groups: Vec<String>,
    pub language: Option<String>,
    pub zone: Option<String>,
    /// Only the command line knows one; others choose theirs by the link.
    pub password: Option<String>,
}

/// What is to change; `None` leaves it, cleared goes back to the account's.
#[derive(Debug, Clone, Default)]
pub struct Patch {
    pub name: Option<String>,
    pub role: Option<Role>,
    pub groups: Option<Vec<String>>,
    pub language: Field<String>,
    pub zone: Field<String>,
}

pub(super) fn language(text: &str) -> Result<Language> {
    Language::parse(text).ok_or_else(|| Error::field("language", Fault::UnknownLanguage))
}

/// Writes a user; an address that is taken is the field's fault.
pub(super) fn insert(tx: &mut Tx, account: Account, new: &NewUser, number: i64, now: i64) -> Result<()> {
    users::insert(tx, account, new, number, now).map_err(|error| taken(error, "email"))?;
    announcements::welcome_later(tx, account, new.id.as_str(), now)
}

/// Says of a unique key which field it is.
pub(super) fn taken(error: Error, field: &'static str) -> Error {
    if error == Error::Duplicate { Error::field(field, Fault::Taken) } else { error }
}

/// One page of users.
///
/// # Errors
/// What the store says.
pub async fn list(ctx: &Ctx, account: Account, filter: Filter) -> Result<Vec<User>> {
    ctx.store.read(move |tx| users::list(tx, account, &filter)).await
}

/// # Errors
/// [`Error::NotFound`].
pub async fn get(ctx: &Ctx, account: Account, id: String) -> Result<User> {
    ctx.store.read(move |tx| users::get(tx, account, &id)).await
}

/// Adds a user. Without a password he gets an invitation link, whose address begins with `base` unless the account
/// has a public one; a repeated call (Idempotency-Key) does not get it again.
///
/// # Errors
/// Faults of the fields.
pub async fn add(
    ctx: &Ctx,
    by: &By,
    input: Input,
    base: &str,
    once: Option<Once>,
) -> Result<(Answer<User>, Option<String>)> {
    let mut new = check(&input, UserId::new(ctx.id()))?;
    if let Some(password) = input.password {
        new.password_hash = Some(ctx.hasher.hash(password, ctx.ids.secret(16)).await?);
    }
    let secret = ctx.ids.token();
    let invited = new.password_hash.is_none().then(|| secret.clone());
    let (groups, id) = (input.groups, new.id.clone());
    let answer = ctx
        .change(by, once, move |tx, change| {
            let account = change.account;
            refuse_if_full(tx, account)?;
            let groups = find_groups(tx, account, &groups)?;
            let number = accounts::next_number(tx, account)?;
            insert(tx, account, &new, number, change.now)?;
            for group in &groups {
                groups::insert_members(tx, account, group, std::slice::from_ref(&new.id))?;
            }
            if let Some(secret) = &invited {
                links::issue(tx, account, LinkKind::Invitation, &new.id, secret, change.now)?;
            }
            let detail = json!({ "email": new.email.as_str(), "role": new.role });
            change.record(tx, "user.added", new.id.as_str(), &detail)?;
            users::get(tx, account, new.id.as_str())
        })
        .await?;
    if answer.value.has_password || answer.replayed || answer.value.id != id {
        return Ok((answer, None));
    }
    let account = by.account;
    let details = ctx.store.read(move |tx| accounts::get(tx, account)).await?;
    Ok((answer, Some(links::address(&details, base, LinkKind::Invitation, &secret))))
}

fn check(input: &Input, id: UserId) -> Result<NewUser> {
    let person = both(Email::parse("email", &input.email), code::name("name", &input.name, LONGEST_NAME));
    let place = both(
        input.language.as_deref().map(language).transpose(),
        input.zone.as_deref().map(|zone| Zone::parse("zone", zone)).transpose(),
    );
    let good = |password: &String| password::check("password", password, input.email.trim());
    let password = input.password.as_ref().map_or(Ok(()), good);
    let (((email, name), (language, zone)), ()) = both(both(person, place), password)?;
    Ok(NewUser { id, email, name, role: input.role, language, zone, password_hash: None })
}

/// The groups of these codes.
fn find_groups(tx: &mut Tx, account: Account, codes: &[String]) -> Result<Vec<GroupId>> {
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for (index, code) in codes.iter().enumerate() {
        match groups::find_by_code(tx, account, code)? {
            Some(group) => found.push(group.id),
            None => faults.push(FieldError {
                field: format!("groups[{index}]").into(),
                fault: Fault::UnknownGroup(code.clone()),
            }),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(Error::Invalid(faults)) }
}

/// Changes name, role, groups, language or zone.
///
/// # Errors
/// Faults of the fields; [`Error::NotFound`]; [`Conflict::LastAdministrator`].
pub async fn patch(ctx: &Ctx, by: &By, id: String, patch: Patch, once: Option<Once>) -> Result<Answer<User>> {
    let ((name, language), zone) = both(
        both(
            patch.name.as_deref().map(|name| code::name("name", name, LONGEST_NAME)).transpose(),
            patch.language.parse(|text| language(&text).map(|l| l.code().to_owned())),
        ),
        patch.zone.parse(|text| Zone::parse("zone", &text).map(|z| z.as_str().to_owned())),
    )?;
    let (role, codes) = (patch.role, patch.groups);
    ctx.change(by, once, move |tx, change| {
        let account = change.account;
        accounts::lock(tx, account)?;
        let mut user = users::get(tx, account, &id)?;
        let new_role = role.filter(|role| *role != user.role);
        if new_role == Some(Role::Manager) {
            refuse_if_last(tx, account, &user)?;
        }
        user.role = new_role.unwrap_or(user.role);
        user.name = name.clone().unwrap_or(user.name);
        language.apply(&mut user.language);
        zone.apply(&mut user.zone);
        users::update(tx, account, &user)?;
        if let Some(codes) = &codes {
            let groups = find_groups(tx, account, codes)?;
            groups::delete_memberships(tx, account, &user.id)?;
            for group in &groups {
                groups::insert_members(tx, account, group, std::slice::from_ref(&user.id))?;
            }
        }
        if new_role == Some(Role::Administrator) {
            announcements::welcome_later(tx, account, &id, change.now)?;
        }
        if new_role.is_some() {
            end_access(tx, account, &user.id, change.now)?;
        }
        if new_role.is_some() || codes.is_some() {
            sight::look_again_for(tx, account, std::slice::from_ref(&user.id), change.now)?;
        }
        tx.wake_access();
        let detail = json!({ "name": user.name, "role": user.role, "groups": codes });
        change.record(tx, "user.changed", &id, &detail)?;
        users::get(tx, account, &id)
    })
    .await
}

/// Refuses to take the last administrator who can sign in. The account's row must be locked.
pub(super) fn refuse_if_last(tx: &mut Tx, account: Account, user: &User) -> Result<()> {
    let counts = user.role == Role::Administrator && user.locked_at.is_none();
    if counts && users::count_administrators(tx, account, user.id.as_str())? == 0 {
        return Err(Error::Conflict(Conflict::LastAdministrator));
    }
    Ok(())
}

/// Locks a user out. Locking a locked one changes nothing.
///
/// # Errors
/// [`Error::NotFound`]; [`Conflict::LastAdministrator`].
pub async fn lock(ctx: &Ctx, by: &By, id: String, once: Option<Once>) -> Result<Answer<User>> {
    ctx.change(by, once, move |tx, change| {
        accounts::lock(tx, change.account)?;
        let user = users::get(tx, change.account, &id)?;
        if user.locked_at.is_some() {
            return Ok(user);
        }
        refuse_if_last(tx, change.account, &user)?;
        users::update_locked(tx, change.account, &user.id, Some(change.now))?;
        end_access(tx, change.account, &user.id, change.now)?;
        retire::look_again_for(tx, change.account, &[&id], change.now)?;
        change.record(tx, "user.locked", &id, &json!({}))?;
        users::get(tx, change.account, &id)
    })
    .await
}

/// Lets a locked user in again.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn unlock(ctx: &Ctx, by: &By, id: String, once: Option<Once>) -> Result<Answer<User>> {
    ctx.change(by, once, move |tx, change| {
        let user = users::get(tx, change.account, &id)?;
        if user.locked_at.is_some() {
            users::update_locked(tx, change.account, &user.id, None)?;
            announcements::welcome_later(tx, change.account, &id, change.now)?;
            change.record(tx, "user.unlocked", &id, &json!({}))?;
        }
        users::get(tx, change.account, &id)
    })
    .await
}

/// Ends everything that a user is signed in by.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn sign_out(ctx: &Ctx, by: &By, id: String, once: Option<Once>) -> Result<Answer<User>> {
    ctx.change(by, once, move |tx, change| {
        let user = users::get(tx, change.account, &id)?;
        end_access(tx, change.account, &user.id, change.now)?;
        change.record(tx, "user.signed_out", &id, &json!({}))?;
        Ok(user)
    })
    .await
}

/// Makes a link by which the user chooses a new password; for one who has none yet, a new invitation.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn reset_password(ctx: &Ctx, by: &By, id: String, base: &str) -> Result<String> {
    let secret = ctx.ids.token();
    let issued = secret.clone();
    let answer = ctx
        .change(by, None, move |tx, change| {
            let user = users::get(tx, change.account, &id)?;
            let kind = if user.has_password { LinkKind::PasswordReset } else { LinkKind::Invitation };
            links::issue(tx, change.account, kind, &user.id, &issued, change.now)?;
            change.record(tx, "user.link_issued", &id, &json!({ "kind": kind }))?;
            Ok((kind, accounts::get(tx, change.account)?))
        })
        .await?;
    let (kind, details) = answer.value;
    Ok(links::address(&details, base, kind, &secret))
}

/// Removes a user: he is in no list, cannot sign in, and his address is free. What he did keeps his name.
///
/// # Errors
/// [`Error::NotFound`]; [`Conflict::LastAdministrator`].
pub async fn remove(ctx: &Ctx, by: &By, id: String, once: Option<Once>) -> Result<Answer<()>> {
    ctx.change(by, once, move |tx, change| {
        accounts::lock(tx, change.account)?;
        let user = users::get(tx, change.account, &id)?;
        refuse_if_last(tx, change.account, &user)?;
        users::update_removed(tx, change.account, &user, Some(change.now))?;
        end_access(tx, change.account, &user.id, change.now)?;
        retire::look_again_for(tx, change.account, &[&id], change.now)?;
        change.record(tx, "user.removed", &id, &json!({}))
    })
    .await
}

/// Undoes a removal. One who was not removed stays as he is.
///
/// # Errors
/// [`Error::NotFound`]; a fault of `email` when somebody else has got the address since.
pub async fn restore(ctx: &Ctx, by: &By, id: String, once: Option<Once>) -> Result<Answer<User>> {
    ctx.change(by, once, move |tx, change| {
        let user = users::find(tx, change.account, &id)?.ok_or(Error::NotFound)?;
        if user.removed_at.is_some() {
            refuse_if_full(tx, change.account)?;
            users::update_removed(tx, change.account, &user, None).map_err(|error| taken(error, "email"))?;
            announcements::welcome_later(tx, change.account, &id, change.now)?;
            tx.wake_access();
            change.record(tx, "user.restored", &id, &json!({}))?;
        }
        users::get(tx, change.account, &id)
    })
    .await
}
