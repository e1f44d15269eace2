//! An answer, and its comparison with what a story expects: status and body together, so that a test reads like a
//! transcript. Ids and the like differ from run to run: the expected text has `"[id]"`, `"[time]"`, `"[text]"` there.

use serde_json::Value;

/// The answer to a call.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e} in the answer:\n{self}"))
    }

    /// The body as JSON of an answer that must have this status.
    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "\n{self}");
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// A text in the body.
    #[track_caller]
    pub fn text(&self, pointer: &str) -> String {
        let json = self.json();
        let text = json.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("no text at {pointer}:\n{self}")).to_owned()
    }

    /// The paths of the fields that a problem names.
    #[track_caller]
    pub fn fields(&self) -> Vec<String> {
        let json = self.ok(422);
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["field"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let json: Option<Value> = serde_json::from_str(&self.body).ok();
        let body = json.and_then(|json| serde_json::to_string_pretty(&json).ok());
        write!(f, "{}\n{}", self.status, body.unwrap_or_else(|| self.body.clone()))
    }
}

/// Holds an answer against its transcript: `assert_answer!(answer, 202, {"id": "[id]", "recipients": 2})`.
macro_rules! assert_answer {
    ($answer:expr, $status:literal) => {{
        let answer = &$answer;
        assert!(answer.status == $status && answer.body.is_empty(), "expected a bare {}, got\n{answer}", $status);
    }};
    ($answer:expr, $status:literal, $($expected:tt)+) => {{
        let answer = &$answer;
        let expected = serde_json::json!($($expected)+);
        let got = serde_json::from_str(&answer.body).unwrap_or(serde_json::Value::Null);
        let fault = $crate::support::answer::difference(&expected, &got, "");
        assert!(answer.status == $status && fault.is_none(),
            "expected {} with {expected:#}\ngot {answer}\n{}", $status, fault.unwrap_or_default());
    }};
}
pub(crate) use assert_answer;

/// Where `got` is not as expected.
pub fn difference(expected: &Value, got: &Value, at: &str) -> Option<String> {
    match (expected, got) {
        (Value::String(mark), got) if mark.starts_with('[') && mark.ends_with(']') => {
            let text = got.as_str().unwrap_or_default();
            let fits = match mark.as_str() {
                "[id]" => is_id(text),
                "[time]" => text.len() >= 20 && text.ends_with('Z') && text.as_bytes()[10] == b'T',
                "[cursor]" => {
                    text.split_once('.').is_some_and(|(epoch, seq)| is_number(epoch) && is_number(seq))
                }
                "[text]" => !text.is_empty(),
                _ => text == mark,
            };
            (!fits).then(|| format!("at {at}: {got} is no {mark}"))
        }
        (Value::Object(expected), Value::Object(got)) => {
            let missing = expected.keys().find(|key| !got.contains_key(*key));
            let more = got.keys().find(|key| !expected.contains_key(*key));
            let fault = missing.map(|key| format!("at {at}: `{key}` is missing"));
            let fault = fault.or_else(|| more.map(|key| format!("at {at}: `{key}` is too much")));
            fault.or_else(|| {
                expected.iter().find_map(|(key, e)| difference(e, &got[key], &format!("{at}/{key}")))
            })
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            let pairs = expected.iter().zip(got).enumerate();
            pairs.into_iter().find_map(|(index, (e, g))| difference(e, g, &format!("{at}/{index}")))
        }
        (expected, got) => (expected != got).then(|| format!("at {at}: {got} instead of {expected}")),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A UUID in its usual form.
pub fn is_id(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
