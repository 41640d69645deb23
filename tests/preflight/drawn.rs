//! Ink, text and figures where they are really drawn.

use lettermill::preflight::{
    AddressRules, Area, Class, OnPages, PdfFault, Rules, Slack, Tag, Verdict, Zone, inspect,
};
use lopdf::{Object, dictionary};

use super::made::{MM, a4, bytes, content, filled, line, loose, pdf_of, single, written};

/// A zone over the whole page.
fn everywhere() -> Rules {
    let mut rules = loose();
    rules.empty.push(Zone {
        name: "all".into(),
        page: OnPages::Every,
        area: Area::between(0.0, 0.0, 300.0, 300.0),
    });
    rules
}

/// All ink of page one.
pub fn ink(pdf: &[u8]) -> Option<Area> {
    let fault = inspect(pdf, &everywhere()).err()?;
    assert!(
        fault
            .remarks()
            .all(|remark| remark.class == Class::InkInZone),
        "{fault}"
    );
    fault.first.area
}

pub fn assert_near(found: Area, [left, top, right, bottom]: [f64; 4]) {
    let there = [found.x_mm, found.y_mm, found.right(), found.bottom()];
    for (found_mm, expected) in there.iter().zip([left, top, right, bottom]) {
        assert!(
            (found_mm - expected).abs() < 0.4,
            "{found}, expected {left} {top} {right} {bottom}"
        );
    }
}

fn plain(text: &str) -> Vec<u8> {
    written(text, |_| dictionary! {})
}

fn fault(pdf: &[u8], rules: &Rules) -> PdfFault {
    inspect(pdf, rules).unwrap_err()
}

#[test]
fn what_is_not_seen_is_no_ink() {
    let square = Area::between(50.0, 60.0, 70.0, 90.0);
    let (black, white) = (
        filled(&square),
        format!("1 g {} 0 g ", filled(&square.grown(1.0))),
    );
    assert_near(ink(&plain(&black)).unwrap(), [50.0, 60.0, 70.0, 90.0]);
    for (name, text) in [
        ("white", white.clone()),
        ("white in CMYK", format!("0 0 0 0 k {black}")),
        ("covered in white", format!("{black}{white}")),
        ("clipped away", format!("0 0 10 10 re W n {black}")),
        (
            "clipped away by a curve",
            format!("0 0 m 0 9 9 9 9 0 c h W n {black}"),
        ),
        (
            "beside the page",
            filled(&Area::between(220.0, 60.0, 240.0, 90.0)),
        ),
        (
            "hidden text",
            format!("3 Tr {}", line(10.0, 50.0, 60.0, "Beslut")),
        ),
    ] {
        assert_eq!(ink(&plain(&text)), None, "{name}");
    }
    for (name, text) in [
        ("white around it", format!("{white}{black}")),
        ("light grey", format!("0.95 g {black}")),
        (
            "a hairline",
            format!(
                "0 w {} {} m {} {} l S",
                50.0 * MM,
                207.0 * MM,
                70.0 * MM,
                207.0 * MM
            ),
        ),
    ] {
        assert!(ink(&plain(&text)).is_some(), "{name}");
    }
    let form = single("/Fm Do", dictionary! {});
    assert_eq!(ink(&form), None, "a form that is not there");
}

