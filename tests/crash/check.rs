//! The invariants (after reference figures of the trade: nothing acknowledged is lost, nothing is there twice, every
//! browser knows what the database knows). Each fault is one line that names what it is about.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::facts::{Facts, Item};
use crate::fold::{Fold, Folds, Sealed};
use crate::model::{Done, Model, Recall};

/// Everything that is not as it was promised.
pub fn check(facts: &Facts, model: &Model, folds: &Folds, unread: &[i64]) -> Vec<String> {
    let mut faults = model.faults.clone();
    faults.extend(facts.work.iter().map(|work| format!("work is left: {work}")));
    events(facts, model, &mut faults);
    inboxes(facts, model, &mut faults);
    numbers(facts, &mut faults);
    acts(facts, model, &mut faults);
    counts(facts, unread, &mut faults);
    for (place, fold) in &folds.0 {
        let mine: Vec<&Item> = facts.items.iter().filter(|item| item.owner == *place as u32).collect();
        browser(*place, facts, &mine, fold, &mut faults);
    }
    faults
}

/// I1: each acknowledged id has its event; one event for each key; a recall that was acknowledged happened.
fn events(facts: &Facts, model: &Model, faults: &mut Vec<String>) {
    let mut by_key: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, event) in facts.events.iter().enumerate() {
        by_key.entry(&event.title).or_default().push(number);
    }
    for sent in &model.sent {
        let found = by_key.remove(sent.key.as_str()).unwrap_or_default();
        if found.len() > 1 {
            faults.push(format!("{}: {} events for one key", sent.key, found.len()));
        }
        let event = found.first().map(|number| &facts.events[*number]);
        match (&sent.id, event) {
            (Some(id), None) => {
                faults.push(format!("{}: acknowledged as {id}, and its event is lost", sent.key));
            }
            (Some(id), Some(event)) if *id != event.id => {
                faults.push(format!("{}: acknowledged as {id}, stored as {}", sent.key, event.id));
            }
            _ => {}
        }
        let recalled = event.is_some_and(|event| event.recalled);
        if recalled && sent.recall == Recall::None || !recalled && sent.recall == Recall::Acknowledged {
            faults.push(format!("{}: recalled {recalled}, asked for {:?}", sent.key, sent.recall));
        }
    }
    faults.extend(by_key.keys().map(|key| format!("an event {key:?} that nobody sent")));
}

/// I2 and I3: the rows of each event are its recipients, each once; of a recalled one, none that still stands.
fn inboxes(facts: &Facts, model: &Model, faults: &mut Vec<String>) {
    let mut rows: Vec<Vec<&Item>> = facts.events.iter().map(|_| Vec::new()).collect();
    let mut keys = HashSet::new();
    for item in &facts.items {
        match rows.get_mut(item.event as usize) {
            Some(rows) => rows.push(item),
            None => faults.push(format!("item {} belongs to no event", item.id)),
        }
        if !keys.insert((item.key.as_str(), item.owner)) {
            faults.push(format!("item {}: its key is there twice for one owner", item.id));
        }
    }
    let sent: HashMap<&str, _> = model.sent.iter().map(|sent| (sent.key.as_str(), sent)).collect();
    for (event, rows) in facts.events.iter().zip(rows) {
        let Some(sent) = sent.get(event.title.as_str()) else { continue };
        let expected = sent.audience.places();
        let mut met: BTreeMap<u32, usize> = BTreeMap::new();
        for row in &rows {
            *met.entry(row.owner).or_default() += 1;
            if row.withdrawn != event.recalled {
                let (was, now) = (event.recalled, row.withdrawn);
                faults.push(format!("{}: recalled {was}, its item {} withdrawn {now}", sent.key, row.id));
            }
        }
        let twice = met.iter().filter(|(_, times)| **times > 1);
        faults.extend(
            twice.map(|(owner, times)| format!("{}: {times} times (twice or more) for {owner}", sent.key)),
        );
        let extra = met.keys().filter(|owner| !expected.contains(owner));
        faults.extend(extra.map(|owner| format!("{}: {owner} has it and is no recipient", sent.key)));
        if !event.recalled {
            let lost = expected.iter().filter(|owner| !met.contains_key(owner));
            faults.extend(lost.map(|owner| format!("{}: the item of {owner} is lost", sent.key)));
        }
    }
}

