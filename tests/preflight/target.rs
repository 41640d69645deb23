//! What the kind of file that pages are put into does not allow them to have.

use lettermill::preflight::{Class, Inks, Remark, Rules, Target, inspect};
use lopdf::{Dictionary, Document, Object, Stream, dictionary};

use super::made::{self, single, single_document};

fn x4(inks: Inks) -> Target {
    Target::PdfX4 {
        inks,
        profile: [0; 32],
    }
}

/// What is said against a document for such a file.
fn against(pdf: &[u8], target: Target) -> Vec<String> {
    let rules = Rules {
        target,
        ..made::loose()
    };
    let ours =
        |remark: &&Remark| [Class::PrintStandard, Class::NewerFeature].contains(&remark.class);
    match inspect(pdf, &rules) {
        Ok(facts) => facts.notes.iter().filter(ours).map(told).collect(),
        Err(fault) => fault.remarks().filter(ours).map(told).collect(),
    }
}

fn told(remark: &Remark) -> String {
    let sentence = remark.to_string();
    let from = sentence.find(" has ").map_or(0, |at| at + 5);
    let to = sentence.find(", which").unwrap_or(sentence.len());
    sentence[from..to].to_owned()
}

fn page(content: &str, resources: Dictionary) -> Vec<u8> {
    single(content, dictionary! { "Resources" => resources })
}

fn state(key: &str, value: impl Into<Object>) -> Vec<u8> {
    let mut state = Dictionary::new();
    state.set(key, value);
    page(
        "",
        dictionary! { "ExtGState" => dictionary! { "G" => state } },
    )
}

/// A page with one object that its resources name.
fn with(category: &str, make: impl FnOnce(&mut Document) -> Object) -> Vec<u8> {
    let mut document = single_document("", dictionary! {});
    let made = make(&mut document);
    let id = document.page_iter().next().unwrap();
    let mut names = Dictionary::new();
    names.set("X", made);
    let mut resources = Dictionary::new();
    resources.set(category, names);
    let page = document.get_dictionary_mut(id).unwrap();
    page.set("Resources", resources);
    made::bytes(document)
}

fn stream(document: &mut Document, entries: Dictionary, content: &[u8]) -> Object {
    document
        .add_object(Stream::new(entries, content.to_vec()))
        .into()
}

fn form(document: &mut Document, content: &str) -> Object {
    let entries = dictionary! {
        "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 9.into(), 9.into()],
    };
    stream(document, entries, content.as_bytes())
}

fn picture(document: &mut Document, more: Dictionary, content: &[u8]) -> Object {
    let mut entries = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => 1, "Height" => 1,
        "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8,
    };
    for (key, value) in more.iter() {
        entries.set(key.clone(), value.clone());
    }
    stream(document, entries, content)
}

#[test]
fn what_pdf_x_forbids_is_told() {
    let space = |space: Object| {
        page(
            "",
            dictionary! { "ColorSpace" => dictionary! { "X" => space } },
        )
    };
    let default = |key: &str, space: Object| {
        let mut spaces = Dictionary::new();
        spaces.set(key, space);
        page("", dictionary! { "ColorSpace" => spaces })
    };
    let name = |name: &str| Object::Name(name.into());
    let profile = |head: &[u8]| {
        let head = head.to_vec();
        with("ColorSpace", move |document| {
            let profile = stream(document, dictionary! { "N" => 3 }, &head);
            vec![Object::Name("ICCBased".into()), profile].into()
        })
    };
    let cmyk = "colours in cyan, magenta, yellow and black";
    let halftone = "a halftone or transfer function";
    let intent = "an unknown rendering intent";
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("transfer function", state("TR", "Identity"), halftone),
        (
            "second transfer function",
            state("TR2", "Identity"),
            halftone,
        ),
        (
            "halftone",
            state("HT", dictionary! { "HalftoneType" => 1 }),
            halftone,
        ),
        ("blend mode", state("BM", "Glow"), "an unknown blend mode"),
        ("intent of a state", state("RI", "Bright"), intent),
        (
            "PDF 2.0",
            state("UseBlackPtComp", "ON"),
            "graphics states of PDF 2.0",
        ),
        (
            "intent of content",
            page("/Bright ri", dictionary! {}),
            intent,
        ),
        (
            "intent of a picture",
            with("XObject", |d| {
                picture(d, dictionary! { "Intent" => "Bright" }, b"x")
            }),
            intent,
        ),
        (
            "LZW",
            with("XObject", |d| {
                picture(
                    d,
                    dictionary! { "Filter" => "LZWDecode" },
                    b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01",
                )
            }),
            "LZW packing",
        ),
        (
            "LZW in content",
            page(
                "BI /W 1 /H 1 /CS /G /BPC 8 /F /LZW ID \x01\x02 EI",
                dictionary! {},
            ),
            "LZW packing",
        ),
        (
            "JPEG 2000",
            with("XObject", |d| {
                picture(d, dictionary! { "Filter" => "JPXDecode" }, b"x")
            }),
            "a JPEG 2000 picture",
        ),
        (
            "layer",
            with("Properties", |d| {
                d.add_object(dictionary! { "Type" => "OCG", "Name" => Object::string_literal("L") })
                    .into()
            }),
            "layers",
        ),
        (
            "unit",
            single(
                "",
                dictionary! { "UserUnit" => 2, "MediaBox" => vec![0.into(), 0.into(), 298.into(), 421.into()] },
            ),
            "a unit of its own",
        ),
        (
            "font",
            with("Font", |_| {
                dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" }
                    .into()
            }),
            "a font that is not embedded",
        ),
        ("CMYK", page("0 0 0 1 k", dictionary! {}), cmyk),
        (
            "CMYK by name",
            page("/Device#43MYK cs", dictionary! {}),
            cmyk,
        ),
        (
            "CMYK space",
            space(
                vec![
                    name("Indexed"),
                    name("DeviceCMYK"),
                    0.into(),
                    Object::string_literal("abcd"),
                ]
                .into(),
            ),
            cmyk,
        ),
        (
            "CMYK in a form",
            with("XObject", |d| form(d, "0 0 0 1 K")),
            cmyk,
        ),
        (
            "CMYK in a pattern",
            with("Pattern", |d| {
                let entries = dictionary! {
                    "PatternType" => 1, "PaintType" => 1, "TilingType" => 1, "XStep" => 9, "YStep" => 9,
                    "BBox" => vec![0.into(), 0.into(), 9.into(), 9.into()], "Resources" => dictionary! {},
                };
                stream(d, entries, b"0 0 0 1 k 0 0 9 9 re f")
            }),
            cmyk,
        ),
        (
            "CMYK in a glyph",
            with("Font", |d| {
                let glyph = stream(d, dictionary! {}, b"500 0 d0 0 0 0 1 k 0 0 9 9 re f");
                // A font that is called like the entry that holds glyphs.
                dictionary! {
                    "Type" => "Font", "Subtype" => "Type3", "FontBBox" => vec![0.into(), 0.into(), 9.into(), 9.into()],
                    "CharProcs" => dictionary! { "a" => glyph }, "FirstChar" => 97, "LastChar" => 97, "Widths" => vec![500.into()],
                    "FontMatrix" => vec![Object::Real(0.001), 0.into(), 0.into(), Object::Real(0.001), 0.into(), 0.into()],
                    "Encoding" => dictionary! { "Differences" => vec![97.into(), name("a")] },
                }
                .into()
            }),
            cmyk,
        ),
        (
            "CMYK group",
            single(
                "",
                dictionary! { "Group" => dictionary! { "S" => "Transparency", "CS" => "DeviceCMYK" } },
            ),
            cmyk,
        ),
        (
            "default of a device",
            default("DefaultRGB", name("DeviceRGB")),
            "a default colour space that is none",
        ),
        (
            "no profile",
            profile(b"x"),
            "a colour profile that cannot be used",
        ),
    ];
    for (case, pdf, expected) in cases {
        assert_eq!(against(&pdf, Target::Pdf16), Vec::<String>::new(), "{case}");
        assert_eq!(against(&pdf, x4(Inks::Grey)), [expected], "{case}");
        let left: &[&str] = if expected == cmyk { &[] } else { &[expected] };
        assert_eq!(against(&pdf, x4(Inks::Cmyk)), left, "{case}");
    }
}

