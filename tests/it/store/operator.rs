//! The statements about operators, announcements, conditions and the feed.

use std::collections::BTreeMap;

use bellwire::domain::account_state::AccountState;
use bellwire::domain::announcement::{
    Accounts, Announcement, Form, Origin, People, Replied, Reply, Stage, Wording,
};
use bellwire::domain::email::Email;
use bellwire::domain::error::Error;
use bellwire::domain::feed::Believed;
use bellwire::domain::id::{
    Account, AnnouncementId, EventId, ItemId, NotificationId, OperatorId, SessionId, UserId,
};
use bellwire::domain::kind::{Kind, Severity};
use bellwire::domain::language::Language;
use bellwire::domain::notification::Notification;
use bellwire::domain::rights::Role;
use bellwire::store::announcements::{From, Label};
use bellwire::store::audit::Wanted;
use bellwire::store::conditions::Held;
use bellwire::store::inbox::NewItem;
use bellwire::store::operators::OperatorSession;
use bellwire::store::{
    Tx, account_list, account_terms, announcements, audience, conditions, feed, inbox, notifications,
    operators, readings,
};

use super::people::add_user;
use super::{NOW, TestStore, add_account, count, stores};

const OPERATOR: From<'static> = From { origin: Origin::Operator, key: None, operator: None };

fn olga() -> OperatorId {
    OperatorId::new("olga".into())
}

fn said(title: &str, accounts: Accounts) -> Announcement {
    let wording = Wording { title: title.into(), body: "Body".into() };
    Announcement {
        texts: BTreeMap::from([("en".into(), wording)]),
        severity: Severity::Info,
        form: Form::Banner,
        accounts,
        people: People::Everybody,
        mandatory: true,
        link: None,
        window: None,
        question: None,
        starts_at: None,
        expires_at: Some(NOW + 1_000),
    }
}

fn id(text: &str) -> AnnouncementId {
    AnnouncementId::new(text.into())
}

/// The log has `a1`, an act of Olga's, and `a2`, of nobody.
fn assert_found_by_each(tx: &mut Tx, wanted: &Wanted) -> bellwire::domain::error::Result<()> {
    for (some, ids) in [
        (Wanted { before: "a2".into(), ..wanted.clone() }, &["a1"][..]),
        (Wanted { who: "olga".into(), ..wanted.clone() }, &["a1"]),
        (Wanted { who: "system".into(), ..wanted.clone() }, &["a2"]),
        (Wanted { what: "operator.add".into(), ..wanted.clone() }, &["a1"]),
        (Wanted { what: "%".into(), ..wanted.clone() }, &[]),
        (Wanted { subject: "olga".into(), to: Some(NOW), ..wanted.clone() }, &["a2", "a1"]),
        (Wanted { from: Some(NOW + 1), ..wanted.clone() }, &[]),
    ] {
        let found = operators::list_audit(tx, &some)?;
        assert_eq!(found.iter().map(|deed| deed.id.as_str()).collect::<Vec<_>>(), ids, "{some:?}");
    }
    Ok(())
}

