//! Computes the value of a tree, counting its steps.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::tree::{Argument, Comparison, Form, Function, Lambda, Node, Operation};
use super::value::{List, Object, Value};
use super::{Limits, Objects, Stopped, dates};
use crate::domain::record::decimal::Decimal;

/// Longest text that `~` makes, in bytes.
const LONGEST_TEXT: usize = 64 << 10;
/// Days are what times differ by.
const DAY_MS: i64 = 86_400_000;

pub type Outcome<T = Value> = Result<T, Stopped>;

/// One evaluation.
pub struct Machine<'a> {
    pub(super) objects: &'a dyn Objects,
    left: u32,
    /// The parameters of the lambdas around what is computed.
    locals: Vec<Value>,
}

impl<'a> Machine<'a> {
    pub fn new(objects: &'a dyn Objects, limits: Limits) -> Self {
        Self { objects, left: limits.steps, locals: Vec::new() }
    }

    pub(super) fn spend(&mut self, steps: usize) -> Outcome<()> {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        self.left = self.left.checked_sub(steps).ok_or(Stopped::TooManySteps)?;
        Ok(())
    }

    pub fn value(&mut self, node: &Node) -> Outcome {
        self.spend(1)?;
        Ok(match &node.form {
            Form::Literal(value) => value.clone(),
            Form::List(nodes) => Value::list(self.values(nodes)?),
            Form::Root(name) => Value::or_null(self.objects.object(name)),
            Form::Local(slot) => self.locals.get(*slot).cloned().unwrap_or(Value::Null),
            Form::Member { of, name, .. } => self.member(of, name)?,
            Form::Index { of, key } => {
                let (of, key) = (self.value(of)?, self.value(key)?);
                indexed(&of, &key)
            }
            Form::Method { of, name, args, .. } => {
                let of = self.value(of)?;
                let args = self.values(args)?;
                if let Value::Object(object) = of { object.call(name, &args) } else { Value::Null }
            }
            Form::Call { function, args } => self.call(*function, args)?,
            Form::Not(of) => Value::Bool(!self.value(of)?.is_true()),
            Form::Minus(of) => {
                self.value(of)?.number().map_or(Value::Null, |n| Value::Number(Decimal::ZERO.minus(n)))
            }
            Form::All(nodes) => Value::Bool(self.find(nodes, false)?.is_none()),
            Form::Any(nodes) => Value::Bool(self.find(nodes, true)?.is_some()),
            Form::Compare { comparison, left, right } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                Value::Bool(self.compare(*comparison, &left, &right)?)
            }
            Form::IsNull { of, negated } => Value::Bool(self.value(of)?.is_empty() != *negated),
            Form::In { item, list, negated } => self.is_in(item, list, *negated)?,
            Form::Matches { of, pattern } => match self.value(of)?.plain() {
                Value::Null => Value::Bool(false),
                plain => {
                    let text = plain.to_text(LONGEST_TEXT);
                    self.spend(pattern.steps(&text) as usize)?;
                    Value::Bool(pattern.is_match(&text))
                }
            },
            Form::Compute { operation, left, right } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                self.compute(*operation, &left, &right)?
            }
            Form::Choice { condition, then, otherwise } => {
                let value = self.value(condition)?;
                match then {
                    Some(then) if value.is_true() => self.value(then)?,
                    None if value.is_true() => value,
                    _ => self.value(otherwise)?,
                }
            }
            Form::Else { of, otherwise } => match self.value(of)? {
                Value::Null => self.value(otherwise)?,
                value => value,
            },
            Form::Pipe { of, pipe, args } => {
                let of = self.value(of)?;
                self.pipe(&of, *pipe, args)?
            }
        })
    }

    fn values(&mut self, nodes: &[Node]) -> Outcome<Vec<Value>> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    /// The first of the nodes that is so.
    fn find(&mut self, nodes: &[Node], wanted: bool) -> Outcome<Option<usize>> {
        for (n, node) in nodes.iter().enumerate() {
            if self.value(node)?.is_true() == wanted {
                return Ok(Some(n));
            }
        }
        Ok(None)
    }

    fn member(&mut self, of: &Node, name: &str) -> Outcome {
        let of = self.value(of)?;
        Ok(match of {
            Value::Object(object) => object.get(name),
            Value::List(list) => match name {
                "count" => Value::integer(list.items().len() as i64),
                "first" => Value::or_null(list.items().first().cloned()),
                "last" => Value::or_null(list.items().last().cloned()),
                _ => Value::Null,
            },
            Value::Text(text) if name == "count" => Value::integer(text.chars().count() as i64),
            other => other.part(name, self.objects.zone()),
        })
    }

    fn call(&mut self, function: Function, args: &[Node]) -> Outcome {
        Ok(match function {
            Function::LastRun => self.objects.last_run(),
            Function::Now => Value::Time(self.objects.now()),
            Function::Today => dates::read("today", self.objects.now(), self.objects.zone()),
            Function::Date => match args.first().map(|node| self.value(node)).transpose()? {
                Some(Value::Text(text)) => dates::read(&text, self.objects.now(), self.objects.zone()),
                Some(value @ (Value::Date(_) | Value::Time(_))) => value,
                _ => Value::Null,
            },
        })
    }

    pub(super) fn compare(&mut self, comparison: Comparison, left: &Value, right: &Value) -> Outcome<bool> {
        use std::cmp::Ordering::{Greater, Less};
        if left.is_null() || right.is_null() {
            return Ok(false);
        }
        Ok(match comparison {
            Comparison::Equal => self.equal(left, right)?,
            Comparison::Unequal => {
                !(self.equal(left, right)? || left.plain().is_null() || right.plain().is_null())
            }
            Comparison::Less => self.order(left, right) == Some(Less),
            Comparison::More => self.order(left, right) == Some(Greater),
            Comparison::AtMost => self.order(left, right).is_some_and(|order| order != Greater),
            Comparison::AtLeast => self.order(left, right).is_some_and(|order| order != Less),
        })
    }

    fn is_in(&mut self, item: &Node, list: &Node, negated: bool) -> Outcome {
        let item = self.value(item)?;
        let list = self.value(list)?;
        let Some(list) = self.listed(&list)? else { return Ok(Value::Bool(false)) };
        if item.is_null() {
            return Ok(Value::Bool(false));
        }
        for other in list.items() {
            if self.equal(&item, other)? {
                return Ok(Value::Bool(!negated));
            }
        }
        Ok(Value::Bool(negated))
    }

    /// What is in a list or collection; none where the value is neither.
    pub(super) fn listed(&mut self, value: &Value) -> Outcome<Option<Arc<List>>> {
        Ok(match value {
            Value::List(list) => Some(list.clone()),
            Value::Object(object) => match object.items() {
                None => None,
                Some(items) => {
                    self.spend(items.len())?;
                    if let Value::List(list) = Value::list(items) { Some(list) } else { None }
                }
            },
            _ => None,
        })
    }

    pub(super) fn apply(&mut self, lambda: &Lambda, args: [&Value; 2]) -> Outcome {
        self.locals.truncate(lambda.base);
        self.locals.extend(args.into_iter().take(lambda.params).cloned());
        self.value(&lambda.body)
    }

    pub(super) fn argument(&mut self, argument: &Argument) -> Outcome {
        match argument {
            Argument::Value(node) => self.value(node),
            Argument::Lambda(_) => Ok(Value::Null),
        }
    }

    fn compute(&mut self, operation: Operation, left: &Value, right: &Value) -> Outcome {
        if operation == Operation::Join {
            let mut text = left.to_text(LONGEST_TEXT);
            text.push_str(&right.to_text(LONGEST_TEXT));
            self.spend(text.len() / 64)?;
            return if text.len() > LONGEST_TEXT { Err(Stopped::TooLarge) } else { Ok(text.into()) };
        }
        if let (Some(left), Some(right)) = (left.number(), right.number()) {
            return Ok(arithmetic(operation, left, right).into());
        }
        Ok(Value::or_null(self.moved(operation, left, right)))
    }

    /// A time moved by days, or the days between two.
    fn moved(&self, operation: Operation, left: &Value, right: &Value) -> Option<Value> {
        let sign = match operation {
            Operation::Plus => 1,
            Operation::Minus => -1,
            _ => return None,
        };
        let (left, right) = (left.plain(), right.plain());
        if let (Value::Date(left), Value::Date(right), -1) = (&left, &right, sign) {
            let days = left.since((jiff::Unit::Day, *right)).ok()?.get_days();
            return Some(Value::integer(days.into()));
        }
        if let (Some(left), Some(right), -1) = (self.instant(&left), self.instant(&right), sign) {
            let between = Decimal::from_integer(left.checked_sub(right)?);
            return between.over(Decimal::from_integer(DAY_MS)).map(Value::Number);
        }
        let days = right.number()?;
        if let (Value::Date(date), Some(days)) = (&left, days.to_integer()) {
            let span = jiff::Span::new().try_days(sign * days).ok()?;
            return date.checked_add(span).ok().map(Value::Date);
        }
        let by = days.times(Decimal::from_integer(sign * DAY_MS)).to_integer()?;
        let at = Timestamp::from_millisecond(self.instant(&left)?).ok()?;
        let at = at.checked_add(SignedDuration::from_millis(by)).ok()?;
        Some(Value::Time(at.as_millisecond()))
    }
}

fn arithmetic(operation: Operation, left: Decimal, right: Decimal) -> Option<Decimal> {
    match operation {
        Operation::Plus => Some(left.plus(right)),
        Operation::Minus => Some(left.minus(right)),
        Operation::Times => Some(left.times(right)),
        Operation::Divide => left.over(right),
        Operation::Remainder => left.remainder(right),
        Operation::Join => None,
    }
}

fn indexed(of: &Value, key: &Value) -> Value {
    match (of, key) {
        (Value::Object(object), Value::Text(key)) => object.get(key),
        (Value::List(list), Value::Number(n)) => {
            let n = n.to_integer().and_then(|n| usize::try_from(n).ok());
            Value::or_null(n.and_then(|n| list.items().get(n)).cloned())
        }
        _ => Value::Null,
    }
}

/// When a rule last ran, as `last_run()` gives it.
pub struct LastRun(pub i64);

impl Object for LastRun {
    fn get(&self, name: &str) -> Value {
        match name {
            "at" | "created_at" | "executed_at" => Value::Time(self.0),
            _ => Value::Null,
        }
    }

    fn plain(&self) -> Value {
        Value::Time(self.0)
    }

    fn keys(&self) -> Vec<String> {
        vec!["at".into()]
    }
}
