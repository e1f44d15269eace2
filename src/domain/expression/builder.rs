//! The visual builder's form of a condition: groups of rows of field, operator, value. [`build`] writes it as an expression,
//! [`recognise`] finds it in one; what cannot be shown so stays text.
//!
//! A row names a field as the list of variables does (`order.status.code`); for *changed* rows that is turned into the
//! name that change sets have, and back.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::tree::{Comparison, Form, Function, Node, Pipe};
use super::value::Value;
use super::{Expression, dates};
use crate::domain::facts::paths::{self, Table};
use crate::domain::facts::variables;
use crate::domain::kind::names;
use crate::domain::record::RecordType;
use crate::domain::record::catalogue::{self, CUSTOM, CustomField, CustomKind, ITEM, Kind, PAYMENT};
use crate::domain::record::decimal::Decimal;

/// A group or a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Builder {
    All { all: Vec<Builder> },
    Any { any: Vec<Builder> },
    Row(Row),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub field: String,
    pub operator: Operator,
    #[serde(default)]
    pub value: Json,
}

names! {
    /// What a row asks.
    Operator {
        Is = "is",
        IsNot = "is_not",
        In = "in",
        NotIn = "not_in",
        More = "more",
        Less = "less",
        AtLeast = "at_least",
        AtMost = "at_most",
        Contains = "contains",
        Matches = "matches",
        IsEmpty = "is_empty",
        IsSet = "is_set",
        Changed = "changed",
        ChangedTo = "changed_to",
        ChangedFrom = "changed_from",
    }
}

/// Why a form cannot be written: the row that is at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// No field has such a name, or it has no changes.
    Field(String),
    /// The operator takes another sort of value.
    Value(String),
    /// Groups within groups within groups.
    TooDeep,
}

/// The fields that rows may name.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The record whose changes are asked.
    pub changing: Option<RecordType>,
    pub custom: &'a [CustomField],
}

const DEEPEST: usize = 8;
const CHANGES: &str = "change_set.";

/// The expression of a form.
///
/// # Errors
/// The first row that says nothing.
pub fn build(form: &Builder, names: Names) -> Result<String, Wrong> {
    let mut text = String::new();
    names.write(&mut text, &tidy(form.clone()), 0)?;
    Ok(text)
}

/// Without groups of one and groups in groups of the same word, because brackets do not keep those.
#[must_use]
pub fn tidy(form: Builder) -> Builder {
    match inner(form) {
        Builder::Row(row) => Builder::All { all: vec![Builder::Row(row)] },
        group => group,
    }
}

fn inner(form: Builder) -> Builder {
    let (is_all, parts) = match form {
        Builder::All { all } => (true, all),
        Builder::Any { any } => (false, any),
        row @ Builder::Row(_) => return row,
    };
    let mut flat = Vec::new();
    for part in parts {
        match inner(part) {
            Builder::All { all } if is_all || all.is_empty() => flat.extend(all),
            Builder::Any { any } if !is_all => flat.extend(any),
            other => flat.push(other),
        }
    }
    match flat.len() {
        1 => flat.remove(0),
        0 => Builder::All { all: flat },
        _ if is_all => Builder::All { all: flat },
        _ => Builder::Any { any: flat },
    }
}

