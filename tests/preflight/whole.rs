//! What a file has but a reader could lose: contents that end inside something, objects that cannot be read, fields and
//! remarks that bring no look along, what acts or hides somewhere.

use lettermill::preflight::{Class, Rules, Verdict, inspect};
use lopdf::{Object, Stream, dictionary};

use super::made::{bytes, content, loose, single, single_document, with_catalog, written};

fn refused(pdf: &[u8]) -> Option<Class> {
    inspect(pdf, &loose()).err().map(|fault| fault.first.class)
}

/// A file of these objects, numbered from one, with a table that is right.
fn file_of(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (object, number) in objects.iter().zip(1..) {
        table += &format!("{:010} 00000 n \n", out.len());
        out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\n");
    }
    let tail = format!(
        "{table}trailer<</Size {}/Root 1 0 R>>\nstartxref\n{}\n%%EOF\n",
        objects.len() + 1,
        out.len()
    );
    out.extend_from_slice(tail.as_bytes());
    out
}

/// A page that draws a form, which is written like this.
fn with_form(form: &str) -> Vec<u8> {
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>";
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>\nendobj",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>\nendobj",
        &format!("{page}\nendobj"),
        "<</Length 5>>stream\n/X Do\nendstream\nendobj",
        form,
    ];
    file_of(&objects.map(|object| object.as_bytes().to_vec()))
}

#[test]
fn a_content_that_would_take_in_a_mark_is_refused() {
    let square = "60 120 40 5 re f ";
    for tail in [
        "(abc",
        "[ 1 2 ",
        "<41",
        "/A << /B ",
        "BI /W 10 /H 10 /BPC 8 /CS /G ID abcd ",
        "BI /W 20 /H 1 /BPC 8 /CS /CS0 ID ab EI Q Q cdefghijklm\nEI Q",
    ] {
        let found = refused(&single(&format!("{square}{tail}"), dictionary! {}));
        assert_eq!(found, Some(Class::Damaged), "{tail}");
    }
    let surplus = format!("{} {square}", "Q ".repeat(70_000));
    assert_eq!(
        refused(&single(&surplus, dictionary! {})),
        Some(Class::Damaged)
    );
    for tail in [
        "% the end",
        "0 0 595 842 re",
        "300 300 10 10 re W",
        "BX",
        "BT q",
        "q 20 0 0 20 200 400 cm BI /W 4 /H 1 /BPC 8 /CS /G ID abcdEI Q 3 0 0 3 0 0 cm q q",
        "BI /W 20 /H 1 /BPC 8 /CS /G ID ab EI Q Q cdefghijkl\nEI Q",
    ] {
        let found = refused(&single(&format!("{square}{tail}"), dictionary! {}));
        assert_eq!(found, None, "{tail}");
    }
    let two = |first: &str, second: &str| {
        let mut document = single_document("", dictionary! {});
        let parts = vec![
            content(&mut document, first),
            content(&mut document, second),
        ];
        let page = document.page_iter().next().unwrap();
        let page = document.get_dictionary_mut(page).unwrap();
        page.set("Contents", parts);
        refused(&bytes(document))
    };
    assert_eq!(two("q % x", "Q 0 g"), Some(Class::Damaged));
    assert_eq!(two("q % x\n", "Q 0 g"), None);
}

#[test]
fn an_object_that_is_there_and_cannot_be_read_is_refused() {
    let head = "<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<<>>";
    let draw = "0 g 40 100 100 50 re f";
    let len = draw.len();
    let good = with_form(&format!(
        "{head}/Length {len}>>stream\n{draw}\nendstream\nendobj"
    ));
    assert_eq!(inspect(&good, &loose()).unwrap().notes, []);
    for (name, form) in [
        (
            "too short",
            format!("{head}/Length {}>>stream\n{draw}endstream\nendobj", len - 3),
        ),
        (
            "too long",
            format!("{head}/Length {}>>stream\n{draw}endstream\nendobj", len + 1),
        ),
        (
            "a length that is not there",
            format!("{head}/Length 77 0 R>>stream\n{draw}\nendstream\nendobj"),
        ),
        (
            "no length",
            format!("{head}>>stream\n{draw}\nendstream\nendobj"),
        ),
        (
            "no end",
            format!("{head}/Length {len}>>stream\n{draw}\nendobj"),
        ),
        (
            "an odd number",
            format!("{head}/Foo --3/Length {len}>>stream\n{draw}\nendstream\nendobj"),
        ),
        (
            "an exponent",
            format!("{head}/Foo 1e-5/Length {len}>>stream\n{draw}\nendstream\nendobj"),
        ),
        (
            "an odd name",
            format!("{head}/Foo#zz 1/Length {len}>>stream\n{draw}\nendstream\nendobj"),
        ),
    ] {
        assert_eq!(refused(&with_form(&form)), Some(Class::Damaged), "{name}");
    }
    // What the table does not have is null.
    let absent = single(
        "",
        dictionary! { "Resources" => dictionary! {
        "XObject" => dictionary! { "Gone" => Object::Reference((999, 0)) } } },
    );
    assert!(inspect(&absent, &loose()).unwrap().has(Class::Dangling));
}

