//! Parts of every kind: PDF 1.5, streams in place of the table, PDF/VT-1; what other programs say of them, and damage.

use lettermill::preflight::{Class, Inks, Rules, Target};
use lettermill::spool::{Collation, Flavour, MarkKind, MarkPlace, Omr, PdfVt, Xref};
use lopdf::{Dictionary, ObjectId};

use super::support::icc::{grey, profile};
use super::*;

// ---- profiles of printing conditions that nobody prints by --------------------------------------------------------

/// The coarsest of tables (ICC.1:2004-10, 10.9): the corners of the space alone.
fn table(inputs: u8, outputs: u8) -> Vec<u8> {
    let mut out = vec![b'm', b'f', b't', b'1', 0, 0, 0, 0, inputs, outputs, 2, 0];
    for i in 0..9 {
        out.extend(if i % 4 == 0 { 65_536_i32 } else { 0 }.to_be_bytes());
    }
    let ramp = || 0..=255_u8;
    (0..inputs).for_each(|_| out.extend(ramp()));
    for corner in 0..1_u32 << inputs {
        let dark = (corner.count_ones() * 255 / u32::from(inputs)) as u8;
        out.extend((0..outputs).map(|n| match (outputs, n) {
            (3, 0) => 255 - dark,
            (3, _) => 128,
            _ => 255 - dark,
        }));
    }
    (0..outputs).for_each(|_| out.extend(ramp()));
    out
}

pub fn cmyk() -> Vec<u8> {
    profile(
        b"prtr",
        b"CMYK",
        &[(b"A2B0", table(4, 3)), (b"B2A0", table(3, 4))],
    )
}

// ---- spools ------------------------------------------------------------------------------------------------------

/// Options for PDF/VT-1 by a profile.
pub fn conforming(profile: &[u8]) -> Options {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("press.icc");
    fs::write(&path, profile).unwrap();
    let text = format!(
        "output_profile = {:?}\noutput_condition = \"Test (made) condition\"",
        text_of(&path)
    );
    let mut options = Options {
        pdf_flavour: Flavour::PdfVt1,
        pdf_vt: Some(toml::from_str::<PdfVt>(&text).unwrap()),
        ..Options::default()
    };
    let bytes = options.load(Path::to_path_buf).unwrap();
    assert_eq!(bytes, profile);
    options
}

fn kinds() -> Vec<Options> {
    let mut kinds = Vec::new();
    for xref in [Xref::Table, Xref::Stream, Xref::ObjectStreams] {
        let old = Options {
            pdf_flavour: Flavour::Pdf15,
            ..Options::default()
        };
        for options in [Options::default(), old, conforming(&cmyk())] {
            kinds.push(Options {
                pdf_xref: xref,
                ..options
            });
        }
    }
    kinds
}

fn few() -> Vec<Order> {
    mixed().into_iter().take(3).collect()
}

/// What the CSVs of a spool say of digests.
fn digests(rows: &[PieceRow]) -> Vec<[u8; 32]> {
    rows.iter().map(|row| row.sha256).collect()
}

#[test]
fn parts_of_every_kind_are_whole_and_other_programs_agree() {
    let (mut known, mut known_vt) = (Vec::new(), Vec::new());
    for options in kinds() {
        let folder = tempfile::tempdir().unwrap();
        let (spooled, rows) = spool(folder.path(), &few(), &options);
        assert_eq!(prove(folder.path(), &spooled).pieces, 3);
        // What a page is does not depend on how it is found, nor on the version.
        let known = match options.pdf_flavour {
            Flavour::PdfVt1 => &mut known_vt,
            Flavour::Pdf15 | Flavour::Pdf16 => &mut known,
        };
        match known.is_empty() {
            true => *known = digests(&rows),
            false => assert_eq!(*known, digests(&rows)),
        }
        for part in &spooled.parts {
            let pdf = folder.path().join(&part.pdf);
            let head = match options.pdf_flavour {
                Flavour::Pdf15 => b"%PDF-1.5\n",
                Flavour::Pdf16 | Flavour::PdfVt1 => b"%PDF-1.6\n",
            };
            assert!(fs::read(&pdf).unwrap().starts_with(head));
            agreed(&pdf, part.pages, options.pdf_flavour);
        }
    }
}

