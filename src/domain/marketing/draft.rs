//! A marketing rule as its author writes it, and what can be wrong with it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Scenario;
use super::mechanic::Mechanic;
use super::pace::{Cap, Frequency, Hours, Timing, When};
use crate::domain::code;
use crate::domain::error::{Error, Fault, FieldError, Result};
use crate::domain::rule::LONGEST_NAME;
use crate::domain::rule::action::{self, Action, Deed};
use crate::domain::rule::template::code_of;

/// What somebody says a marketing rule is to be. Stored as it is, so a field is only ever added with a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "MarketingRuleDraft")]
pub struct MarketingRule {
    /// Made from the name if absent.
    #[serde(default)]
    pub code: Option<String>,
    pub name: String,
    #[serde(default = "yes")]
    pub active: bool,
    pub mechanic: Mechanic,
    /// Ids of segments, one of which a customer must be in; all customers if there are none.
    #[serde(default)]
    pub segments: Vec<String>,
    pub frequency: Frequency,
    #[serde(default)]
    pub cap: Option<Cap>,
    #[serde(default)]
    pub window: Option<Hours>,
    #[serde(default)]
    pub timing: Timing,
    /// For how many hours an occasion that is held up is tried again.
    #[serde(default = "super::a_day")]
    pub retry_h: i64,
    #[serde(default)]
    pub actions: Vec<Action>,
}

fn yes() -> bool {
    true
}

const MOST_SEGMENTS: usize = 20;
/// Ten years.
const MOST_DAYS: i64 = 3_660;
const MOST_TIMES: i64 = 1_000;
const MOST_RETRY_H: i64 = 24 * 366;
const LONGEST_EVENT: usize = 255;
/// What is done for customers; the others are for triggers.
const DEEDS: &str = "notify, create_task, email";

