//! kill -9 while letters are on their way: each is in the mailbox, and a second copy only has the same name.
//!
//! The relay is this test's own: it takes letters slowly, so that kills land between all steps, and notes everything.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::call::Caller;
use crate::facts::Database;
use crate::nemesis::Nemesis;
use crate::seed::{self, Rng, env};
use crate::town::{Audience, Town};

const ROUNDS: u64 = 12;
/// Notifications that are under way at each kill, and how many people each goes to.
const NOTIFICATIONS: usize = 3;
const READERS: usize = 14;

#[test]
fn every_letter_arrives_whatever_is_killed_on_sqlite() {
    story(&Database::directory("letters-sqlite"));
}

#[test]
fn every_letter_arrives_whatever_is_killed_on_postgres() {
    let Some(server) = env("BELLWIRE_TEST_DATABASE_URL") else {
        assert!(env("CI").is_none(), "BELLWIRE_TEST_DATABASE_URL is not set: PostgreSQL is not tested");
        return;
    };
    story(&Database::postgres("letters-postgres", &server));
}

/// What a letter is known by: its reader and its subject.
type Known = (String, String);

/// The Message-IDs of the copies that were taken.
type Book = Arc<Mutex<HashMap<Known, Vec<String>>>>;

fn story(database: &Database) {
    let seed = seed::seed();
    let rounds =
        env("BELLWIRE_CRASH_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse::<u64>().unwrap().div_ceil(4));
    eprintln!("{}: {rounds} rounds, BELLWIRE_CRASH_SEED={seed}", database.name());
    let (book, port) = relay(seed);
    let town = Town::settle(database);
    let mut nemesis = Nemesis::with_relay(database, Rng::new(seed, 7), port);
    let audience = Audience { groups: vec!["team"], users: Vec::new() };
    let mut sent = Vec::new();
    for round in 0..rounds {
        for number in 0..NOTIFICATIONS {
            let title = format!("letter {round} {number}");
            let body = town.notification(&title, &audience);
            let mut caller = Caller::new(nemesis.seat());
            let answer = caller.post("/v1/notifications", &town.key, &body);
            assert!(answer.is_some_and(|answer| answer.status == 202));
            sent.push(title);
        }
        nemesis.rage(1);
    }
    wait_sent(&nemesis, &town, database);
    let stopped = nemesis.stop();
    let book = book.lock().unwrap();
    let (mut faults, mut copies) = (Vec::new(), 0);
    for title in &sent {
        for place in audience.places() {
            let known = (format!("user-{place}@town.example"), title.clone());
            let ids = book.get(&known).cloned().unwrap_or_default();
            match ids.as_slice() {
                [] => faults.push(format!("{known:?} is lost")),
                [first, rest @ ..] => {
                    copies += rest.len();
                    if rest.iter().any(|id| id != first) {
                        faults.push(format!("{known:?} came under several names: {ids:?}"));
                    }
                }
            }
        }
    }
    let letters = sent.len() * READERS;
    let others = book.len() - letters.min(book.len());
    eprintln!("{letters} letters, {copies} second copies, {others} others; {stopped}");
    assert!(faults.is_empty(), "seed {seed}:\n{}", faults.join("\n"));
    assert_eq!(others, 0, "letters that nobody wrote");
    // Only what was on the wire, or just off it, when a life ended may be there again.
    assert!(copies as u64 <= rounds * 2 * 64, "{copies} second copies in {rounds} lives");
    database.remove();
}

/// Waits until every delivery has ended as sent.
fn wait_sent(nemesis: &Nemesis, town: &Town, database: &Database) {
    let mut caller = Caller::new(nemesis.seat());
    let mut open = database.open();
    for look in 0..200_000 {
        // Long after the last kill, so that nobody living loses his.
        if look == 20_000 {
            open.end_leases();
        }
        let ready = caller.get("/readyz", &town.key).unwrap().body;
        if ready["letters_waiting"] == json!(0) && ready["work_due"] == json!(0) {
            assert_eq!(ready["letters_dead"], json!(0), "letters were given up: {ready}");
            return;
        }
    }
    panic!("the post does not come to rest");
}

/// A relay that takes its time and notes who got what.
fn relay(seed: u64) -> (Book, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, book) = (listener.local_addr().unwrap().port(), Book::default());
    let keep = Arc::clone(&book);
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().flatten().enumerate() {
            let keep = Arc::clone(&keep);
            let rng = Rng::new(seed, 1_000 + number as u64);
            // A connection of a server that was killed just ends.
            std::thread::spawn(move || drop(serve(&stream, &keep, rng)));
        }
    });
    (book, port)
}

fn serve(stream: &TcpStream, book: &Book, mut rng: Rng) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut lines, mut out) = (BufReader::new(stream), stream);
    let mut to = String::new();
    out.write_all(b"220 town\r\n")?;
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        // Nobody wakes it: it is only a wait, some milliseconds long.
        std::thread::park_timeout(Duration::from_micros(rng.below(3_000) as u64));
        match line.get(..4).unwrap_or_default() {
            "EHLO" => out.write_all(b"250 town\r\n")?,
            "RCPT" => {
                let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
                to = inside.map(|(address, _)| address.to_owned()).unwrap_or_default();
                out.write_all(b"250 ok\r\n")?;
            }
            "DATA" => {
                out.write_all(b"354 go ahead\r\n")?;
                let (mut subject, mut id) = (String::new(), String::new());
                loop {
                    let mut line = String::new();
                    if lines.read_line(&mut line)? == 0 {
                        return Ok(());
                    }
                    if line == ".\r\n" {
                        break;
                    }
                    let value = |name: &str| line.strip_prefix(name).map(|value| value.trim().to_owned());
                    subject = value("Subject: ").unwrap_or(subject);
                    id = value("Message-ID: ").unwrap_or(id);
                }
                book.lock().unwrap().entry((std::mem::take(&mut to), subject)).or_default().push(id);
                std::thread::park_timeout(Duration::from_micros(rng.below(5_000) as u64));
                out.write_all(b"250 taken\r\n")?;
            }
            "QUIT" => return out.write_all(b"221 bye\r\n"),
            _ => out.write_all(b"250 ok\r\n")?,
        }
    }
}
