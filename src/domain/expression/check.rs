//! Finds what an expression names that is not there. A missing value would only make it false, and nobody would know why.

use super::problem::{Fault, Found};
use super::shape::{Plain, Shape, Sort};
use super::tree::{Argument, Form, Function, Lambda, Node, Pipe};
use super::value::Value;

pub fn check(root: &Node, shape: &Shape) -> Vec<Found> {
    let mut checker = Checker { shape, locals: Vec::new(), found: Vec::new() };
    checker.sort(root);
    checker.found
}

/// As [`check`], of what is to be true or false.
pub fn check_condition(root: &Node, shape: &Shape) -> Vec<Found> {
    let mut found = check(root, shape);
    let mut checker = Checker { shape, locals: Vec::new(), found: Vec::new() };
    if found.is_empty() && !checker.can_hold(root) {
        found.push(Found::new(root.at.from, Fault::NotACondition));
    }
    found
}

struct Checker<'a> {
    shape: &'a Shape,
    locals: Vec<Sort>,
    found: Vec<Found>,
}

/// What a part is called in a message.
const VALUE: &str = "value";

impl Checker<'_> {
    /// Whether it can be true at all: a sum, a name or a list never is.
    fn can_hold(&mut self, node: &Node) -> bool {
        match &node.form {
            Form::Choice { condition, then, otherwise } => {
                let then = then.as_ref().unwrap_or(condition);
                self.can_hold(then) || self.can_hold(otherwise)
            }
            Form::Else { of, otherwise } => self.can_hold(of) || self.can_hold(otherwise),
            _ => matches!(self.sort(node), Sort::Any | Sort::Plain(Plain::Bool)),
        }
    }

    fn sort(&mut self, node: &Node) -> Sort {
        match &node.form {
            Form::Literal(Value::Null) => Sort::Any,
            Form::Root(name) => match self.shape.objects.get(name.as_ref()) {
                Some(sort) => sort.clone(),
                None => self.fault(node.at.from, Fault::UnknownObject(name.to_string())),
            },
            Form::Local(slot) => self.locals.get(*slot).cloned().unwrap_or(Sort::Any),
            Form::Member { of, name, at } => {
                let of = self.sort(of);
                self.field(&of, name, *at)
            }
            Form::Index { of, key } => {
                let of = self.sort(of);
                self.sort(key);
                match (&of, key.as_text()) {
                    (Sort::Object(_), Some(name)) => self.field(&of, name, key.at.from),
                    (Sort::List(item), _) => item.as_ref().clone(),
                    _ => Sort::Any,
                }
            }
            Form::Method { of, name, args, at } => {
                let sort = self.sort(of);
                for arg in args {
                    self.sort(arg);
                }
                let Sort::Object(fields) = &sort else { return Sort::Any };
                let first = args.first().and_then(Node::as_text);
                if let Some(sort) = fields.method(name, first) {
                    return sort;
                }
                let at = args.first().map_or(*at, |arg| arg.at.from);
                let field = first.map_or_else(|| name.to_string(), str::to_owned);
                self.fault(at, Fault::UnknownField { object: fields.name(), field })
            }
            Form::Pipe { of, pipe, args } => self.pipe(of, *pipe, args),
            Form::Choice { condition, then, otherwise } => {
                let condition = self.sort(condition);
                let then = then.as_ref().map_or(condition, |then| self.sort(then));
                self.sort(otherwise);
                then
            }
            Form::Else { of, otherwise } => {
                let of = self.sort(of);
                self.sort(otherwise);
                of
            }
            form => {
                form.each(&mut |child| drop(self.sort(child)));
                computed(form)
            }
        }
    }

    fn fault(&mut self, at: u32, fault: Fault) -> Sort {
        self.found.push(Found::new(at, fault));
        Sort::Any
    }

    fn field(&mut self, of: &Sort, name: &str, at: u32) -> Sort {
        match of {
            Sort::Any => Sort::Any,
            Sort::Object(fields) => match fields.field(name) {
                Some(sort) => sort,
                None => self.fault(at, Fault::UnknownField { object: fields.name(), field: name.to_owned() }),
            },
            Sort::List(item) => match name {
                "count" => Sort::Plain(Plain::Number),
                "first" | "last" => item.as_ref().clone(),
                _ => self.fault(at, Fault::NoFields("list".to_owned())),
            },
            Sort::Plain(plain) => match (plain, name) {
                (Plain::Date, "year" | "month" | "day" | "weekday")
                | (Plain::Time, "year" | "month" | "day" | "weekday" | "hour" | "minute")
                | (Plain::Text, "count") => Sort::Plain(Plain::Number),
                _ => self.fault(at, Fault::NoFields(VALUE.to_owned())),
            },
        }
    }

    fn pipe(&mut self, of: &Node, pipe: Pipe, args: &[Argument]) -> Sort {
        let list = self.sort(of);
        let item = match &list {
            Sort::List(item) => item.as_ref().clone(),
            Sort::Object(fields) => fields.items().unwrap_or(Sort::Any),
            _ => Sort::Any,
        };
        let mut given = Sort::Any;
        // The value that `reduce` begins with is known before its function is.
        for argument in args.iter().rev() {
            given = match argument {
                Argument::Value(node) => self.sort(node),
                Argument::Lambda(lambda) => match pipe {
                    Pipe::Reduce => self.lambda(lambda, [given, item.clone()]),
                    _ => self.lambda(lambda, [item.clone(), item.clone()]),
                },
            };
        }
        match pipe {
            Pipe::First | Pipe::Last => item,
            Pipe::Contains | Pipe::Every => Sort::Plain(Plain::Bool),
            Pipe::Count | Pipe::Sum => Sort::Plain(Plain::Number),
            Pipe::Filter | Pipe::Sort => Sort::List(item.into()),
            Pipe::Map => Sort::List(given.into()),
            Pipe::Flatten => match item {
                Sort::List(inner) => Sort::List(inner),
                other => Sort::List(other.into()),
            },
            Pipe::Reduce => given,
        }
    }

    fn lambda(&mut self, lambda: &Lambda, params: [Sort; 2]) -> Sort {
        self.locals.truncate(lambda.base);
        self.locals.extend(params.into_iter().take(lambda.params));
        let sort = self.sort(&lambda.body);
        self.locals.truncate(lambda.base);
        sort
    }
}

fn computed(form: &Form) -> Sort {
    match form {
        Form::Literal(value) => match value {
            Value::Bool(_) => Sort::Plain(Plain::Bool),
            Value::Number(_) => Sort::Plain(Plain::Number),
            Value::Text(_) => Sort::Plain(Plain::Text),
            _ => Sort::Any,
        },
        Form::List(_) => Sort::List(Sort::Any.into()),
        Form::Call { function, .. } => match function {
            Function::Now => Sort::Plain(Plain::Time),
            Function::Today => Sort::Plain(Plain::Date),
            Function::LastRun | Function::Date => Sort::Any,
        },
        Form::Minus(_) => Sort::Plain(Plain::Number),
        Form::Compute { .. } => Sort::Any,
        _ => Sort::Plain(Plain::Bool),
    }
}
