//! Answers kept for an Idempotency-Key. Those to operators are kept apart ([`Account::SERVER`]): no account has them.

use super::Tx;
use crate::domain::error::Result;
use crate::domain::id::Account;

/// What is kept of a call.
#[derive(Debug, Clone)]
pub struct Kept {
    /// SHA-256 of the body, in hexadecimal.
    pub body_hash: String,
    /// The answer as JSON.
    pub answer: String,
}

pub fn find(tx: &mut Tx, account: Account, caller: &str, operation: &str, key: &str) -> Result<Option<Kept>> {
    if account == Account::SERVER {
        return tx.query_row(
            "select body_hash, answer from operator_answer
             where caller = $1 and operation = $2 and key = $3",
            &[&caller, &operation, &key],
            |row| Ok(Kept { body_hash: row.get(0)?, answer: row.get(1)? }),
        );
    }
    tx.query_row(
        "select body_hash, answer from idempotency
         where account = $1 and caller = $2 and operation = $3 and key = $4",
        &[&account.0, &caller, &operation, &key],
        |row| Ok(Kept { body_hash: row.get(0)?, answer: row.get(1)? }),
    )
}

/// False: another call was faster.
pub fn insert(
    tx: &mut Tx,
    account: Account,
    caller: &str,
    operation: &str,
    key: &str,
    kept: &Kept,
    now: i64,
) -> Result<bool> {
    if account == Account::SERVER {
        let inserted = tx.execute(
            "insert into operator_answer (caller, operation, key, body_hash, answer, created_at)
             values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
            &[&caller, &operation, &key, &kept.body_hash, &kept.answer, &now],
        )?;
        return Ok(inserted == 1);
    }
    let inserted = tx.execute(
        "insert into idempotency (account, caller, operation, key, body_hash, answer, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        &[&account.0, &caller, &operation, &key, &kept.body_hash, &kept.answer, &now],
    )?;
    Ok(inserted == 1)
}

/// Deletes at most `most` answers kept before `before`.
pub fn delete_before(tx: &mut Tx, before: i64, most: i64) -> Result<u64> {
    let of_operators = tx.execute(
        "delete from operator_answer where (caller, operation, key) in
         (select caller, operation, key from operator_answer where created_at < $1 limit $2)",
        &[&before, &most],
    )?;
    let deleted = tx.execute(
        "delete from idempotency where (account, caller, operation, key) in
         (select account, caller, operation, key from idempotency where created_at < $1 limit $2)",
        &[&before, &most],
    )?;
    Ok(deleted.max(of_operators))
}