#[test]
fn what_readers_draw_a_look_for_would_be_printed() {
    let judged = |mut annotation: lopdf::Dictionary| {
        annotation.set("F", 4);
        annotation.set("Rect", vec![100.into(), 400.into(), 300.into(), 420.into()]);
        refused(&single(
            "",
            dictionary! { "Annots" => vec![annotation.into()] },
        ))
    };
    let printed = Some(Class::PrintingAnnotation);
    for subtype in [
        "FreeText",
        "Square",
        "Circle",
        "Line",
        "Ink",
        "Highlight",
        "Stamp",
    ] {
        assert_eq!(
            judged(dictionary! { "Subtype" => subtype }),
            printed,
            "{subtype}"
        );
    }
    for subtype in ["Link", "Popup"] {
        assert_eq!(
            judged(dictionary! { "Subtype" => subtype }),
            None,
            "{subtype}"
        );
    }
    let field = || dictionary! { "Subtype" => "Widget" };
    let with = |key: &str, value: Object| {
        let mut field = field();
        field.set(key, value);
        judged(field)
    };
    assert_eq!(judged(field()), None, "an empty field");
    assert_eq!(with("V", Object::string_literal("500 kr")), printed);
    let parent = dictionary! { "V" => Object::string_literal("500 kr") };
    assert_eq!(with("Parent", parent.into()), printed, "a value from above");
    let frame = dictionary! { "BC" => vec![0.into()] };
    assert_eq!(with("MK", frame.into()), printed);
    let off = dictionary! {
        "Subtype" => "Widget", "AS" => "Off", "AP" => dictionary! { "N" => dictionary! { "Yes" => Object::Null } },
    };
    assert_eq!(judged(off), None, "a box that is not ticked");
}

#[test]
fn what_acts_is_found_wherever_it_is() {
    let js = || dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("x") };
    let annotated = |annotation: lopdf::Dictionary| {
        single("", dictionary! { "Annots" => vec![annotation.into()] })
    };
    for (name, pdf) in [
        (
            "behind the action when it is opened",
            with_catalog(|_| {
                (
                    "OpenAction",
                    dictionary! { "S" => "GoTo", "Next" => js() }.into(),
                )
            }),
        ),
        (
            "behind that of a link",
            annotated(
                dictionary! { "Subtype" => "Link", "A" => dictionary! { "S" => "URI", "Next" => js() } },
            ),
        ),
        (
            "of a field",
            annotated(dictionary! { "Subtype" => "Widget", "AA" => dictionary! { "E" => js() } }),
        ),
        (
            "of the outlines",
            with_catalog(|document| {
                let first = document.add_object(dictionary! { "A" => js() });
                ("Outlines", dictionary! { "First" => first }.into())
            }),
        ),
    ] {
        assert_eq!(refused(&pdf), Some(Class::Active), "{name}");
    }
    let file = dictionary! { "Type" => "Filespec", "EF" => dictionary! { "F" => Object::Null } };
    let attached = single("", dictionary! { "AF" => vec![file.into()] });
    assert_eq!(refused(&attached), Some(Class::EmbeddedFiles));
    // Nobody refers to it.
    let mut orphan = single_document("", dictionary! {});
    orphan.add_object(js());
    assert_eq!(refused(&bytes(orphan)), None);
    // Lists that are empty, and resources whose names look like keys.
    let names = || dictionary! { "Names" => Object::Array(vec![]) };
    for pdf in [
        with_catalog(|_| {
            (
                "Names",
                dictionary! { "EmbeddedFiles" => names(), "JavaScript" => names() }.into(),
            )
        }),
        with_catalog(|_| ("AF", Object::Array(vec![]))),
        with_catalog(|_| {
            (
                "AcroForm",
                dictionary! { "XFA" => Object::Array(vec![]) }.into(),
            )
        }),
        with_catalog(|_| {
            let off = dictionary! { "BaseState" => "Unchanged" };
            (
                "OCProperties",
                dictionary! { "OCGs" => Object::Array(vec![]), "D" => off }.into(),
            )
        }),
        written("", |_| {
            let state = || dictionary! { "Type" => "ExtGState" };
            dictionary! { "ExtGState" => dictionary! { "AA" => state(), "EF" => state() } }
        }),
    ] {
        assert_eq!(refused(&pdf), None);
    }
}

/// A page with a square in a layer that is shown, through a membership with these entries.
fn layered(membership: impl FnOnce(lopdf::ObjectId) -> lopdf::Dictionary, off: bool) -> Vec<u8> {
    let mut document = single_document("/OC /M BDC 5 400 30 30 re f EMC", dictionary! {});
    let layer =
        document.add_object(dictionary! { "Type" => "OCG", "Name" => Object::string_literal("x") });
    let mut membership = membership(layer);
    membership.set("Type", "OCMD");
    let membership = document.add_object(membership);
    let page = document.page_iter().next().unwrap();
    let page = document.get_dictionary_mut(page).unwrap();
    let properties = dictionary! { "Properties" => dictionary! { "M" => membership } };
    page.set("Resources", properties);
    let state = if off { "OFF" } else { "ON" };
    let layers = dictionary! { "OCGs" => vec![layer.into()], "D" => dictionary! { state => vec![layer.into()] } };
    document.catalog_mut().unwrap().set("OCProperties", layers);
    bytes(document)
}

