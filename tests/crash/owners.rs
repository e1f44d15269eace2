//! Owners of inboxes: they read, close and archive what they have. Those with an even place never take anything back,
//! so what they were told must still be so at the end; the others do as they like.

use std::sync::Arc;
use std::thread::JoinHandle;

use serde_json::{Value, json};

use crate::call::{Answer, Caller, Request};
use crate::model::{Done, Promises};
use crate::nemesis::Seat;
use crate::seed::Rng;
use crate::town::{Town, WATCHED};

const LASTING: [&str; 4] = ["seen", "read", "close", "archive"];
const FICKLE: [&str; 6] = ["read", "unread", "close", "reopen", "archive", "unarchive"];
const FIELDS: [(&str, Done); 4] = [
    ("seen_at", Done::Seen),
    ("read_at", Done::Read),
    ("closed_at", Done::Closed),
    ("archived_at", Done::Archived),
];

pub fn start(
    town: &Arc<Town>,
    seat: &Arc<Seat>,
    promises: &Arc<Promises>,
    seed: u64,
    owners: u64,
) -> Vec<JoinHandle<()>> {
    let start = |number| {
        let mut owner = Owner {
            town: Arc::clone(town),
            promises: Arc::clone(promises),
            caller: Caller::new(seat),
            other: Caller::new(seat),
            rng: Rng::new(seed, 200 + number),
            tokens: vec![String::new(); WATCHED],
        };
        let seat = Arc::clone(seat);
        std::thread::spawn(move || {
            while !seat.is_quiet() {
                owner.act();
            }
        })
    };
    (0..owners).map(start).collect()
}

/// A hand that acts for all of them in turn, so that several act for one at a time.
struct Owner {
    town: Arc<Town>,
    promises: Arc<Promises>,
    caller: Caller,
    /// Another tab of the same owner.
    other: Caller,
    rng: Rng,
    tokens: Vec<String>,
}

impl Owner {
    /// `None`: the server died meanwhile.
    fn act(&mut self) -> Option<()> {
        let place = self.rng.below(WATCHED);
        if self.tokens[place].is_empty() {
            self.tokens[place] = self.town.token(&mut self.caller, place)?;
        }
        let token = self.tokens[place].clone();
        let page = self.caller.get("/v1/inbox?limit=10", &token)?;
        if page.status == 401 {
            self.tokens[place].clear();
            return None;
        }
        let items = page.body["items"].as_array()?;
        if items.is_empty() {
            return None;
        }
        match self.rng.below(12) {
            0 => self.read_all(place, &token, items),
            1 => self.close_all(&token, items),
            // The newest are those that several hands reach for.
            _ => {
                let item = &items[self.rng.below(items.len().min(3))];
                self.act_on(place, &token, item)
            }
        }
    }

    /// Acts on an item, now and then in two tabs at once.
    fn act_on(&mut self, place: usize, token: &str, item: &Value) -> Option<()> {
        let acts: &[&str] = if place.is_multiple_of(2) { &LASTING } else { &FICKLE };
        let id = item["id"].as_str()?;
        let paths = [(); 2].map(|()| format!("/v1/inbox/{id}/{}", self.rng.pick(acts)));
        let body = json!({});
        let request = |path| Request { method: "POST", path, bearer: token, key: "", body: Some(&body) };
        let tabs = 1 + usize::from(self.rng.once_in(3));
        let mut callers = [&mut self.caller, &mut self.other];
        let sent: Vec<bool> = callers
            .iter_mut()
            .zip(&paths)
            .take(tabs)
            .map(|(caller, path)| caller.send(&request(path)))
            .collect();
        let answers = callers.iter_mut().zip(sent).filter(|(_, sent)| *sent).map(|(c, _)| c.receive());
        let answers: Vec<Answer> = answers.flatten().collect();
        for answer in answers {
            match answer.status {
                200 if place.is_multiple_of(2) => self.promises.with(|model| {
                    let told = FIELDS.iter().filter(|(field, _)| !answer.body[*field].is_null());
                    model.done.extend(told.map(|(_, done)| (place as u32, id.to_owned(), *done)));
                }),
                200 | 503 => {}
                _ => self.promises.fault(format!("an act on an item was answered {answer:?}")),
            }
        }
        Some(())
    }

    fn read_all(&mut self, place: usize, token: &str, items: &[Value]) -> Option<()> {
        let up_to = items.iter().filter_map(|item| item["seq"].as_i64()).max()?;
        let answer = self.caller.post("/v1/inbox/read-all", token, &json!({"up_to": up_to}))?;
        if answer.status == 200 && place.is_multiple_of(2) {
            self.promises.with(|model| model.read_up_to.push((place as u32, up_to)));
        }
        Some(())
    }

    fn close_all(&mut self, token: &str, items: &[Value]) -> Option<()> {
        let ids: Vec<&Value> = items.iter().map(|item| &item["id"]).collect();
        self.caller.post("/v1/inbox/close", token, &json!({"ids": ids})).map(|_| ())
    }
}
