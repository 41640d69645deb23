//! Danish letters, their PDFs, and a MeMo that is good enough for the schema.

use std::fs;
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::{Date, date};
use lettermill::bundle::sf1601::{
    AddressWish, Categories, Category, Memo, MemoDocument, Options, Paper, Receipts, Sealer,
};
use lettermill::bundle::{Refusal, Role, key_of, message_id};
use lettermill::compose::{self, FirstPage, Stationery, lay_out};
use lettermill::letter::*;
use lettermill::preflight::inspect;
use lettermill::spool::{self, Binder, Bound, Destination, Piece, Prepared, Preparer};

use crate::letters;
use crate::support::tools::xmllint_verdicts;
use crate::tools::{reference, signer};

pub const DAY: Date = date(2026, 11, 26);
/// The least that begins and ends as a PDF.
pub const TINY: &[u8] = b"%PDF-1.6\n%%EOF\n";

/// The message id of a letter of [`header`]'s mailing.
pub fn id_of(letter_id: &str) -> uuid::Uuid {
    message_id(&key_of(&header()), letter_id)
}

pub fn header() -> Header {
    letters::header("DK")
}

/// A MeMo with nothing in it that depends on the letter but its id and subject; and a NemSMS where the letter has a text.
pub struct TestMemo(pub String);

impl Memo for TestMemo {
    fn memos(&self, letter: &Letter<'_>) -> Result<Vec<MemoDocument>, Refusal> {
        let id = message_id(&self.0, &letter.id);
        let document = |role, id: uuid::Uuid, kind, inside, body| {
            MemoDocument {
            id,
            role,
            bytes: format!(
                "<memo:Message xmlns:memo=\"https://DigitalPost.dk/MeMo-1\" memoVersion=\"1.2\"><memo:MessageHeader>\
                 <memo:messageType>{kind}</memo:messageType><memo:messageUUID>{id}</memo:messageUUID>\
                 <memo:label>Brev</memo:label>{inside}<memo:Sender><memo:senderID>12345678</memo:senderID>\
                 <memo:idType>CVR</memo:idType><memo:label>Kommune</memo:label></memo:Sender><memo:Recipient>\
                 <memo:recipientID>6101900019</memo:recipientID><memo:idType>CPR</memo:idType></memo:Recipient>\
                 </memo:MessageHeader>{body}</memo:Message>"
            )
            .into_bytes(),
        }
        };
        let body = "<memo:MessageBody><memo:createdDateTime>2026-11-26T10:00:00Z</memo:createdDateTime>\
                    <memo:MainDocument><memo:File><memo:encodingFormat>text/plain</memo:encodingFormat>\
                    <memo:filename>brev.txt</memo:filename><memo:language>da</memo:language>\
                    <memo:content>SGVqIQ==</memo:content></memo:File></memo:MainDocument></memo:MessageBody>";
        let mut all = vec![document(Role::Letter, id, "DIGITALPOST", "", body)];
        if letter.notification.is_some() {
            let id = message_id(&self.0, &format!("{}-sms", letter.id));
            let text = "<memo:notification>Du har fået brev</memo:notification>";
            all.push(document(Role::Notice, id, "NEMSMS", text, ""));
        }
        Ok(all)
    }
}

pub fn sealer(options: Options) -> Sealer {
    let header = header();
    let memo = Box::new(TestMemo(key_of(&header)));
    Sealer::new(options, signer(), memo, &header, DAY).unwrap()
}

/// Everything that a job can ask for.
pub fn full_options() -> Options {
    Options {
        automatic: true,
        shipment_type: NonZeroU64::new(265),
        user: "Nathold & <drift>".into(),
        receipts: Some(Receipts::Errors),
        receipt_email: Some("kvittering@eksempelkoebing.example".into()),
        recipient_address: AddressWish::Include,
        sender_address: AddressWish::Include,
        imprint_sender_address: Some(false),
        imprint_recipient_address: Some(true),
        imprint_date: Some(false),
        urgent: vec![Postage::Priority],
        postage: Categories {
            registered: Category::RekommanderetMedModtagerbevis,
            ..Categories::default()
        },
        allocation: NonZeroU64::new(7),
        return_mail_at_vendor: Some(true),
        address_change_information: Some(false),
        ..Options::default()
    }
}

pub fn cpr() -> RecipientId {
    RecipientId::Cpr(Cpr::from_digits("6101900019").unwrap())
}

