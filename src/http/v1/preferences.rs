//! What reaches whom: one's own choices, and the account's defaults and locks.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::{Caller, SignedIn};
use crate::domain::id::Account;
use crate::domain::kind::Kind;
use crate::domain::language::Language;
use crate::domain::preferences::{AccountDefaults, Cells, Choices, Digest, Hours, Quiet, Switch};
use crate::domain::record::rules::Rule;
use crate::flows::change::By;
use crate::flows::lists;
use crate::flows::preferences::{self, Held};
use crate::http::State;
use crate::http::extract::{Body, Path};
use crate::http::problem::Result;
use crate::http::reply::Success;

/// The switches of one kind. The bell has every notification, so it has no switch.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ChannelSwitches")]
pub struct CellsWire {
    popup: bool,
    email: bool,
}

/// A rule of system notifications, as it stands for a user.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RuleSwitch")]
pub struct RuleWire {
    rule: Rule,
    name: String,
    /// Whether the account tells it at all.
    active: bool,
}

/// What reaches a user.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Preferences")]
pub struct PreferencesOut {
    /// *Notify by e-mail*.
    email: bool,
    matrix: BTreeMap<Kind, CellsWire>,
    /// The cells that an administrator set for everybody.
    locked: BTreeMap<Kind, Vec<Switch>>,
    /// In these hours notifications come to the bell alone, and mails wait for their end.
    quiet: Option<Hours>,
    /// How long a popup stays that does not say so itself.
    popup_seconds: i64,
    digest: Digest,
    /// A mail goes out only if the notification was not read within so many seconds; 0: at once.
    hold_seconds: i64,
}

impl PreferencesOut {
    fn new(choices: Choices, defaults: &AccountDefaults) -> Self {
        let cells = |kind: &Kind| {
            let Cells { popup, email } = choices.cells(*kind);
            (*kind, CellsWire { popup, email })
        };
        let locked = defaults.locked.iter().filter(|(_, channels)| !channels.is_empty());
        Self {
            email: choices.email,
            matrix: Kind::ALL.iter().map(cells).collect(),
            locked: locked.map(|(kind, channels)| (*kind, channels.iter().copied().collect())).collect(),
            quiet: choices.quiet.map(Hours::from),
            popup_seconds: choices.popup_seconds,
            digest: choices.digest,
            hold_seconds: choices.hold_seconds,
        }
    }
}

/// What reaches one user, down to the rules of system notifications.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "UserPreferences")]
pub struct UserPreferencesOut {
    #[serde(flatten)]
    preferences: PreferencesOut,
    /// The rules of system notifications that do not reach the user at all, not even in the bell.
    rules_off: BTreeSet<Rule>,
    /// Every rule, as the caller's language calls it.
    rules: Vec<RuleWire>,
}

impl UserPreferencesOut {
    async fn new(state: &State, held: Held, account: Account, language: Language) -> Result<Self> {
        let rules_off = held.choices.rules_off.clone();
        let preferences = PreferencesOut::new(held.choices, &held.defaults);
        Ok(Self { preferences, rules_off, rules: rules(state, account, language).await? })
    }
}

async fn rules(state: &State, account: Account, language: Language) -> Result<Vec<RuleWire>> {
    let settings = lists::system_notifications(&state.ctx, account).await?;
    let rule = |rule: &Rule| RuleWire {
        rule: *rule,
        name: state.texts.say(language, &format!("rule.{}", rule.name()), &[]),
        active: settings.active.contains(rule),
    };
    Ok(Rule::ALL.iter().map(rule).collect())
}

/// What is to reach a user: all of it. Kinds that the matrix leaves out have every channel. What is as the account has
/// it goes on following the account.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PreferencesIn {
    email: bool,
    matrix: BTreeMap<Kind, CellsWire>,
    quiet: Option<Hours>,
    /// 5 to 60.
    popup_seconds: i64,
    digest: Digest,
    /// At most a day.
    hold_seconds: i64,
    /// Rules of system notifications that are not to reach the user at all, not even in the bell.
    #[serde(default)]
    rules_off: BTreeSet<Rule>,
}

