//! The report: counts that do not depend on how the work was cut, JSON as documented, a page that loads and runs nothing.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use lettermill::finding::{Code, Finding, Place};
use lettermill::ledger::Totals;
use lettermill::letter::{Country, Envelope, Environment, Fate, LetterSeq};
use lettermill::manifest::{FileEntry, KeyKind};
use lettermill::report::{
    self, About, LetterCount, Options, Outcome, PartRead, PieceCount, Postage, Proof, Report,
    RunNotes, Stage, Tally,
};

fn about() -> About {
    About {
        batch: "SKV-BESLUT-2026-03-01.1".to_owned(),
        mailing_id: "SKV-BESLUT-2026-03-01".to_owned(),
        date: "2026-03-01".to_owned(),
        environment: Environment::Test,
        country: Country::Sweden,
        sender_name: "Exempelstads kommun".to_owned(),
        sender_organisation: "162021004748".to_owned(),
        key: KeyKind::Development,
        source_sha256: "ab".repeat(32),
        source_bytes: 1_970_412,
    }
}

fn sentence(reason: &str) -> String {
    match reason {
        "mailbox" => "The recipient has a digital mailbox.",
        "no-mailbox" => "The recipient has no digital mailbox.",
        "print-wished" => "The sender wished paper.",
        "too-large" => "The letter is too large for the digital channel.",
        "legal-on-paper" => "Service of process would fall back to ordinary paper.",
        "findings" => "The letter has faults that the sender must correct.",
        _ => "",
    }
    .to_owned()
}

/// How letter `seq` of the sample ended.
fn letter(seq: u32) -> LetterCount<'static> {
    let (fate, reason, operator) = match seq {
        40 | 180 => (Fate::Held, "legal-on-paper", None),
        77 => (Fate::Rejected, "findings", None),
        seq if seq % 50 == 3 => (Fate::Print, "too-large", None),
        seq if seq % 25 == 1 => (Fate::Print, "print-wished", None),
        seq if seq % 6 == 5 => (Fate::Print, "no-mailbox", None),
        seq if seq % 10 < 7 => (Fate::Digital, "mailbox", Some("kivra")),
        seq if seq % 10 < 9 => (Fate::Digital, "mailbox", Some("minmyndighetspost")),
        _ => (Fate::Digital, "mailbox", Some("billo")),
    };
    let pick = |from: &[&'static str]| from[seq as usize % from.len()];
    LetterCount {
        seq,
        letter_id: Box::leak(format!("B-{:06}", 4000 + seq).into_boxed_str()),
        fate,
        reason,
        operator,
        department: Some(pick(&[
            "Socialförvaltningen",
            "Bygg & miljö",
            "Skolförvaltningen",
        ])),
        process: Some(pick(&["Beslut om ekonomiskt bistånd", "Faktura"])),
        cost_centre: (!seq.is_multiple_of(4)).then_some("4711"),
        language: pick(&["sv", "sv", "sv", "sv", "se", "pl"]),
    }
}

fn finding(seq: u32, code: Code, path: &str, found: &str, allowed: &str) -> Finding {
    Finding {
        letter: LetterSeq(seq),
        place: Place {
            line: u64::from(seq) * 41 + 12,
            column: 17,
            path: path.to_owned(),
        },
        code,
        found: found.to_owned(),
        allowed: allowed.to_owned(),
    }
}

/// Counts letters `from..to` of the sample.
fn count(tally: &mut Tally, from: u32, to: u32) {
    for seq in from..to {
        let letter = letter(seq);
        tally.letter(&letter);
        if letter.fate == Fate::Print {
            tally.piece(&PieceCount {
                class: if seq % 2 == 0 {
                    "mono-duplex-standard"
                } else {
                    "colour-duplex-priority"
                },
                envelope: if seq % 20 == 5 {
                    Envelope::C4
                } else {
                    Envelope::C5
                },
                pages: 1 + seq % 4,
                sheets: 1 + seq % 4 / 2,
                weight_mg: 9_100 + 4_990 * u64::from(seq % 4 / 2),
                postage_hundredths: 1_000 + u64::from(seq % 4 / 2),
            });
        }
        if seq == 77 {
            let place = "letter/recipient/person";
            let digit = finding(
                seq,
                Code::IdentifierCheckDigit,
                place,
                "999999999999 with a wrong check digit",
                "the check digit that the others give",
            );
            tally.finding(letter.letter_id, &digit);
        }
        if seq.is_multiple_of(9) {
            let note = finding(
                seq,
                Code::PdfNote,
                "letter/attachment[2]",
                "page 3 is landscape",
                "portrait A4; it was turned",
            );
            tally.finding(letter.letter_id, &note);
        }
    }
}

