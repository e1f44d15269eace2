//! Erasing a person from texts: which words are his, in all the forms in which they were written down, and what stands in
//! their place. Which rows are looked at is `flows::erasure`'s.

use super::code::fold;
use super::record::state::State;
use super::record::value::Value;

/// What stands where a customer's words stood.
pub const GONE: &str = "\u{2014}";
/// A shorter word would be found everywhere.
const SHORTEST: usize = 3;

/// The words of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needles {
    /// The longest first, so that a part does not spoil the whole.
    words: Vec<String>,
    instead: String,
}

impl Needles {
    /// `instead` holds nothing that JSON or HTML would write otherwise.
    #[must_use]
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>, instead: &str) -> Self {
        let mut all: Vec<String> = Vec::new();
        for word in words {
            let word = word.trim();
            if word.chars().count() < SHORTEST {
                continue;
            }
            for form in [word.to_owned(), fold(word), word.to_uppercase()] {
                let html = form.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                for written in [html.replace('"', "&quot;").replace('\'', "&#39;"), html, form] {
                    // A text inside a JSON document, and one inside a text inside a document.
                    let json = inside_json(&written);
                    all.extend([inside_json(&json), json, written]);
                }
            }
            let digits: String = word.chars().filter(char::is_ascii_digit).collect();
            if digits.len() >= 7 {
                all.push(digits);
            }
        }
        all.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        all.dedup();
        Self { words: all, instead: instead.to_owned() }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The text without the words; `None` when there is none in it.
    #[must_use]
    pub fn scrub(&self, text: &str) -> Option<String> {
        let mut scrubbed: Option<String> = None;
        for word in &self.words {
            let found = replace(scrubbed.as_deref().unwrap_or(text), word, &self.instead);
            scrubbed = found.or(scrubbed);
        }
        scrubbed
    }
}

fn inside_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Replaces a word where it stands by itself.
fn replace(text: &str, word: &str, instead: &str) -> Option<String> {
    let (mut out, mut rest, mut found) = (String::new(), text, false);
    while let Some(at) = rest.find(word) {
        let (before, from) = rest.split_at(at);
        let after = &from[word.len()..];
        let touches = |c: Option<char>, own: Option<char>| {
            c.is_some_and(char::is_alphanumeric) && own.is_some_and(char::is_alphanumeric)
        };
        let last = before.chars().next_back().or_else(|| out.chars().next_back());
        let stands =
            !touches(last, word.chars().next()) && !touches(after.chars().next(), word.chars().next_back());
        out.push_str(before);
        out.push_str(if stands { instead } else { word });
        found |= stands;
        rest = after;
    }
    out.push_str(rest);
    found.then_some(out)
}

/// Fields of an order that say something of who ordered.
const PERSONAL: [&str; 9] =
    ["name", "patronymic", "phone", "email", "address", "comment", "contragent", "company", "custom_"];
/// Fields of any record that name it, not a person.
const NAMES: [&str; 2] = ["number", "external_id"];

/// Texts in a customer's state: all of them are his.
#[must_use]
pub fn words_of_customer(state: &State) -> Vec<String> {
    let own = state.fields.iter().filter(|(name, _)| !NAMES.contains(&name.as_ref()));
    let mut words: Vec<String> = own.flat_map(|(_, value)| texts(value)).collect();
    words.extend(full_name(state));
    words
}

/// Texts in an order's state that are its customer's.
#[must_use]
pub fn words_of_order(state: &State) -> Vec<String> {
    let own = state.fields.iter().filter(|(name, _)| is_personal(name));
    let mut words: Vec<String> = own.flat_map(|(_, value)| texts(value)).collect();
    words.extend(full_name(state));
    words
}

/// Words that are nobody else's, to be looked for everywhere: addresses, phone numbers, the whole name.
#[must_use]
pub fn telling_words(state: &State) -> Vec<String> {
    let own = state.fields.iter().filter(|(name, _)| name.contains("phone") || name.contains("email"));
    let mut words: Vec<String> = own.flat_map(|(_, value)| texts(value)).collect();
    words.extend(full_name(state));
    words
}

