//! The texts of templates: parsed once per state of the rules, checked when they are saved, rendered for what a rule looks
//! at.

use std::collections::BTreeMap;

use super::act::Refused;
use super::stage::Stage;
use crate::domain::error::{Fault, FieldError};
use crate::domain::expression::shape::Shape;
use crate::domain::facts::Scene;
use crate::domain::language::Language;
use crate::domain::rule::RuleRef;
use crate::domain::rule::template::{Button, LetterText, Template, TextKind};
use crate::render::link::Link;
use crate::render::template::{Output, Problem, Template as Parsed};
use crate::render::texts::word;

/// A template, ready to be rendered.
pub struct Prepared {
    pub named: RuleRef,
    pub draft: Template,
    parts: BTreeMap<String, Result<Parsed, Problem>>,
}

/// What a template says of something. HTML is of the allow-list.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    pub title: String,
    pub body: String,
    pub link: Option<String>,
    pub buttons: Vec<Button>,
    /// The letter's own words: plain subject, HTML body.
    pub letter: Option<LetterText>,
}

/// A text that does not render: in which field, where, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub field: String,
    pub problem: Problem,
}

impl From<Trouble> for FieldError {
    fn from(trouble: Trouble) -> Self {
        place(&trouble.field, &trouble.problem)
    }
}

impl Trouble {
    /// The values of the sentence `rule.template_failed`.
    #[must_use]
    pub fn params(self) -> Vec<(&'static str, String)> {
        let Problem { line, column, fault } = self.problem;
        let what = in_english(fault.key(), &fault.params());
        vec![
            ("field", self.field),
            ("line", line.to_string()),
            ("column", column.to_string()),
            ("what", what),
        ]
    }
}

/// A sentence as it is kept in the log, where nobody's language is known.
#[must_use]
pub fn in_english(key: &str, params: &[(&str, String)]) -> String {
    let sentence = word(Language::En, key);
    params.iter().fold(sentence, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

impl From<Trouble> for Refused {
    fn from(trouble: Trouble) -> Self {
        Self::Because("rule.template_failed", trouble.params())
    }
}

fn output(kind: TextKind) -> Output {
    match kind {
        TextKind::Html => Output::Html,
        TextKind::Title => Output::Title,
        TextKind::Line => Output::Line,
    }
}

/// A fault of a field that a text does not read.
#[must_use]
fn place(field: &str, problem: &Problem) -> FieldError {
    let Problem { line, column, fault } = problem;
    let fault = Fault::Unreadable { line: *line, column: *column, key: fault.key(), params: fault.params() };
    FieldError { field: field.to_owned().into(), fault }
}

/// What is wrong with the texts of a template as templates, and what they name that their events do not have.
#[must_use]
pub fn check(draft: &Template, shape: &Shape) -> Vec<FieldError> {
    let found = draft.texts().flat_map(|(field, text, kind)| look(&field, text, output(kind), shape));
    found.collect()
}

fn look(field: &str, text: &str, output: Output, shape: &Shape) -> Vec<FieldError> {
    let problems = match Parsed::parse(text, output) {
        Ok(parsed) => parsed.check(shape),
        Err(problem) => vec![problem],
    };
    problems.iter().map(|problem| place(field, problem)).collect()
}

/// What is wrong with a text of an action as a template.
#[must_use]
pub fn check_line(field: &str, source: &str, shape: &Shape) -> Vec<FieldError> {
    look(field, source, Output::Text, shape)
}

fn trouble(field: &str, problem: Problem) -> Trouble {
    Trouble { field: field.to_owned(), problem }
}

/// Renders a text of an action.
///
/// # Errors
/// When it does not parse or render.
pub fn line(field: &str, source: &str, scene: &Scene) -> Result<String, Trouble> {
    let parsed = Parsed::parse(source, Output::Text).map_err(|problem| trouble(field, problem))?;
    parsed.render(scene).map_err(|problem| trouble(field, problem))
}

impl Prepared {
    #[must_use]
    pub fn new(named: RuleRef, draft: Template) -> Self {
        let parts =
            draft.texts().map(|(field, text, kind)| (field, Parsed::parse(text, output(kind)))).collect();
        Self { named, draft, parts }
    }

    fn part(&self, field: &str, stage: &Stage) -> Result<String, Trouble> {
        match self.parts.get(field) {
            None => Ok(String::new()),
            Some(Err(problem)) => Err(trouble(field, problem.clone())),
            Some(Ok(parsed)) => parsed.render(&stage.scene).map_err(|problem| trouble(field, problem)),
        }
    }

    /// # Errors
    /// The first text that does not render.
    pub fn render(&self, stage: &Stage) -> Result<Texts, Trouble> {
        let (texts, mut troubles) = self.render_all(stage);
        if troubles.is_empty() { Ok(texts) } else { Err(troubles.swap_remove(0)) }
    }

    /// As much as renders, and what does not.
    #[must_use]
    pub fn render_all(&self, stage: &Stage) -> (Texts, Vec<Trouble>) {
        let mut troubles = Vec::new();
        let mut part = |field: &str| {
            self.part(field, stage).unwrap_or_else(|trouble| {
                troubles.push(trouble);
                String::new()
            })
        };
        let mut texts = Texts {
            title: part("title"),
            body: part("body"),
            link: link(&part("link"), stage),
            ..Texts::default()
        };
        if self.draft.email.is_some() {
            texts.letter = Some(LetterText { subject: part("email.subject"), body: part("email.body") });
        }
        for (n, button) in self.draft.actions.iter().enumerate() {
            // A button that leads nowhere that may be led to is none.
            if let Some(url) = link(&part(&format!("actions[{n}].url")), stage) {
                texts.buttons.push(Button { label: button.label.clone(), url });
            }
        }
        (texts, troubles)
    }
}

/// A link that may be shown, absolute.
fn link(text: &str, stage: &Stage) -> Option<String> {
    let link = Link::parse(text.trim()).ok()?;
    let link = link.as_str();
    Some(if link.starts_with('/') { format!("{}{link}", stage.public_url) } else { link.to_owned() })
}
