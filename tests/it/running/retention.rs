//! What time takes away, a bounded number at a time, and what streams make of it.

use std::time::Duration;

use bellwire::domain::retention::Retention;
use bellwire::flows::retention;
use bellwire::store::Engine;

use crate::support::TestApp;
use crate::support::app::run_set;
use crate::support::stream::{Folded, Stream};

const DAY: Duration = Duration::from_hours(24);
const KEEP: &str = "one_time=30 deliveries=30 audit=30";

fn keeping(engine: Engine, story: impl AsyncFnOnce(&TestApp)) {
    // The chore of the clock is left without anything to do: the story retires step by step.
    run_set(engine, |_| {}, story);
}

macro_rules! kept {
    ($name:ident) => {
        mod $name {
            #[test]
            fn sqlite() {
                super::keeping(bellwire::store::Engine::Sqlite, super::$name);
            }

            #[test]
            fn postgres() {
                super::keeping(bellwire::store::Engine::Postgres, super::$name);
            }
        }
    };
}

async fn retire(app: &TestApp) -> u64 {
    retention::retire(app.ctx(), &Retention::parse(KEEP).unwrap()).await.unwrap()
}

kept!(what_is_old_is_withdrawn_then_gone_and_streams_survive_it);
async fn what_is_old_is_withdrawn_then_gone_and_streams_survive_it(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    app.send(&ann, "Old", &["sales"]).await;
    let mut folded = Folded::load(&bob).await;
    let long_ago = folded.cursor.clone();
    app.advance(29 * DAY).await;
    // Sessions end by themselves in that time.
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    app.send(&ann, "Young", &["sales"]).await;
    assert_eq!(retire(app).await, 0, "nothing is a month old");
    app.advance(2 * DAY).await;
    let (ann, bob) = (app.cookie("ann").await.at(&ann), app.cookie("bob").await.at(&bob));
    let mut stream = Stream::open(&bob, Some(&folded.cursor)).await;
    assert!(retire(app).await > 0);
    app.settle().await;
    // A browser that is there hears of it: the row stays until it must have.
    for frame in stream.until(|frame| frame.data["withdrawn_at"].is_string()).await {
        folded.apply(&frame);
    }
    assert_eq!(app.titles(&bob, "").await, ["Young"]);
    assert_eq!(app.count("select count(*) from inbox_item where withdrawn_at is not null").await, 2);
    app.advance(4 * DAY).await;
    let rows = app.count("select count(*) from inbox_item").await;
    retire(app).await;
    assert_eq!(app.count("select count(*) from inbox_item").await, rows - 2);
    for (table, left) in [("notification", 1), ("event", 1)] {
        assert_eq!(app.count(&format!("select count(*) from {table}")).await, left, "{table}");
    }
    // Who comes back from before loads anew; who heard of it goes on.
    let bob = app.cookie("bob").await;
    assert_eq!(Stream::open(&bob, Some(&long_ago)).await.frame().await.event, "resync");
    let now = Folded::load(&bob).await;
    let mut stream = Stream::open(&bob, Some(&now.cursor)).await;
    let ann = app.cookie("ann").await.at(&ann);
    app.send(&ann, "After", &["sales"]).await;
    stream.until_title("After").await;
    assert_eq!(app.titles(&bob, "").await, ["After", "Young"]);
}

kept!(no_transaction_takes_more_than_a_batch);
async fn no_transaction_takes_more_than_a_batch(app: &TestApp) {
    app.add_crowd("crowd", 700).await;
    let ann = app.cookie("ann").await;
    app.send(&ann, "One", &["crowd"]).await;
    app.send(&ann, "Two", &["crowd"]).await;
    app.advance(31 * DAY).await;
    let head = "select seq from account where number = 1";
    let before = app.count(head).await;
    let keep = Retention::parse(KEEP).unwrap();
    // Each withdrawn row takes a number of the cursor, so the numbers that one commit takes are its rows.
    let mut seen = Vec::new();
    let retiring = retention::retire(app.ctx(), &keep);
    let watching = async {
        let mut last = before;
        while last - before < 1_400 {
            let now = app.count(head).await;
            if now != last {
                seen.push(now - last);
                last = now;
            }
            tokio::task::yield_now().await;
        }
    };
    let (retired, ()) = tokio::join!(retiring, watching);
    assert!(retired.unwrap() >= 1_400);
    assert_eq!(seen.iter().sum::<i64>(), 1_400);
    assert_eq!(retention::BATCH, 500);
    let distinct = "select count(distinct withdrawn_at) from inbox_item where withdrawn_at is not null";
    assert_eq!(app.count(distinct).await, 1);
    app.advance(4 * DAY).await;
    retire(app).await;
    assert_eq!(app.count("select count(*) from inbox_item").await, 0);
    assert_eq!(app.count("select count(*) from delivery").await, 0);
}
