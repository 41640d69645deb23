//! What is written: schemas, signatures, limits, refusals.

use std::cell::RefCell;
use std::fs;
use std::process::Command;

use lettermill::bundle::sf1601::{
    AddressWish, Choice, MemoDocument, Options, Paper, Sealer, inspect, is_kombi_request, verify,
};
use lettermill::bundle::{Format, Refusal, Role, Seal, Sealed, key_of, message_id};
use lettermill::letter::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rayon::prelude::*;

use crate::common::*;
use crate::letters;
use crate::tools::{has, openssl, run_ok, signer};

fn memo_of(sealed: &Sealed) -> Option<String> {
    let memo = verify(&sealed.bytes).unwrap().memo?;
    Some(String::from_utf8(memo.to_vec()).unwrap())
}

#[test]
fn every_letter_in_every_form_is_valid() {
    let printer = Printer::new();
    let (mut shipments, mut memos) = (Vec::new(), Vec::new());
    for options in [Options::default(), full_options()] {
        let sealer = sealer(options);
        for letter in all_letters() {
            let bound = printer.bind(&letter);
            let paper = paper(&bound);
            let print = sealer.seal_print(&letter, &paper).unwrap();
            let automatic = sealer.seal_automatic(&letter, &paper).unwrap();
            let digital = sealer.seal_digital(&letter).unwrap();
            assert_eq!(digital, sealer.seal(&[&letter]).unwrap());
            let notices = usize::from(letter.notification.is_some());
            assert_eq!((automatic.len(), digital.len()), (1 + notices, 1 + notices));
            let id = id_of(&letter.id);
            let all = [vec![print], automatic, digital].concat();
            for sealed in &all {
                let verified = verify(&sealed.bytes).unwrap();
                assert_eq!(verified.message_uuid, sealed.message_id.to_string());
                assert_eq!(sealed.letters, [id]);
                assert_eq!(sealed.request_bytes, sealed.bytes.len() as u64);
                assert_eq!((sealed.message_id == id), sealed.role == Role::Letter);
                assert_eq!(
                    verified.choice == Choice::NemSms,
                    sealed.role == Role::Notice
                );
                assert_eq!(verified.choice.has_paper(), verified.paper.is_some());
                assert_eq!(verified.choice.has_memo(), verified.memo.is_some());
                if let Some(form) = verified.paper {
                    assert_eq!(form.pages, u64::from(bound.pages));
                    assert_eq!(form.pdf_bytes, bound.pdf.len() as u64);
                    assert_eq!(verified.mailing_id.as_deref(), Some("M-1"));
                    shipments.push(shipment(&sealed.bytes).to_owned());
                }
                memos.extend(memo_of(sealed));
                assert!(is_kombi_request(&sealed.bytes));
                let inspected = inspect(&sealed.bytes);
                assert_eq!(inspected.faults, Vec::<String>::new());
                assert_eq!(inspected.choice, Some(verified.choice));
                assert_eq!(inspected.pages, verified.paper.map(|form| form.pages));
                let text = String::from_utf8_lossy(&sealed.bytes);
                let of_paper = verified.paper.map_or("", |_| shipment(&sealed.bytes));
                assert!(
                    !of_paper.contains("6101900019"),
                    "a person's number on paper"
                );
                assert!(!text.contains("Skjulevej"), "a protected address");
            }
        }
    }
    assert!(shipments.len() >= 40 && memos.len() >= 40);
    assert_valid(FORSENDELSE, &shipments);
    assert_valid(MEMO, &memos);
}

#[test]
fn a_request_is_well_formed_and_its_signature_is_over_its_bytes() {
    let letter = &all_letters()[1];
    let sealed = sealer(full_options())
        .seal_automatic(letter, &tiny_paper())
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("request.xml"), &sealed[0].bytes).unwrap();
    fs::write(at("request.sig"), sealed[0].signature.as_ref().unwrap()).unwrap();
    fs::write(at("cert.der"), signer().certificate_der()).unwrap();
    if has("xmllint") {
        run_ok(
            Command::new("xmllint")
                .arg("--noout")
                .arg(at("request.xml")),
        );
    }
    openssl(
        folder.path(),
        "x509 -inform DER -in cert.der -pubkey -noout -out key.pem",
    );
    openssl(
        folder.path(),
        "dgst -sha256 -verify key.pem -signature request.sig request.xml",
    );
}

