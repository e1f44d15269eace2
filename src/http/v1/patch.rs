//! Fields of a `PATCH` that know "leave it" from "none".

use serde::{Deserialize, Deserializer};

/// For a field with `#[serde(default)]`: absent is `None`, null is `Some(None)`.
///
/// # Errors
/// When the value is of another type.
pub fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
