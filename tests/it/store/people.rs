//! The statements about accounts, people, groups, sessions, links, keys, and the facts of the installation.

use bellwire::domain::actor::Actor;
use bellwire::domain::code::Code;
use bellwire::domain::email::Email;
use bellwire::domain::error::{Error, Result};
use bellwire::domain::id::{Account, GroupId, KeyId, SessionId, UserId};
use bellwire::domain::language::Language;
use bellwire::domain::link::LinkKind;
use bellwire::domain::origin::Origin;
use bellwire::domain::rights::{Rights, Role, Sees};
use bellwire::domain::scope::Scopes;
use bellwire::domain::user::UserState;
use bellwire::domain::zone::Zone;
use bellwire::store::groups::NewGroup;
use bellwire::store::keys::NewKey;
use bellwire::store::links::Link;
use bellwire::store::sessions::Session;
use bellwire::store::users::{Filter, NewUser};
use bellwire::store::{
    Tx, accounts, audience, audit, groups, keys, links, meta, readings, sessions, standing, users,
};

use super::{NOW, TestStore, add_account, stores};

pub fn id(text: &str) -> UserId {
    UserId::new(text.into())
}

/// Writes a user who has a password.
pub fn add_user(tx: &mut Tx, account: Account, name: &str, role: Role) -> UserId {
    let new = NewUser {
        id: id(name),
        email: Email::parse("email", &format!("{name}@Example.com")).unwrap(),
        name: name.to_uppercase(),
        role,
        language: None,
        zone: None,
        password_hash: Some("hash".into()),
    };
    let number = accounts::next_number(tx, account).unwrap();
    users::insert(tx, account, &new, number, NOW).unwrap();
    new.id
}

pub fn add_group(tx: &mut Tx, account: Account, code: &str, rights: Rights) -> GroupId {
    let id = GroupId::new(format!("group {code}"));
    let new = NewGroup {
        id: id.clone(),
        code: Code::parse("code", code).unwrap(),
        name: code.to_uppercase(),
        rights,
    };
    let number = accounts::next_number(tx, account).unwrap();
    groups::insert(tx, account, &new, number, NOW).unwrap();
    id
}

/// Tells a story in one transaction; what it expects is asserted inside.
async fn told(on: &TestStore, story: fn(&mut Tx) -> Result<()>) {
    on.store.write(story).await.unwrap();
}

/// What a statement that must fail says; in a transaction of its own, which it poisons.
async fn says<T: Send + 'static>(on: &TestStore, run: fn(&mut Tx) -> Result<T>) -> Error {
    on.store.write(move |tx| run(tx).map(drop)).await.unwrap_err()
}

stores!(installation);
async fn installation(on: &TestStore) {
    told(on, |tx| {
        assert_eq!(meta::find(tx, meta::EPOCH)?, None);
        assert_eq!(meta::get_or_insert(tx, meta::EPOCH, "1")?, "1");
        assert_eq!(meta::get_or_insert(tx, meta::EPOCH, "2")?, "1");
        assert_eq!(meta::find(tx, meta::EPOCH)?.as_deref(), Some("1"));
        Ok(())
    })
    .await;
}

