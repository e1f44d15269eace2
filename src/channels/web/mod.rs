//! HTTP requests of rules: one request, one answer, and nothing inside the house is ever reached by them.
//!
//! The name is resolved here, every address of it is looked at ([`guard`]), and the connection goes to the very address that
//! was looked at: a name that answers otherwise a moment later gains nothing. Redirects are not followed, proxies not asked,
//! no cookie is kept. Whether to try again is decided elsewhere.

pub mod guard;
pub mod sign;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request as HyperRequest;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::clock::Clock;
use crate::config::Network;

/// How long a request may take from the name to the end of the answer.
const LONGEST: Duration = Duration::from_secs(15);
/// How much of an answer is read; the beginning is kept for people.
const MOST_ANSWER: usize = 64 * 1024;
/// Of a refusal, how much is kept, in characters.
const KEPT: usize = 300;
/// Addresses of one name that are tried.
const MOST_ADDRESSES: usize = 4;

/// What requests are made with.
pub struct Web {
    tls: Arc<ClientConfig>,
    networks: Vec<Network>,
    clock: Clock,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// What the other side said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// The beginning of the answer, as text.
    pub words: String,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the URL cannot be requested")]
    Url,
    /// Trying again does not help: this is a matter of the operator's.
    #[error("{0} is inside the house (hook_networks)")]
    Internal(IpAddr),
    #[error("the name does not resolve: {0}")]
    Unknown(String),
    #[error("not reached: {0}")]
    Unreachable(String),
    #[error("TLS: {0}")]
    Tls(String),
    #[error("no answer: {0}")]
    Broken(String),
    #[error("no answer within 15 s")]
    TooSlow,
}

impl Web {
    #[must_use]
    pub fn new(clock: Clock, tls: Arc<ClientConfig>, networks: Vec<Network>) -> Self {
        Self { tls, networks, clock }
    }

    /// Makes a request.
    ///
    /// # Errors
    /// [`Fault`] when there is no answer.
    pub async fn send(&self, request: &Request) -> Result<Response, Fault> {
        tokio::select! {
            answer = self.ask(request) => answer,
            () = self.clock.sleep(LONGEST) => Err(Fault::TooSlow),
        }
    }

    async fn ask(&self, request: &Request) -> Result<Response, Fault> {
        let url = Url::parse(&request.url).map_err(|_| Fault::Url)?;
        let is_secret = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(Fault::Url),
        };
        let port = url.port_or_known_default().ok_or(Fault::Url)?;
        let (host, addresses) = match url.host().ok_or(Fault::Url)? {
            Host::Ipv4(ip) => (ip.to_string(), vec![SocketAddr::new(ip.into(), port)]),
            Host::Ipv6(ip) => (ip.to_string(), vec![SocketAddr::new(ip.into(), port)]),
            Host::Domain(name) => {
                let found = lookup_host((name, port)).await.map_err(|e| Fault::Unknown(e.to_string()))?;
                (name.to_owned(), found.take(MOST_ADDRESSES).collect())
            }
        };
        // One that is inside spoils the name, whatever the others are.
        if let Some(inside) = addresses.iter().map(SocketAddr::ip).find(|ip| !self.may_reach(*ip)) {
            return Err(Fault::Internal(inside));
        }
        let stream = connect(&addresses).await?;
        if is_secret {
            let name = ServerName::try_from(host).map_err(|_| Fault::Url)?;
            let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await;
            converse(stream.map_err(|e| Fault::Tls(e.to_string()))?, &url, request).await
        } else {
            converse(stream, &url, request).await
        }
    }

    fn may_reach(&self, ip: IpAddr) -> bool {
        let ip = guard::plain(ip);
        !guard::is_internal(ip) || self.networks.iter().any(|network| network.contains(ip))
    }
}

async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Fault> {
    let mut last = Fault::Unknown("no address".to_owned());
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = Fault::Unreachable(error.to_string()),
        }
    }
    Err(last)
}

async fn converse<S>(stream: S, url: &Url, request: &Request) -> Result<Response, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |error: hyper::Error| Fault::Broken(error.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let host = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    };
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let mut builder = HyperRequest::builder().method(request.method).uri(target).header("host", host);
    for (name, value) in &request.headers {
        builder = builder.header(*name, value);
    }
    let message = builder.body(Full::new(Bytes::from(request.body.clone()))).map_err(|_| Fault::Url)?;
    let talk = async {
        let answer = sender.send_request(message).await.map_err(broken)?;
        let status = answer.status().as_u16();
        // What comes behind the limit is of no interest, and neither is an answer that breaks off.
        let body = Limited::new(answer.into_body(), MOST_ANSWER).collect().await;
        let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let words: String = String::from_utf8_lossy(&body)
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(KEPT)
            .collect();
        Ok(Response { status, words })
    };
    // The connection is driven here and dropped with this call: nothing is left behind that is slow.
    let mut connection = std::pin::pin!(connection);
    let mut talk = std::pin::pin!(talk);
    tokio::select! {
        answer = &mut talk => answer,
        // It may end before the answer was read to its end.
        ended = &mut connection => match ended {
            Ok(()) => talk.await,
            Err(error) => Err(broken(error)),
        },
    }
}
