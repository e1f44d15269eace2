//! Hands one letter to the first relay that does its work, and decides what follows from its answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::{Done, Errand, Held, Lease, compose, renew};
use crate::channels::email::letter::{Letter, LetterError};
use crate::channels::email::{Posted, describe};
use crate::domain::delivery::{DeliveryState, Reason};
use crate::domain::id::Account;
use crate::domain::mail::dialogue::Dialogue;
use crate::domain::mail::pace;
use crate::domain::mail::relay::Relay;
use crate::domain::mail::reply::{Fault, Judgement, Trouble, Verdict};
use crate::flows::Ctx;
use crate::store::deliveries::{Attempt, Claimed, Outcome};

/// A relay's words that are kept, in characters.
const LONGEST_DETAIL: usize = 500;

/// What was tried for a letter.
struct Tried {
    relay: String,
    judgement: Judgement,
    words: Option<String>,
    dialogue: Dialogue,
    lacks: bool,
}

/// An errand whose letter is written.
struct Begun {
    account: Account,
    claimed: Vec<Claimed>,
    relays: Arc<Vec<Relay>>,
    lease: Lease,
}

/// What a letter says comes from outside: if writing it fails in a way that nobody thought of, that is this letter's
/// end and nobody else's.
fn write(ctx: &Ctx, errand: &Errand) -> Result<Letter, LetterError> {
    let now = ctx.now();
    let writing = || {
        let draft = compose(ctx, errand, now);
        draft.map_or_else(
            || Err(LetterError::Malformed("it is about nothing".to_owned())),
            |d| Letter::write(&d),
        )
    };
    catch_unwind(AssertUnwindSafe(writing))
        .unwrap_or_else(|_| Err(LetterError::Malformed("writing it panicked".to_owned())))
}

/// Hands a letter in. No transaction is open meanwhile; nothing here fails, it only turns out one way or another.
pub async fn carry(ctx: &Ctx, errand: Errand) -> Done {
    let (written, held) = (write(ctx, &errand), Held::new(&errand));
    let errand = Begun {
        account: errand.account,
        claimed: errand.said.into_iter().map(|said| said.claimed).collect(),
        relays: errand.relays,
        lease: errand.lease,
    };
    let letter = match written {
        Ok(letter) => letter,
        Err(error) => return unwritten(ctx, errand, &error),
    };
    let mut tried: Option<Tried> = None;
    let mut rests_until: Option<i64> = None;
    for relay in errand.relays.iter() {
        let may_begin = |now| errand.lease.is_ours(now);
        let mut posted = ctx.mail.post.send(relay, &letter, may_begin).await;
        if matches!(posted, Posted::TooLate) && is_still_ours(ctx, &held).await {
            posted = ctx.mail.post.send(relay, &letter, may_begin).await;
        }
        match posted {
            Posted::TooLate => break,
            Posted::Resting(until) => rests_until = Some(rests_until.map_or(until, |at| at.min(until))),
            Posted::Tried(attempt) => {
                let mut dialogue = tried.map(|tried| tried.dialogue).unwrap_or_default();
                dialogue.append(attempt.dialogue);
                let judgement = attempt.judgement;
                let trouble = attempt.outcome.err();
                tried = Some(Tried {
                    relay: relay.name(),
                    judgement,
                    words: trouble.as_ref().map(describe),
                    dialogue,
                    lacks: matches!(trouble, Some(Trouble { fault: Fault::Lacks(_), .. })),
                });
                // Another relay would make a second copy of what this one may have taken.
                if !judgement.is_relay_ill || judgement.is_uncertain {
                    break;
                }
            }
        }
    }
    match tried {
        Some(tried) => concluded(ctx, errand, tried),
        None => put_back(ctx, errand, rests_until),
    }
}

