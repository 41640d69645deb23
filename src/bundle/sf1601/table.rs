//! The elements of a `ForsendelseI`: which stand in which, in what order, how often, and what their texts may be. The
//! writer takes its names and limits from here, both readers their order. Source: facts/denmark.md §4.2 and the schemas
//! named there.

use super::values::Kind;

/// Namespaces, by the prefix that our own requests use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    Adir,
    Dkal,
    /// DKCC of 13-02-2003: house, floor, door, country.
    Dkcc,
    /// DKCC of 15-03-2005: street, post code, district.
    Dkcc3,
    /// DKCC of 13-05-2005: post office box.
    Dkcc5,
    /// DKCC of 19-05-2005: address lines.
    Dkcc6,
    Fp,
    Itst,
    Sd,
}

impl Prefix {
    /// In the order in which they are declared.
    pub(super) const ALL: [Self; 9] = [
        Self::Adir,
        Self::Dkal,
        Self::Dkcc,
        Self::Dkcc3,
        Self::Dkcc5,
        Self::Dkcc6,
        Self::Fp,
        Self::Itst,
        Self::Sd,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Adir => "adir",
            Self::Dkal => "dkal",
            Self::Dkcc => "dkcc",
            Self::Dkcc3 => "dkcc3",
            Self::Dkcc5 => "dkcc5",
            Self::Dkcc6 => "dkcc6",
            Self::Fp => "fp",
            Self::Itst => "itst",
            Self::Sd => "sd",
        }
    }

    pub(super) fn namespace(self) -> &'static str {
        match self {
            Self::Adir => "urn:oio:adir:dagpenge:2009.07.01",
            Self::Dkal => "urn:oio:dkal:1.0.0",
            Self::Dkcc => "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2003/02/13/",
            Self::Dkcc3 => "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/03/15/",
            Self::Dkcc5 => "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/05/13/",
            Self::Dkcc6 => "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/05/19/",
            Self::Fp => "urn:oio:fjernprint:1.0.0",
            Self::Itst => "http://rep.oio.dk/itst.dk/xml/schemas/2006/01/17/",
            Self::Sd => "urn:oio:sagdok:3.0.0",
        }
    }

    pub(super) fn of_namespace(namespace: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|prefix| prefix.namespace() == namespace)
    }
}

/// An element.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) prefix: Prefix,
    pub(super) name: &'static str,
    pub(super) content: Content,
}

/// What is in an element.
#[derive(Debug)]
pub(super) enum Content {
    Text(Kind),
    /// Its children are one of these sequences.
    OneOf(&'static [&'static [Child]]),
    /// Not looked into.
    Anything,
}

/// An element within another, this often.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) element: &'static Element,
    pub(super) least: usize,
    pub(super) most: usize,
}

impl std::fmt::Display for Element {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.prefix.name(), self.name)
    }
}

/// Attribute of `CountryIdentificationCode`; we write the two letters of ISO 3166-1.
pub(super) const COUNTRY_SCHEME: &str = " scheme=\"iso3166-alpha2\"";
pub(super) const COUNTRY_SCHEMES: [&str; 4] =
    ["iso3166-alpha2", "iso3166-alpha3", "un-numeric3", "imk"];

const CODES_CHOICE: &[&str] = &["Digital Post", "Fysisk Post"];
const CODES_COLOUR: &[&str] = &["SH", "Farve"];
const CODES_ENVELOPE: &[&str] = &["C4", "C5", "MA"];
const CODES_POSTAGE: &[&str] = &[
    "Prioritaire",
    "Economique",
    "Bulk",
    "Rekommanderet",
    "Rekommanderet med modtagerbevis",
    "Forkyndelse",
];
const CODES_RECEIPT: &[&str] = &["Alle", "Ingen", "Kun fejl"];
const CODES_SIDES: &[&str] = &["Simplex", "Duplex"];

macro_rules! child {
    (one $element:ident) => {
        child!(1 1 $element)
    };
    (opt $element:ident) => {
        child!(0 1 $element)
    };
    ($least:literal $most:literal $element:ident) => {
        Child { element: &$element, least: $least, most: $most }
    };
}

macro_rules! leaves {
    ($($prefix:ident { $($constant:ident = $name:literal $kind:expr;)+ })+) => {$($(
        pub(super) static $constant: Element = Element {
            prefix: Prefix::$prefix,
            name: $name,
            content: Content::Text($kind),
        };
    )+)+};
}

