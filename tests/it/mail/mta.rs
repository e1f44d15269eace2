//! Others' mail servers, as `scripts/ensure mta` unpacks them under `target/mta`: where they are, and what they need to run
//! without being installed. Where there are none the stories are skipped, and say so; never in CI.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::database::env;

/// A program of the unpacked packages; `None` where they are not there.
pub fn find(program: &str) -> Option<PathBuf> {
    let found = Some(root().join("usr/sbin").join(program)).filter(|path| path.exists());
    assert!(found.is_some() || env("CI").is_none(), "no {program}: scripts/ensure mta fetches it");
    if found.is_none() {
        eprintln!("skipped: no {program} here (scripts/ensure mta fetches it)");
    }
    found
}

fn root() -> PathBuf {
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/mta");
    env("BELLWIRE_TEST_MTA").map_or_else(usual, PathBuf::from)
}

/// The folders of the libraries that came along.
fn libraries() -> Vec<PathBuf> {
    let beside = std::fs::read_dir(root().join("usr/lib")).into_iter().flatten().flatten();
    beside.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

/// A library that came along.
pub fn library(name: &str) -> PathBuf {
    let found = libraries().into_iter().map(|folder| folder.join(name)).find(|path| path.exists());
    found.unwrap_or_else(|| panic!("{name} did not come along"))
}

/// Has a program find the libraries that came along.
pub fn with_libraries(command: &mut Command) {
    let folders: Vec<_> = libraries().iter().map(|path| path.display().to_string()).collect();
    command.env("LD_LIBRARY_PATH", folders.join(":"));
}

/// The files of the libraries that came along, for a program that may not look where they are.
pub fn library_files() -> Vec<PathBuf> {
    let files = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = libraries().into_iter().flat_map(files).map(|file| file.path());
    paths.filter(|path| path.is_file() && path.to_string_lossy().contains(".so")).collect()
}
