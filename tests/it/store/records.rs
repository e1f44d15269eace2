//! The statements about records, their history, what they refer to, and who sees and hears of them.

use bellwire::domain::actor::Actor;
use bellwire::domain::error::{Error, Result};
use bellwire::domain::id::{Account, EventId, GroupId, ItemId, KeyId, NotificationId, SessionId};
use bellwire::domain::kind::{Kind, Severity};
use bellwire::domain::notification::Notification;
use bellwire::domain::plan::Content;
use bellwire::domain::record::catalogue::{CustomField, CustomKind};
use bellwire::domain::record::change::{Change, ChangeKind};
use bellwire::domain::record::rules::Rule;
use bellwire::domain::record::state::State;
use bellwire::domain::record::{RecordId, RecordType};
use bellwire::domain::rights::{Role, Sees};
use bellwire::domain::scope::Scopes;
use bellwire::domain::told::Told;
use bellwire::domain::work::WorkKind;
use bellwire::store::history::{self, Entry};
use bellwire::store::inbox::{About, NewItem};
use bellwire::store::keys::NewKey;
use bellwire::store::records::{Key, Order, Promoted, Range, Record, Visible, Wanted};
use bellwire::store::references::{self, Site};
use bellwire::store::sessions::{self, Session};
use bellwire::store::{
    Tx, audience, groups, inbox, keys, notifications, record_lists, records, retailcrm, work,
};

use super::people::{add_group, add_user, id};
use super::{NOW, TestStore, add_account, stores};

async fn told(on: &TestStore, story: fn(&mut Tx) -> Result<()>) {
    on.store.write(story).await.unwrap();
}

fn record(number: i64, site: &str) -> Record {
    Record {
        id: RecordId::new(format!("r{number}")),
        record_type: RecordType::Order,
        number,
        site: site.to_owned(),
        title: format!("A-{number}"),
        state: State::new(RecordType::Order),
        created_at: NOW + number,
        changed_at: NOW + 10 * number,
        deleted_at: None,
    }
}

fn promoted(number: i64, manager: Option<&str>) -> Promoted {
    Promoted {
        external_key: Some(format!("key {number}")),
        status: Some(if number == 1 { "new" } else { "paid" }.to_owned()),
        manager: manager.map(id),
        customer: (number == 2).then(|| RecordId::new("c".into())),
        total_sum: (number != 3).then_some(number * 100),
        ordered_at: (number == 2).then_some(NOW),
        search: format!("заказ {number} 50%"),
        custom: vec![("score".into(), (number * 4).to_string()), ("word".into(), "ten".into())],
    }
}

fn fill(tx: &mut Tx) -> Result<Account> {
    let main = add_account(tx, "main");
    add_user(tx, main, "ann", Role::Manager);
    for (number, site, manager) in [(1, "north", Some("ann")), (2, "south", None), (3, "", None)] {
        records::insert(tx, main, &record(number, site), &promoted(number, manager))?;
    }
    Ok(main)
}

