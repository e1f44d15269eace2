//! The operator's own: the link that he was given, signing in and out, and what was done to the server.

use axum::http::HeaderMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::error::{Error, Fault};
use crate::domain::language::Language;
use crate::domain::operator::SignedInOperator;
use crate::flows::operators::{self, Started};
use crate::flows::sessions;
use crate::http::State;
use crate::http::cookie::{self, Whose};
use crate::http::extract::{Address, Body, Query};
use crate::http::problem::Result;
use crate::http::reply::{NoContent, Success};
use crate::http::v1::page::limit;
use crate::render::instant::{parse_rfc3339, to_rfc3339};
use crate::store::audit::Wanted;

/// Which operator is signed in.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OperatorSession")]
pub struct OperatorSessionOut {
    id: String,
    name: String,
    email: String,
    /// His own; null: what his browser asks for.
    language: Option<&'static str>,
    version: &'static str,
}

impl From<SignedInOperator> for OperatorSessionOut {
    fn from(operator: SignedInOperator) -> Self {
        Self {
            id: operator.id.to_string(),
            name: operator.name,
            email: operator.email,
            language: operator.language.map(Language::code),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

pub(in crate::http::v1) fn begin(
    state: &State,
    started: Started,
) -> (HeaderMap, Success<OperatorSessionOut>) {
    let headers = cookie::set(Whose::Operator, &started.secret, sessions::LONGEST_S, &state.settings);
    (headers, Success::new(started.operator.into()))
}

/// What the operator's sign-in form holds.
#[derive(Deserialize, JsonSchema)]
pub struct OperatorSignIn {
    email: String,
    password: String,
}

pub async fn sign_in_operator(
    state: State,
    Address(address): Address,
    body: Body<OperatorSignIn>,
) -> Result<(HeaderMap, Success<OperatorSessionOut>)> {
    let OperatorSignIn { email, password } = body.value;
    // Counted apart from a user of the same address.
    state.limits.sign_in(&format!("operator {email}"), address)?;
    Ok(begin(&state, operators::sign_in(&state.ctx, &email, password).await?))
}

pub async fn get_operator_session(operator: SignedInOperator) -> Success<OperatorSessionOut> {
    Success::new(operator.into())
}

/// What an operator changes of his own.
#[derive(Deserialize, JsonSchema)]
pub struct OperatorOwnIn {
    language: String,
}

pub async fn update_operator_session(
    state: State,
    operator: SignedInOperator,
    body: Body<OperatorOwnIn>,
) -> Result<Success<OperatorSessionOut>> {
    let unknown = || Error::field("language", Fault::UnknownLanguage);
    let language = Language::parse(&body.value.language).ok_or_else(unknown)?;
    operators::choose_language(&state.ctx, &operator, language).await?;
    Ok(Success::new(SignedInOperator { language: Some(language), ..operator }.into()))
}

pub async fn sign_out_operator(state: State, operator: SignedInOperator) -> Result<(HeaderMap, NoContent)> {
    operators::sign_out(&state.ctx, &operator).await?;
    Ok((cookie::clear(Whose::Operator, &state.settings), NoContent))
}

/// An operator's link that was followed.
#[derive(Deserialize, JsonSchema)]
pub struct OperatorLinkIn {
    /// From the fragment of the link.
    token: String,
}

/// Whose link it is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OperatorLinkOut {
    name: String,
    email: String,
}

pub async fn look_at_operator_link(
    state: State,
    Address(address): Address,
    body: Body<OperatorLinkIn>,
) -> Result<Success<OperatorLinkOut>> {
    state.limits.link(address)?;
    let looked = operators::look(&state.ctx, &body.value.token).await?;
    Ok(Success::new(OperatorLinkOut { name: looked.name, email: looked.email }))
}

/// An operator's password by a link.
#[derive(Deserialize, JsonSchema)]
pub struct OperatorLinkUse {
    /// From the fragment of the link.
    token: String,
    password: String,
}

pub async fn use_operator_link(
    state: State,
    Address(address): Address,
    body: Body<OperatorLinkUse>,
) -> Result<(HeaderMap, Success<OperatorSessionOut>)> {
    state.limits.link(address)?;
    let OperatorLinkUse { token, password } = body.value;
    Ok(begin(&state, operators::use_link(&state.ctx, &token, password).await?))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct LogQuery {
    /// The id of an operator, or `system`: the command line, and Bellwire itself.
    who: Option<String>,
    /// An action, or its beginning: `account.suspended`, `account.`.
    what: Option<String>,
    /// The id or code of what was changed.
    subject: Option<String>,
    /// RFC 3339.
    from: Option<String>,
    to: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

/// A line of the server's log.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ServerDeed {
    id: String,
    at: String,
    /// The id of the operator; null: the command line, or Bellwire itself.
    operator: Option<String>,
    /// His name.
    by: Option<String>,
    /// `noun.verb`.
    action: String,
    subject: String,
    detail: Value,
}

/// A page of the server's log.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ServerLog {
    items: Vec<ServerDeed>,
    next: Option<String>,
}

pub async fn list_server_log(state: State, Query(query): Query<LogQuery>) -> Result<Success<ServerLog>> {
    let wanted = Wanted {
        who: query.who.unwrap_or_default(),
        what: query.what.unwrap_or_default(),
        subject: query.subject.unwrap_or_default(),
        from: query.from.map(|text| parse_rfc3339("from", &text)).transpose()?,
        to: query.to.map(|text| parse_rfc3339("to", &text)).transpose()?,
        before: query.cursor.unwrap_or_default(),
        most: limit(query.limit)?,
    };
    let (deeds, next) = operators::log(&state.ctx, wanted).await?;
    let items = deeds.into_iter().map(|deed| ServerDeed {
        id: deed.id,
        at: to_rfc3339(deed.at),
        operator: deed.operator,
        by: deed.by,
        action: deed.action,
        subject: deed.subject,
        detail: serde_json::from_str(&deed.detail).unwrap_or(Value::Null),
    });
    Ok(Success::new(ServerLog { items: items.collect(), next }))
}
