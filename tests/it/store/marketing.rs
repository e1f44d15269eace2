//! The statements about marketing rules: segments, occasions that happen once, orders and members.

use bellwire::domain::error::Error;
use bellwire::domain::id::Account;
use bellwire::domain::marketing::Why;
use bellwire::domain::record::state::State;
use bellwire::domain::record::{RecordId, RecordType};
use bellwire::domain::work::WorkKind;
use bellwire::store::marketing::{self, Outcome, Run, Tally};
use bellwire::store::records::{self, Promoted, Record};
use bellwire::store::segments::{self, Segment};
use bellwire::store::{Tx, work};

use super::{NOW, TestStore, add_account, stores};

fn segment(id: &str, code: &str) -> Segment {
    Segment {
        id: id.into(),
        code: code.into(),
        name: format!("Segment {code}"),
        condition: "customer.vip".into(),
        count: None,
        counted_at: None,
        updated_at: NOW,
    }
}

stores!(segments_are_kept_and_counted);
async fn segments_are_kept_and_counted(on: &TestStore) {
    let told = on.store.write(|tx| {
        let (main, other) = (add_account(tx, "main"), add_account(tx, "other"));
        segments::insert(tx, main, &segment("1", "a"))?;
        segments::insert(tx, main, &segment("2", "b_c"))?;
        segments::insert(tx, other, &segment("1", "a"))?;
        assert_eq!(segments::find(tx, main, "1")?, Some(segment("1", "a")));
        assert_eq!(segments::find_by_code(tx, main, "b_c")?.as_deref(), Some("2"));
        assert_eq!(segments::count(tx, main)?, 2);
        let codes = |found: Vec<Segment>| found.into_iter().map(|one| one.code).collect::<Vec<_>>();
        assert_eq!(codes(segments::list(tx, main, None, "", 9)?), ["a", "b_c"]);
        assert_eq!(codes(segments::list(tx, main, None, "a", 9)?), ["b_c"]);
        assert_eq!(codes(segments::list(tx, main, Some("t b_"), "", 9)?), ["b_c"]);
        segments::update_counting(tx, main, "1", true, 3)?;
        segments::update_counting(tx, main, "1", false, 4)?;
        assert_eq!(segments::find(tx, main, "1")?.unwrap().count, None);
        segments::update_counted(tx, main, "1", NOW + 1)?;
        let counted = segments::find(tx, main, "1")?.unwrap();
        assert_eq!((counted.count, counted.counted_at), (Some(7), Some(NOW + 1)));
        segments::update_counting(tx, main, "1", true, 2)?;
        segments::update_counted(tx, main, "1", NOW + 2)?;
        assert_eq!(segments::find(tx, main, "1")?.unwrap().count, Some(2));
        let changed = Segment { name: "Other".into(), condition: "true".into(), ..segment("1", "z") };
        segments::update(tx, main, &changed)?;
        assert_eq!(segments::find(tx, main, "1")?, Some(changed), "and it is uncounted");
        segments::delete(tx, main, "1")?;
        assert_eq!(segments::find(tx, main, "1")?, None);
        assert!(segments::find(tx, other, "1")?.is_some());
        segments::insert(tx, main, &segment("3", "b_c"))
    });
    assert!(matches!(told.await, Err(Error::Duplicate)));
}

fn run(id: &str, customer: &str, period: &str) -> Run {
    Run {
        id: id.into(),
        rule: "r".into(),
        customer: customer.into(),
        period: period.into(),
        occasion_at: NOW,
        outcome: Outcome::Waiting,
        why: Some(Why::NotYet),
        at: NOW,
    }
}

