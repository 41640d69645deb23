//! What single plants ask for, beyond what all do.

use lettermill::config::JobFile;
use lettermill::preflight::{Area, Class, OnPages, Rules, Zone, inspect};
use lopdf::{Object, dictionary};

use super::made::{MM, a4, bytes, content, filled, font, line, loose, pdf_of, single};

/// The classes of what refuses it, with their pages.
fn refused(pdf: &[u8], rules: &Rules) -> Vec<(Class, Option<u32>)> {
    let fault = inspect(pdf, rules).err();
    let remarks = fault.iter().flat_map(|fault| fault.remarks());
    remarks.map(|remark| (remark.class, remark.page)).collect()
}

fn with_zone(text: &str, area: Area) -> Rules {
    let zone = Zone {
        name: "bar code".into(),
        page: OnPages::Every,
        area,
    };
    let rules: Rules = toml::from_str(text).unwrap();
    Rules {
        empty: vec![zone],
        landscape: rules.landscape,
        ink_below: rules.ink_below,
        ..loose()
    }
}

/// Two pages with the text of a plant at the place where GOV.UK Notify itself prints it: it stands out of its box.
fn tagged_twice() -> Vec<u8> {
    bytes(pdf_of(2, |document, _| {
        let font = font(document);
        dictionary! {
            "MediaBox" => a4(),
            "Resources" => dictionary! { "Font" => dictionary! { "F" => font } },
            "Contents" => content(document, &line(6.0, 8.2, 4.6, "NOTIFY")),
        }
    }))
}

#[test]
fn a_tag_that_stands_out_of_its_box_is_refused_on_later_pages() {
    let rules = Rules {
        tags: JobFile::of_profile("uk-notify", None)
            .unwrap()
            .print
            .pdf
            .tags,
        ..loose()
    };
    assert_eq!(
        refused(&tagged_twice(), &rules),
        [(Class::TagLookAlike, Some(2))]
    );
}

#[test]
fn a_landscape_page_is_turned_to_the_side_that_the_plant_turns_it() {
    let page = |right: f64, up: f64| {
        let sides = [0.0, 0.0, 297.0 * MM, 210.0 * MM].map(|n| Object::Real(n as f32));
        single(
            &format!("{} {} {} {} re f", right * MM, up * MM, 20.0 * MM, 8.0 * MM),
            dictionary! { "MediaBox" => Object::from(sides.to_vec()) },
        )
    };
    // 100 mm from the left edge of the page: near its upper edge, near its lower one.
    let (above, below) = (page(100.0, 197.0), page(100.0, 5.0));
    let zone = |from: f64, to: f64| Area::between(0.0, from, 15.0, to);
    for (landscape, pdf, other, zone) in [
        ("turn", &above, &below, zone(175.0, 200.0)),
        ("turn-right", &below, &above, zone(95.0, 125.0)),
    ] {
        let rules = with_zone(&format!("landscape = '{landscape}'"), zone);
        let found = refused(pdf, &rules);
        assert_eq!(found, [(Class::InkInZone, Some(1))], "{landscape}");
        assert!(inspect(other, &rules).unwrap().has(Class::Turned));
    }
}

#[test]
fn what_is_light_enough_for_the_plant_is_no_ink() {
    let zone = Area::between(50.0, 60.0, 90.0, 100.0);
    let grey = |part: &str| {
        single(
            &format!(
                "{part} g {}",
                filled(&Area::between(60.0, 70.0, 70.0, 80.0))
            ),
            dictionary! {},
        )
    };
    for (text, light, dark) in [("", "0.99", "0.95"), ("ink_below = 230", "0.95", "0.88")] {
        let rules = with_zone(text, zone);
        assert_eq!(refused(&grey(light), &rules), [], "{text}");
        let found = refused(&grey(dark), &rules);
        assert_eq!(found, [(Class::InkInZone, Some(1))], "{text}");
    }
    assert!(toml::from_str::<Rules>("ink_below = 256").is_err());
    let none: Rules = toml::from_str("ink_below = 0").unwrap();
    assert_eq!(none.check().unwrap_err()[0].field, "ink_below");
}

#[test]
fn too_many_pages_hide_no_other_fault_and_no_note() {
    let pdf = bytes(pdf_of(4, |document, number| {
        let saves = if number == 1 {
            "q ".repeat(29)
        } else {
            String::new()
        };
        dictionary! {
            "MediaBox" => vec![0.into(), 0.into(), 842.into(), 1191.into()],
            "Contents" => content(document, &saves),
        }
    }));
    let mut rules = loose();
    rules.limits.pages_max = 2;
    let fault = inspect(&pdf, &rules).unwrap_err();
    let classes: Vec<_> = fault
        .remarks()
        .map(|remark| (remark.class, remark.page))
        .collect();
    assert_eq!(
        classes,
        [
            (Class::TooManyPages, None),
            (Class::PageSize, Some(1)),
            (Class::PageSize, Some(2)),
        ]
    );
    let notes: Vec<_> = fault.notes.iter().map(|remark| remark.class).collect();
    assert_eq!(notes, [Class::DeepSaves]);
}
