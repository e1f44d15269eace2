//! A field of a change that knows "leave it" from "none".

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

use super::error::Result;

/// What a change does to something that may be absent. In JSON: not there, null, or the value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Field<T> {
    #[default]
    Leave,
    Clear,
    Set(T),
}

impl<T> Field<T> {
    /// The same change with the value that `parse` makes of this one's.
    ///
    /// # Errors
    /// What `parse` says.
    pub fn parse<U>(self, parse: impl FnOnce(T) -> Result<U>) -> Result<Field<U>> {
        Ok(match self {
            Self::Leave => Field::Leave,
            Self::Clear => Field::Clear,
            Self::Set(value) => Field::Set(parse(value)?),
        })
    }
}

impl<T: Clone> Field<T> {
    /// Does it.
    pub fn apply(&self, to: &mut Option<T>) {
        match self {
            Self::Leave => {}
            Self::Clear => *to = None,
            Self::Set(value) => *to = Some(value.clone()),
        }
    }
}

/// The struct's field needs `#[serde(default)]`, which is what makes an absent one [`Field::Leave`].
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Patch {
        #[serde(default)]
        zone: Field<String>,
    }

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        for (json, expected) in
            [("{}", Some("old")), (r#"{"zone":null}"#, None), (r#"{"zone":"new"}"#, Some("new"))]
        {
            let patch: Patch = serde_json::from_str(json).unwrap();
            let mut zone = Some("old".to_owned());
            patch.zone.apply(&mut zone);
            assert_eq!(zone.as_deref(), expected, "{json}");
        }
    }
}
