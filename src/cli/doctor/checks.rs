//! The checks, each a function from what it looks at to what it found.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Resource, getrlimit};

use super::Finding;
use crate::cli::admin::AdminCommand;
use crate::cli::control;
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::mail::relay::Relay;
use crate::store::backup_runs::BackupRun;
use crate::store::deliveries::Counts;
use crate::store::inspect::{self, Facts};
use crate::store::{Engine, OpenError, known_schema};

const MIB: u64 = 1024 * 1024;
/// Less room than this is noted; less than a tenth of it is wrong.
const ROOM: u64 = 1024 * MIB;
/// Open files that serve a small office.
const FEW_FILES: u64 = 4096;
/// 2026-01-01 and 2100-01-01 (Unix ms): a clock outside is wrong.
const CENTURY: std::ops::Range<i64> = 1_767_225_600_000..4_102_444_800_000;
/// Clocks that differ by more than this are noted.
const CLOCK_SLACK_MS: i64 = 2_000;
/// Work that waited longer has stopped moving.
const LATE_MS: i64 = 60_000;

pub(super) fn versions() -> Finding {
    let (good, sqlite) = inspect::sqlite_version();
    let says = format!("Bellwire {}, SQLite {sqlite} inside", env!("CARGO_PKG_VERSION"));
    if good {
        Finding::good("version", says)
    } else {
        Finding::bad("version", says, "this SQLite can damage data; use a build with 3.51.3 or later")
    }
}

pub(super) fn directory(settings: &Settings) -> Finding {
    let (dir, name) = (&settings.data, "directory");
    let Ok(metadata) = std::fs::metadata(dir) else {
        return Finding::note(name, format!("{} does not exist", dir.display()), "the first start makes it");
    };
    let open = [(dir.clone(), 0o077), (control::path(dir), 0o177)].into_iter().find_map(|(path, closed)| {
        let mode = std::fs::metadata(&path).ok()?.permissions().mode() & 0o777;
        (mode & closed != 0).then_some((path, mode))
    });
    match open {
        _ if !metadata.is_dir() => {
            let says = format!("{} is not a directory", dir.display());
            Finding::bad(name, says, "name another one with --data")
        }
        Some((path, mode)) => {
            let says = format!("{} is open to others on this machine ({mode:o})", path.display());
            Finding::bad(name, says, format!("chmod go-rwx {}", path.display()))
        }
        None => Finding::good(name, format!("{}, for its owner only", dir.display())),
    }
}

pub(super) async fn server(settings: &Settings) -> Finding {
    let answers = control::connect(&settings.data).await.is_ok();
    Finding::good("server", if answers { "is running" } else { "is not running" })
}

/// What the running server says of its clocks: reminders wait while it does not believe them.
pub(super) async fn reminders(settings: &Settings) -> Option<Finding> {
    let answer = control::send(&settings.data, &AdminCommand::LookAtClocks {}).await?;
    // An older server does not know the question.
    let jump_ms: i64 = answer.ok()?.result?.parse().ok()?;
    Some(held(jump_ms))
}

fn held(jump_ms: i64) -> Finding {
    let says = format!("the server's wall clock jumped by {} s, so reminders wait", jump_ms / 1000);
    Finding::bad("reminders", says, "they fire once the clock has stood for a minute; see what sets it")
}

/// Wall clock and monotonic clock must run alike; a wall clock that is being set does not.
pub(super) async fn clock(clock: &Clock) -> Finding {
    const WATCHED: Duration = Duration::from_millis(200);
    const SLACK_MS: i64 = 50;
    let (wall, steady) = (clock.now_ms(), clock.monotonic());
    clock.sleep(WATCHED).await;
    let passed = i64::try_from((clock.monotonic() - steady).as_millis()).unwrap_or_default();
    let off = (clock.now_ms() - wall) - passed;
    let says = crate::render::instant::to_rfc3339(wall);
    if !CENTURY.contains(&wall) {
        Finding::bad("clock", format!("it says {says}"), "set the clock of this machine, best by NTP")
    } else if off.abs() > SLACK_MS {
        Finding::note("clock", format!("it went {off} ms wrong within {passed} ms"), "see what sets it")
    } else {
        Finding::good("clock", says)
    }
}