stores!(accounts_and_origins);
async fn accounts_and_origins(on: &TestStore) {
    told(on, |tx| {
        let (main, other) = (add_account(tx, "main"), add_account(tx, "other"));
        assert_eq!((main, other), (Account(1), Account(2)));
        let taken = accounts::NewAccount {
            id: "another".into(),
            code: Code::parse("code", "main")?,
            name: "Again".into(),
            zone: Zone::parse("zone", "UTC")?,
            language: Language::En,
        };
        assert_eq!(accounts::insert(tx, &taken, NOW)?, None);
        assert_eq!(accounts::find_by_code(tx, "other")?, Some(other));
        assert_eq!(accounts::find_by_code(tx, "OTHER")?, None);
        assert_eq!(accounts::list(tx)?, [(main, "main".to_owned()), (other, "other".to_owned())]);
        let mut details = accounts::get(tx, main)?;
        assert_eq!((details.name.as_str(), details.language()), ("MAIN", Language::En));
        details.name = "Ромашка".into();
        details.public_url = Some("https://bell.example.com".into());
        accounts::update(tx, main, &details)?;
        assert_eq!(accounts::get(tx, main)?, details);
        assert_eq!(accounts::get(tx, other)?.name, "OTHER");
        assert_eq!([accounts::next_number(tx, main)?, accounts::next_number(tx, main)?], [1, 2]);
        accounts::lock(tx, main)?;
        assert_eq!(accounts::next_number(tx, main)?, 3, "a lock takes no number");
        assert_eq!(accounts::next_number(tx, other)?, 1);

        let origin = |text| Origin::parse("origin", text).unwrap();
        accounts::insert_origin(tx, main, &origin("https://b.example"), NOW)?;
        accounts::insert_origin(tx, main, &origin("https://a.example"), NOW)?;
        let listed = accounts::list_origins(tx, main)?;
        assert_eq!(
            listed.iter().map(|o| o.origin.as_str()).collect::<Vec<_>>(),
            ["https://a.example", "https://b.example"]
        );
        assert_eq!(accounts::list_origins(tx, other)?, []);
        for (account, origin, expected) in [
            (Some(main), "https://a.example", true),
            (Some(other), "https://a.example", false),
            (None, "https://a.example", true),
            (None, "https://c.example", false),
        ] {
            assert_eq!(accounts::origin_allowed(tx, account, origin)?, expected, "{account:?} {origin}");
        }
        accounts::delete_origin(tx, main, "https://a.example")?;
        assert_eq!(accounts::delete_origin(tx, main, "https://a.example"), Err(Error::NotFound));
        assert!(!accounts::origin_allowed(tx, None, "https://a.example")?);
        Ok(())
    })
    .await;
    assert_eq!(says(on, |tx| accounts::get(tx, Account(9))).await, Error::NotFound);
    assert_eq!(says(on, |tx| accounts::next_number(tx, Account(9))).await, Error::NotFound);
    let again = says(on, |tx| {
        accounts::insert_origin(tx, Account(1), &Origin::parse("o", "https://b.example")?, NOW)
    });
    assert_eq!(again.await, Error::Duplicate);
}

stores!(one_user);
async fn one_user(on: &TestStore) {
    told(on, |tx| {
        let (main, other) = (add_account(tx, "main"), add_account(tx, "other"));
        let (ann, _) =
            (add_user(tx, main, "ann", Role::Manager), add_user(tx, other, "ann", Role::Administrator));
        let user = users::get(tx, main, "ann")?;
        assert_eq!((user.number, user.name.as_str(), user.role), (1, "ANN", Role::Manager));
        assert_eq!((user.state(), user.groups.len(), user.created_at), (UserState::Active, 0, NOW));
        assert_eq!(users::find(tx, main, "ann")?, Some(user.clone()));
        assert_eq!(users::find(tx, main, "bob")?, None);
        for wanted in ["ann", "ann@example.com", " ANN@example.COM "] {
            assert_eq!(
                users::find_by_email_or_id(tx, main, wanted)?.map(|u| u.id),
                Some(ann.clone()),
                "{wanted}"
            );
        }
        assert_eq!(users::find_by_email_or_id(tx, main, "bob@example.com")?, None);
        let mut changed = users::User { name: "Анна".into(), role: Role::Administrator, ..user };
        (changed.language, changed.zone) = (Some("ru".into()), Some("Europe/Moscow".into()));
        users::update(tx, main, &changed)?;
        assert_eq!(users::get(tx, main, "ann")?, changed);
        assert_eq!(users::get(tx, other, "ann")?.name, "ANN");

        let found = standing::find(tx, main, "ann")?.unwrap();
        assert_eq!(
            (found.language, found.zone.as_str(), found.generation),
            (Language::Ru, "Europe/Moscow", 1)
        );
        assert_eq!((found.account_code.as_str(), found.is_shut_out), ("main", false));
        users::update_password(tx, main, &ann, "other hash")?;
        assert_eq!(standing::find(tx, main, "ann")?.unwrap().password_hash.as_deref(), Some("other hash"));
        assert_eq!(users::raise_generation(tx, main, &ann, NOW + 5)?, 2);
        assert_eq!(users::access_changed_since(tx, NOW + 5)?, [(main, ann.clone(), 2, NOW + 5)]);
        users::touch_access(tx, main, &ann, NOW + 7)?;
        assert_eq!(users::access_changed_since(tx, NOW + 6)?, [(main, ann.clone(), 2, NOW + 7)]);
        assert_eq!(standing::find(tx, other, "ann")?.unwrap().generation, 1);

        Ok(())
    })
    .await;
    let taken = says(on, |tx| {
        let new = NewUser {
            id: id("second"),
            email: Email::parse("email", "ANN@EXAMPLE.com")?,
            name: "x".into(),
            role: Role::Manager,
            language: None,
            zone: None,
            password_hash: None,
        };
        users::insert(tx, Account(1), &new, 9, NOW)
    });
    assert_eq!(taken.await, Error::Duplicate);
    assert_eq!(
        says(on, |tx| users::raise_generation(tx, Account(1), &id("nobody"), NOW)).await,
        Error::NotFound
    );
}

