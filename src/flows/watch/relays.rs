//! Relays: whether they do their work, and until when their certificates are good. Each node knows what it met with itself
//! and writes that down for all; what is told hangs on what all know, so that a node that never sent a letter does not end
//! what another began.

use std::collections::BTreeMap;

use super::Reading;
use super::accounts::date;
use crate::domain::condition::{ConditionCode, Level, Limits};
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::mail::health::Health;
use crate::flows::Ctx;
use crate::store::{Tx, node_notes, readings, relays};

/// A relay that nobody heard of for so long, and that is set nowhere any more, is forgotten.
const FORGOTTEN_MS: i64 = 24 * 3_600_000;

/// A relay as conditions know it: whose it is, and where. The same one set twice is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    account: Option<Account>,
    name: String,
}

impl Place {
    fn subject(&self) -> String {
        match self.account {
            Some(account) => format!("{}/{}", account.0, self.name),
            None => self.name.clone(),
        }
    }

    fn reading(&self, code: ConditionCode, level: Level) -> Reading {
        let host = self.name.rsplit_once(':').map_or(self.name.as_str(), |(host, _)| host);
        let values = vec![("relay", host.to_owned())];
        Reading { code, subject: self.subject(), account: self.account, level, values, link: None }
    }
}

pub(super) async fn read(ctx: &Ctx, limits: &Limits) -> Result<Vec<Reading>> {
    let now = ctx.now();
    let (own, known) = ctx
        .store
        .read(|tx| {
            let mut own = Vec::new();
            for account in readings::list_with_relays(tx)? {
                own.push((account, relays::list(tx, account)?));
            }
            Ok((own, node_notes::list_relays(tx)?))
        })
        .await?;
    let mut seen: BTreeMap<Place, Health> = BTreeMap::new();
    let of_accounts = own.iter().flat_map(|(account, relays)| relays.iter().map(|r| (Some(*account), r)));
    for (account, relay) in ctx.mail.relays.iter().map(|relay| (None, relay)).chain(of_accounts) {
        let state = ctx.mail.post.state(relay);
        let health = Health::seen(state.breaker, state.failed_at, state.last_ok_at, state.certificate, now);
        let all = seen.entry(Place { account, name: relay.name() }).or_default();
        *all = health.with(*all);
    }
    let known: BTreeMap<String, Health> = known.into_iter().collect();
    note(ctx, &seen, &known, now).await?;
    let mut all = Vec::new();
    for (place, seen) in &seen {
        let health = known.get(&place.subject()).map_or(*seen, |known| seen.with(*known));
        all.push(place.reading(ConditionCode::RelayFailing, health.level(now)));
        // Nobody has met it since the start: what was told of its certificate stays told.
        let level = health.certificate.map_or(Level::Between, |one| Level::ending(one.term, now, limits));
        let mut reading = place.reading(ConditionCode::RelayCertificate, level);
        reading.values.extend(health.certificate.map(|shown| ("date", date(shown.term.until))));
        all.push(reading);
    }
    // Set on another node alone, which may be at it this minute: that is not for this node to end.
    let is_elsewhere = |subject: &str| !seen.keys().any(|place| place.subject() == subject);
    for (subject, health) in
        known.iter().filter(|(subject, health)| is_elsewhere(subject) && health.is_fresh(now))
    {
        for code in [ConditionCode::RelayFailing, ConditionCode::RelayCertificate] {
            let place = Place { account: None, name: subject.clone() };
            all.push(Reading { level: Level::Between, ..place.reading(code, health.level(now)) });
        }
    }
    Ok(all)
}

/// Writes down what is news, and forgets what is gone.
async fn note(
    ctx: &Ctx,
    seen: &BTreeMap<Place, Health>,
    known: &BTreeMap<String, Health>,
    now: i64,
) -> Result<()> {
    let news: Vec<(String, Health)> = seen
        .iter()
        .map(|(place, health)| (place.subject(), *health))
        .filter(|(subject, health)| health.is_news_to(&known.get(subject).copied().unwrap_or_default()))
        .collect();
    let is_set = |subject: &str| seen.keys().any(|place| place.subject() == subject);
    let is_gone = |health: &Health| now - health.resting_at.max(health.ok_at) > FORGOTTEN_MS;
    let gone: Vec<String> = known
        .iter()
        .filter(|(subject, health)| !is_set(subject) && is_gone(health))
        .map(|(subject, _)| subject.clone())
        .collect();
    if news.is_empty() && gone.is_empty() {
        return Ok(());
    }
    let write = move |tx: &mut Tx| {
        for (subject, health) in &news {
            node_notes::put_relay(tx, subject, health)?;
        }
        for subject in &gone {
            node_notes::delete_relay(tx, subject)?;
        }
        Ok(())
    };
    ctx.store.write(write).await
}