stores!(records_are_found_by_every_key);
async fn records_are_found_by_every_key(on: &TestStore) {
    told(on, |tx| {
        let main = fill(tx)?;
        let other = add_account(tx, "other");
        for key in [Key::Id("r1".into()), Key::Number(1), Key::External("key 1".into())] {
            assert_eq!(records::find(tx, main, RecordType::Order, &key)?, Some(record(1, "north")));
            assert_eq!(
                records::find_for_update(tx, main, RecordType::Order, &key)?,
                Some(record(1, "north"))
            );
            assert_eq!(records::find(tx, main, RecordType::Customer, &key)?, None);
            assert_eq!(records::find(tx, other, RecordType::Order, &key)?, None);
        }
        records::hold(tx, main, RecordType::Order, &["key 1", "key 2", "none"])?;
        let changed = Record { title: "New".into(), changed_at: NOW + 99, ..record(1, "north") };
        records::update(tx, main, &changed, &promoted(1, None))?;
        assert_eq!(records::find_any(tx, main, "r1")?, Some(changed));
        records::delete(tx, main, &RecordId::new("r1".into()), NOW + 100)?;
        assert_eq!(records::find(tx, main, RecordType::Order, &Key::Number(1))?, None);
        assert_eq!(records::find_any(tx, main, "r1")?.and_then(|gone| gone.deleted_at), Some(NOW + 100));
        assert_eq!(records::list_by_ids(tx, main, &["r1", "r2", "none"])?.len(), 2);
        let places = records::list_places(tx, main, &["r1"])?;
        assert_eq!((places[0].title.as_str(), places[0].is_deleted), ("New", true));
        Ok(())
    })
    .await;
    // The id is free again, another's is not.
    let again = |number: i64, key: &'static str| {
        on.store.write(move |tx| {
            let promoted = Promoted { external_key: Some(key.into()), ..promoted(number, None) };
            records::insert(tx, Account(1), &record(number, ""), &promoted)
        })
    };
    again(4, "key 1").await.unwrap();
    assert_eq!(again(5, "key 2").await, Err(Error::Duplicate));
}

