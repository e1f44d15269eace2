//! The days before the demo began: the product's flows with a clock that is moved, and the post of those days, which goes out
//! to the demo's mailbox by a real conversation. What happened then is deliberately not here.

use std::net::TcpListener;
use std::sync::Arc;

use crate::app::{self, Base};
use crate::channels::email::sink::{self, Keep};
use crate::clock::{Clock, ManualClock};
use crate::config::Settings;
use crate::domain::error::{Error, Result};
use crate::flows::{Ctx, deliver, route};
use crate::http::v1::demo_mailbox::Mailbox;
use crate::ids::Ids;
use crate::shutdown::Shutdown;

/// Letters that go out one after the other before it is looked for more.
const LETTERS: usize = 64;

/// What flows need, at an instant that has passed.
pub(super) struct Past {
    pub ctx: Ctx,
    clock: Arc<ManualClock>,
    post: Shutdown,
}

impl Past {
    /// Opens the past; `mailbox` takes what is sent to `sink` until it is closed.
    pub fn open(
        base: &Base,
        settings: &Settings,
        sink: &TcpListener,
        mailbox: &Arc<Mailbox>,
    ) -> Result<Self> {
        let listen = || {
            let sink = sink.try_clone()?;
            sink.set_nonblocking(true)?;
            tokio::net::TcpListener::from_std(sink)
        };
        let listener = listen().map_err(|error| Error::internal(format!("the demo's mailbox: {error}")))?;
        let (clock, post) = (ManualClock::new(base.ctx.now()), Shutdown::new());
        let mut ctx = base.ctx.clone();
        ctx.clock = Clock::Manual(Arc::clone(&clock));
        let mail = app::mail(settings, &ctx.clock).map_err(|error| Error::internal(error.to_string()))?;
        ctx.mail = Arc::new(mail);
        // Ids are made in the order of their instants.
        ctx.ids = Ids::system();
        let (mailbox, then) = (Arc::clone(mailbox), ctx.clock.clone());
        let keep: Keep = Arc::new(move |letter| mailbox.keep(letter, then.now_ms()));
        post.spawn("mailbox of the past", sink::serve(listener, keep, post.clone()));
        Ok(Self { ctx, clock, post })
    }

    /// It is `at` now, Unix milliseconds.
    pub fn set(&self, at: i64) {
        self.clock.set(at);
    }

    /// Brings what was written to everybody whom it concerns, and to their mailboxes.
    pub async fn bring(&self) -> Result<()> {
        let ctx = &self.ctx;
        while route::step(ctx).await?.more {}
        for (account, _) in deliver::list_due(ctx, ctx.now(), 100).await? {
            loop {
                let (looked_at, errands) = deliver::claim(ctx, account, ctx.now(), LETTERS).await?;
                if looked_at == 0 {
                    break;
                }
                let mut done = Vec::new();
                for errand in errands {
                    done.push(deliver::carry(ctx, errand).await);
                }
                deliver::conclude(ctx, done).await?;
            }
        }
        Ok(())
    }

    /// Nothing more arrives in the past.
    pub fn close(self) {
        self.post.trigger();
    }
}
