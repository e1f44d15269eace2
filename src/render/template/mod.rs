//! Texts with variables, as administrators write them: `{{ order.number }}`, `{% if order.getManager() %}`; over the same
//! objects as conditions.
//!
//! minijinja renders, with fuel for the time and a limit for the size. HTML is escaped while it is rendered, and what comes
//! out goes through the allow-list like everything else from outside. What is missing is nothing, and no error. Not here:
//! who gets what (`flows`), and what objects there are (`domain::facts`).

mod objects;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};

use super::html;
use crate::domain::expression::shape::{Shape, Sort};
use crate::domain::expression::{Objects, names::canonical, problem};

/// Longest source, in bytes.
pub const LONGEST: usize = 16 << 10;
/// Longest `{{ … }}` or `{% … %}`: what stands in it nests, and a chain of thousands would exhaust a stack.
const LONGEST_TAG: usize = 2 << 10;
/// Tags that may open within each other, and branches of one `if`.
const MOST_TAGS: usize = 500;
const FUEL: u64 = 50_000;
/// Longest result, in bytes.
const LONGEST_OUTPUT: usize = html::MAX_BYTES;
const NAME: &str = "text";

/// What a template makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// A body: the allow-list of HTML.
    Html,
    /// A title: one line of it.
    Title,
    /// A subject or an address: text alone, on one line.
    Line,
    /// Text as it is.
    Text,
}

/// A parsed template. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Template {
    environment: Arc<Environment<'static>>,
    source: Arc<str>,
    output: Output,
}

/// What is wrong with it, and where, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub line: u32,
    pub column: u32,
    pub fault: Fault,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// More bytes than this, in all or in one tag.
    TooLong(usize),
    TooManyTags(usize),
    /// In the words of the library.
    Syntax(String),
    /// It ran, and failed.
    Failed(String),
    /// It takes too long.
    OutOfFuel,
    /// It makes more than this many bytes.
    TooLarge(usize),
    /// No object or field of the event is called so.
    Unknown(String),
}

impl Fault {
    /// The key of the sentence in the message catalogue.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::TooLong(_) => "template.too_long",
            Self::TooManyTags(_) => "template.too_many_tags",
            Self::Syntax(_) => "template.syntax",
            Self::Failed(_) => "template.failed",
            Self::OutOfFuel => "template.out_of_fuel",
            Self::TooLarge(_) => "template.too_large",
            Self::Unknown(_) => "template.unknown",
        }
    }

    /// What the sentence names, by its placeholders.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooLong(max) | Self::TooManyTags(max) | Self::TooLarge(max) => {
                vec![("max", max.to_string())]
            }
            Self::Syntax(detail) | Self::Failed(detail) => vec![("detail", detail.clone())],
            Self::Unknown(found) => vec![("found", found.clone())],
            Self::OutOfFuel => Vec::new(),
        }
    }
}

impl Template {
    /// # Errors
    /// The first problem, with its place.
    pub fn parse(source: &str, output: Output) -> Result<Self, Problem> {
        measure(source)?;
        let mut environment = Environment::new();
        let html = matches!(output, Output::Html | Output::Title);
        environment.set_auto_escape_callback(move |_| if html { AutoEscape::Html } else { AutoEscape::None });
        environment.set_undefined_behavior(UndefinedBehavior::Chainable);
        environment.set_debug(true);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(50);
        environment.set_formatter(objects::print);
        environment.set_unknown_method_callback(objects::call);
        // Prints what it is given, which is nobody's business.
        environment.remove_global("debug");
        environment.add_template_owned(NAME, source.to_owned()).map_err(|error| problem(&error, source))?;
        Ok(Self { environment: Arc::new(environment), source: source.into(), output })
    }

    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text of it about these objects, made harmless.
    ///
    /// # Errors
    /// What failed, with its place.
    pub fn render(&self, objects: &dyn Objects) -> Result<String, Problem> {
        let wrong = |error: minijinja::Error| problem(&error, &self.source);
        let template = self.environment.get_template(NAME).map_err(wrong)?;
        let text = template.render(objects::context(objects)).map_err(wrong)?;
        if text.len() > LONGEST_OUTPUT {
            return Err(Problem { line: 1, column: 1, fault: Fault::TooLarge(LONGEST_OUTPUT) });
        }
        Ok(match self.output {
            Output::Html => html::sanitise_body(&text),
            Output::Title => html::sanitise_title(&text),
            Output::Line => one_line(&text),
            Output::Text => text,
        })
    }

    /// What it names that an event does not have.
    #[must_use]
    pub fn check(&self, shape: &Shape) -> Vec<Problem> {
        let Ok(template) = self.environment.get_template(NAME) else { return Vec::new() };
        let mut unknown: Vec<String> = template
            .undeclared_variables(true)
            .into_iter()
            .filter(|path| !objects::FUNCTIONS.contains(&path.as_str()) && !is_known(path, shape))
            .collect();
        unknown.sort();
        let found = unknown.into_iter().map(|path| {
            let at = self.source.find(&path).unwrap_or_default();
            let (line, column) = problem::place(&self.source, at);
            Problem { line, column, fault: Fault::Unknown(path) }
        });
        found.collect()
    }
}

/// Whether a path leads somewhere, as far as that can be known.
fn is_known(path: &str, shape: &Shape) -> bool {
    let mut parts = path.split('.').map(canonical);
    let Some(root) = parts.next() else { return true };
    let Some(mut sort) = shape.objects.get(root.as_ref()).cloned() else { return objects::is_extra(&root) };
    for part in parts {
        let Sort::Object(fields) = &sort else { return true };
        match fields.field(&part) {
            Some(found) => sort = found,
            None => return fields.method(&part, None).is_some(),
        }
    }
    true
}

fn one_line(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Refuses what the library would take too deep, before it is asked.
fn measure(source: &str) -> Result<(), Problem> {
    let fault = |at: usize, fault| {
        let (line, column) = problem::place(source, at);
        Err(Problem { line, column, fault })
    };
    if source.len() > LONGEST {
        return fault(0, Fault::TooLong(LONGEST));
    }
    let mut tags = 0;
    let mut at = 0;
    while let Some(found) = source[at..].find(['{']) {
        let from = at + found;
        let rest = &source[from..];
        let close = match rest.as_bytes().get(1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            _ => {
                at = from + 1;
                continue;
            }
        };
        let length = rest.find(close).unwrap_or(rest.len());
        if length > LONGEST_TAG {
            return fault(from, Fault::TooLong(LONGEST_TAG));
        }
        tags += 1;
        if tags > MOST_TAGS {
            return fault(from, Fault::TooManyTags(MOST_TAGS));
        }
        at = from + length.max(1);
    }
    Ok(())
}

fn problem(error: &minijinja::Error, source: &str) -> Problem {
    let (mut line, column) = error.range().map_or((1, 1), |range| problem::place(source, range.start));
    if error.range().is_none() {
        line = error.line().map_or(1, |line| line as u32);
    }
    let detail = || error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let fault = match error.kind() {
        ErrorKind::OutOfFuel => Fault::OutOfFuel,
        ErrorKind::SyntaxError => Fault::Syntax(detail()),
        kind => Fault::Failed(
            error.detail().map_or_else(|| kind.to_string(), |detail| format!("{kind}: {detail}")),
        ),
    };
    Problem { line, column, fault }
}
