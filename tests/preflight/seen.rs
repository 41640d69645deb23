//! What the window shows besides an address, ink that is easily missed, and figures that are hard to see.

use lettermill::config::JobFile;
use lettermill::preflight::{AddressRules, Area, Class, Rules, inspect};
use lopdf::{Document, Object, Stream, dictionary};

use super::made::{MM, a4, filled, image, line, loose, single, written};

fn address() -> String {
    let lines = ["Test Testsson", "Storgatan 1", "123 45 Ingenstans"];
    let line = |(i, text): (usize, &&str)| line(10.0, 30.0, 50.0 + 5.0 * i as f64, text);
    lines.iter().enumerate().map(line).collect()
}

/// Whether the window shows the address and nothing else.
fn clear(content: &str, more: impl FnOnce(&mut Document) -> lopdf::Dictionary) -> bool {
    let rules = Rules {
        address: Some(AddressRules::default()),
        ..loose()
    };
    let facts = inspect(&written(content, more), &rules).unwrap();
    let window = facts.window.unwrap();
    window.shows(&["Test Testsson", "Storgatan 1", "123 45 Ingenstans"])
}

#[test]
fn the_window_shows_plain_text_and_nothing_else() {
    let plain = |_: &mut Document| dictionary! {};
    let picture = |document: &mut Document| {
        dictionary! { "XObject" => dictionary! { "I" => image(document, 90) } }
    };
    let shading = |_: &mut Document| {
        let function =
            dictionary! { "FunctionType" => 2, "N" => 1, "Domain" => vec![0.into(), 1.into()] };
        let coords: Vec<Object> = vec![0.into(), 0.into(), 600.into(), 0.into()];
        dictionary! { "Shading" => dictionary! { "S" => dictionary! {
        "ShadingType" => 2, "ColorSpace" => "DeviceGray", "Coords" => coords, "Function" => function } } }
    };
    let mask = |document: &mut Document| {
        let group = dictionary! {
            "Subtype" => "Form", "BBox" => a4(),
            "Group" => dictionary! { "S" => "Transparency", "CS" => "DeviceGray" },
        };
        let group = document.add_object(Stream::new(group, b"0 g 0 0 595 842 re f".to_vec()));
        dictionary! { "ExtGState" => dictionary! { "G" => dictionary! {
        "SMask" => dictionary! { "S" => "Luminosity", "G" => group } } } }
    };
    let state = |more: lopdf::Dictionary| move |_: &mut Document| dictionary! { "ExtGState" => dictionary! { "G" => more } };
    let over = Area::between(24.0, 44.0, 109.0, 64.0);
    let beside = Area::between(70.0, 46.0, 90.0, 61.0);
    let at = |area: &Area| {
        format!(
            "q {} 0 0 {} {} {} cm /I Do Q ",
            area.width_mm * MM,
            area.height_mm * MM,
            area.x_mm * MM,
            (297.0 - area.bottom()) * MM
        )
    };
    let text = address();
    assert!(clear(&text, plain));
    assert!(
        clear(&format!("1 g {} 0 g {text}", filled(&over)), plain),
        "white paper below"
    );
    let body = Area::between(24.0, 100.0, 109.0, 120.0);
    assert!(
        clear(&format!("{text} {}", at(&body)), picture),
        "a picture elsewhere"
    );
    assert!(
        clear(&format!("0 0 595 842 re W n {text}"), plain),
        "a clip that takes nothing"
    );
    assert!(
        clear(
            &format!("{text} /G gs 0 g {}", filled(&over)),
            state(dictionary! { "ca" => 0 })
        ),
        "paint that leaves nothing"
    );
    let gone = |document: &mut Document| {
        let group = dictionary! {
            "Subtype" => "Form", "BBox" => a4(), "Group" => dictionary! { "S" => "Transparency" },
        };
        let group = document.add_object(Stream::new(group, filled(&over).into_bytes()));
        dictionary! {
            "XObject" => dictionary! { "X" => group },
            "ExtGState" => dictionary! { "G" => dictionary! { "ca" => 0 } },
        }
    };
    assert!(
        clear(&format!("q /G gs /X Do Q {text}"), gone),
        "a group of which nothing is seen"
    );
    let odd_clip = "57 700 3 3 re 400 500 3 3 re W n";
    for (name, is_clear) in [
        (
            "painted over",
            clear(&format!("{text} 1 g {}", filled(&over)), plain),
        ),
        (
            "white letters over it",
            clear(&format!("{text} 1 g {text}"), plain),
        ),
        (
            "a picture beside it",
            clear(&format!("{text} {}", at(&beside)), picture),
        ),
        (
            "a picture below it",
            clear(&format!("{} {text}", at(&over)), picture),
        ),
        (
            "a box beside it",
            clear(&format!("{text} {}", filled(&beside)), plain),
        ),
        (
            "a shading over it",
            clear(&format!("{text} /S sh"), shading),
        ),
        ("clipped away", clear(&format!("{odd_clip} {text}"), plain)),
        ("masked away", clear(&format!("/G gs {text}"), mask)),
        ("faint", clear(&format!("0.9 g {text}"), plain)),
        (
            "transparent",
            clear(
                &format!("/G gs {text}"),
                state(dictionary! { "ca" => Object::Real(0.2) }),
            ),
        ),
        (
            "in a mode that hides",
            clear(
                &format!("/G gs {text}"),
                state(dictionary! { "BM" => "Screen" }),
            ),
        ),
    ] {
        assert!(!is_clear, "{name}");
    }
}