impl Names<'_> {
    fn write(&self, text: &mut String, form: &Builder, depth: usize) -> Result<(), Wrong> {
        let (word, parts) = match form {
            Builder::Row(row) => {
                text.push_str(&self.row(row)?);
                return Ok(());
            }
            _ if depth > DEEPEST => return Err(Wrong::TooDeep),
            Builder::All { all } if all.is_empty() => {
                text.push_str("true");
                return Ok(());
            }
            Builder::All { all } => (" and ", all),
            Builder::Any { any } => (" or ", any),
        };
        for (n, part) in parts.iter().enumerate() {
            text.push_str(if n == 0 { "" } else { word });
            let brackets = !matches!(part, Builder::Row(_));
            text.push_str(if brackets { "(" } else { "" });
            self.write(text, part, depth + 1)?;
            text.push_str(if brackets { ")" } else { "" });
        }
        Ok(())
    }

    fn row(&self, row: &Row) -> Result<String, Wrong> {
        let wrong = || Wrong::Value(row.field.clone());
        if let Some(name) = row.field.strip_prefix(CHANGES) {
            return match (row.operator, &row.value) {
                (Operator::Is, Json::Bool(true)) if is_kind(name) => Ok(format!("{CHANGES}{name}()")),
                (Operator::Is, Json::Bool(false)) if is_kind(name) => Ok(format!("not {CHANGES}{name}()")),
                _ if is_kind(name) => Err(wrong()),
                _ => Err(Wrong::Field(row.field.clone())),
            };
        }
        let changed = |method: &str| -> Result<(String, Option<String>), Wrong> {
            let (name, part) = self.change_of(&row.field).ok_or_else(|| Wrong::Field(row.field.clone()))?;
            Ok((format!("{CHANGES}{method}({})", quoted(&name)), part))
        };
        let is_date = self.is_date(&row.field);
        let value = || literal(&row.value, is_date).ok_or_else(wrong);
        let list = || literals(&row.value, is_date).ok_or_else(wrong);
        let field = written(&row.field).ok_or_else(|| Wrong::Field(row.field.clone()))?;
        let text = || row.value.as_str().filter(|text| !text.is_empty()).ok_or_else(wrong);
        Ok(match row.operator {
            Operator::Is => format!("{field} == {}", value()?),
            Operator::IsNot => format!("{field} != {}", value()?),
            Operator::More => format!("{field} > {}", value()?),
            Operator::Less => format!("{field} < {}", value()?),
            Operator::AtLeast => format!("{field} >= {}", value()?),
            Operator::AtMost => format!("{field} <= {}", value()?),
            Operator::In => format!("{field} in {}", list()?),
            Operator::NotIn => format!("{field} not in {}", list()?),
            Operator::Contains => format!("{field} | contains({})", quoted(text()?)),
            Operator::Matches => {
                super::pattern::Pattern::parse(text()?).map_err(|_| wrong())?;
                format!("{field} matches {}", quoted(text()?))
            }
            Operator::IsEmpty => format!("{field} == null"),
            Operator::IsSet => format!("{field} != null"),
            Operator::Changed => changed("has_changed")?.0,
            Operator::ChangedTo | Operator::ChangedFrom => {
                let method = if row.operator == Operator::ChangedTo { "new" } else { "old" };
                let (mut text, part) = changed(method)?;
                part.map(|part| write!(text, ".{part}"));
                if row.value.is_array() {
                    format!("{text} in {}", list()?)
                } else {
                    format!("{text} == {}", value()?)
                }
            }
        })
    }

    /// What change sets call a variable's field, and which part of its value the variable is.
    fn change_of(&self, field: &str) -> Option<(String, Option<String>)> {
        let record_type = self.changing?;
        let (root, path) = field.split_once('.')?;
        (root == record_type.name()).then_some(())?;
        if is_field(record_type, path) {
            return Some((paths::change_name(path), None));
        }
        let (base, part) = match path.rsplit_once('.') {
            Some((base, part @ ("code" | "name" | "email" | "id"))) if is_field(record_type, base) => {
                (base, Some(part.to_owned()))
            }
            _ => (path, None),
        };
        is_field(record_type, base).then(|| (paths::change_name(base), part))
    }

    /// The variable of a field of change sets, and of a part of its value.
    fn path_of(&self, change: &str, part: Option<&str>) -> Option<String> {
        let record_type = self.changing?;
        let default = variables::of_change(record_type, self.custom, change);
        let base = match change.split_once('.') {
            Some((ITEM, rest)) => format!("items.{rest}"),
            Some((PAYMENT, rest)) => format!("{PAYMENT}.{rest}"),
            None if change == ITEM => "items".to_owned(),
            None if change == PAYMENT || change.starts_with(CUSTOM) => change.to_owned(),
            None if change == "number" => change.to_owned(),
            _ => catalogue::find(record_type, change)?.native.to_owned(),
        };
        let root = record_type.name();
        match part {
            Some(part @ ("code" | "name" | "email" | "id")) => Some(format!("{root}.{base}.{part}")),
            Some(_) => None,
            None => Some(default.unwrap_or_else(|| format!("{root}.{base}"))),
        }
    }

    /// Whether a variable holds a day or time.
    fn is_date(&self, field: &str) -> bool {
        let Some((root, path)) = field.split_once('.') else { return false };
        if let Some(code) = path.strip_prefix(CUSTOM) {
            let dated = |field: &&CustomField| matches!(field.kind, CustomKind::Date | CustomKind::DateTime);
            return self.custom.iter().filter(dated).any(|field| field.code == code);
        }
        let table = match root {
            "order" => RecordType::Order,
            "customer" => RecordType::Customer,
            _ => return matches!(path, "due_at" | "done_at" | "created_at"),
        };
        let field = Table::Record(table).field(path);
        field.is_some_and(|field| matches!(field.kind, Kind::Date | Kind::DateTime))
    }

    fn read(&self, node: &Node) -> Option<Builder> {
        let parts = |nodes: &[Node]| nodes.iter().map(|node| self.read(node)).collect::<Option<Vec<_>>>();
        Some(match &node.form {
            Form::All(nodes) => Builder::All { all: parts(nodes)? },
            Form::Any(nodes) => Builder::Any { any: parts(nodes)? },
            Form::Literal(Value::Bool(true)) => Builder::All { all: Vec::new() },
            _ => Builder::Row(self.read_row(node)?),
        })
    }

    fn read_row(&self, node: &Node) -> Option<Row> {
        let row = |field: String, operator, value| Some(Row { field, operator, value });
        match &node.form {
            Form::Compare { comparison, left, right } => {
                let value = json(right)?;
                if let Some((field, operator)) = self.change(left) {
                    return (*comparison == Comparison::Equal).then_some(Row { field, operator, value });
                }
                let operator = match comparison {
                    Comparison::Equal => Operator::Is,
                    Comparison::Unequal => Operator::IsNot,
                    Comparison::Less => Operator::Less,
                    Comparison::AtMost => Operator::AtMost,
                    Comparison::More => Operator::More,
                    Comparison::AtLeast => Operator::AtLeast,
                };
                row(variable(left)?, operator, value)
            }
            Form::In { item, list, negated } => {
                let Form::List(nodes) = &list.form else { return None };
                let value = Json::Array(nodes.iter().map(json).collect::<Option<_>>()?);
                if let Some((field, operator)) = self.change(item) {
                    return (!negated).then_some(Row { field, operator, value });
                }
                row(variable(item)?, if *negated { Operator::NotIn } else { Operator::In }, value)
            }
            Form::IsNull { of, negated } => {
                row(variable(of)?, if *negated { Operator::IsSet } else { Operator::IsEmpty }, Json::Null)
            }
            Form::Matches { of, pattern } => row(variable(of)?, Operator::Matches, pattern.written().into()),
            Form::Pipe { of, pipe: Pipe::Contains, args } => match args.as_slice() {
                [super::tree::Argument::Value(part)] => {
                    row(variable(of)?, Operator::Contains, part.as_text()?.into())
                }
                _ => None,
            },
            Form::Not(of) => row(kind(of)?, Operator::Is, false.into()),
            Form::Method { of, name, args, .. } if is_changes(of) && name.as_ref() == "has_changed" => {
                let change = paths::change_name(args.first()?.as_text()?);
                row(self.path_of(&change, None)?, Operator::Changed, Json::Null)
            }
            _ => row(kind(node)?, Operator::Is, true.into()),
        }
    }

    /// The variable whose old or new value this is.
    fn change(&self, node: &Node) -> Option<(String, Operator)> {
        let (node, part) = match &node.form {
            Form::Member { of, name, .. } => (of.as_ref(), Some(name.as_ref())),
            _ => (node, None),
        };
        let Form::Method { of, name, args, .. } = &node.form else { return None };
        let operator = match name.as_ref() {
            "new" if is_changes(of) => Operator::ChangedTo,
            "old" if is_changes(of) => Operator::ChangedFrom,
            _ => return None,
        };
        let change = paths::change_name(args.first()?.as_text()?);
        Some((self.path_of(&change, part)?, operator))
    }
}

