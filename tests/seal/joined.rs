//! Several letters to one recipient in one delivery.

use std::fs;

use lettermill::bundle::{
    BundleJob, Bundler, Format, Options, Refusal, Seal, Sealed, check, mina_meddelanden as mm,
};
use lettermill::letter::*;
use proptest::prelude::*;
use rayon::prelude::*;

use crate::common::*;
use crate::requests::Schemas;

fn joined(sealer: &mm::Sealer, letters: &[&Letter<'_>]) -> Result<Sealed, Refusal> {
    sealer.seal(letters).map(|mut made| {
        assert_eq!(made.len(), 1);
        made.remove(0)
    })
}

fn with_reference<'l>(id: &'l str, reference: Option<&'l str>) -> Letter<'l> {
    Letter {
        reference: reference.map(Into::into),
        ..letter(id)
    }
}

fn bytes_of(sealer: &mm::Sealer, letters: &[&Letter<'_>]) -> u64 {
    joined(sealer, letters).unwrap().request_bytes
}

#[test]
fn letters_to_one_recipient_are_a_message_each_in_one_delivery() {
    let header = header();
    let (full, second) = (full_letter(&header), letter("L-2"));
    let third = Letter {
        content: Content::Pdf(pdf("brev.pdf", b"%PDF-1.7")),
        ..letter("L-3")
    };
    let letters = [&full, &second, &third];
    let ids = ["L-1", "L-2", "L-3"].map(id_of);
    for (version, form) in WAYS {
        let sealer = sealer_with(options(version, form));
        let sealed = joined(&sealer, &letters).unwrap();
        assert_eq!((sealed.message_id, &sealed.letters[..]), (ids[0], &ids[..]));
        let verified = mm::verify(&sealed.bytes, &mm::Certificates::default()).unwrap();
        assert_eq!(verified.message_ids, ids.map(|id| id.to_string()));
        assert_eq!(verified.correlation_id, "L-1");
        assert_eq!(verified.attachments, 3);
        let (request, document) = match form {
            mm::Form::Soap => (sealed.bytes.clone(), renamed_back(&sealed.bytes)),
            mm::Form::Sealed => (mm::soap_envelope(&sealed.bytes).unwrap(), sealed.bytes),
        };
        assert_eq!(request.len() as u64, sealed.request_bytes);
        if let Some(schemas) = Schemas::of(version) {
            schemas.request_is_valid(&request).unwrap();
            schemas.document_is_valid(&document).unwrap();
        }
        if has("xmlsec1") {
            assert!(xmlsec1_verifies(&document));
            assert!(xmlsec1_verifies(&signed_delivery(&document)));
        }
        let text = String::from_utf8(document).unwrap();
        assert_eq!(text.matches("<Message>").count(), 3);
        assert_eq!(text.matches("</Recipient>").count(), 1);
    }
}

#[test]
fn the_header_says_only_what_all_letters_have_in_common() {
    let attention = |id, attention: &'static str| {
        let mut letter = with_reference(id, Some("Dnr 1"));
        letter.recipient.attention = Some(attention.into());
        letter
    };
    let text = |letters: &[&Letter<'_>]| {
        String::from_utf8(joined(&sealer(), letters).unwrap().bytes).unwrap()
    };
    let same = [attention("L-1", "A"), attention("L-2", "A")];
    let said = text(&[&same[0], &same[1]]);
    assert!(said.contains(">Dnr 1</Reference>") && said.contains(">A</Attention>"));
    let other = attention("L-3", "B");
    let said = text(&[&same[0], &same[1], &other]);
    assert!(said.contains(">Dnr 1</Reference>") && !said.contains(">A</Attention>"));
    for references in [
        [Some("Dnr 1"), Some("Dnr 2"), Some("Dnr 1")],
        [Some("Dnr 1"), None, Some("Dnr 1")],
        [None, Some("Dnr 1"), Some("Dnr 1")],
        [Some("Dnr 1"), Some("Dnr 2"), None],
    ] {
        let [a, b, c] = references;
        let letters = [
            with_reference("L-1", a),
            with_reference("L-2", b),
            with_reference("L-3", c),
        ];
        let said = text(&[&letters[0], &letters[1], &letters[2]]);
        assert!(!said.contains("<Reference xmlns"), "{references:?}");
        assert!(said.contains(">L-1</CorrelationId>"));
    }
}

#[test]
fn letters_that_cannot_travel_together_are_refused() {
    let mut other = letter("L-2");
    other.recipient.id = person("182003619803");
    let (first, second) = (letter("L-1"), letter("L-2"));
    let refuse = |letters: &[&Letter<'_>]| joined(&sealer(), letters).unwrap_err();
    assert!(matches!(refuse(&[&first, &other]), Refusal::Together));
    assert!(matches!(refuse(&[]), Refusal::Together));
    let many = vec![&first; mm::MESSAGES_MAX + 1];
    assert!(matches!(refuse(&many), Refusal::Together));
    let mut broken = letter("L-3");
    broken.recipient.id = person("190100010001");
    let refusal = refuse(&[&first, &broken]);
    assert!(matches!(refusal, Refusal::NotRepresentable { .. }));

    let bytes = bytes_of(&sealer(), &[&first, &second]);
    let limited = |message_bytes_max| {
        sealer_with(mm::Options {
            message_bytes_max,
            ..mm::Options::default()
        })
    };
    assert!(joined(&limited(bytes), &[&first, &second]).is_ok());
    match joined(&limited(bytes - 1), &[&first, &second]).unwrap_err() {
        Refusal::TooLarge { bytes: found, .. } => assert_eq!(found, bytes),
        other => panic!("{other}"),
    }
}

#[test]
fn as_many_messages_as_are_allowed_are_sealed_and_read() {
    let ids: Vec<String> = (0..mm::MESSAGES_MAX).map(|n| n.to_string()).collect();
    let letters: Vec<Letter<'_>> = ids.iter().map(|id| letter(id)).collect();
    let letters: Vec<&Letter<'_>> = letters.iter().collect();
    let sealed = joined(&sealer(), &letters).unwrap();
    let certificates = mm::Certificates::default();
    let verified = mm::verify(&sealed.bytes, &certificates).unwrap();
    assert_eq!(verified.message_ids.len(), mm::MESSAGES_MAX);
    // One more, although it is not signed for: the reader stops before it comes to the signatures.
    let text = String::from_utf8(sealed.bytes).unwrap();
    let from = text.rfind("<Message>").unwrap();
    let to = text.find("</Delivery>").unwrap();
    let more = format!("{}{}{}", &text[..to], &text[from..to], &text[to..]);
    let said = mm::verify(more.as_bytes(), &certificates).unwrap_err();
    assert!(said.contains("more than 1000 messages"), "{said}");
}

#[test]
fn packing_fills_each_delivery_and_leaves_alone_what_cannot_go() {
    let ids: Vec<String> = (0..6).map(|n| format!("L-{n}")).collect();
    let mut letters: Vec<Letter<'_>> = ids.iter().map(|id| letter(id)).collect();
    let all: Vec<&Letter<'_>> = letters.iter().collect();
    assert_eq!(sealer().pack(&all), [[0, 1, 2, 3, 4, 5]]);
    assert_eq!(sealer().pack(&all[..1]), [[0]]);
    assert!(sealer().pack(&[]).is_empty());
    let limited = |message_bytes_max| {
        sealer_with(mm::Options {
            message_bytes_max,
            ..mm::Options::default()
        })
    };
    let two = bytes_of(&sealer(), &all[..2]);
    assert_eq!(limited(two).pack(&all), [[0, 1], [2, 3], [4, 5]]);
    assert_eq!(limited(two - 1).pack(&all), [[0], [1], [2], [3], [4], [5]]);

    letters[1].content = Content::Pdf(pdf("stor.pdf", &[0; 4000])); // Too large even alone.
    letters[2].recipient.id = RecipientId::None;
    letters[4].recipient.id = person("182003619803"); // Another recipient.
    let all: Vec<&Letter<'_>> = letters.iter().collect();
    let expected = [vec![0, 3], vec![1], vec![2], vec![4], vec![5]];
    assert_eq!(limited(two).pack(&all), expected);
    let several = vec![all[0]; mm::MESSAGES_MAX + 2];
    let sizes: Vec<usize> = sealer().pack(&several).iter().map(Vec::len).collect();
    assert_eq!(sizes, [mm::MESSAGES_MAX, 2]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, ..ProptestConfig::default() })]

    #[test]
    fn what_is_packed_together_can_be_sealed_and_takes_the_bytes_counted(
        letters in proptest::collection::vec((0usize..2000, proptest::option::of("[ab&]{0,3}")), 1..9),
        room in 0u64..12_000,
        (version, form) in prop::sample::select(&WAYS),
    ) {
        let ids: Vec<String> = (0..letters.len()).map(|n| format!("L-{n}")).collect();
        let letters: Vec<Letter<'_>> = letters
            .iter()
            .zip(&ids)
            .map(|((bytes, reference), id)| Letter {
                content: Content::Pdf(pdf("a.pdf", &vec![1; *bytes])),
                ..with_reference(id, reference.as_deref())
            })
            .collect();
        let letters: Vec<&Letter<'_>> = letters.iter().collect();
        let unlimited = sealer_with(options(version, form));
        let largest = letters.iter().map(|letter| bytes_of(&unlimited, &[letter])).max().unwrap();
        let sealer = sealer_with(mm::Options {
            message_bytes_max: largest + room,
            ..options(version, form)
        });
        let packed = sealer.pack(&letters);
        let mut places = packed.concat();
        prop_assert!(places.is_sorted());
        places.dedup();
        prop_assert_eq!(places.len(), letters.len());
        let of = |places: &[usize]| places.iter().map(|at| letters[*at]).collect::<Vec<_>>();
        for group in &packed {
            let sealed = joined(&sealer, &of(group)).unwrap();
            let request = match form {
                mm::Form::Soap => sealed.bytes,
                mm::Form::Sealed => mm::soap_envelope(&sealed.bytes).unwrap(),
            };
            prop_assert_eq!(request.len() as u64, sealed.request_bytes);
        }
        for pair in packed.windows(2) {
            let mut one_more = pair[0].clone();
            one_more.push(pair[1][0]);
            let refusal = joined(&sealer, &of(&one_more));
            prop_assert!(matches!(refusal, Err(Refusal::TooLarge { .. })), "{:?}", packed);
        }
    }
}