stores!(one_user_goes_and_comes);
async fn one_user_goes_and_comes(on: &TestStore) {
    told(on, |tx| {
        let (main, other) = (add_account(tx, "main"), add_account(tx, "other"));
        let ann = add_user(tx, main, "ann", Role::Manager);
        add_user(tx, other, "ann", Role::Administrator);
        users::update_last_seen(tx, main, &ann, NOW)?;
        users::update_last_seen(tx, main, &ann, NOW + 59_999)?;
        assert_eq!(users::get(tx, main, "ann")?.last_seen_at, Some(NOW));
        users::update_last_seen(tx, main, &ann, NOW + 60_000)?;
        assert_eq!(users::get(tx, main, "ann")?.last_seen_at, Some(NOW + 60_000));

        users::update_locked(tx, main, &ann, Some(NOW))?;
        assert_eq!(users::get(tx, main, "ann")?.state(), UserState::Locked);
        assert!(standing::find(tx, main, "ann")?.unwrap().is_shut_out);
        assert!(users::access_changed_since(tx, NOW)?.contains(&(main, ann.clone(), 1, NOW)));
        users::update_locked(tx, main, &ann, None)?;
        let user = users::get(tx, main, "ann")?;
        users::update_removed(tx, main, &user, Some(NOW))?;
        assert_eq!(users::get(tx, main, "ann"), Err(Error::NotFound));
        assert!(users::find(tx, main, "ann")?.is_some(), "his row stays");
        assert_eq!(users::find_by_email_or_id(tx, main, "ann")?, None);
        assert_eq!(standing::list_by_email(tx, "ann@example.com", "main")?, []);
        assert_eq!(standing::list_by_email(tx, "ANN@example.com", "")?.len(), 1);
        users::update_removed(tx, main, &user, None)?;
        let both = standing::list_by_email(tx, "ann@example.com", "")?;
        assert_eq!(both.iter().map(|s| s.account).collect::<Vec<_>>(), [main, other]);
        Ok(())
    })
    .await;
}

