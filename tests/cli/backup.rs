//! The data as a whole: backed up beside a running server, taken back, moved to PostgreSQL, brought up to date.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::program::{Folder, Server, bellwire, command};

/// An account with somebody to write to, and a key that may.
fn furnish(folder: &Folder) -> String {
    for args in [
        &["group", "add", "g", "--name", "G"][..],
        &["user", "add", "a@x.example", "--name", "A", "--group", "g"],
    ] {
        assert_eq!(bellwire(folder, args).code, 0);
    }
    bellwire(folder, &["key", "add", "k", "--scope", "all"]).out.trim().to_owned()
}

fn send(server: &Server, key: &str, body: &str) -> (u16, String) {
    let answer = server.post("/v1/notifications", key, &json!({ "body": body, "groups": ["g"] }));
    (answer.status, answer.body["id"].as_str().unwrap_or_default().to_owned())
}

fn sent(server: &Server, key: &str) -> Vec<String> {
    let (mut ids, mut next) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("/v1/notifications?limit=100&cursor={next}"), key).body;
        ids.extend(
            page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(cursor) => cursor.clone_into(&mut next),
            None => return ids,
        }
    }
}

fn rows(file: &Path, sql: &str) -> i64 {
    rusqlite::Connection::open(file).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

fn path(folder: &Folder, name: &str) -> String {
    folder.home().join(name).to_str().unwrap().to_owned()
}

#[test]
fn a_backup_under_load_is_whole_and_has_all_that_was_answered_before_it() {
    let folder = Folder::new();
    let server = Arc::new(Server::start(&folder));
    let key = furnish(&folder);
    let before: Vec<String> = (0..50).map(|n| send(&server, &key, &format!("before {n}")).1).collect();
    let stop = Arc::new(AtomicBool::new(false));
    let writer = std::thread::spawn({
        let (server, key, stop) = (Arc::clone(&server), key.clone(), Arc::clone(&stop));
        move || {
            let mut ids = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let (status, id) = send(&server, &key, &format!("meanwhile {}", ids.len()));
                assert_eq!(status, 202);
                ids.push(id);
            }
            ids
        }
    });
    let mut files = Vec::new();
    for number in 0..3 {
        let file = path(&folder, &format!("copy-{number}.db"));
        let made = bellwire(&folder, &["backup", &file]);
        assert_eq!((made.code, made.out.trim()), (0, file.as_str()), "{made:?}");
        assert!(made.err.contains("read back and whole"), "{made:?}");
        files.push(file);
    }
    stop.store(true, Ordering::Relaxed);
    let meanwhile = writer.join().unwrap();
    assert!(!meanwhile.is_empty());
    assert_eq!(bellwire(&folder, &["backup", &files[0]]).code, 1, "a backup is never written over");
    let note: Value = serde_json::from_slice(&std::fs::read(format!("{}.json", files[2])).unwrap()).unwrap();
    assert_eq!((note["engine"].as_str(), note["rows"]["account"].as_i64()), (Some("sqlite"), Some(1)));
    let all = [before.clone(), meanwhile].concat();
    Arc::into_inner(server).unwrap().kill();

    for file in &files {
        let other = Folder::new();
        let back = bellwire(&other, &["restore", file]);
        assert_eq!(back.code, 0, "{back:?}");
        let restored = Server::start(&other);
        let kept = sent(&restored, &key);
        assert!(before.iter().all(|id| kept.contains(id)), "what was answered before the backup is in it");
        assert!(kept.iter().all(|id| all.contains(id)));
        assert_eq!(send(&restored, &key, "after").0, 202);
        assert!(restored.stop().success());
        let again = bellwire(&other, &["restore", file]);
        assert!(again.code == 1 && again.err.contains("has data already"), "{again:?}");
    }
    // The list of runs has them, for whoever watches.
    let runs = "select count(*) from backup_run where verified = 1 and error is null";
    assert_eq!(rows(&folder.path().join("bellwire.db"), runs), 3);
}

