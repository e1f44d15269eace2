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
use crate::store::users::User;

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

    /// Sends the next message, from `next` on, that fits. Answers its place.
    async fn send(&self, next: usize) -> Result<usize> {
        let account = self.demo.account();
        let team = people::everybody(&self.ctx, account).await?;
        let Some(place) = self.choose(&team, next) else { return Ok(next) };
        let message = &self.messages[place];
        let caller = Caller::User(people::signed_in(account, people::sender(&team, message)?));
        self.accepts.one_time(&self.ctx, &caller, people::draft(message), None).await?;
        Ok(place)
    }

    /// The place of the next message that reaches somebody who is looking and comes from somebody who is not: mostly
    /// in a language that is read, now and then in whatever comes next, as in a shop that speaks three.
    fn choose(&self, team: &[User], next: usize) -> Option<usize> {
        let looking = self.hub.listeners(self.demo.account(), team.iter().map(|user| &user.id));
        let is_looking = |user: &&User| looking.iter().any(|listener| listener.user == user.id);
        let groups: Vec<&String> = team.iter().filter(is_looking).flat_map(|user| &user.groups).collect();
        let read: Vec<&str> = looking.iter().flat_map(|l| &l.languages).map(|l| l.code()).collect();
        let any_language = self.random().is_multiple_of(4);
        let fits = |place: usize, any_language: bool| {
            let message = &self.messages[place];
            let sender = people::sender(team, message).ok().filter(|sender| !is_looking(sender));
            let is_read = |own: &str| any_language || read.contains(&own);
            message.to.iter().any(|group| groups.contains(&group))
                && sender.and_then(|sender| sender.language.as_deref()).is_some_and(is_read)
        };
        let count = self.messages.len();
        let mut places = (next..next + count).map(|place| place % count);
        let chosen = places.clone().find(|place| fits(*place, any_language));
        chosen.or_else(|| places.find(|place| fits(*place, true)))
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
        // A visitor may have removed a group that is named: the one after it then.
        let sent = flow.send(next).await.unwrap_or_else(|error| {
            tracing::debug!(%error, "a message of the demo was not sent");
            next
        });
        next = (sent + 1) % flow.messages.len();
        left = SHORTEST + flow.random() % MORE;
    }
}
