//! What the PDFs of letters in Denmark say.

use super::{Shared, Text};

const ABOUT_PAYMENT: &str = "Betalingen bliver beregnet for hver måned for sig. Vi bruger de oplysninger, du har givet os, og dem, som vi får fra Skatteforvaltningen. Viser det sig, at du har betalt for meget eller for lidt, bliver det reguleret, og forskellen kan ses på den næste opkrævning.";
const ABOUT_DATA: &str = "Kommunen behandler oplysninger om dig for at kunne behandle din sag og opfylde sine pligter efter loven. Du har ret til at få at vide, hvilke oplysninger vi har, til at få rettet fejl og til at klage til Datatilsynet. Kontakt kommunens databeskyttelsesrådgiver, hvis du har spørgsmål.";
const ABOUT_COMPLAINT: &str = "En klage behøver ikke have en bestemt form. Skriv dit navn, din adresse, dit telefonnummer og sagens nummer, og fortæl, hvorfor du er uenig. Du kan vedlægge det, du henviser til. Kommunen ser først på sagen igen. Giver vi dig ikke ret, sender vi klagen videre til klageinstansen med vores begrundelse.";
const ABOUT_VISIT: &str = "Besøget varer omkring en time. Medarbejderen viser billedlegitimation. Sørg for, at der er adgang til de rum, der skal ses, og hold hunde og katte i et andet rum så længe. Du får en rapport inden for to uger, og du kan sende dine bemærkninger til den.";
const ABOUT_HELP: &str = "Har du svært ved at læse eller udfylde papirerne, er du velkommen i Borgerservice på rådhuset. Vi kan skaffe en tolk, og du må tage en bisidder med. Papirerne findes også i en udgave, der er let at læse, og kan læses højt.";
const ABOUT_WASTE: &str = "Affaldet bliver hentet mellem kl. 6 og kl. 18. Beholderen skal stå, så den er let at komme til, og vejen skal være ryddet for sne og lavthængende grene. Bliver en beholder ikke tømt, så giv besked inden for to hverdage. Storskrald hentes efter aftale.";
const ABOUT_BUILDING: &str = "Som bygherre har du ansvaret for, at arbejdet følger tilladelsen og bygningsreglementet. Ændrer noget sig undervejs, skal du give os besked, før arbejdet går videre. Når byggeriet er færdigt, sender du færdigmelding og dokumentation; først når du har fået en ibrugtagningstilladelse, må byggeriet tages i brug.";
const ABOUT_CARE: &str = "Hjælpen skal være med til, at du kan leve et værdigt liv og klare dig selv så længe som muligt. Den bliver planlagt sammen med dig. Medarbejderne skriver i journalen efter hvert besøg, og du kan læse med, når du vil. Ændrer dit behov sig, vurderer vi det igen.";
const ABOUT_TRANSFER: &str = "Du kan betale i din bank eller med overførsel. Skriv kortart, betalings-id og kreditornummer, som de står i brevet; så ved vi, hvem betalingen kommer fra. Har du ikke netbank, kan du få hjælp i Borgerservice. Du kan også tilmelde opkrævningen til Betalingsservice, så beløbet bliver trukket af sig selv.";

/// The PDFs that letters enclose.
pub const ENCLOSURES: [Text; 5] = [
    Text {
        file_name: "Beregning af betaling.pdf",
        title: "Sådan er betalingen beregnet",
        paragraphs: &[
            "# Beregningen",
            ABOUT_PAYMENT,
            ABOUT_HELP,
            "# Måned for måned",
        ],
        columns: &["Måned", "Indkomst, kr.", "Tilskud, kr.", "Betaling, kr."],
        rows: 18,
    },
    Text {
        file_name: "Takster for affald 2027.pdf",
        title: "Takster for affald 2027",
        paragraphs: &[
            "# Hentning",
            ABOUT_WASTE,
            "# Betaling",
            ABOUT_PAYMENT,
            ABOUT_DATA,
            "# Takster efter beholder",
        ],
        columns: &["Beholder", "Grundgebyr, kr.", "Tømning, kr.", "I alt, kr."],
        rows: 32,
    },
    Text {
        file_name: "Om tilsynet.pdf",
        title: "Før og efter tilsynet",
        paragraphs: &[
            "# Besøget",
            ABOUT_VISIT,
            "# Klage",
            ABOUT_COMPLAINT,
            "# Hjælp og tolk",
            ABOUT_HELP,
            "# Dine oplysninger",
            ABOUT_DATA,
        ],
        columns: &[],
        rows: 0,
    },
    Text {
        file_name: "Vilkår for byggeriet.pdf",
        title: "Vilkår og dokumentation",
        paragraphs: &[
            "# Bygherrens ansvar",
            ABOUT_BUILDING,
            ABOUT_VISIT,
            "# Klage",
            ABOUT_COMPLAINT,
            "# Skønnede udgifter",
        ],
        columns: &["Punkt", "Materialer, kr.", "Arbejde, kr.", "Kontrol, kr."],
        rows: 36,
    },
    Text {
        file_name: "Bilag til afgørelsen.pdf",
        title: "Bilag til afgørelsen om hjælp",
        paragraphs: &[
            "# Om hjælpen",
            ABOUT_CARE,
            ABOUT_PAYMENT,
            "# Dine oplysninger",
            ABOUT_DATA,
            "# Hjælp og tolk",
            ABOUT_HELP,
        ],
        columns: &[],
        rows: 0,
    },
];

/// The documents that letters share; the second is for paper only.
pub const SHARED: [Shared; 2] = [
    Shared {
        id: "klagevejledning",
        text: Text {
            file_name: "Klagevejledning.pdf",
            title: "Sådan klager du",
            paragraphs: &[
                "# Hvad skal der stå i klagen?",
                ABOUT_COMPLAINT,
                "# Hvem kan hjælpe?",
                ABOUT_HELP,
                "# Dine oplysninger",
                ABOUT_DATA,
            ],
            columns: &[],
            rows: 0,
        },
    },
    Shared {
        id: "betaling",
        text: Text {
            file_name: "Sådan betaler du.pdf",
            title: "Sådan betaler du",
            paragraphs: &[
                "# Uden netbank",
                ABOUT_TRANSFER,
                "# Hvis du har svært ved at betale",
                ABOUT_HELP,
            ],
            columns: &[],
            rows: 0,
        },
    },
];
