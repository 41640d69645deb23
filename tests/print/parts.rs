//! Parts as they lie in the folder of a batch: printed again as they were printed, packed and looked at where that does no harm.

use std::fs;
use std::path::{Path, PathBuf};

use super::support::files::ending_in;
use super::support::program::{Bench, code, errors, json, outbox, said};

/// A sample, run with more tables in its job; gives the job file and the first part.
fn printed(more: &str) -> (Bench, String, PathBuf) {
    let bench = Bench::new();
    let sample = bench.text("sample");
    bench.done(&[
        "sample",
        "--letters",
        "40",
        "--digital-percent",
        "20",
        &sample,
    ]);
    let job = fs::read_to_string(bench.path("sample/lettermill.toml")).unwrap();
    let job = bench.write("sample/lettermill.toml", format!("{job}\n{more}"));
    let run = bench.run("home", &bench.text("sample/mailing.xml"), &[]);
    assert_eq!(code(&run), 0, "{}", said(&run));
    let part = ending_in(&outbox(&json(&run)), ".pdf").remove(0);
    (bench, job, part)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The number of the first piece of a part.
fn first_piece(part: &Path) -> String {
    let mut csv = csv::Reader::from_path(part.with_extension("pieces.csv")).unwrap();
    csv.records().next().unwrap().unwrap()[0].to_owned()
}

#[test]
fn a_piece_is_printed_again_on_the_paper_and_with_the_inserts_of_its_part() {
    let (bench, _, part) = printed("[print]\npaper_grams_m2 = 90\n");
    let plain = bench.write("plain.toml", "[print]\npaper_grams_m2 = 120\n");
    let piece = first_piece(&part);
    let to = bench.text("again");
    for job in [&["--job", &plain][..], &[]] {
        let reprint = [
            "reprint",
            "--to",
            &to,
            "--child",
            "1",
            "--pieces",
            &piece,
            text(&part),
        ];
        bench.done(&[&reprint, job].concat());
        let ticket = ending_in(&bench.path("again"), ".xjdf").remove(0);
        let ticket = fs::read_to_string(ticket).unwrap();
        assert!(ticket.contains("Weight=\"90\""), "{ticket}");
        fs::remove_dir_all(&to).unwrap();
    }
}

#[test]
fn a_part_with_a_control_file_is_not_printed_again_without_one_by_mistake() {
    let control = "[control]\nformat = \"delimited\"\nfields = [{ value = \"piece\" }]\n";
    let (bench, job, part) = printed(control);
    let (piece, home) = (first_piece(&part), bench.text("home"));
    let reprint = |more: &[&str]| {
        let words = [
            "reprint",
            "--out",
            &home,
            "--json",
            "--pieces",
            &piece,
            text(&part),
        ];
        bench.lettermill(&[&words, more].concat())
    };
    let refused = reprint(&[]);
    assert_eq!(code(&refused), 10, "{}", said(&refused));
    let message = errors(&refused);
    for named in ["0001.control.csv", "--job", "--without-control"] {
        assert!(message.contains(named), "{message}");
    }
    let controls = |output: std::process::Output| {
        let folder = json(&output)["folder"].as_str().unwrap().to_owned();
        ending_in(Path::new(&folder), ".control.csv").len()
    };
    assert_eq!(controls(reprint(&["--job", &job])), 1);
    let without = ["--without-control", "--again", "once more"];
    assert_eq!(controls(reprint(&without)), 0);
}
