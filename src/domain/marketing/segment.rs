//! What of a segment's condition the database can answer by its indexes: a filter that lets through at least everybody
//! whom the condition is true of. The rest is evaluated, customer by customer.

use crate::domain::code::fold;
use crate::domain::expression::tree::{Comparison, Form, Node};
use crate::domain::expression::{Expression, Value};
use crate::domain::record::catalogue::CUSTOM;
use crate::domain::record::decimal::Decimal;

/// A filter over the columns that stand beside a customer's state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Narrowed {
    /// Ids of managers, one of whom it is.
    pub managers: Option<Vec<String>>,
    /// Codes of sites.
    pub sites: Option<Vec<String>>,
    /// Bounds of the sum in hundredths, each of which counts.
    pub sum_from: Option<i64>,
    pub sum_to: Option<i64>,
    /// Custom fields: code and folded value.
    pub custom: Vec<(String, String)>,
    /// Whether the filter says all that the condition says, so that nothing need be evaluated.
    pub exact: bool,
}

/// The filter of a condition over a customer.
#[must_use]
pub fn narrow(condition: &Expression) -> Narrowed {
    let mut filter = Narrowed { exact: true, ..Narrowed::default() };
    let root = condition.tree();
    let parts = if let Form::All(nodes) = &root.form { nodes.as_slice() } else { std::slice::from_ref(root) };
    for part in parts {
        filter.exact &= filter.take(part);
    }
    filter
}

impl Narrowed {
    /// Whether the filter now says all that the part says.
    fn take(&mut self, part: &Node) -> bool {
        match &part.form {
            Form::Literal(Value::Bool(true)) => true,
            Form::Compare { comparison, left, right } => match (path(left), &right.form) {
                (Some(path), Form::Literal(value)) => self.compare(&path, *comparison, value),
                _ => false,
            },
            Form::In { item, list, negated: false } => {
                let Form::List(nodes) = &list.form else { return false };
                let codes: Option<Vec<String>> =
                    nodes.iter().map(|node| node.as_text().map(str::to_owned)).collect();
                match (path(item), codes) {
                    (Some(path), Some(codes)) if !codes.is_empty() => self.one_of(&path, codes),
                    _ => false,
                }
            }
            _ => false,
        }
    }

    fn compare(&mut self, path: &str, comparison: Comparison, value: &Value) -> bool {
        match (path, comparison, value) {
            (_, Comparison::Equal, Value::Text(text)) => self.one_of(path, vec![text.to_string()]),
            ("total_sum", _, Value::Number(sum)) => {
                self.sum(comparison, *sum);
                false
            }
            _ => false,
        }
    }

    fn one_of(&mut self, path: &str, codes: Vec<String>) -> bool {
        let place = match path {
            "manager" | "manager.id" => &mut self.managers,
            "site" | "site.code" => &mut self.sites,
            _ => {
                // The column has the value folded, and a number perhaps otherwise spelled: it only narrows.
                if let (Some(code), [value]) = (path.strip_prefix(CUSTOM), codes.as_slice())
                    && Decimal::parse(value).is_none()
                {
                    self.custom.push((code.trim_end_matches(".code").to_owned(), fold(value)));
                }
                return false;
            }
        };
        // Of two such parts the second one is evaluated.
        let free = place.is_none();
        place.get_or_insert(codes);
        free
    }

    /// The column is rounded to hundredths, so a bound is kept a hundredth wider than it is.
    fn sum(&mut self, comparison: Comparison, sum: Decimal) {
        let hundredths = sum.times(Decimal::from_integer(100)).over(Decimal::ONE).and_then(floor);
        let Some(floor) = hundredths else { return };
        let from = |bound: Option<i64>| Some(bound.map_or(floor - 1, |known| known.max(floor - 1)));
        let to = |bound: Option<i64>| Some(bound.map_or(floor + 2, |known| known.min(floor + 2)));
        match comparison {
            Comparison::More | Comparison::AtLeast => self.sum_from = from(self.sum_from),
            Comparison::Less | Comparison::AtMost => self.sum_to = to(self.sum_to),
            Comparison::Equal => (self.sum_from, self.sum_to) = (from(self.sum_from), to(self.sum_to)),
            Comparison::Unequal => {}
        }
    }
}

fn floor(number: Decimal) -> Option<i64> {
    number.minus(number.remainder(Decimal::ONE)?).to_integer()
}

/// The path beneath `customer`.
fn path(node: &Node) -> Option<String> {
    match &node.form {
        Form::Root(name) if name.as_ref() == "customer" => Some(String::new()),
        Form::Member { of, name, .. } => {
            let path = path(of)?;
            Some(if path.is_empty() { name.to_string() } else { format!("{path}.{name}") })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_columns_know_is_asked_of_them() {
        let one = |text: &str| Some(vec![text.to_owned()]);
        let exact = Narrowed { exact: true, ..Narrowed::default() };
        let rest = Narrowed::default();
        for (source, expected) in [
            ("true", exact.clone()),
            ("customer.manager.id == 'u-1'", Narrowed { managers: one("u-1"), ..exact.clone() }),
            ("customer.site == 'de' and customer.vip", Narrowed { sites: one("de"), ..rest.clone() }),
            (
                "customer.site.code in ['de', 'fr'] and customer.manager == 'u-1'",
                Narrowed {
                    managers: one("u-1"),
                    sites: Some(vec!["de".into(), "fr".into()]),
                    ..exact.clone()
                },
            ),
            (
                "customer.total_sum > 100 and customer.getTotalSumm() <= 200.5",
                Narrowed { sum_from: Some(9_999), sum_to: Some(20_052), ..rest.clone() },
            ),
            ("customer.total_sum == 5", Narrowed { sum_from: Some(499), sum_to: Some(502), ..rest.clone() }),
            (
                "customer.custom_colour == 'Red' and customer.custom_size == '5'",
                Narrowed { custom: vec![("colour".into(), "red".into())], ..rest.clone() },
            ),
            (
                "customer.site == 'de' and customer.site == 'fr'",
                Narrowed { sites: one("de"), ..rest.clone() },
            ),
            ("customer.site == 'de' or customer.vip", rest.clone()),
            ("customer.site not in ['de'] and customer.site != 'x'", rest.clone()),
            ("customer.site in []", rest.clone()),
            ("customer.orders_count > 3 and customer.birthday != null", rest.clone()),
            ("not (customer.site == 'de')", rest.clone()),
        ] {
            assert_eq!(narrow(&Expression::condition(source).unwrap()), expected, "{source}");
        }
    }
}
