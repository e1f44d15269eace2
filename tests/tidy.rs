//! The rules of the house as a test: layers, what each folder may know of, module docs, sizes, paths that documents name,
//! migrations that must not change. Plain text search, no parser: a rule that needs one is not worth its price here.

#![expect(clippy::unwrap_used, reason = "a test ends there")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// A module imports only from rows beneath its own. Modules of one row do not know each other, except at the top.
const LAYERS: [&[&str]; 6] = [
    &["domain"],
    &["config", "clock", "ids", "telemetry", "shutdown"],
    &["store", "channels", "hub", "render"],
    &["flows"],
    &["http", "worker"],
    &["main", "cli", "app", "bench"],
];

/// Words that may stand only in some modules.
const RESERVED: [(&[&str], &[&str]); 6] = [
    (&["axum::"], &["http"]),
    (&["rusqlite::", "postgres::", "tokio_postgres::"], &["store"]),
    (&["ammonia::"], &["render"]),
    (&["minijinja::"], &["render"]),
    (&["regex::"], &["domain"]),
    (&["StatusCode"], &["http", "bench"]),
];

/// Words that may not stand in the domain, which decides and does nothing.
const NOT_IN_DOMAIN: [&str; 5] = ["tokio::", "async ", "std::fs", "std::net", "std::thread"];
const MAX_CODE_LINES: usize = 400;

struct Source {
    path: String,
    /// The first folder or file beneath `src/`.
    module: String,
    text: String,
    /// Without comments and without the tests at the end of the file.
    code: String,
}

#[test]
fn modules_import_only_from_rows_beneath() {
    let row = |module: &str| LAYERS.iter().position(|row| row.contains(&module));
    report(sources().iter().filter(|s| s.module != "lib").flat_map(|source| {
        let Some(own) = row(&source.module) else {
            return vec![format!("{}: `{}` is in no row of the layer table", source.path, source.module)];
        };
        let top = own == LAYERS.len() - 1;
        let allowed = |other: &str| other == source.module || top || row(other).is_none_or(|row| row < own);
        imports(&source.code)
            .into_iter()
            .filter(|other| !allowed(other))
            .map(|other| format!("{}: {} (row {}) imports {other}", source.path, source.module, own + 1))
            .collect()
    }));
}

#[test]
fn each_folder_knows_only_its_own_libraries() {
    report(sources().iter().flat_map(|source| {
        let reserved = RESERVED.iter().filter(|(_, homes)| !homes.contains(&source.module.as_str()));
        let mut words: Vec<&str> = reserved.flat_map(|(words, _)| words.iter().copied()).collect();
        if source.module == "domain" {
            words.extend(NOT_IN_DOMAIN);
        }
        let known = words.into_iter().filter(|word| has_word(&source.code, word));
        let mut faults: Vec<_> =
            known.map(|word| format!("{}: `{word}` does not belong here", source.path)).collect();
        if source.module != "store" {
            let sql = source.code.lines().filter(|line| is_sql(line));
            faults.extend(sql.map(|line| format!("{}: SQL outside store: {}", source.path, line.trim())));
        }
        faults
    }));
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let rust = sources().into_iter().map(|s| {
        let documented = s.text.trim_start().starts_with("//!");
        (s.path, s.code, documented)
    });
    let scripts = files(&["client", "console", "e2e"], &["ts", "tsx", "js", "mjs"]).into_iter().map(|path| {
        let text = read(&path);
        let documented = text.trim_start().starts_with("//") || text.trim_start().starts_with("/*");
        (path, without_comments(&text), documented)
    });
    report(rust.chain(scripts).flat_map(|(path, code, documented)| {
        let lines = code.lines().filter(|line| !line.trim().is_empty()).count();
        let long = (lines > MAX_CODE_LINES).then(|| format!("{path}: {lines} code lines"));
        let bare = (!documented).then(|| format!("{path}: does not begin by saying what it is for"));
        long.into_iter().chain(bare)
    }));
}

