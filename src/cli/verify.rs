//! `verify`: what a relay or a plant runs on receipt.

use std::fmt::Write;

use super::args::VerifyArgs;
use super::{Exit, Failure, print};
use crate::verify::{self, Verdict};

/// Checks a batch folder.
pub fn verify(args: &VerifyArgs) -> Result<Exit, Failure> {
    let verdict =
        verify::verify(&args.folder).map_err(|error| Failure::Verify(error.to_string()))?;
    if args.json {
        let json =
            serde_json::to_string(&verdict).map_err(|error| Failure::Verify(error.to_string()))?;
        print(&format!("{json}\n"))?;
    } else {
        print(&text(&verdict))?;
    }
    Ok(if verdict.faults_total == 0 {
        Exit::Done
    } else {
        Exit::Faulty
    })
}

fn text(verdict: &Verdict) -> String {
    let mut out = String::new();
    for fault in &verdict.faults {
        let _ = writeln!(out, "fault: {fault}");
    }
    let _ = writeln!(
        out,
        "batch {}: {} files, {} messages with {} signatures, {} pieces on {} sheets; {} faults",
        verdict.batch,
        verdict.files,
        verdict.messages,
        verdict.signatures,
        verdict.pieces,
        verdict.sheets,
        verdict.faults_total
    );
    let _ = writeln!(out, "manifest signed by {}", verdict.signed_by);
    if verdict.development_key {
        let _ = writeln!(
            out,
            "that is a DEVELOPMENT KEY: it proves nothing about the sender"
        );
    }
    out
}
