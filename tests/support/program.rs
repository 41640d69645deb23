//! The program, run in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder to run the program in. It is the home folder too, so that development keys are shared by what runs in it.
pub struct Bench {
    folder: TempDir,
}

impl Bench {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// With a sample mailing in `sample/`.
    pub fn with_sample(country: &str, letters: &str) -> Self {
        let bench = Self::new();
        let sample = bench.text("sample");
        bench.done(&[
            "sample",
            "--country",
            country,
            "--letters",
            letters,
            &sample,
        ]);
        bench
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// A path as an argument.
    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Writes a file; gives its path as an argument.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), contents).unwrap();
        self.text(name)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lettermill"));
        command
            .args(arguments)
            .env("HOME", self.folder())
            .env_remove("XDG_DATA_HOME")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null());
        command
    }

    pub fn lettermill(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What it says on the way to a good end.
    #[track_caller]
    pub fn done(&self, arguments: &[&str]) -> String {
        let output = self.lettermill(arguments);
        assert_eq!(code(&output), 0, "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a mailing into a home.
    pub fn run(&self, home: &str, mailing: &str, more: &[&str]) -> Output {
        let home = self.text(home);
        let mut arguments = vec!["run", "--json", "--out", &home];
        arguments.extend(more);
        arguments.push(mailing);
        self.lettermill(&arguments)
    }
}

#[track_caller]
pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// All that was said.
pub fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(both).unwrap()
}

#[track_caller]
pub fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {}", said(output)))
}

/// The folder that a run says it has released.
pub fn outbox(said: &Value) -> PathBuf {
    PathBuf::from(said["outbox"].as_str().unwrap())
}
