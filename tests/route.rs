//! Routing: the decision tables of Sweden and Denmark, cell by cell, the safeguards, fallbacks, and the job file's rules.

#![allow(clippy::unwrap_used)] // Helpers of tests, where a panic is the message.

use std::path::PathBuf;

use jiff::civil::{Date, date};
use lettermill::finding::{Code, Finding, Place};
use lettermill::letter::{
    Channel, Country, Cpr, Cvr, DeliveryWish, Fate, Letter, LetterSeq, OrganisationNumber,
    PersonNumber, Postage, Recipient, RecipientId,
};
use lettermill::registry::{Builder, Operator, Snapshot, Status};
use lettermill::route::{
    self, Cause, Decision, DigitalChannel, Error, Options, ProtectedAddress, REASONS, Redirect,
    Right, Router,
};
use tempfile::TempDir;

mod support;

use support::bare;

const ON: Date = date(2026, 11, 22);
const ADULT: &str = "180001010014";
const KIVRA: &str = "165568402266";
const FORTNOX: &str = "165569469082";

fn letter(id: RecipientId) -> Letter<'static> {
    let bare = bare::letter("L1", "Maja Exempel");
    Letter {
        department: Some("Social services".into()),
        process: Some("decision-7".into()),
        recipient: Recipient {
            id,
            address: Some(bare::address("Storgatan 1", "123 45", "Exempelby")),
            ..bare.recipient
        },
        ..bare
    }
}

fn swede(digits: &str) -> RecipientId {
    RecipientId::Person(PersonNumber::from_digits(digits).unwrap())
}

fn dane() -> RecipientId {
    RecipientId::Cpr(Cpr::from_digits("6101600000").unwrap())
}

fn company() -> RecipientId {
    RecipientId::Cvr(Cvr::from_digits("13585628").unwrap())
}

fn finding(code: Code) -> Finding {
    Finding {
        letter: LetterSeq(0),
        place: Place::default(),
        code,
        found: String::new(),
        allowed: String::new(),
    }
}

/// A snapshot of one recipient; Swedish ones that have a mailbox have it with Kivra.
struct Registry {
    _folder: TempDir,
    path: PathBuf,
}

