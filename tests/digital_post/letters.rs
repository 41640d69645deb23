//! Letters: one with everything, one as in the worked sample, and such as a seed throws.

use jiff::civil::{Date, DateTime, date, datetime};
use lettermill::letter::*;

use crate::common::{cpr, letter, pdf, run_of};

pub fn time(text: &'static str, civil: DateTime) -> DateTimeText<'static> {
    DateTimeText {
        text: text.into(),
        civil,
    }
}

fn some(text: &'static str) -> Option<Text<'static>> {
    Some(text.into())
}

pub fn about() -> About<'static> {
    let place = |key: &'static str, facet| Classification {
        key: key.into(),
        version: "2.4".into(),
        facet,
        label: "Prøve & sådan".into(),
    };
    About {
        citizen: Some(("2512169996".into(), some("Emilie <Hansen>"))),
        company: Some(("12345678".into(), None)),
        vehicle: Some(("AB12345".into(), some("WFR18ZZ67W094959"))),
        property: some("ABC1234"),
        kle: Some(place("00.00.00", some("G01"))),
        form: Some(place("00.00.00.00", None)),
        production_unit: Some(("1234567890".into(), some("Enhed A"))),
        education: Some(("123ABC".into(), None)),
        address: Some(Address {
            country: None,
            form: AddressForm::Parts {
                care_of: some("c/o Hansen"),
                street: "Prøvevej 7A, 3. th".into(),
                postal_code: "9000".into(),
                city: "Aalborg".into(),
            },
        }),
    }
}

pub fn earlier() -> EarlierMessage<'static> {
    EarlierMessage {
        message_uuid: "8C2EA15D-61FB-4BA9-9366-42F8B194C114".into(),
        message_id: some("MSG-12344"),
        reply_uuid: some("9b1f6a20-4c3d-4e8b-b2a7-6d5e4f3c2b1a"),
        sender_id: some("12345678"),
        recipient_id: some("1234567890"),
        case_id: some("SAG-456"),
        contact_point_id: some("241d39f6"),
        system_id: some("ABC-123"),
        comment: Some("å".repeat(512).into()),
        data: vec![("Intern note".into(), "".into()); 4],
    }
}

/// A letter with every element that a message can have, and texts that need care.
pub fn full_letter(header: &Header) -> Letter<'static> {
    let attachment = |document: Document, only| Attachment { document, only };
    let day = datetime(2026, 12, 1, 10, 0, 0, 0);
    let png = Document {
        media_type: "image/png".into(),
        ..pdf("kort & 'plan'.png", &[0xff; 1000])
    };
    Letter {
        reference: some("Jnr. 17 ]]> & \"x\" 'y' <z>"),
        mandatory: true,
        legal_notification: true,
        not_before: Some(date(2026, 11, 25)),
        reply_by: Some(date(2026, 12, 24)),
        subject: "Sámi: Ǥ ǧ ʒ \r\n\t & < > ]]> 𐍈".into(),
        notification: Some("ø".repeat(160).into()),
        attachments: vec![
            attachment(header.shared[0].document.clone(), None),
            attachment(pdf("paa papir.pdf", b"%PDF paper"), Some(Channel::Print)),
            attachment(png, Some(Channel::Digital)),
        ],
        actions: vec![
            Action {
                code: "BETALING".into(),
                label: "Betal".into(),
                starts: Some(time("2026-12-01T10:00:00", day)),
                ends: Some(time("2026-12-01T10:00:00-02:00", day)),
                target: Some(ActionTarget::Url(
                    "https://example.dk/betal?id=1&b=2".into(),
                )),
            },
            Action {
                code: "AFTALE".into(),
                label: "Møde".into(),
                starts: None,
                ends: None,
                target: Some(ActionTarget::Reservation {
                    description: "Opstart".into(),
                    abstract_: "Opstart".into(),
                    location: "Gl. Landevej 61, rød stue".into(),
                    starts: time("2026-12-01T10:00:00Z", day),
                    ends: time("2026-12-01T10:00:00+01:00", day),
                    organiser_email: some("info@example.dk"),
                    organiser_name: some("Jette Hansen"),
                }),
            },
        ],
        data: vec![("Job".into(), "20260115".into()); 10],
        dialogue: Dialogue {
            reply: Some(ReplyWish::Accepted),
            receipt: Some(ReceiptWish::Simple),
            message_code: some("OPKR"),
            matter: Some(Matter {
                case_id: some("SAG-1"),
                ..Matter::default()
            }),
            about: Some(Box::new(about())),
            in_reply_to: vec![
                earlier(),
                EarlierMessage {
                    message_uuid: "9b1f6a20-4c3d-4e8b-b2a7-6d5e4f3c2b1a".into(),
                    ..EarlierMessage::default()
                },
            ],
        },
        recipient: Recipient {
            attention: some("Att. Ö & Å"),
            address: about().address,
            ..letter("x").recipient
        },
        ..letter("L-1")
    }
}

