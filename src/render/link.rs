//! Where a notification may lead: `https`, `http`, `mailto` and paths of the same origin.
//!
//! A link is never opened or fetched here, and whether its host can be trusted is deliberately not
//! judged: the reader sees it. What is held is that a click cannot run code, cannot leave the origin
//! in disguise, and that what is stored is what the parser understood, not what was typed.

use std::fmt;

use url::Url;

/// The longest link, in bytes, before and after it is written anew. Browsers and mail programs take
/// more, people do not.
pub const MAX_LINK_BYTES: usize = 2_048;

/// Stands for whatever origin the page has; a path that leaves it is none of ours.
const SAME_ORIGIN: &str = "https://same-origin.invalid/";

/// A link that is safe to put into an `href`: it was parsed, and written anew from what was parsed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Link(String);

/// Why a text is no link for a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Nothing but spaces.
    #[error("the link is empty")]
    Empty,
    /// More than [`MAX_LINK_BYTES`].
    #[error("the link is longer than {MAX_LINK_BYTES} bytes")]
    TooLong,
    /// A tab, a line break, or a character that turns the direction of the text.
    #[error("the link has a control character")]
    ControlCharacter,
    /// Browsers read it as a slash, people do not.
    #[error("the link has a backslash")]
    Backslash,
    /// `javascript:`, `data:`, `ftp:` and all others.
    #[error("the link starts with neither https:, http: nor mailto:")]
    SchemeRefused,
    /// `//host/path`: it looks like a path and leads elsewhere.
    #[error("the link names a host without https: or http:")]
    OtherHost,
    /// `https://bank.example@evil.example/`: made to be misread.
    #[error("the link has a user name or password")]
    UserInfo,
    /// Neither a scheme nor a slash at the start.
    #[error("the link is neither absolute nor a path that starts with a slash")]
    NotAbsolute,
    /// It cannot be parsed, or has no host, or no address.
    #[error("the link cannot be understood")]
    Malformed,
}

impl Link {
    /// Parses a link as a person or a program wrote it; spaces around it do not count.
    ///
    /// # Errors
    /// The first reason found why it is none.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let text = text.trim_matches(' ');
        if text.is_empty() {
            return Err(LinkError::Empty);
        }
        if text.len() > MAX_LINK_BYTES {
            return Err(LinkError::TooLong);
        }
        if text.chars().any(is_forbidden) {
            return Err(LinkError::ControlCharacter);
        }
        if text.contains('\\') {
            return Err(LinkError::Backslash);
        }
        let written = if text.starts_with('/') { write_path(text) } else { write_absolute(text) }?;
        if written.len() > MAX_LINK_BYTES {
            return Err(LinkError::TooLong);
        }
        Ok(Self(written))
    }

    /// The link as it goes into JSON, mail or (escaped) an attribute.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Link> for String {
    fn from(link: Link) -> Self {
        link.0
    }
}

/// Characters that a parser drops and a reader does not see: each lets one link pass for another.
fn is_forbidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' // direction marks
            | '\u{2028}'..='\u{202e}' // line and paragraph separators, direction overrides
            | '\u{2066}'..='\u{2069}' // direction isolates
            | '\u{feff}')
}

fn write_path(text: &str) -> Result<String, LinkError> {
    if text.starts_with("//") {
        return Err(LinkError::OtherHost);
    }
    let written = resolve_path(text)?;
    // The parser resolves dots: "/.//host" and "/x/..//host" come out as "//host".
    if written.starts_with("//") {
        return Err(LinkError::OtherHost);
    }
    if resolve_path(&written)? == written { Ok(written) } else { Err(LinkError::Malformed) }
}

fn resolve_path(text: &str) -> Result<String, LinkError> {
    let base = Url::parse(SAME_ORIGIN).map_err(|_| LinkError::Malformed)?;
    let url = base.join(text).map_err(|_| LinkError::Malformed)?;
    let written = url.as_str().strip_prefix(SAME_ORIGIN).ok_or(LinkError::OtherHost)?;
    Ok(format!("/{written}"))
}

