//! What was asked for and what was answered: all that the checker knows of how it should be. It looks into no code of
//! the server.

use std::fmt;
use std::sync::Mutex;

use crate::town::Audience;

/// How far a recall came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Recall {
    #[default]
    None,
    /// Asked for, without an answer: it may have happened.
    Tried,
    Acknowledged,
}

/// A notification that was submitted, however often, under one key.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// Its title and its Idempotency-Key.
    pub key: String,
    pub audience: Audience,
    /// The id of the answers that came, the same in all.
    pub id: Option<String>,
    pub recall: Recall,
}

/// What an owner was told that his item is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    Seen,
    Read,
    Closed,
    Archived,
}

#[derive(Default)]
pub struct Model {
    pub sent: Vec<Sent>,
    /// By owner (his place) and item.
    pub done: Vec<(u32, String, Done)>,
    /// Owners who were told that everything up to a number is read.
    pub read_up_to: Vec<(u32, i64)>,
    /// What should never be answered.
    pub faults: Vec<String>,
    answers: usize,
}

impl Model {
    pub fn acknowledged(&self) -> usize {
        self.sent.iter().filter(|sent| sent.id.is_some()).count()
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let recalled = self.sent.iter().filter(|sent| sent.recall == Recall::Acknowledged).count();
        write!(
            f,
            "{} notifications submitted, {} acknowledged ({} answers), {recalled} recalled, {} acts of owners",
            self.sent.len(),
            self.acknowledged(),
            self.answers,
            self.done.len() + self.read_up_to.len()
        )
    }
}

/// The model, as everybody writes in it.
#[derive(Default)]
pub struct Promises(Mutex<Model>);

impl Promises {
    pub fn with<T>(&self, note: impl FnOnce(&mut Model) -> T) -> T {
        note(&mut self.0.lock().unwrap())
    }

    /// Notes a notification before it is submitted; answers its place.
    pub fn submit(&self, sent: Sent) -> usize {
        self.with(|model| {
            model.sent.push(sent);
            model.sent.len() - 1
        })
    }

    /// Notes an acknowledgement.
    pub fn acknowledge(&self, place: usize, id: &str, recipients: Option<u64>) {
        self.with(|model| {
            model.answers += 1;
            let sent = &mut model.sent[place];
            let expected = sent.audience.places().len() as u64;
            if recipients != Some(expected) {
                model.faults.push(format!("{}: {recipients:?} recipients, not {expected}", sent.key));
            }
            match &sent.id {
                None => sent.id = Some(id.to_owned()),
                Some(first) if first == id => {}
                Some(first) => {
                    model.faults.push(format!("{}: acknowledged twice, as {first} and {id}", sent.key));
                }
            }
        });
    }

    pub fn fault(&self, fault: String) {
        self.with(|model| model.faults.push(fault));
    }

    pub fn take(&self) -> Model {
        self.with(std::mem::take)
    }
}
