//! The statements about deliveries, their log, relays and addresses.

use bellwire::domain::delivery::{Act, Channel, DeliveryState, Reason};
use bellwire::domain::error::Result;
use bellwire::domain::id::{Account, EventId, ItemId, NotificationId};
use bellwire::domain::kind::{Kind, Severity};
use bellwire::domain::mail::bounce::Standing;
use bellwire::domain::mail::relay::{Auth, Relay, Secret, Security};
use bellwire::domain::notification::Notification;
use bellwire::domain::plan::Content;
use bellwire::domain::rights::Role;
use bellwire::store::deliveries::{Attempt, Counts, NewDelivery, Outcome};
use bellwire::store::delivery_log::Wanted;
use bellwire::store::inbox::NewItem;
use bellwire::store::relays::Address;
use bellwire::store::{Tx, audience, deliveries, delivery_log, inbox, notifications, relays};

use super::people::{add_user, id};
use super::{NOW, TestStore, add_account, stores};

fn delivery(name: &str, user: &str) -> NewDelivery {
    NewDelivery {
        id: name.into(),
        item: ItemId::new(format!("i-{name}")),
        user: id(user),
        notification: NotificationId::new("n".into()),
        channel: Channel::Email,
        kind: Kind::OneTime,
        address: format!("{user}@Example.com"),
        state: DeliveryState::Queued,
        reason: None,
        is_digest: false,
        thread: None,
        next_at: NOW,
        expires_at: NOW + 1_000,
        created_at: NOW,
    }
}

/// An account with Ann and Bob, and these deliveries with their items.
fn settle(tx: &mut Tx, code: &str, new: &[NewDelivery]) -> Result<Account> {
    let account = add_account(tx, code);
    for name in ["ann", "bob"] {
        add_user(tx, account, name, Role::Manager);
    }
    let content = Content {
        reminding: None,
        announcing: None,
        rule: None,
        kind: Kind::OneTime,
        severity: Severity::Info,
        sticky: false,
        link: None,
        sender: None,
        audience: vec![],
        texts: vec![],
        expires_at: None,
        told: None,
    };
    let (n, event) = (NotificationId::new("n".into()), EventId::new("e".into()));
    let said = Notification { id: n.clone(), event, content, created_at: NOW, withdrawn_at: None };
    notifications::insert_many(tx, account, &[(said, String::new())])?;
    let items: Vec<NewItem> = new
        .iter()
        .map(|d| NewItem {
            user: d.user.clone(),
            id: d.item.clone(),
            notification: n.clone(),
            dedup_key: d.id.clone(),
            merge_key: None,
            kind: Kind::OneTime,
            created_at: NOW,
            popup: true,
        })
        .collect();
    let first = inbox::take_seqs(tx, account, items.len() as i64)?;
    inbox::insert_many(tx, account, &items, first)?;
    assert_eq!(deliveries::insert_many(tx, account, new)?, new.len() as u64);
    assert_eq!(deliveries::insert_many(tx, account, new)?, 0, "each is there once");
    Ok(account)
}