/// No number twice in the account, and none above its last.
fn numbers(facts: &Facts, faults: &mut Vec<String>) {
    let mut met = HashSet::new();
    let items = facts.items.iter().map(|item| item.seq);
    for seq in items.chain(facts.marks.iter().map(|mark| mark.1)) {
        if !met.insert(seq) {
            faults.push(format!("the number {seq} was given out twice"));
        }
        if seq < 1 || seq > facts.head {
            faults.push(format!("the number {seq} is outside 1 to {}", facts.head));
        }
    }
}

/// What owners were told that they did.
fn acts(facts: &Facts, model: &Model, faults: &mut Vec<String>) {
    let items: HashMap<(u32, &str), &Item> =
        facts.items.iter().map(|item| ((item.owner, item.id.as_str()), item)).collect();
    for (owner, id, done) in &model.done {
        let Some(item) = items.get(&(*owner, id.as_str())) else {
            faults.push(format!("item {id} of {owner} was {done:?} and is lost"));
            continue;
        };
        let is = match done {
            Done::Seen => item.seen,
            Done::Read => item.read,
            Done::Closed => item.closed,
            Done::Archived => item.archived,
        };
        if !is {
            faults.push(format!("item {id} of {owner}: {done:?} was acknowledged and undone"));
        }
    }
    let mut read: HashMap<u32, i64> = HashMap::new();
    for (owner, up_to) in &model.read_up_to {
        let most = read.entry(*owner).or_default();
        *most = (*most).max(*up_to);
    }
    for item in &facts.items {
        if item.is_unread() && read.get(&item.owner).is_some_and(|up_to| item.seq <= *up_to) {
            faults.push(format!("item {} of {}: unread below what he read", item.id, item.owner));
        }
    }
}

/// I10: the unread count is the count of unread rows.
fn counts(facts: &Facts, unread: &[i64], faults: &mut Vec<String>) {
    for (place, told) in unread.iter().enumerate() {
        let rows = facts.items.iter().filter(|item| item.owner == place as u32 && item.is_unread()).count();
        if rows as i64 != *told {
            faults.push(format!("user {place} was told of {told} unread items and has {rows}"));
        }
    }
}

/// I12: what a browser knows is what the database knows, and nothing appeared below a cursor that it had been sent.
fn browser(place: usize, facts: &Facts, mine: &[&Item], fold: &Fold, faults: &mut Vec<String>) {
    let mut fault = |text: String| faults.push(format!("browser of {place}: {text}"));
    fold.faults.iter().cloned().for_each(&mut fault);
    let mut known = fold.items.len();
    for item in mine {
        let Some(heard) = fold.items.get(&item.id) else {
            // Withdrawn before the page was loaded: pages do not show it.
            if !(item.withdrawn && item.seq <= fold.loaded) {
                fault(format!("never heard of item {} (number {})", item.id, item.seq));
            }
            continue;
        };
        known -= 1;
        let is = (item.seq, item.read, item.closed, item.archived, item.withdrawn);
        let was = (heard.seq, heard.read, heard.closed, heard.archived, heard.withdrawn);
        if is != was {
            fault(format!("item {}: heard {was:?}, is {is:?}", item.id));
        }
        let title = facts.events.get(item.event as usize).map_or("", |event| event.title.as_str());
        if heard.title != if item.withdrawn { "" } else { title } {
            fault(format!("item {}: says {:?}, not {title:?}", item.id, heard.title));
        }
    }
    if known > 0 {
        fault(format!("heard of {known} items that are not there"));
    }
    let unread = mine.iter().filter(|item| item.is_unread()).count() as i64;
    if fold.unread != Some(unread) {
        fault(format!("was told of {:?} unread items and has {unread}", fold.unread));
    }
    for Sealed { from, to, items } in &fold.sealed {
        let within = mine.iter().filter(|item| item.seq > *from && item.seq <= *to);
        for item in within.filter(|item| items.get(&item.id) != Some(&item.seq)) {
            fault(format!("item {} appeared at {} below the cursor {to}", item.id, item.seq));
        }
    }
}
