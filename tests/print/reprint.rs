//! From a jam to a closed job, through the real program: results come in, pieces are printed again, results of those come in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lettermill::spool::Payload;
use serde_json::Value;

use super::support::files::{ending_in, tree};
use super::support::program::{Bench, code, errors, json, outbox, said};
use super::support::tools::{said_by, second_opinion};

/// The example, run: its outbox, and its part with the most pieces.
struct Plant {
    bench: Bench,
    home: String,
    outbox: PathBuf,
    batch: String,
    part: PathBuf,
    rows: Vec<BTreeMap<String, String>>,
}

fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut csv = csv::Reader::from_path(path).unwrap();
    csv.deserialize().map(Result::unwrap).collect()
}

impl Plant {
    fn new(more: &str) -> Self {
        let bench = Bench::new();
        for name in ["mailing.xml", "registry.snapshot"] {
            let from = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("fixtures/example")
                .join(name);
            fs::copy(from, bench.path(name)).unwrap();
        }
        bench.write("lettermill.toml", more);
        let home = bench.text("home");
        let run = bench.run("home", &bench.text("mailing.xml"), &[]);
        assert_eq!(code(&run), 0, "{}", said(&run));
        let run = json(&run);
        let outbox = outbox(&run);
        let parts = ending_in(&outbox, ".pdf");
        let part = parts
            .into_iter()
            .max_by_key(|path| fs::metadata(path).unwrap().len());
        let part = part.unwrap();
        let rows = table(&part.with_extension("pieces.csv"));
        assert!(rows.len() > 20, "{}", rows.len());
        Self {
            home,
            batch: run["batch"].as_str().unwrap().to_owned(),
            outbox,
            part,
            rows,
            bench,
        }
    }

    fn piece(&self, n: usize) -> &str {
        &self.rows[n]["piece"]
    }

    fn job(&self) -> &str {
        &self.rows[0]["job"]
    }

    /// A results file: what is said of these pieces, and that all others were inserted.
    fn results(&self, name: &str, said: &[(&str, &str)]) -> String {
        let mut text = String::from("job,piece,status\n");
        for csv in ending_in(&self.outbox, ".pieces.csv") {
            for row in table(&csv) {
                let piece = row["piece"].as_str();
                let status = said.iter().find(|(of, _)| *of == piece);
                let status = status.map_or("inserted", |(_, status)| status);
                text += &format!("{},{piece},{status}\n", row["job"]);
            }
        }
        self.bench.write(name, text)
    }

    /// Runs a command in this home; gives what it says in JSON.
    fn ask(&self, words: &[&str], expected: i32, more: &[&str]) -> Value {
        let arguments = [words, &["--json", "--out", &self.home], more].concat();
        let output = self.bench.lettermill(&arguments);
        assert_eq!(code(&output), expected, "{}", said(&output));
        json(&output)
    }

    fn refused(&self, words: &[&str], expected: i32, more: &[&str]) -> String {
        let arguments = [words, &["--out", &self.home], more].concat();
        let output = self.bench.lettermill(&arguments);
        assert_eq!(code(&output), expected, "{}", said(&output));
        errors(&output)
    }

