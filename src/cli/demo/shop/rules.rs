//! The demo's rules: templates, six triggers and two marketing rules at work, made by the API as an administrator would make
//! them.

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
    segments: Vec<Value>,
    /// Their actions name templates, and they themselves segments, by code.
    marketing: Vec<Value>,
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
    for segment in &rules.segments {
        let made = wire.call("POST", "/v1/segments", Some(segment)).await?;
        ids.insert(text(segment, "code").to_owned(), text(&made, "id").to_owned());
    }
    for mut trigger in rules.triggers {
        put_ids(&mut trigger, &ids);
        wire.call("POST", "/v1/triggers", Some(&trigger)).await?;
    }
    for mut rule in rules.marketing {
        put_ids(&mut rule, &ids);
        wire.call("POST", "/v1/marketing-rules", Some(&rule)).await?;
    }
    Ok(())
}

/// Ids in the place of codes.
fn put_ids(rule: &mut Value, ids: &HashMap<String, String>) {
    let replace = |place: &mut Value| {
        if let Some(id) = place.as_str().and_then(|code| ids.get(code)) {
            *place = json!(id);
        }
    };
    for action in rule["actions"].as_array_mut().into_iter().flatten() {
        if action.get("template").is_some() {
            replace(&mut action["template"]);
        }
    }
    for segment in rule.get_mut("segments").and_then(Value::as_array_mut).into_iter().flatten() {
        replace(segment);
    }
}