fn write_absolute(text: &str) -> Result<String, LinkError> {
    let Some((scheme, rest)) = text.split_once(':') else {
        return Err(LinkError::NotAbsolute);
    };
    match scheme.to_ascii_lowercase().as_str() {
        "https" | "http" => {
            let Some(rest) = rest.strip_prefix("//") else {
                return Err(LinkError::Malformed);
            };
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            if authority.is_empty() {
                return Err(LinkError::Malformed);
            }
            // Also an empty user name, which the parser would silently take away.
            if authority.contains('@') {
                return Err(LinkError::UserInfo);
            }
        }
        "mailto" => {}
        scheme if is_scheme(scheme) => return Err(LinkError::SchemeRefused),
        _ => return Err(LinkError::NotAbsolute),
    }
    let url = Url::parse(text).map_err(|_| LinkError::Malformed)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(LinkError::UserInfo);
    }
    let is_whole = match url.scheme() {
        "https" | "http" => url.host_str().is_some_and(|host| !host.is_empty()),
        "mailto" => url.cannot_be_a_base() && url.path().contains('@'),
        _ => return Err(LinkError::SchemeRefused),
    };
    // What is written must mean the same to the next parser that reads it.
    let is_stable = Url::parse(url.as_str()).is_ok_and(|again| again == url);
    if is_whole && is_stable { Ok(url.into()) } else { Err(LinkError::Malformed) }
}

/// The grammar of RFC 3986: a letter, then letters, digits, plus, minus and dot.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_written_as_they_were_understood() {
        for (typed, written) in [
            ("https://shop.example/o/1?a=1&b=2#c", "https://shop.example/o/1?a=1&b=2#c"),
            (" HTTPS://Shop.Example:443/o ", "https://shop.example/o"),
            ("http://shop.example", "http://shop.example/"),
            ("https://магазин.example/з", "https://xn--80aairftm.example/%D0%B7"),
            ("https://shop.example/a\"b<c>d e", "https://shop.example/a%22b%3Cc%3Ed%20e"),
            ("https://[::1]:8080/x", "https://[::1]:8080/x"),
            ("https://shop.example/@name", "https://shop.example/@name"),
            ("mailto:me@shop.example?subject=Hi", "mailto:me@shop.example?subject=Hi"),
            ("/orders/5?tab=a#x", "/orders/5?tab=a#x"),
            ("/", "/"),
            ("/a/../b/./c", "/b/c"),
            ("/go?to=javascript:alert(1)", "/go?to=javascript:alert(1)"),
            ("/x:y@z", "/x:y@z"),
        ] {
            let link = Link::parse(typed).unwrap();
            assert_eq!(link.as_str(), written, "{typed}");
            assert_eq!(Link::parse(written), Ok(link), "{typed}");
        }
    }

    #[test]
    fn what_is_no_link_is_refused_with_the_reason() {
        use LinkError::*;
        for (typed, reason) in [
            ("", Empty),
            ("  ", Empty),
            ("javascript:alert(1)", SchemeRefused),
            ("JaVaScRiPt:alert(1)", SchemeRefused),
            ("data:text/html,x", SchemeRefused),
            ("java\tscript:alert(1)", ControlCharacter),
            ("https://a.example/\u{2028}", ControlCharacter),
            ("https://a.example/\u{202e}gpj.exe", ControlCharacter),
            ("//evil.example", OtherHost),
            ("/\\evil.example", Backslash),
            ("\\\\evil.example", Backslash),
            ("/.//evil.example", OtherHost),
            ("/x/..//evil.example", OtherHost),
            ("/%2e%2e//evil.example", OtherHost),
            ("https://user@evil.example", UserInfo),
            ("https://user:pw@evil.example", UserInfo),
            ("https://@evil.example", UserInfo),
            ("mailto://user@evil.example", UserInfo),
            ("https:evil.example", Malformed),
            ("https:/evil.example", Malformed),
            ("https:///evil.example", Malformed),
            ("https://", Malformed),
            ("https://a b/", Malformed),
            ("https://a%40b/", Malformed),
            ("mailto:", Malformed),
            ("mailto:nobody", Malformed),
            ("orders/5", NotAbsolute),
            ("#top", NotAbsolute),
            ("?q=1", NotAbsolute),
            ("&#106;avascript&#58;alert(1)", NotAbsolute),
            ("%6Aavascript:alert(1)", NotAbsolute),
        ] {
            assert_eq!(Link::parse(typed), Err(reason), "{typed:?}");
        }
        let long = format!("https://a.example/{}", "x".repeat(MAX_LINK_BYTES));
        assert_eq!(Link::parse(&long), Err(TooLong));
        let grows = format!("https://a.example/{}", "я".repeat(900));
        assert_eq!(Link::parse(&grows), Err(TooLong));
    }

    #[test]
    fn no_hostile_link_passes() {
        let links: Vec<String> =
            serde_json::from_str(include_str!("../../tests/data/hostile-links.json")).unwrap();
        assert!(links.len() >= 120);
        for link in links {
            assert!(Link::parse(&link).is_err(), "{link:?} passes");
        }
    }
}