#[test]
fn a_restore_is_refused_beside_a_server_and_with_a_damaged_file() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    furnish(&folder);
    let file = path(&folder, "copy.db");
    assert_eq!(bellwire(&folder, &["backup", &file]).code, 0);
    let running = bellwire(&folder, &["restore", &file]);
    assert!(running.code == 1 && running.err.contains("is running on"), "{running:?}");
    assert!(server.stop().success());
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4_000].fill(0x5a);
    std::fs::write(&file, &bytes).unwrap();
    let other = Folder::new();
    let damaged = bellwire(&other, &["restore", &file]);
    assert_eq!(damaged.code, 1, "{damaged:?}");
    assert!(!other.path().join("bellwire.db").exists() && !other.path().join("bellwire.db.part").exists());
    std::fs::write(&file, "no database at all").unwrap();
    let nonsense = bellwire(&other, &["restore", &file]);
    assert!(nonsense.code == 1 && nonsense.err.contains("is no backup of Bellwire's"), "{nonsense:?}");
    let nothing = bellwire(&Folder::new(), &["backup", &path(&folder, "none.db")]);
    assert!(nothing.code == 1 && nothing.err.contains("there is no database"), "{nothing:?}");
}

#[test]
fn after_a_restore_browsers_load_anew_and_old_letters_wait() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let key = furnish(&folder);
    send(&server, &key, "a letter that no relay took");
    let token = |server: &Server| {
        let made = server.post("/v1/tokens", &key, &json!({ "user": "a@x.example" }));
        made.body["token"].as_str().unwrap().to_owned()
    };
    let cursor = server.get("/v1/inbox", &token(&server)).body["cursor"].as_str().unwrap().to_owned();
    while server.get("/v1/deliveries", &key).body["items"].as_array().is_none_or(Vec::is_empty) {}
    let file = bellwire(&folder, &["backup", "--to", folder.home().to_str().unwrap()]).out;
    assert!(server.stop().success());
    let other = Folder::new();
    let back = bellwire(&other, &["restore", file.trim()]);
    assert!(back.code == 0 && back.err.contains("1 letters wait"), "{back:?}");
    let server = Server::start(&other);
    let now = server.get("/v1/inbox", &token(&server)).body["cursor"].as_str().unwrap().to_owned();
    assert_ne!(now.split('.').next(), cursor.split('.').next(), "another epoch");
    let letters = server.get("/v1/deliveries", &key).body;
    assert_eq!(
        (&letters["items"][0]["state"], &letters["items"][0]["reason"]),
        (&json!("held"), &json!("restored"))
    );
    let doctor = bellwire(&other, &["doctor"]);
    assert!(doctor.out.contains("1 wait since a restore"), "{doctor:?}");
    let released = bellwire(&other, &["mail", "release"]);
    assert_eq!((released.code, released.err.as_str()), (0, "released 1 letters\n"));
    assert_eq!(server.get("/v1/deliveries", &key).body["items"][0]["state"], json!("queued"));
    assert_eq!(bellwire(&other, &["mail", "discard"]).err, "discarded 0 letters\n");
}

#[test]
fn the_server_makes_backups_by_the_clock_and_keeps_the_newest() {
    let folder = Folder::new();
    let target = folder.home().join("backups");
    std::fs::create_dir_all(&target).unwrap();
    for old in ["bellwire-20200101T000000Z.db", "bellwire-20200102T000000Z.db", "mine.db"] {
        std::fs::write(target.join(old), "x").unwrap();
    }
    let data = folder.path().to_str().unwrap();
    let args = ["serve", "--data", data, "--listen", "127.0.0.1:0", "--backup-keep", "2", "--backup-dir"];
    let mut serve = command(&args);
    serve.arg(&target);
    let server = Server::spawn(serve);
    let names = || {
        let names = std::fs::read_dir(&target)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".db")).collect();
        names.sort();
        names
    };
    // The first one is due at once; the oldest goes when it is whole.
    while names().contains(&"bellwire-20200101T000000Z.db".to_owned()) {
        assert_eq!(server.get("/healthz", "").status, 200);
    }
    let kept = names();
    assert_eq!(
        (kept.len(), kept[0].as_str(), kept[2].as_str()),
        (3, "bellwire-20200102T000000Z.db", "mine.db")
    );
    let newest = target.join(&kept[1]);
    assert!(server.stop().success());
    let back = bellwire(&Folder::new(), &["restore", newest.to_str().unwrap()]);
    assert_eq!(back.code, 0, "{back:?}");
}