macro_rules! nodes {
    ($($prefix:ident { $($constant:ident = $name:literal $([$($times:ident $child:ident),+ $(,)?])or+;)+ })+) => {$($(
        pub(super) static $constant: Element = Element {
            prefix: Prefix::$prefix,
            name: $name,
            content: Content::OneOf(&[$(&[$(child!($times $child)),+]),+]),
        };
    )+)+};
}

leaves! {
    Adir {
        CPR_NUMBER = "CPRnummerIdentifikator" Kind::Cpr;
        CVR_NUMBER = "CVRnummerIdentifikator" Kind::Text(8, 8);
    }
    Dkal {
        ENCLOSURE_DATA = "VedhaeftningIndholdData" Kind::Base64;
        ENCLOSURE_ID = "BilagIdentifikator" Kind::Text(0, 10);
        ENCLOSURE_URL = "VedhaeftningIndholdURLreference" Kind::Text(0, 2_000);
        FILE_FORMAT = "FilformatNavn" Kind::Text(0, 10);
        FILE_DATA = "MeddelelseIndholdData" Kind::Base64;
    }
    Dkcc {
        COUNTRY = "CountryIdentificationCode" Kind::Country;
        DOOR = "SuiteIdentifier" Kind::Text(1, 4);
        FLOOR = "FloorIdentifier" Kind::Floor;
        HOUSE = "StreetBuildingIdentifier" Kind::House;
        SUBLOCATION = "MailDeliverySublocationIdentifier" Kind::Text(1, 34);
    }
    Dkcc3 {
        DISTRICT = "DistrictSubdivisionIdentifier" Kind::Text(1, 34);
        POST_CODE = "PostCodeIdentifier" Kind::PostCode;
        STREET = "StreetName" Kind::Text(1, 40);
    }
    Dkcc5 {
        POST_BOX = "PostOfficeBoxIdentifier" Kind::Number(1, 9_999);
    }
    Dkcc6 {
        LINE_1 = "PostalAddressFirstLineText" Kind::Text(0, 34);
        LINE_2 = "PostalAddressSecondLineText" Kind::Text(0, 34);
        LINE_3 = "PostalAddressThirdLineText" Kind::Text(0, 34);
        LINE_4 = "PostalAddressFourthLineText" Kind::Text(0, 34);
        LINE_5 = "PostalAddressFifthLineText" Kind::Text(0, 34);
        LINE_6 = "PostalAddressSixthLineText" Kind::Text(0, 34);
    }
    Fp {
        ADDRESS_CHANGE = "InformationVedAdresseAendringIndikator" Kind::Boolean;
        ALLOCATION = "AllokeringsIdentifikator" Kind::Number(1, u64::MAX);
        CHANNEL = "KanalKode" Kind::Code(CODES_CHOICE);
        COLOUR = "FarveSHKode" Kind::Code(CODES_COLOUR);
        COST_CENTRE = "KonteringsGruppeTekst" Kind::Text(0, 2_000);
        CO_NAME = "CoNavn" Kind::Text(1, 130);
        DEPARTMENT = "EnhedTekst" Kind::Text(0, 2_000);
        ENCLOSURE_INDEX = "BilagSorteringsIndeksIdentifikator" Kind::Number(0, u64::MAX);
        ENCLOSURE_INLINE = "VedhaeftSomIndholdDataIndikator" Kind::Boolean;
        ENCLOSURE_NAME = "BilagNavn" Kind::Text(0, 300);
        ENVELOPE = "KuvertTypeKode" Kind::Code(CODES_ENVELOPE);
        IMPRINT_DATE = "PaatrykBrevdatoIndikator" Kind::Boolean;
        IMPRINT_RECIPIENT = "PaatrykModtagerAdresseIndikator" Kind::Boolean;
        IMPRINT_SENDER = "PaatrykAfsenderAdresseIndikator" Kind::Boolean;
        MAILING_ID = "MasseForsendelseIdentifikator" Kind::Text(1, 38);
        PAGES = "SideKvantitet" Kind::Number(0, u64::MAX);
        POSTAGE = "PostKategoriKode" Kind::Code(CODES_POSTAGE);
        RECEIPT = "KvitteringsTypeKode" Kind::Code(CODES_RECEIPT);
        RECEIPT_EMAIL = "KvitteringsEmail" Kind::Email;
        RETURN_MAIL = "ReturposthaandteringHosLeverandoerIndikator" Kind::Boolean;
        SHIPMENT_ID = "AfsendelseIdentifikator" Kind::Text(1, 38);
        SHIPMENT_TYPE = "ForsendelseTypeIdentifikator" Kind::Number(1, u64::MAX);
        SIDES = "SimplexDuplexKode" Kind::Code(CODES_SIDES);
        TIME = "TransaktionsDatoTid" Kind::DateTime;
        URGENT = "HasteBrevIndikator" Kind::Boolean;
        USER = "BrugerNavn" Kind::Text(1, 2_000);
    }
    Itst {
        NAME = "PersonName" Kind::Text(1, 130);
    }
    Sd {
        DATE = "BrevDato" Kind::Date;
        TITLE = "TitelTekst" Kind::Text(0, usize::MAX);
        UUID = "UUIDIdentifikator" Kind::Text(0, usize::MAX);
    }
}

