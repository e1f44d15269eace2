//! Users of the account, as administrators and senders see them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::Caller;
use crate::domain::error::{Error, Fault};
use crate::domain::patch::Field;
use crate::domain::rights::Role;
use crate::domain::user::UserState;
use crate::flows::change::By;
use crate::flows::users::{self, Input, Patch};
use crate::http::State;
use crate::http::extract::{Body, OnceKey, Path, Query};
use crate::http::problem::Result;
use crate::http::reply::{Created, NoContent, Success};
use crate::http::v1::page::limit;
use crate::render::instant::to_rfc3339;
use crate::store::users::{Filter, User};

/// A user.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "User")]
pub struct UserOut {
    id: String,
    number: i64,
    name: String,
    /// For administrators only.
    email: Option<String>,
    role: Role,
    state: UserState,
    /// Codes of his groups.
    groups: Vec<String>,
    /// Null: the account's.
    language: Option<String>,
    /// Null: the account's.
    zone: Option<String>,
    created_at: String,
    last_seen_at: Option<String>,
}

impl UserOut {
    fn new(user: User, caller: &Caller) -> Self {
        Self {
            state: user.state(),
            id: user.id.to_string(),
            number: user.number,
            name: user.name,
            email: caller.administers().then_some(user.email),
            role: user.role,
            groups: user.groups,
            language: user.language,
            zone: user.zone,
            created_at: to_rfc3339(user.created_at),
            last_seen_at: user.last_seen_at.map(to_rfc3339),
        }
    }
}

/// Which users are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct UsersQuery {
    /// Part of a name or address.
    q: Option<String>,
    /// The code of a group.
    group: Option<String>,
    state: Option<UserState>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct UsersPage {
    items: Vec<UserOut>,
    next: Option<String>,
}

pub async fn list_users(
    state: State,
    caller: Caller,
    Query(query): Query<UsersQuery>,
) -> Result<Success<UsersPage>> {
    const LONGEST_Q: usize = 200;
    let q = query.q.unwrap_or_default();
    if q.chars().count() > LONGEST_Q {
        return Err(Error::field("q", Fault::TooLong(LONGEST_Q)).into());
    }
    let after = query.cursor.map_or(Ok(0), |cursor| cursor.parse::<i64>());
    let after = after.map_err(|_| Error::field("cursor", Fault::BadCursor))?;
    let limit = limit(query.limit)?;
    let group = query.group.unwrap_or_default();
    // One more than asked for tells whether there is a next page.
    let filter = Filter { q, group, state: query.state, after, limit: limit + 1 };
    let mut found = users::list(&state.ctx, caller.account(), filter).await?;
    let more = found.len() as i64 > limit;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|user| user.number.to_string());
    let items = found.into_iter().map(|user| UserOut::new(user, &caller)).collect();
    Ok(Success::new(UsersPage { items, next }))
}

pub async fn get_user(state: State, caller: Caller, Path(id): Path<String>) -> Result<Success<UserOut>> {
    let user = users::get(&state.ctx, caller.account(), id).await?;
    Ok(Success::new(UserOut::new(user, &caller)))
}

/// A user to be invited.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct UserIn {
    email: String,
    name: String,
    /// `manager` if absent.
    role: Option<Role>,
    /// Codes of groups.
    #[serde(default)]
    groups: Vec<String>,
    language: Option<String>,
    zone: Option<String>,
}

/// The user, and the link by which he chooses his password.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Invited {
    user: UserOut,
    /// Shown once: null when the call is repeated with its Idempotency-Key.
    invitation_url: Option<String>,
}

pub async fn create_user(state: State, caller: Caller, body: Body<UserIn>) -> Result<Created<Invited>> {
    let UserIn { email, name, role, groups, language, zone } = body.value;
    let role = role.unwrap_or(Role::Manager);
    let input = Input { email, name, role, groups, language, zone, password: None };
    let (answer, invitation_url) =
        users::add(&state.ctx, &By::from(&caller), input, &state.base_url, body.once).await?;
    Ok(Created::once(answer).map(|user| Invited { user: UserOut::new(user, &caller), invitation_url }))
}

/// What is to change; null goes back to the account's.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct UserPatch {
    name: Option<String>,
    role: Option<Role>,
    /// Exactly these, by their codes.
    groups: Option<Vec<String>>,
    #[serde(default)]
    language: Field<String>,
    #[serde(default)]
    zone: Field<String>,
}

pub async fn update_user(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<UserPatch>,
) -> Result<Success<UserOut>> {
    let UserPatch { name, role, groups, language, zone } = body.value;
    let patch = Patch { name, role, groups, language, zone };
    let answer = users::patch(&state.ctx, &By::from(&caller), id, patch, body.once).await?;
    Ok(Success::once(answer).map(|user| UserOut::new(user, &caller)))
}

pub async fn lock_user(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<Success<UserOut>> {
    let answer = users::lock(&state.ctx, &By::from(&caller), id, once).await?;
    Ok(Success::once(answer).map(|user| UserOut::new(user, &caller)))
}

pub async fn unlock_user(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<Success<UserOut>> {
    let answer = users::unlock(&state.ctx, &By::from(&caller), id, once).await?;
    Ok(Success::once(answer).map(|user| UserOut::new(user, &caller)))
}

pub async fn sign_out_user(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<Success<UserOut>> {
    let answer = users::sign_out(&state.ctx, &By::from(&caller), id, once).await?;
    Ok(Success::once(answer).map(|user| UserOut::new(user, &caller)))
}

/// The link by which a user chooses his password.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PasswordLink {
    url: String,
}

pub async fn reset_user_password(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Success<PasswordLink>> {
    let url = users::reset_password(&state.ctx, &By::from(&caller), id, &state.base_url).await?;
    Ok(Success::new(PasswordLink { url }))
}

pub async fn remove_user(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    users::remove(&state.ctx, &By::from(&caller), id, once).await?;
    Ok(NoContent)
}

pub async fn restore_user(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<Success<UserOut>> {
    let answer = users::restore(&state.ctx, &By::from(&caller), id, once).await?;
    Ok(Success::once(answer).map(|user| UserOut::new(user, &caller)))
}
