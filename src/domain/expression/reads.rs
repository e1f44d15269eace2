//! Which fields an expression reads: a trigger is looked at only where one of them changed.

use std::collections::BTreeSet;

use super::dates;
use super::tree::{Form, Function, Node};
use super::value::Value;
use crate::domain::facts::paths;
use crate::domain::record::change::ChangeSet;

/// What is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reads {
    /// Objects and their fields by canonical names: `order.status.code`; `order` alone where all of it may be.
    pub paths: BTreeSet<String>,
    /// Fields that are asked of the change set, by their names there.
    pub changes: BTreeSet<String>,
    /// It may turn out otherwise whatever changed: it reads the whole change set, the kind of change, or the time.
    pub whole: bool,
}

impl Reads {
    pub(super) fn of(root: &Node) -> Self {
        let mut reads = Self::default();
        reads.walk(root);
        reads
    }

    fn walk(&mut self, node: &Node) {
        match &node.form {
            Form::Member { .. } | Form::Root(_) => {
                if let Some((path, rest)) = path(node) {
                    return self.path(&path, rest);
                }
            }
            Form::Index { of, key } => {
                if let (Some((path, None)), Some(key)) = (path(of), key.as_text()) {
                    return self.path(&format!("{path}.{key}"), None);
                }
            }
            Form::Method { of, name, args, .. } if is_change_set(of) => {
                match (name.as_ref(), args.first().and_then(Node::as_text)) {
                    ("has_changed" | "old" | "new", Some(field)) => {
                        self.changes.insert(paths::change_name(field));
                    }
                    _ => self.whole = true,
                }
                return args.iter().for_each(|arg| self.walk(arg));
            }
            Form::Call { function, args } => {
                self.whole |= match function {
                    Function::LastRun | Function::Now | Function::Today => true,
                    Function::Date => args.first().and_then(Node::as_text).is_none_or(dates::is_relative),
                };
            }
            _ => {}
        }
        node.form.each(&mut |child| self.walk(child));
    }

    fn path(&mut self, path: &str, rest: Option<&Node>) {
        if path.split('.').next() == Some("change_set") {
            self.whole = true;
        } else {
            self.paths.insert(path.to_owned());
        }
        if let Some(rest) = rest {
            self.walk(rest);
        }
    }

    /// Whether what changed can matter to it. One that reads nothing is looked at each time.
    #[must_use]
    pub fn touched_by(&self, set: &ChangeSet) -> bool {
        let root = set.record_type.name();
        let nothing = self.paths.is_empty() && self.changes.is_empty();
        if self.whole || nothing || !set.is_update() {
            return true;
        }
        set.changes.iter().any(|change| {
            let named = |field: &String| paths::covers(field, &change.field);
            let read = |path: &String| paths::reads(path, root, set.record_type, &change.field);
            self.changes.iter().any(named) || self.paths.iter().any(read)
        })
    }

    /// Whether it reads anything of this object.
    #[must_use]
    pub fn object(&self, name: &str) -> bool {
        let of = |path: &String| path.split('.').next() == Some(name);
        match name {
            "change_set" => self.whole || !self.changes.is_empty(),
            _ => self.paths.iter().any(of),
        }
    }
}

/// The path of a chain of fields that begins at an object.
fn path(node: &Node) -> Option<(String, Option<&Node>)> {
    match &node.form {
        Form::Root(name) => Some((name.to_string(), None)),
        Form::Member { of, name, .. } => {
            let (path, rest) = path(of)?;
            Some((format!("{path}.{name}"), rest))
        }
        _ => None,
    }
}

pub(super) fn is_change_set(node: &Node) -> bool {
    matches!(&node.form, Form::Root(name) if name.as_ref() == "change_set")
}

/// The text of a method's first argument.
pub(super) fn first_text(args: &[Node]) -> Option<&str> {
    args.first().and_then(|arg| match &arg.form {
        Form::Literal(Value::Text(text)) => Some(text.as_ref()),
        _ => None,
    })
}