impl Registry {
    fn of(entries: &[(RecipientId, Status, Option<&str>)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("snapshot");
        let mut builder = Builder::new(ON);
        for (id, status, operator) in entries {
            let operator = operator.map(|id| {
                let operator = Operator {
                    id: id.into(),
                    name: "An operator".into(),
                    url: "https://operator.example".into(),
                };
                builder.operator(operator).unwrap()
            });
            builder.push(id, *status, operator);
        }
        builder.finish(&path).unwrap();
        Self {
            _folder: folder,
            path,
        }
    }

    fn open(&self) -> Snapshot {
        Snapshot::open(&self.path).unwrap()
    }
}

/// Decides for a letter whose recipient stands in the registry with `status`.
fn decide(
    letter: &Letter<'_>,
    country: Country,
    status: Option<Status>,
    options: &Options,
    findings: &[Finding],
) -> Decision {
    let operator = (country == Country::Sweden).then_some(KIVRA);
    let entries: Vec<_> = status
        .map(|status| (letter.recipient.id, status, operator))
        .into_iter()
        .collect();
    let registry = Registry::of(&entries);
    let snapshot = registry.open();
    let router = Router::new(options, country, Some(&snapshot), ON).unwrap();
    router.decide(letter, findings)
}

fn sweden(letter: &Letter<'_>, status: Status) -> Decision {
    decide(
        letter,
        Country::Sweden,
        Some(status),
        &Options::default(),
        &[],
    )
}

/// `held legal-notification < print no-mailbox`: fate and reason, then those before, the last first.
fn told(decision: &Decision) -> String {
    let mut text = format!("{} {}", decision.fate.name(), decision.reason);
    for step in decision.earlier.iter().rev() {
        text += &format!(" < {} {}", step.fate.name(), step.reason);
    }
    text
}

#[test]
fn swedish_reasons_are_kept_apart() {
    let adult = letter(swede(ADULT));
    for (status, expected) in [
        (Status::Reachable, "digital reachable"),
        (Status::NoMailbox, "print no-mailbox"),
        (Status::OptedOut, "print opted-out"),
        (Status::Pending, "print pending"),
        (Status::NoOperator, "print no-operator"),
        (Status::NoAddressUrl, "print no-address-url"),
        (Status::Closed, "held closed"),
        (Status::Unknown, "print unknown"),
    ] {
        assert_eq!(told(&sweden(&adult, status)), expected);
    }
    let absent = decide(&adult, Country::Sweden, None, &Options::default(), &[]);
    assert_eq!(told(&absent), "print not-in-registry");

    let child = letter(swede("201001012384"));
    assert_eq!(told(&sweden(&child, Status::Reachable)), "print minor");
    let month_00 = letter(swede("196400602390"));
    assert_eq!(
        told(&sweden(&month_00, Status::Reachable)),
        "print id-not-representable"
    );
    let nobody = letter(RecipientId::None);
    let told_of_nobody = told(&decide(
        &nobody,
        Country::Sweden,
        None,
        &Options::default(),
        &[],
    ));
    assert_eq!(told_of_nobody, "print no-identifier");
    let foreign = letter(dane());
    assert_eq!(
        told(&sweden(&foreign, Status::Reachable)),
        "print foreign-identifier"
    );
    let organisation = OrganisationNumber::from_digits("162021004748").unwrap();
    let organisation = letter(RecipientId::Organisation(organisation));
    assert_eq!(
        told(&sweden(&organisation, Status::Reachable)),
        "digital reachable"
    );
}

#[test]
fn operator_is_named_only_for_digital_letters() {
    let adult = letter(swede(ADULT));
    assert!(sweden(&adult, Status::Reachable).operator.is_some());
    assert!(sweden(&adult, Status::OptedOut).operator.is_none());
    // Reachable without an operator cannot be: there would be nowhere to send it.
    let registry = Registry::of(&[(swede(ADULT), Status::Reachable, None)]);
    let snapshot = registry.open();
    let router = Router::new(&Options::default(), Country::Sweden, Some(&snapshot), ON).unwrap();
    assert_eq!(told(&router.decide(&adult, &[])), "print no-operator");
}

#[test]
fn only_supported_operators_are_served() {
    let options = Options {
        operators_supported: vec![FORTNOX.into()],
        ..Options::default()
    };
    let adult = letter(swede(ADULT));
    let decision = decide(
        &adult,
        Country::Sweden,
        Some(Status::Reachable),
        &options,
        &[],
    );
    assert_eq!(told(&decision), "print operator-not-supported");
}

#[test]
fn wishes_are_obeyed() {
    let mut adult = letter(swede(ADULT));
    adult.wish = DeliveryWish::Print;
    assert_eq!(
        told(&sweden(&adult, Status::Reachable)),
        "print print-wished"
    );
    assert_eq!(told(&sweden(&adult, Status::Closed)), "held closed");
    adult.wish = DeliveryWish::Digital;
    assert_eq!(
        told(&sweden(&adult, Status::Reachable)),
        "digital reachable"
    );
    assert_eq!(
        told(&sweden(&adult, Status::NoMailbox)),
        "held digital-only < print no-mailbox"
    );
}

#[test]
fn no_snapshot_sends_everything_on_paper() {
    let router = Router::new(&Options::default(), Country::Sweden, None, ON).unwrap();
    assert_eq!(
        told(&router.decide(&letter(swede(ADULT)), &[])),
        "print no-registry"
    );
    assert_eq!(
        told(&router.decide(&letter(RecipientId::None), &[])),
        "print no-identifier"
    );
    let mut legal = letter(swede(ADULT));
    legal.legal_notification = true;
    assert_eq!(
        told(&router.decide(&legal, &[])),
        "held legal-notification < print no-registry"
    );
}

#[test]
fn stale_snapshots_stop_the_job() {
    let registry = Registry::of(&[(swede(ADULT), Status::Reachable, Some(KIVRA))]);
    let snapshot = registry.open();
    let on = |days: i64| ON.checked_add(jiff::Span::new().days(days)).unwrap();
    let new = |on| Router::new(&Options::default(), Country::Sweden, Some(&snapshot), on);
    assert!(new(on(7)).is_ok());
    assert!(new(on(-400)).is_ok());
    for days in [8, 400] {
        let Err(error) = new(on(days)) else {
            panic!("{days} days are too many");
        };
        assert!(
            matches!(error, Error::StaleSnapshot { days: found, days_max: 7, .. } if i64::from(found) == days)
        );
    }
}

#[test]
fn findings_close_channels() {
    let adult = letter(swede(ADULT));
    let with = |codes: &[Code]| {
        let findings: Vec<_> = codes.iter().copied().map(finding).collect();
        told(&decide(
            &adult,
            Country::Sweden,
            Some(Status::Reachable),
            &Options::default(),
            &findings,
        ))
    };
    assert_eq!(
        with(&[Code::DocumentNotDigital]),
        "print content-not-digital"
    );
    assert_eq!(with(&[Code::DocumentTooLargeDigital]), "print too-large");
    assert_eq!(with(&[Code::PrintAddress]), "digital reachable");
    assert_eq!(
        with(&[Code::DocumentNotDigital, Code::DocumentNotPrintable]),
        "held content-not-print < print content-not-digital"
    );
    assert_eq!(with(&[Code::IdentifierModulus11]), "digital reachable");
    assert_eq!(
        with(&[Code::DocumentNotDigital, Code::PrintPostalCode]),
        "held address-does-not-fit < print content-not-digital"
    );
    assert_eq!(
        with(&[Code::PrintAddress, Code::IdentifierCheckDigit, Code::Schema]),
        "rejected identifier.check-digit"
    );
}

#[test]
fn paper_needs_an_address() {
    let mut adult = letter(swede(ADULT));
    adult.recipient.address = None;
    assert_eq!(
        told(&sweden(&adult, Status::Reachable)),
        "digital reachable"
    );
    assert_eq!(
        told(&sweden(&adult, Status::NoMailbox)),
        "held no-address < print no-mailbox"
    );
}

#[test]
fn protected_addresses_need_a_cover_page() {
    let mut adult = letter(swede(ADULT));
    adult.recipient.address_protected = true;
    assert_eq!(told(&sweden(&adult, Status::NoMailbox)), "print no-mailbox");
    let options = Options {
        protected_address: ProtectedAddress::Hold,
        ..Options::default()
    };
    let decision = decide(
        &adult,
        Country::Sweden,
        Some(Status::NoMailbox),
        &options,
        &[],
    );
    assert_eq!(told(&decision), "held protected-address < print no-mailbox");
}

#[test]
fn service_of_process_never_falls_back_to_ordinary_paper() {
    let mut legal = letter(swede(ADULT));
    legal.legal_notification = true;
    assert_eq!(
        told(&sweden(&legal, Status::Reachable)),
        "digital reachable"
    );
    assert_eq!(
        told(&sweden(&legal, Status::NoMailbox)),
        "held legal-notification < print no-mailbox"
    );
    legal.wish = DeliveryWish::Print;
    assert_eq!(
        told(&sweden(&legal, Status::Reachable)),
        "held legal-notification < print print-wished"
    );
    // Paper with the post's own service of process is not ordinary paper.
    legal.print.postage = Some(Postage::Legal);
    assert_eq!(
        told(&sweden(&legal, Status::Reachable)),
        "print print-wished"
    );
}

#[test]
fn letters_do_not_arrive_before_their_day() {
    let mut early = letter(swede(ADULT));
    early.not_before = Some(date(2026, 11, 23));
    assert_eq!(
        told(&sweden(&early, Status::Reachable)),
        "held not-before < digital reachable"
    );
    assert_eq!(
        told(&sweden(&early, Status::NoMailbox)),
        "held not-before < print no-mailbox"
    );
    early.not_before = Some(ON);
    assert_eq!(
        told(&sweden(&early, Status::Reachable)),
        "digital reachable"
    );
    // Digital Post waits by itself.
    let mut early = letter(dane());
    early.not_before = Some(date(2026, 11, 23));
    let options = denmark(&[]);
    let decision = decide(
        &early,
        Country::Denmark,
        Some(Status::Reachable),
        &options,
        &[],
    );
    assert_eq!(told(&decision), "digital reachable");
}

fn denmark(rights: &[Right]) -> Options {
    Options {
        digital_channels: vec![DigitalChannel::MinaMeddelanden, DigitalChannel::DigitalPost],
        rights: rights.to_vec(),
        ..Options::default()
    }
}

/// Every cell of the table in facts/denmark.md §8 that is about a contact status.
#[test]
fn danish_table_cell_by_cell() {
    let both = [Right::MandatoryPost, Right::LegalNotification];
    let held_legal = "held legal-notification";
    let rows = [
        // Status, ordinary, mandatory, legal notification.
        (Some(Status::Reachable), ["digital reachable"; 3]),
        (
            Some(Status::Exempt),
            [
                "print exempt",
                "digital exempt-mandatory",
                "held legal-notification < print exempt",
            ],
        ),
        (Some(Status::Closed), ["held closed"; 3]),
        (
            Some(Status::Unconfirmed),
            ["print unconfirmed", "print unconfirmed", held_legal],
        ),
        (
            Some(Status::AwaitingRegistration),
            [
                "print awaiting-registration",
                "print awaiting-registration",
                held_legal,
            ],
        ),
        (
            Some(Status::Unknown),
            ["print unknown", "print unknown", held_legal],
        ),
        (
            None,
            ["print not-in-registry", "print not-in-registry", held_legal],
        ),
    ];
    for id in [dane(), company()] {
        for (status, expected) in &rows {
            for (column, expected) in expected.iter().enumerate() {
                let mut letter = letter(id);
                letter.mandatory = column == 1;
                letter.legal_notification = column == 2;
                let decision = decide(&letter, Country::Denmark, *status, &denmark(&both), &[]);
                assert_eq!(told(&decision), *expected, "{status:?}, column {column}");
                assert_eq!(decision.operator, None);
            }
        }
    }
}

#[test]
fn danish_rights_decide_what_may_be_sent() {
    let mut mandatory = letter(dane());
    mandatory.mandatory = true;
    let decision = decide(
        &mandatory,
        Country::Denmark,
        Some(Status::Exempt),
        &denmark(&[]),
        &[],
    );
    assert_eq!(told(&decision), "print exempt");
    let mut legal = letter(dane());
    legal.legal_notification = true;
    let decision = decide(
        &legal,
        Country::Denmark,
        Some(Status::Reachable),
        &denmark(&[]),
        &[],
    );
    assert_eq!(told(&decision), "held legal-notification-not-allowed");
    // Exempt, but the sender asks for service of process on paper: Forkyndelse print.
    legal.print.postage = Some(Postage::Legal);
    let decision = decide(
        &legal,
        Country::Denmark,
        Some(Status::Exempt),
        &denmark(&[]),
        &[],
    );
    assert_eq!(told(&decision), "print exempt");
    // Not so while the registration may take effect any day.
    let decision = decide(
        &legal,
        Country::Denmark,
        Some(Status::Unconfirmed),
        &denmark(&[]),
        &[],
    );
    assert_eq!(told(&decision), "held legal-notification");
}

/// The rows of the table that are about content and address.
#[test]
fn danish_content_rows() {
    let with = |letter: &Letter<'_>, codes: &[Code]| {
        let findings: Vec<_> = codes.iter().copied().map(finding).collect();
        let options = denmark(&[Right::LegalNotification]);
        told(&decide(
            letter,
            Country::Denmark,
            Some(Status::Reachable),
            &options,
            &findings,
        ))
    };
    let ordinary = letter(dane());
    assert_eq!(
        with(&ordinary, &[Code::DocumentTooLargeDigital]),
        "print too-large"
    );
    assert_eq!(
        with(&ordinary, &[Code::DocumentNotDigital]),
        "print content-not-digital"
    );
    assert_eq!(
        with(
            &ordinary,
            &[Code::DocumentNotDigital, Code::DocumentNotPrintable]
        ),
        "held content-not-print < print content-not-digital"
    );
    let mut legal = letter(dane());
    legal.legal_notification = true;
    assert_eq!(
        with(&legal, &[Code::DocumentTooLargeDigital]),
        "held legal-notification < print too-large"
    );
    let mut nowhere = letter(dane());
    nowhere.recipient.address = None;
    nowhere.wish = DeliveryWish::Print;
    assert_eq!(with(&nowhere, &[]), "held no-address < print print-wished");
}

