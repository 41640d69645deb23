//! Letters of the social services.

use super::super::super::chance::Chance;
use super::super::super::markup::Markup;
use super::{Case, closing};

/// Goals of a care plan: heading, why, how.
const GOALS: [(&str, &str, [&str; 3]); 7] = [
    (
        "Måltider",
        "Ni vill kunna laga frukost själv och få hjälp med ett lagat mål mitt på dagen. Personalen påminner om att dricka, särskilt under varma dagar, och skriver upp om aptiten blir sämre.",
        [
            "Frukost tillsammans klockan 8, vid köksbordet",
            "Matlåda till lunch, värmd och serverad",
            "Inköp varje tisdag efter er egen lista",
        ],
    ),
    (
        "Personlig omvårdnad",
        "Ni klarar det mesta på egen hand när ni får ta det i lugn takt. Personalen finns till hands och hjälper med det som är svårt att nå. Samma personer ska komma så ofta det går.",
        [
            "Dusch två gånger i veckan, måndag och torsdag",
            "Stöd med stödstrumpor morgon och kväll",
            "Hår- och fotvård bokas av kontaktpersonen",
        ],
    ),
    (
        "Hemmet",
        "Det är viktigt för er att hemmet är i ordning och att inget flyttas. Städningen görs tillsammans med er, rum för rum, så att ni vet var allt står.",
        [
            "Städning varannan vecka",
            "Tvätt och sängkläder varannan vecka",
            "Blommor vattnas på fredagar",
        ],
    ),
    (
        "Promenader och rörelse",
        "Ni vill behålla styrka och balans och komma ut varje dag som vädret tillåter. Arbetsterapeuten har provat ut rollatorn och visat personalen övningarna.",
        [
            "Promenad en halvtimme, helst före lunch",
            "Balansövningar enligt programmet på kylskåpet",
            "Gemensam gymnastik i dagcentralen på onsdagar",
        ],
    ),
    (
        "Läkemedel",
        "Kommunens sjuksköterska ansvarar för läkemedlen. Personal med delegering överlämnar dem och signerar i listan. Ni säger till om ni mår annorlunda efter en ändring.",
        [
            "Dosett delas var fjortonde dag",
            "Överlämnande klockan 8 och 20",
            "Uppföljning med sjuksköterskan varje kvartal",
        ],
    ),
    (
        "Trygghet på natten",
        "Ni känner er trygg när ni vet att någon kan komma. Larmet provas den första varje månad. Nattpatrullen har nyckel i ett godkänt skåp.",
        [
            "Trygghetslarm med rökdetektor",
            "Tillsyn genom kamera eller besök, enligt ert val",
            "Svar på larm inom 30 minuter",
        ],
    ),
    (
        "Gemenskap",
        "Ni tycker om att läsa, att lyssna på musik och att träffa andra. Kontaktpersonen hjälper till med resor och bokningar så att ni kan vara med på det ni vill.",
        [
            "Färdtjänst till bokcirkeln var tredje torsdag",
            "Videosamtal med anhöriga på söndagar",
            "Dagcentralens sångstund",
        ],
    ),
];

