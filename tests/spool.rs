//! Real parts, read by other programs: qpdf, mutool, poppler, dmtxread; and damaged ones, found out by the proof.
//!
//! Letters are made by hand here, so that this file tests `spool` alone. A program that is missing is named on stderr
//! and its check is left out, unless `LETTERMILL_REQUIRE_TOOLS=1`.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "spool/flavours.rs"]
mod flavours;
#[path = "compose/letters.rs"]
#[expect(dead_code, reason = "helpers of another test")]
mod letters;
#[path = "preflight/made.rs"]
mod made;
mod support;

#[path = "spool/damage.rs"]
mod damage;
#[path = "spool/enclosed.rs"]
mod enclosed;
#[path = "spool/ink.rs"]
mod ink;
#[path = "spool/marks.rs"]
mod marks;
#[path = "spool/rework.rs"]
mod rework;
#[path = "spool/rewritten.rs"]
mod rewritten;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use lettermill::compose::{
    self, Face, FirstPage, GlyphsUsed, LaidLetter, LaidPage, Resources, Stationery, lay_out,
};
use lettermill::disk;
use lettermill::letter::{Colour, Envelope, Letter, LetterSeq, Postage, PrintOptions, Sides};
use lettermill::preflight::inspect;
use lettermill::spool::{
    self, Destination, Insert, Job, JobNumber, Options, Payload, Piece, PieceRow, Preparer,
    Spooled, Spooler, proof,
};
use lopdf::{Document, Object, Stream, dictionary};
use made::{a4, bytes, content, harmed, odd_but_good, pdf_of, scanned, text_of};
use skrifa::{FontRef, MetadataProvider};
use support::tools::{opinion_of, second_opinion};

// ---- letters made by hand ----------------------------------------------------------------------------------------

fn programs() -> [&'static [u8]; 4] {
    [
        notosans::REGULAR_TTF,
        notosans::BOLD_TTF,
        notosans::ITALIC_TTF,
        notosans::BOLD_ITALIC_TTF,
    ]
}

#[derive(Default)]
struct Pen {
    content: Vec<u8>,
    glyphs: [BTreeSet<u16>; 4],
}

impl Pen {
    fn line(&mut self, face: Face, size: f64, x: f64, y: f64, text: &str) {
        let font = FontRef::new(programs()[face as usize]).unwrap();
        let charmap = font.charmap();
        let begin = format!("BT\n{x} {y} Td\n/F{} {size} Tf\n[(", face as u8);
        self.content.extend_from_slice(begin.as_bytes());
        for c in text.chars() {
            let glyph = u16::try_from(charmap.map(c).unwrap().to_u32()).unwrap();
            self.glyphs[face as usize].insert(glyph);
            for byte in glyph.to_be_bytes() {
                match byte {
                    b'\r' => self.content.extend_from_slice(b"\\r"),
                    b'(' | b')' | b'\\' => self.content.extend_from_slice(&[b'\\', byte]),
                    _ => self.content.push(byte),
                }
            }
        }
        self.content.extend_from_slice(b")]TJ\nET\n");
    }
}

fn used(glyphs: [BTreeSet<u16>; 4]) -> GlyphsUsed {
    GlyphsUsed(glyphs.map(|set| set.into_iter().collect()))
}

fn resources() -> Resources {
    let mut pen = Pen::default();
    pen.line(Face::Bold, 12.0, 62.0, 800.0, "Provkommunen");
    Resources {
        programs: programs().map(Into::into),
        letterhead: pen.content.clone(),
        letterhead_mono: pen.content,
        logo: None,
        letterhead_glyphs: used(pen.glyphs),
    }
}

/// A letter of so many pages to an invented person.
fn laid(number: u32, pages: u32) -> LaidLetter {
    let address = vec![
        format!("Åsa Prövning {number}"),
        "Påhittade gatan 1".to_owned(),
        "123 45 Ingenstans".to_owned(),
    ];
    let mut glyphs: [BTreeSet<u16>; 4] = Default::default();
    let pages = (1..=pages)
        .map(|page| {
            let mut pen = Pen::default();
            if page == 1 {
                pen.content.extend_from_slice(b"/LH Do\n");
                for (i, line) in address.iter().enumerate() {
                    pen.line(Face::Regular, 10.0, 80.0, 690.0 - 13.0 * i as f64, line);
                }
            }
            pen.line(Face::Bold, 14.0, 62.0, 560.0, "Beslut");
            pen.line(
                Face::Regular,
                10.0,
                62.0,
                530.0,
                &format!("Ärende {number}, sida {page}. Łódź, İstanbul, Giđđa."),
            );
            for (all, more) in glyphs.iter_mut().zip(pen.glyphs) {
                all.extend(more);
            }
            LaidPage {
                content: pen.content,
                letterhead: page == 1,
            }
        })
        .collect();
    LaidLetter {
        pages,
        glyphs: used(glyphs),
        address_lines: address,
        language: "sv".into(),
    }
}

// ---- spools ------------------------------------------------------------------------------------------------------

#[derive(Clone, Default)]
struct Order {
    pages: u32,
    enclosures: Vec<Arc<Vec<u8>>>,
    print: PrintOptions<'static>,
    postal_code: Option<&'static str>,
    foreign: bool,
}

fn job() -> Job {
    Job {
        number: JobNumber(42),
        child: 0,
        date: jiff::civil::date(2026, 11, 22),
    }
}

fn spool(folder: &Path, orders: &[Order], options: &Options) -> (Spooled, Vec<PieceRow>) {
    spool_of(folder, orders, options, job(), laid)
}