/// The same rows in all three columns: what is found, and what then becomes of the letter.
#[test]
fn danish_content_rows_in_every_column() {
    let too_large = [Code::DocumentTooLargeDigital];
    let type_not_allowed = [Code::DocumentNotDigital];
    let nor_on_paper = [Code::DocumentNotDigital, Code::DocumentNotPrintable];
    let does_not_fit = [Code::PrintAddress];
    let print = DeliveryWish::Print;
    let auto = DeliveryWish::Auto;
    let rows: [(&[Code], DeliveryWish, bool, [&str; 3]); 6] = [
        // Findings, wish, whether the address is protected; ordinary, mandatory, legal notification.
        (
            &too_large,
            auto,
            false,
            [
                "print too-large",
                "print too-large",
                "held legal-notification < print too-large",
            ],
        ),
        (
            &type_not_allowed,
            auto,
            false,
            [
                "print content-not-digital",
                "print content-not-digital",
                "held legal-notification < print content-not-digital",
            ],
        ),
        (
            &nor_on_paper,
            auto,
            false,
            [
                "held content-not-print < print content-not-digital",
                "held content-not-print < print content-not-digital",
                "held legal-notification < print content-not-digital",
            ],
        ),
        (
            &does_not_fit,
            print,
            false,
            [
                "held address-does-not-fit < print print-wished",
                "held address-does-not-fit < print print-wished",
                "held legal-notification < print print-wished",
            ],
        ),
        (
            &[],
            print,
            true,
            [
                "held protected-address < print print-wished",
                "held protected-address < print print-wished",
                "held legal-notification < print print-wished",
            ],
        ),
        (
            &does_not_fit,
            auto,
            true,
            [
                "digital reachable",
                "digital reachable",
                "digital reachable",
            ],
        ),
    ];
    let options = Options {
        protected_address: ProtectedAddress::Hold,
        ..denmark(&[Right::MandatoryPost, Right::LegalNotification])
    };
    for (codes, wish, protected, expected) in rows {
        let findings: Vec<_> = codes.iter().copied().map(finding).collect();
        for (column, expected) in expected.into_iter().enumerate() {
            let mut letter = letter(dane());
            letter.wish = wish;
            letter.recipient.address_protected = protected;
            letter.mandatory = column == 1;
            letter.legal_notification = column == 2;
            let reachable = Some(Status::Reachable);
            let decision = decide(&letter, Country::Denmark, reachable, &options, &findings);
            assert_eq!(told(&decision), expected, "{codes:?}, column {column}");
        }
    }
}