/// Legacy: only for digital post that goes through the print vendor (facts/denmark.md §4.2).
static DIGITAL_PARAMETERS: Element = Element {
    prefix: Prefix::Fp,
    name: "DigitalPostParametre",
    content: Content::Anything,
};
static FORMAT_OBJECT: Element = Element {
    prefix: Prefix::Fp,
    name: "MeddelelsesFormatObjekt",
    content: Content::Anything,
};
static ENCLOSURES: Element = Element {
    prefix: Prefix::Fp,
    name: "BilagSamling",
    content: Content::OneOf(&[&[child!(1 100 ENCLOSURE)]]),
};

nodes! {
    Dkal {
        RECIPIENT_ID = "AfsendelseModtager" [one CPR_NUMBER] or [one CVR_NUMBER];
    }
    Fp {
        COLLECTION = "ForsendelseISamling" [one SHIPMENT];
        SHIPMENT = "ForsendelseI" [one SHIPMENT_ID, opt SHIPMENT_TYPE, opt RECIPIENT, one FILE_FORMAT, one FILE_DATA,
            opt TRANSACTION, one DOCUMENT, opt COMMON, opt PRINT, opt DIGITAL_PARAMETERS, opt POST, opt ENCLOSURES];
        RECIPIENT = "ForsendelseModtager" [opt RECIPIENT_ID, opt RECIPIENT_ADDRESS];
        RECIPIENT_ADDRESS = "ModtagerAdresse"
            [one NAME, opt CO_NAME, one STREET, one HOUSE, opt FLOOR, opt DOOR, opt SUBLOCATION, one POST_CODE,
                opt DISTRICT, opt POST_BOX, one COUNTRY]
            or [one NAME, one LINE_1, opt LINE_2, opt LINE_3, opt LINE_4, opt LINE_5, opt LINE_6, opt POST_CODE,
                one COUNTRY];
        SENDER = "ForsendelseAfsender" [opt SENDER_ADDRESS];
        SENDER_ADDRESS = "AfsenderAdresse"
            [one NAME, opt CO_NAME, one STREET, one HOUSE, opt FLOOR, opt DOOR, opt SUBLOCATION, one POST_CODE,
                opt DISTRICT, opt POST_BOX, one COUNTRY]
            or [one NAME, one LINE_1, opt LINE_2, opt LINE_3, opt LINE_4, opt LINE_5, opt LINE_6, opt POST_CODE,
                one COUNTRY];
        TRANSACTION = "TransaktionsParametreI" [opt TIME, opt MAILING_ID, opt RECEIPT, opt RECEIPT_EMAIL];
        DOCUMENT = "DokumentParametre" [opt TITLE, opt UUID, opt DATE, opt FORMAT_OBJECT];
        COMMON = "KanalUafhaengigeParametreI" [opt DEPARTMENT, one USER, opt COST_CENTRE, opt SENDER, opt IMPRINT_SENDER,
            opt IMPRINT_RECIPIENT, opt IMPRINT_DATE, opt CHANNEL, opt URGENT];
        PRINT = "PrintParametre" [opt SIDES, opt COLOUR, opt ENVELOPE];
        POST = "PostParametre" [opt POSTAGE, opt ALLOCATION, opt RETURN_MAIL, opt ADDRESS_CHANGE, opt PAGES];
        ENCLOSURE = "Bilag"
            [one ENCLOSURE_NAME, one FILE_FORMAT, one ENCLOSURE_INDEX, one ENCLOSURE_ID]
            or [one ENCLOSURE_NAME, one FILE_FORMAT, one ENCLOSURE_INDEX, one ENCLOSURE_DATA]
            or [one ENCLOSURE_NAME, one FILE_FORMAT, one ENCLOSURE_INDEX, opt ENCLOSURE_URL, opt ENCLOSURE_INLINE];
    }
}

/// Address lines, in order.
pub(super) static LINES: [&Element; 6] = [&LINE_1, &LINE_2, &LINE_3, &LINE_4, &LINE_5, &LINE_6];
