//! The parameters of a call, from query and body alike: bracketed names in every style that clients write, forms whose
//! fields hold JSON, and JSON whose fields hold JSON as text.
//!
//! Not here: what a parameter means (each call's own), and the values of a record (`domain::record`).

use serde_json::{Map, Value as Json};
use url::form_urlencoded;

use super::answer::{Refusal, Result};

/// Names and values, nested as their brackets say. What the body says goes before what the query says.
#[derive(Debug, Clone, Default)]
pub struct Params(Map<String, Json>);

/// Parameters that are read at most, so that a body cannot be all names.
const MOST_PAIRS: usize = 20_000;
/// Brackets of one name at most.
const DEEPEST: usize = 12;

impl Params {
    /// Reads `a=1&b[]=2&c[0]=3&d[e][f]=4`.
    pub fn add_form(&mut self, form: &[u8]) -> Result<()> {
        let mut read = Map::new();
        for (count, (name, value)) in form_urlencoded::parse(form).enumerate() {
            if count >= MOST_PAIRS {
                return Err(Refusal::bad(format!("At most {MOST_PAIRS} parameters are read")));
            }
            insert(&mut read, &name, &value)?;
        }
        self.0.extend(read.into_iter().map(|(name, value)| (name, settled(value))));
        Ok(())
    }

    /// Reads `{"site": "shop", "order": "{…}"}`, or `"order": {…}`.
    pub fn add_json(&mut self, body: &[u8]) -> Result<()> {
        let read: Json = serde_json::from_slice(body).map_err(|e| {
            Refusal::bad(format!("The body is no JSON: line {}, column {}", e.line(), e.column()))
        })?;
        match read {
            Json::Object(map) => self.0.extend(map),
            // PHP writes an empty object so.
            Json::Array(list) if list.is_empty() => {}
            _ => return Err(Refusal::bad("The body must be an object of parameters")),
        }
        Ok(())
    }

    /// A plain value; an empty one is none.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).and_then(text)
    }

    /// # Errors
    /// The parameter is missing.
    pub fn required(&self, name: &str) -> Result<String> {
        self.text(name).ok_or_else(|| Refusal::missing(name))
    }

    /// An object or list, as itself or as JSON in a text.
    ///
    /// # Errors
    /// The parameter is missing, or no JSON.
    pub fn structure(&self, name: &str) -> Result<Json> {
        match self.0.get(name) {
            None | Some(Json::Null) => Err(Refusal::missing(name)),
            Some(Json::String(text)) if text.trim().is_empty() => Err(Refusal::missing(name)),
            Some(Json::String(text)) => match serde_json::from_str(text) {
                Ok(json @ (Json::Object(_) | Json::Array(_))) => Ok(json),
                Ok(_) => Err(Refusal::input(name, "This must be an object or a list in JSON")),
                Err(e) => {
                    let at = format!("This is no JSON: line {}, column {}", e.line(), e.column());
                    Err(Refusal::input(name, at))
                }
            },
            Some(json @ (Json::Object(_) | Json::Array(_))) => Ok(json.clone()),
            Some(_) => Err(Refusal::input(name, "This must be an object or a list in JSON")),
        }
    }

    /// As [`Params::structure`], of an object.
    pub fn object(&self, name: &str) -> Result<Json> {
        match self.structure(name)? {
            json @ Json::Object(_) => Ok(json),
            _ => Err(Refusal::input(name, "This must be an object in JSON")),
        }
    }

    /// As [`Params::structure`], of a list of at most `most`.
    pub fn list(&self, name: &str, most: usize) -> Result<Vec<Json>> {
        let Json::Array(list) = self.structure(name)? else {
            return Err(Refusal::input(name, "This must be a list in JSON"));
        };
        if list.len() > most {
            return Err(Refusal::input(name, format!("At most {most} at a time")));
        }
        Ok(list)
    }

    /// The texts of a list, however it is written; one plain value is a list of one.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<String> {
        self.0.get(name).map(texts).unwrap_or_default()
    }

    /// The filter, if one was sent: a plain value is what a client writes who has none.
    #[must_use]
    pub fn filter(&self) -> Map<String, Json> {
        match self.0.get("filter") {
            Some(Json::Object(map)) => map.clone(),
            Some(Json::String(text)) => match serde_json::from_str(text) {
                Ok(Json::Object(map)) => map,
                _ => Map::new(),
            },
            _ => Map::new(),
        }
    }
}

/// A text without control characters, which no name, id or code has, and which not every database takes.
pub(super) fn clean(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n' || *c == '\t').collect();
    text.trim().to_owned()
}

