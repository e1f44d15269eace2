//! Exact decimal numbers: money, quantities, weights. Six places after the point, and no binary fractions, so that
//! 0.1 + 0.2 is 0.3 and `"5.00"` is 5. Not here: currencies and how a number looks to a reader.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A decimal number in millionths. What is read has at most 15 significant digits, because that is what a JSON number
/// carries there and back without loss; what is computed may have more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i128);

const PLACES: i32 = 6;
const ONE: i128 = 1_000_000;
const MOST_DIGITS: i128 = 1_000_000_000_000_000;

impl Decimal {
    pub const ZERO: Self = Self(0);
    pub const ONE: Self = Self(ONE);

    #[must_use]
    pub fn from_integer(number: i64) -> Self {
        Self(i128::from(number) * ONE)
    }

    /// Reads `-12`, `12.50`, `1e3`. More than six places are rounded, half away from zero: a shop that computes with
    /// binary fractions sends 0.30000000000000004 for 0.3.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok().filter(|e| e.abs() <= 30)?),
            None => (text, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let count = whole.len() + fraction.len();
        if whole.is_empty()
            || count > 36
            || !(whole.bytes().chain(fraction.bytes())).all(|b| b.is_ascii_digit())
        {
            return None;
        }
        let number: i128 = format!("{whole}{fraction}").parse().ok()?;
        let shift = PLACES + exponent - fraction.len() as i32;
        let millionths = match 10_i128.checked_pow(shift.unsigned_abs()) {
            Some(factor) if shift >= 0 => number.checked_mul(factor)?,
            Some(factor) => divided(number, factor),
            None if number == 0 || shift < 0 => 0,
            None => return None,
        };
        let mut significant = millionths;
        while significant != 0 && significant % 10 == 0 {
            significant /= 10;
        }
        let good = significant < MOST_DIGITS && millionths / ONE < MOST_DIGITS;
        good.then_some(Self(if negative { -millionths } else { millionths }))
    }

    /// The number, if it has no fraction.
    #[must_use]
    pub fn to_integer(self) -> Option<i64> {
        (self.0 % ONE == 0).then(|| i64::try_from(self.0 / ONE).ok()).flatten()
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The product, rounded to six places.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        self.0.checked_mul(other.0).map_or(Self(i128::MAX), |product| Self(divided(product, ONE)))
    }

    /// The quotient, rounded to six places; none where it cannot be divided.
    #[must_use]
    pub fn over(self, other: Self) -> Option<Self> {
        let number = self.0.checked_mul(ONE)?;
        // The least number there is has no opposite.
        (other.0 != 0 && number != i128::MIN).then(|| Self(divided(number, other.0)))
    }

    /// What is left over of a whole division, with the sign of the dividend.
    #[must_use]
    pub fn remainder(self, other: Self) -> Option<Self> {
        self.0.checked_rem(other.0).map(Self)
    }

    /// A hundredth part for each unit of `percent`.
    #[must_use]
    pub fn percent(self, percent: Self) -> Self {
        Self(divided(self.times(percent).0, 100))
    }

    /// As JSON number.
    #[must_use]
    pub fn to_json(self) -> serde_json::Value {
        match self.to_integer() {
            Some(integer) => integer.into(),
            None => self.to_string().parse::<f64>().map_or(serde_json::Value::Null, Into::into),
        }
    }
}

/// The quotient, rounded half away from zero.
fn divided(number: i128, by: i128) -> i128 {
    let (quotient, rest) = (number / by, number % by);
    if rest.unsigned_abs() * 2 >= by.unsigned_abs() { quotient + number.signum() } else { quotient }
}

/// The shortest text: no zeros at the end, no point without a fraction.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.unsigned_abs() / ONE as u128, self.0.unsigned_abs() % ONE as u128);
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        write!(f, "{sign}{whole}.{}", format!("{fraction:06}").trim_end_matches('0'))
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Takes back what was computed, which may be longer than what [`Decimal::parse`] takes from a caller.
impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let number = format!("{whole}{fraction:0<6}")
            .parse()
            .ok()
            .filter(|_| !whole.is_empty() && fraction.len() <= 6);
        number.map(Self).ok_or_else(|| serde::de::Error::custom("not a decimal number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<String> {
        Decimal::parse(text).map(|number| number.to_string())
    }

    #[test]
    fn spellings_of_one_number_are_equal() {
        for (text, expected) in [
            ("5", Some("5")),
            ("5.0", Some("5")),
            ("5.00", Some("5")),
            (" +005.10 ", Some("5.1")),
            ("-0", Some("0")),
            ("-0.5", Some("-0.5")),
            ("1e3", Some("1000")),
            ("1.5E-3", Some("0.0015")),
            ("0.30000000000000004", Some("0.3")),
            ("0.0000005", Some("0.000001")),
            ("-0.0000005", Some("-0.000001")),
            ("1e-30", Some("0")),
            ("999999999999.999", Some("999999999999.999")),
            ("999999999999.999999", None),
            ("1e30", None),
            ("9999999999999999", None),
            ("", None),
            (".5", None),
            ("1,5", None),
            ("1 000", None),
            ("0x10", None),
            ("NaN", None),
            ("--1", None),
        ] {
            assert_eq!(parsed(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn arithmetic_is_exact() {
        let number = |text| Decimal::parse(text).unwrap();
        assert_eq!(number("0.1").plus(number("0.2")), number("0.3"));
        assert_eq!(number("3").times(number("33.33")).minus(number("99.99")), Decimal::ZERO);
        assert_eq!(number("200").percent(number("7.5")), number("15"));
        assert_eq!(number("0.1").to_json().to_string(), "0.1");
        assert_eq!(number("7.00").to_json().to_string(), "7");
        assert_eq!(number("7.5").to_integer(), None);
    }

    #[test]
    fn what_was_computed_is_read_back() {
        for text in ["0", "-0.000001", "-12.5", "123456789012345678901234.123456"] {
            let number: Decimal = serde_json::from_value(text.into()).unwrap();
            assert_eq!(serde_json::to_value(number).unwrap(), text);
        }
        for bad in ["", "x", "1.1234567", "1.-5"] {
            assert!(serde_json::from_value::<Decimal>(bad.into()).is_err(), "{bad}");
        }
    }
}
