//! Claims deliveries that are due, and looks at everything once more: reader, item, access, address, time.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::{Errand, Said, Stationery};
use crate::channels::email::MOST_CONNECTIONS;
use crate::domain::delivery::{DeliveryState, Facts, Fate, LEASE_MS, Reason, fate};
use crate::domain::error::Result;
use crate::domain::id::{Account, UserId};
use crate::domain::inbox::Item;
use crate::domain::kind::Kind;
use crate::domain::mail::relay::Relay;
use crate::domain::mail::sender::Sender;
use crate::domain::notification::Notification;
use crate::domain::preferences::AccountDefaults;
use crate::flows::mail::{self, Mail};
use crate::flows::{Ctx, sight};
use crate::render::letter::Why;
use crate::store::audience::{self, Addressee};
use crate::store::deliveries::{self, Claimed, Outcome};
use crate::store::{Tx, accounts, preferences, records, relays};

/// Letters of one account that are claimed at a time: enough to keep its relay's connections busy between two commits.
const MOST: usize = 8 * MOST_CONNECTIONS;
/// No relay is begun with after this part of the lease: the rest is for one whole conversation.
const BEGIN_WITHIN_MS: i64 = LEASE_MS / 2;

/// How much of an account's post may be claimed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    Letters(usize),
    /// All its relays are left in peace until this instant.
    RestsUntil(i64),
}

/// Accounts with letters that are due.
///
/// # Errors
/// What the store says.
pub async fn list_due(ctx: &Ctx, most: i64) -> Result<Vec<(Account, Vec<Relay>)>> {
    let (now, mail) = (ctx.now(), Arc::clone(&ctx.mail));
    ctx.store
        .read(move |tx| {
            let due = deliveries::list_due_accounts(tx, now, most)?;
            due.into_iter().map(|account| Ok((account, mail.relays_of(tx, account)?))).collect()
        })
        .await
}

/// How many letters to claim for these relays, of which so many are under way.
#[must_use]
pub fn room(ctx: &Ctx, relays: &[Relay], under_way: usize) -> Room {
    // Without any relay there is nothing to spare: what is due is looked at, and parked or ended.
    if relays.is_empty() {
        return Room::Letters(MOST);
    }
    let now = ctx.now();
    match ctx.mail.post.free_at(relays) {
        Some(at) if at > now => Room::RestsUntil(at),
        _ if ctx.mail.post.is_probing(relays) => Room::Letters(1usize.saturating_sub(under_way)),
        _ => Room::Letters(MOST.saturating_sub(under_way)),
    }
}

/// What a transaction of the post writes with.
struct Desk {
    mail: Arc<Mail>,
    now: i64,
    account: Account,
}

/// Claims up to `most` deliveries of an account; answers how many, and what is to be carried. What must not be sent any
/// more ends here, with its reason.
///
/// # Errors
/// What the store says.
pub async fn claim(ctx: &Ctx, account: Account, most: usize) -> Result<(usize, Vec<Errand>)> {
    let desk = Desk { mail: Arc::clone(&ctx.mail), now: ctx.now(), account };
    let most = i64::try_from(most).unwrap_or_default();
    ctx.store.write(move |tx| desk.claim(tx, most)).await
}

/// A delivery as a letter, whether or not it may be sent; none where its item is gone.
///
/// # Errors
/// What the store says.
pub async fn preview(ctx: &Ctx, account: Account, id: String) -> Result<Option<Errand>> {
    let desk = Desk { mail: Arc::clone(&ctx.mail), now: ctx.now(), account };
    ctx.store
        .read(move |tx| {
            let Some(claimed) = deliveries::find(tx, account, &id)? else { return Ok(None) };
            let around = Around::load(tx, &desk, std::slice::from_ref(&claimed))?;
            let parts = around.readers.get(claimed.user.as_str()).zip(around.said.get(&claimed.id));
            Ok(parts.map(|(reader, (item, notification))| Errand {
                account,
                letter: claimed.id.clone(),
                said: vec![around.said(claimed, reader, item, notification)],
                stationery: Arc::clone(&around.stationery),
                relays: Arc::clone(&around.relays),
                not_after: 0,
            }))
        })
        .await
}

