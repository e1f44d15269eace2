//! Instants as the API writes them: RFC 3339, UTC, milliseconds.
//!
//! Inside the program an instant is a number of Unix milliseconds; how a person reads it is the browser's business.

use jiff::Timestamp;

use crate::domain::error::{Error, Fault, Result};

/// The instant in RFC 3339, such as `2026-11-22T20:12:00.000Z`.
#[must_use]
pub fn to_rfc3339(ms: i64) -> String {
    // What is out of jiff's range (years −9999 to 9999) was not written by Bellwire.
    let instant = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{instant:.3}")
}

/// The Unix milliseconds of an instant in RFC 3339, in any zone.
///
/// # Errors
/// `field` is named when the text is no instant, or lies outside the years 1970 to 9999.
pub fn parse_rfc3339(field: &'static str, text: &str) -> Result<i64> {
    let instant = text.trim().parse::<Timestamp>().ok().map(Timestamp::as_millisecond);
    instant.filter(|ms| *ms >= 0).ok_or_else(|| Error::field(field, Fault::NotAnInstant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_with_milliseconds_and_read_in_any_zone() {
        assert_eq!(to_rfc3339(1_795_378_320_000), "2026-11-22T20:12:00.000Z");
        for (text, ms) in [
            ("2026-11-22T20:12:00.000Z", 1_795_378_320_000),
            ("2026-11-22T23:12:00+03:00", 1_795_378_320_000),
            ("2026-11-22T20:12:00.25Z", 1_795_378_320_250),
            ("1970-01-01T00:00:00Z", 0),
        ] {
            assert_eq!(parse_rfc3339("at", text), Ok(ms), "{text}");
        }
    }

    #[test]
    fn what_names_no_instant_is_refused() {
        for text in
            ["", "tomorrow", "2026-11-22", "2026-11-22T20:12:00", "2026-13-01T00:00:00Z", "1600000000"]
        {
            assert_eq!(parse_rfc3339("at", text), Err(Error::field("at", Fault::NotAnInstant)), "{text}");
        }
        assert!(parse_rfc3339("at", "1969-12-31T23:59:59Z").is_err());
    }
}