/// A lease that has run out may still be ours to renew: the store knows whether somebody else has taken the letter up.
async fn is_still_ours(ctx: &Ctx, held: &Held) -> bool {
    renew(ctx, vec![held.clone()]).await.is_ok() && held.lease.is_ours(ctx.now())
}

fn concluded(ctx: &Ctx, errand: Begun, tried: Tried) -> Done {
    let now = ctx.now();
    let tries = errand.claimed.first().map_or(0, |one| one.tries) + 1;
    let expires_at = errand.claimed.iter().map(|one| one.expires_at).max().unwrap_or(now);
    let dead = |reason| (DeliveryState::Dead, Some(reason), now);
    let (state, reason, next_at) = match tried.judgement.verdict {
        Verdict::Sent => (DeliveryState::Sent, None, now),
        Verdict::Gone => dead(Reason::Bounced),
        Verdict::Reject if tried.lacks => dead(Reason::Unfit),
        Verdict::Reject => dead(Reason::Refused),
        Verdict::Retry => {
            let reason = if tried.judgement.is_relay_ill { Reason::RelayDown } else { Reason::Deferred };
            pace::next_at(now, tries, roll(ctx), expires_at)
                .map_or_else(|| dead(Reason::Expired), |at| (DeliveryState::Queued, Some(reason), at))
        }
    };
    let words = tried.words.map(|words| words.chars().take(LONGEST_DETAIL).collect::<String>());
    let attempt = Attempt {
        number: 0,
        at: now,
        relay: Some(tried.relay.clone()),
        outcome: name(tried.judgement).to_owned(),
        reason: words.clone(),
        dialogue: serde_json::to_string(tried.dialogue.lines()).unwrap_or_else(|_| "[]".to_owned()),
    };
    let is_bounce = tried.judgement.verdict == Verdict::Gone;
    Done {
        account: errand.account,
        claimed: errand.claimed,
        bounce: words.clone().filter(|_| is_bounce),
        outcome: Outcome { state, reason, detail: words, relay: Some(tried.relay), tries, next_at },
        attempt: Some(attempt),
    }
}

fn name(judgement: Judgement) -> &'static str {
    match judgement.verdict {
        Verdict::Sent => "sent",
        Verdict::Retry if judgement.is_uncertain => "unknown",
        Verdict::Retry => "retry",
        Verdict::Gone => "gone",
        Verdict::Reject => "reject",
    }
}

/// Nothing was said: the relays rest, or its turn came too late. That is no try.
fn put_back(ctx: &Ctx, errand: Begun, rests_until: Option<i64>) -> Done {
    let now = ctx.now();
    let before = errand.claimed.first();
    let reason =
        if rests_until.is_some() { Some(Reason::RelayDown) } else { before.and_then(|one| one.reason) };
    let outcome = Outcome {
        state: DeliveryState::Queued,
        reason,
        detail: None,
        relay: None,
        tries: before.map_or(0, |one| one.tries),
        next_at: rests_until.unwrap_or(now),
    };
    Done { account: errand.account, claimed: errand.claimed, outcome, attempt: None, bounce: None }
}

fn unwritten(ctx: &Ctx, errand: Begun, error: &LetterError) -> Done {
    let now = ctx.now();
    let words = error.to_string();
    let outcome = Outcome {
        state: DeliveryState::Dead,
        reason: Some(Reason::Unfit),
        detail: Some(words.clone()),
        relay: None,
        tries: errand.claimed.first().map_or(0, |one| one.tries),
        next_at: now,
    };
    let attempt = Attempt {
        number: 0,
        at: now,
        relay: None,
        outcome: "reject".to_owned(),
        reason: Some(words),
        dialogue: "[]".to_owned(),
    };
    Done { account: errand.account, claimed: errand.claimed, outcome, attempt: Some(attempt), bounce: None }
}

/// A number from 0 up to 1.
fn roll(ctx: &Ctx) -> f64 {
    ctx.ids.secret(1).first().map_or(0.0, |byte| f64::from(*byte) / 255.0)
}