#[test]
fn what_pdf_x_allows_is_not_told() {
    for pdf in [
        page("1 0 0 rg 0.5 g /Perceptual ri", dictionary! {}),
        state(
            "BM",
            vec![
                Object::Name("Multiply".into()),
                Object::Name("Normal".into()),
            ],
        ),
        state("TR2", "Default"),
        // Names of resources are no keys.
        page(
            "",
            dictionary! { "Font" => dictionary! { "TR" => dictionary! { "Type" => "Font", "Subtype" => "Type0" } } },
        ),
        made::written("BT /F 12 Tf 100 600 Td (a) Tj ET", |_| dictionary! {}),
        made::scanned(1, 4),
        single(
            "(0 0 0 1 k) pop",
            dictionary! { "Group" => dictionary! { "S" => "Transparency", "CS" => "DeviceRGB" } },
        ),
    ] {
        assert_eq!(against(&pdf, x4(Inks::Grey)), Vec::<String>::new());
    }
}

#[test]
fn what_pdf_1_5_does_not_know_is_told_and_can_be_a_note() {
    let icc = |major: u8, minor: u8| {
        let mut head = vec![0; 132];
        head[3] = 132;
        (head[8], head[9]) = (major, minor << 4);
        head[12..24].copy_from_slice(b"mntrRGB XYZ ");
        head[36..40].copy_from_slice(b"acsp");
        with("ColorSpace", move |document| {
            let profile = stream(document, dictionary! { "N" => 3 }, &head);
            vec![Object::Name("ICCBased".into()), profile].into()
        })
    };
    let open_type = |kind: &'static str| {
        with("Font", move |document| {
            let file = stream(document, dictionary! { "Subtype" => kind }, b"x");
            dictionary! {
                "Type" => "Font", "Subtype" => "TrueType", "BaseFont" => "X",
                "FontDescriptor" => dictionary! { "Type" => "FontDescriptor", "FontFile3" => file },
            }
            .into()
        })
    };
    let newer = "a colour profile of a newer version than 4.0";
    for (pdf, expected) in [
        (icc(2, 4), vec![]),
        (icc(4, 0), vec![]),
        (icc(4, 2), vec![newer]),
        (open_type("OpenType"), vec!["an OpenType font"]),
        (open_type("Type1C"), vec![]),
        (
            state("HTO", vec![0.into(), 0.into()]),
            vec!["graphics states of PDF 2.0"],
        ),
        (state("TR", "Identity"), vec![]),
        (page("0 0 0 1 k", dictionary! {}), vec![]),
    ] {
        assert_eq!(against(&pdf, Target::Pdf15), expected);
    }
    let mut rules = Rules {
        target: Target::Pdf15,
        ..made::loose()
    };
    let pdf = icc(4, 2);
    let fault = inspect(&pdf, &rules).unwrap_err();
    assert!(fault.has(Class::NewerFeature), "{fault}");
    rules
        .verdicts
        .insert(Class::NewerFeature, lettermill::preflight::Verdict::Note);
    assert!(inspect(&pdf, &rules).unwrap().has(Class::NewerFeature));
}