fn whole(options: &Options) -> Tally {
    let mut tally = Tally::new(options);
    count(&mut tally, 0, 250);
    tally
}

fn sample(options: &Options) -> Report {
    let mut report = Report::new(about(), &whole(options), options, &sentence);
    report.files = [
        ("digital/mina-meddelanden/billo/1.tar", 210_432),
        ("digital/mina-meddelanden/kivra/1.tar", 1_482_240),
        ("findings.csv", 3_912),
        ("print/colour-duplex-priority/1.pdf", 882_110),
        ("print/colour-duplex-priority/1.pieces.csv", 4_410),
        ("rejected/rejected.xml", 5_120),
    ]
    .map(|(path, size)| FileEntry {
        path: path.to_owned(),
        size,
        sha256: "0123456789abcdef".repeat(4),
    })
    .to_vec();
    report.proof = Some(Proof {
        sheets_read: report.print.sheets,
        addresses_read: report.print.pieces,
        parts: vec![PartRead {
            pdf: "print/c5-duplex-mono/0001.pdf".to_owned(),
            sheets: 3,
            mismatches: 0,
        }],
        mismatches: 0,
        messages_read: report.totals.digital,
        signatures_verified: 2 * report.totals.digital,
        ..Proof::default()
    });
    report
}

fn notes() -> RunNotes {
    let stage = |name: &str, seconds| Stage {
        name: name.to_owned(),
        seconds,
    };
    RunNotes {
        started_at: "2026-03-01T22:15:07Z".parse().unwrap(),
        finished_at: "2026-03-01T22:15:08Z".parse().unwrap(),
        seconds: 0.84,
        threads: 2,
        stages: vec![stage("ingest", 0.05), stage("seal", 0.61), stage("compose", 0.11)],
        recovered: vec!["batch `night.1` was not finished by an earlier run; nothing of it was sent, its files were removed".to_owned()],
    }
}

fn page(report: &Report) -> String {
    String::from_utf8(report::html(report)).unwrap()
}

#[test]
fn waves_merged_in_order_give_the_same_report_however_they_were_cut() {
    let options = Options {
        names_max: 2,
        examples_max: 5,
        attention_max: 2,
        ..Options::default()
    };
    let expected = Report::new(about(), &whole(&options), &options, &sentence);
    for cuts in [
        &[1][..],
        &[100, 101, 200],
        &[7, 41, 78, 180, 181, 249],
        &[0, 250],
    ] {
        let mut merged = Tally::new(&options);
        let ends = cuts.iter().copied().chain([250]);
        let mut from = 0;
        for to in ends {
            let mut wave = Tally::of_wave(&options);
            count(&mut wave, from, to);
            merged.merge(wave);
            from = to;
        }
        let report = Report::new(about(), &merged, &options, &sentence);
        assert_eq!(report, expected, "{cuts:?}");
    }
    // The limits bite, and the sums still close.
    let names: Vec<_> = expected
        .departments
        .iter()
        .map(|line| line.name.as_str())
        .collect();
    assert_eq!(names, ["Socialförvaltningen", "Bygg & miljö", "other"]);
    let sum: u64 = expected
        .departments
        .iter()
        .map(|line| line.totals.letters)
        .sum();
    assert_eq!(sum, 250);
    assert_eq!(
        (expected.attention.letters.len(), expected.attention.more),
        (2, 1)
    );
    let notes = &expected.findings.codes[1];
    assert_eq!(
        (notes.code, notes.findings, notes.examples.len()),
        ("pdf.note", 28, 5)
    );
}

#[test]
fn json_is_as_documented() {
    let mut tally = Tally::new(&Options::default());
    for seq in [76, 77, 78, 83] {
        count(&mut tally, seq, seq + 1);
    }
    let mut report = Report::new(about(), &tally, &Options::default(), &sentence);
    report.outcome = Outcome::HeldBack {
        reason: "25 % of the letters are rejected.".to_owned(),
    };
    report.files = sample(&Options::default()).files[..1].to_vec();
    report.proof = Some(Proof {
        sheets_read: 3,
        addresses_read: 2,
        messages_read: 1,
        signatures_verified: 2,
        parts: vec![PartRead {
            pdf: "print/c5-duplex-mono/0001.pdf".to_owned(),
            sheets: 3,
            mismatches: 0,
        }],
        ..Proof::default()
    });
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/report.expected.json");
    let found = String::from_utf8(report::json(&report)).unwrap();
    if std::env::var_os("LETTERMILL_BLESS").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    let expected = expected.replace(
        "\"lettermill\": \"0.1.0\"",
        &format!("\"lettermill\": \"{}\"", env!("CARGO_PKG_VERSION")),
    );
    assert_eq!(
        found, expected,
        "`LETTERMILL_BLESS=1 cargo test --test report` rewrites the expectation"
    );
}

