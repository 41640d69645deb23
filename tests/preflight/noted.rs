//! What is printed all the same, with a note; and files whose build is odd, but whose pages are not.

use lettermill::preflight::{Class, PdfFacts, inspect};
use lopdf::{Document, Object, Stream, dictionary};

use super::made::{
    a4, bytes, content, line, loose, odd_but_good, run, single, single_document, written,
};

fn notes(pdf: &[u8]) -> Vec<&'static str> {
    let facts = inspect(pdf, &loose()).unwrap();
    facts.notes.iter().map(|note| note.class.code()).collect()
}

fn state(more: lopdf::Dictionary) -> impl FnOnce(&mut Document) -> lopdf::Dictionary {
    move |_| dictionary! { "ExtGState" => dictionary! { "G" => more } }
}

fn group(document: &mut Document) -> Object {
    let dictionary = dictionary! {
        "Subtype" => "Form", "BBox" => a4(),
        "Group" => dictionary! { "S" => "Transparency", "CS" => "DeviceGray" },
    };
    document
        .add_object(Stream::new(dictionary, b"0.5 g 0 0 300 300 re f".to_vec()))
        .into()
}

fn picture(filter: &'static str) -> impl FnOnce(&mut Document) -> lopdf::Dictionary {
    move |document| {
        let dictionary = dictionary! {
            "Subtype" => "Image", "Width" => 8, "Height" => 8, "ColorSpace" => "DeviceGray",
            "BitsPerComponent" => 8, "Filter" => filter,
        };
        let picture = document.add_object(Stream::new(dictionary, b"none".to_vec()));
        dictionary! { "XObject" => dictionary! { "I" => picture } }
    }
}

#[test]
fn what_printers_differ_in_is_noted() {
    let square = "200 300 100 100 re f";
    let text = |before: &str| format!("{before} {}", line(10.0, 50.0, 100.0, "Beslut"));
    let nothing = |_: &mut Document| dictionary! {};
    let cases: Vec<(&str, Vec<u8>, Vec<&str>)> = vec![
        ("plain text", written(&text(""), nothing), vec![]),
        (
            "alpha",
            written(
                &format!("/G gs {square}"),
                state(dictionary! { "ca" => 0.5 }),
            ),
            vec!["transparency"],
        ),
        (
            "blend mode",
            written(
                &format!("/G gs {square}"),
                state(dictionary! { "BM" => "Multiply" }),
            ),
            vec!["transparency"],
        ),
        (
            "soft mask",
            written(&format!("/G gs {square}"), |document| {
                let group = group(document);
                dictionary! { "ExtGState" => dictionary! { "G" => dictionary! {
                "SMask" => dictionary! { "S" => "Luminosity", "G" => group } } } }
            }),
            vec!["transparency"],
        ),
        (
            "state not used",
            written(square, state(dictionary! { "ca" => 0.5 })),
            vec![],
        ),
        (
            "overprint",
            written(square, state(dictionary! { "OP" => true })),
            vec!["overprint"],
        ),
        (
            "spot colour",
            written(square, |document| {
                let tint = document.add_object(dictionary! { "FunctionType" => 2, "N" => 1,
                    "Domain" => vec![0.into(), 1.into()], "C0" => vec![0.into(); 4], "C1" => vec![1.into(); 4] });
                let space: Vec<Object> = vec![
                    "Separation".into(),
                    "Gold".into(),
                    "DeviceCMYK".into(),
                    tint.into(),
                ];
                dictionary! { "ColorSpace" => dictionary! { "S" => space } }
            }),
            vec!["spot-colour"],
        ),
        (
            "JPEG 2000",
            written(square, picture("JPXDecode")),
            vec!["jpx-picture"],
        ),
        (
            "JBIG2",
            written(square, picture("JBIG2Decode")),
            vec!["jbig2-picture"],
        ),
        (
            "hidden text",
            written(&text("3 Tr"), nothing),
            vec!["hidden-text"],
        ),
        (
            "white text",
            written(&text("1 g"), nothing),
            vec!["white-text"],
        ),
        (
            "white text in a mode that darkens",
            written(
                &text("/G gs 1 g"),
                state(dictionary! { "BM" => "Difference" }),
            ),
            vec!["transparency"],
        ),
        (
            "tiny text",
            written(&line(3.0, 50.0, 100.0, "Beslut"), nothing),
            vec!["tiny-text"],
        ),
        (
            "large text, scaled down",
            written(
                &format!(
                    "0.1 0 0 0.1 300 300 cm {}",
                    line(30.0, 0.0, 297.0, "Beslut")
                ),
                nothing,
            ),
            vec!["tiny-text"],
        ),
        (
            "text beside the page",
            written(&line(10.0, 230.0, 100.0, "Beslut"), nothing),
            vec!["text-outside-page"],
        ),
        (
            "deep saves",
            single(&"q ".repeat(29), dictionary! {}),
            vec!["deep-saves"],
        ),
        (
            "saves a printer takes",
            single(&"q ".repeat(27), dictionary! {}),
            vec![],
        ),
        (
            "missing object",
            single(
                "",
                dictionary! { "Resources" => dictionary! {
                "XObject" => dictionary! { "Gone" => Object::Reference((999, 0)) } } },
            ),
            vec!["dangling"],
        ),
        (
            "link",
            single(
                "",
                dictionary! { "Annots" => vec![
                dictionary! { "Subtype" => "Link", "A" => dictionary! { "S" => "URI" } }.into()] },
            ),
            vec!["annotations-left-out"],
        ),
    ];
    for (name, pdf, expected) in cases {
        assert_eq!(notes(&pdf), expected, "{name}");
    }
}

