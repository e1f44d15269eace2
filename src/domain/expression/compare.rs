//! When two values are equal, and which one is less: the one place that decides it.
//!
//! | | |
//! |---|---|
//! | missing | neither equal nor unequal, neither less nor more; only `== null` sees it |
//! | number and text | as numbers, where the text spells one |
//! | text and text | as they are written, capitals counting |
//! | yes or no and 1, 0, `"true"`, `"false"` | alike |
//! | day and time | as days of the account's zone |
//! | day or time and text | where the text spells a day or time |
//! | list and list | element by element; lists have no order |
//! | object | by what it is compared by: a status by its code, a user by his id |

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;

use super::dates;
use super::evaluate::{Machine, Outcome};
use super::value::Value;

/// A day, or a point of time.
enum Moment {
    Day(Date),
    At(i64),
}

impl Machine<'_> {
    pub(super) fn equal(&mut self, left: &Value, right: &Value) -> Outcome<bool> {
        self.spend(1)?;
        Ok(match (left, right) {
            (Value::Null, _) | (_, Value::Null) => false,
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Bool(yes), other) | (other, Value::Bool(yes)) => spelled(other) == Some(*yes),
            (Value::List(left), Value::List(right)) => {
                if left.items().len() != right.items().len() {
                    return Ok(false);
                }
                for (left, right) in left.items().iter().zip(right.items()) {
                    if !self.equal(left, right)? {
                        return Ok(false);
                    }
                }
                true
            }
            _ => self.order(left, right) == Some(Ordering::Equal),
        })
    }

    /// Which one is less, where that can be said.
    pub(super) fn order(&self, left: &Value, right: &Value) -> Option<Ordering> {
        match (left, right) {
            (Value::Object(object), other) => {
                let plain = object.plain();
                if let Value::Object(_) = plain { None } else { self.order(&plain, other) }
            }
            (other, object @ Value::Object(_)) => Some(self.order(object, other)?.reverse()),
            (Value::Number(left), right) => Some(left.cmp(&right.number()?)),
            (left, Value::Number(right)) => Some(left.number()?.cmp(right)),
            (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
            (Value::Date(_) | Value::Time(_), _) | (_, Value::Date(_) | Value::Time(_)) => {
                let days = |at: i64| self.day_of(at);
                Some(match (self.moment(left)?, self.moment(right)?) {
                    (Moment::Day(left), Moment::Day(right)) => left.cmp(&right),
                    (Moment::At(left), Moment::At(right)) => left.cmp(&right),
                    (Moment::Day(left), Moment::At(right)) => left.cmp(&days(right)?),
                    (Moment::At(left), Moment::Day(right)) => days(left)?.cmp(&right),
                })
            }
            _ => None,
        }
    }

    fn day_of(&self, at: i64) -> Option<Date> {
        Some(self.objects.zone().to_datetime(Timestamp::from_millisecond(at).ok()?).date())
    }

    fn moment(&self, value: &Value) -> Option<Moment> {
        match value {
            Value::Date(date) => Some(Moment::Day(*date)),
            Value::Time(at) => Some(Moment::At(*at)),
            Value::Text(text) => self.moment(&dates::written(text, self.objects.zone())?),
            _ => None,
        }
    }

    /// As a point of time; a day by its begin.
    pub(super) fn instant(&self, value: &Value) -> Option<i64> {
        match self.moment(value)? {
            Moment::At(at) => Some(at),
            Moment::Day(date) => {
                let start = date.to_datetime(jiff::civil::Time::midnight());
                Some(self.objects.zone().to_timestamp(start).ok()?.as_millisecond())
            }
        }
    }
}

/// The yes or no that a value spells.
fn spelled(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        Value::Text(text) => match text.as_ref() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        Value::Number(number) => match number.to_integer() {
            Some(1) => Some(true),
            Some(0) => Some(false),
            _ => None,
        },
        Value::Object(object) => match object.plain() {
            Value::Object(_) => None,
            plain => spelled(&plain),
        },
        _ => None,
    }
}