/// What a plant prints there itself must not meet anything of ours.
#[test]
fn a_field_can_be_kept_free_around_the_window() {
    let rules = JobFile::of_profile("digdir", None).unwrap().print.pdf;
    let windowed = |text: &str| {
        let facts = inspect(&written(text, |_| dictionary! {}), &rules).unwrap();
        facts.window.unwrap().remarks.len()
    };
    let body = line(10.0, 30.0, 120.0, "Beslut");
    assert_eq!(windowed(&(address() + &body)), 0);
    let high: String = (0..3)
        .map(|i| line(10.0, 30.0, 10.0 + 5.0 * f64::from(i), "Test 1"))
        .collect();
    assert!(windowed(&(high + &body)) > 0, "no window shows it there");
    assert!(windowed(&(address() + &body + &line(10.0, 30.0, 80.0, "Beslut"))) > 0);
}

#[test]
fn white_in_a_group_that_darkens_is_ink() {
    let mut rules = loose();
    rules.margins_first.left_mm = 18.0;
    let grouped = |mode: &'static str| {
        let pdf = written("1 g 0 0 595 842 re f /G gs /X Do", |document| {
            let form = dictionary! {
                "Subtype" => "Form", "BBox" => a4(),
                "Group" => dictionary! { "S" => "Transparency", "I" => true },
            };
            let white = format!("1 g {}", filled(&Area::between(2.0, 120.0, 12.0, 130.0)));
            let form = document.add_object(Stream::new(form, white.into_bytes()));
            dictionary! {
                "XObject" => dictionary! { "X" => form },
                "ExtGState" => dictionary! { "G" => dictionary! { "BM" => mode } },
            }
        });
        inspect(&pdf, &rules).is_ok()
    };
    assert!(!grouped("Difference"));
    assert!(!grouped("Exclusion"));
    assert!(grouped("Multiply"));
}

#[test]
fn a_sharp_corner_reaches_as_far_as_it_is_drawn() {
    let mut rules = loose();
    rules.margins_first.left_mm = 18.0;
    let corner = |limit: u32| {
        let [x, y] = [100.0 * MM, 177.0 * MM];
        let content = format!(
            "2 w {limit} M 0 j {x} {y} m {} {y} l {x} {} l S",
            60.0 * MM,
            y - 0.5 * MM
        );
        inspect(&single(&content, dictionary! {}), &rules).is_ok()
    };
    assert!(corner(10));
    assert!(!corner(1_000));
}

/// What of a page is larger than the sheet is cut off, so margins are those of the sheet.
#[test]
fn margins_are_those_of_the_sheet() {
    let mut rules = loose();
    rules.page.larger_mm = 10.0;
    rules.margins_first.bottom_mm = 7.0;
    let height = 307.0 * MM;
    let boxed: Vec<Object> = [0.0, 0.0, 595.276, height]
        .map(|n| Object::Real(n as f32))
        .to_vec();
    let ink = |y_mm: f64| {
        let content = format!("170 {} 170 3 re f", height - y_mm * MM);
        let page = single(&content, dictionary! { "MediaBox" => boxed.clone() });
        inspect(&page, &rules).is_ok()
    };
    assert!(ink(285.0));
    assert!(!ink(299.0));
}

/// As the service's own validator judges: any name that has one of theirs in it.
#[test]
fn digipost_takes_fonts_by_a_part_of_their_names() {
    let rules = JobFile::of_profile("digipost", None).unwrap().print.pdf;
    let named = |name: &str| {
        let font = dictionary! {
            "Type" => "Font", "Subtype" => "TrueType", "BaseFont" => Object::Name(name.into()),
        };
        let fonts = dictionary! { "Font" => dictionary! { "H" => font } };
        let page = single(
            "BT /H 10 Tf 100 500 Td (x) Tj ET",
            dictionary! { "Resources" => fonts },
        );
        inspect(&page, &rules).is_ok()
    };
    for name in [
        "ArialMT",
        "Arial,Bold",
        "TimesNewRomanPSMT",
        "CourierNew",
        "ABCDEF+Helvetica",
        "Zapf Dingbats",
    ] {
        assert!(named(name), "{name}");
    }
    assert!(!named("Verdana"));
}

/// Every plant whose spools have our marks on them looks for foreign ones.
#[test]
fn figures_are_looked_for_where_marks_are_printed() {
    let symbol = datamatrix::DataMatrix::encode(&[b'7'; 36], datamatrix::SymbolList::default());
    let bitmap = symbol.unwrap().bitmap();
    let module = |(x, y): (usize, usize)| {
        let (x, y) = (2.0 + 0.5 * x as f64, 20.0 + 0.5 * y as f64);
        filled(&Area::between(x, y, x + 0.5, y + 0.5))
    };
    let code: String = bitmap.pixels().map(module).collect();
    let rules = JobFile::of_profile("digipost", None).unwrap().print.pdf;
    for grey in ["0 g ", "0.52 g "] {
        let fault = inspect(&single(&format!("{grey}{code}"), dictionary! {}), &rules).unwrap_err();
        assert!(fault.has(Class::MarkLookAlike), "{grey}: {fault}");
    }
    let rule = filled(&Area::between(1.2, 29.2, 13.0, 29.5));
    let fault = inspect(&single(&format!("{code}{rule}"), dictionary! {}), &rules).unwrap_err();
    assert!(fault.has(Class::MarkLookAlike), "{fault}");
}
