//! The verdicts of two public print services on their own samples, and ours.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lettermill::config::JobFile;
use lettermill::preflight::{Rules, inspect};
use serde_json::Value;

use super::made::{loose, run, text_of};

fn samples() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/official/print");
    if folder.join("EXPECTED.csv").exists() {
        return Some(folder);
    }
    eprintln!("`../shared/official/print` is absent: the official samples are left out");
    None
}

/// Their codes and ours.
const CODES: &[(&str, &[&str])] = &[
    (
        "letter-not-a4-portrait-oriented",
        &["page-size", "landscape"],
    ),
    ("content-outside-printable-area", &["ink-outside-allowed"]),
    ("notify-tag-found-in-content", &["tag-look-alike"]),
    ("address-is-empty", &["address-is-empty"]),
    ("not-enough-address-lines", &["address-too-few-lines"]),
    ("invalid-address-line-1-or-2", &["address-line-bare"]),
    ("invalid-char-in-address", &["address-line-start"]),
    ("TOO_MANY_PAGES_FOR_AUTOMATED_PRINT", &["too-many-pages"]),
    ("INSUFFICIENT_MARGIN_FOR_PRINT", &["ink-in-zone"]),
    ("UNSUPPORTED_DIMENSIONS", &["page-size"]),
    ("PDF_PARSE_ERROR", &["damaged"]),
    ("PDF_IS_ENCRYPTED", &["encrypted"]),
    (
        "REFERENCES_INVALID_FONT",
        &["font-not-embedded", "type3-font", "font-not-used"],
    ),
];

fn rules(name: &str) -> Rules {
    JobFile::of_profile(name, None).unwrap().print.pdf
}

/// What `print check` says of these files under a profile.
fn checked(vendor: &str, files: &[PathBuf]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_lettermill"))
        .args(["print", "check", "--json", "--vendor", vendor])
        .args(files)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(14), "some are refused");
    assert_eq!(output.stderr, b"");
    let told = String::from_utf8(output.stdout).unwrap();
    told.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The codes of what refuses it.
fn ours(told: &Value) -> Vec<&str> {
    let findings = told["findings"].as_array().unwrap().iter();
    let mut codes: Vec<_> = findings
        .filter(|finding| finding["verdict"] == "refuse")
        .map(|finding| finding["code"].as_str().unwrap())
        .collect();
    codes.dedup();
    assert_eq!(codes.is_empty(), told["verdict"] == "taken", "{told}");
    codes
}

/// Whether our codes say all that theirs do. What stops at the first fault may say less.
fn agree(theirs: &str, ours: &[&str]) -> bool {
    if theirs == "ok" {
        return ours.is_empty();
    }
    let named: Vec<_> = CODES
        .iter()
        .filter(|(code, _)| theirs.contains(code))
        .collect();
    !named.is_empty()
        && named
            .iter()
            .all(|(_, codes)| codes.iter().any(|code| ours.contains(code)))
}

/// The table of differences in the documents: file, their verdict, ours.
fn explained() -> BTreeMap<String, (String, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/preflight.md");
    let page = fs::read_to_string(page).unwrap();
    let cells = |line: &str| -> Option<(String, (String, String))> {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [file, theirs, ours, why] = cells[..] else {
            return None;
        };
        let file = file.strip_prefix('`')?.strip_suffix('`')?;
        if !file.ends_with(".pdf") {
            return None;
        }
        assert!(why.len() > 20, "{file}: no explanation");
        Some((file.to_owned(), (theirs.to_owned(), ours.to_owned())))
    };
    page.lines().filter_map(cells).collect()
}

