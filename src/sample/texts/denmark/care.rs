//! Letters about help, care and work.

use super::super::super::chance::Chance;
use super::super::super::markup::Markup;
use super::{Case, Meeting, closing, complaint};

/// What help is given: heading, why, how.
const HELP: [(&str, &str, [&str; 3]); 6] = [
    (
        "Personlig pleje",
        "Du klarer det meste selv, når du får tid til det. Medarbejderen er til stede og hjælper med det, der er svært at nå. Så vidt muligt kommer de samme to eller tre personer hos dig.",
        [
            "Bad to gange om ugen, mandag og torsdag",
            "Hjælp til støttestrømper morgen og aften",
            "Hjælp til at komme i seng",
        ],
    ),
    (
        "Rengøring og tøjvask",
        "Det er vigtigt for dig, at hjemmet er i orden. Rengøringen bliver gjort sammen med dig, rum for rum, og du bestemmer rækkefølgen.",
        [
            "Rengøring hver anden uge",
            "Tøjvask og skift af sengetøj hver anden uge",
            "Rene hjælpemidler en gang om måneden",
        ],
    ),
    (
        "Mad og indkøb",
        "Du vil gerne selv lave morgenmad og have et varmt måltid midt på dagen. Medarbejderen minder dig om at drikke og skriver i omsorgsjournalen, hvis appetitten bliver dårligere.",
        [
            "Madservice med levering mandag, onsdag og fredag",
            "Indkøb en gang om ugen efter din egen liste",
            "Hjælp til at anrette frokost",
        ],
    ),
    (
        "Træning",
        "Du vil bevare dine kræfter og din balance og komme ud hver dag, når vejret er til det. Terapeuten har vist dig øvelserne og tilpasset rollatoren.",
        [
            "Genoptræning på holdet tirsdag formiddag",
            "Øvelser hver dag efter programmet",
            "Opfølgning efter otte uger",
        ],
    ),
    (
        "Medicin",
        "Sygeplejersken har ansvaret for medicinen. Den bliver doseret i en æske, og medarbejderen ser efter, at den er taget. Sig til, hvis du har det anderledes efter en ændring.",
        [
            "Dosering hver fjortende dag",
            "Besøg kl. 8 og kl. 20",
            "Opfølgning med sygeplejersken hvert kvartal",
        ],
    ),
    (
        "Tryghed om natten",
        "Du er tryg, når du ved, at nogen kan komme. Nødkaldet bliver prøvet den første i hver måned, og aften- og nattevagten har adgang med elektronisk lås.",
        [
            "Nødkald med svar døgnet rundt",
            "Tilsyn om natten efter aftale",
            "Røgalarm forbundet med nødkaldet",
        ],
    ),
];