impl Desk {
    fn claim(&self, tx: &mut Tx, most: i64) -> Result<(usize, Vec<Errand>)> {
        let lease_until = self.now + LEASE_MS;
        let claimed = deliveries::claim(tx, self.account, self.now, lease_until, most)?;
        let count = claimed.len();
        if count == 0 {
            return Ok((0, Vec::new()));
        }
        let around = Around::load(tx, self, &claimed)?;
        // A digest is one letter to one reader; everything else is a letter of its own.
        let mut letters: BTreeMap<String, Vec<Said>> = BTreeMap::new();
        for one in claimed {
            if let Some(said) = self.look_at(tx, &around, one)? {
                let name = match &said.claimed.letter {
                    Some(letter) => letter.clone(),
                    None if said.claimed.is_digest => format!("digest of {}", said.claimed.user),
                    None => said.claimed.id.clone(),
                };
                letters.entry(name).or_default().push(said);
            }
        }
        let errands = letters.into_values().filter_map(|said| self.errand(tx, &around, said).transpose());
        Ok((count, errands.collect::<Result<_>>()?))
    }

    /// What one delivery says, if it may still be sent.
    fn look_at(&self, tx: &mut Tx, around: &Around, claimed: Claimed) -> Result<Option<Said>> {
        let reader = around.readers.get(claimed.user.as_str());
        let said = around.said.get(&claimed.id);
        let state = said.map(|(item, _)| item.state).unwrap_or_default();
        let key = reader.map(|reader| reader.email.to_lowercase()).unwrap_or_default();
        let fate = fate(Facts {
            now: self.now,
            expires_at: claimed.expires_at,
            crashes: claimed.crashes,
            was_held: claimed.was == DeliveryState::Held,
            is_reader_active: reader.is_some_and(|reader| reader.reader.person.active),
            is_standing: said
                .is_some_and(|(item, said)| item.state.withdrawn_at.is_none() && said.withdrawn_at.is_none()),
            is_read: state.read_at.is_some() || state.archived_at.is_some(),
            is_seen: said.is_some_and(|(item, _)| around.seen.contains(item.id.as_str())),
            is_address_suspended: around.suspended.contains(&key),
            has_relay: !around.relays.is_empty() && around.has_sender,
        });
        let (state, reason) = match fate {
            Fate::Send => {
                let parts = reader.zip(said);
                return Ok(parts
                    .map(|(reader, (item, notification))| around.said(claimed, reader, item, notification)));
            }
            Fate::Park => (DeliveryState::Queued, Reason::NoRelay),
            Fate::End(state, reason) => (state, reason),
        };
        let outcome = Outcome {
            state,
            reason: Some(reason),
            detail: None,
            relay: None,
            tries: claimed.tries,
            next_at: claimed.expires_at,
        };
        deliveries::conclude(tx, &claimed, &outcome, self.now)?;
        Ok(None)
    }

    fn errand(&self, tx: &mut Tx, around: &Around, said: Vec<Said>) -> Result<Option<Errand>> {
        let Some(first) = said.first() else { return Ok(None) };
        let letter = first.claimed.letter.clone().unwrap_or_else(|| first.claimed.id.clone());
        let address = first.reader.email.clone();
        for one in &said {
            // The reader may have another address by now: his old one is somebody else's, for all that is known.
            if one.claimed.letter.as_deref() != Some(&letter) || one.claimed.address != address {
                deliveries::update_letter(tx, &one.claimed, &letter, &address)?;
            }
        }
        Ok(Some(Errand {
            account: self.account,
            said,
            letter,
            stationery: Arc::clone(&around.stationery),
            relays: Arc::clone(&around.relays),
            not_after: self.now + BEGIN_WITHIN_MS,
        }))
    }
}

