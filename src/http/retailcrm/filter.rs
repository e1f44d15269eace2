//! The fields of a filter, taken out one by one. What is left over is refused: a filter that is passed over would find
//! more than was asked for.

use jiff::Span;
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value as Json};

use super::answer::{Refusal, Result};
use super::params::{self, Params};
use crate::domain::record::decimal::Decimal;

/// Values in one field of a filter.
const MOST: usize = 500;

/// A filter that is being read.
pub struct Filter {
    given: Map<String, Json>,
    faults: Vec<(String, String)>,
}

impl Filter {
    pub fn of(params: &Params) -> Self {
        let mut given = params.filter();
        given.retain(|_, value| !value.is_null());
        Self { given, faults: Vec::new() }
    }

    fn fault(&mut self, name: &str, why: impl Into<String>) {
        self.faults.push((format!("filter[{name}]"), why.into()));
    }

    /// What is left of the nested field of this name.
    pub fn take(&mut self, name: &str) -> Option<Json> {
        self.given.remove(name)
    }

    pub fn text(&mut self, name: &str) -> Option<String> {
        let given = self.given.remove(name)?;
        if given.is_object() || given.is_array() {
            self.fault(name, "This must be one value");
            return None;
        }
        params::text(&given)
    }

    pub fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let given = self.given.remove(name)?;
        let texts = params::texts(&given);
        if texts.len() > MOST {
            self.fault(name, format!("At most {MOST} values"));
        }
        (!texts.is_empty()).then_some(texts)
    }

    pub fn numbers(&mut self, name: &str) -> Option<Vec<i64>> {
        let texts = self.texts(name)?;
        let numbers: Option<Vec<i64>> = texts.iter().map(|text| text.parse().ok()).collect();
        if numbers.is_none() {
            self.fault(name, "This must be a whole number");
        }
        numbers
    }

    pub fn number(&mut self, name: &str) -> Option<i64> {
        let text = self.text(name)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.fault(name, "This must be a whole number");
        }
        number
    }

    /// An amount of money, in hundredths.
    pub fn hundredths(&mut self, name: &str) -> Option<i64> {
        let text = self.text(name)?;
        let amount = Decimal::parse(&text);
        let amount = amount.map(|a| a.times(Decimal::from_integer(100)));
        if amount.is_none() {
            self.fault(name, "This must be a number");
        }
        amount.and_then(Decimal::to_integer)
    }

    pub fn flag(&mut self, name: &str) -> Option<bool> {
        let text = self.text(name)?;
        match text.as_str() {
            "1" | "true" | "True" => Some(true),
            "0" | "false" | "False" => Some(false),
            _ => {
                self.fault(name, "This must be 1 or 0");
                None
            }
        }
    }

    /// From this moment on.
    pub fn from(&mut self, name: &str) -> Option<DateTime> {
        self.moment(name).map(|(at, _)| at)
    }

    /// Until the end of this second or day.
    pub fn to(&mut self, name: &str) -> Option<DateTime> {
        let (at, is_day) = self.moment(name)?;
        let span = if is_day { Span::new().days(1) } else { Span::new().seconds(1) };
        at.checked_add(span).ok()
    }

    fn moment(&mut self, name: &str) -> Option<(DateTime, bool)> {
        let text = self.text(name)?;
        let moment = match text.parse::<Date>() {
            Ok(date) if text.len() <= 10 => Some((DateTime::from(date), true)),
            _ => text.parse::<DateTime>().ok().map(|at| (at, false)),
        };
        if moment.is_none() {
            self.fault(name, "This must be a date or a time: 2027-01-31 or 2027-01-31 09:00:00");
        }
        moment
    }

    /// # Errors
    /// All that was wrong, and all that nobody took.
    pub fn finish(mut self) -> Result<()> {
        let rest: Vec<String> = self.given.keys().cloned().collect();
        for name in rest {
            self.fault(&name, "This filter is not supported");
        }
        if self.faults.is_empty() { Ok(()) } else { Err(Refusal::input_all(self.faults)) }
    }
}
