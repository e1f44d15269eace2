//! A trigger: the event that it listens to, when it fires, what it does, and how often at most.
//!
//! Filter and condition are kept as they were written; the language is `domain::expression`'s.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::{self, Action};
use super::cron::Cron;
use super::repeat::Repeat;
use super::template::{TemplateEvent, code_of};
use super::{LONGEST_LINE, LONGEST_NAME};
use crate::domain::code;
use crate::domain::error::{Error, Fault, FieldError, Result};
use crate::domain::event::{Event, Fact};
use crate::domain::kind::names;
use crate::domain::record::RecordType;

names! {
    /// The records that a schedule goes over.
    Over {
        Order = "order",
        Customer = "customer",
    }
}

impl Over {
    #[must_use]
    pub fn record_type(self) -> RecordType {
        match self {
            Self::Order => RecordType::Order,
            Self::Customer => RecordType::Customer,
        }
    }
}

names! {
    /// What happened to a task.
    TaskMoment {
        Created = "created",
        /// Its time has come.
        Due = "due",
        /// Its time passed, and it is still open.
        Overdue = "overdue",
        Done = "done",
    }
}

/// What a trigger listens to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[schemars(rename = "TriggerEvent")]
pub enum On {
    /// An order was created, changed or deleted.
    OrderChanged {},
    CustomerChanged {},
    TaskCreated {},
    TaskDue {},
    TaskOverdue {},
    TaskDone {},
    /// The event `call.missed`.
    CallMissed {},
    /// The event `call.received`.
    CallReceived {},
    /// An event of this type, told over the API.
    Custom {
        name: String,
    },
    /// Five fields as in crontab, in the account's zone.
    Schedule {
        cron: String,
        /// Once for each record that the filter lets through; once at all if absent.
        #[serde(default)]
        over: Option<Over>,
    },
    /// Another trigger fired for a record, so long ago.
    AfterTrigger {
        trigger: String,
        #[serde(default)]
        delay_s: i64,
    },
}

/// The types of custom events that are calls.
pub const CALL_MISSED: &str = "call.missed";
pub const CALL_RECEIVED: &str = "call.received";

impl On {
    /// The name under which it is looked up.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::OrderChanged {} => "order_changed".into(),
            Self::CustomerChanged {} => "customer_changed".into(),
            Self::TaskCreated {} => "task_created".into(),
            Self::TaskDue {} => "task_due".into(),
            Self::TaskOverdue {} => "task_overdue".into(),
            Self::TaskDone {} => "task_done".into(),
            Self::CallMissed {} => "call_missed".into(),
            Self::CallReceived {} => "call_received".into(),
            Self::Custom { name } => format!("custom:{name}"),
            Self::Schedule { .. } => "schedule".into(),
            Self::AfterTrigger { trigger, .. } => format!("after:{trigger}"),
        }
    }

    /// What its templates may name.
    #[must_use]
    pub fn template_event(&self) -> TemplateEvent {
        match self {
            Self::OrderChanged {} => TemplateEvent::Order,
            Self::CustomerChanged {} => TemplateEvent::Customer,
            Self::TaskCreated {} | Self::TaskDue {} | Self::TaskOverdue {} | Self::TaskDone {} => {
                TemplateEvent::Task
            }
            Self::CallMissed {} | Self::CallReceived {} => TemplateEvent::Call,
            Self::Custom { .. } => TemplateEvent::Custom,
            Self::Schedule { over, .. } => match over {
                Some(Over::Order) => TemplateEvent::Order,
                Some(Over::Customer) => TemplateEvent::Customer,
                None => TemplateEvent::Schedule,
            },
            Self::AfterTrigger { .. } => TemplateEvent::Any,
        }
    }

    /// Whether a template for those events can be used here.
    #[must_use]
    pub fn fits(&self, template: TemplateEvent) -> bool {
        // What follows another trigger may be about anything.
        let follows = matches!(self, Self::AfterTrigger { .. });
        follows || template == TemplateEvent::Any || template == self.template_event()
    }
}

/// The name under which the triggers of an event are looked up; none where no trigger can listen to it.
#[must_use]
pub fn key_of(event: &Event) -> Option<String> {
    let key = match &event.fact {
        Fact::RecordChanged(changed) => match changed.change_set.record_type {
            RecordType::Order => "order_changed".to_owned(),
            RecordType::Customer => "customer_changed".to_owned(),
            RecordType::Task => return None,
        },
        Fact::Custom(custom) => match custom.event_type.as_str() {
            CALL_MISSED => "call_missed".to_owned(),
            CALL_RECEIVED => "call_received".to_owned(),
            name => format!("custom:{name}"),
        },
        Fact::Task(task) => format!("task_{}", task.moment.name()),
        Fact::OneTime(_) | Fact::Reminders(_) | Fact::Tick(_) => return None,
    };
    Some(key)
}

