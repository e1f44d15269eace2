//! Entries of the action log: written with the run that they tell of, and read in the reader's language.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Engine;
use super::stage::Stage;
use crate::clock::Clock;
use crate::domain::access::Caller;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::language::Language;
use crate::domain::rule::RuleRef;
use crate::flows::{Ctx, sight};
use crate::render::texts::Texts;
use crate::store::action_log::{self, AboutRecord, Entry, Status, Wanted};

/// Longest value in a sentence of the log, in characters.
const LONGEST: usize = 500;

/// Something that came of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "ActionLink")]
pub struct Link {
    /// `notification`, `template`, `delivery`, `task`, `event`.
    pub r#type: String,
    pub id: String,
}

impl Link {
    #[must_use]
    pub fn new(r#type: &str, id: &impl ToString) -> Self {
        Self { r#type: r#type.to_owned(), id: id.to_string() }
    }
}

/// An entry in the making: whose, about what, since when.
pub struct Note {
    entry: Entry,
    clock: Clock,
    started: Instant,
    pub event: Option<String>,
    pub links: Vec<Link>,
}

impl Note {
    pub(in crate::flows) fn new(engine: &Engine, rule: RuleRef, stage: &Stage, started: Instant) -> Self {
        let now = engine.desk.now;
        let record = stage.record.as_ref().map(|shown| AboutRecord {
            record_type: shown.known.record_type.name().to_owned(),
            id: shown.known.id.to_string(),
            number: shown.known.number,
            title: shown.known.title.clone(),
        });
        let entry = Entry {
            id: engine.desk.ids.next(now),
            at: now,
            status: Status::Information,
            rule,
            action: None,
            message: String::new(),
            record,
            links: "[]".to_owned(),
            duration_us: 0,
        };
        Self { entry, clock: engine.clock.clone(), started, event: None, links: Vec::new() }
    }

    /// Of an action.
    #[must_use]
    pub fn of(mut self, action: &str) -> Self {
        self.entry.action = Some(action.to_owned());
        self
    }

    /// It worked, or was rightly left.
    #[must_use]
    pub fn told(self, key: &str, params: &[(&str, String)]) -> Entry {
        self.end(Status::Information, key, params)
    }

    /// It did not work.
    #[must_use]
    pub fn failed(self, key: &str, params: &[(&str, String)]) -> Entry {
        self.end(Status::Error, key, params)
    }

    fn end(mut self, status: Status, key: &str, params: &[(&str, String)]) -> Entry {
        let params: serde_json::Map<String, serde_json::Value> = params
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.chars().take(LONGEST).collect::<String>().into()))
            .collect();
        self.links.extend(self.event.iter().map(|id| Link::new("event", id)));
        let took = self.clock.monotonic().saturating_duration_since(self.started).as_micros();
        self.entry.status = status;
        self.entry.message = json!({ "key": key, "params": params }).to_string();
        self.entry.links = serde_json::to_string(&self.links).unwrap_or_else(|_| "[]".to_owned());
        self.entry.duration_us = i64::try_from(took).unwrap_or(i64::MAX);
        self.entry
    }
}

/// What a sentence says of a record also to who does not see that.
const HARMLESS: [&str; 4] = ["count", "left_out", "depth", "field"];

/// The sentence of an entry. To who does not see its record (`is_seen`), what it says of that is left out.
#[must_use]
pub fn sentence(texts: &Texts, language: Language, message: &str, is_seen: bool) -> String {
    #[derive(Deserialize)]
    struct Message {
        key: String,
        #[serde(default)]
        params: std::collections::BTreeMap<String, String>,
    }
    let Ok(message) = serde_json::from_str::<Message>(message) else { return message.to_owned() };
    let params: Vec<(&str, String)> = message
        .params
        .iter()
        .map(|(name, value)| {
            let is_told = is_seen || HARMLESS.contains(&name.as_str());
            (name.as_str(), if is_told { value.clone() } else { "…".to_owned() })
        })
        .collect();
    texts.say(language, &message.key, &params)
}

/// A page of the log.
pub struct Page {
    /// Each with whether the reader sees its record; one without a record is seen by all.
    pub items: Vec<(Entry, bool)>,
    pub next: Option<String>,
}

/// # Errors
/// [`Fault::BadCursor`], or what the store says.
pub async fn list(ctx: &Ctx, caller: &Caller, mut wanted: Wanted) -> Result<Page> {
    if wanted.before.as_ref().is_some_and(|id| id.len() > 64 || !id.is_ascii()) {
        return Err(Error::field("cursor", Fault::BadCursor));
    }
    let most = usize::try_from(wanted.most).unwrap_or_default();
    wanted.most += 1;
    let caller = caller.clone();
    ctx.store
        .read(move |tx| {
            let mut found = action_log::list(tx, caller.account(), &wanted)?;
            let has_more = found.len() > most;
            found.truncate(most);
            let next = found.last().filter(|_| has_more).map(|last| last.id.clone());
            let ids: Vec<&str> =
                found.iter().filter_map(|entry| entry.record.as_ref()).map(|of| of.id.as_str()).collect();
            let seen = sight::of_records(tx, &caller, &ids)?;
            let mut items: Vec<(Entry, bool)> = found
                .into_iter()
                .map(|entry| {
                    let is_seen = entry.record.as_ref().is_none_or(|of| seen.contains(&of.id));
                    (entry, is_seen)
                })
                .collect();
            // Who looks for a name or a record is not to learn from what he finds that it is there.
            if wanted.search.is_some() || wanted.record.is_some() {
                items.retain(|(_, is_seen)| *is_seen);
            }
            Ok(Page { items, next })
        })
        .await
}
