//! The control socket: how the command line reaches the server that holds the directory.
//!
//! `DIR/bellwire.sock`, for the directory's owner only. One line of JSON is the command, one line is its outcome. It
//! knows nothing of the commands, which are `admin`'s.

use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

use super::Result;
use super::admin::{self, AdminCommand, Outcome};
use crate::app::App;
use crate::flows::Ctx;
use crate::shutdown::{Shutdown, Token};

/// Longest command or outcome, in bytes. Most are a name and a few words; an import's are many records.
pub(super) const LONGEST_LINE: u64 = 4 * 1024 * 1024;
/// A command may wait for a busy store, but not for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// The socket in a data directory.
pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join("bellwire.sock")
}

/// The socket of a running server; it goes when this is dropped.
pub(super) struct Control(PathBuf);

/// A socket's path may have 107 bytes. A longer one is reached through the open directory, which this keeps open.
struct Reach {
    path: PathBuf,
    _directory: Option<File>,
}

impl Reach {
    const LONGEST: usize = 107;

    fn new(dir: &Path) -> std::io::Result<Self> {
        let direct = path(dir);
        if direct.as_os_str().len() <= Self::LONGEST {
            return Ok(Self { path: direct, _directory: None });
        }
        let directory = File::open(dir)?;
        let path = path(&PathBuf::from(format!("/proc/self/fd/{}", directory.as_raw_fd())));
        Ok(Self { path, _directory: Some(directory) })
    }
}

impl Control {
    /// Listens beside a running server, until that stops. Without a socket the server serves all the same.
    pub(super) fn open(app: &App) -> Option<Self> {
        let dir = &app.settings.data;
        match listen(dir) {
            Ok(listener) => {
                let desk = Arc::new(Desk { ctx: app.base.ctx.clone(), base_url: app.base_url() });
                let shutdown = app.shutdown().clone();
                let token = shutdown.token();
                app.shutdown().spawn("control", accept(listener, desk, shutdown, token));
                Some(Self(path(dir)))
            }
            Err(error) => {
                tracing::error!(%error, "no control socket: commands cannot reach this server");
                None
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // A socket that stays is replaced at the next start.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn listen(dir: &Path) -> std::io::Result<UnixListener> {
    let Reach { path, _directory } = Reach::new(dir)?;
    // Who holds the directory's lock owns whatever lies there from before.
    if path.exists() {
        std::fs::remove_file(&path)?;
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Connects to the server of a directory; an error: none listens there.
pub(super) async fn connect(dir: &Path) -> std::io::Result<UnixStream> {
    let Reach { path, _directory } = Reach::new(dir)?;
    UnixStream::connect(path).await
}

/// What commands are done with.
struct Desk {
    ctx: Ctx,
    base_url: String,
}

async fn accept(listener: UnixListener, desk: Arc<Desk>, shutdown: Shutdown, mut stop: Token) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.triggered() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                let (desk, clock) = (Arc::clone(&desk), desk.ctx.clock.clone());
                shutdown.spawn("command", async move {
                    tokio::select! {
                        () = answer(stream, &desk) => {}
                        () = clock.sleep(PATIENCE) => {}
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a command was not accepted");
                desk.ctx.clock.sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn answer(mut stream: UnixStream, desk: &Desk) {
    let (reader, mut writer) = stream.split();
    let mut line = String::new();
    if BufReader::new(reader.take(LONGEST_LINE)).read_line(&mut line).await.is_err() {
        return;
    }
    let outcome = match serde_json::from_str::<AdminCommand>(&line) {
        Ok(command) => admin::execute(&desk.ctx, &desk.base_url, command).await,
        Err(_) => Err("the running server has another version and does not know this command".to_owned()),
    };
    // The caller may have gone away; what was done stays done.
    if let Ok(mut text) = serde_json::to_string(&outcome) {
        text.push('\n');
        let _ = writer.write_all(text.as_bytes()).await;
    }
}

/// Sends a command to the server of a directory. `None`: none listens there.
pub(super) async fn send(dir: &Path, command: &AdminCommand) -> Option<Result<Outcome>> {
    let stream = connect(dir).await.ok()?;
    Some(converse(stream, command).await.unwrap_or_else(|error| {
        Err(format!("the running server did not answer ({error}); whether it did it is not known"))
    }))
}

async fn converse(mut stream: UnixStream, command: &AdminCommand) -> std::io::Result<Result<Outcome>> {
    let mut line = serde_json::to_string(command)?;
    line.push('\n');
    stream.write_all(line.as_bytes()).await?;
    let mut answer = String::new();
    let reading = BufReader::new(stream.take(LONGEST_LINE)).read_line(&mut answer).await;
    reading?;
    Ok(serde_json::from_str(&answer)?)
}
