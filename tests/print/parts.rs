//! Parts as they lie in the folder of a batch: printed again as they were printed, packed and looked at where that does no harm.

use std::fs;
use std::path::{Path, PathBuf};

use super::support::files::ending_in;
use super::support::program::{Bench, code, errors, json, outbox, said};

/// A sample, run with more tables in its job; gives the job file and the first part.
fn printed(more: &str) -> (Bench, String, PathBuf) {
    printed_on("", more)
}

/// The same, with more keys under `[print]`.
fn printed_on(print: &str, more: &str) -> (Bench, String, PathBuf) {
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
    let job = job.replace("[print]\n", &format!("[print]\n{print}"));
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
    let (bench, _, part) = printed_on("paper_grams_m2 = 90\n", "");
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

/// Letters of the sample with the first id twice, in a job that lets no letter be rejected: its batch is held back.
fn held_back(bench: &Bench, job: &str) -> PathBuf {
    let mailing = fs::read_to_string(bench.path("sample/mailing.xml")).unwrap();
    let ids: Vec<&str> = mailing.split("<letter id=\"").skip(1).collect();
    let of = |n: usize| ids[n].split('"').next().unwrap();
    let twice = mailing.replace(
        &format!("<letter id=\"{}\"", of(1)),
        &format!("<letter id=\"{}\"", of(0)),
    );
    let mailing = bench.write("sample/twice.xml", twice);
    let text = fs::read_to_string(job).unwrap();
    let job = bench.write(
        "sample/strict.toml",
        format!("{text}\n[release]\nmax_rejected_percent = 0\n"),
    );
    let run = bench.run("strict", &mailing, &["--job", &job]);
    assert_eq!(code(&run), 4, "{}", said(&run));
    outbox(&json(&run))
}

#[test]
fn a_part_that_is_not_released_is_looked_at_and_not_packed() {
    let (bench, job, released) = printed("");
    let held = held_back(&bench, &job);
    let (home, zip) = (bench.text("strict"), bench.text("part.zip"));
    let part = ending_in(&held, ".pdf").remove(0);
    let refused = |part: &Path, state: &str| {
        let output = bench.lettermill(&["print", "package", text(part), &zip]);
        assert_eq!(code(&output), 12, "{}", said(&output));
        assert!(errors(&output).contains(state), "{}", errors(&output));
        assert!(!Path::new(&zip).exists());
    };
    refused(&part, "is held");
    bench.done(&["print", "proof", text(&held), &bench.text("proof.pdf")]);
    let batch = held.file_name().unwrap().to_str().unwrap();
    bench.done(&["withdraw", batch, "--out", &home, "--why", "trial"]);
    let part = bench
        .path("strict/withdrawn")
        .join(batch)
        .join(part.strip_prefix(&held).unwrap());
    refused(&part, "is withdrawn");
    bench.done(&["print", "package", text(&released), &zip]);
    // At a plant nobody knows of states; the folder may be called as it likes.
    let folder = released.ancestors().nth(3).unwrap();
    let there = bench.path("plant/held");
    fs::create_dir_all(&there).unwrap();
    fs::rename(folder, there.join("night.1")).unwrap();
    let part = there
        .join("night.1")
        .join(released.strip_prefix(folder).unwrap());
    bench.done(&["print", "package", text(&part), &zip]);
}

#[test]
fn nothing_is_written_over_a_part_or_into_a_batch() {
    let (bench, _, part) = printed("");
    let folder = part.ancestors().nth(3).unwrap();
    let before = super::support::files::tree(folder);
    let refused = |words: &[&str]| {
        let output = bench.lettermill(words);
        assert_eq!(code(&output), 12, "{words:?} {}", said(&output));
        assert!(errors(&output).contains("hint:"), "{}", errors(&output));
    };
    let inside = |name: &str| text(&folder.join(name)).to_owned();
    refused(&["print", "proof", text(&part), text(&part)]);
    refused(&["print", "proof", text(folder), &inside("proof.pdf")]);
    refused(&["print", "package", text(&part), &inside("print/part.zip")]);
    assert_eq!(super::support::files::tree(folder), before);
    // A part that somebody has taken out of its batch.
    for end in ["pdf", "pieces.csv", "layout.json"] {
        fs::copy(
            part.with_extension(end),
            bench.path(&format!("loose.{end}")),
        )
        .unwrap();
    }
    let loose = bench.text("loose.pdf");
    std::os::unix::fs::symlink(&loose, bench.path("link.pdf")).unwrap();
    for (from, out) in [
        (&loose, &loose),
        (&bench.text("link.pdf"), &loose),
        (&loose, &bench.text("loose.pieces.csv")),
    ] {
        refused(&["print", "proof", from, out]);
    }
    assert_eq!(fs::read(&loose).unwrap(), fs::read(&part).unwrap());
    let proof = bench.text("proof.pdf");
    bench.done(&["print", "proof", &loose, &proof]);
    bench.done(&["print", "proof", &loose, &proof]);
    let nothing = bench.lettermill(&["print", "proof", text(bench.folder()), &proof]);
    assert_eq!(code(&nothing), 11);
    assert!(errors(&nothing).contains("hint: name the folder of a batch"));
}

#[test]
fn a_path_that_is_not_utf8_is_told_as_well_as_it_can_be() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let (bench, _, part) = printed("");
    let odd = |name: &str| {
        bench
            .folder()
            .join(OsStr::from_bytes(&[name.as_bytes(), b"\xff"].concat()))
    };
    let told = |words: &[&str], path: &Path, more: &[&str]| {
        let output = bench.command(words).arg(path).args(more).output().unwrap();
        assert_eq!(code(&output), 0, "{words:?} {}", said(&output));
        json(&output)
    };
    let mailing = bench.text("sample/mailing.xml");
    let ran = told(&["run", "--json", "--out"], &odd("home"), &[&mailing]);
    assert!(
        ran["outbox"].as_str().unwrap().contains("home\u{fffd}"),
        "{ran}"
    );
    let piece = first_piece(&part);
    let part = text(&part);
    told(
        &[
            "reprint", "--json", "--pieces", &piece, "--child", "1", "--to",
        ],
        &odd("to"),
        &[part],
    );
    let zip = odd("").with_extension("zip");
    told(&["print", "package", "--json", part], &zip, &[]);
    told(&["print", "proof", "--json", part], &odd("proof"), &[]);
    let pdf = odd("pdf");
    fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/example/registry.snapshot"),
        odd("reg"),
    )
    .unwrap();
    told(&["registry", "show", "--json"], &odd("reg"), &[]);
    told(
        &["registry", "ask", "--json", &mailing, "--out"],
        &odd("ask"),
        &[],
    );
    fs::write(&pdf, super::good()).unwrap();
    assert_eq!(
        told(&["print", "check", "--json"], &pdf, &[])["verdict"],
        "taken"
    );
    let home = ending_in(&odd("home").join("outbox"), ".pdf").remove(0);
    let reprint = ["reprint", "--json", "--pieces", &piece, "--out"];
    let output = bench
        .command(&reprint)
        .arg(odd("home"))
        .arg(home)
        .output()
        .unwrap();
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert!(json(&output)["folder"].is_string());
}