/// A database as the first version left it, with somebody in it.
fn first_version(folder: &Folder) -> PathBuf {
    std::fs::create_dir_all(folder.path()).unwrap();
    let file = folder.path().join("bellwire.db");
    let text = include_str!("../../migrations/0001_init.sql");
    let text = text.replace(" bigint", " integer").replace("\n);", "\n) strict;");
    let sums = include_str!("../../migrations/checksums.txt");
    let sum = sums.lines().find_map(|line| line.strip_suffix("  0001_init.sql")).unwrap();
    let db = rusqlite::Connection::open(&file).unwrap();
    db.execute_batch(&text).unwrap();
    db.execute_batch(&format!(
        "create table migration (number integer not null primary key, name text not null, checksum text not null,
             applied_at integer not null) strict;
         insert into migration values (1, '0001_init', '{sum}', 1);
         insert into account (number, id, code, name, zone, language, seq, last_number, created_at)
             values (1, 'a', 'main', 'Old', 'UTC', 'en', 1, 2, 1);
         insert into app_user (account, id, number, email, email_key, name, search, role, access_changed_at, created_at)
             values (1, 'u', 1, 'a@x.example', 'a@x.example', 'A', 'a a@x.example', 'manager', 1, 1);
         insert into event (account, id, type, actor_kind, data, audience, created_at)
             values (1, 'e', 'one_time', 'system', '{{\"title\":\"Old\",\"body\":\"still here\",\"severity\":\"info\",\"sticky\":false}}', 'u', 1);
         insert into notification (account, id, event_id, kind, severity, sticky, audience, texts, search, created_at)
             values (1, 'n', 'e', 'one_time', 'info', 0, '[]',
                 '[{{\"language\":\"en\",\"title\":\"Old\",\"body\":\"still here\"}}]', 'old still here', 1);
         insert into inbox_item (account, user_id, id, notification_id, dedup_key, kind, seq, created_at)
             values (1, 'u', 'i', 'n', 'e', 'one_time', 1, 1);"
    ))
    .unwrap();
    file
}

