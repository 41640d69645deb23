//! Decisions and orders.

use super::super::super::chance::Chance;
use super::super::super::markup::{Markup, kronor};
use super::{Case, appeal, closing};

/// Decision on a place in preschool, with a table of fees.
pub fn childcare(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    let school = chance.pick(&[
        "Blåsippan",
        "Kotten",
        "Lövgården",
        "Myrstacken",
        "Trollängen",
        "Vattendroppen",
        "Ängslyckan",
    ]);
    let start = chance.pick(&[
        "2027-01-11",
        "2027-01-18",
        "2027-02-01",
        "2027-02-15",
        "2027-03-01",
    ]);
    out.paragraph_of(&[
        "Kommunen har beslutat att ge ert barn plats i förskolan <b>",
        school,
        "</b> från och med den <b>",
        start,
        "</b>.",
    ]);
    out.paragraph("Beslutet bygger på er ansökan och på uppgifterna om arbete och studier som ni har lämnat. Platsen gäller så länge underlaget för den består, dock längst till och med höstterminens start det år barnet fyller sex.");
    out.heading("Avgift");
    out.paragraph("Avgiften bestäms av hushållets samlade inkomst före skatt och av antalet barn. Kommunen tillämpar maxtaxa. Så här har vi räknat för de första månaderna:");
    out.table(&[
        ("left", "Månad"),
        ("right", "Timmar per vecka"),
        ("right", "Inkomst, kr"),
        ("right", "Avgift, kr"),
    ]);
    let months = [
        "Januari", "Februari", "Mars", "April", "Maj", "Juni", "Juli", "Augusti",
    ];
    let income = chance.between(180, 612) * 10_000;
    let mut sum = 0;
    for month in &months[..chance.between(3, 8) as usize] {
        let fee = (income / 100 * chance.between(1, 3)).min(168_800);
        sum += fee;
        out.row(&[
            month,
            &format!("{}", chance.between(15, 45)),
            &kronor(income),
            &kronor(fee),
        ]);
    }
    out.total(&["Summa", "", "", &kronor(sum)]);
    out.end_table();
    out.heading("Det här behöver ni göra");
    out.list("number", &[
        "Bekräfta platsen på Mina sidor inom fjorton dagar. Gör ni inte det går den till nästa barn i kön.",
        "Boka tid för inskolning med förskolans rektor. Räkna med två veckor.",
        "Lämna schema för omsorgen minst två veckor i förväg.",
        "Meddela oss när inkomsten, arbetstiden eller familjens förhållanden ändras.",
    ]);
    if chance.happens(450) {
        out.heading("Allergi och specialkost");
        out.paragraph("Behöver ert barn specialkost av medicinska skäl lämnar ni ett intyg från läkare eller dietist till förskolan före den första dagen. Önskar ni kost av etiska eller religiösa skäl räcker det att ni fyller i blanketten på webbplatsen. Blanketten gäller ett läsår i taget.");
    }
    if chance.happens(300) {
        out.heading("Lov och stängda dagar");
        out.paragraph("Förskolan har stängt två dagar per termin för personalens utbildning. Dagarna meddelas senast två månader i förväg. Under juli är flera förskolor sammanslagna; anmäl behov av omsorg senast den 30 april.");
    }
    appeal(out, "barn- och utbildningsnämnden");
    closing(out, chance, case, "Placeringshandläggare");
}

