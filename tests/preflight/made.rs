//! PDFs made by hand, for the tests of what is given to us.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "helpers of tests; none uses all"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use lettermill::preflight::{Area, Class, Limits, Margins, Rules, Verdict};
use lopdf::{Document, Object, Stream, dictionary};

/// Rules for tests of what comes behind them: anything may be printed anywhere.
pub fn loose() -> Rules {
    let margins = Margins {
        left_mm: 0.0,
        right_mm: 0.0,
        top_mm: 0.0,
        bottom_mm: 0.0,
    };
    Rules {
        margins_first: margins,
        margins_later: margins,
        mark_strip: Area::between(0.0, 0.0, 0.0, 0.0),
        limits: Limits {
            bytes_max: 1 << 30,
            ..Limits::default()
        },
        verdicts: [
            (Class::InkUnderMark, Verdict::Note),
            (Class::UserUnit, Verdict::Note),
        ]
        .into(),
        ..Rules::default()
    }
}

/// Runs a program; `None`, said on stderr, where it is missing.
pub fn run(program: &str, arguments: &[&str]) -> Option<std::process::Output> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => Some(output),
        Err(_)
            if std::env::var_os("LETTERMILL_REQUIRE_TOOLS").is_some_and(|value| value == "1") =>
        {
            panic!("`{program}` is missing; install it or unset LETTERMILL_REQUIRE_TOOLS")
        }
        Err(_) => {
            eprintln!("`{program}` is missing: its check is left out");
            None
        }
    }
}

