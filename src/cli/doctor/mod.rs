//! `bellwire doctor`: looks at database, disk, clock, settings and limits, and says what to do about what it finds.
//!
//! It changes nothing, beside a running server or without one. Exit 1 when something is wrong.

mod checks;

use clap::Args;
use serde::Serialize;

use super::admin::Place;
use super::{Result, result};
use crate::clock::Clock;
use crate::shutdown::Shutdown;

#[derive(Args)]
pub(super) struct DoctorArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Good,
    /// Works, but somebody should know.
    Note,
    /// Must be put right.
    Bad,
}

/// What a check found.
#[derive(Debug, Serialize)]
struct Finding {
    name: &'static str,
    state: State,
    says: String,
    /// What to do about it.
    #[serde(rename = "do", skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Finding {
    fn good(name: &'static str, says: impl Into<String>) -> Self {
        Self { name, state: State::Good, says: says.into(), remedy: None }
    }

    fn note(name: &'static str, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, state: State::Note, says: says.into(), remedy: Some(remedy.into()) }
    }

    fn bad(name: &'static str, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, state: State::Bad, says: says.into(), remedy: Some(remedy.into()) }
    }
}

pub(super) async fn doctor(args: DoctorArgs) -> Result<()> {
    let settings = args.place.settings()?;
    let clock = Clock::System;
    let mut findings = vec![checks::versions(), checks::directory(&settings)];
    findings.push(checks::server(&settings).await);
    findings.push(checks::clock(&clock).await);
    findings.extend(checks::reminders(&settings).await);
    // The look at the database blocks, and may take a while when it is large.
    let (shutdown, now) = (Shutdown::new(), clock.now_ms());
    let looked = shutdown.spawn_blocking("inspect", {
        let location = crate::app::location(&settings);
        move || crate::store::inspect::inspect(&location, now)
    });
    let looked = looked.await.map_err(|error| error.to_string())?;
    findings.extend(checks::database(&looked, now));
    let facts = looked.ok().flatten();
    findings.push(checks::mail(&settings, facts.as_ref().and_then(|facts| facts.mail)));
    if let Some((held, last)) = facts.and_then(|facts| facts.kept) {
        findings.extend(checks::restored(held));
        findings.push(checks::backups(&settings, last.as_ref(), now));
    }
    findings.extend(checks::disk(&settings));
    findings.push(checks::open_files());
    findings.extend(checks::addresses(&settings));
    let wrong = findings.iter().filter(|finding| finding.state == State::Bad).count();
    if args.json {
        result(&as_json(&findings, wrong == 0));
    } else {
        for finding in &findings {
            result(&as_text(finding));
        }
    }
    match wrong {
        0 => Ok(()),
        1 => Err("one thing must be put right".to_owned()),
        wrong => Err(format!("{wrong} things must be put right")),
    }
}

fn as_json(findings: &[Finding], ok: bool) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!("{:#}", serde_json::json!({ "ok": ok, "version": version, "findings": findings }))
}

fn as_text(finding: &Finding) -> String {
    let mark = match finding.state {
        State::Good => "good",
        State::Note => "note",
        State::Bad => "BAD ",
    };
    let text = format!("{mark}  {:<10} {}", finding.name, finding.says);
    match &finding.remedy {
        Some(remedy) => format!("{text}\n{:>17} {remedy}", "->"),
        None => text,
    }
}
