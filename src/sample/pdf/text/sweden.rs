//! What the PDFs of letters in Sweden say.

use super::{Shared, Text};

const ABOUT_FEES: &str = "Avgiften beräknas för varje månad för sig. Vi utgår från den inkomst som hushållet har anmält och från de uppgifter som Skatteverket lämnar en gång om året. Visar det sig att en avgift har varit för hög eller för låg justeras den i efterhand, och skillnaden syns på nästa faktura.";
const ABOUT_DATA: &str = "Personuppgifter behandlas för att handlägga ärendet och för att kommunen ska kunna fullgöra sina skyldigheter enligt lag. Ni har rätt att få veta vilka uppgifter som finns om er, att begära rättelse och att klaga hos Integritetsskyddsmyndigheten. Kontakta kommunens dataskyddsombud om ni har frågor.";
const ABOUT_APPEAL: &str = "Ett beslut som går er emot kan överklagas. Skrivelsen ska vara underskriven av er eller av ert ombud och innehålla namn, adress, telefonnummer och ärendets nummer. Bifoga det som ni vill hänvisa till. Kommunen prövar först om skrivelsen har kommit in i rätt tid och sänder den sedan vidare till förvaltningsrätten.";
const ABOUT_VISIT: &str = "Besöket tar ungefär en timme. Vår medarbetare visar legitimation och bär kommunens märke. Se till att det går att komma fram till de utrymmen som ska besiktigas, och håll hundar och katter i ett annat rum så länge. Protokollet får ni inom två veckor.";
const ABOUT_HELP: &str = "Behöver ni hjälp att läsa eller fylla i handlingarna är ni välkomna till servicecenter i kommunhuset. Där finns tolk på bestämda tider och personal som talar finska, samiska, arabiska, engelska, polska och turkiska. Handlingarna finns också i lättläst form och kan läsas upp.";
const ABOUT_WATER: &str = "Kvalitetskraven på dricksvattnet är höga. Prov tas varje vecka vid vattenverket och varje månad ute på nätet, och resultaten publiceras på kommunens webbplats. Hårdheten är låg, mellan 3 och 4 tyska grader, så dosera tvättmedel för mjukt vatten. Märker ni smak, lukt eller färg ska ni genast höra av er.";
const ABOUT_BUILDING: &str = "Byggherren ansvarar för att arbetet följer lovet, kontrollplanen och Boverkets byggregler. Ändras något under byggtiden ska det anmälas innan arbetet fortsätter. När allt är klart sänder ni in den ifyllda kontrollplanen och ansöker om slutbesked; först därefter får byggnaden tas i bruk.";
const ABOUT_CARE: &str = "Stödet ges så att ni kan leva ett värdigt liv och känna välbefinnande. Det utformas tillsammans med er, och er egen vilja väger tyngst. Personalen dokumenterar varje besök, och ni kan läsa anteckningarna när ni vill. Ändras behoven görs en ny utredning, oftast inom två veckor.";

/// The PDFs that letters enclose.
pub const ENCLOSURES: [Text; 8] = [
    Text {
        file_name: "Underlag för avgift.pdf",
        title: "Underlag för beräkning av avgift",
        paragraphs: &[
            "# Så räknar vi",
            ABOUT_FEES,
            ABOUT_HELP,
            "# Beräkning, månad för månad",
        ],
        columns: &["Månad", "Inkomst, kr", "Underlag, kr", "Avgift, kr"],
        rows: 18,
    },
    Text {
        file_name: "Taxa.pdf",
        title: "Taxa för vatten, avlopp och avfall 2027",
        paragraphs: &[
            "# Om vattnet",
            ABOUT_WATER,
            "# Om taxan",
            ABOUT_FEES,
            ABOUT_DATA,
            "# Avgifter efter förbrukning",
        ],
        columns: &["Klass", "Fast avgift, kr", "Rörlig avgift, kr", "Summa, kr"],
        rows: 32,
    },
    Text {
        file_name: "Information om tillsyn.pdf",
        title: "Information inför tillsynsbesök",
        paragraphs: &[
            "# Besöket",
            ABOUT_VISIT,
            "# Efter besöket",
            ABOUT_APPEAL,
            "# Hjälp och tolk",
            ABOUT_HELP,
            "# Personuppgifter",
            ABOUT_DATA,
        ],
        columns: &[],
        rows: 0,
    },
    Text {
        file_name: "Kontrollplan.pdf",
        title: "Kontrollplan",
        paragraphs: &[
            "# Byggherrens ansvar",
            ABOUT_BUILDING,
            ABOUT_VISIT,
            "# Överklagande",
            ABOUT_APPEAL,
            "# Kostnader, preliminärt",
        ],
        columns: &["Punkt", "Material, kr", "Arbete, kr", "Kontroll, kr"],
        rows: 36,
    },
    Text {
        file_name: "Bilaga genomförandeplan.pdf",
        title: "Bilaga till genomförandeplan",
        paragraphs: &[
            "# Om stödet",
            ABOUT_CARE,
            ABOUT_FEES,
            "# Era uppgifter",
            ABOUT_DATA,
            "# Hjälp",
            ABOUT_HELP,
        ],
        columns: &[],
        rows: 0,
    },
    Text {
        file_name: "Specifikation.pdf",
        title: "Specifikation till faktura",
        paragraphs: &["# Perioden", ABOUT_FEES, "# Poster"],
        columns: &["Post", "À-pris, kr", "Moms, kr", "Belopp, kr"],
        rows: 24,
    },
    Text {
        file_name: "Provtagning.pdf",
        title: "Provtagning av vatten",
        paragraphs: &[
            "# Bakgrund",
            ABOUT_WATER,
            "# Besök",
            ABOUT_VISIT,
            "# Beslut",
            ABOUT_APPEAL,
            ABOUT_HELP,
            "# Kostnad för varje prov",
        ],
        columns: &["Prov", "Analys, kr", "Resa, kr"],
        rows: 30,
    },
    Text {
        file_name: "Rättigheter.pdf",
        title: "Era rättigheter",
        paragraphs: &[
            "# Överklaga",
            ABOUT_APPEAL,
            "# Stöd",
            ABOUT_CARE,
            "# Uppgifter om er",
            ABOUT_DATA,
            "# Tolk och hjälp",
            ABOUT_HELP,
            "# Avgifter",
            ABOUT_FEES,
        ],
        columns: &[],
        rows: 0,
    },
];

/// The document that letters share.
pub const SHARED: [Shared; 1] = [Shared {
    id: "overklagande",
    text: Text {
        file_name: "Så överklagar ni.pdf",
        title: "Så överklagar ni ett beslut",
        paragraphs: &[
            "# Vad ska stå i överklagandet?",
            ABOUT_APPEAL,
            "# Vem kan hjälpa till?",
            ABOUT_HELP,
            "# Personuppgifter",
            ABOUT_DATA,
        ],
        columns: &[],
        rows: 0,
    },
}];
