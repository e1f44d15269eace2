//! Real sockets: what holds before there is a request, and how connections end.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;

struct Server {
    app: App,
    shutdown: Shutdown,
    address: std::net::SocketAddr,
}

impl Server {
    async fn start() -> Self {
        let (app, shutdown) = (App::start().await, Shutdown::new());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let clock = app.state.ctx.clock.clone();
        shutdown.spawn("doors", serve::serve(listener, app.router.clone(), clock, shutdown.clone()));
        Self { app, shutdown, address }
    }

    /// Everything that the server says until it closes.
    async fn talk(&self, words: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(words.as_bytes()).await.unwrap();
        rest(&mut stream).await
    }
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    // A connection that is reset has said all it will.
    let _ = stream.read_to_string(&mut text).await;
    text
}

#[tokio::test]
async fn a_request_is_answered_and_the_connection_kept() {
    let server = Server::start().await;
    let first = "GET /v1/letters/7?to=a HTTP/1.1\r\nhost: x\r\n\r\n";
    let last = "GET /v1/letters/8?to=b HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let said = server.talk(&format!("{first}{last}")).await;
    assert_eq!(said.matches("HTTP/1.1 200 OK").count(), 2, "{said}");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = Server::start().await;
    let said =
        server.talk(&format!("GET / HTTP/1.1\r\nhost: x\r\nx-large: {}\r\n\r\n", "x".repeat(17_000))).await;
    assert!(said.starts_with("HTTP/1.1 431 "), "{said}");
    let many = "x-many: 1\r\n".repeat(200);
    let said = server.talk(&format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n")).await;
    assert!(said.starts_with("HTTP/1.1 431 "), "{said}");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_not_waited_for() {
    let server = Server::start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: ").await.unwrap();
    let clock = server.app.clock.clone();
    let ended = rest(&mut stream);
    tokio::pin!(ended);
    // The server starts to wait when it has read what came, which nobody tells us; so time goes by until it gives up.
    let said = loop {
        tokio::select! {
            biased;
            said = &mut ended => break said,
            () = tokio::task::yield_now() => clock.advance(Duration::from_secs(1)),
        }
    };
    assert!(!said.contains("200 OK"), "{said}");
}

#[tokio::test]
async fn the_end_of_the_server_ends_idle_connections() {
    let server = Server::start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET /v1/letters/7?to=a HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut byte = [0];
    stream.read_exact(&mut byte).await.unwrap();
    server.shutdown.trigger();
    server.shutdown.wait_idle(Duration::from_secs(5)).await.unwrap();
    assert!(rest(&mut stream).await.contains("200 OK"));
}
