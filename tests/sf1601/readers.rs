//! What is read: our own requests strictly, those of others by the table, and any bytes at all.

use std::fs;

use lettermill::bundle::sf1601::{Choice, Options, inspect, is_kombi_request, verify};
use proptest::prelude::*;

use crate::common::*;
use crate::letters;
use crate::tools::reference;

fn request(options: Options) -> Vec<u8> {
    let mut letter = letters::bill();
    letter.recipient.id = cpr();
    let sealed = sealer(options).seal_automatic(&letter, &tiny_paper());
    sealed.unwrap().remove(0).bytes
}

#[test]
fn the_sample_of_another_is_sound() {
    let Some(path) = reference("samples/denmark/kombi-fysisk-post.xml") else {
        return;
    };
    let sample = fs::read(path).unwrap();
    let found = inspect(&sample);
    assert_eq!(found.faults, Vec::<String>::new());
    assert_eq!(found.choice, Some(Choice::Physical));
    assert_eq!((found.pages, found.pdf_bytes), (Some(2), 9));
    assert_eq!(found.notes.len(), 1, "{:?}", found.notes); // Its PDF is a stub.
    assert!(is_kombi_request(&sample));
    assert!(verify(&sample).is_err());
}

#[test]
fn a_memo_of_another_goes_into_a_request() {
    let Some(path) = reference("samples/denmark/memo-1.2-rich.xml") else {
        return;
    };
    let sample = fs::read_to_string(path).unwrap();
    let from = sample.find("<memo:Message ").unwrap();
    let memo = sample[from..].trim_end();
    let mut request = String::from_utf8(request(Options::default())).unwrap();
    let from = request.find("<memo:Message ").unwrap();
    let to = request.find("<fp:ForsendelseISamling").unwrap();
    request.replace_range(from..to, memo);
    assert_eq!(inspect(request.as_bytes()).faults, Vec::<String>::new());
    let said = verify(request.as_bytes()).unwrap_err(); // It is the MeMo of another letter.
    assert!(said.contains("`AfsendelseIdentifikator`"), "{said}");
}

