//! What each room of `src/` may use, and a few rules that hold for all of them. A change here is a design decision:
//! say why in `docs/architecture.md`.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, and which others each may use. One line a room.
const MAY_USE: &[(&str, &[&str])] = &[
    ("letter", &[]),
    ("finding", &["letter"]),
    ("disk", &[]),
    ("xml", &[]),
    ("clock", &[]),
    ("schema", &["finding", "disk"]), // `finding` only for `shape`, `disk` for digests.
    ("ingest", &["letter", "finding", "disk", "xml", "schema"]),
    ("validate", &["letter", "finding", "disk"]), // `disk` for digests of letter ids.
    ("registry", &["letter", "disk", "xml", "finding"]), // `finding` only for `shape`.
    ("receipt", &["letter", "xml", "finding"]),   // `finding` only for `shape`.
    ("results", &["letter", "finding", "spool"]), // `finding` only for `shape`, `spool` for marks.
    ("route", &["letter", "finding", "registry"]),
    ("sign", &["letter", "disk"]),
    ("bundle", &["letter", "sign", "disk", "xml", "finding"]),
    ("compose", &["letter", "finding"]),
    ("preflight", &["disk"]),
    (
        "spool",
        &["letter", "compose", "disk", "finding", "preflight"],
    ),
    ("ticket", &["letter", "disk", "spool"]),
    ("vendor", &[]), // It knows of no table what is in it.
    ("ledger", &["disk", "clock", "letter"]),
    ("manifest", &["letter", "disk", "sign", "ledger"]),
    (
        "report",
        &["letter", "finding", "disk", "ledger", "manifest"],
    ),
    (
        "verify",
        &[
            "letter", "finding", "disk", "xml", "sign", "bundle", "spool", "manifest",
        ], // `finding` only for `shape`.
    ),
    ("sample", &["letter", "registry", "disk"]),
    ("run", &["*", "!config", "!cli"]),
    ("config", &["*", "!cli"]),
    ("cli", &["*"]),
    ("main", &["cli"]),
];

/// The only file that may hold `unsafe`.
const UNSAFE: &[&str] = &["src/disk/map.rs"];
/// Rooms that talk to people and may read the environment.
const TALKS: &[&str] = &["cli", "main"];
/// The only room that reads the clock.
const CLOCK: &[&str] = &["clock"];

/// Lines, tests left out, after which a file must look for its seam.
const LINES_MAX: usize = 460;
/// A file this far below needs no excuse any more.
const SLACK: usize = 30;
/// Files that are longer, how long they may be at most, and why. They may shrink, never grow; take a line out when its
/// seam is found.
const LONG_FILES: &[(&str, usize, &str)] = &[
    (
        "src/letter.rs",
        505,
        "the one model of a mailing: mostly documentation",
    ),
    ("src/spool/part.rs", 490, "a part while it is written"),
    ("src/spool/proof.rs", 500, "a part read back"),
];