#[test]
fn pieces_of_parts_of_every_kind_are_printed_again() {
    let omr: Option<Omr> = toml::from_str("layout = \"pb-d1500\"").ok();
    assert!(omr.is_some());
    let coded = |kind, collation| Options {
        omr: omr.clone(),
        collation,
        mark: MarkPlace {
            kind,
            ..MarkPlace::default()
        },
        ..conforming(&cmyk())
    };
    let kinds = kinds().into_iter().chain([
        coded(MarkKind::DataMatrix, Collation::Forward),
        coded(MarkKind::None, Collation::Reverse),
    ]);
    for options in kinds {
        let folder = tempfile::tempdir().unwrap();
        let orders: Vec<_> = mixed().into_iter().step_by(4).collect(); // Of one class.
        let (spooled, _) = spool(folder.path(), &orders, &options);
        let part = &spooled.parts[0];
        let (pdf, csv) = (folder.path().join(&part.pdf), folder.path().join(&part.csv));
        let first = part.first_piece;
        let child = folder.path().join("child");
        fs::create_dir_all(child.join("print").join(&part.class)).unwrap();
        let name = part.pdf.with_extension("r01.pdf");
        let again = spool::reprint(&spool::Reprint {
            sheets_before: 0,
            pdf: &pdf,
            csv: &csv,
            pieces: &[first, first + 2],
            child: 1,
            folder: &child,
            part: &name,
            class: &part.class,
            number: 1,
        })
        .unwrap();
        let reprinted = child.join(&name);
        let proof = proof::check(&reprinted, &child.join(&again.summary.csv)).unwrap();
        assert_eq!(proof.mismatches, []);
        assert_eq!((proof.pieces, proof.marks), (2, again.summary.sheets));
        agreed(&reprinted, again.summary.pages, options.pdf_flavour);
        // The same once more: what is printed again can be printed again.
        let twice = part.pdf.with_extension("r02.pdf");
        let csv = child.join(&again.summary.csv);
        let more = spool::reprint(&spool::Reprint {
            sheets_before: 0,
            pdf: &reprinted,
            csv: &csv,
            pieces: &[first + 2],
            child: 2,
            folder: &child,
            part: &twice,
            class: &part.class,
            number: 1,
        })
        .unwrap();
        let proof = proof::check(&child.join(&twice), &child.join(&more.summary.csv)).unwrap();
        assert_eq!((proof.mismatches, proof.pieces), (vec![], 1));
    }
}

/// What qpdf, mutool and poppler say.
fn agreed(pdf: &Path, pages: u32, flavour: Flavour) {
    let path = text_of(pdf);
    for (program, arguments) in [("qpdf", ["--check", path]), ("mutool", ["info", path])] {
        if let Some(output) = second_opinion(program, &arguments) {
            let (out, errors) = (
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
            );
            assert!(
                output.status.success() && errors.is_empty(),
                "{program}: {out}{errors}"
            );
        }
    }
    if let Some(output) = second_opinion("pdfinfo", &[path]) {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            text.contains(&format!("Pages:           {pages}\n")),
            "{text}"
        );
        // It knows PDF/VT by its first part only, and tells PDF/X.
        let says_x4 = text.contains("PDF subtype:    PDF/X-4");
        assert_eq!(says_x4, flavour == Flavour::PdfVt1, "{text}");
    }
}

#[test]
fn streams_make_a_part_smaller() {
    let sizes: Vec<u64> = [Xref::Table, Xref::Stream, Xref::ObjectStreams]
        .into_iter()
        .map(|pdf_xref| {
            let folder = tempfile::tempdir().unwrap();
            let options = Options {
                pdf_xref,
                ..Options::default()
            };
            let (spooled, _) = spool(folder.path(), &mixed(), &options);
            spooled.files.iter().map(|file| file.size).sum()
        })
        .collect();
    assert!(sizes.is_sorted_by(|a, b| a > b), "{sizes:?}");
}