/// What the worked sample `memo-1.2-rich.xml` says, as far as a mailing can say it.
pub fn sample_letter() -> Letter<'static> {
    Letter {
        not_before: Some(date(2026, 1, 20)),
        reply_by: Some(date(2026, 2, 15)),
        notification: some("Du har fået post fra Prøve Kommune"),
        attachments: vec![Attachment {
            document: Document {
                media_type: "text/plain".into(),
                ..pdf("bilag.txt", b"Bilag")
            },
            only: None,
        }],
        actions: vec![Action {
            code: "BETALING".into(),
            label: "Betal".into(),
            starts: None,
            ends: Some(time(
                "2026-02-02T00:00:00",
                datetime(2026, 2, 2, 0, 0, 0, 0),
            )),
            target: Some(ActionTarget::Url("https://example.org/betal".into())),
        }],
        data: vec![("Job".into(), "20260115".into())],
        dialogue: Dialogue {
            reply: Some(ReplyWish::Requested),
            message_code: some("OPKR"),
            matter: Some(Matter {
                case_id: some("SAG-1"),
                case_system: some("Fagsystem"),
                ..Matter::default()
            }),
            about: Some(Box::new(About {
                kle: about().kle.map(|kle| Classification { facet: None, ..kle }),
                ..About::default()
            })),
            in_reply_to: vec![EarlierMessage {
                message_uuid: "9b1f6a20-4c3d-4e8b-b2a7-6d5e4f3c2b1a".into(),
                case_id: some("SAG-1"),
                ..EarlierMessage::default()
            }],
            ..Dialogue::default()
        },
        ..letter("JOB20260115-0000042")
    }
}

/// Throws letters: most are good, some break a limit.
pub struct Dice(pub u64);

