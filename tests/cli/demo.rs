//! The demo: people at a click, some history, a folder that is thrown away, and doors that no other server has.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::program::{Folder, Server, command};

fn start(folder: &Folder) -> Server {
    let mut command = command(&["demo", "--listen", "127.0.0.1:0"]);
    command.env("TMPDIR", folder.home());
    Server::spawn(command)
}

fn folders(folder: &Folder) -> Vec<PathBuf> {
    std::fs::read_dir(folder.home()).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn everybody_is_there_at_one_call_and_has_a_past() {
    let folder = Folder::new();
    let demo = start(&folder);
    assert_eq!(demo.get("/v1/status", "").body["demo"], true);
    let there = demo.get("/v1/demo", "").body;
    let people = there["people"].as_array().unwrap();
    assert_eq!((people.len(), &there["paused"]), (10, &json!(false)));
    let administrators = people.iter().filter(|person| person["role"] == "administrator").count();
    assert_eq!(administrators, 1);
    for language in ["en", "ru", "es"] {
        assert!(people.iter().any(|person| person["language"] == language), "{language}");
    }
    for person in people {
        let session = demo.post("/v1/demo/sign-in", "", &json!({ "user": person["id"] }));
        assert_eq!((session.status, &session.body["user"]["name"]), (200, &person["name"]));
        let cookie = session.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        let inbox = demo.get_with_cookie("/v1/inbox?limit=100", cookie.split(';').next().unwrap()).body;
        let items = inbox["items"].as_array().unwrap();
        assert!(
            items.len() >= 8 && inbox["unread"].as_i64().unwrap() > 0,
            "{}: {}",
            person["name"],
            items.len()
        );
        assert!(items.iter().any(|item| item["read_at"].is_string()), "{}", person["name"]);
    }
    let session = demo.post("/v1/demo/operator", "", &json!({}));
    assert_eq!((session.status, &session.body["name"]), (200, &there["operator"]["name"]));
    let cookie = session.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let states = |path: &str| {
        let page = demo.get_with_cookie(path, cookie).body;
        page["items"].as_array().unwrap().iter().map(|one| one["state"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        states("/v1/operator/accounts"),
        ["open", "open", "open", "suspended"].map(|s| format!("\"{s}\""))
    );
    let told = ["draft", "scheduled", "standing", "standing"].map(|stage| format!("\"{stage}\""));
    assert_eq!(states("/v1/operator/announcements"), told);
    assert_eq!(demo.post("/v1/demo/flow", "", &json!({"paused": true})).body, json!({"paused": true}));
    assert_eq!(demo.get("/v1/demo", "").body["paused"], true);
    assert_eq!(demo.post("/v1/demo/sign-in", "", &json!({"user": "nobody"})).status, 404);
    assert!(demo.stop().success());
    assert_eq!(folders(&folder), Vec::<PathBuf>::new());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a program of its own runs on the clock of the machine")]
fn letters_come_to_the_demos_mailbox_over_a_real_conversation() {
    let folder = Folder::new();
    let demo = start(&folder);
    let patience = Instant::now() + Duration::from_mins(1);
    let letters = loop {
        let letters = demo.get("/v1/demo/mailbox", "").body["items"].clone();
        if letters.as_array().is_some_and(|letters| !letters.is_empty()) {
            break letters;
        }
        assert!(Instant::now() < patience, "no letter came");
        std::thread::yield_now();
    };
    let row = &letters[0];
    let letter = demo.get(&format!("/v1/demo/mailbox/{}", row["id"].as_str().unwrap()), "").body;
    let header = |name: &str| {
        let headers = letter["headers"].as_array().unwrap().iter();
        headers.clone().find(|header| header[0] == name).map(|header| header[1].as_str().unwrap().to_owned())
    };
    assert_eq!(header("Subject").as_deref(), row["subject"].as_str());
    assert!(header("To").unwrap().contains(row["to"].as_str().unwrap()));
    assert!(
        letter["html"].as_str().unwrap().contains("<html") && !letter["text"].as_str().unwrap().is_empty()
    );
    assert_eq!(demo.get("/v1/demo/mailbox/none", "").status, 404);
    let story = demo.get("/readyz", "").body;
    assert_eq!(story["letters_without_relay"], 0, "{story}");
    assert!(demo.stop().success());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a program of its own runs on the clock of the machine")]
fn a_shop_with_a_past_moves_in() {
    let folder = Folder::new();
    let demo = start(&folder);
    let people = demo.get("/v1/demo", "").body["people"].clone();
    let administrator = people.as_array().unwrap().iter().find(|person| person["role"] == "administrator");
    let session = demo.post("/v1/demo/sign-in", "", &json!({"user": administrator.unwrap()["id"]}));
    let cookie = session.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    let read = |path: &str| demo.get_with_cookie(path, cookie.split(';').next().unwrap()).body;
    // It moves in beside the people who look around already; a minute is far above the second that it takes.
    let patience = Instant::now() + Duration::from_mins(1);
    let orders = loop {
        let orders = read("/v1/orders?limit=100");
        if orders["total"] == 120 {
            break orders;
        }
        assert!(Instant::now() < patience, "{}", orders["total"]);
        std::thread::yield_now();
    };
    let orders = orders["items"].as_array().unwrap();
    assert!(orders.iter().all(|order| order["status"]["name"].is_string() && order["customer"].is_object()));
    let managers: BTreeSet<_> = orders.iter().filter_map(|order| order["manager"]["id"].as_str()).collect();
    assert!(managers.len() >= 3, "{managers:?}");
    let id = orders[0]["id"].as_str().unwrap();
    assert!(!read(&format!("/v1/orders/{id}/history"))["items"].as_array().unwrap().is_empty());
    assert!(read("/v1/customers")["total"].as_i64().unwrap() > 20);
    // A past is imported in silence.
    let told = read("/v1/inbox?kind=system&limit=100");
    assert!(told["items"].as_array().unwrap().len() < 30, "{}", told["items"]);
    assert!(demo.stop().success());
}

#[test]
fn ten_minutes_are_skipped_and_a_mark_fires() {
    const MOST_LOOKS: usize = 30_000;
    let folder = Folder::new();
    let demo = start(&folder);
    let people = demo.get("/v1/demo", "").body["people"].clone();
    let session = demo.post("/v1/demo/sign-in", "", &json!({ "user": people[0]["id"] }));
    let cookie = session.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let look = |path: &str, is_there: &dyn Fn(&serde_json::Value) -> bool| {
        (0..MOST_LOOKS).any(|_| is_there(&demo.get_with_cookie(path, cookie).body))
    };
    assert!(look("/v1/tasks?performer=me", &|page| page["total"].as_i64() > Some(2)), "nobody has a task");
    let clock = demo.post("/v1/demo/clock", "", &json!({"advance_minutes": 15}));
    assert!(clock.status == 200 && clock.body["now"].is_string(), "{}", clock.body);
    let is_told = |page: &serde_json::Value| page["items"][0]["due_at"].is_string();
    assert!(look("/v1/inbox?kind=task", &is_told), "no mark fired");
    assert_eq!(demo.post("/v1/demo/clock", "", &json!({"advance_minutes": 0})).status, 422);
    assert!(demo.stop().success());
}

#[test]
fn what_a_killed_demo_leaves_the_next_one_sweeps_away() {
    let folder = Folder::new();
    let (lives, dies) = (start(&folder), start(&folder));
    dies.kill();
    assert_eq!(folders(&folder).len(), 2);
    let next = start(&folder);
    assert_eq!(folders(&folder).len(), 2);
    assert_eq!(lives.get("/v1/demo", "").status, 200);
    assert!(next.stop().success() && lives.stop().success());
    assert_eq!(folders(&folder).len(), 0);
}

#[test]
fn a_named_folder_stays_and_a_real_server_has_no_demo() {
    let folder = Folder::new();
    let data = folder.path().to_str().unwrap();
    for _ in 0..2 {
        let demo = Server::spawn(command(&["demo", "--listen", "127.0.0.1:0", "--data", data]));
        assert_eq!(demo.get("/v1/demo", "").body["people"].as_array().unwrap().len(), 10);
        assert!(demo.stop().success());
    }
    let real = Server::start(&folder);
    assert_eq!(real.get("/v1/status", "").body["demo"], false);
    assert_eq!(real.get("/v1/demo", "").status, 404);
    let user = json!({"user": "anybody"});
    assert_eq!(real.post("/v1/demo/sign-in", "", &user).status, 404);
    assert_eq!(real.post("/v1/demo/clock", "", &json!({"advance_minutes": 5})).status, 404);
}
