//! A plain HTTP/1.1 client over TCP, one connection a call: what is sent is exactly what a test says, and a body can
//! be read as slowly as a test likes. No redirects, no compression, no reuse.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::answer::Answer;

/// What has not happened by then has failed.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Waits for `future`; the deadline is a failure that names what was waited for.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    let value = tokio::time::timeout(DEADLINE, future).await;
    value.unwrap_or_else(|_| panic!("{what}: nothing within {DEADLINE:?}"))
}

/// A caller: where, and which headers go with each call.
#[derive(Debug, Clone)]
pub struct Client {
    address: SocketAddr,
    headers: Vec<(String, String)>,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, headers: vec![("accept-language".into(), "en".into())] }
    }

    /// The same caller at the server of another.
    pub fn at(&self, other: &Self) -> Self {
        Self { address: other.address, ..self.clone() }
    }

    /// The same caller with one more header; an earlier one of the name goes.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.retain(|(n, _)| n != name);
        client.headers.push((name.into(), value.into()));
        client
    }

    /// A browser of the console with this cookie.
    pub fn cookie(&self, secret: &str) -> Self {
        self.with("cookie", &format!("__Host-bellwire={secret}")).with("sec-fetch-site", "same-origin")
    }

    /// A machine with this key or token.
    pub fn bearer(&self, secret: &str) -> Self {
        self.with("authorization", &format!("Bearer {secret}"))
    }

    pub fn call(&self, method: &str, path: &str) -> Call {
        let headers = self.headers.clone();
        Call {
            address: self.address,
            method: method.into(),
            path: path.into(),
            headers,
            body: None,
            slow: false,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send().await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path).send().await
    }

    /// A write without a body.
    pub async fn act(&self, path: &str) -> Answer {
        self.call("POST", path).send().await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path).json(&body).send().await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call("PATCH", path).json(&body).send().await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call("PUT", path).json(&body).send().await
    }
}

/// A call that is being put together.
#[derive(Debug, Clone)]
pub struct Call {
    address: SocketAddr,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    slow: bool,
}

impl Call {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(n, _)| n != name);
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn json(self, body: &Value) -> Self {
        let body = body.to_string();
        self.header("content-type", "application/json").body(body)
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// A consumer with a small window, so that little waits in the sockets between.
    pub fn slow(mut self) -> Self {
        self.slow = true;
        self
    }

    /// Calls and reads the whole answer.
    pub async fn send(self) -> Answer {
        let what = format!("{} {}", self.method, self.path);
        within(&what, async {
            let (mut answer, mut body) = self.open().await;
            let mut bytes = Vec::new();
            while let Some(chunk) = body.chunk().await {
                bytes.extend(chunk);
            }
            answer.body = String::from_utf8(bytes).expect("bodies are UTF-8");
            answer
        })
        .await
    }

    /// Calls and reads the head of the answer; the body is left to be read.
    pub async fn open(self) -> (Answer, Body) {
        let what = format!("{} {}", self.method, self.path);
        within(&what, async {
            let mut stream = self.connect().await;
            // The answer may come, and the connection close, before all of a refused body is written.
            let _ = stream.write_all(&self.bytes()).await;
            Body::read_head(stream).await
        })
        .await
    }

    pub async fn connect(&self) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        if self.slow {
            socket.set_recv_buffer_size(4096).unwrap();
        }
        socket.connect(self.address).await.unwrap()
    }

    /// The request as it goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        let named = |name: &str| self.headers.iter().any(|(n, _)| n == name);
        if !named("host") {
            let _ = write!(head, "host: {}\r\n", self.address);
        }
        if !named("connection") {
            head += "connection: close\r\n";
        }
        if let Some(body) = self.body.as_ref().filter(|_| !named("content-length")) {
            let _ = write!(head, "content-length: {}\r\n", body.len());
        }
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head += "\r\n";
        let mut bytes = head.into_bytes();
        bytes.extend(self.body.iter().flatten());
        bytes
    }
}

/// How the end of a body is known.
#[derive(Debug)]
enum Framing {
    Length(usize),
    Chunked,
    UntilClose,
}

/// A body that is being read.
#[derive(Debug)]
pub struct Body {
    stream: TcpStream,
    buffer: Vec<u8>,
    framing: Framing,
}

impl Body {
    /// Reads the head of an answer.
    pub async fn read_head(stream: TcpStream) -> (Answer, Self) {
        let mut body = Self { stream, buffer: Vec::new(), framing: Framing::UntilClose };
        let end = loop {
            if let Some(at) = find(&body.buffer, b"\r\n\r\n") {
                break at;
            }
            assert!(body.fill().await, "no answer; got {:?}", String::from_utf8_lossy(&body.buffer));
        };
        let head = String::from_utf8(body.buffer.drain(..end + 4).collect()).expect("heads are ASCII");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|s| s.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status in {head:?}"));
        let pair =
            |line: &str| line.split_once(':').map(|(n, v)| (n.to_ascii_lowercase(), v.trim().to_owned()));
        let headers: Vec<_> = lines.filter_map(pair).collect();
        let answer = Answer { status, headers, body: String::new() };
        body.framing = match answer.header("content-length").and_then(|length| length.parse().ok()) {
            Some(length) => Framing::Length(length),
            None if answer.header("transfer-encoding") == Some("chunked") => Framing::Chunked,
            None if status == 204 => Framing::Length(0),
            None => Framing::UntilClose,
        };
        (answer, body)
    }

    /// The next piece of the body; `None` at its end. An answer that breaks off is a failure.
    pub async fn chunk(&mut self) -> Option<Vec<u8>> {
        match self.framing {
            Framing::Length(0) => None,
            Framing::Length(left) => {
                if self.buffer.is_empty() {
                    assert!(self.fill().await, "the answer breaks off");
                }
                let taken = self.take(left);
                self.framing = Framing::Length(left - taken.len());
                Some(taken)
            }
            Framing::UntilClose => {
                if self.buffer.is_empty() && !self.fill().await {
                    return None;
                }
                Some(self.take(usize::MAX))
            }
            Framing::Chunked => self.piece().await,
        }
    }

    async fn piece(&mut self) -> Option<Vec<u8>> {
        let line = loop {
            if let Some(at) = find(&self.buffer, b"\r\n") {
                break at;
            }
            assert!(self.fill().await, "the answer breaks off");
        };
        let size = String::from_utf8_lossy(&self.buffer[..line]).trim().to_owned();
        let size =
            usize::from_str_radix(&size, 16).unwrap_or_else(|_| panic!("no size of a chunk: {size:?}"));
        self.buffer.drain(..line + 2);
        while self.buffer.len() < size + 2 {
            assert!(self.fill().await, "the answer breaks off");
        }
        let piece = self.take(size);
        self.take(2);
        if size == 0 { None } else { Some(piece) }
    }

    fn take(&mut self, most: usize) -> Vec<u8> {
        let count = most.min(self.buffer.len());
        self.buffer.drain(..count).collect()
    }

    /// False: the connection is closed.
    async fn fill(&mut self) -> bool {
        self.buffer.reserve(16 * 1024);
        matches!(self.stream.read_buf(&mut self.buffer).await, Ok(1..))
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}
