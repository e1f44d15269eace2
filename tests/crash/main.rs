//! kill -9, again and again, under load: what was acknowledged is there, once, and every browser has heard of it.
//!
//! The real binary serves on one directory (or PostgreSQL database) and is killed at seeded random moments while
//! senders, owners of inboxes and streams go on. Each notification is submitted up to three times under one
//! Idempotency-Key. When the last server has come to rest, the database is compared with a model that knows only what
//! was sent and answered. `BELLWIRE_CRASH_ROUNDS` sets the kills (50; `make soak` asks for 1,000),
//! `BELLWIRE_CRASH_SEED` repeats the moments and choices of an earlier run, though not its interleaving.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]
#![expect(
    clippy::print_stderr,
    reason = "the seed must be known when it fails, and what was tried when it does not"
)]

mod call;
mod check;
mod facts;
mod firing;
mod fold;
mod letters;
mod load;
mod marketing;
mod model;
mod nemesis;
mod owners;
mod rules;
mod seed;
mod town;
mod watch;

use std::sync::Arc;

use check::check;
use facts::{Database, Facts};
use model::Promises;
use nemesis::Nemesis;
use seed::{Rng, env};
use town::Town;

const ROUNDS: u64 = 50;
/// On PostgreSQL a round costs more, and the engine's own recovery is not ours to test.
const FEWER: u64 = 4;
const SENDERS: u64 = 16;
const OWNERS: u64 = 6;

fn rounds() -> u64 {
    env("BELLWIRE_CRASH_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap())
}

#[test]
fn nothing_is_lost_or_doubled_on_sqlite() {
    story(&Database::directory("sqlite"), rounds());
}

#[test]
fn nothing_is_lost_or_doubled_on_postgres() {
    let Some(server) = env("BELLWIRE_TEST_DATABASE_URL") else {
        assert!(env("CI").is_none(), "BELLWIRE_TEST_DATABASE_URL is not set: PostgreSQL is not tested");
        eprintln!("skipped on PostgreSQL: BELLWIRE_TEST_DATABASE_URL is not set (make test-server sets it)");
        return;
    };
    story(&Database::postgres("postgres", &server), rounds().div_ceil(FEWER));
}

fn story(database: &Database, rounds: u64) {
    let seed = seed::seed();
    eprintln!("{}: {rounds} rounds, BELLWIRE_CRASH_SEED={seed}", database.name());
    let town = Arc::new(Town::settle(database));
    let mut nemesis = Nemesis::new(database, Rng::new(seed, 0));
    let promises = Arc::new(Promises::default());

    let watchers = watch::start(&town, nemesis.seat(), seed);
    let mut busy = load::start(&town, nemesis.seat(), &promises, seed, SENDERS);
    busy.extend(owners::start(&town, nemesis.seat(), &promises, seed, OWNERS));
    nemesis.rage(rounds);
    // On a machine that is busy with other things, short lives may come to nothing.
    for _ in 0..20 {
        if promises.with(|model| model.acknowledged()) > 3 * rounds as usize {
            break;
        }
        nemesis.rage(rounds.div_ceil(5));
    }

    nemesis.seat().call_it_a_day();
    for thread in busy {
        thread.join().unwrap();
    }
    town.wait_quiet(nemesis.seat());
    let before_stop = Facts::load(&mut database.open(), &town);
    watchers.wait_up_to_date(&before_stop);
    let unread = town.unread_counts(nemesis.seat());
    load::submit_again(&town, nemesis.seat(), &promises);
    let stopped = nemesis.stop();
    let folds = watchers.join();

    let mut open = database.open();
    let facts = Facts::load(&mut open, &town);
    let promises = promises.take();
    eprintln!("{promises}; {facts}; {folds}; {stopped}");
    let mut faults = check(&facts, &promises, &folds, &unread);
    faults.extend(open.engine_faults());
    assert!(faults.is_empty(), "seed {seed}, {} faults:\n{}", faults.len(), first(&faults));
    assert!(promises.acknowledged() > rounds as usize, "too little was acknowledged to show anything");
    control(&mut open, &town, &promises, &folds, &unread);
    database.remove();
}

/// Shows that the checker can fail: a row that is lost, and one that is doubled under another key.
fn control(
    open: &mut facts::Open,
    town: &Town,
    promises: &model::Model,
    folds: &fold::Folds,
    unread: &[i64],
) {
    let broken = open.broken(town);
    let faults = check(&broken, promises, folds, unread);
    for word in ["lost", "twice"] {
        assert!(faults.iter().any(|fault| fault.contains(word)), "{word} is not seen:\n{}", first(&faults));
    }
}

fn first(faults: &[String]) -> String {
    faults.iter().take(20).cloned().collect::<Vec<_>>().join("\n")
}
