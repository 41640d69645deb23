//! What a relay or a plant runs on receipt of a batch folder, or of one message that someone else made ([`message`]): it
//! needs no keys and no ledger.
//!
//! In: a batch folder as it lies in an outbox, and the certificates that the caller trusts. Out: a [`Verdict`]. Checked are the manifest's signature, every file's
//! size and digest, files that are missing or not listed, every message's signatures, every sheet's mark, and that all
//! counts agree with the totals of the manifest.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::finding::shape;
use crate::manifest::SignatureVerdict;
use crate::sign::Certificate;
use crate::{bundle, manifest, sign, spool};

pub mod message;
mod signers;

pub use signers::Signatory;

use signers::signatories;

/// Faults listed; more are counted.
const FAULTS_MAX: usize = 1_000;

/// What was found.
#[derive(Debug, Serialize)]
pub struct Verdict {
    /// Name of the batch.
    pub batch: String,
    /// Files compared with the manifest.
    pub files: u64,
    /// Messages in the bundles.
    pub messages: u64,
    /// Signatures verified on them.
    pub signatures: u64,
    /// Pieces in the spool.
    pub pieces: u64,
    /// Sheets whose mark was read.
    pub sheets: u64,
    /// What in the spool is not as it should be. A part that could not be read counts as one.
    pub mismatches: u64,
    /// Each part of the spool.
    pub parts: Vec<PartRead>,
    /// Whose certificate signed the manifest.
    pub signed_by: String,
    /// SHA-256 of that certificate, hexadecimal; `None` when nobody signed it.
    pub certificate_sha256: Option<String>,
    /// True when a development key signed the manifest or a message, as the certificates say.
    pub development_key: bool,
    /// Every certificate that made a good signature, that of the manifest first.
    pub certificates: Vec<Signatory>,
    /// What is wrong, at most 1,000 lines.
    pub faults: Vec<String>,
    /// All faults, listed or not.
    pub faults_total: u64,
    /// What a person should know that makes it no worse.
    pub notes: Vec<String>,
}

/// A part of the spool, read again.
#[derive(Debug, Default, Serialize)]
pub struct PartRead {
    /// Its PDF, relative to the folder.
    pub pdf: PathBuf,
    /// False where it could not be read: then nothing of it was compared.
    pub read: bool,
    /// Pieces in it.
    pub pieces: u32,
    /// Sheets in it.
    pub sheets: u32,
    /// Addresses found in their box.
    pub addresses: u32,
    /// What is not as it should be.
    pub mismatches: u64,
}

/// Why a folder cannot be verified at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No manifest that can be read.
    #[error(transparent)]
    Manifest(#[from] manifest::Error),
    /// A bundle that cannot be read.
    #[error(transparent)]
    Bundle(#[from] bundle::Error),
}

/// What the signature of a folder's manifest is worth; looks at nothing else.
///
/// # Errors
/// There is no manifest, or it cannot be read.
pub fn signature(folder: &Path) -> Result<SignatureVerdict, manifest::Error> {
    manifest::signature(folder, &|signature, message| {
        Ok(signed_by(signature, message)?.shown_subject().to_owned())
    })
}

/// The certificate by whose key a message was signed.
fn signed_by(signature: &manifest::Detached, message: &[u8]) -> Result<Certificate, String> {
    let certificate =
        Certificate::from_der(&signature.certificate_der).map_err(|e| e.to_string())?;
    let said = sign::Algorithm::from_name(&signature.algorithm);
    if said != Some(certificate.algorithm()) {
        let said = said.map_or_else(|| shape(&signature.algorithm), |a| a.name().to_owned());
        let key = certificate.algorithm().name();
        return Err(format!(
            "its algorithm is `{said}`, and its certificate's key is for {key}"
        ));
    }
    let good = certificate.verify(message, &signature.signature);
    good.map_err(|e| e.to_string())?;
    Ok(certificate)
}

/// How much of a batch a receiver got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// The whole folder.
    #[default]
    Whole,
    /// What is under `print/`, with the manifest and its signature: digital mail is none of a plant's business.
    Print,
}

/// Verifies a batch folder. With `trusted` certificates, each that signed must be one of them or issued by one.
///
/// # Errors
/// There is no manifest, or a file cannot be read. What is wrong inside is no error but a fault.
pub fn verify(folder: &Path, trusted: &[Certificate]) -> Result<Verdict, Error> {
    verify_scope(folder, trusted, Scope::Whole)
}

