//! Deliveries as administrators work with them: looking for one, its story, sending again.

use serde_json::json;

use super::Ctx;
use super::change::By;
use super::deliver::{self, Errand};
use super::once::{Answer, Once};
use crate::domain::delivery::Act;
use crate::domain::error::{Conflict, Error, Fault, Result};
use crate::domain::id::Account;
use crate::domain::kind::Kind;
use crate::domain::language::Language;
use crate::domain::mail::pace;
use crate::render::html::plain_text;
use crate::render::item::Message;
use crate::render::letter::Letter;
use crate::store::deliveries::{self, Attempt};
use crate::store::delivery_log::{self, Delivery, Wanted};
use crate::store::{accounts, notifications};

/// Deliveries that one call may work on.
pub const MOST_AT_ONCE: usize = 500;

/// A delivery with the title of what it is about, as plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Titled {
    pub delivery: Delivery,
    pub title: String,
}

/// A page of deliveries.
pub struct Page {
    pub items: Vec<Titled>,
    pub next: Option<String>,
}

/// # Errors
/// [`Fault::BadCursor`], or what the store says.
pub async fn list(
    ctx: &Ctx,
    account: Account,
    mut wanted: Wanted,
    language: Option<Language>,
) -> Result<Page> {
    if wanted.before.as_ref().is_some_and(|id| id.len() > 64 || !id.is_ascii()) {
        return Err(Error::field("cursor", Fault::BadCursor));
    }
    let most = usize::try_from(wanted.most).unwrap_or_default();
    wanted.most += 1;
    let (mut found, said, details) = ctx
        .store
        .read(move |tx| {
            let found = delivery_log::list(tx, account, &wanted)?;
            let mut ids: Vec<&str> = found.iter().map(|one| one.notification.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            let said = notifications::list_by_ids(tx, account, &ids)?;
            Ok((found, said, accounts::get(tx, account)?))
        })
        .await?;
    let has_more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| has_more).map(|last| last.id.clone());
    let language = language.unwrap_or(details.language());
    let title = |delivery: &Delivery| {
        let said = said.iter().find(|said| said.id == delivery.notification)?;
        let message = Message::new(said, language);
        let title = plain_text(&message.title);
        let first = plain_text(&message.body).lines().next().unwrap_or_default().to_owned();
        Some(if title.is_empty() { first } else { title })
    };
    let items =
        found.into_iter().map(|delivery| Titled { title: title(&delivery).unwrap_or_default(), delivery });
    Ok(Page { items: items.collect(), next })
}

/// One delivery's story.
pub struct Story {
    pub titled: Titled,
    pub attempts: Vec<Attempt>,
    /// As it would be written now; none where the item is gone.
    pub letter: Option<Letter>,
}

/// # Errors
/// [`Error::NotFound`], or what the store says.
pub async fn get(ctx: &Ctx, account: Account, id: String, language: Option<Language>) -> Result<Story> {
    let wanted = id.clone();
    let (delivery, attempts, said) = ctx
        .store
        .read(move |tx| {
            let delivery = delivery_log::find(tx, account, &wanted)?.ok_or(Error::NotFound)?;
            let attempts = delivery_log::list_attempts(tx, account, &wanted)?;
            let said = deliveries::list_said(tx, account, &[&wanted])?.pop();
            Ok((delivery, attempts, said))
        })
        .await?;
    let errand = deliver::preview(ctx, account, id).await?;
    let letter = errand.map(|errand: Errand| shown(ctx, &errand));
    let language = language.unwrap_or_default();
    let title = said.map(|(_, _, said)| Message::new(&said, language)).map(|message| {
        let title = plain_text(&message.title);
        if title.is_empty() { plain_text(&message.body) } else { title }
    });
    Ok(Story { titled: Titled { delivery, title: title.unwrap_or_default() }, attempts, letter })
}

/// The letter without its way out: who looks at it is not who may end it.
fn shown(ctx: &Ctx, errand: &Errand) -> Letter {
    let empty = || Letter { subject: String::new(), html: String::new(), text: String::new(), logo: None };
    let mut letter =
        errand.said.first().map_or_else(empty, |first| deliver::render(ctx, errand, first, None));
    if let Some(logo) = letter.logo.take() {
        let cid = format!("cid:{}", crate::render::letter::LOGO_ID);
        letter.html = letter.html.replace(&cid, &logo.url());
    }
    letter
}

/// Sends again, or now.
///
/// # Errors
/// [`Error::NotFound`]; [`Conflict::WrongState`] when the delivery is in no state for that.
pub async fn act(ctx: &Ctx, by: &By, id: String, act: Act, once: Option<Once>) -> Result<Answer<()>> {
    let answer = act_on(ctx, by, vec![id], act, once, true).await?;
    Ok(Answer { value: (), replayed: answer.replayed })
}

/// Sends many again, or now; what is in no state for that is left alone. Answers how many it were.
///
/// # Errors
/// Too many of them; what the store says.
pub async fn act_on_many(
    ctx: &Ctx,
    by: &By,
    ids: Vec<String>,
    act: Act,
    once: Option<Once>,
) -> Result<Answer<usize>> {
    if ids.len() > MOST_AT_ONCE {
        return Err(Error::field("ids", Fault::TooMany(MOST_AT_ONCE)));
    }
    act_on(ctx, by, ids, act, once, false).await
}

async fn act_on(
    ctx: &Ctx,
    by: &By,
    ids: Vec<String>,
    act: Act,
    once: Option<Once>,
    is_one: bool,
) -> Result<Answer<usize>> {
    let new_ids = ctx.ids.clone();
    ctx.change(by, once, move |tx, change| {
        let mut done = 0;
        for id in &ids {
            let Some(found) = delivery_log::find(tx, change.account, id)? else {
                if is_one {
                    return Err(Error::NotFound);
                }
                continue;
            };
            let worth = pace::worth_ms(Kind::parse(&found.kind).unwrap_or(Kind::System));
            let until = change.now + worth;
            let letter = new_ids.next(change.now);
            if delivery_log::restart(tx, change.account, id, act, &letter, change.now, until)? {
                done += 1;
            } else if is_one {
                return Err(Error::Conflict(Conflict::WrongState));
            }
        }
        let action = match act {
            Act::Resend => "delivery.resent",
            Act::Release => "delivery.released",
        };
        let subject = if is_one { ids.first().map_or("", String::as_str) } else { "many" };
        change.record(tx, action, subject, &json!({ "count": done }))?;
        Ok(done)
    })
    .await
}
