//! Bellwire watches itself: takes readings, sees what began and what is over, and tells it once each
//! ([`super::announcements`]). Quiet when nothing is wrong.
//!
//! How long readings have been as they are is kept in memory: after a restart a condition takes its time anew, and one
//! that holds goes on, because the store knows it.

use std::collections::HashMap;
use std::path::PathBuf;

use super::Ctx;
use super::announcements::{self, Condition, Said};
use crate::domain::condition::{ConditionCode, Level, Limits, Seen, Turn, turn};
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::kind::Severity;
use crate::domain::language::Language;
use crate::domain::mail::breaker::Position;
use crate::store::conditions::{self, Held};
use crate::store::deliveries::Counts;
use crate::store::work::Backlog;
use crate::store::{Tx, accounts, deliveries, readings, relays, work};

/// How long a letter that was given up counts: a day.
const RECENT_MS: i64 = 24 * 3_600_000;
/// Conditions that the history shows.
const MOST_SHOWN: i64 = 100;

/// What is watched, and what was seen so far.
pub struct Watch {
    limits: Limits,
    /// Whose disk is looked at.
    folder: PathBuf,
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
}

impl Watch {
    #[must_use]
    pub fn new(limits: Limits, folder: PathBuf) -> Self {
        Self { limits, folder, seen: HashMap::new() }
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
    let mut readings = of_server(ctx, watch).await?;
    readings.extend(of_accounts(ctx, &watch.limits).await?);
    let standing = ctx.store.read(conditions::list_standing).await?;
    for held in &standing {
        if let Some(gone) = gone(held, &readings) {
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
                let said = said(reading.code, values_of(held));
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
fn gone(held: &Held, readings: &[Reading]) -> Option<Reading> {
    let code = ConditionCode::parse(&held.code)?;
    // The feed speaks for itself.
    if code == ConditionCode::FeedRefused || readings.iter().any(|reading| is(held, reading)) {
        return None;
    }
    Some(Reading {
        code,
        subject: held.subject.clone(),
        account: held.account,
        level: Level::Good,
        values: Vec::new(),
    })
}

/// What is measured of the whole server.
async fn of_server(ctx: &Ctx, watch: &Watch) -> Result<Vec<Reading>> {
    let (now, limits) = (ctx.now(), &watch.limits);
    let numbers = numbers(ctx, &watch.folder).await?;
    let late_s = numbers.backlog.oldest_due_at.map_or(0, |at| (now - at).max(0) / 1_000);
    let doubt = ctx.doubt();
    let reading =
        |code, level, values| Reading { code, subject: String::new(), account: None, level, values };
    let mut all = vec![
        reading(
            ConditionCode::ClockOff,
            Level::when(doubt.is_some()),
            vec![("seconds", doubt.map_or(0, |doubt| doubt.jump_ms / 1_000).to_string())],
        ),
        reading(
            ConditionCode::DatabaseSlow,
            Level::database(numbers.database_ms, limits),
            vec![("ms", numbers.database_ms.to_string())],
        ),
        reading(
            ConditionCode::WorkOverdue,
            Level::work(late_s, limits),
            vec![("count", numbers.backlog.due.to_string()), ("seconds", late_s.to_string())],
        ),
        reading(
            ConditionCode::WorkDead,
            Level::when(numbers.backlog.dead > 0),
            vec![("count", numbers.backlog.dead.to_string())],
        ),
    ];
    if let Some(percent) = numbers.disk_percent {
        let values = vec![("percent", percent.to_string())];
        all.push(reading(ConditionCode::DiskFull, Level::disk(percent, limits), values));
    }
    for relay in &ctx.mail.relays {
        let level = Level::when(ctx.mail.post.state(relay).breaker != Position::Closed);
        let (subject, values) = (relay.host.clone(), vec![("relay", relay.host.clone())]);
        all.push(Reading { code: ConditionCode::RelayFailing, subject, account: None, level, values });
    }
    Ok(all)
}

/// What is measured of accounts.
async fn of_accounts(ctx: &Ctx, limits: &Limits) -> Result<Vec<Reading>> {
    let now = ctx.now();
    let read = move |tx: &mut Tx| {
        let mut own = Vec::new();
        for account in readings::list_with_relays(tx)? {
            own.push((account, relays::list(tx, account)?));
        }
        let counted = (
            readings::count_without_relay(tx)?,
            readings::count_dead(tx, now - RECENT_MS)?,
            readings::count_suspended(tx, now)?,
        );
        Ok((counted, own))
    };
    let ((without, dead, suspended), own) = ctx.store.read(read).await?;
    let reading = |code: ConditionCode, account: Account, level, values| {
        let subject = account.0.to_string();
        Reading { code, subject, account: Some(account), level, values }
    };
    let mut all = Vec::new();
    for (code, counted, least) in [
        (ConditionCode::RelayMissing, without, 0),
        (ConditionCode::LettersDead, dead, limits.letters),
        (ConditionCode::AddressesSuspended, suspended, 0),
    ] {
        for (account, count) in counted {
            all.push(reading(code, account, Level::when(count > least), vec![("count", count.to_string())]));
        }
    }
    for (account, relays) in own {
        for relay in relays {
            let is_bad = ctx.mail.post.state(&relay).breaker != Position::Closed;
            all.push(Reading {
                subject: format!("{}/{}", account.0, relay.host),
                ..reading(
                    ConditionCode::RelayFailing,
                    account,
                    Level::when(is_bad),
                    vec![("relay", relay.host.clone())],
                )
            });
        }
    }
    Ok(all)
}

fn condition(reading: &Reading) -> Condition {
    let severity = match reading.code {
        ConditionCode::RelayFailing | ConditionCode::DiskFull | ConditionCode::ClockOff => Severity::Error,
        _ => Severity::Warning,
    };
    Condition {
        code: reading.code.name().to_owned(),
        subject: reading.subject.clone(),
        account: reading.account,
        severity,
        said: said(reading.code, reading.values.clone()),
    }
}

fn said(code: ConditionCode, values: Vec<(&'static str, String)>) -> Said {
    let link = match code {
        ConditionCode::RelayFailing | ConditionCode::RelayMissing => Some("/settings/email"),
        ConditionCode::LettersDead => Some("/deliveries?state=dead"),
        ConditionCode::AddressesSuspended => Some("/deliveries/suspended"),
        _ => None,
    };
    Said { key: format!("condition.{}", code.name()), values, link: link.map(str::to_owned) }
}

/// Names of values that sentences may hold.
const VALUES: [&str; 6] = ["relay", "count", "percent", "ms", "seconds", "reason"];

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
            Ok((conditions::list_standing(tx)?, conditions::list(tx, MOST_SHOWN)?, accounts::list(tx)?))
        })
        .await?;
    let told = |held: Held| {
        let values = values_of(&held);
        let say = |part: &str| ctx.texts.say(language, &format!("condition.{}.{part}", held.code), &values);
        let code = |account: Account| codes.iter().find(|(known, _)| *known == account);
        Told {
            title: say("title"),
            text: say("body"),
            account: held.account.and_then(code).map(|(_, code)| code.clone()),
            code: held.code,
            raised_at: held.raised_at,
            cleared_at: held.cleared_at,
        }
    };
    Ok((standing.into_iter().map(&told).collect(), all.into_iter().map(&told).collect()))
}