/// One letter of each kind, each with an id of its own.
pub fn all_letters() -> Vec<Letter<'static>> {
    let guide = fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/denmark/documents/vejledning.pdf"),
    );
    let guide = Document {
        file_name: "Vejledning.pdf".into(),
        media_type: "application/pdf".into(),
        bytes: Arc::new(guide.unwrap()),
    };
    let mut company = letters::bill();
    company.recipient.id = RecipientId::Cvr(Cvr::from_digits("13585628").unwrap());
    company.recipient.attention = Some("Att. Bogholderiet".into());
    company.cost_centre = Some("4711".into());
    company.print.postage = Some(Postage::Registered);
    company.notification = Some("Du har fået brev".into());
    let mut enclosing = letters::bill();
    enclosing.attachments = ["a", "b"]
        .map(|_| Attachment {
            document: guide.clone(),
            only: None,
        })
        .into();
    enclosing.print.sides = Some(Sides::Simplex);
    let mut pdf = letters::bill();
    pdf.content = Content::Pdf(guide.clone());
    pdf.print.colour = Some(Colour::Colour);
    pdf.print.envelope = Some(Envelope::C4);
    let mut protected = letters::protected();
    protected.attachments.clear();
    let mut care_of = letters::bill();
    if let Some(Address {
        form: AddressForm::Parts { care_of, .. },
        ..
    }) = &mut care_of.recipient.address
    {
        *care_of = Some("Ærø".into());
    }
    care_of.subject = "Tegn & <tegn> \"]]>\"".into();
    care_of.print.postage = Some(Postage::Priority);
    let mut without_id = letters::short();
    without_id.recipient.id = RecipientId::None;
    let mut foreign = letters::foreign();
    foreign.recipient.id = cpr();
    let mut all = vec![
        letters::bill(),
        company,
        enclosing,
        pdf,
        protected,
        care_of,
        foreign,
        letters::names(),
        letters::long(),
        without_id,
    ];
    for (number, letter) in all.iter_mut().enumerate() {
        letter.id = format!("L-{number}").into();
        letter.seq = LetterSeq(number as u32);
        if number == 0 {
            letter.recipient.id = cpr();
        }
        if letter.language == "sv"
            && let Some(address) = &mut letter.recipient.address
        {
            address.country = Some("SE".into());
        }
    }
    all
}

/// What makes PDFs of letters.
pub struct Printer {
    header: Header,
    stationery: Stationery,
    options: spool::Options,
    preparer: Preparer,
    pub binder: Binder,
}

impl Printer {
    pub fn new() -> Self {
        let header = header();
        let stationery = Stationery::new(&compose::Options::default(), &header).unwrap();
        let options = spool::Options::default();
        Self {
            binder: Binder::new(stationery.resources()).unwrap(),
            preparer: Preparer::new(&options),
            stationery,
            options,
            header,
        }
    }

    pub fn prepare(&self, letter: &Letter<'_>) -> (Prepared, Vec<String>) {
        let content = match &letter.content {
            Content::Pdf(document) => Some(document),
            Content::Text(_) => None,
        };
        let sheet = match content.is_some() || letter.recipient.address_protected {
            true => FirstPage::CoverSheet,
            false => FirstPage::WithText,
        };
        let laid = lay_out(letter, &self.header, DAY, &self.stationery, sheet).unwrap();
        let enclosed = content
            .into_iter()
            .chain(letter.attachments.iter().map(|a| &a.document));
        let enclosures: Vec<_> = enclosed
            .map(|document| {
                let facts = inspect(&document.bytes, &self.options.rules().behind()).unwrap();
                (Arc::clone(&document.bytes), facts)
            })
            .collect();
        let pages: Vec<u32> = enclosures.iter().map(|(_, facts)| facts.pages).collect();
        let own = laid.pages.len() as u32;
        let plan = spool::plan(own, &pages, &letter.print, &self.options).unwrap();
        let piece = Piece {
            seq: letter.seq,
            letter_id: &letter.id,
            laid: &laid,
            enclosures,
            postal_code: None,
            country: "DK",
            destination: Destination::Domestic,
            household: None,
        };
        let prepared = self.preparer.prepare(&piece, &plan).unwrap();
        (prepared, laid.address_lines)
    }

    pub fn bind(&self, letter: &Letter<'_>) -> Bound {
        self.binder.bind(&self.prepare(letter).0, DAY).unwrap()
    }
}

pub fn paper(bound: &Bound) -> Paper<'_> {
    Paper {
        pdf: &bound.pdf,
        pages: bound.pages,
        sides: bound.plan.sides,
        colour: bound.plan.colour,
        envelope: bound.plan.envelope,
        postage: bound.plan.postage,
    }
}

pub fn tiny_paper() -> Paper<'static> {
    Paper {
        pdf: TINY,
        pages: 1,
        sides: Sides::Duplex,
        colour: Colour::Mono,
        envelope: Envelope::C5,
        postage: Postage::Standard,
    }
}

/// The element `ForsendelseI` of a request of ours.
pub fn shipment(request: &[u8]) -> &str {
    let text = std::str::from_utf8(request).unwrap();
    let from = text.find("<fp:ForsendelseI ").unwrap();
    let close = "</fp:ForsendelseI>";
    let to = text.find(close).unwrap() + close.len();
    &text[from..to]
}

pub const FORSENDELSE: &str = "samples/denmark/fjernprint-xsd-driver/top.xsd";
pub const MEMO: &str = "official/memo/Version1.2/MeMo_core.xsd";

/// For each document whether a schema of the reference folder takes it; `None` where schema or xmllint are absent.
pub fn verdicts(schema: &str, documents: &[String]) -> Option<Vec<bool>> {
    xmllint_verdicts(&reference(schema)?, documents)
}

/// All must be valid.
#[track_caller]
pub fn assert_valid(schema: &str, documents: &[String]) {
    let Some(verdicts) = verdicts(schema, documents) else {
        return;
    };
    let bad: Vec<_> = documents
        .iter()
        .zip(verdicts)
        .filter(|(_, valid)| !valid)
        .map(|(document, _)| document)
        .collect();
    assert!(
        bad.is_empty(),
        "{} are not valid, first {}",
        bad.len(),
        bad[0]
    );
}
