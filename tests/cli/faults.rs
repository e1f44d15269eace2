//! Faults that must destroy nothing: a second server, a newer database, a damaged file, a full disk.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::program::{Answer, Folder, Said, Server, bellwire};

fn serve(folder: &Folder) -> Said {
    bellwire(folder, &["serve", "--listen", "127.0.0.1:0"])
}

fn database(folder: &Folder) -> PathBuf {
    folder.path().join("bellwire.db")
}

/// What the files of the database hold.
fn content(folder: &Folder) -> Vec<u8> {
    std::fs::read(database(folder)).unwrap()
}

#[test]
fn a_second_server_on_the_same_directory_is_refused() {
    let folder = Folder::new();
    let first = Server::start(&folder);
    let second = serve(&folder);
    assert_eq!((second.code, second.out.as_str()), (1, ""), "{second:?}");
    assert!(second.err.contains("is running on"), "{second:?}");
    assert_eq!(first.get("/healthz", "").status, 200);
    assert!(folder.path().join("bellwire.sock").exists());
    assert_eq!(bellwire(&folder, &["group", "add", "g", "--name", "G"]).code, 0);
    // After a crash nothing has to be cleaned up.
    first.kill();
    assert_eq!(bellwire(&folder, &["group", "add", "h", "--name", "H"]).code, 0);
    let third = Server::start(&folder);
    assert_eq!(bellwire(&folder, &["group", "add", "i", "--name", "I"]).code, 0);
    assert!(third.stop().success());
}

#[test]
fn a_port_that_is_taken_is_named() {
    let (one, other) = (Folder::new(), Folder::new());
    let first = Server::start(&one);
    let address = first.url.strip_prefix("http://").unwrap();
    let second = bellwire(&other, &["serve", "--listen", address]);
    assert_eq!(second.code, 1);
    assert!(second.err.contains(&format!("cannot listen on {address}")), "{second:?}");
}

#[test]
fn a_database_from_a_newer_version_is_refused_and_left_alone() {
    let folder = Folder::new();
    assert_eq!(bellwire(&folder, &["group", "add", "g", "--name", "G"]).code, 0);
    let newer = rusqlite::Connection::open(database(&folder)).unwrap();
    let add = "insert into migration (number, name, checksum, applied_at) values (999, 'later', 'x', 1)";
    newer.execute(add, []).unwrap();
    newer.close().unwrap();
    let before = content(&folder);
    for refused in [serve(&folder), bellwire(&folder, &["group", "add", "h", "--name", "H"])] {
        assert_eq!((refused.code, refused.out.as_str()), (1, ""), "{refused:?}");
        assert!(refused.err.contains("comes from a newer Bellwire"), "{refused:?}");
    }
    let seen = bellwire(&folder, &["doctor"]);
    assert!(seen.code == 1 && seen.out.contains("comes from a newer Bellwire"), "{seen:?}");
    assert!(content(&folder) == before);
}

#[test]
fn a_damaged_file_is_refused_and_left_alone() {
    for damage in
        [|bytes: &mut Vec<u8>| bytes[..100].fill(7), |bytes: &mut Vec<u8>| bytes[100..4000].fill(0xff)]
    {
        let folder = Folder::new();
        assert_eq!(bellwire(&folder, &["group", "add", "g", "--name", "G"]).code, 0);
        let mut bytes = content(&folder);
        damage(&mut bytes);
        std::fs::write(database(&folder), &bytes).unwrap();
        for refused in [serve(&folder), bellwire(&folder, &["group", "add", "h", "--name", "H"])] {
            assert_eq!((refused.code, refused.out.as_str()), (1, ""), "{refused:?}");
            assert!(refused.err.contains("is damaged"), "{refused:?}");
        }
        assert_eq!(bellwire(&folder, &["doctor"]).code, 1);
        assert!(content(&folder) == bytes);
    }
}

/// A disk of a few megabytes, at the folder's place; unmounted when it is dropped.
pub struct Disk(PathBuf);

impl Disk {
    pub fn mount(at: &Path) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4m,mode=0700", "bellwire-test"]).arg(at);
        let mounted = mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        mounted.then(|| Self(at.to_owned()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// All that the key has sent, newest first.
fn list(server: &Server, key: &str) -> Vec<Value> {
    let (mut sent, mut next) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("/v1/notifications?limit=100&cursor={next}"), key).body;
        sent.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(cursor) => cursor.clone_into(&mut next),
            None => return sent,
        }
    }
}

#[test]
fn a_full_disk_refuses_writes_and_loses_nothing() {
    let folder = Folder::new();
    let Some(disk) = Disk::mount(folder.path()) else {
        println!("SKIPPED: a small disk cannot be mounted here, that takes root");
        return;
    };
    let server = Server::start(&folder);
    for args in [
        &["group", "add", "g", "--name", "G"][..],
        &["user", "add", "a@x.example", "--name", "A", "--group", "g"],
    ] {
        assert_eq!(bellwire(&folder, args).code, 0);
    }
    let key = bellwire(&folder, &["key", "add", "k", "--scope", "all"]).out;
    let key = key.trim();
    let send = |number: usize| {
        let body = format!("number {number} {}", "x".repeat(8_000));
        server.post("/v1/notifications", key, &json!({ "body": body, "groups": ["g"] }))
    };
    let mut accepted: Vec<Value> = Vec::new();
    let mut keep = |answer: Answer| accepted.push(answer.body["id"].clone());
    keep(send(0));
    let refused = (1..2_000).find_map(|number| match send(number) {
        answer if answer.status == 202 => {
            keep(answer);
            None
        }
        answer => Some(answer),
    });
    let refused = refused.unwrap();
    assert_eq!((refused.status, &refused.body["type"]), (507, &json!("/problems/storage-full")));
    assert_eq!(server.get("/v1/groups", key).status, 200, "reading goes on");
    // A group is smaller than a message: a few may still find room.
    let add = |number: usize| bellwire(&folder, &["group", "add", &format!("h{number}"), "--name", "H"]);
    let command = (0..300).map(add).find(|command| command.code != 0).unwrap();
    assert!(command.code == 1 && command.err.contains("disk is full"), "{command:?}");

    // The operator makes room; nothing has to be restarted.
    let more = ["-o", "remount,size=64m"];
    assert!(Command::new("mount").args(more).arg(folder.path()).status().unwrap().success());
    let back = send(9_999);
    assert_eq!(back.status, 202, "{back:?}");
    keep(back);
    let mut kept = list(&server, key);
    // What was accepted before the disk was full is routed now, if it was not then.
    while kept.iter().any(|sent| sent["state"] != "sent") {
        kept = list(&server, key);
    }
    let ids: Vec<&Value> = kept.iter().rev().map(|sent| &sent["id"]).collect();
    assert_eq!(ids, accepted.iter().collect::<Vec<_>>());
    assert!(server.stop().success());
    drop(disk);
}
