//! Values of the language of conditions as values of templates.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value as Jinja, ValueKind};
use minijinja::{Error, Output, State};

use crate::domain::expression::names::canonical;
use crate::domain::expression::{Objects, Value, read_date};

/// Objects that an event may have; whoever renders may add the last ones.
static ROOTS: &[&str] =
    &["order", "customer", "task", "event", "change_set", "call", "recipient", "account", "rule"];
/// How many of them an event of no kind has.
const OF_EVENTS: usize = 6;
pub static FUNCTIONS: &[&str] = &["now", "today", "date", "last_run", "lastRun"];

/// Longest text of one value.
const LONGEST: usize = 10_000;

pub fn is_extra(name: &str) -> bool {
    ROOTS[OF_EVENTS..].contains(&name)
}

/// All that a template may name.
pub fn context(objects: &dyn Objects) -> Jinja {
    let zone = Arc::new(objects.zone().clone());
    let now = objects.now();
    let mut roots = BTreeMap::new();
    for name in ROOTS {
        if let Some(value) = objects.object(name) {
            roots.insert(*name, jinja(value, &zone));
        }
    }
    let at = |text: &'static str| jinja(read_date(text, now, &zone), &zone);
    let (this_moment, this_day) = (at("now"), at("today"));
    roots.insert("now", Jinja::from_function(move || this_moment.clone()));
    roots.insert("today", Jinja::from_function(move || this_day.clone()));
    let last_run = jinja(objects.last_run(), &zone);
    roots.insert("last_run", Jinja::from_function(move || last_run.clone()));
    let in_zone = zone.clone();
    roots.insert(
        "date",
        Jinja::from_function(move |text: String| jinja(read_date(&text, now, &in_zone), &in_zone)),
    );
    Jinja::from_object(Roots(roots))
}

#[derive(Debug)]
struct Roots(BTreeMap<&'static str, Jinja>);

impl Object for Roots {
    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        self.0.get(canonical(key.as_str()?).as_ref()).cloned()
    }
}

/// What has no like in templates: days, times, objects.
#[derive(Debug)]
struct Held {
    value: Value,
    zone: Arc<TimeZone>,
}

fn jinja(value: Value, zone: &Arc<TimeZone>) -> Jinja {
    match value {
        Value::Null => Jinja::UNDEFINED,
        Value::Bool(yes) => yes.into(),
        Value::Number(number) => match number.to_integer() {
            Some(integer) => integer.into(),
            None => number.to_string().parse::<f64>().map_or(Jinja::UNDEFINED, Into::into),
        },
        Value::Text(text) => Jinja::from(text.as_ref()),
        Value::List(list) => list.items().iter().map(|item| jinja(item.clone(), zone)).collect(),
        value @ (Value::Date(_) | Value::Time(_) | Value::Object(_)) => {
            Jinja::from_object(Held { value, zone: zone.clone() })
        }
    }
}

/// The other way, for arguments of methods.
fn plain(value: &Jinja) -> Value {
    if let Some(held) = value.downcast_object_ref::<Held>() {
        return held.value.clone();
    }
    match value.as_str() {
        Some(text) => text.into(),
        None => value.as_i64().map_or(Value::Null, Value::integer),
    }
}

impl Held {
    fn get(&self, name: &str) -> Option<Jinja> {
        let name = canonical(name);
        let value = match &self.value {
            Value::Object(object) => object.get(&name),
            other => other.part(&name, &self.zone),
        };
        Some(jinja(value, &self.zone)).filter(|value| !value.is_undefined())
    }
}

impl Object for Held {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        match &self.value {
            Value::Object(object) if object.is_collection() => ObjectRepr::Iterable,
            Value::Object(_) => ObjectRepr::Map,
            _ => ObjectRepr::Plain,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        self.get(key.as_str()?)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let Value::Object(object) = &self.value else { return Enumerator::NonEnumerable };
        match object.items() {
            Some(items) => {
                Enumerator::Values(items.into_iter().map(|item| jinja(item, &self.zone)).collect())
            }
            None => Enumerator::Values(object.keys().into_iter().map(Jinja::from).collect()),
        }
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn call_method(self: &Arc<Self>, _: &mut State, name: &str, args: &[Jinja]) -> Result<Jinja, Error> {
        if args.is_empty() {
            return Ok(self.get(name).unwrap_or(Jinja::UNDEFINED));
        }
        let Value::Object(object) = &self.value else { return Ok(Jinja::UNDEFINED) };
        let args: Vec<_> = args.iter().map(plain).collect();
        Ok(jinja(object.call(&canonical(name), &args), &self.zone))
    }

    /// Days and times by which comes first; a status and a user by what they are compared by.
    fn custom_cmp(self: &Arc<Self>, other: &minijinja::value::DynObject) -> Option<std::cmp::Ordering> {
        let other = other.downcast_ref::<Self>()?;
        Some(sortable(&self.value).cmp(&sortable(&other.value)))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.value {
            Value::Time(at) => {
                let at = Timestamp::from_millisecond(*at).unwrap_or_default().to_zoned((*self.zone).clone());
                write!(f, "{}", at.strftime("%Y-%m-%d %H:%M"))
            }
            value => f.write_str(&value.to_text(LONGEST)),
        }
    }
}

/// A text in whose order days, times and all else have one place each.
fn sortable(value: &Value) -> (u8, i64, String) {
    match value.plain() {
        Value::Time(at) => (0, at, String::new()),
        Value::Date(date) => (1, i64::from(date.year()) * 400 + i64::from(date.day_of_year()), String::new()),
        other => (2, 0, other.to_text(1_000)),
    }
}

/// A getter of what is not there gives nothing; so does one of a plain value, but for the length of a list or text.
#[expect(clippy::unnecessary_wraps, reason = "the library asks for a callback that may fail")]
pub fn call(_: &mut State, value: &Jinja, name: &str, args: &[Jinja]) -> Result<Jinja, Error> {
    Ok(match (canonical(name).as_ref(), args) {
        ("count", []) => value.len().map_or(Jinja::UNDEFINED, Jinja::from),
        _ => Jinja::UNDEFINED,
    })
}

/// Prints a value: what is nothing as nothing, lists with commas, objects by their names.
pub fn print(out: &mut Output, state: &mut State, value: &Jinja) -> Result<(), Error> {
    if value.is_none() || value.is_undefined() {
        return Ok(());
    }
    if value.kind() != ValueKind::Seq {
        return minijinja::escape_formatter(out, state, value);
    }
    for (n, item) in value.try_iter()?.enumerate() {
        if n > 0 {
            out.write_str(", ").map_err(Error::from)?;
        }
        minijinja::escape_formatter(out, state, &item)?;
    }
    Ok(())
}
