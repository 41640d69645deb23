//! Invented letters of every kind. Persons, places and numbers belong to nobody.

use std::sync::Arc;

use lettermill::letter::*;

use crate::support::bare;

pub use crate::support::bare::address as parts;

pub fn runs(text: &str) -> Vec<Run<'static>> {
    // `*bold*`, `_italic_`, `|` for a line break: enough for tests.
    let mut runs = Vec::new();
    let (mut bold, mut italic, mut current) = (false, false, String::new());
    let mut flush = |current: &mut String, bold, italic| {
        if !current.is_empty() {
            runs.push(Run {
                text: std::mem::take(current).into(),
                bold,
                italic,
            });
        }
    };
    for c in text.chars() {
        match c {
            '*' => {
                flush(&mut current, bold, italic);
                bold = !bold;
            }
            '_' => {
                flush(&mut current, bold, italic);
                italic = !italic;
            }
            '|' => {
                flush(&mut current, bold, italic);
                current.push('\n');
                flush(&mut current, bold, italic);
            }
            c => current.push(c),
        }
    }
    flush(&mut current, bold, italic);
    runs
}

pub fn paragraph(text: &str) -> Block<'static> {
    Block::Paragraph(runs(text))
}

pub fn heading(level: u8, text: &str) -> Block<'static> {
    Block::Heading(level, runs(text))
}

pub fn list(kind: ListKind, items: &[&str]) -> Block<'static> {
    Block::List(kind, items.iter().map(|item| runs(item)).collect())
}

/// `head` and rows with cells between `;`; a column whose heading begins with `>` stands right, `^` centred; a row that
/// begins with `=` is a total.
pub fn table(head: &str, rows: &[&str]) -> Block<'static> {
    let columns = head
        .split(';')
        .map(|name| {
            let (align, name) = match name.chars().next() {
                Some('>') => (Align::Right, &name[1..]),
                Some('^') => (Align::Centre, &name[1..]),
                _ => (Align::Left, name),
            };
            Column {
                align,
                heading: (!name.is_empty()).then(|| name.to_owned().into()),
            }
        })
        .collect();
    let rows = rows
        .iter()
        .map(|row| {
            let (total, row) = row
                .strip_prefix('=')
                .map_or((false, *row), |row| (true, row));
            Row {
                total,
                cells: row.split(';').map(runs).collect(),
            }
        })
        .collect();
    Block::Table(Table { columns, rows })
}

pub fn key_values(entries: &[(&str, &str)]) -> Block<'static> {
    let entry = |&(key, value): &(&str, &str)| (key.to_owned().into(), runs(value));
    Block::KeyValues(entries.iter().map(entry).collect())
}

pub fn letter(
    language: &'static str,
    subject: &str,
    name: &str,
    address: Address<'static>,
    blocks: Vec<Block<'static>>,
) -> Letter<'static> {
    let bare = bare::letter("L-1", "");
    Letter {
        line: 7,
        recipient: Recipient {
            name: name.to_owned().into(),
            address: Some(address),
            ..bare.recipient
        },
        language: language.into(),
        subject: subject.to_owned().into(),
        content: Content::Text(blocks),
        ..bare
    }
}

pub fn header(country: &str) -> Header {
    let swedish = Sender {
        country: Country::Sweden,
        organisation_number: "162021004748".into(),
        name: "Exempelstads kommun".into(),
        return_address: parts("Box 100", "12345", "Exempelstad"),
        support: Support {
            text: "Har du frågor om brevet? Kontaktcenter svarar vardagar kl. 8–17. Ha gärna ärendenumret till hands när du ringer.".into(),
            url: Some("https://www.exempelstad.example/kontakt".into()),
            phone: Some("010-123 45 67".into()),
            email: Some("kontakt@exempelstad.example".into()),
        },
        contact: Default::default(),
    };
    let danish = Sender {
        country: Country::Denmark,
        organisation_number: "12345678".into(),
        name: "Eksempelkøbing Kommune".into(),
        return_address: parts("Rådhustorvet 1", "1234", "Eksempelkøbing"),
        support: Support {
            text: "Borgerservice hjælper dig på hverdage kl. 9–15.".into(),
            url: Some("https://www.eksempelkoebing.example".into()),
            phone: Some("+45 12 34 56 78".into()),
            email: Some("borgerservice@eksempelkoebing.example".into()),
        },
        contact: Default::default(),
    };
    Header {
        created: jiff::civil::date(2026, 3, 12),
        created_text: "2026-03-12T02:00:00+01:00".into(),
        sender: if country == "SE" { swedish } else { danish },
        ..bare::header(Country::Sweden)
    }
}