#[test]
fn a_type_3_font_is_noted_and_its_ink_is_seen() {
    let mut document = single_document("BT /T 100 Tf 1 0 0 1 300 400 Tm (a) Tj ET", dictionary! {});
    let glyph = document.add_object(Stream::new(
        dictionary! {},
        b"1000 0 0 0 1000 1000 d1 0 0 500 500 re f".to_vec(),
    ));
    let font = dictionary! {
        "Type" => "Font", "Subtype" => "Type3", "FontBBox" => vec![0.into(), 0.into(), 1000.into(), 1000.into()],
        "FontMatrix" => vec![Object::Real(0.001), 0.into(), 0.into(), Object::Real(0.001), 0.into(), 0.into()],
        "CharProcs" => dictionary! { "a" => glyph }, "FirstChar" => 97, "LastChar" => 97, "Widths" => vec![1000.into()],
        "Encoding" => dictionary! { "Type" => "Encoding", "Differences" => vec![97.into(), "a".into()] },
    };
    let page = document.page_iter().next().unwrap();
    let resources = dictionary! { "Font" => dictionary! { "T" => font } };
    document
        .get_dictionary_mut(page)
        .unwrap()
        .set("Resources", resources);
    let pdf = bytes(document);
    assert_eq!(notes(&pdf), ["type3-font"]);
    let ink = super::drawn::ink(&pdf).unwrap();
    // 50 points from (300, 400).
    super::drawn::assert_near(ink, [105.8, 138.2, 123.5, 155.9]);
}

#[test]
fn colour_matters_where_the_job_is_grey() {
    let coloured = |content: &str| -> PdfFacts {
        inspect(&written(content, |_| dictionary! {}), &loose()).unwrap()
    };
    assert_eq!(
        coloured("0.4 g 200 300 100 100 re f 0 0 0 rg 200 300 9 9 re f").coloured,
        [] as [u32; 0]
    );
    let facts = coloured("0 0.4 0.8 rg 200 300 100 100 re f");
    assert_eq!(facts.coloured, [1]);
    let mut rules = loose();
    let remark = facts.in_grey(&rules).unwrap().unwrap();
    assert_eq!(
        remark.to_string(),
        "colour: page 1: the page is in colour; it is printed in grey"
    );
    rules
        .verdicts
        .insert(Class::Colour, lettermill::preflight::Verdict::Refuse);
    assert!(facts.in_grey(&rules).unwrap_err().has(Class::Colour));
}

