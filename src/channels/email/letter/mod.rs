//! A letter as bytes: headers and parts by lettre, so that names, subjects and addresses are encoded to the standards, and
//! made ready for the wire.
//!
//! Text from outside (names, titles, bodies) reaches a header only through lettre's encoder and without control
//! characters, and a body only as quoted-printable or base64. The result is looked at once more as a whole: no bare line
//! end, no over-long line, no byte beyond ASCII unless an address needs it. What the letter says is `render`'s.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, MultiPart, MultiPartKind, SinglePart};
use lettre::{Address, Message};

use super::wire::ascii_host;
use crate::domain::mail::sender::Sender;

/// Longest line on the wire without its end (RFC 5322, 2.1.1).
const LONGEST_LINE: usize = 998;
/// Longest subject and name that are written, in characters.
const LONGEST_SUBJECT: usize = 250;
const LONGEST_NAME: usize = 100;

/// What a letter is made of.
#[derive(Debug, Clone)]
pub struct Draft {
    pub from: Sender,
    pub to_name: String,
    pub to_address: String,
    pub subject: String,
    pub html: String,
    pub text: String,
    /// The letter's own name: the same at every try, so that a second copy is known for one.
    pub id: String,
    /// What it is about: letters with the same thread stand together in mailboxes.
    pub thread: Option<String>,
    /// When it was written (Unix ms).
    pub at: i64,
    /// Where a POST ends these letters (RFC 8058).
    pub unsubscribe: Option<String>,
    /// Shown by the HTML as `cid:` and this id.
    pub picture: Option<Picture>,
}

/// A picture that goes with a letter.
#[derive(Debug, Clone)]
pub struct Picture {
    pub id: &'static str,
    /// `image/png`
    pub media: &'static str,
    pub bytes: Vec<u8>,
}

/// A letter that can be handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The envelope: both as SMTP commands have them.
    pub from: String,
    pub to: String,
    /// An address is beyond ASCII, which the relay must know of (RFC 6531).
    pub needs_utf8: bool,
    wire: Vec<u8>,
}

/// Why a letter cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LetterError {
    #[error("the address {0:?} cannot be written in a letter")]
    Address(String),
    #[error("the letter cannot be written: {0}")]
    Malformed(String),
}

impl Letter {
    /// Writes a letter.
    ///
    /// # Errors
    /// [`LetterError`]; trying again does not help.
    pub fn write(draft: &Draft) -> Result<Self, LetterError> {
        let (from, to) = (address(&draft.from.address)?, address(&draft.to_address)?);
        let needs_utf8 = !(from.is_ascii() && to.is_ascii());
        let message = message(draft, &from, &to)?;
        let formatted = message.formatted();
        inspect(&formatted, needs_utf8)?;
        Ok(Self { from, to, needs_utf8, wire: stuff(&formatted) })
    }

    /// With doubled dots and the last one.
    #[must_use]
    pub fn on_wire(&self) -> &[u8] {
        &self.wire
    }

    /// How many bytes go over the wire.
    #[must_use]
    pub fn wire_size(&self) -> usize {
        self.wire.len()
    }
}

