//! The elements of MeMo 1.1 and 1.2: which stand in which, in what order, how often, and what their texts may be.
//! The writer takes its names and limits from here, both readers their order; `tests/digital_post` compares the table
//! with the official schemas. Source: facts/denmark.md §1.1 to §1.4.

use super::MemoVersion;

/// What an element belongs to; `memo:` must be written so, and the others are by custom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    Memo,
    Dmv,
    Form,
    Gln,
    Grd,
    Kle,
    Sor,
    Udd,
}

impl Prefix {
    const ALL: [Self; 8] = [
        Self::Memo,
        Self::Dmv,
        Self::Form,
        Self::Gln,
        Self::Grd,
        Self::Kle,
        Self::Sor,
        Self::Udd,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Memo => "memo",
            Self::Dmv => "dmv",
            Self::Form => "form",
            Self::Gln => "gln",
            Self::Grd => "grd",
            Self::Kle => "kle",
            Self::Sor => "sor",
            Self::Udd => "udd",
        }
    }

    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name().as_bytes() == name)
    }

    pub(super) fn namespace(self) -> &'static str {
        match self {
            Self::Memo => "https://DigitalPost.dk/MeMo-1",
            Self::Dmv => "https://motorregister.skat.dk/",
            Self::Form => "http://www.form-online.dk/",
            Self::Gln => {
                "https://www.gs1.dk/gs1-standarder/identifikation/gln-global-location-number/"
            }
            Self::Grd => "https://data.gov.dk/model/core/",
            Self::Kle => "http://kle-online.dk/",
            Self::Sor => "https://services.nsi.dk/en/Services/SOR",
            Self::Udd => {
                "https://www.dst.dk/da/TilSalg/Forskningsservice/Dokumentation/hoejkvalitetsvariable/elevregister-2/udd#"
            }
        }
    }

    /// Whether our own messages declare it; the others they do not use.
    pub(super) fn is_declared(self) -> bool {
        !matches!(self, Self::Gln | Self::Sor)
    }

    pub(super) fn of_namespace(namespace: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.namespace() == namespace)
    }
}

/// The kinds of texts: facts/denmark.md §1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `DIGITALPOST` or `NEMSMS`.
    MessageType,
    /// UUID, version 4.
    Uuid,
    /// At most so many characters.
    Text(usize),
    /// `xs:anyURI`, at most 256 characters.
    Uri,
    /// One or two letters.
    Language,
    /// `xs:dateTime` with a literal `Z`.
    DateTime,
    /// `xs:date`.
    Date,
    /// `xs:boolean`.
    Boolean,
    /// `xs:base64Binary`.
    Base64,
    /// `xs:long` up to this.
    Number(i64),
}

/// `memoTextType`.
const TEXT: Kind = Kind::Text(256);
/// `memoCommentType`.
const COMMENT: Kind = Kind::Text(512);
/// `memoNotificationType`.
const NOTIFICATION_TEXT: Kind = Kind::Text(160);

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
    Children(&'static [Child]),
}

/// An element within another.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) element: &'static Element,
    /// Fewest and most, in 1.1 and 1.2.
    times: [(u32, u32); 2],
}

impl Child {
    pub(super) fn times(&self, version: MemoVersion) -> (u32, u32) {
        match version {
            MemoVersion::V1_1 => self.times[0],
            MemoVersion::V1_2 => self.times[1],
        }
    }
}