#[test]
fn files_of_odd_build_are_taken() {
    for (name, pdf) in odd_but_good() {
        let facts = inspect(&pdf, &loose()).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(
            facts.pages,
            if name.contains("twice") || name.contains("inherited") {
                2
            } else {
                1
            },
            "{name}"
        );
    }
}

/// The last revision counts, for us and for poppler.
#[test]
fn an_updated_file_is_judged_as_it_is_now() {
    let first = written(&line(10.0, 50.0, 100.0, "Beslut"), |_| dictionary! {});
    let before = Document::load_mem(&first).unwrap();
    let mut revised = lopdf::IncrementalDocument::create_from(first.clone(), before);
    let page = revised.get_prev_documents().page_iter().next().unwrap();
    revised.opt_clone_object_to_new_document(page).unwrap();
    let new = content(&mut revised.new_document, "0 0 20 20 re f");
    revised
        .new_document
        .get_dictionary_mut(page)
        .unwrap()
        .set("Contents", new);
    let mut pdf = Vec::new();
    revised.save_to(&mut pdf).unwrap();
    assert!(pdf.len() > first.len() && pdf.starts_with(&first[..1000]));
    let ink = super::drawn::ink(&pdf).unwrap();
    super::drawn::assert_near(ink, [0.0, 289.9, 7.1, 297.0]);
}

/// Tables of both kinds; and a table that is wrong, which is rebuilt.
#[test]
fn cross_reference_tables_of_any_kind_are_read() {
    let mut document = single_document("200 300 100 100 re f", dictionary! {});
    document.reference_table.cross_reference_type = lopdf::xref::XrefType::CrossReferenceTable;
    let pdf = bytes(document);
    let at = memchr::memmem::rfind(&pdf, b"startxref").unwrap();
    let mut wrong = pdf[..at].to_vec();
    wrong.extend_from_slice(b"startxref\n7\n%%EOF\n");
    assert_eq!(notes(&wrong), ["repaired"]);

    // Hybrid: the table names a stream with further objects; there are none, so both kinds of readers see the same.
    let table = String::from_utf8_lossy(&pdf[at + 10..]);
    let table: usize = table.lines().next().unwrap().trim().parse().unwrap();
    let trailer = memchr::memmem::rfind(&pdf, b"trailer").unwrap();
    let mut hybrid = pdf[..table].to_vec();
    let stream_at = hybrid.len();
    hybrid.extend_from_slice(
        b"90 0 obj\n<</Type/XRef/Size 91/W[1 2 1]/Index[90 1]/Length 4>>stream\n",
    );
    hybrid.extend([1, (stream_at >> 8) as u8, stream_at as u8, 0]);
    hybrid.extend_from_slice(b"\nendstream\nendobj\n");
    let new_table = hybrid.len();
    hybrid.extend_from_slice(&pdf[table..trailer]);
    let dictionary = String::from_utf8_lossy(&pdf[trailer..at]).replacen(
        "<<",
        &format!("<</XRefStm {stream_at}"),
        1,
    );
    hybrid.extend_from_slice(dictionary.as_bytes());
    hybrid.extend_from_slice(format!("startxref\n{new_table}\n%%EOF\n").as_bytes());
    assert_eq!(notes(&hybrid), Vec::<&str>::new());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hybrid.pdf");
    std::fs::write(&path, &hybrid).unwrap();
    if let Some(output) = run("pdfinfo", &[super::made::text_of(&path)]) {
        assert!(String::from_utf8_lossy(&output.stdout).contains("Pages:           1"));
    }
}