fn message(draft: &Draft, from: &str, to: &str) -> Result<Message, LetterError> {
    let domain = from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let at = UNIX_EPOCH + Duration::from_millis(u64::try_from(draft.at).unwrap_or_default());
    let mut builder = Message::builder()
        .from(mailbox(&draft.from.name, from)?)
        .to(mailbox(&draft.to_name, to)?)
        .subject(one_line(&draft.subject, LONGEST_SUBJECT))
        .date(at)
        .message_id(Some(format!("<{}@{domain}>", token(&draft.id))))
        .raw_header(plain_header("Auto-Submitted", "auto-generated"))
        .raw_header(plain_header("X-Auto-Response-Suppress", "All"));
    if let Some(thread) = &draft.thread {
        let root = format!("<{}.thread@{domain}>", token(thread));
        builder = builder.in_reply_to(root.clone()).references(root);
    }
    if let Some(url) = draft.unsubscribe.as_deref().filter(|url| is_bare_url(url)) {
        // On one line each: a fold in them has broken signatures.
        builder = builder
            .raw_header(plain_header("List-Unsubscribe", &format!("<{url}>")))
            .raw_header(plain_header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    let parts = MultiPart::builder()
        .kind(MultiPartKind::Alternative)
        .boundary(format!("bell-{}", token(&draft.id)))
        .singlepart(part(&draft.text, ContentType::TEXT_PLAIN)?);
    let html = part(&draft.html, ContentType::TEXT_HTML)?;
    let parts = match &draft.picture {
        None => parts.singlepart(html),
        Some(shown) => parts.multipart(
            MultiPart::builder()
                .kind(MultiPartKind::Related)
                .boundary(format!("bell-with-{}", token(&draft.id)))
                .singlepart(html)
                .singlepart(picture(shown)?),
        ),
    };
    builder.multipart(parts).map_err(|error| LetterError::Malformed(error.to_string()))
}

/// An address as envelope and headers have it: the domain in ASCII.
fn address(text: &str) -> Result<String, LetterError> {
    let bad = || LetterError::Address(text.to_owned());
    let (local, domain) = text.rsplit_once('@').ok_or_else(bad)?;
    let parsed = Address::new(local, ascii_host(domain)).map_err(|_| bad())?;
    let text: &str = parsed.as_ref();
    // The standards let quoted local parts hold almost anything; an envelope of ours does not.
    let odd = |c: char| c.is_control() || c.is_whitespace() || "<>()[],;:\\\"".contains(c);
    if parsed.user().chars().any(odd) || text.matches('@').count() != 1 {
        Err(bad())
    } else {
        Ok(text.to_owned())
    }
}

fn mailbox(name: &str, address: &str) -> Result<Mailbox, LetterError> {
    let parsed: Address = address.parse().map_err(|_| LetterError::Address(address.to_owned()))?;
    let name = one_line(name, LONGEST_NAME);
    Ok(Mailbox::new((!name.is_empty()).then_some(name), parsed))
}

fn part(text: &str, content_type: ContentType) -> Result<SinglePart, LetterError> {
    let text = with_line_ends(text);
    let encoded = text.bytes().filter(|b| !b.is_ascii()).count();
    let encoding = if encoded * 6 > text.len() {
        ContentTransferEncoding::Base64
    } else {
        ContentTransferEncoding::QuotedPrintable
    };
    let body = Body::new_with_encoding(text, encoding)
        .map_err(|_| LetterError::Malformed("a part cannot be encoded".to_owned()))?;
    Ok(SinglePart::builder().header(content_type).body(body))
}

fn picture(picture: &Picture) -> Result<SinglePart, LetterError> {
    let malformed = || LetterError::Malformed("the picture".to_owned());
    let media = ContentType::parse(picture.media).map_err(|_| malformed())?;
    let body = Body::new_with_encoding(picture.bytes.clone(), ContentTransferEncoding::Base64);
    Ok(Attachment::new_inline(picture.id.to_owned()).body(body.map_err(|_| malformed())?, media))
}

/// Every line end as CRLF, and no NUL.
fn with_line_ends(text: &str) -> String {
    let unix = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "");
    unix.replace('\n', "\r\n")
}

/// A text on one line: control characters are spaces, and what turns the direction of text is gone.
fn one_line(text: &str, most: usize) -> String {
    let turns =
        |c: &char| !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let ends = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let line: String = text.chars().filter(turns).map(|c| if ends(c) { ' ' } else { c }).take(most).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What may stand in a Message-ID or a boundary.
fn token(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).take(64).collect()
}

fn is_bare_url(url: &str) -> bool {
    let scheme = url.starts_with("https://") || url.starts_with("http://");
    scheme && url.len() < 900 && url.bytes().all(|b| b.is_ascii_graphic() && !b"<>,\"".contains(&b))
}

fn plain_header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(
        HeaderName::new_from_ascii_str(name),
        value.to_owned(),
        value.to_owned(),
    )
}

/// The last look, whatever was put in: no bare line end, no long line, nothing beyond ASCII without need.
fn inspect(message: &[u8], may_be_utf8: bool) -> Result<(), LetterError> {
    let bad = |what: &str| Err(LetterError::Malformed(what.to_owned()));
    if !may_be_utf8 && !message.is_ascii() {
        return bad("bytes beyond ASCII");
    }
    if message.contains(&0) {
        return bad("a NUL");
    }
    let mut rest = message;
    while let Some(end) = rest.iter().position(|b| matches!(b, b'\r' | b'\n')) {
        if end > LONGEST_LINE {
            return bad("a long line");
        }
        if !rest[end..].starts_with(b"\r\n") {
            return bad("a bare line end");
        }
        rest = &rest[end + 2..];
    }
    if rest.len() > LONGEST_LINE { bad("a long line") } else { Ok(()) }
}

/// Dots at the beginning of lines doubled (RFC 5321, 4.5.2), and the end.
fn stuff(message: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(message.len() + 64);
    let mut begins = true;
    for byte in message {
        if begins && *byte == b'.' {
            wire.push(b'.');
        }
        wire.push(*byte);
        begins = *byte == b'\n';
    }
    if !message.ends_with(b"\r\n") {
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b".\r\n");
    wire
}

#[cfg(test)]
mod tests;
