//! Reads JSON and query parameters into wire types, and says which field does not fit and why.
//!
//! A serde deserializer whose error is a path and a `Fault`, so that no message of a library is taken apart or shown.
//! Unknown fields are refused for every struct. Not here: bytes, limits and content types ([`super::extract`]).

use std::fmt::Display;

use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

use crate::domain::error::{Error, Fault, FieldError};

/// Reads a JSON document.
///
/// # Errors
/// [`Error::Invalid`] with the first field that does not fit.
pub fn from_json<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(Node { value, from: From::Json }).map_err(Misfit::into_error)
}

/// Reads the parameters of a URL; an empty one counts as not given.
///
/// # Errors
/// [`Error::Invalid`] with the first parameter that does not fit or comes twice.
pub fn from_query<T: DeserializeOwned>(query: &str) -> Result<T, Error> {
    let mut parameters = Map::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if value.is_empty() {
            continue;
        }
        if parameters.insert(name.to_string(), Value::String(value.into_owned())).is_some() {
            return Err(Error::field(name.into_owned(), Fault::WrongType("one value")));
        }
    }
    T::deserialize(Node { value: Value::Object(parameters), from: From::Query }).map_err(Misfit::into_error)
}

/// Where a value stood: in a URL, numbers and booleans are text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Json,
    Query,
}

struct Node {
    value: Value,
    from: From,
}

/// A value that does not fit, and the way to it, innermost first.
#[derive(Debug)]
struct Misfit {
    path: Vec<Step>,
    fault: Fault,
}

#[derive(Debug)]
enum Step {
    Field(String),
    Index(usize),
}

impl Misfit {
    fn of(fault: Fault) -> Self {
        Self { path: Vec::new(), fault }
    }

    fn field(name: &str, fault: Fault) -> Self {
        Self { path: vec![Step::Field(name.to_owned())], fault }
    }

    fn within(mut self, step: Step) -> Self {
        self.path.push(step);
        self
    }

    fn into_error(self) -> Error {
        let mut field = String::new();
        for step in self.path.iter().rev() {
            match step {
                Step::Field(name) if field.is_empty() => field.push_str(name),
                Step::Field(name) => field.extend([".", name]),
                Step::Index(index) => field.extend(["[", &index.to_string(), "]"]),
            }
        }
        Error::Invalid(vec![FieldError { field: field.into(), fault: self.fault }])
    }
}

impl Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.fault)
    }
}

impl std::error::Error for Misfit {}

impl serde::de::Error for Misfit {
    fn custom<M: Display>(_: M) -> Self {
        Self::of(Fault::WrongType("another value"))
    }

    fn invalid_type(unexpected: Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Self::of(match unexpected {
            Unexpected::Signed(_) | Unexpected::Unsigned(_) | Unexpected::Float(_) => Fault::NotANumber,
            _ => Fault::WrongType("another type"),
        })
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::of(Fault::NotOneOf(expected))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::field(field, Fault::Required)
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::field(field, Fault::UnknownField)
    }
}

