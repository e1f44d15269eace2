//! Entries of the action log: written with the run that they tell of, and read in the reader's language.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Engine;
use super::stage::Stage;
use crate::clock::Clock;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::id::Account;
use crate::domain::language::Language;
use crate::domain::rule::RuleRef;
use crate::flows::Ctx;
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

/// The sentence of an entry.
#[must_use]
pub fn sentence(texts: &Texts, language: Language, message: &str) -> String {
    #[derive(Deserialize)]
    struct Message {
        key: String,
        #[serde(default)]
        params: std::collections::BTreeMap<String, String>,
    }
    let Ok(message) = serde_json::from_str::<Message>(message) else { return message.to_owned() };
    let params: Vec<(&str, String)> =
        message.params.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    texts.say(language, &message.key, &params)
}

/// A page of the log.
pub struct Page {
    pub items: Vec<Entry>,
    pub next: Option<String>,
}

/// # Errors
/// [`Fault::BadCursor`], or what the store says.
pub async fn list(ctx: &Ctx, account: Account, mut wanted: Wanted) -> Result<Page> {
    if wanted.before.as_ref().is_some_and(|id| id.len() > 64 || !id.is_ascii()) {
        return Err(Error::field("cursor", Fault::BadCursor));
    }
    let most = usize::try_from(wanted.most).unwrap_or_default();
    wanted.most += 1;
    let mut items = ctx.store.read(move |tx| action_log::list(tx, account, &wanted)).await?;
    let has_more = items.len() > most;
    items.truncate(most);
    let next = items.last().filter(|_| has_more).map(|last| last.id.clone());
    Ok(Page { items, next })
}
