//! What plants send back, in the orders and states in which it comes: late, twice, cut short, about other prints and batches.

use std::fs;

use serde_json::Value;

use super::support::files::ending_in;
use super::support::program::{Bench, code, errors, json, outbox, said};

/// A sample, run; and how to book what is said of it.
struct Shop {
    bench: Bench,
    home: String,
    batch: String,
    job: String,
    /// The part with the most pieces.
    part: String,
    pieces: Vec<u32>,
    /// A piece of two sheets or more, with its sheets.
    thick: (u32, u16),
}

impl Shop {
    fn new() -> Self {
        let bench = Bench::new();
        for name in ["mailing.xml", "registry.snapshot"] {
            let from = format!("{}/fixtures/example/{name}", env!("CARGO_MANIFEST_DIR"));
            fs::copy(from, bench.path(name)).unwrap();
        }
        let home = bench.text("home");
        let run = bench.run("home", &bench.text("mailing.xml"), &[]);
        assert_eq!(code(&run), 0, "{}", said(&run));
        let run = json(&run);
        let outbox = outbox(&run);
        let (mut part, mut pieces, mut job) = (String::new(), Vec::new(), String::new());
        let mut thick = (0, 0);
        for csv in ending_in(&outbox, ".pieces.csv") {
            let mut rows = csv::Reader::from_path(&csv).unwrap();
            let names = rows.headers().unwrap().clone();
            let mut of_part = Vec::new();
            for row in rows.records().map(Result::unwrap) {
                let field =
                    |name: &str| row[names.iter().position(|n| n == name).unwrap()].to_owned();
                let piece = field("piece").parse().unwrap();
                let sheets: u16 = field("sheets").parse().unwrap();
                job = field("job");
                of_part.push(piece);
                if sheets > 1 {
                    thick = (piece, sheets);
                }
            }
            if of_part.len() > pieces.len() {
                pieces = of_part;
                let pdf = csv.to_str().unwrap().replace(".pieces.csv", ".pdf");
                part = pdf;
            }
        }
        assert!(pieces.len() > 12 && thick.1 > 1, "{pieces:?}, {thick:?}");
        Self {
            home,
            batch: run["batch"].as_str().unwrap().to_owned(),
            job,
            part,
            pieces,
            thick,
            bench,
        }
    }

    fn print(&self, words: &[&str], more: &[&str], expected: i32) -> String {
        let arguments = [words, &["--out", &self.home], more].concat();
        let output = self.bench.lettermill(&arguments);
        assert_eq!(code(&output), expected, "{words:?}: {}", said(&output));
        said(&output)
    }

    /// Books lines of `job,piece,status,at`, where `J` is the job.
    fn import(&self, lines: &str, expected: i32) -> Value {
        self.book(&format!("job,piece,status,at\n{lines}"), &[], expected)
    }

    fn book(&self, text: &str, more: &[&str], expected: i32) -> Value {
        let file = self
            .bench
            .write("results.csv", text.replace('J', &self.job));
        let arguments = ["print", "results", "import", "--json", "--out", &self.home];
        let output = self
            .bench
            .lettermill(&[&arguments[..], more, &[&file]].concat());
        assert_eq!(code(&output), expected, "{text}: {}", said(&output));
        match expected {
            0 | 3 => json(&output)["files"][0].clone(),
            _ => Value::String(errors(&output)),
        }
    }

    fn remarks(file: &Value) -> Vec<(u64, &str)> {
        let remarks = file["remarks"].as_array().unwrap().iter();
        remarks
            .map(|remark| {
                (
                    remark["line"].as_u64().unwrap(),
                    remark["what"].as_str().unwrap(),
                )
            })
            .collect()
    }

    fn settle(&self, end: &str, piece: u32, print: &str, expected: i32) -> String {
        let piece = piece.to_string();
        let words = [
            "--as", end, "--pieces", &piece, "--by", "AB", "--and", "CD", "--why", "looked",
        ];
        self.print(
            &["print", "results", "settle"],
            &[&words[..], &[print]].concat(),
            expected,
        )
    }

