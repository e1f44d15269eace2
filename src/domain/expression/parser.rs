//! Makes the tree of an expression: a Pratt parser, from the loosest operator to the tightest. What can be told to be wrong
//! without knowing an account's fields is told here.

use std::sync::Arc;

use super::lexer::{Kind, Token};
use super::names::{canonical, snake};
use super::pattern::Pattern;
use super::problem::{Fault, Found};
use super::tree::{Comparison, Form, Function, Node, Operation, Sort, Span};
use super::value::Value;
use super::{DEEPEST, dates};

/// Calls of [`Parser::expression`] within each other, brackets and all.
const DEEPEST_CALLS: usize = 150;
/// Patterns are the one thing that is costly to compile.
const MOST_PATTERNS: usize = 16;

pub type Parsed<T = Node> = Result<T, Found>;

/// How tightly an operator holds what stands beside it.
type Power = u8;
const CHOICE: Power = 2;
const ELSE: Power = 4;
const OR: Power = 10;
const AND: Power = 15;
/// `not a == b` is `not (a == b)`.
const NOT: Power = 18;
const COMPARE: Power = 20;
const ADD: Power = 30;
const JOIN: Power = 40;
const MULTIPLY: Power = 60;
const SIGN: Power = 70;

pub struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    calls: usize,
    patterns: usize,
    /// The parameters of the lambdas around, from outside to inside.
    pub(super) locals: Vec<String>,
}

#[derive(Clone, Copy)]
enum Infix {
    Or,
    And,
    Compare(Comparison),
    In {
        negated: bool,
    },
    Matches {
        negated: bool,
    },
    Compute(Operation),
    Choice,
    /// `?:` written as one.
    Short,
    Else,
}

impl<'a> Parser<'a> {
    pub fn new(tokens: &'a [Token]) -> Self {
        Self { tokens, at: 0, calls: 0, patterns: 0, locals: Vec::new() }
    }

    pub fn whole(mut self) -> Parsed {
        let node = self.expression(0)?;
        match self.peek() {
            Kind::End => Ok(node),
            Kind::Sign("=>") => Err(self.fault(Fault::LambdaHere)),
            other => Err(self.fault(Fault::Unexpected(other.written()))),
        }
    }

