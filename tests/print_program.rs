//! `print` through the real program: the vendor profiles, and PDFs as a plant would look at them.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

#[path = "print/household.rs"]
mod household;
#[path = "preflight/made.rs"]
mod made;
#[path = "print/parts.rs"]
mod parts;
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
    assert!(check(&[]).contains("postage: not in the cost yet; --full"));
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

#[test]
fn a_pdf_with_ink_where_our_mark_stands_is_refused_by_a_run_if_not_by_the_plant() {
    let bench = Bench::new();
    let ink = "0 g 12 309 20 5 re f"; // x 4 to 11, y 186 to 188 mm.
    let pdf = made::bytes(made::single_document(ink, lopdf::dictionary! {}));
    let pdf = bench.write("ink.pdf", pdf);
    let job = bench.write("job.toml", "vendor = \"digipost\"\n");
    for (plant, exit, words) in [
        (
            ["--vendor", "digipost"],
            0,
            "  note: ink-under-mark: page 1, ",
        ),
        (["--job", &job], 14, "  refused: ink-under-mark: page 1, "),
    ] {
        let check = bench.lettermill(&[&["print", "check"], &plant[..], &[&pdf]].concat());
        assert_eq!(code(&check), exit, "{}", said(&check));
        assert!(said(&check).contains(words), "{}", said(&check));
        assert_eq!(said(&check).contains("a run does not"), exit == 0);
    }
    // One that cannot be read does not keep the others from being looked at.
    let good = bench.write("good.pdf", good());
    let two = bench.lettermill(&["print", "check", "/nowhere.pdf", &good]);
    assert_eq!(code(&two), 11);
    assert!(said(&two).contains("good.pdf`: taken"), "{}", said(&two));
    let small = bench.write("small.toml", "[print.pdf.limits]\nbytes_max = 100\n");
    let endless = bench.lettermill(&["print", "check", "--job", &small, "/dev/zero"]);
    assert_eq!(code(&endless), 14, "{}", said(&endless));
}

