//! Groups of users, what they may do, and who is in them.
//!
//! A change of rights counts from the next request on; it does not end sessions.

use serde_json::json;

use std::collections::HashSet;

use super::change::By;
use super::once::{Answer, Once};
use super::users::taken;
use super::{Ctx, sight};
use crate::domain::code::{self, Code};
use crate::domain::error::{Error, Fault, FieldError, Result};
use crate::domain::faults::both;
use crate::domain::id::{Account, GroupId, UserId};
use crate::domain::patch::Field;
use crate::domain::rights::{Rights, Sees};
use crate::store::groups::{Group, NewGroup};
use crate::store::{Tx, accounts, audience, groups, references, users};

const LONGEST_NAME: usize = 100;
/// Members that one call may name.
const MOST_MEMBERS: usize = 10_000;

/// What is to change; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct Patch {
    pub name: Option<String>,
    pub may_send_notifications: Option<bool>,
    pub may_edit_rules: Option<bool>,
    pub sees: Option<Sees>,
    /// Codes of the sites whose records it sees.
    pub sites: Option<Vec<String>>,
    /// The id of a user.
    pub head: Field<String>,
}

impl Patch {
    /// The rights after the change.
    fn rights(&self, before: Rights) -> Rights {
        Rights {
            may_send_notifications: self.may_send_notifications.unwrap_or(before.may_send_notifications),
            may_edit_rules: self.may_edit_rules.unwrap_or(before.may_edit_rules),
            sees: self.sees.unwrap_or(before.sees),
        }
    }
}

/// Makes these the sites that a group sees, if any are given.
fn put_sites(tx: &mut Tx, account: Account, group: &GroupId, sites: Option<&[String]>) -> Result<()> {
    let Some(sites) = sites else { return Ok(()) };
    let known = references::list_sites(tx, account)?;
    let is_unknown = |(_, code): &(usize, &String)| !known.iter().any(|site| site.code == **code);
    let fault = |(index, code): (usize, &String)| FieldError {
        field: format!("sites[{index}]").into(),
        fault: Fault::UnknownSite(code.clone()),
    };
    let faults: Vec<FieldError> = sites.iter().enumerate().filter(is_unknown).map(fault).collect();
    if faults.is_empty() { groups::put_sites(tx, account, group, sites) } else { Err(Error::Invalid(faults)) }
}

fn find_head(tx: &mut Tx, account: Account, id: String) -> Result<UserId> {
    if users::list_existing(tx, account, &[&id])?.contains(&id) {
        return Ok(UserId::new(id));
    }
    Err(Error::field("head", Fault::UnknownUser(id)))
}

/// Every group of the account.
///
/// # Errors
/// What the store says.
pub async fn list(ctx: &Ctx, account: Account) -> Result<Vec<Group>> {
    ctx.store.read(move |tx| groups::list(tx, account)).await
}

/// # Errors
/// [`Error::NotFound`].
pub async fn get(ctx: &Ctx, account: Account, id: String) -> Result<Group> {
    ctx.store.read(move |tx| groups::get(tx, account, &id)).await
}

/// Adds a group; what `patch` leaves open is as for every new group (product, §14).
///
/// # Errors
/// Faults of `code` and `name`.
pub async fn add(ctx: &Ctx, by: &By, code: &str, patch: Patch, once: Option<Once>) -> Result<Answer<Group>> {
    let name = patch.name.as_deref().unwrap_or_default();
    let (code, name) = both(Code::parse("code", code), code::name("name", name, LONGEST_NAME))?;
    let rights = patch.rights(Rights::NEW_GROUP);
    let sites = patch.sites;
    let new = NewGroup { id: GroupId::new(ctx.id()), code, name, rights };
    ctx.change(by, once, move |tx, change| {
        let account = change.account;
        let number = accounts::next_number(tx, account)?;
        groups::insert(tx, account, &new, number, change.now).map_err(|error| taken(error, "code"))?;
        put_sites(tx, account, &new.id, sites.as_deref())?;
        let detail = json!({ "code": new.code.as_str(), "name": new.name, "rights": new.rights });
        change.record(tx, "group.added", new.id.as_str(), &detail)?;
        groups::get(tx, account, new.id.as_str())
    })
    .await
}