/// "Hold or print by policy": an agency may write that companies that closed get paper.
#[test]
fn paper_for_closed_companies_is_a_rule_of_the_agency() {
    let options = Options {
        digital_channels: denmark(&[]).digital_channels,
        ..options(
            "[[rules]]\nname = \"closed-company\"\nsentence = \"To the receiver.\"\n\
             when = { status = [\"closed\"], id = [\"cvr\"] }\nthen = \"print\"\n",
        )
        .unwrap()
    };
    let route = |id| {
        let letter = letter(id);
        told(&decide(
            &letter,
            Country::Denmark,
            Some(Status::Closed),
            &options,
            &[],
        ))
    };
    assert_eq!(route(company()), "print closed-company");
    assert_eq!(route(dane()), "held closed");
}

#[test]
fn danish_letters_go_on_paper_while_their_channel_is_closed() {
    let options = Options {
        digital_channels: vec![DigitalChannel::MinaMeddelanden],
        ..Options::default()
    };
    let ordinary = letter(dane());
    for status in [Some(Status::Reachable), Some(Status::Exempt), None] {
        let decision = decide(&ordinary, Country::Denmark, status, &options, &[]);
        assert_eq!(told(&decision), "print channel-not-available");
    }
    let decision = decide(
        &ordinary,
        Country::Denmark,
        Some(Status::Closed),
        &options,
        &[],
    );
    assert_eq!(told(&decision), "held closed");
    let router = Router::new(&options, Country::Denmark, None, ON).unwrap();
    assert_eq!(
        told(&router.decide(&ordinary, &[])),
        "print channel-not-available"
    );
    let mut digital = letter(dane());
    digital.wish = DeliveryWish::Digital;
    assert_eq!(
        told(&router.decide(&digital, &[])),
        "held digital-only < print channel-not-available"
    );
}

