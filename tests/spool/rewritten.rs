//! Parts that were changed with all their digests: found by what stands in them.

use std::time::{Duration, Instant};

use super::damage::Batch;
use super::rework::{Apart, packed};
use super::*;

/// What a hostile part may take to be refused, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is found in a part that was changed; no digest tells of it.
fn found(change: impl FnOnce(&mut Apart)) -> Vec<String> {
    changed(change).found()
}

fn changed(change: impl FnOnce(&mut Apart)) -> Batch {
    let batch = Batch::new(&Options::default());
    let mut part = Apart::read(&batch.path("pdf"));
    change(&mut part);
    part.write(&batch.path("pdf"));
    let pages = part.pages();
    batch.rows(|row| {
        let first: usize = row["first_page"].parse().unwrap();
        let count: usize = row["pages"].parse().unwrap();
        let of_piece = &pages[first - 1..first - 1 + count];
        row.insert("sha256".into(), part.piece_digest(of_piece));
    });
    batch.layout(|layout| layout["common"] = part.common_digest().into());
    batch
}

/// As [`found`], for parts whose tree cannot be walked.
fn hostile(change: impl FnOnce(&mut Apart)) -> Vec<String> {
    let batch = Batch::new(&Options::default());
    let mut part = Apart::read(&batch.path("pdf"));
    change(&mut part);
    part.write(&batch.path("pdf"));
    let begun = Instant::now();
    let found = match proof::check(&batch.path("pdf"), &batch.path("pieces.csv")) {
        Ok(proof) => proof.mismatches.iter().map(ToString::to_string).collect(),
        Err(error) => vec![error.to_string()],
    };
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    found
}

fn one(found: &[String], said: &str) {
    assert!(
        found.iter().any(|found| found.contains(said)),
        "{said}: {found:?}"
    );
}

#[test]
fn a_part_taken_apart_and_put_together_is_the_same() {
    assert_eq!(found(|_| ()), [""; 0]);
}

#[test]
fn what_pages_would_inherit_or_readers_read_differently_is_no_part() {
    for entry in [
        "/Rotate 180",
        "/CropBox[300 300 400 400]",
        "/Resources<<>>",
        "/MediaBox[0 0 100 100]",
    ] {
        let said = hostile(|part| {
            let root = part.root();
            part.change(root, "/Type/Pages", &format!("/Type/Pages{entry}"));
        });
        one(&said, "a node of the page tree that is none of ours");
    }
    let said = hostile(|part| {
        let root = part.root();
        let pages = part.pages();
        let (first, third) = (pages[0], pages[2]);
        part.change(
            root,
            "/Kids[",
            &format!("/Kids[{third} 0 R {first} 0 R]/Kids["),
        );
    });
    one(&said, "a key that stands twice");
}

#[test]
fn pages_that_show_something_else_are_found_though_every_digest_is_right() {
    for entry in [
        "/CropBox[300 300 400 400]",
        "/Rotate 180",
        "/UserUnit 2",
        "/Annots[]",
        "/Rotate 540",
        "/AA<<>>",
    ] {
        let found = found(|part| {
            for page in part.pages() {
                part.change(page, "/Type/Page", &format!("/Type/Page{entry}"));
            }
        });
        one(
            &found,
            "piece 1, page 1 of the part: a page with entries that none of ours has",
        );
    }
    for (from, to, said) in [
        ("595.276", "1190.55", "another size"),
        (
            "/MediaBox[0 0 595.276 841.89]",
            "/MediaBox 4 0 R",
            "another size",
        ),
        (
            "/Type/Page",
            "/Type/Page/MediaBox[0 0 300 300]",
            "a key that stands twice",
        ),
    ] {
        let found = found(|part| {
            for page in part.pages() {
                part.change(page, from, to);
            }
        });
        one(&found, said);
    }
}