stores!(deliveries_are_claimed_fenced_and_ended);
async fn deliveries_are_claimed_fenced_and_ended(on: &TestStore) {
    let told = on.store.write(|tx| {
        let later = NewDelivery { next_at: NOW + 10, ..delivery("d3", "bob") };
        let gathered =
            |name| NewDelivery { is_digest: true, state: DeliveryState::Digest, ..delivery(name, "ann") };
        let main = settle(
            tx,
            "main",
            &[delivery("d1", "ann"), delivery("d2", "bob"), later, gathered("d4"), gathered("d5")],
        )?;
        settle(tx, "other", &[])?;
        assert_eq!(deliveries::list_due_accounts(tx, NOW - 1, 9)?, []);
        assert_eq!(deliveries::list_due_accounts(tx, NOW, 9)?, [main]);
        assert_eq!(deliveries::next_due(tx)?, Some(NOW));
        let first = deliveries::claim(tx, main, NOW, NOW + 100, 3)?;
        let ids: Vec<&str> = first.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["d1", "d2", "d4", "d5"], "what is of one digest comes along");
        assert_eq!((first[0].attempt, first[0].crashes, first[0].letter.as_deref()), (1, 0, Some("d1")));
        assert_eq!((first[2].was, first[2].letter.as_deref()), (DeliveryState::Digest, None));
        assert_eq!(deliveries::claim(tx, main, NOW, NOW + 100, 9)?, []);
        assert_eq!(deliveries::next_due(tx)?, Some(NOW + 10));
        let said = deliveries::list_said(tx, main, &["d1", "d3", "none"])?;
        assert_eq!(said.len(), 2);
        deliveries::update_letter(tx, &first[2], "d4", "ann@new.example")?;
        assert_eq!(deliveries::find(tx, main, "d4")?.unwrap().address, "ann@new.example");

        // Its lease ran out: another one has it, and the first one changes nothing any more.
        let second = deliveries::claim(tx, main, NOW + 100, NOW + 200, 1)?;
        assert_eq!((second[0].id.as_str(), second[0].attempt, second[0].crashes), ("d1", 2, 1));
        let outcome = Outcome {
            state: DeliveryState::Dead,
            reason: Some(Reason::Refused),
            detail: Some("no".into()),
            relay: Some("mail:25".into()),
            tries: 1,
            next_at: NOW,
        };
        assert!(!deliveries::conclude(tx, &first[0], &outcome, NOW + 101)?);
        assert!(deliveries::conclude(tx, &second[0], &outcome, NOW + 101)?);
        assert!(!deliveries::conclude(tx, &second[0], &outcome, NOW + 102)?, "what has ended has ended");
        let sent = deliveries::conclude_sent(tx, main, &["d1", "d2", "d4"], (1, 1, "mail:25"), NOW + 103)?;
        assert_eq!(sent.len(), 2, "{sent:?}");
        let attempt = Attempt {
            number: 2,
            at: NOW + 101,
            relay: None,
            outcome: "reject".into(),
            reason: None,
            dialogue: "[]".into(),
        };
        deliveries::insert_attempts(tx, main, &[("d1", attempt.clone())])?;
        deliveries::insert_attempts(tx, main, &[("d1", attempt.clone())])?;
        assert_eq!(delivery_log::list_attempts(tx, main, "d1")?, [attempt]);
        assert_eq!(delivery_log::delete_attempts_before(tx, NOW + 101, 9)?, 0);
        assert_eq!(delivery_log::delete_attempts_before(tx, NOW + 102, 9)?, 1);
        assert_eq!(deliveries::void_leases(tx)?, 1);
        let counts = deliveries::count(tx, NOW + 50)?;
        assert_eq!(counts, Counts { waiting: 2, without_relay: 0, late: 2, dead: 1 });
        Ok(())
    });
    told.await.unwrap();
}

stores!(items_of_letters_go_into_the_archive);
async fn items_of_letters_go_into_the_archive(on: &TestStore) {
    let told = on.store.write(|tx| {
        let unwanted = NewDelivery { state: DeliveryState::Suppressed, ..delivery("d2", "bob") };
        let main = settle(tx, "main", &[delivery("d1", "ann"), unwanted])?;
        let n = NotificationId::new("n".into());
        assert_eq!(inbox::archive_mailed(tx, main, &n, NOW + 1)?, 1);
        assert_eq!(inbox::archive_mailed(tx, main, &n, NOW + 2)?, 0, "it is there since it was put there");
        let left =
            tx.query_row("select user_id from inbox_item where archived_at is null", &[], |row| row.get(0))?;
        assert_eq!(left, Some("bob".to_owned()), "who wants no letters has it in the bell");
        Ok(())
    });
    told.await.unwrap();
}

stores!(a_lease_is_renewed_by_whom_it_belongs_to);
async fn a_lease_is_renewed_by_whom_it_belongs_to(on: &TestStore) {
    let told = on.store.write(|tx| {
        let later = NewDelivery { next_at: NOW + 10, ..delivery("d3", "bob") };
        let main = settle(tx, "main", &[delivery("d1", "ann"), delivery("d2", "bob"), later])?;
        let other = settle(tx, "other", &[])?;
        assert_eq!(deliveries::claim(tx, main, NOW, NOW + 100, 9)?.len(), 2);
        let mut renewed = deliveries::renew(tx, main, 1, &["d1", "d2", "d3"], NOW + 200)?;
        renewed.sort();
        assert_eq!(renewed, ["d1", "d2"], "what nobody is at is not renewed");
        assert_eq!(deliveries::renew(tx, main, 2, &["d1"], NOW + 900)?, [""; 0], "another claim's");
        assert_eq!(deliveries::renew(tx, other, 1, &["d1"], NOW + 900)?, [""; 0], "another account's");
        // Nobody else has them before that.
        let claimed = deliveries::claim(tx, main, NOW + 199, NOW + 300, 9)?;
        assert_eq!(claimed.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["d3"]);
        assert_eq!(deliveries::claim(tx, main, NOW + 200, NOW + 300, 9)?.len(), 2);
        assert_eq!(deliveries::renew(tx, main, 1, &["d1", "d2"], NOW + 900)?, [""; 0], "the claim is over");
        Ok(())
    });
    told.await.unwrap();
}

