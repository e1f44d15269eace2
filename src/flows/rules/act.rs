//! Does what a rule says, in the transaction of its run: each action of a list for one record, at once or put off. An action
//! that cannot be done says so in the log, and the others go on.
//!
//! Triggers and marketing rules come here alike. What leaves the house is only written down; `errands` carries it.

use serde_json::{Map, Value as Json, json};

use super::cache::Rules;
use super::log::{Link, Note};
use super::people::{self, Recipients};
use super::stage::{Shown, Stage};
use super::texts;
use super::{Engine, Outcome, errands, later};
use crate::domain::actor::Actor;
use crate::domain::error::{Error, FieldError, Result};
use crate::domain::event::{Event, Fact, Tick};
use crate::domain::id::{EventId, UserId};
use crate::domain::patch::Field;
use crate::domain::record::RecordType;
use crate::domain::record::catalogue::{self, CUSTOM, Kind};
use crate::domain::record::value::Spelling;
use crate::domain::rule::RuleRef;
use crate::domain::rule::action::{Action, ChangeOf, Deed, ForWhom, LetterTo};
use crate::domain::rule::chain::Chain;
use crate::domain::rule::said::{RuleSaid, Why};
use crate::domain::rule::template::{LetterText, Template, TemplateChannel};
use crate::flows::change::By;
use crate::flows::records::{self, Put, Setting, Source, Which, Who, put_in};
use crate::flows::restored;
use crate::flows::route::{Mailroom, Message, tell};
use crate::flows::rule_keeping::Stored;
use crate::flows::tasks::{self, Hand, PerformerNamed, RecordNamed};
use crate::render::instant::to_rfc3339;
use crate::render::told::escape;
use crate::store::events::Addressed;
use crate::store::rule_deliveries::Outlet;
use crate::store::{Tx, accounts, events};

/// One run of a rule: what its actions are done for.
#[derive(Debug, Clone)]
pub struct Occasion {
    pub rule: RuleRef,
    /// What makes this run one: nothing is done twice under the same name.
    pub run: String,
    /// When it was due: what may have been done before a restore leaves the house only when the operator says so.
    pub due_at: i64,
    /// The event that set it off; it stays, so that what is put off can look at it again.
    pub event: EventId,
    /// The rules that led here, this one included.
    pub chain: Chain,
    /// Expressions that must still hold when the time of a delayed action comes.
    pub recheck: Vec<String>,
}

/// Why an action was not done: the key of a sentence, and its values.
pub(super) enum Refused {
    Because(&'static str, Vec<(&'static str, String)>),
    /// The transaction is over.
    Broken(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(faults) => {
                let texts = faults.iter().map(words).collect::<Vec<_>>().join("; ");
                Self::Because("rule.refused", vec![("why", texts)])
            }
            Error::NotFound => Self::Because("rule.no_record", Vec::new()),
            other => Self::Broken(other),
        }
    }
}

fn words(error: &FieldError) -> String {
    format!("{}: {}", error.field, texts::in_english(error.fault.key(), &error.fault.params()))
}

pub(super) fn because<T>(key: &'static str, params: &[(&'static str, &str)]) -> Result<T, Refused> {
    let params = params.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Err(Refused::Because(key, params))
}

/// Does the actions of a rule: those with a delay are put off.
///
/// # Errors
/// What the store says; then nothing has been done.
pub fn perform(
    tx: &mut Tx,
    engine: &Engine,
    loaded: &Rules,
    occasion: &Occasion,
    stage: &Stage,
    actions: &[Action],
    outcome: &mut Outcome,
) -> Result<()> {
    for (n, action) in actions.iter().enumerate() {
        if action.delay_s > 0 {
            later::put_off(tx, engine, occasion, stage, n, action)?;
        } else {
            one(tx, engine, loaded, occasion, stage, (n, &action.deed), outcome)?;
        }
    }
    Ok(())
}

