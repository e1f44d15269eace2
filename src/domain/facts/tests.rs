//! The list of variables, the shape that expressions are checked against, and the objects themselves say the same.

use std::sync::Arc;

use super::shape::{Topic, shape};
use super::variables::{of_change, variables};
use super::{Book, TaskState, task};
use crate::domain::expression::tests::{custom, scene};
use crate::domain::expression::{Expression, Limits, Value};
use crate::domain::id::{TaskId, UserId};
use crate::domain::record::RecordType;
use crate::domain::task::Performer;

#[test]
fn every_variable_leads_somewhere() {
    for topic in Topic::ALL {
        let shape = shape(*topic, &custom());
        let list = variables(*topic, &custom());
        assert!(list.len() > 4, "{topic:?}");
        for variable in list {
            // Codes of custom fields may have hyphens.
            let path = variable.path.replace(".custom_size-1", "[\"custom_size-1\"]");
            let expression = Expression::parse(&path).unwrap();
            assert_eq!(expression.check(&shape), [], "{topic:?} {path}");
        }
    }
}

#[test]
fn a_field_of_change_sets_is_named_by_one_variable() {
    for record_type in RecordType::OF_SHOPS {
        let topic = if record_type == RecordType::Order { Topic::Order } else { Topic::Customer };
        let list = variables(topic, &custom());
        let own = list.iter().filter(|variable| variable.path.starts_with(record_type.name()));
        let mut changes: Vec<_> = own.filter_map(|variable| variable.change.clone()).collect();
        for change in &changes {
            assert!(of_change(record_type, &custom(), change).is_some(), "{change}");
        }
        let all = changes.len();
        changes.sort_unstable();
        changes.dedup();
        assert_eq!(changes.len(), all);
    }
    assert_eq!(of_change(RecordType::Order, &custom(), "status").as_deref(), Some("order.status.code"));
    assert_eq!(of_change(RecordType::Order, &custom(), "nothing"), None);
}

#[test]
fn a_task_tells_what_it_is() {
    let state = TaskState {
        id: TaskId::new("t-1".into()),
        number: 17,
        text: "Call".into(),
        comment: None,
        due_at: Some(0),
        performer: Some(Performer::User(UserId::new("u-9".into()))),
        customer: None,
        order: None,
        phone: Some("5".into()),
        done_at: None,
        creator: None,
        created_at: 0,
        url: None,
    };
    let scene = scene().with("task", task(&state, &Arc::new(Book::default())));
    for (source, expected) in [
        ("task.text ~ task.number ~ task.phone", "Call175"),
        ("task.performer.id ~ task.performer_type ~ task.performer.name", "u-9user"),
        ("task.due_at == date('1970-01-01') and not task.done and task.comment == null", "true"),
    ] {
        let value = Expression::parse(source).unwrap().evaluate(&scene, Limits::default());
        assert_eq!(value.map(|value: Value| value.to_text(100)), Ok(expected.to_owned()), "{source}");
    }
}
