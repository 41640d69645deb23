//! Judges many PDFs by the same rules, and a document that many letters enclose once.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use hashbrown::HashMap;

use super::class::PdfFault;
use super::rules::Rules;
use super::{PdfFacts, inspect_known};
use crate::disk::{self, Sha256};

/// Verdicts kept; each has some hundred bytes.
const KEPT_MAX: usize = 4_096;

/// Rules, and what is known by them. Shared by all threads.
pub struct Inspector {
    /// The rules.
    pub rules: Rules,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    verdicts: HashMap<Sha256, Result<PdfFacts, PdfFault>>,
    order: VecDeque<Sha256>,
}

impl Inspector {
    /// With these rules.
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            kept: Mutex::default(),
        }
    }

    /// As [`inspect`](super::inspect); bytes that were judged lately are not judged again.
    ///
    /// # Errors
    /// As [`inspect`](super::inspect).
    pub fn inspect(&self, bytes: &[u8]) -> Result<PdfFacts, PdfFault> {
        let digest = disk::sha256(bytes);
        let known = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(verdict) = known().verdicts.get(&digest) {
            return verdict.clone();
        }
        let verdict = inspect_known(bytes, digest, &self.rules); // Outside of the lock: it takes its time.
        let mut kept = known();
        if kept.verdicts.insert(digest, verdict.clone()).is_none() {
            kept.order.push_back(digest);
        }
        if kept.order.len() > KEPT_MAX {
            let oldest = kept.order.pop_front();
            oldest.map(|oldest| kept.verdicts.remove(&oldest));
        }
        verdict
    }
}
