//! What a shop told in its own words: JSON, looked into only as far as it is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::domain::expression::names::canonical;
use crate::domain::expression::{Object, Value};
use crate::domain::record::decimal::Decimal;

/// A JSON value as an expression sees it. A number with more digits than a [`Decimal`] takes is kept as text.
#[must_use]
pub fn json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(yes) => Value::Bool(*yes),
        Json::Number(number) => {
            let text = number.to_string();
            Decimal::parse(&text).map_or_else(|| text.into(), Value::Number)
        }
        Json::String(text) => text.as_str().into(),
        Json::Array(list) => Value::list(list.iter().map(self::json).collect()),
        Json::Object(map) => Value::object(JsonObject(Arc::new(map.clone()))),
    }
}

struct JsonObject(Arc<serde_json::Map<String, Json>>);

impl Object for JsonObject {
    /// By its very name, or by one that has the same canonical form: `cartTotal` for `cart_total`.
    fn get(&self, name: &str) -> Value {
        let found = self.0.get(name).or_else(|| {
            let alike = |(key, _): &(&String, &Json)| canonical(key) == name;
            self.0.iter().find(alike).map(|(_, value)| value)
        });
        found.map_or(Value::Null, json)
    }

    fn keys(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

/// A few named values.
pub struct Map(pub BTreeMap<String, Value>);

impl Object for Map {
    fn get(&self, name: &str) -> Value {
        self.0.get(name).cloned().unwrap_or(Value::Null)
    }

    fn keys(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn plain(&self) -> Value {
        self.get("id")
    }

    fn shown(&self) -> Option<String> {
        let called = ["title", "name", "text", "number", "id"].iter().map(|name| self.get(name));
        Some(called.into_iter().find(|value| !value.is_null())?.to_text(1_000))
    }
}
