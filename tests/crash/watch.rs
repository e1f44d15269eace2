//! Browsers: each follows one user's stream through all lives of the server, resuming where it was cut. One of them
//! sleeps through many lives at a time, so that it comes back too late and must load its state anew.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::call::Caller;
use crate::facts::Facts;
use crate::fold::{Fold, Folds};
use crate::nemesis::Seat;
use crate::seed::Rng;
use crate::town::{Town, WATCHED};

const PATIENCE: Duration = Duration::from_mins(1);
/// Lives through which the sleeper sleeps at least, and at most as many again.
const SLEEP: usize = 15;

/// A fold that one writes and others wait for.
#[derive(Default)]
struct Shared {
    fold: Mutex<Fold>,
    moved: Condvar,
}

/// All browsers.
pub struct Watchers(Vec<(usize, Arc<Shared>, JoinHandle<()>)>);

/// Starts one for each watched user, and a second one, the sleeper, for the first.
pub fn start(town: &Arc<Town>, seat: &Arc<Seat>, seed: u64) -> Watchers {
    let owners = (0..WATCHED).chain([0]);
    let watch = |(number, place): (usize, usize)| {
        let shared = Arc::<Shared>::default();
        let watcher = Watcher {
            town: Arc::clone(town),
            seat: Arc::clone(seat),
            caller: Caller::new(seat),
            place,
            token: String::new(),
            shared: Arc::clone(&shared),
        };
        let sleeps = (number == WATCHED).then(|| Rng::new(seed, 1_000));
        (place, shared, std::thread::spawn(move || watcher.run(sleeps)))
    };
    Watchers(owners.enumerate().map(watch).collect())
}

impl Watchers {
    /// Waits until each has heard the last change of its user.
    pub fn wait_up_to_date(&self, facts: &Facts) {
        for (place, shared, _) in &self.0 {
            let owner = *place as u32;
            let items = facts.items.iter().filter(|item| item.owner == owner).map(|item| item.seq);
            let marks = facts.marks.iter().filter(|mark| mark.0 == owner).map(|mark| mark.1);
            let last = items.chain(marks).max().unwrap_or_default();
            let fold = shared.fold.lock().unwrap();
            let waited = shared.moved.wait_timeout_while(fold, PATIENCE, |fold| fold.seq < last).unwrap();
            assert!(!waited.1.timed_out(), "user {place} has heard up to {}, not {last}", waited.0.seq);
        }
    }

    /// What they know, when there is no server any more.
    pub fn join(self) -> Folds {
        let fold = |(place, shared, thread): (usize, Arc<Shared>, JoinHandle<()>)| {
            thread.join().unwrap();
            (place, std::mem::take(&mut *shared.fold.lock().unwrap()))
        };
        Folds(self.0.into_iter().map(fold).collect())
    }
}

struct Watcher {
    town: Arc<Town>,
    seat: Arc<Seat>,
    caller: Caller,
    place: usize,
    token: String,
    shared: Arc<Shared>,
}

impl Watcher {
    fn run(mut self, mut sleeps: Option<Rng>) {
        let mut is_loaded = false;
        while let Some((_, life)) = self.seat.wait(0) {
            if let Some(rng) = &mut sleeps
                && is_loaded
            {
                self.seat.wait_or_quiet(life + (SLEEP + rng.below(SLEEP)) as u64);
            }
            if self.token.is_empty() {
                self.token = self.town.token(&mut self.caller, self.place).unwrap_or_default();
                continue;
            }
            if !is_loaded {
                is_loaded = self.load().is_some();
                continue;
            }
            is_loaded = self.follow();
        }
    }

    /// Loads the whole inbox; the cursor is that of the first page, so what comes meanwhile comes by the stream too.
    fn load(&mut self) -> Option<()> {
        let mut items = Vec::new();
        let mut first = None;
        for filter in ["all", "archived"] {
            let mut next = String::new();
            loop {
                let path = format!("/v1/inbox?filter={filter}&limit=100{next}");
                let page = self.caller.get(&path, &self.token)?;
                if page.status != 200 {
                    self.token.clear();
                    return None;
                }
                items.extend(page.body["items"].as_array().cloned().unwrap_or_default());
                let more = page.body["next"].as_str().map(|next| format!("&cursor={next}"));
                first.get_or_insert(page);
                match more {
                    Some(more) => next = more,
                    None => break,
                }
            }
        }
        let first = first?;
        let mut fold = self.shared.fold.lock().unwrap();
        fold.load(first.body["cursor"].as_str().unwrap_or_default(), first.body["unread"].as_i64());
        for item in &items {
            fold.take(item);
        }
        drop(fold);
        self.shared.moved.notify_all();
        Some(())
    }

    /// Follows one stream to its end. False: it said `resync`.
    fn follow(&mut self) -> bool {
        let cursor = self.shared.fold.lock().unwrap().cursor();
        let Some((stream, status)) = self.caller.open("/v1/stream", &self.token, &cursor) else {
            return true;
        };
        match status {
            200 => {}
            401 => {
                self.token.clear();
                return true;
            }
            // The herd is too large for a moment: the contract asks to come back.
            429 | 503 => return true,
            other => {
                self.shared.fold.lock().unwrap().faults.push(format!("a stream answered {other}"));
                return true;
            }
        }
        self.shared.fold.lock().unwrap().streams += 1;
        let mut events = Events { stream, text: Vec::new() };
        // A stream that breaks has told what it told; half an event does not count.
        while let Some((event, id, data)) = events.next() {
            let mut fold = self.shared.fold.lock().unwrap();
            if !fold.hear(&event, &id, &data) {
                fold.resyncs += 1;
                return false;
            }
            drop(fold);
            self.shared.moved.notify_all();
        }
        true
    }
}

/// The events of a stream.
struct Events {
    stream: BufReader<TcpStream>,
    text: Vec<u8>,
}

impl Events {
    fn next(&mut self) -> Option<(String, String, String)> {
        loop {
            if let Some(end) = self.text.windows(2).position(|pair| pair == b"\n\n") {
                let block = String::from_utf8(self.text.drain(..end + 2).collect()).ok()?;
                let field = |name: &str| {
                    let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                    line.unwrap_or_default().to_owned()
                };
                let event = field("event");
                if !event.is_empty() {
                    return Some((event, field("id"), field("data")));
                }
                continue;
            }
            let mut size = String::new();
            self.stream.read_line(&mut size).ok().filter(|read| *read > 0)?;
            let size = usize::from_str_radix(size.trim(), 16).ok().filter(|size| *size > 0)?;
            let from = self.text.len();
            self.text.resize(from + size + 2, 0);
            self.stream.read_exact(&mut self.text[from..]).ok()?;
            // Without the line end behind the chunk.
            self.text.truncate(from + size);
        }
    }
}