fn choices(wanted: PreferencesIn) -> Result<Choices> {
    let cells = |(kind, CellsWire { popup, email })| (kind, Cells { popup, email });
    Ok(Choices {
        email: wanted.email,
        matrix: wanted.matrix.into_iter().map(cells).collect(),
        quiet: wanted.quiet.as_ref().map(Quiet::parse).transpose()?,
        popup_seconds: wanted.popup_seconds,
        digest: wanted.digest,
        hold_seconds: wanted.hold_seconds,
        rules_off: wanted.rules_off,
    })
}

pub async fn get_preferences(state: State, user: SignedIn) -> Result<Success<UserPreferencesOut>> {
    let held = preferences::get(&state.ctx, &user).await?;
    Ok(Success::new(UserPreferencesOut::new(&state, held, user.account, user.language).await?))
}

pub async fn put_preferences(
    state: State,
    user: SignedIn,
    body: Body<PreferencesIn>,
) -> Result<Success<UserPreferencesOut>> {
    let answer = preferences::put(&state.ctx, &user, choices(body.value)?, body.once).await?;
    let held = preferences::get(&state.ctx, &user).await?;
    let out = UserPreferencesOut::new(&state, held, user.account, user.language).await?;
    Ok(Success::once(answer).map(|()| out))
}

fn language(caller: &Caller) -> Language {
    match caller {
        Caller::User(user) => user.language,
        Caller::Key(_) => Language::default(),
    }
}

pub async fn get_user_preferences(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Success<UserPreferencesOut>> {
    let held = preferences::get_of(&state.ctx, caller.account(), id).await?;
    Ok(Success::new(UserPreferencesOut::new(&state, held, caller.account(), language(&caller)).await?))
}

pub async fn put_user_preferences(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<PreferencesIn>,
) -> Result<Success<UserPreferencesOut>> {
    let (by, wanted) = (By::from(&caller), choices(body.value)?);
    let answer = preferences::put_of(&state.ctx, &by, id.clone(), wanted, body.once).await?;
    let held = preferences::get_of(&state.ctx, caller.account(), id).await?;
    let out = UserPreferencesOut::new(&state, held, caller.account(), language(&caller)).await?;
    Ok(Success::once(answer).map(|()| out))
}

/// What holds for those who have not chosen, and where nobody may choose.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DefaultsIn {
    email: bool,
    matrix: BTreeMap<Kind, CellsWire>,
    /// The channels in which users may not choose, by kind.
    #[serde(default)]
    locked: BTreeMap<Kind, Vec<Switch>>,
    quiet: Option<Hours>,
    popup_seconds: i64,
    digest: Digest,
    hold_seconds: i64,
}

pub async fn get_default_preferences(state: State, caller: Caller) -> Result<Success<PreferencesOut>> {
    let defaults = preferences::defaults(&state.ctx, caller.account()).await?;
    Ok(Success::new(PreferencesOut::new(defaults.choices.clone(), &defaults)))
}

pub async fn put_default_preferences(
    state: State,
    caller: Caller,
    body: Body<DefaultsIn>,
) -> Result<Success<PreferencesOut>> {
    let DefaultsIn { email, matrix, locked, quiet, popup_seconds, digest, hold_seconds } = body.value;
    let rules_off = BTreeSet::new();
    let wanted = PreferencesIn { email, matrix, quiet, popup_seconds, digest, hold_seconds, rules_off };
    let locked = locked.into_iter().map(|(kind, channels)| (kind, channels.into_iter().collect())).collect();
    let defaults = AccountDefaults { choices: choices(wanted)?, locked };
    let answer =
        preferences::put_defaults(&state.ctx, &By::from(&caller), defaults.clone(), body.once).await?;
    Ok(Success::once(answer).map(|()| PreferencesOut::new(defaults.choices.clone(), &defaults)))
}
