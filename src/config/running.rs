//! Settings of running the server over time: backups, retention, the grace of an account that is deleted.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use super::table::default_of;
use super::{ConfigError, FileSettings, ServeArgs, given, invalid};
use crate::domain::retention::Retention;

/// See the table of settings for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    pub backup_dir: Option<PathBuf>,
    pub backup_every: Duration,
    pub backup_keep: NonZeroU32,
    pub upgrade_backup: bool,
    pub keep: Retention,
    pub account_grace: Duration,
}

impl Running {
    pub(super) fn merge(args: &ServeArgs, file: &FileSettings) -> Result<Self, ConfigError> {
        let text = |key, flag: &Option<String>, line: &Option<String>| {
            given(flag.clone().or(line.clone())).unwrap_or_else(|| default_of(key).to_owned())
        };
        let every = text("backup_every", &args.backup_every, &file.backup_every);
        let grace = text("account_grace", &args.account_grace, &file.account_grace);
        let keep = text("keep", &args.keep, &file.keep);
        let count =
            args.backup_keep.or(file.backup_keep).map_or_else(|| default_of("backup_keep").parse(), Ok);
        let backup_keep = count.ok().and_then(NonZeroU32::new);
        Ok(Self {
            backup_dir: args.backup_dir.clone().or(file.backup_dir.clone()),
            backup_every: duration("backup_every", &every, Duration::from_mins(5))?,
            backup_keep: backup_keep.ok_or_else(|| invalid("backup_keep", "at least one is kept"))?,
            upgrade_backup: args.upgrade_backup.or(file.upgrade_backup).unwrap_or(true),
            keep: Retention::parse(&keep).map_err(|reason| invalid("keep", reason))?,
            account_grace: duration("account_grace", &grace, Duration::ZERO)?,
        })
    }
}

/// `90m`, `24h`, `30d`.
fn duration(key: &'static str, text: &str, least: Duration) -> Result<Duration, ConfigError> {
    let refuse = || invalid(key, format!("{text:?} is no time such as 90m, 24h or 30d"));
    let text = text.trim();
    let unit = text.chars().last().ok_or_else(refuse)?;
    let number: u64 = text.strip_suffix(unit).unwrap_or_default().parse().map_err(|_| refuse())?;
    let seconds = match unit {
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(refuse()),
    };
    let found =
        number.checked_mul(seconds).filter(|seconds| *seconds <= 3_650 * 86_400).ok_or_else(refuse)?;
    let found = Duration::from_secs(found);
    if found < least {
        return Err(invalid(key, format!("{text} is less than {} minutes", least.as_secs() / 60)));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_unit() {
        let read = |text: &str| duration("backup_every", text, Duration::from_mins(5)).ok();
        assert_eq!(read("90m"), Some(Duration::from_mins(90)));
        assert_eq!(read(" 24h "), Some(Duration::from_hours(24)));
        assert_eq!(read("30d"), Some(Duration::from_hours(720)));
        for wrong in ["", "d", "24", "-1h", "1w", "4m", "99999999999999999d", "1й"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