#[test]
fn ink_is_found_however_the_page_lies() {
    let boxed = |corners: [f64; 4]| Object::from(corners.map(|n| Object::Real(n as f32)).to_vec());
    // A square of 20 mm whose upper left corner is 30 mm from the left and 50 mm from the top, as shown.
    let at = |x: f64, y: f64| format!("{} {} {} {} re f", x * MM, y * MM, 20.0 * MM, 20.0 * MM);
    let (width, height) = (210.0, 297.0);
    let cases = [
        ("upright", at(30.0, height - 70.0), dictionary! {}),
        (
            "turned right",
            at(50.0, 30.0),
            dictionary! { "MediaBox" => boxed([0.0, 0.0, height * MM, width * MM]), "Rotate" => 90 },
        ),
        (
            "upside down",
            at(width - 50.0, 50.0),
            dictionary! { "Rotate" => 180 },
        ),
        (
            "turned left",
            at(height - 70.0, width - 50.0),
            dictionary! { "MediaBox" => boxed([0.0, 0.0, height * MM, width * MM]), "Rotate" => -90 },
        ),
        (
            "off the origin",
            at(40.0, height - 70.0 - 20.0),
            dictionary! { "MediaBox" => boxed([10.0 * MM, -20.0 * MM, 220.0 * MM, 277.0 * MM]) },
        ),
        (
            "cropped",
            at(35.0, height - 70.0 + 8.0),
            dictionary! {
            "MediaBox" => boxed([0.0, 0.0, 230.0 * MM, 320.0 * MM]), "CropBox" => boxed([5.0 * MM, 8.0 * MM, 215.0 * MM, 305.0 * MM]) },
        ),
        (
            "a unit of two points",
            format!("0.5 0 0 0.5 0 0 cm {}", at(30.0, height - 70.0)),
            dictionary! {
            "MediaBox" => boxed([0.0, 0.0, width * MM / 2.0, height * MM / 2.0]), "UserUnit" => 2 },
        ),
        // Landscape: turned a quarter to the left, its top to the left edge of the sheet.
        (
            "landscape",
            at(height - 70.0, width - 50.0),
            dictionary! { "MediaBox" => boxed([0.0, 0.0, height * MM, width * MM]) },
        ),
    ];
    for (name, text, more) in cases {
        let found = ink(&single(&text, more)).unwrap_or_else(|| panic!("{name}"));
        assert_near(found, [30.0, 50.0, 50.0, 70.0]);
    }
}

#[test]
fn margins_zones_and_allowed_boxes_are_told_with_page_and_box() {
    let pages = |first: &str, second: &str| {
        bytes(pdf_of(2, |document, number| {
            let text = if number == 1 { first } else { second };
            dictionary! { "MediaBox" => a4(), "Contents" => content(document, text) }
        }))
    };
    let spot = filled(&Area::between(16.0, 100.0, 20.0, 104.0));
    let mut rules = loose();
    rules.margins_later.left_mm = 18.0;
    let found = fault(&pages(&spot, &spot), &rules);
    assert_eq!(
        found.to_string(),
        "ink-in-margin: page 2, x 15.9–17.9 y 99.9–104.1 mm: something is printed in the left margin; move it inwards"
    );
    // The document lies behind another page: page one is a later page too.
    assert_eq!(
        fault(&pages(&spot, ""), &rules.behind()).first.page,
        Some(1)
    );
    assert!(inspect(&pages(&spot, ""), &rules).is_ok());

    let mut rules = loose();
    let zone = |name: &str, page, area| Zone {
        name: name.into(),
        page,
        area,
    };
    rules.empty.push(zone(
        "franking",
        OnPages::First,
        Area::between(10.0, 90.0, 30.0, 110.0),
    ));
    let found = fault(&pages(&spot, &spot), &rules);
    assert_eq!((found.first.page, found.rest.len()), (Some(1), 0));
    assert!(found.to_string().contains("the zone `franking`"));
    assert!(inspect(&pages(&spot, &spot), &rules.behind()).is_ok());

    let mut rules = loose();
    rules.allowed.push(zone(
        "body",
        OnPages::Every,
        Area::between(17.0, 50.0, 100.0, 200.0),
    ));
    let found = fault(&pages(&spot, ""), &rules);
    assert_near(found.first.area.unwrap(), [16.0, 100.0, 17.0, 104.0]);
    rules.allowed_grow_mm = 1.1;
    assert!(inspect(&pages(&spot, ""), &rules).is_ok());
    // Two boxes that touch hold what goes through both.
    rules.allowed = vec![
        zone(
            "left",
            OnPages::Every,
            Area::between(10.0, 50.0, 18.0, 200.0),
        ),
        zone(
            "right",
            OnPages::Every,
            Area::between(18.0, 50.0, 100.0, 200.0),
        ),
    ];
    assert!(inspect(&pages(&spot, ""), &rules).is_ok());
}

