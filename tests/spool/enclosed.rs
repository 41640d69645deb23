//! What becomes of the objects of an enclosed PDF: names, rings of references, how much there is of them.

use std::time::{Duration, Instant};

use lettermill::spool::{Binder, Household};
use lopdf::Dictionary;

use super::flavours::{cmyk, conforming};
use super::*;

/// Keys that are left out where they mean structure, metadata and the like.
const LEFT_OUT: [&str; 10] = [
    "AF",
    "Alternates",
    "LastModified",
    "Measure",
    "Metadata",
    "OPI",
    "PieceInfo",
    "PtData",
    "StructParent",
    "StructParents",
];

fn enclosing(pdf: Vec<u8>) -> Order {
    Order {
        pages: 1,
        enclosures: vec![Arc::new(pdf)],
        ..Order::default()
    }
}

/// The page of an enclosure behind a letter of one page.
const ENCLOSED: u32 = 3;

fn named(values: impl Iterator<Item = Object>) -> Dictionary {
    let mut out = Dictionary::new();
    for (name, value) in LEFT_OUT.iter().zip(values) {
        out.set(*name, value);
    }
    out
}

/// A page whose forms, states, colour spaces, fonts and glyphs have such names, in dictionaries that are objects of their
/// own or not.
fn with_odd_names(apart: bool) -> Vec<u8> {
    let mut document = made::single_document("", dictionary! {});
    let places = || (0..LEFT_OUT.len() as i64).map(|i| 40 * i);
    let forms = named(places().map(|at| {
        let entries = dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "Metadata" => document.new_object_id(),
            "BBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        };
        let drawn = format!("150 {} 60 30 re f", 100 + at);
        let form = Stream::new(entries, drawn.into_bytes());
        document.add_object(form).into()
    }));
    let states = named(places().map(|at| {
        let alpha = Object::Real(1.0 - at as f32 / 500.0);
        dictionary! { "ca" => alpha }.into()
    }));
    let spaces = named(places().map(|_| {
        let white = [0.9505, 1.0, 1.089].map(Object::Real).to_vec();
        let space = dictionary! { "WhitePoint" => white };
        Object::from(vec![Object::from("CalRGB"), space.into()])
    }));
    let glyphs = named(places().map(|at| {
        let drawn = format!("1000 0 d0 0 0 900 {} re f", 200 + at);
        let glyph = Stream::new(dictionary! {}, drawn.into_bytes());
        document.add_object(glyph).into()
    }));
    let mut codes = vec![65.into()];
    codes.extend(LEFT_OUT.iter().map(|name| Object::from(*name)));
    let bbox = [0, 0, 1000, 1000].map(Object::from).to_vec();
    let scale = Object::Real(0.001);
    let matrix = [scale.clone(), 0.into(), 0.into(), scale, 0.into(), 0.into()];
    let glyphs = match apart {
        true => document.add_object(glyphs).into(),
        false => Object::from(glyphs),
    };
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type3", "FontBBox" => bbox, "FontMatrix" => matrix.to_vec(),
        "CharProcs" => glyphs, "Encoding" => dictionary! { "Differences" => codes },
        "FirstChar" => 65, "LastChar" => 74, "Widths" => vec![Object::from(1000); 10],
        "Resources" => dictionary! {},
    });
    let fonts = named(places().map(|_| font.into()));
    let mut text = String::new();
    for (i, name) in LEFT_OUT.iter().enumerate() {
        let code = char::from(b'A' + i as u8);
        text += &format!(
            "q /{name} gs /{name} cs 0.8 0.2 {} scn /{name} Do BT /{name} 30 Tf 250 {} Td ({code}) Tj ET Q\n",
            i as f32 / 10.0,
            100 + 40 * i
        );
    }
    let mut resources = Dictionary::new();
    for (kind, names) in [
        ("XObject", forms),
        ("ExtGState", states),
        ("ColorSpace", spaces),
        ("Font", fonts),
    ] {
        match apart {
            true => resources.set(kind, document.add_object(names)),
            false => resources.set(kind, names),
        }
    }
    let text = content(&mut document, &text);
    let page = document.page_iter().next().unwrap();
    let page = document.get_dictionary_mut(page).unwrap();
    page.set("Contents", text);
    page.set("Resources", resources);
    bytes(document)
}