pub fn decision() -> Letter<'static> {
    let mut letter = letter(
        "sv",
        "Beslut om bostadsanpassningsbidrag",
        "Ann-Britt Åkerlöv",
        parts("Björkstigen 14 lgh 1203", "12345", "Exempelstad"),
        vec![
            paragraph(
                "Du ansökte den 4 februari 2026 om bidrag för att anpassa din bostad. Vi har gått igenom din ansökan och intyget från din arbetsterapeut.",
            ),
            heading(1, "Beslut"),
            paragraph(
                "Kommunen beviljar dig bostadsanpassningsbidrag med *48 750 kr* för de åtgärder som står i tabellen nedan. Bidraget betalas ut när arbetet är klart och du har skickat in fakturan.",
            ),
            table(
                "Åtgärd;Rum;>Sökt belopp;>Beviljat belopp",
                &[
                    "Automatisk dörröppnare med två tryckknappar;Entré;24 900,00;24 900,00",
                    "Borttagning av trösklar, 6 st;Hela bostaden;7 350,00;7 350,00",
                    "Stödhandtag och halkfritt golv i duschutrymme;Badrum;16 500,00;16 500,00",
                    "Ny köksinredning;Kök;38 000,00;0,00",
                    "=Summa;;86 750,00;48 750,00",
                ],
            ),
            heading(1, "Varför vi beslutar så här"),
            paragraph(
                "Bostadsanpassningsbidrag lämnas för åtgärder som är nödvändiga för att bostaden ska vara ändamålsenlig som bostad för en person med funktionsnedsättning, enligt 6 § lagen (2018:222) om bostadsanpassningsbidrag. De tre första åtgärderna är nödvändiga och står i rimlig proportion till ditt behov.",
            ),
            paragraph(
                "En helt ny köksinredning är däremot en _standardhöjning_ som inte beror på din funktionsnedsättning. Den delen av ansökan avslås.",
            ),
            heading(2, "Om du vill överklaga"),
            paragraph(
                "Du kan överklaga beslutet hos förvaltningsrätten. Skriv till oss inom tre veckor från den dag du fick beslutet och tala om:",
            ),
            list(
                ListKind::Number,
                &[
                    "vilket beslut du överklagar, ärendenummer *BAB 2026-0417*,",
                    "på vilket sätt du anser att beslutet ska ändras och varför, och om det finns handlingar som du vill åberopa till stöd för det,",
                    "ditt namn, din adress och ditt telefonnummer.",
                ],
            ),
            paragraph("Med vänlig hälsning"),
            paragraph("*Lo Exempelsson*|Handläggare"),
        ],
    );
    letter.reference = Some("BAB 2026-0417".into());
    letter.department = Some("Stadsbyggnadsförvaltningen".into());
    letter
}

pub fn bill() -> Letter<'static> {
    let mut letter = letter(
        "da",
        "Opkrævning for daginstitution, april 2026",
        "Søren Øllgård Prøvesen",
        parts("Æblevænget 7, 2. tv.", "1234", "Eksempelkøbing"),
        vec![
            paragraph(
                "Her er din opkrævning for pladsen i Børnehuset Mælkevejen. Betaler du via Betalingsservice, skal du ikke gøre noget.",
            ),
            key_values(&[
                ("Beløb til betaling", "3.412,50 kr."),
                ("Sidste rettidige betalingsdag", "1. april 2026"),
                ("Betalingsidentifikation", "+71<000000123456789+12345678<"),
                ("Kreditor", "Eksempelkøbing Kommune"),
            ]),
            heading(2, "Sådan er beløbet beregnet"),
            table(
                "Ydelse;Periode;>Beløb i kr.",
                &[
                    "Plads i børnehave, fuld tid;1.–30. april 2026;2.187,00",
                    "Frokostordning;1.–30. april 2026;676,50",
                    "Plads i fritidshjem, 3 dage om ugen;1.–30. april 2026;989,00",
                    "Søskendetilskud;1.–30. april 2026;−440,00",
                    "=I alt;;3.412,50",
                ],
            ),
            paragraph(
                "Betaler du efter fristen, sender vi en rykker. Gebyret for en rykker er 250 kr. Har du fået økonomisk fripladstilskud, er det allerede trukket fra.",
            ),
            list(
                ListKind::Bullet,
                &[
                    "Du kan tilmelde opkrævningen til Betalingsservice i din netbank med *PBS-nr. 01234567* og debitorgruppe 00001.",
                    "Ændrer din indkomst sig, skal du give os besked med det samme.",
                    "Du kan se alle dine opkrævninger på kommunens selvbetjening.",
                ],
            ),
            paragraph("Venlig hilsen"),
            paragraph("*Opkrævningen*|Eksempelkøbing Kommune"),
        ],
    );
    letter.reference = Some("2026-DI-004711".into());
    letter.department = Some("Børn og Unge".into());
    letter.reply_by = Some(jiff::civil::date(2026, 4, 1));
    letter
}

