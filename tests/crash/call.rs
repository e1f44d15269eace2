//! Calls over HTTP on a kept connection, to whichever server lives now. No answer is an answer too: the caller decides
//! whether to try again.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::nemesis::Seat;

const PATIENCE: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// Null when it is no JSON.
    pub body: Value,
}

/// A request.
pub struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub bearer: &'a str,
    /// An Idempotency-Key, or empty.
    pub key: &'a str,
    pub body: Option<&'a Value>,
}

/// Somebody who calls.
pub struct Caller {
    seat: Arc<Seat>,
    life: u64,
    connection: Option<BufReader<TcpStream>>,
}

impl Caller {
    pub fn new(seat: &Arc<Seat>) -> Self {
        Self { seat: Arc::clone(seat), life: 0, connection: None }
    }

    /// Calls once; `None` when the server died before it answered, or there is none any more.
    pub fn call(&mut self, request: &Request) -> Option<Answer> {
        if !self.send(request) {
            return None;
        }
        self.receive()
    }

    pub fn get(&mut self, path: &str, bearer: &str) -> Option<Answer> {
        self.call(&Request { method: "GET", path, bearer, key: "", body: None })
    }

    pub fn post(&mut self, path: &str, bearer: &str, body: &Value) -> Option<Answer> {
        self.call(&Request { method: "POST", path, bearer, key: "", body: Some(body) })
    }

    /// Sends, and leaves the answer to [`Caller::receive`].
    pub fn send(&mut self, request: &Request) -> bool {
        let Some(connection) = self.connect() else { return false };
        let text = text(request);
        let sent = connection.get_mut().write_all(text.as_bytes());
        if sent.is_err() {
            self.connection = None;
        }
        sent.is_ok()
    }

    pub fn receive(&mut self) -> Option<Answer> {
        let answer = read(self.connection.as_mut()?);
        if answer.is_err() {
            self.connection = None;
        }
        answer.ok()
    }

    /// Opens a stream: the connection behind the head of its answer, and the status.
    pub fn open(&mut self, path: &str, bearer: &str, cursor: &str) -> Option<(BufReader<TcpStream>, u16)> {
        self.connection = None;
        let connection = self.connect()?;
        let resume = if cursor.is_empty() { String::new() } else { format!("Last-Event-ID: {cursor}\r\n") };
        let head = format!("GET {path} HTTP/1.1\r\nHost: town\r\nAuthorization: Bearer {bearer}\r\n");
        let sent = connection.get_mut().write_all(format!("{head}{resume}\r\n").as_bytes());
        let status = sent.and_then(|()| head_of(connection)).map(|(status, _)| status);
        let connection = self.connection.take()?;
        status.ok().map(|status| (connection, status))
    }

    fn connect(&mut self) -> Option<&mut BufReader<TcpStream>> {
        while self.connection.is_none() {
            let (address, life) = self.seat.wait(self.life)?;
            match TcpStream::connect(address) {
                Ok(stream) => {
                    stream.set_nodelay(true).unwrap();
                    stream.set_read_timeout(Some(PATIENCE)).unwrap();
                    self.life = life;
                    self.connection = Some(BufReader::new(stream));
                }
                // That server is dead, and its successor not yet there.
                Err(_) => self.life = life + 1,
            }
        }
        self.connection.as_mut()
    }
}

fn text(request: &Request) -> String {
    let Request { method, path, bearer, key, body } = request;
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: town\r\nAuthorization: Bearer {bearer}\r\n");
    if !key.is_empty() {
        let _ = write!(text, "Idempotency-Key: {key}\r\n");
    }
    let body = body.map(Value::to_string).unwrap_or_default();
    if !body.is_empty() {
        let _ = write!(text, "Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    }
    text + "\r\n" + &body
}

/// The status, and the length of the body.
fn head_of(connection: &mut BufReader<TcpStream>) -> io::Result<(u16, usize)> {
    let (mut status, mut length) = (0, 0);
    loop {
        let mut line = String::new();
        if connection.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Ok((status, length));
        }
        if status == 0 {
            status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(1);
        } else if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(|_| io::ErrorKind::InvalidData)?;
        }
    }
}

fn read(connection: &mut BufReader<TcpStream>) -> io::Result<Answer> {
    let (status, length) = head_of(connection)?;
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    Ok(Answer { status, body: serde_json::from_slice(&body).unwrap_or_default() })
}