#[test]
fn a_catalog_or_trailer_that_does_more_is_found() {
    let action = "/OpenAction<</S/JavaScript/JS(app.alert)>>";
    let found_in = found(|part| part.change(1, "/Type/Catalog", &format!("/Type/Catalog{action}")));
    assert_eq!(found_in, ["piece 0: a catalog that is none of ours"]);
    let found_in = found(|part| {
        let trailer = String::from_utf8(part.trailer.clone()).unwrap();
        part.trailer = trailer.replace("/Info", "/Encrypt 2 0 R/Info").into_bytes();
    });
    assert_eq!(found_in, ["piece 0: a trailer that is none of ours"]);
}

/// Objects of the regular face: map and program.
fn face(part: &Apart) -> (u32, u32) {
    let below = part.named(6, "/DescendantFonts");
    let descriptor = part.named(below, "/FontDescriptor ");
    (
        part.named(below, "/CIDToGIDMap "),
        part.named(descriptor, "/FontFile2 "),
    )
}

#[test]
fn fonts_that_print_something_else_are_found_though_every_digest_is_right() {
    let said = "piece 0: a font that is none of ours";
    let turned = found(|part| {
        let (map, _) = face(part);
        part.repack(map, |map| {
            let glyphs: Vec<_> = map.chunks(2).filter(|glyph| *glyph != [0, 0]).collect();
            let mut next = glyphs.iter().cycle().skip(1);
            let turn = |glyph: &[u8]| match glyph {
                [0, 0] => [0, 0],
                _ => [next.clone().next().unwrap()[0], next.next().unwrap()[1]],
            };
            map.chunks(2).flat_map(turn).collect()
        });
    });
    assert_eq!(turned, [said]);
    let garbage = found(|part| {
        let (_, program) = face(part);
        part.repack(program, |_| b"garbage".to_vec());
    });
    assert_eq!(garbage, [said]);
    let gone = found(|part| {
        let (_, program) = face(part);
        part.objects.insert(program, (b"null".to_vec(), None));
    });
    assert_eq!(gone, [said]);
}

#[test]
fn what_all_pages_share_is_as_it_was_written() {
    let written = "piece 0: fonts, letterhead or profiles are not those that were written";
    let batch = Batch::new(&Options::default());
    let mut part = Apart::read(&batch.path("pdf"));
    part.repack(5, |content| {
        [&content[..], b"0 g 0 0 595 300 re f\n"].concat()
    });
    part.write(&batch.path("pdf"));
    let foreign = "piece 0: a page that was set, or the letterhead, has what this program does not write: an operator that we do not write";
    assert_eq!(batch.found(), [written, foreign]);
    // Their form tells of these.
    let damaged = found(|part| part.objects.get_mut(&5).unwrap().1 = Some(b"garbage".to_vec()));
    let unpacked = "piece 0: content that cannot be unpacked, or does not begin as it must";
    assert_eq!(
        damaged,
        ["piece 0: a letterhead that is none of ours", unpacked]
    );
    let moved = found(|part| {
        let save = (
            b"<</Length 24>>".to_vec(),
            Some(b"q 1 0 0 1 50 50 cm 0 g  ".to_vec()),
        );
        part.objects.insert(10, save);
    });
    assert_eq!(moved, ["piece 0: object 10 is not a stream of one `q`"]);
    let exchanged = found(|part| part.change(4, "/F0 6 0 R/F1 7 0 R", "/F0 7 0 R/F1 6 0 R"));
    one(&exchanged, "piece 0: resources that are none of ours");
}

#[test]
fn letters_that_are_named_twice_or_not_at_all_are_found() {
    let with = |piece: &'static str, ids: &'static str| {
        let batch = Batch::new(&Options::default());
        batch.rows(|row| {
            if row["piece"] == piece {
                row.insert("letter_id".into(), ids.into());
            }
        });
        batch
    };
    assert_eq!(
        with("2", "L-0").verdict().faults,
        ["a letter is in the spool twice"]
    );
    let row = "piece 2: the CSV row does not follow the one before it: `letter_id`";
    assert_eq!(with("2", "").found(), [row]);
    let batch = Batch::new(&Options::default());
    batch.rows(|row| {
        row.insert("first_page".into(), "0".into());
        row.insert("pages".into(), "0".into());
    });
    one(&batch.found(), "40 pages in the part, 0 in its CSV");
    let batch = Batch::new(&Options::default());
    batch.rows(|row| drop(row.insert("envelope".into(), "c4".into())));
    one(&batch.found(), "`envelope, sides, colour`");
}

