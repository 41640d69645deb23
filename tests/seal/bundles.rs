//! Bundles on disk, and the check that reads them back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use lettermill::bundle::{
    BundleJob, Bundler, Checked, Format, Options, Sealed, check, check_each, message_id,
    mina_meddelanden as mm,
};
use lettermill::disk::{hex, sha256};
use proptest::prelude::*;
use rayon::prelude::*;

use crate::common::*;

const JOB: BundleJob<'static> = BundleJob {
    format: Format::MinaMeddelanden,
    batch: "M-2026-11-22",
    date: DAY,
    certificate: None,
};

/// Bundles `letters` in a new folder, alternating between the operators.
fn bundled(
    letters: usize,
    operators: &[&str],
    options: Options,
    threads: usize,
) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let sealer = sealer();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let ids: Vec<String> = (0..letters).map(|n| format!("L-{n}")).collect();
    let sealed: Vec<Sealed> = pool.unwrap().install(|| {
        ids.par_iter()
            .map(|id| seal(&sealer, &letter(id)))
            .collect()
    });
    let mut bundler = Bundler::new(folder.path(), &JOB, options);
    for (n, (sealed, id)) in sealed.iter().zip(&ids).enumerate() {
        let placed = bundler
            .add(operators[n % operators.len()], sealed, &[id])
            .unwrap();
        assert_eq!(placed.length, sealed.bytes.len() as u64);
    }
    let written = bundler.finish().unwrap();
    assert!(written.is_sorted_by(|a, b| a.path < b.path));
    for file in &written {
        let bytes = fs::read(folder.path().join(&file.path)).unwrap();
        assert_eq!(
            (file.size, file.sha256),
            (bytes.len() as u64, sha256(&bytes))
        );
    }
    folder
}

fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                found.push((path.strip_prefix(folder).unwrap().to_owned(), bytes));
            }
        }
    }
    found.sort();
    found
}

fn checked(folder: &Path) -> Checked {
    check(folder).unwrap()
}

#[test]
fn a_bundle_is_a_tar_that_tar_reads_and_the_index_points_into() {
    let folder = bundled(5, &[OPERATOR], Options::default(), 2);
    let inside = folder
        .path()
        .join("digital/mina-meddelanden")
        .join(OPERATOR);
    let tar = fs::read(inside.join("0001.tar")).unwrap();
    let index = fs::read_to_string(inside.join("0001.index.csv")).unwrap();
    let mut lines = index.lines();
    assert_eq!(
        lines.next(),
        Some("entry,message_id,letter_id,role,offset,length,sha256,signature")
    );
    for (n, line) in lines.enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        let [
            entry,
            message,
            letter_id,
            "letter",
            offset,
            length,
            digest,
            "",
        ] = fields[..]
        else {
            panic!("{line}")
        };
        let from: usize = offset.parse().unwrap();
        let bytes = &tar[from..from + length.parse::<usize>().unwrap()];
        assert_eq!(hex(&sha256(bytes)), digest);
        assert_eq!(letter_id, format!("L-{n}"));
        assert_eq!(entry, message);
        assert_eq!(message, message_id("M-2026-11-22", letter_id).to_string());
    }
    let found = checked(folder.path());
    assert_eq!(found.faults, []);
    assert_eq!((found.bundles, found.messages, found.sound), (1, 5, 5));
    assert_eq!(found.signatures, 10);
    assert_eq!(found.operators[OPERATOR], 5);
    assert_eq!(found.certificates.len(), 2);
    assert!(
        found
            .certificates
            .values()
            .all(|c| c.development && c.signatures == 5)
    );
    if !has("tar") {
        return;
    }
    let path = inside.join("0001.tar");
    let list = run_ok(Command::new("tar").args(["--utc", "-tvf"]).arg(&path));
    let list = String::from_utf8(list).unwrap();
    assert_eq!(list.lines().count(), 5);
    for line in list.lines() {
        assert!(line.starts_with("-rw------- 0/0 "), "{line}");
        assert!(line.contains(" 2026-11-22 00:00 "), "{line}");
    }
    let out = tempfile::tempdir().unwrap();
    run_ok(
        Command::new("tar")
            .arg("-xf")
            .arg(&path)
            .arg("-C")
            .arg(out.path()),
    );
    let name = format!("{}.xml", message_id("M-2026-11-22", "L-3"));
    let extracted = fs::read(out.path().join(name)).unwrap();
    assert_eq!(extracted, seal(&sealer(), &letter("L-3")).bytes);
}

