//! Counts who is in a segment, batch by batch, now and then; and at once for somebody who writes its condition.

use super::crowd::{self, Lens};
use crate::domain::error::{Error, Result};
use crate::domain::expression::{Expression, Fault, Problem};
use crate::domain::id::Account;
use crate::domain::record::RecordType;
use crate::domain::work::WorkKind;
use crate::flows::Ctx;
use crate::flows::rules::stage::Stagehand;
use crate::flows::rules::{Ran, pieces};
use crate::flows::triggers::problem_at;
use crate::store::work::{self, Work};
use crate::store::{Tx, records, segments};

const MOST: i64 = 4;
/// Customers that one transaction reads.
const BATCH: i64 = 1_000;
/// From one count to the next.
pub(super) const REST_MS: i64 = 3_600_000;
const TOO_SLOW: Problem = Problem { line: 1, column: 1, fault: Fault::TooSlow };
/// Customers that are shown as a sample.
const SAMPLE: usize = 5;

/// Takes the next batch of each segment whose time it is.
///
/// # Errors
/// What the store says; a segment that fails is tried again later by itself.
pub(super) async fn step(ctx: &Ctx) -> Result<Ran> {
    let claimed = pieces::claim(ctx, WorkKind::Segment, MOST).await?;
    let ran = Ran { more: !claimed.is_empty(), ..Ran::default() };
    for piece in claimed {
        let result = one(ctx, &piece).await;
        pieces::tried(ctx, piece, "a segment", result).await?;
    }
    Ok(ran)
}

async fn one(ctx: &Ctx, piece: &Work) -> Result<()> {
    let (now, of) = (ctx.now(), piece.clone());
    let found = ctx
        .store
        .read(move |tx| {
            let Some(segment) = segments::find(tx, of.account, &of.subject)? else { return Ok(None) };
            let lens = Lens::load(tx, of.account, std::slice::from_ref(&of.subject))?;
            Ok(Some((segment.condition, count(tx, of.account, &lens, of.progress, now, false)?)))
        })
        .await?;
    let of = piece.clone();
    ctx.store.write(move |tx| settle(tx, &of, found.as_ref(), now)).await
}

fn settle(tx: &mut Tx, piece: &Work, found: Option<&(String, Counted)>, now: i64) -> Result<()> {
    let (account, id) = (piece.account, piece.subject.as_str());
    let current = segments::find(tx, account, id)?;
    let (Some((condition, counted)), Some(segment)) = (found, current) else {
        return work::finish(tx, piece).map(drop);
    };
    // It was changed meanwhile: from the beginning.
    let is_same = segment.condition == *condition;
    if !work::advance(tx, piece, if is_same { counted.last } else { 0 })? || !is_same {
        return Ok(());
    }
    segments::update_counting(tx, account, id, piece.progress == 0, counted.count)?;
    if counted.is_over {
        segments::update_counted(tx, account, id, now)?;
        work::update_due(tx, account, WorkKind::Segment, id, now + REST_MS, 0)?;
    }
    Ok(())
}

/// What a batch found.
#[derive(Debug, Default)]
struct Counted {
    count: i64,
    /// The number of the last customer.
    last: i64,
    is_over: bool,
    sample: Vec<(String, String)>,
}

/// Counts a batch. Where somebody waits for the answer (`is_asked`), he hears of a condition that takes too long.
fn count(
    tx: &mut Tx,
    account: Account,
    lens: &Lens,
    after: i64,
    now: i64,
    is_asked: bool,
) -> Result<Counted> {
    let narrowed = lens.narrowed();
    let is_exact = narrowed.exact;
    let most = if is_exact { SAMPLE as i64 } else { BATCH };
    let found = crowd::next(tx, account, narrowed.clone(), after, most)?;
    let mut counted = Counted { is_over: is_exact || (found.len() as i64) < most, ..Counted::default() };
    counted.last = found.last().map_or(after, |record| record.number);
    let hand = Stagehand::load(tx, account, now)?;
    for record in found {
        let is_inside = is_exact
            || match lens.ask(tx, &hand, &record)? {
                Err(_) if is_asked => return Err(Error::Invalid(vec![problem_at("condition", TOO_SLOW)])),
                answer => answer.unwrap_or(false),
            };
        if is_inside {
            counted.count += 1;
            if counted.sample.len() < SAMPLE {
                counted.sample.push((record.id.to_string(), record.title));
            }
        }
    }
    if is_exact {
        // The columns know it all.
        counted.count = records::count(tx, account, RecordType::Customer, &crowd::wanted(narrowed), None)?;
    }
    Ok(counted)
}

/// How many customers a condition finds, and the first of them: id and title. `None`: they are more than so many batches.
///
/// # Errors
/// What the store says; `condition` is named when it takes too long.
pub(super) async fn count_now(
    ctx: &Ctx,
    account: Account,
    condition: Expression,
    most: Option<usize>,
) -> Result<Option<(i64, Vec<(String, String)>)>> {
    let (now, mut after, mut total, mut sample) = (ctx.now(), 0, 0, Vec::new());
    for batch in 0.. {
        if most.is_some_and(|most| batch >= most) {
            break;
        }
        let condition = condition.clone();
        let found = ctx
            .store
            .read(move |tx| count(tx, account, &Lens::of(condition.clone()), after, now, true))
            .await?;
        total += found.count;
        sample.extend(found.sample.into_iter().take(SAMPLE - sample.len()));
        if found.is_over {
            return Ok(Some((total, sample)));
        }
        after = found.last;
    }
    Ok(None)
}
