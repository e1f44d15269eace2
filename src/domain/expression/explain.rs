//! Why an expression is what it is: the tree of its parts with their values, for the dry run.

use serde::Serialize;

use super::evaluate::Machine;
use super::tree::{Form, Node};
use super::value::{self, Value};
use super::{Limits, Objects, Stopped};

/// A part and its value. Places are counted as JavaScript counts them, in UTF-16 units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Explanation {
    /// The part as it is written.
    pub text: String,
    pub from: u32,
    pub to: u32,
    /// Its value as text: `"new"`, `5`, `true`, `null`.
    pub value: String,
    /// Whether the whole is what it is because of this part.
    pub decided: bool,
    pub children: Vec<Explanation>,
}

/// Longest value that is shown.
const LONGEST: usize = 200;

/// Explains it, down to what is compared.
pub fn explain(source: &str, root: &Node, objects: &dyn Objects, limits: Limits) -> Explanation {
    Explainer { source, machine: Machine::new(objects, limits) }.part(root, true)
}

struct Explainer<'a> {
    source: &'a str,
    machine: Machine<'a>,
}

impl Explainer<'_> {
    fn part(&mut self, node: &Node, decided: bool) -> Explanation {
        let value = self.machine.value(node);
        let holds = value.as_ref().is_ok_and(Value::is_true);
        let children = match &node.form {
            Form::All(nodes) | Form::Any(nodes) => self.parts(nodes, decided, holds),
            Form::Not(of) => vec![self.part(of, decided)],
            Form::Compare { left, right, .. } => self.operands(&[left, right], decided),
            Form::In { item, list, .. } => self.operands(&[item, list], decided),
            Form::IsNull { of, .. } | Form::Matches { of, .. } | Form::Pipe { of, .. } => {
                self.operands(&[of], decided)
            }
            Form::Choice { condition, then, otherwise } => {
                let chosen = self.machine.value(condition).is_ok_and(|value| value.is_true());
                let mut parts = vec![self.part(condition, decided)];
                parts.extend(then.as_ref().map(|then| self.part(then, decided && chosen)));
                parts.push(self.part(otherwise, decided && !chosen));
                parts
            }
            _ => Vec::new(),
        };
        let (from, to) = (node.at.from as usize, node.at.to as usize);
        let units = |at: usize| self.source.get(..at).map_or(0, |text| text.encode_utf16().count()) as u32;
        Explanation {
            text: self.source.get(from..to).unwrap_or_default().to_owned(),
            from: units(from),
            to: units(to),
            value: match value {
                Ok(value) => shown(&value),
                Err(Stopped::TooManySteps | Stopped::TooLarge) => "…".into(),
            },
            decided,
            children,
        }
    }

    /// The parts of an `and` or `or`: those decided it that are as the whole is.
    fn parts(&mut self, nodes: &[Node], decided: bool, whole: bool) -> Vec<Explanation> {
        let mut parts = Vec::with_capacity(nodes.len());
        for node in nodes {
            let holds = self.machine.value(node).is_ok_and(|value| value.is_true());
            parts.push(self.part(node, decided && holds == whole));
        }
        parts
    }

    /// What is compared; what is written out says itself what it is.
    fn operands(&mut self, nodes: &[&Node], decided: bool) -> Vec<Explanation> {
        let told = |node: &&&Node| !matches!(node.form, Form::Literal(_) | Form::List(_) | Form::Root(_));
        nodes.iter().filter(told).map(|node| self.part(node, decided)).collect()
    }
}

/// A value as it would be written.
fn shown(value: &Value) -> String {
    let mut text = match value {
        Value::Null => "null".to_owned(),
        Value::Text(text) => format!("\"{text}\""),
        Value::List(_) => format!("[{}]", value.to_text(LONGEST)),
        Value::Object(object) => match object.plain() {
            plain @ (Value::Text(_) | Value::Number(_)) => {
                let called = object.shown().filter(|shown| *shown != plain.to_text(LONGEST));
                let called = called.map_or_else(String::new, |shown| format!(" ({shown})"));
                format!("{}{called}", shown(&plain))
            }
            Value::Time(at) => value::instant(at),
            _ => object.shown().unwrap_or_else(|| "{…}".into()),
        },
        plain => plain.to_text(LONGEST),
    };
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}
