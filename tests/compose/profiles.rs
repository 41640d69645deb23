//! Letters that we set for a plant keep to what its profile asks of those that we are given; and a letter that does not
//! is found out by the same check.

use lettermill::compose::{FirstPage, LaidLetter, Options, Stationery, lay_out};
use lettermill::config::JobFile;
use lettermill::finding::Code;
use lettermill::letter::{AddressForm, Header, Letter, LetterSeq, Micrometres};
use lettermill::preflight::{AddressRules, Area, Rules, inspect};
use lettermill::spool::{self, Binder, Destination, Piece, Preparer};
use lettermill::vendor;

use super::letters::{self, header};
use super::{DATE, samples, words};
use crate::support::tools::second_opinion;

const POINTS_A_MM: f64 = 72.0 / 25.4;

/// A plant: how letters for it are set, and what it takes.
struct Plant {
    name: &'static str,
    letters: Options,
    print: spool::Options,
}

impl Plant {
    fn of(name: &'static str) -> Self {
        let job = JobFile::of_profile(name, None).unwrap();
        let mut letters = job.letter;
        letters.sides = Some(job.print.sides);
        Self {
            name,
            letters,
            print: job.print,
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        vendor::shipped().map(|(name, _)| Self::of(name))
    }

    /// Where an address may stand.
    fn address(&self) -> Area {
        let area = self.letters.geometry.address;
        let mm = |length: Micrometres| f64::from(length.0) / 1000.0;
        Area {
            x_mm: mm(area.x),
            y_mm: mm(area.y),
            width_mm: mm(area.width),
            height_mm: mm(area.height),
        }
    }

    /// Its rules; where it does not say what its window shows, that is the box of the address.
    fn rules(&self) -> Rules {
        let mut rules = self.print.rules();
        rules.address.get_or_insert_with(|| AddressRules {
            window: self.address(),
            reach_mm: 0.0,
            ..AddressRules::default()
        });
        rules
    }

    /// What it says against a letter; nothing, if all is well.
    fn says(&self, letter: &Letter<'_>, laid: &LaidLetter, stationery: &Stationery) -> Vec<String> {
        let pdf = self.pdf(letter, laid, stationery);
        let facts = match inspect(&pdf, &self.rules()) {
            Ok(facts) => facts,
            Err(fault) => return fault.remarks().map(ToString::to_string).collect(),
        };
        let window = facts.window.unwrap();
        let mut said: Vec<String> = facts
            .notes
            .iter()
            .chain(&window.remarks)
            .map(ToString::to_string)
            .collect();
        if !window.shows(&laid.address_lines) {
            said.push("the window shows something else than the address".into());
        }
        said.extend(self.strays(&pdf, &laid.address_lines));
        said
    }

    /// Our pages as a PDF, as a spool has them but for the marks.
    fn pdf(&self, letter: &Letter<'_>, laid: &LaidLetter, stationery: &Stationery) -> Vec<u8> {
        let pages = u32::try_from(laid.pages.len()).unwrap();
        let plan = spool::plan(pages, &[], &letter.print, &self.print).unwrap();
        let piece = Piece {
            seq: LetterSeq(0),
            letter_id: &letter.id,
            laid,
            enclosures: Vec::new(),
            postal_code: None,
            country: "SE",
            destination: Destination::Domestic,
            household: None,
        };
        let prepared = Preparer::new(&self.print).prepare(&piece, &plan).unwrap();
        let binder = Binder::new(stationery.resources()).unwrap();
        binder.bind(&prepared, DATE).unwrap().pdf
    }

    /// Words of the address that poppler finds outside of its box, or not at all.
    fn strays(&self, pdf: &[u8], lines: &[String]) -> Vec<String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), pdf).unwrap();
        let path = file.path().to_str().unwrap();
        let Some(output) = second_opinion("pdftotext", &["-l", "1", "-bbox", path, "-"]) else {
            return Vec::new();
        };
        let text = String::from_utf8(output.stdout).unwrap();
        // Boxes are as high as the font's ascent and descent, which reach 0.12 em beyond its letters.
        let area = self.address().grown(0.12 * 12.0 / POINTS_A_MM);
        let inside = boxes(&text).filter(|(found, _)| area.holds(found));
        let found: Vec<&str> = inside.map(|(_, word)| word).collect();
        let wanted = words(&lines.join(" ")).replace('&', "&amp;");
        match found.join(" ") == wanted {
            true => Vec::new(),
            false => vec![format!(
                "{} words of the address are in its box",
                found.len()
            )],
        }
    }
}