#[test]
fn addresses_that_differ_in_an_envelope_are_found_within_the_run() {
    let batch = Batch::new(&Options::default());
    let row = |ids: &'static str| {
        batch.rows(|row| {
            if row["piece"] == "1" {
                row.insert("letter_id".into(), ids.into());
            }
        });
    };
    let part = &batch.spooled.parts[0];
    let alone = fs::read(&part.addresses).unwrap();
    let len = u32::from_le_bytes(alone[4..8].try_into().unwrap()) as usize;
    let (first, rest) = alone.split_at(8 + len);
    let with = |other: &[u8]| {
        let two = [&[2, 0, 0, 0], &first[4..], &first[4..8], other, rest].concat();
        fs::write(&part.addresses, two).unwrap();
        let (pdf, csv) = (batch.path("pdf"), batch.path("pieces.csv"));
        let proof = proof::check_with_addresses(&pdf, &csv, &part.addresses).unwrap();
        proof
            .mismatches
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    let together = "piece 1: the letters in it are not all to the address that shows";
    row("L-0 L-99");
    assert_eq!(with(&first[8..]), [""; 0]);
    let mut other = first[8..].to_vec();
    *other.last_mut().unwrap() = b'x';
    assert_eq!(with(&other), [together]);
    // One letter fewer than lies in it.
    row("L-0");
    assert_eq!(with(&first[8..]), [together]);
}

#[test]
fn a_page_tree_that_comes_back_to_its_pages_is_refused() {
    let said = hostile(|part| {
        let leaf = part.pages()[0];
        let mut nodes = vec![part.root()];
        nodes.extend((0..9).map(|_| part.add("null", None)));
        for (level, &node) in nodes.iter().enumerate() {
            let parent = match level.checked_sub(1) {
                Some(above) => format!("/Parent {} 0 R", nodes[above]),
                None => String::new(),
            };
            let kid = nodes.get(level + 1).copied().unwrap_or(leaf);
            let kids = vec![format!("{kid} 0 R"); 50].join(" ");
            let count = 50_u64.pow(10 - level as u32);
            let text = format!("<</Type/Pages/Count {count}{parent}/Kids[{kids}]>>");
            part.objects.insert(node, (text.into_bytes(), None));
        }
    });
    one(&said, "the page tree has it twice");
}

#[test]
fn widths_in_ranges_are_not_ours() {
    let said = hostile(|part| {
        let below = part.named(6, "/DescendantFonts");
        let ranges = "0 65535 1 ".repeat(20_000);
        part.change(below, "/W[", &format!("/W[{ranges}"));
    });
    one(&said, "the widths of a font are none of ours");
}

#[test]
fn rings_of_large_objects_are_read_once_a_page() {
    let said = hostile(|part| {
        let array = part.add("null", None);
        let large = part.add(
            &format!("<</Length 1/X {array} 0 R>>"),
            Some(vec![0; 1 << 20]),
        );
        let all = vec![format!("{large} 0 R"); 20_000].join(" ");
        part.objects
            .insert(array, (format!("[{all}]").into_bytes(), None));
        let back = part.pages()[1];
        let resources = format!("/Resources<</X {array} 0 R>>");
        part.change(back, "/Resources 4 0 R", &resources);
    });
    one(&said, "the pages are not those that were written");
}

#[test]
fn contents_of_a_page_unpack_to_so_much_and_no_more() {
    let said = hostile(|part| {
        let bomb = packed(&[b"%".to_vec(), vec![b' '; 60 << 20]].concat());
        let bomb = part.add("<</Length 1/Filter/FlateDecode>>", Some(bomb));
        let page = part.pages()[0];
        let many = format!("/Contents[{}", format!("{bomb} 0 R ").repeat(2_000));
        part.change(page, "/Contents[", &many);
        part.change(page, "/Resources 4 0 R", "/Resources<</Font<</F0 6 0 R>>>>");
    });
    one(&said, "content that cannot be unpacked");
}

