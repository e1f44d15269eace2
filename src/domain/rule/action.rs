//! What a rule does: one of a closed set of actions, at once or after a while.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LONGEST_BODY, LONGEST_LINE};
use crate::domain::error::{Fault, FieldError};
use crate::domain::kind::names;

names! {
    /// Whom a letter by template goes to.
    LetterTo {
        /// The address of the order's buyer or of the customer.
        Customer = "customer",
        /// The users whom the template names.
        Recipients = "recipients",
    }
}

names! {
    /// The record whose field is changed.
    ChangeOf {
        Order = "order",
        Customer = "customer",
    }
}

names! {
    Method {
        Get = "GET",
        Post = "POST",
    }
}

names! {
    /// How the parameters of a POST are written.
    BodyForm {
        Form = "form",
        Json = "json",
    }
}

/// Who is to do a task that a rule makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[schemars(rename = "TaskPerformer")]
pub enum ForWhom {
    /// The manager of the record.
    Manager {},
    /// By id or e-mail address.
    User {
        id: String,
    },
    Group {
        code: String,
    },
}

/// A parameter of an HTTP request; the value is a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "HttpParameter")]
pub struct Parameter {
    pub name: String,
    #[serde(default)]
    pub value: String,
}

/// What is done. Texts are templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[schemars(rename = "ActionOf")]
pub enum Deed {
    /// Sends a notification by template.
    Notify { template: String },
    /// Sends a letter by template.
    Email {
        template: String,
        #[serde(default = "customer")]
        to: LetterTo,
    },
    CreateTask {
        text: String,
        #[serde(default)]
        comment: Option<String>,
        /// Seconds from then; a task without a due time if absent.
        #[serde(default)]
        due_in_s: Option<i64>,
        #[serde(default = "manager")]
        performer: ForWhom,
    },
    ChangeField {
        record: ChangeOf,
        field: String,
        #[serde(default)]
        value: String,
    },
    ChangeManager {
        /// The id or e-mail address of a user; null: nobody.
        #[serde(default)]
        user: Option<String>,
    },
    Http {
        #[serde(default = "post")]
        method: Method,
        url: String,
        #[serde(default)]
        params: Vec<Parameter>,
        #[serde(default = "form")]
        body: BodyForm,
    },
}

fn customer() -> LetterTo {
    LetterTo::Customer
}

fn manager() -> ForWhom {
    ForWhom::Manager {}
}

fn post() -> Method {
    Method::Post
}

fn form() -> BodyForm {
    BodyForm::Form
}

fn yes() -> bool {
    true
}

/// An action of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "RuleAction")]
pub struct Action {
    /// How long after the rule fired, in seconds.
    #[serde(default)]
    pub delay_s: i64,
    /// Whether the condition must still hold when a delayed action's time comes.
    #[serde(default = "yes")]
    pub recheck: bool,
    #[serde(flatten)]
    pub deed: Deed,
}

impl Deed {
    /// The name of its sort.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Notify { .. } => "notify",
            Self::Email { .. } => "email",
            Self::CreateTask { .. } => "create_task",
            Self::ChangeField { .. } => "change_field",
            Self::ChangeManager { .. } => "change_manager",
            Self::Http { .. } => "http",
        }
    }

    /// The template that it is made of, by id.
    #[must_use]
    pub fn template(&self) -> Option<&str> {
        match self {
            Self::Notify { template } | Self::Email { template, .. } => Some(template),
            _ => None,
        }
    }

    /// The texts that are templates, by field.
    #[must_use]
    pub fn texts(&self) -> Vec<(String, &str)> {
        match self {
            Self::Notify { .. } | Self::Email { .. } | Self::ChangeManager { .. } => Vec::new(),
            Self::CreateTask { text, comment, .. } => {
                let comment = comment.as_deref().map(|comment| ("comment".to_owned(), comment));
                [Some(("text".to_owned(), text.as_str())), comment].into_iter().flatten().collect()
            }
            Self::ChangeField { value, .. } => vec![("value".to_owned(), value)],
            Self::Http { url, params, .. } => {
                let params = params.iter().enumerate();
                let params = params.map(|(n, param)| (format!("params[{n}].value"), param.value.as_str()));
                std::iter::once(("url".to_owned(), url.as_str())).chain(params).collect()
            }
        }
    }
}

