//! The shop's HTTP: one call, one connection, JSON both ways, as the simplest of shops would do it.
//!
//! It talks to nobody but the demo's own server, whose answers have a length and no encoding.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::cli::Result;

/// Where the API is, and the key to it.
pub(super) struct Wire {
    address: SocketAddr,
    key: String,
}

impl Wire {
    pub(super) fn new(mut address: SocketAddr, key: String) -> Self {
        // Who listens everywhere listens here too.
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        Self { address, key }
    }

    /// The same server with another key.
    pub(super) fn with_key(&self, key: String) -> Self {
        Self { address: self.address, key }
    }

    /// The start of a key says in lists which it is.
    pub(super) fn has_prefix(&self, prefix: &str) -> bool {
        !prefix.is_empty() && self.key.contains(prefix)
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value> {
        self.call("GET", path, None).await
    }

    /// A call that succeeds; null where the answer has no body.
    pub(super) async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let said = |what: &str| format!("{method} {path}: {what}");
        let answer = self.exchange(method, path, body).await.map_err(|error| said(&error.to_string()))?;
        let end =
            answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").ok_or_else(|| said("no answer"))?;
        let (head, body) = (&answer[..end], &answer[end + 4..]);
        // HTTP/1.1 200
        if head.get(9) != Some(&b'2') {
            return Err(said(&String::from_utf8_lossy(body)));
        }
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(body).map_err(|error| said(&error.to_string()))
    }

    async fn exchange(&self, method: &str, path: &str, body: Option<&Value>) -> std::io::Result<Vec<u8>> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n",
            self.address,
            self.key,
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).await?;
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok(answer)
    }
}
