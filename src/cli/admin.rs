//! Commands that change what the database holds. Each is a value, done by one function, whether the running server does
//! it (over its control socket) or this process, which then holds the directory's lock.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tokio::io::AsyncReadExt as _;

use super::announce::{self, Words};
use super::operators::{self, OperatorDeed};
use super::upkeep::{self, Act};
use super::{Result, control, remark, result};
use crate::app::{Base, StartError};
use crate::clock::Clock;
use crate::config::{ServeArgs, Settings};
use crate::domain::error::Error;
use crate::domain::id::Account;
use crate::domain::language::Language;
use crate::domain::limits::AccountLimits;
use crate::domain::record::RecordType;
use crate::domain::rights::Role;
use crate::flows::change::By;
use crate::flows::{Ctx, accounts, groups, keys, record_imports, users};
use crate::http::problem::Problem;
use crate::ids::Ids;
use crate::render::texts::Texts;
use crate::store::OpenError;

/// How long to wait for a server that is just starting or stopping.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Where the data is. The same settings as the server's, from the same flags, variables and file.
#[derive(Args)]
pub(super) struct Place {
    /// The folder of the server's data [default: ./bellwire-data]
    #[arg(long, env = "BELLWIRE_DATA", value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
    #[arg(long, env = "BELLWIRE_CONFIG", value_name = "FILE", hide = true)]
    config: Option<PathBuf>,
    #[arg(long, env = "BELLWIRE_LISTEN", value_name = "ADDRESS", hide = true)]
    listen: Option<String>,
    #[arg(long, env = "BELLWIRE_DATABASE_URL", value_name = "URL", hide = true, hide_env_values = true)]
    database_url: Option<String>,
    #[arg(long, env = "BELLWIRE_PUBLIC_URL", value_name = "URL", hide = true)]
    public_url: Option<String>,
    #[arg(long, env = "BELLWIRE_INSECURE_COOKIES", value_name = "BOOL", hide = true,
        num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    insecure_cookies: Option<bool>,
}

impl Place {
    pub(super) fn settings(self) -> Result<Settings> {
        let Self { config, data, listen, database_url, public_url, insecure_cookies } = self;
        let args = ServeArgs {
            config,
            data,
            listen,
            database_url,
            public_url,
            insecure_cookies,
            ..ServeArgs::default()
        };
        Settings::load(args).map_err(|error| error.to_string())
    }
}

/// As [`Place`], and which account.
#[derive(Args)]
pub(super) struct Of {
    /// The code of the account
    #[arg(long, value_name = "CODE", default_value = "main")]
    account: String,
    #[command(flatten)]
    place: Place,
}

impl Of {
    /// The code of the account, and where it is.
    pub(super) fn parts(self) -> (String, Place) {
        (self.account, self.place)
    }

    /// The code of the account, and the settings of its server.
    pub(super) fn settings(self) -> Result<(String, Settings)> {
        Ok((self.account, self.place.settings()?))
    }
}

