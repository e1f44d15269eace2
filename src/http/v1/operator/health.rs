//! How the server does: what is wrong now, what was, and a few numbers.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::operator::SignedInOperator;
use crate::flows::watch::{self, Told};
use crate::http::State;
use crate::http::problem::Result;
use crate::http::reply::Success;
use crate::render::instant::to_rfc3339;

/// A condition that holds or held.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ConditionOut {
    code: String,
    /// The code of the account that it concerns; null: the whole server.
    account: Option<String>,
    title: String,
    text: String,
    raised_at: String,
    cleared_at: Option<String>,
}

impl From<Told> for ConditionOut {
    fn from(told: Told) -> Self {
        Self {
            code: told.code,
            account: told.account,
            title: told.title,
            text: told.text,
            raised_at: to_rfc3339(told.raised_at),
            cleared_at: told.cleared_at.map(to_rfc3339),
        }
    }
}

/// A number with its unit.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NumberOut {
    name: &'static str,
    value: i64,
    unit: &'static str,
}

/// How the server does.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HealthOut {
    standing: Vec<ConditionOut>,
    /// Latest first.
    history: Vec<ConditionOut>,
    numbers: Vec<NumberOut>,
}

pub async fn get_server_health(state: State, operator: SignedInOperator) -> Result<Success<HealthOut>> {
    let language = operator.language.unwrap_or_default();
    let (standing, history) = watch::history(&state.ctx, language).await?;
    let read = watch::numbers(&state.ctx, &state.settings.data).await?;
    let number = |name, value, unit| NumberOut { name, value, unit };
    let mut numbers = vec![
        number("work_due", read.backlog.due, ""),
        number("work_dead", read.backlog.dead, ""),
        number("letters_waiting", read.letters.waiting, ""),
        number("letters_dead", read.letters.dead, ""),
        number("database", read.database_ms, "ms"),
    ];
    numbers.extend(read.disk_percent.map(|percent| number("disk_free", percent, "%")));
    let shown = |all: Vec<Told>| all.into_iter().map(ConditionOut::from).collect();
    Ok(Success::new(HealthOut { standing: shown(standing), history: shown(history), numbers }))
}