#[test]
fn danish_minors_get_paper() {
    let child = letter(RecipientId::Cpr(Cpr::from_digits("6101154000").unwrap()));
    let decision = decide(
        &child,
        Country::Denmark,
        Some(Status::Reachable),
        &denmark(&[]),
        &[],
    );
    assert_eq!(told(&decision), "print minor");
}

/// As [`decide`], for a letter that a person sends to digital; and what becomes of it when it is too large.
fn redirect(
    letter: &Letter<'_>,
    country: Country,
    status: Option<Status>,
    options: &Options,
) -> (Decision, Decision) {
    let operator = (country == Country::Sweden).then_some(KIVRA);
    let entries: Vec<_> = status
        .map(|status| (letter.recipient.id, status, operator))
        .into_iter()
        .collect();
    let registry = Registry::of(&entries);
    let snapshot = registry.open();
    let router = Router::new(options, country, Some(&snapshot), ON).unwrap();
    let decision = router.redirect(letter, &[], Channel::Digital, Redirect::PersonDecided);
    let fallen = router.fall_back(letter, &[], decision.clone(), TOO_LARGE);
    (decision, fallen)
}

#[test]
fn what_a_person_sends_to_digital_is_digital_or_held() {
    let rights = denmark(&[Right::MandatoryPost, Right::LegalNotification]);
    for status in Status::ALL.iter().copied().map(Some).chain([None]) {
        for (country, id) in [(Country::Sweden, swede(ADULT)), (Country::Denmark, dane())] {
            for wish in [
                DeliveryWish::Auto,
                DeliveryWish::Digital,
                DeliveryWish::Print,
            ] {
                for marks in 0..4 {
                    let mut letter = letter(id);
                    letter.wish = wish;
                    letter.mandatory = marks & 1 > 0;
                    letter.legal_notification = marks & 2 > 0;
                    let (decision, fallen) = redirect(&letter, country, status, &rights);
                    assert_ne!(decision.fate, Fate::Print, "{status:?} {}", told(&decision));
                    assert_eq!(fallen.fate, Fate::Held, "{status:?} {}", told(&fallen));
                }
            }
        }
    }
}