pub(super) fn database(looked: &Result<Option<Facts>, OpenError>, now: i64) -> Vec<Finding> {
    const NAME: &str = "database";
    let facts = match looked {
        Ok(Some(facts)) => facts,
        Ok(None) => return vec![Finding::note(NAME, "there is none yet", "the first start makes it")],
        Err(error) => {
            return vec![Finding::bad(NAME, error.to_string(), "the server does not start with it")];
        }
    };
    let engine = match facts.engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    };
    let mut findings = vec![schema(engine, facts)];
    if !facts.damage.is_empty() {
        let says = format!("it is damaged: {}", facts.damage.join("; "));
        findings.push(Finding::bad(NAME, says, "stop the server, keep a copy of the file, restore a backup"));
    }
    // SQLite has no clock of its own, but what it holds was written in the past.
    let ahead = facts.clock_ms.map_or_else(
        || facts.schema.map_or(0, |(_, applied_at)| (applied_at - now).max(0)),
        |theirs| (theirs - now).abs(),
    );
    if ahead > CLOCK_SLACK_MS {
        let says = format!("the clock of this machine is {} s from the database's", ahead / 1000);
        findings.push(Finding::bad("clock", says, "set the clock, best by NTP on both"));
    }
    findings.extend(backlog(facts, now));
    findings
}

fn schema(engine: &str, facts: &Facts) -> Finding {
    let (known, size) = (known_schema(), megabytes(facts.bytes.unsigned_abs()));
    let head = format!("{engine} {}, {size}", facts.version);
    match facts.schema {
        None => Finding::note("database", format!("{head}, empty"), "the first start makes the tables"),
        Some((found, _)) if found > known => Finding::bad(
            "database",
            format!(
                "{head}, comes from a newer Bellwire (its schema is {found}, this version knows {known})"
            ),
            "use that version or a later one",
        ),
        Some((found, _)) if found < known => Finding::note(
            "database",
            format!("{head}, schema {found} of {known}"),
            "the next start brings it up to date; make a backup before",
        ),
        Some((found, _)) => Finding::good("database", format!("{head}, schema {found}")),
    }
}

fn backlog(facts: &Facts, now: i64) -> Option<Finding> {
    let backlog = facts.backlog?;
    let waited = backlog.oldest_due_at.map_or(0, |at| (now - at).max(0));
    Some(if backlog.dead > 0 {
        let says = format!("{} pieces were given up", backlog.dead);
        Finding::bad("work", says, "the table `work` has the reason of each")
    } else if waited > LATE_MS {
        let says = format!("{} pieces wait, the oldest for {} s", backlog.due, waited / 1000);
        Finding::note("work", says, "start the server if it does not run; else see its log")
    } else {
        Finding::good("work", format!("{} pieces wait, none were given up", backlog.due))
    })
}

/// Whether letters can be sent, and whether they are.
pub(super) fn mail(settings: &Settings, found: Option<(Counts, i64)>) -> Finding {
    const NAME: &str = "e-mail";
    let (counts, relays) = found.unwrap_or_default();
    let server = settings.relays.iter().map(Relay::name).collect::<Vec<_>>().join(", ");
    let head = match (server.is_empty(), relays) {
        (true, 0) => {
            let says = format!("no relay is set: {} mails are kept and shown, none is sent", counts.waiting);
            let remedy = "set BELLWIRE_RELAY and BELLWIRE_SENDER, or a relay in Settings, E-mail";
            return Finding::note(NAME, says, remedy);
        }
        (true, relays) => format!("accounts have {relays} relays of their own"),
        (false, 0) => server,
        (false, relays) => format!("{server}; accounts have {relays} of their own"),
    };
    if counts.late > 0 {
        let says = format!("{head}; {} mails are late", counts.late);
        return Finding::note(NAME, says, "start the server if it does not run; else see Deliveries");
    }
    let parked = match counts.without_relay {
        0 => String::new(),
        parked => format!(" ({parked} of accounts without a relay)"),
    };
    let says = format!("{head}; {} mails wait{parked}, {} were given up", counts.waiting, counts.dead);
    if counts.dead > 0 {
        Finding::note(NAME, says, "Deliveries has the reason of each")
    } else {
        Finding::good(NAME, says)
    }
}

/// Letters that wait since the data was taken back.
pub(super) fn restored(held: i64) -> Option<Finding> {
    let says = format!("{held} wait since a restore, because they may have been sent before");
    let remedy = "bellwire mail release sends them, bellwire mail discard does not";
    (held > 0).then(|| Finding::note("letters", says, remedy))
}

