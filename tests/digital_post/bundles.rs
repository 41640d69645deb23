//! Containers and plain files on disk, and the check that reads them back.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use lettermill::bundle::digital_post::{Options as PostOptions, Sealer};
use lettermill::bundle::{
    BundleJob, Bundler, CheckOptions, Checked, ContainerForm, Format, Options, Role, Seal, Sealed,
    check, check_each, message_id,
};
use lettermill::disk::{hex, sha256};
use lettermill::letter::*;
use lettermill::sign::Signer;
use proptest::prelude::*;
use rayon::prelude::*;

use crate::common::*;
use crate::support::files::{ending_in, tree};
use crate::tools::{has, run, run_ok};

const POST: &str = "digital/digital-post";
const JOB: BundleJob<'static> = BundleJob {
    format: Format::DigitalPost,
    batch: MAILING,
    date: DAY,
    certificate: None,
};

fn containers(change: impl FnOnce(&mut PostOptions)) -> Options {
    let mut options = PostOptions::default();
    change(&mut options);
    Options {
        containers: options.containers(),
        ..Options::default()
    }
}

/// Letters of which every fourth has a notification.
fn sealed(letters: usize) -> Vec<(String, Vec<Sealed>)> {
    let sealer = sealer_with(|options| options.nemsms = true);
    let one = |n: usize| {
        let id = format!("L-{n}");
        let mut letter = letter(&id);
        letter.notification = (n % 4 == 3).then(|| "Husk din tid".into());
        let sealed = sealer.seal(&[&letter]).unwrap();
        (id.clone(), sealed)
    };
    (0..letters).into_par_iter().map(one).collect()
}

/// Bundles messages in a folder, in a pool of so many threads.
fn bundle(folder: &Path, messages: &[(String, Vec<Sealed>)], options: Options, threads: usize) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let signer = signer();
    let job = BundleJob {
        certificate: Some(signer.certificate()),
        ..JOB
    };
    pool.unwrap().install(|| {
        let mut bundler = Bundler::new(folder, &job, options);
        for (id, sealed) in messages {
            for message in sealed {
                let placed = bundler.add("digital-post", message, &[id]).unwrap();
                assert_eq!(placed.length, message.bytes.len() as u64);
                assert!(placed.bundle.starts_with(POST));
            }
        }
        let written = bundler.finish().unwrap();
        assert!(written.is_sorted_by(|a, b| a.path < b.path));
        let on_disk = tree(folder);
        assert_eq!(written.len(), on_disk.len());
        for (file, (path, bytes)) in written.iter().zip(&on_disk) {
            assert_eq!(&file.path, path);
            assert_eq!(
                (file.size, file.sha256),
                (bytes.len() as u64, sha256(bytes))
            );
        }
    });
}

fn bundled(letters: usize, options: Options, threads: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    bundle(folder.path(), &sealed(letters), options, threads);
    folder
}

