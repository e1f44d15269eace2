//! Connections: accepted, given to the router one request at a time, closed in an orderly way.
//!
//! The limits that hold before there is a request are here: size and time of its head, and how long a connection may
//! idle. TLS is not: a reverse proxy speaks it.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use crate::clock::Clock;
use crate::shutdown::{Shutdown, Token};

/// Request line and headers together.
const HEAD_LIMIT: usize = 16 * 1024;
/// From the first byte of a request to the last of its headers.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// Longer than reverse proxies keep a connection for reuse (nginx: 60 s), so that they close and we do not.
const IDLE_TIME: Duration = Duration::from_secs(75);
/// For how long a peer may leave unconfirmed what was sent; a stream sends something each 20 s.
#[cfg(target_os = "linux")]
const VANISHED_MS: u32 = 60_000;
/// After a refused accept (no file descriptors are left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until the switch is thrown; connections end with the answer that they are at.
pub async fn serve(listener: TcpListener, router: Router, clock: Clock, shutdown: Shutdown) {
    let mut stop = shutdown.token();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.triggered() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection =
                    serve_connection(stream, peer, router.clone(), clock.clone(), shutdown.token());
                shutdown.spawn("connection", connection);
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                clock.sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    clock: Clock,
    mut stop: Token,
) {
    // An answer is written in one piece; waiting for more to send would only delay it.
    let _ = stream.set_nodelay(true);
    // Without it the system holds on to a peer that has vanished for a quarter of an hour.
    #[cfg(target_os = "linux")]
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, VANISHED_MS);
    let phase = Arc::new(AtomicU8::new(QUIET));
    let connection = Connection { stream, phase: Arc::clone(&phase), clock, time: None };
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        answer(router.clone(), request.map(Body::new), peer, Arc::clone(&phase))
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(IDLE_TIME).max_header_size(HEAD_LIMIT);
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(connection), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.triggered() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}

async fn answer(
    router: Router,
    mut request: Request<Body>,
    peer: SocketAddr,
    phase: Arc<AtomicU8>,
) -> Result<Response, Infallible> {
    phase.store(ANSWERING, Ordering::Relaxed);
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.oneshot(request).await;
    phase.store(QUIET, Ordering::Relaxed);
    response
}

/// Nothing has come of the next request.
const QUIET: u8 = 0;
/// Something has come, but not the whole head.
const HEADING: u8 = 1;
/// A handler is at work, and bytes that come are its body.
const ANSWERING: u8 = 2;

/// A stream that breaks when the head of a request takes too long. The timer is only made for a head that comes in
/// more than one piece.
struct Connection {
    stream: TcpStream,
    phase: Arc<AtomicU8>,
    clock: Clock,
    time: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_ready() {
            if buffer.filled().len() > before {
                let _ = self.phase.compare_exchange(QUIET, HEADING, Ordering::Relaxed, Ordering::Relaxed);
            }
            return read;
        }
        if self.phase.load(Ordering::Relaxed) != HEADING {
            self.time = None;
            return Poll::Pending;
        }
        let clock = self.clock.clone();
        let time = self.time.get_or_insert_with(|| Box::pin(async move { clock.sleep(HEAD_TIME).await }));
        time.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