impl Dice {
    /// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % most as u64) as usize
    }

    fn coin(&mut self) -> bool {
        self.next() & 1 == 0
    }

    fn string(&mut self) -> String {
        const ALPHABET: [char; 24] = [
            'a', 'Z', '0', ' ', '&', '<', '>', '"', '\'', ']', '\r', '\n', '\t', 'æ', 'Ø', 'å',
            'ß', 'ʒ', '𐍈', '\u{85}', '\u{2028}', '\u{a0}', '%', ';',
        ];
        let length = match self.below(40) {
            0 => 0,
            1 => 255 + self.below(4),
            _ => 1 + self.below(20),
        };
        (0..length)
            .map(|_| ALPHABET[self.below(ALPHABET.len())])
            .collect()
    }

    fn text(&mut self) -> Text<'static> {
        self.string().into()
    }

    fn maybe(&mut self) -> Option<Text<'static>> {
        self.coin().then(|| self.text())
    }

    fn pair(&mut self) -> Option<(Text<'static>, Option<Text<'static>>)> {
        self.coin().then(|| (self.text(), self.maybe()))
    }

    fn day(&mut self) -> Date {
        let day = 1 + self.below(28) as i8;
        date(1950 + self.below(150) as i16, 1 + self.below(12) as i8, day)
    }

    fn time(&mut self) -> DateTimeText<'static> {
        let clock = [self.below(24), self.below(60), self.below(60)].map(|n| n as i8);
        let civil = self.day().at(
            clock[0],
            clock[1],
            clock[2],
            self.below(1_000_000_000) as i32,
        );
        let offset = ["", "Z", "+01:00", "-14:00", "+05:30"][self.below(5)];
        DateTimeText {
            text: format!("{civil}{offset}").into(),
            civil,
        }
    }

    fn uuid(&mut self) -> Text<'static> {
        let uuid = uuid::Builder::from_random_bytes(
            [self.next().to_le_bytes(); 2].concat().try_into().unwrap(),
        );
        uuid.into_uuid().to_string().into()
    }

    fn document(&mut self) -> Document {
        let (media_type, ending) = [
            ("application/pdf", "pdf"),
            ("image/jpeg", "jpg"),
            ("text/plain", "txt"),
            ("application/zip", "zip"),
        ][[0, 0, 0, 0, 0, 1, 1, 2, 2, 3][self.below(10)]];
        let stem = if self.below(8) == 0 {
            self.string()
        } else {
            "Bilag å".into()
        };
        let bytes: Vec<u8> = (0..self.below(50).saturating_sub(1))
            .map(|_| self.next() as u8)
            .collect();
        Document {
            media_type: media_type.into(),
            ..pdf(&format!("{stem}.{ending}"), &bytes)
        }
    }

    fn action(&mut self) -> Action<'static> {
        let url = [
            "https://example.dk/",
            "https://spørg.dk/æ?a=b&c=%20",
            "http://x",
            "https://a b",
        ];
        let target = match self.below(3) {
            0 => None,
            1 => Some(ActionTarget::Url(
                url[[0, 0, 0, 0, 1, 1, 1, 1, 2, 3][self.below(10)]].into(),
            )),
            _ => Some(ActionTarget::Reservation {
                description: self.text(),
                abstract_: self.text(),
                location: self.text(),
                starts: self.time(),
                ends: self.time(),
                organiser_email: self.maybe(),
                organiser_name: self.maybe(),
            }),
        };
        Action {
            code: self.text(),
            label: self.text(),
            starts: self.coin().then(|| self.time()),
            ends: self.coin().then(|| self.time()),
            target,
        }
    }

    fn address(&mut self) -> Address<'static> {
        let country = self.maybe();
        let form = if self.coin() {
            AddressForm::Parts {
                care_of: self.maybe(),
                street: self.text(),
                postal_code: self.text(),
                city: self.text(),
            }
        } else {
            AddressForm::Lines((0..self.below(7)).map(|_| self.text()).collect())
        };
        Address { country, form }
    }

    fn about(&mut self) -> About<'static> {
        let mut classification = || {
            self.coin().then(|| Classification {
                key: self.text(),
                version: self.text(),
                facet: self.maybe(),
                label: self.text(),
            })
        };
        let (kle, form) = (classification(), classification());
        let short = |pair: Option<(Text<'static>, Option<Text<'static>>)>| {
            pair.map(|(key, name)| (key.chars().take(8).collect::<String>().into(), name))
        };
        About {
            citizen: self.pair(),
            company: self.pair(),
            vehicle: if self.below(4) == 0 {
                short(self.pair())
            } else {
                None
            },
            property: self.maybe(),
            kle,
            form,
            production_unit: self.coin().then(|| {
                let number = self.next() % 10_100_000_000;
                (number.to_string().into(), self.maybe())
            }),
            education: self.pair(),
            address: self.coin().then(|| self.address()),
        }
    }

    fn earlier(&mut self) -> EarlierMessage<'static> {
        EarlierMessage {
            message_uuid: self.uuid(),
            message_id: self.maybe(),
            reply_uuid: self.coin().then(|| self.uuid()),
            sender_id: self.maybe(),
            recipient_id: self.maybe(),
            case_id: self.maybe(),
            contact_point_id: self.maybe(),
            system_id: self.maybe(),
            comment: self.maybe(),
            data: (0..self.below(5))
                .map(|_| (self.text(), self.text()))
                .collect(),
        }
    }

    pub fn letter(&mut self) -> Letter<'static> {
        let id = format!("L-{}", self.next());
        let recipient = match self.below(4) {
            0 => RecipientId::Cvr(Cvr::from_digits("13585628").unwrap()),
            _ => cpr("6101900019"),
        };
        let runs = vec![
            run_of("Hej "),
            Run {
                text: self.text(),
                bold: true,
                italic: false,
            },
        ];
        Letter {
            id: id.into(),
            reference: self.maybe(),
            mandatory: self.coin(),
            legal_notification: self.coin(),
            not_before: self.coin().then(|| self.day()),
            reply_by: self.coin().then(|| self.day()),
            language: ["da", "en", "x", "dan"][[0, 0, 0, 0, 0, 0, 1, 1, 2, 3][self.below(10)]]
                .into(),
            subject: self.text(),
            content: match self.below(3) {
                0 => Content::Pdf(self.document()),
                _ => Content::Text(vec![Block::Paragraph(runs)]),
            },
            attachments: (0..self.below(3))
                .map(|_| Attachment {
                    document: self.document(),
                    only: [None, Some(Channel::Digital), Some(Channel::Print)][self.below(3)],
                })
                .collect(),
            actions: (0..self.below(3)).map(|_| self.action()).collect(),
            notification: self.maybe(),
            data: (0..self.below(12))
                .map(|_| (self.text(), self.text()))
                .collect(),
            dialogue: Dialogue {
                reply: [
                    None,
                    Some(ReplyWish::Requested),
                    Some(ReplyWish::NotAllowed),
                ][self.below(3)],
                receipt: None,
                message_code: self.maybe(),
                matter: self.coin().then(|| Matter {
                    case_id: self.maybe(),
                    case_system: self.maybe(),
                    ..Matter::default()
                }),
                about: self.coin().then(|| Box::new(self.about())),
                in_reply_to: (0..self.below(3)).map(|_| self.earlier()).collect(),
            },
            recipient: Recipient {
                id: recipient,
                name: self.text(),
                attention: self.maybe(),
                address: None,
                address_protected: self.coin(),
            },
            ..letter("x")
        }
    }
}
