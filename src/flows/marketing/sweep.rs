//! Goes through the customers for a rule, batch by batch: finds who has an occasion that is not known yet. What is read is
//! read outside of the writer's transaction; it writes only what was found, with how far the sweep has come.

use std::collections::{HashMap, HashSet};

use super::crowd;
use super::ready::Ready;
use super::runs::{self, Found};
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::marketing::mechanic::Standing;
use crate::domain::marketing::segment::Narrowed;
use crate::domain::work::WorkKind;
use crate::flows::Ctx;
use crate::flows::rules::stage::Stagehand;
use crate::flows::rules::{Ran, pieces};
use crate::ids::Ids;
use crate::store::records::Record;
use crate::store::work::{self, Work};
use crate::store::{Tx, marketing};

/// Rules that one step looks at.
const MOST: i64 = 4;
/// Customers of a batch.
const BATCH: i64 = 500;
/// From the end of a sweep to the next one.
const REST_MS: i64 = 15 * 60_000;

/// What a batch found.
#[derive(Default)]
struct Batch {
    version: i64,
    /// The number of the last customer; none if there was nobody.
    last: Option<i64>,
    is_over: bool,
    found: Vec<Found>,
    /// Who came into a segment, and who is in none any more; none where the rule does not ask.
    moves: Option<Moves>,
}

#[derive(Default)]
struct Moves {
    came: Vec<String>,
    left: Vec<String>,
    /// Whoever came now was there when the rule began.
    is_first: bool,
}

/// Takes the next batch of each rule whose time it is.
///
/// # Errors
/// What the store says; a rule that fails is tried again later by itself.
pub(super) async fn step(ctx: &Ctx) -> Result<Ran> {
    let claimed = pieces::claim(ctx, WorkKind::Marketing, MOST).await?;
    let ran = Ran { more: !claimed.is_empty(), ..Ran::default() };
    for piece in claimed {
        let result = one(ctx, &piece).await;
        pieces::tried(ctx, piece, "a marketing rule", result).await?;
    }
    Ok(ran)
}

async fn one(ctx: &Ctx, piece: &Work) -> Result<()> {
    let (now, of) = (ctx.now(), piece.clone());
    let batch = ctx.store.read(move |tx| look(tx, &of, now)).await?;
    let (ids, of) = (ctx.ids.clone(), piece.clone());
    ctx.store.write(move |tx| settle(tx, &ids, &of, batch.as_ref(), now)).await
}

/// Asks the next customers. `None`: the rule is not on any more.
fn look(tx: &mut Tx, piece: &Work, now: i64) -> Result<Option<Batch>> {
    let (account, id) = (piece.account, piece.subject.as_str());
    let Some(ready) = Ready::load(tx, account, id)? else { return Ok(None) };
    let hand = Stagehand::load(tx, account, now)?;
    // Who left a segment is seen only where everybody is.
    let narrowed = if ready.watches_segments() { Narrowed::default() } else { ready.lens.narrowed() };
    let records = crowd::next(tx, account, narrowed, piece.progress, BATCH)?;
    let mut batch = Batch {
        version: ready.version,
        last: records.last().map(|record| record.number),
        is_over: (records.len() as i64) < BATCH,
        ..Batch::default()
    };
    let ids: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
    let mut found = if ready.watches_segments() {
        let (moves, found) = watch(tx, account, &ready, &hand, &records, now)?;
        batch.moves = Some(moves);
        found
    } else {
        ask(tx, account, &ready, &hand, &records, now)?
    };
    let known: HashSet<(String, String)> =
        marketing::list_periods(tx, account, id, &ids)?.into_iter().collect();
    found.retain(|one| !known.contains(&(one.customer.clone(), one.occasion.period.clone())));
    batch.found = found;
    Ok(Some(batch))
}

/// Who has an occasion by his orders and dates, and is in a segment.
fn ask(
    tx: &mut Tx,
    account: Account,
    ready: &Ready,
    hand: &Stagehand,
    records: &[Record],
    now: i64,
) -> Result<Vec<Found>> {
    let ids: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
    let orders: HashMap<String, (i64, i64)> = marketing::list_orders(tx, account, &ids)?
        .into_iter()
        .map(|(customer, orders, last)| (customer, (orders, last)))
        .collect();
    let mut found = Vec::new();
    for record in records {
        let (orders, last) = orders.get(record.id.as_str()).copied().unzip();
        let standing = Standing {
            state: Some(&record.state),
            orders: orders.unwrap_or_default(),
            last_order_at: last,
            ..Standing::default()
        };
        let Some(occasion) = ready.scenario.occasion(&standing, now, hand.zone()) else { continue };
        if ready.lens.holds(tx, hand, record)? {
            found.push(Found { customer: record.id.to_string(), occasion });
        }
    }
    Ok(found)
}

/// Who came into a segment, and who left it.
fn watch(
    tx: &mut Tx,
    account: Account,
    ready: &Ready,
    hand: &Stagehand,
    records: &[Record],
    now: i64,
) -> Result<(Moves, Vec<Found>)> {
    let (rule, ids) = (ready.named.id.as_str(), records.iter().map(|record| record.id.as_str()));
    let members: HashMap<String, Option<i64>> =
        marketing::list_members(tx, account, rule, &ids.collect::<Vec<_>>())?.into_iter().collect();
    let is_first = marketing::find_begun(tx, account, rule)?.is_none();
    let mut moves = Moves { is_first, ..Moves::default() };
    let mut found = Vec::new();
    for record in records {
        let id = record.id.as_str();
        let entered_at = match (ready.lens.holds(tx, hand, record)?, members.get(id)) {
            (true, None) => {
                moves.came.push(id.to_owned());
                (!is_first).then_some(now)
            }
            (true, Some(entered_at)) => *entered_at,
            (false, Some(_)) => {
                moves.left.push(id.to_owned());
                None
            }
            (false, None) => None,
        };
        let standing = Standing { state: Some(&record.state), entered_at, ..Standing::default() };
        let occasion = ready.scenario.occasion(&standing, now, hand.zone());
        found.extend(occasion.map(|occasion| Found { customer: id.to_owned(), occasion }));
    }
    Ok((moves, found))
}

/// Writes down what a batch found, and how far the sweep has come.
fn settle(tx: &mut Tx, ids: &Ids, piece: &Work, batch: Option<&Batch>, now: i64) -> Result<()> {
    let (account, rule) = (piece.account, piece.subject.as_str());
    let Some(batch) = batch else { return work::finish(tx, piece).map(drop) };
    let is_same = Ready::load(tx, account, rule)?.is_some_and(|ready| ready.version == batch.version);
    // It was changed meanwhile: from the beginning.
    let progress = if is_same { batch.last.unwrap_or(piece.progress) } else { 0 };
    // A lease that was lost is somebody else's batch.
    if !work::advance(tx, piece, progress)? || !is_same {
        return Ok(());
    }
    if let Some(moves) = &batch.moves {
        let came: Vec<&str> = moves.came.iter().map(String::as_str).collect();
        let left: Vec<&str> = moves.left.iter().map(String::as_str).collect();
        marketing::insert_members(tx, account, rule, &came, (!moves.is_first).then_some(now))?;
        marketing::delete_members(tx, account, rule, &left)?;
        if batch.is_over {
            marketing::insert_begun(tx, account, rule, now)?;
        }
    }
    for found in &batch.found {
        runs::open(tx, ids, account, rule, found, now, now)?;
    }
    if batch.is_over {
        work::update_due(tx, account, WorkKind::Marketing, rule, now + REST_MS, 0)?;
    }
    Ok(())
}