#[test]
fn rooms_use_only_what_they_may() {
    let mut faults = Vec::new();
    for file in sources() {
        let room = file.room();
        let Some((_, may_use)) = MAY_USE.iter().find(|(name, _)| *name == room) else {
            faults.push(format!(
                "{}: room `{room}` has no line in MAY_USE",
                file.path
            ));
            continue;
        };
        for used in rooms_named_in(&file.code) {
            let known = MAY_USE.iter().any(|(name, _)| *name == used);
            if known && used != room && !may(may_use, &used) {
                faults.push(format!("{}: `{room}` may not use `{used}`", file.path));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn only_some_rooms_print_read_the_environment_or_the_clock() {
    const PRINTS: &[&str] = &["println!", "eprintln!", "print!(", "eprint!(", "dbg!"];
    const HOST: &[&str] = &[
        "std::env",
        "env::var",
        "process::exit",
        "io::stdout",
        "io::stderr",
    ];
    const TIME: &[&str] = &["SystemTime::now", "Timestamp::now", "Zoned::now"];
    let rules = [(PRINTS, TALKS), (HOST, TALKS), (TIME, CLOCK)];
    let mut faults = Vec::new();
    for file in sources() {
        for (words, rooms) in rules {
            for word in words
                .iter()
                .filter(|_| !rooms.contains(&file.room().as_str()))
            {
                for (line, _) in lines_with(&file.code, word) {
                    faults.push(format!(
                        "{}:{line}: `{word}` is for {rooms:?} only",
                        file.path
                    ));
                }
            }
        }
        if !UNSAFE.contains(&file.path.as_str()) {
            for (line, text) in lines_with(&file.code, "unsafe") {
                if !text.contains("unsafe_code") {
                    faults.push(format!("{}:{line}: `unsafe` outside {UNSAFE:?}", file.path));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn no_file_is_too_long_to_read() {
    let mut faults = Vec::new();
    for file in sources() {
        let excused = LONG_FILES.iter().find(|(path, ..)| *path == file.path);
        let lines_max = excused.map_or(LINES_MAX, |(_, lines_max, _)| *lines_max);
        if file.lines > lines_max {
            faults.push(format!(
                "{}: {} lines, the most is {lines_max}",
                file.path, file.lines
            ));
        }
        if file.lines + SLACK <= LINES_MAX && excused.is_some() {
            faults.push(format!(
                "{}: is short enough now, take it out of LONG_FILES",
                file.path
            ));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let mut wanted = BTreeSet::new();
    for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
        if let Some(toml::Value::Table(table)) = manifest.get(table) {
            wanted.extend(table.keys().cloned());
        }
    }
    let page = fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let told: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(str::to_owned)
        .collect();
    let untold: Vec<_> = wanted.difference(&told).collect();
    let gone: Vec<_> = told.difference(&wanted).collect();
    assert!(
        untold.is_empty(),
        "docs/dependencies.md says nothing of {untold:?}"
    );
    assert!(
        gone.is_empty(),
        "docs/dependencies.md still speaks of {gone:?}"
    );
}

#[test]
fn the_table_names_rooms_that_stand() {
    let rooms: BTreeSet<String> = sources().iter().map(Source::room).collect();
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for line in lib.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        let room = line.trim_end_matches(';');
        assert!(rooms.contains(room), "`{room}` has no file");
        assert!(
            MAY_USE.iter().any(|(name, _)| *name == room),
            "`{room}` has no line in MAY_USE"
        );
    }
}

/// A file of `src/`, without comments, strings and test modules.
struct Source {
    path: String,
    code: String,
    lines: usize,
}

impl Source {
    /// `src/disk/map.rs` and `src/disk.rs` are of the room `disk`.
    fn room(&self) -> String {
        let inside = self.path.trim_start_matches("src/");
        inside
            .split(['/', '.'])
            .next()
            .unwrap_or_default()
            .to_owned()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files of `src/` but `lib.rs`, which only names the rooms.
fn sources() -> Vec<Source> {
    let mut folders = vec![root().join("src")];
    let mut paths: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let source = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        Source {
            path: path
                .strip_prefix(root())
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/"),
            code: without_tests(&without_comments(&text)),
            lines: text.lines().count() - lines_of_tests(&without_comments(&text)),
        }
    };
    let all: Vec<Source> = paths
        .into_iter()
        .map(source)
        .filter(|s| s.path != "src/lib.rs")
        .collect();
    assert!(all.len() > 5, "the sources are not where they were");
    all
}

/// Whether a list of rooms, with `*` for all and `!` for all but, holds a room.
fn may(list: &[&str], used: &str) -> bool {
    let refused = list.iter().any(|name| name.strip_prefix('!') == Some(used));
    !refused && (list.contains(&"*") || list.contains(&used))
}

/// The first segment of every path that starts at the crate: `crate::a`, `crate::{a::B, c}`, `lettermill::a`.
fn rooms_named_in(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for start in ["crate::", "lettermill::"] {
        for (at, _) in code.match_indices(start) {
            let behind = &code[at + start.len()..];
            match behind.strip_prefix('{') {
                None => rooms.extend(identifier(behind)),
                Some(group) => rooms.extend(heads_of(group)),
            }
        }
    }
    rooms
}

/// The first identifiers of the entries of a `use` group, up to its closing brace.
fn heads_of(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let mut depth = 0;
    let mut fresh = true; // At the beginning of an entry.
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            _ if fresh && !c.is_whitespace() => {
                heads.extend(identifier(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    heads
}

fn identifier(text: &str) -> Option<String> {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// Lines (from one) of the code with a word in them.
fn lines_with<'c>(code: &'c str, word: &'c str) -> impl Iterator<Item = (usize, &'c str)> {
    code.lines()
        .enumerate()
        .filter(move |(_, line)| line.contains(word))
        .map(|(n, line)| (n + 1, line))
}

/// Blanks comments, strings and characters; lines stay where they are.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = raw_string(rest).filter(|_| !ends_in_identifier(&out)) {
            length
        } else if c == '"' {
            string(rest)
        } else if let Some(length) = character(rest) {
            length
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        out.extend(rest[..skipped].chars().filter(|c| *c == '\n'));
        rest = &rest[skipped..];
    }
    out
}

fn ends_in_identifier(out: &str) -> bool {
    out.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Length of a raw string at the beginning of `text`.
fn raw_string(text: &str) -> Option<usize> {
    let behind = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = behind.len() - behind.trim_start_matches('#').len();
    behind[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let start = text.len() - behind.len() + hashes + 1;
    text[start..]
        .find(&close)
        .map(|end| start + end + close.len())
}

/// Length of the string at the beginning of `text`.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Length of a character literal at the beginning of `text`; none for a lifetime.
fn character(text: &str) -> Option<usize> {
    let behind = text.strip_prefix('\'')?;
    let first = behind.chars().next()?;
    if first == '\\' {
        let end = behind[2..].find('\'')?;
        return Some(1 + 2 + end + 1);
    }
    behind[first.len_utf8()..]
        .starts_with('\'')
        .then(|| 2 + first.len_utf8())
}

/// Blanks what stands under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..at]);
        let length = item_length(&rest[at..]);
        out.extend(rest[at..at + length].chars().filter(|c| *c == '\n'));
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    out
}

/// How many lines stand under `#[cfg(test)]`.
fn lines_of_tests(code: &str) -> usize {
    let starts = code.match_indices("#[cfg(test)]");
    let items = starts.map(|(at, _)| &code[at..at + item_length(&code[at..])]);
    items.map(|item| item.lines().count()).sum()
}

/// Up to the brace that closes the item, or its semicolon.
fn item_length(code: &str) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

#[test]
fn the_reader_of_sources_sees_what_it_should() {
    let code = r##"
//! crate::comment
use crate::{
    letter::{Fate, Letter},
    disk,
};
use crate::finding::Code; // crate::behind
fn f<'a>(x: &'a str) -> char { let s = "crate::string \" crate::more"; let r = r#"crate::raw"#; '"' }
fn g() { crate::clock::now() }
#[cfg(test)]
mod tests { use crate::spool::S; fn t() { crate::run::r() } }
fn h() { crate::sign::s() }
"##;
    let seen = rooms_named_in(&without_tests(&without_comments(code)));
    let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
    assert_eq!(seen, ["clock", "disk", "finding", "letter", "sign"]);
    assert!(may(&["*", "!cli"], "run") && !may(&["*", "!cli"], "cli") && !may(&[], "run"));
    assert_eq!(without_comments(code).lines().count(), code.lines().count());
}