#[test]
fn one_thread_or_many_write_the_same_document_parts() {
    let written = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            pdf_xref: Xref::ObjectStreams,
            ..conforming(&grey())
        };
        let (spooled, _) = pool
            .build()
            .unwrap()
            .install(|| spool(folder.path(), &few(), &options));
        spooled.files
    };
    assert_eq!(written(1), written(4));
}

// ---- PDF/VT-1, read by another library ----------------------------------------------------------------------------

fn reference(dictionary: &Dictionary, key: &str) -> ObjectId {
    dictionary
        .get(key.as_bytes())
        .unwrap()
        .as_reference()
        .unwrap()
}

#[test]
fn every_piece_has_a_document_part_and_every_page_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let (spooled, rows) = spool(folder.path(), &mixed(), &conforming(&cmyk()));
    for part in &spooled.parts {
        let pdf = folder.path().join(&part.pdf);
        let document = Document::load(&pdf).unwrap();
        let dictionary = |id| document.get_dictionary(id).unwrap();
        let pages: Vec<ObjectId> = document.page_iter().collect();
        let catalog = document.catalog().unwrap();
        let top = dictionary(reference(catalog, "DPartRoot"));
        let root_id = reference(top, "DPartRootNode");
        let root = dictionary(root_id);
        assert_eq!(reference(root, "Parent"), reference(catalog, "DPartRoot"));
        let leaves: Vec<ObjectId> = root
            .get(b"DParts")
            .unwrap()
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|array| array.as_array().unwrap())
            .map(|leaf| leaf.as_reference().unwrap())
            .collect();
        let mut next = 0;
        let of_part = rows
            .iter()
            .filter(|row| row.class == part.class && row.part == part.number);
        for (row, &id) in of_part.zip(&leaves) {
            let leaf = dictionary(id);
            let own = &pages[next..next + row.pages as usize];
            next += own.len();
            assert_eq!(reference(leaf, "Parent"), root_id);
            assert_eq!(reference(leaf, "Start"), own[0]);
            assert_eq!(leaf.has(b"End"), own.len() > 1);
            if own.len() > 1 {
                assert_eq!(reference(leaf, "End"), own[own.len() - 1]);
            }
            for &page in own {
                assert_eq!(reference(dictionary(page), "DPart"), id);
                assert!(dictionary(page).has(b"TrimBox"));
            }
            let said = leaf.get(b"DPM").unwrap().as_dict().unwrap();
            let said = said.get(b"Lettermill").unwrap().as_dict().unwrap();
            let number = |key: &[u8]| said.get(key).unwrap().as_i64().unwrap();
            assert_eq!(number(b"Piece"), i64::from(row.piece));
            assert_eq!(number(b"Sheets"), i64::from(row.plan.sheets));
            let class = said.get(b"Class").unwrap().as_str().unwrap();
            assert_eq!(class, row.class.as_bytes());
        }
        assert_eq!((next, leaves.len()), (pages.len(), part.pieces as usize));

        let intents = catalog.get(b"OutputIntents").unwrap().as_array().unwrap();
        let intent = intents[0].as_dict().unwrap();
        let found = document.get_object(reference(intent, "DestOutputProfile"));
        let found = found.unwrap().as_stream().unwrap();
        assert_eq!(found.get_plain_content().unwrap(), cmyk());
        let condition = intent.get(b"OutputConditionIdentifier").unwrap();
        assert_eq!(condition.as_str().unwrap(), b"Test (made) condition");

        let xmp = document.get_object(reference(catalog, "Metadata")).unwrap();
        let path = folder.path().join("part.xmp");
        fs::write(&path, &xmp.as_stream().unwrap().content).unwrap();
        if let Some(output) = second_opinion("xmllint", &["--noout", text_of(&path)]) {
            assert!(output.status.success());
        }
        let xmp = fs::read_to_string(&path).unwrap();
        let xml = roxmltree::Document::parse(xmp.split_once("?>").unwrap().1).unwrap();
        let value = |name: &str| {
            let node = xml
                .descendants()
                .find(|node| node.tag_name().name() == name);
            node.unwrap().text().unwrap().to_owned()
        };
        assert_eq!(value("GTS_PDFXVersion"), "PDF/X-4");
        assert_eq!(value("GTS_PDFVTVersion"), "PDF/VT-1");
        assert_eq!(value("GTS_PDFVTModDate"), value("ModifyDate"));
        assert_ne!(value("DocumentID"), value("InstanceID"));
    }
}

