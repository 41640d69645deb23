//! The letters of an invented municipality in Sweden.

use super::super::chance::Chance;
use super::super::markup::Markup;
use super::{Case, Face, Kind};

mod care;
mod matters;
mod money;

/// In the order of the kinds.
pub const FACE: [Face; 8] = [
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

/// Writes the blocks of a letter's text.
pub fn write(kind: Kind, out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    match kind {
        Kind::Childcare => matters::childcare(out, chance, case),
        Kind::Bill => money::bill(out, chance, case),
        Kind::Reminder => money::reminder(out, chance, case),
        Kind::Parking => money::parking(out, chance, case),
        Kind::Building => matters::building(out, chance, case),
        Kind::CarePlan => care::plan(out, chance, case),
        Kind::Appointment => care::appointment(out, chance, case),
        Kind::Summons => matters::summons(out, chance, case),
    }
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