#[test]
fn what_is_hidden_while_a_layer_is_shown_is_a_hidden_layer() {
    let policy = |policy: &'static str| {
        layered(
            |layer| dictionary! { "OCGs" => layer, "P" => policy },
            false,
        )
    };
    assert_eq!(refused(&policy("AllOff")), Some(Class::HiddenLayer));
    assert_eq!(refused(&policy("AnyOff")), Some(Class::HiddenLayer));
    assert_eq!(refused(&policy("AnyOn")), None);
    let condition = |operator: &'static str| {
        let condition = move |layer: lopdf::ObjectId| {
            dictionary! { "VE" => vec!["And".into(), vec![operator.into(), layer.into()].into()] }
        };
        refused(&layered(condition, false))
    };
    assert_eq!(condition("Not"), Some(Class::HiddenLayer));
    assert_eq!(condition("Or"), None);
}

/// By note they are printed, so what they hold is judged.
#[test]
fn hidden_layers_are_judged_as_they_are_printed() {
    let mut rules = Rules::default();
    rules.verdicts.insert(Class::HiddenLayer, Verdict::Note);
    for pdf in [
        layered(|layer| dictionary! { "OCGs" => layer }, true),
        layered(
            |layer| dictionary! { "OCGs" => layer, "P" => "AllOff" },
            false,
        ),
    ] {
        let fault = inspect(&pdf, &rules).unwrap_err();
        assert_eq!(fault.first.class, Class::InkInMargin, "{fault}");
    }
}

/// Only fonts in which text is seen need their programs.
#[test]
fn a_font_that_is_only_named_needs_no_program() {
    let judged = |content: &str| {
        let pdf = written(content, |_| dictionary! {});
        let mut document = lopdf::Document::load_mem(&pdf).unwrap();
        let page = document.page_iter().next().unwrap();
        let page = document.get_dictionary_mut(page).unwrap();
        let resources = page.get_mut(b"Resources").unwrap().as_dict_mut().unwrap();
        let fonts = resources.get_mut(b"Font").unwrap().as_dict_mut().unwrap();
        let named =
            dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" };
        fonts.set("F1", named);
        inspect(&bytes(document), &loose())
    };
    let used = "BT /F1 9 Tf 99 500 Td (x) Tj ET";
    assert!(judged(used).unwrap_err().has(Class::StandardFont));
    for unused in [
        "BT /F1 12 Tf 14 TL ET BT /F 9 Tf 99 500 Td (x) Tj ET",
        "BT 3 Tr /F1 9 Tf 99 500 Td (x) Tj ET",
    ] {
        assert!(judged(unused).unwrap().has(Class::FontNotUsed), "{unused}");
    }
}

/// Pictures as they are packed by scanners and by libraries: more than once, or as a fax.
#[test]
fn pictures_may_be_packed_twice_or_as_a_fax() {
    let picture = |entries: lopdf::Dictionary, data: Vec<u8>| {
        let mut document = single_document("q 300 0 0 300 150 300 cm /I Do Q", dictionary! {});
        let mut dictionary = dictionary! {
            "Subtype" => "Image", "Width" => 64, "Height" => 64, "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8,
        };
        dictionary.extend(&entries);
        let picture = document.add_object(Stream::new(dictionary, data));
        let page = document.page_iter().next().unwrap();
        let page = document.get_dictionary_mut(page).unwrap();
        page.set(
            "Resources",
            dictionary! { "XObject" => dictionary! { "I" => picture } },
        );
        refused(&bytes(document))
    };
    let both = |outer: &str| dictionary! { "Filter" => vec![outer.into(), "DCTDecode".into()] };
    let jpeg = |height: u8| {
        let head = [
            0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, height, 64, 64, 64, 1, 1, 0x11, 0, 0xff, 0xda,
        ];
        [head.as_slice(), &[7; 4_000]].concat()
    };
    let mut deflated = Stream::new(dictionary! {}, jpeg(0));
    deflated.compress().unwrap();
    assert_eq!(picture(both("FlateDecode"), deflated.content), None);
    let hex = |data: &[u8]| -> Vec<u8> {
        let digits: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
        (digits + ">").into_bytes()
    };
    assert_eq!(picture(both("ASCIIHexDecode"), hex(&jpeg(0))), None);
    assert_eq!(
        picture(both("ASCIIHexDecode"), hex(&jpeg(255))),
        Some(Class::TooComplex)
    );
    let fax = |rows: i64| {
        let parameters = dictionary! { "K" => -1, "Columns" => 2_480, "Rows" => rows };
        dictionary! {
            "Filter" => "CCITTFaxDecode", "DecodeParms" => parameters, "BitsPerComponent" => 1,
        }
    };
    assert_eq!(picture(fax(64), vec![0x55; 140_000]), None);
    let data = vec![0xff; 7_500];
    assert_eq!(picture(fax(200_000), data), Some(Class::TooComplex));
}