#[test]
fn ink_under_the_mark_is_refused_or_noted() {
    let rules = lettermill::spool::Options {
        pdf: loose(),
        ..Default::default()
    }
    .rules();
    let marked = plain(&filled(&Area::between(4.0, 182.0, 6.0, 184.0)));
    let facts = inspect(&marked, &rules).unwrap();
    assert!(!facts.is_clear_for_marks());
    assert_eq!(facts.notes[0].page, Some(1));
    let strict = Rules {
        verdicts: Default::default(),
        ..rules.clone()
    };
    assert!(fault(&marked, &strict).has(Class::InkUnderMark));
    let clear = plain(&filled(&Area::between(4.0, 170.0, 6.0, 179.0)));
    assert!(inspect(&clear, &strict).unwrap().is_clear_for_marks());
}

fn strip() -> Rules {
    Rules {
        mark_strip: Area::between(0.0, 0.0, 18.0, 297.0),
        ..loose()
    }
}

/// A symbol of somebody else's encoder.
fn data_matrix(x_mm: f64, y_mm: f64, module_mm: f64) -> (String, f64) {
    let symbol =
        datamatrix::DataMatrix::encode(b"1234567890123456", datamatrix::SymbolList::default());
    let bitmap = symbol.unwrap().bitmap();
    let module = |(x, y): (usize, usize)| {
        let (x, y) = (x_mm + x as f64 * module_mm, y_mm + y as f64 * module_mm);
        filled(&Area::between(x, y, x + module_mm, y + module_mm))
    };
    let side = bitmap.width() as f64 * module_mm;
    (bitmap.pixels().map(module).collect(), side)
}

#[test]
fn figures_like_marks_are_refused() {
    for module_mm in [0.3, 0.38, 0.5, 0.7] {
        let (text, side) = data_matrix(4.0, 60.0, module_mm);
        let found = fault(&plain(&text), &strip());
        assert_eq!(found.first.class, Class::MarkLookAlike, "{found}");
        assert_near(
            found.first.area.unwrap(),
            [4.0, 60.0, 4.0 + side, 60.0 + side],
        );
    }
    // Outside of the strip nobody looks for one.
    assert!(inspect(&plain(&data_matrix(60.0, 60.0, 0.5).0), &strip()).is_ok());
    let bars: String = (0..4)
        .map(|i| {
            filled(&Area::between(
                4.0,
                60.0 + 4.0 * f64::from(i),
                14.0,
                60.5 + 4.0 * f64::from(i),
            ))
        })
        .collect();
    let found = fault(&plain(&bars), &strip());
    assert!(found.to_string().contains("a row of bars"), "{found}");
    assert_near(found.first.area.unwrap(), [4.0, 60.0, 14.0, 72.5]);
    for (name, innocent) in [
        (
            "text",
            (0..9)
                .map(|i| line(9.0, 2.0, 40.0 + 5.0 * f64::from(i), "Ingen kod, Hej 123 mm"))
                .collect::<String>(),
        ),
        ("large text", line(60.0, 2.0, 60.0, "B8")),
        ("a square", filled(&Area::between(4.0, 60.0, 12.0, 68.0))),
        (
            "rules of a table",
            (0..5)
                .map(|i| {
                    filled(&Area::between(
                        5.0,
                        60.0 + 6.0 * f64::from(i),
                        190.0,
                        60.4 + 6.0 * f64::from(i),
                    ))
                })
                .collect(),
        ),
    ] {
        assert!(inspect(&plain(&innocent), &strip()).is_ok(), "{name}");
    }
}

