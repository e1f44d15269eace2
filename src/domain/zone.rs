//! IANA time zones.

use super::error::{Error, Fault, Result};

/// A time zone of the embedded IANA database, by its name as the database spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(String);

impl Zone {
    /// # Errors
    /// `field` is named when the database does not know the zone.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let zone = jiff::tz::db().get(text.trim()).ok();
        let name = zone.as_ref().and_then(jiff::tz::TimeZone::iana_name);
        name.map(|name| Self(name.to_owned())).ok_or_else(|| Error::field(field, Fault::UnknownZone))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The names of all zones, in order.
#[must_use]
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
    names.sort_unstable();
    names
}
