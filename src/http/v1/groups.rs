//! Groups of users, their rights and members.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::Caller;
use crate::domain::patch::Field;
use crate::domain::rights::Sees;
use crate::flows::change::By;
use crate::flows::groups::{self, Patch};
use crate::http::State;
use crate::http::extract::{Body, OnceKey, Path};
use crate::http::problem::Result;
use crate::http::reply::{Created, NoContent, Success};
use crate::render::instant::to_rfc3339;
use crate::store::groups::Group;

/// A group of users.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Group")]
pub struct GroupOut {
    id: String,
    number: i64,
    code: String,
    name: String,
    may_send_notifications: bool,
    may_edit_rules: bool,
    sees: Sees,
    /// Codes of the sites whose records it sees, where it sees `sites`.
    sites: Vec<String>,
    /// How many users are in it.
    members: i64,
    /// The user who hears of it in the end when a task of the group is not done.
    head: Option<String>,
    created_at: String,
}

impl From<Group> for GroupOut {
    fn from(group: Group) -> Self {
        Self {
            id: group.id.to_string(),
            number: group.number,
            code: group.code,
            name: group.name,
            may_send_notifications: group.may_send_notifications,
            may_edit_rules: group.may_edit_rules,
            sees: group.sees,
            sites: group.sites,
            members: group.members,
            head: group.head.map(|head| head.to_string()),
            created_at: to_rfc3339(group.created_at),
        }
    }
}

/// Every group of the account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Groups {
    items: Vec<GroupOut>,
}

pub async fn list_groups(state: State, caller: Caller) -> Result<Success<Groups>> {
    let found = groups::list(&state.ctx, caller.account()).await?;
    Ok(Success::new(Groups { items: found.into_iter().map(GroupOut::from).collect() }))
}

pub async fn get_group(state: State, caller: Caller, Path(id): Path<String>) -> Result<Success<GroupOut>> {
    Ok(Success::new(groups::get(&state.ctx, caller.account(), id).await?.into()))
}

/// A group to be made.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct GroupIn {
    /// Lower-case letters, digits, `-` and `_`.
    code: String,
    name: String,
    /// True if absent.
    may_send_notifications: Option<bool>,
    /// False if absent.
    may_edit_rules: Option<bool>,
    /// `all` if absent.
    sees: Option<Sees>,
    /// Codes of the sites whose records it sees, where it sees `sites`.
    sites: Option<Vec<String>>,
}

pub async fn create_group(state: State, caller: Caller, body: Body<GroupIn>) -> Result<Created<GroupOut>> {
    let GroupIn { code, name, may_send_notifications, may_edit_rules, sees, sites } = body.value;
    let patch =
        Patch { name: Some(name), may_send_notifications, may_edit_rules, sees, sites, ..Patch::default() };
    let answer = groups::add(&state.ctx, &By::from(&caller), &code, patch, body.once).await?;
    Ok(Created::once(answer).map(GroupOut::from))
}

/// What is to change.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct GroupPatch {
    name: Option<String>,
    may_send_notifications: Option<bool>,
    may_edit_rules: Option<bool>,
    sees: Option<Sees>,
    /// Exactly these, by their codes.
    sites: Option<Vec<String>>,
    /// The id of a user; null: nobody.
    #[serde(default)]
    head: Field<String>,
}

pub async fn update_group(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<GroupPatch>,
) -> Result<Success<GroupOut>> {
    let GroupPatch { name, may_send_notifications, may_edit_rules, sees, sites, head } = body.value;
    let patch = Patch { name, may_send_notifications, may_edit_rules, sees, sites, head };
    let answer = groups::patch(&state.ctx, &By::from(&caller), id, patch, body.once).await?;
    Ok(Success::once(answer).map(GroupOut::from))
}

pub async fn delete_group(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    groups::delete(&state.ctx, &By::from(&caller), id, once).await?;
    Ok(NoContent)
}

/// The members of a group: exactly these.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Members {
    /// Ids of users.
    users: Vec<String>,
}

pub async fn put_group_members(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<Members>,
) -> Result<Success<GroupOut>> {
    let by = By::from(&caller);
    let answer = groups::put_members(&state.ctx, &by, id, body.value.users, body.once).await?;
    Ok(Success::once(answer).map(GroupOut::from))
}