    pub(super) fn peek(&self) -> &'a Kind {
        &self.tokens[self.at].kind
    }

    pub(super) fn peek_at(&self, ahead: usize) -> &'a Kind {
        &self.tokens[(self.at + ahead).min(self.tokens.len() - 1)].kind
    }

    pub(super) fn take(&mut self) -> &'a Token {
        let token = &self.tokens[self.at];
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    pub(super) fn from(&self) -> u32 {
        self.tokens[self.at].from
    }

    /// The end of what was taken last.
    fn end(&self) -> u32 {
        self.tokens[self.at.saturating_sub(1)].to
    }

    pub(super) fn fault(&self, fault: Fault) -> Found {
        Found::new(self.from(), fault)
    }

    /// Something else stands here than may.
    pub(super) fn unexpected(&self) -> Found {
        match self.peek() {
            Kind::End => self.fault(Fault::UnexpectedEnd),
            Kind::Sign("=>") => self.fault(Fault::LambdaHere),
            other => self.fault(Fault::Unexpected(other.written())),
        }
    }

    pub(super) fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), Kind::Sign(found) if *found == sign)
    }

    pub(super) fn skip(&mut self, sign: &str) -> bool {
        let there = self.is(sign);
        if there {
            self.take();
        }
        there
    }

    pub(super) fn expect(&mut self, sign: &'static str) -> Parsed<()> {
        if self.skip(sign) { Ok(()) } else { Err(self.fault(Fault::Missing(sign))) }
    }

    pub(super) fn node(&self, from: u32, form: Form) -> Parsed {
        let node = Node::new(Span { from, to: self.end() }, form);
        if node.height > DEEPEST { Err(Found::new(from, Fault::TooDeep(DEEPEST.into()))) } else { Ok(node) }
    }

    pub(super) fn expression(&mut self, least: Power) -> Parsed {
        self.calls += 1;
        if self.calls > DEEPEST_CALLS {
            return Err(self.fault(Fault::TooDeep(DEEPEST.into())));
        }
        let mut left = self.prefix()?;
        while let Some((infix, power, words)) = self.infix() {
            if power < least {
                break;
            }
            for _ in 0..words {
                self.take();
            }
            left = self.combine(left, infix, power)?;
        }
        self.calls -= 1;
        Ok(left)
    }

    /// The operator that stands here, its power, and of how many tokens it is.
    fn infix(&self) -> Option<(Infix, Power, usize)> {
        let compare = |comparison| Some((Infix::Compare(comparison), COMPARE, 1));
        let compute = |operation, power| Some((Infix::Compute(operation), power, 1));
        match self.peek() {
            Kind::Name(name) => match (name.as_str(), self.peek_at(1)) {
                ("or", _) => Some((Infix::Or, OR, 1)),
                ("and", _) => Some((Infix::And, AND, 1)),
                ("in", _) => Some((Infix::In { negated: false }, COMPARE, 1)),
                ("matches", _) => Some((Infix::Matches { negated: false }, COMPARE, 1)),
                ("not", Kind::Name(next)) => match next.as_str() {
                    "in" => Some((Infix::In { negated: true }, COMPARE, 2)),
                    "matches" => Some((Infix::Matches { negated: true }, COMPARE, 2)),
                    _ => None,
                },
                _ => None,
            },
            Kind::Sign(sign) => match *sign {
                "||" => Some((Infix::Or, OR, 1)),
                "&&" => Some((Infix::And, AND, 1)),
                "==" | "===" => compare(Comparison::Equal),
                "!=" | "!==" => compare(Comparison::Unequal),
                "<" => compare(Comparison::Less),
                "<=" => compare(Comparison::AtMost),
                ">" => compare(Comparison::More),
                ">=" => compare(Comparison::AtLeast),
                "+" => compute(Operation::Plus, ADD),
                "-" => compute(Operation::Minus, ADD),
                "~" => compute(Operation::Join, JOIN),
                "*" => compute(Operation::Times, MULTIPLY),
                "/" => compute(Operation::Divide, MULTIPLY),
                "%" => compute(Operation::Remainder, MULTIPLY),
                "?" => Some((Infix::Choice, CHOICE, 1)),
                "?:" => Some((Infix::Short, CHOICE, 1)),
                "??" => Some((Infix::Else, ELSE, 1)),
                _ => None,
            },
            _ => None,
        }
    }

    fn combine(&mut self, left: Node, infix: Infix, power: Power) -> Parsed {
        let from = left.at.from;
        if let Infix::Choice = infix {
            return self.choice(left);
        }
        // A choice and an `else` lean to the right, all others to the left.
        let right = self.expression(if power <= ELSE { power } else { power + 1 })?;
        let form = match infix {
            Infix::Or => Form::Any(joined(left, right, |form| match form {
                Form::Any(nodes) => Ok(nodes),
                other => Err(other),
            })),
            Infix::And => Form::All(joined(left, right, |form| match form {
                Form::All(nodes) => Ok(nodes),
                other => Err(other),
            })),
            Infix::Compare(comparison) => compared(comparison, left, right),
            Infix::In { negated } => Form::In { item: left.into(), list: right.into(), negated },
            Infix::Matches { negated } => {
                let at = Span { from, to: right.at.to };
                let matches = Form::Matches { of: left.into(), pattern: self.pattern(&right)? };
                if negated { Form::Not(Node::new(at, matches).into()) } else { matches }
            }
            Infix::Compute(operation) => {
                computable(&left, operation)?;
                computable(&right, operation)?;
                Form::Compute { operation, left: left.into(), right: right.into() }
            }
            Infix::Choice | Infix::Short => {
                Form::Choice { condition: left.into(), then: None, otherwise: right.into() }
            }
            Infix::Else => Form::Else { of: left.into(), otherwise: right.into() },
        };
        self.node(from, form)
    }

    fn choice(&mut self, condition: Node) -> Parsed {
        let from = condition.at.from;
        let then = if self.is(":") { None } else { Some(Box::new(self.expression(CHOICE)?)) };
        self.expect(":")?;
        let otherwise = self.expression(CHOICE)?;
        self.node(from, Form::Choice { condition: condition.into(), then, otherwise: otherwise.into() })
    }

    fn pattern(&mut self, node: &Node) -> Parsed<Arc<Pattern>> {
        let text = node.as_text().ok_or(Found::new(node.at.from, Fault::RegexNotText))?;
        self.patterns += 1;
        if self.patterns > MOST_PATTERNS {
            return Err(Found::new(node.at.from, Fault::TooManyRegexes(MOST_PATTERNS)));
        }
        let pattern = Pattern::parse(text).map_err(|why| Found::new(node.at.from, Fault::BadRegex(why)))?;
        Ok(Arc::new(pattern))
    }

    fn prefix(&mut self) -> Parsed {
        let from = self.from();
        match self.peek() {
            Kind::Name(name) if name == "not" => {
                self.take();
                let of = self.expression(NOT)?;
                self.node(from, Form::Not(of.into()))
            }
            Kind::Sign("!") => {
                self.take();
                let of = self.expression(SIGN)?;
                self.node(from, Form::Not(of.into()))
            }
            Kind::Sign("-") => {
                self.take();
                let of = self.expression(SIGN)?;
                computable(&of, Operation::Times)?;
                let form = match of.form {
                    Form::Literal(Value::Number(number)) => Form::Literal(Value::Number(
                        crate::domain::record::decimal::Decimal::ZERO.minus(number),
                    )),
                    form => Form::Minus(Node { form, ..of }.into()),
                };
                self.node(from, form)
            }
            Kind::Sign("+") => {
                self.take();
                self.expression(SIGN)
            }
            _ => {
                let primary = self.primary()?;
                self.postfix(primary)
            }
        }
    }

    fn primary(&mut self) -> Parsed {
        let from = self.from();
        let form = match self.peek() {
            Kind::Number(number) => {
                self.take();
                Form::Literal(Value::Number(*number))
            }
            Kind::Text(text) => {
                self.take();
                Form::Literal(Value::text(text.as_str()))
            }
            Kind::Sign("(") => {
                self.take();
                let inner = self.expression(0)?;
                self.expect(")")?;
                return Ok(inner);
            }
            Kind::Sign("[") => {
                self.take();
                Form::List(self.arguments("]")?)
            }
            Kind::Name(name) => self.named(name)?,
            _ => return Err(self.unexpected()),
        };
        self.node(from, form)
    }

    fn named(&mut self, name: &str) -> Parsed<Form> {
        let from = self.from();
        match name {
            "and" | "or" | "in" | "matches" | "not" => return Err(self.unexpected()),
            _ => self.take(),
        };
        if self.is("=>") {
            return Err(Found::new(from, Fault::LambdaHere));
        }
        if let Some(slot) = self.locals.iter().rposition(|local| local == name) {
            return Ok(Form::Local(slot));
        }
        if self.skip("(") {
            let function = Function::parse(&snake(name))
                .ok_or(Found::new(from, Fault::UnknownFunction(name.to_owned())))?;
            let args = self.arguments(")")?;
            return called(function, args, from);
        }
        Ok(match name {
            "true" => Form::Literal(Value::Bool(true)),
            "false" => Form::Literal(Value::Bool(false)),
            "null" => Form::Literal(Value::Null),
            _ => Form::Root(Arc::from(canonical(name).as_ref())),
        })
    }

    /// Expressions between commas, up to the closing bracket, which is taken.
    pub(super) fn arguments(&mut self, close: &'static str) -> Parsed<Vec<Node>> {
        let mut nodes = Vec::new();
        while !self.skip(close) {
            if !nodes.is_empty() {
                match self.skip(",") {
                    false if matches!(self.peek(), Kind::End) => {
                        return Err(self.fault(Fault::Missing(close)));
                    }
                    false => return Err(self.unexpected()),
                    // A comma at the end does no harm.
                    true if self.skip(close) => break,
                    true => {}
                }
            }
            nodes.push(self.expression(0)?);
        }
        Ok(nodes)
    }
}