/// Does one action now, and logs what came of it.
///
/// # Errors
/// As [`perform`].
pub fn one(
    tx: &mut Tx,
    engine: &Engine,
    loaded: &Rules,
    occasion: &Occasion,
    stage: &Stage,
    (n, deed): (usize, &Deed),
    outcome: &mut Outcome,
) -> Result<()> {
    let started = engine.clock.monotonic();
    let mut note = Note::new(engine, occasion.rule.clone(), stage, started).of(deed.name());
    let mut doer = Doer { engine, loaded, occasion, stage, n, links: Vec::new(), items: 0 };
    let done = match deed {
        Deed::Notify { template } => doer.notify(tx, template, false),
        Deed::Email { template, to: LetterTo::Recipients } => doer.notify(tx, template, true),
        Deed::Email { template, to: LetterTo::Customer } => doer.write_to_customer(tx, template),
        Deed::CreateTask { .. } => doer.create_task(tx, deed),
        Deed::ChangeField { record, field, value } => doer.change_field(tx, *record, field, value),
        Deed::ChangeManager { user } => doer.change_manager(tx, user.as_deref()),
        Deed::Http { .. } => doer.request(tx, deed),
    };
    note.links = doer.links;
    outcome.items += doer.items;
    outcome.log.push(match done {
        Ok((key, params)) => note.told(key, &params),
        Err(Refused::Because(key, params)) => note.failed(key, &params),
        Err(Refused::Broken(error)) => return Err(error),
    });
    Ok(())
}

/// The sentence of what was done.
type Done = Result<(&'static str, Vec<(&'static str, String)>), Refused>;

struct Doer<'a> {
    engine: &'a Engine,
    loaded: &'a Rules,
    occasion: &'a Occasion,
    stage: &'a Stage,
    n: usize,
    links: Vec<Link>,
    items: u64,
}