/// The one file with this ending.
fn only(folder: &Path, ending: &str) -> PathBuf {
    let mut found = ending_in(folder, ending);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn said(checked: &Checked) -> Vec<&str> {
    checked
        .faults
        .iter()
        .map(|fault| fault.what.as_str())
        .collect()
}

#[test]
fn tar_and_xz_read_a_container_and_give_the_same_bytes() {
    let messages = sealed(8);
    let folder = tempfile::tempdir().unwrap();
    bundle(folder.path(), &messages, Options::default(), 2);
    let found = check(folder.path()).unwrap();
    assert_eq!(found.faults, []);
    assert_eq!((found.bundles, found.messages, found.sound), (1, 10, 10));
    assert_eq!((found.letters, found.notices, found.signatures), (8, 2, 10));
    assert_eq!(
        found.operators,
        BTreeMap::from([("digital-post".to_owned(), 10)])
    );
    assert_eq!(found.certificates.len(), 1);

    let lzma = only(folder.path(), ".tar.lzma");
    let bytes = fs::read(&lzma).unwrap();
    // facts/denmark.md §2.3: properties, a dictionary of 16 MiB, size unknown.
    assert_eq!(hex(&bytes[..13]), "5d00000001ffffffffffffffff");
    let name = lzma.file_name().unwrap().to_string_lossy().into_owned();
    let uuid = uuid::Uuid::parse_str(name.strip_suffix(".tar.lzma").unwrap()).unwrap();
    assert_eq!(uuid.get_version_num(), 4);
    let pem = fs::read(folder.path().join(POST).join("certificate.pem")).unwrap();
    if has("openssl") {
        let path = folder.path().join(POST).join("certificate.pem");
        let der = run_ok(
            Command::new("openssl")
                .args(["x509", "-outform", "DER", "-in"])
                .arg(path),
        );
        assert_eq!(der, signer().certificate_der());
    }
    assert!(pem.starts_with(b"-----BEGIN CERTIFICATE-----\n"));
    if !has("tar") || !has("xz") {
        return;
    }
    let list = run_ok(
        Command::new("tar")
            .args(["--lzma", "--utc", "-tvf"])
            .arg(&lzma),
    );
    let list = String::from_utf8(list).unwrap();
    assert_eq!(list.lines().count(), 10);
    for line in list.lines() {
        assert!(
            line.starts_with("-rw------- 0/0 ") && line.contains(" 2026-11-22 00:00 "),
            "{line}"
        );
    }
    let tar = run_ok(Command::new("xz").args(["--format=lzma", "-dc"]).arg(&lzma));
    assert_eq!(tar.len() % 10240, 0);
    let out = tempfile::tempdir().unwrap();
    run_ok(
        Command::new("tar")
            .args(["--lzma", "-xf"])
            .arg(&lzma)
            .arg("-C")
            .arg(out.path()),
    );
    let index = fs::read_to_string(only(folder.path(), ".index.csv")).unwrap();
    let mut lines = index.lines().skip(1);
    for (id, sealed) in &messages {
        for message in sealed {
            let fields: Vec<&str> = lines.next().unwrap().split(',').collect();
            let uuid = message.message_id.to_string();
            let role = if message.role == Role::Letter {
                "letter"
            } else {
                "notice"
            };
            assert_eq!(
                fields[..4],
                [&uuid, &id_of(id).to_string(), id.as_str(), role]
            );
            let from: usize = fields[4].parse().unwrap();
            let length: usize = fields[5].parse().unwrap();
            assert_eq!(&tar[from..from + length], message.bytes);
            assert_eq!(fields[6], hex(&sha256(&message.bytes)));
            let signature = base64_simd::STANDARD.decode_to_vec(fields[7]).unwrap();
            assert_eq!(Some(signature), message.signature);
            assert_eq!(
                fs::read(out.path().join(format!("{uuid}.xml"))).unwrap(),
                message.bytes
            );
        }
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn a_preset_changes_neither_the_dictionary_nor_the_contents() {
    let messages = sealed(20);
    let with = |preset: u32, mebibytes: u32| {
        let options = containers(|options| {
            options.lzma_preset = preset.try_into().unwrap();
            options.lzma_dictionary_mib = mebibytes.try_into().unwrap();
        });
        let folder = tempfile::tempdir().unwrap();
        bundle(folder.path(), &messages, options, 1);
        assert_eq!(check(folder.path()).unwrap().sound, 25);
        let lzma = only(folder.path(), ".tar.lzma");
        let bytes = fs::read(&lzma).unwrap();
        let tar =
            has("xz").then(|| run_ok(Command::new("xz").args(["--format=lzma", "-dc"]).arg(&lzma)));
        (bytes, tar)
    };
    let (first, tar) = with(1, 16);
    for preset in [0, 3, 6, 9] {
        let (bytes, same_tar) = with(preset, 16);
        assert_eq!(bytes[..13], first[..13]);
        assert!(tar == same_tar);
    }
    let (bytes, same_tar) = with(1, 4);
    assert_eq!(hex(&bytes[..5]), "5d00004000");
    assert!(tar == same_tar);
}

#[test]
fn the_same_letters_give_the_same_bytes() {
    let few = || containers(|options| options.container_messages_max = 3);
    let one = bundled(40, few(), 1);
    assert_eq!(tree(one.path()).len(), 2 * 17 + 1);
    let plain = || containers(|options| options.container = ContainerForm::Xml);
    let plain_one = bundled(40, plain(), 1);
    for threads in [2, 4, 7] {
        assert!(tree(one.path()) == tree(bundled(40, few(), threads).path()));
        assert!(tree(plain_one.path()) == tree(bundled(40, plain(), threads).path()));
    }
}

#[test]
fn another_batch_has_containers_of_other_names() {
    let messages = sealed(3);
    let names = |job: &BundleJob<'_>, messages: &[(String, Vec<Sealed>)]| {
        let folder = tempfile::tempdir().unwrap();
        let mut bundler = Bundler::new(folder.path(), job, Options::default());
        for (id, sealed) in messages {
            bundler.add("", &sealed[0], &[id]).unwrap();
        }
        let written = bundler.finish().unwrap();
        written[0].path.clone()
    };
    let name = names(&JOB, &messages);
    assert_eq!(name, names(&JOB, &messages));
    assert_ne!(name, names(&JOB, &messages[1..]));
    assert_ne!(name, names(&BundleJob { batch: "N", ..JOB }, &messages));
    assert_ne!(
        name,
        names(
            &BundleJob {
                date: DAY.yesterday().unwrap(),
                ..JOB
            },
            &messages
        )
    );
}

#[test]
fn containers_end_at_their_limits() {
    let folder = bundled(
        8,
        containers(|options| options.container_messages_max = 4),
        2,
    );
    let found = check(folder.path()).unwrap();
    assert_eq!(
        (
            found.bundles,
            found.sound,
            found.letters,
            found.faults_total
        ),
        (3, 10, 8, 0)
    );

    let messages: Vec<_> = sealed(30);
    let all = messages.iter().flat_map(|(_, sealed)| sealed);
    let bytes: u64 = all
        .clone()
        .map(|m| 512 + (m.bytes.len() as u64).next_multiple_of(512))
        .sum();
    let tar = (bytes + 1024).next_multiple_of(10240);
    let count = all.count() as u64;
    for (container_bytes_max, expected) in [(tar, 1), (tar - 1, 2), (1, count)] {
        let options = containers(|options| options.container_bytes_max = container_bytes_max);
        let folder = tempfile::tempdir().unwrap();
        bundle(folder.path(), &messages, options, 2);
        let found = check(folder.path()).unwrap();
        assert_eq!((found.bundles, found.sound), (expected, count));
    }
}

#[test]
fn plain_files_lie_in_folders_beside_one_index() {
    let folder = bundled(
        8,
        containers(|options| options.container = ContainerForm::Xml),
        2,
    );
    let found = check(folder.path()).unwrap();
    assert_eq!(found.faults, []);
    assert_eq!(
        (found.bundles, found.sound, found.letters, found.notices),
        (1, 10, 8, 2)
    );
    assert_eq!(found.operators["digital-post"], 10);
    let index = fs::read_to_string(folder.path().join(POST).join("messages.index.csv")).unwrap();
    let first = index.lines().nth(1).unwrap();
    let uuid = id_of("L-0");
    assert!(
        first.starts_with(&format!("0001/{uuid},{uuid},L-0,letter,0,")),
        "{first}"
    );
    let path = folder.path().join(POST).join(format!("0001/{uuid}.xml"));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    assert_eq!(fs::read(&path).unwrap(), sealed(1)[0].1[0].bytes);

    // A thousand in a folder.
    let message = &sealed(1)[0].1[0];
    let folder = tempfile::tempdir().unwrap();
    let options = containers(|options| options.container = ContainerForm::Xml);
    let mut bundler = Bundler::new(folder.path(), &JOB, options);
    for n in 0..1001 {
        let message = Sealed {
            message_id: message_id("M", &n.to_string()),
            ..message.clone()
        };
        bundler.add("", &message, &["L-0"]).unwrap();
    }
    bundler.finish().unwrap();
    let count = |name| {
        fs::read_dir(folder.path().join(POST).join(name))
            .unwrap()
            .count()
    };
    assert_eq!((count("0001"), count("0002")), (1000, 1));
}

#[test]
fn files_are_for_their_owner_only_and_nothing_else_is_left() {
    let folder = bundled(
        4,
        containers(|options| options.container_messages_max = 1),
        2,
    );
    for (path, _) in tree(folder.path()) {
        let mode = fs::metadata(folder.path().join(&path))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        let name = path.to_string_lossy().into_owned();
        let known = [".tar.lzma", ".index.csv", "certificate.pem"];
        assert!(known.iter().any(|end| name.ends_with(end)), "{name}");
    }
    let empty = tempfile::tempdir().unwrap();
    bundle(empty.path(), &[], Options::default(), 1);
    assert!(tree(empty.path()).is_empty());
}

#[test]
fn other_formats_lie_in_one_series_of_tars() {
    let folder = tempfile::tempdir().unwrap();
    let messages = sealed(3);
    let signer = signer();
    let job = BundleJob {
        format: Format::Sf1601,
        certificate: Some(signer.certificate()),
        ..JOB
    };
    let options = Options {
        bundle_entries_max: 2,
        ..Options::default()
    };
    let mut bundler = Bundler::new(folder.path(), &job, options);
    for (id, sealed) in &messages {
        bundler.add("sf1601", &sealed[0], &[id]).unwrap();
    }
    let written = bundler.finish().unwrap();
    let paths: Vec<_> = written
        .iter()
        .map(|file| file.path.to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        paths,
        [
            "digital/sf1601/0001.index.csv",
            "digital/sf1601/0001.tar",
            "digital/sf1601/0002.index.csv",
            "digital/sf1601/0002.tar",
            "digital/sf1601/certificate.pem",
        ]
    );
    // A MeMo in a plain tar is checked as well.
    let found = check(folder.path()).unwrap();
    assert_eq!((found.bundles, found.sound, found.faults_total), (2, 3, 0));
}

#[test]
fn a_check_hands_out_messages_with_their_roles() {
    let folder = bundled(4, Options::default(), 2);
    let mut seen = Vec::new();
    let options = CheckOptions {
        wave_bytes_max: 1,
        ..CheckOptions::default()
    };
    check_each(folder.path(), &options, &mut |entry| {
        assert_eq!(entry.operator_id, "digital-post");
        seen.push(format!("{} {:?}", entry.letter_id, entry.role));
    })
    .unwrap();
    assert_eq!(
        seen,
        [
            "L-0 Letter",
            "L-1 Letter",
            "L-2 Letter",
            "L-3 Letter",
            "L-3 Notice"
        ]
    );
}

#[test]
fn a_flipped_bit_anywhere_is_found() {
    let folder = bundled(4, Options::default(), 1);
    let lzma = only(folder.path(), ".tar.lzma");
    let index = only(folder.path(), ".index.csv");
    let faults = |path: &Path, bytes: &[u8]| {
        fs::write(path, bytes).unwrap();
        check(folder.path()).unwrap().faults_total
    };
    let bytes = fs::read(&lzma).unwrap();
    // The last five bytes end the range coder; not all of their bits say something.
    let step = bytes.len() / 300 + 1;
    for at in (0..20).chain((20..bytes.len() - 5).step_by(step)) {
        for bit in [1, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            assert_ne!(faults(&lzma, &changed), 0, "byte {at}");
        }
    }
    assert_eq!(faults(&lzma, &bytes), 0);
    let lines = fs::read(&index).unwrap();
    for at in 0..lines.len() {
        let mut changed = lines.clone();
        changed[at] ^= 1;
        // The last digit of base64 before `=` has bits that say nothing; the decoder refuses them set.
        assert_ne!(faults(&index, &changed), 0, "byte {at} of the index");
    }
    assert_eq!(faults(&index, &lines), 0);
}

#[test]
fn a_cut_or_longer_container_is_found() {
    let folder = bundled(4, Options::default(), 1);
    let lzma = only(folder.path(), ".tar.lzma");
    let bytes = fs::read(&lzma).unwrap();
    let with = |bytes: &[u8]| {
        fs::write(&lzma, bytes).unwrap();
        check(folder.path()).unwrap()
    };
    for keep in [0, 5, 13, 18, 100, bytes.len() / 2, bytes.len() - 1] {
        let found = with(&bytes[..keep]);
        assert_ne!(found.faults_total, 0, "{keep}");
    }
    let found = with(&[&bytes[..], &[0]].concat());
    assert_eq!(said(&found), ["something stands behind its end"]);
    let found = with(&[&bytes[..], &bytes[..]].concat());
    assert_eq!(said(&found), ["something stands behind its end"]);
    if has("xz") {
        let tar = run_ok(Command::new("xz").args(["--format=lzma", "-dc"]).arg(&{
            fs::write(&lzma, &bytes).unwrap();
            lzma.clone()
        }));
        let recompress = |tar: &[u8], arguments: &[&str]| {
            let path = folder.path().join("t");
            fs::write(&path, tar).unwrap();
            run_ok(Command::new("xz").args(arguments).arg("-c").arg(&path))
        };
        let legacy = ["--format=lzma", "--lzma1=dict=16MiB"];
        // Of other software, in the same form.
        assert_eq!(with(&recompress(&tar, &legacy)).faults_total, 0);
        let found = with(&recompress(&tar, &["--format=xz"]));
        assert!(said(&found)[0].starts_with("it does not begin as a container"));
        let found = with(&recompress(&tar, &["--format=lzma", "--lzma1=dict=1MiB"]));
        assert!(said(&found)[0].starts_with("a dictionary of 1048576 bytes"));
        let mut longer = tar.clone();
        longer.resize(tar.len() + 10240, 0);
        let found = with(&recompress(&longer, &legacy));
        assert!(said(&found)[0].contains("bytes;"), "{found:?}");
        let mut other = tar.clone();
        *other.last_mut().unwrap() = 1;
        let found = with(&recompress(&other, &legacy));
        assert_eq!(said(&found), ["something stands behind its entries' end"]);
        let options = CheckOptions {
            tar_bytes_max: 5000,
            ..CheckOptions::default()
        };
        fs::write(&lzma, &bytes).unwrap();
        let found = check_each(folder.path(), &options, &mut |_| {}).unwrap();
        assert!(
            said(&found)
                .iter()
                .any(|what| what.contains("more than 5000 bytes")),
            "{found:?}"
        );
    }
}

#[test]
fn entries_and_lines_missing_or_doubled_are_found() {
    let folder = bundled(4, Options::default(), 1);
    let index = only(folder.path(), ".index.csv");
    let lines = fs::read_to_string(&index).unwrap();
    let rows: Vec<&str> = lines.lines().collect();
    let with = |rows: &[&str]| {
        fs::write(&index, rows.join("\n") + "\n").unwrap();
        let found = check(folder.path()).unwrap();
        (
            found.sound,
            found
                .faults
                .iter()
                .map(|f| f.what.clone())
                .collect::<Vec<_>>(),
        )
    };
    let [heading, a, b, c, d, e] = rows[..] else {
        panic!()
    };
    assert_eq!(with(&rows).0, 5);
    assert_eq!(
        with(&[heading, a, b, c, d]),
        (4, vec!["the index has no line for it".into()])
    );
    assert_eq!(
        with(&[heading, a, b, c, d, e, e]),
        (4, vec!["the index has several lines for it".into()])
    );
    assert_eq!(
        with(&[heading, a, b, c, d, e, a]),
        (5, vec!["1 lines more than the tar has entries".into()])
    );
    let (sound, faults) = with(&[heading, b, a, c, d, e]);
    assert_eq!((sound, faults.len()), (3, 2));
    let (sound, faults) = with(&[heading, a, a, b, c, d, e]);
    assert!(sound < 5 && !faults.is_empty(), "{faults:?}");
    // Signatures of two letters changed for one another.
    let swap = |row: &str, other: &str| {
        let (start, _) = row.rsplit_once(',').unwrap();
        format!("{start},{}", other.rsplit_once(',').unwrap().1)
    };
    let (sound, faults) = with(&[heading, &swap(a, b), &swap(b, a), c, d, e]);
    assert_eq!(
        (sound, faults),
        (3, vec!["its signature does not verify".into(); 2])
    );
    // A letter that is called a notice, and one of another letter.
    let (_, faults) = with(&[heading, &a.replace(",letter,", ",notice,"), b, c, d, e]);
    assert_eq!(faults, ["the index has another role than the message"]);
    let other = id_of("L-9").to_string();
    let own = id_of("L-3").to_string();
    let (_, faults) = with(&[heading, a, b, c, d, &e.replacen(&own, &other, 1)]);
    assert_eq!(faults, ["the index has another id of the letter's message"]);
    let (_, faults) = with(&[heading, a, b, c, d, &e.replacen("L-3", "L-2", 1)]);
    assert_eq!(faults, ["the index has another letter id than the message"]);
    fs::write(&index, &lines).unwrap();

    let lzma = only(folder.path(), ".tar.lzma");
    fs::rename(&lzma, folder.path().join("other.tar.lzma")).unwrap();
    let found = check(folder.path()).unwrap();
    assert_eq!(
        said(&found),
        ["there is no tar beside it", "there is no index beside it"]
    );
}

#[test]
fn a_certificate_that_is_missing_wrong_or_no_certificate_is_found() {
    let folder = bundled(3, Options::default(), 1);
    let path = folder.path().join(POST).join("certificate.pem");
    let pem = fs::read(&path).unwrap();
    let faults = || {
        let found = check(folder.path()).unwrap();
        assert_eq!((found.sound, found.letters, found.signatures), (0, 0, 0));
        said(&found)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    fs::remove_file(&path).unwrap();
    assert_eq!(
        faults(),
        ["there is no certificate.pem to check its signature with"; 3]
    );
    fs::write(
        &path,
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    assert_eq!(faults().len(), 4);
    fs::write(&path, b"x").unwrap();
    assert_eq!(faults()[0], "it has no CERTIFICATE in PEM");
    let other = tempfile::tempdir().unwrap();
    let other = Signer::development(other.path(), SENDER, "En anden").unwrap();
    let base64 = other.certificate().base64();
    fs::write(
        &path,
        format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n"),
    )
    .unwrap();
    assert_eq!(faults(), ["its signature does not verify"; 3]);
    fs::write(&path, pem).unwrap();
    assert_eq!(check(folder.path()).unwrap().sound, 3);
}

#[test]
fn a_message_that_is_there_twice_is_found() {
    let messages = sealed(3);
    let twice = vec![
        messages[0].clone(),
        messages[1].clone(),
        messages[0].clone(),
    ];
    for (max, form) in [(10, ContainerForm::TarLzma), (1, ContainerForm::TarLzma)] {
        let folder = tempfile::tempdir().unwrap();
        let options = containers(|options| {
            options.container_messages_max = max;
            options.container = form;
        });
        bundle(folder.path(), &twice, options, 1);
        let found = check(folder.path()).unwrap();
        assert_eq!(
            said(&found),
            ["an earlier entry has the same name"],
            "{max}"
        );
    }
}

#[test]
fn damage_to_plain_files_is_found() {
    let folder = bundled(
        4,
        containers(|options| options.container = ContainerForm::Xml),
        1,
    );
    let post = folder.path().join(POST);
    let path = |id: &str| post.join(format!("0001/{}.xml", id_of(id)));
    let bytes = fs::read(path("L-1")).unwrap();
    let found = || check(folder.path()).unwrap();
    let mut changed = bytes.clone();
    changed[600] ^= 1;
    fs::write(path("L-1"), changed).unwrap();
    assert_eq!(said(&found()), ["the index has another SHA-256"]);
    fs::remove_file(path("L-1")).unwrap();
    assert_eq!(
        said(&found()),
        ["the file that the index names is not there"]
    );
    fs::write(path("L-1"), &bytes).unwrap();
    assert_eq!(found().faults, []);
    fs::write(path("L-77"), &bytes).unwrap();
    assert_eq!(said(&found()), ["the index has no line for it"]);
    fs::remove_file(path("L-77")).unwrap();
    let index = post.join("messages.index.csv");
    let lines = fs::read_to_string(&index).unwrap();
    fs::write(&index, lines.replacen("0001/", "../../", 1)).unwrap();
    let faults = found();
    assert!(
        said(&faults).contains(&"the index names no file in a folder beside it"),
        "{faults:?}"
    );
    let (short, _) = lines.trim_end().rsplit_once('\n').unwrap();
    fs::write(&index, format!("{short}\n")).unwrap();
    assert_eq!(said(&found()), ["the index has no line for it"]);
    fs::remove_file(&index).unwrap();
    assert_eq!(said(&found()), ["there is no index for it"; 5]);
}

#[test]
fn a_letter_of_another_kind_of_sealer_is_checked_by_what_it_is() {
    // A Swedish message in a Danish container: it is sound as a message, but its lines have a signature too many.
    let folder = tempfile::tempdir().unwrap();
    let swedish = crate::tools::sealer();
    let mut message = crate::tools::seal(&swedish, &crate::tools::letter("L-1"));
    message.signature = Some(vec![1]);
    bundle(
        folder.path(),
        &[("L-1".into(), vec![message])],
        Options::default(),
        1,
    );
    let found = check(folder.path()).unwrap();
    assert_eq!(
        said(&found),
        ["the index has another signature than the two inside"]
    );
}

#[test]
fn ten_thousand_letters_fit_into_little_memory() {
    // The memory of this process counts what all its tests did, so a process of its own is measured.
    if std::env::var_os("LETTERMILL_TEN_THOUSAND").is_some() {
        return ten_thousand();
    }
    let out = run(Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "bundles::ten_thousand_letters_fit_into_little_memory",
            "--nocapture",
        ])
        .env("LETTERMILL_TEN_THOUSAND", "1"));
    let told = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(
        out.status.success(),
        "{told} {}",
        String::from_utf8_lossy(&out.stderr)
    );
    assert!(told.contains("peak"), "{told}");
    println!("{told}");
}

fn ten_thousand() {
    const LETTERS: usize = 10_000;
    /// Two compressors of some 100 MiB, and what the program has anyway.
    const PEAK_MIB_MAX: u64 = 384;
    let folder = tempfile::tempdir().unwrap();
    let signer = signer();
    let job = BundleJob {
        certificate: Some(signer.certificate()),
        ..JOB
    };
    // One real signature for all keeps this short; the check then finds them all wrong, and reads them all the same.
    let sealer: Sealer = sealer_with(|_| {});
    let shared = pdf("vilkaar.pdf", &Dense(7).take(10_000).collect::<Vec<u8>>());
    let mut template = letter("L-T");
    template.attachments.push(Attachment {
        document: shared,
        only: None,
    });
    let template = seal(&sealer, &template);
    let options = containers(|options| options.container_bytes_max = 16 << 20);
    let mut bundler = Bundler::new(folder.path(), &job, options);
    for n in 0..LETTERS {
        let id = format!("L-{n}");
        let own = id_of(&id);
        let text = text(&template).replacen(&template.message_id.to_string(), &own.to_string(), 1);
        let bytes = text.replacen(">L-T<", &format!(">{id}<"), 1).into_bytes();
        let sealed = Sealed {
            message_id: own,
            letters: vec![own],
            sha256: sha256(&bytes),
            bytes,
            ..template.clone()
        };
        bundler.add("", &sealed, &[&id]).unwrap();
    }
    let written = bundler.finish().unwrap();
    assert!(written.len() > 16, "{}", written.len());
    let found = check(folder.path()).unwrap();
    assert_eq!(found.messages, LETTERS as u64);
    assert!(
        found
            .faults
            .iter()
            .all(|fault| fault.what == "its signature does not verify")
    );
    let Ok(status) = fs::read_to_string("/proc/self/status") else {
        return println!("no peak is told here");
    };
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let peak_mib: u64 = peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() >> 10;
    println!("peak {peak_mib} MiB");
    assert!(peak_mib < PEAK_MIB_MAX, "{peak_mib} MiB");
}

/// Bytes that do not compress.
struct Dense(u64);

impl Iterator for Dense {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let mut dice = crate::letters::Dice(self.0);
        let byte = dice.next() as u8;
        self.0 = dice.0;
        Some(byte)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_check_of_damaged_containers_ends_with_faults_and_no_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 1u8..), 1..20),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
        in_index in any::<bool>(),
        noise in proptest::collection::vec(any::<u8>(), 0..500),
    ) {
        static BUNDLE: OnceLock<tempfile::TempDir> = OnceLock::new();
        let good = BUNDLE.get_or_init(|| bundled(2, Options::default(), 1));
        let folder = tempfile::tempdir().unwrap();
        for (path, mut bytes) in tree(good.path()) {
            let is_index = path.extension().is_some_and(|e| e == "csv");
            let is_lzma = path.extension().is_some_and(|e| e == "lzma");
            if (in_index && is_index) || (!in_index && is_lzma) {
                for (at, change) in &changes {
                    let at = at.index(bytes.len() - 5);
                    bytes[at] ^= *change;
                }
                if !whole {
                    bytes.truncate(cut.index(bytes.len()));
                    bytes.extend_from_slice(&noise);
                }
            }
            fs::write(folder.path().join(path.file_name().unwrap()), bytes).unwrap();
        }
        let _ = check(folder.path()).unwrap();
    }
}