#[test]
fn every_element_has_its_value() {
    let mut letter = letters::bill();
    letter.recipient.id = cpr();
    letter.cost_centre = Some("4711".into());
    let paper = Paper {
        postage: Postage::Priority,
        ..tiny_paper()
    };
    let sealed = sealer(full_options()).seal_print(&letter, &paper).unwrap();
    let id = id_of("L-1");
    let form = shipment(&sealed.bytes);
    let (_, inside) = form.split_once('>').unwrap();
    let expected = format!(
        "<fp:AfsendelseIdentifikator>{id}</fp:AfsendelseIdentifikator>\
<fp:ForsendelseTypeIdentifikator>265</fp:ForsendelseTypeIdentifikator>\
<fp:ForsendelseModtager><dkal:AfsendelseModtager><adir:CPRnummerIdentifikator>0000000000</adir:CPRnummerIdentifikator>\
</dkal:AfsendelseModtager><fp:ModtagerAdresse><itst:PersonName>Søren Øllgård Prøvesen</itst:PersonName>\
<dkcc3:StreetName>Æblevænget</dkcc3:StreetName><dkcc:StreetBuildingIdentifier>7</dkcc:StreetBuildingIdentifier>\
<dkcc:FloorIdentifier>2</dkcc:FloorIdentifier><dkcc:SuiteIdentifier>tv</dkcc:SuiteIdentifier>\
<dkcc3:PostCodeIdentifier>1234</dkcc3:PostCodeIdentifier>\
<dkcc:CountryIdentificationCode scheme=\"iso3166-alpha2\">DK</dkcc:CountryIdentificationCode></fp:ModtagerAdresse>\
</fp:ForsendelseModtager><dkal:FilformatNavn>pdf</dkal:FilformatNavn>\
<dkal:MeddelelseIndholdData>JVBERi0xLjYKJSVFT0YK</dkal:MeddelelseIndholdData><fp:TransaktionsParametreI>\
<fp:MasseForsendelseIdentifikator>M-1</fp:MasseForsendelseIdentifikator>\
<fp:KvitteringsTypeKode>Kun fejl</fp:KvitteringsTypeKode>\
<fp:KvitteringsEmail>kvittering@eksempelkoebing.example</fp:KvitteringsEmail></fp:TransaktionsParametreI>\
<fp:DokumentParametre><sd:TitelTekst>Opkrævning for daginstitution, april 2026</sd:TitelTekst>\
<sd:UUIDIdentifikator>{id}</sd:UUIDIdentifikator><sd:BrevDato>2026-11-26</sd:BrevDato></fp:DokumentParametre>\
<fp:KanalUafhaengigeParametreI><fp:EnhedTekst>Børn og Unge</fp:EnhedTekst>\
<fp:BrugerNavn>Nathold &amp; &lt;drift&gt;</fp:BrugerNavn><fp:KonteringsGruppeTekst>4711</fp:KonteringsGruppeTekst>\
<fp:ForsendelseAfsender><fp:AfsenderAdresse><itst:PersonName>Eksempelkøbing Kommune</itst:PersonName>\
<dkcc3:StreetName>Rådhustorvet</dkcc3:StreetName><dkcc:StreetBuildingIdentifier>1</dkcc:StreetBuildingIdentifier>\
<dkcc3:PostCodeIdentifier>1234</dkcc3:PostCodeIdentifier>\
<dkcc:CountryIdentificationCode scheme=\"iso3166-alpha2\">DK</dkcc:CountryIdentificationCode></fp:AfsenderAdresse>\
</fp:ForsendelseAfsender><fp:PaatrykAfsenderAdresseIndikator>false</fp:PaatrykAfsenderAdresseIndikator>\
<fp:PaatrykModtagerAdresseIndikator>true</fp:PaatrykModtagerAdresseIndikator>\
<fp:PaatrykBrevdatoIndikator>false</fp:PaatrykBrevdatoIndikator><fp:HasteBrevIndikator>true</fp:HasteBrevIndikator>\
</fp:KanalUafhaengigeParametreI><fp:PrintParametre><fp:SimplexDuplexKode>Duplex</fp:SimplexDuplexKode>\
<fp:FarveSHKode>SH</fp:FarveSHKode><fp:KuvertTypeKode>C5</fp:KuvertTypeKode></fp:PrintParametre><fp:PostParametre>\
<fp:PostKategoriKode>Prioritaire</fp:PostKategoriKode><fp:AllokeringsIdentifikator>7</fp:AllokeringsIdentifikator>\
<fp:ReturposthaandteringHosLeverandoerIndikator>true</fp:ReturposthaandteringHosLeverandoerIndikator>\
<fp:InformationVedAdresseAendringIndikator>false</fp:InformationVedAdresseAendringIndikator>\
<fp:SideKvantitet>1</fp:SideKvantitet></fp:PostParametre></fp:ForsendelseI>"
    );
    assert_eq!(inside, expected);
    let text = String::from_utf8(sealed.bytes.clone()).unwrap();
    assert!(text.starts_with(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><kombi_request><KombiValgKode>Fysisk Post</KombiValgKode>\
<fp:ForsendelseISamling xmlns:fp=\"urn:oio:fjernprint:1.0.0\"><fp:ForsendelseI "
    ));
    assert!(text.ends_with("</fp:ForsendelseI></fp:ForsendelseISamling></kombi_request>"));
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let of = |letter: &Letter<'_>, options| sealer(options).seal_print(letter, &tiny_paper());
    let refused = |letter: &Letter<'_>| match of(letter, full_options()) {
        Err(Refusal::ContentNotAllowed { found, allowed }) => format!("{found}; {allowed}"),
        other => panic!("{other:?}"),
    };
    let with = |address: Address<'static>| {
        let mut letter = letters::bill();
        letter.recipient.address = Some(address);
        letter
    };
    let lines = |lines: &[&str]| Address {
        country: None,
        form: AddressForm::Lines(lines.iter().map(|line| line.to_string().into()).collect()),
    };
    let long = with(lines(&["a", &"ø".repeat(35)]));
    assert_eq!(
        refused(&long),
        "`dkcc6:PostalAddressSecondLineText` would get a text of 35 characters; SF1601 takes 0 to 34 characters"
    );
    assert!(of(&long, Options::default()).is_ok()); // It is in the PDF alone.
    assert!(of(&with(lines(&["a", &"ø".repeat(34)])), full_options()).is_ok());
    let seven = with(lines(&["1", "2", "3", "4", "5", "6", "7"]));
    assert_eq!(
        refused(&seven),
        "the address has 7 lines; SF1601 takes 1 to 6"
    );
    let swedish_code = with(letters::parts("Prøvevej 1", "123 45", "Byen"));
    assert!(refused(&swedish_code).contains("`dkcc3:PostCodeIdentifier`"));
    let mut name = letters::bill();
    name.recipient.name = "å".repeat(131).into();
    assert!(refused(&name).contains("`itst:PersonName` would get a text of 131"));
    let mut inserts = letters::bill();
    inserts.print.inserts = vec!["svarkuvert".into()];
    assert!(refused(&inserts).contains("1 inserts"));
    let mut department = letters::bill();
    department.department = Some("ø".repeat(2_001).into());
    assert!(refused(&department).contains("`fp:EnhedTekst`"));
    let mut control = letters::bill();
    control.subject = "a\u{1}".into();
    assert!(refused(&control).contains("U+0001"));
    let mut swedish = letters::bill();
    swedish.recipient.id = RecipientId::Person(PersonNumber::from_digits("181501019806").unwrap());
    assert!(matches!(
        of(&swedish, full_options()),
        Err(Refusal::NotRepresentable { .. })
    ));
}