/// Building permit, with conditions.
pub fn building(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    let estate = format!(
        "{} {}:{}",
        chance.pick(&[
            "Lärkan",
            "Hästhagen",
            "Norrgården",
            "Kvarnbacken",
            "Sjöändan",
            "Ekliden"
        ]),
        chance.between(1, 19),
        chance.between(1, 140)
    );
    let what = chance.pick(&[
        "tillbyggnad av enbostadshus",
        "nybyggnad av garage",
        "inglasning av uteplats",
        "ändrad fasad och nytt takmaterial",
        "nybyggnad av fritidshus",
        "plank och mur mot granne",
    ]);
    out.paragraph_of(&[
        "Miljö- och byggnämnden har den 17 november 2026 beslutat att ge <b>bygglov för ",
        what,
        "</b> på fastigheten <b>",
        &estate,
        "</b>.",
    ]);
    out.heading("Beslutet i korthet");
    out.key_values(&[
        ("Fastighet", &estate),
        ("Åtgärd", what),
        ("Byggnadsarea", &format!("{} m²", chance.between(9, 160))),
        (
            "Kontrollansvarig",
            chance.pick(&[
                "krävs inte",
                "godkänd enligt anmälan",
                "ska anmälas före tekniskt samråd",
            ]),
        ),
        (
            "Avgift",
            &format!(
                "{} kr enligt taxa",
                kronor(chance.between(28, 310) * 10_000)
            ),
        ),
        ("Lovet gäller till", "2031-11-17"),
    ]);
    out.heading("Skäl för beslutet");
    out.paragraph("Åtgärden följer detaljplanen. Den är utformad med hänsyn till stads- och landskapsbilden, har en god form-, färg- och materialverkan och är lämplig för sitt ändamål. Berörda grannar har fått tillfälle att yttra sig.");
    let remarks = [
        "En granne har anfört att åtgärden skuggar en uteplats. Nämnden bedömer att olägenheten inte är betydande, eftersom byggnaden ligger norr om uteplatsen och mer än fyra och en halv meter från gränsen.",
        "Avvikelsen från planen, att byggnaden till en mindre del placeras på mark som inte får bebyggas, är liten och förenlig med planens syfte.",
        "Räddningstjänsten har inget att invända, under förutsättning att avståndet till närmaste byggnad eller brandklassen på väggen följer byggreglerna.",
    ];
    let remarks_told = chance.below(4) as usize;
    for remark in &remarks[..remarks_told] {
        out.paragraph(remark);
    }
    out.heading("Villkor");
    let conditions = [
        "Ni får inte börja bygga innan nämnden har gett startbesked.",
        "Byggnadens läge ska märkas ut av en mätningskunnig person och lägesintyg lämnas in.",
        "Byggnaden får inte tas i bruk innan nämnden har gett slutbesked.",
        "Kontrollplanen ska följas och undertecknas av byggherren.",
        "Dagvatten ska tas om hand på den egna tomten.",
        "Schaktmassor som kan vara förorenade ska provtas innan de körs bort.",
        "Befintliga träd med en stam grövre än 80 cm i omkrets ska skyddas under byggtiden.",
    ];
    out.list("number", &conditions[..chance.between(3, 7) as usize]);
    out.heading("Handlingar som ingår i beslutet");
    out.list(
        "bullet",
        &[
            "Ansökan, inkommen 2026-09-30",
            "Situationsplan i skala 1:500",
            "Plan-, fasad- och sektionsritningar i skala 1:100",
            "Förslag till kontrollplan",
        ],
    );
    appeal(out, "miljö- och byggnämnden");
    out.paragraph("Lovet vinner laga kraft fyra veckor efter att det har kungjorts, om ingen har överklagat. Börjar ni bygga dessförinnan sker det på egen risk.");
    closing(out, chance, case, "Bygglovshandläggare");
}

/// Order with service of process.
pub fn summons(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    out.paragraph("Miljö- och byggnämnden förelägger er att vidta de åtgärder som står nedan. Föreläggandet gäller från den dag då ni har tagit del av det.");
    out.heading("Föreläggande");
    out.list("number", &[
        "Töm och åtgärda den enskilda avloppsanläggningen så att den uppfyller kraven i miljöbalken, eller upphör att använda den.",
        "Lämna in en beskrivning av anläggningen, med ritning och uppgift om slamtömning.",
        chance.pick(&[
            "Meddela nämnden skriftligt när åtgärderna är utförda, senast den 26 februari 2027.",
            "Meddela nämnden skriftligt när åtgärderna är utförda, senast den 31 mars 2027.",
        ]),
    ]);
    out.paragraph_of(&[
        "Följer ni inte föreläggandet kan nämnden förena det med <b>vite om ",
        &kronor(chance.between(10, 40) * 100_000),
        " kronor</b>.",
    ]);
    out.heading("Skäl");
    out.paragraph("Vid tillsyn i oktober 2026 konstaterades att anläggningen saknar fungerande markbädd och att orenat vatten når diket. Enligt 26 kap. 9 § miljöbalken får nämnden besluta de förelägganden som behövs.");
    out.heading("Delgivning");
    out.paragraph("Det här är en delgivning. Bekräfta att ni har tagit emot handlingen. Gör ni inte det kan den komma att delges er på annat sätt, till exempel genom stämningsman.");
    appeal(out, "miljö- och byggnämnden");
    closing(out, chance, case, "Miljöinspektör");
}
