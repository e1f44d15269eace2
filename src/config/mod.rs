//! The settings of `bellwire serve`: each is a flag, a `BELLWIRE_…` variable and a line of
//! `bellwire.toml`, and the first of these that is given counts; the default comes last.
//!
//! What an administrator changes while the program runs (name of the account, time zone, rights) is
//! deliberately not here: that is data, and lives in the store. Nothing here is read twice.

mod nats;
mod networks;
mod relays;
mod running;
mod sources;
mod table;
mod watch;

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use crate::domain::condition::Limits;
use crate::domain::mail::relay::Relay;
use crate::domain::mail::sender::Sender;
pub use networks::Network;
pub use running::Running;
pub use sources::{FileSettings, ServeArgs};
pub use table::{SETTINGS, Setting, example_file};

/// The settings of a server, complete and checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// The folder of the database, of backups and of everything else that must survive a restart.
    pub data: PathBuf,
    /// Address and port to serve HTTP on. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// `postgres://user:password@host:port/database`; `None` keeps the data in SQLite, in
    /// [`Settings::data`]. It may hold a password: the `Debug` form leaves that out.
    pub database_url: Option<String>,
    /// NATS servers by which nodes on one PostgreSQL tell each other what was committed; empty: they look each second.
    /// A URL may hold a password: the `Debug` form leaves that out.
    pub nats_url: Vec<Url>,
    /// What people type to get here, without a slash at the end: `https://bell.example.com`.
    /// `None` takes the address that is listened on. Links in invitations and mails start with it.
    pub public_url: Option<String>,
    /// Lets browsers send the session cookie over plain HTTP. For a trial on one machine only.
    pub insecure_cookies: bool,
    /// What to log, as `tracing` filter directives: `info`, or `info,bellwire::store=debug`.
    pub log: String,
    /// How a line of the log looks.
    pub log_format: LogFormat,
    /// Believes the last address in `X-Forwarded-For`. Right behind a reverse proxy that sets it,
    /// wrong without one: then anybody can pretend to be anybody.
    pub trust_forwarded: bool,
    /// Calls per second of one API key; `None` sets no limit.
    pub key_rate: Option<NonZeroU32>,
    /// Where letters of accounts without relays of their own are handed in, the first to be tried first.
    pub relays: Vec<Relay>,
    /// Who those letters come from.
    pub sender: Option<Sender>,
    /// Certificates in PEM that a relay's may be signed by, beside those of the web.
    pub relay_ca: Option<PathBuf>,
    /// Lets administrators of accounts name relays in private networks, this machine among them.
    pub allow_private_relays: bool,
    /// Backups, retention, and what else goes on for years.
    pub running: Running,
    /// What counts as bad when Bellwire looks at itself; `None`: it does not look.
    pub watch: Option<Limits>,
    /// Networks inside the house that HTTP requests of rules may reach.
    pub hook_networks: Vec<Network>,
    /// Where the vendor's feed is, and the key that it is signed by; `None`: it is not asked for.
    pub feed: Option<(Url, [u8; 32])>,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One line for people.
    #[default]
    Text,
    /// One JSON object for programs.
    Json,
}

/// Why the settings do not stand. Each says which setting, and what is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was named (or found) cannot be read.
    #[error("{path}: {error}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// The file is no TOML, or has a key that is unknown or of the wrong type.
    #[error("{path}: {error}", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line, column and reason.
        error: Box<toml::de::Error>,
    },
    /// A value that does not fit its setting.
    #[error("{key}: {reason}")]
    Invalid {
        /// The key in `bellwire.toml`; flag and variable are named after it.
        key: &'static str,
        /// What would fit. It never repeats a value that may hold a password.
        reason: String,
    },
}

impl Settings {
    /// Reads the file, if there is one, and puts flags and variables (both in `args`) over it.
    ///
    /// # Errors
    /// When the file cannot be read or understood, or a value does not fit.
    pub fn load(args: ServeArgs) -> Result<Self, ConfigError> {
        let file = match sources::find_file(&args) {
            Some(path) => sources::read_file(path)?,
            None => FileSettings::default(),
        };
        Self::merge(args, file)
    }

