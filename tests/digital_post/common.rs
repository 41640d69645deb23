//! A Danish sender, keys, and the official schemas.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use lettermill::bundle::digital_post::{MemoVersion, Options, Sealer};
use lettermill::bundle::{Seal, Sealed, key_of, message_id};
use lettermill::letter::*;
use lettermill::sign::Signer;

use crate::support::tools::xmllint_verdicts;
use crate::tools::{self, has, reference};

pub use crate::tools::{DAY, pdf, run_of};

pub const SENDER: &str = "27355021";
pub const MAILING: &str = "M-DK-1";
pub const VERSIONS: [MemoVersion; 2] = [MemoVersion::V1_1, MemoVersion::V1_2];

/// The message id of a letter of [`header`]'s mailing.
pub fn id_of(letter_id: &str) -> uuid::Uuid {
    message_id(&key_of(&header()), letter_id)
}

pub fn header() -> Header {
    let swedish = tools::header();
    Header {
        mailing_id: MAILING.into(),
        created_text: "2026-11-22T20:00:00.5+01:00".into(),
        sender: Sender {
            country: Country::Denmark,
            organisation_number: SENDER.into(),
            name: "Prøve Kommune".into(),
            contact: SenderContact {
                attention: Some("Opkrævningen & co".into()),
                contact_point: Some(ContactPoint {
                    id: "241d39f6-998e-4929-b198-ccacbbf4b330".into(),
                    group: Some("22.33".into()),
                    label: Some("Opkrævningen".into()),
                    info: vec![
                        ("Barnets navn".into(), "".into()),
                        ("Sag".into(), "1 < 2".into()),
                    ],
                }),
                representative: Some(Representative {
                    id: "13585628".into(),
                    label: Some("Prøve Forsyning A/S".into()),
                }),
            },
            ..swedish.sender
        },
        ..swedish
    }
}

pub fn signer() -> Arc<Signer> {
    static SIGNER: OnceLock<Arc<Signer>> = OnceLock::new();
    let make = || {
        let folder = tempfile::tempdir().unwrap();
        Arc::new(Signer::development(folder.path(), SENDER, "Prøve Kommune").unwrap())
    };
    Arc::clone(SIGNER.get_or_init(make))
}

pub fn cpr(digits: &str) -> RecipientId {
    RecipientId::Cpr(Cpr::from_digits(digits).unwrap())
}

pub fn letter(id: &str) -> Letter<'_> {
    Letter {
        recipient: Recipient {
            id: cpr("6101900019"),
            name: "Åse Ærø".into(),
            ..tools::letter(id).recipient
        },
        language: "da".into(),
        subject: "Opkrævning januar".into(),
        ..tools::letter(id)
    }
}

pub fn sealer_with(change: impl FnOnce(&mut Options)) -> Sealer {
    let mut options = Options::default();
    change(&mut options);
    Sealer::new(options, signer(), &header(), DAY).unwrap()
}

pub fn sealer(memo_version: MemoVersion) -> Sealer {
    sealer_with(|options| options.memo_version = memo_version)
}

pub fn seal(sealer: &Sealer, letter: &Letter<'_>) -> Sealed {
    let mut sealed = sealer.seal(&[letter]).unwrap();
    assert_eq!(sealed.len(), 1);
    sealed.remove(0)
}

pub fn text(sealed: &Sealed) -> &str {
    std::str::from_utf8(&sealed.bytes).unwrap()
}

/// The official schema of a version.
pub fn schema(version: MemoVersion) -> Option<PathBuf> {
    let path = match version {
        MemoVersion::V1_1 => "official/memo/MeMo_core.xsd",
        MemoVersion::V1_2 => "official/memo/Version1.2/MeMo_core.xsd",
    };
    reference(path).filter(|_| has("xmllint"))
}

/// True when xmllint finds all of these valid, whose bytes it says otherwise.
#[track_caller]
pub fn assert_valid(version: MemoVersion, messages: &[Sealed]) {
    let Some(schema) = schema(version) else {
        return;
    };
    let documents: Vec<&[u8]> = messages.iter().map(|m| m.bytes.as_slice()).collect();
    let verdicts = xmllint_verdicts(&schema, &documents).unwrap();
    for (message, valid) in messages.iter().zip(verdicts) {
        assert!(valid, "{version:?}: {}", text(message));
    }
}
