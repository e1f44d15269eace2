//! kill -9 while letters are on their way: each is in the mailbox, once, or again under the same name where the server died
//! before it had written down the relay's answer.
//!
//! The relay is this test's own: it takes letters slowly, so that kills land between all steps, and notes everything. Each
//! life of the server has a port of it to itself, and is looked at when it has ended: what it knew to be sent never comes
//! again.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
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

/// A copy that was taken.
#[derive(Debug, Clone)]
struct Copy {
    /// Its Message-ID.
    id: String,
    /// In which of the server's lives it came.
    life: usize,
    /// Whether the server has read that it was taken: it went on talking.
    was_read: bool,
}

type Book = Arc<Mutex<HashMap<Known, Vec<Copy>>>>;

/// The relay of all lives, each with a port of its own, and what each life knew to be sent when it ended.
struct Post {
    seed: u64,
    book: Book,
    lives: Cell<usize>,
    known: RefCell<Vec<HashSet<String>>>,
}

impl Post {
    fn new(seed: u64) -> Self {
        Self { seed, book: Book::default(), lives: Cell::new(0), known: RefCell::default() }
    }

    /// A relay for the next life.
    fn open(&self) -> u16 {
        let life = self.lives.replace(self.lives.get() + 1);
        relay(Rng::new(self.seed, 1_000 + life as u64), life, Arc::clone(&self.book))
    }

    /// A life has ended.
    fn look(&self, database: &Database) {
        self.known.borrow_mut().push(database.open().letters_sent());
        assert_eq!(self.known.borrow().len(), self.lives.get(), "each life is looked at once");
    }

    /// What is wrong with the copies of one letter.
    fn faults(&self, copies: &[Copy]) -> Vec<String> {
        let Some(first) = copies.first() else { return vec!["is lost".to_owned()] };
        let name = first.id.trim_start_matches('<').split('@').next().unwrap_or_default();
        let known = self.known.borrow();
        let mut faults = Vec::new();
        for pair in copies.windows(2) {
            let [before, after] = pair else { continue };
            if after.id != first.id {
                faults.push(format!("came under several names: {copies:?}"));
            }
            if after.life <= before.life {
                faults.push(format!("came twice in one life: {copies:?}"));
            }
            let knew = (before.life..after.life).find(|life| known[*life].contains(name));
            if let Some(life) = knew {
                faults.push(format!(
                    "came again though life {life} had written down that it was sent: {copies:?}"
                ));
            }
        }
        faults
    }
}

fn story(database: &Database) {
    let seed = seed::seed();
    let rounds =
        env("BELLWIRE_CRASH_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse::<u64>().unwrap().div_ceil(4));
    eprintln!("{}: {rounds} rounds, BELLWIRE_CRASH_SEED={seed}", database.name());
    let post = Post::new(seed);
    let town = Town::settle(database);
    let mut nemesis = Nemesis::with_relay(database, Rng::new(seed, 7), || post.open());
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
        nemesis.rage_and_look(1, || post.look(database));
    }
    wait_sent(&nemesis, &town);
    let stopped = nemesis.stop();
    let book = post.book.lock().unwrap();
    let mut faults = Vec::new();
    // What was taken twice, by the life of the first copy: whose answer was not read, and whose was not written down.
    let (mut unread, mut unwritten) = (vec![0; post.lives.get()], vec![0; post.lives.get()]);
    for title in &sent {
        for place in audience.places() {
            let known = (format!("user-{place}@town.example"), title.clone());
            // What a dead life had put on the wire may be read late.
            let mut copies = book.get(&known).cloned().unwrap_or_default();
            copies.sort_by_key(|copy| copy.life);
            faults.extend(post.faults(&copies).into_iter().map(|fault| format!("{known:?} {fault}")));
            for copy in copies.split_last().map_or(&[][..], |(_, again)| again) {
                let count = if copy.was_read { &mut unwritten } else { &mut unread };
                count[copy.life] += 1;
            }
        }
    }
    let letters = sent.len() * READERS;
    let others = book.len() - letters.min(book.len());
    let (lost, late) = (unread.iter().sum::<usize>(), unwritten.iter().sum::<usize>());
    eprintln!(
        "{letters} letters; taken again: {lost} whose answer was lost, {late} whose answer was read as the life ended; \
         {others} others; {stopped}"
    );
    assert!(faults.is_empty(), "seed {seed}:\n{}", faults.join("\n"));
    assert_eq!(others, 0, "letters that nobody wrote");
    // A connection waits for one answer at a time, and so many letters are under way until they are written down.
    assert!(unread.iter().all(|count| *count <= 8), "{unread:?}");
    assert!(unread.iter().zip(&unwritten).all(|(lost, late)| lost + late <= 64), "{unread:?} {unwritten:?}");
    drop(book);
    database.remove();
}

/// Waits until every delivery has ended as sent. On PostgreSQL another node could have what the last dead one had: that waits
/// for its lease to run out.
fn wait_sent(nemesis: &Nemesis, town: &Town) {
    let mut caller = Caller::new(nemesis.seat());
    for _ in 0..12_000 {
        let ready = caller.get("/readyz", &town.key).unwrap().body;
        if ready["letters_waiting"] == json!(0) && ready["work_due"] == json!(0) {
            assert_eq!(ready["letters_dead"], json!(0), "letters were given up: {ready}");
            return;
        }
        // Nobody wakes it.
        std::thread::park_timeout(Duration::from_millis(20));
    }
    panic!("the post does not come to rest");
}

/// A relay that takes its time and notes who got what; answers its port.
fn relay(mut rng: Rng, life: usize, book: Book) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (book, seed) = (Arc::clone(&book), rng.below(usize::MAX) as u64);
            // A connection of a server that was killed just ends.
            std::thread::spawn(move || drop(serve(&stream, life, &book, Rng::new(seed, 1))));
        }
    });
    port
}

fn serve(stream: &TcpStream, life: usize, book: &Book, mut rng: Rng) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut lines, mut out) = (BufReader::new(stream), stream);
    let mut to = String::new();
    // The letter that was taken last, and its place among its copies: whether the answer is read is seen by what follows.
    let mut last: Option<(Known, usize)> = None;
    out.write_all(b"220 town\r\n")?;
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if let Some((known, place)) = last.take() {
            book.lock().unwrap().get_mut(&known).unwrap()[place].was_read = true;
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
                let known = (std::mem::take(&mut to), subject);
                let mut taken = book.lock().unwrap();
                let copies = taken.entry(known.clone()).or_default();
                copies.push(Copy { id, life, was_read: false });
                last = Some((known, copies.len() - 1));
                drop(taken);
                std::thread::park_timeout(Duration::from_micros(rng.below(5_000) as u64));
                out.write_all(b"250 taken\r\n")?;
            }
            "QUIT" => return out.write_all(b"221 bye\r\n"),
            _ => out.write_all(b"250 ok\r\n")?,
        }
    }
}
