//! The composition root: makes the parts of a server, in order, and stops them in the opposite one.
//!
//! Nothing is decided here but who gets what, and when. What the program prints and reads is `cli`'s.

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpSocket};

use crate::channels::email;
use crate::channels::feed::Source;
use crate::channels::web::Web;
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::error::Error;
use crate::flows::accept::Accepts;
use crate::flows::backups::{self, Plan};
use crate::flows::mail::Mail;
use crate::flows::{Ctx, setup};
use crate::http;
use crate::http::v1::demo::Demo;
use crate::hub::Hub;
use crate::ids::Ids;
use crate::render::texts::{Texts, TextsError};
use crate::shutdown::Shutdown;
use crate::store::backup::{self, BackupError};
use crate::store::backup_runs::{self, BackupRun};
use crate::store::{self, restore};
use crate::store::{
    DirectoryLock, Engine, Location, OpenError, Store, Tx, deliveries, rule_deliveries, work,
};
use crate::telemetry::Metrics;
use crate::worker::{Wakeups, Worker};

/// Connections that may wait to be accepted: ten thousand browsers come back at once after a restart.
const BACKLOG: u32 = 4096;
/// How long answers under way may take when the server stops; with what follows it stays below 30 s.
const FINISH: Duration = Duration::from_secs(25);
/// How often streams that began meanwhile are told to end.
const REMIND: Duration = Duration::from_millis(250);
/// How long the parts behind the doors may take to stop.
const WIND_UP: Duration = Duration::from_secs(3);