#[test]
fn text_of_another_plant_is_refused_where_that_plant_looks() {
    let tag = Tag {
        text: "NOTIFY".into(),
        page: OnPages::Every,
        area: Area::between(0.0, 0.0, 15.2, 6.2),
    };
    let rules = Rules {
        tags: vec![tag],
        ..loose()
    };
    for before in ["", "1 g ", "3 Tr "] {
        let found = fault(
            &plain(&format!("{before}{}", line(6.0, 1.8, 4.0, "NOTIFY"))),
            &rules,
        );
        assert_eq!(found.first.class, Class::TagLookAlike, "`{before}`");
        assert!(found.first.area.unwrap().right() < 15.2);
    }
    assert!(inspect(&plain(&line(6.0, 60.0, 90.0, "NOTIFY")), &rules).is_ok());
    assert!(inspect(&plain(&line(6.0, 1.8, 4.0, "NOTE")), &rules).is_ok());
}

fn address(lines: &[&str]) -> String {
    let line = |(i, text): (usize, &&str)| line(10.0, 30.0, 50.0 + 5.0 * i as f64, text);
    lines.iter().enumerate().map(line).collect()
}

/// Codes of what speaks against the window.
fn window(text: &str, change: impl FnOnce(&mut AddressRules)) -> Vec<&'static str> {
    let mut rules = AddressRules::default();
    change(&mut rules);
    let rules = Rules {
        address: Some(rules),
        ..loose()
    };
    let facts = inspect(&plain(text), &rules).unwrap();
    let window = facts.window.unwrap();
    assert!(!window.shows(&["Some Body"]));
    window
        .remarks
        .iter()
        .map(|remark| remark.class.code())
        .collect()
}

#[test]
fn the_address_must_be_as_the_plant_reads_it() {
    let good = address(&["Test Testsson", "Storgatan 1", "123 45 Ingenstans"]);
    assert_eq!(window(&good, |_| ()), Vec::<&str>::new());
    for (lines, expected) in [
        (vec![], "address-is-empty"),
        (
            vec!["Test Testsson", "Storgatan 1"],
            "address-too-few-lines",
        ),
        (
            vec!["Test Testsson", "@ Storgatan", "123 45 Ingenstans"],
            "address-line-start",
        ),
        (
            vec!["Test Testsson", "---", "123 45 Ingenstans"],
            "address-line-bare",
        ),
    ] {
        assert_eq!(window(&address(&lines), |_| ()), [expected]);
    }
    assert_eq!(
        window(&good, |rules| {
            rules.lines_min = 1;
            rules.lines_max = 2;
        }),
        ["address-too-many-lines"]
    );
    assert_eq!(
        window(&good, |rules| rules.line_chars_max = 12),
        ["address-line-too-long", "address-line-too-long"]
    );
}

#[test]
fn the_sheet_may_slip_in_its_envelope() {
    let good = address(&["Test Testsson", "Storgatan 1", "123 45 Ingenstans"]);
    let narrow = |left_mm: f64, up_mm: f64| {
        move |rules: &mut AddressRules| {
            rules.window = Area::between(24.6, 40.0, 105.0, 66.3);
            rules.reach_mm = 0.0;
            (rules.slack.left_mm, rules.slack.up_mm) = (left_mm, up_mm);
        }
    };
    assert_eq!(window(&good, narrow(0.0, 0.0)), [] as [&str; 0]);
    assert_eq!(window(&good, narrow(5.0, 5.0)), [] as [&str; 0]);
    // One line leaves the window and another is cut when the sheet slips up by 13.5 mm.
    assert_eq!(
        window(&good, narrow(5.0, 13.5)),
        [
            "address-too-few-lines",
            "address-outside-window",
            "text-in-window"
        ]
    );
    // Half a letter is no address.
    let reaching = |rules: &mut AddressRules| {
        narrow(6.0, 0.0)(rules);
        rules.reach_mm = 3.0;
    };
    assert_eq!(window(&good, reaching), ["address-outside-window"; 3]);
    // What only a slipped sheet shows must not be private.
    let private = format!("{good}{}", line(10.0, 30.0, 70.0, "Diagnos"));
    assert_eq!(window(&private, narrow(0.0, 0.0)), [] as [&str; 0]);
    assert_eq!(window(&private, narrow(0.0, 3.0)), ["text-in-window"]);
    // Some printers print hidden text.
    let hidden = format!("{good} 3 Tr {}", line(10.0, 70.0, 60.0, "Diagnos"));
    assert_eq!(window(&hidden, narrow(0.0, 0.0)), ["text-in-window"]);
}

