//! The command line: `bellwire serve`, `demo`, `account`, `user add`, `group add`, `key add`, `operator`, `announce`, `import`, `backup`, `restore`, `copy`, `doctor`, `openapi`.
//!
//! What a script reads is on stdout and nothing else is; remarks, errors and the log go to stderr. Exit 0: done;
//! 1: not done, one line says why; 2: the command was not understood. What a command does is a flow's to say.

mod admin;
mod announce;
mod backup;
mod control;
mod demo;
mod doctor;
mod feed;
mod import;
mod operators;
mod serve;
mod upkeep;

use std::io::{Write as _, stderr, stdout};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::ServeArgs;
use crate::{app, bench, http};

/// The notification centre of a back office.
#[derive(Parser)]
#[command(name = "bellwire", version, about, subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve HTTP; needs no configuration
    Serve(ServeArgs),
    /// Look around: a server with people, history and a flow of messages, on a throwaway folder
    Demo(demo::DemoArgs),
    /// Add an account, which shares nothing with the others on this server
    #[command(subcommand)]
    Account(admin::AccountCommand),
    /// Add a user; without a password the invitation link is printed
    #[command(subcommand)]
    User(admin::UserCommand),
    /// Add a group of users
    #[command(subcommand)]
    Group(admin::GroupCommand),
    /// Make an API key, which is printed and can be seen only then
    #[command(subcommand)]
    Key(admin::KeyCommand),
    /// Add, or remove, a person who runs this server for all accounts
    #[command(subcommand)]
    Operator(operators::OperatorCommand),
    /// Tell something to the people of all accounts, or of some; its id is printed
    Announce(announce::AnnounceArgs),
    /// Make keys and sign documents of a feed, for whoever publishes Bellwire
    #[command(subcommand)]
    Feed(feed::FeedCommand),
    /// Take in a shop's customers or orders from lines of JSON; nobody is told
    Import(import::ImportArgs),
    /// Make a backup beside a running server, and read it back
    Backup(backup::BackupArgs),
    /// Take a backup back into an empty place
    Restore(backup::RestoreArgs),
    /// Move a stopped server's data from SQLite to PostgreSQL
    Copy(backup::CopyArgs),
    /// Let the letters go that a restore holds
    #[command(subcommand)]
    Mail(upkeep::MailCommand),
    /// Hand out or erase what is kept of a customer
    #[command(subcommand)]
    Customer(upkeep::PersonCommand),
    /// Look at database, disk, clock and settings, and say what to do about what is found
    Doctor(doctor::DoctorArgs),
    /// Measure speed and memory, next to the limits of this machine
    Bench(bench::BenchArgs),
    /// Print the description of the HTTP API (OpenAPI 3.1)
    Openapi,
}

/// Why a command was not done, in one line.
type Result<T, E = String> = std::result::Result<T, E>;

/// Runs the command that this process was started with.
pub fn main() -> ExitCode {
    // Whatever this program writes is its user's alone: database, lock and socket hold or open everything.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            remark(&format!("bellwire: {reason}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the system gives no threads: {error}"))?;
    runtime.block_on(async {
        match command {
            Command::Serve(args) => {
                app::raise_open_files();
                serve::serve(args).await
            }
            Command::Demo(args) => {
                app::raise_open_files();
                demo::demo(args).await
            }
            Command::Account(command) => admin::account(command).await,
            Command::User(command) => admin::user(command).await,
            Command::Group(command) => admin::group(command).await,
            Command::Key(command) => admin::key(command).await,
            Command::Operator(command) => operators::operator(command).await,
            Command::Announce(args) => announce::announce(args).await,
            Command::Feed(command) => feed::feed(command),
            Command::Import(args) => import::import(args).await,
            Command::Backup(args) => backup::backup(args).await,
            Command::Restore(args) => backup::restore(args).await,
            Command::Copy(args) => backup::copy(args).await,
            Command::Mail(command) => upkeep::mail(command).await,
            Command::Customer(command) => upkeep::customer(command).await,
            Command::Doctor(args) => doctor::doctor(args).await,
            Command::Bench(args) => bench::run(args).await,
            Command::Openapi => {
                result(&format!("{:#}", http::openapi::document()));
                Ok(())
            }
        }
    })
}

/// A line of what was asked for, to stdout.
fn result(line: &str) {
    // Who closed the pipe does not want it.
    let _ = writeln!(stdout(), "{line}");
}

/// A line for whoever looks on, to stderr.
fn remark(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}