#[test]
fn an_upgrade_from_the_first_version_keeps_everything_and_a_backup() {
    let folder = Folder::new();
    first_version(&folder);
    let old = path(&folder, "old.db");
    let made = bellwire(&folder, &["backup", &old]);
    assert_eq!(made.code, 0, "an older database is backed up as it is: {made:?}");
    assert_eq!(rows(Path::new(&old), "select count(*) from migration"), 1);
    let mut serve = command(&["serve", "--data", folder.path().to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    let log = std::fs::File::create(folder.home().join("log")).unwrap();
    serve.stderr(log);
    let server = Server::spawn_quiet(serve);
    let key = bellwire(&folder, &["key", "add", "k", "--scope", "all"]).out.trim().to_owned();
    let made = server.post("/v1/tokens", &key, &json!({ "user": "a@x.example" }));
    let inbox = server.get("/v1/inbox", made.body["token"].as_str().unwrap()).body;
    assert_eq!((&inbox["items"][0]["title"], &inbox["unread"]), (&json!("Old"), &json!(1)), "{inbox}");
    assert!(server.stop().success());
    let said = std::fs::read_to_string(folder.home().join("log")).unwrap();
    assert!(said.contains("made a backup before the upgrade"), "{said}");
    let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let backup = files.into_iter().find(|file| {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        name.starts_with("before-schema-") && name.ends_with(".db")
    });
    let backup = backup.unwrap();
    assert_eq!(rows(&backup, "select count(*) from migration"), 1, "as it was before");
    assert_eq!(rows(&backup, "select count(*) from inbox_item"), 1);
    // A second start has nothing to bring up to date.
    let server = Server::start(&folder);
    assert!(server.stop().success());
    let copies = std::fs::read_dir(folder.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with("before-schema-"));
    assert_eq!(copies.count(), 2, "one backup and what is in it");
    // And the way back: the backup of the old version is taken up by this one.
    let other = Folder::new();
    assert_eq!(bellwire(&other, &["restore", backup.to_str().unwrap()]).code, 0);
    assert_eq!(bellwire(&other, &["group", "add", "g", "--name", "G"]).code, 0);
    assert_eq!(rows(&other.path().join("bellwire.db"), "select count(*) from inbox_item"), 1);
}

#[test]
fn an_upgrade_without_room_for_its_backup_changes_nothing() {
    let folder = Folder::new();
    let Some(disk) = crate::faults::Disk::mount(folder.path()) else {
        println!("SKIPPED: a small disk cannot be mounted here, that takes root");
        return;
    };
    let file = first_version(&folder);
    let filler = folder.path().join("filler");
    let mut full = std::fs::File::create(&filler).unwrap();
    while std::io::Write::write_all(&mut full, &[0; 4096]).is_ok() {}
    // Room to look at the database, and not for a second one.
    full.set_len(full.metadata().unwrap().len() - 100_000).unwrap();
    let refused = bellwire(&folder, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        refused.code == 1 && refused.err.contains("no backup could be made before the upgrade"),
        "{refused:?}"
    );
    assert_eq!(rows(&file, "select count(*) from migration"), 1);
    assert_eq!(rows(&file, "select count(*) from inbox_item"), 1);
    std::fs::remove_file(&filler).unwrap();
    let more = ["-o", "remount,size=64m"];
    assert!(Command::new("mount").args(more).arg(folder.path()).status().unwrap().success());
    let data = folder.path().to_str().unwrap();
    let without = command(&["serve", "--upgrade-backup=false", "--data", data, "--listen", "127.0.0.1:0"]);
    assert!(Server::spawn(without).stop().success());
    assert!(rows(&file, "select count(*) from migration") > 1);
    drop(disk);
}

/// A database of its own on the PostgreSQL of the tests; dropped at the end.
struct Postgres {
    server: String,
    name: String,
    url: String,
}

impl Postgres {
    #[expect(clippy::disallowed_methods, reason = "the tests' own settings")]
    fn create(name: &str) -> Option<Self> {
        let server = std::env::var("BELLWIRE_TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())?;
        let name = format!("bellwire_cli_{}_{name}", std::process::id());
        psql(&server, &format!("create database {name}"));
        let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
        Some(Self { server, name, url })
    }

    fn count(&self, sql: &str) -> String {
        psql(&self.url, sql)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        psql(&self.server, &format!("drop database if exists {} with (force)", self.name));
    }
}

fn psql(url: &str, sql: &str) -> String {
    let said = Command::new("psql").args([url, "-X", "-q", "-A", "-t", "-c", sql]).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap().trim().to_owned()
}

fn on(folder: &Folder, url: &str, args: &[&str]) -> crate::program::Said {
    let mut command = command(args);
    command.args(["--data", folder.path().to_str().unwrap()]).env("BELLWIRE_DATABASE_URL", url);
    let output = command.output().unwrap();
    crate::program::Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The inbox of the one user.
fn inbox(server: &Server, key: &str) -> Value {
    let made = server.post("/v1/tokens", key, &json!({ "user": "a@x.example" }));
    server.get("/v1/inbox?limit=100", made.body["token"].as_str().unwrap()).body
}

fn serve_on(folder: &Folder, url: &str) -> Server {
    let mut serve = command(&["serve", "--data", folder.path().to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    serve.env("BELLWIRE_DATABASE_URL", url);
    Server::spawn(serve)
}

#[test]
fn a_store_moves_to_postgresql_whole_and_from_there_into_a_backup_and_back() {
    let Some(first) = Postgres::create("copy") else {
        println!("SKIPPED: BELLWIRE_TEST_DATABASE_URL is not set");
        return;
    };
    let folder = Folder::new();
    let server = Server::start(&folder);
    let key = furnish(&folder);
    let odd = "a tab\t, a line\nend, a back\\slash, \\N, Ünïcödé and 'quotes'";
    let ids: Vec<String> = (0..30).map(|n| send(&server, &key, &format!("{odd} {n}")).1).collect();
    let running = bellwire(&folder, &["copy", "--to", &first.url]);
    assert!(running.code == 1 && running.err.contains("is running on"), "{running:?}");
    while inbox(&server, &key)["unread"] != json!(30) {}
    let before = inbox(&server, &key);
    assert!(server.stop().success());
    let copied = bellwire(&folder, &["copy", "--to", &first.url]);
    assert!(copied.code == 0 && copied.err.contains("counted them there"), "{copied:?}");
    let again = bellwire(&folder, &["copy", "--to", &first.url]);
    assert!(again.code == 1 && again.err.contains("has data already"), "{again:?}");

    let elsewhere = Folder::new();
    let server = serve_on(&elsewhere, &first.url);
    let mut kept = sent(&server, &key);
    kept.reverse();
    assert_eq!(kept, ids);
    assert_eq!(inbox(&server, &key), before, "inbox and cursor are what they were");
    let file = path(&folder, "copy.dump");
    back_up_under_load(server, &key, &elsewhere, &first.url, &file);
    let epoch = before["cursor"].as_str().unwrap().split('.').next().unwrap();
    take_back(&file, &first.url, &key, &ids, epoch);
}

/// A backup of PostgreSQL while others write.
fn back_up_under_load(server: Server, key: &str, at: &Folder, url: &str, file: &str) {
    let stop = Arc::new(AtomicBool::new(false));
    let server = Arc::new(server);
    let writer = std::thread::spawn({
        let (server, key, stop) = (Arc::clone(&server), key.to_owned(), Arc::clone(&stop));
        move || {
            while !stop.load(Ordering::Relaxed) {
                assert_eq!(send(&server, &key, "meanwhile").0, 202);
            }
        }
    });
    let made = on(at, url, &["backup", file]);
    stop.store(true, Ordering::Relaxed);
    writer.join().unwrap();
    assert!(made.code == 0 && made.err.contains("read back and whole"), "{made:?}");
    Arc::into_inner(server).unwrap().kill();
}

/// And back into another database; not into one that is used, and not into a folder.
fn take_back(file: &str, used: &str, key: &str, ids: &[String], epoch: &str) {
    let second = Postgres::create("back").unwrap();
    let place = Folder::new();
    let wrong = bellwire(&place, &["restore", file]);
    assert!(wrong.code == 1 && wrong.err.contains("--database-url"), "{wrong:?}");
    let full = on(&place, used, &["restore", file]);
    assert!(full.code == 1 && full.err.contains("has data already"), "{full:?}");
    let back = on(&place, &second.url, &["restore", file]);
    assert_eq!(back.code, 0, "{back:?}");
    let server = serve_on(&place, &second.url);
    let kept = sent(&server, key);
    assert!(ids.iter().all(|id| kept.contains(id)));
    let now = inbox(&server, key)["cursor"].as_str().unwrap().to_owned();
    assert_ne!(now.split('.').next(), Some(epoch), "another epoch");
    assert!(server.stop().success());
    assert_ne!(
        second.count("select count(*) from delivery where state = 'held' and reason = 'restored'"),
        "0"
    );
    let missing = {
        let mut command =
            command(&["backup", &path(&place, "never.dump"), "--data", place.path().to_str().unwrap()]);
        command.env("BELLWIRE_DATABASE_URL", &second.url).env("PATH", "/nonexistent");
        command.output().unwrap()
    };
    let said = String::from_utf8(missing.stderr).unwrap();
    assert!(said.contains("pg_dump was not found on PATH"), "{said}");
}

#[test]
fn a_move_that_is_interrupted_leaves_nothing() {
    let Some(target) = Postgres::create("cut") else {
        println!("SKIPPED: BELLWIRE_TEST_DATABASE_URL is not set");
        return;
    };
    let folder = Folder::new();
    let server = Server::start(&folder);
    furnish(&folder);
    assert!(server.stop().success());
    let db = rusqlite::Connection::open(folder.path().join("bellwire.db")).unwrap();
    db.execute_batch(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 200000)
         insert into idempotency (account, caller, operation, key, body_hash, answer, created_at)
         select 1, 'c', 'o', 'k' || i, 'h', hex(randomblob(400)), 1 from n",
    )
    .unwrap();
    drop(db);
    let mut copy = command(&["copy", "--to", &target.url, "--data", folder.path().to_str().unwrap()]);
    let mut child = copy.spawn().unwrap();
    // It is at the work when its transaction is seen there.
    let busy = "select count(*) from pg_stat_activity where application_name = 'bellwire' and query ilike 'copy%idempotency%'";
    let mut looks = 0;
    while psql(&target.url, busy) == "0" && child.try_wait().unwrap().is_none() {
        looks += 1;
        assert!(looks < 10_000);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let tables = "select count(*) from pg_tables where schemaname = 'public'";
    while psql(&target.url, "select count(*) from pg_stat_activity where application_name = 'bellwire'")
        != "0"
    {}
    assert_eq!(target.count(tables), "0");
    let whole = bellwire(&folder, &["copy", "--to", &target.url]);
    assert_eq!(whole.code, 0, "{whole:?}");
    assert_eq!(target.count("select count(*) from idempotency"), "200000");
}
