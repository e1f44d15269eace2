//! The flow of live messages: now and then one of the people writes to a group, while somebody is looking.

use std::sync::Arc;
use std::time::Duration;

use super::{Message, people};
use crate::app::App;
use crate::domain::access::Caller;
use crate::domain::error::Result;
use crate::flows::Ctx;
use crate::flows::accept::Accepts;
use crate::http::v1::demo::Demo;
use crate::hub::Hub;
use crate::shutdown::Token;

const TICK: Duration = Duration::from_secs(1);
/// Ticks from one message to the next: 20, and up to 25 more.
const SHORTEST: u64 = 20;
const MORE: u64 = 26;
/// Ticks until a visitor who has just come sees the first.
const FIRST: u64 = 6;

/// What the flow works with.
pub(super) struct Flow {
    ctx: Ctx,
    hub: Hub,
    accepts: Accepts,
    demo: Arc<Demo>,
    messages: Vec<Message>,
}

impl Flow {
    pub(super) fn new(app: &App, demo: Arc<Demo>, messages: Vec<Message>) -> Self {
        Self { ctx: app.base.ctx.clone(), hub: app.hub.clone(), accepts: app.accepts.clone(), demo, messages }
    }

    fn random(&self) -> u64 {
        self.ctx.ids.secret(1).first().copied().unwrap_or_default().into()
    }

    async fn send(&self, message: &Message) -> Result<()> {
        let account = self.demo.account();
        let team = people::everybody(&self.ctx, account).await?;
        let caller = Caller::User(people::signed_in(account, people::sender(&team, message)?));
        self.accepts.one_time(&self.ctx, &caller, people::draft(message), None).await.map(drop)
    }
}

/// Lets messages flow until the server stops.
pub(super) async fn run(flow: Flow, mut stop: Token) {
    // First those that are not in the history.
    let mut next = people::PAST % flow.messages.len();
    let (mut left, mut watched) = (FIRST, false);
    loop {
        tokio::select! {
            () = flow.ctx.clock.sleep(TICK) => {}
            () = stop.triggered() => return,
        }
        let was_watched = std::mem::replace(&mut watched, flow.hub.open() > 0);
        if !watched || flow.demo.is_paused() {
            continue;
        }
        left = if was_watched { left.saturating_sub(1) } else { left.min(FIRST) };
        if left > 0 {
            continue;
        }
        // A visitor may have removed the sender or the groups: the next message then.
        if let Err(error) = flow.send(&flow.messages[next]).await {
            tracing::debug!(%error, "a message of the demo was not sent");
        }
        next = (next + 1) % flow.messages.len();
        left = SHORTEST + flow.random() % MORE;
    }
}