#[test]
fn metadata_name_no_letter_and_no_person() {
    let folder = tempfile::tempdir().unwrap();
    let (spooled, _) = spool(folder.path(), &few(), &conforming(&grey()));
    for part in &spooled.parts {
        let bytes = fs::read(folder.path().join(&part.pdf)).unwrap();
        for secret in ["(L-", "Prövning", "/Recipient", "CIP4_Contact"] {
            assert!(memchr::memmem::find(&bytes, secret.as_bytes()).is_none());
        }
    }
}

#[test]
fn a_piece_of_many_thousand_has_its_document_part_too() {
    // More than an array of PDF holds.
    let orders = vec![
        Order {
            pages: 1,
            print: PrintOptions {
                sides: Some(Sides::Simplex),
                ..PrintOptions::default()
            },
            ..Order::default()
        };
        8_193
    ];
    let folder = tempfile::tempdir().unwrap();
    let (spooled, _) = spool(folder.path(), &orders, &conforming(&grey()));
    assert_eq!(prove(folder.path(), &spooled).pieces, 8_193);
    let bytes = fs::read(folder.path().join(&spooled.parts[0].pdf)).unwrap();
    assert_eq!(memchr::memmem::find_iter(&bytes, "/DParts[[").count(), 1);
    let at = memchr::memmem::find(&bytes, b"/DParts[[").unwrap();
    let end = at + memchr::memmem::find(&bytes[at..], b"]]").unwrap();
    assert_eq!(memchr::memmem::find_iter(&bytes[at..end], "][").count(), 1);
}

// ---- colours -----------------------------------------------------------------------------------------------------

/// A document in red: in a form with resources of its own, in one without, in a group that blends in DeviceRGB, and
/// with colour spaces that are objects of their own.
fn red() -> Vec<u8> {
    bytes(pdf_of(2, |document, number| {
        let group = dictionary! { "S" => "Transparency", "CS" => "DeviceRGB" };
        let form = |document: &mut Document, resources: Option<Object>| {
            let mut entries = dictionary! {
                "Type" => "XObject", "Subtype" => "Form", "Group" => group.clone(),
                "BBox" => vec![0.into(), 0.into(), 99.into(), 99.into()],
            };
            if let Some(resources) = resources {
                entries.set("Resources", resources);
            }
            document.add_object(Stream::new(entries, b"1 0 0 rg 0 0 99 99 re f".to_vec()))
        };
        let spaces = document.add_object(dictionary! { "Cs0" => "DeviceRGB" });
        let own = document.add_object(dictionary! { "ColorSpace" => spaces });
        let first = form(document, Some(own.into()));
        let second = form(document, None);
        let third = form(document, Some(dictionary! {}.into()));
        let mut page = dictionary! {
            "MediaBox" => a4(), "Group" => group,
            "Contents" => content(document, "1 0 0 rg 200 300 9 9 re f q 1 0 0 1 200 400 cm /A Do Q q 1 0 0 1 300 400 cm /B Do Q /C Do"),
        };
        if number == 1 {
            page.set(
                "Resources",
                dictionary! {
                    "XObject" => dictionary! { "A" => first, "B" => second, "C" => third },
                },
            );
        } else {
            // Without resources at all.
            page.set("Contents", content(document, "1 0 0 rg 200 300 9 9 re f"));
        }
        page
    }))
}

