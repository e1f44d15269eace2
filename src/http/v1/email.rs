//! Settings → E-mail: relays, sender, look, and a letter to try them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::letters::BrandingIn;
use crate::channels::email::RelayState;
use crate::domain::access::Caller;
use crate::domain::branding::Branding;
use crate::domain::faults::both;
use crate::domain::mail::breaker::Position;
use crate::domain::mail::dialogue::Line;
use crate::domain::mail::relay::{Auth, Relay, Secret, Security};
use crate::domain::mail::sender::Sender;
use crate::flows::change::By;
use crate::flows::relays::{self, Settings, Wanted};
use crate::http::State;
use crate::http::extract::Body;
use crate::http::problem::Result;
use crate::http::reply::Success;
use crate::render::instant::to_rfc3339;

/// How a relay does, since the server was started.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RelayStateOut {
    breaker: Position,
    last_error: Option<String>,
    last_ok_at: Option<String>,
}

/// Where letters are handed in.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Relay")]
pub struct RelayOut {
    id: String,
    host: String,
    port: u16,
    security: Security,
    /// Whether `plain` is meant also for another machine.
    allow_plain: bool,
    auth: Auth,
    user: String,
    has_secret: bool,
    /// The lowest is tried first.
    priority: i64,
    state: RelayStateOut,
}

impl From<(Relay, RelayState)> for RelayOut {
    fn from((relay, state): (Relay, RelayState)) -> Self {
        Self {
            id: relay.id,
            host: relay.host,
            port: relay.port,
            security: relay.security,
            allow_plain: relay.allow_plain,
            auth: relay.auth,
            user: relay.user,
            has_secret: !relay.secret.0.is_empty(),
            priority: relay.priority,
            state: RelayStateOut {
                breaker: state.breaker,
                last_error: state.last_error,
                last_ok_at: state.last_ok_at.map(to_rfc3339),
            },
        }
    }
}

/// Who letters come from; both empty: nobody yet.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SenderWire {
    name: String,
    address: String,
}

/// What letters look like.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BrandingOut {
    colour: String,
    /// A `data:` URL.
    logo: Option<String>,
    footer: String,
}

impl From<Branding> for BrandingOut {
    fn from(branding: Branding) -> Self {
        Self {
            colour: branding.colour.as_str().to_owned(),
            logo: branding.logo.map(|logo| logo.url()),
            footer: branding.footer,
        }
    }
}

/// How letters are sent.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Email")]
pub struct EmailOut {
    relays: Vec<RelayOut>,
    /// The server's own, which serve an account without any.
    server_relays: Vec<String>,
    sender: SenderWire,
    branding: BrandingOut,
}

impl From<Settings> for EmailOut {
    fn from(settings: Settings) -> Self {
        let sender = settings.sender.map_or_else(
            || SenderWire { name: String::new(), address: String::new() },
            |sender| SenderWire { name: sender.name, address: sender.address },
        );
        Self {
            relays: settings.relays.into_iter().map(RelayOut::from).collect(),
            server_relays: settings.server_relays,
            sender,
            branding: settings.branding.into(),
        }
    }
}

pub async fn get_email(state: State, caller: Caller) -> Result<Success<EmailOut>> {
    Ok(Success::new(relays::get(&state.ctx, caller.account()).await?.into()))
}

/// A relay as it is to be.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RelayIn {
    /// Of a relay that is there already.
    id: Option<String>,
    host: String,
    port: u16,
    security: Security,
    #[serde(default)]
    allow_plain: bool,
    auth: Auth,
    #[serde(default)]
    user: String,
    /// A password or access token. Absent: as it was, if host, port and security are as they were.
    secret: Option<String>,
    #[serde(default)]
    priority: i64,
}

/// How letters are to be sent: exactly so.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct EmailIn {
    relays: Vec<RelayIn>,
    /// An empty address: the server's.
    sender: SenderWire,
    branding: BrandingIn,
}

pub async fn put_email(state: State, caller: Caller, body: Body<EmailIn>) -> Result<Success<EmailOut>> {
    let EmailIn { relays: wanted, sender, branding } = body.value;
    let is_given = !(sender.address.trim().is_empty() && sender.name.trim().is_empty());
    let (sender, branding) =
        both(is_given.then(|| Sender::parse(&sender.name, &sender.address)).transpose(), branding.parse())?;
    let relay = |relay: RelayIn| {
        let secret = relay.secret.filter(|secret| !secret.is_empty());
        let relay = Relay {
            id: relay.id.unwrap_or_default(),
            host: relay.host.trim().to_owned(),
            port: relay.port,
            security: relay.security,
            allow_plain: relay.allow_plain,
            auth: relay.auth,
            user: relay.user.trim().to_owned(),
            secret: Secret::default(),
            priority: relay.priority,
        };
        (relay, secret)
    };
    let wanted = Wanted { relays: wanted.into_iter().map(relay).collect(), sender, branding };
    let answer = relays::put(&state.ctx, &By::from(&caller), wanted, body.once).await?;
    let settings = relays::get(&state.ctx, caller.account()).await?;
    Ok(Success::once(answer).map(|()| settings.into()))
}

/// Whom to write to.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct TestIn {
    /// An e-mail address.
    to: String,
}

/// What a letter met with.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TestOut {
    sent: bool,
    /// All that was said between us and the relays.
    dialogue: Vec<Line>,
    reason: Option<String>,
}

pub async fn test_email(state: State, caller: Caller, body: Body<TestIn>) -> Result<Success<TestOut>> {
    let tried = relays::test(&state.ctx, &caller, &body.value.to).await?;
    Ok(Success::new(TestOut { sent: tried.sent, dialogue: tried.dialogue, reason: tried.reason }))
}