/// `laid` makes a letter of its number and pages.
fn spool_of(
    folder: &Path,
    orders: &[Order],
    options: &Options,
    job: Job,
    laid: impl Fn(u32, u32) -> LaidLetter + Sync,
) -> (Spooled, Vec<PieceRow>) {
    use rayon::prelude::*;
    let preparer = Preparer::new(options);
    let prepared: Vec<_> = orders
        .par_iter()
        .enumerate()
        .map(|(i, order)| {
            let laid = laid(i as u32, order.pages);
            let enclosures: Vec<_> = order
                .enclosures
                .iter()
                .map(|pdf| (Arc::clone(pdf), inspect(pdf, &made::loose()).unwrap()))
                .collect();
            let pages: Vec<u32> = enclosures.iter().map(|(_, facts)| facts.pages).collect();
            let plan = spool::plan(order.pages, &pages, &order.print, options).unwrap();
            let piece = Piece {
                seq: LetterSeq(i as u32),
                letter_id: &format!("L-{i}"),
                laid: &laid,
                enclosures,
                postal_code: order.postal_code.map(str::to_owned),
                country: if order.foreign { "NO" } else { "SE" },
                destination: if order.foreign {
                    Destination::Foreign
                } else {
                    Destination::Domestic
                },
                household: None,
            };
            preparer.prepare(&piece, &plan).unwrap()
        })
        .collect();
    let mut spooler = Spooler::create(folder, options, resources(), job).unwrap();
    for piece in &prepared {
        spooler.add(piece).unwrap();
    }
    let mut rows = Vec::new();
    let spooled = spooler.finish(|row| rows.push(row.clone())).unwrap();
    (spooled, rows)
}

