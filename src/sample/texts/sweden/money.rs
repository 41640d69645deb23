//! Bills, reminders and charges.

use super::super::super::chance::Chance;
use super::super::super::markup::{Markup, kronor, push_padded};
use super::{Case, closing};

/// The municipality's bankgiro: invented, with a valid check digit.
fn bankgiro() -> String {
    format!("999-001{}", payment_digit(b"999001"))
}

/// A payment reference: the letter's number, the length digit and the check digit, as the soft and hard level of the
/// bankgiro system want it (the length counts both; its last digit stands before the check digit).
fn ocr(number: u32) -> String {
    let mut out = String::from("26");
    push_padded(&mut out, number, 8);
    let length = out.len() as u32 + 2;
    push_padded(&mut out, length % 10, 1);
    let check = payment_digit(out.as_bytes());
    out.push(char::from(b'0' + check));
    out
}

/// The digit that makes a payment number of any length pass the Luhn check when it is put behind it.
fn payment_digit(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    ((10 - sum % 10) % 10) as u8
}

const DUE: &[&str] = &[
    "2026-12-21",
    "2026-12-28",
    "2026-12-30",
    "2027-01-11",
    "2027-01-29",
];

/// Bill for water, sewage and waste.
pub fn bill(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    out.paragraph(chance.pick(&[
        "Här kommer fakturan för vatten, avlopp och avfall för perioden augusti till oktober 2026. Beloppen är räknade efter avläst mätarställning.",
        "Fakturan gäller vatten, avlopp och avfallshämtning under tredje tertialet 2026. Förbrukningen är beräknad efter föregående års avläsning.",
    ]));
    out.table(&[
        ("left", "Avser"),
        ("right", "Antal"),
        ("right", "À-pris, kr"),
        ("right", "Belopp, kr"),
    ]);
    let mut sum = 0;
    let mut line = |out: &mut Markup<'_>, name: &str, count: u32, unit: &str, price: u32| {
        sum += count * price;
        out.row(&[
            name,
            &format!("{count} {unit}"),
            &kronor(price),
            &kronor(count * price),
        ]);
    };
    line(out, "Fast avgift vatten och avlopp", 3, "mån", 24_750);
    line(
        out,
        "Brukningsavgift vatten",
        chance.between(14, 61),
        "m³",
        1_985,
    );
    line(
        out,
        "Brukningsavgift avlopp",
        chance.between(14, 61),
        "m³",
        2_240,
    );
    line(out, "Dagvatten gata", 1, "st", 18_900);
    line(
        out,
        "Restavfall, kärl 190 liter",
        chance.between(5, 7),
        "st",
        8_125,
    );
    if chance.happens(600) {
        line(
            out,
            "Matavfall, kärl 140 liter",
            chance.between(5, 7),
            "st",
            3_150,
        );
    }
    if chance.happens(400) {
        line(out, "Förpackningar, flerfackskärl", 3, "mån", 4_400);
    }
    if chance.happens(150) {
        line(out, "Hämtning av grovavfall", 1, "st", 39_500);
    }
    let vat = sum / 4;
    out.row(&["Moms 25 %", "", "", &kronor(vat)]);
    out.total(&["Att betala", "", "", &kronor(sum + vat)]);
    out.end_table();
    pay(out, chance, case, sum + vat);
    out.paragraph("Betalar ni för sent tar vi ut dröjsmålsränta enligt räntelagen från förfallodagen. Påminnelseavgiften är 60 kronor.");
    if chance.happens(500) {
        out.heading("Läs av er vattenmätare");
        out.paragraph("Den 31 december avslutar vi året. Läs då av mätaren och lämna siffrorna på Mina sidor, så bygger nästa faktura på det ni verkligen har använt. Det tar några minuter, och ni behöver bara mätarens nummer och de svarta siffrorna.");
    }
    if chance.happens(350) {
        out.heading("Nya taxor från årsskiftet");
        out.paragraph("Kommunfullmäktige har beslutat om nya taxor från den 1 januari 2027. Den fasta avgiften höjs med 4 procent och brukningsavgiften med 3 procent. Höjningen betalar för nya ledningar i de äldre delarna av tätorten. Taxan i sin helhet finns på kommunens webbplats.");
    }
    closing(out, chance, case, "Handläggare, kundservice VA och avfall");
}

