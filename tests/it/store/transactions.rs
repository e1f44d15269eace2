//! What every statement stands on: binding, batches, poison, groups, wakes, snapshots, the bounded queue.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};

use bellwire::domain::error::Error;
use bellwire::domain::id::{Account, UserId};
use bellwire::domain::inbox::ReadMark;
use bellwire::store::{Engine, Param, Tx, inbox, meta};
use tokio::task::JoinSet;

use super::{NOW, TestStore, add_account, apart, count, open, stores};
use crate::support::call::within;
use crate::support::database::query;

const PUT: &str = "insert into meta (key, value) values ($1, $2)";

fn put(tx: &mut Tx, key: &str) -> bellwire::domain::error::Result<()> {
    tx.execute(PUT, &[&key, &"x"]).map(drop)
}

async fn keys(on: &TestStore) -> Vec<String> {
    let keys =
        on.store.read(|tx| tx.query("select key from meta order by key", &[], |row| row.get::<String>(0)));
    keys.await.unwrap()
}

stores!(parameters_are_bound_by_their_number);
async fn parameters_are_bound_by_their_number(on: &TestStore) {
    let answer = on.store.read(|tx| {
        let texts = |row: &bellwire::store::Row| Ok((row.get::<String>(0)?, row.get::<String>(1)?));
        // `$2` stands before `$1`; and one number stands twice.
        let swapped = tx.query_row("select cast($2 as text), cast($1 as text)", &[&"one", &"two"], texts)?;
        let twice = tx.query_row(
            "select cast($2 as text) || cast($1 as text), cast($2 as text)",
            &[&"one", &"two"],
            texts,
        )?;
        let ten: Vec<String> = (1..=11).map(|n| format!("p{n}")).collect();
        let params: Vec<&dyn Param> = ten.iter().map(|text| text as &dyn Param).collect();
        let backwards: Vec<String> = (1..=11).rev().map(|n| format!("cast(${n} as text)")).collect();
        let many =
            tx.query_row(&format!("select {}", backwards.join(" || ")), &params, |row| row.get::<String>(0))?;
        Ok((swapped, twice, many))
    });
    let (swapped, twice, many) = answer.await.unwrap();
    assert_eq!(swapped, Some(("two".into(), "one".into())));
    assert_eq!(twice, Some(("twoone".into(), "two".into())));
    assert_eq!(many.unwrap(), "p11p10p9p8p7p6p5p4p3p2p1");
    // None, and text that is not ASCII, come back as they went in.
    let answer = on.store.read(|tx| {
        let (none, some): (Option<i64>, Option<&str>) = (None, Some("жук\u{1f41e}"));
        tx.query_row("select cast($2 as text), cast($1 as bigint)", &[&none, &some], |row| {
            Ok((row.get::<Option<String>>(0)?, row.get::<Option<i64>>(1)?))
        })
    });
    assert_eq!(answer.await.unwrap(), Some((Some("жук\u{1f41e}".into()), None)));
    // Too few and too many parameters are mistakes.
    for params in [1, 3] {
        let answer = on.store.read(move |tx| {
            let all: [&dyn Param; 3] = [&"a", &"b", &"c"];
            tx.query("select cast($2 as text), cast($1 as text)", &all[..params], |_| Ok(())).map(drop)
        });
        assert!(matches!(answer.await, Err(Error::Internal(_) | Error::Lost(_))), "{params} parameters");
    }
}

