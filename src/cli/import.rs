//! `bellwire import`: a shop's past, from lines of JSON. It tells nobody, says how far it has got, and may be run again: what
//! is there already and did not change is left alone.

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal as _, Write as _, stderr, stdin};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::Value as Json;

use super::admin::{self, AdminCommand, Of};
use super::{Result, remark};
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::record::RecordType;

/// States that go to the server at once.
const TOGETHER: usize = 500;
/// And bytes; a command has room for [`super::control::LONGEST_LINE`].
const BYTES_TOGETHER: usize = 512 * 1024;
/// Where lines are not overwritten, one says so many.
const TELL_EVERY: usize = 5_000;

/// What is imported.
#[derive(Clone, Copy, ValueEnum)]
enum What {
    Customers,
    Orders,
}

#[derive(Args)]
pub(super) struct ImportArgs {
    /// What the lines are; customers go before the orders that name them
    what: What,
    /// A file with one state a line, as PUT /v1/orders takes it, with its external_id; - is the standard input
    file: PathBuf,
    #[command(flatten)]
    of: Of,
}

/// Imports a file.
///
/// # Errors
/// The file cannot be read, the server cannot be reached, or lines were refused: each was named, the others are imported.
pub(super) async fn import(args: ImportArgs) -> Result<()> {
    let ImportArgs { what, file, of } = args;
    let record_type = match what {
        What::Customers => RecordType::Customer,
        What::Orders => RecordType::Order,
    };
    let (account, settings) = of.settings()?;
    let mut import =
        Import { account, record_type, settings, states: Vec::new(), bytes: 0, done: 0, refused: 0, told: 0 };
    let failed = |error: std::io::Error| format!("{} cannot be read: {error}", file.display());
    if file == Path::new("-") {
        import.read(stdin().lock()).await.map_err(failed)?
    } else {
        import.read(BufReader::new(File::open(&file).map_err(failed)?)).await.map_err(failed)?
    }
}

struct Import {
    account: String,
    record_type: RecordType,
    settings: Settings,
    /// What was read and is not sent, with the numbers of their lines.
    states: Vec<(usize, Json)>,
    bytes: usize,
    done: usize,
    refused: usize,
    /// How many were done when that was last said.
    told: usize,
}

impl Import {
    /// Sends all lines; the outer result is the file's, the inner one the import's.
    async fn read(&mut self, from: impl BufRead) -> std::io::Result<Result<()>> {
        for (number, line) in (1..).zip(from.lines()) {
            let line = line?;
            if line.trim().is_empty() {
                continue;
            }
            match serde_json::from_str(&line) {
                Ok(state) => self.states.push((number, state)),
                Err(error) => self.refuse(number, &format!("this is no JSON: {error}")),
            }
            self.bytes += line.len();
            if (self.states.len() >= TOGETHER || self.bytes >= BYTES_TOGETHER)
                && let Err(error) = self.send().await
            {
                return Ok(Err(error));
            }
        }
        Ok(self.finish().await)
    }

    async fn send(&mut self) -> Result<()> {
        self.bytes = 0;
        if self.states.is_empty() {
            return Ok(());
        }
        let (numbers, states): (Vec<usize>, Vec<Json>) = std::mem::take(&mut self.states).into_iter().unzip();
        let command =
            AdminCommand::Import { account: self.account.clone(), record_type: self.record_type, states };
        let outcome = admin::done(&self.settings, &Clock::System, &command).await?;
        let reasons: Vec<Option<String>> =
            serde_json::from_str(&outcome.result.unwrap_or_default()).map_err(|error| error.to_string())?;
        for (number, reason) in numbers.into_iter().zip(reasons) {
            match reason {
                Some(reason) => self.refuse(number, &reason),
                None => self.done += 1,
            }
        }
        self.tell();
        Ok(())
    }

    fn refuse(&mut self, number: usize, reason: &str) {
        self.refused += 1;
        remark(&format!("line {number}: {reason}"));
    }

    /// How far it has got.
    fn tell(&mut self) {
        if stderr().is_terminal() {
            let _ = write!(stderr(), "\r{} imported", self.done);
        } else if self.done - self.told >= TELL_EVERY {
            self.told = self.done;
            remark(&format!("{} imported", self.done));
        }
    }

    async fn finish(&mut self) -> Result<()> {
        self.send().await?;
        let all = format!("imported {}, refused {}", self.done, self.refused);
        if stderr().is_terminal() {
            remark("");
        }
        if self.refused > 0 {
            return Err(all);
        }
        remark(&all);
        Ok(())
    }
}
