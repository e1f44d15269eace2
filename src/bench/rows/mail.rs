//! Letters a second, to a relay in this process: built and handed in over one and over eight connections, and from one
//! notification to everybody's mailbox.
//!
//! Beside it the same bytes over as many connections, built beforehand and sent by hand: what this machine and the relay
//! can do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{BODY, to_everybody};
use crate::bench::Bench;
use crate::bench::child::Server;
use crate::bench::crowd::Callers;
use crate::bench::net::{Inbox, Net};
use crate::bench::report::{Figure, Measured};
use crate::channels::email::letter::{Draft, Letter};
use crate::channels::email::sink::{self, Keep};
use crate::channels::email::{Post, Posted, Reach, tls};
use crate::clock::Clock;
use crate::domain::branding::Branding;
use crate::domain::kind::{Kind, Severity};
use crate::domain::language::Language;
use crate::domain::mail::relay::{Auth, Relay, Secret, Security};
use crate::domain::mail::sender::Sender;
use crate::render::letter::{self, LetterInput, LetterItem, Office, Reader, Why};
use crate::render::texts::Texts;
use crate::shutdown::Shutdown;

/// The longest wait for a broadcast's last letter.
const PATIENCE: Duration = Duration::from_mins(2);

pub async fn run(bench: &Bench) -> Result<Measured, String> {
    let shutdown = Shutdown::new();
    let (relay, taken) = relay(&shutdown).await.map_err(|e| e.to_string())?;
    let texts = Arc::new(Texts::load().map_err(|e| e.to_string())?);
    let round = bench.round / 4;
    let one = letters(bench, &relay, &texts, 1, round, &shutdown).await?;
    let eight = letters(bench, &relay, &texts, 8, round, &shutdown).await?;
    let raw_one = raw(bench, relay.port, &texts, 1, round, &shutdown).await?;
    let raw_eight = raw(bench, relay.port, &texts, 8, round, &shutdown).await?;
    let all = broadcast(bench, &relay, &taken)?;
    shutdown.trigger();
    Ok(Measured {
        row: "mail",
        is: format!("letters of {} bytes to a relay in this process", size(&texts)?),
        figures: vec![
            Figure::new("built and sent, 1 connection", one, "/s").beside("/s: raw SMTP", raw_one),
            Figure::new("built and sent, 8 connections", eight, "/s")
                .beside("/s: raw SMTP", raw_eight)
                .goal(">= 3,000/s"),
            Figure::new("from one notification to all mailboxes", all, "/s")
                .beside("/s: raw SMTP", raw_eight),
        ],
    })
}

/// A relay that counts.
async fn relay(shutdown: &Shutdown) -> std::io::Result<(Relay, Arc<AtomicUsize>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    let keep: Keep = Arc::new(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
    });
    shutdown.spawn("sink", sink::serve(listener, keep, shutdown.clone()));
    let relay = Relay {
        id: "server-1".to_owned(),
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::Plain,
        allow_plain: false,
        auth: Auth::None,
        user: String::new(),
        secret: Secret::default(),
        priority: 0,
    };
    Ok((relay, taken))
}

/// Writes a letter from the notification on, as the post does.
fn write(texts: &Texts, number: usize) -> Result<Letter, String> {
    let (title, branding) = (format!("Order {number} changed"), Branding::default());
    let unsubscribe = "https://bell.example.com/unsubscribe/MTowMTkwYWE.3q2-7w";
    let input = LetterInput {
        reader: Reader {
            name: "Ann Lee",
            address: "ann@example.com",
            language: Language::En,
            zone: "Europe/Madrid",
        },
        office: Office { name: "Lamps", branding: &branding, public_url: "https://bell.example.com" },
        item: LetterItem {
            kind: Kind::System,
            severity: Severity::Info,
            title: &title,
            body: BODY,
            record: Some("order 10482"),
            link: Some("/orders/10482"),
            by: Some("Bob"),
            created_at: 1_772_352_000_000,
            why: Why::Responsible,
        },
        unsubscribe_url: Some(unsubscribe),
    };
    let said = letter::letter(texts, &input);
    let draft = Draft {
        from: Sender { name: "Lamps".to_owned(), address: "bell@example.com".to_owned() },
        to_name: "Ann Lee".to_owned(),
        to_address: "ann@example.com".to_owned(),
        subject: said.subject,
        html: said.html,
        text: said.text,
        id: format!("bench-{number}"),
        thread: Some("order-10482".to_owned()),
        at: 1_772_352_000_000,
        unsubscribe: Some(unsubscribe.to_owned()),
        picture: None,
    };
    Letter::write(&draft).map_err(|e| e.to_string())
}

fn size(texts: &Texts) -> Result<usize, String> {
    write(texts, 0).map(|letter| letter.wire_size())
}

