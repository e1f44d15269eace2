//! A look at what triggers would do: for each whether it fires at an event or record and why not, and what its actions would
//! be. Nothing happens.

use serde_json::{Value as Json, json};

use super::cache::Ready;
use super::run::{Verdict, ask};
use super::stage::{Stage, Stagehand};
use super::{Engine, people, texts};
use crate::domain::access::Caller;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::event::{Event, Fact};
use crate::domain::expression::{Explanation, Expression, Limits};
use crate::domain::id::Account;
use crate::domain::record::RecordType;
use crate::domain::rule::action::{Action, Deed, LetterTo};
use crate::domain::rule::repeat::Earlier;
use crate::domain::rule::template::Template;
use crate::domain::rule::trigger::{On, Trigger, key_of};
use crate::domain::rule::{RuleRef, RuleType};
use crate::flows::templates::seen_stage;
use crate::flows::{Ctx, sight};
use crate::store::rule_runs::{self, Past};
use crate::store::{Tx, audience, events};

/// What is to be looked at.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub record: Option<(RecordType, String)>,
    /// A past event; its record as it was then.
    pub event: Option<String>,
    /// A draft, in place of all active triggers.
    pub trigger: Option<Trigger>,
}

/// What an action would do.
#[derive(Debug, Clone)]
pub struct Would {
    pub action: &'static str,
    pub delay_s: i64,
    /// Plain words: a title, a URL, an address.
    pub summary: String,
    pub preview: Option<Json>,
    /// The key of a sentence, and its values.
    pub problem: Option<(&'static str, Vec<(&'static str, String)>)>,
}

/// What a trigger would do.
#[derive(Debug, Clone)]
pub struct Seen {
    pub trigger: RuleRef,
    pub fires: bool,
    /// The key of a sentence.
    pub why: &'static str,
    pub filter: Option<Explanation>,
    pub condition: Option<Explanation>,
    pub actions: Vec<Would>,
}

/// Looks at what triggers would do.
///
/// # Errors
/// `record` or `event_id` is named when there is no such one.
pub async fn dry_run(ctx: &Ctx, caller: &Caller, asked: Asked) -> Result<Vec<Seen>> {
    let (engine, caller, account) = (Engine::new(ctx), caller.clone(), caller.account());
    ctx.store
        .read(move |tx| {
            let hand = Stagehand::load(tx, account, engine.desk.now)?;
            let event = match &asked.event {
                Some(id) => Some(seen_event(tx, &caller, account, id)?),
                None => None,
            };
            let mut stage = match (&event, &asked.record) {
                (Some(event), _) => seen_stage_of(tx, &hand, &caller, event)?,
                (None, Some(record)) => seen_stage(tx, &hand, &caller, record)?,
                (None, None) => return Err(Error::field("record", Fault::Required)),
            };
            let loaded = engine.cache.of(tx, account)?;
            let triggers: Vec<std::sync::Arc<Ready>> = match &asked.trigger {
                Some(draft) => vec![std::sync::Arc::new(of_draft(draft.clone().check()?))],
                None => loaded.triggers.clone(),
            };
            let mut seen = Vec::with_capacity(triggers.len());
            for ready in triggers {
                let mut one = look(tx, &ready, event.as_ref(), &mut stage)?;
                if one.fires {
                    for action in &ready.trigger.actions {
                        one.actions.push(would(tx, &loaded, &stage, action)?);
                    }
                }
                seen.push(one);
            }
            Ok(seen)
        })
        .await
}

fn of_draft(draft: Trigger) -> Ready {
    let named = RuleRef { rule_type: RuleType::Trigger, id: String::new(), name: draft.name.clone() };
    Ready::new(named, draft)
}

fn seen_event(tx: &mut Tx, caller: &Caller, account: Account, id: &str) -> Result<Event> {
    let unknown = || Error::field("event_id", Fault::UnknownRecord(id.to_owned()));
    let event = events::find(tx, account, id)?.ok_or_else(unknown)?.event;
    let record = match &event.fact {
        Fact::RecordChanged(changed) => Some((changed.change_set.record_type, changed.record.to_string())),
        Fact::OneTime(_) | Fact::Reminders(_) => return Err(unknown()),
        _ => None,
    };
    if let Some((record_type, id)) = record {
        let key = crate::store::records::Key::Id(id);
        crate::flows::record_pages::find_seen(tx, caller, record_type, &key).map_err(|_| unknown())?;
    }
    Ok(event)
}