macro_rules! times {
    (one) => {
        [(1, 1), (1, 1)]
    };
    (opt) => {
        [(0, 1), (0, 1)]
    };
    (some) => {
        [(1, u32::MAX), (1, u32::MAX)]
    };
    (many) => {
        [(0, u32::MAX), (0, u32::MAX)]
    };
    // Must be there in 1.1, may be absent in 1.2.
    (now_opt) => {
        [(1, 1), (0, 1)]
    };
    // New in 1.2.
    (new_opt) => {
        [(0, 0), (0, 1)]
    };
    ($most:literal) => {
        [(0, $most), (0, $most)]
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
    ($($prefix:ident { $($constant:ident = $name:literal [$($times:tt $child:ident),+];)+ })+) => {$($(
        pub(super) static $constant: Element = Element {
            prefix: Prefix::$prefix,
            name: $name,
            content: Content::Children(&[$(
                Child { element: &$child, times: times!($times) },
            )+]),
        };
    )+)+};
}

leaves! {
    Memo {
        ABSTRACT = "abstract" TEXT;
        ACTION_CODE = "actionCode" TEXT;
        ADDITIONAL_DOCUMENT_ID = "additionalDocumentID" TEXT;
        ADDITIONAL_NOTIFICATION = "additionalNotification" TEXT;
        CASE_ID_TEXT = "caseID" TEXT;
        CASE_SYSTEM = "caseSystem" TEXT;
        COMMENT_TEXT = "comment" COMMENT;
        CONTACT_GROUP = "contactGroup" TEXT;
        CONTACT_POINT_ID = "contactPointID" TEXT;
        CONTENT = "content" Kind::Base64;
        CONTENT_DATA_NAME = "contentDataName" TEXT;
        CONTENT_DATA_TYPE = "contentDataType" TEXT;
        CONTENT_DATA_VALUE = "contentDataValue" TEXT;
        CONTENT_RESPONSIBLE_ID = "contentResponsibleID" TEXT;
        CREATED = "createdDateTime" Kind::DateTime;
        DESCRIPTION = "description" TEXT;
        DO_NOT_DELIVER_UNTIL = "doNotDeliverUntilDate" Kind::Date;
        EMAIL_ADDRESS = "emailAddress" TEXT;
        ENCODING_FORMAT = "encodingFormat" TEXT;
        END = "endDateTime" Kind::DateTime;
        FILENAME = "filename" TEXT;
        GENERATING_SYSTEM_ID = "generatingSystemID" TEXT;
        ID_TYPE = "idType" TEXT;
        ID_TYPE_LABEL = "idTypeLabel" TEXT;
        LABEL = "label" TEXT;
        LANGUAGE = "language" Kind::Language;
        LEGAL_NOTIFICATION = "legalNotification" Kind::Boolean;
        LOCATION = "location" TEXT;
        MAIN_DOCUMENT_ID = "mainDocumentID" TEXT;
        MANDATORY = "mandatory" Kind::Boolean;
        MESSAGE_CODE = "messageCode" TEXT;
        MESSAGE_ID = "messageID" TEXT;
        MESSAGE_TYPE = "messageType" Kind::MessageType;
        MESSAGE_UUID = "messageUUID" Kind::Uuid;
        NOTIFICATION = "notification" NOTIFICATION_TEXT;
        ORGANIZER_MAIL = "organizerMail" TEXT;
        ORGANIZER_NAME = "organizerName" TEXT;
        ORIGINAL_CONTENT_RESPONSIBLE = "originalContentResponsible" TEXT;
        ORIGINAL_MESSAGE_TIME = "originalMessageDateTime" Kind::DateTime;
        ORIGINAL_REPRESENTATIVE = "originalRepresentative" TEXT;
        ORIGINAL_SENDER = "originalSender" TEXT;
        PERSON_ID = "personID" TEXT;
        POST_TYPE = "postType" TEXT;
        RECIPIENT_ID = "recipientID" TEXT;
        RELATED_AGENT = "relatedAgent" TEXT;
        REPLY = "reply" Kind::Boolean;
        REPLY_BY = "replyByDateTime" Kind::DateTime;
        REPLY_UUID = "replyUUID" Kind::Uuid;
        REPRESENTATIVE_ID = "representativeID" TEXT;
        RESERVATION_UUID = "reservationUUID" Kind::Uuid;
        SENDER_ID = "senderID" TEXT;
        START = "startDateTime" Kind::DateTime;
        TECHNICAL_DOCUMENT_ID = "technicalDocumentID" TEXT;
        TELEPHONE_NUMBER = "telephoneNumber" TEXT;
        URL = "url" Kind::Uri;
        VALUE = "value" TEXT;
    }
    Dmv {
        CHASSIS_NUMBER = "chassisNumber" TEXT;
        LICENSE_NUMBER = "licenseNumber" Kind::Text(7);
    }
    Form {
        FORM_FACET = "activityFacet" TEXT;
        FORM_LABEL = "label" TEXT;
        FORM_VERSION = "version" TEXT;
        TASK_KEY = "taskKey" TEXT;
    }
    Gln {
        GLN = "globalLocationNumber" Kind::Number(9_999_999_999_999);
        GLN_LOCATION = "location" TEXT;
    }
    Grd {
        ADDRESS_ID = "id" TEXT;
        ADDRESS_LABEL = "addressLabel" TEXT;
        CITY = "city" TEXT;
        CO = "co" TEXT;
        COMPANY_NAME = "companyName" TEXT;
        COUNTRY = "country" TEXT;
        CPR_NUMBER = "cprNumber" TEXT;
        CVR_NUMBER = "cvrNumber" TEXT;
        DOOR = "door" TEXT;
        EASTING = "geographicEastingMeasure" TEXT;
        EID_NUMBER = "eID" TEXT;
        FLOOR = "floor" TEXT;
        GRD_LABEL = "label" TEXT;
        GRD_NAME = "name" TEXT;
        HEIGHT = "geographicHeightMeasure" TEXT;
        HOUSE_NUMBER = "houseNumber" TEXT;
        NORTHING = "geographicNorthingMeasure" TEXT;
        PRODUCTION_UNIT_NAME = "productionUnitName" TEXT;
        PRODUCTION_UNIT_NUMBER = "productionUnitNumber" Kind::Number(9_999_999_999);
        PROPERTY_NUMBER_TEXT = "propertyNumber" TEXT;
        SE_NUMBER = "seNumber" TEXT;
        UNSTRUCTURED = "unstructured" TEXT;
        ZIP_CODE = "zipCode" TEXT;
    }
    Kle {
        KLE_FACET = "activityFacet" TEXT;
        KLE_LABEL = "label" TEXT;
        KLE_VERSION = "version" TEXT;
        SUBJECT_KEY = "subjectKey" TEXT;
    }
    Sor {
        SOR_IDENTIFIER = "sorIdentifier" TEXT;
        SOR_NAME = "entryName" TEXT;
    }
    Udd {
        EDUCATION_CODE = "educationCode" TEXT;
        EDUCATION_NAME = "educationName" TEXT;
    }
}

nodes! {
    Memo {
        MESSAGE = "Message" [one MESSAGE_HEADER, opt MESSAGE_BODY];
        MESSAGE_HEADER = "MessageHeader" [one MESSAGE_TYPE, one MESSAGE_UUID, opt MESSAGE_ID, opt MESSAGE_CODE, one LABEL,
            opt NOTIFICATION, opt ADDITIONAL_NOTIFICATION, opt REPLY, opt REPLY_BY, opt DO_NOT_DELIVER_UNTIL,
            now_opt MANDATORY, now_opt LEGAL_NOTIFICATION, opt POST_TYPE, one SENDER, one RECIPIENT, opt CONTENT_DATA,
            opt FORWARD_DATA, many REPLY_DATA];
        SENDER = "Sender" [one SENDER_ID, one ID_TYPE, opt ID_TYPE_LABEL, one LABEL, opt ATTENTION_DATA,
            opt CONTACT_POINT, new_opt REPRESENTATIVE];
        RECIPIENT = "Recipient" [one RECIPIENT_ID, one ID_TYPE, opt ID_TYPE_LABEL, opt LABEL, opt ATTENTION_DATA,
            opt CONTACT_POINT];
        CONTENT_DATA = "ContentData" [opt CPR_DATA, opt CVR_DATA, opt MOTOR_VEHICLE, opt PROPERTY_NUMBER, opt CASE_ID,
            opt KLE_DATA, opt FORM_DATA, opt PRODUCTION_UNIT, opt EDUCATION, opt ADDRESS, opt UNSTRUCTURED_ADDRESS,
            10 ADDITIONAL_CONTENT_DATA];
        FORWARD_DATA = "ForwardData" [one MESSAGE_UUID, one ORIGINAL_MESSAGE_TIME, one ORIGINAL_SENDER,
            opt ORIGINAL_CONTENT_RESPONSIBLE, new_opt ORIGINAL_REPRESENTATIVE, opt CONTACT_POINT_ID, opt COMMENT_TEXT];
        REPLY_DATA = "ReplyData" [opt MESSAGE_ID, one MESSAGE_UUID, opt REPLY_UUID, opt SENDER_ID, opt RECIPIENT_ID,
            opt CASE_ID_TEXT, opt CONTACT_POINT_ID, opt GENERATING_SYSTEM_ID, opt COMMENT_TEXT, 4 ADDITIONAL_REPLY_DATA];
        MESSAGE_BODY = "MessageBody" [one CREATED, one MAIN_DOCUMENT, many ADDITIONAL_DOCUMENT, many TECHNICAL_DOCUMENT];
        MAIN_DOCUMENT = "MainDocument" [opt MAIN_DOCUMENT_ID, opt LABEL, some FILE, many ACTION];
        ADDITIONAL_DOCUMENT = "AdditionalDocument" [opt ADDITIONAL_DOCUMENT_ID, opt LABEL, some FILE, many ACTION];
        TECHNICAL_DOCUMENT = "TechnicalDocument" [opt TECHNICAL_DOCUMENT_ID, opt LABEL, some FILE];
        FILE = "File" [one ENCODING_FORMAT, one FILENAME, one LANGUAGE, one CONTENT];
        // Only one of the last two; the walk looks at that.
        ACTION = "Action" [one LABEL, one ACTION_CODE, opt START, opt END, opt RESERVATION, opt ENTRY_POINT];
        ENTRY_POINT = "EntryPoint" [one URL];
        RESERVATION = "Reservation" [one DESCRIPTION, one RESERVATION_UUID, one ABSTRACT, one LOCATION, one START, one END,
            opt ORGANIZER_MAIL, opt ORGANIZER_NAME];
        ATTENTION_DATA = "AttentionData" [opt ATTENTION_PERSON, opt PRODUCTION_UNIT, opt GLOBAL_LOCATION_NUMBER, opt EMAIL,
            opt SE_NUMBER_NODE, opt TELEPHONE, opt EID, opt CONTENT_RESPONSIBLE, opt GENERATING_SYSTEM, opt SOR_DATA,
            opt ADDRESS, opt UNSTRUCTURED_ADDRESS];
        ATTENTION_PERSON = "AttentionPerson" [opt PERSON_ID, opt LABEL];
        EMAIL = "EMail" [one EMAIL_ADDRESS, opt RELATED_AGENT];
        TELEPHONE = "Telephone" [one TELEPHONE_NUMBER, opt RELATED_AGENT];
        CONTENT_RESPONSIBLE = "ContentResponsible" [opt CONTENT_RESPONSIBLE_ID, opt LABEL];
        GENERATING_SYSTEM = "GeneratingSystem" [one GENERATING_SYSTEM_ID, opt LABEL];
        CONTACT_POINT = "ContactPoint" [opt CONTACT_GROUP, one CONTACT_POINT_ID, opt LABEL, 2 CONTACT_INFO];
        CONTACT_INFO = "ContactInfo" [one LABEL, one VALUE];
        REPRESENTATIVE = "Representative" [opt REPRESENTATIVE_ID, opt ID_TYPE, opt ID_TYPE_LABEL, opt LABEL];
        CASE_ID = "CaseID" [one CASE_ID_TEXT, one CASE_SYSTEM];
        ADDITIONAL_CONTENT_DATA = "AdditionalContentData" [opt CONTENT_DATA_TYPE, one CONTENT_DATA_NAME,
            one CONTENT_DATA_VALUE];
        ADDITIONAL_REPLY_DATA = "AdditionalReplyData" [one LABEL, one VALUE];
    }
    Dmv {
        MOTOR_VEHICLE = "MotorVehicle" [one LICENSE_NUMBER, opt CHASSIS_NUMBER];
    }
    Form {
        FORM_DATA = "FORMdata" [one TASK_KEY, one FORM_VERSION, opt FORM_FACET, one FORM_LABEL];
    }
    Gln {
        GLOBAL_LOCATION_NUMBER = "GlobalLocationNumber" [one GLN, opt GLN_LOCATION];
    }
    Grd {
        // The door before the floor.
        ADDRESS = "Address" [opt ADDRESS_ID, opt ADDRESS_LABEL, opt HOUSE_NUMBER, opt DOOR, opt FLOOR, opt CO, opt ZIP_CODE,
            opt CITY, opt COUNTRY, opt ADDRESS_POINT];
        ADDRESS_POINT = "AddressPoint" [opt EASTING, opt NORTHING, opt HEIGHT];
        UNSTRUCTURED_ADDRESS = "UnstructuredAddress" [one UNSTRUCTURED];
        CPR_DATA = "CPRdata" [one CPR_NUMBER, opt GRD_NAME];
        CVR_DATA = "CVRdata" [one CVR_NUMBER, opt COMPANY_NAME];
        EID = "EID" [one EID_NUMBER, opt GRD_LABEL];
        PRODUCTION_UNIT = "ProductionUnit" [one PRODUCTION_UNIT_NUMBER, opt PRODUCTION_UNIT_NAME];
        SE_NUMBER_NODE = "SEnumber" [one SE_NUMBER, opt COMPANY_NAME];
        PROPERTY_NUMBER = "PropertyNumber" [one PROPERTY_NUMBER_TEXT];
    }
    Kle {
        KLE_DATA = "KLEdata" [one SUBJECT_KEY, one KLE_VERSION, opt KLE_FACET, one KLE_LABEL];
    }
    Sor {
        SOR_DATA = "SORdata" [one SOR_IDENTIFIER, opt SOR_NAME];
    }
    Udd {
        EDUCATION = "Education" [one EDUCATION_CODE, opt EDUCATION_NAME];
    }
}

/// The name that a text of a mailing is refused by.
impl std::fmt::Display for Element {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.prefix.name(), self.name)
    }
}
