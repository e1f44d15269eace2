//! Settings of e-mail: an account's relays, who its letters come from, what they look like, a letter to try it; and the
//! addresses that letters came back from.

use serde_json::json;

use super::Ctx;
use super::change::By;
use super::mail::{SENDER, chosen_sender};
use super::once::{Answer, Once};
use crate::channels::email::letter::{Draft, Letter};
use crate::channels::email::{RelayState, describe};
use crate::domain::access::Caller;
use crate::domain::branding::Branding;
use crate::domain::email::Email;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::id::Account;
use crate::domain::language::Language;
use crate::domain::mail::dialogue::Line;
use crate::domain::mail::relay::{MOST, Relay};
use crate::domain::mail::sender::Sender;
use crate::store::relays::{self, Address};
use crate::store::{accounts, deliveries, preferences, references};

/// Suspended addresses that are shown.
const MOST_SUSPENDED: i64 = 500;

/// How an account's letters are sent.
pub struct Settings {
    pub relays: Vec<(Relay, RelayState)>,
    /// The server's own, by name; they serve an account without any.
    pub server_relays: Vec<String>,
    pub sender: Option<Sender>,
    pub branding: Branding,
}

/// # Errors
/// What the store says.
pub async fn get(ctx: &Ctx, account: Account) -> Result<Settings> {
    let (own, sender, branding) = ctx
        .store
        .read(move |tx| {
            Ok((
                relays::list(tx, account)?,
                chosen_sender(tx, account)?,
                preferences::find_branding(tx, account)?,
            ))
        })
        .await?;
    let with_state = |relay: Relay| {
        let state = ctx.mail.post.state(&relay);
        (relay, state)
    };
    Ok(Settings {
        relays: own.into_iter().map(with_state).collect(),
        server_relays: ctx.mail.relays.iter().map(Relay::name).collect(),
        sender: sender.or_else(|| ctx.mail.sender.clone()),
        branding,
    })
}

/// What is to be set. A relay without an id is new; a secret that is none stays as it was.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub relays: Vec<(Relay, Option<String>)>,
    /// None: the server's.
    pub sender: Option<Sender>,
    pub branding: Branding,
}

/// Sets how an account's letters are sent.
///
/// # Errors
/// The faults of all fields.
pub async fn put(ctx: &Ctx, by: &By, wanted: Wanted, once: Option<Once>) -> Result<Answer<()>> {
    if wanted.relays.len() > MOST {
        return Err(Error::field("relays", Fault::TooMany(MOST)));
    }
    let has_server_sender = ctx.mail.sender.is_some();
    if !wanted.relays.is_empty() && wanted.sender.is_none() && !has_server_sender {
        return Err(Error::field("sender.address", Fault::Required));
    }
    // What is shown as the server's and comes back unchanged follows the server on.
    let sender = wanted.sender.clone().filter(|sender| ctx.mail.sender.as_ref() != Some(sender));
    let ids = ctx.ids.clone();
    ctx.change(by, once, move |tx, change| {
        let before = relays::list(tx, change.account)?;
        let (mut checked, mut faults) = (Vec::new(), Vec::new());
        for (place, (relay, secret)) in wanted.relays.iter().enumerate() {
            let mut relay = relay.clone();
            let known = before.iter().find(|known| known.id == relay.id);
            relay.id = known.map_or_else(|| ids.next(change.now), |known| known.id.clone());
            // A kept secret goes only where it went before: who may change the host must not learn it that way.
            let same_place = known.filter(|known| known.host == relay.host && known.port == relay.port);
            let kept =
                same_place.filter(|known| known.security == relay.security).map(|known| &known.secret.0);
            relay.secret.0 = secret.clone().or_else(|| kept.cloned()).unwrap_or_default();
            match relay.check(&format!("relays[{place}]")) {
                Ok(relay) => checked.push(relay),
                Err(Error::Invalid(more)) => faults.extend(more),
                Err(other) => return Err(other),
            }
        }
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        relays::put_all(tx, change.account, &checked, change.now)?;
        let sender_json = serde_json::to_string(&sender).map_err(|e| Error::internal(e.to_string()))?;
        references::put_choice(tx, change.account, SENDER, &sender_json)?;
        preferences::put_branding(tx, change.account, &wanted.branding)?;
        if !checked.is_empty() {
            deliveries::unpark(tx, Some(change.account), change.now)?;
        }
        let names: Vec<String> = checked.iter().map(Relay::name).collect();
        change.record(tx, "email.changed", "email", &json!({ "relays": names, "sender": sender }))
    })
    .await
}

