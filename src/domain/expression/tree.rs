//! The tree of an expression: typed, with the place of every part. Everything that is done with an expression walks it:
//! evaluation, explanation, the builder, the index of what is read, segments in SQL.

use std::sync::Arc;

use super::pattern::Pattern;
use super::value::Value;
use crate::domain::kind::names;

/// From which byte of the source to which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: u32,
    pub to: u32,
}

/// A part of an expression.
#[derive(Debug, Clone)]
pub struct Node {
    pub at: Span,
    pub form: Form,
    /// Levels beneath it, itself included.
    pub height: u16,
}

#[derive(Debug, Clone)]
pub enum Form {
    /// Null, yes, no, a number, a text.
    Literal(Value),
    List(Vec<Node>),
    /// An object by its canonical name: `order`.
    Root(Arc<str>),
    /// A parameter of a lambda around it.
    Local(usize),
    /// A field; `at` is where its name stands.
    Member {
        of: Box<Node>,
        name: Arc<str>,
        at: u32,
    },
    /// By a key or number in square brackets.
    Index {
        of: Box<Node>,
        key: Box<Node>,
    },
    Method {
        of: Box<Node>,
        name: Arc<str>,
        args: Vec<Node>,
        at: u32,
    },
    Call {
        function: Function,
        args: Vec<Node>,
    },
    Not(Box<Node>),
    Minus(Box<Node>),
    /// `and`, as many as there are.
    All(Vec<Node>),
    /// `or`, as many as there are.
    Any(Vec<Node>),
    Compare {
        comparison: Comparison,
        left: Box<Node>,
        right: Box<Node>,
    },
    /// `== null`, the one comparison that what is missing can meet.
    IsNull {
        of: Box<Node>,
        negated: bool,
    },
    In {
        item: Box<Node>,
        list: Box<Node>,
        negated: bool,
    },
    Matches {
        of: Box<Node>,
        pattern: Arc<Pattern>,
    },
    Compute {
        operation: Operation,
        left: Box<Node>,
        right: Box<Node>,
    },
    /// `?:`; without `then`, the condition itself.
    Choice {
        condition: Box<Node>,
        then: Option<Box<Node>>,
        otherwise: Box<Node>,
    },
    /// `??`: the first that is there.
    Else {
        of: Box<Node>,
        otherwise: Box<Node>,
    },
    Pipe {
        of: Box<Node>,
        pipe: Pipe,
        args: Vec<Argument>,
    },
}

/// What stands in the brackets of a pipe.
#[derive(Debug, Clone)]
pub enum Argument {
    Value(Node),
    Lambda(Lambda),
}

/// A function of an element.
#[derive(Debug, Clone)]
pub struct Lambda {
    /// The number of its first parameter among those of the lambdas around it.
    pub base: usize,
    pub params: usize,
    pub body: Box<Node>,
}

names! {
    /// Functions without an object.
    Function {
        LastRun = "last_run",
        Now = "now",
        Today = "today",
        Date = "date",
    }
}

names! {
    /// What can stand behind `|`.
    Pipe {
        First = "first",
        Last = "last",
        Contains = "contains",
        Every = "every",
        Filter = "filter",
        Map = "map",
        Reduce = "reduce",
        Flatten = "flatten",
        Sort = "sort",
        Count = "count",
        Sum = "sum",
    }
}

/// What two values are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// What is made of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
    /// `~`
    Join,
}

/// What is known of a value before it is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Unknown,
    Null,
    Bool,
    Number,
    Text,
    Time,
    List,
    Object,
}

impl Node {
    pub fn new(at: Span, form: Form) -> Self {
        let mut height = 0;
        form.each(&mut |child| height = height.max(child.height));
        Self { at, form, height: height + 1 }
    }

    /// The text, if it is one that is written out.
    pub fn as_text(&self) -> Option<&str> {
        match &self.form {
            Form::Literal(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether it is the word `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.form, Form::Literal(Value::Null))
    }

    pub fn sort(&self) -> Sort {
        match &self.form {
            Form::Literal(value) => match value {
                Value::Null => Sort::Null,
                Value::Bool(_) => Sort::Bool,
                Value::Number(_) => Sort::Number,
                _ => Sort::Text,
            },
            Form::List(_) => Sort::List,
            Form::Root(_) => Sort::Object,
            Form::Not(_)
            | Form::All(_)
            | Form::Any(_)
            | Form::Compare { .. }
            | Form::IsNull { .. }
            | Form::In { .. }
            | Form::Matches { .. } => Sort::Bool,
            Form::Compute { operation: Operation::Join, .. } => Sort::Text,
            Form::Compute { operation: Operation::Plus | Operation::Minus, left, right } => {
                let fixed = |node: &Self| node.sort() == Sort::Number;
                if fixed(left) && fixed(right) { Sort::Number } else { Sort::Unknown }
            }
            Form::Compute { .. } | Form::Minus(_) => Sort::Number,
            Form::Call { function, .. } => match function {
                Function::LastRun => Sort::Object,
                Function::Now | Function::Today | Function::Date => Sort::Time,
            },
            Form::Pipe { pipe, .. } => match pipe {
                Pipe::Contains | Pipe::Every => Sort::Bool,
                Pipe::Count | Pipe::Sum => Sort::Number,
                Pipe::Filter | Pipe::Map | Pipe::Flatten | Pipe::Sort => Sort::List,
                Pipe::First | Pipe::Last | Pipe::Reduce => Sort::Unknown,
            },
            _ => Sort::Unknown,
        }
    }

    /// Whether it can be true or false.
    pub fn can_be_bool(&self) -> bool {
        match &self.form {
            Form::Choice { condition, then, otherwise } => {
                then.as_ref().unwrap_or(condition).can_be_bool() || otherwise.can_be_bool()
            }
            Form::Else { of, otherwise } => of.can_be_bool() || otherwise.can_be_bool(),
            _ => matches!(self.sort(), Sort::Bool | Sort::Unknown),
        }
    }
}

impl Form {
    /// Walks what it is made of, in the order in which it is written.
    pub fn each<'a>(&'a self, visit: &mut impl FnMut(&'a Node)) {
        match self {
            Self::Literal(_) | Self::Root(_) | Self::Local(_) => {}
            Self::List(nodes) | Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(visit),
            Self::Call { args, .. } => args.iter().for_each(visit),
            Self::Member { of, .. }
            | Self::IsNull { of, .. }
            | Self::Matches { of, .. }
            | Self::Not(of)
            | Self::Minus(of) => visit(of),
            Self::Method { of, args, .. } => {
                visit(of);
                args.iter().for_each(visit);
            }
            Self::Compare { left: a, right: b, .. }
            | Self::Compute { left: a, right: b, .. }
            | Self::Index { of: a, key: b }
            | Self::In { item: a, list: b, .. }
            | Self::Else { of: a, otherwise: b } => {
                visit(a);
                visit(b);
            }
            Self::Choice { condition, then, otherwise } => {
                visit(condition);
                if let Some(then) = then {
                    visit(then);
                }
                visit(otherwise);
            }
            Self::Pipe { of, args, .. } => {
                visit(of);
                for argument in args {
                    match argument {
                        Argument::Value(node) => visit(node),
                        Argument::Lambda(lambda) => visit(&lambda.body),
                    }
                }
            }
        }
    }
}
