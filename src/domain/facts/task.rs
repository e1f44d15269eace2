//! A task as an object.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::book::Book;
use super::json::Map;
use crate::domain::expression::Value;
use crate::domain::id::{TaskId, UserId};
use crate::domain::record::RecordId;
use crate::domain::task::Performer;

/// What is told of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskState {
    pub id: TaskId,
    pub number: i64,
    pub text: String,
    pub comment: Option<String>,
    pub due_at: Option<i64>,
    pub performer: Option<Performer>,
    pub customer: Option<RecordId>,
    pub order: Option<RecordId>,
    pub phone: Option<String>,
    pub done_at: Option<i64>,
    pub creator: Option<UserId>,
    pub created_at: i64,
    pub url: Option<String>,
}

#[must_use]
pub fn task(task: &TaskState, book: &Arc<Book>) -> Value {
    let time = |at: Option<i64>| at.map_or(Value::Null, Value::Time);
    let performer = match &task.performer {
        Some(Performer::User(id)) => book.user(id),
        Some(Performer::Group(id)) => match book.groups.get(id) {
            Some(group) => Value::object(group.clone()),
            None => Value::Null,
        },
        None => Value::Null,
    };
    let record = |id: &Option<RecordId>| id.as_ref().map_or(Value::Null, |id| book.record(id));
    let fields: [(&str, Value); 16] = [
        ("id", task.id.as_str().into()),
        ("number", Value::integer(task.number)),
        ("text", task.text.as_str().into()),
        ("comment", task.comment.clone().into()),
        ("due_at", time(task.due_at)),
        ("due", time(task.due_at)),
        ("performer", performer),
        ("performer_type", task.performer.as_ref().map(|performer| performer.kind().to_owned()).into()),
        ("customer", record(&task.customer)),
        ("order", record(&task.order)),
        ("phone", task.phone.clone().into()),
        ("done", task.done_at.is_some().into()),
        ("done_at", time(task.done_at)),
        ("creator", task.creator.as_ref().map_or(Value::Null, |id| book.user(id))),
        ("created_at", Value::Time(task.created_at)),
        ("url", task.url.clone().into()),
    ];
    let fields: BTreeMap<String, Value> =
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Value::object(Map(fields))
}