/// Makes the first front one of a PDF that was given, with this content.
fn given(part: &mut Apart, content: &[u8]) {
    let content = part.add("<</Length 1/Filter/FlateDecode>>", Some(packed(content)));
    let page = part.pages()[0];
    part.change(
        page,
        "/Contents[",
        &format!("/Contents[10 0 R {content} 0 R "),
    );
    part.change(page, "/Resources 4 0 R", "/Resources<</Font<</F0 6 0 R>>>>");
}

#[test]
fn images_without_a_beginning_are_passed_over_at_once() {
    let said = hostile(|part| given(part, &[&b"BI "[..], &b"ID EI ".repeat(200_000)].concat()));
    one(&said, "the pages are not those that were written");
}

#[test]
fn a_dictionary_has_so_many_keys_and_no_more() {
    let said = hostile(|part| {
        let keys: String = (0..200_000).map(|key| format!("/K{key} 1")).collect();
        let page = part.pages()[0];
        part.change(page, "/Type/Page", &format!("/Type/Page{keys}"));
    });
    one(&said, "a dictionary with more keys than any of ours");
}

#[test]
fn other_faces_than_those_of_the_part_are_not_read() {
    let said = hostile(|part| {
        let map = part.named(6, "/ToUnicode ");
        let ranges = "0 65535 1 ".repeat(400_000);
        let below = part.add(&format!("<</W[{ranges}]>>"), None);
        let face = part.add(
            &format!("<</ToUnicode {map} 0 R/DescendantFonts[{below} 0 R]>>"),
            None,
        );
        part.change(4, "/F0 6 0 R", &format!("/F0 {face} 0 R"));
    });
    one(&said, "resources that are none of ours");
}

#[test]
fn what_was_set_unpacks_to_so_much_and_no_more() {
    let said = hostile(|part| {
        let bomb = packed(&vec![b' '; 60 << 20]);
        for page in part.pages() {
            let text = String::from_utf8_lossy(&part.objects[&page].0).into_owned();
            if text.contains("/Resources 4 0 R") {
                let content = part.named(page, "/Contents[");
                part.objects.get_mut(&content).unwrap().1 = Some(bomb.clone());
            }
        }
    });
    one(&said, "page 1 of the part: content that cannot be unpacked");
}

#[test]
fn a_table_begins_with_the_free_object() {
    let batch = Batch::new(&Options::default());
    let mut bytes = fs::read(batch.path("pdf")).unwrap();
    let at = memchr::memmem::rfind(&bytes, b" 65535 f \n").unwrap();
    bytes[at - 1] = b'7';
    fs::write(batch.path("pdf"), bytes).unwrap();
    one(
        &batch.found(),
        "the xref table does not begin as a part's does",
    );
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_in_place_of_files_are_not_waited_for() {
    for ending in ["pdf", "pieces.csv", "layout.json"] {
        let batch = Batch::new(&Options::default());
        let path = batch.path(ending);
        fs::remove_file(&path).unwrap();
        let made = Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        let error = proof::check(&batch.path("pdf"), &batch.path("pieces.csv")).unwrap_err();
        assert!(error.to_string().contains("not a regular file"), "{error}");
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        let error = proof::check(&batch.path("pdf"), &batch.path("pieces.csv")).unwrap_err();
        assert!(error.to_string().contains("not a regular file"), "{error}");
    }
}

#[test]
fn a_part_that_cannot_be_read_is_a_mismatch() {
    let batch = Batch::new(&Options::default());
    fs::write(batch.path("pdf"), "%PDF-1.6\n").unwrap();
    let verdict = batch.verdict();
    assert_eq!((verdict.mismatches, verdict.sheets), (1, 0));
    let part = &verdict.parts[0];
    assert_eq!((part.read, part.mismatches, part.sheets), (false, 1, 0));
}