    /// How the job stands; `left`: a person must do something.
    fn standing(&self, left: bool) -> Value {
        let expected = if left { 3 } else { 0 };
        self.ask(&["print", "results", "show"], expected, &[&self.batch])
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

const IMPORT: &[&str] = &["print", "results", "import"];
const SETTLE: &[&str] = &["print", "results", "settle"];

#[test]
fn after_a_jam_the_spoilt_pieces_are_printed_again_and_the_job_closes() {
    let plant = Plant::new("");
    let (damaged, missing, aside) = (plant.piece(3), plant.piece(9), plant.piece(12));
    let first = [
        (damaged, "damaged"),
        (missing, "missing"),
        (aside, "diverted"),
    ];
    let file = plant.results("first.csv", &first);
    let booked = plant.ask(IMPORT, 3, &[&file]);
    let job = &booked["files"][0]["jobs"][0];
    let pieces = job["pieces"].as_u64().unwrap();
    assert_eq!(pieces, 70);
    assert_eq!(
        [
            &job["inserted"],
            &job["spoilt"],
            &job["aside"],
            &job["waiting"],
            &job["open"]
        ],
        [67, 2, 1, 0, 3]
    );
    assert_eq!(job["closed"], false);

    // The same file again is said, and nothing of it is booked once more.
    let again = plant.ask(IMPORT, 3, &[&file]);
    assert!(again["files"][0]["already"].is_string());
    assert_eq!(
        (&again["files"][0]["booked"], &again["files"][0]["repeated"]),
        (&0.into(), &70.into())
    );
    // The same rows in a file that has grown are not booked twice either.
    let grown = fs::read_to_string(&file).unwrap() + "\n";
    let grown = plant.bench.write("grown.csv", grown);
    let again = plant.ask(IMPORT, 3, &[&grown]);
    assert_eq!(
        (&again["files"][0]["booked"], &again["files"][0]["repeated"]),
        (&0.into(), &70.into())
    );

    let printed = plant.ask(&["reprint", "--open"], 0, &[text(&plant.part)]);
    assert_eq!(
        (&printed["child"], &printed["pieces"]),
        (&1.into(), &2.into())
    );
    let folder = PathBuf::from(printed["folder"].as_str().unwrap());
    assert_eq!(
        folder,
        plant.outbox.with_file_name(format!("{}.r01", plant.batch))
    );
    whole_and_true(&plant, &folder, &[damaged, missing]);

    // Nobody prints them once more by the same command.
    let nothing = plant.refused(&["reprint", "--open"], 15, &[text(&plant.part)]);
    assert!(nothing.contains("no piece"), "{nothing}");
    let under_way = plant.refused(&["reprint", "--pieces", damaged], 12, &[text(&plant.part)]);
    assert!(under_way.contains("in a reprint already"), "{under_way}");
    let sent = plant.refused(
        &["reprint", "--pieces", plant.piece(0)],
        12,
        &[text(&plant.part)],
    );
    assert!(sent.contains("booked as sent"), "{sent}");
    assert_eq!(plant.standing(true)["waiting"], 2);

    // One of the two is spoilt once more; it goes on from the reprint.
    let second = format!(
        "job,piece,status\n{job}.1,{damaged},inserted\n{job}.01,{missing},damaged\n",
        job = plant.job()
    );
    let second = plant.bench.write("second.csv", second);
    plant.ask(IMPORT, 3, &[&second]);
    let child = folder
        .join(plant.part.strip_prefix(&plant.outbox).unwrap())
        .with_extension("r01.pdf");
    let printed = plant.ask(&["reprint", "--open"], 0, &[text(&child)]);
    assert_eq!(
        (&printed["child"], &printed["pieces"]),
        (&2.into(), &1.into())
    );
    let folder = PathBuf::from(printed["folder"].as_str().unwrap());
    whole_and_true(&plant, &folder, &[missing]);
    let third = format!("piece,status\n{missing},inserted\n");
    let third = plant.bench.write("third.csv", third);
    plant.ask(
        IMPORT,
        3,
        &[&third, "--batch", printed["batch"].as_str().unwrap()],
    );

    // What lay in another bin two persons put into the post.
    let one = plant.refused(
        SETTLE,
        11,
        &[
            "--as",
            "hand-made",
            "--pieces",
            aside,
            "--by",
            "AB",
            "--and",
            "ab",
            "--why",
            "bin 2",
            &plant.batch,
        ],
    );
    assert!(one.contains("two persons"), "{one}");
    let settled = plant.bench.lettermill(
        &[
            SETTLE,
            &[
                "--out",
                &plant.home,
                "--as",
                "hand-made",
                "--pieces",
                aside,
                "--by",
                "AB",
                "--and",
                "CD",
                "--why",
                "bin 2",
                &plant.batch,
            ],
        ]
        .concat(),
    );
    assert_eq!(code(&settled), 0, "{}", said(&settled));
    assert!(
        said(&settled).contains("70 sent, closed"),
        "{}",
        said(&settled)
    );
    let end = plant.standing(false);
    assert_eq!(
        (&end["closed"], &end["inserted"], &end["hand_made"]),
        (&true.into(), &69.into(), &1.into())
    );
    assert_eq!(end["twice"], 0);

    // The letter tells it all.
    let letter = &plant.rows[9]["letter_id"];
    let shown = plant.refused_not(&["show"], &[letter]);
    for said in [
        "reprint 1: damaged",
        "reprint 2: inserted",
        "first print: missing",
    ] {
        assert!(shown.contains(said), "{shown}");
    }
    let status = plant.ask(&["status"], 0, &[]);
    let kinds: Vec<_> = status["batches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["kind"].clone())
        .collect();
    assert_eq!(kinds, ["run", "reprint", "reprint"]);
    assert_eq!(status["batches"][0]["pieces_open"], 0);
}

impl Plant {
    fn refused_not(&self, words: &[&str], more: &[&str]) -> String {
        self.bench
            .done(&[words, &["--out", &self.home], more].concat())
    }
}

/// The folder of a reprint, by those who receive it and by other programs.
fn whole_and_true(plant: &Plant, folder: &Path, pieces: &[&str]) {
    let verified = plant.bench.lettermill(&["verify", "--json", text(folder)]);
    assert_eq!(code(&verified), 0, "{}", said(&verified));
    assert_eq!(json(&verified)["pieces"], pieces.len());
    let names: Vec<String> = tree(folder)
        .into_keys()
        .map(|name| name.display().to_string())
        .collect();
    assert!(names.contains(&"manifest.sig".to_owned()), "{names:?}");
    let pdf = ending_in(folder, ".pdf").remove(0);
    assert!(pdf.with_extension("xjdf").is_file() && pdf.with_extension("sha256").is_file());
    let rows = table(&pdf.with_extension("pieces.csv"));
    let child: u8 = rows[0]["child"].parse().unwrap();
    let numbers: Vec<&str> = rows.iter().map(|row| row["piece"].as_str()).collect();
    assert_eq!(numbers, pieces);
    let ticket = fs::read_to_string(pdf.with_extension("xjdf")).unwrap();
    let job: u32 = plant.job().parse().unwrap();
    assert!(
        ticket.contains(&format!("JobID=\"{job:08}.{child}\"")),
        "{ticket}"
    );

    if let Some(checked) = said_by("qpdf", &["--check", text(&pdf)]) {
        assert!(
            checked.contains("No syntax or stream encoding errors"),
            "{checked}"
        );
    }
    // The words are those of the first print, page by page.
    let mut page = 1;
    for (row, piece) in rows.iter().zip(pieces) {
        let old = plant
            .rows
            .iter()
            .find(|row| row["piece"] == *piece)
            .unwrap();
        let (first, count): (u32, u32) = (
            old["first_page"].parse().unwrap(),
            old["pages"].parse().unwrap(),
        );
        for n in 0..count {
            let words = |pdf: &Path, page: u32| {
                let page = page.to_string();
                said_by(
                    "pdftotext",
                    &["-layout", "-f", &page, "-l", &page, text(pdf), "-"],
                )
            };
            assert_eq!(words(&pdf, page + n), words(&plant.part, first + n));
        }
        assert_eq!(row["first_page"], page.to_string());
        page += count;
    }
    let scratch = tempfile::tempdir().unwrap();
    let image = scratch.path().join("page");
    if said_by(
        "pdftoppm",
        &[
            "-r",
            "200",
            "-png",
            "-f",
            "1",
            "-l",
            "1",
            "-singlefile",
            text(&pdf),
            text(&image),
        ],
    )
    .is_some()
        && let Some(read) = second_opinion(
            "dmtxread",
            &[
                "-n",
                "-m",
                "2000",
                "-N",
                "1",
                text(&image.with_extension("png")),
            ],
        )
    {
        let digits = String::from_utf8_lossy(&read.stdout).trim().to_owned();
        let mark = Payload::read(digits.as_bytes()).expect(&digits);
        assert_eq!(
            (mark.job, mark.child, mark.piece.to_string()),
            (job, child, pieces[0].to_owned())
        );
    }
}

#[test]
fn files_that_are_not_about_these_pieces_book_nothing() {
    let plant = Plant::new("");
    let import = |name: &str, contents: &str, expected: i32, more: &[&str]| {
        let file = plant.bench.write(name, contents);
        plant.refused(IMPORT, expected, &[&[file.as_str()], more].concat())
    };
    let job = plant.job();
    let unknown = import(
        "a.csv",
        &format!("job,piece,status\n{job},1,inserted\n{job},9999,inserted\n{job}.7,1,inserted\n"),
        11,
        &[],
    );
    assert!(
        unknown.contains("line 3 (piece 9999), line 4 (piece 1)"),
        "{unknown}"
    );
    let words = import("b.csv", "job,piece,status\n1,1,Anna\n", 11, &[]);
    assert!(
        words.contains("status `Aaaa`") && !words.contains("Anna"),
        "{words}"
    );
    let no_job = import("c.csv", "piece,status\n1,inserted\n", 11, &[]);
    assert!(no_job.contains("--batch"), "{no_job}");
    import(
        "d.csv",
        "piece,status\n1,inserted\n",
        15,
        &["--batch", "nobody.1"],
    );
    import("e.csv", "job,piece,status\n99999999,1,inserted\n", 3, &[]); // Of another plant's customer.
    assert_eq!(plant.standing(false)["waiting"], 70);

    // Inserted, then damaged: it is open again, and said. Inserted twice in a file: said.
    let text = format!(
        "job,piece,status\n{job},1,inserted\n{job},1,damaged\n{job},2,inserted\n{job},2,inserted\n{job},3,hand-made\n"
    );
    let file = plant.bench.write("f.csv", text);
    let booked = plant.ask(IMPORT, 3, &[&file]);
    let remarks: Vec<_> = booked["files"][0]["remarks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["line"].as_u64().unwrap(), r["what"].as_str().unwrap()))
        .collect();
    assert_eq!(
        remarks,
        [(3, "no-longer-sent"), (5, "sent-twice"), (6, "unsigned")]
    );
    let standing = plant.standing(true);
    assert_eq!(
        [
            &standing["spoilt"],
            &standing["twice"],
            &standing["aside"],
            &standing["inserted"]
        ],
        [1, 1, 1, 1]
    );
}

#[test]
fn a_plant_that_lists_only_what_went_wrong_and_reprints_by_itself() {
    let plant = Plant::new(
        "[control]\nformat = \"fixed\"\nfields = [{ value = \"job-id\", length = 12 }, { value = \"piece\", length = 8 }]\n\
         [results]\nformat = \"fixed\"\nlist = \"again\"\nonly = { field = { start = 1, length = 1 }, is = [\"D\"] }\n\
         job = { start = 2, length = 8 }\npiece = { start = 10, length = 8 }\n",
    );
    let job: u32 = plant.job().parse().unwrap();
    let number: u32 = plant.piece(5).parse().unwrap();
    let list = plant.bench.write(
        "select.txt",
        format!("H{job:08}\nD{job:08}{number:08}\nT1\n"),
    );
    let job_file = plant.bench.text("lettermill.toml");

    // At the plant: the folder alone, no ledger.
    let to = plant.bench.text("again");
    let reprint = [
        "reprint",
        "--json",
        "--job",
        &job_file,
        "--results",
        &list,
        "--child",
        "7",
        "--to",
        &to,
        text(&plant.part),
    ];
    let printed = plant.bench.lettermill(&reprint);
    assert_eq!(code(&printed), 0, "{}", said(&printed));
    let folder = plant.bench.path("again");
    whole_and_true(&plant, &folder, &[plant.piece(5)]);
    let control = fs::read_to_string(ending_in(&folder, ".control.txt").remove(0)).unwrap();
    assert_eq!(control, format!("{job:08}.7  {number:08}\n"));
    let twice = plant.bench.lettermill(&reprint);
    assert_eq!(code(&twice), 13, "{}", said(&twice));
    // The same pieces and number give the same part.
    let other = plant.bench.text("other");
    let mut reprint = reprint;
    reprint[9] = &other;
    assert_eq!(code(&plant.bench.lettermill(&reprint)), 0);
    let part = |folder: &Path| fs::read(ending_in(folder, ".pdf").remove(0)).unwrap();
    assert_eq!(part(&folder), part(&plant.bench.path("other")));

    // At the agency: all that the list does not name of this part was inserted.
    let booked = plant.ask(
        IMPORT,
        3,
        &[
            "--job",
            &job_file,
            "--rest-inserted",
            text(&plant.part),
            &list,
        ],
    );
    let standing = &booked["files"][0]["jobs"][0];
    assert_eq!(standing["inserted"], plant.rows.len() as u64 - 1);
    assert_eq!(standing["spoilt"], 1);

    // A part that has changed gives no pieces.
    let mut bytes = fs::read(&plant.part).unwrap();
    let at = bytes
        .windows(5)
        .rposition(|five| five == b"/F0 9" || five == b"/Type")
        .unwrap();
    let page = bytes
        .windows(10)
        .position(|ten| ten == b"/Type/Page")
        .unwrap();
    let at = at.min(page) + 30;
    bytes[at] ^= 1;
    fs::write(&plant.part, bytes).unwrap();
    let all = format!("{}-{}", plant.piece(0), plant.piece(plant.rows.len() - 1));
    let refused = plant.refused(
        &[
            "reprint", "--job", &job_file, "--pieces", &all, "--again", "trial",
        ],
        14,
        &[text(&plant.part)],
    );
    assert!(refused.contains("promises"), "{refused}");
    assert!(
        !plant
            .outbox
            .with_file_name(format!("{}.r01", plant.batch))
            .exists()
    );
}

/// What stands in the Data Matrix on page one.
fn first_mark(plant: &Plant, pdf: &str) -> Option<String> {
    let image = plant.bench.text("page");
    let page = ["-r", "200", "-png", "-f", "1", "-l", "1", "-singlefile"];
    said_by("pdftoppm", &[&page[..], &[pdf, &image]].concat())?;
    let image = format!("{image}.png");
    let read = second_opinion("dmtxread", &["-n", "-m", "2000", "-N", "1", &image])?;
    Some(String::from_utf8_lossy(&read.stdout).trim().to_owned())
}

#[test]
fn a_proof_shows_each_class_and_no_machine_can_read_it() {
    let plant = Plant::new("");
    let out = plant.bench.text("proof.pdf");
    let told = plant.bench.lettermill(&[
        "print",
        "proof",
        "--json",
        "-n",
        "2",
        text(&plant.outbox),
        &out,
    ]);
    assert_eq!(code(&told), 0, "{}", said(&told));
    let told = json(&told);
    let classes = told["parts"].as_array().unwrap().len();
    assert!(
        classes >= 2 && told["pieces"].as_u64().unwrap() > classes as u64,
        "{told}"
    );
    if let Some(checked) = said_by("qpdf", &["--check", &out]) {
        assert!(
            checked.contains("No syntax or stream encoding errors"),
            "{checked}"
        );
    }
    // What reads the mark of the first page of a part reads nothing on that page of the proof.
    let part = PathBuf::from(told["parts"][0].as_str().unwrap());
    if let Some(mark) = first_mark(&plant, text(&part)) {
        assert!(Payload::read(mark.as_bytes()).is_some(), "{mark}");
        assert_eq!(first_mark(&plant, &out).as_deref(), Some(""));
    }
    // It is no part: nobody proves or reprints it.
    for beside in ["pieces.csv", "layout.json"] {
        fs::copy(
            plant.part.with_extension(beside),
            plant.bench.path(&format!("proof.{beside}")),
        )
        .unwrap();
    }
    let proof =
        lettermill::spool::proof::check(Path::new(&out), &plant.bench.path("proof.pieces.csv"));
    assert!(!proof.is_ok_and(|proof| proof.holds())); // It is no part of a spool, whatever it is taken for.
    let profile = plant.bench.lettermill(&[
        "print",
        "proof",
        "--vendor",
        "uk-notify",
        text(&plant.part),
        &out,
    ]);
    assert_eq!(code(&profile), 0, "{}", said(&profile));
}

/// The part that a reprint makes of a part.
fn reprinted(plant: &Plant, piece: &str, more: &[&str], expected: i32) -> std::process::Output {
    let words = ["reprint", "--pieces", piece, "--out", &plant.home];
    let output = plant.bench.lettermill(&[&words, more].concat());
    assert_eq!(code(&output), expected, "{}", said(&output));
    output
}

#[test]
fn a_part_with_one_byte_changed_in_it_or_beside_it_gives_no_piece() {
    let plant = Plant::new("");
    let part = text(&plant.part);
    let refused = |path: &Path| {
        let output = reprinted(&plant, plant.piece(5), &[part], 14);
        let message = errors(&output);
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(
            message.contains(name) && message.contains("hint:"),
            "{message}"
        );
        let child = plant.outbox.with_file_name(format!("{}.r01", plant.batch));
        assert!(!child.exists());
    };
    let whole = fs::read(&plant.part).unwrap();
    let after = |what: &[u8]| {
        let at = memchr::memmem::find(&whole, what).unwrap();
        at + memchr::memmem::find(&whole[at..], b"stream\n").unwrap() + 40
    };
    // A font program, which all pages show; and the end, by which all is found.
    for at in [after(b"/Length1"), whole.len() - 4] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&plant.part, &bytes).unwrap();
        refused(&plant.part);
    }
    fs::write(&plant.part, &whole).unwrap();
    for beside in ["pieces.csv", "layout.json", "xjdf"] {
        let path = plant.part.with_extension(beside);
        let whole = fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        let digit = bytes.iter().rposition(u8::is_ascii_digit).unwrap();
        bytes[digit] ^= 1;
        fs::write(&path, &bytes).unwrap();
        refused(&path);
        fs::remove_file(&path).unwrap();
        refused(&path);
        fs::write(&path, whole).unwrap();
    }
    reprinted(&plant, plant.piece(5), &[part], 0);
}

#[test]
fn a_folder_of_a_reprint_is_filled_by_one_reprint_alone() {
    let plant = Plant::new("");
    let part = text(&plant.part);
    let to = plant.bench.text("again");
    let more = ["--child", "1", "--to", &to, part];
    let left = plant.bench.path("again.part");
    fs::create_dir_all(left.join("print/c5-duplex-mono")).unwrap();
    fs::write(
        left.join("print/c5-duplex-mono/0009.r01.pdf"),
        "of a killed reprint",
    )
    .unwrap();
    let output = reprinted(&plant, plant.piece(5), &more, 13);
    assert!(errors(&output).contains("remove it"), "{}", errors(&output));
    assert!(left.exists() && !Path::new(&to).exists());
    fs::remove_dir_all(&left).unwrap();

    let codes = std::thread::scope(|scope| {
        let run = || {
            let words = ["reprint", "--pieces", plant.piece(5)];
            code(&plant.bench.lettermill(&[&words[..], &more].concat()))
        };
        let both = [scope.spawn(run), scope.spawn(run)];
        both.map(|run| run.join().unwrap())
    });
    assert!(codes == [0, 13] || codes == [13, 0], "{codes:?}");
    whole_and_true(&plant, Path::new(&to), &[plant.piece(5)]);
    assert!(!left.exists());
}

#[test]
fn a_reprint_for_the_plant_is_made_of_what_is_signed_and_released_and_lies_elsewhere() {
    let plant = Plant::new("");
    let part = text(&plant.part);
    let inside = [
        plant.outbox.join("again"),
        plant.outbox.with_file_name("again"),
        plant.bench.path("home/again"),
    ];
    for to in &inside {
        let more = ["--child", "1", "--to", text(to), part];
        let output = reprinted(&plant, plant.piece(5), &more, 13);
        assert!(
            errors(&output).contains("would lie in"),
            "{}",
            errors(&output)
        );
    }
    let verified = plant.bench.lettermill(&["verify", text(&plant.outbox)]);
    assert_eq!(code(&verified), 0, "{}", said(&verified));

    let manifest = plant.outbox.join("manifest.json");
    let signed = fs::read_to_string(&manifest).unwrap();
    let other = signed.replace("\"test\"", "\"production\"");
    assert_ne!(other, signed);
    fs::write(&manifest, other).unwrap();
    let to = plant.bench.text("again");
    let more = ["--child", "1", "--to", &to, part];
    let output = reprinted(&plant, plant.piece(5), &more, 14);
    assert!(
        errors(&output).contains("manifest.sig"),
        "{}",
        errors(&output)
    );
    fs::write(&manifest, signed).unwrap();
    let held = plant.bench.path("home/held");
    let held = held.join(&plant.batch);
    fs::rename(&plant.outbox, &held).unwrap();
    let part = held.join(plant.part.strip_prefix(&plant.outbox).unwrap());
    let more = ["--child", "1", "--to", &to, text(&part)];
    let output = reprinted(&plant, plant.piece(5), &more, 12);
    assert!(errors(&output).contains("is held"), "{}", errors(&output));
    assert!(!Path::new(&to).exists());
}

#[test]
fn a_reprint_that_a_crash_left_is_released_before_anybody_asks_what_is_spoilt() {
    let plant = Plant::new("");
    let file = plant.results("first.csv", &[(plant.piece(3), "damaged")]);
    plant.ask(IMPORT, 3, &[&file]);
    let part = text(&plant.part);
    let printed = plant.ask(&["reprint", "--open"], 0, &[part]);
    let folder = PathBuf::from(printed["folder"].as_str().unwrap());
    // As a crash leaves it between the promise and the move.
    let name = format!("{}.r01", plant.batch);
    fs::rename(&folder, plant.bench.path("home/work").join(&name)).unwrap();
    let db = rusqlite::Connection::open(plant.bench.path("home/ledger.sqlite")).unwrap();
    let sql = "UPDATE batches SET state = 'ready' WHERE name = ?1";
    assert_eq!(db.execute(sql, [&name]).unwrap(), 1);
    drop(db);
    let told = plant.refused(&["reprint", "--open"], 15, &[part]);
    assert!(told.contains("note: ") && told.contains(&name), "{told}");
    assert!(folder.exists());
    assert_eq!(plant.standing(false)["waiting"], 1);
}

#[test]
fn reprints_need_reasons_in_words() {
    let plant = Plant::new("");
    for empty in ["", " "] {
        let more = ["--again", empty, text(&plant.part)];
        reprinted(&plant, plant.piece(5), &more, 2);
    }
}

#[test]
fn sheets_of_a_reprint_are_counted_through_all_its_parts() {
    let plant = Plant::new("");
    let parts = ending_in(&plant.outbox, ".pdf");
    let first = |part: &Path| table(&part.with_extension("pieces.csv"))[0].clone();
    let rows: Vec<_> = parts.iter().map(|part| first(part)).collect();
    // Parts follow each other as their pieces do, not as their names.
    let number = |row: &BTreeMap<String, String>| row["piece"].parse::<u32>().unwrap();
    let mut turns: Vec<usize> = (0..rows.len()).collect();
    turns.sort_by_key(|&at| number(&rows[at]));
    assert!(rows.len() > 1);
    let pieces: Vec<_> = rows.iter().map(|row| row["piece"].as_str()).collect();
    let named: Vec<&str> = parts.iter().map(|part| text(part)).collect();
    let printed = [&["--json"], &named[..]].concat();
    let printed = json(&reprinted(&plant, &pieces.join(","), &printed, 0));
    let folder = PathBuf::from(printed["folder"].as_str().unwrap());
    let (mut sheets, layouts) = (0, ending_in(&folder, ".layout.json"));
    assert_eq!(layouts.len(), rows.len());
    for at in turns {
        let row = &rows[at];
        let layout: Value = serde_json::from_slice(&fs::read(&layouts[at]).unwrap()).unwrap();
        assert_eq!(layout["sheets_before"], sheets);
        sheets += row["sheets"].parse::<u64>().unwrap();
    }
    let verified = plant.bench.lettermill(&["verify", text(&folder)]);
    assert_eq!(code(&verified), 0, "{}", said(&verified));
}

#[test]
fn a_proof_takes_the_first_pieces_of_a_class_from_as_many_parts_as_it_needs() {
    let plant = Plant::new("[print]\npart_pieces_max = 40\n");
    fs::write(plant.outbox.join("print/README"), "of no class").unwrap();
    let out = plant.bench.text("proof.pdf");
    let proof = |n: &str| {
        let words = [
            "print",
            "proof",
            "--json",
            "-n",
            n,
            text(&plant.outbox),
            &out,
        ];
        let told: Value = serde_json::from_str(&plant.bench.done(&words)).unwrap();
        (
            told["pieces"].as_u64().unwrap(),
            told["parts"].as_array().unwrap().len(),
        )
    };
    let parts = ending_in(&plant.outbox, ".pdf");
    let folders = parts.iter().map(|part| part.parent());
    let classes = folders.collect::<std::collections::BTreeSet<_>>().len();
    assert!(classes < parts.len());
    assert_eq!(proof("1000"), (70, parts.len()));
    assert_eq!(proof("1"), (classes as u64, classes));
}

/// Dark runs in the rows of the left edge of a page, drawn at 100 dpi: where a code of bars would be.
fn dark_rows(plant: &Plant, pdf: &str, page: usize) -> Option<usize> {
    let (image, page) = (plant.bench.text("edge"), page.to_string());
    let edge = [
        "-r",
        "100",
        "-gray",
        "-singlefile",
        "-x",
        "24",
        "-W",
        "20",
        "-y",
        "75",
        "-H",
        "280",
    ];
    let pages = ["-f", &page, "-l", &page, pdf, &image];
    said_by("pdftoppm", &[&edge[..], &pages].concat())?;
    let bytes = fs::read(format!("{image}.pgm")).unwrap();
    let dots = &bytes[bytes.len() - 20 * 280..];
    let dark = |row: &&[u8]| row.iter().all(|dot| *dot < 160);
    Some(dots.chunks(20).filter(dark).count())
}

#[test]
fn a_proof_of_a_part_with_bars_alone_has_none() {
    let plant = Plant::new(
        "[print]\ncollation = \"reverse\"\n[print.mark]\nkind = \"none\"\n[print.omr]\nlayout = \"pb-d1500\"\n",
    );
    let (out, job) = (
        plant.bench.text("proof.pdf"),
        plant.bench.text("lettermill.toml"),
    );
    let part = text(&plant.part);
    plant
        .bench
        .done(&["print", "proof", "-n", "1", "--job", &job, part, &out]);
    if let Some(rows) = dark_rows(&plant, part, 1) {
        assert!(rows >= 2, "{rows}");
        assert_eq!(dark_rows(&plant, &out, 1), Some(0));
    }
    if let Some(checked) = said_by("qpdf", &["--check", &out]) {
        assert!(checked.contains("No syntax"), "{checked}");
    }
    // Nor is the sheet on top another one than the one with the address.
    let plain = plant
        .bench
        .write("plain.toml", "[print.omr]\nlayout = \"pb-di380\"\n");
    let refused = plant
        .bench
        .lettermill(&["print", "proof", "--job", &plain, part, &out]);
    assert_eq!(code(&refused), 10, "{}", said(&refused));
}