#[test]
fn verdicts_agree_with_those_of_the_services_but_for_what_is_explained() {
    let Some(folder) = samples() else {
        return;
    };
    let table = fs::read_to_string(folder.join("EXPECTED.csv")).unwrap();
    let rows: Vec<_> = csv::Reader::from_reader(table.as_bytes())
        .records()
        .map(Result::unwrap)
        .collect();
    let mut all_told = BTreeMap::new();
    for (kind, vendor) in [
        ("notify-pdfs/", "uk-notify"),
        ("digipost-printability-pdfs/", "digipost"),
    ] {
        let of_it = || rows.iter().filter(|row| row[0].starts_with(kind));
        let files: Vec<_> = of_it().map(|row| folder.join(&row[0])).collect();
        let told = checked(vendor, &files);
        assert_eq!(told.len(), files.len());
        all_told.extend(of_it().map(|row| row[0].to_owned()).zip(told));
    }
    let mut explained = explained();
    let mut faults = Vec::new();
    let mut agreed = 0;
    for row in &rows {
        let (file, theirs) = (&row[0], &row[1]);
        let found = &all_told[file];
        if let Some(pages) = found["pages"].as_u64() {
            assert_eq!(pages.to_string(), row[2], "{file}");
        }
        let ours = ours(found);
        let told = match ours.is_empty() {
            true => "ok".to_owned(),
            false => ours.join(" + "),
        };
        match (agree(theirs, &ours), explained.remove(file)) {
            (true, None) => agreed += 1,
            (true, Some(_)) => faults.push(format!("{file}: agrees now; take it out of the table")),
            (false, None) => faults.push(format!("{file}: `{theirs}` there, `{told}` here")),
            (false, Some((there, here))) => {
                if (there.as_str(), here.as_str()) != (theirs, told.as_str()) {
                    faults.push(format!("{file}: `{theirs}` there, `{told}` here; the table says `{there}`, `{here}`"));
                }
            }
        }
    }
    faults.extend(
        explained
            .into_keys()
            .map(|file| format!("{file}: is in the table only")),
    );
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(agreed >= 25, "{agreed}");
}

/// Left, top, right, bottom of what is not white, in dots, by poppler.
fn seen_by_poppler(pdf: &Path, page: u32, folder: &Path) -> Option<Option<[usize; 4]>> {
    let (number, image) = (page.to_string(), folder.join("page"));
    let output = run(
        "pdftoppm",
        &[
            "-r",
            "150",
            "-f",
            &number,
            "-l",
            &number,
            "-singlefile",
            "-gray",
            "-cropbox",
            text_of(pdf),
            text_of(&image),
        ],
    )?;
    assert!(output.status.success());
    let bytes = fs::read(image.with_extension("pgm")).unwrap();
    // `P5`, width, height, 255, each with one white space behind it.
    let mut at = 0;
    let mut field = || {
        let end = at
            + bytes[at..]
                .iter()
                .position(u8::is_ascii_whitespace)
                .unwrap();
        let field = String::from_utf8(bytes[at..end].to_vec()).unwrap();
        at = end + 1;
        field
    };
    assert_eq!(field(), "P5");
    let width: usize = field().parse().unwrap();
    let height: usize = field().parse().unwrap();
    assert_eq!(field(), "255");
    let dots = &bytes[at..];
    assert_eq!(dots.len(), width * height);
    let mut found: Option<[usize; 4]> = None;
    for (i, _) in dots.iter().enumerate().filter(|(_, dot)| **dot < 245) {
        let (x, y) = (i % width, i / width);
        let [left, top, right, bottom] = found.unwrap_or([x, y, x + 1, y + 1]);
        found = Some([left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1)]);
    }
    Some(found)
}

