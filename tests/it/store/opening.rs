//! What the store refuses to open, and that it changes nothing then.

use std::path::Path;

use bellwire::store::inspect::{inspect, sqlite_version};
use bellwire::store::{DirectoryLock, Engine, Location, OpenError, database_file, known_schema, meta};

use super::{NOW, TestStore, apart, open, run_store, stores};
use crate::support::database::{Database, admin, query};

/// Opens what must be refused.
fn refused(location: &Location) -> OpenError {
    match open(location) {
        Ok(store) => {
            apart(|| store.stop());
            panic!("it was opened");
        }
        Err(error) => error,
    }
}

stores!(opening_again_finds_everything);
async fn opening_again_finds_everything(on: &TestStore) {
    on.store.write(|tx| meta::get_or_insert(tx, "kept", "yes")).await.unwrap();
    apart(|| on.store.stop());
    let again = open(&on.database.location()).unwrap();
    assert_eq!(again.read(|tx| meta::find(tx, "kept")).await.unwrap().as_deref(), Some("yes"));
    assert_eq!(again.engine(), on.store.engine());
    again.analyze().await.unwrap();
    apart(|| again.stop());
    let facts = apart(|| inspect(&on.database.location(), NOW)).unwrap().unwrap();
    assert_eq!(
        (facts.engine, facts.schema.map(|(number, _)| number)),
        (on.store.engine(), Some(known_schema()))
    );
    assert!(
        facts.damage.is_empty() && facts.bytes > 0 && facts.backlog.is_some_and(|backlog| backlog.due == 0)
    );
}

stores!(a_newer_database_is_left_alone);
async fn a_newer_database_is_left_alone(on: &TestStore) {
    apart(|| on.store.stop());
    let newer = known_schema() + 1;
    let later = format!(
        "insert into migration (number, name, checksum, applied_at) values ({newer}, 'later', 'x', 1)"
    );
    on.database.run(&later);
    let error = refused(&on.database.location());
    assert!(
        matches!(error, OpenError::Newer { found, known } if (found, known) == (newer, known_schema())),
        "{error}"
    );
    assert!(error.to_string().contains("newer Bellwire"), "{error}");
    on.database.run(&format!("delete from migration where number = {newer}"));
    let store = open(&on.database.location()).unwrap();
    apart(|| store.stop());
}

stores!(a_changed_migration_is_refused);
async fn a_changed_migration_is_refused(on: &TestStore) {
    apart(|| on.store.stop());
    on.database.run("update migration set checksum = 'x' || checksum where number = 1");
    let error = refused(&on.database.location());
    assert!(matches!(error, OpenError::ChangedMigration { number: 1 }), "{error}");
    on.database.run("update migration set checksum = substr(checksum, 2) where number = 1");
    let store = open(&on.database.location()).unwrap();
    apart(|| store.stop());
}

stores!(two_that_start_at_once_agree);
async fn two_that_start_at_once_agree(on: &TestStore) {
    apart(|| on.store.stop());
    if on.store.engine() == Engine::Postgres {
        on.database.run("drop schema public cascade; create schema public");
    } else {
        // One process has a directory to itself.
        let _lock = DirectoryLock::take(&on.database.dir).unwrap();
        let error = DirectoryLock::take(&on.database.dir).unwrap_err();
        let expected = std::process::id().to_string();
        assert!(matches!(&error, OpenError::InUse { pid, .. } if *pid == expected), "{error}");
        return;
    }
    let starters: Vec<_> = (0..3)
        .map(|_| {
            let location = on.database.location();
            std::thread::spawn(move || open(&location).map(|store| store.stop()))
        })
        .collect();
    for starter in starters {
        starter.join().unwrap().unwrap();
    }
    assert_eq!(
        query(on.database.url.as_ref().unwrap(), "select cast(count(*) as text) from migration"),
        [known_schema().to_string()]
    );
}

#[test]
fn what_is_no_database_is_left_as_it_is() {
    run_store(Engine::Sqlite, async |on: &TestStore| {
        on.store.write(|tx| meta::get_or_insert(tx, "kept", "yes")).await.unwrap();
        apart(|| on.store.stop());
        let file = database_file(&on.database.dir);
        let good = std::fs::read(&file).unwrap();
        let mut torn = good.clone();
        torn[100..4096].fill(0xff);
        for (what, bytes) in
            [("no database", b"not a database, but a letter to Bob ".repeat(100)), ("a torn page", torn)]
        {
            std::fs::write(&file, &bytes).unwrap();
            let error = refused(&on.database.location());
            assert!(matches!(error, OpenError::Damaged(_, _)), "{what}: {error}");
            assert!(error.to_string().contains("restore a backup"), "{error}");
            assert!(std::fs::read(&file).unwrap() == bytes, "{what} was changed");
        }
        std::fs::write(&file, &good).unwrap();
        let store = open(&on.database.location()).unwrap();
        assert_eq!(store.read(|tx| meta::find(tx, "kept")).await.unwrap().as_deref(), Some("yes"));
        apart(|| store.stop());
    });
}

#[test]
fn a_place_that_cannot_be_used_is_named() {
    assert!(sqlite_version().0, "the SQLite in this build is new enough");
    let nowhere = Path::new("/proc/no-such");
    assert!(matches!(DirectoryLock::take(nowhere), Err(OpenError::Directory(_, _))));
    assert!(
        inspect(&Location::Directory(std::env::temp_dir().join("no-such-bellwire")), NOW).unwrap().is_none()
    );
    // Nobody listens on this port.
    let error = refused(&Location::Postgres("postgres://nobody:secret@127.0.0.1:1/x".into()));
    assert!(matches!(error, OpenError::Unreachable(_)), "{error:?}");
    assert!(!error.to_string().contains("secret"), "{error}");
    let error = refused(&Location::Postgres("postgres://127.0.0.1:x/".into()));
    assert!(matches!(error, OpenError::Url(_)), "{error:?}");
}

#[test]
fn settings_that_lose_writes_are_refused() {
    let Some(database) = Database::create(Engine::Postgres) else { return };
    let url = database.url.clone().unwrap();
    for value in ["off", "local"] {
        admin(&url, &format!("alter database {} set synchronous_commit = {value}", database.name()));
        let error = refused(&database.location());
        let OpenError::Unsafe { setting, value: found, .. } = &error else { panic!("{error}") };
        assert_eq!((*setting, found.as_str()), ("synchronous_commit", value));
        assert!(error.to_string().contains("set it to on"), "{error}");
    }
    admin(&url, &format!("alter database {} reset synchronous_commit", database.name()));
    let tables = "select cast(count(*) as text) from information_schema.tables where table_name = 'account'";
    let before = query(&url, tables);
    let off = format!("{url}?options=-c%20synchronous_commit%3Doff");
    assert!(matches!(refused(&Location::Postgres(off)), OpenError::Unsafe { .. }));
    assert_eq!(query(&url, tables), before, "nothing was made");
    let store = open(&database.location()).unwrap();
    apart(|| store.stop());
    database.give_back();
}
