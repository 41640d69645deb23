//! OMR codes on printed sheets, read from rendered pages; sheets in reverse; parts without a Data Matrix.

use lettermill::preflight::Area;
use lettermill::spool::{Collation, MarkKind, MarkPlace, Omr};

use super::*;

const DOTS_A_MM: f64 = 300.0 / 25.4;

fn omr(text: &str) -> Option<Omr> {
    Some(toml::from_str(text).unwrap())
}

/// The left edge of a page.
fn grey(pdf: &Path, page: u32, folder: &Path) -> Option<(usize, Vec<u8>)> {
    strip(pdf, page, 0.0, folder)
}

/// A strip of 18 mm of a page in grey at 300 dpi: width and dots.
fn strip(pdf: &Path, page: u32, from_mm: f64, folder: &Path) -> Option<(usize, Vec<u8>)> {
    let number = page.to_string();
    let left = ((from_mm * DOTS_A_MM) as u32).to_string();
    let image = folder.join("grey");
    let arguments = [
        "-r",
        "300",
        "-f",
        &number,
        "-l",
        &number,
        "-singlefile",
        "-gray",
        "-x",
        &left,
        "-y",
        "0",
        "-W",
        "213",
        "-H",
        "3508",
    ];
    second_opinion(
        "pdftoppm",
        &[&arguments[..], &[text_of(pdf), text_of(&image)]].concat(),
    )?;
    let bytes = fs::read(image.with_extension("pgm")).unwrap();
    let mut head = bytes.splitn(4, |byte| *byte == b'\n');
    assert_eq!(head.next(), Some(&b"P5"[..]));
    let size = String::from_utf8(head.next().unwrap().to_vec()).unwrap();
    let width = size.split(' ').next().unwrap().parse().unwrap();
    Some((width, head.nth(1).unwrap().to_vec()))
}

/// Middles and thicknesses in millimetres of the dark runs in the column of dots at `x_mm`.
fn runs((width, dots): &(usize, Vec<u8>), x_mm: f64, to_mm: f64) -> Vec<(f64, f64)> {
    let column = dots.chunks_exact(*width);
    let column: Vec<bool> = column
        .take((to_mm * DOTS_A_MM) as usize)
        .map(|row| row[(x_mm * DOTS_A_MM) as usize] < 128)
        .collect();
    let mut at = 0;
    let mut found = Vec::new();
    for run in column.chunk_by(|a, b| a == b) {
        if run[0] {
            let middle = at as f64 + run.len() as f64 / 2.0;
            found.push((middle / DOTS_A_MM, run.len() as f64 / DOTS_A_MM));
        }
        at += run.len();
    }
    found
}

/// The code that a camera sees: 1 where a position has a bar. Checks place, thickness and the white around.
fn seen(page: &(usize, Vec<u8>), omr: &Omr) -> String {
    for white in [0.3, omr.x_mm - 0.5, omr.x_mm + omr.length_mm + 0.5, 17.8] {
        assert_eq!(runs(page, white, 94.0), [], "at {white} mm");
    }
    let found = runs(page, omr.x_mm + 0.3, 94.0);
    assert_eq!(found, runs(page, omr.x_mm + omr.length_mm - 0.3, 94.0));
    let mut code = vec!['0'; omr.positions.len()];
    for (middle, thickness) in found {
        assert!((thickness - omr.thickness_mm).abs() < 0.12, "{thickness}");
        let place = (middle - omr.y_mm) / omr.pitch_mm;
        assert!(
            (place - place.round()).abs() * omr.pitch_mm < 0.12,
            "{middle}"
        );
        code[place.round() as usize] = '1';
    }
    code.into_iter().collect()
}