#[derive(Subcommand)]
pub(super) enum AccountCommand {
    /// Add an account
    Add {
        /// Its symbolic code: lower-case letters, digits, - and _
        code: String,
        /// Its name, as people read it
        #[arg(long)]
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// List the accounts: code, state, users, limits (users, events and calls a minute), name
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Set the limits of an account; what is not named has none
    Limit {
        code: String,
        /// Users at most
        #[arg(long)]
        users: Option<i64>,
        /// Events, records, tasks and notifications a minute
        #[arg(long, value_name = "NUMBER")]
        events: Option<i64>,
        /// Calls a minute
        #[arg(long, value_name = "NUMBER")]
        calls: Option<i64>,
        #[command(flatten)]
        place: Place,
    },
    /// Let nobody into an account and send nothing for it, until it is resumed
    Suspend {
        code: String,
        /// What is said to whoever knocks
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        place: Place,
    },
    /// Open a suspended account again
    Resume {
        code: String,
        #[command(flatten)]
        place: Place,
    },
    /// Close an account; after the grace (account_grace) its rows go for good
    Delete {
        code: String,
        #[command(flatten)]
        place: Place,
    },
    /// Have a deleted account back, while its grace lasts
    Restore {
        code: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Print all that is kept of a user, as JSON
    Export {
        /// Address or id
        user: String,
        #[command(flatten)]
        of: Of,
    },
    /// Erase a user for good; there is no way back
    Erase {
        /// Address or id
        user: String,
        /// Says that there is no way back
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        of: Of,
    },
    /// Add a user; without a password the invitation link is printed
    Add {
        email: String,
        #[arg(long)]
        name: String,
        /// The code of a group to be in; may be repeated
        #[arg(long = "group", value_name = "CODE")]
        groups: Vec<String>,
        /// Make the user an administrator
        #[arg(long)]
        admin: bool,
        /// Take the password from the first line of the standard input
        #[arg(long)]
        password_stdin: bool,
        /// The language of the user: en, ru or es [default: the account's]
        #[arg(long)]
        language: Option<String>,
        /// The time zone of the user, such as Europe/Madrid [default: the account's]
        #[arg(long)]
        zone: Option<String>,
        #[command(flatten)]
        of: Of,
    },
}

#[derive(Subcommand)]
pub(super) enum GroupCommand {
    /// Add a group
    Add {
        /// Its symbolic code: lower-case letters, digits, - and _
        code: String,
        /// Its name, as people read it
        #[arg(long)]
        name: String,
        #[command(flatten)]
        of: Of,
    },
}

#[derive(Subcommand)]
pub(super) enum KeyCommand {
    /// Make an API key; it is printed, and can be seen only then
    Add {
        /// What it is for
        name: String,
        /// What it may do: all, ingest, notify, tokens, read, retailcrm; several may be given
        #[arg(long = "scope", value_name = "SCOPE", required = true, num_args = 1.., value_delimiter = ',')]
        scopes: Vec<String>,
        #[command(flatten)]
        of: Of,
    },
}

pub(super) async fn account(command: AccountCommand) -> Result<()> {
    let (place, act) = match command {
        AccountCommand::Add { code, name, place } => {
            return carry_out(place, AdminCommand::AddAccount { code, name }).await;
        }
        AccountCommand::Delete { code, place } => return upkeep::delete_account(code, place).await,
        AccountCommand::List { place } => (place, Act::ListAccounts {}),
        AccountCommand::Limit { code, users, events, calls, place } => {
            let limits = AccountLimits { users, events_per_minute: events, calls_per_minute: calls };
            (place, Act::Limit { account: code, limits })
        }
        AccountCommand::Suspend { code, reason, place } => (place, Act::Suspend { account: code, reason }),
        AccountCommand::Resume { code, place } => (place, Act::Resume { account: code }),
        AccountCommand::Restore { code, place } => (place, Act::Restore { account: code }),
    };
    carry_out(place, AdminCommand::Upkeep(act)).await
}

pub(super) async fn user(command: UserCommand) -> Result<()> {
    let (email, name, groups, admin, password_stdin, language, zone, of) = match command {
        UserCommand::Add { email, name, groups, admin, password_stdin, language, zone, of } => {
            (email, name, groups, admin, password_stdin, language, zone, of)
        }
        UserCommand::Export { user, of } => {
            let act = Act::ExportUser { account: of.account, user };
            return carry_out(of.place, AdminCommand::Upkeep(act)).await;
        }
        UserCommand::Erase { user, yes, of } => {
            upkeep::sure(yes)?;
            let act = Act::EraseUser { account: of.account, user };
            return carry_out(of.place, AdminCommand::Upkeep(act)).await;
        }
    };
    let password = if password_stdin { Some(read_password().await?) } else { None };
    let user = NewUser { email, name, groups, admin, password, language, zone };
    carry_out(of.place, AdminCommand::AddUser { account: of.account, user }).await
}

pub(super) async fn group(command: GroupCommand) -> Result<()> {
    let GroupCommand::Add { code, name, of } = command;
    carry_out(of.place, AdminCommand::AddGroup { account: of.account, code, name }).await
}

pub(super) async fn key(command: KeyCommand) -> Result<()> {
    let KeyCommand::Add { name, scopes, of } = command;
    carry_out(of.place, AdminCommand::AddKey { account: of.account, name, scopes }).await
}

async fn read_password() -> Result<String> {
    let mut text = String::new();
    let read = tokio::io::stdin().take(64 * 1024).read_to_string(&mut text).await;
    read.map_err(|error| format!("the password cannot be read: {error}"))?;
    let password = text.lines().next().unwrap_or_default().to_owned();
    if password.is_empty() { Err("no password came on the standard input".to_owned()) } else { Ok(password) }
}

/// What is to be done, as it also travels over the control socket. A password is never logged.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AdminCommand {
    AddAccount {
        code: String,
        name: String,
    },
    AddUser {
        account: String,
        user: NewUser,
    },
    AddGroup {
        account: String,
        code: String,
        name: String,
    },
    AddKey {
        account: String,
        name: String,
        scopes: Vec<String>,
    },
    /// The result is a list of why not, null where it was done.
    Import {
        account: String,
        record_type: RecordType,
        states: Vec<Json>,
    },
    Upkeep(Act),
    Operator(OperatorDeed),
    Announce(Box<Words>),
    /// Whether the server's clocks agree, for `doctor`: the result is by how many ms they do not.
    LookAtClocks {},
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct NewUser {
    email: String,
    name: String,
    groups: Vec<String>,
    admin: bool,
    password: Option<String>,
    language: Option<String>,
    zone: Option<String>,
}

/// What came of a command.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outcome {
    /// For scripts: a key, a link, or what the command says.
    pub(super) result: Option<String>,
    /// For people.
    pub(super) remark: String,
}

impl Outcome {
    pub(super) fn new(result: Option<String>, remark: String) -> Self {
        Self { result, remark }
    }
}

/// As [`done`], and says what came of it.
pub(super) async fn carry_out(place: Place, command: AdminCommand) -> Result<()> {
    let outcome = done(&place.settings()?, &Clock::System, &command).await?;
    remark(&outcome.remark);
    if let Some(text) = outcome.result {
        result(&text);
    }
    Ok(())
}

/// Lets the running server do it, or does it here while none runs.
pub(super) async fn done(settings: &Settings, clock: &Clock, command: &AdminCommand) -> Result<Outcome> {
    let started = clock.monotonic();
    loop {
        if let Some(outcome) = control::send(&settings.data, command).await {
            return outcome;
        }
        match Base::open(settings, clock.clone(), Ids::system()).await {
            Ok(base) => {
                let outcome = execute(&base.ctx, &settings.base_url(settings.listen), command.clone()).await;
                base.close().await;
                return outcome;
            }
            // Its socket opens after the lock is taken and closes before it is let go.
            Err(StartError::Open(OpenError::InUse { .. })) if clock.monotonic() - started < PATIENCE => {
                clock.sleep(LOOK_AGAIN).await;
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// Does it.
pub(super) async fn execute(ctx: &Ctx, base_url: &str, command: AdminCommand) -> Result<Outcome> {
    match command {
        AdminCommand::AddAccount { code, name } => {
            accounts::add(ctx, &code, &name).await.map_err(said)?;
            let remark =
                format!("added the account {code}; its people: bellwire user add … --account {code}");
            Ok(Outcome { result: None, remark })
        }
        AdminCommand::AddUser { account, user } => add_user(ctx, base_url, &account, user).await,
        AdminCommand::AddGroup { account, code, name } => {
            let by = By::system(find(ctx, &account).await?);
            let patch = groups::Patch { name: Some(name), ..groups::Patch::default() };
            groups::add(ctx, &by, &code, patch, None).await.map_err(said)?;
            Ok(Outcome { result: None, remark: format!("added the group {code}") })
        }
        AdminCommand::AddKey { account, name, scopes } => {
            let by = By::system(find(ctx, &account).await?);
            let (added, key) = keys::add(ctx, &by, &name, &scopes, None, None).await.map_err(said)?;
            let remark = format!("made the key {}; it cannot be shown again:", added.value.name);
            Ok(Outcome { result: key, remark })
        }
        AdminCommand::Import { account, record_type, states } => {
            let account = find(ctx, &account).await?;
            let outcomes = record_imports::import(ctx, account, record_type, states).await.map_err(said)?;
            let reasons: Vec<Option<String>> =
                outcomes.into_iter().map(|outcome| outcome.err().map(said)).collect();
            let result = serde_json::to_string(&reasons).map_err(|error| error.to_string())?;
            Ok(Outcome { result: Some(result), remark: String::new() })
        }
        AdminCommand::Upkeep(act) => upkeep::execute(ctx, act).await,
        AdminCommand::Announce(words) => announce::execute(ctx, *words).await,
        AdminCommand::Operator(deed) => operators::execute(ctx, base_url, deed).await,
        AdminCommand::LookAtClocks {} => {
            let jump = ctx.doubt().map(|doubt| doubt.jump_ms.to_string());
            Ok(Outcome { result: jump, remark: "looked at the clocks".to_owned() })
        }
    }
}

async fn add_user(ctx: &Ctx, base_url: &str, account: &str, user: NewUser) -> Result<Outcome> {
    let by = By::system(find(ctx, account).await?);
    let input = users::Input {
        email: user.email,
        name: user.name,
        role: if user.admin { Role::Administrator } else { Role::Manager },
        groups: user.groups,
        language: user.language,
        zone: user.zone,
        password: user.password,
    };
    let (added, link) = users::add(ctx, &by, input, base_url, None).await.map_err(said)?;
    let email = added.value.email;
    let remark = match link {
        Some(_) => format!("added {email}, who chooses a password with this link within 7 days:"),
        None => format!("added {email}"),
    };
    Ok(Outcome { result: link, remark })
}

pub(super) async fn find(ctx: &Ctx, code: &str) -> Result<Account> {
    accounts::get_by_code(ctx, code.to_owned()).await.map_err(|error| match error {
        Error::NotFound => format!("there is no account with the code {code}"),
        error => said(error),
    })
}

/// An error as one line of English.
pub(super) fn said(error: Error) -> String {
    let Ok(texts) = Texts::load() else { return error.to_string() };
    match &error {
        Error::Invalid(fields) => {
            let field = |at: &crate::domain::error::FieldError| {
                let words = texts.say(Language::En, at.fault.key(), at.fault.params().as_slice());
                format!("{}: {words}", at.field)
            };
            fields.iter().map(field).collect::<Vec<_>>().join(" ")
        }
        // The reader is the operator: he needs what the database said.
        Error::Unavailable(text) | Error::Lost(text) | Error::Internal(text) => text.clone(),
        _ => {
            let code = Problem::from(error).code();
            let say = |part: &str| texts.say(Language::En, &format!("problem.{code}.{part}"), &[]);
            format!("{}. {}", say("title"), say("detail"))
        }
    }
}
