//! The cursor of a stream: `epoch.seq`.
//!
//! `seq` counts the changes of an account that a browser must hear; the epoch changes when a database is restored,
//! so that a client from a future that did not happen is told to begin anew.

/// A place in an account's changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub epoch: i64,
    pub seq: i64,
}

impl Cursor {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (epoch, seq) = text.trim().split_once('.')?;
        let number = |digits: &str| digits.parse().ok().filter(|n: &i64| *n >= 0);
        Some(Self { epoch: number(epoch)?, seq: number(seq)? })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}.{}", self.epoch, self.seq)
    }
}

/// Changes that a stream replays at most; who is further behind loads the inbox anew (product, §13).
pub const MOST_REPLAYED: usize = 100;

/// How a stream begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At the head: nothing to replay.
    Head,
    /// Replay what came after this number.
    After(i64),
    /// The cursor cannot be served: the client loads its state anew.
    Resync,
}

/// Decides how a stream begins that was asked for at `wanted` while the account stands at `head`.
#[must_use]
pub fn start(wanted: Option<Cursor>, head: Cursor) -> Start {
    match wanted {
        None => Start::Head,
        Some(cursor) if cursor.epoch != head.epoch || cursor.seq > head.seq => Start::Resync,
        Some(cursor) if cursor.seq == head.seq => Start::Head,
        Some(cursor) => Start::After(cursor.seq),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_as_written() {
        let cursor = Cursor { epoch: 7, seq: 42 };
        assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        for bad in ["", "7", "7.", ".42", "7.-1", "-7.1", "a.b", "7.42.1", "7.99999999999999999999"] {
            assert_eq!(Cursor::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_stream_begins_where_it_can() {
        let head = Cursor { epoch: 7, seq: 42 };
        let at = |epoch, seq| Some(Cursor { epoch, seq });
        for (wanted, expected) in [
            (None, Start::Head),
            (at(7, 42), Start::Head),
            (at(7, 41), Start::After(41)),
            (at(7, 0), Start::After(0)),
            (at(7, 43), Start::Resync),
            (at(6, 42), Start::Resync),
            (at(8, 1), Start::Resync),
        ] {
            assert_eq!(start(wanted, head), expected, "{wanted:?}");
        }
    }
}