/// Letters a second, with so many on their way at a time.
async fn letters(
    bench: &Bench,
    relay: &Relay,
    texts: &Arc<Texts>,
    at_once: usize,
    round: Duration,
    shutdown: &Shutdown,
) -> Result<f64, String> {
    let post = Post::new(Clock::System, tls::client_config(None)?, Reach::Everything);
    let (begin, clock) = (bench.clock.monotonic(), bench.clock.clone());
    let mut senders = Vec::new();
    for _ in 0..at_once {
        let (post, relay, texts, clock) = (post.clone(), relay.clone(), Arc::clone(texts), clock.clone());
        senders.push(shutdown.spawn("letters", async move {
            let mut sent = 0;
            while clock.monotonic() - begin < round {
                let letter = write(&texts, sent)?;
                match post.send(&relay, &letter, |_| true).await {
                    Posted::Tried(attempt) if attempt.outcome.is_ok() => sent += 1,
                    other => return Err(format!("a letter was not taken: {other:?}")),
                }
            }
            Ok(sent)
        }));
    }
    rate(senders, begin, &clock).await
}

type Senders = Vec<tokio::task::JoinHandle<Result<usize, String>>>;

async fn rate(senders: Senders, begin: Instant, clock: &Clock) -> Result<f64, String> {
    let mut sent = 0;
    for sender in senders {
        sent += sender.await.map_err(|e| e.to_string())??;
    }
    Ok(sent as f64 / (clock.monotonic() - begin).as_secs_f64())
}

/// The same conversation by hand, with one letter that was built before.
async fn raw(
    bench: &Bench,
    port: u16,
    texts: &Texts,
    connections: usize,
    round: Duration,
    shutdown: &Shutdown,
) -> Result<f64, String> {
    let letter: Arc<[u8]> = write(texts, 0)?.on_wire().into();
    let (begin, clock) = (bench.clock.monotonic(), bench.clock.clone());
    let mut senders = Vec::new();
    for _ in 0..connections {
        let (letter, clock) = (Arc::clone(&letter), clock.clone());
        senders.push(shutdown.spawn("raw", async move {
            let talk = async {
                let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
                stream.set_nodelay(true)?;
                let (mut buffer, mut sent) = ([0; 4096], 0);
                hear(&mut stream, &mut buffer, b"220 ").await?;
                stream.write_all(b"EHLO bench\r\n").await?;
                hear(&mut stream, &mut buffer, b"250 ").await?;
                while clock.monotonic() - begin < round {
                    stream.write_all(b"MAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n").await?;
                    hear(&mut stream, &mut buffer, b"354 ").await?;
                    stream.write_all(&letter).await?;
                    hear(&mut stream, &mut buffer, b"250 ").await?;
                    sent += 1;
                }
                std::io::Result::Ok(sent)
            };
            talk.await.map_err(|e| e.to_string())
        }));
    }
    rate(senders, begin, &clock).await
}

/// Reads until a line begins with this code.
async fn hear(stream: &mut TcpStream, buffer: &mut [u8], code: &[u8]) -> std::io::Result<()> {
    let mut heard = Vec::new();
    loop {
        let read = stream.read(buffer).await?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        heard.extend_from_slice(&buffer[..read]);
        if heard.ends_with(b"\r\n") && heard.split(|b| *b == b'\n').any(|line| line.starts_with(code)) {
            return Ok(());
        }
    }
}

/// One notification to everybody: letters a second, from the call to the last one at the relay.
fn broadcast(bench: &Bench, relay: &Relay, taken: &AtomicUsize) -> Result<f64, String> {
    let mut settings = bench.stage.settings.clone();
    settings.relays = vec![relay.clone()];
    let server = Server::serve(&settings)?;
    let mut net = Net::new(server.address, bench.clock.clone())?;
    let (mut callers, mut inbox) = (Callers::default(), Inbox::default());
    let (before, begin) = (taken.load(Ordering::Relaxed), net.now());
    let caller = callers.idle(begin);
    callers.call(&mut net, caller, &to_everybody(&bench.stage.key, 0))?;
    let wanted = bench.stage.members.len();
    while taken.load(Ordering::Relaxed) - before < wanted {
        if net.now() > begin + PATIENCE {
            return Err(format!("only {} of {wanted} letters came", taken.load(Ordering::Relaxed) - before));
        }
        let turn = net.now() + Duration::from_millis(5);
        net.turn(turn, &mut inbox);
        for index in 0..inbox.len() {
            let (got, bytes) = inbox.get(index);
            callers.take(got, bytes, |_, _, _, _| {});
        }
    }
    Ok(wanted as f64 / (net.now() - begin).as_secs_f64())
}
