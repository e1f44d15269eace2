//! The server's own relays, as the operator writes them: URLs, separated by spaces.

use url::Url;

use super::{ConfigError, invalid};
use crate::domain::error::Error;
use crate::domain::mail::relay::{Auth, MOST, Relay, Secret, Security};
use crate::domain::mail::sender::Sender;

/// # Errors
/// [`ConfigError::Invalid`], which never repeats a URL: it may hold a password.
pub(super) fn parse(text: &str) -> Result<Vec<Relay>, ConfigError> {
    let relays: Vec<Relay> = text
        .split_whitespace()
        .enumerate()
        .map(|(index, url)| parse_one(url, index))
        .collect::<Result<_, _>>()?;
    if relays.len() > MOST { Err(invalid("relay", format!("at most {MOST}"))) } else { Ok(relays) }
}

fn parse_one(text: &str, index: usize) -> Result<Relay, ConfigError> {
    let refuse = |reason: &str| {
        let form = "write it as smtp://user:password@mail.example.com:587 (STARTTLS) or smtps://… (TLS)";
        invalid("relay", format!("{reason}; {form}"))
    };
    let url = Url::parse(text).map_err(|error| refuse(&error.to_string()))?;
    let (security, port) = match url.scheme() {
        "smtp" => (Security::Starttls, 587),
        "smtps" => (Security::Tls, 465),
        "smtp+plain" => (Security::Plain, 25),
        _ => return Err(refuse("it starts with none of smtp://, smtps://, smtp+plain://")),
    };
    let decode = |text: &str| percent_decode(text).ok_or_else(|| refuse("a % in user or password is %25"));
    let (user, secret) = (decode(url.username())?, decode(url.password().unwrap_or_default())?);
    let asked = url.query_pairs().find(|(name, _)| name == "auth").map(|(_, value)| value.into_owned());
    let auth = match asked {
        Some(name) => Auth::parse(&name).ok_or_else(|| refuse("auth is plain, login, xoauth2 or none"))?,
        None if user.is_empty() => Auth::None,
        None => Auth::Plain,
    };
    if !matches!(url.path(), "" | "/") {
        return Err(refuse("it has a path"));
    }
    let relay = Relay {
        id: format!("server-{}", index + 1),
        host: url.host_str().map(decode).transpose()?.unwrap_or_default(),
        port: url.port().unwrap_or(port),
        security,
        allow_plain: security == Security::Plain,
        auth,
        user,
        secret: Secret(secret),
        priority: index as i64,
    };
    relay.check("").map_err(|error| match error {
        Error::Invalid(faults) => {
            let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_ref()).collect();
            refuse(&format!("check {}", fields.join(", ")))
        }
        other => refuse(&other.to_string()),
    })
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let pair = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Who the server's letters come from: as it is set, else the first relay's user where that is an address.
///
/// # Errors
/// When relays are set and nobody is there to write.
pub(super) fn sender(line: Option<&str>, relays: &[Relay]) -> Result<Option<Sender>, ConfigError> {
    if let Some(line) = line {
        let form = "write it as Bellwire <bell@example.com>";
        return Sender::parse_line(line)
            .map(Some)
            .map_err(|_| invalid("sender", format!("{line:?}: {form}")));
    }
    let from_user = relays.first().and_then(|relay| Sender::parse("", &relay.user).ok());
    if from_user.is_none() && !relays.is_empty() {
        return Err(invalid("sender", "set it: letters of the server's relays must come from somebody"));
    }
    Ok(from_user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_is_a_url() {
        let one = |text: &str| parse(text).map(|mut relays| relays.remove(0));
        let relay = one("smtp://bell%40shop.example:p%3A%C3%A4ss@mail.example").unwrap();
        assert_eq!(
            (relay.host.as_str(), relay.port, relay.security),
            ("mail.example", 587, Security::Starttls)
        );
        assert_eq!(
            (relay.auth, relay.user.as_str(), relay.secret.0.as_str()),
            (Auth::Plain, "bell@shop.example", "p:äss")
        );
        let relay = one("smtps://u:t@mail.example:2465?auth=xoauth2").unwrap();
        assert_eq!((relay.port, relay.security, relay.auth), (2465, Security::Tls, Auth::Xoauth2));
        let relay = one("smtp+plain://10.0.0.5").unwrap();
        assert_eq!((relay.port, relay.auth, relay.allow_plain), (25, Auth::None, true));
        assert_eq!(parse("smtp://a smtps://b").unwrap().len(), 2);
        for bad in [
            "mail.example",
            "http://mail",
            "smtp://",
            "smtp://u@h",
            "smtp://h/path",
            "smtp://h?auth=x",
            "smtp://a%z@h",
        ] {
            let error = one(bad).unwrap_err().to_string();
            assert!(error.starts_with("relay: "), "{bad}: {error}");
        }
        let error = parse("smtp://bell:s3cret@h/path").unwrap_err().to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }

    #[test]
    fn letters_come_from_somebody() {
        let relays = parse("smtp://bell%40shop.example:x@mail.example").unwrap();
        assert_eq!(sender(None, &relays).unwrap().unwrap().address, "bell@shop.example");
        let nobody = parse("smtp+plain://127.0.0.1").unwrap();
        assert!(sender(None, &nobody).unwrap_err().to_string().starts_with("sender: "));
        assert_eq!(sender(Some("Bell <a@b.c>"), &nobody).unwrap().unwrap().name, "Bell");
        assert!(sender(Some("nobody"), &nobody).is_err());
        assert_eq!(sender(None, &[]).unwrap(), None);
    }
}
