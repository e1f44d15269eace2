//! What stands of an announcement that was changed, or answered, says so: the notification at once, the items in parts,
//! each under a new number, so that every browser hears of it.

use crate::domain::announcement::Reply;
use crate::domain::code::fold;
use crate::domain::error::Result;
use crate::domain::id::{Account, NotificationId};
use crate::domain::inbox::{Act, ClosedBy, Item};
use crate::domain::language::Language;
use crate::domain::plan::Content;
use crate::domain::work::WorkKind;
use crate::flows::inbox::renumber;
use crate::render::html;
use crate::render::texts::Texts;
use crate::render::told::escape;
use crate::store::announcements::{self, Kept};
use crate::store::work::{self, Work};
use crate::store::{Tx, inbox, notifications};

/// Items that one step writes anew.
const PART: i64 = 500;

/// One part of a changed announcement in one account. Answers how many items it wrote, and where the next part begins.
///
/// # Errors
/// What the store says.
pub(crate) fn renew_part(tx: &mut Tx, texts: &Texts, work: &Work, now: i64) -> Result<(usize, Option<i64>)> {
    let Some(kept) = announcements::find(tx, &work.subject)? else { return Ok((0, None)) };
    if kept.times.recalled_at.is_some() {
        return Ok((0, None));
    }
    if work.progress == 0 {
        say_anew(tx, texts, work.account, &kept)?;
    }
    let replied = announcements::find_reply(tx, &kept.id, work.account)?.flatten();
    let mut items = inbox::list_of_notification(tx, work.account, kept.id.as_str(), work.progress, PART)?;
    let found = items.len();
    if replied.is_some() {
        for item in &mut items {
            close(item, now);
        }
    }
    if found > 0 {
        renumber(tx, work.account, &mut items)?;
    }
    let next = (found as i64 == PART).then_some(work.progress + PART);
    Ok((found, next))
}

/// Its reason to be on screen is gone; unread it stays.
fn close(item: &mut Item, now: i64) {
    let seen_at = item.state.seen_at;
    if let Some(state) = item.state.after(Act::Close(ClosedBy::Answered), now) {
        item.state = state;
        item.state.seen_at = seen_at;
    }
}

/// The account's notification says what the announcement says now.
pub(super) fn say_anew(tx: &mut Tx, texts: &Texts, account: Account, kept: &Kept) -> Result<()> {
    let content = content(tx, texts, account, kept)?;
    let id = NotificationId::new(kept.id.to_string());
    notifications::update_content(tx, account, &id, &content, &search(&content))?;
    match content.expires_at {
        Some(at) => work::insert_anew(tx, account, WorkKind::Expire, &[id.to_string()], at),
        None => work::delete(tx, account, WorkKind::Expire, id.as_str()),
    }
}

/// What an announcement says to an account, with what the account answered.
///
/// # Errors
/// What the store says.
pub(crate) fn content(tx: &mut Tx, texts: &Texts, account: Account, kept: &Kept) -> Result<Content> {
    let replied = announcements::find_reply(tx, &kept.id, account)?.flatten();
    let mut content = kept.announcement.content(&kept.id, replied.clone());
    if let Some(replied) = replied {
        let key = match replied.reply {
            Reply::Accepted => "announcement.accepted_by",
            Reply::Declined => "announcement.declined_by",
        };
        for text in &mut content.texts {
            let language = Language::parse(&text.language).unwrap_or_default();
            let line = escape(&texts.say(language, key, &[("name", replied.by.clone())]));
            text.body = html::sanitise_body(&format!("{}<p><b>{line}</b></p>", text.body));
        }
    }
    Ok(content)
}

/// The folded plain text by which it is found.
pub(crate) fn search(content: &Content) -> String {
    let words = content.texts.iter().flat_map(|text| [&text.title, &text.body]);
    words.map(|html| fold(&html::plain_text(html))).collect::<Vec<_>>().join(" ")
}