/// What a letter to try it met with.
pub struct Tried {
    pub sent: bool,
    pub dialogue: Vec<Line>,
    /// Why it was not sent.
    pub reason: Option<String>,
}

/// Sends a letter to see whether it arrives, over connections of its own, to each relay in turn until one takes it.
///
/// # Errors
/// `to` is no address; no relay or no sender is set.
pub async fn test(ctx: &Ctx, caller: &Caller, to: &str) -> Result<Tried> {
    let to = Email::parse("to", to)?;
    let (account, mail) = (caller.account(), std::sync::Arc::clone(&ctx.mail));
    let (relays, sender, details) = ctx
        .store
        .read(move |tx| {
            Ok((mail.relays_of(tx, account)?, chosen_sender(tx, account)?, accounts::get(tx, account)?))
        })
        .await?;
    let language = match caller {
        Caller::User(user) => user.language,
        Caller::Key(_) => details.language(),
    };
    let Some(from) = ctx.mail.sender_of(sender, &details.name).filter(|_| !relays.is_empty()) else {
        let reason = say(ctx, language, "email.no_relay", &details.name);
        return Ok(Tried { sent: false, dialogue: Vec::new(), reason: Some(reason) });
    };
    let text = say(ctx, language, "email.test_text", &details.name);
    let draft = Draft {
        from,
        to_name: String::new(),
        to_address: to.as_str().to_owned(),
        subject: say(ctx, language, "email.test_subject", &details.name),
        html: format!("<p>{}</p>", text.replace('&', "&amp;").replace('<', "&lt;")),
        text,
        id: ctx.id(),
        thread: None,
        at: ctx.now(),
        unsubscribe: None,
        picture: None,
    };
    let letter = match Letter::write(&draft) {
        Ok(letter) => letter,
        Err(error) => {
            return Ok(Tried { sent: false, dialogue: Vec::new(), reason: Some(error.to_string()) });
        }
    };
    let (mut dialogue, mut reason) = (Vec::new(), None);
    for relay in &relays {
        let attempt = ctx.mail.post.try_out(relay, &letter).await;
        dialogue.extend(attempt.dialogue.into_lines());
        match attempt.outcome {
            Ok(()) => return Ok(Tried { sent: true, dialogue, reason: None }),
            Err(trouble) => reason = Some(describe(&trouble)),
        }
    }
    Ok(Tried { sent: false, dialogue, reason })
}

fn say(ctx: &Ctx, language: Language, key: &str, account: &str) -> String {
    ctx.texts.say(language, key, &[("account", account.to_owned())])
}

/// The addresses that letters are not sent to for now.
///
/// # Errors
/// What the store says.
pub async fn list_suspended(ctx: &Ctx, account: Account) -> Result<Vec<Address>> {
    let now = ctx.now();
    ctx.store.read(move |tx| relays::list_suspended(tx, account, now, MOST_SUSPENDED)).await
}

/// Sends letters to an address again.
///
/// # Errors
/// [`Error::NotFound`] for an address that nothing came back from.
pub async fn release(ctx: &Ctx, by: &By, address: String, once: Option<Once>) -> Result<Answer<()>> {
    let key = address.to_lowercase();
    ctx.change(by, once, move |tx, change| {
        if !relays::delete_address(tx, change.account, &key)? {
            return Err(Error::NotFound);
        }
        change.record(tx, "address.released", &key, &json!({}))
    })
    .await
}