/// Whether there is a backup, and how old it is.
pub(super) fn backups(settings: &Settings, last: Option<&BackupRun>, now: i64) -> Finding {
    const NAME: &str = "backup";
    let planned = settings.running.backup_dir.is_some();
    let late_ms = i64::try_from(settings.running.backup_every.as_millis()).unwrap_or(i64::MAX / 4) * 2;
    match last {
        None if planned => {
            Finding::note(NAME, "there is none yet", "the running server makes the first at once")
        }
        None => Finding::note(
            NAME,
            "there is none",
            "set BELLWIRE_BACKUP_DIR, or call bellwire backup now and then",
        ),
        Some(run) => {
            let hours = (now - run.at).max(0) / 3_600_000;
            let size = megabytes(run.bytes.unwrap_or_default().unsigned_abs());
            let says = format!("the last is {hours} h old, {size}");
            if planned && now - run.at > late_ms {
                Finding::bad(NAME, says, "see the server's log for why there is no newer one")
            } else {
                Finding::good(NAME, says)
            }
        }
    }
}

pub(super) fn disk(settings: &Settings) -> Option<Finding> {
    let place = settings.data.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."));
    let disk = rustix::fs::statvfs(place).ok()?;
    let (free, total) = (disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize);
    let says = format!("{} of {} free", megabytes(free), megabytes(total));
    let remedy = "make room; on a full disk every write is refused";
    // Some file systems do not count their files.
    let few_names = disk.f_files > 0 && disk.f_favail < 1000;
    Some(if free < ROOM / 10 || few_names {
        Finding::bad("disk", if few_names { "no room for more files".to_owned() } else { says }, remedy)
    } else if free < ROOM {
        Finding::note("disk", says, remedy)
    } else {
        Finding::good("disk", says)
    })
}

pub(super) fn open_files() -> Finding {
    // The server raises the soft limit itself.
    match getrlimit(Resource::Nofile).maximum {
        Some(most) if most < FEW_FILES => Finding::note(
            "files",
            format!("at most {most} open files, so about {} browsers at a time", most.saturating_sub(100)),
            "raise the limit (LimitNOFILE= in systemd, ulimit -n in a shell)",
        ),
        Some(most) => Finding::good("files", format!("at most {most} open")),
        None => Finding::good("files", "no limit"),
    }
}

/// How browsers reach the server, and whether they can stay signed in.
pub(super) fn addresses(settings: &Settings) -> Vec<Finding> {
    const NAME: &str = "address";
    let public = settings.public_url.as_deref();
    let loopback = settings.listen.ip().is_loopback();
    let is_plain = |url: &str| {
        let host = url.strip_prefix("http://").unwrap_or_default();
        url.starts_with("http://") && !["localhost", "127.", "[::1]"].iter().any(|own| host.starts_with(own))
    };
    let mut findings = vec![match public {
        Some(url) => Finding::good(NAME, format!("{url}, listening on {}", settings.listen)),
        None if loopback => Finding::good(NAME, format!("{}, for this machine only", settings.listen)),
        None => Finding::note(
            NAME,
            format!("listening on {}; public_url is not set, so links start with that", settings.listen),
            "set BELLWIRE_PUBLIC_URL to what people type",
        ),
    }];
    if settings.insecure_cookies {
        findings.push(Finding::note(
            "cookies",
            "insecure_cookies is on: who listens in the network can take sessions",
            "put a reverse proxy with HTTPS in front and turn it off",
        ));
    } else if public.is_some_and(is_plain) {
        findings.push(Finding::bad(
            "cookies",
            "public_url is plain http, where browsers do not keep the session cookie",
            "put a reverse proxy with HTTPS in front, or use insecure_cookies for a trial",
        ));
    }
    findings
}