#[test]
fn a_pdf_may_be_as_large_as_the_limit_and_no_larger() {
    let pdf = vec![b' '; 1_000];
    let paper = |bytes: usize| Paper {
        pdf: &pdf[..bytes],
        ..tiny_paper()
    };
    let sealer = sealer(Options {
        pdf_bytes_max: 999,
        ..Options::default()
    });
    let letter = letters::bill();
    assert!(sealer.seal_print(&letter, &paper(999)).is_ok());
    for refusal in [
        sealer.seal_print(&letter, &paper(1_000)).unwrap_err(),
        sealer.seal_automatic(&letter, &paper(1_000)).unwrap_err(),
    ] {
        assert!(matches!(
            refusal,
            Refusal::TooLarge {
                bytes: 1_000,
                bytes_max: 999
            }
        ));
    }
}

struct Odd(&'static [u8]);

impl lettermill::bundle::sf1601::Memo for Odd {
    fn memos(&self, _: &Letter<'_>) -> Result<Vec<MemoDocument>, Refusal> {
        Ok(vec![MemoDocument {
            id: message_id("a", "b"),
            role: Role::Letter,
            bytes: self.0.to_vec(),
        }])
    }
}

#[test]
fn a_sealer_asks_for_a_danish_sender_and_a_bare_memo() {
    let new = |options, header: &Header, memo| {
        Sealer::new(options, signer(), Box::new(Odd(memo)), header, DAY)
    };
    let swedish = new(Options::default(), &letters::header("SE"), b"");
    assert!(swedish.unwrap_err().to_string().contains("not Danish"));
    let mut long = header();
    long.sender.return_address = letters::parts(&"x".repeat(40), "1234", "By");
    let said = new(full_options(), &long, b"").unwrap_err().to_string();
    assert!(said.contains("PostalAddressFirstLineText"), "{said}");
    let imprint = Options {
        recipient_address: AddressWish::Omit,
        ..full_options()
    };
    let said = new(imprint, &header(), b"").unwrap_err().to_string();
    assert!(said.contains("imprint_recipient_address"), "{said}");
    for memo in [
        b"".as_slice(),
        b"<?xml version=\"1.0\"?><memo:Message x></memo:Message>",
    ] {
        let sealer = new(Options::default(), &header(), memo).unwrap();
        assert_eq!(sealer.format(), Format::Sf1601);
        assert!(matches!(
            sealer.seal_digital(&letters::bill()),
            Err(Refusal::ContentNotAllowed { .. })
        ));
        let two = [&letters::bill(), &letters::bill()];
        assert!(matches!(sealer.seal(&two), Err(Refusal::Together)));
    }
}

#[test]
fn a_long_mailing_id_is_left_out() {
    for (length, there) in [(38, true), (39, false)] {
        let mut header = header();
        header.mailing_id = "M".repeat(length);
        let memo = Box::new(TestMemo(key_of(&header)));
        let sealer = Sealer::new(Options::default(), signer(), memo, &header, DAY).unwrap();
        let sealed = sealer.seal_print(&letters::bill(), &tiny_paper()).unwrap();
        let verified = verify(&sealed.bytes).unwrap();
        assert_eq!(verified.mailing_id.is_some(), there);
        assert_valid(FORSENDELSE, &[shipment(&sealed.bytes).to_owned()]);
    }
}

#[test]
fn the_same_letters_give_the_same_bytes_on_any_thread() {
    let letters = all_letters();
    let sealer = sealer(full_options());
    let seal = |letter: &Letter<'_>| sealer.seal_automatic(letter, &tiny_paper()).unwrap();
    let one: Vec<_> = letters.iter().map(seal).collect();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(4)
        .build()
        .unwrap();
    let many: Vec<_> = pool.install(|| letters.par_iter().map(seal).collect());
    assert_eq!(one, many);
}

/// Texts of every length up to the limits and a little beyond, with characters that need care.
fn text(most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            8 => proptest::char::range('a', 'z'),
            2 => proptest::sample::select(vec!['Æ', 'ø', 'Å', '&', '<', '>', '"', '\'', ']', '\t', '\n', '\r', '𝄞']),
            1 => Just(' '),
        ],
        1..=most,
    )
    .prop_map(|characters| characters.into_iter().collect())
}

