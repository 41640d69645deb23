//! Decisions and orders.

use super::super::super::chance::Chance;
use super::super::super::markup::{Markup, kroner};
use super::{Case, closing, complaint};

/// Decision on a place in day care, with a table of payments.
pub fn childcare(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    let institution = chance.pick(&[
        "Børnehuset Mariehønen",
        "Børnehaven Skovmusen",
        "Vuggestuen Regnbuen",
        "Den integrerede institution Solstrålen",
        "Naturbørnehaven Bækken",
        "Børnehuset Tusindfryd",
    ]);
    let start = chance.pick(&["1. januar 2027", "1. februar 2027", "1. marts 2027"]);
    out.paragraph_of(&[
        "Vi har behandlet din ansøgning. Dit barn har fået plads i <b>",
        institution,
        "</b> fra den <b>",
        start,
        "</b>.",
    ]);
    out.paragraph("Pladsen er givet efter kommunens anvisningsregler og ud fra den dato, hvor du skrev barnet op. Barnet beholder pladsen, til det begynder i SFO, medmindre du selv siger den op.");
    out.heading("Det skal du betale");
    out.paragraph("Du betaler en månedlig takst i elleve måneder om året; juli er betalingsfri. Har du flere børn i dagtilbud, får du søskendetilskud, og er husstandens indkomst lav, kan du søge om økonomisk fripladstilskud. Sådan har vi beregnet betalingen for de første måneder:");
    out.table(&[
        ("left", "Måned"),
        ("right", "Takst, kr."),
        ("right", "Tilskud, kr."),
        ("right", "Din betaling, kr."),
    ]);
    let months = [
        "Januar",
        "Februar",
        "Marts",
        "April",
        "Maj",
        "Juni",
        "August",
        "September",
    ];
    let rate = chance.between(2150, 4280) * 100;
    let grant = rate / 100 * chance.below(70);
    let told = chance.between(3, 8);
    for month in &months[..told as usize] {
        out.row(&[month, &kroner(rate), &kroner(grant), &kroner(rate - grant)]);
    }
    out.total(&[
        "I alt",
        &kroner(rate * told),
        &kroner(grant * told),
        &kroner((rate - grant) * told),
    ]);
    out.end_table();
    out.heading("Det skal du gøre");
    out.list("number", &[
        "Bekræft i selvbetjeningen senest om otte dage, at du tager imod pladsen. Ellers går den videre til det næste barn på ventelisten.",
        "Aftal indkøring med institutionens leder. Regn med en til to uger.",
        "Oplys os, hvis din indkomst eller familiens forhold ændrer sig.",
    ]);
    if chance.happens(450) {
        out.heading("Mad og allergi");
        out.paragraph("Forældrene har valgt, at institutionen serverer frokost hver dag. Har barnet allergi, skal du give institutionen en erklæring fra lægen inden den første dag. Ønsker du en anden kost af religiøse eller etiske grunde, aftaler du det med lederen.");
    }
    if chance.happens(300) {
        out.heading("Lukkedage");
        out.paragraph("Institutionen holder lukket mellem jul og nytår, dagen efter Kristi himmelfartsdag og grundlovsdag. Har du brug for pasning de dage, skal du melde det senest fire uger før; barnet bliver så passet i en institution i nærheden.");
    }
    complaint(out, "Ankestyrelsen");
    closing(out, chance, case, "Pladsanvisningen");
}