    /// Flags and variables over the file over the defaults, then checked. Touches nothing outside.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] for the first value that does not fit.
    pub fn merge(args: ServeArgs, file: FileSettings) -> Result<Self, ConfigError> {
        let default = table::default_of;
        let running = Running::merge(&args, &file)?;
        let relays = given(args.relay.or(file.relay));
        let relays = relays.map(|text| relays::parse(&text)).transpose()?.unwrap_or_default();
        let sender = relays::sender(given(args.sender.or(file.sender)).as_deref(), &relays)?;
        let database_url =
            given(args.database_url.or(file.database_url)).map(check_database_url).transpose()?;
        let nats_url = given(args.nats_url.or(file.nats_url)).map(|text| nats::parse(&text)).transpose()?;
        if nats_url.is_some() && database_url.is_none() {
            return Err(invalid(
                "nats_url",
                "only nodes on one PostgreSQL have something to tell each other: set database_url",
            ));
        }
        let listen = args.listen.or(file.listen).unwrap_or_else(|| default("listen").to_owned());
        Ok(Self {
            data: args.data.or(file.data).unwrap_or_else(|| default("data").into()),
            listen: parse_listen(&listen)?,
            database_url,
            nats_url: nats_url.unwrap_or_default(),
            public_url: given(args.public_url.or(file.public_url))
                .map(|text| parse_public_url(&text))
                .transpose()?,
            insecure_cookies: args.insecure_cookies.or(file.insecure_cookies).unwrap_or(false),
            log: given(args.log.or(file.log)).unwrap_or_else(|| default("log").to_owned()),
            log_format: args.log_format.or(file.log_format).unwrap_or_default(),
            trust_forwarded: args.trust_forwarded.or(file.trust_forwarded).unwrap_or(false),
            key_rate: args.key_rate.or(file.key_rate).map(check_key_rate).transpose()?,
            relays,
            sender,
            relay_ca: args.relay_ca.or(file.relay_ca),
            allow_private_relays: args.allow_private_relays.or(file.allow_private_relays).unwrap_or(false),
            running,
            feed: given(args.feed.or(file.feed)).map(|text| watch::feed(&text)).transpose()?,
            watch: watch::parse(&given(args.watch.or(file.watch)).unwrap_or_default())?,
            hook_networks: networks::parse(&args.hook_networks.or(file.hook_networks).unwrap_or_default())?,
        })
    }

    /// The start of every absolute link, without a slash at its end. `bound` is the address that the
    /// listener really got, for when [`Settings::public_url`] is not set.
    pub fn base_url(&self, bound: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.clone(),
            // Nobody can open http://0.0.0.0 from another machine, but from this one "localhost" works.
            None if bound.ip().is_unspecified() => format!("http://localhost:{}", bound.port()),
            None => format!("http://{bound}"),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("data", &self.data)
            .field("listen", &self.listen)
            .field("database_url", &self.database_url.as_deref().map(without_password))
            .field(
                "nats_url",
                &self.nats_url.iter().map(|url| without_password(url.as_str())).collect::<Vec<_>>(),
            )
            .field("public_url", &self.public_url)
            .field("insecure_cookies", &self.insecure_cookies)
            .field("log", &self.log)
            .field("log_format", &self.log_format)
            .field("trust_forwarded", &self.trust_forwarded)
            .field("key_rate", &self.key_rate)
            .field("relays", &self.relays)
            .field("sender", &self.sender)
            .field("relay_ca", &self.relay_ca)
            .field("allow_private_relays", &self.allow_private_relays)
            .field("running", &self.running)
            .field("watch", &self.watch)
            .field("hook_networks", &self.hook_networks)
            .field("feed", &self.feed.as_ref().map(|(url, _)| url.as_str()))
            .finish()
    }
}

/// A database URL fit for a log: the password replaced by `***`, wherever a URL may carry one.
pub fn without_password(database_url: &str) -> String {
    let Ok(mut url) = Url::parse(database_url) else {
        return "***".to_owned();
    };
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return "***".to_owned();
    }
    if url.query().is_some() {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let mut query = url.query_pairs_mut();
        query.clear();
        for (name, value) in pairs {
            let is_secret = name.to_ascii_lowercase().contains("password");
            query.append_pair(&name, if is_secret { "***" } else { &value });
        }
    }
    url.into()
}

/// An empty variable (`BELLWIRE_PUBLIC_URL=`) means "not set", as compose files write it.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn invalid(key: &'static str, reason: impl Into<String>) -> ConfigError {
    ConfigError::Invalid { key, reason: reason.into() }
}

fn parse_listen(text: &str) -> Result<SocketAddr, ConfigError> {
    text.trim().parse().map_err(|_| {
        let form = "an IP address and a port, such as 127.0.0.1:8080 or [::]:8080";
        invalid("listen", format!("{text:?} is not {form}"))
    })
}

fn check_key_rate(calls: u32) -> Result<NonZeroU32, ConfigError> {
    NonZeroU32::new(calls)
        .ok_or_else(|| invalid("key_rate", "0 would serve no key at all; leave it out for no limit"))
}

fn check_database_url(text: String) -> Result<String, ConfigError> {
    let form = "write it as postgres://user:password@host:5432/database";
    match Url::parse(text.trim()) {
        Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") && url.has_host() => Ok(text),
        Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => {
            Err(invalid("database_url", format!("it names no host; {form}")))
        }
        Ok(_) => Err(invalid("database_url", format!("only PostgreSQL has a URL here; {form}"))),
        Err(error) => Err(invalid("database_url", format!("{error}; {form}"))),
    }
}

fn parse_public_url(text: &str) -> Result<String, ConfigError> {
    let refuse =
        |reason: &str| invalid("public_url", format!("{reason}; write it as https://bell.example.com"));
    let url = Url::parse(text.trim()).map_err(|error| refuse(&error.to_string()))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(refuse("it starts with neither https:// nor http://"));
    }
    // The console and the client live at the root of their origin; a path would break their links.
    let is_origin = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !is_origin || !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("it is an origin: no path, no query, no user name"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests;
