//! Second opinions: xmllint (libxml2) and the crate xsd-schema.

use std::fs;
use std::path::Path;
use std::process::Command;

use xsd_schema::validation::{
    CollectingValidationSink, SchemaValidator, ValidationFlags, drive_quick_xml,
};
use xsd_schema::{SchemaSet, load_and_process_schema};

/// Files that one process of xmllint is given.
const FILES_A_CALL: usize = 400;

/// The verdict of xmllint on each document.
pub fn xmllint(schema: &Path, documents: &[&str]) -> Vec<bool> {
    let folder = tempfile::tempdir().unwrap();
    let mut verdicts = vec![None; documents.len()];
    let names: Vec<_> = (0..documents.len())
        .map(|number| format!("{number}.xml"))
        .collect();
    for (name, text) in names.iter().zip(documents) {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let schema = schema.canonicalize().unwrap();
    for part in names.chunks(FILES_A_CALL) {
        let mut command = Command::new("xmllint");
        command
            .args(["--nonet", "--noout", "--schema"])
            .arg(&schema)
            .args(part);
        let output = command.current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        for line in said.lines() {
            let verdict = match line.split_once(' ') {
                Some((name, "validates")) => Some((name, true)),
                Some((name, "fails to validate")) => Some((name, false)),
                _ => None,
            };
            if let Some((name, valid)) = verdict
                && let Some(number) = name
                    .strip_suffix(".xml")
                    .and_then(|name| name.parse::<usize>().ok())
            {
                verdicts[number] = Some(valid);
            }
        }
        assert!(
            !said.contains("failed to compile"),
            "xmllint on {}: {said}",
            schema.display()
        );
    }
    verdicts
        .into_iter()
        .enumerate()
        .map(|(number, verdict)| {
            verdict.unwrap_or_else(|| panic!("xmllint gave no verdict on: {}", documents[number]))
        })
        .collect()
}

/// The crate xsd-schema with one schema.
pub struct XsdSchema(SchemaSet);

impl XsdSchema {
    /// Loads a schema and what it imports.
    pub fn new(schema: &Path) -> Self {
        let path = schema.canonicalize().unwrap();
        let mut set = SchemaSet::new();
        let bytes = fs::read(&path).unwrap();
        load_and_process_schema(&bytes, path.to_str().unwrap(), &mut set, None).unwrap();
        Self(set)
    }

    /// Its verdict.
    pub fn takes(&self, document: &str) -> bool {
        let flags = ValidationFlags::default() & !ValidationFlags::BUILD_PSVI_TYPED_VALUES;
        let validator = SchemaValidator::new(&self.0, flags);
        let (mut errors, mut warnings) = (Vec::new(), Vec::new());
        let sink = CollectingValidationSink {
            errors: &mut errors,
            warnings: &mut warnings,
        };
        let mut runtime = validator.start_run(sink);
        let driven = drive_quick_xml(document.as_bytes(), &mut runtime, &self.0);
        drop(runtime);
        driven.is_ok() && errors.is_empty()
    }
}