/// Where a forbidden zone is the whole page, its ink is all that poppler draws.
#[test]
fn ink_lies_where_poppler_draws_it() {
    let Some(folder) = samples() else {
        return;
    };
    let mut compared = 0;
    let scratch = tempfile::tempdir().unwrap();
    for kind in ["notify-pdfs", "digipost-printability-pdfs"] {
        for entry in fs::read_dir(folder.join(kind)).unwrap() {
            let path = entry.unwrap().path();
            let wide = "[[empty]]\nname = \"all\"\narea = { x_mm = 0, y_mm = 0, width_mm = 500, height_mm = 600 }\n\
                [page]\nsmaller_mm = 20.0\nlarger_mm = 20.0\n[verdicts]\nink-in-zone = \"note\"\nfont-not-embedded = \"note\"\nstandard-font = \"note\"";
            let mut rules: Rules = toml::from_str(wide).unwrap();
            rules = Rules {
                landscape: lettermill::preflight::Landscape::Accept,
                ..rules
            };
            rules.margins_first = loose().margins_first;
            rules.margins_later = loose().margins_later;
            rules.mark_strip = loose().mark_strip;
            // A row of text there ends half a dot within the edge of what is shown.
            if path.ends_with("far-from-a4-free-barcode-area.pdf") {
                continue;
            }
            // Its frame is drawn by MuPDF as it is here, and not by poppler.
            if path.ends_with("content_up_to_boundary_edges.pdf") {
                continue;
            }
            let Ok(bytes) = fs::read(&path) else { continue };
            // Fonts that are not embedded are drawn in others there.
            let Ok(facts) = inspect(&bytes, &rules) else {
                continue;
            };
            let codes: Vec<_> = facts.notes.iter().map(|note| note.class.code()).collect();
            if codes.contains(&"font-not-embedded") || codes.contains(&"standard-font") {
                continue;
            }
            for page in 1..=facts.pages.min(2) {
                let Some(theirs) = seen_by_poppler(&path, page, scratch.path()) else {
                    return;
                };
                let ours = facts
                    .notes
                    .iter()
                    .find(|note| note.class.code() == "ink-in-zone" && note.page == Some(page));
                let name = path.display();
                match (theirs, ours.and_then(|note| note.area)) {
                    (None, None) => {}
                    (Some(dots), Some(area)) => {
                        let there = dots.map(|dots| dots as f64 * 25.4 / 150.0);
                        let here = [area.x_mm, area.y_mm, area.right(), area.bottom()];
                        for (there, here) in there.iter().zip(here) {
                            assert!(
                                (there - here).abs() < 0.6,
                                "{name}, page {page}: {area} here, {there:.1} there"
                            );
                        }
                    }
                    (theirs, ours) => {
                        panic!("{name}, page {page}: {theirs:?} there, {ours:?} here")
                    }
                }
                compared += 1;
            }
        }
    }
    assert!(compared >= 25, "{compared}");
}

/// The lines in the window are those that `pdftotext` reads there.
#[test]
fn addresses_are_what_pdftotext_reads() {
    let Some(folder) = samples() else {
        return;
    };
    let rules = rules("uk-notify");
    let mut compared = 0;
    for name in [
        "valid_letter",
        "bad_postcode",
        "blank_with_address",
        "address_with_large_space_in_a_line",
        "non_uk_address",
        "no_fixed_abode",
        "international_bfpo",
    ] {
        let path = folder.join(format!("notify-pdfs/{name}.pdf"));
        let facts = inspect(&fs::read(&path).unwrap(), &rules).unwrap();
        // The window and 3 mm around it, at 254 dpi: a tenth of a millimetre.
        let output = run(
            "pdftotext",
            &[
                "-r",
                "254",
                "-x",
                "216",
                "-y",
                "365",
                "-W",
                "1014",
                "-H",
                "328",
                "-l",
                "1",
                "-layout",
                text_of(&path),
                "-",
            ],
        );
        let Some(output) = output else {
            return;
        };
        let theirs = String::from_utf8(output.stdout).unwrap();
        let theirs: Vec<String> = theirs
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|line| !line.is_empty())
            .collect();
        let window = facts.window.unwrap();
        assert_eq!(window.lines().collect::<Vec<_>>(), theirs, "{name}");
        assert!(window.shows(&theirs));
        assert!(!window.shows(&theirs[..1]));
        assert!(!format!("{window:?}").contains(&theirs[0]), "private");
        compared += 1;
    }
    assert_eq!(compared, 7);
}