stores!(many_users);
async fn many_users(on: &TestStore) {
    told(on, |tx| {
        let main = add_account(tx, "main");
        assert_eq!(users::list_accounts_without_administrator(tx)?, [(main, "main".to_owned())]);
        assert_eq!((users::any_administrator(tx)?, users::has_administrator(tx, main)?), (false, false));
        let root = add_user(tx, main, "root", Role::Administrator);
        assert_eq!(users::list_accounts_without_administrator(tx)?, []);
        assert_eq!((users::any_administrator(tx)?, users::has_administrator(tx, main)?), (true, true));
        assert!(!users::has_administrator(tx, Account(2))?);
        assert_eq!(users::count_administrators(tx, main, "")?, 1);
        assert_eq!(users::count_administrators(tx, main, root.as_str())?, 0);
        users::update_locked(tx, main, &root, Some(NOW))?;
        assert_eq!(users::count_administrators(tx, main, "")?, 0, "a locked one cannot sign in");
        users::update_locked(tx, main, &root, None)?;

        let sales = add_group(tx, main, "sales", Rights::NEW_GROUP);
        for name in ["ann", "bob", "o_o", "cyd"] {
            add_user(tx, main, name, Role::Manager);
        }
        groups::insert_members(tx, main, &sales, &[id("ann"), id("bob")])?;
        users::update_locked(tx, main, &id("bob"), Some(NOW))?;
        let cyd = users::get(tx, main, "cyd")?;
        users::update_removed(tx, main, &cyd, Some(NOW))?;
        let all = Filter { limit: 100, ..Filter::default() };
        for (filter, expected) in [
            (all.clone(), vec!["root", "ann", "bob", "o_o"]),
            (Filter { limit: 2, ..all.clone() }, vec!["root", "ann"]),
            (Filter { after: 3, ..all.clone() }, vec!["ann", "bob", "o_o"][..].to_vec()),
            (Filter { q: "AN".into(), ..all.clone() }, vec!["ann"]),
            (Filter { q: "_".into(), ..all.clone() }, vec!["o_o"]),
            (Filter { q: "%".into(), ..all.clone() }, vec![]),
            (Filter { group: "sales".into(), ..all.clone() }, vec!["ann", "bob"]),
            (Filter { state: Some(UserState::Locked), ..all.clone() }, vec!["bob"]),
            (Filter { state: Some(UserState::Active), group: "sales".into(), ..all.clone() }, vec!["ann"]),
            (Filter { state: Some(UserState::Invited), ..all }, vec![]),
        ] {
            let found = users::list(tx, main, &filter)?;
            let mut ids: Vec<&str> = found.iter().map(|user| user.id.as_str()).collect();
            if filter.after > 0 {
                // The group took a number, too.
                ids = vec!["ann", "bob", "o_o"].into_iter().filter(|name| ids.contains(name)).collect();
            }
            let numbers: Vec<i64> = found.iter().map(|user| user.number).collect();
            assert!(numbers.is_sorted() && numbers.iter().all(|number| *number > filter.after));
            assert!(expected.ends_with(&ids) && (filter.after > 0 || ids == expected), "{filter:?}: {ids:?}");
        }
        let existing = users::list_existing(tx, main, &["ann", "bob", "cyd", "nobody"])?;
        let mut existing: Vec<_> = existing.into_iter().collect();
        existing.sort();
        assert_eq!(existing, ["ann", "bob"], "the removed and the unknown are missing");
        Ok(())
    })
    .await;
}