pub fn reminder() -> Letter<'static> {
    let mut letter = letter(
        "sv",
        "Påminnelse: din faktura är inte betald",
        "Restaurang Provsmaken Handelsbolag",
        parts("Storgatan 3", "12345", "Exempelstad"),
        vec![
            paragraph(
                "Vi har inte fått betalt för fakturan nedan. Betala *senast den 27 mars 2026*, så slipper du fler avgifter.",
            ),
            key_values(&[
                ("Faktura", "900417, avgift för livsmedelskontroll 2026"),
                ("Förfallodag", "27 februari 2026"),
                ("Fakturabelopp", "4 860,00 kr"),
                ("Påminnelseavgift", "60,00 kr"),
                ("Att betala", "4 920,00 kr"),
                ("Bankgiro", "900-0001"),
                ("OCR-nummer", "9004 1700 0017"),
            ]),
            paragraph(
                "Har du redan betalat? Då kan du bortse från påminnelsen. Betalningar som kommit in efter den 10 mars har vi inte hunnit registrera.",
            ),
            paragraph(
                "Kan du inte betala i tid? Hör av dig till oss före sista betalningsdagen, så ser vi vad vi kan göra.",
            ),
            paragraph("Med vänlig hälsning"),
            paragraph("*Ekonomienheten*"),
        ],
    );
    letter.recipient.attention = Some("Ekonomi".into());
    letter.reference = Some("Faktura 900417".into());
    letter
}

pub fn long() -> Letter<'static> {
    let text = [
        "Nämnden har i uppdrag att se till att planeringen av marken sker i god tid och i samråd med dem som berörs. Den här underrättelsen beskriver vad planen innebär för din fastighet, hur du kan lämna synpunkter och vad som händer sedan.",
        "Området ligger mellan järnvägen och ån och används i dag dels som upplag, dels som betesmark. Marken är låglänt. Vid höga flöden, som väntas bli vanligare, kan delar av området svämmas över, och därför har höjden på ny bebyggelse varit en av de viktigaste frågorna i arbetet med planen.",
        "En dagvattendamm anläggs i områdets lägsta del. Dammen tar hand om regnvatten från gator och tak och renar det innan det leds vidare till ån. Den blir samtidigt en del av parkstråket, med gångväg, bänkar och belysning.",
        "Trafiken till området leds från Järnvägsgatan. Korsningen byggs om med en separat fil för vänstersväng och med en ny gång- och cykelpassage. Bullerberäkningar visar att riktvärdena klaras vid alla befintliga bostäder utom två, där kommunen erbjuder åtgärder på fasad och fönster.",
        "Kostnaderna för gator och allmänna platser fördelas mellan kommunen och fastighetsägarna i området. Hur fördelningen görs framgår av den handling som kallas _gatukostnadsutredning_ och som ställs ut samtidigt med planen. Du kan läsa båda på kommunens webbplats eller i receptionen i stadshuset.",
    ];
    let mut blocks = vec![paragraph(
        "Till dig som äger eller bor i en fastighet i närheten av planområdet.",
    )];
    for chapter in 1..=6 {
        blocks.push(heading(
            1,
            [
                "Bakgrund",
                "Vad planen innebär för din fastighet",
                "Vatten, buller och trafik",
                "Kostnader",
                "Synpunkter och samråd",
                "Tidplan",
            ][chapter - 1],
        ));
        for part in 0..3 {
            if part == 1 && chapter % 2 == 0 {
                blocks.push(heading(2, "Närmare om förutsättningarna"));
            }
            blocks.push(paragraph(text[(chapter + part * 2) % text.len()]));
        }
        if chapter == 3 {
            let rows: Vec<String> = (1..=24)
                .map(|n| {
                    format!(
                        "Exempelstad Ängen 1:{n};Bostad;{} dBA;{} dBA;{}",
                        48 + n % 9,
                        50 + n % 11,
                        if n % 7 == 0 {
                            "Fönster och uteplats"
                        } else {
                            "Ingen åtgärd"
                        }
                    )
                })
                .collect();
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            blocks.push(table("Fastighet;Användning;>I dag;>År 2040;Åtgärd", &rows));
        }
        if chapter == 5 {
            blocks.push(list(ListKind::Bullet, &[
                "Skicka dina synpunkter med e-post eller brev, senast den 30 april 2026.",
                "Kom till samrådsmötet i stadshuset den 9 april kl. 18. Tjänstemän från kommunen visar planen och svarar på frågor, och det finns tolk på plats om du säger till i förväg.",
                "Boka en egen tid med handläggaren.",
            ]));
        }
    }
    blocks.push(paragraph("Med vänlig hälsning"));
    blocks.push(paragraph("*Kim Planberg*|Planarkitekt"));
    let mut letter = letter(
        "sv",
        "Underrättelse om samråd för detaljplan för Ängen 1:1 med flera fastigheter vid Järnvägsgatan",
        "Bostadsrättsföreningen Solrosen i Norra Exempelstaden",
        parts("Järnvägsgatan 22", "12345", "Exempelstad"),
        blocks,
    );
    letter.reference = Some("SBN 2025-00112".into());
    letter.department = Some("Stadsbyggnadsförvaltningen".into());
    letter.reply_by = Some(jiff::civil::date(2026, 4, 30));
    letter
}

