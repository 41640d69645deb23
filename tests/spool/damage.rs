//! Parts that are well-formed and wrong: found by the check of a part, and by `verify` on a batch folder whose manifest
//! says that all digests are right.

use lettermill::disk::WrittenFile;
use lettermill::ledger::Totals;
use lettermill::letter::{Environment, Fate};
use lettermill::manifest::{self, KeyKind};
use lettermill::sign::Signer;
use lettermill::spool::{Collation, Omr};
use lettermill::verify;

use super::*;

/// A batch folder with one part of letters, each of two sheets.
pub struct Batch {
    folder: tempfile::TempDir,
    pub spooled: Spooled,
}

const LETTERS: u32 = 10;

impl Batch {
    pub fn new(options: &Options) -> Self {
        Self::of(options, job(), laid)
    }

    fn of(options: &Options, job: Job, laid: impl Fn(u32, u32) -> LaidLetter + Sync) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let orders = vec![
            Order {
                pages: 3,
                ..Order::default()
            };
            LETTERS as usize
        ];
        let (spooled, _) = spool_of(folder.path(), &orders, options, job, laid);
        Self { folder, spooled }
    }

    /// A spool of these letters.
    pub fn spooled(options: &Options, orders: &[Order]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (spooled, _) = spool(folder.path(), orders, options);
        Self { folder, spooled }
    }

    /// A spool of letters as `compose` sets them.
    pub fn composed(options: &Options, letters: &[Letter<'_>], stationery: &Stationery) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (spooled, _) = composed(folder.path(), letters, stationery, options);
        Self { folder, spooled }
    }

    /// What the check of its one part says.
    pub fn found_in_proof(&self) -> Vec<String> {
        let proof = proof::check(&self.path("pdf"), &self.path("pieces.csv")).unwrap();
        proof.mismatches.iter().map(ToString::to_string).collect()
    }

    pub fn path(&self, ending: &str) -> PathBuf {
        let pdf = self.folder.path().join(&self.spooled.parts[0].pdf);
        pdf.with_extension(ending)
    }

    /// Takes these files of another batch.
    pub(super) fn with(self, other: &Self, endings: &[&str]) -> Self {
        for ending in endings {
            fs::copy(other.path(ending), self.path(ending)).unwrap();
        }
        self
    }

    /// Changes the rows of its CSV.
    pub fn rows(&self, mut change: impl FnMut(&mut BTreeMap<String, String>)) {
        let path = self.path("pieces.csv");
        let mut reader = csv::Reader::from_path(&path).unwrap();
        let columns = reader.headers().unwrap().clone();
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        let mut writer = csv::Writer::from_path(&path).unwrap();
        writer.write_record(&columns).unwrap();
        for record in rows {
            let fields = columns.iter().zip(&record);
            let mut row = fields.map(|(c, v)| (c.to_owned(), v.to_owned())).collect();
            change(&mut row);
            writer
                .write_record(columns.iter().map(|c| &row[c]))
                .unwrap();
        }
        writer.flush().unwrap();
    }

    /// Changes its layout file.
    pub fn layout(&self, change: impl FnOnce(&mut serde_json::Value)) {
        let path = self.path("layout.json");
        let mut layout = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        change(&mut layout);
        fs::write(&path, layout.to_string()).unwrap();
    }

    /// What the check of the part says; the same must be among the faults of `verify`, and nothing of a digest.
    pub fn found(&self) -> Vec<String> {
        let mut uncounted = 0;
        let found: Vec<String> = match proof::check(&self.path("pdf"), &self.path("pieces.csv")) {
            Ok(proof) => {
                assert_eq!(proof.mismatches.len() as u64, proof.mismatches_found);
                proof.mismatches.iter().map(ToString::to_string).collect()
            }
            Err(error) => {
                uncounted = 1; // Pieces that cannot be counted are not those of the books.
                vec![error.to_string()]
            }
        };
        let verdict = self.verdict();
        for fault in &found {
            assert!(
                verdict.faults.iter().any(|said| said.contains(fault)),
                "{fault}: {:?}",
                verdict.faults
            );
        }
        assert_eq!(
            verdict.faults_total,
            found.len() as u64 + uncounted,
            "{:?}",
            verdict.faults
        );
        if let [part] = &verdict.parts[..] {
            assert_eq!(part.mismatches, found.len() as u64);
            assert_eq!(verdict.mismatches, part.mismatches);
            assert_eq!(part.read, uncounted == 0);
        }
        found
    }

    /// Signs the folder as it lies, and verifies it.
    pub fn verdict(&self) -> verify::Verdict {
        let files = self
            .spooled
            .files
            .iter()
            .filter(|file| self.folder.path().join(&file.path).exists());
        let files: Vec<WrittenFile> = files
            .map(|file| {
                let (size, sha256) =
                    disk::digest_file(&self.folder.path().join(&file.path)).unwrap();
                WrittenFile {
                    path: file.path.clone(),
                    size,
                    sha256,
                }
            })
            .collect();
        let facts = manifest::Facts {
            batch: "M-1.1",
            mailing_id: "M-1",
            date: job().date,
            environment: Environment::Test,
            sender_organisation: "162021004748",
            source_sha256: [1; 32],
            source_bytes: 1,
            job_sha256: [2; 32],
            schema_sha256: [3; 32],
            totals: Totals {
                letters: u64::from(LETTERS),
                print: u64::from(LETTERS),
                ..Totals::default()
            },
            reasons: &[(Fate::Print, "not-reachable".into(), u64::from(LETTERS))],
        };
        let home = tempfile::tempdir().unwrap();
        let key = Signer::development(home.path(), "162021004748", "Kommun A").unwrap();
        let signer = manifest::Signer {
            algorithm: key.algorithm().name(),
            certificate_der: key.certificate_der(),
            kind: KeyKind::Development,
            sign: &|message| key.sign(message).map_err(|e| e.to_string()),
        };
        // What waits for the proof is no part of a batch that was handed over.
        let handed = tempfile::tempdir().unwrap();
        for file in &files {
            let to = handed.path().join(&file.path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(self.folder.path().join(&file.path), to).unwrap();
        }
        manifest::write(handed.path(), &facts, &files, &signer).unwrap();
        let mut verdict = verify::verify(handed.path(), &[]).unwrap();
        let handed = text_of(handed.path());
        let own = text_of(self.folder.path());
        for fault in &mut verdict.faults {
            *fault = fault.replace(handed, own);
        }
        verdict
    }

    /// Object numbers of the pages, in order.
    pub(super) fn pages(&self) -> Vec<u32> {
        let document = Document::load(self.path("pdf")).unwrap();
        document.page_iter().map(|id| id.0).collect()
    }

    /// Puts other pages into the page tree; a number is padded, so that nothing moves.
    fn page_tree(self, change: impl FnOnce(&mut Vec<u32>)) -> Self {
        let mut bytes = fs::read(self.path("pdf")).unwrap();
        let mut pages = self.pages();
        change(&mut pages);
        let from = memchr::memmem::find(&bytes, b"/Kids[").unwrap() + 6;
        let len = memchr::memchr(b']', &bytes[from..]).unwrap();
        let kids: Vec<String> = pages.iter().map(|page| format!("{page} 0 R")).collect();
        let kids = kids.join(" ");
        assert!(kids.len() <= len);
        bytes[from..from + len].fill(b' ');
        bytes[from..from + kids.len()].copy_from_slice(kids.as_bytes());
        fs::write(self.path("pdf"), bytes).unwrap();
        self
    }
}

const CONTENTS: &str = "the pages are not those that were written for the piece";

#[test]
fn a_sound_batch_has_no_mismatch() {
    let batch = Batch::new(&Options::default());
    assert_eq!(batch.found(), [""; 0]);
    let verdict = batch.verdict();
    let part = &verdict.parts[0];
    assert_eq!((part.sheets, part.addresses, part.pieces), (20, 10, 10));
}

#[test]
fn pages_in_another_order_are_found() {
    // Pages of a piece: front, back, front, blank back.
    let swapped = |a: usize, b: usize| {
        Batch::new(&Options::default())
            .page_tree(|pages| pages.swap(a, b))
            .found()
    };
    // Two fronts of a piece: each has the mark of the other, and the address is gone.
    let found = swapped(0, 2);
    let said = "piece 1, page 1 of the part: the mark says `42.0 1 2/2";
    assert!(
        found.iter().any(|found| found.starts_with(said)),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|f| f.contains("0 lines of text in the address box")),
        "{found:?}"
    );
    // Two backs of a piece.
    assert_eq!(swapped(1, 3), [format!("piece 1: {CONTENTS}")]);
    // A back that became the front.
    let found = swapped(0, 1);
    assert_eq!(found[0], "piece 1, page 1 of the part: no mark on a front");
    assert!(
        found[1].contains("page 2 of the part") && found[1].ends_with("another number of streams"),
        "{found:?}"
    );
    // Fronts, and backs, of two pieces.
    let found = swapped(2, 6);
    assert!(
        found[0].starts_with("piece 1, page 3 of the part: the mark says `42.0 2 2/2"),
        "{found:?}"
    );
    assert_eq!(
        swapped(1, 5),
        [1, 2].map(|piece| format!("piece {piece}: {CONTENTS}"))
    );
}