#[test]
fn resources_are_printed_whatever_a_producer_named_them() {
    for options in [Options::default(), conforming(&cmyk())] {
        for apart in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let given = with_odd_names(apart);
            let before = folder.path().join("given.pdf");
            fs::write(&before, &given).unwrap();
            let (spooled, _) = spool(folder.path(), &[enclosing(given)], &options);
            prove(folder.path(), &spooled);
            let after = folder.path().join(&spooled.parts[0].pdf);
            let part = Document::load(&after).unwrap();
            let page = part.page_iter().nth(ENCLOSED as usize - 1).unwrap();
            let page = part.get_dictionary(page).unwrap();
            let resources = page.get(b"Resources").unwrap().as_dict().unwrap();
            for kind in ["XObject", "ExtGState", "ColorSpace", "Font"] {
                let names = resources.get_deref(kind.as_bytes(), &part).unwrap();
                let names = names.as_dict().unwrap();
                for name in LEFT_OUT {
                    assert!(names.has(name.as_bytes()), "{kind} {name}");
                }
            }
            let text = fs::read(&after).unwrap();
            // Where the same words are keys, they are left out.
            let form = memchr::memmem::find(&text, b"/Subtype /Form").unwrap();
            let end = form + memchr::memmem::find(&text[form..], b"stream").unwrap();
            assert!(memchr::memmem::find(&text[form..end], b"/Metadata").is_none());
            if options.pdf_vt.is_some() {
                continue; // A reader shows it as it looks in our made printing condition.
            }
            let looks = [
                look(&before, 1, folder.path()),
                look(&after, ENCLOSED, folder.path()),
            ];
            if let [Some(before), Some(after)] = looks {
                assert!(before == after, "apart: {apart}");
            }
        }
    }
}

#[test]
fn of_resources_only_those_kinds_are_taken_that_a_page_can_use() {
    let action = dictionary! { "S" => "Named", "N" => "Print", "Type" => "Action" };
    let states = dictionary! { "G" => dictionary! { "CA" => 1 } };
    let resources = dictionary! { "Foo" => action, "ExtGState" => states };
    let pdf = made::single(
        "/G gs 200 300 9 9 re f",
        dictionary! { "Resources" => resources },
    );
    let folder = tempfile::tempdir().unwrap();
    let (spooled, _) = spool(folder.path(), &[enclosing(pdf)], &Options::default());
    prove(folder.path(), &spooled);
    let part = fs::read(folder.path().join(&spooled.parts[0].pdf)).unwrap();
    assert!(memchr::memmem::find(&part, b"/Foo").is_none());
    assert!(memchr::memmem::find(&part, b"/ExtGState").is_some());
}

/// A picture of a megabyte that leads into a ring, and so many references to it in one object.
fn ring(references: usize) -> Vec<u8> {
    let mut document = made::single_document("200 300 9 9 re f", dictionary! {});
    let (first, second) = (document.new_object_id(), document.new_object_id());
    let picture = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => 1000, "Height" => 1000,
        "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8, "Foo" => first,
    };
    let picture = document.add_object(Stream::new(picture, vec![0x80; 1_000_000]));
    document
        .objects
        .insert(first, dictionary! { "A" => second }.into());
    document
        .objects
        .insert(second, dictionary! { "B" => first }.into());
    let many = document.add_object(vec![Object::from(picture); references]);
    let page = document.page_iter().next().unwrap();
    let page = document.get_dictionary_mut(page).unwrap();
    page.set(
        "Resources",
        dictionary! { "Properties" => dictionary! { "P" => dictionary! { "Foo" => many } } },
    );
    bytes(document)
}

/// Pages and forms that share one dictionary of resources, which lists all the forms.
fn inherited(forms: u32, pages: u32) -> Vec<u8> {
    let mut all = Dictionary::new();
    let mut shared = None;
    bytes(pdf_of(pages, |document, _| {
        let resources = *shared.get_or_insert_with(|| {
            let resources = document.new_object_id();
            for form in 0..forms {
                let entries = dictionary! {
                    "Type" => "XObject", "Subtype" => "Form", "Resources" => resources,
                    "BBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
                };
                let text = format!("% {form}\n200 300 9 9 re f");
                let form_ = document.add_object(Stream::new(entries, text.into_bytes()));
                all.set(format!("F{form}"), form_);
            }
            let listed = dictionary! { "XObject" => all.clone() };
            document.objects.insert(resources, listed.into());
            resources
        });
        dictionary! { "MediaBox" => a4(), "Resources" => resources, "Contents" => content(document, "/F0 Do") }
    }))
}

#[test]
fn rings_of_references_take_no_time_and_are_proved() {
    let started = Instant::now();
    let orders = [
        ring(1_000),
        ring(40_000),
        inherited(20, 2),
        inherited(900, 1),
        inherited(130, 70),
    ]
    .map(enclosing);
    let written = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let folder = tempfile::tempdir().unwrap();
        let spooled = pool.build().unwrap().install(|| {
            let (spooled, _) = spool(folder.path(), &orders, &Options::default());
            prove(folder.path(), &spooled);
            spooled
        });
        spooled.files
    };
    assert_eq!(written(1), written(4));
    let took = started.elapsed();
    assert!(took < Duration::from_secs(60), "{took:?}");
}