/// Actions of one rule.
pub const MOST_ACTIONS: usize = 20;
const MOST_PARAMETERS: usize = 50;
/// A year.
pub const LONGEST_DELAY_S: i64 = 366 * 24 * 3_600;

/// What is wrong with a list of actions, each fault under the path of its field.
#[must_use]
pub fn check(actions: &[Action]) -> Vec<FieldError> {
    let mut faults = Vec::new();
    if actions.len() > MOST_ACTIONS {
        faults.push(FieldError { field: "actions".into(), fault: Fault::TooMany(MOST_ACTIONS) });
    }
    for (n, action) in actions.iter().enumerate() {
        let mut fault = |field: &str, fault| {
            faults.push(FieldError { field: format!("actions[{n}].{field}").into(), fault });
        };
        if !(0..=LONGEST_DELAY_S).contains(&action.delay_s) {
            fault("delay_s", Fault::NotBetween(0, LONGEST_DELAY_S));
        }
        for (field, text) in action.deed.texts() {
            if text.len() > if field == "comment" { LONGEST_BODY } else { LONGEST_LINE } {
                fault(&field, Fault::TooLong(LONGEST_LINE));
            }
        }
        match &action.deed {
            Deed::CreateTask { text, due_in_s, .. } => {
                if text.trim().is_empty() {
                    fault("text", Fault::Required);
                }
                if due_in_s.is_some_and(|s| !(0..=LONGEST_DELAY_S).contains(&s)) {
                    fault("due_in_s", Fault::NotBetween(0, LONGEST_DELAY_S));
                }
            }
            Deed::ChangeField { field, .. } if field.trim().is_empty() => fault("field", Fault::Required),
            Deed::Http { url, params, .. } => {
                let is_web = url.starts_with("https://") || url.starts_with("http://");
                if !is_web {
                    fault("url", Fault::NotAUrl);
                }
                if params.len() > MOST_PARAMETERS {
                    fault("params", Fault::TooMany(MOST_PARAMETERS));
                }
                if params.iter().any(|param| param.name.trim().is_empty()) {
                    fault("params", Fault::Required);
                }
            }
            _ => {}
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_action_reads_as_it_is_written() {
        let actions = json!([
            {"type": "notify", "template": "t"},
            {"type": "email", "template": "t", "to": "recipients", "delay_s": 60},
            {"type": "create_task", "text": "Call", "performer": {"type": "group", "code": "sales"}},
            {"type": "change_field", "record": "order", "field": "custom_x", "value": "{{ order.number }}"},
            {"type": "change_manager", "user": null, "recheck": false},
            {"type": "http", "method": "GET", "url": "https://a.example/", "params": [{"name": "a", "value": "b"}]}
        ]);
        let read: Vec<Action> = serde_json::from_value(actions).unwrap();
        assert_eq!(check(&read), Vec::new());
        let again: Vec<Action> = serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
        assert_eq!(read, again);
        assert!(read[0].recheck && !read[4].recheck && read[1].delay_s == 60);
    }

    #[test]
    fn a_field_that_is_not_known_is_refused() {
        let refused =
            serde_json::from_value::<Action>(json!({"type": "notify", "template": "t", "loud": true}));
        assert!(refused.is_err());
        assert!(serde_json::from_value::<Action>(json!({"type": "shout"})).is_err());
    }

    #[test]
    fn faults_stand_at_their_paths() {
        let actions: Vec<Action> = serde_json::from_value(json!([
            {"type": "create_task", "text": " ", "due_in_s": -1},
            {"type": "http", "url": "ftp://x", "delay_s": -1},
            {"type": "change_field", "record": "order", "field": ""}
        ]))
        .unwrap();
        let faults = check(&actions);
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_ref()).collect();
        let expected = [
            "actions[0].text",
            "actions[0].due_in_s",
            "actions[1].delay_s",
            "actions[1].url",
            "actions[2].field",
        ];
        assert_eq!(fields, expected);
    }
}
