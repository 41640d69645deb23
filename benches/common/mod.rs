//! Letters for the benchmarks.

#![allow(dead_code)] // Each benchmark uses some of it.

use lettermill::letter::*;

#[path = "../../tests/support/bare.rs"]
pub mod bare;

/// A decision of a page and a half, text alone.
pub fn decision(id: &str, country: Country) -> Letter<'_> {
    let (language, subject, reference, text) = match country {
        Country::Sweden => (
            "sv",
            "Beslut om förskoleplats",
            "Dnr 2026:17",
            "Nämnden har beslutat att bevilja din ansökan från och med den första i nästa månad. ",
        ),
        Country::Denmark => (
            "da",
            "Afgørelse om daginstitution",
            "Jnr. 2026:17",
            "Kommunen har besluttet at bevilge din ansøgning fra og med den første i næste måned. ",
        ),
    };
    let paragraph = || {
        Block::Paragraph(vec![Run {
            text: text.repeat(5).into(),
            bold: false,
            italic: false,
        }])
    };
    let bare = bare::letter(id, "Ada Exempel");
    Letter {
        reference: Some(reference.into()),
        recipient: Recipient {
            id: recipient(country),
            ..bare.recipient
        },
        language: language.into(),
        subject: subject.into(),
        content: Content::Text((0..7).map(|_| paragraph()).collect()),
        ..bare
    }
}

fn recipient(country: Country) -> RecipientId {
    let id = match country {
        Country::Sweden => PersonNumber::from_digits("181501019806").map(RecipientId::Person),
        Country::Denmark => Cpr::from_digits("6101900019").map(RecipientId::Cpr),
    };
    id.expect("digits of nobody")
}