#[test]
fn every_field_of_the_json_is_in_the_docs() {
    let docs = include_str!("../docs/formats-ledger.md");
    let (_, docs) = docs.split_once("## report.json").unwrap();
    let mut report = sample(&Options::default());
    report.run = Some(notes());
    report.outcome = Outcome::HeldBack {
        reason: String::new(),
    };
    let mut open = vec![serde_json::to_value(&report).unwrap()];
    let mut seen = 0;
    while let Some(value) = open.pop() {
        match value {
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    assert!(
                        docs.contains(&format!("`{name}`")),
                        "`{name}` is not in the docs"
                    );
                    seen += 1;
                    open.push(value);
                }
            }
            serde_json::Value::Array(values) => open.extend(values),
            _ => {}
        }
    }
    assert!(seen > 100);
}

#[test]
fn postage_is_added_where_its_currency_is_that_of_the_sums() {
    let plain = sample(&Options::default()).costs;
    let with = |currency: &str| Options {
        postage: Some(Postage {
            currency: currency.into(),
            least_hundredths: 900,
        }),
        ..Options::default()
    };
    let page = |report: &Report| String::from_utf8(report::html(report)).unwrap();
    let report = sample(&with("SEK"));
    let costs = &report.costs;
    let postage = costs.postage.clone().unwrap();
    let (print, digital) = (report.totals.print, report.totals.digital);
    assert!(postage.in_total);
    assert!((1_000 * print..=1_001 * print).contains(&postage.hundredths) && print > 0);
    assert_eq!(
        costs.total_hundredths,
        plain.total_hundredths + postage.hundredths
    );
    assert_eq!(
        costs.all_paper_hundredths,
        plain.all_paper_hundredths + postage.hundredths + 900 * digital
    );
    assert!(page(&report).contains("Postage"));

    let report = sample(&with("GBP"));
    let postage = report.costs.postage.clone().unwrap();
    assert!(!postage.in_total && postage.hundredths >= 1_000 * print);
    assert_eq!(report.costs.total_hundredths, plain.total_hundredths);
    assert_eq!(report.costs.saved_hundredths, plain.saved_hundredths);
    assert!(page(&report).contains("not in the sum"));

    // Letters that were not set have no step of postage yet.
    let mut quick = Tally::new(&with("SEK"));
    quick.letter(&letter(3));
    let report = Report::new(about(), &quick, &with("SEK"), &sentence);
    assert_eq!((report.totals.print, report.costs.postage), (1, None));
}

#[test]
fn costs_add_up() {
    let report = sample(&Options::default());
    let Totals { digital, print, .. } = report.totals;
    let costs = &report.costs;
    assert_eq!(costs.total_hundredths, digital * 150 + print * 700);
    assert_eq!(costs.all_paper_hundredths, (digital + print) * 700);
    assert_eq!(
        costs.saved_hundredths,
        i64::try_from(digital * 550).unwrap()
    );
    assert_eq!(costs.currency, "SEK");
    let dear = Options {
        digital_price_hundredths: 1000,
        ..Options::default()
    };
    let danish = About {
        country: Country::Denmark,
        ..about()
    };
    let report = Report::new(danish, &whole(&dear), &dear, &sentence);
    assert_eq!(report.costs.currency, "DKK");
    assert_eq!(
        report.costs.saved_hundredths,
        -i64::try_from(digital * 300).unwrap()
    );
    assert!(page(&report).contains("more than on paper alone"));
}