    fn reprint(&self, more: &[&str], expected: i32) -> String {
        self.print(
            &["reprint"],
            &[more, &[self.part.as_str()]].concat(),
            expected,
        )
    }

    /// State and number of the issue of a piece that a person must look at, or nothing.
    fn noted(&self, piece: u32) -> Option<(String, u64)> {
        let shown = [
            "print",
            "results",
            "show",
            "--json",
            "--out",
            &self.home,
            &self.batch,
        ];
        let shown = json(&self.bench.lettermill(&shown));
        let noted = shown["noted"].as_array().unwrap().iter();
        let piece = noted.clone().find(|noted| noted["piece"] == piece);
        piece.map(|noted| {
            let child = noted["child"].as_u64().unwrap();
            (noted["state"].as_str().unwrap().to_owned(), child)
        })
    }

    fn spoilt(&self, piece: u32) -> bool {
        self.noted(piece)
            .is_some_and(|(state, _)| state == "spoilt")
    }
}

#[test]
fn a_late_result_of_the_first_print_is_not_one_of_the_reprint() {
    let shop = Shop::new();
    let [a, b, c] = [shop.pieces[1], shop.pieces[2], shop.pieces[3]];
    shop.reprint(&["--pieces", &format!("{a},{b},{c}")], 0);
    // The ordinary answer of a plant, with the number as our own control files have it.
    shop.import(&format!("J,{a},damaged,\n"), 0);
    let named = format!("piece,status\n{b},damaged\n");
    shop.book(&named, &["--batch", &shop.batch], 0);
    assert_eq!(shop.noted(a), None, "it waits for the reprint");
    shop.reprint(&["--open"], 15);
    // The reprint by its number, and by its name.
    shop.import(&format!("J.1,{a},damaged,\n"), 3);
    let of_reprint = format!("{}.r01", shop.batch);
    shop.book(
        &named.replace("damaged", "missing"),
        &["--batch", &of_reprint],
        3,
    );
    assert!(shop.spoilt(a) && shop.spoilt(b) && shop.noted(a).unwrap().1 == 1);
    let unnamed = shop.book("piece,status\n1,inserted\n", &[], 11);
    assert!(
        unnamed.as_str().unwrap().contains("--batch night.1.r01"),
        "{unnamed}"
    );

    // Sent after all, while the reprint is under way: somebody must stop it.
    let booked = shop.import(&format!("J,{c},inserted,\n"), 3);
    assert_eq!(Shop::remarks(&booked), [(2, "reprint-under-way")]);
    assert_eq!(booked["jobs"][0]["under_way"], 1);
    assert!(shop.print(&["status"], &[], 0).contains("1 MORE TO STOP"));
    shop.settle("removed", c, &of_reprint, 0);
    assert_eq!(shop.noted(c), None);
}

#[test]
fn the_rest_is_what_the_file_does_not_name_and_what_still_waits() {
    let shop = Shop::new();
    let all = shop.pieces.len() as u64;
    let rest = ["--rest-inserted", &shop.part];
    let [a, b] = [shop.pieces[4], shop.pieces[9]];
    shop.import(&format!("J,{a},damaged,\n"), 3);
    let booked = shop.book(&format!("job,piece,status\nJ,{b},diverted\n"), &rest, 3);
    assert_eq!(
        (&booked["rows"], &booked["rest"], &booked["rest_kept"]),
        (&1.into(), &(all - 2).into(), &1.into())
    );
    assert!(shop.spoilt(a), "it stays damaged");
    // Forgotten at first: the same file once more.
    let shop = Shop::new();
    let text = format!("job,piece,status\nJ,{b},diverted\n");
    shop.book(&text, &[], 3);
    let again = shop.book(&text, &["--rest-inserted", &shop.part], 3);
    assert_eq!(
        (&again["repeated"], &again["rest"]),
        (&1.into(), &(all - 1).into())
    );
    // Nothing went wrong.
    let shop = Shop::new();
    shop.book("job,piece,status\n", &[], 11);
    shop.book("", &["--rest-inserted", &shop.part], 11);
    let booked = shop.book("job,piece,status\n", &["--rest-inserted", &shop.part], 0);
    assert_eq!(booked["rest"], all);
}