/// The address lies in what every position of the sheet shows, all else outside of what any shows: each way.
#[test]
fn a_sheet_may_slip_each_way() {
    // Ink from x 30 to some 53 and from y 47 to 60; the window ends 1 to 7 mm beyond.
    let good = address(&["Test Testsson", "Storgatan 1", "123 45 Ingenstans"]);
    let slipped = |slack: Slack, private: (f64, f64)| {
        let text = format!("{good}{}", line(10.0, private.0, private.1, "Diagnos"));
        window(&text, |rules| {
            rules.window = Area::between(29.0, 45.0, 66.0, 67.0);
            rules.reach_mm = 0.0;
            rules.slack = slack;
        })
    };
    let none = Slack::default();
    // Slack, and where private text then comes into sight (left edge and base line, mm).
    for (slack, place, cuts) in [
        (
            Slack {
                left_mm: 3.0,
                ..none
            },
            (67.0, 55.0),
            true,
        ),
        (
            Slack {
                right_mm: 3.0,
                ..none
            },
            (14.0, 55.0),
            false,
        ),
        (Slack { up_mm: 3.0, ..none }, (35.0, 71.0), true),
        (
            Slack {
                down_mm: 3.0,
                ..none
            },
            (35.0, 44.0),
            false,
        ),
    ] {
        let far = (100.0, 200.0);
        assert_eq!(slipped(none, place), [] as [&str; 0], "{place:?}");
        assert!(
            slipped(slack, place).contains(&"text-in-window"),
            "{slack:?}"
        );
        // To the left and up it cuts the address off; the other two ways leave it 7 mm.
        assert_eq!(!slipped(slack, far).is_empty(), cuts, "{slack:?}");
    }
    for slack in [
        Slack {
            right_mm: 25.0,
            ..none
        },
        Slack {
            down_mm: 12.0,
            ..none
        },
    ] {
        assert!(!slipped(slack, (100.0, 200.0)).is_empty(), "{slack:?}");
    }
}

#[test]
fn a_sender_line_is_no_address_and_not_private() {
    let text = [
        line(7.0, 26.0, 48.0, "Amt, 12345 Ort"),
        line(10.0, 26.0, 70.0, "Test Testsson"),
        line(10.0, 26.0, 75.0, "Storgatan 1"),
        line(10.0, 26.0, 80.0, "123 45 Ingenstans"),
    ]
    .concat();
    let german = |sender_line: Option<Area>| {
        move |rules: &mut AddressRules| {
            rules.window = Area::between(20.0, 45.0, 105.0, 90.0);
            rules.lines_max = 3;
            rules.sender_line = sender_line;
        }
    };
    let zone = Area::between(20.0, 45.0, 105.0, 53.0);
    assert_eq!(window(&text, german(Some(zone))), [] as [&str; 0]);
    assert_eq!(window(&text, german(None)), ["address-too-many-lines"]);
    // Only what lies wholly in the zone is the sender's.
    let half = Area::between(20.0, 47.0, 105.0, 53.0);
    assert!(!window(&text, german(Some(half))).is_empty());
}

#[test]
fn an_address_can_be_required() {
    let mut rules = Rules {
        address: Some(AddressRules::default()),
        ..loose()
    };
    rules.verdicts.insert(Class::AddressEmpty, Verdict::Refuse);
    assert!(fault(&plain(""), &rules).has(Class::AddressEmpty));
    assert!(inspect(&plain(""), &rules.behind()).is_ok());
}