/// Words with their boxes, as `pdftotext -bbox` writes them.
fn boxes(html: &str) -> impl Iterator<Item = (Area, &str)> {
    html.lines().filter_map(|line| {
        let line = line.trim().strip_prefix("<word ")?;
        let (head, word) = line.split_once('>')?;
        let mm = |key: &str| {
            let (_, value) = head.split_once(key)?;
            let (value, _) = value.split_once('"')?;
            Some(value.parse::<f64>().ok()? / POINTS_A_MM)
        };
        let area = Area::between(
            mm("xMin=\"")?,
            mm("yMin=\"")?,
            mm("xMax=\"")?,
            mm("yMax=\"")?,
        );
        Some((area, word.strip_suffix("</word>")?))
    })
}

/// A letter, and how it is set.
struct Case {
    name: String,
    header: Header,
    letter: Letter<'static>,
    sheet: FirstPage,
    options: Options,
}

/// Every sample as the profile has it, and some with all that an agency may add.
fn cases(plant: &Plant) -> Vec<Case> {
    let case = |name: &str, country: &str, letter, sheet, options: &Options| Case {
        name: format!("{}, {name}", plant.name),
        header: header(country),
        letter,
        sheet,
        options: options.clone(),
    };
    let usual = &plant.letters;
    let mut cases: Vec<Case> = Vec::new();
    for (name, header, letter, sheet) in samples() {
        cases.push(Case {
            name: format!("{}, {name}", plant.name),
            header,
            letter,
            sheet,
            options: usual.clone(),
        });
    }
    let abroad = |language, country: &'static str, code, city| {
        let mut letter = letters::decision();
        let mut address = letters::parts("Lange Straße 12", code, city);
        address.country = Some(country.into());
        letter.recipient.address = Some(address);
        letter.language = language;
        letter
    };
    let german = abroad("de".into(), "DE", "12345", "Musterstadt");
    let norwegian = abroad("nb".into(), "NO", "0123", "Eksempelby");
    let text = FirstPage::WithText;
    cases.push(case("to Germany", "SE", german, text, usual));
    cases.push(case("to Norway", "DK", norwegian, text, usual));

    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/templates");
    for file in ["kommun.toml", "faktura.toml", "styrelse.toml"] {
        let template = std::fs::read_to_string(folder.join(file)).unwrap();
        let template: Options = toml::from_str(&template).unwrap();
        let mut options = Options {
            geometry: usual.geometry.clone(),
            sides: usual.sides,
            ..template
        };
        options.each_path(|_, path| *path = folder.join(&*path));
        let mut letter = letters::reminder();
        letter.process = Some("Påminnelse".into());
        cases.push(case(file, "SE", letter, text, &options));
        if let Some(logo) = &mut options.letterhead.logo {
            logo.place = lettermill::compose::Place::Right;
            cases.push(case(
                "logo right",
                "SE",
                letters::decision(),
                text,
                &options,
            ));
        }
        if let Some(payment) = &mut options.payment {
            payment.page = lettermill::compose::PaymentPage::First;
            payment.processes.clear();
            cases.push(case("slip", "SE", letters::short(), text, &options));
        }
    }
    let mut six = letters::decision();
    six.recipient.attention = Some("Enheten för långa namn och många rader".into());
    let lines = [
        "Portuppgång 4",
        "Storgatan 1",
        "Box 12",
        "123 45 Exempelstad",
    ];
    six.recipient.address.as_mut().unwrap().form = AddressForm::Lines(lines.map(Into::into).into());
    cases.push(case("six lines", "SE", six, text, usual));
    cases
}

fn seven_lines() -> Letter<'static> {
    let mut letter = letters::short();
    letter.recipient.attention = Some("Ann".into());
    let lines = ["Rad ett", "Rad två", "Rad tre", "Rad fyra", "123 45 Ort"];
    letter.recipient.address.as_mut().unwrap().form =
        AddressForm::Lines(lines.map(Into::into).into());
    letter
}

#[test]
fn letters_for_a_plant_are_what_it_takes() {
    std::thread::scope(|scope| {
        for plant in Plant::all() {
            scope.spawn(move || {
                let cases = cases(&plant);
                assert!(cases.len() >= 17);
                for case in cases {
                    let stationery = Stationery::new(&case.options, &case.header)
                        .unwrap_or_else(|error| panic!("{}: {error}", case.name));
                    let laid = lay_out(&case.letter, &case.header, DATE, &stationery, case.sheet)
                        .unwrap_or_else(|found| panic!("{}: {found:?}", case.name));
                    if let Some(folder) = std::env::var_os("LETTERMILL_PROOFS") {
                        let file = format!("profile-{}.pdf", case.name);
                        std::fs::create_dir_all(&folder).unwrap();
                        let path = std::path::Path::new(&folder).join(file);
                        std::fs::write(path, plant.pdf(&case.letter, &laid, &stationery)).unwrap();
                    }
                    let said = plant.says(&case.letter, &laid, &stationery);
                    assert_eq!(said, [] as [String; 0], "{}", case.name);
                }
            });
        }
    });
}

