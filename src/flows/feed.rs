//! Takes in the vendor's feed: what is believed becomes announcements to administrators, each once; what is not, the
//! operator sees with its reason, until one is believed again.

use std::time::Duration;

use super::Ctx;
use super::announcements::{self, Condition, Draft, Said};
use crate::channels::feed::{Source, fetch, open};
use crate::domain::condition::ConditionCode;
use crate::domain::error::Result;
use crate::domain::feed::{Believed, Document, Refusal, Verdict, announcement, judge};
use crate::domain::kind::Severity;
use crate::store::{conditions, feed};

/// How long a fetch may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Fetches once, and says what became of it.
///
/// # Errors
/// What the store says.
pub async fn step(ctx: &Ctx, source: &Source) -> Result<Verdict> {
    let fetched = tokio::select! {
        fetched = fetch(source) => fetched,
        () = ctx.clock.sleep(PATIENCE) => Err(Refusal::Unreachable),
    };
    let verdict = match fetched.and_then(|envelope| open(&envelope, &source.key)) {
        Err(refusal) => Verdict::Refused(refusal),
        Ok((document, digest)) => take_in(ctx, document, digest).await?,
    };
    tell(ctx, &verdict).await?;
    Ok(verdict)
}

async fn take_in(ctx: &Ctx, document: Document, digest: String) -> Result<Verdict> {
    let last = ctx.store.read(feed::find_last).await?;
    let now = ctx.now();
    let verdict = judge(&document, &digest, last.as_ref(), now);
    if verdict != Verdict::New {
        return Ok(verdict);
    }
    for item in &document.items {
        let Some(said) = announcement(item, env!("CARGO_PKG_VERSION"), now) else { continue };
        let draft = Draft {
            texts: said.texts,
            severity: said.severity,
            form: said.form,
            accounts: said.accounts,
            people: said.people,
            mandatory: said.mandatory,
            link: said.link,
            window: None,
            question: None,
            starts_at: None,
            expires_at: said.expires_at,
        };
        if announcements::tell_of_feed(ctx, &item.id, draft).await.is_err() {
            // One that cannot be shown holds up no other; it was signed, so it is the vendor's mistake.
            tracing::warn!(item = %item.id, "an item of the feed cannot be announced");
        }
    }
    // Last, so that what was not told because of a crash is told by the next fetch.
    let (id, believed) = (ctx.id(), Believed { sequence: document.sequence, digest });
    ctx.store.write(move |tx| feed::insert(tx, &id, &believed, now)).await?;
    Ok(Verdict::New)
}

/// What was refused is told once for each reason, until one is believed again.
async fn tell(ctx: &Ctx, verdict: &Verdict) -> Result<()> {
    let code = ConditionCode::FeedRefused.name();
    let reason = match verdict {
        Verdict::Refused(refusal) => Some(refusal.name()),
        Verdict::Known | Verdict::New => None,
    };
    let standing = ctx.store.read(conditions::list_standing).await?;
    for held in standing.iter().filter(|held| held.code == code && Some(held.subject.as_str()) != reason) {
        announcements::clear(ctx, held, &said("")).await?;
    }
    if let Some(reason) = reason {
        let condition = Condition {
            code: code.to_owned(),
            subject: reason.to_owned(),
            account: None,
            severity: Severity::Warning,
            said: said(reason),
        };
        announcements::raise(ctx, &condition).await?;
    }
    Ok(())
}

fn said(reason: &str) -> Said {
    Said {
        key: format!("condition.{}", ConditionCode::FeedRefused.name()),
        values: vec![("reason", reason.to_owned())],
        link: None,
    }
}
