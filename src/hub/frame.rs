//! What goes over a stream, as server-sent events (WHATWG HTML, 9.2): encoded once, sent to many.

use bytes::Bytes;

use crate::domain::cursor::Cursor;

/// A piece of a stream: a small part of one user's own, and a part that many share.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The number of the change that it tells; 0 when it tells none. A stream that replayed this far drops it.
    pub seq: i64,
    pub own: Bytes,
    pub shared: Option<Bytes>,
}

/// Why a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bye {
    /// Signed out, locked, removed, or password or role changed.
    SignedOut,
    /// The token's time is over; the client fetches another.
    Expired,
    Shutdown,
    /// The client does not take what is sent; it resumes by its cursor.
    TooSlow,
}

impl Bye {
    fn name(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Expired => "expired",
            Self::Shutdown => "shutdown",
            Self::TooSlow => "too_slow",
        }
    }
}

/// The first bytes of a stream: how long the client waits before it comes back, and a comment, so that proxies and
/// clients see a living answer at once.
#[must_use]
pub fn hello(retry_ms: u64) -> Frame {
    Frame { seq: 0, own: Bytes::from(format!("retry: {retry_ms}\n\n:\n\n")), shared: None }
}

/// Says that the connection lives.
#[must_use]
pub fn heartbeat() -> Frame {
    Frame { seq: 0, own: Bytes::from_static(b":\n\n"), shared: None }
}

/// Who the user is, or what he chose, changed: the client asks for its session anew.
#[must_use]
pub fn session() -> Frame {
    Frame { seq: 0, own: Bytes::from_static(b"event: session\ndata: {}\n\n"), shared: None }
}

/// The client's state is of no use; it loads it anew.
#[must_use]
pub fn resync() -> Frame {
    Frame { seq: 0, own: Bytes::from_static(b"event: resync\ndata: {}\n\n"), shared: None }
}

#[must_use]
pub fn bye(reason: Bye) -> Frame {
    let text = format!("event: bye\ndata: {{\"reason\":\"{}\"}}\n\n", reason.name());
    Frame { seq: 0, own: Bytes::from(text), shared: None }
}

#[must_use]
pub fn unread(count: i64) -> Frame {
    Frame { seq: 0, own: Bytes::from(unread_text(count)), shared: None }
}

fn unread_text(count: i64) -> String {
    format!("event: unread\ndata: {{\"count\":{count}}}\n\n")
}

#[must_use]
pub fn read_all(cursor: Cursor, up_to: i64, unread: i64) -> Frame {
    let text =
        format!("{}event: read_all\nid: {cursor}\ndata: {{\"up_to\":{up_to}}}\n\n", unread_text(unread));
    Frame { seq: cursor.seq, own: Bytes::from(text), shared: None }
}

/// The shared half of an item's frame, from its JSON object.
#[must_use]
pub fn message(json: &str) -> Bytes {
    // Without its opening brace: it goes on where the head stops.
    Bytes::from(format!("{}\n\n", &json[1..]))
}

/// An item created or changed; `head` is the JSON object of one user's half. `unread`, where it is known, goes in
/// front, in the same write.
#[must_use]
pub fn item(cursor: Cursor, head: &str, message: Bytes, unread: Option<i64>) -> Frame {
    use std::fmt::Write as _;
    let mut own = unread.map(unread_text).unwrap_or_default();
    // Without its closing brace, and with the comma that joins it to the rest.
    let _ = write!(own, "event: item\nid: {cursor}\ndata: {},", &head[..head.len() - 1]);
    Frame { seq: cursor.seq, own: Bytes::from(own), shared: Some(message) }
}
