//! What is kept of a user or a customer: handed out, or erased.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::domain::access::Caller;
use crate::flows::change::By;
use crate::flows::erasure::{self, Erased, Export};
use crate::http::State;
use crate::http::extract::Path;
use crate::http::problem::Result;
use crate::http::reply::Success;

/// All that is kept of somebody, by what it is. Secrets are left out.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct PersonExport(BTreeMap<String, Vec<Value>>);

impl From<Export> for PersonExport {
    fn from(export: Export) -> Self {
        Self(export)
    }
}

pub async fn export_user(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Success<PersonExport>> {
    let export = erasure::export_user(&state.ctx, &By::from(&caller), id).await?;
    Ok(Success::new(export.into()))
}

/// What is erased is erased once, so an Idempotency-Key changes nothing: its answer would be kept.
pub async fn erase_user(state: State, caller: Caller, Path(id): Path<String>) -> Result<Success<Erased>> {
    Ok(Success::new(erasure::erase_user(&state.ctx, &By::from(&caller), id).await?))
}

pub async fn export_customer(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Success<PersonExport>> {
    let export = erasure::export_customer(&state.ctx, &By::from(&caller), id).await?;
    Ok(Success::new(export.into()))
}

/// As [`erase_user`].
pub async fn erase_customer(state: State, caller: Caller, Path(id): Path<String>) -> Result<Success<Erased>> {
    Ok(Success::new(erasure::erase_customer(&state.ctx, &By::from(&caller), id).await?))
}
