//! The end of a run: report, manifest, release.

use std::path::{Path, PathBuf};

use super::mill::Mill;
use super::proof::Proved;
use super::timing::Timing;
use super::{Error, Outcome, Plan};
use crate::disk::{self, WrittenFile};
use crate::ingest::Source;
use crate::ledger::{Batch, Recovered, Recovery, Totals};
use crate::letter::Fate;
use crate::manifest::{self, KeyKind};
use crate::registry::Snapshot;
use crate::report::{self, About, Report};
use crate::sign;

/// The report in the folder of a batch, and in the operator's copy.
const REPORTS: [&str; 2] = ["report.json", "report.html"];

/// A batch at its end.
pub struct Placed {
    report: Report,
    folder: PathBuf,
    held_back: bool,
    note: Option<String>,
}

/// The report as it goes with the batch: nothing in it depends on clock or machine. With more rejected letters than
/// `max_rejected_percent` it says that the batch is held back.
pub fn report(
    mill: &Mill<'_>,
    source: &Source,
    batch: &str,
    proved: &Proved,
    max_rejected_percent: Option<f64>,
) -> Report {
    let about = about(mill, source, batch, disk::hex(&source.digest()));
    let mut report = Report::new(about, &proved.tally, &mill.plan.report, &|reason| {
        sentence(mill, reason)
    });
    report.files = proved.files.iter().map(manifest::FileEntry::from).collect();
    report.files.sort_by(|a, b| a.path.cmp(&b.path));
    name_operators(&mut report, mill);
    report.proof = Some(proved.proof.clone());
    let totals = proved.tally.totals();
    if let Some(reason) = max_rejected_percent.and_then(|max| why_hold_back(&totals, max)) {
        report.outcome = report::Outcome::HeldBack { reason };
    }
    report
}

/// Puts the names that the registry gives mailbox operators before their ids.
pub fn name_operators(report: &mut Report, mill: &Mill<'_>) {
    let operators = mill.snapshot.map_or(&[][..], Snapshot::operators);
    for line in &mut report.operators {
        if let Some(operator) = operators.iter().find(|operator| operator.id == line.name) {
            line.name = format!("{} ({})", operator.name, operator.id);
        }
    }
}

/// Which batch it is about. A dry run gives no digest of the mailing: that would be to read it twice.
pub fn about(mill: &Mill<'_>, source: &Source, batch: &str, source_sha256: String) -> About {
    let header = mill.header;
    About {
        batch: batch.to_owned(),
        mailing_id: header.mailing_id.clone(),
        date: mill.date.to_string(),
        environment: header.environment,
        country: header.sender.country,
        sender_name: header.sender.name.clone(),
        sender_organisation: header.sender.organisation_number.clone(),
        key: key_kind(mill),
        source_sha256,
        source_bytes: source.size(),
    }
}

/// What to tell of the place of the mark, where anything is printed.
pub fn misplaced_mark(plan: &Plan, totals: &Totals) -> Option<String> {
    plan.spool.misplaced_mark().filter(|_| totals.print > 0)
}

/// What a reason means, for people.
pub fn sentence(mill: &Mill<'_>, reason: &str) -> String {
    mill.router.sentence(reason).unwrap_or_default().to_owned()
}

/// Writes report and manifest into the batch's folder; gives all files of the batch.
pub fn seal_folder(
    mill: &Mill<'_>,
    source: &Source,
    batch: &Batch<'_, '_>,
    mut files: Vec<WrittenFile>,
    report: &Report,
) -> Result<Vec<WrittenFile>, Error> {
    files.extend(write_report(batch.folder(), report)?);
    let reasons: Vec<(Fate, String, u64)> = report
        .reasons
        .iter()
        .map(|line| (line.fate, line.reason.clone(), line.letters))
        .collect();
    let facts = manifest::Facts {
        batch: batch.name(),
        mailing_id: &mill.header.mailing_id,
        date: mill.date,
        environment: mill.header.environment,
        sender_organisation: &mill.header.sender.organisation_number,
        source_sha256: source.digest(),
        source_bytes: source.size(),
        job_sha256: mill.job_digest,
        schema_sha256: mill.plan.ingest.schema.digest(),
        totals: report.totals,
        reasons: &reasons,
    };
    let key = mill.signer.as_ref().ok_or(sign::Error::Signing)?; // A run always has one.
    let signer = manifest::Signer {
        algorithm: key.algorithm().name(),
        certificate_der: key.certificate_der(),
        kind: key_kind(mill),
        sign: &|message| key.sign(message).map_err(|error| error.to_string()),
    };
    let written = manifest::write(batch.folder(), &facts, &files, &signer)?;
    files.extend(written);
    Ok(files)
}

