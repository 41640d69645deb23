//! Settings that would let a batch be written that its own check does not read: refused before any work is done.

use super::{JobError, JobFile};
use crate::bundle::{MESSAGE_BYTES_MAX, TAR_BYTES_MAX, TAR_ENTRIES_MAX};
use crate::compose;
use crate::run::Danish;
use crate::spool;

/// Most bytes of the documents of a Danish message: base64 makes four bytes of three, and 4 MiB are left for all else.
const DANISH_DOCUMENTS_BYTES_MAX: u64 = MESSAGE_BYTES_MAX / 4 * 3 - (4 << 20);

const A4_WIDTH_MM: f64 = 210.0;

/// What the limits of bundles say against a job file.
pub(super) fn faults(job: &JobFile) -> Vec<JobError> {
    let (digital, memo) = (&job.digital, &job.digital_post);
    let entries_max = u64::from(TAR_ENTRIES_MAX);
    let within = [
        (
            "digital.bundle_bytes_max",
            digital.bundle_bytes_max,
            TAR_BYTES_MAX,
        ),
        (
            "digital.bundle_entries_max",
            digital.bundle_entries_max.into(),
            entries_max,
        ),
        (
            "mina_meddelanden.message_bytes_max",
            job.mina_meddelanden.message_bytes_max,
            MESSAGE_BYTES_MAX,
        ),
        (
            "digital_post.documents_bytes_max",
            memo.documents_bytes_max,
            DANISH_DOCUMENTS_BYTES_MAX,
        ),
        (
            "digital_post.container_messages_max",
            memo.container_messages_max.into(),
            entries_max,
        ),
        (
            "digital_post.container_bytes_max",
            memo.container_bytes_max,
            TAR_BYTES_MAX,
        ),
        (
            "sf1601.pdf_bytes_max",
            job.sf1601.pdf_bytes_max,
            DANISH_DOCUMENTS_BYTES_MAX,
        ),
    ];
    let mut faults: Vec<JobError> = within
        .into_iter()
        .filter(|(_, found, most)| !(1..=*most).contains(found))
        .map(|(key, found, most)| JobError::Value {
            key,
            found: found.to_string(),
            allowed: format!("1 to {most}"),
        })
        .collect();
    let both = memo
        .documents_bytes_max
        .saturating_add(job.sf1601.pdf_bytes_max);
    let in_one_request = digital.denmark == Danish::Sf1601;
    if faults.is_empty() && in_one_request && both > DANISH_DOCUMENTS_BYTES_MAX {
        faults.push(JobError::Value {
            key: "digital_post.documents_bytes_max + sf1601.pdf_bytes_max",
            found: both.to_string(),
            allowed: format!("1 to {DANISH_DOCUMENTS_BYTES_MAX}: they travel in one request"),
        });
    }
    faults
}

/// What the place behind an OMR code says against the margins of letters: nothing may be printed there.
pub(super) fn behind_omr(print: &spool::Options, letter: &compose::Options) -> Option<JobError> {
    let behind = print.omr.as_ref()?.behind();
    let right = f64::from(letter.geometry.margin_right.0) / 1000.0;
    let least = A4_WIDTH_MM - behind.x_mm;
    (right < least).then(|| JobError::Value {
        key: "letter.geometry.margin_right_mm",
        found: right.to_string(),
        allowed: format!(
            "at least {least}: the other side of the sheet has the OMR code of [print.omr]"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(job: &str) -> Vec<String> {
        let job: JobFile = toml::from_str(job).unwrap();
        faults(&job).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_the_check_would_not_read_back_is_refused_with_both_numbers() {
        for (job, found) in [
            (
                "[digital]\nbundle_entries_max = 2000000",
                "`digital.bundle_entries_max` is 2000000; allowed is 1 to 1000000",
            ),
            (
                "[digital]\nbundle_bytes_max = 68719476737",
                "`digital.bundle_bytes_max` is 68719476737; allowed is 1 to 68719476736",
            ),
            (
                "[mina_meddelanden]\nmessage_bytes_max = 134217729",
                "`mina_meddelanden.message_bytes_max` is 134217729; allowed is 1 to 134217728",
            ),
            (
                "[digital_post]\ncontainer_messages_max = 1000001",
                "`digital_post.container_messages_max` is 1000001; allowed is 1 to 1000000",
            ),
            (
                "[digital_post]\ndocuments_bytes_max = 96468993",
                "`digital_post.documents_bytes_max` is 96468993; allowed is 1 to 96468992",
            ),
            (
                "[digital]\ndenmark = \"sf1601\"\n[sf1601]\npdf_bytes_max = 20000000",
                "is 97594624; allowed is 1 to 96468992: they travel in one request",
            ),
        ] {
            let said = said(job);
            assert_eq!(said.len(), 1, "{said:?}");
            assert!(said[0].contains(found), "{said:?}");
        }
        assert!(said("").is_empty());
        assert!(
            said("[digital]\nbundle_entries_max = 1000000\nbundle_bytes_max = 68719476736")
                .is_empty()
        );
        assert!(said("[sf1601]\npdf_bytes_max = 20000000").is_empty());
    }

    #[test]
    fn nothing_is_printed_behind_an_omr_code() {
        let print: spool::Options = toml::from_str("[omr]\nlayout = \"pb-di380\"").unwrap();
        let fault = |margin: u32| {
            let letter = format!("[geometry]\nmargin_right_mm = {margin}");
            let fault = behind_omr(&print, &toml::from_str(&letter).unwrap());
            fault.map(|fault| fault.to_string())
        };
        assert!(fault(16).unwrap().contains("at least 17"));
        assert_eq!(fault(17), None);
    }
}
