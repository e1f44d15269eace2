//! What stands behind `|`. What is no list counts as an empty one, so that a missing list is no error either.

use std::cmp::Ordering;

use super::evaluate::{Machine, Outcome};
use super::tree::{Argument, Lambda, Pipe};
use super::value::Value;
use crate::domain::code::fold;
use crate::domain::record::decimal::Decimal;

impl Machine<'_> {
    pub(super) fn pipe(&mut self, of: &Value, pipe: Pipe, args: &[Argument]) -> Outcome {
        let lambda = match args.first() {
            Some(Argument::Lambda(lambda)) => Some(lambda),
            _ => None,
        };
        if let (Pipe::Contains, Some(Argument::Value(_)), Value::Text(text)) = (pipe, args.first(), of) {
            let part = self.argument(&args[0])?;
            self.spend(text.len() / 8)?;
            let part = fold(&part.plain().to_text(1_000));
            return Ok(Value::Bool(!part.is_empty() && fold(text).contains(&part)));
        }
        let list = self.listed(of)?;
        let items = list.as_ref().map_or(&[][..], |list| list.items());
        self.spend(items.len())?;
        match pipe {
            Pipe::First => self.first(items.iter(), lambda),
            Pipe::Last => self.first(items.iter().rev(), lambda),
            Pipe::Contains => {
                if let Some(lambda) = lambda {
                    return Ok(Value::Bool(self.any(items, lambda, true)?));
                }
                let wanted = args.first().map_or(Ok(Value::Null), |value| self.argument(value))?;
                self.has(items, &wanted)
            }
            Pipe::Every => match lambda {
                Some(lambda) => Ok(Value::Bool(!self.any(items, lambda, false)?)),
                None => Ok(Value::Null),
            },
            Pipe::Filter => Ok(Value::list(self.kept(items, lambda)?)),
            Pipe::Count => Ok(Value::integer(self.kept(items, lambda)?.len() as i64)),
            Pipe::Map => Ok(Value::list(self.mapped(items, lambda)?)),
            Pipe::Sum => {
                let numbers = self.mapped(items, lambda)?;
                let sum = numbers.iter().filter_map(Value::number).fold(Decimal::ZERO, Decimal::plus);
                Ok(Value::Number(sum))
            }
            Pipe::Reduce => {
                let mut sum = args.get(1).map_or(Ok(Value::Null), |value| self.argument(value))?;
                for item in items {
                    if let Some(lambda) = lambda {
                        sum = self.apply(lambda, [&sum, item])?;
                    }
                }
                Ok(sum)
            }
            Pipe::Flatten => self.flat(items),
            Pipe::Sort => Ok(Value::list(self.sorted(items, lambda)?)),
        }
    }

    fn first<'v>(&mut self, items: impl Iterator<Item = &'v Value>, lambda: Option<&Lambda>) -> Outcome {
        for item in items {
            if self.fits(item, lambda)? {
                return Ok(item.clone());
            }
        }
        Ok(Value::Null)
    }

    fn fits(&mut self, item: &Value, lambda: Option<&Lambda>) -> Outcome<bool> {
        match lambda {
            Some(lambda) => Ok(self.apply(lambda, [item, &Value::Null])?.is_true()),
            None => Ok(true),
        }
    }

    fn any(&mut self, items: &[Value], lambda: &Lambda, wanted: bool) -> Outcome<bool> {
        for item in items {
            if self.fits(item, Some(lambda))? == wanted {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn has(&mut self, items: &[Value], wanted: &Value) -> Outcome {
        for item in items {
            if self.equal(item, wanted)? {
                return Ok(Value::Bool(true));
            }
        }
        Ok(Value::Bool(false))
    }

    fn kept(&mut self, items: &[Value], lambda: Option<&Lambda>) -> Outcome<Vec<Value>> {
        let mut kept = Vec::new();
        for item in items {
            if self.fits(item, lambda)? {
                kept.push(item.clone());
            }
        }
        Ok(kept)
    }

    fn mapped(&mut self, items: &[Value], lambda: Option<&Lambda>) -> Outcome<Vec<Value>> {
        match lambda {
            Some(lambda) => items.iter().map(|item| self.apply(lambda, [item, &Value::Null])).collect(),
            None => Ok(items.to_vec()),
        }
    }

    /// One level less; what is not there is left out.
    fn flat(&mut self, items: &[Value]) -> Outcome {
        let mut flat = Vec::new();
        for item in items {
            match self.listed(item)? {
                Some(list) => {
                    self.spend(list.items().len())?;
                    flat.extend(list.items().iter().cloned());
                }
                None if item.is_null() => {}
                None => flat.push(item.clone()),
            }
        }
        Ok(Value::list(flat))
    }

    /// Stable, by merging: the standard sort may panic on an order that contradicts itself, and people write such.
    fn sorted(&mut self, items: &[Value], lambda: Option<&Lambda>) -> Outcome<Vec<Value>> {
        let keyed: Vec<(Value, Value)> = match lambda {
            Some(lambda) if lambda.params == 1 => {
                let keys = self.mapped(items, Some(lambda))?;
                keys.into_iter().zip(items.iter().cloned()).collect()
            }
            _ => items.iter().map(|item| (item.clone(), item.clone())).collect(),
        };
        let by = lambda.filter(|lambda| lambda.params == 2);
        let sorted = self.merged(keyed, by)?;
        Ok(sorted.into_iter().map(|(_, item)| item).collect())
    }

    fn merged(
        &mut self,
        mut items: Vec<(Value, Value)>,
        by: Option<&Lambda>,
    ) -> Outcome<Vec<(Value, Value)>> {
        if items.len() < 2 {
            return Ok(items);
        }
        self.spend(items.len())?;
        let right = items.split_off(items.len() / 2);
        let mut left = self.merged(items, by)?.into_iter().peekable();
        let mut right = self.merged(right, by)?.into_iter().peekable();
        let mut merged = Vec::with_capacity(left.len() + right.len());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let right_is_less = self.is_less(&b.0, &a.0, by)?;
            merged.extend(if right_is_less { right.next() } else { left.next() });
        }
        merged.extend(left.chain(right));
        Ok(merged)
    }

    fn is_less(&mut self, a: &Value, b: &Value, by: Option<&Lambda>) -> Outcome<bool> {
        match by {
            // `(a, b) => a.x < b.x`, or a number as PHP's `<=>` gives it.
            Some(lambda) => Ok(match self.apply(lambda, [a, b])? {
                Value::Number(number) => number < Decimal::ZERO,
                other => other.is_true(),
            }),
            None => Ok(self.order(a, b) == Some(Ordering::Less)),
        }
    }
}