/// As [`verify`], of a part of a folder: what is there must be right, and what is in the scope must be there.
///
/// # Errors
/// As [`verify`].
pub fn verify_scope(
    folder: &Path,
    trusted: &[Certificate],
    scope: Scope,
) -> Result<Verdict, Error> {
    let signer = OnceCell::new();
    let mut listed = manifest::verify(folder, &|signature, message| {
        let certificate = signed_by(signature, message)?;
        let subject = certificate.shown_subject().to_owned();
        let _ = signer.set(certificate); // It is called once.
        Ok(subject)
    })?;
    let signer = signer.into_inner();
    let all_missing = listed.missing.len();
    if scope == Scope::Print {
        listed.missing.retain(|path| path.starts_with("print/"));
    }
    let left_out = all_missing - listed.missing.len();
    let mut faults = listed.problems();
    let totals = listed.manifest.totals;

    let about = &listed.manifest;
    let mailing_key = bundle::mailing_key(
        &about.sender_organisation,
        &about.environment,
        &about.mailing_id,
    );
    let checked = match scope {
        Scope::Whole => bundles(
            folder,
            &mailing_key,
            totals.digital,
            &mut faults,
            &mut |_| {},
        )?,
        Scope::Print => bundle::Checked::default(),
    };
    let mut signers = signatories(&listed.manifest, signer.as_ref(), &checked, trusted);
    faults.extend(signers.faults);

    let mut unlisted = checked.faults_total - checked.faults.len() as u64;
    let (mut letters, mut pieces, mut sheets, mut mismatches) = (0_u64, 0_u64, 0_u64, 0);
    let mut parts_read = Vec::new();
    let mut whole = spool::proof::Whole::default();
    let parts_listed = parts(&listed.manifest);
    // Without its bundles nobody can tell how many letters on paper are requests: none, where there are parts.
    let asks_for_paper = scope == Scope::Whole || !parts_listed.is_empty();
    for pdf in parts_listed {
        let csv = pdf.with_extension("pieces.csv");
        let proof = match spool::proof::check(&folder.join(&pdf), &folder.join(csv)) {
            Ok(proof) => proof,
            Err(fault) => {
                faults.push(fault.to_string());
                whole.lacks_a_part();
                mismatches += 1;
                parts_read.push(PartRead {
                    pdf,
                    mismatches: 1,
                    ..PartRead::default()
                });
                continue;
            }
        };
        whole.add(&pdf, &proof);
        letters += u64::from(proof.letters);
        pieces += u64::from(proof.pieces);
        sheets += u64::from(proof.marks);
        mismatches += proof.mismatches_found;
        unlisted += proof.mismatches_found - proof.mismatches.len() as u64;
        faults.extend(
            proof
                .mismatches
                .iter()
                .map(|mismatch| format!("`{}`: {mismatch}", pdf.display())),
        );
        parts_read.push(PartRead {
            pdf,
            read: true,
            pieces: proof.pieces,
            sheets: proof.sheets,
            addresses: proof.addresses,
            mismatches: proof.mismatches_found,
        });
    }
    faults.extend(whole.faults());
    faults.extend(paper_fault(letters, &checked, totals.print).filter(|_| asks_for_paper));
    if scope == Scope::Print {
        signers.notes.push(format!(
            "only what is for the printer was verified; {left_out} other files of the batch are not here"
        ));
    }

    let faults_total = faults.len() as u64 + unlisted;
    faults.truncate(FAULTS_MAX);
    let signed_by = signer.as_ref().map(Certificate::shown_subject);
    Ok(Verdict {
        batch: listed.batch.clone(),
        files: listed.files_good,
        messages: checked.messages,
        signatures: checked.signatures,
        pieces,
        sheets,
        mismatches,
        parts: parts_read,
        signed_by: signed_by.unwrap_or("nobody we can tell").to_owned(),
        certificate_sha256: signer.as_ref().map(|c| crate::disk::hex(&c.sha256())),
        development_key: signers.certificates.iter().any(|c| c.development),
        certificates: signers.certificates,
        faults,
        faults_total,
        notes: signers.notes,
    })
}

/// Reads all bundles of a batch folder and hands out every letter of a sound message; adds what is wrong with them, and with
/// their number.
///
/// # Errors
/// A folder or file that cannot be read.
pub fn bundles(
    folder: &Path,
    mailing_key: &str,
    digital: u64,
    faults: &mut Vec<String>,
    visit: &mut dyn FnMut(&bundle::CheckedEntry<'_>),
) -> Result<bundle::Checked, bundle::Error> {
    let bundles = folder.join("digital");
    let options = bundle::CheckOptions {
        mailing_key: Some(mailing_key.to_owned()),
        ..bundle::CheckOptions::default()
    };
    let checked = if bundles.is_dir() {
        bundle::check_each(&bundles, &options, visit)?
    } else {
        bundle::Checked::default()
    };
    let sentence = |fault: &bundle::Fault| format!("`digital/{}`: {fault}", fault.file.display());
    faults.extend(checked.faults.iter().map(sentence));
    if checked.letters != digital {
        faults.push(format!(
            "{} letters in sound messages of the bundles, {digital} in the books",
            checked.letters
        ));
    }
    Ok(checked)
}

/// What is wrong with the number of letters on paper: each is in a piece of the spool, or in a request to print it.
pub fn paper_fault(letters: u64, bundles: &bundle::Checked, print: u64) -> Option<String> {
    let requests = bundles.letters_on_paper;
    (letters + requests != print).then(|| {
        format!(
            "{letters} letters in the spool and {requests} in requests to print, {print} in the books"
        )
    })
}

/// The parts of the spool that the manifest lists. One that is not there is told twice: as missing, and as not read.
fn parts(manifest: &manifest::Manifest) -> Vec<PathBuf> {
    let paths = manifest.files.iter().map(|file| PathBuf::from(&file.path));
    paths
        .filter(|path| {
            path.starts_with("print") && path.extension().is_some_and(|end| end == "pdf")
        })
        .collect()
}