stores!(lists_are_filtered_and_sorted);
async fn lists_are_filtered_and_sorted(on: &TestStore) {
    told(on, |tx| {
        let main = fill(tx)?;
        let mut numbers = |wanted: Wanted| -> Result<Vec<i64>> {
            let wanted = Wanted { most: 10, ..wanted };
            let found = record_lists::list(tx, main, RecordType::Order, &wanted)?;
            let count = record_lists::count(tx, main, RecordType::Order, &wanted, None)?;
            assert_eq!(count, found.len() as i64, "{wanted:?}");
            Ok(found.into_iter().map(|record| record.number).collect())
        };
        let none = Wanted::default;
        let range = |code: &str, min: &str, numeric| Range {
            code: code.into(),
            min: Some(min.into()),
            max: None,
            numeric,
        };
        assert_eq!(numbers(none())?, [3, 2, 1]);
        assert_eq!(numbers(Wanted { order: Order::NumberUp, ..none() })?, [1, 2, 3]);
        assert_eq!(numbers(Wanted { order: Order::Sum, ..none() })?, [2, 1, 3]);
        assert_eq!(numbers(Wanted { statuses: vec!["new".into(), "x".into()], ..none() })?, [1]);
        assert_eq!(numbers(Wanted { managers: vec!["ann".into()], ..none() })?, [1]);
        assert_eq!(numbers(Wanted { managers: vec![String::new()], ..none() })?, [3, 2]);
        assert_eq!(numbers(Wanted { sites: vec!["south".into()], ..none() })?, [2]);
        assert_eq!(numbers(Wanted { customer: Some("c".into()), ..none() })?, [2]);
        assert_eq!(numbers(Wanted { numbers: vec![1, 3], ..none() })?, [3, 1]);
        assert_eq!(numbers(Wanted { external_keys: vec!["key 3".into()], ..none() })?, [3]);
        assert_eq!(numbers(Wanted { ids: vec!["r2".into()], ..none() })?, [2]);
        assert_eq!(numbers(Wanted { titles: vec!["A-1".into(), "A-9".into()], ..none() })?, [1]);
        assert_eq!(
            numbers(Wanted { search: Some("50%".into()), words: vec!["каз 2".into()], ..none() })?,
            [2]
        );
        assert_eq!(numbers(Wanted { search: Some("5_%".into()), ..none() })?, Vec::<i64>::new());
        assert_eq!(numbers(Wanted { custom: vec![("score".into(), "8".into())], ..none() })?, [2]);
        // As numbers 12 is more than 8, as texts it is less.
        assert_eq!(numbers(Wanted { ranges: vec![range("score", "8", true)], ..none() })?, [3, 2]);
        assert_eq!(numbers(Wanted { ranges: vec![range("score", "8", false)], ..none() })?, [2]);
        assert_eq!(
            numbers(Wanted { created_from: Some(NOW + 2), created_to: Some(NOW + 3), ..none() })?,
            [2]
        );
        assert_eq!(
            numbers(Wanted { changed_from: Some(NOW + 20), changed_to: Some(NOW + 21), ..none() })?,
            [2]
        );
        assert_eq!(numbers(Wanted { sum_from: Some(100), sum_to: Some(150), ..none() })?, [1]);
        assert_eq!(numbers(Wanted { visible: Visible::Own(id("ann")), ..none() })?, [1]);
        let north = Visible::Sites { sites: vec!["south".into()], user: id("ann") };
        assert_eq!(numbers(Wanted { visible: north, ..none() })?, [3, 2, 1]);
        let first = record_lists::list(tx, main, RecordType::Order, &Wanted { most: 1, ..none() })?.remove(0);
        let after = Some((record_lists::place(&first, None, Order::Changed), first.id.to_string()));
        let rest = record_lists::list(tx, main, RecordType::Order, &Wanted { after, most: 9, ..none() })?;
        assert_eq!(rest.iter().map(|record| record.number).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(record_lists::count(tx, main, RecordType::Order, &none(), Some(2))?, 2);
        Ok(())
    })
    .await;
}

stores!(history_is_numbered_without_gaps);
async fn history_is_numbered_without_gaps(on: &TestStore) {
    told(on, |tx| {
        let main = fill(tx)?;
        let entry = |seq: i64, record: &str, actor: Actor| Entry {
            seq,
            record_type: RecordType::Order,
            record: RecordId::new(record.into()),
            kind: ChangeKind::Update,
            source: "api".into(),
            actor,
            change: Change::new("status".into(), None, None, None),
            created_at: NOW + seq,
        };
        assert_eq!((history::take_seqs(tx, main, 2)?, history::take_seqs(tx, main, 1)?), (1, 3));
        let all = [
            entry(1, "r1", Actor::User(id("ann"))),
            entry(2, "r2", Actor::Key(KeyId::new("k".into()))),
            entry(3, "r1", Actor::System),
        ];
        history::insert_many(tx, main, &all)?;
        let r1 = RecordId::new("r1".into());
        assert_eq!(history::list_of_record(tx, main, &r1, None, 9)?, [all[2].clone(), all[0].clone()]);
        assert_eq!(history::list_of_record(tx, main, &r1, Some(3), 9)?, [all[0].clone()]);
        let wanted = history::Wanted { after: 1, most: 9, ..history::Wanted::default() };
        assert_eq!(history::list(tx, main, RecordType::Order, &wanted)?, all[1..]);
        assert_eq!(history::count(tx, main, RecordType::Order, &wanted)?, 2);
        let narrow =
            history::Wanted { record: Some("r1".into()), from: Some(NOW + 2), to: Some(NOW + 9), ..wanted };
        assert_eq!(history::list(tx, main, RecordType::Order, &narrow)?, all[2..]);
        let times = retailcrm::list_status_times(tx, main, &["r1", "r2", "r3"])?;
        assert!(times.contains(&(r1, NOW + 3)) && times.len() == 2, "{times:?}");
        Ok(())
    })
    .await;
}

stores!(lists_that_records_refer_to);
async fn lists_that_records_refer_to(on: &TestStore) {
    told(on, |tx| {
        let main = add_account(tx, "main");
        let site = Site { code: "north".into(), name: "North".into(), order_url: None, customer_url: None };
        references::put_site(tx, main, &Site { name: "N".into(), ..site.clone() }, NOW)?;
        references::put_site(tx, main, &site, NOW)?;
        assert_eq!(references::list_sites(tx, main)?, [site]);
        assert_eq!(
            (references::delete_site(tx, main, "north")?, references::delete_site(tx, main, "north")?),
            (true, false)
        );

        references::insert_entry(tx, main, "statuses", "new", "new")?;
        let entry = references::find_entry(tx, main, "statuses", "new")?.unwrap();
        let named = references::Entry {
            name: "New".into(),
            parent: Some("g".into()),
            ordering: 1,
            active: false,
            ..entry
        };
        references::put_entry(tx, main, &named)?;
        references::insert_entry(tx, main, "statuses", "new", "again")?;
        references::insert_entry(tx, main, "stores", "one", "One")?;
        assert_eq!(references::list_entries(tx, main, Some("statuses"))?, [named]);
        assert_eq!(references::list_entries(tx, main, None)?.len(), 2);
        assert!(references::delete_entry(tx, main, "stores", "one")?);
        assert!(!references::delete_entry(tx, main, "stores", "one")?);

        let field = CustomField {
            record_type: RecordType::Order,
            code: "score".into(),
            name: "Score".into(),
            kind: CustomKind::Integer,
            dictionary: None,
        };
        references::put_custom_field(tx, main, &field, NOW)?;
        // What it holds is settled once.
        references::put_custom_field(
            tx,
            main,
            &CustomField { kind: CustomKind::Date, ..field.clone() },
            NOW,
        )?;
        assert_eq!(references::list_custom_fields(tx, main, RecordType::Order)?, [field]);
        assert!(references::list_custom_fields(tx, main, RecordType::Customer)?.is_empty());
        assert_eq!(references::find_choice(tx, main, "x")?, None);
        references::put_choice(tx, main, "x", "1")?;
        references::put_choice(tx, main, "x", "2")?;
        assert_eq!(references::find_choice(tx, main, "x")?.as_deref(), Some("2"));
        Ok(())
    })
    .await;
}

stores!(people_as_records_know_them);
async fn people_as_records_know_them(on: &TestStore) {
    told(on, |tx| {
        let main = add_account(tx, "main");
        let ann = add_user(tx, main, "ann", Role::Manager);
        assert_eq!(retailcrm::list_user_numbers(tx, main, &["ann", "bob"])?, [(ann.clone(), 1)]);
        assert_eq!(audience::find_user_by_number(tx, main, 1)?.map(|user| user.name).as_deref(), Some("ANN"));
        assert_eq!(audience::list_names(tx, main, &["ann", "bob"])?, [(ann.clone(), "ANN".to_owned())]);
        assert_eq!(audience::list_readers(tx, main, &["ann"])?[0].role, Role::Manager);

        retailcrm::update_availability(tx, main, 1, "dinner")?;
        assert_eq!(retailcrm::list_availabilities(tx, main)?, [(ann.clone(), "dinner".to_owned())]);
        let session = Session {
            id: SessionId::new("s".into()),
            account: main,
            user: ann.clone(),
            generation: 1,
            created_at: NOW,
            seen_at: NOW,
            expires_at: NOW + 100,
            ended_at: None,
        };
        sessions::insert(tx, &session)?;
        assert_eq!(retailcrm::list_online(tx, main, NOW - 1, NOW)?, std::slice::from_ref(&ann));
        assert!(retailcrm::list_online(tx, main, NOW, NOW)?.is_empty());
        assert!(retailcrm::list_online(tx, main, NOW - 1, NOW + 100)?.is_empty());

        let rights = bellwire::domain::rights::Rights::NEW_GROUP;
        let group: GroupId = add_group(tx, main, "sales", rights);
        groups::insert_members(tx, main, &group, std::slice::from_ref(&ann))?;
        let site = Site { code: "north".into(), name: "North".into(), order_url: None, customer_url: None };
        references::put_site(tx, main, &site, NOW)?;
        groups::put_sites(tx, main, &group, &["north".into()])?;
        assert_eq!(retailcrm::list_group_sites(tx, main)?, [(group, "north".to_owned())]);
        assert_eq!(groups::list_members_of_site(tx, main, "north")?, std::slice::from_ref(&ann));
        assert_eq!(audience::list_sights(tx, main, &["ann"])?, [(ann, Sees::All, Some("north".to_owned()))]);
        let key = NewKey {
            id: KeyId::new("k".into()),
            name: "Shop".into(),
            hash: "hash".into(),
            prefix: "abcd".into(),
            scopes: Scopes::parse("scopes", ["retailcrm"])?,
            expires_at: None,
            created_by: None,
        };
        keys::insert(tx, main, &key, NOW)?;
        assert_eq!(keys::list_names(tx, main, &["k", "none"])?.len(), 1);
        work::insert_anew(tx, main, WorkKind::Withdraw, &["n".into()], NOW)?;
        work::insert_anew(tx, main, WorkKind::Withdraw, &["n".into()], NOW + 1)?;
        assert!(work::exists(tx, main, WorkKind::Withdraw, "n")?);
        Ok(())
    })
    .await;
    let nobody = on.store.write(|tx| retailcrm::update_availability(tx, Account(1), 99, "free"));
    assert_eq!(nobody.await, Err(Error::NotFound));
}

fn about(name: &str, record: &str) -> Notification {
    let told = Told {
        rule: Rule::ALL[0],
        record_type: RecordType::Order,
        record: RecordId::new(record.into()),
        number: 1,
        title: "A-1".into(),
        external_id: None,
        site: None,
        currency: None,
        by: None,
        changes: Vec::new(),
        whole: None,
    };
    let content = Content {
        kind: Kind::System,
        severity: Severity::Info,
        sticky: false,
        link: None,
        sender: None,
        audience: Vec::new(),
        texts: Vec::new(),
        expires_at: None,
        told: Some(told),
        reminding: None,
        announcing: None,
        rule: None,
    };
    let (id, event) = (NotificationId::new(name.into()), EventId::new(format!("e {name}")));
    Notification { id, event, content, created_at: NOW, withdrawn_at: None }
}

stores!(items_about_a_record_gather_its_changes);
async fn items_about_a_record_gather_its_changes(on: &TestStore) {
    told(on, |tx| {
        let main = fill(tx)?;
        let (ann, item) = (id("ann"), ItemId::new("i1".into()));
        let all = [(about("n1", "r1"), String::new()), (about("n2", "r1"), String::new())];
        notifications::insert_many(tx, main, &all)?;
        let new = NewItem {
            user: ann.clone(),
            id: item.clone(),
            notification: NotificationId::new("n1".into()),
            dedup_key: "d".into(),
            kind: Kind::System,
            popup: true,
            created_at: NOW,
            merge_key: Some("m".into()),
        };
        let first = inbox::take_seqs(tx, main, 2)?;
        inbox::insert_many(tx, main, &[new], first)?;
        let told = |found: &[(bellwire::domain::inbox::Item, Notification)]| -> Vec<(i64, String)> {
            found.iter().map(|(item, notification)| (item.changes, notification.id.to_string())).collect()
        };
        assert_eq!(told(&inbox::list_open(tx, main, "m", NOW - 1)?), [(1, "n1".to_owned())]);
        assert!(inbox::list_open(tx, main, "m", NOW)?.is_empty());
        let n2 = NotificationId::new("n2".into());
        inbox::update_notification(tx, main, &ann, &item, &n2, first + 1)?;
        let after = [(2, "n2".to_owned())];
        assert_eq!(told(&inbox::list_about_records(tx, main, About::User("ann"), 0, 9)?), after);
        assert_eq!(told(&inbox::list_about_records(tx, main, About::Record("r1"), first, 9)?), after);
        assert!(inbox::list_about_records(tx, main, About::Record("r1"), first + 1, 9)?.is_empty());
        assert_eq!(told(&inbox::list_of_record(tx, main, &ann, "r1", 9)?), after);
        let mut ids = notifications::list_ids_of_record(tx, main, "r1")?;
        ids.sort_unstable();
        assert_eq!(ids, ["n1", "n2"]);
        Ok(())
    })
    .await;
}