/// Whether change sets have a field at this path of the record.
fn is_field(record_type: RecordType, path: &str) -> bool {
    if let Some(code) = path.strip_prefix(CUSTOM) {
        return !code.is_empty() && !code.contains('.');
    }
    let part = |table: Table, name: &str| {
        path.strip_prefix(name).is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('.').is_some_and(|rest| table.field(rest).is_some())
        })
    };
    let of_parts =
        record_type == RecordType::Order && (part(Table::Items, "items") || part(Table::Payments, PAYMENT));
    of_parts || Table::Record(record_type).field(path).is_some()
}

/// The form of an expression, if it has one.
#[must_use]
pub fn recognise(expression: &Expression, names: Names) -> Option<Builder> {
    Some(tidy(names.read(expression.tree())?))
}

fn is_kind(name: &str) -> bool {
    matches!(name, "is_create" | "is_update" | "is_delete")
}

fn is_changes(node: &Node) -> bool {
    matches!(&node.form, Form::Root(name) if name.as_ref() == "change_set")
}

fn kind(node: &Node) -> Option<String> {
    match &node.form {
        Form::Member { of, name, .. } if is_changes(of) && is_kind(name) => Some(format!("{CHANGES}{name}")),
        _ => None,
    }
}

/// A path as an expression writes it; codes of custom fields may have hyphens, which stand in brackets.
fn written(path: &str) -> Option<String> {
    let mut text = String::new();
    for (n, part) in path.split('.').enumerate() {
        let starts = part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        match (n, starts && part.chars().all(plain)) {
            (0, true) => text.push_str(part),
            (_, true) => write!(text, ".{part}").ok()?,
            (0, false) => return None,
            (_, false) if part.starts_with(CUSTOM) => write!(text, "[{}]", quoted(part)).ok()?,
            _ => return None,
        }
    }
    text.contains(['.', '[']).then_some(text)
}