#[test]
fn joined_deliveries_are_bundled_checked_and_the_same_with_any_number_of_threads() {
    let ids: Vec<String> = (0..24).map(|n| format!("L-{n}")).collect();
    let bundled = |threads: usize, version, form| {
        let sealer = sealer_with(options(version, form));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let groups: Vec<&[String]> = ids.chunks(3).collect();
        let sealed: Vec<Sealed> = pool.unwrap().install(|| {
            let seal = |group: &&[String]| {
                let letters: Vec<Letter<'_>> = group.iter().map(|id| letter(id)).collect();
                joined(&sealer, &letters.iter().collect::<Vec<_>>()).unwrap()
            };
            groups.par_iter().map(seal).collect()
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let job = BundleJob {
            format: Format::MinaMeddelanden,
            batch: "M-2026-11-22",
            date: DAY,
            certificate: None,
        };
        let mut bundler = Bundler::new(path, &job, Options::default());
        for (sealed, group) in sealed.iter().zip(groups) {
            let ids: Vec<&str> = group.iter().map(String::as_str).collect();
            bundler.add(OPERATOR, sealed, &ids).unwrap();
        }
        let written = bundler.finish().unwrap();
        let found = check(folder.path()).unwrap();
        assert_eq!(found.faults, []);
        assert_eq!((found.messages, found.sound, found.letters), (8, 8, 24));
        let read = |file: &lettermill::disk::WrittenFile| fs::read(path.join(&file.path)).unwrap();
        written.iter().map(read).collect::<Vec<_>>()
    };
    for (version, form) in WAYS {
        let one = bundled(1, version, form);
        assert!(one == bundled(2, version, form) && one == bundled(8, version, form));
    }
}