#[test]
fn what_only_the_rules_forbid_holds_for_a_person_too() {
    let mut legal = letter(dane());
    legal.mandatory = true;
    legal.legal_notification = true;
    let to = |letter: &Letter<'_>, status, options: &Options| {
        told(&redirect(letter, Country::Denmark, Some(status), options).0)
    };
    let mandatory = [Right::MandatoryPost];
    let all = [Right::MandatoryPost, Right::LegalNotification];
    assert_eq!(
        to(&legal, Status::Reachable, &denmark(&mandatory)),
        "held legal-notification-not-allowed < digital person-decided < held legal-notification-not-allowed"
    );
    assert!(to(&legal, Status::Exempt, &denmark(&all)).starts_with("held exempt < digital"));
    assert!(to(&legal, Status::Reachable, &denmark(&all)).starts_with("digital person-decided"));
    let child = letter(RecipientId::Cpr(Cpr::from_digits("6101154000").unwrap()));
    assert!(to(&child, Status::Reachable, &denmark(&all)).starts_with("held minor < digital"));
    // A rule of the job that says digital by itself is a person's word as well.
    let own = "[[rules]]\nname = \"young\"\nsentence = \"s\"\nwhen = { minor = true }\nthen = \"digital\"\n";
    let own = Options {
        rules: options(own).unwrap().rules,
        ..denmark(&all)
    };
    assert!(to(&child, Status::Reachable, &own).starts_with("digital person-decided"));
}

const TOO_LARGE: Cause = Cause::TooLargeForChannel;
const TOO_THICK: Cause = Cause::TooThick;

#[test]
fn what_does_not_fit_falls_back_and_says_so() {
    let registry = Registry::of(&[(swede(ADULT), Status::Reachable, Some(KIVRA))]);
    let snapshot = registry.open();
    let router = Router::new(&Options::default(), Country::Sweden, Some(&snapshot), ON).unwrap();
    let after = |change: &dyn Fn(&mut Letter<'static>), findings: &[Finding], causes: &[Cause]| {
        let mut letter = letter(swede(ADULT));
        change(&mut letter);
        let mut decision = router.decide(&letter, findings);
        for cause in causes {
            decision = router.fall_back(&letter, findings, decision, *cause);
        }
        assert!(decision.fate == Fate::Digital || decision.operator.is_none());
        told(&decision)
    };
    let ordinary = |_: &mut Letter<'static>| {};
    assert_eq!(
        after(&ordinary, &[], &[TOO_LARGE]),
        "print too-large < digital reachable"
    );
    assert_eq!(
        after(&ordinary, &[], &[Cause::ContentNotAllowed]),
        "print content-not-digital < digital reachable"
    );
    assert_eq!(
        after(&ordinary, &[], &[TOO_LARGE, TOO_THICK]),
        "held too-thick < print too-large < digital reachable"
    );
    assert_eq!(
        after(&|l| l.wish = DeliveryWish::Digital, &[], &[TOO_LARGE]),
        "held digital-only < print too-large < digital reachable"
    );
    assert_eq!(
        after(&|l| l.legal_notification = true, &[], &[TOO_LARGE]),
        "held legal-notification < print too-large < digital reachable"
    );
    assert_eq!(
        after(&|l| l.recipient.address = None, &[], &[TOO_LARGE]),
        "held no-address < print too-large < digital reachable"
    );
    assert_eq!(
        after(&ordinary, &[finding(Code::PrintAddress)], &[TOO_LARGE]),
        "held address-does-not-fit < print too-large < digital reachable"
    );
    for (cause, reason) in [
        (Cause::Unprintable, "unprintable"),
        (Cause::NotRequestable, "not-requestable"),
        (Cause::TooHeavy, "too-heavy"),
        (Cause::AddressDoesNotFit, "address-does-not-fit"),
        (Cause::TooManyPages, "too-many-pages"),
        (TOO_THICK, "too-thick"),
    ] {
        assert_eq!(
            after(&|l| l.wish = DeliveryWish::Print, &[], &[cause]),
            format!("held {reason} < print print-wished")
        );
    }
    // Held and rejected letters stay as they are.
    assert_eq!(
        after(&ordinary, &[finding(Code::Schema)], &[TOO_LARGE]),
        "rejected schema.invalid"
    );
}

