//! Letters to the same recipient in one envelope.

use std::fs;

use lettermill::spool::proof;

use crate::support::program::{Bench, code, json, outbox, said};

/// The sample on paper, and each letter once more under another id.
fn twice(bench: &Bench) -> (String, String) {
    let folder = bench.text("sample");
    bench.done(&[
        "sample",
        "--letters",
        "60",
        "--digital-percent",
        "0",
        "--pdf-percent",
        "30",
        &folder,
    ]);
    let mailing = fs::read_to_string(bench.path("sample/mailing.xml")).unwrap();
    let (head, rest) = mailing.split_once("  <letter id=\"").unwrap();
    let (letters, tail) = rest.rsplit_once("</letter>\n").unwrap();
    let copy = letters.replace("  <letter id=\"", "  <letter id=\"again-");
    let head = head.replace("<letterCount>60<", "<letterCount>120<");
    let (tail, _) = tail.split_once("  <trailer>").unwrap();
    let both = format!(
        "{head}  <letter id=\"{letters}</letter>\n  <letter id=\"again-{copy}</letter>\n{tail}</mailing>\n"
    );
    let job = fs::read_to_string(bench.path("sample/lettermill.toml")).unwrap();
    let with = job.replace("[print]\n", "[print]\nhouseholding = true\n");
    assert_ne!(job, with);
    bench.write("sample/apart.toml", job);
    (
        bench.write("sample/both.xml", both),
        bench.write("sample/joined.toml", with),
    )
}

#[test]
fn letters_to_the_same_recipient_share_an_envelope() {
    let bench = Bench::new();
    let (mailing, joined) = twice(&bench);
    let apart = bench.run(
        "apart",
        &mailing,
        &["--job", &bench.text("sample/apart.toml")],
    );
    assert_eq!(code(&apart), 0, "{}", said(&apart));
    let apart = json(&apart);
    assert_eq!(apart["pieces"], 120);

    let checked = bench.lettermill(&["check", "--full", "--json", "--job", &joined, &mailing]);
    assert_eq!(code(&checked), 0, "{}", said(&checked));
    let run = bench.run("joined", &mailing, &["--job", &joined]);
    assert_eq!(code(&run), 0, "{}", said(&run));
    let run = json(&run);
    for count in ["pieces", "pages", "sheets"] {
        assert_eq!(run[count], json(&checked)[count]); // The dry run counts what the run makes.
    }
    assert_eq!(run["print"], 120);
    assert_eq!(run["sheets"], apart["sheets"]);
    let pieces = run["pieces"].as_u64().unwrap();
    assert!((60..=75).contains(&pieces), "{pieces}"); // Some are too thick together.

    let outbox = outbox(&run);
    let verified = bench.lettermill(&["verify", outbox.to_str().unwrap()]);
    assert_eq!(code(&verified), 0, "{}", said(&verified));
    let (mut shared, mut reprints) = (0, 0);
    for class in fs::read_dir(outbox.join("print")).unwrap() {
        let class = class.unwrap().path();
        let csv = class.join("0001.pieces.csv");
        let proof = proof::check(&class.join("0001.pdf"), &csv).unwrap();
        assert!(proof.holds(), "{:?}", proof.mismatches);
        for row in csv::Reader::from_path(&csv).unwrap().records() {
            let row = row.unwrap();
            let ids: Vec<&str> = row[3].split(' ').collect();
            let alike = ids
                .iter()
                .all(|id| id.trim_start_matches("again-") == ids[0]);
            assert!(alike, "{ids:?}"); // In the order of the mailing, and nobody else's.
            shared += usize::from(ids.len() == 2);
            if ids.len() == 2 && reprints == 0 {
                reprints = 1;
                printed_again(
                    &bench,
                    class.join("0001.pdf").to_str().unwrap(),
                    &row[0],
                    ids[1],
                );
            }
            let story = bench.done(&["show", "--out", &bench.text("joined"), ids[ids.len() - 1]]);
            assert!(story.contains(&format!("piece {}", &row[0])), "{story}");
        }
    }
    assert_eq!((shared as u64, reprints), (120 - pieces, 1));
}

/// A piece with two letters: its reprint has both, and the second one's history tells of it.
fn printed_again(bench: &Bench, part: &str, piece: &str, second: &str) {
    let home = bench.text("joined");
    let words = ["reprint", "--json", "--out", &home, "--pieces", piece, part];
    let printed = bench.lettermill(&words);
    assert_eq!(code(&printed), 0, "{}", said(&printed));
    let printed = json(&printed);
    let verified = bench.lettermill(&["verify", printed["folder"].as_str().unwrap()]);
    assert_eq!(code(&verified), 0, "{}", said(&verified));
    let story = bench.done(&["show", "--out", &home, second]);
    assert!(story.contains("0001.r01.pdf"), "{story}");
}

#[test]
fn letters_whose_ids_do_not_fit_into_the_control_file_together_travel_apart() {
    let bench = Bench::new();
    let (mailing, joined) = twice(&bench);
    let text = fs::read_to_string(&mailing).unwrap();
    let ids = text.split("<letter id=\"").skip(1);
    let longest = ids.map(|id| id.find('"').unwrap()).max().unwrap();
    let job = fs::read_to_string(&joined).unwrap();
    let pieces = |home: &str, length: usize| {
        let control = format!(
            "[control]\nformat = \"fixed\"\nfields = [{{ value = \"letter-id\", length = {length} }}]\n"
        );
        let job = bench.write(&format!("sample/{home}.toml"), format!("{job}\n{control}"));
        let checked = bench.lettermill(&["check", "--full", "--json", "--job", &job, &mailing]);
        let run = bench.run(home, &mailing, &["--job", &job]);
        assert_eq!(code(&run), 0, "{}", said(&run));
        let run = json(&run);
        assert_eq!(run["pieces"], json(&checked)["pieces"]);
        run["pieces"].as_u64().unwrap()
    };
    assert_eq!(pieces("narrow", longest), 120);
    assert!(pieces("wide", 10 * longest) < 120);
}