/// Letters as `compose` sets them; gives the pages of each too.
fn composed(
    folder: &Path,
    letters: &[Letter<'_>],
    stationery: &Stationery,
    options: &Options,
) -> (Spooled, Vec<usize>) {
    let header = letters::header("SE");
    let preparer = Preparer::new(options);
    let mut spooler = Spooler::create(folder, options, stationery.resources(), job()).unwrap();
    let mut sides = Vec::new();
    for (letter, i) in letters.iter().zip(0..) {
        let laid = lay_out(letter, &header, job().date, stationery, FirstPage::WithText).unwrap();
        sides.push(laid.pages.len());
        let plan = spool::plan(laid.pages.len() as u32, &[], &letter.print, options).unwrap();
        let piece = Piece {
            seq: LetterSeq(i),
            letter_id: &letter.id,
            laid: &laid,
            enclosures: vec![],
            postal_code: None,
            country: "SE",
            destination: Destination::Domestic,
            household: None,
        };
        spooler
            .add(&preparer.prepare(&piece, &plan).unwrap())
            .unwrap();
    }
    (spooler.finish(|_| ()).unwrap(), sides)
}

fn prove(folder: &Path, spooled: &Spooled) -> proof::Proof {
    let mut all = proof::Proof::default();
    for part in &spooled.parts {
        let proof = proof::check_with_addresses(
            &folder.join(&part.pdf),
            &folder.join(&part.csv),
            &part.addresses,
        )
        .unwrap();
        assert_eq!(proof.mismatches, [], "{}", part.pdf.display());
        assert_eq!(
            (proof.pieces, proof.sheets, proof.pages),
            (part.pieces, part.sheets, part.pages)
        );
        assert_eq!(proof.marks, part.sheets);
        assert_eq!(proof.addresses, part.pieces);
        all.pieces += proof.pieces;
        all.sheets += proof.sheets;
    }
    all
}

/// Letters of all kinds in four classes.
fn mixed() -> Vec<Order> {
    let shared = Arc::new(scanned(3, 7));
    let mut orders = Vec::new();
    for i in 0..48_u32 {
        let mut order = Order {
            pages: 1 + i % 3,
            ..Order::default()
        };
        order.postal_code = Some(["75105", "11122", "41301", "90001"][i as usize % 4]);
        match i % 8 {
            1 => order.print.sides = Some(Sides::Simplex),
            2 => order.enclosures = vec![Arc::clone(&shared)],
            3 => order.print.envelope = Some(Envelope::C4),
            4 => {
                order.enclosures = vec![Arc::new(scanned(1 + i % 2, i as u8)), Arc::clone(&shared)]
            }
            5 => order.print.postage = Some(Postage::Priority),
            6 => order.print.colour = Some(Colour::Colour),
            7 => {
                order.foreign = true;
                order.postal_code = None;
            }
            _ => {}
        }
        orders.push(order);
    }
    orders
}

// ---- other programs ----------------------------------------------------------------------------------------------

/// What a reader of Data Matrix sees in the left strip of a page, printed at 300 dpi.
fn decoded(pdf: &Path, page: u32, folder: &Path) -> Option<Vec<Payload>> {
    let number = page.to_string();
    let image = folder.join(format!("page-{page}"));
    let strip = [
        "-r",
        "300",
        "-f",
        &number,
        "-l",
        &number,
        "-singlefile",
        "-png",
        "-x",
        "0",
        "-y",
        "2000",
        "-W",
        "236",
        "-H",
        "320",
    ];
    let drawn = second_opinion(
        "pdftoppm",
        &[&strip[..], &[text_of(pdf), text_of(&image)]].concat(),
    )?;
    assert!(
        drawn.status.success(),
        "{}",
        String::from_utf8_lossy(&drawn.stderr)
    );
    let image = image.with_extension("png");
    let read = second_opinion(
        "dmtxread",
        &["-n", "-m", "2000", "-N", "1", text_of(&image)],
    )?;
    let lines = String::from_utf8_lossy(&read.stdout).into_owned();
    Some(
        lines
            .lines()
            .map(|line| Payload::read(line.as_bytes()).expect(line))
            .collect(),
    )
}

// ---- whole spools ------------------------------------------------------------------------------------------------

#[test]
fn a_spool_is_whole_and_other_programs_agree() {
    let folder = tempfile::tempdir().unwrap();
    let orders = mixed();
    let (spooled, rows) = spool(folder.path(), &orders, &Options::default());

    let proof = prove(folder.path(), &spooled);
    assert_eq!((proof.pieces, spooled.pieces), (48, 48));
    assert_eq!(u64::from(proof.sheets), spooled.sheets);
    let numbers: Vec<u32> = rows.iter().map(|row| row.piece).collect();
    assert_eq!(numbers, (1..=48).collect::<Vec<_>>());
    let letters: BTreeSet<u32> = rows.iter().map(|row| row.letters[0].0.0).collect();
    assert_eq!(letters.len(), 48);
    let classes: Vec<&str> = spooled
        .parts
        .iter()
        .map(|part| part.class.as_str())
        .collect();
    assert_eq!(
        classes,
        [
            "c5-simplex-mono",
            "c5-duplex-mono",
            "c5-duplex-colour",
            "c4-duplex-mono"
        ]
    );

    for file in &spooled.files {
        assert_eq!(
            disk::digest_file(&folder.path().join(&file.path)).unwrap(),
            (file.size, file.sha256)
        );
    }
    for part in &spooled.parts {
        let pdf = folder.path().join(&part.pdf);
        let path = text_of(&pdf);
        if let Some(output) = second_opinion("qpdf", &["--check", path]) {
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stdout)
            );
        }
        if let Some(output) = second_opinion("mutool", &["info", path]) {
            assert!(
                output.status.success() && output.stderr.is_empty(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        if let Some(output) = second_opinion("pdfinfo", &[path]) {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(
                text.contains(&format!("Pages:           {}\n", part.pages)),
                "{text}"
            );
            assert!(text.contains("Producer:        Lettermill"), "{text}");
        }
        if let Some(output) = second_opinion("pdffonts", &[path]) {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let fonts: Vec<&str> = text.lines().skip(2).collect();
            assert_eq!(fonts.len(), 2, "one program a face: {text}");
            for font in fonts {
                assert!(
                    font.contains("CID TrueType") && font.contains("yes yes yes"),
                    "{font}"
                );
            }
        }
        let folder_of = pdf.parent().unwrap();
        let mut sums = Command::new("sha256sum");
        sums.arg("-c").arg(pdf.with_extension("sha256"));
        if let Some(sums) = opinion_of(sums.current_dir(folder_of)) {
            assert!(
                sums.status.success(),
                "{}",
                String::from_utf8_lossy(&sums.stdout)
            );
        }
    }
    // Each letter's own words are on its own first page.
    for row in &rows {
        let pdf = folder
            .path()
            .join(format!("print/{}/{:04}.pdf", row.class, row.part));
        let page = row.first_page.to_string();
        if let Some(output) = second_opinion(
            "pdftotext",
            &["-f", &page, "-l", &page, "-layout", text_of(&pdf), "-"],
        ) {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(
                text.contains(&format!("Åsa Prövning {}\n", row.letters[0].0.0)),
                "{text}"
            );
            assert!(
                text.contains("Łódź, İstanbul, Giđđa.") && text.contains("Provkommunen"),
                "{text}"
            );
            assert!(
                text.contains(&format!("{:08}-1/{}", row.piece, row.plan.sheets)),
                "{text}"
            );
        }
    }
}

#[test]
fn every_mark_is_read_on_the_sheet_it_names_and_backs_have_none() {
    let folder = tempfile::tempdir().unwrap();
    let (spooled, rows) = spool(folder.path(), &mixed(), &Options::default());
    let class = &spooled.parts[1];
    let pdf = folder.path().join(&class.pdf);
    for row in rows.iter().filter(|row| row.class == class.class).take(12) {
        let a_sheet = if row.plan.sides == Sides::Duplex {
            2
        } else {
            1
        };
        for i in 0..row.pages {
            let Some(seen) = decoded(&pdf, row.first_page + i, folder.path()) else {
                return;
            };
            let seen: Vec<_> = seen
                .iter()
                .map(|p| (p.job, p.piece, u32::from(p.sheet), p.sheets))
                .collect();
            if i % a_sheet == 0 {
                assert_eq!(seen, [(42, row.piece, i / a_sheet + 1, row.plan.sheets)]);
            } else {
                assert_eq!(seen, []);
            }
        }
    }
}

#[test]
fn pieces_lie_in_the_order_of_class_postage_country_postal_code_input() {
    let folder = tempfile::tempdir().unwrap();
    let (_, rows) = spool(folder.path(), &mixed(), &Options::default());
    let keys: Vec<_> = rows
        .iter()
        .filter(|row| row.class == "c5-duplex-mono")
        .map(|row| {
            (
                row.plan.postage,
                row.country != "SE",
                row.postal_code.clone(),
                row.letters[0].0,
            )
        })
        .collect();
    let mut sorted = keys.clone();
    sorted.sort();
    assert_eq!(keys, sorted);
    assert!(keys.iter().any(|k| k.1) && keys.iter().any(|k| k.0 == Postage::Priority));
}

#[test]
fn one_thread_or_many_write_the_same_bytes() {
    let orders: Vec<_> = mixed().into_iter().cycle().take(600).collect();
    let mut all = Vec::new();
    for threads in [1, 2, 5] {
        let folder = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let (spooled, rows) = pool.install(|| spool(folder.path(), &orders, &Options::default()));
        all.push((spooled.files, rows));
    }
    assert_eq!(all[0].0, all[1].0);
    assert_eq!(all[0], all[2]);
}

#[test]
fn parts_end_at_piece_borders_before_their_limits() {
    let options = Options {
        part_sheets_max: 10,
        ..Options::default()
    };
    let orders = vec![
        Order {
            pages: 5,
            ..Order::default()
        };
        11
    ]; // Three sheets each.
    let folder = tempfile::tempdir().unwrap();
    let (spooled, rows) = spool(folder.path(), &orders, &options);
    let sheets: Vec<_> = spooled
        .parts
        .iter()
        .map(|part| (part.number, part.first_piece, part.sheets))
        .collect();
    assert_eq!(sheets, [(1, 1, 9), (2, 4, 9), (3, 7, 9), (4, 10, 6)]);
    assert_eq!(
        (rows[3].part, rows[3].first_page, rows[3].first_sheet),
        (2, 1, 1)
    );
    prove(folder.path(), &spooled);

    let options = Options {
        part_bytes_max: 1 << 20,
        ..Options::default()
    };
    let noise = |seed: u32| {
        let mut state = seed;
        let picture: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .take(250_000)
        .collect();
        Arc::new(bytes(pdf_of(1, |document, _| {
            let dictionary = dictionary! { "Subtype" => "Image", "Width" => 500, "Height" => 500, "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8 };
            let picture =
                Object::from(document.add_object(Stream::new(dictionary, picture.clone())));
            dictionary! { "MediaBox" => a4(), "Resources" => dictionary! { "XObject" => dictionary! { "I" => picture } }, "Contents" => content(document, "q 400 0 0 400 90 90 cm /I Do Q") }
        })))
    };
    let orders: Vec<_> = (0..9)
        .map(|i| Order {
            pages: 1,
            enclosures: vec![noise(i)],
            ..Order::default()
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let (spooled, _) = spool(folder.path(), &orders, &options);
    assert!(spooled.parts.len() > 2);
    for file in &spooled.files {
        assert!(file.size <= 1 << 20, "{file:?}");
    }
    prove(folder.path(), &spooled);
}

#[test]
fn what_is_equal_is_held_once_a_part() {
    let folder = tempfile::tempdir().unwrap();
    let shared = Arc::new(scanned(2, 9));
    let again = Arc::new(scanned(2, 9)); // The same picture in another file.
    let mut orders = vec![
        Order {
            pages: 1,
            enclosures: vec![shared],
            ..Order::default()
        };
        40
    ];
    orders.push(Order {
        pages: 1,
        enclosures: vec![again],
        ..Order::default()
    });
    let (spooled, _) = spool(folder.path(), &orders, &Options::default());
    let part = fs::read(folder.path().join(&spooled.parts[0].pdf)).unwrap();
    assert_eq!(
        memchr::memmem::find_iter(&part, "/Subtype /Image").count(),
        2
    );
    assert_eq!(
        memchr::memmem::find_iter(&part, "/Type/Page/").count(),
        41 * 4
    );
    assert_eq!(memchr::memmem::find_iter(&part, "/FontFile2").count(), 2);
    prove(folder.path(), &spooled);
}

#[test]
fn a_million_pages_have_a_balanced_tree() {
    // Not a million here: one more than fills a node, and one more than fills two levels.
    for letters in [256, 257, 65_537 / 16] {
        let folder = tempfile::tempdir().unwrap();
        let orders = vec![
            Order {
                pages: 1,
                print: PrintOptions {
                    sides: Some(Sides::Simplex),
                    ..PrintOptions::default()
                },
                ..Order::default()
            };
            letters
        ];
        let (spooled, _) = spool(folder.path(), &orders, &Options::default());
        assert_eq!(prove(folder.path(), &spooled).pieces as usize, letters);
        let pdf = folder.path().join(&spooled.parts[0].pdf);
        if let Some(output) = second_opinion("qpdf", &["--check", text_of(&pdf)]) {
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stdout)
            );
        }
    }
}

#[test]
fn nothing_waits_behind_when_the_spool_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let scratch = folder.path().join("spool-scratch");
    fs::create_dir(&scratch).unwrap();
    fs::write(scratch.join("left-over"), "by a killed run").unwrap();
    let (spooled, _) = spool(folder.path(), &mixed(), &Options::default());
    assert!(scratch.exists() && !scratch.join("left-over").exists());
    drop(spooled);
    assert!(!scratch.exists());
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(names, ["print"]);
}

#[test]
fn an_empty_spool_has_no_parts() {
    let folder = tempfile::tempdir().unwrap();
    let (spooled, rows) = spool(folder.path(), &[], &Options::default());
    assert_eq!((spooled.files.len(), spooled.pieces, rows.len()), (0, 0, 0));
}

#[test]
fn inserts_are_in_mark_and_csv() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        inserts: vec![Insert {
            name: "svarskuvert".into(),
            station: 3,
            weight_mg: 3_000,
        }],
        ..Options::default()
    };
    let print = PrintOptions {
        inserts: vec!["svarskuvert".into()],
        ..PrintOptions::default()
    };
    let (spooled, rows) = spool(
        folder.path(),
        &[Order {
            pages: 1,
            print,
            ..Order::default()
        }],
        &options,
    );
    assert_eq!((rows[0].plan.stations, rows[0].plan.weight_mg), (4, 14_990));
    prove(folder.path(), &spooled);
    let csv = fs::read_to_string(folder.path().join(&spooled.parts[0].csv)).unwrap();
    let columns: BTreeMap<&str, &str> = csv
        .lines()
        .next()
        .unwrap()
        .split(',')
        .zip(csv.lines().nth(1).unwrap().split(','))
        .collect();
    assert_eq!(
        (columns["stations"], columns["letter_id"], columns["mark"]),
        ("4", "L-0", "1000000420000000001")
    );
    assert!(!csv.contains("Prövning") && !csv.contains("gatan"));
}