/// Each change of a good request, what `verify` and `inspect` say of it.
#[test]
fn faults_are_told_by_their_elements() {
    let good = String::from_utf8(request(full_options())).unwrap();
    assert!(verify(good.as_bytes()).is_ok());
    for (from, to, strict, tolerant) in [
        (
            "Automatisk Valg",
            "Automatisk",
            "KombiValgKode",
            "`KombiValgKode`: another choice",
        ),
        (
            "Automatisk Valg",
            "Fysisk Post",
            "<fp:ForsendelseISamling",
            "",
        ),
        (
            "DIGITALPOST",
            "NEMSMS",
            "memo:messageType",
            "messageType`: Automatisk Valg asks for DIGITALPOST",
        ),
        (
            "<dkal:FilformatNavn>pdf</dkal:FilformatNavn>",
            "",
            "FilformatNavn",
            "`ForsendelseISamling/ForsendelseI`: no `dkal:FilformatNavn`",
        ),
        (
            ">Duplex<",
            ">Tosidet<",
            "fp:SimplexDuplexKode",
            "PrintParametre/SimplexDuplexKode`: a text of 7 characters; allowed is Simplex | Duplex",
        ),
        (">SH<", ">sh<", "fp:FarveSHKode", "FarveSHKode`"),
        (">C5<", ">C6<", "fp:KuvertTypeKode", "KuvertTypeKode`"),
        (
            ">1234<",
            ">12345<",
            "",
            "PostCodeIdentifier`: a text of 5 characters; allowed is four digits",
        ),
        (
            "0000000000",
            "3201000000",
            "CPRnummerIdentifikator",
            "CPRnummerIdentifikator`: a text of 10 characters",
        ),
        ("0000000000", "0101000000", "CPRnummerIdentifikator", ""),
        (
            "JVBERi0x",
            "QUJDRi0x",
            "MeddelelseIndholdData",
            "MeddelelseIndholdData`: it does not begin as a PDF",
        ),
        ("JSVFT0YK", "QUJDQUJD", "MeddelelseIndholdData", ""),
        (
            "JVBERi0x",
            "JVBER*0x",
            "MeddelelseIndholdData",
            "MeddelelseIndholdData`: it is not base64",
        ),
        (
            "<sd:BrevDato>2026-11-26</sd:BrevDato>",
            "<sd:BrevDato>2026-11-31</sd:BrevDato>",
            "sd:BrevDato",
            "BrevDato`",
        ),
        (
            " scheme=\"iso3166-alpha2\"",
            " scheme=\"x\"",
            "",
            "its `scheme` is none of",
        ),
        (
            "<fp:SideKvantitet>1<",
            "<fp:SideKvantitet>one<",
            "fp:SideKvantitet",
            "SideKvantitet`",
        ),
        (
            "<fp:SideKvantitet>",
            "<fp:Ukendt/><fp:SideKvantitet>",
            "",
            "PostParametre`: `Ukendt`, which is not known here",
        ),
        (
            "</kombi_request>",
            "<x/></kombi_request>",
            "</kombi_request>",
            "`kombi_request`: `x`, which is not known here",
        ),
        (
            "</kombi_request>",
            "",
            "</kombi_request>",
            "the end of the file within an element",
        ),
        (
            "<kombi_request>",
            "<!DOCTYPE kombi_request><kombi_request>",
            "byte 0",
            "a document type declaration",
        ),
        (
            "encoding=\"UTF-8\"",
            "encoding=\"UTF-16\"",
            "byte 0",
            "another encoding; allowed: UTF-8",
        ),
        ("Opkr", "&x;Opkr", "sd:TitelTekst", "an entity"),
        (
            "kombi_request",
            "kombi",
            "byte 0",
            "the root is another element",
        ),
    ] {
        let bad = match from {
            "kombi_request" | ">1234<" | " scheme=\"iso3166-alpha2\"" => good.replace(from, to),
            _ => good.replacen(from, to, 1),
        };
        assert_ne!(bad, good, "{from}");
        let said = verify(bad.as_bytes()).expect_err(from);
        assert!(said.contains(strict), "{from} → {to}: {said}");
        let found = inspect(bad.as_bytes());
        let told = found
            .faults
            .iter()
            .chain(&found.notes)
            .any(|fault| fault.contains(tolerant));
        assert!(told, "{from} → {to}: {:?} {:?}", found.faults, found.notes);
        assert_eq!(
            found.is_sound(),
            tolerant.is_empty(),
            "{from} → {to}: {:?}",
            found.faults
        );
    }
}

#[test]
fn order_is_asked_for() {
    let good = String::from_utf8(request(full_options())).unwrap();
    let part = |name: &str| {
        let (open, close) = (format!("<fp:{name}>"), format!("</fp:{name}>"));
        let from = good.find(&open).unwrap();
        let to = good.find(&close).unwrap() + close.len();
        good[from..to].to_owned()
    };
    let (print, post) = (part("PrintParametre"), part("PostParametre"));
    let swapped = good.replace(&format!("{print}{post}"), &format!("{post}{print}"));
    assert_ne!(swapped, good);
    let found = inspect(swapped.as_bytes());
    assert_eq!(
        found.faults,
        [
            "`ForsendelseISamling/ForsendelseI`: `PrintParametre` behind `PostParametre`; the order is fixed"
        ]
    );
    let twice = good.replace(&print, &print.repeat(2));
    let found = inspect(twice.as_bytes());
    assert_eq!(
        found.faults,
        ["`ForsendelseISamling/ForsendelseI`: more than 1 `PrintParametre`"]
    );
    for bad in [swapped, twice] {
        assert!(verify(bad.as_bytes()).is_err());
    }
}

#[test]
fn a_request_cut_anywhere_is_no_request() {
    let good = request(Options::default());
    for length in 0..good.len() {
        assert!(verify(&good[..length]).is_err());
        assert!(!inspect(&good[..length]).is_sound());
    }
    let longer = [good.as_slice(), b"\n"].concat();
    assert!(verify(&longer).is_err());
}

