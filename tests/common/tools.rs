//! Other programs, and reference data: what is missing is said, and its checks are left out. With
//! `LETTERMILL_REQUIRE_TOOLS=1` no program may be missing.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// True if a program is there.
pub fn has(tool: &str) -> bool {
    let mut command = Command::new(tool);
    let quiet = command.arg("--version").stdin(Stdio::null());
    second_opinion(quiet).is_some()
}

/// Output of another program, or `None` where it is missing and may be.
pub fn second_opinion(command: &mut Command) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            missing(&command.get_program().to_string_lossy(), &error);
            None
        }
    }
}

fn missing(program: &str, error: &io::Error) {
    let required = std::env::var_os("LETTERMILL_REQUIRE_TOOLS").is_some_and(|value| value == "1");
    assert!(
        !required,
        "`{program}` is required (LETTERMILL_REQUIRE_TOOLS=1): {error}"
    );
    eprintln!("`{program}`: {error}; its opinion is not asked");
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