/// Pages that `compose` has set: kerned text, ligatures, names of many alphabets.
#[test]
fn composed_letters_are_proved_and_their_addresses_found() {
    let options = Options::default();
    let header = letters::header("SE");
    let stationery = Stationery::new(&Default::default(), &header).unwrap();
    let samples = [
        letters::decision(),
        letters::bill(),
        letters::reminder(),
        letters::long(),
        letters::foreign(),
        letters::names(),
        letters::wide_table(),
        letters::enclosed_pdf(),
        letters::short(),
    ];
    let folder = tempfile::tempdir().unwrap();
    let (spooled, _) = composed(folder.path(), &samples, &stationery, &options);
    prove(folder.path(), &spooled);
    for part in &spooled.parts {
        let pdf = folder.path().join(&part.pdf);
        if let Some(output) = second_opinion("qpdf", &["--check", text_of(&pdf)]) {
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stdout)
            );
        }
        for page in (1..=part.pages).step_by(2) {
            let Some(seen) = decoded(&pdf, page, folder.path()) else {
                return;
            };
            assert_eq!(seen.len(), 1, "{} page {page}", part.class);
        }
    }
}

/// A template with a logo and an area for a slip whose back stays blank, in parts of both colours.
#[test]
fn a_logo_stands_once_a_part_and_is_black_where_all_is_black() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/templates");
    let text = fs::read_to_string(folder.join("faktura.toml")).unwrap();
    let mut look: compose::Options = toml::from_str(&text).unwrap();
    look.each_path(|_, path| *path = folder.join(&*path));
    let header = letters::header("SE");
    let stationery = Stationery::new(&look, &header).unwrap();
    let options = Options::default();
    let folder = tempfile::tempdir().unwrap();
    let reminders = [0, 1, 2, 3].map(|i| {
        let mut letter = letters::reminder();
        letter.process = Some("Faktura".into());
        letter.print.colour = Some([Colour::Mono, Colour::Colour][i % 2]);
        letter
    });
    let (spooled, sides) = composed(folder.path(), &reminders, &stationery, &options);
    // Text and its blank back, the slip and its blank back.
    assert_eq!(sides, [4; 4]);
    prove(folder.path(), &spooled);
    assert_eq!(spooled.parts.len(), 2);
    for (part, bits) in spooled.parts.iter().zip([1, 8]) {
        let path = folder.path().join(&part.pdf);
        let document = Document::load(&path).unwrap();
        let images: Vec<_> = document
            .objects
            .values()
            .filter_map(|object| object.as_stream().ok())
            .filter(|stream| {
                stream.dict.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Image")
            })
            .collect();
        assert_eq!(images.len(), 1, "{}", part.class);
        let found = images[0]
            .dict
            .get(b"BitsPerComponent")
            .and_then(Object::as_i64);
        assert_eq!(found.unwrap(), bits, "{}", part.class);
        if let Some(output) = second_opinion("qpdf", &["--check", text_of(&path)]) {
            assert!(output.status.success(), "{}", part.class);
        }
        // Another program draws it.
        if let Some(output) = second_opinion("pdfimages", &["-list", text_of(&path)]) {
            let list = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(
                list.lines()
                    .skip(2)
                    .all(|line| line.contains("360") && line.contains("440")),
                "{list}"
            );
            assert_eq!(
                list.lines().count(),
                2 + 2,
                "drawn on the first page of both letters: {list}"
            );
        }
    }
}

