//! Pieces of work that are done one by one: claimed together, and each that fails is tried again by itself.
//!
//! What a piece asks for is its flow's; it ends the piece in the transaction that does it.

use super::is_passing;
use crate::domain::error::Result;
use crate::domain::work::{LEASE_MS, MOST_ATTEMPTS, WorkKind, retry_after_ms};
use crate::flows::Ctx;
use crate::store::work::{self, Work};

/// Claims up to `most` pieces of a kind that are due.
///
/// # Errors
/// What the store says.
pub(in crate::flows) async fn claim(ctx: &Ctx, kind: WorkKind, most: i64) -> Result<Vec<Work>> {
    let (now, lease) = (ctx.now(), ctx.now() + LEASE_MS);
    ctx.store.write(move |tx| work::claim(tx, kind, now, lease, most)).await
}

/// What came of trying a piece. A failure that says something of the piece is written down with it, and it is tried again
/// later, [`MOST_ATTEMPTS`] times; that is nothing done, and no error.
///
/// # Errors
/// Those of the moment: the piece is as it was, and its lease runs out. And what the store says.
pub(in crate::flows) async fn tried<T: Default>(
    ctx: &Ctx,
    piece: Work,
    what: &'static str,
    tried: Result<T>,
) -> Result<T> {
    let error = match tried {
        Err(error) if !is_passing(&error) => error,
        passed => return passed,
    };
    tracing::warn!(%error, what, "work of rules failed");
    let (now, words) = (ctx.now(), error.to_string());
    let again = (piece.attempt < MOST_ATTEMPTS).then(|| now + retry_after_ms(piece.attempt));
    ctx.store.write(move |tx| work::fail(tx, &piece, again, now, &words)).await?;
    Ok(T::default())
}