#[test]
fn the_control_file_of_a_reprint_names_the_last_of_its_pieces() {
    let control = "[control]\nformat = \"delimited\"\nfields = [{ value = \"piece\" }]\n\
        [control.header]\nfields = [{ value = \"first-piece\" }, { value = \"last-piece\" }]\n";
    let (bench, job, part) = printed(control);
    let mut csv = csv::Reader::from_path(part.with_extension("pieces.csv")).unwrap();
    let pieces: Vec<String> = csv
        .records()
        .map(|row| row.unwrap()[0].to_owned())
        .collect();
    let wanted = [&*pieces[1], &*pieces[4]];
    let to = bench.text("again");
    let pieces = wanted.join(",");
    bench.done(&[
        "reprint",
        "--job",
        &job,
        "--to",
        &to,
        "--child",
        "1",
        "--pieces",
        &pieces,
        text(&part),
    ]);
    let control = ending_in(&bench.path("again"), ".control.csv").remove(0);
    let expected = format!("{0},{1}\n{0}\n{1}\n", wanted[0], wanted[1]);
    assert_eq!(fs::read_to_string(control).unwrap(), expected);
}

#[test]
fn a_plant_verifies_what_a_plant_gets() {
    let (_bench, _, part) = printed("");
    let batch = part.ancestors().nth(3).unwrap();
    let plant = Bench::new();
    let folder = plant.path("night");
    fs::create_dir(&folder).unwrap();
    for name in ["manifest.json", "manifest.sig"] {
        fs::copy(batch.join(name), folder.join(name)).unwrap();
    }
    for (path, bytes) in super::support::files::tree(&batch.join("print")) {
        let to = folder.join("print").join(path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, bytes).unwrap();
    }
    let whole = plant.lettermill(&["verify", text(&folder)]);
    assert_eq!(code(&whole), 14, "{}", said(&whole));
    let only = ["verify", "--only", "print", text(&folder)];
    let print = plant.lettermill(&only);
    assert_eq!(code(&print), 0, "{}", said(&print));
    let told = said(&print);
    assert!(
        told.contains("other files of the batch are not here") && told.contains("0 mismatches of"),
        "{told}"
    );
    // What is for the printer must be there, and what is there must be right.
    fs::write(folder.join("findings.csv"), "another").unwrap();
    assert_eq!(code(&plant.lettermill(&only)), 14);
    fs::remove_file(folder.join("findings.csv")).unwrap();
    let part = folder.join(part.strip_prefix(batch).unwrap());
    fs::remove_file(part.with_extension("xjdf")).unwrap();
    let lost = plant.lettermill(&only);
    assert_eq!(code(&lost), 14, "{}", said(&lost));
}
