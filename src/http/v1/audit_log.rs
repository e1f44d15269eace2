//! The log of administrative acts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::Caller;
use crate::flows::audit_log::{self, Line};
use crate::http::State;
use crate::http::extract::Query;
use crate::http::problem::Result;
use crate::http::reply::Success;
use crate::http::v1::page::limit;
use crate::render::instant::{parse_rfc3339, to_rfc3339};
use crate::store::audit::Wanted;

/// Which lines are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AuditQuery {
    /// The id of a user or API key, or `system`.
    who: Option<String>,
    /// An action, or its beginning: `user.removed`, `user.`.
    what: Option<String>,
    /// The id of what was changed.
    subject: Option<String>,
    /// RFC 3339.
    from: Option<String>,
    to: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

/// A page of the log, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AuditLog {
    items: Vec<AuditLine>,
    next: Option<String>,
}

/// One administrative act.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AuditLine {
    id: String,
    at: String,
    who: AuditActor,
    /// What was done, as `noun.verb`.
    action: String,
    /// The id or code of what it was done to.
    subject: String,
    /// What was set; never secrets.
    detail: serde_json::Value,
}

/// Who did it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AuditActor {
    /// `user`, `key` or `system`.
    r#type: String,
    id: Option<String>,
    name: Option<String>,
}

impl From<Line> for AuditLine {
    fn from(Line { entry, name }: Line) -> Self {
        Self {
            id: entry.id,
            at: to_rfc3339(entry.created_at),
            who: AuditActor { r#type: entry.actor_kind, id: entry.actor_id, name },
            action: entry.action,
            subject: entry.subject,
            detail: serde_json::from_str(&entry.detail).unwrap_or_default(),
        }
    }
}

pub async fn list_audit_log(
    state: State,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Success<AuditLog>> {
    let wanted = Wanted {
        who: query.who.unwrap_or_default(),
        what: query.what.unwrap_or_default(),
        subject: query.subject.unwrap_or_default(),
        from: query.from.map(|text| parse_rfc3339("from", &text)).transpose()?,
        to: query.to.map(|text| parse_rfc3339("to", &text)).transpose()?,
        before: query.cursor.unwrap_or_default(),
        most: limit(query.limit)?,
    };
    let page = audit_log::list(&state.ctx, caller.account(), wanted).await?;
    let items = page.lines.into_iter().map(AuditLine::from).collect();
    Ok(Success::new(AuditLog { items, next: page.next }))
}