fn options(toml: &str) -> Result<Options, String> {
    toml::from_str(toml).map_err(|error| error.to_string())
}

#[test]
fn rules_of_the_job_file_come_first() {
    let options = options(
        r#"
        snapshot_days_max = 2
        [[rules]]
        name = "court-matters"
        sentence = "The court wants paper."
        when = { department = ["Court*"], process = ["decision-7", "summons"] }
        then = "print"
        [[rules]]
        name = "not-with-kivra"
        sentence = "No contract with this operator."
        when = { operator = ["165568402266"], wish = ["auto"] }
        then = "held"
        "#,
    )
    .unwrap();
    assert_eq!(options.snapshot_days_max, 2);
    let mut adult = letter(swede(ADULT));
    let route = |letter: &Letter<'_>| {
        told(&decide(
            letter,
            Country::Sweden,
            Some(Status::Reachable),
            &options,
            &[],
        ))
    };
    assert_eq!(route(&adult), "held not-with-kivra");
    adult.department = Some("Court of appeal".into());
    assert_eq!(route(&adult), "print court-matters");
    adult.process = Some("decision-8".into());
    assert_eq!(route(&adult), "held not-with-kivra");
    adult.wish = DeliveryWish::Digital;
    assert_eq!(route(&adult), "digital reachable");

    let router = Router::new(&options, Country::Sweden, None, ON).unwrap();
    assert_eq!(
        router.sentence("court-matters"),
        Some("The court wants paper.")
    );
    assert_eq!(router.sentence("minor"), route::sentence("minor"));
    assert_eq!(router.sentence("nothing-of-ours"), None);
}

#[test]
fn rules_lift_a_safeguard_only_by_naming_it() {
    let rule = |when: &str, then: &str| {
        options(&format!(
            "[[rules]]\nname = \"own\"\nsentence = \"Own.\"\nwhen = {{ {when} }}\nthen = \"{then}\"\n"
        ))
        .unwrap()
    };
    let route = |letter: &Letter<'_>, status, options: &Options| {
        told(&decide(letter, Country::Sweden, Some(status), options, &[]))
    };
    let mut legal = letter(swede(ADULT));
    legal.legal_notification = true;
    let by_department = rule("department = [\"Social services\"]", "print");
    assert_eq!(
        route(&legal, Status::Reachable, &by_department),
        "held legal-notification < print own"
    );
    let by_name = rule("legal_notification = true", "print");
    assert_eq!(route(&legal, Status::Reachable, &by_name), "print own");

    let adult = letter(swede(ADULT));
    assert_eq!(
        route(&adult, Status::Closed, &by_department),
        "held closed < print own"
    );
    let closed = rule("status = [\"closed\"]", "print");
    assert_eq!(route(&adult, Status::Closed, &closed), "print own");

    let mut paper = letter(swede(ADULT));
    paper.wish = DeliveryWish::Print;
    let digital = rule("department = [\"Social services\"]", "digital");
    assert_eq!(
        route(&paper, Status::Reachable, &digital),
        "print print-wished < digital own"
    );
    let named = rule("wish = [\"print\"]", "digital");
    assert_eq!(route(&paper, Status::Reachable, &named), "digital own");

    // What is impossible stays so: nobody sends to a mailbox that refuses, or that is none.
    for status in [Status::OptedOut, Status::NoMailbox, Status::Pending] {
        let named = rule(&format!("status = [\"{}\"]", status.name()), "digital");
        assert_eq!(
            route(&adult, status, &named),
            "print not-reachable < digital own"
        );
    }
    let mut early = letter(swede(ADULT));
    early.not_before = Some(date(2027, 1, 1));
    let named = rule("not_before_later = true", "print");
    assert_eq!(route(&early, Status::Reachable, &named), "print own");
}