#[test]
fn documents_name_only_what_exists() {
    report(files(&["."], &["md"]).into_iter().flat_map(|document| {
        let text = read(&document);
        let folder = root().join(&document).parent().unwrap().to_owned();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
        let links = links.filter(|link| !link.is_empty() && !link.contains(':'));
        let mut missing: Vec<_> = links.filter(|link| !folder.join(link).exists()).collect();
        if document == "ARCHITECTURE.md" {
            let spans = text.split('`').skip(1).step_by(2);
            let paths = spans
                .filter(|s| s.contains('/') && !s.starts_with('/') && !s.contains([' ', '…', '*', '{', ':']));
            missing.extend(paths.filter(|path| !root().join(path).exists()));
        }
        missing.into_iter().map(|path| format!("{document}: {path} does not exist")).collect::<Vec<_>>()
    }));
}

/// The example file is written by the program from its own table.
#[test]
fn every_setting_is_documented() {
    let (example, document) = (read("bellwire.example.toml"), read("docs/operating.md"));
    let settings: Vec<&str> =
        example.split_whitespace().filter(|word| word.starts_with("BELLWIRE_")).collect();
    assert!(!settings.is_empty());
    let missing = settings.iter().filter(|name| !document.contains(&format!("`{name}`")));
    report(missing.map(|name| format!("docs/operating.md does not name {name}")));
}

/// `make checksums` writes the file for a new migration; one that has been shipped stays as it is.
#[test]
fn migrations_are_unchanged() {
    let mut expected = String::new();
    for path in files(&["migrations"], &["sql"]) {
        let digest = ring::digest::digest(&ring::digest::SHA256, read(&path).as_bytes());
        let hex = digest.as_ref().iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
        writeln!(expected, "{hex}  {}", path.trim_start_matches("migrations/")).unwrap();
    }
    assert_eq!(read("migrations/checksums.txt"), expected, "migrations are only ever added");
}

#[test]
fn nothing_is_left_open_or_tied_to_a_machine() {
    // Assembled, so that this file does not find itself.
    let words =
        [["TO", "DO"], ["FIX", "ME"], ["/root", "/"], ["/home", "/"], [" /wo", "rk/"]].map(|w| w.concat());
    let kinds = ["rs", "sql", "md", "ts", "tsx", "js", "mjs", "json", "toml", "css", "html", "yml", ""];
    report(files(&["."], &kinds).into_iter().flat_map(|path| {
        let text = read(&path);
        let found: Vec<_> = words.iter().filter(|word| text.contains(*word)).cloned().collect();
        found.into_iter().map(move |word| format!("{path}: {word}"))
    }));
}

fn report(faults: impl IntoIterator<Item = String>) {
    let faults: Vec<String> = faults.into_iter().collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn sources() -> Vec<Source> {
    let read_source = |path: String| {
        let text = read(&path);
        let module = path.split(['/', '.']).nth(1).unwrap().to_owned();
        let tests = if path.ends_with("/tests.rs") { Some(0) } else { text.find("#[cfg(test)]\nmod ") };
        let code = without_comments(&text[..tests.unwrap_or(text.len())]);
        Source { path, module, text, code }
    };
    files(&["src"], &["rs"]).into_iter().map(read_source).collect()
}

/// The first names after `crate::`, also in a group; deeper names of a group come along and are in no row.
fn imports(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let path = rest.split(';').next().unwrap_or_default();
        let names = if path.starts_with('{') { path } else { path.split(',').next().unwrap() };
        let parts = names.split([',', '{', '}']).map(str::trim);
        found.extend(parts.map(|part| part.split(|c| !is_name(c)).next().unwrap()));
    }
    found
}

fn is_sql(line: &str) -> bool {
    let has = |word: &str| line.contains(word);
    has("insert into ")
        || has("delete from ")
        || has("select ") && has(" from ")
        || has("update ") && has(" set ")
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(is_name))
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn without_comments(text: &str) -> String {
    let is_code =
        |line: &&str| !["//", "/*", "* ", "*/"].iter().any(|mark| line.trim_start().starts_with(mark));
    text.lines().filter(is_code).collect::<Vec<_>>().join("\n")
}

/// Files of the project beneath the folders, by extension, in order of their names; never what was built or installed.
fn files(folders: &[&str], extensions: &[&str]) -> Vec<String> {
    let built = ["target", "node_modules", "dist", "out", ".git", ".bellwire"];
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
            // In a linked work tree `.git` is a file.
            if built.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else if extensions.contains(&extension.as_str()) {
                let path = path.strip_prefix(root()).unwrap();
                found.push(path.to_string_lossy().trim_start_matches("./").to_owned());
            }
        }
    }
    found.sort();
    found
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