/// What a page looks like at 30 dpi. Poppler would show it as it looks in our made printing condition.
fn in_colour(pdf: &Path, page: u32, folder: &Path) -> Option<Vec<u8>> {
    let number = page.to_string();
    let image = folder.join("look.ppm");
    let arguments = [
        "draw",
        "-q",
        "-r",
        "30",
        "-o",
        text_of(&image),
        text_of(pdf),
        &number,
    ];
    second_opinion("mutool", &arguments)?;
    Some(fs::read(image).unwrap())
}

#[test]
fn colours_told_in_red_green_and_blue_are_those_of_srgb() {
    let orders = [Order {
        pages: 1,
        enclosures: vec![Arc::new(red())],
        ..Order::default()
    }];
    let folder = tempfile::tempdir().unwrap();
    let (spooled, _) = spool(folder.path(), &orders, &conforming(&cmyk()));
    prove(folder.path(), &spooled);
    let pdf = folder.path().join(&spooled.parts[0].pdf);
    let document = Document::load(&pdf).unwrap();
    let mut dressed = 0;
    let mut resources = |found: &Object| {
        let (_, found) = document.dereference(found).unwrap();
        let found = found.as_dict().unwrap();
        if found.is_empty() {
            return; // Of an empty back, which draws nothing.
        }
        let spaces = found.get_deref(b"ColorSpace", &document).unwrap();
        let default = spaces.as_dict().unwrap().get(b"DefaultRGB").unwrap();
        assert_eq!(
            default.as_array().unwrap()[0].as_name().unwrap(),
            b"ICCBased"
        );
        dressed += 1;
    };
    for object in document.objects.values() {
        let dictionary = match object {
            Object::Dictionary(dictionary) => dictionary,
            Object::Stream(stream) => &stream.dict,
            _ => continue,
        };
        if let Ok(found) = dictionary.get(b"Resources") {
            resources(found);
        }
        if let Ok(group) = dictionary.get(b"Group") {
            assert!(
                group
                    .as_dict()
                    .unwrap()
                    .get(b"CS")
                    .unwrap()
                    .as_array()
                    .is_ok()
            );
        }
    }
    assert!(dressed >= 5, "{dressed}");

    // And they look the same as before.
    let (plain, _) = spool(
        folder.path().join("plain").as_path(),
        &orders,
        &Options::default(),
    );
    let before = folder.path().join("plain").join(&plain.parts[0].pdf);
    for page in [3, 4] {
        let (Some(before), Some(after)) = (
            in_colour(&before, page, folder.path()),
            in_colour(&pdf, page, folder.path()),
        ) else {
            return;
        };
        assert!(before == after && before.windows(3).any(|dot| dot == [255, 0, 0]));
    }
}

