//! Fetches the vendor's feed and checks its signature. Whether it is believed is decided in `domain::feed`.
//!
//! One plain GET in the words of HTTP/1.0, so that the answer comes in one piece; no redirects, nothing is sent about this
//! installation.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, UnparsedPublicKey};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Url;

use crate::domain::feed::{Document, Envelope, Refusal};

/// No feed is longer.
const LONGEST: u64 = 512 * 1024;

/// Where the feed is, and by whose key it is signed.
#[derive(Clone)]
pub struct Source {
    pub url: Url,
    pub key: [u8; 32],
    pub tls: Arc<ClientConfig>,
}

/// Fetches the feed; whoever calls sets the time that it may take.
///
/// # Errors
/// [`Refusal::Unreachable`], whatever went wrong on the way.
pub async fn fetch(source: &Source) -> Result<Vec<u8>, Refusal> {
    get(source).await.map_err(|error| {
        tracing::debug!(%error, "the feed was not fetched");
        Refusal::Unreachable
    })
}

async fn get(source: &Source) -> std::io::Result<Vec<u8>> {
    let bad = |what: &str| std::io::Error::other(what.to_owned());
    let host = source.url.host_str().ok_or_else(|| bad("no host"))?;
    let port = source.url.port_or_known_default().ok_or_else(|| bad("no port"))?;
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
    if source.url.scheme() == "https" {
        let name = ServerName::try_from(host.to_owned()).map_err(|error| bad(&error.to_string()))?;
        let stream = TlsConnector::from(Arc::clone(&source.tls)).connect(name, stream).await?;
        ask(stream, source, host).await
    } else {
        ask(stream, source, host).await
    }
}

async fn ask(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    source: &Source,
    host: &str,
) -> std::io::Result<Vec<u8>> {
    let target = &source.url[url::Position::BeforePath..url::Position::AfterQuery];
    let head = format!("GET {target} HTTP/1.0\r\nhost: {host}\r\naccept: application/json\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    let read = stream.take(LONGEST).read_to_end(&mut answer).await;
    // Some servers end a connection under TLS without saying so; the signature tells whether all came.
    if let Err(error) = read
        && error.kind() != std::io::ErrorKind::UnexpectedEof
    {
        return Err(error);
    }
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.ok_or_else(|| std::io::Error::other("no answer"))?;
    let status = answer.split(|byte| *byte == b' ').nth(1);
    if status != Some(b"200") {
        return Err(std::io::Error::other("the answer is not 200"));
    }
    Ok(answer.split_off(end + 4))
}

/// The document in an envelope, and the SHA-256 of its text, if the signature is the vendor's.
///
/// # Errors
/// [`Refusal::Malformed`] or [`Refusal::Forged`].
pub fn open(envelope: &[u8], key: &[u8; 32]) -> Result<(Document, String), Refusal> {
    let envelope: Envelope = serde_json::from_slice(envelope).map_err(|_| Refusal::Malformed)?;
    let signature = STANDARD.decode(envelope.signature.trim()).map_err(|_| Refusal::Forged)?;
    let key = UnparsedPublicKey::new(&ED25519, key);
    key.verify(envelope.document.as_bytes(), &signature).map_err(|_| Refusal::Forged)?;
    let document = serde_json::from_str(&envelope.document).map_err(|_| Refusal::Malformed)?;
    Ok((document, STANDARD.encode(digest(&SHA256, envelope.document.as_bytes()))))
}