#[test]
fn a_camera_sees_the_code_of_eight_sheets_with_one_feed_and_three_sequence_marks() {
    let options = Options {
        omr: omr("layout = \"neopost-ds95i\"\nsuppress = [\"feeder-2\"]"),
        inserts: vec![Insert {
            name: "svarskuvert".into(),
            station: 1,
            weight_mg: 3_000,
        }],
        ..Options::default()
    };
    let order = Order {
        pages: 8,
        print: PrintOptions {
            inserts: vec!["svarskuvert".into()],
            sides: Some(Sides::Simplex),
            ..PrintOptions::default()
        },
        ..Order::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let (spooled, _) = spool(folder.path(), &[order], &options);
    prove(folder.path(), &spooled);
    let pdf = folder.path().join(&spooled.parts[0].pdf);
    let expected = [
        "10000001", "10010011", "10001011", "10011001", "10000111", "10010101", "10001101",
        "11111111",
    ];
    for (page, code) in (1..).zip(expected) {
        let Some(dots) = grey(&pdf, page, folder.path()) else {
            return;
        };
        assert_eq!(
            seen(&dots, options.omr.as_ref().unwrap()),
            code,
            "sheet {page}"
        );
        let Some(mark) = decoded(&pdf, page, folder.path()) else {
            return;
        };
        assert_eq!(mark.len(), 1, "the Data Matrix is there as well");
    }
}

#[test]
fn sheets_lie_in_reverse_and_their_marks_say_so() {
    let omr = omr("layout = \"pb-di380\"");
    let options = Options {
        omr: omr.clone(),
        collation: Collation::Reverse,
        ..Options::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let (spooled, rows) = spool(folder.path(), &mixed(), &options);
    prove(folder.path(), &spooled);
    let mut ordinal = 0;
    for row in rows
        .iter()
        .filter(|row| row.piece % 12 == 1 || row.piece < 4)
    {
        let before: u32 = rows
            .iter()
            .filter(|r| r.piece < row.piece)
            .map(|r| u32::from(r.plan.sheets))
            .sum();
        assert!(before >= ordinal);
        ordinal = before;
        let pdf = folder
            .path()
            .join(format!("print/{}/{:04}.pdf", row.class, row.part));
        let on_sheet = row.pages / u32::from(row.plan.sheets);
        for place in 0..u32::from(row.plan.sheets) {
            let page = row.first_page + place * on_sheet;
            let (Some(marks), Some(dots)) = (
                decoded(&pdf, page, folder.path()),
                grey(&pdf, page, folder.path()),
            ) else {
                return;
            };
            let sheet = u32::from(row.plan.sheets) - place;
            assert_eq!(u32::from(marks[0].sheet), sheet);
            let code = seen(&dots, omr.as_ref().unwrap());
            // Not EOC, not BOC: the address sheet is the last.
            let both = format!("{}{}", u8::from(sheet != 1), u8::from(place != 0));
            assert_eq!(code[2..4], both, "piece {}, sheet {sheet}", row.piece);
            assert_eq!(code.matches('1').count() % 2, 0, "{code}");
            assert_eq!(
                u32::from_str_radix(&code[10..13], 2).unwrap(),
                (ordinal + place) % 8,
                "{code}"
            );
            let number = page.to_string();
            let text = second_opinion(
                "pdftotext",
                &["-f", &number, "-l", &number, text_of(&pdf), "-"],
            );
            let text = String::from_utf8(text.unwrap().stdout).unwrap();
            assert_eq!(text.contains("Prövning"), sheet == 1, "{text}");
        }
    }
    let csv = fs::read_to_string(folder.path().join(&spooled.parts[0].csv)).unwrap();
    assert!(csv.lines().skip(1).all(|row| row.ends_with(",reverse,3")));
}

#[test]
fn turned_and_scaled_enclosures_have_their_bars_in_place() {
    let options = Options {
        omr: omr("layout = \"pb-d1500\"\nread = \"up\"\ny_mm = 32"),
        ..Options::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let odd = odd_but_good();
    let orders: Vec<_> = odd
        .iter()
        .map(|(_, pdf)| Order {
            pages: 1,
            enclosures: vec![Arc::new(pdf.clone())],
            ..Order::default()
        })
        .collect();
    let (spooled, rows) = spool(folder.path(), &orders, &options);
    prove(folder.path(), &spooled);
    let pdf = folder.path().join(&spooled.parts[0].pdf);
    for row in rows {
        if odd[row.letters[0].0.0 as usize].0 == "larger unit" {
            continue; // pdftoppm draws a user unit as a point: all is half as large. The proof has looked.
        }
        let Some(dots) = grey(&pdf, row.first_page + 2, folder.path()) else {
            return;
        };
        let code = seen(&dots, options.omr.as_ref().unwrap());
        // Safety, parity, …, begin, end, start: it is read from below.
        let last = u8::from(row.plan.sheets == 2);
        assert!(
            code.starts_with('1') && code.ends_with(&format!("0{last}1")),
            "{code}"
        );
    }
}

#[test]
fn a_part_without_a_data_matrix_is_proved_by_its_bars_and_piece_ids() {
    let options = Options {
        omr: omr("layout = \"pb-d1500\""),
        mark: MarkPlace {
            kind: MarkKind::None,
            ..MarkPlace::default()
        },
        ..Options::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let (spooled, rows) = spool(folder.path(), &mixed(), &options);
    prove(folder.path(), &spooled);
    let pdf = folder.path().join(&spooled.parts[0].pdf);
    if let Some(marks) = decoded(&pdf, 1, folder.path()) {
        assert_eq!(marks, []);
    }
    if let Some(text) = second_opinion("pdftotext", &["-l", "1", text_of(&pdf), "-"]) {
        let id = format!("{:08}-1/{}", rows[0].piece, rows[0].plan.sheets);
        assert!(String::from_utf8_lossy(&text.stdout).contains(&id));
    }
    let no_code = Options {
        omr: None,
        ..options
    };
    let faults = no_code.check().unwrap_err();
    assert_eq!(faults[0].field, "mark.kind");
}

#[test]
fn nothing_may_stand_in_the_code_or_behind_it() {
    let options = Options {
        omr: omr("layout = \"pb-di380\""),
        pdf: lettermill::preflight::Rules {
            verdicts: Default::default(),
            ..made::loose()
        },
        ..Options::default()
    };
    let rules = options.rules();
    let judged = |area: Area| {
        let pdf = made::single(&made::filled(&area), dictionary! {});
        let found = inspect(&pdf, &rules);
        found.err().map(|fault| fault.to_string())
    };
    let told = |area: Area, code: &str| {
        let said = judged(area).unwrap_or_default();
        assert!(said.contains(code), "{said}");
    };
    assert_eq!(judged(Area::between(60.0, 120.0, 90.0, 150.0)), None);
    told(
        Area::between(10.0, 40.0, 12.0, 42.0),
        "where the mark stands",
    );
    told(Area::between(1.5, 90.0, 3.0, 92.0), "where the mark stands"); // White below the last bar.
    told(
        Area::between(200.0, 40.0, 202.0, 42.0),
        "behind the OMR code",
    );
    assert_eq!(judged(Area::between(10.0, 120.0, 12.0, 122.0)), None);
    // Two bars of one length in the column, far below the code.
    let bars = [250.0, 254.0].map(|y| made::filled(&Area::between(4.0, y, 14.0, y + 0.5)));
    let pdf = made::single(&bars.concat(), dictionary! {});
    let said = inspect(&pdf, &rules).unwrap_err().to_string();
    assert!(said.contains("OMR"), "{said}");
}

/// Letters as `compose` sets them, duplex: nothing near the code on fronts, nothing behind it on backs.
#[test]
fn composed_letters_keep_clear_of_the_code_on_both_sides() {
    let omr = omr("layout = \"pb-di380\"");
    let options = Options {
        omr: omr.clone(),
        collation: Collation::Reverse,
        ..Options::default()
    };
    let header = letters::header("SE");
    let stationery = Stationery::new(&Default::default(), &header).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let samples = [letters::decision(), letters::long(), letters::wide_table()];
    let (spooled, _) = composed(folder.path(), &samples, &stationery, &options);
    prove(folder.path(), &spooled);
    for part in spooled
        .parts
        .iter()
        .filter(|part| part.class.contains("duplex"))
    {
        let pdf = folder.path().join(&part.pdf);
        for page in 1..=part.pages.min(6) {
            let from_mm = if page % 2 == 1 { 0.0 } else { 192.0 };
            let Some(dots) = strip(&pdf, page, from_mm, folder.path()) else {
                return;
            };
            if page % 2 == 1 {
                seen(&dots, omr.as_ref().unwrap());
            } else {
                for x in 1..18 {
                    assert_eq!(runs(&dots, f64::from(x), 297.0), [], "page {page}, x {x}");
                }
            }
        }
    }
}

#[test]
fn a_sequence_goes_on_over_all_parts_whatever_the_number_of_threads() {
    let options = Options {
        omr: omr("layout = \"pb-di380\""),
        collation: Collation::Reverse,
        part_sheets_max: 70,
        ..Options::default()
    };
    let orders: Vec<_> = mixed().into_iter().cycle().take(300).collect();
    let written = [1, 3].map(|threads| {
        let folder = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let (spooled, _) = pool
            .unwrap()
            .install(|| spool(folder.path(), &orders, &options));
        assert!(spooled.parts.len() > 5);
        prove(folder.path(), &spooled);
        let mut before = 0;
        for part in &spooled.parts {
            let layout = folder.path().join(&part.pdf).with_extension("layout.json");
            let layout: serde_json::Value =
                serde_json::from_slice(&fs::read(layout).unwrap()).unwrap();
            assert_eq!(layout["sheets_before"], before);
            before += part.sheets;
        }
        spooled.files
    });
    assert_eq!(written[0], written[1]);
}