stores!(operators_come_and_go);
async fn operators_come_and_go(on: &TestStore) {
    let told = on.store.write(|tx| {
        let email = Email::parse("email", "Olga@example.com")?;
        operators::insert(tx, &olga(), &email, "Olga", NOW)?;
        assert_eq!(operators::find_by_email(tx, "olga@example.com")?.unwrap().name, "Olga");
        assert_eq!(operators::find_by_email(tx, "Olga@example.com")?, None, "by the folded address");
        operators::update_language(tx, &olga(), Language::Ru)?;
        let session = OperatorSession {
            id: SessionId::new("s".into()),
            operator: olga(),
            generation: 1,
            seen_at: NOW,
            expires_at: NOW + 10,
            ended_at: None,
        };
        operators::insert_session(tx, &session, NOW)?;
        operators::update_seen(tx, &olga(), &session.id, NOW + 1)?;
        assert_eq!(operators::find_session(tx, &session.id)?.unwrap().seen_at, NOW + 1);
        operators::update_password(tx, &olga(), "hash", NOW + 2)?;
        let found = operators::find(tx, &olga())?.unwrap();
        assert_eq!(
            (found.generation, found.language, found.last_seen_at),
            (2, Some(Language::Ru), Some(NOW + 1))
        );
        assert_eq!(operators::find_session(tx, &session.id)?.unwrap().ended_at, Some(NOW + 2));
        operators::end_session(tx, &session.id, NOW + 3)?;
        assert_eq!(
            operators::find_session(tx, &session.id)?.unwrap().ended_at,
            Some(NOW + 2),
            "it ended before"
        );
        operators::insert_link(tx, "l1", &olga(), NOW, NOW + 10)?;
        operators::insert_link(tx, "l2", &olga(), NOW, NOW + 10)?;
        assert_eq!(operators::find_link(tx, "l1")?, None, "the newer one takes its place");
        assert!(operators::update_link_used(tx, "l2", NOW)?);
        assert!(!operators::update_link_used(tx, "l2", NOW)?);
        assert_eq!(operators::find_link(tx, "l2")?, Some((olga(), NOW + 10, Some(NOW))));
        operators::insert_audit(tx, "a1", Some(&olga()), ("operator.added", "olga"), "{}", NOW)?;
        operators::insert_audit(tx, "a2", None, ("operator.removed", "olga"), "{}", NOW)?;
        assert_eq!(operators::list(tx)?.len(), 1);
        operators::update_removed(tx, &olga(), NOW + 4)?;
        assert_eq!((operators::list(tx)?.len(), operators::find(tx, &olga())?), (0, None));
        let wanted = Wanted { most: 9, ..Wanted::default() };
        let log = operators::list_audit(tx, &wanted)?;
        let by: Vec<Option<&str>> = log.iter().map(|deed| deed.by.as_deref()).collect();
        assert_eq!(by, [None, Some("Olga")], "who is gone keeps his name there");
        assert_found_by_each(tx, &wanted)?;
        assert_eq!(operators::delete_over(tx, NOW, 9)?, 0);
        assert_eq!(operators::delete_over(tx, NOW + 100, 9)?, 1);
        Ok((count(tx, "operator_session")?, count(tx, "operator_link")?))
    });
    assert_eq!(told.await.unwrap(), (0, 0));
    let twice = on.store.write(|tx| {
        let email = Email::parse("email", "OLGA@example.com")?;
        operators::insert(tx, &OperatorId::new("o2".into()), &email, "Other", NOW)?;
        operators::insert(tx, &OperatorId::new("o3".into()), &email, "Other", NOW)
    });
    assert_eq!(twice.await, Err(Error::Duplicate));
}

/// Ann, an administrator, and Bob in each of two accounts.
fn cast(tx: &mut Tx) -> (Account, Account) {
    let (main, other) = (add_account(tx, "main2"), add_account(tx, "other"));
    for account in [main, other] {
        add_user(tx, account, "ann", Role::Administrator);
        add_user(tx, account, "bob", Role::Manager);
    }
    (main, other)
}