impl Doer<'_> {
    fn template(&mut self, id: &str) -> Result<&texts::Prepared, Refused> {
        self.links.push(Link::new("template", &id));
        match self.loaded.templates.get(id) {
            None => because("rule.no_template", &[]),
            Some(template) if !template.draft.active => {
                because("rule.template_off", &[("template", &template.named.name)])
            }
            Some(template) => Ok(template),
        }
    }

    fn notify(&mut self, tx: &mut Tx, id: &str, mail_only: bool) -> Done {
        let (stage, engine) = (self.stage, self.engine);
        let loaded = self.loaded;
        self.template(id)?;
        let Some(template) = loaded.templates.get(id) else { return because("rule.no_template", &[]) };
        let texts = template.render(stage)?;
        let Recipients { users, left_out } = people::resolve(tx, stage, &template.draft.recipients)?;
        if users.is_empty() {
            return because("rule.nobody", &[("left_out", &left_out.to_string())]);
        }
        let mut room = Mailroom::load(tx, &engine.desk, stage.account)?;
        let draft = &template.draft;
        let message = Message {
            event: self.occasion.event.clone(),
            dedup_key: self.key(),
            severity: draft.severity,
            sticky: draft.sticky,
            title: texts.title,
            body: texts.body,
            link: texts.link.or_else(|| stage.record.as_ref().and_then(|shown| shown.known.url.clone())),
            said: RuleSaid {
                rule: self.occasion.rule.clone(),
                template: id.to_owned(),
                about: stage.record.as_ref().map(Shown::about),
                seconds: draft.seconds,
                sound: draft.sound,
                buttons: texts.buttons,
                letter: texts.letter.map(escaped),
                whys: users.iter().map(|(user, why)| (user.to_string(), *why)).collect(),
            },
            popup: !mail_only && draft.uses(TemplateChannel::Popup),
            mails: mail_only || draft.uses(TemplateChannel::Email),
            recipients: users.iter().map(|(user, _)| user.clone()).collect(),
        };
        let (notification, items) = tell(tx, &engine.desk, &mut room, message)?;
        if self.is_held() {
            restored::hold(tx, stage.account, &[self.occasion.event.to_string()])?;
        }
        self.items += items;
        self.links.push(Link::new("notification", &notification));
        let key = if left_out > 0 { "rule.notified" } else { "rule.notified_all" };
        Ok((key, vec![("count", users.len().to_string()), ("left_out", left_out.to_string())]))
    }

    fn key(&self) -> String {
        format!("rule:{}:{}:{}", self.occasion.rule.id, self.occasion.run, self.n)
    }

    fn write_to_customer(&mut self, tx: &mut Tx, id: &str) -> Done {
        let (stage, loaded) = (self.stage, self.loaded);
        self.template(id)?;
        let Some(template) = loaded.templates.get(id) else { return because("rule.no_template", &[]) };
        let texts = template.render(stage)?;
        let of = |shown: &Option<Shown>| {
            let state = &shown.as_ref()?.known.state;
            let address = state.get("email").and_then(crate::domain::record::value::Value::text)?;
            Some((records::person(state).unwrap_or_default(), address.to_owned()))
        };
        let Some((name, address)) = of(&stage.order).or_else(|| of(&stage.customer)) else {
            return because("rule.no_address", &[]);
        };
        let letter = errands::OutsideLetter::new(name, address.clone(), &texts);
        let delivery = self.send(tx, Outlet::Email, &address, &json!(letter))?;
        self.links.push(Link::new("delivery", &delivery));
        Ok(("rule.mailed", vec![("address", address)]))
    }

    fn send(&self, tx: &mut Tx, outlet: Outlet, target: &str, request: &Json) -> Result<String, Refused> {
        let record = self.stage.record.as_ref().map(|shown| shown.known.id.to_string());
        let rule = self.occasion.rule.clone();
        let what = (target, request, self.is_held());
        Ok(errands::write(tx, self.engine, self.stage.account, (outlet, rule, record), what)?)
    }

    /// Whether the server whose backup this was may have done it already.
    fn is_held(&self) -> bool {
        self.engine.desk.restored.as_ref().is_some_and(|mark| self.occasion.due_at <= mark.at)
    }

    fn request(&mut self, tx: &mut Tx, deed: &Deed) -> Done {
        let Deed::Http { method, url, params, body } = deed else { return because("rule.refused", &[]) };
        let scene = &self.stage.scene;
        let url = texts::line("url", url, scene)?;
        let mut pairs = Vec::with_capacity(params.len());
        for (n, param) in params.iter().enumerate() {
            let value = texts::line(&format!("params[{n}].value"), &param.value, scene)?;
            pairs.push((param.name.clone(), value));
        }
        let Some(request) = errands::Request::new(*method, &url, pairs, *body) else {
            return because("rule.bad_url", &[("url", &url)]);
        };
        let target = request.url.clone();
        let delivery = self.send(tx, Outlet::Http, &target, &json!(request))?;
        self.links.push(Link::new("delivery", &delivery));
        Ok(("rule.requested", vec![("url", target)]))
    }

    fn create_task(&mut self, tx: &mut Tx, deed: &Deed) -> Done {
        let Deed::CreateTask { text, comment, due_in_s, performer } = deed else {
            return because("rule.refused", &[]);
        };
        let (stage, now) = (self.stage, self.engine.desk.now);
        let text = texts::line("text", text, &stage.scene)?;
        let comment =
            comment.as_deref().map(|text| texts::line("comment", text, &stage.scene)).transpose()?;
        let performer = match performer {
            ForWhom::Manager {} => people::manager(tx, stage)?.map(|id| PerformerNamed::User(id.to_string())),
            ForWhom::User { id } => Some(PerformerNamed::User(id.clone())),
            ForWhom::Group { code } => Some(PerformerNamed::Group(code.clone())),
        };
        let record = |shown: &Option<Shown>| {
            shown.as_ref().map_or(Field::Leave, |s| Field::Set(RecordNamed::Id(s.known.id.to_string())))
        };
        let draft = tasks::Draft {
            text: Some(text.trim().chars().take(crate::domain::task::LONGEST_TEXT).collect()),
            comment: comment.map_or(Field::Leave, Field::Set),
            due: due_in_s.map_or(Field::Leave, |s| Field::Set(to_rfc3339(now + s * 1_000))),
            performer: performer.map_or(Field::Clear, Field::Set),
            customer: record(&stage.customer),
            order: record(&stage.order),
            ..tasks::Draft::default()
        };
        let setting = Setting::load(tx, stage.account)?;
        let by = self.by();
        let who = self.who(&by);
        let zone = accounts::get(tx, stage.account)?.zone;
        let hand = Hand { setting: &setting, who: &who, zone, source: Source::Rule };
        let task = hand.make(tx, &draft)?;
        let task = hand.insert(tx, task)?;
        self.links.push(Link::new("task", &task.id));
        Ok(("rule.task_made", vec![("text", task.text)]))
    }

    fn by(&self) -> By {
        By { account: self.stage.account, actor: Actor::Rule(self.occasion.rule.id.clone()) }
    }

    fn who<'w>(&'w self, by: &'w By) -> Who<'w> {
        Who {
            by,
            name: Some(&self.occasion.rule.name),
            ids: &self.engine.desk.ids,
            now: self.engine.desk.now,
            cause: Some(&self.occasion.chain),
        }
    }

    fn change_field(&mut self, tx: &mut Tx, of: ChangeOf, field: &str, value: &str) -> Done {
        let (shown, record_type) = match of {
            ChangeOf::Order => (&self.stage.order, RecordType::Order),
            ChangeOf::Customer => (&self.stage.customer, RecordType::Customer),
        };
        let Some(shown) = shown else { return because("rule.no_record", &[]) };
        let Some(path) = native_path(record_type, field) else {
            return because("rule.not_writable", &[("field", field)]);
        };
        let value = texts::line("value", value, &self.stage.scene)?;
        let value = value.trim();
        let json = if value.is_empty() { Json::Null } else { Json::String(value.to_owned()) };
        let done = self.put(tx, shown, nest(&path, json))?;
        let key = if done { "rule.changed" } else { "rule.unchanged" };
        Ok((key, vec![("field", field.to_owned()), ("value", value.to_owned())]))
    }

    fn change_manager(&mut self, tx: &mut Tx, user: Option<&str>) -> Done {
        let Some(shown) = &self.stage.record else { return because("rule.no_record", &[]) };
        let json = user.map_or(Json::Null, |user| Json::String(user.to_owned()));
        let done = self.put(tx, shown, json!({ "manager": json }))?;
        Ok((if done { "rule.manager_changed" } else { "rule.manager_unchanged" }, Vec::new()))
    }

    /// Writes a state as anybody would; answers whether anything changed.
    fn put(&self, tx: &mut Tx, shown: &Shown, state: Json) -> Result<bool, Refused> {
        let setting = Setting::load(tx, self.stage.account)?;
        let by = self.by();
        let put = Put {
            record_type: shown.known.record_type,
            which: Which::Id(shown.known.id.to_string()),
            site: None,
            state,
            spelling: Spelling::Native,
            source: Source::Rule,
            silent: false,
            may_create: false,
        };
        Ok(!put_in(tx, &setting, &self.who(&by), &put)?.changed.is_empty())
    }
}

