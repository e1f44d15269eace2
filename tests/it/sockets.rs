//! Streams as bytes on a socket: what the head says, who has one without chunks, and what becomes of those who go on talking.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::call::within;
use crate::support::stream::Stream;
use crate::support::{Client, TestApp, both};

/// What comes until the text holds `part`, or the end.
async fn until(socket: &mut TcpStream, part: &str) -> String {
    let mut text = Vec::new();
    within(part, async {
        while !String::from_utf8_lossy(&text).contains(part) {
            if !matches!(socket.read_buf(&mut text).await, Ok(1..)) {
                break;
            }
        }
    })
    .await;
    String::from_utf8(text).unwrap()
}

/// A socket on which a stream was asked for, in the words of this version of HTTP, behind a first call where one is named.
async fn asked(client: &Client, version: &str, before: &str) -> TcpStream {
    let call = client.call("GET", "/v1/stream").header("connection", "keep-alive");
    let mut socket = call.connect().await;
    let head = String::from_utf8(call.bytes()).unwrap().replace("HTTP/1.1", version);
    socket.write_all(format!("{before}{head}").as_bytes()).await.unwrap();
    socket
}

/// Waits until no more than so many streams are left.
async fn gone(app: &TestApp, left: u64) {
    within("somebody to go", async {
        while app.app.hub.open() > left {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

both!(the_head_of_a_stream_is_that_of_every_answer);
async fn the_head_of_a_stream_is_that_of_every_answer(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let stream = Stream::open(&ann, None).await;
    let page = ann.get("/v1/inbox").await;
    let of_all = ["x-content-type-options", "referrer-policy", "content-security-policy", "cache-control"];
    for name in of_all {
        assert_eq!(stream.head.header(name), page.header(name), "{name}");
    }
    assert!(stream.head.header("x-request-id").is_some_and(|id| !id.is_empty()));
    assert_eq!(stream.head.header("date"), Some("Sun, 01 Mar 2026 08:00:00 GMT"));
}

both!(a_stream_is_had_in_every_version_of_http_1);
async fn a_stream_is_had_in_every_version_of_http_1(app: &TestApp) {
    let ann = app.cookie("ann").await;
    for version in ["HTTP/1.1", "HTTP/1.0"] {
        let mut socket = asked(&ann, version, "").await;
        let head = until(&mut socket, ":\n\n").await;
        assert!(head.starts_with(&format!("{version} 200 OK\r\n")), "{head}");
        assert_eq!(head.contains("chunked"), version == "HTTP/1.1", "{head}");
        app.send(&ann, version, &["sales"]).await;
        let told = format!("\"title\":\"{version}\"");
        assert!(until(&mut socket, &told).await.contains(&told));
    }
}

both!(a_connection_that_was_used_before_carries_a_stream_as_well);
async fn a_connection_that_was_used_before_carries_a_stream_as_well(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let mut socket = asked(&ann, "HTTP/1.1", "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let said = until(&mut socket, ":\n\n").await;
    assert_eq!(said.matches("HTTP/1.1 200 OK").count(), 2, "{said}");
    // What comes behind the request for a stream is not answered: an answer has no end yet.
    socket.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    app.send(&ann, "Later", &["sales"]).await;
    let told = until(&mut socket, "Later").await;
    assert!(told.contains("Later") && !told.contains("HTTP/1.1"), "{told}");
    // Who goes on talking is left.
    let much = vec![b'x'; 64 * 1024];
    let _ = socket.write_all(&much).await;
    let mut rest = Vec::new();
    let _ = within("the end", socket.read_to_end(&mut rest)).await;
    gone(app, 0).await;
}

both!(who_goes_leaves_the_hub);
async fn who_goes_leaves_the_hub(app: &TestApp) {
    let ann = app.cookie("ann").await;
    let (one, other) = (Stream::open(&ann, None).await, Stream::open(&ann, None).await);
    assert_eq!(app.app.hub.open(), 2);
    drop(one);
    gone(app, 1).await;
    drop(other);
    gone(app, 0).await;
}