/// Lets the batch go, or holds it back for a person.
pub fn release(
    batch: Batch<'_, '_>,
    files: &[WrittenFile],
    report: Report,
) -> Result<Placed, Error> {
    let totals = report.totals;
    let (moved, held_back) = match &report.outcome {
        report::Outcome::HeldBack { reason } => {
            let held = batch.ready_to_hold(files, &totals, reason)?.hold_back()?;
            (held, true)
        }
        report::Outcome::Released | report::Outcome::Checked => {
            (batch.ready(files, &totals)?.release()?, false)
        }
    };
    Ok(Placed {
        report,
        folder: moved.folder,
        held_back,
        note: moved.unbooked,
    })
}

/// Writes the operator's copy of the report, with timings and what was done about earlier runs, and gives the end of the
/// run. The batch is released by now: a copy that cannot be written is a note.
pub fn outcome(plan: &Plan, placed: Placed, timing: Timing<'_>, recovered: Vec<String>) -> Outcome {
    let Placed {
        mut report,
        folder,
        held_back,
        note,
    } = placed;
    let mut notes: Vec<String> = note.into_iter().collect();
    notes.extend(misplaced_mark(plan, &report.totals));
    report.run = Some(timing.notes(plan.threads, recovered));
    let own = plan.home.join("reports").join(&report.about.batch);
    let written = disk::create_private_folder(&own)
        .map_err(Error::io(&own))
        .and_then(|()| write_report(&own, &report));
    let report_folder = match written {
        Ok(_) => own,
        Err(error) => {
            notes.push(format!(
                "the report with timings cannot be written: {error}"
            ));
            folder.clone() // The batch has a copy of its own.
        }
    };
    Outcome {
        report,
        folder,
        report_folder,
        held_back,
        notes,
    }
}

/// Gives the operator copies of the reports of batches that an earlier run made and this start put where they belong. Gives
/// what to say of those that cannot be written.
pub fn late_reports(home: &Path, recovered: &[Recovered]) -> Vec<String> {
    let late = recovered.iter().filter_map(|of| match of.what {
        Recovery::Sent => Some(("outbox", &of.batch)),
        Recovery::Held => Some(("held", &of.batch)),
        Recovery::Abandoned | Recovery::Withdrawn => None,
    });
    let copied = late.map(|(place, batch)| {
        let own = home.join("reports").join(batch);
        disk::create_private_folder(&own).map_err(Error::io(&own))?;
        for name in REPORTS {
            let from = home.join(place).join(batch).join(name);
            let bytes = std::fs::read(&from).map_err(Error::io(from))?;
            disk::write_whole(&own.join(name), &bytes).map_err(Error::io(own.join(name)))?;
        }
        Ok(())
    });
    let failed = copied.filter_map(|copied: Result<(), Error>| copied.err());
    failed
        .map(|error| format!("the copy of a report cannot be written: {error}"))
        .collect()
}

fn write_report(folder: &Path, report: &Report) -> Result<[WrittenFile; 2], Error> {
    let put = |name: &str, bytes: &[u8]| {
        disk::write_listed(folder, name.into(), bytes).map_err(Error::io(folder.join(name)))
    };
    let [json, html] = REPORTS;
    Ok([
        put(json, &report::json(report))?,
        put(html, &report::html(report))?,
    ])
}

fn key_kind(mill: &Mill<'_>) -> KeyKind {
    match &mill.signer {
        Some(signer) if !signer.is_development() => KeyKind::Own,
        Some(_) | None => KeyKind::Development, // A dry run makes no development key.
    }
}

/// Too many rejects mean that the export is wrong, not the letters.
pub fn why_hold_back(totals: &Totals, max_rejected_percent: f64) -> Option<String> {
    if totals.rejected == 0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let percent = totals.rejected as f64 * 100.0 / totals.letters as f64;
    (percent > max_rejected_percent).then(|| {
        let (rejected, letters) = (totals.rejected, totals.letters);
        format!(
            "{rejected} of {letters} letters ({percent:.2} per cent) are rejected; {max_rejected_percent} per cent are allowed"
        )
    })
}
