//! Where settings come from: the command line with its variables, and the file.
//!
//! Which source wins, and whether a value fits, is deliberately not decided here but in the merge.

use std::path::PathBuf;

use serde::Deserialize;

use super::{ConfigError, LogFormat};

const FILE_NAME: &str = "bellwire.toml";

/// The flags of `bellwire serve`; clap reads the variables, and lets a flag win over its variable.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ServeArgs {
    /// Read the settings from this file [default: DIR/bellwire.toml, else ./bellwire.toml, if there]
    #[arg(long, env = "BELLWIRE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Keep the database and all other data in this folder [default: ./bellwire-data]
    #[arg(long, env = "BELLWIRE_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Serve HTTP on this address and port [default: 127.0.0.1:8080]
    #[arg(long, env = "BELLWIRE_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<String>,

    /// Use this PostgreSQL database in place of the built-in SQLite. Prefer the variable: others on
    /// this machine can read command lines
    #[arg(long, env = "BELLWIRE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// Hear at once what other nodes on the same PostgreSQL have committed, over NATS at this address, or at
    /// one of several, separated by spaces [default: each node looks once a second]
    #[arg(long, env = "BELLWIRE_NATS_URL", value_name = "URL", hide_env_values = true)]
    pub nats_url: Option<String>,

    /// The address that people type to get here [default: the address listened on]
    #[arg(long, env = "BELLWIRE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// Let browsers send the session cookie over plain HTTP, for a trial on one machine
    #[arg(long, env = "BELLWIRE_INSECURE_COOKIES", value_name = "BOOL",
        num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub insecure_cookies: Option<bool>,

    /// What to log, for example info,bellwire::store=debug [default: info]
    #[arg(long, env = "BELLWIRE_LOG", value_name = "FILTER")]
    pub log: Option<String>,

    /// How a line of the log looks [default: text]
    #[arg(long, env = "BELLWIRE_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,

    /// Take the client's address from X-Forwarded-For; right behind a reverse proxy only
    #[arg(long, env = "BELLWIRE_TRUST_FORWARDED", value_name = "BOOL",
        num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub trust_forwarded: Option<bool>,

    /// How many calls a second one API key may make [default: no limit]
    #[arg(long, env = "BELLWIRE_KEY_RATE", value_name = "CALLS")]
    pub key_rate: Option<u32>,

    /// Hand letters to this SMTP relay, as smtp://user:password@host:587, or to several, separated by
    /// spaces. Prefer the variable: others on this machine can read command lines
    #[arg(long, env = "BELLWIRE_RELAY", value_name = "URL", hide_env_values = true)]
    pub relay: Option<String>,

    /// Who letters come from, as Bellwire <bell@example.com> [default: the relay's user]
    #[arg(long, env = "BELLWIRE_SENDER", value_name = "SENDER")]
    pub sender: Option<String>,

    /// Believe relays whose certificate is signed by one in this file (PEM)
    #[arg(long, env = "BELLWIRE_RELAY_CA", value_name = "FILE")]
    pub relay_ca: Option<PathBuf>,

    /// Let administrators of accounts name relays in private networks, this machine among them
    #[arg(long, env = "BELLWIRE_ALLOW_PRIVATE_RELAYS", value_name = "BOOL",
        num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub allow_private_relays: Option<bool>,

    /// Make backups into this folder, while the server runs [default: none are made]
    #[arg(long, env = "BELLWIRE_BACKUP_DIR", value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,

    /// How often, as 90m, 24h or 7d [default: 24h]
    #[arg(long, env = "BELLWIRE_BACKUP_EVERY", value_name = "TIME")]
    pub backup_every: Option<String>,

    /// How many of them are kept [default: 7]
    #[arg(long, env = "BELLWIRE_BACKUP_KEEP", value_name = "NUMBER")]
    pub backup_keep: Option<u32>,

    /// Make a backup beside the data before a new version changes its schema [default: true]
    #[arg(long, env = "BELLWIRE_UPGRADE_BACKUP", value_name = "BOOL",
        num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub upgrade_backup: Option<bool>,

    /// How many days to keep what, as "system=90 task=90 deliveries=180" [default: everything for ever]
    #[arg(long, env = "BELLWIRE_KEEP", value_name = "KINDS")]
    pub keep: Option<String>,

    /// How long a deleted account can be had back [default: 30d]
    #[arg(long, env = "BELLWIRE_ACCOUNT_GRACE", value_name = "TIME")]
    pub account_grace: Option<String>,

    /// Tell administrators and operators what is wrong beyond these limits, or off
    /// [default: disk=10 database=500 work=120 letters=0]
    #[arg(long, env = "BELLWIRE_WATCH", value_name = "LIMITS")]
    pub watch: Option<String>,

    /// Let HTTP requests of triggers reach these networks inside the house, as 10.1.0.0/16, separated by spaces
    #[arg(long, env = "BELLWIRE_HOOK_NETWORKS", value_name = "NETWORKS")]
    pub hook_networks: Option<String>,

    /// Hear of releases and security from the vendor at this address, with the key that he signs with
    /// behind a #, as https://news.example.com/bellwire.json#KEY [default: off]
    #[arg(long, env = "BELLWIRE_FEED", value_name = "URL")]
    pub feed: Option<String>,
}

/// The lines of `bellwire.toml`. A key that is not here is an error, so that a typing mistake does
/// not pass for a setting.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is the setting of the same name, see Settings")]
pub struct FileSettings {
    pub data: Option<PathBuf>,
    pub listen: Option<String>,
    pub database_url: Option<String>,
    pub nats_url: Option<String>,
    pub public_url: Option<String>,
    pub insecure_cookies: Option<bool>,
    pub log: Option<String>,
    pub log_format: Option<LogFormat>,
    pub trust_forwarded: Option<bool>,
    pub key_rate: Option<u32>,
    pub relay: Option<String>,
    pub sender: Option<String>,
    pub relay_ca: Option<PathBuf>,
    pub allow_private_relays: Option<bool>,
    pub backup_dir: Option<PathBuf>,
    pub backup_every: Option<String>,
    pub backup_keep: Option<u32>,
    pub upgrade_backup: Option<bool>,
    pub keep: Option<String>,
    pub account_grace: Option<String>,
    pub watch: Option<String>,
    pub hook_networks: Option<String>,
    pub feed: Option<String>,
}

/// The file to read: the one that was named; else the one in the data folder or in the current
/// folder, if it is there.
pub(super) fn find_file(args: &ServeArgs) -> Option<PathBuf> {
    if let Some(named) = &args.config {
        return Some(named.clone());
    }
    let data = args.data.clone().unwrap_or_else(|| super::table::default_of("data").into());
    [data.join(FILE_NAME), FILE_NAME.into()].into_iter().find(|path| path.is_file())
}

pub(super) fn read_file(path: PathBuf) -> Result<FileSettings, ConfigError> {
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => return Err(ConfigError::Unreadable { path, error }),
    };
    parse_file(&text).map_err(|error| ConfigError::Malformed { path, error: Box::new(error) })
}

pub(super) fn parse_file(text: &str) -> Result<FileSettings, toml::de::Error> {
    toml::from_str(text)
}
