//! Documents of the vendor's feed that were believed.

use super::Tx;
use crate::domain::error::Result;
use crate::domain::feed::Believed;

/// The one that was believed last.
pub fn find_last(tx: &mut Tx) -> Result<Option<Believed>> {
    tx.query_row(
        "select sequence, detail from feed_fetch where outcome = 'believed' and sequence is not null
         order by sequence desc limit 1",
        &[],
        |row| Ok(Believed { sequence: row.get(0)?, digest: row.get(1)? }),
    )
}

pub fn insert(tx: &mut Tx, id: &str, believed: &Believed, now: i64) -> Result<()> {
    tx.execute(
        "insert into feed_fetch (id, at, outcome, sequence, detail) values ($1, $2, 'believed', $3, $4)",
        &[&id, &now, &believed.sequence, &believed.digest],
    )?;
    Ok(())
}
