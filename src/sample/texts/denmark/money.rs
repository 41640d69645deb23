//! Bills, reminders and charges.

use super::super::super::chance::Chance;
use super::super::super::markup::{Markup, kroner, push_padded};
use super::{Case, closing, pay_by, plate};

/// Number of the municipality as creditor: invented, too low for a real one.
const CREDITOR: &str = "00001234";

/// A payment reference for a form of kind 71: fifteen digits, the last of them a check digit.
fn payment_id(number: u32) -> String {
    let mut out = String::from("000026");
    push_padded(&mut out, number, 8);
    let check = modulus_10(out.as_bytes());
    out.push(char::from(b'0' + check));
    out
}

/// The digit that makes a payment reference pass modulus 10 when it is put behind it: weights 1 and 2 in turn, the last
/// digit of the reference having 2, and the sum of the digits of each product.
fn modulus_10(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let product = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
            product / 10 + product % 10
        })
        .sum();
    ((10 - sum % 10) % 10) as u8
}

/// Bill for the collection of waste.
pub fn bill(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    out.paragraph(chance.pick(&[
        "Her er opkrævningen af gebyr for affald for første halvår 2027. Gebyret dækker, hvad det koster at hente, sortere og behandle affaldet; kommunen tjener ikke på det.",
        "Opkrævningen gælder gebyr for affald for første halvår 2027. Den er beregnet efter de beholdere, der er tilmeldt ejendommen.",
    ]));
    out.table(&[
        ("left", "Ydelse"),
        ("right", "Antal"),
        ("right", "Pris, kr."),
        ("right", "Beløb, kr."),
    ]);
    let mut sum = 0;
    let mut line = |out: &mut Markup<'_>, name: &str, count: u32, price: u32| {
        sum += count * price;
        out.row(&[
            name,
            &format!("{count} stk."),
            &kroner(price),
            &kroner(count * price),
        ]);
    };
    line(out, "Grundgebyr", 1, 48_750);
    line(
        out,
        "Rest- og madaffald, 240 liter",
        chance.between(1, 4),
        61_500,
    );
    line(out, "Papir og pap, 240 liter", chance.between(1, 3), 14_250);
    line(
        out,
        "Plast, glas og metal, 240 liter",
        chance.between(1, 3),
        17_900,
    );
    line(out, "Genbrugspladser", 1, 52_375);
    if chance.happens(400) {
        line(out, "Haveaffald, 240 liter", 1, 33_125);
    }
    if chance.happens(250) {
        line(out, "Ekstra sække", chance.between(1, 12), 2_500);
    }
    line(out, "Rottebekæmpelse", 1, chance.between(55, 310) * 100);
    out.total(&["I alt inklusive moms", "", "", &kroner(sum)]);
    out.end_table();
    pay(out, case, sum);
    out.paragraph("Er opkrævningen tilmeldt Betalingsservice, bliver beløbet trukket af sig selv. Betaler du efter fristen, skal du betale rente efter renteloven og et rykkergebyr på 250 kr.");
    if chance.happens(500) {
        out.heading("Sortering i ti slags affald");
        out.paragraph("Alle husstande sorterer deres affald i ti slags. Se på beholderens låg, hvad der må komme i den. Er en beholder for lille eller for stor, kan du bytte den i selvbetjeningen; den nye pris gælder fra den første i måneden efter.");
    }
    if chance.happens(350) {
        out.heading("Nye takster fra årsskiftet");
        out.paragraph("Kommunalbestyrelsen har vedtaget takster for 2027. Grundgebyret stiger med 3 procent, mens gebyret for genbrugspladser er uændret. Taksterne kan ses på kommunens hjemmeside.");
    }
    closing(out, chance, case, "Affald og Genbrug");
}

