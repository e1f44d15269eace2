//! Senders: notifications to one, to some, to all, each submitted one to three times under one key, some of them at
//! once over two connections; and recalls.

use std::sync::Arc;
use std::thread::JoinHandle;

use serde_json::json;

use crate::call::{Answer, Caller, Request};
use crate::model::{Promises, Recall, Sent};
use crate::nemesis::Seat;
use crate::seed::Rng;
use crate::town::{Audience, PEOPLE, Town};

const PATH: &str = "/v1/notifications";
/// One in so many goes to the whole town.
const TO_ALL: usize = 150;
const RECALL: usize = 12;

pub fn start(
    town: &Arc<Town>,
    seat: &Arc<Seat>,
    promises: &Arc<Promises>,
    seed: u64,
    senders: u64,
) -> Vec<JoinHandle<()>> {
    let start = |number| {
        let mut sender = Sender {
            town: Arc::clone(town),
            promises: Arc::clone(promises),
            callers: [Caller::new(seat), Caller::new(seat)],
            rng: Rng::new(seed, 100 + number),
            mine: Vec::new(),
        };
        let seat = Arc::clone(seat);
        std::thread::spawn(move || {
            let mut count = 0;
            while !seat.is_quiet() {
                sender.act(&format!("k-{number}-{count}"));
                count += 1;
            }
        })
    };
    (0..senders).map(start).collect()
}

struct Sender {
    town: Arc<Town>,
    promises: Arc<Promises>,
    callers: [Caller; 2],
    rng: Rng,
    /// Places of what was acknowledged and may be recalled.
    mine: Vec<usize>,
}

impl Sender {
    fn act(&mut self, key: &str) {
        if self.rng.once_in(RECALL) && !self.mine.is_empty() {
            let place = self.mine.swap_remove(self.rng.below(self.mine.len()));
            self.recall(place);
        } else {
            self.send(key);
        }
    }

    fn audience(&mut self) -> Audience {
        let rng = &mut self.rng;
        match rng.below(TO_ALL) {
            0 => Audience { groups: vec!["town"], users: vec![] },
            1..6 => Audience { groups: vec!["few"], users: vec![] },
            // In two groups and by name: still one recipient.
            6..12 => Audience { groups: vec!["few", "team"], users: vec![0, rng.below(PEOPLE)] },
            12..24 => Audience { groups: vec![], users: vec![rng.below(PEOPLE), rng.below(PEOPLE)] },
            _ => Audience { groups: vec![], users: vec![rng.below(PEOPLE)] },
        }
    }

    fn send(&mut self, key: &str) {
        let audience = self.audience();
        let body = self.town.notification(key, &audience);
        let place = self.promises.submit(Sent { key: key.to_owned(), audience, ..Sent::default() });
        let bearer = self.town.key.clone();
        let request = Request { method: "POST", path: PATH, bearer: &bearer, key, body: Some(&body) };
        let times = 1 + self.rng.below(3);
        let mut good = false;
        if times > 1 && self.rng.once_in(3) {
            // Both are under way before either is answered.
            let [one, two] = &mut self.callers;
            let sent = (one.send(&request), two.send(&request));
            let answers = [sent.0.then(|| one.receive()).flatten(), sent.1.then(|| two.receive()).flatten()];
            for answer in answers.into_iter().flatten() {
                good |= self.note(place, &answer);
            }
        } else {
            for _ in 0..times {
                if let Some(answer) = self.callers[0].call(&request) {
                    good |= self.note(place, &answer);
                }
            }
        }
        if good {
            self.mine.push(place);
        }
    }

    fn note(&self, place: usize, answer: &Answer) -> bool {
        match answer.status {
            202 => {
                let id = answer.body["id"].as_str().unwrap_or_default();
                self.promises.acknowledge(place, id, answer.body["recipients"].as_u64());
                true
            }
            // Still running elsewhere, or too much at once: nothing was promised.
            409 | 503 => false,
            _ => {
                self.promises.fault(format!("a notification was answered {answer:?}"));
                false
            }
        }
    }

    fn recall(&mut self, place: usize) {
        let id = self.promises.with(|model| {
            model.sent[place].recall = Recall::Tried;
            model.sent[place].id.clone()
        });
        let path = format!("{PATH}/{}/recall", id.unwrap_or_default());
        let (key, body) = (format!("recall-{place}"), json!({}));
        let bearer = self.town.key.clone();
        let request = Request { method: "POST", path: &path, bearer: &bearer, key: &key, body: Some(&body) };
        for _ in 0..=self.rng.below(2) {
            match self.callers[0].call(&request) {
                Some(answer) if answer.status == 200 => {
                    self.promises.with(|model| model.sent[place].recall = Recall::Acknowledged);
                }
                None => {}
                Some(answer) if answer.status == 503 => {}
                Some(answer) => self.promises.fault(format!("a recall was answered {answer:?}")),
            }
        }
    }
}

/// Submits again what was acknowledged in any of the lives: each is answered as it was.
pub fn submit_again(town: &Town, seat: &Arc<Seat>, promises: &Promises) {
    const MOST: usize = 300;
    let mut caller = Caller::new(seat);
    let sent: Vec<(usize, Sent)> = promises.with(|model| {
        let acknowledged = model.sent.iter().cloned().enumerate().filter(|(_, sent)| sent.id.is_some());
        let step = (model.sent.len() / MOST).max(1);
        acknowledged.step_by(step).collect()
    });
    for (place, sent) in sent {
        let body = town.notification(&sent.key, &sent.audience);
        let request =
            Request { method: "POST", path: PATH, bearer: &town.key, key: &sent.key, body: Some(&body) };
        let answer = caller.call(&request).unwrap();
        let id = answer.body["id"].as_str().unwrap_or_default();
        promises.acknowledge(place, id, answer.body["recipients"].as_u64());
    }
}
