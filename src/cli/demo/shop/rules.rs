//! The demo's rules: templates and six triggers at work, made by the API as an administrator would make them.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::text;
use super::wire::Wire;
use crate::cli::Result;

#[derive(Deserialize)]
struct Rules {
    templates: Vec<Value>,
    /// Their actions name templates by code.
    triggers: Vec<Value>,
}

/// Makes them, unless there are any.
pub(super) async fn settle(wire: &Wire) -> Result<()> {
    let known = wire.get("/v1/triggers?limit=1").await?;
    if known["items"].as_array().is_some_and(|items| !items.is_empty()) {
        return Ok(());
    }
    let rules: Rules =
        serde_json::from_str(include_str!("rules.json")).map_err(|error| format!("rules.json: {error}"))?;
    let mut ids = HashMap::new();
    for template in &rules.templates {
        let made = wire.call("POST", "/v1/templates", Some(template)).await?;
        ids.insert(text(template, "code").to_owned(), text(&made, "id").to_owned());
    }
    for mut trigger in rules.triggers {
        for action in trigger["actions"].as_array_mut().into_iter().flatten() {
            if let Some(id) = action["template"].as_str().and_then(|code| ids.get(code)) {
                action["template"] = json!(id);
            }
        }
        wire.call("POST", "/v1/triggers", Some(&trigger)).await?;
    }
    Ok(())
}