stores!(many_rows_are_inserted_whatever_their_number);
async fn many_rows_are_inserted_whatever_their_number(on: &TestStore) {
    let done = on.store.write(|tx| {
        for size in 0..=130 {
            tx.execute("delete from meta", &[])?;
            let texts: Vec<String> = (0..size).map(|n| format!("{n:03}")).collect();
            let value = format!("of {size}");
            let rows: Vec<Vec<&dyn Param>> =
                texts.iter().map(|key| vec![key as &dyn Param, &value]).collect();
            assert_eq!(tx.insert_many("meta (key, value)", "", &rows)?, size);
            let found = tx.query("select key, value from meta order by key", &[], |row| {
                Ok((row.get::<String>(0)?, row.get::<String>(1)?))
            })?;
            let expected: Vec<_> = texts.iter().map(|key| (key.clone(), value.clone())).collect();
            assert_eq!(found, expected);
            // Half of these are there already.
            let more: Vec<String> = (size / 2..size + size / 2).map(|n| format!("{n:03}")).collect();
            let rows: Vec<Vec<&dyn Param>> = more.iter().map(|key| vec![key as &dyn Param, &value]).collect();
            assert_eq!(tx.insert_many("meta (key, value)", " on conflict do nothing", &rows)?, size / 2);
        }
        Ok(())
    });
    done.await.unwrap();
}

stores!(many_keys_are_looked_up_whatever_their_number);
async fn many_keys_are_looked_up_whatever_their_number(on: &TestStore) {
    let done = on.store.write(|tx| {
        let all: Vec<String> = (0..600).map(|n| format!("{n:03}")).collect();
        let rows: Vec<Vec<&dyn Param>> = all.iter().map(|key| vec![key as &dyn Param, &"x"]).collect();
        tx.insert_many("meta (key, value)", "", &rows)?;
        for size in [0, 1, 2, 3, 4, 5, 31, 32, 33, 64, 100, 255, 256, 257, 300, 511, 600] {
            let mut wanted: Vec<&str> = all.iter().map(String::as_str).take(size).collect();
            wanted.push("no-such");
            let sql = "select key from meta where value = $1 and key in ({in})";
            let mut found = tx.query_in(sql, &[&"x"], &wanted, |row| row.get::<String>(0))?;
            found.sort();
            assert_eq!(found, all[..size], "{size}");
        }
        Ok(())
    });
    done.await.unwrap();
}

stores!(a_failed_statement_poisons_its_transaction);
async fn a_failed_statement_poisons_its_transaction(on: &TestStore) {
    on.store.write(|tx| put(tx, "taken")).await.unwrap();
    // The closure says that all is well; it is not.
    let hidden = on.store.write(|tx| {
        put(tx, "before")?;
        assert_eq!(put(tx, "taken"), Err(Error::Duplicate));
        assert_eq!(put(tx, "after"), Err(Error::Duplicate), "nothing runs any more");
        assert!(count(tx, "meta").is_err());
        Ok("fine")
    });
    assert!(hidden.await.is_err());
    assert_eq!(keys(on).await, ["taken"]);
    for sql in ["select * from no_such_table", "selct 1", "insert into meta (key) values ('x')"] {
        let broken = on.store.write(move |tx| tx.execute(sql, &[]).map(drop));
        assert!(matches!(broken.await, Err(Error::Internal(_))), "{sql}");
    }
    on.store.write(|tx| put(tx, "later")).await.unwrap();
    assert_eq!(keys(on).await, ["later", "taken"]);
}