fn megabytes(bytes: u64) -> String {
    let mib = bytes as f64 / MIB as f64;
    if mib < 10_240.0 { format!("{mib:.1} MiB") } else { format!("{:.1} GiB", mib / 1024.0) }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;
    use crate::config::{FileSettings, ServeArgs};
    use crate::store::work::Backlog;

    fn facts() -> Facts {
        let backlog = Backlog { due: 0, oldest_due_at: None, dead: 0 };
        Facts {
            engine: Engine::Sqlite,
            version: "3.54.0".to_owned(),
            schema: Some((known_schema(), 1_000)),
            damage: Vec::new(),
            backlog: Some(backlog),
            mail: None,
            kept: None,
            bytes: 4096,
            clock_ms: None,
        }
    }

    fn states(facts: Facts) -> Vec<(&'static str, State)> {
        let found = database(&Ok(Some(facts)), 500_000);
        found.into_iter().map(|finding| (finding.name, finding.state)).collect()
    }

    #[test]
    fn a_database_is_judged_by_schema_damage_clock_and_work() {
        use State::{Bad, Good, Note};
        assert_eq!(states(facts()), [("database", Good), ("work", Good)]);
        let newer = Facts { schema: Some((99, 1_000)), backlog: None, ..facts() };
        assert_eq!(states(newer), [("database", Bad)]);
        let damaged = Facts { damage: vec!["row 3 missing".to_owned()], ..facts() };
        assert_eq!(states(damaged), [("database", Good), ("database", Bad), ("work", Good)]);
        let from_the_future = Facts { schema: Some((known_schema(), 900_000)), ..facts() };
        assert_eq!(states(from_the_future), [("database", Good), ("clock", Bad), ("work", Good)]);
        let behind = Facts { clock_ms: Some(490_000), ..facts() };
        assert_eq!(states(behind), [("database", Good), ("clock", Bad), ("work", Good)]);
        let dead = Facts { backlog: Some(Backlog { due: 2, oldest_due_at: Some(1), dead: 1 }), ..facts() };
        assert_eq!(states(dead), [("database", Good), ("work", Bad)]);
        let late = Facts { backlog: Some(Backlog { due: 2, oldest_due_at: Some(1), dead: 0 }), ..facts() };
        assert_eq!(states(late), [("database", Good), ("work", Note)]);
    }

    #[test]
    fn a_clock_that_jumped_is_named() {
        let finding = held(-10_800_000);
        assert_eq!(finding.state, State::Bad);
        assert!(finding.says.contains("-10800 s"), "{}", finding.says);
    }

    #[test]
    fn letters_that_cannot_leave_are_named() {
        let judge = |relay: Option<&str>, counts: Counts, relays: i64| {
            let relay = relay.map(str::to_owned);
            let args = ServeArgs { relay, sender: Some("a@b.c".to_owned()), ..ServeArgs::default() };
            let found =
                mail(&Settings::merge(args, FileSettings::default()).unwrap(), Some((counts, relays)));
            (found.state, found.says)
        };
        let (state, says) = judge(None, Counts { waiting: 3, without_relay: 3, ..Counts::default() }, 0);
        assert_eq!(state, State::Note);
        assert_eq!(says, "no relay is set: 3 mails are kept and shown, none is sent");
        let url = Some("smtp://u:s3cret@mail.example");
        let (state, says) = judge(url, Counts::default(), 1);
        assert_eq!(
            (state, says.contains("mail.example:587"), says.contains("s3cret")),
            (State::Good, true, false)
        );
        assert_eq!(judge(url, Counts { dead: 1, ..Counts::default() }, 0).0, State::Note);
        assert_eq!(judge(None, Counts { late: 1, waiting: 1, ..Counts::default() }, 1).0, State::Note);
    }

    #[test]
    fn what_keeps_browsers_from_signing_in_is_named() {
        let judge = |args: ServeArgs| {
            let settings = Settings::merge(args, FileSettings::default()).unwrap();
            let found = addresses(&settings);
            found.into_iter().map(|finding| finding.state).collect::<Vec<_>>()
        };
        let listen = |address: &str| ServeArgs { listen: Some(address.to_owned()), ..ServeArgs::default() };
        let public = |url: &str| ServeArgs { public_url: Some(url.to_owned()), ..ServeArgs::default() };
        assert_eq!(judge(ServeArgs::default()), [State::Good]);
        assert_eq!(judge(listen("0.0.0.0:80")), [State::Note]);
        assert_eq!(judge(public("https://bell.example.com")), [State::Good]);
        assert_eq!(judge(public("http://localhost:8080")), [State::Good]);
        assert_eq!(judge(public("http://bell.intranet")), [State::Good, State::Bad]);
        let trial = ServeArgs { insecure_cookies: Some(true), ..public("http://bell.intranet") };
        assert_eq!(judge(trial), [State::Good, State::Note]);
    }
}
