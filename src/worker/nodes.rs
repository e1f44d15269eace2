//! Says to the other nodes what was committed here, and rings the bells here for what they say.
//!
//! Without a line each node looks at the database once a second, and goes on doing so with one: a hint saves that second and
//! is never relied upon. A hint that somebody made up costs a look, and tells him nothing.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Worker;
use crate::channels::nats;
use crate::shutdown::Token;
use crate::store::Wakes;

/// Accounts that one hint names; those beyond are found by looking.
const MOST: usize = 1_000;

/// [`Wakes`] as they are said. What another version does not say is not so.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a bell of its own, as in Wakes")]
struct Hint {
    accounts: Vec<i64>,
    work: bool,
    marks: bool,
    access: bool,
    mail: bool,
}

impl From<Wakes> for Hint {
    fn from(wakes: Wakes) -> Self {
        let Wakes { accounts, work, marks, access, mail } = wakes;
        Self { accounts: accounts.into_iter().take(MOST).collect(), work, marks, access, mail }
    }
}

impl From<Hint> for Wakes {
    fn from(hint: Hint) -> Self {
        let Hint { accounts, work, marks, access, mail } = hint;
        Self { accounts: accounts.into_iter().take(MOST).collect(), work, marks, access, mail }
    }
}

/// Speaks and listens until the server stops.
pub(super) async fn run(worker: Worker, servers: Vec<Url>, mut stop: Token) {
    // Several installations may use one NATS.
    let subject = format!("bellwire.{}", worker.ctx.shared_name("nodes"));
    let (line, mut hearing) = match nats::open(&servers, subject).await {
        Ok(ends) => ends,
        Err(error) => {
            tracing::error!(%error, "there is no line to other nodes; they look once a second");
            return;
        }
    };
    loop {
        tokio::select! {
            wakes = worker.wakeups.wait_untold() => {
                let hint = serde_json::to_vec(&Hint::from(wakes)).unwrap_or_default();
                if line.say(hint).await {
                    worker.metrics.node_hints_said.inc();
                }
            }
            heard = hearing.next() => {
                let Some(heard) = heard else { return };
                match serde_json::from_slice::<Hint>(&heard) {
                    Ok(hint) => {
                        worker.metrics.node_hints_heard.inc();
                        worker.wakeups.ring(hint.into());
                    }
                    Err(error) => tracing::debug!(%error, "a hint is not understood"),
                }
            }
            () = stop.triggered() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_says_what_was_committed() {
        let wakes = Wakes { accounts: [3, 1].into(), work: true, mail: true, ..Wakes::default() };
        let said = serde_json::to_value(Hint::from(wakes)).unwrap();
        let expected = serde_json::json!({"accounts": [1, 3], "work": true, "marks": false, "access": false, "mail": true});
        assert_eq!(said, expected);
        let heard: Hint = serde_json::from_value(said).unwrap();
        let wakes = Wakes::from(heard);
        assert_eq!(wakes.accounts, [1, 3].into());
        assert!(wakes.work && wakes.mail && !wakes.marks && !wakes.access);
    }

    #[test]
    fn other_versions_are_understood_as_far_as_they_go() {
        let newer = r#"{"accounts":[7],"moon":true}"#;
        assert_eq!(
            serde_json::from_str::<Hint>(newer).unwrap(),
            Hint { accounts: vec![7], ..Hint::default() }
        );
        let crowd = Hint { accounts: (0..5_000).collect(), ..Hint::default() };
        assert_eq!(Wakes::from(crowd).accounts.len(), MOST);
    }
}