impl Node {
    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let number = match (&self.value, self.from) {
            (Value::Number(number), _) => Some(number.clone()),
            (Value::String(text), From::Query) => text.parse().ok(),
            _ => None,
        };
        let Some(number) = number else { return Err(Misfit::of(Fault::NotANumber)) };
        if let Some(n) = number.as_u64() {
            visitor.visit_u64(n)
        } else if let Some(n) = number.as_i64() {
            visitor.visit_i64(n)
        } else {
            visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN))
        }
    }
}

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
            self.number(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Node {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(_) => self.number(visitor),
            Value::String(_) => self.deserialize_string(visitor),
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Object(_) => self.deserialize_map(visitor),
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match (&self.value, self.from) {
            (Value::Bool(value), _) => visitor.visit_bool(*value),
            (Value::String(text), From::Query) if text == "true" => visitor.visit_bool(true),
            (Value::String(text), From::Query) if text == "false" => visitor.visit_bool(false),
            _ => Err(Misfit::of(Fault::WrongType("boolean"))),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.value {
            // It is in no text that anybody writes, and PostgreSQL takes it in none.
            Value::String(text) if text.contains('\0') => {
                Err(Misfit::of(Fault::WrongType("string without U+0000")))
            }
            Value::String(text) => visitor.visit_string(text),
            _ => Err(Misfit::of(Fault::WrongType("string"))),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let Value::Array(values) = self.value else { return Err(Misfit::of(Fault::WrongType("array"))) };
        visitor.visit_seq(Elements { values: values.into_iter(), index: 0, from: self.from })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let Value::Object(map) = self.value else { return Err(Misfit::of(Fault::WrongType("object"))) };
        visitor.visit_map(Members { rest: map.into_iter(), value: None, from: self.from })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        if let Value::Object(map) = &self.value
            && let Some(unknown) = map.keys().find(|key| !fields.contains(&key.as_str()))
        {
            return Err(Misfit::field(unknown, Fault::UnknownField));
        }
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let Value::String(name) = self.value else { return Err(Misfit::of(Fault::WrongType("string"))) };
        visitor.visit_enum(name.into_deserializer())
    }

    forward_to_deserialize_any! {
        char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

struct Elements {
    values: std::vec::IntoIter<Value>,
    index: usize,
    from: From,
}

impl<'de> SeqAccess<'de> for Elements {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        let Some(value) = self.values.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        let read = seed.deserialize(Node { value, from: self.from });
        read.map(Some).map_err(|misfit| misfit.within(Step::Index(index)))
    }
}

struct Members {
    rest: serde_json::map::IntoIter,
    value: Option<(String, Value)>,
    from: From,
}

impl<'de> MapAccess<'de> for Members {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        self.value = self.rest.next();
        let Some((name, _)) = &self.value else { return Ok(None) };
        let name: StringDeserializer<Misfit> = name.clone().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        // serde asks for a value only after its key.
        let (name, value) = self.value.take().unwrap_or_default();
        let read = seed.deserialize(Node { value, from: self.from });
        read.map_err(|misfit| misfit.within(Step::Field(name)))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::domain::kind::Severity;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Letter {
        body: String,
        severity: Option<Severity>,
        #[serde(default)]
        groups: Vec<String>,
        limit: Option<u8>,
        sticky: Option<bool>,
        to: Option<Person>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Person {
        name: String,
    }

    fn refused(read: Result<Letter, Error>) -> (String, Fault) {
        match read {
            Err(Error::Invalid(mut fields)) if fields.len() == 1 => {
                let error = fields.remove(0);
                (error.field.to_string(), error.fault)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_fits_is_read() {
        let read: Letter =
            from_json(json!({"body": "b", "severity": "error", "groups": ["a"], "limit": null})).unwrap();
        assert_eq!((read.body.as_str(), read.severity, read.groups.len()), ("b", Some(Severity::Error), 1));
        let read: Letter = from_query("body=a%20b&limit=7&sticky=true&severity=").unwrap();
        assert_eq!(
            (read.body.as_str(), read.limit, read.sticky, read.severity),
            ("a b", Some(7), Some(true), None)
        );
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_path() {
        let severities = &["info", "success", "warning", "error"];
        for (value, field, fault) in [
            (json!({}), "body", Fault::Required),
            (json!({"body": null}), "body", Fault::WrongType("string")),
            (json!({"body": 1}), "body", Fault::WrongType("string")),
            (json!({"body": "a\0b"}), "body", Fault::WrongType("string without U+0000")),
            (json!({"body": "", "groups": ["\0"]}), "groups[0]", Fault::WrongType("string without U+0000")),
            (json!({"body": "", "colour": 1}), "colour", Fault::UnknownField),
            (json!({"body": "", "severity": "loud"}), "severity", Fault::NotOneOf(severities)),
            (json!({"body": "", "severity": 3}), "severity", Fault::WrongType("string")),
            (json!({"body": "", "groups": ["a", 2]}), "groups[1]", Fault::WrongType("string")),
            (json!({"body": "", "groups": "a"}), "groups", Fault::WrongType("array")),
            (json!({"body": "", "limit": "7"}), "limit", Fault::NotANumber),
            (json!({"body": "", "limit": 256}), "limit", Fault::NotANumber),
            (json!({"body": "", "limit": 1.5}), "limit", Fault::NotANumber),
            (json!({"body": "", "sticky": "true"}), "sticky", Fault::WrongType("boolean")),
            (json!({"body": "", "to": {}}), "to.name", Fault::Required),
            (json!({"body": "", "to": {"name": "n", "age": 1}}), "to.age", Fault::UnknownField),
            (json!([]), "", Fault::WrongType("object")),
        ] {
            let text = value.to_string();
            assert_eq!(refused(from_json(value)), (field.to_owned(), fault), "{text}");
        }
    }

    #[test]
    fn a_parameter_comes_once() {
        assert_eq!(refused(from_query("body=a&body=b")), ("body".into(), Fault::WrongType("one value")));
        assert_eq!(refused(from_query("body=a&limit=x")), ("limit".into(), Fault::NotANumber));
    }
}