#[test]
fn a_plan_of_other_pages_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::default();
    let plan = spool::plan(5, &[], &PrintOptions::default(), &options).unwrap();
    let laid = laid(1, 1);
    let piece = Piece {
        seq: LetterSeq(0),
        letter_id: "L",
        laid: &laid,
        enclosures: vec![],
        postal_code: None,
        country: "SE",
        destination: Destination::Domestic,
        household: None,
    };
    let prepared = Preparer::new(&options).prepare(&piece, &plan).unwrap();
    let mut spooler = Spooler::create(folder.path(), &options, resources(), job()).unwrap();
    let error = spooler.add(&prepared).unwrap_err();
    assert_eq!(
        error.to_string(),
        "letter number 0 was planned with 3 sheets and has 1"
    );
}

// ---- enclosures --------------------------------------------------------------------------------------------------

#[test]
fn odd_enclosures_are_printed_with_a_mark_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let odd = odd_but_good();
    let orders: Vec<_> = odd
        .iter()
        .map(|(_, pdf)| Order {
            pages: 1,
            enclosures: vec![Arc::new(pdf.clone())],
            ..Order::default()
        })
        .collect();
    let (spooled, rows) = spool(folder.path(), &orders, &Options::default());
    prove(folder.path(), &spooled);
    let pdf = folder.path().join(&spooled.parts[0].pdf);
    if let Some(output) = second_opinion("qpdf", &["--check", text_of(&pdf)]) {
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
    for row in &rows {
        let Some(seen) = decoded(&pdf, row.first_page + 2, folder.path()) else {
            return;
        };
        let seen: Vec<_> = seen.iter().map(|p| (p.piece, p.sheet)).collect();
        assert_eq!(
            seen,
            [(row.piece, 2)],
            "{}",
            odd[row.letters[0].0.0 as usize].0
        );
    }
}

