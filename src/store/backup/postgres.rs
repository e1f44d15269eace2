//! A copy of a PostgreSQL database in `pg_dump`'s own format, by PostgreSQL's own programs.
//!
//! They are found on PATH and get the password in their environment: command lines can be read by others.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use ::postgres::config::{Host, SslMode};
use ::postgres::{Client, Config};

use super::{BackupError, Copied, Counts, Result, differ};
use crate::store::migrate;
use crate::store::open::{self, OpenError};
use crate::store::tx::{Connection, from_postgres};

pub(in crate::store) const DUMP: &str = "pg_dump";
pub(in crate::store) const RESTORE: &str = "pg_restore";

/// What a program must know to reach the database.
pub(in crate::store) fn environment(url: &str) -> Result<Vec<(&'static str, String)>> {
    let config: Config = url.parse().map_err(|e: ::postgres::Error| OpenError::Url(e.to_string()))?;
    let hosts = config.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    });
    let ports = config.get_ports().iter().map(ToString::to_string);
    let password = config.get_password().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let tls = match config.get_ssl_mode() {
        SslMode::Disable => "disable",
        SslMode::Require => "require",
        _ => "prefer",
    };
    let found = [
        ("PGHOST", Some(hosts.collect::<Vec<_>>().join(","))),
        ("PGPORT", Some(ports.collect::<Vec<_>>().join(",")).filter(|ports| !ports.is_empty())),
        ("PGUSER", config.get_user().map(str::to_owned)),
        ("PGPASSWORD", password),
        ("PGDATABASE", config.get_dbname().or(config.get_user()).map(str::to_owned)),
        ("PGSSLMODE", Some(tls.to_owned())),
        ("PGAPPNAME", Some("bellwire".to_owned())),
        ("PGCONNECT_TIMEOUT", Some("10".to_owned())),
    ];
    Ok(found.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
}

pub(in crate::store) fn program(name: &'static str, url: &str) -> Result<Command> {
    let mut command = Command::new(name);
    command.envs(environment(url)?).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    Ok(command)
}

pub(in crate::store) fn run(name: &'static str, command: &mut Command) -> Result<()> {
    let output = spawn(name, command)?.wait_with_output();
    let output = output.map_err(|error| BackupError::Program { program: name, said: error.to_string() })?;
    if output.status.success() { Ok(()) } else { Err(refused(name, &output.stderr)) }
}

fn spawn(name: &'static str, command: &mut Command) -> Result<Child> {
    command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => BackupError::NoProgram(name),
        _ => BackupError::Program { program: name, said: error.to_string() },
    })
}

fn refused(name: &'static str, stderr: &[u8]) -> BackupError {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(4).collect();
    BackupError::Program { program: name, said: lines.join("; ") }
}

pub(in crate::store) fn connect(url: &str) -> Result<Client> {
    match open::postgres(url)? {
        Connection::Postgres { client, .. } => Ok(client),
        Connection::Sqlite { .. } => Err(OpenError::Url("it names no PostgreSQL".to_owned()).into()),
    }
}

pub(in crate::store) fn failed(error: &::postgres::Error) -> BackupError {
    from_postgres(error).into()
}

/// Dumps one snapshot, counts the rows of the same snapshot, and compares both.
pub(super) fn copy(url: &str, to: &Path) -> Result<Copied> {
    let mut client = connect(url)?;
    let mut snapshot = client
        .build_transaction()
        .isolation_level(::postgres::IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .map_err(|error| failed(&error))?;
    let name: String =
        snapshot.query_one("select pg_export_snapshot()", &[]).map_err(|error| failed(&error))?.get(0);
    let rows = count(&mut snapshot)?;
    let applied = snapshot
        .query("select number, checksum from migration order by number", &[])
        .map_err(|_| BackupError::Nothing("this PostgreSQL database".into()))?;
    let applied: Vec<(i64, String)> = applied.iter().map(|row| (row.get(0), row.get(1))).collect();
    migrate::check(&applied)?;
    let mut dump = program(DUMP, url)?;
    dump.args(["--format=custom", "--no-owner", "--no-privileges", "--no-password"])
        .arg(format!("--snapshot={name}"))
        .arg(format!("--file={}", to.display()));
    run(DUMP, &mut dump)?;
    drop(snapshot);
    let copied = read_back(to)?;
    differ(&rows, &copied.rows)?;
    Ok(Copied { schema: applied.len() as i64, ..copied })
}

pub(in crate::store) fn count(client: &mut impl ::postgres::GenericClient) -> Result<Counts> {
    let tables = "select tablename::text from pg_tables where schemaname = current_schema() order by 1";
    let tables = client.query(tables, &[]).map_err(|error| failed(&error))?;
    let mut counts = Counts::new();
    for table in tables.iter().map(|row| row.get::<_, String>(0)) {
        let row = client.query_one(&format!("select count(*) from \"{table}\""), &[]);
        counts.insert(table, row.map_err(|error| failed(&error))?.get(0));
    }
    Ok(counts)
}

/// Has the whole file unpacked, and counts the rows on the way; the database is not needed for that.
pub(super) fn read_back(file: &Path) -> Result<Copied> {
    let mut command = Command::new(RESTORE);
    command.args(["--data-only", "--file=-"]).arg(file);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = spawn(RESTORE, &mut command)?;
    let (mut rows, mut table, mut schema) = (Counts::new(), None::<String>, 0);
    let broken = |error: std::io::Error| BackupError::Program { program: RESTORE, said: error.to_string() };
    if let Some(stdout) = child.stdout.take() {
        let mut lines = BufReader::new(stdout);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).map_err(broken)? > 0 {
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            match &table {
                Some(_) if text == b"\\." => table = None,
                Some(name) => {
                    if let Some(count) = rows.get_mut(name) {
                        *count += 1;
                    }
                    schema += i64::from(name == "migration");
                }
                None => table = copied_table(text),
            }
            if let Some(name) = table.as_ref().filter(|name| !rows.contains_key(*name)) {
                rows.insert(name.clone(), 0);
            }
            line.clear();
        }
    }
    let status = child.wait().map_err(broken)?;
    let mut said = Vec::new();
    if let Some(mut stderr) = child.stderr.take() {
        stderr.read_to_end(&mut said).map_err(broken)?;
    }
    if !status.success() {
        return Err(BackupError::NotWhole(refused(RESTORE, &said).to_string()));
    }
    if schema == 0 {
        let why = "it has no migrations in it";
        return Err(BackupError::NotABackup(file.to_owned(), why.to_owned()));
    }
    Ok(Copied { engine: "postgres", schema, rows })
}

/// The table in `COPY public.account (number, …) FROM stdin;`.
fn copied_table(line: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(line).ok()?.strip_prefix("COPY ")?;
    let (name, rest) = line.split_once(" (")?;
    let bare = name.rsplit('.').next()?.trim_matches('"');
    rest.ends_with(" FROM stdin;").then(|| bare.to_owned())
}
