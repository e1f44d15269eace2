//! Reads letters, as far as the demo's mailbox and the tests need it: headers, and the text and HTML of our own letters.
//! Letters of others are shown as they came; this is no MIME library.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// A letter that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// Names and values, unfolded and decoded, in order.
    pub headers: Vec<(String, String)>,
    pub text: String,
    pub html: String,
}

impl Read {
    /// Reads a letter without the dots of the wire.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        let (headers, body) = split(raw);
        let mut read = Self::default();
        read.collect(&headers, body, 0);
        read.headers = headers.into_iter().map(|(name, value)| (name, decode_words(&value))).collect();
        read
    }

    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    fn collect(&mut self, headers: &[(String, String)], body: &str, depth: usize) {
        let kind = find(headers, "Content-Type").unwrap_or("text/plain");
        if let Some(boundary) = parameter(kind, "boundary").filter(|_| depth < 4) {
            for part in body.split(&format!("--{boundary}")).skip(1) {
                if part.starts_with("--") {
                    break;
                }
                let (headers, body) = split(part.trim_start_matches("\r\n"));
                self.collect(&headers, body, depth + 1);
            }
            return;
        }
        let encoding = find(headers, "Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase();
        let bytes = match encoding.as_str() {
            "base64" => BASE64.decode(body.split_whitespace().collect::<String>()).unwrap_or_default(),
            "quoted-printable" => quoted_printable(body, b' '),
            _ => body.as_bytes().to_vec(),
        };
        let target = match kind.split(';').next().unwrap_or_default().trim() {
            "text/plain" => &mut self.text,
            "text/html" => &mut self.html,
            _ => return,
        };
        if target.is_empty() {
            String::from_utf8_lossy(&bytes).trim_end_matches("\r\n").clone_into(target);
        }
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn split(raw: &str) -> (Vec<(String, String)>, &str) {
    let (head, body) = raw.split_once("\r\n\r\n").unwrap_or((raw, ""));
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = headers.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }
    (headers, body)
}

fn parameter<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let found = value.split(';').skip(1).find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    found.map(|text| text.trim_matches('"'))
}

/// `underscore` is what `_` means: a space in a header, itself in a body (where a space is given).
fn quoted_printable(text: &str, underscore: u8) -> Vec<u8> {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match (byte, hex) {
            (b'=', Some("\r\n")) => at += 3,
            (b'=', Some(pair)) => {
                if let Ok(decoded) = u8::from_str_radix(pair, 16) {
                    out.push(decoded);
                }
                at += 3;
            }
            (b'_', _) if underscore == b'_' => {
                out.push(b' ');
                at += 1;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

/// Encoded words (RFC 2047) of a header as text.
fn decode_words(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some((before, word)) = rest.split_once("=?") {
        // Spaces between two encoded words are no spaces.
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        let mut parts = word.splitn(4, '?');
        let decoded = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(_), Some(how), Some(text), Some(end)) if end.starts_with('=') => {
                let bytes = match how.to_ascii_lowercase().as_str() {
                    "b" => BASE64.decode(text).unwrap_or_default(),
                    _ => quoted_printable(text, b'_'),
                };
                Some((bytes, &end[1..]))
            }
            _ => None,
        };
        if let Some((bytes, end)) = decoded {
            out.push_str(&String::from_utf8_lossy(&bytes));
            (rest, after_word) = (end, true);
        } else {
            out.push_str("=?");
            (rest, after_word) = (word, false);
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_of_ours_is_read_back() {
        let raw = "Subject: =?utf-8?b?0J/RgNC4?=\r\n =?utf-8?b?0LLQtdGC?= x\r\nTo: a@b.c\r\n\
            Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\na=3Db =D0=9F=\r\n c_d\r\n--b\r\n\
            Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+\r\neDwvYj4=\r\n--b--\r\n";
        let read = Read::parse(raw);
        assert_eq!(read.header("subject"), Some("Привет x"));
        assert_eq!((read.text.as_str(), read.html.as_str()), ("a=b П c_d", "<b>x</b>"));
    }
}