stores!(groups_and_rights);
async fn groups_and_rights(on: &TestStore) {
    told(on, |tx| {
        let (main, other) = (add_account(tx, "main"), add_account(tx, "other"));
        let ann = add_user(tx, main, "ann", Role::Manager);
        let (bob, cyd) = (add_user(tx, main, "bob", Role::Manager), add_user(tx, main, "cyd", Role::Manager));
        let quiet = Rights { may_send_notifications: false, may_edit_rules: true, sees: Sees::Own };
        let (sales, help) =
            (add_group(tx, main, "sales", Rights::NEW_GROUP), add_group(tx, main, "help", quiet));
        groups::insert_members(tx, main, &sales, &[ann.clone(), bob.clone(), cyd.clone()])?;
        groups::insert_members(tx, main, &sales, std::slice::from_ref(&ann))?;
        groups::insert_members(tx, main, &help, std::slice::from_ref(&ann))?;
        let cyd = users::get(tx, main, cyd.as_str())?;
        users::update_removed(tx, main, &cyd, Some(NOW))?;
        let group = groups::get(tx, main, sales.as_str())?;
        assert_eq!((group.code.as_str(), group.members, group.may_send_notifications), ("sales", 2, true));
        assert_eq!(groups::find_by_code(tx, main, "sales")?, Some(group.clone()));
        assert_eq!(groups::find_by_code(tx, other, "sales")?, None);
        let codes: Vec<String> = groups::list(tx, main)?.into_iter().map(|group| group.code).collect();
        assert_eq!(codes, ["sales", "help"]);
        assert_eq!(users::get(tx, main, "ann")?.groups, ["help", "sales"]);
        let rights = standing::get_rights(tx, main, &ann, Role::Manager)?;
        assert_eq!(rights, Rights { may_edit_rules: true, ..Rights::NEW_GROUP });
        assert!(!standing::get_rights(tx, main, &id("nobody"), Role::Manager)?.may_send_notifications);
        groups::update(tx, main, &groups::Group { name: "Продажи".into(), sees: Sees::Own, ..group })?;
        let group = groups::get(tx, main, sales.as_str())?;
        assert_eq!((group.name.as_str(), group.sees), ("Продажи", Sees::Own));

        groups::delete_memberships(tx, main, &ann)?;
        assert_eq!(users::get(tx, main, "ann")?.groups, Vec::<String>::new());
        groups::delete_members(tx, main, &sales)?;
        assert_eq!(groups::get(tx, main, sales.as_str())?.members, 0);
        groups::insert_members(tx, main, &help, &[ann])?;
        groups::delete(tx, main, &help)?;
        assert_eq!(groups::get(tx, main, help.as_str()), Err(Error::NotFound));
        Ok(())
    })
    .await;
    let taken = says(on, |tx| {
        let new = NewGroup {
            id: GroupId::new("x".into()),
            code: Code::parse("code", "sales")?,
            name: "x".into(),
            rights: Rights::NEW_GROUP,
        };
        groups::insert(tx, Account(1), &new, 99, NOW)
    });
    assert_eq!(taken.await, Error::Duplicate);
    // Nobody can be member of another account's group.
    let across = says(on, |tx| {
        groups::insert_members(tx, Account(2), &GroupId::new("group sales".into()), &[id("ann")])
    });
    assert!(matches!(across.await, Error::Internal(_)));
}

stores!(groups_are_audiences);
async fn groups_are_audiences(on: &TestStore) {
    told(on, |tx| {
        let (main, other) = (add_account(tx, "main"), add_account(tx, "other"));
        let ann = add_user(tx, main, "ann", Role::Manager);
        let (bob, cyd) = (add_user(tx, main, "bob", Role::Manager), add_user(tx, main, "cyd", Role::Manager));
        let sales = add_group(tx, main, "sales", Rights::NEW_GROUP);
        groups::insert_members(tx, main, &sales, &[bob.clone(), cyd.clone(), ann.clone()])?;
        let cyd = users::get(tx, main, cyd.as_str())?;
        users::update_removed(tx, main, &cyd, Some(NOW))?;
        let found = audience::find_group(tx, main, "sales")?.unwrap();
        assert_eq!((found.id.as_str(), found.name.as_str()), (sales.as_str(), "SALES"));
        assert_eq!(audience::find_group(tx, other, "sales")?, None);
        assert_eq!(audience::list_members(tx, main, sales.as_str())?, [ann.clone(), bob.clone()]);
        users::update_locked(tx, main, &bob, Some(NOW))?;
        assert_eq!(audience::list_members(tx, main, sales.as_str())?, std::slice::from_ref(&ann));
        assert_eq!(audience::find_user(tx, main, "bob", "bob")?, None, "a locked one is nobody");
        for (wanted, key) in [("ann", "ann"), ("ANN@example.com", "ann@example.com")] {
            assert_eq!(audience::find_user(tx, main, wanted, key)?.unwrap().name, "ANN");
        }
        let mut people = audience::list_people(tx, main, &["ann", "bob", "cyd", "nobody"])?;
        people.sort_by(|a, b| a.id.cmp(&b.id));
        assert_eq!(
            people.iter().map(|p| (p.id.as_str(), p.active)).collect::<Vec<_>>(),
            [("ann", true), ("bob", false), ("cyd", false)]
        );
        Ok(())
    })
    .await;
}