/// The parts of a chain of the same word, as one list: a chain of a thousand is not a thousand deep.
fn joined(left: Node, right: Node, parts: impl Fn(Form) -> Result<Vec<Node>, Form>) -> Vec<Node> {
    let at = left.at;
    let height = left.height;
    let mut nodes = parts(left.form).unwrap_or_else(|form| vec![Node { at, form, height }]);
    nodes.push(right);
    nodes
}

fn compared(comparison: Comparison, left: Node, right: Node) -> Form {
    let negated = comparison == Comparison::Unequal;
    let by_presence = negated || comparison == Comparison::Equal;
    match (left.is_null(), right.is_null()) {
        (_, true) if by_presence => Form::IsNull { of: left.into(), negated },
        (true, _) if by_presence => Form::IsNull { of: right.into(), negated },
        _ => Form::Compare { comparison, left: left.into(), right: right.into() },
    }
}

/// Refuses what can never be computed with.
fn computable(node: &Node, operation: Operation) -> Parsed<()> {
    let good = match (operation, node.sort()) {
        (Operation::Join, _)
        | (_, Sort::Unknown | Sort::Number)
        | (Operation::Plus | Operation::Minus, Sort::Time) => true,
        (_, Sort::Text) => match &node.form {
            Form::Literal(value) => value.number().is_some(),
            _ => true,
        },
        _ => false,
    };
    if good { Ok(()) } else { Err(Found::new(node.at.from, Fault::NotANumber)) }
}

fn called(function: Function, args: Vec<Node>, from: u32) -> Parsed<Form> {
    let good = match function {
        Function::LastRun | Function::Now | Function::Today => args.is_empty(),
        Function::Date => args.len() == 1,
    };
    if !good {
        return Err(Found::new(from, Fault::WrongArguments(function.name().to_owned())));
    }
    if let Some(text) = args.first().and_then(Node::as_text)
        && !dates::is_date(text)
    {
        return Err(Found::new(args[0].at.from, Fault::BadDate(text.chars().take(40).collect())));
    }
    Ok(Form::Call { function, args })
}
