//! Whom the registries are asked about.

use super::*;
use crate::letter::{Cpr, Cvr, PersonNumber};

fn person(digits: &str) -> RecipientId {
    RecipientId::Person(PersonNumber::from_digits(digits).unwrap())
}

fn sender() -> OrganisationNumber {
    OrganisationNumber::from_digits("162021004748").unwrap()
}

fn cpr(digits: &str) -> RecipientId {
    RecipientId::Cpr(Cpr::from_digits(digits).unwrap())
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn each_reason_is_counted_and_each_identifier_asked_once() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ask");
    let mut questions = Questions::new(Asker::Sweden(sender()));
    let auto = DeliveryWish::Auto;
    questions.letter(&person("180001010022"), auto);
    questions.letter(&person("180001010014"), DeliveryWish::Print); // Asked about for the next letter.
    questions.letter(&person("180001010014"), DeliveryWish::Digital);
    questions.letter(&person("180001010030"), DeliveryWish::Print);
    questions.letter(&person("180000610018"), auto); // Month 00.
    questions.letter(&RecipientId::None, auto);
    questions.letter(&cpr("6101600000"), auto);
    questions.letter(&RecipientId::Organisation(sender()), auto);
    questions.rejected();
    let asked = questions.write(&out, AskOptions { batch_size: 2 }).unwrap();
    assert_eq!(asked.letters, 9);
    assert_eq!(asked.letters_asked, 3);
    assert_eq!(asked.ids, 6);
    assert_eq!(asked.ids_asked, 3);
    assert_eq!(asked.requests, 2);
    assert_eq!(
        asked.not_asked,
        [
            (NotAsked::Rejected, 1),
            (NotAsked::NoIdentifier, 1),
            (NotAsked::Foreign, 1),
            (NotAsked::NotRepresentable, 1),
            (NotAsked::PrintWished, 2),
        ]
    );
    let files = files(&out);
    let ids = |text: &str| -> Vec<String> {
        let parts = text.split("<recipientId>").skip(1);
        parts.map(|part| part[..12].to_owned()).collect()
    };
    assert_eq!(files[0].0, "far-0001.xml");
    assert_eq!(ids(&files[0].1), ["180001010014", "180001010022"]);
    assert_eq!(files[1].0, "far-0002.xml");
    assert_eq!(ids(&files[1].1), ["162021004748"]);
    assert_eq!(files.len(), 2);
    assert!(!folder.path().join("ask.part").exists());
}

#[test]
fn danish_numbers_are_asked_about_by_kind_even_if_paper_is_wished() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ask");
    let mut questions = Questions::new(Asker::Denmark);
    questions.letter(&cpr("0101600000"), DeliveryWish::Print);
    questions.letter(&cpr("0101600001"), DeliveryWish::Auto);
    questions.letter(&person("180001010014"), DeliveryWish::Auto);
    let company = Cvr::from_digits("00000019").unwrap();
    questions.letter(&RecipientId::Cvr(company), DeliveryWish::Auto);
    let asked = questions.write(&out, AskOptions::default()).unwrap();
    assert_eq!(asked.not_asked, [(NotAsked::Foreign, 1)]);
    assert_eq!((asked.ids, asked.ids_asked, asked.requests), (4, 3, 2));
    let expected = [
        (
            "cpr-0001.json",
            "{\"cprNumber\":[\"0101600000\",\"0101600001\"]}\n",
        ),
        ("cpr.csv", "cprNumber\n0101600000\n0101600001\n"),
        ("cvr-0001.json", "{\"cvrNumber\":[\"00000019\"]}\n"),
        ("cvr.csv", "cvrNumber\n00000019\n"),
    ];
    let expected: Vec<_> = expected
        .map(|(name, text)| (name.into(), text.into()))
        .into();
    assert_eq!(files(&out), expected);
}

#[test]
fn the_order_of_the_letters_leaves_no_trace_and_memory_stays_small() {
    let folder = tempfile::tempdir().unwrap();
    // Each of 700,000 recipients three times, so that the list is united twice while it is filled.
    let numbers = 0..2_100_000_u64;
    let write = |name: &str, numbers: &mut dyn Iterator<Item = u64>| {
        let mut questions = Questions::new(Asker::Denmark);
        for number in numbers {
            let number = format!("{:010}", number % 700_000);
            questions.letter(&cpr(&number), DeliveryWish::Auto);
            assert!(questions.ids.capacity() <= IDS_FIRST_MAX * 3 / 2);
        }
        let out = folder.path().join(name);
        let asked = questions.write(&out, AskOptions::default()).unwrap();
        assert_eq!((asked.ids_asked, asked.requests), (700_000, 700));
        files(&out)
    };
    let forward = write("forward", &mut numbers.clone());
    assert_eq!(forward.len(), 701);
    assert!(forward == write("backward", &mut numbers.rev()));
}

#[test]
fn names_of_files_sort_as_their_numbers() {
    assert_eq!(numbered("far", "xml", 9999)(0), "far-0001.xml");
    let name = numbered("far", "xml", 10_000);
    assert_eq!(
        (name(0), name(9999)),
        ("far-00001.xml".into(), "far-10000.xml".into())
    );
}

#[cfg(unix)]
#[test]
fn requests_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ask");
    fs::create_dir(&out).unwrap(); // Empty: it is taken.
    let mut questions = Questions::new(Asker::Denmark);
    questions.letter(&cpr("0101600000"), DeliveryWish::Auto);
    questions.write(&out, AskOptions::default()).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&out), 0o700);
    assert_eq!(mode(&out.join("cpr-0001.json")), 0o600);
    assert_eq!(mode(&out.join("cpr.csv")), 0o600);
}

#[test]
fn only_a_free_folder_is_written_into() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ask");
    let write = || Questions::new(Asker::Denmark).write(&out, AskOptions::default());
    write().unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    assert!(matches!(write(), Err(AskError::NotEmpty { .. })));
    assert!(matches!(
        Questions::check_folder(&out.join("notes.txt")),
        Err(AskError::Io { .. })
    ));
    assert!(Questions::check_folder(Path::new("/")).is_err());

    // What an interrupted command left is removed, what is not ours is not.
    fs::remove_file(out.join("notes.txt")).unwrap();
    let part = folder.path().join("ask.part");
    fs::create_dir(&part).unwrap();
    fs::write(part.join("far-0001.xml"), "old").unwrap();
    write().unwrap();
    assert!(files(&out).is_empty());
    fs::create_dir(&part).unwrap();
    fs::write(part.join("notes.txt"), "mine").unwrap();
    let error = write().unwrap_err().to_string();
    assert!(error.contains("notes.txt"), "{error}");
    assert!(part.join("notes.txt").exists());
}