/// What a page looks like right of the strip, at 60 dpi.
fn look(pdf: &Path, page: u32, folder: &Path) -> Option<Vec<u8>> {
    let number = page.to_string();
    let image = folder.join("look");
    let arguments = [
        "-r",
        "60",
        "-f",
        &number,
        "-l",
        &number,
        "-singlefile",
        "-gray",
        "-x",
        "45",
        "-W",
        "440",
        "-y",
        "0",
        "-H",
        "690",
    ];
    second_opinion(
        "pdftoppm",
        &[&arguments[..], &[text_of(pdf), text_of(&image)]].concat(),
    )?;
    Some(fs::read(image.with_extension("pgm")).unwrap())
}

#[test]
fn official_samples_look_the_same_in_the_spool() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/official/print");
    let Ok(table) = fs::read_to_string(samples.join("EXPECTED.csv")) else {
        eprintln!("`../shared/official/print` is absent: the official samples are left out");
        return;
    };
    let options = Options::default();
    let mut taken = Vec::new();
    for row in csv::Reader::from_reader(table.as_bytes())
        .records()
        .map(Result::unwrap)
    {
        let pdf = fs::read(samples.join(&row[0])).unwrap();
        if let Ok(facts) = inspect(&pdf, &made::loose()) {
            taken.push((row[0].to_owned(), Arc::new(pdf), facts.pages));
        }
    }
    assert!(taken.len() >= 20, "{}", taken.len());

    let folder = tempfile::tempdir().unwrap();
    let orders: Vec<_> = taken
        .iter()
        .map(|(_, pdf, _)| Order {
            pages: 1,
            enclosures: vec![Arc::clone(pdf)],
            ..Order::default()
        })
        .collect();
    let (spooled, rows) = spool(folder.path(), &orders, &options);
    prove(folder.path(), &spooled);
    for row in rows {
        let (file, _, pages) = &taken[row.letters[0].0.0 as usize];
        let part = folder
            .path()
            .join(format!("print/{}/{:04}.pdf", row.class, row.part));
        for page in 1..=*pages {
            let (Some(before), Some(after)) = (
                look(&samples.join(file), page, folder.path()),
                look(&part, row.first_page + 1 + page, folder.path()),
            ) else {
                return;
            };
            let landscape = file.contains("landscape");
            assert!(
                landscape || before == after,
                "{file}, page {page} looks different"
            );
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_passes_inspection_can_be_spooled(pdf in harmed()) {
        let options = Options::default();
        if inspect(&pdf, &made::loose()).is_ok() {
            let folder = tempfile::tempdir().unwrap();
            let order = Order { pages: 1, enclosures: vec![Arc::new(pdf)], ..Order::default() };
            let (spooled, _) = spool(folder.path(), &[order], &options);
            prove(folder.path(), &spooled);
            let part = folder.path().join(&spooled.parts[0].pdf);
            Document::load(&part).unwrap();
        }
    }
}

/// Memory that this process holds now besides mapped files, in MiB.
fn memory_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("RssAnon:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}

/// `cargo test --test spool -- --ignored --nocapture memory` prints the figures.
#[test]
#[ignore = "takes minutes"]
fn memory_does_not_grow_with_the_letters() {
    use rayon::prelude::*;
    let options = Options::default();
    let folder = tempfile::tempdir().unwrap();
    let preparer = Preparer::new(&options);
    let mut spooler = Spooler::create(folder.path(), &options, resources(), job()).unwrap();
    let laid: Vec<_> = (0..100).map(|i| laid(i, 1)).collect();
    let plan = spool::plan(1, &[], &PrintOptions::default(), &options).unwrap();
    let started = std::time::Instant::now();
    for wave in 0..1_000_u32 {
        let prepared: Vec<_> = (0..1_000_u32)
            .into_par_iter()
            .map(|i| {
                let laid = &laid[(i % 100) as usize];
                let piece = Piece {
                    seq: LetterSeq(wave * 1_000 + i),
                    letter_id: &format!("L-{wave}-{i}"),
                    laid,
                    enclosures: vec![],
                    postal_code: Some(format!("{:05}", i * 7_919 % 90_000)),
                    country: "SE",
                    destination: Destination::Domestic,
                    household: None,
                };
                preparer.prepare(&piece, &plan).unwrap()
            })
            .collect();
        prepared
            .iter()
            .for_each(|piece| spooler.add(piece).unwrap());
    }
    eprintln!(
        "a million pieces added: {:?}, {} MiB",
        started.elapsed(),
        memory_mib()
    );
    let (mut rows, mut most) = (0, memory_mib());
    let spooled = spooler
        .finish(|_| {
            rows += 1;
            if rows % 10_000 == 0 {
                most = most.max(memory_mib());
            }
        })
        .unwrap();
    eprintln!("written: {:?}, at most {most} MiB", started.elapsed());
    assert!(most < 256, "{most} MiB");
    assert_eq!(
        (rows, spooled.pieces, spooled.parts.len()),
        (1_000_000, 1_000_000, 20)
    );
    let proof = prove(folder.path(), &spooled);
    eprintln!("proved: {:?}, {} MiB", started.elapsed(), memory_mib());
    assert_eq!(proof.sheets, 1_000_000);
}

// ---- damage ------------------------------------------------------------------------------------------------------

struct Damaged {
    folder: tempfile::TempDir,
    pdf: PathBuf,
    csv: PathBuf,
    bytes: Vec<u8>,
    _spooled: Spooled,
}

impl Damaged {
    fn new(orders: &[Order]) -> Self {
        Self::with(orders, &Options::default())
    }

    fn with(orders: &[Order], options: &Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (spooled, _) = spool(folder.path(), orders, options);
        let part = &spooled.parts[0];
        let (pdf, csv) = (folder.path().join(&part.pdf), folder.path().join(&part.csv));
        Self {
            bytes: fs::read(&pdf).unwrap(),
            pdf,
            csv,
            folder,
            _spooled: spooled,
        }
    }

    /// Object numbers of the pages, in order.
    fn pages(&self) -> Vec<u32> {
        let document = Document::load_mem(&self.bytes).unwrap();
        document.page_iter().map(|id| id.0).collect()
    }

    /// Replaces text by text of the same length, in the one place where it stands.
    fn replace(&mut self, from: &str, to: &str) {
        assert_eq!(from.len(), to.len());
        let places: Vec<usize> = memchr::memmem::find_iter(&self.bytes, from).collect();
        let [at] = places[..] else {
            panic!("`{from}` stands {} times", places.len());
        };
        self.bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }

    /// Exchanges two objects in the list of kids.
    fn swap_pages(&mut self, a: u32, b: u32) {
        let (a, b) = (format!("{a} 0 R"), format!("{b} 0 R"));
        let kids = memchr::memmem::find(&self.bytes, b"/Kids[").unwrap();
        let end = kids + memchr::memchr(b']', &self.bytes[kids..]).unwrap();
        let text = String::from_utf8(self.bytes[kids..end].to_vec()).unwrap();
        let swapped: String = text
            .replace(&format!(" {a}"), " @@")
            .replace(&format!(" {b}"), &format!(" {a}"))
            .replace(" @@", &format!(" {b}"));
        assert_ne!(text, swapped);
        self.bytes.splice(kids..end, swapped.bytes());
    }

    fn found(&self) -> Vec<String> {
        fs::write(&self.pdf, &self.bytes).unwrap();
        match proof::check(&self.pdf, &self.csv) {
            Ok(proof) => proof.mismatches.iter().map(ToString::to_string).collect(),
            Err(error) => vec![error.to_string().replace(text_of(self.folder.path()), "")],
        }
    }
}

fn pairs() -> Vec<Order> {
    (0..10)
        .map(|i| Order {
            pages: 1,
            enclosures: vec![Arc::new(scanned(2, 10 * i))],
            ..Order::default()
        })
        .collect()
}

#[test]
fn an_unharmed_part_is_found_unharmed() {
    assert_eq!(Damaged::new(&pairs()).found(), Vec::<String>::new());
}

#[test]
fn exchanged_pages_are_found() {
    // Each piece has four pages: letter, blank, and a scanned sheet. First two fronts, then two backs, which carry no
    // mark and have equal contents: only the picture on them differs.
    let mut part = Damaged::new(&pairs());
    let pages = part.pages();
    part.swap_pages(pages[2], pages[6]);
    let found = part.found();
    assert!(
        found
            .iter()
            .any(|m| m.starts_with("piece 1, page 3 of the part: the mark says")),
        "{found:?}"
    );

    let mut part = Damaged::new(&pairs());
    part.swap_pages(pages[3], pages[7]);
    let wrong = "the pages are not those that were written for the piece";
    assert_eq!(
        part.found(),
        [format!("piece 1: {wrong}"), format!("piece 2: {wrong}")]
    );
}

#[test]
fn a_picture_of_another_letter_is_found() {
    let mut part = Damaged::new(&pairs());
    let document = Document::load_mem(&part.bytes).unwrap();
    let picture = |page: u32| {
        let resources = document
            .get_dictionary((page, 0))
            .unwrap()
            .get(b"Resources")
            .unwrap()
            .as_dict()
            .unwrap();
        resources
            .get(b"XObject")
            .unwrap()
            .as_dict()
            .unwrap()
            .get(b"Im0")
            .unwrap()
            .as_reference()
            .unwrap()
            .0
    };
    let pages = part.pages();
    let (mine, other) = (picture(pages[3]), picture(pages[7]));
    let text = |number: u32| format!("/Im0 {number} 0 R");
    part.replace(&text(mine), &text(other));
    assert_eq!(
        part.found(),
        ["piece 1: the pages are not those that were written for the piece"]
    );
}

#[test]
fn a_missing_sheet_is_found() {
    let mut part = Damaged::new(&pairs());
    let pages = part.pages();
    for page in [pages[4], pages[5]] {
        let from = format!(" {page} 0 R");
        let kids = memchr::memmem::find(&part.bytes, b"/Kids[").unwrap();
        let at = kids + memchr::memmem::find(&part.bytes[kids..], from.as_bytes()).unwrap();
        part.bytes[at..at + from.len()].fill(b' ');
    }
    assert!(
        part.found()[0].contains("a count that is not that of its pages"),
        "{:?}",
        part.found()
    );
    part.replace("/Count 40", "/Count 38");
    let found = part.found();
    assert_eq!(found[0], "piece 0: 38 pages in the part, 40 in its CSV");
    assert!(
        found.iter().any(|m| m.contains("the mark says")),
        "{found:?}"
    );
}

#[test]
fn a_mark_of_another_sheet_and_a_harmed_one_are_found() {
    let mut part = Damaged::new(&pairs());
    let document = Document::load_mem(&part.bytes).unwrap();
    let pages = part.pages();
    let mark = |page: u32| {
        let contents = document
            .get_dictionary((page, 0))
            .unwrap()
            .get(b"Contents")
            .unwrap()
            .as_array()
            .unwrap();
        contents.last().unwrap().as_reference().unwrap().0
    };
    let (mine, other) = (mark(pages[0]), mark(pages[4]));
    let list = |last: u32| format!("{} 0 R]/Parent", last);
    part.replace(&list(mine), &list(other));
    let found = part.found();
    assert_eq!(
        found[0],
        "piece 1, page 1 of the part: the mark says `42.0 2 1/2 0 5 1`, expected `42.0 1 1/2 0 5 1` \
         (job.child, piece, sheet/sheets, stations, envelope 6 C65 5 C5 4 C4, page kind 1 letter 2 enclosure)"
    );
    assert_eq!(found.len(), 2);

    // One module turned: a reader would correct it, the proof must not.
    let mut part = Damaged::new(&pairs());
    let at = memchr::memmem::find(&part.bytes, format!("\n{mine} 0 obj\n").as_bytes()).unwrap();
    let from = at + memchr::memmem::find(&part.bytes[at..], b"stream\n").unwrap() + 7;
    let to = from + memchr::memmem::find(&part.bytes[from..], b"\nendstream").unwrap();
    let mut plain = vec![0; 10_000];
    let len = libdeflater::Decompressor::new()
        .zlib_decompress(&part.bytes[from..to], &mut plain)
        .unwrap();
    let text = String::from_utf8(plain[..len].to_vec()).unwrap();
    let changed = text.replacen(" 1 1 re\n", " 2 1 re\n", 1);
    assert_ne!(changed, text);
    let stored: Vec<u8> = changed.into_bytes();
    // Stored plainly in place of the deflated one: the object is rewritten at the end and its offset set.
    let offset = memchr::memmem::rfind(&part.bytes, b"xref\n0 ").unwrap();
    let offset = memchr::memmem::rfind(&part.bytes[..offset], b"endobj\n").unwrap() + 7;
    let object = [
        format!("{mine} 0 obj\n<</Length {}>>\nstream\n", stored.len()).as_bytes(),
        &stored,
        b"\nendstream\nendobj\n",
    ]
    .concat();
    let xref = offset + object.len();
    part.bytes.splice(offset..offset, object);
    let entry =
        xref + memchr::memchr(b'\n', &part.bytes[xref + 5..]).unwrap() + 6 + mine as usize * 20;
    part.bytes[entry..entry + 10].copy_from_slice(format!("{offset:010}").as_bytes());
    let tail = memchr::memmem::rfind(&part.bytes, b"startxref\n").unwrap() + 10;
    part.bytes.truncate(tail);
    part.bytes
        .extend_from_slice(format!("{xref}\n%%EOF\n").as_bytes());
    let found = part.found();
    assert_eq!(found[0], "piece 1, page 1 of the part: the mark is damaged");
}

#[test]
fn a_csv_that_disagrees_is_found() {
    let part = Damaged::new(&pairs());
    let csv = fs::read_to_string(&part.csv).unwrap();
    let mut lines: Vec<&str> = csv.lines().collect();
    lines.swap(2, 3);
    fs::write(&part.csv, lines.join("\n")).unwrap();
    let found = part.found();
    assert!(
        found
            .iter()
            .any(|m| m.contains("does not follow the one before it")),
        "{found:?}"
    );
    lines.remove(5);
    fs::write(&part.csv, lines.join("\n")).unwrap();
    assert!(!part.found().is_empty());
    fs::write(&part.csv, "piece\nx\n").unwrap();
    assert!(part.found()[0].contains("is no pieces CSV"));
}

#[test]
fn an_address_that_was_not_set_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (spooled, _) = spool(folder.path(), &mixed(), &Options::default());
    let part = &spooled.parts[1];
    let mut addresses = fs::read(&part.addresses).unwrap();
    let at = memchr::memmem::find(&addresses, "Prövning ".as_bytes()).unwrap() + "Prövning ".len();
    addresses[at] = if addresses[at] == b'9' { b'8' } else { b'9' };
    fs::write(&part.addresses, addresses).unwrap();
    let proof = proof::check_with_addresses(
        &folder.path().join(&part.pdf),
        &folder.path().join(&part.csv),
        &part.addresses,
    )
    .unwrap();
    assert_eq!(
        (proof.addresses, proof.mismatches_found),
        (part.pieces - 1, 1)
    );
    assert_eq!(proof.mismatches[0].what, proof::Discrepancy::Address);
}

#[test]
fn a_file_that_is_no_part_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("x.pdf");
    let csv = folder.path().join("x.csv");
    fs::write(&csv, "").unwrap();
    for bytes in [
        Vec::new(),
        scanned(1, 1),
        b"xref\n0 99999999999\ntrailer\n<<>>\nstartxref\n0\n%%EOF\n".to_vec(),
    ] {
        fs::write(&pdf, bytes).unwrap();
        assert!(matches!(
            proof::check(&pdf, &csv),
            Err(proof::Error::Part { .. })
        ));
    }
}