/// A plain value as text; an empty one is none.
pub(super) fn text(json: &Json) -> Option<String> {
    let text = match json {
        Json::String(text) => clean(text),
        Json::Number(number) => number.to_string(),
        Json::Bool(yes) => i32::from(*yes).to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The plain values in a list, in an object with numbers for keys, or alone.
pub(super) fn texts(json: &Json) -> Vec<String> {
    match json {
        Json::Array(list) => list.iter().filter_map(text).collect(),
        Json::Object(map) => map.values().filter_map(text).collect(),
        one => text(one).into_iter().collect(),
    }
}

fn insert(into: &mut Map<String, Json>, name: &str, value: &str) -> Result<()> {
    let (first, rest) = name.split_at(name.find('[').unwrap_or(name.len()));
    let mut keys = vec![first];
    // `a[b` and `a]b` are names as they stand.
    let rest = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match rest {
        Some(rest) => keys.extend(rest.split("][")),
        None => keys[0] = name,
    }
    if keys.len() > DEEPEST {
        return Err(Refusal::bad(format!("The name of a parameter has more than {DEEPEST} parts")));
    }
    let mut here = into;
    let (last, path) = keys.split_last().unwrap_or((&name, &[]));
    for key in path {
        let key = key_in(here, key);
        let inner = here.entry(key).or_insert_with(|| Json::Object(Map::new()));
        if !inner.is_object() {
            *inner = Json::Object(Map::new());
        }
        let Json::Object(map) = inner else { return Ok(()) };
        here = map;
    }
    here.insert(key_in(here, last), Json::String(value.to_owned()));
    Ok(())
}

/// An empty key is the next number.
fn key_in(map: &Map<String, Json>, key: &str) -> String {
    if key.is_empty() { map.len().to_string() } else { key.to_owned() }
}

/// Objects whose keys are 0, 1, 2 … are lists.
fn settled(json: Json) -> Json {
    let Json::Object(map) = json else { return json };
    let count = map.len();
    let numbered = count > 0 && (0..count).all(|at| map.contains_key(&at.to_string()));
    if !numbered {
        return Json::Object(map.into_iter().map(|(key, value)| (key, settled(value))).collect());
    }
    let mut map = map;
    (0..count).filter_map(|at| map.remove(&at.to_string())).map(settled).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(text: &str) -> Json {
        let mut params = Params::default();
        params.add_form(text.as_bytes()).unwrap();
        Json::Object(params.0)
    }

    #[test]
    fn brackets_of_every_client_mean_the_same() {
        let expected = json!({"filter": {"ids": ["5", "7"], "customFields": {"nps": {"min": "5"}}}});
        for text in [
            "filter[ids][]=5&filter[ids][]=7&filter[customFields][nps][min]=5",
            "filter[ids][0]=5&filter[ids][1]=7&filter[customFields][nps][min]=5",
            "filter%5Bids%5D%5B%5D=5&filter%5Bids%5D%5B%5D=7&filter%5BcustomFields%5D%5Bnps%5D%5Bmin%5D=5",
        ] {
            assert_eq!(form(text), expected, "{text}");
        }
        assert_eq!(form("ids[3]=a&ids[1]=b"), json!({"ids": {"1": "b", "3": "a"}}));
        assert_eq!(form("a=1&a[b]=2&c[d=3&e]=4"), json!({"a": {"b": "2"}, "c[d": "3", "e]": "4"}));
    }

    #[test]
    fn a_plain_filter_is_none_and_the_body_goes_before_the_query() {
        let mut params = Params::default();
        params.add_form(b"filter=None&site=a&by=id").unwrap();
        assert!(params.filter().is_empty());
        params.add_json(br#"{"site":"b","order":"{\"number\":\"5\"}","customer":{"id":5}}"#).unwrap();
        assert_eq!((params.text("site").as_deref(), params.text("by").as_deref()), (Some("b"), Some("id")));
        assert_eq!(params.object("order").unwrap(), json!({"number": "5"}));
        assert_eq!(params.object("customer").unwrap(), json!({"id": 5}));
    }

    #[test]
    fn names_cannot_nest_without_end() {
        let mut params = Params::default();
        assert!(params.add_form(format!("a{}=1", "[b]".repeat(2_000)).as_bytes()).is_err());
        assert!(params.add_form("x=1&".repeat(MOST_PAIRS + 1).as_bytes()).is_err());
        assert!(params.add_json(format!("{}{}", "[".repeat(500), "]".repeat(500)).as_bytes()).is_err());
    }
}