/// Why a server does not start. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("cannot listen on {address}: {error}")]
    Listen { address: SocketAddr, error: io::Error },
    #[error(
        "no backup could be made before the upgrade of the database: {0}. Nothing was changed; make room for it, or make \
         a copy yourself and start once with --upgrade-backup=false"
    )]
    Backup(BackupError),
    #[error("the database does not serve: {0}")]
    Store(#[from] Error),
    #[error(transparent)]
    Texts(#[from] TextsError),
    #[error("{0}")]
    System(String),
}

/// The store, open under the lock of its directory, and what flows need: a server without doors. The command line
/// works with it while no server runs.
pub struct Base {
    pub ctx: Ctx,
    pub metrics: Arc<Metrics>,
    pub shutdown: Shutdown,
    wakeups: Arc<Wakeups>,
    /// Let go last.
    lock: DirectoryLock,
}

impl Base {
    /// Takes the lock, opens the store and makes it ready.
    ///
    /// # Errors
    /// See [`StartError`]; nothing runs then.
    pub async fn open(settings: &Settings, clock: Clock, ids: Ids) -> Result<Self, StartError> {
        let lock = lock(&settings.data)?;
        Self::open_locked(lock, settings, clock, ids).await
    }

    async fn open_locked(
        lock: DirectoryLock,
        settings: &Settings,
        clock: Clock,
        ids: Ids,
    ) -> Result<Self, StartError> {
        let (shutdown, metrics) = (Shutdown::new(), Arc::new(Metrics::new()));
        let wakeups = Arc::new(Wakeups::new(Arc::clone(&metrics), !settings.nats_url.is_empty()));
        let location = location(settings);
        let (observer, now) = (Arc::clone(&wakeups), clock.now_ms());
        let upgrade = back_up_before_upgrade(&shutdown, settings, &location, now).await?;
        // Opening blocks: it recovers, migrates, and waits for other starters.
        let opening = shutdown.spawn_blocking("open", move || Store::open(&location, observer, now));
        let store = opening.await.map_err(|error| StartError::System(error.to_string()))??;
        let (mail, now) = (mail(settings, &clock)?, clock.now_ms());
        let web = web(settings, &clock)?;
        let has_relays = !mail.relays.is_empty();
        let prepare = move |tx: &mut Tx| {
            if tx.engine() == Engine::Sqlite {
                work::void_leases(tx)?;
                deliveries::void_leases(tx)?;
                rule_deliveries::void_leases(tx)?;
            }
            // What waited for a relay of the server's has one now.
            if has_relays { deliveries::unpark(tx, None, now).map(drop) } else { Ok(()) }
        };
        store.write(prepare).await?;
        if let Some(run) = upgrade {
            store.write(move |tx| backup_runs::put(tx, &run)).await?;
        }
        let ctx = Ctx::new(store, clock, ids, shutdown.clone(), Arc::default(), mail, web).await?;
        Ok(Self { ctx, metrics, shutdown, wakeups, lock })
    }

    /// Finishes what is queued, closes the store and lets go of the directory.
    pub async fn close(self) {
        let store = self.ctx.store.clone();
        let stopped = self.shutdown.spawn_blocking("store", move || store.stop()).await;
        if let Err(error) = stopped {
            tracing::error!(%error, "the store did not stop cleanly; it recovers at the next start");
        }
        drop(self.lock);
    }
}

/// A running server.
pub struct App {
    pub base: Base,
    pub hub: Hub,
    pub accepts: Accepts,
    /// As given, but `listen` is the address that was really taken.
    pub settings: Arc<Settings>,
    /// Set-up links of accounts without an administrator, without the start of the address.
    pub setup_links: Vec<setup::SetupLink>,
    connections: Shutdown,
}

impl App {
    /// Starts a server; when this answers, it accepts calls.
    ///
    /// # Errors
    /// See [`StartError`]; nothing runs then.
    pub async fn start(settings: Settings, clock: Clock, ids: Ids) -> Result<Self, StartError> {
        Self::start_with(settings, clock, ids, None).await
    }

    /// As [`App::start`], with the doors of the demo beside those of the product.
    ///
    /// # Errors
    /// As [`App::start`].
    pub async fn start_demo(
        settings: Settings,
        clock: Clock,
        ids: Ids,
        demo: Arc<Demo>,
    ) -> Result<Self, StartError> {
        Self::start_with(settings, clock, ids, Some(demo)).await
    }

    async fn start_with(
        mut settings: Settings,
        clock: Clock,
        ids: Ids,
        demo: Option<Arc<Demo>>,
    ) -> Result<Self, StartError> {
        let lock = lock(&settings.data)?;
        // Before the store is opened, so that a port that is taken is known at once; callers wait in the backlog.
        let listener = listen(settings.listen)?;
        settings.listen =
            listener.local_addr().map_err(|error| StartError::Listen { address: settings.listen, error })?;
        let settings = Arc::new(settings);
        let base = Base::open_locked(lock, &settings, clock, ids).await?;
        let ctx = base.ctx.clone();
        let setup_links = setup::issue_links(&ctx).await?;
        let (hub, accepts) = (Hub::default(), Accepts::start(&ctx, &base.shutdown));
        let worker = Worker {
            ctx: ctx.clone(),
            hub: hub.clone(),
            wakeups: Arc::clone(&base.wakeups),
            metrics: Arc::clone(&base.metrics),
            unrouted: accepts.unrouted(),
            backups: settings.running.backup_dir.clone().map(|dir| Plan {
                dir,
                every: settings.running.backup_every,
                keep: settings.running.backup_keep,
            }),
            keep: Arc::new(settings.running.keep.clone()),
            nats: settings.nats_url.clone(),
            feed: feed(&settings)?,
            watch: settings.watch.map(|limits| (limits, settings.data.clone())),
        };
        worker.start(&base.shutdown);
        let state = http::State::new(http::Parts {
            ctx: ctx.clone(),
            hub: hub.clone(),
            accepts: accepts.clone(),
            settings: Arc::clone(&settings),
            metrics: Arc::clone(&base.metrics),
            texts: Texts::load()?,
            base_url: settings.base_url(settings.listen),
            demo,
        });
        let connections = Shutdown::new();
        let serving =
            http::serve::serve(listener, http::router(state), ctx.clock.clone(), connections.clone());
        connections.spawn("doors", serving);
        Ok(Self { base, hub, accepts, settings, setup_links, connections })
    }

    /// The start of every link.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.settings.base_url(self.settings.listen)
    }

    /// The switch that stops this server when [`App::run`] waits for it.
    #[must_use]
    pub fn shutdown(&self) -> &Shutdown {
        &self.base.shutdown
    }

    /// Serves until the switch is thrown, then stops.
    pub async fn run(self) {
        self.base.shutdown.token().triggered().await;
        self.stop().await;
    }

    /// Ends the streams, stops accepting, finishes what is under way, closes the store.
    pub async fn stop(self) {
        let Self { base, hub, accepts, connections, .. } = self;
        connections.trigger();
        let mut left = FINISH;
        loop {
            // Also what a call that was under way has opened since.
            hub.close_all();
            match connections.wait_idle(REMIND).await {
                Ok(()) => break,
                Err(still) if left.is_zero() => {
                    tracing::warn!(connections = still.names.len(), "calls were cut off");
                    break;
                }
                Err(_) => left = left.saturating_sub(REMIND),
            }
        }
        // The lanes end when nobody can hand them anything any more.
        drop(accepts);
        base.shutdown.trigger();
        if let Err(still) = base.shutdown.wait_idle(WIND_UP).await {
            tracing::warn!(%still, "stopping without waiting longer");
        }
        base.close().await;
        tracing::info!("stopped");
    }
}

