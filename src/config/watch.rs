//! The setting `watch`: what counts as bad when Bellwire looks at itself.

use super::{ConfigError, invalid};
use crate::domain::condition::Limits;

/// `disk=10 database=500 work=120 letters=0`, any of them; `off` looks at nothing.
pub(super) fn parse(text: &str) -> Result<Option<Limits>, ConfigError> {
    let mut limits = Limits::default();
    if text.trim() == "off" {
        return Ok(None);
    }
    for part in text.split([' ', ',']).filter(|part| !part.is_empty()) {
        let form = "write it as disk=10 database=500 work=120 letters=0, or off";
        let wrong = || invalid("watch", format!("{part:?} is not understood; {form}"));
        let (name, value) = part.split_once('=').ok_or_else(wrong)?;
        let value: u32 = value.parse().map_err(|_| wrong())?;
        let value = i64::from(value);
        match name {
            "disk" if value <= 90 => limits.disk_percent = value,
            "database" if value > 0 => limits.database_ms = value,
            "work" if value > 0 => limits.work_s = value,
            "letters" => limits.letters = value,
            _ => return Err(wrong()),
        }
    }
    Ok(Some(limits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_by_name() {
        let usual = Limits::default();
        assert_eq!(parse("off").unwrap(), None);
        assert_eq!(parse("").unwrap(), Some(usual));
        assert_eq!(parse("disk=5, work=60").unwrap(), Some(Limits { disk_percent: 5, work_s: 60, ..usual }));
        for bad in ["disk", "disk=x", "disk=95", "database=0", "moon=1", "work=-1"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
