//! Tools, reference data, and letters that need care.

use std::borrow::Cow;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, OnceLock};

use jiff::civil::{Date, date};
use lettermill::bundle::{Seal, Sealed, key_of, message_id, mina_meddelanden as mm};
use lettermill::letter::*;
use lettermill::sign::Signer;

use crate::support::bare;

pub use crate::support::tools::{has, reference};

pub const DAY: Date = date(2026, 11, 22);
pub const SENDER: &str = "162021004748";
pub const OPERATOR: &str = "162021003898";

pub fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

#[track_caller]
pub fn run_ok(command: &mut Command) -> Vec<u8> {
    let out = run(command);
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{command:?}: {said}");
    out.stdout
}

#[track_caller]
pub fn openssl(folder: &Path, arguments: &str) {
    let arguments = arguments.split(' ').map(|a| a.replace('~', " "));
    run_ok(Command::new("openssl").args(arguments).current_dir(folder));
}

pub fn keep_private(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// One development key for all tests that only need some key.
pub fn signer() -> Arc<Signer> {
    static SIGNER: OnceLock<Arc<Signer>> = OnceLock::new();
    let make = || {
        let folder = tempfile::tempdir().unwrap();
        Arc::new(Signer::development(folder.path(), SENDER, "Kommun A").unwrap())
    };
    Arc::clone(SIGNER.get_or_init(make))
}

pub fn relay() -> Arc<Signer> {
    static RELAY: OnceLock<Arc<Signer>> = OnceLock::new();
    let make = || {
        let folder = tempfile::tempdir().unwrap();
        let name = "Förmedlare <B> & Co, \"AB\"";
        Arc::new(Signer::development(folder.path(), OPERATOR, name).unwrap())
    };
    Arc::clone(RELAY.get_or_init(make))
}

/// The message id of a letter of [`header`]'s mailing.
pub fn id_of(letter_id: &str) -> uuid::Uuid {
    message_id(&key_of(&header()), letter_id)
}

pub fn header() -> Header {
    let bare = bare::header(Country::Sweden);
    Header {
        mailing_id: "M-2026-11-22".into(),
        sender: Sender {
            return_address: Address {
                country: None,
                form: AddressForm::Lines(vec!["Kommun A".into(), "999 99 Exempelstad".into()]),
            },
            support: Support {
                text: "Kontakta kundtjänst <dygnet runt> & fråga.".into(),
                url: Some("https://example.com/?a=1&b=2".into()),
                phone: Some("060-123456".into()),
                email: Some("kundtjanst@example.com".into()),
            },
            contact: SenderContact {
                attention: Some("Barn & utbildning".into()),
                ..SenderContact::default()
            },
            ..bare.sender
        },
        shared: vec![SharedDocument {
            id: "terms".into(),
            document: pdf("villkor.pdf", b"%PDF-1.4 shared"),
        }],
        ..bare
    }
}

pub fn pdf(name: &str, bytes: &[u8]) -> Document {
    Document {
        file_name: name.into(),
        media_type: "application/pdf".into(),
        bytes: Arc::new(bytes.to_vec()),
    }
}

pub fn run_of(text: &str) -> Run<'_> {
    Run {
        text: text.into(),
        bold: false,
        italic: false,
    }
}

pub fn person(digits: &str) -> RecipientId {
    RecipientId::Person(PersonNumber::from_digits(digits).unwrap())
}

/// The least that a message needs.
pub fn letter(id: &str) -> Letter<'_> {
    let bare = bare::letter(id, "Ada Exempel");
    Letter {
        recipient: Recipient {
            id: person("181501019806"),
            ..bare.recipient
        },
        subject: "Beslut om förskoleplats".into(),
        content: Content::Text(vec![Block::Paragraph(vec![run_of("Hej!")])]),
        ..bare
    }
}

