//! The setting `nats_url`: where nodes tell each other what was committed.

use url::Url;

use super::{ConfigError, invalid};

/// `nats://host:4222`, or several, separated by spaces.
pub(super) fn parse(text: &str) -> Result<Vec<Url>, ConfigError> {
    text.split_whitespace().map(server).collect()
}

fn server(text: &str) -> Result<Url, ConfigError> {
    // The text may hold a password and is not repeated.
    let refuse =
        |reason: &str| invalid("nats_url", format!("{reason}; write it as nats://user:password@host:4222"));
    let url = Url::parse(text).map_err(|error| refuse(&error.to_string()))?;
    if !matches!(url.scheme(), "nats" | "tls") {
        return Err(refuse("it starts with neither nats:// nor tls://"));
    }
    if !url.has_host() {
        return Err(refuse("it names no host"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_named_by_their_addresses() {
        let servers = parse("nats://a:4222  tls://u:p@b.example.com").unwrap();
        assert_eq!(
            servers.iter().map(Url::as_str).collect::<Vec<_>>(),
            ["nats://a:4222", "tls://u:p@b.example.com"]
        );
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for bad in ["http://u:secret@a", "nats:", "a:4222", "nats://"] {
            let said = parse(bad).unwrap_err().to_string();
            assert!(said.starts_with("nats_url: ") && !said.contains("secret"), "{said}");
        }
    }
}
