//! A connection to a relay: bytes in and out, lines of answers within limits, TLS, and a record of what was said.
//!
//! Nothing here knows the order of an SMTP conversation; that is `conversation`'s. Nor is anything here limited in time:
//! whoever calls sets the limit around it.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::tls;
use crate::domain::condition::Term;
use crate::domain::mail::dialogue::{Dialogue, Side};
use crate::domain::mail::reply::{Fault, Reply, Step};
use crate::domain::network::is_public;

/// Longest line of an answer (RFC 5321 asks for 512), and most lines of one.
const LONGEST_LINE: usize = 2048;
const MOST_LINES: usize = 128;

type Result<T> = std::result::Result<T, Fault>;

/// What follows the address of a relay that an account may not reach.
const NOT_PUBLIC: &str =
    "is in a private network; the operator of this server has not allowed that (allow_private_relays)";

/// How far a connection may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To addresses of the public internet alone.
    Public,
    Everything,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// Between the two, and after a failure there.
    Gone,
}

/// An open connection.
pub(super) struct Wire {
    stream: Stream,
    unread: Vec<u8>,
    /// Where in the conversation it is.
    pub(super) step: Step,
    /// From when to when the relay's certificate is good, where it showed one.
    pub(super) term: Option<Term>,
    pub(super) dialogue: Dialogue,
}

