//! The line between nodes on one database: what one says all others hear, over core NATS.
//!
//! What goes over it are hints, so nothing is acknowledged, kept or repeated: a node that was away has missed some, and
//! finds what they spoke of in the database. What a hint says, and what follows from it, is deliberately not here.

use async_nats::connection::State;
use async_nats::{Client, ConnectOptions, ServerAddr, Subscriber};
use bytes::Bytes;
use futures_core::Stream as _;
use std::pin::Pin;
use url::Url;

/// The longest hint that is listened to, in bytes: ten times what a node says at most.
const LONGEST: usize = 256 * 1024;

/// The end of the line where one speaks.
pub struct Line {
    client: Client,
    subject: String,
}

/// The end of the line where one listens.
pub struct Hearing(Subscriber);

/// Opens the line to whoever says things under `subject`. It is there at once and works as soon as one of `servers` can be
/// reached, now or later, and again whenever it was lost.
///
/// # Errors
/// When an address is not one of a NATS server, in words for the log; it holds no password.
pub async fn open(servers: &[Url], subject: String) -> Result<(Line, Hearing), String> {
    let addresses: Result<Vec<ServerAddr>, _> =
        servers.iter().map(|server| server.as_str().parse()).collect();
    let addresses = addresses.map_err(|error| error.to_string())?;
    let options = ConnectOptions::new()
        .name("bellwire")
        // What this node says it knows.
        .no_echo()
        .retry_on_initial_connect()
        .event_callback(async |event| tracing::info!(%event, "the line to other nodes"));
    let client = options.connect(addresses).await.map_err(|error| error.to_string())?;
    let hearing = client.subscribe(subject.clone()).await.map_err(|error| error.to_string())?;
    Ok((Line { client, subject }, Hearing(hearing)))
}

impl Line {
    /// Whether what is said now is heard.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// Says `hint`, if the line is up; whether it was said. A hint that waits for the line would come too late to be one.
    pub async fn say(&self, hint: Vec<u8>) -> bool {
        self.is_up() && self.client.publish(self.subject.clone(), hint.into()).await.is_ok()
    }
}

impl Hearing {
    /// The next that another node says; `None` when the line was closed for good.
    pub async fn next(&mut self) -> Option<Bytes> {
        loop {
            let message = std::future::poll_fn(|context| Pin::new(&mut self.0).poll_next(context)).await?;
            if message.payload.len() <= LONGEST {
                return Some(message.payload);
            }
        }
    }
}