impl MarketingRule {
    /// When and how often it acts.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        Scenario {
            mechanic: self.mechanic.clone(),
            frequency: self.frequency,
            cap: self.cap,
            window: self.window,
            timing: self.timing,
            retry_h: self.retry_h,
        }
    }

    /// The event that it waits for, if its customers are found by one.
    #[must_use]
    pub fn listens_to(&self) -> Option<&str> {
        match &self.mechanic {
            Mechanic::AbandonedCart { event } => Some(event),
            _ => None,
        }
    }

    /// The templates that it uses, each once.
    #[must_use]
    pub fn templates(&self) -> Vec<&str> {
        let mut used: Vec<&str> = self.actions.iter().filter_map(|action| action.deed.template()).collect();
        used.sort_unstable();
        used.dedup();
        used
    }

    /// The numbers that are out of bounds.
    fn bounds(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        let mut between = |field: &str, value: i64, least: i64, most: i64| {
            if !(least..=most).contains(&value) {
                let (field, fault) = (field.to_owned().into(), Fault::NotBetween(least, most));
                faults.push(FieldError { field, fault });
            }
        };
        match &self.mechanic {
            Mechanic::SinceLastOrder { days } | Mechanic::Reactivation { days } => {
                between("mechanic.days", *days, 1, MOST_DAYS);
            }
            Mechanic::PersonalDate { days_before, .. } => {
                between("mechanic.days_before", *days_before, 0, 366);
            }
            Mechanic::RepeatPurchase { orders } => between("mechanic.orders", *orders, 1, 1_000_000),
            Mechanic::AbandonedCart { .. } | Mechanic::SegmentEntered {} => {}
        }
        if let Frequency::Times { times, .. } = self.frequency {
            between("frequency.times", times, 1, MOST_TIMES);
        }
        if let Some(cap) = self.cap {
            between("cap.times", cap.times, 1, MOST_TIMES);
            between("cap.days", cap.days, 1, MOST_DAYS);
        }
        between("timing.amount", self.timing.amount, 0, 366 * 24 * 60);
        between("timing.amount", self.timing.lead_days(), 0, 366);
        between("retry_h", self.retry_h, 0, MOST_RETRY_H);
        faults
    }

    /// The rule with trimmed names.
    ///
    /// # Errors
    /// All faults of all fields, but those of texts and of what is named.
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
        faults.extend(self.bounds());
        let mut fault =
            |field: &str, fault| faults.push(FieldError { field: field.to_owned().into(), fault });
        self.segments.sort_unstable();
        self.segments.dedup();
        if self.segments.len() > MOST_SEGMENTS {
            fault("segments", Fault::TooMany(MOST_SEGMENTS));
        }
        if self.mechanic == (Mechanic::SegmentEntered {}) && self.segments.is_empty() {
            fault("segments", Fault::Required);
        }
        if let Mechanic::AbandonedCart { event } = &mut self.mechanic {
            *event = event.trim().to_owned();
            if event.is_empty() || event.chars().any(char::is_control) {
                fault("mechanic.event", Fault::Required);
            } else if event.chars().count() > LONGEST_EVENT {
                fault("mechanic.event", Fault::TooLong(LONGEST_EVENT));
            }
            // Before it was left, nobody knows of it.
            if self.timing.when == When::Before {
                fault("timing.when", Fault::NotAChoice("at_once, after"));
            }
        }
        if self.window.is_some_and(|window| window.from == window.to) {
            fault("window.to", Fault::SameTime);
        }
        for (n, action) in self.actions.iter().enumerate() {
            if !matches!(action.deed, Deed::Notify { .. } | Deed::CreateTask { .. } | Deed::Email { .. }) {
                fault(&format!("actions[{n}].type"), Fault::NotAChoice(DEEDS));
            }
        }
        faults.extend(action::check(&self.actions));
        if faults.is_empty() { Ok(self) } else { Err(Error::Invalid(faults)) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(json: &serde_json::Value) -> MarketingRule {
        let mut whole = json!({"name": "A", "mechanic": {"type": "since_last_order", "days": 30},
            "frequency": {"type": "once"}});
        whole.as_object_mut().unwrap().extend(json.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    }

    #[test]
    fn a_rule_reads_as_it_is_written_with_defaults() {
        let rule = read(&json!({"window": {"from": "09:00", "to": "20:00"}})).check().unwrap();
        assert_eq!((rule.code.as_deref(), rule.active, rule.retry_h), (Some("a"), true, 24));
        let written = serde_json::to_value(&rule).unwrap();
        assert_eq!(written["window"], json!({"from": "09:00", "to": "20:00"}));
        assert_eq!(serde_json::from_value::<MarketingRule>(written).unwrap(), rule);
    }

    #[test]
    fn faults_stand_at_their_fields() {
        for (json, fields) in [
            (json!({"name": " "}), vec!["name"]),
            (json!({"mechanic": {"type": "since_last_order", "days": 0}}), vec!["mechanic.days"]),
            (json!({"mechanic": {"type": "reactivation", "days": 99_999}}), vec!["mechanic.days"]),
            (
                json!({"mechanic": {"type": "personal_date", "field": "birthday", "days_before": -1}}),
                vec!["mechanic.days_before"],
            ),
            (json!({"mechanic": {"type": "repeat_purchase", "orders": 0}}), vec!["mechanic.orders"]),
            (json!({"mechanic": {"type": "abandoned_cart", "event": " "}}), vec!["mechanic.event"]),
            (json!({"mechanic": {"type": "segment_entered"}}), vec!["segments"]),
            (json!({"frequency": {"type": "times", "times": 0, "per": "year"}}), vec!["frequency.times"]),
            (json!({"cap": {"times": 0, "days": 0}}), vec!["cap.times", "cap.days"]),
            (json!({"window": {"from": "09:00", "to": "09:00"}}), vec!["window.to"]),
            (json!({"timing": {"when": "before", "amount": 400, "unit": "days"}}), vec!["timing.amount"]),
            (json!({"retry_h": -1}), vec!["retry_h"]),
            (json!({"actions": [{"type": "change_manager", "user": null}]}), vec!["actions[0].type"]),
        ] {
            let Err(Error::Invalid(faults)) = read(&json).check() else { panic!("{json} is taken") };
            assert_eq!(faults.iter().map(|fault| fault.field.as_ref()).collect::<Vec<_>>(), fields, "{json}");
        }
    }
}