pub fn foreign() -> Letter<'static> {
    let address = Address {
        country: Some("DE".into()),
        form: AddressForm::Lines(vec![
            "Hinterhaus, 3. OG".into(),
            "Musterstraße 12a".into(),
            "24937 Musterstadt".into(),
        ]),
    };
    let mut letter = letter(
        "en",
        "Your pension statement for 2026",
        "Jürgen Groß-Mustermann",
        address,
        vec![
            paragraph(
                "Once a year we tell you how much pension you have earned while you lived in Denmark. You do not need to do anything.",
            ),
            table(
                "Year;Residence;>Share",
                &[
                    "2009;12 months;1/40",
                    "2010;12 months;1/40",
                    "2011;7 months;7/480",
                    "=Total;31 months;31/480",
                ],
            ),
            paragraph(
                "If you think that a year is missing, please write to us and enclose a copy of your registration certificate.",
            ),
            paragraph("Kind regards"),
            paragraph("*International Citizen Service*"),
        ],
    );
    letter.reference = Some("P-2026-77".into());
    letter
}

pub fn names() -> Letter<'static> {
    let mut letter = letter(
        "sv",
        "Kallelse till möte om modersmålsundervisning",
        "Łucja Żółkiewska-Şahinoğlu",
        parts("Ŋuollâčohkka 3", "98765", "Čuđđejávri"),
        vec![
            paragraph(
                "Välkomna till ett möte om undervisning i modersmål. Vi kallar vårdnadshavare till följande elever:",
            ),
            table(
                "Elev;Språk;^Grupp;>Timmar",
                &[
                    "Zdzisław Wąż-Ćwiękała;polska, język polski;A;2,0",
                    "Gülşah İnönü Çağlayan;turkiska, Türkçe;B;1,5",
                    "Áđđá Čáhppesduottar;nordsamiska, davvisámegiella;C;2,0",
                    "Jåhttsås Láŋas;lulesamiska, julevsámegiella;C;2,0",
                    "Mååʹres Ǩeʹllver-Ǥuõdd;skoltsamiska, nuõrttsääʹmǩiõll;C;1,0",
                    "Jānis Ķēniņš, Žydrūnas Ąžuolas;lettiska och litauiska;D;1,0",
                    "Ștefan Țăranu, Dvořáková Anežka;rumänska, tjeckiska;D;1,5",
                    "Þórður Æðarson, Hallgerður;isländska;E;1,0",
                    "Ελένη Παπαδάκη;grekiska;F;1,0",
                    "Оксана Їжакевич-Ґалаґан;ukrainska;F;1,5",
                ],
            ),
            paragraph(
                "Mötet hålls på *Ängsskolan, sal 14*, tisdagen den 24 mars kl. 18.30–19.30. Säg till senast den 20 mars om ni behöver tolk.",
            ),
            paragraph("Rektor Þuríður Ǧeʹđǧǧ"),
        ],
    );
    letter.recipient.address = Some(Address {
        country: None,
        form: AddressForm::Parts {
            care_of: Some("Gülşah İnönü".into()),
            street: "Ŋuollâčohkka 3".into(),
            postal_code: "98765".into(),
            city: "Čuđđejávri".into(),
        },
    });
    letter.reference = Some("UBN 2026-31".into());
    letter
}

