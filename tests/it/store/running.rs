//! The statements about running a server: backups, what a restore holds, accounts' terms, what time and erasure take.

use bellwire::domain::condition::Term;
use bellwire::domain::error::Result;
use bellwire::domain::event::EventType;
use bellwire::domain::id::Account;
use bellwire::domain::kind::Kind;
use bellwire::domain::limits::AccountLimits;
use bellwire::domain::mail::health::{Health, Shown};
use bellwire::domain::rights::Role;
use bellwire::store::audit::Wanted;
use bellwire::store::backup_runs::BackupRun;
use bellwire::store::deliveries::Held;
use bellwire::store::{
    Tx, account_terms, audit, backup_runs, deliveries, erasure, meta, node_notes, restore, retirement,
};

use super::people::add_user;
use super::{NOW, TestStore, add_account, apart, count, stores};

async fn told(on: &TestStore, story: fn(&mut Tx) -> Result<()>) {
    on.store.write(story).await.unwrap();
}

fn run(id: &str, at: i64, error: Option<&str>) -> BackupRun {
    BackupRun {
        id: id.into(),
        at,
        duration_ms: Some(7),
        file: Some("f.db".into()),
        bytes: error.is_none().then_some(4096),
        row_count: error.is_none().then_some(3),
        verified: error.is_none(),
        error: error.map(str::to_owned),
    }
}

stores!(backups_are_written_down);
async fn backups_are_written_down(on: &TestStore) {
    told(on, |tx| {
        assert!(backup_runs::begin(tx, "one", NOW)?);
        assert!(!backup_runs::begin(tx, "one", NOW + 1)?, "its place is taken");
        assert_eq!(backup_runs::find_last_good(tx)?, None);
        let (good, bad) = (run("one", NOW, None), run("two", NOW + 5, Some("no room")));
        backup_runs::put(tx, &good)?;
        backup_runs::put(tx, &bad)?;
        assert_eq!(backup_runs::list(tx, 9)?, [bad, good.clone()]);
        assert_eq!(backup_runs::find_last_good(tx)?, Some(good));
        assert!(backup_runs::begin(tx, &BackupRun::id_of(3), NOW + 6)?);
        let ended = backup_runs::find_last_ended(tx)?.unwrap();
        assert_eq!((ended.id.as_str(), ended.is_scheduled()), ("two", false), "the third is under way");
        assert!(backup_runs::list(tx, 1)?[0].is_scheduled());
        tx.execute("delete from backup_run where at = $1", &[&(NOW + 6)])?;
        assert_eq!(backup_runs::delete_before(tx, NOW + 5, 9)?, 1);
        Ok(())
    })
    .await;
    let noted = apart(|| backup_runs::note(&on.database.location(), &run("three", NOW + 9, None)));
    noted.unwrap();
    assert_eq!(on.count("backup_run").await, 2);
    assert!(apart(|| restore::schema_of(&on.database.location())).unwrap() > 5);
}

stores!(nodes_leave_notes_for_each_other);
async fn nodes_leave_notes_for_each_other(on: &TestStore) {
    told(on, |tx| {
        let before = meta::find(tx, meta::EPOCH)?;
        assert!(node_notes::list_relays(tx)?.is_empty() && node_notes::list_nodes(tx)?.is_empty());
        let one = Health { resting_at: NOW, failed_at: 9, ok_at: 5, certificate: None };
        let shown = Shown { term: Term { from: 1, until: 9 }, at: NOW };
        let other = Health { resting_at: 0, failed_at: 3, ok_at: 7, certificate: Some(shown) };
        node_notes::put_relay(tx, "1/mail.example:25", &one)?;
        node_notes::put_relay(tx, "1/mail.example:25", &other)?;
        node_notes::put_relay(tx, "2/mail.example:25", &other)?;
        let both = Health { resting_at: NOW, failed_at: 9, ok_at: 7, certificate: Some(shown) };
        let known = [("1/mail.example:25".to_owned(), both), ("2/mail.example:25".to_owned(), other)];
        assert_eq!(node_notes::list_relays(tx)?, known);
        node_notes::delete_relay(tx, "2/mail.example:25")?;
        assert_eq!(node_notes::list_relays(tx)?, known[..1]);
        for (name, at) in [("a:/x", NOW), ("b:/x", NOW), ("a:/x", NOW + 1)] {
            node_notes::put_node(tx, name, at)?;
        }
        node_notes::delete_node(tx, "b:/x")?;
        assert_eq!(node_notes::list_nodes(tx)?, [("a:/x".to_owned(), NOW + 1)]);
        // What an older or newer version wrote there is nothing.
        meta::put(tx, "relay:odd", "{}")?;
        assert_eq!(node_notes::list_relays(tx)?.len(), 1);
        assert_eq!(meta::find(tx, meta::EPOCH)?, before);
        Ok(())
    })
    .await;
}

