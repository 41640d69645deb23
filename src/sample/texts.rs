//! What the letters of a sample say: the everyday post of an invented municipality, in Swedish.
//!
//! To add a kind: a variant of [`Kind`], a line in [`Kind::FACE`], a share in [`Kind::draw`], and a function that
//! writes its body. Every text is markup that stands as it is in the mailing.

mod care;
mod matters;
mod money;

use super::chance::Chance;
use super::markup::Markup;

/// The kinds of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Decision on a place in preschool, with a table of fees.
    Childcare,
    /// Bill for water and waste, with a payment block.
    Bill,
    /// Reminder of a bill.
    Reminder,
    /// Parking charge.
    Parking,
    /// Building permit, with conditions.
    Building,
    /// Care plan, several pages.
    CarePlan,
    /// Call to an appointment.
    Appointment,
    /// Order with service of process.
    Summons,
}

/// How a kind of letter looks from outside.
pub struct Face {
    /// Department.
    pub department: &'static str,
    /// Cost centre.
    pub cost_centre: &'static str,
    /// Process, for statistics.
    pub process: &'static str,
    /// In front of the case number.
    pub series: &'static str,
    /// Subject.
    pub subject: &'static str,
}

impl Kind {
    /// By the share of each kind in an ordinary night. Never [`Kind::Summons`], which is planned.
    pub fn draw(chance: &mut Chance) -> Self {
        match chance.below(100) {
            0..24 => Self::Bill,
            24..41 => Self::Childcare,
            41..55 => Self::Reminder,
            55..67 => Self::Appointment,
            67..76 => Self::Parking,
            76..86 => Self::Building,
            _ => Self::CarePlan,
        }
    }

    /// How it looks from outside.
    pub fn face(self) -> &'static Face {
        &Self::FACE[self as usize]
    }

    /// In the order of the variants.
    const FACE: [Face; 8] = [
        Face {
            department: "Barn- och utbildningsförvaltningen",
            cost_centre: "3110",
            process: "barnomsorg-placering",
            series: "BUN",
            subject: "Beslut om plats i förskola och avgift",
        },
        Face {
            department: "Tekniska förvaltningen",
            cost_centre: "5240",
            process: "va-debitering",
            series: "VA",
            subject: "Faktura för vatten, avlopp och avfall",
        },
        Face {
            department: "Ekonomiavdelningen",
            cost_centre: "1120",
            process: "krav-paminnelse",
            series: "EKO",
            subject: "Påminnelse om obetald faktura",
        },
        Face {
            department: "Gatukontoret",
            cost_centre: "5310",
            process: "parkering-anmarkning",
            series: "GAT",
            subject: "Parkeringsanmärkning",
        },
        Face {
            department: "Miljö- och byggförvaltningen",
            cost_centre: "6010",
            process: "bygglov-beslut",
            series: "MBN",
            subject: "Beslut om bygglov",
        },
        Face {
            department: "Socialförvaltningen",
            cost_centre: "4470",
            process: "omsorg-genomforandeplan",
            series: "SN",
            subject: "Er genomförandeplan för stöd i hemmet",
        },
        Face {
            department: "Socialförvaltningen",
            cost_centre: "4120",
            process: "kallelse-mote",
            series: "SN",
            subject: "Kallelse till möte",
        },
        Face {
            department: "Miljö- och byggförvaltningen",
            cost_centre: "6020",
            process: "tillsyn-forelaggande",
            series: "MBN",
            subject: "Föreläggande med delgivning",
        },
    ];

    /// Writes the blocks of its text.
    pub fn write(self, out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
        match self {
            Self::Childcare => matters::childcare(out, chance, case),
            Self::Bill => money::bill(out, chance, case),
            Self::Reminder => money::reminder(out, chance, case),
            Self::Parking => money::parking(out, chance, case),
            Self::Building => matters::building(out, chance, case),
            Self::CarePlan => care::plan(out, chance, case),
            Self::Appointment => care::appointment(out, chance, case),
            Self::Summons => matters::summons(out, chance, case),
        }
    }
}

/// What is particular to one letter.
pub struct Case {
    /// Its number in the mailing, from one.
    pub number: u32,
    /// Case number as printed, `BUN 2026-000123`.
    pub reference: String,
    /// Somebody at the agency whom the recipient may ask.
    pub officer: String,
}

/// Closes a letter: whom to ask, greeting, signature.
fn closing(out: &mut Markup<'_>, chance: &mut Chance, case: &Case, title: &str) {
    out.paragraph(chance.pick(&[
        "Har ni frågor är ni välkomna att ringa oss på 0999-10 00 00, vardagar klockan 8 till 16. Ha gärna ärendets nummer till hands.",
        "Ni når oss på telefon 0999-10 00 00 eller via Mina sidor på kommunens webbplats. Uppge alltid ärendets nummer.",
        "Vi svarar gärna på frågor. Ring kommunens servicecenter, 0999-10 00 00, eller besök oss i kommunhuset, Storgatan 1.",
    ]));
    out.paragraph_of(&[
        "Med vänlig hälsning<br/><b>",
        &case.officer,
        "</b><br/>",
        title,
    ]);
}

/// How to appeal, as decisions must say.
fn appeal(out: &mut Markup<'_>, board: &str) {
    out.heading("Så överklagar ni");
    out.paragraph_of(&[
        "Är ni inte nöjda med beslutet kan ni överklaga det skriftligt. Skriv vilket beslut det gäller, ange ärendets nummer, varför ni anser att beslutet är fel och vilken ändring ni vill ha. Ställ skrivelsen till förvaltningsrätten men skicka den till ",
        board,
        ". Den ska ha kommit in <b>inom tre veckor</b> från den dag då ni fick del av beslutet.",
    ]);
}
