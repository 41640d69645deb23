//! `print` through the real program: the vendor profiles, and PDFs as a plant would look at them.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

#[path = "print/household.rs"]
mod household;
#[path = "preflight/made.rs"]
mod made;
#[path = "print/reprint.rs"]
mod reprint;
#[path = "print/results.rs"]
mod results;
mod support;

use support::program::{Bench, code, errors, said};

#[test]
fn a_profile_that_is_written_out_is_a_profile_again() {
    let bench = Bench::new();
    let list = bench.lettermill(&["print", "profiles"]);
    assert_eq!(code(&list), 0);
    let list = said(&list);
    let names: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(
        names,
        [
            "nordic",
            "digdir",
            "digipost",
            "din-5008",
            "ebrev",
            "imail",
            "uk-notify"
        ]
    );
    let pdf = bench.write("good.pdf", good());
    for name in names {
        let shown = bench.lettermill(&["print", "profiles", name]);
        let copy = bench.write("copy.toml", &shown.stdout);
        let by_name = bench.lettermill(&["print", "check", "--vendor", name, &pdf]);
        let by_file = bench.lettermill(&["print", "check", "--vendor", &copy, &pdf]);
        assert_eq!(said(&by_name), said(&by_file), "{name}");
        assert_eq!(code(&by_name), code(&by_file), "{name}");
    }
    let unknown = bench.lettermill(&["print", "profiles", "nowhere"]);
    assert_eq!(code(&unknown), 10);
    assert!(errors(&unknown).contains("nordic"), "{}", errors(&unknown));
}

#[test]
fn postage_is_told_by_a_dry_run_and_by_the_report() {
    let bench = Bench::new();
    let job = bench.write(
        "job.toml",
        "[print]\npostage_classes = [\"standard\"]\npostage_steps_g = [50, 2000]\n[print.postage_prices]\n\
         currency = \"SEK\"\nhundredths = { standard = [1234, 5678] }\n",
    );
    let mailing = "fixtures/sweden/reminder.xml";
    let check = |more: &[&str]| {
        let arguments = [&["check", "--job", &job], more, &[mailing]].concat();
        said(&bench.lettermill(&arguments))
    };
    let full = check(&["--full"]);
    // 7.00 for the letter, and its postage.
    assert!(full.contains("cost: 19.34 SEK, 0.00 less"), "{full}");
    assert!(
        full.contains("postage: 12.34 SEK, part of the cost"),
        "{full}"
    );
    assert!(!check(&[]).contains("postage:"));
    let ran = bench.run("home", mailing, &["--job", &job]);
    let report = support::program::outbox(&support::program::json(&ran)).join("report.json");
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    assert_eq!(report["costs"]["postage"]["hundredths"], 1234);
    assert_eq!(report["costs"]["total_hundredths"], 1934);
}

#[test]
fn pdfs_are_taken_or_refused_with_page_and_box() {
    let bench = Bench::new();
    let good = bench.write("good.pdf", good());
    let bad = bench.write("bad.pdf", b"%PDF-1.7\nnothing");
    let both = bench.lettermill(&["print", "check", &good, &bad]);
    assert_eq!(code(&both), 14, "{}", errors(&both));
    let text = said(&both);
    assert!(text.contains("good.pdf`: taken, 1 page\n"), "{text}");
    assert!(text.contains("bad.pdf`: refused\n  "), "{text}");
    let json = bench.lettermill(&["print", "check", "--json", &good]);
    assert_eq!(code(&json), 0);
    let told: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (&told["verdict"], &told["pages"]),
        (&"taken".into(), &1.into())
    );
    let missing = bench.lettermill(&["print", "check", "/nowhere/at.pdf"]);
    assert_eq!(code(&missing), 11);
}

fn good() -> Vec<u8> {
    made::bytes(made::single_document(
        "0 g 200 300 200 200 re f",
        lopdf::dictionary! {},
    ))
}
