//! Bellwire watches itself: takes readings, sees what began and what is over, and tells it once each
//! ([`super::announcements`]). Quiet when nothing is wrong.
//!
//! How long readings have been as they are is kept in memory: after a restart a condition takes its time anew, and one
//! that holds goes on, because the store knows it.
//!
//! Several nodes may look at one database. What is read off the database they agree about. A node's own disk and clock are
//! its own conditions, which others leave alone ([`nodes`]). What a node meets with at a relay it writes down for all, and
//! what is told hangs on what all wrote ([`relays`]).

mod accounts;
mod nodes;
mod relays;
mod rules;
mod server;

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use super::Ctx;
use super::announcements::{self, Condition, Said};
use crate::domain::condition::{ConditionCode, Level, Limits, Seen, Turn, turn};
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::kind::Severity;
use crate::domain::language::Language;
use crate::store::conditions::{self, Held};
use crate::store::deliveries::Counts;
use crate::store::work::Backlog;
use crate::store::{accounts as all_accounts, deliveries, work};

/// Conditions that the history shows.
const MOST_SHOWN: i64 = 100;

/// What is watched, and what was seen so far.
pub struct Watch {
    limits: Limits,
    /// Whose disk is looked at.
    folder: PathBuf,
    /// How often this node makes a backup; none where it makes none.
    backup_every: Option<Duration>,
    /// Since when it is looked.
    since: Option<i64>,
    seen: HashMap<(ConditionCode, String), Seen>,
}