#[test]
fn the_page_says_what_matters() {
    let report = sample(&Options::default());
    let page = page(&report);
    let Totals {
        letters,
        digital,
        print,
        held,
        rejected,
    } = report.totals;
    for expected in [
        &format!(
            "<strong>{letters} letters</strong>: {digital} digital, {print} print, {held} held, {rejected} rejected — the books balance."
        ),
        "Development key.",
        "This mailing says that it is a trial.",
        "The recipient has no digital mailbox.",
        "identifier.check-digit",
        "999999999999 with a wrong check digit",
        "kivra",
        "<strong>0 mismatches</strong> of",
        "Bygg &amp; miljö",
        "lang=\"en\"",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    assert!(
        !page.contains("This run"),
        "the copy in the outbox does not depend on the clock"
    );
    assert!(!page.contains("Held back."));
    let with_run = Report {
        run: Some(notes()),
        outcome: Outcome::HeldBack {
            reason: "Too many.".to_owned(),
        },
        ..report
    };
    let page = self::page(&with_run);
    for expected in [
        "This run",
        "0.84",
        "An earlier run had been interrupted",
        "Held back.",
        "Too many.",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
}

#[test]
fn faults_found_in_reading_back_are_loud() {
    let mut report = sample(&Options::default());
    assert!(!page(&report).contains("Reading back found faults"));
    report.proof = Some(Proof {
        mismatches: 1,
        ..Proof::default()
    });
    assert!(page(&report).contains("Reading back found faults"));
    report.balanced = false;
    assert!(page(&report).contains("The books do not balance."));
}

#[test]
fn the_page_loads_and_runs_nothing() {
    let page = page(&sample(&Options::default())).to_lowercase();
    for never in [
        "<script",
        "<link",
        "<img",
        "<iframe",
        "<object",
        "<form",
        "<a ",
        "http:",
        "https:",
        "//",
        "src=",
        "url(",
        "@import",
        "javascript",
    ] {
        assert!(!page.contains(never), "{never}");
    }
    assert!(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
}

#[test]
fn the_page_is_well_formed_and_its_tables_are_labelled() {
    let mut report = sample(&Options::default());
    report.run = Some(notes());
    let page = page(&report);
    let count = |what: &str| page.matches(what).count();
    assert!(count("<table") >= 10);
    assert_eq!(count("<table"), count("<caption"));
    assert_eq!(
        count("<th ") + count("<th>"),
        count("scope=\"col\"") + count("scope=\"row\"")
    );
    // Void elements apart, the page is XML: a parser that is strict about nesting reads it.
    let body = page
        .split_once("<body>")
        .unwrap()
        .1
        .split_once("</body>")
        .unwrap()
        .0
        .replace("<br>", "<br/>");
    let body = format!("<body>{body}</body>");
    roxmltree::Document::parse(&body).unwrap();
}

#[test]
fn what_comes_from_outside_cannot_leave_its_cell() {
    let evil = "</td></style><script>alert(1)</script>\"'&<img src=http://x onerror=y>\u{202e}";
    let mut tally = Tally::new(&Options::default());
    tally.letter(&LetterCount {
        letter_id: evil,
        reason: evil,
        department: Some(evil),
        process: Some(evil),
        cost_centre: Some(evil),
        language: evil,
        ..letter(77)
    });
    tally.letter(&LetterCount {
        operator: Some(evil),
        ..letter(0)
    });
    tally.piece(&PieceCount {
        class: evil,
        envelope: Envelope::C5,
        pages: 1,
        sheets: 1,
        weight_mg: 1,
        postage_hundredths: 0,
    });
    tally.finding(evil, &finding(1, Code::Schema, evil, evil, evil));
    let mut about = about();
    about.batch = evil.to_owned();
    about.mailing_id = evil.to_owned();
    about.sender_name = evil.to_owned();
    let mut report = Report::new(about, &tally, &Options::default(), &|_| evil.to_owned());
    report.outcome = Outcome::HeldBack {
        reason: evil.to_owned(),
    };
    report.files = vec![FileEntry {
        path: evil.to_owned(),
        size: 1,
        sha256: String::new(),
    }];
    report.run = Some(RunNotes {
        recovered: vec![evil.to_owned()],
        ..notes()
    });
    let page = page(&report);
    assert!(page.matches("&lt;script&gt;").count() > 15);
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains('\u{202e}'));
    assert_eq!(page.matches("</style>").count(), 1);
}

#[test]
fn a_mailing_of_nothing_but_rejects_makes_a_page_too() {
    let mut tally = Tally::new(&Options::default());
    tally.letter(&letter(77));
    let report = Report::new(about(), &tally, &Options::default(), &|_| String::new());
    let page = page(&report);
    assert!(
        page.contains("<strong>1 letter</strong>: 0 digital, 0 print, 0 held, 1 rejected"),
        "{page}"
    );
    let nothing = Report::new(
        about(),
        &Tally::new(&Options::default()),
        &Options::default(),
        &|_| String::new(),
    );
    assert!(
        String::from_utf8(report::html(&nothing))
            .unwrap()
            .contains("<strong>0 letters</strong>")
    );
}

/// Writes the sample to where a person can look at it.
#[test]
#[ignore = "writes pages to look at"]
fn a_sample_to_look_at() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let mut report = sample(&Options::default());
    std::fs::write(folder.join("report.html"), report::html(&report)).unwrap();
    report.run = Some(notes());
    report.about.environment = Environment::Production;
    report.about.key = KeyKind::Own;
    std::fs::write(folder.join("report-operator.html"), report::html(&report)).unwrap();
    assert_ne!(
        std::fs::read(folder.join("report.html")).unwrap(),
        std::fs::read(folder.join("report-operator.html")).unwrap()
    );
}