stores!(a_closure_that_fails_undoes_only_itself);
async fn a_closure_that_fails_undoes_only_itself(on: &TestStore) {
    on.store.write(|tx| put(tx, "taken")).await.unwrap();
    let mut calls = JoinSet::new();
    for number in 0..256_usize {
        let store = on.store.clone();
        calls.spawn(async move {
            let answer = store.write(move |tx| {
                put(tx, &format!("{number:03}"))?;
                match number {
                    57 => Err(Error::Forbidden),
                    100 => panic!("expected by the story"),
                    101 => put(tx, "taken"),
                    103 => tx.execute("no sql", &[]).map(drop),
                    _ => Ok(()),
                }
            });
            (number, answer.await)
        });
    }
    while let Some(call) = calls.join_next().await {
        let (number, answer) = call.unwrap();
        match number {
            57 => assert_eq!(answer, Err(Error::Forbidden)),
            100 => assert!(
                matches!(&answer, Err(Error::Internal(text)) if text.contains("expected by")),
                "{answer:?}"
            ),
            101 => assert_eq!(answer, Err(Error::Duplicate)),
            103 => assert!(matches!(answer, Err(Error::Internal(_))), "{answer:?}"),
            _ => assert_eq!(answer, Ok(()), "{number}"),
        }
    }
    let bad = [57, 100, 101, 103];
    let mut expected: Vec<String> =
        (0..256).filter(|n| !bad.contains(n)).map(|n| format!("{n:03}")).collect();
    expected.push("taken".into());
    assert_eq!(keys(on).await, expected);
    if on.store.engine() == Engine::Sqlite {
        let groups = on.bells.groups.lock().unwrap().clone();
        assert!(groups.iter().max() > Some(&1), "closures share commits: {groups:?}");
    }
}

/// Keeps every writing thread busy until the senders are dropped.
async fn block(on: &TestStore) -> (Vec<mpsc::Sender<()>>, JoinSet<()>) {
    let threads = if on.store.engine() == Engine::Sqlite { 1 } else { 6 };
    let (mut senders, mut calls, busy) = (Vec::new(), JoinSet::new(), Arc::new(AtomicUsize::new(0)));
    for _ in 0..threads {
        let (sender, receiver) = mpsc::channel::<()>();
        senders.push(sender);
        let (store, receiver, busy) = (on.store.clone(), Mutex::new(receiver), busy.clone());
        calls.spawn(async move {
            let wait = move |_: &mut Tx| {
                busy.fetch_add(1, Ordering::SeqCst);
                let _ = receiver.lock().unwrap().recv();
                Ok(())
            };
            store.write(wait).await.unwrap();
        });
    }
    within("every thread is busy", async {
        while busy.load(Ordering::SeqCst) < threads {
            tokio::task::yield_now().await;
        }
    })
    .await;
    (senders, calls)
}