/// What somebody says a trigger is to be. Stored as it is, so a field is only ever added with a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TriggerDraft")]
pub struct Trigger {
    /// Made from the name if absent.
    #[serde(default)]
    pub code: Option<String>,
    pub name: String,
    #[serde(default = "yes")]
    pub active: bool,
    /// Lower goes first.
    #[serde(default = "usual")]
    pub ordering: i64,
    pub event: On,
    /// What must hold anyway.
    #[serde(default)]
    pub filter: Option<String>,
    /// What must have happened.
    #[serde(default)]
    pub condition: Option<String>,
    #[serde(default)]
    pub actions: Vec<Action>,
    #[serde(default)]
    pub repeat: Repeat,
}

fn yes() -> bool {
    true
}

fn usual() -> i64 {
    990
}

/// Longest name of a custom event that is listened to.
const LONGEST_EVENT: usize = 255;

impl Trigger {
    /// The trigger with trimmed names, and without what means nothing.
    ///
    /// # Errors
    /// All faults of all fields, but those of expressions and templates.
    pub fn check(mut self) -> Result<Self> {
        let mut faults = Vec::new();
        let mut fault =
            |field: &str, fault| faults.push(FieldError { field: field.to_owned().into(), fault });
        match code::name("name", &self.name, LONGEST_NAME) {
            Ok(name) => self.name = name,
            Err(_) if self.name.trim().is_empty() => fault("name", Fault::Required),
            Err(_) => fault("name", Fault::TooLong(LONGEST_NAME)),
        }
        match code_of(self.code.as_deref(), &self.name) {
            Ok(code) => self.code = Some(code),
            Err(problem) => fault("code", problem),
        }
        if !(0..=1_000_000).contains(&self.ordering) {
            fault("ordering", Fault::NotBetween(0, 1_000_000));
        }
        match &mut self.event {
            On::Custom { name } => {
                *name = name.trim().to_owned();
                if name.is_empty() || name.chars().any(char::is_control) {
                    fault("event.name", Fault::Required);
                } else if name.chars().count() > LONGEST_EVENT {
                    fault("event.name", Fault::TooLong(LONGEST_EVENT));
                }
            }
            On::Schedule { cron, .. } => {
                *cron = cron.split_whitespace().collect::<Vec<_>>().join(" ");
                if Cron::parse(cron).is_none() {
                    fault("event.cron", Fault::NotACron);
                }
            }
            On::AfterTrigger { delay_s, .. } if !(0..=action::LONGEST_DELAY_S).contains(delay_s) => {
                fault("event.delay_s", Fault::NotBetween(0, action::LONGEST_DELAY_S));
            }
            _ => {}
        }
        for (field, text) in [("filter", &mut self.filter), ("condition", &mut self.condition)] {
            *text = text.take().filter(|text| !text.trim().is_empty());
            if text.as_ref().is_some_and(|text| text.len() > LONGEST_LINE) {
                fault(field, Fault::TooLong(LONGEST_LINE));
            }
        }
        faults.extend(self.repeat.check());
        faults.extend(action::check(&self.actions));
        if faults.is_empty() { Ok(self) } else { Err(Error::Invalid(faults)) }
    }

    /// The templates that it uses, each once.
    #[must_use]
    pub fn templates(&self) -> Vec<&str> {
        let mut used: Vec<&str> = self.actions.iter().filter_map(|action| action.deed.template()).collect();
        used.sort_unstable();
        used.dedup();
        used
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_trigger_reads_as_it_is_written_with_defaults() {
        let read: Trigger = serde_json::from_value(
            json!({"name": "A", "event": {"type": "order_changed"}, "condition": " "}),
        )
        .unwrap();
        let checked = read.check().unwrap();
        assert_eq!((checked.ordering, checked.active, checked.code.as_deref()), (990, true, Some("a")));
        assert_eq!(checked.condition, None);
        let again: Trigger = serde_json::from_value(serde_json::to_value(&checked).unwrap()).unwrap();
        assert_eq!(checked, again);
    }

    #[test]
    fn faults_name_their_fields() {
        let bad: Trigger = serde_json::from_value(json!({
            "name": " ", "ordering": -1, "event": {"type": "schedule", "cron": "61 * * * *"},
            "filter": "x".repeat(5_000), "repeat": {"at_most": {"times": 0, "per": "day"}},
        }))
        .unwrap();
        let Err(Error::Invalid(faults)) = bad.check() else { panic!("it is taken") };
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_ref()).collect();
        assert_eq!(fields, ["name", "ordering", "event.cron", "filter", "repeat.at_most.times"]);
    }

    #[test]
    fn a_template_fits_the_events_that_have_its_objects() {
        let on = |json| serde_json::from_value::<On>(json).unwrap();
        let order = on(json!({"type": "order_changed"}));
        assert!(order.fits(TemplateEvent::Order) && order.fits(TemplateEvent::Any));
        assert!(!order.fits(TemplateEvent::Call));
        let nightly = on(json!({"type": "schedule", "cron": "0 9 * * *", "over": "order"}));
        assert!(nightly.fits(TemplateEvent::Order) && !nightly.fits(TemplateEvent::Schedule));
        assert!(on(json!({"type": "after_trigger", "trigger": "t"})).fits(TemplateEvent::Task));
    }
}