/// Before a new version changes a database with data in it: a copy, beside the data.
async fn back_up_before_upgrade(
    shutdown: &Shutdown,
    settings: &Settings,
    location: &Location,
    now: i64,
) -> Result<Option<BackupRun>, StartError> {
    let (location, known) = (location.clone(), store::known_schema());
    let (dir, wanted) = (settings.data.clone(), settings.running.upgrade_backup);
    let copying = shutdown.spawn_blocking("upgrade", move || {
        // What cannot be looked at is for the opening to refuse, in its own words.
        let found = restore::schema_of(&location).unwrap_or_default();
        if found == 0 || found >= known || !wanted {
            return Ok(None);
        }
        let engine =
            if matches!(location, Location::Directory(_)) { Engine::Sqlite } else { Engine::Postgres };
        let file = dir.join(format!("before-schema-{known}-{}", backups::file_name(engine, now)));
        let made = backup::make(&location, &file, now);
        let run = backups::outcome(format!("upgrade:{known}:{now}"), now, 0, &file, &made);
        made.map(|_| Some((found, file, run)))
    });
    let copied = copying.await.map_err(|error| StartError::System(error.to_string()))?;
    let Some((found, file, run)) = copied.map_err(StartError::Backup)? else { return Ok(None) };
    tracing::info!(from = found, to = known, file = %file.display(), "made a backup before the upgrade");
    Ok(Some(run))
}

/// What letters are sent with, by the settings.
///
/// # Errors
/// When certificates cannot be read.
pub fn mail(settings: &Settings, clock: &Clock) -> Result<Mail, StartError> {
    let tls = email::tls::client_config(settings.relay_ca.as_deref());
    let tls = tls.map_err(|error| StartError::System(format!("relay_ca: {error}")))?;
    let reach = if settings.allow_private_relays { email::Reach::Everything } else { email::Reach::Public };
    Ok(Mail {
        post: email::Post::new(clock.clone(), tls, reach),
        relays: settings.relays.clone(),
        sender: settings.sender.clone(),
        base_url: settings.base_url(settings.listen),
    })
}

/// What requests of rules are made with: the roots of the web, and no way inside but those of the settings.
fn web(settings: &Settings, clock: &Clock) -> Result<Web, StartError> {
    let tls = email::tls::client_config(None);
    let tls = tls.map_err(StartError::System)?;
    Ok(Web::new(clock.clone(), tls, settings.hook_networks.clone()))
}

/// The vendor's feed, by the settings.
fn feed(settings: &Settings) -> Result<Option<Source>, StartError> {
    let Some((url, key)) = settings.feed.clone() else { return Ok(None) };
    let tls = email::tls::client_config(None).map_err(StartError::System)?;
    Ok(Some(Source { url, key, tls }))
}

/// Where the data is, by the settings.
#[must_use]
pub fn location(settings: &Settings) -> Location {
    match &settings.database_url {
        Some(url) => Location::Postgres(url.clone()),
        None => Location::Directory(settings.data.clone()),
    }
}

/// Makes the directory, for its owner only, and takes its lock.
fn lock(dir: &Path) -> Result<DirectoryLock, OpenError> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|error| OpenError::Directory(dir.to_owned(), error))?;
    DirectoryLock::take(dir)
}

fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let open = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // A restart must not wait for connections of the last run to be forgotten.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    open().map_err(|error| StartError::Listen { address, error })
}

/// Lets this process have as many files (connections) as the system allows it at most.
pub fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, wanted) {
        tracing::warn!(%error, limit = ?limit.current, "the limit of open files stays as it is");
    }
}
