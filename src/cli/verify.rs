//! `verify`: what a relay or a plant runs on receipt.

use std::fmt::Write;

use super::args::{Only, VerifyArgs};
use super::{Exit, Failure, print};
use crate::sign::{self, Certificate, Vouched};
use crate::verify::{self, Scope, Verdict, message};

const TRUST_NOT_ASKED: &str = "whether these certificates are to be trusted was not asked: name those you trust with --trusted";

/// Checks a batch folder, or a message.
pub fn verify(args: &VerifyArgs) -> Result<Exit, Failure> {
    let mut trusted: Vec<Certificate> = Vec::new();
    for path in &args.trusted {
        let read = sign::read_certificates(path);
        trusted.extend(read.map_err(|error| Failure::Trusted(error.to_string()))?);
    }
    if args.path.is_file() {
        return message(args, &trusted);
    }
    let scope = match args.only {
        Some(Only::Print) => Scope::Print,
        None => Scope::Whole,
    };
    let verdict = verify::verify_scope(&args.path, &trusted, scope)
        .map_err(|error| Failure::Verify(error.to_string()))?;
    tell(args, &verdict, |verdict| text(verdict, &trusted))?;
    Ok(exit(verdict.faults_total == 0))
}

/// Checks a message of others.
fn message(args: &VerifyArgs, trusted: &[Certificate]) -> Result<Exit, Failure> {
    let verdict =
        message::verify(&args.path, trusted).map_err(|error| Failure::Verify(error.to_string()))?;
    tell(args, &verdict, |verdict| message_text(verdict, trusted))?;
    Ok(exit(verdict.faults.is_empty()))
}

fn exit(is_good: bool) -> Exit {
    if is_good { Exit::Done } else { Exit::Faulty }
}

fn tell<V: serde::Serialize>(
    args: &VerifyArgs,
    verdict: &V,
    text: impl Fn(&V) -> String,
) -> Result<(), Failure> {
    if args.json {
        let json =
            serde_json::to_string(verdict).map_err(|error| Failure::Verify(error.to_string()))?;
        print(&format!("{json}\n"))
    } else {
        print(&text(verdict))
    }
}

fn message_text(verdict: &message::Verdict, trusted: &[Certificate]) -> String {
    let mut out = String::new();
    for fault in &verdict.faults {
        let _ = writeln!(out, "fault: {}: {}", fault.part.name(), fault.what);
    }
    for note in &verdict.notes {
        let _ = writeln!(out, "note: {note}");
    }
    for signature in &verdict.signatures {
        let _ = writeln!(out, "{}", signature_line(signature));
    }
    if trusted.is_empty() && verdict.signatures.iter().any(|s| s.good) {
        let _ = writeln!(out, "{TRUST_NOT_ASKED}");
    }
    let _ = writeln!(
        out,
        "{} of {} version {}{}: {} messages with {} attachments, {} bytes; {} faults",
        verdict.element,
        verdict.kind.name(),
        verdict.version,
        if verdict.in_envelope { " in SOAP" } else { "" },
        verdict.messages,
        verdict.attachments,
        verdict.bytes,
        verdict.faults.len()
    );
    out
}

fn signature_line(signature: &message::Signature) -> String {
    let mut line = format!("{}: ", signature.part.name());
    line.push_str(if signature.good { "good" } else { "not good" });
    if let (Some(method), Some(digest)) = (signature.method, signature.digest) {
        let _ = write!(line, ", {} over {}", method.name(), digest.name());
    }
    if let Some(certificate) = &signature.certificate {
        let _ = write!(
            line,
            ", certificate of {} issued by {}, valid from {} to {}",
            certificate.subject, certificate.issuer, certificate.not_before, certificate.not_after
        );
        line.push_str(trust(certificate.vouched));
    }
    line
}

fn text(verdict: &Verdict, trusted: &[Certificate]) -> String {
    let mut out = String::new();
    for fault in &verdict.faults {
        let _ = writeln!(out, "fault: {fault}");
    }
    for note in &verdict.notes {
        let _ = writeln!(out, "note: {note}");
    }
    for certificate in &verdict.certificates {
        let _ = writeln!(out, "{}", certificate_line(certificate));
    }
    if trusted.is_empty() && !verdict.certificates.is_empty() {
        let _ = writeln!(out, "{TRUST_NOT_ASKED}");
    }
    for part in &verdict.parts {
        if !part.read {
            let _ = writeln!(
                out,
                "`{}`: not read, nothing of it compared",
                part.pdf.display()
            );
            continue;
        }
        let _ = writeln!(
            out,
            "`{}`: {} mismatches of {} sheets; {} pieces, {} addresses in their box",
            part.pdf.display(),
            part.mismatches,
            part.sheets,
            part.pieces,
            part.addresses
        );
    }
    if !verdict.parts.is_empty() {
        let sheets: u64 = verdict.parts.iter().map(|p| u64::from(p.sheets)).sum();
        let unread = verdict.parts.iter().filter(|part| !part.read).count();
        let unread = match unread {
            0 => String::new(),
            parts => format!(", and {parts} of {} parts not read", verdict.parts.len()),
        };
        let _ = writeln!(
            out,
            "spool: {} mismatches of {sheets} sheets{unread}",
            verdict.mismatches
        );
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
    out
}

fn certificate_line(certificate: &verify::Signatory) -> String {
    let mut line = format!(
        "certificate of {}, SHA-256 {}, signed ",
        certificate.subject, certificate.sha256
    );
    match (certificate.manifest, certificate.messages_signatures) {
        (true, 0) => line.push_str("the manifest"),
        (true, n) => {
            let _ = write!(line, "the manifest and {n} times messages");
        }
        (false, n) => {
            let _ = write!(line, "{n} times messages");
        }
    }
    line.push_str(trust(certificate.vouched));
    if certificate.development {
        line.push_str("; a DEVELOPMENT KEY, which proves nothing about the sender");
    }
    line
}

fn trust(vouched: Option<Vouched>) -> &'static str {
    match vouched {
        Some(Vouched::Itself) => ", trusted",
        Some(Vouched::Issuer) => ", issuer trusted",
        None => "",
    }
}
