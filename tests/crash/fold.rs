//! What one browser knows: the items that it loaded and heard of, folded by id, with the rules of the contract of the
//! stream and nothing of the server's code. Breaches of that contract are noted as they are heard.

use std::collections::HashMap;
use std::fmt;

use serde_json::Value;

/// An item as the browser last heard of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the item")]
pub struct Known {
    pub seq: i64,
    pub title: String,
    pub read: bool,
    pub closed: bool,
    pub archived: bool,
    pub withdrawn: bool,
}

impl Known {
    fn new(item: &Value) -> Option<(String, Self)> {
        let has = |field: &str| !item[field].is_null();
        let known = Self {
            seq: item["seq"].as_i64()?,
            title: item["title"].as_str()?.to_owned(),
            read: has("read_at"),
            closed: has("closed_at"),
            archived: has("archived_at"),
            withdrawn: has("withdrawn_at"),
        };
        Some((item["id"].as_str()?.to_owned(), known))
    }
}

/// What was known when the server said `resync`: it must have been all up to there.
pub struct Sealed {
    /// Everything after `from` and up to `to` was heard.
    pub from: i64,
    pub to: i64,
    pub items: HashMap<String, i64>,
}

#[derive(Default)]
pub struct Fold {
    pub items: HashMap<String, Known>,
    /// The number of the last cursor; what lies below [`Fold::loaded`] came with the page and not by the stream.
    pub seq: i64,
    pub loaded: i64,
    pub epoch: String,
    pub unread: Option<i64>,
    pub sealed: Vec<Sealed>,
    pub faults: Vec<String>,
    pub frames: usize,
    pub streams: usize,
    pub resyncs: usize,
}

impl Fold {
    /// Begins anew, at the cursor of a page.
    pub fn load(&mut self, cursor: &str, unread: Option<i64>) {
        if !self.items.is_empty() {
            let items = self.items.drain().map(|(id, known)| (id, known.seq)).collect();
            self.sealed.push(Sealed { from: self.loaded, to: self.seq, items });
        }
        match parse(cursor) {
            Some((epoch, seq)) => {
                (self.epoch, self.seq, self.loaded) = (epoch, seq, seq);
            }
            None => self.faults.push(format!("a page with the cursor {cursor:?}")),
        }
        self.unread = unread;
    }

    pub fn cursor(&self) -> String {
        format!("{}.{}", self.epoch, self.seq)
    }

    /// An item, from a page or a frame: the highest number wins.
    pub fn take(&mut self, item: &Value) {
        match Known::new(item) {
            Some((id, known)) => {
                let older = self.items.get(&id).is_some_and(|before| before.seq > known.seq);
                if !older {
                    self.items.insert(id, known);
                }
            }
            None => self.faults.push(format!("an item that is none: {item}")),
        }
    }

    /// An event of the stream. False: it says `resync`.
    pub fn hear(&mut self, event: &str, id: &str, data: &str) -> bool {
        let data: Value = serde_json::from_str(data).unwrap_or_default();
        match event {
            "resync" => return false,
            "unread" => self.unread = data["count"].as_i64(),
            "item" => {
                self.frames += 1;
                self.advance(id, data["seq"].as_i64());
                self.take(&data);
            }
            "read_all" => {
                self.frames += 1;
                self.advance(id, None);
                let up_to = data["up_to"].as_i64().unwrap_or_default();
                let unread = |known: &&mut Known| !known.archived && !known.withdrawn && known.seq <= up_to;
                self.items.values_mut().filter(unread).for_each(|known| known.read = true);
            }
            "bye" => {}
            other => self.faults.push(format!("an event {other:?} that the contract does not know")),
        }
        true
    }

    /// Cursors only rise, and an item's number is that of its frame.
    fn advance(&mut self, id: &str, seq: Option<i64>) {
        match parse(id) {
            Some((epoch, number)) if epoch == self.epoch && number > self.seq => {
                if seq.is_some_and(|seq| seq != number) {
                    self.faults.push(format!("an item numbered {seq:?} in a frame numbered {number}"));
                }
                self.seq = number;
            }
            _ => self.faults.push(format!("the cursor {id:?} after {}", self.cursor())),
        }
    }
}

fn parse(cursor: &str) -> Option<(String, i64)> {
    let (epoch, seq) = cursor.split_once('.')?;
    Some((epoch.to_owned(), seq.parse().ok()?))
}

/// What all browsers know, each with its owner's place.
pub struct Folds(pub Vec<(usize, Fold)>);

impl fmt::Display for Folds {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let sum = |of: fn(&Fold) -> usize| self.0.iter().map(|(_, fold)| of(fold)).sum::<usize>();
        let (streams, frames, resyncs) = (sum(|f| f.streams), sum(|f| f.frames), sum(|f| f.resyncs));
        write!(f, "{streams} streams told {frames} changes, {resyncs} resyncs")
    }
}