#[test]
fn the_window_with_slack_of_the_documents_is_one_that_letters_fit() {
    let page = std::fs::read_to_string("docs/vendor-profiles.md").unwrap();
    let (_, section) = page.split_once("## A window with slack").unwrap();
    let (_, block) = section.split_once("```toml\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let bench = Bench::new();
    let job = bench.write("job.toml", block);
    let check = |job: &str| {
        bench.lettermill(&[
            "check",
            "--full",
            "--job",
            job,
            "fixtures/sweden/reminder.xml",
        ])
    };
    let taken = check(&job);
    assert_eq!(code(&taken), 0, "{}", errors(&taken));
    // The usual box of the address slips out of that window.
    let slips = block.replace(
        "x_mm = 24.6, y_mm = 44.2, width_mm = 76.0",
        "x_mm = 24.6, y_mm = 45.0, width_mm = 80.4",
    );
    assert_ne!(slips, block);
    let refused = check(&bench.write("slips.toml", slips));
    assert_eq!(code(&refused), 10, "{}", errors(&refused));
    assert!(errors(&refused).contains("letter.geometry.address"));
}

#[test]
fn a_mark_that_the_plant_has_no_room_for_is_told() {
    let bench = Bench::new();
    let note = |vendor: &str| {
        let job = bench.write("job.toml", format!("vendor = \"{vendor}\"\n"));
        let mailing = "fixtures/sweden/reminder.xml";
        let checked = bench.lettermill(&["check", "--job", &job, mailing]);
        let ran = bench.run(vendor, mailing, &["--job", &job]);
        let told = [&checked, &ran].map(|output| {
            assert_eq!(code(output), 0, "{}", errors(output));
            errors(output).contains("note: the mark of a sheet, x 3.0–")
        });
        assert_eq!(told[0], told[1], "{vendor}");
        told[0]
    };
    assert!(note("uk-notify"));
    assert!(!note("nordic") && !note("digipost"));
}

#[test]
fn a_dearer_channel_is_called_dearer() {
    let bench = Bench::new();
    let job =
        "[costs]\npaper = 0.00\ndigital = 0.01\n[registry]\nsnapshot = \"registry.snapshot\"\n";
    let job = bench.write("job.toml", job);
    let snapshot = bench.path("registry.snapshot");
    std::fs::copy("fixtures/example/registry.snapshot", snapshot).unwrap();
    let checked = bench.lettermill(&["check", "--job", &job, "fixtures/example/mailing.xml"]);
    let checked = said(&checked);
    let cost = checked
        .lines()
        .find(|line| line.starts_with("cost: "))
        .unwrap();
    let amount = cost.trim_start_matches("cost: ").split(' ').next().unwrap();
    assert_ne!(amount, "0.00");
    assert_eq!(
        cost,
        format!("cost: {amount} SEK, {amount} more than all on paper")
    );
    let fine = bench.write("fine.toml", "[costs]\npaper = 0.005\n");
    let fine = bench.lettermill(&["check", "--job", &fine, "fixtures/example/mailing.xml"]);
    assert_eq!(code(&fine), 10);
    assert!(errors(&fine).contains("two decimals"), "{}", errors(&fine));
}

/// A state that refers to one that refers to one … so many times.
fn chained(length: u32) -> Vec<u8> {
    let mut document = made::single_document("0 g 200 300 200 200 re f", lopdf::dictionary! {});
    let mut last = document.add_object(lopdf::dictionary! { "CA" => 1 });
    for _ in 0..length {
        last = document.add_object(lopdf::dictionary! { "Next" => last });
    }
    let page = document.page_iter().next().unwrap();
    let states = lopdf::dictionary! { "ExtGState" => lopdf::dictionary! { "G" => last } };
    let page = document.get_dictionary_mut(page).unwrap();
    page.set("Resources", states);
    made::bytes(document)
}

#[test]
fn what_a_dry_run_says_of_a_pdf_is_what_a_run_does() {
    let bench = Bench::new();
    let sample = bench.text("sample");
    bench.done(&[
        "sample",
        "--letters",
        "1",
        "--digital-percent",
        "0",
        &sample,
    ]);
    let text = std::fs::read_to_string(bench.path("sample/mailing.xml")).unwrap();
    let from = text.find("<content>").unwrap();
    let to = text.find("</content>").unwrap();
    let job = bench.text("sample/lettermill.toml");
    for (length, taken) in [(20, true), (1_000, false)] {
        let pdf = chained(length);
        let path = bench.write("chained.pdf", &pdf);
        let checked = bench.lettermill(&["print", "check", &path]);
        assert_eq!(
            code(&checked),
            if taken { 0 } else { 14 },
            "{}",
            said(&checked)
        );
        let pdf = base64_simd::STANDARD.encode_to_string(&pdf);
        let mailing = format!(
            "{}<content><pdf fileName=\"a.pdf\"><base64>{pdf}</base64></pdf>{}",
            &text[..from],
            &text[to..]
        );
        let (mailing, _) = mailing.split_once("  <trailer>").unwrap();
        let mailing = bench.write("chained.xml", format!("{mailing}</mailing>\n"));
        let dry = bench.lettermill(&["check", "--full", "--json", "--job", &job, &mailing]);
        let ran = bench.run(&format!("home-{length}"), &mailing, &["--job", &job]);
        let (dry, ran) = (support::program::json(&dry), support::program::json(&ran));
        for fate in ["print", "held"] {
            assert_eq!(dry[fate], ran[fate], "{fate} of {length}: {dry} {ran}");
        }
        assert_eq!(ran["print"], u32::from(taken), "{ran}");
    }
}

fn good() -> Vec<u8> {
    made::bytes(made::single_document(
        "0 g 200 300 200 200 re f",
        lopdf::dictionary! {},
    ))
}