#[test]
fn red_green_and_blue_have_a_meaning_whatever_stands_in_its_place() {
    let text = "1 0 0 rg 200 300 9 9 re f";
    let spaces = |default: Object| {
        let spaces = dictionary! { "DefaultRGB" => default };
        let resources = dictionary! { "ColorSpace" => spaces };
        bytes(made::single_document(
            text,
            dictionary! { "Resources" => resources },
        ))
    };
    let blending = |space: fn(&mut Document) -> Object| {
        let mut document = made::single_document(text, dictionary! {});
        let group = dictionary! { "S" => "Transparency", "CS" => space(&mut document) };
        let page = document.page_iter().next().unwrap();
        document
            .get_dictionary_mut(page)
            .unwrap()
            .set("Group", group);
        bytes(document)
    };
    let cases = [
        spaces(Object::Reference((99, 0))),
        blending(|_| "DeviceRGB".into()),
        blending(|_| vec![Object::from("DeviceRGB")].into()),
        blending(|document| document.add_object("DeviceRGB").into()),
        blending(|document| {
            let name = document.add_object("DeviceRGB");
            document.add_object(vec![Object::from(name)]).into()
        }),
    ];
    let orders: Vec<_> = cases
        .into_iter()
        .map(|pdf| Order {
            pages: 1,
            enclosures: vec![Arc::new(pdf)],
            ..Order::default()
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let (spooled, _) = spool(folder.path(), &orders, &conforming(&cmyk()));
    prove(folder.path(), &spooled);
    let part = fs::read(folder.path().join(&spooled.parts[0].pdf)).unwrap();
    for left in ["/DefaultRGB null", "/DeviceRGB"] {
        assert!(
            memchr::memmem::find(&part, left.as_bytes()).is_none(),
            "{left}"
        );
    }
    let tight = String::from_utf8_lossy(&part).replace(" [", "[");
    let said = tight.matches("/DefaultRGB[/ICCBased 15 0 R]").count();
    assert!(said >= 5, "{said}");
    let blends = tight.matches("/CS[/ICCBased 15 0 R]").count();
    assert_eq!(blends, 4);
}

#[test]
fn what_pdf_x_forbids_is_never_taken_whoever_inspected_it() {
    let pdf = Arc::new(made::single("0 1 0 0 k 200 300 9 9 re f", dictionary! {}));
    let facts = inspect(&pdf, &made::loose()).unwrap();
    let refused = |options: &Options| {
        let plan = spool::plan(1, &[1], &PrintOptions::default(), options).unwrap();
        let laid = laid(1, 1);
        let piece = Piece {
            seq: LetterSeq(0),
            letter_id: "L",
            laid: &laid,
            enclosures: vec![(Arc::clone(&pdf), facts.clone())],
            postal_code: None,
            country: "SE",
            destination: Destination::Domestic,
            household: None,
        };
        Preparer::new(options).prepare(&piece, &plan).err()
    };
    assert_eq!(refused(&Options::default()), None);
    assert_eq!(refused(&conforming(&cmyk())), None);
    let fault = refused(&conforming(&grey())).unwrap();
    assert_eq!(fault.first.class, Class::PrintStandard, "{fault}");
    // The rules of the options find it before.
    let fault = inspect(&pdf, &conforming(&grey()).rules().behind()).unwrap_err();
    assert!(fault.has(Class::PrintStandard), "{fault}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_conforms_can_be_spooled(pdf in harmed()) {
        let options = conforming(&cmyk());
        let rules = Rules { target: options.target(), ..made::loose() };
        let cmyk = matches!(rules.target, Target::PdfX4 { inks: Inks::Cmyk, .. });
        proptest::prop_assert!(cmyk);
        if inspect(&pdf, &rules).is_ok() {
            let folder = tempfile::tempdir().unwrap();
            let order = Order { pages: 1, enclosures: vec![Arc::new(pdf)], ..Order::default() };
            let (spooled, _) = spool(folder.path(), &[order], &options);
            prove(folder.path(), &spooled);
        }
    }
}

// ---- profiles and options ----------------------------------------------------------------------------------------

#[test]
fn a_profile_that_is_none_of_a_printer_is_refused_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.icc");
    let curve = || (b"kTRC", b"curv\0\0\0\0\0\0\0\0".to_vec());
    let cases = [
        (profile(b"mntr", b"GRAY", &[curve()]), "class `prtr`"),
        (profile(b"prtr", b"GRAY", &[]), "lacks tags"),
        (profile(b"prtr", b"6CLR", &[curve()]), "other inks"),
        (grey()[..200].to_vec(), "cut off"),
        (b"no profile".to_vec(), "no ICC profile"),
    ];
    for (bytes, reason) in cases {
        fs::write(&path, bytes).unwrap();
        let mut options = conforming(&grey());
        let vt = options.pdf_vt.as_mut().unwrap();
        vt.output_profile = path.clone();
        let fault = options.load(Path::to_path_buf).unwrap_err().to_string();
        assert!(fault.contains(reason), "{fault}");
    }
    let nowhere = |_: &Path| PathBuf::from("/nowhere/p.icc");
    let fault = conforming(&grey()).load(nowhere).unwrap_err().to_string();
    assert!(fault.contains("`/nowhere/p.icc`"), "{fault}");
}

#[test]
fn pdf_vt_without_its_printing_condition_is_refused() {
    let bare = Options {
        pdf_flavour: Flavour::PdfVt1,
        ..Options::default()
    };
    let faults = bare.check().unwrap_err();
    assert_eq!(faults[0].field, "pdf_flavour");
    let text = "pdf_flavour = \"pdf-vt-1\"\n[pdf_vt]\noutput_profile = \"p.icc\"\noutput_condition = \"X\"";
    let unread: Options = toml::from_str(text).unwrap();
    assert_eq!(unread.check(), Ok(()));
    let folder = tempfile::tempdir().unwrap();
    let refused = Spooler::create(folder.path(), &unread, resources(), job());
    assert!(matches!(refused, Err(spool::Error::Options(_))));
    let odd: Options = toml::from_str(&text.replace("\"X\"", "\"å\"")).unwrap();
    assert_eq!(odd.check().unwrap_err()[0].field, "pdf_vt");
}

// ---- damage ------------------------------------------------------------------------------------------------------

fn conforming_part() -> Damaged {
    Damaged::with(&pairs(), &conforming(&grey()))
}

/// Object numbers of the document parts, in order.
fn leaves(part: &Damaged) -> Vec<u32> {
    let document = Document::load_mem(&part.bytes).unwrap();
    let page = |id| reference(document.get_dictionary(id).unwrap(), "DPart").0;
    let mut leaves: Vec<u32> = document.page_iter().map(page).collect();
    leaves.dedup();
    leaves
}

#[test]
fn a_page_that_names_the_document_part_of_another_piece_is_found() {
    let mut part = conforming_part();
    assert_eq!(part.found(), Vec::<String>::new());
    let (pages, leaves) = (part.pages(), leaves(&part));
    let at =
        memchr::memmem::find(&part.bytes, format!("\n{} 0 obj\n", pages[5]).as_bytes()).unwrap();
    let named = format!("/DPart {} 0 R", leaves[1]);
    let at = at + memchr::memmem::find(&part.bytes[at..], named.as_bytes()).unwrap();
    let other = format!("/DPart {} 0 R", leaves[2]);
    assert_eq!(named.len(), other.len());
    part.bytes[at..at + other.len()].copy_from_slice(other.as_bytes());
    assert_eq!(
        part.found(),
        ["piece 2: document parts: a page names another one than its piece has"]
    );
}

#[test]
fn a_document_part_that_points_at_pages_of_another_piece_is_found() {
    let mut part = conforming_part();
    let pages = part.pages();
    part.replace(
        &format!("/Start {} 0 R", pages[4]),
        &format!("/Start {} 0 R", pages[8]),
    );
    let wrong = "document parts: the one of the piece has other pages";
    assert_eq!(part.found(), [format!("piece 2: {wrong}")]);
    part.replace(
        &format!("/End {} 0 R", pages[11]),
        &format!("/End {} 0 R", pages[10]),
    );
    assert_eq!(
        part.found(),
        [format!("piece 2: {wrong}"), format!("piece 3: {wrong}")]
    );
}

#[test]
fn exchanged_and_missing_document_parts_are_found() {
    let mut part = conforming_part();
    let leaves = leaves(&part);
    let list = |a: u32, b: u32| format!("{a} 0 R {b} 0 R");
    part.replace(&list(leaves[3], leaves[4]), &list(leaves[4], leaves[3]));
    let found = part.found();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].starts_with("piece 4: document parts: "),
        "{found:?}"
    );

    let mut part = conforming_part();
    let gone = list(leaves[8], leaves[9]);
    part.replace(
        &gone,
        &format!(
            "{:width$}",
            format!("{} 0 R", leaves[8]),
            width = gone.len()
        ),
    );
    let found = part.found();
    assert!(found[0].contains("not one for each piece"), "{found:?}");

    let mut part = conforming_part();
    part.replace("/DPartRoot 12 0 R", "/DXartRoot 12 0 R");
    let found = part.found();
    for said in [
        "a catalog that is none of ours",
        "says that it is PDF/VT-1 and has none",
        "a page with entries that none of ours has",
    ] {
        assert!(found.iter().any(|m| m.contains(said)), "{said}: {found:?}");
    }
}

