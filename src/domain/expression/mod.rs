//! The language of conditions: literals, arithmetic, comparison, `and or not in matches`, `?:`, fields and getters alike,
//! pipes with lambdas; modelled on the source's, whose published examples run unchanged.
//!
//! Pure. A text is parsed once ([`Expression::parse`]) into a typed tree in which every part knows its place; evaluation,
//! the explanation of a dry run, the visual builder, the index of what is read and the check against an account's fields
//! all walk that tree. Length, depth and steps are limited, so that no text holds anybody up. What is missing makes a
//! comparison false and is never an error. Not here: what objects there are (`domain::facts`), and SQL (`store`).

pub mod builder;
mod check;
mod compare;
mod dates;
mod evaluate;
mod explain;
mod lexer;
pub mod names;
mod needs;
mod parser;
mod pattern;
mod pipes;
mod postfix;
pub mod problem;
mod reads;
pub mod shape;
pub mod tree;
pub mod value;

#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use jiff::tz::TimeZone;

pub use dates::read as read_date;
pub use evaluate::LastRun;
pub use explain::Explanation;
pub use needs::Needs;
pub use problem::{Fault, Problem};
pub use reads::Reads;
use shape::Shape;
use tree::Node;
pub use value::{Object, Value};

/// Longest source, in bytes.
pub const LONGEST: usize = 4 << 10;
/// Deepest tree.
const DEEPEST: u16 = 64;

/// A parsed expression. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Expression(Arc<Parsed>);

#[derive(Debug)]
struct Parsed {
    source: String,
    root: Node,
    reads: Reads,
    needs: Needs,
}

/// What an evaluation may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub steps: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 100_000 }
    }
}

/// Why an evaluation was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    #[error("the expression takes too many steps")]
    TooManySteps,
    #[error("the expression makes too long a text")]
    TooLarge,
}

/// What an expression is about: the objects by name, and the time.
pub trait Objects {
    /// `order`, `customer`, `task`, `event`, `change_set`, `call`; none where the event has no such thing.
    fn object(&self, name: &str) -> Option<Value>;

    /// When the rule last ran for this record: an object, or null.
    fn last_run(&self) -> Value {
        Value::Null
    }

    fn now(&self) -> i64;

    /// In which days begin and end.
    fn zone(&self) -> &TimeZone;
}

impl Expression {
    /// # Errors
    /// The first problem, with its place.
    pub fn parse(source: &str) -> Result<Self, Problem> {
        Self::read(source).map_err(|found| found.in_source(source))
    }

    /// As [`Expression::parse`], for what is to be true or false.
    ///
    /// # Errors
    /// The first problem, with its place.
    pub fn condition(source: &str) -> Result<Self, Problem> {
        let expression = Self::parse(source)?;
        let root = &expression.0.root;
        if root.can_be_bool() {
            Ok(expression)
        } else {
            Err(problem::Found::new(root.at.from, Fault::NotACondition).in_source(source))
        }
    }

    fn read(source: &str) -> Result<Self, problem::Found> {
        if source.len() > LONGEST {
            return Err(problem::Found::new(0, Fault::TooLong(LONGEST)));
        }
        let tokens = lexer::tokens(source)?;
        if tokens.len() == 1 {
            return Err(problem::Found::new(0, Fault::Empty));
        }
        let root = parser::Parser::new(&tokens).whole()?;
        let reads = Reads::of(&root);
        let needs = Needs::of(&root);
        Ok(Self(Arc::new(Parsed { source: source.to_owned(), root, reads, needs })))
    }

    #[must_use]
    pub fn source(&self) -> &str {
        &self.0.source
    }

    #[must_use]
    pub fn tree(&self) -> &Node {
        &self.0.root
    }

    /// The fields that decide it.
    #[must_use]
    pub fn reads(&self) -> &Reads {
        &self.0.reads
    }

    /// What must have happened for it to be true at all.
    #[must_use]
    pub fn needs(&self) -> &Needs {
        &self.0.needs
    }

    /// What it names that an event does not have.
    #[must_use]
    pub fn check(&self, shape: &Shape) -> Vec<Problem> {
        let found = check::check(&self.0.root, shape);
        found.into_iter().map(|found| found.in_source(&self.0.source)).collect()
    }

    /// As [`Expression::check`], of what is to be true or false: also when it can never be either.
    #[must_use]
    pub fn check_condition(&self, shape: &Shape) -> Vec<Problem> {
        let found = check::check_condition(&self.0.root, shape);
        found.into_iter().map(|found| found.in_source(&self.0.source)).collect()
    }

    /// # Errors
    /// When it would take too long.
    pub fn evaluate(&self, objects: &dyn Objects, limits: Limits) -> Result<Value, Stopped> {
        evaluate::Machine::new(objects, limits).value(&self.0.root)
    }

    /// Whether it is true; what is neither true nor false is not.
    ///
    /// # Errors
    /// When it would take too long.
    pub fn holds(&self, objects: &dyn Objects, limits: Limits) -> Result<bool, Stopped> {
        Ok(matches!(self.evaluate(objects, limits)?, Value::Bool(true)))
    }

    /// Why it is what it is.
    #[must_use]
    pub fn explain(&self, objects: &dyn Objects, limits: Limits) -> Explanation {
        explain::explain(&self.0.source, &self.0.root, objects, limits)
    }
}