/// A letter with every element that a message can have, and texts that need care.
pub fn full_letter(header: &Header) -> Letter<'static> {
    let bold = |text: &'static str| Run {
        text: text.into(),
        bold: true,
        italic: true,
    };
    let blocks = vec![
        Block::Heading(1, vec![run_of("Beslut & <motivering>")]),
        Block::Paragraph(vec![
            run_of("Ǩiõll, čáhci, ŋ ŧ đ ž; łódź; İstanbul; 𝄞 ]]> "),
            bold("viktigt"),
            run_of("\n"),
            run_of("ny rad"),
        ]),
        Block::List(ListKind::Number, vec![vec![run_of("ett")], vec![]]),
        Block::Table(Table {
            columns: vec![
                Column {
                    align: Align::Left,
                    heading: Some("Avser".into()),
                },
                Column {
                    align: Align::Right,
                    heading: None,
                },
            ],
            rows: vec![Row {
                total: true,
                cells: vec![vec![run_of("Summa")], vec![run_of("1 234,50")]],
            }],
        }),
        Block::KeyValues(vec![("OCR".into(), vec![run_of("12345")])]),
        Block::PageBreak,
    ];
    let attachment = |document: Document, only| Attachment { document, only };
    Letter {
        reference: Some("Dnr 2026:17 ]]> & \"x\" 'y' <z>".into()),
        subject: "Sámi: Ǥ ǧ ʒ \r\n\t & < > ]]> 𐍈".into(),
        data: vec![
            ("kanal".into(), "a&b".into()),
            ("tom".into(), Cow::Borrowed("")),
        ],
        content: Content::Text(blocks),
        attachments: vec![
            attachment(header.shared[0].document.clone(), None),
            attachment(pdf("på papper.pdf", b"%PDF paper"), Some(Channel::Print)),
            attachment(
                pdf("räkning & <kvitto>.pdf", &[0xff; 1000]),
                Some(Channel::Digital),
            ),
        ],
        recipient: Recipient {
            attention: Some("c/o Ö & Å".into()),
            ..letter("x").recipient
        },
        dialogue: Dialogue {
            reply: Some(ReplyWish::Requested),
            receipt: Some(ReceiptWish::Signed),
            matter: Some(Matter {
                case_id: Some("Dnr <2026>:17".into()),
                case_system: Some("Platina".into()),
                event_id: Some("9d1ccbd4-6a1c-4d0e-9d51-000000000001".into()),
                preceding_event_id: Some("före & efter".into()),
                subject: Some("Förskola".into()),
                event_type: Some("Beslut fattat".into()),
                status: Some(MatterStatus::RecipientInitiative),
            }),
            ..Dialogue::default()
        },
        ..letter("L-1")
    }
}

pub fn sealer() -> mm::Sealer {
    sealer_with(mm::Options::default())
}

pub fn sealer_with(options: mm::Options) -> mm::Sealer {
    mm::Sealer::new(options, signer(), relay(), &header(), DAY).unwrap()
}

pub fn options(version: mm::Version, form: mm::Form) -> mm::Options {
    mm::Options {
        version,
        form,
        ..mm::Options::default()
    }
}

/// Every way to write a message.
pub const WAYS: [(mm::Version, mm::Form); 4] = [
    (mm::Version::V3, mm::Form::Soap),
    (mm::Version::V3, mm::Form::Sealed),
    (mm::Version::V2, mm::Form::Soap),
    (mm::Version::V2, mm::Form::Sealed),
];

pub fn seal(sealer: &mm::Sealer, letter: &Letter<'_>) -> Sealed {
    sealer.seal(&[letter]).unwrap().remove(0)
}

/// The sealed document of a request, as a receiver makes it: the inner `deliverSecure` gets its name back, and with it
/// the namespace of the message (facts/sweden.md §2). The library's own way is not used.
pub fn renamed_back(request: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(request).unwrap();
    let outer = text.find("<deliverSecure").unwrap();
    let inner = outer + 1 + text[outer + 1..].find("<deliverSecure").unwrap();
    let from = inner + text[inner..].find('>').unwrap() + 1;
    let to = text.find("</deliverSecure></deliverSecure>").unwrap();
    let version = if text[outer..inner].contains("Service/v3\"") {
        3
    } else {
        2
    };
    let namespace = format!("http://minameddelanden.gov.se/schema/Message/v{version}");
    let inside = &text[from..to];
    format!("<SealedDelivery xmlns=\"{namespace}\">{inside}</SealedDelivery>").into_bytes()
}

/// The inner document of a sealed one, on its own: what the sender signed.
pub fn signed_delivery(document: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(document).unwrap();
    let root = text.strip_prefix("<SealedDelivery").unwrap();
    let namespace = &root[..root.find('>').unwrap()];
    let from = text.find("<SignedDelivery").unwrap();
    let to = text.find("</SignedDelivery>").unwrap() + "</SignedDelivery>".len();
    let behind_tag = from + text[from..].find('>').unwrap() + 1;
    format!("<SignedDelivery{namespace}>{}", &text[behind_tag..to]).into_bytes()
}

pub fn xmlsec1_verifies(document: &[u8]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document.xml");
    fs::write(&path, document).unwrap();
    let arguments = ["--verify", "--insecure", "--enabled-key-data", "x509,rsa"];
    run(Command::new("xmlsec1")
        .args(arguments)
        .args(["--node-xpath", "/*/*[local-name()='Signature']"])
        .arg(&path))
    .status
    .success()
}