#[test]
fn sheets_that_are_there_twice_are_found() {
    let found = Batch::new(&Options::default())
        .page_tree(|pages| {
            let (first, second) = pages.split_at_mut(2);
            second[..2].copy_from_slice(first);
        })
        .found();
    assert!(found[0].contains("the page tree has it twice"), "{found:?}");
}

#[test]
fn a_sheet_that_is_missing_is_found() {
    let found = Batch::new(&Options::default())
        .page_tree(|pages| drop(pages.drain(4..6)))
        .found();
    assert!(
        found[0].contains("a count that is not that of its pages"),
        "{found:?}"
    );
}

#[test]
fn what_another_program_made_of_a_part_is_no_part() {
    let without = |pages: &str| {
        let batch = Batch::new(&Options::default());
        let pdf = batch.path("pdf");
        let other = batch.folder.path().join("other.pdf");
        let made = second_opinion(
            "qpdf",
            &[text_of(&pdf), "--pages", ".", pages, "--", text_of(&other)],
        );
        made.map(|_| {
            Document::load(&other).unwrap(); // It is well-formed.
            fs::rename(&other, &pdf).unwrap();
            batch.found()
        })
    };
    for pages in ["1-z", "3,2,1,4-z", "1-4,7-z", "1-2,1-2,5-z"] {
        if let Some(found) = without(pages) {
            assert!(found[0].contains("is no spool part"), "{pages}: {found:?}");
        }
    }
}