#[test]
fn letters_of_an_envelope_lie_in_input_order_whenever_they_came() {
    let options = Options {
        householding: true,
        ..Options::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let preparer = Preparer::new(&options);
    let mut spooler = Spooler::create(folder.path(), &options, resources(), job()).unwrap();
    let laid = laid(1, 1);
    let plan = spool::plan(1, &[], &PrintOptions::default(), &options).unwrap();
    // The second had to go another way first.
    for (seq, id) in [(0, "A"), (2, "C"), (3, "D"), (1, "B")] {
        let piece = Piece {
            seq: LetterSeq(seq),
            letter_id: id,
            laid: &laid,
            enclosures: vec![],
            postal_code: None,
            country: "SE",
            destination: Destination::Domestic,
            household: match id {
                "A" => None,
                _ => Household::of("1", &laid.address_lines, &plan),
            },
        };
        let prepared = preparer.prepare(&piece, &plan).unwrap();
        spooler.add(&prepared).unwrap();
    }
    let mut rows = Vec::new();
    let spooled = spooler.finish(|row| rows.push(row.clone())).unwrap();
    let ids: Vec<Vec<_>> = rows
        .iter()
        .map(|row| row.letters.iter().map(|(_, id)| id.as_str()).collect())
        .collect();
    assert_eq!(ids, [vec!["A"], vec!["B", "C", "D"]]);
    prove(folder.path(), &spooled);
}

#[test]
fn a_letter_that_travels_alone_refers_to_nothing_of_a_spool() {
    let options = conforming(&cmyk()).bound();
    let laid = laid(1, 1);
    let pdf = Arc::new(made::single("1 0 0 rg 200 300 9 9 re f", dictionary! {}));
    let facts = inspect(&pdf, &made::loose()).unwrap();
    let plan = spool::plan(1, &[1], &PrintOptions::default(), &options).unwrap();
    let piece = Piece {
        seq: LetterSeq(0),
        letter_id: "L",
        laid: &laid,
        enclosures: vec![(pdf, facts)],
        postal_code: None,
        country: "DK",
        destination: Destination::Domestic,
        household: None,
    };
    let prepared = Preparer::new(&options).prepare(&piece, &plan).unwrap();
    let binder = Binder::new(resources()).unwrap();
    let bound = binder.bind(&prepared, job().date).unwrap();
    let document = Document::load_mem(&bound.pdf).unwrap();
    let mut text = bound.pdf.clone();
    text.retain(|byte| *byte != b'\n');
    for (id, object) in &document.objects {
        if object.is_null() {
            let reference = format!(" {} 0 R", id.0);
            let found = memchr::memmem::find(&text, reference.as_bytes());
            assert!(found.is_none(), "{reference}");
        }
    }
    assert!(memchr::memmem::find(&text, b"/TrimBox").is_none());
}

/// Many small objects that no other document has.
fn small_objects(number: u32, count: u32) -> Vec<u8> {
    let mut document = made::single_document("200 300 9 9 re f", dictionary! {});
    let ids = (0..count).map(|i| {
        let unique = i64::from(number) * 100_000 + i64::from(i);
        Object::from(document.add_object(dictionary! { "U" => unique }))
    });
    let ids: Vec<_> = ids.collect();
    let list = document.add_object(ids);
    let page = document.page_iter().next().unwrap();
    let page = document.get_dictionary_mut(page).unwrap();
    page.set(
        "Resources",
        dictionary! { "Properties" => dictionary! { "P" => dictionary! { "Foo" => list } } },
    );
    bytes(document)
}

/// `cargo test --test spool -- --ignored --nocapture objects` prints the figures.
#[test]
#[ignore = "takes minutes"]
fn memory_and_parts_do_not_grow_with_small_objects() {
    let options = Options {
        part_bytes_max: 100_000_000,
        ..Options::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let preparer = Preparer::new(&options);
    let mut spooler = Spooler::create(folder.path(), &options, resources(), job()).unwrap();
    let laid = laid(1, 1);
    let plan = spool::plan(1, &[1], &PrintOptions::default(), &options).unwrap();
    for seq in 0..80 {
        let pdf = Arc::new(small_objects(seq, 45_000));
        let facts = inspect(&pdf, &made::loose()).unwrap();
        let piece = Piece {
            seq: LetterSeq(seq),
            letter_id: &format!("L-{seq}"),
            laid: &laid,
            enclosures: vec![(pdf, facts)],
            postal_code: None,
            country: "SE",
            destination: Destination::Domestic,
            household: None,
        };
        let prepared = preparer.prepare(&piece, &plan).unwrap();
        spooler.add(&prepared).unwrap();
    }
    let before = memory_mib();
    let mut most = before;
    let spooled = spooler.finish(|_| most = most.max(memory_mib())).unwrap();
    eprintln!("{before} MiB before, at most {most} MiB while written");
    assert!(most < before + 350, "{before} to {most} MiB");
    assert!(spooled.parts.len() > 2);
    for part in &spooled.parts {
        let pdf = folder.path().join(&part.pdf);
        let size = fs::metadata(pdf).unwrap().len();
        eprintln!("{} pieces, {size} bytes", part.pieces);
        assert!(size <= options.part_bytes_max);
    }
    prove(folder.path(), &spooled);
}
