//! What the fuzz targets do: whatever the bytes, a reader answers and does not panic.

#![allow(dead_code, clippy::unwrap_used)] // Each target uses one; a scratch folder is the test's own.

use std::convert::Infallible;
use std::fs;
use std::path::Path;

use lettermill::bundle::{digital_post, mina_meddelanden, sf1601};
use lettermill::preflight::{self, AddressRules, Rules};
use lettermill::registry::{self, Input};
use lettermill::results::{self, Format, Layout, Locator};
use lettermill::{receipt, verify};

/// A message of Mina meddelanden, as our own strict reader sees it.
pub fn message(bytes: &[u8]) {
    let _ = mina_meddelanden::verify(bytes, &mina_meddelanden::Certificates::default());
    if let Some(document) = mina_meddelanden::sealed_document(bytes) {
        let again = mina_meddelanden::soap_envelope(&document);
        assert_eq!(
            again.as_deref(),
            Some(bytes),
            "a request is made and unmade exactly"
        );
    }
}

/// A MeMo, by both readers.
pub fn memo(bytes: &[u8]) {
    let strict = digital_post::verify(bytes);
    let lenient = digital_post::inspect(bytes);
    assert!(strict.is_err() || digital_post::is_memo(bytes));
    assert!(lenient.faults.len() as u64 <= lenient.faults_total);
}

/// A request to SF1601, by both readers.
pub fn kombi(bytes: &[u8]) {
    let strict = sf1601::verify(bytes).is_ok();
    let lenient = sf1601::inspect(bytes);
    assert!(!strict || sf1601::is_kombi_request(bytes));
    assert!(lenient.faults.len() as u64 <= lenient.faults_total);
}

/// What came back about a message.
pub fn receipt(bytes: &[u8]) {
    let name = "1a7fba88-3911-4a05-8594-97b21b3e9247.xml";
    let _ = receipt::read_bytes::<Infallible>(name, bytes, &mut |_| Ok(()));
}

/// What a plant says of pieces, by the layout of a job that names none, and by a fixed one.
pub fn results(bytes: &[u8]) {
    let at = |start, length| {
        Some(Locator {
            column: None,
            start: Some(start),
            length: Some(length),
        })
    };
    let fixed = results::Options {
        format: Format::Fixed,
        skip_last: 1,
        job: at(2, 8),
        piece: at(10, 8),
        status: at(18, 2),
        otherwise: Some(lettermill::letter::Handling::Unknown),
        ..results::Options::default()
    };
    for options in [results::Options::default(), fixed] {
        let layout = Layout::compile(&options).unwrap();
        match results::read(bytes, &layout) {
            Ok(contents) => assert!(contents.rows.iter().all(|row| row.result.piece > 0)),
            Err(unreadable) => assert!(unreadable.total > 0),
        }
    }
}

/// What a registry answered, of any kind.
pub fn registry(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answer");
    fs::write(&path, bytes).unwrap();
    let options = registry::Options {
        date: jiff::civil::date(2026, 11, 22),
    };
    if let Ok(input) = Input::detect(&path) {
        let _ = registry::build(&[input], &options, &folder.path().join("snapshot"));
    }
}

/// One file of others.
pub fn verdict(bytes: &[u8]) {
    let _ = verify::message::verify_bytes(Path::new("message.xml"), bytes, &[]);
}

/// A PDF, by rules that look at everything; it is judged alike twice, and a remark quotes none of its text.
pub fn preflight(bytes: &[u8]) {
    let rules = Rules {
        address: Some(AddressRules::default()),
        producers_refused: vec!["Ghostscript".into()],
        ..Rules::default()
    };
    let verdict = preflight::inspect(bytes, &rules);
    assert_eq!(verdict, preflight::inspect(bytes, &rules));
    if let Err(fault) = verdict {
        assert!(fault.to_string().len() < 300);
    }
}