/// What an event was about, if the caller sees that.
fn seen_stage_of(tx: &mut Tx, hand: &Stagehand, caller: &Caller, event: &Event) -> Result<Stage> {
    let stage = hand.of_event(tx, event)?;
    let visible = sight::of_caller(tx, caller)?;
    let shown = [&stage.record, &stage.order, &stage.customer];
    if shown.into_iter().flatten().all(|shown| visible.shows(&shown.site, shown.manager())) {
        Ok(stage)
    } else {
        Err(Error::field("event_id", Fault::UnknownRecord(event.id.to_string())))
    }
}

/// Whether what is looked at is what a trigger listens to.
fn listens(ready: &Ready, event: Option<&Event>, stage: &Stage) -> bool {
    match event {
        Some(event) => key_of(event).is_some_and(|key| ready.trigger.event.key() == key),
        None => match (&ready.trigger.event, stage.record.as_ref().map(|shown| shown.known.record_type)) {
            (On::OrderChanged {}, of) => of == Some(RecordType::Order),
            (On::CustomerChanged {}, of) => of == Some(RecordType::Customer),
            (On::Schedule { over: Some(over), .. }, of) => of == Some(over.record_type()),
            (On::TaskCreated {} | On::TaskDue {} | On::TaskOverdue {} | On::TaskDone {}, _) => {
                stage.task.is_some()
            }
            _ if stage.task.is_some() => false,
            (On::AfterTrigger { .. }, of) => of.is_some(),
            _ => false,
        },
    }
}

fn look(tx: &mut Tx, ready: &Ready, event: Option<&Event>, stage: &mut Stage) -> Result<Seen> {
    let record = stage.record.as_ref().map(|shown| shown.known.id.to_string()).unwrap_or_default();
    let (account, id) = (stage.account, ready.named.id.as_str());
    let last = rule_runs::find_last(tx, account, id, &record)?;
    stage.scene.last_run = last.map(|(_, at)| at);
    let explain = |expression: &Option<Expression>, stage: &Stage| {
        expression.as_ref().map(|expression| expression.explain(&stage.scene, Limits::default()))
    };
    let mut seen = Seen {
        trigger: ready.named.clone(),
        fires: false,
        why: "dry.other_event",
        filter: None,
        condition: None,
        actions: Vec::new(),
    };
    if !listens(ready, event, stage) {
        return Ok(seen);
    }
    seen.filter = explain(&ready.filter, stage);
    seen.condition = explain(&ready.condition, stage);
    let set = match event.map(|event| &event.fact) {
        Some(Fact::RecordChanged(changed)) => Some(&changed.change_set),
        _ => None,
    };
    let repeat = ready.trigger.repeat;
    let within = match repeat.at_most {
        Some(most) => rule_runs::count_since(tx, account, id, &record, stage.scene.now - most.per.ms())?,
        None => 0,
    };
    seen.why = match ask(ready, stage) {
        Verdict::Stopped(_) => "dry.stopped",
        Verdict::Filtered => "dry.filtered",
        Verdict::Idle => "dry.idle",
        Verdict::Fires => match repeat.refuses(Earlier { ever: last.map_or(0, |(runs, _)| runs), within }) {
            Some(why) => why,
            None if set.is_some_and(|set| !ready.is_touched_by(set)) => "dry.untouched",
            None => {
                seen.fires = true;
                "dry.fires"
            }
        },
    };
    Ok(seen)
}