#[test]
fn the_same_letters_give_the_same_bytes() {
    let operators = ["1", "22", "333"];
    let one = bundled(20, &operators, Options::default(), 1);
    let other = bundled(20, &operators, Options::default(), 4);
    let few_open = Options {
        open_files_max: 2,
        ..Options::default()
    };
    let third = bundled(20, &operators, few_open, 2);
    assert_eq!(files(one.path()).len(), 6);
    assert!(files(one.path()) == files(other.path()));
    assert!(files(one.path()) == files(third.path()));
}

#[test]
fn bundles_end_at_their_limits() {
    let entries = Options {
        bundle_entries_max: 3,
        ..Options::default()
    };
    let folder = bundled(7, &["1"], entries, 2);
    assert_eq!(files(folder.path()).len(), 6);
    let found = checked(folder.path());
    assert_eq!((found.bundles, found.sound, found.faults_total), (3, 7, 0));

    // Room for two messages, headers and end exactly; then for one byte less.
    let message = seal(&sealer(), &letter("L-0")).bytes.len() as u64;
    let two = 2 * (512 + message.next_multiple_of(512)) + 1024;
    for (bundle_bytes_max, bundles) in [(two, 2), (two - 1, 4), (1, 4)] {
        let options = Options {
            bundle_bytes_max,
            ..Options::default()
        };
        let folder = bundled(4, &["1"], options, 2);
        let found = checked(folder.path());
        assert_eq!((found.bundles, found.sound), (bundles, 4));
        for (path, bytes) in files(folder.path()) {
            let tar = path.extension().is_some_and(|e| e == "tar");
            assert!(!tar || bundles == 4 || bytes.len() as u64 <= bundle_bytes_max);
        }
    }
}

#[test]
fn an_operator_id_that_is_no_number_names_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = seal(&sealer(), &letter("L-1"));
    let options = Options::default();
    let mut bundler = Bundler::new(folder.path(), &JOB, options);
    for id in ["", "../1", "a", "1/2", "１２", &"1".repeat(21)] {
        let error = bundler.add(id, &sealed, &["L-1"]).unwrap_err().to_string();
        assert!(error.contains("digits only"), "{error}");
    }
    assert_eq!(bundler.finish().unwrap(), []);
    assert!(files(folder.path()).is_empty());
}

#[test]
fn files_are_for_their_owner_only() {
    let folder = bundled(1, &["1"], Options::default(), 1);
    let mode = |path: &str| {
        let path = folder.path().join(path);
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode("digital/mina-meddelanden/1"), 0o700);
    assert_eq!(mode("digital/mina-meddelanden/1/0001.tar"), 0o600);
    assert_eq!(mode("digital/mina-meddelanden/1/0001.index.csv"), 0o600);
}

