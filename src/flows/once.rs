//! A write that has its effect once, however often it is called with one Idempotency-Key.
//!
//! The record is written in the transaction of the effect, so a crash leaves both or neither. Only answers of success
//! are kept: a refused call had no effect and may be tried again. Secrets are never part of a kept answer.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Ctx;
use crate::domain::error::{Conflict, Error, Result};
use crate::domain::id::Account;
use crate::store::{Tx, idempotency};

/// One call with an Idempotency-Key: who, what, which key, and a hash of the body.
#[derive(Debug, Clone)]
pub struct Once {
    pub account: Account,
    /// The user or key that calls.
    pub caller: String,
    /// Method and path.
    pub operation: String,
    pub key: String,
    /// SHA-256 of the body, in hexadecimal.
    pub body_hash: String,
}

/// An answer, and whether it is that of an earlier call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    pub value: T,
    pub replayed: bool,
}

impl Ctx {
    /// Runs `run` in one transaction, unless a call with the same key did.
    ///
    /// # Errors
    /// What `run` says; [`Conflict::IdempotencyMismatch`] when the key came before with another body.
    pub async fn write_once<T, F>(&self, once: Option<Once>, run: F) -> Result<Answer<T>>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: Fn(&mut Tx) -> Result<T> + Send + 'static,
    {
        let now = self.now();
        self.store
            .write(move |tx| {
                let Some(once) = &once else {
                    return run(tx).map(|value| Answer { value, replayed: false });
                };
                if let Some(value) = earlier(tx, once)? {
                    return Ok(Answer { value, replayed: true });
                }
                let value = run(tx)?;
                keep(tx, once, &value, now)?;
                Ok(Answer { value, replayed: false })
            })
            .await
    }
}

/// The answer of an earlier call with this key, if there was one.
///
/// # Errors
/// [`Conflict::IdempotencyMismatch`] when its body was another.
pub fn earlier<T: DeserializeOwned>(tx: &mut Tx, once: &Once) -> Result<Option<T>> {
    let Some(kept) = idempotency::find(tx, once.account, &once.caller, &once.operation, &once.key)? else {
        return Ok(None);
    };
    if kept.body_hash != once.body_hash {
        return Err(Error::Conflict(Conflict::IdempotencyMismatch));
    }
    serde_json::from_str(&kept.answer).map(Some).map_err(|e| Error::internal(e.to_string()))
}

/// Keeps the answer in the transaction of its effect. Two nodes that run the same call at once meet at the unique
/// key: the later one is undone and runs again, finding this answer.
///
/// # Errors
/// [`Error::Raced`] when another node was faster.
pub fn keep<T: Serialize>(tx: &mut Tx, once: &Once, value: &T, now: i64) -> Result<()> {
    let answer = serde_json::to_string(value).map_err(|e| Error::internal(e.to_string()))?;
    let kept = idempotency::Kept { body_hash: once.body_hash.clone(), answer };
    let inserted =
        idempotency::insert(tx, once.account, &once.caller, &once.operation, &once.key, &kept, now)?;
    if inserted { Ok(()) } else { Err(Error::Raced) }
}