/// Reminder of a bill.
pub fn reminder(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    let amount = chance.between(290, 6400) * 100;
    out.paragraph("Enligt våra uppgifter har vi ännu inte fått betalt för fakturan nedan. Har ni betalat de senaste dagarna kan ni bortse från det här brevet.");
    out.key_values(&[
        (
            "Fakturans datum",
            chance.pick(&["2026-09-18", "2026-09-25", "2026-10-02", "2026-10-09"]),
        ),
        ("Ursprungligt belopp", &format!("{} kr", kronor(amount))),
        ("Påminnelseavgift", "60,00 kr"),
    ]);
    pay(out, chance, case, amount + 6000);
    out.paragraph("Betalar ni inte i tid lämnar vi ärendet till inkasso. Då tillkommer 180 kronor och ränta enligt räntelagen.");
    if chance.happens(600) {
        out.heading("Om ni inte kan betala");
        out.paragraph("Hör av er till oss före förfallodagen, så ser vi tillsammans vad som går att göra. Kommunens budget- och skuldrådgivare hjälper er gratis och har tystnadsplikt. Ni kan få");
        out.list(
            "bullet",
            &[
                "anstånd i upp till 30 dagar, utan extra kostnad",
                "en avbetalningsplan på högst tolv månader",
                "råd om hur ni ordnar ekonomin och om skuldsanering",
            ],
        );
    }
    if chance.happens(400) {
        out.heading("Om ni anser att fakturan är fel");
        out.paragraph("Skriv till oss och berätta vad som är fel. Medan vi prövar invändningen går ärendet inte vidare till inkasso. Svaret får ni skriftligt, normalt inom tre veckor.");
    }
    closing(out, chance, case, "Ekonomiassistent");
}

/// Parking charge.
pub fn parking(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    let amount = chance.pick(&["300", "500", "700", "900"]);
    // No Swedish plate has a Q, I or V: the vehicle cannot exist.
    let plate = format!(
        "{}{}{} {:03}",
        chance.pick(&["Q", "I", "V"]),
        chance.pick(&["A", "L", "R", "T"]),
        chance.pick(&["B", "K", "N", "S"]),
        chance.below(1000)
    );
    out.paragraph("Ert fordon har fått en parkeringsanmärkning. Ägaren ansvarar för avgiften enligt lagen (1976:206) om felparkeringsavgift, även när någon annan har kört.");
    out.key_values(&[
        ("Registreringsnummer", &plate),
        (
            "Tid",
            &format!(
                "2026-11-{:02} klockan {:02}.{:02}",
                chance.between(2, 18),
                chance.between(7, 20),
                chance.below(60)
            ),
        ),
        (
            "Plats",
            chance.pick(&[
                "Kvarngatan vid torget",
                "Stationsplanen, södra sidan",
                "Skolgränd 4",
                "Hamnplan, zon B",
            ]),
        ),
        (
            "Överträdelse",
            chance.pick(&[
                "04 Inte betald avgift",
                "11 Parkering förbjuden",
                "23 Plats för rörelsehindrade",
                "31 Tillåten tid överskriden",
            ]),
        ),
    ]);
    let ore = amount.parse::<u32>().unwrap_or_default() * 100;
    pay(out, chance, case, ore);
    out.heading("Betala eller bestrida");
    out.paragraph("Avgiften ska betalas även om ni bestrider den. Får ni rätt betalas beloppet tillbaka. Ett bestridande lämnar ni skriftligt till Polismyndigheten, med ert namn, fordonets nummer och skälen till att ni anser att anmärkningen är fel.");
    if chance.happens(500) {
        out.list(
            "number",
            &[
                "Betala avgiften senast på förfallodagen, med numret nedan som referens.",
                "Skriv till Polismyndigheten inom sex månader om ni vill bestrida.",
                "Spara kvittot tills ärendet är avslutat.",
            ],
        );
    }
    out.paragraph("Betalar ni inte i tid höjs avgiften till en och en halv gång beloppet, och ärendet lämnas vidare till Kronofogdemyndigheten.");
    closing(out, chance, case, "Parkeringsenheten");
}

/// The payment block that all bills share.
fn pay(out: &mut Markup<'_>, chance: &mut Chance, case: &Case, ore: u32) {
    out.key_values(&[
        ("Att betala", &format!("<b>{} kr</b>", kronor(ore))),
        ("Betala senast", chance.pick(DUE)),
        ("Bankgiro", &bankgiro()),
        ("OCR-nummer", &ocr(case.number)),
    ]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payment_numbers_pass_their_check() {
        for number in [1, 250, 99_999, 10_000_000] {
            let ocr = ocr(number);
            assert_eq!(ocr.len(), 12);
            let (front, last) = ocr.as_bytes().split_at(11);
            assert_eq!(payment_digit(front), last[0] - b'0');
        }
        let digits: Vec<u8> = bankgiro().bytes().filter(u8::is_ascii_digit).collect();
        assert_eq!(payment_digit(&digits[..6]), digits[6] - b'0');
    }
}