/// Building permit, with conditions.
pub fn building(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    let title = format!(
        "{}{} {}",
        chance.between(1, 88),
        chance.pick(&["a", "b", "c", "d"]),
        chance.pick(&[
            "Lilleø By, Lilleø",
            "Nørre Lilleby, Lilleø",
            "Vester Klit By, Klit",
        ])
    );
    let what = chance.pick(&[
        "tilbygning til enfamiliehus",
        "opførelse af garage",
        "overdækning af terrasse",
        "udskiftning af tag og ændret facade",
        "opførelse af sommerhus",
        "indretning af tagetage til beboelse",
    ]);
    out.paragraph_of(&[
        "Lilleø Kommune giver efter byggelovens § 16, stk. 1, tilladelse til <b>",
        what,
        "</b> på ejendommen matr.nr. <b>",
        &title,
        "</b>.",
    ]);
    out.heading("Afgørelsen kort");
    out.key_values(&[
        ("Matrikelnummer", &title),
        ("Byggeri", what),
        ("Bygningsareal", &format!("{} m²", chance.between(9, 160))),
        ("Konstruktionsklasse", chance.pick(&["KK1", "KK2"])),
        (
            "Gebyr",
            &format!("{} kr.", kroner(chance.between(28, 310) * 10_000)),
        ),
        ("Tilladelsen udløber", "17. november 2027"),
    ]);
    out.heading("Begrundelse");
    out.paragraph("Byggeriet er i overensstemmelse med lokalplanen og med bygningsreglementets bestemmelser om bebyggelsesprocent, etageareal, højde og afstand til skel. Vi har lagt vægt på ansøgningen og på de tegninger, du har sendt.");
    let remarks = [
        "En nabo har gjort gældende, at byggeriet giver skygge og indbliksgener. Vi vurderer, at generne ikke er større, end man må forvente i et boligområde, fordi byggeriet ligger nord for naboens opholdsarealer.",
        "Afvigelsen fra byggefeltet er lille og i overensstemmelse med planens principper. Vi har derfor givet dispensation efter planlovens § 19, stk. 1.",
        "Beredskabet har ingen bemærkninger, når væggen mod skel udføres i brandklassen BD-60.",
    ];
    let remarks_told = chance.below(4) as usize;
    for remark in &remarks[..remarks_told] {
        out.paragraph(remark);
    }
    out.heading("Vilkår");
    let conditions = [
        "Byggearbejdet skal være påbegyndt inden et år fra tilladelsens dato.",
        "Du skal oplyse os, når byggearbejdet begynder, og når det er færdigt.",
        "Byggeriet må ikke tages i brug, før du har fået en ibrugtagningstilladelse.",
        "Regnvand skal nedsives på egen grund.",
        "Byggeaffald skal anmeldes, hvis byggeriet giver mere end et ton affald.",
        "Jord, der flyttes fra grunden, skal anmeldes og eventuelt prøvetages.",
        "Du skal sende dokumentation for konstruktioner, energi og brandforhold ved færdigmeldingen.",
    ];
    out.list("number", &conditions[..chance.between(3, 7) as usize]);
    out.heading("Sagens papirer");
    out.list(
        "bullet",
        &[
            "Ansøgning, modtaget den 30. september 2026",
            "Situationsplan i 1:500",
            "Plan-, facade- og snittegninger i 1:100",
        ],
    );
    complaint(out, "Byggeklageenheden");
    out.paragraph("Klager nogen over tilladelsen, kan Byggeklageenheden bestemme, at arbejdet skal standses. Begynder du at bygge, før klagefristen er udløbet, sker det på egen risiko.");
    closing(out, chance, case, "Byggesagsbehandler");
}

/// Order with service of process.
pub fn summons(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    out.paragraph("Lilleø Kommune påbyder dig efter miljøbeskyttelseslovens § 30 at forbedre rensningen af spildevandet fra din ejendom. Påbuddet gælder fra den dag, hvor det er forkyndt for dig.");
    out.heading("Påbuddet");
    out.list("number", &[
        "Etablér et anlæg, der opfylder kravene til renseklasse SOP, eller tilslut ejendommen til forsyningens kloak.",
        "Søg om tilladelse til anlægget, før arbejdet går i gang.",
        chance.pick(&[
            "Send færdigmelding fra en autoriseret kloakmester senest den 26. februar 2027.",
            "Send færdigmelding fra en autoriseret kloakmester senest den 31. marts 2027.",
        ]),
    ]);
    out.paragraph_of(&[
        "Overholder du ikke påbuddet, kan du blive straffet med <b>bøde</b>, og kommunen kan lade arbejdet udføre for din regning. Vi skønner, at arbejdet koster omkring <b>",
        &kroner(chance.between(40, 95) * 100_000),
        " kr.</b>",
    ]);
    out.heading("Begrundelse");
    out.paragraph("Ved tilsynet i oktober 2026 så vi, at spildevandet løber urenset til grøften. Vandløbet er målsat, og ejendommen ligger i et område, hvor spildevandet skal renses bedre. Du har haft mulighed for at udtale dig, før vi traf afgørelsen.");
    out.heading("Forkyndelse");
    out.paragraph("Brevet er en forkyndelse. Det regnes for forkyndt, når du har åbnet det i Digital Post. Åbner du det ikke, bliver det forkyndt på en anden måde, for eksempel af en stævningsmand.");
    complaint(out, "Miljø- og Fødevareklagenævnet");
    closing(out, chance, case, "Miljøsagsbehandler");
}
