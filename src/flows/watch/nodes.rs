//! Which nodes look at one database: disk, clock and speed are each machine's own, so what one found there is not for
//! another to end, unless the one is gone.

use std::path::Path;

use crate::domain::error::Result;
use crate::flows::Ctx;
use crate::store::{Engine, Tx, node_notes};

/// A node that has not looked for so long is gone.
const GONE_MS: i64 = 3_600_000;

/// What this node is called: by its machine and its folder. Nothing where one process has the database to itself.
pub(super) fn name(ctx: &Ctx, folder: &Path) -> String {
    if ctx.store.engine() == Engine::Sqlite {
        return String::new();
    }
    let machine = rustix::system::uname().nodename().to_string_lossy().into_owned();
    format!("{machine}:{}", folder.display())
}

/// Says that this node is there; answers who else is.
pub(super) async fn meet(ctx: &Ctx, name: &str) -> Result<Vec<String>> {
    if name.is_empty() {
        return Ok(Vec::new());
    }
    let (name, now) = (name.to_owned(), ctx.now());
    ctx.store
        .write(move |tx: &mut Tx| {
            node_notes::put_node(tx, &name, now)?;
            let mut others = Vec::new();
            for (other, at) in node_notes::list_nodes(tx)? {
                if now - at > GONE_MS {
                    node_notes::delete_node(tx, &other)?;
                } else if other != name {
                    others.push(other);
                }
            }
            Ok(others)
        })
        .await
}