pub fn text_of(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A document whose pages are made by `page(document, number)`: their entries besides `Type` and `Parent`.
pub fn pdf_of(
    pages: u32,
    mut page: impl FnMut(&mut Document, u32) -> lopdf::Dictionary,
) -> Document {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let mut kids = Vec::new();
    for number in 1..=pages {
        let mut entries = page(&mut document, number);
        entries.set("Type", "Page");
        entries.set("Parent", tree);
        kids.push(Object::Reference(document.add_object(entries)));
    }
    let node = dictionary! { "Type" => "Pages", "Count" => i64::from(pages), "Kids" => kids };
    document.objects.insert(tree, node.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    document
}

pub fn bytes(mut document: Document) -> Vec<u8> {
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

pub fn a4() -> Object {
    vec![
        0.into(),
        0.into(),
        Object::Real(595.276),
        Object::Real(841.89),
    ]
    .into()
}

pub fn content(document: &mut Document, text: &str) -> Object {
    document
        .add_object(Stream::new(dictionary! {}, text.as_bytes().to_vec()))
        .into()
}

/// An image of one grey, as a scan would be.
pub fn image(document: &mut Document, grey: u8) -> Object {
    let dictionary = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => 8, "Height" => 8,
        "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8,
    };
    document
        .add_object(Stream::new(dictionary, vec![grey; 64]))
        .into()
}

/// Pages that show nothing but a picture: all contents are equal, all pictures differ.
pub fn scanned(pages: u32, grey: u8) -> Vec<u8> {
    bytes(pdf_of(pages, |document, number| {
        let picture = image(document, grey.wrapping_add(number as u8));
        dictionary! {
            "MediaBox" => a4(),
            "Resources" => dictionary! { "XObject" => dictionary! { "Im0" => picture } },
            "Contents" => content(document, "q 300 0 0 300 150 300 cm /Im0 Do Q"),
        }
    }))
}

/// An A4 page with these extra entries and this content.
pub fn single(text: &str, more: lopdf::Dictionary) -> Vec<u8> {
    bytes(single_document(text, more))
}

pub fn single_document(text: &str, more: lopdf::Dictionary) -> Document {
    pdf_of(1, |document, _| {
        let mut page = dictionary! { "MediaBox" => a4(), "Contents" => content(document, text) };
        for (key, value) in more.iter() {
            page.set(key.clone(), value.clone());
        }
        page
    })
}

pub fn with_catalog(change: impl FnOnce(&mut Document) -> (&'static str, Object)) -> Vec<u8> {
    let mut document = single_document("0 0 10 10 re f", dictionary! {});
    let (key, value) = change(&mut document);
    document.catalog_mut().unwrap().set(key, value);
    bytes(document)
}

/// PDFs that must be taken, each with an odd feature.
pub fn odd_but_good() -> Vec<(&'static str, Vec<u8>)> {
    let square = "0.2 0.4 0.8 rg 200 300 200 200 re f";
    let boxed = |corners: [f32; 4]| Object::from(corners.map(Object::Real).to_vec());
    let mut inherited = pdf_of(2, |document, _| {
        dictionary! { "Contents" => content(document, "q 300 0 0 300 150 300 cm /Im0 Do Q") }
    });
    let picture = image(&mut inherited, 90);
    let root = inherited
        .catalog()
        .unwrap()
        .get(b"Pages")
        .unwrap()
        .as_reference()
        .unwrap();
    let node = inherited.get_dictionary_mut(root).unwrap();
    node.set(
        "Resources",
        dictionary! { "XObject" => dictionary! { "Im0" => picture } },
    );
    node.set("MediaBox", a4());
    node.set("Rotate", 180);

    let mut twice = single_document(square, dictionary! {});
    let root = twice
        .catalog()
        .unwrap()
        .get(b"Pages")
        .unwrap()
        .as_reference()
        .unwrap();
    let node = twice.get_dictionary_mut(root).unwrap();
    let kid = node.get(b"Kids").unwrap().as_array().unwrap()[0].clone();
    node.set("Kids", vec![kid.clone(), kid]);
    node.set("Count", 2);

    // A form whose resources hold the form itself: a ring of references.
    let mut ring = single_document("/Fm Do", dictionary! {});
    let form = ring.new_object_id();
    let resources = ring.add_object(dictionary! { "XObject" => dictionary! { "Fm" => form } });
    let dictionary = dictionary! { "Subtype" => "Form", "BBox" => a4(), "Resources" => resources };
    ring.objects
        .insert(form, Stream::new(dictionary, square.into()).into());
    let page = ring.page_iter().next().unwrap();
    ring.get_dictionary_mut(page)
        .unwrap()
        .set("Resources", resources);

    let mut several = single_document("", dictionary! {});
    let parts: Vec<Object> = ["q 0.2 0.4 0.8 rg", "200 300 200 200", "re f"]
        .iter()
        .map(|part| content(&mut several, part))
        .collect();
    let page = several.page_iter().next().unwrap();
    several
        .get_dictionary_mut(page)
        .unwrap()
        .set("Contents", parts);

    let mut streams = Vec::new();
    let options = lopdf::SaveOptions::builder()
        .use_object_streams(true)
        .use_xref_streams(true)
        .build();
    single_document(square, dictionary! {})
        .save_with_options(&mut streams, options)
        .unwrap();

    let mut no_contents = single_document("", dictionary! {});
    let page = no_contents.page_iter().next().unwrap();
    no_contents
        .get_dictionary_mut(page)
        .unwrap()
        .remove(b"Contents");

    vec![
        ("no resources", single(square, dictionary! {})),
        ("inherited, upside down", bytes(inherited)),
        ("page twice in the tree", bytes(twice)),
        ("ring of references", bytes(ring)),
        ("several contents", bytes(several)),
        ("xref stream", streams),
        ("no contents", bytes(no_contents)),
        (
            "too many Q",
            single(&format!("Q Q 3 0 0 3 7 7 cm {square}"), dictionary! {}),
        ),
        (
            "q left open",
            single(&format!("q q 3 0 0 3 7 7 cm {square}"), dictionary! {}),
        ),
        (
            "hidden marked content left open, text left open",
            single("/OC /x BDC BT 5 0 0 5 1 1 Tm", dictionary! {}),
        ),
        (
            "landscape",
            single(
                square,
                dictionary! { "MediaBox" => boxed([0.0, 0.0, 841.9, 595.3]) },
            ),
        ),
        (
            "landscape box, turned",
            single(
                square,
                dictionary! { "MediaBox" => boxed([0.0, 0.0, 841.9, 595.3]), "Rotate" => 90 },
            ),
        ),
        (
            "box not at the origin",
            single(
                square,
                dictionary! { "MediaBox" => boxed([100.0, -50.0, 695.3, 791.9]) },
            ),
        ),
        (
            "corners the other way",
            single(
                square,
                dictionary! { "MediaBox" => boxed([595.3, 841.9, 0.0, 0.0]) },
            ),
        ),
        (
            "cropped to A4",
            single(
                square,
                dictionary! { "MediaBox" => boxed([0.0, 0.0, 700.0, 1000.0]), "CropBox" => boxed([50.0, 60.0, 645.3, 901.9]) },
            ),
        ),
        (
            "larger unit",
            single(
                "0 0 10 10 re f",
                dictionary! { "MediaBox" => boxed([0.0, 0.0, 297.64, 420.94]), "UserUnit" => 2 },
            ),
        ),
        (
            "font name of ours taken",
            single(
                square,
                dictionary! { "Resources" => dictionary! { "Font" => dictionary! { "LM0" => Object::Null } } },
            ),
        ),
    ]
}

/// What is left of these PDFs when some bytes are changed or the end is cut off.
pub fn harmed() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
    use proptest::prelude::*;
    let sound: Vec<Vec<u8>> = odd_but_good()
        .into_iter()
        .map(|(_, pdf)| pdf)
        .chain([scanned(3, 5)])
        .collect();
    let change = (any::<proptest::sample::Index>(), any::<u8>());
    (
        proptest::sample::select(sound),
        proptest::collection::vec(change, 0..6),
        0..40_usize,
    )
        .prop_map(|(mut pdf, changes, cut)| {
            for (at, byte) in changes {
                let at = at.index(pdf.len());
                pdf[at] = byte;
            }
            pdf.truncate(pdf.len() - if cut < 10 { cut } else { 0 });
            pdf
        })
}

/// A content of 200 MB in 200 KB.
pub fn bomb() -> Vec<u8> {
    let mut stream = Stream::new(dictionary! {}, vec![b' '; 200 << 20]);
    stream.compress().unwrap();
    let mut document = single_document("", dictionary! {});
    let content = document.add_object(stream);
    let page = document.page_iter().next().unwrap();
    document
        .get_dictionary_mut(page)
        .unwrap()
        .set("Contents", content);
    bytes(document)
}

/// Encrypted so that it opens without a password.
pub fn encrypted() -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let (plain, locked) = (
        folder.path().join("plain.pdf"),
        folder.path().join("locked.pdf"),
    );
    fs::write(&plain, single("", dictionary! {})).unwrap();
    run(
        "qpdf",
        &[
            "--encrypt",
            "",
            "owner",
            "256",
            "--",
            text_of(&plain),
            text_of(&locked),
        ],
    )?;
    fs::read(locked).ok()
}

/// Points of so many millimetres.
pub const MM: f64 = 72.0 / 25.4;

/// A font with its program, for text in WinAnsi.
pub fn font(document: &mut Document) -> Object {
    use skrifa::MetadataProvider;
    let program = notosans::REGULAR_TTF;
    let face = skrifa::FontRef::new(program).unwrap();
    let (charmap, metrics) = (
        face.charmap(),
        face.glyph_metrics(
            skrifa::instance::Size::new(1000.0),
            skrifa::instance::LocationRef::default(),
        ),
    );
    let width = |char: u8| {
        let glyph = charmap.map(char::from(char)).unwrap_or_default();
        Object::Real(metrics.advance_width(glyph).unwrap_or(0.0))
    };
    let mut file = Stream::new(
        dictionary! { "Length1" => program.len() as i64 },
        program.to_vec(),
    );
    file.compress().unwrap();
    let file = document.add_object(file);
    let descriptor = document.add_object(dictionary! {
        "Type" => "FontDescriptor", "FontName" => "NotoSans", "Flags" => 32, "FontFile2" => file,
        "FontBBox" => vec![0.into(), 0.into(), 1000.into(), 1000.into()], "ItalicAngle" => 0,
        "Ascent" => 1000, "Descent" => -300, "CapHeight" => 700, "StemV" => 80,
    });
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "TrueType", "BaseFont" => "NotoSans", "FirstChar" => 32, "LastChar" => 126,
        "Widths" => (32..=126).map(width).collect::<Vec<_>>(), "FontDescriptor" => descriptor,
        "Encoding" => "WinAnsiEncoding",
    });
    font.into()
}