stores!(deliveries_are_found_sent_again_and_unparked);
async fn deliveries_are_found_sent_again_and_unparked(on: &TestStore) {
    let told = on.store.write(|tx| {
        let parked =
            NewDelivery { reason: Some(Reason::NoRelay), next_at: NOW + 1_000, ..delivery("d2", "bob") };
        let off = NewDelivery {
            state: DeliveryState::Suppressed,
            reason: Some(Reason::SwitchedOff),
            ..delivery("d3", "bob")
        };
        let main = settle(tx, "main", &[delivery("d1", "ann"), parked, off])?;
        let ids = |tx: &mut Tx, wanted: Wanted| -> Result<Vec<String>> {
            let found = delivery_log::list(tx, main, &Wanted { most: 9, ..wanted })?;
            Ok(found.into_iter().map(|one| one.id).collect())
        };
        assert_eq!(ids(tx, Wanted::default())?, ["d3", "d2", "d1"]);
        assert_eq!(ids(tx, Wanted { before: Some("d3".into()), ..Wanted::default() })?, ["d2", "d1"]);
        let suppressed = Wanted { state: Some(DeliveryState::Suppressed), ..Wanted::default() };
        assert_eq!(ids(tx, suppressed)?, ["d3"]);
        assert_eq!(ids(tx, Wanted { search: Some("ann@".into()), ..Wanted::default() })?, ["d1"]);
        assert_eq!(ids(tx, Wanted { search: Some("%".into()), ..Wanted::default() })?.len(), 0);
        let bobs = Wanted { user: Some("bob".into()), channel: Some(Channel::Email), ..Wanted::default() };
        assert_eq!(ids(tx, bobs)?, ["d3", "d2"]);
        let said = Wanted { notification: Some("n".into()), ..Wanted::default() };
        assert_eq!(ids(tx, said)?.len(), 3);
        assert_eq!(deliveries::count(tx, 0)?, Counts { waiting: 2, without_relay: 1, late: 0, dead: 0 });
        assert_eq!(deliveries::unpark(tx, Some(Account(99)), NOW)?, 0);
        assert_eq!(deliveries::unpark(tx, None, NOW)?, 1);
        assert!(!delivery_log::restart(tx, main, "d1", Act::Resend, "x", NOW, NOW + 5)?);
        assert!(delivery_log::restart(tx, main, "d1", Act::Release, "x", NOW, NOW + 5)?);
        assert!(delivery_log::restart(tx, main, "d3", Act::Resend, "y", NOW, NOW + 5)?);
        let again = delivery_log::find(tx, main, "d3")?.unwrap();
        assert_eq!(
            (again.state, again.letter.as_deref(), again.ended_at),
            (DeliveryState::Queued, Some("y"), None)
        );
        assert_eq!(delivery_log::find(tx, main, "none")?, None);
        let whom = audience::list_addressees(tx, main, &["ann", "nobody"])?;
        assert_eq!((whom.len(), whom[0].reader.person.active), (1, true));
        Ok(())
    });
    told.await.unwrap();
}

fn relay(name: &str, priority: i64) -> Relay {
    Relay {
        id: name.into(),
        host: "mail.example".into(),
        port: 587,
        security: Security::Starttls,
        allow_plain: false,
        auth: Auth::Login,
        user: "bell".into(),
        secret: Secret("s3cret".into()),
        priority,
    }
}

stores!(relays_and_addresses_are_an_accounts_own);
async fn relays_and_addresses_are_an_accounts_own(on: &TestStore) {
    let told = on.store.write(|tx| {
        let (main, other) = (settle(tx, "main", &[])?, settle(tx, "other", &[])?);
        assert!(!relays::exist(tx, main)?);
        relays::put_all(tx, main, &[relay("a", 2), relay("b", 1)], NOW)?;
        assert_eq!(relays::list(tx, main)?, [relay("b", 1), relay("a", 2)]);
        relays::put_all(tx, main, &[relay("a", 1)], NOW)?;
        assert_eq!((relays::list(tx, main)?, relays::exist(tx, main)?), (vec![relay("a", 1)], true));
        assert_eq!((relays::list(tx, other)?, relays::count(tx)?), (vec![], 1));
        let known = Address {
            key: "ann@example.com".into(),
            address: "Ann@example.com".into(),
            standing: Standing::default().bounced(NOW).bounced(NOW).bounced(NOW),
            reason: "550 no".into(),
        };
        relays::put_address(tx, main, &known)?;
        relays::put_address(tx, main, &known)?;
        assert_eq!(
            relays::list_addresses(tx, main, &["ann@example.com", "x"])?,
            std::slice::from_ref(&known)
        );
        assert_eq!(relays::list_addresses(tx, other, &["ann@example.com"])?, []);
        assert_eq!(relays::list_suspended(tx, main, NOW, 9)?, std::slice::from_ref(&known));
        let over = known.standing.suspended_until.unwrap();
        assert_eq!(relays::list_suspended(tx, main, over, 9)?, []);
        assert!(relays::delete_address(tx, main, "ann@example.com")?);
        assert!(!relays::delete_address(tx, main, "ann@example.com")?);
        Ok(())
    });
    told.await.unwrap();
}