/// The path of a field of an object.
fn variable(node: &Node) -> Option<String> {
    let is_field = matches!(node.form, Form::Member { .. } | Form::Index { .. });
    if is_field { path(node) } else { None }
}

fn path(node: &Node) -> Option<String> {
    match &node.form {
        Form::Root(name) if name.as_ref() != "change_set" => Some(name.to_string()),
        Form::Member { of, name, .. } => Some(format!("{}.{name}", path(of)?)),
        Form::Index { of, key } => Some(format!("{}.{}", path(of)?, key.as_text()?)),
        _ => None,
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn literal(value: &Json, is_date: bool) -> Option<String> {
    match value {
        Json::Bool(yes) => Some(yes.to_string()),
        Json::Number(number) => Decimal::parse(&number.to_string()).map(|number| number.to_string()),
        Json::String(text) if is_date && dates::is_date(text) => Some(format!("date({})", quoted(text))),
        Json::String(text) => Some(quoted(text)),
        _ => None,
    }
}

fn literals(value: &Json, is_date: bool) -> Option<String> {
    let values: Option<Vec<_>> = value.as_array()?.iter().map(|value| literal(value, is_date)).collect();
    Some(format!("[{}]", values?.join(", ")))
}

fn json(node: &Node) -> Option<Json> {
    match &node.form {
        Form::Literal(value) => match value {
            Value::Bool(yes) => Some((*yes).into()),
            Value::Number(number) => Some(number.to_json()),
            Value::Text(text) => Some(text.as_ref().into()),
            _ => None,
        },
        Form::Call { function: Function::Date, args } => Some(args.first()?.as_text()?.into()),
        _ => None,
    }
}