/// The table beside the official schemas: what one takes, the other takes. Elements are left out, doubled, swapped and
/// given other texts.
#[test]
fn the_table_agrees_with_the_schemas() {
    let mut originals = Vec::new();
    for letter in all_letters() {
        let mut letter = letter;
        letter.cost_centre = Some("4711".into());
        let sealed = sealer(full_options())
            .seal_print(&letter, &tiny_paper())
            .unwrap();
        originals.push(shipment(&sealed.bytes).to_owned());
    }
    let mut changed = Vec::new();
    for original in originals.iter().take(3).chain(&originals[6..7]) {
        let spans = spans(original);
        for (number, &(from, to)) in spans.iter().enumerate() {
            let element = &original[from..to];
            if element.starts_with("<dkal:MeddelelseIndholdData") {
                continue; // What is in it is not the schema's affair.
            }
            let with = |text: &str| format!("{}{text}{}", &original[..from], &original[to..]);
            changed.push(with(""));
            changed.push(with(&element.repeat(2)));
            if let Some(&(next, end)) = spans[number + 1..].iter().find(|span| span.0 == to) {
                changed.push(format!(
                    "{}{}{element}{}",
                    &original[..from],
                    &original[next..end],
                    &original[end..]
                ));
            }
            let (open, close) = (element.find('>').unwrap() + 1, element.rfind('<').unwrap());
            if open <= close && !element[open..close].contains('<') {
                // libxml2 takes four letters where a pattern says two or three: `[a-z]{2}|[a-z]{3}`.
                let country = element.starts_with("<dkcc:CountryIdentificationCode");
                for text in TEXTS.iter().filter(|text| !country || text.len() < 4) {
                    changed.push(with(&[&element[..open], text, &element[close..]].concat()));
                }
            }
        }
    }
    assert!(changed.len() > 1_000, "{}", changed.len());
    let Some(verdicts) = verdicts(FORSENDELSE, &changed) else {
        return;
    };
    let valid = verdicts.iter().filter(|&&valid| valid).count();
    assert!(
        valid > 100 && valid < changed.len() - 100,
        "{valid} of {}",
        changed.len()
    );
    for (document, valid) in changed.iter().zip(verdicts) {
        let request = format!(
            "<kombi_request><KombiValgKode>Fysisk Post</KombiValgKode>\
             <fp:ForsendelseISamling xmlns:fp=\"urn:oio:fjernprint:1.0.0\">{document}</fp:ForsendelseISamling></kombi_request>"
        );
        let found = inspect(request.as_bytes());
        assert_eq!(found.is_sound(), valid, "{:?}\n{document}", found.faults);
    }
}

const TEXTS: &[&str] = &[
    "",
    " ",
    "0",
    "1",
    "7",
    "10",
    "99",
    "100",
    "999",
    "1000",
    "10000",
    "-1",
    "+5",
    "01",
    "1.0",
    "a",
    "A",
    "1A",
    "1a",
    "st",
    "Kl",
    "k2",
    "k1",
    "true",
    "TRUE",
    "C4",
    "MA",
    "SH",
    "Alle",
    "Kun fejl",
    "Digital Post",
    "Bulk",
    "DK",
    "dnk",
    "D,",
    "2902991234",
    "3002991234",
    "0000000000",
    "12345678",
    "a@b",
    "a@b@c",
    "2026-11-26",
    "2026-02-30",
    "2026-11-26T10:00:00",
    "2026-11-26Z",
    " true ",
    " 7 ",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

/// Where each element below the root begins and ends, in the order of their start tags.
fn spans(document: &str) -> Vec<(usize, usize)> {
    let mut open: Vec<usize> = Vec::new();
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(step) = document[at..].find('<') {
        let from = at + step;
        at = from + document[from..].find('>').unwrap() + 1;
        if document[from..].starts_with("</") {
            spans.push((open.pop().unwrap(), at));
        } else {
            open.push(from);
        }
    }
    spans.sort_unstable();
    spans.remove(0);
    spans
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(verify(&bytes).is_err());
        prop_assert!(!inspect(&bytes).is_sound());
        let _ = is_kombi_request(&bytes);
    }

    #[test]
    fn any_damage_is_read(
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = GOOD.with(Clone::clone);
        for (at, length, byte) in cuts {
            let from = at.index(bytes.len());
            let to = (from + length.index(12)).min(bytes.len());
            bytes.splice(from..to, [byte]);
        }
        let good = GOOD.with(Clone::clone);
        let memo = verify(&good).unwrap().memo;
        match verify(&bytes) {
            // What is in a MeMo is for its own reader.
            Ok(verified) if verified.memo == memo => prop_assert!(inspect(&bytes).is_sound()),
            Ok(_) | Err(_) => {
                let _ = inspect(&bytes);
            }
        }
    }
}

thread_local! {
    static GOOD: Vec<u8> = request(full_options());
}
