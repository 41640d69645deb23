//! What the job file may say about requests to SF1601: the table `[sf1601]`.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::table::{self, Content, Element};
use super::values;
use crate::letter::Postage;

/// Most bytes of the PDF of one physical letter: 7 MiB (facts/denmark.md §1.8).
pub const PDF_BYTES_MAX: u64 = 7 << 20;

/// How requests are written. What is `None` is left out of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Letters that go digital are sent in both forms, and the platform chooses (`Automatisk Valg`).
    pub automatic: bool,
    /// `ForsendelseTypeIdentifikator`: the number agreed with the print vendor.
    pub shipment_type: Option<NonZeroU64>,
    /// `BrugerNavn`: 1 to 2000 characters.
    pub user: String,
    /// `KvitteringsTypeKode`.
    pub receipts: Option<Receipts>,
    /// `KvitteringsEmail`.
    pub receipt_email: Option<String>,
    /// `ModtagerAdresse`. The address is read through the window; a protected one is never written here.
    pub recipient_address: AddressWish,
    /// `ForsendelseAfsender`: the sender's name and return address.
    pub sender_address: AddressWish,
    /// `PaatrykAfsenderAdresseIndikator`: the vendor prints the sender's address on the letter.
    pub imprint_sender_address: Option<bool>,
    /// `PaatrykModtagerAdresseIndikator`: the vendor prints the recipient's address on the letter.
    pub imprint_recipient_address: Option<bool>,
    /// `PaatrykBrevdatoIndikator`: the vendor prints the date on the letter.
    pub imprint_date: Option<bool>,
    /// Postage classes whose letters get `HasteBrevIndikator` true.
    pub urgent: Vec<Postage>,
    /// `PostKategoriKode` by postage class.
    pub postage: Categories,
    /// `AllokeringsIdentifikator`.
    pub allocation: Option<NonZeroU64>,
    /// `ReturposthaandteringHosLeverandoerIndikator`: the vendor takes care of returned mail.
    pub return_mail_at_vendor: Option<bool>,
    /// `InformationVedAdresseAendringIndikator`: the post tells of a changed address.
    pub address_change_information: Option<bool>,
    /// Most bytes of a letter's PDF, before base64.
    pub pdf_bytes_max: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            automatic: false,
            shipment_type: None,
            user: "Lettermill".into(),
            receipts: None,
            receipt_email: None,
            recipient_address: AddressWish::Omit,
            sender_address: AddressWish::Omit,
            imprint_sender_address: None,
            imprint_recipient_address: None,
            imprint_date: None,
            urgent: Vec::new(),
            postage: Categories::default(),
            allocation: None,
            return_mail_at_vendor: None,
            address_change_information: None,
            pdf_bytes_max: PDF_BYTES_MAX,
        }
    }
}

/// Which receipts the vendor sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Receipts {
    /// `Alle`
    All,
    /// `Ingen`
    None,
    /// `Kun fejl`
    Errors,
}

impl Receipts {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::All => "Alle",
            Self::None => "Ingen",
            Self::Errors => "Kun fejl",
        }
    }
}

/// Whether an address stands in the request, beside the PDF that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AddressWish {
    /// It does not.
    Omit,
    /// It does; a letter whose address does not fit is refused.
    Include,
}

/// A postage category of SF1601. The names are historical: since 2026 they mean what the vendor agrees to
/// (facts/denmark.md §6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Category {
    /// Left out: the vendor decides.
    #[serde(rename = "none")]
    Unsaid,
    /// `Prioritaire`
    Prioritaire,
    /// `Economique`
    Economique,
    /// `Bulk`
    Bulk,
    /// `Rekommanderet`
    Rekommanderet,
    /// `Rekommanderet med modtagerbevis`
    #[serde(rename = "Rekommanderet med modtagerbevis")]
    RekommanderetMedModtagerbevis,
    /// `Forkyndelse`
    Forkyndelse,
}

impl Category {
    pub(super) fn code(self) -> Option<&'static str> {
        match self {
            Self::Unsaid => None,
            Self::Prioritaire => Some("Prioritaire"),
            Self::Economique => Some("Economique"),
            Self::Bulk => Some("Bulk"),
            Self::Rekommanderet => Some("Rekommanderet"),
            Self::RekommanderetMedModtagerbevis => Some("Rekommanderet med modtagerbevis"),
            Self::Forkyndelse => Some("Forkyndelse"),
        }
    }
}

