//! What a relay or a plant runs on receipt of a batch folder: it needs no keys and no ledger.
//!
//! In: a batch folder as it lies in an outbox. Out: a [`Verdict`]. Checked are the manifest's signature, every file's
//! size and digest, files that are missing or not listed, every message's signatures, every sheet's mark, and that all
//! counts agree with the totals of the manifest.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::{bundle, manifest, spool};

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
    /// Whose certificate signed the manifest.
    pub signed_by: String,
    /// True when a development key signed.
    pub development_key: bool,
    /// What is wrong, at most 1,000 lines.
    pub faults: Vec<String>,
    /// All faults, listed or not.
    pub faults_total: u64,
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
    /// A part that cannot be read.
    #[error(transparent)]
    Spool(#[from] spool::Error),
}