/// Texts in a change of a record (`domain::record::change` as JSON) that were or are a person's; of an order only those of
/// its personal fields.
#[must_use]
pub fn words_of_change(change: &str, of_customer: bool) -> Vec<String> {
    let Ok(change) = serde_json::from_str::<serde_json::Value>(change) else { return Vec::new() };
    let field = change["field"].as_str().unwrap_or_default();
    if NAMES.contains(&field) || !(of_customer || is_personal(field)) {
        return Vec::new();
    }
    let values = ["old", "new"].into_iter().filter_map(|side| change.get(side));
    let read = values.filter_map(|value| serde_json::from_value::<Value>(value.clone()).ok());
    read.flat_map(|value| texts(&value)).collect()
}

/// What a line of the audit log about a user says of him: names and addresses that he had before.
#[must_use]
pub fn words_of_audit(detail: &str) -> Vec<String> {
    let Ok(detail) = serde_json::from_str::<serde_json::Value>(detail) else { return Vec::new() };
    let said = ["name", "email"].into_iter().filter_map(|key| detail.get(key)?.as_str());
    said.map(str::to_owned).collect()
}

/// An order without what says who ordered.
#[must_use]
pub fn without_person(state: &State) -> State {
    let mut state = state.clone();
    state.fields.retain(|name, value| !is_personal(name) || texts(value).is_empty());
    state
}

fn is_personal(name: &str) -> bool {
    PERSONAL.iter().any(|part| name.contains(part))
}

fn full_name(state: &State) -> Option<String> {
    let part = |name: &str| state.get(name).and_then(Value::text).map(str::to_owned);
    let (first, last) = (part("first_name")?, part("last_name")?);
    Some(format!("{first} {last}"))
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) => vec![text.clone()],
        Value::List(list) => list.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_goes_in_every_form_and_only_where_it_stands_by_itself() {
        let needles = Needles::new(["Ann O'Hara", "ann@x.example", "+7 (912) 000-11-22", "Jo"], "somebody");
        for (text, expected) in [
            ("Manager: Ann O'Hara.", Some("Manager: somebody.")),
            ("ANN O'HARA", Some("somebody")),
            ("<b>Ann O&#39;Hara</b>", Some("<b>somebody</b>")),
            ("mail ann@x.example now", Some("mail somebody now")),
            ("joann@x.example", None),
            ("79120001122", Some("somebody")),
            ("179120001122", None),
            ("Jo", None),
            ("Annual", None),
            ("Ann O'Hara's and Ann O'Hara", Some("somebody's and somebody")),
        ] {
            assert_eq!(needles.scrub(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_stood_there_before_is_his_too() {
        let change = r#"{"field":"customer_comment","old":{"s":"Wisteria Lane 4"},"new":{"s":"none"}}"#;
        assert_eq!(words_of_change(change, false), ["Wisteria Lane 4", "none"]);
        let change = r#"{"field":"status","old":{"c":"new"},"new":{"c":"paid"}}"#;
        assert_eq!(words_of_change(change, true), [""; 0]);
        let change = r#"{"field":"shipping_note","new":{"s":"blue"}}"#;
        assert_eq!((words_of_change(change, false).len(), words_of_change(change, true).len()), (0, 1));
        assert_eq!(words_of_audit(r#"{"email":"a@x.example","role":"manager"}"#), ["a@x.example"]);
    }

    #[test]
    fn a_word_goes_from_inside_documents() {
        let needles = Needles::new([r#"Ann "The" Ox"#], "somebody");
        let text = serde_json::json!({ "said": "by Ann \"The\" Ox" }).to_string();
        assert_eq!(needles.scrub(&text).unwrap(), r#"{"said":"by somebody"}"#);
        let nested = serde_json::json!({ "text": text }).to_string();
        assert!(!needles.scrub(&nested).unwrap().contains("Ox"));
    }
}