stores!(announcements_go_to_accounts_and_come_back);
#[expect(clippy::too_many_lines, reason = "each statement once, in the order of a life")]
async fn announcements_go_to_accounts_and_come_back(on: &TestStore) {
    let told = on.store.write(|tx| {
        let (main, other) = cast(tx);
        let all = said("First", Accounts::All {});
        assert!(announcements::insert(tx, &id("n1"), &OPERATOR, &all, NOW)?);
        let bot = From { origin: Origin::Bot, key: Some("k"), operator: None };
        assert!(announcements::insert(tx, &id("n2"), &bot, &all, NOW)?);
        assert!(!announcements::insert(tx, &id("n3"), &bot, &all, NOW)?, "one for each key");
        assert_eq!(announcements::find_by_key(tx, Origin::Bot, "k")?.unwrap().id, id("n2"));
        assert_eq!(announcements::list(tx, None, "", 9)?.len(), 2);
        assert_eq!(announcements::list(tx, Some(Origin::Bot), "", 9)?.len(), 1);
        assert_eq!(announcements::list(tx, None, "n2", 9)?[0].id, id("n1"));
        announcements::delete_draft(tx, &id("n2"))?;
        assert_eq!(announcements::find(tx, "n2")?, None);

        let kept = announcements::hold(tx, "n1")?.unwrap();
        let changed = said("Second", Accounts::Plan { plan: "pro".into() });
        announcements::update(tx, &kept, &changed, None, NOW + 1)?;
        let versions = announcements::list_versions(tx, &kept.id)?;
        assert_eq!((versions.len(), versions[0].0, &versions[0].1), (1, 1, &all));
        assert_eq!(announcements::find(tx, "n1")?.unwrap().version, 2);

        announcements::put_label(tx, other, &Label { plan: Some("pro".into()), version: None })?;
        announcements::put_label(tx, main, &Label { plan: None, version: Some("2".into()) })?;
        let meant = |tx: &mut Tx, accounts: &Accounts| -> bellwire::domain::error::Result<Vec<Account>> {
            Ok(announcements::list_meant(tx, accounts)?.into_iter().map(|(account, _)| account).collect())
        };
        assert_eq!(meant(tx, &changed.accounts)?, [other]);
        assert_eq!(meant(tx, &Accounts::Version { version: "2".into() })?, [main]);
        assert_eq!(meant(tx, &Accounts::Chosen { codes: vec!["other".into(), "none".into()] })?, [other]);
        assert!(meant(tx, &Accounts::All {})?.len() >= 2);
        assert_eq!(announcements::count_people(tx, other, false)?, 2);
        assert_eq!(announcements::count_people(tx, other, true)?, 1);
        assert_eq!(audience::list_everybody(tx, other, None)?.len(), 2);
        assert_eq!(
            audience::list_everybody(tx, other, Some(Role::Administrator))?,
            [UserId::new("ann".into())]
        );
        let names = account_list::list_names(tx, Some(AccountState::Open), main.0, 1)?;
        assert_eq!(names.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["other"]);
        assert!(account_list::list_names(tx, Some(AccountState::Deleted), 0, 9)?.is_empty());
        let seen = account_list::list(tx, &[&names[0].id])?;
        assert_eq!((seen.len(), seen[0].people, seen[0].administrators), (1, 2, 1));
        assert_eq!(
            (seen[0].label.plan.as_deref(), &seen[0].terms),
            (Some("pro"), &account_terms::get(tx, other)?)
        );

        assert!(announcements::list_standing(tx, NOW)?.is_empty(), "a draft does not stand");
        announcements::update_published(tx, &kept.id, Some(NOW))?;
        announcements::spread(tx, &kept.id, &[main, other], "{\"announcement\":\"n1\"}", NOW, NOW)?;
        announcements::spread(tx, &kept.id, &[main], "{}", NOW, NOW)?;
        assert_eq!((count(tx, "event")?, count(tx, "work")?), (2, 2), "each account has it once");
        announcements::unspread(tx, &kept.id)?;
        assert_eq!((count(tx, "event")?, count(tx, "work")?, count(tx, "announcement_account")?), (0, 0, 0));
        announcements::spread(tx, &kept.id, &[main, other], "{\"announcement\":\"n1\"}", NOW, NOW)?;
        assert_eq!(announcements::list_standing(tx, NOW)?.len(), 1);
        assert!(announcements::list_standing(tx, NOW + 1_000)?.is_empty());

        let content = changed.content(&kept.id, None);
        let n = NotificationId::new("n1".into());
        let event = EventId::new("n1".into());
        let notification = Notification {
            id: n.clone(),
            event,
            content: content.clone(),
            created_at: NOW,
            withdrawn_at: None,
        };
        notifications::insert_many(tx, other, &[(notification, "second".into())])?;
        let items: Vec<NewItem> = ["ann", "bob"]
            .into_iter()
            .map(|user| NewItem {
                user: UserId::new(user.into()),
                id: ItemId::new(format!("i-{user}")),
                notification: n.clone(),
                dedup_key: "n1".into(),
                merge_key: None,
                kind: Kind::Announcement,
                popup: true,
                created_at: NOW,
            })
            .collect();
        let first = inbox::take_seqs(tx, other, 2)?;
        inbox::insert_many(tx, other, &items, first)?;
        assert!(inbox::exists(tx, other, &items[0].user, "n1")?);
        assert!(!inbox::exists(tx, main, &items[0].user, "n1")?);
        assert_eq!(inbox::list_of_notification(tx, other, "n1", 0, 9)?.len(), 2);
        assert_eq!(inbox::list_of_notification(tx, other, "n1", 1, 9)?[0].user.as_str(), "bob");
        assert_eq!(notifications::list_pinned(tx, other, &["n1", "none"])?, ["n1"]);
        let mut open = content;
        open.announcing.as_mut().unwrap().mandatory = false;
        notifications::update_content(tx, other, &n, &open, "third")?;
        assert!(notifications::list_pinned(tx, other, &["n1"])?.is_empty());

        let replied = Replied { reply: Reply::Accepted, by: "Ann".into(), at: NOW };
        assert_eq!(announcements::find_reply(tx, &kept.id, other)?, Some(None));
        assert!(announcements::update_reply(tx, &kept.id, other, &replied)?);
        assert!(!announcements::update_reply(tx, &kept.id, other, &replied)?);
        assert_eq!(announcements::find_reply(tx, &kept.id, other)?, Some(Some(replied)));
        let fares = announcements::list_fares(tx, &kept.id, 0, 9)?;
        let shown: Vec<_> = fares.iter().map(|fare| (fare.code.as_str(), fare.delivered)).collect();
        assert_eq!(shown, [("main2", 0), ("other", 2)]);
        let totals = announcements::totals(tx, &kept.id)?;
        assert_eq!((totals.accounts, totals.delivered, totals.accepted, totals.declined), (2, 2, 1, 0));
        announcements::renew(tx, &kept.id, NOW)?;
        announcements::update_recalled(tx, &kept.id, NOW + 5)?;
        let over = announcements::find(tx, "n1")?.unwrap();
        Ok((
            over.times.stage(NOW + 6),
            tx.query_row("select count(*) from work where kind = 'withdraw'", &[], |row| row.get::<i64>(0))?,
        ))
    });
    assert_eq!(told.await.unwrap(), (Stage::Recalled, Some(2)));
}

