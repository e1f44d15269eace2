//! The table of all settings, and the example file that is written from it.
//!
//! Parsing is deliberately not driven by this table: the compiler checks the structs, and a test
//! holds table, flags, variables and file together.

use std::fmt::Write as _;

/// One setting, as the documentation shows it.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The key in `bellwire.toml`. The flag is `--` and the variable `BELLWIRE_` before the same
    /// name.
    pub key: &'static str,
    /// The default as written in TOML; empty if the setting has none.
    pub default: &'static str,
    /// A value to show where there is no default, as written in TOML.
    pub example: &'static str,
    /// What it does, in lines of at most 100 characters.
    pub doc: &'static str,
}

/// Every setting, in the order of the documentation.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "data",
        default: r#""./bellwire-data""#,
        example: "",
        doc: "The folder of the database and of everything else that must survive a restart.\n\
              Relative paths start at the folder that Bellwire is started in.",
    },
    Setting {
        key: "listen",
        default: r#""127.0.0.1:8080""#,
        example: "",
        doc: "The IP address and port to serve HTTP on. 0.0.0.0 or [::] takes every network of the\n\
              machine; port 0 takes a free port.",
    },
    Setting {
        key: "database_url",
        default: "",
        example: r#""postgres://bellwire:password@localhost:5432/bellwire""#,
        doc: "A PostgreSQL database to use in place of the built-in SQLite, which keeps its file in\n\
              the data folder. It holds a password: prefer the variable, or guard this file.",
    },
    Setting {
        key: "nats_url",
        default: "",
        example: r#""nats://user:password@localhost:4222""#,
        doc: "A NATS server by which several nodes on one PostgreSQL hear at once what another has\n\
              committed; several are separated by spaces. It carries hints and no content, and nothing\n\
              depends on it: without it, or while it is away, each node looks once a second.",
    },
    Setting {
        key: "public_url",
        default: "",
        example: r#""https://bell.example.com""#,
        doc: "The address that people type to get here; links in invitations and mails start with\n\
              it. Without it they start with the address that is listened on.",
    },
    Setting {
        key: "insecure_cookies",
        default: "false",
        example: "",
        doc: "Lets browsers send the session cookie over plain HTTP. For a trial on one machine; a\n\
              server that others reach has HTTPS in front of it, and leaves this off.",
    },
    Setting {
        key: "log",
        default: r#""info""#,
        example: "",
        doc: "What to log: error, warn, info, debug or trace, for all or by part, as in\n\
              info,bellwire::store=debug. No level writes message texts, tokens or addresses.",
    },
    Setting {
        key: "log_format",
        default: r#""text""#,
        example: "",
        doc: "How a line of the log looks: text for people, json for programs.",
    },
    Setting {
        key: "trust_forwarded",
        default: "false",
        example: "",
        doc: "Takes the client's address from the last entry of X-Forwarded-For. Right behind a\n\
              reverse proxy that sets it; without one, anybody could pretend to be anybody.",
    },
    Setting {
        key: "key_rate",
        default: "",
        example: "500",
        doc: "How many calls a second one API key may make; what goes beyond is answered with 429.\n\
              Without it there is no limit but what the server can do.",
    },
    Setting {
        key: "relay",
        default: "",
        example: r#""smtp://bell%40example.com:password@mail.example.com:587""#,
        doc: "Where the letters of accounts without a relay of their own are handed in: smtp:// begins\n\
              TLS by STARTTLS, smtps:// speaks it from the start, smtp+plain:// does without. Several,\n\
              separated by spaces, are tried in order. It holds a password: guard this file.",
    },
    Setting {
        key: "sender",
        default: "",
        example: r#""Bellwire <bell@example.com>""#,
        doc: "Who those letters come from. Without it they come from the relay's user.",
    },
    Setting {
        key: "relay_ca",
        default: "",
        example: r#""/etc/bellwire/relay-ca.pem""#,
        doc: "A file of certificates (PEM): relays whose certificate one of them has signed are believed,\n\
              beside those that browsers believe.",
    },
    Setting {
        key: "allow_private_relays",
        default: "false",
        example: "",
        doc: "Lets administrators of accounts name relays in private networks, this machine among them.\n\
              Right where all of them may reach what this server reaches. Its own relays (above) may be\n\
              anywhere in any case.",
    },
    Setting {
        key: "backup_dir",
        default: "",
        example: r#""/var/backups/bellwire""#,
        doc: "A folder for backups, which the server makes while it runs and reads back before they count.\n\
              It should be on another disk. Without it no backups are made.",
    },
    Setting {
        key: "backup_every",
        default: r#""24h""#,
        example: "",
        doc: "How often a backup is made: minutes, hours or days, as 90m, 24h or 7d.",
    },
    Setting {
        key: "backup_keep",
        default: "7",
        example: "",
        doc: "How many of those backups are kept; older ones go once a newer one is whole.",
    },
    Setting {
        key: "upgrade_backup",
        default: "true",
        example: "",
        doc: "Makes a backup in the data folder before a new version changes the schema of the database.",
    },
    Setting {
        key: "keep",
        default: "",
        example: r#""one_time=730 system=365 task=365 custom=365 announcement=730 deliveries=180 history=1825 audit=3650""#,
        doc: "How many days what is kept. What is not named here is kept for ever.",
    },
    Setting {
        key: "account_grace",
        default: r#""30d""#,
        example: "",
        doc: "How long an account that was deleted can be had back, before its rows go for good.",
    },
    Setting {
        key: "watch",
        default: r#""disk=10 database=500 work=120 letters=0 backup=0 rules=5 ending=14""#,
        example: "",
        doc: "What Bellwire tells administrators and operators of itself: less than so many percent of the\n\
              disk free, a database slower than so many ms, work later than so many seconds, more letters\n\
              given up in a day than so many, a backup older than so many hours (0: twice backup_every), a\n\
              rule that failed so often in a row, a key or certificate that ends in so many days. off\n\
              tells nothing.",
    },
    Setting {
        key: "hook_networks",
        default: "",
        example: r#""10.1.0.0/16 127.0.0.1""#,
        doc: "Networks inside the house that HTTP requests of triggers may reach, separated by spaces.\n\
              Without it they reach none: whoever edits triggers could read what is behind the wall.",
    },
    Setting {
        key: "feed",
        default: "",
        example: r#""https://news.example.com/bellwire.json#AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=""#,
        doc: "Where to hear of releases and security from the vendor, once an hour; behind the # stands the\n\
              key that he signs with (Ed25519), and what it has not signed is not believed. Nothing is\n\
              sent there about this installation.",
    },
];