impl Wire {
    /// Opens a connection whose small writes are not held back: SMTP is question and answer.
    pub(super) async fn open(host: &str, port: u16, reach: Reach) -> Result<Self> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let unreachable = |error: std::io::Error| Fault::Unreachable(error.to_string());
        let stream = match reach {
            Reach::Everything => TcpStream::connect((host, port)).await.map_err(unreachable)?,
            Reach::Public => {
                // The addresses that were looked at are those that are connected to.
                let found: Vec<SocketAddr> = lookup_host((host, port)).await.map_err(unreachable)?.collect();
                let public: Vec<SocketAddr> =
                    found.iter().copied().filter(|address| is_public(address.ip())).collect();
                if let (true, Some(address)) = (public.is_empty(), found.first()) {
                    return Err(Fault::Unreachable(format!("{} {NOT_PUBLIC}", address.ip())));
                }
                TcpStream::connect(public.as_slice()).await.map_err(unreachable)?
            }
        };
        stream.set_nodelay(true).map_err(unreachable)?;
        Ok(Self {
            stream: Stream::Plain(stream),
            unread: Vec::new(),
            step: Step::Greeting,
            term: None,
            dialogue: Dialogue::default(),
        })
    }

    pub(super) fn is_encrypted(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }

    /// The address that we are called from, as an SMTP client without a name calls itself.
    pub(super) fn own_literal(&self) -> String {
        let stream = match &self.stream {
            Stream::Plain(stream) => Some(stream),
            Stream::Tls(stream) => Some(stream.get_ref().0),
            Stream::Gone => None,
        };
        match stream.and_then(|stream| stream.local_addr().ok()).map(|address| address.ip()) {
            Some(std::net::IpAddr::V6(ip)) => format!("[IPv6:{ip}]"),
            Some(std::net::IpAddr::V4(ip)) => format!("[{ip}]"),
            None => "localhost".to_owned(),
        }
    }

    /// Goes on under TLS, as `host` by its certificate.
    pub(super) async fn encrypt(&mut self, host: &str, tls: Arc<ClientConfig>) -> Result<()> {
        self.step = Step::Tls;
        // What was sent in the open before TLS would be taken for an answer under it.
        if !self.unread.is_empty() {
            return Err(Fault::Garbled("an answer before its question".to_owned()));
        }
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let ascii = ascii_host(host);
        let name = ServerName::try_from(ascii).map_err(|error| Fault::Tls(error.to_string()))?;
        let Stream::Plain(stream) = std::mem::replace(&mut self.stream, Stream::Gone) else {
            return Err(Fault::Lost);
        };
        let connected = TlsConnector::from(tls).connect(name, stream).await;
        let stream = connected.map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::ConnectionReset => Fault::Lost,
            _ => Fault::Tls(error.to_string()),
        })?;
        let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
        self.term = shown.and_then(tls::term);
        self.stream = Stream::Tls(Box::new(stream));
        Ok(())
    }

    /// Sends a command, or several at a time; `shown` is what the record has in its place.
    pub(super) async fn say(&mut self, line: &str, shown: &str) -> Result<()> {
        for shown in shown.lines() {
            self.dialogue.push(Side::Client, shown);
        }
        self.write(format!("{line}\r\n").as_bytes()).await
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = match &mut self.stream {
            Stream::Plain(stream) => stream.write_all(bytes).await,
            Stream::Tls(stream) => match stream.write_all(bytes).await {
                Ok(()) => stream.flush().await,
                failed => failed,
            },
            Stream::Gone => return Err(Fault::Lost),
        };
        // A relay that says goodbye and closes is heard out: its words may wait to be read.
        match written {
            Err(_) if self.unread.is_empty() => Err(self.last_words().await),
            Err(_) => Err(Fault::Lost),
            Ok(()) => Ok(()),
        }
    }

    /// The answer that a relay sent before it closed the connection, if it did.
    async fn last_words(&mut self) -> Fault {
        match self.hear().await {
            Ok(reply) if reply.code >= 400 => Fault::Refused(reply),
            _ => Fault::Lost,
        }
    }

    /// Reads one answer, of one or more lines.
    pub(super) async fn hear(&mut self) -> Result<Reply> {
        let mut reply: Option<Reply> = None;
        for _ in 0..MOST_LINES {
            let line = self.line().await?;
            let (code, is_last, text) = parse(&line).ok_or_else(|| Fault::Garbled(shorten(&line)))?;
            match &mut reply {
                None => reply = Some(Reply { code, text: text.to_owned() }),
                Some(reply) if reply.code != code => return Err(Fault::Garbled(shorten(&line))),
                Some(reply) => {
                    reply.text.push('\n');
                    reply.text.push_str(text);
                }
            }
            if is_last {
                return reply.ok_or(Fault::Lost);
            }
        }
        Err(Fault::Garbled("an answer without an end".to_owned()))
    }

    async fn line(&mut self) -> Result<String> {
        let mut searched = 0;
        loop {
            if let Some(end) = self.unread[searched..].iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=searched + end).collect();
                let line = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
                self.dialogue.push(Side::Server, &line);
                return Ok(line);
            }
            searched = self.unread.len();
            if searched > LONGEST_LINE {
                let begin = String::from_utf8_lossy(&self.unread).into_owned();
                self.dialogue.push(Side::Server, &begin);
                return Err(Fault::Garbled("a line without an end".to_owned()));
            }
            let read = match &mut self.stream {
                Stream::Plain(stream) => stream.read_buf(&mut self.unread).await,
                Stream::Tls(stream) => stream.read_buf(&mut self.unread).await,
                Stream::Gone => return Err(Fault::Lost),
            };
            if !read.is_ok_and(|read| read > 0) {
                return Err(Fault::Lost);
            }
        }
    }

    /// Says goodbye; the answer is not waited for.
    pub(super) async fn close(mut self) {
        let _ = self.write(b"QUIT\r\n").await;
        match &mut self.stream {
            Stream::Plain(stream) => drop(stream.shutdown().await),
            Stream::Tls(stream) => drop(stream.shutdown().await),
            Stream::Gone => {}
        }
    }
}

/// A host's name as DNS and certificates have it.
pub(super) fn ascii_host(host: &str) -> String {
    match url::Host::parse(host) {
        Ok(url::Host::Domain(name)) => name,
        _ => host.to_owned(),
    }
}

/// `250-text`: code, whether it is the last line, text.
fn parse(line: &str) -> Option<(u16, bool, &str)> {
    let code = line.get(..3).filter(|code| code.bytes().all(|b| b.is_ascii_digit()))?;
    let code: u16 = code.parse().ok().filter(|code| (200..600).contains(code))?;
    match line.as_bytes().get(3) {
        None => Some((code, true, "")),
        Some(b' ') => Some((code, true, &line[4..])),
        Some(b'-') => Some((code, false, &line[4..])),
        Some(_) => None,
    }
}

fn shorten(line: &str) -> String {
    line.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_three_digits_and_a_text() {
        assert_eq!(parse("250 2.0.0 ok"), Some((250, true, "2.0.0 ok")));
        assert_eq!(parse("250-SIZE 1000"), Some((250, false, "SIZE 1000")));
        assert_eq!(parse("354"), Some((354, true, "")));
        for bad in ["", "25", "abc hello", "2500 x", "250_x", "199 x", "600 x", "HTTP/1.1 400", "٢٥٠ x"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