/// A letter whose address stands elsewhere, or is another's; what it says of itself is unchanged.
fn moved(number: u32, pages: u32, x: f64, y: f64, shown: u32) -> LaidLetter {
    let mut letter = laid(number, pages);
    let mut pen = Pen::default();
    pen.content.extend_from_slice(b"/LH Do\n");
    for (i, line) in laid(shown, 1).address_lines.iter().enumerate() {
        pen.line(
            Face::Regular,
            10.0,
            80.0 + x,
            690.0 - y - 13.0 * i as f64,
            line,
        );
    }
    let glyphs = used(pen.glyphs);
    for (all, more) in letter.glyphs.0.iter_mut().zip(glyphs.0) {
        all.extend(more);
        all.sort_unstable();
        all.dedup();
    }
    letter.pages[0].content = pen.content;
    letter
}

#[test]
fn an_address_out_of_its_place_is_found_though_every_digest_is_right() {
    let ten = 10.0 * 72.0 / 25.4;
    for (x, y, said) in [
        (0.0, 0.0, None),
        (
            0.0,
            ten,
            Some("1 lines of text in the address box, 1 across its edge; expected 3 lines"),
        ),
        (
            0.0,
            -ten,
            Some("1 lines of text in the address box, 1 across its edge; expected 3 lines"),
        ),
        (
            -ten,
            0.0,
            Some("0 lines of text in the address box, 3 across its edge; expected 3 lines"),
        ),
        (
            10.0 * ten,
            0.0,
            Some("0 lines of text in the address box, 0 across its edge; expected 3 lines"),
        ),
    ] {
        let batch = Batch::of(&Options::default(), job(), |n, pages| {
            moved(n, pages, x, y, n)
        });
        let found = batch.found();
        assert_eq!(
            found.len(),
            if said.is_some() { LETTERS as usize } else { 0 },
            "{found:?}"
        );
        for found in found {
            assert!(found.contains(said.unwrap()), "{x} {y}: {found}");
        }
    }
}

#[test]
fn an_address_of_another_letter_is_found_within_the_run_and_at_the_plant() {
    let right = Batch::new(&Options::default());
    // As if the wrong address had been set: the run finds it.
    let wrong = Batch::of(&Options::default(), job(), |n, pages| {
        moved(n, pages, 0.0, 0.0, n ^ 1)
    });
    let proof = prove_quietly(&wrong);
    assert_eq!(
        (proof.mismatches_found, proof.addresses),
        (u64::from(LETTERS), 0)
    );
    assert!(
        proof
            .mismatches
            .iter()
            .all(|m| m.what == proof::Discrepancy::Address)
    );
    // As if pages had been changed afterwards: everyone finds it.
    let found = right.with(&wrong, &["pdf"]).found();
    assert_eq!(found.len(), LETTERS as usize);
    assert!(
        found.iter().all(|found| found.ends_with(CONTENTS)),
        "{found:?}"
    );
}

