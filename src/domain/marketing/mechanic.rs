//! The mechanics: what in the life of a customer gives a rule an occasion.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::record::state::State;
use crate::domain::record::value::Value;

/// What a rule waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Mechanic {
    /// So many days after the last order.
    SinceLastOrder { days: i64 },
    /// So many days before a date that comes every year.
    PersonalDate {
        field: String,
        #[serde(default)]
        days_before: i64,
    },
    /// The so-manieth order.
    RepeatPurchase { orders: i64 },
    /// A cart was left, as an event of this name tells, and nothing ordered since.
    AbandonedCart { event: String },
    /// Nothing ordered for so many days or more, whenever that was.
    Reactivation { days: i64 },
    /// He came into a segment of the rule.
    SegmentEntered {},
}

/// What a mechanic must know of a customer.
#[derive(Debug, Clone, Default)]
pub struct Standing<'a> {
    pub state: Option<&'a State>,
    pub orders: i64,
    pub last_order_at: Option<i64>,
    /// The last event of the mechanic's name.
    pub cart_left_at: Option<i64>,
    /// When he came into a segment of the rule; none while he is in none, and for those who were in it when the rule began.
    pub entered_at: Option<i64>,
}

/// A reason to act. Two occasions of one period are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    pub period: String,
    pub at: i64,
}

/// A server that was down, or a rule switched on at noon, still acts upon what was due so many days ago.
const GRACE_DAYS: i64 = 3;
const DAY_MS: i64 = 86_400_000;

impl Mechanic {
    /// Since when a customer has an occasion, at the latest: of one that lasts, when it began.
    #[must_use]
    pub fn since(&self, occasion: &Occasion) -> i64 {
        match self {
            Self::Reactivation { days } => {
                let last = occasion.period.strip_prefix("order:").and_then(|last| last.parse::<i64>().ok());
                last.map_or(occasion.at, |last| (last + days * DAY_MS).min(occasion.at))
            }
            _ => occasion.at,
        }
    }

    /// The occasion that a customer has now. `lead_days` is how much earlier than the occasion its rule acts.
    #[must_use]
    pub fn occasion(
        &self,
        standing: &Standing,
        lead_days: i64,
        now: i64,
        zone: &TimeZone,
    ) -> Option<Occasion> {
        match self {
            Self::SinceLastOrder { days } => {
                let last = standing.last_order_at?;
                let at = last + days * DAY_MS;
                let late = now - at;
                let fits = (-lead_days * DAY_MS..=GRACE_DAYS * DAY_MS).contains(&late);
                fits.then(|| Occasion { period: format!("order:{last}"), at })
            }
            Self::Reactivation { days } => {
                let last = standing.last_order_at?;
                let at = last + days * DAY_MS;
                (now >= at).then(|| Occasion { period: format!("order:{last}"), at: now })
            }
            Self::PersonalDate { field, days_before } => {
                let Some(Value::Date(date)) = standing.state?.get(field) else { return None };
                let today = day(now, zone)?;
                let (this, next) = (of_year(*date, today.year())?, of_year(*date, today.year() + 1)?);
                let coming = if this >= today { this } else { next };
                let begins =
                    coming.checked_sub(jiff::Span::new().try_days(days_before + lead_days).ok()?).ok()?;
                let at = coming.checked_sub(jiff::Span::new().try_days(*days_before).ok()?).ok()?;
                let period = format!("date:{field}:{}", coming.year());
                (today >= begins).then_some(Occasion { period, at: start(at, zone)? })
            }
            Self::RepeatPurchase { orders } => {
                let at = standing.last_order_at?;
                let fresh = now - at <= GRACE_DAYS * DAY_MS;
                (standing.orders == *orders && fresh)
                    .then(|| Occasion { period: format!("orders:{orders}"), at })
            }
            Self::AbandonedCart { .. } => {
                let at = standing.cart_left_at?;
                let bought = standing.last_order_at.is_some_and(|order| order >= at);
                let fresh = now - at <= GRACE_DAYS * DAY_MS;
                (!bought && fresh).then(|| Occasion { period: format!("cart:{at}"), at })
            }
            Self::SegmentEntered {} => {
                let at = standing.entered_at?;
                Some(Occasion { period: format!("entered:{at}"), at })
            }
        }
    }
}

fn day(at: i64, zone: &TimeZone) -> Option<Date> {
    Some(zone.to_datetime(Timestamp::from_millisecond(at).ok()?).date())
}

fn start(date: Date, zone: &TimeZone) -> Option<i64> {
    let midnight = date.to_datetime(jiff::civil::Time::midnight());
    Some(zone.to_timestamp(midnight).ok()?.as_millisecond())
}