stores!(conditions_readings_and_the_feed);
async fn conditions_readings_and_the_feed(on: &TestStore) {
    let told = on.store.write(|tx| {
        let (main, _) = cast(tx);
        let held = Held {
            id: "h1".into(),
            code: "disk_full".into(),
            account: Some(main),
            subject: String::new(),
            readings: "{}".into(),
            raised_at: NOW,
            cleared_at: None,
            announcement: None,
        };
        assert!(conditions::insert(tx, &held)?);
        assert!(!conditions::insert(tx, &Held { id: "h2".into(), ..held.clone() })?, "one at a time");
        assert_eq!(conditions::list_standing(tx)?, std::slice::from_ref(&held));
        assert!(conditions::update_cleared(tx, "h1", NOW + 1)?);
        assert!(!conditions::update_cleared(tx, "h1", NOW + 2)?);
        assert!(conditions::insert(tx, &Held { id: "h3".into(), ..held })?);
        assert_eq!(conditions::list(tx, 9)?.len(), 2);

        assert_eq!(feed::find_last(tx)?, None);
        for (id, sequence) in [("f1", 5), ("f2", 7)] {
            feed::insert(tx, id, &Believed { sequence, digest: id.into() }, NOW)?;
        }
        assert_eq!(feed::find_last(tx)?, Some(Believed { sequence: 7, digest: "f2".into() }));

        assert!(readings::count_without_relay(tx)?.is_empty());
        assert!(readings::count_dead(tx, NOW)?.is_empty());
        assert!(readings::list_with_relays(tx)?.is_empty());
        tx.execute(
            "insert into mail_address (account, address_key, address, bounces, first_bounce_at, last_bounce_at,
                 reason, suspended_at, suspended_until) values ($1, 'a', 'a', 3, 1, 1, 'x', 1, $2)",
            &[&main.0, &(NOW + 1)],
        )?;
        assert_eq!(readings::count_suspended(tx, NOW)?, [(main, 1)]);
        readings::count_suspended(tx, NOW + 1)
    });
    assert!(told.await.unwrap().is_empty());
}