async fn until_depth(on: &TestStore, depth: usize) {
    within("the queue fills", async {
        while on.store.depth() != depth {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

stores!(beyond_its_bound_the_queue_refuses);
async fn beyond_its_bound_the_queue_refuses(on: &TestStore) {
    const WAITING: usize = 4096;
    let (senders, mut blockers) = block(on).await;
    let (mut calls, order) = (JoinSet::new(), Arc::new(Mutex::new(Vec::new())));
    for number in 0..WAITING {
        let (store, order) = (on.store.clone(), order.clone());
        calls.spawn(async move {
            let note = move |_: &mut Tx| {
                order.lock().unwrap().push(number);
                Ok(())
            };
            store.write(note).await
        });
    }
    until_depth(on, WAITING).await;
    assert_eq!(on.store.write(|tx| put(tx, "refused")).await, Err(Error::Overloaded));
    // The router is never refused, and goes first.
    let (store, noted) = (on.store.clone(), order.clone());
    calls.spawn(async move {
        let note = move |_: &mut Tx| {
            noted.lock().unwrap().push(usize::MAX);
            Ok(())
        };
        store.write_first(note).await
    });
    until_depth(on, WAITING + 1).await;
    drop(senders);
    while let Some(done) = calls.join_next().await {
        assert_eq!(done.unwrap(), Ok(()));
    }
    while let Some(done) = blockers.join_next().await {
        done.unwrap();
    }
    let order = order.lock().unwrap().clone();
    let place = order.iter().position(|number| *number == usize::MAX).unwrap();
    // One thread keeps the order; of six, one may be late in saying so.
    let late = if on.store.engine() == Engine::Sqlite { 0 } else { WAITING / 4 };
    assert!(place <= late && order.len() == WAITING + 1, "the router came {place}th of {}", order.len());
    assert!(late > 0 || order[1..].is_sorted(), "first come, first served");
    on.store.write(|tx| put(tx, "accepted")).await.unwrap();
    assert_eq!(keys(on).await, ["accepted"]);
}

stores!(what_nobody_waits_for_is_done_all_the_same);
async fn what_nobody_waits_for_is_done_all_the_same(on: &TestStore) {
    on.store.write_unheard(|tx| put(tx, "unheard")).unwrap();
    // One that fails takes nothing with it, and nobody hears of it.
    on.store.write_unheard(|tx| put(tx, "unheard")).unwrap();
    on.store.write_unheard(|_| panic!("expected by the story")).unwrap();
    on.store.write(|tx| put(tx, "heard")).await.unwrap();
    within("the note", async { while keys(on).await != ["heard", "unheard"] {} }).await;
}

stores!(it_rings_only_after_the_commit);
async fn it_rings_only_after_the_commit(on: &TestStore) {
    let (seen, database) = (Arc::new(Mutex::new(Vec::new())), on.database.location());
    let noted = seen.clone();
    let look = move || {
        let rows = match &database {
            bellwire::store::Location::Postgres(url) => {
                query(url, "select cast(count(*) as text) from meta").remove(0)
            }
            bellwire::store::Location::Directory(dir) => {
                let file = rusqlite::Connection::open(bellwire::store::database_file(dir)).unwrap();
                file.query_row("select cast(count(*) as text) from meta", [], |row| row.get(0)).unwrap()
            }
        };
        noted.lock().unwrap().push(rows);
    };
    *on.bells.at_ring.lock().unwrap() = Some(Box::new(look));
    let ring = |key: &'static str, good: bool| {
        on.store.write(move |tx| {
            tx.wake_account(7);
            tx.wake_work();
            tx.wake_access();
            put(tx, key)?;
            if good { Ok(()) } else { Err(Error::Forbidden) }
        })
    };
    assert!(ring("bad", false).await.is_err());
    assert_eq!(on.bells.rung.lock().unwrap().len(), 0, "what is undone rings no bell");
    ring("good", true).await.unwrap();
    on.store.write(|tx| put(tx, "silent")).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["1"], "others see the row when the bell rings");
    let rung = on.bells.rung.lock().unwrap().clone();
    assert_eq!(rung.len(), 1);
    assert!(rung[0].work && rung[0].access && rung[0].accounts == BTreeSet::from([7]));
}

stores!(a_read_sees_one_snapshot);
async fn a_read_sees_one_snapshot(on: &TestStore) {
    on.store.write(|tx| put(tx, "first")).await.unwrap();
    let (looked, go_on) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (here, there) = (looked.clone(), go_on.clone());
    let reading = on.store.read(move |tx| {
        let before = count(tx, "meta")?;
        here.wait();
        there.wait();
        Ok((before, count(tx, "meta")?))
    });
    let writing = async {
        // Only once the reader has looked; `read` runs on a thread of its own.
        let barrier = looked.clone();
        apart(move || barrier.wait());
        on.store.write(|tx| put(tx, "second")).await.unwrap();
        apart(move || go_on.wait());
    };
    let (read, ()) = tokio::join!(reading, writing);
    assert_eq!(read.unwrap(), (1, 1));
    assert_eq!(on.count("meta").await, 2);
    // Whoever only reads cannot write.
    assert!(on.store.read(|tx| put(tx, "third")).await.is_err());
    assert_eq!(on.count("meta").await, 2);
}

stores!(numbers_are_handed_out_in_the_order_of_commits);
async fn numbers_are_handed_out_in_the_order_of_commits(on: &TestStore) {
    const WRITERS: usize = 64;
    const EACH: usize = 8;
    let account = on.store.write(|tx| Ok(add_account(tx, "main"))).await.unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let mut calls = JoinSet::new();
    for writer in 0..WRITERS {
        let (store, done) = (on.store.clone(), done.clone());
        calls.spawn(async move {
            for number in 0..EACH {
                let count = 1 + (writer + number) % 3;
                let taken = store.write(move |tx| mark(tx, account, count as i64));
                assert!(taken.await.unwrap() > 0);
            }
            done.fetch_add(1, Ordering::SeqCst);
        });
    }
    // Meanwhile: whoever has seen a number has seen all below it.
    let mut looks = 0;
    while done.load(Ordering::SeqCst) < WRITERS {
        let (head, rows, highest) = on
            .store
            .read(move |tx| {
                let head = inbox::head(tx, account)?;
                let highest =
                    tx.query_row("select max(seq) from read_mark", &[], |row| row.get::<Option<i64>>(0))?;
                Ok((head, count(tx, "read_mark")?, highest.flatten().unwrap_or(0)))
            })
            .await
            .unwrap();
        assert_eq!((head, rows), (highest, highest));
        looks += 1;
    }
    while let Some(call) = calls.join_next().await {
        call.unwrap();
    }
    assert!(looks > 3, "{looks}");
    let expected: i64 = (0..WRITERS).flat_map(|w| (0..EACH).map(move |n| 1 + (w + n) as i64 % 3)).sum();
    assert_eq!(on.count("read_mark").await, expected);
}

/// Takes so many numbers and writes a row for each.
fn mark(tx: &mut Tx, account: Account, count: i64) -> bellwire::domain::error::Result<i64> {
    let first = inbox::take_seqs(tx, account, count)?;
    for seq in first..first + count {
        let mark = ReadMark { user: UserId::new("u".into()), seq, up_to: seq };
        inbox::insert_read_mark(tx, account, &mark, NOW)?;
    }
    Ok(first)
}

stores!(a_store_that_stops_finishes_what_waits);
async fn a_store_that_stops_finishes_what_waits(on: &TestStore) {
    let mut calls = JoinSet::new();
    for number in 0..50 {
        let store = on.store.clone();
        calls.spawn(async move { store.write(move |tx| put(tx, &format!("{number}"))).await });
    }
    tokio::task::yield_now().await;
    apart(|| on.store.stop());
    let mut written = 0;
    while let Some(call) = calls.join_next().await {
        match call.unwrap() {
            Ok(()) => written += 1,
            Err(error) => assert!(matches!(error, Error::Unavailable(_)), "{error}"),
        }
    }
    assert!(matches!(on.store.write(|tx| put(tx, "late")).await, Err(Error::Unavailable(_))));
    assert!(matches!(on.store.read(|tx| count(tx, "meta")).await, Err(Error::Unavailable(_))));
    let again = open(&on.database.location()).unwrap();
    assert_eq!(again.read(|tx| count(tx, "meta")).await, Ok(written));
    apart(|| again.stop());
}

#[test]
fn a_lost_connection_is_replaced() {
    super::run_store(Engine::Postgres, async |on: &TestStore| {
        // Killed while nobody uses it: whoever comes next does not notice.
        let url = on.database.url.clone().unwrap();
        let kill = "select cast(count(pg_terminate_backend(pid)) as text) from pg_stat_activity
             where datname = current_database() and application_name = 'bellwire'";
        on.store.write(|tx| put(tx, "first")).await.unwrap();
        for round in 0..3 {
            let killed = query(&url, kill).remove(0);
            assert_ne!(killed, "0");
            on.store.write(move |tx| put(tx, &format!("{round}"))).await.unwrap();
            assert_eq!(on.store.read(|tx| count(tx, "meta")).await.unwrap(), round + 2);
        }
        // Killed in the middle of a transaction: it is run again, and has its effect once.
        let first = Arc::new(AtomicBool::new(true));
        let done = on.store.write(move |tx| {
            put(tx, "killed")?;
            if first.swap(false, Ordering::SeqCst) {
                let _ = tx.query("select pg_terminate_backend(pg_backend_pid())", &[], |_| Ok(()));
            }
            put(tx, "after")
        });
        done.await.unwrap();
        assert_eq!(keys(on).await, ["0", "1", "2", "after", "first", "killed"]);
    });
}

#[test]
fn a_lost_race_is_run_again() {
    super::run_store(Engine::Postgres, async |on: &TestStore| {
        let seed = on.store.write(|tx| {
            put(tx, "a")?;
            put(tx, "b")
        });
        seed.await.unwrap();
        // Each takes one row and then wants the other's: PostgreSQL gives up one of the two.
        let (met, tries) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
        let cross = |first: &'static str, second: &'static str| {
            let (met, tries, is_first) = (met.clone(), tries.clone(), AtomicBool::new(true));
            on.store.write(move |tx| {
                const ADD: &str = "update meta set value = value || 'y' where key = $1";
                tries.fetch_add(1, Ordering::SeqCst);
                tx.execute(ADD, &[&first])?;
                if is_first.swap(false, Ordering::SeqCst) {
                    met.wait();
                }
                tx.execute(ADD, &[&second])
            })
        };
        let (one, two) = tokio::join!(cross("a", "b"), cross("b", "a"));
        assert_eq!((one, two), (Ok(1), Ok(1)));
        assert!((3..=8).contains(&tries.load(Ordering::SeqCst)));
        for key in ["a", "b"] {
            let value = on.store.read(move |tx| meta::find(tx, key)).await.unwrap();
            assert_eq!(value.as_deref(), Some("xyy"));
        }
    });
}

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let dir = std::env::temp_dir().join(format!("bellwire-full-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let mount =
        |args: &[&str]| std::process::Command::new("mount").args(args).status().is_ok_and(|s| s.success());
    if !mount(&["-t", "tmpfs", "-o", "size=6m", "tmpfs", dir.to_str().unwrap()]) {
        eprintln!("skipped: mounting a small file system needs root");
        std::fs::remove_dir(&dir).unwrap();
        return;
    }
    let (inside, ballast) = (dir.join("data"), dir.join("ballast"));
    std::fs::create_dir(&inside).unwrap();
    crate::support::app::in_time(async {
        let on = TestStore::open(crate::support::Database { dir: inside, url: None });
        on.store.write(|tx| put(tx, "before")).await.unwrap();
        // Whatever is left of the disk is taken.
        let filled = std::fs::write(&ballast, vec![0_u8; 8 << 20]);
        assert!(filled.is_err());
        let mut calls = JoinSet::new();
        for number in 0..64 {
            let store = on.store.clone();
            calls.spawn(async move {
                let text = "x".repeat(40_000);
                let large = move |tx: &mut Tx| tx.execute(PUT, &[&format!("{number}"), &text]).map(drop);
                (number, store.write(large).await)
            });
        }
        let mut kept = vec!["before".to_owned()];
        let mut refused = 0;
        while let Some(call) = calls.join_next().await {
            match call.unwrap() {
                (number, Ok(())) => kept.push(number.to_string()),
                (_, Err(Error::StorageFull)) => refused += 1,
                (number, Err(error)) => panic!("{number}: {error}"),
            }
        }
        assert!(refused > 0);
        kept.sort();
        assert_eq!(keys(&on).await, kept, "what was acknowledged is there, and nothing else");
        std::fs::remove_file(&ballast).unwrap();
        on.store.write(|tx| put(tx, "zafter")).await.unwrap();
        kept.push("zafter".into());
        assert_eq!(keys(&on).await, kept);
        let database = on.close();
        let damage = crate::support::facts::damage(&bellwire::store::database_file(&database.dir));
        assert!(damage.is_empty(), "{damage:?}");
    });
    assert!(std::process::Command::new("umount").arg(&dir).status().is_ok_and(|status| status.success()));
    std::fs::remove_dir(&dir).unwrap();
}