fn prove_quietly(batch: &Batch) -> proof::Proof {
    let part = &batch.spooled.parts[0];
    proof::check_with_addresses(
        &batch.path("pdf"),
        &batch.path("pieces.csv"),
        &part.addresses,
    )
    .unwrap()
}

#[test]
fn a_code_that_says_something_else_is_found_though_every_digest_is_right() {
    let with = |text: &str| {
        let omr: Omr = toml::from_str(text).unwrap();
        Batch::new(&Options {
            omr: Some(omr),
            collation: Collation::Reverse,
            ..Options::default()
        })
    };
    let layout = "layout = \"pb-di380\"\n";
    assert_eq!(with(layout).found(), [""; 0]);
    let right = with(layout);
    for (other, said) in [
        ("parity = \"odd\"", "expected"),
        ("sequence = { count = \"down\" }", "the OMR code says"),
        ("suppress = [\"not-end\"]", "the OMR code says"),
        ("x_mm = 4.5", "the OMR code is damaged"),
        ("pitch_mm = 4.1", "the OMR code is damaged"),
        ("thickness_mm = 0.7", "the OMR code is damaged"),
    ] {
        let batch = with(&format!("{layout}{other}")).with(&right, &["layout.json"]);
        let found = batch.found();
        assert!(found.len() >= LETTERS as usize, "{other}: {found:?}");
        assert!(
            found.iter().all(|found| found.contains(said)),
            "{other}: {found:?}"
        );
    }
    // A layout that knows of no code, and a part that has none.
    let none = Batch::new(&Options::default());
    let found = with(layout).with(&none, &["layout.json"]).found();
    assert_eq!(found.len(), 2 * LETTERS as usize);
    let found = none.with(&right, &["layout.json"]).found();
    assert_eq!(found.len(), 2 * LETTERS as usize);
    assert!(
        found
            .iter()
            .all(|found| found.contains("the OMR code is damaged")), // Its white ground is missing too.
        "{found:?}"
    );
}

#[test]
fn files_of_different_batches_do_not_go_together() {
    let other = Job {
        number: JobNumber(43),
        ..job()
    };
    let other = Batch::of(&Options::default(), other, laid);
    let found = Batch::new(&Options::default())
        .with(&other, &["pieces.csv"])
        .found();
    let marks = found
        .iter()
        .filter(|f| f.contains("the mark says `42.0 ") && f.contains("expected `43.0 "));
    assert_eq!(marks.count(), 2 * LETTERS as usize);

    let mut options = Options::default();
    options.mark.y_mm = 200.0;
    let elsewhere = Batch::new(&options);
    let found = Batch::new(&Options::default())
        .with(&elsewhere, &["layout.json"])
        .found();
    assert!(
        found
            .iter()
            .all(|f| f.contains("the mark is not where the layout has it"))
    );
    assert_eq!(found.len(), 2 * LETTERS as usize);

    let lost = Batch::new(&Options::default());
    fs::remove_file(lost.path("layout.json")).unwrap();
    let error = proof::check(&lost.path("pdf"), &lost.path("pieces.csv")).unwrap_err();
    assert!(matches!(error, proof::Error::Layout { .. }), "{error}");
}

#[test]
fn a_letterhead_in_the_address_box_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::default();
    let mut head = resources();
    let mut pen = Pen::default();
    pen.line(Face::Bold, 12.0, 100.0, 690.0, "Provkommunen");
    head.letterhead_mono = pen.content;
    let letter = laid(1, 1);
    let plan = spool::plan(1, &[], &PrintOptions::default(), &options).unwrap();
    let piece = Piece {
        seq: LetterSeq(0),
        letter_id: "L",
        laid: &letter,
        enclosures: vec![],
        postal_code: None,
        country: "SE",
        destination: Destination::Domestic,
        household: None,
    };
    let prepared = Preparer::new(&options).prepare(&piece, &plan).unwrap();
    let mut spooler = Spooler::create(folder.path(), &options, head, job()).unwrap();
    spooler.add(&prepared).unwrap();
    let spooled = spooler.finish(|_| ()).unwrap();
    let part = &spooled.parts[0];
    let (pdf, csv) = (folder.path().join(&part.pdf), folder.path().join(&part.csv));
    let found = proof::check(&pdf, &csv).unwrap().mismatches;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].what, proof::Discrepancy::Letterhead);
}