#[test]
fn a_check_finds_every_changed_byte() {
    let folder = bundled(1, &["1"], Options::default(), 1);
    assert_eq!(checked(folder.path()).faults, []);
    let tar = folder.path().join("digital/mina-meddelanden/1/0001.tar");
    let index = folder
        .path()
        .join("digital/mina-meddelanden/1/0001.index.csv");
    let bytes = fs::read(&tar).unwrap();
    let message = seal(&sealer(), &letter("L-0")).bytes;
    let relay_certificate = std::str::from_utf8(&message)
        .unwrap()
        .rfind("<X509Certificate>");
    // The entry's name; a sample of the message, of which `no_byte_of_a_message_can_be_changed` tries every byte but
    // those of the relay's certificate; and these.
    let sample = (0..message.len()).step_by(13);
    let rest = relay_certificate.unwrap()..message.len();
    for at in (0..40).chain(sample.chain(rest).map(|at| 512 + at)) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        fs::write(&tar, changed).unwrap();
        assert_ne!(checked(folder.path()).faults_total, 0, "byte {at}");
    }
    fs::write(&tar, &bytes).unwrap();
    let lines = fs::read(&index).unwrap();
    for at in 0..lines.len() {
        let mut changed = lines.clone();
        changed[at] ^= 1; // Also a line's end: 0x0a becomes 0x0b.
        fs::write(&index, changed).unwrap();
        assert_ne!(
            checked(folder.path()).faults_total,
            0,
            "byte {at} of the index"
        );
    }
}

#[test]
fn a_check_finds_what_is_missing_or_too_much() {
    let folder = bundled(3, &["1"], Options::default(), 1);
    let inside = folder.path().join("digital/mina-meddelanden/1");
    let (tar, index) = (inside.join("0001.tar"), inside.join("0001.index.csv"));
    let bytes = fs::read(&tar).unwrap();
    let lines = fs::read_to_string(&index).unwrap();
    let rows: Vec<&str> = lines.lines().collect();
    let with_index = |rows: &[&str]| {
        fs::write(&index, rows.join("\n") + "\n").unwrap();
        let found = checked(folder.path());
        fs::write(&index, &lines).unwrap();
        (found.sound, found.faults)
    };
    let (sound, faults) = with_index(&rows[..3]);
    assert_eq!((sound, faults.len()), (2, 1));
    assert!(faults[0].what.contains("no line"), "{faults:?}");
    let (sound, faults) = with_index(&[rows[0], rows[2], rows[1], rows[3]]);
    assert_eq!((sound, faults.len()), (1, 2));
    // A second line for the same entry says that it carries two letters.
    let (sound, faults) = with_index(&[rows[0], rows[1], rows[2], rows[3], rows[3]]);
    assert_eq!((sound, faults.len()), (2, 1));
    assert!(faults[0].what.contains("another message id"), "{faults:?}");
    let (sound, faults) = with_index(&[rows[0], rows[1], rows[2], rows[3], rows[1]]);
    assert_eq!((sound, faults.len()), (3, 1));
    assert!(faults[0].what.contains("more than the tar"), "{faults:?}");

    let with_tar = |bytes: &[u8]| {
        fs::write(&tar, bytes).unwrap();
        checked(folder.path())
    };
    for cut in [1, 1024, 1025, 5000, bytes.len() - 512, bytes.len()] {
        let found = with_tar(&bytes[..bytes.len() - cut]);
        assert_ne!(found.faults_total, 0, "cut by {cut}");
    }
    assert_ne!(with_tar(&[&bytes[..], &[0; 512]].concat()).faults_total, 0);
    assert_eq!(with_tar(&bytes).faults_total, 0);

    fs::rename(&index, inside.join("0002.index.csv")).unwrap();
    let faults = checked(folder.path()).faults;
    let said: Vec<&str> = faults.iter().map(|f| f.what.as_str()).collect();
    assert_eq!(
        said,
        ["there is no index beside it", "there is no tar beside it"]
    );
}