/// What an action would do, as far as it can be said beforehand.
fn would(tx: &mut Tx, loaded: &super::cache::Rules, stage: &Stage, action: &Action) -> Result<Would> {
    let mut would = Would {
        action: action.deed.name(),
        delay_s: action.delay_s,
        summary: String::new(),
        preview: None,
        problem: None,
    };
    let scene = &stage.scene;
    let line = |field: &str, text: &str| texts::line(field, text, scene);
    let failed = |trouble: texts::Trouble| Some(("rule.template_failed", trouble.params()));
    match &action.deed {
        Deed::Notify { template } | Deed::Email { template, .. } => {
            let Some(prepared) = loaded.templates.get(template) else {
                would.problem = Some(("rule.no_template", Vec::new()));
                return Ok(would);
            };
            match prepared.render(stage) {
                Err(trouble) => would.problem = failed(trouble),
                Ok(said) => {
                    let to_customer = matches!(action.deed, Deed::Email { to: LetterTo::Customer, .. });
                    would_say(tx, stage, &prepared.draft, &said, &mut would)?;
                    would.problem = would.problem.filter(|_| !to_customer);
                }
            }
        }
        Deed::CreateTask { text, .. } => match line("text", text) {
            Ok(text) => would.summary = text,
            Err(trouble) => would.problem = failed(trouble),
        },
        Deed::ChangeField { field, value, .. } => match line("value", value) {
            Ok(value) => would.summary = format!("{field} = {value}"),
            Err(trouble) => would.problem = failed(trouble),
        },
        Deed::ChangeManager { user } => {
            let found = match user {
                Some(id) => audience::find_user(tx, stage.account, id, &id.to_lowercase())?,
                None => None,
            };
            would.summary = found.map(|user| user.name).unwrap_or_default();
        }
        Deed::Http { .. } => match request(&action.deed, stage) {
            Err(trouble) => would.problem = failed(trouble),
            Ok(None) => would.problem = Some(("rule.bad_url", vec![("url", String::new())])),
            Ok(Some((method, request))) => {
                would.summary = format!("{method} {}", request.url);
                would.preview = Some(json!({ "body": request.body }));
            }
        },
    }
    Ok(would)
}

/// What a template would say, and to whom.
fn would_say(
    tx: &mut Tx,
    stage: &Stage,
    draft: &Template,
    said: &texts::Texts,
    would: &mut Would,
) -> Result<()> {
    would.summary = crate::render::html::plain_text(&said.title);
    let found = people::resolve(tx, stage, &draft.recipients)?;
    if found.users.is_empty() {
        would.problem = Some(("rule.nobody", vec![("left_out", found.left_out.to_string())]));
    }
    let ids: Vec<&str> = found.users.iter().map(|(id, _)| id.as_str()).collect();
    let names = audience::list_names(tx, stage.account, &ids)?;
    let names: Vec<String> = names.into_iter().map(|(_, name)| name).collect();
    would.preview = Some(json!({
        "title": said.title, "body": said.body, "link": said.link, "recipients": names,
        "severity": draft.severity, "sticky": draft.sticky,
    }));
    Ok(())
}

/// The request that an action would make; none where its URL cannot be requested.
fn request(
    deed: &Deed,
    stage: &Stage,
) -> std::result::Result<Option<(&'static str, super::errands::Request)>, texts::Trouble> {
    let Deed::Http { method, url, params, body } = deed else { return Ok(None) };
    let url = texts::line("url", url, &stage.scene)?;
    let mut pairs = Vec::with_capacity(params.len());
    for param in params {
        pairs.push((param.name.clone(), texts::line("params", &param.value, &stage.scene)?));
    }
    let request = super::errands::Request::new(*method, &url, pairs, *body);
    Ok(request.map(|request| (method.name(), request)))
}

/// Recent events that a dry run can be made of, newest first.
///
/// # Errors
/// `record` is named when the caller sees no such one.
pub async fn list_events(
    ctx: &Ctx,
    caller: &Caller,
    record: Option<(RecordType, String)>,
    most: i64,
) -> Result<Vec<Past>> {
    let (account, caller) = (caller.account(), caller.clone());
    ctx.store
        .read(move |tx| {
            if let Some((record_type, id)) = &record {
                let key = crate::store::records::Key::Id(id.clone());
                crate::flows::record_pages::find_seen(tx, &caller, *record_type, &key)?;
            }
            let mut found =
                rule_runs::list_past(tx, account, record.as_ref().map(|(_, id)| id.as_str()), most)?;
            let ids: Vec<&str> = found.iter().filter_map(|past| past.record.as_deref()).collect();
            let seen = sight::of_records(tx, &caller, &ids)?;
            found.retain(|past| past.record.as_ref().is_none_or(|id| seen.contains(id)));
            Ok(found)
        })
        .await
}
