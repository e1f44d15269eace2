//! The accounts of the server as its operators see them: what they are called, how they stand and how many people they have,
//! and nothing of what is in them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::account_state::AccountState;
use crate::domain::error::{Error, Fault};
use crate::domain::limits::AccountLimits;
use crate::domain::operator::SignedInOperator;
use crate::flows::accounts::directory::{self, Wanted};
use crate::flows::accounts::founding::{self, Wish};
use crate::flows::accounts::terms::{self, Hand};
use crate::flows::announcements;
use crate::flows::once::Once;
use crate::http::State;
use crate::http::extract::{Body, OnceKey, Path, Query};
use crate::http::problem::Result;
use crate::http::reply::{Created, NoContent, Success};
use crate::http::v1::page::limit;
use crate::render::instant::to_rfc3339;
use crate::store::account_list::Overview;
use crate::store::announcements::Label;

/// Characters of what is searched for.
const LONGEST_Q: usize = 200;

#[derive(Debug, Deserialize, JsonSchema)]
pub struct AccountsQuery {
    /// What code or name are to have in them.
    #[serde(default)]
    q: String,
    /// How they stand; all if absent.
    state: Option<AccountState>,
    /// The `next` of the page before.
    cursor: Option<i64>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

/// An account of the server.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ServerAccount {
    code: String,
    name: String,
    state: AccountState,
    plan: Option<String>,
    version: Option<String>,
    people: i64,
    administrators: i64,
    limits: AccountLimits,
    created_at: String,
    suspended_at: Option<String>,
    /// What is said to whoever knocks.
    suspended_reason: Option<String>,
    /// When its rows go for good.
    delete_at: Option<String>,
    last_seen_at: Option<String>,
}

impl From<Overview> for ServerAccount {
    fn from(account: Overview) -> Self {
        let terms = account.terms;
        Self {
            state: terms.state(),
            code: terms.code,
            name: terms.name,
            plan: account.label.plan,
            version: account.label.version,
            people: account.people,
            administrators: account.administrators,
            limits: terms.limits,
            created_at: to_rfc3339(terms.created_at),
            suspended_at: terms.suspended_at.map(to_rfc3339),
            suspended_reason: terms.suspended_reason,
            delete_at: terms.delete_at.map(to_rfc3339),
            last_seen_at: account.last_seen_at.map(to_rfc3339),
        }
    }
}

/// A page of the accounts of the server.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ServerAccounts {
    items: Vec<ServerAccount>,
    next: Option<i64>,
}

pub async fn list_accounts(
    state: State,
    Query(query): Query<AccountsQuery>,
) -> Result<Success<ServerAccounts>> {
    if query.q.chars().count() > LONGEST_Q {
        return Err(Error::field("q", Fault::TooLong(LONGEST_Q)).into());
    }
    let AccountsQuery { q, state: stands, cursor, .. } = query;
    let wanted = Wanted { part: q, state: stands, after: cursor, most: limit(query.limit)? };
    let (found, next) = directory::list(&state.ctx, wanted).await?;
    Ok(Success::new(ServerAccounts { items: found.into_iter().map(ServerAccount::from).collect(), next }))
}

async fn shown(state: &State, code: String) -> Result<ServerAccount> {
    Ok(directory::get(&state.ctx, code).await?.1.into())
}

pub async fn get_server_account(state: State, Path(code): Path<String>) -> Result<Success<ServerAccount>> {
    Ok(Success::new(shown(&state, code).await?))
}

/// Whoever is to administer a new account.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct FirstAdministrator {
    email: String,
    /// What stands before the @ if absent.
    name: Option<String>,
}

/// An account to be founded.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ServerAccountIn {
    /// Lower-case letters, digits, - and _; it stays.
    code: String,
    name: String,
    /// Your own word for what the account pays for.
    plan: Option<String>,
    /// `en` if absent.
    language: Option<String>,
    /// An IANA zone; `UTC` if absent.
    zone: Option<String>,
    administrator: FirstAdministrator,
}