#[test]
fn metadata_that_say_something_else_are_found() {
    let piece = "document parts: the metadata of the piece's are not what its CSV row says";
    let root = "document parts: the metadata of the root are not what the CSV says";
    let head = "document parts: the file does not say that it is PDF/VT-1 on PDF/X-4";
    let info = "document parts: its Info dictionary says something else than its XMP";
    let mut part = conforming_part();
    let whole = part.bytes.clone();
    for (from, to, expected) in [
        ("/Piece 3/", "/Piece 7/", format!("piece 3: {piece}")),
        ("/Pieces 10/", "/Pieces 11/", format!("piece 0: {root}")),
        (
            "GTS_PDFVTModDate>2026",
            "GTS_PDFVTModDate>2025",
            format!("piece 0: {head}"),
        ),
        (
            "GTS_PDFXVersion>PDF/X-4",
            "GTS_PDFXVersion>PDF/X-1",
            format!("piece 0: {head}"),
        ),
        ("%PDF-1.6", "%PDF-1.5", format!("piece 0: {head}")),
        (
            "/Trapped/False",
            "/Trapped/Trues",
            format!("piece 0: {info}"),
        ),
        (
            "/GTS_PDFXVersion(PDF/X-4)",
            "/GTS_PDFXVersion(PDF/X-3)",
            format!("piece 0: {info}"),
        ),
        (
            "/S/GTS_PDFX/",
            "/S/GTS_PDFA/",
            "piece 0: document parts: no profile of a printing condition".into(),
        ),
        (
            "/RecordLevel 1",
            "/RecordLevel 0",
            "piece 0: document parts: the root names other levels".into(),
        ),
    ] {
        part.bytes.clone_from(&whole);
        part.replace(from, to);
        assert_eq!(part.found(), [expected], "{from}");
    }
}