/// A category for each postage class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Categories {
    /// Slow and cheap.
    pub economy: Category,
    /// Ordinary.
    pub standard: Category,
    /// Next day where the post has it.
    pub priority: Category,
    /// Registered.
    pub registered: Category,
    /// Service of process on paper.
    pub legal: Category,
}

impl Default for Categories {
    fn default() -> Self {
        Self {
            economy: Category::Economique,
            standard: Category::Economique,
            priority: Category::Prioritaire,
            registered: Category::Rekommanderet,
            legal: Category::Forkyndelse,
        }
    }
}

impl Categories {
    pub(super) fn of(&self, postage: Postage) -> Category {
        match postage {
            Postage::Economy => self.economy,
            Postage::Standard => self.standard,
            Postage::Priority => self.priority,
            Postage::Registered => self.registered,
            Postage::Legal => self.legal,
        }
    }
}

impl Options {
    /// Finds the first value that no request can hold, or that contradicts another: what was found, and what is allowed.
    pub(super) fn fault(&self) -> Option<(String, &'static str)> {
        let unfit = |element: &Element, text: &str| match element.content {
            Content::Text(kind) => values::fault(kind, text).is_some(),
            Content::OneOf(_) | Content::Anything => false,
        };
        let some = |found: &str, allowed| Some((format!("[sf1601] `{found}`"), allowed));
        let included = |wish| wish == AddressWish::Include;
        if unfit(&table::USER, &self.user) {
            return some("user", "must have 1 to 2000 characters");
        }
        let email = self.receipt_email.as_deref();
        if email.is_some_and(|email| unfit(&table::RECEIPT_EMAIL, email)) {
            return some("receipt_email", "must be an e-mail address");
        }
        if self.imprint_recipient_address == Some(true) && !included(self.recipient_address) {
            return some(
                "imprint_recipient_address",
                "needs `recipient_address = \"include\"`",
            );
        }
        if self.imprint_sender_address == Some(true) && !included(self.sender_address) {
            return some(
                "imprint_sender_address",
                "needs `sender_address = \"include\"`",
            );
        }
        let served = [
            Category::Forkyndelse,
            Category::RekommanderetMedModtagerbevis,
        ];
        if !served.contains(&self.postage.legal) {
            return some(
                "postage.legal",
                "must be \"Forkyndelse\" or \"Rekommanderet med modtagerbevis\": nothing else serves process",
            );
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_job_file_says_it_in_words() {
        let text = r#"
            automatic = true
            shipment_type = 265
            receipts = "errors"
            recipient_address = "include"
            urgent = ["priority"]
            postage = { standard = "none", registered = "Rekommanderet med modtagerbevis" }
        "#;
        let options: Options = toml::from_str(text).unwrap();
        assert_eq!(options.receipts.map(Receipts::code), Some("Kun fejl"));
        assert_eq!(options.postage.of(Postage::Standard).code(), None);
        assert_eq!(
            options.postage.of(Postage::Legal).code(),
            Some("Forkyndelse")
        );
        assert!(toml::from_str::<Options>("shipment_type = 0").is_err());
        assert!(toml::from_str::<Options>("kanal = 1").is_err());
    }

    #[test]
    fn contradictions_and_unfit_texts_are_found() {
        assert_eq!(Options::default().fault(), None);
        let found = |options: Options| options.fault().unwrap().0;
        let user = Options {
            user: String::new(),
            ..Options::default()
        };
        assert_eq!(found(user), "[sf1601] `user`");
        let email = Options {
            receipt_email: Some("nobody".into()),
            ..Options::default()
        };
        assert_eq!(found(email), "[sf1601] `receipt_email`");
        let imprint = Options {
            imprint_recipient_address: Some(true),
            ..Options::default()
        };
        assert_eq!(found(imprint), "[sf1601] `imprint_recipient_address`");
        let imprint = Options {
            imprint_sender_address: Some(true),
            ..Options::default()
        };
        assert_eq!(found(imprint), "[sf1601] `imprint_sender_address`");
    }
}
