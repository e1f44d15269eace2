//! HTTP/1.1 and server-sent events, as far as the bench needs them: requests as bytes, answers with a length, and
//! streams in chunks.
//!
//! It trusts the server that it measures; what does not parse shows as a missing answer or frame, which every row
//! counts.

use std::fmt::Write as _;

/// A POST with a JSON body.
pub fn post(path: &str, bearer: &str, json: &str) -> Vec<u8> {
    with_body("POST", path, bearer, json)
}

/// A PUT with a JSON body.
pub fn put(path: &str, bearer: &str, json: &str) -> Vec<u8> {
    with_body("PUT", path, bearer, json)
}

fn with_body(method: &str, path: &str, bearer: &str, json: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {bearer}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{json}",
        json.len()
    )
    .into_bytes()
}

#[must_use]
pub fn get(path: &str, bearer: Option<&str>) -> Vec<u8> {
    let mut text = format!("GET {path} HTTP/1.1\r\nhost: bench\r\n");
    if let Some(bearer) = bearer {
        let _ = write!(text, "authorization: Bearer {bearer}\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// Opens a stream, after `cursor` if there is one.
#[must_use]
pub fn stream(bearer: &str, cursor: &str) -> Vec<u8> {
    let resume = if cursor.is_empty() { String::new() } else { format!("last-event-id: {cursor}\r\n") };
    let head = "GET /v1/stream HTTP/1.1\r\nhost: bench\r\naccept: text/event-stream\r\n";
    format!("{head}authorization: Bearer {bearer}\r\n{resume}\r\n").into_bytes()
}

fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark)
}

/// The status of an answer whose head is complete, and where its body begins.
fn head(bytes: &[u8]) -> Option<(u16, &str, usize)> {
    let end = find(bytes, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).unwrap_or_default();
    let status = head.get(9..12).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    Some((status, head, end + 4))
}

fn length(head: &str) -> usize {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(0)
}

/// The answers that come on one connection.
#[derive(Default)]
pub struct Answers {
    carry: Vec<u8>,
}

impl Answers {
    /// Takes what came and hands on each complete answer: its status and body.
    pub fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(u16, &[u8])) {
        let mut rest = bytes;
        let joined;
        if !self.carry.is_empty() {
            self.carry.extend_from_slice(bytes);
            joined = std::mem::take(&mut self.carry);
            rest = &joined;
        }
        while let Some((status, text, begin)) = head(rest) {
            let end = begin + length(text);
            if rest.len() < end {
                break;
            }
            each(status, &rest[begin..end]);
            rest = &rest[end..];
        }
        self.carry.extend_from_slice(rest);
    }
}

/// One server-sent event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'a> {
    pub event: &'a str,
    pub id: &'a str,
    pub data: &'a str,
}

impl Said<'_> {
    /// The number that a notification of the bench carries in its title.
    #[must_use]
    pub fn number(&self) -> Option<usize> {
        let (_, rest) = self.data.split_once("\"title\":\"n")?;
        rest.split('"').next()?.parse().ok()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    #[default]
    Head,
    Size,
    /// Bytes of the chunk that are left, with the line end behind it.
    Data(usize),
}

/// An open stream.
#[derive(Default)]
pub struct Stream {
    phase: Phase,
    raw: Vec<u8>,
    text: Vec<u8>,
    /// 0 until the head of the answer is complete.
    pub status: u16,
    /// Whether the first bytes of its body have come.
    pub has_begun: bool,
    /// The last cursor that it was sent.
    pub cursor: String,
}

impl Stream {
    /// A stream that resumes after `cursor`.
    #[must_use]
    pub fn after(cursor: String) -> Self {
        Self { cursor, ..Self::default() }
    }

    /// Takes what came and hands on each complete event.
    pub fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(Said)) {
        self.raw.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(used) = self.step(at) {
            at += used;
        }
        self.raw.drain(..at);
        let mut at = 0;
        while let Some(end) = find(&self.text[at..], b"\n\n") {
            let said = parse(std::str::from_utf8(&self.text[at..at + end]).unwrap_or_default());
            if !said.id.is_empty() && said.id != self.cursor {
                said.id.clone_into(&mut self.cursor);
            }
            if !said.event.is_empty() {
                each(said);
            }
            at += end + 2;
        }
        self.text.drain(..at);
    }

    /// One part of the answer from `raw[at..]`; `None` until more comes.
    fn step(&mut self, at: usize) -> Option<usize> {
        let raw = &self.raw[at..];
        match self.phase {
            Phase::Head => {
                let (status, _, begin) = head(raw)?;
                self.status = status;
                self.phase = Phase::Size;
                Some(begin)
            }
            Phase::Size => {
                let end = find(raw, b"\r\n")?;
                let size = std::str::from_utf8(&raw[..end]).unwrap_or_default();
                let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
                self.phase = Phase::Data(size + 2);
                Some(end + 2)
            }
            Phase::Data(left) => {
                let taken = left.min(raw.len());
                if taken == 0 {
                    return None;
                }
                self.has_begun = true;
                let line_end = 2_usize.saturating_sub(left - taken).min(taken);
                self.text.extend_from_slice(&raw[..taken - line_end]);
                self.phase = if taken == left { Phase::Size } else { Phase::Data(left - taken) };
                Some(taken)
            }
        }
    }
}

fn parse(block: &str) -> Said<'_> {
    let mut said = Said { event: "", id: "", data: "" };
    for line in block.lines() {
        match line.split_once(": ") {
            Some(("event", value)) => said.event = value,
            Some(("id", value)) => said.id = value,
            Some(("data", value)) => said.data = value,
            _ => {}
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_whole_however_they_are_cut() {
        let text = b"HTTP/1.1 202 Accepted\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n";
        for cut in 0..text.len() {
            let (mut answers, mut got) = (Answers::default(), Vec::new());
            for part in [&text[..cut], &text[cut..]] {
                answers.feed(part, |status, body| got.push((status, body.to_vec())));
            }
            assert_eq!(got, [(202, b"abc".to_vec()), (503, vec![])], "cut at {cut}");
        }
    }

    #[test]
    fn events_come_whole_however_they_are_cut() {
        let text = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
            12\r\nretry: 1500\n\n:\n\nev\r\n2a\r\nent: item\nid: 7.42\ndata: {\"a\":1,\"title\":\"n\r\n6\r\n5\"}\n\n:\r\n";
        let text = [&text[..], b"2\r\n\n\n\r\n"].concat();
        for cut in 0..text.len() {
            let (mut stream, mut got) = (Stream::default(), Vec::new());
            for part in [&text[..cut], &text[cut..]] {
                stream.feed(part, |said| got.push((said.event.to_owned(), said.number())));
            }
            assert_eq!(got, [("item".to_owned(), Some(5))], "cut at {cut}");
            assert_eq!((stream.status, stream.cursor.as_str()), (200, "7.42"));
        }
    }
}