#[test]
fn a_document_part_in_a_part_that_has_none_is_found() {
    let mut part = Damaged::new(&pairs());
    let pages = part.pages();
    let at =
        memchr::memmem::find(&part.bytes, format!("\n{} 0 obj\n", pages[4]).as_bytes()).unwrap();
    let at = at + memchr::memmem::find(&part.bytes[at..], b"/Resources 4 0 R").unwrap();
    part.bytes[at..at + 16].copy_from_slice(b"/DPart     4 0 R");
    let found = part.found();
    assert!(
        found
            .iter()
            .any(|m| m.starts_with("piece 2, page 5 of the part: a page whose resources")),
        "{found:?}"
    );
}

#[test]
fn damaged_streams_of_objects_are_errors() {
    let options = Options {
        pdf_xref: Xref::ObjectStreams,
        ..conforming(&grey())
    };
    let mut part = Damaged::with(&pairs(), &options);
    assert_eq!(part.found(), Vec::<String>::new());
    let whole = part.bytes.clone();
    for (from, to) in [
        ("/Type/XRef", "/Type/XReg"),
        ("/W[1 5 2]", "/W[1 4 3]"),
        ("/Predictor 12", "/Predictor 15"),
    ] {
        part.bytes.clone_from(&whole);
        part.replace(from, to);
        let found = part.found();
        assert!(
            found[0].contains("cross-reference stream that is none of ours"),
            "{found:?}"
        );
    }
    // Any byte of an object stream.
    let at = memchr::memmem::find(&whole, b"/Type/ObjStm").unwrap();
    let at = at + memchr::memmem::find(&whole[at..], b"stream\n").unwrap() + 7;
    for byte in (at..at + 200).step_by(7) {
        part.bytes.clone_from(&whole);
        part.bytes[byte] ^= 0x10;
        assert_ne!(part.found(), Vec::<String>::new(), "byte {byte}");
    }
}
