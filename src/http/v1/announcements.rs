//! The announcements that stand for the caller: banners for the top of a page, and popups that he has not closed.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::access::SignedIn;
use crate::flows::announcements;
use crate::http::State;
use crate::http::problem::Result;
use crate::http::reply::Success;
use crate::render::item::ItemOut;

/// Items of the kind `announcement` that stand, newest first. They are answered and closed as items of the inbox.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StandingOut {
    items: Vec<ItemOut>,
}

pub async fn list_standing_announcements(state: State, who: SignedIn) -> Result<Success<StandingOut>> {
    let standing = announcements::standing(&state.ctx, &who).await?;
    let items = standing.iter().map(|(item, said)| ItemOut::new(item, said, who.language)).collect();
    Ok(Success::new(StandingOut { items }))
}