/// Reminder of a bill.
pub fn reminder(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    let amount = chance.between(290, 6400) * 100;
    out.paragraph("Vi kan ikke se, at du har betalt opkrævningen nedenfor. Har du betalt inden for de seneste dage, kan du se bort fra brevet.");
    out.key_values(&[
        (
            "Opkrævningens dato",
            chance.pick(&[
                "18. september 2026",
                "25. september 2026",
                "2. oktober 2026",
                "9. oktober 2026",
            ]),
        ),
        ("Oprindeligt beløb", &format!("{} kr.", kroner(amount))),
        ("Rykkergebyr", "250,00 kr."),
    ]);
    pay(out, case, amount + 25_000);
    out.paragraph("Betaler du ikke til tiden, sender vi kravet til inddrivelse hos Gældsstyrelsen. Så skal du betale inddrivelsesrente oven i beløbet, og gælden kan blive trukket i din løn.");
    if chance.happens(600) {
        out.heading("Hvis du ikke kan betale");
        out.paragraph("Kontakt os inden fristen, så finder vi en løsning sammen. Du kan også få gratis og uvildig gældsrådgivning. Vi kan aftale");
        out.list(
            "bullet",
            &[
                "at du får op til 30 dage mere til at betale",
                "at du betaler i rater, højst tolv måneder",
                "at vi ser på, om du kan få hjælp til udgiften",
            ],
        );
    }
    if chance.happens(400) {
        out.heading("Hvis du mener, at opkrævningen er forkert");
        out.paragraph("Skriv til os, hvad der er forkert. Mens vi undersøger sagen, sender vi ikke kravet videre. Du får normalt svar inden for tre uger.");
    }
    closing(out, chance, case, "Opkrævningen");
}

/// Parking charge.
pub fn parking(out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
    let amount = chance.pick(&["510", "510", "790", "1020"]);
    let plate = plate(case);
    let (letters, digits) = plate.split_at(2);
    out.paragraph("Dit køretøj har fået en parkeringsafgift. Ejeren eller den registrerede bruger hæfter for afgiften efter færdselsloven, også når en anden har kørt bilen.");
    out.key_values(&[
        ("Registreringsnummer", &format!("{letters} {digits}")),
        (
            "Tidspunkt",
            &format!(
                "{}. november 2026 kl. {}.{:02}",
                chance.between(2, 18),
                chance.between(7, 20),
                chance.below(60)
            ),
        ),
        (
            "Sted",
            chance.pick(&[
                "Møllegade ved torvet",
                "Stationspladsen, sydsiden",
                "Skolegade 4",
                "Havnen, zone B",
            ]),
        ),
        (
            "Overtrædelse",
            chance.pick(&[
                "P-billet mangler",
                "Parkering forbudt",
                "Plads til invalidekøretøjer",
                "P-tiden er overskredet",
            ]),
        ),
    ]);
    pay(out, case, amount.parse::<u32>().unwrap_or_default() * 100);
    out.heading("Betal eller klag");
    out.paragraph("Mener du, at afgiften er forkert, kan du klage til kommunen. Skriv afgiftens nummer og hvorfor du klager, og vedlæg gerne billeder. Du behøver ikke betale, mens vi behandler klagen. Får du ikke medhold, kan du indbringe afgørelsen for domstolene.");
    if chance.happens(500) {
        out.list(
            "number",
            &[
                "Betal afgiften senest på fristens dag med betalings-id'et ovenfor.",
                "Vil du klage, så gør det skriftligt og inden fristen.",
                "Gem kvitteringen, til sagen er slut.",
            ],
        );
    }
    out.paragraph("Betaler du ikke til tiden, sender vi en rykker med et gebyr på 250 kr. Derefter går kravet til Gældsstyrelsen.");
    closing(out, chance, case, "Parkeringskontrollen");
}

/// The payment block that all bills share.
fn pay(out: &mut Markup<'_>, case: &Case, oere: u32) {
    out.key_values(&[
        ("At betale", &format!("<b>{} kr.</b>", kroner(oere))),
        ("Betales senest", pay_by(case).0),
        ("Kortart", "71"),
        ("Betalings-id", &payment_id(case.number)),
        ("Kreditornummer", CREDITOR),
    ]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payment_references_pass_their_check() {
        for number in [1, 250, 99_999, 10_000_000] {
            let id = payment_id(number);
            assert_eq!(id.len(), 15);
            let (front, last) = id.as_bytes().split_at(14);
            assert_eq!(modulus_10(front), last[0] - b'0');
        }
        // 1·1 + 2·2 + 3·1 + 4·2 = 16, and 4 more make 20.
        assert_eq!(modulus_10(b"1234"), 4);
    }
}