stores!(sessions_end);
async fn sessions_end(on: &TestStore) {
    told(on, |tx| {
        let main = add_account(tx, "main");
        let (ann, bob) = (add_user(tx, main, "ann", Role::Manager), add_user(tx, main, "bob", Role::Manager));
        let session = |name: &str, user: &UserId, expires_at| Session {
            id: SessionId::new(name.into()),
            account: main,
            user: user.clone(),
            generation: 1,
            created_at: NOW,
            seen_at: NOW,
            expires_at,
            ended_at: None,
        };
        let all =
            [session("a", &ann, NOW + 100), session("b", &ann, NOW + 200), session("c", &bob, NOW + 300)];
        for session in &all {
            sessions::insert(tx, session)?;
            assert_eq!(sessions::find(tx, &session.id)?.as_ref(), Some(session));
        }
        assert_eq!(sessions::find(tx, &SessionId::new("x".into()))?, None);
        sessions::update_seen(tx, &all[0].id, NOW + 59_999)?;
        assert_eq!(sessions::find(tx, &all[0].id)?.unwrap().seen_at, NOW);
        sessions::update_seen(tx, &all[0].id, NOW + 60_000)?;
        assert_eq!(sessions::find(tx, &all[0].id)?.unwrap().seen_at, NOW + 60_000);
        assert!(sessions::end(tx, &all[0].id, NOW + 10)?);
        assert!(!sessions::end(tx, &all[0].id, NOW + 20)?);
        assert_eq!(sessions::ended_since(tx, NOW + 10)?, [all[0].id.clone()]);
        sessions::end_all(tx, main, &ann, NOW + 30)?;
        assert_eq!(sessions::ended_since(tx, NOW + 11)?, [all[1].id.clone()]);
        assert_eq!(sessions::find(tx, &all[2].id)?.unwrap().ended_at, None);
        // Only what goes on runs out: at its own end, or so long after its last use; each time it is said once.
        let last = std::slice::from_ref(&all[2].id);
        assert_eq!(sessions::run_out(tx, NOW + 299, NOW + 300, 10_000)?, last);
        assert!(sessions::run_out(tx, NOW + 300, NOW + 400, 10_000)?.is_empty());
        assert_eq!(sessions::run_out(tx, NOW + 49, NOW + 50, 50)?, last);
        assert!(sessions::run_out(tx, NOW + 50, NOW + 60, 50)?.is_empty());
        assert_eq!(sessions::delete_over(tx, NOW + 10, 10)?, 0);
        assert_eq!(sessions::delete_over(tx, NOW + 1_000, 1)?, 1);
        assert_eq!(sessions::delete_over(tx, NOW + 1_000, 10)?, 2);
        Ok(())
    })
    .await;
}

stores!(links_are_used_once);
async fn links_are_used_once(on: &TestStore) {
    told(on, |tx| {
        let main = add_account(tx, "main");
        let link = |id: &str, kind, user: Option<&str>, expires_at| Link {
            id: id.into(),
            account: main,
            kind,
            user: user.map(self::id),
            created_at: NOW,
            expires_at,
            used_at: None,
        };
        let all = [
            link("a", LinkKind::Setup, None, NOW + 100),
            link("b", LinkKind::Invitation, Some("ann"), NOW + 200),
            link("c", LinkKind::PasswordReset, Some("ann"), NOW + 300),
            link("d", LinkKind::PasswordReset, Some("bob"), NOW + 300),
        ];
        for link in &all {
            links::insert(tx, link)?;
            assert_eq!(links::find(tx, &link.id)?.as_ref(), Some(link));
        }
        assert_eq!(links::find(tx, "x")?, None);
        assert!(links::update_used(tx, "b", NOW + 1)?);
        assert!(!links::update_used(tx, "b", NOW + 2)?);
        assert_eq!(links::find(tx, "b")?.unwrap().used_at, Some(NOW + 1));
        links::delete_unused_of_user(tx, main, &id("ann"))?;
        assert!(links::find(tx, "b")?.is_some(), "a used one stays, to say so");
        assert_eq!(links::find(tx, "c")?, None);
        links::delete_unused_of_kind(tx, main, LinkKind::Setup)?;
        assert_eq!(links::find(tx, "a")?, None);
        assert_eq!(links::delete_before(tx, NOW + 200, 10)?, 0);
        assert_eq!(links::delete_before(tx, NOW + 201, 10)?, 1);
        assert!(links::find(tx, "d")?.is_some());
        Ok(())
    })
    .await;
}

