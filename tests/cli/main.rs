//! The command line as scripts know it: the real binary on throwaway folders, beside a running server and without one;
//! what goes to stdout, what to stderr, the exit codes; and the faults that must destroy nothing.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod backup;
mod demo;
mod faults;
mod import;
mod log;
mod program;
mod proxy;

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;

use program::{Folder, Server, bellwire, bellwire_with};
use serde_json::json;

#[test]
fn commands_beside_a_running_server_and_after_it() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    assert_eq!(server.get("/healthz", "").status, 200);
    let setup = server.line();
    assert!(setup.starts_with(&format!("set up: {}/setup#", server.url)), "{setup}");
    let socket = std::fs::metadata(folder.path().join("bellwire.sock")).unwrap();
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);

    let group = bellwire(&folder, &["group", "add", "sales", "--name", "Sales"]);
    assert_eq!((group.code, group.out.as_str(), group.err.as_str()), (0, "", "added the group sales\n"));
    let mia = bellwire(&folder, &["user", "add", "mia@example.com", "--name", "Mia", "--group", "sales"]);
    let link = format!("{}/invitation#", server.url);
    assert!(mia.code == 0 && mia.out.starts_with(&link) && mia.out.lines().count() == 1, "{mia:?}");
    let ann = ["user", "add", "ann@example.com", "--name", "Ann", "--admin", "--password-stdin"];
    let ann = bellwire_with(&folder, &ann, "a long password\nnot this line\n");
    assert_eq!((ann.code, ann.out.as_str()), (0, ""), "{ann:?}");
    let sign_in = json!({"email": "ann@example.com", "password": "a long password"});
    assert_eq!(server.post("/v1/session", "", &sign_in).status, 200);

    let key = bellwire(&folder, &["key", "add", "shop", "--scope", "notify", "read"]);
    let key = key.out.strip_suffix('\n').unwrap();
    assert!(key.starts_with("bwk_") && !key.contains(char::is_whitespace), "{key}");
    let sent = server.post("/v1/notifications", key, &json!({"body": "hello", "groups": ["sales"]}));
    assert_eq!((sent.status, &sent.body["recipients"]), (202, &json!(1)));

    assert!(server.stop().success());
    assert!(!folder.path().join("bellwire.sock").exists());
    let late = bellwire(&folder, &["group", "add", "late", "--name", "Late"]);
    assert_eq!(late.code, 0, "{late:?}");
    let again = Server::start(&folder);
    let users = again.get("/v1/users?group=sales", key);
    assert_eq!((users.status, users.body["items"].as_array().unwrap().len()), (200, 1));
    let all = bellwire(&folder, &["key", "add", "all", "--scope=all"]);
    let groups = again.get("/v1/groups", all.out.trim());
    assert_eq!(groups.body["items"][1]["code"], "late");
}

#[test]
fn a_folder_deep_down_has_its_socket_too() {
    let folder = Folder::deep();
    let server = Server::start(&folder);
    assert_eq!(bellwire(&folder, &["group", "add", "g", "--name", "G"]).code, 0);
    assert!(bellwire(&folder, &["doctor"]).out.contains("is running"));
    assert!(server.stop().success());
}

#[test]
fn what_cannot_be_done_is_said_in_one_line() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let refused = |args: &[&str], words: &str| {
        let refused = bellwire(&folder, args);
        assert_eq!((refused.code, refused.out.as_str()), (1, ""), "{refused:?}");
        assert!(refused.err.starts_with("bellwire: ") && refused.err.contains(words), "{refused:?}");
        assert_eq!(refused.err.lines().count(), 1, "{refused:?}");
    };
    for running in [true, false] {
        if !running {
            server.signal("TERM");
        }
        let mail = format!("{running}@example.com");
        let user = ["user", "add", mail.as_str(), "--name", "Somebody"];
        assert_eq!(bellwire(&folder, &user).code, 0);
        refused(&user, "email: This is already in use");
        refused(&["user", "add", "nobody", "--name", "X"], "email: ");
        refused(&["user", "add", "x@example.com", "--name", "X", "--group", "nope"], "“nope”");
        refused(&["group", "add", "Über", "--name", "X"], "code: ");
        refused(&["key", "add", "k", "--scope", "everything"], "everything");
        let code = ["group", "add", "g", "--name", "G", "--account", "other"];
        refused(&code, "there is no account with the code other");
    }
    let short = ["user", "add", "y@example.com", "--name", "Y", "--password-stdin"];
    assert!(bellwire_with(&folder, &short, "short\n").err.contains("password: "));
    assert!(bellwire_with(&folder, &short, "").err.contains("no password came"));
    assert_eq!(bellwire(&folder, &["account", "add", "other", "--name", "Other"]).code, 0);
    let there = ["group", "add", "g", "--name", "G", "--account", "other"];
    assert_eq!(bellwire(&folder, &there).code, 0);
    for wrong in [&["group", "add"][..], &["sing"], &["key", "add", "k"]] {
        let wrong = bellwire(&folder, wrong);
        assert_eq!((wrong.code, wrong.out.as_str()), (2, ""), "{wrong:?}");
    }
}

#[test]
fn a_server_that_stops_says_goodbye_to_its_streams() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    assert_eq!(bellwire(&folder, &["user", "add", "a@example.com", "--name", "A"]).code, 0);
    let key = bellwire(&folder, &["key", "add", "host", "--scope", "tokens"]).out;
    let made = server.post("/v1/tokens", key.trim(), &json!({"user": "a@example.com"}));
    let mut stream = server.open("/v1/stream", made.body["token"].as_str().unwrap());
    let mut text = String::new();
    while !text.contains("retry: ") {
        let mut piece = [0; 512];
        let read = stream.read(&mut piece).unwrap();
        text.push_str(&String::from_utf8_lossy(&piece[..read]));
    }
    assert!(server.stop().success());
    stream.read_to_string(&mut text).unwrap();
    assert!(text.contains("event: bye\ndata: {\"reason\":\"shutdown\"}"), "{text}");
}

#[test]
fn the_doctor_looks_with_a_server_and_without() {
    let folder = Folder::new();
    let before = bellwire(&folder, &["doctor"]);
    assert!(before.code == 0 && before.out.contains("there is none yet"), "{before:?}");
    assert!(!folder.path().exists(), "a look makes nothing");
    let server = Server::start(&folder);
    let beside = bellwire(&folder, &["doctor", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&beside.out).unwrap();
    assert_eq!((beside.code, &report["ok"]), (0, &json!(true)), "{beside:?}");
    let says = |name: &str| {
        let found = report["findings"].as_array().unwrap().iter().find(|f| f["name"] == name);
        found.unwrap()["says"].as_str().unwrap().to_owned()
    };
    assert_eq!(says("server"), "is running");
    assert!(says("database").starts_with("SQLite 3."), "{report}");
    assert!(server.stop().success());
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let open = bellwire(&folder, &["doctor"]);
    assert!(open.code == 1 && open.out.contains("BAD   directory"), "{open:?}");
    assert_eq!(open.err, "bellwire: one thing must be put right\n");
}

#[test]
fn the_api_is_printed() {
    let folder = Folder::new();
    let printed = program::bellwire_alone(&["openapi"]);
    let document: serde_json::Value = serde_json::from_str(&printed.out).unwrap();
    assert_eq!(document["openapi"].as_str().unwrap().split('.').next(), Some("3"));
    assert!(document["paths"]["/v1/notifications"]["post"].is_object());
    assert!(document["paths"]["/v1/demo"].is_null());
    drop(folder);
}