impl Setting {
    /// The environment variable: `BELLWIRE_LOG_FORMAT`.
    pub fn variable(&self) -> String {
        format!("BELLWIRE_{}", self.key.to_ascii_uppercase())
    }

    /// The flag: `--log-format`.
    pub fn flag(&self) -> String {
        format!("--{}", self.key.replace('_', "-"))
    }
}

/// The default of a setting, without the quotes of TOML; empty if it has none.
pub(super) fn default_of(key: &str) -> &'static str {
    SETTINGS.iter().find(|setting| setting.key == key).map_or("", |setting| setting.default.trim_matches('"'))
}

/// The text of `bellwire.example.toml`: every setting with its default, commented out.
pub fn example_file() -> String {
    let mut text = String::from(
        "# The settings of `bellwire serve`. Copy this file to bellwire.toml in the data folder or\n\
         # in the folder that Bellwire is started in, or name it with --config.\n\
         #\n\
         # Each setting is also a flag and a variable, which win over this file: a flag over a\n\
         # variable, a variable over the file. This text is written by the program: do not edit it.\n",
    );
    for setting in SETTINGS {
        text.push('\n');
        for line in setting.doc.lines() {
            push_line(&mut text, format_args!("# {line}"));
        }
        push_line(&mut text, format_args!("# {}  {}", setting.flag(), setting.variable()));
        let value = if setting.default.is_empty() { setting.example } else { setting.default };
        push_line(&mut text, format_args!("#{} = {value}", setting.key));
    }
    text
}

fn push_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}
