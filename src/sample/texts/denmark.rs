//! The letters of an invented municipality in Denmark, and what their actions repeat of the text.

use super::super::chance::Chance;
use super::super::markup::Markup;
use super::{Case, Face, Kind};

mod care;
mod english;
mod matters;
mod money;

/// In the order of the kinds.
pub const FACE: [Face; 8] = [
    Face {
        department: "Børn og Unge",
        cost_centre: "3110",
        process: "dagtilbud-plads",
        series: "BU",
        subject: "Afgørelse om plads i dagtilbud",
    },
    Face {
        department: "Affald og Genbrug",
        cost_centre: "5240",
        process: "affald-opkraevning",
        series: "AG",
        subject: "Opkrævning af gebyr for affald",
    },
    Face {
        department: "Opkrævningen",
        cost_centre: "1120",
        process: "rykker",
        series: "OP",
        subject: "Rykker for manglende betaling",
    },
    Face {
        department: "Vej og Park",
        cost_centre: "5310",
        process: "parkeringsafgift",
        series: "VP",
        subject: "Opkrævning af parkeringsafgift",
    },
    Face {
        department: "Byg og Miljø",
        cost_centre: "6010",
        process: "byggetilladelse",
        series: "BM",
        subject: "Byggetilladelse",
    },
    Face {
        department: "Sundhed og Ældre",
        cost_centre: "4470",
        process: "hjemmehjaelp-afgoerelse",
        series: "SÆ",
        subject: "Afgørelse om hjælp og pleje i hjemmet",
    },
    Face {
        department: "Jobcentret",
        cost_centre: "4120",
        process: "jobcenter-moede",
        series: "JC",
        subject: "Indkaldelse til møde",
    },
    Face {
        department: "Byg og Miljø",
        cost_centre: "6020",
        process: "miljoe-paabud",
        series: "BM",
        subject: "Påbud – forkyndelse",
    },
];

/// Subject of the one letter that is also written in English.
pub const SUBJECT_IN_ENGLISH: &str = "Invitation to a meeting";

/// Writes the blocks of a letter's text.
pub fn write(kind: Kind, out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    match kind {
        Kind::Childcare => matters::childcare(out, chance, case),
        Kind::Bill => money::bill(out, chance, case),
        Kind::Reminder => money::reminder(out, chance, case),
        Kind::Parking => money::parking(out, chance, case),
        Kind::Building => matters::building(out, chance, case),
        Kind::CarePlan => care::decision(out, chance, case),
        Kind::Appointment if case.english => english::appointment(out, case),
        Kind::Appointment => care::appointment(out, chance, case),
        Kind::Summons => matters::summons(out, chance, case),
    }
}

/// A meeting to which a letter calls.
pub struct Meeting {
    /// As it stands in a Danish letter, in an English one, and in a date.
    pub day: &'static (&'static str, &'static str, &'static str),
    /// When it begins.
    pub hour: u32,
    /// Of `hour`: 0 or 30.
    pub minute: u32,
    /// Where.
    pub place: &'static str,
}

impl Meeting {
    /// That of a letter.
    pub fn of(case: &Case) -> Self {
        let mut chance = case.common.clone();
        Self {
            day: &DAYS[chance.below(DAYS.len() as u32) as usize],
            hour: chance.between(9, 14),
            minute: chance.below(2) * 30,
            place: chance.pick(&[
                "Jobcentret, lokale 2, Rådhuspladsen 1",
                "Rådhuset, mødelokale Bøgen, Rådhuspladsen 1",
                "Borgerservice, skranke 5, Rådhuspladsen 1",
            ]),
        }
    }
}

/// Days of meetings.
const DAYS: [(&str, &str, &str); 4] = [
    (
        "tirsdag den 8. december 2026",
        "Tuesday 8 December 2026",
        "2026-12-08",
    ),
    (
        "torsdag den 10. december 2026",
        "Thursday 10 December 2026",
        "2026-12-10",
    ),
    (
        "onsdag den 13. januar 2027",
        "Wednesday 13 January 2027",
        "2027-01-13",
    ),
    (
        "mandag den 18. januar 2027",
        "Monday 18 January 2027",
        "2027-01-18",
    ),
];

/// The last day to pay, as it stands in the text and in a date.
pub fn pay_by(case: &Case) -> &'static (&'static str, &'static str) {
    const DAYS: [(&str, &str); 4] = [
        ("18. december 2026", "2026-12-18"),
        ("29. december 2026", "2026-12-29"),
        ("4. januar 2027", "2027-01-04"),
        ("15. januar 2027", "2027-01-15"),
    ];
    &DAYS[case.common.clone().below(DAYS.len() as u32) as usize]
}

/// A plate that no vehicle has: the numbers of vehicles begin at 10 000.
pub fn plate(case: &Case) -> String {
    let mut chance = case.common.clone();
    let first = chance.pick(&["A", "B", "C", "D", "E"]);
    let second = chance.pick(&["K", "L", "M", "N", "P"]);
    format!("{first}{second}00{:03}", chance.below(1000))
}

/// Closes a letter: whom to ask, greeting, signature.
fn closing(out: &mut Markup<'_>, chance: &mut Chance, case: &Case, title: &str) {
    out.paragraph(chance.pick(&[
        "Har du spørgsmål, er du velkommen til at ringe til os på 99 99 00 00, mandag til fredag kl. 9-15. Oplys venligst sagsnummeret.",
        "Du kan ringe til os på 99 99 00 00 eller svare på brevet i Digital Post. Husk at skrive sagsnummeret.",
        "Vi svarer gerne på spørgsmål. Ring til Borgerservice på 99 99 00 00, eller besøg os på rådhuset, Rådhuspladsen 1.",
    ]));
    out.paragraph_of(&["Venlig hilsen<br/><b>", &case.officer, "</b><br/>", title]);
}

/// How to complain of a decision, as decisions must say.
fn complaint(out: &mut Markup<'_>, board: &str) {
    out.heading("Klagevejledning");
    out.paragraph_of(&[
        "Hvis du er uenig i afgørelsen, kan du klage over den. Skriv, hvilken afgørelse du klager over, og hvorfor du er uenig, og send klagen til os. Vi skal have modtaget den <b>senest fire uger</b> efter, at du har fået afgørelsen. Vi vurderer sagen igen. Fastholder vi afgørelsen, sender vi klagen og sagens papirer videre til ",
        board,
        ".",
    ]);
}