pub fn wide_table() -> Letter<'static> {
    letter(
        "sv",
        "Avläsning av fjärrvärme, tolv månader",
        "Alva Mätare",
        parts("Värmegatan 1", "12345", "Exempelstad"),
        vec![
            paragraph("Så här mycket värme har fastigheten använt, i MWh för varje månad."),
            table(
                "Mätare;>Jan;>Feb;>Mar;>Apr;>Maj;>Jun;>Jul;>Aug;>Sep;>Okt;>Nov",
                &[
                    "Undercentral A;1 214,5;1 101,2;998,7;640,0;310,4;122,9;98,1;101,3;288,8;602,4;977,6",
                    "Undercentral B;14,5;11,2;98,7;64,0;31,4;12,9;8,1;11,3;28,8;62,4;97,6",
                    "=Summa;1 229,0;1 112,4;1 097,4;704,0;341,8;135,8;106,2;112,6;317,6;664,8;1 075,2",
                ],
            ),
            table(
                "Lång rubrik som måste brytas;Omfattande anmärkningar;>Belopp",
                &[
                    "Ettmycketlångtordsomintefårplatsensamtpåenrad;Texten i den här cellen är lång nog för att fylla flera rader i sin kolumn, och den ska brytas snyggt i kanten utan att tränga undan beloppet.;12 450,00 kr",
                ],
            ),
        ],
    )
}

pub fn document(file_name: &str) -> Document {
    Document {
        file_name: file_name.into(),
        media_type: "application/pdf".into(),
        bytes: Arc::new(Vec::new()),
    }
}

pub fn enclosed_pdf() -> Letter<'static> {
    let mut letter = letter(
        "sv",
        "Kallelse till tandvård",
        "Ann Provtand",
        parts("Björkstigen 2", "12345", "Exempelstad"),
        Vec::new(),
    );
    letter.content = Content::Pdf(document("Kallelse till tandvård.pdf"));
    letter.attachments = vec![
        Attachment {
            document: document("Hälsodeklaration.PDF"),
            only: None,
        },
        Attachment {
            document: document("Bara digitalt.pdf"),
            only: Some(Channel::Digital),
        },
        Attachment {
            document: document("Hitta till oss.pdf"),
            only: Some(Channel::Print),
        },
    ];
    letter.reference = Some("TV-12".into());
    letter
}

pub fn protected() -> Letter<'static> {
    let mut letter = letter(
        "da",
        "Afgørelse om underholdsbidrag",
        "Maja Hemmelig",
        parts("Skjulevej 5", "1234", "Eksempelkøbing"),
        vec![
            paragraph(
                "Familieretshuset har truffet afgørelse i din sag. Bidraget er fastsat til *1.547 kr.* om måneden fra den 1. april 2026.",
            ),
            heading(2, "Begrundelse"),
            paragraph(
                "Vi har lagt vægt på oplysningerne om begge parters indkomst i 2025. Den anden part får et brev med samme indhold.",
            ),
            paragraph("Venlig hilsen"),
            paragraph("*Sagsbehandleren*"),
        ],
    );
    letter.recipient.address_protected = true;
    letter.reference = Some("FR-2026-118".into());
    letter.department = Some("Familie og bidrag".into());
    letter.attachments = vec![Attachment {
        document: document("Klagevejledning.pdf"),
        only: None,
    }];
    letter
}

pub fn short() -> Letter<'static> {
    letter(
        "sv",
        "Kvitto",
        "Bo Ek",
        parts("Ekvägen 1", "12345", "Exempelstad"),
        vec![paragraph("Vi har tagit emot din anmälan. Tack!")],
    )
}
