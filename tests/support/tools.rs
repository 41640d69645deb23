//! Other programs, and reference data: what is missing is said, and its checks are left out. With
//! `LETTERMILL_REQUIRE_TOOLS=1` no program may be missing.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// True if a program is there.
pub fn has(program: &str) -> bool {
    second_opinion(program, &["--version"]).is_some()
}

/// Output of another program, or `None` where it is missing and may be.
pub fn second_opinion(program: &str, arguments: &[&str]) -> Option<Output> {
    opinion_of(Command::new(program).args(arguments))
}

/// The same, with a command of any kind.
pub fn opinion_of(command: &mut Command) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            let program = command.get_program().to_string_lossy();
            let required = std::env::var_os("LETTERMILL_REQUIRE_TOOLS");
            assert!(
                required.is_none_or(|value| value != "1"),
                "`{program}` is required: {error}"
            );
            eprintln!("`{program}`: {error}; its opinion is not asked");
            None
        }
    }
}

/// What another program says, which must end well; `None` where it is missing and may be.
#[track_caller]
pub fn said_by(program: &str, arguments: &[&str]) -> Option<String> {
    let output = second_opinion(program, arguments)?;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {errors}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// For each document whether xmllint finds it valid; `None` where that is missing and may be. All go through one call.
pub fn xmllint_verdicts(schema: &Path, documents: &[impl AsRef<[u8]>]) -> Option<Vec<bool>> {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..documents.len())
        .map(|n| format!("{n:05}.xml"))
        .collect();
    for (name, document) in names.iter().zip(documents) {
        std::fs::write(folder.path().join(name), document).unwrap();
    }
    let output = opinion_of(
        Command::new("xmllint")
            .args(["--nonet", "--noout", "--huge", "--schema"])
            .arg(schema.canonicalize().unwrap())
            .args(&names)
            .current_dir(folder.path()),
    )?;
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: HashSet<&str> = said.lines().collect();
    let verdict = |name: &String| {
        let valid = lines.contains(&*format!("{name} validates"));
        let invalid = lines.contains(&*format!("{name} fails to validate"));
        let broken = || said.contains(&format!("{name}:"));
        assert!(valid || invalid || broken(), "{name}: no verdict in {said}");
        valid
    };
    Some(names.iter().map(verdict).collect())
}

/// Official schemas and worked samples, where the optional folder is there.
pub fn reference(path: &str) -> Option<PathBuf> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(path);
    if !full.exists() {
        eprintln!("`../shared/{path}` is absent: its checks are left out");
    }
    full.exists().then_some(full)
}
