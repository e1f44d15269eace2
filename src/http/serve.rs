//! Connections: accepted, given to the router one request at a time, closed in an orderly way.
//!
//! The limits that hold before there is a request are here: size and time of its head, and how long a connection may
//! idle. TLS is not: a reverse proxy speaks it.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, Version};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use super::carrier::{self, Carrier, Source};
use crate::clock::Clock;
use crate::shutdown::Shutdown;

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
                    serve_connection(stream, peer, router.clone(), clock.clone(), shutdown.clone());
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
    shutdown: Shutdown,
) {
    // An answer is written in one piece; waiting for more to send would only delay it.
    let _ = stream.set_nodelay(true);
    // Without it the system holds on to a peer that has vanished for a quarter of an hour.
    #[cfg(target_os = "linux")]
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, VANISHED_MS);
    let exchange = Arc::new(Exchange::default());
    let connection = Connection { stream, exchange: Arc::clone(&exchange), clock: clock.clone(), time: None };
    let answering = Arc::clone(&exchange);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        answer(router.clone(), request.map(Body::new), peer, Arc::clone(&answering), clock.clone())
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(IDLE_TIME).max_header_size(HEAD_LIMIT);
    let mut connection = http.serve_connection(TokioIo::new(connection), service);
    let mut stop = shutdown.token();
    let ended = tokio::select! {
        ended = exchange.run(&mut connection) => ended,
        () = stop.triggered() => {
            Pin::new(&mut connection).graceful_shutdown();
            exchange.run(&mut connection).await
        }
    };
    match ended {
        Ended::Closed(Ok(())) => {}
        Ended::Closed(Err(error)) => tracing::debug!(%error, "a connection broke"),
        Ended::Stream { head, source } => {
            let socket = connection.into_parts().io.into_inner().stream;
            // A task of its own, so that nothing is left of this one, which is many times larger.
            shutdown.spawn("stream", Carrier::new(socket, head, source));
        }
    }
}

async fn answer(
    router: Router,
    mut request: Request<Body>,
    peer: SocketAddr,
    exchange: Arc<Exchange>,
    clock: Clock,
) -> Result<Response, Infallible> {
    exchange.phase.store(ANSWERING, Ordering::Relaxed);
    request.extensions_mut().insert(ConnectInfo(peer));
    let may_leave = request.method() == Method::GET && request.version() == Version::HTTP_11;
    let mut response = router.oneshot(request).await?;
    if may_leave && let Some(source) = carrier::take(&mut response) {
        exchange.hand_over(carrier::head(&response, clock.now_ms()), source);
        // The connection is taken apart at its next turn; nobody waits for this answer.
        return std::future::pending().await;
    }
    exchange.phase.store(QUIET, Ordering::Relaxed);
    Ok(response)
}

/// How a connection ended.
enum Ended {
    Closed(hyper::Result<()>),
    /// It carries a stream from now on, which begins with this head.
    Stream {
        head: Vec<u8>,
        source: Source,
    },
}

/// What the socket and the answer of one connection must know of each other.
#[derive(Default)]
struct Exchange {
    phase: AtomicU8,
    handed_over: Mutex<Option<(Vec<u8>, Source)>>,
}

impl Exchange {
    fn hand_over(&self, head: Vec<u8>, source: Source) {
        *self.handed_over.lock().unwrap_or_else(PoisonError::into_inner) = Some((head, source));
    }

    /// Runs a connection to its end, or until an answer takes it over.
    async fn run<C: Future<Output = hyper::Result<()>> + Unpin>(&self, connection: &mut C) -> Ended {
        std::future::poll_fn(|context| {
            if let Poll::Ready(ended) = Pin::new(&mut *connection).poll(context) {
                return Poll::Ready(Ended::Closed(ended));
            }
            // The answer is made within the turn of the connection, so it is there now or at a later one.
            match self.handed_over.lock().unwrap_or_else(PoisonError::into_inner).take() {
                Some((head, source)) => Poll::Ready(Ended::Stream { head, source }),
                None => Poll::Pending,
            }
        })
        .await
    }
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
    exchange: Arc<Exchange>,
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
                let phase = &self.exchange.phase;
                let _ = phase.compare_exchange(QUIET, HEADING, Ordering::Relaxed, Ordering::Relaxed);
            }
            return read;
        }
        if self.exchange.phase.load(Ordering::Relaxed) != HEADING {
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
