//! One-time notifications, as this API sends them.

use serde_json::Value as Json;

use super::Call;
use super::answer::{Answer, Refusal, Result};
use super::params;
use crate::domain::access::Caller;
use crate::domain::kind::Severity;
use crate::flows::accept::Draft;
use crate::flows::retailcrm::people;

/// Stands for all administrators among the codes of groups.
const ADMINISTRATORS: &str = "superadmins";

pub async fn send(call: Call) -> Result<Answer> {
    let notification = call.params.object("notification")?;
    let given = |key: &str| notification.get(key).unwrap_or(&Json::Null);
    let severity = match given("type").as_str() {
        Some("api.info") => Severity::Info,
        Some("api.error") => Severity::Error,
        _ => return Err(Refusal::validation("type", "This must be api.info or api.error")),
    };
    let mut groups = params::texts(given("userGroups"));
    let numbers = params::texts(given("userIds"));
    if groups.is_empty() && numbers.is_empty() {
        let why = "Say who is to be told: userGroups or userIds";
        return Err(Refusal::validation("userGroups", why));
    }
    let administrators = groups.iter().any(|group| group == ADMINISTRATORS);
    groups.retain(|group| group != ADMINISTRATORS);
    let users = people::find_ids(&call.state.ctx, call.account(), numbers, administrators).await?;
    let body =
        params::text(given("message")).ok_or_else(|| Refusal::validation("message", "This is missing"))?;
    let draft = Draft { body, groups, users, severity: Some(severity), ..Draft::default() };
    let caller = Caller::Key(call.key.clone());
    let sent = call.state.accepts.one_time(&call.state.ctx, &caller, draft, None).await;
    let names = [("body", "message"), ("groups", "userGroups"), ("users", "userIds")];
    sent.map_err(|error| Refusal::from(error).renamed(&names))?;
    call.state.metrics.events_accepted.inc();
    Ok(Answer::success())
}