/// Why somebody gets a letter.
fn why(managers: &HashMap<String, UserId>, item: &Item, said: &Notification) -> Why {
    let content = &said.content;
    match (content.kind, &content.told) {
        (_, Some(told)) if told.is_farewell_to(&item.user) => Why::NoLonger,
        (_, Some(told)) if managers.get(told.record.as_str()) == Some(&item.user) => Why::Responsible,
        (_, Some(_)) => Why::Unassigned,
        (Kind::OneTime, None) if !content.audience.is_empty() => Why::Groups(content.audience.clone()),
        (Kind::OneTime | Kind::System, None) => Why::Personally,
        (Kind::Task, None) => Why::Performer,
        (Kind::Custom, None) => {
            let named = content
                .rule
                .as_ref()
                .and_then(|rule| Some((rule.rule.name.clone(), *rule.whys.get(item.user.as_str())?)));
            named.map_or(Why::Rule, |(rule, why)| Why::RuleFor(rule, why))
        }
        (Kind::Announcement, None) => Why::Everybody,
    }
}

/// What is known around the deliveries of one claim, loaded once.
struct Around {
    stationery: Arc<Stationery>,
    /// Whether anybody is there to write.
    has_sender: bool,
    relays: Arc<Vec<Relay>>,
    readers: HashMap<String, Addressee>,
    said: HashMap<String, (Item, Notification)>,
    /// Items that their readers may see.
    seen: HashSet<String>,
    /// Who is responsible for the records that are told of.
    managers: HashMap<String, UserId>,
    defaults: AccountDefaults,
    /// Keys of addresses.
    suspended: HashSet<String>,
}

impl Around {
    fn load(tx: &mut Tx, desk: &Desk, claimed: &[Claimed]) -> Result<Self> {
        let account = desk.account;
        let details = accounts::get(tx, account)?;
        let chosen = mail::chosen_sender(tx, account)?;
        let branding = preferences::find_branding(tx, account)?;
        let mut users: Vec<&str> = claimed.iter().map(|one| one.user.as_str()).collect();
        users.sort_unstable();
        users.dedup();
        let readers = audience::list_addressees(tx, account, &users)?;
        let from = desk.mail.sender_of(chosen, &details.name);
        let keys: Vec<String> = readers.iter().map(|reader| reader.email.to_lowercase()).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let known = relays::list_addresses(tx, account, &keys)?;
        let ids: Vec<&str> = claimed.iter().map(|one| one.id.as_str()).collect();
        let said = deliveries::list_said(tx, account, &ids)?;
        let pairs: Vec<_> = said.iter().map(|(_, item, said)| (item.clone(), said.clone())).collect();
        let seen = sight::list_seen(tx, account, &pairs)?;
        let seen = pairs.iter().zip(seen).filter(|(_, seen)| *seen);
        let mut told: Vec<&str> = said
            .iter()
            .filter_map(|(_, _, said)| said.content.told.as_ref().map(|told| told.record.as_str()))
            .collect();
        told.sort_unstable();
        told.dedup();
        let places = records::list_places(tx, account, &told)?;
        Ok(Self {
            relays: Arc::new(desk.mail.relays_of(tx, account)?),
            has_sender: from.is_some(),
            stationery: Arc::new(Stationery {
                base_url: details.public_url.clone().unwrap_or_else(|| desk.mail.base_url.clone()),
                from: from.unwrap_or_else(|| Sender { name: String::new(), address: String::new() }),
                branding,
                details,
            }),
            seen: seen.map(|((item, _), _)| item.id.to_string()).collect(),
            managers: places
                .into_iter()
                .filter_map(|place| Some((place.id.to_string(), place.manager?)))
                .collect(),
            defaults: preferences::find_defaults(tx, account)?,
            readers: readers.into_iter().map(|r| (r.reader.person.id.to_string(), r)).collect(),
            said: said.into_iter().map(|(id, item, said)| (id, (item, said))).collect(),
            suspended: known
                .into_iter()
                .filter(|address| address.standing.is_suspended(desk.now))
                .map(|address| address.key)
                .collect(),
        })
    }

    fn said(&self, claimed: Claimed, reader: &Addressee, item: &Item, notification: &Notification) -> Said {
        Said {
            why: why(&self.managers, item, notification),
            may_unsubscribe: !self.defaults.is_forced(claimed.kind),
            claimed,
            reader: reader.clone(),
            item: item.clone(),
            notification: notification.clone(),
        }
    }
}