/// Care plan, two to four pages.
pub fn plan(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    out.paragraph("Det här är er genomförandeplan. Vi gjorde den tillsammans vid mötet i ert hem. Den beskriver vilket stöd ni får, när och hur det ges, och vad ni vill uppnå med det. Läs igenom den och hör av er om något behöver ändras.");
    out.key_values(&[
        (
            "Beslutade timmar",
            &format!("{} timmar per vecka", chance.between(4, 31)),
        ),
        (
            "Planen gäller från",
            chance.pick(&["2026-12-01", "2026-12-07", "2027-01-04"]),
        ),
        (
            "Följs upp senast",
            chance.pick(&["2027-03-31", "2027-05-31", "2027-06-30"]),
        ),
        (
            "Hemtjänstgrupp",
            chance.pick(&[
                "Norra, lag 2",
                "Centrum, lag 1",
                "Södra, lag 4",
                "Landsbygd öst",
            ]),
        ),
    ]);
    let mut goals: Vec<usize> = (0..GOALS.len()).collect();
    chance.shuffle(&mut goals);
    let told = chance.between(3, 7) as usize;
    for (place, goal) in goals[..told].iter().enumerate() {
        let (heading, why, how) = &GOALS[*goal];
        out.heading(&format!("{}. {heading}", place + 1));
        out.paragraph(why);
        out.list("bullet", how);
    }
    if told > 5 {
        out.page_break();
    }
    week(out, chance);
    out.heading("Era rättigheter");
    out.paragraph("Ni kan när som helst begära att planen ändras, att den följs upp tidigare eller att ni får en annan kontaktperson. Personalen har tystnadsplikt. Uppgifter om er lämnas bara vidare till andra verksamheter när ni har samtyckt eller när lagen kräver det. Är ni inte nöjda med hur stödet ges vill vi veta det; klagomål och synpunkter besvaras inom tio arbetsdagar.");
    if told > 4 {
        out.heading("Avgift");
        out.paragraph("Avgiften för hemtjänst räknas efter er inkomst och ert förbehållsbelopp. Den är aldrig högre än högkostnadsskyddet. Ni får ett eget beslut om avgiften, och en ny beräkning varje år eller när inkomsten ändras. Matlådor, larm och färdtjänst faktureras för sig enligt kommunens taxa.");
    }
    closing(out, chance, case, "Biståndshandläggare");
}

/// The week of a care plan as a table.
fn week(out: &mut Markup<'_>, chance: &mut Chance) {
    out.heading("Så ser veckan ut");
    out.table(&[
        ("left", "Dag"),
        ("left", "Morgon"),
        ("left", "Middag"),
        ("left", "Kväll"),
    ]);
    for day in [
        "Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag", "Lördag", "Söndag",
    ] {
        let morning = chance.pick(&["Frukost, omvårdnad", "Frukost, dusch", "Frukost"]);
        let noon = chance.pick(&[
            "Lunch",
            "Lunch, promenad",
            "Lunch, inköp",
            "Dagcentral",
            "Lunch, städning",
        ]);
        let evening = chance.pick(&["Läkemedel", "Läkemedel, kvällste", "Tillsyn"]);
        out.row(&[day, morning, noon, evening]);
    }
    out.end_table();
}

/// Call to an appointment.
pub fn appointment(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    out.paragraph_of(&[
        "Vi vill träffa er för att ",
        chance.pick(&[
            "följa upp det stöd som ni har i dag",
            "gå igenom er ansökan om hemtjänst",
            "planera vårens insatser tillsammans med er",
            "samtala om hälsa och levnadsvanor",
        ]),
        ". Mötet tar ungefär en timme. Ni får gärna ta med en anhörig eller någon annan som ni litar på.",
    ]);
    out.key_values(&[
        (
            "Dag",
            chance.pick(&[
                "Tisdag 8 december 2026",
                "Torsdag 10 december 2026",
                "Onsdag 13 januari 2027",
                "Måndag 18 januari 2027",
            ]),
        ),
        (
            "Tid",
            &format!(
                "klockan {:02}.{:02}",
                chance.between(8, 15),
                chance.below(4) * 15
            ),
        ),
        (
            "Plats",
            chance.pick(&[
                "Kommunhuset, rum Granen, plan 2",
                "Vårdcentralen, entré B",
                "I ert hem",
                "Familjens hus, Skolgränd 4",
            ]),
        ),
        ("Er kontakt", &case.officer),
    ]);
    out.heading("Ta med er");
    out.list(
        "bullet",
        &[
            "giltig legitimation",
            "er läkemedelslista, om ni har en",
            "frågor som ni har skrivit ner",
        ],
    );
    out.paragraph("Behöver ni tolk, teckenspråk eller hjälp att ta er till mötet ordnar vi det. Meddela oss senast fem arbetsdagar i förväg. Passar tiden inte kan ni boka om på Mina sidor eller per telefon.");
    if chance.happens(350) {
        out.heading("Om era uppgifter");
        out.paragraph("Det som ni berättar skyddas av sekretess. Vi behandlar uppgifterna för att handlägga ärendet, enligt socialtjänstlagen, och gallrar dem fem år efter att det har avslutats. På kommunens webbplats står vilka rättigheter ni har enligt dataskyddsförordningen och hur ni gör för att begära ett utdrag.");
    }
    closing(out, chance, case, "Socialsekreterare");
}
