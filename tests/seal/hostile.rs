//! Bundles of others, made to hurt; and bundles whose letters are not where they should be.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use lettermill::bundle::{
    BundleJob, Bundler, CheckOptions, Checked, Format, Options, Seal, Sealed, check, check_each,
};
use lettermill::sign::Certificate;

use crate::common::*;

const MAILING: &str = "M-2026-11-22";

/// A folder with the bundle of operator 1, and where its tar lies.
fn bundled(messages: &[(&Sealed, &[&str])]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let job = BundleJob {
        format: Format::MinaMeddelanden,
        batch: MAILING,
        date: DAY,
        certificate: None,
    };
    let mut bundler = Bundler::new(folder.path(), &job, Options::default());
    for (sealed, ids) in messages {
        bundler.add("1", sealed, ids).unwrap();
    }
    bundler.finish().unwrap();
    let tar = folder.path().join("digital/mina-meddelanden/1/0001.tar");
    (folder, tar)
}

fn of_mailing(folder: &Path) -> Checked {
    let options = CheckOptions {
        mailing_key: Some(lettermill::bundle::key_of(&header())),
        ..CheckOptions::default()
    };
    check_each(folder, &options, &mut |_| {}).unwrap()
}

fn said(found: &Checked) -> Vec<&str> {
    found.faults.iter().map(|f| f.what.as_str()).collect()
}

fn together(ids: &[&str]) -> Sealed {
    let letters: Vec<_> = ids.iter().map(|id| letter(id)).collect();
    let letters: Vec<_> = letters.iter().collect();
    sealer().seal(&letters).unwrap().remove(0)
}

#[test]
fn extended_headers_are_faults_and_are_not_read() {
    let sealed = seal(&sealer(), &letter("L-1"));
    let (folder, tar) = bundled(&[(&sealed, &["L-1"])]);
    let whole = fs::read(&tar).unwrap();
    for kind in [b'L', b'K', b'x', b'g'] {
        const ANNOUNCED: u64 = 1 << 30;
        let mut header = tar::Header::new_gnu();
        header.set_path("././@LongLink").unwrap();
        header.set_entry_type(tar::EntryType::new(kind));
        header.set_size(ANNOUNCED);
        header.set_cksum();
        let mut file = fs::File::create(&tar).unwrap();
        file.write_all(header.as_bytes()).unwrap();
        file.set_len(512 + ANNOUNCED).unwrap(); // A hole: it takes no room on disk.
        let mut file = fs::OpenOptions::new().append(true).open(&tar).unwrap();
        file.write_all(&whole).unwrap();
        drop(file);
        let before = peak_kib();
        let found = check(folder.path()).unwrap();
        let what = "it is no regular ustar entry; extended headers are not read";
        assert_eq!(said(&found).first(), Some(&what), "{found:?}");
        assert_eq!(found.messages, 2, "the header and the message behind it");
        assert!(peak_kib() - before < 512 << 10, "it was read into memory");
    }
}

/// Most memory this process ever had, in KiB; 0 where the system does not say.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|text| text.split_whitespace().next());
    kib.and_then(|kib| kib.parse().ok()).unwrap_or_default()
}

#[test]
fn a_folder_that_lies_too_deep_is_a_fault() {
    let sealed = seal(&sealer(), &letter("L-1"));
    let (folder, _) = bundled(&[(&sealed, &["L-1"])]);
    fs::create_dir_all(folder.path().join("a/b/c/d/e")).unwrap();
    assert_eq!(check(folder.path()).unwrap().faults, []);
    fs::create_dir_all(folder.path().join("a/b/c/d/e/f")).unwrap();
    let found = check(folder.path()).unwrap();
    assert_eq!(
        said(&found),
        ["a folder below 5 others; what is in it is not read"]
    );
    assert_eq!(found.faults[0].file, Path::new("a/b/c/d/e/f"));
}

#[test]
fn a_letter_that_is_there_twice_is_found_in_whatever_company() {
    let two = together(&["L-1", "L-2"]);
    let alone = seal(&sealer(), &letter("L-2"));
    let (folder, _) = bundled(&[(&two, &["L-1", "L-2"]), (&alone, &["L-2"])]);
    let found = check(folder.path()).unwrap();
    assert_eq!(
        said(&found),
        ["a letter of it is there already, in the same role"]
    );
    assert_eq!(found.letters, 2);
    let told = found.faults[0].to_string();
    let id = id_of("L-2");
    assert_eq!(
        told,
        format!(
            "message 2 `{id}`, letter `L-2`: a letter of it is there already, in the same role"
        )
    );
}

#[test]
fn every_line_of_a_joined_delivery_must_have_its_own_letter() {
    let three = together(&["L-1", "L-2", "L-3"]);
    let (folder, _) = bundled(&[(&three, &["L-1", "L-2", "L-3"])]);
    assert_eq!(of_mailing(folder.path()).faults, []);
    // The message names its first letter alone; the others follow from the mailing.
    for ids in [["L-1", "L-3", "L-2"], ["L-1", "L-2", "L-4"]] {
        let (folder, _) = bundled(&[(&three, &ids)]);
        let found = of_mailing(folder.path());
        let what = "the index has another message id than this letter of this mailing has";
        assert_eq!((said(&found), found.letters), (vec![what], 0));
    }
    let options = CheckOptions {
        mailing_key: Some("M-2".into()),
        ..CheckOptions::default()
    };
    let other = check_each(folder.path(), &options, &mut |_| {}).unwrap();
    assert_eq!(other.faults_total, 1);
}

#[test]
fn a_fault_shows_no_name_that_is_none_of_ours() {
    let sealed = seal(&sealer(), &letter("L-1"));
    let (folder, tar) = bundled(&[(&sealed, &["L-1"])]);
    let index = tar.with_extension("index.csv");
    let text = fs::read_to_string(&index).unwrap();
    fs::write(&index, text.replace(",L-1,", ",Ada Exempel,")).unwrap();
    let bytes = fs::read(&tar).unwrap();
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes().copy_from_slice(&bytes[..512]);
    header.set_path("181501019806.xml").unwrap();
    header.set_cksum();
    fs::write(&tar, [header.as_bytes(), &bytes[512..]].concat()).unwrap();
    let found = check(folder.path()).unwrap();
    let told = found.faults[0].to_string();
    assert!(
        told.starts_with("message 1 `999999999999`, letter `Aaa Aaaaaaa`: "),
        "{told}"
    );
}

#[test]
fn every_certificate_that_signed_is_handed_out() {
    let sealed = seal(&sealer(), &letter("L-1"));
    let (folder, _) = bundled(&[(&sealed, &["L-1"])]);
    let found = check(folder.path()).unwrap();
    let mut used: Vec<_> = found.certificates.values().collect();
    used.sort_by_key(|c| c.signatures_as_sender);
    let own: Vec<&Certificate> = used.iter().map(|c| &*c.certificate).collect();
    assert_eq!(own, [relay().certificate(), signer().certificate()]);
    let as_sender: Vec<_> = used.iter().map(|c| c.signatures_as_sender).collect();
    assert_eq!(as_sender, [0, 1]);
}