/// Changes name or rights.
///
/// # Errors
/// A fault of `name`; [`Error::NotFound`].
pub async fn patch(
    ctx: &Ctx,
    by: &By,
    id: String,
    patch: Patch,
    once: Option<Once>,
) -> Result<Answer<Group>> {
    let name = patch.name.as_deref().map(|name| code::name("name", name, LONGEST_NAME)).transpose()?;
    ctx.change(by, once, move |tx, change| {
        let account = change.account;
        let mut group = groups::get(tx, account, &id)?;
        let seen_before = (group.sees, group.sites.clone());
        let rights = patch.rights(Rights {
            may_send_notifications: group.may_send_notifications,
            may_edit_rules: group.may_edit_rules,
            sees: group.sees,
        });
        group.name = name.clone().unwrap_or(group.name);
        group.may_send_notifications = rights.may_send_notifications;
        group.may_edit_rules = rights.may_edit_rules;
        group.sees = rights.sees;
        let head = patch.head.clone();
        head.parse(|id| find_head(tx, account, id))?.apply(&mut group.head);
        groups::update(tx, account, &group)?;
        put_sites(tx, account, &group.id, patch.sites.as_deref())?;
        let group = groups::get(tx, account, &id)?;
        if seen_before != (group.sees, group.sites.clone()) {
            let members = audience::list_members(tx, account, &id)?;
            sight::look_again_for(tx, account, &members, change.now)?;
        }
        tx.wake_access();
        let detail = json!({ "name": group.name, "rights": rights, "sites": group.sites });
        change.record(tx, "group.changed", &id, &detail)?;
        Ok(group)
    })
    .await
}

/// Deletes a group. Its members stay users; what was sent to it stays in their inboxes.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(ctx: &Ctx, by: &By, id: String, once: Option<Once>) -> Result<Answer<()>> {
    ctx.change(by, once, move |tx, change| {
        let group = groups::get(tx, change.account, &id)?;
        let members = audience::list_members(tx, change.account, &id)?;
        groups::delete(tx, change.account, &group.id)?;
        sight::look_again_for(tx, change.account, &members, change.now)?;
        tx.wake_access();
        let detail = json!({ "code": group.code, "name": group.name, "members": group.members });
        change.record(tx, "group.deleted", &id, &detail)
    })
    .await
}

/// Makes exactly these users the members.
///
/// # Errors
/// A fault for each unknown user; [`Error::NotFound`].
pub async fn put_members(
    ctx: &Ctx,
    by: &By,
    id: String,
    members: Vec<String>,
    once: Option<Once>,
) -> Result<Answer<Group>> {
    if members.len() > MOST_MEMBERS {
        return Err(Error::field("users", Fault::TooMany(MOST_MEMBERS)));
    }
    ctx.change(by, once, move |tx, change| {
        let account = change.account;
        let group = groups::get(tx, account, &id)?;
        let ids: Vec<&str> = members.iter().map(String::as_str).collect();
        let known = users::list_existing(tx, account, &ids)?;
        let unknown = |(index, id): (usize, &String)| FieldError {
            field: format!("users[{index}]").into(),
            fault: Fault::UnknownUser(id.clone()),
        };
        let faults: Vec<FieldError> =
            members.iter().enumerate().filter(|(_, id)| !known.contains(*id)).map(unknown).collect();
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        let found: HashSet<UserId> = members.iter().map(|id| UserId::new(id.clone())).collect();
        let mut gone = audience::list_members(tx, account, &id)?;
        gone.retain(|user| !found.contains(user));
        groups::delete_members(tx, account, &group.id)?;
        groups::insert_members(tx, account, &group.id, &found.into_iter().collect::<Vec<_>>())?;
        sight::look_again_for(tx, account, &gone, change.now)?;
        tx.wake_access();
        change.record(tx, "group.members_changed", &id, &json!({ "users": members }))?;
        groups::get(tx, account, &id)
    })
    .await
}
