//! Made-up things to show a template with, where no record is at hand: an order of an invented buyer, a task, a call.

use serde_json::json;

use super::stage::{Shown, Stage, Stagehand};
use crate::domain::actor::Actor;
use crate::domain::error::Result;
use crate::domain::event::{Custom, Event, Fact, TaskTold};
use crate::domain::facts::shape::Topic;
use crate::domain::id::{Account, EventId, TaskId};
use crate::domain::record::decimal::Decimal;
use crate::domain::record::state::State;
use crate::domain::record::value::Value;
use crate::domain::record::{RecordId, RecordType};
use crate::domain::rule::trigger::{CALL_MISSED, TaskMoment};
use crate::store::Tx;

const HOUR_MS: i64 = 3_600_000;

fn text(state: &mut State, name: &'static str, text: &str) {
    state.fields.insert(name.into(), Value::Text(text.to_owned()));
}

fn order(now: i64) -> State {
    let mut order = State::new(RecordType::Order);
    for (name, value) in [
        ("number", "1001"),
        ("first_name", "Ada"),
        ("last_name", "Lovelace"),
        ("phone", "+44 20 7946 0018"),
        ("email", "ada@example.com"),
    ] {
        text(&mut order, name, value);
    }
    order.fields.insert("status".into(), Value::Code("new".to_owned()));
    order.fields.insert("total_sum".into(), Value::Number(Decimal::from_integer(1_250)));
    order.fields.insert("created_at".into(), Value::Instant(now / 1_000 * 1_000));
    order
}

fn customer(now: i64) -> State {
    let mut customer = State::new(RecordType::Customer);
    for (name, value) in [("first_name", "Ada"), ("last_name", "Lovelace"), ("email", "ada@example.com")] {
        text(&mut customer, name, value);
    }
    customer.fields.insert("created_at".into(), Value::Instant(now / 1_000 * 1_000));
    customer
}

/// Made-up things of a topic.
///
/// # Errors
/// What the store says.
pub fn stage(tx: &mut Tx, hand: &Stagehand, topic: Topic, now: i64) -> Result<Stage> {
    let dress = |state: State, title: &str, number: i64| -> Shown {
        hand.dress(RecordId::new("sample".to_owned()), number, title.to_owned(), String::new(), state)
    };
    let event = |fact| Event {
        account: Account(0),
        id: EventId::new("sample".to_owned()),
        actor: Actor::System,
        fact,
        created_at: now,
        send_at: None,
        recalled_at: None,
    };
    let custom = |event_type: &str| Custom {
        event_type: event_type.to_owned(),
        source: String::new(),
        id: None,
        record: None,
        data: Some(json!({"phone": "+44 20 7946 0018", "result": "no answer"})),
        attributes: std::collections::BTreeMap::new(),
    };
    match topic {
        Topic::Order | Topic::Any | Topic::Schedule => {
            let shown = dress(order(now), "1001", 1_001);
            let buyer = dress(customer(now), "Ada Lovelace", 1_002);
            let mut stage = hand.of_record(tx, Some(shown))?;
            stage.set_customer(buyer);
            Ok(stage)
        }
        Topic::Customer => hand.of_record(tx, Some(dress(customer(now), "Ada Lovelace", 1_002))),
        Topic::Task => {
            let told = TaskTold {
                moment: TaskMoment::Due,
                task: TaskId::new("sample".to_owned()),
                number: 7,
                text: "Call Ada Lovelace".to_owned(),
                comment: None,
                due_at: Some(now + HOUR_MS),
                performer: None,
                customer: None,
                order: None,
                phone: Some("+44 20 7946 0018".to_owned()),
                done_at: None,
                creator: None,
                created_at: now,
            };
            hand.of_event(tx, &event(Fact::Task(Box::new(told))))
        }
        Topic::Call => hand.of_event(tx, &event(Fact::Custom(custom(CALL_MISSED)))),
        Topic::Custom => hand.of_event(tx, &event(Fact::Custom(custom("cart.left")))),
    }
}