#[test]
fn later_events_count_and_changes_are_not_taken_for_repeats() {
    let shop = Shop::new();
    let [a, b, c] = [shop.pieces[1], shop.pieces[2], shop.pieces[3]];
    let damaged = format!("J,{a},damaged,2026-11-26T10:00:00\n");
    let inserted = format!("J,{a},inserted,2026-11-26T09:00:00\n");
    shop.import(&damaged, 3);
    let older = shop.import(&inserted, 3);
    assert_eq!(Shop::remarks(&older), [(2, "older")]);
    assert!(shop.spoilt(a));
    // Without times: damaged, inserted, damaged; the third file differs from the first by its head.
    shop.import(&format!("J,{b},damaged,\n"), 3);
    shop.import(&format!("J,{b},inserted,\n"), 3);
    let again = shop.book(&format!("job,piece,status\nJ,{b},damaged\n"), &[], 3);
    assert_eq!(Shop::remarks(&again), [(2, "no-longer-sent")]);
    assert!(shop.spoilt(b));
    // A file that grows: the second insertion is news.
    shop.import(&format!("J,{c},inserted,\n"), 3);
    let twice = shop.import(&format!("J,{c},inserted,\nJ,{c},inserted,\n"), 3);
    assert_eq!(twice["repeated"], 1);
    assert_eq!(Shop::remarks(&twice), [(3, "sent-twice")]);
}

#[test]
fn what_two_persons_settled_is_not_undone_by_a_line() {
    let shop = Shop::new();
    let [a, b] = [shop.pieces[1], shop.pieces[2]];
    shop.import(&format!("J,{a},damaged,\nJ,{b},diverted,\n"), 3);
    shop.settle("withdrawn", a, &shop.batch, 0);
    shop.settle("hand-made", b, &shop.batch, 0);
    let late = shop.import(&format!("J,{a},missing,\nJ,{b},removed,\n"), 3);
    assert_eq!(
        Shop::remarks(&late),
        [(2, "against-settled"), (3, "against-settled")]
    );
    shop.reprint(&["--open"], 15);
    let out = shop.import(&format!("J,{a},inserted,\n"), 3);
    assert_eq!(Shop::remarks(&out), [(2, "went-out")]);
    assert_eq!(out["jobs"][0]["went_out"], 1);
    // They were wrong, and say so.
    shop.settle("removed", b, &shop.batch, 0);
    assert!(shop.spoilt(b));
    // Nobody settles what is none.
    shop.settle("inserted", a, "nobody.1", 15);
    for why in ["", "told by 191212121212"] {
        let words = [
            "--as", "removed", "--pieces", "1", "--by", "A", "--and", "B", "--why", why,
        ];
        shop.print(
            &["print", "results", "settle"],
            &[&words[..], &[&shop.batch]].concat(),
            11,
        );
    }
}

#[test]
fn a_piece_is_sent_when_all_of_its_sheets_are() {
    let shop = Shop::new();
    let (piece, sheets) = shop.thick;
    let mark = |sheet: u16| format!("1{}00{piece:08}{sheet:03}", shop.job);
    let book = |sheets: &[(u16, &str)], expected: i32| {
        let lines: String = sheets
            .iter()
            .map(|(sheet, status)| format!("{},{status}\n", mark(*sheet)))
            .collect();
        shop.book(&format!("mark,status\n{lines}"), &[], expected)
    };
    assert_eq!(shop.job.len(), 8);
    let above = book(&[(sheets + 1, "inserted")], 11);
    assert!(above.as_str().unwrap().contains("sheets"), "{above}");
    book(&[(1, "inserted")], 3);
    assert_eq!(shop.noted(piece).unwrap().0, "aside");
    let others: Vec<_> = (2..=sheets).map(|sheet| (sheet, "inserted")).collect();
    let done = book(&others, 0);
    assert!(Shop::remarks(&done).is_empty() && shop.noted(piece).is_none());
    book(&[(1, "damaged")], 3);
    book(&[(2, "damaged"), (2, "inserted")], 3);
    assert!(shop.spoilt(piece), "the first sheet is still torn");
}