/// An account with a user, an event told to him, and a letter that waits.
fn furnish(tx: &mut Tx, code: &str) -> Result<Account> {
    let account = add_account(tx, code);
    add_user(tx, account, "ann", Role::Manager);
    let n = account.0;
    for sql in [
        format!("insert into event (account, id, type, actor_kind, data, created_at) values ({n}, 'e', 'one_time', 'system', 'said: Zed', 5)"),
        format!("insert into notification (account, id, event_id, kind, severity, sticky, audience, texts, search, created_at, record_id)
             values ({n}, 'n', 'e', 'one_time', 'info', 0, '[]', 'Zed', 'zed', 5, 'r')"),
        format!("insert into inbox_item (account, user_id, id, notification_id, dedup_key, kind, seq, created_at)
             values ({n}, 'ann', 'i', 'n', 'k', 'one_time', 1, 5)"),
        format!("insert into delivery (account, id, item_id, user_id, notification_id, channel, kind, address, address_key, state, next_at, expires_at, created_at)
             values ({n}, 'd', 'i', 'ann', 'n', 'email', 'one_time', 'a@x.y', 'a@x.y', 'queued', 5, 900, 5)"),
        format!("insert into history (account, seq, record_type, record_id, kind, source, actor_kind, field, change, created_at)
             values ({n}, 1, 'order', 'r', 'update', 'api', 'system', 'x', 'Zed was here', 5)"),
        format!("insert into record (account, id, type, number, site, title, customer_id, state, search, created_at, changed_at)
             values ({n}, 'r', 'order', 1, '', 'T', 'c', '{{}}', 'zed', 5, 5)"),
        format!("insert into idempotency (account, caller, operation, key, body_hash, answer, created_at) values ({n}, 'c', 'o', 'k', 'h', 'to Zed', 5)"),
    ] {
        tx.execute(&sql, &[])?;
    }
    Ok(account)
}

stores!(a_restore_holds_letters_until_they_are_settled);
async fn a_restore_holds_letters_until_they_are_settled(on: &TestStore) {
    told(on, |tx| {
        let main = furnish(tx, "main")?;
        meta::put(tx, meta::EPOCH, "41")?;
        assert_eq!(restore::find_mark(tx)?, None);
        let settled = restore::hold(tx, NOW)?;
        assert_eq!((settled.held, settled.epoch), (1, NOW / 1000));
        assert_eq!(restore::hold(tx, 1_000)?.epoch, NOW / 1000 + 1, "it never goes back");
        let mark = restore::find_mark(tx)?.unwrap();
        assert_eq!((mark.at, mark.newest_event.as_str()), (1_000, "e"));
        assert_eq!(deliveries::count_restored(tx)?, 1);
        assert_eq!(deliveries::settle_held(tx, Some(Account(9)), Held::Release, NOW, 9)?, 0);
        assert_eq!(deliveries::settle_held(tx, Some(main), Held::Release, NOW, 9)?, 1);
        assert_eq!(deliveries::list_due_accounts(tx, NOW, 9)?, [main]);
        deliveries::hold_of_events(tx, main, &["other"])?;
        assert_eq!(deliveries::count_restored(tx)?, 0);
        deliveries::hold_of_events(tx, main, &["e"])?;
        assert_eq!(deliveries::count_restored(tx)?, 1);
        assert_eq!(deliveries::settle_held(tx, None, Held::Discard, NOW, 9)?, 1);
        assert_eq!(deliveries::list_due_accounts(tx, NOW, 9)?, []);
        Ok(())
    })
    .await;
}

stores!(an_account_has_terms_and_an_end);
async fn an_account_has_terms_and_an_end(on: &TestStore) {
    told(on, |tx| {
        let (main, other) = (furnish(tx, "main")?, furnish(tx, "other")?);
        let limits = AccountLimits { users: Some(2), events_per_minute: None, calls_per_minute: Some(7) };
        account_terms::update_limits(tx, main, limits)?;
        assert_eq!(account_terms::find_limits(tx, main)?, limits);
        assert_eq!(account_terms::find_limits(tx, other)?, AccountLimits::default());
        account_terms::update_suspended(tx, other, Some((NOW, "why")))?;
        assert_eq!(account_terms::suspended_since(tx, NOW)?, [other]);
        assert_eq!(account_terms::suspended_since(tx, NOW + 1)?, []);
        let terms = account_terms::get(tx, other)?;
        assert_eq!((terms.suspended_reason.as_deref(), terms.users), (Some("why"), 1));
        assert_eq!(account_terms::list(tx)?.len(), 2);
        assert_eq!(account_terms::find_to_purge(tx, i64::MAX)?, None);
        account_terms::update_delete_at(tx, other, Some(NOW))?;
        assert_eq!(account_terms::find_to_purge(tx, NOW - 1)?, None);
        assert_eq!(account_terms::find_to_purge(tx, NOW)?, Some((other, "other".into())));
        let mut steps = 0;
        while account_terms::delete_rows(tx, other, 1)?.is_some() {
            steps += 1;
        }
        assert_eq!(steps, 8, "a row at a time");
        assert_eq!((count(tx, "account")?, count(tx, "app_user")?, count(tx, "delivery")?), (1, 1, 1));
        Ok(())
    })
    .await;
}

stores!(time_takes_what_is_old_and_nothing_else);
async fn time_takes_what_is_old_and_nothing_else(on: &TestStore) {
    told(on, |tx| {
        let main = furnish(tx, "main")?;
        let kind = Kind::OneTime;
        assert_eq!(retirement::kind_of(EventType::OneTime), kind);
        assert_eq!(retirement::list_old_items(tx, main, kind, 5, 9)?, []);
        assert_eq!(retirement::list_old_items(tx, main, Kind::Task, 6, 9)?, []);
        assert_eq!(retirement::list_old_items(tx, main, kind, 6, 9)?.len(), 1);
        assert_eq!(retirement::delete_items(tx, main, kind, (6, 9), 9)?, 0, "it still stands");
        assert_eq!(retirement::delete_notifications(tx, main, kind, 6, 9)?, 0, "it is in an inbox");
        assert_eq!(retirement::delete_events(tx, main, EventType::OneTime, 6, 9)?, 0, "it is told of");
        tx.execute("update inbox_item set withdrawn_at = 8, seq = 4", &[])?;
        assert_eq!(retirement::kept_after(tx, main)?, 0);
        assert_eq!(retirement::delete_items(tx, main, kind, (6, 9), 9)?, 1);
        assert_eq!((retirement::kept_after(tx, main)?, count(tx, "delivery")?), (4, 0));
        assert_eq!(retirement::delete_notifications(tx, main, kind, 6, 9)?, 1);
        assert_eq!(retirement::delete_events(tx, main, EventType::OneTime, 6, 9)?, 1);
        assert_eq!(retirement::delete_history(tx, main, 5, 9)?, 0);
        assert_eq!(retirement::delete_history(tx, main, 6, 9)?, 1);
        assert_eq!(retirement::delete_audit(tx, main, 6, 9)?, 0);
        furnish(tx, "other")?;
        assert_eq!(retirement::delete_deliveries(tx, NOW, 9)?, 0, "it has not ended");
        tx.execute("update delivery set ended_at = 5, state = 'sent'", &[])?;
        assert_eq!(retirement::delete_deliveries(tx, 6, 9)?, 1);
        Ok(())
    })
    .await;
}

stores!(a_person_is_read_out_and_taken_out);
async fn a_person_is_read_out_and_taken_out(on: &TestStore) {
    told(on, |tx| {
        let main = furnish(tx, "main")?;
        let part = &erasure::OF_USER[0];
        let read = erasure::read_part(tx, main, "ann", part, |at| format!("at {at}"))?;
        assert_eq!((&read[0]["id"], &read[0]["removed_at"]), (&"ann".into(), &serde_json::Value::Null));
        assert!(read[0]["created_at"].as_str().unwrap().starts_with("at "));
        for place in erasure::PLACES {
            for record in [None, Some("r")] {
                let found = erasure::list_texts(tx, main, place, record, "", 9)?;
                let expected = match (place.table(), record) {
                    ("notification" | "history", _) | ("event", None) => 1,
                    _ => 0,
                };
                assert_eq!(found.len(), expected, "{} {record:?}", place.table());
                for (key, texts) in found {
                    let texts =
                        texts.into_iter().map(|text| text.map(|text| text.replace("Zed", "-"))).collect();
                    assert!(
                        erasure::list_texts(tx, main, place, record, &key, 9)?.is_empty(),
                        "after the last"
                    );
                    erasure::update_texts(tx, main, place, &(key, texts))?;
                }
            }
        }
        let change: Option<String> = tx.query_row("select change from history", &[], |row| row.get(0))?;
        assert_eq!(change.as_deref(), Some("- was here"));
        assert_eq!(erasure::delete_answers(tx, main, &["nobody".into()])?, 0);
        assert_eq!(erasure::delete_answers(tx, main, &["Zed".into()])?, 1);
        assert_eq!(erasure::list_orders(tx, main, "c")?, ["r"]);
        erasure::update_stripped(tx, main, "r", "{\"of\":\"order\"}", "", None)?;
        assert_eq!(count(tx, "history")?, 1);
        erasure::update_stripped(tx, main, "r", "{\"of\":\"order\"}", "", Some((NOW, "-")))?;
        assert_eq!(count(tx, "history")?, 0);
        let mut gone = Vec::new();
        loop {
            let (deleted, notifications) = erasure::delete_own(tx, main, "ann", 9)?;
            gone.extend(notifications);
            if deleted == 0 {
                break;
            }
        }
        assert_eq!(gone, ["n"]);
        assert_eq!(erasure::delete_orphans(tx, main, &["n"])?, 1);
        assert_eq!((count(tx, "notification")?, count(tx, "event")?), (0, 0));
        erasure::update_anonymous(tx, main, "ann", "Nobody", "nobody@x.y")?;
        let name: Option<String> = tx.query_row("select name from app_user", &[], |row| row.get(0))?;
        assert_eq!(name.as_deref(), Some("Nobody"));
        let wanted = Wanted { most: 9, ..Wanted::default() };
        assert_eq!(audit::search(tx, main, &wanted)?, []);
        Ok(())
    })
    .await;
}
