//! Facts about the whole installation: the epoch of the cursors, the secret of the users' tokens.

use super::Tx;
use crate::domain::error::Result;

/// The key of the cursors' epoch.
pub const EPOCH: &str = "epoch";
/// The key of the secret that signs users' tokens, base64url.
pub const TOKEN_SECRET: &str = "token_secret";

/// The key of [`super::restore::RestoreMark`].
pub const RESTORED: &str = "restored";

pub fn find(tx: &mut Tx, key: &str) -> Result<Option<String>> {
    tx.query_row("select value from meta where key = $1", &[&key], |row| row.get(0))
}

/// The value of `key`; `value` becomes it when there is none. Two nodes that start at once agree.
pub fn get_or_insert(tx: &mut Tx, key: &str, value: &str) -> Result<String> {
    tx.execute("insert into meta (key, value) values ($1, $2) on conflict do nothing", &[&key, &value])?;
    Ok(find(tx, key)?.unwrap_or_else(|| value.to_owned()))
}

/// Writes a fact, whatever it was before.
pub fn put(tx: &mut Tx, key: &str, value: &str) -> Result<()> {
    let sql = "insert into meta (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value";
    tx.execute(sql, &[&key, &value]).map(drop)
}
