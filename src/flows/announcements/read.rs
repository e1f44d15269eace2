//! What operators see of announcements: lists, how each fares, whom a draft would reach. And what a user sees that stands.

use super::write::{Draft, check, meant};
use crate::domain::access::SignedIn;
use crate::domain::announcement::{Announcement, Origin, People, Stage};
use crate::domain::error::{Error, Result};
use crate::domain::id::Account;
use crate::domain::kind::Kind;
use crate::flows::Ctx;
use crate::flows::inbox::Full;
use crate::store::announcements::{self, Earlier, Fare, Kept, Totals};
use crate::store::inbox::{self, Filter, Wanted};

/// An announcement with how far it has come.
#[derive(Debug, Clone)]
pub struct Summary {
    pub kept: Kept,
    pub stage: Stage,
    pub totals: Totals,
}

/// Announcements, newest first; `next` asks for those that follow.
#[derive(Debug, Clone)]
pub struct Page {
    pub items: Vec<Summary>,
    pub next: Option<String>,
}

/// # Errors
/// What the store says.
pub async fn list(ctx: &Ctx, origin: Option<Origin>, before: Option<String>, most: i64) -> Result<Page> {
    let now = ctx.now();
    ctx.store
        .read(move |tx| {
            let before = before.as_deref().unwrap_or_default();
            let mut kept = announcements::list(tx, origin, before, most + 1)?;
            let more = kept.len() as i64 > most;
            kept.truncate(usize::try_from(most).unwrap_or_default());
            let next = kept.last().filter(|_| more).map(|kept| kept.id.to_string());
            let summary = |kept: Kept| {
                let totals = announcements::totals(tx, &kept.id)?;
                Ok(Summary { stage: kept.times.stage(now), kept, totals })
            };
            Ok(Page { items: kept.into_iter().map(summary).collect::<Result<_>>()?, next })
        })
        .await
}

/// One announcement: what it says, how it fares, what it was before.
#[derive(Debug, Clone)]
pub struct Detail {
    pub summary: Summary,
    /// Number, what it was, who changed it, when; latest first.
    pub versions: Vec<Earlier>,
}

/// # Errors
/// [`Error::NotFound`].
pub async fn detail(ctx: &Ctx, id: String) -> Result<Detail> {
    let now = ctx.now();
    ctx.store
        .read(move |tx| {
            let kept = announcements::find(tx, &id)?.ok_or(Error::NotFound)?;
            let totals = announcements::totals(tx, &kept.id)?;
            let versions = announcements::list_versions(tx, &kept.id)?;
            let summary = Summary { stage: kept.times.stage(now), kept, totals };
            Ok(Detail { summary, versions })
        })
        .await
}

/// How it fares in each account, and what asks for the next page.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn page_of_fares(
    ctx: &Ctx,
    id: String,
    after: Option<i64>,
    most: i64,
) -> Result<(Vec<Fare>, Option<i64>)> {
    ctx.store
        .read(move |tx| {
            let kept = announcements::find(tx, &id)?.ok_or(Error::NotFound)?;
            let mut fares = announcements::list_fares(tx, &kept.id, after.unwrap_or_default(), most + 1)?;
            let more = fares.len() as i64 > most;
            fares.truncate(usize::try_from(most).unwrap_or_default());
            let next = fares.last().filter(|_| more).map(|fare| fare.account.0);
            Ok((fares, next))
        })
        .await
}

/// What a draft would be, and whom it would reach.
#[derive(Debug, Clone)]
pub struct Reach {
    /// With its texts cleaned.
    pub announcement: Announcement,
    pub accounts: usize,
    pub people: i64,
}

/// # Errors
/// The faults that publishing it would have.
pub async fn reach(ctx: &Ctx, draft: Draft) -> Result<Reach> {
    let announcement = check(draft, ctx.now())?;
    ctx.store
        .read(move |tx| {
            let accounts = meant(tx, &announcement)?;
            let administrators = announcement.people == People::Administrators;
            let mut people = 0;
            for account in &accounts {
                people += announcements::count_people(tx, *account, administrators)?;
            }
            Ok(Reach { announcement: announcement.clone(), accounts: accounts.len(), people })
        })
        .await
}

/// The announcements that stand for a user: banners, and popups that he has not closed.
///
/// # Errors
/// What the store says.
pub async fn standing(ctx: &Ctx, who: &SignedIn) -> Result<Vec<Full>> {
    /// More never stand at once that anybody would read.
    const MOST: i64 = 100;
    let (account, user): (Account, _) = (who.account, who.user.clone());
    let wanted = Wanted {
        filter: Filter::Standing,
        kind: Some(Kind::Announcement),
        search: None,
        from: None,
        to: None,
        before: None,
        most: MOST,
    };
    ctx.store.read(move |tx| inbox::list(tx, account, &user, &wanted)).await
}