fn address() -> impl Strategy<Value = Address<'static>> {
    let street = prop_oneof![
        text(36),
        ("[A-ZÆØÅa-zæøå. ]{1,44} [0-9]{1,4}[A-Za-z]?(, ?([0-9]{1,3}|st|kl|k[0-9])\\.?( (th|tv|mf|[0-9]{1,5})\\.?)?)?"),
    ];
    let country = || proptest::option::of("DK|SE|GL|[A-Z]{2}|[A-Z]{1,4}");
    let with = |country: Option<String>, form| Address {
        country: country.map(Into::into),
        form,
    };
    let town = ("[0-9]{3,5}", text(30));
    let parts = (country(), proptest::option::of(text(132)), street, town).prop_map(
        move |(country, care_of, street, (postal_code, city))| {
            let form = AddressForm::Parts {
                care_of: care_of.map(Into::into),
                street: street.into(),
                postal_code: postal_code.into(),
                city: city.into(),
            };
            with(country, form)
        },
    );
    let lines = proptest::collection::vec(text(35), 0..8);
    let lines = (country(), lines).prop_map(move |(country, lines)| {
        let lines = lines.into_iter().map(Into::into).collect();
        with(country, AddressForm::Lines(lines))
    });
    prop_oneof![3 => parts, 1 => lines]
}

