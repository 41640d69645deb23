//! What must not be printed, each made by hand.

use lettermill::preflight::{Class, PdfFault, Rules, Verdict, inspect};
use lopdf::{Object, Stream, dictionary};

use super::made::{bomb, bytes, encrypted, pdf_of, scanned, single, single_document, with_catalog};

fn told(fault: &PdfFault) -> String {
    fault
        .remarks()
        .map(|remark| format!("{remark}\n"))
        .collect()
}

#[test]
fn what_must_not_be_printed_is_refused_with_its_reason() {
    let js = || dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("x") };
    let stamp = dictionary! {
        "Type" => "Annot", "Subtype" => "Stamp", "F" => 4, "AP" => dictionary! {},
        "Rect" => vec![0.into(), 0.into(), 9.into(), 9.into()],
    };
    let annotated = |annotation: lopdf::Dictionary| {
        single("", dictionary! { "Annots" => vec![annotation.into()] })
    };
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        (
            "script when opened",
            with_catalog(|_| ("OpenAction", js().into())),
            "an action that starts when it is opened",
        ),
        (
            "script by name",
            with_catalog(|_| {
                (
                    "Names",
                    dictionary! { "JavaScript" => dictionary! { "Names" => vec![Object::string_literal("x"), js().into()] } }.into(),
                )
            }),
            "JavaScript",
        ),
        (
            "actions of the file",
            with_catalog(|_| ("AA", dictionary! { "WP" => js() }.into())),
            "actions that start by themselves",
        ),
        (
            "embedded files",
            with_catalog(|_| {
                ("Names", dictionary! { "EmbeddedFiles" => dictionary! { "Kids" => vec![dictionary! { "Names" => vec![Object::string_literal("x"), dictionary! {}.into()] }.into()] } }.into())
            }),
            "embedded files",
        ),
        (
            "portfolio",
            with_catalog(|_| ("Collection", dictionary! {}.into())),
            "embedded files",
        ),
        (
            "XFA",
            with_catalog(|_| {
                (
                    "AcroForm",
                    dictionary! { "XFA" => vec![Object::string_literal("template")] }.into(),
                )
            }),
            "XFA",
        ),
        (
            "hidden layer",
            with_catalog(|document| {
                let group = document.add_object(
                    dictionary! { "Type" => "OCG", "Name" => Object::string_literal("x") },
                );
                ("OCProperties", dictionary! { "OCGs" => vec![group.into()], "D" => dictionary! { "OFF" => vec![group.into()] } }.into())
            }),
            "hidden layers",
        ),
        (
            "layer not printed",
            with_catalog(|document| {
                let group = document.add_object(dictionary! { "Type" => "OCG", "Usage" => dictionary! { "Print" => dictionary! { "PrintState" => "OFF" } } });
                (
                    "OCProperties",
                    dictionary! { "OCGs" => vec![group.into()], "D" => dictionary! {} }.into(),
                )
            }),
            "hidden layers",
        ),
        (
            "actions of a page",
            single("", dictionary! { "AA" => dictionary! { "O" => js() } }),
            "page 1: the PDF holds actions",
        ),
        (
            "stamp",
            annotated(stamp.clone()),
            "a remark or stamp that would be printed",
        ),
        (
            "form field",
            annotated({
                let mut field = stamp;
                field.set("Subtype", "Widget");
                field
            }),
            "a form field",
        ),
        (
            "attached file",
            annotated(dictionary! { "Subtype" => "FileAttachment" }),
            "embedded files",
        ),
        (
            "launch",
            annotated(dictionary! { "Subtype" => "Link", "A" => dictionary! { "S" => "Launch" } }),
            "starts a program",
        ),
        (
            "standard font",
            single(
                "BT /F 9 Tf 99 500 Td (x) Tj ET",
                dictionary! { "Resources" => dictionary! { "Font" => dictionary! { "F" => dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" } } } },
            ),
            "font `Helvetica` is not embedded",
        ),
        (
            "composite font",
            single(
                "BT /F 9 Tf 99 500 Td (x) Tj ET",
                dictionary! { "Resources" => dictionary! { "Font" => dictionary! { "F" => dictionary! {
                "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "Odd(One)",
                "DescendantFonts" => vec![dictionary! { "FontDescriptor" => dictionary! {} }.into()] } } } },
            ),
            "font `OddOne` is not embedded",
        ),
        (
            "A3",
            single(
                "",
                dictionary! { "MediaBox" => vec![0.into(), 0.into(), 842.into(), 1191.into()] },
            ),
            "page 1: the page is 297.0 × 420.2 mm",
        ),
        (
            "A4 in twice the unit",
            single("", dictionary! { "UserUnit" => 2 }),
            "page 1: the page is 420.0 × 594.0 mm",
        ),
        (
            "A6 in twice the unit",
            single(
                "",
                dictionary! { "UserUnit" => 2, "MediaBox" => vec![0.into(), 0.into(), Object::Real(297.64), Object::Real(420.94)] },
            ),
            "user-unit: page 1: the page has a unit of its own",
        ),
        (
            "no box",
            {
                let mut document = single_document("", dictionary! {});
                let page = document.page_iter().next().unwrap();
                document
                    .get_dictionary_mut(page)
                    .unwrap()
                    .remove(b"MediaBox");
                bytes(document)
            },
            "no media box",
        ),
        (
            "no pages",
            bytes(pdf_of(0, |_, _| dictionary! {})),
            "no pages",
        ),
        (
            "pages without end",
            {
                let mut document = single_document("", dictionary! {});
                let root = document
                    .catalog()
                    .unwrap()
                    .get(b"Pages")
                    .unwrap()
                    .as_reference()
                    .unwrap();
                document
                    .get_dictionary_mut(root)
                    .unwrap()
                    .set("Kids", vec![root.into()]);
                bytes(document)
            },
            "its page tree",
        ),
        (
            "one page many times",
            {
                let mut document = single_document("", dictionary! {});
                let root = document
                    .catalog()
                    .unwrap()
                    .get(b"Pages")
                    .unwrap()
                    .as_reference()
                    .unwrap();
                let node = document.get_dictionary_mut(root).unwrap();
                let kid = node.get(b"Kids").unwrap().as_array().unwrap()[0].clone();
                node.set("Kids", vec![kid; 500]);
                bytes(document)
            },
            "more than 80 pages",
        ),
        (
            "content missing",
            single("", dictionary! { "Contents" => Object::Reference((77, 0)) }),
            "its content is missing",
        ),
        (
            "content that does not unpack",
            {
                let mut document = single_document("", dictionary! {});
                let odd = document.add_object(Stream::new(
                    dictionary! { "Filter" => "FlateDecode" },
                    vec![1, 2, 3],
                ));
                let page = document.page_iter().next().unwrap();
                document
                    .get_dictionary_mut(page)
                    .unwrap()
                    .set("Contents", odd);
                bytes(document)
            },
            "cannot be unpacked",
        ),
        ("bomb", bomb(), "cannot be unpacked"),
        (
            "picture outside",
            {
                let mut document = single_document("", dictionary! {});
                let odd = document.add_object(Stream::new(dictionary! { "Subtype" => "Image", "F" => Object::string_literal("/etc/passwd") }, vec![]));
                let page = document.page_iter().next().unwrap();
                document.get_dictionary_mut(page).unwrap().set(
                    "Resources",
                    dictionary! { "XObject" => dictionary! { "I" => odd } },
                );
                bytes(document)
            },
            "takes data from outside",
        ),
        (
            "PostScript",
            {
                let mut document = single_document("", dictionary! {});
                let odd =
                    document.add_object(Stream::new(dictionary! { "Subtype" => "PS" }, vec![]));
                let page = document.page_iter().next().unwrap();
                document.get_dictionary_mut(page).unwrap().set(
                    "Resources",
                    dictionary! { "XObject" => dictionary! { "I" => odd } },
                );
                bytes(document)
            },
            "PostScript",
        ),
        (
            "cut off",
            {
                let whole = scanned(2, 1);
                whole[..whole.len() / 3].to_vec()
            },
            "damaged",
        ),
    ];
    for (name, pdf, expected) in cases {
        let fault = inspect(&pdf, &Rules::default()).expect_err(name);
        assert!(told(&fault).contains(expected), "{name}: {}", told(&fault));
    }
    if let Some(encrypted) = encrypted() {
        let fault = inspect(&encrypted, &Rules::default()).unwrap_err();
        assert_eq!(fault.first.class, Class::Encrypted);
    }
}

#[test]
fn rules_can_make_a_fault_a_note_but_not_every_one() {
    let scripted = with_catalog(|_| {
        (
            "AA",
            dictionary! { "WP" => dictionary! { "S" => "JavaScript" } }.into(),
        )
    });
    let mut rules = super::made::loose();
    assert!(inspect(&scripted, &rules).unwrap_err().has(Class::Active));
    rules.verdicts.insert(Class::Active, Verdict::Note);
    assert!(inspect(&scripted, &rules).unwrap().has(Class::Active));
    rules.check().unwrap();
    rules.verdicts.insert(Class::Damaged, Verdict::Note);
    assert_eq!(rules.check().unwrap_err()[0].field, "verdicts");
    assert!(inspect(b"%PDF-1.4", &rules).is_err());
}

#[test]
fn versions_bytes_and_sides_are_as_the_rules_say() {
    let rules = |text: &str| -> Rules { toml::from_str(text).unwrap() };
    let pdf = single("", dictionary! {});
    let newer = with_catalog(|_| ("Version", "2.0".into()));
    let judge =
        |pdf: &[u8], text: &str| inspect(pdf, &rules(text)).map_err(|fault| fault.first.class);
    assert!(judge(&pdf, "").is_ok());
    assert_eq!(
        judge(&pdf, "version_min = '1.6'").unwrap_err(),
        Class::Version
    );
    assert!(
        inspect(&newer, &Rules::default())
            .unwrap_err()
            .has(Class::Version)
    );
    assert_eq!(
        judge(&pdf, "[limits]\nbytes_max = 100").unwrap_err(),
        Class::TooLarge
    );
    let side = single(
        "",
        dictionary! { "MediaBox" => vec![0.into(), 0.into(), 842.into(), 595.into()] },
    );
    assert!(judge(&side, "").unwrap().has(Class::Turned));
    assert_eq!(
        judge(&side, "landscape = 'refuse'").unwrap_err(),
        Class::Landscape
    );
    assert_eq!(judge(&side, "landscape = 'accept'").unwrap().notes, []);
    assert!(toml::from_str::<Rules>("[verdicts]\nno-such-class = 'note'").is_err());
    assert!(toml::from_str::<Rules>("version_max = 'new'").is_err());
}

/// A program that a plant takes no PDF of is told by the information dictionary or by the metadata.
#[test]
fn a_program_can_be_refused_by_its_name() {
    let rules = Rules {
        producers_refused: vec!["Ghostscript".into()],
        ..super::made::loose()
    };
    let with_info = |key: &str, value: Object| {
        let mut document = single_document("", dictionary! {});
        let info = document.add_object(dictionary! { key => value });
        document.trailer.set("Info", info);
        bytes(document)
    };
    let with_metadata = |xmp: &str| {
        with_catalog(|document| {
            let stream = Stream::new(dictionary! {}, xmp.as_bytes().to_vec());
            ("Metadata", document.add_object(stream).into())
        })
    };
    let utf16: Vec<u8> = b"\xfe\xff"
        .iter()
        .copied()
        .chain("gpl GHOSTSCRIPT".encode_utf16().flat_map(u16::to_be_bytes))
        .collect();
    let literal = Object::string_literal;
    for refused in [
        with_info("Producer", literal("GPL Ghostscript 10.00.0")),
        with_info("Creator", literal("AFPL ghostscript")),
        with_info(
            "Producer",
            Object::String(utf16, lopdf::StringFormat::Hexadecimal),
        ),
        with_metadata("<r:D pdf:Producer='GPL Ghostscript 10'/>"),
        with_metadata("<xmp:CreatorTool>Ghostscript</xmp:CreatorTool>"),
    ] {
        let fault = inspect(&refused, &rules).unwrap_err();
        assert!(told(&fault).contains("made with `Ghostscript`"), "{fault}");
        assert!(inspect(&refused, &super::made::loose()).is_ok());
        let mut noted = rules.clone();
        noted.verdicts.insert(Class::Producer, Verdict::Note);
        assert!(inspect(&refused, &noted).unwrap().has(Class::Producer));
    }
    for taken in [
        with_info("Producer", literal("Skia/PDF m120")),
        with_info("Title", literal("Ghostscript for beginners")),
        with_metadata("<dc:title>About Ghostscript</dc:title><pdf:Producer>cairo</pdf:Producer>"),
    ] {
        assert!(inspect(&taken, &rules).is_ok());
    }
}