/// The day in a year; a 29 February is a 28th where there is none.
fn of_year(date: Date, year: i16) -> Option<Date> {
    Date::new(year, date.month(), date.day()).or_else(|_| Date::new(year, date.month(), 28)).ok()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::domain::record::RecordType;

    fn zone() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    fn at(text: &str) -> i64 {
        zone().to_timestamp(text.parse().unwrap()).unwrap().as_millisecond()
    }

    #[test]
    fn a_birthday_in_three_days_is_an_occasion_once_a_year() {
        let rule = Mechanic::PersonalDate { field: "birthday".into(), days_before: 3 };
        for (birthday, now, expected) in [
            ("1990-11-26", "2026-11-23T00:30", Some(("date:birthday:2026", "2026-11-23T00:00"))),
            ("1990-11-26", "2026-11-22T23:59", None),
            ("1990-11-26", "2026-11-26T12:00", Some(("date:birthday:2026", "2026-11-23T00:00"))),
            ("1990-11-26", "2026-11-27T00:00", None),
            ("1990-01-01", "2026-12-29T09:00", Some(("date:birthday:2027", "2026-12-29T00:00"))),
            ("1992-02-29", "2026-02-25T09:00", Some(("date:birthday:2026", "2026-02-25T00:00"))),
            ("1992-02-29", "2028-02-25T09:00", None),
            ("1992-02-29", "2028-02-26T09:00", Some(("date:birthday:2028", "2028-02-26T00:00"))),
        ] {
            let mut state = State::new(RecordType::Customer);
            state.fields.insert(Cow::Borrowed("birthday"), Value::Date(birthday.parse().unwrap()));
            let standing = Standing { state: Some(&state), ..Standing::default() };
            let found = rule.occasion(&standing, 0, at(now), &zone());
            let expected = expected.map(|(period, begin)| Occasion { period: period.into(), at: at(begin) });
            assert_eq!(found, expected, "{birthday} {now}");
        }
        let nobody = Standing { state: None, ..Standing::default() };
        assert_eq!(rule.occasion(&nobody, 0, at("2026-11-23T09:00"), &zone()), None);
    }

    #[test]
    fn what_lasts_began_when_it_first_was() {
        let order = at("2026-11-01T10:00");
        let found = |at| Occasion { period: format!("order:{order}"), at };
        let late = order + 40 * DAY_MS;
        for (mechanic, occasion, since) in [
            (Mechanic::Reactivation { days: 30 }, found(late), order + 30 * DAY_MS),
            (Mechanic::Reactivation { days: 30 }, found(order), order),
            (Mechanic::SinceLastOrder { days: 30 }, found(late), late),
            (Mechanic::SegmentEntered {}, Occasion { period: "entered:5".into(), at: 5 }, 5),
        ] {
            assert_eq!(mechanic.since(&occasion), since, "{mechanic:?}");
        }
    }

    #[test]
    fn orders_and_carts_give_occasions_while_they_are_fresh() {
        let order = at("2026-11-01T10:00");
        let standing = Standing { orders: 3, last_order_at: Some(order), ..Standing::default() };
        let cart = |left: &str| Standing { cart_left_at: Some(at(left)), ..standing.clone() };
        let entered = Standing { entered_at: Some(at("2026-11-20T10:00")), ..Standing::default() };
        let cart_rule = Mechanic::AbandonedCart { event: "cart.left".into() };
        for (rule, standing, now, expected) in [
            (Mechanic::SinceLastOrder { days: 10 }, &standing, "2026-11-11T09:59", false),
            (Mechanic::SinceLastOrder { days: 10 }, &standing, "2026-11-11T10:00", true),
            (Mechanic::SinceLastOrder { days: 10 }, &standing, "2026-11-14T10:00", true),
            (Mechanic::SinceLastOrder { days: 10 }, &standing, "2026-11-14T10:01", false),
            (Mechanic::SinceLastOrder { days: 10 }, &entered, "2026-11-11T10:00", false),
            (Mechanic::Reactivation { days: 10 }, &standing, "2026-11-11T09:59", false),
            (Mechanic::Reactivation { days: 10 }, &standing, "2027-11-11T09:59", true),
            (Mechanic::RepeatPurchase { orders: 3 }, &standing, "2026-11-01T10:01", true),
            (Mechanic::RepeatPurchase { orders: 2 }, &standing, "2026-11-01T10:01", false),
            (Mechanic::RepeatPurchase { orders: 3 }, &standing, "2026-11-05T10:01", false),
            (cart_rule.clone(), &cart("2026-11-01T09:00"), "2026-11-01T12:00", false),
            (cart_rule.clone(), &cart("2026-11-01T11:00"), "2026-11-01T12:00", true),
            (cart_rule, &cart("2026-11-01T11:00"), "2026-11-05T12:00", false),
            (Mechanic::SegmentEntered {}, &entered, "2026-11-20T10:00", true),
            (Mechanic::SegmentEntered {}, &standing, "2026-11-20T10:00", false),
        ] {
            assert_eq!(rule.occasion(standing, 0, at(now), &zone()).is_some(), expected, "{rule:?} {now}");
        }
        let early =
            Mechanic::SinceLastOrder { days: 10 }.occasion(&standing, 2, at("2026-11-09T10:00"), &zone());
        assert_eq!(early.map(|occasion| occasion.at), Some(at("2026-11-11T10:00")));
    }
}