/// Where a field stands in the native JSON; none where rules cannot write it.
#[must_use]
pub fn native_path(record_type: RecordType, field: &str) -> Option<String> {
    if let Some(code) = field.strip_prefix(CUSTOM) {
        return (!code.is_empty()).then(|| format!("custom_fields.{code}"));
    }
    let field = catalogue::find(record_type, field)?;
    let is_plain =
        !matches!(field.kind, Kind::Tags | Kind::Phones | Kind::Hours | Kind::Pairs | Kind::Customer);
    let is_own = matches!(field.name, "external_id" | "site" | "created_at" | "number");
    (is_plain && !is_own && !field.computed).then(|| field.native.to_owned())
}

fn nest(path: &str, value: Json) -> Json {
    path.rsplit('.').fold(value, |inner, part| Json::Object(Map::from_iter([(part.to_owned(), inner)])))
}

/// Sends a template to who tries it out.
///
/// # Errors
/// The text that does not render, under its field.
pub fn try_out(
    tx: &mut Tx,
    engine: &Engine,
    stage: &Stage,
    stored: &Stored<Template>,
    user: &UserId,
    event: &str,
) -> Result<()> {
    let prepared = texts::Prepared::new(stored.rule.named(), stored.what.clone());
    let texts = prepared.render(stage).map_err(|trouble| Error::Invalid(vec![trouble.into()]))?;
    let draft = &stored.what;
    // What it is about happened nowhere, but each notification has its event.
    let tried = Event {
        account: stage.account,
        id: EventId::new(event.to_owned()),
        actor: Actor::User(user.clone()),
        fact: Fact::Tick(Tick { trigger: stored.rule.id.clone(), at: engine.desk.now }),
        created_at: engine.desk.now,
        send_at: None,
        recalled_at: None,
    };
    events::insert_bare(tx, Addressed { event: tried, audience: None })?;
    let mut room = Mailroom::load(tx, &engine.desk, stage.account)?;
    let message = Message {
        event: EventId::new(event.to_owned()),
        dedup_key: format!("try:{event}"),
        severity: draft.severity,
        sticky: draft.sticky,
        title: texts.title,
        body: texts.body,
        link: texts.link,
        said: RuleSaid {
            rule: stored.rule.named(),
            template: stored.rule.id.clone(),
            // What is made up is nowhere to be seen.
            about: None,
            seconds: draft.seconds,
            sound: draft.sound,
            buttons: texts.buttons,
            letter: texts.letter.map(escaped),
            whys: [(user.to_string(), Why::Test)].into(),
        },
        popup: draft.uses(TemplateChannel::Popup),
        mails: draft.uses(TemplateChannel::Email),
        recipients: vec![user.clone()],
    };
    tell(tx, &engine.desk, &mut room, message).map(drop)
}

/// The letter's subject as HTML, as the titles of notifications are.
fn escaped(letter: LetterText) -> LetterText {
    LetterText { subject: escape(&letter.subject), body: letter.body }
}