/// Seven lines stand where the box is high enough for them, 24.5 mm, and are a finding elsewhere.
#[test]
fn seven_lines_stand_in_the_box_or_are_found_too_many() {
    let (letter, header) = (seven_lines(), header("SE"));
    let mut stood = Vec::new();
    for plant in Plant::all() {
        let stationery = Stationery::new(&plant.letters, &header).unwrap();
        match lay_out(&letter, &header, DATE, &stationery, FirstPage::WithText) {
            Ok(laid) => {
                assert_eq!(plant.says(&letter, &laid, &stationery), [] as [String; 0]);
                stood.push(plant.name);
            }
            Err(found) => {
                assert_eq!(found[0].code, Code::PrintAddress, "{}", plant.name);
                assert!(plant.address().height_mm < 24.5, "{}", plant.name);
            }
        }
    }
    assert_eq!(stood, ["uk-notify"]);
}

/// What the damaged letters of each plant are found out by.
const ZONES: &[(&str, &str, [f64; 2])] = &[
    ("nordic", "left margin", [10.0, 120.0]),
    ("nordic", "right margin", [198.0, 150.0]),
    ("digdir", "left margin", [15.0, 120.0]),
    ("digipost", "zone `barcode`", [5.0, 120.0]),
    ("din-5008", "left margin", [8.0, 200.0]),
    ("din-5008", "zone `franking`", [50.0, 58.0]),
    ("ebrev", "left margin", [10.0, 120.0]),
    ("imail", "upper margin", [60.0, 3.0]),
    ("uk-notify", "outside the boxes", [40.0, 34.0]),
];

#[test]
fn ink_in_a_zone_is_found_out() {
    let (letter, header) = (letters::decision(), header("SE"));
    for (name, said, [x, y]) in ZONES {
        let plant = Plant::of(name);
        let stationery = Stationery::new(&plant.letters, &header).unwrap();
        let mut laid = lay_out(&letter, &header, DATE, &stationery, FirstPage::WithText).unwrap();
        let (x, y) = (x * POINTS_A_MM, (297.0 - y) * POINTS_A_MM);
        let bar = format!("q 0 0 0 rg {x:.2} {y:.2} 3 3 re f Q\n");
        laid.pages[0].content.extend(bar.into_bytes());
        let all = plant.says(&letter, &laid, &stationery);
        assert!(
            all.iter().any(|told| told.contains(said)),
            "{name}: {all:?}"
        );
    }
    let named: std::collections::BTreeSet<&str> = ZONES.iter().map(|(name, ..)| *name).collect();
    assert_eq!(named.len(), vendor::shipped().count(), "each has a zone");
}

#[test]
fn an_address_that_moved_is_found_out() {
    let (letter, header) = (letters::decision(), header("SE"));
    for plant in Plant::all() {
        // A box that begins at x 20 has no place left of it.
        let left = if plant.address().x_mm > 22.0 { -5 } else { 0 };
        for (x, y) in [(0, 16), (left, -8), (left, 16)] {
            let mut moved = plant.letters.clone();
            let geometry = &mut moved.geometry;
            geometry.address.y.0 += y * 1000;
            geometry.address.x.0 += x * 1000;
            // In a plant's window the text aligns with the body; so that must move too.
            geometry.margin_left.0 += x * 1000;
            if geometry.address.x.0 < 18_000 {
                geometry.address.width.0 -= 18_000 - geometry.address.x.0;
                geometry.address.x.0 = 18_000;
            }
            geometry.body_top.0 += y.max(0) * 1000;
            geometry.letterhead = None;
            geometry.info_y = Micrometres::mm(60);
            let stationery = match Stationery::new(&moved, &header) {
                Ok(stationery) => stationery,
                Err(error) => panic!("{}, {x} {y}: {error}", plant.name),
            };
            let laid = lay_out(&letter, &header, DATE, &stationery, FirstPage::WithText).unwrap();
            let said = plant.says(&letter, &laid, &stationery);
            assert!(!said.is_empty(), "{}: {x} {y}", plant.name);
        }
    }
}