stores!(keys_open_by_their_hash);
async fn keys_open_by_their_hash(on: &TestStore) {
    told(on, |tx| {
        let (main, other) = (add_account(tx, "main"), add_account(tx, "other"));
        let ann = add_user(tx, main, "ann", Role::Administrator);
        let key = |name: &str, created_by: Option<&UserId>| NewKey {
            id: KeyId::new(name.into()),
            name: name.to_uppercase(),
            hash: format!("hash of {name}"),
            prefix: "abcd".into(),
            scopes: Scopes::parse("scopes", ["notify", "read"]).unwrap(),
            expires_at: Some(NOW + 100),
            created_by: created_by.map(ToString::to_string),
        };
        keys::insert(tx, main, &key("b", Some(&ann)), NOW)?;
        keys::insert(tx, main, &key("a", None), NOW)?;
        let listed = keys::list(tx, main)?;
        assert_eq!(
            listed.iter().map(|k| (k.id.as_str(), k.created_by.as_deref())).collect::<Vec<_>>(),
            [("a", None), ("b", Some("ANN"))]
        );
        assert_eq!(readings::list_ending_keys(tx, NOW, NOW + 99)?, []);
        let ending = readings::list_ending_keys(tx, NOW, NOW + 100)?;
        assert_eq!(ending.iter().map(|key| &*key.id).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(keys::get(tx, main, "b")?, listed[1]);
        assert_eq!(keys::list(tx, other)?, []);
        let presented = keys::find_by_hash(tx, "hash of b")?.unwrap();
        assert_eq!(
            (presented.account, presented.name.as_str(), presented.scopes.joined()),
            (main, "B", "notify read".into())
        );
        assert_eq!(keys::find_by_hash(tx, "hash of c")?, None);
        keys::update_last_used(tx, main, &presented.id, NOW)?;
        keys::update_last_used(tx, main, &presented.id, NOW + 59_999)?;
        assert_eq!(keys::get(tx, main, "b")?.last_used_at, Some(NOW));
        keys::update_last_used(tx, main, &presented.id, NOW + 60_000)?;
        assert_eq!(keys::get(tx, main, "b")?.last_used_at, Some(NOW + 60_000));
        assert_eq!(keys::update_revoked(tx, other, "b", NOW), Err(Error::NotFound));
        keys::update_revoked(tx, main, "b", NOW)?;
        assert_eq!(keys::update_revoked(tx, main, "b", NOW), Err(Error::NotFound));
        assert_eq!(keys::find_by_hash(tx, "hash of b")?, None);
        assert_eq!(keys::get(tx, main, "b"), Err(Error::NotFound));
        tx.execute("update account set suspended_at = 1", &[])?;
        let closed = keys::find_by_hash(tx, "hash of a")?.and_then(|key| key.suspended);
        assert_eq!(closed.as_deref(), Some(""), "a suspended account is closed");
        Ok(())
    })
    .await;
}

stores!(the_audit_log_is_read_backwards);
async fn the_audit_log_is_read_backwards(on: &TestStore) {
    told(on, |tx| {
        let main = add_account(tx, "main");
        let actors = [Actor::System, Actor::User(id("ann")), Actor::Key(KeyId::new("k".into()))];
        for (number, actor) in actors.iter().enumerate() {
            audit::insert(tx, main, actor, "user.locked", "bob", "{}", &format!("{number}"), NOW)?;
        }
        let newest = audit::list(tx, main, "", 2)?;
        assert_eq!(
            newest.iter().map(|e| (e.id.as_str(), e.actor_kind.as_str())).collect::<Vec<_>>(),
            [("2", "key"), ("1", "user")]
        );
        let older = audit::list(tx, main, "1", 10)?;
        assert_eq!((older.len(), older[0].actor_id.as_deref(), older[0].subject.as_str()), (1, None, "bob"));
        assert_eq!(audit::list(tx, Account(2), "", 10)?, []);
        Ok(())
    })
    .await;
}
