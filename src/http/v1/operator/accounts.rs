//! The accounts of the server as its operators see them: what they are called and how many people they have, and
//! nothing of what is in them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::operator::SignedInOperator;
use crate::flows::announcements;
use crate::http::State;
use crate::http::extract::{Body, Path, Query};
use crate::http::problem::Result;
use crate::http::reply::{NoContent, Success};
use crate::http::v1::page::limit;
use crate::render::instant::to_rfc3339;
use crate::store::announcements::{Label, Overview};

#[derive(Debug, Deserialize, JsonSchema)]
pub struct AccountsQuery {
    /// What code or name are to have in them.
    #[serde(default)]
    q: String,
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
    plan: Option<String>,
    version: Option<String>,
    people: i64,
    administrators: i64,
    created_at: String,
    suspended_at: Option<String>,
    last_seen_at: Option<String>,
}

impl From<Overview> for ServerAccount {
    fn from(account: Overview) -> Self {
        Self {
            code: account.code,
            name: account.name,
            plan: account.label.plan,
            version: account.label.version,
            people: account.people,
            administrators: account.administrators,
            created_at: to_rfc3339(account.created_at),
            suspended_at: account.suspended_at.map(to_rfc3339),
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
    let most = limit(query.limit)?;
    let (found, next) = announcements::accounts(&state.ctx, query.q, query.cursor, most).await?;
    Ok(Success::new(ServerAccounts { items: found.into_iter().map(ServerAccount::from).collect(), next }))
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
