//! Where a demo keeps its data: a named folder, or one that is thrown away at the end, also after a crash.

use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use crate::cli::Result;
use crate::ids::Ids;
use crate::store::DirectoryLock;

const PREFIX: &str = "bellwire-demo-";

/// The folder of one demo.
pub(super) struct Directory {
    path: PathBuf,
    throwaway: bool,
}

impl Directory {
    pub(super) fn named(path: PathBuf) -> Self {
        Self { path, throwaway: false }
    }

    /// A new folder for this demo alone. Folders of earlier demos that were killed are swept away.
    pub(super) fn throwaway(ids: &Ids) -> Result<Self> {
        let home = std::env::temp_dir();
        sweep(&home);
        let path = home.join(format!("{PREFIX}{}", &ids.token()[..12]));
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { path, throwaway: true })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn is_throwaway(&self) -> bool {
        self.throwaway
    }

    /// The end, once nothing uses it any more.
    pub(super) fn leave(self) {
        // Dropping does it; the name says when.
        drop(self);
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if self.throwaway {
            // What stays is swept away by the next demo.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// Removes folders of demos that do not run any more: ours, and nobody holds their lock.
fn sweep(home: &Path) {
    let me = rustix::process::geteuid().as_raw();
    let Ok(entries) = std::fs::read_dir(home) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let named = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        // Not through a link that somebody else has put there.
        let ours = std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir() && meta.uid() == me);
        // A demo that has just made its folder has no lock yet.
        if named && ours && path.join("bellwire.lock").exists() && DirectoryLock::take(&path).is_ok() {
            let _ = std::fs::remove_dir_all(&path);
        }
    }
}