/// An A4 page with this content and the font `/F`, and with more resources.
pub fn written(content: &str, more: impl FnOnce(&mut Document) -> lopdf::Dictionary) -> Vec<u8> {
    let mut document = single_document(content, dictionary! {});
    let mut resources = more(&mut document);
    let font = font(&mut document);
    resources.set("Font", dictionary! { "F" => font });
    let page = document.page_iter().next().unwrap();
    document
        .get_dictionary_mut(page)
        .unwrap()
        .set("Resources", resources);
    bytes(document)
}

/// Content that writes a line: size in points, place of its beginning in millimetres from the upper left corner.
pub fn line(size: f64, x_mm: f64, y_mm: f64, text: &str) -> String {
    let (x, y) = (x_mm * MM, (297.0 - y_mm) * MM);
    format!("BT /F {size} Tf 1 0 0 1 {x:.3} {y:.3} Tm ({text}) Tj ET\n")
}

/// Content that fills a box, in millimetres from the upper left corner.
pub fn filled(area: &Area) -> String {
    let (x, y) = (area.x_mm * MM, (297.0 - area.bottom()) * MM);
    format!(
        "{x:.3} {y:.3} {:.3} {:.3} re f\n",
        area.width_mm * MM,
        area.height_mm * MM
    )
}