stores!(an_occasion_is_written_once_and_ends_once);
async fn an_occasion_is_written_once_and_ends_once(on: &TestStore) {
    let told = on.store.write(|tx| {
        let (main, other) = (add_account(tx, "main"), add_account(tx, "other"));
        assert!(marketing::insert(tx, main, &run("1", "c", "p"))?);
        assert!(!marketing::insert(tx, main, &run("2", "c", "p"))?, "the same occasion");
        assert!(marketing::insert(tx, main, &run("3", "c", "q"))?);
        assert!(marketing::insert(tx, main, &run("4", "d", "p"))?);
        assert!(marketing::insert(tx, other, &run("1", "c", "p"))?);
        assert_eq!(marketing::find(tx, main, "1")?, Some(run("1", "c", "p")));
        assert_eq!(marketing::list_waiting(tx, main, "r", "c")?.len(), 2);
        assert!(marketing::update(tx, main, "1", Outcome::Waiting, Some(Why::Capped), NOW + 1)?);
        assert!(marketing::update(tx, main, "1", Outcome::Done, None, NOW + 2)?);
        assert!(!marketing::update(tx, main, "1", Outcome::Done, None, NOW + 3)?, "it is over");
        assert!(marketing::update(tx, main, "3", Outcome::Skipped, Some(Why::TooOften), NOW + 4)?);
        assert_eq!(marketing::list_done(tx, main, "c")?, [("r".to_owned(), NOW + 2)]);
        let mut periods = marketing::list_periods(tx, main, "r", &["c", "none"])?;
        periods.sort();
        assert_eq!(periods, [("c".to_owned(), "p".to_owned()), ("c".to_owned(), "q".to_owned())]);
        let ids = |found: Vec<Run>| found.into_iter().map(|run| run.id).collect::<Vec<_>>();
        assert_eq!(ids(marketing::list(tx, main, "r", None, 9)?), ["3", "1", "4"]);
        let behind = (NOW + 4, "3".to_owned());
        assert_eq!(ids(marketing::list(tx, main, "r", Some(&behind), 1)?), ["1"]);
        let mut tallies = marketing::list_tallies(tx, main, &["r", "none"])?;
        tallies.sort_by_key(|tally| tally.outcome);
        let of = |outcome, why| Tally { rule: "r".into(), outcome, why, count: 1 };
        assert_eq!(
            tallies,
            [
                of(Outcome::Done, None),
                of(Outcome::Waiting, Some(Why::NotYet)),
                of(Outcome::Skipped, Some(Why::TooOften))
            ]
        );
        assert_eq!(marketing::delete_skipped_before(tx, NOW + 4, 9)?, 0);
        assert_eq!(
            marketing::delete_skipped_before(tx, NOW + 5, 9)?,
            1,
            "what was done and what waits stays"
        );
        assert_eq!(marketing::find(tx, main, "3")?, None);
        Ok(())
    });
    told.await.unwrap();
}

fn order(tx: &mut Tx, account: Account, number: i64, customer: &str, at: i64) {
    let record = Record {
        id: RecordId::new(format!("o{number}")),
        record_type: RecordType::Order,
        number,
        site: String::new(),
        title: String::new(),
        state: State::new(RecordType::Order),
        created_at: NOW,
        changed_at: NOW,
        deleted_at: None,
    };
    let customer = Some(RecordId::new(customer.into()));
    let promoted = Promoted { customer, ordered_at: Some(at), ..Promoted::default() };
    records::insert(tx, account, &record, &promoted).unwrap();
}

stores!(orders_are_summed_up_and_members_come_and_go);
async fn orders_are_summed_up_and_members_come_and_go(on: &TestStore) {
    let told = on.store.write(|tx| {
        let main = add_account(tx, "main");
        for (number, customer, at) in [(1, "c", 5), (2, "c", 9), (3, "c", 7), (4, "d", 4)] {
            order(tx, main, number, customer, at);
        }
        records::delete(tx, main, &RecordId::new("o2".into()), NOW)?;
        let mut orders = marketing::list_orders(tx, main, &["c", "d", "none"])?;
        orders.sort();
        assert_eq!(orders, [("c".to_owned(), 2, 7), ("d".to_owned(), 1, 4)]);
        marketing::insert_members(tx, main, "r", &["c"], None)?;
        marketing::insert_members(tx, main, "r", &["c", "d"], Some(NOW))?;
        marketing::insert_members(tx, main, "r", &[], Some(NOW))?;
        let mut members = marketing::list_members(tx, main, "r", &["c", "d", "e"])?;
        members.sort();
        assert_eq!(members, [("c".to_owned(), None), ("d".to_owned(), Some(NOW))]);
        marketing::delete_members(tx, main, "r", &["c", "none"])?;
        assert_eq!(marketing::list_members(tx, main, "r", &["c", "d"])?.len(), 1);
        assert_eq!(marketing::find_begun(tx, main, "r")?, None);
        marketing::insert_begun(tx, main, "r", NOW)?;
        marketing::insert_begun(tx, main, "r", NOW + 1)?;
        assert_eq!(marketing::find_begun(tx, main, "r")?, Some(NOW));
        marketing::delete_begun(tx, main, "r")?;
        assert_eq!(marketing::find_begun(tx, main, "r")?, None);
        Ok(())
    });
    told.await.unwrap();
}

stores!(work_that_waits_is_hastened);
async fn work_that_waits_is_hastened(on: &TestStore) {
    let told = on.store.write(|tx| {
        let (main, other, kind) = (add_account(tx, "main"), add_account(tx, "other"), WorkKind::Occasion);
        for (account, subject, due_at) in [
            (main, "past", NOW - 5),
            (main, "held", NOW),
            (main, "waits", NOW + 500),
            (other, "theirs", NOW + 600),
        ] {
            work::insert(tx, account, kind, subject, due_at)?;
        }
        assert_eq!(work::claim(tx, kind, NOW, NOW + 900, 9)?.len(), 2, "these are under way");
        work::hasten(tx, main, kind, NOW + 10)?;
        let claimed = work::claim(tx, kind, NOW + 10, NOW + 900, 9)?;
        assert_eq!(claimed.iter().map(|work| work.subject.as_str()).collect::<Vec<_>>(), ["waits"]);
        assert_eq!(work::next_due(tx, &[kind], NOW + 10)?, Some(NOW + 600));
        Ok(())
    });
    told.await.unwrap();
}
