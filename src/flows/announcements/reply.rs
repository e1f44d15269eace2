//! An administrator answers what his account is asked. The first answer counts; the operator sees it, and the account's
//! other administrators read who gave it.

use serde_json::json;

use super::renew;
use crate::domain::access::{Caller, SignedIn};
use crate::domain::announcement::{Replied, Reply};
use crate::domain::error::{Conflict, Error, Fault, Result};
use crate::domain::inbox::{Act, ClosedBy};
use crate::domain::notification::Notification;
use crate::domain::work::WorkKind;
use crate::flows::change::Change;
use crate::flows::inbox::Full;
use crate::render::texts::Texts;
use crate::store::{Tx, announcements, inbox, work};

/// Answers by the button of an item.
///
/// # Errors
/// [`Error::Forbidden`] for who is no administrator; [`Conflict::WrongState`] when it was answered; `action` is named
/// where the item asks nothing.
pub(crate) fn reply(
    tx: &mut Tx,
    texts: &Texts,
    who: &SignedIn,
    change: &Change,
    (id, notification): (&str, &Notification),
    reply: Reply,
) -> Result<Full> {
    let now = change.now;
    let announcing =
        notification.content.announcing.as_ref().filter(|announcing| announcing.question.is_some());
    let announcing = announcing.ok_or_else(|| Error::field("action", Fault::NotAChoice("snooze")))?;
    if !Caller::User(who.clone()).administers() {
        return Err(Error::Forbidden);
    }
    let replied = Replied { reply, by: who.name.clone(), at: now };
    if !announcements::update_reply(tx, &announcing.announcement, who.account, &replied)? {
        return Err(Error::Conflict(Conflict::WrongState));
    }
    let detail = json!({ "answer": reply });
    change.record(tx, "announcement.answered", announcing.announcement.as_str(), &detail)?;
    let kept = announcements::find(tx, announcing.announcement.as_str())?.ok_or(Error::NotFound)?;
    renew::say_anew(tx, texts, who.account, &kept)?;
    // The others' items follow as work; nobody needs to be asked any more.
    work::insert_anew(tx, who.account, WorkKind::Renew, &[kept.id.to_string()], now)?;
    let mut item = inbox::hold(tx, who.account, &who.user, id)?.ok_or(Error::NotFound)?;
    let read = item.state.after(Act::Read, now).unwrap_or(item.state);
    item.state = read.after(Act::Close(ClosedBy::User), now).unwrap_or(read);
    item.seq = inbox::take_seqs(tx, who.account, 1)?;
    inbox::update_state(tx, who.account, &item)?;
    crate::flows::inbox::full(tx, who.account, Some(item))
}