#[test]
fn a_message_of_another_letter_under_a_right_digest_is_found() {
    // A bundle whose index and tar agree, but whose letter id is not the message's.
    let folder = tempfile::tempdir().unwrap();
    let sealed = seal(&sealer(), &letter("L-1"));
    let options = Options::default();
    let mut bundler = Bundler::new(folder.path(), &JOB, options);
    bundler.add("1", &sealed, &["L-2"]).unwrap();
    let other = Sealed {
        message_id: message_id("M", "L-3"),
        letters: vec![message_id("M", "L-3")],
        ..sealed.clone()
    };
    bundler.add("1", &other, &["L-1"]).unwrap();
    bundler.add("1", &sealed, &["L-1"]).unwrap();
    bundler.add("1", &sealed, &["L-1"]).unwrap();
    bundler.finish().unwrap();
    let found = checked(folder.path());
    let said: Vec<&str> = found.faults.iter().map(|f| f.what.as_str()).collect();
    assert_eq!(
        said,
        [
            "the index has another letter id than the message",
            "the index has another message id than the message",
            "an earlier entry has the same name",
            "an earlier entry has the same name",
        ]
    );
}

#[test]
fn a_check_hands_out_the_messages_in_order() {
    let folder = bundled(6, &["2", "1"], Options::default(), 2);
    let mut seen = Vec::new();
    let options = lettermill::bundle::CheckOptions {
        wave_bytes_max: 1, // A wave for each message.
        ..Default::default()
    };
    check_each(folder.path(), &options, &mut |entry| {
        seen.push(format!("{} {}", entry.operator_id, entry.letter_id));
    })
    .unwrap();
    assert_eq!(seen, ["1 L-1", "1 L-3", "1 L-5", "2 L-0", "2 L-2", "2 L-4"]);
}

#[test]
fn a_shared_document_is_the_same_with_and_without_room_for_it() {
    let header = header();
    let letter = full_letter(&header);
    let with = |documents_bytes_max| {
        let options = mm::Options {
            documents_bytes_max,
            ..mm::Options::default()
        };
        let sealer = mm::Sealer::new(options, signer(), relay(), &header, DAY).unwrap();
        let first = seal(&sealer, &letter);
        assert!(first == seal(&sealer, &letter));
        first
    };
    assert!(with(0) == with(1 << 20));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_check_of_damaged_files_ends_with_faults_and_no_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30),
        cut in any::<prop::sample::Index>(),
        in_tar in any::<bool>(),
        noise in proptest::collection::vec(any::<u8>(), 0..2000),
    ) {
        static BUNDLE: OnceLock<tempfile::TempDir> = OnceLock::new();
        let whole = BUNDLE.get_or_init(|| bundled(2, &["1"], Options::default(), 1));
        let folder = tempfile::tempdir().unwrap();
        for (path, mut bytes) in files(whole.path()) {
            if path.extension().is_some_and(|e| e == "tar") == in_tar {
                for (at, value) in &changes {
                    // Every second change hits a header of the tar, where the lengths are.
                    let at = at.index(if value % 2 == 0 { 512 } else { bytes.len() });
                    let last = bytes.len() - 1;
                    bytes[at.min(last)] = *value;
                }
                bytes.truncate(cut.index(bytes.len()));
                bytes.extend_from_slice(&noise);
            }
            fs::write(folder.path().join(path.file_name().unwrap()), bytes).unwrap();
        }
        prop_assert_ne!(checked(folder.path()).faults_total, 0);
    }
}

#[test]
fn an_entry_that_claims_to_be_huge_is_not_read() {
    let folder = bundled(1, &["1"], Options::default(), 1);
    let path = folder.path().join("digital/mina-meddelanden/1/0001.tar");
    let mut bytes = fs::read(&path).unwrap();
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes().copy_from_slice(&bytes[..512]);
    header.set_size(8 << 30);
    header.set_cksum();
    bytes[..512].copy_from_slice(header.as_bytes());
    fs::write(&path, bytes).unwrap();
    let found = checked(folder.path());
    assert_eq!((found.messages, found.sound), (1, 0));
    let what = "it has 8589934592 bytes; at most 134217728 are read";
    assert!(found.faults.iter().any(|f| f.what == what), "{found:?}");
}