#[test]
fn default_rules_can_be_left_out() {
    let options = options(
        "default_rules = \"none\"\n[[rules]]\nname = \"all-paper\"\nsentence = \"Strike.\"\n\
         when = { id = [\"person\"] }\nthen = \"print\"\n",
    )
    .unwrap();
    let route = |id| {
        told(&decide(
            &letter(id),
            Country::Sweden,
            Some(Status::Reachable),
            &options,
            &[],
        ))
    };
    assert_eq!(route(swede(ADULT)), "print all-paper");
    assert_eq!(route(dane()), "held no-rule");
}

#[test]
fn wrong_options_are_all_named() {
    for (toml, found) in [
        ("snapshot_days = 3", "unknown field `snapshot_days`"),
        (
            "[[rules]]\nname = \"a\"\nthen = \"paper\"",
            "unknown variant `paper`",
        ),
        (
            "[[rules]]\nname = \"a\"\nthen = \"print\"\nwhen = { wishes = [\"auto\"] }",
            "unknown field `wishes`",
        ),
        (
            "[[rules]]\nname = \"a\"\nthen = \"print\"\nwhen = { status = [\"gone\"] }",
            "unknown status `gone`",
        ),
        (
            "digital_channels = [\"e-boks\"]",
            "unknown variant `e-boks`",
        ),
    ] {
        let error = options(toml).unwrap_err();
        assert!(error.contains(found), "{error}");
    }
    let options = options(
        "default_rules = \"after\"\n[[rules]]\nname = \"No Mailbox\"\nsentence = \"x\"\nthen = \"print\"\n\
         [[rules]]\nname = \"no-mailbox\"\nsentence = \"x\"\nthen = \"print\"\n\
         [[rules]]\nname = \"own\"\nthen = \"print\"\nwhen = { department = [] }\n\
         [[rules]]\nname = \"own\"\nsentence = \"x\"\nthen = \"print\"\n",
    )
    .unwrap();
    let Err(Error::Options(faults)) = Router::new(&options, Country::Sweden, None, ON) else {
        panic!("these options cannot be used");
    };
    let all = faults.join("\n");
    for found in [
        "`No Mailbox`: a name is",
        "`no-mailbox`: the name has a meaning",
        "`own`: it needs a `sentence`",
        "`own`: `department` is an empty list",
        "`own`: the name is used twice",
    ] {
        assert!(all.contains(found), "{found} in {all}");
    }
    assert_eq!(faults.len(), 5);
}

#[test]
fn every_reason_has_its_row_in_the_docs() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/routing.md")).unwrap();
    let rows: Vec<_> = page
        .lines()
        .filter_map(|line| {
            line.strip_prefix("| `")?
                .split_once('`')
                .map(|(name, _)| name)
        })
        .collect();
    for (name, sentence) in REASONS {
        assert!(
            rows.contains(name),
            "docs/routing.md has no row for `{name}`"
        );
        assert!(
            page.contains(sentence),
            "docs/routing.md tells `{name}` otherwise"
        );
    }
    assert!(REASONS.is_sorted());
    for rule in Options::default().all_rules() {
        assert!(route::sentence(&rule.name).is_some(), "{}", rule.name);
    }
    assert!(Options::default().all_rules().count() > 20);
    for code in Code::ALL {
        assert!(route::sentence(code.name()).is_some());
    }
}

#[test]
fn every_status_of_every_country_ends_in_a_rule() {
    for country in [Country::Sweden, Country::Denmark] {
        for status in Status::ALL {
            for id in [swede(ADULT), dane(), company()] {
                let decision = decide(&letter(id), country, Some(*status), &denmark(&[]), &[]);
                assert_ne!(decision.reason.name(), "no-rule", "{country:?} {status:?}");
            }
        }
    }
}

#[test]
fn every_finding_has_its_row_in_the_docs() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/findings.md")).unwrap();
    let rows: Vec<(String, String)> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .filter_map(|(name, rest)| Some((name.to_owned(), rest.split_once(" |")?.0.to_owned())))
        .collect();
    let codes: Vec<(String, String)> = Code::ALL
        .iter()
        .map(|code| {
            use lettermill::finding::Consequence::{NotDigital, NotPrint, Note, Reject};
            let consequence = match code.consequence() {
                Note => "note",
                NotDigital => "not digital",
                NotPrint => "not print",
                Reject => "reject",
            };
            (code.name().to_owned(), consequence.to_owned())
        })
        .collect();
    let mut sorted = codes;
    sorted.sort();
    assert_eq!(rows, sorted);
}
