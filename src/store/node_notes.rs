//! What nodes on one database tell each other, as lines of `meta`: what became of each relay, under the name that conditions
//! know it by, and that a node is there.

use super::Tx;
use super::meta;
use crate::domain::error::Result;
use crate::domain::mail::health::Health;

/// How the keys of relays and of nodes begin; both are as long.
const RELAY: &str = "relay:";
const NODE: &str = "nodes:";

fn list(tx: &mut Tx, sort: &str) -> Result<Vec<(String, String)>> {
    let sql = "select substr(key, 7), value from meta where substr(key, 1, 6) = $1 order by key";
    tx.query(sql, &[&sort], |row| Ok((row.get(0)?, row.get(1)?)))
}

fn delete(tx: &mut Tx, key: &str) -> Result<()> {
    tx.execute("delete from meta where key = $1", &[&key]).map(drop)
}

/// What is known of each relay. What another version wrote in another form counts as nothing.
pub fn list_relays(tx: &mut Tx) -> Result<Vec<(String, Health)>> {
    let read = |(subject, value): (String, String)| Some((subject, serde_json::from_str(&value).ok()?));
    Ok(list(tx, RELAY)?.into_iter().filter_map(read).collect())
}

/// Adds what a node saw of a relay to what is known.
pub fn put_relay(tx: &mut Tx, subject: &str, seen: &Health) -> Result<()> {
    let key = format!("{RELAY}{subject}");
    let known = meta::find(tx, &key)?.and_then(|value| serde_json::from_str(&value).ok());
    let all = seen.with(known.unwrap_or_default());
    let value = serde_json::to_string(&all).unwrap_or_else(|_| "{}".to_owned());
    meta::put(tx, &key, &value)
}

/// Forgets a relay.
pub fn delete_relay(tx: &mut Tx, subject: &str) -> Result<()> {
    delete(tx, &format!("{RELAY}{subject}"))
}

/// Nodes, and when each was last there.
pub fn list_nodes(tx: &mut Tx) -> Result<Vec<(String, i64)>> {
    let read = |(name, value): (String, String)| (name, value.parse().unwrap_or_default());
    Ok(list(tx, NODE)?.into_iter().map(read).collect())
}

/// A node is there.
pub fn put_node(tx: &mut Tx, name: &str, now: i64) -> Result<()> {
    meta::put(tx, &format!("{NODE}{name}"), &now.to_string())
}

/// Forgets a node.
pub fn delete_node(tx: &mut Tx, name: &str) -> Result<()> {
    delete(tx, &format!("{NODE}{name}"))
}