fn any_letter() -> impl Strategy<Value = Letter<'static>> {
    let id = prop_oneof![
        Just(cpr()),
        Just(RecipientId::Cvr(Cvr::from_digits("27355021").unwrap())),
        Just(RecipientId::None),
    ];
    (
        (
            id,
            text(132),
            proptest::option::of(text(36)),
            address(),
            any::<bool>(),
        ),
        (
            text(255),
            proptest::option::of(text(200)),
            proptest::option::of(text(200)),
        ),
        0..5_usize,
    )
        .prop_map(|(recipient, texts, postage)| {
            let mut letter = letters::bill();
            letter.recipient.id = recipient.0;
            letter.recipient.name = recipient.1.into();
            letter.recipient.attention = recipient.2.map(Into::into);
            letter.recipient.address = Some(recipient.3);
            letter.recipient.address_protected = recipient.4;
            letter.subject = texts.0.into();
            letter.department = texts.1.map(Into::into);
            letter.cost_centre = texts.2.map(Into::into);
            letter.print.postage = [
                Postage::Economy,
                Postage::Standard,
                Postage::Priority,
                Postage::Registered,
                Postage::Legal,
            ]
            .get(postage)
            .copied();
            letter
        })
}

/// Any letter is refused, or is valid and reads back.
#[test]
fn any_letter_is_refused_or_valid() {
    let config = Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    };
    let sealer = sealer(full_options());
    let shipments = RefCell::new(Vec::new());
    let refused = RefCell::new(0);
    TestRunner::new(config)
        .run(&any_letter(), |letter| {
            let paper = Paper {
                postage: letter.print.postage.unwrap(),
                ..tiny_paper()
            };
            match sealer.seal_print(&letter, &paper) {
                Ok(sealed) => {
                    let verified = verify(&sealed.bytes).map_err(TestCaseError::fail)?;
                    prop_assert_eq!(verified.choice, Choice::Physical);
                    prop_assert_eq!(inspect(&sealed.bytes).faults, Vec::<String>::new());
                    shipments
                        .borrow_mut()
                        .push(shipment(&sealed.bytes).to_owned());
                }
                Err(refusal) => {
                    let said = refusal.to_string();
                    let name = letter.recipient.name.as_ref();
                    prop_assert!(name.chars().count() < 8 || !said.contains(name));
                    *refused.borrow_mut() += 1;
                }
            }
            Ok(())
        })
        .unwrap();
    let shipments = shipments.into_inner();
    assert!(
        shipments.len() > 60,
        "{} of 300 were written",
        shipments.len()
    );
    assert!(refused.into_inner() > 20);
    assert_valid(FORSENDELSE, &shipments);
}
