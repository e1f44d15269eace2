//! `bellwire demo`: a server with people, some history, a flow of messages and a living shop, for looking around.
//!
//! Everything goes through the product's own flows, and the shop through its API; nothing here writes to the database by
//! another way. The pages of the demo are the product's.

mod directory;
mod flow;
mod operator;
mod past;
mod people;
mod shop;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde::Deserialize;

use super::control::Control;
use super::serve::{launch, start_log};
use super::{Result, remark, result};
use crate::app::{App, Base};
use crate::channels::email::sink::{self, Keep};
use crate::clock::Clock;
use crate::config::{FileSettings, ServeArgs, Settings};
use crate::domain::id::Account;
use crate::domain::kind::Severity;
use crate::domain::mail::relay::{Auth, Relay, Secret, Security};
use crate::domain::mail::sender::Sender;
use crate::http::v1::demo::Demo;
use crate::http::v1::demo_mailbox::Mailbox;
use crate::ids::Ids;
use directory::Directory;
use past::Past;

/// Ports that are tried, from the usual one on, when none is named.
const PORTS: std::ops::Range<u16> = 8080..8100;

/// No settings but these: a demo must not find its way into a database that a variable names.
#[derive(Args)]
pub(super) struct DemoArgs {
    /// Keep the demo's data in this folder [default: a folder that is thrown away at the end]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Serve on this address and port [default: 127.0.0.1:8080, or the next free port]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

/// A message of one of the people.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    /// The part of the sender's address before the `@`.
    from: String,
    /// Codes of groups.
    to: Vec<String>,
    severity: Option<Severity>,
    title: Option<String>,
    body: String,
    #[serde(default)]
    sticky: bool,
}

fn messages() -> Result<Vec<Message>> {
    serde_json::from_str(include_str!("messages.json")).map_err(|error| format!("messages.json: {error}"))
}

pub(super) async fn demo(args: DemoArgs) -> Result<()> {
    let directory = match args.data {
        Some(dir) => Directory::named(dir),
        None => Directory::throwaway(&Ids::system())?,
    };
    let listen = args.listen.unwrap_or_else(free_address);
    let mut settings = settings(&directory, listen)?;
    start_log(&settings)?;
    // Its letters stay here, but the conversation that brings them is a real one.
    let (mailbox, sink) = (Arc::new(Mailbox::default()), TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
    let sink = sink.map_err(|error| format!("the demo's mailbox: {error}"))?;
    let port = sink.local_addr().map_err(|error| error.to_string())?.port();
    settings.relays = vec![mailbox_relay(port)];
    settings.sender = Some(Sender { name: String::new(), address: "bell@lamps.example".to_owned() });
    let messages = messages()?;
    let account = {
        let base = Base::open(&settings, Clock::System, Ids::system()).await.map_err(|e| e.to_string())?;
        let account = settle(&base, &settings, &messages, &sink, &mailbox).await;
        base.close().await;
        account.map_err(|error| format!("the demo's people could not be made: {error}"))?
    };
    let demo = Arc::new(Demo::new(account, Arc::clone(&mailbox)));
    let app = App::start_demo(settings, Clock::ahead(), Ids::system(), Arc::clone(&demo));
    let app = launch(app.await)?;
    let control = Control::open(&app);
    open_mailbox(&app, sink, mailbox)?;
    // The pages are there already; the shop moves in meanwhile.
    app.shutdown()
        .spawn("shop", shop::run(shop::Shop::new(&app, Arc::clone(&demo))?, app.shutdown().token()));
    app.shutdown().spawn("demo", flow::run(flow::Flow::new(&app, demo, messages), app.shutdown().token()));
    welcome(&app, &directory, args.listen.is_none());
    app.run().await;
    drop(control);
    directory.leave();
    Ok(())
}

/// What has happened until now, unless a demo that was kept has its own past.
async fn settle(
    base: &Base,
    settings: &Settings,
    messages: &[Message],
    sink: &TcpListener,
    mailbox: &Arc<Mailbox>,
) -> crate::domain::error::Result<Account> {
    let past = Past::open(base, settings, sink, mailbox)?;
    let account = people::settle(&past, &base.shutdown, messages).await?;
    past.set(base.ctx.now());
    operator::settle(&past).await?;
    past.close();
    Ok(account)
}

/// The demo's own relay.
fn mailbox_relay(port: u16) -> Relay {
    Relay {
        id: "server-1".to_owned(),
        host: Ipv4Addr::LOCALHOST.to_string(),
        port,
        security: Security::Plain,
        allow_plain: false,
        auth: Auth::None,
        user: String::new(),
        secret: Secret::default(),
        priority: 0,
    }
}

fn open_mailbox(app: &App, sink: TcpListener, mailbox: Arc<Mailbox>) -> Result<()> {
    let listener = sink.set_nonblocking(true).and_then(|()| tokio::net::TcpListener::from_std(sink));
    let listener = listener.map_err(|error| format!("the demo's mailbox: {error}"))?;
    let clock = app.base.ctx.clock.clone();
    let keep: Keep = Arc::new(move |letter| mailbox.keep(letter, clock.now_ms()));
    app.shutdown().spawn("mailbox", sink::serve(listener, keep, app.shutdown().clone()));
    Ok(())
}

fn settings(directory: &Directory, listen: SocketAddr) -> Result<Settings> {
    let args = ServeArgs {
        data: Some(directory.path().to_owned()),
        listen: Some(listen.to_string()),
        log: Some("warn".to_owned()),
        // Safari takes no secure cookie over plain HTTP, not even from this machine, and no browser does from another.
        insecure_cookies: Some(true),
        ..ServeArgs::default()
    };
    Settings::merge(args, FileSettings::default()).map_err(|error| error.to_string())
}

/// The usual address, or the same with the next port that is free.
fn free_address() -> SocketAddr {
    let at = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    let free = PORTS.map(at).find(|address| TcpListener::bind(address).is_ok());
    // None of them is free: the system knows one.
    free.unwrap_or_else(|| at(0))
}

fn welcome(app: &App, directory: &Directory, chosen_here: bool) {
    let (address, url) = (app.settings.listen, app.base_url());
    result(&format!("listening on http://{address}"));
    if chosen_here && address.port() != PORTS.start {
        remark(&format!("(port {} is taken by another program)", PORTS.start));
    }
    let kept = if directory.is_throwaway() {
        "The data is thrown away when the demo stops. Ctrl+C stops it.".to_owned()
    } else {
        format!("The data stays in {}. Ctrl+C stops the demo.", directory.path().display())
    };
    result(&format!(
        "
  Bellwire demo: a shop for lamps, ten people in four groups, en, ru and es, and the operator of the server.

    {url}

  1. Open it in two windows, the second one private, and be a different person in each: one click.
  2. Press “Create notification”, choose groups, send: the popup is in the other window at once.
  3. Close a popup in one tab: it is gone in all tabs. Hold Shift to close all that stand.
  4. Close a window, send something, open it again: it waits under the bell.
  5. Open Tasks, and press “+5 min” in the bar at the top: reminders come at marks of five minutes.

  While somebody is looking, a colleague writes every half minute and the shop's orders arrive, are paid and assigned;
  the bar at the top pauses that. Be one of Sales to hear of new orders.
  {kept}
"
    ));
}