/// The account, and the link by which its administrator chooses a password.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FoundedAccount {
    account: ServerAccount,
    /// Shown once: null when the call is repeated with its Idempotency-Key.
    invitation_url: Option<String>,
}

pub async fn create_server_account(
    state: State,
    operator: SignedInOperator,
    body: Body<ServerAccountIn>,
) -> Result<Created<FoundedAccount>> {
    let ServerAccountIn { code, name, plan, language, zone, administrator } = body.value;
    let FirstAdministrator { email: administrator_email, name: administrator_name } = administrator;
    let wish = Wish { code, name, plan, language, zone, administrator_email, administrator_name };
    let (answer, invitation_url) =
        founding::found(&state.ctx, operator.id, &wish, &state.base_url, body.once).await?;
    let account = shown(&state, answer.value.clone()).await?;
    Ok(Created::once(answer).map(|_| FoundedAccount { account, invitation_url }))
}

/// What the operator calls an account; absent or empty is nothing.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LabelIn {
    plan: Option<String>,
    version: Option<String>,
}

pub async fn put_account_label(
    state: State,
    operator: SignedInOperator,
    Path(code): Path<String>,
    body: Body<LabelIn>,
) -> Result<NoContent> {
    let label = Label { plan: body.value.plan, version: body.value.version };
    announcements::put_label(&state.ctx, operator.id, code, label, body.once).await?;
    Ok(NoContent)
}

async fn hand(state: &State, operator: SignedInOperator, code: &str, once: Option<Once>) -> Result<Hand> {
    let (account, _) = directory::get(&state.ctx, code.to_owned()).await?;
    Ok(Hand { account, operator: Some(operator.id), once })
}

pub async fn put_account_limits(
    state: State,
    operator: SignedInOperator,
    Path(code): Path<String>,
    body: Body<AccountLimits>,
) -> Result<Success<ServerAccount>> {
    let hand = hand(&state, operator, &code, body.once).await?;
    let done = terms::limit(&state.ctx, &hand, body.value).await?;
    let shown = shown(&state, code).await?;
    Ok(Success::once(done).map(|_| shown))
}

/// Why an account is closed.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SuspensionIn {
    /// At most 500 characters; its people read it.
    reason: String,
}

pub async fn suspend_account(
    state: State,
    operator: SignedInOperator,
    Path(code): Path<String>,
    body: Body<SuspensionIn>,
) -> Result<Success<ServerAccount>> {
    let hand = hand(&state, operator, &code, body.once).await?;
    let done = terms::suspend(&state.ctx, &hand, &body.value.reason).await?;
    let shown = shown(&state, code).await?;
    Ok(Success::once(done).map(|_| shown))
}

pub async fn resume_account(
    state: State,
    operator: SignedInOperator,
    Path(code): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<Success<ServerAccount>> {
    let hand = hand(&state, operator, &code, once).await?;
    let done = terms::resume(&state.ctx, &hand).await?;
    let shown = shown(&state, code).await?;
    Ok(Success::once(done).map(|_| shown))
}

pub async fn delete_account(
    state: State,
    operator: SignedInOperator,
    Path(code): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<Success<ServerAccount>> {
    let hand = hand(&state, operator, &code, once).await?;
    let done = terms::delete(&state.ctx, &hand, state.settings.running.account_grace).await?;
    let shown = shown(&state, code).await?;
    Ok(Success::once(done).map(|_| shown))
}

pub async fn restore_account(
    state: State,
    operator: SignedInOperator,
    Path(code): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<Success<ServerAccount>> {
    let hand = hand(&state, operator, &code, once).await?;
    let done = terms::restore(&state.ctx, &hand).await?;
    let shown = shown(&state, code).await?;
    Ok(Success::once(done).map(|_| shown))
}
