//! The log of administrative acts, as administrators read it.

use std::collections::HashMap;

use super::Ctx;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::id::Account;
use crate::store::audit::{self, Entry, Wanted};
use crate::store::{Tx, audience, keys};

/// A line, with the name of who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub entry: Entry,
    /// `None`: Bellwire itself or the command line, or somebody whose row is gone.
    pub name: Option<String>,
}

/// A page of lines, newest first.
#[derive(Debug)]
pub struct Page {
    pub lines: Vec<Line>,
    pub next: Option<String>,
}

/// # Errors
/// [`Fault::BadCursor`], or what the store says.
pub async fn list(ctx: &Ctx, account: Account, mut wanted: Wanted) -> Result<Page> {
    if wanted.before.len() > 64 || !wanted.before.is_ascii() {
        return Err(Error::field("cursor", Fault::BadCursor));
    }
    let most = usize::try_from(wanted.most).unwrap_or_default();
    wanted.most += 1;
    let (mut found, names) = ctx
        .store
        .read(move |tx| {
            let found = audit::search(tx, account, &wanted)?;
            let names = names(tx, account, &found)?;
            Ok((found, names))
        })
        .await?;
    let has_more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| has_more).map(|last| last.id.clone());
    let line = |entry: Entry| {
        let name = entry.actor_id.as_ref().and_then(|id| names.get(id).cloned());
        Line { entry, name }
    };
    Ok(Page { lines: found.into_iter().map(line).collect(), next })
}

fn names(tx: &mut Tx, account: Account, entries: &[Entry]) -> Result<HashMap<String, String>> {
    let mut ids: Vec<&str> = entries.iter().filter_map(|entry| entry.actor_id.as_deref()).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut names: HashMap<String, String> = audience::list_names(tx, account, &ids)?
        .into_iter()
        .map(|(id, name)| (id.to_string(), name))
        .collect();
    names.extend(keys::list_names(tx, account, &ids)?.into_iter().map(|(id, name)| (id.to_string(), name)));
    Ok(names)
}
