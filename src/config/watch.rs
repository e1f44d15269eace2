//! The settings `watch` (what counts as bad when Bellwire looks at itself) and `feed` (where its vendor is heard of).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::{ConfigError, invalid};
use crate::domain::condition::Limits;

/// `disk=10 database=500 work=120 letters=0 backup=0 rules=5 ending=14`, any of them; `off` looks at nothing.
pub(super) fn parse(text: &str) -> Result<Option<Limits>, ConfigError> {
    let mut limits = Limits::default();
    if text.trim() == "off" {
        return Ok(None);
    }
    for part in text.split([' ', ',']).filter(|part| !part.is_empty()) {
        let form = "write it as disk=10 database=500 work=120 letters=0 backup=0 rules=5 ending=14, or off";
        let wrong = || invalid("watch", format!("{part:?} is not understood; {form}"));
        let (name, value) = part.split_once('=').ok_or_else(wrong)?;
        let value: u32 = value.parse().map_err(|_| wrong())?;
        let value = i64::from(value);
        match name {
            "disk" if value <= 90 => limits.disk_percent = value,
            "database" if value > 0 => limits.database_ms = value,
            "work" if value > 0 => limits.work_s = value,
            "letters" => limits.letters = value,
            "backup" => limits.backup_h = value,
            "rules" if value > 0 => limits.rules = value,
            "ending" => limits.ending_days = value,
            _ => return Err(wrong()),
        }
    }
    Ok(Some(limits))
}

/// `https://…#KEY`: where the feed is, and the key that it is signed by.
pub(super) fn feed(text: &str) -> Result<(Url, [u8; 32]), ConfigError> {
    let refuse = |reason: &str| invalid("feed", format!("{reason}; write it as https://…#KEY"));
    let mut url = Url::parse(text.trim()).map_err(|error| refuse(&error.to_string()))?;
    let is_near = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    if url.scheme() != "https" && !(url.scheme() == "http" && is_near) {
        return Err(refuse("http:// is for this machine only"));
    }
    let key = url.fragment().and_then(|key| STANDARD.decode(key).ok());
    let key = key.and_then(|key| key.try_into().ok());
    let key = key.ok_or_else(|| refuse("the key is not 32 bytes in base64"))?;
    url.set_fragment(None);
    Ok((url, key))
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
        let seldom = Limits { backup_h: 200, rules: 9, ending_days: 30, ..usual };
        assert_eq!(parse("backup=200 rules=9 ending=30").unwrap(), Some(seldom));
        for bad in ["rules=0", "disk", "disk=x", "disk=95", "database=0", "moon=1", "work=-1"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_feed_has_an_address_and_a_key() {
        let key = STANDARD.encode([251; 32]);
        let (url, read) = feed(&format!("https://example.com/feed?a=b#{key}")).unwrap();
        assert_eq!((url.as_str(), read), ("https://example.com/feed?a=b", [251; 32]));
        assert!(feed(&format!("http://127.0.0.1:81/feed#{key}")).is_ok());
        for bad in [
            "https://example.com".to_owned(),
            format!("http://example.com#{key}"),
            format!("ftp://example.com#{key}"),
            "nonsense".to_owned(),
            "https://example.com#c2hvcnQ=".to_owned(),
        ] {
            assert!(feed(&bad).is_err(), "{bad}");
        }
    }
}