#[test]
fn the_same_bytes_are_booked_for_each_batch_that_they_are_about() {
    let shop = Shop::new();
    let (home, mailing) = (&shop.home, shop.bench.text("other.xml"));
    let text = fs::read_to_string(shop.bench.path("mailing.xml")).unwrap();
    let id = shop.batch.trim_end_matches(".1");
    fs::write(
        &mailing,
        text.replace(&format!("\"{id}\""), "\"other\"")
            .replace(&format!(">{id}<"), ">other<"),
    )
    .unwrap();
    let run = shop.bench.lettermill(&[
        "run", "--json", "--out", home, "--again", "a trial", &mailing,
    ]);
    let other = json(&run)["batch"].as_str().unwrap().to_owned();
    assert_ne!(other, shop.batch);
    let list = format!("piece,status\n{},damaged\n", shop.pieces[1]);
    shop.book(&list, &["--batch", &shop.batch], 3);
    let second = shop.book(&list, &["--batch", &other], 3);
    assert_eq!(
        (&second["booked"], &second["jobs"][0]["batch"]),
        (&1.into(), &other.clone().into())
    );
    let third = shop.book(&list, &["--batch", &other], 3);
    assert!(third["already"].is_string() && third["booked"] == 0);
}

#[test]
fn files_are_booked_one_by_one_and_what_was_booked_is_told() {
    let shop = Shop::new();
    let piece = shop.pieces[1];
    let good = shop.bench.write(
        "good.csv",
        format!("job,piece,status\n{},{piece},inserted\n", shop.job),
    );
    let cut = shop
        .bench
        .write("191212121212.csv", "job,piece,status\n1,5,inser");
    let words = [
        "print", "results", "import", "--json", "--out", &shop.home, &good, &cut, &good,
    ];
    let output = shop.bench.lettermill(&words);
    assert_eq!(code(&output), 11);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["files"][0]["booked"], 1);
    let errors = errors(&output);
    assert!(
        errors.contains("1 files were booked before this one, 1 behind it were not read"),
        "{errors}"
    );
    assert!(
        errors.contains("without its end") && !errors.contains("1912"),
        "{errors}"
    );
    let folder = shop.print(&["print", "results", "import"], &["/dev/zero"], 11);
    assert!(folder.contains("not a regular file"), "{folder}");
    let header = shop.book(
        &format!("job_id,piece,status\nJ,{piece},inserted\n"),
        &["--batch", &shop.batch],
        0,
    );
    assert_eq!(
        header["columns_passed_over"],
        serde_json::json!(["1 (`aaa_aa`)"])
    );
}

#[test]
fn a_batch_that_was_never_sent_has_no_job_at_the_plant() {
    let bench = Bench::new();
    for name in ["mailing.xml", "registry.snapshot"] {
        let from = format!("{}/fixtures/example/{name}", env!("CARGO_MANIFEST_DIR"));
        fs::copy(from, bench.path(name)).unwrap();
    }
    let shop = Shop::new();
    // Of another home, where the batch is withdrawn.
    let home = bench.text("home");
    let job = bench.write("lettermill.toml", "[release]\nmax_rejected_percent = 0.0\n");
    let run = bench.lettermill(&[
        "run",
        "--json",
        "--job",
        &job,
        "--out",
        &home,
        &bench.text("mailing.xml"),
    ]);
    if code(&run) != 4 {
        return; // The example has nothing that is rejected: no batch is held.
    }
    let file = bench.write(
        "r.csv",
        format!(
            "job,piece,status\n{},{},inserted\n",
            shop.job, shop.pieces[1]
        ),
    );
    let output = bench.lettermill(&[
        "print", "results", "import", "--json", "--out", &home, &file,
    ]);
    assert_eq!(code(&output), 3, "{}", said(&output));
    assert_eq!(json(&output)["files"][0]["remarks"][0]["what"], "not-sent");
    let status = bench.done(&["status", "--out", &home]);
    assert!(!status.contains("open at the plant"), "{status}");
}
