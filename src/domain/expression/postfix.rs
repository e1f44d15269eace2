//! What stands behind a value: a field, a getter, a method, square brackets, a pipe with its lambdas.

use std::sync::Arc;

use super::lexer::Kind;
use super::names::canonical;
use super::parser::{Parsed, Parser};
use super::problem::{Fault, Found};
use super::tree::{Argument, Form, Lambda, Node, Pipe};

impl Parser<'_> {
    pub(super) fn postfix(&mut self, mut node: Node) -> Parsed {
        loop {
            let from = node.at.from;
            let form = if self.skip(".") {
                self.member(node)?
            } else if self.skip("[") {
                let key = self.expression(0)?;
                self.expect("]")?;
                Form::Index { of: node.into(), key: key.into() }
            } else if self.skip("|") {
                self.pipe(node)?
            } else {
                return Ok(node);
            };
            node = self.node(from, form)?;
        }
    }

    /// A field, or a method; a method without arguments is a field.
    fn member(&mut self, of: Node) -> Parsed<Form> {
        let at = self.from();
        let Kind::Name(written) = self.peek() else { return Err(self.unexpected()) };
        self.take();
        let name: Arc<str> = Arc::from(canonical(written).as_ref());
        let of = Box::new(of);
        if !self.skip("(") {
            return Ok(Form::Member { of, name, at });
        }
        let args = self.arguments(")")?;
        Ok(if args.is_empty() { Form::Member { of, name, at } } else { Form::Method { of, name, args, at } })
    }

    fn pipe(&mut self, of: Node) -> Parsed<Form> {
        let from = self.from();
        let Kind::Name(written) = self.peek() else { return Err(self.unexpected()) };
        self.take();
        let pipe =
            Pipe::parse(written).ok_or_else(|| Found::new(from, Fault::UnknownPipe(written.clone())))?;
        let mut args = Vec::new();
        if self.skip("(") {
            while !self.skip(")") {
                if !args.is_empty() && !self.skip(",") {
                    let ended = matches!(self.peek(), Kind::End);
                    return Err(if ended { self.fault(Fault::Missing(")")) } else { self.unexpected() });
                }
                args.push(self.argument()?);
            }
        }
        if fits(pipe, &args) {
            Ok(Form::Pipe { of: of.into(), pipe, args })
        } else {
            Err(Found::new(from, Fault::WrongArguments(written.clone())))
        }
    }

    fn argument(&mut self) -> Parsed<Argument> {
        let Some(params) = self.params() else { return Ok(Argument::Value(self.expression(0)?)) };
        let base = self.locals.len();
        let count = params.len();
        self.locals.extend(params);
        let body = self.expression(0)?;
        self.locals.truncate(base);
        Ok(Argument::Lambda(Lambda { base, params: count, body: body.into() }))
    }

    /// `x =>` or `(a, b) =>`, taken if it stands here.
    fn params(&mut self) -> Option<Vec<String>> {
        let name = |ahead| match self.peek_at(ahead) {
            Kind::Name(name) => Some(name.clone()),
            _ => None,
        };
        let sign = |ahead, sign| matches!(self.peek_at(ahead), Kind::Sign(found) if *found == sign);
        let (params, length) = if sign(0, "(") {
            let mut params = vec![name(1)?];
            while sign(params.len() * 2, ",") {
                params.push(name(params.len() * 2 + 1)?);
            }
            let close = params.len() * 2;
            if !sign(close, ")") || !sign(close + 1, "=>") {
                return None;
            }
            (params, close + 2)
        } else {
            let param = name(0)?;
            sign(1, "=>").then_some(())?;
            (vec![param], 2)
        };
        for _ in 0..length {
            self.take();
        }
        Some(params)
    }
}

/// Whether a pipe takes such arguments.
fn fits(pipe: Pipe, args: &[Argument]) -> bool {
    let lambda = |argument: &Argument, counts: &[usize]| match argument {
        Argument::Lambda(lambda) => counts.contains(&lambda.params),
        Argument::Value(_) => false,
    };
    match (pipe, args) {
        (Pipe::Flatten | Pipe::Sort | Pipe::First | Pipe::Last | Pipe::Count | Pipe::Sum, [])
        | (Pipe::Contains, [Argument::Value(_)]) => true,
        (Pipe::Sort, [by]) => lambda(by, &[1, 2]),
        (
            Pipe::First
            | Pipe::Last
            | Pipe::Count
            | Pipe::Sum
            | Pipe::Contains
            | Pipe::Every
            | Pipe::Filter
            | Pipe::Map,
            [by],
        ) => lambda(by, &[1]),
        (Pipe::Reduce, [by] | [by, Argument::Value(_)]) => lambda(by, &[2]),
        _ => false,
    }
}
