//! Marketing rules at work: they look at customers on a schedule, and act for those who have an occasion.
//!
//! [`sweep`] goes through the customers in bounded batches, with a row of work as its cursor, and writes down an occasion for each
//! that has one: a row that is there once per rule, customer and period, with a row of work of its own. Carts come the other way,
//! by the event that tells of them ([`runs::note`]). [`runs`] decides about an occasion when its row of work is due, and acts in the
//! transaction that says so. [`crowd`] asks conditions of customers, [`counting`] counts segments. What is decided is
//! `domain::marketing`'s; what actions do is `flows::rules`'.

pub mod counting;
mod crowd;
pub mod keeping;
mod ready;
pub(super) mod runs;
pub mod segments;
mod sweep;

use super::Ctx;
use super::rules::Ran;
use crate::domain::error::Result;

/// Does what is due: occasions, the next customers of sweeps and counts.
///
/// # Errors
/// What the store says.
pub(super) async fn step(ctx: &Ctx) -> Result<Ran> {
    let mut ran = runs::step(ctx).await?;
    for part in [sweep::step(ctx).await?, counting::step(ctx).await?] {
        ran.items += part.items;
        ran.more |= part.more;
    }
    Ok(ran)
}