/// One thing that was looked at.
struct Reading {
    code: ConditionCode,
    /// Tells several of one code apart.
    subject: String,
    account: Option<Account>,
    level: Level,
    values: Vec<(&'static str, String)>,
    /// Where something can be done about just this, if elsewhere than about others of its code.
    link: Option<String>,
}

impl Reading {
    /// Of the whole server.
    fn of_server(code: ConditionCode, level: Level, values: Vec<(&'static str, String)>) -> Self {
        Self { code, subject: String::new(), account: None, level, values, link: None }
    }

    /// Of an account; `subject` tells several of one code apart.
    fn of_account(code: ConditionCode, account: Account, subject: &str, level: Level) -> Self {
        let subject = match subject {
            "" => account.0.to_string(),
            subject => format!("{}/{subject}", account.0),
        };
        Self { code, subject, account: Some(account), level, values: Vec::new(), link: None }
    }

    fn with(self, values: Vec<(&'static str, String)>) -> Self {
        Self { values, ..self }
    }
}

impl Watch {
    #[must_use]
    pub fn new(limits: Limits, folder: PathBuf) -> Self {
        Self { limits, folder, backup_every: None, since: None, seen: HashMap::new() }
    }

    /// Where this node makes backups by the clock.
    #[must_use]
    pub fn backed_up(self, every: Option<Duration>) -> Self {
        Self { backup_every: every, ..self }
    }
}

/// The numbers of the server, as they are now.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    pub backlog: Backlog,
    pub letters: Counts,
    /// How long the database took to answer, in ms.
    pub database_ms: i64,
    /// Free room on the disk of the data folder, in percent.
    pub disk_percent: Option<i64>,
}

/// Reads the numbers.
///
/// # Errors
/// What the store says.
pub async fn numbers(ctx: &Ctx, folder: &std::path::Path) -> Result<Numbers> {
    let (now, began) = (ctx.now(), ctx.clock.monotonic());
    let (backlog, letters) =
        ctx.store.read(move |tx| Ok((work::backlog(tx, now)?, deliveries::count(tx, now)?))).await?;
    let took = ctx.clock.monotonic().saturating_duration_since(began).as_millis();
    let database_ms = i64::try_from(took).unwrap_or(i64::MAX);
    Ok(Numbers { backlog, letters, database_ms, disk_percent: free_percent(folder) })
}

/// Room that this process may use, in percent of the disk.
fn free_percent(folder: &std::path::Path) -> Option<i64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    let percent = disk.f_bavail.checked_mul(100)?.checked_div(disk.f_blocks)?;
    i64::try_from(percent).ok()
}

/// Takes all readings, and tells what began and what is over. Answers how many that were.
///
/// # Errors
/// What the store says; what was told stays told.
pub async fn look(ctx: &Ctx, watch: &mut Watch) -> Result<usize> {
    let now = ctx.now();
    let since = *watch.since.get_or_insert(now);
    let standing = ctx.store.read(conditions::list_standing).await?;
    let node = nodes::name(ctx, &watch.folder);
    let others = nodes::meet(ctx, &node).await?;
    let mut readings = server::read(ctx, watch, &node).await?;
    readings.extend(server::backups(ctx, watch, since).await?);
    readings.extend(relays::read(ctx, &watch.limits).await?);
    readings.extend(accounts::read(ctx, &watch.limits).await?);
    readings.extend(rules::read(ctx, &watch.limits, &standing).await?);
    for held in &standing {
        if let Some(gone) = gone(held, &readings, &others) {
            readings.push(gone);
        }
    }
    let mut told = 0;
    for reading in &readings {
        let key = (reading.code, reading.subject.clone());
        let seen = Seen::next(watch.seen.get(&key).copied(), reading.level, now);
        watch.seen.insert(key, seen);
        let held = standing.iter().find(|held| is(held, reading));
        told += match (turn(reading.code, held.is_some(), seen, now), held) {
            (Some(Turn::Begins), None) => usize::from(announcements::raise(ctx, &condition(reading)).await?),
            (Some(Turn::Ends), Some(held)) => {
                let said = said(reading, values_of(held));
                usize::from(announcements::clear(ctx, held, &said).await?)
            }
            _ => 0,
        };
    }
    Ok(told)
}

fn is(held: &Held, reading: &Reading) -> bool {
    held.code == reading.code.name() && held.subject == reading.subject
}

/// What holds and cannot be read any more, such as a relay that was removed, is over.
fn gone(held: &Held, readings: &[Reading], others: &[String]) -> Option<Reading> {
    let code = ConditionCode::parse(&held.code)?;
    // The feed speaks for itself.
    if code == ConditionCode::FeedRefused || readings.iter().any(|reading| is(held, reading)) {
        return None;
    }
    // So does another node.
    if code.is_of_node() && others.contains(&held.subject) {
        return None;
    }
    Some(Reading {
        code,
        subject: held.subject.clone(),
        account: held.account,
        level: Level::Good,
        values: Vec::new(),
        link: None,
    })
}

fn condition(reading: &Reading) -> Condition {
    let severity = match reading.code {
        ConditionCode::RelayFailing
        | ConditionCode::DiskFull
        | ConditionCode::ClockOff
        | ConditionCode::BackupLate => Severity::Error,
        _ => Severity::Warning,
    };
    Condition {
        code: reading.code.name().to_owned(),
        subject: reading.subject.clone(),
        account: reading.account,
        severity,
        said: said(reading, reading.values.clone()),
    }
}

fn said(reading: &Reading, values: Vec<(&'static str, String)>) -> Said {
    let link = match reading.code {
        ConditionCode::RelayFailing | ConditionCode::RelayCertificate | ConditionCode::RelayMissing => {
            Some("/settings/email")
        }
        ConditionCode::LettersDead => Some("/deliveries?state=dead"),
        ConditionCode::AddressesSuspended => Some("/deliveries/suspended"),
        ConditionCode::KeyEnding => Some("/settings/api-keys"),
        _ => None,
    };
    let link = reading.link.clone().or_else(|| link.map(str::to_owned));
    Said { key: format!("condition.{}", reading.code.name()), values, link }
}

/// Names of values that sentences may hold.
const VALUES: [&str; 10] =
    ["relay", "count", "percent", "ms", "seconds", "reason", "rule", "key", "date", "hours"];

/// What was measured when it began.
fn values_of(held: &Held) -> Vec<(&'static str, String)> {
    let kept: HashMap<String, String> = serde_json::from_str(&held.readings).unwrap_or_default();
    VALUES.into_iter().filter_map(|name| Some((name, kept.get(name)?.clone()))).collect()
}

/// A condition that holds or held, in words.
#[derive(Debug, Clone)]
pub struct Told {
    pub code: String,
    /// The code of the account that it concerns.
    pub account: Option<String>,
    pub title: String,
    pub text: String,
    pub raised_at: i64,
    pub cleared_at: Option<i64>,
}

/// What holds now, and all that held, latest first.
///
/// # Errors
/// What the store says.
pub async fn history(ctx: &Ctx, language: Language) -> Result<(Vec<Told>, Vec<Told>)> {
    let (standing, all, codes) = ctx
        .store
        .read(|tx| {
            Ok((conditions::list_standing(tx)?, conditions::list(tx, MOST_SHOWN)?, all_accounts::list(tx)?))
        })
        .await?;
    let told = |held: Held| {
        let values = values_of(&held);
        let say = |part: &str| ctx.texts.say(language, &format!("condition.{}.{part}", held.code), &values);
        let code = |account: Account| codes.iter().find(|(known, _)| *known == account);
        // One of several nodes.
        let is_of_node = ConditionCode::parse(&held.code).is_some_and(ConditionCode::is_of_node);
        let node = if is_of_node && !held.subject.is_empty() {
            format!(" ({})", held.subject)
        } else {
            String::new()
        };
        Told {
            title: say("title") + &node,
            text: say("body"),
            account: held.account.and_then(code).map(|(_, code)| code.clone()),
            code: held.code,
            raised_at: held.raised_at,
            cleared_at: held.cleared_at,
        }
    };
    Ok((standing.into_iter().map(&told).collect(), all.into_iter().map(&told).collect()))
}