/// Decision on help at home, two to three pages.
pub fn decision(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    out.paragraph("Vi besøgte dig for at tale om, hvilken hjælp du har brug for. Her er vores afgørelse. Den beskriver, hvad du får hjælp til, hvornår hjælpen bliver givet, og hvad vi har aftalt, at den skal føre til. Læs den igennem, og sig til, hvis noget skal rettes.");
    out.key_values(&[
        (
            "Bevilget hjælp",
            &format!("{} timer om ugen", chance.between(2, 21)),
        ),
        (
            "Hjælpen begynder",
            chance.pick(&["1. december 2026", "7. december 2026", "4. januar 2027"]),
        ),
        (
            "Revurderes senest",
            chance.pick(&["31. marts 2027", "31. maj 2027", "30. juni 2027"]),
        ),
        (
            "Leverandør",
            chance.pick(&[
                "Hjemmeplejen Nord, team 2",
                "Hjemmeplejen Midt, team 1",
                "Hjemmeplejen Syd, team 4",
                "Friplejen Lilleø",
            ]),
        ),
    ]);
    let mut help: Vec<usize> = (0..HELP.len()).collect();
    chance.shuffle(&mut help);
    let told = chance.between(3, 6) as usize;
    for (place, kind) in help[..told].iter().enumerate() {
        let (heading, why, how) = &HELP[*kind];
        out.heading(&format!("{}. {heading}", place + 1));
        out.paragraph(why);
        out.list("bullet", how);
    }
    if told > 4 {
        out.page_break();
    }
    week(out, chance);
    out.heading("Begrundelse");
    out.paragraph("Vi har lagt vægt på det, du selv fortalte, på hvad du kan klare, og på kommunens kvalitetsstandard. Hjælpen skal støtte dig i det, du kan, og gøre, at du kan blive ved med at klare så meget som muligt selv. Hjælpen er gratis, men du betaler selv for maden og for vask af tøj.");
    out.heading("Dine rettigheder");
    out.paragraph("Du kan vælge mellem kommunens og private leverandører og skifte med en måneds varsel. Du kan få erstatningshjælp, hvis et besøg bliver aflyst, og du kan altid bede om en ny vurdering. Medarbejderne har tavshedspligt, og du kan læse journalen i selvbetjeningen.");
    complaint(out, "Ankestyrelsen");
    closing(out, chance, case, "Visitator");
}

/// The week as a table.
fn week(out: &mut Markup<'_>, chance: &mut Chance) {
    out.heading("Sådan ser ugen ud");
    out.table(&[
        ("left", "Dag"),
        ("left", "Morgen"),
        ("left", "Middag"),
        ("left", "Aften"),
    ]);
    for day in [
        "Mandag", "Tirsdag", "Onsdag", "Torsdag", "Fredag", "Lørdag", "Søndag",
    ] {
        let morning = chance.pick(&["Morgenmad, pleje", "Morgenmad, bad", "Morgenmad"]);
        let noon = chance.pick(&[
            "Frokost",
            "Frokost, gåtur",
            "Frokost, indkøb",
            "Træning",
            "Frokost, rengøring",
        ]);
        let evening = chance.pick(&["Medicin", "Medicin, aftensmad", "Tilsyn"]);
        out.row(&[day, morning, noon, evening]);
    }
    out.end_table();
}

/// Call to a meeting.
pub fn appointment(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    let meeting = Meeting::of(case);
    out.paragraph_of(&[
        "Vi vil gerne tale med dig om, ",
        chance.pick(&[
            "hvordan det går med din plan",
            "hvilken hjælp du har brug for, så du kan komme i arbejde",
            "hvad der skal ske efter dit praktikforløb",
            "hvordan du kan vende tilbage til dit arbejde",
        ]),
        ". Mødet varer en time. Du må gerne tage et familiemedlem eller en anden bisidder med.",
    ]);
    out.key_values(&[
        ("Dag", meeting.day.0),
        (
            "Tid",
            &format!("kl. {}.{:02}", meeting.hour, meeting.minute),
        ),
        ("Sted", meeting.place),
        ("Din sagsbehandler", &case.officer),
    ]);
    out.heading("Tag med til mødet");
    out.list(
        "bullet",
        &[
            "billedlegitimation",
            "dit cv, hvis du har et",
            "spørgsmål, du gerne vil have svar på",
        ],
    );
    out.paragraph("Har du brug for tolk, eller kan du ikke komme den dag, skal du give os besked senest to dage før. Du kan ændre tiden i selvbetjeningen. Bliver du væk uden grund, kan det få betydning for din ydelse.");
    if chance.happens(350) {
        out.heading("Sådan behandler vi dine oplysninger");
        out.paragraph("Vi behandler oplysninger om dig for at kunne behandle din sag. Oplysningerne bliver slettet, når vi ikke længere har pligt til at gemme dem. Du har ret til at se dem, få rettet fejl og klage til Datatilsynet. På kommunens hjemmeside kan du læse mere.");
    }
    closing(out, chance, case, "Jobkonsulent");
}
